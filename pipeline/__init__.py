"""Figures of Chinese civil-affairs bulletins, checked, typed and published with the interval each of them allows.

The public interface is `build`, `check`, `load` and `connect`; what they need is imported when they are first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "2026.11.1"
__all__ = ["build", "check", "connect", "load"]

if TYPE_CHECKING:
    from pipeline.access import connect, load
    from pipeline.builder import build, check

_HOMES = {"build": "builder", "check": "builder", "connect": "access", "load": "access"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"pipeline.{_HOMES[name]}"), name)
