"""What a check found, and the catalogue of rules: the one place where a rule is named, explained and worded."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

ERROR, WARNING = "error", "warning"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule's title, and the message that a finding fills with what was `seen` and `expected`."""

    title: str
    template: str
    severity: str = ERROR


RULES = {
    # files
    "file-missing": Rule("A file that the layout asks for is not there", "{expected} is not there"),
    "file-unexpected": Rule("A file that belongs to no source", "{seen} belongs to no row of sources.csv"),
    "file-link": Rule("A link in place of a file", "a link stands in place of the file: {seen}"),
    "file-encoding": Rule("The file is not UTF-8", "the file is {seen}, expected UTF-8"),
    "file-nul": Rule("A NUL byte in the text", "a NUL byte, expected text"),
    "file-empty": Rule("An empty file", "the file is empty, expected at least the header {expected}"),
    "file-quote": Rule("Quotes that do not pair", "{seen}"),
    "file-header": Rule("A missing, extra or doubled column", "{seen}, expected {expected}"),
    "file-width": Rule("A row of another width than the header", "{seen} cells, expected {expected}"),
    "file-blank": Rule("Rows that hold nothing", "rows without any content: {seen}, expected none"),
    "file-unreadable": Rule("CSV that cannot be read", "{seen}"),
    "file-changed": Rule("A file changed while it was read", "{seen} changed while it was read"),
    # cells
    "required": Rule("An empty cell where a value is needed", "empty, expected {expected}"),
    "type": Rule("A cell that is not of its column's type", "{seen} is not {expected}"),
    "text": Rule("A cell with characters that do not belong there", "{seen} {expected}"),
    "pattern": Rule("A cell that is not written as its column asks", "{seen} is not {expected}"),
    "code": Rule("A code that no code list holds", "{seen} is not in {expected}"),
    "range": Rule("A value outside its column's range", "{seen} is outside {expected}"),
    # figures
    "indicator-range": Rule("A value that its indicator cannot plausibly have", "{seen} is outside {expected}"),
    "unit": Rule("A unit that the indicator does not admit", "unit {seen} is not one that {expected}"),
    "recompose": Rule("The printed form and its parts disagree", "printed {seen}, but the parts give {expected}"),
    "inherited": Rule("A part that is inherited from nowhere", "inherited {seen}, expected {expected}"),
    "decimals": Rule("A count that is no whole number", "{seen} is no whole number of {expected}"),
    "direction": Rule("A direction that does not fit", "direction {seen}, expected {expected}"),
    "position": Rule(
        "A position where there is no text, or none where there is", "position {seen}, expected {expected}"
    ),
    "span-length": Rule("The span and the printed form differ in length", "a span of {seen}, expected {expected}"),
    "span-order": Rule("Paragraph and position run against each other", "{seen}, expected {expected}"),
    "span-overlap": Rule("Two entries claim the same characters", "characters {seen}, already claimed by {expected}"),
    "period": Rule("A period that does not exist", "{seen} names no real day, expected {expected}"),
    "period-sense": Rule("A period that makes no sense for the figure", "{seen}, expected {expected}"),
    # texts
    "text-hash": Rule("Another text than the one that was transcribed", "{seen}, expected {expected}"),
    "text-span": Rule("The text does not say what the entry says", "the text has {seen}, expected {expected}"),
    "text-partial": Rule("An entry that is only part of a longer number", "{expected} is only part of {seen}"),
    "text-reading": Rule("The text around an entry says something else", "keyed {seen}, the text says {expected}"),
    "text-numeral": Rule("A numeral of the text that no entry accounts for", "{seen} has no entry"),
    "receipt-stale": Rule(
        "A receipt for a row or text that has changed since",
        "{seen} no longer holds: the figure is published as keyed",
        WARNING,
    ),
    "text-paragraph": Rule("The characters stand in another paragraph", "paragraph {seen}, expected {expected}"),
    # tables
    "unique": Rule("A key that stands twice", "{seen} stands again, first in line {expected}"),
    "keyed-twice": Rule("A fact that its source states twice", "{seen} is keyed twice, first in line {expected}"),
    "reference": Rule("A reference to nothing", "{seen} is not in {expected}"),
    "unused": Rule("A code that nothing uses", "nothing uses {seen}", WARNING),
    "formula": Rule("A rule or relation that does not work", "{seen}, expected {expected}"),
    "unit-algebra": Rule("Units that do not agree", "{seen}, expected {expected}"),
    "check": Rule("A check over the whole dataset found an offender", "{seen}, expected {expected}"),
    "check-idle": Rule("A check or rule that found no subject", "{seen} looked at nothing, expected {expected}"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, where it is, and how to mend it. `line` is 1-based; 0 speaks of the whole file."""

    rule: str
    severity: str
    file: str
    line: int
    column: str
    message: str
    hint: str = ""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def __str__(self) -> str:
        where = ":".join(str(part) for part in (self.file, self.line or "", self.column) if part)
        hint = f" ({self.hint})" if self.hint else ""
        return f"{where}: {self.rule}: {self.message}{hint}"


def finding(
    rule: str,
    file: str,
    line: int = 0,
    column: str = "",
    *,
    seen: object = "",
    expected: object = "",
    hint: str = "",
    excerpt: str = "",
) -> Finding:
    """A finding worded by the catalogue, `excerpt` at its end; control characters are made visible, of names too."""
    entry = RULES[rule]
    message = entry.template.format(seen=visible(seen), expected=visible(expected))
    words = f"{message}\n{excerpt}".rstrip()
    return Finding(rule, entry.severity, visible(file, 1000), line, visible(column), words, visible(hint, 600))


def visible(value: object, limit: int = 200) -> str:
    """Text that is safe to print: control characters as escapes, long values cut."""
    text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in str(value))
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text)} characters)"


def nearest(word: str, known: Iterable[str]) -> str:
    """A suggestion for a code that is not known, or nothing where none is near."""
    from rapidfuzz import fuzz, process  # only where something is wrong; thousands of words against thousands of codes

    close = process.extractOne(word.strip(), list(known), scorer=fuzz.ratio, score_cutoff=60)
    return f"did you mean {close[0]}?" if close else ""


def errors(findings: Iterable[Finding]) -> list[Finding]:
    return [f for f in findings if f.severity == ERROR]


def any_errors(findings: Iterable[Finding]) -> bool:
    return any(f.severity == ERROR for f in findings)


def folded(findings: Iterable[Finding], per_rule: int = 50) -> Iterator[tuple[str, list[Finding], int]]:
    """Per rule: its id, the first `per_rule` findings, and how many more there are."""
    shown: dict[str, list[Finding]] = {}
    more: Counter[str] = Counter()
    for each in findings:
        kept = shown.setdefault(each.rule, [])
        if len(kept) < per_rule:
            kept.append(each)
        else:
            more[each.rule] += 1
    for rule, found in shown.items():
        yield rule, found, more[rule]


class InvalidData(Exception):
    """The raw data has errors; `findings` holds all of them, warnings included."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = findings
        count = sum(f.severity == ERROR for f in findings)
        first = next(f for f in findings if f.severity == ERROR)
        super().__init__(f"{count} error{'s' if count != 1 else ''} in the raw data; the first: {first}")
