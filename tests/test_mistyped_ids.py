"""ID numbers with a wrong check digit in texts that speak of such: lists in sentences, and headings far away. All are made up."""

import re

import pytest

from archive.masking.redaction import redact
from tests.personal_numbers import id_check_digit
from tests.test_redaction import credit_code

FIRST, SECOND = "640324198001011230", "640324197512310451"
EARLIEST, LATEST = "640324190001010130", "640324200912310130"
MASK = "64" + "*" * 16
FAR = "样本" * 5000


@pytest.mark.parametrize(
    "text",
    [
        f"样本甲（身份证号：{FIRST}）、样本乙（{SECOND}）",
        f"样本甲，身份证号：{FIRST}；样本乙，{SECOND}",
        f"身份证号 样本乙 {SECOND}",
        f"身份证号码填写如下：{SECOND}",
        f"证件：居民身份证；号码：{SECOND}",
        f"身份证号{FAR}\n样本乙\t{SECOND}",
        f"准考证上印的是{SECOND}",
        f"身份证号：{FIRST}、{SECOND}2017年",
        f"样本甲{FIRST}（身份证），样本乙",
        f"{FIRST}（身份证），样本乙",
        f"样本甲 {FIRST}，身份证已交",
        f"身份证号如下：样本甲{EARLIEST}，样本乙{LATEST}",
        "身份证号如下：样本乙640302197208170964",  # right by a credit code's check character, but at no place
    ],
)
def test_behind_a_word_about_them_their_form_suffices(text: str) -> None:
    assert redact(text).text == re.sub(r"\d{18}", MASK, text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (f"样本 649924{SECOND[6:]}", "no word about such, and no division"),
        (f"649924{SECOND[6:]}（不是身份证）", "the word stands behind it"),
        (f"样本农田建设 {SECOND}", "numbered by place and day as works are"),
        (f"样本批复{SECOND}", "numbered by place and day as approvals are"),
        ("凭身份证领取，样本640324201001010138", "born since permits are numbered by place and day"),
        ("凭身份证领取，样本640324189912310138", "born before anybody living"),
        ("凭身份证领取，样本640324198013010138", "no day of birth"),
        ("凭身份证领取，样本990324198001010138", "no province"),
        (f"凭身份证领取，合同编号{SECOND}", "another number by its name"),
        (f"凭身份证领取，样本{SECOND}1", "a longer number"),
        (f"凭身份证领取，样本A{SECOND}", "a code with a letter"),
        (f"凭身份证领取，http://p.example/t_{SECOND}", "a part of an address"),
        (f"凭身份证领取，样本{credit_code('12640119900101123')}", "a credit code"),
    ],
)
def test_other_numbers_stay(text: str, why: str) -> None:
    assert redact(text).text == text, why


@pytest.mark.parametrize(
    ("word", "masked"),
    [
        ("64O324I98OO1O1I23O", "64****************"),
        ("64032419800101123×", "64****************"),
        ("64032419800101123Х", "64****************"),  # a Cyrillic letter
        ("l38OO138OOO", "l38********"),
        ("1З800138000", "1З8********"),
        ("64O324I98O13O1I23O", "64O324I98O13O1I23O"),  # no day of birth
        ("l28OO138OOO", "l28OO138OOO"),
        ("lЗOOOOOOOOO", "lЗOOOOOOOOO"),  # hardly a digit in it
        ("l38OO138OOOA", "l38OO138OOOA"),
        ("A64032419800101123×", "A64032419800101123×"),
    ],
)
def test_letters_are_read_as_the_digits_that_they_were_taken_for(word: str, masked: str) -> None:
    assert redact(f"样本身份证号，样本{word}。").text == f"样本身份证号，样本{masked}。"


@pytest.mark.parametrize("sign", ["\u2028", "\u2029", "\u202e", "\u2060", "\u2066", "\ufe0f", "\\", "\u180e"])
def test_no_unseen_sign_or_stroke_hides_a_number(sign: str) -> None:
    number = SECOND[:17] + id_check_digit(SECOND[:17])
    assert redact(f"样本{number[:10]}{sign}{number[10:]}").text == f"样本64{'*' * 8}{sign}{'*' * 8}"
