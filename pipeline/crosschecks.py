"""What needs more than one row: uniqueness over the whole file, overlaps, references between tables, the rules.

Runs in DuckDB over the staged tables, which may be larger than memory. Each check yields places (table, row, …); the
caller turns rows into files and lines.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import duckdb

from pipeline.database import quoted, rows
from pipeline.evidence import receipts
from pipeline.findings import nearest
from pipeline.ingest import sql_list
from pipeline.schemas import TABLES, TOTAL, Table, is_free
from pipeline.validate import Codes


@dataclass(frozen=True, slots=True)
class Offence:
    """A rule broken by row `row` of `table`; `other` is the row it collides with, where there is one."""

    rule: str
    table: str
    row: int
    column: str
    seen: str
    expected: str = ""
    hint: str = ""
    other: int | None = None
    excerpt: str = ""


def run(connection: duckdb.DuckDBPyConnection, codes: Codes, *, complete: bool = True) -> Iterator[Offence]:
    """All offences but those of the unit algebra. The connection has every table, with the working column `row`.

    `complete`: no file was left out, so what is referred to and not there is really missing.
    """
    yield from _once_a_row(
        [*_doubled_keys(connection, codes), *_facts_keyed_twice(connection, codes), *_overlapping_spans(connection)]
    )
    yield from _unordered_paragraphs(connection)
    if complete:
        yield from _dangling_figures(connection)
        yield from _unused(connection, codes)
        yield from _stale_receipts(connection)
    yield from _dimensions_without_total(codes)
    yield from _formulas(codes)


_WEIGHT = {"unique": 0, "keyed-twice": 1, "span-overlap": 2}


def _once_a_row(offences: list[Offence]) -> Iterator[Offence]:
    """A row keyed twice breaks several rules against one other row: only the plainest is told."""
    least: dict[tuple[str, int, int | None], int] = {}
    for each in offences:
        pair = (each.table, each.row, each.other)
        least[pair] = min(least.get(pair, 9), _WEIGHT.get(each.rule, 9))
    yield from (o for o in offences if o.other is None or _WEIGHT[o.rule] == least[o.table, o.row, o.other])


def _doubles(
    connection: duckdb.DuckDBPyConnection, table: str, hashed: str, key: list[str], origin: str = "suspected"
) -> list[tuple[Any, ...]]:
    """Rows whose key stands already in an earlier row: row, first row, key. Without its first column a key is none.

    Only rows that share their `hashed` column with another are compared (`suspected`; `origin` is what is made of
    them): a key takes more memory than its hash.
    """
    columns = ", ".join(map(quoted, key))
    shown = ", ".join(f"t.{quoted(c)}" for c in key)
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE suspects AS
        SELECT {hashed} FROM {table} WHERE {hashed} IS NOT NULL GROUP BY 1 HAVING count(*) > 1""")
    if connection.execute("FROM suspects LIMIT 1").fetchone() is None:
        return []
    return connection.execute(f"""
        WITH suspected AS MATERIALIZED (FROM {table} SEMI JOIN suspects USING ({hashed})),
        doubled AS (
            SELECT {columns}, min("row") AS first_row FROM {origin} WHERE {quoted(key[0])} IS NOT NULL
            GROUP BY ALL HAVING count(*) > 1)
        SELECT t."row", d.first_row, concat_ws(' ', {shown}) FROM {origin} t JOIN doubled d
        ON {" AND ".join(f"t.{quoted(c)} IS NOT DISTINCT FROM d.{quoted(c)}" for c in key)}
        WHERE t."row" <> d.first_row ORDER BY 1
    """).fetchall()


def _doubled_keys(connection: duckdb.DuckDBPyConnection, codes: Codes) -> Iterator[Offence]:
    for table in TABLES.values():
        if not table.is_sheet:
            yield from _doubled_in_list(table, codes.tables[table.name].select([*table.key, "row"]).to_pylist())
            continue
        for row, first, key in _doubles(connection, table.name, "key_hash", list(table.key)):
            hint = "was the row keyed twice?"
            yield Offence("unique", table.name, row, _KEY_COLUMN[table.name], key, hint=hint, other=first)


def _doubled_in_list(table: Table, rows: list[dict[str, Any]]) -> Iterator[Offence]:
    first: dict[tuple[Any, ...], int] = {}
    for row in rows:
        key = tuple(row[k] for k in table.key)
        if key in first and any(key):
            seen = " ".join(str(k) for k in key if k is not None)
            yield Offence("unique", table.name, row["row"], table.key[0], seen, other=first[key])
        first.setdefault(key, row["row"])


_KEY_COLUMN = {
    "observations": "figure_no",
    "actions": "action_no",
    "passed_over": "char_start",
    "receipts": "figure_no",
}


def _facts_keyed_twice(connection: duckdb.DuckDBPyConnection, codes: Codes) -> Iterator[Offence]:
    """A stock is one fact wherever its period starts; a flow has its first day too. Unknown codes name none."""
    flow_start = f"CASE WHEN indicator_id NOT IN {sql_list(codes.at_day)} THEN period_start END AS flow_start"
    known_codes = "ref_area IN (SELECT code FROM areas) AND indicator_id IN (SELECT indicator_id FROM indicators)"
    origin = f"(SELECT *, {flow_start} FROM suspected WHERE {known_codes} AND period_end IS NOT NULL)"
    key = ["indicator_id", "ref_area", "period_end", "source_id", "flow_start", *codes.dimensions]
    doubles = _doubles(connection, "observations", "fact_hash", key, origin)
    known, figures = _known(codes), _figures(connection, [row for double in doubles for row in double[:2]])
    for row, first, _ in doubles:
        one, other = figures[first], figures[row]
        if one["as_printed"] == other["as_printed"] or {one["observation_id"], other["observation_id"]} not in known:
            yield Offence("keyed-twice", "observations", row, "indicator_id", *_twice(one, other), other=first)


def _figures(connection: duckdb.DuckDBPyConnection, wanted: list[int]) -> dict[int, dict[str, Any]]:
    """Figures by row, all in one reading of the table."""
    columns = 'indicator_id, ref_area, time_period, observation_id, as_printed, obs_value, lower, upper, "row"'
    sql = f'SELECT {columns} FROM observations SEMI JOIN (SELECT unnest($1) AS "row") USING ("row")'
    return {figure["row"]: figure for figure in rows(connection, sql, wanted)} if wanted else {}


def _twice(one: dict[str, Any], other: dict[str, Any]) -> tuple[str, str, str]:
    """Seen, expected (told by the line) and hint of a fact that a source states twice."""
    seen = " ".join(str(other[c]) for c in ("indicator_id", "ref_area", "time_period"))
    ends = (one["lower"], other["upper"]), (other["lower"], one["upper"])
    if all(None in pair or pair[0] <= pair[1] for pair in ends):
        return seen, "", "keep one; if the bulletin prints it twice, pass the second over with reason reference"
    figures = f"statement,{one['observation_id']}|{other['observation_id']}"
    hint = f"a wrong headline, or another concept? rules/contradictions.csv takes what the source says: {figures},why"
    return f"{seen} as {one['as_printed']}, then as {other['as_printed']},", "", hint


def _known(codes: Codes) -> set[frozenset[str]]:
    """Figures in which a source is known to contradict itself."""
    listed = codes.tables["known_contradictions"].select(["kind", "figures"]).to_pylist()
    return {frozenset((e["figures"] or "").split("|")) for e in listed if e["kind"] == "statement"}


_SPANS = """
    SELECT source_id, char_start, char_end, paragraph, 'observations' AS origin, "row" FROM observations
    WHERE char_start IS NOT NULL AND char_end - char_start = length(as_printed)
    UNION ALL
    SELECT source_id, char_start, char_end, paragraph, 'passed_over', "row" FROM passed_over
    WHERE char_end - char_start = length(as_printed)
"""
"""Entries that claim characters; one whose span does not fit its own text is told already, and claims none."""


def _overlapping_spans(connection: duckdb.DuckDBPyConnection) -> Iterator[Offence]:
    """Entries of one source in order of position: none may start inside an earlier one."""
    rows = connection.execute(f"""
        WITH ordered AS (
            SELECT *, max(char_end) OVER before AS reached,
                arg_max({{'origin': origin, 'row': "row", 'span': char_start || '–' || char_end}}, char_end)
                OVER before AS earlier
            FROM ({_SPANS})
            WINDOW before AS (PARTITION BY source_id ORDER BY char_start, char_end, origin, "row"
                              ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING))
        SELECT origin, "row", char_start || '–' || char_end, earlier FROM ordered
        WHERE char_start < reached ORDER BY source_id, char_start
    """).fetchall()
    for table, row, span, earlier in rows:
        claimed = f"{earlier['origin']} {earlier['span']}"
        other = earlier["row"] if earlier["origin"] == table else None
        yield Offence("span-overlap", table, row, "char_start", span, claimed, other=other)


def _unordered_paragraphs(connection: duckdb.DuckDBPyConnection) -> Iterator[Offence]:
    """Paragraphs never go back as positions go on; of two neighbours, the one that fits neither side is told."""
    rows = connection.execute(f"""
        WITH ordered AS (
            SELECT *, lag(paragraph) OVER here AS before, lead(paragraph) OVER here AS behind
            FROM ({_SPANS}) WHERE paragraph IS NOT NULL
            WINDOW here AS (PARTITION BY source_id ORDER BY char_start, char_end, origin, "row"))
        SELECT origin, "row", char_start, paragraph, before, behind FROM ordered
        WHERE (paragraph > behind AND coalesce(before <= behind, true))
            OR (paragraph < before AND coalesce(behind >= before, true)) ORDER BY source_id, char_start
    """).fetchall()
    for table, row, start, paragraph, before, behind in rows:
        between = f"one from {before or 1}" + (f" to {behind}" if behind else "")
        yield Offence("span-order", table, row, "paragraph", f"paragraph {paragraph} at character {start}", between)


def _dangling_figures(connection: duckdb.DuckDBPyConnection) -> Iterator[Offence]:
    rows = connection.execute("""
        WITH wanted AS (
            SELECT "row", source_id, unnest(string_split(figure_nos, '|')) AS figure_no FROM actions
            WHERE regexp_full_match(figure_nos, '[0-9|]+')),
        named AS (SELECT "row", source_id || ':' || figure_no AS observation_id FROM wanted),
        there AS (SELECT observation_id FROM observations SEMI JOIN named USING (observation_id))
        FROM named ANTI JOIN there USING (observation_id) ORDER BY 1, 2
    """).fetchall()
    for row, wanted in rows:
        yield Offence("reference", "actions", row, "figure_nos", f"figure {wanted}", "the figures of this source")


def _stale_receipts(connection: duckdb.DuckDBPyConnection) -> Iterator[Offence]:
    for row, figure in connection.execute(receipts.STALE).fetchall():
        seen, hint = f"the receipt of figure {figure}", "minsheng audit compares it with the text again"
        yield Offence("receipt-stale", "receipts", row, "figure_no", seen, hint=hint)


def _unused(connection: duckdb.DuckDBPyConnection, codes: Codes) -> Iterator[Offence]:
    """Indicators, units, themes and sources that nothing uses."""

    def distinct(column: str, table: str) -> list[str]:
        return [value for (value,) in connection.execute(f"SELECT DISTINCT {column} FROM {table}").fetchall()]

    indicators, derived = codes.tables["indicators"], codes.tables["derived_rules"]
    uses = {
        ("indicators", "indicator_id"): distinct("indicator_id", "observations"),
        ("sources", "source_id"): distinct("source_id", "observations"),
        ("units", "unit_id"): [
            *indicators["unit_id"].to_pylist(),
            *derived["unit_id"].to_pylist(),
            *codes.tables["parts"]["factor_unit"].to_pylist(),
        ],
        ("themes", "theme_id"): indicators["theme_id"].to_pylist() + distinct("theme_id", "actions"),
    }
    for (table, column), used in ((place, set(used)) for place, used in uses.items()):
        for row in codes.tables[table].to_pylist():
            if row[column] is not None and row[column] not in used:
                yield Offence("unused", table, row["row"], column, row[column], hint="use it or take it away")


def _dimensions_without_total(codes: Codes) -> Iterator[Offence]:
    rows = codes.tables["dimensions"].to_pylist()
    for row in rows:
        if row["dimension"] and not is_free(row["dimension"]):
            hint = "give the dimension another name"
            yield Offence(
                "reference", "dimensions", row["row"], "dimension", row["dimension"], "names that are free", hint
            )
    for name in codes.dimensions:
        own = [row for row in rows if row["dimension"] == name]
        if all(row["code"] != TOTAL for row in own):
            yield Offence(
                "reference", "dimensions", own[0]["row"], "code", TOTAL, f"the codes of {name}", "add its total"
            )


def steps(rules: list[dict[str, Any]]) -> dict[str, int]:
    """How many rules deep each derived value is; one that depends on itself is left out."""
    found: dict[str, int] = {}
    ids, before = {r["derived_id"] for r in rules}, -1
    while before < len(found):
        before = len(found)
        for rule in rules:
            operands = [o for o in (rule["left_id"], rule["right_id"]) if o in ids]
            if all(o in found for o in operands):
                found[rule["derived_id"]] = 1 + max((found[o] for o in operands), default=0)
    return found


def _formulas(codes: Codes) -> Iterator[Offence]:
    yield from _rules_along(codes)
    yield from _published_operands(codes)
    yield from _areas_in_themselves(codes)
    yield from _contradictions_entered_twice(codes)
    rules = codes.tables["derived_rules"].to_pylist()
    known = set(codes.indicators) | {r["derived_id"] for r in rules}
    reachable = steps(rules)
    for rule in rules:
        if rule["derived_id"] in codes.indicators:
            yield _formula(rule, f"{rule['derived_id']} is an indicator too", "an id of its own", "derived_id")
        unknown = [o for o in (rule["left_id"], rule["right_id"]) if o and o not in known]
        for operand in unknown:
            hint = nearest(operand, sorted(known))
            yield _formula(rule, f"{operand} is not known", "an indicator or a derived value", "formula", hint)
        if not unknown and rule["derived_id"] not in reachable:
            yield _formula(
                rule, f"{rule['derived_id']} depends on itself", "indicators or earlier derived values", "formula"
            )


def _areas_in_themselves(codes: Codes) -> Iterator[Offence]:
    rows = codes.tables["areas"].to_pylist()
    parents = {area["code"]: area["parent"] for area in rows}
    for area in rows:
        above, seen = area["parent"], set()
        while above and above not in seen and above != area["code"]:
            seen.add(above)
            above = parents.get(above)
        if above and above == area["code"]:
            yield Offence("formula", "areas", area["row"], "parent", f"{above} lies in itself", "the area above it")


def _contradictions_entered_twice(codes: Codes) -> Iterator[Offence]:
    """The order of figures in an entry does not matter."""
    first: dict[tuple[Any, ...], int] = {}
    for rule in codes.tables["known_contradictions"].to_pylist():
        key = (rule["kind"], *sorted((rule["figures"] or "").split("|")))
        if first.setdefault(key, rule["row"]) != rule["row"]:
            yield Offence(
                "unique", "known_contradictions", rule["row"], "figures", rule["figures"] or "", other=first[key]
            )


def _rules_along(codes: Codes) -> Iterator[Offence]:
    """Parts along a dimension name it and its codes; along areas they name none; parts of something else, neither."""
    known: dict[str, list[str]] = {"ref_area": []}
    for row in codes.tables["dimensions"].to_pylist():
        known.setdefault(row["dimension"], []).append(row["code"])
    for rule in codes.tables["parts"].to_pylist():
        column, seen, expected = _odd_along(rule, known) or _odd_part(rule)
        if column == "along" and rule["along"] not in known:
            hint = nearest(rule["along"], [k for k in known if k])
            yield Offence("code", "parts", rule["row"], "along", rule["along"], "the dimensions, or ref_area", hint)
        elif column:
            yield Offence("formula", "parts", rule["row"], column, seen, expected)


_Odd = tuple[str, str, str]
"""The column of a rule that is odd, what was seen, what was expected."""


def _odd_along(rule: dict[str, Any], known: dict[str, list[str]]) -> _Odd | None:
    """What is wrong with the dimension of a rule and its codes, if anything."""
    along, wanted = rule["along"], (rule["codes"] or "").split("|")
    if along and along not in known:
        return "along", along, "a dimension"
    if bool(rule["codes"]) != (along not in (None, "ref_area")):
        return "codes", f"codes {rule['codes'] or 'empty'}", "the codes along a dimension, and only there"
    if not rule["codes"]:
        return None
    if unknown := set(wanted) - set(known[along]) | {c for c in wanted if c == TOTAL}:
        return "codes", f"{', '.join(sorted(unknown))} along {along}", f"its codes: {'|'.join(known[along])}"
    return ("codes", f"{rule['codes']} names a code twice", "each once") if len(set(wanted)) < len(wanted) else None


def _odd_part(rule: dict[str, Any]) -> _Odd:
    """What is wrong with the parts of a rule of this kind, or three empty words."""
    if rule["factor"] and rule["kind"] != "sum":
        return "factor", f"a factor for {rule['kind']}", "one for a sum only"
    if rule["along"] and rule["kind"] == "addition":
        return "along", f"an addition along {rule['along']}", "an addition of another indicator"
    if rule["kind"] == "shares" and (rule["whole"] != rule["part"] or not rule["codes"]):
        return "part", f"{rule['part']} of {rule['whole']}", "one indicator twice, along a dimension"
    if rule["part"] and rule["part"] == rule["whole"] and not rule["along"]:
        return "part", f"{rule['part']} is a part of itself", "another indicator"
    return "", "", ""


_NEEDED = {
    "change": {"lag"}, "growth": {"lag"}, "growth_by_change": {"right_id"}, "ratio": {"right_id"},
    "rate": {"right_id", "lag"}, "per_day": set(),
}  # fmt: skip
"""Columns that a kind of published rule needs; it may have no other of these."""


def _published_operands(codes: Codes) -> Iterator[Offence]:
    for rule in codes.tables["published_rules"].to_pylist():
        needed: set[str] = _NEEDED.get(rule["kind"], set())
        for column in ("right_id", "lag") if rule["kind"] in _NEEDED else ():
            if (rule[column] is not None) != (column in needed):
                expected = f"{'one' if column in needed else 'none'} for {rule['kind']}"
                yield Offence(
                    "formula", "published_rules", rule["row"], column, f"{column} {rule[column] or 'empty'}", expected
                )
        along = [d["code"] for d in codes.tables["dimensions"].to_pylist() if d["dimension"] == rule["along"]]
        if rule["code"] and rule["code"] not in along:
            seen, expected = f"code {rule['code']} along {rule['along'] or 'nothing'}", f"its codes: {'|'.join(along)}"
            yield Offence("formula", "published_rules", rule["row"], "code", seen, expected)


def _formula(rule: dict[str, Any], seen: str, expected: str, column: str, hint: str = "") -> Offence:
    return Offence("formula", "derived_rules", rule["row"], column, seen, expected, hint)


def unit_algebra(codes: Codes) -> Iterator[Offence]:
    """Every unit can be defined and has its declared dimension; every rule's units agree."""
    from pipeline.units import UnitError, Units

    units, unit_of = Units(), {i: row["unit_id"] for i, row in codes.indicators.items()}
    rows = [r for r in codes.tables["units"].to_pylist() if None not in (r["unit_id"], r["pint"], r["dimension"])]
    broken: dict[str, Offence] = {}
    for step in ("define", "prove"):
        for row in rows:
            definition = row["pint"] if step == "define" else row["dimension"]
            try:
                getattr(units, step)(row["unit_id"], definition)
            except UnitError as error:
                offence = Offence("unit-algebra", "units", row["row"], "pint", str(error), "one over known units")
                broken.setdefault(row["unit_id"], offence)
    yield from broken.values()
    unit_of |= {r["derived_id"]: r["unit_id"] for r in codes.tables["derived_rules"].to_pylist()}
    for table, row, words, factor, column in _unit_claims(codes, unit_of):
        if None not in words and not broken.keys() & set(words):
            yield from _unit_claim(units, table, row, words, factor, column)


_UnitClaim = tuple[str, int, tuple[str | None, ...], float | None, str]
"""Table and row of a rule, the units `left operator right` and of the result, the factor between, and its column."""


def _unit_claims(codes: Codes, unit_of: dict[str, str]) -> Iterator[_UnitClaim]:
    for rule in codes.tables["derived_rules"].to_pylist():
        words = (unit_of.get(rule["left_id"]), rule["operator"], unit_of.get(rule["right_id"]), rule["unit_id"])
        yield "derived_rules", rule["row"], words, rule["scale"], "scale"
    for rule in codes.tables["published_rules"].to_pylist():
        left, right = unit_of.get(rule["left_id"]), unit_of.get(rule["right_id"])
        terms = {
            "change": (left, "-", left),
            "growth": (left, "/", left),
            "growth_by_change": (right, "/", left),
            "per_day": (left, "/", "base_day"),
        }.get(rule["kind"], (left, "/", right))
        yield "published_rules", rule["row"], (*terms, unit_of.get(rule["published"])), rule["scale"], "scale"
    for rule in codes.tables["parts"].to_pylist():
        whole, part, by = unit_of.get(rule["whole"]), unit_of.get(rule["part"]), rule["factor_unit"]
        if rule["kind"] == "shares":  # shares of one whole: 1, seen in their unit, is 100 of it
            yield "parts", rule["row"], (whole, "/", whole, part), 100.0, "part"
        elif by:
            yield "parts", rule["row"], (whole, "*", by, part), 1.0, "factor_unit"
        else:
            column = "factor" if rule["factor"] else "part"
            yield "parts", rule["row"], (whole, "-", whole, part), rule["factor"] or 1.0, column


def _unit_claim(
    units: Any, table: str, row: int, words: tuple[Any, ...], factor: float | None, column: str
) -> Iterator[Offence]:
    from pipeline.units import UnitError

    try:
        seen = units.combined(*words)
    except UnitError as error:
        place = {"derived_rules": "unit_id", "published_rules": "published"}.get(table, column)
        yield Offence("unit-algebra", table, row, place, str(error), f"units that give {words[3]}")
        return
    if factor is not None and not math.isclose(seen, factor, rel_tol=1e-12):
        yield Offence("unit-algebra", table, row, column, f"{column} {factor:g}", f"{seen:g} by the units of the rule")
