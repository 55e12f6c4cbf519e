"""Each condition of the proof of absence by itself, at its threshold: straight on the store, with a second portal beside it."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from archive.ingest.store import Store
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.model.observations import CatalogOfPortal, ListPage, MissingPage, Paging, RecordPage, Row
from tests.conftest import rows
from tests.test_presence import Crawls, url, with_capture
from tests.test_store import BUDGETS, DAY, PLANS, PORTAL, listed, row

NEIGHBOUR = replace(
    PORTAL,
    id="q",
    name="样本邻县",
    catalogs=(CatalogOfPortal("plan", "规划", PLANS), CatalogOfPortal("budget", "预算", BUDGETS)),
)
"""A second portal of the same archive, with the same addresses."""


def a_list(count: int, *gone: int, last: bool = True, catalog: str = PLANS) -> ListPage:
    """A catalogue of `count` rows without those `gone`."""
    return listed(*(row(n) for n in range(1, count + 1) if n not in gone), last=last, catalog=catalog)


def shortened(count: int, now: int) -> ListPage:
    """The first `now` rows of a catalogue of `count`."""
    return a_list(count, *range(now + 1, count + 1))


@pytest.fixture
def crawls(tmp_path: Path) -> Crawls:
    return Crawls(tmp_path / "a.db")


def problems(crawls: Crawls) -> list[object]:
    sql = "SELECT kind FROM problems WHERE crawl_id = (SELECT max(id) FROM crawls)"
    return [found["kind"] for found in rows(crawls.path, sql)]


# --- how long a walk must be ---


@pytest.mark.parametrize(
    ("before", "now", "plausible"),
    [
        (4, 1, True),  # no more than three rows are always plausible
        (10, 7, True),
        (10, 6, False),
        (100, 81, True),
        (100, 80, True),  # four fifths
        (100, 79, False),
        (100, 70, False),
        (100, 51, False),
        (100, 50, False),
        (20, 16, True),
        (20, 15, False),
        (10, 20, True),
    ],
)
def test_a_walk_proves_absence_from_four_fifths_of_its_usual_length(
    crawls: Crawls, before: int, now: int, plausible: bool
) -> None:
    gone = range(now + 1, before + 1)
    crawls.run(a_list(before))
    crawls.run(shortened(before, now), asked=dict.fromkeys(gone, "gone"))
    assert crawls.missing == ([url(n) for n in gone] if plausible else [])
    assert crawls.events() == ([("withdrawn", url(n)) for n in gone] if plausible else [])
    assert problems(crawls) == ([] if plausible else ["list_shrunk"])


@pytest.mark.parametrize(
    ("first", "second", "agrees"),
    [
        (10, 10, True),
        (10, 7, True),  # as short as each other: up to three rows
        (10, 13, True),
        (10, 6, False),
        (10, 14, False),
        (200, 204, True),  # or two in a hundred of the present length
        (200, 205, False),
        (200, 197, True),
        (200, 196, False),
    ],
)
def test_a_short_walk_proves_absence_where_the_one_before_was_as_short(
    crawls: Crawls, first: int, second: int, agrees: bool
) -> None:
    """The second short walk is asked for one record alone, which neither of the two showed."""
    length = 400 if first >= 100 else 100
    crawls.run(a_list(length))
    crawls.run(shortened(length, first), asked={length: "gone"})
    assert crawls.events() == []
    crawls.run(shortened(length, second), asked={length: "gone"})
    assert crawls.events() == ([("withdrawn", url(length))] if agrees else [])


def test_only_the_walk_directly_before_can_agree_with_a_short_one(crawls: Crawls) -> None:
    crawls.run(a_list(20))
    crawls.run(shortened(20, 9))
    crawls.run(a_list(20))
    crawls.run(shortened(20, 9), asked={20: "gone"})
    assert (crawls.missing, crawls.events()) == ([], [])


def test_walks_that_did_not_reach_the_end_are_no_measure_of_a_list(crawls: Crawls) -> None:
    gone = range(10, 21)
    crawls.run(a_list(20))
    crawls.run(a_list(20, *gone, last=False))
    crawls.run(a_list(20, *gone), asked=dict.fromkeys(gone, "gone"))
    assert (crawls.missing, crawls.events(), problems(crawls)) == ([], [], ["list_shrunk"])


def test_a_list_that_never_was_longer_in_the_walks_compared_is_not_short(crawls: Crawls) -> None:
    """A long walk counts as the usual length for five crawls, and no longer."""
    for later, plausible in ((4, False), (5, True)):
        again = Crawls(crawls.path.with_name(f"{later}.db"))
        again.run(a_list(30))
        again.run(shortened(30, 21))  # short
        for _ in range(later - 1):
            again.run(shortened(30, 22))
        again.run(shortened(30, 18), asked={30: "gone"})  # four fifths of 22, and not as short as 22
        assert (again.missing != []) == plausible


def test_the_length_of_another_catalogue_or_portal_is_no_measure(crawls: Crawls) -> None:
    crawls.run(a_list(20), a_list(5, catalog=BUDGETS))
    neighbour(crawls, a_list(20))
    crawls.run(shortened(20, 5), a_list(4, catalog=BUDGETS), asked={20: "gone", 5: "gone"})
    assert crawls.events() == []
    crawls.run(a_list(19), a_list(20, catalog=BUDGETS), asked={20: "gone"})
    assert crawls.missing == []


def neighbour(crawls: Crawls, *seen: ListPage | RecordPage | MissingPage) -> None:
    """A whole crawl of the second portal."""
    crawls.day += 1
    now = DAY.format(crawls.day)
    store = Store(crawls.path)
    store.begin(NEIGHBOUR, "full", now)
    for each in seen:
        address = each.catalog_url if isinstance(each, ListPage) else each.url
        store.write([with_capture(each, crawls.capture(store, address))], now)
    store.missing(now)
    store.finish("finished", now)
    store.close()


# --- a walk that was misread ---


def without_numbers(count: int, *gone: int) -> ListPage:
    """A catalogue whose rows do not state their index number any more, as after a change of layout.

    So much changed at once that the portal is doubted: such a crawl claims nothing, and the next one what both found.
    """
    kept = [n for n in range(1, count + 1) if n not in gone]
    seen = (Row({"title": f"样本文件之{n}"}, {"标题": f"样本文件之{n}"}, key=url(n)) for n in kept)
    return listed(*seen)


@pytest.mark.parametrize(("stated", "misread"), [(0, True), (4, True), (5, False), (19, False)])
def test_a_walk_whose_rows_suddenly_lack_a_field_proves_nothing(crawls: Crawls, stated: int, misread: bool) -> None:
    """Fewer than a quarter of the 20 rows that stated an index number state it now."""
    crawls.run(a_list(21))
    seen = without_numbers(21, 21)
    seen = replace(seen, rows=(*(row(n) for n in range(1, stated + 1)), *seen.rows[stated:]))
    for _ in range(2):
        crawls.run(seen, asked={21: "gone"}, second=seen)
        assert crawls.missing == ([] if misread else [url(21)])
    assert [kind for kind, _ in crawls.events() if kind != "changed"] == ([] if misread else ["withdrawn"])


def test_one_misread_list_takes_no_proof_from_the_others(crawls: Crawls) -> None:
    budgets = listed(*(row(n) for n in range(31, 41)), catalog=BUDGETS)
    crawls.run(a_list(20), budgets)
    for _ in range(2):
        crawls.run(without_numbers(20, 7), replace(budgets, rows=budgets.rows[1:]), asked={7: "gone", 31: "gone"})
    assert [event for event in crawls.events() if event[0] == "withdrawn"] == [("withdrawn", url(31))]


# --- all of its catalogues, twice ---


@pytest.mark.parametrize("again", [(PLANS,), (BUDGETS,), (PLANS, BUDGETS)])
def test_unlisted_only_when_each_of_its_catalogues_was_walked_again(crawls: Crawls, again: Sequence[str]) -> None:
    lists = {PLANS: a_list(10), BUDGETS: a_list(10, catalog=BUDGETS)}
    lacking = {PLANS: a_list(10, 7), BUDGETS: a_list(10, 7, catalog=BUDGETS)}
    crawls.run(*lists.values())
    crawls.run(*lacking.values(), asked={7: "page"}, seconds=[lacking[catalog] for catalog in again])
    assert crawls.again == {PLANS, BUDGETS}
    assert crawls.events() == ([("unlisted", url(7))] if len(again) == 2 else [])


@pytest.mark.parametrize(
    ("second", "proves"),
    [
        (a_list(20, 7), True),
        (a_list(20, 7, last=False), False),
        (listed(), False),  # an empty list where there were rows
        (shortened(20, 6), False),  # much shorter than it was a moment ago
        (replace(a_list(20, 7), paging=Paging(rows_claimed=19)), True),
        (replace(a_list(20, 7), paging=Paging(rows_claimed=20)), False),
        (replace(a_list(20, 7), paging=Paging(pages_claimed=1)), True),
        (replace(a_list(20, 7), paging=Paging(pages_claimed=2)), False),
    ],
)
def test_the_second_walk_must_be_as_whole_as_the_first(crawls: Crawls, second: ListPage, proves: bool) -> None:
    crawls.run(a_list(20))
    crawls.run(a_list(20, 7), asked={7: "page"}, second=second)
    assert crawls.events() == ([("unlisted", url(7))] if proves else [])


def test_the_pages_of_a_second_walk_are_counted_together(crawls: Crawls) -> None:
    pages = [
        replace(listed(*(row(n) for n in range(1, 11) if n != 7), last=False), paging=Paging(2, 19)),
        replace(listed(*(row(n) for n in range(11, 21))), paging=Paging(2, 19)),
    ]
    crawls.run(a_list(20))
    crawls.run(*pages, asked={7: "page"}, seconds=pages)
    assert crawls.events() == [("unlisted", url(7))]


def test_a_second_walk_proves_nothing_in_the_next_crawl(crawls: Crawls) -> None:
    crawls.run(a_list(20))
    crawls.run(a_list(20, 7), asked={7: "error"}, second=a_list(20, 7))
    crawls.run(a_list(20, 7), asked={7: "page"})
    assert crawls.events() == []


def test_a_row_without_a_page_is_unlisted_after_the_second_walk_and_never_withdrawn(crawls: Crawls) -> None:
    bare = Row({"title": "样本，无链接"}, {"标题": "样本，无链接"}, key=f"{PLANS}#row-0123456789abcdef")
    crawls.run(listed(*a_list(10).rows, bare))
    crawls.run(a_list(10), second=a_list(10, 10))
    assert (crawls.missing, crawls.again) == ([None], {PLANS})
    assert crawls.events() == [("unlisted", bare.key)]
    (event,) = rows(crawls.path, "SELECT detail FROM events WHERE kind = 'unlisted'")
    assert json.loads(str(event["detail"])) == {
        "walk": 2, "pages": 2, "catalogs": [1], "listed": 1, "page": None, "reason": "the row had no page of its own",
    }  # fmt: skip
    crawls.run(a_list(10), second=a_list(10))
    assert len(crawls.events()) == 1
    crawls.run(listed(*a_list(10).rows, bare))
    assert crawls.events()[1:] == [("returned", bare.key)]


def test_a_page_that_stands_but_was_taken_off_each_day_is_unlisted_once(crawls: Crawls) -> None:
    crawls.run(a_list(20))
    for _ in range(3):
        crawls.run(a_list(20, 7), asked={7: "page"}, second=a_list(20, 7))
    assert crawls.events() == [("unlisted", url(7))]
    assert crawls.missing == [url(7)]
    assert crawls.again == set()


def test_a_withdrawn_record_is_asked_for_ever_more_rarely(crawls: Crawls) -> None:
    """A day after, and then after a quarter of the days that it has been gone, four at the least and sixty at the most."""
    crawls.run(a_list(20))
    crawls.run(a_list(20, 7), asked={7: "gone"})
    asked = []
    for _ in range(25):
        crawls.run(a_list(20, 7), asked={7: "gone"})
        if crawls.missing:
            asked.append(crawls.day)
    assert asked == [3, 4, 5, 6, 8, 10, 13, 17, 22]
    assert crawls.events() == [("withdrawn", url(7))]


def test_the_page_is_asked_for_at_the_address_that_its_row_prints(crawls: Crawls) -> None:
    linked = replace(row(7), url="http://p.example/7.html?from=list")
    crawls.run(listed(*a_list(20, 7).rows, linked))
    crawls.run(a_list(20, 7))
    assert crawls.missing == ["http://p.example/7.html?from=list"]


@pytest.mark.parametrize("outcome", ["blocked", "archive_error", "shutdown", "incomplete"])
def test_a_crawl_that_ends_early_claims_what_it_has_proved(crawls: Crawls, outcome: str) -> None:
    crawls.run(a_list(20))
    crawls.run(a_list(20, 7, 8), asked={7: "gone"}, reason=outcome)
    assert crawls.events() == [("withdrawn", url(7))]


def test_what_a_batch_that_was_taken_back_said_proves_nothing(crawls: Crawls) -> None:
    """The answers of a batch that could not be written are not in the archive; a crawl that ends so has not seen them."""
    crawls.run(a_list(20))
    crawls.day += 1
    now = DAY.format(crawls.day)
    store = Store(crawls.path)
    store.begin(PORTAL, "full", now)
    store.write([a_list(20, 7, 8)], now)
    store.missing(now)
    store.write([MissingPage(url(8), "page", "")], now)
    unknown = replace(a_list(1), catalog_url="http://p.example/unknown/")
    taken_back = [MissingPage(url(7), "gone", ""), replace(a_list(20, 7, 8), second_pass=True), unknown]
    with pytest.raises(KeyError):
        store.write(taken_back, now)
    store.finish("archive_error", now)
    store.close()
    assert crawls.events() == []


def test_half_a_second_walk_that_was_taken_back_is_not_counted(crawls: Crawls) -> None:
    first = replace(listed(*(row(n) for n in range(1, 11) if n != 7), last=False), paging=Paging(2))
    rest = replace(listed(*(row(n) for n in range(11, 21))), paging=Paging(2))
    crawls.run(a_list(20))
    crawls.day += 1
    now = DAY.format(crawls.day)
    store = Store(crawls.path)
    store.begin(PORTAL, "full", now)
    store.write([first, rest, MissingPage(url(7), "page", "")], now)
    store.missing(now)
    unknown = replace(a_list(1), catalog_url="http://p.example/unknown/")
    with pytest.raises(KeyError):
        store.write([replace(first, second_pass=True), unknown], now)
    store.write([replace(rest, second_pass=True)], now)
    store.finish("finished", now)
    store.close()
    assert crawls.events() == []


# --- another portal ---


def test_a_walk_of_one_portal_says_nothing_of_another_s_records(crawls: Crawls) -> None:
    crawls.run(a_list(20))
    neighbour(crawls, a_list(20))
    neighbour(crawls, a_list(20, 7), MissingPage(url(7), "gone", "404"))
    assert crawls.events() == [("withdrawn", url(7))]
    states = rows(crawls.path, "SELECT portal, state FROM records WHERE url = ? ORDER BY 1", url(7))
    assert states == [{"portal": "p", "state": "listed"}, {"portal": "q", "state": "withdrawn"}]
    crawls.run(a_list(20))
    assert len(crawls.events()) == 1


def test_a_crawl_that_begins_leaves_the_running_one_of_another_portal_alone(tmp_path: Path) -> None:
    """Many portals are crawled side by side into one archive, over one connection."""
    connection = open_up_to_date(tmp_path / "a.db")
    first, second, again = (Store(tmp_path / "a.db", connection) for _ in range(3))
    first.begin(PORTAL, "full", DAY.format(1))
    second.begin(NEIGHBOUR, "full", DAY.format(1))
    outcomes = "SELECT portal, outcome FROM crawls ORDER BY id"
    assert rows(tmp_path / "a.db", outcomes) == [{"portal": "p", "outcome": None}, {"portal": "q", "outcome": None}]
    again.begin(PORTAL, "full", DAY.format(2))
    assert [found["outcome"] for found in rows(tmp_path / "a.db", outcomes)] == ["interrupted", None, None]
    second.finish("finished", DAY.format(2))
    assert [found["outcome"] for found in rows(tmp_path / "a.db", outcomes)] == ["interrupted", "finished", None]
    third = Store(tmp_path / "a.db", connection)
    third.begin(NEIGHBOUR, "full", DAY.format(3))
    assert [found["outcome"] for found in rows(tmp_path / "a.db", outcomes)][1] == "finished"
    connection.close()
