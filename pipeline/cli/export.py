"""Write the dataset, or some of its tables, as CSV, JSON lines, an Excel workbook or SDMX-CSV.

csv and jsonl write a folder with a file for each table, or the one table of --table to one file; xlsx writes one
workbook with a sheet for each table and a first one that explains. Nothing that is there is replaced without --force.
For a spreadsheet take xlsx: of a CSV it would run text that begins with =, and turn codes into numbers.

Example: minsheng export xlsx --out minsheng.xlsx
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli import output


class Format(StrEnum):
    """What an export may be."""

    CSV = "csv"
    JSONL = "jsonl"
    XLSX = "xlsx"
    SDMX_CSV = "sdmx-csv"


def command(
    form: Annotated[Format, typer.Argument(metavar="FORMAT", help="csv, jsonl, xlsx or sdmx-csv.", show_default=False)],
    out: Annotated[Path | None, typer.Option(help="File or folder to write; else one named after the content.")] = None,
    table: Annotated[list[str] | None, typer.Option(help="Table to write, once for each; else all.")] = None,
    data: Annotated[Path | None, typer.Option(help="Folder of the dataset; else the one here.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file or folder that is there.")] = False,
) -> None:
    import duckdb

    from pipeline.export import NotExported, export

    try:
        made = export(form, out, table or (), data, force=force)
    except (NotExported, FileNotFoundError) as error:
        raise output.misuse(str(error)) from error
    except duckdb.Error as error:
        raise output.misuse(f"the dataset cannot be exported: {str(error).splitlines()[0]}") from error
    tables = f"{len(made.rows)} table{'' if len(made.rows) == 1 else 's'}, {sum(made.rows.values()):,} rows"
    output.say(f"{out or made.path.name}: {tables if made.rows else 'a copy of the observations'}")
