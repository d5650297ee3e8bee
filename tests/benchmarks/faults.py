"""Faults on purpose: builds killed, disks full, files torn, builds and readers at once; and that no dataset is lost.

    python tests/benchmarks/faults.py [--short] [--seed S]

A target holds the old dataset while another is built; after each fault `verify` must find the old or the new one whole,
and the next build must sweep what was left. Writes FAULTS.md (not with --short); exit 1 where anything was lost or odd.
"""

import argparse
import json
import os
import platform
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from faults_world import LOST, NEW, OLD, Outcome, World
from rich.console import Console
from rich.table import Table

import pipeline
from pipeline import database
from pipeline.verify import verify

REPORT = Path(__file__).with_name("FAULTS.md")
SEED = 20220831
Experiment = Callable[[World, bool, random.Random], Outcome]


def duration(world: World) -> float:
    """Seconds that a build takes as a process."""
    started = time.perf_counter()
    assert world.run().returncode == 0
    return time.perf_counter() - started


def kills_at_random(world: World, short: bool, order: random.Random) -> Outcome:
    """SIGKILL at moments spread evenly over a build's duration, and a little beyond."""
    outcome, count, lasts = Outcome("killed at random moments"), 10 if short else 200, duration(world)
    moments = [lasts * 1.1 * (n + order.random()) / count for n in range(count)]
    order.shuffle(moments)
    phases: Counter[str] = Counter()
    for moment in moments:
        before = world.made()
        process = subprocess.Popen(world.command(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(moment)
        process.send_signal(signal.SIGKILL)
        process.wait()
        left = world.left_overs()
        state = world.settle(outcome, before)
        ended = "done before the kill" if process.returncode == 0 else "killed behind the swap"
        phases[
            "killed while it wrote" if state == OLD and left else "killed before it wrote" if state == OLD else ended
        ] += 1
    outcome.said = ", ".join(f"{n} {phase}" for phase, n in sorted(phases.items()))
    return outcome


def kills_at_each_step(world: World, short: bool, _: random.Random) -> Outcome:
    """SIGKILL before each file or folder that Python opens, renames, flushes or takes away, one after the other."""
    return _at_each_step(world, short, Outcome("killed at each step"))


def kills_without_exchange(world: World, short: bool, _: random.Random) -> Outcome:
    """The same where folders cannot be exchanged and are renamed in turn."""
    return _at_each_step(world, short, Outcome("killed at each step, no exchange of folders"), "--without-exchange")


def _at_each_step(world: World, short: bool, outcome: Outcome, *options: str) -> Outcome:
    log = world.home / "steps"
    assert world.run("--steps", str(log), *options).returncode == 0
    steps = log.read_text(encoding="utf-8").splitlines()
    chosen = [*range(1, len(steps) + 1)]
    if short:  # before, within and behind the swap
        swap = [n for n, step in enumerate(steps, 1) if step == ("os.rename" if options else "_exchange")]
        chosen = [*swap, swap[-1] + 1, swap[-1] + 3]
    missing = 0
    for step in chosen:
        before = world.made()
        done = world.run("--die", str(step), *options)
        outcome.note(done.returncode not in (-signal.SIGKILL, 0), f"step {step}: exit {done.returncode}, {done.stderr}")
        missing += not world.target.exists()
        world.settle(outcome, before, put_back=bool(options))
    kinds = Counter(steps)
    outcome.said = ", ".join(f"{n} {kind.strip('_')}" for kind, n in sorted(kinds.items()))
    outcome.said += f"; {missing} times no target until the next build put the old one back" if options else ""
    return outcome


def full_disk(world: World, short: bool, _: random.Random) -> Outcome:
    """A small disk of its own that runs full in each phase, as if another program filled it behind the look for room."""
    outcome = Outcome("a disk that runs full (tmpfs)")
    peak, old = _size(world.target) * 1.3, _size(world.target)
    with _mounted(world, old + int(peak) * 3) as resize:
        if not resize:
            outcome.said = "not tried: this machine lets nobody mount"
            return outcome
        for part in (0.1, 0.6) if short else [n / 16 for n in range(1, 21)]:
            resize(old + int(peak * part))
            _refused(world, outcome, lambda: resize(old + int(peak) * 3), "--blind")
        resize(old + int(peak * 0.5))
        _refused(world, outcome, lambda: resize(old + int(peak) * 3))
    return outcome


def largest_file(world: World, short: bool, _: random.Random) -> Outcome:
    """No file may grow beyond a limit, as under a quota: it strikes Python, pyarrow and DuckDB in turn."""
    outcome = Outcome("files that may not grow (limit)")
    limits = (30_000, 2_000_000) if short else [int(1000 * 1.6**n) for n in range(20)]
    for limit in limits:
        _refused(world, outcome, lambda: None, "--largest", str(limit))
    return outcome


def _refused(world: World, outcome: Outcome, relieve: Callable[[], None], *options: str) -> None:
    """A build that may find no room: done or refused in one clear line, never by halves."""
    before = world.made()
    done = world.run(*options)
    relieve()
    clear = done.returncode == 2 and "no room" in done.stderr and len(done.stderr.splitlines()) == 1
    outcome.note(done.returncode != 0 and not clear, f"exit {done.returncode}: {done.stderr}")
    outcome.note(bool(world.left_overs()), f"left behind: {world.left_overs()}")
    state = world.settle(outcome, before)
    outcome.note((state == NEW) != (done.returncode == 0), f"exit {done.returncode}, but the {state} dataset is there")
    outcome.said = f"{outcome.counts[OLD]} refused in one line, exit 2"


def read_only(world: World, _: bool, __: random.Random) -> Outcome:
    """A target that nobody can write to."""
    outcome, before = Outcome("a read-only target"), world.made()
    with _mounted(world, _size(world.target) * 3) as resize:
        if resize:
            subprocess.run(["mount", "-o", "remount,ro", world.target.parent], check=True)
        else:
            world.target.parent.chmod(0o555)
        tries = world.run() if resize or os.getuid() else None
        subprocess.run(["mount", "-o", "remount,rw", world.target.parent], check=True) if resize else None
        world.target.parent.chmod(0o755)
        if tries:
            clear = (
                tries.returncode == 2 and "cannot be written" in tries.stderr and len(tries.stderr.splitlines()) == 1
            )
            outcome.note(not clear, f"exit {tries.returncode}: {tries.stderr}")
            world.settle(outcome, before)
            outcome.said = "refused in one line, exit 2"
        else:
            outcome.said = "not tried: root may write anywhere, and may not mount here"
    return outcome


@contextmanager
def _mounted(world: World, size: int) -> Iterator[Callable[[int], None] | None]:
    """The target on a small disk of its own; yields what changes its size, or None where nobody may mount."""
    place, aside = world.target.parent, world.home / "aside"
    shutil.copytree(world.target, aside)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode:
        shutil.rmtree(aside)
        yield None
        return
    try:
        aside.rename(world.home / "kept")
        shutil.copytree(world.home / "kept", world.target)
        yield lambda size: subprocess.run(["mount", "-o", f"remount,size={size}", place], check=True) and None
    finally:
        subprocess.run(["umount", place], check=True)
        shutil.rmtree(world.home / "kept")


def _size(folder: Path) -> int:
    return sum(p.stat().st_blocks * 512 for p in folder.rglob("*") if p.is_file())


def _half(file: Path, _: random.Random) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def _flip(file: Path, order: random.Random) -> None:
    content = bytearray(file.read_bytes())
    content[order.randrange(len(content))] ^= 1 << order.randrange(8)
    file.write_bytes(content)


def _empty(file: Path, _: random.Random) -> None:
    file.write_bytes(b"")


def _zeroes(file: Path, order: random.Random) -> None:
    """A block that the disk gave back empty."""
    content = bytearray(file.read_bytes())
    start = order.randrange(max(1, len(content) - 4096))
    length = len(content[start : start + 4096])
    content[start : start + 4096] = bytes(length)
    file.write_bytes(content)


def torn_files(world: World, short: bool, order: random.Random) -> Outcome:
    """Every file of a dataset spoiled in every way, one at a time: verify must tell; and then mended."""
    outcome, harmless, before = Outcome("torn files: does verify tell?"), 0, world.made()
    files = [p for p in sorted(world.target.rglob("*")) if p.is_file()]
    chosen = [f for f in files if not short or f.name in ("observations.parquet", "datapackage.json", database.FILE)]
    for file in chosen:
        for spoil in (_half, _empty, _flip, _zeroes):
            content = file.read_bytes()
            spoil(file, order)
            changed, told = file.read_bytes() != content, verify(world.target)
            unread = file.name == database.FILE and spoil in (_flip, _zeroes)
            harmless += changed and not told and unread
            untold = changed and file.relative_to(world.target).as_posix() not in {f.file for f in told}
            outcome.note(
                untold and not unread and file.name != "datapackage.json", f"{file.name}: {spoil.__name__} untold"
            )
            outcome.note(changed and not told and not unread, f"{file.name}: {spoil.__name__} untold")
            file.write_bytes(content)
            world.settle(outcome, before)
    outcome.said = "all told" if not outcome.odd else "not all told"
    outcome.said += f"; {harmless} in parts of the database that no table uses: its rows are those of the Parquet"
    return outcome


def changing_raw(world: World, short: bool, order: random.Random) -> Outcome:
    """A raw file overwritten while a build reads it: told, or the dataset is that of one of the two states."""
    outcome, told = Outcome("raw files changed while they are read"), 0
    raw, lasts = world.home / "c", duration(world)
    shutil.copytree(world.raws[0], raw)
    sheet = raw / "figures" / "jiangsu-2022-s1.csv"
    for n in range(2 if short else 60):
        before = world.made()
        sheet.write_bytes(world.sheets[n % 2])
        process = subprocess.Popen(world.command(raw=raw), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        time.sleep(order.uniform(0.3, 0.9) * lasts)
        sheet.write_bytes(world.sheets[(n + 1) % 2])
        _, err = process.communicate()
        told += "changed while it was read" in err
        outcome.note(process.returncode not in (0, 1) or "Traceback" in err, f"exit {process.returncode}: {err}")
        world.settle(outcome, before)
    outcome.said = f"{told} told and refused (exit 1); the others are of one state of the file"
    shutil.rmtree(raw)
    return outcome


def two_at_once(world: World, short: bool, order: random.Random) -> Outcome:
    """Two builds of one target: one is done, the other waits for nobody and says so."""
    outcome, turned_away = Outcome("two builds at once"), 0
    for _ in range(1 if short else 15):
        before, both = world.made(), []
        for _ in range(2):
            both.append(subprocess.Popen(world.command(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True))
            time.sleep(order.random() / 5)
        told = [process.communicate()[1] for process in both]
        codes = sorted(process.returncode for process in both)
        outcome.note(codes not in ([0, 0], [0, 2]), f"exits {codes}: {told}")
        outcome.note(codes == [0, 2] and not any("another build is writing" in t for t in told), f"{told}")
        turned_away += codes == [0, 2]
        world.settle(outcome, before)
    outcome.said = f"{turned_away} turned away with exit 2, the others came one after the other"
    return outcome


def readers(world: World, short: bool, _: random.Random) -> Outcome:
    """Readers that never rest while one build after the other is put in place."""
    count, builds = (3, 2) if short else (20, 50)
    outcome, stop = Outcome(f"{count} readers during {builds} builds"), world.home / "stop"
    processes = [world.reader(stop) for _ in range(count)]
    while len([*world.home.glob("ready-*")]) < count:
        time.sleep(0.05)
    for _ in range(builds):
        before = world.made()
        pipeline.build(world.raw(), world.target)
        world.settle(outcome, before)
    stop.touch()
    told: Counter[str] = Counter()
    for process in processes:
        told.update(json.loads(process.communicate()[0]))
    outcome.note(told["mixtures"] > 0, f"{told['mixtures']} mixtures taken for a dataset")
    outcome.note(told["failures"] > 0, f"{told['failures']} reads failed")
    outcome.note(not min(told[way] for way in ("database", "manifest", "connect")), f"a way was never read: {told}")
    outcome.said = (
        f"{told['database']:,} reads of the database, {told['manifest']:,} by the manifest ({told['again']:,} begun anew), "
        f"{told['connect']:,} by connect(): {told['mixtures']} mixtures, {told['failures']} failures"
    )
    return outcome


EXPERIMENTS: list[Experiment] = [
    kills_at_random, kills_at_each_step, kills_without_exchange, full_disk, largest_file, read_only, torn_files,
    changing_raw, two_at_once, readers,
]  # fmt: skip


def run(experiment: Experiment, *, short: bool, seed: int = SEED) -> Outcome:
    """One experiment in a world of its own."""
    with tempfile.TemporaryDirectory(prefix="minsheng-faults-") as home:
        return experiment(World(Path(home)), short, random.Random(seed))


def report(outcomes: list[Outcome], seed: int, seconds: float) -> str:
    rows = [
        f"| {o.name} | {o.tries} | {o.counts[OLD]} | {o.counts[NEW]} | {o.counts[LOST]} | {len(o.odd)} | {o.said} |"
        for o in outcomes
    ]
    versions = ", ".join(f"{name} {version(name)}" for name in ("minsheng", "duckdb", "pyarrow"))
    machine = f"Python {platform.python_version()}, {versions}, {platform.system()} {platform.release()}"
    return _TEMPLATE.format(
        rows="\n".join(rows), seed=seed, machine=machine, seconds=seconds, day=datetime.now(UTC).date()
    )


_TEMPLATE = """# Faults

Written by `make faults`. A target holds a dataset while one that differs from it is built; after each fault:

- **old whole**, **new whole**, **lost**: what `minsheng verify` finds in the target, once the next build has begun. Whole
  also means that the cell which tells the two apart is that of the raw data the manifest names.
- **odd**: what was not as promised: another exit code, a traceback, left-overs that the next build did not sweep, a torn
  file that verify did not tell, a mixture that a reader took for a dataset.

A step is a file or folder that Python opens to write, renames, flushes or takes away. What a kill of the process cannot
show is a loss of power: files and folders are flushed before the swap and behind it, which nothing here tests.

`python tests/benchmarks/faults.py --seed {seed}`, {day}, {seconds:.0f} s. {machine}.

| experiment | tries | old whole | new whole | lost | odd | |
|---|--:|--:|--:|--:|--:|---|
{rows}
"""


def show(outcomes: list[Outcome]) -> None:
    table = Table("experiment", "tries", "old whole", "new whole", "lost", "odd", "", box=None, header_style="bold")
    for o in outcomes:
        table.add_row(o.name, *map(str, (o.tries, *o.counts.values(), len(o.odd))), o.said)
    Console().print(table)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true", help="a few tries of each, and no report")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--only", help="one experiment, and no report")
    options = parser.parse_args()
    started, outcomes = time.perf_counter(), []
    for experiment in EXPERIMENTS:
        if options.only in (None, experiment.__name__):
            outcomes.append(run(experiment, short=options.short, seed=options.seed))
            print(f"{time.perf_counter() - started:6.0f} s  {outcomes[-1].name}", file=sys.stderr)
            for words in outcomes[-1].odd:
                print(f"  odd: {words}", file=sys.stderr)
    show(outcomes)
    if not options.short and not options.only:
        REPORT.write_text(report(outcomes, options.seed, time.perf_counter() - started), encoding="utf-8")
    return int(any(o.odd or o.counts[LOST] for o in outcomes))


if __name__ == "__main__":
    sys.exit(main())
