import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT, SHEET, Raw

import pipeline
from pipeline.cli import main

Ask = Callable[..., int]


@pytest.fixture
def ask(built: Path) -> Ask:
    """Run `minsheng query` over the dataset; its exit code."""
    return lambda sql, *options: main(["query", sql, "--data", str(built), *options])


def test_a_build_sums_up_what_it_made(raw: Raw, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", "--raw", str(raw.path), "--out", str(tmp_path / "curated")]) == 0
    out = capsys.readouterr().out
    assert "Social assistance" in out
    assert "417 figures from 28 sources, 0 errors, 0 warnings; 23 files in" in " ".join(out.split())


def test_a_build_sums_up_as_json(raw: Raw, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["build", "--json", "--raw", str(raw.path), "--out", str(tmp_path / "curated")]
    assert main(command) == 0
    assert json.loads(capsys.readouterr().out)["rows"]["observations"] == 417
    raw.edit(SHEET, 2, number="1e400")
    assert main(command) == 1
    assert "pattern" in {f["rule"] for f in json.loads(capsys.readouterr().out)}


def test_warnings_are_printed_and_do_not_fail(raw: Raw, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = raw.add("codelists/themes.csv", like=2, theme_id="idle")
    assert main(["build", "--raw", str(raw.path), "--out", str(tmp_path / "curated")]) == 0
    assert f"warning: codelists/themes.csv:{line} [theme_id] unused" in capsys.readouterr().err
    assert main(["check", "--raw", str(raw.path)]) == 0


def test_findings_are_folded_past_fifty_of_a_rule(raw: Raw, capsys: pytest.CaptureFixture[str]) -> None:
    rows = raw.rows(SHEET)
    many = [row | {"figure_no": str(100 * n + int(row["figure_no"])), "number": "7" + row["number"]}
            for n in range(2) for row in rows]  # fmt: skip
    raw.write(SHEET, many)
    assert main(["check", "--raw", str(raw.path)]) == 1
    err = capsys.readouterr().err
    assert err.count(" recompose\n") == 50
    assert "… and 30 more of rule recompose: --json has them all" in err
    assert main(["check", "--raw", str(raw.path), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert sum(f["rule"] == "recompose" for f in found) == 80


@pytest.mark.parametrize(
    "arguments",
    [
        ["build", "--raw", "nowhere"],
        ["check", "--raw", "nowhere"],
        ["check", "--colour"],
        ["bake"],
        ["query"],
        ["query", "SELECT 1", "--csv", "--json"],
        ["query", "SELECT 1", "--data", "nowhere"],
    ],
)
def test_misuse_exits_2(arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2


def test_a_target_in_the_way_exits_2(raw: Raw, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "curated").write_text("a file")
    assert main(["build", "--raw", str(raw.path), "--out", str(tmp_path / "curated")]) == 2
    assert "is no folder" in capsys.readouterr().err


def test_an_unexpected_fault_exits_3_without_traceback(
    raw: Raw, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("our mistake")

    monkeypatch.setattr("pipeline.builder.examined", broken)
    assert main(["check", "--raw", str(raw.path)]) == 3
    err = capsys.readouterr().err
    assert "unexpected fault: RuntimeError: our mistake" in err
    assert "Traceback" not in err
    monkeypatch.setenv("MINSHENG_DEBUG", "1")
    with pytest.raises(RuntimeError):
        main(["check", "--raw", str(raw.path)])


def test_an_interrupt_is_no_traceback(raw: Raw, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("pipeline.builder.examined", interrupted)
    assert main(["check", "--raw", str(raw.path)]) == 130


def test_version_and_help() -> None:
    assert main(["--version"]) == 0
    for command in ("build", "check", "query"):
        assert main([command, "--help"]) == 0


def test_a_query_answers_as_table(ask: Ask, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask("SELECT as_printed, obs_value FROM headline WHERE indicator_id = 'dibao_households'") == 0
    out = capsys.readouterr().out
    assert "40.09万户" in out
    assert "400,900" in out
    assert "1 row" in out


def test_a_long_table_is_cut_and_counted(ask: Ask, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask("SELECT * FROM range(250)") == 0
    assert "250 rows, the last 50 not shown" in capsys.readouterr().out


def test_an_answer_wider_than_the_screen_is_shown_as_records(built: Path) -> None:
    import pty

    leader, follower = pty.openpty()
    command = [
        sys.executable,
        "-c",
        "from pipeline.cli import run; run()",
        "query",
        "--data",
        str(built),
        "FROM headline LIMIT 1",
    ]
    env = os.environ | {"COLUMNS": "80", "TERM": "xterm", "NO_COLOR": "1"}
    subprocess.run(command, stdout=follower, env=env, check=True)
    os.close(follower)
    shown = b""
    while chunk := _read(leader):
        shown += chunk
    assert "as_printed" in shown.decode()
    assert "…" not in shown.decode()
    assert "1 row" in shown.decode()


def _read(handle: int) -> bytes:
    try:
        return os.read(handle, 65536)
    except OSError:  # Linux reports the end of a terminal so
        return b""


def test_json_has_no_infinity_and_no_name_twice(ask: Ask, capsys: pytest.CaptureFixture[str]) -> None:
    sql = "SELECT 'inf'::DOUBLE AS x, 1.50::DECIMAL(4, 2) AS x, 2::DECIMAL(4, 0) AS y, {'a': ['nan'::DOUBLE]} AS z"
    assert ask(sql, "--json") == 0
    assert json.loads(capsys.readouterr().out) == [{"x": None, "x_2": 1.5, "y": 2, "z": {"a": [None]}}]


def test_a_dataset_that_cannot_be_opened_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "datapackage.json").write_text('{"name": "minsheng", "resources": [{}]}')
    (tmp_path / "minsheng.duckdb").write_bytes(b"torn")
    assert main(["query", "SELECT 1", "--data", str(tmp_path)]) == 2
    assert "cannot be opened" in capsys.readouterr().err


@pytest.mark.parametrize("content", ["{}", "{", "[]", '{"name": "other", "resources": [{}]}', '{"name": "minsheng"}'])
def test_a_manifest_that_is_not_ours_is_no_dataset(
    tmp_path: Path, content: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Named, it is refused; in the folder we are in, it does not stand in the way of the data that came along."""
    (tmp_path / "curated").mkdir()
    (tmp_path / "curated/datapackage.json").write_text(content)
    for command in (
        ["query", "SELECT 1"],
        ["trace", "marriages"],
        ["export", "xlsx", "--out", str(tmp_path / "x.xlsx")],
    ):
        assert main([*command, "--data", str(tmp_path / "curated")]) == 2
        assert "no dataset in" in capsys.readouterr().err
    monkeypatch.chdir(tmp_path)
    assert len(pipeline.load("observations")) == 417


def test_a_database_of_another_build_than_its_files_does_not_count(built: Path, tmp_path: Path, raw: Raw) -> None:
    raw.edit(SHEET, 2, note="another note")
    pipeline.build(raw.path, tmp_path / "new")
    shutil.copytree(built, tmp_path / "mixed")
    shutil.copy(tmp_path / "new/minsheng.duckdb", tmp_path / "mixed")
    sql = "SELECT note FROM observations WHERE observation_id = 'jiangsu-2022-s1:1'"
    with (
        pipeline.connect(tmp_path / "new") as new,
        pipeline.connect(tmp_path / "mixed") as mixed,
        pipeline.connect(built) as old,
    ):
        assert new.execute(sql).fetchall() == [("another note",)]
        assert mixed.execute(sql).fetchall() == old.execute(sql).fetchall()


def test_a_dataset_that_lacks_a_table_is_refused(
    built: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(built, tmp_path / "less", ignore=shutil.ignore_patterns("minsheng.duckdb", "units.parquet"))
    assert main(["query", "SELECT 1", "--data", str(tmp_path / "less")]) == 2
    assert "units.parquet is not there" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["y=1", "ref_area=1", "a*b", "c[d]", "q?"])
def test_a_folder_s_name_is_no_pattern_and_no_partition(built: Path, tmp_path: Path, name: str) -> None:
    shutil.copytree(built, tmp_path / name / "c", ignore=shutil.ignore_patterns("minsheng.duckdb"))
    with pipeline.connect(tmp_path / name / "c") as connection:
        assert connection.execute("SELECT count(*) FROM observations").fetchone() == (417,)


def test_a_path_with_brackets_is_printed_whole(raw: Raw, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", "--raw", str(raw.path), "--out", str(tmp_path / "a [b] c")]) == 0
    assert "a [b] c" in capsys.readouterr().out.replace("\n", " ")


def test_a_query_answers_as_csv(ask: Ask, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask("SELECT indicator_id, period_end FROM headline WHERE indicator_id = 'charities_new'", "--csv") == 0
    assert capsys.readouterr().out == "indicator_id,period_end\ncharities_new,2022-06-30\n"


def test_a_query_answers_as_json(ask: Ask, capsys: pytest.CaptureFixture[str]) -> None:
    sql = "SELECT lower, upper, period_end FROM headline WHERE unit = 'centre per county'"
    assert ask(sql, "--json") == 0
    assert json.loads(capsys.readouterr().out) == [{"lower": 3.0, "upper": None, "period_end": "2022-12-31"}]


def test_a_query_answers_as_markdown(ask: Ask, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask("SELECT 'a|b' AS x, NULL AS y, 1.5::DOUBLE AS z", "--markdown") == 0
    assert capsys.readouterr().out == "| x | y | z |\n| --- | --- | --- |\n| a\\|b |  | 1.5 |\n"


def test_control_characters_of_an_answer_reach_no_terminal(ask: Ask, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask("SELECT chr(27) || '[31m' AS x") == 0
    assert "\x1b[31m" not in capsys.readouterr().out


@pytest.mark.parametrize(
    "sql",
    [
        "DROP TABLE observations",
        "SELECT 1; SELECT 2",
        "",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "COPY (SELECT 1) TO 'x.csv'",
        "ATTACH 'x.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET threads = 1",
        "PRAGMA database_list",
        "EXPLAIN ANALYZE SELECT 1",
        "SELECT nothing FROM observations",
        "SELECT getenv('HOME')",
        "SELECT",
        "SELECT now()",
    ],
)
def test_everything_but_one_select_over_the_dataset_is_refused(
    ask: Ask, sql: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert ask(sql) == 2
    assert "Traceback" not in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_runaway_query_is_stopped(ask: Ask, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask("SELECT count(*) FROM range(100000000) a, range(100000000) b", "--timeout", "0.5") == 2
    assert "stopped after 0.5 s" in capsys.readouterr().err


def test_a_query_needs_no_pandas() -> None:
    code = "import sys; from pipeline import query; sys.exit(any(m in sys.modules for m in ('pandas', 'pandera', 'pyarrow')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# --- the Python interface ---------------------------------------------------------------------------------------


def test_load_gives_a_frame_with_types(built: Path) -> None:
    from pipeline.access import load

    frame = load("observations", built)
    assert len(frame) == 417
    assert str(frame["paragraph"].dtype) == "int32[pyarrow]"


def test_load_names_the_tables_there_are(built: Path) -> None:
    from pipeline.access import load

    with pytest.raises(KeyError, match="there are: actions, areas"):
        load("figures", built)


def test_load_and_connect_find_the_dataset_of_the_folder_they_run_in(
    raw: Raw, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline.build(raw.path, tmp_path / "curated")
    monkeypatch.chdir(tmp_path)
    assert len(pipeline.load("sources")) == 28
    with pipeline.connect() as connection:
        assert connection.execute("SELECT count(*) FROM observations").fetchone() == (417,)


def test_connect_works_without_the_database_file(raw: Raw, tmp_path: Path) -> None:
    out = tmp_path / "curated"
    pipeline.build(raw.path, out)
    from pipeline.access import connect

    with connect(out) as connection:
        expected = connection.execute(
            "SELECT * FROM derived ORDER BY derived_id, ref_area, period_end, breakdown"
        ).fetchall()
    (out / "minsheng.duckdb").unlink()
    with connect(out) as connection:
        assert (
            connection.execute("SELECT * FROM derived ORDER BY derived_id, ref_area, period_end, breakdown").fetchall()
            == expected
        )
        assert main(["query", "SELECT 1", "--data", str(out)]) == 0


def test_connect_says_where_it_looked(tmp_path: Path) -> None:
    from pipeline.access import connect

    with pytest.raises(FileNotFoundError, match="run minsheng build first"):
        connect(tmp_path)


def test_an_unknown_attribute_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError):
        _ = pipeline.publish_everything  # type: ignore[attr-defined]


def test_the_project_can_be_asked_for_its_raw_findings() -> None:
    assert pipeline.check(ROOT / "raw") == []
