"""Each rule, broken once: the finding names the rule, the file, the line and the column, and says how to mend it."""

from collections.abc import Callable
from typing import Any

import pytest
from conftest import SHEET, Raw

from pipeline.explain import _EXPLAIN
from pipeline.validate import _RULE_OF_CHECK, ROW_RULES

INDICATORS, UNITS, SOURCES = "codelists/indicators.csv", "codelists/units.csv", "sources.csv"
PASSED, ACTIONS, DERIVED, PARTS = "passed_over/jiangsu-2022-s1.csv", "actions/jiangsu-2022-s1.csv", "rules/derived.csv", "rules/parts.csv"  # fmt: skip

ONE_CELL: list[tuple[str, int, dict[str, str], str, str]] = [
    # file, line, cells to overwrite, rule, column
    # types
    (SHEET, 2, {"figure_no": "one"}, "type", "figure_no"),
    (SHEET, 2, {"paragraph": "13.0"}, "type", "paragraph"),
    (SHEET, 2, {"char_start": "２９１"}, "type", "char_start"),
    (SHEET, 2, {"char_end": "+298"}, "type", "char_end"),
    (INDICATORS, 2, {"minimum": "1e3"}, "type", "minimum"),
    (UNITS, 2, {"countable": "yes"}, "type", "countable"),
    (SOURCES, 2, {"rank": "first"}, "type", "rank"),
    (ACTIONS, 2, {"action_no": "-1"}, "type", "action_no"),
    # nullability
    (SHEET, 2, {"figure_no": ""}, "required", "figure_no"),
    (SHEET, 2, {"indicator_id": ""}, "required", "indicator_id"),
    (SHEET, 2, {"ref_area": ""}, "required", "ref_area"),
    (SHEET, 2, {"unit": ""}, "required", "unit"),
    (PASSED, 2, {"reason": ""}, "required", "reason"),
    (INDICATORS, 2, {"range_reason": ""}, "required", "range_reason"),
    (ACTIONS, 2, {"title_en": ""}, "required", "title_en"),
    # patterns
    (SHEET, 2, {"time_period": "2022-H1"}, "pattern", "time_period"),
    (SHEET, 2, {"time_period": "2022/6/30"}, "pattern", "time_period"),
    (SHEET, 2, {"time_period": "Jun-22"}, "pattern", "time_period"),
    (ACTIONS, 10, {"due": "2022-H2"}, "pattern", "due"),
    (ACTIONS, 2, {"figure_nos": "8, 9"}, "pattern", "figure_nos"),
    (SOURCES, 2, {"time_period": "2022/6"}, "pattern", "time_period"),
    (SOURCES, 2, {"published_on": "2022/8/31"}, "pattern", "published_on"),
    (SOURCES, 2, {"url": "ftp:x"}, "pattern", "url"),
    (SOURCES, 2, {"text_sha256": "abc"}, "pattern", "text_sha256"),
    (DERIVED, 2, {"formula": "dibao_persons + dibao_households"}, "pattern", "formula"),
    (DERIVED, 2, {"derived_id": "Persons per household"}, "pattern", "derived_id"),
    (INDICATORS, 2, {"indicator_id": "Dibao"}, "pattern", "indicator_id"),
    (UNITS, 2, {"unit_id": "Household"}, "pattern", "unit_id"),
    ("codelists/areas.csv", 2, {"code": "China"}, "pattern", "code"),
    ("codelists/areas.csv", 3, {"iso_3166_2": "Beijing"}, "pattern", "iso_3166_2"),
    ("codelists/themes.csv", 2, {"theme_id": "Social assistance"}, "pattern", "theme_id"),
    ("codelists/dimensions.csv", 2, {"code": "the total"}, "pattern", "code"),
    ("codelists/areas.csv", 2, {"level": "planet"}, "code", "level"),
    ("codelists/qualifiers.csv", 2, {"position": "above"}, "code", "position"),
    (SHEET, 2, {"multiplier": "k"}, "code", "multiplier"),
    ("codelists/qualifiers.csv", 2, {"qualifier": "roughly"}, "code", "qualifier"),
    (SOURCES, 2, {"rank": "10"}, "range", "rank"),
    (SHEET, 2, {"char_start": "0", "char_end": "0"}, "range", "char_end"),
    (PASSED, 2, {"char_start": "0", "char_end": "0"}, "range", "char_end"),
    (DERIVED, 2, {"scale": "0"}, "range", "scale"),
    (SHEET, 2, {"paragraph": "0"}, "range", "paragraph"),
    (ACTIONS, 2, {"paragraph": "0"}, "range", "paragraph"),
    (ACTIONS, 2, {"action_no": "0"}, "range", "action_no"),
    (PASSED, 2, {"paragraph": "0"}, "range", "paragraph"),
    # code lists
    (SHEET, 2, {"qualifier": "roughly"}, "code", "qualifier"),
    (SHEET, 2, {"ref_area": "320001"}, "code", "ref_area"),
    (SHEET, 2, {"direction": "up"}, "code", "direction"),
    (SHEET, 2, {"inherited": "number"}, "code", "inherited"),
    (PASSED, 2, {"reason": "because"}, "code", "reason"),
    (ACTIONS, 2, {"status": "done"}, "code", "status"),
    (ACTIONS, 2, {"theme_id": "sports"}, "code", "theme_id"),
    (SOURCES, 2, {"kind": "blog"}, "code", "kind"),
    (SOURCES, 2, {"ref_area": "Jiangsu"}, "code", "ref_area"),
    (INDICATORS, 41, {"nature": "share"}, "code", "nature"),
    (PARTS, 2, {"kind": "some"}, "code", "kind"),
    (PARTS, 2, {"along": "height"}, "code", "along"),
    # ranges
    (SOURCES, 2, {"rank": "0"}, "range", "rank"),
    (INDICATORS, 2, {"minimum": "60000000"}, "range", "minimum"),
    (SHEET, 2, {"figure_no": "0"}, "range", "figure_no"),
    # figures
    (SHEET, 2, {"number": "40.90"}, "recompose", "as_printed"),
    (SHEET, 2, {"as_printed": "40.08万户"}, "recompose", "as_printed"),
    (SHEET, 26, {"qualifier": ""}, "recompose", "as_printed"),
    (SHEET, 26, {"qualifier": "about"}, "recompose", "as_printed"),
    (SHEET, 2, {"inherited": "multiplier"}, "recompose", "as_printed"),
    (SHEET, 39, {"direction": ""}, "direction", "direction"),
    (SHEET, 38, {"direction": "rise"}, "direction", "direction"),
    (SHEET, 2, {"char_start": "", "char_end": "", "paragraph": ""}, "position", "char_start"),
    (SHEET, 2, {"paragraph": ""}, "position", "char_start"),
    (SHEET, 41, {"char_end": "1744"}, "span-length", "char_end"),
    (PASSED, 33, {"char_end": "2026"}, "span-length", "char_end"),
    (SHEET, 2, {"time_period": "2022-06-31"}, "period", "time_period"),
    (SHEET, 2, {"time_period": "2023-S1"}, "period-sense", "time_period"),
    (SOURCES, 2, {"published_on": "2022-09-31"}, "period", "published_on"),
    (ACTIONS, 26, {"due": "2022-02-30"}, "period", "due"),
    # more than one row
    (SHEET, 3, {"paragraph": "12"}, "span-order", "paragraph"),
    (ACTIONS, 2, {"figure_nos": "8|99"}, "reference", "figure_nos"),
    (DERIVED, 2, {"formula": "dibao_person / dibao_households"}, "formula", "formula"),
    (DERIVED, 2, {"unit_id": "yuan"}, "unit-algebra", "unit_id"),
    (DERIVED, 3, {"scale": "10"}, "unit-algebra", "scale"),
    (DERIVED, 2, {"unit_id": "bushel"}, "code", "unit_id"),
    (DERIVED, 2, {"formula": "temporary_assistance_person_times / dibao_persons", "unit_id": "percent", "scale": "100"},
     "unit-algebra", "unit_id"),
    (INDICATORS, 2, {"unit_id": "bushel"}, "code", "unit_id"),
    (UNITS, 2, {"unit_id": ""}, "required", "unit_id"),
    (INDICATORS, 2, {"indicator_id": ""}, "required", "indicator_id"),
    (SOURCES, 2, {"source_id": ""}, "required", "source_id"),
    (DERIVED, 2, {"derived_id": ""}, "required", "derived_id"),
    ("codelists/dimensions.csv", 2, {"dimension": ""}, "required", "dimension"),
    ("codelists/dimensions.csv", 2, {"dimension": "a b; DROP"}, "pattern", "dimension"),
    ("codelists/dimensions.csv", 2, {"dimension": "note"}, "reference", "dimension"),
    ("codelists/qualifiers.csv", 2, {"qualifier": ""}, "required", "qualifier"),
    ("codelists/qualifiers.csv", 2, {"printed": ""}, "required", "printed"),
    (UNITS, 2, {"pint": "[person"}, "unit-algebra", "pint"),
    (UNITS, 2, {"dimension": "person"}, "unit-algebra", "pint"),
    (PARTS, 3, {"part": "dibao_households"}, "unit-algebra", "part"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "line", "cells", "rule", "column"), ONE_CELL)
def test_a_broken_cell_is_found_where_it_is(
    raw: Raw, file: str, line: int, cells: dict[str, str], rule: str, column: str
) -> None:
    raw.edit(file, line, **cells)
    found = [(f.rule, f.file, f.line, f.column) for f in raw.check() if f.severity == "error"]
    assert (rule, file, line, column) in found


def test_a_household_figure_on_a_person_row_is_refused(raw: Raw) -> None:
    raw.edit(SHEET, 2, indicator_id="tekun_persons")
    raw.edit(SHEET, 4, indicator_id="dibao_households")
    found = [f for f in raw.check() if f.rule == "unit"]
    assert [(f.line, f.column) for f in found] == [(2, "unit"), (4, "unit")]
    assert found[0].message == "unit 户 is not one that tekun_persons admits (人, 名)"
    assert found[0].hint == "was the household figure keyed on the person row?"


def test_a_unit_that_the_print_does_not_have_is_refused(raw: Raw) -> None:
    raw.edit(SHEET, 3, unit="名")
    assert raw.only().rule == "recompose"


def test_a_value_beyond_its_indicators_range_is_refused(raw: Raw) -> None:
    raw.edit(SHEET, 2, multiplier="亿", as_printed="40.09亿户")
    finding = raw.only()
    assert (finding.rule, finding.line, finding.column) == ("indicator-range", 2, "number")
    assert "4,009,000,000 household" in finding.message
    assert "亿" in finding.hint


def test_a_value_below_its_indicators_range_is_refused(raw: Raw) -> None:
    raw.edit(INDICATORS, raw.line_of(INDICATORS, indicator_id="charities_new"), minimum="32")
    assert raw.only().rule == "indicator-range"


def test_a_count_that_is_no_whole_number_is_refused(raw: Raw) -> None:
    raw.edit(SHEET, 13, number="15.5", as_printed="15.5家", char_end="821")
    rules = {f.rule for f in raw.check() if f.line == 13}
    assert "decimals" in rules


def test_a_sum_of_money_may_have_decimals(raw: Raw, second_source: Callable[..., int]) -> None:
    second_source(
        number="20.5", unit="元", as_printed="20.5元", indicator_id="welfare_lottery_sales", time_period="2019"
    )
    assert raw.check() == []


def test_overlapping_spans_are_refused_and_name_each_other(raw: Raw) -> None:
    raw.edit(SHEET, 3, char_start="297", char_end="304")
    finding = raw.only()
    assert (finding.rule, finding.line, finding.column) == ("span-overlap", 3, "char_start")
    assert "291–298" in finding.message


def test_a_passed_over_entry_may_not_claim_a_figures_characters(raw: Raw) -> None:
    raw.edit(PASSED, 9, char_start="371", char_end="374")
    found = [f for f in raw.check() if f.rule == "span-overlap"]
    assert found
    assert found[0].file in (PASSED, SHEET)


def test_a_figure_number_used_twice_is_refused(raw: Raw) -> None:
    raw.edit(SHEET, 3, figure_no="1")
    found = [f for f in raw.check() if f.rule == "unique"]
    assert [(f.file, f.line, f.column) for f in found] == [(SHEET, 3, "figure_no")]
    assert "first in line 2" in found[0].message


def test_a_figure_keyed_twice_is_refused(raw: Raw) -> None:
    line = raw.add(SHEET, like=2, figure_no="41")
    assert (raw.only().rule, raw.only().line) == ("keyed-twice", line)


@pytest.mark.parametrize("cells", [{"ref_area": "329999"}, {"indicator_id": "mariages"}])
def test_facts_of_an_unknown_code_are_not_keyed_twice_as_well(
    raw: Raw, second_source: Callable[..., int], cells: dict[str, str]
) -> None:
    figure = {"indicator_id": "marriages", "unit": "对"} | cells
    lines = [second_source(**figure, number=number, as_printed=f"{number}对") for number in ("7", "8")]
    assert [(f.rule, f.line) for f in raw.check()] == [("code", line) for line in lines]


def test_one_fact_under_two_forms_of_its_period_is_keyed_twice(raw: Raw, second_source: Callable[..., int]) -> None:
    cells = {"number": "5", "unit": "对", "as_printed": "5对", "indicator_id": "marriages"}
    second_source(time_period="2022-S1", **cells)
    line = second_source(time_period="2022-01-01/P6M", **cells)
    assert (raw.only().rule, raw.only().line) == ("keyed-twice", line)


def test_a_stock_is_one_fact_wherever_its_period_starts(raw: Raw, second_source: Callable[..., int]) -> None:
    cells = {"unit": "家", "indicator_id": "charities"}
    second_source(number="740", as_printed="740家", time_period="2022-S1", **cells)
    line = second_source(number="750", as_printed="750家", time_period="2022-06", **cells)
    assert (raw.only().rule, raw.only().line) == ("keyed-twice", line)


def test_a_flow_of_another_length_is_another_fact(raw: Raw, second_source: Callable[..., int]) -> None:
    cells = {"unit": "对", "indicator_id": "marriages"}
    second_source(number="7", as_printed="7对", time_period="2019-S1", **cells)
    second_source(number="5", as_printed="5对", time_period="2019-Q2", **cells)
    assert raw.check() == []


def test_a_part_of_a_stock_is_compared_where_both_end_on_one_day(raw: Raw, second_source: Callable[..., int]) -> None:
    raw.add(INDICATORS, like=raw.line_of(INDICATORS, indicator_id="charities"), indicator_id="charities_public")
    raw.add(PARTS, like=2, whole="charities", part="charities_public", kind="subset")
    cells = {"unit": "家"}
    second_source(number="100", as_printed="100家", indicator_id="charities", time_period="2021", **cells)
    line = second_source(
        number="600", as_printed="600家", indicator_id="charities_public", time_period="2021-12", **cells
    )
    assert (raw.only().rule, raw.only().line) == ("check", line)


def test_two_sources_may_state_one_fact(raw: Raw, second_source: Callable[..., int]) -> None:
    second_source(number="20", multiplier="万", unit="对", as_printed="20万对", indicator_id="marriages")
    assert raw.check() == []


@pytest.mark.parametrize(
    ("file", "column"),
    [(INDICATORS, "indicator_id"), (UNITS, "unit_id"), (SOURCES, "source_id"), (DERIVED, "derived_id"),
     ("codelists/areas.csv", "code"), ("codelists/themes.csv", "theme_id"), ("codelists/dimensions.csv", "dimension"),
     ("codelists/qualifiers.csv", "qualifier"), (PARTS, "whole")],
)  # fmt: skip
def test_a_code_that_stands_twice_is_refused(raw: Raw, file: str, column: str) -> None:
    line = raw.add(file, like=2)
    assert ("unique", file, line, column) in {(f.rule, f.file, f.line, f.column) for f in raw.check()}


def test_a_position_without_text_is_refused(raw: Raw, second_source: Callable[..., int]) -> None:
    second_source(
        number="5", unit="对", as_printed="5对", indicator_id="marriages", paragraph="1", char_start="0", char_end="2"
    )
    assert raw.only().rule == "position"


def test_an_unknown_code_suggests_the_nearest(raw: Raw) -> None:
    raw.edit(SHEET, 3, indicator_id="dibao_person")
    finding = next(f for f in raw.check() if f.rule == "code")
    assert (finding.line, finding.column, finding.hint) == (3, "indicator_id", "did you mean dibao_persons?")


@pytest.mark.parametrize(
    ("file", "cells", "column"),
    [
        (INDICATORS, {"indicator_id": "idle"}, "indicator_id"),
        (UNITS, {"unit_id": "idle"}, "unit_id"),
        ("codelists/themes.csv", {"theme_id": "idle"}, "theme_id"),
        (SOURCES, {"source_id": "idle"}, "source_id"),
    ],
)
def test_a_code_that_nothing_uses_is_a_warning(raw: Raw, file: str, cells: dict[str, str], column: str) -> None:
    line = raw.add(file, like=2, **cells)
    (finding,) = raw.check()
    assert (finding.rule, finding.severity, finding.file, finding.line, finding.column) == (
        "unused", "warning", file, line, column,
    )  # fmt: skip


def test_a_range_needs_its_qualifier_and_order(raw: Raw, second_source: Callable[..., int]) -> None:
    cells = {"unit": "对", "indicator_id": "marriages"}
    second_source(number="3—5", multiplier="万", as_printed="3—5万对", qualifier="range", time_period="2020", **cells)
    bare = second_source(number="3—5", multiplier="万", as_printed="3—5万对", time_period="2021", **cells)
    thrice = second_source(
        number="3—5—7", multiplier="万", as_printed="3—5—7万对", qualifier="range", time_period="2019", **cells
    )
    turned = second_source(number="5—3", multiplier="万", as_printed="5—3万对", qualifier="range", **cells)
    found = {(f.rule, f.line) for f in raw.check() if f.rule == "pattern"}
    assert found == {("pattern", bare), ("pattern", turned), ("pattern", thrice)}


def test_a_number_of_more_digits_than_a_float_holds_is_refused(raw: Raw, second_source: Callable[..., int]) -> None:
    number = "1234567890.1234567"
    second_source(number=number, unit="元", as_printed=f"{number}元", indicator_id="welfare_lottery_sales")
    assert {f.rule for f in raw.check()} == {"pattern"}


def test_a_fall_is_negative_with_its_bounds_exchanged(raw: Raw, second_source: Callable[..., int]) -> None:
    second_source(
        number="6", multiplier="亿", unit="元", qualifier="nearly", direction="fall", as_printed="下降近6亿元",
        indicator_id="welfare_lottery_sales_change", time_period="2019-S1",
    )  # fmt: skip
    assert raw.check() == []


def test_a_word_that_says_fall_contradicts_a_rise(raw: Raw, second_source: Callable[..., int]) -> None:
    line = second_source(
        number="6", multiplier="亿", unit="元", direction="rise", as_printed="下降6亿元",
        indicator_id="welfare_lottery_sales_change",
    )  # fmt: skip
    assert (raw.only().rule, raw.only().line) == ("direction", line)


def test_a_target_may_end_after_publication(raw: Raw) -> None:
    row = next(r for r in raw.rows(SHEET) if r["indicator_id"] == "rural_care_centres_per_county_target")
    assert row["time_period"] == "2022"
    assert raw.check() == []


def test_a_rule_that_depends_on_itself_is_refused(raw: Raw) -> None:
    line = raw.line_of(DERIVED, derived_id="welfare_lottery_sales_year_earlier")
    raw.edit(DERIVED, line, formula="welfare_lottery_sales - welfare_lottery_sales_growth")
    assert "depends on itself" in " ".join(f.message for f in raw.check() if f.rule == "formula")


def test_a_derived_id_may_not_be_an_indicators(raw: Raw) -> None:
    raw.edit(DERIVED, 2, derived_id="dibao_persons")
    assert ("formula", "derived_id") in {(f.rule, f.column) for f in raw.check()}


def test_a_dimension_needs_its_total(raw: Raw) -> None:
    raw.drop("codelists/dimensions.csv", raw.line_of("codelists/dimensions.csv", dimension="age"))
    raw.add("codelists/dimensions.csv", like=2, dimension="age", code="Y60")
    found = [f for f in raw.check() if f.rule == "reference"]
    assert found[0].file == "codelists/dimensions.csv"


def test_a_code_of_a_dimension_must_be_in_its_list(raw: Raw, second_source: Callable[..., int]) -> None:
    line = second_source(number="5", unit="对", as_printed="5对", indicator_id="marriages")
    raw.column("figures/invented-2022.csv", "sex", "X")
    finding = raw.only()
    assert (finding.rule, finding.line, finding.column) == ("code", line, "sex")


# --- checks over the whole dataset ------------------------------------------------------------------------------


def test_a_part_larger_than_its_whole_is_named(raw: Raw) -> None:
    raw.edit(SHEET, 6, number="16.8", as_printed="16.8万人次", char_end="351", char_start="344")
    finding = next(f for f in raw.check() if f.rule == "check")
    assert (finding.file, finding.line, finding.column) == (SHEET, 6, "part_above_whole")
    assert "16.8万人次 of 11.3万人次" in finding.message


def test_a_part_within_the_rounding_of_its_whole_is_no_offender(raw: Raw, second_source: Callable[..., int]) -> None:
    cells = {"unit": "人次", "multiplier": "万", "time_period": "2021"}
    second_source(
        number="5.14", as_printed="5.14万人次", indicator_id="temporary_assistance_epidemic_person_times", **cells
    )
    second_source(number="5.1", as_printed="5.1万人次", indicator_id="temporary_assistance_person_times", **cells)
    assert raw.check() == []


def test_a_stock_below_its_addition_is_named(raw: Raw) -> None:
    raw.edit(SHEET, 32, number="7", as_printed="7家", char_end="1534")
    finding = next(f for f in raw.check() if f.rule == "check")
    assert (finding.file, finding.line, finding.column) == (SHEET, 32, "stock_below_addition")


@pytest.mark.parametrize("kind", ["subset", "addition"])
def test_a_part_rule_that_finds_no_figures_is_an_error(raw: Raw, kind: str) -> None:
    raw.drop(DERIVED, raw.line_of(DERIVED, derived_id="volunteers_per_organisation"))
    line = raw.add(PARTS, like=2, whole="social_organisation_staff", part="volunteers_registered", kind=kind)
    raw.drop(SHEET, raw.line_of(SHEET, indicator_id="volunteers_registered"))
    finding = raw.only()
    assert (finding.rule, finding.file, finding.line) == ("check-idle", PARTS, line)


def test_a_derived_rule_that_finds_no_figures_is_an_error(raw: Raw) -> None:
    raw.drop(SHEET, raw.line_of(SHEET, indicator_id="volunteer_organisations"))
    line = raw.line_of(DERIVED, derived_id="volunteers_per_organisation")
    found = [f for f in raw.check() if f.rule == "check-idle"]
    assert [(f.file, f.line, f.column) for f in found] == [(DERIVED, line, "derived_without_subject")]


@pytest.fixture
def sum_rules(raw: Raw, second_source: Callable[..., int]) -> Callable[..., int]:
    """Marriages as the sum of two invented parts; the figure of the second part is up to the test."""
    for part in ("marriages_first", "marriages_again"):
        raw.add(INDICATORS, like=raw.line_of(INDICATORS, indicator_id="marriages"), indicator_id=part)
        raw.add(PARTS, like=2, whole="marriages", part=part, kind="sum")
    second_source(number="15.04", multiplier="万", unit="对", as_printed="15.04万对", indicator_id="marriages_first")
    return lambda number: second_source(
        number=number, multiplier="万", unit="对", as_printed=f"{number}万对", indicator_id="marriages_again"
    )


def test_parts_that_add_up_within_their_rounding_pass(raw: Raw, sum_rules: Callable[..., int]) -> None:
    sum_rules("5.02")
    assert raw.check() == []


def test_parts_that_do_not_add_up_are_named(raw: Raw, sum_rules: Callable[..., int]) -> None:
    line = sum_rules("0.503")
    finding = raw.only()
    assert (finding.rule, finding.file, finding.line) == ("check", "figures/invented-2022.csv", line)
    assert finding.column == "parts_do_not_add_up"
    assert "a decimal point that moved? 5.03万 would fit" in finding.hint


def test_a_sum_rule_without_all_its_figures_is_an_error_at_its_line(raw: Raw, sum_rules: Callable[..., int]) -> None:
    line = raw.line_of(PARTS, part="marriages_again")
    assert {(f.rule, f.file, f.line) for f in raw.check() if f.severity == "error"} == {("check-idle", PARTS, line)}


def test_every_rule_that_validation_can_break_has_words() -> None:
    used = {rule.rule for rules in ROW_RULES.values() for rule in rules} | set(_RULE_OF_CHECK.values())
    assert used | {"required", "code", "text"} == set(_EXPLAIN)


def test_two_faults_of_one_row_are_both_reported(raw: Raw) -> None:
    raw.edit(SHEET, 2, unit="人", number="40.90", ref_area="1", note="=1")
    raw.edit(INDICATORS, 3, unit_id="bushel", nature="share")
    found = {(f.file, f.rule, f.column) for f in raw.check()}
    assert {(SHEET, "unit", "unit"), (SHEET, "recompose", "as_printed"), (SHEET, "code", "ref_area")} <= found
    assert {(SHEET, "text", "note")} <= found
    assert {(INDICATORS, "code", "unit_id"), (INDICATORS, "code", "nature")} <= found


@pytest.mark.parametrize(
    ("line", "cells", "rules"),
    [
        (26, {"qualifier": "", "unit": "家", "indicator_id": "dibao_persons"}, {"unit", "recompose"}),
        (2, {"multiplier": "十万", "unit": "人"}, {"unit", "recompose"}),
        (26, {"qualifier": "nearlyy", "number": "401"}, {"code", "recompose"}),
        (2, {"inherited": "x", "number": "40.90"}, {"code", "recompose"}),
        (13, {"unit": "", "number": "1506"}, {"required", "recompose"}),
        (2, {"number": "4.009E+01", "direction": "rise"}, {"pattern", "direction"}),
        (2, {"char_start": "x", "paragraph": ""}, {"type", "position"}),
        (2, {"multiplier": "W", "number": "40.90"}, {"code", "recompose"}),
        (18, {"indicator_id": "tekun_persons", "time_period": "2022-Q2", "char_start": "1086", "char_end": "1093"},
         {"keyed-twice", "span-overlap"}),
        (13, {"figure_no": "1", "char_start": "783", "char_end": "788"}, {"unique", "span-overlap"}),
    ],
)  # fmt: skip
def test_a_second_fault_of_a_row_is_not_hidden(raw: Raw, line: int, cells: dict[str, str], rules: set[str]) -> None:
    raw.edit(SHEET, line, **cells)
    assert rules <= {f.rule for f in raw.check() if (f.file, f.line) == (SHEET, line)}


def test_two_faults_of_a_source_are_both_reported(raw: Raw) -> None:
    raw.edit(SOURCES, 2, source_id="Jiangsu", rank="0")
    assert {(f.rule, f.column) for f in raw.check()} == {("pattern", "source_id"), ("range", "rank")}


def test_every_finding_of_a_run_is_reported(raw: Raw) -> None:
    rows: list[dict[str, Any]] = raw.rows(SHEET)
    for row in rows:
        row["number"] = "1" + row["number"]
    raw.write(SHEET, rows)
    assert sum(f.rule == "recompose" for f in raw.check()) == len(rows)
