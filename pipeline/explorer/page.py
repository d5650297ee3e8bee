"""The page: template, style, scripts and data in one HTML file, and the files beside it that are too large for it."""

import shutil
from pathlib import Path

from pipeline import pages
from pipeline.explorer import charts
from pipeline.explorer.content import are_embedded, content, downloads

_ASSETS = Path(__file__).parent / "assets"
_SCRIPTS = ("core", "words", "format", "charts", "grid", "overview", "indicators", "table", "quality", "main")
"""Files of one script, in order: what a file names, one before it defines."""
_BEGINNING = 55
_VEGA = "window.vegaEmbed = vegaEmbed;"


def write(folder: Path, path: Path) -> None:
    """Write the page of a dataset. Raises pages.NotWritten, FileNotFoundError where the folder holds no dataset."""
    beside = None if are_embedded(folder) else path.with_suffix(".files")
    page = render(folder, beside.name if beside else None).encode()
    pages.write(page, path, page[:_BEGINNING])
    if beside:
        _copy(folder, beside)


def render(folder: Path, beside: str | None = None) -> str:
    """The page as HTML; `beside` names the folder with its files where they are not part of it."""
    page = _asset("page.html")
    parts = {
        "style": _asset("page.css"),
        "vega": _vega(),
        "script": _alone("".join(_asset(f"{s}.js") for s in _SCRIPTS)),
    }
    for name, text in parts.items():
        page = page.replace(f"{{{{{name}}}}}", text)
    policy = pages.policy(page, "; img-src data:; connect-src 'none'", trusted="default")
    data = content(folder) | {"beside": beside, "charts": charts.for_page()}
    return page.replace("{{policy}}", policy).replace("{{data}}", pages.island(data))


def _asset(name: str) -> str:
    return (_ASSETS / name).read_text(encoding="utf-8")


def _vega() -> str:
    """Vega-Lite and what it needs, as one script, in which nothing ends the element that it stands in."""
    import vl_convert

    return _alone(vl_convert.javascript_bundle(_VEGA, vl_version=charts.VEGA_LITE).replace("</script", "<\\/script"))


def _alone(script: str) -> str:
    """A script whose names are its own."""
    return f"(() => {{\n{script}\n}})();\n"


def _copy(folder: Path, beside: Path) -> None:
    try:
        beside.mkdir(exist_ok=True)
        for name in downloads(folder):
            shutil.copy(folder / name, beside / name)
    except OSError as error:
        raise pages.NotWritten(f"{beside} cannot be written: {error.strerror}") from error
