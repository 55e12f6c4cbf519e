"""The record pages that an update asks for again: by age, within the day's budget."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.ingest import frontier
from archive.ingest.frontier import DAILY_QUOTA_SHARE, LEAST_DAILY_QUOTA, Frontier
from archive.ingest.store import Store
from archive.model.clock import text
from archive.model.observations import Capture
from tests.test_store import PORTAL, listed, row

NOW = datetime(2020, 1, 1, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Archive:
    """An archive of records, each published at a certain age, whose pages were asked for so long ago."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.store = Store(path)
        self.store.begin(PORTAL, "full", text(NOW - 400 * DAY))
        self.captures = 0

    def add(self, number: int, age: timedelta, asked: timedelta) -> str:
        """A record and the capture of its page; its address."""
        seen = row(number, published_on=(NOW - age).date().isoformat())
        self.store.write([listed(seen, last=False)], text(NOW - 400 * DAY))
        self.ask(seen.key, asked)
        return seen.key

    def ask(self, url: str, ago: timedelta) -> None:
        self.captures += 1
        answer = Capture(self.captures, url, text(NOW - ago), 200, "page", "0" * 64, 1, None, None)
        self.store.write([], text(NOW - ago), [answer])

    def due(self, after: timedelta = timedelta(0)) -> list[str]:
        with closing(Frontier(self.path, PORTAL.id, 99)) as frontier:
            return frontier.due(NOW + after)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    made = Archive(tmp_path / "a.db")
    yield made
    made.store.close()


@pytest.mark.parametrize(
    ("age", "asked", "due"),
    [
        (2 * DAY, DAY, True),
        (2 * DAY, 12 * HOUR, False),
        (28 * DAY, 6 * DAY, False),
        (28 * DAY, 8 * DAY, True),
        (300 * DAY, 59 * DAY, False),
        (300 * DAY, 61 * DAY, True),
        (10 * 365 * DAY, 61 * DAY, True),
    ],
)
def test_a_page_rests_for_a_quarter_of_its_record_s_age(
    archive: Archive, age: timedelta, asked: timedelta, due: bool
) -> None:
    url = archive.add(1, age, asked)
    assert archive.due() == ([url] if due else [])


def test_a_record_that_changed_is_young_again(archive: Archive) -> None:
    url = archive.add(1, 300 * DAY, 2 * DAY)
    assert archive.due() == []
    archive.store._connection.execute("UPDATE records SET changed_at = ?", (text(NOW - 3 * DAY),))
    assert archive.due() == [url]


def test_the_most_overdue_come_first_within_the_day_s_budget_whoever_spent_it(archive: Archive) -> None:
    overdue = [archive.add(number, 300 * DAY, (60 + number) * DAY) for number in range(1, 31)]
    first = archive.due()
    assert first == overdue[::-1][:LEAST_DAILY_QUOTA]
    for url in first[:15]:
        archive.ask(url, timedelta(0))
    assert archive.due(HOUR) == first[15:]
    for url in archive.due(HOUR):
        archive.ask(url, timedelta(0))
    assert archive.due(HOUR) == []
    assert archive.due(DAY) == overdue[::-1][LEAST_DAILY_QUOTA:]


def test_the_budget_grows_with_the_portal(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frontier, "LEAST_DAILY_QUOTA", 2)
    many = 3 * int(2 / DAILY_QUOTA_SHARE)
    rows = [row(number, published_on="2010-01-01") for number in range(1, many + 1)]
    archive.store.write([listed(*rows)], text(NOW - 400 * DAY))
    answers = [
        Capture(place, each.key, text(NOW - 90 * DAY), 200, "page", "0" * 64, 1, None, None)
        for place, each in enumerate(rows, 1)
    ]
    archive.store.write([], text(NOW), answers)
    assert len(archive.due()) == 3 * 2
