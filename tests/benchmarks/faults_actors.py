"""Processes of the experiment in faults.py: a build that meets a fault, and a reader of what builds put in place.

python faults_actors.py build RAW TARGET [--die N] [--steps FILE] [--without-exchange] [--blind] [--largest BYTES]
python faults_actors.py read TARGET STOP HASH=0 HASH=1
"""

import argparse
import contextlib
import json
import os
import random
import resource
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

import pipeline
from pipeline import csvfiles, database, disk, publish

CHANGES = {"os.rename", "os.mkdir", "os.remove", "os.rmdir"}
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT


class Steps:
    """Counts what a build does to its target's surroundings, and ends the process before the n-th."""

    def __init__(self, home: Path, die: int, log: Path | None) -> None:
        self.home, self.die, self.log, self.count = str(home), die, log, 0

    def take(self, what: str) -> None:
        self.count += 1
        if self.log:
            with contextlib.suppress(OSError):
                os.write(self.handle, f"{what}\n".encode())
        if self.count == self.die:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self) -> None:
        if self.log:
            self.handle = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        sys.addaudithook(self._hook)
        for owner, name in ((os, "fsync"), (publish, "_exchange")):
            setattr(owner, name, self._watched(name, getattr(owner, name)))

    def _hook(self, event: str, values: tuple[Any, ...]) -> None:
        if event == "open" and str(values[0]).startswith(self.home) and (values[2] or 0) & _WRITES:
            self.take("open to write")
        if event in CHANGES and (str(values[0]).startswith(self.home) or values[-1] not in (-1, None)):
            self.take(event)

    def _watched(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*values: Any) -> Any:
            self.take(name)
            result = call(*values)
            if name == "_exchange":
                self.take(f"{name} done")
            return result

        return watched


def build(options: argparse.Namespace) -> None:
    from pipeline import cli

    if options.largest:
        resource.setrlimit(resource.RLIMIT_FSIZE, (options.largest, options.largest))
    if options.blind:
        disk.check = lambda *_: None  # as where another program fills the disk later
    if options.without_exchange:
        publish._exchange = lambda *_: False
    if options.die or options.steps:
        Steps(options.target.parent, options.die, options.steps).watch()
    sys.argv = ["minsheng", "build", "--raw", str(options.raw), "--out", str(options.target)]
    cli.run()


class Reader:
    """Reads by each of the ways that README.md names, and holds what it read against itself."""

    def __init__(self, target: Path, marks: dict[str, bool]) -> None:
        self.target, self.marks = target, marks
        self.told = {"database": 0, "manifest": 0, "connect": 0, "again": 0, "mixtures": 0, "failures": 0}

    def by_database(self) -> None:
        with duckdb.connect(str(self.target / database.FILE), read_only=True) as connection:
            self._judge("database", connection)

    def by_connect(self) -> None:
        with pipeline.connect(self.target) as connection:
            self._judge("connect", connection)

    def _judge(self, way: str, connection: duckdb.DuckDBPyConnection) -> None:
        """The mark in the rows, and the version in the tables' own words where there are some."""
        made = database.made_from(connection).rpartition(" ")[2]
        time.sleep(random.random() / 50)  # a build may swap between two questions
        found = bool(connection.execute("FROM observations WHERE note LIKE 'a note that only one%'").fetchall())
        views = connection.execute("SELECT count(*) FROM headline").fetchone()
        self.told[way if views and (not made or self.marks[made] == found) else "mixtures"] += 1

    def by_manifest(self) -> None:
        """The manifest, the tables, the manifest again: where it changed meanwhile, begin anew."""
        while True:
            before = self._manifest()
            try:
                whole = self._tables(json.loads(before))
            except (OSError, ValueError):
                whole = False
            if self._manifest() == before:
                self.told["manifest" if whole else "mixtures"] += 1
                return
            self.told["again"] += 1

    def _manifest(self) -> bytes:
        return (self.target / "datapackage.json").read_bytes()

    def _tables(self, package: dict[str, Any]) -> bool:
        tables = [r for r in package["resources"] if r["path"].endswith(".parquet")]
        made = package["raw_sha256"].encode()
        marks = [pq.read_schema(self.target / r["path"]).metadata[b"raw_sha256"] == made for r in tables]
        hashes = [f"sha256:{csvfiles.sha256(self.target / r['path'])}" == r["hash"] for r in tables]
        return all(marks) and all(hashes)

    def read(self, stop: Path) -> None:
        stop.with_name(f"ready-{os.getpid()}").touch()
        while not stop.exists():
            for way in (self.by_database, self.by_manifest, self.by_connect):
                try:
                    way()
                except (OSError, duckdb.Error) as error:
                    self.told["failures"] += 1
                    print(f"{way.__name__}: {error}", file=sys.stderr)
            time.sleep(random.random() * 3)
        print(json.dumps(self.told))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    actors = parser.add_subparsers(dest="actor", required=True)
    builds = actors.add_parser("build")
    builds.add_argument("raw", type=Path)
    builds.add_argument("target", type=Path)
    builds.add_argument("--die", type=int, default=0)
    builds.add_argument("--steps", type=Path)
    builds.add_argument("--without-exchange", action="store_true")
    builds.add_argument("--blind", action="store_true")
    builds.add_argument("--largest", type=int, default=0)
    reads = actors.add_parser("read")
    reads.add_argument("target", type=Path)
    reads.add_argument("stop", type=Path)
    reads.add_argument("marks", nargs=2)
    options = parser.parse_args()
    if options.actor == "build":
        build(options)
    else:
        marks = {made: mark == "1" for made, _, mark in (m.partition("=") for m in options.marks)}
        Reader(options.target, marks).read(options.stop)


if __name__ == "__main__":
    main()
