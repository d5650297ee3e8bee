"""Receipts of clean audits: which rows a machine has compared with which text.

With a receipt a figure is published as `verified`, whoever holds the text; without one, or once the row or the text has
changed, as `keyed`.
"""

from pathlib import Path

import duckdb

from pipeline.schemas import Table

_COMPARED = (
    "figure_no", "paragraph", "char_start", "char_end", "as_printed", "qualifier", "direction", "number", "multiplier",
    "unit", "inherited",
)  # fmt: skip
"""Columns that a text can prove; what a figure is about (indicator, area, period) it cannot."""

ROW_SHA256 = f"sha256(concat_ws(chr(31), {', '.join(f'''coalesce({c}::VARCHAR, '')''' for c in _COMPARED)}))"
"""SQL: hash of a row as it was compared, its cells in the order above, joined by U+001F."""

_MATCHING = f"""
    (source_id, figure_no, {ROW_SHA256}) IN (
        SELECT (source_id, figure_no, row_sha256) FROM memory.receipts
        SEMI JOIN memory.sources USING (source_id, text_sha256))
"""

STALE = """
    SELECT r."row", r.figure_no FROM memory.receipts r
    WHERE NOT EXISTS (FROM memory.observations o
                      WHERE o.evidence = 'verified' AND o.source_id = r.source_id AND o.figure_no = r.figure_no)
    ORDER BY 1
"""
"""SQL: receipts that prove nothing: the row or the text's hash has changed since, or the figure is gone."""


def view(connection: duckdb.DuckDBPyConnection, table: Table, file: str) -> str:
    """SQL of a staged sheet; figures with a receipt are verified. Receipts are staged first."""
    if table.name != "observations" or connection.execute("FROM memory.receipts LIMIT 1").fetchone() is None:
        return f"FROM read_parquet({file})"
    evidence = f"CASE WHEN {_MATCHING} THEN 'verified' ELSE 'keyed' END AS evidence"
    return f"SELECT * REPLACE ({evidence}) FROM read_parquet({file})"


def write(connection: duckdb.DuckDBPyConnection, source_id: str, text_sha256: str, raw: Path) -> int:
    """Write a source's receipts, one for each figure, in order of number; how many."""
    rows = connection.execute(
        f"SELECT figure_no, {ROW_SHA256} FROM memory.observations WHERE source_id = ? ORDER BY figure_no", [source_id]
    ).fetchall()
    path = raw / "receipts" / f"{source_id}.csv"
    path.parent.mkdir(exist_ok=True)
    lines = ["figure_no,text_sha256,row_sha256", *(f"{number},{text_sha256},{row}" for number, row in rows)]
    aside = path.with_name(f".{path.name}.new")
    aside.write_text("\n".join(lines) + "\n", encoding="utf-8")
    aside.replace(path)
    return len(rows)
