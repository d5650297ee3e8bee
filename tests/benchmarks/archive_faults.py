"""Plants known faults of rows in a generated archive: each breaks one rule at one place, and what it says is written down.

Faults are spread over all sheets by their size. Only stocks that no rule and no other source speaks of are touched, so
that nothing else can follow from a fault.
"""

import csv
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from archive_figures import Figures
from archive_lists import INDICATORS, Source, write_rows
from archive_sheets import EVERY

Row = dict[str, str]
Change = Callable[[Row, Row], None]
"""Spoils a row; the second row is a sound one above it."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A rule, the column that a finding must name, and how a sound row is spoilt."""

    rule: str
    column: str
    change: Change


def _set(**cells: str) -> Change:
    return lambda row, _: row.update(cells)


def _set_in_plain(**cells: str) -> Change:
    """Spoil a part of a figure that is printed as plainly as can be, so that it alone is in doubt."""

    def change(row: Row, _: Row) -> None:
        _print(row, "1234")
        row.update(cells)

    return change


def _print(row: Row, number: str, **cells: str) -> None:
    row.update(dict.fromkeys(("qualifier", "direction", "multiplier", "inherited"), "") | {"number": number} | cells)
    row["as_printed"] = number + row["unit"]


def _misprint(row: Row, _: Row) -> None:
    _print(row, "4567")
    row["as_printed"] = "4587" + row["unit"]


def _point_into_nothing(row: Row, _: Row) -> None:
    start = 1_000 * int(row["figure_no"])
    row.update(paragraph=row["figure_no"], char_start=str(start), char_end=str(start + len(row["as_printed"])))


def _overlap(row: Row, above: Row) -> None:
    start = int(above["char_end"]) - 1
    row.update(char_start=str(start), char_end=str(start + len(row["as_printed"])))


def _state_again(row: Row, above: Row) -> None:
    row.update(above | {"figure_no": row["figure_no"]})


def _state_later(row: Row, _: Row) -> None:
    row["time_period"] = "2099" + row["time_period"][4:]


FAULTS = {
    "required": (
        Fault("required", "ref_area", _set(ref_area="")),
        Fault("required", "time_period", _set(time_period="")),
        Fault("required", "unit", _set_in_plain(unit="")),
        Fault("required", "number", _set_in_plain(number="")),
        Fault("required", "as_printed", _set(as_printed="")),
    ),
    "type": (
        Fault("type", "figure_no", lambda row, _: row.update(figure_no=row["figure_no"] + "a")),
        Fault("type", "figure_no", lambda row, _: row.update(figure_no="0" + row["figure_no"])),
    ),
    "text": (
        Fault("text", "note", _set(note="seen\u200bbefore")),
        Fault("text", "note", _set(note="=1+1")),
        Fault("text", "as_printed", lambda row, _: row.update(as_printed=row["as_printed"] + " ")),
    ),
    "pattern": (
        Fault("pattern", "time_period", _set(time_period="2006-H1")),
        Fault("pattern", "number", _set_in_plain(number="1,234")),
    ),
    "code": (
        Fault("code", "ref_area", _set(ref_area="999999")),
        Fault("code", "indicator_id", _set(indicator_id="househlod_9")),
        Fault("code", "qualifier", _set_in_plain(qualifier="roughly")),
        Fault("code", "multiplier", _set_in_plain(multiplier="萬")),
        Fault("code", "inherited", _set_in_plain(inherited="yes")),
    ),
    "indicator-range": (
        Fault("indicator-range", "number", lambda row, _: _print(row, "999999999999999")),
        Fault("indicator-range", "number", lambda row, _: _print(row, "-12")),
    ),
    "unit": (Fault("unit", "unit", lambda row, _: (row.update(unit="头"), _print(row, "1234"))[1]),),
    "recompose": (Fault("recompose", "as_printed", _misprint),),
    "inherited": (Fault("inherited", "inherited", lambda row, _: _print(row, "1234", inherited="multiplier")),),
    "decimals": (Fault("decimals", "number", lambda row, _: _print(row, "1234.5")),),
    "direction": (Fault("direction", "direction", _set(direction="rise")),),
    "position": (Fault("position", "char_start", _point_into_nothing),),
    "period": (Fault("period", "time_period", _set(time_period="2005-02-30")),),
    "period-sense": (Fault("period-sense", "time_period", _state_later),),
    "unique": (Fault("unique", "figure_no", lambda row, above: row.update(figure_no=above["figure_no"])),),
    "keyed-twice": (Fault("keyed-twice", "indicator_id", _state_again),),
}
"""Variants by rule, for sheets without a text."""

TEXT_FAULTS = {
    "range": (Fault("range", "char_end", _set(char_end="0")),),
    "span-length": (
        Fault("span-length", "char_end", lambda row, _: row.update(char_end=str(int(row["char_end"]) + 1))),
    ),
    "span-order": (
        Fault("span-order", "paragraph", lambda row, _: row.update(paragraph=str(int(row["paragraph"]) + 40))),
    ),
    "span-overlap": (Fault("span-overlap", "char_start", _overlap),),
}
"""Variants by rule, for sheets with positions."""

_STOCKS = {each.indicator_id for each in INDICATORS if each.nature == "stock"}
Told = tuple[str, str, int, str]
"""Rule, file, line and column that a check must report."""


def plant(out: Path, plan: list[tuple[Source, int]], each: int) -> int:
    """Plant so many faults of every rule, and write `<out>.faults.csv`; how many there are."""
    told = list(spoil(out, plan, each))
    with open(f"{out}.faults.csv", "w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows([("rule", "file", "line", "column"), *sorted(told)])
    return len(told)


def spoil(out: Path, plan: list[tuple[Source, int]], each: int) -> Iterator[Told]:
    """Plant so many faults of every rule; where each is."""
    shared = _shared(Figures([source for source, _ in plan], 0))
    for kinds, has_text in ((FAULTS, False), (TEXT_FAULTS, True)):
        sheets = [(source, rows) for source, rows in plan if source.has_text == has_text]
        for source, faults in _spread(kinds, sheets, each):
            yield from _spoil(out, source, faults, shared)
    yield from _dangle(out, [source for source, _ in plan if source.number % 7 == 0], each)


def _shared(figures: Figures) -> set[tuple[str, str]]:
    """Indicator and period of facts that a rule, or more than one source, speaks of."""
    ruled = {"household_1", "person_1", "orphan_1"}
    found = [(n, INDICATORS[s.indicator].indicator_id, s.period) for n, s in enumerate(figures.slots)]
    return {(indicator, period) for n, indicator, period in found if n % 33 == 0 or indicator in ruled}


def _spread(
    kinds: dict[str, tuple[Fault, ...]], sheets: list[tuple[Source, int]], each: int
) -> Iterator[tuple[Source, list[Fault]]]:
    """Sheets with their faults, as many as their share of the rows; rules take turns."""
    faults = [variants[n % len(variants)] for n in range(each) for variants in kinds.values()]
    whole = sum(rows for _, rows in sheets)
    reached = itertools.accumulate(rows for _, rows in sheets)
    ends = [len(faults) * each_end // whole for each_end in reached]
    for (source, _), start, end in zip(sheets, [0, *ends], ends, strict=False):
        if end > start:
            yield source, faults[start:end]


def _spoil(out: Path, source: Source, faults: list[Fault], shared: set[tuple[str, str]]) -> Iterator[Told]:
    """Plant faults in rows of one sheet, evenly spread, each with a sound row above it."""
    name = f"figures/{source.source_id}.csv"
    with open(out / name, encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream)
        header, rows = list(reader.fieldnames or ()), list(reader)
    free = [n for n, row in enumerate(rows) if 3 < n < len(rows) - 1 and _is_free(row, source, shared)]
    step = len(free) // (len(faults) + 1)
    if step < (1 if source.has_text else 2):
        raise SystemExit(f"{name} has {len(rows)} rows, too few for {len(faults)} faults: give more --rows, or fewer")
    for fault, number in zip(faults, range(step, len(free), step), strict=False):
        place = free[number]
        above = rows[place - 1] if source.has_text else rows[free[number - 1]]
        fault.change(rows[place], above)
        yield fault.rule, name, place + 2, fault.column
    write_rows(out / name, header, rows)


def _is_free(row: Row, source: Source, shared: set[tuple[str, str]]) -> bool:
    alone = (row["indicator_id"], row["time_period"].removeprefix(str(source.year))) not in shared
    return row["indicator_id"] in _STOCKS and alone and (not source.has_text or int(row["figure_no"]) % EVERY in (1, 3))


def _dangle(out: Path, acting: list[Source], each: int) -> Iterator[Told]:
    """Actions that name figures which are not there."""
    for number in range(each):
        source = acting[number % len(acting)]
        name = f"actions/{source.source_id}.csv"
        with open(out / name, "r+", encoding="utf-8", newline="") as stream:
            line = sum(1 for _ in stream) + 1
            place = "1" if source.has_text else ""
            stream.write(
                f"{line},{place},{source.province_code},social_assistance,又一项,Another,planned,,999999{number},\n"
            )
        yield "reference", name, line, "figure_nos"
