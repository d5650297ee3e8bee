"""How far a build or check is, on stderr: rows, rate, remaining time. Only on a terminal, past the first second."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_PATIENCE = 1.0
"""Seconds before anything is shown."""


@contextmanager
def shown() -> Iterator[Callable[[str, int, int], None]]:
    """A function that hears `step, rows done, rows in all` (0: not known); what it hears is drawn until the end."""
    if not sys.stderr.isatty():
        yield lambda _step, _done, _total: None
        return
    drawing = _Drawing()
    try:
        yield drawing.hear
    finally:
        drawing.end()


class _Drawing:
    """A bar of rich, begun once there is something to wait for."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._lock = threading.Lock()  # steps that run side by side tell from threads of their own
        self._bar: Progress | None = None
        self._steps: dict[str, TaskID] = {}

    def hear(self, step: str, done: int, total: int) -> None:
        if time.monotonic() - self._started < _PATIENCE:
            return
        with self._lock:
            self._bar = self._bar or _begun()
            if step not in self._steps:
                self._steps[step] = self._bar.add_task(step, total=None, rate="")
            elapsed = time.monotonic() - self._started
            rate = f"{done / elapsed:,.0f}/s" if done else ""
            self._bar.update(self._steps[step], completed=done, total=max(total, done) or None, rate=rate)

    def end(self) -> None:
        with self._lock:
            if self._bar:
                self._bar.stop()


def _begun() -> "Progress":
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("rows {task.fields[rate]}"),
    )
    bar = Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True)
    bar.start()
    return bar
