"""The wheel and the sdist, each in a clean environment away from the checkout: do they work, and offline?

Builds both, installs each with the pinned versions, and asks them what a user would ask. Exit 1 where one falls short.

    python tests/consumers/package.py [--keep FOLDER]
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
FIGURE = "jiangsu-2022-s1:1"
PYTHON = f"""
import json, sys
import pipeline
heavy = [m for m in ("pandas", "pandera", "pyarrow", "duckdb") if m in sys.modules]
from pipeline import connect, load
frame = load("observations").set_index("observation_id")
with connect() as connection:
    (headline,) = connection.execute("SELECT count(*) FROM headline").fetchone()
    (bounds,) = connection.execute("SELECT iv_add(iv(1, 2), iv(3, 4)).upper").fetchone()
print(json.dumps({{"heavy": heavy, "rows": len(frame), "lower": frame.loc["{FIGURE}", "lower"], "headline": headline,
                  "bounds": bounds, "where": pipeline.__file__, "typed": (__import__("pathlib").Path(pipeline.__file__)
                  .parent / "py.typed").is_file()}}))
"""


def run(*command: str | Path, cwd: Path | None = None, offline: bool = False) -> str:
    """A command's output. `offline`: in a network of its own, where the system can make one."""
    prefix = ["unshare", "--net", "--map-root-user"] if offline and _can_unshare() else []
    done = subprocess.run([*prefix, *map(str, command)], cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))} failed with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def _can_unshare() -> bool:
    try:
        return (
            subprocess.run(["unshare", "--net", "--map-root-user", "true"], check=False, capture_output=True).returncode
            == 0
        )
    except OSError:
        return False


def build(out: Path) -> list[Path]:
    """The sdist, and the wheel built from it."""
    builder = environment(out / "builder")
    run(builder, "-m", "pip", "install", "--quiet", "-c", ROOT / "constraints.txt", "build")
    run(builder, "-m", "build", "--outdir", out / "dist", ROOT)
    return sorted((out / "dist").iterdir())


def environment(folder: Path) -> Path:
    venv.create(folder, with_pip=True, clear=True)
    return folder / "bin" / "python"


def check(package: Path, folder: Path) -> None:
    """Install a package and use it from an empty folder."""
    python, away = environment(folder / "venv"), folder / "away"
    away.mkdir()
    run(python, "-m", "pip", "install", "--quiet", "-c", ROOT / "constraints.txt", package)
    seen = json.loads(run(python, "-c", PYTHON, cwd=away, offline=True))
    committed = json.loads((ROOT / "curated/datapackage.json").read_text(encoding="utf-8"))
    rows = next(r["rows"] for r in committed["resources"] if r["path"] == "observations.parquet")
    expected = {"heavy": [], "rows": rows, "lower": 400850, "bounds": 6, "typed": True}
    assert {k: seen[k] for k in expected} == expected, seen
    assert Path(seen["where"]).is_relative_to(folder), seen
    assert seen["headline"] > 100, seen
    minsheng = python.with_name("minsheng")
    answer = run(
        minsheng,
        "query",
        "--csv",
        "SELECT lower FROM facts WHERE observation_id = '" + FIGURE + "'",
        cwd=away,
        offline=True,
    )
    assert answer == "lower\n400850.0\n", answer
    story = run(minsheng, "trace", FIGURE, cwd=away, offline=True)
    assert "400,850 … 400,950" in story, story
    run(minsheng, "export", "csv", "--out", "out", cwd=away, offline=True)
    assert (away / "out/observations.csv").is_file()
    run(minsheng, "export", "xlsx", "--out", "figures.xlsx", cwd=away, offline=True)
    assert (away / "figures.xlsx").stat().st_size > 50_000
    run(minsheng, "explore", "--out", "page.html", cwd=away, offline=True)
    assert (away / "page.html").stat().st_size > 1_000_000
    run(minsheng, "plot", "dibao_persons", "-o", "figure.svg", cwd=away, offline=True)
    assert "Persons on minimum living allowance" in (away / "figure.svg").read_text(encoding="utf-8")
    print(f"{package.name}: {package.stat().st_size:,} bytes, {rows} figures, works away from the checkout")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--keep", type=Path, help="where the built packages are kept")
    keep = arguments.parse_args().keep
    os.environ.pop("PYTHONPATH", None)
    with tempfile.TemporaryDirectory(prefix="minsheng-package-") as scratch:
        packages = build(Path(scratch))
        assert {p.suffix for p in packages} == {".gz", ".whl"}, packages
        for n, package in enumerate(packages):
            (Path(scratch) / str(n)).mkdir()
            check(package, Path(scratch) / str(n))
        if keep:
            keep.mkdir(parents=True, exist_ok=True)
            for package in packages:
                package.rename(keep / package.name)
    print("2 passed, 0 failed")


if __name__ == "__main__":
    sys.exit(main())
