"""Crawls and merges that stop at any step leave a sound archive, and what comes after them completes it.

The files of both databases are copied whenever one of them was written: so they are after a kill. After a loss of power the
archive may lack its last transactions, the evidence must not.
"""

import os
import random
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import pytest

from archive.evidence.evidence_reader import beside
from archive.maintenance.backup import back_up, put_back
from archive.maintenance.check import check, summary
from archive.model.atomic_file import sync
from tests.conftest import rows
from tests.crawled_in_steps import CrawlInSteps, Moments, mixed, outcome, watched
from tests.jobs import FIRST, NOW, County, Crawl, sound

SECOND = FIRST + timedelta(days=1)
AFTERWARDS = SECOND + timedelta(hours=1)
OTHER = "bb"


def lived(days: int) -> County:
    """A county after some days: records come, change, move and go."""
    county, chance = County("a"), random.Random(4)
    for _ in range(days):
        county.live(chance)
    return county


@dataclass(frozen=True)
class Stopped:
    """A crawl that ran to its end into `db`, and copies of the archive at each of its steps.

    `on_disk`: the numbers of the copies whose archive the crawl waited for to be on the disk.
    """

    db: Path
    copies: list[Path]
    on_disk: list[int]


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Stopped:
    """A county's second crawl, in which much has changed; another county's crawl is in the archive, broken off."""
    folder = tmp_path_factory.mktemp("stopped")
    db = folder / "a.db"
    Crawl(db, County(OTHER, {"plans": {1: 0, 2: 0}, "reports": {}}), 0, stop_after=2)
    CrawlInSteps(db, lived(3), FIRST)
    moments = Moments(folder / "moments", db)
    on_disk: list[int] = []

    def synced(path: Path) -> None:
        sync(path)
        if path.name == "a.db-wal":
            on_disk.append(len(moments.copies) - 1)

    with watched(moments.copy_at), patch("archive.maintenance.sealing.sync", synced):
        CrawlInSteps(db, lived(6), SECOND)
    return Stopped(db, moments.copies, on_disk)


@pytest.fixture(autouse=True)
def _few_answers_may_be_unread() -> Iterator[None]:
    """Of a killed crawl's pages most were surely read: here no more than two batches are under way."""
    with patch("archive.ingest.frontier.MAYBE_UNREAD", 6):
        yield


def require_whole(db: Path, whole: Path) -> None:
    """See that a crawl after `db` was stopped makes it what the crawl that was not stopped made."""
    assert list(check(db, beside(db))) == []
    CrawlInSteps(db, lived(6), AFTERWARDS)
    assert outcome(db) == outcome(whole)
    assert sound(db)
    found = rows(db, "SELECT portal, outcome FROM crawls ORDER BY id")
    assert [row["outcome"] for row in found if row["portal"] == OTHER] == [None], (
        "another portal's crawl may be running"
    )
    assert {row["outcome"] for row in found if row["portal"] != OTHER} <= {"finished", "interrupted"}


def test_the_steps_are_those_that_matter(stopped: Stopped) -> None:
    """The crawl writes events of each kind; some copies hold originals that are sealed, and not written of yet."""
    kinds = {row["kind"] for row in rows(stopped.db, "SELECT kind FROM events WHERE crawl_id = 3")}
    assert kinds >= {"added", "changed", "withdrawn", "moved"}
    assert {row["status"] for row in rows(stopped.db, "SELECT status FROM captures WHERE crawl_id = 3")} == {200, 304}
    assert len(stopped.copies) > 15
    unclaimed = [summary(copy, beside(copy)).unclaimed for copy in stopped.copies]
    assert len([n for n in unclaimed if n > unclaimed[0]]) >= 5


def test_what_a_page_says_rests_on_that_page(stopped: Stopped) -> None:
    """Answers are counted in the crawl, and numbered in the evidence only when they are sealed."""
    shown = rows(
        stopped.db,
        "SELECT r.url AS record, c.url AS page FROM readings t JOIN records r ON r.id = t.record_id "
        "JOIN captures c ON c.id = t.capture_id WHERE t.catalog_id = 0",
    )
    assert len(shown) > 10
    assert [row for row in shown if row["record"] != row["page"]] == []


def test_a_crawl_killed_at_any_step_is_completed_by_the_next(stopped: Stopped, tmp_path: Path) -> None:
    for step, copy in enumerate(stopped.copies):
        require_whole(mixed(copy, copy, tmp_path / str(step)), stopped.db)


def test_an_archive_that_lost_its_last_transactions_is_completed(stopped: Stopped, tmp_path: Path) -> None:
    """A loss of power may take what the archive wrote since it was last waited for; the evidence is on the disk."""
    last = len(stopped.copies) - 1
    (waited,) = stopped.on_disk
    assert waited < last
    assert summary(stopped.copies[waited + 1], beside(stopped.copies[waited + 1])).unsealed, "sealed, and noted still"
    for least, evidence in ((0, waited), *((waited, later) for later in range(waited + 1, last + 1))):
        for step in range(least, evidence + 1, 4):
            archive, originals = stopped.copies[step], stopped.copies[evidence]
            require_whole(mixed(archive, originals, tmp_path / f"{step} {evidence}"), stopped.db)


# --- backups ---

STEPS = {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.chmod", "shutil.copyfile", "sqlite3.connect"}
"""Events that Python reports of the work on files (https://docs.python.org/3/library/audit_events.html)."""


def stopped_at(step: int, folder: Path, work: Callable[[], object]) -> bool:
    """Whether `work`, done in a process of its own, was ended as its step number `step` on a file in `folder` began."""
    child = os.fork()
    if child == 0:
        seen = 0

        def end_at(event: str, arguments: tuple[object, ...]) -> None:
            nonlocal seen
            if event in STEPS and any(str(folder) in str(each) for each in arguments):
                seen += 1
                if seen == step:
                    os._exit(9)

        sys.addaudithook(end_at)
        try:
            work()
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


@pytest.fixture
def small(tmp_path: Path) -> Path:
    db = tmp_path / "here" / "disclosures.db"
    db.parent.mkdir()
    Crawl(db, County("a", {"plans": {1: 0, 2: 0}, "reports": {}}), 0)
    return db


def test_a_backup_stopped_at_any_step_is_there_whole_or_not_at_all(small: Path, tmp_path: Path) -> None:
    there, step = tmp_path / "there", 1
    there.mkdir()
    while stopped_at(step, there, lambda: back_up(small, beside(small), there / "backup", NOW)):
        assert not (there / "backup").exists()
        step += 1
    assert step > 10
    assert [path.name for path in there.iterdir()] == ["backup"]
    put_back(there / "backup", tmp_path / "back.db", tmp_path / "back.evidence.db")
    assert sound(tmp_path / "back.db")


def test_a_backup_put_back_halfway_is_never_an_archive_without_its_originals(small: Path, tmp_path: Path) -> None:
    there, step = tmp_path / "there", 1
    back_up(small, beside(small), tmp_path / "backup", NOW)
    there.mkdir()
    db = there / "disclosures.db"
    while stopped_at(step, there, lambda: put_back(tmp_path / "backup", db, beside(db))):
        if db.exists():
            assert sound(db)
        for path in (db, beside(db)):
            path.unlink(missing_ok=True)
        step += 1
    assert step > 6
    assert sound(db)
