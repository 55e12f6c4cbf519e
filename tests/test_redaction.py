"""Masking of personal data: what must go, what must stay, and that it is cheap. All numbers here are made up."""

import html
import re
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from archive.masking.personal_numbers import RULES_VERSION
from archive.masking.redaction import addresses_of_persons, names_a_person, redact, redact_json
from archive.model.printable import without_radicals
from tests.personal_numbers import id_check_digit, luhn_digit

CHINESE = st.text(alphabet="同心县人民政府办公室关于的通知，。：、（）《》姓名张三李四 \n", max_size=20)
NO_UNITS = st.text(alphabet="同心人民政府办公室关于的通知，。：（）《》姓名张三李四 \n", max_size=20)
FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")


def credit_code(first_17: str) -> str:
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    total = sum(alphabet.index(c) * 3**i for i, c in enumerate(first_17))
    return first_17 + alphabet[(31 - total % 31) % 31]


def digits(size: int) -> st.SearchStrategy[str]:
    return st.text(alphabet="0123456789", min_size=size, max_size=size)


@st.composite
def resident_ids(draw: st.DrawFn) -> str:
    division = draw(st.integers(110000, 829999))
    born = draw(st.dates(date(1900, 1, 1), date(2025, 12, 31)))
    first_17 = f"{division}{born:%Y%m%d}{draw(digits(3))}"
    return first_17 + id_check_digit(first_17)


@st.composite
def bank_cards(draw: st.DrawFn) -> str:
    size = draw(st.integers(16, 19))
    first = draw(st.sampled_from(["62", "955", "4", "5"] if size == 16 else ["62", "955"]))
    number = first + draw(digits(size - 1 - len(first)))
    return number + luhn_digit(number)


@st.composite
def mobiles(draw: st.DrawFn) -> str:
    return "1" + draw(st.sampled_from("3456789")) + draw(digits(9))


def group(number: str, *sizes: int, by: str = " ") -> str:
    parts, start = [], 0
    for size in sizes:
        parts.append(number[start : start + size])
        start += size
    return by.join([*parts, number[start:]] if start < len(number) else parts)


ID = "640324198001011" + "23" + id_check_digit("64032419800101123")
CARD = "622848040256489001" + luhn_digit("622848040256489001")


SPELT = {
    "apart by signs that are not seen": "\u00ad".join,
    "apart anywhere by signs that are not seen": lambda number: f"{number[:5]}\u200b{number[5:7]}\ufeff{number[7:]}",
    "in codes of markup": lambda number: "".join(f"&#{ord(digit)};" for digit in number),
    "in hexadecimal codes": lambda number: "".join(f"&#x{ord(digit):x};" for digit in number[:-1]) + number[-1],
    "in codes whose signs are codes": lambda number: "".join(f"&amp;#{ord(digit)};" for digit in number),
    "digit by digit": " ".join,
    "digit by digit with marks": "-".join,
}


@pytest.mark.parametrize("mark", ["，", "、", "；"])
@pytest.mark.parametrize("spelt", SPELT.values(), ids=SPELT)
def test_several_numbers_spelt_out_are_masked(spelt: Callable[[str], str], mark: str) -> None:
    text = f"样本联系{mark.join(map(spelt, ('13812345678', ID, '15912345678', CARD)))}。"
    found = redact(text)
    assert found.counts == {"phone": 2, "resident_id": 1, "bank_card": 1}
    assert len(found.text) == len(text)
    left = re.sub(r"\D", "", html.unescape(html.unescape(found.text)))
    assert left == f"138{ID[:2]}159{CARD[:4]}"
    assert redact(found.text).text == found.text


@pytest.mark.parametrize("text", [f"{' '.join('138123456781')} {' '.join('0' * 12)}", "、".join("13812345678" * 2),
                                  "&#50;&#48;&#49;&#55;年&#49;&#51;号", "2017\u200b年第\u200b138\u200b号"])  # fmt: skip
def test_rows_of_figures_and_codes_of_markup_are_no_numbers(text: str) -> None:
    assert redact(text).text == text


def test_the_helpers_agree_with_published_examples() -> None:
    assert id_check_digit("11010519491231002") == "X"  # the example of the standard
    assert luhn_digit("7992739871") == "3"
    assert credit_code("91350100M000100Y4").endswith("3")  # the example of the standard


PRINTED_IDS = {
    "plain": ID,
    "in groups": group(ID, 6, 8, 4),
    "in many groups": group(ID, 6, 4, 4, 4),
    "in fours": group(ID, 4, 4, 4, 4, 2),
    "one digit to a box": " ".join(ID),
    "cells of a table": "\t".join(ID),
    "over a line break": ID[:13] + "\r\n" + ID[13:],
    "full width": ID.translate(FULL_WIDTH),
    "hyphens": group(ID, 6, 8, 4, by="-"),
    "ideographic blanks": group(ID, 6, 8, 4, by="\u3000"),
    "zero width": ID[:6] + "\u200b" + ID[6:],
    "small x": "11010519491231002x",
    "full-width x": "11010519491231002Ｘ",
    "old form": "640324800101123",
}


@pytest.mark.parametrize("printed", PRINTED_IDS.values(), ids=PRINTED_IDS)
def test_ids_are_masked_however_printed(printed: str) -> None:
    found = redact(f"（样本）张三，身份证号：{printed}，同心县")
    assert found.counts == {"resident_id": 1}
    assert len(re.findall(r"\d", found.text)) == 2
    assert found.text.startswith("（样本）张三，身份证号：")
    assert found.text.endswith("，同心县")


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("13812345678", "138********"),
        ("138-1234-5678", "138-****-****"),
        ("138 1234 5678", "138 **** ****"),
        ("+86 138 1234 5678", "+86 138 **** ****"),
        ("+8613812345678", "+86138********"),
        ("86-138-1234-5678", "86-138-****-****"),
        ("008613812345678", "0086138********"),
        ("013812345678", "0138********"),
        ("1381234 5678", "138**** ****"),
        ("１３８１２３４５６７８", "１３８********"),
        ("13812345678/13912345678", "138********/139********"),
        ("138 1234 5678 139 1234 5678", "138 **** **** 139 **** ****"),
        ("1.13812345678", "1.138********"),
        ("Tel13812345678", "Tel138********"),
        ("，ID" + ID, "，ID64****************"),
        (ID + "13812345678", "64****************138********"),
        ("138.1234.5678", "138.****.****"),
        ("+86 138.1234.5678", "+86 138.****.****"),
        ("(138)12345678", "(138)********"),
        ("（138）1234-5678", "（138）****-****"),
        ("1,13812345678,9", "1,138********,9"),
        (CARD, "6228***************"),
        (group(CARD, 4, 4, 4, 4), "6228 **** **** **** ***"),
        (group(CARD, 6), "6228** *************"),
        (CARD[:10] + "\n" + CARD[10:], "6228******\n*********"),
        ("4111111111111111", "4111************"),
        ("4111 1111 1111 1111", "4111 **** **** ****"),
        (f"1\t张三\t{ID}\t13812345678\t{CARD}", "1\t张三\t64****************\t138********\t6228***************"),
        (f"1 张三 {ID} 13812345678 {CARD} 500", "1 张三 64**************** 138******** 6228*************** 500"),
    ],
)
def test_a_number_is_masked_by_itself_and_within_a_sentence(text: str, masked: str) -> None:
    assert redact(text).text == masked
    assert redact("电话" + text + "，张三").text == "电话" + masked + "，张三"


UNTOUCHED = [
    "000014349/2017-00110", "640324001/2017-61737", "014416330/2018-04736", "0142768-8/2022-00185",
    "1137078555222300XQ/2015-00020", "11341702486344515H/202110-00013", "01527918X-2020-153077",
    "6107280000/2024-001005", "GA001-13-2008-0012", "3302-01-02-03-20080101-0012", "GSD0122-2023-13",
    "640324001201700012345", "440324052017-41866", "014742224A/2023-0043406", "PZ00108-3000-2022-00109",
    "Whgs-16-02-010", "165427000081053410/2019-32763", "GA001-13812345678-2008-0012",
    "同政办发〔2017〕92号", "2017-640324-48-01-012345", "01527918X",
    "W020240329549500303101.xls", "P020260204632187152760.pdf", "t20171219_661234.html",
    "http://www.example.gov.cn/Upload/File/2015/20151110153332678.doc", "https://example.gov.cn/d/2017/13812345678.html",
    "0953-8012345", "09538012345", "400-138-1234", "4001381234", "0953-8012345-8001", "12345",
    "2017-12-19 10:20:30 2018-01-02", "20171219102030", "1711676400000",
    "13812345678元", "￥13812345678", "13812345678.00", "13,812,345,678", "138.12亿元", "0.13812345678",
    "156 1234 2345 3456 4567", "4123 4567 8901 2348 1234 5678", "2017 2018 2019 2020",
    "649924198001011231",  # a wrong check digit, and no division has such a code
    "640324198013011234", "990324198001011234", "623848040256489001" + str((int(CARD[-1]) + 1) % 10),
    f"9{CARD}123", "A13812345678", "13812345678a",
    "VOID13812345678", "1.138.1234.5678", "138.1234.5678.9", "(138)123456789",
]  # fmt: skip


@pytest.mark.parametrize("text", UNTOUCHED)
def test_other_numbers_stay(text: str) -> None:
    assert redact(text).text == text
    assert redact(f"索引号：{text}，标题").text == f"索引号：{text}，标题"
    assert redact(f"{text}\n").counts == {}


def test_an_id_before_a_slash_is_still_an_id() -> None:
    assert redact(f"{ID}/2017-00012").counts == {"resident_id": 1}


@given(resident_ids(), CHINESE, CHINESE, st.sampled_from(["plain", "wide", "6 8 4", "boxes"]))
def test_valid_ids_never_pass(number: str, before: str, after: str, form: str) -> None:
    printed = {
        "plain": number,
        "wide": number.translate(FULL_WIDTH),
        "6 8 4": group(number, 6, 8, 4),
        "boxes": " ".join(number),
    }[form]
    assert redact(before + printed + after).text == before + _masked(printed, 2) + after


@given(bank_cards(), CHINESE, CHINESE, st.booleans())
@example("629716080445860003", "", "", False)  # right as a credit code, too
def test_valid_cards_never_pass(number: str, before: str, after: str, grouped: bool) -> None:
    printed = group(number, 4, 4, 4, 4) if grouped else number
    found = redact(before + printed + after)
    assert sum(found.counts.values()) == 1
    assert len(re.findall(r"\d", found.text)) <= 4


def test_labels_and_numbers_are_read_though_they_are_printed_with_other_characters() -> None:
    """Radicals, as texts of PDF files have them; raised and lowered digits."""
    wrong = ID[:17] + ("1" if ID[17] != "1" else "2")
    assert redact(f"⾝份证号：{wrong}").text == f"⾝份证号：{_masked(wrong, 2)}"
    for digits in ("⁰¹²³⁴⁵⁶⁷⁸⁹", "₀₁₂₃₄₅₆₇₈₉"):
        printed = ID.translate(str.maketrans("0123456789", digits))
        assert redact(f"样本{printed}").text == f"样本{printed[:2]}{'*' * 16}"


def test_no_character_between_its_groups_hides_a_number() -> None:
    """Letters and digits would make another number of it, and a mask is what is masked already."""
    between = [sign for sign in map(chr, range(0x3100)) if not without_radicals(sign).isalnum() and sign != "*"]
    assert len(between) > 2000
    for by in between:
        for number, sizes in ((ID, (6, 8, 4)), (CARD, (10,))):
            assert len(re.findall(r"[0-9]", redact(f"样本{group(number, *sizes, by=by)}样本").text)) <= 4, hex(ord(by))


@example("15242644522", "。四：", "府", " ", "")
@given(mobiles(), NO_UNITS, NO_UNITS, st.sampled_from(["", " ", "-"]), st.sampled_from(["", "+86", "+86 ", "0086"]))
def test_mobiles_never_pass(number: str, before: str, after: str, by: str, prefix: str) -> None:
    assume(not (prefix in ("+86", "0086") and by))
    assume(not re.search(r"\n[三四][ ：]{1,2}\Z", before))  # may be a row of a table: 四 152 4264 4522
    printed = group(number, 3, 4, 4, by=by)
    assert redact(before + prefix + printed + after).text == before + prefix + _masked(printed, 3) + after


def _masked(printed: str, keep: int) -> str:
    kept = 0
    out = []
    for character in printed:
        if character.isalnum():
            kept += 1
            out.append(character if kept <= keep else "*")
        else:
            out.append(character)
    return "".join(out)


ORGANISATION = st.from_regex(r"[0-9A-Z]{8}[0-9X]", fullmatch=True)
CREDIT_CODES = st.builds(
    lambda kind, division, rest: credit_code(kind + str(division) + rest),
    st.sampled_from(["11", "12", "13", "19", "51", "52", "53", "91", "92", "93", "N1", "Y1"]),
    st.integers(110000, 659999),
    st.from_regex(r"[0-9A-HJ-NPQRTUWXY]{9}", fullmatch=True) | digits(9),
)
YEAR = st.integers(1998, 2030)
SERIAL = st.integers(0, 99999)
INDEX_NUMBERS = st.one_of(
    st.builds("{}/{}-{:05}".format, ORGANISATION | digits(9), YEAR, SERIAL),
    st.builds("{}/{}-{:05}".format, CREDIT_CODES, YEAR, SERIAL),
    st.builds("{}/{}{:02}-{:05}".format, CREDIT_CODES, YEAR, st.integers(1, 12), SERIAL),
    st.builds("{}-{}-{}".format, ORGANISATION, YEAR, st.integers(1, 10**12)),
    st.builds("{}0000/{}-{:06}".format, st.integers(110000, 659999), YEAR, SERIAL),
    st.from_regex(r"[A-Z]{1,2}[0-9A-Z]{3,4}-[0-9]{1,12}-[0-9]{4}-[0-9]{1,12}", fullmatch=True),
    st.from_regex(r"[0-9]{1,6}-[0-9A-Z]{1,6}-[0-9]{1,8}-[0-9]{1,11}-20[0-9]{6}-[0-9]{1,12}", fullmatch=True),
    st.from_regex(r"[A-Z]{3}[0-9]{4,20}-[0-9]{4}-[0-9]{1,12}", fullmatch=True),
    digits(21),
)


def is_valid_id(number: str) -> bool:
    return len(number) == 18 and (
        number[:17].isdigit()
        and re.match(r"(19|20)\d\d(0[1-9]|1[0-2])([0-2]\d|3[01])", number[6:14]) is not None
        and id_check_digit(number[:17]) == number[17]
    )


@settings(max_examples=300)
@given(INDEX_NUMBERS, CHINESE, CHINESE)
@example("SFZ0-0-0000-000000", "", "")  # letters that could be a label
@example("000200000013000000000", "", "")  # ten figures before a mobile's that are no landline's: there is no area 000
@example("53344469PA5HUPJ1QQ/199801-00000", "", "")  # a credit code that ends with a label
@example("53379223G12TFW6TEL/199801-00000", "", "")
@example("0VX100000/1998-00000", "", "")
def test_index_numbers_never_change(number: str, before: str, after: str) -> None:
    digits_alone = re.sub(r"\W", "", number)
    assume(not any(is_valid_id(digits_alone[at : at + 18]) for at in range(len(digits_alone))))
    assert redact(before + number + after).text == before + number + after


@pytest.mark.parametrize("before", ["2栋13", "3栋401", "0953-12345", "手机13800138000"])
def test_a_chat_account_is_one_whatever_number_its_label_stands_behind(before: str) -> None:
    assert redact(f"{before}QQ12345678").text.endswith("QQ********")


@settings(max_examples=300)
@example("13163701000AAAAAAE", "", "")  # eleven figures that could be a mobile's
@example("11110000QQ2000002B", "", "")  # letters that could be a label
@given(CREDIT_CODES, CHINESE, CHINESE)
@example("11201371010100011Q", "", "人")  # its last letter looks like a digit
@example("112013560110001108", "", "人")  # an old ID number, and so many persons
def test_credit_codes_never_change(code: str, before: str, after: str) -> None:
    assume(not is_valid_id(code))
    assert redact(before + code + after).text == before + code + after


PIECES = st.one_of(
    st.text(alphabet="0123456789０１Xx  --*/.,元A\t\n\u3000号", max_size=12),
    resident_ids(), bank_cards(), mobiles(), digits(4), digits(3), INDEX_NUMBERS, st.text(max_size=5),
    resident_ids().map(lambda n: group(n, 6, 8, 4)), bank_cards().map(lambda n: group(n, 4, 4, 4, 4)),
    mobiles().map(lambda n: group(n, 3, 4, 4)), mobiles().map(lambda n: group(n, 4, 3, 4)),
    mobiles().map(lambda n: group(n, 3, 4, 4, by="-")), st.just("http://a.cn/"),
)  # fmt: skip
MESSY = st.lists(st.one_of(PIECES, st.sampled_from([" ", "-", "/", ".", "*"])), max_size=10).map("".join)


@settings(max_examples=500, deadline=None)
@given(MESSY)
@example("http://a.cn/" + ID + "/13812345678")
@example("4123 4567 8901 2348 " + "138-1234-5678")
def test_doing_it_again_changes_nothing(text: str) -> None:
    once = redact(text)
    assert len(once.text) == len(text)
    assert redact(once.text).text == once.text
    assert redact(once.text).counts == {}
    assert bool(once.counts) == (once.text != text)


@given(st.text())
def test_any_text_in_no_crash(text: str) -> None:
    assert len(redact(text).text) == len(text)


def test_json_is_masked_in_keys_and_values() -> None:
    value = {
        "身份证": ID,
        "行": [{"电话": "13812345678"}, ("13912345678", 1.5, None, True)],
        "13812345678": 13812345678,
    }
    found = redact_json(value)
    assert found.value == {
        "身份证": "64" + "*" * 16,
        "行": [{"电话": "138********"}, ["139********", 1.5, None, True]],
        "138********": "138********",
    }
    assert found.counts == {"resident_id": 1, "phone": 4}


@pytest.mark.parametrize(
    ("key", "value", "kept"),
    [
        ("bankAccount", "8012345678901234", "8012"), ("yhkh", "8012345678901234", "8012"), ("bank_card_no", "8012345678901234", "8012"),
        ("plateNumber", "宁C12345", "宁C"), ("car_no", "宁C12345", "宁C"), ("homeAddress", "样本镇南关村5组32号", "样本镇"), ("jtzz", "样本镇5组32号", "样本镇"),
        ("手机后八位", "12345678", ""), ("身份证后六位", "091230", ""),
    ],
)  # fmt: skip
def test_the_keys_of_programs_are_labels(key: str, value: str, kept: str) -> None:
    assert redact_json({key: value}).value == {key: kept + "*" * (len(value) - len(kept))}


@pytest.mark.parametrize("key", ["bankName", "plate", "cargo", "homepage", "手机后四位"])
def test_other_keys_are_none(key: str) -> None:
    assert redact_json({key: "640324-8012"}).value == {key: "640324-8012"}


def test_json_keys_that_become_equal_are_both_kept() -> None:
    found = redact_json({"13812345678": "甲", "13812345679": "乙"})
    assert found.value == {"138********": "甲", "138********#2": "乙"}


def test_rules_carry_a_version() -> None:
    assert RULES_VERSION >= 1


@pytest.mark.parametrize(
    ("address", "is_personal"),
    [
        ("/u/13812345678/index.html", True), ("/files/13812345678.pdf", True), ("/a?id=13812345678", True), ("/a?p=1&id=8613812345678#top", True),
        ("/6222026403000007955.pdf", True), ("/640324800101123.pdf", True), ("/201712/t20171219_13812345678.html", False),
        ("/13812345678901.html", False), ("/18051412345.pdf", False), ("/P13812345678.pdf", False), ("/6222026403000007956.pdf", False),
        ("/202312800101123.pdf", False), (f"/view?sfz={ID}", True),
    ],
)  # fmt: skip
def test_an_address_with_a_number_alone_in_its_place(address: str, is_personal: bool) -> None:
    address = "http://www.example.gov.cn" + address
    assert addresses_of_persons(["http://www.example.gov.cn/13512345678901.html", address]) == (
        {address} if is_personal else set()
    )


def test_numbers_of_files_in_a_series_are_no_persons() -> None:
    series = [f"http://www.example.gov.cn/d/{number}.html" for number in (13812345678, 13812345699, 15099345678)]
    assert addresses_of_persons(series) == {series[2]}
    assert addresses_of_persons([series[0]] * 2) == {series[0]}


def test_an_address_that_names_a_person() -> None:
    assert names_a_person(f"http://www.example.gov.cn/view?sfz={ID}&page=1")
    quoted = "".join(f"%25{ord(digit):02x}" for digit in ID)
    assert names_a_person(f"http://www.example.gov.cn/view?sfz={quoted}")
    assert not names_a_person("http://www.example.gov.cn/201712/t20171219_13812345678.html")
