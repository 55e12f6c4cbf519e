"""The crawler's interface to a family of portal software: how its pages are recognised, and how its lists are read.

Pure. A family's functions never raise, whatever a portal answers: what can't be read is not there.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from archive.model.observations import ListPage, RecordPage
from crawler.services.answer import Answer


@dataclass(frozen=True, slots=True)
class Family:
    """A family of portal software.

    `version`: raised by hand when a page of the family is read otherwise than before; archives are then read again.
    `marks`: why a page looks like one of its lists, landing pages or records, each reason in a few plain words; () if it
    does not. `read`: the list that an answer holds, to a first page as to those that its paging leads to. `record`: what a
    record's page says, where its labels and markup are not enough to read it as any other (a page whose text is data in a
    script); None for a page that is to be read by them. Whether its files are on the portal's own site others settle.
    `catalogues`: titles and addresses of the catalogues that the data of a landing page names, where it has no links to them.
    `places`: paths on a portal at which the product usually has its disclosure catalogue: probing tries them where a home page that
    scripts make leads nowhere, a crawl never.
    """

    name: str
    version: int
    marks: Callable[[Answer], tuple[str, ...]]
    read: Callable[[Answer], ListPage]
    record: Callable[[Answer], RecordPage | None] = lambda _: None
    catalogues: Callable[[Answer], Iterable[tuple[str, str]]] = lambda _: ()
    places: tuple[str, ...] = ()


def reasons(signs: Mapping[str, object]) -> tuple[str, ...]:
    """Return those of the reasons whose sign is there."""
    return tuple(reason for reason, sign in signs.items() if sign)
