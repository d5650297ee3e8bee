"""Drafts: what is read needs no mending, what is guessed is refused until confirmed, and nothing is overwritten."""

import csv
import shutil
from pathlib import Path

import pytest
from conftest import ROOT, SHEET, SOURCE, Raw

import pipeline
from pipeline import desk, stage
from pipeline.cli import main
from pipeline.evidence.audit import Entry, account, vocabulary
from pipeline.evidence.draft import draft
from pipeline.evidence.texts import Text

READ = ["paragraph", "char_start", "char_end", "as_printed", "qualifier", "number", "multiplier", "unit", "inherited"]
GUESSED = ["indicator_id", "ref_area", "time_period"]
BULLETIN = """虚构市2023年上半年民政工作简报

  截至二季度末，全市共有特困人员1.25万人，低保对象近3,400户。
  结婚登记2,017对，同比下降5.2%，完成一老一小项目三个。
"""


@pytest.fixture
def empty(raw: Raw) -> Raw:
    """A raw folder with code lists and no source."""
    header = list(raw.rows("sources.csv")[0])
    raw.keep_only("")
    raw.write("sources.csv", [], header)
    for folder in ("figures", "passed_over", "actions"):
        shutil.rmtree(raw.path / folder)
    return raw


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "invented-2023-s1.txt"
    path.write_text(BULLETIN, encoding="utf-8")
    return path


def sheet(raw: Raw, table: str) -> list[dict[str, str]]:
    return raw.rows(f"{table}/invented-2023-s1.csv")


def test_a_draft_has_every_figure_with_its_parts(empty: Raw, text: Path) -> None:
    assert main(["draft", str(text), "--raw", str(empty.path), "--area", "320100"]) == 0
    rows = [tuple(row[c] for c in READ) for row in sheet(empty, "figures")]
    assert rows == [
        ("2", "36", "42", "1.25万人", "", "1.25", "万", "人", ""),
        ("2", "47", "54", "近3,400户", "nearly", "3400", "", "户", ""),
        ("3", "62", "68", "2,017对", "", "2017", "", "对", ""),
        ("3", "73", "77", "5.2%", "", "5.2", "", "%", ""),
        ("3", "86", "88", "三个", "", "3", "", "个", ""),
    ]
    assert [row["as_printed"] for row in sheet(empty, "passed_over")] == ["2023年上半年", "二季度末", "一老一小"]
    assert sheet(empty, "figures")[3]["direction"] == "fall"


def test_guesses_are_marked_and_named_after_the_code_lists(empty: Raw, text: Path) -> None:
    main(["draft", str(text), "--raw", str(empty.path), "--area", "320100", "--period", "2023-S1"])
    rows = sheet(empty, "figures")
    assert [row["indicator_id"] for row in rows] == [
        "?tekun_persons",
        "?dibao_households",
        "?marriages",
        "?marriages_growth",
        "?",
    ]
    assert {row["ref_area"] for row in rows} == {"?320100"}
    assert [row["time_period"] for row in rows] == ["?2023-Q2"] * 2 + ["?2023-S1"] * 3
    (source,) = empty.rows("sources.csv")
    assert (source["ref_area"], source["time_period"], source["text_sha256"]) == (
        "320100",
        "2023-S1",
        Text.read(text).sha256,
    )
    assert source["title_zh"] == "虚构市2023年上半年民政工作简报"


def test_a_build_refuses_a_guess_that_nobody_confirmed(empty: Raw, text: Path, tmp_path: Path) -> None:
    main(["draft", str(text), "--raw", str(empty.path), "--area", "320100", "--period", "2023-S1"])
    with pytest.raises(pipeline.findings.InvalidData) as refused:
        pipeline.build(empty.path, tmp_path / "curated")
    guessed = [f for f in refused.value.findings if f.file.startswith("figures") and f.column in GUESSED]
    assert len(guessed) == 15
    assert all("take the ? away" in f.hint for f in guessed)


def test_a_draft_never_overwrites_work(empty: Raw, text: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["draft", str(text), "--raw", str(empty.path), "--area", "320100"]
    assert main(arguments) == 0
    before = {p: p.read_bytes() for p in empty.path.rglob("*.csv")}
    assert main(arguments) == 2
    assert "never overwrites" in capsys.readouterr().err
    (empty.path / "figures/invented-2023-s1.csv").unlink()
    assert main(arguments) == 2
    del before[empty.path / "figures/invented-2023-s1.csv"]
    assert {p: p.read_bytes() for p in empty.path.rglob("*.csv")} == before


def test_line_ends_and_marks_of_the_sources_stay(raw: Raw, text: Path) -> None:
    path = raw.path / "sources.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    before = path.read_bytes()
    assert main(["draft", str(text), "--raw", str(raw.path)]) == 0
    assert path.read_bytes().startswith(before)
    assert path.read_bytes().count(b"\r\n") == path.read_bytes().count(b"\n") == before.count(b"\n") + 1


@pytest.mark.parametrize("content", ["", "  \n", "虚构\0公报3个"])
def test_what_is_no_text_is_refused(empty: Raw, text: Path, content: str) -> None:
    text.write_text(content, encoding="utf-8")
    before = sorted(empty.path.rglob("*"))
    assert main(["draft", str(text), "--raw", str(empty.path)]) == 2
    assert sorted(empty.path.rglob("*")) == before


def test_a_source_with_another_text_is_told(raw: Raw, text: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(raw.path / "figures")
    assert main(["draft", str(text), "--raw", str(raw.path), "--source", SOURCE]) == 2
    assert "the hash of another text" in capsys.readouterr().err


def test_a_folder_that_is_a_file_is_told(empty: Raw, text: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (empty.path / "passed_over").write_text("", encoding="utf-8")
    assert main(["draft", str(text), "--raw", str(empty.path)]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_other_rows_of_the_sources_stay(raw: Raw, text: Path) -> None:
    before = (raw.path / "sources.csv").read_text(encoding="utf-8")
    assert main(["draft", str(text), "--raw", str(raw.path)]) == 0
    after = (raw.path / "sources.csv").read_text(encoding="utf-8")
    assert after.startswith(before)
    assert len(after.splitlines()) == len(before.splitlines()) + 1


@pytest.mark.parametrize(
    ("name", "more", "words"),
    [
        ("Bad Name.txt", [], "is no id for a source"),
        ("good.txt", ["--area", "32000"], "is not in areas.code"),
        ("missing.txt", [], "cannot be read"),
        ("good.txt", ["--period", "2022-H1"], "is no period"),
        ("good.txt", ["--source", ""], "is no id for a source"),
        ("good.txt", ["--source", "a\n"], "is no id for a source"),
    ],
)
def test_misuse_is_told(
    empty: Raw, text: Path, name: str, more: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = text.with_name(name)
    if name != "missing.txt":
        shutil.copy(text, path)
    assert main(["draft", str(path), "--raw", str(empty.path), *more]) == 2
    assert words in capsys.readouterr().err


def test_a_text_in_another_encoding_is_refused(empty: Raw, text: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text.write_bytes(BULLETIN.encode("gb18030"))
    assert main(["draft", str(text), "--raw", str(empty.path)]) == 2
    assert "not UTF-8" in capsys.readouterr().err


def test_a_table_s_unit_is_a_guess_from_its_header(empty: Raw, text: Path) -> None:
    text.write_text("虚构省2023年民政统计\n单位：万人\n城市低保对象 12.5\n结婚登记（万对） 3.4\n", encoding="utf-8")
    assert main(["draft", str(text), "--raw", str(empty.path), "--period", "2023"]) == 0
    rows = [(row["number"], row["multiplier"], row["unit"], row["inherited"]) for row in sheet(empty, "figures")]
    assert rows == [("12.5", "万", "人", "both"), ("3.4", "万", "对", "both")]


def test_the_heading_of_a_column_gives_its_unit(empty: Raw, text: Path) -> None:
    table = "虚构省2023年人口\n指标\t年末数（万人）\t比重（%）\n其中：城镇\t331.50\t65.9\n乡村\t170.87\t34.1\n"
    text.write_text(table, encoding="utf-8")
    assert main(["draft", str(text), "--raw", str(empty.path), "--period", "2023"]) == 0
    rows = [(row["number"], row["multiplier"], row["unit"], row["inherited"]) for row in sheet(empty, "figures")]
    assert rows == [
        ("331.50", "万", "人", "both"),
        ("65.9", "", "%", "unit"),
        ("170.87", "万", "人", "both"),
        ("34.1", "", "%", "unit"),
    ]


# --- the real bulletin --------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("bulletin")
def test_the_first_bulletin_s_draft_needs_no_mending_but_the_guesses(empty: Raw, bulletin_path: Path) -> None:
    desk.draft(bulletin_path, SOURCE, empty.path)
    drafted = empty.rows(SHEET)
    with (ROOT / "raw" / SHEET).open(encoding="utf-8", newline="") as stream:
        keyed = list(csv.DictReader(stream))
    assert [{c: row[c] for c in [*READ, "direction"]} for row in drafted] == [
        {c: row[c] for c in [*READ, "direction"]} for row in keyed
    ]
    right = sum(d["indicator_id"] == "?" + k["indicator_id"] for d, k in zip(drafted, keyed, strict=True))
    assert right >= 28
    completed = [d | {c: k[c] for c in GUESSED} for d, k in zip(drafted, keyed, strict=True)]
    empty.write(SHEET, completed)
    shutil.copy(ROOT / "raw/sources.csv", empty.path / "sources.csv")
    shutil.copytree(ROOT / "raw/actions", empty.path / "actions")
    empty.keep_only(SOURCE)
    found = pipeline.check(empty.path, documents=bulletin_path.parent)
    assert [str(f) for f in found if f.severity == "error"] == []


# --- other bulletins ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted((Path(__file__).parent / "data/specimens").glob("*.txt")), ids=lambda p: p.stem)
def test_a_draft_of_any_bulletin_leaves_nothing_over(raw: Raw, path: Path) -> None:
    with stage.opened(raw.path) as staged:
        assert staged.codes is not None
        text = Text.read(path)
        result, known = draft(text, "x", staged.codes), vocabulary(staged.codes)
    rows = [("observations", row) for row in result.figures] + [("passed_over", row) for row in result.passed_over]
    entries = [
        Entry(table, n, *(int(row[c]) for c in ("paragraph", "char_start", "char_end")), row["as_printed"], dict(row))
        for n, (table, row) in enumerate(rows)
    ]
    done = account("x", text, sorted(entries, key=lambda e: e.start), known)
    assert [(p.rule, p.seen, p.expected) for p in done.problems] == []
    assert {state for _, state in done.numerals} <= {"recorded", "passed_over"}
