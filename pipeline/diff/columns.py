"""How the columns of two datasets differ, and which of it breaks what reads them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipeline.database import one_file, parquet, quoted, sql_text

Columns = dict[str, tuple[str, bool]]
"""Columns of a table: SQL type, and whether it may be empty."""

DICTIONARY = "columns"
_CODES = re.compile(r"(\w+)\.(\w+)(?: where (\w+)=(\w+))?")
_UNIT_OF_FIGURES = ("observations", "unit_id", "units.unit_id")
"""Not in the dictionary, as a figure's unit is its indicator's."""


@dataclass(frozen=True, slots=True)
class SchemaChange:
    """A table, column or code that came, went or changed; breaking where a reader of OLD may fail or err on NEW."""

    table: str
    column: str
    change: str
    old: str
    new: str
    breaking: bool


def read(connection: duckdb.DuckDBPyConnection, files: list[Path]) -> Columns:
    types = connection.execute(f"DESCRIBE FROM {parquet(files)}").fetchall()
    schema = f"parquet_schema({one_file(files[0])})"
    required = connection.execute(f"SELECT name FROM {schema} WHERE repetition_type = 'REQUIRED'").fetchall()
    return {row[0]: (row[1], (row[0],) not in required) for row in types}


def changes(table: str, old: Columns, new: Columns) -> Iterator[SchemaChange]:
    """Columns removed, added, retyped, made nullable or not, reordered."""
    common, places = [c for c in old if c in new], list(new)
    for name in (c for c in old if c not in new):
        yield SchemaChange(table, name, "removed", old[name][0], _stand_in(name, old, new), True)
    for name in (c for c in new if c not in old):
        is_last = places.index(name) > max((places.index(c) for c in common), default=-1)
        change = "added at the end" if is_last else "added between others"
        yield SchemaChange(table, name, change, "", new[name][0], not is_last)
    for name in common:
        yield from _retyped(table, name, old[name], new[name])
    if common != (now := [c for c in new if c in old]):
        yield SchemaChange(table, "", "reordered", ", ".join(common), ", ".join(now), True)


def _retyped(table: str, name: str, old: tuple[str, bool], new: tuple[str, bool]) -> Iterator[SchemaChange]:
    if old[0] != new[0]:
        yield SchemaChange(table, name, "retyped", old[0], new[0], True)
    if old[1] != new[1]:
        before, after = (("never empty", "may be empty")[is_nullable] for is_nullable in (old[1], new[1]))
        yield SchemaChange(table, name, "made nullable" if new[1] else "made required", before, after, new[1])


def _stand_in(name: str, old: Columns, new: Columns) -> str:
    """The new column of the same type that stands in a removed one's place: it was perhaps renamed."""
    place = list(old).index(name)
    other = list(new)[place] if place < len(new) else ""
    return f"perhaps renamed to {other}" if other and other not in old and new[other] == old[name] else ""


def lost_codes(
    connection: duckdb.DuckDBPyConnection, lists: Sequence[str], old: dict[str, list[Path]], new: dict[str, list[Path]]
) -> Iterator[SchemaChange]:
    """Codes that rows of OLD use and NEW no longer has, in those of the `lists` that lost rows."""
    for table, column, codes in _references(connection, old) if lists else ():
        found = _CODES.fullmatch(codes)
        if found is None or found[1] not in lists or table not in old or column not in read(connection, old[table]):
            continue
        where = f" WHERE {quoted(found[3])} = {sql_text(found[4])}" if found[3] else ""
        kept = " EXCEPT ".join(f"SELECT {quoted(found[2])} FROM {parquet(s[found[1]])}{where}" for s in (old, new))
        used = f"SELECT {quoted(column)}, count(*) FROM {parquet(old[table])} WHERE {quoted(column)} IN ({kept})"
        for code, uses in connection.execute(f"{used} GROUP BY 1 ORDER BY 1").fetchall():
            words = f"OLD has it in {table}.{column}, rows: {uses:,}"
            yield SchemaChange(found[1], found[2], "code removed", str(code), words, True)


def _references(connection: duckdb.DuckDBPyConnection, tables: dict[str, list[Path]]) -> list[tuple[str, str, str]]:
    """Table, column and code list of every reference that the dictionary knows."""
    if DICTIONARY not in tables:
        return []
    named = f"SELECT table_name, column_name, codes FROM {parquet(tables[DICTIONARY])} WHERE codes IS NOT NULL"
    return [*connection.execute(named).fetchall(), _UNIT_OF_FIGURES]
