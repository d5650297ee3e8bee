"""Staging on this machine: DuckDB reads, two threads validate, one writes, with bounded queues between them."""

import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline import ingest, publish, schemas
from pipeline.csvfiles import CsvFile
from pipeline.engines.flow import ahead, in_order
from pipeline.schemas import Table
from pipeline.validate import Codes, Failure, Validator, with_units

VALIDATORS = 2

Runs = list[tuple[CsvFile, int]]
"""Files in the order of a batch's rows, and how many rows of each."""

Stretch = tuple[Path, int, Runs, list[tuple[int, Failure]]]
"""Rows that are staged: in which file, the first one's number, where they come from, and failures by row."""


def stage(
    connection: duckdb.DuckDBPyConnection, table: Table, files: list[CsvFile], codes: Codes, path: Path, first: int = 0
) -> Iterator[Stretch]:
    """Write files of one table as staged Parquet; tells of each batch.

    Rows are numbered from `first` on. Raises ingest.Refused where the CSV cannot be read.
    """
    schema = schemas.staged(table, codes.dimensions)
    validators = threading.local()
    checked = partial(_checked, validators, table, codes)
    options = {"compression": "lz4", "use_dictionary": schemas.repeating(schema), "write_statistics": False}
    with pq.ParquetWriter(path, schema, **options) as writer:
        numbered = _numbered(ingest.batches(connection, table, files, figures(codes)), first)
        for batch, start, runs, failures in in_order(checked, ahead(numbered), VALIDATORS):
            writer.write_batch(batch.select(schema.names))
            yield path, start, runs, failures
    pa.default_memory_pool().release_unused()  # batches come no more: the sort can have what they took


def write(connection: duckdb.DuckDBPyConnection, query: str, schema: pa.Schema, path: Path) -> int:
    """Write a query's rows in its order as one Parquet file; the number of rows."""
    return publish.write_parquet(connection, query, schema, path)


def figures(codes: Codes) -> ingest.Figures:
    """What deriving a figure needs to know from the code lists."""
    words = codes.tables["qualifiers"].to_pylist()
    return ingest.Figures(codes.countable, codes.rates, words, codes.dimensions, codes.at_day)


def _numbered(batches: Iterator[tuple[pa.RecordBatch, Runs]], first: int) -> Iterator[tuple[pa.RecordBatch, Runs, int]]:
    for batch, runs in _gathered(batches):
        yield batch, runs, first
        first += batch.num_rows


def _gathered(batches: Iterator[tuple[pa.RecordBatch, Runs]]) -> Iterator[tuple[pa.RecordBatch, Runs]]:
    """Small batches (a sheet's end is one) put together: a batch of ten rows costs as much as one of thousands."""
    waiting: list[tuple[pa.RecordBatch, Runs]] = []
    rows = 0
    for batch, runs in batches:
        if waiting and rows + batch.num_rows > ingest.BATCH_ROWS:
            yield _together(waiting)
            waiting, rows = [], 0
        waiting.append((batch, runs))
        rows += batch.num_rows
    if waiting:
        yield _together(waiting)


def _together(waiting: list[tuple[pa.RecordBatch, Runs]]) -> tuple[pa.RecordBatch, Runs]:
    return pa.concat_batches([batch for batch, _ in waiting]), [run for _, runs in waiting for run in runs]


def _checked(
    validators: threading.local, table: Table, codes: Codes, numbered: tuple[pa.RecordBatch, Runs, int]
) -> tuple[pa.RecordBatch, int, Runs, list[tuple[int, Failure]]]:
    """A batch with row numbers and units, validated by its thread's own validator: schemas are not shared."""
    batch, runs, first = numbered
    if not hasattr(validators, "own"):
        validators.own = Validator(table, codes)
    batch = batch.append_column("row", pa.array(np.arange(first, first + batch.num_rows)))
    if table.name == "observations":
        batch = with_units(batch, codes)
    return batch, first, runs, [(first + failure.row, failure) for failure in validators.own(batch)]
