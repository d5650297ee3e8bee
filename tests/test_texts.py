"""Entries against an invented text, where the text is at hand."""

from pathlib import Path

import pytest
from conftest import INVENTED, SHEET, SOURCE, Raw

import pipeline
from pipeline import paths
from pipeline.evidence.texts import Text, folder


def errors(raw: Raw, documents: Path) -> list[tuple[str, str, int, str]]:
    found = pipeline.check(raw.path, documents=documents)
    return [(f.rule, f.file, f.line, f.column) for f in found if f.severity == "error"]


def test_entries_that_stand_in_the_text_pass(raw: Raw, documents: Path) -> None:
    assert errors(raw, documents) == []


def test_a_figure_keyed_wrong_in_all_its_cells_is_found_by_the_text(raw: Raw, documents: Path) -> None:
    raw.edit(SHEET, 2, number="20.70", as_printed="20.70万对")
    assert errors(raw, documents) == [("text-span", SHEET, 2, "as_printed")]


def test_a_shifted_entry_is_told_where_it_stands(raw: Raw, documents: Path) -> None:
    raw.edit(SHEET, 3, char_start="18", char_end="21")
    (finding,) = [f for f in pipeline.check(raw.path, documents=documents) if f.severity == "error"]
    assert finding.hint == "it stands at character 19"
    assert finding.message.splitlines()[1:] == ["3 |   登记20.07万对,占37%。", " " * 20 + "^" * 4]


def test_a_wrong_paragraph_is_found(raw: Raw, documents: Path) -> None:
    raw.edit(SHEET, 2, paragraph="1")
    assert errors(raw, documents) == [("text-paragraph", SHEET, 2, "paragraph")]


def test_another_text_than_the_transcribed_is_found(raw: Raw, documents: Path) -> None:
    (documents / f"{SOURCE}.txt").write_text(INVENTED + "又及\n", encoding="utf-8")
    assert errors(raw, documents) == [("text-hash", "sources.csv", 2, "text_sha256")]


def test_a_changed_text_whose_hash_is_admitted_is_found_by_reading(raw: Raw, documents: Path) -> None:
    (documents / f"{SOURCE}.txt").write_text(INVENTED.replace("37%", "73%"), encoding="utf-8")
    raw.edit("sources.csv", 2, text_sha256=Text.read(documents / f"{SOURCE}.txt").sha256)
    assert errors(raw, documents) == [("text-span", SHEET, 3, "as_printed")]


def test_a_text_that_is_not_utf8_is_named(raw: Raw, documents: Path) -> None:
    (documents / f"{SOURCE}.txt").write_bytes(INVENTED.encode("gb18030"))
    assert errors(raw, documents) == [("text-hash", "sources.csv", 2, "text_sha256")]


def test_a_text_that_cannot_be_read_is_named(raw: Raw, documents: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(path: Path, most: int) -> bytes:
        if path.suffix == ".txt":
            raise PermissionError(13, "Permission denied")
        return read(path, most)

    read = paths.content

    monkeypatch.setattr(paths, "content", denied)
    assert errors(raw, documents) == [("text-hash", "sources.csv", 2, "text_sha256")]


def test_a_build_that_disagrees_with_a_text_fails(
    raw: Raw, documents: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINSHENG_DOCUMENTS", str(documents))
    pipeline.build(raw.path, tmp_path / "curated")
    raw.edit(SHEET, 3, number="38", as_printed="38%")
    with pytest.raises(pipeline.findings.InvalidData):
        pipeline.build(raw.path, tmp_path / "curated")


def test_texts_are_looked_for_in_the_raw_folder_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MINSHENG_DOCUMENTS", raising=False)
    assert folder(tmp_path) == tmp_path / "documents"
    monkeypatch.setenv("MINSHENG_DOCUMENTS", "elsewhere")
    assert folder(tmp_path) == Path("elsewhere")
    assert folder(tmp_path, "here") == Path("here")


def test_line_ends_count_as_one_character(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("一\r\n\r\n二".encode())
    text = Text.read(tmp_path / "a.txt")
    assert (text.content, text.paragraph(3)) == ("一\n\n二", 2)
