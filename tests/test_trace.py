"""One figure's story, over the real dataset, and over invented ones that are broken on purpose."""

import json
import unicodedata
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from conftest import SHEET, SOURCE, Raw

import pipeline
from pipeline.cli import main
from pipeline.evidence import trace
from pipeline.evidence.trace import Row

Capture = pytest.CaptureFixture[str]
Tell = Callable[[int | str], Row]


@pytest.fixture
def tell(built: Path, tmp_path: Path) -> Tell:
    """The story of a figure of the real dataset, without a text."""
    return lambda name: trace.story(f"{SOURCE}:{name}" if isinstance(name, int) else name, built, tmp_path)


def width(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


def rebuilt(raw: Raw) -> Path:
    out = raw.path.parent / "curated"
    pipeline.build(raw.path, out)
    return out


def bounds(row: Row) -> tuple[float | None, float | None]:
    return row["lower"], row["upper"]


# --- what is told -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "indicator", "value", "interval", "rule"),
    [
        (25, "revitalisation_projects", 400, (350, 400), "nearly: below by half of the last non-zero place"),
        (38, "welfare_lottery_sales_change", 6e8, (5e8, 7e8), "about: each way by half of the last non-zero place"),
        (16, "rural_care_centres_per_county_target", 3, (3, None), "at_least: below by nothing, above without bound"),
        (40, "marriages_cross_region_share", 37, (36.5, 37.5), "bare: each way by half of the last printed place"),
        (22, "social_organisations_new", 1172, (1172, 1172), "countable: exact"),
    ],
)
def test_a_figure_tells_its_value_bounds_and_their_rule(
    tell: Tell, number: int, indicator: str, value: float, interval: tuple[float, float | None], rule: str
) -> None:
    told = tell(number)
    figure = told["figure"]
    assert (figure["indicator_id"], figure["obs_value"], bounds(figure)) == (indicator, value, interval)
    assert told["bounds_rule"].startswith(rule)


def test_derived_values_are_told_with_their_other_operand(tell: Tell) -> None:
    (one,) = tell(25)["derived"]
    assert (one["derived_id"], one["obs_value"], one["lower"]) == ("revitalisation_funds_per_project", 203000, 202987.5)
    assert [o["observation_id"] for o in one["others"]] == [f"{SOURCE}:26"]
    assert [d["derived_id"] for d in tell(38)["derived"]] == [
        "welfare_lottery_sales_growth",  # through another derived value
        "welfare_lottery_sales_year_earlier",
    ]
    assert tell(16)["derived"] == []


@pytest.mark.parametrize(("number", "check"), [(4, "part_above_whole"), (5, "part_above_whole"),
                                               (24, None), (23, "stock_below_addition")])  # fmt: skip
def test_a_check_of_parts_is_told_with_the_whole_and_with_the_part(tell: Tell, number: int, check: str | None) -> None:
    told = tell(number)
    names = {c["check"] for c in told["checks"]}
    assert "units_mixed" in names
    assert {"part_above_whole", "stock_below_addition"} & names == ({check} if check else set())
    assert bool(told["parts"]) == bool(check)
    assert all(c["passed"] for c in told["checks"])


def test_a_check_of_a_sum_is_told_with_each_part_of_its_own_area(raw: Raw, second_source: Callable[..., int]) -> None:
    units = {"unit_id": "organisation", "nature": "stock"}
    like = raw.line_of("codelists/indicators.csv", indicator_id="charities")
    for name, number in (("all_x", "9"), ("first_x", "4"), ("second_x", "5")):
        raw.add("codelists/indicators.csv", like=like, indicator_id=name, name_en=name, name_zh=name, **units)
        for area in ("320100", "320200"):
            printed = {"as_printed": f"{number}家", "number": number, "unit": "家", "ref_area": area}
            second_source(indicator_id=name, **printed)
    for name in ("first_x", "second_x"):
        raw.add("rules/parts.csv", like=2, whole="all_x", part=name, kind="sum", note="")
    out = rebuilt(raw)
    for number in range(1, 7):
        told = trace.story(f"invented-2022:{number}", out)
        assert [c["seen"] for c in told["checks"] if c["check"] == "parts_do_not_add_up"] == ["9家 against 4家 + 5家"]


def test_actions_that_a_figure_measures_are_told(tell: Tell) -> None:
    assert [a["action_id"] for a in tell(25)["actions"]] == [f"{SOURCE}:36"]
    assert [a["action_id"] for a in tell(4)["actions"]] == [f"{SOURCE}:2"]  # and not that of 14, or 40


def test_other_sources_of_the_fact_are_told_and_which_one_counts(
    raw: Raw, second_source: Callable[..., int], capsys: Capture
) -> None:
    printed = {"as_printed": "11.4万人次", "number": "11.4", "multiplier": "万", "unit": "人次"}
    second_source(indicator_id="temporary_assistance_person_times", **printed)
    out = rebuilt(raw)
    mine, better = (trace.story(f"{name}:{no}", out) for name, no in ((SOURCE, 4), ("invented-2022", 1)))
    assert (mine["is_current"], better["is_current"]) == (False, True)
    assert [(o["observation_id"], o["is_current"]) for o in mine["same_fact"]] == [("invented-2022:1", True)]
    seen = [{c["seen"] for c in told["checks"] if c["check"] == "part_above_whole"} for told in (mine, better)]
    assert seen[0] == {"6.8万人次 of 11.3万人次"}  # a part is held against the whole of its own source
    assert seen[1] == {"11.4万人次 of 480.2萬人次"}  # the province that counts, in the nation
    assert all("sources_disagree" in {c["check"] for c in told["checks"]} for told in (mine, better))
    assert main(["trace", "temporary_assistance_person_times", "--data", str(out)]) == 2
    err = capsys.readouterr().err
    assert f"  {SOURCE}:4 11.3万人次" in err
    assert "  invented-2022:1 11.4万人次" in err


# --- the text ---------------------------------------------------------------------------------------------------


def test_the_sentence_is_shown_with_carets_under_the_figure(
    raw: Raw, documents: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    out = rebuilt(raw)
    monkeypatch.setenv("MINSHENG_DOCUMENTS", str(documents))
    assert main(["trace", "marriages_cross_region_share", "--data", str(out)]) == 0
    lines = capsys.readouterr().out.split("\n")
    at = lines.index("  登记20.07万对,占37%。")
    assert lines[at + 1] == " " * (2 + width("登记20.07万对,占")) + "^^^"
    (documents / f"{SOURCE}.txt").write_text("另一公报\n", encoding="utf-8")
    assert main(["trace", "marriages", "--data", str(out)]) == 0
    assert "is not the text that was transcribed" in " ".join(capsys.readouterr().out.split())


def test_a_sentence_is_wrapped_with_its_carets_and_never_longer_than_its_reach() -> None:
    content = "前句。”" + "甲" * 900 + "20万" + "乙\x1b\n" + "后句。"
    start = content.index("20万")
    told = trace._sentence(content, start, start + 3)
    assert told["sentence"][told["start"] : told["end"]] == "20万"
    assert (len(told["sentence"]), told["sentence"][-1]) == (400 + 3 + 2, "\x1b")
    assert trace._sentence("前句。”本句20万。后句。", 6, 9)["sentence"] == "本句20万。"
    from pipeline.cli.trace import _marked

    shown = list(_marked(told))
    assert max(map(width, shown)) <= 80
    assert "".join(shown).count("^") == 4
    assert "\x1b" not in "".join(shown)


def test_a_text_that_is_not_there_is_asked_for(built: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setenv("MINSHENG_DOCUMENTS", "nowhere")
    assert main(["trace", f"{SOURCE}:25", "--data", str(built)]) == 0
    assert f"put your copy of the bulletin there as nowhere/{SOURCE}.txt" in " ".join(capsys.readouterr().out.split())


# --- the command ------------------------------------------------------------------------------------------------


def test_no_line_is_wider_than_80_columns(built: Path, bulletin: str, capsys: Capture) -> None:
    for number in range(1, 41, 3):
        assert main(["trace", f"{SOURCE}:{number}", "--data", str(built)]) == 0
        lines = capsys.readouterr().out.split("\n")
        assert max(map(width, lines)) <= 80
        assert lines[0].startswith(f"figure     {SOURCE}:{number} ")


def test_json_tells_the_same(built: Path, tell: Tell, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setenv("MINSHENG_DOCUMENTS", "nowhere")
    assert main(["trace", "revitalisation_projects", "--data", str(built), "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    told = json.loads(json.dumps(tell(25), default=str))
    assert printed.pop("text")["state"] == told.pop("text")["state"] == "not at hand"
    assert printed == told


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("revitalisation_project", "did you mean revitalisation_projects?"),
        (f"{SOURCE}:041", f"did you mean {SOURCE}:"),
        ("\x1b[31m", "there is no figure \\x1b[31m\n"),
        ("", "there is no figure"),
    ],
)
def test_an_unknown_figure_exits_2_and_the_nearest_is_suggested(
    built: Path, name: str, words: str, capsys: Capture
) -> None:
    assert main(["trace", name, "--data", str(built)]) == 2
    assert words in capsys.readouterr().err


def test_without_a_dataset_it_exits_2(tmp_path: Path, capsys: Capture) -> None:
    assert main(["trace", f"{SOURCE}:1", "--data", str(tmp_path)]) == 2
    (tmp_path / "datapackage.json").write_text('{"name": "minsheng", "resources": [{}]}', encoding="utf-8")
    (tmp_path / "minsheng.duckdb").write_bytes(b"torn")
    assert main(["trace", f"{SOURCE}:1", "--data", str(tmp_path)]) == 2
    assert "cannot be read" in capsys.readouterr().err


def test_control_characters_of_the_data_reach_no_terminal(raw: Raw, capsys: Capture) -> None:
    """No build publishes such a note: somebody else's Parquet may hold it."""
    out = rebuilt(raw)
    (out / "minsheng.duckdb").unlink()
    file, evil = out / "observations.parquet", "red\x1b[31m c1\x9b2J bell\x07 \u202eturned [bold]not bold[/bold]"
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE t AS FROM read_parquet($1)", [str(file)])
        connection.execute("UPDATE t SET note = $1, as_printed = $1", [evil])
        connection.execute(f"COPY t TO '{file}'")
    assert main(["trace", f"{SOURCE}:25", "--data", str(out)]) == 0
    shown = capsys.readouterr().out
    assert all(c.isprintable() for c in shown.replace("\n", ""))
    assert "red\\x1b[31m c1\\x9b2J bell\\x07 \\u202eturned [bold]not" in " ".join(shown.split())
    assert main(["trace", f"{SOURCE}:25", "--data", str(out), "--json"]) == 0
    shown = capsys.readouterr().out
    assert all(c.isprintable() for c in shown.replace("\n", ""))
    assert json.loads(shown)["figure"]["note"] == evil


def test_a_range_and_a_breakdown_are_told(raw: Raw, second_source: Callable[..., int], capsys: Capture) -> None:
    second_source(indicator_id="charities")
    file = "figures/invented-2022.csv"
    printed = {"as_printed": "3—5家", "number": "3—5", "qualifier": "range", "unit": "家"}
    raw.write(file, [raw.rows(file)[0] | printed | {"residence": "U"}])
    assert main(["trace", "invented-2022:1", "--data", str(rebuilt(raw))]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "breakdown residence=U: Urban · 城镇 value none, a range (" in shown
    assert "bounds 3 … 5 range: from the one printed end to the other" in shown
    assert "keyed: a person typed it" in shown
    assert "sentence not shown, as it was transcribed without a text" in shown
    assert "same fact" not in shown


def test_a_fall_turns_its_bounds_round(raw: Raw) -> None:
    line = raw.line_of(SHEET, figure_no="38")
    raw.edit(SHEET, line, direction="fall", qualifier="over", as_printed="超6亿元")
    told = trace.story(f"{SOURCE}:38", rebuilt(raw))
    assert bounds(told["figure"]) == (None, -6e8)
    assert told["bounds_rule"] == "over, of a fall: below without bound, above by nothing"
