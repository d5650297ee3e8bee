"""pandas, with Arrow types: python pandas_reader.py FOLDER."""

import hashlib
import json
import sys
from functools import reduce
from operator import add
from pathlib import Path

import pandas as pd

tables = {path.stem: pd.read_parquet(path, dtype_backend="pyarrow") for path in Path(sys.argv[1]).glob("*.parquet")}
units, sources, areas = tables["units"], tables["sources"], tables["areas"]
figures = tables["observations"].set_index("observation_id").sort_index()
urban = figures.query("residence == 'U'")
place = figures[["paragraph", "char_start", "char_end"]]
prints = figures["as_printed"].str.cat(sep="|")

answers = {
    "rows": {name: len(table) for name, table in tables.items()},
    "value": figures.loc[["jiangsu-2022-s1:1", "jiangsu-population-2022:9"], ["obs_value", "lower", "upper"]]
    .to_numpy()
    .tolist(),
    "unbounded": figures[["lower", "upper", "note"]].isna().sum().tolist(),
    "dates": [
        str(figures["period_start"].min()),
        str(figures["period_end"].max()),
        int(sources["known_from"].isna().sum()),
    ],
    "integers": [
        int(figures["printed_decimals"].max()),
        int(place["char_end"].max()),
        int(place["char_start"].sum()),
        int(place["paragraph"].isna().sum()),
    ],
    "booleans": [int(units["countable"].sum()), int((~units["countable"]).sum())],
    "chinese": [figures.at["jiangsu-2022-s1:1", "as_printed"], hashlib.sha256(prints.encode()).hexdigest()],
    "sum": reduce(add, figures.query("unit_id == 'percent'")["obs_value"].dropna()),
    "join": figures.merge(areas, left_on="ref_area", right_on="code")["name_zh"].value_counts().to_dict(),
    "breakdown": [len(urban), urban["indicator_id"].nunique()],
}
types = {name: {c: str(t) for c, t in tables[name].dtypes.items()} for name in ("observations", "units")}
print(json.dumps({"version": pd.__version__, "types": types, "answers": answers}))
