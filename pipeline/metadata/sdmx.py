"""`sdmx/`: what a figure consists of as SDMX-ML 3.0, and the figures as SDMX-CSV 2.0, rendered from `schemas`.

A column of the observations that names an SDMX concept is a component of the data structure: one of the key's
concepts is a dimension, `OBS_VALUE` the measure, any other an attribute of the observation.
"""

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from pipeline import schemas
from pipeline.database import Row, quoted, rows, sql_text
from pipeline.metadata.datapackage import DESCRIPTION, TITLE
from pipeline.schemas import TABLES

AGENCY = "MINSHENG"
FIGURES = "FIGURES"
"""Id of the dataflow and of its data structure."""

Words = tuple[str | None, str | None]
"""In English and in Chinese."""

_TITLE = (TITLE, "民生：中国民政公报中的数字")
_ABOUT = (DESCRIPTION, "每个数字附有原文写法、其允许的区间及在原文中的位置")
_CONCEPTS, _TIME, _MEASURE = "CONCEPTS", "TIME_PERIOD", "OBS_VALUE"
_ROLES = {_TIME: "TimeDimension", _MEASURE: "Measure"}
_TYPES = {"string": "String", "double": "Double", "int8": "Integer", "int32": "Integer"}
_PACKAGES = {"Codelist": "codelist", "Concept": "conceptscheme", "DataStructure": "datastructure"}
_SPACES = {p[:3]: f"http://www.sdmx.org/resources/sdmxml/schemas/v3_0/{p}" for p in ("message", "structure", "common")}
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_LISTS = {
    "qualifiers": """SELECT qualifier, replace(qualifier, '_', ' ') AS name_en,
        string_agg(DISTINCT printed, '、' ORDER BY printed) AS name_zh FROM qualifiers GROUP BY qualifier""",
    "sources": """SELECT s.* RENAME (title_zh AS name_zh), concat_ws(', ', a.name_en, s.time_period, s.kind) AS name_en
        FROM sources s JOIN areas a ON a.code = s.ref_area""",
}
"""Code lists whose tables have several rows for a code, or no name in both languages."""

for _prefix, _uri in _SPACES.items():
    ET.register_namespace(_prefix, _uri)


@dataclass(frozen=True, slots=True)
class Component:
    """A part of the data structure. `sql` gives its values, `kind` is the SDMX type of those without code list."""

    concept: str
    role: str
    sql: str
    words: tuple[str, str]
    kind: str
    is_required: bool = True
    codes: str | None = None
    names: dict[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def title(self) -> Words:
        """The concept's id in words."""
        long = self.concept.replace("REF_", "REFERENCE_").replace("OBS_", "OBSERVATION_")
        return long.replace("_", " ").capitalize(), self.words[1]

    @property
    def list_id(self) -> str | None:
        return f"CL_{self.concept}" if self.codes or self.names else None


_BASE = ("Values are multiples of ten to this power: 0, base units", "单位倍数")
_UNIT_MULT = Component("UNIT_MULT", "Attribute", "0", _BASE, "Integer")


def write(connection: duckdb.DuckDBPyConnection, folder: Path, dimensions: tuple[str, ...], version: str) -> None:
    """Write `sdmx/structure.xml` of the dataset in the connection's current schema.

    Same tables and version, same bytes. `version` begins with year and month; data without one count as of 1970.
    """
    year, month, _ = release = _release(version)
    day = f"{year}-{month:02}-01" if year else "1970-01-01"
    message = _message(connection, components(dimensions), ".".join(map(str, release)), day)
    ET.indent(message, " ")
    home = folder / "sdmx"
    home.mkdir(parents=True, exist_ok=True)
    (home / "structure.xml").write_bytes(ET.tostring(message, encoding="utf-8", xml_declaration=True) + b"\n")


def write_observations(
    connection: duckdb.DuckDBPyConnection, file: Path, dimensions: tuple[str, ...], version: str
) -> None:
    """Write the observations of the same dataset as SDMX-CSV."""
    select = _select(components(dimensions), ".".join(map(str, _release(version))))
    file.parent.mkdir(parents=True, exist_ok=True)
    connection.execute(f"COPY ({select}) TO {sql_text(str(file))} (FORMAT csv, HEADER true)")


def _release(version: str) -> list[int]:
    """The three numbers of a version."""
    return [*(int(part) for part in re.findall(r"\d+", version)), 0, 0, 0][:3]


def key(dimensions: tuple[str, ...]) -> list[str]:
    """Concepts that tell one observation from all others, time last as the standard wants it.

    The source is one of them: several sources may state one fact, and all statements are kept.
    """
    return ["INDICATOR", "REF_AREA", *(name.upper() for name in dimensions), "SOURCE", _TIME]


def components(dimensions: tuple[str, ...]) -> list[Component]:
    """Everything that an observation consists of: dimensions, measure, attributes."""
    columns, keys = schemas.columns(TABLES["observations"], dimensions), key(dimensions)
    declared = [_component(name, each, keys) for name, each in columns.items() if each.metadata["sdmx"]]
    order = [*keys, _MEASURE]
    return sorted([*declared, _UNIT_MULT], key=lambda c: order.index(c.concept) if c.concept in order else len(order))


def _component(name: str, column: Any, keys: list[str]) -> Component:
    about, kind = column.metadata, str(schemas.arrow_type(column))
    concept = about["sdmx"]
    return Component(
        concept,
        _ROLES.get(concept, "Dimension" if concept in keys else "Attribute"),
        rf"regexp_replace({quoted(name)}::VARCHAR, '\.0$', '')" if kind == "double" else quoted(name),
        (column.description, about["zh"]),
        "ObservationalTimePeriod" if concept == _TIME else _TYPES[kind],
        not column.nullable,
        about["codes"] or _codes_of_indicators(name),
        about.get("names", {}),
    )


def _codes_of_indicators(name: str) -> str | None:
    """The code list of a column that observations take over from their indicator, as they do with its unit."""
    column = schemas.columns(TABLES["indicators"]).get(name)
    return None if column is None else column.metadata["codes"]


def _select(parts: list[Component], version: str) -> str:
    """The rows of `observations.csv`. Of figures with one key (a source that contradicts itself) only the first."""
    values = ", ".join(f"{part.sql} AS {quoted(part.concept)}" for part in parts)
    keys = ", ".join(part.sql for part in parts if part.role.endswith("Dimension"))
    target = f"'dataflow' AS STRUCTURE, '{AGENCY}:{FIGURES}({version})' AS STRUCTURE_ID, 'I' AS ACTION"
    number = "split_part(observation_id, ':', 2)::INTEGER"
    first = f"row_number() OVER (PARTITION BY {keys} ORDER BY {number}) = 1"
    return f"SELECT {target}, {values} FROM observations QUALIFY {first} ORDER BY {keys}"


def _codes(connection: duckdb.DuckDBPyConnection, part: Component) -> list[Row]:
    """Codes in order, each with its names and whatever else its table knows of it."""
    if part.codes is None:
        return [{"id": code, "name_en": en, "name_zh": zh} for code, (en, zh) in sorted(part.names.items())]
    place, _, condition = part.codes.partition(" where ")
    table, column = place.split(".")
    query = _LISTS.get(table, f"FROM {table}")
    if condition:
        name, value = condition.split("=")
        query = f"SELECT * EXCLUDE {name} FROM {table} WHERE {name} = {sql_text(value)}"
    return rows(connection, f"SELECT {column} AS id, * EXCLUDE {column} FROM ({query}) ORDER BY id")


def _message(connection: duckdb.DuckDBPyConnection, parts: list[Component], version: str, day: str) -> ET.Element:
    message = ET.Element(_tag("mes:Structure"))
    header = _add(message, "mes:Header")
    for name, text in (("ID", f"{AGENCY}_{FIGURES}"), ("Test", "false"), ("Prepared", day)):
        _add(header, f"mes:{name}", text)
    _add(header, "mes:Sender", id=AGENCY)
    structures = _add(message, "mes:Structures")
    lists = _add(structures, "str:Codelists")
    for part in parts:
        if part.list_id:
            _code_list(_maintained(lists, part.list_id, version, part.title, part.words), _codes(connection, part))
    _concepts(_maintained(_add(structures, "str:ConceptSchemes"), _CONCEPTS, version), parts)
    flow = _maintained(_add(structures, "str:Dataflows"), FIGURES, version)
    _add(flow, "str:Structure", _urn("DataStructure", FIGURES, version))
    _data_structure(_maintained(_add(structures, "str:DataStructures"), FIGURES, version), parts, version)
    return message


def _tag(name: str) -> str:
    prefix, _, local = name.partition(":")
    return f"{{{_SPACES[prefix]}}}{local}"


def _urn(kind: str, name: str, version: str, item: str = "") -> str:
    return f"urn:sdmx:org.sdmx.infomodel.{_PACKAGES[kind]}.{kind}={AGENCY}:{name}({version}){item}"


def _add(parent: ET.Element, name: str, text: str | None = None, **attributes: str) -> ET.Element:
    element = ET.SubElement(parent, _tag(name), attributes)
    element.text = text
    return element


def _name(element: ET.Element, title: Words, about: Words) -> None:
    """Name and description, in the languages there are."""
    for tag, words in (("com:Name", title), ("com:Description", about)):
        for language, text in zip(("en", "zh"), words, strict=True):
            if text:
                _add(element, tag, text).set(_LANGUAGE, language)


def _maintained(
    parent: ET.Element, name: str, version: str, title: Words = _TITLE, about: Words = _ABOUT
) -> ET.Element:
    """A child that has an owner and a version, in a parent that is named as its plural."""
    element = ET.SubElement(parent, parent.tag[:-1], {"id": name, "agencyID": AGENCY, "version": version})
    _name(element, title, about)
    return element


def _code_list(parent: ET.Element, codes: list[Row]) -> None:
    for row in codes:
        code = _add(parent, "str:Code", id=row.pop("id"))
        title = row.pop("name_en"), row.pop("name_zh")
        about = row.pop("definition", None), row.pop("definition_zh", None)
        facts = {name: _text(value) for name, value in row.items() if value is not None}
        notes = _add(code, "com:Annotations") if facts else code
        for name, text in facts.items():
            _add(_add(notes, "com:Annotation", id=name), "com:AnnotationValue", text)
        _name(code, title, about)


def _text(value: object) -> str:
    if isinstance(value, float):
        return str(value).removesuffix(".0")
    return str(value).lower() if isinstance(value, bool) else str(value)


def _concepts(scheme: ET.Element, parts: list[Component]) -> None:
    for part in parts:
        _name(_add(scheme, "str:Concept", id=part.concept), part.title, part.words)


def _data_structure(definition: ET.Element, parts: list[Component], version: str) -> None:
    lists = _add(definition, "str:DataStructureComponents")
    for role in ("Dimension", "Attribute", "Measure"):
        parent = _add(lists, f"str:{role}List", id=f"{role}Descriptor")
        for place, part in enumerate((each for each in parts if each.role.endswith(role)), 1):
            element = _add(parent, f"str:{part.role}", id=part.concept)
            _describe(element, part, version)
            if part.role == "Dimension":
                element.set("position", str(place))


def _describe(element: ET.Element, part: Component, version: str) -> None:
    _add(element, "str:ConceptIdentity", _urn("Concept", _CONCEPTS, version, f".{part.concept}"))
    values = _add(element, "str:LocalRepresentation")
    if part.list_id:
        _add(values, "str:Enumeration", _urn("Codelist", part.list_id, version))
    else:
        _add(values, "str:TextFormat", textType=part.kind)
    if part.role == "Attribute":
        _add(_add(element, "str:AttributeRelationship"), "str:Observation")
    if part.role in ("Attribute", "Measure"):
        element.set("usage", "mandatory" if part.is_required else "optional")
