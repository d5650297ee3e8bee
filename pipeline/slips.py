"""Slips of those who print or key figures: what a print may have been before one, and whether that fits.

Pure: a figure is a row with its number, multiplier, qualifier, value and what stands beside it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from pipeline.database import Row
from pipeline.quantity import MULTIPLIERS, RANGE_DASH, Interval, Quantity

Fits = Callable[[Interval], bool]

_MULTIPLIERS = ("", "万", "亿")
_COARSE = 0.2
"""A print whose interval is wider than this share of its value fits by its value only."""


@dataclass(frozen=True, slots=True)
class Slip:
    """A slip in words, how likely it is (3: it leaves its mark; 1: it fits by chance), and the value before it."""

    words: str
    likely: int
    value: float
    interval: Interval
    partner: str = ""
    """The figure that it was exchanged with."""

    def fits(self, implied: Interval) -> bool:
        """True where the value before the slip is one that would mend a contradiction, and not just below a bound."""
        bounded = implied.lower is not None and implied.upper is not None
        if not bounded and (self.partner or not _is_near(self.value, implied)):
            return False
        return _holds(implied, self.value) or (
            bounded and not _is_coarse(self.interval, self.value) and _holds(self.interval, _middle(implied))
        )


def overlap(one: Interval, other: Interval) -> bool:
    """True where one value can satisfy both; quicker than the exact comparison, which it need not be here."""
    below = one.upper is not None and other.lower is not None and one.upper < other.lower
    above = other.upper is not None and one.lower is not None and other.upper < one.lower
    return not (below or above)


def _holds(interval: Interval, value: float) -> bool:
    return overlap(interval, Interval(value, value))


def _middle(interval: Interval) -> float:
    return ((interval.lower or 0.0) + (interval.upper or 0.0)) / 2


def _is_coarse(interval: Interval, value: float) -> bool:
    if interval.lower is None or interval.upper is None:
        return True
    return interval.upper - interval.lower > _COARSE * abs(value)


def _is_near(value: float, implied: Interval) -> bool:
    """Below one bound anything fits: only what is within a twentieth of it is worth telling."""
    bound = implied.upper if implied.lower is None else implied.lower
    return bound is not None and abs(bound) <= 20 * abs(value) <= 400 * abs(bound)


def of(figure: Row, *, strict: bool) -> Iterator[Slip]:
    """What the print may have been, the likeliest first. `strict`: single digits can be told."""
    value = figure["obs_value"]
    if value is None or RANGE_DASH in figure["number"]:
        return
    for other in figure["beside"] or []:
        if other["value"] is not None:
            name, interval = other["observation_id"], Interval(other["lower"], other["upper"])
            yield Slip(f"{name} has the value that would fit: exchanged?", 2, other["value"], interval, name)
    for words, likely, quantity in _before(figure, strict):
        if figure["countable"] and quantity.decimals > MULTIPLIERS[quantity.multiplier]:
            continue  # what is counted comes whole
        before = float(quantity.value or 0)
        if before != value:
            told = f"{words}? {'-' if before < 0 else ''}{quantity.number.lstrip('-')}{quantity.multiplier} would fit"
            yield Slip(told, likely, before, quantity.interval)


def wrong_year(figure: Row) -> Slip | None:
    """That the print is another period's, where one has the same value."""
    if not figure["elsewhere"]:
        return None
    value = figure["obs_value"]
    words = f"{figure['elsewhere'][0]['time_period']} has the same value: the wrong year?"
    return Slip(words, 1, value, Interval(value, value))


def _before(figure: Row, strict: bool) -> Iterator[tuple[str, int, Quantity]]:
    number, value = figure["number"], figure["obs_value"]
    direction = "fall" if value < 0 and not number.startswith("-") else None
    printed = Quantity(number, figure["multiplier"] or "", "", figure["qualifier"], direction, figure["countable"])
    if figure["nature"] == "change" and value:
        yield "rise for fall", 3, replace(printed, direction=None if direction else "fall", number=number.lstrip("-"))
    elif (figure["minimum"] or 0) < 0 and value:
        yield "a minus lost or gained", 3, replace(printed, number=number.lstrip("-") if value < 0 else f"-{number}")
    for other in _MULTIPLIERS if value else ():
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
    """The decimal point one or two places to the right or the left."""
    whole, _, rest = number.partition(".")
    for places in (1, 2):
        if len(rest) >= places:
            yield f"{whole}{rest[:places]}.{rest[places:]}".rstrip(".").lstrip("0") or "0"
        if len(whole) > places:
            yield f"{whole[:-places]}.{whole[-places:]}{rest}"


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
