"""Polars, without pyarrow: python polars_reader.py FOLDER."""

import hashlib
import json
import sys
from functools import reduce
from operator import add
from pathlib import Path

import polars as pl
from polars import col

tables = {path.stem: pl.read_parquet(path) for path in Path(sys.argv[1]).glob("*.parquet")}
figures = tables["observations"].sort("observation_id")
two = figures.filter(col("observation_id").is_in(["jiangsu-2022-s1:1", "jiangsu-population-2022:9"]))
prints = figures.select(col("as_printed").str.join("|")).item()
named = figures.join(tables["areas"], left_on="ref_area", right_on="code")

answers = {
    "rows": {name: table.height for name, table in tables.items()},
    "value": two.select("obs_value", "lower", "upper").rows(),
    "unbounded": figures.select("lower", "upper", "note").null_count().row(0),
    "dates": [
        *figures.select(col("period_start").min().dt.to_string(), col("period_end").max().dt.to_string()).row(0),
        tables["sources"]["known_from"].null_count(),
    ],
    "integers": figures.select(
        col("printed_decimals").max(), col("char_end").max(), col("char_start").sum(), col("paragraph").null_count()
    ).row(0),
    "booleans": tables["units"].select(col("countable").sum(), (~col("countable")).sum().alias("not")).row(0),
    "chinese": [two["as_printed"][0], hashlib.sha256(prints.encode()).hexdigest()],
    "sum": reduce(add, figures.filter(col("unit_id") == "percent")["obs_value"].drop_nulls()),
    "join": dict(named.group_by("name_zh").len().iter_rows()),
    "breakdown": figures.filter(residence="U").select(pl.len(), col("indicator_id").n_unique()).row(0),
}
types = {name: {c: str(t) for c, t in tables[name].schema.items()} for name in ("observations", "units")}
print(json.dumps({"version": pl.__version__, "types": types, "answers": answers}))
