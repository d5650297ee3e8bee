"""One printed figure: its scale, its bounds as an interval, and the arithmetic of intervals.

Pure: no pandas, no files. `ingest` renders the tables below as SQL for millions of rows; the functions here are
the readable form of the same rules, and the tests hold the two together.
"""

import math
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

MULTIPLIERS = {
    "": 0, "十": 1, "百": 2, "千": 3, "万": 4, "十万": 5, "百万": 6, "千万": 7,
    "亿": 8, "十亿": 9, "百亿": 10, "千亿": 11, "万亿": 12,
}  # fmt: skip
"""Powers of ten by the multiplier's simplified characters."""

MAX_DIGITS = 15
"""float64 keeps every decimal of up to 15 digits apart, so no printed number may have more."""

RANGE_DASH = "—"
"""Between the two ends of a range, after normalisation."""

BOUNDS: dict[str | None, tuple[str | None, str | None]] = {
    None: ("half_place", "half_place"),
    "about": ("about", "about"),
    "nearly": ("about", "zero"),
    "under": (None, "zero"),
    "at_most": (None, "zero"),
    "over": ("zero", None),
    "at_least": ("zero", None),
    "odd": ("zero", "odd"),
}
"""Distance of lower and upper bound from the printed value, by qualifier; None is unbounded (DESIGN, bounds).

half_place: half of the last printed place. about: half of the last non-zero place, but no less than the last printed
place. odd: the last non-zero place, or the whole multiplier where the word stands behind the multiplier.
"""

RISES = ("增长", "增加", "上升", "提高", "增幅", "上涨", "上调", "上浮", "攀升", "回升", "扩大", "加快", "翻")
FALLS = ("下降", "减少", "降低", "降幅", "下滑", "下跌", "回落", "下调", "下浮", "缩小", "收窄", "压减", "缩减", "放缓")

TRADITIONAL = str.maketrans(
    "萬億餘個戶對張雙處間項單場筆輛噸課團隊鄉縣區倆貳參陸歲過約達將滿於內漲長減兩幾點臺條級類時週無與屆輪員",
    "万亿余个户对张双处间项单场笔辆吨课团队乡县区俩贰参陆岁过约达将满于内涨长减两几点台条级类时周无与届轮员",
) | str.maketrans("圓圆•・‧∙∶", "元元····:")
_DROPPED = str.maketrans("", "", ", \t\n\r\u3000\u00a0")


def normalise(text: str) -> str:
    """NFKC, simplified measure words, no commas and no inner spaces: what two keyings of a figure are compared as."""
    return unicodedata.normalize("NFKC", text).translate(TRADITIONAL).translate(_DROPPED)


def normalising_pairs() -> tuple[str, str]:
    """Characters and their replacements (shorter: the rest is dropped) that `translate` in SQL needs to normalise.

    Covers what a figure can hold: full-width forms, Arabic-digit look-alikes, traditional measure words, separators.
    """
    wide = [chr(c) for c in (*range(0xFF01, 0xFF5F), *range(0xFFE0, 0xFFE7)) if chr(c) != "，"]
    plain = [unicodedata.normalize("NFKC", c) for c in wide]
    kept = [(w, p) for w, p in zip(wide, plain, strict=True) if len(p) == 1]
    traditional = [(chr(k), chr(v)) for k, v in TRADITIONAL.items() if isinstance(v, int)]
    pairs = kept + traditional
    return "".join(a for a, _ in pairs) + "，, \t\n\r\u3000\u00a0", "".join(b for _, b in pairs)


@dataclass(frozen=True, slots=True)
class Interval:
    """All values that a published figure allows; None means unbounded on that side."""

    lower: float | None
    upper: float | None

    def __add__(self, other: "Interval") -> "Interval":
        return _outward(self._low + other._low, self._high + other._high)

    def __sub__(self, other: "Interval") -> "Interval":
        return _outward(self._low - other._high, self._high - other._low)

    def __mul__(self, other: "Interval") -> "Interval":
        products = [_times(a, b) for a in (self._low, self._high) for b in (other._low, other._high)]
        return _outward(min(products), max(products))

    def __truediv__(self, other: "Interval") -> "Interval":
        """Unbounded where the divisor contains 0; unbounded on one side where it only ends there."""
        low, high = other._low, other._high
        if low < 0 < high or low == high == 0:
            return Interval(None, None)
        inverse = (_inverse(high, -math.inf), _inverse(low, math.inf))
        products = [_times(a, b) for a in (self._low, self._high) for b in inverse]
        return _outward(min(products), max(products))

    def __contains__(self, value: float | Fraction) -> bool:
        return self._low <= value <= self._high

    def __str__(self) -> str:
        ends = ["…" if end is None else f"{end:,.15g}" for end in (self.lower, self.upper)]
        return f"[{ends[0]}, {ends[1]}]"

    @property
    def _low(self) -> "Fraction | float":
        return -math.inf if self.lower is None else Fraction(self.lower)

    @property
    def _high(self) -> "Fraction | float":
        return math.inf if self.upper is None else Fraction(self.upper)

    def overlaps(self, other: "Interval") -> bool:
        """True where one value can satisfy both figures."""
        return self._low <= other._high and other._low <= self._high


def _times(a: Fraction | float, b: Fraction | float) -> Fraction | float:
    return Fraction(0) if a == 0 or b == 0 else a * b


def _inverse(end: Fraction | float, at_zero: float) -> Fraction | float:
    if end == 0:
        return at_zero
    return Fraction(0) if isinstance(end, float) else 1 / end


def _outward(low: Fraction | float, high: Fraction | float) -> Interval:
    return Interval(_rounded(low, -math.inf), _rounded(high, math.inf))


def _rounded(end: Fraction | float, towards: float) -> float | None:
    """The float nearest to the exact end that does not lie inside the interval."""
    if isinstance(end, float):  # only an infinite end is one
        return None
    try:
        nearest = float(end)
    except OverflowError:
        return None
    inside = nearest > end if towards < 0 else nearest < end
    return math.nextafter(nearest, towards) if inside else nearest


@dataclass(frozen=True, slots=True)
class Quantity:
    """A figure taken apart: `约6亿元` is number 6, multiplier 亿, unit 元, qualifier about.

    `countable`: a bare integer of this unit is exact. `after_multiplier`: 余, 多 or 几 stands behind the multiplier.
    """

    number: str
    multiplier: str = ""
    unit: str = ""
    qualifier: str | None = None
    direction: str | None = None
    countable: bool = False
    after_multiplier: bool = False

    @property
    def scale(self) -> Decimal:
        return Decimal(10) ** MULTIPLIERS[self.multiplier]

    @property
    def decimals(self) -> int:
        """Digits printed behind the decimal point (the more of both ends, for a range)."""
        return max(len(end.partition(".")[2]) for end in self.number.split(RANGE_DASH))

    @property
    def value(self) -> Decimal | None:
        """The value in base units, negative for a fall; None for a range."""
        return None if self.qualifier == "range" else self._sign * self._unsigned

    @property
    def bounds(self) -> tuple[Decimal | None, Decimal | None]:
        """Exact bounds in base units; None is unbounded."""
        lower, upper = self._range_ends if self.qualifier == "range" else self._qualified_bounds
        if self._sign > 0:
            return lower, upper
        return (None if upper is None else -upper), (None if lower is None else -lower)

    @property
    def interval(self) -> Interval:
        lower, upper = self.bounds
        return Interval(None if lower is None else float(lower), None if upper is None else float(upper))

    @property
    def _sign(self) -> int:
        return -1 if self.direction == "fall" else 1

    @property
    def _unsigned(self) -> Decimal:
        return Decimal(self.number) * self.scale

    @property
    def _range_ends(self) -> tuple[Decimal, Decimal]:
        first, _, last = self.number.partition(RANGE_DASH)
        return Decimal(first) * self.scale, Decimal(last) * self.scale

    @property
    def _qualified_bounds(self) -> tuple[Decimal | None, Decimal | None]:
        below, above = BOUNDS[self.qualifier]
        value = self._unsigned
        return (
            None if below is None else value - self._distance(below),
            None if above is None else value + self._distance(above),
        )

    def _distance(self, kind: str) -> Decimal:
        place = self.scale.scaleb(-self.decimals)
        if kind == "zero" or (kind == "half_place" and self._is_count):
            return Decimal(0)
        if kind == "half_place":
            return place / 2
        if kind == "about":
            return max(self._last_nonzero_place / 2, place)
        return self.scale if self.after_multiplier else self._last_nonzero_place

    @property
    def _is_count(self) -> bool:
        return self.countable and not self.multiplier and not self.decimals

    @property
    def _last_nonzero_place(self) -> Decimal:
        digits = self.number.replace(".", "").lstrip("-")
        zeros = len(digits) - len(digits.rstrip("0")) if digits.strip("0") else 0
        return self.scale.scaleb(zeros - self.decimals)
