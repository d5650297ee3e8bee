"""The keying-error experiment in short: the promises hold, and the experiment counts as it says."""

import json
import random
from collections.abc import Callable
from dataclasses import replace

import pytest
from benchmarks import keying_errors as experiment
from benchmarks.keying_errors import ALIKE, FIGURES, ONE, PASS, PASSED, Outcome, Slip

SEED = 7
PER_LINE = {ONE: 12, ALIKE: 6, PASS: 4}
"""Errors for each kind and field; a kind has two or three fields."""


@pytest.fixture(scope="module")
def made() -> list[Slip]:
    found = []
    for group, count in PER_LINE.items():
        lines = [replace(line, weight=1) for line in experiment.cells() if line.group == group]
        found += experiment.slips(count * len(lines), SEED, lines)
    return found


@pytest.fixture(scope="module")
def found(made: list[Slip]) -> list[Outcome]:
    return experiment.outcomes(made, jobs=1, thorough=False)


@pytest.mark.usefixtures("bulletin")
def test_what_a_text_can_show_is_found_with_it(made: list[Slip], found: list[Outcome]) -> None:
    assert experiment.escapes(made, found)[0] == []


def test_an_error_in_one_cell_is_found_without_a_text(made: list[Slip], found: list[Outcome]) -> None:
    missed = experiment.escapes(made, found)[1]
    assert len(missed) * 100 <= sum(s.group == ONE for s in made), missed
    assert all(words.startswith("wrong paragraph") for words in missed)


def test_a_finding_names_the_line_of_the_error(made: list[Slip], found: list[Outcome]) -> None:
    astray = [s.words for s, o in zip(made, found, strict=True) if s.group == ONE and o.alone and not o.located]
    assert astray == []


def test_plain_validation_finds_few_of_them(made: list[Slip], found: list[Outcome]) -> None:
    ours = sum(o.alone for s, o in zip(made, found, strict=True) if s.group == ONE)
    plain = sum(o.plain for s, o in zip(made, found, strict=True) if s.group == ONE)
    assert 0 < plain < ours / 5


def test_the_sheets_as_they_are_have_no_errors() -> None:
    for sheet in experiment.sheets():
        assert experiment.is_valid(sheet)
        assert [f for each in experiment.checked([sheet], [sheet.source]) for f in each[sheet.source]] == []


def test_a_batch_says_what_single_checks_say(made: list[Slip]) -> None:
    sample = random.Random(SEED).sample(made, 4)
    assert experiment.check_batch(sample) == [experiment.check_alone(each) for each in sample]


def test_a_wrong_city_is_not_found_among_many_sheets() -> None:
    lines = [line for line in experiment.cells() if line.kind == "wrong city"]
    made = experiment.slips(5, SEED, lines)
    assert len(made) == 5
    assert experiment.outcomes(made[:1], jobs=1, thorough=False)[0].alone is False
    assert [o.alone for o in experiment.outcomes(made, jobs=1, thorough=False)] == [False] * 5


def test_an_error_that_stops_the_check_is_not_found(made: list[Slip], monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object) -> None:
        raise ZeroDivisionError("so")

    monkeypatch.setattr(experiment.pipeline, "check", stopped)
    outcomes = experiment.check_batch(made[:3])
    assert [(o.text, o.alone, o.fault) for o in outcomes] == [(False, False, "ZeroDivisionError: so")] * 3


def test_the_same_seed_gives_the_same_errors(made: list[Slip]) -> None:
    lines = [line for line in experiment.cells() if line.kind == "digit replaced"]
    again = [[s.words for s in experiment.slips(50, seed, lines)] for seed in (1, 1, 2)]
    assert again[0] == again[1] != again[2]
    assert len({(s.kind, s.field, s.words) for s in made}) == len(made)


def test_errors_that_leave_the_sheet_right_are_not_counted() -> None:
    sheet = experiment.sheets()[0]
    rows = sheet.rows[FIGURES]
    for harmless in (rows[::-1], [rows[0] | {"number": f"0{rows[0]['number']}"}, *rows[1:]]):
        assert experiment.says_the_same(replace(sheet, rows=sheet.rows | {FIGURES: harmless}), sheet)
    for wrong in (rows[1:], [*rows, rows[0]]):
        assert not experiment.says_the_same(replace(sheet, rows=sheet.rows | {FIGURES: wrong}), sheet)


def test_a_time_that_nobody_passed_over_is_no_error() -> None:
    sheet = experiment.sheets()[0]
    times = [row for row in sheet.rows[PASSED] if row["reason"] in {"date", "duration"}]
    only = replace(sheet, rows=sheet.rows | {PASSED: times})
    assert times
    assert experiment.dropped(PASSED, random.Random(SEED), only) is None


@pytest.mark.parametrize(
    ("edit", "text", "expected"),
    [
        (experiment.with_digit_dropped, "1505", {"505", "105", "155", "150"}),
        (experiment.with_digit_doubled, "20.07", {"220.07", "200.07", "20.007", "20.077"}),
        (experiment.with_digits_transposed, "40.09", {"04.09", "40.90"}),
        (experiment.with_digits_transposed, "7", {"7"}),
        (experiment.with_point_moved, "40.09", {"4009", "400.9", "4.009", "0.4009"}),
        (experiment.with_point_moved, "5", {"50", "500", "0.5", "0.05"}),
        (experiment.with_look_alike, "10.5", {"l0.5", "1O.5", "10,5"}),
    ],
)
def test_slips_of_the_fingers(edit: Callable[[random.Random, str], str], text: str, expected: set[str]) -> None:
    chance = random.Random(SEED)
    assert {edit(chance, text) for _ in range(200)} == expected


def test_a_misreading_agrees_in_print_and_span() -> None:
    row = dict.fromkeys(("qualifier", "multiplier"), "") | {"number": "400", "unit": "个", "qualifier": "nearly"}
    row |= {"as_printed": "近400个", "char_start": "10", "char_end": "15"}
    assert experiment.reprinted(row, "qualifier", "") == {"as_printed": "400个", "char_start": "11", "char_end": "15"}
    assert experiment.reprinted(row, "number", "40") == {"as_printed": "近40个", "char_start": "10", "char_end": "14"}
    assert experiment.reprinted(row | {"as_printed": "近４００个"}, "number", "40") is None


def test_a_share_is_never_rounded_up_and_the_report_has_every_line(made: list[Slip], found: list[Outcome]) -> None:
    assert experiment.share([True] * 9999 + [False]) == "99.9"
    assert experiment.share([True]) == "100"
    text = experiment.markdown(made, found, "facts")
    for line in experiment.cells():
        assert line.group not in PER_LINE or f"| {line.kind} | {line.field} |" in text


def test_the_explorer_s_figures_are_those_of_the_report() -> None:
    short = experiment.SHORT.read_text(encoding="utf-8")
    assert short == experiment.in_short(experiment.REPORT.read_text(encoding="utf-8"))
    rows = json.loads(short)
    assert [row["group"] for row in rows] == [*experiment.GROUPS.values(), "All errors"]
    assert sum(row["errors"] for row in rows[:-1]) == rows[-1]["errors"] > 1000
