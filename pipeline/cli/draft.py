"""Draft the sheets of a new bulletin from its text, for a person to complete.

Every numeral is found and read: figures with their place, print and parts, the others passed over with a reason.
Indicator, area and period are guesses: they begin with ?, and a build refuses them until somebody has confirmed each
by taking the ? away. Nothing that is there is overwritten.

Example: minsheng draft raw/documents/example-2022-s1.txt --area 320000 --period 2022-S1
"""

import re
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli import output


def command(
    text: Annotated[Path, typer.Argument(help="The bulletin's text, UTF-8; its name is the source's id.")],
    raw: Annotated[Path, typer.Option(help="Folder with what people keyed.")] = Path("raw"),
    source: Annotated[str | None, typer.Option(help="Id of the source; else the name of the text.")] = None,
    area: Annotated[str, typer.Option(help="Code of the area it reports on; else guessed.")] = "",
    period: Annotated[str, typer.Option(help="Period it reports on, such as 2022-S1; else guessed.")] = "",
) -> None:
    from pipeline import desk, periods, schemas
    from pipeline.evidence.draft import DraftError

    source_id = text.stem if source is None else source
    if not re.fullmatch(schemas.SOURCE_ID.strip("^$"), source_id):
        raise output.misuse(
            f"{source_id!r} is no id for a source: small letters, digits and single hyphens; see --source"
        )
    if period and not re.fullmatch(periods.PATTERN.strip("^$"), period):
        raise output.misuse(f"{period!r} is no period: 2022, 2022-S1, 2022-Q2, 2022-06 or 2022-06-30")
    try:
        result, files = desk.draft(text, source_id, raw, area, period)
    except (desk.NoText, DraftError) as error:
        raise output.misuse(str(error)) from error
    print(f"{len(result.figures):,} figures, {result.guessed:,} with a guess at their indicator; "
          f"{len(result.passed_over):,} numerals passed over")  # fmt: skip
    for file in files:
        output.say(f"  {file}")
    output.say(f"Next: confirm or mend what begins with ?, put the text into {raw}/documents as {source_id}.txt,")
    print(f"then: minsheng audit {source_id}")
