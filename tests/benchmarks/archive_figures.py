"""The figures of a generated archive, written by DuckDB: a true value for every fact, and a print that allows it.

Whatever notation is drawn (万 or 亿, a qualifier, a range, commas, full-width digits …), the interval of the print holds
the true value. Parts, shorter periods and other sources of a fact follow from true values too, so no check can fire.
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
from archive_lists import FIRST_YEAR, INDICATORS, Area, Indicator, Source, areas

COLUMNS = (
    "figure_no", "paragraph", "char_start", "char_end", "as_printed", "qualifier", "direction", "number", "multiplier",
    "unit", "inherited", "indicator_id", "ref_area", "time_period", "note",
)  # fmt: skip
GAP = 7
"""Characters between two figures of a text."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A fact that sources state of an area and year: its period as a pattern, its length, and how common it is."""

    indicator: int
    period: str
    months: float
    jitter: tuple[int, int]
    priority: int
    residence: str = ""


_QUARTER_ENDS = {3: ("Q1", "03", "03-31"), 6: ("Q2", "S1", "06"), 9: ("Q3", "09", "09-30"), 12: ("Q4", "", "12")}
_PLENTY, _OFTEN = 12, 24
"""Indicators below the first number are stated of months too, those below the second of half-years."""


def slots() -> list[Slot]:
    """All facts that a year of an area may have, the most common first."""
    found = [each for number, one in enumerate(INDICATORS) for each in _slots_of(number, one)]
    return sorted(found, key=lambda s: (s.priority, s.indicator, s.residence, s.period))


def _slots_of(number: int, indicator: Indicator) -> list[Slot]:
    if indicator.nature in ("stock", "standard"):
        found = [Slot(number, _stock_period(number, m), 1, (90, 100), m) for m in _QUARTER_ENDS]
        if number < _PLENTY:
            found += [Slot(number, f"-{m:02d}", 1, (90, 100), 30) for m in range(1, 13) if m not in _QUARTER_ENDS]
        if indicator.indicator_id == "person_1":
            found += [Slot(s.indicator, s.period, 1, (90, 100), s.priority, code) for s in found[:4] for code in "UR"]
        return found
    found = [Slot(number, f"-Q{q}", 3, (75, 85), 3 * q) for q in (1, 2, 3, 4)] + [Slot(number, "", 12, (99, 100), 6)]
    if number < _OFTEN:
        found += [Slot(number, f"-S{s}", 6, (88, 93), 20) for s in (1, 2)] + [
            Slot(number, "-01-01/P9M", 9, (94, 97), 20)
        ]
    if number < _PLENTY:
        found += [Slot(number, f"-{m:02d}", 1, (65, 72), 30) for m in range(1, 13)]
        found += [Slot(number, f"-{m:02d}-{d:02d}", 1 / 31, (50, 60), 40) for m in range(1, 13) for d in range(1, 29)]
    return found


def _stock_period(number: int, month: int) -> str:
    printed = _QUARTER_ENDS[month][number % 3]
    return f"-{printed}" if printed else ""


_SLOTS = 100
"""A source states at least so many facts of an area, or it leaves areas out."""


class Figures:
    """Writes sheets: `plan` says how many rows each can have, `write` streams one to a file."""

    def __init__(self, chosen: list[Source], seed: int) -> None:
        self.seed, self.slots, self.areas = seed, slots(), areas()
        self.editions = max(s.edition for s in chosen) + 1
        self.shares = {
            p: np.sort([a.share for a in self.areas if a.province == p]) for p in {s.province for s in chosen}
        }
        self.connection = duckdb.connect(config={"threads": 1})
        self.connection.execute("SET enable_progress_bar = false")
        self.connection.register("arrow_slots", _slot_table(self.slots))
        self.connection.register("arrow_areas", _area_table(self.areas))
        self.connection.execute("CREATE TABLE slots AS FROM arrow_slots; CREATE TABLE areas AS FROM arrow_areas")

    def counts(self, source: Source, depth: int = 10_000) -> np.ndarray:
        """How many of a source's first `depth` areas each slot has; 0 where the slot is another edition's."""
        coverage = np.array([_coverage(s) for s in self.slots])
        rank = np.arange(len(self.slots))
        own = (rank % self.editions == source.edition) | (rank % 33 == 0)
        own &= np.array([not s.residence or source.has_residence for s in self.slots])
        return np.where(own, np.minimum(np.searchsorted(self.shares[source.province], coverage), depth), 0)

    def write(self, source: Source, rows: int, path: Path) -> None:
        """The `rows` commonest facts of a source, in order of area; a short one leaves areas out, not indicators."""
        depth = next(d for d in (max(1, rows // _SLOTS), 10_000) if self.counts(source, d).sum() >= rows)
        reached = np.cumsum(self.counts(source, depth))
        last = int(np.searchsorted(reached, rows))
        rest = rows - (int(reached[last - 1]) if last else 0)
        columns = ", ".join([*COLUMNS, "residence"] if source.has_residence else COLUMNS)
        query = _query(source, self.editions, (depth, last, rest), self.seed)
        self.connection.execute(
            f"COPY (SELECT {columns} FROM ({query}) ORDER BY figure_no) TO '{path}' (HEADER, DELIMITER ',')"
        )


def _coverage(slot: Slot) -> int:
    return 100 if slot.indicator < _PLENTY else 70 if slot.indicator < _OFTEN else 35


def _slot_table(found: list[Slot]) -> pa.Table:
    rows = []
    for rank, each in enumerate(found):
        one = INDICATORS[each.indicator]
        rows.append({
            "slot": rank, "indicator": each.indicator, "indicator_id": one.indicator_id, "nature": one.nature,
            "unit_id": one.unit_id, "size": one.size, "is_count": one.is_count, "period": each.period,
            "months": float(each.months), "low": each.jitter[0], "high": each.jitter[1], "residence": each.residence,
            "coverage": _coverage(each),
        })  # fmt: skip
    return pa.Table.from_pylist(rows)


def _area_table(found: list[Area]) -> pa.Table:
    """Areas with their order within the province by share, which says who is left out first."""
    ordered = sorted(found, key=lambda a: (a.province, a.share, a.code))
    rows, place = [], {}
    for each in ordered:
        place[each.province] = place.get(each.province, -1) + 1
        rows.append({"ref_area": each.code, "province": each.province, "place": place[each.province], "share": each.share,
                     "weight": each.weight})  # fmt: skip
    return pa.Table.from_pylist(rows)


def _query(source: Source, editions: int, until: tuple[int, int, int], seed: int) -> str:
    """Facts, true values, prints, step by step: of so many areas, up to a slot, of which only so many areas."""
    depth, last, rest = until
    residence = "" if source.has_residence else "AND residence = ''"
    return f"""
    WITH facts AS (
        SELECT *, '{source.year}' || period AS time_period,
            row_number() OVER (ORDER BY ref_area, slot) AS figure_no,
            {_drawn("ref_area, indicator_id", seed)} AS fixed, {_drawn("ref_area, indicator_id, period", seed, source.year)} AS h,
            {_drawn("ref_area, slot", seed, source.number)} AS draw, {_drawn("slot, ref_area", seed, source.number)} AS draw2
        FROM slots JOIN areas ON share < coverage
        WHERE province = {source.province} AND place < {depth} AND (slot < {last} OR (slot = {last} AND place < {rest}))
            AND (slot % {editions} = {source.edition} OR slot % 33 = 0) {residence}),
    {_TRUTH.format(years=source.year - FIRST_YEAR)},
    {_NOTATION}
    {_PLACED.format(gap=GAP) if source.has_text else _UNPLACED}"""


def _drawn(columns: str, *seeds: int) -> str:
    """A number that looks random and follows from these columns and seeds alone."""
    return f"(hash({columns}, {', '.join(map(str, seeds))}) >> 2)::BIGINT"


_TRUTH = """
    whole AS (
        SELECT *, CASE WHEN is_count THEN size * weight ELSE size END * (0.5 + (fixed % 1000) / 1000.0)
            * (1 + 0.015 * {years}) * months / CASE WHEN nature IN ('flow') THEN 12 ELSE months END
            * (low + (h % 1000) / 1000.0 * (high - low)) / 100 AS wanted
        FROM facts),
    truth AS (
        SELECT * EXCLUDE (wanted), greatest(1, CASE residence
            WHEN 'U' THEN floor(greatest(9, floor(wanted)) * 0.4)
            WHEN 'R' THEN greatest(9, floor(wanted)) - floor(greatest(9, floor(wanted)) * 0.4)
            ELSE greatest(CASE WHEN indicator_id = 'person_1' THEN 9 ELSE 1 END, floor(wanted)) END)::BIGINT AS t
        FROM whole)"""
"""`t` is a count in base units, or a rate in hundredths. A year is 12 months of a flow; shorter periods have less than
their share, the shorter the less, so that any of them fit into any longer one."""

_NOTATION = """
    chosen AS (  -- power of ten, decimals, qualifier
        SELECT *, CASE WHEN NOT is_count THEN 0 WHEN t >= 100000000 AND draw % 100 < 80 THEN 8
                WHEN t >= 20000000 AND draw % 100 = 99 THEN 6 WHEN t >= 10000 AND draw % 100 < 60 THEN 4 ELSE 0 END AS e,
            CASE WHEN draw2 % 1000 < 925 OR (NOT is_count AND draw2 % 1000 < 970) OR nature = 'change' THEN NULL
                WHEN draw2 % 1000 < 945 THEN 'about' WHEN draw2 % 1000 < 960 THEN 'nearly' WHEN draw2 % 1000 < 965 THEN 'under'
                WHEN draw2 % 1000 < 970 THEN 'at_most' WHEN draw2 % 1000 < 980 THEN 'over'
                WHEN draw2 % 1000 < 986 THEN 'at_least' WHEN draw2 % 1000 < 996 AND is_count THEN 'odd' ELSE 'range' END AS q,
            (draw // 100) % 100 AS style, (draw // 10000) % 100 AS style2, (draw2 // 1000) % 100 AS wording
        FROM truth),
    stepped AS (  -- the last printed place, as a power of ten of t
        SELECT *, CASE WHEN NOT is_count THEN 2 - d WHEN e > 0 THEN e - d
                WHEN q IN ('about', 'over', 'under', 'at_least', 'at_most', 'odd') AND t >= 100 THEN length(t::VARCHAR) - 2
                ELSE 0 END AS place10, q = 'odd' AND e > 0 AND wording < 50 AS late
        FROM (SELECT *, CASE WHEN NOT is_count THEN (1 + style2 % 2)::INTEGER WHEN e = 0 OR q IS NOT NULL THEN 0
                             WHEN style2 < 10 THEN 0 WHEN style2 < 40 THEN 1 WHEN style2 < 95 THEN 2 ELSE 3 END AS d FROM chosen)),
    rounded AS (
        SELECT *, CASE WHEN q IN ('nearly', 'under', 'at_most') THEN (t + step - 1) // step
                WHEN q IN ('over', 'at_least', 'odd', 'range') THEN t // step ELSE (t + step // 2) // step END AS n
        FROM (SELECT *, (10 ** place10)::BIGINT AS step FROM stepped)),
    digits AS (
        SELECT *, CASE WHEN is_count AND e = 0 THEN (n * step)::VARCHAR WHEN d = 0 THEN n::VARCHAR
                ELSE (n // (10 ** d)::BIGINT) || '.' || lpad((n % (10 ** d)::BIGINT)::VARCHAR, d, '0') END AS one,
            CASE WHEN is_count AND e = 0 THEN ((n + 2) * step)::VARCHAR WHEN d = 0 THEN (n + 2)::VARCHAR
                ELSE ((n + 2) // (10 ** d)::BIGINT) || '.' || lpad(((n + 2) % (10 ** d)::BIGINT)::VARCHAR, d, '0') END AS two,
            CASE e WHEN 4 THEN '万' WHEN 6 THEN '百万' WHEN 8 THEN '亿' ELSE '' END AS multiplier_,
            CASE unit_id WHEN 'household' THEN '户' WHEN 'person' THEN CASE WHEN wording < 80 THEN '人' ELSE '名' END
                WHEN 'person_time' THEN '人次' WHEN 'yuan' THEN '元' WHEN 'couple' THEN '对' WHEN 'percent' THEN '%'
                WHEN 'yuan_per_person_month' THEN '元/人·月' WHEN 'institution' THEN CASE WHEN wording < 70 THEN '家' ELSE '所' END
                WHEN 'bed' THEN '张' WHEN 'permille' THEN '‰' WHEN 'organisation' THEN '个' END AS unit_,
            CASE WHEN nature <> 'change' THEN NULL WHEN (h // 1000) % 100 < 65 THEN 'rise' WHEN style < 75 THEN 'fall' END AS direction,
            nature = 'change' AND (h // 1000) % 100 >= 65 AND style >= 75 AS signed
        FROM rounded),
    keyed AS (
        SELECT *, CASE WHEN q = 'range' THEN one || '—' || two WHEN signed THEN '-' || one ELSE one END AS number,
            CASE WHEN q = 'odd' OR nature = 'change' OR q = 'range' THEN NULL WHEN style >= 96 AND e > 0 THEN 'multiplier'
                WHEN style >= 92 AND unit_id <> 'percent' AND unit_id <> 'permille' THEN 'unit'
                WHEN style >= 90 AND e > 0 THEN 'both' END AS inherited
        FROM digits),
    looks AS (  -- the same parts as they look in print
        SELECT *, CASE WHEN q IS NULL AND is_count AND t < 10 AND e = 0 AND style2 < 20 AND inherited IS NULL
                THEN ['一', '二', '三', '四', '五', '六', '七', '八', '九'][t]
                WHEN is_count AND e = 0 AND q IS DISTINCT FROM 'range' AND style2 < 30
                THEN format('{:,}', number::BIGINT)
                WHEN style2 >= 97 THEN translate(number, '0123456789.', '０１２３４５６７８９．') ELSE number END AS number_look,
            CASE WHEN inherited IN ('multiplier', 'both') THEN '' WHEN style2 = 96 AND q IS DISTINCT FROM 'odd'
                THEN translate(multiplier_, '万亿', '萬億')
                WHEN style2 = 95 AND e > 0 THEN ' ' || multiplier_ ELSE multiplier_ END AS multiplier_look,
            CASE WHEN inherited IN ('unit', 'both') THEN CASE WHEN unit_ = '元/人·月' AND q IS NULL AND wording < 50 THEN '元' ELSE '' END
                WHEN style2 = 96 THEN translate(unit_, '户个张对', '戶個張對')
                WHEN style2 = 94 THEN replace(unit_, '%', '％') ELSE unit_ END AS unit_look,
            CASE q WHEN 'about' THEN ['约', '大约', '约为', '左右', '上下'][1 + wording % 5]
                WHEN 'nearly' THEN ['近', '将近', '接近'][1 + wording % 3] WHEN 'under' THEN ['不足', '不到', '低于'][1 + wording % 3]
                WHEN 'at_most' THEN ['不超过', '至多', '以下', '以内'][1 + wording % 4]
                WHEN 'over' THEN ['超过', '超', '逾', '突破'][1 + wording % 4]
                WHEN 'at_least' THEN ['至少', '不低于', '以上', '及以上'][1 + wording % 4]
                WHEN 'odd' THEN ['余', '多'][1 + wording % 2] ELSE '' END AS word
        FROM keyed),
    printed AS (
        SELECT *, CASE WHEN nature = 'change' AND direction IS NOT NULL AND wording < 40
                THEN CASE direction WHEN 'rise' THEN ['增长', '同比增长', '上升'] ELSE ['下降', '同比下降', '减少'] END[1 + wording % 3]
                    || number_look || multiplier_look || unit_look
            WHEN word IN ('左右', '上下', '以下', '以内', '以上', '及以上') THEN number_look || multiplier_look || unit_look || word
            WHEN q = 'odd' AND late THEN number_look || multiplier_look || word || unit_look
            WHEN q = 'odd' THEN number_look || word || multiplier_look || unit_look
            ELSE word || number_look || multiplier_look || unit_look END AS as_printed,
            CASE WHEN draw2 % 200 = 7 THEN 'Revised since, as the next table says'
                 WHEN draw2 % 400 = 11 THEN 'Counted at the end of the period, "registered" only' END AS note
        FROM looks)"""

_KEYED = """figure_no, as_printed, q AS qualifier, direction, number, nullif(multiplier_, '') AS multiplier, unit_ AS unit,
    inherited, indicator_id, ref_area, time_period, note, nullif(residence, '') AS residence"""

_UNPLACED = f"SELECT NULL AS paragraph, NULL AS char_start, NULL AS char_end, {_KEYED} FROM printed"

_PLACED = f"""SELECT 1 + figure_no // 5 AS paragraph, reached - length(as_printed) AS char_start, reached AS char_end, {_KEYED}
    FROM (SELECT *, (sum(length(as_printed) + {{gap}}) OVER (ORDER BY figure_no))::BIGINT AS reached FROM printed)"""
