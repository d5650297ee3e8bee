"""The same checks on one sheet in other validators, each as far as it can express them, and in ours.

`CHECKS` says what each is asked for. Before it is measured, each must pass a sound head of the sheet and refuse the same
head with a cell spoilt, once for every kind of check: a validator that checks nothing is fast.
"""

import csv
import itertools
import tempfile
import threading
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from pipeline import periods
from pipeline.quantity import MULTIPLIERS
from pipeline.schemas import NUMBER

COMMON = "types, required, patterns, code lists, unique"
CHECKS = {
    "minsheng": f"{COMMON}; recomposed print, units, ranges of indicators, directions, periods, references",
    "minsheng-check": f"{COMMON}; the same, and every check over the whole dataset",
    "minsheng-common": f"{COMMON}; no more, by the build's way of reading and checking",
    "pandera": COMMON,
    "pointblank": COMMON,
    "frictionless": COMMON,
    "great_expectations": COMMON,
}
REQUIRED = ("figure_no", "as_printed", "number", "unit", "indicator_id", "ref_area", "time_period")
KEY = ["source_id", "figure_no"]
PATTERNS = {"number": NUMBER, "time_period": periods.PATTERN, "figure_no": r"^(0|[1-9][0-9]{0,8})$"}
Codes = dict[str, list[str]]
HEAD = 500
SPOILT = ({"ref_area": "999999"}, {"time_period": "2006-H1"}, {"unit": ""}, {"figure_no": "1"}, {"figure_no": "x"})
"""Cells that break a code list, a pattern, a required column, the key and a type."""


def codes(raw: Path) -> Codes:
    """Admitted values by column."""
    return {
        "indicator_id": _column(raw / "codelists/indicators.csv", "indicator_id"),
        "ref_area": _column(raw / "codelists/areas.csv", "code"),
        "qualifier": sorted(set(_column(raw / "codelists/qualifiers.csv", "qualifier"))),
        "direction": ["rise", "fall"],
        "multiplier": [m for m in MULTIPLIERS if m],
        "inherited": ["multiplier", "unit", "both"],
    }


def one_sheet(raw: Path, out: Path) -> None:
    """All figures of an archive as one CSV, with the source beside; breakdowns are left out of the columns."""
    with open(out, "w", encoding="utf-8", newline="") as stream:
        writer = None
        for sheet in sorted((raw / "figures").iterdir()):
            with open(sheet, encoding="utf-8", newline="") as rows:
                for row in csv.DictReader(rows):
                    row.pop("residence", None)
                    writer = writer or _writer(stream, ["source_id", *row])
                    writer.writerow({"source_id": sheet.stem} | row)


def measured(name: str, raw: Path, sheet: Path) -> dict[str, Any]:
    """Seconds of one validation of a sheet (ours: of the archive it was made from)."""
    if name in OURS:
        return {"seconds": _seconds(lambda: OURS[name](raw), expected=True)}
    known, passes = codes(raw), PASSES[name]
    with tempfile.TemporaryDirectory() as folder:
        for cells in ({}, *SPOILT):
            if passes(_head(sheet, Path(folder), cells), known) is bool(cells):
                raise RuntimeError(f"{name} passes {cells}" if cells else f"{name} refuses a sound sheet")
    return {"seconds": _seconds(lambda: passes(sheet, known), expected=True)}


def _seconds(run: Callable[[], bool], *, expected: bool) -> float:
    started = time.perf_counter()
    if run() is not expected:
        raise RuntimeError("the sheet is sound, and was refused")
    return time.perf_counter() - started


def _head(sheet: Path, folder: Path, cells: dict[str, str]) -> Path:
    """The first rows of a sheet, one of them with other cells."""
    with open(sheet, encoding="utf-8", newline="") as stream:
        rows = list(itertools.islice(csv.DictReader(stream), HEAD))
    rows[len(rows) // 2] |= cells
    out = folder / "head.csv"
    with open(out, "w", encoding="utf-8", newline="") as stream:
        _writer(stream, list(rows[0])).writerows(rows)
    return out


def _writer(stream: Any, header: list[str]) -> "csv.DictWriter[str]":
    writer = csv.DictWriter(stream, header, lineterminator="\n")
    writer.writeheader()
    return writer


def _column(path: Path, name: str) -> list[str]:
    with open(path, encoding="utf-8", newline="") as stream:
        return [row[name] for row in csv.DictReader(stream)]


def _minsheng(raw: Path) -> bool:
    """Read, typed and every row checked, keys and references too; no database is made."""
    from pipeline import stage

    with stage.opened(raw) as staged:
        return staged.codes is not None and staged.findings == []


def _minsheng_check(raw: Path) -> bool:
    from pipeline import check

    return check(raw) == []


def _pandera(sheet: Path, known: Codes) -> bool:
    frame = _frame(sheet)
    return _fits(frame, _schema(list(frame.columns), known, unique=KEY))


def _minsheng_common(sheet: Path, known: Codes) -> bool:
    """The checks that the others make, by our means: the file's form, texts in batches, two threads, keys by hash."""
    import numpy as np
    import pandas as pd

    from pipeline import csvfiles, ingest
    from pipeline.engines import local
    from pipeline.engines.flow import ahead, in_order

    file, own = csvfiles.inspect(sheet.parent, sheet.name, list(REQUIRED), None), threading.local()
    if file.findings:
        return False

    def checked(batch: Any) -> tuple[bool, Any]:
        if not hasattr(own, "schema"):
            own.schema = _schema(file.header, known)
        frame = batch.select(file.header).to_pandas(types_mapper=pd.ArrowDtype)
        return _fits(frame, own.schema), batch["key_hash"].to_numpy()

    with ingest.connect() as connection:
        rows = f"FROM {ingest._read_csv(file.header, [str(sheet)])}"
        batches = connection.sql(f"SELECT *, hash({', '.join(KEY)}) AS key_hash {rows}").to_arrow_reader(
            ingest.BATCH_ROWS
        )
        fits, hashes = zip(*in_order(checked, ahead(batches), local.VALIDATORS), strict=True)
        ordered = np.sort(np.concatenate(hashes))
        alike = bool((ordered[1:] == ordered[:-1]).any())
        doubled = f"SELECT 1 {rows} GROUP BY {', '.join(KEY)} HAVING count(*) > 1 LIMIT 1"
        return all(fits) and not (alike and connection.execute(doubled).fetchall())


def _schema(names: list[str], known: Codes, unique: list[str] | None = None) -> Any:
    import pandas as pd
    import pandera.pandas as pandera

    columns = {}
    for name in names:
        checks = [pandera.Check.isin(known[name])] if name in known else []
        checks += [pandera.Check.str_matches(PATTERNS[name])] if name in PATTERNS else []
        columns[name] = pandera.Column(pd.ArrowDtype(_text()), checks, nullable=name not in REQUIRED)
    return pandera.DataFrameSchema(columns, unique=unique)


def _fits(frame: Any, schema: Any) -> bool:
    from pandera.errors import SchemaErrors

    try:
        schema.validate(frame, lazy=True)
    except SchemaErrors:
        return False
    return True


@cache
def _text() -> Any:
    import pyarrow as pa

    return pa.string()


def _frame(sheet: Path) -> Any:
    import pandas as pd

    return pd.read_csv(sheet, dtype=pd.ArrowDtype(_text()), keep_default_na=False, na_values=[""])


def _pointblank(sheet: Path, known: Codes) -> bool:
    import pointblank as pb
    import polars as pl

    plan = pb.Validate(pl.read_csv(sheet, infer_schema=False)).col_vals_not_null(list(REQUIRED)).rows_distinct(KEY)
    for column, pattern in PATTERNS.items():
        plan = plan.col_vals_regex(column, pattern)
    for column, values in known.items():
        plan = plan.col_vals_in_set(column, values if column in REQUIRED else [*values, None])
    return bool(plan.interrogate(collect_extracts=False).all_passed())


def _frictionless(sheet: Path, known: Codes) -> bool:
    from frictionless import Resource, Schema, system

    with open(sheet, encoding="utf-8", newline="") as stream:
        names = next(csv.reader(stream))
    fields = [{"name": n, "type": "integer" if n == "figure_no" else "string", "constraints": {}} for n in names]
    for field in fields:
        constraints: dict[str, Any] = {"required": True} if field["name"] in REQUIRED else {}
        constraints |= {"enum": known[field["name"]]} if field["name"] in known else {}
        pattern = PATTERNS.get(field["name"]) if field["type"] == "string" else None
        field["constraints"] = constraints | ({"pattern": pattern} if pattern else {})
    schema = Schema.from_descriptor({"fields": fields, "primaryKey": KEY})
    with system.use_context(trusted=True):
        return bool(Resource(path=str(sheet), schema=schema).validate().valid)


def _great_expectations(sheet: Path, known: Codes) -> bool:
    import great_expectations as gx
    import great_expectations.expectations as gxe
    import pandas as pd

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    source = context.data_sources.add_pandas("frame").add_dataframe_asset("sheet")
    batch = source.add_batch_definition_whole_dataframe("whole")
    wanted = [gxe.ExpectColumnValuesToNotBeNull(column=c) for c in REQUIRED]
    wanted += [gxe.ExpectColumnValuesToMatchRegex(column=c, regex=p) for c, p in PATTERNS.items()]
    wanted += [gxe.ExpectColumnValuesToBeInSet(column=c, value_set=v) for c, v in known.items()]
    wanted += [gxe.ExpectCompoundColumnsToBeUnique(column_list=KEY)]
    suite = context.suites.add(gx.ExpectationSuite(name="sheet", expectations=wanted))
    frame = pd.read_csv(sheet, dtype=str, keep_default_na=False, na_values=[""])
    return bool(batch.get_batch(batch_parameters={"dataframe": frame}).validate(suite).success)


OURS: dict[str, Callable[[Path], bool]] = {"minsheng": _minsheng, "minsheng-check": _minsheng_check}
PASSES: dict[str, Callable[[Path, Codes], bool]] = {
    "minsheng-common": _minsheng_common,
    "pandera": _pandera,
    "pointblank": _pointblank,
    "frictionless": _frictionless,
    "great_expectations": _great_expectations,
}
