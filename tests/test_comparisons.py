"""What the views answer that compare figures: over time, between areas, per resident, as published, as of a day."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipeline import database
from pipeline.quantity import Interval

Connection = duckdb.DuckDBPyConnection


@pytest.fixture(scope="module")
def connection(built: Path) -> Iterator[Connection]:
    with duckdb.connect(str(built / "minsheng.duckdb"), read_only=True) as found:
        yield found


@pytest.fixture
def spoiled(built: Path) -> Connection:
    return database.open_parquet(built)


def rows(connection: Connection, sql: str) -> list[tuple[Any, ...]]:
    return connection.execute(sql).fetchall()


# --- series ---------------------------------------------------------------------------------------------------------


def test_a_series_has_bounds_and_its_gaps_as_gaps(connection: Connection) -> None:
    """Marriages of the nation by year: nothing is keyed between 2013 and 2020."""
    sql = "SELECT time_period, obs_value, lower, is_gap FROM series WHERE indicator_id = 'marriages' AND ref_area = 'CN' ORDER BY 1"
    found = rows(connection, sql)
    assert [(period, gap) for period, _, _, gap in found] == [
        (str(year), 2013 < year < 2020) for year in range(2013, 2023)
    ]
    assert all((value is None) == gap and (lower is None) == gap for _, value, lower, gap in found)
    assert found[-1][1:3] == (6835000, 6834500)


def test_flows_of_different_lengths_are_series_of_their_own(connection: Connection) -> None:
    sql = """SELECT span, list(time_period ORDER BY time_period) FROM series
             WHERE indicator_id = 'welfare_lottery_sales' AND ref_area = 'CN' AND NOT is_gap GROUP BY span ORDER BY span"""
    assert rows(connection, sql) == [("P12M", ["2021", "2022"]), ("P1M", ["2022-12", "2023-06"]), ("P6M", ["2023-S1"])]


def test_no_series_mixes_days_and_lengths(connection: Connection) -> None:
    sql = """SELECT indicator_id FROM series JOIN indicators USING (indicator_id)
             WHERE (span = 'P0D') <> (nature IN ('stock', 'standard', 'target'))"""
    assert rows(connection, sql) == []


def test_missing_months_and_half_years_are_named(connection: Connection) -> None:
    sql = "SELECT time_period, period_start::VARCHAR, period_end::VARCHAR FROM series WHERE is_gap AND {} ORDER BY 1"
    found = rows(connection, sql.format("indicator_id = 'sports_lottery_sales' AND span = 'P1M'"))
    assert [period for period, *_ in found] == ["2023-01", "2023-02", "2023-03", "2023-04", "2023-05"]
    found = rows(connection, sql.format("indicator_id = 'disability_allowances_amount'"))
    assert found == [("2022-S2", "2022-07-01", "2022-12-31")]


def test_a_series_is_whole_whatever_it_is_asked_for(spoiled: Connection) -> None:
    """Two quarters two years apart leave seven quarters out."""
    for source, quarter in (("a:1", "2020-Q3"), ("a:2", "2022-Q3")):
        spoiled.execute(f"""INSERT INTO observations SELECT * REPLACE ('{source}' AS observation_id, '{quarter}' AS time_period,
            DATE '{quarter[:4]}-07-01' AS period_start, DATE '{quarter[:4]}-09-30' AS period_end)
            FROM observations WHERE observation_id = 'jiangsu-2022-s1:27'""")
    found = rows(
        spoiled, "SELECT time_period FROM series WHERE indicator_id = 'branches_rectified' AND is_gap ORDER BY 1"
    )
    assert [p for (p,) in found] == ["2020-Q4", "2021-Q1", "2021-Q2", "2021-Q3", "2021-Q4", "2022-Q1", "2022-Q2"]


# --- two figures side by side -----------------------------------------------------------------------------------------


def compared(connection: Connection, condition: str) -> list[tuple[Any, ...]]:
    return rows(
        connection,
        f"SELECT difference, difference_lower, difference_upper, ratio_lower, ratio_upper, beyond_rounding FROM compare WHERE {condition}",
    )


def test_the_same_half_year_of_2023_is_compared_with_the_first_bulletin(connection: Connection) -> None:
    ((difference, lower, upper, *ratio, beyond),) = compared(
        connection, "id_a = 'jiangsu-2022-s1:4' AND period_b = '2023-S1' AND area_b = '320000'"
    )
    expected = Interval(82500, 83500) - Interval(112500, 113500)
    assert (difference, beyond) == (-30000, True)
    assert (lower, upper) == (expected.lower, expected.upper)
    quotient = Interval(82500, 83500) / Interval(112500, 113500)
    assert ratio == [quotient.lower, quotient.upper]


def test_the_first_bulletin_is_compared_where_the_concept_is_the_same_and_nowhere_else(connection: Connection) -> None:
    sql = """SELECT DISTINCT indicator_id, area_b, period_b FROM compare WHERE id_a LIKE 'jiangsu-2022-s1:%' ORDER BY ALL"""
    assert rows(connection, sql) == [
        ("charities", "320000", "2023-08"),
        ("dibao_households", "320000", "2022-08"),
        ("dibao_persons", "320000", "2022-08"),
        ("dibao_persons", "320000", "2023"),
        ("dibao_persons", "320000", "2023-06"),
        ("dibao_persons", "320000", "2024"),
        ("disability_allowances_amount", "320000", "2023-S1"),
        ("social_organisations", "320000", "2020-10"),
        ("tekun_persons", "320000", "2023"),
        ("tekun_persons", "320000", "2023-06"),
        ("tekun_persons", "320000", "2024"),
        ("temporary_assistance_epidemic_person_times", "CN", "2022-S1"),
        ("temporary_assistance_person_times", "320000", "2023-S1"),
        ("temporary_assistance_person_times", "CN", "2022-S1"),
    ]


def test_a_difference_within_the_rounding_is_said_to_be_one(connection: Connection) -> None:
    """62.4万 in mid-2023 and 64.6万 at its end differ; 20万 and 20万 need not."""
    sql = "SELECT beyond_rounding FROM compare WHERE indicator_id = '{}' AND period_a = '2023-06' AND period_b = '2023'"
    assert rows(connection, sql.format("dibao_persons")) == [(True,)]
    assert rows(connection, sql.format("tekun_persons")) == [(False,)]


def test_figures_of_other_lengths_and_breakdowns_are_never_compared(connection: Connection) -> None:
    sql = """SELECT count(*) FROM compare c JOIN facts a ON a.observation_id = id_a JOIN facts b ON b.observation_id = id_b
             WHERE a.indicator_id <> b.indicator_id OR a.breakdown <> b.breakdown OR (NOT a.at_day AND
                 date_diff('month', a.period_start, a.period_end + 1) <> date_diff('month', b.period_start, b.period_end + 1))"""
    assert rows(connection, sql) == [(0,)]


def test_an_area_within_another_has_its_share_beside_the_ratio(connection: Connection) -> None:
    sql = "SELECT area_a, share, share_lower, share_upper FROM compare WHERE {} AND '320000' IN (area_a, area_b) ORDER BY 1"
    found = rows(connection, sql.format("indicator_id = 'temporary_assistance_person_times' AND across = 'areas'"))
    expected = Interval(112500, 113500) / Interval(4801500, 4802500) * Interval(100, 100)
    assert found[0] == ("320000", pytest.approx(100 * 11.3 / 480.2), expected.lower, expected.upper)
    assert found[1] == ("CN", None, None, None)


def test_any_two_figures_of_one_unit_can_be_compared_and_their_days_are_told(connection: Connection) -> None:
    sql = "SELECT days_apart, difference FROM compare_two('jiangsu-2022-s1:2', 'china-mca-2022-s1:7')"
    assert rows(connection, sql) == [(-30, 40780000 - 682100)]
    assert rows(connection, "FROM compare_two('jiangsu-2022-s1:1', 'jiangsu-2022-s1:2')") == []  # households, persons


# --- shares and per resident ------------------------------------------------------------------------------------------


def test_a_province_has_its_share_in_the_nation_with_bounds(connection: Connection) -> None:
    sql = """SELECT obs_value, lower, upper FROM shares WHERE indicator_id = 'temporary_assistance_person_times'
             AND ref_area = '320000' AND whole_area = 'CN' AND time_period = '2022-S1'"""
    ((share, lower, upper),) = rows(connection, sql)
    expected = Interval(112500, 113500) / Interval(4801500, 4802500) * Interval(100, 100)
    assert share == pytest.approx(100 * 11.3 / 480.2)
    assert (lower, upper) == (expected.lower, expected.upper)


def test_a_city_has_its_share_in_its_province_and_in_the_nation(connection: Connection) -> None:
    sql = """SELECT whole_area, round(obs_value, 2) FROM shares WHERE indicator_id = 'population' AND breakdown = ''
             AND ref_area = '320100' AND time_period = '2021' ORDER BY 1"""
    assert rows(connection, sql) == [("320000", 11.08), ("CN", 0.67)]


def test_shares_are_of_what_can_be_counted_together(connection: Connection) -> None:
    sql = "SELECT DISTINCT nature FROM shares JOIN indicators USING (indicator_id)"
    assert {n for (n,) in rows(connection, sql)} == {"stock", "flow"}
    assert rows(connection, "SELECT * FROM shares WHERE lower < 0 OR upper > 100 OR lower > upper") == []


def test_stocks_of_different_days_have_no_share(connection: Connection) -> None:
    """Jiangsu at the end of June, the nation at the end of May."""
    assert rows(connection, "SELECT * FROM shares WHERE part_id = 'jiangsu-2022-s1:2'") == []


def test_per_capita_names_the_population_it_divides_by(connection: Connection) -> None:
    sql = """SELECT round(obs_value, 2), population_period, population_source, unit FROM per_capita
             WHERE observation_id = 'jiangsu-2022-s1:2'"""
    assert rows(connection, sql) == [(80.2, "2021", "jiangsu-population-2021", "person per 10 000 residents")]


def test_per_capita_has_the_bounds_of_both(connection: Connection) -> None:
    sql = "SELECT lower, upper FROM per_capita WHERE observation_id = 'jiangsu-2022-s1:2'"
    expected = Interval(682050, 682150) / Interval(85053500, 85054500) * Interval(10000, 10000)
    assert rows(connection, sql) == [(expected.lower, expected.upper)]


def test_person_times_for_residents_say_that_they_are_not_persons(connection: Connection) -> None:
    found = rows(connection, """SELECT DISTINCT unit FROM per_capita JOIN observations o USING (observation_id)
                                WHERE o.unit_id = 'person_time'""")  # fmt: skip
    assert found == [("person-time per 10 000 residents: times, not persons; one resident may count several times",)]


def test_an_urban_figure_is_divided_by_urban_residents(connection: Connection) -> None:
    sql = "SELECT population_id FROM per_capita WHERE observation_id = 'china-mca-2021:2'"
    assert rows(connection, sql) == [("china-population-2021:12",)]


def test_a_population_more_than_a_year_old_is_not_used(connection: Connection) -> None:
    sql = """SELECT count(*) FROM per_capita p JOIN facts f ON f.observation_id = population_id
             WHERE p.period_end - f.period_end > 366"""
    assert rows(connection, sql) == [(0,)]
    assert rows(connection, "SELECT * FROM per_capita WHERE ref_area = '320000' AND time_period = '2024'") == []


# --- as published, beside what follows --------------------------------------------------------------------------------


def test_a_published_growth_stands_beside_the_one_of_the_levels(connection: Connection) -> None:
    sql = """SELECT published_value, computed_lower, computed_upper, agrees FROM growth
             WHERE published_id = 'jiangsu-marriages-2022:3'"""
    ((value, lower, upper, agrees),) = rows(connection, sql)
    expected = 100 * (412286 / 466947 - 1)
    assert (value, agrees) == (-11.7, True)
    assert lower <= expected <= upper
    assert upper - lower < 1e-9


def test_a_growth_that_nobody_published_is_computed_with_bounds(connection: Connection) -> None:
    sql = """SELECT measure, published_value, computed_lower, computed_upper FROM growth WHERE indicator_id = 'dibao_persons'
             AND ref_area = '320000' AND time_period = '2024' ORDER BY 1"""
    (change, growth) = rows(connection, sql)
    difference = Interval(644500, 645500) - Interval(645500, 646500)
    assert change == ("change", None, difference.lower, difference.upper)
    assert growth[2] <= 100 * (64.5 / 64.6 - 1) <= growth[3]


def test_a_published_change_whose_levels_are_unknown_has_no_computed_one(connection: Connection) -> None:
    sql = "SELECT published_value, computed_lower, agrees FROM growth WHERE published_id = 'china-mca-2022-q1:10'"
    assert rows(connection, sql) == [(7060000000, None, None)]


def test_every_published_change_is_shown(connection: Connection) -> None:
    wanted = "SELECT count(*) FROM facts JOIN indicators USING (indicator_id) WHERE nature = 'change'"
    assert rows(connection, "SELECT count(DISTINCT published_id) FROM growth") == rows(connection, wanted)


# --- vintages ---------------------------------------------------------------------------------------------------------


def test_a_revision_shows_its_size_and_its_reason(connection: Connection) -> None:
    sql = """SELECT observation_id, is_current, change, change_lower, change_upper, agrees, reason IS NOT NULL FROM revisions
             WHERE indicator_id = 'marriages' AND time_period = '2022' ORDER BY rank DESC"""
    assert rows(connection, sql) == [
        ("china-marriages-2023-q3:2", False, None, None, None, None, False),
        ("china-mca-2022:3", True, 2000, 1000, 3000, False, True),
    ]


def test_current_takes_the_most_official_source(connection: Connection) -> None:
    sql = "SELECT source_id FROM current WHERE indicator_id = 'marriages' AND ref_area = 'CN' AND time_period = '2021'"
    assert rows(connection, sql) == [("china-mca-2021",)]
    sql = "SELECT source_id FROM current WHERE indicator_id = 'urbanisation_rate' AND ref_area = '320100' AND time_period = '2021'"
    assert rows(connection, sql) == [("nanjing-communique-2021",)]


def test_contradictions_stay_visible_with_their_reason(connection: Connection) -> None:
    found = rows(connection, "SELECT time_period, residual_lower, reason FROM contradictions ORDER BY 1")
    assert [row[:2] for row in found] == [("2021", -8000), ("2022", -3000)]
    assert all("communique" in reason for *_, reason in found)


def test_what_was_known_on_a_day(connection: Connection) -> None:
    """The communique of Nanjing came in April 2022; before, only a news page had the city's urbanisation rate."""
    sql = """SELECT source_id FROM as_of(DATE '{}') WHERE indicator_id = 'urbanisation_rate' AND ref_area = '320100'
             AND time_period = '2021' AND is_dated"""
    assert rows(connection, sql.format("2022-02-27")) == []
    assert rows(connection, sql.format("2022-02-28")) == [
        ("jiangsu-population-2021",)
    ]  # a month counts from its last day
    assert rows(connection, sql.format("2022-04-29")) == [("jiangsu-population-2021",)]
    assert rows(connection, sql.format("2022-04-30")) == [("nanjing-communique-2021",)]


def test_undated_sources_stand_apart_on_any_day(connection: Connection) -> None:
    sql = "SELECT DISTINCT source_id FROM as_of('2000-01-01') ORDER BY 1"
    undated = rows(connection, "SELECT source_id FROM sources WHERE known_from IS NULL ORDER BY 1")
    assert rows(connection, sql) == undated
    assert len(undated) == 6
    assert rows(connection, "SELECT count(*) FROM as_of('2000-01-01') WHERE is_dated") == [(0,)]
    both = "SELECT source_id, is_dated FROM as_of('2024-01-01') WHERE indicator_id = 'marriages' AND time_period = '2022' ORDER BY 1"
    assert rows(connection, both) == [("china-marriages-2023-q3", False), ("china-mca-2022", True)]


def test_every_kind_of_comparison_found_its_subjects(connection: Connection) -> None:
    found = dict(rows(connection, "SELECT kind, count(agrees) FROM reconciliations GROUP BY kind"))
    least = {"addition": 2, "change": 9, "cumulation": 9, "growth": 11, "growth_by_change": 16, "rate": 4, "ratio": 17,
             "shares": 3, "statement": 4, "subset": 40, "sum": 40}  # fmt: skip
    assert found.keys() == least.keys()
    assert all(found[kind] >= count for kind, count in least.items()), found


def moved(connection: Connection, figure: str, period: str, start: str, end: str, name: str) -> None:
    connection.execute(f"""INSERT INTO observations SELECT * REPLACE ('{name}' AS observation_id, '{period}' AS time_period,
        DATE '{start}' AS period_start, DATE '{end}' AS period_end) FROM observations WHERE observation_id = '{figure}'""")


def test_days_weeks_and_months_are_series_of_their_own(spoiled: Connection) -> None:
    for n, (period, start, end) in enumerate(
        [("2021-06", "2021-06-01", "2021-06-30"), ("2022-06-27/P7D", "2022-06-27", "2022-07-03"), ("2022-06-30",) * 3]
    ):
        moved(spoiled, "jiangsu-2022-s1:30", period, start, end, f"x:{n}")
    sql = "SELECT DISTINCT span FROM series WHERE indicator_id = 'charities_new' ORDER BY 1"
    assert rows(spoiled, sql) == [("P1D",), ("P1M",), ("P6M",), ("P7D",)]
    sql = "SELECT count(*) FROM compare WHERE indicator_id = 'charities_new'"
    assert rows(spoiled, sql) == [(0,)]


def test_nine_months_come_once_a_year_and_two_years_once_in_two(spoiled: Connection) -> None:
    for n, (start, end) in enumerate([("2020-01-01", "2020-09-30"), ("2023-01-01", "2023-09-30")]):
        moved(spoiled, "jiangsu-2022-s1:27", f"{start}/P9M", start, end, f"x:{n}")
    for n, (start, end) in enumerate([("2018-01-01", "2019-12-31"), ("2020-01-01", "2021-12-31")]):
        moved(spoiled, "jiangsu-2022-s1:30", f"{start}/P24M", start, end, f"y:{n}")
    sql = "SELECT time_period, period_end::VARCHAR FROM series WHERE is_gap AND indicator_id = '{}' ORDER BY 1"
    assert rows(spoiled, sql.format("branches_rectified")) == [
        ("2021-01-01/P9M", "2021-09-30"), ("2022-01-01/P9M", "2022-09-30"),
    ]  # fmt: skip
    assert rows(spoiled, sql.format("charities_new")) == []


def test_a_published_change_is_one_row_of_growth(connection: Connection) -> None:
    sql = "SELECT published_id FROM growth WHERE published_id IS NOT NULL GROUP BY ALL HAVING count(*) > 1"
    assert rows(connection, sql) == []
    sql = """SELECT measure, count(*) FROM growth WHERE indicator_id = 'population' AND ref_area = '320100' AND breakdown = ''
             AND time_period = '2022' GROUP BY ALL ORDER BY 1"""
    assert rows(connection, sql) == [("change", 1), ("growth", 1)]


def test_a_reason_stands_at_the_pair_it_was_given_for(connection: Connection) -> None:
    sql = "SELECT count(*) FROM revisions WHERE reason IS NOT NULL AND (before IS NULL OR agrees)"
    assert rows(connection, sql) == [(0,)]
