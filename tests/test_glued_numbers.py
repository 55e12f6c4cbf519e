"""Numbers of persons with other figures right before or behind them."""

import pytest

from archive.masking.glued_numbers import cuts
from archive.masking.redaction import redact

PHONE = "13812345678"
LIKE_A_TIME = "13012345678"
CARD = "6228480000000007955"
OLD_ID = "640324800101123"
OLD_ID_LIKE_A_MOBILE = "130102800101123"

CUT = [
    (f"⟦{PHONE}|2017⟧年", "a year"),
    (f"⟦{PHONE}|2017⟧-05-01", "a day"),
    (f"⟦{PHONE}|20170501⟧，", "a day in one"),
    (f"⟦{PHONE}|09⟧:30", "an hour"),
    (f"⟦{PHONE}|5⟧月1日", "a month"),
    (f"⟦{PHONE}|0953⟧-5012345", "a landline's area"),
    (f"⟦{PHONE}|56⟧岁", "an age"),
    (f"⟦{PHONE}|3600⟧元", "an amount"),
    (f"⟦{PHONE}|3600⟧.50元", "an amount with a fraction"),
    (f"⟦{OLD_ID}|3600⟧元", "an amount behind an old ID number"),
    (f"2017-05-⟦01|{PHONE}⟧", "a day before"),
    (f"2017-05-⟦1|{PHONE}⟧", "a day of one digit before"),
    (f"⟦20170501|{PHONE}⟧", "a day in one before"),
    (f"样⟦20170501|{LIKE_A_TIME}⟧。", "a day before what could be a time, behind a word"),
    (f"。⟦20170501|{LIKE_A_TIME}⟧样本", "a day before what could be a time, before a word"),
    (f"09:⟦30|{PHONE}⟧", "a minute before"),
    (f"0953-⟦5012345|{PHONE}⟧", "a landline before"),
    (f"⟦09535012345|{PHONE}⟧", "a landline without a gap before"),
    (f"⟦095350123456|{PHONE}⟧", "a longer landline without a gap before"),
    (f"09:⟦30|{PHONE}|2017⟧年", "on both sides"),
    (f"⟦{PHONE}{PHONE}|2017⟧年", "behind two"),
    (f"⟦{PHONE}|2017⟧-05 ", "a month of a year"),
    (f"⟦{PHONE}|12⟧.5亩", "an area"),
    (f"⟦{PHONE}|4⟧人", "persons"),
    (f"09:30:⟦15|{PHONE}⟧", "a second before"),
    (f"3单元⟦201|{PHONE}⟧", "a door before"),
    (f"邮编：⟦751300|{PHONE}⟧", "a postcode before"),
    (f"样本男⟦{PHONE}|2⟧样", "a sex before, the next row's number behind"),
    (f"样本女⟦{PHONE}|2⟧样", "the other sex before"),
    (f"邮编：⟦751300|{PHONE * 10}|2017⟧年", "as long as is looked at"),
]
WHOLE = [
    (f"⟦{PHONE}2017⟧号", "four digits that are no year"),
    (f"⟦{PHONE}36⟧元", "an amount of thirteen digits"),
    (f"⟦{PHONE}⟧2017年", "one that is whole"),
    ("⟦12812345678⟧2017年", "no mobile's number"),
    ("⟦128123456782017⟧年", "no mobile's number before the year"),
    (f"邮编：⟦751300{PHONE * 10}36000⟧元", "a digit longer than is looked at"),
    (f"男⟦{OLD_ID_LIKE_A_MOBILE}⟧", "an old ID number behind a sex"),
    ("⟦20122017⟧年", "no last group of a number"),
    (f"样本-⟦20170501{PHONE}⟧", "a day in a code"),
    (f"样本⟦20170501{PHONE}⟧.pdf", "a day in a file's name"),
    (f"样本订单流水号：⟦20170501{PHONE}⟧", "a day in a number of something else"),
    (f"样。⟦20170501{LIKE_A_TIME}⟧。样", "a day and a time"),
]


def _cuts(text: str, *, first: bool = True) -> tuple[list[int], list[int]]:
    """Return where a marked group is to be cut, and where it is cut."""
    plain = text.replace("|", "")
    start, end = plain.index("⟦"), plain.index("⟧") - 1
    parts = text[text.index("⟦") + 1 : text.index("⟧")].split("|")
    wanted = [len("".join(parts[:number])) for number in range(1, len(parts))]
    return wanted, cuts(plain.replace("⟦", "").replace("⟧", ""), start, end, first=first)


@pytest.mark.parametrize(("text", "why"), [*CUT, *WHOLE], ids=[why for _, why in (*CUT, *WHOLE)])
def test_what_is_glued_to_a_number_is_cut_off(text: str, why: str) -> None:
    wanted, found = _cuts(text)
    assert found == wanted, why


def test_a_year_behind_the_last_group_of_a_number_is_cut_off() -> None:
    assert _cuts("⟦5678|2017⟧年", first=False) == ([4], [4])
    assert _cuts("⟦5678|2017⟧年", first=True) == ([4], [])
    for text in ("⟦567|2017⟧年", "⟦56783600⟧元", "⟦12320170501⟧", "⟦1234562017⟧年"):
        wanted, found = _cuts(text, first=False)
        assert found == wanted, text
    assert redact("联系电话138-1234-56782017年").text == "联系电话138-****-****2017年"


def test_a_card_right_before_an_amount_is_masked() -> None:
    assert redact(f"样本{CARD}3600元").text == "样本6228***************3600元"
