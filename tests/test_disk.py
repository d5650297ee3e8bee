"""What a build says when the disk refuses, and that the old dataset outlives it."""

import errno
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from conftest import ROOT

import pipeline
from pipeline import disk, publish
from pipeline.cli import main
from pipeline.disk import TargetError

RUN = [sys.executable, "-c", "from pipeline.cli import run; run()"]
BUILD = [*RUN, "build", "--raw", str(ROOT / "raw"), "--out"]


def left_overs(folder: Path) -> list[Path]:
    return [*folder.glob(".*.build-*")]


def raising(error: Exception) -> Callable[..., None]:
    def refuse(*_: object, **__: object) -> None:
        raise error

    return refuse


@pytest.fixture
def target(built: Path, tmp_path: Path) -> Path:
    """A dataset that stands where the build writes."""
    return Path(shutil.copytree(built, tmp_path / "curated"))


def identity(target: Path) -> tuple[int, int]:
    told = (target / "datapackage.json").stat()
    return told.st_ino, told.st_mtime_ns


def test_a_build_needs_more_room_the_more_raw_data_there_is(tmp_path: Path) -> None:
    least = disk.room(tmp_path)
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "a.csv").write_bytes(b"x" * 1000)
    assert disk.room(tmp_path) == least + 7000


def test_too_little_room_is_told_before_anything_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "room", lambda _: 10**18)
    with pytest.raises(TargetError, match=r"only [\d.,]+ MB are free, and .* needs about 1,000,000,000,000.0 MB"):
        pipeline.build(ROOT / "raw", tmp_path / "curated")
    assert not (tmp_path / "curated").exists()
    assert left_overs(tmp_path) == []


FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize(
    ("step", "error"),
    [
        ("pipeline.publish.tempfile.mkdtemp", FULL),
        ("pipeline.publish.write_list", FULL),
        ("pipeline.publish.write_parquet", OSError(errno.EDQUOT, os.strerror(errno.EDQUOT))),
        ("pipeline.database.create", duckdb.IOException("IO Error: could not write: No space left on device")),
        ("pipeline.database.fill", duckdb.OutOfMemoryException("set by the max_temp_directory_size")),
        ("pipeline.builder._write_json", OSError(errno.EFBIG, os.strerror(errno.EFBIG))),
        ("pipeline.publish.os.fsync", FULL),
    ],
)
def test_a_disk_that_runs_full_at_any_step_is_one_clear_line_and_nothing_is_lost(
    target: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], step: str, error: Exception
) -> None:
    before = identity(target)
    monkeypatch.setattr(step, raising(error))
    assert main(["build", "--raw", str(ROOT / "raw"), "--out", str(target)]) == 2
    (told,) = capsys.readouterr().err.splitlines()
    assert told.startswith(f"minsheng: no room in {target.parent}: ")
    assert "needs about" in told
    assert identity(target) == before
    assert left_overs(target.parent) == []


def test_a_fault_of_the_disk_is_told_in_its_words(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.publish.os.fsync", raising(OSError(errno.EIO, "any")))
    with pytest.raises(TargetError, match="cannot be written: Input/output error"):
        pipeline.build(ROOT / "raw", target)


def test_a_target_that_cannot_be_moved_is_told(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publish, "_exchange", lambda *_: False)
    monkeypatch.setattr(Path, "rename", raising(OSError(errno.EBUSY, "busy", str(target))))
    with pytest.raises(TargetError, match="cannot be written: busy"):
        pipeline.build(ROOT / "raw", target)


@pytest.mark.parametrize("error", [OSError(errno.ENOENT, "gone", "elsewhere"), duckdb.BinderException("our mistake")])
def test_what_is_not_the_disk_s_fault_is_not_blamed_on_it(tmp_path: Path, error: Exception) -> None:
    with pytest.raises(type(error)), publish.building(tmp_path / "curated"):
        raise error


def test_a_file_that_outgrows_its_limit_in_a_library_s_hands_is_told_without_traceback(target: Path) -> None:
    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))

    done = subprocess.run([*BUILD, str(target)], capture_output=True, text=True, preexec_fn=limited)
    assert done.returncode == 2
    assert "file too large" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_a_build_and_leaves_nothing_behind(tmp_path: Path, number: signal.Signals) -> None:
    process = subprocess.Popen([*BUILD, str(tmp_path / "curated")], stderr=subprocess.PIPE, text=True)
    while process.poll() is None and not left_overs(tmp_path):
        time.sleep(0.001)
    process.send_signal(number)
    _, told = process.communicate()
    assert process.returncode == 128 + number
    assert told == "minsheng: stopped\n"
    assert left_overs(tmp_path) == []
    assert not (tmp_path / "curated").exists()
