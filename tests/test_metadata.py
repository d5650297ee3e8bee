"""The data package, by validators that nobody here wrote: frictionless, and the standard's own JSON Schema."""

import copy
import json
from pathlib import Path
from typing import Any

import dplib
import jsonschema
import pytest
from frictionless import Package

PROFILE = Path(dplib.__file__).parent / "profiles/2.0/datapackage.json"


@pytest.fixture(scope="module")
def package(built: Path) -> dict[str, Any]:
    return json.loads((built / "datapackage.json").read_text(encoding="utf-8"))


def test_frictionless_finds_nothing_wrong(package: dict[str, Any], built: Path) -> None:
    tables = [r for r in package["resources"] if r["format"] == "parquet"]
    for resource in tables:
        del resource["bytes"]  # frictionless counts the bytes of the decoded table; test_build compares them
    report = Package.from_descriptor(package | {"resources": tables}, basepath=str(built)).validate()
    assert report.flatten(["type", "message"]) == []
    assert len(report.tasks) == len(tables)


def test_frictionless_reads_the_values_that_duckdb_reads(package: dict[str, Any], built: Path) -> None:
    figures = copy.deepcopy(next(r for r in package["resources"] if r["name"] == "observations"))
    del figures["schema"]["foreignKeys"]  # the tables they lead to are not read here
    rows = Package.from_descriptor(package | {"resources": [figures]}, basepath=str(built)).resources[0].read_rows()
    assert {r["observation_id"]: r["obs_value"] for r in rows}["jiangsu-2022-s1:1"] == 400900


def test_every_field_says_what_it_means_in_two_languages(package: dict[str, Any]) -> None:
    fields = [f for r in package["resources"] if "schema" in r for f in r["schema"]["fields"]]
    assert len(fields) > 100
    assert all(f["description"] and f["description_zh"] for f in fields)


def test_constraints_are_those_of_the_schemas(package: dict[str, Any]) -> None:
    fields = {
        (r["name"], f["name"]): f.get("constraints", {})
        for r in package["resources"] if "schema" in r for f in r["schema"]["fields"]
    }  # fmt: skip
    assert fields["sources", "rank"] == {"required": True, "minimum": 1, "maximum": 9}
    assert fields["derived-rules", "scale"] == {"required": True, "exclusiveMinimum": 0}
    assert fields["actions", "status"]["enum"] == ["planned", "launched", "under_way", "completed"]
    assert fields["observations", "lower"] == {}


def errors(package: dict[str, Any]) -> list[str]:
    """What the profile of Data Package v2 says is wrong."""
    schema = json.loads(PROFILE.read_text(encoding="utf-8"))
    return [e.message for e in jsonschema.Draft7Validator(schema).iter_errors(package)]


def test_the_official_profile_finds_nothing_wrong(package: dict[str, Any]) -> None:
    assert errors(package) == []


@pytest.mark.parametrize(
    ("place", "value"),
    [("resources", []), ("licenses", [{}]), ("sources", [{"title": 1}]), ("name", 3), ("version", 1)],
)
def test_the_official_profile_finds_what_is_wrong(package: dict[str, Any], place: str, value: object) -> None:
    assert errors(package | {place: value})


def test_a_wrong_field_type_is_found_by_the_profile(package: dict[str, Any]) -> None:
    spoiled = copy.deepcopy(package)
    next(r for r in spoiled["resources"] if r["name"] == "observations")["schema"]["fields"][0]["type"] = "text"
    assert errors(spoiled)


def test_references_between_tables_are_declared_and_hold(package: dict[str, Any], built: Path) -> None:
    """frictionless follows them; a code that is not there is found."""
    figures = next(r for r in package["resources"] if r["name"] == "observations")
    keys = {(k["fields"][0], k["reference"]["resource"]) for k in figures["schema"]["foreignKeys"]}
    assert keys == {("source_id", "sources"), ("indicator_id", "indicators"), ("ref_area", "areas")}
    few = [
        r
        for r in package["resources"]
        if r["name"] in ("observations", "sources", "indicators", "areas", "themes", "units")
    ]
    spoiled = copy.deepcopy([{k: v for k, v in r.items() if k != "bytes"} for r in few])
    next(r for r in spoiled if r["name"] == "observations")["schema"]["foreignKeys"][0]["reference"]["fields"] = [
        "title_zh"
    ]
    report = Package.from_descriptor(package | {"resources": spoiled}, basepath=str(built)).validate()
    assert "foreign-key" in {kind for (kind,) in report.flatten(["type"])}
