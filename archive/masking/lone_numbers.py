"""Numbers of persons that stand alone in their place of an address: /13812345678.pdf, ?id=13812345678. Pure.

Files are numbered, too: what begins with a day, or has others beside it with the same first digits, is a file's.
"""

import re
from collections import Counter
from collections.abc import Iterable

from archive.masking.number_surroundings import in_an_address
from archive.masking.personal_numbers import KEPT, MaskedSpan, is_card, is_old_resident_id, mobile_offset

_IN_AN_ADDRESS = re.compile(r"(?:/|[?&;#][\w%.\-]{1,40}=)(?:\+|%2[Bb])?(\d{11,19})(?=[/.?&;#]|$)")
# Begins with a digit rather than with what stands before it, for that is sought faster.
_IN_A_PATH = re.compile(r"\d(?<=/\d)\d{10,18}(?=(?:\.[A-Za-z]{2,5})?(?![\w.%~+\-]))", re.ASCII)
_DAY = re.compile(r"[0-2]\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
_FOLDER_OF_A_DAY = re.compile(r"/(?:19|20)\d\d(?:[/\-]?\d{1,2}){0,2}/\Z")
_LONGEST_FOLDER = 13
_SAME_IN_A_SERIES = 8
_OLD_ID = 15


def alone_in(addresses: Iterable[str]) -> set[str]:
    """Return those of the addresses on a page in which a number of a person stands alone."""
    numbers = {address: {*filter(_kind_of, _IN_AN_ADDRESS.findall(address))} for address in addresses}
    series = _series(set().union(*numbers.values()))
    return {
        address
        for address, found in numbers.items()
        if any(series[number[:_SAME_IN_A_SERIES]] == 1 for number in found)
    }


def path_spans(text: str) -> list[MaskedSpan]:
    """Return the numbers that stand alone between slashes, or name a file, in the addresses that a text prints.

    A file in a day's folder is numbered.
    """
    found = [(number, kind) for number in _IN_A_PATH.finditer(text) if (kind := _kind_of(number[0]))]
    if not found:
        return []
    series = _series({number[0] for number, _ in found})
    return [
        MaskedSpan(kind, number.start() + (mobile_offset(number[0]) or 0), number.end(), KEPT[kind])
        for number, kind in found
        if series[number[0][:_SAME_IN_A_SERIES]] == 1
        and not _FOLDER_OF_A_DAY.search(text, number.start() - _LONGEST_FOLDER, number.start())
        and in_an_address(text, number.start())
    ]


def _series(numbers: set[str]) -> Counter[str]:
    """Count the numbers by their first digits."""
    return Counter(number[:_SAME_IN_A_SERIES] for number in numbers)


def _kind_of(number: str) -> str | None:
    """Return the kind of a person's number that digits are; None where they are none, or may be a file's, named by a day."""
    if (offset := mobile_offset(number)) is not None:
        return None if _DAY.match(number, offset) else "phone"
    if is_card(number):
        return "bank_card"
    return "resident_id" if len(number) == _OLD_ID and is_old_resident_id(number) and not _DAY.match(number) else None
