"""Spark, by data frames: python spark_reader.py FOLDER."""

import json
import sys
from pathlib import Path

import pyspark
from pyspark.sql import SparkSession
from pyspark.sql import functions as f

settings = {"spark.ui.enabled": "false", "spark.sql.shuffle.partitions": "2", "spark.driver.bindAddress": "127.0.0.1"}
spark = SparkSession.builder.master("local[2]").config(map=settings | {"spark.driver.host": "127.0.0.1"}).getOrCreate()
tables = {path.stem: spark.read.parquet(str(path)) for path in Path(sys.argv[1]).resolve().glob("*.parquet")}
figures = tables["observations"].cache()
printed = figures.orderBy("observation_id").agg(f.concat_ws("|", f.collect_list("as_printed")).alias("prints"))
in_order = f.array_sort(f.collect_list(f.struct("observation_id", "obs_value")))
total = f.aggregate(in_order, f.lit(0.0), lambda total, figure: total + figure["obs_value"])
two = figures.where(f.col("observation_id").isin("jiangsu-2022-s1:1", "jiangsu-population-2022:9"))
two = two.orderBy("observation_id").collect()
named = figures.join(tables["areas"], figures["ref_area"] == tables["areas"]["code"])

answers = {
    "rows": {name: table.count() for name, table in tables.items()},
    "value": [[figure["obs_value"], figure["lower"], figure["upper"]] for figure in two],
    "unbounded": figures.select([f.count_if(f.col(c).isNull()) for c in ("lower", "upper", "note")]).first(),
    "dates": [
        *map(str, figures.select(f.min("period_start"), f.max("period_end")).first()),
        tables["sources"].where("known_from IS NULL").count(),
    ],
    "integers": figures.select(
        f.max("printed_decimals"), f.max("char_end"), f.sum("char_start"), f.count_if(f.col("paragraph").isNull())
    ).first(),
    "booleans": tables["units"].select(f.count_if("countable"), f.count_if(~f.col("countable"))).first(),
    "chinese": [two[0]["as_printed"], printed.select(f.sha2("prints", 256)).first()[0]],
    "sum": figures.where("unit_id = 'percent' AND obs_value IS NOT NULL").select(total).first()[0],
    "join": {row["name_zh"]: row["count"] for row in named.groupBy("name_zh").count().collect()},
    "breakdown": figures.where("residence = 'U'").select(f.count("*"), f.countDistinct("indicator_id")).first(),
}
types = {name: dict(tables[name].dtypes) for name in ("observations", "units")}
print(json.dumps({"version": pyspark.__version__, "types": types, "answers": answers}))
