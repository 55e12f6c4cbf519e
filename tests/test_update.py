"""A daily update: its cost, its writing and its finds. The long run is `python -m bench.update`."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from archive.ingest.frontier import LEAST_DAILY_QUOTA
from bench.ten_days import crawl, morning, rows
from bench.update import dump, last_crawl, measured, written
from crawler.spiders.list_pages import OVERLAP
from tests.county import FIRST_DAY, County

WITHOUT_COUNTS, WITH_COUNTS = 0, 1
"""Catalogues of a county whose pagers say how many pages there are, and how many rows as well."""


class Town(County):
    """A county in which one thing happens at a time."""

    validators = True

    def passes(self) -> date:
        """A day passes; its date."""
        self.day += 1
        return FIRST_DAY + timedelta(days=self.day - 1)

    def add(self, catalog: int, published: date) -> str:
        """A new record in a catalogue, in its place by date; its address."""
        today = FIRST_DAY + timedelta(days=self.day - 1)
        return self.url + self._new(self._columns[catalog], published, today).path

    def edit(self, url: str) -> None:
        """Rewrite a sentence of a record's text."""
        self._edit(self._records[url.removeprefix(self.url)])

    def withdraw(self, catalog: int) -> str:
        """Take off the second record of a list, with its page; its address."""
        record = self._columns[catalog].rows[1]
        self._take_off(record, "withdrawn")
        return self.url + record.path

    def oldest(self, catalog: int) -> date:
        return self._columns[catalog].rows[-1].published

    def lists(self) -> list[str]:
        """The list pages asked for."""
        return sorted(path for path in self.requests if "/list" in path)

    def _page(self, path: str) -> Any:
        page = super()._page(path)
        return page if self.validators else replace(page, modified=None)


class Archive:
    """An archive of a town, crawled day by day without a word on the mode."""

    def __init__(self, folder: Path, town: Town) -> None:
        self.town = town
        self.db = folder / "town.db"
        self.portal = town.portal_file(folder)

    def crawl(self) -> tuple[str, list[tuple[str, str]]]:
        """Crawl the town as it stands today; the mode and the events told, as (kind, address)."""
        self.town.reset_counts()
        done = crawl(self.portal, self.db, morning(self.town.day))
        assert done.returncode == 0, done.stdout + done.stderr
        crawl_id, mode, _ = last_crawl(self.db)
        sql = "SELECT e.kind, url FROM events e JOIN records r ON r.id = record_id WHERE crawl_id = ? ORDER BY e.id"
        return mode, rows(self.db, sql, (crawl_id,))


@pytest.fixture
def town() -> Iterator[Town]:
    with Town(60, catalogs=2, page_size=5) as serving:
        yield serving


def test_an_update_of_an_unchanged_portal_costs_little_and_writes_nothing(tmp_path: Path) -> None:
    with County(300, catalogs=2) as county:
        portal, db = county.portal_file(tmp_path), tmp_path / "county.db"
        full = measured(county, portal, db, 1)
        before = dump(db)
        again = measured(county, portal, db, 1, "--mode", "full")
        assert again.addresses == full.addresses
        assert again.not_modified == 300
        assert written(before, dump(db), last_crawl(db)[0]) == []
        before = dump(db)
        update = measured(county, portal, db, 2)
    assert last_crawl(db)[1:] == ("update", "finished")
    assert written(before, dump(db), last_crawl(db)[0]) == []
    lists, robots = OVERLAP * 2, 1
    assert update.addresses <= lists + LEAST_DAILY_QUOTA + robots
    assert update.requests == update.addresses
    assert update.not_modified == update.requests - robots
    assert update.bytes < 0.01 * full.bytes


def test_a_portal_without_validators_makes_crawls_dear_but_writes_nothing(tmp_path: Path, town: Town) -> None:
    town.validators = False
    portal, db = town.portal_file(tmp_path), tmp_path / "town.db"
    measured(town, portal, db, 1)
    for day, mode in ((2, "update"), (3, "full")):
        before = dump(db)
        assert measured(town, portal, db, day, "--mode", mode).not_modified == 0
        assert last_crawl(db)[1:] == (mode, "finished")
        assert written(before, dump(db), last_crawl(db)[0]) == []


def test_an_update_finds_a_new_row_without_walking_the_whole_list(tmp_path: Path, town: Town) -> None:
    archive = Archive(tmp_path, town)
    archive.crawl()
    today = town.passes()
    new = {town.add(catalog, today) for catalog in (WITHOUT_COUNTS, WITH_COUNTS)}
    mode, told = archive.crawl()
    assert mode == "update"
    assert len(told) == 2
    assert set(told) == {("added", url) for url in new}
    assert rows(archive.db, "SELECT count(*) FROM records WHERE body IS NOT NULL") == [(62,)]
    assert len(town.lists()) == 2 * (1 + OVERLAP)


def test_an_update_finds_a_row_back_dated_deep_where_the_list_counts_its_rows(tmp_path: Path, town: Town) -> None:
    archive = Archive(tmp_path, town)
    archive.crawl()
    town.passes()
    new = town.add(WITH_COUNTS, town.oldest(WITH_COUNTS))
    assert archive.crawl() == ("update", [("added", new)])


def test_the_weekly_full_walk_finds_a_row_back_dated_deep_in_any_list(tmp_path: Path, town: Town) -> None:
    archive = Archive(tmp_path, town)
    archive.crawl()
    town.passes()
    new = town.add(WITHOUT_COUNTS, town.oldest(WITHOUT_COUNTS))
    assert archive.crawl() == ("update", [])
    town.day = 9
    assert archive.crawl() == ("full", [("added", new)])


def test_an_update_reads_the_changed_page_of_a_young_record_after_a_day(tmp_path: Path, town: Town) -> None:
    archive = Archive(tmp_path, town)
    archive.crawl()
    new = town.add(WITHOUT_COUNTS, town.passes())
    assert archive.crawl() == ("update", [("added", new)])
    town.passes()
    town.edit(new)
    assert archive.crawl() == ("update", [("changed", new)])


@pytest.mark.parametrize("catalog", [WITHOUT_COUNTS, WITH_COUNTS])
@pytest.mark.parametrize("also_new", [False, True])
def test_an_update_finds_what_vanished_from_the_first_page_overnight(
    tmp_path: Path, town: Town, catalog: int, also_new: bool
) -> None:
    archive = Archive(tmp_path, town)
    archive.crawl()
    today = town.passes()
    gone = town.withdraw(catalog)
    told = [("withdrawn", gone)] + ([("added", town.add(catalog, today))] if also_new else [])
    mode, events = archive.crawl()
    assert (mode, sorted(events)) == ("update", sorted(told))


def test_a_page_on_which_our_code_failed_is_asked_for_as_if_it_were_new(tmp_path: Path, town: Town) -> None:
    archive = Archive(tmp_path, town)
    archive.crawl()
    connection = sqlite3.connect(archive.db)
    (failed,) = connection.execute("SELECT url FROM records WHERE body IS NOT NULL LIMIT 1").fetchone()
    connection.execute(
        "INSERT INTO problems (crawl_id, kind, url, message, first_at, last_at) VALUES (1, 'reading_failed', ?, '', '', '')",
        (failed,),
    )
    connection.commit()
    connection.close()
    town.passes()
    crawl(archive.portal, archive.db, morning(town.day), "--mode", "full")
    again = rows(
        archive.db, "SELECT outcome, url FROM captures WHERE crawl_id = 2 AND url IN (SELECT url FROM records)"
    )
    assert [url for outcome, url in again if outcome == "page"] == [failed]
