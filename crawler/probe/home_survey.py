"""From a portal's home page to its catalogues, a page at a time: the asking behind `disclosures probe`."""

from collections.abc import Iterator
from dataclasses import replace

from crawler.extract.page_kind import LIST
from crawler.probe.catalogue_links import Column, kinds
from crawler.probe.draft import Entry
from crawler.probe.fetcher import VisitError, Visitor
from crawler.probe.page_reading import Probed, doubts_of_list, read_answer, said, text_of
from crawler.services.answer import Answer

LEADS = 4
"""So many pages are looked into for the disclosure catalogue."""


def look(visitor: Visitor, url: str, referer: str = "") -> Probed:
    """What the page at `url` is and says; a list whose rows come from a service is asked for its first. Raises VisitError."""
    page = read_answer(visitor.get(url, referer=referer), url)
    paging = page.listed.paging
    if page.kind != LIST or page.listed.rows or paging.next_url is None or page.detected is None:
        return page
    more = visitor.get(paging.next_url, paging.next_form, referer=page.url)
    text = text_of(more.body, more.content_type) or ""
    listed = page.detected.family.read(Answer(more.url, text, paging.next_form))
    listed = replace(listed, breadcrumb=page.listed.breadcrumb)
    return replace(page, listed=listed, doubts=tuple(doubts_of_list(listed, page.url)))


def find_catalogue(visitor: Visitor, page: Probed) -> Probed:
    """The page, of `page` and those it leads to, whose links name most kinds of catalogue."""
    best, leads, seen = page, list(page.leads), {page.url}
    for _ in range(LEADS):
        target = next((lead for lead in leads if lead not in seen), None)
        if target is None:
            break
        seen.add(target)
        try:
            found = look(visitor, target, page.url)
        except VisitError:
            continue
        best = max(best, found, key=lambda each: kinds(each.columns))
        leads = [*found.leads, *leads]
    return best


def check(visitor: Visitor, columns: tuple[Column, ...], referer: str, most: int) -> Iterator[Entry]:
    """Each of `columns` with what is read of its first page; behind the first `most` none is asked for."""
    for number, column in enumerate(columns):
        if number >= most:
            yield Entry(column, "not asked for: see --pages", is_list=False)
            continue
        try:
            page = look(visitor, column.url, referer)
        except VisitError as error:
            yield Entry(column, str(error), is_list=False)
            continue
        yield Entry(column, said(page), is_list=page.kind == LIST and bool(page.listed.rows))
