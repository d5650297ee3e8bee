"""Which rows of a table differ: matched by the key, compared column by column, kept in DuckDB."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from pipeline.database import parquet, quoted, sql_text
from pipeline.diff import rawcells
from pipeline.diff.columns import DICTIONARY, Columns
from pipeline.diff.rawcells import Cell

Row = dict[str, Any]

KINDS = {"changed": "o IS NOT NULL AND n IS NOT NULL", "added": "o IS NULL", "removed": "n IS NULL"}
_DICTIONARY_KEY = ("table_name", "column_name")
_TOLD_BY_COLUMNS = ("type", "nullable")
_CHUNK = 4096
_LOCATED = 10 * _CHUNK
"""Rows of a kind whose raw cells are looked up: each chunk of them reads its raw files once."""


@dataclass(frozen=True, slots=True)
class Change:
    """One row that differs: the row of each side that has it, and the columns that differ where both have."""

    old: Row | None
    new: Row | None
    columns: list[str]
    cells: list[Cell] = field(default_factory=list)

    @property
    def row(self) -> Row:
        return self.new or self.old or {}


@dataclass(frozen=True, slots=True)
class TableDifference:
    """Rows of a table that differ. `rows(kind, limit)` reads them; `why_not` says why none could be compared."""

    name: str
    key: tuple[str, ...]
    sizes: tuple[int, int]
    counts: dict[str, int]
    rows: Callable[..., Iterator[Change]]
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """A table of both sides as it is compared: `o` is the old row, `n` the new one."""

    name: str
    declared_key: tuple[str, ...]
    files: tuple[list[Path], list[Path]]
    columns: tuple[Columns, Columns]

    @property
    def key(self) -> tuple[str, ...]:
        """The key's columns that both have; the dictionary, which no manifest gives a key, is keyed by what it says."""
        declared = _DICTIONARY_KEY if self.name == DICTIONARY else self.declared_key
        return tuple(column for column in declared if all(column in side for side in self.columns))

    @property
    def kept(self) -> str:
        return quoted(f"differing {self.name}")

    def values(self, column: str) -> tuple[str, str]:
        """A column of both rows, as text where its type has changed."""
        old, new = (side[column][0] for side in self.columns)
        text = "" if old == new else "::VARCHAR"
        return f"o.{quoted(column)}{text}", f"n.{quoted(column)}{text}"

    def unequal(self) -> dict[str, str]:
        """By column that both have: the condition that its values differ."""
        told = _TOLD_BY_COLUMNS if self.name == DICTIONARY else ()
        common = [c for c in self.columns[0] if c in self.columns[1] and c not in told]
        return {c: " IS DISTINCT FROM ".join(self.values(c)) for c in common}

    def side(self, number: int) -> str:
        """SQL of one side's rows, each one value."""
        items = ", ".join(f"{sql_text(column)}: {quoted(column)}" for column in self.columns[number])
        return f"(SELECT {{{items}}} AS {'on'[number]} FROM {parquet(self.files[number])})"

    def keep(self) -> str:
        """SQL that keeps the rows that differ. Of the dictionary only changes: columns that came or went are told."""
        matched = " AND ".join(" IS NOT DISTINCT FROM ".join(self.values(k)) for k in self.key)
        join = "JOIN" if self.name == DICTIONARY else "FULL JOIN"
        differ = " OR ".join(["o IS NULL", "n IS NULL", *self.unequal().values()])
        both = f"{self.side(0)} {join} {self.side(1)} ON {matched}"
        return f"CREATE TABLE {self.kept} AS SELECT o, n FROM {both} WHERE {differ}"

    def select(self, kind: str, limit: int | None) -> str:
        """SQL of a kind's rows in order of the key, a number behind a colon as number; and which columns differ."""
        texts = [f"coalesce(n.{quoted(k)}::VARCHAR, o.{quoted(k)}::VARCHAR)" for k in self.key]
        order = ", ".join(f"split_part({t}, ':', 1), try_cast(split_part({t}, ':', -1) AS BIGINT), {t}" for t in texts)
        names = ", ".join(f"CASE WHEN {differs} THEN {sql_text(c)} END" for c, differs in self.unequal().items())
        cut = "" if limit is None else f" LIMIT {limit}"
        return f"SELECT o, n, [{names}] FROM {self.kept} WHERE {KINDS[kind]} ORDER BY {order}{cut}"


def compare(
    connection: duckdb.DuckDBPyConnection, pair: Pair, raws: tuple[Path | None, Path | None]
) -> TableDifference:
    """Keep a table's rows that differ, and count them. `raws`: the raw folders that the sides were built from."""
    old, new = (connection.execute(f"SELECT count(*) FROM {parquet(f)}").fetchall()[0][0] for f in pair.files)
    if why_not := _why_not(connection, pair):
        return TableDifference(pair.name, pair.key, (old, new), dict.fromkeys(KINDS, 0), lambda *_: iter(()), why_not)
    connection.execute(pair.keep())
    filters = ", ".join(f"count(*) FILTER ({condition})" for condition in KINDS.values())
    counts = dict(zip(KINDS, connection.execute(f"SELECT {filters} FROM {pair.kept}").fetchall()[0], strict=True))

    def rows(kind: str, limit: int | None = None) -> Iterator[Change]:
        return _changes(connection, pair.select(kind, limit), pair.name, raws)

    return TableDifference(pair.name, pair.key, (old, new), counts, rows)


def _why_not(connection: duckdb.DuckDBPyConnection, pair: Pair) -> str:
    """Why rows cannot be matched, or nothing: without a key, or by one that two rows share."""
    if not pair.key:
        return "no column of the key is in both"
    for side, file in zip(("OLD", "NEW"), pair.files, strict=True):
        grouped = f"FROM {parquet(file)} GROUP BY {', '.join(map(quoted, pair.key))}"
        if connection.execute(f"SELECT 1 {grouped} HAVING count(*) > 1 LIMIT 1").fetchall():
            return f"a key ({', '.join(pair.key)}) stands twice in {side}"
    return ""


def _changes(
    connection: duckdb.DuckDBPyConnection, sql: str, name: str, raws: tuple[Path | None, Path | None]
) -> Iterator[Change]:
    """Rows as they come, the first of them with their raw cells."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        done = 0
        while rows := cursor.fetchmany(_CHUNK):
            pairs = [(o, n, [c for c in names if c] if o and n else []) for o, n, names in rows]
            cells = rawcells.cells(name, pairs, raws if done < _LOCATED else (None, None))
            for pair, found in zip(pairs, cells, strict=True):
                yield Change(*pair, found)
            done += len(rows)
