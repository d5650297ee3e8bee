"""What the names of OLD and NEW mean: a folder, a git revision or the packaged data, as a folder to read.

A raw folder is built aside, by every rule of a build. A revision's files are unpacked aside: the work tree, the index
and the branches of the repository stay as they are.
"""

import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pipeline import paths
from pipeline.findings import InvalidData, visible

PACKAGED, REVISION = "packaged", "git:"
MANIFEST, SOURCES = "datapackage.json", "sources.csv"
_MARKS = {"curated": MANIFEST, "raw": SOURCES}


@dataclass(frozen=True, slots=True)
class Side:
    """A curated folder to compare: the name it was asked for by, the raw folder it was built from, if any, its version.

    `keys`: the columns that name a row, by table, as its manifest says.
    """

    name: str
    folder: Path
    raw: Path | None
    version: str
    keys: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def tables(self) -> dict[str, list[Path]]:
        return paths.tables(self.folder)


class NoSide(Exception):
    """The name means nothing, or two things; the message says how to write it."""


class BadRaw(Exception):
    """A raw folder has errors, and so gives no dataset; `findings` holds all of them."""

    def __init__(self, name: str, invalid: InvalidData) -> None:
        self.name, self.findings = name, invalid.findings
        super().__init__(f"{visible(name)}: {invalid}")


def resolve(name: str, scratch: Path) -> Side:
    """The dataset of a name; writes only below `scratch`, an empty folder. Raises NoSide and BadRaw."""
    meanings = dict(_meanings(name))
    if not meanings:
        raise NoSide(f"{visible(name)!r} is no folder, and git knows no such revision here")
    if len(meanings) > 1:
        raise NoSide(f"{visible(name)!r} could be two things: write {' or '.join(map(visible, meanings))}")
    (meaning,) = meanings.values()
    return _dataset(name, meaning if isinstance(meaning, Path) else _unpacked(name, meaning, scratch), scratch)


def _meanings(name: str) -> Iterator[tuple[str, Path | str]]:
    """Everything a name may mean: how to write it without doubt, and the folder or the commit."""
    is_path = name.startswith(".") or Path(name).is_absolute()
    if name == PACKAGED:
        yield os.path.abspath(paths.shipped()), paths.shipped()
    if name and not name.startswith(REVISION) and Path(name).exists():
        yield name if is_path else f"./{name}", Path(name)
    if not is_path and (commit := _commit(name.removeprefix(REVISION))):
        yield REVISION + name.removeprefix(REVISION), commit


def _dataset(name: str, folder: Path, scratch: Path) -> Side:
    kinds = [kind for kind, mark in _MARKS.items() if (folder / mark).is_file()]
    if len(kinds) == 2:
        raise NoSide(f"{visible(folder)} could be two things: it holds {MANIFEST} and {SOURCES}")
    if not kinds:
        inner = [str(folder / kind) for kind, mark in _MARKS.items() if (folder / kind / mark).is_file()]
        hint = f": did you mean {visible(' or '.join(inner))}?" if inner else ""
        raise NoSide(f"no dataset in {visible(folder)}, neither {MANIFEST} nor {SOURCES}{hint}")
    return _curated(name, folder, None) if kinds == ["curated"] else _built(name, folder, scratch)


def _built(name: str, raw: Path, scratch: Path) -> Side:
    from pipeline.builder import build
    from pipeline.publish import TargetError

    try:
        build(raw, scratch / "built")
    except InvalidData as error:
        raise BadRaw(name, error) from error
    except TargetError as error:
        raise NoSide(f"{visible(raw)} cannot be built: {visible(error)}") from error
    return _curated(name, scratch / "built", raw)


def _curated(name: str, folder: Path, raw: Path | None) -> Side:
    try:
        package = paths.manifest(folder)
        keys = {paths.table_of(r["path"]): _key(r["schema"]) for r in package["resources"] if "schema" in r}
        return Side(name, folder, raw, str(package.get("version", "")), keys)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise NoSide(f"{visible(folder / MANIFEST)} cannot be read: {visible(error)}") from error


def _key(schema: dict[str, object]) -> tuple[str, ...]:
    """The columns that name a row: the primary key, else the first unique key (of which a column may be empty)."""
    unique = schema.get("uniqueKeys")
    named = schema.get("primaryKey") or (unique[0] if isinstance(unique, list) and unique else [])
    return (named,) if isinstance(named, str) else tuple(map(str, named if isinstance(named, list) else []))


def _git(*arguments: str) -> subprocess.CompletedProcess[str] | None:
    """Run git, which may be missing; it reads what is committed and nothing else."""
    program = shutil.which("git")
    if program is None:
        return None
    environment = os.environ | {"GIT_OPTIONAL_LOCKS": "0"}
    return subprocess.run(  # noqa: S603 the arguments are ours, or stand behind --end-of-options
        [program, *arguments], capture_output=True, check=False, encoding="utf-8", errors="replace", env=environment
    )


def _commit(revision: str) -> str:
    """The commit of a revision of the repository that we are in, or nothing."""
    if not revision or "\0" in revision:
        return ""
    result = _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    return result.stdout.strip() if result and not result.returncode else ""


def _unpacked(name: str, commit: str, scratch: Path) -> Path:
    """A revision's curated folder, else its raw folder, as files: of the folder we are in, else of the repository."""
    top = _git("rev-parse", "--show-toplevel")
    homes = dict.fromkeys([".", top.stdout.strip() if top else ""])
    for kind, mark in _MARKS.items():
        for home in filter(None, homes):
            if _holds(home, f"{commit}:./{kind}/{mark}"):
                return _extracted(home, commit, kind, scratch)
    raise NoSide(f"revision {visible(name)} has neither curated/{MANIFEST} nor raw/{SOURCES}")


def _holds(home: str, thing: str) -> bool:
    found = _git("-C", home, "cat-file", "-e", thing)
    return found is not None and not found.returncode


def _extracted(home: str, commit: str, kind: str, scratch: Path) -> Path:
    archive = scratch / "revision.tar"
    plain = ("-c", "core.autocrlf=false", "-c", "core.eol=lf")  # bytes as committed, whatever the machine prefers
    done = _git("-C", home, *plain, "archive", "--format=tar", f"--output={archive}", commit, kind)
    if done is None or done.returncode:
        raise NoSide(f"git cannot unpack {kind}/: {visible(done.stderr if done else 'it is gone')}")
    try:
        with tarfile.open(archive, "r:") as files:
            files.extractall(scratch / "revision", filter="data")  # nothing lands outside, and no link leads there
    except tarfile.TarError as error:
        raise NoSide(f"{kind}/ of the revision cannot be unpacked: {visible(error)}") from error
    archive.unlink()
    return scratch / "revision" / kind
