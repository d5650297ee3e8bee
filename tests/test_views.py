"""What the SQL answers about the first bulletin."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from conftest import ROOT

from pipeline import database
from pipeline.quantity import Interval


@pytest.fixture(scope="module")
def connection(built: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(built / "minsheng.duckdb"), read_only=True) as found:
        yield found


def rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    return connection.execute(sql).fetchall()


def test_every_view_opens_with_the_question_it_answers() -> None:
    for name, sql in (database.views() | database.checks()).items():
        assert "?" in database.question(sql), name


def test_every_view_has_rows(connection: duckdb.DuckDBPyConnection) -> None:
    for name in database.views():
        assert rows(connection, f"SELECT count(*) FROM {name}") > [(0,)], name


def test_every_check_says_what_it_needs_and_looks_at_something(connection: duckdb.DuckDBPyConnection) -> None:
    for name, sql in database.checks().items():
        assert "-- needs: FROM" in sql, name
        assert name == "daily_mean_against_period" or rows(
            connection, f"SELECT count(*) FROM ({sql}) WHERE NOT offends"
        ) > [(0,)], name


@pytest.fixture
def spoiled(built: Path) -> duckdb.DuckDBPyConnection:
    """The dataset in memory, to be spoiled."""
    return database.open_parquet(built)


def test_mixed_units_are_found(spoiled: duckdb.DuckDBPyConnection) -> None:
    spoiled.execute("INSERT INTO observations SELECT * REPLACE ('x:1' AS observation_id, 'person' AS unit_id) "
                    "FROM observations WHERE indicator_id = 'marriages'")  # fmt: skip
    assert [(o.check, o.subject, o.seen) for o in database.offenders(spoiled)] == [
        ("units_mixed", "marriages", "couple, person")
    ]


def test_a_check_without_any_subject_offends_itself(
    spoiled: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    sql = database.checks()["units_mixed"].replace("FROM observations\nGROUP", "FROM observations WHERE false\nGROUP")
    monkeypatch.setattr(database, "checks", lambda: {"units_mixed": sql})
    assert [(o.subject, o.idle) for o in database.offenders(spoiled)] == [("check units_mixed", True)]


def test_a_check_whose_needs_are_not_met_is_passed_over(spoiled: duckdb.DuckDBPyConnection) -> None:
    for table in ("parts", "derived_rules", "published_rules", "known_contradictions", "observations"):
        spoiled.execute(f"DELETE FROM {table}")
    database.store(spoiled)
    assert list(database.offenders(spoiled)) == []


def test_claims_judged_a_few_areas_at_a_time_are_judged_alike(
    spoiled: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sums along areas and statements of several sources included: what a part needs of other areas is at hand."""
    spoiled.execute("CREATE TABLE whole AS FROM reconciliations")
    monkeypatch.setattr(database, "PART_ROWS", 2)
    assert len(database._ranges(spoiled, "comparable", "ref_area")) > 3
    database.store(spoiled)
    both = ("reconciliations", "whole"), ("whole", "reconciliations")
    assert [rows(spoiled, f"FROM {one} EXCEPT FROM {other}") for one, other in both] == [[], []]
    assert rows(spoiled, "SELECT count(*) FROM reconciliations") == rows(spoiled, "SELECT count(*) FROM whole")
    assert rows(spoiled, "SELECT count(*) FROM reconciliations WHERE rule LIKE '% ref_area'") > [(0,)]


def test_parts_hold_a_value_each_or_a_certain_number_of_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "PART_ROWS", 3)
    with duckdb.connect() as connection:
        origin = "(SELECT unnest(['a', 'a', 'b', 'c', 'c', 'c', 'c', 'd', 'e']) AS area)"
        assert database._ranges(connection, origin, "area") == [("a", "b"), ("c", "c"), ("d", "e")]
        assert database._ranges(connection, f"(FROM {origin} LIMIT 0)", "area") == [("", "")]


def test_headline_shows_value_bounds_print_and_names(connection: duckdb.DuckDBPyConnection) -> None:
    sql = """SELECT name_zh, name_en, obs_value, lower, upper, unit, as_printed FROM headline
             WHERE indicator_id = 'dibao_households' AND ref_area = '320000'"""
    assert rows(connection, sql) == [
        ("低保户数", "Households on minimum living allowance", 400900, 400850, 400950, "household", "40.09万户")
    ]


SEED = "ref_area = '320000' AND period_end = '2022-06-30'"

DERIVED = {
    "dibao_persons_per_household": Interval(682050, 682150) / Interval(400850, 400950),
    "temporary_assistance_epidemic_share": Interval(6750000, 6850000) / Interval(112500, 113500),
    "epidemic_subsidy_per_person_time": Interval(78263500, 78264500) / Interval(448750, 448850),
    "private_care_subsidy_per_institution": Interval(135000000, 145000000) / Interval(1505, 1505),
    "revitalisation_funds_per_project": Interval(81195000, 81205000) / Interval(350, 400),
    "social_organisation_staff_per_organisation": Interval(745000, 755000) / Interval(83500, 84500),
    "volunteers_per_organisation": Interval(22596450, 22596550) / Interval(5144, 5144),
    "welfare_lottery_sales_year_earlier": Interval(3750000000, 4050000000),
    "welfare_lottery_sales_growth": Interval(500000000, 700000000) * Interval(100, 100) / Interval(3.75e9, 4.05e9),
    "marriages_cross_region": Interval(73237.25, 75281.25),
}


@pytest.mark.parametrize("derived_id", DERIVED)
def test_a_derived_value_carries_its_bounds(connection: duckdb.DuckDBPyConnection, derived_id: str) -> None:
    sql = f"SELECT obs_value, lower, upper FROM derived WHERE derived_id = '{derived_id}' AND {SEED}"
    ((value, lower, upper),) = rows(connection, sql)
    assert lower <= value <= upper
    assert lower == pytest.approx(DERIVED[derived_id].lower, rel=1e-15)
    assert upper == pytest.approx(DERIVED[derived_id].upper, rel=1e-15)


def test_derived_values_are_those_of_the_rules(connection: duckdb.DuckDBPyConnection) -> None:
    assert {d for (d,) in rows(connection, "SELECT derived_id FROM derived")} == set(DERIVED)


def test_a_derived_value_names_the_figures_it_came_from(connection: duckdb.DuckDBPyConnection) -> None:
    sql = f"SELECT inputs FROM derived WHERE derived_id = 'welfare_lottery_sales_growth' AND {SEED}"
    assert rows(connection, sql) == [(["jiangsu-2022-s1:37", "jiangsu-2022-s1:38"],)]


def test_a_programme_shows_its_units_side_by_side(connection: duckdb.DuckDBPyConnection) -> None:
    sql = f"SELECT households, persons, yuan FROM programmes WHERE programme = 'Minimum living allowance' AND {SEED}"
    assert rows(connection, sql) == [(400900, 682100, None)]


def test_flows_of_different_lengths_are_programmes_rows_of_their_own(spoiled: duckdb.DuckDBPyConnection) -> None:
    spoiled.execute("""INSERT INTO observations SELECT * REPLACE (
        'x:1' AS observation_id, DATE '2022-04-01' AS period_start, '2022-Q2' AS time_period, 50000 AS obs_value)
        FROM observations WHERE observation_id = 'jiangsu-2022-s1:4'""")
    sql = f"""SELECT period_start::VARCHAR, person_times FROM programmes
              WHERE programme = 'Temporary assistance' AND {SEED} ORDER BY 1"""
    assert rows(spoiled, sql) == [("2022-01-01", 113000), ("2022-04-01", 50000)]


def test_a_target_stands_beside_its_commitment(connection: duckdb.DuckDBPyConnection) -> None:
    sql = "SELECT due, target_printed, target_lower, target_upper FROM commitments WHERE target_printed IS NOT NULL"
    assert rows(connection, sql) == [("2022", "3所以上", 3, None)]


def test_commitments_of_the_second_half_year_are_due_at_its_end(connection: duckdb.DuckDBPyConnection) -> None:
    ((count, last),) = rows(connection, "SELECT count(*), max(due_end)::VARCHAR FROM commitments WHERE due = '2022-S2'")
    assert (count > 10, last) == (True, "2022-12-31")


def test_cities_have_their_actions(connection: duckdb.DuckDBPyConnection) -> None:
    sql = "SELECT area_en FROM area_actions WHERE level = 'prefecture' ORDER BY 1"
    assert [a for (a,) in rows(connection, sql)] == ["Lianyungang", "Nantong", "Suqian", "Suzhou", "Yancheng"]


def test_provenance_leads_to_the_characters(connection: duckdb.DuckDBPyConnection) -> None:
    sql = "SELECT paragraph, char_start, char_end, as_printed, kind FROM provenance WHERE observation_id = 'jiangsu-2022-s1:39'"
    assert rows(connection, sql) == [(22, 1719, 1726, "20.07万对", "reprint")]


def test_by_theme_counts_all_figures(connection: duckdb.DuckDBPyConnection) -> None:
    assert rows(connection, "SELECT sum(figures), sum(actions) FROM by_theme") == [(417, 50)]


def test_theme_years_counts_each_figure_once(connection: duckdb.DuckDBPyConnection) -> None:
    assert rows(connection, "SELECT sum(figures), sum(verified) FROM theme_years") == rows(
        connection, "SELECT count(*), count(*) FILTER (evidence = 'verified') FROM observations"
    )
    counted = "SELECT figures, areas, sources FROM theme_years WHERE indicator_id = 'dibao_persons' AND year = 2022"
    sql = """SELECT count(*), count(DISTINCT ref_area), count(DISTINCT source_id) FROM observations
        WHERE indicator_id = 'dibao_persons' AND year(period_end) = 2022"""
    assert rows(connection, counted) == rows(connection, sql)


def test_no_programme_or_derived_rule_names_an_unknown_indicator() -> None:
    known = {line.split(",")[0] for line in (ROOT / "raw/codelists/indicators.csv").read_text().splitlines()}
    sql = (ROOT / "sql/views/programmes.sql").read_text()
    words = {w for w in sql.replace("'", " ' ").split() if "_" in w and w.islower() and w.replace("_", "").isalpha()}
    columns = {"indicator_id", "person_times", "ref_area", "period_end", "obs_value", "programme_zh", "any_value",
               "string_agg", "as_printed", "char_start", "observation_id"}  # fmt: skip
    named = {w for w in words if w not in columns and "." not in w}
    assert named <= known
