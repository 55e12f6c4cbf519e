"""Crawls killed at any moment: nothing is lost, doubled or made up. The long run is `python -m bench.kills`."""

import os
import shutil
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from archive.evidence.evidence_reader import beside
from bench.kills import run
from bench.ten_days import at, command, contents, crawl, morning, rows
from pipelines.store import BATCH, MOST_WAITING
from tests.county import County
from tests.warm import Begun


def test_killed_crawls_are_gone_on_with(tmp_path: Path) -> None:
    with County(60, catalogs=3) as county:
        killing = run(tmp_path, county, kills=5, a_day=2, seed=3)
    assert killing.wrong == []
    assert killing.kills == 5


def test_a_crawl_of_an_unchanged_portal_seals_as_it_goes(tmp_path: Path) -> None:
    """Its answers are nearly all "not modified", which say nothing of a record; killed, it must not have lost them."""
    with County(450, catalogs=1) as county:
        db, portal = tmp_path / "county.db", county.portal_file(tmp_path)
        crawl(portal, db, morning(1), "--mode", "full")
        county.reset_counts()
        process = Begun(command(portal, db, "--mode", "full")[1:], at(morning(2)))
        while county.not_modified < 430:
            assert process.returncode is None
            time.sleep(0.003)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    sealed = "SELECT count(*) FROM captures WHERE crawl_id = 2 AND status = 304"
    assert MOST_WAITING + BATCH < 430 - 16  # so many can't wait while the first of them are being sealed
    assert rows(beside(db), sealed)[0][0] >= BATCH


def test_a_page_that_was_sealed_but_not_written_is_read_by_the_next_crawl(tmp_path: Path) -> None:
    """The rest that a kill between two batches leaves: the capture of a page, and not what the page says."""
    with County(20, catalogs=1) as county:
        db, portal = tmp_path / "county.db", county.portal_file(tmp_path)
        crawl(portal, db, morning(1), "--mode", "full")
        whole = contents(db)
        with closing(sqlite3.connect(db)) as connection, connection:
            connection.execute("UPDATE crawls SET outcome = NULL, finished_at = NULL")
            connection.execute("DELETE FROM readings WHERE catalog_id = 0 AND record_id = 7")
            connection.execute("UPDATE records SET body = NULL WHERE id = 7")
        assert contents(db) != whole
        crawl(portal, db, morning(1), "--mode", "full")
        assert contents(db) == whole


def test_a_changed_page_that_was_sealed_but_not_written_is_read_by_the_next_crawl(tmp_path: Path) -> None:
    """Its tag is that of a page nobody read: sent back, it would be answered "not modified", and the change lost."""
    with County(20, catalogs=1) as county:
        db, portal = tmp_path / "county.db", county.portal_file(tmp_path)
        crawl(portal, db, morning(1), "--mode", "full")
        before = tmp_path / "before.db"
        shutil.copy(db, before)
        (changed,) = county.next_day(0.01).changed
        crawl(portal, db, morning(2), "--mode", "full")
        with closing(sqlite3.connect(before)) as connection:
            connection.execute("ATTACH ? AS killed", (str(db),))
            connection.execute(
                "INSERT INTO crawls (id, portal, mode, started_at) SELECT id, portal, mode, started_at FROM killed.crawls WHERE id = 2"
            )
            connection.execute("INSERT INTO captures SELECT * FROM killed.captures WHERE crawl_id = 2")
            connection.commit()
        before.replace(db)
        crawl(portal, db, morning(3), "--mode", "full")
    found = "SELECT crawl_id FROM events e JOIN records r ON r.id = record_id WHERE e.kind = 'changed' AND url = ?"
    assert rows(db, found, (changed,)) == [(3,)]
    assert rows(db, "SELECT outcome FROM crawls ORDER BY id") == [("finished",), ("interrupted",), ("finished",)]
