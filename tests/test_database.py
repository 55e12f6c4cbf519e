"""Archives are made whole, and transactions that fail on a connection that several crawls share leave nothing behind."""

import errno
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from stat import S_IMODE
from types import SimpleNamespace
from typing import Any

import pytest
from sqlite_utils import Database

from archive.database.connection import (
    ArchiveError,
    keep_statements_undone_in_memory,
    open_for_reading,
    open_for_writing,
    transaction,
)
from archive.database.migrations import migrations
from archive.maintenance.bring_up_to_date import open_up_to_date
from tests.conftest import empty_archive

PROBLEM = (
    "INSERT INTO problems (crawl_id, kind, url, message, first_at, last_at) VALUES (?, 'sample', 'u', 'm', '', '')"
)


@pytest.fixture
def connection(tmp_path: Path) -> sqlite3.Connection:
    opened = open_up_to_date(tmp_path / "a.db")
    opened.execute(
        "INSERT INTO portals (id, name, division_code, home) VALUES ('one', '样本', '', 'http://sample.example/')"
    )
    opened.execute("INSERT INTO crawls (portal, mode, started_at) VALUES ('one', 'full', '')")
    return opened


def problems(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT count(*) FROM problems").fetchone()[0])


def temporary_files() -> list[str]:
    """The files without a name that SQLite has open."""
    links = (str(link.readlink()) for link in Path("/proc/self/fd").iterdir() if link.is_symlink())
    return [link for link in links if "etilqs_" in link]


def test_what_statements_would_undo_is_kept_in_memory_and_events_are_noted_all_the_same(
    connection: sqlite3.Connection,
) -> None:
    records = "INSERT INTO records (id, portal, kind, url, first_seen, last_seen) VALUES (?, 'one', 'plan', ?, '', '')"
    with transaction(connection):
        connection.executemany(records, [(number, str(number)) for number in range(1, 1000)])
    for keep, files in ((lambda _: None, 1), (keep_statements_undone_in_memory, 0)):
        keep(connection)
        with transaction(connection):
            connection.execute("UPDATE records SET title = ?", (f"样本{files}" * 20,))
            assert len(temporary_files()) == files
    connection.execute("INSERT INTO events (record_id, kind, at, crawl_id, detail) VALUES (1, 'added', '', 1, '{}')")
    assert connection.execute("SELECT kind, is_new FROM unsealed").fetchall() == [("event", 1)]
    assert connection.execute("SELECT count(*) FROM records WHERE title LIKE '样本0%'").fetchone() == (999,)


def test_a_commit_that_fails_is_rolled_back(connection: sqlite3.Connection) -> None:
    deferred = "PRAGMA defer_foreign_keys = ON"
    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"), transaction(connection):
        [connection.execute(sql, values) for sql, values in ((deferred, ()), (PROBLEM, (99,)))]
    assert not connection.in_transaction
    assert problems(connection) == 0
    with transaction(connection):
        connection.execute(PROBLEM, (1,))
    assert problems(connection) == 1


def test_what_made_sqlite_roll_back_by_itself_is_what_is_raised(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TRIGGER full BEFORE INSERT ON problems BEGIN SELECT RAISE(ROLLBACK, 'disk full'); END")
    with pytest.raises(sqlite3.IntegrityError, match="disk full"), transaction(connection):
        connection.execute(PROBLEM, (1,))
    assert not connection.in_transaction


def test_a_new_archive_is_there_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of first crawls that begin at once none meets half an archive; whoever is slower takes the other's."""
    path, seen = tmp_path / "样本 [1].db", []
    apply = migrations.apply

    def watched(db: Database) -> None:
        seen.append(path.exists())
        if len(seen) == 1:  # another process begins now, and is faster
            open_for_writing(path).close()
            open_for_reading(path).close()
        apply(db)

    monkeypatch.setattr(migrations, "apply", watched)
    with open_for_writing(path) as connection:
        names = connection.execute("SELECT value FROM settings WHERE name = 'archive'").fetchall()
    connection.close()
    assert seen[0] is False
    assert len(names) == 1
    assert S_IMODE(path.stat().st_mode) & 0o133 == 0
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_an_archive_that_cant_be_made_is_told_by_its_own_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted", "/.a.db.new")

    monkeypatch.setattr(os, "link", refused)
    with pytest.raises(ArchiveError, match=r"^cannot write the archive \S+/a\.db: Operation not permitted$"):
        open_for_writing(tmp_path / "a.db")
    assert list(tmp_path.iterdir()) == []


# --- a read-only medium ---


@pytest.fixture
def medium(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have files opened as on a read-only medium, on which SQLite cannot make its log."""
    connect, described = sqlite3.connect, os.statvfs

    def refusing(address: str | Path, **options: Any) -> sqlite3.Connection:
        if "mode=ro" in str(address) and "immutable=1" not in str(address):
            raise sqlite3.OperationalError("unable to open database file")
        return connect(address, **options)

    def read_only(path: Path) -> SimpleNamespace:
        return SimpleNamespace(f_flag=described(path).f_flag | os.ST_RDONLY)

    monkeypatch.setattr(sqlite3, "connect", refusing)
    monkeypatch.setattr(os, "statvfs", read_only)


@pytest.mark.usefixtures("medium")
def test_an_archive_on_a_read_only_medium_is_read(tmp_path: Path) -> None:
    db = empty_archive(tmp_path / "a.db")
    Path(f"{db}-wal").touch()
    with closing(open_for_reading(db)) as connection:
        assert connection.execute("SELECT count(*) FROM records").fetchone() == (0,)


@pytest.mark.usefixtures("medium")
def test_an_archive_with_a_log_is_not_read_without_it(tmp_path: Path) -> None:
    db = empty_archive(tmp_path / "a.db")
    Path(f"{db}-wal").write_bytes(b"what the log holds")
    with pytest.raises(ArchiveError, match="unable to open"):
        open_for_reading(db)


@pytest.mark.usefixtures("medium")
def test_an_archive_that_others_may_write_is_not_read_without_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "statvfs", lambda _: SimpleNamespace(f_flag=0))
    with pytest.raises(ArchiveError, match="unable to open"):
        open_for_reading(empty_archive(tmp_path / "a.db"))
