"""The Croissant description, by a validator that nobody here wrote, and its records read back."""

import json
import math
import shutil
from pathlib import Path
from typing import Any

import mlcroissant
import pyarrow.parquet as pq
import pytest

from pipeline.metadata import dictionary


@pytest.fixture(scope="module")
def described(built: Path, tmp_path_factory: pytest.TempPathFactory) -> mlcroissant.Dataset:
    folder = tmp_path_factory.mktemp("croissant") / "curated"
    shutil.copytree(built, folder)
    return mlcroissant.Dataset(jsonld=folder / "croissant.json")


def test_the_validator_finds_no_error(described: mlcroissant.Dataset) -> None:
    assert not described.metadata.ctx.issues.errors
    assert [w for w in described.metadata.ctx.issues.warnings if "sc:url" not in w and "url" not in w] == []


def test_every_table_and_column_is_described(described: mlcroissant.Dataset) -> None:
    found = {r.id: [f.id.partition("/")[2] for f in r.fields] for r in described.metadata.record_sets}
    published = dictionary.published(("age", "game", "marriage_order", "residence", "sex"))
    assert found == {name: schema.names for name, schema in published.items()}


def plain(value: Any) -> Any:
    """A value as Parquet has it: bytes are text, NaN and NaT are empty, a time stamp is its day."""
    if value is None or (isinstance(value, float) and math.isnan(value)) or str(value) == "NaT":
        return None
    if isinstance(value, bytes):
        return value.decode()
    return str(value)[:10] if hasattr(value, "year") else value


@pytest.mark.parametrize("table", ["observations", "indicators", "units", "areas", "sources", "columns"])
def test_records_read_back_equal(described: mlcroissant.Dataset, built: Path, table: str) -> None:
    expected = [{k: plain(v) for k, v in row.items()} for row in pq.read_table(built / f"{table}.parquet").to_pylist()]
    found = [{k.partition("/")[2]: plain(v) for k, v in row.items()} for row in described.records(table)]
    assert found == expected


def test_each_file_has_its_hash(built: Path) -> None:
    package = json.loads((built / "datapackage.json").read_text(encoding="utf-8"))
    listed = {
        r["path"]: r["hash"].removeprefix("sha256:") for r in package["resources"] if r["path"] != "croissant.json"
    }
    described = json.loads((built / "croissant.json").read_text(encoding="utf-8"))
    assert {f["@id"]: f["sha256"] for f in described["distribution"]} == listed
