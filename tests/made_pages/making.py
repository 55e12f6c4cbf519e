"""Making pages from a seed, and counting how they are read."""

from collections.abc import Callable, Iterator
from random import Random

from tests.made_pages.list_pages import list_page
from tests.made_pages.other_pages import foreign_page, home_page, landing_page
from tests.made_pages.page import MadePage
from tests.made_pages.record_pages import record_page
from tests.made_pages.samples import Draw
from tests.made_pages.stored_lists import stored_list_page

MAKERS: tuple[Callable[[Draw], MadePage], ...] = (
    *(record_page,) * 6,
    *(list_page,) * 3,
    *(landing_page, home_page, foreign_page, stored_list_page),
)
"""Makers of pages, by turns: of thirteen pages six are records, three lists, one a list in a script."""


def made_pages(seed: int, count: int) -> Iterator[MadePage]:
    """The first `count` pages of a seed. Each is made by itself, so that another form changes no other page's draws."""
    for number in range(count):
        yield MAKERS[number % len(MAKERS)](Draw(Random(f"{seed}/{number}")))
