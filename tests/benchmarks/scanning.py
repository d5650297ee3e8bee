"""Speed of the scanner: megabytes a second on bulletins, and seconds for 64 KiB of the worst text and for twice as much.

The bulletins are the invented ones of the tests; a plain pass of `re` over the same text stands beside each as a measure
of the machine. Run: python tests/benchmarks/scanning.py
"""

import re
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from pipeline.evidence.scan import scan

SPECIMENS = Path(__file__).parent.parent / "data/specimens"
HOSTILE = ["1", "1,", "1.", "1-", "1 ", "1\n", "百千万", "十", "一", "半", "一、", "“一", "（一", "2022-", "亿 9", "第1", "1年", "3—",
           "1:", "百分之", "\n1 一", "电话:1", "a@b.", "零一", "几", "[1"]  # fmt: skip
SIZE = 64 * 1024
ROUNDS = 5


def seconds(work: Callable[[str], object], text: str) -> float:
    """Median processor time of several rounds."""
    rounds = []
    for _ in range(ROUNDS):
        started = time.process_time()
        work(text)
        rounds.append(time.process_time() - started)
    return statistics.median(rounds)


def digits(text: str) -> list[str]:
    return re.findall(r"\d+(?:\.\d+)?", text)


def sized(unit: str, size: int) -> str:
    """A unit repeated to so many bytes."""
    return unit * (size // len(unit.encode()))


def main() -> None:
    print(f"{'bulletin':24} {'numerals':>9} {'MB/s':>6} {'times re.findall':>17}")
    for path in sorted(SPECIMENS.glob("*.txt")):
        text = path.read_text(encoding="utf-8") * 20
        taken, plain = seconds(scan, text), seconds(digits, text)
        print(f"{path.stem:24} {len(scan(text)):9,} {len(text.encode()) / taken / 1e6:6.2f} {taken / plain:17.0f}")
    print(f"\n{'64 KiB of':24} {'seconds':>9} {'twice as much':>14}")
    for unit in HOSTILE:
        once, twice = (seconds(scan, sized(unit, size)) for size in (SIZE, 2 * SIZE))
        print(f"{unit!r:24} {once:9.3f} {twice / once:13.2f}x")


if __name__ == "__main__":
    main()
