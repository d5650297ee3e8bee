"""Reading the dataset: a table as a data frame, or a connection with tables, views and macros."""

from pathlib import Path
from typing import TYPE_CHECKING

from pipeline import paths

if TYPE_CHECKING:
    import duckdb
    import pandas as pd


def load(name: str, folder: str | Path | None = None) -> "pd.DataFrame":
    """A table of the dataset as a data frame with Arrow types. Raises KeyError, naming the tables there are."""
    import pandas as pd

    home = Path(folder) if folder else paths.curated()
    known = sorted(f.stem for f in home.glob("*.parquet"))
    if name not in known:
        raise KeyError(f"no table {name!r} in {home}; there are: {', '.join(known) or 'none, run minsheng build'}")
    return pd.read_parquet(home / f"{name}.parquet", dtype_backend="pyarrow")


def connect(folder: str | Path | None = None) -> "duckdb.DuckDBPyConnection":
    """A connection with every table, view and macro, read-only where the folder has a database file.

    Raises FileNotFoundError where the folder holds no dataset.
    """
    import duckdb

    from pipeline import database

    home = dataset(folder)
    if (file := home / database.FILE).is_file():
        connection = duckdb.connect(str(file), read_only=True)
        if database.made_from(connection) == database.made(paths.manifest(home)):
            return connection
        connection.close()  # of another build than the files beside it, which count
    return database.open_parquet(home)


def dataset(folder: str | Path | None = None) -> Path:
    """The folder of the dataset. Raises FileNotFoundError where it holds none."""
    home = Path(folder) if folder else paths.curated()
    paths.manifest(home)
    return home
