"""Build the dataset: stage, check, write aside, swap. The only writer of `curated/`."""

import json
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from pipeline import __version__, csvfiles, database, publish
from pipeline.findings import Finding, InvalidData, errors, finding
from pipeline.metadata import datapackage, dictionary, readme
from pipeline.schemas import TABLES
from pipeline.stage import Staged, stage

DATABASE = "minsheng.duckdb"

_ORDER = {
    "observations": "indicator_id, ref_area, period_start, period_end, {dimensions}source_id, figure_no",
    "passed_over": "source_id, char_start",
    "actions": "source_id, action_no",
    "parts": "whole, part, along NULLS FIRST",
    "derived_rules": "step, derived_id",
}
"""Sort order of tables that are not simply in order of their key."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a build wrote. `rows` by table, `themes` as (name, indicators, figures, actions)."""

    path: Path
    version: str
    rows: dict[str, int]
    files: list[dict[str, Any]]
    themes: list[tuple[str, int, int, int]]
    findings: list[Finding] = field(default_factory=list)
    seconds: float = 0.0


def build(raw: str | Path = "raw", out: str | Path = "curated", engine: str = "local") -> Manifest:
    """Build the dataset of `raw` into `out`, which keeps its old content until the new is whole.

    Raises InvalidData (with all findings) where the raw data has errors, publish.TargetError where `out` cannot be
    built into, ValueError for an engine that is not known.
    """
    if engine != "local":
        raise ValueError(f"engine {engine!r} is not known, expected 'local'")
    started = time.perf_counter()
    target = Path(out)
    with publish.building(target) as scratch:
        staged = stage(Path(raw), scratch)
        try:
            _stop_on_errors(staged.findings)
            built = scratch / "built"
            built.mkdir()
            rows = _write_tables(staged, built)
            themes = _write_database(staged, built, rows)
            _stop_on_errors(staged.findings)
            files = _write_manifest(staged, built, rows)
        finally:
            staged.connection.close()
        publish.swap(built, target)
    return Manifest(target, __version__, rows, files, themes, staged.findings, time.perf_counter() - started)


def check(raw: str | Path = "raw", documents: str | Path | None = None) -> list[Finding]:
    """Everything that is wrong with a raw folder; empty for clean data. Writes nothing there or anywhere that stays.

    `documents` is where the texts of bulletins lie.
    """
    with tempfile.TemporaryDirectory(prefix="minsheng-") as scratch:
        staged = stage(Path(raw), Path(scratch))
        with staged.connection:
            if staged.codes is not None and not errors(staged.findings):
                staged.connection.register("columns_staged", dictionary.table(staged.dimensions))
                staged.connection.execute("ATTACH ':memory:' AS minsheng; USE minsheng")
                database.fill(staged.connection, _staged_content(staged))
                staged.findings += _offenders(staged, staged.connection)
        return staged.findings


def _stop_on_errors(findings: list[Finding]) -> None:
    if errors(findings):
        raise InvalidData(findings)


def _select(staged: Staged, name: str, schema_names: list[str], origin: str) -> str:
    dimensions = "".join(f"{d}, " for d in staged.dimensions)
    key = ", ".join(TABLES[name].key) if name in TABLES else "table_name, column_name"
    order = _ORDER.get(name, key).format(dimensions=dimensions)
    return f"SELECT {', '.join(schema_names)} FROM {origin} ORDER BY {order}"


def _staged_content(staged: Staged) -> dict[str, str]:
    """Every published table as something that FROM takes, out of what is staged."""
    content = {}
    for name, schema in dictionary.published(staged.dimensions).items():
        origin = "memory.columns_staged" if name == dictionary.NAME else f"memory.{name}"
        content[name] = f"({_select(staged, name, schema.names, origin)})"
    return content


def _write_tables(staged: Staged, built: Path) -> dict[str, int]:
    rows = {}
    for name, schema in dictionary.published(staged.dimensions).items():
        path = built / f"{name}.parquet"
        if name == dictionary.NAME:
            table = dictionary.table(staged.dimensions)
            pq.write_table(table, path, compression="zstd")
            rows[name] = table.num_rows
        else:
            query = _select(staged, name, schema.names, name)
            rows[name] = publish.write_parquet(staged.connection, query, schema, path)
    return rows


def _write_database(staged: Staged, built: Path, rows: dict[str, int]) -> list[tuple[str, int, int, int]]:
    """The database, from the Parquet files just written; offenders of its checks go to the findings."""
    path = built / DATABASE
    database.create(path, {name: f"read_parquet({database.quoted(str(built / f'{name}.parquet'))})" for name in rows})
    with duckdb.connect(str(path), read_only=True) as connection:
        staged.findings += _offenders(staged, connection)
        return connection.execute(
            "SELECT name_en, indicators, figures, actions FROM by_theme ORDER BY figures DESC, name_en"
        ).fetchall()


def _offenders(staged: Staged, connection: duckdb.DuckDBPyConnection) -> Iterator[Finding]:
    for each in database.offenders(connection):
        rule = "check-idle" if each.idle else "check"
        file, line = _place(staged, each.observation_id) if each.observation_id else (f"sql/checks/{each.check}.sql", 0)
        seen = each.subject if each.idle else f"{each.subject}: {each.seen}"
        yield finding(rule, file, line, each.check, seen=seen, expected=each.expected, hint=each.hint)


def _place(staged: Staged, observation_id: str) -> tuple[str, int]:
    table = "memory.observations"
    found = staged.connection.execute(f'SELECT "row" FROM {table} WHERE observation_id = ?', [observation_id]).fetchone()
    file, place = staged.origins["observations"].place(found[0] if found else 0)
    return file.name, csvfiles.locate(file.path, [place])[place][0]


def _write_manifest(staged: Staged, built: Path, rows: dict[str, int]) -> list[dict[str, Any]]:
    """README and, last of all, the manifest; the database is left out, as its bytes differ from build to build."""
    assert staged.codes is not None
    published = dictionary.published(staged.dimensions)
    (built / "README.md").write_text(readme.render(published, rows, __version__), encoding="utf-8")
    paths = sorted(p for p in built.iterdir() if p.name != DATABASE)
    files = [
        {"path": p.name, "rows": rows.get(p.stem), "bytes": p.stat().st_size, "hash": f"sha256:{csvfiles.sha256(p)}"}
        for p in paths
    ]
    sources = sorted(staged.codes.tables["sources"].to_pylist(), key=lambda row: row["source_id"])
    package = datapackage.descriptor(files, published, sources, __version__)
    text = json.dumps(package, ensure_ascii=False, indent=2) + "\n"
    (built / publish.MANIFEST).write_text(text, encoding="utf-8")
    return files
