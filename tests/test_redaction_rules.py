"""Masking at the edges of its rules: what is just a number of a person, and what just isn't. All numbers here are made up."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.masking.personal_numbers import ascii_digits, is_card
from archive.masking.redaction import redact, redact_json
from archive.model.index_numbers import is_credit_code
from tests.personal_numbers import id_check_digit, luhn_digit

PHONE = "13812345678"


def resident_id(division: str = "640324", born: str = "19800101", serial: str = "123") -> str:
    """An ID number of today's form, right in its check digit whatever else it says."""
    first_17 = division + born + serial
    return first_17 + id_check_digit(first_17)


def card(first: str, size: int) -> str:
    """A number of so many digits that begins so, right by Luhn."""
    digits = (first + "0048040256489001234567")[: size - 1]
    return digits + luhn_digit(digits)


def kinds(text: str) -> dict[str, int]:
    return redact(f"（样本）{text}，样本").counts


ID, CARD = resident_id(), card("62", 19)


@pytest.mark.parametrize(
    ("born", "real"),
    [
        ("18991231", False), ("19000101", True), ("19991231", True), ("20000101", True), ("20000229", True), ("20251231", True),
        ("19000229", False), ("19040229", True), ("20010229", False), ("20240229", True), ("20230228", True), ("20991231", False),
        ("20301231", True), ("20310101", False),
        ("21000101", False), ("19800001", False), ("19801301", False), ("19801231", True), ("19800100", False), ("19800132", False),
        ("19800131", True), ("19800431", False), ("19800430", True),
    ],
)  # fmt: skip
def test_whoever_can_have_been_born_is_masked(born: str, real: bool) -> None:
    assert kinds(resident_id(born=born)) == ({"resident_id": 1} if real else {})
    assert kinds(" ".join(resident_id(born=born))) == ({"resident_id": 1} if real else {})


@pytest.mark.parametrize(
    ("born", "real"),
    [
        ("000101", True), ("991231", True), ("800001", False), ("801301", False), ("801201", True), ("800100", False),
        ("800132", False), ("800131", True), ("800230", False), ("800229", True), ("810229", False), ("000229", False),
        ("040229", True), ("800431", False),
    ],
)  # fmt: skip
def test_an_old_number_is_one_only_with_a_real_day_of_the_twentieth_century(born: str, real: bool) -> None:
    assert kinds(f"640324{born}123") == ({"resident_id": 1} if real else {})


@pytest.mark.parametrize(
    ("province", "new", "old"),
    [
        ("10", False, False), ("11", True, True), ("15", True, True), ("16", True, False), ("20", True, False), ("21", True, True),
        ("23", True, True), ("24", True, False), ("31", True, True), ("37", True, True), ("38", True, False), ("41", True, True),
        ("46", True, True), ("47", True, False), ("50", True, True), ("54", True, True), ("55", True, False), ("61", True, True),
        ("65", True, True), ("66", True, False), ("71", True, True), ("72", True, False), ("81", True, True), ("82", True, True),
        ("83", True, False), ("84", False, False), ("91", False, False), ("01", False, False),
    ],
)  # fmt: skip
def test_the_first_digits_must_be_those_of_a_province(province: str, new: bool, old: bool) -> None:
    """A check digit makes up for a division that is no longer, or not yet, a province's; an old number has none."""
    assert kinds(resident_id(f"{province}0324")) == ({"resident_id": 1} if new else {})
    assert kinds(f"{province}0324800101123") == ({"resident_id": 1} if old else {})


@pytest.mark.parametrize("wrong", range(1, 11))
def test_only_one_check_digit_of_eleven_is_right(wrong: int) -> None:
    """Where no division has the code it begins with, that alone tells an ID number."""
    digits, number = "0123456789X", resident_id("649924")
    other = digits[(digits.index(number[-1]) + wrong) % 11]
    assert kinds(number[:17] + other) == {}
    assert kinds(number) == {"resident_id": 1}


@pytest.mark.parametrize("wrong", range(1, 10))
@pytest.mark.parametrize("number", [card("62", 16), card("62", 19), card("4", 16)])
def test_only_one_check_digit_of_ten_makes_a_card(number: str, wrong: int) -> None:
    assert kinds(number) == {"bank_card": 1}
    assert kinds(number[:-1] + str((int(number[-1]) + wrong) % 10)) == {}


@pytest.mark.parametrize("place", range(1, 16))
def test_a_card_with_one_other_digit_is_none(place: int) -> None:
    """Luhn tells each single slip, the doubled digits above 4 included."""
    number = card("4", 16)
    for digit in set("0123456789") - {number[place]}:
        assert kinds(number[:place] + digit + number[place + 1 :]) == {}


@pytest.mark.parametrize(
    ("first", "size", "masked"),
    [
        *(("62", size, 16 <= size <= 19) for size in range(14, 22)),
        *(("955", size, 16 <= size <= 19) for size in range(14, 22)),
        *(("4", size, size == 16) for size in range(14, 22)), *(("5", size, size == 16) for size in range(14, 22)),
        *((first, 16, False) for first in ("61", "63", "954", "956", "35", "30", "1", "2", "7", "8")),
    ],
)  # fmt: skip
def test_cards_have_a_beginning_and_a_length(first: str, size: int, masked: bool) -> None:
    number = card(first, size)
    assert number.startswith(first)
    found = kinds(number)
    assert ("bank_card" in found) == masked
    assert found in ({}, {"bank_card": 1})


def test_twenty_digits_are_no_card_and_letters_are_none() -> None:
    assert is_card(card("62", 19))
    assert not is_card(card("62", 20))
    assert not is_card(f"{card('62', 16)[:-1]}X")


def test_digits_of_any_script_are_read_and_an_x_at_the_end() -> None:
    assert ascii_digits("６4-032٤ a ｘ") == "640324X"


MOBILE = "15987654321"
JOINED = (
    (PHONE, MOBILE), (PHONE, card("62", 19)), (card("62", 16), PHONE), (PHONE, card("62", 17)), (card("62", 18), card("62", 16)),
    (card("4", 16), PHONE), (PHONE, MOBILE, PHONE), (PHONE, card("4", 16), MOBILE), (card("62", 19), card("62", 16), PHONE),
)  # fmt: skip
"""Numbers that are printed one right after the other."""


@pytest.mark.parametrize("numbers", JOINED)
def test_numbers_without_a_gap_between_them_are_each_masked(numbers: tuple[str, ...]) -> None:
    masked = "".join(
        number[:3] + "*" * 8 if len(number) == 11 else number[:4] + "*" * (len(number) - 4) for number in numbers
    )
    read = redact(f"（样本）{''.join(numbers)}，样本")
    assert read.text == f"（样本）{masked}，样本"
    phones = sum(len(number) == 11 for number in numbers)
    cards = len(numbers) - phones
    assert read.counts == {kind: count for kind, count in (("phone", phones), ("bank_card", cards)) if count}


@pytest.mark.parametrize(
    "digits",
    [f"{PHONE}{MOBILE}1", f"{PHONE}0{MOBILE}", f"0{PHONE}{MOBILE}", f"{card('62', 20)}{PHONE}", f"{PHONE}{PHONE[:-1]}"],
)
def test_digits_are_no_row_of_numbers_where_one_is_left_over(digits: str) -> None:
    assert redact(f"（样本）{digits}，样本").counts == {}


@pytest.mark.parametrize(("second", "masked"), [(str(digit), digit >= 3) for digit in range(10)])
def test_mobiles_begin_with_13_to_19(second: str, masked: bool) -> None:
    number = f"1{second}812345678"
    assert (kinds(number) == {"phone": 1}) == masked
    assert (kinds(f"{number[:3]}-{number[3:7]}-{number[7:]}") == {"phone": 1}) == masked
    assert (kinds(f"({number[:3]}){number[3:]}") == {"phone": 1}) == masked
    assert kinds("2" + number[1:]) == {}


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("1381234567", False), ("138123456789", False), ("013812345678", True), ("0013812345678", False), ("8613812345678", True),
        ("08613812345678", False), ("008613812345678", True), ("8513812345678", False), ("008513812345678", False),
        ("86012345678", False), ("8612345678", False), ("+86-13812345678", True), ("+86 013812345678", True),
    ],
)  # fmt: skip
def test_what_may_stand_before_a_mobile(text: str, masked: bool) -> None:
    assert (kinds(text) == {"phone": 1}) == masked
    assert (redact(text).text != text) == masked


@pytest.mark.parametrize(
    ("shape", "masked"),
    [
        ((3, 4, 4), True), ((3, 8), True), ((7, 4), True), ((4, 3, 4), True), ((3, 3, 5), True), ((4, 4, 3), True),
        ((2, 9), None), ((5, 6), None), ((1, 10), None), ((6, 5), None), ((3, 5, 3), None), ((3, 4, 2, 2), None),
    ],
)  # fmt: skip
@pytest.mark.parametrize("by", [" ", "-", "\u3000", "\u2013", " - "])
def test_mobiles_are_printed_in_these_groups(shape: tuple[int, ...], masked: bool | None, by: str) -> None:
    """In other groups by hyphens alone: apart by blanks they are figures of a table."""
    masked = by.strip() != "" if masked is None else masked
    parts, at = [], 0
    for size in shape:
        parts.append(PHONE[at : at + size])
        at += size
    assert (kinds(by.join(parts)) == {"phone": 1}) == masked


@pytest.mark.parametrize(
    ("by", "masked"),
    [(" ", True), ("  ", True), ("   ", False), ("--", True), ("-----", False), ("-", True), ("\n", False)],
)
def test_two_blanks_at_most_stand_between_the_groups_of_a_mobile(by: str, masked: bool) -> None:
    assert (kinds(f"138{by}1234{by}5678") == {"phone": 1}) == masked


@pytest.mark.parametrize(("blanks", "masked"), [(0, True), (1, True), (4, True), (5, False)])
def test_four_blanks_at_most_stand_between_two_digits_of_an_id_number(blanks: int, masked: bool) -> None:
    assert (kinds((" " * blanks).join(ID)) == {"resident_id": 1}) == masked
    assert (kinds(ID[:6] + " " * blanks + ID[6:]) == {"resident_id": 1}) == masked


@pytest.mark.parametrize(
    ("breaks", "by", "masked"),
    [
        ((6, 14), " ", True), ((6, 10, 14), " ", True), ((6,), " ", True), ((9,), " ", True), ((4, 8, 12, 16), " ", True),
        ((5, 11), " ", True), ((7, 13), "/", True), ((6, 14), "-", True), ((4, 8, 12, 16), ".", True), ((4,), "_", True),
        ((6, 14), "、", True), ((6, 14), "，", True), ((6, 14), "·", True), ((6, 14), "\n", True), ((6, 14), "\t", True),
        ((6, 14), "～", True), ((6, 14), "：", True), ((6, 14), "至", False), ((6, 14), "a", False),
    ],
)  # fmt: skip
def test_id_numbers_are_printed_in_these_groups(breaks: tuple[int, ...], by: str, masked: bool) -> None:
    edges = (0, *breaks, 18)
    printed = by.join(ID[first:last] for first, last in pairwise(edges))
    assert (kinds(printed) == {"resident_id": 1}) == masked


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (f"{PHONE}元", False), (f"{PHONE}万元", False), (f"{PHONE}亿元", False), (f"{PHONE}亿", False), (f"{PHONE}万", False), (f"{PHONE}.5", False),
        (f"{PHONE}.50", False), (f"{PHONE}.505", True), (f"¥{PHONE}", False), (f"￥{PHONE}", False), (f"${PHONE}", False), (f"€{PHONE}", True),
        (f"{PHONE}。", True), (f"{PHONE}人", True), (f"0.{PHONE}", False), (f"1.{PHONE}", True), (f"10.{PHONE}", True), (f".{PHONE}", True),
    ],
)  # fmt: skip
def test_amounts_and_ratios_are_no_mobiles(text: str, masked: bool) -> None:
    assert (kinds(text) == {"phone": 1}) == masked


@pytest.mark.parametrize(
    "beside", [("A", ""), ("", "A"), ("z", ""), ("", "z"), ("9", ""), ("", "9"), ("Ａ", ""), ("", "ｚ")]
)
def test_within_a_longer_code_only_what_has_a_check_digit_is_a_number(beside: tuple[str, str]) -> None:
    """Digits beside an ID number hide nothing, letters beside it or a card neither; a mobile has no check digit."""
    before, after = beside
    assert kinds(f"{before}{ID}{after}") == {"resident_id": 1}
    assert kinds(f"{before}{CARD}{after}") == ({} if "9" in beside else {"bank_card": 1})
    for number in (PHONE, "640324800101123", "138-1234-5678"):
        assert kinds(f"{before}{number}{after}") == {}


@pytest.mark.parametrize("word", ["Tel", "tel", "TEL", "Phone", "Mobile", "ID", "id", "Card", "No"])
def test_a_word_may_stand_right_before_a_number(word: str) -> None:
    for number, kind in ((PHONE, "phone"), (ID, "resident_id"), (CARD, "bank_card")):
        assert kinds(word + number) == {kind: 1}
    assert kinds(f"X{word.upper()}{PHONE}") == {}, "a word of its own"


@pytest.mark.parametrize("host", ["http://www.example.gov.cn/", "https://example.gov.cn/a/", "www.example.gov.cn/"])
@pytest.mark.parametrize("by", ["", "t20171219_", "a-"])
def test_a_file_s_number_in_an_address_stays_and_a_person_s_alone_in_its_place_does_not(host: str, by: str) -> None:
    for number, kind in ((PHONE, "phone"), (CARD, "bank_card"), ("640324800101123", "resident_id")):
        assert kinds(f"{host}{by}{number}.html") == ({} if by else {kind: 1})
    assert kinds(f"{host}{by}{ID}.html") == {"resident_id": 1}
    assert kinds(f"{host}x?tel={PHONE}") == {"phone": 1}


@pytest.mark.parametrize("between", [" ", "，", '"', "<", ">", "|", ";", ","])
def test_an_address_ends_before_what_no_address_holds(between: str) -> None:
    address = "http://www.example.gov.cn/1.html"
    assert kinds(f"{address}{between}/{PHONE}") == {"phone": 1}


@pytest.mark.parametrize(("length", "masked"), [(200, False), (270, False), (600, True)])
def test_an_address_is_known_by_its_beginning_some_300_characters_before(length: int, masked: bool) -> None:
    assert (kinds(f"http://{'a' * (length - 8)}/v-{PHONE}") == {"phone": 1}) == masked


@pytest.mark.parametrize(
    "address",
    [
        "http://www.example.gov.cn/2017/{}.html",
        "/upload/201712/{}.pdf",
        "/201712/{}.pdf",
        "http://www.example.gov.cn/c/2017-12-19/{}.shtml",
        "http://www.example.gov.cn/d/{}.html、http://www.example.gov.cn/d/13812345699.html",
        "www.example.gov.cn/{}-1.html",
    ],
)
def test_a_file_in_a_day_s_folder_or_in_a_series_is_numbered(address: str) -> None:
    assert kinds(address.format(PHONE)) == {}
    for country in ("", "86"):
        assert kinds(f"http://www.example.gov.cn/{country}15{'1231' + PHONE[6:]}.html") == {}, "a day"


def test_a_number_alone_between_slashes_in_the_address_of_a_text_is_a_person_s() -> None:
    for address in (
        "http://p.example/u/{}/a.html",
        "www.p.example/{}#a",
        "/files/{}.pdf",
        "https://p.example/{}，样本",
    ):
        assert kinds(address.format(PHONE)) == {"phone": 1}
        assert kinds(address.format(CARD)) == {"bank_card": 1}
        for number in (f"86{PHONE}", CARD):
            known = number[: 5 if number[:2] == "86" else 4]
            assert redact(address.format(number)).text == address.format(known + "*" * (len(number) - len(known)))


@pytest.mark.parametrize(
    ("row", "masked"),
    [
        ("138 1234 5678", True), ("张某 138 1234 5678 李某", True), ("1234 138 1234 5678", False), ("138 1234 5678 1234", False),
        ("12 138 1234 5678", True), ("138 1234 5678 12", True), ("123 138 1234 5678", False), ("138 1234 5678 123", False),
        ("123456 138 1234 5678", False), ("1234567 138 1234 5678", True), ("12.5 138 1234 5678", False), ("138 1234 5678 12.5", False),
        ("1,234.50 138 1234 5678", False), ("500 138-1234-5678 500", True), ("138 1234 5678 139 1234 5678", True),
        ("500   138 1234 5678", True), ("138 1234 5678   500", True),
    ],
)  # fmt: skip
def test_a_mobile_in_groups_among_short_numbers_is_a_row_of_amounts(row: str, masked: bool) -> None:
    assert ("phone" in kinds(row)) == masked


def test_cards_of_other_nets_need_four_groups_apart_from_amounts() -> None:
    number = card("4", 16)
    grouped = " ".join(number[at : at + 4] for at in range(0, 16, 4))
    assert kinds(grouped) == {"bank_card": 1}
    assert kinds(f"{grouped} 1234") == {}
    assert kinds(f"1234 {grouped}") == {}
    assert kinds(f"{number[:8]} {number[8:]}") == {}
    chinese = card("62", 16)
    assert kinds(f"{chinese[:8]} {chinese[8:]}") == {"bank_card": 1}
    assert kinds(" ".join(chinese[at : at + 4] for at in range(0, 16, 4)) + " 1234") == {"bank_card": 1}


@pytest.mark.parametrize(
    "text",
    [
        f"{PHONE[:3]}-{PHONE[3:7]}-{PHONE[7:]}",
        f"{CARD[:4]}-{CARD[4:8]}-{CARD[8:12]}-{CARD[12:16]}-{CARD[16:]}",
    ],
)
def test_a_further_group_by_a_hyphen_makes_another_number_of_it(text: str) -> None:
    assert sum(kinds(text).values()) == 1
    for other in (f"1-{text}", f"{text}-1", f"A-{text}", f"{text}-A", f"*-{text}"):
        assert kinds(other) == {}


@pytest.mark.parametrize("prefix", ["86-", "0086-", "+86-"])
def test_the_country_s_number_is_no_further_group(prefix: str) -> None:
    assert kinds(f"{prefix}138-1234-5678") == {"phone": 1}
    assert kinds(f"1{prefix.lstrip('+')}138-1234-5678") == {}


def test_an_index_number_is_one_whatever_digits_are_in_it() -> None:
    """The shapes in use; the same digits with no such shape around them are masked."""
    for number in (
        f"GA001-{PHONE}-2008-0012",
        f"1-2-3-{PHONE}-20080101-0012",
        f"GSD0122{PHONE}-2023-13",
        f"01527918X-2020-{PHONE}",
    ):
        assert kinds(number) == {}
    assert kinds(f"1-2-3-{ID}-20080101-0012") == {}
    assert kinds(f"样本-{PHONE}-样本") == {"phone": 1}
    assert kinds(f"{PHONE}/2008") == {"phone": 1}


@pytest.mark.parametrize("by", ["/", "-", " /", "，-"])
def test_a_number_beside_an_index_number_is_none_of_its_parts(by: str) -> None:
    for index_number in ("640324001/2017-00001", "GA001-13-2008-0012"):
        assert kinds(f"{index_number}，{by}{PHONE}") == {"phone": 1}
        assert kinds(f"{PHONE}{by.strip()}，{index_number}") == {"phone": 1}
        assert kinds(f"{index_number}，{by}{ID}") == {"resident_id": 1}


def test_a_right_credit_code_before_a_slash_stays_and_an_id_number_does_not() -> None:
    """Eighteen digits can be both: of an index number only where the code's own check digit is right, too."""
    assert kinds(f"{ID}/2017-00012") == {"resident_id": 1}
    both = next(
        number
        for serial in range(1000)
        if is_credit_code(number := resident_id(division="110000", born="20000101", serial=f"{serial:03}"))
    )
    assert kinds(both) == {"resident_id": 1}
    assert kinds(f"{both}/2017-00012") == {}


def test_json_numbers_are_masked_where_they_are_whole_and_short() -> None:
    assert redact_json([int(PHONE), float(PHONE)]).value == ["138********", "138********"]
    assert redact_json([True, None, 1.5, 10**30, int(PHONE) * 10**10]).value == [
        True,
        None,
        1.5,
        10**30,
        int(PHONE) * 10**10,
    ]
    assert redact_json([int(CARD)]).counts == {"bank_card": 1}
    assert redact_json(10**20).value == 10**20


def test_json_keys_that_become_equal_are_numbered_from_two() -> None:
    numbers = (f"1381234567{digit}" for digit in range(3))
    assert list(redact_json(dict.fromkeys(numbers, "样本")).value) == ["138********", "138********#2", "138********#3"]
    already = {"138********#2": 1, "138********": 2, PHONE: 3}
    assert sorted(redact_json(already).value.values()) == [1, 2, 3]


PIECES = st.sampled_from([ID, PHONE, CARD, "138-1234-5678", " ".join(ID), "（138）12345678", "640324800101123"])
WORDS = st.text("样本，。；：\n（）", min_size=1, max_size=6).map(lambda text: f"，{text}，")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(WORDS, PIECES), max_size=6), WORDS)
def test_each_number_is_masked_where_it_stands_and_all_around_is_unchanged(
    parts: list[tuple[str, str]], end: str
) -> None:
    """Whatever stands beside: places in the text don't move, so what points into it stays right."""
    text = "".join(word + number for word, number in parts) + end
    found = redact(text)
    assert len(found.text) == len(text)
    assert sum(found.counts.values()) == len(parts)
    at = 0
    for word, number in parts:
        assert found.text[at : at + len(word)] == word
        masked = found.text[at + len(word) : at + len(word) + len(number)]
        assert masked == redact(number).text != number
        at += len(word) + len(number)
    assert found.text[at:] == end
    assert redact(found.text).text == found.text
    assert redact(found.text).counts == {}
