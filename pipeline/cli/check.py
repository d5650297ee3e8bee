"""Check raw/ by every rule a build applies, and write nothing.

Example: minsheng check --raw raw --json
"""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli import output, progress


def command(
    raw: Annotated[Path, typer.Option(help="Folder with what people keyed.")] = Path("raw"),
    as_json: Annotated[bool, typer.Option("--json", help="Print all findings as JSON.")] = False,
) -> None:
    from pipeline.builder import examined
    from pipeline.findings import any_errors

    if not raw.is_dir():
        raise output.misuse(f"there is no folder {raw}")
    with progress.shown() as told:
        findings = examined(raw, told=told)
    output.show_findings(findings, as_json)
    raise typer.Exit(1 if any_errors(findings) else 0)
