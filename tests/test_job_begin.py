"""The database that a job begins with: all of one portal, nothing of another, and nothing where that can't be had."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from archive.database.connection import ArchiveError
from archive.database.lock import held
from archive.evidence.evidence_reader import beside
from archive.maintenance import job
from tests.conftest import rows
from tests.jobs import County, Crawl
from tests.natural import contents
from tests.web.budgets_archive import build_budgets


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two counties, crawled in turns; each was read by a parser of its own."""
    db = tmp_path_factory.mktemp("archive") / "a.db"
    for day in range(2):
        for name in ("bb", "a"):
            Crawl(db, County(name, {"plans": {1: day, 2: 0, 3: 0}, "reports": {5: 0}}), day)
    with closing(sqlite3.connect(db)) as connection, connection:
        connection.executemany("INSERT INTO settings VALUES (?, ?)", [("parser:a", "one"), ("parser:bb", "two")])
    return db


def test_a_job_has_all_of_its_portal_and_nothing_of_another(archive: Path, tmp_path: Path) -> None:
    job.begin(archive, "a", tmp_path / "job.db")
    begun, whole = contents(tmp_path / "job.db"), contents(archive)
    for table in (
        "records",
        "crawls",
        "captures",
        "versions",
        "events",
        "listings",
        "ledger",
        "problems",
        "redactions",
    ):
        of_portal = [row for row in whole[table] if "http://bb.example/" not in row and '"bb' not in row]
        assert begun[table] == of_portal, table
        assert 0 < len(of_portal) < len(whole[table]), table
    assert begun["settings"] == ["('parser:a', 'one')"]
    ids = "SELECT id, url FROM records WHERE portal = 'a' ORDER BY id"
    assert rows(tmp_path / "job.db", ids) == rows(archive, ids)
    assert rows(tmp_path / "job.db", "SELECT max(id) AS n FROM captures")[0]["n"] == 0
    assert not beside(tmp_path / "job.db").exists()


def test_a_portal_that_the_archive_does_not_know_begins_with_nothing(archive: Path, tmp_path: Path) -> None:
    job.begin(archive, "new", tmp_path / "job.db")
    assert contents(tmp_path / "job.db")["records"] == []
    Crawl(tmp_path / "job.db", County("new", {"plans": {1: 0}, "reports": {}}), 3)
    assert len(rows(tmp_path / "job.db", "SELECT 1 FROM records")) == 1


def test_what_is_in_the_way_is_said(archive: Path, tmp_path: Path) -> None:
    taken = tmp_path / "taken.db"
    taken.write_text("a file of somebody's")
    with pytest.raises(ArchiveError, match="a job begins with a new file"):
        job.begin(archive, "a", taken)
    assert taken.read_text() == "a file of somebody's"
    with pytest.raises(ArchiveError, match="there is no archive at"):
        job.begin(tmp_path / "none.db", "a", tmp_path / "job.db")
    with held(archive, "a"), pytest.raises(ArchiveError, match="a is being crawled into"):
        job.begin(archive, "a", tmp_path / "job.db")
    with held(archive, "bb"):
        job.begin(archive, "a", tmp_path / "job.db")


def test_an_archive_masked_by_older_rules_hands_out_nothing(archive: Path, tmp_path: Path) -> None:
    older = tmp_path / "older.db"
    with closing(sqlite3.connect(archive)) as source, closing(sqlite3.connect(older)) as target:
        source.backup(target)
        target.execute("INSERT OR REPLACE INTO settings VALUES ('redaction_version', '1')")
        target.commit()
    with pytest.raises(ArchiveError, match="disclosures redact"):
        job.begin(older, "a", tmp_path / "job.db")


def test_a_job_knows_which_figures_of_budgets_were_changed(tmp_path: Path) -> None:
    db = build_budgets(tmp_path / "a.db")
    job.begin(db, "budgets", tmp_path / "job.db")
    begun, whole = contents(tmp_path / "job.db"), contents(db)
    assert begun["budget_changes"] == whole["budget_changes"]
    assert len(begun["budget_changes"]) == 3
