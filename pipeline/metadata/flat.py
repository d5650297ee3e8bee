"""`observations.csv`: the view `flat` as a file, for people who open nothing else."""

from pathlib import Path

import duckdb

from pipeline.database import quoted, sql_text

NAME = "observations.csv"
_MARK = "\ufeff"
"""Byte-order mark: without it a spreadsheet takes UTF-8 for something else."""


def write(connection: duckdb.DuckDBPyConnection, folder: Path) -> int:
    """Write the file from a connection that has tables and views; the number of rows. Whole values have no `.0`."""
    columns = connection.execute("DESCRIBE flat").fetchall()
    items = [f"{_text(name, kind)} AS {quoted(name)}" for name, kind, *_ in columns]
    items[0] = f"{columns[0][0]} AS {quoted(_MARK + columns[0][0])}"
    query, path = f"SELECT {', '.join(items)} FROM flat", sql_text(str(folder / NAME))
    written = connection.execute(f"COPY ({query}) TO {path} (HEADER, DELIMITER ',')").fetchone()
    return int(written[0]) if written else 0


def _text(name: str, kind: str) -> str:
    """A column as text: numbers in their shortest form that reads back the same."""
    if kind != "DOUBLE":
        return quoted(name)
    return f"regexp_replace({quoted(name)}::VARCHAR, '\\.0$', '')"
