"""The text of a file as its page shows it: a page, or a part of a long one, with the places where words stand."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from archive.labels.label import LABELS, Label
from archive.search.query import Query
from archive.search.snippet import passage, places
from archive.tables.file_pages import MEMBER, PAGE, SHEET, SLIDE, FilePage, page_at, text_of
from archive.web.views.body_text import TextPart, part, part_at

LONGEST_PART = 30_000
"""Characters of a page that are shown at once."""

MOST_PLACES = 20_000
"""Places of one word that are looked for in a file."""

_NAMES = {
    PAGE: LABELS["file_page.number"],
    SHEET: LABELS["file_page.sheet"],
    SLIDE: LABELS["file_page.slide"],
}


@dataclass(frozen=True, slots=True)
class ShownText:
    """One page of a file, or a part of it. `index`: of the page, from 0; `text`: its part;
    `found_on`: the indexes of pages where words stand.
    """

    index: int
    text: TextPart
    found_on: tuple[int, ...]


def shown_text(
    text: str, pages: Sequence[FilePage], query: Query | None, index: int | None, number: int | None
) -> ShownText:
    """Return the page of this `index`, and its part of this `number`;
    where they are not given, those in which the words of `query` stand.

    `pages` are those of the file, at least one.
    """
    at = places(text, query, MOST_PLACES) if query else []
    found_on = tuple(dict.fromkeys(page_at(pages, place) for place in at))
    if index is None:
        best = passage(text, query) if query else None
        index = page_at(pages, best.place) if best else next(iter(found_on), _first_with_text(text, pages))
    own = text_of(text, pages, index)
    if number is None:
        within = places(own, query, 1) if query else []
        number = part_at(own, within[0], LONGEST_PART) if within else 1
    return ShownText(index, part(own, number, LONGEST_PART), found_on)


def _first_with_text(text: str, pages: Sequence[FilePage]) -> int:
    return next((index for index in range(len(pages)) if text_of(text, pages, index)), 0)


def page_label(page: FilePage) -> Label:
    """Return what a page is called: its number, the name of its sheet, that of its file in an archive."""
    own = Label(page.member, page.member)
    if page.kind != MEMBER:
        own = _NAMES[page.kind].format(number=page.number, name=page.name)
    if not page.member or page.kind == MEMBER:
        return own
    return Label(f"{page.member} · {own.zh}", f"{page.member} · {own.en}")


def page_of(pages: Iterable[FilePage], number: int, member: str) -> FilePage | None:
    """Return the page of this number, in the file of an archive called `member`; None where there is none."""
    return next(
        (page for page in pages if (page.number, page.member) == (number, member) and page.kind != MEMBER), None
    )
