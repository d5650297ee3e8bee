"""Reading the dataset: a table as a data frame, or a connection with tables, views and macros."""

from pathlib import Path
from typing import TYPE_CHECKING

from pipeline import paths

if TYPE_CHECKING:
    import duckdb
    import pandas as pd


def load(name: str, folder: str | Path | None = None) -> "pd.DataFrame":
    """A table of the dataset, of a folder or a URL, as a data frame with Arrow types.

    Raises KeyError, naming the tables there are; for a URL FileNotFoundError and places.PlaceError.
    """
    import pandas as pd
    import pyarrow.parquet as pq

    from pipeline import places

    place = folder or paths.curated()
    with places.dataset(place, name) as home:
        known = paths.tables(home)
        if name not in known:
            raise KeyError(f"no table {name!r} in {place}; there are: {', '.join(known) or 'none, run minsheng build'}")
        frame: pd.DataFrame = pq.read_table(known[name]).to_pandas(types_mapper=pd.ArrowDtype)
    return frame


def connect(folder: str | Path | None = None) -> "duckdb.DuckDBPyConnection":
    """A connection with every table, view and macro, read-only where the folder has a database file.

    A URL's tables are fetched into memory. Raises FileNotFoundError where the folder or URL holds no dataset,
    places.PlaceError where the URL cannot be used.
    """
    import duckdb

    from pipeline import database, places

    if folder and places.is_url(folder):
        with places.dataset(folder) as home:
            return database.open_parquet(home)
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
