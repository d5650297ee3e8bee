"""Every export reads back equal to the Parquet, and nothing that is there is lost."""

import gc
import json
import math
import re
import shutil
import subprocess
import sys
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from python_calamine import CalamineWorkbook

from pipeline import workbook
from pipeline.cli import main
from pipeline.export import export
from pipeline.metadata import dictionary

HOSTILE = [
    '=HYPERLINK("http://example.org", "x")',
    "+1",
    "-1+1",
    "@x",
    "<script>alert(1)</script>",
    "<r><t>bold</t></r>",
    "</t></is></c>",
    "{=1+1}",
    "line\nbreak\r\nand\rreturn\n",
    'quote " and "" and \'',
    "a,b;c\td",
    " spaces ",
    "emoji 😀👨‍👩‍👧",
    "control \x01 \x0b \x1f",
    "_x0041_",
    "https://example.org/#a",
    "mailto:x@example.org",
    "internal:Sheet1!A1",
    "1505",
    "1e5",
    "true",
    "null",
    "NULL",
    "2022-06-30",
    "#N/A",
    "\u2028\ufeff\x7f",
    "民生：四十万户",
]
REALS = [0.1 + 0.2, 400900.0, 1.0010849233071455, -0.0, 1e300, 5e-324, 2.0**53 + 2, 1 / 3]
TABLES = [p.stem for p in sorted((Path(__file__).parent.parent / "curated").glob("*.parquet"))]


def notes(folder: Path, columns: dict[str, pa.Array]) -> Path:
    """A dataset of one table, `notes`."""
    folder.mkdir()
    about = [{"table_name": "notes", "column_name": name, "type": str(values.type), "nullable": True,
              "description": f"What {name} says", "description_zh": "说明", "unit": None, "codes": None,
              "sdmx_concept": None, "table_description": "Notes."} for name, values in columns.items()]  # fmt: skip
    pq.write_table(pa.Table.from_pylist(about, schema=dictionary.schema()), folder / "columns.parquet")
    pq.write_table(pa.table(columns), folder / "notes.parquet")
    package = {"name": "minsheng", "title": "Notes", "version": "1", "resources": [{}]}
    (folder / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    return folder


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    return notes(tmp_path / "hostile", {"n": pa.array(range(len(HOSTILE)), pa.int32()), "note": pa.array(HOSTILE)})


def parquet(folder: Path, table: str) -> list[dict[str, Any]]:
    return list(pq.read_table(folder / f"{table}.parquet").to_pylist())


def read_json_lines(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8", newline="\n") as stream:
        return [json.loads(line) for line in stream]


def dated(rows: list[dict[str, Any]], like: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows with dates where the others have them."""
    days = {name for row in like for name, value in row.items() if isinstance(value, date)}
    return [{k: date.fromisoformat(v) if v and k in days else v for k, v in row.items()} for row in rows]


def sheet(path: Path, name: str) -> list[dict[str, Any]]:
    """A sheet's rows; a blank cell as None."""
    header, *cells = CalamineWorkbook.from_path(path).get_sheet_by_name(name).to_python(skip_empty_area=False)
    return [dict(zip(map(str, header), (None if c == "" else c for c in row), strict=True)) for row in cells]


def parts(path: Path) -> dict[str, str]:
    """The XML of a workbook, by name."""
    with zipfile.ZipFile(path) as archive:
        return {n: archive.read(n).decode() for n in archive.namelist()}


def kinds(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """Values with their types, in which 1, 1.0 and True differ."""
    return [tuple((k, type(v), v) for k, v in row.items()) for row in rows]


def into(path: Path, form: str, folder: Path, *options: str) -> int:
    return main(["export", form, "--out", str(path), "--data", str(folder), *options])


@pytest.fixture(scope="session")
def exported(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the dataset in every format: csv/, jsonl/, xlsx."""
    home = tmp_path_factory.mktemp("exported")
    for form in ("csv", "jsonl", "xlsx"):
        export(form, home / form, folder=built)
    return home


# --- reading back -----------------------------------------------------------------------------------------------


def typed(built: Path, table: str) -> str:
    """A table's columns with their SQL types, as DuckDB's readers take them."""
    with duckdb.connect() as connection:
        content = connection.sql(f"FROM read_parquet('{built}/{table}.parquet')")
        return f"columns = {dict(zip(content.columns, map(str, content.types), strict=True))}"


def fetched(source: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        return connection.sql(f"FROM {source}").fetchall()


@pytest.mark.parametrize("table", TABLES)
def test_csv_reads_back_equal_in_duckdb(table: str, built: Path, exported: Path) -> None:
    read = fetched(f"read_csv('{exported}/csv/{table}.csv', header = true, {typed(built, table)})")
    assert read == [tuple(row.values()) for row in parquet(built, table)]


@pytest.mark.parametrize("table", TABLES)
def test_csv_reads_back_equal_in_polars(table: str, built: Path, exported: Path) -> None:
    expected = pl.read_parquet(built / f"{table}.parquet")
    read = pl.read_csv(exported / "csv" / f"{table}.csv", schema=expected.schema)
    assert read.equals(expected, null_equal=True)
    assert read.schema == expected.schema


def test_a_reader_that_guesses_types_finds_measures_in_csv(exported: Path) -> None:
    codes = {"ref_area": pl.String}
    guessed = pl.read_csv(exported / "csv" / "observations.csv", infer_schema_length=1, schema_overrides=codes).schema
    assert {guessed["obs_value"], guessed["lower"], guessed["upper"]} == {pl.Float64}


def test_csv_has_one_header_crlf_and_no_byte_order_mark(exported: Path, built: Path) -> None:
    text = (exported / "csv" / "units.csv").read_bytes()
    assert text.startswith(b"unit_id,name_zh,name_en,")
    assert text.count(b"\r\n") == text.count(b"\n") == len(parquet(built, "units")) + 1


@pytest.mark.parametrize("table", TABLES)
def test_json_lines_read_back_equal_in_python(table: str, built: Path, exported: Path) -> None:
    expected = parquet(built, table)
    assert kinds(dated(read_json_lines(exported / "jsonl" / f"{table}.jsonl"), expected)) == kinds(expected)


@pytest.mark.parametrize("table", TABLES)
def test_json_lines_read_back_equal_in_duckdb(table: str, built: Path, exported: Path) -> None:
    read = fetched(f"read_json('{exported}/jsonl/{table}.jsonl', {typed(built, table)})")
    assert read == [tuple(row.values()) for row in parquet(built, table)]


@pytest.mark.parametrize("table", TABLES)
def test_a_workbook_reads_back_equal(table: str, built: Path, exported: Path) -> None:
    """Numbers are all floats in a workbook; booleans and dates are not."""
    expected = [{k: float(v) if type(v) is int else v for k, v in row.items()} for row in parquet(built, table)]
    assert kinds(sheet(exported / "xlsx", table)) == kinds(expected)


def test_a_workbook_has_a_sheet_that_explains_and_one_for_each_table(built: Path, exported: Path) -> None:
    first, *others = CalamineWorkbook.from_path(exported / "xlsx").sheet_names
    assert first == "about"
    assert sorted(others) == TABLES


def test_the_first_sheet_tells_version_licence_bounds_units_and_content(built: Path, exported: Path) -> None:
    cells = CalamineWorkbook.from_path(exported / "xlsx").get_sheet_by_name("about").to_python()
    text = "\n".join(str(cell) for row in cells for cell in row)
    version = json.loads((built / "datapackage.json").read_text(encoding="utf-8"))["version"]
    for word in (
        f"Version {version}",
        "Creative Commons",
        "unbounded, not unknown",
        "没有界",
        "base units",
        "基本单位",
        "observations: ",
    ):
        assert word in text


# --- hostile text, and numbers that need every digit ------------------------------------------------------------


def test_hostile_text_survives_csv(hostile: Path, tmp_path: Path) -> None:
    assert into(tmp_path / "x.csv", "csv", hostile, "--table", "notes") == 0
    read = fetched(f"read_csv('{tmp_path}/x.csv', header = true, {typed(hostile, 'notes')})")
    assert [note for _, note in read] == HOSTILE
    assert pl.read_csv(tmp_path / "x.csv", schema_overrides={"note": pl.String})["note"].to_list() == HOSTILE


def test_hostile_text_survives_json_lines(hostile: Path, tmp_path: Path) -> None:
    assert into(tmp_path / "x.jsonl", "jsonl", hostile, "--table", "notes") == 0
    assert [row["note"] for row in read_json_lines(tmp_path / "x.jsonl")] == HOSTILE


def test_hostile_text_survives_a_workbook(hostile: Path, tmp_path: Path) -> None:
    assert into(tmp_path / "x.xlsx", "xlsx", hostile) == 0
    assert [row["note"] for row in sheet(tmp_path / "x.xlsx", "notes")] == HOSTILE


def test_no_text_becomes_a_formula_or_a_link(hostile: Path, tmp_path: Path) -> None:
    assert into(tmp_path / "x.xlsx", "xlsx", hostile) == 0
    for name, xml in parts(tmp_path / "x.xlsx").items():
        if name.startswith("xl/worksheets/sheet"):
            assert not re.search(r"<f[ >]|<hyperlink", xml), name
        assert 'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"' not in xml


def test_an_empty_text_is_no_null_in_csv(tmp_path: Path) -> None:
    folder = notes(tmp_path / "data", {"n": pa.array([1, 2], pa.int32()), "note": pa.array(["", None])})
    assert into(tmp_path / "x.csv", "csv", folder, "--table", "notes") == 0
    assert (tmp_path / "x.csv").read_bytes() == b'n,note\r\n1,""\r\n2,\r\n'


@pytest.fixture
def reals(tmp_path: Path) -> Path:
    return notes(tmp_path / "reals", {"x": pa.array(REALS), "flag": pa.array([True, False, None] + [True] * 5)})


def test_every_digit_of_a_float_survives_csv(reals: Path, tmp_path: Path) -> None:
    assert into(tmp_path / "x.csv", "csv", reals, "--table", "notes") == 0
    assert pl.read_csv(tmp_path / "x.csv", infer_schema_length=1)["x"].to_list() == REALS


def test_every_digit_of_a_float_survives_json_lines(reals: Path, tmp_path: Path) -> None:
    assert into(tmp_path / "x.jsonl", "jsonl", reals, "--table", "notes") == 0
    assert [row["x"] for row in read_json_lines(tmp_path / "x.jsonl")] == REALS


def test_every_digit_of_a_float_survives_a_workbook(reals: Path, tmp_path: Path) -> None:
    assert into(tmp_path / "x.xlsx", "xlsx", reals) == 0
    assert [row["x"] for row in sheet(tmp_path / "x.xlsx", "notes")] == REALS


def test_booleans_of_a_workbook_are_booleans(reals: Path, tmp_path: Path) -> None:
    assert into(tmp_path / "x.xlsx", "xlsx", reals) == 0
    assert [row["flag"] for row in sheet(tmp_path / "x.xlsx", "notes")] == [True, False, None] + [True] * 5


@pytest.mark.parametrize("form", ["csv", "jsonl", "xlsx"])
@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_a_number_that_is_none_is_refused(
    form: str, number: float, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = notes(tmp_path / "data", {"x": pa.array([1.0, number])})
    assert into(tmp_path / "x", form, folder) == 2
    assert "notes, row 2: an infinite number" in capsys.readouterr().err
    assert not (tmp_path / "x").exists()


# --- the look of a workbook -------------------------------------------------------------------------------------


def xml_of(exported: Path, table: str) -> str:
    names = CalamineWorkbook.from_path(exported / "xlsx").sheet_names
    return parts(exported / "xlsx")[f"xl/worksheets/sheet{names.index(table) + 1}.xml"]


def test_the_header_of_a_sheet_is_frozen(exported: Path) -> None:
    for table in TABLES:
        assert re.search(r'<pane [^>]*ySplit="1"[^>]*state="frozen"', xml_of(exported, table)), table


def test_a_sheet_can_be_filtered(exported: Path, built: Path) -> None:
    assert f'<autoFilter ref="A1:H{len(parquet(built, "units")) + 1}"/>' in xml_of(exported, "units")


def test_the_header_has_notes_with_meaning_in_both_languages_and_unit(exported: Path) -> None:
    found = [xml for name, xml in parts(exported / "xlsx").items() if name.startswith("xl/comments")]
    assert len(found) == len(TABLES)
    [observations] = [xml for xml in found if "Value in base units" in xml]
    for words in (
        "Value in base units; empty for a range\n数值（基本单位），区间形式为空\nunit · 单位: see unit_id",
        "SDMX: OBS_VALUE",
    ):
        assert words in observations


def test_the_font_of_every_cell_and_note_has_chinese(exported: Path) -> None:
    files = parts(exported / "xlsx")
    fonts = re.findall(r"<font>.*?</font>", files["xl/styles.xml"])
    cells = files["xl/styles.xml"].partition("<cellXfs")[2].partition("</cellXfs>")[0]
    used = [fonts[int(n)] for n in re.findall(r'fontId="(\d+)"', cells)]
    assert used
    assert all('<name val="Microsoft YaHei"/>' in font and "<scheme" not in font for font in used)
    notes = [xml for name, xml in files.items() if name.startswith("xl/comments")]
    assert {font for xml in notes for font in re.findall(r'<rFont val="([^"]*)"', xml)} == {"Microsoft YaHei"}


def test_columns_are_as_wide_as_their_content_within_limits(exported: Path) -> None:
    widths = [float(w) for w in re.findall(r'<col [^>]*width="([0-9.]+)"', xml_of(exported, "indicators"))]
    assert 9 <= min(widths) < 25
    assert 59 < max(widths) < 62


def test_a_width_is_taken_from_the_first_rows_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "_MEASURED", 1)
    folder = notes(tmp_path / "data", {"note": pa.array(["short", "long" * 10])})
    assert into(tmp_path / "x.xlsx", "xlsx", folder) == 0
    [width] = re.findall(r'<col [^>]*width="([0-9.]+)"', parts(tmp_path / "x.xlsx")["xl/worksheets/sheet2.xml"])
    assert float(width) < 11


def test_every_line_of_the_first_sheet_has_the_room_it_needs(exported: Path) -> None:
    rows = re.findall(r'<row r="(\d+)"[^>]* ht="(\d+)"', parts(exported / "xlsx")["xl/worksheets/sheet1.xml"])
    heights = {int(number): int(height) for number, height in rows}
    assert heights[1] == 18
    assert heights[4] >= 3 * 18


# --- what a workbook cannot hold --------------------------------------------------------------------------------


def test_a_text_that_no_cell_holds_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = notes(tmp_path / "data", {"note": pa.array(["x" * 32_767, "😀" * 16_384])})
    assert into(tmp_path / "x.xlsx", "xlsx", folder) == 2
    assert "notes, row 2, note: 32,768 characters, a cell takes 32,767" in capsys.readouterr().err
    assert [p.name for p in tmp_path.iterdir()] == ["data"]


def test_a_text_that_just_fits_is_kept_whole(tmp_path: Path) -> None:
    longest = "😀" * 16_383 + "x"
    folder = notes(tmp_path / "data", {"note": pa.array([longest])})
    assert into(tmp_path / "x.xlsx", "xlsx", folder) == 0
    assert sheet(tmp_path / "x.xlsx", "notes") == [{"note": longest}]


def test_more_rows_than_a_sheet_takes_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = notes(tmp_path / "data", {"n": pa.array(range(1_048_576), pa.int32())})
    assert into(tmp_path / "x.xlsx", "xlsx", folder) == 2
    assert "notes has 1,048,576 rows, a sheet takes 1,048,575" in capsys.readouterr().err


def test_a_day_that_spreadsheets_disagree_about_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = notes(tmp_path / "data", {"day": pa.array([date(1900, 3, 1), date(1900, 2, 28)])})
    assert into(tmp_path / "x.xlsx", "xlsx", folder) == 2
    assert "notes, row 2, day: 1900-02-28 is before 1900-03-01" in capsys.readouterr().err


def test_a_workbook_on_a_full_disk_is_a_fault_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="nowhere"):
        workbook.write(tmp_path / "nowhere" / "x.xlsx", [], {})


def test_a_workbook_that_fills_the_disk_is_one_error_and_no_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ignored: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", ignored.append)
    (tmp_path / "x.xlsx").symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left"):
        workbook.write(tmp_path / "x.xlsx", [], {})
    gc.collect()
    assert ignored == []


# --- same bytes -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["csv", "jsonl", "xlsx"])
def test_a_second_export_gives_the_same_bytes(form: str, built: Path, exported: Path, tmp_path: Path) -> None:
    assert into(tmp_path / "again", form, built) == 0
    files = [exported / form] if form == "xlsx" else sorted((exported / form).iterdir())
    for file in files:
        again = tmp_path / "again" if form == "xlsx" else tmp_path / "again" / file.name
        assert again.read_bytes() == file.read_bytes(), file.name


def test_an_export_takes_the_parquet_whatever_database_lies_beside_it(hostile: Path, tmp_path: Path) -> None:
    (hostile / "minsheng.duckdb").write_bytes(b"torn")
    assert into(tmp_path / "x", "csv", hostile) == 0


# --- tables and targets -----------------------------------------------------------------------------------------


def test_one_table_is_one_file_and_several_are_a_folder(built: Path, tmp_path: Path) -> None:
    assert into(tmp_path / "one", "csv", built, "--table", "units", "--table", "units") == 0
    assert into(tmp_path / "two", "csv", built, "--table", "units", "--table", "areas") == 0
    assert (tmp_path / "one").is_file()
    assert sorted(p.name for p in (tmp_path / "two").iterdir()) == ["areas.csv", "units.csv"]


def test_table_selects_the_sheets_of_a_workbook(built: Path, tmp_path: Path) -> None:
    assert into(tmp_path / "x.xlsx", "xlsx", built, "--table", "units", "--table", "areas") == 0
    assert CalamineWorkbook.from_path(tmp_path / "x.xlsx").sheet_names == ["about", "units", "areas"]


def test_without_out_a_target_is_named_after_its_content(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for form, *table in (["csv"], ["jsonl", "--table", "units"], ["xlsx"]):
        assert main(["export", form, "--data", str(built), *table]) == 0
    assert sorted(p.name for p in tmp_path.iterdir()) == ["minsheng-csv", "minsheng.xlsx", "units.jsonl"]
    assert "minsheng.xlsx: 15 tables, " in capsys.readouterr().out


def test_a_folder_with_the_signs_of_patterns_is_only_a_folder(built: Path, tmp_path: Path) -> None:
    odd = tmp_path / "a=1" / "it's [b]* c"
    shutil.copytree(built, odd)
    assert into(tmp_path / "a=1" / "x's.csv", "csv", odd, "--table", "units") == 0
    assert (tmp_path / "a=1" / "x's.csv").read_text(encoding="utf-8").startswith("unit_id,name_zh,")


def test_an_export_needs_no_pandas(hostile: Path, tmp_path: Path) -> None:
    code = f"""
import sys
from pipeline.export import export
export("xlsx", {str(tmp_path / "x.xlsx")!r}, folder={str(hostile)!r})
sys.exit(any(m in sys.modules for m in ("pandas", "pandera", "pyarrow")))
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_sdmx_csv_is_a_copy_of_the_dataset_s_own(hostile: Path, tmp_path: Path) -> None:
    (hostile / "sdmx").mkdir()
    (hostile / "sdmx" / "observations.csv").write_bytes(b"STRUCTURE\r\n")
    assert into(tmp_path / "x.csv", "sdmx-csv", hostile) == 0
    assert (tmp_path / "x.csv").read_bytes() == b"STRUCTURE\r\n"


def test_a_dataset_without_observations_says_so(
    hostile: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert into(tmp_path / "x.csv", "sdmx-csv", hostile) == 2
    assert "has no observations" in capsys.readouterr().err


def test_a_dataset_too_large_for_sdmx_csv_is_written_when_asked_for(built: Path, tmp_path: Path) -> None:
    (own := tmp_path / "curated").mkdir()
    for file in built.glob("*.*"):
        (own / file.name).symlink_to(file)
    assert into(tmp_path / "x.csv", "sdmx-csv", own) == 0
    assert (tmp_path / "x.csv").read_bytes() == (built / "sdmx" / "observations.csv").read_bytes()


def test_sdmx_csv_takes_no_table(hostile: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert into(tmp_path / "x.csv", "sdmx-csv", hostile, "--table", "notes") == 2
    assert "leave --table out" in capsys.readouterr().err


@pytest.mark.parametrize(("word", "answer"), [("observation", "did you mean observations?"), ("qqq", "there are obs")])
def test_an_unknown_table_is_refused_with_the_near_one(
    word: str, answer: str, built: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert into(tmp_path / "x.csv", "csv", built, "--table", word) == 2
    assert answer in capsys.readouterr().err


def test_a_folder_without_dataset_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert into(tmp_path / "x.csv", "csv", tmp_path) == 2
    assert capsys.readouterr().err == f"minsheng: no dataset in {tmp_path}: run minsheng build first\n"


def test_a_torn_dataset_is_refused_in_one_line(
    hostile: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (hostile / "notes.parquet").write_bytes(b"torn")
    assert into(tmp_path / "x", "csv", hostile) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "x").exists()


def test_a_format_that_is_none_is_misuse(hostile: Path, tmp_path: Path) -> None:
    assert into(tmp_path / "x", "pdf", hostile) == 2


@pytest.fixture(params=["csv", "jsonl", "xlsx", "sdmx-csv"])
def form(request: pytest.FixtureRequest, hostile: Path) -> str:
    (hostile / "sdmx").mkdir()
    (hostile / "sdmx" / "observations.csv").write_bytes(b"STRUCTURE\r\n")
    return str(request.param)


def only(form: str) -> list[str]:
    return ["--table", "notes"] if form in ("csv", "jsonl") else []


def test_a_file_that_is_there_is_kept(
    form: str, hostile: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x").write_text("mine")
    assert into(tmp_path / "x", form, hostile, *only(form)) == 2
    assert "is there already" in capsys.readouterr().err
    assert (tmp_path / "x").read_text() == "mine"


def test_force_replaces_a_file(form: str, hostile: Path, tmp_path: Path) -> None:
    (tmp_path / "x").write_text("mine")
    assert into(tmp_path / "x", form, hostile, "--force", *only(form)) == 0
    assert (tmp_path / "x").read_bytes() != b"mine"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["hostile", "x"]


def test_force_replaces_no_folder_by_a_file(form: str, hostile: Path, tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    assert into(tmp_path / "x", form, hostile, "--force", *only(form)) == 2


def test_force_follows_no_link(form: str, hostile: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    (tmp_path / "x").symlink_to(tmp_path / "mine")
    assert into(tmp_path / "x", form, hostile, "--force", *only(form)) == 2
    assert (tmp_path / "mine").read_text() == "mine"


def test_an_earlier_folder_is_replaced_only_by_force(built: Path, tmp_path: Path) -> None:
    assert into(tmp_path / "x", "csv", built) == 0
    (tmp_path / "x" / "units.csv").write_text("edited")
    assert into(tmp_path / "x", "csv", built, "--table", "units", "--table", "areas") == 2
    assert (tmp_path / "x" / "units.csv").read_text() == "edited"
    assert into(tmp_path / "x", "csv", built, "--table", "units", "--table", "areas", "--force") == 0
    assert sorted(p.name for p in (tmp_path / "x").iterdir()) == ["areas.csv", "units.csv"]
    assert [p.name for p in tmp_path.iterdir()] == ["x"]


def test_force_spares_a_folder_that_holds_more_than_exports(
    built: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "thesis.csv").write_text("mine")
    assert into(tmp_path / "x", "csv", built, "--force") == 2
    assert "holds what no export makes (thesis.csv)" in capsys.readouterr().err


def test_an_empty_folder_is_filled(built: Path, tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    assert into(tmp_path / "x", "jsonl", built) == 0
    assert (tmp_path / "x" / "units.jsonl").is_file()


def test_the_folder_one_is_in_is_spared(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert into(Path(), "csv", built) == 2


def test_a_target_that_cannot_be_written_is_misuse(
    hostile: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert into(tmp_path / "nowhere" / "x", "csv", hostile) == 2
    assert "cannot be written: No such file" in capsys.readouterr().err


def test_a_folder_with_a_folder_in_it_is_never_replaced(built: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / "units.csv").mkdir(parents=True)
    (out / "units.csv/thesis.txt").write_text("precious")
    assert main(["export", "csv", "--out", str(out), "--data", str(built), "--force"]) == 2
    assert (out / "units.csv/thesis.txt").read_text() == "precious"
