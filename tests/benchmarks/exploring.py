"""How large the explorer's page is and how soon it answers: with the real dataset, and with 50 000 figures.

The large dataset is the real one many times over, each copy thirteen years from the next: further apart than its figures
lie, so that no copy contradicts another. Needs chromium. Exit 1 where a goal is missed.
"""

import csv
import re
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

import pipeline
from pipeline.explorer import page

ROOT = Path(__file__).parent.parent.parent
FIGURES, APART, RUNS = 50_000, 13, 5
SMALL, FIRST_VIEW, FILTER = 2_000_000, 1000, 2000
"""Bytes of the real page; milliseconds to its first view and for a filter of the large one."""

ANSWER = """([id, value]) => new Promise((done) => {
    const field = document.getElementById(id), start = performance.now();
    field.value = value;
    field.dispatchEvent(new Event(field.tagName === 'SELECT' ? 'change' : 'input', { bubbles: true }));
    requestAnimationFrame(() => setTimeout(() => done(performance.now() - start)));
})"""
SHOWN = """() => new Promise((done) => new PerformanceObserver((list, self) => {
    self.disconnect();
    done(Math.max(...list.getEntries().map((e) => e.startTime)));
}).observe({ type: 'largest-contentful-paint', buffered: true }))"""


def multiplied(raw: Path, figures: int) -> int:
    """Add copies of every sheet without a text or a known contradiction until so many figures are there; how many there are."""
    sources = {row["source_id"]: row for row in read(raw / "sources.csv")}
    undated = [row | ({} if row["text_sha256"] else {"published_on": ""}) for row in sources.values()]
    (raw / "sources.csv").write_text(",".join(undated[0]) + "\n", encoding="utf-8")
    write(raw / "sources.csv", undated)
    told = {
        each.rpartition(":")[0] for row in read(raw / "rules/contradictions.csv") for each in row["figures"].split("|")
    }
    copied = (f for f in sorted((raw / "figures").glob("*.csv")) if not sources[f.stem]["text_sha256"])
    sheets = {file: read(file) for file in copied if file.stem not in told}
    count = sum(len(read(f)) for f in (raw / "figures").glob("*.csv"))
    years = iter(shift for n in range(1, 80) for shift in (-APART * n, APART * n))
    while count < figures:
        shift = next(years)
        for file, rows in sheets.items():
            write(file, [moved(row, shift, len(sheets[file])) for row in rows])
        count += sum(map(len, sheets.values()))
    return count


def moved(row: dict[str, str], years: int, size: int) -> dict[str, str]:
    """A figure that many years on, under a number of its own."""
    period = re.sub(r"^\d{4}", lambda m: str(int(m[0]) + years), row["time_period"])
    number = int(row["figure_no"]) + 1000 * (2 * abs(years) // APART - (years > 0))
    return row | {"figure_no": str(number), "time_period": period}


def read(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def write(file: Path, rows: list[dict[str, str]]) -> None:
    with file.open("a", encoding="utf-8", newline="") as stream:
        csv.DictWriter(stream, list(rows[0]), lineterminator="\n").writerows(rows)


def first_view(browser: Any, file: Path) -> float:
    """Milliseconds until the largest thing of the overview stands there, the median of several runs."""
    taken = []
    for _ in range(RUNS):
        tab = browser.new_page()
        tab.goto(file.as_uri())
        taken.append(tab.evaluate(SHOWN))
        tab.close()
    return statistics.median(taken)


def answers(browser: Any, file: Path) -> Iterator[tuple[str, float]]:
    """Milliseconds until the table shows what was asked for."""
    tab = browser.new_page()
    tab.goto(f"{file.as_uri()}#table")
    for name, value in (
        ("search", "minimum living"),
        ("search", "低保 南京"),
        ("search", ""),
        ("filter-theme", "marriage"),
        ("filter-area", "CN"),
    ):
        yield f"{name} {value!r}", tab.evaluate(ANSWER, [name, value])
    tab.close()


def dataset(folder: Path, make: Callable[[Path], int]) -> tuple[Path, int]:
    shutil.copytree(ROOT / "raw", folder / "raw", ignore=shutil.ignore_patterns("documents"))
    count = make(folder / "raw")
    pipeline.build(folder / "raw", folder / "curated")
    return folder / "curated", count


def main() -> int:
    with tempfile.TemporaryDirectory() as home, sync_playwright() as started:
        options = ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND"]
        browser = started.chromium.launch(executable_path=shutil.which("chromium"), args=options)
        missed = real(browser, Path(home)) + large(browser, Path(home) / "large")
        browser.close()
    return int(missed > 0)


def real(browser: Any, home: Path) -> int:
    file = home / "real.html"
    page.write(ROOT / "curated", file)
    size, shown = file.stat().st_size, first_view(browser, file)
    print(
        f"real dataset: {size / 1e6:.2f} MB (goal < {SMALL / 1e6:g}), first view {shown:.0f} ms (goal < {FIRST_VIEW})"
    )
    return (size >= SMALL) + (shown >= FIRST_VIEW)


def large(browser: Any, home: Path) -> int:
    curated, count = dataset(home, lambda raw: multiplied(raw, FIGURES))
    started = time.perf_counter()
    page.write(curated, home / "large.html")
    took, size = time.perf_counter() - started, (home / "large.html").stat().st_size
    shown, missed = first_view(browser, home / "large.html"), 0
    print(f"{count:,} figures: written in {took:.1f} s, {size / 1e6:.1f} MB, first view {shown:.0f} ms")
    for name, milliseconds in answers(browser, home / "large.html"):
        print(f"  {name}: {milliseconds:.0f} ms (goal < {FILTER})")
        missed += milliseconds >= FILTER
    return missed


if __name__ == "__main__":
    sys.exit(main())
