"""The DuckDB database: tables from Parquet, the macros and views of `sql/`, and comments on all of them.

Light: needs DuckDB only, so that `query` starts fast. Tables and comments come from the dictionary, which the build
renders from the schemas and ships as `columns.parquet`.
"""

import glob
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb

from pipeline import paths

Row = dict[str, Any]

FILE = "minsheng.duckdb"
QUIET = "SET enable_progress_bar = false"
"""A progress bar goes to stdout where Python runs no file; each cursor has this setting of its own."""
STORAGE_VERSION = "v1.4.0"
"""Readable by every DuckDB from 1.4 on, the command line from PyPI included."""

AT_DAY = ("stock", "standard", "target")
"""Natures whose values hold at the last day of a period; they are one fact where they end on one day."""

_READ = re.compile(r"\b(?:FROM|JOIN) (\w+)")
_FACTS = "Observations with their breakdown as one text, empty for totals, and whether they hold at a day"


@dataclass(frozen=True, slots=True)
class Offender:
    """A row that a check of `sql/checks` selected."""

    check: str
    observation_id: str | None
    rule: str | None
    subject: str
    seen: str
    expected: str
    hint: str
    idle: bool
    kind: str | None = None
    figures: list[str] | None = None
    """The figures that contradict each other, where several do, and the kind of comparison."""
    detail: str = ""


def sql_text(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def quoted(name: str) -> str:
    """A name as SQL takes it even where it is one of its words."""
    return '"' + name.replace('"', '""') + '"'


def rows(connection: duckdb.DuckDBPyConnection, sql: str, *values: object) -> list[Row]:
    """A query's rows, each by column name."""
    result = connection.execute(sql, values)
    names = [column[0] for column in result.description or []]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def create(connection: duckdb.DuckDBPyConnection, path: Path | None, dictionary: list[Row]) -> None:
    """Attach a new database file (None: in memory), use it, and define everything but the rows."""
    connection.execute(QUIET)
    where = (
        f"{sql_text(str(path))} AS minsheng (STORAGE_VERSION '{STORAGE_VERSION}')" if path else "':memory:' AS minsheng"
    )
    connection.execute(f"ATTACH {where}; USE minsheng")
    define(connection, dictionary)


def open_parquet(folder: Path) -> duckdb.DuckDBPyConnection:
    """The dataset of a folder without database file, in memory: tables are filled from its Parquet files.

    Raises FileNotFoundError where one of the dictionary's tables is not there.
    """
    connection = duckdb.connect()
    dictionary = rows(connection, f"FROM {_table(folder, 'columns')}")
    define(connection, dictionary)
    names = dict.fromkeys(row["table_name"] for row in dictionary)
    fill(connection, {name: _table(folder, name) for name in names})
    return connection


def _table(folder: Path, name: str) -> str:
    files = paths.table(folder, name)
    for file in files:
        if not file.is_file():
            missing = file.relative_to(folder).as_posix()
            raise FileNotFoundError(f"the dataset in {folder} is not whole: {missing} is not there")
    return parquet(files)


def parquet(files: Iterable[Path]) -> str:
    """A table's Parquet files in their order, as FROM takes them; nothing in a name is a pattern or a partition."""
    return f"read_parquet([{', '.join(map(one_file, files))}], hive_partitioning = false)"


def one_file(file: Path) -> str:
    """A file's path as SQL's functions of files take it; nothing in its name is a pattern."""
    return sql_text(glob.escape(str(file)))


def made(versions: Row) -> str:
    """What a dataset is made from, as one text: its manifest and its database say the same."""
    return " ".join(str(versions.get(key)) for key in ("minsheng_version", "data_version", "raw_sha256"))


def mark(connection: duckdb.DuckDBPyConnection, versions: Row) -> None:
    """Let a database tell what it was made from."""
    connection.execute(f"CREATE MACRO _made_from() AS {sql_text(made(versions))}")


def made_from(connection: duckdb.DuckDBPyConnection) -> str:
    """What a database was made from, or nothing where it does not say."""
    try:
        ((told,),) = connection.execute("SELECT _made_from()").fetchall()
        return str(told)
    except duckdb.Error:
        return ""


def define(connection: duckdb.DuckDBPyConnection, dictionary: list[Row]) -> None:
    """Create tables, macros, views of tables alone, and comments, as the dictionary's rows say."""
    tables: dict[str, list[Row]] = {}
    for row in dictionary:
        tables.setdefault(row["table_name"], []).append(row)
    script = [f"CREATE TABLE {name} ({', '.join(map(_column, rows))})" for name, rows in tables.items()]
    script += [_facts(tables["observations"]), (paths.sql() / "macros.sql").read_text(encoding="utf-8")]
    late = after_rows()
    for name, text in views().items():
        script += [] if name in late else _view(name, text)
    connection.execute(";\n".join(["BEGIN", *script, *_comments(tables), "COMMIT"]))


def fill(connection: duckdb.DuckDBPyConnection, content: dict[str, str]) -> None:
    """Insert each table's content, given as something that FROM takes, in its order."""
    inserts = [f"INSERT INTO {name} FROM {origin}" for name, origin in content.items()]
    connection.execute(";\n".join(["BEGIN", *inserts, "COMMIT"]))
    store(connection)


_STORED = "-- stored"
"""Note of a view: its rows are computed once, when the tables are full, and kept."""
_MEANWHILE = re.compile(r"^-- stored meanwhile(?:, in parts by (\w+))?$", re.MULTILINE)
"""Note of a view whose rows are a temporary table while stored ones are computed, whole or one part after another."""
PART_ROWS = 500_000
"""Rows of a part: what is computed from them at once stays in memory."""


def is_stored(view: str) -> bool:
    """True for a view whose rows are computed once and kept as a table."""
    return _STORED in view.splitlines()


def after_rows() -> set[str]:
    """Views that are stored, or read one that is: they come when the tables are full, and are planned but once."""
    late: set[str] = set()
    for name, text in views().items():
        if is_stored(text) or late & set(_READ.findall(text)):
            late.add(name)
    return late


def store(connection: duckdb.DuckDBPyConnection) -> None:
    """Compute the stored views from the tables as they are now, and define the views and macros that read them.

    What several of their steps read is a temporary table meanwhile: it takes far less memory than a part of a query.
    """
    names = after_rows()
    late = {name: text for name, text in views().items() if name in names}
    meanwhile = {name: found[1] for name, text in late.items() if (found := _MEANWHILE.search(text))}
    connection.execute("BEGIN")
    for name, text in late.items():
        parted = next((each for each in _READ.findall(text) if meanwhile.get(each)), None)
        if parted and is_stored(text):
            _store_in_parts(connection, name, text, parted, f"({late[parted]})", meanwhile[parted])
        elif name not in meanwhile:
            connection.execute(";\n".join(_view(name, text)))
        elif not meanwhile[name]:
            connection.execute(f"CREATE TEMP TABLE {name} AS {text}")
    last = [line for name in meanwhile for line in (f"DROP TABLE temp.{name}", *_view(name, late[name]))]
    connection.execute(";\n".join([*last, (paths.sql() / "table_macros.sql").read_text(encoding="utf-8"), "COMMIT"]))


def _store_in_parts(
    connection: duckdb.DuckDBPyConnection, view: str, text: str, parted: str, whole: str, column: str
) -> None:
    """Compute a stored view from one part after another of what it reads."""
    for number, (first, last) in enumerate(_ranges(connection, whole, column)):
        part = f"SELECT * FROM {whole} WHERE {column} BETWEEN {sql_text(first)} AND {sql_text(last)}"
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {parted} AS {part}")
        connection.execute(f"INSERT INTO {view} {text}" if number else ";\n".join(_view(view, text)))


def _ranges(connection: duckdb.DuckDBPyConnection, origin: str, column: str) -> list[tuple[str, str]]:
    """First and last value of parts that hold some PART_ROWS rows each, or one value; at least one part."""
    counts = connection.execute(f"SELECT {column}, count(*) FROM {origin} GROUP BY 1 ORDER BY 1").fetchall()
    ranges, rows = list[tuple[str, str]](), 0
    for value, count in counts or [("", 0)]:
        begins = not ranges or rows + count > PART_ROWS
        ranges = [*ranges, (value, value)] if begins else [*ranges[:-1], (ranges[-1][0], value)]
        rows = count if begins else rows + count
    return ranges


def _view(name: str, text: str) -> list[str]:
    kind = "TABLE" if is_stored(text) else "VIEW"
    return [f"CREATE OR REPLACE {kind} {name} AS {text}", f"COMMENT ON {kind} {name} IS {sql_text(question(text))}"]


_SQL_TYPES = {
    "string": "VARCHAR", "bool": "BOOLEAN", "int8": "TINYINT", "int32": "INTEGER", "double": "DOUBLE",
    "date32[day]": "DATE",
}  # fmt: skip
FIELD_TYPES = {
    "string": "string", "bool": "boolean", "int8": "integer", "int32": "integer", "double": "number",
    "date32[day]": "date",
}  # fmt: skip
"""Arrow types as the manifest names them."""


def _column(row: Row) -> str:
    return f"{quoted(row['column_name'])} {_SQL_TYPES[row['type']]}{'' if row['nullable'] else ' NOT NULL'}"


def dimensions(columns: list[Row]) -> tuple[str, ...]:
    """Names of the breakdown columns among the dictionary's rows of the observations."""
    return tuple(c["column_name"] for c in columns if " where dimension=" in (c["codes"] or ""))


def _facts(columns: list[Row]) -> str:
    """Observations with their breakdown as one text, empty for totals, and whether they hold at a day.

    Made here because the dimensions differ from dataset to dataset.
    """
    parts = [f"CASE WHEN {quoted(d)} <> '_T' THEN '{d}=' || {quoted(d)} END" for d in dimensions(columns)]
    breakdown = f"concat_ws(', ', {', '.join(parts)})" if parts else "''"
    at_day = f"SELECT indicator_id FROM indicators WHERE nature IN {AT_DAY}"
    more = f"{breakdown} AS breakdown, indicator_id IN ({at_day}) AS at_day"
    return f"CREATE VIEW facts AS SELECT *, {more} FROM observations"


def views() -> dict[str, str]:
    """View name to SQL, in an order in which each finds what it reads."""
    files = {f.stem: f.read_text(encoding="utf-8").strip().rstrip(";") for f in (paths.sql() / "views").glob("*.sql")}
    reads = {name: {v for v in _READ.findall(sql) if v in files} for name, sql in sorted(files.items())}
    return {name: files[name] for name in TopologicalSorter(reads).static_order()}


def question(sql: str) -> str:
    """The question that a view or check answers: its opening comment."""
    lines = []
    for line in sql.splitlines():
        if not line.startswith("--") or line.startswith(_STORED):
            break
        lines.append(line.lstrip("- ").strip())
    return " ".join(lines)


def _comments(tables: dict[str, list[Row]]) -> Iterator[str]:
    for name, rows in tables.items():
        yield f"COMMENT ON TABLE {name} IS {sql_text(rows[0]['table_description'])}"
        for row in rows:
            unit = f" [{row['unit']}]" if row["unit"] else ""
            words = f"{row['description']}{unit} · {row['description_zh']}"
            yield f"COMMENT ON COLUMN {name}.{quoted(row['column_name'])} IS {sql_text(words)}"
    yield f"COMMENT ON VIEW facts IS {sql_text(_FACTS)}"


def checks() -> dict[str, str]:
    return {
        f.stem: f.read_text(encoding="utf-8").strip().rstrip(";")
        for f in sorted((paths.sql() / "checks").glob("*.sql"))
    }


_CHECKED = "observation_id, rule, subject, seen, expected, hint, idle, kind, figures"


def offenders(connection: duckdb.DuckDBPyConnection) -> Iterator[Offender]:
    """Run every check whose needs are met. One that then looked at nothing offends itself."""
    for name, sql in checks().items():
        needs = re.search(r"^-- needs: (FROM .*)$", sql, re.MULTILINE)
        if needs and connection.execute(f"SELECT count(*) {needs[1]}").fetchone() == (0,):
            continue
        rows = connection.execute(f"SELECT {_CHECKED} FROM ({sql}) WHERE offends ORDER BY ALL").fetchall()
        if not rows and not connection.execute(f"SELECT 1 FROM ({sql}) LIMIT 1").fetchall():
            hint = "take the check away or mend it"
            yield Offender(name, None, None, f"check {name}", "", "at least one subject", hint, True)
        yield from (Offender(name, *row) for row in rows)
