"""Each view's typical question, of an indicator and an area that have many figures."""

from pathlib import Path

import duckdb

from pipeline import database, paths

_SUBJECT = """
    SELECT indicator_id, ref_area, max(time_period) FROM observations JOIN indicators USING (indicator_id)
    WHERE nature = 'stock' GROUP BY indicator_id, ref_area ORDER BY count(*) DESC, indicator_id, ref_area LIMIT 1"""

QUESTIONS = {
    "indicator over time, all areas": "SELECT period_end, count(*), sum(obs_value) FROM observations "
    "WHERE indicator_id = '{indicator}' GROUP BY 1 ORDER BY 1",
    "area profile": "SELECT indicator_id, time_period, obs_value, lower, upper FROM observations WHERE ref_area = '{area}'",
    "theme by year": "SELECT theme_id, year, sum(figures) FROM theme_years GROUP BY ALL ORDER BY ALL",
    "series": "SELECT time_period, obs_value FROM series WHERE indicator_id = '{indicator}' AND ref_area = '{area}'",
    "current": "SELECT * FROM current WHERE indicator_id = '{indicator}' AND ref_area = '{area}'",
    "headline": "SELECT * FROM headline WHERE ref_area = '{area}'",
    "growth": "SELECT * FROM growth WHERE indicator_id = '{indicator}' AND ref_area = '{area}'",
    "compare a figure with other areas": "SELECT * FROM compare WHERE indicator_id = '{indicator}' AND area_a = '{area}' "
    "AND period_a = '{period}' AND across = 'areas'",
    "compare a figure with other periods": "SELECT * FROM compare WHERE indicator_id = '{indicator}' "
    "AND area_a = '{area}' AND period_a = '{period}' AND across = 'periods'",
    "compare all periods of an area": "SELECT * FROM compare WHERE indicator_id = '{indicator}' AND area_a = '{area}' "
    "AND across = 'periods'",
    "shares": "SELECT * FROM shares WHERE indicator_id = '{indicator}' AND ref_area = '{area}'",
    "derived": "SELECT * FROM derived WHERE ref_area = '{area}'",
    "statements": "SELECT * FROM statements WHERE indicator_id = '{indicator}' AND ref_area = '{area}'",
    "provenance": "SELECT * FROM provenance WHERE indicator_id = '{indicator}' AND ref_area = '{area}'",
    "by_theme": "SELECT theme_id, indicators, figures, first_day, last_day FROM by_theme",
}


def asked(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """The questions, of the stock and area with the most figures."""
    found = connection.execute(_SUBJECT).fetchone()
    if found is None:
        raise SystemExit("the dataset has no stock to ask about")
    return {name: sql.format(indicator=found[0], area=found[1], period=found[2]) for name, sql in QUESTIONS.items()}


def over_files(out: Path, unsorted: Path, threads: int) -> duckdb.DuckDBPyConnection:
    """The same tables and views, over Parquet files of which the observations are in no order; nothing is stored."""
    connection = duckdb.connect(config={"threads": threads})
    dictionary = database.rows(connection, f"FROM {database.parquet([out / 'columns.parquet'])}")
    files = {name: out / f"{name}.parquet" for name in dict.fromkeys(row["table_name"] for row in dictionary)}
    for name, file in (files | {"observations": unsorted}).items():
        connection.execute(f"CREATE VIEW {name} AS FROM {database.parquet([file])}")
    columns = [row for row in dictionary if row["table_name"] == "observations"]
    connection.execute(database._facts(columns))
    connection.execute((paths.sql() / "macros.sql").read_text(encoding="utf-8"))
    for name, text in database.views().items():
        connection.execute(f"CREATE VIEW {name} AS {text}")
    return connection
