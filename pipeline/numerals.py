"""One numeral of a text: where it ends, and what it says. Arabic, Chinese and mixed; pure, linear in its length.

Positions are those of the text: `fold` keeps its length. A numeral that is malformed, vague (三四百) or longer than
float64 can hold is taken whole and refused: its `number` is empty, so that nothing is ever read by half.
"""

import re
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any, NamedTuple

import opencc

from pipeline.quantity import MAX_DIGITS, MULTIPLIERS

POWERS = {"十": 1, "百": 2, "千": 3, "万": 4, "亿": 8, "兆": 12}
DIGITS = "零一二三四五六七八九两"
CHINESE = DIGITS + "".join(POWERS)

_NAMES = {power: name for name, power in MULTIPLIERS.items()}
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if chr(code) != "，"}
_PLAIN = str.maketrans(
    "壹贰叁肆柒捌玖佰仟〇○㆒㆓㆔俩圆圓•・‧∙−﹣‑∶﹪\u3000\u00a0\u2009\u202f",
    "一二三四七八九百千零零一二三两元元····---:%    ",
)
_FOLDING = _PLAIN | _WIDE
_FINANCIAL = str.maketrans("伍陆拾", "五六十")
_AMBIGUOUS = re.compile(
    r"(?<![队退入大登着内海空收])[伍陆拾](?=[一二三四五六七八九十百千万亿零点])|(?<=[一二三四五六七八九十百千万亿零拾])[伍陆拾]"
)
"""Financial digits that are parts of everyday words too (队伍, 大陆, 收拾)."""
_WIDE_COMMA = re.compile(r"(?<=[０-９])，(?=[０-９]{3})")

_ARABIC = re.compile(r"\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+")
_WRAP = re.compile(r"[.,]\n|\n[.,]?")
_POINT = re.compile(r" {0,2}点 {0,2}([零一二三四五六七八九]+)(?![十百千分])")
_GAP = re.compile(r" {1,5}|\n")
_RUN = re.compile(rf"[\d{CHINESE}]+(?:[.,]\d+)*")
_GROUPED = re.compile(r"\d{1,3}(?: \d{3}){1,4}(?=[一-鿿])")
"""Thousands set apart by spaces, directly before a word: in prose, where a table would have two cells."""
_PLAINLY = re.compile(
    r"(?:\d{1,3}(?:,\d{3}){1,4}|\d{1,9})(?:\.\d{1,5})?"
    r"(?![\d.,，’'·﹒½¼¾⅓⅔十百千万亿兆余多几来]|[ \n]{1,6}[十百千万亿兆余多几来\d.,])"
)
"""An Arabic number with nothing behind it that could belong to it: the usual case, taken at once."""
_REFUSED = re.compile(
    rf"[{CHINESE}]{{41,}}|\d{{41,}}|[廿卅½¼¾⅓⅔][{CHINESE}\d廿卅½¼¾⅓⅔]*"
    r"|\d{1,3}(?:[，’'·]\d{3})+(?:\.\d+)?(?!\d)|\d+(?:[·﹒]\d+)+"
)
"""Digits that adjoin through a mark which may separate thousands, decimals or members of a list."""
_COMMAS = re.compile(r"\d++(?:,\d++)++(?:\.\d+)?")
_TAIL = re.compile(r"\d+(?:[.,]\d+)*")

_KINDS = (
    dict.fromkeys("0123456789.", "A") | dict.fromkeys(DIGITS, "C") | dict.fromkeys("十百千", "S")
    | dict.fromkeys("万亿兆", "L") | dict.fromkeys("余多几来", "O") | {"点": "P"}
)  # fmt: skip
_NEXT = {"": "ACSL", "A": "SLO", "C": "ASLPO", "S": "ACLPO", "L": "ACLPO", "P": "L", "O": "L"}
"""Tokens: Arabic, Chinese digits, Small and Large powers, decimal Point, Odd amount; and what may follow each."""


_METRIC = {"千米", "千克", "千瓦", "千伏", "千卡", "千赫", "兆瓦", "兆赫", "兆字"}


_LONGEST = 40
_VAGUE = re.compile(r"[一二三四五六七八九]{2}[十百千]")
_IN_ORDER = re.compile(r"[一二三四五六七八九两]{2}|一二三|二三四|三四五")
"""Digits that only surround an amount (三四百, 两三个), and those that list things (一二三产业)."""


class Numeral(NamedTuple):
    """A numeral's end, its number in plain digits and its multiplier, each empty where there is none."""

    end: int
    number: str
    multiplier: str
    odd: str = ""
    """Where a word for an odd amount (余, 多, 几) stands: behind the `number` or behind the `multiplier`."""
    implied: bool = False
    """True for a power without a number before it: 百, 万."""


class _Token(NamedTuple):
    kind: str
    start: int
    end: int
    text: str


def fold(text: str) -> str:
    """The text in plain digits and simplified characters, each character at its place."""
    folded = _WIDE_COMMA.sub(",", _simplified(text)).translate(_FOLDING)
    return _AMBIGUOUS.sub(lambda found: found[0].translate(_FINANCIAL), folded)


@cache
def _converter() -> Any:
    return opencc.OpenCC("t2s")


def _simplified(text: str) -> str:
    """Simplified characters; one by one in the rare text whose words change their length."""
    convert = _converter().convert
    whole: str = convert(text)
    return whole if len(whole) == len(text) else "".join(convert(c)[:1] or c for c in text)


def plain(printed: str) -> str:
    """A short printed form with its Chinese numerals in digits: 十二万五千人 is 12.5万人, 百分之五 is 5%."""
    folded, parts, at = fold(printed), [], 0
    while at < len(folded):
        fraction = FRACTION.match(folded, at)
        begin = fraction.end() if fraction else at
        is_unit = folded[at] == "两" and at and folded[at - 1].isdigit()
        read = numeral(folded, begin) if _KINDS.get(folded[begin], "") in {*"ACSL"} and not is_unit else None
        if read is None or not read.number or read.implied:
            parts.append(folded[at])
            at += 1
            continue
        odd = next((c for c in folded[begin : read.end] if c in "余多几来"), "")
        pieces = [read.number, read.multiplier] if read.odd != "number" else [read.number, odd, read.multiplier]
        parts += [*pieces, odd * (read.odd == "multiplier"), part_of(fraction[1]) if fraction else ""]
        at = read.end
    return re.sub(r"(\d)成(\d)", r"\1.\2成", "".join(parts))


FRACTION = re.compile(rf"([0-9{CHINESE}]{{1,9}})[ \n]{{0,2}}分 {{0,2}}之 {{0,2}}(?=[-0-9.{CHINESE}])")
_PARTS = {"百": "%", "千": "‰", "万": "‱"}


def part_of(whole: str) -> str:
    """The unit of a fraction by what stands before 分之: 百 is %, 三 is /3."""
    if whole in _PARTS:
        return _PARTS[whole]
    read = numeral(whole, 0)
    return f"/{int(Decimal(read.number).scaleb(MULTIPLIERS[read.multiplier]))}" if read and read.number else "/?"


def numeral(folded: str, at: int) -> Numeral | None:
    """The numeral that starts at a character of a folded text; None where none does."""
    if found := _at_once(folded, at):
        return found
    tokens = _accepted(folded, _tokens(folded, at))
    if not tokens:
        return None
    end = tokens[-1].end
    if folded[end : end + 1] in {*"½¼¾⅓⅔"}:
        return Numeral(end + 1, "", "")
    if folded[end : end + 1] in POWERS and folded[end : end + 2] not in {*_METRIC, "百分"} and tokens[-1].kind in "CSL":
        return Numeral(_RUN.match(folded, end).end(), "", "")  # type: ignore[union-attr]  # a power stands there
    return _numeral(folded, at, tokens)


def _at_once(folded: str, at: int) -> Numeral | None:
    """What a pattern can tell: a half, the usual Arabic number, and what is refused whole."""
    if folded[at : at + 1] == "半":
        return Numeral(at + 1, "0.5", "")
    if (grouped := _GROUPED.match(folded, at)) and (folded[at - 1 : at] > "一" or " 0" in grouped[0]):
        return Numeral(grouped.end(), grouped[0].replace(" ", ""), "")
    if plainly := _PLAINLY.match(folded, at):
        return Numeral(plainly.end(), plainly[0].replace(",", ""), "")
    if refused := _REFUSED.match(folded, at):
        return Numeral(refused.end(), "", "")
    if (refused := _COMMAS.match(folded, at)) and not _ARABIC.fullmatch(refused[0]):
        return Numeral(refused.end(), "", "")
    return None


def _numeral(folded: str, at: int, tokens: list[_Token]) -> Numeral:
    """What tokens say; refused where they are malformed or vague."""
    odd = next((n for n, t in enumerate(tokens) if t.kind == "O"), 0)
    try:
        number, multiplier = _read(tuple(t for t in tokens if t.kind != "O"))
    except (ValueError, ArithmeticError):
        run = (_RUN if folded[at] in CHINESE else _TAIL).match(folded, at)
        return Numeral(max(tokens[-1].end, run.end() if run else 0), "", "")
    place = "" if not odd else "multiplier" if tokens[odd - 1].kind == "L" and odd == len(tokens) - 1 else "number"
    return Numeral(tokens[-1].end, number, multiplier, place, tokens[0].kind in "SL" and tokens[0].text != "十")


def _tokens(folded: str, at: int) -> list[_Token]:
    """As many tokens as may follow one another, with the spaces that print puts between them."""
    tokens: list[_Token] = []
    before, end = "", at
    while len(tokens) < _LONGEST:
        token = _token(folded, end, before) or _token(folded, _behind_gap(folded, end, before), before)
        if not token or (token.kind == "A" and before == "L" and " " in folded[end : token.start]
                         and folded[token.end : token.end + 1].strip() not in {*"十百千", ""}):  # fmt: skip
            break
        tokens.append(token)
        before, end = token.kind, token.end
        if before == "L" and len(tokens) == 1:
            break
    return tokens


def _behind_gap(folded: str, at: int, before: str) -> int:
    gap = _GAP.match(folded, at) if before else None
    return gap.end() if gap else len(folded)


def _token(folded: str, at: int, before: str) -> _Token | None:
    kind = _KINDS.get(folded[at : at + 1], "")
    if not kind or kind not in _NEXT[before] or (before and folded[at : at + 2] in _METRIC):
        return None
    if kind == "A":
        return _arabic(folded, at)
    if kind == "P":
        point = _POINT.match(folded, at)
        return _Token(kind, at, point.end(), point[1]) if point else None
    end = at + 1
    while kind == "C" and folded[end : end + 1] in _KINDS and _KINDS[folded[end]] == "C":
        end += 1
    return _Token(kind, at, end, folded[at:end])


def _arabic(folded: str, at: int) -> _Token | None:
    found = _ARABIC.match(folded, at)
    if not found:
        return None
    end, text = found.end(), found[0]
    wrap = _WRAP.match(folded, end)
    if (
        wrap
        and not ("." in text and "." in wrap[0])
        and (rest := _TAIL.match(folded, wrap.end()))
        and _is_wrapped(folded, at, wrap[0], rest)
    ):
        end, text = rest.end(), text + wrap[0].strip("\n") + rest[0]
    return _Token("A", at, end, text.replace(",", ""))


def _is_wrapped(folded: str, at: int, wrap: str, rest: re.Match[str]) -> bool:
    """Does a number go on in the next line? At a point or comma; else only in prose that runs on to a word."""
    if wrap != "\n":
        return "," not in wrap or len(rest[0].partition(".")[0]) == 3
    if "." in rest[0]:
        return False
    line = folded[max(0, at - 12) : at]
    behind = folded[rest.end() : rest.end() + 1]
    return len(line) == 12 and "\n" not in line and line[-1] > "一" and behind > "一" and behind not in "年月日"


def _accepted(folded: str, tokens: list[_Token]) -> list[_Token]:
    """The tokens without those at the end that belong to something else."""
    tokens = tokens[:1] if tokens and tokens[0].kind == "L" else _decreasing(folded, tokens)
    while tokens and not _may_end(folded, tokens):
        tokens.pop()
    return tokens


def _decreasing(folded: str, tokens: list[_Token]) -> list[_Token]:
    """Cut where, behind a space or a decimal, something begins that does not go on: the next cell of a table."""
    for place in range(1, len(tokens)):
        before, token = tokens[place - 1], tokens[place]
        is_apart = token.start > before.end
        if is_apart and token.kind in "SL" and not _is_power(folded, token.end):
            return tokens[:place]
        if token.kind == "A" and place > 1 and before.kind in "SL":
            following = tokens[place + 1].kind if place + 1 < len(tokens) else ""
            gap = folded[before.end : token.start]
            is_wrapped = "\n" in gap and re.fullmatch(
                r"[^\n]{10}", folded[max(0, tokens[0].start - 10) : tokens[0].start]
            )
            if "." in tokens[0].text or (gap and following != "S" and not is_wrapped):
                return tokens[:place]
        if token.kind == "C" and is_apart and "\n" in folded[before.end : token.start]:
            return tokens[:place]
    return tokens


_COUNTED = set(
    "人户个元家名对张件亩吨平公所项次条台辆座套美立场份册部支只头匹双块片口米斤两升度港欧日英床间处宗起例位株棵枚余多几点万亿十百千%"
)


def _is_power(folded: str, end: int) -> bool:
    """Behind a space, 万 and its like are powers only before what is counted: 万州 is a place."""
    following = folded[end : end + 1]
    return following in _COUNTED or following < "一" or following in CHINESE


def _may_end(folded: str, tokens: list[_Token]) -> bool:
    *before, last = tokens
    if last.kind == "A":
        return not before or _continues(before[-1], last)
    if last.kind == "O":
        is_round = (
            before[-1].kind in "SL"
            or (before[-1].kind == "A" and (last.text != "来" or before[-1].text.endswith("0")))
            or before[-1].text == "零"
        )
        return is_round and folded[last.end : last.end + 1] > "一"
    return not (last.kind == "C" and last.text == "零" and before)


def _continues(before: _Token, last: _Token) -> bool:
    """Arabic digits without a power of their own go on behind 零, and behind 万 where they fill its four places."""
    is_whole = before.text == "万" and len(last.text) == 4 and last.start - before.end <= 1
    return before.text == "零" or (is_whole and last.text.isdigit())


def _read(tokens: tuple[_Token, ...]) -> tuple[str, str]:
    """Number and multiplier. Raises ValueError for what is malformed or vague."""
    if tokens[0].kind == "A" and all(t.kind in "SL" for t in tokens[1:]):
        return _combined(((tokens[0].text, sum(POWERS[t.text] for t in tokens[1:])),))
    sections: list[tuple[str, int]] = []
    text, power = "", 0
    for place, token in enumerate(tokens):
        if token.kind == "L":
            power += POWERS[token.text]
            if place + 1 == len(tokens) or tokens[place + 1].kind != "L":
                sections.append((text, power))
                text, power = "", 0
        else:
            text += "点" * (token.kind == "P") + token.text
    return _combined((*sections, (text, 0)) if text else tuple(sections))


@lru_cache(10_000)
def _combined(sections: tuple[tuple[str, int], ...]) -> tuple[str, str]:
    """Number and multiplier of sections, each with the power of ten behind it: `3亿4000万` is 3.4000 and 亿."""
    values = [(*_section(text), power) for text, power in sections]
    if len(sections) > 1 and len(text := sections[-1][0]) == 1 and text in DIGITS and not sections[-1][1]:
        values[-1] = (values[-1][0], values[-1][1], sections[-2][1] - 1)  # 一万三 is 一万三千
    powers = [power for *_, power in values]
    if powers != sorted(set(powers), reverse=True):
        raise ValueError(sections)
    if len(values) == 1:
        value, place, power = values[0]
        return _named(value, place, power)
    total = sum((value.scaleb(power) for value, _, power in values), Decimal(0))
    last = values[-1][1] + powers[-1]
    return _named(total, 0, 0) if last <= 0 else _named(total.scaleb(-powers[0]), last - powers[0], powers[0])


def _section(text: str) -> tuple[Decimal, int]:
    """Value and exponent of the last printed place of what stands before one 万 or 亿."""
    if text[:1] in {*"0123456789", "."} and not set(text) & set(CHINESE):
        return Decimal(text), -len(text.partition(".")[2])
    whole, _, decimals = text.partition("点")
    bare = whole.strip("零") or ("零" if text else "一")
    digits = bare.strip("".join(POWERS)) if len(bare) > 1 and not set(bare) - set(DIGITS) else ""
    if len(bare) > _LONGEST or _VAGUE.search(bare) or (len(digits) in (2, 3) and _IN_ORDER.fullmatch(digits)):
        raise ValueError(f"{text[:_LONGEST]}: no number, or one only surrounded")
    canonical = bare.replace("百零十", "百一十")
    if canonical[0] in "百千":
        canonical = "一" + canonical
    value = Decimal(_plain(canonical)) if canonical in DIGITS else _whole(canonical)
    return Decimal(f"{value}.{_plain(decimals)}") if decimals else value, _place(bare, decimals)


def _whole(canonical: str) -> Decimal:
    """A whole number of several characters. Raises ValueError for what is malformed."""
    from cn2an import cn2an  # takes a tenth of a second to load, and single digits are the usual case

    try:
        return Decimal(str(cn2an(canonical, "smart")))
    except KeyError as error:
        raise ValueError(canonical) from error


def _plain(digits: str) -> str:
    return "".join("2" if d == "两" else str(DIGITS.index(d)) for d in digits)


def _place(whole: str, decimals: str) -> int:
    if decimals or whole[-1] in POWERS:
        return -len(decimals) or POWERS[whole[-1]]
    return POWERS[whole[-2]] - 1 if len(whole) > 1 and whole[-2] in "百千" else 0


def _named(value: Decimal, place: int, power: int) -> tuple[str, str]:
    """A number with as many decimals as were printed, and the name of its power of ten."""
    known = max(p for p in _NAMES if p <= power)
    value = value.scaleb(power - known)
    digits = f"{value:f}" if power == known else f"{value.to_integral_value():f}"
    decimals = max(0, -place)
    digits = f"{value:.{decimals}f}" if decimals else digits
    if len(digits.replace(".", "")) > MAX_DIGITS:
        raise ValueError("more digits than float64 keeps apart")
    return digits, _NAMES[known]
