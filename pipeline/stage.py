"""From a raw folder to staged, validated tables: everything that `check` and `build` have in common.

Sheets go through in batches and are staged as Parquet in a scratch folder; code lists and rules stay in memory.
"""

import bisect
import hashlib
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline import crosschecks, csvfiles, ingest, paths, schemas
from pipeline.crosschecks import Offence
from pipeline.csvfiles import CsvFile
from pipeline.database import one_file
from pipeline.engines import local
from pipeline.evidence import receipts, texts
from pipeline.findings import Finding, finding, nearest
from pipeline.proofs import Proof
from pipeline.schemas import TABLES, Table
from pipeline.spool import Spool
from pipeline.validate import Codes, Failure, Validator

if TYPE_CHECKING:
    from pipeline.evidence.audit import Account


VERSION = "VERSION"
UNVERSIONED = "0"
_MAX_VERSION = 1_000

Item = TypeVar("Item")
Told = Callable[[str, int, int], None]
"""Hears how far a build is: what it does, rows done, rows in all."""


class Engine(Protocol):
    """Where batches run: this process (the module `local`), or a cluster."""

    def stage(
        self, connection: duckdb.DuckDBPyConnection, table: Table, files: list[CsvFile], codes: Codes, path: Path, /
    ) -> Iterator[local.Stretch]:
        """Stage sheets of one table in or beside a file, and tell of each stretch of rows."""

    def write(self, connection: duckdb.DuckDBPyConnection, query: str, schema: pa.Schema, path: Path, /) -> int:
        """Write a query's rows in its order to a Parquet file, or to parts of one; the number of rows."""


def silent(_step: str, _done: int, _total: int) -> None:
    """Tell nobody."""


@dataclass
class Origins:
    """Which rows of a table came from which file, in order of reading."""

    files: list[CsvFile] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    rows: int = 0

    def add(self, file: CsvFile, count: int, first: int) -> None:
        """So many further rows of a file, numbered from `first`."""
        if not self.files or self.files[-1] is not file:
            self.files.append(file)
            self.starts.append(first)
        self.rows += count

    def place(self, row: int) -> tuple[CsvFile, int]:
        """The file of a row, and the row's place in that file, from 0."""
        at = bisect.bisect_right(self.starts, row) - 1
        return self.files[at], row - self.starts[at]


@dataclass
class Staged:
    """Validated tables, reachable under their names through `connection`, and everything that was found."""

    connection: duckdb.DuckDBPyConnection
    scratch: Path
    findings: Spool[Finding] = field(default_factory=Spool)
    codes: Codes | None = None
    origins: dict[str, Origins] = field(default_factory=dict)
    files: list[CsvFile] = field(default_factory=list)
    sheets: dict[str, list[CsvFile]] = field(default_factory=dict)
    complete: bool = True
    accounts: "dict[str, Account]" = field(default_factory=dict)
    version: str = UNVERSIONED

    @property
    def inputs_sha256(self) -> str:
        """One hash of all raw files: of their names and hashes as `sha256sum` prints them, in order of name."""
        lines = sorted((f.name, f.sha256) for f in self.files)
        return hashlib.sha256("".join(f"{sha256}  {name}\n" for name, sha256 in lines).encode()).hexdigest()

    @property
    def rows_read(self) -> int:
        return sum(self.origins[name].rows for name in self.sheets if name in self.origins)

    @property
    def rows_expected(self) -> int:
        """Rows of all sheets, if no cell holds a line end."""
        return sum(file.lines - 1 for files in self.sheets.values() for file in files)

    @property
    def dimensions(self) -> tuple[str, ...]:
        return self.codes.dimensions if self.codes else ()


def read_lists(raw: Path, scratch: Path) -> Staged:
    """Read code lists, sources and rules, and look at every file's form. Writes only below `scratch`.

    Bad data becomes findings, never an exception; `codes` is None where the lists themselves cannot be read.
    """
    staged = Staged(ingest.connect(scratch), scratch)
    lists = {t.name: csvfiles.inspect(raw, t.raw, schemas.names(t, "keyed")) for t in TABLES.values() if not t.is_sheet}
    staged.findings += dict.fromkeys(f for file in lists.values() for f in file.findings)  # a linked folder once
    tables = {} if staged.findings else _read_lists(staged, lists)
    staged.codes = Codes(tables) if len(tables) == len(lists) else None
    staged.sheets = _sheets(raw, staged)
    staged.version = _version(raw, staged)
    staged.files = [*lists.values(), *(f for group in staged.sheets.values() for f in group)]
    return staged


def read_sheets(staged: Staged, told: Told = silent, engine: Engine = local) -> None:
    """Stage every sheet as Parquet, each row checked, by an engine; `told` hears how far it is."""
    if staged.codes is None:
        return
    sheets = staged.sheets.items()
    _report(staged, {name: _stage_sheets(staged, TABLES[name], files, told, engine) for name, files in sheets})


def examine(staged: Staged, documents: Path, *, trust_proofs: bool = False) -> None:
    """Check the code lists, everything that takes more than one row, and every text that lies in `documents`.

    `trust_proofs`: unit algebra that this machine has proven before is not proven again.
    """
    if staged.codes is None:
        return
    lists = [table for table in TABLES.values() if not table.is_sheet]
    _report(staged, {table.name: _check_list(table, staged.codes) for table in lists})
    complete = staged.complete and not any(_leaves_figures_out(f) for f in staged.findings)
    offences = [*crosschecks.run(staged.connection, staged.codes, complete=complete)]
    audited = _audited(staged, documents)
    offences = list(_with_excerpts(staged, offences))
    _report_offences(staged, offences + _unit_algebra(staged.codes, trust_proofs) + audited)
    staged.findings += [finding("file-changed", f.name, seen="the file") for f in staged.files if f.changed]


@contextmanager
def opened(raw: Path, documents: str | Path | None = None, told: Told = silent) -> Iterator[Staged]:
    """A raw folder read, checked and compared with every text at hand. Its scratch folder goes when all is done."""
    with tempfile.TemporaryDirectory(prefix="minsheng-") as scratch:
        staged = read_lists(raw, Path(scratch))
        with staged.connection:
            read_sheets(staged, told)
            examine(staged, texts.folder(raw, documents))
            yield staged


def _audited(staged: Staged, documents: Path) -> list[Offence]:
    """Every source whose text is there, against it; the accounts are kept."""
    assert staged.codes is not None
    if not any(texts.found(documents, source) for source in staged.codes.sources):
        return []
    from pipeline.evidence import audit  # a text to read is rare

    offences = []
    for result, told in audit.accounts(staged.connection, staged.codes, documents):
        offences += [each for each in told if isinstance(each, Offence)]
        staged.findings += [each for each in told if isinstance(each, Finding)]
        if result:
            staged.accounts[result.source_id] = result
    return offences


def _with_excerpts(staged: Staged, offences: list[Offence]) -> Iterator[Offence]:
    """What is wrong with a span, shown in the text where that is there."""
    entries = {(e.table, e.row): (a.text, e) for a in staged.accounts.values() for e in a.entries}
    for each in offences:
        place = (each.table, each.row)
        if each.rule == "span-overlap" and place in entries:
            text, entry = entries[place]
            each = replace(each, excerpt=text.excerpt(entry.start, entry.end))
        yield each


def _read_lists(staged: Staged, lists: dict[str, CsvFile]) -> dict[str, pa.Table]:
    """Code lists, sources and rules as typed tables; those that cannot be read are left out and reported."""
    tables: dict[str, pa.Table] = {}
    for name, file in lists.items():
        read = list(_guarded([file], ingest.batches(staged.connection, TABLES[name], [file])))
        if file.findings:
            staged.findings += file.findings
            continue
        staged.origins[name] = Origins([file], [0])
        tables[name] = _completed(TABLES[name], [batch for batch, _ in read])
        _keep(staged, name, tables[name])
    return tables


def _keep(staged: Staged, name: str, table: pa.Table) -> None:
    """A code list as a table of the database, which other connections see too."""
    staged.connection.register("arrived", table)
    staged.connection.execute(f"CREATE TABLE {name} AS FROM arrived")


def _completed(table: Table, batches: list[pa.RecordBatch]) -> pa.Table:
    """One table of the batches, with row numbers; for derived values, how deep each lies."""
    whole = pa.Table.from_batches(batches) if batches else _empty(table)
    whole = whole.append_column("row", pa.array(range(whole.num_rows), pa.int64()))
    if table.name == "derived_rules":
        steps = crosschecks.steps(whole.to_pylist())
        whole = whole.append_column(
            "step", pa.array([steps.get(i, 0) for i in whole["derived_id"].to_pylist()], pa.int8())
        )
    return whole


def _guarded(files: list[CsvFile], batches: Iterator[Item]) -> Iterator[Item]:
    """Batches; where DuckDB refuses the files, the reason goes to the findings of the file at fault."""
    try:
        yield from batches if files else ()
    except (ingest.Refused, duckdb.Error) as error:
        culprits = [f for f in files if not csvfiles.diagnose(f)]
        if not culprits:
            csvfiles.blame(files, str(error).partition("\n")[0])


def _empty(table: Table) -> pa.Table:
    """A list without rows as it is read: what `_completed` adds is not there yet."""
    return pa.schema([f for f in schemas.batch(table) if f.name not in ("row", "step")]).empty_table()


def _note_origins(staged: Staged, name: str, runs: list[tuple[CsvFile, int]], first: int) -> None:
    origins = staged.origins.setdefault(name, Origins())
    for file, count in runs:
        origins.add(file, count, first)
        first += count


def _check_list(table: Table, codes: Codes) -> list[tuple[int, Failure]]:
    validator = Validator(table, codes)
    batches = codes.tables[table.name].combine_chunks().to_batches()
    return [(failure.row, failure) for batch in batches for failure in validator(batch)]


def _sheets(raw: Path, staged: Staged) -> dict[str, list[CsvFile]]:
    """Readable sheets by table, in order of name; findings for the others and for files of no source."""
    codes = staged.codes
    sheets: dict[str, list[CsvFile]] = {}
    links = {f for f in staged.findings if f.rule == "file-link"}
    for table in TABLES.values():
        if not table.is_sheet:
            continue
        sheets[table.name] = []
        optional = () if table.name != "observations" else codes.dimensions if codes else None
        folder = raw / Path(table.raw).parent
        for path in _listed(staged, folder, raw):
            if path.name.startswith("."):
                continue
            name = path.relative_to(raw).as_posix()
            if codes and (path.suffix != ".csv" or path.stem not in codes.sources):
                ids = codes.tables["sources"]["source_id"].to_pylist()
                if not all(source and re.match(schemas.SOURCE_ID, source) for source in ids):
                    staged.complete = (
                        False  # a source's id is wrong, which is told; its sheets are orphans only by that
                    )
                    continue
                hint = nearest(path.stem, [s for s in codes.sources if s]) or "add a row to sources.csv"
                staged.findings.append(finding("file-unexpected", name, seen=path.name, hint=hint))
                continue
            file = csvfiles.inspect(raw, name, schemas.names(table, "keyed"), optional)
            staged.findings += [f for f in file.findings if f not in links]
            links.update(f for f in file.findings if f.rule == "file-link")  # a linked folder is told once
            if not file.findings:
                sheets[table.name].append(file)
    return sheets


def _listed(staged: Staged, folder: Path, raw: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir()) if folder.is_dir() else []
    except OSError as error:
        name = folder.relative_to(raw).as_posix()
        staged.findings.append(finding("file-unreadable", name, seen=f"cannot be read: {error.strerror}"))
        return []


def _stage_sheets(
    staged: Staged, table: Table, files: list[CsvFile], told: Told, engine: Engine
) -> Spool[tuple[int, Failure]]:
    """Validate and stage the sheets of a table; failures with their row among all rows of the table, in order.

    Where files are refused, the others are staged anew: what is told of them depends on no file beside them.
    """
    assert staged.codes is not None
    failures: Spool[tuple[int, Failure]] = Spool()
    path = staged.scratch / f"{table.name}.staged.parquet"
    written: dict[Path, None] = {}
    for into, first, runs, failed in _guarded(files, engine.stage(staged.connection, table, files, staged.codes, path)):
        written[into] = None
        _note_origins(staged, table.name, runs, first)
        failures += failed
        told("read", staged.rows_read, staged.rows_expected)
    staged.findings += [f for file in files for f in file.findings]
    if sound := [file for file in files if not file.findings] if any(file.findings for file in files) else []:
        staged.origins.pop(table.name, None)
        return _stage_sheets(staged, table, sound, told, engine)
    if not written:
        pq.write_table(schemas.staged(table, staged.codes.dimensions).empty_table(), path)
    parts = f"[{', '.join(map(one_file, written or [path]))}]"
    staged.connection.execute(f"CREATE VIEW {table.name} AS {receipts.view(staged.connection, table, parts)}")
    return failures


def _version(raw: Path, staged: Staged) -> str:
    """The data's version, year.month.count, from the file VERSION where there is one."""
    if (raw / VERSION).is_symlink():
        staged.findings.append(finding("file-link", VERSION, seen=VERSION, hint="copy the file itself here"))
        return UNVERSIONED
    try:
        seen = paths.content(raw / VERSION, _MAX_VERSION).decode().strip()
    except FileNotFoundError:
        return UNVERSIONED
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        staged.findings.append(finding("file-unreadable", VERSION, seen=f"cannot be read: {reason}"))
        return UNVERSIONED
    if not re.fullmatch(r"20[0-9]{2}\.([1-9]|1[0-2])\.[0-9]{1,5}", seen):
        staged.findings.append(finding("pattern", VERSION, 1, seen=repr(seen), expected="year.month.count: 2026.11.0"))
    return seen


def _report(staged: Staged, failures: Mapping[str, Sequence[tuple[int, Failure]]]) -> None:
    """Failures as findings, with file, line and the cells as keyed."""
    assert staged.codes is not None
    if not any(map(len, failures.values())):
        return
    from pipeline.explain import explain  # words are needed only where something is wrong

    for name, failed in failures.items():
        places = _in_order(staged.origins.get(name, Origins()), (row for row, _ in failed))
        for (_, failure), (file, line, cells) in zip(failed, places, strict=True):
            seen, expected, hint = explain(failure, TABLES[name], cells, staged.codes)
            words: dict[str, Any] = {"seen": seen, "expected": expected, "hint": hint}
            staged.findings.append(finding(failure.rule, file.name, line, failure.column, **words))


def _in_order(origins: Origins, rows: Iterable[int]) -> Iterator[tuple[CsvFile, int, dict[str, str]]]:
    """File, line and cells of rows that never go back: each file is read once, and none of it kept."""
    current: CsvFile | None = None
    read: Iterator[tuple[int, dict[str, str]]] = iter(())
    at, here = -1, (0, dict[str, str]())
    for row in rows:
        file, place = origins.place(row)
        if file is not current:
            current, read, at = file, csvfiles.rows(file.path), -1
        while at < place:
            here, at = next(read, (0, {})), at + 1
        yield file, *here


def places(staged: Staged, table: str, rows: Iterable[int]) -> dict[int, tuple[str, int]]:
    """File and line of rows of a table."""
    return {row: (file.name, line) for row, (file, line, _) in _located(staged, table, rows).items()}


def _located(staged: Staged, name: str, rows: Iterable[int]) -> dict[int, tuple[CsvFile, int, dict[str, str]]]:
    """File, line and cells of rows of a table; each file is read once."""
    by_file: dict[str, tuple[CsvFile, dict[int, int]]] = {}
    for row in set(rows):
        file, place = staged.origins[name].place(row)
        by_file.setdefault(file.name, (file, {}))[1][place] = row
    located = {}
    for file, places in by_file.values():
        for place, (line, cells) in csvfiles.locate(file.path, places).items():
            located[places[place]] = (file, line, cells)
    return located


def _leaves_figures_out(found: Finding) -> bool:
    """True for a file of figures or actions that was not read: what it holds is not missing."""
    is_form = found.rule.startswith("file-") and found.rule != "file-unexpected"
    return is_form and found.file.startswith(("figures", "actions"))


def _unit_algebra(codes: Codes, trust_proofs: bool) -> list[Offence]:
    proof = Proof(codes)
    if trust_proofs and proof.is_known:
        return []
    offences = list(crosschecks.unit_algebra(codes))
    if trust_proofs and not offences:
        proof.remember()
    return offences


def _report_offences(staged: Staged, offences: Sequence[Offence]) -> None:
    for name in {o.table for o in offences}:
        own = [o for o in offences if o.table == name]
        located = _located(staged, name, [o.row for o in own] + [o.other for o in own if o.other is not None])
        for each in own:
            file, line, _ = located[each.row]
            expected = each.expected or (_line_of(located[each.other], file) if each.other is not None else "")
            words = {"seen": each.seen, "expected": expected, "hint": each.hint, "excerpt": each.excerpt}
            staged.findings.append(finding(each.rule, file.name, line, each.column, **words))


def _line_of(place: tuple[CsvFile, int, dict[str, str]], here: CsvFile) -> str:
    file, line, _ = place
    return str(line) if file is here else f"{line} of {file.name}"
