"""Thousands of keying errors on the real sheets: which are found with the text, without it, by plain validation.

Each error is made on one sheet of its own, of a kind that people make; found means that `check` tells of at least one
error more than on the sheet as it is. Warnings do not count, nor do errors that leave the sheet right.

    python tests/benchmarks/keying_errors.py [--errors N] [--seed S]
"""

import argparse
import csv
import json
import os
import random
import re
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from frictionless import Resource, Schema, system
from rich.console import Console
from rich.table import Table as Printed

import pipeline
from pipeline.evidence import texts
from pipeline.findings import Finding, errors
from pipeline.schemas import TABLES, arrow_type, columns, names

ROOT = Path(__file__).parent.parent.parent
RAW = ROOT / "raw"
REPORT = Path(__file__).with_name("KEYING_ERRORS.md")
SHORT = ROOT / "pipeline/explorer/keying_errors.json"
"""The same in short, for the explorer's page: the report itself is not part of the package."""
COMMAND = "make keying-errors"
ERRORS, SEED = 5000, 20220831
BATCH = 120
"""Sheets in one check: each is a source of its own."""
COMPARED = 48
"""Errors checked once more, each alone in a copy of the whole folder, to show that a batch says the same."""

Row = dict[str, str]
FIGURES, PASSED = "figures", "passed_over"


@dataclass(frozen=True)
class Sheet:
    """What was keyed from one source: rows by folder."""

    source: str
    rows: dict[str, list[Row]]


@dataclass(frozen=True)
class Slip:
    """A sheet with one error, the (folder, line) places that a finding may name, and the error in words."""

    sheet: Sheet
    places: frozenset[tuple[str, int]]
    words: str
    kind: str = ""
    field: str = ""
    group: str = ""


@dataclass(frozen=True)
class Outcome:
    """Whether an error is found with the text (None: no text at hand), without it, and by plain validation; whether the
    right line is named; whether nothing but a rule that lost its only figures told of it; the fault that stopped the
    check.
    """

    text: bool | None
    alone: bool
    plain: bool
    located: bool
    idle: bool = False
    fault: str = ""


# --- sheets ---------------------------------------------------------------------------------------------------------


def read(file: Path) -> list[Row]:
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def write(file: Path, header: Iterable[str], rows: list[Row]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(header), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


@cache
def listed(name: str) -> list[Row]:
    """A code list, read once."""
    return read(RAW / "codelists" / f"{name}.csv")


@cache
def sources() -> dict[str, Row]:
    return {row["source_id"]: row for row in read(RAW / "sources.csv")}


def sheets() -> list[Sheet]:
    """Every sheet that was keyed from a text."""
    return [
        Sheet(source, {folder: read(RAW / folder / f"{source}.csv") for folder in (FIGURES, PASSED)})
        for source, row in sources().items()
        if row["text_sha256"]
    ]


def meaning(row: Row) -> tuple[str, ...]:
    """What a row says, however it is written: 05 is 5."""
    number = row.get("number", "")
    return tuple(v for k, v in sorted((row | {"number": re.sub(r"^0+(?=\d)", "", number)}).items()))


def says_the_same(one: Sheet, other: Sheet) -> bool:
    """True where nothing but the order of rows differs."""
    return all(_apart(one.rows[f], other.rows[f]) == _apart(other.rows[f], one.rows[f]) for f in one.rows)


def _apart(rows: list[Row], others: list[Row]) -> Counter[tuple[str, ...]]:
    """Rows that the others do not have, or have less often."""
    shared = Counter(map(id, others))
    shared.subtract(Counter(map(id, rows)))
    return Counter(meaning(row) for row in rows if shared[id(row)] < 0)


def slip(sheet: Sheet, folder: str, changed: dict[int, Row], words: str) -> Slip:
    """The sheet with other rows at some places."""
    rows = [changed.get(n, row) for n, row in enumerate(sheet.rows[folder])]
    places = frozenset((folder, n + 2) for n in changed)
    return Slip(replace(sheet, rows=sheet.rows | {folder: rows}), places, words)


def told(folder: str, row: Row, cells: Row) -> str:
    """An error in words: the row, and each cell before and after."""
    name = f"figure {row['figure_no']}" if folder == FIGURES else f"passed over at {row['char_start']}"
    return f"{name}: " + ", ".join(f"{c} {row[c] or 'empty'} → {v or 'empty'}" for c, v in cells.items() if row[c] != v)


# --- how a printed form is put together -----------------------------------------------------------------------------

Word = tuple[str, str]
"""A qualifier's printed word and where it stands."""


def put_together(row: Row, word: Word) -> str:
    """What the parts of a row are printed as."""
    parts = [("before", ""), ("after_number", row["number"]), ("after_multiplier", row["multiplier"]),
             ("after_unit", row["unit"])]  # fmt: skip
    return "".join(part + (word[0] if word[1] == position else "") for position, part in parts)


def words_of(code: str) -> list[Word]:
    if not code:
        return [("", "")]
    return [(q["printed"], q["position"]) for q in listed("qualifiers") if q["qualifier"] == code]


def word_of(row: Row) -> Word | None:
    """The word that a row's print has; None where the print is not simply its parts."""
    return next((w for w in words_of(row["qualifier"]) if put_together(row, w) == row["as_printed"]), None)


def reprinted(row: Row, column: str, new: str) -> Row | None:
    """Print and span of a row that has another value in a column, as one who misreads would key them."""
    word = word_of(row)
    if word is None:
        return None
    chosen = words_of(new)[0] if column == "qualifier" else word
    printed = put_together(row | {column: new}, chosen)
    start = int(row["char_start"])
    if column == "qualifier" and "before" in (word[1], chosen[1]):
        start += len(word[0]) * (word[1] == "before") - len(chosen[0]) * (chosen[1] == "before")
    return {"as_printed": printed, "char_start": str(start), "char_end": str(start + len(printed))}


# --- what people mistake a value for --------------------------------------------------------------------------------

Choose = Callable[[random.Random, Sheet, str, int, str], "str | None"]
"""Another value for a cell: random numbers, sheet, folder, row, column."""


def digits(text: str) -> list[int]:
    return [n for n, c in enumerate(text) if c.isdigit() or c in "一二三四五六七八九十"]


def with_digit_replaced(chance: random.Random, text: str) -> str:
    at = chance.choice(digits(text))
    pool = "0123456789" if text[at].isascii() else "一二三四五六七八九十"
    return text[:at] + chance.choice(pool) + text[at + 1 :]


def with_digit_dropped(chance: random.Random, text: str) -> str:
    at = chance.choice(digits(text))
    return text[:at] + text[at + 1 :]


def with_digit_doubled(chance: random.Random, text: str) -> str:
    at = chance.choice(digits(text))
    return text[:at] + text[at] + text[at:]


def with_digits_transposed(chance: random.Random, text: str) -> str:
    pairs = [n for n in digits(text) if n + 1 in digits(text)]
    at = chance.choice(pairs) if pairs else 0
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :] if pairs else text


def with_point_moved(chance: random.Random, text: str) -> str:
    """The decimal point one or two places to either side."""
    whole, _, rest = text.partition(".")
    at, plain = len(whole) + chance.choice([-2, -1, 1, 2]), whole + rest
    if at <= 0:
        return f"0.{'0' * -at}{plain}"
    return f"{plain[:at]}.{plain[at:]}" if at < len(plain) else plain + "0" * (at - len(plain))


def with_look_alike(chance: random.Random, text: str) -> str:
    """O for 0, l for 1, a comma for the decimal point."""
    alike = {"0": "O", "1": "l", ".": ","}
    places = [n for n, c in enumerate(text) if c in alike]
    at = chance.choice(places) if places else 0
    return text[:at] + alike[text[at]] + text[at + 1 :] if places else text


def by(edit: Callable[[random.Random, str], str]) -> Choose:
    """A slip of the fingers in what the cell says."""

    def choose(chance: random.Random, sheet: Sheet, folder: str, at: int, column: str) -> str | None:
        old = sheet.rows[folder][at][column]
        return edit(chance, old) if digits(old) else None

    return choose


def mistaken(pairs: dict[str, list[str]]) -> Choose:
    """One of the values that this one is mistaken for."""

    def choose(chance: random.Random, sheet: Sheet, folder: str, at: int, column: str) -> str | None:
        others = pairs.get(sheet.rows[folder][at][column])
        return chance.choice(others) if others else None

    return choose


def neighbours(chance: random.Random, sheet: Sheet, folder: str, at: int, column: str) -> str | None:
    """What the row before or behind says."""
    return sheet.rows[folder][next_to(chance, sheet, folder, at)][column]


def next_to(chance: random.Random, sheet: Sheet, folder: str, at: int) -> int:
    return chance.choice([n for n in (at - 1, at + 1) if 0 <= n < len(sheet.rows[folder])])


def lost(chance: random.Random, sheet: Sheet, folder: str, at: int, column: str) -> str | None:
    return "" if sheet.rows[folder][at][column] else None


def other_qualifier(chance: random.Random, *_: Any) -> str:
    return chance.choice(sorted({q["qualifier"] for q in listed("qualifiers")} - {"range"}))


def other_paragraph(chance: random.Random, sheet: Sheet, *_: Any) -> str:
    last = max(int(r["paragraph"]) for rows in sheet.rows.values() for r in rows)
    return str(chance.randint(1, last))


def same_unit(chance: random.Random, sheet: Sheet, folder: str, at: int, column: str) -> str | None:
    """Another indicator with the same unit."""
    unit_of = {i["indicator_id"]: i["unit_id"] for i in listed("indicators")}
    own = sheet.rows[folder][at][column]
    others = [i for i, unit in unit_of.items() if unit == unit_of[own] and i != own]
    return chance.choice(others) if others else None


def other_area(level: str) -> Choose:
    return lambda chance, *_: chance.choice([a["code"] for a in listed("areas") if a["level"] == level])


def other_year(chance: random.Random, sheet: Sheet, folder: str, at: int, column: str) -> str:
    old = sheet.rows[folder][at][column]
    return str(int(old[:4]) + chance.choice([-10, -2, -1, 1, 2, 10])) + old[4:]


def other_period(chance: random.Random, sheet: Sheet, folder: str, at: int, column: str) -> str:
    ends = ["", "-S1", "-S2", "-Q1", "-Q2", "-Q3", "-Q4", "-06", "-06-30"]
    return sheet.rows[folder][at][column][:4] + chance.choice(ends)


# --- how an error comes into a sheet --------------------------------------------------------------------------------

Make = Callable[[random.Random, Sheet], "Slip | None"]


def one_cell(column: str, choose: Choose, folder: str, chance: random.Random, sheet: Sheet) -> Slip | None:
    """The error is in one cell."""
    at = chance.randrange(len(sheet.rows[folder]))
    row, new = sheet.rows[folder][at], choose(chance, sheet, folder, at, column)
    if new is None:
        return None
    return slip(sheet, folder, {at: row | {column: new}}, told(folder, row, {column: new}))


def in_print(column: str, choose: Choose, folder: str, chance: random.Random, sheet: Sheet) -> Slip | None:
    """The error is in what as_printed says of a column; the column itself is right."""
    return _misread(column, choose, chance, sheet, ["as_printed"])


def agreeing(column: str, choose: Choose, folder: str, chance: random.Random, sheet: Sheet) -> Slip | None:
    """The keyer misread: column, print and span have the error alike."""
    return _misread(column, choose, chance, sheet, [column, "as_printed", "char_start", "char_end"])


def _misread(column: str, choose: Choose, chance: random.Random, sheet: Sheet, keep: list[str]) -> Slip | None:
    at = chance.randrange(len(sheet.rows[FIGURES]))
    row, new = sheet.rows[FIGURES][at], choose(chance, sheet, FIGURES, at, column)
    again = None if new is None or new == row[column] else reprinted(row, column, new)
    if new is None or again is None:
        return None
    cells = {c: v for c, v in ({column: new} | again).items() if c in keep}
    return slip(sheet, FIGURES, {at: row | cells}, told(FIGURES, row, cells))


def shifted(folder: str, chance: random.Random, sheet: Sheet) -> Slip:
    """Start and end moved alike."""
    at = chance.randrange(len(sheet.rows[folder]))
    row, by_how_many = sheet.rows[folder][at], chance.choice([-10, -3, -2, -1, 1, 2, 3, 10])
    cells = {c: str(int(row[c]) + by_how_many) for c in ("char_start", "char_end")}
    return slip(sheet, folder, {at: row | cells}, told(folder, row, cells))


def cut_short(agree: bool, chance: random.Random, sheet: Sheet) -> Slip | None:
    """The marking began a character late: print and start lose it, and so does the number where parts agree."""
    at = chance.randrange(len(sheet.rows[FIGURES]))
    row = sheet.rows[FIGURES][at]
    if agree and (row["qualifier"] or not re.match(r"\d\d", row["number"])):
        return None
    cells = {"as_printed": row["as_printed"][1:], "char_start": str(int(row["char_start"]) + 1)}
    cells |= {"number": row["number"][1:]} if agree else {}
    return slip(sheet, FIGURES, {at: row | cells}, told(FIGURES, row, cells))


CONTENT = ("as_printed", "qualifier", "direction", "number", "multiplier", "unit", "inherited")
PLACE = ("paragraph", "char_start", "char_end")


def copied(chance: random.Random, sheet: Sheet) -> Slip:
    """The neighbour's figure with its place, keyed a second time in place of the row's own."""
    at = chance.randrange(len(sheet.rows[FIGURES]))
    row, other = (sheet.rows[FIGURES][n] for n in (at, next_to(chance, sheet, FIGURES, at)))
    cells = {c: other[c] for c in CONTENT + PLACE}
    return slip(sheet, FIGURES, {at: row | cells}, told(FIGURES, row, cells))


def swapped(cells: tuple[str, ...], chance: random.Random, sheet: Sheet) -> Slip:
    """Two rows near one another have each other's cells."""
    rows = sheet.rows[FIGURES]
    at = chance.randrange(len(rows) - 1)
    other = min(len(rows) - 1, at + chance.choice([1, 1, 2, 3]))
    one, two = ({c: rows[n][c] for c in cells} for n in (other, at))
    words = f"figures {rows[at]['figure_no']} and {rows[other]['figure_no']} have each other's {', '.join(cells)}"
    return slip(sheet, FIGURES, {at: rows[at] | one, other: rows[other] | two}, words)


def dropped(folder: str, chance: random.Random, sheet: Sheet) -> Slip | None:
    """A row that nobody keyed. Time expressions may have a row among those passed over and need none."""
    rows = list(sheet.rows[folder])
    row = rows.pop(chance.randrange(len(rows)))
    if row.get("reason") in {"date", "duration"}:
        return None
    places = frozenset({("text", int(row["char_start"]))})
    return Slip(replace(sheet, rows=sheet.rows | {folder: rows}), places, told(folder, row, {}) + "the row dropped")


def doubled(folder: str, renumbered: bool, chance: random.Random, sheet: Sheet) -> Slip:
    """A row keyed twice, the second time with the next number where people count on."""
    rows = list(sheet.rows[folder])
    at = chance.randrange(len(rows))
    again = rows[at] | ({"figure_no": str(max(int(r["figure_no"]) for r in rows) + 1)} if renumbered else {})
    rows.insert(len(rows) if renumbered else at + 1, again)
    places = frozenset({(folder, at + 2), (folder, (len(rows) if renumbered else at + 2) + 1)})
    return Slip(replace(sheet, rows=sheet.rows | {folder: rows}), places, told(folder, rows[at], {}) + "keyed twice")


# --- kinds and fields -----------------------------------------------------------------------------------------------

ONE, ALIKE, PASS, ABOUT = "one cell of a figure", "misread alike in all its cells", "passed over", "rows, meaning"
GROUPS = {
    ONE: "One cell of a figure: number, multiplier, unit, qualifier, printed form, position",
    ALIKE: "The same, misread alike in all cells that repeat it",
    PASS: "An entry that is passed over",
    ABOUT: "Whole rows, and what a figure is about",
}


@dataclass(frozen=True)
class Cell:
    """A line of the table: a kind of error in a field, how it is made, and how many of it beside others."""

    kind: str
    field: str
    group: str
    make: Make
    weight: int = 1


FINGERS = {
    "digit replaced": with_digit_replaced,
    "digit dropped": with_digit_dropped,
    "digit doubled": with_digit_doubled,
    "digits transposed": with_digits_transposed,
}
NUMERALS = {"万": ["亿"], "亿": ["万"]}
POWERS = {"": ["万", "亿"], "万": [""], "亿": [""]}
PEOPLE = {"户": ["人"], "人": ["户", "人次"], "人次": ["人"], "名": ["户", "人次"]}
MEASURES = {
    "人": ["名"], "名": ["人", "个"], "个": ["家", "项", "所"], "家": ["个", "所"], "项": ["个", "件"],
    "所": ["个", "家"], "对": ["人", "件"], "元": ["美元"], "%": ["‰", "个百分点"],
}  # fmt: skip


def _three(kind: str, column: str, choose: Choose) -> Iterator[Cell]:
    """An error of a part: in its column, in the print, in both."""
    yield Cell(kind, column, ONE, partial(one_cell, column, choose, FIGURES), 3)
    yield Cell(kind, f"print of {column}" if column != "number" else "as_printed", ONE,
               partial(in_print, column, choose, FIGURES), 3)  # fmt: skip
    yield Cell(kind, f"{column}+print", ALIKE, partial(agreeing, column, choose, FIGURES))


def _parts() -> Iterator[Cell]:
    for kind, edit in (FINGERS | {"decimal point moved": with_point_moved}).items():
        yield from _three(kind, "number", by(edit))
    yield from _three("O for 0, comma for point", "number", by(with_look_alike))
    yield Cell("first digit not marked", "number+print", ALIKE, partial(cut_short, True))
    yield Cell("first character not marked", "as_printed+span", ALIKE, partial(cut_short, False))
    yield from _three("neighbour's number", "number", neighbours)
    yield Cell("neighbour's number", "print", ONE, partial(one_cell, "as_printed", neighbours, FIGURES), 3)
    yield Cell("neighbour's figure", "number…position", ALIKE, copied)
    yield from _three("万↔亿", "multiplier", mistaken(NUMERALS))
    yield from _three("万, 亿 lost or added", "multiplier", mistaken(POWERS))
    yield from _three("户↔人, 人↔人次", "unit", mistaken(PEOPLE))
    yield from _three("个↔家, 人↔名 …", "unit", mistaken(MEASURES))
    yield from _three("qualifier lost", "qualifier", lost)
    yield from _three("qualifier added, changed", "qualifier", other_qualifier)


def _places() -> Iterator[Cell]:
    for folder, group, weight in ((FIGURES, ONE, 3), (PASSED, PASS, 1)):
        mark = "" if folder == FIGURES else "passed: "
        for kind, edit in FINGERS.items():
            for column in ("char_start", "char_end"):
                yield Cell(kind, mark + column, group, partial(one_cell, column, by(edit), folder), weight)
        yield Cell("wrong paragraph", f"{mark}paragraph", group,
                   partial(one_cell, "paragraph", other_paragraph, folder), weight)  # fmt: skip
        yield Cell("position shifted", f"{mark}start+end", ALIKE if not mark else PASS, partial(shifted, folder))
    yield Cell("digit replaced", "passed: print", PASS,
               partial(one_cell, "as_printed", by(with_digit_replaced), PASSED))  # fmt: skip


def _rows() -> Iterator[Cell]:
    for folder, group in ((FIGURES, ABOUT), (PASSED, PASS)):
        mark = "" if folder == FIGURES else "passed: "
        yield Cell("row dropped", f"{mark}row", group, partial(dropped, folder))
        yield Cell("row doubled", f"{mark}row", group, partial(doubled, folder, False))
    yield Cell("row doubled, next number", "row", ABOUT, partial(doubled, FIGURES, True))
    yield Cell("two rows swapped", "number", ABOUT, partial(swapped, ("number",)))
    yield Cell("two rows swapped", "as_printed…unit", ABOUT, partial(swapped, CONTENT))
    yield Cell("two rows swapped", "indicator_id", ABOUT, partial(swapped, ("indicator_id",)))


def _about() -> Iterator[Cell]:
    directions = {"": ["rise", "fall"], "rise": ["", "fall"], "fall": ["", "rise"]}
    yield _single("wrong direction", "direction", mistaken(directions))
    yield _single("inherited by mistake", "inherited", mistaken({"": ["multiplier", "unit", "both"]}))
    yield _single("indicator of same unit", "indicator_id", same_unit)
    yield _single("wrong city", "ref_area", other_area("prefecture"))
    yield _single("wrong province", "ref_area", other_area("province"))
    yield _single("wrong year", "time_period", other_year)
    yield _single("wrong part of the year", "time_period", other_period)
    yield _single("digit replaced", "figure_no", by(with_digit_replaced))


def _single(kind: str, column: str, choose: Choose) -> Cell:
    return Cell(kind, column, ABOUT, partial(one_cell, column, choose, FIGURES))


def cells() -> list[Cell]:
    """Every line of the table."""
    return [*_parts(), *_places(), *_rows(), *_about()]


def slips(count: int, seed: int, wanted: Iterable[Cell] | None = None) -> list[Slip]:
    """About `count` errors, each different from all others of its line; fewer where a line has no more of them."""
    lines, originals = list(wanted or cells()), sheets()
    unit = count / sum(line.weight for line in lines)
    found = []
    for line in lines:
        chance = random.Random(f"{seed} {line.kind} {line.field}")
        found += _different(line, originals, max(1, round(unit * line.weight)), chance)
    return found


def _different(line: Cell, originals: list[Sheet], count: int, chance: random.Random) -> list[Slip]:
    found: dict[str, Slip] = {}
    for _ in range(40 * count):
        sheet = chance.choice(originals)
        made = line.make(chance, sheet)
        if made and (key := f"{sheet.source} {made.words}") not in found and not says_the_same(made.sheet, sheet):
            found[key] = replace(made, kind=line.kind, field=line.field, group=line.group)
        if len(found) == count:
            break
    return list(found.values())


# --- plain validation: types, patterns, ranges and enumerations of one table ----------------------------------------


@cache
def table_schema(folder: str) -> Schema:
    """A Table Schema of a sheet as good as the format allows: what frictionless users have today."""
    table = next(t for t in TABLES.values() if t.raw == f"{folder}/*.csv")
    declared = {n: c for n, c in columns(table).items() if n in names(table, "keyed")}
    fields = [_field(folder, name, each) for name, each in declared.items()]
    key = {"primaryKey": ["figure_no"]} if folder == FIGURES else {"primaryKey": ["char_start", "char_end"]}
    return Schema.from_descriptor({"fields": fields, "missingValues": [""]} | key)


def _field(folder: str, name: str, declared: Any) -> dict[str, Any]:
    kind = {"int32": "integer", "int8": "integer"}.get(str(arrow_type(declared)), "string")
    rules: dict[str, Any] = {} if declared.nullable else {"required": True}
    for check in declared.checks:
        known = {"pattern": "pattern", "allowed_values": "enum", "min_value": "minimum", "max_value": "maximum"}
        rules |= {known[k]: _plain(v) for k, v in (check.statistics or {}).items() if k in known}
    if allowed := _admitted(name, declared.metadata["codes"]):
        rules["enum"] = allowed
    if name == "number":
        kind, rules = "number", {"required": True, "minimum": 0, "maximum": _ceiling(name)}
    if name in PLACE:
        rules["maximum"] = _ceiling(name)
    return {"name": name, "type": kind, "constraints": rules}


def _plain(value: Any) -> Any:
    return getattr(value, "pattern", value) if not isinstance(value, list | tuple | set | frozenset) else list(value)


def _admitted(name: str, codes: str | None) -> list[str]:
    """Values of a code list, and the measure words of all units."""
    if name == "unit":
        return sorted({word for row in listed("units") for word in row["printed"].split("|")})
    table, _, column = (codes or "").partition(".")
    return sorted({row[column] for row in listed(table)}) if table and table != "sources" else []


@cache
def _ceiling(name: str) -> int:
    """The next power of ten above all that is keyed in a column."""
    largest = max(float(r[name]) for s in sheets() for rows in s.rows.values() for r in rows if name in r)
    return int(10 ** len(str(int(largest))))


def is_valid(sheet: Sheet) -> bool:
    """True where frictionless finds nothing wrong with either file."""
    return all(_is_valid(folder, rows) for folder, rows in sheet.rows.items())


def _is_valid(folder: str, rows: list[Row]) -> bool:
    order = [field.name for field in table_schema(folder).fields]
    data = [order, *([row[name] for name in order] for row in rows)]
    with system.use_context(trusted=True):
        return bool(Resource(data=data, schema=table_schema(folder)).validate().valid)


# --- checking -------------------------------------------------------------------------------------------------------


def prepare(raw: Path, documents: Path, made: list[Sheet], ids: list[str]) -> None:
    """A raw folder with each sheet as a source of its own beside the sources without text, and copies of the texts."""
    for name in ("codelists", "rules"):
        shutil.copytree(RAW / name, raw / name)
    rows = [sources()[s.source] | {"source_id": i} for s, i in zip(made, ids, strict=True)]
    others = [row for row in sources().values() if not row["text_sha256"]]
    write(raw / "sources.csv", rows[0], rows + others)
    (raw / FIGURES).mkdir()
    for row in others:
        shutil.copy(RAW / FIGURES / f"{row['source_id']}.csv", raw / FIGURES)
    for sheet, name in zip(made, ids, strict=True):
        for folder, content in sheet.rows.items():
            write(raw / folder / f"{name}.csv", read_header(folder, sheet.source), content)
        actions = RAW / "actions" / f"{sheet.source}.csv"
        if actions.is_file():
            (raw / "actions").mkdir(exist_ok=True)
            shutil.copy(actions, raw / "actions" / f"{name}.csv")
        documents.mkdir(exist_ok=True)
        if text := text_of(sheet.source):
            shutil.copy(text, documents / f"{name}.txt")


@cache
def read_header(folder: str, source: str) -> tuple[str, ...]:
    with (RAW / folder / f"{source}.csv").open(encoding="utf-8-sig", newline="") as stream:
        return tuple(next(csv.reader(stream)))


@cache
def text_of(source: str) -> Path | None:
    file = texts.folder(RAW) / f"{source}.txt"
    return file if file.is_file() else None


def has_texts() -> bool:
    return all(text_of(sheet.source) for sheet in sheets())


Found = dict[str, list[Finding]]
"""Errors by the name of their sheet; those of no sheet stand under an empty name."""


def checked(made: list[Sheet], ids: list[str]) -> Iterator[Found]:
    """Errors of each sheet, first without the text, then with it."""
    with tempfile.TemporaryDirectory(prefix="keying-errors-") as scratch:
        raw, documents, nothing = (Path(scratch) / n for n in ("raw", "documents", "nothing"))
        prepare(raw, documents, made, ids)
        for folder in (nothing, documents):
            yield _by_sheet(errors(pipeline.check(raw, folder)), ids)


def _by_sheet(found: list[Finding], ids: list[str]) -> Found:
    result: Found = {name: [] for name in ["", *ids]}
    for each in found:
        result[stem if (stem := Path(each.file).stem) in result else ""].append(each)
    return result


def check_batch(batch: list[Slip], thorough: bool = True) -> list[Outcome]:
    """Outcomes of many errors by one check without the texts and one with them.

    A sheet with an error of its own is found whatever else there is. Checks over the whole dataset run only where
    everything else is right, and would see other sheets: what nothing has found yet is checked alone. Where a check
    stops with a fault, the batch is halved until the error that stops it is alone. Not `thorough`: errors are not checked alone.
    """
    ids = [f"sheet-{n}" for n in range(len(batch))]
    try:
        without, with_text = (_by_themselves(each) for each in checked([s.sheet for s in batch], ids))
    except Exception as fault:
        half = len(batch) // 2
        return (
            check_batch(batch[:half], thorough) + check_batch(batch[half:], thorough)
            if half
            else [_stopped(batch[0], fault)]
        )
    if with_text[""] or without[""]:
        raise AssertionError([str(f) for f in with_text[""] + without[""]])
    further = alone if thorough else lambda _: []
    return [_outcome(s, with_text[i], without[i] or further(s)) for s, i in zip(batch, ids, strict=True)]


def _by_themselves(found: Found) -> Found:
    """Without what checks over the whole dataset tell: they see all sheets of a batch together."""
    return {name: [f for f in each if f.rule not in {"check", "check-idle"}] for name, each in found.items()}


def _stopped(made: Slip, fault: Exception) -> Outcome:
    """A check that stops tells nothing: not found."""
    return Outcome(False, False, not is_valid(made.sheet), False, fault=f"{type(fault).__name__}: {fault}")


def alone(made: Slip) -> list[Finding]:
    """Errors without the text where a sheet is the only one."""
    return [f for found in next(checked([made.sheet], [made.sheet.source])).values() for f in found]


def check_alone(made: Slip) -> Outcome:
    """The outcome of one error by itself: slow, and what `check_batch` has to agree with."""
    try:
        both = list(checked([made.sheet], [made.sheet.source]))
    except Exception as fault:
        return _stopped(made, fault)
    without, with_text = ([f for found in each.values() for f in found] for each in both)
    return _outcome(made, with_text, without)


def _outcome(made: Slip, with_text: list[Finding], without: list[Finding]) -> Outcome:
    """What is found without a text is found with it too: a text only adds."""
    seen = with_text or without
    found = bool(seen) if text_of(made.sheet.source) else None
    idle = bool(seen) and all(f.rule == "check-idle" for f in seen)
    return Outcome(found, bool(without), not is_valid(made.sheet), any(_is_at(f, made) for f in seen), idle)


def _is_at(found: Finding, made: Slip) -> bool:
    """True where a finding names the line of the error; a row that is not there has its place in the text."""
    place = (Path(found.file).parent.name, found.line)
    return place in made.places or ("text", found.line) in _text_lines(made)


def _text_lines(made: Slip) -> set[tuple[str, int]]:
    file = text_of(made.sheet.source)
    starts = [start for folder, start in made.places if folder == "text"]
    if not file or not starts:
        return set()
    text = texts.Text.read(file)
    return {("text", text.line(start)) for start in starts}


def outcomes(made: list[Slip], jobs: int, thorough: bool = True) -> list[Outcome]:
    """An outcome for each error, in batches side by side."""
    if jobs == 1:
        return [each for batch in _batches(made) for each in check_batch(batch, thorough)]
    found: list[Outcome] = []
    with ProcessPoolExecutor(jobs) as pool:
        for done in pool.map(partial(check_batch, thorough=thorough), _batches(made)):
            found += done
            if sys.stderr.isatty():
                print(f"\r{len(found)} of {len(made)}", end="", file=sys.stderr, flush=True)
    return found


def _batches(made: list[Slip]) -> list[list[Slip]]:
    return [made[n : n + BATCH] for n in range(0, len(made), BATCH)]


def disagreements(made: list[Slip], found: list[Outcome], jobs: int) -> list[str]:
    """Errors of a sample that say something else when checked alone."""
    sample = range(0, len(made), max(1, len(made) // COMPARED))
    with ProcessPoolExecutor(jobs) as pool:
        again = pool.map(check_alone, [made[n] for n in sample])
        return [made[n].words for n, each in zip(sample, again, strict=True) if each != found[n]]


# --- the report -----------------------------------------------------------------------------------------------------

Line = tuple[str, str, str, str, str, str, str]
HEADINGS: Line = ("kind", "field", "errors", "text", "none", "plain", "line")


def line(kind: str, field: str, found: list[Outcome]) -> Line:
    """Errors made, and shares in percent: with the text, without, plain validation, the right line named."""
    seen = [o for o in found if o.text or o.alone]
    with_text = share([bool(o.text) for o in found]) if all(o.text is not None for o in found) else "–"
    return (kind, field, str(len(found)), with_text, share([o.alone for o in found]), share([o.plain for o in found]),
            share([o.located for o in seen]))  # fmt: skip


def share(hits: list[bool]) -> str:
    """Percent, cut and never rounded up: 100 is all."""
    return f"{sum(hits) * 1000 // len(hits) / 10:g}" if hits else "–"


def groups(made: list[Slip], found: list[Outcome]) -> Iterator[tuple[str, list[Line]]]:
    """Lines of each group, its total last; then the total of all."""
    pairs = list(zip(made, found, strict=True))
    for group in GROUPS:
        kinds = dict.fromkeys((c.kind, c.field) for c in cells() if c.group == group)
        by_kind = {k: [o for s, o in pairs if (s.kind, s.field) == k and s.group == group] for k in kinds}
        lines = [line(*kind, each) for kind, each in by_kind.items() if each]
        yield group, [*lines, line("together", "", [o for s, o in pairs if s.group == group])]
    yield "All errors", [line("all", "", found)]


def escapes(made: list[Slip], found: list[Outcome]) -> tuple[list[str], list[str]]:
    """Errors that break a promise: in what a text can show and not found with it; in one cell, not found without."""
    pairs = list(zip(made, found, strict=True))
    with_text = [_shown(s) for s, o in pairs if s.group != ABOUT and o.text is False]
    return with_text, [_shown(s) for s, o in pairs if s.group == ONE and not o.alone]


def _shown(made: Slip) -> str:
    return f"{made.kind}, {made.field}: {made.words}"


def is_kept(made: list[Slip], found: list[Outcome]) -> bool:
    """The promise: in what figures are keyed from, all is found with the text; in one cell, 99 in 100 without."""
    missed, unseen = escapes(made, found)
    return not missed and len(unseen) * 100 <= sum(s.group == ONE for s in made)


def show(made: list[Slip], found: list[Outcome]) -> None:
    """The table on a terminal, 80 columns wide."""
    table = Printed(*HEADINGS[:2], box=None, padding=(0, 1, 0, 0), width=80)
    for name in HEADINGS[2:]:
        table.add_column(name, justify="right")
    for title, lines in groups(made, found):
        table.add_row(f"[bold]{title.upper()}")
        for each in lines:
            table.add_row(*each)
        table.add_section()
    Console(width=80).print(table)


def markdown(made: list[Slip], found: list[Outcome], facts: str) -> str:
    """The report that is kept beside this file."""
    text = [_HEAD, facts, ""]
    for group, lines in groups(made, found):
        text += [f"## {GROUPS.get(group, group)}", "", _row(HEADINGS_LONG), "|---|---|--:|--:|--:|--:|--:|"]
        text += [*map(_row, lines), ""]
    missed, unseen = escapes(made, found)
    stopped = [f"{_shown(s)}: {o.fault}" for s, o in zip(made, found, strict=True) if o.fault]
    text += _list("The check stopped with a fault", stopped) if stopped else []
    text += _list("Not found with the text, though the text says otherwise", missed)
    text += _list("One cell, not found without the text", unseen)
    return "\n".join(text).rstrip() + "\n"


HEADINGS_LONG: Line = ("kind", "field", "errors", "with the text %", "without %", "plain validation %", "right line %")
_HEAD = f"""# Keying errors

Written by `{COMMAND}`. Each error is made on a copy of a real sheet; one that leaves the sheet right is not counted.

- **With the text**, **without**: the share that `minsheng check` finds, as an error and not as a warning.
- **Plain validation**: the share that frictionless finds with a Table Schema of the same sheets: types, required
  cells, patterns, code lists, keys, and for numbers the next power of ten above all that is keyed.
- **Right line**: of those found, the share where a finding names the line (of a row that is not there: of the text).
- `print` alone is as_printed without the part; `number+print` is a misreading: part, print and span agree.

What a text prints it proves; what a figure is about it cannot. A wrong city, province, year or part of the year, and
two indicators of one unit that changed places, are seen only where rules find out: the two figures of a ratio or of a
part and its whole no longer meet, or another source contradicts. Where a rule lost its only figures it says so (at the
rule, not at the row); a city of which nothing else is known is not found at all.
"""


def in_short(report: str) -> str:
    """The total of each group of a report, as JSON."""
    totals = re.findall(r"^## ([^\n]+)\n\n(?:\|[^\n]*\n)*\| (?:together|all) \|  \| ([^\n]+) \|$", report, re.MULTILINE)
    keys = ("errors", "with_text", "without", "plain", "right_line")
    rows = [{"group": group} | dict(zip(keys, map(float, line.split(" | ")), strict=True)) for group, line in totals]
    return json.dumps(rows, indent=1, ensure_ascii=False) + "\n"


def _row(each: Line) -> str:
    return f"| {' | '.join(each)} |"


def _list(title: str, found: list[str]) -> list[str]:
    shown = [f"- {each}" for each in sorted(found)[:20]] or ["None."]
    return [f"## {title}", "", *shown, *([f"- … and {len(found) - 20} more"] if len(found) > 20 else []), ""]


def facts(made: list[Slip], found: list[Outcome], seed: int, wanted: int, differ: list[str]) -> str:
    """What the numbers hold for: seed, counts, versions, and that batches say what single checks say."""
    packages = ("minsheng", "duckdb", "pandera", "frictionless")
    versions = [f"Python {sys.version.split()[0]}", *(f"{p} {version(p)}" for p in packages)]
    sources_ = ", ".join(sheet.source for sheet in sheets())
    same = f"{COMPARED} checked once more, each alone: {len(differ) or 'none'} told otherwise"
    idle = sum(o.idle for o in found)
    command = f"python tests/benchmarks/keying_errors.py --errors {wanted} --seed {seed}"
    return f"`{command}`: {len(made)} errors on {sources_}; {same}; {idle} found by nothing but a rule that lost its only figures. {', '.join(versions)}."


def main(arguments: list[str] | None = None) -> int:
    """Exit code 1 where a promise is broken, or where a batch says something else than single checks."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--errors", type=int, default=ERRORS, help="about how many; some lines have fewer")
    parser.add_argument("--seed", type=int, default=SEED)
    wanted, started = parser.parse_args(arguments), time.perf_counter()
    made = slips(wanted.errors, wanted.seed)
    random.Random(wanted.seed).shuffle(made)
    jobs = os.cpu_count() or 1
    found = outcomes(made, jobs)
    differ = disagreements(made, found, jobs)
    show(made, found)
    about = facts(made, found, wanted.seed, wanted.errors, differ)
    REPORT.write_text(markdown(made, found, about), encoding="utf-8")
    SHORT.write_text(in_short(REPORT.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"\n{about}\n{time.perf_counter() - started:.0f} s; written to {REPORT.relative_to(ROOT)}", *differ, sep="\n")
    return int(bool(differ) or not is_kept(made, found))


if __name__ == "__main__":
    sys.exit(main())
