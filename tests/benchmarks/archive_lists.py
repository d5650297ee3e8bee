"""Code lists, sources and rules of a generated archive: 2 900 counties, 60 indicators, a source per province and year.

Units, themes, qualifiers and dimensions are those of this repository's raw/; areas and indicators are generated.
"""

import csv
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

RAW = Path(__file__).parents[2] / "raw"
FIRST_YEAR, MAX_YEARS = 2005, 20
COUNTIES = (
    16, 16, 167, 117, 103, 100, 60, 121, 16, 95, 90, 104, 84, 100, 136, 158, 103, 122, 122, 111, 25,
    38, 183, 88, 129, 74, 107, 86, 44, 22, 107,
)  # fmt: skip
"""Counties of each province, in order of code, roughly as they are."""


@dataclass(frozen=True, slots=True)
class Indicator:
    """A generated concept; `size` is what a middling county has of it, in base units or in hundredths for a rate."""

    indicator_id: str
    nature: str
    unit_id: str
    size: int
    is_count: bool


@dataclass(frozen=True, slots=True)
class Area:
    """An area of one province; `place` counts within the province, `share` (0 to 99) says who is left out first."""

    code: str
    province: int
    place: int
    share: int
    weight: float


@dataclass(frozen=True, slots=True)
class Source:
    """A bulletin of one province and year; `edition` tells bulletins of the same province and year apart."""

    number: int
    province: int
    province_code: str
    year: int
    edition: int

    @property
    def source_id(self) -> str:
        return f"p{self.province_code[:2]}-{self.year}-{('communique', 'release', 'table')[self.edition % 3]}-{self.edition}"

    @property
    def has_text(self) -> bool:
        return self.number % 10 == 2

    @property
    def has_residence(self) -> bool:
        return (self.province + self.year) % 3 == 0


_KINDS = (
    ("household", "stock", "household", 4_000, True),
    ("person", "stock", "person", 9_000, True),
    ("orphan", "stock", "person", 12, True),
    ("assisted", "flow", "person_time", 1_500, True),
    ("spending", "flow", "yuan", 30_000_000, True),
    ("wedding", "flow", "couple", 700, True),
    ("share", "ratio", "percent", 4_000, False),
    ("growth", "change", "percent", 350, False),
    ("allowance", "standard", "yuan_per_person_month", 60_000, False),
    ("institution", "stock", "institution", 14, True),
    ("bed", "stock", "bed", 1_200, True),
    ("mortality", "ratio", "permille", 700, False),
    ("organisation", "stock", "organisation", 160, True),
)
"""Stem, nature, unit and size; 60 indicators repeat these for further programmes."""

INDICATORS = [
    Indicator(f"{stem}_{number // len(_KINDS) + 1}", nature, unit, size, is_count)
    for number in range(60)
    for stem, nature, unit, size, is_count in [_KINDS[number % len(_KINDS)]]
]
DERIVED_UNIT = "person_per_household"


def areas() -> list[Area]:
    """Every area that figures are of: each province, its prefectures, its counties."""
    found = []
    for province, code in enumerate(_province_codes()):
        codes = [code, *_below(code, COUNTIES[province])]
        for place, each in enumerate(codes):
            weight = 90.0 if each.endswith("0000") else 10.0 if each.endswith("00") else 1.0
            share = int(hashlib.sha256(each.encode()).hexdigest()[:8], 16)
            found.append(Area(each, province, place, share % 100, weight * 10 ** (share // 100 % 1000 / 1000)))
    return found


def sources(files: int) -> list[Source]:
    """One source per province and year; where that is not enough, further editions. Later years come last."""
    codes = _province_codes()
    years = min(MAX_YEARS, -(-files // len(codes)))
    return [
        Source(
            n, n % len(codes), codes[n % len(codes)], FIRST_YEAR + n // len(codes) % years, n // (len(codes) * years)
        )
        for n in range(files)
    ]


def write_lists(out: Path, chosen: list[Source]) -> None:
    """Everything but the sheets."""
    for folder in ("figures", "actions", "passed_over", "receipts", "codelists", "rules"):
        (out / folder).mkdir(parents=True, exist_ok=True)
    (out / "VERSION").write_text("2026.11.1\n", encoding="utf-8")
    _copy(out, "codelists/qualifiers.csv")
    _copy(out, "codelists/dimensions.csv")
    used = {each.unit_id for each in INDICATORS} | {DERIVED_UNIT}
    _copy(out, "codelists/units.csv", {"unit_id": used})
    _copy(out, "codelists/themes.csv", {"theme_id": {theme for _, theme in _themed()}})
    _write_areas(out / "codelists/areas.csv")
    write_rows(out / "codelists/indicators.csv", _header("codelists/indicators.csv"), map(_indicator_row, _themed()))
    write_rows(out / "sources.csv", _header("sources.csv"), map(_source_row, chosen))
    _write_rules(out / "rules")


def write_rows(path: Path, header: list[str], rows: Iterable[dict[str, Any]]) -> None:
    with open(path, "w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, header, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _write_rules(folder: Path) -> None:
    """One rule of three kinds, each with figures in the very first source."""
    parts = [
        {"whole": "person_1", "part": "person_1", "kind": "sum", "along": "residence", "codes": "U|R"},
        {"whole": "person_1", "part": "orphan_1", "kind": "subset"},
    ]
    derived = {
        "derived_id": "persons_per_household", "name_zh": "每户人数", "name_en": "Persons per household",
        "formula": "person_1 / household_1", "unit_id": DERIVED_UNIT, "scale": "1",
    }  # fmt: skip
    write_rows(folder / "parts.csv", _header("rules/parts.csv"), parts)
    write_rows(folder / "derived.csv", _header("rules/derived.csv"), [derived])
    for name in ("published.csv", "contradictions.csv"):
        write_rows(folder / name, _header(f"rules/{name}"), [])


def _province_codes() -> list[str]:
    return [row["code"] for row in _rows("codelists/areas.csv") if row["level"] == "province"]


def _below(province: str, counties: int) -> list[str]:
    """Codes of a province's prefectures (ten counties each) and counties."""
    prefectures = [f"{province[:2]}{n + 1:02d}00" for n in range(-(-counties // 10))]
    return prefectures + [f"{prefectures[n // 10][:4]}{n % 10 + 1:02d}" for n in range(counties)]


def _write_areas(path: Path) -> None:
    rows = {row["code"]: row for row in _rows("codelists/areas.csv")}
    for area in areas():
        level, parent = ("prefecture", area.code[:2] + "0000") if area.code.endswith("00") else ("county", "")
        parent = parent or area.code[:4] + "00"
        names = {"name_zh": f"第{area.code}区", "name_en": f"Area {area.code}"}
        rows.setdefault(area.code, {"code": area.code, "level": level, "parent": parent} | names)
    write_rows(path, _header("codelists/areas.csv"), rows.values())


def _themed() -> list[tuple[Indicator, str]]:
    themes = ("social_assistance", "older_people", "children", "charity", "marriage")
    return [(each, themes[n % len(themes)]) for n, each in enumerate(INDICATORS)]


def _indicator_row(themed: tuple[Indicator, str]) -> dict[str, str]:
    each, theme = themed
    return {
        "indicator_id": each.indicator_id, "name_zh": f"指标{each.indicator_id}", "name_en": f"Measure {each.indicator_id}",
        "theme_id": theme, "nature": each.nature, "unit_id": each.unit_id,
        "minimum": "" if each.nature == "change" else "0", "maximum": "90000000000000",
        "range_reason": "Nothing in this generated archive is larger", "definition": "Generated for measurements",
    }  # fmt: skip


def _source_row(each: Source) -> dict[str, str]:
    digest = hashlib.sha256(each.source_id.encode()).hexdigest()
    return {
        "source_id": each.source_id, "title_zh": f"{each.year}年统计资料（{each.edition + 1}）", "publisher": "生成",
        "published_on": f"{each.year + 1}-0{1 + each.number % 6}-15", "rank": str(1 + each.edition % 4),
        "kind": ("communique", "release", "table")[each.edition % 3], "ref_area": each.province_code,
        "time_period": str(each.year), "text_sha256": digest if each.has_text else "",
    }  # fmt: skip


def _rows(name: str) -> list[dict[str, str]]:
    with open(RAW / name, encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def _header(name: str) -> list[str]:
    with open(RAW / name, encoding="utf-8-sig", newline="") as stream:
        return next(csv.reader(stream))


def _copy(out: Path, name: str, kept: dict[str, set[str]] | None = None) -> None:
    rows = [row for row in _rows(name) if all(row[column] in values for column, values in (kept or {}).items())]
    write_rows(out / name, _header(name), rows)
