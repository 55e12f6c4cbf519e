"""What a crawl tells the archive, one object per page read; the pipelines make them, the store writes them.

`capture` is the id of the capture that shows it, in `evidence.db` and the table `captures`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from archive.model.agencies import Stated
from archive.model.records import Reading


@dataclass(frozen=True, slots=True)
class CatalogOfPortal:
    """One catalogue of a portal file."""

    kind: str
    title: str
    url: str


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


@dataclass(frozen=True, slots=True)
class LinkedFile:
    """A file that a record's page links to. `own`: on the portal's own site, so that it will be asked for."""

    name: str
    url: str
    own: bool = True


@dataclass(frozen=True, slots=True)
class ListedRow:
    """One row of a list page. `url` is the record's key: its page's canonical URL, or one made of its printed cells.

    `link`: the page's address as printed, where the key differs from it. `redacted`: how much was masked, by kind.
    """

    url: str
    reading: Reading
    link: str | None = None
    redacted: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ListPageSeen:
    """One list page of the catalogue at `catalog_url`; `last` when no page follows it.

    `look` 1 is the walk that finds what is listed, 2 the one that makes sure of what is not. `family`: the portal software
    that made it, and what shows that. `pages`: of those claimed, so many are in this one answer.
    """

    catalog_url: str
    rows: tuple[ListedRow, ...]
    pages_claimed: int | None
    rows_claimed: int | None
    path: str | None
    last: bool
    look: int = 1
    capture: int | None = None
    family: tuple[str, str] | None = None
    pages: int = 1


@dataclass(frozen=True, slots=True)
class RecordPageSeen:
    """A record's own page. `cut`: the page broke off, so what it does not say proves nothing."""

    url: str
    reading: Reading
    body: str | None
    cut: bool = False
    attachments: tuple[LinkedFile, ...] = ()
    redacted: Mapping[str, int] = field(default_factory=dict)
    capture: int | None = None


@dataclass(frozen=True, slots=True)
class PageAsked:
    """The page of a record that its catalogues no longer list was asked: `outcome` page, gone, or anything else."""

    url: str
    outcome: str
    reason: str
    capture: int | None = None


@dataclass(frozen=True, slots=True)
class AttachmentSeen:
    """A file that belongs to the record at `record_url`.

    `state` is one of those of `archive.attachments.extraction`, or `unavailable` where there was no file to be had (`sha256`,
    `bytes` and `media_type` are then None). `message`: what is wrong with it, or missing from its text.
    """

    record_url: str
    name: str
    url: str
    sha256: str | None
    bytes: int | None
    media_type: str | None
    text: str | None
    state: str
    message: str | None = None
    redacted: Mapping[str, int] = field(default_factory=dict)
    capture: int | None = None


@dataclass(frozen=True, slots=True)
class ProblemSeen:
    """Something that needs attention, in one line."""

    kind: str
    url: str
    message: str


Observation = ListPageSeen | RecordPageSeen | PageAsked | AttachmentSeen | ProblemSeen
