"""Audits: every entry and every numeral against a text; receipts; what a changed text gives away."""

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from conftest import INVENTED, ROOT, SHEET, SOURCE, Raw

import pipeline
from pipeline import desk, stage
from pipeline.cli import main
from pipeline.evidence.audit import Entry, account, vocabulary
from pipeline.evidence.scan import Vocabulary
from pipeline.evidence.texts import Text
from pipeline.findings import Finding

PASSED = f"passed_over/{SOURCE}.csv"
RECEIPTS = f"receipts/{SOURCE}.csv"


def admit(raw: Raw, documents: Path, text: str) -> None:
    """Change the text and admit its hash, so that only reading can tell."""
    (documents / f"{SOURCE}.txt").write_text(text, encoding="utf-8")
    raw.edit("sources.csv", 2, text_sha256=Text.read(documents / f"{SOURCE}.txt").sha256)


def told(raw: Raw, documents: Path) -> list[Finding]:
    return [f for f in pipeline.check(raw.path, documents=documents) if f.severity == "error"]


# --- numerals without an entry ------------------------------------------------------------------------------------


def test_a_numeral_left_over_is_told_with_its_line_and_carets(raw: Raw, documents: Path) -> None:
    admit(raw, documents, INVENTED + "另有5家机构\n")
    (found,) = told(raw, documents)
    assert (found.rule, found.file, found.line) == ("text-numeral", f"{SOURCE}.txt", 4)
    assert found.message.splitlines()[1:] == ["4 | 另有5家机构", " " * 8 + "^^^"]
    assert "record it, or pass it over" in found.hint


@pytest.mark.parametrize("words", ["三家", "第二批", "四色", "一次性", "百分之五", "１２個", "60岁", "①"])
def test_every_kind_of_numeral_needs_an_entry(raw: Raw, documents: Path, words: str) -> None:
    admit(raw, documents, INVENTED + f"其中{words}\n")
    assert [f.rule for f in told(raw, documents)] == ["text-numeral"]


@pytest.mark.parametrize("words", ["2022年6月30日", "上半年", "二季度", "近三年", "进一步", "四川"])
def test_times_and_words_that_count_nothing_need_none(raw: Raw, documents: Path, words: str) -> None:
    admit(raw, documents, INVENTED + f"其中{words}\n")
    assert told(raw, documents) == []


def passed_over(raw: Raw, start: int, end: int, printed: str, reason: str = "idiom") -> None:
    row = {
        "paragraph": "3",
        "char_start": str(start),
        "char_end": str(end),
        "as_printed": printed,
        "reason": reason,
        "note": "",
    }
    raw.write(PASSED, [row])


def test_an_entry_accounts_for_every_numeral_inside_it(raw: Raw, documents: Path) -> None:
    admit(raw, documents, INVENTED + "千家万户\n")
    passed_over(raw, 24, 28, "千家万户")
    assert told(raw, documents) == []


def test_an_entry_without_a_numeral_matches_nothing(raw: Raw, documents: Path) -> None:
    admit(raw, documents, INVENTED + "全覆盖\n")
    passed_over(raw, 24, 27, "全覆盖")
    (found,) = told(raw, documents)
    assert (found.rule, found.file, found.line) == ("text-reading", PASSED, 2)


# --- entries against the text -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "rule", "column"),
    [
        (INVENTED.replace("20.07", "20.70"), "text-span", "as_printed"),
        (INVENTED.replace("20.07万", "20.07亿"), "text-span", "as_printed"),
        (INVENTED.replace("记20.07", "120.07"), "text-partial", "char_start"),
        (INVENTED.replace("记20.07", "近20.07"), "text-reading", "qualifier"),
        (INVENTED.replace(",占37%", "余占37%"), "", ""),
        (INVENTED.replace(",占", "次占"), "text-reading", "unit"),
        (INVENTED.replace("占37", "-37"), "text-reading", "number"),
        (INVENTED.replace("。\n", "以上\n"), "text-reading", "qualifier"),
        (INVENTED.replace("登记", "发放"), "", ""),
    ],
)
def test_a_changed_text_is_found_by_reading(raw: Raw, documents: Path, text: str, rule: str, column: str) -> None:
    admit(raw, documents, text)
    assert [(f.rule, f.column) for f in told(raw, documents)] == ([(rule, column)] if rule else [])


def test_a_quoted_number_that_is_part_of_a_longer_one(raw: Raw, documents: Path) -> None:
    raw.edit(SHEET, 2, as_printed="0.07万对", number="0.07", char_start="11")
    (found,) = told(raw, documents)
    assert found.message.splitlines()[0] == "0.07万对 is only part of 20.07万"


def test_a_span_claimed_twice_is_shown_in_the_text(raw: Raw, documents: Path) -> None:
    passed_over(raw, 15, 17, "万对")
    found = next(f for f in told(raw, documents) if f.rule == "span-overlap")
    assert found.message.splitlines()[1:] == ["3 |   登记20.07万对,占37%。", " " * 15 + "^^^^"]


def test_a_row_for_two_figures_is_refused() -> None:
    text = Text("共4637户6029人", "")
    entry = Entry("observations", 0, 1, 1, 11, "4637户6029人", {"number": "4637", "unit": "户"})
    assert [p.seen for p in account("x", text, [entry], Vocabulary()).problems] == ["2 numerals"]


def test_a_direction_is_read_from_its_clause() -> None:
    keyed = {"number": "3", "unit": "%", "direction": "rise"}
    for text, wrong in (
        ("增长3%", []),
        ("下降3%", ["fall"]),
        ("销售3%", ["a word of change before it"]),
        ("增幅为总量的3%", []),
    ):
        entry = Entry("observations", 0, 1, len(text) - 2, len(text), "3%", keyed)
        assert [p.expected for p in account("x", Text(text, ""), [entry], Vocabulary()).problems] == wrong, text


def problems(text: str, printed: str, **keyed: str) -> list[tuple[str, str, str]]:
    """What is wrong with a figure that is printed once in a text: rule, column, what the text says."""
    start = text.index(printed)
    entry = Entry("observations", 0, 1 + text[:start].count("\n"), start, start + len(printed), printed, keyed)
    known = Vocabulary(["人", "户", "元"], [])
    found = account("x", Text(text, ""), [entry], known).problems
    return [(p.rule, p.column, p.expected) for p in found if p.entry]


@pytest.mark.parametrize(
    ("text", "printed", "keyed", "expected"),
    [
        ("失业率下降0.2%", "0.2%", {"number": "0.2", "unit": "%"}, ("direction", "fall")),
        ("减少1.24万人,占比0.2%", "0.2%", {"number": "0.2", "unit": "%", "direction": "fall"}, ("direction", "a word of change before it")),
        ("新登第112个", "112个", {"number": "112", "unit": "个"}, ("as_printed", "what reads as ordinal")),
        ("完几十项", "十项", {"number": "10", "unit": "项"}, ("as_printed", "what reads as idiom")),
        ("农村 101次", "101", {"number": "101", "unit": "户", "inherited": "unit"}, ("unit", "次")),
        ("单位：亿人\n农村 101.5", "101.5", {"number": "101.5", "multiplier": "万", "unit": "人", "inherited": "both"}, ("inherited", "亿人")),
        ("农村 101.5", "101.5", {"number": "101.5", "unit": "人", "inherited": "unit"}, ("inherited", "nothing near it")),
        ("分别为1.2、3.4亿元", "1.2", {"number": "1.2", "multiplier": "万", "unit": "元", "inherited": "both"}, ("inherited", "亿元")),
        ("近12，345人", "12，345人", {"number": "12345", "unit": "人"}, ("as_printed", "what cannot be read")),
        ("▲56.8亿元", "56.8亿元", {"number": "56.8", "multiplier": "亿", "unit": "元"}, ("as_printed", "what cannot be read")),
        ("零点五个百分点", "零点五个百分点", {"number": "0.5", "unit": "个百分点"}, None),
        ("共4 056个", "4 056个", {"number": "4056", "unit": "个"}, None),
        ("城市低保人数 1250", "1250", {"number": "1250", "unit": "人", "inherited": "unit"}, None),
        ("农村（万人） 12.5 13.1", "13.1", {"number": "13.1", "multiplier": "万", "unit": "人", "inherited": "both"}, None),
        ("分别为1.2、3.4亿元", "1.2", {"number": "1.2", "multiplier": "亿", "unit": "元", "inherited": "both"}, None),
        ("项\t数(万人)\t比(%)\n城\t5.5\t6.5", "5.5", {"number": "5.5", "unit": "%", "inherited": "unit"}, ("inherited", "万人")),
        ("项\t数(万人)\t比(%)\n城\t5.5\t6.5", "6.5", {"number": "6.5", "unit": "%", "inherited": "unit"}, None),
    ],
)  # fmt: skip
def test_what_stands_around_a_figure_is_part_of_the_proof(
    text: str, printed: str, keyed: dict[str, str], expected: tuple[str, str] | None
) -> None:
    assert problems(text, printed, **keyed) == ([("text-reading", *expected)] if expected else [])


def test_a_numeral_passed_over_that_has_become_a_figure_is_found() -> None:
    entry = Entry("passed_over", 0, 1, 1, 3, "三农", {})
    assert account("x", Text("抓三农工作", ""), [entry], Vocabulary()).problems == []
    entry = Entry("passed_over", 0, 1, 1, 2, "1", {})
    assert [p.rule for p in account("x", Text("近1%上", ""), [entry], Vocabulary()).problems] == ["text-partial"]


@pytest.mark.parametrize("words", ["近万人", "超亿元", "近千家", "½", "廿五", "卅"])
def test_numbers_without_digits_need_an_entry_too(raw: Raw, documents: Path, words: str) -> None:
    admit(raw, documents, INVENTED + f"其中{words}\n")
    assert [f.rule for f in told(raw, documents)] == ["text-numeral"]


def test_another_source_s_text_does_not_keep_back_receipts(
    raw: Raw, documents: Path, second_source: Callable[..., int]
) -> None:
    second_source()
    raw.edit("sources.csv", 3, text_sha256="0" * 64)
    (documents / "invented-2022.txt").write_bytes(b"\xff\xfe")
    raw.write("figures/invented-2022.csv", [], header=list(raw.rows(SHEET)[0]))
    assert desk.audit(raw.path, [SOURCE], documents).receipts == {SOURCE: 2}
    with pytest.raises(desk.NoText, match="cannot be read as a text"):
        desk.audit(raw.path, ["invented-2022"], documents)


def test_a_torn_receipts_file_is_written_anew(raw: Raw, documents: Path) -> None:
    desk.audit(raw.path, documents=documents)
    path = raw.path / RECEIPTS
    path.write_text(path.read_text(encoding="utf-8")[:-30], encoding="utf-8")
    assert desk.audit(raw.path, documents=documents).receipts == {SOURCE: 2}
    assert told(raw, documents) == []


def test_many_findings_take_no_more_than_their_share(raw: Raw) -> None:
    text = Text("另有5家。\n" * 20_000, "")
    assert len(account("x", text, [], Vocabulary()).problems) == 20_000
    assert [text.line(text.content.rindex("5")), text.excerpt(6, 8).splitlines()[0]] == [20_000, "2 | 另有5家。"]


# --- the real bulletin --------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("bulletin")
def test_the_bulletin_has_nothing_left_over(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "raw", tmp_path / "raw")
    result = desk.audit(tmp_path / "raw")
    assert result.findings == []
    assert result.counts == {SOURCE: {"recorded": 40, "passed_over": 32, "time": 0, "left_over": 0, "disagrees": 0}}
    assert (tmp_path / "raw" / RECEIPTS).read_bytes() == (ROOT / "raw" / RECEIPTS).read_bytes()


@pytest.mark.usefixtures("bulletin")
def test_every_change_of_a_figure_or_numeral_of_the_bulletin_is_found_by_reading() -> None:
    """Each character of each entry replaced, qualifiers and digits put before and behind; other words may change."""
    with stage.opened(ROOT / "raw") as staged:
        assert staged.codes is not None
        content, entries = staged.accounts[SOURCE].text.content, staged.accounts[SOURCE].entries
        known = vocabulary(staged.codes)

    def is_clean(at: int, new: str) -> bool:
        text = content[:at] + new + content[at + len(new) :]
        return not account(SOURCE, Text(text, ""), entries, known).problems

    claimed = {n for e in entries for n in range(e.start, e.end)}
    missed = []
    for entry in entries:
        for at in range(entry.start, entry.end):
            others = "0123456789" if content[at].isdigit() else "万亿户人名元次一三十"
            missed += [(entry.printed, at, c) for c in others if c != content[at] and is_clean(at, c)]
        around = [(entry.start - 1, c) for c in "1近约超逾-"] + [(entry.end, w) for w in ("以上", "左右", "以内")]
        free = [(at, new) for at, new in around if at not in claimed and not entry.keyed.get("qualifier")]
        if entry.table == "observations":
            missed += [(entry.printed, at, new) for at, new in free if is_clean(at, new)]
    assert missed == []
    words = [n for n in range(0, len(content), 3) if n not in claimed and "一" <= content[n] <= "鿿"]
    assert [content[n] for n in words if not is_clean(n, "某")] in (["增"], ["长"], [])


# --- receipts -----------------------------------------------------------------------------------------------------


def evidence(raw: Raw, folder: Path) -> list[str]:
    pipeline.build(raw.path, folder)
    return pq.read_table(folder / "observations.parquet")["evidence"].to_pylist()


def test_a_clean_audit_writes_receipts_and_a_build_publishes_them(raw: Raw, documents: Path, tmp_path: Path) -> None:
    assert evidence(raw, tmp_path / "before") == ["keyed", "keyed"]
    assert desk.audit(raw.path, documents=documents).receipts == {SOURCE: 2}
    assert evidence(raw, tmp_path / "after") == ["verified", "verified"]


def test_a_changed_row_or_text_is_keyed_again(raw: Raw, documents: Path, tmp_path: Path) -> None:
    desk.audit(raw.path, documents=documents)
    raw.edit(SHEET, 2, note="a note proves nothing and changes nothing")
    assert evidence(raw, tmp_path / "note") == ["verified", "verified"]
    raw.edit(SHEET, 2, as_printed="20.08万对", number="20.08")
    assert sorted(evidence(raw, tmp_path / "row")) == ["keyed", "verified"]
    assert [(f.rule, f.severity) for f in pipeline.check(raw.path) if f.rule == "receipt-stale"] == [
        ("receipt-stale", "warning")
    ]
    raw.edit("sources.csv", 2, text_sha256="0" * 64)
    assert evidence(raw, tmp_path / "text") == ["keyed", "keyed"]


def test_an_audit_with_errors_writes_no_receipt(raw: Raw, documents: Path) -> None:
    admit(raw, documents, INVENTED.replace("37%", "73%"))
    result = desk.audit(raw.path, documents=documents)
    assert result.receipts == {}
    assert not (raw.path / RECEIPTS).exists()


def test_a_forged_receipt_is_malformed_or_proves_nothing(raw: Raw, documents: Path, tmp_path: Path) -> None:
    desk.audit(raw.path, documents=documents)
    rows = raw.rows(RECEIPTS)
    rows[0]["row_sha256"] = "f" * 64
    raw.write(RECEIPTS, rows)
    assert sorted(evidence(raw, tmp_path / "forged")) == ["keyed", "verified"]
    rows[0]["row_sha256"] = "yes"
    raw.write(RECEIPTS, rows)
    assert [(f.rule, f.file, f.column) for f in told(raw, documents)] == [("pattern", RECEIPTS, "row_sha256")]


def test_the_bytes_do_not_depend_on_who_holds_the_text(
    raw: Raw, documents: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.audit(raw.path, documents=documents)
    pipeline.build(raw.path, tmp_path / "without")
    monkeypatch.setenv("MINSHENG_DOCUMENTS", str(documents))
    pipeline.build(raw.path, tmp_path / "with")
    files = ["observations.parquet", "datapackage.json"]
    assert all((tmp_path / "with" / f).read_bytes() == (tmp_path / "without" / f).read_bytes() for f in files)


# --- the command --------------------------------------------------------------------------------------------------


def test_the_command_tells_counts(
    raw: Raw, documents: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MINSHENG_DOCUMENTS", str(documents))
    assert main(["audit", SOURCE, "--raw", str(raw.path)]) == 0
    assert "2 recorded, 0 passed over, 0 time, 0 left over, 0 disagrees; 2 receipts" in capsys.readouterr().out
    raw.edit(SHEET, 3, paragraph="1")
    assert main(["audit", "--raw", str(raw.path), "--json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert {f["rule"] for f in answer["findings"] if f["severity"] == "error"} == {"text-paragraph", "span-order"}
    assert answer["receipts"] == {}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["audit"], "there is no text in"),
        (["audit", "nowhere"], "no source 'nowhere'"),
        (["audit", SOURCE], "is not there"),
    ],
)
def test_a_text_that_is_not_at_hand_is_told(
    raw: Raw, arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*arguments, "--raw", str(raw.path)]) == 2
    assert words in capsys.readouterr().err


def test_a_source_that_never_had_a_text_cannot_be_audited(raw: Raw, capsys: pytest.CaptureFixture[str]) -> None:
    raw.edit("sources.csv", 2, text_sha256="")
    assert main(["audit", SOURCE, "--raw", str(raw.path)]) == 2
    assert "transcribed without a text" in capsys.readouterr().err


def test_receipts_are_in_order_of_number(raw: Raw, documents: Path) -> None:
    desk.audit(raw.path, documents=documents)
    with (raw.path / RECEIPTS).open(encoding="utf-8", newline="") as stream:
        numbers = [int(row["figure_no"]) for row in csv.DictReader(stream)]
    assert numbers == sorted(numbers)
