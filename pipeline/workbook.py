"""A workbook for people who open nothing else: a sheet that explains, then a sheet for each table.

What a workbook cannot hold unchanged is refused, never cut. Text is always text: no formula, no link.
"""

import sys
import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

Row = dict[str, Any]

MAX_ROWS = 1_048_576
"""Rows of a sheet, the header among them."""
MAX_TEXT = 32_767
"""UTF-16 units of a cell."""
FIRST_DAY = date(1900, 3, 1)
"""Spreadsheets disagree about days before it: some believe in a 29 February 1900."""

_FONT = "Microsoft YaHei"  # comes with Windows and with Office; elsewhere any font with Chinese takes its place
_CREATED = datetime(1980, 1, 1)  # the same bytes at every export
_MEASURED, _NARROW, _WIDE = 1000, 9, 60  # rows that a column's width is taken from; its limits, in characters
_PAGE = 70  # width of the first sheet's two columns
_ABOUT = (
    ("One row of the table observations is one printed figure. as_printed has its characters, source_id its source.",
     "observations 表每行是一个印出来的数字：as_printed 是原文，source_id 是出处。"),
    ("Bounds: a printed figure is an interval, and lower and upper belong to it: 40.09万户 says 400850 to 400950. "
     "An empty bound means unbounded, not unknown. A range such as 3—5 has bounds and no obs_value.",
     "上下界：印出来的数字是一个区间，含 lower 和 upper 本身：40.09万户 指 400850 到 400950。"
     "空的界表示没有界，不是不知道。3—5 这样的范围只有上下界，没有 obs_value。"),
    ("Units: values are in base units (400900 households, not 40.09); a share stays in percent. unit_id names the "
     "unit, the table units explains it.",
     "单位：数值用基本单位（400900 户，不是 40.09 万户），百分比保留百分数。unit_id 是单位，含义见 units 表。"),
    ("Point at a column's header: its note tells meaning and unit in both languages. Codes are explained in the tables "
     "indicators, areas, units, themes, dimensions.",
     "鼠标停在列名上，可看到含义和单位（中英文）。代码的含义见 indicators、areas、units、themes、dimensions 各表。"),
    ("An empty cell holds no value. No cell holds a formula: text that begins with = + - @ is text.",
     "空格表示没有值。没有公式：以 = + - @ 开头的也只是文字。"),
)  # fmt: skip


class NotHeld(Exception):
    """A table has more than a workbook can hold. The message names table and row."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table with its rows of the dictionary, the number of its rows, and the rows themselves, read once."""

    name: str
    columns: list[Row]
    count: int
    rows: Iterable[tuple[Any, ...]]


class _Exact(float):
    """A float that is written with every digit it needs; XlsxWriter writes sixteen, and some need seventeen."""

    def __format__(self, spec: str, /) -> str:
        return float.__repr__(self)


def write(path: Path, sheets: list[Sheet], package: Row) -> None:
    """Write the workbook, row by row, in constant memory. Raises NotHeld, and OSError where it cannot be written."""
    from xlsxwriter import Workbook
    from xlsxwriter.exceptions import XlsxWriterException

    for sheet in sheets:
        if sheet.count >= MAX_ROWS:
            raise NotHeld(f"{sheet.name} has {sheet.count:,} rows, a sheet takes {MAX_ROWS - 1:,}: export csv")
    font = {"font_name": _FONT, "font_size": 10, "font_scheme": "none"}
    options = {"constant_memory": True, "tmpdir": str(path.parent), "default_format_properties": font}
    try:
        with Workbook(str(path), options) as book:
            _describe(book, sheets, package)
            for sheet in sheets:
                _fill(book, sheet)
    except XlsxWriterException as error:
        cause = error.args[0] if error.args and isinstance(error.args[0], OSError) else OSError(0, str(error))
        _let_go(error, cause)
        raise OSError(cause.errno, cause.strerror, str(path)) from None


def _let_go(*errors: BaseException) -> None:
    """Let an unfinished zip file go: it tries to end itself then, fails again, and would print a traceback."""
    hook, sys.unraisablehook = sys.unraisablehook, lambda _: None
    for error in errors:
        traceback.clear_frames(error.__traceback__)
    sys.unraisablehook = hook


def _describe(book: Any, sheets: list[Sheet], package: Row) -> None:
    """The properties, and the first sheet: what this is, and what each other sheet holds."""
    book.set_properties({"title": package.get("title", ""), "created": _CREATED})
    strong, plain = (book.add_format({"bold": bold, "text_wrap": True, "valign": "top"}) for bold in (True, False))
    page = book.add_worksheet("about")
    page.hide_gridlines(2)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.set_column(0, 1, _PAGE)
    for place, (cells, is_strong) in enumerate(_lines(sheets, package)):
        page.set_row(place, 18 * max(-(-_width(text) // _PAGE) for text in cells))  # not every reader does it alone
        for column, text in enumerate(cells):
            page.write_string(place, column, text, strong if is_strong else plain)


def _lines(sheets: list[Sheet], package: Row) -> Iterator[tuple[tuple[str, ...], bool]]:
    """Cells of the first sheet's rows, and whether they are printed bold."""
    licences = "; ".join(f"{each.get('title')} ({each.get('path')})" for each in package.get("licenses", []))
    version = package.get("version", "")
    yield (package.get("title", ""), "民生：民政公报数字数据集"), True
    yield (f"Version {version}. Licence: {licences}.", f"版本 {version}。许可：{licences}。"), False
    yield from ((pair, False) for pair in _ABOUT)
    yield ("", ""), False
    yield ("Sheet: what it holds", "Rows · 行数"), True
    yield from (((f"{s.name}: {s.columns[0]['table_description']}", f"{s.count:,}"), False) for s in sheets)


def _fill(book: Any, sheet: Sheet) -> None:
    page = book.add_worksheet(sheet.name)
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    widths = _head(page, sheet.columns, book.add_format({"bold": True, "bg_color": "#E8EEF4", "bottom": 1}))
    for number, row in enumerate(sheet.rows, 1):
        for place, value in enumerate(row):
            try:
                _put(page, number, place, value, day)
            except NotHeld as error:
                where = f"{sheet.name}, row {number:,}, {sheet.columns[place]['column_name']}"
                raise NotHeld(f"{where}: {error}") from error
        if number <= _MEASURED:
            widths = [max(width, _width(value)) for width, value in zip(widths, row, strict=True)]
    for place, width in enumerate(widths):
        page.set_column(place, place, min(max(width, _NARROW), _WIDE))
    page.freeze_panes(1, 1)
    page.autofilter(0, 0, sheet.count, len(widths) - 1)


def _head(page: Any, columns: list[Row], bold: Any) -> list[int]:
    """Write the header with its notes; the widths it needs, with room for the filter's button."""
    for place, column in enumerate(columns):
        page.write_string(0, place, column["column_name"], bold)
        note = _note(column)
        shape = {"author": "", "font_name": _FONT, "font_size": 9, "width": 320, "height": 22 * (note.count("\n") + 3)}
        page.write_comment(0, place, note, shape)
    return [_width(column["column_name"]) + 3 for column in columns]


def _note(column: Row) -> str:
    """What the dictionary says of a column, for its header."""
    facts = {"unit · 单位": column["unit"], "codes · 代码表": column["codes"], "SDMX": column["sdmx_concept"]}
    told = [f"{label}: {fact}" for label, fact in facts.items() if fact]
    return "\n".join([column["description"], column["description_zh"], *told, f"type · 类型: {column['type']}"])


def _put(page: Any, row: int, column: int, value: Any, day: Any) -> None:
    """Write a value as what it is; nothing for a null. Raises NotHeld."""
    match value:
        case None:
            pass
        case bool():
            page.write_boolean(row, column, value)
        case float():
            page.write_number(row, column, _Exact(value))
        case int():
            page.write_number(row, column, value)
        case date():
            if value < FIRST_DAY:
                raise NotHeld(f"{value} is before {FIRST_DAY}, where all spreadsheets begin to agree: export csv")
            page.write_datetime(row, column, value, day)
        case _:
            _put_text(page, row, column, value)


def _put_text(page: Any, row: int, column: int, text: str) -> None:
    """Write text; what XML cannot hold as the escapes that the format has for it (_x0001_)."""
    if len(text) > MAX_TEXT // 2 and (units := len(text.encode("utf-16-le")) // 2) > MAX_TEXT:
        raise NotHeld(f"{units:,} characters, a cell takes {MAX_TEXT:,}: export csv")
    if text.startswith("<r>") and text.endswith("</r>"):  # XlsxWriter would take it for markup of its own
        page.write_rich_string(row, column, text[0], text[1], text[2:])
    else:
        page.write_string(row, column, text)


def _width(value: Any) -> int:
    """About the room a value takes on a screen, where a Chinese character takes that of two letters."""
    text = "" if value is None else str(value)
    return (len(text) + len(text.encode())) // 2 + 1
