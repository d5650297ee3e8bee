import math
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pipeline.quantity import MULTIPLIERS, Interval, Quantity, normalise


@pytest.mark.parametrize(
    ("figure", "lower", "upper"),
    [
        (Quantity("1505", unit="家", countable=True), "1505", "1505"),
        (Quantity("40.09", "万", "户", countable=True), "400850", "400950"),
        (Quantity("75", "万", "人", countable=True), "745000", "755000"),
        (Quantity("37", unit="%"), "36.5", "37.5"),
        (Quantity("542", unit="元"), "541.5", "542.5"),
        (Quantity("20.00", unit="%"), "19.995", "20.005"),
        (Quantity("6", "亿", "元", "about"), "500000000", "700000000"),
        (Quantity("400", unit="个", qualifier="about", countable=True), "350", "450"),
        (Quantity("403", unit="个", qualifier="about", countable=True), "402", "404"),
        (Quantity("400", unit="个", qualifier="nearly", countable=True), "350", "400"),
        (Quantity("3", unit="所", qualifier="at_least"), "3", None),
        (Quantity("5", unit="个", qualifier="over"), "5", None),
        (Quantity("28", unit="岁", qualifier="under"), None, "28"),
        (Quantity("60", unit="%", qualifier="at_most"), None, "60"),
        (Quantity("3800", unit="家", qualifier="odd", countable=True), "3800", "3900"),
        (Quantity("10", "万", "户", "odd"), "100000", "200000"),
        (Quantity("6", "万", "户", "odd", after_multiplier=True), "60000", "70000"),
        (Quantity("3—5", "万", "人", "range"), "30000", "50000"),
        (Quantity("6", "亿", "元", "about", "fall"), "-700000000", "-500000000"),
        (Quantity("5", unit="%", qualifier="over", direction="fall"), None, "-5"),
        (Quantity("-1.81", unit="‰"), "-1.815", "-1.805"),
        (Quantity("0", unit="个", qualifier="about"), "-1", "1"),
    ],
)
def test_bounds_follow_the_printed_form(figure: Quantity, lower: str | None, upper: str | None) -> None:
    expected = tuple(None if end is None else Decimal(end) for end in (lower, upper))
    assert figure.bounds == expected


def test_a_range_has_no_value() -> None:
    assert Quantity("3—5", qualifier="range").value is None


def test_a_fall_is_negative() -> None:
    assert Quantity("11.7", unit="%", direction="fall").value == Decimal("-11.7")


numbers = st.decimals(0, 10**6, places=2).map(str)


@given(numbers, st.sampled_from(sorted(MULTIPLIERS)), st.sampled_from([None, "about", "nearly", "odd"]))
def test_a_value_lies_within_its_bounds(number: str, multiplier: str, qualifier: str | None) -> None:
    figure = Quantity(number, multiplier, "元", qualifier)
    lower, upper = figure.bounds
    assert lower <= figure.value <= upper


@pytest.mark.parametrize(
    ("printed", "plain"),
    [("４０．０９万户", "40.09万户"), ("238.0 万个", "238.0万个"), ("1,505家", "1505家"), ("4128萬人", "4128万人"),
     ("37％", "37%"), ("3800餘家", "3800余家"), ("20.\n07万对", "20.07万对"), ("1，505個", "1505个")],
)  # fmt: skip
def test_normalising_leaves_what_was_meant(printed: str, plain: str) -> None:
    assert normalise(printed) == plain


finite = st.floats(-1e15, 1e15, allow_nan=False).filter(lambda x: x == 0 or abs(x) > 1e-100)
ends = st.none() | finite


@st.composite
def intervals(draw: st.DrawFn) -> Interval:
    low, high = draw(ends), draw(ends)
    if low is not None and high is not None and low > high:
        low, high = high, low
    return Interval(low, high)


@st.composite
def members(draw: st.DrawFn) -> tuple[Interval, Fraction]:
    """An interval and a number inside it."""
    interval = draw(intervals())
    low = -(10**18) if interval.lower is None else Fraction(interval.lower)
    high = 10**18 if interval.upper is None else Fraction(interval.upper)
    share = draw(st.fractions(0, 1))
    return interval, low + (high - low) * share


@given(members(), members())
def test_a_sum_contains_every_sum(a: tuple[Interval, Fraction], b: tuple[Interval, Fraction]) -> None:
    assert a[1] + b[1] in a[0] + b[0]


@given(members(), members())
def test_a_difference_contains_every_difference(a: tuple[Interval, Fraction], b: tuple[Interval, Fraction]) -> None:
    assert a[1] - b[1] in a[0] - b[0]


@given(members(), members())
def test_a_product_contains_every_product(a: tuple[Interval, Fraction], b: tuple[Interval, Fraction]) -> None:
    assert a[1] * b[1] in a[0] * b[0]


@given(members(), members())
def test_a_quotient_contains_every_quotient(a: tuple[Interval, Fraction], b: tuple[Interval, Fraction]) -> None:
    assume(b[1] != 0)
    assert a[1] / b[1] in a[0] / b[0]


@given(intervals(), intervals())
def test_an_end_is_no_further_out_than_one_float(a: Interval, b: Interval) -> None:
    total = a + b
    if total.lower is not None:
        exact = Fraction(a.lower) + Fraction(b.lower)
        assert total.lower <= exact < math.nextafter(total.lower, math.inf)


@pytest.mark.parametrize(
    ("divisor", "quotient"),
    [
        (Interval(-1, 1), Interval(None, None)),
        (Interval(0, 0), Interval(None, None)),
        (Interval(0, 2), Interval(0.5, None)),
        (Interval(-2, 0), Interval(None, -0.5)),
        (Interval(2, None), Interval(0, 1)),
        (Interval(4, 4), Interval(0.25, 0.5)),
    ],
)
def test_a_divisor_that_touches_zero_opens_the_quotient(divisor: Interval, quotient: Interval) -> None:
    assert Interval(1, 2) / divisor == quotient


def test_nothing_times_unbounded_is_nothing() -> None:
    assert Interval(0, 0) * Interval(None, None) == Interval(0, 0)


def test_a_result_too_large_for_a_float_is_unbounded() -> None:
    assert (Interval(1e300, 1e300) * Interval(1e300, 1e300)).upper is None


def test_intervals_that_share_a_value_overlap() -> None:
    assert Interval(1, 2).overlaps(Interval(2, None))
    assert not Interval(1, 2).overlaps(Interval(3, None))


def test_an_interval_prints_its_ends() -> None:
    assert str(Interval(400850, None)) == "[400,850, …]"
