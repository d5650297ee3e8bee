"""Run one SELECT that somebody typed, locked down: no files, no network, no settings, bounded memory and time."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from pipeline import access, paths

MEMORY = "2GB"
MAX_SQL = 100_000
"""Characters in a statement: neither parsing nor planning can be interrupted, and their time grows faster."""
_CHUNK = 1024


class QueryError(Exception):
    """The statement is not one SELECT, or it failed; the message is for the user."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Column names, and rows as they come."""

    columns: list[str]
    rows: Iterator[tuple[Any, ...]]


def query(sql: str, folder: Path | None = None, seconds: float = 60) -> Answer:
    """Answer one SELECT over the dataset in `folder`. Raises QueryError, and FileNotFoundError without one."""
    try:
        connection = _locked(folder or paths.curated())
    except (duckdb.Error, OSError) as error:
        if isinstance(error, FileNotFoundError):
            raise
        raise QueryError(f"the dataset cannot be opened: {_words(error)}") from error
    try:
        _refuse_all_but_select(connection, sql)
    except QueryError:
        connection.close()
        raise
    timer = threading.Timer(seconds, connection.interrupt)
    timer.daemon = True
    timer.start()
    try:
        result = connection.execute(sql)
    except duckdb.Error as error:
        timer.cancel()
        connection.close()
        raise QueryError(_words(error, seconds)) from error
    return Answer([d[0] for d in result.description or []], _rows(result, timer, seconds))


def _locked(folder: Path) -> duckdb.DuckDBPyConnection:
    connection = access.connect(folder)
    if connection.execute("SELECT current_setting('lock_configuration')").fetchone() == (True,):
        return connection  # another query of this process has this file open
    connection.execute(
        "SET enable_external_access = false; SET autoinstall_known_extensions = false; "
        f"SET autoload_known_extensions = false; SET memory_limit = '{MEMORY}'; SET lock_configuration = true"
    )
    return connection


def _refuse_all_but_select(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    if len(sql) > MAX_SQL or not _is_text(sql):
        raise QueryError(f"expected a SELECT in Unicode of up to {MAX_SQL:,} characters, seen {len(sql):,}")
    try:
        statements = connection.extract_statements(sql)
    except duckdb.Error as error:
        raise QueryError(_words(error)) from error
    if len(statements) != 1:
        raise QueryError(f"expected one SELECT, seen {len(statements)} statements")
    if statements[0].type != duckdb.StatementType.SELECT:
        raise QueryError(f"expected a SELECT, seen {statements[0].type.name}: the dataset is read-only here")


def _is_text(sql: str) -> bool:
    """False where bytes that are no UTF-8 came from a command line, or a NUL, behind which DuckDB reads nothing."""
    try:
        sql.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in sql


def _rows(result: duckdb.DuckDBPyConnection, timer: threading.Timer, seconds: float) -> Iterator[tuple[Any, ...]]:
    try:
        while rows := result.fetchmany(_CHUNK):
            yield from rows
    except duckdb.Error as error:
        raise QueryError(_words(error, seconds)) from error
    except (OverflowError, ValueError) as error:
        raise QueryError(f"a value is too large to be shown ({error}): cast it to VARCHAR") from error
    finally:
        timer.cancel()
        result.close()


def _words(error: Exception, seconds: float = 0) -> str:
    if isinstance(error, duckdb.InterruptException):
        return f"stopped after {seconds:g} s: ask for less, or allow more with --timeout"
    if "pytz" in str(error):
        return "times with a zone are not shown: cast them to TIMESTAMP"
    return str(error).strip()
