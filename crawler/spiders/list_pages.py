"""The pages of catalogues' lists, one after the other: their rows, and how far to go on."""

from collections.abc import Generator, Iterator
from dataclasses import replace
from urllib.parse import urljoin, urlsplit

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure
from w3lib.url import canonicalize_url

from archive.model import clock
from archive.model.observations import CatalogOfPortal, ListPage, Paging, Problem, Row
from crawler.extract.response_class import CUT, ends
from crawler.services.answer import Answer, form_headers
from crawler.spiders.pages import MOST_ROWS, OFF_SITE, read_list
from crawler.spiders.portal_site import LISTS, Content, PortalSite, verdict_of
from crawler.spiders.record_pages import RecordPages
from crawler.spiders.traversal import Walk

LONGEST_LIST = 5_000
"""Pages of one list at the most, several times what the longest have: one that goes on for ever ends here, unfinished."""

MOST_ROWS_OF_LIST = 100_000
"""Rows of one list at the most, over all its pages: each is kept."""

REPEATS = 2
"""A list ends after so many pages one after the other that show nothing but rows shown before."""

OVERLAP = 2
"""An update leaves a list after so many pages one after the other that say nothing new."""


class ListPages:
    """The lists of a portal's catalogues, walked once, and where it must be sure a second time; an `update` looks for news."""

    def __init__(self, site: PortalSite, records: RecordPages, *, update: bool) -> None:
        self._site, self._records, self._update = site, records, update
        self._walks: dict[tuple[str, int], Walk] = {}
        self._read_before = site.frontier.read_before(clock.now())

    def request(self, catalog: CatalogOfPortal, url: str, pass_number: int = 1, form: str | None = None) -> Request:
        """A list page. A full crawl asks for the page itself, for it is what proves that a record is no longer listed."""
        self._walks.setdefault((catalog.url, pass_number), Walk()).pages.add((url, form))
        arguments = {"catalog": catalog, "pass_number": pass_number}
        request = self._site.request(url, self.parse_list, arguments, errback=self.failed, priority=LISTS)
        if form is not None:
            return request.replace(method="POST", body=form, headers=form_headers(form), meta={})
        # A job has none of the archive's originals (archive.maintenance.job): those are numbered from 0 down.
        is_at_hand = request.meta.get("known", 1) > 0
        return request if self._update and pass_number == 1 and is_at_hand else request.replace(headers={}, meta={})

    def parse_list(self, response: Response, catalog: CatalogOfPortal, pass_number: int) -> Iterator[Content]:
        """The rows of a list page, then its next page and the pages of its records."""
        walk = self._walks[catalog.url, pass_number]
        text, cut = yield from self._text(response, walk)
        page = None if text is None else (yield from self._read(response, text, catalog, walk))
        if text is None or page is None:
            return
        paging, given_up = (yield from self._within_bounds(page.paging, catalog, walk, response.url)), cut
        if "cut_before" in response.meta and paging == Paging() and not ends(text):
            # Cut at the same place twice, perhaps by a gateway that always does: a list must show where it goes on.
            given_up = True
            message = f"this list page of {catalog.title} ends in the middle: more may follow"
            yield self._broken(walk, "page_cut", response.url, message)
        at_end = paging.next_url is None or (paging.next_url, paging.next_form) in walk.pages
        walk.take(page)
        yield replace(
            page,
            catalog_url=catalog.url,
            last=at_end and not walk.broken,
            second_pass=pass_number == 2,
            capture=response.meta["capture"],
            family=(walk.family.name, walk.reason),
            cut=cut,
        )
        if outside := [str(row.url) for row in page.rows if OFF_SITE in row.doubts]:
            yield Problem(
                "off_site", outside[0], f"{len(outside)} rows of {catalog.title} lead to other sites, the first here"
            )
        rows = self._to_follow(page.rows, catalog, walk, response) if pass_number == 1 and not cut else []
        if not at_end and (pass_number == 2 or self._goes_on(walk, paging, catalog)):
            yield self.request(catalog, str(paging.next_url), pass_number, paging.next_form)
        elif at_end and not given_up and (missing := walk.missing(paging)):
            yield Problem("pages_missing", response.url, f"{catalog.title} claims {missing} were found")
        for row in rows:
            yield from self._records.requests(str(row.url), name=row.fields.get("title") or "")

    def _within_bounds(
        self, paging: Paging, catalog: CatalogOfPortal, walk: Walk, url: str
    ) -> Generator[Content, None, Paging]:
        """`paging` without a next page on another site, or beyond LONGEST_LIST or MOST_ROWS_OF_LIST, with a problem."""
        if paging.next_url is None:
            return paging
        if not self._site.is_own(paging.next_url):
            host = urlsplit(paging.next_url).netloc
            message = f"the next page of {catalog.title} would stand on another site, {host}"
            yield self._broken(walk, "off_site", url, message)
        elif len(walk.pages) >= LONGEST_LIST or walk.rows_read >= MOST_ROWS_OF_LIST:
            message = (
                f"{catalog.title} goes on after {LONGEST_LIST} pages or {MOST_ROWS_OF_LIST} rows: the rest is not read"
            )
            yield self._broken(walk, "over_budget", url, message)
        else:
            return paging
        return replace(paging, next_url=None)

    def failed(self, failure: Failure) -> Iterator[Content]:
        """A list page that could not be had at all: a problem."""
        arguments = failure.request.cb_kwargs  # type: ignore[attr-defined]
        self._break(self._walks[arguments["catalog"].url, arguments["pass_number"]])
        yield from self._site.failed(failure)

    def _text(self, response: Response, walk: Walk) -> Generator[Content, None, tuple[str | None, bool]]:
        """The text of a list page, None where there is none to be read now; and whether it was given up, being cut."""
        text = self._site.text(response)
        if text is not None and verdict_of(response).outcome != CUT:
            return text, False
        given_up = yield from self._site.not_read(response)
        if not given_up:
            return None, False
        self._break(walk)
        return text, True

    def _read(
        self, response: Response, text: str, catalog: CatalogOfPortal, walk: Walk
    ) -> Generator[Content, None, ListPage | None]:
        """The page by the rules of its family of software; None, with a problem, where they don't fit it."""
        answer = Answer(_address(response), text, _form(response.request))
        family_before = self._site.frontier.family(catalog.url)
        if problem := walk.settle_family(answer, catalog.title, self._site.portal.family, family_before):
            self._break(walk)
            yield problem
            return None
        page = read_list(answer, walk.family, self._site.is_own)
        if len(page.rows) == MOST_ROWS:
            message = f"{catalog.title} shows {MOST_ROWS} rows on one page: what it may have beyond them is not read"
            yield self._broken(walk, "over_budget", response.url, message)
        page = yield from self._not_round(page, walk, catalog, response.url)
        if page.rows or page.ended or page.paging.next_url is not None:
            return page
        message = f"no row could be read from this page of {catalog.title}"
        yield self._broken(walk, "list_without_rows", response.url, message)
        return None

    def _not_round(
        self, page: ListPage, walk: Walk, catalog: CatalogOfPortal, url: str
    ) -> Generator[Problem, None, ListPage]:
        """`page` without the rows that the walk met before; where pages have nothing else, the end of the list.

        A service requested beyond its last page may give that page again for ever, and so does one that heeds no page number, its
        first one: then only what the list claims can tell that nothing is missing.
        """
        rows = walk.unseen(page.rows)
        walk.repeats = walk.repeats + 1 if page.rows and not rows else 0
        has_all = walk.rows_read >= (page.paging.rows_claimed or walk.rows_read + 1)
        if not walk.repeats or (walk.repeats < REPEATS and page.paging.next_url and not has_all):
            return replace(page, rows=rows)
        if not has_all and not walk.has_ended(page):
            same = f"{catalog.title} shows the same rows on page after page: what it has beyond them can't be read"
            yield self._broken(walk, "pages_repeat", url, same)
        return replace(page, rows=(), paging=replace(page.paging, next_url=None, pages_here=0), ended=True)

    def _to_follow(self, rows: tuple[Row, ...], catalog: CatalogOfPortal, walk: Walk, response: Response) -> list[Row]:
        """The rows to follow: in a full crawl all, in an update those that are new or print something else than before."""
        linked = [row for row in rows if row.url and OFF_SITE not in row.doubts]
        if not self._update:
            return [row for row in linked if row.url not in self._read_before]
        news = [
            self._site.frontier.news(
                canonicalize_url(str(row.url)), catalog.url, row.source_fields, row.fields.get("title", "")
            )
            for row in linked
        ]
        walk.new_rows += news.count("new")
        walk.quiet = 0 if any(news) else walk.quiet + 1
        walk.rows |= {str(row.url) for row in linked}
        walk.left = self._has_left(response, walk)
        return [row for row, is_news in zip(linked, news, strict=True) if is_news]

    def _has_left(self, response: Response, walk: Walk) -> bool:
        """Whether a row is gone from the list pages read so far, and can't just have been pushed further down by new ones."""
        site, url = self._site, _address(response)
        plain_get = response.status != 304 and _form(response.request) is None
        known = site.frontier.known(url) if plain_get else None
        before: list[str] = []
        if known and known.capture_id > 0:
            page = read_list(Answer(url, site.known_text(known.capture_id)), walk.family, site.is_own)
            before = [row.url for row in page.rows if row.url and site.is_own(row.url)]
        walk.expected.update(before)
        pushed = before[-walk.new_rows :] if walk.new_rows else []
        return not walk.expected <= walk.rows.union(pushed)

    def _goes_on(self, walk: Walk, paging: Paging, catalog: CatalogOfPortal) -> bool:
        """Whether a walk goes on: in an update until nothing is new.

        To the end, where a row has left the list, and where the list says that it grew by more rows than were found.
        """
        if not self._update or walk.quiet < OVERLAP or walk.left:
            return True
        before = self._site.frontier.rows_claimed(catalog.url)
        return None not in (before, paging.rows_claimed) and paging.rows_claimed != before + walk.new_rows  # type: ignore[operator]

    def _break(self, walk: Walk) -> None:
        """A walk on which a page could not be read, or not wholly, proves nothing."""
        walk.broken = True
        self._site.count("walks_broken")

    def _broken(self, walk: Walk, kind: str, url: str, message: str) -> Problem:
        """The problem that breaks a walk."""
        self._break(walk)
        return Problem(kind, url, message)


def _form(request: Request | None) -> str | None:
    """The body that a list page was requested with; None for a plain GET."""
    return request.body.decode() if request and request.method == "POST" else None


def _address(response: Response) -> str:
    """Return the address that answered, with what stands behind # in the requested address: servers never see it, but it may name a catalogue."""
    fragment = urlsplit(response.request.url).fragment if response.request else ""
    return urljoin(response.url, f"#{fragment}") if fragment else response.url
