import base64
import errno
import hashlib
import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from conftest import ROOT, SHEET, SOURCE, Raw

import pipeline
from pipeline import builder, csvfiles, database, publish, schemas, stage
from pipeline.findings import InvalidData
from pipeline.metadata import dictionary
from pipeline.publish import TargetError


def contents(folder: Path) -> dict[str, str]:
    """SHA-256 by file name, the database left out."""
    files = [p for p in sorted(folder.rglob("*")) if p.is_file() and p.suffix != ".duckdb"]
    return {p.relative_to(folder).as_posix(): csvfiles.sha256(p) for p in files}


def test_two_builds_give_the_same_bytes(built: Path, tmp_path: Path) -> None:
    pipeline.build(ROOT / "raw", tmp_path / "curated")
    assert contents(tmp_path / "curated") == contents(built)


def test_the_order_of_rows_does_not_matter(raw: Raw, tmp_path: Path) -> None:
    pipeline.build(raw.path, tmp_path / "ordered")
    order = random.Random(1)
    for file in raw.path.rglob("*.csv"):
        header, *lines = file.read_text(encoding="utf-8").splitlines()
        order.shuffle(lines)
        file.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    pipeline.build(raw.path, tmp_path / "curated")
    assert readable(tmp_path / "curated") == readable(tmp_path / "ordered")


def readable(folder: Path) -> dict[str, object]:
    """What a reader of a dataset sees, whatever files it was made from: tables with their metadata, and texts."""
    tables = {p.name: pq.read_table(p) for p in folder.glob("*.parquet")}
    metadata = {n: {k: v for k, v in t.schema.metadata.items() if k != b"raw_sha256"} for n, t in tables.items()}
    texts = {p.name: p.read_bytes() for p in folder.iterdir() if p.suffix in (".csv", ".md")}
    return {n: (metadata[n], t.to_pylist()) for n, t in tables.items()} | texts


def test_a_dataset_names_its_versions_and_the_hash_of_its_raw_files(raw: Raw, tmp_path: Path) -> None:
    """`sha256sum` over the raw files, in order of name, gives the same."""
    pipeline.build(raw.path, tmp_path / "curated")
    named = sorted((p.relative_to(raw.path).as_posix(), p) for p in raw.path.rglob("*.csv"))
    sums = "".join(f"{hashlib.sha256(p.read_bytes()).hexdigest()}  {name}\n" for name, p in named)
    package = json.loads((tmp_path / "curated/datapackage.json").read_text(encoding="utf-8"))
    expected = {
        "minsheng_version": pipeline.__version__,
        "data_version": (ROOT / "raw/VERSION").read_text(encoding="utf-8").strip(),
        "raw_sha256": hashlib.sha256(sums.encode()).hexdigest(),
    }
    assert {key: package[key] for key in expected} == expected
    assert package["version"] == expected["data_version"]
    for file in (tmp_path / "curated").glob("*.parquet"):
        seen = {k.decode(): v.decode() for k, v in pq.read_schema(file).metadata.items()}
        assert expected.items() <= seen.items(), file


def test_a_changed_digit_changes_the_hash_of_the_inputs(raw: Raw, tmp_path: Path, built: Path) -> None:
    raw.edit(SHEET, 4, note="another note")
    pipeline.build(raw.path, tmp_path / "curated")
    hashes = [pq.read_schema(f / "units.parquet").metadata[b"raw_sha256"] for f in (built, tmp_path / "curated")]
    assert hashes[0] != hashes[1]


@pytest.mark.parametrize("text", ["2026.13.1", "v1", "", "2026.11", "2026.11.1.2"])
def test_a_version_that_is_none_is_refused(raw: Raw, text: str) -> None:
    (raw.path / "VERSION").write_text(text, encoding="utf-8")
    assert (raw.only().rule, raw.only().file) == ("pattern", "VERSION")


def test_raw_data_without_a_version_has_version_0(raw: Raw, tmp_path: Path) -> None:
    (raw.path / "VERSION").unlink()
    assert pipeline.build(raw.path, tmp_path / "curated").version == "0"


def test_what_is_committed_is_what_raw_gives(built: Path) -> None:
    assert contents(ROOT / "curated") == contents(built)


def test_a_build_that_fails_leaves_the_target_as_it_was(raw: Raw, tmp_path: Path) -> None:
    out = tmp_path / "curated"
    pipeline.build(raw.path, out)
    before = contents(out)
    raw.edit(SHEET, 2, number="40.90")
    with pytest.raises(InvalidData) as error:
        pipeline.build(raw.path, out)
    assert [f.rule for f in error.value.findings] == ["recompose"]
    assert contents(out) == before
    assert list(tmp_path.glob(".curated.build-*")) == []


def test_an_offender_of_a_check_fails_the_build(raw: Raw, tmp_path: Path) -> None:
    raw.edit(SHEET, 6, number="16.8", as_printed="16.8万人次", char_end="351", char_start="344")
    raw.edit(SHEET, 7, char_start="354")
    with pytest.raises(InvalidData):
        pipeline.build(raw.path, tmp_path / "curated")
    assert not (tmp_path / "curated").exists()


def test_a_killed_build_leaves_the_target_as_it_was(raw: Raw, tmp_path: Path) -> None:
    out = tmp_path / "curated"
    pipeline.build(raw.path, out)
    before = contents(out)
    for delay in (0.3, 0.5, 0.7):
        process = subprocess.Popen(
            [sys.executable, "-c", "from pipeline.cli import run; run()", "build", "--raw", str(raw.path), "--out", str(out)],
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert contents(out) == before
    pipeline.build(raw.path, out)
    assert list(tmp_path.glob(".curated.build-*")) == []


def test_left_overs_of_killed_builds_are_swept(raw: Raw, tmp_path: Path) -> None:
    left = tmp_path / ".curated.build-killed"
    left.mkdir()
    (left / "half.parquet").write_text("half")
    pipeline.build(raw.path, tmp_path / "curated")
    assert not left.exists()


def test_two_builds_may_not_run_on_one_target(raw: Raw, tmp_path: Path) -> None:
    out = tmp_path / "curated"
    with publish.building(out), pytest.raises(TargetError, match="another build is writing"):
        pipeline.build(raw.path, out)


@pytest.mark.parametrize("make", [lambda p: p.write_text("x"), lambda p: p.symlink_to("elsewhere")])
def test_a_target_that_is_no_folder_is_refused(raw: Raw, tmp_path: Path, make: object) -> None:
    out = tmp_path / "curated"
    make(out)  # type: ignore[operator]
    with pytest.raises(TargetError, match="is no folder"):
        pipeline.build(raw.path, out)


def test_a_folder_that_no_build_made_is_never_replaced(raw: Raw, tmp_path: Path) -> None:
    out = tmp_path / "thesis"
    out.mkdir()
    (out / "chapter.txt").write_text("years of work")
    with pytest.raises(TargetError, match="no build made"):
        pipeline.build(raw.path, out)
    assert (out / "chapter.txt").read_text() == "years of work"


def test_what_is_wrong_with_the_data_is_told_before_what_is_wrong_with_the_target(raw: Raw, tmp_path: Path) -> None:
    (tmp_path / "curated").mkdir()
    (tmp_path / "curated" / "note.txt").write_text("mine")
    raw.edit(SHEET, 2, number="40.90")
    with pytest.raises(InvalidData):
        pipeline.build(raw.path, tmp_path / "curated")
    assert (tmp_path / "curated" / "note.txt").read_text() == "mine"


def test_a_folder_with_a_file_more_than_its_manifest_is_never_replaced(raw: Raw, tmp_path: Path) -> None:
    out = tmp_path / "curated"
    pipeline.build(raw.path, out)
    (out / "precious.csv").write_text("hi")
    with pytest.raises(TargetError, match=r"no build made \(precious.csv\)"):
        pipeline.build(raw.path, out)


def test_a_file_put_into_the_target_during_a_build_is_not_lost(
    raw: Raw, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "curated"
    pipeline.build(raw.path, out)
    write = builder._write_json

    def meanwhile(path: Path, content: dict[str, object]) -> None:
        (out / "precious.csv").write_text("hi")
        write(path, content)

    monkeypatch.setattr(builder, "_write_json", meanwhile)
    with pytest.raises(TargetError, match=r"no build made \(precious.csv\)"):
        pipeline.build(raw.path, out)
    assert (out / "precious.csv").read_text() == "hi"


@pytest.mark.parametrize("manifest", ["{}", '{"name": "other", "resources": []}', "no json"])
def test_a_manifest_of_something_else_makes_a_folder_not_ours(raw: Raw, tmp_path: Path, manifest: str) -> None:
    out = tmp_path / "package"
    out.mkdir()
    (out / "datapackage.json").write_text(manifest)
    with pytest.raises(TargetError, match="no build made"):
        pipeline.build(raw.path, out)


@pytest.mark.parametrize("out", ["raw/figures/new", "raw", "."])
def test_raw_and_target_may_not_lie_in_one_another(
    raw: Raw, tmp_path: Path, out: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(TargetError, match="lie in one another"):
        pipeline.build("raw", out)


def test_the_folder_somebody_stands_in_is_never_replaced(
    raw: Raw, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    with pytest.raises(TargetError, match="the folder you are in"):
        pipeline.build("../raw", ".")


def test_another_targets_left_overs_are_its_own(raw: Raw, tmp_path: Path) -> None:
    live = tmp_path / ".o1.build-live"
    live.mkdir()
    pipeline.build(raw.path, tmp_path / "o[12]")
    assert live.exists()


def test_a_folder_that_cannot_be_written_is_named(raw: Raw, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publish.os, "access", lambda *_: False)
    with pytest.raises(TargetError, match="cannot be written"):
        pipeline.build(raw.path, tmp_path / "curated")


def test_the_swap_works_where_folders_cannot_be_exchanged(
    raw: Raw, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "curated"
    pipeline.build(raw.path, out)
    monkeypatch.setattr(publish, "_exchange", lambda *_: False)
    raw.edit(SHEET, 2, note="changed")
    pipeline.build(raw.path, out)
    assert "changed" in pq.read_table(out / "observations.parquet")["note"].to_pylist()


def left_by_a_kill_between_renames(out: Path, new: Path) -> None:
    """What a build leaves that is killed when the old dataset is out of its place and the new one not yet in it."""
    scratch = out.with_name(f".{out.name}.build-killed")
    scratch.mkdir()
    new.rename(scratch / "built")
    out.rename(scratch / "built-old")


def test_a_target_missing_after_a_kill_between_the_renames_is_put_back(raw: Raw, tmp_path: Path) -> None:
    out = tmp_path / "curated"
    pipeline.build(raw.path, out)
    pipeline.build(raw.path, tmp_path / "new")
    before = contents(out)
    left_by_a_kill_between_renames(out, tmp_path / "new")
    raw.edit(SHEET, 2, number="40.90")
    with pytest.raises(InvalidData):
        pipeline.build(raw.path, out)
    assert contents(out) == before
    assert list(tmp_path.glob(".curated.build-*")) == []


def test_a_rename_that_fails_puts_the_old_target_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("built", "curated"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()
    monkeypatch.setattr(publish, "_exchange", lambda *_: False)
    rename = Path.rename

    def fails_for_the_new(path: Path, to: Path) -> Path:
        if path.name == "built":
            raise OSError(errno.EIO, "told by the disk")
        return rename(path, to)

    monkeypatch.setattr(Path, "rename", fails_for_the_new)
    with pytest.raises(OSError, match="told by the disk"):
        publish.swap(tmp_path / "built", tmp_path / "curated")
    assert (tmp_path / "curated" / "curated").exists()


@pytest.mark.parametrize("code", [errno.EIO, errno.ENOSPC])
def test_a_disk_that_did_not_keep_a_file_stops_the_swap(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    monkeypatch.setattr(publish.os, "fsync", refusing(code))
    (tmp_path / "built").mkdir()
    with pytest.raises(OSError, match="no"):
        publish.swap(tmp_path / "built", tmp_path / "curated")
    assert not (tmp_path / "curated").exists()


def refusing(code: int) -> Callable[..., None]:
    def refuse(*_: object) -> None:
        raise OSError(code, "no")

    return refuse


def test_a_file_system_that_cannot_flush_folders_is_none_the_worse(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publish.os, "fsync", refusing(errno.EINVAL))
    (tmp_path / "built").mkdir()
    publish.swap(tmp_path / "built", tmp_path / "curated")
    assert (tmp_path / "curated").exists()


def test_exchange_says_no_on_other_systems(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publish.sys, "platform", "darwin")
    assert publish._exchange(tmp_path, tmp_path) is False


def test_an_unknown_engine_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="'spark' is not known"):
        pipeline.build(ROOT / "raw", tmp_path / "curated", engine="spark")


def test_a_file_that_changes_while_it_is_read_is_noticed(raw: Raw, tmp_path: Path) -> None:
    staged = stage.read_lists(raw.path, tmp_path)
    stage.read_sheets(staged)
    os.utime(raw.path / SHEET, ns=(0, 0))
    stage.examine(staged, tmp_path)
    assert [f.rule for f in staged.findings] == ["file-changed"]


def test_check_writes_nothing(raw: Raw, tmp_path: Path) -> None:
    before = {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*")}
    assert raw.check() == []
    assert {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*")} == before


def test_many_small_sheets_make_one_dataset(raw: Raw, tmp_path: Path) -> None:
    raw.keep_only(SOURCE)
    for n in range(30):
        source = f"invented-{n}"
        raw.add("sources.csv", like=2, source_id=source, text_sha256="", note="invented for the tests")
        row = raw.rows(SHEET)[38] | {"figure_no": "1", "paragraph": "", "char_start": "", "char_end": ""}
        raw.write(f"figures/{source}.csv", [row])
    manifest = pipeline.build(raw.path, tmp_path / "curated")
    assert (manifest.rows["observations"], manifest.rows["sources"]) == (70, 31)


# --- what is in the files ---------------------------------------------------------------------------------------


def test_the_manifest_names_every_file_with_its_hash(built: Path) -> None:
    package = json.loads((built / "datapackage.json").read_text(encoding="utf-8"))
    named = {r["path"]: (r["bytes"], r["hash"]) for r in package["resources"]}
    files = {p.relative_to(built).as_posix() for p in built.rglob("*") if p.is_file()}
    files -= {"datapackage.json", "minsheng.duckdb"}
    assert set(named) == files
    for name, (size, digest) in named.items():
        content = (built / name).read_bytes()
        assert (len(content), "sha256:" + hashlib.sha256(content).hexdigest()) == (size, digest)


def test_rows_in_the_manifest_are_rows_in_the_files(built: Path) -> None:
    package = json.loads((built / "datapackage.json").read_text(encoding="utf-8"))
    for resource in package["resources"]:
        if resource["path"].endswith(".parquet"):
            assert pq.read_metadata(built / resource["path"]).num_rows == resource["rows"]


@pytest.mark.parametrize("name", [*(t.name for t in schemas.PUBLISHED), "columns"])
def test_parquet_has_the_declared_schema_with_its_metadata(built: Path, name: str) -> None:
    dimensions = ("age", "game", "marriage_order", "residence", "sex")
    seen = pq.read_schema(built / f"{name}.parquet")
    declared = dictionary.published(dimensions)[name]
    made = {b"minsheng_version", b"data_version", b"raw_sha256"}
    assert seen.with_metadata({k: v for k, v in seen.metadata.items() if k not in made}).equals(
        declared, check_metadata=True
    )
    assert made < set(seen.metadata)
    assert all(b"description" in f.metadata and b"description_zh" in f.metadata for f in seen)


def test_observations_are_sorted(built: Path) -> None:
    key = ["indicator_id", "ref_area", "period_start", "period_end", "source_id"]
    rows = pq.read_table(built / "observations.parquet").select(key).to_pylist()
    assert rows == sorted(rows, key=lambda r: tuple(r.values()))


def test_a_value_says_its_unit_in_the_field_metadata(built: Path) -> None:
    field = pq.read_schema(built / "observations.parquet").field("obs_value")
    assert field.metadata[b"unit"] == b"see unit_id"


def test_the_database_has_every_table_view_macro_and_comment(built: Path) -> None:
    stored = [name for name, text in database.views().items() if database.is_stored(text)]
    with duckdb.connect(str(built / "minsheng.duckdb"), read_only=True) as connection:
        uncommented = connection.execute(
            """
            SELECT table_name, column_name FROM duckdb_columns() WHERE comment IS NULL AND NOT internal
            AND table_name IN (SELECT table_name FROM duckdb_tables()) AND NOT list_contains(?, table_name)
            UNION ALL SELECT table_name, '' FROM duckdb_tables() WHERE comment IS NULL
            UNION ALL SELECT view_name, '' FROM duckdb_views() WHERE comment IS NULL AND NOT internal
            """,
            [stored],
        ).fetchall()
        assert uncommented == []
        tables = {t for (t,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
        assert tables == {*(t.name for t in schemas.PUBLISHED), "columns", *stored}
        macro = connection.execute("SELECT iv_add(iv(1, 2), iv(3, NULL)).lower").fetchone()
        assert macro == (4,)


def test_the_database_is_stored_for_older_readers(built: Path) -> None:
    content = (built / "minsheng.duckdb").read_bytes()[:64]
    assert content[8:12] == b"DUCK"
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{built / 'minsheng.duckdb'}' AS m (READ_ONLY)")
        tags = connection.execute("SELECT tags FROM duckdb_databases() WHERE database_name = 'm'").fetchone()
    assert tags is not None
    assert "v1.4" in str(tags[0]), (tags, base64.b64encode(content))


def test_the_dictionary_describes_every_column(built: Path) -> None:
    rows = pq.read_table(built / "columns.parquet").to_pylist()
    described = {(r["table_name"], r["column_name"]) for r in rows if r["description"] and r["description_zh"]}
    there = {(p.stem, name) for p in built.glob("*.parquet") for name in pq.read_schema(p).names}
    assert described == there


def test_more_figures_than_a_spreadsheet_holds_have_no_text_editions(
    raw: Raw, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.metadata.flat.ROOM", 3)
    manifest = pipeline.build(raw.path, tmp_path / "curated")
    written = {file["path"] for file in manifest.files}
    assert manifest.rows["observations"] > 3
    assert not written & {"observations.csv", "sdmx/observations.csv"}
    assert {"observations.parquet", "sdmx/structure.xml"} <= written


def test_a_build_tells_how_far_it_is_and_how_long_each_step_took(raw: Raw, tmp_path: Path) -> None:
    heard: list[tuple[str, int, int]] = []
    manifest = pipeline.build(raw.path, tmp_path / "curated", told=lambda *words: heard.append(words))
    reading = [(done, total) for step, done, total in heard if step == "read"]
    assert reading[-1][0] == reading[-1][1] > 0
    assert {"read and validate", "sort and write", "database", "publish"} <= manifest.timings.keys()
    assert all(seconds >= 0 for seconds in manifest.timings.values())


def test_a_terminal_shows_rows_and_rate(tmp_path: Path) -> None:
    code = """
from pipeline.cli import progress
progress._PATIENCE = 0
with progress.shown() as told:
    for done in range(0, 5000, 1000):
        told("read", done, 5000)
    told("read", 5000, 5000)
"""
    ours, theirs = os.openpty()
    subprocess.run([sys.executable, "-c", code], stderr=theirs, check=True, env=os.environ | {"TERM": "xterm"})
    os.close(theirs)
    shown = os.read(ours, 65536).decode()
    assert "5000/5000" in shown
    assert re.search(r"rows [\d,]+/s", shown)


def test_a_file_of_errors_shows_no_progress(tmp_path: Path) -> None:
    code = """
from pipeline.cli import progress
progress._PATIENCE = 0
with progress.shown() as told:
    told("read", 5, 10)
"""
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stderr == b""
