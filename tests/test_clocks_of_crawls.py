"""Crawls that a wrong clock dated: which side was wrong, by the portal's own clock or by most crawls, and of whom that is told."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from archive.evidence.evidence_store import Evidence
from archive.ingest.wrong_clock import crawls_ahead, note_wrong_clocks
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.model import clock
from tests.conftest import empty_archive
from tests.exchanges import exchange

NOW = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


class Archive:
    """An archive of two portals, and its originals."""

    def __init__(self, folder: Path) -> None:
        self.connection = open_up_to_date(empty_archive(folder / "a.db"))
        self.connection.row_factory = sqlite3.Row
        self.evidence = Evidence(folder / "evidence.db")
        for portal in "pq":
            self.connection.execute(
                "INSERT INTO portals (id, name, division_code, home) VALUES (?, '样本县', '', ?)",
                (portal, f"http://{portal}.example/"),
            )

    def close(self) -> None:
        self.evidence.close()
        self.connection.close()

    def crawl(self, began: datetime, *dates: datetime | None, portal: str = "p") -> int:
        """A crawl that by its clock began then; its answers have these dates, by the portal's clock."""
        sql = "INSERT INTO crawls (portal, mode, started_at) VALUES (?, 'full', ?) RETURNING id"
        crawl_id = int(self.connection.execute(sql, (portal, clock.text(began))).fetchone()[0])
        for date in dates:
            headers = (("Date", format_datetime(date, usegmt=True)),) if date else ()
            (kept,) = self.evidence.add_many([exchange(1, crawl_id=crawl_id, response_headers=headers)])
            capture = "INSERT INTO captures VALUES (?, ?, 'http://p.example/', ?, 200, 'page', '', 1, NULL, NULL, NULL)"
            self.connection.execute(capture, (kept.id, crawl_id, clock.text(began)))
        return crawl_id

    def ahead(self) -> list[tuple[int, bool]]:
        return [(each.crawl_id, each.is_wrong) for each in crawls_ahead(self.connection, self.evidence, NOW)]

    def noted(self, crawl_id: int, portal: str = "p") -> list[str]:
        """What is told of a crawl that begins now."""
        found = note_wrong_clocks(self.connection, self.evidence, NOW, crawl_id, portal)
        assert all((each.kind, each.url) == ("clock", f"http://{portal}.example/") for each in found)
        return [each.message for each in found]

    def problems(self) -> list[tuple[int, str]]:
        sql = "SELECT crawl_id, url FROM problems WHERE kind = 'clock' ORDER BY crawl_id"
        return [(row["crawl_id"], row["url"]) for row in self.connection.execute(sql)]


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with closing(Archive(tmp_path)) as made:
        yield made


@pytest.mark.parametrize(
    ("dates", "is_wrong"),
    [
        ([NOW + 9 * DAY], False),  # the portal says the same: the clock is behind now
        ([NOW], True),
        ([NOW - 9 * DAY], True),  # an old answer, out of a cache: no clock stood ahead of that day
        ([NOW - 9 * DAY, NOW + 9 * DAY], False),  # the latest counts
        ([None, NOW + 9 * DAY], False),
        ([NOW + 9 * DAY - clock.AGREES], True),  # it does no longer say the same
        ([NOW + 4 * DAY], True),  # the portal's clock agrees with neither: then it is as most crawls say
        ([None], True),
        ([], True),
    ],
)
def test_the_portal_s_own_clock_says_which_side_was_wrong_or_else_most_crawls(
    archive: Archive, dates: list[datetime | None], is_wrong: bool
) -> None:
    archive.crawl(NOW - DAY)
    crawl_id = archive.crawl(NOW + 9 * DAY, *dates)
    assert archive.ahead() == [(crawl_id, is_wrong)]


@pytest.mark.parametrize("date", [NOW, NOW - 9 * DAY])
def test_the_portal_s_own_clock_counts_before_most_crawls(archive: Archive, date: datetime) -> None:
    """Of all crawls there are, the one is ahead."""
    assert archive.ahead() == []
    crawl_id = archive.crawl(NOW + 9 * DAY, date)
    assert archive.ahead() == [(crawl_id, True)]


def test_a_portal_s_clock_that_is_far_from_both_does_not_tell_which_is_right(archive: Archive) -> None:
    crawl_id = archive.crawl(NOW + 9 * DAY, NOW + clock.AGREES)
    assert archive.ahead() == [(crawl_id, False)]


def test_an_answer_that_is_not_there_any_more_tells_nothing_and_the_next_one_does(archive: Archive) -> None:
    crawl_id = archive.crawl(NOW + 9 * DAY, NOW)
    lost = "INSERT INTO captures SELECT -1, crawl_id, url, fetched_at, status, outcome, sha256, bytes, NULL, NULL, NULL FROM captures"
    archive.connection.execute(lost)
    assert archive.ahead() == [(crawl_id, True)]


@pytest.mark.parametrize(("before", "ahead", "is_wrong"), [(2, 1, True), (2, 2, True), (1, 2, False), (0, 1, False)])
def test_where_the_portals_say_nothing_the_more_crawls_are_right(
    archive: Archive, before: int, ahead: int, is_wrong: bool
) -> None:
    for _ in range(before):
        archive.crawl(NOW - DAY)
    for _ in range(ahead):
        archive.crawl(NOW + 9 * DAY)
    assert {wrong for _, wrong in archive.ahead()} == {is_wrong}


@pytest.mark.parametrize(("minutes", "is_ahead"), [(5, False), (6, True)])
def test_some_minutes_are_nothing(archive: Archive, minutes: int, is_ahead: bool) -> None:
    archive.crawl(NOW + minutes * MINUTE)
    assert bool(archive.ahead()) == is_ahead


def test_a_crawl_that_was_dated_wrong_is_told_of_once_and_its_own_portal_s_next_crawl_says_so(archive: Archive) -> None:
    for _ in range(4):
        archive.crawl(NOW - DAY)
    wrong = [archive.crawl(NOW + 9 * DAY), archive.crawl(NOW + 8 * DAY, portal="q")]
    crawl_id = archive.crawl(NOW)
    before = (
        f"the crawl before is dated {clock.text(NOW + 9 * DAY)}, which is still to come: the clock stood ahead then"
    )
    assert archive.noted(crawl_id) == [before]
    assert archive.problems() == [(wrong[0], "http://p.example/"), (wrong[1], "http://q.example/")]
    assert archive.noted(crawl_id) == []
    assert len(archive.problems()) == 2


@pytest.mark.parametrize("others", [0, 3])
def test_a_crawl_that_is_dated_wrong_itself_says_so(archive: Archive, others: int) -> None:
    for _ in range(others):
        archive.crawl(NOW - DAY)
    archive.crawl(NOW + 9 * DAY, NOW + 9 * DAY)
    behind = f"this crawl is dated {clock.text(NOW)}, and one before it {clock.text(NOW + 9 * DAY)}"
    assert archive.noted(archive.crawl(NOW)) == [f"the clock was wrong: {behind}"]
    assert archive.problems() == []


def test_what_began_after_a_crawl_says_nothing_of_its_clock(archive: Archive) -> None:
    crawl_id = archive.crawl(NOW)
    archive.crawl(NOW + 9 * DAY, NOW + 9 * DAY)
    assert archive.noted(crawl_id) == []
