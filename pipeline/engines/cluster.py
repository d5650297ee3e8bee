"""Staging on a Dask cluster: each worker runs what `local` runs, on a part of the files, into a folder all of them see.

A part is a group of whole files. Its task depends on nothing but them and is written under another name first, so what
a lost worker left undone is done again by another with the same result.
"""

import platform
import tempfile
import uuid
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb

from pipeline import __version__, ingest
from pipeline.csvfiles import CsvFile
from pipeline.engines import local
from pipeline.schemas import Table
from pipeline.validate import Codes

PART_BYTES = 64 << 20
PART_ROWS = 1 << 32
"""Rows are numbered from the part's number times this, so they rise as in a local build."""

RETRIES = 3
PATIENCE = "5s"
_SAME = ("duckdb", "pyarrow", "pandas", "pandera")

Part = tuple[list[tuple[int, int]], list[tuple[int, Any]]]
"""Places of files among the part's, with their rows; failures by row."""


class EngineError(Exception):
    """The cluster cannot be used: not installed, not reached, its workers differ, or they failed."""


@dataclass(frozen=True)
class Cluster:
    """Workers to stage with."""

    client: Any
    part_bytes: int = PART_BYTES

    def stage(
        self, _connection: duckdb.DuckDBPyConnection, table: Table, files: list[CsvFile], codes: Codes, path: Path
    ) -> Iterator[local.Stretch]:
        """As `local.stage`, into a file for each part beside `path`; results come in the parts' order."""
        listed = self.client.scatter(codes, broadcast=True, hash=False)
        room = 2 * max(1, sum(self.client.nthreads().values()))
        waiting: deque[tuple[int, list[CsvFile], Path, Any]] = deque()
        for number, part in enumerate(parts(files, self.part_bytes)):
            into, first = path.with_name(f"{path.stem}-{number:05}.parquet"), number * PART_ROWS
            task = self.client.submit(stage_part, table, part, listed, into, first, retries=RETRIES, pure=False)
            waiting.append((first, part, into, task))
            if len(waiting) > room:
                yield _received(*waiting.popleft())
        while waiting:
            yield _received(*waiting.popleft())


def parts(files: list[CsvFile], most: int) -> Iterator[list[CsvFile]]:
    """Files in groups of at most so many bytes; a larger file is a group of its own.

    Their order is that of a local build, which reads files of the same header one after the other.
    """
    headers = {header: place for place, header in enumerate(dict.fromkeys(tuple(file.header) for file in files))}
    files = sorted(files, key=lambda file: headers[tuple(file.header)])
    group, size = list[CsvFile](), 0
    for file in files:
        if group and size + file.stamp[1] > most:
            yield group
            group, size = [], 0
        group.append(file)
        size += file.stamp[1]
    if group:
        yield group


def stage_part(table: Table, files: list[CsvFile], codes: Codes, into: Path, first: int) -> Part | Exception:
    """Stage one part on a worker. What is wrong with the CSV is an answer: another worker would say the same."""
    runs, failures = list[tuple[int, int]](), list[tuple[int, Any]]()
    places = {id(file): place for place, file in enumerate(files)}
    aside = into.with_name(f".{into.name}.{uuid.uuid4().hex}")
    try:
        with tempfile.TemporaryDirectory(prefix="minsheng-") as scratch, ingest.connect(Path(scratch)) as connection:
            for _, _, found, failed in local.stage(connection, table, files, codes, aside, first):
                runs += [(places[id(file)], count) for file, count in found]
                failures += failed
        aside.replace(into)
    except (duckdb.Error, OSError) as error:
        if "CSV Error" not in str(error) and "Invalid Input" not in str(error):
            raise
        return error
    finally:
        aside.unlink(missing_ok=True)
    return runs, failures


def _received(first: int, files: list[CsvFile], path: Path, task: Any) -> local.Stretch:
    try:
        answer = task.result()
    except Exception as error:
        names = files[0].name if len(files) == 1 else f"{files[0].name} to {files[-1].name}"
        raise EngineError(
            f"the workers could not stage {names} ({type(error).__name__}: {error}): "
            f"do all of them see {files[0].path.parent} and {path.parent} under these names?"
        ) from error
    if isinstance(answer, Exception):
        raise answer
    runs, failures = answer
    return path, first, [(files[place], count) for place, count in runs], failures


@contextmanager
def connected(scheduler: str | None = None, part_bytes: int = PART_BYTES) -> Iterator[Cluster]:
    """A cluster to stage with: the scheduler's, or one process for each core of this machine. Raises EngineError."""
    try:
        distributed: Any = import_module("distributed")
    except ImportError as error:
        raise EngineError("the engine dask is not installed: pip install 'minsheng[cluster]'") from error
    own = None if scheduler else distributed.LocalCluster(threads_per_worker=1, dashboard_address=None)
    try:
        with distributed.Client(own or scheduler, timeout=PATIENCE, set_as_default=False) as client:
            _check_workers(client)
            yield Cluster(client, part_bytes)
    except (OSError, ValueError) as error:
        if "client" in locals():  # it was reached: this is about something else
            raise
        raise EngineError(f"no scheduler answers at {scheduler}: is it tcp://HOST:PORT, and running?") from error
    finally:
        if own:
            own.close()


def versions() -> dict[str, str]:
    """What must be the same everywhere: a hash of another DuckDB is another number."""
    return {"python": platform.python_version(), "minsheng": __version__} | {name: version(name) for name in _SAME}


def _check_workers(client: Any) -> None:
    here = versions()
    try:
        told = client.run(versions, on_error="return")
    except Exception as error:
        raise EngineError(f"the workers cannot say their versions: {error}") from error
    if not told:
        raise EngineError("the scheduler has no workers: start some with `dask worker`")
    for worker, there in told.items():
        _check_worker(worker, here, there)


def _check_worker(worker: str, here: dict[str, str], there: Any) -> None:
    """Raises EngineError where a worker has other versions, or could not say which."""
    if not isinstance(there, dict):
        raise EngineError(f"worker {worker} cannot run minsheng ({there}): install minsheng {__version__} there")
    if other := [f"{name} {there.get(name)}, here {here[name]}" for name in here if there.get(name) != here[name]]:
        raise EngineError(f"worker {worker} has {'; '.join(other)}: install the same versions everywhere")
