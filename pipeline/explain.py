"""From a broken rule to words: what was seen, what was expected, the likely slip and how to mend it."""

import re
import unicodedata
from collections.abc import Callable
from typing import Any

from pipeline import schemas
from pipeline.findings import nearest
from pipeline.ingest import WORDING
from pipeline.schemas import Table
from pipeline.validate import Codes, Failure

Row = dict[str, Any]
Words = tuple[object, object, str]
"""Seen, expected, hint."""


def explain(failure: Failure, table: Table, cells: dict[str, str], codes: Codes) -> Words:
    """Words for a failure; `cells` are the row's cells as keyed, by column."""
    row = failure.values | {"_column": failure.column, "_table": table.name}
    keyed = cells.get(failure.column, "")
    seen = keyed if keyed else row.get(failure.column)
    return _EXPLAIN[failure.rule](repr(seen) if isinstance(seen, str) else seen, row, cells, codes)


def _column(row: Row, codes: Codes) -> Any:
    return schemas.columns(schemas.TABLES[row["_table"]], codes.dimensions)[row["_column"]]


def _required(seen: object, row: Row, cells: dict[str, str], codes: Codes) -> Words:
    return seen, _column(row, codes).description, ""


def _type(seen: object, row: Row, cells: dict[str, str], codes: Codes) -> Words:
    return seen, WORDING[schemas.arrow_type(_column(row, codes))], _slip(cells.get(row["_column"], ""))


def _text(seen: object, row: Row, cells: dict[str, str], codes: Codes) -> Words:
    return seen, "has characters that do not belong there", _slip(cells.get(row["_column"], ""))


def _pattern(seen: object, row: Row, cells: dict[str, str], codes: Codes) -> Words:
    column = row["_column"]
    wording = _PATTERN_WORDING.get(column, f"written as its column asks: {_regex(_column(row, codes))}")
    return seen, wording, _slip(cells.get(column, ""))


_PERIOD_WORDING = "a period such as 2022, 2022-S1, 2022-Q2, 2022-06, 2022-06-30 or 2022-01-01/P9M"
_PATTERN_WORDING = {
    "number": "a number in plain digits of at most 15, such as 20.07 (or 3—5 with the qualifier range)",
    "time_period": _PERIOD_WORDING,
    "due": _PERIOD_WORDING,
    "published_on": "a day such as 2022-08-31 or a month such as 2022-08",
    "source_id": "small letters, digits and single hyphens",
    "figure_nos": "figure numbers separated by |",
    "formula": "two ids with * , / or - between them",
}


def _regex(column: Any) -> str:
    return next((str(c.statistics["pattern"]) for c in column.checks if "pattern" in (c.statistics or {})), "")


def _slip(text: str) -> str:
    """The likeliest way in which a cell came to be what it is."""
    for found, hint in _SLIPS:
        if re.search(found, text):
            return hint.format(mended=unicodedata.normalize("NFKC", text).strip(), stripped=text.strip())
    return ""


_SLIPS = [
    (r"^\?", "a guess of minsheng draft: check it against the text, mend it, and take the ? away"),
    (r"^\s|\s$", "a stray space: {stripped!r}"),
    (r"^[“”‘’]|[“”‘’]$", "typographic quotes: take them away, or use straight ones"),
    (r"^[=@＝＠]|^[-+－＋][^0-9]|^[-+][0-9]+[^0-9.]", "a spreadsheet would run this as a formula: begin with a word"),
    (r"[０-９．，％]", "full-width characters: key {mended}"),
    (r"[0-9][eE][+-]?[0-9]", "a spreadsheet wrote the number in scientific notation: key the printed digits"),
    (r"[0-9]_[0-9]", "no underscores between digits"),
    (r"^[0-9]{1,3}(,[0-9]{3})+", "no commas between digits"),
    (r"^[0-9]{1,4}/[0-9]{1,2}(/[0-9]{1,4})?$", "a spreadsheet made a date of it: key year-month-day"),
    (r"^[A-Z][a-z]{2}-[0-9]{2}$|^[0-9]{1,2}-[A-Z][a-z]{2}", "a spreadsheet made a date of it: key what is printed"),
    (r"-H[12]$", "half-years are S1 and S2"),
    (r"^\+", "no sign before the digits"),
    (r"^-", "a count is never negative; for a fall set the direction"),
    (r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]", "invisible characters, probably pasted: key the cell again"),
]


def _code(seen: object, row: Row, cells: dict[str, str], codes: Codes) -> Words:
    column = _column(row, codes)
    reference = column.metadata["codes"]
    if reference:
        known = [str(v) for v in codes.values(reference).to_pylist() if v is not None]
        expected = f"code list {reference}"
    else:
        known = [str(v) for check in column.checks for v in (check.statistics or {}).get("allowed_values", [])]
        expected = "|".join(known)
    text = cells.get(row["_column"]) or str(row.get(row["_column"]))
    return seen, expected, _slip(text) or nearest(text, known)


def _range(seen: object, row: Row, cells: dict[str, str], codes: Codes) -> Words:
    if row["_column"] == "minimum":
        return seen, f"a minimum of at most {row['maximum']:,.15g}", "were minimum and maximum exchanged?"
    limits = {k: v for c in _column(row, codes).checks for k, v in (c.statistics or {}).items() if "value" in k}
    return seen, " and ".join(f"{k.replace('_value', '')} {v}" for k, v in limits.items()), ""


def _indicator_range(seen: object, row: Row, cells: dict[str, str], codes: Codes) -> Words:
    indicator = codes.indicators[row["indicator_id"]]
    low, high = indicator["minimum"], indicator["maximum"]
    unit = indicator["unit"]["name_en"]
    value = row["obs_value"] if row["obs_value"] is not None else row["upper"]
    expected = f"{_shown(low)} … {_shown(high)} {unit} ({indicator['range_reason']})"
    return f"{_shown(value)} {unit}", expected, _range_hint(value, low, high)


def _shown(value: float | None) -> str:
    return "…" if value is None else f"{value:,.15g}"


def _range_hint(value: float, low: float | None, high: float | None) -> str:
    if value < 0 and (low or 0) >= 0:
        return "a count is never negative; for a fall use an indicator of nature change, with a direction"
    if high is not None and value > high:
        return "was 亿 keyed for 万, or a decimal point lost?"
    return "was the multiplier 万 or 亿 lost?"


def _unit(seen: object, row: Row, cells: dict[str, str], codes: Codes) -> Words:
    indicator = codes.indicators[row["indicator_id"]]
    admitted = (indicator["unit"]["printed"] or "").replace("|", ", ")
    hint = _unit_hint(row, indicator, codes)
    return row["unit"], f"{row['indicator_id']} admits ({admitted})", hint


def _unit_hint(row: Row, indicator: Row, codes: Codes) -> str:
    word = row["unit"]
    if word in ("户", "人", "名", "人次"):
        kinds = {"户": "household", "人": "person", "名": "person", "人次": "person-time"}
        return f"was the {kinds[word]} figure keyed on the {indicator['unit']['name_en']} row?"
    same = [i for i, r in codes.indicators.items() if word in (r["unit"]["printed"] or "").split("|")]
    alike = [i for i in same if codes.indicators[i]["theme_id"] == indicator["theme_id"]]
    if alike:
        return f"{word} is admitted by {', '.join(alike[:3])}"
    if row.get("inherited") is None and "/" in (indicator["unit"]["printed"] or ""):
        return "where only a part of the unit is printed beside the figure, set inherited to unit"
    return "is it printed so? then add it to the unit in codelists/units.csv"


def _recompose(seen: object, row: Row, cells: dict[str, str], codes: Codes) -> Words:
    return row["printed_form"], row["recomposed"], _recompose_hint(row)


def _recompose_hint(row: Row) -> str:
    printed, parts = row["printed_form"] or "", row["recomposed"] or ""
    digits = [re.sub(r"[^0-9.]", "", text) for text in (printed, parts)]
    if digits[0] != digits[1]:
        return (
            "transposed digits?" if sorted(digits[0]) == sorted(digits[1]) else "the digits differ: which is printed?"
        )
    if row["qualifier"] is None and len(printed) > len(parts):
        return "a qualifier that was not keyed, or more characters than the figure has?"
    if row["qualifier"] is not None and row["qualifier"] not in ("range",) and len(printed) < len(parts):
        return "a qualifier that is not printed inside the span?"
    return "check multiplier and unit, and whether one of them is inherited"


def _inherited(seen: object, row: Row, cells: dict[str, str], codes: Codes) -> Words:
    return seen, "a multiplier in its column", "key the 万 or 亿 that is printed elsewhere, or inherit the unit alone"


def _decimals(seen: object, row: Row, cells: dict[str, str], codes: Codes) -> Words:
    unit = codes.indicators[row["indicator_id"]]["unit"]["name_en"]
    return (
        f"{row['number']}{row['multiplier'] or ''}",
        f"{unit}s",
        "was the multiplier lost, or a decimal point gained?",
    )


def _direction(seen: object, row: Row, cells: dict[str, str], codes: Codes) -> Words:
    nature = codes.indicators[row["indicator_id"]]["nature"]
    shown = row["direction"] or "empty"
    if row["direction"] and (row["number"] or "").startswith("-"):
        return f"{shown} beside a minus", "one of them", "the direction alone negates: a fall by -5 would be a rise"
    if nature == "change":
        return shown, "what the print says: rise or fall", "a change is keyed without sign and with its direction"
    return shown, f"none, {row['indicator_id']} is a {nature}", "a published change has an indicator of nature change"


def _position(seen: object, row: Row, cells: dict[str, str], codes: Codes) -> Words:
    shown = f"{row['paragraph']}, {row['char_start']}–{row['char_end']}".replace("None", "empty")
    if codes.sources[row["source_id"]]["text_sha256"] is None:
        return shown, "none: the source has no text_sha256", ""
    return shown, "paragraph, char_start and char_end: the source has a text", ""


def _span_length(seen: object, row: Row, cells: dict[str, str], codes: Codes) -> Words:
    length = row["char_end"] - row["char_start"]
    return (
        f"{length} characters",
        f"{len(row['as_printed'])}: {row['as_printed']}",
        "char_end points behind the last one",
    )


def _period(seen: object, row: Row, cells: dict[str, str], codes: Codes) -> Words:
    return seen, "a day that the calendar has", ""


def _period_sense(seen: object, row: Row, cells: dict[str, str], codes: Codes) -> Words:
    source = codes.sources[row["source_id"]]
    nature = codes.indicators[row["indicator_id"]]["nature"]
    shown = f"{row['time_period']} ends on {row['period_end']}, after publication"
    expected = f"a {nature} to end by {source['known_from']}, when {row['source_id']} was out"
    return shown, expected, "wrong year? a plan has an indicator of nature target"


_EXPLAIN: dict[str, Callable[[object, Row, dict[str, str], Codes], Words]] = {
    "required": _required,
    "type": _type,
    "text": _text,
    "pattern": _pattern,
    "code": _code,
    "range": _range,
    "indicator-range": _indicator_range,
    "unit": _unit,
    "recompose": _recompose,
    "inherited": _inherited,
    "decimals": _decimals,
    "direction": _direction,
    "position": _position,
    "span-length": _span_length,
    "period": _period,
    "period-sense": _period_sense,
}
