"""Pages of a file, as its text has them: where each begins. Pure."""

import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import islice
from operator import attrgetter
from typing import Any

PAGE, SHEET, SLIDE, MEMBER = "page", "sheet", "slide", "file"
"""Kinds: a page of a PDF, a sheet of a workbook, a slide of a presentation, a file in an archive."""
KINDS = (PAGE, SHEET, SLIDE, MEMBER)

MOST_PAGES = 5_000
LONGEST_NAME = 255


@dataclass(frozen=True, slots=True)
class FilePage:
    """One page of a file. `start`: where its text begins in the file's, in characters;
    `number`: from 1, of those of its kind.

    `name`: of a sheet; `member`: the file's name inside an archive. A page without text begins where the next one does.
    """

    start: int
    kind: str = PAGE
    number: int = 1
    name: str = ""
    member: str = ""

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "FilePage":
        """Return the page that `asdict` gave. Raises ValueError for what is none."""
        match value:
            case {
                "start": int(start), "kind": str(kind), "number": int(number), "name": str(name), "member": str(member),
            } if start >= 0 and kind in KINDS and 1 <= number < 2**31:  # fmt: skip
                return cls(start, kind, number, _plain(name), _plain(member))
        raise ValueError("no page")


def joined(parts: Iterable[tuple[FilePage, str]], apart: str) -> tuple[str, tuple[FilePage, ...]]:
    """Return the texts of pages as one, those that are not empty `apart`, and each page where it begins."""
    text: list[str] = []
    pages: list[FilePage] = []
    end = 0
    for page, own in parts:
        if own and end:
            text.append(apart)
            end += len(apart)
        pages.append(replace(page, start=end))
        text.append(own)
        end += len(own)
    return "".join(text), tuple(pages)


def within(pages: Iterable[FilePage], length: int) -> tuple[FilePage, ...]:
    """Return the pages that begin in the first `length` characters, in their order, MOST_PAGES at the most."""
    ordered = sorted(pages, key=attrgetter("start"))
    return tuple(islice((page for page in ordered if page.start <= length), MOST_PAGES))


def without(pages: Iterable[FilePage], removed: Sequence[int]) -> tuple[FilePage, ...]:
    """Return the pages of a text from which the characters at these places, in order, are `removed`."""
    return tuple(replace(page, start=page.start - bisect_left(removed, page.start)) for page in pages)


def page_at(pages: Sequence[FilePage], place: int) -> int:
    """Return which of the pages, from 0, holds the character at a place."""
    return max(bisect_right(pages, place, key=attrgetter("start")) - 1, 0)


def text_of(text: str, pages: Sequence[FilePage], index: int) -> str:
    """Return the text of one page, without the blanks at its ends that keep it from others."""
    end = pages[index + 1].start if index + 1 < len(pages) else len(text)
    return text[pages[index].start : end].strip("\n")


def to_json_text(pages: Iterable[FilePage]) -> str | None:
    """Return the pages of a file as the archive keeps them; None where none are known."""
    return json.dumps([asdict(page) for page in pages], ensure_ascii=False) if pages else None


def from_json_text(text: str | None) -> tuple[FilePage, ...]:
    """Return the pages that `to_json_text` gave. Raises ValueError for what is none."""
    return tuple(map(FilePage.from_json, json.loads(text or "[]")))


def _plain(name: str) -> str:
    return " ".join(name[:LONGEST_NAME].split()).replace("\0", "").encode("utf-8", "replace").decode()
