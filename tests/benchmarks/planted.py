"""Plant faults of every kind in a large archive: is each reported where it is, and nothing else? `make planted`.

Three archives are needed, as some faults hide others: a file that cannot be read hides what refers to it, and whole
figures are compared only where nothing else is wrong. Of each rule 1,000 faults are planted in 1,000,000 rows, and the
findings of a build are compared with them as (rule, file, line, column), on each engine.

Not planted, as an archive cannot have a thousand of them: `file-missing` (there are fifteen lists), `file-changed` (a
file changes while it is read; `make faults` does that), and of `check` the one of mixed units, which no row can break.
"""

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import archive
import archive_faults
import planted_sources
from archive_faults import Told
from archive_lists import Source

from pipeline import build
from pipeline.findings import Finding, InvalidData

UNPLANTED = {"file-missing", "file-changed"}
Plan = list[tuple[Source, int]]


def _rows(raw: Path, plan: Plan, each: int) -> Iterator[Told]:
    yield from archive_faults.spoil(raw, plan, each)
    added = planted_sources.Archive(raw)
    yield from planted_sources.lists(added, each)
    yield from planted_sources.texts(added, each)


def _files(raw: Path, _: Plan, each: int) -> Iterator[Told]:
    yield from planted_sources.files(planted_sources.Archive(raw), each)


def _checks(raw: Path, _: Plan, each: int) -> Iterator[Told]:
    yield from planted_sources.comparisons(planted_sources.Archive(raw), each)


GROUPS: dict[str, Callable[[Path, Plan, int], Iterator[Told]]] = {"rows": _rows, "files": _files, "checks": _checks}


def found(raw: Path, out: Path, engine: str) -> Sequence[Finding]:
    """What a build finds, whether it ends with errors or not."""
    try:
        return build(raw, out, engine).findings
    except InvalidData as error:
        return error.findings


def differences(planted: list[Told], findings: Sequence[Finding]) -> tuple[Counter[Told], Counter[Told]]:
    """What is planted and not reported as often, and what is reported and not planted."""
    wanted, told = Counter(planted), Counter((f.rule, f.file, f.line, f.column) for f in findings)
    return wanted - told, told - wanted


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("groups", nargs="*", default=[*GROUPS], metavar=f"{{{','.join(GROUPS)}}}")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--each", type=int, default=1_000, help="faults of every kind")
    parser.add_argument("--engines", nargs="+", default=["local", "dask"])
    options = parser.parse_args()
    os.environ.pop("MINSHENG_DOCUMENTS", None)  # the texts are the archive's own
    return max(_tried(group, options.rows, options.each, options.engines) for group in options.groups)


def _tried(group: str, rows: int, each: int, engines: list[str]) -> int:
    """Plant one group and compare what each engine reports; 1 where anything differs."""
    failed = 0
    with tempfile.TemporaryDirectory(prefix="minsheng-planted-") as folder:
        raw = Path(folder) / "raw"
        planted = list(GROUPS[group](raw, archive.write(raw, rows), each))
        kinds = len({rule for rule, *_ in planted})
        for engine in engines:
            start = time.perf_counter()
            missing, invented = differences(planted, found(raw, Path(folder) / "curated", engine))
            seconds = time.perf_counter() - start
            print(f"{group}, {engine}: {rows:,} rows, {kinds} rules, {len(planted):,} faults: "
                  f"{missing.total():,} missing, {invented.total():,} invented, {seconds:.1f} s", flush=True)  # fmt: skip
            for words, counter in (("missing", missing), ("invented", invented)):
                for place, count in counter.most_common(10):
                    print(f"  {words}: {count} x {place}", file=sys.stderr)
            failed += bool(missing or invented)
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
