"""A chart of one indicator for a paper: the page's own, drawn into a PNG or SVG file."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from pipeline import access, database, pages
from pipeline.explorer import charts
from pipeline.findings import nearest

FONT_PACKAGE = "fonts-noto-cjk"
_BEGINNINGS = {".png": b"\x89PNG", ".svg": b"<svg"}
_SERIES = """
SELECT s.* EXCLUDE (unit_id), CASE WHEN span = 'P0D' THEN s.period_end
    ELSE s.period_start + ((s.period_end - s.period_start) // 2)::INTEGER END AS midst,
    i.name_en, i.name_zh, a.name_en AS area_en, a.name_zh AS area_zh, u.name_en AS unit_en,
    u.name_zh AS unit_zh
FROM series s JOIN indicators i USING (indicator_id) JOIN areas a ON a.code = s.ref_area
    JOIN units u ON u.unit_id = i.unit_id
WHERE indicator_id = $1 AND breakdown = '' ORDER BY period_end"""
_WORDS = {
    "en": ("{name_en}, {area_en}", "Unit: {unit_en}. Whiskers: what each print allows. The axis need not begin at 0."),
    "zh": ("{area_zh}：{name_zh}", "单位：{unit_zh}。误差线为各数字的印刷形式允许的区间；纵轴不一定从 0 开始。"),
}


class NotDrawn(Exception):
    """The chart cannot be drawn; the message says why and what helps."""


def draw(indicator: str, path: Path, *, area: str | None, language: str, folder: Path | None) -> dict[str, Any]:
    """Draw the longest series of an indicator, or that of an area, into a file. Raises NotDrawn, pages.NotWritten."""
    if path.suffix.lower() not in _BEGINNINGS:
        raise NotDrawn(f"{path.name} is neither .png nor .svg: the name of the file says which it is to be")
    rows = _series(indicator, area, folder)
    if language == "zh" and not draws_chinese():
        raise NotDrawn(
            f"no font here has Chinese: install one (Debian: apt-get install {FONT_PACKAGE}), then try again"
        )
    spec = specification(rows, language)
    pages.write(_FORMATS[path.suffix.lower()](spec), path, _BEGINNINGS[path.suffix.lower()], what="figure")
    return rows[0] | {"figures": sum(not row["is_gap"] for row in rows)}


def _series(indicator: str, area: str | None, folder: Path | None) -> list[dict[str, Any]]:
    """Rows of the series with most figures, gaps included."""
    with access.connect(folder) as connection:
        rows = database.rows(connection, _SERIES, indicator)
        if not rows:
            known = database.rows(connection, "SELECT DISTINCT indicator_id FROM series")
            hint = nearest(indicator, [row["indicator_id"] for row in known])
            raise NotDrawn(f"no indicator {indicator!r}" + (f": {hint}" if hint else ""))
    areas = sorted({row["ref_area"] for row in rows})
    if area and area not in areas:
        raise NotDrawn(f"no figure of {indicator} for area {area!r}; there are: {', '.join(areas)}")
    lines: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows:
        if area in (None, row["ref_area"]):
            lines.setdefault((row["ref_area"], row["span"]), []).append(row)
    return max(lines.values(), key=lambda line: sum(not row["is_gap"] for row in line))


def specification(rows: list[dict[str, Any]], language: str) -> charts.Spec:
    """The Vega-Lite chart of a series, whole by itself."""
    title, subtitle = _WORDS[language]
    values = [{"day": str(r["midst"]), "value": r["obs_value"], "lower": r["lower"], "upper": r["upper"]} for r in rows]
    spec = charts.series(charts.PAPERS[language], language)
    return charts.with_values(spec, values, title.format(**rows[0]), [subtitle.format(**rows[0])])


def draws_chinese() -> bool:
    """True where two characters come out as two pictures: without a font both are the same box."""
    import vl_convert

    text = f'<text y="30" font-size="30" font-family="{charts.PAPERS["zh"].font}">'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40">{text}%s</text></svg>'
    first, second = (vl_convert.svg_to_png(svg % character) for character in "民生")
    return bool(first != second)


def _png(spec: charts.Spec) -> bytes:
    import vl_convert

    return bytes(vl_convert.vegalite_to_png(spec | {"background": "white"}, vl_version=charts.VEGA_LITE, scale=2))


def _svg(spec: charts.Spec) -> bytes:
    import vl_convert

    return str(vl_convert.vegalite_to_svg(spec | {"background": "white"}, vl_version=charts.VEGA_LITE)).encode()


_FORMATS: dict[str, Callable[[charts.Spec], bytes]] = {".png": _png, ".svg": _svg}
