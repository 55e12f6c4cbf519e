"""Numbers of which whoever published them masked so little that the rest is found by trying. Pure.

640324197605**0038 leaves a day of 31, 138 12** 5678 a hundred mobiles; 640324********0038 and 138****1234 are masked well.
"""

import re
from collections.abc import Iterator, Sequence

from archive.masking.number_surroundings import tells_of_a_phone
from archive.masking.personal_numbers import BLANK, HYPHEN, KEPT, MaskedSpan, is_mobile

MOST_HIDDEN = 3
"""Signs in a number that hide too little of it; in an ID number one more, where its check digit is left."""

_SIGNS = "*＊●#×✕"
_SIGN = re.compile(f"[{_SIGNS}]")
_GAP = f"[{BLANK}{HYPHEN}]?"
_BEFORE = re.compile(rf"(?<![0-9A-Za-z{_SIGNS}])\d(?:{_GAP}\d){{0,17}}{_GAP}\Z")
_BEHIND = re.compile(rf"[{_SIGNS}](?:{_GAP}[\d{_SIGNS}]){{0,18}}+[Xx]?")
_GROUP = re.compile(rf"[\d{_SIGNS}]+[Xx]?")
_GOES_ON = re.compile(rf"[0-9A-Za-z{_SIGNS}]|{_GAP}[{_SIGNS}]")
_LONGEST_BEFORE = 36
_SIZES = frozenset((11, 16, 17, 18, 19))
_ID = re.compile(r"[1-8][\d*]{5}[12*][09*][\d*]{2}[01*][\d*][0-3*][\d*]{4}[\dXx*]")
_CARD = re.compile(r"62[\d*]{14,17}")


def half_masked_spans(text: str) -> list[MaskedSpan]:
    """Return the numbers in `text` of which only a few figures are masked, in groups or not."""
    return list(_found(text))


def _found(text: str) -> Iterator[MaskedSpan]:
    done = 0
    for sign in _SIGN.finditer(text):
        if sign.start() < done:
            continue
        before = _BEFORE.search(text, max(done, sign.start() - _LONGEST_BEFORE), sign.start())
        behind = _BEHIND.match(text, sign.start()) if before else None
        if not before or not behind:
            continue
        groups = [group.span() for group in _GROUP.finditer(text, before.start(), behind.end())]
        done = next(end for _, end in groups if end > sign.start())
        if span := _number(text, groups, sign.start()):
            done = span.end
            yield span


def _number(text: str, groups: Sequence[tuple[int, int]], sign: int) -> MaskedSpan | None:
    """Return the person's number that groups of figures and signs make, the first sign among them."""
    for place, (start, _) in enumerate(groups):
        if start > sign:
            break
        number = ""
        for first, end in groups[place:]:
            number += _SIGN.sub("*", text[first:end])
            if (
                end > sign
                and len(number) in _SIZES
                and not _GOES_ON.match(text, end)
                and (kind := _kind(text, start, number))
            ):
                return MaskedSpan(kind, start, end, KEPT[kind])
    return None


def _kind(text: str, start: int, number: str) -> str | None:
    """Return the kind of a person's number that this is with its signs, if it is one."""
    hidden = number.count("*")
    if hidden <= MOST_HIDDEN + (number[-1] != "*") and _ID.fullmatch(number):
        return "resident_id"
    if hidden > MOST_HIDDEN:
        return None
    if is_mobile(number.replace("*", "0")):  # a single sign may stand for times
        return "phone" if hidden > 1 or tells_of_a_phone(text, start) else None
    return "bank_card" if _CARD.fullmatch(number) else None
