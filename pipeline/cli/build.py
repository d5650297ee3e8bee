"""Build the dataset: read and check raw/, write Parquet, database and manifest, and swap them in when all is whole.

Example: minsheng build --raw raw --out curated
"""

from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli import output, progress

if TYPE_CHECKING:
    from pipeline.builder import Manifest


def command(
    raw: Annotated[str, typer.Option(help="Folder or URL with what people keyed.")] = "raw",
    out: Annotated[
        str, typer.Option(help="Folder or URL to write; its old content stays until the new is whole.")
    ] = "curated",
    engine: Annotated[str, typer.Option(help="Where sheets are read and validated: local, or dask.")] = "local",
    scheduler: Annotated[
        str | None, typer.Option(help="Dask scheduler, tcp://HOST:PORT; without one, processes of this machine.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary, or all findings, as JSON.")] = False,
) -> None:
    from pipeline.builder import ENGINES, build
    from pipeline.engines.cluster import EngineError
    from pipeline.findings import InvalidData
    from pipeline.places import PlaceError, is_url
    from pipeline.publish import TargetError

    if not is_url(raw) and not Path(raw).is_dir():
        raise output.misuse(f"there is no folder {raw}")
    if engine not in ENGINES:
        raise output.misuse(f"engine {engine!r} is not known, expected {' or '.join(map(repr, ENGINES))}")
    if scheduler and engine != "dask":
        raise output.misuse("--scheduler is for --engine dask")
    try:
        with progress.shown() as told:
            manifest = build(raw, out, engine, told, scheduler)
    except InvalidData as error:
        output.show_findings(error.findings, as_json)
        raise typer.Exit(1) from error
    except (TargetError, EngineError, PlaceError) as error:
        raise output.misuse(str(error)) from error
    if as_json:
        findings = [f.as_dict() for f in manifest.findings]
        print(output.as_json(asdict(replace(manifest, findings=())) | {"findings": findings}))
        return
    if manifest.findings:
        output.print_findings(manifest.findings)
    _print_summary(manifest)


def _print_summary(manifest: "Manifest") -> None:
    from rich.console import Console
    from rich.table import Table

    from pipeline.findings import visible

    table = Table("theme", "indicators", "figures", "actions", box=None, header_style="bold")
    for column in table.columns[1:]:
        column.justify = "right"
    for theme, *counts in manifest.themes:
        table.add_row(theme, *(f"{c:,}" for c in counts))
    console = Console(highlight=False, markup=False)
    console.print(table)
    rows, sources = manifest.rows["observations"], manifest.rows["sources"]
    console.print(
        f"{rows:,} figures from {sources:,} source{'' if sources == 1 else 's'}, {output.counted(manifest.findings)}; "
        f"{len(manifest.files) + 2} files in {visible(manifest.path)}, {manifest.seconds:.2f} s"
    )
