"""What `verify` tells of a dataset that is whole, and of one that is not."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import ROOT

from pipeline import csvfiles, verify
from pipeline.cli import main


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


@pytest.mark.parametrize(
    "text", ["", "{", '{"name": "other"}', "[]", '{"name": "minsheng", "resources": {}}', "[" * 99999]
)
def test_a_manifest_that_is_torn_or_not_ours_is_named(dataset: Path, text: str) -> None:
    (dataset / "datapackage.json").write_text(text, encoding="utf-8")
    assert {f.file for f in verify.verify(dataset)} >= {"datapackage.json"}


def test_a_folder_without_manifest_is_no_dataset(dataset: Path) -> None:
    (dataset / "datapackage.json").unlink()
    with pytest.raises(FileNotFoundError, match="no dataset in"):
        verify.verify(dataset)


@pytest.mark.parametrize("key", ["path", "bytes", "hash", "rows", "schema"])
def test_a_resource_that_says_too_little_is_a_fault_of_the_manifest(dataset: Path, key: str) -> None:
    _declare(dataset, "areas.parquet", **{key: None})
    told = verify.verify(dataset)[0]
    assert (told.file, told.seen.partition(" without ")[2]) == ("datapackage.json", key)


def test_a_resource_named_twice_is_a_fault_of_the_manifest(dataset: Path) -> None:
    _declare(dataset, "areas.parquet", path="units.parquet")
    assert "units.parquet is named twice" in [f.seen for f in verify.verify(dataset)]


def _rewrite(dataset: Path, name: str, change: Callable[[pa.Table], pa.Table]) -> None:
    """A table in another form, with size, hash and rows declared as they are then."""
    pq.write_table(change(pq.read_table(dataset / name)), dataset / name)
    content = (dataset / name).read_bytes()
    rows = pq.read_metadata(dataset / name).num_rows
    _declare(dataset, name, bytes=len(content), hash=f"sha256:{hashlib.sha256(content).hexdigest()}", rows=rows)


def test_a_column_of_another_name_than_the_manifest_declares_is_told(dataset: Path) -> None:
    _rewrite(dataset, "themes.parquet", lambda t: t.rename_columns(["other", *t.column_names[1:]]))
    told = verify.verify(dataset)[0]
    assert (told.file, "other" in told.seen, "theme_id" in told.expected) == ("themes.parquet", True, True)


@pytest.mark.parametrize("change", [lambda f: f.with_type(pa.int32()), lambda f: f.with_nullable(not f.nullable)])
def test_another_width_or_nullability_than_the_dictionary_says_is_told(
    dataset: Path, change: Callable[[pa.Field], pa.Field]
) -> None:
    name = "derived_rules.parquet"
    at = pq.read_schema(dataset / name).get_field_index("step")
    _rewrite(dataset, name, lambda t: t.cast(t.schema.set(at, change(t.schema.field(at)))))
    assert [f.file for f in verify.verify(dataset)][:1] == [name]


def test_a_dataset_without_database_is_whole(dataset: Path) -> None:
    (dataset / "minsheng.duckdb").unlink()
    assert verify.verify(dataset) == []


def test_the_committed_dataset_is_whole() -> None:
    assert verify.verify(ROOT / "curated") == []


def test_a_build_that_is_swapped_in_meanwhile_is_no_fault(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files of two datasets were seen, which is told by the manifest and looked at again."""
    shutil.copytree(dataset, tmp_path / "new")
    (tmp_path / "new" / "README.md").write_text("another", encoding="utf-8")
    content = b"another"
    _declare(tmp_path / "new", "README.md", bytes=len(content), hash=f"sha256:{hashlib.sha256(content).hexdigest()}")
    sha256 = csvfiles.sha256

    def swapped_meanwhile(path: Path) -> str:
        if (tmp_path / "new").exists():
            dataset.rename(tmp_path / "old")
            (tmp_path / "new").rename(dataset)
        return sha256(path)

    monkeypatch.setattr(csvfiles, "sha256", swapped_meanwhile)
    assert verify.verify(dataset) == []
    assert not (tmp_path / "new").exists()


def test_a_truncated_database_is_told(dataset: Path) -> None:
    (dataset / "minsheng.duckdb").write_bytes((dataset / "minsheng.duckdb").read_bytes()[:5000])
    assert [f.file for f in verify.verify(dataset)] == ["minsheng.duckdb"]


def test_a_database_with_another_cell_is_told(dataset: Path) -> None:
    with duckdb.connect(str(dataset / "minsheng.duckdb")) as connection:
        connection.execute("UPDATE themes SET name_en = 'other' WHERE theme_id = (SELECT min(theme_id) FROM themes)")
    (told,) = verify.verify(dataset)
    assert told.seen.endswith("rows, other values in name_en")


def test_a_database_whose_cells_changed_rows_is_told(dataset: Path) -> None:
    with duckdb.connect(str(dataset / "minsheng.duckdb")) as connection:
        connection.execute("""
            UPDATE themes SET name_en = CASE theme_id
                WHEN (SELECT min(theme_id) FROM themes) THEN (SELECT max_by(name_en, theme_id) FROM themes)
                WHEN (SELECT max(theme_id) FROM themes) THEN (SELECT min_by(name_en, theme_id) FROM themes)
                ELSE name_en END
        """)
    (told,) = verify.verify(dataset)
    assert told.seen.endswith("rows, the same values in other rows")


def test_a_database_without_one_of_the_tables_is_told(dataset: Path) -> None:
    with duckdb.connect(str(dataset / "minsheng.duckdb")) as connection:
        connection.execute("DROP TABLE passed_over CASCADE")
    assert [f.file for f in verify.verify(dataset)] == ["minsheng.duckdb"]


# --- the command ----------------------------------------------------------------------------------------------------


def test_the_command_says_that_a_dataset_is_whole(dataset: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(dataset)]) == 0
    assert "whole: 21 files as declared, database too" in " ".join(capsys.readouterr().out.split())


def test_the_command_notes_that_there_is_no_database(dataset: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (dataset / "minsheng.duckdb").unlink()
    assert main(["verify", str(dataset)]) == 0
    assert "note: no minsheng.duckdb: `minsheng build` makes it" in capsys.readouterr().out


def test_the_command_names_what_is_wrong_and_how_to_mend_it(dataset: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (dataset / "README.md").unlink()
    assert main(["verify", str(dataset)]) == 1
    told = capsys.readouterr().err
    assert "error: README.md\n  no such file, expected a file\n  → build the dataset again, or fetch it again" in told
    assert told.endswith("1 fault\n")


def test_the_command_tells_a_program_as_json(dataset: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (dataset / "README.md").unlink()
    assert main(["verify", str(dataset), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["folder"], [f["file"] for f in told["faults"]], told["notes"]) == (str(dataset), ["README.md"], [])


@pytest.mark.parametrize("name", ["nowhere", ""])
def test_a_folder_without_dataset_is_misuse(tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(tmp_path / name)]) == 2
    assert "no dataset in" in capsys.readouterr().err


def test_a_name_in_a_manifest_cannot_drive_a_terminal(dataset: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _declare(dataset, "README.md", path="\x1b[2J.md")
    assert main(["verify", str(dataset)]) == 1
    assert "\x1b" not in capsys.readouterr().err


def test_the_database_of_another_build_is_told(dataset: Path) -> None:
    with duckdb.connect(str(dataset / "minsheng.duckdb")) as connection:
        connection.execute("CREATE OR REPLACE MACRO _made_from() AS 'other'")
    assert [f.seen for f in verify.verify(dataset)] == ["made from other"]
