"""One measurement in a process of its own: `python scale_jobs.py JOB ARGUMENTS…` prints what it took as JSON.

A process of its own, because its peak memory is that of one measurement, and a failure ends nothing else.
"""

import json
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import duckdb

ROW_GROUP = 122_880
THREADS = 2
QUERY_RUNS, QUERY_LIMIT = 5, 60.0


def copy(raw: str, parquet: str, order: str) -> dict[str, Any]:
    """The floor: DuckDB reads, types and derives the same columns, and writes them; nothing is validated.

    `order`: "unsorted"; "sorted" with the memory that DuckDB takes by itself; "bounded" sorted with as much as our build.
    """
    from pipeline import builder, ingest, schemas, stage
    from pipeline.engines import local
    from pipeline.schemas import TABLES

    with tempfile.TemporaryDirectory() as scratch:
        staged = stage.read_lists(Path(raw), Path(scratch))
        assert staged.codes is not None, staged.findings
        codes, table = staged.codes, TABLES["observations"]
        figures = local.figures(codes)
        files = {str(file.path): file for file in staged.sheets["observations"]}
        columns = ", ".join(schemas.names(table, "published", codes.dimensions))
        ordered = (
            "ORDER BY " + ", ".join(builder._order("observations", codes.dimensions)) if order != "unsorted" else ""
        )
        query = f"""SELECT {columns} FROM (SELECT q.*, unit_id FROM ({ingest._query(table, files, figures)}) q
            LEFT JOIN (SELECT indicator_id, unit_id FROM indicators) USING (indicator_id)) {ordered}"""
        with staged.connection as connection:
            connection.execute(f"SET threads = {THREADS}; RESET disabled_optimizers")
            if order != "bounded":
                connection.execute("RESET memory_limit")
            started = time.perf_counter()
            connection.execute(
                f"COPY ({query}) TO '{parquet}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP})"
            )
            return {"seconds": time.perf_counter() - started}


def build(raw: str, out: str) -> dict[str, Any]:
    """Our build whole, with its parts where it tells them."""
    import pipeline

    started = time.perf_counter()
    manifest = pipeline.build(raw, out)
    seconds = time.perf_counter() - started
    return {"seconds": seconds, "rows": manifest.rows["observations"], "parts": manifest.timings}


def validator(name: str, raw: str, sheet: str) -> dict[str, Any]:
    """A validator over one sheet; first it must pass a sound head and refuse a spoilt one, or it checks nothing."""
    import validators

    return validators.measured(name, Path(raw), Path(sheet))


def queries(out: str, unsorted: str) -> dict[str, Any]:
    """Each question from the published database, and the same SQL over the unsorted file."""
    import questions

    published = duckdb.connect(f"{out}/minsheng.duckdb", read_only=True, config={"threads": THREADS})
    plain = questions.over_files(Path(out), Path(unsorted), THREADS)
    asked = questions.asked(published)
    return {
        "milliseconds": {
            name: {"database": median(published, sql), "unsorted": median(plain, sql)} for name, sql in asked.items()
        }
    }


def median(connection: duckdb.DuckDBPyConnection, sql: str) -> float | str:
    """Median milliseconds, or why there is none."""
    taken = []
    for _ in range(QUERY_RUNS):
        stop = threading.Timer(QUERY_LIMIT, connection.interrupt)
        stop.start()
        started = time.perf_counter()
        try:
            connection.execute(sql).fetchall()
        except duckdb.InterruptException:
            return f"> {QUERY_LIMIT:.0f} s"
        except duckdb.Error as error:
            return f"failed: {str(error).partition(chr(10))[0][:80]}"
        finally:
            stop.cancel()
        taken.append(1000 * (time.perf_counter() - started))
        if sum(taken) > 1000 * QUERY_LIMIT:
            break
    return statistics.median(taken)


def peak_mb() -> float | None:
    """The most memory that this process ever held; None where the system does not tell."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return None
    return next((int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM")), None)


JOBS = {"copy": copy, "build": build, "validator": validator, "queries": queries}

if __name__ == "__main__":
    result = JOBS[sys.argv[1]](*sys.argv[2:])
    print(json.dumps(result | {"peak_mb": peak_mb(), "processor": time.process_time()}))
