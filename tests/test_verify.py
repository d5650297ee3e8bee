"""What `verify` tells of a dataset that is whole, and of one that is not."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from pipeline import verify


@pytest.fixture
def dataset(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built, tmp_path / "curated"))


def _declare(dataset: Path, name: str, **facts: object) -> None:
    file = dataset / "datapackage.json"
    package = json.loads(file.read_text(encoding="utf-8"))
    next(r for r in package["resources"] if r["path"] == name).update(facts)
    file.write_text(json.dumps(package), encoding="utf-8")


def _truncate(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-1])


def _flip(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def test_a_dataset_just_built_is_whole(dataset: Path) -> None:
    assert verify.verify(dataset) == []


@pytest.mark.parametrize("spoil", [_truncate, _flip, Path.unlink])
@pytest.mark.parametrize("name", ["observations.parquet", "README.md"])
def test_a_spoiled_file_is_named(dataset: Path, name: str, spoil: Callable[[Path], None]) -> None:
    spoil(dataset / name)
    assert [f.file for f in verify.verify(dataset)] == [name]


def test_a_file_that_the_manifest_does_not_name_is_told(dataset: Path) -> None:
    (dataset / "sdmx" / "mine.csv").touch()
    assert [f.file for f in verify.verify(dataset)] == ["sdmx/mine.csv"]


def test_a_path_that_leaves_the_folder_is_refused(dataset: Path) -> None:
    (dataset / "README.md").rename(dataset.parent / "README.md")
    _declare(dataset, "README.md", path="../README.md")
    assert [f.seen for f in verify.verify(dataset)] == ["a path that leaves the folder"]


def test_other_rows_than_declared_are_told(dataset: Path) -> None:
    _declare(dataset, "areas.parquet", rows=1)
    assert [f.expected for f in verify.verify(dataset)] == ["1 rows"]


def test_a_torn_manifest_is_no_dataset(dataset: Path) -> None:
    _truncate(dataset / "datapackage.json")
    (dataset / "datapackage.json").write_bytes((dataset / "datapackage.json").read_bytes()[:-10])
    with pytest.raises(FileNotFoundError, match="cannot be read"):
        verify.verify(dataset)


def test_a_truncated_database_is_told(dataset: Path) -> None:
    (dataset / "minsheng.duckdb").write_bytes((dataset / "minsheng.duckdb").read_bytes()[:5000])
    assert [f.file for f in verify.verify(dataset)] == ["minsheng.duckdb"]


def test_a_database_with_another_cell_is_told(dataset: Path) -> None:
    with duckdb.connect(str(dataset / "minsheng.duckdb")) as connection:
        connection.execute("UPDATE themes SET name_en = 'other' WHERE theme_id = (SELECT min(theme_id) FROM themes)")
    assert ["table themes has 1 rows" in f.seen for f in verify.verify(dataset)] == [True]


def test_the_database_of_another_build_is_told(dataset: Path) -> None:
    with duckdb.connect(str(dataset / "minsheng.duckdb")) as connection:
        connection.execute("CREATE OR REPLACE MACRO _made_from() AS 'other'")
    assert [f.seen for f in verify.verify(dataset)] == ["made from other"]
