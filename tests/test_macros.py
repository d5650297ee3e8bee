"""The interval macros give, bound by bound, what the Python arithmetic gives with exact fractions."""

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_quantity import intervals

from pipeline import paths
from pipeline.quantity import Interval


@pytest.fixture(scope="module")
def connection() -> duckdb.DuckDBPyConnection:
    found = duckdb.connect()
    found.execute((paths.sql() / "macros.sql").read_text(encoding="utf-8"))
    return found


OPERATIONS = {
    "iv_add": Interval.__add__,
    "iv_sub": Interval.__sub__,
    "iv_mul": Interval.__mul__,
    "iv_div": Interval.__truediv__,
}


def computed(
    connection: duckdb.DuckDBPyConnection, macro: str, pairs: list[tuple[Interval, Interval]]
) -> list[Interval]:
    connection.execute("CREATE OR REPLACE TABLE pairs (n INTEGER, al DOUBLE, ah DOUBLE, bl DOUBLE, bh DOUBLE)")
    rows = [[n, a.lower, a.upper, b.lower, b.upper] for n, (a, b) in enumerate(pairs)]
    connection.executemany("INSERT INTO pairs VALUES (?, ?, ?, ?, ?)", rows)
    query = f"SELECT r.lower, r.upper FROM (SELECT n, {macro}(iv(al, ah), iv(bl, bh)) AS r FROM pairs) ORDER BY n"
    return [Interval(*row) for row in connection.execute(query).fetchall()]


@pytest.mark.parametrize("macro", OPERATIONS)
@settings(deadline=None, max_examples=25)
@given(pairs=st.lists(st.tuples(intervals(), intervals()), min_size=10, max_size=40))
def test_a_macro_agrees_with_exact_arithmetic(
    connection: duckdb.DuckDBPyConnection, macro: str, pairs: list[tuple[Interval, Interval]]
) -> None:
    expected = [OPERATIONS[macro](a, b) for a, b in pairs]
    found = computed(connection, macro, pairs)
    for one, other, pair in zip(found, expected, pairs, strict=True):
        assert one == other, pair


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("iv_add(iv(1, 2), iv(3, 4))", Interval(4, 6)),
        ("iv_mul(iv(200650, 200750), iv(36.5, 37.5))", Interval(7323725, 7528125)),
        ("iv_div(iv(1, 2), iv(0, 2))", Interval(0.5, None)),
        ("iv_div(iv(1, 2), iv(-1, 1))", Interval(None, None)),
        ("iv_mul(iv(0, 0), iv(NULL, NULL))", Interval(0, 0)),
        ("iv_div(iv(1, 1), iv(3, 3))", Interval(1, 1) / Interval(3, 3)),
        ("iv_mul(iv(1e300, 1e300), iv(1e300, 1e300))", Interval(None, None)),
    ],
)
def test_a_macro_gives(connection: duckdb.DuckDBPyConnection, call: str, expected: Interval) -> None:
    row = connection.execute(f"SELECT r.lower, r.upper FROM (SELECT {call} AS r)").fetchone()
    assert Interval(*row) == expected


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("zh_amount(400900)", "40.09万"),
        ("zh_amount(2748000000)", "27.48亿"),
        ("zh_amount(1505)", "1505"),
        ("to_wan(400900)", 40.09),
        ("to_yi(2748000000)", 27.48),
        ("from_wan(75)", 750000),
        ("from_yi(45)", 4500000000),
        ("iv_overlaps(iv(1, 2), iv(2, NULL))", True),
        ("iv_overlaps(iv(1, 2), iv(3, NULL))", False),
    ],
)
def test_amounts_and_overlaps(connection: duckdb.DuckDBPyConnection, call: str, expected: object) -> None:
    assert connection.execute(f"SELECT {call}").fetchone() == (expected,)
