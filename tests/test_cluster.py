"""A build on a cluster, whose scheduler and workers are processes of their own, equals the local one."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import distributed
import duckdb
import mlcroissant
import pyarrow.parquet as pq
import pytest
import test_metadata
from conftest import ROOT

from pipeline import build, connect, load, paths, places, verify
from pipeline.cli import main
from pipeline.csvfiles import CsvFile
from pipeline.engines import cluster
from pipeline.export import export
from pipeline.findings import InvalidData

sys.path.insert(0, str(Path(__file__).parent / "benchmarks"))

import archive
import archive_faults
import bucket as store

ROWS, FILES, FAULTS = 20_000, 40, 3


@pytest.fixture(scope="module")
def bucket(tmp_path_factory):
    """The folder that bucket:// stands for."""
    home = tmp_path_factory.mktemp("bucket")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MINSHENG_BUCKET", str(home))
        yield home


@pytest.fixture(scope="module")
def workers(tmp_path_factory, bucket):
    """The scheduler's address, and three worker processes."""
    home = tmp_path_factory.mktemp("dask")
    start = [sys.executable, "-m", "distributed.cli.dask_scheduler"]
    known = home / "scheduler.json"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": ROOT}
    scheduler = subprocess.Popen(
        [*start, "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(known)], **quiet
    )
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", "--scheduler-file", str(known), "--no-dashboard"]
    worker += ["--nthreads", "1", "--no-nanny", "--host", "127.0.0.1", "--local-directory", str(home)]
    worker += ["--preload", str(ROOT / "tests" / "bucket.py")]
    running = [subprocess.Popen(worker, **quiet) for _ in range(3)]
    with distributed.Client(scheduler_file=str(known), timeout="30s", set_as_default=False) as client:
        client.wait_for_workers(3, timeout=60)
        address = client.scheduler.address
    yield address, running
    for process in [*running, scheduler]:
        process.terminate()
        process.wait(20)


@pytest.fixture
def small_parts(monkeypatch):
    monkeypatch.setattr(cluster, "PART_BYTES", 100_000)
    monkeypatch.setattr(cluster, "SORT_ROWS", 3_000)


@pytest.fixture(scope="module")
def archived(tmp_path_factory):
    """A clean archive and its local build."""
    home = tmp_path_factory.mktemp("archive")
    archive.write(home / "raw", ROWS, files=FILES)
    build(home / "raw", home / "local")
    return home


def same_tables(one: Path, other: Path) -> bool:
    """Rows, their order, types and metadata are those of the other dataset, however many files hold them."""
    old, new = paths.tables(one), paths.tables(other)
    assert list(old) == list(new)
    return all(pq.read_table(old[n]).equals(pq.read_table(new[n]), check_metadata=True) for n in old)


def told(raw: Path, out: Path, **how: str) -> list[str]:
    with pytest.raises(InvalidData) as caught:
        build(raw, out, **how)
    return [str(finding) for finding in caught.value.findings]


def test_tables_are_those_of_a_local_build(workers, archived, small_parts, tmp_path):
    manifest = build(archived / "raw", tmp_path / "out", "dask", scheduler=workers[0])
    assert manifest.rows["observations"] == ROWS
    assert same_tables(archived / "local", tmp_path / "out")
    assert len(paths.table(tmp_path / "out", "observations")) > 4
    assert verify.verify(tmp_path / "out") == []


def test_the_real_data_builds_to_the_same_tables(workers, tmp_path):
    build(ROOT / "raw", tmp_path / "local")
    build(ROOT / "raw", tmp_path / "out", "dask", scheduler=workers[0])
    assert same_tables(tmp_path / "local", tmp_path / "out")


def test_findings_are_those_of_a_local_build_one_by_one(workers, small_parts, tmp_path):
    archive_faults.plant(tmp_path / "raw", archive.write(tmp_path / "raw", ROWS, files=FILES), FAULTS)
    local = told(tmp_path / "raw", tmp_path / "local")
    assert len(local) > FAULTS
    assert told(tmp_path / "raw", tmp_path / "out", engine="dask", scheduler=workers[0]) == local


def test_an_unreachable_scheduler_is_told(capsys, tmp_path):
    call = ["build", "--raw", str(ROOT / "raw"), "--out", str(tmp_path / "out"), "--engine", "dask"]
    assert main([*call, "--scheduler", "tcp://127.0.0.1:9"]) == 2
    assert "no scheduler answers at tcp://127.0.0.1:9" in capsys.readouterr().err


def test_an_unknown_engine_is_misuse(capsys, tmp_path):
    assert main(["build", "--raw", str(ROOT / "raw"), "--out", str(tmp_path / "out"), "--engine", "spark"]) == 2
    assert "expected 'local' or 'dask'" in capsys.readouterr().err


def test_a_missing_extra_is_named(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(cluster.EngineError, match=r"minsheng\[cluster\]"):
        build(ROOT / "raw", tmp_path / "out", "dask")


def test_a_worker_of_another_duckdb_is_refused(workers, monkeypatch, tmp_path):
    here = cluster.versions()
    monkeypatch.setitem(here, "duckdb", "0.1")
    with pytest.raises(cluster.EngineError, match=r"has duckdb .*, here 0\.1"):
        cluster._check_worker("tcp://w", here, cluster.versions())


def test_parts_are_whole_files_in_order():
    files = [CsvFile(Path(n), n, stamp=(0, size, 0)) for n, size in [("a", 4), ("b", 5), ("c", 20), ("d", 1)]]
    assert [[f.name for f in part] for part in cluster.parts(files, 10)] == [["a", "b"], ["c"], ["d"]]


def test_a_worker_killed_half_way_changes_nothing(workers, archived, small_parts, monkeypatch, tmp_path):
    address, running = workers
    seen, received = [], cluster._received

    def kill_after_three(*stretch):
        seen.append(stretch)
        if len(seen) == 3:
            os.kill(running[0].pid, signal.SIGKILL)
        return received(*stretch)

    monkeypatch.setattr(cluster, "_received", kill_after_three)
    build(archived / "raw", tmp_path / "out", "dask", scheduler=address)
    assert running[0].wait(20) == -signal.SIGKILL
    assert len(seen) > 10
    assert same_tables(archived / "local", tmp_path / "out")


def folders(home: Path) -> list[str]:
    return sorted(path.name for path in home.iterdir() if path.name != "datapackage.json")


def test_a_store_is_read_and_written_by_workers_through_fsspec_alone(workers, bucket, archived, small_parts, tmp_path):
    shutil.copytree(archived / "raw", bucket / "raw")
    url = f"{store.SCHEME}data"
    manifest = build(f"{store.SCHEME}raw", url, "dask", scheduler=workers[0])
    assert manifest.path == url
    with places.dataset(url) as home:
        assert same_tables(archived / "local", home)
        assert len(paths.table(home, "observations")) > 4
    assert main(["verify", url]) == 0
    [built] = folders(bucket / "data")
    assert not (bucket / "data" / built / "work").exists()


def test_a_raw_file_that_changes_under_the_workers_is_told(
    workers, bucket, archived, small_parts, monkeypatch, tmp_path
):
    shutil.copytree(archived / "raw", bucket / "changing")
    sheet = sorted((bucket / "changing" / "figures").glob("*.csv"))[-1]
    stage = cluster.Cluster.stage

    def meanwhile(self, *how):
        sheet.write_bytes(sheet.read_bytes() + b"\n")
        return stage(self, *how)

    monkeypatch.setattr(cluster.Cluster, "stage", meanwhile)
    found = told(f"{store.SCHEME}changing", tmp_path / "out", engine="dask", scheduler=workers[0])
    assert any(f"figures/{sheet.name}" in each and "changed" in each for each in found)


def test_a_url_keeps_the_build_before_the_last_one_for_its_readers(bucket):
    url, home = f"{store.SCHEME}twice", bucket / "twice"
    seen = []
    for _ in range(3):
        build(ROOT / "raw", url)
        seen += [name for name in folders(home) if name not in seen]
    assert folders(home) == sorted(seen[1:])


def test_what_a_killed_build_left_a_day_ago_is_swept(bucket):
    for name in ("build-20200101T000000Z-aa", "build-29990101T000000Z-aa", "other"):
        (bucket / "swept" / name / "sdmx").mkdir(parents=True)
    build(ROOT / "raw", f"{store.SCHEME}swept")
    assert folders(bucket / "swept")[1:] == ["build-29990101T000000Z-aa", "other"]


def test_a_build_that_dies_before_its_manifest_leaves_the_old_dataset(bucket, monkeypatch):
    url, put = f"{store.SCHEME}dies", places._put
    build(ROOT / "raw", url)

    def dying(file, where):
        if where.endswith(paths.MANIFEST):
            raise KeyboardInterrupt
        put(file, where)

    monkeypatch.setattr(places, "_put", dying)
    with pytest.raises(KeyboardInterrupt):
        build(ROOT / "raw", url)
    assert len(folders(bucket / "dies")) == 2
    assert main(["verify", url]) == 0


def test_tables_and_connections_of_a_url_are_those_of_a_folder(bucket, tmp_path):
    build(ROOT / "raw", tmp_path / "local")
    build(ROOT / "raw", f"{store.SCHEME}read")
    assert load("observations", f"{store.SCHEME}read").equals(load("observations", tmp_path / "local"))
    with connect(f"{store.SCHEME}read") as there, connect(tmp_path / "local") as here:
        asked = "FROM series ORDER BY ALL"
        assert there.execute(asked).fetchall() == here.execute(asked).fetchall()


@pytest.mark.parametrize("spoil", [lambda file: file.write_bytes(b"no"), Path.unlink])
def test_a_file_of_a_url_that_is_spoiled_is_named(bucket, spoil, capsys):
    url = f"{store.SCHEME}spoiled"
    build(ROOT / "raw", url)
    [built] = folders(bucket / "spoiled")
    spoil(bucket / "spoiled" / built / "sources.parquet")
    assert main(["verify", url]) == 1
    assert "error: sources.parquet" in capsys.readouterr().err
    shutil.rmtree(bucket / "spoiled")


def test_a_changed_part_is_told(workers, archived, small_parts, tmp_path):
    build(archived / "raw", tmp_path / "out", "dask", scheduler=workers[0])
    part = paths.table(tmp_path / "out", "observations")[2]
    part.write_bytes(part.read_bytes()[:-1])
    assert {fault.file for fault in verify.verify(tmp_path / "out")} >= {"observations/part-00002.parquet"}
    part.unlink()
    with pytest.raises(FileNotFoundError, match="part-00002"):
        load("observations", tmp_path / "out")


@pytest.mark.parametrize("url", ["nothing://at/all", "gdrive://x/y"])
def test_a_protocol_that_nothing_serves_is_told_in_a_sentence(url, capsys):
    assert main(["build", "--raw", str(ROOT / "raw"), "--out", url]) == 2
    assert f"{url}" in (told := capsys.readouterr().err)
    assert "cannot be reached" in told


def test_without_fsspec_the_extra_is_named(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    assert main(["verify", "bucket://x"]) == 2
    assert "minsheng[cluster]" in capsys.readouterr().err


def test_a_url_that_holds_another_data_package_is_refused(bucket, capsys):
    (bucket / "strange").mkdir()
    (bucket / "strange" / "datapackage.json").write_text('{"name": "other", "resources": []}')
    assert main(["build", "--raw", str(ROOT / "raw"), "--out", f"{store.SCHEME}strange"]) == 2
    assert "that no build made" in capsys.readouterr().err


def test_raw_and_target_of_a_url_may_not_hold_one_another(bucket, capsys):
    assert main(["build", "--raw", f"{store.SCHEME}raw", "--out", f"{store.SCHEME}raw/out"]) == 2
    assert "lie in one another" in capsys.readouterr().err
    assert main(["build", "--raw", str(ROOT / "raw"), "--out", (bucket / "raw-and-more").as_uri()]) == 0


def test_a_manifest_cannot_make_a_reader_leave_its_folder(bucket, capsys):
    url = f"{store.SCHEME}leaving"
    build(ROOT / "raw", url)
    manifest = bucket / "leaving" / "datapackage.json"
    package = json.loads(manifest.read_text())
    package["resources"][0]["path"] = "../../outside"
    manifest.write_text(json.dumps(package))
    assert main(["verify", url]) == 2
    assert "../../outside leads out of the folder" in capsys.readouterr().err


def test_keys_that_stand_twice_in_different_parts_are_told(workers, archived, small_parts, tmp_path):
    shutil.copytree(archived / "raw", tmp_path / "raw")
    first, *_, last = sorted((tmp_path / "raw" / "figures").glob("*.csv"))
    for sheet in (first, last):  # a number and a fact again: in its own file, and so in a part of its own
        lines = sheet.read_text().splitlines()
        sheet.write_text("\n".join([*lines, lines[1]]) + "\n")
    local = told(tmp_path / "raw", tmp_path / "local")
    assert {f.split(":")[0] for f in local} >= {f"figures/{first.name}", f"figures/{last.name}"}
    assert told(tmp_path / "raw", tmp_path / "out", engine="dask", scheduler=workers[0]) == local


def test_csv_that_cannot_be_read_in_one_part_is_told_as_locally(workers, archived, small_parts, tmp_path):
    shutil.copytree(archived / "raw", tmp_path / "raw")
    sheets = sorted((tmp_path / "raw" / "figures").glob("*.csv"))
    for sheet in (sheets[5], sheets[20]):
        sheet.write_text(sheet.read_text() + "one,cell,too,few\n")
    bad = sheets[30]
    bad.write_text(bad.read_text().replace(",2", ",x", 3))
    local = told(tmp_path / "raw", tmp_path / "local")
    assert {name for f in local for name in (s.name for s in sheets) if name in f} >= {sheets[5].name, bad.name}
    assert told(tmp_path / "raw", tmp_path / "out", engine="dask", scheduler=workers[0]) == local


def test_a_cluster_of_this_machine_ends_quietly(tmp_path):
    call = [Path(sys.executable).with_name("minsheng"), "build", "--raw", ROOT / "raw", "--out", tmp_path / "out"]
    done = subprocess.run([*call, "--engine", "dask"], capture_output=True, text=True, check=True)
    assert done.stderr == ""


def test_a_worker_killed_while_it_sorts_changes_nothing(workers, archived, small_parts, monkeypatch, tmp_path):
    address, running = workers
    seen, received = [], cluster._sorted

    def kill(*what):
        seen.append(what)
        if len(seen) == 2:
            os.kill(running[1].pid, signal.SIGKILL)
        place, rows = received(*what)
        Path(place).with_name(f"observations-lost-{len(seen)}.parquet").write_bytes(b"half")  # what it may leave
        return place, rows

    monkeypatch.setattr(cluster, "_sorted", kill)
    build(archived / "raw", tmp_path / "out", "dask", scheduler=address)
    assert running[1].wait(20) == -signal.SIGKILL
    assert same_tables(archived / "local", tmp_path / "out")


@pytest.fixture(scope="module")
def partitioned(workers, archived, tmp_path_factory):
    """A dataset whose figures are in parts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cluster, "SORT_ROWS", 8_000)
        out = tmp_path_factory.mktemp("partitioned") / "out"
        build(archived / "raw", out, "dask", scheduler=workers[0])
    return out


def test_each_part_is_a_resource_that_other_validators_pass(partitioned):
    package = json.loads((partitioned / "datapackage.json").read_text(encoding="utf-8"))
    assert test_metadata.errors(package) == []
    parts = [r for r in package["resources"] if r["path"].startswith("observations/")]
    assert sum(r["rows"] for r in parts) == ROWS
    assert len({r["name"] for r in package["resources"]}) == len(package["resources"])
    test_metadata.test_frictionless_finds_nothing_wrong(package, partitioned)
    assert len(parts) > 1


def test_croissant_reads_parts_as_one_record_set(partitioned):
    described = mlcroissant.Dataset(jsonld=partitioned / "croissant.json")
    assert not described.metadata.ctx.issues.errors
    found = {row["observations/observation_id"].decode() for row in described.records("observations")}
    assert found == set(load("observations", partitioned)["observation_id"])


def test_the_folder_says_how_parts_are_read(partitioned, monkeypatch):
    monkeypatch.chdir(partitioned)
    text = (partitioned / "README.md").read_text(encoding="utf-8")
    assert "observations.parquet" not in text
    assert duckdb.sql("SELECT count(*) FROM 'observations/*.parquet'").fetchall() == [(ROWS,)]
    assert pq.read_table("observations").num_rows == ROWS
    assert "## observations/*.parquet" in (partitioned / "DICTIONARY.md").read_text(encoding="utf-8")


def test_commands_take_a_table_in_parts_as_one_in_a_file(partitioned, archived, tmp_path, capsys):
    for number, home in enumerate((partitioned, archived / "local")):
        export("csv", tmp_path / f"{number}.csv", ["observations"], home)
    assert (tmp_path / "0.csv").read_bytes() == (tmp_path / "1.csv").read_bytes()
    assert main(["diff", str(archived / "local"), str(partitioned)]) == 0
    (partitioned / "minsheng.duckdb").rename(tmp_path / "aside")
    with connect(partitioned) as connection:
        assert connection.execute("SELECT count(*) FROM observations").fetchall() == [(ROWS,)]
    (tmp_path / "aside").rename(partitioned / "minsheng.duckdb")
    assert build(ROOT / "raw", partitioned).rows["observations"] < ROWS  # what a build may replace
