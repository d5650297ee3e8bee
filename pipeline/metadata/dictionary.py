"""`columns.parquet`: one row for each published column, for readers that do not show Arrow field metadata."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import pyarrow as pa

from pipeline import schemas
from pipeline.schemas import PUBLISHED

_FIELDS = {
    "table_name": ("Table", "表"),
    "column_name": ("Column", "列"),
    "type": ("Arrow type", "类型"),
    "nullable": ("Whether it may be empty", "可空"),
    "description": ("Meaning", "英文说明"),
    "description_zh": ("Meaning in Chinese", "中文说明"),
    "unit": ("Unit of its values, where it has one", "单位"),
    "codes": ("Code list its values come from", "代码表"),
    "sdmx_concept": ("SDMX concept", "SDMX 概念"),
    "table_description": ("What the table holds", "表说明"),
}
NAME = "columns"
DESCRIPTION = "The dictionary: every column of every table."


def schema() -> pa.Schema:
    optional = ("unit", "codes", "sdmx_concept")
    fields = [
        pa.field(name, pa.bool_() if name == "nullable" else pa.string(), nullable=name in optional,
                 metadata={"description": en, "description_zh": zh})
        for name, (en, zh) in _FIELDS.items()
    ]  # fmt: skip
    return pa.schema(fields, metadata={"table": NAME, "description": DESCRIPTION})


@cache
def published(dimensions: tuple[str, ...]) -> dict[str, pa.Schema]:
    """Every published table's Arrow schema, the dictionary's own included."""
    return {t.name: schemas.arrow_schema(t, dimensions) for t in PUBLISHED} | {NAME: schema()}


@cache
def table(dimensions: tuple[str, ...]) -> pa.Table:
    rows = [row for each in published(dimensions).values() for row in _rows(each)]
    return pa.Table.from_pylist(rows, schema=schema())


def _rows(each: pa.Schema) -> Iterator[dict[str, Any]]:
    about = {k.decode(): v.decode() for k, v in each.metadata.items()}
    for field in each:
        facts = {k.decode(): v.decode() for k, v in (field.metadata or {}).items()}
        yield {
            "table_name": about["table"],
            "column_name": field.name,
            "type": str(field.type),
            "nullable": field.nullable,
            "table_description": about["description"],
            **facts,
        }
