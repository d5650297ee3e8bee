"""Figures that contradict each other: which of them is most likely wrong, and by what slip?

A check says that a claim and what other figures make of it share no value. For each figure of such a case, the values
that would mend it follow from the others. A figure is the likelier to be wrong, the more cases one other value of it
would mend without breaking what agrees now; a slip that turns this value into the print (a dropped digit, 万 for 亿,
another year's figure …) speaks against it too. The figure that mends most is told at its cases; what is left is looked
at again.
"""

import heapq
import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path

import duckdb

from pipeline import slips
from pipeline.database import Offender, Row, rows
from pipeline.quantity import Interval

_ONE_SIDED = ("subset", "addition", "cumulation")
_MOST_SHOWN = 12


@dataclass(frozen=True)
class Case:
    """One comparison: which figures stand in it, in which roles, and whether it agrees as printed."""

    row: Row

    @property
    def key(self) -> tuple[str, tuple[str, ...]]:
        return self.row["kind"], tuple(self.row["figures"])

    @property
    def is_strict(self) -> bool:
        """Both sides are known."""
        return bool(self.row["two_sided"])

    @cached_property
    def roles(self) -> dict[str, str]:
        terms = {term["observation_id"]: term["role"] for term in self.row["terms"]}
        return {self.row["claim"]: "claim"} | terms if self.row["claim"] in self.row["figures"] else terms

    @cached_property
    def figures(self) -> dict[str, Row]:
        return {figure["observation_id"]: figure for figure in self.row["suspects"] or []}

    def implied(self, name: str) -> Interval:
        """The values of a figure that would mend the case, as the claim and the other figures allow."""
        claimed, computed = Interval(**self.row["claimed"]), Interval(**self.row["computed"])
        kind, role, scale = self.row["kind"], self.roles[name], Interval(self.row["scale"], self.row["scale"])
        here = _printed(self.figures[name])
        if role == "claim":
            return computed / scale if kind == "sum" else computed
        if kind == "statement":
            return claimed
        if not self.is_strict:
            return (
                Interval(claimed.lower, None) if role == "whole" else Interval(None, (here + claimed - computed).upper)
            )
        if kind in ("sum", "shares", "change"):
            return here - claimed + computed if role == "base" else here + claimed - computed
        if kind == "rate" and role != "left":
            other = next((n for n, r in self.roles.items() if r not in (role, "left", "claim")), name)
            both = here + _printed(self.figures.get(other, self.figures[name]))
            return both * computed / claimed - (both - here)
        if kind == "growth_by_change":
            up, down = claimed * (computed + scale), computed * (claimed + scale)
            return here * up / down if role == "right" else here * down / up
        if kind == "growth":
            claimed, computed = claimed + scale, computed + scale
        return here * claimed / computed if role == "left" else here * computed / claimed


def _printed(figure: Row) -> Interval:
    """A figure's value as a point; of a range, its ends."""
    value = figure["obs_value"]
    return Interval(figure["lower"], figure["upper"]) if value is None else Interval(value, value)


@dataclass(frozen=True)
class Suspect:
    """A figure, what one other value of it would mend (`gained`: net of what that would break), the slip behind it."""

    figure: Row
    mended: list[Case]
    gained: int
    agreeing: int
    slip: slips.Slip | None
    implied: Interval
    is_prime: bool

    @property
    def weight(self) -> tuple[float, ...]:
        """What speaks against the figure, the strongest first.

        Of two prints of one fact a slip explains either as well as the other: the less official, then the younger.
        """
        f, likely = self.figure, self.slip.likely if self.slip else 0
        age = f["known_from"].toordinal() if f["known_from"] else 0
        if all(case.row["kind"] == "statement" for case in self.mended):
            return self.gained, -self.agreeing, f["source_broken"], f["rank"], age, likely
        return self.gained, -self.agreeing, likely, f["source_broken"], self.is_prime, f["rank"], age


def named(connection: duckdb.DuckDBPyConnection, found: list[Offender]) -> list[Offender]:
    """Offenders that are contradictions, with the figure most likely at fault, both sides and the likeliest slip."""
    if not any(each.figures for each in found):
        return found
    sql = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    cases = [Case(row) for row in rows(connection, sql)]
    told = _Inquiry(cases).told()
    broken = {case.key: case for case in cases if not case.row["agrees"]}
    keyed = [(each, (each.kind or "", tuple(each.figures or ()))) for each in found]
    return [_named(each, broken[key], *told[key]) if key in told else each for each, key in keyed]


class _Ranked:
    """Suspects by name, of which the likeliest is at hand; of two as likely, the one that came first."""

    def __init__(self, suspects: dict[str, Suspect]) -> None:
        self.suspects, self.place = suspects, {name: n for n, name in enumerate(suspects)}
        self.count, self.waiting = itertools.count(), list[tuple[tuple[float, ...], int, int, Suspect]]()
        for name, suspect in suspects.items():
            self.add(name, suspect)

    def add(self, name: str, suspect: Suspect) -> None:
        """What is known of a suspect now."""
        self.suspects[name] = suspect
        if suspect.mended:
            order = (*(-each for each in suspect.weight), math.inf)
            heapq.heappush(self.waiting, (order, self.place[name], next(self.count), suspect))

    def likeliest(self) -> Suspect | None:
        while self.waiting:
            suspect = self.waiting[0][-1]
            if suspect is self.suspects[suspect.figure["observation_id"]]:
                return suspect
            heapq.heappop(self.waiting)  # something else is known of it since
        return None

    def alike(self, best: Suspect, case: Case) -> list[str]:
        """Other figures of a case that are as likely."""
        others = [(name, self.suspects[name]) for name in sorted(case.figures, key=self.place.__getitem__)]
        return [n for n, s in others if s is not best and s.mended and s.weight[:5] == best.weight[:5]]


class _Inquiry:
    """Whom to blame for each case that disagrees: who mends most comes first, then what is left is looked at again."""

    def __init__(self, cases: list[Case]) -> None:
        self.left = {case.key: case for case in cases if not case.row["agrees"]}
        self.cases: dict[str, list[Case]] = {}
        for case in cases:
            for name in case.figures:
                self.cases.setdefault(name, []).append(case)
        self.possible: dict[str, list[tuple[slips.Slip | None, slips.Fits]]] = {}
        self.implied: dict[str, dict[tuple[str, tuple[str, ...]], Interval]] = {}

    def told(self) -> dict[tuple[str, tuple[str, ...]], tuple[Suspect, list[str]]]:
        """For each case, the suspect, and the figures that fit as well."""
        told: dict[tuple[str, tuple[str, ...]], tuple[Suspect, list[str]]] = {}
        ranked = _Ranked({name: self.suspect(name) for case in self.left.values() for name in case.figures})
        while self.left:
            best = ranked.likeliest() or self.at_random()
            for case in best.mended:
                told[case.key] = (best, ranked.alike(best, case))
                del self.left[case.key]
            for name in {name for case in best.mended for name in case.figures}:
                ranked.add(name, self.suspect(name))
        return told

    def at_random(self) -> Suspect:
        """A case that no single figure can mend: its first figure, which is the claim where there is one."""
        case = next(iter(self.left.values()))
        name = next(iter(case.figures))
        return Suspect(case.figures[name], [case], 0, 0, None, case.implied(name), is_prime=True)

    def suspect(self, name: str) -> Suspect:
        """What one other value of a figure would mend: the best of its values before a slip, or of any value."""
        own = [case for case in self.cases[name] if case.key in self.left]
        kept = [case for case in self.cases[name] if case.row["agrees"]]
        figure, implied = self.cases[name][0].figures[name], self._implied(name)
        best = Suspect(figure, [], 0, len(kept), None, next(iter(implied.values())), is_prime=False)
        prime = any(case.roles[name] == ("part" if case.row["kind"] == "cumulation" else "claim") for case in own)
        for slip, fits in self._possible(name) if own else ():
            mended = _mended(own, name, slip, [fits(implied[case.key]) for case in own])
            if not mended:
                continue
            others = [case for case in kept if not slip or slip.partner not in case.figures]
            gained = len(mended) - sum(not fits(implied[case.key]) for case in others)
            first = min(mended, key=lambda case: not case.is_strict)
            each = Suspect(figure, mended, gained, len(others), slip, implied[first.key], prime)
            if not best.mended or each.weight > best.weight:
                best = each
        return best

    def _implied(self, name: str) -> dict[tuple[str, tuple[str, ...]], Interval]:
        if name not in self.implied:
            self.implied[name] = {case.key: case.implied(name) for case in self.cases[name]}
        return self.implied[name]

    def _possible(self, name: str) -> list[tuple[slips.Slip | None, slips.Fits]]:
        """Values that a figure may have had: before each slip, and any within what one comparison implies."""
        if name not in self.possible:
            own = [case for case in self.cases[name] if not case.row["agrees"]]
            figure = own[0].figures[name]
            found: list[tuple[slips.Slip | None, slips.Fits]] = [
                (slip, slip.fits) for slip in slips.of(figure, strict=any(case.is_strict for case in own))
            ]
            floor, wrong_year = figure["minimum"], slips.wrong_year(figure)
            found += [
                (wrong_year, partial(slips.overlap, interval))
                for interval in self._implied(name).values()
                if floor is None or interval.upper is None or interval.upper >= floor
            ]
            self.possible[name] = found
        return self.possible[name]


def _mended(own: list[Case], name: str, slip: slips.Slip | None, fits: list[bool]) -> list[Case]:
    """The cases that another value mends.

    An exchange shows where only one of the two figures stands; where both do, it mends a case if their roles differ.
    """
    partner = slip.partner if slip else ""
    mended = [case for case, fit in zip(own, fits, strict=True) if fit and partner not in case.figures]
    both = [case for case in own if partner in case.figures and case.roles[name] != case.roles[partner]]
    return mended + both if mended else []


def _named(offender: Offender, case: Case, suspect: Suspect, alike: list[str]) -> Offender:
    name = suspect.figure["observation_id"]
    implied = "" if suspect.implied == Interval(None, None) else f"{shown(suspect.implied)} would fit; "
    words = suspect.slip.words if suspect.slip else f"{implied}{offender.hint}"
    others = f" · as likely: {', '.join(alike[:3])}{' …' if len(alike) > 3 else ''}" if alike else ""
    hint = f"{name} may be wrong: {words}{others}"
    original = [f for n, f in case.figures.items() if n != name and f["source_kind"] != "reprint"]
    if offender.kind == "statement" and suspect.figure["source_kind"] == "reprint" and original:
        hint = f"a reprint contradicts its original, {original[0]['source_id']}? {hint}"
    return replace(offender, observation_id=name, hint=hint, detail="\n".join(_sides(case)))


def shown(interval: Interval) -> str:
    ends = [
        "…" if e is None else f"{e:,.0f}" if abs(e) >= 1e5 else f"{e:,.6g}" for e in (interval.lower, interval.upper)
    ]
    return ends[0] if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"


def _sides(case: Case) -> Iterator[str]:
    """Both sides, a figure a line; how far they are apart; how a contradiction of the sources themselves is entered."""
    for each in list(case.figures.values())[:_MOST_SHOWN]:
        place = " ".join(filter(None, (each["indicator_id"], each["ref_area"], each["time_period"], each["breakdown"])))
        yield f"  {each['observation_id']} {each['as_printed']} ({place})"
    if (more := len(case.figures) - _MOST_SHOWN) > 0:
        yield f"  and {more} more"
    yield f"  apart by {shown(Interval(**case.row['residual']))}; if the sources say so, rules/contradictions.csv takes"
    yield f"  {case.row['kind']},{'|'.join(case.row['figures'])},why"
