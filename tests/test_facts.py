"""The figures of the further sources against the file they were transcribed from, figure by figure.

Within a source, figure n is the nth fact of its key in that file.
"""

import csv
import os
from decimal import Decimal
from itertools import groupby
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from conftest import ROOT

from pipeline.quantity import MULTIPLIERS

SOURCES = {
    "P14": "china-mca-2022-s1", "P15": "china-mca-2022-q1", "P06": "jiangsu-marriages-2022",
    "P07": "jiangsu-marriages-2021", "P09": "jiangsu-marriages-2023", "P01": "jiangsu-decade-2022",
    "P03": "jiangsu-work-2024", "P05": "jiangsu-poverty-relief-2020", "N21": "nanjing-communique-2021",
    "N22": "nanjing-communique-2022", "N23": "nanjing-communique-2023", "N24": "nanjing-communique-2024",
    "LOT22": "china-lottery-2022", "LOT23H1": "china-lottery-2023-s1", "MAR23Q3": "china-marriages-2023-q3",
    "MCA22": "china-mca-2022", "P10": "zhejiang-mca-2021", "POPJS21": "jiangsu-population-2021",
    "POPJS22": "jiangsu-population-2022", "POPCN21": "china-population-2021", "POPCN22": "china-population-2022",
    "JS23H1": "jiangsu-2023-s1", "JS23": "jiangsu-2023", "JSCHAR": "jiangsu-charity-2023",
    "SOCORG22": "china-social-organisations-2022", "JS20": "provinces-marriages-2020", "MCA21": "china-mca-2021",
}  # fmt: skip

Facts = dict[str, list[dict[str, str]]]


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="session")
def folder() -> Path:
    """Where the facts lie, if somebody holds them; CI always does."""
    documents = os.environ.get("MINSHENG_DOCUMENTS")
    found = Path(documents).parent / "facts" if documents else ROOT / "raw" / "documents"
    if not (found / "figures.csv").is_file():
        assert "CI" not in os.environ, "CI holds the facts, in the folder beside the bulletins' texts"
        pytest.skip("nobody holds the facts here: set MINSHENG_DOCUMENTS to the folder beside theirs")
    return found


@pytest.fixture(scope="session")
def facts(folder: Path) -> Facts:
    by_key = groupby(rows(folder / "figures.csv"), key=lambda fact: fact["source_key"])
    return {key: list(group) for key, group in by_key}


@pytest.fixture(scope="session")
def published(built: Path) -> dict[str, dict[str, object]]:
    return {row["observation_id"]: row for row in pq.read_table(built / "observations.parquet").to_pylist()}


def test_every_fact_is_in_and_nothing_else(facts: Facts) -> None:
    assert sum(map(len, facts.values())) == 377
    keyed = {sheet.stem: len(rows(sheet)) for sheet in (ROOT / "raw/figures").glob("*.csv")}
    assert keyed.pop("jiangsu-2022-s1") == 40
    assert keyed == {SOURCES[key]: len(group) for key, group in facts.items()}


def test_every_figure_has_the_value_area_and_period_of_its_fact(facts: Facts, published: dict) -> None:
    for key, group in facts.items():
        for number, fact in enumerate(group, 1):
            row = published[f"{SOURCES[key]}:{number}"]
            sign = -1 if "direction=decrease" in fact["note"] else 1
            assert row["obs_value"] == sign * float(fact["value_base"]), fact
            assert (row["ref_area"], row["time_period"]) == (fact["ref_area"], fact["time_period"]), fact
            assert (row["number"], row["multiplier"] or "") == (fact["number"], fact["multiplier"]), fact


def test_every_print_is_part_of_what_its_fact_has_in_print(facts: Facts, published: dict) -> None:
    for key, group in facts.items():
        for number, fact in enumerate(group, 1):
            assert published[f"{SOURCES[key]}:{number}"]["as_printed"] in fact["as_printed"], fact


def test_the_facts_qualifiers_are_kept(facts: Facts, published: dict) -> None:
    """Where a word stands behind 万 (10万多), the facts say over: here it is bounded by one 万 more."""
    for key, group in facts.items():
        for number, fact in enumerate(group, 1):
            expected = None if fact["qualifier"] == "exact" else fact["qualifier"]
            expected = "odd" if fact["as_printed"] == "10万多支" else expected
            assert published[f"{SOURCES[key]}:{number}"]["qualifier"] == expected, fact


def test_parts_of_the_facts_are_never_larger_than_their_wholes(facts: Facts, published: dict) -> None:
    """`part_of` in the facts is by number: their ids lead to the same figures here."""
    ids = {f["fact_no"]: f"{SOURCES[k]}:{n}" for k, group in facts.items() for n, f in enumerate(group, 1)}
    pairs = [(ids[f["fact_no"]], ids[f["part_of"]]) for group in facts.values() for f in group if f["part_of"]]
    assert len(pairs) > 50
    for part, whole in pairs:
        assert abs(published[part]["lower"]) <= abs(published[whole]["upper"]), (part, whole)


def test_every_source_has_its_date_and_address(folder: Path) -> None:
    keyed = {row["source_id"]: row for row in rows(ROOT / "raw/sources.csv")}
    for source in rows(folder / "sources.csv"):
        row = keyed[SOURCES[source["source_key"]]]
        for column in ("title_zh", "publisher", "published_on", "url", "ref_area", "time_period"):
            assert row[column] == source[column], source
        assert row["rank"]
        assert row["text_sha256"] == ""


def test_units_agree_with_the_facts(facts: Facts) -> None:
    """The measure word of a fact is the keyed unit, or says whom a rate counts more narrowly, which the indicator does."""
    words = {"张/千名户籍老人": "张/千名老人", "千分点": "个千分点"}
    for key, group in facts.items():
        for row, fact in zip(rows(ROOT / f"raw/figures/{SOURCES[key]}.csv"), group, strict=True):
            assert row["unit"] == words.get(fact["unit_zh"], fact["unit_zh"]), fact
            scaled = Decimal(row["number"]).scaleb(MULTIPLIERS[row["multiplier"]])
            assert scaled == Decimal(fact["value_base"]), fact
