"""Throw hostile input at whatever reads somebody's input, for so many seconds each: `make fuzz SECONDS=600`.

A crash is any exception but the documented ones; a hang is one input that takes longer than ten seconds, twice. Inputs come
from seeded random changes of valid ones, so that a failure is found again by its seed and number. Exits with 1 on any.
"""

import argparse
import csv
import random
import shutil
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from decimal import Decimal
from pathlib import Path

import pipeline
from pipeline import csvfiles, ingest, numerals, quantity, schemas
from pipeline.evidence import scan
from pipeline.query import QueryError, query

ROOT = Path(__file__).parents[2]
HANG = 10
SHEET = "figures/jiangsu-2022-s1.csv"
Fuzzer = Callable[[random.Random], None]

CSV_PIECES = [b'"', b'""', b",", b"\n", b"\r", b"\r\n", b"\0", b"\xff", b"\xef\xbb\xbf", b" ", b"\t", b"=", b"-", b"\x1b[31m", "—".encode(), "万".encode(), b"1e400", b"x" * 70_000]  # fmt: skip
TEXT_PIECES = [*"0123456789０９一二三十百千万亿零〇两几多余近约超成倍半%％‰.,，、:：/-—~～()（）年月日季度户人次元个之分点比增长下降 \n\t\r\0\x1b\u202e\U0001f600", "百分之", "上半年", "以上", "不足", "个百分点", "[65]", "ｗｗｗ", "http://", "二〇二二年", "萬", "億"]  # fmt: skip
PERIOD_PIECES = ["2022", "-S1", "-Q4", "-02", "-30", "-13", "/P", "999Y", "1M", "0D", "-", "/", "9999", "1000", "'", "\0", " ", "２０２２", "infinity", "\n"]  # fmt: skip
SQL_PIECES = ["SELECT", "*", "FROM", "units", "observations", "headline", "WHERE", "(", ")", "[", "]", "{", "}", "'", '"', ";", "--", "/*", "$$", ",", "1", "NULL", "UNION ALL", "WITH RECURSIVE t AS", "read_csv('/etc/passwd')", "'/etc/passwd'", "COPY", "TO", "ATTACH", "SET", "PRAGMA", "range(1000000000)", "repeat('x', 1000000)", "list(1)", "CAST(1 AS", "INTERVAL", "DATE", "::BLOB", "\0", "\udc80", "é", "JOIN", "ON", "ORDER BY ALL", "GROUP BY ALL", "DESCRIBE", "SHOW TABLES", "PIVOT", "x -> x"]  # fmt: skip


def mutated(chance: random.Random, content: bytes) -> bytes:
    """Bytes with pieces put in, taken out, doubled or moved."""
    for _ in range(chance.choice([1, 1, 2, 5, 20])):
        start, other = sorted(chance.randrange(len(content) + 1) for _ in range(2))
        stop = min(other, start + chance.choice([1, 10, 1000]))
        piece = chance.choice([chance.choice(CSV_PIECES), b"", content[start:stop] * 2, chance.randbytes(3)])
        content = content[:start] + piece + content[stop:]
    return content


def text(chance: random.Random, pieces: list[str], most: int) -> str:
    return "".join(chance.choice(pieces) for _ in range(chance.randrange(1, most)))


@contextmanager
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="minsheng-fuzz-") as made:
        shutil.copytree(ROOT / "raw", Path(made) / "raw", ignore=shutil.ignore_patterns("documents", "receipts"))
        yield Path(made) / "raw"


@contextmanager
def checks() -> Iterator[Fuzzer]:
    """A whole check of a raw folder of which one file is spoiled: findings, and never an exception."""
    with folder() as raw:
        pipeline.check(raw)  # what it loads takes seconds, once
        files = [raw / SHEET, *sorted(raw.rglob("*.csv"))]

        def fuzz(chance: random.Random) -> None:
            file = chance.choice([files[0], chance.choice(files)])
            before = file.read_bytes()
            try:
                file.write_bytes(mutated(chance, before))
                for each in pipeline.check(raw):
                    assert str(each).replace("\n", "").isprintable(), repr(str(each))
            finally:
                file.write_bytes(before)

        yield fuzz


@contextmanager
def sheets() -> Iterator[Fuzzer]:
    """The form of one file alone: it is refused with a finding, or its rows are there to be read."""
    with folder() as raw:
        content, required = (raw / SHEET).read_bytes(), ["figure_no", "as_printed"]

        def fuzz(chance: random.Random) -> None:
            (raw / SHEET).write_bytes(mutated(chance, content[: chance.choice([200, 2000, len(content)])]))
            file = csvfiles.inspect(raw, SHEET, required, None)
            if not file.findings:
                assert all(line > 0 for line, _ in csvfiles.rows(file.path))
            if not {f.rule for f in file.findings} & {"file-encoding", "file-nul"}:
                csvfiles.diagnose(file)

        yield fuzz


@contextmanager
def quantities() -> Iterator[Fuzzer]:
    """Printed figures: what is read is a number, twice the same, and what is normal stays as it is."""

    def fuzz(chance: random.Random) -> None:
        printed = text(chance, TEXT_PIECES, 12)
        normal = quantity.normalise(printed)
        assert quantity.normalise(normal) == normal, printed
        assert isinstance(numerals.plain(printed), str)
        number = f"{chance.randrange(10 ** chance.randrange(1, 15))}"
        point = chance.randrange(len(number))
        number = f"{number[:point] or 0}.{number[point:]}" if chance.random() < 0.5 else number
        for qualifier in quantity.BOUNDS:
            read = quantity.Quantity(number, chance.choice(list(quantity.MULTIPLIERS)), qualifier=qualifier)
            lower, upper = read.bounds
            assert isinstance(read.value, Decimal)
            assert lower is None or lower <= read.value, read
            assert upper is None or read.value <= upper, read

    yield fuzz


@contextmanager
def scans() -> Iterator[Fuzzer]:
    """Texts: every numeral found lies in the text, in order, and reading a text twice gives the same."""
    vocabulary = scan.Vocabulary()

    def fuzz(chance: random.Random) -> None:
        content = text(chance, TEXT_PIECES, chance.choice([10, 100, 3000]))
        found = scan.scan(content, vocabulary)
        assert all(0 <= f.start < f.end <= len(content) for f in found), found
        assert [f.start for f in found] == sorted(f.start for f in found)

    yield fuzz


@contextmanager
def periods() -> Iterator[Fuzzer]:
    """Time periods: both ends or neither, the first no later than the last."""
    with ingest.connect() as connection:

        def fuzz(chance: random.Random) -> None:
            period = text(chance, PERIOD_PIECES, 5)
            row = connection.execute("SELECT period_start($p), period_end($p)", {"p": period}).fetchone()
            assert row is not None
            assert (row[0] is None) == (row[1] is None), (period, row)
            assert row[0] is None or isinstance(row[0], str) or str(row[0]) <= str(row[1]), (period, row)

        yield fuzz


FIGURES = 200
"""Figures of a sheet that derivations compares; each counts as an input."""


def figure(chance: random.Random, words: list[dict[str, str]]) -> tuple[quantity.Quantity, dict[str, str]]:
    """A figure taken apart, and the row that somebody keyed for it, in any of the prints that a bulletin may choose."""
    word = chance.choice([None, *words])
    ends = 2 if word and word["qualifier"] == "range" else 1
    number = quantity.RANGE_DASH.join(printed_number(chance, 15 // ends) for _ in range(ends))
    place = word["position"] if word else ""
    # behind a word such as 几, 十 would begin a numeral of its own
    multiplier = chance.choice([m for m in quantity.MULTIPLIERS if m[:1] != "十" or place != "after_number"])
    if not multiplier and place == "after_multiplier":
        place = "after_number"
    one = quantity.Quantity(
        number, multiplier, chance.choice(["人", "元", "元/人·月"]), word and word["qualifier"],
        chance.choice([None, None, "rise", "fall"]), chance.random() < 0.5, place == "after_multiplier",
    )  # fmt: skip
    here = {place: word["printed"] if word else ""} if ends == 1 else {}
    printed = "".join([here.get("before", ""), number, here.get("after_number", ""), multiplier,
                       here.get("after_multiplier", ""), one.unit, here.get("after_unit", "")])  # fmt: skip
    row = {"as_printed": dressed(chance, printed), "number": number, "multiplier": multiplier, "unit": one.unit}
    row |= {"qualifier": one.qualifier or "", "direction": one.direction or ""}
    return one, row | {"indicator_id": "counted" if one.countable else "measured", "time_period": "2022"}


def printed_number(chance: random.Random, most: int) -> str:
    """Digits as they may stand in print: with or without a point, with zeros before and behind."""
    digits = f"{chance.randrange(10 ** chance.randrange(1, most))}" + "0" * chance.choice([0, 0, 1, 4])
    digits, point = digits[:most], chance.choice([0, 0, 1, 2, 5])
    digits = digits.rjust(point + 1, "0")
    sign = "-" if chance.random() < 0.05 else ""
    return sign + (f"{digits[:-point]}.{digits[-point:]}" if point else digits)


def dressed(chance: random.Random, printed: str) -> str:
    """The same print with full-width digits, traditional measure words, spaces or commas."""
    how = chance.choice(["", "", "wide", "traditional", "spaced"])
    if how == "wide":
        return printed.translate(str.maketrans("0123456789.", "０１２３４５６７８９．"))
    if how == "traditional":
        return printed.translate(str.maketrans("万亿余约", "萬億餘約"))
    return "".join(c + " " * (chance.random() < 0.2) for c in printed) if how == "spaced" else printed


@contextmanager
def derivations() -> Iterator[Fuzzer]:
    """Value, bounds and decimals that SQL derives of a sheet, against `Quantity`; and the print, put together again."""
    with folder() as raw, ingest.connect() as connection:
        with (raw / "codelists/qualifiers.csv").open(encoding="utf-8", newline="") as stream:
            words = list(csv.DictReader(stream))
        table = schemas.TABLES["observations"]
        header, known = schemas.names(table, "keyed"), ingest.Figures(["counted"], [], words, ())

        def fuzz(chance: random.Random) -> None:
            figures = [figure(chance, words) for _ in range(FIGURES)]
            with (raw / SHEET).open("w", encoding="utf-8", newline="") as stream:
                writer = csv.DictWriter(stream, header, restval="", lineterminator="\n")
                writer.writeheader()
                writer.writerows(row | {"figure_no": str(n)} for n, (_, row) in enumerate(figures, 1))
            sheet = csvfiles.CsvFile(raw / SHEET, SHEET, list(header))
            read = [row for batch, _ in ingest.batches(connection, table, [sheet], known) for row in batch.to_pylist()]
            for (one, keyed), row in zip(figures, read, strict=True):
                value = None if one.value is None else float(one.value)
                derived = (row["obs_value"], row["lower"], row["upper"], row["printed_decimals"])
                assert derived == (value, one.interval.lower, one.interval.upper, one.decimals), (keyed, derived)
                assert row["recomposed"] == row["printed_form"], (keyed, row["recomposed"])

        yield fuzz


@contextmanager
def queries() -> Iterator[Fuzzer]:
    """SQL that somebody typed: rows, or QueryError."""
    with folder() as raw:
        pipeline.build(raw, raw.parent / "curated")

        def fuzz(chance: random.Random) -> None:
            sql = " ".join(chance.choice(SQL_PIECES) for _ in range(chance.randrange(1, 15)))
            with suppress(QueryError):
                for _, _row in zip(range(10_000), query(sql, raw.parent / "curated", seconds=2).rows, strict=False):
                    pass

        yield fuzz


FUZZERS = {f.__name__: f for f in (checks, sheets, quantities, derivations, scans, periods, queries)}


def _again(fuzz: Fuzzer, seed: str) -> float:
    """Seconds that an input takes when it comes again: others may have had the machine the first time."""
    started = time.monotonic()
    with suppress(Exception):
        fuzz(random.Random(seed))
    return time.monotonic() - started


def run(name: str, seconds: float, seed: int, most: int = sys.maxsize, hang: float = HANG) -> tuple[int, int, int]:
    """Executions, crashes and hangs of one fuzzer, which ends after so many seconds or inputs."""
    done, crashes, hangs, end = 0, 0, 0, time.monotonic() + seconds
    with FUZZERS[name]() as fuzz:
        while done < most and (started := time.monotonic()) < end:
            try:
                fuzz(random.Random(f"{name} {seed} {done}"))
            except Exception:
                crashes += 1
                print(
                    f"{name}: crash with --seed {seed}, input {done}\n{traceback.format_exc()[-3000:]}", file=sys.stderr
                )
            took = time.monotonic() - started
            if took > hang and (took := _again(fuzz, f"{name} {seed} {done}")) > hang:
                hangs += 1
                print(f"{name}: {took:.0f} s with --seed {seed}, input {done}", file=sys.stderr)
            done += 1
    return done, crashes, hangs


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("names", nargs="*", default=[*FUZZERS], metavar=f"{{{','.join(FUZZERS)}}}")
    options.add_argument("--seconds", type=float, default=600)
    options.add_argument("--seed", type=int, default=int(time.time()))
    chosen = options.parse_args()
    failed = 0
    for name in chosen.names:
        done, crashes, hangs = run(name, chosen.seconds, chosen.seed)
        print(f"{name}: {done:,} inputs, {crashes} crashes, {hangs} hangs (seed {chosen.seed})", flush=True)
        failed += crashes + hangs
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
