"""Numbers of persons by themselves: which digits can be a resident's, a mobile's, a bank card's, and how plates, documents,
landlines and mail addresses are written. Pure.

All functions take ASCII digits without gaps; the last of an ID number may be X.
"""

import re
from dataclasses import dataclass
from datetime import date

RULES_VERSION = 19
"""Of all rules of masking, raised by hand when the same text is masked otherwise: archives are then masked again."""

BLANK = r" \t\u00a0\u00ad\u115f\u1160\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\u3164\ufe0e\ufe0f\ufeff\uffa0"
"""Blanks, and signs that are not seen: those of joining, of direction and of lines, and letters without a form."""

UNSEEN = r"\u00ad\u115f\u1160\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0"
"""Of these and others, those that take no room: a reader sees digits with such between them as one number."""

STRETCH = rf"[{BLANK}\n]{{0,2}}"
"""The blanks that stretch a label out, or the line break within it."""

HYPHEN = r"\-\u2010-\u2015\u2212\ufe63\uff0d"
SEPARATOR = rf"(?:[{BLANK}_²³¹⁰-⁹₀-₉]|[^\w*])"
"""All that may stand between two groups of one number, as a regular expression:
any character but a letter, a digit or a mask; the raised figure of a note is no digit of it.
"""

DIGIT = re.compile(r"[\dXxＸｘ]")
"""A digit of a number, of whatever script, or the X with which an ID number ends."""

KEPT = {"resident_id": 2, "phone": 3, "bank_card": 4}
"""First digits of a number of each kind that stay."""

NOTHING = "\u2060"
"""The sign that stands for what is left over of a longer word in place of a blank."""

UNREAD = rf"{NOTHING}{{0,12}}+"
"""Such signs, as many as two words have."""

GAP = rf"(?:(?<=\d)\*(?=\d)|{SEPARATOR}{{0,4}}+{UNREAD})"

_CARD = re.compile(r"62(?:1[0-9]|2[1-9]|3[0-6]|5[1289]|8[23])\d{15}")
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_PROVINCES = range(11, 84)
_LAST_BIRTH_YEAR = 2030
_PROVINCES = frozenset(
    str(n) for first, last in ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71), (81, 82))
    for n in range(first, last + 1)
)  # fmt: skip


PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使"
"""The signs with which number plates begin."""

PLATE = re.compile(
    rf"[{PROVINCES}][{BLANK}{HYPHEN}]?[A-Za-zＡ-Ｚ](?P<rest>[{BLANK}\n·•●・∙‧⋅.{HYPHEN}]{{0,3}}"
    rf"[A-Z0-9Ａ-Ｚ０-９]{{4,5}}[A-Z0-9Ａ-Ｚ０-９挂学港澳]|(?:[{BLANK}·.{HYPHEN}]{{1,2}}[A-Z0-9]){{5,6}})(?![A-Za-z0-9*])"
)
TRACTOR = re.compile(rf"[{PROVINCES}]\d{{2}}[{BLANK}·•.{HYPHEN}]?(?P<rest>\d{{4}}[\dA-Z])(?![\dA-Z*])")

TRAVEL_DOCUMENT = re.compile(
    r"[A-Z]\d{6}-\d{4}-\d{5,6}(?!\d)|[\u4e00-\u9fff]军[A-Z]\d{5,8}(?!\d)|(?=[A-Za-z\-]{0,4}[\dＡ-Ｚ][\dA-Za-z]{4})(?:[A-ZＡ-Ｚa-z]{0,3}-?\d[\dA-Za-z]{5,19}|军字第\d{4,10}号?)(?![\dA-Za-z*])|字第\d{4,10}|[\u4e00-\u9fff]字第\d{4,10}(?=号)|[\u4e00-\u9fff]{1,4}字第?\d{6,12}(?!\d)|[京-龥][A-Z]\d{6,10}(?![\dA-Za-z])|[A-Z]-\d{3,6}-\d{4,8}(?!\d)"
    rf"|[{PROVINCES}]\d{{6,18}}(?!\d)"
    rf"|[A-Z]{{1,2}}(?:[{BLANK}{HYPHEN}\n]?\d){{6,9}}(?![\dA-Za-z*])"
)
"""The number of a passport, a permit or another document, which its label announces."""

SHORT_NUMBER = re.compile(r"(?!(?:19|20)\d\d[01]\d[0-3]\d(?!\d))[A-Z]?\d{8,11}(?![\d.,%％元万亿年月日户人份A-Za-z*])")
"""A number shorter than its label says, and no day or amount: a school's number of a pupil, that of a card in a city."""

LANDLINE = re.compile(
    rf"(?:[（(]?0\d{{2,3}}[）)]?[{BLANK}{HYPHEN}\n.·/]{{0,2}}\d|[2-9])(?:\d{{6,7}}|\d{{2,3}}[{BLANK}{HYPHEN}.·]{{1,2}}\d{{4}})(?!\d)"
)
"""A landline, with its area or without."""

LOCAL = r"(?P<local>[A-Za-z0-9０-９Ａ-Ｚａ-ｚ][A-Za-z0-9._%+\-０-９Ａ-Ｚａ-ｚ]{0,63})"
AT = r"(?:\s?(?:[@＠#＃]|[\[(（【{]\s?(?i:at|@)\s?[\])）】}])\s?|\s(?i:at)\s)"
DOT = r"(?:\s?\.\s?|\s?[\[(（【{]\s?(?i:dot|点|\.)\s?[\])）】}]\s?|\s(?i:dot)\s|点)"
MAIL = re.compile(rf"{LOCAL}{AT}(?P<host>[A-Za-z0-9.\-]{{3,60}})")
OFFICE_MAIL = re.compile(
    r"(?:service|info|office|admin|hr|support|webmaster|contact|sales|kf)\d*[@＠]|.*[@＠](?:[A-Za-z0-9\-]+\.)*(?:gov|org|edu|mil)\.?(?:cn)?$",
    re.IGNORECASE,
)
"""A mail address; one of an office."""


@dataclass(frozen=True, slots=True)
class MaskedSpan:
    """A number to be masked at `text[start:end]`, but for its first `keep` characters."""

    kind: str
    start: int
    end: int
    keep: int


def ascii_digits(text: str) -> str:
    """Return the digits of `text` in ASCII, and X where an ID number ends so; all else left out."""
    kept = "".join(DIGIT.findall(text))
    return kept.upper() if kept.isascii() else "".join(str(int(c)) if c.isdecimal() else "X" for c in kept)


def is_birth_date(digits: str) -> bool:
    """Whether eight digits are a day on which somebody can have been born."""
    if digits[:2] not in {"19", "20"} or int(digits[:4]) > _LAST_BIRTH_YEAR:
        return False
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return True


def is_place(digits: str) -> bool:
    """Whether six digits can be a division's code: they begin with a province's."""
    return int(digits[:2]) in _ID_PROVINCES


def has_form_of_resident_id(digits: str) -> bool:
    """Whether 18 digits have an ID number's place and date, whatever their check digit."""
    return is_place(digits[:6]) and is_birth_date(digits[6:14])


def is_resident_id(digits: str) -> bool:
    """Whether 18 digits are an ID number 公民身份号码: its place, its date, its check digit by GB 11643."""
    if not has_form_of_resident_id(digits):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(digits, _ID_WEIGHTS, strict=False))
    return digits[17] == "10X98765432"[total % 11]


def is_old_resident_id(digits: str) -> bool:
    """Whether 15 digits can be an ID number of the form used until 1999, which has no check digit."""
    return digits[:2] in _PROVINCES and is_birth_date(f"19{digits[6:12]}")


def is_mobile(digits: str) -> bool:
    """Whether 11 digits are a mobile's number."""
    return len(digits) == 11 and digits[0] == "1" and digits[1] in "3456789"


_BEFORE_MOBILE = {11: "", 12: "0", 13: "86", 15: "0086"}
"""The digits before a mobile's number, by the length of both."""


def mobile_offset(digits: str) -> int | None:
    """After how many digits the mobile's number begins (after 0, 86 or 0086), or None where there is none."""
    before = _BEFORE_MOBILE.get(len(digits))
    if before is None or not digits.startswith(before) or not is_mobile(digits[len(before) :]):
        return None
    return len(before)


def is_card(digits: str) -> bool:
    """Whether 16 to 19 digits are a bank card's: its beginning, its length, its check digit by Luhn."""
    if not 16 <= len(digits) <= 19 or not digits.isdigit():
        return False
    chinese = digits.startswith(("62", "955"))
    return (chinese or (len(digits) == 16 and digits[0] in "45")) and passes_luhn(digits)


def has_form_of_card(digits: str) -> bool:
    """Whether 19 digits begin as cards of Chinese banks do, whatever their check digit; not with a division and a day,
    as permits do: 甘肃's codes begin alike.
    """
    return bool(_CARD.fullmatch(digits)) and not is_birth_date(digits[6:14])


def passes_luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of the others."""
    doubled = sum(int(d) * 2 - 9 * (d > "4") for d in digits[-2::-2])
    return (doubled + sum(map(int, digits[-1::-2]))) % 10 == 0


def tiles(digits: str) -> list[tuple[str, int, int]]:
    """Return the numbers of which a longer run wholly consists, as (kind, start, end); none where it is no such run."""
    ends: dict[int, tuple[str, int]] = {0: ("", 0)}
    for at in range(len(digits)):
        if at not in ends:
            continue
        if is_mobile(digits[at : at + 11]):
            ends.setdefault(at + 11, ("phone", at))
        for size in range(16, 20):
            if is_card(digits[at : at + size]):
                ends.setdefault(at + size, ("bank_card", at))
    parts: list[tuple[str, int, int]] = []
    end = len(digits)
    while end and end in ends:
        kind, start = ends[end]
        parts.append((kind, start, end))
        end = start
    return parts[::-1]
