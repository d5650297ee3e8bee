"""A build on a cluster, whose scheduler and workers are processes of their own, equals the local one."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import distributed
import pyarrow.parquet as pq
import pytest
from conftest import ROOT

from pipeline import build, paths, verify
from pipeline.cli import main
from pipeline.csvfiles import CsvFile
from pipeline.engines import cluster
from pipeline.findings import InvalidData

sys.path.insert(0, str(Path(__file__).parent / "benchmarks"))

import archive
import archive_faults

ROWS, FILES, FAULTS = 20_000, 40, 3


@pytest.fixture(scope="module")
def workers(tmp_path_factory):
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
