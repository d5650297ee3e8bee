"""Where the package's own files lie: in a checkout beside the package, in an installed wheel inside it."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = _PACKAGE.parent


def sql() -> Path:
    """Folder of macros, views and checks."""
    packaged = _PACKAGE / "_data" / "sql"
    return packaged if packaged.is_dir() else _CHECKOUT / "sql"


def curated() -> Path:
    """Folder of the dataset: `curated/` here, else the one that came with the package."""
    here = Path("curated")
    return here if (here / "datapackage.json").is_file() else shipped()


def shipped() -> Path:
    """Folder of the dataset that came with the package: inside a wheel, beside it in a checkout."""
    packaged = _PACKAGE / "_data" / "curated"
    return packaged if packaged.is_dir() else _CHECKOUT / "curated"
