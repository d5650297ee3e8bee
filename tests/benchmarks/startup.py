"""How long a build of the real dataset and a query take, side by side with what they cannot do without.

Runs the commands in turn, A B C A B C …, and prints medians and ratios of whole processes: drift hits all alike.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
RUNS = 15
IMPORTS = "import pandas, pyarrow, duckdb, pandera"
READ = "import pandas, pyarrow; pandas.read_parquet('{out}/observations.parquet', dtype_backend='pyarrow')"
MINSHENG = [str(Path(sys.executable).parent / "minsheng")]


def timed(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        out = f"{folder}/curated"
        commands = {
            "imports": [sys.executable, "-c", IMPORTS],
            "build": [*MINSHENG, "build", "--out", out],
            "query": [*MINSHENG, "query", "--data", out, "SELECT * FROM headline LIMIT 40"],
            "read": [sys.executable, "-c", READ.format(out=out)],
            "load": [sys.executable, "-c", f"from pipeline import load; load('observations', {out!r})"],
        }
        for command in commands.values():  # warm-up, not counted
            timed(command)
        seconds = {name: [] for name in commands}
        for _ in range(RUNS):
            for name, command in commands.items():
                seconds[name].append(timed(command))
    report(seconds)


def report(seconds: dict[str, list[float]]) -> None:
    print(f"whole processes, {RUNS} runs each in turn; query prints 40 rows; imports = python -c '{IMPORTS}'\n")
    print(f"{'':10}{'median s':>10}{'min':>8}{'max':>8}{'of imports':>12}{'goal':>16}")
    goals = {"imports": "", "build": "≤ 1.6 imports", "query": "≤ 0.4 s", "read": "", "load": "≤ 1.1 read"}
    for name, values in seconds.items():
        ratio = statistics.median(v / i for v, i in zip(values, seconds["imports"], strict=True))
        row = f"{name:10}{statistics.median(values):10.3f}{min(values):8.3f}{max(values):8.3f}{ratio:11.2f}×{goals[name]:>16}"
        print(row)
    loading = statistics.median(a / b for a, b in zip(seconds["load"], seconds["read"], strict=True))
    print(f"\nload is {loading:.2f} × importing pandas and pyarrow and reading the file (goal ≤ 1.1)")
    code = "import time; t = time.perf_counter(); import pipeline; print(time.perf_counter() - t)"
    imported = [float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
                      .stdout) for _ in range(RUNS)]  # fmt: skip
    print(
        f"import pipeline: {statistics.median(imported) * 1000:.1f} ms, at most {max(imported) * 1000:.1f} (goal ≤ 50)"
    )


if __name__ == "__main__":
    main()
