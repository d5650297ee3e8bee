"""Every consumer is asked every question, and a wrong answer is told. Nothing is installed here: `make consumers` does."""

import json
import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from consumers import run
from consumers.run import CONSUMERS, HERE, Consumer, Result

HERE_ALREADY = ["pandas", "polars", "pyarrow", "duckdb"]


def consumer(name: str) -> Consumer:
    return next(c for c in CONSUMERS if c.name == name)


def pins(name: str) -> dict[str, str]:
    """Exact versions by package, of a requirements file or the constraints."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([\w.-]+)==(\S+)$", text, flags=re.MULTILINE))


@pytest.fixture(scope="module")
def answers(built: Path) -> dict[str, Any]:
    return run.reference.answers(built)


@pytest.fixture
def said(answers: dict[str, Any], built: Path) -> dict[str, Any]:
    """What pyarrow says when all is well."""
    return {"version": "1.0", "answers": dict(answers), "types": run.documented(built)}


def compared(said: dict[str, Any], answers: dict[str, Any], built: Path) -> Result:
    return run.compare(consumer("pyarrow"), said, answers, run.flat(run.documented(built)))


@pytest.mark.parametrize("reader", [c.reader for c in CONSUMERS])
def test_a_reader_answers_every_question_by_name(reader: str) -> None:
    text = (HERE / reader).read_text(encoding="utf-8")
    assert [q for q in run.reference.QUESTIONS if not re.search(rf"^\s+['\"]?{q}['\"]?[,:]", text, re.MULTILINE)] == []
    assert [f for f in run.reference.FIGURES if f not in text] == []


def test_every_reader_is_somebodys() -> None:
    readers = {p.name for p in HERE.iterdir() if re.search(r"_reader\.|\.sql$", p.name)}
    assert readers == {c.reader for c in CONSUMERS}


def test_the_reference_answers_what_the_bulletins_print(answers: dict[str, Any]) -> None:
    assert list(answers) == run.reference.QUESTIONS
    assert answers["value"] == [[400_900, 400_850, 400_950], [5.23, 5.225, 5.235]]
    assert answers["chinese"][0] == "40.09万户"
    assert answers["rows"]["observations"] == sum(answers["join"].values())


def test_no_question_has_an_answer_that_a_reader_of_nothing_would_give(answers: dict[str, Any]) -> None:
    assert all(answers["unbounded"] + answers["integers"] + answers["booleans"] + answers["breakdown"])
    assert answers["dates"][2] > 0
    assert len(answers["join"]) > 1
    assert answers["sum"] != round(answers["sum"], 6)  # the order of adding shows


@pytest.mark.parametrize("name", HERE_ALREADY)
def test_a_tool_that_is_here_already_reads_what_the_reference_reads(
    name: str, built: Path, answers: dict[str, Any]
) -> None:
    reader = consumer(name)
    printed = json.loads(run.run([sys.executable, str(HERE / reader.reader), str(built)]))
    result = run.compare(reader, printed, answers, run.flat(run.documented(built)))
    assert result.fine, result.wrong + result.mistyped


def test_types_are_compared_for_every_column(built: Path) -> None:
    types = run.flat(run.documented(built))
    assert len(types) > 30
    assert set(types.values()) == set(run.ARROW)


def test_what_is_right_is_fine(said: dict[str, Any], answers: dict[str, Any], built: Path) -> None:
    assert compared(said, answers, built).fine


def test_every_measure_fits_in_the_fifteen_digits_that_calc_saves(built: Path) -> None:
    figures = run.reference.pq.read_table(built / "observations.parquet").to_pylist()
    measures = [f[part] for f in figures for part in ("obs_value", "lower", "upper") if f[part] is not None]
    assert [measure for measure in measures if float(f"{measure:.15g}") != measure] == []


@pytest.mark.parametrize("question", run.reference.QUESTIONS)
def test_a_wrong_answer_is_told(question: str, said: dict[str, Any], answers: dict[str, Any], built: Path) -> None:
    said["answers"][question] = [0]
    result = compared(said, answers, built)
    assert [line.partition(":")[0] for line in result.wrong] == [question]
    assert result.right == "9 of 10"


def test_the_last_bit_of_a_sum_counts(said: dict[str, Any], answers: dict[str, Any], built: Path) -> None:
    said["answers"]["sum"] = round(answers["sum"], 6)
    assert not compared(said, answers, built).fine


def test_a_question_left_out_is_told(said: dict[str, Any], answers: dict[str, Any], built: Path) -> None:
    del said["answers"]["join"]
    assert "no answer" in compared(said, answers, built).wrong[0]


def test_another_type_is_told(said: dict[str, Any], answers: dict[str, Any], built: Path) -> None:
    said["types"]["observations"]["printed_decimals"] = "int64"
    result = compared(said, answers, built)
    assert result.mistyped == ["observations.printed_decimals: 'int64', expected 'int8'"]
    assert not result.fine


def test_a_column_that_is_gone_is_told(said: dict[str, Any], answers: dict[str, Any], built: Path) -> None:
    del said["types"]["observations"]["lower"]
    assert compared(said, answers, built).mistyped == ["observations.lower: 'no answer', expected 'double'"]


def test_what_cannot_be_installed_is_told_and_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], built: Path
) -> None:
    def refused() -> None:
        run.run([sys.executable, "-c", "raise SystemExit('no such package')"])

    monkeypatch.setattr(run, "CONSUMERS", [replace(consumer("pandas"), set_up=refused)])
    assert run.main(["--data", str(built)]) == 1
    assert "pandas: not usable: " in (told := capsys.readouterr().out)
    assert "no such package" in told


def test_a_reader_that_prints_no_json_is_told(monkeypatch: pytest.MonkeyPatch, built: Path, tmp_path: Path) -> None:
    silent = replace(consumer("pandas"), set_up=lambda: None, command=lambda data: [sys.executable, "-c", "print('?')"])
    assert "no JSON" in run.examine(silent, built, {}, tmp_path).unusable


def test_a_command_that_hangs_is_ended_with_all_that_it_started() -> None:
    with pytest.raises(run.UnusableError, match="longer than 1 seconds"):
        run.run(["sh", "-c", "sleep 60 & sleep 60"], timeout=1)


def test_a_folder_left_half_filled_is_filled_anew(tmp_path: Path) -> None:
    filled = []
    for wanted in ["1", "1", "2"]:
        run.unless_complete(tmp_path / "env", wanted, filled.append)
    assert len(filled) == 2
    (tmp_path / "env/installed.txt").unlink()
    (tmp_path / "env/left").touch()
    run.unless_complete(tmp_path / "env", "2", filled.append)
    assert len(filled) == 3
    assert not (tmp_path / "env/left").exists()


def test_versions_are_exact() -> None:
    packages = json.loads((HERE / "package.json").read_text(encoding="utf-8"))["dependencies"]
    assert all(version[0].isdigit() for version in packages.values())
    for path in HERE.glob("requirements-*.txt"):
        assert len(pins(str(path))) == len(path.read_text(encoding="utf-8").splitlines()), path.name


@pytest.mark.parametrize("name", HERE_ALREADY)
def test_the_matrix_and_the_project_have_the_same_versions(name: str) -> None:
    wanted = pins(f"tests/consumers/requirements-{name}.txt")
    assert wanted == {package: pins("constraints.txt")[package] for package in wanted}


@pytest.mark.parametrize("name", run.HEADERS)
def test_the_readme_shows_every_consumer_with_ten_right_answers_and_the_pinned_version(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    shown = text.partition(run.BEGIN)[2].partition(run.END)[0].strip().splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in shown]
    assert rows[0] == list(run.HEADERS[name])
    assert [[row[0], *row[2:]] for row in rows[2:]] == [
        [c.title, c.reads, "10 of 10", Result(c).typed] for c in CONSUMERS
    ]
    versions = {row[0]: row[1] for row in rows[2:]}
    packages = json.loads((HERE / "package.json").read_text(encoding="utf-8"))["dependencies"]
    assert versions["hyparquet in Node"] == packages["hyparquet"]
    assert versions["DuckDB in Node"] == packages["@duckdb/node-api"].partition("-")[0]
    for reader in CONSUMERS:
        if (path := HERE / f"requirements-{reader.name}.txt").is_file():
            assert versions[reader.title] in pins(str(path)).values(), reader.name


def test_a_readme_without_markers_is_refused() -> None:
    assert run.embedded(f"a\n{run.BEGIN}\nold\n{run.END}\nb", "new\n") == f"a\n{run.BEGIN}\nnew\n{run.END}\nb"
    with pytest.raises(ValueError, match="consumers"):
        run.embedded(f"{run.BEGIN}\n", "new\n")


def test_a_readme_with_another_table_is_told_and_mended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in run.HEADERS:
        (tmp_path / name).write_text(f"{run.BEGIN}\n{run.END}\n", encoding="utf-8")
    monkeypatch.setattr(run, "ROOT", tmp_path)
    results = [Result(consumer("polars"), "1.0")]
    assert run.outdated(results, write=False) == list(run.HEADERS)
    assert run.outdated(results, write=True) == []
    assert run.outdated(results, write=False) == []
