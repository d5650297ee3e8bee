"""The explorer's page as people use it, in Debian's chromium, over the real dataset and over one that means harm."""

import base64
import csv
import hashlib
import io
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import axe
import duckdb
import pytest
from conftest import ROOT, SOURCE, Raw
from consumers.run import UnusableError

import pipeline
from pipeline.cli import main
from pipeline.explorer import content, page

ASSETS = ROOT / "pipeline/explorer/assets"
VIEWS = ["#overview", "#indicators", "#indicator=dibao_persons", "#indicator=marriages", "#table", "#quality"]
HOSTILE = (
    '</script><script>alert(1)</script><img src=x onerror="alert(2)">&lt;b&gt;{{policy}}{{data}} javascript:alert(3)'
)
HIDDEN = "\u202e反\u202c\x1b[31m"


@pytest.fixture(scope="session")
def explorer(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the real dataset."""
    file = tmp_path_factory.mktemp("explorer") / "minsheng.html"
    page.write(built, file)
    return file


@pytest.fixture
def look(visit: Callable[..., Any], explorer: Path) -> Callable[..., Any]:
    """Open the page at an address within it."""
    return lambda address="", **options: visit(explorer, address, **options)


def asked(folder: Path, sql: str) -> list[Any]:
    with pipeline.connect(folder) as connection:
        return connection.execute(sql).fetchall()


def drawn(look: Any, index: int = 0) -> Any:
    """A chart, once it is drawn."""
    stage = look.locator(".stage").nth(index)
    stage.scroll_into_view_if_needed()
    look.wait_for_function("stage => stage.dataset.drawn", arg=stage.element_handle())
    return stage


def see_all(look: Any) -> None:
    """Scroll past every chart of the page, as each is drawn when it comes near."""
    for n in range(look.locator(".stage").count()):
        drawn(look, n)


# --- the file -----------------------------------------------------------------------------------------------------------


def island(text: str) -> Any:
    (found,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    assert not re.search("[<>&]", found)
    return json.loads(found)


def test_the_page_of_the_real_dataset_is_small(explorer: Path) -> None:
    assert explorer.stat().st_size < 2_000_000


def test_the_same_dataset_gives_the_same_page(built: Path, explorer: Path) -> None:
    assert page.render(built) == explorer.read_text(encoding="utf-8")


def test_every_query_of_the_page_has_an_answer(explorer: Path) -> None:
    tables = island(explorer.read_text(encoding="utf-8"))["tables"]
    assert set(tables) == {file.stem for file in (ROOT / "pipeline/explorer/queries").glob("*.sql")}
    assert [name for name, answer in tables.items() if not answer["rows"]] == []


def test_every_script_is_part_of_the_page() -> None:
    assert {file.stem for file in ASSETS.glob("*.js")} == set(page._SCRIPTS)


def test_the_policy_admits_the_pages_own_scripts_and_style_alone(explorer: Path) -> None:
    text = explorer.read_text(encoding="utf-8")
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    for tag, count in (("script", 2), ("style", 1)):
        inner = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        hashes = [base64.b64encode(hashlib.sha256(each.encode()).digest()).decode() for each in inner]
        assert len(hashes) == count
        assert f"{tag}-src " + " ".join(f"'sha256-{each}'" for each in hashes) + ";" in policy
    assert policy.startswith("default-src 'none';")
    assert "connect-src 'none'" in policy
    assert "unsafe" not in policy


def test_our_own_parts_name_no_other_address_and_make_no_markup() -> None:
    for file in ASSETS.iterdir():
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"https?://|url\(|@import|<link|<img|<iframe", text), file.name
        assert not re.search(r"\.innerHTML|outerHTML|insertAdjacent|document\.write|eval\(|Function\(", text), file.name


def test_both_languages_have_the_same_words() -> None:
    text = (ASSETS / "words.js").read_text(encoding="utf-8")
    english, chinese = text.split("\n  zh: {")
    keys = [set(re.findall(r"[{,]\s+(\w+): ", part)) for part in (english, "{" + chinese)]
    assert len(keys[1]) > 100
    assert keys[0] - keys[1] == {"en", "months"}


# --- the command --------------------------------------------------------------------------------------------------------


@pytest.fixture
def explore(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Run `minsheng explore` in an empty folder; its exit code."""
    monkeypatch.chdir(tmp_path)
    return lambda *options: main(["explore", "--data", str(built), *options])


def test_the_command_writes_one_page_and_replaces_it(
    explore: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert explore() == explore() == 0
    assert [file.name for file in tmp_path.iterdir()] == ["minsheng.html"]
    assert "minsheng.html: 1." in capsys.readouterr().out


def test_a_file_that_is_no_page_is_never_replaced(
    explore: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "letter.html").write_text("<!doctype html>\nmine")
    assert explore("--out", "letter.html") == 2
    assert "no page of ours" in capsys.readouterr().err
    assert (tmp_path / "letter.html").read_text() == "<!doctype html>\nmine"


@pytest.mark.parametrize("out", ["nowhere/page.html", "/dev/null"])
def test_a_place_that_cannot_be_written_is_told(
    out: str, explore: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert explore("--out", out) == 2
    assert re.search("is no plain file|cannot be written: [A-Z]", capsys.readouterr().err)


def test_the_page_is_opened_when_asked_for(explore: Callable[..., int], monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("typer.launch", opened.append)
    assert explore("--open") == 0
    assert [Path(each).name for each in opened] == ["minsheng.html"]


def test_a_folder_without_a_dataset_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explore", "--data", str(tmp_path), "--out", str(tmp_path / "page.html")]) == 2
    assert "no dataset in" in capsys.readouterr().err
    assert not (tmp_path / "page.html").exists()


def test_a_dataset_that_cannot_be_read_is_told(built: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(built, tmp_path / "torn", ignore=shutil.ignore_patterns("*.duckdb"))
    (tmp_path / "torn/units.parquet").write_bytes(b"PAR1 and nothing else")
    for command, out in (["explore"], "page.html"), (["plot", "dibao_persons"], "figure.svg"):
        assert main([*command, "--data", str(tmp_path / "torn"), "--out", str(tmp_path / out)]) == 2
        assert re.search("the dataset cannot be (shown|drawn): ", capsys.readouterr().err)
        assert not (tmp_path / out).exists()


def test_files_too_large_for_the_page_lie_beside_it(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, visit: Callable[..., Any]
) -> None:
    monkeypatch.setattr(content, "EMBEDDED", 1000)
    page.write(built, tmp_path / "page.html")
    for name in content.FILES:
        assert (tmp_path / "page.files" / name).read_bytes() == (built / name).read_bytes()
    links = visit(tmp_path / "page.html", "#table").locator("a[download]")
    assert [link.get_attribute("href") for link in links.all()] == [f"page.files/{name}" for name in content.FILES]
    assert island((tmp_path / "page.html").read_text(encoding="utf-8"))["files"] == {}


def test_a_dataset_without_csv_offers_the_parquet_alone(built: Path, tmp_path: Path, visit: Callable[..., Any]) -> None:
    shutil.copytree(built, own := tmp_path / "curated")
    (own / "observations.csv").unlink()
    page.write(own, tmp_path / "page.html")
    assert [*island((tmp_path / "page.html").read_text(encoding="utf-8"))["files"]] == ["observations.parquet"]
    bar = visit(tmp_path / "page.html", "#table").locator("p.bar", has_text="observations.parquet")
    assert bar.locator("button").all_text_contents() == ["observations.parquet"]


def test_a_folder_for_large_files_that_cannot_be_made_is_told(
    explore: Callable[..., int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(content, "EMBEDDED", 1000)
    (tmp_path / "minsheng.files").write_text("mine")
    assert explore() == 2
    assert "minsheng.files cannot be written: File exists" in capsys.readouterr().err


# --- every page, every way ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def axe_script() -> str:
    try:
        return axe.script()
    except UnusableError as error:
        pytest.skip(f"no axe-core here: {error}")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en-GB", "zh-CN"])
@pytest.mark.parametrize("width", [390, 1300])
def test_no_page_keeps_anybody_out_or_spills_over_or_draws_nothing(
    look: Callable[..., Any], axe_script: str, theme: str, language: str, width: int
) -> None:
    options = {"locale": language, "color_scheme": theme, "viewport": {"width": width, "height": 800}}
    there = look(VIEWS[0], bypass_csp=True, **options)
    for view in VIEWS:
        there.evaluate(f"location.hash = '{view}'")
        there.wait_for_function("hash => location.hash === hash && document.querySelector('h1')", arg=view)
        see_all(there)
        assert axe.violations(there, axe_script) == [], view
        assert there.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, view
        marks = there.locator(".stage").evaluate_all(
            "all => all.map(s => s.querySelectorAll('.mark-symbol path, .mark-rect path').length)"
        )
        assert all(marks), view


def test_what_keeps_people_out_would_be_seen(look: Callable[..., Any], axe_script: str) -> None:
    there = look(bypass_csp=True)
    there.evaluate("document.body.append(document.createElement('select'))")
    assert [each.partition(":")[0] for each in axe.violations(there, axe_script)] == ["select-name"]


def upon(a: list[float], b: list[float]) -> bool:
    """True where two boxes of words lie upon each other by more than the air around letters."""
    return a[0] < b[2] - 1 and b[0] < a[2] - 1 and a[1] < b[3] - 3 and b[1] < a[3] - 3


def test_words_of_a_chart_stay_inside_it_and_apart(look: Callable[..., Any]) -> None:
    box = "e => { const b = e.getBoundingClientRect(); return [b.left, b.top, b.right, b.bottom]; }"
    for view, least in (("#quality", 30), ("#overview", 5), ("#indicator=dibao_persons", 8)):
        for width in (340, 1300):
            there = look(view, viewport={"width": width, "height": 800})
            for n in range(there.locator(".stage").count()):
                stage = drawn(there, n)
                left, top, right, bottom = stage.evaluate(box)
                words = [
                    t.evaluate(box)
                    for t in stage.locator(".mark-text text:not([opacity='0'])").all()
                    if t.text_content()
                ]
                assert len(words) >= least
                assert all(left - 1 <= a[0] and a[2] <= right + 1 for a in words), (view, width, n)
                assert all(top - 1 <= a[1] and a[3] <= bottom + 1 for a in words), (view, width, n)
                crossed = [(a, b) for a in words for b in words if a < b and upon(a, b)]
                assert crossed == [], (view, width, n)


# --- a newcomer ---------------------------------------------------------------------------------------------------------


def test_a_newcomer_finds_the_allowance_with_one_click(look: Callable[..., Any]) -> None:
    """How many persons, how exact, where printed, beside the nation: the clicks that CONTRIBUTING writes down."""
    there = look()
    there.get_by_role("link", name="Persons on minimum living allowance").first.click()
    told = there.locator("#key").inner_text()
    assert "682,100 person" in told
    assert "Between 682,050 and 682,150: ± 50 (0.0073 %)" in told
    assert "68.21万人" in told
    assert "paragraph 13, characters 298–305" in told
    assert "A machine has compared it with the source's text." in told
    assert "China: 40,780,000 (31 May 2022, 30 days apart)" in told
    assert re.search(r"For 10,000 residents: 80\.\d+ \(80\.\d+ … 80\.\d+\) here, 288\.\d+ \(.*\) in China", told)


def test_a_newcomer_finds_it_in_chinese_by_searching(look: Callable[..., Any]) -> None:
    there = look(locale="zh-CN")
    there.get_by_role("link", name="指标", exact=True).click()
    there.get_by_label("查找指标").fill("低保对象")
    there.get_by_role("link", name="低保对象人数").click()
    told = there.locator("#key").inner_text()
    assert "68.21万 人" in told
    assert "在 68.205万 与 68.215万 之间：± 50（0.0073%）" in told
    assert "中国：4,078万（2022年5月31日，相差 30 天）" in told


# --- the overview -------------------------------------------------------------------------------------------------------


def test_the_overview_has_every_figure_of_the_bulletin_by_theme(look: Callable[..., Any], built: Path) -> None:
    there = look()
    known = asked(
        built,
        f"SELECT theme_id, count(*) FROM facts JOIN indicators USING (indicator_id) WHERE source_id = '{SOURCE}' GROUP BY 1",
    )
    assert sorted(
        there.locator(".card").evaluate_all("all => all.map(c => c.querySelectorAll('li').length)")
    ) == sorted(count for _, count in known)
    assert there.locator("h1").inner_text() == "Jiangsu, first half of 2022, at a glance"
    lottery = there.locator(".card", has_text="Welfare lottery sales").inner_text()
    assert "4,500,000,000 yuan\n4,450,000,000 … 4,550,000,000\n▲ 500,000,000 … 700,000,000 on a year earlier" in lottery


def test_another_bulletin_can_be_chosen(look: Callable[..., Any]) -> None:
    there = look()
    there.get_by_label("Bulletin").select_option("nanjing-communique-2023")
    assert there.locator("h1").inner_text() == "Nanjing, 2023, at a glance"
    assert there.evaluate("document.activeElement.id") == "bulletin"


def test_promises_stand_by_their_date_with_their_target(look: Callable[..., Any], built: Path) -> None:
    there = look()
    known = asked(built, "SELECT title_en FROM commitments")
    shown = there.locator(".dues li").all_inner_texts()
    assert len(shown) == len(known) == 18
    assert all(any(line.startswith(title) for line in shown) for (title,) in known)
    assert there.locator(".dues h3").all_inner_texts() == ["Due: second half of 2022", "Due: 2022", "No date printed"]
    assert any("3所以上" in line for line in shown)


def test_the_map_has_every_city_and_tells_what_it_did(look: Callable[..., Any], built: Path) -> None:
    there = look()
    cities = dict(
        asked(
            built,
            "SELECT name_en, (SELECT count(*) FROM actions WHERE ref_area = code) FROM areas WHERE parent = '320000'",
        )
    )
    tiles = there.locator(".map .tile:not(.province)")
    assert dict(tile.inner_text().split("\n") for tile in tiles.all()) == {n: str(c) for n, c in cities.items()}
    tiles.filter(has_text="Nantong").focus()
    there.keyboard.press("Enter")
    assert "Nantong: 1 action" in there.locator(".acts").inner_text()
    tiles.filter(has_text="Xuzhou").click()
    assert "name no action of this city" in there.locator(".acts").inner_text()


def test_tiles_do_not_lie_upon_each_other(look: Callable[..., Any]) -> None:
    places = (
        look()
        .locator(".tile")
        .evaluate_all("all => all.map(t => Object.values(t.getBoundingClientRect().toJSON()).join())")
    )
    assert len(set(places)) == len(places) == 14


# --- one indicator ------------------------------------------------------------------------------------------------------


def test_the_indicator_page_says_what_is_counted_in_both_languages(look: Callable[..., Any], built: Path) -> None:
    told = look("#indicator=dibao_persons").locator(".lead").inner_text()
    ((*words,),) = asked(
        built,
        "SELECT name_en, name_zh, definition, definition_zh, definition_source FROM indicators WHERE indicator_id = 'dibao_persons'",
    )
    assert all(word in told for word in [*words, "stock: holds at a day", "person", "dibao_persons"])


def test_the_series_has_every_figure_its_whiskers_and_its_gaps(look: Callable[..., Any], built: Path) -> None:
    there = look("#indicator=marriages")
    there.locator("#which").select_option(label="China · a year · all (4)")
    stage = drawn(there)
    rows = asked(
        built,
        "SELECT is_gap FROM series WHERE indicator_id = 'marriages' AND ref_area = 'CN' AND breakdown = '' AND span = 'P12M'",
    )
    gaps = sum(gap for (gap,) in rows)
    assert (len(rows) - gaps, gaps) == (4, 6)
    assert int(stage.get_attribute("data-drawn") or 0) == 4 + 1  # one gap in the middle
    assert stage.locator(".mark-symbol path").count() == 4
    assert stage.locator(".mark-rule.role-mark line").count() == 4
    assert stage.locator(".mark-line path").get_attribute("d").count("M") == 2


def test_an_open_bound_is_told_and_not_drawn_as_one(look: Callable[..., Any]) -> None:
    there = look("#indicator=rural_care_centres_per_county_target")
    assert "At least 3; no upper bound." in there.locator("#key").inner_text()
    assert "3 … ∞" in there.locator("main").inner_text()


def test_areas_are_compared_by_residents_where_the_concept_is_the_same(look: Callable[..., Any], built: Path) -> None:
    there = look("#indicator=dibao_persons")
    stage = drawn(there, 1)
    rows = asked(built, "SELECT ref_area FROM per_capita WHERE indicator_id = 'dibao_persons' AND breakdown = ''")
    assert int(stage.get_attribute("data-drawn") or 0) == len(rows)
    assert sorted(stage.locator(".role-legend-label text").all_text_contents()) == ["China", "Jiangsu", "Nanjing"]
    shapes = stage.locator(".role-legend-symbol path").evaluate_all("all => all.map(p => p.getAttribute('d'))")
    assert len(set(shapes)) == 3


def test_parts_derived_checks_changes_and_revisions_are_told(look: Callable[..., Any]) -> None:
    there = look("#indicator=marriages")
    told = {
        section.locator("h2").inner_text(): section.inner_text() for section in there.locator("main > section").all()
    }
    assert "marriages * marriages_cross_region_share × 0.01" in told["Derived values"]
    assert "jiangsu-2022-s1:39" in told["Derived values"]
    assert "813.1万对" in told["Published against computed"]
    assert "约10.5%\n-10.6 … -10.4" in told["Change on a year earlier"]
    assert "Quarterly statistics against the yearly communique" in told["Revisions"]
    assert "No area's figure exceeds that of the area it lies in." in told["Parts and wholes"]
    there.get_by_role("link", name="jiangsu-2022-s1:40").first.click()
    assert there.locator("h1").inner_text() == "Share of marriages registered across regions"


def test_every_figure_has_its_evidence(look: Callable[..., Any], built: Path) -> None:
    there = look("#indicator=dibao_persons")
    rows = there.locator("main > section").last.locator("tbody tr")
    known = asked(
        built,
        "SELECT observation_id, as_printed, evidence, title_zh, char_start, char_end FROM provenance WHERE indicator_id = 'dibao_persons'",
    )
    assert rows.count() == len(known)
    for observation, printed, evidence, title, start, end in known:
        told = rows.filter(has=there.locator("code", has_text=re.compile(f"^{observation}$"))).inner_text()
        assert all(word in told for word in (printed, evidence, title)), observation
        assert start is None or f"characters {start}–{end}" in told


def test_a_figure_of_the_same_period_is_told_as_a_share_of_the_nation(look: Callable[..., Any], built: Path) -> None:
    there = look("#indicator=temporary_assistance_person_times")
    ((share, low, high),) = asked(
        built,
        "SELECT obs_value, lower, upper FROM shares WHERE indicator_id = 'temporary_assistance_person_times' AND ref_area = '320000'",
    )
    told = there.locator("#key").inner_text()
    shown = [float(each) for each in re.findall(r"([\d.]+) % \(([\d.]+) … ([\d.]+)\) of its 4,802,000", told)[0]]
    assert shown[1] <= low < share < high <= shown[2]
    assert shown == pytest.approx([share, low, high], abs=0.01)


def test_every_indicator_and_every_bulletin_has_something_to_show(look: Callable[..., Any], built: Path) -> None:
    there = look("#indicators")
    links = there.locator("main a").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    assert len(links) == len(asked(built, "FROM indicators"))
    for link in links:
        there.evaluate(f"location.hash = '{link}'")
        there.wait_for_function("hash => location.hash === hash && document.getElementById('key')", arg=link)
        assert there.locator("main > section").last.locator("tbody code").count() > 0, link
    there.evaluate("location.hash = '#overview'")
    for (source,) in asked(built, "SELECT source_id FROM sources"):
        there.get_by_label("Bulletin").select_option(source)
        assert there.locator(".headlines li").count() > 0, source
        see_all(there)


def test_an_unknown_indicator_is_told(look: Callable[..., Any]) -> None:
    there = look("#indicator=%3Cb%3Enone")
    assert there.locator("h1").inner_text() == "There is no such indicator."
    assert there.locator("b").count() == 0


@pytest.mark.parametrize("address", ["#constructor", "#__proto__=1", "#%", "#nothing"])
def test_an_address_that_names_no_page_shows_the_overview(look: Callable[..., Any], address: str) -> None:
    assert look(address).locator("nav [aria-current]").inner_text() == "Overview"


# --- the table ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def listed(look: Callable[..., Any]) -> Any:
    return look("#table", permissions=["clipboard-read", "clipboard-write"], accept_downloads=True)


def copied(there: Any, name: str) -> str:
    there.get_by_role("button", name=name).click()
    there.wait_for_function("document.getElementById('said').textContent.length > 0")
    text: str = there.evaluate("navigator.clipboard.readText()")
    return text


def same_rows_in_duckdb(there: Any, built: Path) -> set[str]:
    return {row[0] for row in asked(built, there.locator("#sql").inner_text())}


@pytest.mark.parametrize(
    "words",
    ["minimum living", "低保 南京", "jiangsu-2022-s1:2", "CN 2022-S1", "urban ALLOWANCE", "o'brien", "68.21万人", "%"],
)
def test_the_search_finds_in_both_languages_and_by_code_what_duckdb_finds(listed: Any, built: Path, words: str) -> None:
    listed.get_by_label("Search").fill(words)
    rows = csv.DictReader(io.StringIO(copied(listed, "Copy as CSV")))
    found = {row["observation_id"] for row in rows}
    assert found == same_rows_in_duckdb(listed, built)
    assert bool(found) == (words != "o'brien")
    assert listed.locator("#shown").inner_text() == f"{len(found)} of 417 figures"


def test_filters_narrow_down_and_are_taken_away(listed: Any, built: Path) -> None:
    listed.get_by_label("Theme").select_option("social_assistance")
    listed.get_by_label("Area").select_option("320000")
    listed.get_by_label("Period").select_option("2022-S1")
    listed.get_by_label("Source").select_option(SOURCE)
    listed.get_by_label("Evidence").select_option("verified")
    rows = listed.locator("tbody tr").count()
    assert 0 < rows < 12
    assert len(same_rows_in_duckdb(listed, built)) == rows
    listed.get_by_label("Search").fill("nothing like it")
    assert "Nothing matches" in listed.locator("tbody").inner_text()
    listed.get_by_role("button", name="Clear filters").click()
    assert listed.locator("#shown").inner_text() == "417 of 417 figures"
    assert listed.evaluate("document.activeElement.id") == "search"


def test_a_heading_sorts_both_ways_with_the_keyboard(listed: Any) -> None:
    listed.get_by_label("Search").fill("dibao_persons")
    head = listed.get_by_role("button", name="Value")
    head.focus()
    for way in ("ascending", "descending"):
        listed.keyboard.press("Enter")
        assert listed.locator("th[aria-sort]").get_attribute("aria-sort") == way
        values = [int(t.split(" ")[0].replace(",", "")) for t in listed.locator("tbody td.number").all_inner_texts()]
        assert values == sorted(values, reverse=way == "descending")
        assert len(values) > 10


def test_pages_of_the_table_are_turned(listed: Any) -> None:
    assert listed.locator("tbody tr").count() == 50
    first = listed.locator("tbody code").first.inner_text()
    assert listed.get_by_role("button", name="Previous").is_disabled()
    for _ in range(8):
        listed.get_by_role("button", name="Next").click()
    assert listed.locator(".pager span").inner_text() == "Page 9 of 9"
    assert listed.locator("tbody tr").count() == 17
    assert listed.locator("tbody code").first.inner_text() != first


def test_what_is_copied_keeps_every_cell(listed: Any, built: Path) -> None:
    rows = list(csv.reader(io.StringIO(copied(listed, "Copy as CSV"))))
    known = asked(built, listed.locator("#sql").inner_text())
    assert sorted(rows[1:]) == sorted(
        ["" if cell is None else f"{cell:.15g}" if isinstance(cell, float) else cell for cell in row] for row in known
    )
    listed.get_by_label("Search").fill("jiangsu-2022-s1:20")
    markdown = copied(listed, "Copy as Markdown").splitlines()
    assert markdown[1] == "|" + " --- |" * len(rows[0])
    assert len(markdown) == 3
    assert "SELECT" in copied(listed, "Copy SQL")


@pytest.mark.parametrize("name", content.FILES)
def test_the_files_it_was_built_from_can_be_taken_away(listed: Any, built: Path, tmp_path: Path, name: str) -> None:
    with listed.expect_download() as waiting:
        listed.get_by_role("button", name=name).click()
    waiting.value.save_as(tmp_path / name)
    assert (tmp_path / name).read_bytes() == (built / name).read_bytes()


# --- quality ------------------------------------------------------------------------------------------------------------


def test_numerals_are_accounted_for_by_source(look: Callable[..., Any], built: Path) -> None:
    there = look("#quality")
    rows = there.locator("main > section").first.locator("tbody tr")
    assert rows.count() == len(asked(built, "FROM sources"))
    passed = asked(built, f"SELECT count(*) FROM passed_over WHERE source_id = '{SOURCE}'")[0][0]
    assert (
        rows.first.inner_text()
        .replace("\t", " ")
        .startswith(f"江苏基本民生保障“半年报”出炉 Jiangsu first half of 2022 held, audited 40 0 {passed}")
    )
    assert there.locator(".levels").inner_text().split("\n")[0].replace("\t", " ").startswith("verified")
    assert "40 / 417" in there.locator(".levels").inner_text()


def test_totals_are_drawn_against_the_sums_of_their_parts(look: Callable[..., Any], built: Path) -> None:
    there = look("#quality")
    sums = asked(
        built, "SELECT count(*) FROM reconciliations WHERE kind IN ('sum', 'shares') AND agrees IS NOT NULL AND complete "
        "AND claimed_lower + claimed_upper + computed_lower + computed_upper IS NOT NULL"
    )[0][0]  # fmt: skip
    stage = drawn(there)
    assert int(stage.get_attribute("data-drawn") or 0) == sums
    assert stage.locator(".mark-rule.role-mark line").count() == 2 * sums
    assert f"{sums} comparisons, 0 contradictions" in there.locator("figcaption").inner_text()


def test_contradictions_stand_there_with_their_reason(look: Callable[..., Any], built: Path) -> None:
    there = look("#quality")
    told = there.locator("main > section").nth(2)
    assert told.locator("tbody tr").count() == len(asked(built, "FROM contradictions")) == 2
    assert "Quarterly statistics against the yearly communique" in told.inner_text()


def test_keying_errors_are_those_of_the_report(look: Callable[..., Any]) -> None:
    rows = look("#quality").locator("main > section").last.locator("tbody tr").all_inner_texts()
    report = (ROOT / "tests/benchmarks/KEYING_ERRORS.md").read_text(encoding="utf-8")
    totals = re.findall(
        r"^\| (?:together|all) \|  \| (\d+) \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \|", report, re.MULTILINE
    )
    assert [tuple(row.split("\t")[1:]) for row in rows] == [tuple(total) for total in totals]


# --- language, theme, keyboard, paper -----------------------------------------------------------------------------------


def test_the_language_is_switched_in_place_and_kept(look: Callable[..., Any]) -> None:
    there = look("#indicator=dibao_households")
    assert "400,900 household" in there.locator("#key").inner_text()
    there.get_by_role("button", name="中文").click()
    assert "40.09万 户" in there.locator("#key").inner_text()
    assert there.evaluate("[document.documentElement.lang, document.activeElement.id]") == ["zh-Hans", "language"]
    assert "低保户数" in there.title()
    there.reload()
    assert there.locator("h1").inner_text() == "低保户数"


def test_the_theme_is_switched_and_charts_follow_it(look: Callable[..., Any]) -> None:
    there = look("#indicator=dibao_persons", color_scheme="light")
    seen = "s => [document.body, s.querySelector('.mark-symbol path')].map(e => getComputedStyle(e)).map((c, n) => n ? c.fill : c.backgroundColor)"
    light = drawn(there).evaluate(seen)
    there.get_by_role("button", name="Dark").click()
    dark = drawn(there).evaluate(seen)
    assert all(a != b for a, b in zip(light, dark, strict=True))
    assert there.get_by_role("button", name="Light").is_visible()


def test_the_keyboard_skips_to_the_content_and_a_link_moves_to_its_heading(look: Callable[..., Any]) -> None:
    there = look()
    there.keyboard.press("Tab")
    assert there.evaluate("document.activeElement.id") == "skip"
    there.keyboard.press("Enter")
    assert there.evaluate("document.activeElement.id") == "main"
    there.get_by_role("link", name="Quality").focus()
    there.keyboard.press("Enter")
    there.wait_for_function("document.activeElement.tagName === 'H1'")
    assert there.evaluate("document.activeElement.textContent") == "Quality"
    assert there.locator("nav [aria-current]").inner_text() == "Quality"


def test_going_back_shows_what_was_there(look: Callable[..., Any]) -> None:
    there = look()
    there.get_by_role("link", name="Children in difficulty under support").click()
    there.go_back()
    there.wait_for_function("document.querySelector('h1').textContent.includes('glance')")


def test_on_paper_there_are_figures_and_no_controls(look: Callable[..., Any]) -> None:
    there = look("#indicator=dibao_persons", color_scheme="dark")
    there.emulate_media(media="print")
    assert not there.locator("nav").is_visible()
    assert not there.locator("#theme").is_visible()
    assert there.locator("#key").is_visible()
    assert there.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert there.locator("tbody tr").count() > 20


def test_without_scripts_the_page_says_so(look: Callable[..., Any]) -> None:
    assert "needs JavaScript" in look(java_script_enabled=False).locator("main").inner_text()


# --- harm ---------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a dataset whose notes, names, titles and addresses try to be markup."""
    home = tmp_path_factory.mktemp("hostile")
    shutil.copytree(ROOT / "raw", home / "raw", ignore=shutil.ignore_patterns("documents", "receipts"))
    raw = Raw(home / "raw")
    sheet = f"figures/{SOURCE}.csv"
    raw.edit(sheet, raw.line_of(sheet, indicator_id="dibao_persons"), note=HOSTILE)
    raw.edit("sources.csv", raw.line_of("sources.csv", source_id=SOURCE), title_zh=f"虚构{HOSTILE}")
    raw.edit(
        "codelists/indicators.csv",
        raw.line_of("codelists/indicators.csv", indicator_id="dibao_persons"),
        name_en=f"Hostile {HOSTILE}",
    )
    raw.edit(
        f"actions/{SOURCE}.csv", raw.line_of(f"actions/{SOURCE}.csv", status="planned"), title_en=f"Promise {HOSTILE}"
    )
    pipeline.build(home / "raw", home / "curated")
    page.write(home / "curated", home / "page.html")
    return home / "page.html"


def test_nothing_of_the_data_becomes_markup(hostile: Path, visit: Callable[..., Any]) -> None:
    text = hostile.read_text(encoding="utf-8")
    assert "alert(1)</script>" not in text
    for view in VIEWS:
        there = visit(hostile, view)
        see_all(there)
        assert there.locator("script").count() == 3
        assert there.locator("img, iframe, object, [onerror]").count() == 0
        assert there.locator("a[href^='javascript']").count() == 0
    assert HOSTILE in visit(hostile, "#indicator=dibao_persons").locator("#key").inner_text()
    assert f"Promise {HOSTILE}" in visit(hostile).locator(".dues").inner_text()


def test_addresses_that_are_none_of_the_web_stay_text_and_what_hides_is_spelt_out(
    explorer: Path, tmp_path: Path, visit: Callable[..., Any]
) -> None:
    """A build refuses such cells; a page that somebody made otherwise must stand them all the same."""
    text = explorer.read_text(encoding="utf-8")
    data = island(text)
    sources = data["tables"]["sources"]
    at = {name: n for n, name in enumerate(sources["columns"])}
    for row in sources["rows"]:
        row[at["url"]], row[at["title_zh"]] = "javascript:alert(1)", f"题{HIDDEN}"
    (tmp_path / "page.html").write_text(
        re.sub(
            r'(id="data">).*?(</script>)',
            lambda m: m[1] + page.pages.island(data) + m[2],
            text,
            count=1,
            flags=re.DOTALL,
        ),
        encoding="utf-8",
    )
    there = visit(tmp_path / "page.html", "#quality")
    assert there.locator("main a[target]").count() == 0
    assert "题‹U+202E›反‹U+202C›‹U+001B›[31m" in there.locator("main").inner_text()
    assert "\u202e" not in there.content().split('id="data"')[0]


def test_sql_of_a_search_stays_a_text(listed: Any, built: Path) -> None:
    listed.get_by_label("Search").fill("x'); DROP TABLE observations; --")
    sql = listed.locator("#sql").inner_text()
    assert [statement.type for statement in duckdb.extract_statements(sql)] == [duckdb.StatementType.SELECT]
    assert asked(built, sql) == []
