"""Ten questions about the shipped files, put to each tool in its own environment; who answers them like the reference.

    python tests/consumers/run.py [--only NAME] [--data FOLDER] [--write | --check]

Sets up what a consumer needs under .cache/ beside this file, runs its reader there, and compares answers with
`reference.py` and types with those of the folder's dictionary. Exits 1 if anything differs or could not be
installed: nothing is skipped. `--write` puts the table into both READMEs, `--check` fails if another one stands there.
"""

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
import reference

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
CACHE = HERE / ".cache"
DEBIAN = "libreoffice-calc-nogui"
EXPORT = "import sys; from pipeline.cli import main; sys.exit(main(sys.argv[1:]))"
INSTALLING, ANSWERING = 900, 300
"""Seconds after which an installation, or a reader, is given up."""

ARROW = ["string", "date32[day]", "double", "int8", "int32", "bool"]
"""Types that the dictionary documents; a consumer has its own name for each."""
SQL = ["VARCHAR", "DATE", "DOUBLE", "TINYINT", "INTEGER", "BOOLEAN"]
SPARK = ["string", "date", "double", "tinyint", "int", "boolean"]
POLARS = ["String", "Date", "Float64", "Int8", "Int32", "Boolean"]
JAVASCRIPT = ["string", "Date", "number", "number", "number", "boolean"]
SHEET = ["string", "date", "float", "float", "float", "boolean"]
HEADERS = {
    "README.md": ("read by", "version", "from", "right answers", "types arrive as"),
    "README.zh.md": ("工具", "版本", "读取", "答对", "读到的类型"),
}
PARQUET, WORKBOOK = "Parquet", "`export xlsx`"
BEGIN, END = "<!-- consumers: begin -->", "<!-- consumers: end -->"


class UnusableError(Exception):
    """A consumer that cannot be installed or does not answer, with what it said."""


@dataclass(frozen=True)
class Consumer:
    """A tool that others read the data with: how to set it up, how to start its reader, how it calls the types."""

    name: str
    title: str
    reader: str
    set_up: Callable[[], None]
    command: Callable[[Path], list[str]]
    types: list[str]
    reads: str = PARQUET


@dataclass
class Result:
    """What a consumer answered, and what is wrong with that."""

    consumer: Consumer
    version: str = "none"
    wrong: list[str] = field(default_factory=list)
    mistyped: list[str] = field(default_factory=list)
    unusable: str = ""
    seconds: float = 0

    @property
    def fine(self) -> bool:
        return not (self.wrong or self.mistyped or self.unusable)

    @property
    def right(self) -> str:
        asked = len(reference.QUESTIONS)
        return "none" if self.unusable else f"{asked - len(self.wrong)} of {asked}"

    @property
    def typed(self) -> str:
        if self.unusable or self.mistyped:
            return "not as documented"
        return ", ".join(dict.fromkeys(f"`{name}`" for name in self.consumer.types))


# --- environments -----------------------------------------------------------------------------------------------------


def run(command: list[str], cwd: Path = ROOT, timeout: int = INSTALLING, stdin: Path | None = None) -> str:
    """Standard output of a command that gets our environment. Raises UnusableError with the end of what it said."""
    try:
        with open(stdin or os.devnull, "rb") as source:
            process = subprocess.Popen(
                command, cwd=cwd, stdin=source, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
            )
    except OSError as error:
        raise UnusableError(str(error)) from error
    with process:
        try:
            out, err = process.communicate(timeout=timeout)
        except BaseException as error:  # what it has started itself would run on, and hold the pipes open
            os.killpg(process.pid, signal.SIGKILL)
            if isinstance(error, subprocess.TimeoutExpired):
                raise UnusableError(f"{Path(command[0]).name} took longer than {timeout} seconds") from error
            raise
    if process.returncode:
        said = (err.strip() or out.strip()).decode(errors="replace")
        raise UnusableError(f"{Path(command[0]).name} ended with {process.returncode}: {said[-1500:]}")
    return out.decode(errors="replace")


def unless_complete(folder: Path, wanted: str, fill: Callable[[Path], None]) -> None:
    """Fill an emptied folder, unless it was filled for the same before; one left half filled is filled anew."""
    note = folder / "installed.txt"
    if note.is_file() and note.read_text(encoding="utf-8") == wanted:
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    fill(folder)
    note.write_text(wanted, encoding="utf-8")


def python_packages(name: str) -> None:
    """A venv with the pinned packages of one consumer."""
    requirements = HERE / f"requirements-{name}.txt"

    def fill(folder: Path) -> None:
        venv.create(folder, with_pip=False, symlinks=True)
        pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "--no-input"]
        run([*pip, "--python", str(folder / "bin/python"), "install", "--requirement", str(requirements)])

    unless_complete(CACHE / name, sys.version + requirements.read_text(encoding="utf-8"), fill)


def node_packages() -> None:
    """A folder with the pinned npm packages, shared by the readers that run in Node."""
    packages = HERE / "package.json"

    def fill(folder: Path) -> None:
        shutil.copy(packages, folder)
        run(["npm", "install", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder)

    unless_complete(CACHE / "node", run(["node", "--version"]) + packages.read_text(encoding="utf-8"), fill)


def libreoffice() -> None:
    """Debian's Calc, where no soffice is there yet."""
    if shutil.which("soffice"):
        return
    quiet = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300"]
    run([*quiet, "update"])
    run([*quiet, "install", "--yes", "--no-install-recommends", DEBIAN])


# --- readers ----------------------------------------------------------------------------------------------------------


def by_python(name: str, reader: str, data: Path) -> list[str]:
    return [str(CACHE / name / "bin/python"), str(HERE / reader), str(data)]


def by_node(reader: str, data: Path) -> list[str]:
    """A module finds packages beside itself only: a copy of the reader runs where they are."""
    shutil.copy(HERE / reader, CACHE / "node")
    return ["node", reader, str(data)]


def by_cli(data: Path) -> list[str]:
    return [str(CACHE / "duckdb-cli/bin/duckdb"), "-bail", "-noheader", "-list"]


def by_libreoffice(data: Path) -> list[str]:
    return [sys.executable, str(HERE / "libreoffice_reader.py"), str(data)]


def python(name: str, title: str, types: list[str]) -> Consumer:
    reader = f"{name}_reader.py"
    return Consumer(name, title, reader, partial(python_packages, name), partial(by_python, name, reader), types)


def node(name: str, title: str, reader: str, types: list[str]) -> Consumer:
    return Consumer(name, title, reader, node_packages, partial(by_node, reader), types)


CONSUMERS = [
    python("pandas", "pandas", [f"{name}[pyarrow]" for name in ARROW]),
    python("polars", "Polars", POLARS),
    python("pyarrow", "pyarrow", ARROW),
    python("duckdb", "DuckDB in Python", SQL),
    Consumer("duckdb-cli", "DuckDB, CLI", "duckdb_cli.sql", partial(python_packages, "duckdb-cli"), by_cli, SQL),
    python("spark", "PySpark", SPARK),
    node("hyparquet", "hyparquet in Node", "hyparquet_reader.mjs", JAVASCRIPT),
    node("duckdb-node", "DuckDB in Node", "duckdb_node_reader.mjs", SQL),
    Consumer("libreoffice", "LibreOffice Calc", "libreoffice_reader.py", libreoffice, by_libreoffice, SHEET, WORKBOOK),
]


def ask(consumer: Consumer, data: Path) -> dict[str, Any]:
    """What the reader of an installed consumer prints about a folder, or a workbook."""
    where = {"duckdb-cli": data}.get(consumer.name, CACHE / "node" if consumer.reader.endswith(".mjs") else ROOT)
    script = HERE / consumer.reader if consumer.name == "duckdb-cli" else None
    printed = run(consumer.command(data), cwd=where, timeout=ANSWERING, stdin=script)
    try:
        found: dict[str, Any] = json.loads(printed)
    except ValueError as error:
        raise UnusableError(f"printed no JSON object: {printed[-500:]!r}") from error
    return found


def workbook(data: Path, folder: Path) -> Path:
    """The dataset of a folder as a workbook, made by our own command."""
    out = folder / "minsheng.xlsx"
    run([sys.executable, "-c", EXPORT, "export", "xlsx", "--out", str(out), "--data", str(data)])
    return out


# --- comparison -------------------------------------------------------------------------------------------------------


def documented(data: Path) -> dict[str, dict[str, str]]:
    """The type of each column of the tables whose types are compared, as the folder's dictionary says."""
    sections = re.split(
        r"^## (\w+)\.parquet\n", (data / "DICTIONARY.md").read_text(encoding="utf-8"), flags=re.MULTILINE
    )
    tables = dict(zip(sections[1::2], sections[2::2], strict=True))
    return {
        name: dict(re.findall(r"^\| `(\w+)` \| ([^|]+?) \|", tables[name], flags=re.MULTILINE))
        for name in ("observations", "units")
    }


def different(expected: dict[str, Any], found: dict[str, Any]) -> list[str]:
    """What differs, one line each: wrong, missing or never asked for."""
    names = [*expected, *(name for name in found if name not in expected)]
    return [
        f"{name}: {found.get(name, 'no answer')!r}, expected {expected.get(name, 'nothing')!r}"
        for name in names
        if name not in found or name not in expected or found[name] != expected[name]
    ]


def flat(tables: dict[str, dict[str, str]]) -> dict[str, str]:
    return {f"{table}.{column}": kind for table, columns in tables.items() for column, kind in columns.items()}


def compare(consumer: Consumer, said: dict[str, Any], answers: dict[str, Any], types: dict[str, str]) -> Result:
    """Answers and types of a consumer, held against the reference and the documented types."""
    names = dict(zip(ARROW, consumer.types, strict=True))
    expected = {column: names[kind] for column, kind in types.items()}
    wrong = different(answers, said.get("answers", {}))
    return Result(consumer, said.get("version", "unknown"), wrong, different(expected, flat(said.get("types", {}))))


def examine(consumer: Consumer, data: Path, answers: dict[str, Any], folder: Path) -> Result:
    """Set a consumer up, ask it, compare."""
    started = time.perf_counter()
    print(f"{consumer.title} …", file=sys.stderr, flush=True)
    try:
        consumer.set_up()
        source = data if consumer.reads == PARQUET else workbook(data, folder)
        result = compare(consumer, ask(consumer, source), answers, flat(documented(data)))
    except (UnusableError, OSError) as error:
        result = Result(consumer, unusable=str(error))
    result.seconds = time.perf_counter() - started
    return result


# --- report -----------------------------------------------------------------------------------------------------------


def cells(result: Result) -> list[str]:
    return [result.consumer.title, result.version, result.consumer.reads, result.right, result.typed]


def markdown(results: list[Result], header: tuple[str, ...]) -> str:
    """The table of a README; seconds are left out, as they differ from run to run."""
    rows = [list(header), ["---"] * len(header), *map(cells, results)]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def embedded(text: str, table: str) -> str:
    """A document with the table between its two markers. Raises ValueError where they are missing."""
    before, begin, rest = text.partition(f"{BEGIN}\n")
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"no {BEGIN} … {END}")
    return f"{before}{begin}{table}{end}{after}"


def report(results: list[Result]) -> None:
    """A row for each consumer, then everything that is wrong."""
    print(f"{'consumer':24}{'version':12}{'right':12}{'types':20}{'seconds':>8}")
    for result in results:
        types = "not asked" if result.unusable else "differ" if result.mistyped else "as documented"
        print(f"{result.consumer.title:24}{result.version:12}{result.right:12}{types:20}{result.seconds:8.1f}")
    for result in results:
        for line in [*([f"not usable: {result.unusable}"] if result.unusable else []), *result.wrong, *result.mistyped]:
            print(f"{result.consumer.title}: {line}")


def outdated(results: list[Result], write: bool) -> list[str]:
    """READMEs that show another table; with `write` they get this one."""
    found = []
    for name, header in HEADERS.items():
        old = (ROOT / name).read_text(encoding="utf-8")
        new = embedded(old, markdown(results, header))
        if write:
            (ROOT / name).write_text(new, encoding="utf-8")
        elif new != old:
            found.append(name)
    return found


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=[consumer.name for consumer in CONSUMERS], help="one consumer")
    parser.add_argument("--data", type=Path, default=ROOT / "curated", help="a folder that a build wrote")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--write", action="store_true", help="put the table into both READMEs")
    what.add_argument("--check", action="store_true", help="fail if the READMEs show another table")
    options = parser.parse_args(arguments)
    if options.only and (options.write or options.check):
        parser.error("the table in the READMEs is one of all consumers: --only does not go with --write or --check")
    data = options.data.resolve()
    answers = reference.answers(data)
    with tempfile.TemporaryDirectory() as folder:
        chosen = [consumer for consumer in CONSUMERS if options.only in (None, consumer.name)]
        results = [examine(consumer, data, answers, Path(folder)) for consumer in chosen]
    report(results)
    if not all(result.fine for result in results):
        return 1
    if options.write or options.check:
        stale = outdated(results, options.write)
        for name in stale:
            print(f"{name} shows another table of consumers: run python {Path(__file__).relative_to(ROOT)} --write")
        return int(bool(stale))
    return 0


if __name__ == "__main__":
    sys.exit(main())
