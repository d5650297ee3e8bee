"""Whether a dataset's folder holds what its manifest declares: every file, every byte, every row, every type.

Needs the folder alone, not raw/. The database is not hashed, for its bytes differ at each build: it is compared.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path, PurePosixPath
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline import csvfiles, database, paths
from pipeline.database import FIELD_TYPES
from pipeline.paths import MANIFEST

MEND = "build the dataset again, or fetch it again"
_DICTIONARY = "columns.parquet"
_TRIES = 5
"""How often to begin anew where a build puts another dataset in place meanwhile."""
_NEEDED = {"bytes": int, "hash": str}
_NEEDED_OF_TABLES = {"rows": int, "schema": dict}

_SAFE: dict[str, str | bool | int | float | list[str]] = {"enable_external_access": "false"}
"""A database that somebody made may name files in its views."""

Resource = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Fault:
    """A file that is not what the manifest says."""

    file: str
    seen: str
    expected: str
    hint: str = MEND


def verify(folder: Path) -> list[Fault]:
    """What is wrong with a dataset; empty where it is whole. Raises FileNotFoundError where there is no manifest."""
    for _ in range(_TRIES):
        before = _manifest(folder)
        found = _verify(folder)
        if _manifest(folder) == before:
            return found
    return [
        Fault(MANIFEST, f"another manifest each time that it was read, {_TRIES} times", "one", "wait for the build")
    ]


def named(folder: Path) -> int:
    """How many files a dataset's manifest names; 0 where it cannot be read."""
    try:
        return len(paths.manifest(folder)["resources"])
    except FileNotFoundError:
        return 0


def _manifest(folder: Path) -> bytes:
    try:
        return paths.content(folder / MANIFEST, paths.MAX_MANIFEST)
    except FileNotFoundError as error:
        raise FileNotFoundError(f"no dataset in {folder}: {MANIFEST} is not there") from error
    except OSError:
        return b""  # what is the matter with it, reading it tells


def _verify(folder: Path) -> list[Fault]:
    try:
        package = paths.manifest(folder)
    except FileNotFoundError as error:
        return [Fault(MANIFEST, str(error), "the manifest of a build, whole")]
    declared, found = {}, []
    for number, resource in enumerate(package["resources"], 1):
        if lacking := _lacking(resource):
            found.append(Fault(MANIFEST, f"resource {number} without {lacking}", "path, bytes, hash; rows and schema"))
        else:
            declared[str(resource["path"])] = resource
    found += _twice(package["resources"])
    found += _strangers(folder, set(declared))
    for name, resource in declared.items():
        found += _resource(folder, name, resource)
    wrong = {f.file for f in found}
    tables = [name for name in declared if name.endswith(".parquet") and name not in wrong]
    return [*found, *_types(folder, tables), *_database(folder, package, tables)]


def _lacking(resource: object) -> str:
    """What a resource of the manifest does not say, or not in the form that it has."""
    if not isinstance(resource, dict) or not isinstance(resource.get("path"), str):
        return "path"
    needed = _NEEDED | (_NEEDED_OF_TABLES if resource["path"].endswith(".parquet") else {})
    return ", ".join(key for key, form in needed.items() if not isinstance(resource.get(key), form))


def _twice(resources: list[object]) -> Iterator[Fault]:
    names = Counter(str(r.get("path")) for r in resources if isinstance(r, dict))
    for name in (name for name, count in names.items() if count > 1):
        yield Fault(MANIFEST, f"{name} is named twice", "once")


def _strangers(folder: Path, named: set[str]) -> Iterator[Fault]:
    there = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_symlink() or not p.is_dir()}
    for name in sorted(there - named - {MANIFEST, database.FILE}):
        yield Fault(name, "a file that the manifest does not name", "none", "take it away")


def _resource(folder: Path, name: str, resource: Resource) -> Iterator[Fault]:
    file = folder / name
    if not _inside(folder, name):
        yield Fault(name, "a path that leaves the folder", "a path inside it")
    elif not file.is_file():
        yield Fault(name, "no such file", "a file")
    elif (size := file.stat().st_size) != resource["bytes"]:
        yield Fault(name, f"{size:,} bytes", f"{resource['bytes']:,} bytes")
    elif (seen := f"sha256:{csvfiles.sha256(file)}") != resource["hash"]:
        yield Fault(name, seen, resource["hash"])
    elif file.suffix == ".parquet":
        yield from _table(file, name, resource)


def _inside(folder: Path, name: str) -> bool:
    try:
        return not PurePosixPath(name).is_absolute() and (folder / name).resolve().is_relative_to(folder.resolve())
    except (OSError, ValueError, RuntimeError):  # a NUL, a name too long, links in a circle
        return False


def _table(file: Path, name: str, resource: Resource) -> Iterator[Fault]:
    """Hashed right and yet not as declared: a manifest that somebody changed."""
    try:
        rows, schema = _footer(file)
    except (pa.ArrowException, OSError) as error:
        yield Fault(name, f"no Parquet ({error})", "Parquet")
        return
    if rows != resource["rows"]:
        yield Fault(name, f"{rows:,} rows", f"{resource['rows']:,} rows")
    seen = [{"name": f.name, "type": FIELD_TYPES.get(str(f.type), str(f.type))} for f in schema]
    fields = resource["schema"].get("fields")
    expected = [f if not isinstance(f, dict) else {k: f.get(k) for k in ("name", "type")} for f in fields or []]
    if seen != expected:
        yield _columns(name, seen, expected)


def _footer(file: Path) -> tuple[int, pa.Schema]:
    with pq.ParquetFile(file) as parquet:
        return parquet.metadata.num_rows, parquet.schema_arrow


def _columns(name: str, seen: list[Any], expected: list[Any]) -> Fault:
    """The first column that differs."""
    one, other = next((a, b) for a, b in zip_longest(seen, expected) if a != b)
    return Fault(name, f"column {one or 'missing'}", f"{other or 'no such column'}")


def _types(folder: Path, tables: list[str]) -> Iterator[Fault]:
    """Widths and nullability, of which the manifest does not speak, are those of the dictionary."""
    if _DICTIONARY not in tables:
        return
    declared: dict[str, list[Any]] = {}
    keys = ("column_name", "type", "nullable")
    for row in pq.read_table(folder / _DICTIONARY).to_pylist():
        declared.setdefault(str(row.get("table_name")), []).append({key: row.get(key) for key in keys})
    for name in tables:
        schema = _footer(folder / name)[1]
        seen = [dict(zip(keys, (f.name, str(f.type), f.nullable), strict=True)) for f in schema]
        if seen != (expected := declared.get(paths.table_of(name), [])):
            yield _columns(name, seen, expected)


def _database(folder: Path, package: dict[str, Any], tables: list[str]) -> Iterator[Fault]:
    """The database, where there is one, is of this dataset and holds the rows of its Parquet files."""
    file = folder / database.FILE
    if not file.exists():
        return
    try:
        with duckdb.connect(str(file), read_only=True, config=_SAFE) as held, duckdb.connect() as files:
            if (told := database.made_from(held)) != (made := database.made(package)):
                yield Fault(file.name, f"made from {told or 'it does not say what'}", f"made from {made}")
            expected = {name: database.parquet(files) for name, files in _by_table(folder, tables).items()}
            stored = {name for (name,) in held.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
            for name in sorted(stored - set(expected)):
                _sums(held, database.quoted(name))  # read to its end: a torn file is told
            for name, parquet in expected.items():
                yield from _differing(name, _sums(held, database.quoted(name)), _sums(files, parquet))
    except duckdb.Error as error:
        yield Fault(file.name, f"it cannot be read: {str(error).splitlines()[0]}", "a database")


def _by_table(folder: Path, names: list[str]) -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = {}
    for name in sorted(names):
        found.setdefault(paths.table_of(name), []).append(folder / name)
    return found


def _sums(connection: duckdb.DuckDBPyConnection, content: str) -> dict[str, Any]:
    """A sum of hashes for each column, for whole rows, and their count: equal where the rows are, in any order."""
    described = connection.execute(f"FROM {content} LIMIT 0").description or []
    columns = {name: database.quoted(name) for name, *_ in described}
    sums = [f"sum(hash({column}))" for column in columns.values()]
    result = connection.execute(
        f"SELECT count(*), sum(hash({', '.join(columns.values())})), {', '.join(sums)} FROM {content}"
    )
    [(rows, whole, *each)] = result.fetchall()
    kinds = [str(kind) for _, kind, *_ in described]
    return {"rows": rows, "whole": whole} | dict(zip(columns, zip(kinds, each, strict=True), strict=True))


def _differing(table: str, seen: dict[str, Any], expected: dict[str, Any]) -> Iterator[Fault]:
    if seen == expected:
        return
    columns = [c for c in seen | expected if c not in ("rows", "whole") and seen.get(c) != expected.get(c)]
    what = f"other values in {', '.join(columns)}" if columns else "the same values in other rows"
    words = f"table {table}: {seen['rows']:,} rows, {what}"
    yield Fault(database.FILE, words, f"the {expected['rows']:,} rows of {table}.parquet")
