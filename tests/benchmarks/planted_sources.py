"""Plants faults that need files, texts or figures of their own: further sources of a generated archive.

What `archive_faults` plants spoils single rows. A file that cannot be read hides its rows, a text must be invented with
its sheet, and a comparison needs several figures: each kind gets small sources of its own, so that one fault is one case.
"""

import csv
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from archive_faults import Told
from archive_figures import COLUMNS
from archive_lists import DERIVED_UNIT, areas, write_rows

Row = dict[str, str]
YEAR = "2025"
"""No source of a generated archive speaks of it."""
CODES = [area.code for area in areas()]


@dataclass(frozen=True, slots=True)
class Archive:
    """A generated archive that is added to."""

    raw: Path

    def add(self, name: str, rows: list[Row]) -> int:
        """Append rows to a file that is there; the line of the first."""
        with open(self.raw / name, "r+", encoding="utf-8", newline="") as stream:
            header, line = next(csv.reader([stream.readline()])), 2 + sum(1 for _ in stream)
            csv.DictWriter(stream, header, restval="", lineterminator="\n").writerows(rows)
        return line

    def sources(self, names: list[str], **cells: str) -> int:
        """Sources of the year after the archive's; the line of the first."""
        common = {
            "title_zh": "补充资料",
            "publisher": "生成",
            "published_on": "2026-01-15",
            "kind": "table",
            "rank": "9",
        }
        common |= {"ref_area": CODES[0], "time_period": YEAR} | cells
        return self.add("sources.csv", [common | {"source_id": name} for name in names])

    def sheet(self, name: str, rows: list[Row]) -> None:
        residence = ["residence"] if any("residence" in row for row in rows) else []
        numbered = [row | {"figure_no": str(number)} for number, row in enumerate(rows, 1)]
        write_rows(self.raw / "figures" / f"{name}.csv", [*COLUMNS, *residence], numbered)


def figure(indicator: str, area: str, number: str, unit: str, **cells: str) -> Row:
    row = {"indicator_id": indicator, "ref_area": area, "time_period": YEAR, "number": number, "unit": unit}
    return row | {"as_printed": number + unit} | cells


# --- lists and receipts ---------------------------------------------------------------------------------------------


def lists(archive: Archive, each: int) -> Iterator[Told]:
    """Sources that nothing uses, rules that do not work, receipts that no longer hold."""
    line = archive.sources([f"planted-unused-{n}" for n in range(each)])
    yield from (("unused", "sources.csv", line + n, "source_id") for n in range(each))
    for rule, column, cells in (
        ("formula", "formula", {"formula": "person_1 / househlod_1", "scale": "1"}),
        ("unit-algebra", "scale", {"formula": "person_1 / household_1", "scale": "2"}),
    ):
        common = {"name_zh": "派生", "name_en": "Derived", "unit_id": DERIVED_UNIT} | cells
        ids = [f"planted_{rule.replace('-', '_')}_{n}" for n in range(each)]
        line = archive.add("rules/derived.csv", [common | {"derived_id": one} for one in ids])
        yield from ((rule, "rules/derived.csv", line + n, column) for n in range(each))
    archive.sources(["planted-receipts"])
    archive.sheet("planted-receipts", [figure("household_1", CODES[0], "1234", "户")])
    name, nothing = "receipts/planted-receipts.csv", hashlib.sha256(b"").hexdigest()
    receipts = [{"figure_no": str(n + 1), "text_sha256": nothing, "row_sha256": nothing} for n in range(each)]
    write_rows(archive.raw / name, ["figure_no", "text_sha256", "row_sha256"], receipts)
    yield from (("receipt-stale", name, n + 2, "figure_no") for n in range(each))


# --- texts ----------------------------------------------------------------------------------------------------------

LINES = 50
"""Faults of each kind in one text."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A rule, the column told, what a line of the text prints, and what the row says: the print, its cells."""

    rule: str
    column: str
    printed: str
    keyed: str
    cells: Callable[[int], Row] = lambda _: {}


ENTRIES = (
    Entry("", "", "{n}户", "{n}户"),
    Entry("text-span", "as_printed", "{n}户", "{more}户"),
    Entry("text-paragraph", "paragraph", "{n}户", "{n}户", lambda at: {"paragraph": str(at + 1)}),
    Entry("text-partial", "char_start", "1{n}户", "{n}户"),
    Entry("text-reading", "qualifier", "约{n}户", "{n}户"),
    Entry("text-numeral", "", "{n}户", ""),
)


def texts(archive: Archive, each: int) -> Iterator[Told]:
    """Invented texts, and sheets that do not say what they print."""
    (archive.raw / "documents").mkdir(exist_ok=True)
    for number, start in enumerate(range(0, each, LINES)):
        yield from _text(
            archive, f"planted-text-{number}", [e for e in ENTRIES for _ in range(min(LINES, each - start))]
        )
    names = [f"planted-copy-{n}" for n in range(each)]
    line = archive.sources(names, text_sha256=hashlib.sha256(b"another copy").hexdigest())
    for number, name in enumerate(names):
        (archive.raw / f"documents/{name}.txt").write_text("登记家庭1234户。\n", encoding="utf-8")
        place = {"paragraph": "1", "char_start": "4", "char_end": "9"}
        archive.sheet(name, [figure("household_1", CODES[0], "1234", "户", **place)])
        yield "text-hash", "sources.csv", line + number, "text_sha256"


def _text(archive: Archive, name: str, entries: list[Entry]) -> Iterator[Told]:
    rows, content = list[Row](), ""
    for at, entry in enumerate(entries, 1):
        words = {"n": 1234 + at, "more": 1235 + at}
        printed, keyed = entry.printed.format(**words), entry.keyed.format(**words)
        end = len(content) + 4 + len(printed)
        content += f"登记家庭{printed}。\n"
        if keyed:
            place = {"paragraph": str(at), "char_start": str(end - len(keyed)), "char_end": str(end)}
            rows.append(
                figure(
                    "household_1",
                    CODES[at],
                    keyed[:-1],
                    "户",
                    **place,
                )
                | entry.cells(at)
            )
        if entry.rule:
            file, line = (f"figures/{name}.csv", len(rows) + 1) if keyed else (f"{name}.txt", at)
            yield entry.rule, file, line, entry.column
    archive.sheet(name, rows)
    (archive.raw / f"documents/{name}.txt").write_text(content, encoding="utf-8")
    archive.sources([name], text_sha256=hashlib.sha256(content.encode()).hexdigest())


# --- files ----------------------------------------------------------------------------------------------------------


def _in_line(line: int, before: bytes, after: bytes) -> Callable[[bytes], bytes]:
    def change(content: bytes) -> bytes:
        lines = content.splitlines(keepends=True)
        lines[line - 1] = lines[line - 1].replace(before, after, 1)
        return b"".join(lines)

    return change


FORMS: dict[str, tuple[int, str, Callable[[bytes], bytes]]] = {
    "file-encoding": (2, "", lambda content: content.decode().encode("gb18030")),
    "file-nul": (3, "", _in_line(3, b",", b"\0,")),
    "file-empty": (0, "", lambda _: b""),
    "file-quote": (3, "", _in_line(3, b",", b',"')),
    "file-header": (1, "remark", _in_line(1, b"note", b"remark")),
    "file-width": (4, "", _in_line(4, b"\n", b",\n")),
    "file-blank": (3, "", lambda content: _in_line(3, b"", b"," * (len(COLUMNS) - 1) + b"\n")(content)),
    "file-unreadable": (3, "", _in_line(3, b",", b"\r,")),
}
"""Line and column of a finding, and what spoils a sheet of three figures."""


def files(archive: Archive, each: int) -> Iterator[Told]:
    """Sheets that cannot be read, each by one fault of form; a link, and a sheet of no source."""
    rows = [figure("household_1", code, "1234", "户") for code in CODES[:3]]
    for rule, (line, column, change) in FORMS.items():
        names = [f"planted-{rule}-{n}" for n in range(each)]
        archive.sources(names)
        for name in names:
            archive.sheet(name, rows)
            path = archive.raw / f"figures/{name}.csv"
            path.write_bytes(change(path.read_bytes()))
            yield rule, f"figures/{name}.csv", line, column
    archive.sources([f"planted-link-{n}" for n in range(each)])
    for n in range(each):
        archive.sheet(f"another-{n}", rows)
        yield "file-unexpected", f"figures/another-{n}.csv", 0, ""
        (archive.raw / f"figures/planted-link-{n}.csv").symlink_to(f"another-{n}.csv")
        yield "file-link", f"figures/planted-link-{n}.csv", 0, ""


# --- comparisons ----------------------------------------------------------------------------------------------------

Printed = tuple[str, str, Row, tuple[str, ...]]
"""Indicator, number, further cells, and the checks that must name the figure where the case is spoilt."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Indicators as `id nature unit_id printed`, rules by file, and the figures of case n, of which one is wrong."""

    indicators: tuple[str, ...]
    rules: tuple[tuple[str, Row], ...]
    case: Callable[[int, bool], list[Printed]]


def _part_above_whole(n: int, spoilt: bool) -> list[Printed]:
    """A whole that has lost its last digit: both of its parts are larger."""
    whole = str(5_000 + n)
    return [
        ("pw_whole", whole[:-1] if spoilt else whole, {}, ("part_above_whole",) * 2),
        ("pw_one", str(900 + n % 50), {}, ()),
        ("pw_two", str(800 + n % 50), {}, ()),
    ]


def _parts_add_up(n: int, spoilt: bool) -> list[Printed]:
    """A whole that is divided in two ways, and agrees with neither."""
    parts = [("pa_one", 2_000 + n), ("pa_two", 3_000), ("pa_three", 1_000 + n), ("pa_four", 4_000)]
    return [
        ("pa_whole", str(5_000 + n + 900 * spoilt), {}, ("parts_do_not_add_up",) * 2),
        *((indicator, str(value), {}, ()) for indicator, value in parts),
    ]


def _shorter_above_longer(n: int, spoilt: bool) -> list[Printed]:
    """A quarter with a digit too many: more than its half-year and its year."""
    quarter = f"{1_000 + n}{'0' * spoilt}"
    return [
        ("sl_count", quarter, {"time_period": f"{YEAR}-Q1"}, ("shorter_above_longer",) * 2),
        ("sl_count", str(3_000 + n), {"time_period": f"{YEAR}-S1"}, ()),
        ("sl_count", str(9_000 + n), {}, ()),
    ]


def _shares(n: int, spoilt: bool) -> list[Printed]:
    """A share that is neither that of its figures nor adds up with the other to the whole."""
    urban = 50 + n % 30
    checks = ("shares_do_not_add_up", "share_against_figures")
    share = urban + 17 * spoilt
    return [
        ("sh_share", f"{share}.0", {"residence": "U"}, checks),
        ("sh_share", f"{100 - urban}.0", {"residence": "R"}, ()),
        ("sh_count", str(urban * 100), {"residence": "U"}, ()),
        ("sh_count", str(10_000 - urban * 100), {"residence": "R"}, ()),
        ("sh_count", "10000", {"residence": ""}, ()),
    ]


def _growth(n: int, spoilt: bool) -> list[Printed]:
    """A growth that is not that of its levels, whose printed difference is right."""
    before, rise = 8_000 + 20 * n, 400 + n
    growth = f"{100 * rise / before + 30 * spoilt:.1f}"
    return [
        ("gr_growth", growth, {"direction": "rise"}, ("growth_against_levels",)),
        ("gr_change", str(rise), {"direction": "rise"}, ()),
        ("gr_level", str(before), {"time_period": str(int(YEAR) - 1)}, ()),
        ("gr_level", str(before + rise), {}, ()),
    ]


def _daily_mean(n: int, spoilt: bool) -> list[Printed]:
    """One of two daily means of one total, ten times what it should be."""
    return [
        ("dm_mean", f"{20 + n}{'0' * spoilt}", {}, ("daily_mean_against_period",)),
        ("dm_other", str(20 + n), {}, ()),
        ("dm_total", str(365 * (20 + n)), {}, ()),
    ]


def _stock(n: int, spoilt: bool) -> list[Printed]:
    """A stock that has lost a digit: less than either addition to it."""
    stock = str(6_000 + n)
    return [
        ("ad_stock", stock[:-1] if spoilt else stock, {}, ("stock_below_addition",) * 2),
        ("ad_one", str(900 + n % 50), {}, ()),
        ("ad_two", str(800 + n % 50), {}, ()),
    ]


def _parts(whole: str, kind: str, *parts: str, **cells: str) -> tuple[tuple[str, Row], ...]:
    return tuple(("rules/parts.csv", {"whole": whole, "part": part, "kind": kind} | cells) for part in parts)


def _published(published: str, kind: str, left: str, **cells: str) -> tuple[str, Row]:
    return "rules/published.csv", {"published": published, "kind": kind, "left_id": left, "scale": "1"} | cells


COMPARISONS = (
    Comparison(
        ("pw_whole stock person 人", "pw_one stock person 人", "pw_two stock person 人"),
        _parts("pw_whole", "subset", "pw_one", "pw_two"), _part_above_whole,
    ),
    Comparison(
        ("pa_whole stock person 人", *(f"pa_{part} stock person 人" for part in ("one", "two", "three", "four"))),
        _parts("pa_whole", "sum", "pa_one", "pa_two", set_id="first")
        + _parts("pa_whole", "sum", "pa_three", "pa_four", set_id="second"), _parts_add_up,
    ),
    Comparison(("sl_count flow person_time 人次",), (), _shorter_above_longer),
    Comparison(
        ("sh_share ratio percent %", "sh_count stock person 人"),
        (*_parts("sh_share", "shares", "sh_share", along="residence", codes="U|R"),
         _published("sh_share", "ratio", "sh_count", right_id="sh_count", along="residence", scale="100")), _shares,
    ),
    Comparison(
        ("gr_growth change percent %", "gr_change change person 人", "gr_level stock person 人"),
        (_published("gr_growth", "growth", "gr_level", lag="P1Y", scale="100"),
         _published("gr_change", "change", "gr_level", lag="P1Y")), _growth,
    ),
    Comparison(
        ("dm_mean ratio person_time_per_day 人次/日", "dm_other ratio person_time_per_day 人次/日",
         "dm_total flow person_time 人次"),
        (_published("dm_mean", "per_day", "dm_total"), _published("dm_other", "per_day", "dm_total")), _daily_mean,
    ),
    Comparison(
        ("ad_stock stock person 人", "ad_one flow person 人", "ad_two flow person 人"),
        _parts("ad_stock", "addition", "ad_one", "ad_two"), _stock,
    ),
)  # fmt: skip
DAILY = {
    "unit_id": "person_time_per_day", "name_zh": "人次/日", "name_en": "person-time per day", "printed": "人次/日",
    "dimension": "person_time/day", "pint": "person_time / [day]", "countable": "false",
}  # fmt: skip


def comparisons(archive: Archive, each: int) -> Iterator[Told]:
    """Cases of every check of sql/checks, every other one sound. `units_mixed` cannot be planted: an indicator has one.

    In each spoilt case one figure breaks what it stands in, and the others agree with each other: it must be named.
    """
    if 2 * each > len(CODES):
        raise SystemExit(f"there are areas for {len(CODES) // 2} faults of each check")
    archive.add("codelists/units.csv", [DAILY])
    for number, kind in enumerate(COMPARISONS):
        name, printed = f"planted-check-{number}", dict[str, str]()
        for words in kind.indicators:
            indicator, nature, unit_id, printed[indicator] = words.split(" ")
            _add_indicator(archive, indicator, nature, unit_id)
        for file, rule in kind.rules:
            archive.add(file, [rule])
        archive.sources([name])
        rows = list[Row]()
        for n in range(2 * each):
            for indicator, value, cells, checks in kind.case(n, n % 2 == 0):
                rows.append(figure(indicator, CODES[n], value, printed[indicator], **cells))
                if n % 2 == 0:
                    yield from (("check", f"figures/{name}.csv", len(rows) + 1, check) for check in checks)
        archive.sheet(name, rows)
    yield from _statements(archive, each)


def _add_indicator(archive: Archive, indicator: str, nature: str, unit_id: str) -> None:
    row = {"indicator_id": indicator, "name_zh": f"指标{indicator}", "name_en": f"Measure {indicator}"}
    row |= {"theme_id": "charity", "nature": nature, "unit_id": unit_id, "maximum": "90000000000000"}
    row |= {"minimum": "" if nature == "change" else "0", "definition": "Planted to be compared"}
    archive.add("codelists/indicators.csv", [row | {"range_reason": "Nothing in this generated archive is larger"}])


def _statements(archive: Archive, each: int) -> Iterator[Told]:
    """Facts that three sources state, of which the least official differs; and entries of contradictions that are none."""
    _add_indicator(archive, "st_stock", "stock", "person")
    names = [f"planted-statement-{rank}" for rank in (1, 2, 3)]
    for rank, name in enumerate(names, 1):
        archive.sources([name], rank=str(rank))
        wrong = [300 * (rank == 3 and n % 2 == 0) for n in range(2 * each)]
        archive.sheet(name, [figure("st_stock", CODES[n], str(7_000 + n + wrong[n]), "人") for n in range(2 * each)])
    yield from (("check", f"figures/{names[2]}.csv", n + 2, "sources_disagree") for n in range(0, 2 * each, 2))
    agreeing = [{"kind": "statement", "figures": f"{names[0]}:{n}|{names[1]}:{n}"} for n in range(1, each + 1)]
    line = archive.add("rules/contradictions.csv", [row | {"reason": "Planted: they agree"} for row in agreeing])
    yield from (("check-idle", "rules/contradictions.csv", line + n, "contradiction_gone") for n in range(each))
