"""DuckDB in Python, SQL over the files: python duckdb_reader.py FOLDER."""

import json
import sys
from pathlib import Path

import duckdb

db = duckdb.connect()
tables = sorted(path.stem for path in Path(sys.argv[1]).glob("*.parquet"))
for table in tables:
    db.read_parquet(f"{sys.argv[1]}/{table}.parquet").create_view(table)


def row(sql: str) -> list:
    return list(db.sql(sql).fetchall()[0])


answers = {
    "rows": {table: row(f"SELECT count(*) FROM {table}")[0] for table in tables},
    "value": db.sql("""SELECT obs_value, lower, upper FROM observations
        WHERE observation_id IN ('jiangsu-2022-s1:1', 'jiangsu-population-2022:9') ORDER BY observation_id""").fetchall(),
    "unbounded": row(
        "SELECT count(*) - count(lower), count(*) - count(upper), count(*) - count(note) FROM observations"
    ),
    "dates": row("""SELECT min(period_start)::VARCHAR, max(period_end)::VARCHAR,
        (SELECT count(*) FROM sources WHERE known_from IS NULL) FROM observations"""),
    "integers": row("""SELECT max(printed_decimals), max(char_end), sum(char_start), count_if(paragraph IS NULL)
        FROM observations"""),
    "booleans": row("SELECT count_if(countable), count_if(NOT countable) FROM units"),
    "chinese": row("""SELECT any_value(as_printed) FILTER (observation_id = 'jiangsu-2022-s1:1'),
        sha256(string_agg(as_printed, '|' ORDER BY observation_id)) FROM observations"""),
    "sum": row("""SELECT list_reduce(list(obs_value ORDER BY observation_id), lambda total, value: total + value)
        FROM observations WHERE unit_id = 'percent' AND obs_value IS NOT NULL""")[0],
    "join": dict(
        db.sql("""SELECT name_zh, count(*) FROM observations JOIN areas ON ref_area = code
        GROUP BY name_zh""").fetchall()
    ),
    "breakdown": row("SELECT count(*), count(DISTINCT indicator_id) FROM observations WHERE residence = 'U'"),
}
types = {name: {d[0]: str(d[1]) for d in db.table(name).description} for name in ("observations", "units")}
print(json.dumps({"version": duckdb.__version__, "types": types, "answers": answers}))
