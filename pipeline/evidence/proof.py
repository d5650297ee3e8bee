"""The proof-reader's page: a bulletin beside its records, in one file that asks for nothing from outside.

The text may say anything, and so may the notes: `pages` keeps them data.
"""

from collections import defaultdict
from pathlib import Path
from typing import Any

from pipeline import pages
from pipeline.evidence.audit import STATES, TABLES, Account, Problem
from pipeline.findings import finding
from pipeline.validate import Codes

_TEMPLATE = Path(__file__).with_name("proof.html")
_SHOWN = (
    "figure_no", "reason", "note", "indicator_id", "ref_area", "time_period", "number", "multiplier", "unit",
    "inherited", "qualifier", "direction", "obs_value", "lower", "upper", "unit_id",
)  # fmt: skip
_BEGINNING = 50
_LISTS = {"indicators": "indicator_id", "areas": "code", "units": "unit_id", "dimensions": "code"}


def render(account: Account, codes: Codes) -> str:
    """The page as HTML. Raises nothing for bad records: those are what a proof-reader looks for."""
    template = _TEMPLATE.read_text(encoding="utf-8")
    page = template.replace("{{policy}}", pages.policy(template))
    return page.replace("{{data}}", pages.island(_content(account, codes)))


def write(page: str, path: Path) -> None:
    """Put a page in place, readable by its owner alone: the text is not ours to share. Raises pages.NotWritten."""
    pages.write(page.encode(), path, _TEMPLATE.read_bytes()[:_BEGINNING], private=True)


def _content(account: Account, codes: Codes) -> dict[str, Any]:
    source = codes.sources.get(account.source_id, {})
    return {
        "source": {key: source.get(key) for key in ("source_id", "title_zh", "publisher", "published_on")},
        "sha256": account.text.sha256,
        "transcribed": source.get("text_sha256"),
        "counts": {state: account.count(state) for state in STATES},
        "lines": _lines(account),
        "numerals": _numerals(account),
        "records": _records(account, codes.dimensions),
        "names": {name: _names(codes, name, key) for name, key in _LISTS.items()},
        "dimensions": codes.dimensions,
    }


def _lines(account: Account) -> list[tuple[int, str]]:
    """Each line with the number of its paragraph; 0 for a blank one."""
    result, at = [], 0
    for line in account.text.content.split("\n"):
        result.append((account.text.paragraph(at) if line.strip() else 0, line))
        at += len(line) + 1
    return result


def _numerals(account: Account) -> list[dict[str, Any]]:
    """Each numeral, with the place of its record among the records if it has one."""
    size = len(account.text.content)
    held = {place: n for n, e in enumerate(account.entries) for place in range(e.start, min(e.end, size))}
    problems = {p.span: [_problem(p)] for p in account.problems if p.entry is None}
    return [
        {
            "start": found.start, "end": found.end, "state": state, "kind": found.kind,
            "paragraph": account.text.paragraph(found.start), "problems": problems.get((found.start, found.end), []),
            "record": next((held[place] for place in range(*found.core) if place in held), None),
        }
        for found, state in account.numerals
    ]  # fmt: skip


def _records(account: Account, dimensions: tuple[str, ...]) -> list[dict[str, Any]]:
    """Entries as keyed, in order of position, each with what is wrong with it."""
    problems: dict[int, list[dict[str, str]]] = defaultdict(list)
    for problem in account.problems:
        problems[id(problem.entry)].append(_problem(problem))
    return [
        {column: _spelt(entry.keyed.get(column)) for column in (*_SHOWN, *dimensions)}
        | {
            "state": "disagrees" if id(entry) in problems else TABLES[entry.table], "start": entry.start,
            "end": entry.end, "paragraph": entry.paragraph, "printed": entry.printed,
            "problems": problems.get(id(entry), []),
        }
        for entry in account.entries
    ]  # fmt: skip


def _names(codes: Codes, table: str, key: str) -> dict[str, list[str | None]]:
    """English and Chinese names by code; a dimension's codes stand behind its name."""
    rows = codes.tables[table].to_pylist()
    behind = "dimension" if table == "dimensions" else ""
    return {f"{row.get(behind, '')}{row[key]}": [row["name_en"], row["name_zh"]] for row in rows}


def _spelt(value: object) -> str | None:
    """A cell in full: a browser's own numbers might lose digits."""
    return f"{value:,}".removesuffix(".0") if isinstance(value, float) else None if value is None else str(value)


def _problem(problem: Problem) -> dict[str, str]:
    words = {"seen": problem.seen, "expected": problem.expected, "hint": problem.hint}
    told = finding(problem.rule, "", column=problem.column, seen=problem.seen, expected=problem.expected)
    return words | {"rule": told.rule, "column": told.column, "message": told.message}
