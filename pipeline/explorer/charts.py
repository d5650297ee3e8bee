"""The charts, as Vega-Lite: the page draws them from its data, `minsheng plot` from the same rows.

Each is a function of a look and a language. Rows come under the name `figures`; a value is told with `lower` and
`upper`, of which either may be missing.
"""

from dataclasses import dataclass, replace
from typing import Any

VEGA_LITE = "6.4"
_SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
LANGUAGES = ("en", "zh")

Spec = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Look:
    """Colours, font and width: the page's colours follow its theme by themselves."""

    ink: str
    quiet: str
    line: str
    accent: str
    hues: tuple[str, ...]
    font: str
    width: int | str


PAGE = Look(
    "var(--ink)", "var(--quiet)", "var(--line)", "var(--accent)", tuple(f"var(--hue{n})" for n in range(1, 7)),
    'system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", sans-serif', "container",
)  # fmt: skip
_PAPER = Look(
    "#1d1f21", "#55585c", "#d9d6d0", "#0b5c63", ("#0b5c63", "#b0472a", "#5b5299", "#7a6a00", "#2f6f3e", "#8a3a63"),
    "Liberation Sans, Arial, Noto Sans CJK SC, sans-serif", 560,
)  # fmt: skip
PAPERS = {"en": _PAPER, "zh": replace(_PAPER, font="Noto Sans CJK SC, WenQuanYi Micro Hei, sans-serif")}
"""How a figure for a paper looks, by language."""

_AMOUNT = {
    "en": "abs(datum.value) >= 1e9 ? format(datum.value / 1e9, ',.6~f') + ' bn' : "
          "abs(datum.value) >= 1e6 ? format(datum.value / 1e6, ',.6~f') + ' m' : format(datum.value, ',.6~f')",
    "zh": "abs(datum.value) >= 1e8 ? format(datum.value / 1e8, ',.6~f') + '亿' : "
          "abs(datum.value) >= 1e4 ? format(datum.value / 1e4, ',.6~f') + '万' : format(datum.value, ',.6~f')",
}  # fmt: skip
"""Labels of an axis as a reader of the language writes amounts."""
_YEAR = {"en": "%Y", "zh": "%Y年"}
_WORDS = {
    "en": {"off": "Difference, % of what rounding allows", "printed": "printed", "parts": "sum of parts"},
    "zh": {"off": "差异，占舍入允许范围的 %", "printed": "公布数", "parts": "各部分之和"},
}  # fmt: skip


def for_page() -> dict[str, dict[str, Spec]]:
    """Every chart in every language, as the page draws it."""
    kinds = {"series": series, "areas": areas, "bars": bars, "checks": checks}
    return {name: {language: make(PAGE, language) for language in LANGUAGES} for name, make in kinds.items()}


def series(look: Look, language: str) -> Spec:
    """One series: `day`, `value`, bounds. A row without value or bounds is a gap, where the line breaks."""
    colour = {"color": look.accent}
    y = {"field": "value", "type": "quantitative", "axis": _amounts(language), "scale": {"zero": False}, "title": None}
    line = {"mark": {"type": "line", "strokeWidth": 1.5, "opacity": 0.45, **colour}, "encoding": {"y": y}}
    layers = [line, *_whiskers("y", colour), _points(colour, y)]
    return _chart(look, {"height": 220, "encoding": {"x": _days(language)}, "layer": layers})


def areas(look: Look, language: str) -> Spec:
    """Several series of comparable values beside each other, told apart by colour and shape: `area` is the name."""
    legend = {"orient": "bottom", "title": None, "columns": 3}
    hue = {"field": "area", "type": "nominal", "scale": {"range": list(look.hues)}, "legend": legend}
    y = {"field": "value", "type": "quantitative", "axis": _amounts(language), "scale": {"zero": True}, "title": None}
    line = {"mark": {"type": "line", "strokeWidth": 1.5, "opacity": 0.45}, "encoding": {"y": y}}
    shape = {"field": "area", "type": "nominal", "legend": legend}
    layers = [line, *_whiskers("y", {}), _points({}, y)]
    encoding = {"x": _days(language), "color": hue, "shape": shape}
    return _chart(look, {"height": 260, "encoding": encoding, "layer": layers})


def bars(look: Look, language: str) -> Spec:
    """Figures of one unit beside each other: `label` is the name."""
    x = {"field": "value", "type": "quantitative", "axis": _amounts(language) | {"tickCount": 3}, "title": None}
    bar = {"mark": {"type": "bar", "color": look.accent, "opacity": 0.35, "height": 10}, "encoding": {"x": x}}
    return _rows(look, 42, [bar, *_whiskers("x", {"color": look.accent})])


def checks(look: Look, language: str) -> Spec:
    """Printed totals (`lower` … `upper`, about 0) against the sums of their parts (`sum_lower` … `sum_upper`).

    One unit is what rounding allows: intervals that share no value lie further apart.
    """
    words = _WORDS[language]
    x = {"type": "quantitative", "title": words["off"], "scale": {"domain": [-2, 2]},
         "axis": {"format": ".0%", "tickCount": 5, "grid": True}}  # fmt: skip
    colour = {"field": "side", "type": "nominal", "legend": {"orient": "top", "title": None},
              "scale": {"domain": [words["printed"], words["parts"]], "range": [look.quiet, look.accent]}}  # fmt: skip
    band, line = {"strokeWidth": 7, "opacity": 0.35, "strokeCap": "round"}, {"strokeWidth": 2}
    sides = [
        _side(words["printed"], "lower", "upper", {"type": "rule", **band}, x),
        _side(words["parts"], "sum_lower", "sum_upper", {"type": "rule", **line}, x),
        _side(words["parts"], "sum_value", None, {"type": "point", "filled": True, "size": 45, "opacity": 1}, x),
    ]
    return _rows(look, 36, [each | {"encoding": each["encoding"] | {"color": colour}} for each in sides], at=0.75)


def with_values(spec: Spec, rows: list[dict[str, Any]], title: str, subtitle: list[str]) -> Spec:
    """A chart with its rows and a heading: whole by itself."""
    return spec | {"data": {**spec["data"], "values": rows}, "title": {"text": title, "subtitle": subtitle}}


def _rows(look: Look, step: int, layers: list[Spec], at: float = 0.5) -> Spec:
    """One `row` below another, each under its name, which is never cut: who draws breaks it into lines."""
    row = {"field": "row", "type": "ordinal", "axis": None, "bandPosition": at}
    mark = {
        "type": "text",
        "align": "left",
        "baseline": "bottom",
        "dy": {"expr": "-7 - 15 * (length(split(datum.label, '\\n')) - 1)"},
        "fontSize": 12,
        "lineBreak": "\n",
        "color": look.ink,
    }
    name = {"mark": mark, "encoding": {"x": {"value": 0}, "text": {"field": "label"}}}
    return _chart(look, {"height": {"step": step}, "encoding": {"y": row}, "layer": [name, *layers]})


def _side(name: str, low: str, high: str | None, mark: Spec, x: Spec) -> Spec:
    more = {"x2": {"field": high}} if high else {}
    transform = [{"calculate": f"'{name}'", "as": "side"}]
    return {
        "mark": mark,
        "transform": transform,
        "encoding": {"x": x | {"field": low}, **more, "tooltip": {"field": "told"}},
    }


def _whiskers(side: str, colour: Spec) -> list[Spec]:
    """The interval that a print allows, with a cap at each end; an end that is not bounded is an arrow head."""
    ends: Spec = {"field": "lower", "type": "quantitative"}
    closed = [{"filter": "isValid(datum.lower) && isValid(datum.upper)"}]
    rule = {"mark": {"type": "rule", "strokeWidth": 1.5, **colour}, "transform": closed,
            "encoding": {side: ends, f"{side}2": {"field": "upper"}}}  # fmt: skip
    tick = {
        "type": "tick",
        "size": 9,
        "thickness": 1.5,
        "orient": "horizontal" if side == "y" else "vertical",
        **colour,
    }
    caps = [{"mark": tick, "transform": closed, "encoding": {side: ends | {"field": end}, "shape": None}}
            for end in ("lower", "upper")]  # fmt: skip
    heads = [_arrow(side, "upper", "lower", colour), _arrow(side, "lower", "upper", colour)]
    return [rule, *caps, *heads]


def _arrow(side: str, open_end: str, closed_end: str, colour: Spec) -> Spec:
    """A head that points to where there is no bound."""
    shape = {"y": ("triangle-up", "triangle-down"), "x": ("triangle-right", "triangle-left")}[side][open_end == "lower"]
    offset = {"y": -9, "x": 9}[side] * (-1 if open_end == "lower" else 1)
    mark = {"type": "point", "shape": shape, "filled": True, "size": 45, f"{side}Offset": offset, **colour}
    return {"mark": mark, "transform": [{"filter": f"!isValid(datum.{open_end}) && isValid(datum.{closed_end})"}],
            "encoding": {side: {"field": closed_end, "type": "quantitative"}}}  # fmt: skip


def _points(colour: Spec, y: Spec) -> Spec:
    mark = {"type": "point", "filled": True, "size": 42, "opacity": 1, **colour}
    encoding = {"y": y, "tooltip": {"field": "told"}}
    return {"mark": mark, "transform": [{"filter": "isValid(datum.value)"}], "encoding": encoding}


def _days(language: str) -> Spec:
    """Time, with each year's name behind the tick that it begins at."""
    axis = {"format": _YEAR[language], "tickCount": "year", "grid": False, "labelOverlap": True, "labelAlign": "left",
            "labelOffset": 4, "labelBound": True, "tickSize": 15, "labelPadding": -12}  # fmt: skip
    return {"field": "day", "type": "temporal", "scale": {"type": "utc", "nice": "year"}, "axis": axis, "title": None}


def _amounts(language: str) -> Spec:
    return {"labelExpr": _AMOUNT[language], "tickCount": 5}


def _chart(look: Look, parts: Spec) -> Spec:
    return {
        "$schema": _SCHEMA, "data": {"name": "figures", "format": {"parse": {"day": "date"}}}, "width": look.width,
        "background": "transparent", "padding": {"left": 2, "right": 14, "top": 8, "bottom": 4},
        "autosize": {"type": "fit-x", "contains": "padding"} if look is PAGE else "pad", "config": _config(look),
        **parts,
    }  # fmt: skip


def _config(look: Look) -> Spec:
    axis = {"labelColor": look.quiet, "titleColor": look.quiet, "gridColor": look.line, "domainColor": look.line,
            "tickColor": look.line, "labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal"}  # fmt: skip
    title = {"anchor": "start", "color": look.ink, "subtitleColor": look.quiet, "fontSize": 15, "subtitleFontSize": 12,
             "subtitlePadding": 5, "offset": 14, "subtitleLineHeight": 17}  # fmt: skip
    legend = {
        "labelColor": look.ink,
        "labelFontSize": 12,
        "symbolStrokeWidth": 2,
        "symbolOpacity": 1,
        "labelLimit": 220,
    }
    return {"font": look.font, "axis": axis, "title": title, "legend": legend, "view": {"stroke": None}, "aria": False}
