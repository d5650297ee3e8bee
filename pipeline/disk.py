"""Room on the disk of a build's target: how much a build takes, and what it says where the disk refuses."""

import contextlib
import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_DISK = (*_NO_ROOM, errno.EIO, errno.EROFS)
_LEAST, _FACTOR = 8_000_000, 7
"""Room that a build takes beside its target at its fullest, in bytes: at least, and for each byte of raw CSV.

Measured: 5.6 MB for 0.15 MB of CSV, 49 MB for 6.5 MB, 209 MB for 31 MB, most of it `observations.csv`.
"""


class TargetError(Exception):
    """The target cannot be built into: another build runs, it is not ours, it cannot be written, the disk is full."""


def room(raw: Path) -> int:
    """How many bytes a build of a raw folder will take beside its target, about."""
    total = 0
    for file in raw.rglob("*.csv"):
        with contextlib.suppress(OSError):
            total += file.stat().st_size
    return _LEAST + _FACTOR * total


def check(target: Path, room: int) -> None:
    """Raise TargetError where less is free beside the target; a disk that tells no size is let pass."""
    disk = shutil.disk_usage(target.parent)
    if disk.total and disk.free < room:
        raise TargetError(_no_room(target, room, f"only {_size(disk.free)} are free"))


@contextlib.contextmanager
def telling(target: Path, room: int) -> Iterator[None]:
    """Whatever the disk refuses becomes a TargetError, told by whichever library; other errors pass."""
    try:
        yield
    except (OSError, duckdb.Error) as error:
        reason = _told_by_the_disk(error)
        if reason in map(os.strerror, _NO_ROOM):
            free = f"{_size(shutil.disk_usage(target.parent).free)} are free without its unfinished files"
            raise TargetError(_no_room(target, room, f"{reason.lower()}; {free}")) from error
        if reason or _is_ours(error, target):
            words = reason or (isinstance(error, OSError) and error.strerror) or error
            raise TargetError(f"{target} cannot be written: {words}; what it held is whole") from error
        raise


def _told_by_the_disk(error: BaseException | None) -> str:
    """What the disk said first, in the system's words, or nothing: DuckDB puts it into its own messages."""
    while error:
        for code in _DISK:
            if getattr(error, "errno", 0) == code or (
                isinstance(error, duckdb.Error) and os.strerror(code) in str(error)
            ):
                return os.strerror(code)
        if isinstance(error, duckdb.Error) and "max_temp_directory_size" in str(error):
            return os.strerror(errno.ENOSPC)  # DuckDB keeps a tenth of the disk free of what it sorts
        error = error.__cause__ or error.__context__
    return ""


def _is_ours(error: Exception, target: Path) -> bool:
    """True for an error that names the target or a scratch folder of its builds."""
    mine = (str(target), str(target.parent / f".{target.name}.build-"))
    return isinstance(error, OSError) and str(error.filename).startswith(mine)


def _no_room(target: Path, room: int, seen: str) -> str:
    needed = f"a build of this raw data needs about {_size(room)} there" if room else "a build needs more"
    return (
        f"no room in {target.parent}: {seen}, and {needed}: "
        f"make room, or name a folder elsewhere with --out; what {target.name} held is whole"
    )


def _size(count: int) -> str:
    return f"{count / 1e6:,.1f} MB"
