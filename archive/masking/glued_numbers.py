"""Numbers of persons with other figures right before or behind them: a year, an hour, an amount, a landline.

What stands around a group of digits tells which of them are something else (…2017年, …3600元, 0953-…). They are
cut off where what is left is wholly numbers of persons, so that it is read as if a gap stood there.
"""

import re

from archive.masking import number_surroundings as surroundings
from archive.masking.personal_numbers import ascii_digits, is_mobile, is_old_resident_id, mobile_offset, tiles
from archive.model.index_numbers import is_credit_code

_LEAST_GLUED = 12
"""Digits of a mobile's number and one more."""

_MOST_GLUED = 120
"""Digits of a group in which such are looked for."""

_DAY = r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_TAILS = tuple(
    (re.compile(f"(?:{figures})$"), re.compile(behind))
    for figures, behind in (
        (r"(?:19|20)\d\d", r"年|[-－—./]\d{1,2}(?:[-－—./]\d{1,2})?(?!\d)"),
        (_DAY, r"(?![\dA-Za-z])"),
        (r"[01]?\d|2[0-3]", r"[:：][0-5]\d(?!\d)"),
        (r"1[0-2]|[1-9]", r"月(?:\d|份)"),
        (r"0\d{2,3}", r"[-－—]\d{7,8}(?!\d)"),
        (r"[1-9]\d", r"周?岁"),
        (r"[1-9]\d{0,2}", r"(?:\.\d{1,2})?(?:亩|口?人|户|[头只%％])"),
        (r"[1-9]\d{2,6}", r"(?:\.\d{1,2})?万?元"),
    )
)
"""Other figures at the end of a group, and what follows them."""

_HEADS = tuple(
    (re.compile(f"(?:{figures})"), re.compile(rf"(?:{before})\Z"))
    for figures, before in (
        (r"[0-3]\d|[1-9]", r"(?:19|20)\d\d[-－—./年]\d{1,2}[-－—./月]"),
        (r"[0-5]\d", r"(?<!\d)(?:[01]?\d|2[0-3])[:：](?:[0-5]\d[:：])?"),
        (r"[1-9]\d{2,3}", "单元|号楼|[栋幢]"),
        (r"\d{6}", r"邮编[:：]?|邮政编码[:：]?"),
        (r"[2-9]\d{6,7}", r"0\d{2,3}[-－—)）]"),
        (r"0(?:10|2\d)[2-9]\d{7}|0[3-9]\d\d[2-9]\d{6,7}", ""),
    )
)
"""Other figures at its beginning, and what stands before them."""

_LONGEST_TAIL, _LONGEST_HEAD = 8, 12
"""Digits of other figures at the end, and at the beginning."""

_DAY_BEFORE = re.compile(_DAY)
_DAY_AND_TIME = re.compile(rf"{_DAY}(?:[01]\d|2[0-3])[0-5]\d[0-5]\d")
_OF_A_CODE = re.compile(r"[\w/\-=.?&%#~]", re.ASCII)
"""A character before a day that makes a file's name or a code of both."""
_LETTER_OR_FILE = re.compile(r"[A-Za-z_\-]|\.[A-Za-z]")
_LONGEST_BEFORE = 12
_LAST_GROUPS = frozenset((3, 4, 5, 7, 8))
"""Digits of the last group of a number that is printed in groups."""


def cuts(text: str, start: int, end: int, *, first: bool) -> list[int]:
    """Return after how many digits of the group at `text[start:end]` other figures end or begin; none in most groups.

    `first`: whether no other group of the same run stands before it.
    """
    size = end - start
    if size > _MOST_GLUED:
        return []
    if size < _LEAST_GLUED:
        year = not first and size - 4 in _LAST_GROUPS and _ends(ascii_digits(text[start:end]), text, end, _TAILS[:1])
        return [size - 4] if year else []
    digits = ascii_digits(text[start:end])
    if _are_persons(digits) or is_credit_code(digits):
        return []
    if text[start - 1 : start] in {"男", "女"} and is_mobile(digits[:11]):
        return [11]
    before = text[max(0, start - _LONGEST_BEFORE) : start]
    day = (8,) if _follows_a_day(text, start, end, digits) else ()
    for head in (0, *day, *_beginnings(digits, before)):
        for tail in (size, *_ends(digits, text, end, _TAILS)):
            if _are_persons(digits[head:tail]):
                return [cut for cut in (head, tail) if 0 < cut < size]
    return []


def _follows_a_day(text: str, start: int, end: int, digits: str) -> bool:
    """Whether a group begins with a day that ends there, and is no code, such as an order's, with day and time."""
    if not _DAY_BEFORE.match(digits) or _OF_A_CODE.match(text[start - 1 : start]) or _LETTER_OR_FILE.match(text, end):
        return False
    if surroundings.named_otherwise(text, start):
        return False
    words = text[start - 1 : start] + text[end : end + 1]
    return not _DAY_AND_TIME.match(digits) or any(map(str.isalpha, words))


def _ends(digits: str, text: str, end: int, tails: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]) -> list[int]:
    """Return after how many digits each figure begins with which the group can end, as what follows it tells."""
    found, last = [], len(digits) - 1
    for figures, behind in tails:
        if behind.match(text, end):
            found += [at for at in range(last, last - _LONGEST_TAIL, -1) if figures.match(digits, at)]
    return found


def _beginnings(digits: str, before: str) -> list[int]:
    """Return after how many digits each figure ends with which the group can begin."""
    found = []
    for figures, words in _HEADS:
        if words.search(before):
            found += [at for at in range(1, _LONGEST_HEAD + 1) if figures.fullmatch(digits, 0, at)]
    return found


def _are_persons(digits: str) -> bool:
    """Whether digits are wholly numbers of persons, one or several."""
    if mobile_offset(digits) is not None or (len(digits) == 15 and is_old_resident_id(digits)):
        return True
    return bool(tiles(digits))
