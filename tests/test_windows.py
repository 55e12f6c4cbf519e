"""Between when and when things happened: each event's window holds the true moment, its captures say what was before, and what is now.

A county lives through a month: crawled wholly at first, then by updates that read some pages only, and wholly again.
"""

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from archive.database.migrations import EARLIER_WINDOWS, statements
from archive.evidence.evidence_reader import Originals, beside
from archive.evidence.text_encoding import text_of
from archive.ingest.store import Store
from archive.ingest.windows import Window, of_move
from archive.labels.when import when
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.model.clock import text as written
from archive.model.observations import Capture, RecordPage, Row
from bench.ten_days import crawl, morning
from tests.conftest import empty_archive, rows
from tests.county_pages import clock
from tests.test_store import BUDGETS, DAY, PLANS, PORTAL, listed, row
from tests.test_store import crawl as crawl_rows
from tests.test_update import WITH_COUNTS, WITHOUT_COUNTS, Town


@dataclass(frozen=True)
class Month:
    """An archive of a county, and what truly happened there: kind and address → the day, from 1."""

    db: Path
    truth: dict[tuple[str, str], int]

    def events(self, *kinds: str) -> list[dict[str, Any]]:
        sql = "SELECT e.*, r.url FROM events e JOIN records r ON r.id = e.record_id ORDER BY e.id"
        return [event for event in rows(self.db, sql) if event["kind"] in kinds]

    def event(self, kind: str, url: str) -> dict[str, Any]:
        (found,) = (event for event in self.events(kind) if event["url"] == url)
        return found

    def capture(self, number: int) -> dict[str, Any]:
        return rows(self.db, "SELECT * FROM captures WHERE id = ?", number)[0]

    def page(self, number: int) -> str:
        """The page that a capture holds."""
        with closing(Originals(beside(self.db))) as originals:
            return text_of(originals.exchange(number))


def day(number: int) -> str:
    """The second at which a day of the county begins, before it is crawled."""
    return written(clock(number - 1, 0))


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Month:
    folder = tmp_path_factory.mktemp("month")
    db, truth = folder / "town.db", {}
    with Town(60, catalogs=2, page_size=5) as town:
        portal = town.portal_file(folder)
        old = [town.url + row.path for row in town._columns[WITHOUT_COUNTS].rows[12:20]]

        def crawled(mode: str) -> None:
            crawl(portal, db, morning(town.day), "--mode", mode)

        crawled("full")
        town.day = 5
        truth["changed", old[0]] = truth["unlisted", old[1]] = 5
        town.edit(old[0])
        town._take_off(town._records[old[1].removeprefix(town.url)], "unlisted")
        new = town.add(WITH_COUNTS, clock(4, 0).date())
        truth["added", new] = 5
        town.day = 7
        crawled("update")
        town.day = 9
        crawled("full")
        town.day = 12
        truth["changed", old[2]] = truth["withdrawn", old[3]] = truth["moved", moved := town.move(old[4])] = 12
        town.edit(old[2])
        town._take_off(town._records[old[3].removeprefix(town.url)], "withdrawn")
        town.day = 14
        crawled("update")
        town.day = 17
        crawled("full")
        town.day = 20
        truth["returned", old[1]] = truth["returned", old[3]] = 20
        for url in (old[1], old[3]):
            town.bring_back(url)
        town.day = 25
        crawled("full")
    assert moved
    return Month(db, truth)


def test_each_window_holds_the_true_moment(month: Month) -> None:
    happened = month.events("added", "changed", "unlisted", "withdrawn", "returned", "moved")
    first = [event for event in happened if event["crawl_id"] == 1]
    assert {(event["kind"], event["not_before"], event["before_capture_id"]) for event in first} == {
        ("added", None, None)
    }
    later = {(event["kind"], event["url"]): event for event in happened if event["crawl_id"] > 1}
    assert later.keys() == month.truth.keys()
    for key, event in later.items():
        assert event["not_before"] < day(month.truth[key]) <= event["at"], key
        before, after = (month.capture(event[f"{side}_capture_id"]) for side in ("before", "after"))
        assert before["fetched_at"][:19] <= event["not_before"][:19], key
        assert event["not_before"][:19] < after["fetched_at"][:19] <= event["at"], key


def test_the_two_captures_say_what_was_before_and_what_is_now(month: Month) -> None:
    for kind, url in month.truth:
        event = month.event(kind, url)
        before, after = (month.page(event[f"{side}_capture_id"]) for side in ("before", "after"))
        detail, path = json.loads(event["detail"]), url[url.index("/", 8) :].rpartition("/")[2]
        match kind:
            case "added" | "returned":
                assert path not in before
                assert path in after
            case "unlisted":
                assert path in before
                assert path not in after
            case "withdrawn":
                assert month.capture(event["before_capture_id"])["url"] == url
                assert month.capture(event["after_capture_id"])["outcome"] == "gone"
            case "moved":
                assert month.capture(event["before_capture_id"])["url"] == detail["from"]
                assert month.capture(event["after_capture_id"])["url"] == detail["to"]
            case "changed":
                for old, new in detail["changed"].values():
                    gone, come = set(old.split()) - set(new.split()), set(new.split()) - set(old.split())
                    assert all(word in before and word not in after for word in gone)
                    assert all(word in after and word not in before for word in come)


def test_a_crawl_that_did_not_reach_the_page_makes_no_window_narrower(month: Month) -> None:
    first, second = (month.event("changed", url) for kind, url in month.truth if kind == "changed")
    assert [crawl["mode"] for crawl in rows(month.db, "SELECT mode FROM crawls ORDER BY id")] == [
        *("full", "update", "full", "update", "full", "full")
    ]  # fmt: skip
    assert (first["not_before"][:10], first["at"][:10]) == (day(1)[:10], day(9)[:10])  # not from the update of day 7
    assert (second["not_before"][:10], second["at"][:10]) == (day(9)[:10], day(17)[:10])


def test_an_answer_that_nothing_changed_counts_as_seen_and_the_page_that_it_speaks_of_is_named(month: Month) -> None:
    (event,) = (event for event in month.events("changed") if event["crawl_id"] == 5)
    shown = month.capture(event["before_capture_id"])
    assert (shown["crawl_id"], shown["outcome"]) == (1, "page")
    (again,) = rows(
        month.db, "SELECT outcome FROM captures WHERE url = ? AND substr(fetched_at, 1, 19) || 'Z' = ?", shown["url"], event["not_before"]
    )  # fmt: skip
    assert again["outcome"] == "not_modified"


def test_versions_have_the_windows_of_their_events(month: Month) -> None:
    versions = rows(
        month.db,
        "SELECT r.url, v.* FROM versions v JOIN records r ON r.id = v.record_id WHERE v.number > 1 AND v.cause = 'source'",
    )
    windows = {(each["url"], each["not_before"], each["before_capture_id"], each["capture_id"]) for each in versions}
    assert windows == {
        (event["url"], event["not_before"], event["before_capture_id"], event["after_capture_id"])
        for event in month.events("changed")
    }


def test_of_an_earlier_archive_what_is_known_is_filled_in_and_never_more(month: Month, tmp_path: Path) -> None:
    copy = Month(tmp_path / "old.db", month.truth)
    with closing(sqlite3.connect(month.db)) as source, closing(sqlite3.connect(copy.db)) as target:
        source.backup(target)
        target.execute("UPDATE events SET not_before = NULL, before_capture_id = NULL, after_capture_id = NULL")
        target.execute("UPDATE versions SET not_before = NULL, before_capture_id = NULL")
        target.execute("UPDATE listings SET capture_id = NULL")
        target.execute("UPDATE readings SET seen_capture_id = NULL")
        for statement in statements(EARLIER_WINDOWS):
            target.execute(statement)
        target.commit()
    known = set()
    for (kind, url), on in month.truth.items():
        live, old = month.event(kind, url), copy.event(kind, url)
        assert (old["not_before"] or "") <= live["not_before"], (kind, url)
        assert old["not_before"] is None or old["not_before"] < day(on)
        if old["not_before"]:
            known.add(kind)
    assert known >= {"added", "changed", "withdrawn", "returned", "moved"}
    assert all(event["not_before"] is None for event in copy.events("added") if event["crawl_id"] == 1)
    version = "SELECT count(*) AS n FROM versions WHERE number > 1 AND not_before IS NOT NULL"
    assert rows(copy.db, version) == [{"n": len(month.events("changed"))}]


def test_a_row_alone_changed_after_the_last_list_page_that_printed_it_otherwise(tmp_path: Path) -> None:
    db = empty_archive(tmp_path / "a.db")
    for on, title in ((1, "样本文件甲"), (2, "样本文件甲"), (3, "样本文件乙")):
        crawled(db, on, "样本正文", shown=row(1, title=title))
    assert changes(db) == [(DAY.format(2), 3, 5, DAY.format(3))]


def test_the_tables_of_an_earlier_archive_are_defined_as_those_of_a_new_one(tmp_path: Path) -> None:
    db, schema = empty_archive(tmp_path / "a.db"), "SELECT name, sql FROM sqlite_schema ORDER BY name"
    new = rows(db, schema)
    with closing(sqlite3.connect(db)) as connection:
        for trigger in ("budget_page_replaced", "budget_page_hidden", "budget_page_moved"):  # which later ones have
            connection.execute(f"DROP TRIGGER {trigger}")
        connection.execute("DROP TABLE replaced_pages")
        for table, column in (
            *(("listings", "capture_id"), ("readings", "seen_capture_id"), ("versions", "not_before"), ("versions", "before_capture_id")),
            *(("events", "not_before"), ("events", "before_capture_id"), ("events", "after_capture_id")),
        ):  # fmt: skip
            connection.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        connection.execute("DELETE FROM _sqlite_migrations WHERE name LIKE '%windows' OR name LIKE '%changes_of_pages'")
        connection.commit()
    assert rows(db, schema) != new
    open_up_to_date(db).close()
    assert rows(db, schema) == new


# --- what is not seen narrows nothing ---


def crawled(
    db: Path,
    on: int,
    page: str | None,
    outcome: str = "page",
    *,
    end: str | None = "finished",
    shown: Row | None = None,
    modified: str | None = None,
) -> None:
    """A crawl of a list that shows one record, and of its page with this text; `end`: None where it was killed.

    `modified`: what the portal gives as the page's date.
    """
    number = len(rows(db, "SELECT 1 FROM captures")) + 1
    now, url = DAY.format(on), row(1).key
    captures = [
        Capture(number, PLANS, now, 200, "page", f"{number:064x}", 1, None, None),
        Capture(
            number + 1,
            url,
            now,
            304 if outcome == "not_modified" else 200,
            outcome,
            f"{number + 1:064x}",
            1,
            None,
            modified,
        ),
    ]
    read = [RecordPage({}, {}, url=url, body=page, capture=number + 1)] if outcome == "page" else []
    store = Store(db)
    store.begin(PORTAL, "full", now)
    store.write([replace(listed(shown or row(1)), capture=number), *read], now, captures)
    if end:
        store.finish(end, now)
    store.close()


def changes(db: Path) -> list[tuple[object, ...]]:
    sql = "SELECT not_before, before_capture_id, after_capture_id, at FROM events WHERE kind = 'changed' ORDER BY id"
    return [tuple(event.values()) for event in rows(db, sql)]


def test_a_page_without_its_text_does_not_show_the_text_before(tmp_path: Path) -> None:
    db = empty_archive(tmp_path / "a.db")
    for on, page in ((1, "样本正文甲"), (2, None), (3, "样本正文乙")):
        crawled(db, on, page)
    assert changes(db) == [(DAY.format(1), 2, 6, DAY.format(3))]


def test_not_modified_speaks_of_the_page_that_was_surely_read(tmp_path: Path) -> None:
    db = empty_archive(tmp_path / "a.db")
    crawled(db, 1, "样本正文甲")
    crawled(db, 2, "样本正文乙", end=None)  # killed: the next crawl says that it knows the page of day 1
    crawled(db, 3, None, "not_modified")
    crawled(db, 4, "样本正文丙")
    assert changes(db) == [(DAY.format(1), 2, 4, DAY.format(2)), (DAY.format(2), 4, 8, DAY.format(4))]


@pytest.mark.parametrize(("modified", "seen"), [("2020", 1), ("2026", 2)], ids=["it lied", "it may be right"])
def test_not_modified_says_nothing_of_a_page_that_changes_under_one_date(
    tmp_path: Path, modified: str, seen: int
) -> None:
    db = empty_archive(tmp_path / "a.db")
    crawled(db, 1, "样本正文甲", modified="2020")
    crawled(db, 2, None, "not_modified")
    crawled(db, 3, "样本正文乙", modified=modified)
    assert changes(db) == [(DAY.format(seen), 2, 6, DAY.format(3))]


@pytest.mark.parametrize(("modified", "since"), [("2020", None), ("2026", DAY.format(2))])
def test_not_modified_shows_no_absence_in_a_list_that_changes_under_one_date(
    tmp_path: Path, modified: str, since: str | None
) -> None:
    db = empty_archive(tmp_path / "a.db")
    lists = [
        (listed(row(1)), "page", "2020"),
        (listed(row(1)), "not_modified", None),
        (listed(row(1), row(2)), "page", modified),
    ]
    for number, (page, outcome, date) in enumerate(lists, 1):
        store, now = Store(db), DAY.format(number)
        store.begin(PORTAL, "full", now)
        capture = Capture(number, PLANS, now, 200, outcome, f"{number:064x}", 1, None, date)
        store.write([replace(page, capture=number)], now, [capture])
        store.finish("finished", now)
        store.close()
    added = rows(db, "SELECT not_before, after_capture_id FROM events ORDER BY id")
    assert [tuple(each.values()) for each in added] == [(None, 1), (since, 3)]


def test_a_clock_that_went_back_leaves_the_beginning_open(tmp_path: Path) -> None:
    db = empty_archive(tmp_path / "a.db")
    crawled(db, 9, "样本正文甲")
    crawled(db, 3, "样本正文乙")
    assert changes(db) == [(None, None, 4, DAY.format(3))]


def test_what_several_lists_show_at_once_may_have_stood_in_the_one_walked_longest_ago(tmp_path: Path) -> None:
    db = empty_archive(tmp_path / "a.db")
    lists = [listed(row(1)), listed(row(2), catalog=BUDGETS)]
    both = [listed(row(1), row(9)), listed(row(2), row(9), catalog=BUDGETS)]
    alone = [listed(row(1), row(9), row(8)), listed(row(2), row(9), catalog=BUDGETS)]
    broken = replace(lists[1], last=False)
    for on, pages in enumerate((lists, [lists[0], broken], both, [alone[0], replace(alone[1], last=False)], alone), 1):
        crawl_rows(db, pages, day=on)
    sql = "SELECT r.url, e.not_before FROM events e JOIN records r ON r.id = e.record_id WHERE e.kind = 'added' AND e.crawl_id > 1"
    assert rows(db, sql) == [
        {"url": row(9).key, "not_before": DAY.format(1)},
        {"url": row(8).key, "not_before": DAY.format(3)},
    ]
    assert rows(db, "SELECT not_before FROM versions WHERE record_id = 3") == [{"not_before": DAY.format(1)}]


def test_a_walk_that_was_killed_or_too_short_shows_no_absence(tmp_path: Path) -> None:
    db, many = empty_archive(tmp_path / "a.db"), [row(number) for number in range(1, 21)]
    for on, shown in ((1, many), (2, many[:4]), (3, [*many, row(30)])):
        store = Store(db)
        store.begin(PORTAL, "full", DAY.format(on))
        store.write([listed(*shown), listed(row(99), catalog=BUDGETS)], DAY.format(on))
        store.missing(DAY.format(on))
        store.finish("finished", DAY.format(on))
        store.close()
    crawl_rows(db, [listed(*many, row(30))], day=4, finish=False).close()
    crawl_rows(db, [listed(*many, row(30), row(31)), listed(row(99), catalog=BUDGETS)], day=5)
    sql = "SELECT not_before FROM events WHERE kind = 'added' AND crawl_id > 1 ORDER BY id"
    assert [each["not_before"] for each in rows(db, sql)] == [DAY.format(1), DAY.format(3)]


# --- in words ---


@pytest.mark.parametrize(
    ("not_before", "at", "zh", "en"),
    [
        ("2026-11-14T01:00:00Z", "2026-11-27T01:00:00Z", "2026-11-14 至 2026-11-27 之间", "between 14 and 27 November 2026"),
        ("2026-10-30T01:00:00Z", "2026-11-02T01:00:00Z", "2026-10-30 至 2026-11-02 之间", "between 30 October and 2 November 2026"),
        ("2025-12-31T15:00:00Z", "2026-01-01T01:00:00Z", "2025-12-31 至 2026-01-01 之间", "between 31 December 2025 and 1 January 2026"),
        ("2026-11-26T17:00:00Z", "2026-11-27T01:30:00Z", "2026-11-27 01:00 至 09:30 之间", "between 01:00 and 09:30 on 27 November 2026"),
        ("2026-11-27T01:30:02Z", "2026-11-27T01:30:40Z", "2026-11-27 09:30:02 至 09:30:40 之间", "between 09:30:02 and 09:30:40 on 27 November 2026"),
        (None, "2026-11-26T17:00:00Z", "至迟 2026-11-27，从何时起无从得知", "no later than 27 November 2026; since when cannot be told"),
        ("样本", "x", "样本 至 x 之间", "between 样本 and x"),
    ],
)  # fmt: skip
def test_a_window_is_said_in_days_of_beijing(not_before: str | None, at: str, zh: str, en: str) -> None:
    said = when(not_before, at)
    assert (said.zh, said.en) == (zh, en)


def test_a_move_ends_where_the_new_page_was_first_seen_whatever_that_captures_number(tmp_path: Path) -> None:
    """In a job's database the captures that it inherits have numbers up to 0."""
    with closing(open_up_to_date(tmp_path / "job.db")) as job:
        job.execute("PRAGMA foreign_keys = OFF")
        job.execute(
            "INSERT INTO records (id, portal, url, kind, state, first_seen, last_seen) VALUES (7, 'county', 'u', 'plan', 'listed', '', '')"
        )
        job.executemany(
            "INSERT INTO captures (id, crawl_id, url, fetched_at, status, outcome, sha256, bytes) "
            "VALUES (?, 1, 'u', '2026-01-02T02:00:00Z', 200, 'page', '', 0)",
            [(0,), (4,)],
        )
        job.execute(
            "INSERT INTO listings (record_id, catalog_id, first_seen, last_seen, crawl_id, capture_id) VALUES (7, 1, '', '', 1, 0)"
        )
        left = Window("2026-01-01T02:00:00Z", -9, 12)
        assert of_move(job, left, 7) == replace(left, after=0)
        assert of_move(job, Window(after=12), 7) == Window(after=0), "since whenever it stood elsewhere"
        since = replace(left, before=0)
        assert of_move(job, since, 7) == since, "nothing shows it since"
