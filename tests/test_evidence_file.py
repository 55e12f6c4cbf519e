"""The file of the evidence: opening it to read and to write, and the check sums of its rows."""

import hashlib
import os
import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from archive.evidence import evidence_file
from archive.evidence.evidence_file import (
    expected_schema,
    open_for_reading,
    open_for_writing,
    row_sha256,
    schema_of,
)
from archive.evidence.evidence_store import Evidence
from archive.evidence.http_exchange import EvidenceError
from tests.exchanges import exchange


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "evidence.db"
    with closing(Evidence(path)) as evidence:
        evidence.add_many([exchange(1), exchange(2)])
    return path


def captures(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT count(*) FROM captures").fetchone()[0])


def test_who_reads_changes_nothing_and_sees_what_is_added(path: Path) -> None:
    with closing(open_for_reading(path)) as reading, closing(Evidence(path)) as evidence:
        assert captures(reading) == 2
        evidence.add_many([exchange(3)])
        assert captures(reading) == 3
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            reading.execute("DELETE FROM captures")


@pytest.fixture
def medium(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have files opened as on a read-only medium, on which SQLite cannot make its log."""
    connect = sqlite3.connect

    def refusing(address: str | Path, **options: Any) -> sqlite3.Connection:
        if "mode=ro" in str(address) and "immutable=1" not in str(address):
            raise sqlite3.OperationalError("unable to open database file")
        return connect(address, **options)

    monkeypatch.setattr(sqlite3, "connect", refusing)


@pytest.mark.usefixtures("medium")
def test_a_file_on_a_read_only_medium_is_read(path: Path) -> None:
    with closing(open_for_reading(path)) as reading:
        assert captures(reading) == 2


@pytest.mark.usefixtures("medium")
def test_a_file_with_a_log_that_cannot_be_read_is_not_read_without_it(path: Path) -> None:
    Path(f"{path}-wal").write_bytes(b"what the log holds")
    with pytest.raises(sqlite3.OperationalError, match="unable to open"):
        open_for_reading(path)


def test_a_file_of_an_earlier_version_is_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "earlier.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as earlier:
        evidence_file.MIGRATIONS.apply(Database(earlier), stop_before="folded_from_other_files")
        assert "folded" not in schema_of(earlier)
    with closing(open_for_writing(path)) as connection:
        assert {"captures", "folded", "folded_tips"} <= schema_of(connection).keys()
        assert schema_of(connection) == expected_schema(connection)


def test_a_file_that_another_process_made_meanwhile_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def faster(new: Path, path: Path) -> None:
        shutil.copy(new, path)
        raise FileExistsError

    monkeypatch.setattr(os, "link", faster)
    with closing(Evidence(tmp_path / "evidence.db")) as evidence:
        evidence.add_many([exchange(1)])
        assert evidence.last_id() == 1


def test_each_statement_is_committed_and_waits_its_turn(path: Path) -> None:
    with closing(open_for_writing(path)) as writing, closing(open_for_reading(path)) as reading:
        writing.execute("UPDATE captures SET status = 299 WHERE id = 1")
        assert reading.execute("SELECT status FROM captures WHERE id = 1").fetchone() == (299,)
        for connection in (writing, reading):
            assert connection.execute("PRAGMA busy_timeout").fetchone() == (30_000,)


def test_another_thread_may_write(path: Path) -> None:
    with closing(Evidence(path)) as evidence, ThreadPoolExecutor(1) as thread:
        (stored,) = thread.submit(evidence.add_many, [exchange(3)]).result()
    assert stored.id == 3


def test_a_file_of_a_later_version_is_left_as_it_is(path: Path) -> None:
    with closing(sqlite3.connect(path)) as later:
        later.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('evidence', 'later', '')"
        )
        later.commit()
    before = path.read_bytes()
    with pytest.raises(EvidenceError, match="written by a later version"):
        open_for_writing(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("sql", "names"),
    [
        ("SELECT 1", set()),
        ("DROP INDEX captures_day", {"captures_day"}),
        ("ALTER TABLE captures ADD COLUMN note TEXT", {"captures"}),
        ("CREATE TABLE notes (note TEXT)", {"notes"}),
        ("CREATE TABLE _notes (note TEXT)", set()),  # of a library's own
    ],
)
def test_tables_and_indexes_are_as_they_were_made(path: Path, sql: str, names: set[str]) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(sql)
        present, expected = schema_of(connection), expected_schema(connection)
    assert {name for name in present.keys() | expected.keys() if present.get(name) != expected.get(name)} == names
    assert {"captures", "payloads", "manifests", "captures_day"} <= expected.keys()


def test_the_check_sum_of_a_row_is_what_it_was_when_the_file_was_made() -> None:
    sealed = rb'["2026-11-20",1,"\u6837\u672c"]' + b"\n"
    assert row_sha256("2026-11-20", 1, "样本", blob=None) == hashlib.sha256(sealed).digest()
    assert row_sha256("2026-11-20", 1, "样本", blob=b"a token") == hashlib.sha256(sealed + b"a token").digest()
