"""What a family of portal software is to the crawler: how its pages are told, and how its lists are read.

Pure. A family's functions never raise, whatever a portal answers: what can't be read is not there.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from crawler.extract.text import Element
from crawler.extract.tree import parse_html
from crawler.items import Paging, RecordPage, Row
from crawler.services.json_data import parse_data


@dataclass(frozen=True)
class Answer:
    """An answer of a portal: `form` is the body of the request that asked for it, None for a plain GET."""

    url: str
    text: str
    form: str | None = None

    @cached_property
    def root(self) -> Element:
        """The page as a tree; for data (JSON, XML) one without sense."""
        return parse_html(self.text)

    @cached_property
    def data(self) -> Any:  # noqa: ANN401 - JSON
        """What JSON or JSONP holds; None for anything else."""
        return parse_data(self.text)


@dataclass(frozen=True, slots=True)
class ListRead:
    """What a page of a list says.

    Without rows it is a list all the same where `paging` leads on (a page whose rows come from a service), or where
    `ended` (a service that answers without rows behind its last page).
    """

    rows: tuple[Row, ...]
    paging: Paging = field(default_factory=Paging)
    breadcrumb: tuple[str, ...] = ()
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Family:
    """A family of portal software.

    `version`: raised by hand when a page of the family is read otherwise than before; archives are then read again.
    `marks`: why a page looks like one of its lists, landing pages or records, each reason in a few plain words; () if it
    does not. `read`: the list that an answer holds, to a first page as to those that its paging leads to. `record`: what a
    record's page says, where its labels and markup are not enough to read it as any other (a page whose text is data in a
    script); None for a page that is to be read by them. Whether its files are on the portal's own site others settle.
    """

    name: str
    version: int
    marks: Callable[[Answer], tuple[str, ...]]
    read: Callable[[Answer], ListRead]
    record: Callable[[Answer], RecordPage | None] = lambda _: None
