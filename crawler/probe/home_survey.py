"""From a portal's home page to its catalogues, a page at a time: the asking behind `disclosures probe`."""

from collections.abc import Iterator
from dataclasses import replace

from archive.model.observations import CatalogOfPortal
from crawler.extract.page_kind import LIST, OTHER
from crawler.probe.catalogue_links import kinds
from crawler.probe.draft import DraftCatalog
from crawler.probe.fetcher import Fetcher, FetchError
from crawler.probe.page_reading import Probed, described, doubts_of_list, read_answer, text_of
from crawler.services.answer import Answer

FRAME_DEPTH = 2
"""So deep in frames is looked for a page's contents."""

LEADS = 4
"""So many pages are looked into for the disclosure catalogue."""


def read_at(fetcher: Fetcher, url: str, referer: str = "") -> Probed:
    """Read the page at `url`; of a list whose rows come from a service, its first rows. Raises FetchError."""
    page = read_answer(fetcher.get(url, referer=referer), url)
    paging = page.listed.paging
    if page.kind != LIST or page.listed.rows or paging.next_url is None or page.detected is None:
        return page
    more = fetcher.get(paging.next_url, paging.next_form, referer=page.url)
    text = text_of(more.body, more.content_type) or ""
    listed = page.detected.family.read(Answer(more.url, text, paging.next_form))
    listed = replace(listed, breadcrumb=page.listed.breadcrumb)
    return replace(page, listed=listed, doubts=tuple(doubts_of_list(listed, page.url)))


def within_frames(fetcher: Fetcher, page: Probed, depth: int = FRAME_DEPTH) -> Probed:
    """Return the first page in a frame of `page`, or in a frame of that, that is a list or names catalogues; else `page`."""
    if page.kind != OTHER or page.columns or not depth:
        return page
    for frame in page.frames:
        try:
            inner = within_frames(fetcher, read_at(fetcher, frame, page.url), depth - 1)
        except FetchError:
            continue
        if inner.kind == LIST or inner.columns:
            doubts = (*inner.doubts, f"in a frame of {page.url}")
            return replace(inner, site=inner.site or page.site, doubts=doubts, framed_in=page.url)
    return page


def find_catalogue(fetcher: Fetcher, page: Probed) -> Probed:
    """The page, of `page` and those it leads to, whose links name most kinds of catalogue."""
    best, leads, seen = page, list(page.leads), {page.url}
    for _ in range(LEADS):
        target = next((lead for lead in leads if lead not in seen), None)
        if target is None:
            break
        seen.add(target)
        try:
            read = within_frames(fetcher, read_at(fetcher, target, page.url))
        except FetchError:
            continue
        best = max(best, read, key=lambda each: kinds(each.columns))
        leads = [*read.leads, *leads]
    return best


def check(fetcher: Fetcher, columns: tuple[CatalogOfPortal, ...], referer: str, most: int) -> Iterator[DraftCatalog]:
    """Each of `columns` with what is read of its first page; behind the first `most` none is requested."""
    for number, column in enumerate(columns):
        if number >= most:
            yield DraftCatalog(column, "not requested: see --pages", is_list=False)
            continue
        try:
            page = within_frames(fetcher, read_at(fetcher, column.url, referer))
        except FetchError as error:
            yield DraftCatalog(column, str(error), is_list=False)
            continue
        column = replace(column, url=page.url) if page.framed_in else column  # noqa: PLW2901 - where its list stands
        yield DraftCatalog(column, described(page), is_list=page.kind == LIST and bool(page.listed.rows))
