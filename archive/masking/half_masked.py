"""Numbers of which whoever published them masked so little that the rest is found by trying. Pure.

640324197605**0038 leaves a day of 31, 13812**5678 a hundred mobiles; 640324********0038 and 138****1234 are masked well.
"""

import re
from collections.abc import Iterator

from archive.masking.number_surroundings import tells_of_a_phone
from archive.masking.personal_numbers import KEPT, MaskedSpan, is_mobile

MOST_HIDDEN = 3
"""Signs in a row over a number that hide too little of it; in an ID number one more, where its check digit is left."""

_SIGNS = "*＊●#×✕"
_HIDDEN = re.compile(rf"(?<=\d)[{_SIGNS}]{{1,{MOST_HIDDEN + 1}}}(?![{_SIGNS}])")
_BEFORE = re.compile(rf"(?<![0-9A-Za-z{_SIGNS}])\d{{1,18}}\Z")
_BEHIND = re.compile(rf"\d{{0,17}}[\dXx]?(?![0-9A-Za-z{_SIGNS}])")
_LONGEST = 19
_ID = re.compile(r"[1-8][\d*]{5}[12*][09*][\d*]{2}[01*][\d*][0-3*][\d*]{4}[\dXx*]")
_CARD = re.compile(r"62[\d*]{14,17}")


def half_masked_spans(text: str) -> list[MaskedSpan]:
    """Return the numbers in `text` of which only a few figures in a row are masked."""
    return list(_found(text))


def _found(text: str) -> Iterator[MaskedSpan]:
    for hidden in _HIDDEN.finditer(text):
        before = _BEFORE.search(text, max(0, hidden.start() - _LONGEST), hidden.start())
        behind = _BEHIND.match(text, hidden.end())
        if before and behind and (kind := _kind(text, before, hidden, behind)):
            yield MaskedSpan(kind, before.start(), behind.end(), KEPT[kind])


def _kind(text: str, before: re.Match[str], hidden: re.Match[str], behind: re.Match[str]) -> str | None:
    """Return the kind of a person's number that these parts are, if they are one."""
    size, number = len(hidden[0]), f"{before[0]}{'*' * len(hidden[0])}{behind[0]}"
    if size <= MOST_HIDDEN + bool(behind[0]) and _ID.fullmatch(number):
        return "resident_id"
    if size > MOST_HIDDEN:
        return None
    if is_mobile(number.replace("*", "0")):  # a single sign may stand for times
        return "phone" if size > 1 or tells_of_a_phone(text, before.start()) else None
    return "bank_card" if _CARD.fullmatch(number) else None
