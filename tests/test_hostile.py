"""Input that is made to hurt: files too large for memory, names that lead elsewhere, queries that never end."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import ROOT, SHEET, SOURCE, Raw
from fuzz import run as fuzz

import pipeline
from pipeline import csvfiles
from pipeline.cli import main
from pipeline.evidence import texts

PEAK = 700
"""Megabytes that a check of small data may take; DuckDB and pandas alone take half of it."""
LIMIT = 120
"""Seconds; a hang lasts longer on any machine."""
GIGABYTE = 1 << 30
UNITS = "codelists/units.csv"

_MEASURED = """
import re, sys
from pipeline.cli import main
code = main(sys.argv[1:])
status = open("/proc/self/status").read()  # getrusage begins with the peak of whoever started this process
print(int(re.search(r"VmHWM:\\s+([0-9]+)", status)[1]) // 1024, file=sys.stderr)
sys.exit(code)
"""


def run(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own, which may crash or hang."""
    command = [sys.executable, "-c", _MEASURED, *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=LIMIT, cwd=ROOT, env=os.environ | environment
    )


def found(raw: Raw) -> list[dict[str, object]]:
    """What a check finds; it must end in time, with code 1 and without taking more memory than small data takes."""
    result = run("check", "--json", "--raw", raw.path)
    assert result.returncode == 1, (result.returncode, result.stderr[-2000:])
    assert int(result.stderr.split()[-1]) < PEAK, "megabytes"
    return list(json.loads(result.stdout))


# --- sheets that are bombs ------------------------------------------------------------------------------------------


def repeated(block: bytes, size: int, start: bytes = b"") -> Iterator[bytes]:
    yield start
    block *= 1 + (1 << 20) // len(block)
    for _ in range(size // len(block)):
        yield block


def header(raw: Raw, file: str = SHEET) -> bytes:
    return (raw.path / file).read_bytes().partition(b"\n")[0] + b"\n"


def row(raw: Raw) -> bytes:
    return (raw.path / SHEET).read_bytes().split(b"\n")[1] + b"\n"


BOMBS: dict[str, tuple[Callable[[Raw], Iterator[bytes]], str, int, str]] = {
    # the sheet, rule, line, what the finding says
    "a line of a gigabyte": (lambda raw: repeated(b"x", GIGABYTE), "file-quote", 1, "2,000,000 bytes"),
    "a line of a gigabyte in a quote": (
        lambda raw: repeated(b"x,", GIGABYTE, header(raw) + row(raw) + b'"'), "file-quote", 3, "2,000,000 bytes",
    ),
    "two hundred megabytes of short lines in a quote": (
        lambda raw: repeated(b"x,\n", 200 << 20, header(raw) + row(raw) + b'"'), "file-quote", 3, "never closes",
    ),
    "a quote that closes after a hundred megabytes": (
        lambda raw: iter([header(raw), row(raw), b'"', b"x,\n" * 35_000_000, b'"\n']), "file-quote", 3, "2,000,000",
    ),
    "a header of a million columns": (lambda raw: iter([b"a," * 999_000, b"\n"]), "file-header", 1, "999,001 columns"),
    "a header of four million columns": (lambda raw: iter([b"a," * 4_000_000, b"\n"]), "file-quote", 1, "2,000,000"),
    "nearly a million columns in a row": (
        lambda raw: iter([header(raw), b"x" + b",x" * 900_000, b"\n"]), "file-width", 2, "900001 cells",
    ),
    "a hundred megabytes of quotes": (
        lambda raw: repeated(b'"', 100 << 20, header(raw)), "file-quote", 2, "2,000,000 bytes",
    ),
    "quotes in quotes in quotes": (
        lambda raw: iter([header(raw), b'"' * 1_000_001]), "file-quote", 2, "never closes",
    ),
    "a million rows that are too wide": (
        lambda raw: iter([header(raw), b"x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x\n" * 1_000_000]), "file-width", 2, "16 cells",
    ),
    "a million lines that are not of one kind": (
        lambda raw: iter([header(raw), b"\r\n\n" * 1_000_000]), "file-unreadable", 2, "CRLF",
    ),
    "a hundred megabytes of carriage returns": (
        lambda raw: repeated(b"\r", 100 << 20, header(raw)), "file-unreadable", 2, "bare carriage return",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_a_sheet_that_is_a_bomb_is_refused_in_bounded_memory(raw: Raw, name: str) -> None:
    content, rule, line, words = BOMBS[name]
    chunks = content(raw)
    start = next(chunks)  # what it repeats of the sheet, which is then overwritten
    with (raw.path / SHEET).open("wb") as stream:
        stream.write(start)
        stream.writelines(chunks)
    findings = found(raw)
    (raw.path / SHEET).unlink()  # pytest keeps the folders of its last runs
    own = [f for f in findings if f["file"] == SHEET]
    assert any((f["rule"], f["line"]) == (rule, line) and words in str(f["message"]) for f in own), own[:3]


@pytest.mark.parametrize("file", [SHEET, UNITS, "sources.csv"])
def test_a_sparse_gigabyte_is_refused_in_bounded_memory(raw: Raw, file: str) -> None:
    os.truncate(raw.path / file, GIGABYTE)
    assert ("file-nul", file) in {(f["rule"], f["file"]) for f in found(raw)}


def test_a_million_rows_without_content_are_one_finding(raw: Raw) -> None:
    lines = (raw.path / SHEET).read_bytes().count(b"\n")
    with (raw.path / SHEET).open("ab") as stream:
        stream.writelines(b",,,,,,,,,,,,,,\n" * 1_000 for _ in range(1_000))
    (told,) = (f for f in found(raw) if f["file"] == SHEET)
    assert (told["rule"], told["line"]) == ("file-blank", lines + 1)
    assert "1,000,000" in str(told["message"])


def test_faults_of_form_are_counted_up_to_a_limit(raw: Raw) -> None:
    with (raw.path / SHEET).open("ab") as stream:
        stream.write(b"x\n" * (csvfiles.MAX_FAULTS + 5))
    widths = [f for f in raw.check() if f.file == SHEET and f.rule.startswith("file-")]
    assert [f.rule for f in widths] == ["file-width"] * csvfiles.MAX_FAULTS + ["file-unreadable"]
    assert "was not looked at" in widths[-1].message


# --- what is no file, and names that lead elsewhere -----------------------------------------------------------------

ODD: dict[str, Callable[[Path], None]] = {
    "a pipe": os.mkfifo,
    "a device": lambda path: path.symlink_to("/dev/zero"),
    "a folder": Path.mkdir,
    "a link to itself": lambda path: path.symlink_to(path.name),
}


@pytest.fixture
def hurried() -> Iterator[None]:
    """Whoever waits for ever is stopped."""
    signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.alarm(LIMIT)
    yield
    signal.alarm(0)


@pytest.mark.parametrize("file", [SHEET, UNITS, "sources.csv", "VERSION", f"receipts/{SOURCE}.csv"])
@pytest.mark.parametrize("kind", ODD)
def test_what_is_no_file_is_refused_at_once(raw: Raw, kind: str, file: str, hurried: None) -> None:
    (raw.path / file).unlink(missing_ok=True)
    (raw.path / file).parent.mkdir(exist_ok=True)
    ODD[kind](raw.path / file)
    assert [f.file for f in raw.check() if f.rule in ("file-unreadable", "file-link")] == [file]


@pytest.mark.parametrize("kind", ["a pipe", "a device", "a folder"])
def test_what_is_no_text_is_refused_at_once(
    raw: Raw,
    documents: Path,
    kind: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    hurried: None,
) -> None:
    file = documents / f"{SOURCE}.txt"
    file.unlink()
    ODD[kind](file)
    (told,) = (f for f in pipeline.check(raw.path, documents) if f.rule == "text-hash")
    assert (told.file, told.line) == ("sources.csv", 2)
    assert "directory" in told.message or "no regular file" in told.message
    monkeypatch.setenv("MINSHENG_DOCUMENTS", str(documents))
    for command in (["audit", SOURCE], ["proof", SOURCE], ["draft", str(file), "--source", "x"]):
        assert main([*command, "--raw", str(raw.path)]) == 2
        assert "cannot be read" in capsys.readouterr().err


def test_a_text_without_end_is_refused(raw: Raw, documents: Path) -> None:
    os.truncate(documents / f"{SOURCE}.txt", texts.MAX_TEXT + 1)
    (told,) = (f for f in pipeline.check(raw.path, documents) if f.rule == "text-hash")
    assert "it has more than 20,000,000 bytes" in told.message


@pytest.mark.parametrize("name", ["../secret", "{folder}/secret", "x" * 5_000])
def test_a_source_cannot_name_a_text_elsewhere(raw: Raw, documents: Path, name: str) -> None:
    name = name.format(folder=documents.parent)
    (documents.parent / "secret.txt").write_text("登记99对。", encoding="utf-8")
    raw.edit("sources.csv", 2, source_id=name)
    rules = {f.rule for f in pipeline.check(raw.path, documents)}
    assert rules & {"pattern", "file-unexpected"}
    assert not any(rule.startswith("text-") for rule in rules)


WRITING = {
    "build": ["build", "--raw", str(ROOT / "raw")], "explore": ["explore"], "csv": ["export", "csv"],
    "xlsx": ["export", "xlsx"], "sdmx-csv": ["export", "sdmx-csv"],
}  # fmt: skip


def written(command: str, out: str, built: Path) -> list[str]:
    data = [] if command == "build" else ["--data", str(built)]
    return [*WRITING[command], *data, "--out", out]


@pytest.mark.parametrize(
    "out",
    [
        "file",
        "file/x",
        "link",
        "pipe",
        "/dev/null",
        "/dev/full",
        "/dev/zero/x",
        "/proc/x",
        "x" * 300,
        ".",
        "..",
        "\udcff",
    ],
)
@pytest.mark.parametrize("command", WRITING)
def test_a_target_that_is_none_is_refused_in_one_line(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str, out: str,
    hurried: None,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    Path("file").touch()
    Path("link").symlink_to("nowhere")
    os.mkfifo("pipe")
    assert main(written(command, out, built)) == 2
    told = capsys.readouterr().err
    assert told.startswith("minsheng: ")
    assert told[:-1].isprintable()
    assert {p.name for p in tmp_path.iterdir() if not p.name.endswith(".lock")} == {"file", "link", "pipe"}


@pytest.mark.parametrize("command", WRITING)
def test_a_target_may_have_any_name_and_is_told_without_what_a_terminal_obeys(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    monkeypatch.chdir(tmp_path)
    out = "=a\n\x1b[31m'\"%*[b]\u202e"
    assert main(written(command, out, built)) == 0
    assert capsys.readouterr().out.replace("\n", "").isprintable()
    assert Path(out).exists()


READING = {
    "verify": ["verify"], "query": ["query", "SELECT count(*) FROM observations", "--data"], "trace": ["trace", f"{SOURCE}:25", "--data"],
    "export": ["export", "csv", "--out", "x", "--data"], "explore": ["explore", "--data"], "diff": ["diff", "built"],
    "plot": ["plot", "dibao_persons", "-o", "x.png", "--data"],
}  # fmt: skip


@pytest.mark.parametrize("kind", ["a pipe", "a device"])
@pytest.mark.parametrize("command", READING)
def test_a_dataset_with_a_file_that_never_ends_is_refused(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str, kind: str,
    hurried: None,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    Path("built").symlink_to(built)
    for name in ("datapackage.json", "observations.parquet", "minsheng.duckdb"):
        shutil.copytree(built, "data")
        (tmp_path / "data" / name).unlink()
        ODD[kind](tmp_path / "data" / name)
        assert main([*READING[command], "data"]) == (1 if command == "verify" else 2)
        assert "no dataset in data" in capsys.readouterr().err
        shutil.rmtree("data")


def test_a_folder_that_is_gone_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    tmp_path.rmdir()
    assert main(["query", "SELECT 1"]) == 2


@pytest.mark.parametrize("name", ["../curated/units", "{folder}/units", "x/../units", "x" * 5_000, "\0", ""])
def test_only_tables_are_loaded(built: Path, name: str) -> None:
    with pytest.raises(KeyError, match="there are: actions"):
        pipeline.load(name.format(folder=built), built)


# --- queries --------------------------------------------------------------------------------------------------------

QUERIES: dict[str, tuple[str, str]] = {
    # the query, what is said
    "an endless recursion": ("WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t", "stopped after"),
    "an endless answer": ("SELECT * FROM range(1000000000000)", ""),
    "a nap": ("SELECT sleep_ms(100000)", "stopped after"),
    "a list that fills memory": ("SELECT list(range) FROM range(1000000000000)", ""),
    "texts that fill memory": ("SELECT string_agg(repeat('x', 1000000), '') FROM range(1000000)", ""),
    "a text beyond every limit": ("SELECT repeat('x', 10000000000)", "string"),
    "deep parentheses": ("SELECT " + "(" * 20_000 + "1" + ")" * 20_000, "depth"),
    "deep subqueries": ("FROM " + "(FROM " * 5_000 + "units" + ")" * 5_000, "depth"),
    "deep lists": ("SELECT " + "[" * 20_000 + "]" * 20_000, "depth"),
    "more than can be planned in time": (" UNION ALL ".join(["SELECT 1"] * 20_000), "100,000 characters"),
    "bytes that are no Unicode": ("SELECT '\udc80'", "Unicode"),
    "a NUL": ("SELECT 1\0; DROP TABLE units", "Unicode"),
    "a value that Python lacks": ("SELECT INTERVAL 100000000 YEAR", "too large"),
    "names of files": ("FROM glob('/etc/*')", "disabled"),
    "a file's text": ("FROM read_text('/etc/passwd')", "disabled"),
    "a file's columns": ("FROM sniff_csv('/etc/passwd')", "disabled"),
    "a file by a name made up": ("FROM query_table('/etc/passwd')", "does not exist"),
    "a statement in a text": ("FROM query('COPY (SELECT 1) TO ''x.csv''')", "single SELECT"),
    "an address": ("FROM 'http://127.0.0.1:9/x.parquet'", "disabled"),
    "secrets": ("FROM duckdb_secrets()", "disabled"),
    "extensions": ("FROM duckdb_extensions()", "disabled"),
    "a call": ("CALL pragma_version()", "expected a SELECT"),
    "an export": ("EXPORT DATABASE 'x'", "expected a SELECT"),
}  # fmt: skip

_ASKED = """
import ast, sys
from pipeline.cli import main
sys.exit(main(["query", ast.literal_eval(sys.stdin.read()), "--csv", "--timeout", "1", "--data", sys.argv[1]]))
"""


@pytest.mark.parametrize("name", QUERIES)
def test_a_hostile_query_ends_in_time_with_a_message(built: Path, tmp_path: Path, name: str) -> None:
    sql, words = QUERIES[name]
    result = subprocess.run(
        [sys.executable, "-c", _ASKED, built], input=ascii(sql), text=True, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, check=False, timeout=LIMIT, cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert result.returncode == 2, result.stderr[-2000:]
    assert result.stderr.startswith("minsheng: ")
    assert words in result.stderr
    assert list(tmp_path.iterdir()) == []


# --- fuzzers, in short: `make fuzz` gives each ten minutes ----------------------------------------------------------

INPUTS = {"checks": 6, "sheets": 300, "quantities": 1000, "derivations": 5, "scans": 60, "periods": 300, "queries": 15}


@pytest.mark.parametrize("name", fuzz.FUZZERS)
def test_no_hostile_input_crashes_or_hangs_a_reader(name: str) -> None:
    assert fuzz.run(name, LIMIT, seed=0, most=INPUTS[name], hang=LIMIT) == (INPUTS[name], 0, 0)
