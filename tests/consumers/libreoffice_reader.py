"""LibreOffice Calc opens the workbook and saves it as its own format, which tells the type of each cell.

python libreoffice_reader.py WORKBOOK
"""

import hashlib
import json
import re
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter
from functools import reduce
from operator import add
from pathlib import Path
from xml.etree import ElementTree as ET

NAMESPACES = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
OFFICE, TABLE, TEXT = (NAMESPACES % name for name in ("office", "table", "text"))
READ = {"float": float, "boolean": lambda value: value == "true", "date": str}
ATTRIBUTE = {"float": "value", "boolean": "boolean-value", "date": "date-value"}
WIDEST = 256
LOGICAL = {"of:=TRUE()": True, "of:=FALSE()": False}
"""What Calc makes of a logical cell of a workbook; it shows TRUE or FALSE, and may save the type of the number behind."""


def saved(workbook: str, folder: str) -> ET.Element:
    """The content of the workbook as Calc saves it."""
    profile = f"-env:UserInstallation={Path(folder, 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "ods", "--outdir", folder, workbook]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    with zipfile.ZipFile(Path(folder, Path(workbook).stem + ".ods")) as file:
        return ET.fromstring(file.read("content.xml"))


def text(paragraph: ET.Element) -> str:
    """The characters of a paragraph; a run of spaces is kept as an element."""
    inner = (" " * int(e.get(TEXT + "c", "1")) if e.tag == TEXT + "s" else text(e) for e in paragraph)
    return (paragraph.text or "") + "".join(own + (e.tail or "") for own, e in zip(inner, paragraph, strict=True))


def repeated(element: ET.Element, what: str) -> int:
    """How often a row or cell stands there; the rest of a sheet is one empty cell some thousand times."""
    return min(int(element.get(f"{TABLE}number-{what}-repeated", "1")), WIDEST)


def cells(row: ET.Element) -> list[tuple[str, object]]:
    """Type and value of each cell of a row; ("", None) where it is empty."""
    found = []
    for cell in row:
        kind = cell.get(OFFICE + "value-type", "")
        value = READ[kind](cell.get(OFFICE + ATTRIBUTE[kind])) if kind in READ else None
        if (formula := cell.get(TABLE + "formula")) in LOGICAL:
            kind, value = "boolean", LOGICAL[formula]
        if kind == "string":  # an annotation has paragraphs too, one level deeper
            value = "\n".join(map(text, cell.findall(TEXT + "p")))
        found += [(kind, value)] * repeated(cell, "columns")
    return found


def sheet(table: ET.Element) -> tuple[list[dict], dict[str, str]]:
    """Rows by the names of the first row, and the types of each column's cells."""
    every = [row for element in table.iter(TABLE + "table-row") for row in [cells(element)] * repeated(element, "rows")]
    filled = [row for row in every if any(kind for kind, _ in row)]
    names = [str(value) for kind, value in filled[0] if kind]
    padded = [(row + [("", None)] * len(names))[: len(names)] for row in filled[1:]]
    rows = [{name: value for name, (_, value) in zip(names, row, strict=True)} for row in padded]
    return rows, {name: " ".join(sorted({row[i][0] for row in padded} - {""})) for i, name in enumerate(names)}


def known(rows: list[dict], column: str) -> list:
    return [row[column] for row in rows if row[column] is not None]


def missing(rows: list[dict], column: str) -> int:
    return sum(row[column] is None for row in rows)


with tempfile.TemporaryDirectory() as folder:
    content = saved(sys.argv[1], folder)
tables, types = {}, {}
for table in list(content.iter(TABLE + "table"))[1:]:  # the first sheet explains
    tables[table.get(TABLE + "name")], types[table.get(TABLE + "name")] = sheet(table)
figures = sorted(tables["observations"], key=lambda figure: figure["observation_id"])
by_id = {figure["observation_id"]: figure for figure in figures}
area = {row["code"]: row["name_zh"] for row in tables["areas"]}
urban = [figure["indicator_id"] for figure in figures if figure["residence"] == "U"]
two = [by_id["jiangsu-2022-s1:1"], by_id["jiangsu-population-2022:9"]]
integers = [max(known(figures, "printed_decimals")), max(known(figures, "char_end")), sum(known(figures, "char_start"))]
prints = "|".join(known(figures, "as_printed"))

answers = {
    "rows": {name: len(rows) for name, rows in tables.items()},
    "value": [[figure["obs_value"], figure["lower"], figure["upper"]] for figure in two],
    "unbounded": [missing(figures, column) for column in ("lower", "upper", "note")],
    "dates": [
        min(known(figures, "period_start")),
        max(known(figures, "period_end")),
        missing(tables["sources"], "known_from"),
    ],
    "integers": [*integers, missing(figures, "paragraph")],
    "booleans": [known(tables["units"], "countable").count(answer) for answer in (True, False)],
    "chinese": [two[0]["as_printed"], hashlib.sha256(prints.encode()).hexdigest()],
    "sum": reduce(add, known([figure for figure in figures if figure["unit_id"] == "percent"], "obs_value")),
    "join": Counter(area[figure["ref_area"]] for figure in figures),
    "breakdown": [len(urban), len(set(urban))],
}
shown = subprocess.run(["soffice", "--version"], check=True, capture_output=True, text=True).stdout
version = re.search(r"\d+\.\d+", shown)[0]
types = {name: types[name] for name in ("observations", "units")}
print(json.dumps({"version": version, "types": types, "answers": answers}))
