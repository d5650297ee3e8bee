"""Print one figure's whole story: value, bounds, print, source, sentence, and all that uses it.

FIGURE is an observation_id, or an indicator_id that exactly one figure has. The sentence needs your copy of the
bulletin: <source_id>.txt in $MINSHENG_DOCUMENTS, else in raw/documents/.

Example: minsheng trace jiangsu-2022-s1:25
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli import output

if TYPE_CHECKING:
    from pipeline.evidence.trace import Row

_WIDTH, _LABEL = 80, 11
_EVIDENCE = {"verified": "a machine has compared it with the bulletin's text",
             "keyed": "a person typed it, no machine has compared it with a text"}  # fmt: skip
_STATES = {
    "at hand": "with the figure marked:",
    "never held": "not shown, as it was transcribed without a text",
    "not at hand": "not shown: put your copy of the bulletin there as {}",
    "another text": "not shown: {} is not the text that was transcribed (another SHA-256)",
}
_KINDS = {"subset": "is a part of", "sum": "adds up with others to", "addition": "was added to"}
Told = tuple[str, list[str | None]]


def command(
    figure: Annotated[str, typer.Argument(help="Figure to trace, such as jiangsu-2022-s1:25.", show_default=False)],
    data: Annotated[Path | None, typer.Option(help="Folder of the dataset; else the one here.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the story as one JSON object.")] = False,
) -> None:
    import duckdb

    from pipeline.evidence import trace

    try:
        story = trace.story(figure, data)
    except (trace.NoFigure, FileNotFoundError) as error:
        raise output.misuse(str(error)) from error
    except duckdb.Error as error:
        raise output.misuse(f"the dataset cannot be read: {error}") from error
    print(output.as_json(story) if as_json else output.tamed("\n".join(_lines(story))))


def _lines(story: "Row") -> Iterator[str]:
    for label, told in (*_measured(story), *_printed(story)):
        yield from _labelled(label, told)
    yield from _marked(story["text"])
    for label, told in _uses(story):
        yield from _labelled(label, told)


def _labelled(label: str, told: list[str | None]) -> Iterator[str]:
    """A label with what is told beside it; a line's own indent holds for all that is wrapped from it."""
    from rich.console import Console
    from rich.text import Text

    from pipeline.findings import visible

    for line in filter(None, told):
        indent = " " * (len(line) - len(line.lstrip(" ")))
        room = _WIDTH - _LABEL - len(indent)
        for piece in Text(visible(line.strip(), limit=2000)).wrap(Console(width=room), room):
            yield f"{label:{_LABEL}}{indent}{piece.plain}".rstrip()
            label = ""


def _measured(story: "Row") -> Iterator[Told]:
    figure, it = story["figure"], story["indicator"]
    law = it["definition_source"]
    yield "figure", [f"{figure['observation_id']} {figure['as_printed']}"]
    yield "indicator", [_names(it), f"{it['indicator_id']} ({it['nature']})", it["definition"], it["definition_zh"],
                        law and f"defined by: {law}"]  # fmt: skip
    yield "area", [f"{_names(story['area'])} ({figure['ref_area']})"]
    yield "period", [f"{figure['time_period']}, last day {figure['period_end']}"]
    yield "breakdown", [f"{d['dimension']}={d['code']}: {_names(d)}" for d in story["breakdown"]]
    yield "value", [f"{_amount(figure['obs_value'], 'none, a range')} ({_names(story['unit'])})"]
    yield "bounds", [_bounds(figure), story["bounds_rule"]]


def _printed(story: "Row") -> Iterator[Told]:
    figure, source, text = story["figure"], story["source"], story["text"]
    parts = ", ".join(f"{name} {figure[name] or 'none'}" for name in ("number", "multiplier", "qualifier"))
    rank = f"{source['kind']} of rank {source['rank']} (1: most official)"
    yield "printed", [f"{figure['as_printed']}: {parts}"]
    yield "evidence", [f"{figure['evidence']}: {_EVIDENCE.get(figure['evidence'])}"]
    yield "status", ["B: a break in the series" if figure["obs_status"] == "B" else None]
    yield "note", [figure["note"]]
    about = ", ".join(filter(None, (source["publisher"], source["published_on"], rank)))
    yield "source", [source["title_zh"], about, source["url"], source["note"]]
    if figure["char_start"] is not None:
        yield "place", ["paragraph {paragraph}, characters [{char_start}, {char_end})".format(**figure)]
    yield "sentence", [_STATES[text["state"]].format(text["file"])]


def _marked(text: "Row") -> Iterator[str]:
    """The sentence in lines of the width, with a caret under each column of the figure."""
    from rich.cells import cell_len

    rows = [["", ""]]
    for place, char in enumerate(text["sentence"] or ""):
        shown = char if char.isprintable() else "⏎" if char == "\n" else " "
        if cell_len(rows[-1][0] + shown) > _WIDTH - 2:
            rows.append(["", ""])
        rows[-1][0] += shown
        rows[-1][1] += ("^" if text["start"] <= place < text["end"] else " ") * cell_len(shown)
    return (f"  {line.rstrip()}" for row in rows for line in row if line.strip())


def _uses(story: "Row") -> Iterator[Told]:
    parts = [f"{p['part']} {_KINDS[p['kind']]} {p['whole']}" for p in story["parts"]]
    yield "parts", [*parts] or ["no rule names it"]
    yield "derived", [line for row in story["derived"] for line in _derived(row)] or ["no value uses it"]
    yield "checks", [("passed " if c["passed"] else "FAILED ") + "{check}: {subject}: {seen}".format(**c)
                     for c in story["checks"]] or ["none looked at it"]  # fmt: skip
    yield "measures", ["action {action_id}: {title_en} · {title_zh} ({status})".format(**a) for a in story["actions"]]
    yield "same fact", ["{observation_id}: {as_printed}, {title_zh} of rank {rank}".format(**o) + f": {_bounds(o)}"
                        + ", the one that counts" * o["is_current"] for o in story["same_fact"]]  # fmt: skip


def _derived(row: "Row") -> Iterator[str]:
    scale = f" × {_amount(row['scale'])}" if row["scale"] != 1 else ""
    yield f"{row['derived_id']}: {_names(row)}"
    yield f"  = {row['formula']}{scale}"
    yield f"  = {_amount(row['obs_value'])} ({_names(row['unit'])}), bounds {_bounds(row)}"
    for other in row["others"] or []:
        yield f"  with {other['observation_id']} {other['indicator_id']}: {other['as_printed']}, {_bounds(other)}"


def _names(row: "Row") -> str:
    return "{name_en} · {name_zh}".format(**row)


def _bounds(row: "Row") -> str:
    return f"{_amount(row['lower'], 'unbounded')} … {_amount(row['upper'], 'unbounded')}"


def _amount(value: float | None, none: str = "none") -> str:
    """Every digit: a rounded bound would no longer hold."""
    return none if value is None else f"{value:,}".removesuffix(".0")
