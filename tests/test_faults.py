"""The faults of `make faults` in short: after each, the old or the new dataset is whole, and all is as promised."""

import random
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "benchmarks"))

import faults
from faults_world import LOST, MARK, Outcome, World

from pipeline import publish


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(tmp_path_factory.mktemp("faults"))


@pytest.fixture
def outcome() -> Outcome:
    return Outcome("a test")


@pytest.mark.parametrize("experiment", faults.EXPERIMENTS, ids=lambda e: e.__name__)
def test_nothing_is_lost_and_all_is_as_promised(world: World, experiment: faults.Experiment) -> None:
    result = experiment(world, True, random.Random(7))
    assert (result.odd, result.counts[LOST]) == ([], 0)
    assert result.tries or result.said.startswith("not tried")


# --- the experiment sees what it looks for --------------------------------------------------------------------------


@pytest.fixture
def whole_again(world: World) -> Iterator[World]:
    """The world, and its dataset built anew after the test."""
    before = world.raw()
    yield world
    faults.shutil.rmtree(world.target, ignore_errors=True)
    faults.pipeline.build(before, world.target)


def test_a_dataset_that_is_gone_counts_as_lost(whole_again: World, outcome: Outcome) -> None:
    before = whole_again.made()
    faults.shutil.rmtree(whole_again.target)
    assert whole_again.settle(outcome, before) == LOST
    assert outcome.counts[LOST] == 1


def test_a_torn_file_counts_as_lost(whole_again: World, outcome: Outcome) -> None:
    before = whole_again.made()
    (whole_again.target / "README.md").write_text("torn", encoding="utf-8")
    assert whole_again.settle(outcome, before) == LOST


def test_a_dataset_that_names_other_raw_data_than_its_own_is_a_mixture(whole_again: World) -> None:
    whole_again.marks = {made: not mark for made, mark in whole_again.marks.items()}
    assert any("a mixture" in words for words in whole_again.wrong())
    whole_again.marks = {made: not mark for made, mark in whole_again.marks.items()}


def test_what_the_next_build_does_not_sweep_is_odd(
    world: World, outcome: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = world.target.parent / ".curated.build-left"
    left.mkdir()
    monkeypatch.setattr(publish, "_sweep", lambda _: None)
    world.settle(outcome, world.made())
    left.rmdir()
    assert outcome.odd == ["not swept: ['.curated.build-left']"]


def test_the_two_raw_folders_differ_in_one_cell(world: World) -> None:
    one, other = (sheet.decode().splitlines() for sheet in world.sheets)
    (differing,) = [line for line, same in zip(other, one, strict=True) if line != same]
    assert MARK in differing
