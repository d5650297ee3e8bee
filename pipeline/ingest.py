"""Raw CSV to typed Arrow batches, by DuckDB.

Every cell is read as text; what its column's pattern admits is typed, what it does not is left empty and named in the
working column `unread`. Value, bounds and period dates of a figure are derived here, exactly: the digits as an integer,
the scale as a power of ten, and one correctly rounded conversion of `integer e exponent` to float64 at the end.
"""

import re
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from pipeline import periods, schemas
from pipeline.csvfiles import MAX_CELL, CsvFile
from pipeline.database import QUIET, quoted, sql_text
from pipeline.quantity import BOUNDS, FALLS, MAX_DIGITS, MULTIPLIERS, RANGE_DASH, RISES, normalising_pairs
from pipeline.schemas import TOTAL, Table

BATCH_ROWS = 100_000
MEMORY = "640MB"
"""What DuckDB may take; what does not fit, it spills."""

_TYPED = {
    pa.string(): ("", "{c}"),
    pa.int8(): (r"(0|[1-9][0-9]{0,1})", "try_cast({c} AS TINYINT)"),
    pa.int32(): (r"(0|[1-9][0-9]{0,8})", "try_cast({c} AS INTEGER)"),
    pa.float64(): (r"-?[0-9]{1,15}(\.[0-9]{1,15})?", "try_cast({c} AS DOUBLE)"),
    pa.bool_(): (r"(true|false)", "try_cast({c} AS BOOLEAN)"),
}
"""By Arrow type: the pattern that a keyed cell must match in full, and how it is typed."""

WORDING = {
    pa.int8(): "a whole number below 100, in plain digits",
    pa.int32(): "a whole number, in plain digits",
    pa.float64(): "a number in plain digits",
    pa.bool_(): "true or false",
}


def sql_list(values: list[str]) -> str:
    return "(" + ", ".join(sql_text(v) for v in values) + ")" if values else "(NULL)"


def connect(temporary: Path | None = None) -> duckdb.DuckDBPyConnection:
    """An in-memory connection that reads files only, spills to `temporary`, and knows the period macros."""
    config: dict[str, Any] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "memory_limit": MEMORY,
        # a long IN list would become a join, which hands on the last rows of a block late: rows would change places
        "disabled_optimizers": "in_clause",
    }
    connection = duckdb.connect(":memory:", config=config)
    connection.execute("SET enable_progress_bar = false")  # in a worker DuckDB takes itself for a person's session
    if temporary:
        connection.execute(f"SET temp_directory = {sql_text(str(temporary))}")
    connection.execute(QUIET)
    connection.execute(periods.MACROS)
    connection.create_function("plain", _plain, ["VARCHAR"], "VARCHAR")
    return connection


def _plain(printed: str) -> str:
    from pipeline.numerals import plain  # few figures are printed in Chinese numerals

    return plain(printed)


class Figures:
    """What deriving a figure needs to know from the code lists.

    `countable`: indicators whose bare integers are exact. `rates`: indicators whose unit is a quotient.
    `words`: qualifier words by code and position. `dimensions`: names of the breakdown columns. `at_day`: indicators
    whose values hold at a day, so that they are one fact wherever their period starts.
    """

    def __init__(
        self,
        countable: list[str],
        rates: list[str],
        words: list[dict[str, str]],
        dimensions: tuple[str, ...],
        at_day: Sequence[str] = (),
    ) -> None:
        self.countable, self.rates, self.words, self.dimensions = countable, rates, words, dimensions
        self.at_day = list(at_day)


def batches(
    connection: duckdb.DuckDBPyConnection, table: Table, files: list[CsvFile], figures: Figures | None = None
) -> Iterator[tuple[pa.RecordBatch, list[tuple[CsvFile, int]]]]:
    """Typed batches of a table, with the files each batch's rows come from and how many from each.

    Rows keep the order of the files and of the rows in them. Raises Refused where the CSV cannot be read.
    """
    with _Readable(files) as paths:
        by_path = dict(zip(paths, files, strict=True))
        for batch in _refusing(lambda: _reader(connection, _query(table, by_path, figures), files)):
            origin = batch.column("filename").dictionary_encode()
            yield batch.drop_columns(["filename"]), _runs(origin, by_path)


class Refused(Exception):
    """DuckDB will not read what the files hold; the message is its own."""


def _refusing(read: Callable[[], Iterable[pa.RecordBatch]]) -> Iterator[pa.RecordBatch]:
    """Batches; a CSV error is Refused, whether DuckDB raises it or, for larger files, the stream that Arrow reads."""
    try:
        yield from read()
    except (duckdb.InvalidInputException, OSError) as error:
        if isinstance(error, OSError) and "CSV Error" not in str(error):
            raise
        raise Refused(str(error)) from error


_SMALL = 1 << 20


def _reader(connection: duckdb.DuckDBPyConnection, query: str, files: list[CsvFile]) -> pa.RecordBatchReader:
    """A query's rows in batches. Small files skip the relation API, which saves a copy but plans each query twice."""
    if sum(file.stamp[1] for file in files) > _SMALL:
        return connection.sql(query).to_arrow_reader(BATCH_ROWS)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Arrow output on a DB-API result", category=UserWarning)
        return connection.execute(query).to_arrow_reader(BATCH_ROWS)


def _by_header(files: dict[str, CsvFile]) -> dict[tuple[str, ...], list[str]]:
    """Paths of the files that have the same columns in the same order."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for path, file in files.items():
        groups.setdefault(tuple(file.header), []).append(path)
    return groups


class _Readable:
    """Paths that DuckDB takes literally: a folder whose name looks like a pattern is reached through a link."""

    def __init__(self, files: list[CsvFile]) -> None:
        self.files, self.folder = files, ""

    def __enter__(self) -> list[str]:
        paths = [str(f.path) for f in self.files]
        if not any(c in path for path in paths for c in "*?[]"):
            return paths
        self.folder = tempfile.mkdtemp(prefix="minsheng-")
        links = [Path(self.folder) / str(n) for n in range(len(paths))]
        for link, file in zip(links, self.files, strict=True):
            link.mkdir()
            (link / file.path.name).symlink_to(file.path.absolute())
        return [str(link / file.path.name) for link, file in zip(links, self.files, strict=True)]

    def __exit__(self, *_: object) -> None:
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)


def _runs(origin: pa.DictionaryArray, by_path: dict[str, CsvFile]) -> list[tuple[CsvFile, int]]:
    """Files in the order of a batch's rows, with the number of rows of each."""
    runs = []
    for value in origin.dictionary.to_pylist():
        index = origin.dictionary.index(value).as_py()
        count = pa.compute.sum(pa.compute.equal(origin.indices, index)).as_py()
        runs.append((by_path[value], count))
    return runs


def _query(table: Table, files: dict[str, CsvFile], figures: Figures | None) -> str:
    dimensions = figures.dimensions if figures else ()
    typed = " UNION ALL ".join(
        f"SELECT {', '.join(_typed(table, header, dimensions))}, filename FROM {_read_csv(header, paths)}"
        for header, paths in _by_header(files).items()
    )
    if table.name == "observations":
        assert figures is not None
        return _figures_query(typed, figures)
    extra = _DERIVED.get(table.name, "")
    derived = f"SELECT *{', ' + extra if extra else ''} FROM ({typed})"
    return f"SELECT *, {key_hash(table)} FROM ({derived})" if table.is_sheet else derived


def key_hash(table: Table) -> str:
    """A select item: rows of one key have one hash, by which those that stand twice are found."""
    return f"hash({', '.join(table.key)}) AS key_hash"


def _fact_hash(figures: Figures) -> str:
    """A select item: figures that a source may state but once have one hash; without area or period there is none."""
    start = f"CASE WHEN indicator_id NOT IN {sql_list(figures.at_day)} THEN period_start(time_period) END"
    named = "indicator_id IS NOT NULL AND ref_area IS NOT NULL AND time_period IS NOT NULL"
    fact = ", ".join(
        ["indicator_id", "ref_area", "period_end(time_period)", "source_id", start, *map(quoted, figures.dimensions)]
    )
    return f"CASE WHEN {named} THEN hash({fact}) END AS fact_hash"


def _read_csv(header: Sequence[str], paths: list[str]) -> str:
    columns = ", ".join(f"{sql_text(name)}: 'VARCHAR'" for name in header)
    files = ", ".join(sql_text(p) for p in paths)
    return (
        f"read_csv([{files}], columns = {{{columns}}}, auto_detect = false, header = true, delim = ',', quote = '\"', "
        f"escape = '\"', strict_mode = true, max_line_size = {MAX_CELL}, filename = true)"
    )


def _typed(table: Table, header: Sequence[str], dimensions: tuple[str, ...]) -> list[str]:
    """Select items: every keyed column, typed, and `unread`."""
    items, unread = [], []
    for name, each in schemas.columns(table, dimensions).items():
        if not each.metadata["keyed"]:
            continue
        pattern, cast = _TYPED[schemas.arrow_type(each)]
        if name in dimensions:
            value = f"coalesce({quoted(name)}, '{TOTAL}')" if name in header else f"'{TOTAL}'"
            items.append(f"{value} AS {quoted(name)}")
        elif pattern:
            fits = f"regexp_full_match({name}, {sql_text(pattern)})"
            items.append(f"CASE WHEN {fits} THEN {cast.format(c=name)} END AS {name}")
            unread.append(f"CASE WHEN {name} IS NOT NULL AND NOT {fits} THEN '{name}' END")
        else:
            items.append(name)
    items.append(f"nullif(concat_ws(',', {', '.join(unread)}), '') AS unread" if unread else "NULL::VARCHAR AS unread")
    return items


_DERIVED = {
    "sources": """
        period_end(time_period) AS period_end,
        period_end(CASE WHEN length(published_on) >= 7 THEN published_on END) AS known_from""",
    "passed_over": "parse_filename(filename, true) AS source_id",
    "receipts": "parse_filename(filename, true) AS source_id",
    "actions": """
        parse_filename(filename, true) AS source_id,
        parse_filename(filename, true) || ':' || action_no AS action_id,
        period_end(due) AS due_end""",
    "derived_rules": """
        nullif(split_part(formula, ' ', 1), '') AS left_id, nullif(split_part(formula, ' ', 2), '') AS operator,
        nullif(split_part(formula, ' ', 3), '') AS right_id""",
}


def _figures_query(typed: str, figures: Figures) -> str:
    """Derive value, bounds, period and the recomposed form, step by step, each step one SELECT."""
    exponents = " ".join(f"WHEN '{m}' THEN {power}" for m, power in MULTIPLIERS.items() if m)
    plain = rf"-?[0-9]{{1,{MAX_DIGITS}}}(\.[0-9]{{1,{MAX_DIGITS - 1}}})?"
    return f"""
    WITH typed AS ({typed}),
    normal AS (
        SELECT *, parse_filename(filename, true) AS source_id,
            {_normalised("as_printed")} AS printed_form,
            CASE coalesce(multiplier, '') WHEN '' THEN 0 {exponents} END AS exponent,
            indicator_id IN {sql_list(figures.countable)} AS countable,
            indicator_id IN {sql_list(figures.rates)} AS rate,
            CASE WHEN qualifier IS DISTINCT FROM 'range' AND regexp_full_match(number, {sql_text(plain)})
                 AND CASE WHEN length(number) <= {MAX_DIGITS} THEN true
                          ELSE length(translate(number, '-.', '')) <= {MAX_DIGITS} END
                 THEN number END AS plain_number
        FROM typed),
    digits AS (
        SELECT *, 10 * replace(plain_number, '.', '')::BIGINT AS tenths,
            CASE WHEN contains(number, '{RANGE_DASH}') THEN greatest({_decimals(1)}, {_decimals(2)})
                 WHEN contains(number, '.') THEN {_decimals(1)}
                 WHEN number IS NOT NULL THEN 0 END AS decimals,
            CASE WHEN qualifier IS NULL THEN NULL
                 WHEN regexp_full_match(plain_number, '-?[0.]+') THEN 0
                 ELSE length(replace(plain_number, '.', '')) - length(rtrim(replace(plain_number, '.', ''), '0'))
                 END AS zeros
        FROM normal),
    distances AS (
        SELECT *, {_distances(0)} AS below, {_distances(1)} AS above,
            CASE WHEN direction = 'fall' THEN -1 ELSE 1 END AS sign
        FROM digits),
    ends AS (
        SELECT *,
            CASE WHEN qualifier = 'range' THEN {_range_end(1)} ELSE {_scaled("tenths - below")} END AS first_end,
            CASE WHEN qualifier = 'range' THEN {_range_end(2)} ELSE {_scaled("tenths + above")} END AS last_end
        FROM distances)
    SELECT filename, unread, {", ".join([*_KEYED_FIGURE, *map(quoted, figures.dimensions)])}, source_id,
        source_id || ':' || figure_no AS observation_id,
        period_start(time_period) AS period_start, period_end(time_period) AS period_end,
        {_scaled("sign * tenths")} AS obs_value,
        CASE WHEN sign < 0 THEN 0 - last_end ELSE first_end END AS lower,
        CASE WHEN sign < 0 THEN 0 - first_end ELSE last_end END AS upper,
        CASE WHEN decimals <= {MAX_DIGITS} THEN decimals::TINYINT END AS printed_decimals,
        'keyed' AS evidence, 'A' AS obs_status,
        printed_form, {_recomposed(figures.words)} AS recomposed,
        {key_hash(schemas.TABLES["observations"])}, {_fact_hash(figures)}
    FROM (SELECT *, {_core()} AS core, {_stripped()} AS stripped FROM ends)
    """


_KEYED_FIGURE = schemas.names(schemas.TABLES["observations"], "keyed")


_SPELT = r"[零〇一二三四五六七八九兩两壹贰叁肆柒捌玖]|[十百千万亿萬億]\s?[0-9０-９]|(^|[^0-9０-９\s])\s*[十拾]"
"""What a printed form with Chinese numerals holds."""


def _normalised(column: str) -> str:
    """Keyed parts are normal by their patterns; the print is made so, where a character asks for it.

    `translate` takes its pairs in anew for every row: separators, the usual case, go without it.
    """
    before, after = normalising_pairs()
    separators = before[len(after) :]
    closed = f"regexp_replace({column}, {_any_of(separators)}, '', 'g')"
    pairs = f"{sql_text(before)}, {sql_text(after)}"
    normal = (
        f"CASE WHEN regexp_matches({closed}, {_any_of(before)}) THEN translate({closed}, {pairs}) ELSE {closed} END"
    )
    usual = f"CASE WHEN regexp_matches({column}, {_any_of(before)}) THEN {normal} ELSE {column} END"
    spelt = f"regexp_matches({column}, '{_SPELT}')"
    return f"CASE WHEN {spelt} THEN plain({usual}) ELSE {usual} END"


def _any_of(characters: str) -> str:
    return sql_text(f"[{re.escape(characters)}]")


_POWERS = "[" + ", ".join(f"1e{power}" for power in range(23)) + "]"


def _scaled(tenths: str) -> str:
    """Tenths of the last printed place, an integer, as the nearest float64 of base units.

    Integers up to 2**53 and powers of ten up to 10**22 are exact in float64, so that one operation rounds once
    (Clinger 1990, How to read floating point numbers accurately); larger ones go through their digits.
    """
    whole, power = f"({tenths})", "(exponent - decimals - 1)"
    return f"""CASE WHEN abs{whole} > {2**53} THEN ({whole}::VARCHAR || 'e' || {power}::VARCHAR)::DOUBLE
        WHEN {power} < 0 THEN {whole}::DOUBLE / {_POWERS}[1 - {power}]
        ELSE {whole}::DOUBLE * {_POWERS}[1 + {power}] END"""


def _decimals(end: int) -> str:
    """Digits behind the point of one end of a range, or of a plain number, which has the first only."""
    return f"length(split_part(split_part(number, '{RANGE_DASH}', {end}), '.', 2))"


def _range_end(which: int) -> str:
    return f"try_cast(split_part(number, '{RANGE_DASH}', {which}) || 'e' || exponent::VARCHAR AS DOUBLE)"


def _distances(side: int) -> str:
    """Distance of one bound from the value, in tenths of the last printed place; NULL is unbounded."""
    kinds = {
        "zero": "0::BIGINT",
        "half_place": "CASE WHEN countable AND multiplier IS NULL AND decimals = 0 THEN 0::BIGINT ELSE 5::BIGINT END",
        "about": "CASE WHEN zeros = 0 THEN 10::BIGINT ELSE 5 * (10 ** zeros)::BIGINT END",
        "odd": f"(10 ** (1 + CASE WHEN {_after_multiplier()} THEN decimals ELSE zeros END))::BIGINT",
        None: "NULL::BIGINT",
    }
    cases = " ".join(f"WHEN '{q}' THEN {kinds[sides[side]]}" for q, sides in BOUNDS.items() if q)
    return f"CASE WHEN qualifier IS NULL THEN {kinds[BOUNDS[None][side]]} ELSE CASE qualifier {cases} END END"


def _after_multiplier() -> str:
    return " OR ".join(f"contains(printed_form, multiplier || '{word}')" for word in "余多几")


def _core() -> str:
    """Number, multiplier and unit as they should stand in print, without what is inherited."""
    return """
        number ||
        CASE WHEN inherited IN ('multiplier', 'both') THEN '' ELSE coalesce(multiplier, '') END || '|' ||
        CASE WHEN inherited IN ('unit', 'both') THEN
            CASE WHEN rate AND ends_with(printed_form, split_part(unit, '/', 1))
                 THEN split_part(unit, '/', 1) ELSE '' END
        ELSE coalesce(unit, '') END"""


def _stripped() -> str:
    """The printed form without the word that gives the direction."""
    without = f"regexp_replace(printed_form, '(同比)?({'|'.join(RISES + FALLS)})[了到]?', '')"
    return f"CASE WHEN direction IS NULL THEN printed_form ELSE {without} END"


def _recomposed(words: list[dict[str, str]]) -> str:
    """The form that the parts give: the one that matches the print where one does, else the first possible."""
    forms: dict[str, list[str]] = {}
    for row in words:
        if row["position"] in _PLACED and row["printed"] and row["qualifier"]:
            forms.setdefault(row["qualifier"], []).append(_placed(row["printed"], row["position"]))
    cases = " ".join(f"WHEN {sql_text(q)} THEN {_choose(f)}" for q, f in forms.items())
    exact = _choose(["replace(core, '|', '')"])
    qualified = f"CASE qualifier {cases} WHEN 'range' THEN {_range_form()} ELSE {exact} END"
    return f"CASE WHEN qualifier IS NULL THEN {exact} ELSE {qualified} END"


def _choose(forms: list[str]) -> str:
    """printed_form where a candidate equals it (direction word aside), else the first candidate."""
    return f"CASE WHEN stripped IN ({', '.join(forms)}) THEN printed_form ELSE {forms[0]} END"


_PLACED = {
    "before": "{word} || replace(core, '|', '')",
    "after_unit": "replace(core, '|', '') || {word}",
    "after_number": "number || {word} || replace(substr(core, length(number) + 1), '|', '')",
    "after_multiplier": "replace(core, '|', {word})",
}
"""SQL of the printed form with a qualifier's word at its position; core is `number multiplier|unit`."""


def _placed(word: str, position: str) -> str:
    return _PLACED[position].format(word=sql_text(word))


def _range_form() -> str:
    """A range as printed: `3—5万人`, `3万—5万人` or `5%—20%`, with any dash."""
    dashes = "'-–~～―－至到'"
    plain = f"translate(stripped, {dashes}, '{RANGE_DASH * 8}')"
    once = "replace(core, '|', '')"
    tail = "substr(core, length(number) + 1)"
    forms = [f"replace({once}, '{RANGE_DASH}', {part} || '{RANGE_DASH}')" for part in _RANGE_PARTS]
    forms = [form.replace("{tail}", tail) for form in forms]
    return f"CASE WHEN {plain} IN ({', '.join([once, *forms])}) THEN printed_form ELSE {once} END"


_RANGE_PARTS = ["split_part({tail}, '|', 1)", "replace({tail}, '|', '')"]
"""What may stand behind the first number too: the multiplier, or multiplier and unit."""
