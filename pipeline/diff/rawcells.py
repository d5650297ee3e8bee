"""Which cells of `raw/` a row of the dataset comes from: file, line and column, found by the row's key."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline import csvfiles

if TYPE_CHECKING:
    from pipeline.schemas import Table

Row = dict[str, Any]
Place = tuple[str, int, dict[str, str]]
"""File, line and the row's cells by column, as keyed."""
Pair = tuple[Row | None, Row | None, list[str]]
"""A row as it was and as it is, and the columns that differ."""

_NUMBERED = {"observations": ("figure_no", "observation_id"), "actions": ("action_no", "action_id")}
"""Tables whose key is the source's id and a keyed number: that number's column, and the key's."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A raw cell that a difference comes from; no column where the whole row does, or a cell of another list."""

    side: str
    file: str
    line: int
    column: str = ""
    value: str = ""

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part)


def cells(table: str, pairs: Sequence[Pair], raws: Sequence[Path | None]) -> list[list[Cell]]:
    """The cells of each pair, in the raw folders of the old and the new side where they have one."""
    if not any(raws):
        return [[] for _ in pairs]
    rows = ([old for old, _, _ in pairs], [new for _, new, _ in pairs])
    old, new = (_places(raw, table, side) for raw, side in zip(raws, rows, strict=True))
    found = [[*_of_pair(*each)] for each in zip(old, new, (columns for *_, columns in pairs), strict=True)]
    if table == "observations":
        changed = [number for number, (*_, columns) in enumerate(pairs) if "unit_id" in columns]
        for side, raw, both in zip(("old", "new"), raws, rows, strict=True):
            for number, cell in zip(changed, _units(side, raw, [both[n] for n in changed]), strict=True):
                found[number] += cell
    return found


def _of_pair(old: Place | None, new: Place | None, columns: list[str]) -> Iterator[Cell]:
    """Cells that are keyed differently; where one side alone is raw, those whose published values differ."""
    if old and new:
        columns = [c for c in old[2] | new[2] if old[2].get(c) != new[2].get(c)]
    for side, place in (("old", old), ("new", new)):
        if place:
            file, line, keyed = place
            named = [c for c in columns if c in keyed]
            yield from (Cell(side, file, line, c, keyed[c]) for c in named)
            if not named:
                yield Cell(side, file, line)


def _places(raw: Path | None, table: str, rows: Sequence[Row | None]) -> list[Place | None]:
    """Where each row was keyed; a file is read once for all rows."""
    from pipeline.schemas import TABLES

    places: list[Place | None] = [None] * len(rows)
    if raw is None or table not in TABLES:
        return places
    names, is_numbered = _key_columns(TABLES[table]), table in _NUMBERED
    wanted: dict[str, dict[tuple[str, ...], list[int]]] = {}
    for number, row in enumerate(rows):
        if row:
            key = tuple(_text(row.get(name), is_numbered) for name in names.values())
            file = TABLES[table].raw.replace("*", str(row.get("source_id")))
            wanted.setdefault(file, {}).setdefault(key, []).append(number)
    for file, numbers in wanted.items():
        for line, keyed in csvfiles.rows(raw / file):
            for number in numbers.get(tuple(keyed.get(name, "") for name in names), ()):
                places[number] = (file, line, keyed)
    return places


def _key_columns(table: "Table") -> dict[str, str]:
    """Raw columns that name a row within its file, each with the published column of the same value."""
    if table.name in _NUMBERED:
        return dict([_NUMBERED[table.name]])
    return {name: name for name in table.key if not (table.is_sheet and name == "source_id")}


def _text(value: object, is_numbered: bool) -> str:
    """A published key as it is keyed: of source_id:number the number alone."""
    text = "" if value is None else str(value)
    return text.rpartition(":")[2] if is_numbered else text


def _units(side: str, raw: Path | None, rows: Sequence[Row | None]) -> list[list[Cell]]:
    """Where the unit of each figure's indicator is keyed."""
    places = _places(raw, "indicators", rows) if rows else []
    return [[Cell(side, p[0], p[1], "unit_id", p[2].get("unit_id", ""))] if p else [] for p in places]
