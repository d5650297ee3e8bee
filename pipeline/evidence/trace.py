"""One figure's whole story, from the published dataset and, where it is at hand, the bulletin's text."""

import re
from pathlib import Path
from typing import Any

import duckdb

from pipeline import access, database
from pipeline.evidence import texts
from pipeline.findings import nearest, visible
from pipeline.quantity import BOUNDS

Row = dict[str, Any]

_REACH = 400
"""Characters on either side of a figure among which its sentence is looked for."""

_STOP = re.compile(r"[。！？!?]+[”’」』）)]*|\n")
_DISTANCES = {
    "zero": "by nothing",
    "half_place": "by half of the last printed place",
    "about": "by half of the last non-zero place (at least the last printed one)",
    "odd": "by the last non-zero place (by the multiplier where the word stands behind that)",
    None: "without bound",
}
_NEAR = """SELECT id FROM (SELECT observation_id AS id FROM observations UNION SELECT indicator_id FROM observations)
ORDER BY levenshtein(id, $1), id LIMIT 20"""


class NoFigure(Exception):
    """No figure, or more than one, is called so; the message says which there are."""


def story(name: str, folder: Path | None = None, documents: Path | None = None) -> Row:
    """The story of a figure, called by its observation_id, or by an indicator_id that it alone has. Raises NoFigure."""
    sql, check = (Path(__file__).with_name(f).read_text(encoding="utf-8") for f in ("trace.sql", "trace_check.sql"))
    with access.connect(folder) as connection:
        key = _key(connection, name.strip())
        (told,) = database.rows(connection, sql, key)
        rules = told.pop("rules") or []
        told["checks"] = [{"check": name} | row for name, text in database.checks().items()
                          for row in database.rows(connection, check.replace("{check}", text), key, rules)]  # fmt: skip
    return told | {"bounds_rule": _rule(told["figure"]), "text": _text(told["figure"], told["source"], documents)}


def _key(connection: duckdb.DuckDBPyConnection, name: str) -> str:
    found = database.rows(
        connection, "FROM facts WHERE $1 IN (observation_id, indicator_id) ORDER BY ALL LIMIT 21", name
    )
    if len(found) == 1:
        return str(found[0]["observation_id"])
    if not found:
        near = nearest(name, [row["id"] for row in database.rows(connection, _NEAR, name)])
        raise NoFigure(visible(f"there is no figure {name}; {near}".rstrip("; ")))
    columns = ("observation_id", "as_printed", "ref_area", "time_period", "breakdown")
    lines = [visible("  " + " ".join(row[c] for c in columns)).rstrip() for row in found[:20]]
    raise NoFigure(
        "\n".join([f"several figures have {visible(name)}: name one", *lines, *["  … and more"] * (len(found) > 20)])
    )


def _rule(figure: Row) -> str:
    """The rule that made the bounds, in words (DESIGN, bounds of a printed figure)."""
    qualifier = figure["qualifier"]
    if qualifier not in BOUNDS:
        return f"{qualifier}: from the one printed end to the other"
    if qualifier is None and figure["lower"] == figure["upper"]:
        return "countable: exact, as a bare integer of this unit is a count"
    below, above = (_DISTANCES[kind] for kind in BOUNDS[qualifier])
    if below == above:
        return f"{qualifier or 'bare'}: each way {below}"
    if figure["obs_value"] < 0 and not figure["number"].startswith("-"):
        return f"{qualifier}, of a fall: below {above}, above {below}"
    return f"{qualifier}: below {below}, above {above}"


def _text(figure: Row, source: Row, documents: Path | None) -> Row:
    """Where the text is looked for, how that went, and the sentence with the figure's place in it."""
    file = texts.folder(Path("raw"), documents) / f"{source['source_id']}.txt"
    told: Row = {"file": str(file), "state": "another text", "sentence": None, "start": None, "end": None}
    if source["text_sha256"] is None or figure["char_start"] is None:
        return told | {"state": "never held"}
    try:
        text = texts.Text.read(file)
    except OSError:
        return told | {"state": "not at hand"}
    except UnicodeDecodeError:
        return told
    fits = text.sha256 == source["text_sha256"]
    return told | _sentence(text.content, figure["char_start"], figure["char_end"]) if fits else told


def _sentence(content: str, start: int, end: int) -> Row:
    least, most = max(0, start - _REACH), min(len(content), end + _REACH)
    first = max((m.end() for m in _STOP.finditer(content, least, start)), default=least)
    stop = _STOP.search(content, end, most)
    before, behind = content[first:start].lstrip(), content[end : stop.end() if stop else most].rstrip()
    whole = before + content[start:end] + behind
    return {"state": "at hand", "sentence": whole, "start": len(before), "end": len(before) + end - start}
