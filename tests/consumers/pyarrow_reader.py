"""pyarrow, with its own kernels and joins: python pyarrow_reader.py FOLDER."""

import hashlib
import json
import sys
from functools import reduce
from operator import add
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

tables = {path.stem: pq.read_table(path) for path in Path(sys.argv[1]).glob("*.parquet")}
figures = tables["observations"].sort_by("observation_id")
wanted = pa.array(["jiangsu-2022-s1:1", "jiangsu-population-2022:9"])
two = figures.filter(pc.is_in(figures["observation_id"], wanted))
percent = figures.filter(pc.field("unit_id") == "percent")["obs_value"].drop_null()
urban = figures.filter(pc.field("residence") == "U")
countable = tables["units"]["countable"]
names = figures.join(tables["areas"].select(["code", "name_zh"]), "ref_area", "code", "inner").group_by("name_zh")
prints = "|".join(figures["as_printed"].to_pylist())

answers = {
    "rows": {name: table.num_rows for name, table in tables.items()},
    "value": list(zip(*(two[part].to_pylist() for part in ("obs_value", "lower", "upper")), strict=True)),
    "unbounded": [figures[column].null_count for column in ("lower", "upper", "note")],
    "dates": [
        str(pc.min(figures["period_start"])),
        str(pc.max(figures["period_end"])),
        tables["sources"]["known_from"].null_count,
    ],
    "integers": [
        pc.max(figures["printed_decimals"]).as_py(),
        pc.max(figures["char_end"]).as_py(),
        pc.sum(figures["char_start"]).as_py(),
        figures["paragraph"].null_count,
    ],
    "booleans": [pc.sum(countable).as_py(), pc.sum(pc.invert(countable)).as_py()],
    "chinese": [two["as_printed"][0].as_py(), hashlib.sha256(prints.encode()).hexdigest()],
    "sum": reduce(add, percent.to_pylist()),
    "join": {row["name_zh"]: row["name_zh_count"] for row in names.aggregate([("name_zh", "count")]).to_pylist()},
    "breakdown": [urban.num_rows, pc.count_distinct(urban["indicator_id"]).as_py()],
}
types = {name: {f.name: str(f.type) for f in tables[name].schema} for name in ("observations", "units")}
print(json.dumps({"version": pa.__version__, "types": types, "answers": answers}))
