"""What the documentation shows is what the commands do."""

import re
import shlex
from pathlib import Path

import pytest
from conftest import ROOT

from pipeline import database
from pipeline.cli import app, main
from pipeline.findings import RULES

READMES = ["README.md", "README.zh.md"]


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def shown(name: str) -> list[tuple[list[str], str]]:
    """Queries and checks of a document's shell blocks, each with the answer printed behind its block."""
    found = []
    for block in re.finditer(r"```sh\n(.*?)```", text(name), re.DOTALL):
        answer = re.match(r"\s*(?:```json\n(.*?)```|((?:\|[^\n]*\n)+))", text(name)[block.end() :], re.DOTALL)
        printed = (answer[1] or answer[2]).strip() if answer else ""
        script = re.sub(r"[ \t]+#.*", "", block[1])
        commands = re.split(r"(?:^|\n)(?:\.venv/bin/)?minsheng ", script)[1:]
        found += [(shlex.split(c), printed) for c in commands if c.startswith(("query", "check"))]
    return found


@pytest.mark.parametrize("name", READMES)
def test_every_answer_in_the_readme_is_what_the_command_prints(
    name: str, built: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert shown(name)
    for command, behind in shown(name):
        where = ["--data", str(built)] if command[0] == "query" else ["--raw", str(ROOT / "raw")]
        assert main(command + where) == 0, command
        printed = capsys.readouterr().out.strip()
        assert not behind or printed == behind, command


def test_every_command_has_help_with_an_example_and_is_in_the_readme() -> None:
    for command in app.registered_commands:
        assert "Example: minsheng" in (command.help or ""), command.name
        assert f"`{command.name}`" in text("README.md"), command.name


def test_every_view_and_macro_is_in_the_sql_readme() -> None:
    macros = re.findall(r"MACRO ([a-z]\w*)", text("sql/macros.sql"))
    for name in [*database.views(), *database.checks(), *macros]:
        assert f"`{name}" in text("sql/README.md"), name


def test_every_raw_column_is_in_the_raw_readme() -> None:
    for path in (ROOT / "raw").rglob("*.csv"):
        for column in path.read_text(encoding="utf-8").split("\n", 1)[0].split(","):
            assert column in text("raw/README.md"), (path.name, column)


def test_every_dependency_has_its_reason() -> None:
    names = re.findall(r'^    "([a-z-]+)[\[>]', text("pyproject.toml"), re.MULTILINE)
    assert len(names) > 10
    for name in names:
        assert f"`{name}" in text("CONTRIBUTING.md") or name in text("CONTRIBUTING.md"), name


def test_every_rule_has_a_title_and_words_that_can_be_filled() -> None:
    for name, rule in RULES.items():
        assert rule.title, name
        assert rule.template.format(seen="x", expected="y"), name


def test_no_document_names_a_package_host() -> None:
    for name in ["constraints.txt", "pyproject.toml", "Makefile", *READMES]:
        assert not re.search(r"pypi\.org|pythonhosted|--index-url|find-links", text(name)), name
