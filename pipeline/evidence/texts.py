"""Texts of bulletins, where a user holds them, and whether every entry is what stands at its place.

A bulletin's text is somebody's copyright and never part of the project. A user's own copy is `<source_id>.txt` in the
folder that a call names, else in $MINSHENG_DOCUMENTS, else in `raw/documents/`.
"""

import bisect
import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb

from pipeline.crosschecks import Offence
from pipeline.validate import Codes

_CHUNK = 10_000


@dataclass(frozen=True)
class Text:
    """A bulletin's text: `content` with newlines as one character, and the hash of the file as it is."""

    content: str
    sha256: str

    @classmethod
    def read(cls, file: Path) -> "Text":
        """Raises UnicodeDecodeError where the file is not UTF-8."""
        content = file.read_bytes()
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

    def around(self, start: int, end: int) -> str:
        """An entry's characters between a few of their neighbours, as one line."""
        before, after = self.content[max(0, start - 6) : start], self.content[end : end + 6]
        return f"…{before}[{self.content[start:end]}]{after}…".replace("\n", "⏎")


def folder(raw: Path, documents: str | Path | None = None) -> Path:
    """Where texts are looked for."""
    return Path(documents or os.environ.get("MINSHENG_DOCUMENTS") or raw / "documents")


def compare(connection: duckdb.DuckDBPyConnection, codes: Codes, documents: Path) -> Iterator[Offence]:
    """Every entry of every source whose text is there, against the text."""
    for row in codes.tables["sources"].to_pylist():
        file = documents / f"{row['source_id']}.txt"
        try:
            if row["text_sha256"] is None or not file.is_file():
                continue
            text = Text.read(file)
        except OSError as error:
            seen = f"{file.name} cannot be read ({error.strerror})"
            yield Offence("text-hash", "sources", row["row"], "text_sha256", seen, "a text, or none")
            continue
        except UnicodeDecodeError:
            yield Offence("text-hash", "sources", row["row"], "text_sha256", f"{file.name} is not UTF-8", "UTF-8")
            continue
        if text.sha256 != row["text_sha256"]:
            hint = "another copy of the bulletin? check every entry against it before admitting its hash"
            seen = f"{file.name} has {text.sha256}"
            yield Offence("text-hash", "sources", row["row"], "text_sha256", seen, row["text_sha256"], hint)
        for table in ("observations", "passed_over"):
            for entry in _entries(connection, table, row["source_id"]):
                yield from _compare_entry(text, table, *entry)


def _entries(connection: duckdb.DuckDBPyConnection, table: str, source_id: str) -> Iterator[tuple[Any, ...]]:
    found = connection.execute(
        f'SELECT "row", paragraph, char_start, char_end, as_printed FROM memory.{table} WHERE source_id = ? '
        "AND char_start IS NOT NULL AND char_end IS NOT NULL ORDER BY char_start",
        [source_id],
    )
    while rows := found.fetchmany(_CHUNK):
        yield from rows


def _compare_entry(
    text: Text, table: str, row: int, paragraph: int | None, start: int, end: int, printed: str | None
) -> Iterator[Offence]:
    if text.content[start:end] != printed:
        places = [n for n in _occurrences(text.content, printed or "\0") if abs(n - start) < 200]
        hint = f"it stands at character {min(places, key=lambda n: abs(n - start))}" if places else ""
        yield Offence("text-span", table, row, "as_printed", text.around(start, end), printed or "nothing", hint)
    elif paragraph != text.paragraph(start):
        yield Offence("text-paragraph", table, row, "paragraph", str(paragraph), str(text.paragraph(start)))


def _occurrences(content: str, wanted: str) -> Iterator[int]:
    at = content.find(wanted)
    while at >= 0:
        yield at
        at = content.find(wanted, at + 1)
