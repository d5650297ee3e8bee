"""The first bulletin's transcription against a second, independent one, and against the text itself."""

import csv
import re
from pathlib import Path

import pyarrow.parquet as pq
from conftest import ROOT, SHEET

SECOND = Path(__file__).parent / "data" / "second_keying.csv"


def keyed(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_two_keyings_of_the_bulletin_agree() -> None:
    shared = ["paragraph", "char_start", "char_end", "as_printed", "qualifier", "direction", "number", "multiplier",
              "unit", "ref_area", "time_period"]  # fmt: skip
    first = [{c: row[c] for c in shared} for row in keyed(ROOT / "raw" / SHEET)]
    assert first == [{c: row[c] for c in shared} for row in keyed(SECOND)]


def test_bounds_are_those_that_the_second_keyer_worked_out(built: Path) -> None:
    rows = pq.read_table(built / "observations.parquet").to_pylist()
    found = {row["char_start"]: (row["lower"], row["upper"]) for row in rows}
    for row in keyed(SECOND):
        expected = tuple(float(row[end]) if row[end] else None for end in ("lower", "upper"))
        assert found[int(row["char_start"])] == expected, row["as_printed"]


def test_the_nature_of_each_figure_is_what_the_second_keyer_saw() -> None:
    nature = {row["indicator_id"]: row["nature"] for row in keyed(ROOT / "raw/codelists/indicators.csv")}
    first = [nature[row["indicator_id"]] for row in keyed(ROOT / "raw" / SHEET)]
    assert first == [row["nature"] for row in keyed(SECOND)]


def entries() -> list[dict[str, str]]:
    return keyed(ROOT / "raw" / SHEET) + keyed(ROOT / "raw/passed_over/jiangsu-2022-s1.csv")


def test_every_entry_is_in_the_text_where_it_says(bulletin: str) -> None:
    for row in entries():
        assert bulletin[int(row["char_start"]) : int(row["char_end"])] == row["as_printed"]


def test_every_paragraph_is_the_one_of_the_characters(bulletin: str) -> None:
    for row in entries():
        lines = bulletin[: int(row["char_start"])].split("\n")
        assert int(row["paragraph"]) == sum(bool(line.strip()) for line in lines[:-1]) + 1


def test_every_numeral_of_the_text_is_accounted_for(bulletin: str) -> None:
    claimed = {n for row in entries() for n in range(int(row["char_start"]), int(row["char_end"]))}
    numerals = [m.start() for m in re.finditer(r"[0-9一二三四五六七八九十百千万亿两半]", bulletin)]
    assert [bulletin[n - 5 : n + 5] for n in numerals if n not in claimed] == []


def test_the_text_is_the_one_that_was_transcribed(bulletin: str) -> None:
    import hashlib

    source = keyed(ROOT / "raw/sources.csv")[0]
    assert hashlib.sha256(bulletin.encode()).hexdigest() == source["text_sha256"]


def test_no_sentence_of_the_text_is_carried_over(bulletin: str) -> None:
    """Figures, terms and positions are facts; a run of 22 characters of the text would be its words."""
    body = re.sub(r"\s", "", bulletin)
    runs = {body[n : n + 22] for n in range(len(body) - 21)}
    for path in [
        *ROOT.glob("raw/**/*.csv"),
        *ROOT.glob("*.md"),
        *ROOT.glob("raw/*.md"),
        *ROOT.glob("pipeline/**/*.py"),
    ]:
        text = re.sub(r"\s", "", path.read_text(encoding="utf-8"))
        assert not any(text[n : n + 22] in runs for n in range(len(text) - 21)), path
