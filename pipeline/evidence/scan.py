"""Every numeral of a bulletin's text: where it stands, what kind of thing it is, and what a figure says.

From left to right, each numeral is tried as a machine-made expression (addresses, references, list marks), a fixed
word, a time, and last as an amount with its qualifier, unit and direction. The tables are in `words`; nothing looks
further than a few dozen characters from a numeral, so the time is linear in the text.
"""

import itertools
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pipeline.evidence import words
from pipeline.numerals import CHINESE, DIGITS, FRACTION, Numeral, fold, numeral, part_of
from pipeline.quantity import FALLS, MULTIPLIERS, RANGE_DASH, RISES

TIMES = ("date", "duration")
"""Kinds that a transcription need not list: the scanner knows them by itself."""

READ = ("statistic", "age")
"""Kinds whose reading is compared with what was keyed."""
_MACHINE = [(kind, re.compile(p)) for kind, patterns in words.MACHINE.items() for p in patterns]
_DATES = [re.compile(p) for p in words.DATES]
_DATE_SIGN = re.compile(r"[^\n]{0,11}?[年月日号季世代时点旬级届:]|[12]\d{3}[-./]")
_ANCHOR = words.NUMERAL
_DASH = re.compile(rf" ?[{words.DASHES}]{{1,2}} ?")
_RATIO = re.compile(r" ?[:/] ?(\d{1,6}(?:\.\d{1,3})?万?)(?![\d:.])")
_SEVERAL = re.compile(r"(?: ?: ?\d{1,6}(?:\.\d{1,3})?){2,9}")
_SPACES = re.compile(r"[ \t]{1,4}")
_RATE_SIGN = re.compile(r" ?[/·.] ?每?\(?|(?<=[元克])每(?=[人户月年立])")
_ALONE = "(?<=[比期年月季均微略再又或别各净,，、;；。(\\s])"
_CHANGE = re.compile(
    rf"(?:({'|'.join(RISES)}|涨幅|增长幅度|↑|{_ALONE}[增升涨多])|({'|'.join(FALLS)}|跌幅|下降幅度|↓|{_ALONE}[减降跌少]))$"
)
"""A word of change right before a figure, a rise or a fall; a single character only behind a comma or what compares."""
_EXTENT = re.compile("(?<=[幅度])(?:为|达到?|高达|是)$")
_LEVEL = "到至为"
_AVERAGE = re.compile("平均|寿命|年龄(?:为|是|达|约|[^段层在])|岁数")
_OPENING, _CLOSING = '“‘「『"', '”’」』"'
_QUOTES = re.compile(f"[{_OPENING}]")
_RATIO_WORD = re.compile("比|结构")
_HALF_YEAR = re.compile("[上下]半年(?!报)")
_PROSE = re.compile(r"[^\n]{4,13}[一-鿿][\d.,]{1,10}[万亿千百十]{0,2}")
_LETTERS = re.compile(r"[A-Za-z_]")
_SPACED_POINTS = re.compile(r"个? {0,2}百 {0,2}分 {0,2}点")
_TENTHS = re.compile(rf" ?([{DIGITS}]|\d)(?![{DIGITS}十百千万亿\d.%])")
"""七成六: what stands behind 成."""


class Found(NamedTuple):
    """A numeral in its expression: half-open spans in code points of the text, the inner one of the numeral alone.

    `kind`: statistic, or the reason for passing it over. A statistic that could not be read has no `number`.
    """

    kind: str
    start: int
    end: int
    core: tuple[int, int]
    number: str = ""
    multiplier: str = ""
    unit: str = ""
    qualifier: str | None = None
    direction: str | None = None
    inherited: str | None = None


class Vocabulary:
    """Measure words and qualifiers: those every bulletin uses, and those that code lists add."""

    def __init__(self, measures: Iterable[str] = (), qualifiers: Iterable[tuple[str, str, str]] = ()) -> None:
        measures, listed = list(measures), list(qualifiers)
        self.measures = words.longest_first({*words.MEASURES, *filter(None, measures)})
        known = sorted({*words.MEASURES, *filter(None, measures)}, key=len, reverse=True)
        measure = rf"(?:{'|'.join(map(re.escape, known))})(?:/[一-鿿·]{{1,6}})?"
        powers = "|".join(m for m in MULTIPLIERS if m)
        self.headings = re.compile(rf"(?:^|[(\s:、,])({powers})?({measure})(?=[)\s、,]|$)")
        """A unit as a table's heading or a cell prints it: multiplier and measure word."""
        self.denominators = words.longest_first(words.DENOMINATORS)
        before = {w: q for q, w, p in listed if p == "before"} | words.BEFORE
        self.before = words.longest_first(w[::-1] for w, q in before.items() if q)
        self.of_before = before
        self.of_after = {w: q for q, w, p in listed if p == "after_unit"} | words.AFTER
        self.after = words.longest_first(self.of_after)


def scan(text: str, vocabulary: Vocabulary | None = None) -> list[Found]:
    """Every numeral of a text, in order; none overlaps another. Time is linear in the length of the text."""
    return scan_folded(fold(text), vocabulary or Vocabulary())


def scan_folded(folded: str, vocabulary: Vocabulary) -> list[Found]:
    """The same of a text that is folded already."""
    page = _Page(folded, vocabulary)
    return _with_inherited(page.folded, _without_headings(page.folded, list(page)))


class _Page:
    """A folded text that is read from left to right; `last` is where the expression before ended."""

    def __init__(self, folded: str, vocabulary: Vocabulary) -> None:
        self.folded, self.words, self.last = folded, vocabulary, 0

    def __iter__(self) -> Iterator[Found]:
        machine = sorted(_machine(self.folded), key=lambda f: (f.start, -f.end))
        machine.append(Found("", len(self.folded) + 1, len(self.folded) + 1, (0, 0)))
        ahead = 0
        while anchor := _ANCHOR.search(self.folded, self.last):
            while machine[ahead].start < self.last:
                ahead += 1
            found = machine[ahead] if machine[ahead].start <= anchor.start() else self._at(anchor.start())
            self.last = found.end
            if found.kind:
                yield found
        for found in machine[ahead:-1]:
            if found.start >= self.last:
                self.last = found.end
                yield found

    def _at(self, at: int) -> Found:
        """What stands at a numeral character; of no kind where that counts nothing."""
        return self._fixed(at) or self._date(at) or self._quoted(at) or self._amount(at)

    def _fixed(self, at: int) -> Found | None:
        known = words.FIXED
        for word, place, kind in (*known.get(self.folded[at : at + 2], ()), *known.get(self.folded[at], ())):
            start = at - place
            if start >= self.last and self.folded.startswith(word, start):
                end = start + len(word)
                if word[-1] in "点两" or not _ANCHOR.match(self.folded, end) or kind != "idiom":
                    return Found(kind, start, end, (at, end))
        return None

    def _date(self, at: int) -> Found | None:
        if _HALF_YEAR.match(self.folded, at - 1) and at:
            return Found("date", at - 1, at + 2, (at, at + 1))
        if not _DATE_SIGN.match(self.folded, at):
            return None
        ends = [m.end() for pattern in _DATES if (m := pattern.match(self.folded, at))]
        is_ratio = ends and ":" in self.folded[at : max(ends)] and _RATIO_WORD.search(self.folded, max(0, at - 10), at)
        if not ends or is_ratio:
            return None
        start = at
        for word in words.BEFORE_DATES:
            if self.folded.endswith(word, self.last, at):
                start = at - len(word)
        return Found("date", start, max(ends), (at, max(ends)))

    def _quoted(self, at: int) -> Found | None:
        """A Chinese numeral, or nothing but digits, in quotation marks: a name."""
        if not _QUOTES.search(self.folded, max(self.last, at - words.QUOTED), at):
            return None
        opening = max((self.folded.rfind(q, max(self.last, at - words.QUOTED), at) for q in _OPENING), default=-1)
        if opening < 0:
            return None
        closings = (self.folded.find(q, at, opening + words.QUOTED + 2) for q in _CLOSING)
        closing = min((c for c in closings if c >= 0), default=-1)
        inside = self.folded[opening + 1 : closing]
        if closing < 0 or any(c in inside for c in _OPENING + _CLOSING):
            return None
        if self.folded[at] in CHINESE + "半" or re.fullmatch(r"[\dN+]+", inside):
            return Found("name", opening + 1, closing, (at, closing))
        return None

    def _amount(self, at: int) -> Found:
        fraction = FRACTION.match(self.folded, at)
        begin = fraction.end() if fraction else at - self._is_pointed(at)
        sign = fraction is not None and self.folded[begin] == "-"
        core = numeral(self.folded, begin + sign)
        if core is None:
            return Found("", at, at + 1, (at, at + 1))
        start = at if fraction else begin
        found = Found("statistic", start, core.end, (start, core.end), core.number, core.multiplier)
        if core.odd:
            found = found._replace(qualifier="odd")
        if not core.number:
            return self._unread(found)
        if core.implied and not fraction:
            return self._implied(found)
        found = found._replace(unit=part_of(fraction[1])) if fraction else self._measured(self._signed(found))
        return self._classified(self._qualified(found), core)

    def _implied(self, found: Found) -> Found:
        """万人 alone counts nothing, 近万人 does, though no number is printed."""
        qualified = self._with_word_before(found)
        if qualified.start == found.start and self.folded[found.start] in "万亿兆":
            return found._replace(kind="")
        unit = self._unit(found.end)
        if qualified.start == found.start:
            return found._replace(kind="idiom")
        return qualified._replace(kind="idiom", number="", end=unit[1] if unit else found.end)

    def _is_pointed(self, at: int) -> bool:
        """True for .5, whose zero is not printed."""
        return (
            self.folded[at].isdigit()
            and self.folded[at - 1 : at] == "."
            and at - 1 >= self.last
            and (at == 1 or self.folded[at - 2] in " \t\n(,:;")
        )

    def _unread(self, found: Found) -> Found:
        """A numeral that says no amount: vague in Chinese, else too long to be one."""
        if self.folded[found.start] in CHINESE + "廿卅":
            return found._replace(kind="idiom")
        if found.end - found.start >= 20:
            return found._replace(kind="reference")
        return self._with_word_before(found)

    def _signed(self, found: Found) -> Found:
        at = found.start
        before, further = self.folded[at - 1 : at], self.folded[at - 2 : at - 1]
        if at - 1 < self.last:
            return found
        if before in set("▲△▼▽±"):
            return found._replace(start=at - 1, number="")
        if before == "负" or (before in {"-", "–"} and not re.match(r"[\dA-Za-z%‰)\]万亿千百]", further)):
            return found._replace(start=at - 1, number="-" + found.number)
        if before in words.CURRENCY:
            return found._replace(start=at - 1, unit=words.CURRENCY[before])
        return found

    # --- unit, range, ratio ---------------------------------------------------------------------------------------

    def _measured(self, found: Found) -> Found:
        if found.unit:
            return found
        if several := _SEVERAL.match(self.folded, found.end):
            return found._replace(end=several.end(), core=(found.core[0], several.end()), number="")
        if (ratio := _RATIO.match(self.folded, found.end)) and not found.multiplier:
            sign = ":" if ":" in ratio[0] else "/"
            return found._replace(end=ratio.end(), core=(found.core[0], ratio.end()), unit=sign + ratio[1])
        first = self._unit(found.end) or self._time_unit(found)
        end = first[1] if first else found.end
        return self._range(found, first, end) or (found._replace(unit=first[0], end=end) if first else found)

    def _range(self, found: Found, first: tuple[str, int] | None, end: int) -> Found | None:
        """A second number behind a dash, with the same unit or the only one."""
        dash = _DASH.match(self.folded, end)
        if not dash or not _ANCHOR.match(self.folded, dash.end()) or found.qualifier:
            return None
        last = numeral(self.folded, dash.end())
        if last is None or not last.number or last.odd:
            return None
        unit = self._unit(last.end) or self._time_unit(found._replace(end=last.end, number="0."))
        if first and (not unit or unit[0] != first[0]):
            return None
        ends = _range_ends(found, last, first is not None)
        if ends is None or (not unit and dash[0].strip() not in {"—", "–", "~", "～"}):
            return None
        stop = unit[1] if unit else last.end
        core = (found.core[0], last.end)
        return found._replace(end=stop, core=core, number=ends[0], multiplier=ends[1], unit=unit[0] if unit else "",
                       qualifier="range")  # fmt: skip

    def _unit(self, at: int) -> tuple[str, int] | None:
        """The measure word at a place, or behind a space or the end of a wrapped line, and where it ends."""
        if found := self._measure(at, words.NOT_AFTER):
            return self._rate(*found)
        gap = _SPACES.match(self.folded, at)
        if gap and (found := self._measure(gap.end(), words.NOT_AFTER_SPACE)):
            return self._rate(*found)
        if self.folded.startswith("\n", at) and _PROSE.fullmatch(self.folded, max(0, at - 16), at):
            found = self._measure(at + 1, words.NOT_AFTER_SPACE)
            if found and self.folded[found[1] : found[1] + 1].strip():
                return self._rate(*found)
        return None

    def _time_unit(self, found: Found) -> tuple[str, int] | None:
        """A unit of time behind a number with decimals, or a range: 9.6年 is a figure."""
        if "." not in found.number or self.folded[found.core[0]] == "半":
            return None
        known = _DURATIONS.get(self.folded[found.end : found.end + 1], ())
        word = next((w for w in known if self.folded.startswith(w, found.end)), None)
        return (word, found.end + len(word)) if word else None

    def _measure(self, at: int, not_before: dict[str, str]) -> tuple[str, int] | None:
        folded = self.folded
        for word in self.words.measures.get(folded[at : at + 1], ()):
            end = at + len(word)
            if folded.startswith(word, at):
                guard = not_before.get(word, "")
                is_spaced = not_before is words.NOT_AFTER_SPACE and word in words.NEVER_AFTER_SPACE
                if is_spaced or ((following := folded[end : end + 1]) and following in guard):
                    return None
                return word, end
        if folded.startswith("个", at) and (spaced := _SPACED_POINTS.match(folded, at)):
            return "个百分点", spaced.end()
        return None

    def _rate(self, unit: str, end: int) -> tuple[str, int]:
        """元 and what follows behind slashes: 元/人·月."""
        for place in range(3):
            sign = _RATE_SIGN.match(self.folded, end)
            word = sign and self._denominator(sign.end())
            if not sign or not word or (not place and not set(sign[0]) & {"/", "每"}):
                break
            unit += ("/" if set(sign[0]) & {"/", "每"} else "·") + word
            end = sign.end() + len(word)
            end += self.folded.startswith(")", end) and "(" in self.folded[end - 8 : end]
        return unit, end

    def _denominator(self, at: int) -> str | None:
        known = self.words.denominators.get(self.folded[at : at + 1], ())
        return next((w for w in known if self.folded.startswith(w, at)), None)

    # --- qualifier, direction -------------------------------------------------------------------------------------

    def _qualified(self, found: Found) -> Found:
        found = self._with_tail(found)
        before = self._with_word_before(found)
        word, end = self._word_behind(found)
        if not word or found.qualifier not in {None, "odd"}:
            return before
        return before._replace(end=end, qualifier=self.words.of_after[word])

    def _word_behind(self, found: Found) -> tuple[str, int]:
        """A qualifier behind the figure, after a space perhaps, and where it ends."""
        gap = _SPACES.match(self.folded, found.end)
        for at in (found.end, gap.end() if gap else found.end):
            for word in self.words.after.get(self.folded[at : at + 1], ()):
                end = at + len(word)
                is_odd = word == "多"
                fits = not is_odd or (found.unit in {"倍", "成"} and not found.qualifier)
                if fits and self.folded.startswith(word, at) and not self.folded.startswith(("简称", "统称"), end):
                    return word, end
        return "", found.end

    def _with_tail(self, found: Found) -> Found:
        """七成六 is 7.6 成."""
        if found.unit == "成" and "." not in found.number and (tail := _TENTHS.match(self.folded, found.end)):
            number = f"{found.number}.{DIGITS.find(tail[1]) if tail[1] in DIGITS else tail[1]}"
            return found._replace(number=number, end=tail.end(), core=(found.core[0], tail.end()))
        return found

    def _with_word_before(self, found: Found) -> Found:
        at = self._back_over_spaces(found.start)
        if (
            self.folded[at - 1 : at] == "比"
            and (word := self.folded[found.end : found.end + 2].strip()[:1]) in words.COMPARED
        ):
            return found._replace(qualifier=words.COMPARED[word])
        for backwards in self.words.before.get(self.folded[at - 1 : at], ()):
            start = self._start_of(backwards, at)
            if start is None or start < self.last:
                continue
            word = backwards[::-1]
            behind = self.folded[start - 1 : start]
            if behind in {*words.NOT_BEHIND.get(word, "")} or behind not in words.ONLY_BEHIND.get(word, behind):
                continue
            qualifier = found.qualifier if found.qualifier in {"range", "odd"} else self.words.of_before[word]
            return self._directed(found._replace(start=start, qualifier=qualifier), start)
        return self._directed(found, found.start)

    def _back_over_spaces(self, at: int) -> int:
        for _ in range(3):
            if self.folded[at - 1 : at] == " " and at - 1 > self.last:
                at -= 1
        return at

    def _start_of(self, backwards: str, at: int) -> int | None:
        """Where a word starts that ends at a place; spaces inside it do not count."""
        for character in backwards:
            at = self._back_over_spaces(at)
            if self.folded[at - 1 : at] != character:
                return None
            at -= 1
        return at

    def _directed(self, found: Found, start: int) -> Found:
        """The direction that a word of change right before a figure gives it; 增长到 tells a level."""
        before = self.folded[max(self.last, start - 10) : start].rstrip("了 约近\n:")
        if extent := _EXTENT.search(before):
            before = before[: extent.start()]
        elif before[-1:] in _LEVEL:
            return found
        change = _CHANGE.search(before)
        if not change:
            return found
        if found.number.startswith("-"):
            return found._replace(number="")  # 下降-5%: which of them?
        is_rise = bool(change[1]) != (before[change.start() - 1 : change.start()] == "负")
        return found._replace(direction="rise" if is_rise else "fall")

    # --- kind -----------------------------------------------------------------------------------------------------

    def _classified(self, found: Found, core: Numeral) -> Found:
        if found.unit in {"岁", "周岁"}:
            return self._aged(found)
        is_whole = found.number.replace(RANGE_DASH, "").isdigit() or self.folded[found.core[0]] == "半"
        if not found.multiplier and is_whole and (timed := self._timed(found)):
            return timed
        if not found.multiplier and not found.qualifier and (named := self._named(found)):
            return named
        if self.folded[core.end - 1] in CHINESE + "半" + "余多几" and self.folded[found.core[0]] not in "0123456789.":
            return self._chinese(found)
        return found

    def _aged(self, found: Found) -> Found:
        before = self.folded[max(0, found.start - 12) : found.start]
        if "." in found.number or (
            found.qualifier not in {"at_least", "at_most", "under", "range"} and _AVERAGE.search(before)
        ):
            return found
        return found._replace(kind="age")

    def _timed(self, found: Found) -> Found | None:
        """A duration, where a unit of time stands behind the number."""
        start = found.core[1] + (self.folded[found.core[1] : found.core[1] + 1] == " ")
        for word in _DURATIONS.get(self.folded[start : start + 1], ()):
            following = self.folded[start + len(word) : start + len(word) + 1]
            if following and following in words.NOT_AFTER_TIME.get(word, ""):
                continue
            if self.folded.startswith(word, start) and max(map(len, found.number.split(RANGE_DASH))) < 4:
                end = self._behind_qualifier(max(start + len(word), found.end))
                if word == "年级":
                    return found._replace(kind="ordinal", end=end)
                return found._replace(kind="duration", end=end, unit=word)
        return None

    def _behind_qualifier(self, at: int) -> int:
        known = self.words.after.get(self.folded[at : at + 1], ())
        return at + next((len(w) for w in known if self.folded.startswith(w, at) and len(w) > 1), 0)

    def _named(self, found: Found) -> Found | None:
        """Grades, hot lines, and numbers that belong to a word in Latin letters."""
        core_end = found.core[1]
        is_plain = found.number.isdigit() and len(found.number) <= 2
        before, behind = self.folded[found.core[0] - 1 : found.core[0]], self.folded[core_end : core_end + 1]
        if _LETTERS.match(before) or (before == "-" and _LETTERS.match(self.folded[found.core[0] - 2 : found.core[0]])):
            return found._replace(kind="name", unit="", end=core_end)
        is_chinese = self.folded[found.core[0]] not in "0123456789"
        for grade in words.GRADES:
            if (
                is_plain
                and (not found.unit or found.unit in {"路", "级"} or (is_chinese and found.unit == grade))
                and self.folded.startswith(grade, core_end)
            ):
                kind = "name" if grade[0] in "A星" else "ordinal"
                return found._replace(kind=kind, end=core_end + len(grade), unit="")
        hotline = next((w for w in words.HOTLINES if self.folded.startswith(w, core_end)), "")
        if not found.unit and hotline:
            return found._replace(kind="name", end=core_end + len(hotline))
        if not found.unit and _LETTERS.match(behind):
            return found._replace(kind="name")
        return None

    def _chinese(self, found: Found) -> Found:
        """A Chinese numeral counts something only with a measure word that counts; 一个 and 三大 are idioms."""
        is_exact = bool(found.unit) and found.unit[0] in "%‰‱倍成番元/个" and found.unit != "个"
        is_single = found.number == "1" and not found.multiplier and not found.qualifier
        if not found.unit:
            is_amount = len(found.number) > 1 or found.multiplier or found.qualifier
            return found if is_amount and found.number != "0.5" else found._replace(kind="idiom")
        if (is_single or found.unit in {"类", "种", "层", "批", "门", "路", "分", "级", "街"}) and not is_exact:
            return found._replace(kind="idiom")
        return found


_JOINTS = {"、", "和", "与", "及", "或"}
_DURATIONS = words.longest_first(words.DURATIONS)


def _machine(folded: str) -> Iterator[Found]:
    for kind, pattern in _MACHINE:
        for match in pattern.finditer(folded):
            start = match.end() - len(match[0].lstrip(" \t\n•·|"))
            end = match.start() + len(match[0].rstrip(" \t\n"))
            first = _ANCHOR.search(folded, start, end)
            read = numeral(folded, first.start()) if first and kind == "ordinal" else None
            yield Found(kind, start, end, (start, end), read.number if read else "", read.multiplier if read else "")


def _range_ends(first: Found, last: Numeral, has_unit: bool) -> tuple[str, str] | None:
    """Number and multiplier of a range; None where the ends do not rise."""
    if first.multiplier == last.multiplier or (not first.multiplier and not has_unit):
        low, high, multiplier = float(first.number), float(last.number), last.multiplier
        return (f"{first.number}{RANGE_DASH}{last.number}", multiplier) if low < high else None
    low = float(first.number) * 10 ** MULTIPLIERS[first.multiplier]
    high = float(last.number) * 10 ** MULTIPLIERS[last.multiplier]
    return (f"{low:.0f}{RANGE_DASH}{high:.0f}", "") if low < high else None


def _without_headings(folded: str, found: list[Found]) -> list[Found]:
    """Bare years of a table's header are dates, and numbers that only count its rows are ordinals."""
    result = list(found)
    expected = 1
    for place, each in enumerate(found):
        if each.kind != "statistic" or each.unit or each.multiplier or each.qualifier:
            continue
        if _COLUMN_NUMBERS.fullmatch(
            folded, max(folded.rfind("\n", max(0, each.start - 60), each.start) + 1, each.start - 60), each.end
        ):
            result[place] = each._replace(kind="ordinal")
        elif _is_year(folded, each) and _is_header(folded, found, place):
            result[place] = each._replace(kind="date")
        elif _ROW_LABEL.match(folded, each.start):
            is_line = folded[:1] if each.start == 0 else folded[each.start - 1 - _indent(folded, each.start)] == "\n"
            whole = each.number.partition(".")[0]
            if is_line and (each.number in {"1", str(expected)} or ("." in each.number and whole == str(expected - 1))):
                result[place] = each._replace(kind="ordinal")
                expected = int(whole) + 1
    return result


_ROW_LABEL = re.compile(r"\d{1,2}(?:\.\d{1,2}){0,2}(?:([ \t]{1,4})(?=[一-鿿])|\n[ ]{0,8}(?=[一-鿿]{2}))")
_COLUMN_NUMBERS = re.compile(r"[ \t]{0,8}甲(?:[ \t]{1,8}(?:[甲乙丙丁]|\d{1,2}))+")
_HEADS = re.compile("年份|指标|项目|类别|年度|序号")


def _indent(folded: str, at: int) -> int:
    before = folded[max(0, at - 40) : at]
    return len(before) - len(before.rstrip(" \t"))


def _is_year(folded: str, each: Found) -> bool:
    is_plain = each.number.isdigit() and each.end - each.start == 4
    return is_plain and 1949 <= int(each.number) <= 2050 and folded[each.start] in "12"


def _is_header(folded: str, found: list[Found], place: int) -> bool:
    """A year in a line of headings, or beside the year before or after it where no label stands before them."""
    each = found[place]
    first = max(0, each.start - 60)
    line = folded[max(first, folded.rfind("\n", first, each.start) + 1) : each.start]
    if re.search(r"[一-鿿]", line):
        return _HEADS.search(line) is not None
    beside = found[max(0, place - 1) : place] + found[place + 1 : place + 2]
    return any(_is_year(folded, b) and abs(int(b.number) - int(each.number)) == 1 for b in beside if b.number.isdigit())


def _with_inherited(folded: str, found: list[Found]) -> list[Found]:
    """Members of a list take multiplier and unit of the next that has them: 12.3、11.2万人."""
    result = list(found)
    for n, (each, following) in enumerate(itertools.pairwise(found), 1):
        joined = folded[each.end : following.start].strip(" ") in _JOINTS
        if joined and result[n - 1].direction and not following.direction and each.unit == following.unit:
            result[n] = following._replace(direction=result[n - 1].direction)
    for n in range(len(found) - 2, -1, -1):
        each, following = result[n], result[n + 1]
        if each.kind == "statistic" and not each.unit and each.number and following.kind == "statistic":
            between = folded[each.end : following.start].strip()
            if between in _JOINTS and following.unit:
                whole = following.inherited == "both" or (following.multiplier and not each.multiplier)
                result[n] = each._replace(inherited="both" if whole else "unit", unit=following.unit,
                                    multiplier=following.multiplier if whole else each.multiplier)  # fmt: skip
    return result
