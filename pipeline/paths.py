"""Where the package's own files lie: in a checkout beside the package, in an installed wheel inside it."""

import errno
import json
import os
import stat
from pathlib import Path
from typing import Any

NAME = "minsheng"
SDMX = Path("sdmx", "observations.csv")
"""Where a dataset's folder has its observations in SDMX-CSV."""
MANIFEST = "datapackage.json"
MAX_MANIFEST = 100_000_000
PART = "part-"
"""Begins the name of each Parquet file of a table that has more than one, in a folder named after the table."""

_PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = _PACKAGE.parent


def sql() -> Path:
    """Folder of macros, views and checks."""
    packaged = _PACKAGE / "_data" / "sql"
    return packaged if packaged.is_dir() else _CHECKOUT / "sql"


def curated() -> Path:
    """Folder of the dataset: `curated/` here, else the one that came with the package."""
    here = Path("curated")
    try:
        return here if manifest(here) else shipped()
    except FileNotFoundError:
        return shipped()


def manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a dataset. Raises FileNotFoundError where the folder holds none of ours, or one that is torn."""
    try:
        package = json.loads(content(folder / MANIFEST, MAX_MANIFEST))
        if package["name"] != NAME or not package["resources"]:
            raise FileNotFoundError(f"no dataset in {folder}: {MANIFEST} is not one of {NAME}'s")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise FileNotFoundError(f"no dataset in {folder}: {MANIFEST} cannot be read") from error
    except OSError as error:
        raise FileNotFoundError(f"no dataset in {folder}: run minsheng build first") from error
    if odd := next((file for file in folder.iterdir() if _never_ends(file)), None):
        raise FileNotFoundError(f"no dataset in {folder}: {odd.name} is no regular file")
    return dict(package)


def _never_ends(file: Path) -> bool:
    """True for a pipe, a device and their like, which a reader would wait for."""
    try:
        mode = file.stat().st_mode
    except OSError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def table_of(file: str) -> str:
    """The table that a Parquet file of a manifest holds: the file's name, or for a part its folder's."""
    return file.partition("/")[0].removesuffix(".parquet")


def table(folder: Path, name: str) -> list[Path]:
    """The files of a dataset's table: one, or in their order the parts that the manifest names."""
    one = folder / f"{name}.parquet"
    if one.is_file():
        return [one]
    try:
        named = [str(resource["path"]) for resource in manifest(folder)["resources"]]
    except (FileNotFoundError, KeyError, TypeError):
        return [one]
    return [folder / path for path in sorted(named) if path.startswith(f"{name}/{PART}")] or [one]


def tables(folder: Path) -> dict[str, list[Path]]:
    """The files of each table that a folder holds."""
    names = {path.stem for path in folder.glob("*.parquet")} | {path.parent.name for path in folder.glob(f"*/{PART}*")}
    return {name: table(folder, name) for name in sorted(names)}


def shipped() -> Path:
    """Folder of the dataset that came with the package: inside a wheel, beside it in a checkout."""
    packaged = _PACKAGE / "_data" / "curated"
    return packaged if packaged.is_dir() else _CHECKOUT / "curated"


def content(path: Path, most: int) -> bytes:
    """A small file's bytes. Raises OSError where it is no regular file, at once, or holds more than `most` bytes."""
    with open(path, "rb", opener=lambda name, flags: os.open(name, flags | getattr(os, "O_NONBLOCK", 0))) as stream:
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            raise OSError(errno.EINVAL, "this is no regular file", str(path))
        found = stream.read(most + 1)
    if len(found) > most:
        raise OSError(errno.EFBIG, f"it has more than {most:,} bytes", str(path))
    return found
