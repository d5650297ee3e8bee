"""Answer one SELECT over the dataset: tables, views and macros; nothing can be changed.

Example: minsheng query "SELECT name_en, obs_value, lower, upper, unit FROM headline ORDER BY indicator_id"
"""

import html
import itertools
import math
import re
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.cli import output

if TYPE_CHECKING:
    from rich.console import Console

    from pipeline.query import Answer

_SHOWN = 200


def command(
    sql: Annotated[str, typer.Argument(help="One SELECT statement.", show_default=False)],
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, one object a row.")] = False,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="Print a Markdown table.")] = False,
    data: Annotated[Path | None, typer.Option(help="Folder of the dataset; else the one here.")] = None,
    timeout: Annotated[float, typer.Option(help="Seconds after which the query is stopped.", min=0.1)] = 60,
) -> None:
    from pipeline.query import QueryError, query

    if as_csv + as_json + as_markdown > 1:
        raise output.misuse("choose one of --csv, --json and --markdown")
    show = _print_csv if as_csv else _print_json if as_json else _print_markdown if as_markdown else _print_table
    try:
        show(query(sql, data, timeout))
    except (QueryError, FileNotFoundError) as error:
        raise output.misuse(str(error)) from error


def _print_csv(answer: "Answer") -> None:
    import csv
    import sys

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(answer.columns)
    writer.writerows(answer.rows)


def _print_json(answer: "Answer") -> None:
    names = _unlike(answer.columns)
    print(output.as_json([dict(zip(names, map(_plain, row), strict=True)) for row in answer.rows]))


def _unlike(columns: list[str]) -> list[str]:
    """Names of which none stands twice: the second `x` becomes `x_2`."""
    seen: dict[str, int] = {}
    result = []
    for name in columns:
        seen[name] = seen.get(name, 0) + 1
        result.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return result


def _plain(value: Any) -> Any:
    """A value as JSON has it, whatever it holds: no infinities, and decimals as numbers."""
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _print_markdown(answer: "Answer") -> None:
    print(_markdown_row(map(_markdown, answer.columns)))
    print(_markdown_row("---" for _ in answer.columns))
    for row in answer.rows:
        print(_markdown_row(map(_markdown, row)))


def _markdown_row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _markdown(value: Any) -> str:
    """A value as text that marks up nothing."""
    return re.sub(r"([\\|`*~]|(?<=\])\()", r"\\\1", html.escape(_cell(value), quote=False))


def _print_table(answer: "Answer") -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    rows = list(itertools.islice(answer.rows, _SHOWN))
    table = Table(box=box.SIMPLE_HEAD)
    for place, name in enumerate(answer.columns):
        numeric = all(isinstance(row[place], int | float | None) for row in rows)
        table.add_column(Text(_cell(name)), justify="right" if numeric and rows else "left")
    for row in rows:
        table.add_row(*(Text(_cell(value)) for value in row))
    console = Console(highlight=False, markup=False)
    if not console.is_terminal:
        console.width = 10_000  # nobody's screen: nothing is folded
    if console.measure(table, options=console.options.update(max_width=10_000)).maximum <= console.width:
        console.print(table)
    else:
        _print_records(console, answer.columns, rows)
    more = sum(1 for _ in answer.rows)
    console.print(f"{len(rows) + more:,} row{'' if len(rows) + more == 1 else 's'}" + _note(more))


def _print_records(console: "Console", columns: list[str], rows: list[tuple[Any, ...]]) -> None:
    """Rows one below the other, for answers wider than the screen."""
    width = max(map(len, columns))
    for number, row in enumerate(rows, 1):
        console.print(f"─ {number} " + "─" * (width - len(str(number))))
        for name, value in zip(columns, row, strict=True):
            console.print(f"{_cell(name):{width}}  {_cell(value)}")
    console.print()


def _note(more: int) -> str:
    return f", the last {more:,} not shown: --csv has them all" if more else ""


def _cell(value: Any) -> str:
    """A value as text, without what a terminal would obey; empty for NULL."""
    from pipeline.findings import visible

    if isinstance(value, float):
        return f"{value:,}".removesuffix(".0")  # every digit: a rounded bound would no longer hold
    return "" if value is None else visible(value, limit=2000)
