"""What the archive knows of a portal before a crawl: pages to send back, pages unread, pages read by a killed crawl, modes."""

from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from archive.ingest import frontier
from archive.ingest.frontier import TRIES, Frontier, Known, mode_for
from archive.ingest.store import Store
from archive.model.clock import text
from archive.model.observations import (
    AttachmentFile,
    Capture,
    LinkedFile,
    ListPage,
    Observation,
    Paging,
    PortalOfFile,
    Problem,
    Row,
)
from archive.model.redaction import redact_json
from tests.conftest import empty_archive
from tests.test_absence_proof import NEIGHBOUR
from tests.test_frontier import DAY, HOUR, NOW, Archive
from tests.test_store import BUDGETS, PLANS, PORTAL, listed, page, row

URL = "http://p.example/1.html"
SECOND = timedelta(seconds=1)
T = TypeVar("T")
Answer = tuple[str, str]
"""An address and what its answer turned out to be."""


class Past:
    """Crawls of an archive, each of which got answers and wrote observations. `captures` counts the answers."""

    def __init__(self, db: Path) -> None:
        self.db = empty_archive(db)
        self.captures = 0

    def crawl(
        self,
        *answers: Answer,
        seen: Iterable[Observation] = (),
        outcome: str | None = "finished",
        portal: PortalOfFile = PORTAL,
        began: datetime = NOW - 3 * DAY,
        mode: str = "full",
        status: int = 200,
    ) -> None:
        """A crawl that ended with `outcome`, or is still running where that is None, or as if killed: `interrupted`."""
        store = Store(self.db)
        store.begin(portal, mode, text(began))
        for address, kind in answers:
            self.captures += 1
            tag = f'"{self.captures}"'
            capture = Capture(
                self.captures, address, text(began), status, kind, "0" * 64, 1, tag, f"day {self.captures}"
            )
            store.write([], text(began), [capture])
        store.write(seen, text(began))
        if outcome == "interrupted":
            store._connection.execute("UPDATE crawls SET outcome = 'interrupted' WHERE id = ?", (store.crawl_id,))
        elif outcome:
            store.finish(outcome, text(began))
        store.close()

    def ask(self, question: Callable[[Frontier], T], crawl_id: int = 99, portal: str = "p") -> T:
        with closing(Frontier(self.db, portal, crawl_id)) as asked:
            return question(asked)

    def known(self, url: str = URL) -> Known | None:
        return self.ask(lambda asked: asked.known(url))

    def pending(self) -> list[str]:
        return self.ask(lambda asked: asked.pending())

    def read_before(self, now: datetime = NOW, crawl_id: int = 99) -> set[str]:
        return self.ask(lambda asked: asked.read_before(now), crawl_id)


@pytest.fixture
def past(tmp_path: Path) -> Past:
    return Past(tmp_path / "a.db")


# --- what is sent back to be told that nothing changed ---


@pytest.mark.parametrize("outcome", ["finished", "incomplete", "blocked", "shutdown"])
def test_a_page_that_was_read_is_sent_back_by_tag_and_date(past: Past, outcome: str) -> None:
    past.crawl((URL, "page"), outcome=outcome)
    assert past.known() == Known('"1"', "day 1", 1)


@pytest.mark.parametrize("outcome", [None, "interrupted", "archive_error", "not_merged"])
def test_a_page_that_may_be_sealed_and_unread_is_not_sent_back(past: Past, outcome: str | None) -> None:
    past.crawl((URL, "page"))
    past.crawl((URL, "page"), outcome=outcome)
    assert past.known() == Known('"1"', "day 1", 1), "the one before, which was read"


@pytest.mark.parametrize("kind", ["cut", "blocked", "error", "gone", "home", "redirect", "not_modified"])
def test_only_whole_pages_are_sent_back(past: Past, kind: str) -> None:
    past.crawl((URL, kind))
    assert past.known() is None


def test_an_answer_in_part_is_not_sent_back(past: Past) -> None:
    past.crawl((URL, "page"), status=206)
    assert past.known() is None


def test_the_newest_answer_of_its_own_address_is_sent_back(past: Past) -> None:
    past.crawl((URL, "page"), ("http://p.example/2.html", "page"))
    past.crawl((URL, "page"), ("http://p.example/2.html", "page"))
    assert past.known() == Known('"3"', "day 3", 3)
    assert past.known("http://p.example/3.html") is None


@pytest.mark.parametrize(
    ("kind", "address", "known"),
    [("reading_failed", URL, 1), ("reading_failed", "http://p.example/2.html", 2), ("http_error", URL, 2)],
)
def test_a_page_on_which_our_code_failed_is_not_sent_back(past: Past, kind: str, address: str, known: int) -> None:
    past.crawl((URL, "page"))
    past.crawl((URL, "page"), seen=[Problem(kind, address, "")])
    found = past.known()
    assert found
    assert found.capture_id == known


def test_a_page_that_another_portal_read_is_not_sent_back(past: Past) -> None:
    """What changed on it would be a "not modified" to this portal, which never read it so."""
    past.crawl((URL, "page"), portal=NEIGHBOUR)
    assert past.known() is None
    past.crawl((URL, "page"))
    past.crawl((URL, "page"), portal=NEIGHBOUR)
    assert past.known() == Known('"2"', "day 2", 2)


# --- what was never read ---


@pytest.mark.parametrize(
    ("kind", "pending"),
    [
        ("error", True),
        ("blocked", True),
        ("cut", True),
        ("page", True),
        ("gone", False),
        ("home", False),
        ("redirect", False),
    ],
)
def test_a_page_is_pending_until_it_was_read_or_is_gone(past: Past, kind: str, pending: bool) -> None:
    past.crawl((URL, kind), seen=[listed(row(1))])
    assert past.pending() == ([URL] if pending else [])
    past.crawl(seen=[listed(row(1)), page(1)])
    assert past.pending() == []


def test_what_is_pending_is_listed_has_a_page_and_belongs_to_the_portal(past: Past) -> None:
    bare = Row({"title": "样本"}, {}, key=f"{PLANS}#row-0123456789abcdef")
    linked = replace(row(2), url="http://p.example/2.html?from=list")
    past.crawl(seen=[listed(row(1), linked, bare, *(row(n) for n in (5, 4, 3)))])
    past.crawl(seen=[listed(row(9)), page(1)], portal=NEIGHBOUR)
    past.crawl(("http://p.example/1.html", "gone"), portal=NEIGHBOUR)
    others = [f"http://p.example/{n}.html" for n in (5, 4, 3)]
    assert past.pending() == [URL, "http://p.example/2.html?from=list", *others]
    store = Store(past.db)
    store._connection.execute("UPDATE records SET state = 'unlisted' WHERE url LIKE '%/3.html'")
    store._connection.execute("UPDATE records SET state = 'withdrawn' WHERE url LIKE '%/5.html'")
    store.close()
    assert past.pending() == [URL, "http://p.example/2.html?from=list", others[1]]


def a_file(record: str, url: str, state: str, sha256: str | None = None) -> AttachmentFile:
    return AttachmentFile(record, "样本.pdf", url, sha256, None, None, None, state)


@pytest.mark.parametrize(("state", "pending"), [("text", False), ("unavailable", False), ("pending", True)])
def test_a_record_that_is_a_file_is_pending_until_the_file_was_asked_for(past: Past, state: str, pending: bool) -> None:
    past.crawl(seen=[listed(row(1)), a_file(URL, URL, state)])
    assert past.pending() == ([URL] if pending else [])


def test_files_of_the_portal_s_own_site_that_are_still_linked(past: Past) -> None:
    links = [LinkedFile(f"样本{n}.pdf", f"http://p.example/{n}.pdf") for n in (1, 2, 3)]
    elsewhere = LinkedFile("样本4.pdf", "http://elsewhere.example/4.pdf", own=False)
    past.crawl(seen=[listed(row(1), row(2)), replace(page(1), attachments=(*links, elsewhere))])
    past.crawl(
        seen=[
            listed(row(1), row(2)),
            replace(page(1), attachments=(*links[1:], elsewhere)),
            replace(page(2), attachments=(LinkedFile("样本5.pdf", "http://p.example/5.pdf"),)),
            a_file(URL, links[1].url, "text", "2" * 64),
        ]
    )
    past.crawl(
        seen=[listed(row(1)), replace(page(1), attachments=(LinkedFile("样本6.pdf", "http://p.example/6.pdf"),))],
        portal=NEIGHBOUR,
    )
    files = past.ask(lambda asked: asked.files(URL))
    assert [(each.url, each.sha256) for each in files] == [(links[1].url, "2" * 64), (links[2].url, None)]
    waiting = past.ask(lambda asked: asked.pending_files())
    assert [(each.record_url, each.url) for each in waiting] == [
        (URL, links[2].url),
        ("http://p.example/2.html", "http://p.example/5.pdf"),
    ]
    found = past.ask(lambda asked: asked.file(URL, links[1].url))
    assert found
    assert (found.name, found.sha256) == ("样本.pdf", "2" * 64)
    assert past.ask(lambda asked: asked.file(URL, "http://p.example/5.pdf")) is None
    store = Store(past.db)
    store._connection.execute("UPDATE records SET state = 'unlisted' WHERE portal = 'p'")
    store.close()
    assert past.ask(lambda asked: asked.files(URL) + asked.pending_files()) == []


# --- what a killed crawl has read ---


def pages(*numbers: int, kind: str = "page") -> list[Answer]:
    return [(f"http://p.example/{n}.html", kind) for n in numbers]


def addresses(*numbers: int) -> set[str]:
    return {address for address, _ in pages(*numbers)}


@pytest.fixture
def two_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last two answers of a killed crawl may be unread, instead of some hundreds."""
    monkeypatch.setattr(frontier, "MAYBE_UNREAD", 2)


@pytest.mark.usefixtures("two_unread")
@pytest.mark.parametrize(("count", "read"), [(1, 0), (2, 0), (3, 1), (5, 3)])
def test_pages_of_a_killed_crawl_are_not_asked_again_but_for_the_last_ones(past: Past, count: int, read: int) -> None:
    past.crawl(*pages(*range(1, count + 1)), outcome="interrupted", began=NOW - HOUR)
    assert past.read_before() == addresses(*range(1, read + 1))


def test_so_many_answers_may_be_sealed_and_unread_as_can_wait_for_their_batch(past: Past) -> None:
    many = frontier.MAYBE_UNREAD + 1
    past.crawl(*pages(*range(1, many + 1)), outcome="interrupted", began=NOW - HOUR)
    assert past.read_before() == addresses(1)


@pytest.mark.usefixtures("two_unread")
def test_each_of_several_killed_crawls_may_have_left_pages_unread(past: Past) -> None:
    past.crawl(*pages(1, 2, 3), outcome="interrupted", began=NOW - 3 * HOUR)
    past.crawl(*pages(2, 4, 5, 6), outcome="shutdown", began=NOW - 2 * HOUR)
    past.crawl(*pages(7, 8), outcome="interrupted", began=NOW - HOUR)
    assert past.read_before() == addresses(1, 2, 4)


@pytest.mark.usefixtures("two_unread")
@pytest.mark.parametrize("kind", ["cut", "error", "blocked", "gone", "home"])
def test_only_answers_that_were_read_count_and_not_modified_is_one(past: Past, kind: str) -> None:
    answers = [*pages(1), *pages(2, kind="not_modified"), *pages(3, kind=kind), *pages(8, 9)]
    past.crawl(*answers, outcome="interrupted", began=NOW - HOUR)
    assert past.read_before() == addresses(1, 2)


@pytest.mark.usefixtures("two_unread")
@pytest.mark.parametrize(("ago", "resumed"), [(DAY - SECOND, True), (DAY, True), (DAY + SECOND, False)])
def test_a_killed_crawl_is_gone_on_with_within_a_day(past: Past, ago: timedelta, resumed: bool) -> None:
    past.crawl(*pages(1, 8, 9), outcome="interrupted", began=NOW - ago)
    assert past.read_before() == (addresses(1) if resumed else set())


@pytest.mark.usefixtures("two_unread")
@pytest.mark.parametrize(
    ("outcome", "resumed"),
    [
        ("interrupted", True),
        ("shutdown", True),
        ("finished", False),
        ("incomplete", False),
        ("blocked", False),
        ("archive_error", False),
    ],
)
def test_only_a_crawl_that_broke_off_is_gone_on_with(past: Past, outcome: str, resumed: bool) -> None:
    past.crawl(*pages(1, 8, 9), outcome=outcome, began=NOW - HOUR)
    assert past.read_before() == (addresses(1) if resumed else set())


@pytest.mark.usefixtures("two_unread")
def test_what_was_read_before_the_last_crawl_that_ended_is_asked_again(past: Past) -> None:
    past.crawl(*pages(1, 8, 9), outcome="interrupted", began=NOW - 5 * HOUR)
    past.crawl(*pages(2, 8, 9), began=NOW - 4 * HOUR)
    past.crawl(*pages(3, 8, 9), outcome="interrupted", began=NOW - 3 * HOUR)
    past.crawl(*pages(4, 8, 9), portal=NEIGHBOUR, began=NOW - 2 * HOUR)
    past.crawl(*pages(5, 8, 9), portal=NEIGHBOUR, outcome="interrupted", began=NOW - 2 * HOUR)
    assert past.read_before() == addresses(3)
    assert past.read_before(crawl_id=3) == set(), "before the third crawl"


# --- what a list said before ---


def test_a_row_is_news_where_it_does_not_print_what_it_did(past: Past) -> None:
    def news(number: int, catalog: str = PLANS, portal: str = "p", **printed: str) -> str | None:
        key = f"http://p.example/{number}.html"
        return past.ask(lambda asked: asked.news(key, catalog, printed), portal=portal)

    counted = Row({"title": "样本三"}, {"标题": "样本三", "浏览次数": "12"}, key="http://p.example/3.html")
    masked = Row({"title": "样本四"}, {"电话": "138****5678"}, key="http://p.example/4.html")
    past.crawl(seen=[listed(row(1), row(2), counted, masked)])
    past.crawl(seen=[listed(row(1, title="样本邻县的文件"), row(9))], portal=NEIGHBOUR)
    assert news(1, 标题="样本文件之1") is None
    assert news(1, 标题="样本文件之一") == "changed"
    assert news(1, 标题="样本文件之1", 文号="1") == "changed"
    assert news(8, 标题="样本文件之8") == "new"
    assert news(9, 标题="样本文件之9") == "new", "it is another portal's"
    assert news(1, BUDGETS, 标题="样本文件之1") == "new", "this catalogue did not list it"
    assert news(1, portal="q", 标题="样本文件之1") == "changed"
    assert news(3, 标题="样本三", 浏览次数="13") is None
    store = Store(past.db)
    store._connection.execute("UPDATE records SET state = 'unlisted' WHERE url LIKE '%/2.html'")
    store.close()
    assert news(2, 标题="样本文件之2") == "new", "it is back"


def test_a_row_whose_numbers_were_masked_is_no_news(past: Past) -> None:
    phone = "1390013" + "8000"  # masked before it is stored
    kept = Row({"title": "样本"}, {"联系电话": "[电话]"}, key=URL)
    past.crawl(seen=[listed(kept)])
    store = Store(past.db)
    store.begin(PORTAL, "full", text(NOW))
    said = redact_json({"联系电话": phone}).value
    assert said != {"联系电话": phone}
    store.write([listed(replace(kept, source_fields=said))], text(NOW))
    store.finish("finished", text(NOW))
    store.close()
    assert past.ask(lambda asked: asked.news(URL, PLANS, {"联系电话": phone})) is None


def claims(rows: int | None, catalog: str = PLANS) -> ListPage:
    return replace(listed(row(1), catalog=catalog), paging=Paging(rows_claimed=rows), family=("trs", "样本"))


def test_the_rows_a_list_claimed_last_in_an_earlier_crawl(past: Past) -> None:
    def claimed(crawl_id: int, catalog: str = PLANS) -> int | None:
        return past.ask(lambda asked: asked.rows_claimed(catalog), crawl_id)

    past.crawl(seen=[claims(10), claims(70, BUDGETS)])
    past.crawl(seen=[claims(50)], portal=NEIGHBOUR)
    past.crawl(seen=[claims(11)])
    past.crawl(seen=[claims(None)])
    assert [claimed(crawl_id) for crawl_id in (1, 2, 3, 4, 5)] == [None, 10, 10, 11, 11]
    assert claimed(5, BUDGETS) == 70


def test_the_family_that_made_a_list_last(past: Past) -> None:
    def family(portal: str, catalog: str = PLANS) -> str | None:
        return past.ask(lambda asked: asked.family(catalog), portal=portal)

    past.crawl(seen=[claims(1)])
    past.crawl(seen=[replace(claims(1), family=("jpage", "样本"))], portal=NEIGHBOUR)
    assert (family("p"), family("q"), family("p", BUDGETS)) == ("trs", "jpage", None)
    past.crawl(seen=[replace(claims(1), family=None)])
    assert family("p") == "trs"


# --- what is due ---


@pytest.fixture
def archive(tmp_path: Path) -> Iterable[Archive]:
    made = Archive(tmp_path / "due.db")
    yield made
    made.store.close()


@pytest.mark.parametrize(
    ("age", "asked", "due"),
    [
        (1 * DAY, 20 * HOUR, True),  # no page is asked more often than daily, but a crawl may come four hours early
        (1 * DAY, 20 * HOUR - SECOND, False),
        (-30 * DAY, 20 * HOUR, True),  # dated in the future
        (20 * DAY + HOUR, 5 * DAY, False),  # NOW is an hour past midnight, where days of publication begin
        (20 * DAY + HOUR, 5 * DAY + HOUR / 4, True),
        (20 * DAY + HOUR, 5 * DAY + HOUR / 4 - SECOND, False),
        (3000 * DAY, 60 * DAY, True),
        (3000 * DAY, 60 * DAY - SECOND, False),
    ],
)
def test_a_page_is_due_from_a_quarter_of_its_record_s_age_on(
    archive: Archive, age: timedelta, asked: timedelta, due: bool
) -> None:
    address = archive.add(1, age - HOUR if age == 20 * DAY + HOUR else age, asked)
    assert archive.due() == ([address] if due else [])


def test_only_listed_records_with_pages_that_were_asked_for_are_due(archive: Archive) -> None:
    asked = archive.add(1, 300 * DAY, 90 * DAY)
    gone = archive.add(2, 300 * DAY, 90 * DAY)
    archive.store.write([listed(row(3, published_on="2010-01-01"), last=False)], text(NOW - 400 * DAY))
    archive.store._connection.execute("UPDATE records SET state = 'unlisted' WHERE url = ?", (gone,))
    assert archive.due() == [asked]
    archive.ask(asked, 50 * DAY)
    assert archive.due() == [], "the last time counts"


@pytest.mark.parametrize(
    ("budget", "asked_today", "count"), [(0, 0, 0), (3, 0, 3), (3, 2, 1), (3, 3, 0), (3, 4, 0), (30, 0, 25)]
)
def test_the_portal_file_s_budget_is_the_day_s(archive: Archive, budget: int, asked_today: int, count: int) -> None:
    overdue = [archive.add(number, 300 * DAY, (60 + number) * DAY) for number in range(1, 26)]
    for number in range(31, 31 + asked_today):
        archive.add(number, 300 * DAY, timedelta(0))
    with closing(Frontier(archive.path, PORTAL.id, 99)) as asked:
        assert asked.due(NOW, budget) == overdue[::-1][:count]


def test_another_portal_s_records_are_neither_due_nor_counted(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frontier, "LEAST_BUDGET", 1)
    overdue = [archive.add(number, 300 * DAY, (60 + number) * DAY) for number in (1, 2, 3)]
    other = Store(archive.path)
    other.begin(NEIGHBOUR, "full", text(NOW - 400 * DAY))
    other.write([listed(*(row(n, published_on="2010-01-01") for n in range(100, 400)))], text(NOW - 400 * DAY))
    asked = Capture(99, "http://p.example/3.html", text(NOW), 200, "page", "0" * 64, 1, None, None)
    other.write([], text(NOW), [asked])
    other.close()
    assert archive.due() == overdue[-1:]


# --- full or update ---


@pytest.mark.parametrize(
    ("ago", "every", "mode"),
    [
        (7 * DAY - 4 * HOUR, None, "full"),
        (7 * DAY - 4 * HOUR - SECOND, None, "update"),
        (20 * HOUR, DAY, "full"),
        (20 * HOUR - SECOND, DAY, "update"),
        (5 * HOUR, 6 * HOUR, "full"),  # short intervals: a sixth earlier, no more
        (5 * HOUR - SECOND, 6 * HOUR, "update"),
    ],
)
def test_a_full_crawl_is_due_again_somewhat_before_its_interval_is_over(
    past: Past, ago: timedelta, every: timedelta | None, mode: str
) -> None:
    past.crawl(began=NOW - ago)
    assert mode_for(past.db, "p", NOW, every) == mode
    assert mode_for(past.db, "q", NOW, every) == "full", "it was never crawled"


Crawl = tuple[str, str, int]
"""A crawl's mode and outcome, and how many days ago it began."""


@pytest.mark.parametrize(
    ("crawls", "mode"),
    [
        ([], "full"),
        ([("full", "finished", 1)], "update"),
        ([("update", "finished", 1)], "full"),
        ([("full", "interrupted", 1)], "full"),
        ([("full", "blocked", 1)], "full"),
        ([("full", "finished", 8), ("update", "finished", 1)], "full"),
        ([("full", "finished", 3), ("full", "incomplete", 1)], "update"),
        ([("full", "incomplete", n) for n in (2, 1)], "full"),
        ([("full", "incomplete", n) for n in (3, 2, 1)], "update"),  # TRIES in vain: as often as any other
        ([("full", "finished", 9), *(("full", "incomplete", n) for n in (3, 2, 1))], "update"),
        ([("full", "finished", 9), *(("full", "incomplete", n) for n in (2, 1))], "full"),
        ([("full", "incomplete", n) for n in (10, 9, 8)], "full"),
    ],
)
def test_a_portal_is_walked_wholly_until_it_was(past: Past, crawls: list[Crawl], mode: str) -> None:
    for kind, outcome, days in crawls:
        past.crawl(began=NOW - days * DAY, mode=kind, outcome=outcome)
        past.crawl(began=NOW - days * DAY, portal=NEIGHBOUR)
    assert mode_for(past.db, "p", NOW) == mode
    assert TRIES == 3


def test_times_are_compared_whatever_zone_the_machine_is_in(past: Past) -> None:
    past.crawl(began=datetime(2019, 12, 31, 23, 30, tzinfo=UTC))
    assert mode_for(past.db, "p", NOW, 2 * HOUR) == "update"
    assert mode_for(past.db, "p", NOW + HOUR, 2 * HOUR) == "full"
