"""Draw an indicator's series with its intervals into a PNG or SVG file, as the explorer shows it.

Of several series the longest is drawn; --area chooses one. The text of an SVG stays text: who looks at it needs a font
that has its characters.

Example: minsheng plot dibao_persons --area 320000 -o dibao.svg
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli import output


class Language(StrEnum):
    """What a figure may be written in."""

    EN = "en"
    ZH = "zh"


def command(
    indicator: Annotated[str, typer.Argument(help="Indicator to draw, such as dibao_persons.", show_default=False)],
    out: Annotated[Path, typer.Option("--out", "-o", help="File to write: .png or .svg.", show_default=False)],
    area: Annotated[str | None, typer.Option(help="Code of the area, such as 320000.")] = None,
    language: Annotated[Language, typer.Option(help="Language of the words and numbers.")] = Language.EN,
    data: Annotated[Path | None, typer.Option(help="Folder of the dataset; else the one here.")] = None,
) -> None:
    import duckdb

    from pipeline import pages
    from pipeline.explorer import figure

    try:
        drawn = figure.draw(indicator, out, area=area, language=language, folder=data)
    except (figure.NotDrawn, pages.NotWritten, FileNotFoundError) as error:
        raise output.misuse(str(error)) from error
    except duckdb.Error as error:
        raise output.misuse(f"the dataset cannot be drawn: {str(error).splitlines()[0]}") from error
    output.say(f"{out}: {drawn['name_en']}, {drawn['area_en']}, {drawn['figures']} figures")
