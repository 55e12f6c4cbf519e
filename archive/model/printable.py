"""Text from portals made fit to be compared, in Unicode's normal form, and to be shown: on a terminal without control
characters, which could move its cursor or write to its clipboard; on a page with the codes of characters that nobody
sees. And numbers with their nouns.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Literal, TextIO

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

UNSEEN = re.compile(
    "([\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f])"
)
"""Characters that nobody sees, and those that turn the reading direction: both can make a name look like another."""

_CROWD = re.compile(r"[^\w\s]{30}")
"""Characters of which none is a letter: so many marks above and below one letter are in no script, as UAX #15 has it."""

_RADICAL = re.compile("[\u2e80-\u2fdf]")
_UNRELATED = dict(zip("⻢⻩⻰⻬⻙⻉⻥⻛⻨⻋⺠⻓⻔⻝⻘⻦⻣⻤", "马黄龙齐韦贝鱼风麦车民长门食青鸟骨鬼", strict=True))
"""Radicals of which Unicode does not say what they stand for, that texts of PDF files have in the place of characters."""


def normal_form(text: str, form: Literal["NFC", "NFKC"] = "NFKC") -> str:
    """Return `text` in a normal form; marks that crowd on one letter are put in order 30 by 30, all at once would take the square of their number."""
    if unicodedata.is_normalized(form, text):  # which sees at a glance that marks are out of order
        return text
    cuts = [crowd.end() for crowd in _CROWD.finditer(text)]
    if not cuts:
        return unicodedata.normalize(form, text)
    parts = pairwise([0, *cuts, len(text)])
    return "".join(unicodedata.normalize(form, text[start:end]) for start, end in parts)


def without_radicals(text: str) -> str:
    """Return `text`, of the same length, with the character that each radical stands for, as texts of PDF files have them."""
    return _RADICAL.sub(lambda radical: _UNRELATED.get(radical[0]) or unicodedata.normalize("NFKC", radical[0]), text)


def with_codes(value: object) -> object:
    """Return a text with such characters by their codes, anything else (HTML that is ready, too) as it is."""
    return UNSEEN.sub(lambda match: f"‹{code_of(match[0])}›", value) if type(value) is str else value


def code_of(character: str) -> str:
    """Return the code of a character, as Unicode writes it."""
    return f"U+{ord(character):04X}"


def printable(text: str) -> str:
    """Return `text` with a sign in the place of each control character but line breaks and tabs."""
    return _CONTROLS.sub("\ufffd", text)


def quantity(number: object, noun: str) -> str:
    """Return a number with what is counted, an English noun given in the singular: 1 page, 2 pages, 1,234 pages.

    A number that is text already stays as it is written.
    """
    written = f"{number:,}" if isinstance(number, int) else str(number)
    return f"{written} {noun if written == '1' else f'{noun}s'}"


class PrintableStream:
    """A text stream that lets printable text through; all else is the stream's own.

    `unfiltered` is the stream itself, for escapes of ours.
    """

    def __init__(self, stream: TextIO) -> None:
        self.unfiltered = stream

    def write(self, text: str) -> int:
        """Write `text`, printable."""
        return self.unfiltered.write(printable(text))

    def __getattr__(self, name: str) -> object:
        return getattr(self.unfiltered, name)


def unfiltered(stream: TextIO) -> TextIO:
    """Return the stream behind a filter, or the stream itself."""
    return stream.unfiltered if isinstance(stream, PrintableStream) else stream


def any_of(words: Iterable[str], between: str) -> str:
    """A pattern of these words, the longest that fits, with the pattern `between` between their characters.

    Those that begin alike share that beginning: it is compiled once, and looked for once.
    """
    behind: dict[str, list[str]] = {}
    for word in words:
        behind.setdefault(word[0], []).append(word[1:])
    return f"(?:{'|'.join(re.escape(first) + _going_on(rests, between) for first, rests in behind.items())})"


def _going_on(rests: Sequence[str], between: str) -> str:
    longer = [rest for rest in rests if rest]
    further = f"{between}{any_of(longer, between)}" if longer else ""
    return f"(?:{further})?" if longer and "" in rests else further
