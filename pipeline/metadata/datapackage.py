"""`datapackage.json`: the manifest, a Data Package v2 with the hash, size and rows of every file."""

from typing import Any

import pyarrow as pa
from pandera.api.checks import Check

from pipeline import schemas
from pipeline.database import FIELD_TYPES
from pipeline.paths import NAME, table_of
from pipeline.schemas import TABLES

TITLE = "Minsheng: figures of Chinese civil-affairs bulletins"
DESCRIPTION = "Every figure with its printed form, the interval it allows and the characters it came from."
_PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
_MEDIA = {"md": "text/markdown", "csv": "text/csv", "json": "application/ld+json", "xml": "application/xml"}
LICENCES = [
    {
        "name": "CC-BY-4.0",
        "path": "https://creativecommons.org/licenses/by/4.0/",
        "title": "Creative Commons Attribution 4.0",
    }
]


def descriptor(
    files: list[dict[str, Any]], published: dict[str, pa.Schema], sources: list[dict[str, Any]], made: dict[str, str]
) -> dict[str, Any]:
    """The package. `files`: path, rows, bytes, hash; `published`: Arrow schemas; `made`: versions, hash of inputs.

    Each part of a table is a resource: the standard's list of paths is for files that can be joined byte by byte, and
    Parquet files cannot.
    """
    return {
        "$schema": _PROFILE,
        "name": NAME,
        "title": TITLE,
        "description": DESCRIPTION,
        "version": made["data_version"],
        **made,
        "licenses": LICENCES,
        "sources": [_source(row) for row in sources],
        "resources": [_resource(file, published) for file in files],
    }


_KEY = ["observation_id"]
_EMPTY = ["", "nan"]
"""How a null reaches a validator: frictionless decodes Parquet through pandas, where an empty integer is nan."""


def _source(row: dict[str, Any]) -> dict[str, str]:
    return {"title": row["title_zh"]} | ({"path": row["url"]} if row["url"] else {})


def _resource(file: dict[str, Any], published: dict[str, pa.Schema]) -> dict[str, Any]:
    stem, _, ending = file["path"].partition(".")
    is_table, name = ending == "parquet", table_of(file["path"])
    known_as = (stem if is_table else f"{stem}-{ending}").lower().replace("_", "-").replace("/", "-")
    base = {"name": known_as, "path": file["path"], "bytes": file["bytes"], "hash": file["hash"]}
    if file["path"] in published:
        about = {"description": published[file["path"]].metadata[b"description"].decode()}
        fields = {
            "fields": [_field(f, stem) for f in published[file["path"]]],
            "missingValues": _EMPTY,
            "primaryKey": _KEY,
        }
        text = {"format": ending, "mediatype": _MEDIA[ending], "encoding": "utf-8-sig"}
        return base | {"type": "table"} | text | about | {"schema": fields}
    if not is_table:
        return base | {"format": ending, "mediatype": _MEDIA[ending], "encoding": "utf-8"}
    about = published[name].metadata[b"description"].decode()
    schema = {"fields": [_field(f, name) for f in published[name]], "missingValues": _EMPTY}
    if name in TABLES:
        schema |= _keys(name) | _references(published[name])
    return base | {
        "type": "table", "format": "parquet", "mediatype": "application/vnd.apache.parquet", "description": about,
        "rows": file["rows"], "schema": schema,
    }  # fmt: skip


def _keys(name: str) -> dict[str, Any]:
    key = [k for k in TABLES[name].key if k in schemas.names(TABLES[name], "published")]
    nullable = any(c.nullable for n, c in schemas.columns(TABLES[name]).items() if n in key)
    return {"uniqueKeys": [key]} if nullable else {"primaryKey": key}


def _references(schema: pa.Schema) -> dict[str, Any]:
    """Columns whose values are the key of another table."""
    found = []
    for field in schema:
        table, _, column = (field.metadata or {}).get(b"codes", b"").decode().partition(".")
        if table in TABLES and TABLES[table].key == (column,):
            reference = {"resource": table.replace("_", "-"), "fields": [column]}
            found.append({"fields": [field.name], "reference": reference})
    return {"foreignKeys": found} if found else {}


def _field(field: pa.Field, table: str) -> dict[str, Any]:
    facts = {k.decode(): v.decode() for k, v in (field.metadata or {}).items()}
    declared = schemas.columns(TABLES[table]).get(field.name) if table in TABLES else None
    constraints = {} if field.nullable else {"required": True}
    for check in declared.checks if declared is not None else []:
        constraints |= _constraint(check)
    result = {"name": field.name, "type": FIELD_TYPES[str(field.type)], **facts}
    return result | ({"constraints": constraints} if constraints else {})


def _constraint(check: Check) -> dict[str, Any]:
    """A pandera check as a Table Schema constraint, where there is one."""
    known = check.statistics or {}
    translated = {"pattern": "pattern", "allowed_values": "enum", "min_value": "minimum", "max_value": "maximum"}
    strict = check.name in ("greater_than", "less_than")
    result = {}
    for name, value in known.items():
        if name in translated:
            key = "exclusive" + translated[name].capitalize() if strict else translated[name]
            result[key] = getattr(value, "pattern", value)
    return {k: list(v) if k == "enum" else v for k, v in result.items()}
