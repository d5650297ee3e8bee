"""Where the package's own files lie: in a checkout beside the package, in an installed wheel inside it."""

import json
from pathlib import Path
from typing import Any

NAME = "minsheng"
SDMX = Path("sdmx", "observations.csv")
"""Where a dataset's folder has its observations in SDMX-CSV."""
MANIFEST = "datapackage.json"

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


def shipped() -> Path:
    """Folder of the dataset that came with the package: inside a wheel, beside it in a checkout."""
    packaged = _PACKAGE / "_data" / "curated"
    return packaged if packaged.is_dir() else _CHECKOUT / "curated"
