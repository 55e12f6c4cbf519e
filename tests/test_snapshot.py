"""The snapshot beside an archive: when it is due, what of it is offered, what is cleared away."""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from filelock import FileLock

from archive.database.connection import ArchiveError
from archive.export.snapshots import ABOUT, APART, is_due, kept, renew
from archive.model import clock
from tests.test_store import crawl, listed, page, row

START = datetime(2026, 1, 1, 15, 59, 59, tzinfo=UTC)
"""A second before midnight in Beijing."""


@pytest.fixture
def db(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "a.db"
    crawl(path, [listed(row(1)), page(1)])
    at(monkeypatch, timedelta())
    return path


def at(monkeypatch: pytest.MonkeyPatch, later: timedelta) -> None:
    """Let it be so much later than START."""
    monkeypatch.setattr(clock, "now", lambda: START + later)


def about(db: Path) -> Path:
    return db.with_name("a.snapshot") / ABOUT


def test_one_is_due_where_there_is_none(db: Path) -> None:
    assert kept(db) is None
    assert is_due(db)
    made = renew(db)
    assert kept(db) == made
    assert (made.bytes, made.sha256) == (made.path.stat().st_size, sha256(made.path.read_bytes()).hexdigest())
    assert made.path.name == f"disclosures-2026-01-01-{made.sha256[:12]}.db"
    assert not is_due(db)


@pytest.mark.parametrize(
    ("later", "due"), [(APART - timedelta(seconds=1), False), (APART, True), (APART + timedelta(seconds=1), True)]
)
def test_a_changed_archive_is_due_again_after_a_day(
    db: Path, monkeypatch: pytest.MonkeyPatch, later: timedelta, due: bool
) -> None:
    renew(db)
    crawl(db, [listed(row(1), row(2))], day=2)
    at(monkeypatch, later)
    assert is_due(db) == due


def test_an_unchanged_one_is_never_due(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    renew(db)
    at(monkeypatch, 9 * APART)
    assert not is_due(db)


def change(db: Path, statement: str) -> None:
    with closing(sqlite3.connect(db)) as connection:
        assert connection.execute(statement).rowcount == 1
        connection.commit()


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO crawls (portal, mode, started_at) VALUES ('p', 'full', '2026-01-02T00:00:00Z')",
        "UPDATE crawls SET finished_at = '2026-01-05T00:00:00Z'", "UPDATE settings SET value = value || 'x' WHERE name = 'segment_version'",
        "INSERT INTO events (record_id, kind, at, crawl_id) VALUES (1, 'changed', '2026-01-02T00:00:00Z', 1)",
        "INSERT INTO versions (record_id, number, seen_at, changed, cause) VALUES (1, 9, '2026-01-02T00:00:00Z', '{}', 'parser')",
        "INSERT INTO withheld (target, key, reason, at) VALUES ('address', 'http://p.example/', '', '2026-01-02T00:00:00Z')",
        "UPDATE withheld SET at = '2026-01-03T00:00:00Z'", "UPDATE rosters SET state = 'released'",
    ],
)  # fmt: skip
def test_each_change_of_an_archive_makes_another_state(
    db: Path, monkeypatch: pytest.MonkeyPatch, statement: str
) -> None:
    """A crawl, its end, an event, a reparse, masking by newer rules, what is withheld, and a decision on what lists persons."""
    change(db, "INSERT INTO rosters (record_id, source, key, persons, state, at) VALUES (1, '', 'p', 9, 'waiting', '')")
    change(
        db,
        "INSERT INTO withheld (target, key, reason, at) VALUES ('address', 'http://q.example/', '', '2026-01-02T00:00:00Z')",
    )
    renew(db)
    at(monkeypatch, APART)
    change(db, statement)
    assert is_due(db)


def test_the_one_before_goes_and_what_a_killed_run_left_too(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = renew(db)
    (first.path.parent / ".new.db").write_bytes(b"half of one")
    crawl(db, [listed(row(1), row(2))], day=2)
    at(monkeypatch, APART)
    second = renew(db)
    assert kept(db) == second
    files = {path.name for path in first.path.parent.iterdir()} - {".lock"}
    assert files == {second.path.name, ABOUT}
    assert renew(db).path == second.path, "the same again stays"
    assert second.path.is_file()


def rewritten(db: Path, **changes: object) -> None:
    told = json.loads(about(db).read_text(encoding="utf-8"))
    about(db).write_text(json.dumps({**told, **changes}), encoding="utf-8")


@pytest.mark.parametrize(
    "changes", [{"format": 2}, {"bytes": 1}, {"bytes": "x"}, {"file": "other.db"}, {"bytes": None}]
)
def test_one_that_is_not_what_is_said_of_it_is_not_offered(db: Path, changes: dict[str, object]) -> None:
    renew(db)
    assert kept(db)
    rewritten(db, **changes)
    assert kept(db) is None
    assert is_due(db)


def test_a_file_outside_its_folder_is_never_offered(db: Path) -> None:
    made = renew(db)
    rewritten(db, file=f"../{db.name}", bytes=db.stat().st_size)
    assert kept(db) is None
    rewritten(db, file=f"../a.snapshot/{made.path.name}", bytes=made.bytes)
    found = kept(db)
    assert found
    assert found.path == made.path


def test_what_is_published_is_offered_as_it_is_and_never_due(
    db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = renew(db)
    published = tmp_path / "published" / "disclosures.db"
    published.parent.mkdir()
    published.write_bytes(made.path.read_bytes())
    told = json.loads(about(db).read_text(encoding="utf-8"))
    del told["state"]
    (published.parent / ABOUT).write_text(json.dumps(told), encoding="utf-8")
    found = kept(published)
    assert found
    assert (found.path, found.state) == (published, "")
    at(monkeypatch, 9 * APART)
    assert not is_due(published)


def test_only_one_is_made_at_a_time(db: Path) -> None:
    made = renew(db)
    with FileLock(made.path.parent / ".lock"), pytest.raises(ArchiveError, match="is being made already"):
        renew(db)
    assert kept(db) == made
