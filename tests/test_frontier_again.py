"""What a crawl asks for again beside what is due: files that could not be had, pages that tell of the portal, pages that were doubted."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from archive.ingest.deferral import WITNESSES
from archive.ingest.frontier import LEAST_DAILY_QUOTA, Frontier
from archive.ingest.store import Store
from archive.model.clock import text
from archive.model.observations import AttachmentFile, LinkedFile, Observation, Problem
from tests.many_records.records import all_pages, all_rows, edited, urls
from tests.past_crawls import URL, Past
from tests.test_absence_proof import NEIGHBOUR
from tests.test_frontier import DAY, HOUR, NOW
from tests.test_presence import Crawls
from tests.test_store import listed, page, row

FILE = "http://p.example/1.pdf"


@pytest.fixture
def past(tmp_path: Path) -> Past:
    return Past(tmp_path / "a.db")


def with_file(state: str = "unavailable", number: int = 1) -> list[Observation]:
    """A record whose page links to one file, in this state."""
    own, address = page(number), f"http://p.example/{number}.pdf"
    file = AttachmentFile(own.url, "样本.pdf", address, None, None, None, None, state)
    return [listed(row(number)), replace(own, attachments=(LinkedFile("样本.pdf", address),)), file]


def lost(past: Past) -> list[str]:
    return [each.url for each in past.ask(lambda asked: asked.lost_files(NOW))]


@pytest.mark.parametrize(
    ("state", "is_lost"),
    [("unavailable", True), ("empty", True), ("not_a_document", True), ("text", False), ("pending", False)],
)
def test_a_file_in_whose_place_nothing_stood_is_asked_for_again(past: Past, state: str, is_lost: bool) -> None:
    past.crawl((FILE, "error"), seen=with_file(state))
    assert lost(past) == ([FILE] if is_lost else [])


@pytest.mark.parametrize(
    ("first", "last", "due"),
    [
        (3 * DAY, 20 * HOUR, True),
        (3 * DAY, 19 * HOUR, False),
        (20 * DAY, 5 * DAY, True),
        (20 * DAY, 4 * DAY, False),
        (400 * DAY, 60 * DAY, True),
        (400 * DAY, 59 * DAY, False),
    ],
)
@pytest.mark.parametrize("answered", [True, False], ids=["with an answer", "without"])
def test_ever_more_rarely_after_a_quarter_of_the_time_since_it_was_first_tried(
    past: Past, first: timedelta, last: timedelta, due: bool, answered: bool
) -> None:
    past.crawl((FILE, "error"), seen=with_file(), began=NOW - first)
    answers, problems = ([(FILE, "error")], []) if answered else ([], [Problem("unreachable", FILE, "no answer")])
    past.crawl(*answers, seen=problems, began=NOW - last)
    assert lost(past) == ([FILE] if due else [])


def test_a_file_was_last_tried_when_the_last_of_several_tries_of_one_crawl_failed(past: Past) -> None:
    past.crawl(seen=[*with_file(), Problem("unreachable", FILE, "no answer")], began=NOW - 3 * DAY)
    assert lost(past) == [FILE]
    with closing(Store(past.db)) as store:
        store._connection.execute("UPDATE problems SET last_at = ?", (text(NOW - 19 * HOUR),))
    assert lost(past) == []


def test_files_of_listed_records_of_the_portal_whoever_else_tried_them(past: Past) -> None:
    past.crawl((FILE, "error"), seen=with_file())
    past.crawl(
        (FILE, "error"), seen=[*with_file(), Problem("unreachable", FILE, "no answer")], portal=NEIGHBOUR, began=NOW
    )
    assert lost(past) == [FILE]
    with closing(Store(past.db)) as store:
        store._connection.execute("UPDATE records SET state = 'unlisted' WHERE portal = 'p'")
    assert lost(past) == []


def test_the_files_that_are_most_overdue_go_first_and_no_more_than_a_days(past: Past) -> None:
    many = range(1, LEAST_DAILY_QUOTA + 6)
    for number in many:
        answer = (f"http://p.example/{number}.pdf", "error")
        past.crawl(answer, seen=with_file(number=number), began=NOW - 400 * DAY)
        past.crawl(answer, began=NOW - (60 + number) * DAY)
    assert lost(past) == [f"http://p.example/{number}.pdf" for number in list(many)[: -LEAST_DAILY_QUOTA - 1 : -1]]


# --- pages that tell whether what a few say is the portal's fault ---


@pytest.fixture
def read(past: Past) -> Past:
    """Thirty records whose pages were read, and another whose page was not."""
    numbers = range(1, 31)
    past.crawl(seen=[listed(*(row(n) for n in [*numbers, 99])), *(page(n) for n in numbers)])
    return past


def witnesses(past: Past, missing: Sequence[str] = ()) -> list[str]:
    return past.ask(lambda asked: asked.witnesses(missing), crawl_id=2)


@pytest.mark.parametrize("kind", ["page", "not_modified", "gone", "home"])
def test_one_page_that_was_asked_for_wants_others_to_tell_of_the_portal(read: Past, kind: str) -> None:
    read.crawl((URL, kind), mode="update")
    assert witnesses(read) == [f"http://p.example/{n}.html" for n in range(30, 30 - WITNESSES + 1, -1)], "the newest"


@pytest.mark.parametrize("kind", ["error", "blocked", "cut", "redirect"])
def test_where_no_page_was_had_none_is_asked_for_besides(read: Past, kind: str) -> None:
    read.crawl((URL, kind), mode="update")
    assert witnesses(read) == []


@pytest.mark.parametrize(("asked", "more"), [(0, 0), (WITNESSES - 1, 1), (WITNESSES, 0), (WITNESSES + 1, 0)])
def test_so_many_pages_tell_of_the_portal_and_no_more_are_asked_for(read: Past, asked: int, more: int) -> None:
    read.crawl(*((f"http://p.example/{n}.html", "page") for n in range(1, asked + 1)), mode="update")
    assert len(witnesses(read)) == more


def test_missing_records_want_others_too_and_are_none_themselves(read: Past) -> None:
    read.crawl(mode="update")
    missing = [f"http://p.example/{n}.html" for n in (29, 30)]
    found = witnesses(read, missing)
    assert (found[0], len(found)) == ("http://p.example/28.html", WITNESSES - 2)


# --- doubted pages ---


def test_pages_that_an_earlier_crawl_doubted_are_asked_for_again(tmp_path: Path) -> None:
    crawls = Crawls(tmp_path / "a.db")
    crawls.run(all_rows(), pages=all_pages())
    crawls.run(all_rows(), pages=all_pages(edited(range(1, 14))))
    for crawl_id, doubted in ((2, []), (3, urls(range(1, 14)))):
        with closing(Frontier(crawls.path, "p", crawl_id)) as frontier:
            assert sorted(frontier.doubted()) == doubted
    with closing(Frontier(crawls.path, "q", 3)) as frontier:
        assert frontier.doubted() == []


def test_pages_of_records_whose_rows_an_earlier_crawl_doubted_are_asked_for_too(tmp_path: Path) -> None:
    crawls = Crawls(tmp_path / "a.db")
    crawls.run(all_rows(), pages=all_pages())
    crawls.run(all_rows({n: f"样本更名之{n}" for n in range(1, 14)}))
    with closing(Frontier(crawls.path, "p", 3)) as frontier:
        assert sorted(frontier.doubted()) == urls(range(1, 14))
