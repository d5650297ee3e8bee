"""The proof-reader's page, over an invented bulletin that tries to be markup, in Debian's chromium."""

import base64
import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, SHEET, Raw

from pipeline import desk, stage
from pipeline.cli import main
from pipeline.evidence import proof
from pipeline.evidence.audit import STATES, Account, account, vocabulary
from pipeline.evidence.texts import Text
from pipeline.validate import Codes

SOURCE = "jiangsu-2022-s1"
HOSTILE = '</script><script>alert(1)</script><img src=x onerror="alert(2)">&lt;b&gt;{{policy}}{{data}}'
TEXT = f"""虚构公报{HOSTILE}

  登记20.07万对,占37%。
  javascript:alert(3)\u202e反\u202c\x1b[31m'"` 新增9家,
  截至2022年6月30日,“两项补贴”完成。
"""
NOTE = f"javascript:alert(4) {HOSTILE} \u202enote\x1b[0m"


def placed(printed: str) -> dict[str, str]:
    start = TEXT.index(printed)
    return {"char_start": str(start), "char_end": str(start + len(printed)), "as_printed": printed}


def transcribe(raw: Raw, home: Path) -> None:
    """One figure as printed, one that disagrees, one numeral passed over, a time, and one left over."""
    (home / f"{SOURCE}.txt").write_text(TEXT, encoding="utf-8")
    raw.edit("sources.csv", 2, text_sha256=Text.read(home / f"{SOURCE}.txt").sha256, title_zh=f"虚构{HOSTILE}")
    rows = [row for row in raw.rows(SHEET) if row["indicator_id"].startswith("marriages")]
    rows[0] |= {"paragraph": "2", **placed("20.07万对"), "note": NOTE}
    rows[1] |= {"paragraph": "2", **placed("37%"), "as_printed": "38%", "number": "38"}
    raw.write(SHEET, rows)
    passed = {"paragraph": "4", **placed("两项补贴"), "reason": "name", "note": "two allowances"}
    raw.write(f"passed_over/{SOURCE}.csv", [passed])


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A raw folder, and one with the text that it transcribes."""
    home = tmp_path_factory.mktemp("proof")
    shutil.copytree(ROOT / "raw", home / "raw", ignore=shutil.ignore_patterns("documents", "receipts"))
    (home / "texts").mkdir()
    transcribe(Raw(home / "raw"), home / "texts")
    return home / "raw", home / "texts"


@pytest.fixture(scope="module")
def known(folders: tuple[Path, Path]) -> tuple[Account, Codes]:
    raw, texts = folders
    with stage.opened(raw, texts) as staged:
        assert staged.codes is not None
        return desk.account_of(staged, SOURCE, raw, texts), staged.codes


@pytest.fixture(scope="module")
def rendered(known: tuple[Account, Codes], tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("page") / "page.html"
    proof.write(proof.render(*known), file)
    return file


def island(page: str) -> Any:
    (found,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert not re.search("[<>&]", found)
    return json.loads(found)


# --- the file -----------------------------------------------------------------------------------------------------------


def test_the_invented_bulletin_has_a_numeral_of_every_state(known: tuple[Account, Codes]) -> None:
    assert {state: known[0].count(state) for state in STATES} == dict.fromkeys(STATES, 1) | {"left_over": 5}


def test_the_page_holds_text_and_notes_to_the_character(rendered: Path) -> None:
    data = island(rendered.read_text(encoding="utf-8"))
    assert "\n".join(line for _, line in data["lines"]) == TEXT
    assert [number for number, _ in data["lines"]] == [1, 0, 2, 3, 4, 0]
    assert data["records"][0]["note"] == NOTE


def test_counts_are_those_of_the_account(known: tuple[Account, Codes], rendered: Path) -> None:
    data = island(rendered.read_text(encoding="utf-8"))
    assert data["counts"] == {state: known[0].count(state) for state in STATES}
    assert len(data["numerals"]) == len(known[0].numerals)


def test_a_record_says_what_is_wrong_with_it(rendered: Path) -> None:
    wrong = island(rendered.read_text(encoding="utf-8"))["records"][1]
    assert wrong["state"] == "disagrees"
    assert [(p["rule"], p["seen"], p["expected"]) for p in wrong["problems"]] == [("text-span", "37%", "38%")]


def test_the_page_is_ascii_but_for_its_own_words_and_has_no_markup_of_the_text(rendered: Path) -> None:
    page = rendered.read_text(encoding="utf-8")
    assert "alert(1)</script>" not in page
    assert page.count("<script") == 2
    assert "虚构" not in page
    assert "\x1b" not in page
    assert "\u202e" not in page


def test_the_policy_admits_the_pages_own_script_and_style_alone(rendered: Path) -> None:
    page = rendered.read_text(encoding="utf-8")
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    for tag in ("script", "style"):
        (inner,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inner.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}';" in policy
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy


def test_the_page_names_no_other_address_and_makes_no_markup() -> None:
    template = (ROOT / "pipeline/evidence/proof.html").read_text(encoding="utf-8")
    assert not re.search(r"https?://|//[a-z]+\.|url\(|@import|<link|<img|<iframe", template)
    assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(|Function\(|setTimeout", template)


# --- the command --------------------------------------------------------------------------------------------------------


@pytest.fixture
def command(folders: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Run `minsheng proof` in an empty folder; its exit code."""
    monkeypatch.setenv("MINSHENG_DOCUMENTS", str(folders[1]))
    monkeypatch.chdir(tmp_path)
    return lambda *options: main(["proof", *options, "--raw", str(folders[0])])


def test_the_command_writes_the_page_here_and_counts(
    command: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(SOURCE) == 0
    assert [p.name for p in tmp_path.iterdir()] == [f"{SOURCE}.proof.html"]
    said = capsys.readouterr().out
    assert f"{SOURCE}.proof.html: 9 numerals: 1 recorded, 1 passed over, 1 time, 5 left over, 1 disagrees" in said
    assert "minsheng check tells them all" in said


def test_a_page_is_replaced_and_read_by_its_owner_alone(command: Callable[..., int], tmp_path: Path) -> None:
    assert command(SOURCE, "--out", "page.html") == 0
    assert command(SOURCE, "--out", "page.html") == 0
    assert (tmp_path / "page.html").stat().st_mode & 0o077 == 0
    assert (tmp_path / "page.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_file_that_is_no_page_is_never_replaced(
    command: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "sheet.csv").write_text("mine")
    assert command(SOURCE, "--out", "sheet.csv") == 2
    assert "no page of ours" in capsys.readouterr().err
    assert (tmp_path / "sheet.csv").read_text() == "mine"


def test_a_link_is_never_written_through(
    command: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "precious").write_text("mine")
    (tmp_path / f"{SOURCE}.proof.html").symlink_to(tmp_path / "precious")
    assert command(SOURCE) == 2
    assert "is no plain file" in capsys.readouterr().err
    assert (tmp_path / "precious").read_text() == "mine"


@pytest.mark.parametrize("out", ["nowhere/page.html", "taken", "/dev/null", "x" * 300, "/proc/page.html"])
def test_a_place_that_cannot_be_written_is_told(
    out: str, command: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "taken").mkdir()
    assert command(SOURCE, "--out", out) == 2
    assert re.search("is no plain file|cannot be written: [A-Z]", capsys.readouterr().err)
    assert [p.name for p in tmp_path.iterdir()] == ["taken"]


@pytest.mark.parametrize(("source", "reason"), [("other", "no source 'other'"), ("../x", "no source '../x'")])
def test_an_unknown_source_is_told(
    source: str, reason: str, command: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(source) == 2
    assert reason in capsys.readouterr().err


def test_a_missing_text_is_told(
    command: Callable[..., int], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MINSHENG_DOCUMENTS", "nowhere")
    assert command(SOURCE) == 2
    assert "put your copy of the bulletin there" in capsys.readouterr().err


def test_code_lists_that_cannot_be_read_are_told(raw: Raw, capsys: pytest.CaptureFixture[str]) -> None:
    (raw.path / "codelists/units.csv").unlink()
    assert main(["proof", SOURCE, "--raw", str(raw.path)]) == 1
    assert "file-missing" in capsys.readouterr().err


def test_no_raw_folder_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["proof", SOURCE, "--raw", "nowhere"]) == 2
    assert "there is no folder nowhere" in capsys.readouterr().err


# --- the page in a browser ----------------------------------------------------------------------------------------------


@pytest.fixture
def opened(visit: Callable[..., Any], rendered: Path) -> Callable[..., Any]:
    """Open a page; afterwards nothing may have gone wrong in it, and nothing have been asked of a network."""
    return lambda file=rendered, **options: visit(file, **options)


@pytest.fixture
def page(opened: Callable[..., Any]) -> Any:
    return opened()


def chosen(page: Any) -> tuple[list[str], list[str]]:
    """What is chosen in the text and among the records."""
    return page.locator(".numeral.chosen").all_inner_texts(), page.locator(".card.chosen .printed").all_inner_texts()


def focused(page: Any) -> str:
    return page.evaluate("document.activeElement.closest('.card, .text, header, body').className.split(' ')[0]")


def test_every_numeral_is_marked_by_its_state(page: Any, known: tuple[Account, Codes]) -> None:
    for state in STATES:
        assert page.locator(f"#text .numeral.{state}").count() == known[0].count(state)
        assert page.locator(f"[data-state={state}]").inner_text().endswith(f" {known[0].count(state)}")


def test_states_are_told_by_more_than_colour(page: Any) -> None:
    signs = "e => [getComputedStyle(e, '::after').content, getComputedStyle(e).textDecorationStyle].join()"
    seen = {page.locator(f"#text .numeral.{state}").first.evaluate(signs) for state in STATES}
    assert len(seen) == 5
    assert len({sign.rpartition(",")[2] for sign in seen}) == 5
    assert "recorded" in page.locator("#text .numeral.recorded").get_attribute("aria-label")


def test_nothing_of_the_text_or_the_notes_becomes_markup(page: Any) -> None:
    assert page.locator("script").count() == 2
    assert page.locator("img, iframe, a, b:not(.problem b)").count() == 0
    assert "alert(1)</script>" in page.locator("#lines").inner_text()
    assert "javascript:alert(4) </script>" in page.locator(".card.recorded").inner_text()
    assert page.title().startswith("虚构</script>")


def test_characters_that_hide_or_reorder_are_spelt_out(page: Any) -> None:
    assert page.locator("#lines .odd").all_inner_texts() == ["U+202E", "U+202C", "U+001B"]
    assert page.locator(".card.recorded .odd").all_inner_texts() == ["U+202E", "U+001B"]
    assert "\u202e" not in page.content()


def test_the_text_is_shown_whole_with_the_numbers_of_its_paragraphs(page: Any) -> None:
    shown = page.locator("#lines .line").all_text_contents()
    spelt = TEXT.replace("\u202e", "U+202E").replace("\u202c", "U+202C").replace("\x1b", "U+001B")
    assert "\n".join(shown) == spelt
    numbers = page.locator("#lines .line").evaluate_all("all => all.map(e => e.dataset.paragraph ?? '')")
    assert numbers == ["1", "", "2", "3", "4", ""]


def test_a_click_on_a_numeral_chooses_its_record(page: Any) -> None:
    page.locator(".numeral", has_text="20.07").click()
    assert chosen(page) == (["20.07万对"], ["20.07万对"])
    page.locator(".numeral", has_text="9家").click()
    assert chosen(page) == (["9家"], ["9家"])


def test_a_click_on_a_record_chooses_its_numeral(page: Any) -> None:
    page.locator(".card.disagrees").click()
    assert chosen(page) == (["37%"], ["38%"])
    page.locator(".card.passed_over dd").first.click()
    assert chosen(page)[1] == ["两项补贴"]
    assert "".join(page.locator(".piece.chosen").all_inner_texts()) == "两项补贴"


def test_the_keyboard_moves_through_numerals_and_across(page: Any) -> None:
    page.keyboard.press("j")
    first = chosen(page)
    page.keyboard.press("ArrowDown")
    assert chosen(page) != first
    page.keyboard.press("k")
    assert chosen(page) == first
    page.keyboard.press("End")
    assert chosen(page)[1] == ["两项补贴"]
    assert focused(page) == "pane"
    page.keyboard.press("Enter")
    assert focused(page) == "card"
    page.keyboard.press("ArrowUp")
    assert chosen(page)[1] == ["2022年6月30日"]
    page.keyboard.press("Enter")
    assert focused(page) == "pane"
    assert page.evaluate("document.activeElement.innerText") == "2022年6月30日"


def test_one_numeral_and_one_record_can_be_tabbed_to(page: Any) -> None:
    for _ in range(3):
        assert page.locator("#text [tabindex='0']").count() == 1
        assert page.locator("#cards [tabindex='0']").count() == 1
        page.keyboard.press("j")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"


def test_a_slash_goes_to_the_filter_and_escape_back(page: Any) -> None:
    page.keyboard.press("/")
    page.keyboard.type("37%")
    assert page.locator(".card:visible").count() == 1
    assert page.locator("#told").inner_text() == "1 of 9 numerals shown"
    page.keyboard.press("Escape")
    assert page.locator(".card:visible").count() == 9


def test_a_state_hides_the_others_on_both_sides(page: Any) -> None:
    page.locator("[data-state=left_over]").click()
    assert page.locator("[data-state=left_over]").get_attribute("aria-pressed") == "true"
    assert page.locator(".card:visible").count() == page.locator(".card.left_over").count() == 5
    assert page.locator("#text .numeral[role]").count() == 5
    plain = page.locator("#text .numeral.recorded").evaluate(
        "e => [getComputedStyle(e).textDecorationLine, getComputedStyle(e, '::after').content]"
    )
    assert plain == ["none", "none"]
    page.locator("[data-state=time]").click()
    assert page.locator(".card:visible").count() == 6
    page.locator("[data-state=all]").click()
    assert page.locator(".card:visible").count() == 9


def test_a_filter_that_admits_nothing_says_so(page: Any) -> None:
    page.locator("#filter").fill("nothing is called that")
    assert page.locator("#none").is_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    assert page.locator("#none").is_hidden()


def test_the_page_speaks_english_and_chinese(page: Any) -> None:
    page.locator(".numeral", has_text="20.07").click()
    assert page.locator("html").get_attribute("lang") == "en"
    assert "Marriages" in page.locator(".card.recorded").inner_text()
    page.locator("#language").click()
    assert page.locator("html").get_attribute("lang") == "zh-Hans"
    assert page.locator("[data-state=left_over]").inner_text() == " 遗漏 5"
    assert "原文此处是“37%”，录入的是“38%”" in page.locator(".card.disagrees").inner_text()
    assert "略过理由\n名称" in page.locator(".card.passed_over").inner_text()
    assert chosen(page) == (["20.07万对"], ["20.07万对"])
    page.locator("#language").click()
    assert page.locator("html").get_attribute("lang") == "en"


def test_a_chinese_reader_gets_chinese_at_once(opened: Callable[..., Any]) -> None:
    page = opened(locale="zh-CN")
    assert page.locator("html").get_attribute("lang") == "zh-Hans"
    assert "版权" in page.locator(".notice").inner_text()


CONTRAST = """() => {
  const parse = (c) => c.match(/[\\d.]+/g).map(Number);
  const light = (c) => parse(c).slice(0, 3).map((v) => v / 255)
    .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, n) => sum + v * [0.2126, 0.7152, 0.0722][n], 0);
  const behind = (e) => { const c = getComputedStyle(e).backgroundColor; return (parse(c)[3] ?? 1) === 1 ? c : behind(e.parentElement); };
  const ratio = (a, b) => { const [low, high] = [light(a), light(b)].sort((x, y) => x - y); return (high + 0.05) / (low + 0.05); };
  const all = [...document.querySelectorAll("body *")].filter((e) => e.checkVisibility() && [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()));
  const marks = [...document.querySelectorAll(".numeral")].map((e) => [e.className + "::after", ratio(getComputedStyle(e, "::after").color, behind(e))]);
  return [...all.map((e) => [e.className || e.tagName, ratio(getComputedStyle(e).color, behind(e))]), ...marks];
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everything_can_be_read_in_both_themes(theme: str, opened: Callable[..., Any]) -> None:
    page = opened(color_scheme=theme)
    for name in ("20.07", "37%", "9家", "2022年6月30日"):
        page.locator(".numeral", has_text=name).click()
        ratios = page.evaluate(CONTRAST)
        assert len(ratios) > 50
        assert [each for each in ratios if each[1] < 4.5] == []


def test_a_button_changes_the_theme(page: Any) -> None:
    paper = "getComputedStyle(document.querySelector('.text')).backgroundColor"
    before = page.evaluate(paper)
    page.locator("#theme").click()
    assert page.evaluate(paper) != before
    assert page.locator("#theme").inner_text() == "Light"


def test_paper_has_a_legend_and_a_table_and_no_buttons(page: Any) -> None:
    assert page.locator(".paper").is_hidden()
    page.locator("[data-state=recorded]").click()
    page.emulate_media(media="print")
    assert page.locator("button:visible, input:visible, .controls:visible").count() == 0
    assert page.locator(".legend li:visible").count() == 5
    assert page.locator(".paper tbody tr:visible").count() == 1
    assert "20.07万对" in page.locator(".paper tbody tr:visible").inner_text()
    assert page.evaluate("getComputedStyle(document.body).overflow") == "visible"
    assert page.pdf().startswith(b"%PDF")


def test_a_narrow_screen_has_both_sides_one_below_the_other(opened: Callable[..., Any]) -> None:
    page = opened(viewport={"width": 360, "height": 740})
    above, below = page.locator("#text").bounding_box(), page.locator("#records").bounding_box()
    assert above["y"] + above["height"] <= below["y"] + 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.locator(".card.passed_over").click()
    assert page.locator(".piece.chosen").first.is_visible()


def test_another_text_than_the_transcribed_is_told(
    known: tuple[Account, Codes], tmp_path: Path, opened: Callable[..., Any]
) -> None:
    told, codes = known
    other = Account(told.source_id, Text(told.text.content, "0" * 64), told.entries, told.numerals, told.problems)
    proof.write(proof.render(other, codes), tmp_path / "other.html")
    assert "SHA-256" in opened(tmp_path / "other.html").locator("#other").inner_text()
    assert opened().locator("#other").is_hidden()


def test_a_numeral_that_goes_on_in_the_next_line_is_one(
    known: tuple[Account, Codes], tmp_path: Path, opened: Callable[..., Any]
) -> None:
    text = Text("全省共有养老机构1505\n家,登记完成。\n", "0" * 64)
    proof.write(proof.render(account(SOURCE, text, [], vocabulary(known[1])), known[1]), tmp_path / "wrapped.html")
    page = opened(tmp_path / "wrapped.html")
    page.locator(".card").click()
    assert chosen(page)[0] == ["1505", "家"]
    assert page.locator(".numeral[role]").count() == page.locator(".numeral.last").count() == 1


def test_a_record_beyond_the_end_of_the_text_can_be_chosen(
    known: tuple[Account, Codes], tmp_path: Path, opened: Callable[..., Any]
) -> None:
    claims = known[0].entries
    text = Text("全文完\n", "0" * 64)
    proof.write(proof.render(account(SOURCE, text, claims, vocabulary(known[1])), known[1]), tmp_path / "short.html")
    page = opened(tmp_path / "short.html")
    page.locator(".card").first.click()
    assert page.locator(".card.chosen.disagrees").count() == 1
    page.keyboard.press("j")
    assert page.locator(".card.disagrees").count() == len(claims)


def test_a_long_bulletin_opens_and_answers_at_once(
    known: tuple[Account, Codes], tmp_path: Path, opened: Callable[..., Any]
) -> None:
    text = Text("  全省共有养老机构1505家,比上年末增长3.2%;\U00020000登记20.07万对。\n\n" * 1300, "0" * 64)
    assert len(text.content) > 50_000
    proof.write(proof.render(account(SOURCE, text, [], vocabulary(known[1])), known[1]), tmp_path / "long.html")
    page = opened(tmp_path / "long.html")
    assert page.locator("#text .numeral").count() == 3900
    assert page.locator("#text .numeral").last.inner_text() == "20.07万对"
    page.locator("#text .numeral").last.click()
    assert page.locator(".card.chosen").is_visible()
    took = page.evaluate(
        "() => { const start = performance.now(); document.dispatchEvent(new KeyboardEvent('keydown', { key: 'k' }));"
        " document.body.offsetHeight; return performance.now() - start; }"
    )
    assert took < 1000
    assert page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd") < 10_000


def test_the_real_bulletin_has_every_figure_on_the_page(
    bulletin: str, opened: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINSHENG_DOCUMENTS", os.environ.get("MINSHENG_DOCUMENTS", str(ROOT / "raw/documents")))
    assert main(["proof", SOURCE, "--raw", str(ROOT / "raw"), "--out", str(tmp_path / "real.html")]) == 0
    page = opened(tmp_path / "real.html")
    assert page.locator(".card.recorded").count() == 40
    assert page.locator("#lines").text_content() == bulletin.replace("\n", "")
