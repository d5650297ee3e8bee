"""A small world to break: a dataset in its place, two raw folders that it may be built from, and what has become of it."""

import csv
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

import pipeline
from pipeline import database, publish
from pipeline.verify import verify

ROOT = Path(__file__).parent.parent.parent
SHEET = "figures/jiangsu-2022-s1.csv"
MARK = "a note that only one of the two raw folders has"
OLD, NEW, LOST = "old", "new", "lost"
_ACTORS = str(Path(__file__).with_name("faults_actors.py"))


@dataclass
class Outcome:
    """What came of the tries of one experiment; `odd` says where anything was not as promised."""

    name: str
    counts: dict[str, int] = field(default_factory=lambda: {OLD: 0, NEW: 0, LOST: 0})
    odd: list[str] = field(default_factory=list)
    said: str = ""

    @property
    def tries(self) -> int:
        return sum(self.counts.values())

    def note(self, what: bool, words: str) -> None:
        """Remember something that is not as promised."""
        if what:
            self.odd.append(words[-500:])


class World:
    """Raw folders `a` and `b`, which differ in one cell, and a dataset built from one of them."""

    def __init__(self, home: Path) -> None:
        self.home, self.target = home, home / "place" / "curated"
        self.raws = [home / "a", home / "b"]
        self.marks: dict[str, bool] = {}
        for raw in self.raws:
            shutil.copytree(ROOT / "raw", raw, ignore=shutil.ignore_patterns("documents", "receipts"))
        self.sheets = [(self.raws[0] / SHEET).read_bytes(), _marked(self.raws[1] / SHEET)]
        for raw in reversed(self.raws):
            pipeline.build(raw, self.target)
            self.marks[self.made()] = raw == self.raws[1]

    def made(self) -> str:
        """The hash of the raw files that the dataset says it was made from."""
        package = json.loads((self.target / "datapackage.json").read_text(encoding="utf-8"))
        return str(package["raw_sha256"])

    def raw(self) -> Path:
        """The raw folder that the dataset was not made from."""
        return self.raws[0] if self.marks[self.made()] else self.raws[1]

    def command(self, *options: str, raw: Path | None = None) -> list[str]:
        """A build as a process of its own, with the faults that the options name."""
        return [sys.executable, _ACTORS, "build", str(raw or self.raw()), str(self.target), *options]

    def run(self, *options: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(self.command(*options), capture_output=True, text=True)

    def reader(self, stop: Path) -> subprocess.Popen[str]:
        marks = [f"{made}={int(mark)}" for made, mark in self.marks.items()]
        command = [sys.executable, _ACTORS, "read", str(self.target), str(stop), *marks]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    def left_overs(self) -> list[str]:
        return sorted(p.name for p in self.target.parent.iterdir() if p.name not in ("curated", ".curated.lock"))

    def wrong(self) -> Iterator[str]:
        """What is not whole: by `verify`, and by the cell that tells the two datasets apart."""
        if not (self.target / database.FILE).exists():
            yield "there is no database"
            return
        yield from (f"{f.file}: {f.seen}, expected {f.expected}" for f in verify(self.target))
        if marked(self.target) != self.marks.get(self.made()):
            yield "a mixture: the cell is not that of the raw data it was made from"

    def settle(self, outcome: Outcome, before: str, *, put_back: bool = False) -> str:
        """Count what a fault left: the old, the new, or none; then sweep as the next build does, and look again.

        With `put_back` the dataset need not be there until the next build has begun.
        """
        found = [*self.wrong()] if not put_back or self.target.exists() else ["no target"]
        place = self.target.stat().st_ino if self.target.exists() else None
        try:
            with publish.building(self.target):
                pass
            lost = [*self.wrong()] if found or self.target.stat().st_ino != place else []
        except (OSError, publish.TargetError, duckdb.Error) as error:
            lost = [str(error)]
        outcome.odd += lost or [words for words in found if words != "no target"]
        outcome.note(bool(self.left_overs()), f"not swept: {self.left_overs()}")
        state = LOST if lost else OLD if self.made() == before else NEW
        outcome.counts[state] += 1
        if state == LOST:
            self.begin_anew()
        return state

    def begin_anew(self) -> None:
        """A dataset for the next try, where there is none any more."""
        shutil.rmtree(self.target, ignore_errors=True)
        pipeline.build(self.raws[0], self.target)


def marked(folder: Path) -> bool:
    """Whether a dataset's observations hold the cell of the second raw folder."""
    with duckdb.connect() as connection:
        found = connection.execute(f"FROM {database.parquet([folder / 'observations.parquet'])} WHERE note = ?", [MARK])
        return bool(found.fetchall())


def _marked(sheet: Path) -> bytes:
    with sheet.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    rows[0]["note"] = MARK
    with sheet.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return sheet.read_bytes()
