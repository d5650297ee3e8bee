"""A first transcription of a bulletin, for a person to complete: places, parts and kinds are read, the rest guessed.

What is guessed begins with `?`, which no code list and no pattern admits: a build refuses it until somebody has looked.
"""

import csv
import io
import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline import schemas
from pipeline.evidence.audit import vocabulary
from pipeline.evidence.compare import column_unit, outward
from pipeline.evidence.scan import Found, Vocabulary, scan_folded
from pipeline.evidence.texts import Text
from pipeline.numerals import fold
from pipeline.schemas import TABLES
from pipeline.validate import Codes

GUESS = "?"
_CLAUSE = re.compile(r"[。；;\n]")
_LEAST = 0.45
"""Share of an indicator's name that the words around a figure must have for a guess."""
_LABEL = re.compile(r"([一-鿿]{2,12})[\s\d.,%—…-]+$")
_FAR = 1500
"""Characters before a row in which its table's heading is looked for."""
_TITLE = 40
_COUNTED = re.compile("(?:户数|人次|人数|数量|个数|金额|总额|额|量|数)$")
"""What a name says beyond its subject; the unit says it too."""
_PERIOD = re.compile(r"([一二三四1-4]) ?季度|([上下])半年|(1[0-2]|[1-9]) ?月[底末]")
"""A time expression that says more of a period than its year."""


class DraftError(Exception):
    """A draft that cannot be written: it would overwrite work, or the text or its name is not fit."""


@dataclass(frozen=True)
class Draft:
    """Rows of the three sheets, ready to write; `guessed` counts figures with a guess at their indicator."""

    source: dict[str, str]
    figures: list[dict[str, str]]
    passed_over: list[dict[str, str]]
    guessed: int


def draft(text: Text, source_id: str, codes: Codes, area: str = "", period: str = "") -> Draft:
    """Draft a bulletin. `area` and `period` are facts where given, else guessed from the first lines."""
    known, folded = vocabulary(codes), fold(text.content)
    found = scan_folded(folded, known)
    head = "\n".join(line for line in text.content.split("\n") if line.strip())[:400]
    source = _source(text, source_id, head, area or _guess(_area_in(head, codes)), period or _guess(_period_in(head)))
    statistics = [f for f in found if f.kind == "statistic"]
    context = _Context(text, folded, codes, source, known)
    figures = [context.row(number, each) for number, each in enumerate(statistics, 1)]
    _assign(figures, statistics, context)
    passed = [_place(text, f) | {"reason": f.kind, "note": ""} for f in found if f.kind != "statistic"]
    return Draft(source, figures, passed, sum(row["indicator_id"] != GUESS for row in figures))


def _guess(value: str) -> str:
    return GUESS + value


def _place(text: Text, found: Found) -> dict[str, str]:
    start, end = found.start, found.end
    printed = text.content[start:end]
    start, end = start + len(printed) - len(printed.lstrip()), end - len(printed) + len(printed.rstrip())
    place = {"paragraph": text.paragraph(start), "char_start": start, "char_end": end}
    return {k: str(v) for k, v in place.items()} | {"as_printed": text.content[start:end]}


def _source(text: Text, source_id: str, head: str, area: str, period: str) -> dict[str, str]:
    lines = [line.strip() for line in head.split("\n")]
    title = next((line for line in lines if len(re.findall("[一-鿿]", line)) >= 8), lines[0] if lines else "")
    day = re.search(r"((?:19|20)\d\d)(?:[-./年])(\d{1,2})(?:[-./月])(\d{1,2})", fold(head))
    published = f"{day[1]}-{int(day[2]):02}-{int(day[3]):02}" if day else ""
    title = re.sub(r"\s+", " ", title)[:60]
    return {
        "source_id": source_id, "title_zh": title, "published_on": published, "kind": GUESS, "rank": GUESS,
        "ref_area": area, "time_period": period, "text_sha256": text.sha256,
    }  # fmt: skip


def _area_in(head: str, codes: Codes) -> str:
    """The area that the first lines name first; the widest of those that begin at one place."""
    folded, places = fold(head), []
    for row in codes.tables["areas"].to_pylist():
        name = re.sub("(省|市|壮族自治区|回族自治区|维吾尔自治区|自治区)$", "", row["name_zh"] or "")
        at = folded.find(name) if name else -1
        if at >= 0:
            places.append((at, row["code"]))
    return min(places)[1] if places else ""


def _period_in(head: str) -> str:
    """The period that the short lines before the first long one name, which are titles."""
    lines = fold(head).split("\n")
    titles = "\n".join(itertools.takewhile(lambda line: len(line.strip()) <= _TITLE, lines)) or lines[0]
    year = re.search(r"((?:19|20)\d\d) ?[年-]", titles)
    if not year:
        return ""
    part = _PERIOD.search(titles)
    return year[1] + (_part(part) if part else "-S1" if "半年" in titles else "")


def _part(named: re.Match[str]) -> str:
    quarter, half, month = named.groups()
    if quarter:
        return f"-Q{'一二三四'.find(quarter) + 1 or quarter}"
    return ("-S1" if half == "上" else "-S2") if half else f"-{int(month):02}"


class _Context:
    """What stands around each figure: its clause, the heading of its column, the time its sentence names."""

    def __init__(self, text: Text, folded: str, codes: Codes, source: dict[str, str], known: Vocabulary) -> None:
        self.text, self.folded, self.codes, self.source, self.known = text, folded, codes, source, known
        self.areas = {row["name_zh"]: row["code"] for row in codes.tables["areas"].to_pylist()}

    def row(self, number: int, found: Found) -> dict[str, str]:
        parts = {"qualifier": found.qualifier, "direction": found.direction, "number": found.number or GUESS}
        parts |= {"multiplier": found.multiplier, "unit": found.unit, "inherited": found.inherited}
        if not found.unit:
            parts |= self._inherited(found)
        period = self._period(found)
        place = {"figure_no": str(number), **_place(self.text, found)}
        area = self._area(found) or self.source["ref_area"].lstrip(GUESS)
        about = {"indicator_id": GUESS, "ref_area": _guess(area), "time_period": period}
        return place | {k: v or "" for k, v in parts.items()} | about | {"note": ""}

    def _area(self, found: Found) -> str:
        """The area that names a table's row, where one does."""
        label = _LABEL.search(self.folded, max(0, found.start - 60), found.start)
        return self.areas.get(label[1], "") if label else ""

    def _inherited(self, found: Found) -> dict[str, str]:
        """Multiplier and unit that stand before the row's first number; for what stands further off, a guess."""
        headed = column_unit(self.folded, found.start, self.known)
        if headed[1]:
            whole = {"multiplier": headed[0] or found.multiplier, "unit": headed[1]}
            return whole | {"inherited": "both" if headed[0] else "unit"}
        for units in outward(self.folded, found.start, self.known, _FAR):
            if units:
                power = units[-1][1] if not found.multiplier else None
                is_next = not re.search(r"[0-9\n—…]\s", self.folded[units[-1].end() : found.start])
                unit = units[-1][2] if is_next else _guess(units[-1][2])
                return {"multiplier": power or found.multiplier, "unit": unit, "inherited": "both" if power else "unit"}
        return {"unit": GUESS, "inherited": "unit"}

    def _period(self, found: Found) -> str:
        """The last time that the figure's sentence names before it, else the source's."""
        sentence = _CLAUSE.split(self.folded[max(0, found.start - 120) : found.start])[-1]
        year = self.source["time_period"].lstrip(GUESS)[:4]
        named = list(_PERIOD.finditer(sentence))
        if named and year:
            return _guess(year + _part(named[-1]))
        return _guess(self.source["time_period"].lstrip(GUESS))

    def words(self, found: Found) -> str:
        """The words that may name a figure: its clause, from the figure before it to the few behind."""
        before = _CLAUSE.split(self.folded[max(0, found.start - 40) : found.start])[-1]
        behind = re.split(r"[。；;,，、\n0-9]", self.folded[found.end : found.end + 16])[0]
        return before + "|" + behind

    def scores(self, found: Found, row: dict[str, str]) -> Iterable[tuple[float, str]]:
        """Indicators that admit the figure's unit and direction, by how much of their name stands around it."""
        around, unit = self.words(found), row["unit"].lstrip(GUESS)
        for indicator, about in self.codes.indicators.items():
            admitted = (about["unit"]["printed"] or "").split("|")
            is_change = bool(found.direction) or found.number.startswith("-")
            if (unit in admitted or not unit) and (about["nature"] == "change") == is_change:
                yield _likeness(_COUNTED.sub("", about["name_zh"] or ""), around), indicator


def _likeness(name: str, around: str) -> float:
    """Share of a name's pairs of characters that stand in a text; more and nearer ones count a little more."""
    pairs = [name[n : n + 2] for n in range(len(name) - 1)] or [name]
    found = [around.rfind(pair) for pair in pairs]
    near = sum(place / len(around) for place in found if place >= 0) / len(pairs) if around else 0.0
    matched = sum(place >= 0 for place in found)
    return matched / len(pairs) + near / 4 + matched / 25


def _assign(rows: list[dict[str, str]], found: list[Found], context: _Context) -> None:
    """Give each indicator to the figure that it fits best, and no figure two."""
    ranked = sorted(
        ((score, indicator, n) for n, each in enumerate(found) for score, indicator in context.scores(each, rows[n])),
        key=lambda item: (-item[0], item[2], item[1]),
    )
    taken: set[tuple[str, str]] = set()
    for score, indicator, n in ranked:
        key = (indicator, rows[n]["time_period"])
        if score >= _LEAST and rows[n]["indicator_id"] == GUESS and key not in taken:
            rows[n]["indicator_id"] = _guess(indicator)
            taken.add(key)


def write(result: Draft, raw: Path) -> list[Path]:
    """Write the two sheets and the source's row; the files. Raises DraftError rather than overwrite anything."""
    name = f"{result.source['source_id']}.csv"
    rows_of = {"figures": ("observations", result.figures), "passed_over": ("passed_over", result.passed_over)}
    sheets = {raw / folder / name: content for folder, content in rows_of.items()}
    for path in sheets:
        if path.exists() or path.is_symlink():
            raise DraftError(f"{path} is there already: a draft never overwrites work")
    try:
        _append_source(result.source, raw / "sources.csv")
        for path, (table, rows) in sheets.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            _write_new(path, _csv(schemas.names(TABLES[table], "keyed"), rows, with_header=True))
    except OSError as error:
        raise DraftError(f"{error.filename} cannot be written: {error.strerror}") from error
    return [*sheets, raw / "sources.csv"]


def _append_source(source: dict[str, str], path: Path) -> None:
    """Add a row at the end of the sources, in their line ends; what is there stays byte for byte."""
    content = path.read_bytes().decode("utf-8-sig") if path.is_file() else ""
    header = next(csv.reader(io.StringIO(content)), schemas.names(TABLES["sources"], "keyed"))
    if source["source_id"] in {row.get("source_id") for row in csv.DictReader(io.StringIO(content))}:
        return
    line_end = "\r\n" if "\r\n" in content.partition("\n")[0] + "\n" else "\n"
    start = "" if not content or content.endswith("\n") else line_end
    added = start + _csv(header, [source], with_header=not content).replace("\n", line_end)
    with path.open("ab") as stream:
        stream.write(added.encode())


def _csv(header: list[str], rows: list[dict[str, Any]], *, with_header: bool) -> str:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, header, restval="", extrasaction="ignore", lineterminator="\n")
    if with_header:
        writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def _write_new(path: Path, content: str) -> None:
    """Write a file that must not be there yet."""
    with path.open("x", encoding="utf-8", newline="") as stream:
        stream.write(content)
