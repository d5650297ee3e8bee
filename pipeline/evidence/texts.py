"""Texts of bulletins, where a user holds them: their lines, paragraphs and excerpts.

A bulletin's text is somebody's copyright and never part of the project. A user's own copy is `<source_id>.txt` in the
folder that a call names, else in $MINSHENG_DOCUMENTS, else in `raw/documents/`.
"""

import bisect
import hashlib
import os
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pipeline import paths

_AROUND = 16
"""Characters shown on either side of an excerpt: a line of wide characters stays within 80 columns."""


MAX_TEXT = 20_000_000
"""Bytes of a text; a bulletin has some tens of thousands."""


@dataclass(frozen=True)
class Text:
    """A bulletin's text: `content` with newlines as one character, and the hash of the file as it is."""

    content: str
    sha256: str

    @classmethod
    def read(cls, file: Path) -> "Text":
        """Raises OSError where this is no regular file or too large, UnicodeDecodeError where it is not UTF-8."""
        content = paths.content(file, MAX_TEXT)
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
        return cls(text, hashlib.sha256(content).hexdigest())

    @cached_property
    def _line_starts(self) -> list[int]:
        """Where each line that is not blank starts."""
        starts, at = [], 0
        for line in self.content.split("\n"):
            if line.strip():
                starts.append(at)
            at += len(line) + 1
        return starts

    def paragraph(self, place: int) -> int:
        """1-based number of the non-blank line that holds a character."""
        return bisect.bisect_right(self._line_starts, place)

    @cached_property
    def _ends(self) -> list[int]:
        return [place for place, character in enumerate(self.content) if character == "\n"]

    def line(self, place: int) -> int:
        """1-based number of the line, blank ones counted, that holds a character."""
        return bisect.bisect_left(self._ends, place) + 1

    def excerpt(self, start: int, end: int) -> str:
        """Two lines: the text around a span, with its line number, and a caret under each of its characters."""
        first = max(self.content.rfind("\n", 0, start) + 1, start - _AROUND)
        stop = self.content.find("\n", end)
        last = min(len(self.content) if stop < 0 else stop, end + _AROUND)
        head = f"{self.line(start)} | " + "…" * (self.content[first - 1 : first] not in {"", "\n"})
        before, marked = (_shown(self.content[a:b]) for a, b in ((first, start), (start, max(end, start + 1))))
        carets = " " * _width(head + before) + "^" * _width(marked)
        return f"{head}{before}{marked}{_shown(self.content[end:last])}\n{carets}"


def _shown(text: str) -> str:
    return "".join("⏎" if c == "\n" else c if c.isprintable() else " " for c in text)


def _width(text: str) -> int:
    """Columns that a text takes on a terminal."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def found(documents: Path, source_id: str) -> Path | None:
    """Where a source's text lies, whatever lies there; an id that leads elsewhere has none."""
    file = documents / f"{source_id}.txt"
    try:
        return file if file.parent == documents and file.exists() else None
    except OSError:  # a name too long, a folder that nobody may read
        return None


def folder(raw: Path, documents: str | Path | None = None) -> Path:
    """Where texts are looked for."""
    return Path(documents or os.environ.get("MINSHENG_DOCUMENTS") or raw / "documents")
