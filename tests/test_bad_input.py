"""Bad input of every kind: exit 1, one finding with file, line and column, nothing written, never a traceback."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import SHEET, Raw

import pipeline.access
from pipeline import csvfiles
from pipeline.cli import main


def as_bytes(encoding: str) -> Callable[[Raw], None]:
    def spoil(raw: Raw) -> None:
        text = (raw.path / SHEET).read_text(encoding="utf-8")
        (raw.path / SHEET).write_bytes(text.encode(encoding))

    return spoil


def replaced(old: str, new: str, file: str = SHEET) -> Callable[[Raw], None]:
    return lambda raw: raw.replace(file, old, new)


def edited(line: int, file: str = SHEET, **cells: str) -> Callable[[Raw], None]:
    return lambda raw: raw.edit(file, line, **cells)


def with_bytes(content: bytes, file: str = SHEET) -> Callable[[Raw], None]:
    def spoil(raw: Raw) -> None:
        (raw.path / file).write_bytes(content)

    return spoil


def nul(raw: Raw) -> None:
    content = (raw.path / SHEET).read_bytes()
    (raw.path / SHEET).write_bytes(content.replace("68.21万人".encode(), b"68\x0021\xe4\xb8\x87", 1))


def linked(raw: Raw) -> None:
    (raw.path / SHEET).rename(raw.path.parent / "elsewhere.csv")
    (raw.path / SHEET).symlink_to(raw.path.parent / "elsewhere.csv")


def linked_folder(raw: Raw) -> None:
    (raw.path / "figures").rename(raw.path.parent / "elsewhere")
    (raw.path / "figures").symlink_to(raw.path.parent / "elsewhere")


HEADER = "figure_no,paragraph,char_start,char_end,as_printed,qualifier,direction,number,multiplier,unit,inherited,indicator_id,ref_area,time_period,note"  # fmt: skip
ROW2 = "1,13,291,298,40.09万户,,,40.09,万,户,,dibao_households,320000,2022-Q2,"

CASES: dict[str, tuple[Callable[[Raw], None], str, str, int, str, str]] = {
    # what is done, rule, file, line, column, what the finding says
    "GB18030": (as_bytes("gb18030"), "file-encoding", SHEET, 2, "", "iconv -f GB18030 -t UTF-8"),
    "UTF-16": (as_bytes("utf-16"), "file-encoding", SHEET, 1, "", "iconv -f UTF-16 -t UTF-8"),
    "UTF-16 without mark": (as_bytes("utf-16-le"), "file-encoding", SHEET, 1, "", "UTF-16"),
    "NUL": (nul, "file-nul", SHEET, 2, "", "NUL"),
    "an unclosed quote": (replaced("68.21万人,", '"68.21万人,'), "file-quote", SHEET, 3, "", "never closes"),
    "text behind a quote": (replaced("68.21万人,", '"68.21"万人,'), "file-quote", SHEET, 3, "", "behind a closing quote"),
    "a missing column": (replaced(HEADER, HEADER.replace(",unit", "")), "file-header", SHEET, 1, "unit", "unit is missing"),
    "an extra column": (replaced(HEADER, HEADER + ",colour"), "file-header", SHEET, 1, "colour", "'colour' is not known"),
    "a doubled column": (replaced(HEADER, HEADER + ",note"), "file-header", SHEET, 1, "note", "note stands twice"),
    "a cell too many": (replaced(ROW2, ROW2 + ","), "file-width", SHEET, 2, "", "16 cells, expected 15"),
    "a cell too few": (replaced(ROW2, ROW2[:-1]), "file-width", SHEET, 2, "", "14 cells, expected 15"),
    "semicolons": (with_bytes(HEADER.replace(",", ";").encode()), "file-header", SHEET, 1, "", "separated by commas"),
    "a piece of a byte order mark": (with_bytes(b"\xbb"), "file-encoding", SHEET, 1, "", "UTF-8"),
    "an empty file": (with_bytes(b""), "file-empty", SHEET, 0, "", "empty"),
    "an empty code list": (with_bytes(b"\xef\xbb\xbf\r\n", "codelists/units.csv"), "file-empty", "codelists/units.csv", 0, "", "unit_id"),
    "a bare carriage return": (replaced(ROW2 + "", ROW2[:20] + "\r" + ROW2[20:]), "file-unreadable", SHEET, 2, "", "carriage"),
    "full-width digits": (edited(2, number="４０.０９"), "pattern", SHEET, 2, "number", "key 40.09"),
    "scientific notation": (edited(2, number="4.009E+01"), "pattern", SHEET, 2, "number", "scientific notation"),
    "an underscore": (edited(13, number="1_505"), "pattern", SHEET, 13, "number", "underscore"),
    "a comma": (edited(13, number="1,505"), "pattern", SHEET, 13, "number", "no commas"),
    "1e400": (edited(2, number="1e400"), "pattern", SHEET, 2, "number", "scientific"),
    "a date in a number": (edited(2, number="40-Sep"), "pattern", SHEET, 2, "number", "spreadsheet made a date"),
    "a spreadsheet's date": (edited(2, time_period="2022/6/30"), "pattern", SHEET, 2, "time_period", "year-month-day"),
    "a stray space in a code": (edited(2, ref_area="320000 "), "code", SHEET, 2, "ref_area", "stray space: '320000'"),
    "a stray space in a number": (edited(2, number=" 40.09"), "pattern", SHEET, 2, "number", "stray space"),
    "a stray space in an integer": (edited(2, paragraph="13 "), "type", SHEET, 2, "paragraph", "stray space"),
    "a stray space in a note": (edited(4, note=" so"), "text", SHEET, 4, "note", "stray space"),
    "a space before a quote": (replaced(ROW2, ROW2 + ' "so"'), "text", SHEET, 2, "", "stray space"),
    "smart quotes around a code": (edited(2, indicator_id="“dibao_households”"), "code", SHEET, 2, "indicator_id", "typographic quotes"),
    "smart quotes around a note": (edited(2, note="“so”"), "text", SHEET, 2, "note", "typographic quotes"),
    "smart quotes around a comma": (replaced(ROW2, ROW2 + "“so, and so”"), "file-width", SHEET, 2, "", "typographic quotes"),
    "a formula in a note": (edited(2, note='=HYPERLINK("x")'), "text", SHEET, 2, "note", "formula"),
    "an escape sequence in a note": (edited(2, note="so\x1b[31m"), "text", SHEET, 2, "note", "\\x1b[31m"),
    "invisible characters": (edited(2, note="so\u202eos"), "text", SHEET, 2, "note", "\\u202e"),
    "a negative count": (edited(13, number="-1505", as_printed="-1505家", char_end="821"), "indicator-range", SHEET, 13, "number", "never negative"),
    "a unit of another dimension": (edited(2, unit="人", as_printed="40.09万人"), "unit", SHEET, 2, "unit", "not one that dibao_households admits"),
    "an unknown code": (edited(2, indicator_id="dibao_houshold"), "code", SHEET, 2, "indicator_id", "did you mean dibao_households?"),
    "a path as source_id": (edited(2, "sources.csv", source_id="../jiangsu"), "pattern", "sources.csv", 2, "source_id", "small letters"),
    "an infinite date": (edited(2, "sources.csv", published_on="infinity"), "pattern", "sources.csv", 2, "published_on", "a day such as"),
    "an endless period": (edited(2, time_period="2022-01-01/P2000000000Y"), "pattern", SHEET, 2, "time_period", "a period such as"),
    "a leading empty line": (replaced(HEADER, "\n" + HEADER), "file-header", SHEET, 1, "", "the first line is empty"),
    "a misspelt column": (replaced(HEADER, HEADER.replace("as_printed", "as_print")), "file-header", SHEET, 1, "as_print", "did you mean as_printed?"),
    "UTF-16BE without mark": (as_bytes("utf-16-be"), "file-encoding", SHEET, 1, "", "UTF-16BE"),
    "UTF-32": (as_bytes("utf-32"), "file-encoding", SHEET, 1, "", "UTF-32"),
    "mixed line ends": (replaced("\n2,13,", "\r\n2,13,"), "file-unreadable", SHEET, 0, "", "CRLF"),
    "a quote opened in the last row": (replaced("37,,%", '37,,"%'), "file-quote", SHEET, 41, "", "never closes"),
    "a cell of three megabytes": (edited(2, note="x" * 3_000_000), "file-quote", SHEET, 2, "", "2,000,000 bytes"),
    "a formula behind a minus": (edited(2, note="-1+cmd|' /C calc'!A0"), "text", SHEET, 2, "note", "formula"),
    "a formula in a code": (edited(2, "codelists/units.csv", sdmx_code="=1+1"), "text", "codelists/units.csv", 2, "sdmx_code", "formula"),
    "a unit without a last word": (edited(2, "codelists/units.csv", printed="户|"), "pattern", "codelists/units.csv", 2, "printed", "written as"),
    "an area in itself": (edited(3, "codelists/areas.csv", parent="110000"), "formula", "codelists/areas.csv", 3, "parent", "lies in itself"),
    "a part of itself": (edited(2, "rules/parts.csv", part="temporary_assistance_person_times"), "formula", "rules/parts.csv", 2, "part", "a part of itself"),
    "a fall with a minus": (edited(39, number="-6", direction="fall"), "direction", SHEET, 39, "direction", "beside a minus"),
    "a dimension that is a column": (lambda raw: raw.add("codelists/dimensions.csv", like=2, dimension="breakdown") and None, "reference", "codelists/dimensions.csv", 29, "dimension", "another name"),
    "a link in place of a file": (linked, "file-link", SHEET, 0, "", "link"),
    "a link in place of a folder": (linked_folder, "file-link", "figures", 0, "", "link"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_bad_input_is_refused_with_its_place(
    raw: Raw, tmp_path: Path, case: str, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil, rule, file, line, column, words = CASES[case]
    spoil(raw)
    out = tmp_path / "curated"
    assert main(["build", "--raw", str(raw.path), "--out", str(out)]) == 1
    assert not out.exists()
    assert sorted(p.name for p in tmp_path.iterdir() if p.name.startswith(".curated.build")) == []
    assert "Traceback" not in capsys.readouterr().err
    found = [f for f in raw.check() if (f.rule, f.file, f.line, f.column) == (rule, file, line, column)]
    assert len(found) == 1, [str(f) for f in raw.check()]
    assert words in f"{found[0].message} {found[0].hint}"


@pytest.mark.parametrize("name", ["sources.csv", "codelists/indicators.csv", "rules/parts.csv"])
def test_a_missing_file_is_named(raw: Raw, name: str) -> None:
    (raw.path / name).unlink()
    assert ("file-missing", name) in {(f.rule, f.file) for f in raw.check()}


def test_a_sheet_of_no_source_is_named(raw: Raw) -> None:
    (raw.path / "figures/jiangsu-2022-s2.csv").write_text(HEADER + "\n", encoding="utf-8")
    finding = raw.only()
    assert (finding.rule, finding.file, finding.hint) == (
        "file-unexpected", "figures/jiangsu-2022-s2.csv", "did you mean jiangsu-2022-s1?",
    )  # fmt: skip


def test_a_folder_in_place_of_a_sheet_is_named(raw: Raw) -> None:
    (raw.path / SHEET).unlink()
    (raw.path / SHEET).mkdir()
    assert "file-unreadable" in {f.rule for f in raw.check()}


def test_faults_of_several_files_are_reported_together(raw: Raw) -> None:
    (raw.path / "codelists/units.csv").write_bytes(b"")
    (raw.path / SHEET).write_bytes(b"\xff\xfe\x00")
    assert {f.rule for f in raw.check()} == {"file-empty", "file-encoding"}


@pytest.mark.parametrize("size", [5, 64, 1000, csvfiles.BLOCK])
def test_an_empty_cell_too_many_is_found_beside_quotes_and_blank_lines(
    raw: Raw, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    """DuckDB drops it without a word; where blocks end makes no difference."""
    monkeypatch.setattr(csvfiles, "BLOCK", size)
    sound = b'figure_no,note\n1,\n\n2,"a, ""b"",\nc,"\n3,'
    for content, found in ((sound, []), (sound + b",\n", ["file-width"]), (sound + b",", ["file-width"])):
        (raw.path / SHEET).write_bytes(content)
        assert [f.rule for f in csvfiles.inspect(raw.path, SHEET, ["figure_no", "note"]).findings] == found


def test_a_bare_carriage_return_is_told_once(raw: Raw) -> None:
    path = raw.path / SHEET
    path.write_bytes(path.read_bytes().replace(ROW2.encode(), ROW2[:20].encode() + b"\r" + ROW2[20:].encode()))
    assert [(f.rule, f.line) for f in raw.check() if f.file == SHEET] == [("file-unreadable", 2)]


def test_a_byte_order_mark_and_crlf_are_welcome(raw: Raw) -> None:
    for file in raw.path.rglob("*.csv"):
        file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    assert raw.check() == []


def test_a_line_break_inside_a_cell_does_not_shift_lines(raw: Raw) -> None:
    raw.edit(SHEET, 2, note="first\nsecond\n\nfourth")
    raw.edit(SHEET, 4, number="20.73")
    assert (raw.only().rule, raw.only().line) == ("recompose", 7)


def test_empty_lines_do_not_shift_lines(raw: Raw) -> None:
    raw.replace(SHEET, "\n2,13,", "\n\n\n2,13,")
    raw.replace(SHEET, ",68.21,万", ",68.12,万")
    assert (raw.only().rule, raw.only().line) == ("recompose", 5)


def test_columns_may_stand_in_any_order(raw: Raw) -> None:
    rows = raw.rows(SHEET)
    raw.write(SHEET, rows, header=sorted(rows[0]))
    assert raw.check() == []


def test_a_cell_that_is_no_integer_is_not_called_empty_too(raw: Raw) -> None:
    raw.edit(SHEET, 2, figure_no="1.0")
    assert [f.rule for f in raw.check() if f.column == "figure_no"] == ["type"]


def test_the_command_prints_no_traceback_even_from_outside(raw: Raw) -> None:
    raw.edit(SHEET, 2, number="1e400")
    command = [sys.executable, "-c", "from pipeline.cli import run; run()", "check", "--raw", str(raw.path)]
    result = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | {"COLUMNS": "80"})
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert f"error: {SHEET}:2 [number] pattern" in result.stderr


ONE_FAULT: dict[str, Callable[[Raw], object]] = {
    "scientific notation": edited(2, number="4.009E+01"),
    "full-width digits": edited(2, number="４０.０９"),
    "an underscore": edited(13, number="1_505"),
    "a negative count": edited(2, number="-40.09"),
    "a unit of another dimension": edited(2, unit="人"),
    "a spreadsheet's date": edited(2, time_period="Jun-22"),
    "a float as figure_no": edited(2, figure_no="1.0"),
    "1e400": edited(2, number="1e400"),
    "a row keyed twice": lambda raw: raw.add(SHEET, like=41),
    "a path as source_id": edited(2, "sources.csv", source_id="../jiangsu"),
    "a renamed column": replaced(HEADER, HEADER.replace("time_period", "period_of_time")),
    "semicolons": with_bytes(HEADER.replace(",", ";").encode()),
    "a linked folder": linked_folder,
    "a wrong digit": edited(2, number="40.90"),
    "an unknown code": edited(2, ref_area="32000"),
    "an unknown multiplier": edited(2, multiplier="W"),
    "an empty number": edited(2, number=""),
    "an empty unit": edited(2, unit=""),
    "a stray space behind a unit": edited(2, unit="户 "),
    "a stray space in print": edited(2, as_printed="40.09万户 "),
    "an unknown direction": edited(2, direction="up"),
    "a minus that is not printed": edited(39, number="-6", direction=""),
    "a wrong paragraph": edited(2, paragraph="31"),
    "a wrong end": edited(2, char_end="2298"),
    "an empty source_id": edited(2, "sources.csv", source_id=""),
    "a formula among printed words": edited(2, "codelists/units.csv", printed="=1+1|户"),
}


@pytest.mark.parametrize("case", ONE_FAULT)
def test_one_fault_is_one_finding(raw: Raw, case: str) -> None:
    ONE_FAULT[case](raw)
    assert raw.only()


@pytest.mark.parametrize("name", ["order", "select", "true", "table", "end"])
def test_a_dimension_may_have_a_name_that_sql_knows(
    raw: Raw, built: Path, second_source: Callable[..., int], tmp_path: Path, name: str
) -> None:
    for code in ("_T", "M"):
        raw.add("codelists/dimensions.csv", like=2, dimension=name, code=code)
    second_source(number="5", unit="对", as_printed="5对", indicator_id="marriages")
    raw.column("figures/invented-2022.csv", name, "M")
    assert main(["build", "--raw", str(raw.path), "--out", str(tmp_path / "curated")]) == 0
    count = "SELECT count(*) FROM headline"
    with pipeline.access.connect(tmp_path / "curated") as connection, pipeline.access.connect(built) as whole:
        assert connection.execute(count).fetchone() == whole.execute(count).fetchone()


def test_a_long_note_beside_an_error_is_no_fault(raw: Raw) -> None:
    raw.edit(SHEET, 2, note="x" * 140_000)
    raw.edit(SHEET, 3, number="68.12")
    assert raw.only().rule == "recompose"


@pytest.mark.parametrize("name", ["codelists/units.csv", SHEET])
def test_a_file_that_cannot_be_read_is_named(raw: Raw, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real = open

    def denied(path: object, *rest: object, **more: object) -> object:
        if str(path).endswith(name):
            raise PermissionError(13, "Permission denied")
        return real(path, *rest, **more)  # type: ignore[call-overload]

    monkeypatch.setattr("pipeline.csvfiles.open", denied, raising=False)
    assert (raw.only().rule, raw.only().file) == ("file-unreadable", name)


def test_a_folder_that_cannot_be_read_is_named(raw: Raw, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(path: Path) -> list[Path]:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", denied)
    assert {(f.rule, f.file) for f in raw.check()} >= {("file-unreadable", "figures")}


def test_json_has_every_finding(raw: Raw, capsys: pytest.CaptureFixture[str]) -> None:
    raw.edit(SHEET, 2, number="1e400")
    assert main(["check", "--raw", str(raw.path), "--json"]) == 1
    first = json.loads(capsys.readouterr().out)[0]
    assert set(first) == {"rule", "severity", "file", "line", "column", "message", "hint"}
    assert first["file"] == SHEET
