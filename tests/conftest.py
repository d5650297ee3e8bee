"""Fixtures: the project's raw folder, copies of it to break, and what a check finds there."""

import csv
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import pipeline
from pipeline.evidence.texts import Text
from pipeline.findings import Finding

ROOT = Path(__file__).parent.parent
SHEET = "figures/jiangsu-2022-s1.csv"
SOURCE = "jiangsu-2022-s1"
CHROMIUM = shutil.which("chromium")
INVENTED = "虚构公报\n\n  登记20.07万对,占37%。\n"


class Raw:
    """A copy of the raw folder, with the edits that a careless person makes."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def rows(self, file: str) -> list[dict[str, str]]:
        with (self.path / file).open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))

    def write(self, file: str, rows: list[dict[str, str]], header: list[str] | None = None) -> None:
        with (self.path / file).open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, header or list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)

    def edit(self, file: str, line: int, **cells: str) -> None:
        """Overwrite cells of the row that stands in a line of a file without multi-line cells."""
        rows = self.rows(file)
        rows[line - 2] |= cells
        self.write(file, rows)

    def add(self, file: str, like: int, **cells: str) -> int:
        """Append a row like that of a line, with other cells; its line."""
        rows = self.rows(file)
        rows.append(rows[like - 2] | cells)
        self.write(file, rows)
        return len(rows) + 1

    def drop(self, file: str, line: int) -> None:
        rows = self.rows(file)
        del rows[line - 2]
        self.write(file, rows)

    def column(self, file: str, name: str, value: str) -> None:
        """Add a column with one value throughout."""
        rows = [row | {name: value} for row in self.rows(file)]
        self.write(file, rows)

    def replace(self, file: str, old: str, new: str) -> None:
        text = (self.path / file).read_text(encoding="utf-8")
        assert old in text
        (self.path / file).write_text(text.replace(old, new), encoding="utf-8")

    def line_of(self, file: str, **cells: str) -> int:
        """The line of the first row that has these cells."""
        return next(n for n, row in enumerate(self.rows(file), 2) if cells.items() <= row.items())

    def keep_only(self, source: str) -> None:
        """Take the other sources away, and the rules, most of which would find nothing then."""
        rows = self.rows("sources.csv")
        self.write("sources.csv", [row for row in rows if row["source_id"] == source], list(rows[0]))
        for sheet in self.path.glob("figures/*.csv"):
            if sheet.stem != source:
                sheet.unlink()
        for rules in self.path.glob("rules/*.csv"):
            rules.write_text(rules.read_text(encoding="utf-8").split("\n")[0] + "\n", encoding="utf-8")

    def check(self) -> list[Finding]:
        return pipeline.check(self.path)

    def only(self) -> Finding:
        """The one error there is; warnings aside."""
        found = [f for f in self.check() if f.severity == "error"]
        assert len(found) == 1, [str(f) for f in found]
        return found[0]


@pytest.fixture
def raw(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Raw:
    monkeypatch.delenv("MINSHENG_DOCUMENTS", raising=False)  # a spoiled copy is not compared with the real text
    shutil.copytree(ROOT / "raw", tmp_path / "raw", ignore=shutil.ignore_patterns("documents", "receipts"))
    return Raw(tmp_path / "raw")


@pytest.fixture
def second_source(raw: Raw) -> Callable[..., int]:
    """Add a source without text and give it figures; calling it with cells of a figure returns that figure's line."""
    raw.add(
        "sources.csv", like=2, source_id="invented-2022", title_zh="虚构公报", text_sha256="", published_on="2022-09",
        kind="release", rank="2", note="invented for the tests",
    )  # fmt: skip
    file = "figures/invented-2022.csv"
    blank = dict.fromkeys(raw.rows(SHEET)[0], "")
    raw.write(file, [], header=list(blank))

    def figure(**cells: str) -> int:
        rows = raw.rows(file)
        defaults = {"figure_no": str(len(rows) + 1), "ref_area": "320000", "time_period": "2022-S1"}
        rows.append(blank | defaults | cells)
        raw.write(file, rows)
        return len(rows) + 1

    return figure


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dataset built once from the project's own raw folder."""
    out = tmp_path_factory.mktemp("built") / "curated"
    pipeline.build(ROOT / "raw", out)
    return out


@pytest.fixture(scope="session")
def bulletin_path() -> Path:
    """Where the text of the first bulletin lies, if somebody holds it; CI always does."""
    folder = Path(os.environ.get("MINSHENG_DOCUMENTS", ROOT / "raw" / "documents"))
    file = folder / "jiangsu-2022-s1.txt"
    if not file.is_file():
        assert "CI" not in os.environ, "CI holds the text: set MINSHENG_DOCUMENTS"
        pytest.skip("nobody holds the bulletin's text here: set MINSHENG_DOCUMENTS to its folder")
    return file


@pytest.fixture(scope="session")
def bulletin(bulletin_path: Path) -> str:
    return bulletin_path.read_text(encoding="utf-8")


@pytest.fixture
def documents(raw: Raw, tmp_path: Path) -> Path:
    """A folder with an invented text under the bulletin's name, and a raw folder that transcribes it."""
    home = tmp_path / "texts"
    home.mkdir()
    (home / f"{SOURCE}.txt").write_text(INVENTED, encoding="utf-8")
    raw.edit("sources.csv", 2, text_sha256=Text.read(home / f"{SOURCE}.txt").sha256)
    rows = [row for row in raw.rows(SHEET) if row["indicator_id"].startswith("marriages")]
    rows[0] |= {"paragraph": "2", "char_start": "10", "char_end": "17"}
    rows[1] |= {"paragraph": "2", "char_start": "19", "char_end": "22"}
    raw.write(SHEET, rows)
    for name in ("passed_over", "actions"):
        (raw.path / name / f"{SOURCE}.csv").unlink()
    raw.keep_only(SOURCE)
    return home


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Debian's chromium, which finds no network."""
    if CHROMIUM is None:
        pytest.skip("no chromium here: apt-get install chromium fonts-noto-cjk")
    driver = pytest.importorskip("playwright.sync_api", reason="no playwright here: pip install playwright")
    with driver.sync_playwright() as started:
        options = ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND"]
        yield started.chromium.launch(executable_path=CHROMIUM, args=options)


@pytest.fixture
def visit(browser: Any) -> Iterator[Callable[..., Any]]:
    """Open a page of a file; afterwards nothing may have gone wrong in it, and nothing have been asked of a network."""
    contexts, trouble, requests, opened = [], [], [], set()

    def open_page(file: Path, address: str = "", **options: Any) -> Any:
        context = {"locale": "en-GB", "viewport": {"width": 1300, "height": 800}} | options
        contexts.append(browser.new_context(**context))
        page = contexts[-1].new_page()
        page.on("console", lambda message: trouble.append(message.text))
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on("dialog", lambda dialog: (trouble.append(dialog.message), dialog.dismiss()))
        page.on("request", lambda request: requests.append(request.url))
        opened.add(file.as_uri())
        page.goto(file.as_uri() + address)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert trouble == []
    assert {url.partition("#")[0] for url in requests if not url.startswith("blob:")} == opened
