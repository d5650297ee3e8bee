"""axe-core, which looks for what keeps people out of a page; installed from npm into a cache that git ignores."""

import json
from pathlib import Path
from typing import Any

from consumers.run import CACHE, run, unless_complete

VERSION = "4.14.1"
SERIOUS = ("serious", "critical")


def script() -> str:
    """The script of axe-core. Raises UnusableError where npm cannot install it."""

    def fill(folder: Path) -> None:
        (folder / "package.json").write_text(json.dumps({"private": True, "dependencies": {"axe-core": VERSION}}))
        run(["npm", "install", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder)

    unless_complete(CACHE / "axe", VERSION, fill)
    return (CACHE / "axe/node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")


def violations(page: Any, source: str) -> list[str]:
    """What is serious about a page, each with the first element it was seen at."""
    page.evaluate(source)
    found = page.evaluate("axe.run({ resultTypes: ['violations'] })")["violations"]
    return [
        f"{v['id']}: {v['nodes'][0]['html']}: {v['nodes'][0].get('failureSummary')}"
        for v in found
        if v["impact"] in SERIOUS
    ]
