"""Figures against each other: mistakes that publishers really make, put into raw/ as they were printed."""

from collections.abc import Callable

import pytest
from conftest import Raw

from pipeline.findings import Finding

MARRIAGES = "figures/jiangsu-marriages-2021.csv"
REPRINT = "figures/reprint.csv"
Reprint = Callable[..., str]


@pytest.fixture
def reprint(raw: Raw) -> Reprint:
    """Add a source that reprints figures of another one, each with other cells where those are given by its number."""

    def add(origin: str, *numbers: int, source: str = "reprint", kind: str = "reprint", **cells: dict[str, str]) -> str:
        like = raw.line_of("sources.csv", source_id=origin)
        raw.add("sources.csv", like, source_id=source, kind=kind, published_on="2025-06", rank="4", note="")
        rows = [r for r in raw.rows(f"figures/{origin}.csv") if int(r["figure_no"]) in numbers]
        file = f"figures/{source}.csv"
        raw.write(
            file, [r | cells.get(f"n{r['figure_no']}", {}) | {"figure_no": str(n)} for n, r in enumerate(rows, 1)]
        )
        return file

    return add


CONTRADICTIONS = "rules/contradictions.csv"


def errors(raw: Raw) -> list[Finding]:
    return [f for f in raw.check() if f.severity == "error"]


def places(found: list[Finding]) -> set[tuple[str, int]]:
    return {(f.file, f.line) for f in found}


def test_a_digit_that_a_reprint_dropped_is_named_by_every_check_that_sees_it(raw: Raw, reprint: Reprint) -> None:
    """17857 carried over became 7857: the parts no longer add up, and the original says otherwise."""
    file = reprint("jiangsu-marriages-2021", 21, 22, 26, 28, n28={"number": "7857", "as_printed": "7857对"})
    found = errors(raw)
    assert places(found) == {(file, 5)}
    assert {f.column for f in found} == {"parts_do_not_add_up", "sources_disagree"}
    assert all("a dropped digit? 17857 would fit" in f.hint for f in found)
    assert all("jiangsu-marriages-2021:28 17857对" in f.message or "reprint:1 240435对" in f.message for f in found)
    told = {f.column: f for f in found}
    assert told["sources_disagree"].hint.startswith("reprint:4 may be wrong")
    assert "apart by 10,000;" in told["parts_do_not_add_up"].message


def test_of_two_prints_the_one_of_the_source_with_more_contradictions_is_named(raw: Raw, reprint: Reprint) -> None:
    """Both are reprints, neither fits anything else; but the one that drops a digit elsewhere is the less careful."""
    cells = {"n3": {"number": "17.27", "as_printed": "17.27%"}, "n28": {"number": "7857", "as_printed": "7857对"}}
    file = reprint("jiangsu-marriages-2021", *range(1, 29), **cells)
    assert places(errors(raw)) == {(file, 4), (file, 29)}


def test_a_wrong_headline_is_named_against_the_levels(raw: Raw, reprint: Reprint) -> None:
    """A headline that has the fall without late registrations over a text that has the total with them."""
    file = reprint("jiangsu-marriages-2022", 3, n3={"number": "8.2", "as_printed": "8.2%"})
    (found,) = errors(raw)
    assert (found.column, found.file, found.line) == ("sources_disagree", file, 2)
    raw.drop("figures/jiangsu-marriages-2022.csv", 4)  # nobody else prints the fall
    (found,) = errors(raw)
    assert (found.column, found.file, found.line) == ("growth_against_levels", file, 2)
    assert "412286对" in found.message
    assert "466947对" in found.message
    assert "-11.706 would fit" in found.hint


def test_a_headline_that_contradicts_its_own_text_is_named(raw: Raw, reprint: Reprint) -> None:
    file = reprint("jiangsu-marriages-2022", 1)
    line = raw.add(file, like=2, figure_no="9", number="31.2", multiplier="万", as_printed="31.2万对")
    (found,) = errors(raw)
    assert (found.rule, found.file, found.line) == ("keyed-twice", file, line)
    assert "as 412286对, then as 31.2万对" in found.message
    raw.add(CONTRADICTIONS, 2, figures="reprint:1|reprint:9", reason="The headline leaves out late registrations")
    assert places(errors(raw)) == {(file, line)}  # the original contradicts the headline, too
    raw.add(CONTRADICTIONS, 2, figures="jiangsu-marriages-2022:1|reprint:9", reason="The same headline")
    assert raw.check() == []


@pytest.fixture
def daily_mean(raw: Raw, reprint: Reprint) -> Callable[[str], str]:
    """A source that prints how many couples married a day."""

    def add(number: str) -> str:
        raw.add("codelists/units.csv", 2, unit_id="couple_per_day", name_zh="对/日", name_en="couple per day", printed="对/日",
                dimension="couple/day", pint="couple / [day]", sdmx_code="", countable="false")  # fmt: skip
        like = raw.line_of("codelists/indicators.csv", indicator_id="marriage_rate")
        raw.add("codelists/indicators.csv", like, indicator_id="marriages_per_day", unit_id="couple_per_day",
                maximum="100000")  # fmt: skip
        raw.add("rules/published.csv", 2, published="marriages_per_day", kind="per_day", left_id="marriages_with_late",
                right_id="", scale="1")  # fmt: skip
        cells = {"number": number, "as_printed": f"{number}对", "unit": "对/日", "inherited": "unit"}
        return reprint("jiangsu-marriages-2022", 1, n1=cells | {"indicator_id": "marriages_per_day"})

    return add


def test_a_daily_mean_that_does_not_fit_the_year_is_named(raw: Raw, daily_mean: Callable[[str], str]) -> None:
    file = daily_mean("1192")
    (found,) = errors(raw)
    assert (found.column, found.file, found.line) == ("daily_mean_against_period", file, 2)
    assert "412286对" in found.message
    assert "1,129.55 would fit" in found.hint


def test_a_daily_mean_that_fits_passes(raw: Raw, daily_mean: Callable[[str], str]) -> None:
    daily_mean("1130")  # 412286 / 365 = 1129.55
    assert raw.check() == []


@pytest.mark.parametrize(
    ("file", "figure", "cells", "check", "hint"),
    [
        # persons = 2 × couples
        ("jiangsu-marriages-2022", 7, {"number": "13673", "as_printed": "13673人"}, "parts_do_not_add_up", "digit"),
        # the years' order mixed up: 2021 said of 2022
        ("jiangsu-marriages-2022", 1, {"number": "466947", "as_printed": "466947对"}, "growth_against_levels", "2021 has"),
        # age bands
        ("jiangsu-marriages-2022", 24, {"number": "7.12", "as_printed": "7.12%"}, "shares_do_not_add_up", "transposed"),
        # 亿 lost to 万
        ("china-lottery-2022", 2, {"multiplier": "万", "as_printed": "1481.31万元"}, "parts_do_not_add_up", "万 for 亿"),
        # rise for fall
        ("china-population-2022", 2, {"direction": "rise"}, "growth_against_levels", "rise for fall"),
        # a share of something else
        ("jiangsu-marriages-2022", 42, {"number": "65.5", "as_printed": "65.5%"}, "share_against_figures", "55.5 would"),
        # a rate against births and mean population
        ("china-population-2022", 5, {"number": "7.67", "as_printed": "7.67‰"}, "share_against_figures", "6.77 would"),
        # regions: a city larger than its province
        ("nanjing-communique-2022", 3, {"multiplier": "亿", "as_printed": "949.11亿人", "number": "9.4911"}, None, ""),
        ("nanjing-communique-2023", 1, {"number": "425", "as_printed": "425万人"}, "part_above_whole", "decimal point"),
        # a count of half a year above that of the year
        ("jiangsu-2023-s1", 3, {"number": "83", "as_printed": "83万人次"}, "shorter_above_longer", "8.3万 would fit"),
        # a share of a published whole
        ("china-lottery-2022", 13, {"number": "63.6", "as_printed": "63.6%"}, "share_against_figures", "36.6 would fit"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_at_the_figure_that_has_it(
    raw: Raw, file: str, figure: int, cells: dict[str, str], check: str | None, hint: str
) -> None:
    sheet = f"figures/{file}.csv"
    line = raw.line_of(sheet, figure_no=str(figure))
    raw.edit(sheet, line, **cells)
    found = errors(raw)
    assert (sheet, line) in places(found), [str(f) for f in found]
    if check:
        assert places(found) == {(sheet, line)}, [str(f) for f in found]
        named = [f for f in found if f.column == check]
        assert named, [str(f) for f in found]
        assert hint in named[0].hint


def test_rounding_raises_no_alarm(raw: Raw) -> None:
    assert raw.check() == []


def test_a_contradiction_without_a_reason_is_an_error_that_says_how_to_enter_it(raw: Raw) -> None:
    raw.drop(CONTRADICTIONS, 3)
    (found,) = errors(raw)
    assert "statement,china-marriages-2023-q3:2|china-mca-2022:3,why" in found.message
    raw.add(CONTRADICTIONS, 2, figures="china-mca-2022:3|china-marriages-2023-q3:2")
    assert raw.check() == []


def test_a_known_contradiction_that_is_gone_is_an_error_at_its_line(raw: Raw) -> None:
    sheet = "figures/china-marriages-2023-q3.csv"
    raw.edit(sheet, raw.line_of(sheet, figure_no="2"), number="683.5", as_printed="683.5万对")
    found = [f for f in errors(raw) if f.column == "contradiction_gone"]
    assert places(found) == {(CONTRADICTIONS, 3)}


def test_a_contradiction_of_figures_that_nothing_compares_is_an_error(raw: Raw) -> None:
    line = raw.add(CONTRADICTIONS, 2, figures="jiangsu-2022-s1:1|jiangsu-2022-s1:2")
    assert places(errors(raw)) == {(CONTRADICTIONS, line)}


def test_a_published_rule_that_waits_fails_once_there_are_figures(raw: Raw) -> None:
    line = raw.line_of("rules/published.csv", published="welfare_lottery_growth", kind="growth")
    raw.edit("rules/published.csv", line, waiting="true")
    (found,) = errors(raw)
    assert (found.rule, found.file, found.line) == ("check-idle", "rules/published.csv", line)


def test_a_published_rule_that_compares_nothing_is_an_error(raw: Raw) -> None:
    line = raw.line_of("rules/published.csv", published="central_assistance_subsidy_change")
    raw.edit("rules/published.csv", line, waiting="")
    (found,) = errors(raw)
    assert (found.rule, found.file, found.line) == ("check-idle", "rules/published.csv", line)


@pytest.mark.parametrize(
    ("file", "match", "cells", "rule", "column"),
    [
        ("parts", {"part": "persons_marrying"}, {"factor_unit": ""}, "unit-algebra", "factor"),
        ("parts", {"part": "persons_marrying"}, {"factor_unit": "person_per_household"}, "unit-algebra", "factor_unit"),
        ("parts", {"part": "dibao_standard_lowest_yearly"}, {"factor": "10"}, "unit-algebra", "factor"),
        ("parts", {"part": "marrying_age_share"}, {"along": "height"}, "code", "along"),
        ("parts", {"part": "marrying_age_share"}, {"codes": ""}, "formula", "codes"),
        ("parts", {"part": "marrying_age_share"}, {"codes": "Y25T29|Y99"}, "formula", "codes"),
        ("parts", {"part": "marrying_age_share"}, {"whole": "marrying_mean_age"}, "formula", "part"),
        ("parts", {"along": "ref_area"}, {"codes": "U"}, "formula", "codes"),
        ("published", {"published": "marriage_rate"}, {"scale": "100"}, "unit-algebra", "scale"),
        ("published", {"published": "marriage_rate"}, {"left_id": "births"}, "unit-algebra", "published"),
        ("published", {"published": "marriage_rate"}, {"lag": ""}, "formula", "lag"),
        ("published", {"published": "marriage_rate"}, {"right_id": ""}, "formula", "right_id"),
        ("published", {"published": "population_change"}, {"right_id": "births"}, "formula", "right_id"),
        ("published", {"published": "population_change"}, {"code": "U"}, "formula", "code"),
        ("published", {"published": "population_change"}, {"lag": "1Y"}, "pattern", "lag"),
        ("published", {"published": "population_change"}, {"kind": "rise"}, "code", "kind"),
        ("published", {"published": "population_change"}, {"waiting": "yes"}, "type", "waiting"),
        ("contradictions", {"kind": "statement"}, {"figures": "china-mca-2021:21"}, "pattern", "figures"),
        ("contradictions", {"kind": "statement"}, {"reason": ""}, "required", "reason"),
    ],
)  # fmt: skip
def test_a_broken_rule_is_found_where_it_is(
    raw: Raw, file: str, match: dict[str, str], cells: dict[str, str], rule: str, column: str
) -> None:
    path = f"rules/{file}.csv"
    line = raw.line_of(path, **match)
    raw.edit(path, line, **cells)
    assert (rule, path, line, column) in {(f.rule, f.file, f.line, f.column) for f in errors(raw)}


def test_all_areas_of_a_whole_add_up_to_it(raw: Raw) -> None:
    """With every city of a province, the parts are complete, and a missing couple is told."""
    sheet = "figures/provinces-marriages-2020.csv"
    raw.edit(
        "rules/parts.csv", raw.line_of("rules/parts.csv", whole="divorces_registered", along="ref_area"), kind="sum"
    )
    cities = [a["code"] for a in raw.rows("codelists/areas.csv") if a["parent"] == "320000"]
    for number, city in enumerate(cities, 10):
        raw.add(sheet, 3, figure_no=str(number), ref_area=city, number="1.8", as_printed="1.8万对")
    assert len(cities) == 13
    assert raw.check() == []  # 13 × 1.8 = 23.4
    line = raw.line_of(sheet, ref_area="320500")
    raw.edit(sheet, line, number="18", as_printed="18万对")
    assert places(errors(raw)) == {(sheet, line)}


def test_a_change_of_an_amount_set_may_be_printed_before_the_year_is_over(raw: Raw) -> None:
    assert raw.line_of("figures/china-mca-2022-q1.csv", indicator_id="central_assistance_subsidy_change")
    raw.edit("rules/published.csv", raw.line_of("rules/published.csv", left_id="central_assistance_subsidy"),
             left_id="welfare_lottery_sales", published="welfare_lottery_sales_change", kind="change")  # fmt: skip
    assert "period-sense" in {f.rule for f in errors(raw)}


# --- who is named where several could be -------------------------------------------------------------------------


def test_one_slip_that_mends_many_contradictions_is_told_at_all_of_them(raw: Raw) -> None:
    sheet = "figures/china-population-2022.csv"
    raw.edit(sheet, 2, number="11175", as_printed="11175万人")
    found = errors(raw)
    assert len(found) > 8
    assert places(found) == {(sheet, 2)}
    assert all("a dropped digit? 141175万 would fit" in f.hint for f in found)


def test_a_whole_that_other_figures_confirm_is_not_blamed_for_its_part(raw: Raw) -> None:
    sheet = "figures/jiangsu-marriages-2022.csv"
    raw.edit(sheet, 5, number="4111557", as_printed="4111557对")
    (found,) = errors(raw)
    assert (found.file, found.line) == (sheet, 5)
    assert "a digit too many? 411557 would fit" in found.hint


def test_copies_of_a_misprint_do_not_outvote_what_other_figures_say(raw: Raw, reprint: Reprint) -> None:
    cells = {"number": "638.5", "as_printed": "638.5萬對"}
    files = {(reprint("china-mca-2022", 3, source=f"copy-{n}", n3=cells), 2) for n in range(3)}
    assert places(errors(raw)) == files


def test_an_unchanged_value_of_another_year_is_no_reason_by_itself(raw: Raw, reprint: Reprint) -> None:
    """16 registries in two years, and a reprint that turns the digits: the reprint is named."""
    sheet = "figures/jiangsu-marriages-2023.csv"
    raw.add(sheet, raw.line_of(sheet, figure_no="7"), figure_no="99", time_period="2022")
    file = reprint("jiangsu-marriages-2023", 7, n7={"number": "61", "as_printed": "61个"})
    (found,) = errors(raw)
    assert (found.file, found.line) == (file, 2)
    assert "transposed digits? 16 would fit" in found.hint


def test_figures_that_changed_places_are_named_as_exchanged(raw: Raw) -> None:
    sheet = "figures/jiangsu-marriages-2022.csv"
    raw.edit(sheet, 40, number="115988", as_printed="115988对")
    raw.edit(sheet, 41, number="116081", as_printed="116081对")
    found = errors(raw)
    assert places(found) == {(sheet, 40)}
    assert all("jiangsu-marriages-2022:40 has the value that would fit: exchanged?" in f.hint for f in found)


def test_figures_that_fit_as_well_are_named_too(raw: Raw) -> None:
    sheet = "figures/jiangsu-marriages-2022.csv"
    raw.edit(sheet, 26, number="4.44", as_printed="4.44%")
    (found,) = errors(raw)
    assert "as likely: jiangsu-marriages-2022:" in found.hint


def test_a_lost_minus_is_recognised(raw: Raw) -> None:
    sheet = "figures/china-population-2022.csv"
    raw.edit(sheet, 8, number="0.60", as_printed="0.60‰")
    (found,) = errors(raw)
    assert (found.line, "a minus lost or gained? -0.60 would fit" in found.hint) == (8, True)


# --- rules that divide a whole in more than one way, and figures of more than one length -------------------------


def test_a_whole_may_be_divided_in_more_ways_than_one(raw: Raw) -> None:
    """0-15, 16-59 and 60 and over beside 0-14, 15-64 and 65 and over, as communiques do."""
    for code in ("Y0T15", "Y16T59"):
        raw.add("codelists/dimensions.csv", 3, dimension="age", code=code)
    line = raw.line_of("rules/parts.csv", whole="population", along="age", kind="sum")
    raw.add("rules/parts.csv", line, codes="Y0T15|Y16T59|Y_GE60")
    sheet = "figures/china-population-2022.csv"
    for number, code, value in (("90", "Y0T15", "25615"), ("91", "Y16T59", "87556")):
        raw.add(
            sheet, raw.line_of(sheet, age="Y_GE60"), figure_no=number, age=code, number=value, as_printed=f"{value}万人"
        )
    assert raw.check() == []
    raw.edit(sheet, raw.line_of(sheet, age="Y16T59"), number="78556", as_printed="78556万人")
    (found,) = errors(raw)
    assert (found.line, "transposed digits? 87556万" in found.hint) == (raw.line_of(sheet, age="Y16T59"), True)


def test_parts_without_a_dimension_may_be_named_sets(raw: Raw) -> None:
    for part, name in (("divorces_mainland", "by_origin"), ("divorces_foreign", "by_origin")):
        line = raw.line_of("rules/parts.csv", whole="divorces_registered", part=part)
        raw.edit("rules/parts.csv", line, set_id=name)
    for part in ("divorces_in_town", "divorces_elsewhere"):
        like = raw.line_of("codelists/indicators.csv", indicator_id="divorces_foreign")
        raw.add("codelists/indicators.csv", like, indicator_id=part, maximum="10000000")
        raw.add("rules/parts.csv", line, part=part, set_id="by_place")
    sheet = "figures/jiangsu-marriages-2022.csv"
    for number, part, value in (("90", "divorces_in_town", "100000"), ("91", "divorces_elsewhere", "16081")):
        raw.add(sheet, 40, figure_no=number, indicator_id=part, number=value, as_printed=f"{value}对")
    assert raw.check() == []


def test_every_flow_that_entered_a_stock_is_held_against_it(raw: Raw) -> None:
    sheet = "figures/jiangsu-charity-2023.csv"
    for number, period, value in (("90", "2023-08", "20"), ("91", "2023-01-01/P8M", "1200")):
        raw.add(
            sheet,
            2,
            figure_no=number,
            indicator_id="charities_new",
            time_period=period,
            number=value,
            as_printed=f"{value}家",
        )
    (found,) = errors(raw)
    assert (found.column, found.file) == ("stock_below_addition", sheet)
    assert "1200家" in found.message


def test_months_that_exceed_their_year_together_are_told(raw: Raw) -> None:
    sheet = "figures/jiangsu-marriages-2022.csv"
    line = 3
    for month in range(1, 13):
        raw.add(
            sheet, line, figure_no=str(100 + month), time_period=f"2022-{month:02}", number="4900", as_printed="4900对"
        )
    (found,) = errors(raw)
    assert found.column == "shorter_above_longer"
    assert "57558对" in found.message


def test_areas_that_lie_in_each_other_are_refused(raw: Raw) -> None:
    raw.edit("codelists/areas.csv", 2, parent="320100")
    assert ("formula", "codelists/areas.csv", 2, "parent") in {(f.rule, f.file, f.line, f.column) for f in errors(raw)}


def test_a_contradiction_entered_twice_is_refused(raw: Raw) -> None:
    line = raw.add(CONTRADICTIONS, 3, figures="china-mca-2022:3|china-marriages-2023-q3:2")
    assert ("unique", CONTRADICTIONS, line) in {(f.rule, f.file, f.line) for f in errors(raw)}


def test_many_copies_of_one_source_are_compared_with_the_statement_that_counts(raw: Raw, reprint: Reprint) -> None:
    for n in range(6):
        reprint("jiangsu-marriages-2022", 1, 2, source=f"copy-{n}")
    wrong = reprint("jiangsu-marriages-2022", 1, source="copy-9", n1={"number": "412826", "as_printed": "412826对"})
    assert [(f.file, f.line) for f in errors(raw)] == [(wrong, 2)]
