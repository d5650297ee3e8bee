"""Writing a dataset's files and putting them in place at one stroke.

A build writes into a folder beside its target and swaps the two; whoever is killed before leaves the target as it was.
Left-overs of killed builds are swept by the next one, which holds the lock.
"""

import contextlib
import ctypes
import errno
import glob
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import filelock
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline import database, disk
from pipeline.disk import TargetError as TargetError
from pipeline.engines.flow import ahead
from pipeline.paths import MANIFEST, MAX_MANIFEST, NAME, content

DATABASE = database.FILE
ROW_GROUP = 122_880
"""Rows in a Parquet row group: DuckDB's own size, best for its scans."""

_RENAME_EXCHANGE = 2
_AT_FDCWD = -100
_OLD = "-old"
"""Ends the name of what `swap` has taken out of the target's place but not yet put away."""

_CANNOT_SYNC = {errno.EINVAL, errno.EBADF, errno.EACCES, errno.EISDIR, errno.ENOSYS, errno.ENOTSUP}
"""What systems and file systems say that cannot flush a folder, or a file opened for reading; no fault of the disk."""


@contextlib.contextmanager
def building(target: Path, room: int = 0) -> Iterator[Path]:
    """A scratch folder beside the target, on its file system, under the target's lock.

    Raises TargetError where there is less than `room` bytes, and for whatever the disk refuses until the end.
    """
    lock = _locked(target)
    try:
        with disk.telling(target, room):
            _sweep(target)
            disk.check(target, room)
            scratch = Path(tempfile.mkdtemp(prefix=f".{target.name}.build-", dir=target.parent))
            try:
                yield scratch
            finally:
                shutil.rmtree(scratch, ignore_errors=True)
    finally:
        lock.release()


def _sweep(target: Path) -> None:
    """Take away what killed builds left; one killed between the two renames of `swap` left the only dataset there."""
    left_overs = [*target.parent.glob(f".{glob.escape(target.name)}.build-*")]
    for left_over in left_overs:
        for old in left_over.glob(f"*{_OLD}"):
            if not target.exists():
                old.rename(target)
                _sync(target.parent)
    for left_over in left_overs:
        shutil.rmtree(left_over, ignore_errors=True)


def _locked(target: Path) -> filelock.BaseFileLock:
    lock = filelock.FileLock(target.parent / f".{target.name}.lock", timeout=0)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if not os.access(target.parent, os.W_OK):
            raise TargetError(f"{target.parent} cannot be written")
        lock.acquire()
    except filelock.Timeout as error:
        raise TargetError(f"another build is writing to {target}: wait until it is done") from error
    except OSError as error:
        raise TargetError(f"{target.parent} cannot be written: {error.strerror}") from error
    return lock


def why_not(target: Path) -> str:
    """Why a build may not replace a folder, or nothing: it must be empty, or hold only what a build made."""
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        return f"{target} is no folder: name one that a build may replace"
    if Path.cwd().is_relative_to(target):
        return f"{target} holds the folder you are in, and a build would replace it: name another"
    there = {p.relative_to(target).as_posix() for p in target.rglob("*") if not p.is_dir() or p.is_symlink()}
    if strangers := sorted(there - _made_by_a_build(target)):
        names = ", ".join(strangers[:3]) + (" …" if len(strangers) > 3 else "")
        return f"{target} holds what no build made ({names}): move it, or name another folder"
    return ""


def _made_by_a_build(target: Path) -> set[str]:
    """Names of the files that the manifest in a folder lists, if it is one of ours."""
    try:
        package = json.loads(content(target / MANIFEST, MAX_MANIFEST))
        if package["name"] != NAME:
            return set()
        return {r["path"] for r in package["resources"]} | {MANIFEST, DATABASE}
    except (OSError, ValueError, KeyError, TypeError):
        return set()


def write_parquet(connection: duckdb.DuckDBPyConnection, query: str, schema: pa.Schema, path: Path) -> int:
    """Write a query's rows in its order, with the schema's metadata; the number of rows."""
    reader = connection.sql(query).to_arrow_reader(ROW_GROUP)
    rows, waiting = 0, pa.Table.from_batches([], reader.schema)
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for batch in ahead(reader):  # the sort goes on while a batch is compressed
            rows += batch.num_rows
            waiting = pa.concat_tables([waiting, pa.Table.from_batches([batch])])
            while waiting.num_rows >= ROW_GROUP:
                writer.write_table(_typed(waiting.slice(0, ROW_GROUP), schema), row_group_size=ROW_GROUP)
                waiting = waiting.slice(ROW_GROUP)
        if waiting.num_rows or not rows:
            writer.write_table(_typed(waiting, schema), row_group_size=ROW_GROUP)
    return rows


def write_list(table: pa.Table, order: list[tuple[str, str]], schema: pa.Schema, path: Path) -> int:
    """Write a table that is in memory anyway, sorted, with the schema's metadata; the number of rows."""
    ordered = table.sort_by(order) if order else table
    pq.write_table(_typed(ordered.select(schema.names), schema), path, compression="zstd", row_group_size=ROW_GROUP)
    return int(table.num_rows)


def _typed(table: pa.Table, schema: pa.Schema) -> pa.Table:
    return table.cast(pa.schema([f.with_nullable(True) for f in schema])).cast(schema)


def swap(built: Path, target: Path) -> None:
    """Put the built folder in the target's place; what was there ends up in `built`."""
    for path in [*built.rglob("*"), built]:
        _sync(path)
    if not target.exists():
        built.rename(target)
    elif not _exchange(built, target):
        _replace(built, target)
    _sync(target.parent)


def _replace(built: Path, target: Path) -> None:
    """Swap by renaming. Killed before the second rename, it leaves no target: the next build puts the old one back."""
    old = built.with_name(f"{built.name}{_OLD}")
    try:
        target.rename(old)
        built.rename(target)
    except BaseException:
        if not target.exists():
            old.rename(target)
        raise
    old.rename(built)


def _sync(path: Path) -> None:
    """Flush a file, or a folder's names, to the disk. Raises OSError where the disk says that it did not keep them."""
    try:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        if error.errno not in _CANNOT_SYNC:
            raise


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two folders atomically; False where the system cannot (Linux can, by renameat2)."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    failed = rename(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE)
    return bool(failed == 0)
