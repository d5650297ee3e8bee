"""The ten questions, answered row by row in plain Python over what pyarrow reads: what every consumer is held against.

rows        number of rows of every table                                          whole tables
value       value and bounds of 40.09万户 and of a rate per thousand                doubles, to the bit
unbounded   figures without lower bound, without upper bound, without note         nulls
dates       first day, last day, sources of unknown date                           date32
integers    most decimals, last character, sum of first characters, no paragraph   int8, int32
booleans    units that are countable, units that are not                           bool
chinese     one print; SHA-256 of all prints by observation_id, joined by a bar    UTF-8, to the character
sum         percentages, added by observation_id from the first to the last        doubles, in order
join        figures by the Chinese name of their area                              two tables
breakdown   figures of towns, and how many indicators they are of                  filter, distinct count
"""

import hashlib
from collections import Counter
from functools import reduce
from operator import add
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

QUESTIONS = ["rows", "value", "unbounded", "dates", "integers", "booleans", "chinese", "sum", "join", "breakdown"]
FIGURES = ["jiangsu-2022-s1:1", "jiangsu-population-2022:9"]

Row = dict[str, Any]


def answers(folder: Path) -> dict[str, Any]:
    """The answers from the Parquet files of a folder."""
    tables = {path.stem: pq.read_table(path).to_pylist() for path in sorted(folder.glob("*.parquet"))}
    figures = sorted(tables["observations"], key=lambda figure: figure["observation_id"])
    by_id = {figure["observation_id"]: figure for figure in figures}
    names = {area["code"]: area["name_zh"] for area in tables["areas"]}
    countable = [unit["countable"] for unit in tables["units"]]
    percent = [figure["obs_value"] for figure in figures if figure["unit_id"] == "percent"]
    urban = [figure["indicator_id"] for figure in figures if figure["residence"] == "U"]
    prints = "|".join(known(figures, "as_printed"))
    return {
        "rows": {name: len(rows) for name, rows in tables.items()},
        "value": [[by_id[figure][part] for part in ("obs_value", "lower", "upper")] for figure in FIGURES],
        "unbounded": [missing(figures, column) for column in ("lower", "upper", "note")],
        "dates": [
            min(known(figures, "period_start")).isoformat(),
            max(known(figures, "period_end")).isoformat(),
            missing(tables["sources"], "known_from"),
        ],
        "integers": [
            max(known(figures, "printed_decimals")),
            max(known(figures, "char_end")),
            sum(known(figures, "char_start")),
            missing(figures, "paragraph"),
        ],
        "booleans": [countable.count(True), countable.count(False)],
        "chinese": [by_id[FIGURES[0]]["as_printed"], hashlib.sha256(prints.encode()).hexdigest()],
        "sum": reduce(add, [value for value in percent if value is not None]),
        "join": dict(Counter(names[figure["ref_area"]] for figure in figures)),
        "breakdown": [len(urban), len(set(urban))],
    }


def known(rows: list[Row], column: str) -> list[Any]:
    """The values that a column has."""
    return [row[column] for row in rows if row[column] is not None]


def missing(rows: list[Row], column: str) -> int:
    """How many rows have no value there."""
    return len(rows) - len(known(rows, column))
