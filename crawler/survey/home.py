"""One portal surveyed, from its home page to a drafted portal file; or why there is none."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from archive.directory.entries import (
    BLOCKED,
    DEAD,
    LOGIN,
    MISREAD,
    MOVED,
    NO_CATALOGUE,
    NOT_A_PORTAL,
    SCRIPT_MADE,
    SURVEYED,
)
from archive.model.observations import CatalogOfPortal, Row
from archive.model.records import same_title
from archive.model.site import Site
from crawler.extract import response_class
from crawler.extract.page_kind import DETAIL, LIST
from crawler.portals.catalogue_kinds import kind_of
from crawler.probe.draft import DraftCatalog
from crawler.probe.fetcher import Fetcher, FetchError, ForbiddenError
from crawler.probe.home_survey import PageReader, check_column, find_catalogue, within_frames
from crawler.probe.page_reading import Probed, described
from crawler.probe.software_prior import SoftwarePrior

MOST_COLUMNS = 40
"""Columns of a catalogue that are looked into."""

_RECORDS = 3
"""Lists of which a record's page is read, until one is read well."""

_LITTLE = 200
"""Characters; a page that shows fewer without its scripts, and leads nowhere, is made by them."""

_OF_GOVERNMENTS = ("政府", "gov.cn", "政务", "信息公开")


@dataclass(frozen=True, slots=True)
class SurveyedPortal:
    """The findings of a survey at a home. `state`: one of the directory's; `name`: what the portal calls itself."""

    state: str
    reason: str
    name: str = ""
    family: str | None = None
    entries: tuple[DraftCatalog, ...] = ()

    @property
    def lists(self) -> list[DraftCatalog]:
        """The columns that are lists with rows."""
        return [entry for entry in self.entries if entry.is_list]

    @property
    def rows(self) -> int:
        """Rows that the lists state, or show where they state none."""
        stated = ((entry.listed.paging.rows_claimed, len(entry.listed.rows)) for entry in self.lists if entry.listed)
        return sum(claimed if claimed is not None else shown for claimed, shown in stated)


def survey(
    home: str, delay: float, prior: SoftwarePrior | None = None, report: Callable[[str], None] = lambda _: None
) -> SurveyedPortal:
    """Survey the portal at `home`, `delay` seconds between two requests. `prior`: what its neighbours run; `report`: told of each request."""
    site = Site.of(home)
    with closing(Fetcher(home, delay, report)) as fetcher:
        reader = PageReader(fetcher, prior)
        try:
            page = reader.read(home)
        except ForbiddenError as error:
            return SurveyedPortal(BLOCKED, str(error))
        except FetchError as error:
            end = (
                error.__cause__ if isinstance(error.__cause__, FetchError) else error
            )  # of robots.txt, where that can't be had
            return SurveyedPortal(DEAD, str(error)) if site.holds(end.url) else _moved(end.url)
        if not site.holds(page.url):
            return _moved(page.url)
        return _refused(page) or _surveyed(reader, page, home)


def _moved(url: str) -> SurveyedPortal:
    parts = urlsplit(url)
    return SurveyedPortal(MOVED, f"it leads to another site: {parts.scheme}://{parts.netloc}/")


def _refused(page: Probed) -> SurveyedPortal | None:
    """Why a home page can't be read; None where it can."""
    if page.blocked:
        return SurveyedPortal(BLOCKED, page.blocked)
    if page.outcome in {response_class.GONE, response_class.ERROR}:
        return SurveyedPortal(DEAD, "; ".join(page.doubts))
    if page.wants_login and page.shown < _LITTLE:
        return SurveyedPortal(LOGIN, "its home page is a form that wants a password")
    return None


def _surveyed(reader: PageReader, page: Probed, home: str) -> SurveyedPortal:
    """The catalogue that a home page leads to, its columns and a record's page."""
    framed = within_frames(reader, page)
    catalogue = framed if framed.kind == LIST else find_catalogue(reader, page)
    columns = _itself(catalogue) if catalogue.kind == LIST else catalogue.columns
    if not columns:
        return _without_catalogue(page, home)
    entries = tuple(check_column(reader, column, catalogue.url) for column in columns[:MOST_COLUMNS])
    found = SurveyedPortal(MISREAD, "", page.site or catalogue.site, _family(entries), entries)
    if not found.lists:
        first = entries[0]
        return replace(
            found, reason=f"none of its {len(entries)} columns is read as a list; {first.column.title}: {first.remark}"
        )
    faults = []
    for row, referer in _samples(found.lists, home):
        fault = _fault_of_record(reader, row, referer)
        if fault is None:
            return replace(found, state=SURVEYED, reason=f"{len(found.lists)} of its {len(entries)} columns are lists")
        faults.append(fault)
    return replace(found, reason=faults[0] if faults else "no row of its lists leads to a page of its own site")


def _itself(page: Probed) -> tuple[CatalogOfPortal, ...]:
    """The one catalogue of a portal whose home page is its list."""
    title = page.listed.breadcrumb[-1] if page.listed.breadcrumb else page.site or "目录"
    return (CatalogOfPortal(kind_of(title), title, page.url),)


def _without_catalogue(page: Probed, home: str) -> SurveyedPortal:
    """The state of a portal whose home page leads to no catalogue."""
    if page.shown < _LITTLE:
        return SurveyedPortal(
            SCRIPT_MADE,
            "its home page shows next to nothing without its scripts, and no sitemap leads to a catalogue",
            page.site,
        )
    if page.leads or any(word in f"{page.site} {home}" for word in _OF_GOVERNMENTS):
        return SurveyedPortal(NO_CATALOGUE, "no link leads to columns of a disclosure catalogue", page.site)
    return SurveyedPortal(NOT_A_PORTAL, "neither its name nor its links are a government's", page.site)


def _family(entries: Sequence[DraftCatalog]) -> str | None:
    """The family of software that made the first list."""
    families = (entry.listed.family for entry in entries if entry.listed)
    return next((family[0] for family in families if family), None)


def _samples(lists: Sequence[DraftCatalog], home: str) -> Iterator[tuple[Row, str]]:
    """The first row of the first lists that leads to a page of the site, and the list's address."""
    site = Site.of(home)
    for entry in lists[:_RECORDS]:
        rows = entry.listed.rows if entry.listed else ()
        row = next((row for row in rows if row.url and site.holds(row.url)), None)
        if row is not None:
            yield row, entry.column.url


def _fault_of_record(reader: PageReader, row: Row, referer: str) -> str | None:
    """The fault of the page that a row leads to, as it is read; None where it is a record's, with the row's title."""
    url = row.url or ""
    try:
        page = reader.read(url, referer)
    except FetchError as error:
        return str(error)
    if page.kind != DETAIL:
        return f"{url}: {described(page)}, not a record's page"
    title, listed = page.record.fields.get("title") or "", row.fields.get("title") or ""
    return (
        None
        if title and listed and same_title(title, listed)
        else f"{url}: its title is read as {title!r}, its row has {listed!r}"
    )
