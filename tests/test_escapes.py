"""Texts that try to be something else: markup, formulas, commands to a terminal, to a CI service or to a page.

What validation lets through stands in every cell of free text of a dataset, and no output may obey it.
"""

import csv
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, SHEET, SOURCE, Raw
from lxml import etree

import pipeline
from pipeline import schemas
from pipeline.cli import main
from pipeline.cli.output import tamed
from pipeline.schemas import BAD_TEXT, TABLES

HOSTILE = "</script><script>alert(1)</script>|`c`**d**[a](javascript:e) ##[error]f {{data}} \"'&lt;]]>$(id)%n"
MEANT = {("observations", "unit"), ("units", "dimension"), ("units", "pint"), ("qualifiers", "printed")}
"""Free text that a program reads."""
Capture = pytest.CaptureFixture[str]


def spoil(raw: Path) -> int:
    """Put what is hostile into every cell of free text that is not empty; how many."""
    count = 0
    for table in TABLES.values():
        free = [name for name, column in schemas.columns(table).items()
                if column.metadata["bad"] == BAD_TEXT and str(schemas.arrow_type(column)) == "string"
                and (table.name, name) not in MEANT]  # fmt: skip
        for path in raw.glob(table.raw):
            with path.open(encoding="utf-8-sig", newline="") as stream:
                reader = csv.DictReader(stream)
                header, rows = list(reader.fieldnames or ()), list(reader)
            for row in rows:
                told = {name: f"::error::{row[name]} {HOSTILE}" for name in free if row.get(name)}
                count += len(told)
                row |= told
            with path.open("w", encoding="utf-8", newline="") as stream:
                writer = csv.DictWriter(stream, header, lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows)
    return count


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("escapes")
    shutil.copytree(ROOT / "raw", home / "raw", ignore=shutil.ignore_patterns("documents", "receipts"))
    assert spoil(home / "raw") > 1_000
    pipeline.build(home / "raw", home / "curated")
    return home


@pytest.fixture
def home(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MINSHENG_DOCUMENTS", str(tmp_path))
    return made


def assert_tame(printed: str) -> None:
    assert printed.replace("\n", "").isprintable()
    assert not re.search(r"^\s*::|##\[", printed, re.MULTILINE)


def test_descriptions_for_people_hold_nothing_of_the_data(made: Path) -> None:
    for name in ("README.md", "DICTIONARY.md"):
        assert (made / "curated" / name).read_bytes() == (ROOT / "curated" / name).read_bytes()


def test_descriptions_for_programs_hold_it_as_text(made: Path) -> None:
    for name in ("datapackage.json", "croissant.json"):
        assert json.loads((made / "curated" / name).read_text(encoding="utf-8"))
    package = json.loads((made / "curated/datapackage.json").read_text(encoding="utf-8"))
    assert {each["title"].startswith("::error::") for each in package["sources"]} == {True}
    tree = etree.parse(made / "curated/sdmx/structure.xml")
    assert [text for text in tree.xpath("//text()") if HOSTILE in text]
    assert not tree.xpath("//*[local-name() = 'script']")


def test_a_figure_is_text(home: Path) -> None:
    assert main(["plot", "dibao_persons", "--data", str(home / "curated"), "-o", "x.svg"]) == 0
    tree = etree.parse("x.svg")
    assert HOSTILE.split("|")[0] in "".join(tree.xpath("//text()"))
    assert not tree.xpath("//*[local-name() = 'script' or local-name() = 'a'] | //@*[starts-with(local-name(), 'on')]")


@pytest.mark.parametrize(
    "command",
    [
        ["trace", f"{SOURCE}:25"],
        ["query", "SELECT * FROM indicators", "--markdown"],
        ["diff", "--markdown", str(ROOT / "curated")],
    ],
)
def test_nothing_printed_is_a_command(home: Path, capsys: Capture, command: list[str]) -> None:
    data = [str(home / "curated")] if command[0] == "diff" else ["--data", str(home / "curated")]
    assert main([*command, *data]) in (0, 1)
    printed = capsys.readouterr().out
    assert "alert(1)" in printed
    assert printed.replace("\n", "").isprintable()
    assert not re.search(r"^\s*::", printed, re.MULTILINE)


def test_a_markdown_table_marks_up_nothing(home: Path, capsys: Capture) -> None:
    sql = "SELECT title_zh, 'a' || chr(10) || chr(27) AS \"<b>|`\" FROM sources"
    assert main(["query", sql, "--markdown", "--data", str(home / "curated")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in lines} == {3}
    assert not re.search(r"<|(?<!\\)[`*]|\]\(", "".join(lines))


def test_findings_are_no_commands_either(raw: Raw, capsys: Capture) -> None:
    raw.edit(SHEET, 2, note=f"::error::\n::error::{HOSTILE}\x1b[31m\u202e", indicator_id="::error::x")
    (raw.path / "figures/::error::x.csv").write_text("x", encoding="utf-8")
    (raw.path / "figures/\x1b[31m\n##[error]y\udcff.csv").write_text("x", encoding="utf-8")
    assert main(["check", "--raw", str(raw.path)]) == 1
    assert_tame(capsys.readouterr().err)
    assert main(["check", "--json", "--raw", str(raw.path)]) == 1
    printed = capsys.readouterr().out
    assert printed.isascii() or printed.replace("\n", "").isprintable()
    assert {"text", "code", "file-unexpected"} <= {f["rule"] for f in json.loads(printed)}


def test_a_command_is_tamed_wherever_a_line_begins() -> None:
    assert tamed("  ::error::a\n::b a::c ##[d]") == "  \\::error::a\n\\::b a::c ##\\[d]"


def test_who_reads_no_further_leaves_nothing_behind(made: Path, tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-c",
        "from pipeline.cli import run; run()",
        "diff",
        "--json",
        ROOT / "curated",
        made / "curated",
    ]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ | {"TMPDIR": str(tmp_path)}, cwd=ROOT
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.read(1000)
    process.stdout.close()
    assert (process.stderr.read(), process.wait()) == (b"", 128 + signal.SIGPIPE)
    assert list(tmp_path.iterdir()) == []
