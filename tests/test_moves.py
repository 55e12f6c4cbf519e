"""A record at a new address: one `moved` where exactly one other record can be what it became, and everything of it goes along."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from scrapy import Spider
from scrapy.http import HtmlResponse

from archive.database.connection import open_for_reading
from archive.ingest.frontier import Frontier
from archive.ingest.presence import Missing
from archive.model.observations import AttachmentFile, LinkedFile, ListPage, MissingPage, RecordPage, Row
from archive.model.site import Site
from archive.search import engine
from crawler.extract.response_class import Verdict
from crawler.middlewares.site_requests import SiteMiddleware
from crawler.portals.portal_file import load
from crawler.spiders.failures import LeavesSite
from crawler.spiders.missing_pages import MissingPages
from crawler.spiders.portal_site import PortalSite
from tests.conftest import empty_archive, portal_file, rows
from tests.test_absence_proof import a_list, neighbour
from tests.test_presence import Crawls, url
from tests.test_store import BUDGETS, DAY, PORTAL, listed, page, row

NUMBER, TITLE = "640399001/2026-00007", "样本文件之7"


def moved_row(number: int, **fields: str) -> Row:
    """A row at another address with the number and title of record 7."""
    return row(number, **{"title": TITLE, "index_number": NUMBER, **fields})


def text(number: int, body: str = "样本正文，同一篇", **fields: str) -> RecordPage:
    return page(
        number, body, **{"index_number": NUMBER, "title": TITLE, "document_number": "样发〔2026〕7号", **fields}
    )


def a_list_with(*more: Row) -> ListPage:
    """The list of 20 without record 7, and other rows."""
    return listed(*a_list(20, 7).rows, *more)


@pytest.fixture
def crawls(tmp_path: Path) -> Crawls:
    """Record 7 was listed and read in the first crawl."""
    made = Crawls(tmp_path / "a.db")
    made.run(a_list(20), pages=[text(7)])
    return made


def record(crawls: Crawls, number: int) -> dict[str, Any]:
    (found,) = rows(crawls.path, "SELECT * FROM records WHERE portal = 'p' AND url = ?", url(number))
    return found


def test_of_two_that_it_may_have_become_neither_is_taken(crawls: Crawls) -> None:
    crawls.run(a_list_with(moved_row(98), moved_row(99)), pages=[text(98), text(99)], asked={7: "gone"})
    assert crawls.events() == [("withdrawn", url(7))]


def test_of_two_with_its_number_the_one_with_its_text_is_taken(crawls: Crawls) -> None:
    crawls.run(
        a_list_with(moved_row(98), moved_row(99)), pages=[text(98, "样本正文，别的"), text(99)], asked={7: "gone"}
    )
    assert crawls.events() == [("moved", url(99))]


def test_what_was_there_long_before_the_record_went_is_not_what_it_became(crawls: Crawls) -> None:
    both = listed(*a_list(20).rows, moved_row(99))
    crawls.run(both, pages=[text(99)])
    crawls.run(both)
    crawls.run(a_list_with(moved_row(99)), asked={7: "gone"})
    assert crawls.events() == [("withdrawn", url(7))]


def test_what_is_older_is_not_what_a_record_became(crawls: Crawls) -> None:
    crawls.run(listed(*a_list(20).rows, moved_row(99)), pages=[text(99)])
    crawls.run(a_list(20), asked={99: "gone"})
    assert crawls.events() == [("withdrawn", url(99))]


def test_of_two_that_came_on_one_day_none_is_what_the_other_became(tmp_path: Path) -> None:
    crawls = Crawls(tmp_path / "a.db")
    crawls.run(listed(*a_list(20).rows, moved_row(99)), pages=[text(7), text(99)])
    crawls.run(a_list_with(moved_row(99)), asked={7: "gone"})
    assert crawls.events() == [("withdrawn", url(7))]


def test_another_portal_s_record_is_not_what_it_became(crawls: Crawls) -> None:
    neighbour(crawls, a_list_with(moved_row(99)), text(99))
    crawls.run(a_list(20, 7), asked={7: "gone"})
    assert crawls.events() == [("withdrawn", url(7))]
    assert rows(crawls.path, "SELECT portal, state FROM records WHERE url = ?", url(99)) == [
        {"portal": "q", "state": "listed"}
    ]


@pytest.mark.parametrize("body", [None, ""])
def test_records_without_a_text_are_not_known_to_be_the_same(tmp_path: Path, body: str | None) -> None:
    crawls = Crawls(tmp_path / "a.db")
    crawls.run(a_list(20), pages=[replace(text(7), body=body)])
    crawls.run(a_list_with(moved_row(99)), pages=[replace(text(99), body=body)], asked={7: "gone"})
    assert crawls.events() == [("withdrawn", url(7))]


def test_a_text_that_differs_in_noise_alone_is_the_same(crawls: Crawls) -> None:
    crawls.run(a_list_with(moved_row(99)), pages=[text(99, "样本正文，同一篇\n浏览次数：3")], asked={7: "gone"})
    assert crawls.events() == [("moved", url(99))]


def test_what_a_record_became_may_be_missing_too_and_is_judged_by_the_next_crawl(crawls: Crawls) -> None:
    crawls.run(listed(*a_list(20).rows, moved_row(99)), pages=[text(99)])
    crawls.run(a_list(20, 7), asked={7: "gone", 99: "gone"})
    assert crawls.events() == [("moved", url(99))]
    crawls.run(a_list(20, 7), asked={99: "gone"})
    assert crawls.events() == [("moved", url(99)), ("withdrawn", url(99))]


def test_a_record_that_became_one_which_is_gone_is_gone(crawls: Crawls) -> None:
    crawls.run(a_list_with(moved_row(99)), pages=[text(99)], asked={7: "error"})
    crawls.run(a_list(20, 7), asked={7: "error", 99: "gone"})
    crawls.run(a_list(20, 7), asked={7: "gone"})
    assert crawls.events() == [("withdrawn", url(99)), ("moved", url(99))]
    assert record(crawls, 99)["state"] == "withdrawn"


def test_a_successor_that_was_never_read_is_waited_for_only_while_it_is_listed(crawls: Crawls) -> None:
    crawls.run(a_list_with(moved_row(99)), asked={7: "gone"})
    assert crawls.events() == []
    crawls.run(a_list(20, 7), asked={7: "gone", 99: "error"})
    assert crawls.events() == []
    crawls.run(a_list(20, 7), asked={7: "gone", 99: "gone"})
    assert crawls.events() == [("withdrawn", url(7)), ("withdrawn", url(99))]


def test_a_successor_that_is_never_read_is_waited_for_by_three_crawls_where_the_page_is_gone(crawls: Crawls) -> None:
    """Such as one that is a file, or that stands on another site. A page that stands is still that of a listed document."""
    for _ in range(3):
        crawls.run(a_list_with(moved_row(99)), asked={7: "gone"})
        assert crawls.events() == []
    crawls.run(a_list_with(moved_row(99)), asked={7: "page"}, seconds=[a_list_with(moved_row(99))])
    assert crawls.events() == []
    crawls.run(a_list_with(moved_row(99)), asked={7: "gone"})
    assert crawls.events() == [("withdrawn", url(7))]


def test_a_successor_whose_page_is_gone_is_not_waited_for(crawls: Crawls) -> None:
    """Nothing shows any more that the listed one has the text of the one before."""
    crawls.run(a_list_with(moved_row(99)), lost=[99], asked={7: "gone"})
    assert crawls.events() == [("withdrawn", url(7))]
    assert record(crawls, 99)["state"] == "listed"


def test_a_page_that_was_unlisted_and_moved(crawls: Crawls) -> None:
    """Its page stands at both addresses, and its row has the new one."""
    crawls.run(a_list_with(moved_row(99)), pages=[text(99)], asked={7: "page"}, second=a_list_with(moved_row(99)))
    assert crawls.events() == [("moved", url(99))]
    assert record(crawls, 99)["state"] == "listed"


def test_everything_of_the_new_address_and_the_first_sight_of_the_old(crawls: Crawls) -> None:
    before = record(crawls, 7)
    crawls.run(
        listed(*a_list(20, 7).rows),
        listed(moved_row(99, publisher="样本局"), catalog=BUDGETS),
        pages=[replace(text(99, topic="样本主题"), attachments=(LinkedFile("样本.pdf", "http://p.example/99.pdf"),))],
        asked={7: "gone"},
    )
    assert crawls.events() == [("moved", url(99))]
    after = record(crawls, 99)
    assert (after["id"], after["first_seen"]) == (before["id"], DAY.format(1))
    assert (after["last_seen"], after["kind"], after["publisher"], after["topic"]) == (
        DAY.format(2),
        "budget",
        "样本局",
        "样本主题",
    )
    assert after["capture_id"] != before["capture_id"]
    (capture,) = rows(crawls.path, "SELECT url, crawl_id FROM captures WHERE id = ?", after["capture_id"])
    assert capture == {"url": url(99), "crawl_id": 2}
    where = rows(
        crawls.path,
        "SELECT c.url FROM listings l JOIN catalogs c ON c.id = catalog_id WHERE record_id = ?",
        after["id"],
    )
    assert where == [{"url": BUDGETS}]
    assert rows(crawls.path, "SELECT name FROM attachments WHERE record_id = ?", after["id"]) == [{"name": "样本.pdf"}]
    assert rows(crawls.path, "SELECT count(*) AS n FROM records WHERE url IN (?, ?)", url(7), url(99)) == [{"n": 1}]
    crawls.run(listed(*a_list(20, 7).rows), listed(moved_row(99, publisher="样本局"), catalog=BUDGETS))
    assert len(crawls.events()) == 1, "the new form is what the next crawl is compared with"


def test_the_detail_names_both_addresses_and_the_proof(crawls: Crawls) -> None:
    crawls.run(a_list_with(moved_row(99)), pages=[text(99)], asked={7: "gone"})
    (event,) = rows(crawls.path, "SELECT detail, crawl_id, at FROM events WHERE kind = 'moved'")
    detail = json.loads(str(event["detail"]))
    assert (detail["from"], detail["to"], detail["walk"], detail["reason"]) == (url(7), url(99), 2, "found to be gone")
    assert rows(crawls.path, "SELECT url, outcome FROM captures WHERE id = ?", detail["page"]) == [
        {"url": url(7), "outcome": "gone"}
    ]
    assert (event["crawl_id"], event["at"]) == (2, DAY.format(2))


def test_the_versions_of_both_addresses_are_numbered_through(crawls: Crawls) -> None:
    crawls.run(a_list(20), pages=[text(7, "样本正文，二稿")])
    first, second = a_list(20, 7, last=False), listed(moved_row(99), last=False)
    for draft in ("样本正文，甲稿", "样本正文，乙稿", "样本正文，二稿"):
        crawls.run(first, second, pages=[text(99, draft)])
    crawls.run(a_list_with(moved_row(99)), asked={7: "gone"})
    assert crawls.events() == [("changed", url(99))] * 3 + [("moved", url(99))]
    sql = "SELECT number, changed FROM versions WHERE record_id = ? ORDER BY id"
    versions = rows(crawls.path, sql, record(crawls, 99)["id"])
    assert [version["number"] for version in versions] == [1, 2, 3, 4]
    drafts = [json.loads(str(version["changed"])).get("body") for version in versions]
    assert [draft and draft[1] for draft in drafts] == [None, "样本正文，二稿", "样本正文，乙稿", "样本正文，二稿"]


@pytest.mark.parametrize("links_it", ["before", "now"])
def test_a_text_that_names_a_file_besides_is_the_same(crawls: Crawls, links_it: str) -> None:
    linked = {"attachments": (LinkedFile("样本附件.txt", "http://p.example/1.txt"),)}
    named = "样本正文，同一篇\n样本附件.txt"
    old, new = (text(7), text(31, named)) if links_it == "before" else (text(7, named), text(31))
    old, new = (replace(old, **linked), new) if links_it == "before" else (old, replace(new, **linked))
    crawls.run(a_list(20), pages=[old])
    crawls.run(a_list_with(moved_row(31)), pages=[new], asked={7: "gone"})
    assert ("moved", url(31)) in crawls.events()


def test_a_file_that_was_not_asked_for_at_the_new_address_is_what_it_was(crawls: Crawls) -> None:
    files = tuple(LinkedFile(f"样本{n}", f"http://p.example/{n}.txt") for n in (1, 2))
    had = [
        AttachmentFile(url(7), each.name, each.url, f"{n}" * 64, 9, "text/plain", f"样本附件{n}", "text", redacted={"phone": n})
        for n, each in enumerate(files, 1)
    ]  # fmt: skip
    crawls.run(a_list(20), pages=[replace(text(7), attachments=files), *had])
    new = replace(had[1], record_url=url(31), sha256="3" * 64, text="样本附件，另一份")
    crawls.run(a_list_with(moved_row(31)), pages=[replace(text(31), attachments=files), new], asked={7: "gone"})
    kept = rows(crawls.path, "SELECT url, sha256, text, state FROM attachments WHERE record_id = 7 ORDER BY url")
    assert [tuple(each.values()) for each in kept] == [
        (files[0].url, "1" * 64, "样本附件1", "text"), (files[1].url, "3" * 64, "样本附件，另一份", "text"),
    ]  # fmt: skip
    masked = rows(crawls.path, "SELECT source, count FROM redactions WHERE record_id = 7 ORDER BY source")
    assert [tuple(each.values()) for each in masked] == [(files[0].url, 1), (files[1].url, 2)]


@pytest.mark.parametrize("seen_first", [False, True])
def test_what_moved_is_not_counted_as_added(crawls: Crawls, seen_first: bool) -> None:
    if seen_first:
        crawls.run(listed(*a_list(20).rows, moved_row(99)), pages=[text(99)])
    crawls.run(a_list_with(moved_row(99), row(50)), pages=[text(99)], asked={7: "gone"})
    (crawl,) = rows(crawls.path, "SELECT counts FROM crawls ORDER BY id DESC LIMIT 1")
    counts = json.loads(str(crawl["counts"]))
    assert (counts["moved"], counts["added"]) == (1, 1)


def test_a_search_finds_what_moved_once_and_with_its_new_file(crawls: Crawls) -> None:
    new = replace(text(99), attachments=(LinkedFile("样本附件.pdf", "http://p.example/99.pdf"),))
    crawls.run(a_list_with(moved_row(99)), pages=[new], asked={7: "gone"})
    file = AttachmentFile(
        url(99), "样本附件.pdf", "http://p.example/99.pdf", "0" * 64, 1, "application/pdf", "附件独有的样本字句", "text"
    )
    crawls.run(a_list_with(moved_row(99)), pages=[file])  # type: ignore[list-item]
    with closing(open_for_reading(crawls.path)) as connection:
        assert engine.count(connection, engine.search("同一篇")) == 1
        assert engine.count(connection, engine.search("附件独有")) == 1
        assert connection.execute("SELECT count(*) FROM unindexed").fetchone()[0] == 0


def at_new_host(reading: Any) -> Any:
    """A row or page as it stands on another host of the portal."""
    name = "key" if isinstance(reading, Row) else "url"
    return replace(reading, **{name: getattr(reading, name).replace("p.example", "new.example")})


def test_records_of_a_former_host_whose_pages_lead_to_the_new_one_have_moved(tmp_path: Path) -> None:
    """The portal's file alone was edited; the former host redirects, so that the pages stand, each at a new address."""
    crawls = Crawls(tmp_path / "a.db")
    pages = [page(number, f"样本正文之{number}") for number in range(1, 21)]
    crawls.run(a_list(20), pages=pages)
    crawls.portal = replace(
        PORTAL, home="http://new.example/", catalogs=(replace(PORTAL.catalogs[0], url="http://new.example/plans/"),)
    )
    there = replace(listed(*map(at_new_host, a_list(20).rows)), catalog_url="http://new.example/plans/")
    standing = dict.fromkeys(range(1, 21), "page")
    for _ in range(2):
        crawls.run(there, pages=map(at_new_host, pages), asked=standing, second=there)
    assert crawls.events() == [("moved", at_new_host(each).url) for each in pages]
    records = rows(crawls.path, "SELECT DISTINCT url LIKE '%new.example%' AS new, state, flags FROM records")
    assert records == [{"new": 1, "state": "listed", "flags": "[]"}]


FORMER = "http://www.former.example/1.html"


@pytest.fixture
def missing_pages(tmp_path: Path) -> Iterator[MissingPages]:
    """The requests for the pages of missing records of a portal that stands at www.new.example now."""
    portal = load(portal_file(tmp_path, "http://www.new.example/", ("plan", "样本规划", "/list.html")))
    with closing(Frontier(empty_archive(tmp_path / "a.db"), "county", 1)) as frontier:
        yield MissingPages(PortalSite(Spider("county"), portal, frontier))


@pytest.mark.parametrize(
    ("led_to", "outcomes"),
    [("http://www.new.example/1.html", ["page"]), (FORMER, []), ("http://www.other.example/1.html", [])],
)
def test_a_former_host_proves_something_only_where_it_leads_to_the_site(
    missing_pages: MissingPages, led_to: str, outcomes: list[str]
) -> None:
    (request,) = missing_pages.requests([Missing(1, FORMER, "listed")])
    meta = {**request.meta, "redirect_urls": [FORMER], "verdict": Verdict("page", ""), "capture": 1}
    answer = HtmlResponse(
        led_to, body=b"<html><body><p>x</p></body></html>", request=request.replace(url=led_to, meta=meta)
    )
    told = list(missing_pages.parse_missing(answer, **request.cb_kwargs))
    assert [each.outcome for each in told if isinstance(each, MissingPage)] == outcomes


def test_a_page_of_a_former_host_may_redirect_to_the_site_and_nowhere_else(missing_pages: MissingPages) -> None:
    (request,) = missing_pages.requests([Missing(1, FORMER, "listed")])
    middleware = SiteMiddleware(Site.of("http://www.new.example/"))
    led = {**request.meta, "redirect_urls": [FORMER]}
    for address in (FORMER, FORMER.replace("http:", "https:"), "http://www.new.example/1.html"):
        middleware.process_request(request.replace(url=address, meta=led if address != FORMER else request.meta))
    for meta, address in ((led, "http://www.other.example/1.html"), ({}, FORMER)):
        with pytest.raises(LeavesSite):
            middleware.process_request(request.replace(url=address, meta=meta))


@pytest.mark.parametrize("number", [NUMBER, None])
def test_a_number_is_flagged_as_repeated_on_those_that_share_it_after_a_move(
    tmp_path: Path, number: str | None
) -> None:
    """Record 8 has the number of record 7; the new address states the number, or none."""
    crawls = Crawls(tmp_path / "a.db")
    dated = {"published_on": "2026-01-01"}
    shared = row(8, index_number=NUMBER)
    others = [each for each in a_list(20, 7).rows if each.key != url(8)]
    own = replace(text(7), fields={"title": TITLE})
    crawls.run(listed(*others, shared, moved_row(7, **dated)), pages=[own])
    there = moved_row(99, **dated)
    if number is None:
        fields = {name: value for name, value in there.fields.items() if name != "index_number"}
        there = replace(there, fields=fields)
    crawls.run(listed(*others, shared, there), pages=[replace(own, url=url(99))], asked={7: "gone"})
    assert crawls.events() == [("moved", url(99))]
    flagged = rows(crawls.path, "SELECT url FROM records WHERE flags LIKE '%index_number_repeated%' ORDER BY url")
    assert [found["url"] for found in flagged] == ([url(8), url(99)] if number else [])
