"""Numbers in other figures than digits, read as digits: Chinese numerals, circled digits, letters that were taken for digits."""

import pytest

from archive.masking.written_figures import as_digits


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("一三八一二三四五六七八", "13812345678"), ("壹叁捌壹贰叁肆伍陆柒捌", "13812345678"), ("壹參捌壹貳參肆伍陸柒捌", "13812345678"),
        ("一三八○〇零三四五六七", "13800034567"), ("①③⑧①②③④⑤⑥⑦⑧", "13812345678"), ("❶❸❽❶❷❸❹❺❻❼❽", "13812345678"),
        ("⑴⑶⑻⑴⑵⑶⑷⑸⑹⑺⑻", "13812345678"), ("⒈⒊⒏⒈⒉⒊⒋⒌⒍⒎⒏", "13812345678"), ("一三八 一二三四-五六七八", "138 1234-5678"),
        ("一三八\n一二三四五六七八", "138\n12345678"), ("六四〇三二四一九八〇〇一〇一一二三Ⓧ", "64032419800101123X"),
        ("六四〇三二四一九八〇〇一〇一一二三ⓧ", "64032419800101123X"), ("六四〇三二四一九八〇〇一〇一一二三Ⅹ", "64032419800101123X"),
        ("幺三八幺二三四五六七八", "13812345678"), ("㊀㊂㊇㊀㊁㊂〇㊄㊅㊆㊇", "13812305678"), ("㈠㈢㈧㈠㈡㈢㈣㈤㈥㈦㈧", "13812345678"),
        ("一九八〇〇一〇一", "19800101"), ("样本一九八〇〇一〇一样本", "样本19800101样本"),
    ],
)  # fmt: skip
def test_eight_figures_or_more_are_a_number(text: str, read: str) -> None:
    assert as_digits(text) == read


@pytest.mark.parametrize(
    "text",
    [
        "一九八〇〇一〇", "二〇一八年一月", "三百二十", "①样本②样本③样本", "一三八①②③④⑤⑥",
        "一三八，一二三四，五六七八", "Ⓧ",
    ],
)  # fmt: skip
def test_fewer_figures_or_figures_of_two_kinds_are_none(text: str) -> None:
    assert as_digits(text) == text


@pytest.mark.parametrize(
    ("word", "read"),
    [
        ("I38I234567З", "13812345673"), ("138OоОоQDl1", "13800000011"), ("1З8123456з8", "13812345638"), ("64O324198OO1O1123X", "64032419800101123X"),
        ("640324198001011231", "640324198001011231"), *((f"64032419800101123{sign}", "64032419800101123X") for sign in "ХхΧχ×╳✕"),
        ("64032419800101123O", "640324198001011230"), ("样本64O324198OO1O1123X样本", "样本64032419800101123X样本"),
        ("138贰34伍678", "138贰34伍678"), ("138壹234伍678", "13812345678"), ("1三8一2三4五6七8", "13812345678"), ("Ｉ38Ｏ1234567", "13801234567"),
        ("三13812345678五", "三13812345678五"), ("13812345678三组", "13812345678三组"), ("62000000000000000三", "62000000000000000三"),
        ("64O3O4I98OOlO11231", "640304198001011231"),
    ],
)  # fmt: skip
def test_a_word_as_long_as_an_id_number_or_a_mobile_is_read_in_digits(word: str, read: str) -> None:
    assert as_digits(word) == read


@pytest.mark.parametrize(
    "word",
    [
        "138O123456", "138O123456789", "64O324198OO1O112", "A138O1234567", "138O1234567A", "9138O1234567", "64O324198OO1O1123XA",
        "OOOOOOOO123", "64O3O4I98OOlOlI231", "138S1234567",
    ],
)  # fmt: skip
def test_longer_and_shorter_words_and_those_with_more_letters_than_seven_stay(word: str) -> None:
    assert as_digits(word) == word


def test_letters_and_marks_of_mail_of_full_width_are_read_in_ascii() -> None:
    assert as_digits("ＡＺａｚ０９＠．＿，：（－") == "AZaz09@._，：（－"


def test_seven_letters_are_still_read() -> None:
    assert as_digits("OOOOOOO1234") == "00000001234"
