"""What was measured, as tables of ratios and a projection."""

import os
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import validators

Results = dict[str, dict[str, Any]]
PACKAGES = (
    "minsheng",
    "duckdb",
    "pandas",
    "pandera",
    "pyarrow",
    "polars",
    "pointblank",
    "frictionless",
    "great_expectations",
)
BILLION = 1_000_000_000
HOURS = 1
TABLE = ("scan", "read and validate", "sort and write")
SERIAL = ("scan", "unique", "database", "checks", "manifest")
"""Parts of a build that workers of a cluster do not share: they see all rows at once, or read every byte."""
TRIED = Path(__file__).with_name("TRIED.md")


def brief(result: dict[str, Any]) -> str:
    """One line for a measurement as it comes."""
    if "failed" in result:
        return f"FAILED: {result['failed']}"
    if "milliseconds" in result:
        return "   ".join(f"{n} {_figure(v['database'], 1)} ms" for n, v in result["milliseconds"].items())
    return f"{result['seconds']:9.2f} s  {result['peak_mb'] or 0:7.0f} MB"


def markdown(found: Results, sizes: list[int], validated: list[int], machine: str) -> str:
    versions = ", ".join([f"Python {sys.version.split()[0]}", *(f"{p} {version(p)}" for p in PACKAGES)])
    lines = [
        "# Measurements at scale", "",
        "Written by `make bench`. Each number is a process of its own, on a generated archive "
        "(tests/benchmarks/archive.py).", "",
        f"{machine}. {versions}.", "",
        "## Builds beside a bare COPY", "", *_builds(found, sizes), "",
        "COPY reads, types and derives the same columns and writes zstd Parquet, two threads, nothing validated; `sorted` as "
        "ours, `bounded` sorted with the memory limit of our build. `build` is everything: database, claims, checks, other "
        "formats, hashes. `table` is what COPY makes too, the "
        "sorted observations, scanned, validated and written; uniqueness runs beside the writing. Peak is the most memory "
        "the process held. Processor seconds are those of whole processes, imports included.", "",
        "## Parts of a build, seconds", "", *_parts(found, sizes), "",
        "## The same checks in other validators", "", *_validators(found, validated), "",
        "The slope is the difference of two sizes, so start-up does not count. minsheng and "
        "minsheng-check read the archive of many files that the sheet was made from, and check more; tests/test_archive.py "
        "shows that they find. minsheng-common reads the one sheet, as the others do, and asks no more than they.", "",
        f"## Questions over {sizes[-1]:,} rows, median milliseconds", "", *_queries(found, sizes[-1]), "",
        "## Projection", "", *_projection(found, sizes), "", TRIED.read_text(encoding="utf-8"),
    ]  # fmt: skip
    return "\n".join(lines)


def _table(header: list[str], rows: list[list[str]]) -> list[str]:
    return [f"| {' | '.join(each)} |" for each in [header, ["---"] + ["--:"] * (len(header) - 1), *rows]]


def _figure(value: Any, digits: int = 2) -> str:
    return f"{value:,.{digits}f}" if isinstance(value, int | float) else str(value or "–")


def _told(result: dict[str, Any], field: str) -> Any:
    return f"failed: {result['failed']}" if "failed" in result else result.get(field)


def _ratio(found: Results, over: str, under: str) -> str:
    pair = [found.get(name, {}).get("seconds") for name in (over, under)]
    return f"{pair[0] / pair[1]:.2f}×" if all(pair) else "–"


def _builds(found: Results, sizes: list[int]) -> list[str]:
    header = [
        "rows", "COPY s", "sorted s", "bounded s", "build s", "build of sorted", "table of sorted", "table of bounded",
        "sorted MB", "bounded MB", "build MB", "build rows/s", "sorted processor s", "build processor s",
    ]  # fmt: skip
    return _table(header, [_build(found, size) for size in sizes])


def _build(found: Results, size: int) -> list[str]:
    copy, ordered, bounded, build = (
        found.get(f"{name} {size}", {}) for name in ("copy", "copy sorted", "copy bounded", "build")
    )
    seconds = [_figure(_told(each, "seconds")) for each in (copy, ordered, bounded, build)]
    ratios = [
        _ratio(found, f"build {size}", f"copy sorted {size}"),
        *(_table_ratio(build, f) for f in (ordered, bounded)),
    ]
    memory = [_figure(each.get("peak_mb"), 0) for each in (ordered, bounded, build)]
    speed = size / build["seconds"] if "seconds" in build else None
    processor = [_figure(each.get("processor"), 1) for each in (ordered, build)]
    return [f"{size:,}", *seconds, *ratios, *memory, _figure(speed, 0), *processor]


def _table_ratio(build: dict[str, Any], ordered: dict[str, Any]) -> str:
    """What a COPY makes too, the sorted table, but validated: without database, checks over it, other formats, hashes."""
    parts, floor = build.get("parts") or {}, ordered.get("seconds")
    return f"{sum(parts[name] for name in TABLE) / floor:.2f}×" if floor and {*TABLE} <= {*parts} else "–"


def _parts(found: Results, sizes: list[int]) -> list[str]:
    parts = {size: found.get(f"build {size}", {}).get("parts") or {} for size in sizes}
    names = list(dict.fromkeys(name for each in parts.values() for name in each))
    if not names:
        return ["The build does not tell its parts."]
    return _table(
        ["part", *(f"{s:,}" for s in sizes)], [[n, *(_figure(parts[s].get(n)) for s in sizes)] for n in names]
    )


def slope(found: Results, name: str, sizes: list[int]) -> float | None:
    """Seconds per row between two sizes; None where it was not measured, or is lost in noise."""
    small, large = (found.get(f"{name} {size}", {}).get("seconds") for size in sizes)
    return (large - small) / (sizes[1] - sizes[0]) if small and large and large > small else None


def _validators(found: Results, sizes: list[int]) -> list[str]:
    every, common = (slope(found, name, sizes) for name in ("minsheng", "minsheng-common"))
    rows = []
    for name, checks in validators.CHECKS.items():
        own = slope(found, name, sizes)
        measured = [found.get(f"{name} {size}", {}) for size in sizes]
        ratios = [f"{own / ours:.2f}×" if own and ours else "–" for ours in (every, common)]
        seconds = [_figure(_told(each, "seconds")) for each in measured]
        peak = _figure(measured[1].get("peak_mb"), 0)
        rows.append([name, *seconds, _figure(own and own * 1e6), *ratios, peak, checks])
    ours = ["of minsheng", "of minsheng-common"]
    return _table(["validator", *(f"{s:,} rows, s" for s in sizes), "µs a row", *ours, "peak MB", "checks"], rows)


def _queries(found: Results, size: int) -> list[str]:
    result = found.get(f"queries {size}", {"failed": "there was no build to ask"})
    if "failed" in result:
        return [f"Not measured: {result['failed']}."]
    rows = [
        [name, _figure(each["database"], 1), _figure(each["unsorted"], 1)]
        for name, each in result["milliseconds"].items()
    ]
    return _table(["question", "minsheng.duckdb", "unsorted Parquet"], rows)


def _projection(found: Results, sizes: list[int]) -> list[str]:
    """A billion rows, from the largest build: how many workers, and what stops scaling first."""
    done = [size for size in sizes if "seconds" in found.get(f"build {size}", {})]
    if not done:
        return ["No build was measured."]
    size = done[-1]
    build, cores = found[f"build {size}"], os.cpu_count() or 1
    rate = size / build["seconds"] / cores
    alone, workers = BILLION / rate / 3600, -(-BILLION // int(rate * 3600 * HOURS))
    lines = [
        f"The largest build took {size:,} rows in {build['seconds']:.1f} s on {cores} cores: {rate:,.0f} rows a "
        f"core-second. At that rate a billion rows take {alone:.1f} core-hours, so {workers} workers of one core for "
        f"{HOURS} hour, if nothing had to see all rows at once. This is arithmetic from one machine, no measurement.",
    ]
    return [*lines, "", *_growth(found, done), "", *_bottleneck(build, size)]


def _growth(found: Results, done: list[int]) -> list[str]:
    if len(done) < 2:
        return ["With one size measured, nothing is known of how time grows with rows."]
    first, last = done[0], done[-1]
    times = found[f"build {last}"]["seconds"] / found[f"build {first}"]["seconds"]
    return [f"From {first:,} to {last:,} rows ({last / first:.1f}×), time grew {times:.1f}×."]


def _bottleneck(build: dict[str, Any], size: int) -> list[str]:
    """Which of the parts that see all rows takes longest, and how it is parted."""
    key = BILLION * 16 / 2**30
    parted = (
        f"Uniqueness needs a hash and a place of each row, 16 bytes: {key:.0f} GB for a billion rows. Parted by the first "
        "bits of the hash, equal keys meet in one part, and each part is confirmed alone. Claims are judged an area after "
        "another already, each with the areas within it: workers could take areas in the same way. Reading, validation and the "
        "sort are done by the workers: a range of the order each, an indicator's areas cut where it is too large."
    )
    parts = {n: s for n, s in (build.get("parts") or {}).items() if any(word in n for word in SERIAL)}
    if not parts:
        return [f"The build did not tell its parts, so which step stops scaling first is not measured. {parted}"]
    worst = max(parts, key=lambda name: parts[name])
    share = parts[worst] / build["seconds"]
    return [
        f"Of the steps that workers do not share, `{worst}` took longest: {parts[worst]:.1f} s of {size:,} rows, {share:.0%} of the "
        f"build. Left on one worker, it bounds the gain to {1 / share:.1f}×, however many workers validate. {parted}"
    ]
