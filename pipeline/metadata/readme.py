"""`curated/README.md`: what the folder holds, generated with it."""

import pyarrow as pa

_HEAD = """# The dataset

Written by `minsheng build` from `raw/`; do not edit. Version {version}, {figures} figures of
{sources} source{plural}.

`datapackage.json` names every file with its rows, size and SHA-256 and is written last. `minsheng.duckdb` holds the
same tables with the views and macros of `sql/`; it is built on your machine and not committed. `columns.parquet` is the
dictionary below as data.

A value is in base units (40.09万户 is 400 900 households), `lower` and `upper` are what the printed form allows, and
an empty bound is none. `evidence` is `verified` where a machine has compared the figure with the bulletin's text,
`keyed` where it has not yet.
Licence: CC BY 4.0; the figures themselves are facts.
"""


def render(published: dict[str, pa.Schema], rows: dict[str, int], version: str) -> str:
    """Markdown with one table of columns for each published table."""
    sources = rows["sources"]
    head = _HEAD.format(
        version=version, figures=rows["observations"], sources=sources, plural="" if sources == 1 else "s"
    )
    return "\n".join([head, *(_section(name, schema, rows[name]) for name, schema in published.items())])


def _section(name: str, schema: pa.Schema, rows: int) -> str:
    about = (schema.metadata or {})[b"description"].decode()
    lines = [
        f"## {name}.parquet",
        "",
        f"{about} Rows: {rows}.",
        "",
        "| column | type | meaning | 含义 |",
        "|---|---|---|---|",
    ]
    for field in schema:
        facts = {k.decode(): v.decode() for k, v in (field.metadata or {}).items()}
        unit = f" ({facts['unit']})" if "unit" in facts else ""
        meaning = facts["description"].replace("|", "\\|") + unit
        lines.append(f"| `{field.name}` | {field.type} | {meaning} | {facts['description_zh']} |")
    return "\n".join(lines) + "\n"
