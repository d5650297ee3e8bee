"""The DuckDB database: tables from Parquet, the macros and views of `sql/`, and comments on all of them.

Light: needs DuckDB only, so that `query` starts fast. Comments come from `columns.parquet`, which the build rendered from
the schemas.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from pipeline import paths

STORAGE_VERSION = "v1.4.0"
"""Readable by every DuckDB from 1.4 on, the command line from PyPI included."""

_FIRST_VIEWS = ("current", "derived")
"""Views that other views and checks read; the rest follows in order of name."""


@dataclass(frozen=True, slots=True)
class Offender:
    """A row that a check of `sql/checks` selected."""

    check: str
    observation_id: str | None
    subject: str
    seen: str
    expected: str
    hint: str
    idle: bool


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def create(path: Path, tables: dict[str, str]) -> None:
    """Write a database file; `tables` gives each table's content as something that FROM takes."""
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH {quoted(str(path))} AS minsheng (STORAGE_VERSION '{STORAGE_VERSION}')")
        connection.execute("USE minsheng")
        fill(connection, tables)
        connection.execute("USE memory")
        connection.execute("DETACH minsheng")


def open_parquet(folder: Path) -> duckdb.DuckDBPyConnection:
    """The dataset of a folder without database file, in memory: tables are read from its Parquet files."""
    connection = duckdb.connect()
    files = sorted(folder.glob("*.parquet"))
    fill(connection, {f.stem: f"read_parquet({quoted(str(f))})" for f in files})
    return connection


def fill(connection: duckdb.DuckDBPyConnection, tables: dict[str, str]) -> None:
    """Create tables, macros, views and comments in the connection's current schema, in one transaction."""
    statements = [f"CREATE TABLE {name} AS FROM {content}" for name, content in tables.items()]
    connection.execute("BEGIN; " + "; ".join(statements))
    columns = connection.execute(
        "SELECT table_name, column_name, description, description_zh, unit, table_description FROM columns"
    ).fetchall()
    dimensions = [c for (c,) in connection.execute("SELECT DISTINCT dimension FROM dimensions ORDER BY 1").fetchall()]
    script = [_facts(dimensions), (paths.sql() / "macros.sql").read_text(encoding="utf-8")]
    script += [f"CREATE VIEW {name} AS {text}" for name, text in views().items()]
    connection.execute(";\n".join([*script, *_comments(columns, set(tables))]))
    connection.execute("COMMIT")


def _facts(dimensions: list[str]) -> str:
    """Observations with their breakdown as one text, empty for totals; the dimensions differ from dataset to dataset."""
    parts = [f"CASE WHEN {d} <> '_T' THEN '{d}=' || {d} END" for d in dimensions]
    breakdown = f"concat_ws(', ', {', '.join(parts)})" if parts else "''"
    return f"CREATE VIEW facts AS SELECT *, {breakdown} AS breakdown FROM observations"


def views() -> dict[str, str]:
    """View name to SQL, in an order in which each finds what it reads."""
    files = {f.stem: f.read_text(encoding="utf-8").strip().rstrip(";") for f in (paths.sql() / "views").glob("*.sql")}
    order = [*(v for v in _FIRST_VIEWS if v in files), *sorted(set(files) - set(_FIRST_VIEWS))]
    return {name: files[name] for name in order}


def question(sql: str) -> str:
    """The question that a view or check answers: its opening comment."""
    lines = []
    for line in sql.splitlines():
        if not line.startswith("--"):
            break
        lines.append(line.lstrip("- ").strip())
    return " ".join(lines)


def _comments(columns: list[tuple[Any, ...]], tables: set[str]) -> Iterator[str]:
    described = {}
    for table, column, english, chinese, unit, table_description in columns:
        described[table] = table_description
        unit_words = f" [{unit}]" if unit else ""
        if table in tables:
            yield f"COMMENT ON COLUMN {table}.{column} IS {quoted(f'{english}{unit_words} · {chinese}')}"
    for table in tables & set(described):
        yield f"COMMENT ON TABLE {table} IS {quoted(described[table])}"
    for name, sql in views().items():
        yield f"COMMENT ON VIEW {name} IS {quoted(question(sql))}"
    yield "COMMENT ON VIEW facts IS 'Observations with their breakdown as one text, empty for totals'"


def checks() -> dict[str, str]:
    return {f.stem: f.read_text(encoding="utf-8").strip().rstrip(";") for f in sorted((paths.sql() / "checks").glob("*.sql"))}


def offenders(connection: duckdb.DuckDBPyConnection) -> Iterator[Offender]:
    """Run every check. One that looked at nothing offends itself, unless a table it reads has no rows at all."""
    for name, sql in checks().items():
        rows = connection.execute(
            f"SELECT observation_id, subject, seen, expected, hint, idle, offends FROM ({sql}) ORDER BY ALL"
        ).fetchall()
        if not rows and not _reads_nothing(connection, sql):
            yield Offender(name, None, f"check {name}", "", "at least one subject", "take the check away or mend it", True)
        for *words, offends in rows:
            if offends:
                yield Offender(name, *words)


def _reads_nothing(connection: duckdb.DuckDBPyConnection, sql: str) -> bool:
    tables = set(re.findall(r"(?:FROM|JOIN)\s+(\w+)", sql)) & {
        name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()
    }
    return any(connection.execute(f"SELECT count(*) = 0 FROM {t}").fetchone() == (True,) for t in tables)
