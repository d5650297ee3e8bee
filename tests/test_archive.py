"""The generator of archives for measurements: what it writes is valid, repeatable, and wrong exactly where it says."""

import csv
import sys
from collections import Counter
from pathlib import Path

import pytest

from pipeline import check
from pipeline.csvfiles import sha256
from pipeline.findings import RULES, Finding

sys.path.insert(0, str(Path(__file__).parent / "benchmarks"))

import archive
import planted

ROWS, FILES, FAULTS = 20_000, 12, 20


@pytest.fixture(scope="module", params=planted.GROUPS)
def spoilt(tmp_path_factory, request):
    """A folder with faults of one group, and where they are."""
    out = tmp_path_factory.mktemp("archive") / "raw"
    plan = archive.write(out, ROWS, files=FILES)
    return out, list(planted.GROUPS[request.param](out, plan, FAULTS)), request.param


def test_a_generated_archive_is_clean(tmp_path):
    archive.write(tmp_path / "raw", ROWS)
    assert check(tmp_path / "raw") == []


def test_it_has_as_many_rows_and_sheets_as_asked_for(tmp_path):
    archive.write(tmp_path / "raw", 12_345, files=33)
    sheets = list((tmp_path / "raw/figures").iterdir())
    assert len(sheets) == 33
    assert sum(sheet.read_bytes().count(b"\n") - 1 for sheet in sheets) == 12_345


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(tmp_path):
    for name, seed in (("one", 1), ("again", 1), ("other", 2)):
        archive.write(tmp_path / name, 5_000, seed=seed)
    hashes = {
        name: [sha256(path) for path in sorted((tmp_path / name).rglob("*.csv"))] for name in ("one", "again", "other")
    }
    assert hashes["one"] == hashes["again"] != hashes["other"]


def test_it_has_every_qualifier_direction_and_inheritance(tmp_path):
    archive.write(tmp_path / "raw", ROWS)
    seen = {column: Counter[str]() for column in ("qualifier", "direction", "inherited", "multiplier")}
    for sheet in (tmp_path / "raw/figures").iterdir():
        with open(sheet, encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                for column, counter in seen.items():
                    counter[row[column]] += 1
    assert set(seen["qualifier"]) == {
        "", "about", "nearly", "under", "at_most", "over", "at_least", "odd", "range",
    }  # fmt: skip
    assert set(seen["direction"]) == {"", "rise", "fall"}
    assert set(seen["inherited"]) == {"", "multiplier", "unit", "both"}
    assert {"", "万", "亿"} <= set(seen["multiplier"])


def test_more_rows_than_the_files_can_state_are_refused(tmp_path):
    with pytest.raises(SystemExit, match="give more --files"):
        archive.write(tmp_path / "raw", 10_000_000, files=1)


def test_every_kind_of_fault_is_planted_as_often_as_asked_for(spoilt):
    _, faults, group = spoilt
    counts = Counter(rule for rule, *_ in faults)
    assert set(counts.values()) <= {FAULTS, counts["check"]}
    if group == "checks":
        checks = {f.stem for f in Path("sql/checks").glob("*.sql")} - {"units_mixed", "derived_without_subject"}
        assert {column for *_, column in faults} == checks


@pytest.mark.parametrize("engine", ["local", "dask"])
def test_a_build_finds_every_planted_fault_where_it_is_and_no_other(spoilt, engine, tmp_path, monkeypatch):
    monkeypatch.delenv("MINSHENG_DOCUMENTS", raising=False)
    raw, faults, _ = spoilt
    assert planted.differences(faults, planted.found(raw, tmp_path / "curated", engine)) == (Counter(), Counter())


def test_a_fault_that_is_not_found_and_one_that_is_not_there_are_told():
    planted_fault, other = ("type", "figures/a.csv", 2, "figure_no"), Finding("code", "error", "b.csv", 3, "x", "")
    missing, invented = planted.differences([planted_fault], [other])
    assert (missing, invented) == (Counter([planted_fault]), Counter([("code", "b.csv", 3, "x")]))


def test_every_rule_is_planted_but_those_that_no_archive_can_have(tmp_path):
    told = set()
    for group, plant in planted.GROUPS.items():
        plan = archive.write(tmp_path / group, ROWS, files=FILES)
        told |= {rule for rule, *_ in plant(tmp_path / group, plan, 1)}
    assert {*RULES} - told == planted.UNPLANTED


def test_several_editions_state_the_same_facts_and_agree(tmp_path):
    archive.write(tmp_path / "raw", 65_000, files=650)
    facts = Counter[tuple[str, ...]]()
    for sheet in (tmp_path / "raw/figures").iterdir():
        with open(sheet, encoding="utf-8", newline="") as stream:
            key = ("indicator_id", "ref_area", "time_period", "residence")
            facts.update(tuple(row.get(column, "") for column in key) for row in csv.DictReader(stream))
    assert max(facts.values()) == 2
    assert check(tmp_path / "raw") == []
