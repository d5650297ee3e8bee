"""How fast is it at scale? Builds beside a bare COPY, the same checks in other validators, questions over the result.

Each measurement is a process of its own and is printed and kept as it comes (in `--work`): a run that was ended goes on
where it stopped. What fails is told in the table. Writes tests/benchmarks/RESULTS.md, but not in a short form.
"""

import argparse
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import archive
import results
import validators

HERE = Path(__file__).parent
VALIDATED = (100_000, 1_000_000)
TIMEOUT = 3 * 3600
Result = dict[str, Any]


class Measurements:
    """Results by name, kept in a file of the working folder; a failure is a result too, but is tried again."""

    def __init__(self, work: Path) -> None:
        self.file = work / f"measured-{_code()}.json"
        self.found: dict[str, Result] = json.loads(self.file.read_text("utf-8")) if self.file.exists() else {}

    def take(self, name: str, *job: object) -> Result:
        if "failed" in self.found.get(name, {"failed": ""}):
            self.found[name] = run(*job)
            self.file.write_text(json.dumps(self.found, indent=1), encoding="utf-8")
        print(f"{name:40} {results.brief(self.found[name])}", flush=True)
        return self.found[name]


def _code() -> str:
    """What is measured: other code, other measurements."""
    digest = hashlib.sha256()
    for folder in (HERE, HERE.parents[1] / "pipeline", HERE.parents[1] / "sql"):
        for path in sorted([*folder.rglob("*.py"), *folder.rglob("*.sql")]):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def run(*job: object) -> Result:
    """One job in a process of its own; where it fails, what it said."""
    command = [sys.executable, str(HERE / "scale_jobs.py"), *map(str, job)]
    try:
        ended = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        return {"failed": f"not done after {TIMEOUT // 3600} h"}
    if ended.returncode:
        said = [line for line in ended.stderr.splitlines() if line and not line.startswith(" ")]
        errors = [line for line in said if "Error" in line] or said or [f"ended with {ended.returncode}"]
        return {"failed": errors[-1][:200]}
    return json.loads(ended.stdout.strip().splitlines()[-1])


def at_size(taken: Measurements, work: Path, rows: int, *, ask: bool) -> None:
    """The floor, our build, and for the largest the questions over it."""
    raw, out = made(work, rows), work / f"curated-{rows}"
    plain, ordered = work / f"unsorted-{rows}.parquet", work / f"sorted-{rows}.parquet"
    taken.take(f"copy {rows}", "copy", raw, plain, "unsorted")
    taken.take(f"copy sorted {rows}", "copy", raw, ordered, "sorted")
    taken.take(f"copy bounded {rows}", "copy", raw, ordered, "bounded")
    ordered.unlink(missing_ok=True)
    taken.take(f"build {rows}", "build", raw, out)
    if ask and (out / "minsheng.duckdb").exists() and plain.exists():
        taken.take(f"queries {rows}", "queries", out, plain)


def made(work: Path, rows: int) -> Path:
    """An archive of so many rows; one that is there whole is used again."""
    raw = work / f"raw-{rows}"
    if not (whole := work / f"raw-{rows}.whole").exists():
        shutil.rmtree(raw, ignore_errors=True)
        archive.write(raw, rows)
        whole.touch()
    return raw


def beside_others(taken: Measurements, work: Path, sizes: list[int]) -> None:
    for rows in sizes:
        raw, sheet = made(work, rows), work / f"sheet-{rows}.csv"
        validators.one_sheet(raw, sheet)
        for name in validators.CHECKS:
            taken.take(f"{name} {rows}", "validator", name, raw, sheet)


def machine() -> str:
    """What the numbers hold for, without the name of the machine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores, {memory:.0f} GB of memory, {platform.system()} {platform.machine()}"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000_000, 4_000_000, 14_000_000])
    parser.add_argument(
        "--validated",
        type=int,
        nargs=2,
        help=f"rows for the validators; by default {VALIDATED}, less for small --sizes",
    )
    parser.add_argument("--work", type=Path, help="where archives and results are kept, so that a run can go on")
    parser.add_argument(
        "--results", type=Path, help="file for the tables; RESULTS.md beside this, if all --sizes are a million or more"
    )
    options = parser.parse_args()
    smallest = min(options.sizes)
    validated = options.validated or ([smallest // 20, smallest // 10] if smallest < 1_000_000 else list(VALIDATED))
    work = options.work or Path(tempfile.mkdtemp(prefix="minsheng-bench-"))
    work.mkdir(parents=True, exist_ok=True)
    taken, sizes = Measurements(work), sorted(options.sizes)
    try:
        for rows in sizes:
            at_size(taken, work, rows, ask=rows == sizes[-1])
        beside_others(taken, work, sorted(validated))
    finally:
        if not options.work:
            shutil.rmtree(work, ignore_errors=True)
    text = results.markdown(taken.found, sizes, sorted(validated), machine())
    print(f"\n{text}")
    if file := options.results or (HERE / "RESULTS.md" if smallest >= 1_000_000 else None):
        file.write_text(text, encoding="utf-8")
        print(f"written to {file.name}")


if __name__ == "__main__":
    main()
