"""Places that are URLs: raw data and datasets in an object store, or wherever else fsspec reaches.

A store cannot exchange folders. A build there puts its files into a folder that no earlier build has, and then the
manifest, which names them, by one put. What the manifest before it named stays for those who read it, until the next
build takes it away.
"""

import contextlib
import datetime
import json
import tempfile
import uuid
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path, PurePosixPath
from typing import Any

from pipeline import database, paths
from pipeline.disk import TargetError
from pipeline.paths import MANIFEST, NAME

Place = str | Path

_BUILD = "build-"
_BEGUN = "%Y%m%dT%H%M%SZ"
_LEFT = datetime.timedelta(days=1)
"""Age at which a build that no manifest knows was certainly killed."""


class PlaceError(Exception):
    """A URL cannot be used: fsspec or what its protocol needs is not installed, or the store refuses."""


def is_url(place: Place) -> bool:
    """True for what fsspec must reach; a Path never is."""
    return isinstance(place, str) and "://" in place


def system(url: str) -> tuple[Any, str]:
    """The file system of a URL, and the path in it. Raises PlaceError."""
    try:
        core: Any = import_module("fsspec.core")
    except ImportError as error:
        raise PlaceError(f"{url} is a URL, which needs fsspec: pip install 'minsheng[cluster]'") from error
    try:
        found, path = core.url_to_fs(url)
    except (ImportError, ValueError) as error:
        raise PlaceError(f"{url} cannot be reached: {error}") from error
    found.invalidate_cache()  # others write there too
    return found, path.rstrip("/")


@contextlib.contextmanager
def telling(url: str) -> Iterator[None]:
    """Whatever a store's library raises becomes a PlaceError that names the URL."""
    try:
        yield
    except (PlaceError, TargetError):
        raise
    except Exception as error:  # each store has errors of its own
        raise PlaceError(f"{url} cannot be read or written: {type(error).__name__}: {error}") from error


def fetch(url: str, into: Path) -> Path:
    """A file of a URL as one of this machine. Raises FileNotFoundError, PlaceError."""
    files, path = system(url)
    into.parent.mkdir(parents=True, exist_ok=True)
    try:
        with telling(url):
            files.get_file(path, str(into))
    except PlaceError as error:
        into.unlink(missing_ok=True)
        if isinstance(error.__cause__, FileNotFoundError):
            raise FileNotFoundError(f"{url} is not there") from error
        raise
    return into


@contextlib.contextmanager
def written(place: Place, scratch: Path) -> Iterator[Path]:
    """A file to write for a place: itself, or one in a scratch folder that is put at the URL when it is whole."""
    if not is_url(place):
        yield Path(place)
        return
    aside = scratch / PurePosixPath(str(place)).name
    yield aside
    _put(aside, str(place))
    aside.unlink()


def _put(file: Path, url: str) -> None:
    files, path = system(url)
    with telling(url):
        files.makedirs(path.rpartition("/")[0], exist_ok=True)  # a store has no folders, and does nothing
        files.put_file(str(file), path)


@contextlib.contextmanager
def raw(place: Place) -> Iterator[Path]:
    """A raw folder on this machine; one of a URL is fetched for as long as it is needed. Raises PlaceError."""
    if not is_url(place):
        yield Path(place)
        return
    with tempfile.TemporaryDirectory(prefix="minsheng-") as folder:
        files, path = system(str(place))
        with telling(str(place)):
            if not files.isdir(path):
                raise PlaceError(f"there is no folder {place}")
            for name in files.find(path):
                into = _inside(Path(folder, "raw"), name.removeprefix(path).lstrip("/"))
                into.parent.mkdir(parents=True, exist_ok=True)
                files.get_file(name, str(into))
        yield Path(folder, "raw")


def _inside(folder: Path, name: str) -> Path:
    if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
        raise PlaceError(f"{name} leads out of the folder")
    return folder / name


@contextlib.contextmanager
def target(place: Place) -> Iterator[tuple[Path, str]]:
    """A folder to build into, and the URL under which workers leave what they made, or nothing.

    A URL's folder is one of this machine; what is in it in the end is published. Raises PlaceError, TargetError.
    """
    if not is_url(place):
        yield Path(place), ""
        return
    url = str(place).rstrip("/")
    before = _manifest(url)
    build = f"{_BUILD}{datetime.datetime.now(datetime.UTC):{_BEGUN}}-{uuid.uuid4().hex[:8]}"
    with tempfile.TemporaryDirectory(prefix="minsheng-") as folder:
        try:
            yield Path(folder, "curated"), f"{url}/{build}/work"
        finally:
            with contextlib.suppress(PlaceError):
                _remove(f"{url}/{build}/work")
        _publish(Path(folder, "curated"), url, build, str(before.get("build", "")))
    _sweep(url, build, before)


def _publish(folder: Path, url: str, build: str, before: str) -> None:
    """Put every file, and the manifest last of all."""
    for file in sorted(path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST):
        _put(file, f"{url}/{build}/{file.relative_to(folder).as_posix()}")
    package = paths.manifest(folder)
    for resource in package["resources"]:
        resource["path"] = f"{build}/{resource['path']}"
    package |= {"build": build, "replaced": before}
    (folder / MANIFEST).write_text(json.dumps(package, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    _put(folder / MANIFEST, f"{url}/{MANIFEST}")


def _manifest(url: str) -> dict[str, Any]:
    """The manifest of a URL; empty where there is none. Raises TargetError where it is not one of ours."""
    with tempfile.TemporaryDirectory(prefix="minsheng-") as folder:
        try:
            fetch(f"{url}/{MANIFEST}", Path(folder, MANIFEST))
        except FileNotFoundError:
            return {}
        try:
            return paths.manifest(Path(folder))
        except FileNotFoundError as error:
            raise TargetError(f"{url} holds a {MANIFEST} that no build made: move it, or name another URL") from error


def _sweep(url: str, build: str, before: dict[str, Any]) -> None:
    """Take away what the build before the last had, and what killed builds left a day ago or earlier."""
    files, path = system(url)
    limit = f"{_BUILD}{datetime.datetime.now(datetime.UTC) - _LEFT:{_BEGUN}}"
    with telling(url):
        there = {name.rstrip("/").rpartition("/")[2] for name in files.ls(path, detail=False)}
    for name in there - {build, before.get("build")}:
        if name.startswith(_BUILD) and (name == before.get("replaced") or name < limit):
            _remove(f"{url}/{name}")


def _remove(url: str) -> None:
    files, path = system(url)
    with telling(url):
        if files.exists(path):
            files.rm(path, recursive=True)


@contextlib.contextmanager
def dataset(place: Place, table: str = "") -> Iterator[Path]:
    """A dataset's folder on this machine; of a URL, what its manifest names, or no more than one table of it.

    Raises FileNotFoundError where there is no manifest, PlaceError. A file that is not there is left out.
    """
    if not is_url(place):
        yield Path(place)
        return
    url = str(place).rstrip("/")
    with tempfile.TemporaryDirectory(prefix="minsheng-") as folder:
        home = Path(folder, NAME)
        fetch(f"{url}/{MANIFEST}", home / MANIFEST)
        package = paths.manifest(home)
        build = f"{package['build']}/" if package.get("build") else ""
        for resource in package["resources"]:
            resource["path"] = str(resource["path"]).removeprefix(build)
        (home / MANIFEST).write_text(json.dumps(package, ensure_ascii=False), encoding="utf-8")
        named = [resource["path"] for resource in package["resources"]] + [database.FILE]
        for name in (name for name in named if table in ("", paths.table_of(name))):
            with contextlib.suppress(FileNotFoundError):
                fetch(f"{url}/{build}{name}", _inside(home, name))
        yield home
