"""The dataset in formats that other programs read: CSV, JSON lines, a workbook, SDMX-CSV.

Rows are those of the Parquet files in their order, whatever database file lies beside them, and DuckDB writes the text
formats. In CSV a whole float keeps its point (400900.0): a reader that guesses types from the first rows then never
takes a column of measures for one of integers. Lines end as RFC 4180 says; null is an empty cell, an empty text "".
"""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from pipeline import access, paths, workbook
from pipeline.database import Row, dimensions, parquet, quoted, rows, sql_text
from pipeline.findings import nearest
from pipeline.workbook import Sheet

_COPY = {"csv": r"FORMAT csv, HEADER, NULL '', NEW_LINE '\r\n'", "jsonl": "FORMAT json"}
_BATCH = 10_000


class NotExported(Exception):
    """Nothing was written; the message says why, in one line."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written, and the number of rows of each table in it."""

    path: Path
    rows: dict[str, int]


def export(
    form: str,
    out: str | Path | None = None,
    wanted: Iterable[str] = (),
    folder: str | Path | None = None,
    *,
    force: bool = False,
) -> Exported:
    """Write tables (none wanted: all) as csv, jsonl, xlsx or sdmx-csv to a file or folder that is not there yet.

    csv and jsonl of one wanted table are a file, else a folder with a file for each. `force` replaces a file, or a
    folder that holds nothing but files as an export makes them. Raises NotExported; FileNotFoundError where there is
    no dataset; duckdb.Error where it cannot be read.
    """
    home, names = access.dataset(folder), list(dict.fromkeys(wanted))
    if form == "sdmx-csv":
        return _export_sdmx(home, Path(out or "minsheng-sdmx.csv"), names, force)
    is_file = form == "xlsx" or len(names) == 1
    with duckdb.connect() as connection:
        data = _Dataset(connection, home)
        known = data.dictionary()
        chosen = _chosen(names, known)
        target = _free(Path(out or _usual(form, names)), force, None if is_file else {f"{n}.{form}" for n in known})
        counts = {name: data.count(name, columns) for name, columns in chosen.items()}
        with _draft(target) as draft:
            if form == "xlsx":
                sheets = [Sheet(n, columns, counts[n], data.rows(n)) for n, columns in chosen.items()]
                workbook.write(draft, sheets, paths.manifest(home))
            else:
                data.copy({name: draft if is_file else draft / f"{name}.{form}" for name in chosen}, form)
    return Exported(target, counts)


@dataclass(frozen=True, slots=True)
class _Dataset:
    """The Parquet files of a folder."""

    connection: duckdb.DuckDBPyConnection
    home: Path

    def content(self, name: str) -> str:
        """A table's files, as FROM takes them."""
        return parquet(paths.table(self.home, name))

    def dictionary(self) -> dict[str, list[Row]]:
        """Every table's rows of the dictionary, in the dataset's order."""
        tables: dict[str, list[Row]] = {}
        for row in rows(self.connection, f"FROM {self.content('columns')}"):
            tables.setdefault(row["table_name"], []).append(row)
        return tables

    def count(self, name: str, columns: list[Row]) -> int:
        """A table's rows. Raises NotExported for a number that neither JSON nor a workbook can hold."""
        bad = " OR ".join(f"NOT isfinite({quoted(c['column_name'])})" for c in columns if c["type"] == "double")
        numbered = f"SELECT row_number() OVER () AS n, ({bad or 'false'}) AS bad FROM {self.content(name)}"
        [found] = rows(self.connection, f"SELECT count(*) AS rows, min(n) FILTER (bad) AS bad FROM ({numbered})")
        if found["bad"]:
            raise NotExported(f"{name}, row {found['bad']:,}: an infinite number, or none at all (NaN)")
        return int(found["rows"])

    def copy(self, files: dict[str, Path], form: str) -> None:
        for name, path in files.items():
            path.parent.mkdir(exist_ok=True)
            self.connection.execute(f"COPY (FROM {self.content(name)}) TO {sql_text(str(path))} ({_COPY[form]})")

    def rows(self, name: str) -> Iterator[tuple[Any, ...]]:
        result = self.connection.execute(f"FROM {self.content(name)}")
        while batch := result.fetchmany(_BATCH):
            yield from batch


def _export_sdmx(home: Path, out: Path, names: list[str], force: bool) -> Exported:
    """The file that the dataset has, or for one that is too large to have it, one made now."""
    if names:
        raise NotExported("sdmx-csv holds the observations and nothing else: leave --table out")
    target, origin = _free(out, force), home / paths.SDMX
    with _draft(target) as draft:
        if origin.is_file():
            shutil.copyfile(origin, draft)
        else:
            from pipeline.metadata import sdmx  # schemas take long to import, and few datasets are so large

            with duckdb.connect() as plain:
                columns = _Dataset(plain, home).dictionary().get("observations")
            if not columns:
                raise NotExported(f"the dataset in {home} has no observations")
            with access.connect(home) as connection:
                release = str(paths.manifest(home)["data_version"])
                sdmx.write_observations(connection, draft, dimensions(columns), release)
    return Exported(target, {})


def _chosen(names: list[str], known: dict[str, list[Row]]) -> dict[str, list[Row]]:
    for name in names:
        if name not in known:
            hint = nearest(name, known) or f"there are {', '.join(known)}"
            raise NotExported(f"there is no table {name!r}: {hint}")
    return {name: known[name] for name in names or known}


def _usual(form: str, names: list[str]) -> Path:
    if form == "xlsx":
        return Path("minsheng.xlsx")
    return Path(f"{names[0]}.{form}" if len(names) == 1 else f"minsheng-{form}")


def _free(out: Path, force: bool, ours: set[str] | None = None) -> Path:
    """The absolute target, where it may be written: a file, or with `ours` a folder that holds none but such names.

    Nothing is replaced without `force`, not even an earlier export: somebody may have worked in it since.
    """
    target = Path(os.path.abspath(out))
    try:
        there = target.is_symlink() or target.exists()
    except OSError as error:
        raise NotExported(f"{out} cannot be written: {error.strerror}") from error
    if there and (target.is_symlink() or not (target.is_file() if ours is None else target.is_dir())):
        raise NotExported(f"{out} is no {'file' if ours is None else 'folder'}: name another with --out")
    if Path.cwd().is_relative_to(target):
        raise NotExported(f"{out} holds the folder you are in: name another with --out")
    held = {p.name for p in target.iterdir()} if there and ours is not None else set()
    odd = {p.name for p in target.iterdir() if not p.is_file() or p.is_symlink()} if held else set()
    if strangers := sorted(held - (ours or set()) | odd):
        raise NotExported(f"{out} holds what no export makes ({strangers[0]}): name another folder with --out")
    if there and not force and (held or ours is None):
        raise NotExported(f"{out} is there already: name another with --out, or replace it with --force")
    return target


@contextlib.contextmanager
def _draft(target: Path) -> Iterator[Path]:
    """A path beside the target to write to; what stands there in the end takes the target's place at one stroke."""
    try:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".minsheng-") as scratch:
            draft = Path(scratch) / target.name
            yield draft
            if target.is_dir():
                from pipeline.publish import swap

                swap(draft, target)
            else:
                draft.replace(target)
    except workbook.NotHeld as error:
        raise NotExported(str(error)) from error
    except OSError as error:
        raise NotExported(f"{target} cannot be written: {error.strerror}") from error
