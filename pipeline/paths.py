"""Where the package's own files lie: in a checkout beside the package, in an installed wheel inside it."""

import json
from pathlib import Path
from typing import Any

NAME = "minsheng"
SDMX = Path("sdmx", "observations.csv")
"""Where a dataset's folder has its observations in SDMX-CSV."""
MANIFEST = "datapackage.json"
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
        package = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if package["name"] != NAME or not package["resources"]:
            raise FileNotFoundError(f"no dataset in {folder}: {MANIFEST} is not one of {NAME}'s")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise FileNotFoundError(f"no dataset in {folder}: {MANIFEST} cannot be read") from error
    except OSError as error:
        raise FileNotFoundError(f"no dataset in {folder}: run minsheng build first") from error
    return dict(package)


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
