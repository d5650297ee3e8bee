"""The tables and their columns: the one place where a column is declared.

Each model below is one table. A column says its type, whether it may be empty, its pattern, range or code list, what it
means in two languages, its unit and its SDMX concept; and its role: `keyed` columns are typed by a person into `raw/`,
`published` columns are written to `curated/`. Readers of CSV, Arrow fields, Data Package, dictionary and database
comments are all rendered from here.
"""

from dataclasses import dataclass
from typing import Annotated, Any

import pandas as pd
import pandera.pandas as pandera
import pyarrow as pa

from pipeline import periods
from pipeline.quantity import BOUNDS, MAX_DIGITS, MULTIPLIERS

Text = Annotated[pd.ArrowDtype, pa.string()]
Flag = Annotated[pd.ArrowDtype, pa.bool_()]
Tiny = Annotated[pd.ArrowDtype, pa.int8()]
Int = Annotated[pd.ArrowDtype, pa.int32()]
Real = Annotated[pd.ArrowDtype, pa.float64()]
Day = Annotated[pd.ArrowDtype, pa.date32()]

TOTAL = "_T"
"""SDMX code of the total along a dimension."""

SOURCE_ID = r"^[a-z0-9]+(-[a-z0-9]+)*$"
SHA256 = r"^[0-9a-f]{64}$"
CODE = r"^[a-z][a-z0-9_]*$"
_PLAIN = rf"[0-9]{{1,{MAX_DIGITS}}}(\.[0-9]{{1,{MAX_DIGITS - 1}}})?"
NUMBER = rf"^-?{_PLAIN}(—{_PLAIN})?$"
DIMENSION_CODE = r"[A-Z0-9_][A-Z0-9_a-z-]*"
FIGURE = r"[a-z0-9]+(-[a-z0-9]+)*:[1-9][0-9]*"
FORMULA = r"^[a-z][a-z0-9_]* [*/-] [a-z][a-z0-9_]*$"
_INVISIBLE = (
    r"\x{00}-\x{09}\x{0b}\x{0c}\x{0e}-\x{1f}\x{7f}-\x{9f}\x{200b}-\x{200f}\x{2028}-\x{202e}\x{2060}-\x{2064}"
    r"\x{ad}\x{e000}-\x{f8ff}\x{feff}"
)
BAD_PRINT = rf"^\s|\s$|[{_INVISIBLE}]|^[“‘][^“‘]*[”’]$"
"""Stray space at an end, characters that cannot be seen, typographic quotes around a cell."""
BAD_TEXT = rf"{BAD_PRINT}|^[-=+@－＝＋＠]"
"""The same, and what a spreadsheet would run as a formula."""


def column(
    zh: str,
    en: str,
    *,
    keyed: bool = True,
    published: bool = True,
    codes: str | None = None,
    unit: str | None = None,
    sdmx: str | None = None,
    names: dict[str, tuple[str, str]] | None = None,
    verbatim: bool = False,
    **checks: Any,
) -> Any:
    """Declare a column. `codes` names the code list its values come from, as `table.column`.

    `names` is a code list of its own, too short for a table: what each code means in English and in Chinese.
    A keyed text without pattern, list or codes is free text: nothing in it may run as a formula, but where `verbatim`.
    """
    metadata = {"zh": zh, "keyed": keyed, "published": published, "codes": codes, "unit": unit, "sdmx": sdmx}
    if names:
        metadata["names"], checks["isin"] = names, list(names)
        en += ": " + "; ".join(f"{code} ({meaning})" for code, (meaning, _) in names.items())
    is_free_text = keyed and not codes and not {"str_matches", "isin"} & checks.keys()
    metadata["bad"] = (BAD_PRINT if verbatim else BAD_TEXT) if is_free_text else None
    return pandera.Field(description=en, metadata=metadata, **checks)


# fmt: off
# One column, one line where it fits.


class Observations(pandera.DataFrameModel):
    """Published figures, one row each, with the interval that the printed form allows."""

    observation_id: Text = column("观测编号", "source_id:figure_no, given once and never changed", keyed=False,
        sdmx="OBSERVATION_ID")
    source_id: Text = column("来源编号", "The bulletin the figure was printed in", keyed=False,
        codes="sources.source_id", sdmx="SOURCE")
    figure_no: Int = column("序号", "Number of the figure within its source", published=False, ge=1)
    indicator_id: Text = column("指标编号", "What was counted or measured", codes="indicators.indicator_id",
        sdmx="INDICATOR")
    ref_area: Text = column("地区代码", "Area by GB/T 2260, CN for the nation", codes="areas.code", sdmx="REF_AREA")
    time_period: Text = column("时期", "Period as printed, in SDMX form", str_matches=periods.PATTERN,
        sdmx="TIME_PERIOD")
    period_start: Day = column("期初", "First day of the period", keyed=False, nullable=True)
    period_end: Day = column("期末", "Last day of the period; a stock holds at this day", keyed=False, nullable=True)
    obs_value: Real = column("数值（基本单位），区间形式为空", "Value in base units; empty for a range",
        keyed=False, nullable=True,
        unit="see unit_id", sdmx="OBS_VALUE")
    lower: Real = column("下界：印刷形式允许的最小值，空为无界",
        "Least value that the printed form allows; empty: unbounded", keyed=False,
        nullable=True, unit="see unit_id", sdmx="LOWER")
    upper: Real = column("上界：印刷形式允许的最大值，空为无界",
        "Greatest value that the printed form allows; empty: unbounded", keyed=False,
        nullable=True, unit="see unit_id", sdmx="UPPER")
    unit_id: Text = column("单位编号", "Unit of obs_value, lower and upper: the indicator's", keyed=False,
        nullable=True, sdmx="UNIT_MEASURE")
    qualifier: Text = column("限定", "How the number is qualified in print", nullable=True,
        codes="qualifiers.qualifier", sdmx="QUALIFIER")
    direction: Text = column("方向", "rise or fall, for a change", published=False, nullable=True,
        isin=["rise", "fall"])
    number: Text = column("数字", "Digits as printed, without commas and spaces", str_matches=NUMBER)
    multiplier: Text = column("倍数", "Power of ten printed behind the number", nullable=True,
        isin=[m for m in MULTIPLIERS if m])
    unit: Text = column("计量词", "Measure word as printed, in simplified characters", published=False)
    inherited: Text = column("承前", "Parts not in as_printed but printed elsewhere", published=False, nullable=True,
        isin=["multiplier", "unit", "both"])
    printed_decimals: Tiny = column("小数位数", "Digits printed behind the decimal point", keyed=False, nullable=True,
        sdmx="PRINTED_DECIMALS")
    as_printed: Text = column("原文", "The characters of the figure, verbatim", verbatim=True,
        sdmx="AS_PRINTED")
    paragraph: Int = column("段落", "Number of the non-empty line in the text", nullable=True, ge=1)
    char_start: Int = column("起始字符", "First code point of the figure in the text", nullable=True, ge=0)
    char_end: Int = column("结束字符", "Code point behind the figure", nullable=True, ge=1)
    evidence: Text = column("证据", "How far it has been checked", keyed=False, sdmx="EVIDENCE",
        names={"verified": ("a machine compared it with the text", "机器已与原文核对"),
               "keyed": ("not yet compared", "尚未核对")})
    obs_status: Text = column("观测状态", "Status of the observation", keyed=False, sdmx="OBS_STATUS",
        names={"A": ("normal value", "正常值"), "B": ("break in the series", "序列中断")})
    note: Text = column("备注", "What a reader must know", nullable=True, sdmx="COMMENT_OBS")


class PassedOver(pandera.DataFrameModel):
    """Numerals of a bulletin that are no figures, with the reason."""

    source_id: Text = column("来源编号", "The bulletin", keyed=False, codes="sources.source_id")
    paragraph: Int = column("段落", "Number of the non-empty line in the text", ge=1)
    char_start: Int = column("起始字符", "First code point of the entry", ge=0)
    char_end: Int = column("结束字符", "Code point behind the entry", ge=1)
    as_printed: Text = column("原文", "The characters passed over, verbatim", verbatim=True)
    reason: Text = column("理由", "Why this is no figure",
        isin=["date", "duration", "name", "idiom", "ordinal", "page", "age", "reference"])
    note: Text = column("备注", "What a reader must know", nullable=True)


class Receipts(pandera.DataFrameModel):
    """Figures that a clean audit has compared with their text."""

    source_id: Text = column("来源编号", "The bulletin", keyed=False, codes="sources.source_id")
    figure_no: Int = column("序号", "Number of the figure within its source", ge=1)
    text_sha256: Text = column("原文散列", "SHA-256 of the text it was compared with", str_matches=SHA256)
    row_sha256: Text = column("行散列", "SHA-256 of the row as it was compared", str_matches=SHA256)


class Actions(pandera.DataFrameModel):
    """What a bulletin says was done or will be done, in our own words."""

    action_id: Text = column("行动编号", "source_id:action_no", keyed=False)
    source_id: Text = column("来源编号", "The bulletin", keyed=False, codes="sources.source_id")
    action_no: Int = column("序号", "Number of the action within its source", published=False, ge=1)
    paragraph: Int = column("段落", "Number of the non-empty line in the text", nullable=True, ge=1)
    ref_area: Text = column("地区代码", "Area that acts", codes="areas.code")
    theme_id: Text = column("主题编号", "Theme", codes="themes.theme_id")
    title_zh: Text = column("中文标题", "The action, in Chinese")
    title_en: Text = column("英文标题", "The action, in English")
    status: Text = column("状态", "State of the action", isin=["planned", "launched", "under_way", "completed"])
    due: Text = column("期限", "Period by whose end it is due", nullable=True, str_matches=periods.PATTERN)
    due_end: Day = column("截止日", "Last day of the due period", keyed=False, nullable=True)
    figure_nos: Text = column("相关序号", "Figures of the same source that measure it, separated by |", nullable=True,
        str_matches=r"^[1-9][0-9]*(\|[1-9][0-9]*)*$")
    note: Text = column("备注", "What a reader must know", nullable=True)


class Sources(pandera.DataFrameModel):
    """Bulletins that figures were transcribed from."""

    source_id: Text = column("来源编号", "Name of the source's files", str_matches=SOURCE_ID)
    title_zh: Text = column("标题", "Title as published")
    publisher: Text = column("发布者", "Who published it", nullable=True)
    published_on: Text = column("发布日期", "Day or month of publication", nullable=True,
        str_matches=r"^[12][0-9]{3}-(0[1-9]|1[0-2])(-[0-3][0-9])?$")
    known_from: Day = column("公开日", "Last day on which it may have been published", keyed=False, nullable=True)
    url: Text = column("网址", "Address", nullable=True, str_matches=r"^https?://[^\s]+$")
    kind: Text = column("类别", "Kind of source", isin=["communique", "release", "news", "reprint", "table"])
    rank: Tiny = column("位次", "1 is the most official", ge=1, le=9)
    ref_area: Text = column("地区代码", "Area it reports on", codes="areas.code")
    time_period: Text = column("时期", "Period it reports on", str_matches=periods.PATTERN)
    text_sha256: Text = column("原文散列", "SHA-256 of the text, as bytes", nullable=True,
        str_matches=SHA256)
    note: Text = column("备注", "What a reader must know", nullable=True)
    period_end: Day = column("期末", "Last day of time_period", keyed=False, published=False, nullable=True)


class Indicators(pandera.DataFrameModel):
    """Concepts that figures measure; each unit says what is counted."""

    indicator_id: Text = column("指标编号", "Code", str_matches=CODE)
    name_zh: Text = column("中文名", "Chinese name")
    name_en: Text = column("英文名", "English name")
    theme_id: Text = column("主题编号", "Theme", codes="themes.theme_id")
    nature: Text = column("性质",
        "stock (at a day), flow (over a period), change, ratio, standard (an amount set) or target",
        isin=["stock", "flow", "change", "ratio", "standard", "target"])
    unit_id: Text = column("单位编号", "What is counted", codes="units.unit_id")
    minimum: Real = column("下限", "Least plausible value", nullable=True, unit="see unit_id")
    maximum: Real = column("上限", "Greatest plausible value", nullable=True, unit="see unit_id")
    range_reason: Text = column("范围理由", "Why values beyond are implausible")
    definition: Text = column("英文定义", "Definition in our own words")
    definition_zh: Text = column("中文定义", "The same in Chinese", nullable=True)
    definition_source: Text = column("定义依据", "Law or rule that defines the concept", nullable=True)


class Units(pandera.DataFrameModel):
    """Units of measure, with what they are printed as and their dimension."""

    unit_id: Text = column("单位编号", "Code", str_matches=CODE)
    name_zh: Text = column("中文名", "Chinese name")
    name_en: Text = column("英文名", "English name")
    printed: Text = column("印刷形式", "Measure words it is printed as, separated by |",
        str_matches=r"^[^|\s=+@-][^|\s]*(\|[^|\s=+@-][^|\s]*)*$")
    dimension: Text = column("量纲", "Dimension, as a product or quotient of named dimensions")
    pint: Text = column("定义", "Definition for the unit registry")
    sdmx_code: Text = column("SDMX 代码", "Code in the SDMX list of units, where there is one", nullable=True)
    countable: Flag = column("可数", "A bare integer of this unit is exact")


class Areas(pandera.DataFrameModel):
    """Areas by GB/T 2260, and the nation."""

    code: Text = column("代码", "GB/T 2260 code, CN for the nation", str_matches=r"^([1-9][0-9]{5}|[A-Z]{2})$")
    name_zh: Text = column("中文名", "Chinese name")
    name_en: Text = column("英文名", "English name")
    level: Text = column("级别", "Administrative level", isin=["country", "province", "prefecture", "county"])
    parent: Text = column("上级", "Area it belongs to", nullable=True, codes="areas.code")
    iso_3166_2: Text = column("ISO 代码", "ISO 3166 code", nullable=True, str_matches=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")


class Themes(pandera.DataFrameModel):
    """Themes that indicators and actions belong to."""

    theme_id: Text = column("主题编号", "Code", str_matches=CODE)
    name_zh: Text = column("中文名", "Chinese name")
    name_en: Text = column("英文名", "English name")
    definition: Text = column("定义", "What belongs to it")


class Qualifiers(pandera.DataFrameModel):
    """Words that qualify a printed number, and where they stand."""

    qualifier: Text = column("限定", "Code; its bounds are in the design", isin=[*filter(None, BOUNDS), "range"])
    printed: Text = column("印刷形式", "The word, in simplified characters")
    position: Text = column("位置", "Where it stands",
        isin=["before", "number", "after_number", "after_multiplier", "after_unit"])


class Dimensions(pandera.DataFrameModel):
    """Codes of the dimensions that figures may be broken down by."""

    dimension: Text = column("维度", "Name of the column", str_matches=CODE)
    code: Text = column("代码", "Value; _T is the total", str_matches=rf"^{DIMENSION_CODE}$")
    name_zh: Text = column("中文名", "Chinese name")
    name_en: Text = column("英文名", "English name")


class Parts(pandera.DataFrameModel):
    """Which indicators are parts of which."""

    whole: Text = column("整体", "Indicator", codes="indicators.indicator_id")
    part: Text = column("部分", "Indicator", codes="indicators.indicator_id")
    kind: Text = column("关系",
        "subset: part ≤ whole; sum: the parts add up to the whole; shares: they add up to 100%; "
        "addition: a flow that entered the stock", isin=["subset", "sum", "shares", "addition"])
    along: Text = column("维度", "Dimension whose codes are the parts, or ref_area: the areas within one",
        nullable=True, str_matches=CODE)
    codes: Text = column("维度代码", "The codes along it that make the whole, separated by |", nullable=True,
        str_matches=rf"^{DIMENSION_CODE}(\|{DIMENSION_CODE})*$")
    set_id: Text = column("分组", "Name of a set of parts, where a whole is divided in more ways than one",
        nullable=True, str_matches=CODE)
    factor: Real = column("倍数", "The parts add up to this many times the whole; empty: once", nullable=True, gt=0)
    factor_unit: Text = column("倍数单位", "Unit of the factor, where it has one", nullable=True, codes="units.unit_id")
    note: Text = column("备注", "Why", nullable=True)


class PublishedRules(pandera.DataFrameModel):
    """What sources print although it follows from other figures, so that the two can be compared."""

    published: Text = column("公布的指标", "Indicator of the printed result", codes="indicators.indicator_id")
    kind: Text = column("关系",
        "change: left less the same a lag earlier; growth: that over the earlier; growth_by_change: right / "
        "(left - right), where right is the printed change; ratio: left / right; rate: left / the mean of right "
        "at both ends of the lag; per_day: left / days of the period",
        isin=["change", "growth", "growth_by_change", "ratio", "rate", "per_day"])
    left_id: Text = column("左项", "Indicator it is computed from", codes="indicators.indicator_id")
    right_id: Text = column("右项", "Second indicator, where there is one", nullable=True,
        codes="indicators.indicator_id")
    along: Text = column("维度", "Dimension along which right is the total", nullable=True,
        codes="dimensions.dimension")
    code: Text = column("维度代码", "Code of left along it; empty: that of the printed result", nullable=True,
        str_matches=rf"^{DIMENSION_CODE}$")
    lag: Text = column("间隔", "How much earlier: P1Y, P1M …", nullable=True, str_matches=r"^P[1-9][0-9]?[YM]$")
    scale: Real = column("比例", "Factor that turns the units of left and right into that of published", gt=0)
    waiting: Flag = column("待补", "true: no figures to compute it from are known yet; fails once there are",
        nullable=True)
    note: Text = column("备注", "What a reader must know", nullable=True)


class KnownContradictions(pandera.DataFrameModel):
    """Contradictions of the sources themselves, with the reason; an entry fails once its contradiction is gone."""

    kind: Text = column("关系", "Kind of the reconciliation that fails", str_matches=CODE)
    figures: Text = column("观测编号", "The figures that contradict each other: observation_ids separated by |",
        str_matches=rf"^{FIGURE}(\|{FIGURE})+$")
    reason: Text = column("理由", "Why the sources differ")


class DerivedRules(pandera.DataFrameModel):
    """How derived values are computed from indicators."""

    derived_id: Text = column("派生编号", "Code", str_matches=CODE)
    name_zh: Text = column("中文名", "Chinese name")
    name_en: Text = column("英文名", "English name")
    formula: Text = column("公式", "Two indicators or derived values and one of * / -", str_matches=FORMULA)
    unit_id: Text = column("单位编号", "Unit of the result", codes="units.unit_id")
    scale: Real = column("比例", "Factor that turns the formula's unit into unit_id", gt=0)
    note: Text = column("备注", "What a reader must know", nullable=True)
    left_id: Text = column("左项", "First operand", keyed=False, nullable=True)
    operator: Text = column("运算", "*, / or -", keyed=False, nullable=True)
    right_id: Text = column("右项", "Second operand", keyed=False, nullable=True)
    step: Tiny = column("层次", "1 where both operands are indicators, else one more than the deeper", keyed=False)

# fmt: on


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its model, the raw files it is read from, its key, and whether `curated/` has it."""

    name: str
    model: type[pandera.DataFrameModel]
    raw: str
    key: tuple[str, ...]
    is_published: bool = True

    @property
    def is_sheet(self) -> bool:
        """True for a table of many files, one for each source."""
        return "*" in self.raw


TABLES = {
    table.name: table
    for table in (
        Table("receipts", Receipts, "receipts/*.csv", ("source_id", "figure_no"), is_published=False),
        Table("observations", Observations, "figures/*.csv", ("observation_id",)),
        Table("passed_over", PassedOver, "passed_over/*.csv", ("source_id", "char_start", "char_end")),
        Table("actions", Actions, "actions/*.csv", ("action_id",)),
        Table("sources", Sources, "sources.csv", ("source_id",)),
        Table("indicators", Indicators, "codelists/indicators.csv", ("indicator_id",)),
        Table("units", Units, "codelists/units.csv", ("unit_id",)),
        Table("areas", Areas, "codelists/areas.csv", ("code",)),
        Table("themes", Themes, "codelists/themes.csv", ("theme_id",)),
        Table("qualifiers", Qualifiers, "codelists/qualifiers.csv", ("qualifier", "printed", "position")),
        Table("dimensions", Dimensions, "codelists/dimensions.csv", ("dimension", "code")),
        Table("parts", Parts, "rules/parts.csv", ("whole", "part", "along", "codes", "set_id", "kind")),
        Table("published_rules", PublishedRules, "rules/published.csv", ("published", "kind")),
        Table("known_contradictions", KnownContradictions, "rules/contradictions.csv", ("kind", "figures")),
        Table("derived_rules", DerivedRules, "rules/derived.csv", ("derived_id",)),
    )
}
"""Every table by name; sheets first, then what they refer to."""
PUBLISHED = [table for table in TABLES.values() if table.is_published]


RESERVED = frozenset(
    {"filename", "breakdown", "at_day", "exponent", "countable", "rate", "plain_number", "tenths", "decimals", "zeros"}
    | {"below", "above", "sign", "first_end", "last_end", "core", "stripped", "flow_start", "unit_mult"}
)
"""Names that queries and SDMX use beside the declared and working columns: no dimension may take one."""


def is_free(name: str) -> bool:
    """True for a name that a dimension may have."""
    declared = TABLES["observations"].model.to_schema().columns
    concepts = {each.metadata["sdmx"] for each in declared.values()}
    return name.upper() not in concepts and not any(
        name in taken for taken in (declared, WORKING, WORKING_SHEETS, WORKING_FIGURES, RESERVED)
    )


def dimension_column(name: str, codes: str) -> pandera.Column:
    """The column of a dimension that `dimensions.csv` names."""
    metadata = {"zh": f"维度 {name}", "keyed": True, "published": True, "codes": codes, "unit": None}
    return pandera.Column(
        pd.ArrowDtype(pa.string()),
        name=name,
        description=f"Breakdown by {name.replace('_', ' ')}; {TOTAL} is the total",
        metadata=metadata | {"sdmx": name.upper(), "bad": None},
    )


WORKING = {
    "row": pa.int64(),  # place of the row among all rows of its table, from 0
    "unread": pa.string(),  # keyed columns that hold something that could not be typed, separated by commas
}
"""Columns that batches carry beside the declared ones, for the checks."""

WORKING_SHEETS = {
    "key_hash": pa.uint64(),  # of the key: what stands twice is looked for among rows of one hash only
}
WORKING_FIGURES = {
    "fact_hash": pa.uint64(),  # of what a source may state but once
    "printed_form": pa.string(),  # as_printed, normalised
    "recomposed": pa.string(),  # what the parts give when put together
}

_OF_A_ROW = ("unread", "printed_form", "recomposed")
_SELDOM_ALIKE = ("observation_id", "number", "as_printed", "note")
_FOLLOWS_PERIOD = "period_end"


def working(table: Table) -> dict[str, pa.DataType]:
    """Columns that a batch of this table carries for the checks only."""
    further = WORKING_FIGURES if table.name == "observations" else {}
    return WORKING | (WORKING_SHEETS if table.is_sheet else {}) | further


def batch(table: Table, dimensions: tuple[str, ...] = ()) -> pa.Schema:
    """Every column of a batch, the working columns included."""
    kinds = {name: arrow_type(each) for name, each in columns(table, dimensions).items()}
    return pa.schema(list((kinds | working(table)).items()))


def staged(table: Table, dimensions: tuple[str, ...] = ()) -> pa.Schema:
    """Every column of a sheet that is staged: without those that only the rules of a row ask for."""
    return pa.schema([field for field in batch(table, dimensions) if field.name not in _OF_A_ROW])


def repeating(schema: pa.Schema) -> list[str]:
    """Columns of text whose values repeat, as codes do: a dictionary makes them quick to read."""
    return [f.name for f in schema if f.type == pa.string() and f.name not in _SELDOM_ALIKE]


def columns(table: Table, dimensions: tuple[str, ...] = ()) -> dict[str, pandera.Column]:
    """A table's columns in published order; observations have their dimensions behind the period."""
    declared: dict[str, pandera.Column] = table.model.to_schema().columns
    if table.name != "observations":
        return dict(declared)
    result: dict[str, pandera.Column] = {}
    for name, each in declared.items():
        result[name] = each
        if name == _FOLLOWS_PERIOD:
            result |= {d: dimension_column(d, f"dimensions.code where dimension={d}") for d in dimensions}
    return result


def arrow_type(each: pandera.Column) -> pa.DataType:
    return each.dtype.type.pyarrow_dtype


def names(table: Table, role: str, dimensions: tuple[str, ...] = ()) -> list[str]:
    """Names of the columns that are `keyed`, or `published`."""
    return [name for name, each in columns(table, dimensions).items() if each.metadata[role]]


def arrow_schema(table: Table, dimensions: tuple[str, ...] = ()) -> pa.Schema:
    """The published Arrow schema, with meaning, unit and code list in each field's metadata."""
    fields = []
    for name, each in columns(table, dimensions).items():
        if each.metadata["published"]:
            fields.append(pa.field(name, arrow_type(each), nullable=each.nullable, metadata=_field_metadata(each)))
    return pa.schema(fields, metadata={"table": table.name, "description": table.model.__doc__ or ""})


def _field_metadata(each: pandera.Column) -> dict[str, str]:
    about = each.metadata
    facts = {"description": each.description, "description_zh": about["zh"], "unit": about["unit"]}
    facts |= {"codes": about["codes"], "sdmx_concept": about["sdmx"]}
    return {key: value for key, value in facts.items() if value}
