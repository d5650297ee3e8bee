"""Where the package's own files lie: in a checkout beside the package, in an installed wheel inside it."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = _PACKAGE.parent


def sql() -> Path:
    """Folder of macros, views and checks."""
    packaged = _PACKAGE / "_data" / "sql"
    return packaged if packaged.is_dir() else _CHECKOUT / "sql"


def curated() -> Path:
    """Folder of the dataset: `curated/` here, else that of the checkout."""
    here = Path("curated")
    return here if (here / "datapackage.json").is_file() else _CHECKOUT / "curated"
