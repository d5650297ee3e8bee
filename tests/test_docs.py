"""What the documentation shows is what the commands do."""

import re
import shlex
import shutil
from pathlib import Path

import documents
import duckdb
import pytest
from conftest import INVENTED, ROOT

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


# --- examples -------------------------------------------------------------------------------------------------------

EXAMPLES = {c.name: (c.help or "").partition("Example: minsheng ")[2].splitlines()[0] for c in app.registered_commands}


def test_the_generated_parts_of_the_readme_are_up_to_date() -> None:
    """`python tests/documents.py --write` makes them anew."""
    assert documents.rendered(text("README.md")) == text("README.md")


@pytest.fixture
def home(tmp_path: Path, built: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder like a checkout: raw data, a built dataset, and the text of an invented bulletin."""
    shutil.copytree(ROOT / "raw", tmp_path / "raw", ignore=shutil.ignore_patterns("documents"))
    shutil.copytree(built, tmp_path / "curated")
    (tmp_path / "raw/documents").mkdir()
    (tmp_path / "raw/documents/example-2022-s1.txt").write_text(INVENTED, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MINSHENG_DOCUMENTS", raising=False)
    return tmp_path


@pytest.mark.parametrize("name", [name for name in EXAMPLES if name not in ("audit", "proof")])
def test_every_example_of_a_command_runs(home: Path, name: str) -> None:
    assert main(shlex.split(EXAMPLES[name])) == 0


@pytest.mark.parametrize("name", ["audit", "proof"])
def test_examples_that_need_the_bulletin_s_text_run(home: Path, bulletin_path: Path, name: str) -> None:
    shutil.copy(bulletin_path, home / "raw/documents")
    assert main(shlex.split(EXAMPLES[name])) == 0


def blocks(name: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text(name), re.DOTALL)


@pytest.mark.usefixtures("home")
def test_the_readme_s_python_runs() -> None:
    """But for Spark, which the consumers run."""
    ran = 0
    for block in blocks("README.md", "python"):
        if "pyspark" in block:
            assert 'spark.read.parquet("curated/observations.parquet")' in block
            continue
        names: dict[str, object] = {}
        exec(block, names)  # our own documentation
        assert len(names["figures"]) == 417  # type: ignore[arg-type]
        ran += 1
    assert ran == 3


def statements(block: str) -> list[str]:
    return [s for s in re.sub(r"--.*", "", block).split(";") if s.strip()]


@pytest.mark.usefixtures("home")
def test_the_documents_sql_runs() -> None:
    ran = 0
    with duckdb.connect("curated/minsheng.duckdb", read_only=True) as connection:
        for block in [*blocks("README.md", "sql"), *blocks("sql/README.md", "sql")]:
            for statement in statements(block):
                assert connection.execute(statement).fetchall(), statement
                ran += 1
    assert ran >= 4


def test_what_a_figure_is_can_be_asked_of_the_files_in_three_ways(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With nothing but the files of `curated/`: what, in what unit, from where, how exact."""
    monkeypatch.chdir(home / "curated")
    readme = (home / "curated/README.md").read_text(encoding="utf-8")
    (sql,) = re.findall(r"```sql\n(.*?)```", readme, re.DOTALL)
    answers = [duckdb.sql(statement).fetchall() for statement in statements(sql)]
    assert len(answers) == 2
    for answer in answers:
        assert any("68.21万人" in row and 682050 in row and "person" in row for row in answer), answer
    (python,) = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    names: dict[str, object] = {}
    exec(python, names)  # our own documentation
    assert b"description" in names["schema"].field("lower").metadata  # type: ignore[attr-defined]
