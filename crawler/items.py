"""What a page said, as frozen dataclasses: the spider yields them, the pipelines take them on.

`capture` is the number under which this crawl keeps the answer that shows it, until it is sealed (see `pipelines.store`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a list page: the address it links to (None without a link), what its cells and hover box say."""

    url: str | None
    fields: Mapping[str, str]
    source_fields: Mapping[str, str]
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Paging:
    """What a list page says of its catalogue: pages and rows claimed (None: nothing), and the next page's address.

    `next_form`: the body to ask for it with, by POST: a form, or JSON where it begins with a brace. `pages_here`: how many
    of the claimed pages this answer holds: several where one page shows and hides them, none where it only tells of a
    service that has them.
    """

    pages_claimed: int | None = None
    rows_claimed: int | None = None
    next_url: str | None = None
    next_form: str | None = None
    pages_here: int = 1


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
class ListPage:
    """A list page of the catalogue that begins at `catalog_url`. `last`: no page follows it, and none before it failed.

    `look` 2 is the second walk, which makes sure that what was not seen is not there. `family`: its software, and what
    shows that.
    """

    catalog_url: str
    url: str
    rows: tuple[Row, ...]
    paging: Paging
    breadcrumb: tuple[str, ...]
    last: bool
    look: int = 1
    capture: int | None = None
    family: tuple[str, str] | None = None
    page: Literal["list"] = field(default="list", init=False)


@dataclass(frozen=True, slots=True)
class File:
    """A file that a record's page links to. `own`: on the portal's own site."""

    name: str
    url: str
    own: bool


@dataclass(frozen=True, slots=True)
class RecordPage:
    """A record's own page. `url` is the address in the row that led here; `cut`: the page broke off in the middle."""

    url: str
    fields: Mapping[str, str]
    source_fields: Mapping[str, str]
    doubts: tuple[str, ...]
    body: str | None
    breadcrumb: tuple[str, ...]
    cut: bool
    attachments: tuple[File, ...] = ()
    capture: int | None = None
    page: Literal["detail"] = field(default="detail", init=False)


@dataclass(frozen=True, slots=True)
class PageAsked:
    """What the page at `url` turned out to be, asked because its record is no longer listed."""

    url: str
    outcome: str
    reason: str
    capture: int | None = None
    page: Literal["asked"] = field(default="asked", init=False)


@dataclass(frozen=True, slots=True)
class AttachmentFile:
    """A file that a record's page (at `record_url`) links to under `name`. `data` is None where it could not be had."""

    record_url: str
    name: str
    url: str
    data: bytes | None
    capture: int | None = None
    page: Literal["file"] = field(default="file", init=False)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that went wrong at `url`, as one line for the operator; `kind` groups them."""

    kind: str
    url: str
    message: str
    page: Literal["problem"] = field(default="problem", init=False)
