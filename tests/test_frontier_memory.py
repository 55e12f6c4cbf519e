"""The pages that the archive knows before a crawl: to be sent back, never read, or read by a killed crawl."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from archive.ingest import frontier
from archive.ingest.frontier import Known
from archive.ingest.store import Store
from archive.model.clock import text
from archive.model.observations import AttachmentFile, LinkedFile, Problem, Row
from archive.model.records import READ_IN_DOUBT
from crawler.jobs.checked_settings import MOST_AT_A_TIME
from pipelines.store import BATCH
from tests.past_crawls import SECOND, URL, Answer, Past
from tests.test_absence_proof import NEIGHBOUR
from tests.test_frontier import DAY, HOUR, NOW
from tests.test_store import PLANS, listed, page, row


@pytest.fixture
def past(tmp_path: Path) -> Past:
    return Past(tmp_path / "a.db")


# --- what is sent back to be answered that nothing changed ---


@pytest.mark.parametrize("outcome", ["finished", "incomplete", "blocked", "shutdown"])
def test_a_page_that_was_read_is_sent_back_by_tag_and_date(past: Past, outcome: str) -> None:
    past.crawl((URL, "page"), outcome=outcome)
    assert past.known() == Known('"1"', "day 1", 1, "0" * 64)


@pytest.mark.parametrize("outcome", [None, "interrupted", "archive_error", "not_merged"])
def test_a_page_that_may_be_sealed_and_unread_is_not_sent_back(past: Past, outcome: str | None) -> None:
    past.crawl((URL, "page"))
    past.crawl((URL, "page"), outcome=outcome)
    assert past.known() == Known('"1"', "day 1", 1, "0" * 64), "the one before, which was read"


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
    assert past.known() == Known('"3"', "day 3", 3, "0" * 64)
    assert past.known("http://p.example/3.html") is None


def test_a_page_that_was_had_long_ago_is_asked_for_whatever_it_says_of_itself(past: Past) -> None:
    had = NOW - 3 * DAY
    past.crawl((URL, "page"), began=had)
    past.crawl((URL, "not_modified"))
    assert past.ask(lambda frontier: frontier.known(URL, since=text(had))) == past.known() is not None
    assert past.ask(lambda frontier: frontier.known(URL, since=text(had + SECOND))) is None


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
    """A change on it would be a "not modified" to this portal, which never read it so."""
    past.crawl((URL, "page"), portal=NEIGHBOUR)
    assert past.known() is None
    past.crawl((URL, "page"))
    past.crawl((URL, "page"), portal=NEIGHBOUR)
    assert past.known() == Known('"2"', "day 2", 2, "0" * 64)


@pytest.mark.parametrize(
    ("doubts", "read"), [((), [True, True, False]), ((READ_IN_DOUBT,), [False] * 3)], ids=["beyond doubt", "in doubt"]
)
def test_a_page_was_read_as_its_captures_hold_it_up_to_the_last(
    past: Past, doubts: tuple[str, ...], read: list[bool]
) -> None:
    for capture in (1, 2):
        past.crawl((URL, "page"), seen=[listed(row(1)), replace(page(1), doubts=doubts, capture=capture)])
    assert [past.ask(lambda asked, number=n: asked.has_read(URL, number)) for n in (1, 2, 3)] == read
    assert not past.ask(lambda asked: asked.has_read("http://p.example/2.html", 1))
    assert not past.ask(lambda asked: asked.has_read(URL, 1), portal=NEIGHBOUR.id)


def test_a_page_of_which_only_the_row_was_read_was_not(past: Past) -> None:
    past.crawl((PLANS, "page"), seen=[replace(listed(row(1)), capture=1)])
    assert not past.ask(lambda asked: asked.has_read(URL, 1))


def test_the_title_of_a_record_of_the_portal(past: Past) -> None:
    past.crawl(seen=[listed(row(1), row(2, title=""))])
    titles = [past.ask(lambda asked, n=n: asked.title(f"http://p.example/{n}.html")) for n in (1, 2, 3)]
    assert titles == ["样本文件之1", "", ""]
    assert past.ask(lambda asked: asked.title(URL), portal=NEIGHBOUR.id) == ""


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


def test_files_that_are_still_linked_also_those_of_other_sites(past: Past) -> None:
    links = [LinkedFile(f"样本{n}.pdf", f"http://p.example/{n}.pdf") for n in (1, 2, 3)]
    elsewhere = LinkedFile("样本4.pdf", "http://elsewhere.example/4.pdf")
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
    assert [(each.url, each.sha256) for each in files] == [
        (links[1].url, "2" * 64),
        (links[2].url, None),
        (elsewhere.url, None),
    ]
    waiting = past.ask(lambda asked: asked.pending_files())
    assert [(each.record_url, each.url) for each in waiting] == [
        (URL, links[2].url),
        (URL, elsewhere.url),
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
    assert many > MOST_AT_A_TIME + BATCH, "those that are under way at once, beside a full batch"
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


@pytest.mark.usefixtures("two_unread")
def test_what_a_crawl_that_was_set_aside_asked_for_meanwhile_was_not_read(past: Past) -> None:
    past.crawl(*pages(1, 8, 9), outcome="not_merged", began=NOW - HOUR)
    past.crawl(*pages(2, 8, 9), outcome="interrupted", began=NOW - 2 * HOUR)
    assert past.read_before() == addresses(2)
