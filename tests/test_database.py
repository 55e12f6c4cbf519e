"""Transactions of a connection that several crawls share: one that fails leaves nothing behind, and says what was wrong."""

import sqlite3
from pathlib import Path

import pytest

from archive.database.connection import transaction
from archive.maintenance.bring_up_to_date import open_up_to_date

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
