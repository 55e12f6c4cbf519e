"""When what stood at one address became something else, straight on captures: the last that shows it as it was, and whatever shows nothing."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from archive.ingest.windows import Window, of_change
from archive.maintenance.bring_up_to_date import open_up_to_date
from tests.conftest import empty_archive
from tests.test_store import DAY

URL = "http://p.example/1.html"


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(open_up_to_date(empty_archive(tmp_path / "a.db"))) as connection:
        connection.row_factory = sqlite3.Row
        connection.execute("INSERT INTO portals (id, name, division_code, home) VALUES ('p', '样本县', '', '')")
        yield connection


def answer(
    archive: sqlite3.Connection, day: int, said: str, *, of_crawl: str = "finished", modified: str | None = None
) -> None:
    """A day's crawl, and its answer from the address: what the page says, or "" where the portal says that it has not changed."""
    crawl = "INSERT INTO crawls (id, portal, mode, started_at, outcome) VALUES (?, 'p', 'full', ?, ?)"
    archive.execute(crawl, (day, DAY.format(day), of_crawl))
    fetched_at, outcome = DAY.format(day).replace("Z", ".75Z"), "page" if said else "not_modified"
    archive.execute(
        "INSERT INTO captures (id, crawl_id, url, fetched_at, status, outcome, sha256, bytes, last_modified) "
        "VALUES (?, ?, ?, ?, 200, ?, ?, 0, ?)",
        (day, day, URL, fetched_at, outcome, said, modified),
    )


def test_a_window_that_ends_before_it_begins_is_open() -> None:
    window = Window(DAY.format(5), 1, 2)
    assert [window.by(DAY.format(day)) for day in (4, 5, 6)] == [Window(after=2), window, window]
    assert Window(after=2).by(DAY.format(4)) == Window(after=2)


@pytest.mark.parametrize(("shown", "after"), [(None, 2), (1, None), (None, None), (2, 2), (2, 1), (7, 9)])
def test_of_what_no_capture_shows_before_nothing_is_known(
    archive: sqlite3.Connection, shown: int | None, after: int | None
) -> None:
    for day, said in ((1, "甲"), (2, "乙")):
        answer(archive, day, said)
    assert of_change(archive, "p", shown, after) == Window(after=after)


@pytest.mark.parametrize(
    ("between", "seen", "held"),
    [
        ("", 1, 1),
        ("甲", 2, 2),
        ("丙", 1, 1),
        ("甲甲", 3, 3),
        ("甲丙", 2, 2),
        ("丙甲", 3, 3),
        ("=", 2, 1),
        ("==", 3, 1),
        ("甲=", 3, 2),
    ],
)
def test_it_was_seen_last_where_a_later_answer_holds_the_same(
    archive: sqlite3.Connection, between: str, seen: int, held: int
) -> None:
    """Also where the portal says (=) that it has not changed since."""
    for day, said in enumerate(f"甲{between}乙", 1):
        answer(archive, day, said.strip("="))
    last = len(between) + 2
    assert of_change(archive, "p", 1, last) == Window(DAY.format(seen), held, last)


@pytest.mark.parametrize(("shown", "seen"), [(1, 2), (2, 2), (3, 2)])
def test_that_nothing_changed_says_nothing_where_the_changed_page_bears_the_same_date(
    archive: sqlite3.Connection, shown: int, seen: int
) -> None:
    for day, said in ((1, "甲"), (2, "甲"), (3, ""), (4, "乙")):
        answer(archive, day, said, modified="2020")
    assert of_change(archive, "p", shown, 4) == Window(DAY.format(seen), seen, 4)


def test_a_doubted_day_does_not_show_that_it_still_stood(archive: sqlite3.Connection) -> None:
    answer(archive, 1, "甲", of_crawl="unsure")
    answer(archive, 2, "丙")
    assert of_change(archive, "p", 1, 2) == Window(after=2)
    for day, said, of_crawl in ((3, "甲", "finished"), (4, "甲", "unsure"), (5, "乙", "finished")):
        answer(archive, day, said, of_crawl=of_crawl)
    assert of_change(archive, "p", 4, 5) == Window(DAY.format(3), 3, 5)
    assert of_change(archive, "p", 3, 5) == Window(DAY.format(3), 3, 5)


def test_when_it_was_seen_last_is_told_to_the_second(archive: sqlite3.Connection) -> None:
    answer(archive, 1, "甲")
    answer(archive, 2, "乙")
    archive.execute("UPDATE captures SET fetched_at = '2026-01-01T03:04:05.75Z' WHERE id = 1")
    assert of_change(archive, "p", 1, 2) == Window("2026-01-01T03:04:05Z", 1, 2)
