"""What stands beside a claim and decides nothing of it: lists that are walked no more, updates, what is listed again, other portals."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from archive.ingest.store import Store
from archive.model.observations import AttachmentFile, LinkedFile, ListPage
from tests.conftest import rows
from tests.test_absence_proof import NEIGHBOUR, a_list
from tests.test_moves import a_list_with, moved_row, text
from tests.test_presence import Crawls, url
from tests.test_store import BUDGETS, DAY, PORTAL, listed, page, row


@pytest.fixture
def crawls(tmp_path: Path) -> Crawls:
    """Twenty records, of which the first one stands in a second list, too."""
    made = Crawls(tmp_path / "a.db")
    made.run(a_list(20), listed(row(1), catalog=BUDGETS), pages=[text(7)])
    return made


def windows(crawls: Crawls, kind: str) -> list[tuple[object, object, object]]:
    sql = "SELECT not_before, before_capture_id AS before, after_capture_id AS after FROM events WHERE kind = ? ORDER BY id"
    return [(each["not_before"], each["before"], each["after"]) for each in rows(crawls.path, sql, kind)]


def test_a_list_that_the_portal_file_names_no_more_is_not_waited_for(crawls: Crawls) -> None:
    crawls.portal = replace(PORTAL, catalogs=PORTAL.catalogs[:1])
    crawls.run(a_list(20, 7), asked={7: "page"}, second=a_list(20, 7))
    assert crawls.events() == [("unlisted", url(7))]


def test_a_list_that_has_shown_nothing_for_long_is_not_waited_for_where_another_one_shows_no_more_either(
    crawls: Crawls,
) -> None:
    """As where two lists became one, and the portal file still names both. Nothing is said of what stood in that list alone."""
    crawls.run(a_list(20), listed(row(1), row(30), catalog=BUDGETS))
    for _ in range(3):
        crawls.run(a_list(20, 1), asked={1: "gone"})
        assert crawls.events() == []
    crawls.run(a_list(20, 1), asked={1: "gone", 30: "gone"})
    assert crawls.events() == [("withdrawn", url(1))]


def test_a_list_that_can_never_be_walked_wholly_is_waited_for_while_it_shows_rows(crawls: Crawls) -> None:
    for _ in range(5):
        crawls.run(a_list(20, 1), listed(row(2), catalog=BUDGETS, last=False), asked={1: "gone"})
    assert crawls.events() == []


def test_what_had_left_a_former_list_before_is_not_looked_for_in_the_one_that_takes_over(crawls: Crawls) -> None:
    """Of twenty records, half are withdrawn since; the new list shows nine of the others, and so the tenth has left."""
    new, (_, other) = replace(PORTAL.catalogs[0], url="http://p.example/new.html"), PORTAL.catalogs
    crawls.run(a_list(20, last=False), listed(row(1), catalog=BUDGETS))
    with closing(sqlite3.connect(crawls.path)) as connection, connection:
        connection.execute("UPDATE records SET state = 'withdrawn' WHERE id > 10")
    crawls.portal = replace(PORTAL, catalogs=(new, other))
    crawls.run(
        listed(*(row(n) for n in range(1, 10)), catalog=new.url), listed(row(1), catalog=BUDGETS), asked={10: "gone"}
    )
    assert ("withdrawn", url(10)) in crawls.events()


def test_updates_are_no_tries_of_a_list_that_could_not_be_walked(crawls: Crawls) -> None:
    """Three full crawls tried in vain: no longer is the list waited for. Three updates walk no list wholly, nor try to."""
    for _ in range(3):
        crawls.run(a_list(20, last=False), mode="update")
    broken = listed(row(1), catalog=BUDGETS, last=False)
    for events in ([], [], [], [("unlisted", url(7))]):
        crawls.run(a_list(20, 7), broken, asked={7: "page"}, second=a_list(20, 7))
        assert crawls.events() == events


def test_crawls_of_another_portal_are_no_tries_of_a_list_that_could_not_be_walked(crawls: Crawls) -> None:
    own, crawls.portal = crawls.portal, NEIGHBOUR
    for _ in range(3):
        crawls.run(a_list(20))
    crawls.portal = own
    broken = listed(row(1), catalog=BUDGETS, last=False)
    crawls.run(a_list(20, 7), broken, asked={7: "page"}, second=a_list(20, 7))
    assert crawls.events() == []


def test_a_record_that_is_back_in_two_lists_may_have_been_so_since_the_one_walked_longest_ago(crawls: Crawls) -> None:
    crawls.run(a_list(20, 7), listed(row(1), catalog=BUDGETS), asked={7: "gone"})
    crawls.run(a_list(20, 7), listed(row(1), catalog=BUDGETS, last=False))
    crawls.run(a_list(20), listed(row(1), row(7), catalog=BUDGETS))
    assert crawls.events() == [("withdrawn", url(7)), ("returned", url(7))]
    ((not_before, _, _),) = windows(crawls, "returned")
    assert not_before == DAY.format(2)


def test_that_another_portal_asked_for_a_page_is_no_asking_of_ones_own(crawls: Crawls) -> None:
    crawls.run(a_list(20, 7), listed(row(1), catalog=BUDGETS), asked={7: "gone"})
    own, crawls.portal = crawls.portal, NEIGHBOUR
    crawls.run(a_list(20), pages=[text(7)])
    crawls.portal = own
    crawls.day -= 1  # on the same day
    crawls.run(a_list(20, 7), listed(row(1), catalog=BUDGETS))
    assert crawls.missing == [url(7)]


def test_a_record_that_is_listed_again_is_not_asked_for_as_one_that_is_gone(crawls: Crawls) -> None:
    crawls.run(a_list(20, 7), listed(row(1), catalog=BUDGETS), asked={7: "gone"})
    crawls.run(a_list(20), listed(row(1), catalog=BUDGETS))
    assert crawls.missing == []
    assert crawls.events() == [("withdrawn", url(7)), ("returned", url(7))]


@pytest.fixture
def failing(crawls: Crawls) -> Crawls:
    """After a day on which the pages of three listed records stood; from now on they are gone."""
    crawls.run(a_list(20), listed(row(1), catalog=BUDGETS), pages=[page(n) for n in (8, 9, 10)])
    return crawls


def test_pages_that_were_gone_the_day_before_cast_no_doubt_on_a_withdrawal(failing: Crawls) -> None:
    failing.run(a_list(20), listed(row(1), catalog=BUDGETS), lost=[8, 9, 10])
    failing.run(a_list(20, 7), listed(row(1), catalog=BUDGETS), lost=[8, 9, 10], asked={7: "gone"})
    assert failing.events() == [("withdrawn", url(7))]


@pytest.mark.parametrize("lost_as", ["gone", "home", "redirect"])
@pytest.mark.parametrize("unchanged", [(), (8, 9, 10)])
def test_pages_that_were_there_the_day_before_cast_doubt_on_a_withdrawal(
    failing: Crawls, unchanged: tuple[int, ...], lost_as: str
) -> None:
    failing.run(a_list(20), listed(row(1), catalog=BUDGETS), unchanged=unchanged)
    lists = [a_list(20, 7), listed(row(1), catalog=BUDGETS)]
    failing.run(*lists, lost=[8, 9, 10], lost_as=lost_as, asked={7: "gone"})
    assert failing.events() == []


def test_two_pages_that_are_gone_are_no_three_though_two_lists_show_them(failing: Crawls) -> None:
    other = listed(row(1), row(8), row(9), catalog=BUDGETS)
    failing.run(a_list(20), other)
    failing.run(a_list(20, 7), other, lost=[8, 9], asked={7: "gone"})
    assert failing.events() == [("withdrawn", url(7))]


def test_what_a_second_day_finds_withdrawn_is_so_though_other_pages_are_gone_then(failing: Crawls) -> None:
    lists = [a_list(20, 7), listed(row(1), catalog=BUDGETS)]
    failing.run(a_list(20), lists[1], pages=[page(n) for n in (11, 12, 13)])
    failing.run(*lists, lost=[8, 9, 10], asked={7: "gone"})
    assert failing.events() == []
    failing.run(*lists, lost=[11, 12, 13], asked={7: "gone"})
    assert failing.events() == [("withdrawn", url(7))]


def test_the_page_that_waits_the_longest_is_asked_for_first(crawls: Crawls) -> None:
    other = listed(row(1), catalog=BUDGETS)
    crawls.run(a_list(20, 8), other, asked={8: "gone"})
    crawls.run(a_list(20, 7, 8), other, asked={7: "gone"})
    crawls.run(a_list(20, 7, 8), other)
    assert crawls.missing == [url(8), url(7)]


def test_pages_that_are_gone_cast_no_doubt_on_a_record_whose_page_stands(failing: Crawls) -> None:
    lists = [a_list(20, 7), listed(row(1), catalog=BUDGETS)]
    failing.run(*lists, lost=[8, 9, 10], asked={7: "page"}, seconds=lists)
    assert failing.events() == [("unlisted", url(7))]


# --- what it became ---


@pytest.mark.parametrize("outcome", ["gone", "home", "redirect"])
def test_a_successor_whose_page_leads_nowhere_is_not_waited_for(crawls: Crawls, outcome: str) -> None:
    crawls.day += 1
    store = Store(crawls.path)
    store.begin(PORTAL, "full", DAY.format(crawls.day))
    crawls.capture(store, url(99), outcome)
    store.close()
    crawls.run(a_list_with(moved_row(99)), listed(row(1), catalog=BUDGETS), asked={7: "gone"})
    assert crawls.events() == [("withdrawn", url(7))]


def test_that_a_neighbours_successor_is_gone_says_nothing_of_ones_own(crawls: Crawls) -> None:
    own, crawls.portal = crawls.portal, NEIGHBOUR
    crawls.run(listed(moved_row(99)), lost=[99])
    crawls.portal = own
    crawls.run(a_list_with(moved_row(99)), listed(row(1), catalog=BUDGETS), asked={7: "gone"})
    assert crawls.events() == [], "its page is still to be read"


def test_what_was_masked_in_a_file_goes_along_with_it(crawls: Crawls) -> None:
    file = "http://p.example/7.pdf"
    had = AttachmentFile(url(7), "样本.pdf", file, "1" * 64, 9, None, "样本附件", "text", redacted={"id_number": 2})
    linked = replace(text(7), attachments=(LinkedFile("样本.pdf", file),))
    lists: list[ListPage] = [listed(row(1), catalog=BUDGETS)]
    crawls.run(a_list(20), *lists, pages=[linked, had])
    crawls.run(a_list_with(moved_row(99)), *lists, pages=[replace(linked, url=url(99))], asked={7: "gone"})
    assert crawls.events()[-1] == ("moved", url(99))
    sql = "SELECT r.url, d.kind, d.count FROM redactions d JOIN records r ON r.id = d.record_id WHERE d.source = ?"
    assert rows(crawls.path, sql, file) == [{"url": url(99), "kind": "id_number", "count": 2}]


def test_what_lists_persons_at_the_new_address_is_held_back_after_the_move(crawls: Crawls) -> None:
    lists = [a_list_with(moved_row(99)), listed(row(1), catalog=BUDGETS)]
    crawls.run(*lists, pages=[text(99)], asked={7: "error"})
    with closing(sqlite3.connect(crawls.path)) as connection, connection:
        held = "INSERT INTO rosters (record_id, source, key, persons, state, at) SELECT id, '', 'p ' || url, 9, 'kept', '' FROM records WHERE url = ?"
        connection.execute(held, (url(99),))
    crawls.run(*lists, asked={7: "gone"})
    assert crawls.events() == [("moved", url(99))]
    assert rows(crawls.path, "SELECT r.url FROM rosters h JOIN records r ON r.id = h.record_id") == [{"url": url(99)}]
