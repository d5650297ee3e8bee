"""Write the explorer: one page that shows the dataset, its figures, their intervals and their evidence.

One HTML file that opens in any browser, from a folder or an e-mail, and asks for nothing from a network. Files to
download are part of it; where they are large they lie beside it in a folder named after the page.

Example: minsheng explore --out minsheng.html
"""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli import output


def command(
    out: Annotated[Path, typer.Option(help="File to write; an earlier page is replaced.")] = Path("minsheng.html"),
    open_it: Annotated[bool, typer.Option("--open", help="Open the page in a browser.")] = False,
    data: Annotated[Path | None, typer.Option(help="Folder of the dataset; else the one here.")] = None,
) -> None:
    import duckdb

    from pipeline import access, pages
    from pipeline.explorer import page

    try:
        page.write(access.dataset(data), out)
    except (pages.NotWritten, FileNotFoundError) as error:
        raise output.misuse(str(error)) from error
    except duckdb.Error as error:
        raise output.misuse(f"the dataset cannot be shown: {str(error).splitlines()[0]}") from error
    output.say(f"{out}: {out.stat().st_size / 1e6:.1f} MB")
    if open_it:
        typer.launch(str(out.resolve()))
