"""What the page shows: the answers of `queries/`, one table a file, and the dataset's own files to download."""

import base64
import gzip
import json
from pathlib import Path
from typing import Any

import duckdb

from pipeline import access, paths

_HOME = Path(__file__).parent
FILES = ("observations.parquet", "observations.csv")
"""What a reader of the page may want to take away: the figures, and the same with names."""
EMBEDDED = 1_000_000
"""Bytes up to which these files are part of the page; larger ones lie beside it."""


def content(folder: Path) -> dict[str, Any]:
    """Tables by name, the version, and the files that are small enough to be embedded."""
    with access.connect(folder) as connection:
        tables = {file.stem: _table(connection, file) for file in sorted((_HOME / "queries").glob("*.sql"))}
    package = paths.manifest(folder)
    return {
        "tables": tables,
        "about": {key: package.get(key) for key in ("title", "version", "minsheng_version", "data_version")},
        "keying_errors": json.loads((_HOME / "keying_errors.json").read_text(encoding="utf-8")),
        "downloads": downloads(folder),
        "files": {name: _embedded(folder / name) for name in downloads(folder) if are_embedded(folder)},
    }


def downloads(folder: Path) -> list[str]:
    """Those of the files that the dataset has: one of more figures than a spreadsheet holds has no CSV."""
    return [name for name in FILES if (folder / name).is_file()]


def are_embedded(folder: Path) -> bool:
    """True where the files to download are small enough to lie in the page."""
    return sum((folder / name).stat().st_size for name in downloads(folder)) <= EMBEDDED


def _table(connection: duckdb.DuckDBPyConnection, file: Path) -> dict[str, Any]:
    """A query's answer with the names of its columns said once."""
    result = connection.execute(file.read_text(encoding="utf-8"))
    return {"columns": [column[0] for column in result.description or []], "rows": result.fetchall()}


def _embedded(file: Path) -> str:
    return base64.b64encode(gzip.compress(file.read_bytes(), mtime=0)).decode()
