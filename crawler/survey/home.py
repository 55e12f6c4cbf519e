"""One portal surveyed, from its home page to a drafted portal file; or why there is none."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import islice, zip_longest
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
from archive.model.observations import CatalogOfPortal, ListPage, Row
from archive.model.records import same_title
from archive.model.site import Site
from crawler.extract import response_class
from crawler.extract.page_kind import DETAIL, LIST
from crawler.portals.catalogue_kinds import kind_of
from crawler.probe.draft import DraftCatalog
from crawler.probe.fetcher import Fetcher, FetchError, ForbiddenError
from crawler.probe.home_survey import FRAME_DEPTH, PageReader, check_column, find_catalogue, within_frames
from crawler.probe.page_reading import Probed, described
from crawler.probe.software_prior import SoftwarePrior
from crawler.settings import USER_AGENT

MOST_COLUMNS = 40
"""Columns of a catalogue that are looked into."""

_RECORDS = 4
"""Records whose pages are read, until one is read well."""

FAILED = "the survey itself failed"

_LITTLE = 200
"""Characters; a page that shows fewer without its scripts, and leads nowhere, is made by them."""

_OF_GOVERNMENTS = ("政府", "gov.cn", "政务", "信息公开")


@dataclass(frozen=True, slots=True)
class SurveyedPortal:
    """The findings of a survey at a home. `state`: one of the directory's; `name`: what the portal calls itself.

    `entries`: its columns, of which `columns` are lists, of `rows` rows in all: stated, or shown where none are.
    """

    state: str
    reason: str
    name: str = ""
    family: str | None = None
    columns: int = 0
    rows: int = 0
    entries: tuple[DraftCatalog, ...] = ()


def survey(
    home: str,
    delay: float,
    prior: SoftwarePrior | None = None,
    report: Callable[[str], None] = lambda _: None,
    user_agent: str = USER_AGENT,
) -> SurveyedPortal:
    """Survey the portal at `home`, `delay` seconds between two requests.

    `prior`: what its neighbours run; `report`: told of each request. A failure of our own code is a portal that is not read.
    """
    with closing(Fetcher(home, delay, report, user_agent)) as fetcher:
        try:
            return _looked_at(home, PageReader(fetcher, prior))
        except Exception as error:  # noqa: BLE001 - whatever our code met on a page nobody has seen
            return SurveyedPortal(MISREAD, f"{FAILED}: {type(error).__name__}")


def _looked_at(home: str, reader: PageReader) -> SurveyedPortal:
    """The findings at a home, whose page may be refused, gone or another site's."""
    site = Site.of(home)
    try:
        page = _arrived(reader, reader.read(home))
    except ForbiddenError as error:
        return SurveyedPortal(BLOCKED, str(error))
    except FetchError as error:
        # of robots.txt, where that can't be had
        end = error.__cause__ if isinstance(error.__cause__, FetchError) else error
        return SurveyedPortal(DEAD, str(error)) if site.holds(end.url) else _moved(end.url)
    if not site.holds(page.url):
        return _moved(page.url)
    if page.new_address:
        return _moved(page.new_address)
    return _refused(page) or _surveyed(reader, page, home)


def _arrived(reader: PageReader, page: Probed) -> Probed:
    """The page that a browser comes to: where a home holds nothing but a way on within its site, the page behind it. Raises FetchError."""
    for _ in range(FRAME_DEPTH):
        if page.outcome != response_class.ERROR or not page.frames:
            break
        page = reader.read(page.frames[0], page.url)
    return page


def _moved(url: str) -> SurveyedPortal:
    parts = urlsplit(url)
    return SurveyedPortal(MOVED, f"it leads to another site: {parts.scheme}://{parts.netloc}/")


def _refused(page: Probed) -> SurveyedPortal | None:
    """Return the reason why a home page can't be read; None where it can."""
    if page.wants_login and page.shown < _LITTLE:
        return SurveyedPortal(LOGIN, "its home page is a form that wants a password")
    if page.blocked:
        return SurveyedPortal(BLOCKED, page.blocked)
    if page.outcome in {response_class.GONE, response_class.ERROR}:
        return SurveyedPortal(DEAD, "; ".join(page.doubts))
    return None


def _surveyed(reader: PageReader, page: Probed, home: str) -> SurveyedPortal:
    """The catalogue that a home page leads to, its columns and a record's page."""
    framed = within_frames(reader, page)
    catalogue = framed if framed.kind == LIST else find_catalogue(reader, page)
    columns = _itself(catalogue) if catalogue.kind == LIST else catalogue.columns
    if not columns:
        return _without_catalogue(page, home)
    entries = tuple(check_column(reader, column, catalogue.url) for column in columns[:MOST_COLUMNS])
    lists = [entry.listed for entry in entries if entry.listed]
    name = page.site or catalogue.site
    surveyed = SurveyedPortal(MISREAD, "", name, _family(lists), len(lists), sum(map(_rows, lists)), entries)
    if not lists:
        first = entries[0]
        return replace(
            surveyed,
            reason=f"none of its {len(entries)} columns is read as a list; {first.column.title}: {first.remark}",
        )
    faults = []
    for row, referer in _samples(entries, home):
        fault = _fault_of_record(reader, row, referer)
        if fault is None:
            return replace(surveyed, state=SURVEYED, reason=f"{len(lists)} of its {len(entries)} columns are lists")
        faults.append(fault)
    return replace(surveyed, reason=faults[0] if faults else "no row of its lists leads to a page of its own site")


def _itself(page: Probed) -> tuple[CatalogOfPortal, ...]:
    """The one catalogue of a portal whose home page is its list."""
    title = page.listed.breadcrumb[-1] if page.listed.breadcrumb else page.site or "目录"
    return (CatalogOfPortal(kind_of(title), title, page.url),)


def _without_catalogue(page: Probed, home: str) -> SurveyedPortal:
    """The state of a portal whose home page leads to no catalogue."""
    if page.shown < _LITTLE and page.has_scripts:
        return SurveyedPortal(
            SCRIPT_MADE,
            "its home page shows next to nothing without its scripts, and no sitemap leads to a catalogue",
            page.site,
        )
    if page.leads or any(word in f"{page.site} {home}" for word in _OF_GOVERNMENTS):
        return SurveyedPortal(NO_CATALOGUE, "no link leads to columns of a disclosure catalogue", page.site)
    return SurveyedPortal(NOT_A_PORTAL, "neither its name nor its links are a government's", page.site)


def _family(lists: Sequence[ListPage]) -> str | None:
    """The family of software that made the first list."""
    return next((listed.family[0] for listed in lists if listed.family), None)


def _rows(listed: ListPage) -> int:
    """The rows that a list states, or shows where it states none."""
    claimed = listed.paging.rows_claimed
    return claimed if claimed is not None else len(listed.rows)


def _samples(entries: Sequence[DraftCatalog], home: str) -> Iterator[tuple[Row, str]]:
    """The first rows that lead to pages of the site, and their list's address: one of each list, then the second of each."""
    site = Site.of(home)
    own = [
        [(row, entry.column.url) for row in entry.listed.rows if row.url and site.holds(row.url)]
        for entry in entries
        if entry.listed
    ]
    in_turn = (sample for samples in zip_longest(*own) for sample in samples if sample)
    distinct = {row.url: (row, referer) for row, referer in in_turn}
    return islice(distinct.values(), _RECORDS)


def _fault_of_record(reader: PageReader, row: Row, referer: str) -> str | None:
    """The fault of the page that a row leads to, as it is read; None where it is a record's, with the row's title.

    A page with that title is one however little else it says: short notices have neither metadata nor a sentence.
    """
    url, listed = row.url or "", row.fields.get("title") or ""
    try:
        page = reader.read(url, referer)
    except FetchError as error:
        return str(error)
    is_page = page.kind != LIST and page.outcome in {response_class.PAGE, response_class.CUT}
    if is_page and page.heading and listed and same_title(page.heading, listed):
        return None
    if page.kind != DETAIL:
        return f"{url}: {described(page)}, not a record's page"
    return f"{url}: its title is read as {page.heading!r}, its row has {listed!r}"
