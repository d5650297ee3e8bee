"""One pure function over one batch: does every row keep every rule that a single row can keep?

The same function serves every engine. Column rules come from `schemas`; rules between columns of a row stand here.
What needs more than one row (uniqueness, overlaps, references between tables) stands in `crosschecks`.
"""

import copy
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pandera
import pyarrow as pa
import pyarrow.compute as pc
from pandera.errors import SchemaError, SchemaErrors

from pipeline import schemas
from pipeline.database import AT_DAY
from pipeline.quantity import FALLS, MAX_DIGITS, MULTIPLIERS, RANGE_DASH, RISES
from pipeline.schemas import Table

Frame = pd.DataFrame
Mask = Any  # a boolean array with one entry a row

_OBSERVED = ["stock", "flow", "change", "ratio"]
"""Natures that nobody can state before the period is over."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A rule broken in one cell: `row` counts within the batch, `values` are the row's typed values."""

    rule: str
    column: str
    row: int
    values: dict[str, Any]


@dataclass(frozen=True)
class Codes:
    """Code lists, sources and rules, typed: what the figures refer to."""

    tables: dict[str, pa.Table]

    def values(self, reference: str) -> pa.ChunkedArray:
        """Admitted values of `table.column`, or of `dimensions.code where dimension=<name>`."""
        path, _, condition = reference.partition(" where ")
        table, _, column = path.partition(".")
        rows = self.tables[table]
        if condition:
            key, _, value = condition.partition("=")
            rows = rows.filter(pc.equal(rows[key], value))
        return rows[column]

    @cached_property
    def dimensions(self) -> tuple[str, ...]:
        """Names of the breakdown columns, in order; what cannot be a column's name is left out (and reported)."""
        names = {n for n in self.tables["dimensions"]["dimension"].to_pylist() if n and re.match(schemas.CODE, n)}
        return tuple(sorted(filter(schemas.is_free, names)))

    @cached_property
    def indicators(self) -> dict[str, dict[str, Any]]:
        """Indicators by id, each with its unit's row under `unit`."""
        units = {u["unit_id"]: u for u in self.tables["units"].to_pylist()}
        rows = self.tables["indicators"].to_pylist()
        complete = [r for r in rows if r["indicator_id"] and r["unit_id"] in units]
        return {r["indicator_id"]: r | {"unit": units[r["unit_id"]]} for r in complete}

    @cached_property
    def countable(self) -> list[str]:
        return [i for i, row in self.indicators.items() if row["unit"]["countable"]]

    @cached_property
    def at_day(self) -> list[str]:
        """Indicators whose values hold at the last day of a period."""
        return [i for i, row in self.indicators.items() if row["nature"] in AT_DAY]

    @cached_property
    def rates(self) -> list[str]:
        """Indicators whose unit is printed as a quotient."""
        return [i for i, row in self.indicators.items() if "/" in (row["unit"]["printed"] or "")]

    @cached_property
    def observed(self) -> list[str]:
        """Indicators that nobody can state before the period is over: not what is set or planned, nor its changes."""
        ahead = {i for i, row in self.indicators.items() if row["nature"] not in _OBSERVED}
        ahead |= {rule["published"] for rule in self.tables["published_rules"].to_pylist() if rule["left_id"] in ahead}
        return [i for i in self.indicators if i not in ahead]

    @cached_property
    def sources(self) -> dict[str, dict[str, Any]]:
        return {row["source_id"]: row for row in self.tables["sources"].to_pylist() if row["source_id"]}

    @cached_property
    def admitted_units(self) -> pa.Array:
        """`indicator unit` where the keyed unit says all, `indicator unit+` where the rest is inherited."""
        pairs = []
        for indicator, row in self.indicators.items():
            for word in (row["unit"]["printed"] or "").split("|"):
                pairs += [f"{indicator} {word}", f"{indicator} {word}+"]
                if "/" in word:
                    pairs.append(f"{indicator} {word.partition('/')[0]}+")
        return pa.array(pairs, pa.string())


class Validator:
    """Validates batches of one table against one set of code lists."""

    def __init__(self, table: Table, codes: Codes) -> None:
        self.table = table
        self.schema = _checked_schema(table, codes)
        self.keyed = set(schemas.names(table, "keyed", codes.dimensions))

    def __call__(self, batch: pa.RecordBatch) -> list[Failure]:
        """All failures of the batch, in order of row; an empty list where every rule is kept."""
        frame = batch.to_pandas(types_mapper=pd.ArrowDtype)
        try:
            self.schema.validate(frame, lazy=True)
        except SchemaErrors as errors:
            return _failures(errors, batch, self.keyed)
        return []


def with_units(batch: pa.RecordBatch, codes: Codes) -> pa.RecordBatch:
    """Add `unit_id`, which the indicator gives; empty where the indicator is unknown."""
    known = pa.array(list(codes.indicators), pa.string())
    units = pa.array([row["unit_id"] for row in codes.indicators.values()], pa.string())
    places = pc.index_in(batch["indicator_id"], known)
    return batch.append_column("unit_id", units.take(places))


def _checked_schema(table: Table, codes: Codes) -> pandera.DataFrameSchema:
    """The declared columns with their code lists and free-text rules, the working columns, and the rules of a row."""
    columns = {name: copy.copy(each) for name, each in schemas.columns(table, codes.dimensions).items()}
    for each in columns.values():
        each.checks = [*each.checks, *_further_checks(each, codes)]
    for name, kind in schemas.working(table).items():
        columns[name] = pandera.Column(pd.ArrowDtype(kind), name=name, nullable=True)
    checks = [
        pandera.Check(_bound(rule.holds, codes), name=f"{rule.rule}:{rule.column}")
        for rule in ROW_RULES[table.name] + ROW_RULES["*"]
    ]
    return pandera.DataFrameSchema(columns, checks=checks, strict=True)


def _further_checks(column: pandera.Column, codes: Codes) -> Iterator[pandera.Check]:
    """Checks that a column's declaration asks for but only a run can make."""
    if column.metadata["codes"]:
        yield _is_in(codes.values(column.metadata["codes"]))
    if column.metadata["bad"] and str(schemas.arrow_type(column)) == "string":
        bad = column.metadata["bad"]
        yield pandera.Check(lambda series: ~series.str.contains(bad), name="text")


def _is_in(known: pa.ChunkedArray) -> pandera.Check:
    """Membership as a closure: pandera's own `isin` copies its list at every validation."""
    values = known.combine_chunks()
    return pandera.Check(lambda series: _boolean(series, pc.is_in(pa.array(series), values)), name="code")


def _bound(holds: "Callable[[Frame, Codes], Mask]", codes: Codes) -> Callable[[Frame], "pd.Series[bool]"]:
    return lambda frame: _boolean(frame, holds(frame, codes))


def _boolean(like: Any, mask: Any) -> "pd.Series[bool]":
    """A mask as a series with the rows of `like`; what is not known (null) passes."""
    if isinstance(mask, pa.Array | pa.ChunkedArray):
        mask = pc.fill_null(mask, True).to_numpy(zero_copy_only=False)
    return pd.Series(np.asarray(mask, dtype=bool), index=like.index)


_RULE_OF_CHECK = {
    "str_matches": "pattern",
    "isin": "code",
    "greater_than_or_equal_to": "range",
    "greater_than": "range",
    "less_than_or_equal_to": "range",
}


def _failures(errors: SchemaErrors, batch: pa.RecordBatch, keyed: set[str]) -> list[Failure]:
    """Pandera's report as (rule, column, row), each once, without what only follows from another fault of the row.

    A derived column is empty where a keyed cell could not be read, which is told already.
    """
    places = {place for error in errors.schema_errors for place in _places(error, batch)}
    by_row: dict[int, set[tuple[str, str]]] = {}
    for rule, column, row in places:
        by_row.setdefault(row, set()).add((rule, column))
    found = []
    for row in sorted(by_row):
        values = batch.slice(row, 1).to_pylist()[0]
        for rule, column in sorted(_causes(by_row[row], values), key=lambda place: place[::-1]):
            if column in keyed or len(by_row[row]) == 1:
                found.append(Failure(rule, column, row, values))
    return found


_OF_THE_CELL = ("type", "required", "text", "pattern", "code", "range")
"""Rules that a cell breaks by itself, the plainest first."""

_SPAN = ("paragraph", "char_start", "char_end")


def _causes(places: set[tuple[str, str]], values: dict[str, Any]) -> set[tuple[str, str]]:
    """What is wrong with a row, without what only follows: a cell that cannot be read breaks other rules too."""
    faulty: dict[str, str] = {}
    for rule in reversed(_OF_THE_CELL):
        faulty |= {column: rule for each, column in places if each == rule}
    kept = {(r, c) for r, c in places if r == "position" or faulty.get(c, r) == r}
    if faulty.keys() & set(_SPAN) and all(values.get(c) is not None for c in _SPAN if c not in faulty):
        kept.discard(("position", "char_start"))
    if "as_printed" in faulty:
        kept -= {("recompose", "as_printed"), ("span-length", "char_end")}
    if ("recompose", "as_printed") in kept:
        kept = _without_consequences(kept, faulty.keys() | _doubted(kept, values), values)
    return kept


def _doubted(places: set[tuple[str, str]], values: dict[str, Any]) -> set[str]:
    """Readable cells of a figure that another rule has found wrong."""
    negative = str(values["number"]).startswith("-")
    told = {"unit": "unit", "direction": "direction"} | ({"indicator-range": "number"} if negative else {})
    return {told[rule] for rule, _ in places if rule in told}


def _without_consequences(
    places: set[tuple[str, str]], wrong: set[str], values: dict[str, Any]
) -> set[tuple[str, str]]:
    """Print and parts disagree: is that one of the wrong cells, or a fault of its own that makes the value wrong?"""
    printed, number, multiplier = values["printed_form"], values["number"] or "", values["multiplier"] or ""
    if re.fullmatch(_form_without(wrong, values), printed or ""):
        return places - {("recompose", "as_printed")}
    if number + multiplier not in (printed or ""):
        return places - {("indicator-range", "number"), ("decimals", "number")}
    return places


def _form_without(wrong: set[str], values: dict[str, Any]) -> str:
    """A pattern of the print that leaves open what wrong cells would have said; none matches where none is wrong."""
    parts = [values["number"] or "", values["multiplier"] or "", values["unit"] or ""]
    form = re.escape(values["recomposed"] or "".join(parts))
    for name, part, anything in zip(
        ("number", "multiplier", "unit"), parts, (r"[-0-9.—]+", r"\D{0,3}", r"\D{0,8}"), strict=True
    ):
        if name in wrong:
            form = form.replace(re.escape(part), anything, 1) if part else form + anything
    around = r"\D{0,4}" if wrong & {"qualifier", "direction"} else ""
    rest = r"\D{0,8}" if "inherited" in wrong else ""
    return around + form + rest + around if wrong else r"(?!)"


def _places(error: SchemaError, batch: pa.RecordBatch) -> Iterator[tuple[str, str, int]]:
    name = getattr(error.check, "name", None)
    if name is None or ":" not in name:
        column = error.schema.name
        rule = _RULE_OF_CHECK.get(name, name) if name else _nullity(error)
        for row in error.failure_cases["index"]:
            yield rule, column, int(row)
        return
    rule, _, column = name.partition(":")
    for row in np.flatnonzero(~error.check_output.to_numpy(dtype=bool)):
        if column != "unread":
            yield rule, column, int(row)
        else:
            yield from ((rule, each, int(row)) for each in batch["unread"][int(row)].as_py().split(","))


def _nullity(error: SchemaError) -> str:
    """The rule behind pandera's own, nameless check of empty cells; anything else is our mistake, not the data's."""
    if error.reason_code is None or error.reason_code.name != "SERIES_CONTAINS_NULLS":
        raise error
    return "required"


# --- rules between the columns of a row --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RowRule:
    """A rule id, the column a failure points at, and which rows of a frame keep it."""

    rule: str
    column: str
    holds: Callable[[Frame, Codes], Mask]


def _arrow(frame: Frame, column: str) -> Any:
    return pa.array(frame[column])


def _looked_up(frame: Frame, codes: Codes, values: list[Any], kind: pa.DataType) -> Any:
    """Per row, the value that belongs to its indicator; null where the indicator is unknown."""
    known = pa.array(list(codes.indicators), pa.string())
    return pa.array(values, kind).take(pc.index_in(_arrow(frame, "indicator_id"), known))


def _of_indicator(frame: Frame, codes: Codes, field: str, kind: pa.DataType) -> Any:
    return _looked_up(frame, codes, [row[field] for row in codes.indicators.values()], kind)


def _nature_in(frame: Frame, codes: Codes, natures: list[str]) -> Any:
    values = [row["nature"] in natures for row in codes.indicators.values()]
    return pc.fill_null(_looked_up(frame, codes, values, pa.bool_()), False)


def is_read(frame: Frame, _: Codes) -> Mask:
    return frame["unread"].isna()


def is_range_if_marked(frame: Frame, _: Codes) -> Mask:
    """A number is either one number, small enough for float64, or two in order with the qualifier range."""
    number = _arrow(frame, "number")
    marked = pc.fill_null(pc.equal(_arrow(frame, "qualifier"), "range"), False)
    is_two = pc.match_substring(number, RANGE_DASH)
    signs = pc.add(pc.count_substring(number, "."), pc.count_substring(number, "-"))
    digits = pc.subtract(pc.binary_length(number), signs)  # what is neither digit nor sign its pattern refuses
    ordered = pc.fill_null(pc.less_equal(_arrow(frame, "lower"), _arrow(frame, "upper")), True)
    as_range = pc.and_(is_two, ordered)
    return pc.if_else(marked, as_range, pc.and_(pc.invert(is_two), pc.less_equal(digits, MAX_DIGITS)))


def is_plausible(frame: Frame, codes: Codes) -> Mask:
    low = _of_indicator(frame, codes, "minimum", pa.float64())
    high = _of_indicator(frame, codes, "maximum", pa.float64())
    least = pc.coalesce(_arrow(frame, "obs_value"), _arrow(frame, "lower"))
    most = pc.coalesce(_arrow(frame, "obs_value"), _arrow(frame, "upper"))
    above = pc.fill_null(pc.greater_equal(least, low), True)
    return pc.and_(above, pc.fill_null(pc.less_equal(most, high), True))


def admits_unit(frame: Frame, codes: Codes) -> Mask:
    inherited = pc.is_in(_arrow(frame, "inherited"), pa.array(["unit", "both"]))
    mark = pc.if_else(inherited, "+", "")
    pair = pc.binary_join_element_wise(_arrow(frame, "indicator_id"), _arrow(frame, "unit"), " ")
    known = pc.is_in(_arrow(frame, "indicator_id"), pa.array(list(codes.indicators), pa.string()))
    admitted = pc.is_in(pc.binary_join_element_wise(pair, mark, ""), codes.admitted_units)
    return pc.or_(admitted, pc.invert(known))


def is_recomposed(frame: Frame, _: Codes) -> Mask:
    return pc.equal(_arrow(frame, "printed_form"), _arrow(frame, "recomposed"))


def inherits_something(frame: Frame, _: Codes) -> Mask:
    """Where a multiplier is said to be printed elsewhere, there is one."""
    claimed = pc.fill_null(pc.is_in(_arrow(frame, "inherited"), pa.array(["multiplier", "both"])), False)
    return pc.or_(pc.invert(claimed), pc.is_valid(_arrow(frame, "multiplier")))


def is_whole_count(frame: Frame, codes: Codes) -> Mask:
    """A count in 万 has at most four decimals: units that are counted come whole."""
    countable = _looked_up(frame, codes, [row["unit"]["countable"] for row in codes.indicators.values()], pa.bool_())
    known = pa.array(list(MULTIPLIERS), pa.string())
    powers = pa.array(list(MULTIPLIERS.values()), pa.int8())
    power = powers.take(pc.index_in(pc.fill_null(_arrow(frame, "multiplier"), ""), known))
    return pc.or_(pc.invert(pc.fill_null(countable, False)), pc.less_equal(_arrow(frame, "printed_decimals"), power))


def has_fitting_direction(frame: Frame, codes: Codes) -> Mask:
    """Changes have either a direction or a printed sign, nothing else has; a printed word agrees with it."""
    direction, printed = _arrow(frame, "direction"), _arrow(frame, "printed_form")
    given = pc.xor(pc.is_valid(direction), pc.starts_with(_arrow(frame, "number"), "-"))
    known = pc.is_in(_arrow(frame, "indicator_id"), pa.array(list(codes.indicators), pa.string()))
    change = _nature_in(frame, codes, ["change"])
    needed = pc.if_else(change, given, pc.is_null(direction))
    contradicted = _contradicted(printed, direction, pc.or_(change, pc.is_valid(direction)))
    return pc.or_(pc.invert(known), pc.and_(needed, pc.invert(contradicted)))


def _contradicted(printed: Any, direction: Any, concerned: Any) -> Any:
    """Rows whose print holds a word for another direction; only changes and what claims a direction can."""
    printed, direction = pc.filter(printed, concerned), pc.filter(direction, concerned)
    against_fall = pc.and_(_mentions(printed, FALLS), pc.fill_null(pc.not_equal(direction, "fall"), True))
    against_rise = pc.and_(_mentions(printed, RISES), pc.fill_null(pc.not_equal(direction, "rise"), True))
    found = np.zeros(len(concerned), dtype=bool)
    found[pc.indices_nonzero(concerned)] = pc.or_(against_fall, against_rise)
    return pa.array(found)


def _mentions(printed: Any, words: tuple[str, ...]) -> Any:
    return pc.match_substring_regex(printed, "|".join(words))


def has_position_if_text(frame: Frame, codes: Codes) -> Mask:
    """Positions are there exactly where the source has a text to point into."""
    hashes = [row["text_sha256"] is not None for row in codes.sources.values()]
    ids = pa.array(list(codes.sources), pa.string())
    has_text = pa.array(hashes, pa.bool_()).take(pc.index_in(_arrow(frame, "source_id"), ids))
    places = [pc.is_valid(_arrow(frame, c)) for c in ("paragraph", "char_start", "char_end")]
    alike = pc.and_(pc.equal(places[0], places[1]), pc.equal(places[1], places[2]))
    return pc.and_(alike, pc.fill_null(pc.equal(places[0], has_text), True))


def spans_its_text(frame: Frame, _: Codes) -> Mask:
    length = pc.subtract(_arrow(frame, "char_end"), _arrow(frame, "char_start"))
    return pc.equal(length, pc.utf8_length(_arrow(frame, "as_printed")))


def exists_in_calendar(column: str, derived: str) -> Callable[[Frame, Codes], Mask]:
    def holds(frame: Frame, _: Codes) -> Mask:
        return pc.or_(pc.is_null(_arrow(frame, column)), pc.is_valid(_arrow(frame, derived)))

    return holds


def is_over_when_published(frame: Frame, codes: Codes) -> Mask:
    """What is observed cannot be printed before its period has ended; targets, standards and changes of them can."""
    ids = pa.array(list(codes.sources), pa.string())
    days = pa.array([row["known_from"] for row in codes.sources.values()], pa.date32())
    known_from = days.take(pc.index_in(_arrow(frame, "source_id"), ids))
    over = pc.less_equal(_arrow(frame, "period_end"), known_from)
    observed = pc.is_in(_arrow(frame, "indicator_id"), pa.array(codes.observed, pa.string()))
    return pc.or_(pc.invert(observed), pc.fill_null(over, True))


def has_ordered_limits(frame: Frame, _: Codes) -> Mask:
    return pc.less_equal(_arrow(frame, "minimum"), _arrow(frame, "maximum"))


ROW_RULES: dict[str, list[RowRule]] = {
    "*": [RowRule("type", "unread", is_read)],
    "observations": [
        RowRule("pattern", "number", is_range_if_marked),
        RowRule("indicator-range", "number", is_plausible),
        RowRule("unit", "unit", admits_unit),
        RowRule("recompose", "as_printed", is_recomposed),
        RowRule("inherited", "inherited", inherits_something),
        RowRule("decimals", "number", is_whole_count),
        RowRule("direction", "direction", has_fitting_direction),
        RowRule("position", "char_start", has_position_if_text),
        RowRule("span-length", "char_end", spans_its_text),
        RowRule("period", "time_period", exists_in_calendar("time_period", "period_end")),
        RowRule("period-sense", "time_period", is_over_when_published),
    ],
    "passed_over": [RowRule("span-length", "char_end", spans_its_text)],
    "actions": [RowRule("period", "due", exists_in_calendar("due", "due_end"))],
    "sources": [
        RowRule("period", "published_on", exists_in_calendar("published_on", "known_from")),
        RowRule("period", "time_period", exists_in_calendar("time_period", "period_end")),
    ],
    "indicators": [RowRule("range", "minimum", has_ordered_limits)],
} | {
    name: []
    for name in ("receipts", "units", "areas", "themes", "qualifiers", "dimensions", "parts", "derived_rules",
                 "published_rules", "known_contradictions")
}  # fmt: skip
