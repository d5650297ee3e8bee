"""Write a page for proof-reading: the bulletin with every numeral marked by its state, beside its records.

One HTML file that opens in any browser and loads nothing. It holds the bulletin's text, which is somebody's copyright:
keep it to yourself, and commit or publish it nowhere.

Example: minsheng proof jiangsu-2022-s1
"""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli import output


def command(
    source: Annotated[str, typer.Argument(help="Source to proof-read; its text must be there.", show_default=False)],
    raw: Annotated[Path, typer.Option(help="Folder with what people keyed.")] = Path("raw"),
    out: Annotated[Path | None, typer.Option(help="File to write; else SOURCE.proof.html here.")] = None,
) -> None:
    from pipeline import desk, pages, stage
    from pipeline.evidence import proof
    from pipeline.evidence.audit import STATES
    from pipeline.findings import errors

    if not raw.is_dir():
        raise output.misuse(f"there is no folder {raw}")
    target = out or Path(Path(f"{source}.proof.html").name)
    with stage.opened(raw) as staged:
        if staged.codes is None:
            output.print_findings(staged.findings)
            raise typer.Exit(1)
        try:
            account = desk.account_of(staged, source, raw)
            proof.write(proof.render(account, staged.codes), target)
        except (desk.NoText, pages.NotWritten) as error:
            raise output.misuse(str(error)) from error
    counts = ", ".join(f"{account.count(s):,} {s.replace('_', ' ')}" for s in STATES)
    output.say(f"{target}: {len(account.numerals):,} numerals: {counts}")
    if wrong := errors(staged.findings):
        print(f"the raw folder has errors ({len(wrong):,}): minsheng check tells them all")
