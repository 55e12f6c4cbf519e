"""Document numbers 文号 taken apart into the issuer's code 发文机关代字, the year and the serial. Pure."""

import re
from dataclasses import dataclass

from archive.model.printable import normal_form

_BRACKETS = str.maketrans(
    "[【(〈<{]】)〉>}", "〔〔〔〔〔〔〕〕〕〕〕〕"
)  # after NFKC, which turns the full-width ones into these
_YEAR = r"〔 ?(?P<year>(?:19|20)[0-9]{2}) ?年? ?〕"
# In text whose blanks are single: 同政发〔2017〕91号; behind it, with the issuer and even the year left out, 、〔2017〕92号 or 、93号.
_FIRST = re.compile(rf"(?P<issuer>[^\W\d_][^\d〔〕、，,；;。《》\s]{{0,20}})\s*{_YEAR} ?第? ?(?P<serial>[0-9]{{1,5}})")
_NEXT = re.compile(
    rf" ?号? ?[、，,；;和与及] ?(?:{_YEAR} ?)?第? ?(?P<serial>[0-9]{{1,5}})(?= ?(?:号|[、，,；;和与及]|$))"
)


@dataclass(frozen=True, slots=True)
class DocumentNumber:
    """One document number: 同政发〔2017〕92号 is 同政发, 2017, 92."""

    issuer: str
    year: int
    serial: int


def taken_apart(text: str) -> list[DocumentNumber]:
    """All document numbers in `text`, also where the issuer or the year is said once for several;
    none where there is none.

    Brackets of all kinds and full-width digits are taken alike.
    """
    plain = " ".join(normal_form(text).translate(_BRACKETS).split())
    numbers: list[DocumentNumber] = []
    place = 0
    while match := _FIRST.search(plain, place):
        issuer, year = match["issuer"], int(match["year"])
        numbers.append(DocumentNumber(issuer, year, int(match["serial"])))
        place = match.end()
        while more := _NEXT.match(plain, place):
            year = int(more["year"] or year)
            numbers.append(DocumentNumber(issuer, year, int(more["serial"])))
            place = more.end()
    return [number for number in dict.fromkeys(numbers) if number.serial]
