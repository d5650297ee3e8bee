"""Check raw/ by every rule a build applies, and write nothing.

Example: minsheng check --raw raw --json
"""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli import output


def command(
    raw: Annotated[Path, typer.Option(help="Folder with what people keyed.")] = Path("raw"),
    as_json: Annotated[bool, typer.Option("--json", help="Print all findings as JSON.")] = False,
) -> None:
    from pipeline.builder import check
    from pipeline.findings import errors

    if not raw.is_dir():
        raise output.misuse(f"there is no folder {raw}")
    findings = check(raw)
    output.show_findings(findings, as_json)
    raise typer.Exit(1 if errors(findings) else 0)
