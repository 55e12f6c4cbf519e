"""Originals are on the disk before the archive speaks of them, and what was merged before its source may be deleted."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

from archive.evidence.evidence_reader import beside
from archive.evidence.evidence_store import Evidence
from tests.crawled_in_steps import CrawlInSteps
from tests.exchanges import exchange
from tests.jobs import FIRST, County, Crawl, merged

FULL = 2
"""Of SQLite's `synchronous`: the log is synced to the disk before COMMIT returns (https://www.sqlite.org/pragma.html)."""


@dataclass(frozen=True)
class Commit:
    """A transaction that was committed: to which file, whether that waited for the disk, and the captures there were."""

    file: str
    waited: bool
    last_capture: int
    last_original: int


@contextmanager
def commits() -> Iterator[list[Commit]]:
    """All that is committed meanwhile, by any connection."""
    noted: list[Commit] = []
    connect = sqlite3.connect

    def last(path: Path) -> int:
        with closing(connect(path)) as connection:
            if not connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'captures'").fetchone():
                return 0  # the file is being made
            return int(connection.execute("SELECT coalesce(max(id), 0) FROM captures").fetchone()[0])

    def execute(self: sqlite3.Connection, sql: str, *values: Any) -> sqlite3.Cursor:
        of_sqlite = partial(sqlite3.Connection.execute, self)
        done = of_sqlite(sql, *values)
        place = of_sqlite("PRAGMA database_list").fetchone()[2] if sql == "COMMIT" else ""
        if place:  # else in memory
            path = Path(place)
            is_archive = not path.name.endswith("evidence.db")
            (synchronous,) = of_sqlite("PRAGMA synchronous").fetchone()
            (mode,) = of_sqlite("PRAGMA journal_mode").fetchone()
            originals = beside(path) if is_archive else path
            noted.append(
                Commit(
                    path.name,
                    synchronous >= FULL and mode == "wal",
                    last(path),
                    last(originals) if originals.exists() else 0,
                )
            )
        return done

    def noting(*arguments: Any, **options: Any) -> sqlite3.Connection:
        factory = options.get("factory", sqlite3.Connection)
        return connect(*arguments, **{**options, "factory": type("Noting", (factory,), {"execute": execute})})

    with patch("sqlite3.connect", noting):
        yield noted


def county() -> County:
    return County("a", {"plans": {1: 0, 2: 0, 3: 0}, "reports": {3: 0, 4: 0}})


def test_each_commit_to_the_evidence_waits_for_the_disk(tmp_path: Path) -> None:
    with commits() as noted, closing(Evidence(tmp_path / "evidence.db")) as evidence:
        evidence.add_many([exchange(1)])
        evidence.seal("2026-12-01")
        evidence.attach_token("2026-11-23", b"a token")
    assert [commit.waited for commit in noted if commit.last_original] == [True] * 3


def test_what_the_archive_points_to_is_in_the_evidence_when_it_says_so(tmp_path: Path) -> None:
    with commits() as noted:
        CrawlInSteps(tmp_path / "a.db", county(), FIRST)
    of_originals = [commit for commit in noted if commit.file == "a.evidence.db"]
    of_the_archive = [commit for commit in noted if commit.file == "a.db"]
    assert all(commit.waited for commit in of_originals)
    assert all(commit.last_capture <= commit.last_original for commit in of_the_archive)
    assert len({commit.last_capture for commit in of_the_archive}) > 2


def test_a_merge_waits_for_the_disk_for_its_source_may_be_deleted(tmp_path: Path) -> None:
    Crawl(tmp_path / "job.db", county(), 0)
    with commits() as noted:
        merged(tmp_path / "a.db", tmp_path / "job.db")
    of_the_crawl = [commit for commit in noted if commit.file.startswith("a.") and commit.last_original]
    assert {commit.file for commit in of_the_crawl} == {"a.db", "a.evidence.db"}
    assert all(commit.waited for commit in of_the_crawl)
