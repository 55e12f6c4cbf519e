"""The thresholds of alarms, their days in China, and that neither another portal nor another catalogue changes them.

Straight on the store; `tests/test_alarm.py` crawls over HTTP.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from archive.ingest.alarm import (
    LEAST_PAGES,
    LEAST_ROWS,
    Alarm,
    WalkCounts,
    counted,
    lacking,
    longest_usual,
    pages_beside,
    too_short,
)
from archive.ingest.store import Store
from archive.model.observations import ListPage, PortalOfFile, RecordPage, Row
from tests.conftest import empty_archive, rows
from tests.test_presence import Crawls
from tests.test_store import BUDGETS, PLANS, PORTAL, listed, row

OTHER = replace(PORTAL, id="other", name="另一样本县")
FIRST_WALK = "2018-04-02T01:00:00Z"
WEEKLY = [row(n, published_on=str(date(2018, 4, 1) - n * timedelta(days=7))) for n in range(150)]
UPDATE = WEEKLY[:3]


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return empty_archive(tmp_path / "a.db")


def crawl(
    db: Path,
    now: str,
    *lists: ListPage,
    pages: Iterable[RecordPage] = (),
    portal: PortalOfFile = PORTAL,
    outcome: str = "finished",
) -> dict[str, str]:
    """The alarms that a crawl at a moment raised: kind → message."""
    store = Store(db)
    crawl_id = store.begin(portal, "full", now)
    store.write([*lists, *pages], now)
    store.finish(outcome, now)
    store.close()
    with closing(sqlite3.connect(db)) as connection:
        return dict(connection.execute("SELECT kind, message FROM problems WHERE crawl_id = ?", (crawl_id,)).fetchall())


def update(*rows: Row, catalog: str = PLANS) -> ListPage:
    return listed(*rows, catalog=catalog, last=False)


@pytest.mark.parametrize(
    ("now", "silent"),
    [("2018-04-15T15:59:59Z", False), ("2018-04-15T16:00:00Z", True), ("2018-04-15T23:30:00Z", True)],
)
def test_a_silence_is_counted_in_days_of_china(db: Path, now: str, silent: bool) -> None:
    assert crawl(db, FIRST_WALK, listed(*WEEKLY)) == {}
    said = crawl(db, now, update(*UPDATE)).get("nothing_new")
    assert said == (
        "nothing new in 规划 since 2018-04-01, for 15 days; more than 14 are unusual there" if silent else None
    )


@pytest.mark.parametrize(("now", "silent"), [("2018-04-24T15:59:59Z", False), ("2018-04-24T16:00:00Z", True)])
def test_a_row_first_seen_in_the_early_hours_is_news_of_that_day_in_china(db: Path, now: str, silent: bool) -> None:
    crawl(db, FIRST_WALK, listed(*WEEKLY))
    assert crawl(db, "2018-04-09T23:30:00Z", update(row(999, published_on="2017-01-01"), *UPDATE)) == {}
    said = crawl(db, now, update(*UPDATE)).get("nothing_new", "")
    assert ("since 2018-04-10, for 15 days" in said) == silent


def test_a_silence_that_only_a_clock_that_stood_ahead_saw_is_none(db: Path) -> None:
    crawl(db, FIRST_WALK, listed(*WEEKLY))
    assert set(crawl(db, "2019-04-05T04:00:00Z", update(*UPDATE))) == {"nothing_new"}
    crawl(db, "2018-04-06T04:00:00Z", update(*UPDATE))
    states = rows(db, "SELECT health FROM crawls ORDER BY id")
    assert [each["health"] for each in states] == ["well", "silent", "well"]


def test_what_is_new_elsewhere_ends_no_silence(db: Path) -> None:
    crawl(db, FIRST_WALK, listed(*WEEKLY))
    crawl(db, FIRST_WALK, listed(*WEEKLY), portal=OTHER)
    news = row(999, published_on="2018-04-14")
    assert crawl(db, "2018-04-14T04:00:00Z", update(news, *UPDATE), portal=OTHER) == {}
    assert set(crawl(db, "2018-04-20T04:00:00Z", update(*UPDATE), update(news, catalog=BUDGETS))) == {"nothing_new"}
    assert crawl(db, "2018-04-20T04:00:00Z", update(*UPDATE), portal=OTHER) == {}


def test_a_silence_is_told_by_three_crawls_of_each_portal(db: Path) -> None:
    for portal in (PORTAL, OTHER):
        crawl(db, FIRST_WALK, listed(*WEEKLY), portal=portal)
    for portal in (PORTAL, OTHER):
        told = [set(crawl(db, f"2018-04-2{day}T04:00:00Z", update(*UPDATE), portal=portal)) for day in range(4)]
        assert told == [{"nothing_new"}] * 3 + [set()]


@pytest.mark.parametrize(("last", "silent"), [("2018-03-19", True), ("2018-03-18", False)])
def test_a_silence_that_was_too_long_at_the_first_walk_already_is_none(db: Path, last: str, silent: bool) -> None:
    """Fourteen days of silence are usual; the list was first walked after fourteen, or after fifteen."""
    latest = date.fromisoformat(last)
    rows = [row(n, published_on=str(latest - n * timedelta(days=7))) for n in range(150)]
    crawl(db, FIRST_WALK, listed(*rows))
    assert ("nothing_new" in crawl(db, "2018-04-03T04:00:00Z", update(*rows[:3]))) == silent


def test_lists_that_were_never_walked_wholly_raise_no_silence(db: Path) -> None:
    crawl(db, FIRST_WALK, update(*WEEKLY))
    assert crawl(db, "2018-06-01T04:00:00Z", update(*UPDATE)) == {}


def own(number: int, body: str = "样本正文", **fields: str) -> RecordPage:
    return RecordPage(fields, {}, url=f"http://p.example/{number}.html", body=body)


@pytest.mark.parametrize(("pages", "told"), [(LEAST_PAGES - 1, False), (LEAST_PAGES, True), (LEAST_PAGES + 1, True)])
def test_record_pages_are_held_against_those_of_their_own_portal(db: Path, pages: int, told: bool) -> None:
    rows = [row(n) for n in range(pages)]
    with_text, without = [own(n) for n in range(pages)], [own(n, body="") for n in range(pages)]
    crawl(db, "2026-01-01T00:00:00Z", listed(*rows), pages=without, portal=OTHER)
    crawl(db, "2026-01-01T00:00:00Z", listed(*rows), pages=with_text)
    assert crawl(db, "2026-01-02T00:00:00Z", listed(*rows), pages=without, portal=OTHER) == {}
    said = crawl(db, "2026-01-02T00:00:00Z", listed(*rows), pages=without).get("fields_missing", "")
    assert ("records' own pages suddenly lack body" in said) == told


def test_a_catalogues_rows_are_held_against_its_own_past(db: Path) -> None:
    full, bare = [row(n, publisher="样本局") for n in range(5)], [row(n) for n in range(5, 10)]
    for day in (1, 2):
        assert crawl(db, f"2026-01-0{day}T00:00:00Z", listed(*full), listed(*bare, catalog=BUDGETS)) == {}
        assert crawl(db, f"2026-01-0{day}T00:00:00Z", listed(*map(_unpublished, full)), portal=OTHER) == {}
    said = crawl(db, "2026-01-03T00:00:00Z", listed(*map(_unpublished, full)), listed(*bare, catalog=BUDGETS))
    assert said == {"fields_missing": "rows of 规划 suddenly lack publisher (0 of 5 now, 100% before)"}


@pytest.mark.parametrize(
    ("first", "now", "told"),
    [(10, 5, False), (10, 4, True), (9, 4, True), (8, 3, False)],
)
def test_less_than_half_of_what_nine_of_ten_rows_stated_at_first_has_drifted(
    db: Path, first: int, now: int, told: bool
) -> None:
    crawl(db, "2026-01-01T00:00:00Z", listed(*_published(first)))
    assert ("fields_drifted" in crawl(db, "2026-01-02T00:00:00Z", listed(*_published(now)))) == told


@pytest.mark.parametrize(
    ("checked_on", "told"), [(None, True), ("2026-01-01", True), ("2026-01-02", False), ("2026-01-09", False)]
)
def test_the_first_crawl_since_somebody_looked_says_what_a_portal_states(
    db: Path, checked_on: str | None, told: bool
) -> None:
    crawl(db, "2026-01-01T00:00:00Z", listed(*_published(10)))
    crawl(db, "2026-01-01T17:00:00Z", listed(*_published(4)))  # the next day in China
    portal = replace(PORTAL, checked_on=checked_on)
    assert ("fields_drifted" in crawl(db, "2026-01-05T00:00:00Z", listed(*_published(4)), portal=portal)) == told


def test_a_crawl_in_the_early_hours_of_the_day_on_which_somebody_looked_says_it(db: Path) -> None:
    crawl(db, "2026-01-01T15:59:59Z", listed(*_published(4)))
    crawl(db, "2026-01-01T16:00:00Z", listed(*_published(10)))  # the next day in China
    portal = replace(PORTAL, checked_on="2026-01-02")
    said = crawl(db, "2026-01-05T00:00:00Z", listed(*_published(4)), portal=portal)
    assert "(4 of 10 now, 100% on 2026-01-02)" in said.get("fields_drifted", "")


@pytest.mark.parametrize(("outcome", "told"), [("unsure", True), ("finished", False)])
def test_crawls_in_which_most_changed_at_once_say_nothing_of_what_is_usual(db: Path, outcome: str, told: bool) -> None:
    """Of the latest five others the median counts."""
    rows = [row(n) for n in range(LEAST_PAGES)]
    with_text, without = [own(n) for n in range(LEAST_PAGES)], [own(n, body="") for n in range(LEAST_PAGES)]
    crawl(db, "2026-01-01T00:00:00Z", listed(*rows), pages=with_text)
    for day in range(2, 7):
        crawl(db, f"2026-01-0{day}T00:00:00Z", listed(*rows), pages=without, outcome=outcome)
    assert ("fields_missing" in crawl(db, "2026-01-07T00:00:00Z", listed(*rows), pages=without)) == told


@pytest.mark.parametrize(("outcome", "told"), [("unsure", True), ("finished", False)])
def test_nor_do_the_rows_of_such_crawls(db: Path, outcome: str, told: bool) -> None:
    crawl(db, "2026-01-01T00:00:00Z", listed(*_published(10)))
    for day in range(2, 7):
        crawl(db, f"2026-01-0{day}T00:00:00Z", listed(*_published(0)), outcome=outcome)
    assert ("fields_missing" in crawl(db, "2026-01-07T00:00:00Z", listed(*_published(0)))) == told


def _published(count: int) -> list[Row]:
    """Ten rows, of which so many state a publisher."""
    return [row(n, **({"publisher": "样本局"} if n < count else {})) for n in range(10)]


def test_rows_are_counted_by_what_they_state_and_lead_to() -> None:
    bare = Row({"title": "样本"}, {}, key=f"{PLANS}#row-1")
    rows = [row(1, publisher="样本局"), row(2, publisher=""), bare, row(3)]
    assert counted(rows) == {"read": 4, "link": 3, "title": 4, "index_number": 3, "publisher": 1}


def test_all_that_rows_suddenly_lack_is_named(db: Path) -> None:
    bare = Row({"title": "样本"}, {}, key=f"{PLANS}#row-1")
    crawl(db, "2026-01-01T00:00:00Z", listed(*(row(n, publisher="样本局") for n in range(5))))
    messages = crawl(db, "2026-01-02T00:00:00Z", listed(*(replace(bare, key=f"{PLANS}#row-{n}") for n in range(4))))
    lacks = ", ".join(f"{name} (0 of 4 now, 100% before)" for name in ("index_number", "link", "publisher"))
    assert messages["fields_missing"] == f"rows of 规划 suddenly lack {lacks}"


LOOKED_AT = "SELECT capture_id, before_capture_id FROM problems WHERE kind = 'fields_missing'"


@pytest.fixture
def unpublished(tmp_path: Path) -> Crawls:
    """After two crawls, in the second of which rows of a list lack what they stated in the first."""
    crawls, full = Crawls(tmp_path / "crawls.db"), [row(n, publisher="样本局") for n in range(5)]
    crawls.run(listed(*full))
    crawls.run(listed(*map(_unpublished, full)))
    assert rows(crawls.path, LOOKED_AT) == [{"capture_id": 2, "before_capture_id": 1}]
    return crawls


@pytest.mark.parametrize(
    ("crawl_id", "reason", "is_named"),
    [(2, "rows of 规划 suddenly lack publisher (0 of 5 now, 100% before) (and 1 more)", True), (2, "rows of", False), (1, "rows of 规划 suddenly lack publisher (0 of 5 now, 100% before)", False)],
)  # fmt: skip
def test_the_pages_that_show_an_alarm_are_named_with_it(
    unpublished: Crawls, crawl_id: int, reason: str, is_named: bool
) -> None:
    said = f"compare {PLANS} of 2026-01-02 08:00 with {PLANS} of 2026-01-01 08:00, which was read well"
    with closing(sqlite3.connect(unpublished.path)) as connection:
        assert pages_beside(connection, crawl_id, reason) == (said if is_named else "")


def test_no_page_is_named_in_an_archive_of_an_earlier_version(unpublished: Crawls) -> None:
    with closing(sqlite3.connect(unpublished.path)) as connection:
        connection.execute("ALTER TABLE problems DROP COLUMN before_capture_id")
        assert pages_beside(connection, 2, "rows") == ""
        connection.execute("DROP TABLE problems")
        with pytest.raises(sqlite3.OperationalError, match="no such table"):
            pages_beside(connection, 2, "rows")


def test_a_record_s_page_is_held_against_itself_as_it_was(tmp_path: Path) -> None:
    crawls = Crawls(tmp_path / "crawls.db")
    crawls.run(listed(*map(row, range(10))), pages=[own(n, topic="样本") for n in (*range(1, 10), 0)])
    crawls.run(listed(*map(row, range(10))), pages=[own(n) for n in (5, *range(5), *range(6, 10))])
    (pages,) = rows(crawls.path, LOOKED_AT)
    assert (pages["before_capture_id"], pages["capture_id"]) == (6, 13), "after the list, the first of ten: record 5"


def test_a_withheld_record_s_page_stands_beside_no_alarm(tmp_path: Path) -> None:
    crawls, numbers = Crawls(tmp_path / "crawls.db"), range(LEAST_PAGES + 2)

    def withhold(number: int) -> None:
        with closing(sqlite3.connect(crawls.path)) as connection, connection:
            connection.execute("UPDATE records SET state = 'withheld' WHERE url = ?", (own(number).url,))

    crawls.run(listed(*map(row, numbers)), pages=[own(n, topic="样本") for n in numbers])
    withhold(0)
    crawls.run(listed(*map(row, numbers)), pages=[own(n) for n in numbers])
    (pages,) = rows(crawls.path, LOOKED_AT)
    shown = rows(crawls.path, "SELECT DISTINCT url FROM captures WHERE id IN (?, ?)", *pages.values())
    assert [each["url"] for each in shown] == [own(1).url]
    with closing(sqlite3.connect(crawls.path)) as connection:
        reason = "records' own pages suddenly lack topic (0 of 11 now, 100% before)"
        assert pages_beside(connection, 2, reason).startswith(f"compare {own(1).url} of ")
        withhold(1)
        assert pages_beside(connection, 2, reason) == ""


def test_first_pages_that_are_too_short_are_reported_with_the_usual_length(db: Path) -> None:
    pages = [update(*(row(n) for n in range(start, start + 10))) for start in (0, 10)]
    for day in (1, 2, 3):
        assert crawl(db, f"2026-01-0{day}T00:00:00Z", *pages) == {}
    few = [update(*(row(n) for n in range(start, start + 4))) for start in (0, 10)]
    whole = [few[0], replace(few[1], last=True)]
    assert "list_short" not in crawl(db, "2026-01-04T00:00:00Z", *whole), "a whole walk's length is judged elsewhere"
    message = "the first pages of 规划 show 8 rows, where 20 are usual"
    assert crawl(db, "2026-01-05T00:00:00Z", *few) == {"list_short": message}


def test_of_a_list_that_was_not_walked_nothing_is_missing(db: Path) -> None:
    crawl(db, "2026-01-01T00:00:00Z", listed(*(row(n, publisher="样本局") for n in range(5))))
    with closing(sqlite3.connect(db)) as connection:
        connection.row_factory = sqlite3.Row
        assert Alarm(connection, "p", 2).misread(1) == Alarm(connection, "p", 1).misread(2) == []


def test_a_silence_is_reported_with_its_length_and_the_usual_one(db: Path) -> None:
    crawl(db, FIRST_WALK, listed(*WEEKLY))
    message = "nothing new in 规划 since 2018-04-01, for 15 days; more than 14 are unusual there"
    assert crawl(db, "2018-04-15T16:00:00Z", update(*UPDATE)) == {"nothing_new": message}


def test_two_pages_of_a_walk_are_counted_and_no_third(db: Path) -> None:
    bare, full = [row(n) for n in range(5)], [row(n, publisher="样本局") for n in range(5, 100)]
    first, second = update(*bare[:3]), update(*bare[3:])
    crawl(db, "2026-01-01T00:00:00Z", first, second, listed(*full))
    assert crawl(db, "2026-01-02T00:00:00Z", first, second) == {}
    crawl(db, "2026-01-01T00:00:00Z", update(*bare, catalog=BUDGETS), listed(*full, catalog=BUDGETS))
    said = crawl(
        db, "2026-01-02T00:00:00Z", update(*bare, catalog=BUDGETS), update(*map(_unpublished, full), catalog=BUDGETS)
    )
    assert said["fields_missing"] == "rows of 预算 suddenly lack publisher (0 of 100 now, 95% before)"


def _unpublished(listed_row: Row) -> Row:
    fields = {name: value for name, value in listed_row.fields.items() if name != "publisher"}
    return replace(listed_row, fields=fields)


@pytest.mark.parametrize(
    ("before", "now", "missing"),
    [
        (17, 0, False),
        (18, 0, True),  # nine of ten are the rule
        (19, 0, True),
        (20, 4, True),
        (20, 5, False),  # a quarter is left
        (20, 6, False),
        (18, 4, True),  # of eighteen, four and a half
        (18, 5, False),
    ],
)
def test_what_nine_of_ten_stated_and_less_than_a_quarter_of_them_do_is_missing(
    before: int, now: int, missing: bool
) -> None:
    found = lacking([{"read": 20, "publisher": now}, {"read": 20, "publisher": before}], LEAST_ROWS)
    assert [(each.field, each.now, each.read) for each in found] == ([("publisher", now, 20)] if missing else [])


@pytest.mark.parametrize(("read", "missing"), [(LEAST_ROWS - 1, False), (LEAST_ROWS, True), (LEAST_ROWS + 1, True)])
def test_few_rows_say_nothing(read: int, missing: bool) -> None:
    assert bool(lacking([{"read": read, "link": 0}, {"read": 20, "link": 20}], LEAST_ROWS)) == missing


@pytest.mark.parametrize(
    ("heads", "short"),
    [
        ([9, 20], True),
        ([10, 20], False),
        ([11, 20], False),
        ([9, 10, 10, 20, 20, 20], True),
        ([9, 10, 10, 10, 20, 20, 20, 20, 20, 20], False),
        ([9], False),
    ],
)
def test_the_first_pages_are_held_against_the_latest_five_walks(heads: list[int], short: bool) -> None:
    walks = [WalkCounts(2, False, Counter(read=head)) for head in heads]
    assert bool(too_short(walks)) == short


@pytest.mark.parametrize(("pages", "short"), [(1, False), (2, True), (3, True)])
def test_walks_of_fewer_than_two_pages_are_not_compared(pages: int, short: bool) -> None:
    usual, now = WalkCounts(2, True, Counter(read=20)), WalkCounts(2, False, Counter(read=9))
    assert bool(too_short([replace(now, pages_read=pages), usual])) == short
    assert bool(too_short([now, replace(usual, pages_read=pages)])) == short


def after(*silences: int) -> list[date]:
    days = [date(2012, 1, 1)]
    for silence in silences:
        days.append(days[-1] + timedelta(days=silence))
    return days


@pytest.mark.parametrize(
    ("silences", "usual"),
    [
        ([], None),
        ([300] * 3, None),
        ([1] * 9, None),
        ([7] * 30, 210),
        ([7] * 150, 14),
        ([7] * 75 + [400] + [7] * 75, 14),
        ([7] * 40 + [60, 30] + [7] * 80, 60),
        (([3] * 20 + [200]) * 3 + [3] * 20, 400),
        ([400] * 3 + [7] * 160, 14),
        ([7] * 104 + [1], 729),  # a day less than two years shows no seasons
        ([7] * 104 + [2], 14),
        ([8] * 100, 16),
        ([7] * 9, None),
        ([7] * 10, 70),
        ([1] * 10, 14),  # never less than two weeks
        ([100, 100, *[5] * 178, 4], 200),
        ([100, 100, *[5] * 179], 14),  # the first of the two began three years ago to the day
    ],
)
def test_how_long_a_silence_is_usual_is_learned_from_three_years(silences: list[int], usual: int | None) -> None:
    found = longest_usual(after(*silences))
    assert (found.days if found else None) == usual
