"""Which unit algebra has been proven before, on this machine: pint need not be loaded to prove it again.

A proof is an empty file in the user's cache, named by a hash of the units and rules, our version
and the installed pint.
Only `build` trusts one; `check` proves everything each time. Without a writable cache nothing is remembered.
"""

import contextlib
import hashlib
import json
import os
from importlib.util import find_spec
from pathlib import Path

from pipeline import __version__
from pipeline.validate import Codes

_INPUTS = {
    "units": ["unit_id", "pint", "dimension"],
    "indicators": ["indicator_id", "unit_id"],
    "derived_rules": ["derived_id", "unit_id", "scale", "left_id", "operator", "right_id"],
    "parts": ["whole", "part", "kind", "factor", "factor_unit"],
    "published_rules": ["published", "kind", "left_id", "right_id", "scale"],
}
"""Everything that the unit algebra reads."""


class Proof:
    """The proof for one set of code lists and rules."""

    def __init__(self, codes: Codes) -> None:
        read = {name: codes.tables[name].select(columns).to_pylist() for name, columns in _INPUTS.items()}
        text = json.dumps([__version__, _installed("pint"), read], sort_keys=True)
        home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        self.file = home / "minsheng" / f"unit-algebra-{hashlib.sha256(text.encode()).hexdigest()}"

    @property
    def is_known(self) -> bool:
        return self.file.is_file()

    def remember(self) -> None:
        with contextlib.suppress(OSError):
            self.file.parent.mkdir(parents=True, exist_ok=True)
            self.file.touch()


def _installed(package: str) -> list[str]:
    """Where a package lies and when it was installed, without importing it or reading its metadata, which is slow."""
    spec = find_spec(package)
    origin = (spec and spec.origin) or ""
    return [origin, str(Path(origin).stat().st_mtime_ns) if origin else ""]
