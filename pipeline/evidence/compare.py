"""A figure as keyed against its reading in the text: number, qualifier, direction, unit, and what it inherits."""

import re
from collections.abc import Iterator
from typing import Any

from pipeline.evidence.scan import READ, Found, Vocabulary, scan
from pipeline.quantity import FALLS, RISES, Quantity

_CLAUSE = re.compile(r"[。；;\n]")
_CHANGE = re.compile("|".join((*RISES, *FALLS)))
_FAR = 4000
"""Characters before a figure in which a table's heading may stand."""
_ROW, _ROWS = 400, 60
"""Characters in a table's row, and rows below a heading, at most."""
_LIST = 60
"""Characters behind a figure in which the last member of its list may stand."""
_HINTS = {
    "qualifier": "the word that qualifies the figure belongs to as_printed",
    "unit": "the measure word goes on behind the entry",
    "number": "which is printed?",
    "direction": "which word of change does the figure belong to?",
    "inherited": "what is inherited is printed in the row, the table's heading or the same list",
    "as_printed": "what stands beside it changes what it says",
}
Difference = tuple[str, str, str, str]
"""Column, what was keyed, what the text says, hint."""


def differences(folded: str, found: Found, since: int, entry: Any, known: Vocabulary) -> Iterator[Difference]:
    """What a figure's entry says otherwise than the text. `since`: where the figure before it ends."""
    keyed = {k: entry.keyed.get(k) or "" for k in _COLUMNS}
    for column, seen, expected in _all(folded, found, since, entry, keyed, known):
        yield column, f"{column} {seen or 'empty'}", expected or "none", _HINTS[column]


_COLUMNS = ("qualifier", "number", "multiplier", "unit", "inherited", "direction")


def _all(
    folded: str, found: Found, since: int, entry: Any, keyed: dict[str, str], known: Vocabulary
) -> Iterator[tuple[str, str, str]]:
    if found.kind not in READ or not found.number:
        alone = scan(entry.printed, known)
        if found.start < entry.start or (len(alone) == 1 and alone[0].kind in READ and alone[0].number):
            expected = f"what reads as {found.kind}" if found.kind not in READ else "what cannot be read"
            yield "as_printed", entry.printed, expected
        return
    if (found.qualifier or "") != keyed["qualifier"]:
        yield "qualifier", keyed["qualifier"], found.qualifier or ""
    elif found.start < entry.start and not found.number.startswith("-"):
        yield "as_printed", entry.printed, "one that begins earlier"
    if found.number != keyed["number"] and not _is_same_value(found, keyed):
        yield "number", keyed["number"], found.number
    yield from _units(folded, found, entry, keyed, known)
    if said := _other_direction(folded, found, since, entry.end, keyed["direction"]):
        yield "direction", keyed["direction"], said


def _is_same_value(found: Found, keyed: dict[str, str]) -> bool:
    """True where another way to write the number comes to the same: 三亿四千万 is 3.4 and 亿."""
    if "range" in {found.qualifier, keyed["qualifier"]} or not re.fullmatch(r"-?\d+(\.\d+)?", keyed["number"]):
        return False
    is_bare = bool({keyed["inherited"], found.inherited} & {"multiplier", "both"})
    pairs = ((found.number, found.multiplier), (keyed["number"], keyed["multiplier"]))
    first, last = (Quantity(number, "" if is_bare else multiplier).value for number, multiplier in pairs)
    return first == last


def _units(
    folded: str, found: Found, entry: Any, keyed: dict[str, str], known: Vocabulary
) -> Iterator[tuple[str, str, str]]:
    is_close = not folded[entry.end : entry.end + 1].isspace()
    if found.inherited is None and found.end > entry.end and is_close and found.unit != keyed["unit"]:
        yield "unit", "" if keyed["inherited"] in {"unit", "both"} else keyed["unit"], found.unit
    elif keyed["inherited"] in {"unit", "both"} and not set(keyed["unit"]) & {"/", "?"}:
        multiplier = keyed["multiplier"] if keyed["inherited"] == "both" else found.multiplier and ""
        printed = _inherits(folded, found, entry.start, multiplier, keyed["unit"], known)
        if printed != (multiplier, keyed["unit"]):
            yield "inherited", multiplier + keyed["unit"], "".join(printed)


def _inherits(folded: str, found: Found, at: int, multiplier: str, unit: str, known: Vocabulary) -> tuple[str, str]:
    """Multiplier and unit that a figure can inherit: the keyed ones where they stand near enough, else what does.

    Outward from the figure: the list it stands in, its row, the cell before, the table's heading. The first that names
    the unit at all decides.
    """
    if found.inherited:
        return (found.multiplier if found.inherited == "both" else "", found.unit)
    if (headed := column_unit(folded, at, known)) and headed[1]:
        return headed
    for headings in outward(folded, at, known, _FAR):
        named = [(m[1] or "", m[2]) for m in headings if m[2] == unit]
        if named:
            return (multiplier, unit) if (multiplier, unit) in named else named[-1]
    before = folded[max(0, folded.rfind("\n", 0, at) + 1 - _FAR) : at]
    if multiplier + unit in folded[at : at + _LIST] or (unit in before and multiplier in before):
        return multiplier, unit  # the last of its list, or a heading such as 人数
    return "", "nothing near it"


def outward(folded: str, at: int, known: Vocabulary, far: int) -> Iterator[list[re.Match[str]]]:
    """Units that headings print before a figure: in its row, in the cell before too, in so many characters more."""
    line = folded.rfind("\n", 0, at) + 1
    for start in (line, max(0, line - 40), max(0, line - far)):
        yield list(known.headings.finditer(folded, start, at))


def column_unit(folded: str, at: int, known: Vocabulary) -> tuple[str, str]:
    """Multiplier and unit that the heading of a figure's column prints; empty where no heading is found.

    A heading is the nearest line above, of a table's next 60, with as many cells and a unit in the same one.
    """
    first, last = folded.rfind("\n", 0, at) + 1, folded.find("\n", at)
    line = folded[first : len(folded) if last < 0 else last]
    if len(line) > _ROW:
        return "", ""
    separator = "\t" if "\t" in line else None
    cells, place = line.split(separator), len(folded[first:at].split(separator)) - (separator is not None)
    if len(cells) < 2:
        return "", ""
    for above in reversed(folded[max(0, first - _FAR) : first].split("\n")[-_ROWS:]):
        heading = above.split(separator)
        if len(heading) == len(cells) and (
            unit := known.headings.search(heading[place] if place < len(heading) else "")
        ):
            return unit[1] or "", unit[2]
    return "", ""


def _other_direction(folded: str, found: Found, since: int, end: int, keyed: str) -> str:
    """What the text says where a direction is keyed that has another word, or none, or a fall has none keyed."""
    if found.number.startswith("-"):
        return ""
    if not keyed:
        return "fall" if found.direction == "fall" else ""
    mentioned = _CHANGE.findall(_CLAUSE.split(folded[max(since, end - 60) : end])[-1])
    said = found.direction or ("fall" if mentioned and mentioned[-1] in FALLS else "rise" if mentioned else "")
    return "" if said == keyed else said or "a word of change before it"
