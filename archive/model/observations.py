"""The contents of pages, from the moment they are read to the moment they are written: one frozen dataclass each.

`crawler.extract` and the families make them, `pipelines.normalise` tidies them, `pipelines.redact` masks them, the
store writes them. `capture` is the place of the answer that shows it among those of its crawl, from 1; the crawl
session replaces it by the capture's id in `evidence.db` and the table `captures`. `redacted`: how much was masked, by
kind.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from archive.model.agencies import Stated
from archive.model.records import Reading
from archive.tables.file_pages import FilePage
from archive.tables.printed_table import PrintedTable

UNAVAILABLE = "unavailable"
"""The state of a file that could not be had."""


@dataclass(frozen=True, slots=True)
class CatalogOfPortal:
    """One catalogue: `kind` of KINDS, `title` as the portal prints it, `url` of its first list page, absolute."""

    kind: str
    title: str
    url: str


def is_portal_id(text: str) -> bool:
    """Whether a portal may be called so: files are."""
    return re.fullmatch(r"[a-z][a-z0-9_-]*", text) is not None


@dataclass(frozen=True, slots=True)
class PortalOfFile:
    """A portal file, as far as the archive keeps it.

    `division_code`: "" where the file gives none. `checked_on`: the day a person last saw it work, or None.
    `agencies`: what the file says of publishers, where the records don't tell.
    """

    id: str
    name: str
    division_code: str
    home: str
    catalogs: tuple[CatalogOfPortal, ...]
    family: str | None = None
    checked_on: str | None = None
    agencies: tuple[Stated, ...] = ()


@dataclass(frozen=True, slots=True)
class ServerCertificate:
    """A server's TLS certificate: its sha256 (hex), whose it is, who signed it,
    and from when to when it is valid (UTC, ISO 8601).
    """

    sha256: str
    subject: str
    issuer: str
    not_before: str
    not_after: str


@dataclass(frozen=True, slots=True)
class Capture:
    """One answer of a portal, sealed in `evidence.db` under `id`. `outcome`: what it turned out to be."""

    id: int
    url: str
    fetched_at: str
    status: int
    outcome: str
    sha256: str
    bytes: int
    etag: str | None
    last_modified: str | None
    certificate: ServerCertificate | None = None


@dataclass(frozen=True, slots=True)
class Row(Reading):
    """One row of a list page. `url`: the address it links to, None without a link.

    `key`: the record's key, which `pipelines.normalise` adds:
    its page's canonical URL, or one made of its printed cells.
    """

    url: str | None = None
    key: str = ""
    redacted: Mapping[str, int] = field(default_factory=dict)

    @property
    def link(self) -> str | None:
        """The address as printed, where the key differs from it."""
        return self.url if self.url != self.key else None


@dataclass(frozen=True, slots=True)
class Paging:
    """The paging of a list page: pages and rows that its catalogue claims (None: none), and the next page's address.

    `next_form`: the body to ask for it with, by POST: a form, or JSON where it begins with a brace. `pages_here`: how
    many of the claimed pages this answer holds: several where one page shows and hides them, none where it only tells
    of a service that has them.
    """

    pages_claimed: int | None = None
    rows_claimed: int | None = None
    next_url: str | None = None
    next_form: str | None = None
    pages_here: int = 1


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of a list.

    Without rows it is a list all the same where `paging` leads on (a page whose rows come from a service), or where
    `ended` (a service that answers without rows behind its last page). The spider adds the rest: the first address of
    its catalogue; `last`, where no page follows and none before it failed; `second_pass`, where the catalogue is walked
    again to make sure that what was not seen is not there; the name of the `family` of portal software, and what shows
    it; `cut`, where the page broke off: it makes no record.
    """

    rows: tuple[Row, ...] = ()
    paging: Paging = field(default_factory=Paging)
    breadcrumb: tuple[str, ...] = ()
    ended: bool = False
    catalog_url: str = ""
    last: bool = False
    second_pass: bool = False
    capture: int | None = None
    family: tuple[str, str] | None = None
    cut: bool = False


@dataclass(frozen=True, slots=True)
class LinkedFile:
    """A file that a record's page links to."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class RecordPage(Reading):
    """A record's own page. `url`: its address in the row that led here,
    which `pipelines.normalise` makes the record's key.

    `cut`: the page broke off, so what it does not say proves nothing. `read_at`: field → the place on the page where
    its value was read, in a few words ("label 发布日期", "meta PubDate", "heading"); for an operator's eyes, and not kept.
    """

    url: str = ""
    body: str | None = None
    breadcrumb: tuple[str, ...] = ()
    cut: bool = False
    attachments: tuple[LinkedFile, ...] = ()
    read_at: Mapping[str, str] = field(default_factory=dict)
    redacted: Mapping[str, int] = field(default_factory=dict)
    capture: int | None = None
    tables: tuple[PrintedTable, ...] = ()


@dataclass(frozen=True, slots=True)
class MissingPage:
    """The page of a record that its catalogues no longer list: its `outcome` is page, gone, or anything else."""

    url: str
    outcome: str
    reason: str
    capture: int | None = None


@dataclass(frozen=True, slots=True)
class AttachmentFile:
    """A file that belongs to the record at `record_url`. `data`: its bytes until `pipelines.attachments` has read them.

    `state` is one of those of `archive.attachments.extraction`, or `unavailable` where there was no file to be had
    (`sha256`, `bytes` and `media_type` are then None). `message`: what is wrong with it, or missing from its text.
    """

    record_url: str
    name: str
    url: str
    data: bytes | None = field(default=None, kw_only=True, repr=False)
    sha256: str | None = None
    bytes: int | None = None
    media_type: str | None = None
    text: str | None = None
    state: str = UNAVAILABLE
    message: str | None = None
    redacted: Mapping[str, int] = field(default_factory=dict)
    capture: int | None = None
    tables: tuple[PrintedTable, ...] = field(default=(), kw_only=True)
    pages: tuple[FilePage, ...] = field(default=(), kw_only=True)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that needs the operator's attention, in one line; `kind` groups them."""

    kind: str
    url: str
    message: str


Observation = ListPage | RecordPage | MissingPage | AttachmentFile | Problem
AnyObservation = TypeVar("AnyObservation", bound=Observation)
