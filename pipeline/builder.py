"""Build the dataset: stage, check, write aside, swap. The only writer of `curated/`."""

import json
import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from pipeline import __version__, csvfiles, database, disk, places, publish, schemas, stage
from pipeline.database import Offender, quoted
from pipeline.engines import local
from pipeline.evidence import texts
from pipeline.findings import Finding, InvalidData, any_errors, finding
from pipeline.metadata import croissant, datapackage, dictionary, flat, readme, sdmx
from pipeline.paths import MANIFEST, PART, SDMX
from pipeline.schemas import PUBLISHED, TABLES
from pipeline.stage import Staged, Told, silent

BUILT = "built"
ENGINES = ("local", "dask")
Theme = tuple[str, int, int, int]
"""Name, indicators, figures, actions."""

_ORDER = {
    "observations": [
        "indicator_id",
        "ref_area",
        "period_start",
        "period_end",
        "{dimensions}",
        "source_id",
        "figure_no",
    ],
    "actions": ["source_id", "action_no"],
    "derived_rules": ["step", "derived_id"],
}
"""Sort order of tables that are not simply in order of their key."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a build wrote: the data's version, rows by table, files with size and hash, a summary by theme, warnings."""

    path: Path | str
    version: str
    rows: dict[str, int]
    files: list[dict[str, Any]]
    themes: list[Theme]
    findings: Sequence[Finding] = ()
    seconds: float = 0.0
    timings: dict[str, float] = field(default_factory=dict)
    """Seconds by step; steps that run side by side overlap."""


def build(
    raw: str | Path = "raw",
    out: str | Path = "curated",
    engine: str = "local",
    told: Told = silent,
    scheduler: str | None = None,
) -> Manifest:
    """Build the dataset of `raw` into `out`, which keeps its old content until the new is whole. Both may be URLs.

    `told` hears how far it is: step, rows done, rows in all. The engine `dask` reads, validates and sorts on the
    workers of `scheduler`, else on processes of this machine; all of them reach `raw` and the folder around `out` under
    the same names.

    Raises InvalidData (with all findings) where the raw data has errors, publish.TargetError where `out` cannot be
    built into, places.PlaceError where a URL cannot be used, ValueError for an engine that is not known,
    engines.cluster.EngineError where a cluster cannot be used.
    """
    if engine not in ENGINES:
        raise ValueError(f"engine {engine!r} is not known, expected {' or '.join(map(repr, ENGINES))}")
    if scheduler and engine != "dask":
        raise ValueError(f"engine {engine!r} has no scheduler: it is for 'dask'")
    started = time.perf_counter()
    if any(places.is_url(place) and _holds(*pair) for place in (raw, out) for pair in ((raw, out), (out, raw))):
        raise publish.TargetError(f"{raw} and {out} lie in one another: name a URL beside")
    with (
        places.raw(raw) as source,
        places.target(out) as (target, work),
        _engine(engine, scheduler, str(raw) if places.is_url(raw) else "", work) as runs,
    ):
        built = _build(Path(os.path.abspath(source)), Path(os.path.abspath(target)), told, runs)
    return replace(built, path=out if places.is_url(out) else Path(out), seconds=time.perf_counter() - started)


def _build(source: Path, target: Path, told: Told, runs: stage.Engine) -> Manifest:
    """Build one folder of this machine into another."""
    with disk.telling(target, 0):
        reason = _why_not(source, target)
    if reason:
        _stop_on_errors(check(source))  # what is wrong with the data is told first
        raise publish.TargetError(reason)
    clock = Clock()
    with publish.building(target, disk.room(source)) as scratch:
        with clock("scan"):
            staged = stage.read_lists(source, scratch)
        with staged.connection:
            rows, themes = _check_and_write(staged, texts.folder(source), scratch / BUILT, told, clock, runs)
            with clock("manifest"):
                files = _write_manifest(staged, scratch / BUILT, rows)
        if reason := publish.why_not(target):  # somebody put a file there meanwhile
            raise publish.TargetError(reason)
        with clock("publish"):
            publish.swap(scratch / BUILT, target)
    return Manifest(target, staged.version, rows, files, themes, staged.findings, timings=clock.seconds)


@contextmanager
def _engine(engine: str, scheduler: str | None, raw: str, work: str) -> Iterator[stage.Engine]:
    """What stages sheets and writes tables: this process, or a cluster for as long as it is needed."""
    if engine == "local":
        yield local
        return
    from pipeline.engines import cluster  # and with it what only a cluster needs

    with cluster.connected(scheduler, raw, work) as found:
        yield found


class Clock:
    """Seconds by step."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, step: str) -> Iterator[None]:
        started = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[step] = self.seconds.get(step, 0.0) + time.perf_counter() - started


def _holds(outer: str | Path, inner: str | Path) -> bool:
    return f"{inner}/".startswith(f"{outer}".rstrip("/") + "/")


def _why_not(source: Path, target: Path) -> str:
    if target.is_relative_to(source) or source.is_relative_to(target):
        return f"{target} and {source} lie in one another: name a folder beside"
    return publish.why_not(target)


def _check_and_write(
    staged: Staged, documents: Path, built: Path, told: Told, clock: Clock, engine: stage.Engine
) -> tuple[dict[str, int], list[Theme]]:
    """Write tables and database while rows and rules are being checked; raises InvalidData where there are errors.

    Writing leaves the interpreter free, which checking needs: side by side they take little longer than one of them.
    """
    built.mkdir()
    with staged.connection.cursor() as connection, ThreadPoolExecutor(1) as writer:
        defined = writer.submit(_define, connection, staged, built) if staged.codes else None
        with clock("read and validate"):
            stage.read_sheets(staged, told, engine)
        sound = not any_errors(staged.findings)
        written = writer.submit(_write, connection, staged, built, told, clock, engine) if sound else None
        with clock("uniqueness and references"):
            stage.examine(staged, documents, trust_proofs=True)
        _stop_on_errors(staged.findings)
        assert defined is not None
        assert written is not None
        defined.result()
        rows, themes, offenders = written.result()
    staged.findings += _offender_findings(staged, offenders)
    _stop_on_errors(staged.findings)
    return rows, themes


def _define(connection: duckdb.DuckDBPyConnection, staged: Staged, built: Path) -> None:
    database.create(connection, built / publish.DATABASE, dictionary.table(staged.dimensions).to_pylist())
    database.mark(connection, _made_from(staged))


def _write(
    connection: duckdb.DuckDBPyConnection, staged: Staged, built: Path, told: Told, clock: Clock, engine: stage.Engine
) -> tuple[dict[str, int], list[Theme], list[Offender]]:
    """Tables and database rows; counts by table, a summary by theme, and what the checks selected."""
    with clock("sort and write"):
        rows = _write_tables(connection, staged, built, told, engine)
    told("database", 0, 0)
    with clock("database"):
        files = {name: sorted(built.glob(f"{name}/{PART}*")) or [built / f"{name}.parquet"] for name in rows}
        database.fill(connection, {name: database.parquet(each) for name, each in files.items()})
    with clock("csv and sdmx"):
        sdmx.write(connection, built, staged.dimensions, staged.version)
        if rows["observations"] <= flat.ROOM:
            flat.write(connection, built)
            sdmx.write_observations(connection, built / SDMX, staged.dimensions, staged.version)
    told("checks", 0, 0)
    with clock("checks"):
        themes, offenders = _themes(connection), _offenders(connection)
    connection.execute("USE memory; DETACH minsheng")
    return rows, themes, offenders


def _offenders(connection: duckdb.DuckDBPyConnection) -> list[Offender]:
    found = list(database.offenders(connection))
    if not found:
        return found
    from pipeline import blame  # whom to blame is worked out only where something is wrong

    return blame.named(connection, found)


def _themes(connection: duckdb.DuckDBPyConnection) -> list[Theme]:
    return connection.execute("""
        SELECT t.name_en, count(DISTINCT i.indicator_id), count(o.observation_id),
            (SELECT count(*) FROM actions a WHERE a.theme_id = t.theme_id)
        FROM themes t LEFT JOIN indicators i USING (theme_id) LEFT JOIN observations o USING (indicator_id)
        GROUP BY t.theme_id, t.name_en ORDER BY 3 DESC, 1
    """).fetchall()


def check(raw: str | Path = "raw", documents: str | Path | None = None) -> list[Finding]:
    """Everything that is wrong with a raw folder; empty for clean data. Writes nothing there or anywhere that stays.

    `documents` is where the texts of bulletins lie (else $MINSHENG_DOCUMENTS, else `documents` in the raw folder):
    every entry of a source whose text is there is compared with it, character by character.
    """
    return list(examined(raw, documents))


def examined(raw: str | Path, documents: str | Path | None = None, told: Told = silent) -> Sequence[Finding]:
    """What `check` tells, however much it is: past the first thousands, findings wait in a file."""
    with stage.opened(Path(raw), documents, told) as staged:
        if staged.codes is not None and not any_errors(staged.findings):
            connection = staged.connection
            database.create(connection, None, dictionary.table(staged.dimensions).to_pylist())
            database.fill(connection, {t.name: f"({_select(t.name, staged.dimensions)})" for t in PUBLISHED})
            staged.findings += _offender_findings(staged, _offenders(connection))
        return staged.findings


def _stop_on_errors(findings: Sequence[Finding]) -> None:
    if any_errors(findings):
        raise InvalidData(findings)


def _made_from(staged: Staged) -> dict[str, str]:
    """What a dataset is made from: versions of code and data, and one hash of all raw files."""
    return {"minsheng_version": __version__, "data_version": staged.version, "raw_sha256": staged.inputs_sha256}


def _order(name: str, dimensions: tuple[str, ...]) -> list[str]:
    columns = _ORDER.get(name, TABLES[name].key)
    return [c for column in columns for c in (dimensions if column == "{dimensions}" else (column,))]


def _select(name: str, dimensions: tuple[str, ...]) -> str:
    """A staged table's published columns in published order."""
    columns = schemas.names(TABLES[name], "published", dimensions)
    order = map(quoted, _order(name, dimensions))
    return f"SELECT {', '.join(map(quoted, columns))} FROM memory.{name} ORDER BY {', '.join(order)}"


def _write_tables(
    connection: duckdb.DuckDBPyConnection, staged: Staged, built: Path, told: Told, engine: stage.Engine
) -> dict[str, int]:
    """Every published table as Parquet: sheets through DuckDB, which sorts what memory cannot hold; lists directly."""
    assert staged.codes is not None
    lists = staged.codes.tables | {dictionary.NAME: dictionary.table(staged.dimensions)}
    rows = {}
    for name, declared in dictionary.published(staged.dimensions).items():
        path, schema = built / f"{name}.parquet", declared.with_metadata(declared.metadata | _made_from(staged))
        if name in lists:
            order = [(c, "ascending") for c in _order(name, ())] if name in TABLES else []
            rows[name] = publish.write_list(lists[name], order, schema, path)
        else:
            told("sort and write", 0, staged.rows_read)
            rows[name] = engine.write(connection, _select(name, staged.dimensions), schema, path)
    return rows


def _offender_findings(staged: Staged, offenders: list[Offender]) -> Iterator[Finding]:
    for each, (file, line) in zip(offenders, _places(staged, offenders), strict=True):
        rule, seen = ("check-idle", each.subject) if each.idle else ("check", f"{each.subject}: {each.seen}")
        words = {"seen": seen, "expected": each.expected, "hint": each.hint, "excerpt": each.detail}
        yield finding(rule, file, line, each.check, **words)


Key = tuple[str, ...]
"""A table and the first columns of a row's key."""


def _places(staged: Staged, offenders: list[Offender]) -> Iterator[tuple[str, int]]:
    """File and line of the figure that offends, else of the rule that found none, else the check's own file."""
    keys = [_key(each) for each in offenders]
    tables: dict[str, dict[Key, int]] = {}
    for table, length in {(key[0], len(key)) for key in keys if key}:
        alike = {key for key in keys if key and (key[0], len(key)) == (table, length)}
        tables.setdefault(table, {}).update(_rows(staged, table, alike))
    lines = {table: stage.places(staged, table, rows.values()) for table, rows in tables.items()}
    for each, key in zip(offenders, keys, strict=True):
        yield lines[key[0]][tables[key[0]][key]] if key else (f"sql/checks/{each.check}.sql", 0)


def _key(offender: Offender) -> Key:
    if offender.observation_id:
        return "observations", offender.observation_id
    return tuple(offender.rule.split(" ")) if offender.rule else ()


def _rows(staged: Staged, table: str, keys: set[Key]) -> dict[Key, int]:
    """The first row of each key, all in one reading of the table; the first of all where there is none."""
    length = len(next(iter(keys))) - 1
    same = " AND ".join(f"t.{column} = wanted[{n}]" for n, column in enumerate(TABLES[table].key[:length], 1))
    sql = (
        f'SELECT wanted, min("row") FROM (SELECT unnest($1) AS wanted) JOIN memory.{table} t ON {same} GROUP BY wanted'
    )
    found = staged.connection.execute(sql, [[list(key[1:]) for key in sorted(keys)]]).fetchall()
    return dict.fromkeys(keys, 0) | {(table, *wanted): row for wanted, row in found}


def _write_manifest(staged: Staged, built: Path, rows: dict[str, int]) -> list[dict[str, Any]]:
    """Descriptions and, last of all, the manifest; not of the database, whose bytes differ from build to build."""
    assert staged.codes is not None
    published, made = dictionary.published(staged.dimensions), _made_from(staged)
    as_text = {flat.NAME: flat.schema(flat.header(built))} if (built / flat.NAME).is_file() else {}
    described = published | as_text
    partitioned = {path.parent.name for path in built.glob(f"*/{PART}*")}
    for name, text in readme.render(described, rows, staged.version, partitioned).items():
        (built / name).write_text(text, encoding="utf-8")
    sources = sorted(staged.codes.tables["sources"].to_pylist(), key=lambda row: row["source_id"])
    files = [_file(path, built) for path in built.rglob("*") if path.is_file() and path.name != publish.DATABASE]
    package = datapackage.descriptor(_by_path(files), described, sources, made)
    _write_json(built / croissant.NAME, croissant.descriptor(package, published))
    files = _by_path([*files, _file(built / croissant.NAME, built)])
    _write_json(built / MANIFEST, datapackage.descriptor(files, described, sources, made))
    return files


def _file(path: Path, built: Path) -> dict[str, Any]:
    return {
        "path": path.relative_to(built).as_posix(),
        "rows": pq.read_metadata(path).num_rows if path.suffix == ".parquet" else None,
        "bytes": path.stat().st_size,
        "hash": f"sha256:{csvfiles.sha256(path)}",
    }


def _by_path(files: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(files, key=lambda file: Path(file["path"]))


def _write_json(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
