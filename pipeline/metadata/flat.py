"""`observations.csv`: the view `flat` as a file, for people who open nothing else."""

from pathlib import Path

import duckdb
import pyarrow as pa

from pipeline import schemas
from pipeline.database import quoted, sql_text
from pipeline.schemas import TABLES

NAME = "observations.csv"
ROOM = 1_048_575
"""Rows that a spreadsheet holds: a larger dataset is written as text only where somebody asks for it."""
_MARK = "\ufeff"
"""Byte-order mark: without it a spreadsheet takes UTF-8 for something else."""

_FROM = {
    "indicator_zh": "indicators.name_zh", "indicator_en": "indicators.name_en", "nature": "indicators.nature",
    "area_zh": "areas.name_zh", "area_en": "areas.name_en", "unit_zh": "units.name_zh", "unit_en": "units.name_en",
    "source_title_zh": "sources.title_zh", "publisher": "sources.publisher", "published_on": "sources.published_on",
    "source_kind": "sources.kind", "rank": "sources.rank", "url": "sources.url",
}  # fmt: skip
"""Columns that are another table's, by their names here; the others are those of the observations."""
_OWN = {
    "breakdown": ("Codes of the breakdown, as dimension=code; empty: the total", "分类代码（维度=代码），空为合计"),
    "breakdown_zh": ("Names of those codes in Chinese", "分类的中文名"),
    "breakdown_en": ("Names of those codes in English", "分类的英文名"),
}


def schema(columns: list[str]) -> pa.Schema:
    """Type and meaning of each column of the file, as the tables declare them."""
    return pa.schema(
        [_field(name) for name in columns], metadata={"description": "Every figure with names beside codes"}
    )


def _field(name: str) -> pa.Field:
    if name in _OWN:
        en, zh = _OWN[name]
        return pa.field(name, pa.string(), metadata={"description": en, "description_zh": zh})
    table, _, column = _FROM.get(name, f"observations.{name}").partition(".")
    return schemas.arrow_schema(TABLES[table]).field(column).with_name(name)


def header(folder: Path) -> list[str]:
    """The column names of a written file."""
    with open(folder / NAME, encoding="utf-8-sig") as stream:
        return stream.readline().rstrip("\n").split(",")


def write(connection: duckdb.DuckDBPyConnection, folder: Path) -> int:
    """Write the file from a connection that has tables and views; the number of rows. Whole values have no `.0`."""
    columns = connection.execute("DESCRIBE flat").fetchall()
    items = [f"{_text(name, kind)} AS {quoted(name)}" for name, kind, *_ in columns]
    items[0] = f"{columns[0][0]} AS {quoted(_MARK + columns[0][0])}"
    query, path = f"SELECT {', '.join(items)} FROM flat", sql_text(str(folder / NAME))
    written = connection.execute(f"COPY ({query}) TO {path} (HEADER, DELIMITER ',')").fetchone()
    return int(written[0]) if written else 0


def _text(name: str, kind: str) -> str:
    """A column as text: numbers in their shortest form that reads back the same."""
    if kind != "DOUBLE":
        return quoted(name)
    return f"regexp_replace({quoted(name)}::VARCHAR, '\\.0$', '')"
