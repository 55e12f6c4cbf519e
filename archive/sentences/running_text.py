"""Running text: the lines of a page or a file joined, as its sentences go on over them. Pure."""

import re
from array import array
from dataclasses import dataclass

from archive.sentences.figures import FULL_WIDTH

LONGEST = 500_000
"""Characters of a text that are read."""

_USUAL = FULL_WIDTH | {0xFF05: "%", 0xFF0D: "-", 0x2212: "-"}
_WORD = re.compile(r"\S+")
_PAGE_NUMBER = re.compile(r"[-—–－·\s]{0,4}(?:第\s?)?\d{1,4}(?:\s?页)?[-—–－·\s]{0,4}")
_LONGEST_PAGE_NUMBER = 12
_LONGEST_END = 12
_HEADING = re.compile(r"\s{0,8}(?:第[一二三四五六七八九十]{1,3}部分|[一二三四五六七八九十]{1,3}、)")
_CENTS, _ANOTHER = re.compile(r"\.\d\d\s*$"), re.compile(r"\s*(?:20\d\d年|\d{1,2}[、.．)）])")
"""The end of a line, and the beginning of the next, that are of two numbers: 10.00, and 2025年 or 2. below it."""


@dataclass(frozen=True, slots=True)
class RunningText:
    """Text without blanks. `places`: of each of its characters in the text that it was made of, from 0."""

    text: str
    places: "array[int]"


def running_text(text: str) -> RunningText:
    """Return the first LONGEST characters of a text as running text, with usual digits and signs.

    Numbers of pages are left out. A line break stands in place of rows of tables,
    whose cells stand apart by tabs, before headings, and where digits of two lines are of two numbers.
    """
    parts: list[str] = []
    places = array("I")
    begin, before = 0, ""
    for line in text[:LONGEST].split("\n"):
        is_row = "\t" in line
        are_two_numbers = _ANOTHER.match(line) and _CENTS.search(before[-_LONGEST_END:])
        if is_row or _HEADING.match(line) or are_two_numbers:
            parts.append("\n")
            places.append(begin)
        if not is_row and not (len(line) <= _LONGEST_PAGE_NUMBER and _PAGE_NUMBER.fullmatch(line)):
            before = line if line.strip() else before
            for word in _WORD.finditer(line):
                parts.append(word[0])
                places.extend(range(begin + word.start(), begin + word.end()))
        begin += len(line) + 1
    return RunningText("".join(parts).translate(_USUAL), places)
