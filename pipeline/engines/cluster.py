"""Staging and sorting on a Dask cluster: each worker runs what `local` runs, on a part of the files or of the order.

What workers read and write lies in folders that all of them see, or under URLs. A part that is staged is a group of
whole files; a part that is written is a range of the figures' order, of about equal size. A task depends on nothing but
what it was handed, and each attempt has a file of its own, so what a lost worker left undone is done again by another
with the same result.
"""

import platform
import tempfile
import uuid
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from pipeline import __version__, csvfiles, ingest, places, publish, schemas
from pipeline.csvfiles import CsvFile
from pipeline.database import quoted, sql_text
from pipeline.engines import local
from pipeline.evidence import receipts
from pipeline.paths import PART
from pipeline.schemas import TABLES, Table
from pipeline.validate import Codes

PART_BYTES = 64 << 20
SORT_ROWS = 2_000_000
"""Rows in a part of the figures, about; fewer than two of them are written by the coordinator."""
PART_ROWS = 1 << 32
"""Rows are numbered from the part's number times this, so they rise as in a local build."""

RETRIES = 3
PATIENCE = "5s"
_SAME = ("duckdb", "pyarrow", "pandas", "pandera")

_CUT_BY = ("indicator_id", "ref_area")
"""Begins the figures' order: what all of one indicator and area is stays in one part."""

Part = tuple[str, list[tuple[int, int]], list[tuple[int, Any]], list[int]]
"""Where it is; files, by their place in the part, with their rows; failures by row; files that have changed."""


class EngineError(Exception):
    """The cluster cannot be used: not installed, not reached, its workers differ, or they failed."""


@dataclass(frozen=True)
class Cluster:
    """Workers to stage and sort with. `raw`, `work`: URLs of raw data and of what workers make, if they are URLs."""

    client: Any
    raw: str = ""
    work: str = ""
    listed: dict[str, Any] = field(default_factory=dict)
    """The code lists as the workers hold them."""
    staged: dict[str, list[str]] = field(default_factory=dict)
    """Places of the staged parts, by table."""

    def stage(
        self, _connection: duckdb.DuckDBPyConnection, table: Table, files: list[CsvFile], codes: Codes, path: Path
    ) -> Iterator[local.Stretch]:
        """As `local.stage`, into a file for each part beside `path`; results come in the parts' order."""
        if not self.listed:
            self.listed["codes"] = self.client.scatter(codes, broadcast=True, hash=False)
        todo = (
            (number, part, (stage_part, table, part, self.listed["codes"], self.raw, self._place(path, number), number))
            for number, part in enumerate(parts(files, PART_BYTES))
        )
        self.staged[table.name] = []
        for number, part, task in self._in_order(todo):
            place, runs, failures, changed = _received(part, path.parent, task)
            self.staged[table.name].append(place)
            for file in (part[at] for at in changed):
                file.add("file-changed", seen="the file")
            yield _here(place, path.parent), number * PART_ROWS, [(part[at], count) for at, count in runs], failures

    def write(self, connection: duckdb.DuckDBPyConnection, query: str, schema: pa.Schema, path: Path) -> int:
        """Write a query's rows in its order, by ranges into a folder where they are many; the number of rows."""
        table = path.stem
        ranges = _ranges(connection, table) if table == "observations" else []
        if len(ranges) < 2:
            return publish.write_parquet(connection, query, schema, path)
        codes, folder = self.listed["codes"], path.with_suffix("")
        folder.mkdir()
        todo = (
            (
                number,
                None,
                (sort_part, f"FROM ({query}) WHERE {each}", schema, codes, self.staged, self._place(path, number)),
            )
            for number, each in enumerate(ranges)
        )
        rows = 0
        for number, _, task in self._in_order(todo):
            place, count = _sorted(table, path.parent, task)
            _here(place, path.parent).replace(folder / f"{PART}{number:05}.parquet")
            rows += count
        return rows

    def _place(self, path: Path, number: int) -> str:
        """Where a worker leaves a part, but for the end of its name, which each attempt gives itself."""
        name = f"{path.stem}-{number:05}"
        return f"{self.work}/{name}" if self.work else str(path.with_name(name))

    def _in_order(self, todo: Iterable[tuple[int, Any, tuple[Any, ...]]]) -> Iterator[tuple[int, Any, Any]]:
        """Hand tasks to the workers, a few more than they can do at a time; each comes back in its turn."""
        room = 2 * max(1, sum(self.client.nthreads().values()))
        waiting: deque[tuple[int, Any, Any]] = deque()
        for number, part, call in todo:
            waiting.append((number, part, self.client.submit(*call, retries=RETRIES, pure=False)))
            if len(waiting) > room:
                yield waiting.popleft()
        yield from waiting


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


def stage_part(
    table: Table, files: list[CsvFile], codes: Codes, raw: str, place: str, number: int
) -> Part | ingest.Refused:
    """Stage one part on a worker. What is wrong with the CSV is an answer: another worker would say the same."""
    runs, failures = list[tuple[int, int]](), list[tuple[int, Any]]()
    place = f"{place}-{uuid.uuid4().hex}.parquet"
    with tempfile.TemporaryDirectory(prefix="minsheng-") as folder, ingest.connect(Path(folder)) as connection:
        scratch = Path(folder)
        mine = [_fetched(file, raw, scratch) for file in files]
        at = {id(file): n for n, file in enumerate(mine)}
        changed = [n for n, file in enumerate(mine) if raw and csvfiles.sha256(file.path) != file.sha256]
        read = scratch / "read" if places.is_url(place) else Path(place)
        try:
            for _, _, found, failed in local.stage(connection, table, mine, codes, read, number * PART_ROWS):
                runs += [(at[id(file)], count) for file, count in found]
                failures += failed
        except ingest.Refused as refused:
            return refused
        if places.is_url(place):
            with places.written(place, scratch) as into:
                _sort(connection, table, codes, read, into)
    return place, runs, failures, changed


def _fetched(file: CsvFile, raw: str, scratch: Path) -> CsvFile:
    """A raw file as one of this machine."""
    return replace(file, path=places.fetch(f"{raw}/{file.name}", scratch / "raw" / file.name)) if raw else file


def _sort(connection: duckdb.DuckDBPyConnection, table: Table, codes: Codes, read: Path, into: Path) -> None:
    """Figures as they are cut, so that who sorts a range fetches little more than that.

    For a folder that costs more than it saves: 6.5 s for a million rows, against 0.4 s for each range that reads them.
    """
    order = f" ORDER BY {', '.join(_CUT_BY)}" if table.name == "observations" else ""
    staged = f"FROM read_parquet({sql_text(str(read))})"
    publish.write_parquet(connection, staged + order, schemas.staged(table, codes.dimensions), into)


def sort_part(query: str, schema: pa.Schema, codes: Codes, staged: dict[str, list[str]], place: str) -> tuple[str, int]:
    """Sort and write one range on a worker: where it is, and its rows."""
    place = f"{place}-{uuid.uuid4().hex}.parquet"
    with tempfile.TemporaryDirectory(prefix="minsheng-") as folder, ingest.connect(Path(folder)) as connection:
        connection.register("sources", codes.tables["sources"])
        connection.register("no_receipts", schemas.staged(TABLES["receipts"]).empty_table())
        if places.is_url(place):
            connection.register_filesystem(places.system(place)[0])  # so no more of a part is fetched than is needed
        for name in ("receipts", "observations"):
            files = ", ".join(map(sql_text, staged.get(name, ())))
            view = receipts.view(connection, TABLES[name], f"[{files}]") if files else "FROM no_receipts"
            connection.execute(f"CREATE VIEW memory.{name} AS {view}")
        with places.written(place, Path(folder)) as into:
            rows = publish.write_parquet(connection, query, schema, into)
    return place, rows


def _ranges(connection: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    """Conditions that cut a table's order into ranges of about `SORT_ROWS` rows, in that order."""
    columns = ", ".join(map(quoted, _CUT_BY))
    sized = f"SELECT {columns}, count(*) AS n FROM memory.{table} GROUP BY {columns}"
    placed = f"SELECT *, (sum(n) OVER (ORDER BY {columns}) - n) // {SORT_ROWS} AS part FROM ({sized})"
    ends = f"SELECT min(({columns})), max(({columns})) FROM ({placed}) GROUP BY part ORDER BY part"
    return [_between(*row) for row in connection.execute(ends).fetchall()]


def _between(least: Sequence[str], most: Sequence[str]) -> str:
    """From the least to the most indicator, but for areas before the one's and behind the other's."""
    indicator, area = map(quoted, _CUT_BY)
    (one, first), (other, last) = (map(sql_text, end) for end in (least, most))
    before, behind = f"{indicator} = {one} AND {area} < {first}", f"{indicator} = {other} AND {area} > {last}"
    return f"{indicator} BETWEEN {one} AND {other} AND NOT ({before}) AND NOT ({behind})"


def _here(place: str, folder: Path) -> Path:
    """A part that a worker left, as a file of this machine."""
    return places.fetch(place, folder / place.rpartition("/")[2]) if places.is_url(place) else Path(place)


def _received(files: list[CsvFile], folder: Path, task: Any) -> Part:
    names = files[0].name if len(files) == 1 else f"{files[0].name} to {files[-1].name}"
    answer = _answer(task, f"stage {names}", files[0].path.parent, folder)
    if isinstance(answer, Exception):
        raise answer
    part: Part = answer
    return part


def _sorted(table: str, folder: Path, task: Any) -> tuple[str, int]:
    place, rows = _answer(task, f"sort {table}", folder)
    return place, rows


def _answer(task: Any, what: str, *folders: Path) -> Any:
    try:
        return task.result()
    except Exception as error:
        raise EngineError(
            f"the workers could not {what} ({type(error).__name__}: {error}): "
            f"do all of them see {' and '.join(map(str, folders))} under these names?"
        ) from error


@contextmanager
def connected(scheduler: str | None = None, raw: str = "", work: str = "") -> Iterator[Cluster]:
    """A cluster to stage with: the scheduler's, or one process for each core of this machine. Raises EngineError.

    `raw`, `work`: URLs of the raw data and of what workers make, where they are not folders that all of them see.
    """
    try:
        distributed: Any = import_module("distributed")
    except ImportError as error:
        raise EngineError("the engine dask is not installed: pip install 'minsheng[cluster]'") from error
    own = None if scheduler else distributed.LocalCluster(threads_per_worker=1, dashboard_address="127.0.0.1:0")
    try:
        with distributed.Client(own or scheduler, timeout=PATIENCE, set_as_default=False) as client:
            _check_workers(client)
            yield Cluster(client, raw.rstrip("/"), work)
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
