"""`croissant.json`: the dataset for machine-learning tools and, as schema.org JSON-LD, for search engines.

Croissant 1.0, https://docs.mlcommons.org/croissant/docs/croissant-spec.html.
"""

from typing import Any

import pyarrow as pa

from pipeline.paths import PART, table_of
from pipeline.schemas import TABLES

NAME = "croissant.json"
_TYPES = {
    pa.string(): "sc:Text", pa.bool_(): "sc:Boolean", pa.int8(): "sc:Integer", pa.int32(): "sc:Integer",
    pa.float64(): "sc:Float", pa.date32(): "sc:Date",
}  # fmt: skip
_REFERENCES = ("citeAs", "column", "conformsTo", "data", "dataType", "examples", "extract", "field", "fileObject",
               "fileProperty", "fileSet", "format", "includes", "isLiveDataset", "jsonPath", "key", "md5",
               "parentField", "path", "recordSet", "references", "regex", "repeated", "replace", "samplingRate",
               "separator", "source", "subField", "transform")  # fmt: skip
_TYPED = {"data": "@json", "dataType": "@vocab", "examples": "@json"}
_MEDIA = {"parquet": "application/x-parquet", "csv": "text/csv", "md": "text/markdown", "xml": "application/xml"}


def context() -> dict[str, Any]:
    """The JSON-LD context that the specification asks for."""
    terms: dict[str, Any] = {"@language": "en", "@vocab": "https://schema.org/", "cr": "http://mlcommons.org/croissant/",
                             "rai": "http://mlcommons.org/croissant/RAI/", "dct": "http://purl.org/dc/terms/",
                             "sc": "https://schema.org/"}  # fmt: skip
    for term in _REFERENCES:
        name = "dct:conformsTo" if term == "conformsTo" else f"cr:{term}"
        terms[term] = {"@id": name, "@type": _TYPED[term]} if term in _TYPED else name
    return terms


def descriptor(package: dict[str, Any], published: dict[str, pa.Schema]) -> dict[str, Any]:
    """The dataset described from its data package and the Arrow schemas of its tables."""
    partitioned = sorted({table_of(r["path"]) for r in package["resources"] if f"/{PART}" in r["path"]})
    year, month = [*package["version"].split("."), "1"][:2]
    return {
        "@context": context(),
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": package["name"],
        "alternateName": package["title"],
        "description": package["description"],
        "inLanguage": ["en", "zh"],
        "license": package["licenses"][0]["path"],
        "version": package["version"],
        **({"datePublished": f"{year}-{int(month):02}"} if len(year) == 4 else {}),
        "citeAs": f"{package['title']}, version {package['version']}",
        "distribution": [*map(_file, package["resources"]), *map(_file_set, partitioned)],
        "recordSet": [_records(name, schema, name in partitioned) for name, schema in published.items()],
    }


def _file(resource: dict[str, Any]) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": resource["path"],
        "name": resource["path"],
        "contentUrl": resource["path"],
        "contentSize": f"{resource['bytes']} B",
        "encodingFormat": _MEDIA[resource["path"].rpartition(".")[2]],
        "sha256": resource["hash"].removeprefix("sha256:"),
    }


def _file_set(table: str) -> dict[str, Any]:
    """The parts of a table as one."""
    return {
        "@type": "cr:FileSet",
        "@id": f"{table}/",
        "name": f"{table}/",
        "encodingFormat": _MEDIA["parquet"],
        "includes": f"{table}/{PART}*.parquet",
    }


def _records(name: str, schema: pa.Schema, is_partitioned: bool) -> dict[str, Any]:
    origin = {"fileSet": {"@id": f"{name}/"}} if is_partitioned else {"fileObject": {"@id": f"{name}.parquet"}}
    key = TABLES[name].key if name in TABLES else ("table_name", "column_name")
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": (schema.metadata or {})[b"description"].decode(),
        "key": [{"@id": f"{name}/{column}"} for column in key if column in schema.names],
        "field": [_field(name, field, origin) for field in schema],
    }


def _field(table: str, field: pa.Field, origin: dict[str, Any]) -> dict[str, Any]:
    facts = {k.decode(): v.decode() for k, v in (field.metadata or {}).items()}
    unit = f" [{facts['unit']}]" if "unit" in facts else ""
    return {
        "@type": "cr:Field",
        "@id": f"{table}/{field.name}",
        "name": field.name,
        "description": f"{facts['description']}{unit} · {facts['description_zh']}",
        "dataType": _TYPES[field.type],
        "source": origin | {"extract": {"column": field.name}},
    }
