"""Walks of lists, answer by answer and without a network: where they go on, where they end, and what they then prove."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from scrapy import Request
from scrapy.http import HtmlResponse
from scrapy.spiders import Spider
from scrapy.utils.test import get_crawler

from archive.evidence.evidence_reader import beside
from archive.evidence.evidence_store import Evidence
from archive.ingest.frontier import Frontier
from archive.ingest.store import Store
from archive.model.observations import Capture, CatalogOfPortal, ListPage, PortalOfFile, Problem
from crawler.extract.response_class import CUT, PAGE, Verdict
from crawler.portals.portal_file import Portal
from crawler.spiders import list_pages, pages
from crawler.spiders.list_pages import OVERLAP, REPEATS, ListPages
from crawler.spiders.portal_site import Content, PortalSite
from crawler.spiders.record_files import RecordFiles
from crawler.spiders.record_pages import RecordPages
from tests.conftest import empty_archive
from tests.exchanges import exchange
from tests.test_store import DAY

HOME = "http://p.example/"
CATALOG = CatalogOfPortal("plan", "样本规划", f"{HOME}1.html")
PORTAL = Portal("p", "样本县", "640399", HOME, (CATALOG,))
HEAD = "<tr><th>索引号</th><th>标题</th><th>发布日期</th></tr>"


def a_page(*numbers: int, onward: str = "", claims: str = "", edition: str = "") -> str:
    rows = "".join(
        f'<tr><td>640399001/2026-{n:05}</td><td><a href="/d/{n}.html">样本文件之{n}{edition}</a></td><td>2026-03-01</td></tr>' for n in numbers
    )  # fmt: skip
    link = f'<div class="page"><a href="{onward}">下一页</a> {claims}</div>' if onward or claims else ""
    return f"<html><body><table>{HEAD}{rows}</table>{link}</body></html>"


def linked(*pages: tuple[int, ...], claims: str = "") -> dict[str, str]:
    """The pages of a list, one after the other."""
    last = len(pages)
    return {
        f"{HOME}{n}.html": a_page(*numbers, onward=f"{n + 1}.html" if n < last else "", claims=claims)
        for n, numbers in enumerate(pages, 1)
    }


@dataclass
class Walked:
    """The outcome of a walk: pages, problems by kind, records asked for, and the list pages asked for, in order."""

    pages: list[ListPage] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    records: list[str] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)

    @property
    def asked(self) -> list[str]:
        return [request.url.removeprefix(HOME) for request in self.requests]

    @property
    def is_whole(self) -> bool:
        return self.pages[-1].last


@dataclass
class Lists:
    """A portal whose lists are walked over the archive `db`."""

    db: Path

    def walk(
        self,
        answers: Mapping[str, str],
        *,
        update: bool = False,
        pass_number: int = 1,
        outcome: str = PAGE,
        **meta: object,
    ) -> Walked:
        """Walk the list at CATALOG, whose pages are `answers`."""
        own = {"DISCLOSURES_DB": str(self.db), "DISCLOSURES_EVIDENCE": str(beside(self.db))}
        spider = get_crawler(Spider, own)._create_spider("p")
        with closing(Frontier(self.db, "p", 99)) as frontier:
            site = PortalSite(spider, PORTAL, frontier)
            lists = ListPages(site, RecordPages(site, RecordFiles(site)), update=update)
            walked, waiting = Walked(), [lists.request(CATALOG, CATALOG.url, pass_number)]
            while waiting:
                request = waiting.pop(0)
                walked.requests.append(request)
                marks = {"verdict": Verdict(outcome, "sample"), "capture": len(walked.requests), **meta}
                asked = request.replace(meta={**request.meta, **marks})
                response = HtmlResponse(
                    request.url, body=answers[request.url].encode(), request=asked, encoding="utf-8"
                )
                waiting += self._heard(lists.parse_list(response, **request.cb_kwargs), walked)
        return walked

    @staticmethod
    def _heard(contents: Iterator[Content], walked: Walked) -> list[Request]:
        onward = []
        for content in contents:
            if isinstance(content, ListPage):
                walked.pages.append(content)
            elif isinstance(content, Problem):
                walked.problems.append(content.kind)
            elif isinstance(content, Request) and "catalog" in content.cb_kwargs:
                onward.append(content)
            elif isinstance(content, Request):
                walked.records.append(content.url.removeprefix(f"{HOME}d/").removesuffix(".html"))
        return onward


@pytest.fixture
def lists(tmp_path: Path) -> Lists:
    return Lists(empty_archive(tmp_path / "a.db"))


THREE = linked((1, 2), (3, 4), (5, 6))


def test_a_walk_goes_on_to_the_end_and_asks_for_each_record_once(lists: Lists) -> None:
    walked = lists.walk(linked((1, 2), (2, 3), (4,)))
    assert walked.asked == ["1.html", "2.html", "3.html"]
    assert walked.records == ["1", "2", "3", "4"]
    assert [page.last for page in walked.pages] == [False, False, True]
    assert [page.second_pass for page in walked.pages] == [False] * 3
    assert walked.problems == []


def test_a_second_walk_reads_the_lists_alone(lists: Lists) -> None:
    walked = lists.walk(THREE, pass_number=2)
    assert (len(walked.pages), walked.records) == (3, [])
    assert all(page.second_pass for page in walked.pages)


@pytest.mark.parametrize(
    ("claims", "problems"),
    [("共3页 6条", []), ("共4页", ["pages_missing"]), ("共3页 7条", ["pages_missing"]), ("共2页 5条", [])],
)
def test_what_a_list_claims_beyond_what_it_shows_is_a_problem(lists: Lists, claims: str, problems: list[str]) -> None:
    assert lists.walk(linked((1, 2), (3, 4), (5, 6), claims=claims)).problems == problems


def test_a_list_that_leads_back_ends_there(lists: Lists) -> None:
    walked = lists.walk({**THREE, f"{HOME}3.html": a_page(5, 6, onward="1.html")})
    assert (walked.asked, walked.is_whole) == (["1.html", "2.html", "3.html"], True)


@pytest.mark.parametrize(("longest", "whole"), [(2, False), (3, True), (4, True)])
def test_a_list_is_walked_for_so_many_pages(
    lists: Lists, monkeypatch: pytest.MonkeyPatch, longest: int, *, whole: bool
) -> None:
    monkeypatch.setattr(list_pages, "LONGEST_LIST", longest)
    walked = lists.walk(THREE)
    assert len(walked.pages) == min(longest, 3)
    assert (walked.is_whole, walked.problems) == (whole, [] if whole else ["over_budget"])


@pytest.mark.parametrize(("most", "pages", "whole"), [(1, 2, False), (2, 2, False), (3, 3, True), (6, 3, True)])
def test_a_list_is_walked_for_so_many_rows(
    lists: Lists, monkeypatch: pytest.MonkeyPatch, most: int, pages: int, *, whole: bool
) -> None:
    """Of pages with thousands of rows each a few hundred would fill the memory."""
    monkeypatch.setattr(list_pages, "MOST_ROWS_OF_LIST", most)
    walked = lists.walk(THREE)
    assert (len(walked.pages), walked.is_whole) == (pages, whole)
    assert walked.problems == ([] if whole else ["over_budget"])


def test_of_a_page_of_too_many_rows_the_first_are_kept_and_the_walk_proves_nothing(
    lists: Lists, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (list_pages, pages):
        monkeypatch.setattr(module, "MOST_ROWS", 2)
    walked = lists.walk({CATALOG.url: a_page(1, 2, 3)})
    assert (walked.records, walked.is_whole, walked.problems) == (["1", "2"], False, ["over_budget"])


def test_a_next_page_on_another_site_is_not_asked_for_and_the_walk_proves_nothing(lists: Lists) -> None:
    walked = lists.walk({CATALOG.url: a_page(1, 2, onward="http://other.example/2.html")})
    assert (walked.asked, walked.is_whole, walked.problems) == (["1.html"], False, ["off_site"])
    assert walked.records == ["1", "2"]


def test_a_list_that_shows_the_same_rows_again_and_again_is_left_unfinished(lists: Lists) -> None:
    same = {f"{HOME}{n}.html": a_page(1, 2, onward=f"{n + 1}.html") for n in range(1, 9)}
    walked = lists.walk(same)
    assert len(walked.pages) == 1 + REPEATS
    assert (walked.is_whole, walked.problems) == (False, ["pages_repeat"])
    counted = {address: page.replace("</a> ", "</a> 共2条记录 ") for address, page in same.items()}
    walked = lists.walk(counted)
    assert (len(walked.pages), walked.is_whole, walked.problems) == (2, True, []), "it has shown all that it claims"


def test_a_page_that_repeats_and_goes_on_to_new_rows_is_passed_over(lists: Lists) -> None:
    walked = lists.walk(linked((1, 2), (1, 2), (3, 4), (3, 4), (5,)))
    assert (len(walked.pages), walked.is_whole, walked.problems) == (5, True, [])
    assert walked.records == ["1", "2", "3", "4", "5"]


def test_a_page_without_rows_breaks_a_walk(lists: Lists) -> None:
    walked = lists.walk({CATALOG.url: "<html><body><p>样本</p></body></html>"})
    assert (walked.pages, walked.problems) == ([], ["list_without_rows"])


def test_a_cut_page_given_up_proves_nothing_and_leads_to_no_record(lists: Lists) -> None:
    """Asked for again as often as it may be, before it is read as far as it goes."""
    walked = lists.walk({CATALOG.url: a_page(1, 2, 3, claims="共9条")}, outcome=CUT, retry_times=99)
    assert (walked.is_whole, walked.records) == (False, [])
    assert walked.pages[0].cut
    assert walked.problems == ["page_cut"], "and not that pages are missing"


# --- looking for news ---


def archived(folder: Path, answers: Mapping[str, str]) -> Lists:
    """An archive that read a list."""
    made = Lists(empty_archive(folder / "a.db"))
    store, now = Store(made.db), DAY.format(1)
    store.begin(PortalOfFile(PORTAL.id, PORTAL.name, PORTAL.division_code, HOME, PORTAL.catalogs), "full", now)
    with closing(Evidence(beside(made.db))) as evidence:
        pages = made.walk(answers).pages
        for (address, text), page in zip(answers.items(), pages, strict=True):
            (kept,) = evidence.add_many([exchange(url=address, payload=text.encode(), crawl_id=1, portal="p")])
            seen = Capture(kept.id, address, now, 200, "page", kept.sha256, kept.bytes, '"1"', None)
            rows = tuple(replace(row, key=row.url) for row in page.rows)
            store.write([replace(page, rows=rows, capture=kept.id)], now, [seen])
    store.finish("finished", now)
    store.close()
    return made


def pages_of(*numbers: int, claims: str = "") -> dict[str, str]:
    """A list in pages of two."""
    return linked(*[numbers[place : place + 2] for place in range(0, len(numbers), 2)], claims=claims)


@pytest.fixture
def known(tmp_path: Path) -> Lists:
    """An archive that read a list of eight records."""
    return archived(tmp_path, pages_of(*range(1, 9)))


@pytest.mark.parametrize(
    ("numbers", "pages", "records"),
    [
        ((1, 2, 3, 4, 5, 6, 7, 8), OVERLAP, []),
        ((9, 1, 2, 3, 4, 5, 6, 7, 8, 10), 3, ["9"]),  # news on the first page, then two without
        ((1, 2, 3, 9, 4, 5, 6, 7, 8, 10), 4, ["9"]),
        ((1, 2, 9, 10, 3, 4, 5, 6), 4, ["9", "10"]),
    ],
)
def test_an_update_goes_on_until_pages_one_after_the_other_have_no_news(
    known: Lists, numbers: tuple[int, ...], pages: int, records: list[str]
) -> None:
    walked = known.walk(pages_of(*numbers), update=True)
    assert (len(walked.pages), walked.records) == (pages, records)


def test_an_update_follows_what_prints_something_else(known: Lists) -> None:
    answers = pages_of(1, 2, 3, 4, 5, 6, 7, 8)
    answers[f"{HOME}2.html"] = a_page(3, 4, onward="3.html", edition="（修订）")
    assert known.walk(answers, update=True).records == ["3", "4"]


def test_a_full_crawl_asks_for_the_list_itself_and_an_update_for_what_changed(
    known: Lists, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCLOSURES_NOW", DAY.format(2))
    for update, pass_number, is_conditional in ((False, 1, False), (True, 1, True), (True, 2, False)):
        request = known.walk(pages_of(1, 2, 3, 4), update=update, pass_number=pass_number).requests[0]
        assert request.headers.get("If-None-Match") == (b'"1"' if is_conditional else None)
        assert request.meta.get("known") == (1 if is_conditional else None)


def test_an_update_reads_a_list_to_its_end_where_a_row_has_left_it(known: Lists) -> None:
    assert len(known.walk(pages_of(1, 2, 3, 4, 6, 7, 8), update=True).pages) == OVERLAP, "that was not looked for"
    assert len(known.walk(pages_of(1, 2, 4, 5, 6, 7, 8), update=True).pages) == 4
    assert len(known.walk(pages_of(9, 1, 2, 3, 4, 5, 6, 7, 8), update=True).pages) == 3, "pushed down by a new one"


@pytest.mark.parametrize(
    ("numbers", "claims", "pages"),
    [
        (tuple(range(1, 9)), 8, OVERLAP),
        (tuple(range(1, 9)), 9, 4),  # one came, further down
        (tuple(range(1, 9)), 7, 4),  # one went
        ((9, *range(1, 9)), 9, 3),  # the one that came was found
        ((9, *range(1, 9)), 10, 5),
    ],
)
def test_an_update_reads_a_list_to_its_end_where_its_count_says_more_than_was_found(
    tmp_path: Path, numbers: tuple[int, ...], claims: int, pages: int
) -> None:
    counted = archived(tmp_path, pages_of(*range(1, 9), claims="共8条记录"))
    assert len(counted.walk(pages_of(*numbers, claims=f"共{claims}条记录"), update=True).pages) == pages
