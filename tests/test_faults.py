"""The faults of `make faults` in short: after each, the old or the new dataset is whole, and all is as promised."""

import random
import shutil
import sys
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


def test_a_dataset_that_is_gone_counts_as_lost(world: World, outcome: Outcome) -> None:
    before = world.made()
    shutil.rmtree(world.target)
    assert world.settle(outcome, before) == LOST
    assert outcome.counts[LOST] == 1


def test_a_torn_file_counts_as_lost(world: World, outcome: Outcome) -> None:
    before = world.made()
    (world.target / "README.md").write_text("torn", encoding="utf-8")
    assert world.settle(outcome, before) == LOST


def test_a_dataset_that_names_other_raw_data_than_its_own_is_a_mixture(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(world, "marks", {made: not mark for made, mark in world.marks.items()})
    assert any("a mixture" in words for words in world.wrong())


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
