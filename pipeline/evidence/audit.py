"""A transcription against the text it was made from: every entry, and every numeral of the text.

The hash says that a text is the one that was transcribed; the reading says that the entries are what it prints. Neither
stands for the other.
"""

import bisect
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from pipeline.crosschecks import Offence
from pipeline.database import rows
from pipeline.evidence import texts
from pipeline.evidence.compare import differences
from pipeline.evidence.scan import READ, TIMES, Found, Vocabulary, scan_folded
from pipeline.evidence.texts import Text
from pipeline.findings import Finding, finding
from pipeline.numerals import CHINESE, fold
from pipeline.validate import Codes

STATES = ("recorded", "passed_over", "time", "left_over", "disagrees")
TABLES = {"observations": "recorded", "passed_over": "passed_over"}
_MARKS = re.compile(rf"[0-9{CHINESE}半伍陆拾廿卅½¼¾⅓⅔①-⑳㈠-㈩⑴-⒛㊀-㊉Ⅰ-Ⅻ❶-❿¹²³⁰⁴-⁹]")


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of figures or of passed_over, as keyed, with the table and the row it is."""

    table: str
    row: int
    paragraph: int
    start: int
    end: int
    printed: str
    keyed: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with an entry, or with a numeral that has none; the characters it is about."""

    rule: str
    entry: Entry | None
    column: str
    span: tuple[int, int]
    seen: str
    expected: str
    hint: str = ""


@dataclass(frozen=True)
class Account:
    """A source's text, its entries, its numerals with the state of each, and what is wrong."""

    source_id: str
    text: Text
    entries: list[Entry]
    numerals: list[tuple[Found, str]]
    problems: list[Problem]

    def count(self, state: str) -> int:
        return sum(each == state for _, each in self.numerals)


def vocabulary(codes: Codes) -> Vocabulary:
    """Measure words and qualifiers of the code lists, beside the common ones."""
    measures = [w for row in codes.tables["units"].to_pylist() for w in (row["printed"] or "").split("|")]
    words = codes.tables["qualifiers"].to_pylist()
    listed = [(r["qualifier"], r["printed"], r["position"]) for r in words if None not in r.values()]
    return Vocabulary(measures, listed)


def entries(connection: duckdb.DuckDBPyConnection, sources: Collection[str]) -> dict[str, list[Entry]]:
    """Entries of sources that have a span and a printed form, in order of position; all in one reading of a table."""
    found: dict[str, list[Entry]] = {source_id: [] for source_id in sources}
    for table in TABLES:
        sql = f"""FROM memory.{table} SEMI JOIN (SELECT unnest($1) AS source_id) USING (source_id)
                  WHERE char_start < char_end AND as_printed IS NOT NULL ORDER BY "row" """
        for row in rows(connection, sql, list(sources)):
            place = (row["paragraph"], row["char_start"], row["char_end"])
            found[row["source_id"]].append(Entry(table, row["row"], *place, row["as_printed"], row))
    return {source_id: sorted(own, key=lambda e: (e.start, e.end)) for source_id, own in found.items()}


def account(source_id: str, text: Text, claimed: list[Entry], known: Vocabulary) -> Account:
    """Compare entries with a text, both ways: what each says, and whether every numeral has one."""
    page = _Page(text, known)
    problems = [problem for entry in claimed for problem in page.against(entry)]
    wrong = {id(p.entry) for p in problems}
    cut = {p.span for p in problems if p.rule == "text-partial"}
    numerals = []
    for found in page.found:
        state = page.state(found, claimed, wrong)
        numerals.append((found, state))
        if state == "left_over" and found.core not in cut:
            problems.append(page.left_over(found))
    return Account(source_id, text, claimed, numerals, problems)


class _Page:
    """A text with its numerals, found by position."""

    def __init__(self, text: Text, known: Vocabulary) -> None:
        self.text, self.known, self.folded = text, known, fold(text.content)
        self.found = scan_folded(self.folded, known)
        self.starts = [f.core[0] for f in self.found]

    def inside(self, start: int, end: int) -> list[Found]:
        """Numerals with a character between two places."""
        first = max(0, bisect.bisect_right(self.starts, start) - 1)
        last = bisect.bisect_left(self.starts, end)
        return [f for f in self.found[first:last] if f.core[1] > start]

    def against(self, entry: Entry) -> Iterator[Problem]:
        content, span = self.text.content, (entry.start, entry.end)
        if content[entry.start : entry.end] != entry.printed:
            seen = content[entry.start : entry.end] or "nothing"
            yield Problem("text-span", entry, "as_printed", span, seen, entry.printed, self._where(entry))
            return
        if entry.paragraph != (paragraph := self.text.paragraph(entry.start)):
            yield Problem("text-paragraph", entry, "paragraph", span, str(entry.paragraph), str(paragraph))
        if whole := self._cut(entry):
            yield Problem("text-partial", entry, "char_start", whole, content[slice(*whole)], entry.printed,
                          "the entry ends inside a longer number: was it meant for another place?")  # fmt: skip
        elif entry.table == "observations":
            yield from self._misread(entry)
        elif not _MARKS.search(fold(entry.printed)):
            yield Problem("text-reading", entry, "as_printed", span, "no numeral", "a numeral to pass over",
                          "take the entry away")  # fmt: skip
        else:
            yield from self._overlooked(entry)

    def _where(self, entry: Entry) -> str:
        places = [n for n in _occurrences(self.text.content, entry.printed) if abs(n - entry.start) < 200]
        return f"it stands at character {min(places, key=lambda n: abs(n - entry.start))}" if places else ""

    def _cut(self, entry: Entry) -> tuple[int, int] | None:
        """The numeral that an end of the entry cuts in two."""
        for place in (entry.start, entry.end):
            for found in self.inside(place - 1, place + 1):
                if found.core[0] < place < found.core[1] and (found.kind in READ or self._is_digits(place)):
                    return found.core
        return None

    def _is_digits(self, place: int) -> bool:
        return re.fullmatch(r"[\d.,]{2}", self.folded[place - 1 : place + 1]) is not None

    def _misread(self, entry: Entry) -> Iterator[Problem]:
        """Where a figure's span, qualifier, unit or direction is not what the text around it says."""
        inside = self.inside(entry.start, entry.end)
        span = (entry.start, entry.end)
        if len(inside) != 1:
            seen = f"{len(inside)} numerals" if inside else "no numeral"
            yield Problem("text-reading", entry, "as_printed", span, seen, "one figure", "one row for each figure")
            return
        (found,) = inside
        at = bisect.bisect_left(self.starts, found.core[0])
        since = next((f.end for f in reversed(self.found[max(0, at - 3) : at]) if f.kind == "statistic"), 0)
        whole = (min(found.start, entry.start), max(found.end, entry.end))
        for column, seen, expected, hint in differences(self.folded, found, since, entry, self.known):
            yield Problem("text-reading", entry, column, whole, seen, expected, hint)

    def _overlooked(self, entry: Entry) -> Iterator[Problem]:
        """Where an entry passes over only a part of what has become a figure."""
        for found in self.inside(entry.start, entry.end):
            goes_on = found.end > entry.end and self.text.content[entry.end].strip()
            is_figure = found.kind == "statistic" and self.folded[found.core[0]].isdigit()
            if is_figure and (found.start < entry.start or goes_on):
                seen = self.text.content[found.start : found.end]
                yield Problem("text-partial", entry, "as_printed", (found.start, found.end), seen, entry.printed,
                              "it reads as a figure now: record it, or pass it over whole")  # fmt: skip

    def state(self, found: Found, claimed: list[Entry], wrong: set[int]) -> str:
        marks = [m.start() for m in _MARKS.finditer(self.folded, *found.core)] or [found.core[0]]
        owners = [_owner(claimed, place) for place in marks]
        if all(owners):
            owner = owners[0]
            assert owner is not None
            return "disagrees" if any(id(o) in wrong for o in owners) else TABLES[owner.table]
        return "time" if found.kind in TIMES else "left_over"

    def left_over(self, found: Found) -> Problem:
        printed = self.text.content[found.start : found.end]
        guess = "a figure" if found.kind == "statistic" else f"no figure ({found.kind})"
        hint = f"it reads as {guess}: record it, or pass it over with a reason"
        return Problem("text-numeral", None, "", (found.start, found.end), printed, "an entry", hint)


def _owner(claimed: list[Entry], place: int) -> Entry | None:
    """The entry that holds a character."""
    at = bisect.bisect_right(claimed, place, key=lambda e: e.start) - 1
    while at >= 0 and claimed[at].start > place - 400:
        if claimed[at].end > place:
            return claimed[at]
        at -= 1
    return None


def accounts(
    connection: duckdb.DuckDBPyConnection, codes: Codes, documents: Path
) -> Iterator[tuple[Account | None, list[Offence | Finding]]]:
    """Each source whose text is there: its account, and what is wrong; no account where the text cannot be read."""
    known, sources = vocabulary(codes), codes.tables["sources"].to_pylist()
    files = {r["source_id"]: texts.found(documents, r["source_id"]) for r in sources if r["text_sha256"] is not None}
    claimed = entries(connection, [source_id for source_id, file in files.items() if file])
    for row in sources:
        if row["text_sha256"] is None or (file := files[row["source_id"]]) is None:
            continue
        try:
            text = Text.read(file)
        except (OSError, UnicodeDecodeError) as error:
            reason = f"cannot be read ({error.strerror})" if isinstance(error, OSError) else "is not UTF-8"
            seen = f"{file.name} {reason}"
            yield None, [Offence("text-hash", "sources", row["row"], "text_sha256", seen, "a text in UTF-8")]
            continue
        result = account(row["source_id"], text, claimed[row["source_id"]], known)
        yield result, [*_other_text(row, file.name, text), *(_told(result, problem) for problem in result.problems)]


def _other_text(row: dict[str, Any], name: str, text: Text) -> Iterator[Offence]:
    if text.sha256 != row["text_sha256"]:
        hint = "another copy of the bulletin? check every entry against it before admitting its hash"
        seen = f"{name} has {text.sha256}"
        yield Offence("text-hash", "sources", row["row"], "text_sha256", seen, row["text_sha256"], hint)


def _told(result: Account, problem: Problem) -> Offence | Finding:
    """A problem at the row it is about; a numeral that no row claims at its line of the text."""
    excerpt = result.text.excerpt(*problem.span)
    if problem.entry is None:
        line = result.text.line(problem.span[0])
        return finding(problem.rule, f"{result.source_id}.txt", line, seen=problem.seen, expected=problem.expected,
                       hint=problem.hint, excerpt=excerpt)  # fmt: skip
    return Offence(problem.rule, problem.entry.table, problem.entry.row, problem.column, problem.seen, problem.expected,
                   problem.hint, excerpt=excerpt)  # fmt: skip


def _occurrences(content: str, wanted: str) -> Iterator[int]:
    at = content.find(wanted)
    while at >= 0:
        yield at
        at = content.find(wanted, at + 1)
