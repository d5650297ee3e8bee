"""Whether a dataset's folder holds what its manifest declares: every file, every byte, every row, every type.

Needs the folder alone, not raw/. The database is not hashed, for its bytes differ at each build: it is compared.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline import csvfiles, database, paths
from pipeline.metadata.datapackage import TYPES

MEND = "build the dataset again, or fetch it again"


@dataclass(frozen=True, slots=True)
class Fault:
    """A file that is not what the manifest says."""

    file: str
    seen: str
    expected: str
    hint: str = MEND


def verify(folder: Path) -> list[Fault]:
    """What is wrong with a dataset; empty where it is whole. Raises FileNotFoundError where there is none."""
    package = paths.manifest(folder)
    named = {str(r["path"]): r for r in package["resources"]}
    found = [*_strangers(folder, set(named))]
    for name, resource in named.items():
        found += _resource(folder, name, resource)
    return found or list(_database(folder, package))


def _strangers(folder: Path, named: set[str]) -> Iterator[Fault]:
    there = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_symlink() or not p.is_dir()}
    for name in sorted(there - named - {paths.MANIFEST, database.FILE}):
        yield Fault(name, "a file that the manifest does not name", "none", "take it away")


def _resource(folder: Path, name: str, resource: dict[str, Any]) -> Iterator[Fault]:
    file = folder / name
    if PurePosixPath(name).is_absolute() or not file.resolve().is_relative_to(folder.resolve()):
        yield Fault(name, "a path that leaves the folder", "a path inside it")
    elif not file.is_file():
        yield Fault(name, "no such file", "a file")
    elif (size := file.stat().st_size) != resource["bytes"]:
        yield Fault(name, f"{size:,} bytes", f"{resource['bytes']:,} bytes")
    elif (seen := f"sha256:{csvfiles.sha256(file)}") != resource["hash"]:
        yield Fault(name, seen, resource["hash"])
    elif file.suffix == ".parquet":
        yield from _table(file, name, resource)


def _table(file: Path, name: str, resource: dict[str, Any]) -> Iterator[Fault]:
    """Hashed right and yet not as declared: a manifest that somebody changed."""
    try:
        with pq.ParquetFile(file) as parquet:
            rows, schema = parquet.metadata.num_rows, parquet.schema_arrow
    except (pa.ArrowInvalid, OSError) as error:
        yield Fault(name, f"no Parquet ({error})", "Parquet")
        return
    if rows != resource["rows"]:
        yield Fault(name, f"{rows:,} rows", f"{resource['rows']:,} rows")
    seen = [(f.name, TYPES.get(f.type, str(f.type))) for f in schema]
    expected = [(f["name"], f["type"]) for f in resource["schema"]["fields"]]
    if seen != expected:
        yield Fault(name, f"columns {seen}", f"columns {expected}")


def _database(folder: Path, package: dict[str, Any]) -> Iterator[Fault]:
    """The database, if it is there, holds the rows of the Parquet files, each as often."""
    file = folder / database.FILE
    if not file.is_file():
        yield Fault(file.name, "no such file", "a database")
        return
    try:
        with duckdb.connect(str(file), read_only=True) as connection:
            if (told := database.made_from(connection)) != (made := database.made(package)):
                yield Fault(file.name, f"made from {told or 'it does not say what'}", f"made from {made}")
            for resource in package["resources"]:
                if resource["path"].endswith(".parquet"):
                    yield from _same(connection, folder / resource["path"])
    except duckdb.Error as error:
        yield Fault(file.name, f"it cannot be read: {str(error).splitlines()[0]}", "a database")


def _same(connection: duckdb.DuckDBPyConnection, file: Path) -> Iterator[Fault]:
    table, parquet = database.quoted(file.stem), database.parquet(file)
    differ = connection.execute(f"""
        SELECT (SELECT count(*) FROM (FROM {table} EXCEPT ALL FROM {parquet})),
            (SELECT count(*) FROM (FROM {parquet} EXCEPT ALL FROM {table}))
    """).fetchone()
    assert differ is not None
    if any(differ):
        seen = f"table {file.stem} has {differ[0]:,} rows that {file.name} has not, and lacks {differ[1]:,} of its rows"
        yield Fault(database.FILE, seen, "the same rows")
