"""What a page said, as frozen dataclasses: the spider yields them, the pipelines take them on."""

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
    """What a list page says of its catalogue: pages and rows claimed (None: nothing), and the next page's address."""

    pages_claimed: int | None = None
    rows_claimed: int | None = None
    next_url: str | None = None


@dataclass(frozen=True, slots=True)
class ListPage:
    """A list page of the catalogue that begins at `catalog_url`. `last`: no page follows it."""

    catalog_url: str
    url: str
    rows: tuple[Row, ...]
    paging: Paging
    breadcrumb: tuple[str, ...]
    last: bool
    page: Literal["list"] = field(default="list", init=False)


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
    page: Literal["detail"] = field(default="detail", init=False)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that went wrong at `url`, as one line for the operator; `kind` groups them."""

    kind: str
    url: str
    message: str
    page: Literal["problem"] = field(default="problem", init=False)
