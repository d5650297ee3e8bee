"""Numerals one by one: Arabic, Chinese and mixed; what cannot be read is refused whole."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.numerals import fold, numeral, plain


def read(text: str) -> tuple[str, str, str]:
    """What the numeral at the start of a text is, its number and its multiplier."""
    found = numeral(fold(text), 0)
    assert found is not None
    return text[: found.end], found.number, found.multiplier


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("40.09万户", ("40.09万", "40.09", "万")),
        ("1,505家", ("1,505", "1505", "")),
        ("２,２５９.６５万人", ("２,２５９.６５万", "2259.65", "万")),
        ("４，５６５人", ("４，５６５", "4565", "")),
        ("238.0 万个", ("238.0 万", "238.0", "万")),
        ("1, 234", ("1", "1", "")),
        ("31.0%", ("31.0", "31.0", "")),
        ("350万亿", ("350万亿", "350", "万亿")),
        ("3亿4000万元", ("3亿4000万", "3.4000", "亿")),
        ("7万5千户", ("7万5千", "7.5", "万")),
        ("1千零1个", ("1千零1", "1001", "")),
        ("5千人", ("5千", "5", "千")),
        ("12千米", ("12", "12", "")),
        ("三所", ("三", "3", "")),
        ("十二万五千人", ("十二万五千", "12.5", "万")),
        ("一万三", ("一万三", "1.3", "万")),
        ("两千三百五", ("两千三百五", "2350", "")),
        ("一百零十万", ("一百零十万", "110", "万")),
        ("四萬萬", ("四萬萬", "4", "亿")),
        ("肆拾肆", ("肆拾肆", "44", "")),
        ("四十九兆九千億", ("四十九兆九千億", "49.9", "万亿")),
        ("二〇二二", ("二〇二二", "2022", "")),
        ("零点九", ("零点九", "0.9", "")),
        ("两百点两", ("两百", "200", "")),
        ("40.\n09万户", ("40.\n09万", "40.09", "万")),
        ("40.09\n万户", ("40.09\n万", "40.09", "万")),
        ("12万 300万", ("12万", "12", "万")),
    ],
)
def test_a_numeral_is_read_to_its_end(text: str, expected: tuple[str, str, str]) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("三四百人", "三四百"),
        ("两三个", "两三"),
        ("百千万百千万", "百千万百千万"),
        ("三百千", "三百千"),
        ("1" * 40 + "人", "1" * 40),
    ],
)
def test_what_is_vague_or_malformed_is_refused_whole(text: str, whole: str) -> None:
    assert read(text) == (whole, "", "")


def test_digits_in_two_lines_are_one_number_in_prose_only() -> None:
    prose = fold("全市共有登记的养老服务机构和社区中心15\n05家")
    assert numeral(prose, prose.index("1")) == (len(prose) - 1, "1505", "", "", False)
    table = fold("城市低保对象户数和人数合计的数量\n15\n05\n农村")
    assert numeral(table, table.index("1")) == (table.index("1") + 2, "15", "", "", False)


@pytest.mark.parametrize(
    ("text", "odd"),
    [
        ("3800余家", "number"),
        ("10多万人", "number"),
        ("6万多户", "multiplier"),
        ("二十几万", "number"),
        ("60余万", "number"),
    ],
)
def test_an_odd_amount_is_noticed_where_it_stands(text: str, odd: str) -> None:
    found = numeral(fold(text), 0)
    assert found is not None
    assert found.odd == odd


@pytest.mark.parametrize("text", ["队伍五支", "大陆", "收拾", "登陆", "陆续"])
def test_everyday_words_with_financial_digits_stay(text: str) -> None:
    assert fold(text) == text


@given(st.text(alphabet="0１,，.。萬万亿億兩两伍陆拾队人户 \n", max_size=40))
def test_folding_keeps_every_character_at_its_place(text: str) -> None:
    assert len(fold(text)) == len(text)


@given(st.integers(0, 10**15 - 1))
def test_arabic_numbers_are_read_as_they_are(value: int) -> None:
    for text in (str(value), f"{value:,}"):
        assert read(text + "人") == (text, str(value), "")


_ONES = "零一二三四五六七八九"


def spelt(value: int) -> str:
    """A whole number below 10^12 in Chinese numerals."""
    for power, name in ((8, "亿"), (4, "万"), (3, "千"), (2, "百"), (1, "十")):
        if value >= 10**power:
            high, low = divmod(value, 10**power)
            zero = "零" if 0 < low < 10 ** (power - 1) else ""
            return spelt(high) + name + zero + (spelt(low) if low else "")
    return _ONES[value]


@given(st.integers(0, 10**12 - 1))
def test_chinese_numerals_are_read_exactly(value: int) -> None:
    from pipeline.quantity import MULTIPLIERS

    text, number, multiplier = read(spelt(value) + "人")
    assert (text, Decimal(number).scaleb(MULTIPLIERS[multiplier])) == (spelt(value), value)


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("五十万人", "50万人"),
        ("三所以上", "3所以上"),
        ("百分之五十点五", "50.5%"),
        ("三分之二", "2/3"),
        ("三至五个", "3至5个"),
        ("十多万人", "10多万人"),
        ("六万多户", "6万多户"),
        ("三成七", "3.7成"),
        ("1234两", "1234两"),
        ("31.5张/千名老人", "31.5张/千名老人"),
    ],
)
def test_printed_forms_in_digits(printed: str, expected: str) -> None:
    assert plain(printed) == expected
