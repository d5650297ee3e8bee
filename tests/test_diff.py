import html
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import ROOT, SHEET, Raw

from pipeline import diff
from pipeline.cli import main
from pipeline.diff.rawcells import Cell

OBSERVATIONS = "observations.parquet"
Edit = Callable[[str, Callable[[pa.Table], pa.Table]], Path]
Told = dict[str, Any]


@pytest.fixture
def edited(built: Path, tmp_path: Path) -> Edit:
    """A copy of the built dataset; calling it rewrites one of its files by hand and returns the copy."""
    copy = tmp_path / "edited"
    shutil.copytree(built, copy)

    def edit(file: str, change: Callable[[pa.Table], pa.Table]) -> Path:
        pq.write_table(change(pq.read_table(copy / file)), copy / file)
        return copy

    return edit


@pytest.fixture
def whole(raw: Raw) -> Raw:
    """The raw folder with its receipts: it gives what `built` holds."""
    shutil.copytree(ROOT / "raw" / "receipts", raw.path / "receipts")
    return raw


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str]) -> Callable[..., Told]:
    """What --json prints of a difference."""

    def run(old: object, new: object, *options: str) -> Told:
        assert main(["diff", str(old), str(new), "--json", *options]) == 1
        told: Told = json.loads(capsys.readouterr().out)
        return told

    return run


@pytest.fixture
def repository(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A git repository that we are in: its first commit has raw/ only, its second, tagged `full`, the built dataset."""
    home = tmp_path / "repository"
    shutil.copytree(ROOT / "raw", home / "raw", ignore=shutil.ignore_patterns("documents"))
    monkeypatch.chdir(home)
    monkeypatch.delenv("MINSHENG_DOCUMENTS", raising=False)
    git("init", "--quiet", "--initial-branch=trunk")
    git("add", "raw")
    git("commit", "--quiet", "--message=raw")
    git("tag", "keyed")
    shutil.copytree(built, home / "curated", ignore=shutil.ignore_patterns("*.duckdb"))
    git("add", "curated")
    git("commit", "--quiet", "--message=curated")
    git("tag", "full")
    return home


def git(*arguments: str) -> str:
    who = ["-c", "user.name=nobody", "-c", "user.email=nobody@example.invalid", "-c", "commit.gpgsign=false"]
    return subprocess.run(["git", *who, *arguments], check=True, capture_output=True, text=True).stdout


def with_cells(row: int, **cells: object) -> Callable[[pa.Table], pa.Table]:
    """Overwrite cells of one row; types and metadata stay."""

    def change(table: pa.Table) -> pa.Table:
        rows = table.to_pylist()
        rows[row] |= cells
        return pa.Table.from_pylist(rows, schema=table.schema)

    return change


def spoil(raw: Raw) -> None:
    raw.edit(SHEET, 2, number="41.09", as_printed="41.09万户")


def test_equal_datasets_exit_0_and_say_so(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", str(built), str(built)]) == 0
    assert "equal: the same columns and rows in every table" in capsys.readouterr().out


def test_equal_datasets_are_equal_in_every_form(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", str(built), str(built), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["equal"] is True
    assert main(["diff", str(built), str(built), "--markdown"]) == 0
    assert "**equal**" in capsys.readouterr().out


def test_a_raw_folder_equals_what_was_built_from_it(whole: Raw, built: Path) -> None:
    assert main(["diff", str(built), str(whole.path)]) == 0


def test_another_order_of_rows_is_no_difference_but_is_told(
    built: Path, edited: Edit, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = edited(OBSERVATIONS, lambda t: t.take(list(reversed(range(t.num_rows)))))
    assert main(["diff", str(built), str(copy)]) == 0
    assert "other bytes in observations" in capsys.readouterr().out


def test_a_changed_digit_is_told_with_value_bounds_unit_and_raw_cell(
    whole: Raw, built: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil(whole)
    assert main(["diff", str(built), str(whole.path)]) == 1
    out = capsys.readouterr().out
    assert "~ jiangsu-2022-s1:1: dibao_households; 320000; 2022-Q2; 41.09万户" in out
    assert re.search(r"value +400,900 household +→ 410,900 household", out)
    assert re.search(r"bounds +400,850 … 400,950 +→ 410,850 … 410,950", out)
    assert f"raw, new: {SHEET}:2:number" in out
    assert f"raw, new: {SHEET}:2:as_printed" in out


def test_a_table_fits_80_columns(whole: Raw, built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from rich.cells import cell_len

    spoil(whole)
    whole.edit(SHEET, 3, note="a note that goes on " * 20 + "end")
    main(["diff", str(built), str(whole.path)])
    assert max(map(cell_len, capsys.readouterr().out.splitlines())) <= 80


def test_two_raw_folders_name_the_cells_that_are_keyed_differently(
    whole: Raw, tmp_path: Path, tell: Callable[..., Told]
) -> None:
    shutil.copytree(whole.path, tmp_path / "other")
    spoil(whole)
    (change,) = tell(tmp_path / "other", whole.path)["tables"]["observations"]["changed"]
    old = {"side": "old", "file": SHEET, "line": 2, "column": "number", "value": "40.09"}
    assert old in change["raw_cells"]
    assert old | {"side": "new", "value": "41.09"} in change["raw_cells"]
    assert {cell["column"] for cell in change["raw_cells"]} == {"number", "as_printed"}


def test_figures_that_came_are_added_with_their_raw_row(whole: Raw, built: Path, tell: Callable[..., Told]) -> None:
    line = whole.line_of("figures/china-mca-2021.csv", figure_no="1")
    extra = whole.add("figures/china-mca-2021.csv", like=line, figure_no="99", time_period="2020")
    told = tell(built, whole.path)["tables"]["observations"]
    assert told["counts"] == {"changed": 0, "added": 1, "removed": 0}
    assert told["added"][0]["row"]["observation_id"] == "china-mca-2021:99"
    assert told["added"][0]["raw_cells"][0]["line"] == extra


def test_figures_that_went_are_removed(built: Path, edited: Edit, capsys: pytest.CaptureFixture[str]) -> None:
    copy = edited(OBSERVATIONS, lambda t: t.slice(1))
    gone = pq.read_table(built / OBSERVATIONS)["observation_id"][0].as_py()
    assert main(["diff", str(built), str(copy)]) == 1
    out = capsys.readouterr().out
    assert "observations: 0 changed, 0 added, 1 removed (417 → 416 rows)" in out
    assert f"- {gone}: " in out


def test_a_changed_code_list_is_told_by_its_key(whole: Raw, built: Path, tell: Callable[..., Told]) -> None:
    whole.edit("codelists/themes.csv", 2, name_en="Renamed")
    told = tell(built, whole.path)["tables"]
    (change,) = told["themes"]["changed"]
    assert list(told) == ["themes"]
    assert change["key"] == {"theme_id": whole.rows("codelists/themes.csv")[0]["theme_id"]}
    assert change["values"]["name_en"]["new"] == "Renamed"
    assert change["raw_cells"][0] | {"side": ""} == {
        "side": "", "file": "codelists/themes.csv", "line": 2, "column": "name_en", "value": "Renamed"
    }  # fmt: skip


def test_an_action_is_found_in_its_sheet(whole: Raw, built: Path, tell: Callable[..., Told]) -> None:
    whole.edit("actions/jiangsu-2022-s1.csv", 3, title_en="Retitled")
    (change,) = tell(built, whole.path)["tables"]["actions"]["changed"]
    assert [(c["line"], c["column"]) for c in change["raw_cells"]] == [(3, "title_en")]


def test_a_changed_unit_of_an_indicator_points_at_the_indicator(
    whole: Raw, built: Path, tell: Callable[..., Told]
) -> None:
    file = "codelists/indicators.csv"
    line = whole.line_of(file, indicator_id="social_assistance_pilot_areas")
    whole.edit(file, line, unit_id="pilot_site")
    told = tell(built, whole.path)["tables"]
    (change,) = told["observations"]["changed"]
    assert change["values"]["unit_id"] == {"old": "locality", "new": "pilot_site"}
    expected = {"side": "new", "file": file, "line": line, "column": "unit_id", "value": "pilot_site"}
    assert expected in change["raw_cells"]
    assert told["indicators"]["changed"][0]["raw_cells"] == [expected]


def test_numbers_are_compared_to_the_last_bit(built: Path, edited: Edit, tell: Callable[..., Told]) -> None:
    import math

    value = pq.read_table(built / OBSERVATIONS)["obs_value"][0].as_py()
    told = tell(built, edited(OBSERVATIONS, with_cells(0, obs_value=math.nextafter(value, math.inf))))
    assert told["tables"]["observations"]["changed"][0]["changed"] == ["obs_value"]


def test_json_has_no_infinity(built: Path, edited: Edit, tell: Callable[..., Told]) -> None:
    told = tell(built, edited(OBSERVATIONS, with_cells(0, upper=float("inf"))))
    assert told["tables"]["observations"]["changed"][0]["values"]["upper"]["new"] == "inf"


def test_a_renamed_column_is_breaking(built: Path, edited: Edit, tell: Callable[..., Told]) -> None:
    names = ["remark" if n == "note" else n for n in pq.read_schema(built / OBSERVATIONS).names]
    told = tell(built, edited(OBSERVATIONS, lambda t: t.rename_columns(names)))
    assert told["breaking"] is True
    assert told["tables"] == {}
    assert told["schema"][0] == {
        "table": "observations", "column": "note", "change": "removed", "old": "VARCHAR",
        "new": "perhaps renamed to remark", "breaking": True,
    }  # fmt: skip


def test_a_nullable_column_added_at_the_end_is_not_breaking(
    built: Path, edited: Edit, tell: Callable[..., Told]
) -> None:
    told = tell(built, edited("themes.parquet", lambda t: t.append_column("more", pa.nulls(t.num_rows, pa.string()))))
    assert told["breaking"] is False
    assert [(c["column"], c["change"]) for c in told["schema"]] == [("more", "added at the end")]


def nullable(table: pa.Table, name: str) -> pa.Table:
    place = table.schema.get_field_index(name)
    return table.cast(table.schema.set(place, table.schema.field(place).with_nullable(True)))


def as_type(table: pa.Table, name: str, kind: pa.DataType) -> pa.Table:
    return table.set_column(table.schema.get_field_index(name), name, table[name].cast(kind))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda t: t.add_column(0, "first", pa.nulls(t.num_rows, pa.string())), "added between others"),
        (lambda t: as_type(t, "period_end", pa.string()), "retyped"),
        (lambda t: nullable(t, "number"), "made nullable"),
        (lambda t: t.select(t.schema.names[::-1]), "reordered"),
        (lambda t: t.drop_columns(["note"]), "removed"),
    ],
)
def test_what_a_reader_may_trip_over_is_breaking(
    change: Callable[[pa.Table], pa.Table], expected: str, built: Path, edited: Edit, tell: Callable[..., Told]
) -> None:
    schema = tell(built, edited(OBSERVATIONS, change))["schema"]
    assert expected in {c["change"] for c in schema if c["breaking"]}


def test_a_column_made_required_is_not_breaking(built: Path, edited: Edit, tell: Callable[..., Told]) -> None:
    copy = edited("themes.parquet", lambda t: nullable(t, "definition"))
    assert tell(copy, built)["breaking"] is False


def test_a_retyped_column_of_the_same_values_has_no_changed_rows(
    built: Path, edited: Edit, tell: Callable[..., Told]
) -> None:
    copy = edited(OBSERVATIONS, lambda t: as_type(t, "paragraph", pa.int64()))
    told = tell(built, copy)
    assert "retyped" in {c["change"] for c in told["schema"]}
    assert told["tables"] == {}


def test_a_table_that_went_is_breaking_and_one_that_came_is_not(
    built: Path, edited: Edit, tell: Callable[..., Told]
) -> None:
    copy = edited("themes.parquet", lambda t: t)
    (copy / "themes.parquet").rename(copy / "topics.parquet")
    changes = [(c["table"], c["change"], c["breaking"]) for c in tell(built, copy)["schema"]]
    assert changes == [("themes", "table removed", True), ("topics", "table added", False)]


def test_a_code_that_figures_used_and_is_gone_is_breaking(built: Path, edited: Edit, tell: Callable[..., Told]) -> None:
    units = pq.read_table(built / "units.parquet")["unit_id"].to_pylist()
    told = tell(built, edited("units.parquet", lambda t: t.filter([u != "household" for u in units])))
    lost = {(c["column"], c["old"], c["breaking"]) for c in told["schema"] if c["change"] == "code removed"}
    assert lost == {("unit_id", "household", True)}
    assert any("observations.unit_id" in c["new"] for c in told["schema"])


def test_a_code_of_a_dimension_that_is_gone_is_breaking(built: Path, edited: Edit, tell: Callable[..., Told]) -> None:
    codes = pq.read_table(built / "dimensions.parquet").to_pylist()
    told = tell(built, edited("dimensions.parquet", lambda t: t.filter([c["code"] != "U" for c in codes])))
    assert ("dimensions", "code", "U") in {(c["table"], c["column"], c["old"]) for c in told["schema"]}


def test_a_lost_code_is_not_looked_for_without_a_dictionary(
    built: Path, edited: Edit, tell: Callable[..., Told]
) -> None:
    copy = edited("units.parquet", lambda t: t)
    (copy / "columns.parquet").unlink()
    shutil.copytree(copy, copy.with_name("fewer"))
    pq.write_table(pq.read_table(built / "units.parquet").slice(3), copy.with_name("fewer") / "units.parquet")
    assert tell(copy, copy.with_name("fewer"))["schema"] == []


def test_another_description_in_the_dictionary_is_a_difference(
    built: Path, edited: Edit, tell: Callable[..., Told]
) -> None:
    told = tell(built, edited("columns.parquet", with_cells(0, description="Other words")))
    assert told["tables"]["columns"]["changed"][0]["changed"] == ["description"]


def test_rows_without_a_key_in_common_are_not_compared(
    built: Path, edited: Edit, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ["id" if n == "observation_id" else n for n in pq.read_schema(built / OBSERVATIONS).names]
    copy = edited(OBSERVATIONS, lambda t: t.rename_columns(names))
    for form in ([], ["--markdown"], ["--json"]):
        assert main(["diff", str(built), str(copy), *form]) == 1
        assert "no column of the key is in both" in capsys.readouterr().out


def test_a_key_that_stands_twice_is_said(built: Path, edited: Edit, tell: Callable[..., Told]) -> None:
    told = tell(built, edited("themes.parquet", lambda t: pa.concat_tables([t, t.slice(0, 1)])))
    assert told["tables"]["themes"]["not_compared"] == "a key (theme_id) stands twice in NEW"


def test_json_is_complete_although_the_table_is_cut(
    built: Path, edited: Edit, tell: Callable[..., Told], capsys: pytest.CaptureFixture[str]
) -> None:
    copy = edited(OBSERVATIONS, lambda t: t.slice(7))
    assert len(tell(built, copy, "--limit", "2")["tables"]["observations"]["removed"]) == 7
    main(["diff", str(built), str(copy), "--limit", "2"])
    out = capsys.readouterr().out
    assert out.count("\n- ") == 2
    assert "… and 5 more removed: --json has them all" in out
    main(["diff", str(built), str(copy), "--limit", "2", "--markdown"])
    assert "… and 5 more" in capsys.readouterr().out


def test_many_schema_changes_are_cut_and_counted(built: Path, edited: Edit, capsys: pytest.CaptureFixture[str]) -> None:
    copy = edited(OBSERVATIONS, lambda t: t.drop_columns(["note", "number", "age"]))
    main(["diff", str(built), str(copy), "--limit", "1"])
    assert "… and 2 more schema changes" in capsys.readouterr().out


def test_figures_of_a_source_are_in_order_of_their_number(built: Path, edited: Edit, tell: Callable[..., Told]) -> None:
    ids = pq.read_table(built / OBSERVATIONS)["observation_id"].to_pylist()
    copy = edited(OBSERVATIONS, lambda t: t.filter([not i.startswith("jiangsu-2022-s1:") for i in ids]))
    removed = [c["key"]["observation_id"] for c in tell(built, copy)["tables"]["observations"]["removed"]]
    assert removed == [f"jiangsu-2022-s1:{n}" for n in range(1, 41)]


# --- what the data says is never markup, and drives no terminal --------------------------------------------------

HOSTILE = "</details><script>x</script> | [a](http://b.invalid) @someone #1 `c` **d** www.e.invalid \x1b[31m"


def test_a_hostile_note_is_no_markdown(built: Path, edited: Edit, capsys: pytest.CaptureFixture[str]) -> None:
    copy = edited(OBSERVATIONS, with_cells(0, note=HOSTILE))
    assert main(["diff", str(built), str(copy), "--markdown"]) == 1
    out = capsys.readouterr().out
    for sign in ("<script>", "[a]", "http:", "@", "`", "**d**", "www.", "\x1b"):
        assert sign not in out, sign
    assert out.count("</details>") == 1
    assert HOSTILE.replace("\x1b", "\\x1b") in html.unescape(out)
    (row,) = re.findall(r"^\| <code>.*$", out, re.MULTILINE)
    assert row.count("|") == 5


def test_a_hostile_note_drives_no_terminal(built: Path, edited: Edit, capsys: pytest.CaptureFixture[str]) -> None:
    copy = edited(OBSERVATIONS, with_cells(0, note=HOSTILE))
    for form in ([], ["--json"]):
        assert main(["diff", str(built), str(copy), *form]) == 1
        assert "\x1b" not in capsys.readouterr().out


def test_markdown_folds_what_is_long(whole: Raw, built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spoil(whole)
    main(["diff", str(built), str(whole.path), "--markdown"])
    out = html.unescape(capsys.readouterr().out)
    assert "<details><summary><code>observations</code>: 1 changed</summary>" in out
    assert f"new: <code>{SHEET}:2:number</code>" in out


def test_markdown_tells_schema_changes(built: Path, edited: Edit, capsys: pytest.CaptureFixture[str]) -> None:
    main(["diff", str(built), str(edited(OBSERVATIONS, lambda t: t.drop_columns(["note"]))), "--markdown"])
    assert "| **yes** | <code>observations&#46;note</code> | removed |" in capsys.readouterr().out


# --- what the names mean -----------------------------------------------------------------------------------------


def test_a_revision_is_read_without_touching_the_work_tree(repository: Path, tell: Callable[..., Told]) -> None:
    shutil.rmtree(repository / "curated")
    before = git("status", "--porcelain")
    assert main(["diff", "full", "HEAD"]) == 0
    assert git("status", "--porcelain") == before
    assert not (repository / "curated").exists()


def test_a_revision_without_curated_is_built_from_its_raw(repository: Path) -> None:
    assert main(["diff", "keyed", "full"]) == 0


def test_a_revision_is_found_from_a_folder_within(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository / "raw")
    assert main(["diff", "full", "../curated"]) == 0


def test_a_revision_with_neither_is_refused(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git("rm", "-r", "--quiet", "--cached", ".")
    git("commit", "--quiet", "--message=nothing")
    assert main(["diff", "HEAD", "full"]) == 2
    assert "has neither curated/datapackage.json nor raw/sources.csv" in capsys.readouterr().err


def test_a_revision_that_git_leaves_out_of_archives_is_refused(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (repository / ".gitattributes").write_text("curated export-ignore\n")
    git("add", ".gitattributes")
    git("commit", "--quiet", "--message=attributes")
    assert main(["diff", "HEAD", "full"]) == 2
    assert "cannot be unpacked" in capsys.readouterr().err


def test_a_link_in_a_revision_leads_nowhere(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "curated" / "themes.parquet").unlink()
    (repository / "curated" / "themes.parquet").symlink_to("/etc/hostname")
    git("add", "curated")
    git("commit", "--quiet", "--message=a link")
    assert main(["diff", "HEAD", "full"]) == 2
    assert "cannot be unpacked" in capsys.readouterr().err


def test_a_name_of_a_folder_and_a_revision_is_refused(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git("branch", "curated")
    assert main(["diff", "curated", "full"]) == 2
    assert "'curated' could be two things: write ./curated or git:curated" in capsys.readouterr().err
    assert main(["diff", "./curated", "git:curated"]) == 0


def test_packaged_is_the_data_of_the_package(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("pipeline.paths.shipped", lambda: repository / "curated")
    monkeypatch.chdir(tmp_path)
    assert main(["diff", "packaged", str(repository / "curated")]) == 0
    (tmp_path / "packaged").mkdir()
    assert main(["diff", "packaged", "packaged"]) == 2
    assert f"write {repository / 'curated'} or ./packaged" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("nowhere", "is no folder, and git knows no such revision"),
        ("", "is no folder, and git knows no such revision"),
        ("git:", "is no folder, and git knows no such revision"),
        ("git:nowhere", "is no folder, and git knows no such revision"),
        ("--upload-pack=x", "No such option"),
        ("./empty", "no dataset in empty, neither datapackage.json nor sources.csv"),
        ("./both", "could be two things: it holds datapackage.json and sources.csv"),
        ("./torn", "torn/datapackage.json cannot be read"),
        ("./inner", "did you mean inner/curated?"),
    ],
)
def test_a_name_that_means_no_dataset_is_misuse(
    name: str,
    words: str,
    built: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in ("empty", "both", "torn", "inner/curated"):
        (tmp_path / folder).mkdir(parents=True)
    for file in ("both/datapackage.json", "both/sources.csv", "inner/curated/datapackage.json"):
        (tmp_path / file).write_text("{}")
    (tmp_path / "torn" / "datapackage.json").write_text('{"resources": [1]}')
    assert main(["diff", name, str(built)]) == 2
    assert words in " ".join(re.sub("[│╭╮╰╯─]", " ", capsys.readouterr().err).split())


def test_without_git_folders_are_compared_all_the_same(
    built: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["diff", str(built), str(built)]) == 0
    assert main(["diff", "HEAD", str(built)]) == 2


def test_raw_with_errors_is_told_with_the_first_and_exits_1(
    whole: Raw, built: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole.edit(SHEET, 2, number="41.09")
    assert main(["diff", str(built), str(whole.path)]) == 1
    err = capsys.readouterr().err
    assert f"{whole.path}: 1 error in the raw data; the first: {SHEET}:2" in err
    assert main(["diff", str(built), str(whole.path), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["findings"][0]["line"] == 2


def test_a_raw_folder_around_the_place_of_the_build_is_refused(
    whole: Raw, built: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(whole.path))
    assert main(["diff", str(built), str(whole.path)]) == 2
    assert "cannot be built" in capsys.readouterr().err


def test_a_broken_parquet_file_is_misuse(built: Path, edited: Edit, capsys: pytest.CaptureFixture[str]) -> None:
    copy = edited(OBSERVATIONS, lambda t: t)
    (copy / OBSERVATIONS).write_bytes(b"torn")
    assert main(["diff", str(built), str(copy)]) == 2
    assert "the files cannot be compared" in capsys.readouterr().err


def test_a_folder_whose_name_looks_like_a_pattern_is_read(built: Path, edited: Edit, tmp_path: Path) -> None:
    copy = edited("themes.parquet", lambda t: t.slice(1))
    copy.rename(tmp_path / "a [b]*c?")
    assert main(["diff", str(built), str(tmp_path / "a [b]*c?")]) == 1


def test_curated_folders_are_compared_without_pandas(built: Path, edited: Edit) -> None:
    copy = edited("themes.parquet", lambda t: t.slice(1))
    code = (
        "import sys; from pipeline.cli import main; main(['diff', *sys.argv[1:]]); "
        "sys.exit(any(m in sys.modules for m in ('pandas', 'pandera', 'pyarrow')))"
    )
    assert subprocess.run([sys.executable, "-c", code, str(built), str(copy)], check=False).returncode == 0


def test_json_and_markdown_at_once_is_misuse(built: Path) -> None:
    assert main(["diff", str(built), str(built), "--json", "--markdown"]) == 2


def test_rows_past_those_that_are_located_have_no_cells(
    whole: Raw, built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.diff.rows._CHUNK", 1)
    monkeypatch.setattr("pipeline.diff.rows._LOCATED", 1)
    whole.edit("codelists/themes.csv", 2, name_en="Renamed")
    whole.edit("codelists/themes.csv", 3, name_en="Renamed too")
    with diff.opened(str(built), str(whole.path)) as found:
        assert [len(change.cells) for change in found.tables["themes"].rows("changed")] == [1, 0]


def test_a_cell_reads_as_file_line_and_column() -> None:
    assert str(Cell("new", "a.csv", 3, "note")) == "a.csv:3:note"
    assert str(Cell("new", "a.csv", 3)) == "a.csv:3"
