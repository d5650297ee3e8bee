"""Compare figures with the bulletins' texts, both ways, and write a receipt for each figure of a clean source.

Every figure's characters, paragraph and reading are compared with the text, and every numeral of the text must be
recorded, passed over or a time. Texts are <source_id>.txt in $MINSHENG_DOCUMENTS, else in raw/documents/.

Example: minsheng audit jiangsu-2022-s1
"""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli import output

if TYPE_CHECKING:
    from pipeline.desk import Audit


def command(
    sources: Annotated[list[str] | None, typer.Argument(help="Sources to audit; else all whose text is there.")] = None,
    raw: Annotated[Path, typer.Option(help="Folder with what people keyed.")] = Path("raw"),
    as_json: Annotated[bool, typer.Option("--json", help="Print counts, receipts and findings as JSON.")] = False,
) -> None:
    from pipeline import desk
    from pipeline.findings import errors

    if not raw.is_dir():
        raise output.misuse(f"there is no folder {raw}")
    try:
        result = desk.audit(raw, sources)
    except desk.NoText as error:
        raise output.misuse(str(error)) from error
    if as_json:
        print(output.as_json(asdict(result)))
    else:
        output.print_findings(result.findings)
        _print_summary(result)
    raise typer.Exit(1 if errors(result.findings) else 0)


def _print_summary(result: "Audit") -> None:
    for source_id, counts in result.counts.items():
        states = ", ".join(f"{count:,} {state.replace('_', ' ')}" for state, count in counts.items())
        written = result.receipts.get(source_id)
        receipts = "no receipts" if written is None else f"{written:,} receipts in receipts/{source_id}.csv"
        output.say(f"{source_id}: {sum(counts.values()):,} numerals: {states}; {receipts}")
    if result.without_text:
        print(f"without text: {len(result.without_text):,} (minsheng audit SOURCE says where it is looked for)")
