"""Write a valid raw archive of any size: `python tests/benchmarks/archive.py --rows 1000000 --out DIR`.

The same arguments give the same bytes. `--faults N` plants N faults of every kind that a row can have, and says where
in `DIR.faults.csv`, beside the folder; `planted.py` plants faults of files, texts and comparisons too.
"""

import argparse
import sys
import time
from pathlib import Path

import archive_faults
import numpy as np
from archive_figures import Figures
from archive_lists import COUNTIES, Source, sources, write_lists
from archive_sheets import write_beside


def write(out: Path, rows: int, *, files: int | None = None, seed: int = 1) -> list[tuple[Source, int]]:
    """Write an archive of `rows` figures; each source with its number of figures."""
    chosen = sources(files or default_files(rows))
    write_lists(out, chosen)
    figures = Figures(chosen, seed)
    plan = list(zip(chosen, _rows_of(chosen, figures, rows), strict=True))
    for source, count in plan:
        path = out / "figures" / f"{source.source_id}.csv"
        figures.write(source, count, path)
        write_beside(out, source, path)
    return plan


def default_files(rows: int) -> int:
    """A file for a tiny archive, tens for a small one, thousands for a national one."""
    return max(1, min(rows // 1_500, max(12, rows // 9_000), 3_000))


def _rows_of(chosen: list[Source], figures: Figures, rows: int) -> list[int]:
    """Rows of each source, by the size of its province; no more than the facts that it can state."""
    most = np.array([int(figures.counts(s).sum()) for s in chosen])
    if rows > most.sum():
        raise SystemExit(
            f"{rows:,} rows are more than {len(chosen)} files can state ({most.sum():,}): give more --files"
        )
    weight = np.array([COUNTIES[s.province] for s in chosen], float)
    count = np.minimum(most, np.floor(rows * weight / weight.sum()).astype(int))
    for place, room in enumerate(most - count):
        count[place] += min(int(room), rows - int(count.sum()))
    return [int(each) for each in count]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--out", type=Path, required=True, help="a folder that is not there yet")
    parser.add_argument("--files", type=int, help="sheets to spread the rows over")
    parser.add_argument("--faults", type=int, default=0, help="faults of every kind to plant")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if options.out.exists():
        raise SystemExit(f"{options.out} exists: take it away, or name another folder")
    start = time.perf_counter()
    plan = write(options.out, options.rows, files=options.files, seed=options.seed)
    planted = archive_faults.plant(options.out, plan, options.faults) if options.faults else 0
    seconds = time.perf_counter() - start
    print(f"{options.rows:,} rows in {len(plan):,} sheets, {planted:,} faults, {seconds:.1f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
