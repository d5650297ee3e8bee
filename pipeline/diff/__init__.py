"""What differs between two datasets: their columns, their figures, and every other table's rows by its key.

DuckDB compares the Parquet files and keeps only the rows that differ, on disk where memory does not hold them; Python
sees them a chunk at a time. Numbers are compared exactly, and NULL equals NULL. A table whose files are the same bytes
is not read.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from pipeline import csvfiles
from pipeline.diff import columns, rows, sides
from pipeline.diff.columns import SchemaChange
from pipeline.diff.rows import TableDifference
from pipeline.diff.sides import Side

_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "preserve_insertion_order": "false", "autoload_known_extensions": "false", "autoinstall_known_extensions": "false",
}  # fmt: skip


@dataclass(slots=True)
class Difference:
    """All that differs. `same_rows`: tables whose files differ though their rows and columns do not."""

    old: Side
    new: Side
    schema: list[SchemaChange] = field(default_factory=list)
    tables: dict[str, TableDifference] = field(default_factory=dict)
    same_rows: list[str] = field(default_factory=list)

    @property
    def equal(self) -> bool:
        """True where columns and rows are; versions and the order of rows may differ."""
        return not (self.schema or self.tables)

    @property
    def breaking(self) -> bool:
        return any(change.breaking for change in self.schema)


@contextmanager
def opened(old: str, new: str) -> Iterator[Difference]:
    """What differs between two datasets, named as `sides` says. Its rows can be read until the context ends.

    Raises sides.NoSide, sides.BadRaw (a raw folder has errors) and duckdb.Error (a file is broken).
    """
    with tempfile.TemporaryDirectory(prefix="minsheng-") as folder:
        scratch = [Path(folder) / side for side in ("old", "new")]
        for each in scratch:
            each.mkdir()
        found = Difference(sides.resolve(old, scratch[0]), sides.resolve(new, scratch[1]))
        with duckdb.connect(config=_CONFIG | {"temp_directory": folder}) as connection:
            _compare(connection, found)
            yield found


def _compare(connection: duckdb.DuckDBPyConnection, found: Difference) -> None:
    old, new = found.old.tables(), found.new.tables()
    found.schema += [SchemaChange(name, "", "table removed", name, "", True) for name in old if name not in new]
    found.schema += [SchemaChange(name, "", "table added", "", name, False) for name in new if name not in old]
    for name in (name for name in old if name in new):
        if [*map(csvfiles.sha256, old[name])] != [*map(csvfiles.sha256, new[name])]:
            _compare_table(connection, found, name, (old[name], new[name]))
    lost = [name for name, table in found.tables.items() if table.counts["removed"]]
    found.schema += columns.lost_codes(connection, lost, old, new)


def _compare_table(
    connection: duckdb.DuckDBPyConnection, found: Difference, name: str, files: tuple[list[Path], list[Path]]
) -> None:
    old, new = (columns.read(connection, side) for side in files)
    changes = list(columns.changes(name, old, new))
    found.schema += changes
    key = found.new.keys.get(name) or found.old.keys.get(name, ())
    table = rows.compare(connection, rows.Pair(name, key, files, (old, new)), (found.old.raw, found.new.raw))
    if table.why_not or any(table.counts.values()):
        found.tables[name] = table
    elif not changes:
        found.same_rows.append(name)
