"""From a portal's home page to its catalogues, a page at a time: the asking behind `disclosures probe`."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from http.client import OK
from urllib.parse import urljoin

from archive.model.observations import CatalogOfPortal
from crawler.extract.page_kind import LIST, OTHER
from crawler.probe.catalogue_links import kinds
from crawler.probe.draft import DraftCatalog
from crawler.probe.fetcher import Fetcher, FetchError
from crawler.probe.page_reading import Probed, described, doubts_of_list, read_answer, text_of
from crawler.probe.scripted_home import sitemap_leads
from crawler.probe.software_prior import SoftwarePrior
from crawler.services.answer import Answer

FRAME_DEPTH = 2
"""So deep in frames is looked for a page's contents."""

_SITEMAP = "/sitemap.xml"

LEADS = 4
"""So many pages are looked into for the disclosure catalogue."""


@dataclass(frozen=True, slots=True)
class PageReader:
    """Requests pages by `fetcher` and reads them; `prior` settles which of several families of software made one."""

    fetcher: Fetcher
    prior: SoftwarePrior | None = None

    def read(self, url: str, referer: str = "") -> Probed:
        """Read the page at `url`; of a list whose rows come from a service, its first rows. Raises FetchError."""
        page = read_answer(self.fetcher.get(url, referer=referer), url, self.prior)
        paging = page.listed.paging
        if page.kind != LIST or page.listed.rows or paging.next_url is None or page.detected is None:
            return page
        more = self.fetcher.get(paging.next_url, paging.next_form, referer=page.url)
        text = text_of(more.body, more.content_type) or ""
        listed = page.detected.family.read(Answer(more.url, text, paging.next_form))
        listed = replace(listed, breadcrumb=page.listed.breadcrumb)
        return replace(page, listed=listed, doubts=tuple(doubts_of_list(listed, page.url)))


def within_frames(reader: PageReader, page: Probed, depth: int = FRAME_DEPTH) -> Probed:
    """Return the first page in a frame of `page`, or in a frame of that, that is a list or leads to catalogues; else `page`."""
    if page.kind != OTHER or page.columns or page.leads or not depth:
        return page
    for frame in page.frames:
        try:
            inner = within_frames(reader, reader.read(frame, page.url), depth - 1)
        except FetchError:
            continue
        if inner.kind == LIST or inner.columns or inner.leads:
            doubts = (*inner.doubts, f"in a frame of {page.url}")
            return replace(inner, site=inner.site or page.site, doubts=doubts, framed_in=page.url)
    return page


def find_catalogue(reader: PageReader, page: Probed) -> Probed:
    """The page, of `page` and those it leads to, whose links name most kinds of catalogue.

    Where a home page leads to none, for scripts make it, the sitemap is looked into, and the places at which its family of
    software has the catalogue; the page that is found says so.
    """
    page = within_frames(reader, page)
    best = _best_of(reader, page, page.leads)
    if best.columns:
        return best
    sitemap = urljoin(page.url, _SITEMAP)
    leads = _sitemap_leads(reader, sitemap, page.url)
    family = page.detected.family if page.detected else None
    places = [urljoin(page.url, place) for place in (family.places if family else ())]
    best = _best_of(reader, page, (*leads, *places))
    tried = ", ".join([sitemap, *places])
    return replace(best, doubts=(*best.doubts, f"no link of {page.url} leads to a catalogue; tried: its data, {tried}"))


def _best_of(reader: PageReader, page: Probed, leads: Iterable[str]) -> Probed:
    """The page, of `page`, the first LEADS of `leads` and those that these lead to, whose links name most kinds of catalogue."""
    best, waiting, seen = page, list(leads), {page.url}
    for _ in range(LEADS):
        target = next((lead for lead in waiting if lead not in seen), None)
        if target is None:
            break
        seen.add(target)
        try:
            read = within_frames(reader, reader.read(target, page.url))
        except FetchError:
            continue
        best = max(best, read, key=lambda each: kinds(each.columns))
        waiting = [*read.leads, *waiting]
    return best


def _sitemap_leads(reader: PageReader, url: str, referer: str) -> tuple[str, ...]:
    """The leads in a portal's sitemap; none where it has none."""
    try:
        answer = reader.fetcher.get(url, referer=referer)
    except FetchError:
        return ()
    return sitemap_leads(text_of(answer.body, answer.content_type) or "", url) if answer.status == OK else ()


def check(reader: PageReader, columns: tuple[CatalogOfPortal, ...], referer: str, most: int) -> Iterator[DraftCatalog]:
    """Each of `columns` with what is read of its first page; behind the first `most` none is requested."""
    for column in columns[:most]:
        yield check_column(reader, column, referer)
    for column in columns[most:]:
        yield DraftCatalog(column, "not requested: see --pages", is_list=False)


def check_column(reader: PageReader, column: CatalogOfPortal, referer: str) -> DraftCatalog:
    """The column with what is read of its first page."""
    try:
        page = within_frames(reader, reader.read(column.url, referer))
    except FetchError as error:
        return DraftCatalog(column, str(error), is_list=False)
    column = replace(column, url=page.url) if page.framed_in else column  # where its list stands
    if page.kind != LIST or not page.listed.rows:
        return DraftCatalog(column, described(page), is_list=False)
    family = (page.detected.family.name, page.detected.reason) if page.detected else None
    return DraftCatalog(column, described(page), is_list=True, listed=replace(page.listed, family=family))
