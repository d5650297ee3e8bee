"""Raw CSV files as bytes and lines: are they readable at all, what is wrong if not, and which line is which row.

A file is scanned once in blocks, which is quick; only a file that looks wrong, or that a reader refuses, is taken apart
cell by cell. Whatever a file holds, no more of it is in memory than a block or a row, whose size is limited.
"""

import codecs
import csv
import difflib
import hashlib
import os
import re
import stat
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from pipeline.findings import Finding, finding

BLOCK = 1 << 22
MAX_CELL = 2_000_000
"""Characters in a cell, and bytes in a line or row: more is a quote that never closes."""
MAX_COLUMNS = 1_000
MAX_FAULTS = 10_000
"""Faults of form that are told of one file: who mends these sees the next."""

csv.field_size_limit(MAX_CELL)
_BYTE_ORDER_MARKS = {
    codecs.BOM_UTF32_LE: "UTF-32", codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16", codecs.BOM_UTF16_BE: "UTF-16",
}  # fmt: skip
"""The longer marks first: that of UTF-32 begins like that of UTF-16."""
_BLANKS, _BLANK = b" \t", (b" ", b"\t")
_SMART_QUOTES = "“”‘’"
_TOO_LONG = "a row that is too long"
_LINE_ENDS = {"CRLF": re.compile(rb"\r\n"), "LF": re.compile(rb"(?<!\r)\n"), "CR": re.compile(rb"\r(?!\n)")}
_MIXED = {"seen": "some lines end with CRLF, others with LF", "hint": "save the file again"}
_BARE_RETURN = {"seen": "a bare carriage return", "hint": "end lines with a line feed"}


@dataclass(slots=True)
class CsvFile:
    """A raw file: its path, its name as findings show it, its header, and what is wrong with it.

    `is_odd`: its commas are not as many as its header says. `has_blank`: some lines hold nothing but commas.
    """

    path: Path
    name: str
    header: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    stamp: tuple[int, int, int] = (0, 0, 0)
    sha256: str = ""
    lines: int = 0
    is_odd: bool = False
    has_blank: bool = False

    def add(self, rule: str, line: int = 0, column: str = "", **words: str) -> None:
        self.findings.append(finding(rule, self.name, line, column, **words))

    @property
    def is_full(self) -> bool:
        """True where so much is wrong that no more is told."""
        return len(self.findings) >= MAX_FAULTS

    @property
    def changed(self) -> bool:
        """True where the file is no longer what was scanned."""
        return _stamp(self.path) != self.stamp


def _stamp(path: Path) -> tuple[int, int, int]:
    status = os.lstat(path)
    return status.st_ino, status.st_size, status.st_mtime_ns


def inspect(root: Path, name: str, required: list[str], optional: Iterable[str] | None = ()) -> CsvFile:
    """Scan a file: link, encoding, NUL, header (`optional` None: more columns than can be known may be right).

    Where quotes or line ends look odd, every row is looked at.
    """
    file = CsvFile(root / name, name)
    try:
        if _is_plain_file(file) and _scan(file, required):
            _check_header(file, required, None if optional is None else list(optional))
            if file.is_odd and not file.findings:
                diagnose(file)  # DuckDB drops cells too many that are empty
            if file.has_blank and not file.findings:
                _tell_blank(file)
    except OSError as error:
        file.add("file-unreadable", seen=f"cannot be read: {error.strerror}")
    return file


def _is_plain_file(file: CsvFile) -> bool:
    for path in (file.path, *list(file.path.parents)[: len(Path(file.name).parts) - 1]):
        if path.is_symlink():
            name = path.relative_to(file.path.parents[len(Path(file.name).parts) - 1]).as_posix()
            file.findings.append(finding("file-link", name, seen=path.name, hint="copy the file itself here"))
            return False
    try:
        mode = os.lstat(file.path).st_mode
    except OSError:
        file.add("file-missing", expected=file.name)
        return False
    if not stat.S_ISREG(mode):
        file.add("file-unreadable", seen="this is no regular file")
        return False
    file.stamp = _stamp(file.path)
    return True


def _scan(file: CsvFile, required: list[str]) -> bool:
    """Read the file once; True where its rows can be read."""
    suspicious, quotes, digest, rest, begun, shape = False, 0, hashlib.sha256(), b"", 0, _Shape()
    with open(file.path, "rb") as stream:
        first = block = stream.read(BLOCK)
        if not first.removeprefix(codecs.BOM_UTF8).strip():
            file.add("file-empty", expected=",".join(required))
            return False
        while block:
            digest.update(block)
            following = stream.read(BLOCK)
            text, rest = _whole_characters(rest + block) if following else (rest + block, b"")
            if b"\0" in text or not _is_utf8(text):
                _tell_bytes(file, text, first)
                return False
            if (begun := _begun(file, text, begun)) > MAX_CELL:
                return False
            suspicious = suspicious or _is_suspicious(block)
            shape.add(block, is_quoted=quotes % 2 == 1)
            file.lines, quotes = file.lines + text.count(b"\n"), quotes + block.count(b'"')
            block = following
    file.sha256 = digest.hexdigest()
    file.is_odd, file.has_blank = shape.is_odd, shape.has_blank
    return not (suspicious or quotes % 2) or diagnose(file)  # a reader of many files may lose a row that never closes


_QUOTED = re.compile(rb'"[^"]*(?:"|\Z)')
_BLANK_ROW = re.compile(rb"\n,+(?:\n|\Z)")


class _Shape:
    """Counts commas, and lines that are not blank, outside quotes: are there as many as the first line says?"""

    def __init__(self) -> None:
        self._commas, self._lines, self._of_first, self._last = 0, 0, -1, b"\n"
        self.has_blank = False

    def add(self, block: bytes, *, is_quoted: bool) -> None:
        """A further block, which begins within a quote or not."""
        import numpy as np  # counts many times faster

        text = _QUOTED.sub(b"", b'"' + block if is_quoted else block) if is_quoted or b'"' in block else block
        text = self._last + text.replace(b"\r", b"")
        if self._of_first < 0:
            self._of_first = text[1:].partition(b"\n")[0].count(b",")
        ends = np.frombuffer(text, np.uint8) == ord("\n")
        self.has_blank = self.has_blank or (b"\n,," in text and _BLANK_ROW.search(text) is not None)
        self._commas += text.count(b",", 1)
        self._lines += int(np.count_nonzero(ends[1:] & ~ends[:-1]))
        self._last = text[-1:]

    @property
    def is_odd(self) -> bool:
        return self._commas != self._of_first * (self._lines + (self._last != b"\n"))


def _tell_blank(file: CsvFile) -> None:
    """Rows without content are told once: a spreadsheet may leave a million of them."""
    blank = (line for line, cells in _rows(file.path) if not any(cells))
    if first := next(blank, 0):
        file.add(
            "file-blank", first, seen=f"{1 + sum(1 for _ in blank):,}", hint="take them away; it is the first of them"
        )


def _begun(file: CsvFile, text: bytes, before: int) -> int:
    """Bytes of the line that a block leaves unfinished, `before` of them ahead of it. A line too long is a finding."""
    start = -before
    while len(text) - start > MAX_CELL:
        end = text.rfind(b"\n", max(0, start), start + MAX_CELL + 1)
        if end < 0:
            _tell_long_line(file, 1 + file.lines + text.count(b"\n", 0, max(0, start)), text[max(0, start) :])
            break
        start = end + 1
    last = text.rfind(b"\n", max(0, start))
    return len(text) - start if len(text) - start > MAX_CELL or last < 0 else len(text) - last - 1


def _tell_long_line(file: CsvFile, line: int, text: bytes) -> None:
    if b"\r" in text.replace(b"\r\n", b""):
        file.add("file-unreadable", line, **_BARE_RETURN)
    else:
        seen = f"a line of more than {MAX_CELL:,} bytes: a quote probably never closes"
        file.add("file-quote", line, seen=seen, hint="a row is one line")


def _whole_characters(block: bytes) -> tuple[bytes, bytes]:
    """A block without the start of a character that the next block ends, and that start."""
    cut = next((n for n in range(1, min(4, len(block)) + 1) if block[-n] & 0xC0 != 0x80), 0)
    whole = not cut or block[-cut] < 0xC0
    return (block, b"") if whole else (block[:-cut], block[-cut:])


def _is_utf8(text: bytes) -> bool:
    """Arrow looks at bytes many times faster than Python decodes them."""
    import pyarrow as pa  # not for those who only ask where a line is

    whole = pa.Array.from_buffers(
        pa.large_binary(), 1, [None, pa.py_buffer(struct.pack("=qq", 0, len(text))), pa.py_buffer(text)]
    )
    try:
        whole.view(pa.large_string()).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _is_suspicious(block: bytes) -> bool:
    """Blanks beside quotes, and line ends that are not all of one kind, ask for a closer look."""
    if _has_blank_beside_quote(block):
        return True
    if b"\r" not in block:
        return False
    returns = block.count(b"\r\n")
    return block.count(b"\r") != returns or 0 < returns < block.count(b"\n")


def _has_blank_beside_quote(block: bytes) -> bool:
    """True where blanks stand between a quote and its cell's end: `, "` or `" ,`.

    Quotes are few: what lies between them is cut out faster than the block is searched for a pattern.
    """
    between = block.replace(b'""', b"").split(b'"')  # doubled quotes are text
    return any(p[:1] in _BLANK and p.lstrip(_BLANKS)[:1] in (b",", b"\r", b"\n") for p in between[1:]) or any(
        p[-1:] in _BLANK and p.rstrip(_BLANKS)[-1:] in (b",", b"\n") for p in between[:-1]
    )


def _tell_bytes(file: CsvFile, text: bytes, first: bytes) -> None:
    """The first byte of a block that is no UTF-8, or NUL."""
    undecodable, nul = _undecodable(text), text.find(b"\0") % (len(text) + 1)
    line = 1 + file.lines + text[: min(undecodable, nul)].count(b"\n")
    if nul < undecodable:
        _nul(file, line, first)
    else:
        file.add("file-encoding", line, **_encoding(file.path, first))


def _undecodable(text: bytes) -> int:
    """Place of the first byte that is no UTF-8; the text's length where there is none."""
    try:
        text.decode()
    except UnicodeDecodeError as error:
        return error.start
    return len(text)


def _encoding(path: Path, start: bytes) -> dict[str, str]:
    """What the bytes seem to be, and how to convert them."""
    guess = next((name for mark, name in _BYTE_ORDER_MARKS.items() if start.startswith(mark)), "")
    if not guess:
        try:
            codecs.getincrementaldecoder("gb18030")("strict").decode(start[:65536])
            guess = "GB18030"
        except UnicodeDecodeError:
            return {"seen": "not UTF-8", "hint": "save it again as CSV UTF-8"}
    return {"seen": guess, "hint": f"convert it: iconv -f {guess} -t UTF-8 {path.name} > new.csv"}


def _nul(file: CsvFile, line: int, start: bytes) -> None:
    half = start[:4096]
    wide = {"UTF-16LE": half[1::2], "UTF-16BE": half[::2]}
    marked = next((name for mark, name in _BYTE_ORDER_MARKS.items() if start.startswith(mark)), "")
    guess = marked or next((name for name, bytes_ in wide.items() if bytes_.count(0) > len(half) // 8), "")
    if guess:
        hint = f"convert it: iconv -f {guess} -t UTF-8 {file.path.name} > new.csv"
        file.add("file-encoding", line, seen=guess, hint=hint)
    else:
        file.add("file-nul", line, hint="the file is damaged or no text: take it from its origin again")


def _check_header(file: CsvFile, required: list[str], optional: list[str] | None) -> None:
    with _opened(file.path) as stream:
        try:
            file.header = next(iter(_Rows(stream)))
        except csv.Error as error:
            file.add("file-quote", 1, seen=f"the header cannot be read: {error}")
            return
    if len(file.header) > MAX_COLUMNS:
        expected = "the columns " + ", ".join(required)
        file.add("file-header", 1, seen=f"the header has {len(file.header):,} columns", expected=expected)
        return
    if not set(file.header) & set(required):
        seen = "the first line is empty" if not any(file.header) else f"the first line is {','.join(file.header)!r}"
        file.add("file-header", 1, seen=seen, expected=f"the header {','.join(required)}", hint=_header_hint(seen))
        return
    expected = "the columns " + ", ".join(required)
    missing = [name for name in required if name not in file.header]
    renamed = len(missing) == 1 and len(file.header) == len(required)
    for name in dict.fromkeys(file.header):
        if file.header.count(name) > 1:
            file.add("file-header", 1, name, seen=f"column {name} stands twice", expected=expected)
        if optional is not None and name not in required + optional:
            meant = difflib.get_close_matches(name, missing, n=1) or (missing if renamed else [])
            missing = [m for m in missing if m not in meant]
            hint = f"did you mean {meant[0]}?" if meant else _header_hint(name)
            file.add("file-header", 1, name, seen=f"column {name!r} is not known", expected=expected, hint=hint)
    for name in missing:
        file.add("file-header", 1, name, seen=f"column {name} is missing", expected=expected)


def _header_hint(name: str) -> str:
    if ";" in name or "\t" in name:
        return "cells are separated by commas"
    if any(quote in name for quote in _SMART_QUOTES):
        return 'quotes are straight: "'
    return "a breakdown must be named in codelists/dimensions.csv" if name else "a comma too many"


def diagnose(file: CsvFile) -> bool:
    """Take the file apart row by row; True where nothing is wrong with its form."""
    before = len(file.findings)
    ends = _line_ends(file.path)
    if "CR" in ends:  # where rows end is not known
        file.add("file-unreadable", ends["CR"], **_BARE_RETURN)
        return False
    if len(ends) > 1 and not _has_quotes(file.path):
        file.add("file-unreadable", max(ends.values()), **_MIXED)
    _check_rows(file)
    return len(file.findings) == before


def _line_ends(path: Path) -> dict[str, int]:
    """The kinds of line ends in a file, each with the first line that has it."""
    found: dict[str, int] = {}
    line, rest = 1, b""
    with open(path, "rb") as stream:
        for block in iter(lambda: stream.read(BLOCK), b""):
            block, rest = (rest + block[:-1], b"\r") if block.endswith(b"\r") else (rest + block, b"")
            for kind, pattern in _LINE_ENDS.items():
                if kind not in found and (first := pattern.search(block)):
                    found[kind] = line + block.count(b"\n", 0, first.start())
            line += block.count(b"\n")
    return {**found, "CR": line} if rest and "CR" not in found else found


def blame(files: list[CsvFile], reason: str) -> None:
    """Tell of files that a reader refused, though each seems well-formed: one that mixes line ends, else the first."""
    for file in files:
        if len(_line_ends(file.path)) > 1:
            file.add("file-unreadable", 0, **_MIXED)
            return
    files[0].add("file-unreadable", seen=reason)


def _has_quotes(path: Path) -> bool:
    with open(path, "rb") as stream:
        return any(b'"' in block for block in iter(lambda: stream.read(BLOCK), b""))


class _Rows:
    """Rows of a file as lists of cells. Raises csv.Error for one that is malformed or larger than a row may be.

    `line` is where the row begins; `end` is how far lines were read.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream, self._room, self.line = stream, MAX_CELL, 1
        self._reader = csv.reader(iter(self._next_line, ""), strict=True)

    def __iter__(self) -> Iterator[list[str]]:
        for cells in self._reader:
            yield cells
            self._room, self.line = MAX_CELL, self.end + 1

    @property
    def end(self) -> int:
        return self._reader.line_num

    def _next_line(self) -> str:
        line = self._stream.readline(self._room + 1)
        self._room -= len(line) if line.isascii() else len(line.encode())
        if self._room < 0:
            raise csv.Error(_TOO_LONG)
        return line


def _check_rows(file: CsvFile) -> None:
    width = 0
    with _opened(file.path) as stream:
        rows = _Rows(stream)
        try:
            for cells in rows:
                width = width or len(cells)
                _check_row(file, rows.line, cells, width)
                if file.is_full:
                    seen = f"{MAX_FAULTS:,} faults; what stands below this line was not looked at"
                    file.add("file-unreadable", rows.line, seen=seen)
                    return
        except csv.Error as error:
            seen = _quote_words(str(error), read_to=rows.end if rows.end > rows.line else 0)
            file.add("file-quote", rows.line, seen=seen, hint='a quote inside a cell is doubled: ""')


def _check_row(file: CsvFile, line: int, cells: list[str], width: int) -> None:
    if cells and len(cells) != width:
        file.add("file-width", line, seen=str(len(cells)), expected=str(width), hint=_width_hint(cells, width))
    for cell in cells:
        if cell != cell.strip() and cell.strip().startswith('"') and not file.is_full:
            file.add("text", line, seen=repr(cell), expected="has a stray space before its quote")


def _width_hint(cells: list[str], width: int) -> str:
    if any(quote in cell for cell in cells for quote in _SMART_QUOTES) and len(cells) > width:
        return 'typographic quotes do not hold a cell together: use "'
    return "a comma inside a cell needs quotes around it" if len(cells) > width else "a comma is missing"


def _quote_words(error: str, read_to: int) -> str:
    if error == _TOO_LONG:
        return f"a row of more than {MAX_CELL:,} bytes: a quote probably never closes"
    if "field larger than" in error:
        return f"a cell of more than {MAX_CELL:,} characters: a quote probably never closes"
    if "unexpected end of data" in error or read_to:
        return "a quote opens and never closes" + (f", or not before line {read_to}" if read_to else "")
    return "text behind a closing quote" if "expected after" in error else error


def _opened(path: Path) -> TextIO:
    return open(path, encoding="utf-8-sig", newline="")


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """First line and cells of each row that is not empty, the header included."""
    with _opened(path) as stream:
        reader = csv.reader(stream)
        line = 1
        for cells in reader:
            if cells:
                yield line, cells
            line = reader.line_num + 1


def locate(path: Path, wanted: Iterable[int]) -> dict[int, tuple[int, dict[str, str]]]:
    """Line and cells by column of the wanted data rows (0 is the first behind the header)."""
    rest = sorted(set(wanted), reverse=True)
    found: dict[int, tuple[int, dict[str, str]]] = {}
    for number, (line, cells) in enumerate(rows(path)):
        if not rest:
            break
        if number == rest[-1]:
            found[rest.pop()] = (line, cells)
    return found


def rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Line and cells by column of every data row."""
    read = _rows(path)
    header = next(read, (1, []))[1]
    return ((line, dict(zip(header, cells, strict=False))) for line, cells in read)


def sha256(path: Path) -> str:
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
