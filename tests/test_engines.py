"""Threads that work ahead, and rows that keep their order whatever happens to them."""

import csv
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipeline import schemas, stage
from pipeline.engines import flow

sys.path.insert(0, str(Path(__file__).parent / "benchmarks"))

import archive


def test_what_works_ahead_keeps_the_order() -> None:
    assert list(flow.ahead(iter(range(100)))) == list(range(100))


def test_no_more_than_a_few_items_wait() -> None:
    made: list[int] = []

    def items() -> Iterator[int]:
        for number in range(50):
            made.append(number)
            yield number

    taken = flow.ahead(items(), 3)
    assert next(taken) == 0
    time.sleep(0.05)
    assert len(made) <= 5
    taken.close()


def test_a_fault_of_what_works_ahead_arrives() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise ValueError("told")

    with pytest.raises(ValueError, match="told"):
        list(flow.ahead(items()))


def test_results_come_in_the_order_of_the_items() -> None:
    def slow_at_first(number: int) -> int:
        time.sleep(0.02 / (number + 1))
        return number

    assert list(flow.in_order(slow_at_first, range(20), 4)) == list(range(20))


def test_work_is_done_by_several_threads() -> None:
    together = threading.Barrier(2, timeout=5)
    assert list(flow.in_order(lambda n: together.wait() >= 0, range(4), 2)) == [True] * 4


def test_rows_of_many_large_sheets_keep_their_lines(archive_of: Callable[[int, int], Path], tmp_path: Path) -> None:
    raw = archive_of(20_000, 5)  # sheets of more rows than DuckDB hands on at once
    staged = stage.read_lists(raw, tmp_path)
    with staged.connection:
        stage.read_sheets(staged)
        table = pq.read_table(tmp_path / "observations.staged.parquet", columns=["row", "source_id", "figure_no"])
    assert not staged.findings
    keyed = {}
    for file in (raw / "figures").glob("*.csv"):
        with open(file, encoding="utf-8-sig", newline="") as stream:
            keyed[file.stem] = [row["figure_no"] for row in csv.DictReader(stream)]
    for row, source, number in zip(*table.to_pydict().values(), strict=True):
        file, place = staged.origins["observations"].place(row)
        assert file.path.stem == source
        assert keyed[source][place] == str(number)


def test_every_sheet_is_staged_with_the_columns_that_are_declared(
    archive_of: Callable[[int, int], Path], tmp_path: Path
) -> None:
    staged = stage.read_lists(archive_of(2_000, 5), tmp_path)
    with staged.connection:
        stage.read_sheets(staged)
    for name in staged.sheets:
        declared = schemas.staged(schemas.TABLES[name], staged.dimensions)
        assert pq.read_schema(tmp_path / f"{name}.staged.parquet").names == declared.names


@pytest.fixture
def archive_of(tmp_path: Path) -> Callable[[int, int], Path]:
    def write(rows: int, files: int) -> Path:
        archive.write(tmp_path / "raw", rows, files=files)
        return tmp_path / "raw"

    return write
