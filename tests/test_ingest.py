"""The SQL that derives figures says the same as the Python that explains it."""

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from conftest import Raw
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import database, ingest, schemas
from pipeline.csvfiles import CsvFile
from pipeline.metadata import dictionary
from pipeline.quantity import MULTIPLIERS, Quantity, normalise, normalising_pairs

TABLE = schemas.TABLES["observations"]
HEADER = schemas.names(TABLE, "keyed")
WORDS = [
    {"qualifier": "about", "printed": "约", "position": "before"},
    {"qualifier": "about", "printed": "左右", "position": "after_unit"},
    {"qualifier": "odd", "printed": "多", "position": "after_number"},
    {"qualifier": "odd", "printed": "多", "position": "after_multiplier"},
    {"qualifier": "nearly", "printed": "近", "position": "before"},
]


def read(folder: Path, rows: list[dict[str, str]]) -> pa.Table:
    """Ingest rows; indicators `c…` are countable, `r…` have a rate as unit."""
    lines = [",".join(HEADER)] + [",".join(row.get(name, "") for name in HEADER) for row in rows]
    path = folder / "s.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    file = CsvFile(path, "s.csv", list(HEADER))
    figures = ingest.Figures(["c"], ["r"], WORDS, ("sex",))
    return pa.Table.from_batches([b for b, _ in ingest.batches(ingest.connect(), TABLE, [file], figures)])


@st.composite
def figures(draw: st.DrawFn) -> Quantity:
    places = draw(st.integers(0, 4))
    digits = str(draw(st.integers(0, 10**9))).zfill(places + 1)
    number = f"{digits[: len(digits) - places]}.{digits[len(digits) - places :]}" if places else digits
    qualifier = draw(st.sampled_from([None, "about", "nearly", "under", "at_most", "over", "at_least", "odd"]))
    multiplier = draw(st.sampled_from(sorted(MULTIPLIERS)))
    after = bool(multiplier) and draw(st.booleans())
    direction = draw(st.sampled_from([None, "rise", "fall"]))
    return Quantity(number, multiplier, "元", qualifier, direction, draw(st.booleans()), after)


def as_row(number: int, figure: Quantity) -> dict[str, str]:
    many = "多" if figure.qualifier == "odd" else ""
    printed = figure.number + ("" if figure.after_multiplier else many) + figure.multiplier
    return {
        "figure_no": str(number),
        "number": figure.number,
        "multiplier": figure.multiplier,
        "unit": figure.unit,
        "qualifier": figure.qualifier or "",
        "direction": figure.direction or "",
        "as_printed": printed + (many if figure.after_multiplier else "") + figure.unit,
        "indicator_id": "c" if figure.countable else "m",
        "time_period": "2022",
    }


@settings(deadline=None, max_examples=30)
@given(st.lists(figures(), min_size=20, max_size=60))
def test_sql_derives_what_python_derives(tmp_path_factory: pytest.TempPathFactory, sheet: list[Quantity]) -> None:
    rows = read(tmp_path_factory.mktemp("sheet"), [as_row(n, f) for n, f in enumerate(sheet, 1)]).to_pylist()
    for row, figure in zip(rows, sheet, strict=True):
        interval = figure.interval
        assert (row["obs_value"], row["lower"], row["upper"]) == (float(figure.value), interval.lower, interval.upper)
        assert row["printed_decimals"] == figure.decimals


def one(tmp_path: Path, **cells: str) -> dict[str, Any]:
    row = {
        "figure_no": "1",
        "indicator_id": "m",
        "time_period": "2022",
        "number": "1",
        "unit": "元",
        "as_printed": "1元",
    }
    return read(tmp_path, [row | cells]).to_pylist()[0]


def test_a_fall_of_nothing_is_nothing(tmp_path: Path) -> None:
    row = one(tmp_path, number="0", unit="个", indicator_id="c", direction="fall", as_printed="下降0个")
    assert str((row["obs_value"], row["lower"], row["upper"])) == "(0.0, 0.0, 0.0)"


def test_decimals_of_a_range_are_those_of_its_finer_end(tmp_path: Path) -> None:
    assert one(tmp_path, number="3—5.5", qualifier="range", as_printed="3—5.5元")["printed_decimals"] == 1


def test_a_range_has_its_ends_as_bounds_and_no_value(tmp_path: Path) -> None:
    row = one(tmp_path, number="3.5—5", multiplier="万", unit="人", qualifier="range", as_printed="3.5—5万人")
    assert (row["obs_value"], row["lower"], row["upper"]) == (None, 35000, 50000)


@pytest.mark.parametrize(
    ("period", "start", "end"),
    [
        ("2022", "2022-01-01", "2022-12-31"),
        ("2022-S1", "2022-01-01", "2022-06-30"),
        ("2022-S2", "2022-07-01", "2022-12-31"),
        ("2022-Q1", "2022-01-01", "2022-03-31"),
        ("2022-Q2", "2022-04-01", "2022-06-30"),
        ("2022-Q3", "2022-07-01", "2022-09-30"),
        ("2022-Q4", "2022-10-01", "2022-12-31"),
        ("2020-02", "2020-02-01", "2020-02-29"),
        ("2022-06-30", "2022-06-30", "2022-06-30"),
        ("2022-01-01/P9M", "2022-01-01", "2022-09-30"),
        ("2021-01-01/P2Y", "2021-01-01", "2022-12-31"),
        ("2022-01-03/P2W", "2022-01-03", "2022-01-16"),
        ("2022-01-01/P10D", "2022-01-01", "2022-01-10"),
    ],
)
def test_a_period_has_its_first_and_last_day(tmp_path: Path, period: str, start: str, end: str) -> None:
    row = one(tmp_path, time_period=period)
    assert (row["period_start"], row["period_end"]) == tuple(map(datetime.date.fromisoformat, (start, end)))


@pytest.mark.parametrize("period", ["2022-02-30", "2022-13-01"])
def test_a_day_that_no_calendar_has_gives_no_dates(tmp_path: Path, period: str) -> None:
    assert one(tmp_path, time_period=period)["period_end"] is None


@pytest.mark.parametrize(
    "cells",
    [
        {"number": "40.09", "multiplier": "万", "unit": "户", "as_printed": "４０.０９萬戶"},
        {"number": "1505", "unit": "家", "as_printed": "1,505 家"},
        {"number": "6", "multiplier": "亿", "unit": "元", "qualifier": "about", "as_printed": "约6亿元"},
        {"number": "6", "multiplier": "亿", "unit": "元", "qualifier": "about", "as_printed": "6亿元左右"},
        {"number": "3800", "unit": "家", "qualifier": "odd", "as_printed": "3800多家"},
        {"number": "6", "multiplier": "万", "unit": "户", "qualifier": "odd", "as_printed": "6万多户"},
        {"number": "10", "multiplier": "万", "unit": "户", "qualifier": "odd", "as_printed": "10多万户"},
        {"number": "50", "multiplier": "十", "unit": "元", "qualifier": "odd", "as_printed": "50 十多元"},
        {"number": "5.5", "unit": "%", "direction": "rise", "as_printed": "增长5.5%"},
        {"number": "5.5", "unit": "%", "qualifier": "about", "direction": "fall", "as_printed": "下降了约5.5%"},
        {"number": "5", "unit": "个", "inherited": "unit", "as_printed": "5"},
        {"number": "5", "multiplier": "万", "unit": "人", "inherited": "both", "as_printed": "5"},
        {"number": "5", "multiplier": "万", "unit": "人", "inherited": "multiplier", "as_printed": "5人"},
        {"number": "542", "unit": "元/人", "inherited": "unit", "indicator_id": "r", "as_printed": "542元"},
        {"number": "542", "unit": "元/人", "inherited": "unit", "indicator_id": "r", "as_printed": "542"},
        {"number": "3—5", "unit": "%", "qualifier": "range", "as_printed": "3-5%"},
        {"number": "5—20", "unit": "%", "qualifier": "range", "as_printed": "5%—20%"},
        {"number": "3—5", "multiplier": "万", "unit": "人", "qualifier": "range", "as_printed": "3万—5万人"},
        {
            "number": "3—5",
            "multiplier": "亿",
            "unit": "元",
            "qualifier": "range",
            "direction": "fall",
            "as_printed": "减少3—5亿元",
        },
        {"number": "2", "multiplier": "亿", "unit": "元", "as_printed": "2億圓"},
        {"number": "542", "unit": "元/人·月", "as_printed": "542元/人•月"},
    ],
)
def test_parts_that_agree_with_the_print_recompose_it(tmp_path: Path, cells: dict[str, str]) -> None:
    cells = {k: f'"{v}"' if "," in v else v for k, v in cells.items()}
    row = one(tmp_path, **cells)
    assert row["recomposed"] == row["printed_form"]


@pytest.mark.parametrize(
    "cells",
    [
        {"number": "40.90", "multiplier": "万", "unit": "户", "as_printed": "40.09万户"},
        {"number": "40.09", "multiplier": "亿", "unit": "户", "as_printed": "40.09万户"},
        {"number": "40.09", "multiplier": "万", "unit": "人", "as_printed": "40.09万户"},
        {"number": "6", "multiplier": "亿", "unit": "元", "as_printed": "约6亿元"},
        {"number": "6", "multiplier": "亿", "unit": "元", "qualifier": "about", "as_printed": "6亿元"},
        {"number": "5", "unit": "个", "inherited": "unit", "as_printed": "5个"},
    ],
)
def test_parts_that_disagree_with_the_print_do_not_recompose_it(tmp_path: Path, cells: dict[str, str]) -> None:
    row = one(tmp_path, **cells)
    assert row["recomposed"] != row["printed_form"]


@given(st.text("０９．％，,　 123万萬億餘个個户戶約近～", max_size=12))
def test_sql_normalises_as_python_does(text: str) -> None:
    before, after = normalising_pairs()
    found = duckdb.execute("SELECT translate(?, ?, ?)", [text, before, after]).fetchone()
    assert found == (normalise(text),)


def test_a_folder_whose_name_looks_like_a_pattern_is_read(raw: Raw, tmp_path: Path) -> None:
    odd = tmp_path / "raw[1]*"
    raw.path.rename(odd)
    assert Raw(odd).check() == []


def test_dimensions_are_read_where_a_sheet_has_them(raw: Raw, second_source: Callable[..., int]) -> None:
    cells = {"number": "5", "unit": "对", "as_printed": "5对", "indicator_id": "marriages"}
    second_source(**cells)
    raw.column("figures/invented-2022.csv", "sex", "M")
    assert raw.check() == []


def test_no_progress_bar_is_mixed_into_what_a_command_prints() -> None:
    with ingest.connect() as connection, connection.cursor() as cursor:
        database.create(cursor, None, dictionary.table(()).to_pylist())
        for each in (connection, cursor):
            assert each.execute("SELECT current_setting('enable_progress_bar')").fetchone() == (False,)
