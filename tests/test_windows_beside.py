"""What makes no window narrower: other portals with the same addresses, days that are doubted, walks that were misread."""

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from archive.database.connection import transaction
from archive.ingest.store import Store
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.model.observations import ListPage, MissingPage, Row
from tests.conftest import empty_archive, rows
from tests.many_records.records import all_pages, all_rows, edited
from tests.test_absence_proof import NEIGHBOUR, a_list
from tests.test_moves import text
from tests.test_presence import Crawls, url, with_capture
from tests.test_store import DAY, PLANS, PORTAL, listed, row


@pytest.fixture
def crawls(tmp_path: Path) -> Crawls:
    """Twenty records, of which the page of one was read."""
    made = Crawls(tmp_path / "a.db")
    made.run(a_list(20), pages=[text(7)])
    return made


def window(crawls: Crawls, kind: str, number: int) -> tuple[Any, Any]:
    """Since when something may have happened to a record, and the crawl and address of the capture that shows what was before."""
    sql = (
        "SELECT e.not_before, c.crawl_id, c.url FROM events e JOIN records r ON r.id = e.record_id "
        "LEFT JOIN captures c ON c.id = e.before_capture_id WHERE e.kind = ? AND r.url = ? AND r.portal = 'p'"
    )
    (found,) = rows(crawls.path, sql, kind, url(number))
    return found["not_before"], (found["crawl_id"], found["url"])


def of_neighbour(crawls: Crawls, body: str) -> None:
    """A crawl of the second portal, which reads a page at the same address."""
    crawls.portal = NEIGHBOUR
    crawls.run(a_list(20), pages=[text(7, body)])
    crawls.portal = PORTAL


def test_what_another_portal_read_at_an_address_is_not_what_stood_there_before(crawls: Crawls) -> None:
    of_neighbour(crawls, "样本正文，同一篇")
    crawls.run(a_list(20), pages=[text(7, "样本正文，改过")])
    assert window(crawls, "changed", 7) == (DAY.format(1), (1, url(7)))


def test_that_nothing_changed_speaks_of_what_the_portal_itself_gave(crawls: Crawls) -> None:
    of_neighbour(crawls, "样本正文，邻县的")
    crawls.run(a_list(20), unchanged=[7])
    crawls.run(a_list(20), pages=[text(7, "样本正文，改过")])
    assert window(crawls, "changed", 7) == (DAY.format(3), (1, url(7)))


def test_the_later_of_page_and_list_says_until_when_a_record_stood(crawls: Crawls) -> None:
    crawls.run(a_list(20))
    crawls.run(a_list(20, 7), asked={7: "gone"})
    not_before, (crawl, _) = window(crawls, "withdrawn", 7)
    assert (not_before, crawl) == (DAY.format(2), 2)


def shown_by(crawls: Crawls, kind: str, number: int) -> tuple[Any, ...]:
    """The crawl, address and outcome of the first capture that shows what happened to a record."""
    sql = (
        "SELECT c.crawl_id, c.url, c.outcome FROM events e JOIN records r ON r.id = e.record_id "
        "JOIN captures c ON c.id = e.after_capture_id WHERE e.kind = ? AND r.url = ? AND r.portal = 'p'"
    )
    (found,) = rows(crawls.path, sql, kind, url(number))
    return tuple(found.values())


def test_a_withdrawal_lies_between_the_page_and_the_first_answer_without_it(crawls: Crawls) -> None:
    crawls.run(a_list(20, 7), asked={7: "gone"})
    assert window(crawls, "withdrawn", 7) == (DAY.format(1), (1, url(7)))
    assert shown_by(crawls, "withdrawn", 7) == (2, url(7), "gone")


def test_of_a_page_that_was_never_read_the_list_says_until_when_it_stood(crawls: Crawls) -> None:
    crawls.run(a_list(20, 8), asked={8: "gone"})
    assert window(crawls, "withdrawn", 8) == (DAY.format(1), (1, PLANS))
    assert shown_by(crawls, "withdrawn", 8) == (2, url(8), "gone")


def test_a_list_that_lags_behind_does_not_show_that_the_page_still_stood(crawls: Crawls) -> None:
    crawls.run(a_list(20), lost=[7])
    crawls.run(a_list(20, 7), asked={7: "gone"})
    assert window(crawls, "withdrawn", 7) == (DAY.format(1), (1, url(7)))
    assert shown_by(crawls, "withdrawn", 7) == (2, url(7), "gone")


def test_a_page_is_back_by_the_capture_that_shows_it(crawls: Crawls) -> None:
    crawls.run(a_list(20, 7), asked={7: "gone"})
    crawls.run(a_list(20, 7), pages=[text(7)])
    assert shown_by(crawls, "returned", 7) == (3, url(7), "page")


def test_of_a_return_nothing_is_known_where_no_answer_shows_that_the_page_was_gone(crawls: Crawls) -> None:
    crawls.run(a_list(20, 7), asked={7: "gone"})
    with closing(open_up_to_date(crawls.path)) as archive, transaction(archive):
        archive.execute("UPDATE captures SET outcome = 'error' WHERE outcome = 'gone'")
    crawls.run(a_list(20, 7), pages=[text(7)])
    assert window(crawls, "returned", 7) == (None, (None, None))
    assert shown_by(crawls, "returned", 7) == (3, url(7), "page")


@pytest.mark.parametrize("outcome", ["gone", "home"])
def test_a_page_stands_again_since_it_was_last_gone_or_led_home(crawls: Crawls, outcome: str) -> None:
    crawls.run(a_list(20, 7), asked={7: "gone"})
    crawls.run(a_list(20, 7), asked={7: outcome})
    crawls.run(a_list(20, 7), pages=[text(7)])
    assert window(crawls, "returned", 7) == (DAY.format(3), (3, url(7)))


def test_that_a_page_was_gone_on_a_doubted_day_does_not_show_that_it_still_was(crawls: Crawls) -> None:
    crawls.run(a_list(20, 7), asked={7: "gone"})
    crawls.run(a_list(20, 7), lost=[7], reason="unsure")
    crawls.run(a_list(20, 7), pages=[text(7)])
    assert window(crawls, "returned", 7) == (DAY.format(2), (2, url(7)))


def test_that_a_list_did_not_show_a_record_on_a_doubted_day_does_not_show_that_it_was_not_there(
    crawls: Crawls,
) -> None:
    crawls.run(a_list(20), reason="unsure")
    crawls.run(a_list(21))
    assert window(crawls, "added", 21) == (DAY.format(1), (1, PLANS))


def test_a_page_that_led_home_stands_again_since_that_proved_it_gone(crawls: Crawls) -> None:
    crawls.run(a_list(20, 7), asked={7: "gone"})
    with closing(open_up_to_date(crawls.path)) as archive, transaction(archive):
        archive.execute("UPDATE captures SET url = 'http://p/' WHERE outcome = 'gone'")
    crawls.run(a_list(20, 7), pages=[text(7)])
    assert window(crawls, "returned", 7) == (DAY.format(2), (2, "http://p/"))


def test_that_another_portal_found_it_gone_does_not_show_until_when_it_was(crawls: Crawls) -> None:
    crawls.run(a_list(20, 7), asked={7: "gone"})
    crawls.portal = NEIGHBOUR
    crawls.run(a_list(20), lost=[7])
    crawls.portal = PORTAL
    crawls.run(a_list(20, 7), pages=[text(7)])
    assert window(crawls, "returned", 7) == (DAY.format(2), (2, url(7)))


# --- doubted days ---


@pytest.fixture
def doubted(tmp_path: Path) -> Crawls:
    """A portal of 48 records, and a second day on which more than a quarter of its pages say something else."""
    made = Crawls(tmp_path / "a.db")
    made.run(all_rows(), pages=all_pages())
    made.run(all_rows(), pages=all_pages(edited(range(1, 14))))
    assert rows(made.path, "SELECT outcome FROM crawls ORDER BY id DESC LIMIT 1") == [{"outcome": "unsure"}]
    return made


def test_that_a_page_was_as_before_on_a_doubted_day_does_not_show_that_it_still_was(doubted: Crawls) -> None:
    doubted.run(all_rows(), pages=all_pages(edited([*range(1, 14), 40])))
    assert window(doubted, "changed", 40) == (DAY.format(1), (1, url(40)))


def test_that_a_record_was_listed_on_a_doubted_day_does_not_show_that_it_still_was(doubted: Crawls) -> None:
    doubted.run(all_rows(but=[40]), pages=all_pages(of=range(1, 40)), asked={40: "gone"})
    assert window(doubted, "withdrawn", 40) == (DAY.format(1), (1, url(40)))


def test_of_a_record_that_a_doubted_day_listed_last_its_page_alone_could_tell_more(tmp_path: Path) -> None:
    crawls, read = Crawls(tmp_path / "a.db"), range(1, 41)
    crawls.run(all_rows(), pages=all_pages(of=read))
    crawls.run(all_rows(), pages=all_pages(edited(range(1, 14)), of=read))
    crawls.run(all_rows(but=[45]), pages=all_pages(of=read), asked={45: "gone"})
    assert window(crawls, "withdrawn", 45) == (None, (None, None))
    assert shown_by(crawls, "withdrawn", 45) == (3, url(45), "gone")


def test_a_walk_whose_rows_lacked_a_field_shows_no_absence(tmp_path: Path) -> None:
    crawls = Crawls(tmp_path / "a.db")
    few, bare = [row(n) for n in range(1, 9)], [Row({"title": f"样本文件之{n}"}, {}, key=url(n)) for n in range(1, 9)]
    crawls.run(listed(*few))
    crawls.run(listed(*bare))
    assert rows(crawls.path, "SELECT kind FROM problems WHERE crawl_id = 2 AND kind = 'fields_missing'")
    crawls.run(listed(*few, row(9)))
    not_before, (crawl, _) = window(crawls, "added", 9)
    assert (not_before, crawl) == (DAY.format(1), 1)


def test_what_a_walk_did_not_show_may_have_been_added_since_its_first_page(tmp_path: Path) -> None:
    """The second page of the walk is read a day after the first: what was added to the first meanwhile was not seen."""
    crawls = Crawls(tmp_path / "a.db")
    first, second = a_list(10, last=False), listed(*(row(n) for n in range(11, 21)))
    store = Store(empty_archive(crawls.path))
    store.begin(PORTAL, "full", DAY.format(1))
    for day, seen in ((1, first), (2, second)):
        crawls.day = day
        store.write([with_capture(seen, crawls.capture(store, PLANS))], DAY.format(day))
    store.finish("finished", DAY.format(2))
    store.close()
    crawls.run(listed(row(30), *first.rows, *second.rows))
    not_before, (crawl, _) = window(crawls, "added", 30)
    assert (not_before, crawl) == (DAY.format(1), 1)


def walked(crawls: Crawls, first: ListPage, second: ListPage, asked: int | None = None) -> None:
    """A crawl of a list of two pages at addresses of their own; where a record is missing, its page stands and both are walked again."""
    crawls.day += 1
    store = Store(crawls.path)
    store.begin(PORTAL, "full", now := DAY.format(crawls.day))
    for again in (False, True)[: 2 if asked else 1]:
        for address, seen in ((PLANS, first), (f"{PLANS}2.html", second)):
            store.write([with_capture(seen, crawls.capture(store, address), second_pass=again)], now)
        if asked and not again:
            assert [each.url for each in store.missing(now)] == [url(asked)]
            store.write([MissingPage(url(asked), "page", "stands", crawls.capture(store, url(asked)))], now)
    store.finish("finished", now)
    store.close()


def test_a_record_left_its_list_by_the_page_at_the_address_of_the_one_that_showed_it(tmp_path: Path) -> None:
    crawls = Crawls(empty_archive(tmp_path / "a.db"))
    first = a_list(10, last=False)
    walked(crawls, first, listed(*(row(n) for n in range(11, 21))))
    walked(crawls, first, listed(*(row(n) for n in range(11, 21) if n != 15)), asked=15)
    sql = "SELECT c.url, c.crawl_id, w.look FROM events e JOIN captures c ON c.id = e.after_capture_id JOIN walks w ON w.capture_id = c.id WHERE e.kind = 'unlisted'"
    assert rows(crawls.path, sql) == [{"url": f"{PLANS}2.html", "crawl_id": 2, "look": 1}]
