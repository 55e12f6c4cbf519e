"""What a crawl tells the archive, one object per page read; the pipelines make them, the store writes them."""

from dataclasses import dataclass

from archive.records import Reading


@dataclass(frozen=True, slots=True)
class CatalogOfPortal:
    """One catalogue of a portal file."""

    kind: str
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class PortalOfFile:
    """A portal file, as far as the archive keeps it. `checked_on`: the day a person last saw it work, or None."""

    id: str
    name: str
    division_code: str
    home: str
    catalogs: tuple[CatalogOfPortal, ...]
    family: str | None = None
    checked_on: str | None = None


@dataclass(frozen=True, slots=True)
class ListedRow:
    """One row of a list page. `url` is the record's key: its page's canonical URL, or one made of its printed cells."""

    url: str
    reading: Reading


@dataclass(frozen=True, slots=True)
class ListPageSeen:
    """One list page of the catalogue at `catalog_url`; `last` when no page follows it."""

    catalog_url: str
    rows: tuple[ListedRow, ...]
    pages_claimed: int | None
    rows_claimed: int | None
    path: str | None
    last: bool


@dataclass(frozen=True, slots=True)
class RecordPageSeen:
    """A record's own page. `cut`: the page broke off, so what it does not say proves nothing."""

    url: str
    reading: Reading
    body: str | None
    cut: bool = False


@dataclass(frozen=True, slots=True)
class ProblemSeen:
    """Something that needs attention, in one line."""

    kind: str
    url: str
    message: str


Observation = ListPageSeen | RecordPageSeen | ProblemSeen
