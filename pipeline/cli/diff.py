"""Tell what differs between two datasets: figures, code lists and other tables, columns; exit 1 where anything does.

OLD and NEW are each a curated folder, a raw folder (which is built aside; one with errors is told and exits 1), a git
revision of the repository here (its committed curated/, else its raw/), or packaged: the data that comes with the
package. Of a raw folder the cell that differs is named, as file:line:column. A folder and a revision of one name are
told apart as ./NAME and git:NAME. Equal are datasets of the same columns and rows, whatever their version, their files'
bytes and the order of their rows. A schema change is breaking where a table, column or code in use is gone, or a column
has another type or place or may newly be empty.

Example: minsheng diff curated raw
"""

import math
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.cli import output

if TYPE_CHECKING:
    from rich.console import Console

    from pipeline.diff import Difference
    from pipeline.diff.columns import SchemaChange
    from pipeline.diff.rows import Change, TableDifference
    from pipeline.diff.sides import Side

_MEASURES = ("obs_value", "lower", "upper", "unit_id")
_ABOUT = {"observations": ("indicator_id", "ref_area", "time_period", "as_printed")}
"""What tells a row apart for a person, beside its key; of other tables its names and titles."""
_NAMES = ("name_en", "name_zh", "title_en", "title_zh", "as_printed", "reason")
_SIGNS = {"changed": "~", "added": "+", "removed": "-"}
_PLAIN = " ,-()/;+%="
"""Signs that mark up nothing within a table cell."""
Line = tuple[str, str, str]
"""What differs, as it was, as it is."""


def command(
    old: Annotated[str, typer.Argument(help="Folder, git revision or packaged.", show_default=False)],
    new: Annotated[str, typer.Argument(help="What to compare with it.", show_default=False)],
    as_json: Annotated[bool, typer.Option("--json", help="Print all that differs as JSON, whatever --limit.")] = False,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="Print Markdown for a pull request.")] = False,
    limit: Annotated[int, typer.Option(help="Rows to show of each kind and table.", min=0)] = 50,
) -> None:
    import duckdb

    from pipeline import diff
    from pipeline.diff.sides import BadRaw, NoSide
    from pipeline.findings import visible

    if as_json and as_markdown:
        raise output.misuse("choose one of --json and --markdown")
    show = _print_json if as_json else _print_markdown if as_markdown else _print_table
    try:
        with diff.opened(old, new) as found:
            show(found, limit)
            raise typer.Exit(0 if found.equal else 1)
    except BadRaw as error:
        if as_json:
            print(output.as_json({"invalid": error.name, "findings": [f.as_dict() for f in error.findings]}))
        raise _failed(f"{error}; minsheng check tells them all") from error
    except NoSide as error:
        raise output.misuse(str(error)) from error
    except (duckdb.Error, OSError) as error:
        raise output.misuse(f"the files cannot be compared: {visible(error, limit=1000)}") from error


def _failed(message: str) -> typer.Exit:
    output.misuse(message)
    return typer.Exit(1)


def _cell(value: Any) -> str:
    """A value on one line, nothing in it that a terminal obeys; every digit of a number."""
    from pipeline.findings import visible

    if value is None:
        return "none"
    return f"{value:,}".removesuffix(".0") if isinstance(value, float) else visible(value, limit=1000)


def _heading(change: "Change", table: "TableDifference") -> str:
    key = ", ".join(_cell(change.row[k]) for k in table.key if change.row.get(k) is not None)
    known = [n for n in _ABOUT.get(table.name, _NAMES) if change.row.get(n) is not None and n not in table.key]
    told = "; ".join(_cell(change.row[n]) for n in known)
    return f"{key}: {told}" if told else key


def _lines(change: "Change", table: "TableDifference") -> Iterator[Line]:
    """A changed row's columns; of a figure value, bounds and unit in any case. One line where a row came or went."""
    is_figure = table.name == "observations"
    if change.old and change.new:
        old, new = change.old, change.new
        if is_figure:
            yield "value", _value(old), _value(new)
            yield "bounds", _bounds(old), _bounds(new)
        for column in (c for c in change.columns if not is_figure or c not in _MEASURES):
            yield column, _cell(old[column]), _cell(new[column])
    elif is_figure:
        words = f"{_value(change.row)}, bounds {_bounds(change.row)}"
        yield "value", words if change.old else "", words if change.new else ""


def _value(row: dict[str, Any]) -> str:
    return f"{_cell(row.get('obs_value'))} {_cell(row.get('unit_id'))}"


def _bounds(row: dict[str, Any]) -> str:
    return f"{_cell(row.get('lower'))} … {_cell(row.get('upper'))}"


def _verdict(found: "Difference") -> str:
    if found.equal:
        words = "equal: the same columns and rows in every table"
        return words + (f"; other bytes in {', '.join(map(_cell, found.same_rows))}" if found.same_rows else "")
    figures = found.tables.get("observations")
    counts = ", ".join(f"{n:,} {kind}" for kind, n in figures.counts.items()) if figures else "none differ"
    others = len(found.tables) - (figures is not None)
    schema = f"{len(found.schema):,}, {sum(change.breaking for change in found.schema):,} breaking"
    return f"different: figures: {counts}; other tables: {others}; schema changes: {schema}"


def _side(side: "Side") -> str:
    return f"{_cell(side.name)} (version {_cell(side.version) or 'unknown'}{', built from raw' if side.raw else ''})"


def _print_table(found: "Difference", limit: int) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, markup=False)
    console.print(f"old: {_side(found.old)}\nnew: {_side(found.new)}")
    for schema in found.schema[:limit]:
        console.print(Text(_schema(schema), overflow="fold"))
    _print_more(console, len(found.schema) - limit, "schema changes")
    for table in found.tables.values():
        console.print(f"\n{_counted(table)}", style="bold")
        for kind, sign in _SIGNS.items():
            for change in table.rows(kind, limit):
                _print_lines(console, f"{sign} {_heading(change, table)}", list(_lines(change, table)))
                for cell in change.cells:
                    console.print(Text(f"    raw, {cell.side}: {_cell(str(cell))}", overflow="fold"))
            _print_more(console, table.counts[kind] - limit, kind)
    console.print(("" if found.equal else "\n") + _verdict(found))


def _print_more(console: "Console", more: int, what: str) -> None:
    if more > 0:
        console.print(f"… and {more:,} more {what}: --json has them all")


def _schema(change: "SchemaChange") -> str:
    """A schema change in one line."""
    name = ".".join(filter(None, (_cell(change.table), _cell(change.column))))
    both = " → ".join(filter(None, (_cell(change.old), _cell(change.new))))
    return f"{'BREAKING' if change.breaking else 'schema'}: {name} {change.change}: {both}"


def _counted(table: "TableDifference") -> str:
    old, new = table.sizes
    counts = table.why_not and f"rows not compared: {_cell(table.why_not)}"
    counts = counts or ", ".join(f"{count:,} {kind}" for kind, count in table.counts.items())
    return f"{_cell(table.name)}: {counts} ({old:,} → {new:,} rows)"


def _print_lines(console: "Console", heading: str, lines: list[Line]) -> None:
    """A heading, and below it old and new side by side; nothing is cut, long values are folded."""
    from rich.table import Table
    from rich.text import Text

    console.print(Text(heading, overflow="fold"))
    grid = Table.grid(padding=(0, 1), expand=True)
    grid.add_column(width=18, overflow="fold")
    for _ in ("old", "new"):
        grid.add_column(ratio=1, overflow="fold")
    for name, old, new in lines:
        grid.add_row(Text(f"    {_cell(name)}"), Text(old), Text(f"→ {new}" if new else ""))
    if lines:
        console.print(grid)


def _print_json(found: "Difference", _: int) -> None:
    """One object, written row by row: a dataset's worth of differences is never in memory."""
    about = {side: {"name": s.name, "version": s.version, "built_from_raw": s.raw is not None}
             for side, s in (("old", found.old), ("new", found.new))}  # fmt: skip
    head: dict[str, Any] = {"equal": found.equal, "breaking": found.breaking, **about}
    head |= {"schema": [asdict(change) for change in found.schema], "same_rows": found.same_rows}
    print("{" + output.as_json(head)[1:-2] + ',\n "tables": {')
    for place, table in enumerate(found.tables.values()):
        print(
            ("," if place else "") + f"{output.as_json(table.name)}: {{" + output.as_json(_facts(table)).strip("{}\n")
        )
        for kind in _SIGNS:
            print(f', "{kind}": [')
            for number, change in enumerate(table.rows(kind)):
                print(("," if number else "") + output.as_json(_record(change, table)))
            print("]")
        print("}")
    print("}}")


def _facts(table: "TableDifference") -> dict[str, Any]:
    sizes = dict(zip(("old", "new"), table.sizes, strict=True))
    return {"key": table.key, "rows": sizes, "counts": table.counts, "not_compared": table.why_not or None}


def _record(change: "Change", table: "TableDifference") -> dict[str, Any]:
    """A row that came or went as a whole; of one that changed its key, its differing columns, a figure's measures."""
    result: dict[str, Any] = {"key": {k: _plain(change.row.get(k)) for k in table.key}}
    if change.old and change.new:
        shown = [*(_MEASURES if table.name == "observations" else ()), *change.columns]
        both = {c: {"old": _plain(change.old.get(c)), "new": _plain(change.new.get(c))} for c in dict.fromkeys(shown)}
        result |= {"changed": change.columns, "values": both}
    else:
        result["row"] = {name: _plain(value) for name, value in change.row.items()}
    return result | {"raw_cells": [asdict(cell) for cell in change.cells]}


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _print_markdown(found: "Difference", limit: int) -> None:
    print(f"### Data: {_code(_side(found.old))} → {_code(_side(found.new))}\n\n{_verdict_markdown(found)}")
    if found.schema:
        _print_details(
            f"schema changes: {len(found.schema):,}",
            ["breaking", "where", "change", "old", "new"],
            [["**yes**" if c.breaking else "no", _code(f"{c.table}.{c.column}".rstrip(".")), c.change, _code(c.old),
              _code(c.new)] for c in found.schema[:limit]],
            len(found.schema) - limit,
        )  # fmt: skip
    for table in found.tables.values():
        for kind in (k for k, count in table.counts.items() if count):
            rows = [_row_markdown(change, table) for change in table.rows(kind, limit)]
            title = f"{_code(table.name)}: {table.counts[kind]:,} {kind}"
            _print_details(title, ["row", "old", "new", "raw cells"], rows, table.counts[kind] - limit)
        if table.why_not:
            print(f"\n{_code(_counted(table))}")


def _verdict_markdown(found: "Difference") -> str:
    text = _verdict(found)
    head, _, rest = text.partition(": ")
    return f"**{head}**: {_code(rest)}"


def _row_markdown(change: "Change", table: "TableDifference") -> list[str]:
    lines = list(_lines(change, table))
    olds, news = (
        [f"{_code(name)} {_code(line)}" for name, *both in lines for line in [both[i]] if line] for i in (0, 1)
    )
    cells = [f"{cell.side}: {_code(str(cell))}" for cell in change.cells]
    return [_code(_heading(change, table)), *("<br>".join(told) for told in (olds, news, cells))]


def _print_details(title: str, header: list[str], rows: list[list[str]], more: int) -> None:
    """A table that a reader unfolds; a blank line lets Markdown begin again inside."""
    print(f"\n<details><summary>{title}</summary>\n")
    print(f"| {' | '.join(header)} |\n|{'---|' * len(header)}")
    for row in rows:
        print(f"| {' | '.join(row)} |")
    if more > 0:
        print(f"\n… and {more:,} more")
    print("\n</details>")


def _code(text: str) -> str:
    """Text of the data as code, and what could mark up as an entity: no table cell, no link, no mention."""
    safe = "".join(c if c.isalnum() or c in _PLAIN or ord(c) > 127 else f"&#{ord(c)};" for c in _cell(text))
    return f"<code>{safe}</code>" if safe else ""
