"""The words and patterns that tell what a numeral of a bulletin is. Tables only; the word lists are in `words.toml`."""

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

_TABLES: dict[str, Any] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def _codes(table: str) -> dict[str, str]:
    """Words by code, turned round: each word's code."""
    return {word: code for code, line in _TABLES[table].items() for word in line.split()}


MEASURES = _TABLES["measures"].split()
DENOMINATORS = _TABLES["denominators"].split()
DURATIONS = _TABLES["durations"].split()
GRADES = _TABLES["grades"].split()
NEVER_AFTER_SPACE = frozenset(_TABLES["never_after_space"].split())
NOT_AFTER: dict[str, str] = _TABLES["not_after"]
NOT_AFTER_SPACE: dict[str, str] = _TABLES["not_after_space"]
NOT_AFTER_TIME: dict[str, str] = _TABLES["not_after_time"]
NOT_BEHIND: dict[str, str] = _TABLES["not_behind"]
ONLY_BEHIND: dict[str, str] = _TABLES["only_behind"]
BEFORE, AFTER, COMPARED = _codes("before"), _codes("after"), _codes("compared")

DASHES = "-—–~～―至到"
CURRENCY = {"￥": "元", "¥": "元", "$": "元"}
HOTLINES = ("热线", "服务热线")

_N = r"(?:[01]?[0-9]|[一二三四五六七八九十]{1,3})"
_C = "一二三四五六七八九"
_ROC = rf"(?<=民国)(?:[0-9]{{1,3}}|[{_C}十百零]{{1,5}})|(?<=民国 )[0-9]{{1,3}}"
_Y = rf"(?:[12][0-9]{{3}}|[一二][零{_C}]{{3}}|{_ROC})"
_D = r" ?[-—–~～―至到、和与及/]{1,2} ?"
_DAY = r"(?:[0-3]?[0-9]|[一二三四五六七八九十]{1,3})"
_PART = rf"(?: ?(?:[上下]半年|前?第?[一二三四1-4] ?季度|{_N} ?月(?: ?{_DAY} ?[日号]|份|[上中下]旬)?))"
_EDGE = r"(?:末|底|初|中|度|版|来|以来|前|起|间)?"
_NO_CLOCK = rf"(?![间代期候常段刻差]| ?[零{_C}0-9])"
DATES = [
    rf"{_Y} ?年?{_D}{_Y} ?(?:年度?|学年)",
    rf"{_Y} ?年 ?{_N} ?月?{_D}{_N} ?月份?",
    rf"{_Y} ?年?{_PART}?{_D}{_Y} ?年{_PART}?{_EDGE}",
    rf"{_Y} ?年{_PART}?{_D}{_PART}{_EDGE}",
    rf"{_Y} ?学?年{_PART}?{_EDGE}",
    rf"{_Y}{_D}[0-9]{{2}} ?(?:年度?|学年)",
    rf"{_Y} ?(?:级|届|财年)",
    rf"[0-9]{{2}} ?年 ?{_N} ?月(?: ?{_DAY} ?[日号]|份)?{_EDGE}",
    rf"{_DAY}{_D}{_DAY} ?[日号](?![间均])",
    r"(?:19|20)[0-9]{2}[-./](?:0?[1-9]|1[0-2])[-./](?:0?[1-9]|[12][0-9]|3[01])(?![0-9.])",
    r"(?:19|20)[0-9]{2}[-./](?:0[1-9]|1[0-2])(?![0-9.%万亿])",
    rf"{_N} ?月? ?{_DAY}? ?[日号]?{_D}{_N} ?月(?: ?{_DAY} ?[日号]|份)?{_EDGE}",
    rf"{_N} ?月 ?{_DAY}(?: ?[日号])?{_D}{_DAY} ?[日号]",
    rf"(?<!个)(?<!个 ){_N} ?月(?: ?{_DAY} ?[日号]|份|[上中下]旬)?{_EDGE}",
    rf"(?:第 ?)?[一二三四1-4](?:{_D}[一二三四1-4])? ?季度{_EDGE}",
    r"[1-9]0年代(?:初|末|中期)?",
    r"(?:[12][0-9]|十九|二十|二十一)世纪",
    rf"(?:[0-2]?[0-9]|[{_C}十]{{1,3}})[时点](?:[0-5]?[0-9]分|半|整|许)?{_NO_CLOCK}(?:{_D}[0-2]?[0-9][时点])?",
    r"[0-2]?[0-9]:[0-5][0-9](?::[0-5][0-9])?(?: ?[-—–~至] ?[0-2]?[0-9]:[0-5][0-9])?(?![0-9.:])",
    r"[0-3]?[0-9] ?(?:日|号)(?=[至,，。、起上下晚凌零])",
]
"""What a date, a period or a time of day looks like where its first numeral stands; the longest holds."""

BEFORE_DATES = ("民国", "第", "前", "农历", "公历", "公元", "公元前", "民国 ")
"""Words that belong to the date behind them."""

_LINE = r"(?m:^[ \t]{0,40})"
_LABELLED = r"(?:号码?|数|次数)? ?[:(] ?\d[\d ()-]{0,30}"
_PREFECTURE = r"(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[12])\d{4}"
_AREA = r"[一-鿿]{1,9}[省市区县州盟旗](?:\s|$)"
_NUMBER = r"(?:\d{1,7}+(?!\.\d)|[零一二三四五六七八九十百千万两]{1,12}+)"
_MARKED = r"(?: ?\d{1,3}(?:[-.]\d{1,2})?|[一二三四五六七八九十]{1,3})(?![\d.]*[万亿%‰年月人户个件次家元岁])"
_MARK_ENDS = r"(?=[\s:：,，。.、)）;；》“”和至中所「『【《-]|$)"
MACHINE = {
    "name": [
        r"(?<=[热专]线)\d{5}(?!\d)",
        r"第[一二三四五六七八九十]{1,3}个五年",
        r"[5-9]0后",
        r"(?:十[一二三四五六七八九]|二十|[一二三四五六七八九十]{1,3})届(?:[一二三四五六七八九十]{1,2}次全会)?",
        r"\d{1,3}(?:\+(?:\d{1,3}|[NXnx]))+",
    ],
    "page": [
        r"https?://[\x21-\x7e]+|www\.[\x21-\x7e]+",
        r"[A-Za-z0-9_.+-]{1,40}+@[A-Za-z0-9-]{1,40}(?:\.[A-Za-z0-9-]{1,20}){1,4}",
        rf"(?:电 {{0,8}}话|热线|传 {{0,8}}真|邮 {{0,8}}编|邮政编码|手机|微信|客服|QQ群?|联系方式){_LABELLED}",
        rf"(?:阅读量?|浏览量?|点击量?|访问量?|点赞|评论|分享|转发){_LABELLED}",
        r"(?:ICP备|网安备|公安备|备案号:?) ?(?:第)?\d{5,20}号?(?:-\d{1,3})?",
        r"(?i:copyright|版权所有|©)[^\d\n]{0,12}\d{4}(?:-\d{4})?",
        r"(?<![\d.])0\d{2,3}[- )]{1,2}\d{7,8}(?!\d)",
        r"(?<![\d.,])1[3-9]\d{9}(?![\d.])",
        r"[第共] ?\d{1,4} ?页",
        _LINE + r"[-—–·]{1,2} ?\d{1,4} ?[-—–·]{1,2}[ \t]*(?m:$)",
        r"\d{1,4} ?/ ?\d{1,4}(?= ?页)",
        _LINE + r"\d{1,4} ?/ ?\d{1,4}[ \t]*(?m:$)",
        r"(?m:^[ \t•·|]{0,10}\d{1,6} ?(?:条评论|评论|人阅读|次阅读|阅读|浏览)[ \t]*$)",
    ],
    "reference": [
        r"\[\d{1,3}(?:[-,]\d{1,3})?\]|(?<=[一-鿿])[¹²³⁰⁴-⁹]{1,3}",
        r"[〔\[【(](?:19|20)\d\d[〕\]】)] ?(?:第? ?\d{1,5} ?号)?",
        r"(?<![一-鿿])(?:GB|MZ|DB\d{0,2}|ISO|T)(?:/[TZ])?[ /]?\d{1,6}(?:\.\d{1,3})?(?:[-—]\d{4})?",
        rf"(?:附?[表图注]|附件|附录|专栏|例){_MARKED}{_MARK_ENDS}",
        r"注释 ?\d{1,3}",
        r"第 ?(?:\d{1,5}+|[零一二三四五六七八九十百千]{1,9}+) ?[章条款节编]",
        r"每(?:1?0{0,4}[百千万十]{1,2}|[一1]0{2,5})(?:名|人|户|个|位|张|对|家|常住人口|老年人|老人|人口)",
        rf"{_LINE}{_PREFECTURE}(?=[ \t\n]{{1,3}}{_AREA})",
        r"\d{1,5} ?号(?:令|文|文件|公告|决定|通知)",
    ],
    "ordinal": [
        r"[①-⑳㈠-㈩⑴-⒛㊀-㊉Ⅰ-Ⅻ❶-❿]",
        r"[(](?:\d{1,2}|[一二三四五六七八九十]{1,3})[)]",
        rf"(?:{_LINE}|(?<=[注明]:) ?)(?:[{_C}十伍陆拾]{{1,3}}[、.．]|\d{{1,2}}[、)](?! ?\d)|\d{{1,2}}\.(?!\d))",
        rf"{_LINE}(?:\d{{1,2}}(?:\.\d{{1,2}}){{2,3}}(?![\d.])|\d{{1,2}}\.\d{{1,2}}(?= [一-鿿]{{2}}))",
        rf"[第其] ?{_NUMBER}(?!季度|[章条款节页])[位次届批个名期轮号回]?",
        rf"(?<![一-鿿])[{_C}](?=[是要](?![否求]))",
        rf"(?<=[，,。;；:：])十?[{_C}十](?=[是要][^求否])",
        r"(?:前|后|倒数)(?:\d{1,3}|[三五十百]|两)[名位强]?(?=[,，。;；、的名位]|$)",
    ],
}
"""Expressions that are found wherever they stand, by kind; parts of them are no figures."""

QUOTED = 12
"""A Chinese numeral in quotation marks of at most so many characters is part of a name."""

NUMERAL = re.compile("[0-9零一二三四五六七八九十百千万亿兆两半廿卅½¼¾⅓⅔]")


def longest_first(words: Iterable[str]) -> dict[str, list[str]]:
    """Words by their first character, the longest first."""
    table: dict[str, list[str]] = {}
    for word in sorted(set(words), key=lambda w: (-len(w), w)):
        table.setdefault(word[0], []).append(word)
    return table


def by_numeral(kinds: dict[str, str]) -> dict[str, list[tuple[str, int, str]]]:
    """Fixed words by their first numeral and the character behind it: the word, the numeral's place in it, its kind."""
    table: dict[str, list[tuple[str, int, str]]] = {}
    for word in sorted(kinds, key=lambda w: (-len(w), w)):
        first = NUMERAL.search(word)
        if first:
            table.setdefault(word[first.start() : first.start() + 2], []).append((word, first.start(), kinds[word]))
    return table


FIXED = by_numeral(
    dict.fromkeys(_TABLES["idioms"].split(), "idiom")
    | dict.fromkeys(_TABLES["names"].split(), "name")
    | dict.fromkeys(_TABLES["no_numerals"].split(), "")
)
