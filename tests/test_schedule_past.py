"""The past of a portal in a small archive, and the minute at which it is due; a second portal never changes either."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.model.observations import CatalogOfPortal
from crawler.jobs.schedule import CrawlHistory, past_of, plan, plans, rhythm
from crawler.portals.portal_file import Portal, Schedule
from tests.conftest import disclosures, empty_archive, portal_file

NOW = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(open_up_to_date(empty_archive(tmp_path / "a.db"))) as connection:
        for name in ("county", "other"):
            connection.execute(
                "INSERT INTO portals (id, name, division_code, home) VALUES (?, '样本县', '', '')", (name,)
            )
            connection.execute(
                "INSERT INTO catalogs (portal, kind, title, url) VALUES (?, 'plan', '样本', '')", (name,)
            )
        connection.commit()
        yield connection


def crawl(
    archive: sqlite3.Connection,
    outcome: str | None,
    pages: int = 1,
    *,
    began: datetime = NOW,
    mode: str = "full",
    portal: str = "county",
) -> None:
    sql = "INSERT INTO crawls (portal, mode, started_at, outcome) VALUES (?, ?, ?, ?)"
    crawl_id = archive.execute(sql, (portal, mode, began.strftime("%Y-%m-%dT%H:%M:%SZ"), outcome)).lastrowid
    sql = "INSERT INTO ledger (crawl_id, catalog_id, pages_read) SELECT ?, id, ? FROM catalogs WHERE portal = ?"
    archive.execute(sql, (crawl_id, pages, portal))
    archive.commit()


def publish(archive: sqlite3.Connection, *days: str | None, portal: str = "county") -> None:
    for day in days:
        number = archive.execute("SELECT count(*) FROM records").fetchone()[0]
        archive.execute(
            "INSERT INTO records (portal, url, kind, published_on, first_seen, last_seen) VALUES (?, ?, 'plan', ?, '', '')",
            (portal, f"http://p.example/{number}.html", day),
        )


def county(name: str = "county", **schedule: object) -> Portal:
    catalogs = (CatalogOfPortal("plan", "样本规划", "http://p.example/list.html"),)
    return Portal(name, "样本县", "", "http://p.example/", catalogs, schedule=Schedule(**schedule))  # type: ignore[arg-type]


@pytest.mark.parametrize(("ahead", "is_past"), [(0, True), (5, True), (6, False)])
def test_a_crawl_of_a_clock_that_is_minutes_ahead_is_past(
    archive: sqlite3.Connection, ahead: int, is_past: bool
) -> None:
    crawl(archive, "finished", began=NOW + timedelta(minutes=ahead))
    assert (past_of(archive, "county", NOW) != CrawlHistory()) == is_past


def test_a_portal_without_crawls_has_no_past(archive: sqlite3.Connection) -> None:
    crawl(archive, "finished", portal="other")
    publish(archive, "2026-03-09")
    assert past_of(archive, "county", NOW) == CrawlHistory()


@pytest.mark.parametrize(
    ("crawls", "failures"),
    [
        ([("finished", 1)], 0),
        ([("incomplete", 0)], 1),
        ([("incomplete", 1)], 0),  # it read something
        ([("blocked", 0)], 1),
        ([("blocked", 1)], 1),
        ([("finished", 0)], 0),
        ([("archive_error", 0)], 1),
        ([("archive_error", 1)], 1),
        ([("blocked", 0), ("finished", 1)], 0),
        ([("finished", 1), ("blocked", 0)], 1),
        ([("blocked", 0), ("finished", 1), ("incomplete", 0), ("blocked", 0)], 2),
    ],
)
def test_failures_are_the_latest_crawls_one_after_the_other(
    archive: sqlite3.Connection, crawls: Sequence[tuple[str, int]], failures: int
) -> None:
    for outcome, pages in crawls:
        crawl(archive, outcome, pages)
        crawl(archive, "finished" if outcome == "blocked" else "blocked", portal="other")
    assert past_of(archive, "county", NOW).failures == failures


@pytest.mark.parametrize(
    ("outcome", "interrupted"),
    [(None, True), ("interrupted", True), ("shutdown", True), ("finished", False), ("incomplete", False), ("blocked", False), ("archive_error", False)],
)  # fmt: skip
def test_the_latest_crawl_says_whether_it_broke_off(
    archive: sqlite3.Connection, outcome: str | None, interrupted: bool
) -> None:
    crawl(archive, "finished" if interrupted else "interrupted")
    crawl(archive, outcome, began=NOW + HOUR)
    crawl(archive, "finished" if interrupted else "shutdown", portal="other", began=NOW + DAY)
    found = past_of(archive, "county", NOW + DAY)
    assert (found.interrupted, found.last) == (interrupted, NOW + HOUR)


def test_a_crawl_dated_in_the_future_is_no_past(archive: sqlite3.Connection) -> None:
    """Of a clock that stood ahead: else nothing would be due until then, and nothing walked wholly."""
    crawl(archive, "finished", began=NOW - DAY)
    crawl(archive, "finished", began=NOW + 365 * DAY)
    found = past_of(archive, "county", NOW)
    assert (found.last, found.last_full) == (NOW - DAY, NOW - DAY)


def test_what_was_crawled_before_a_portal_moved_is_no_past(archive: sqlite3.Connection) -> None:
    crawl(archive, "finished", began=NOW - DAY)
    archive.execute("INSERT INTO settings VALUES ('moved:other', ?)", ((NOW - HOUR).strftime("%Y-%m-%dT%H:%M:%SZ"),))
    assert past_of(archive, "county", NOW).last == NOW - DAY
    archive.execute("UPDATE settings SET name = 'moved:county' WHERE name = 'moved:other'")
    assert past_of(archive, "county", NOW) == CrawlHistory()


@pytest.mark.parametrize(
    ("outcomes", "health", "expected"),
    [
        (["finished"], None, DAY),
        (["blocked"], None, DAY),
        (["blocked", "blocked"], None, 2 * DAY),
        (["incomplete"], "down", DAY),  # asked again soon, and yet no news is expected sooner
    ],
)
def test_failures_make_the_rhythm_longer(
    archive: sqlite3.Connection, outcomes: Sequence[str], health: str | None, expected: timedelta
) -> None:
    for day, outcome in enumerate(outcomes, -len(outcomes)):
        crawl(archive, outcome, int(outcome == "finished"), began=NOW + day * DAY)
    archive.execute("UPDATE crawls SET health = ?", (health,))
    assert rhythm(archive, county(every=DAY), NOW) == expected


@pytest.mark.parametrize(("health", "may_pass"), [("down", True), ("failing", True), ("blocked", False), (None, False)])
def test_what_failed_may_have_passed_where_nobody_refused(
    archive: sqlite3.Connection, health: str | None, may_pass: bool
) -> None:
    crawl(archive, "incomplete", 0)
    archive.execute("UPDATE crawls SET health = ?", (health,))
    assert past_of(archive, "county", NOW).may_pass == may_pass


@pytest.mark.parametrize(
    ("days", "news_days"),
    [
        (["2026-03-10"], 1),
        (["2026-03-11"], 0),  # not yet
        (["2026-01-10"], 1),
        (["2026-01-09"], 0),  # sixty days ago
        (["2026-03-01", "2026-03-01", "2026-03-02"], 2),
        ([None, ""], 0),
    ],
)
def test_days_with_news_are_those_of_the_last_sixty(
    archive: sqlite3.Connection, days: Sequence[str | None], news_days: int
) -> None:
    crawl(archive, "finished")
    publish(archive, *days)
    publish(archive, "2026-02-01", "2026-02-02", "2026-02-03", portal="other")
    assert past_of(archive, "county", NOW).news_days == news_days


@pytest.mark.parametrize(
    ("now", "day", "news_days"),
    [
        ("2026-03-10T15:59:59Z", "2026-03-11", 0),
        ("2026-03-10T16:00:00Z", "2026-03-11", 1),
        ("2026-03-10T15:59:59Z", "2026-01-10", 1),
        ("2026-03-10T16:00:00Z", "2026-01-10", 0),
    ],
)
def test_days_with_news_are_days_in_beijing(archive: sqlite3.Connection, now: str, day: str, news_days: int) -> None:
    crawl(archive, "finished")
    publish(archive, day)
    assert past_of(archive, "county", datetime.fromisoformat(now)).news_days == news_days


def test_the_last_full_walk_is_ones_own(archive: sqlite3.Connection) -> None:
    crawl(archive, "finished", began=NOW - 9 * DAY)
    crawl(archive, "incomplete", began=NOW - 8 * DAY)
    crawl(archive, "finished", mode="update", began=NOW - DAY)
    crawl(archive, "finished", portal="other")
    assert past_of(archive, "county", NOW).last_full == NOW - 9 * DAY


def test_the_most_overdue_stands_first(archive: sqlite3.Connection) -> None:
    crawl(archive, "finished", began=NOW - 9 * DAY, portal="other")
    crawl(archive, "finished", began=NOW - 8 * DAY)
    portals = [county("never"), county(), county("other"), county("also_never")]
    assert [each.portal.id for each in plans(archive, portals, NOW)] == ["other", "county", "also_never", "never"]


@pytest.mark.parametrize(
    ("every", "after"), [(DAY, 20 * HOUR), (3 * DAY, 68 * HOUR), (6 * HOUR, 5 * HOUR), (DAY + HOUR, 21 * HOUR)]
)
def test_a_portal_is_due_at_its_rhythm_less_a_sixth_or_four_hours(every: timedelta, after: timedelta) -> None:
    assert plan(county(every=every), CrawlHistory(last=NOW, last_full=NOW), NOW).at == NOW + after


@pytest.mark.parametrize(("minutes", "due"), [(-1, False), (0, True), (1, True)])
def test_a_portal_is_due_at_its_rhythm_and_not_a_minute_before(
    archive: sqlite3.Connection, tmp_path: Path, minutes: int, due: bool
) -> None:
    crawl(archive, "finished", began=NOW)
    crawl(archive, "finished", began=NOW - 9 * DAY, portal="other")
    file = portal_file(tmp_path, "http://p.example/", ("plan", "样本规划", "/list.html"))
    file.write_text(f'every = "6h"\n{file.read_text(encoding="utf-8")}', encoding="utf-8")
    now = NOW + 5 * HOUR + timedelta(minutes=minutes)
    env = {"DISCLOSURES_NOW": now.strftime("%Y-%m-%dT%H:%M:%SZ")}
    (said,) = json.loads(disclosures("due", file, "--json", "--db", tmp_path / "a.db", env=env).stdout)
    assert (said["portal"], said["due"]) == ("county", due)


@pytest.mark.parametrize(
    ("last_full", "mode"), [(timedelta(days=7) - 4 * HOUR, "full"), (timedelta(days=7) - 4.02 * HOUR, "update")]
)
def test_a_week_less_four_hours_after_a_full_walk_comes_the_next(last_full: timedelta, mode: str) -> None:
    planned = plan(county(every=DAY), CrawlHistory(last=NOW - DAY, last_full=NOW - last_full), NOW)
    assert planned.mode == mode


@pytest.mark.parametrize(
    ("now", "hours", "at"),
    [
        ("2026-03-10T15:59:00Z", (0, 6), "2026-03-10T16:00:00Z"),  # a minute before midnight in Beijing
        ("2026-03-10T16:00:00Z", (0, 6), "2026-03-10T16:00:00Z"),
        ("2026-03-10T21:59:00Z", (0, 6), "2026-03-10T21:59:00Z"),
        ("2026-03-10T22:00:00Z", (0, 6), "2026-03-11T16:00:00Z"),
        ("2026-03-10T13:59:00Z", (22, 6), "2026-03-10T14:00:00Z"),
        ("2026-03-10T16:30:00Z", (22, 6), "2026-03-10T16:30:00Z"),
        ("2026-03-10T22:00:00Z", (22, 6), "2026-03-11T14:00:00Z"),
    ],
)
def test_hours_are_those_in_beijing(now: str, hours: tuple[int, int], at: str) -> None:
    assert plan(county(hours=hours), CrawlHistory(), datetime.fromisoformat(now)).at == datetime.fromisoformat(at)
