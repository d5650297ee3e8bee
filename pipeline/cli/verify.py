"""Tell whether a dataset is whole: every file as its manifest declares it, the database as the Parquet says.

Looked at are bytes, SHA-256, rows and types of every file, files that nobody declared, and, where there is a database,
its rows against those of the Parquet files. raw/ is not needed. Exit 1 where anything is wrong.

Example: minsheng verify curated
"""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline import paths
from pipeline.cli import output

if TYPE_CHECKING:
    from pipeline.verify import Fault


def command(
    folder: Annotated[str | None, typer.Argument(help="Folder or URL of the dataset; else the one here.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print faults and notes as JSON.")] = False,
) -> None:
    from pipeline import database, places, verify

    place = folder or str(paths.curated())
    try:
        with places.dataset(place if places.is_url(place) else Path(place)) as home:
            faults, files = verify.verify(home), verify.named(home)
            is_there = (home / database.FILE).exists()
    except (FileNotFoundError, places.PlaceError) as error:
        raise output.misuse(str(error)) from error
    notes = [] if is_there else [f"no {database.FILE}: `minsheng build` makes it"]
    if as_json:
        print(output.as_json({"folder": place, "faults": [asdict(f) for f in faults], "notes": notes}))
    else:
        _print(place, files, faults, notes)
    raise typer.Exit(1 if faults else 0)


def _print(place: str, files: int, faults: "list[Fault]", notes: list[str]) -> None:
    from pipeline.findings import visible

    for fault in faults:
        print(f"error: {visible(fault.file)}", file=sys.stderr)
        print(f"  {visible(fault.seen)}, expected {visible(fault.expected)}", file=sys.stderr)
        print(f"  → {fault.hint}", file=sys.stderr)
    for note in notes:
        output.say(f"note: {note}")
    if faults:
        print(output.plural(len(faults), "fault"), file=sys.stderr)
    else:
        output.say(f"{place} is whole: {files} files as declared{'' if notes else ', database too'}")
