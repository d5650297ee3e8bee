"""The data package, by a validator that nobody here wrote."""

import json
from pathlib import Path
from typing import Any

import pytest
from frictionless import Package


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
    figures = next(r for r in package["resources"] if r["name"] == "observations")
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
