"""Figures that contradict each other: which of them is most likely wrong, and by what slip?

A check says that a claim and what other figures make of it share no value. For each figure concerned, the values that
would mend the contradiction follow from the others; a slip that turns one of them into the print (a dropped digit,
万 for 亿, another year's figure …) speaks against the figure, and so does agreeing with nothing else.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import duckdb

from pipeline.database import Offender, Row, rows
from pipeline.quantity import MULTIPLIERS, RANGE_DASH, Interval, Quantity

_ONE_SIDED = ("subset", "addition", "cumulation")
_MULTIPLIERS = ("", "万", "亿")
_MOST_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Suspect:
    """A figure of a contradiction, the values that would mend it, and the slip that explains the print, if one does.

    `likely`: 3 for a slip that leaves its mark, 2 and 1 for those that fit by chance now and then, 0 for none.
    """

    figure: Row
    implied: Interval
    slip: str
    likely: int

    @property
    def weight(self) -> tuple[bool, float, int, int, int, bool, int]:
        """What speaks against the figure, the strongest first; of equals the claim is told, then the least official."""
        f, doubt = self.figure, self.figure["broken"] / (self.figure["broken"] + self.figure["agreeing"])
        is_claim = f["role"] == "claim"
        return self.likely == 3, doubt, f["broken"], self.likely, f["source_broken"], is_claim, f["rank"]


def named(connection: duckdb.DuckDBPyConnection, found: list[Offender]) -> list[Offender]:
    """Offenders that are contradictions, with the figure most likely at fault, both sides and the likeliest slip."""
    if not any(each.figures for each in found):
        return found
    sql = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    cases = {(case["kind"], tuple(case["figures"])): case for case in rows(connection, sql)}
    paired = [(each, cases.get((each.kind, tuple(each.figures or ())))) for each in found]
    return [_named(each, case) if case else each for each, case in paired]


def _named(offender: Offender, case: Row) -> Offender:
    first = max(_suspects(case), key=lambda suspect: suspect.weight)
    name, figure = first.figure["observation_id"], first.figure
    hint = f"{name} may be wrong: {first.slip or f'{_shown(first.implied)} would fit; {offender.hint}'}"
    if offender.kind == "statement" and figure["source_kind"] == "reprint":
        hint = f"a reprint that contradicts its original? {hint}"
    return replace(offender, observation_id=name, hint=hint, detail="\n".join(_sides(case)))


def _shown(interval: Interval) -> str:
    ends = [
        "…" if e is None else f"{e:,.0f}" if abs(e) >= 1e5 else f"{e:,.6g}" for e in (interval.lower, interval.upper)
    ]
    return ends[0] if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"


def _sides(case: Row) -> Iterator[str]:
    """Both sides, a figure a line; how far they are apart; how a contradiction of the sources themselves is entered."""
    for each in case["suspects"][:_MOST_SHOWN]:
        place = " ".join(filter(None, (each["indicator_id"], each["ref_area"], each["time_period"], each["breakdown"])))
        yield f"  {each['observation_id']} {each['as_printed']} ({place})"
    if (more := len(case["suspects"]) - _MOST_SHOWN) > 0:
        yield f"  and {more} more"
    yield f"  apart by {_shown(Interval(**case['residual']))}; if the sources say so, rules/contradictions.csv takes"
    yield f"  {case['kind']},{'|'.join(case['figures'])},why"


def _suspects(case: Row) -> Iterator[Suspect]:
    for figure in case["suspects"]:
        implied = _implied(case, figure)
        slip, likely = _slip(figure, implied, strict=case["kind"] not in _ONE_SIDED)
        yield Suspect(figure, implied, slip, likely)


def _implied(case: Row, figure: Row) -> Interval:
    """The values of a figure that would mend the contradiction, as its claim and the other figures allow."""
    claimed, computed = Interval(**case["claimed"]), Interval(**case["computed"])
    kind, role, scale = case["kind"], figure["role"], Interval(case["scale"], case["scale"])
    value = figure["obs_value"]
    here = Interval(figure["lower"], figure["upper"]) if value is None else Interval(value, value)
    if role == "claim":
        return computed / scale if kind == "sum" else computed
    if kind == "statement":
        return claimed
    if kind in _ONE_SIDED:
        return Interval(claimed.lower, None) if role == "whole" else Interval(None, (here + claimed - computed).upper)
    if kind in ("sum", "shares", "change"):
        return here - claimed + computed if role == "base" else here + claimed - computed
    if kind == "growth_by_change":
        up, down = claimed * (computed + scale), computed * (claimed + scale)
        return here * up / down if role == "right" else here * down / up
    if kind == "growth":
        claimed, computed = claimed + scale, computed + scale
    return here * claimed / computed if role == "left" else here * computed / claimed


def _slip(figure: Row, implied: Interval, *, strict: bool) -> tuple[str, int]:
    """The first slip after which the print would fit, in words, and how likely such a slip is.

    `strict`: both sides of the contradiction are known, so single digits can be told.
    """
    if figure["elsewhere"]:
        return f"{figure['elsewhere']} has the same value: the wrong year?", 3
    for words, likely, quantity in _slips(figure, strict):
        if figure["countable"] and quantity.decimals > MULTIPLIERS[quantity.multiplier]:
            continue  # what is counted comes whole
        if _fits(quantity, implied) and (strict or _is_near(quantity, implied)):
            return f"{words}? {quantity.number}{quantity.multiplier} would fit", likely
    return "", 0


def _fits(quantity: Quantity, implied: Interval) -> bool:
    """True where more than rounding lets the two agree: the value itself, or the middle of what would mend it."""
    if quantity.value is not None and float(quantity.value) in implied:
        return True
    ends = implied.lower, implied.upper
    return None not in ends and sum(float(e or 0) for e in ends) / 2 in quantity.interval


def _is_near(quantity: Quantity, implied: Interval) -> bool:
    """Below one bound anything fits: what is within a twentieth of it is worth telling."""
    bound = implied.upper if implied.lower is None else implied.lower
    return bound is not None and abs(bound) <= 20 * abs(float(quantity.value or 0)) <= 400 * abs(bound)


def _slips(figure: Row, strict: bool) -> Iterator[tuple[str, int, Quantity]]:
    """What the print may have been before a slip, the likeliest first."""
    number, falls = figure["number"], (figure["obs_value"] or 0) < 0
    if RANGE_DASH in number:
        return
    direction = "fall" if falls and not number.startswith("-") else None
    printed = Quantity(number, figure["multiplier"] or "", "", figure["qualifier"], direction, figure["countable"])
    if figure["nature"] == "change":
        yield "rise for fall", 3, replace(printed, direction=None if direction else "fall", number=number.lstrip("-"))
    for other in _MULTIPLIERS:
        if other != printed.multiplier:
            words = f"{printed.multiplier or 'no multiplier'} for {other or 'none'}"
            yield words, 3, replace(printed, multiplier=other)
    sign, digits = ("-", number[1:]) if number.startswith("-") else ("", number)
    for words, likely, make in _OF_DIGITS if strict else _OF_PLACES:
        yield from ((words, likely, replace(printed, number=sign + made)) for made in make(digits))


def _with_a_digit(number: str) -> Iterator[str]:
    """One more digit before the decimal point."""
    for place in range(len(number.partition(".")[0]) + 1):
        yield from (f"{number[:place]}{digit}{number[place:]}" for digit in "0123456789"[place == 0 :])


def _without_a_digit(number: str) -> Iterator[str]:
    whole = len(number.partition(".")[0])
    yield from (number[:n] + number[n + 1 :] for n in range(whole) if whole > 1)


def _shifted(number: str) -> Iterator[str]:
    whole, _, rest = number.partition(".")
    if rest:
        yield f"{whole}{rest[0]}.{rest[1:]}".rstrip(".").lstrip("0") or "0"
    if len(whole) > 1:
        yield f"{whole[:-1]}.{whole[-1]}{rest}"


def _transposed(number: str) -> Iterator[str]:
    """Neighbouring digits exchanged, across the decimal point too."""
    places = [n for n, character in enumerate(number) if character.isdigit()]
    for one, other in pairwise(places):
        if number[one] != number[other]:
            yield number[:one] + number[other] + number[one + 1 : other] + number[one] + number[other + 1 :]


def _misread(number: str) -> Iterator[str]:
    for n, old in enumerate(number):
        if old.isdigit():
            yield from (number[:n] + new + number[n + 1 :] for new in "0123456789" if new != old)


_OF_PLACES: list[tuple[str, int, Callable[[str], Iterator[str]]]] = [("a decimal point that moved", 3, _shifted)]
_OF_DIGITS = [
    ("a dropped digit", 3, _with_a_digit),
    *_OF_PLACES,
    ("transposed digits", 2, _transposed),
    ("a digit too many", 2, _without_a_digit),
    ("a misread digit", 1, _misread),
]
"""Slips in the digits: in words, how likely, and what the number may have been before."""
