"""Each value of the evidence file, whatever column of whatever table it stands in, is missed when it is another."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from unittest.mock import patch

import pytest

from archive.evidence.evidence_reader import beside
from archive.evidence.evidence_store import Evidence
from archive.evidence.http_exchange import GENESIS, capture_digest
from archive.maintenance.check import check
from tests.exchanges import exchange, faults
from tests.jobs import FIRST, County, Crawl, merged

HINTS = {("block_sums", "id")}
"""Columns that say nothing of what was captured: the 1 of a sole row."""

KEYS = {"folded_tips": "captures"}


@pytest.fixture(scope="module", autouse=True)
def _dictionaries_of_few_pages() -> Iterator[None]:
    with patch("archive.evidence.compression_dictionaries.FIRST_AT", 8):
        yield


@pytest.fixture(scope="module")
def merged_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive into which two machines' files were folded, two days of which are sealed, one with a timestamp."""
    folder = tmp_path_factory.mktemp("columns")
    for name, records in (("a", 9), ("b", 3)):
        county = County(name, {"plans": dict.fromkeys(range(records), 0), "reports": {}})
        for day in range(2):
            Crawl(folder / f"{name}.db", county, day)
            merged(folder / "all.db", folder / f"{name}.db")
    db = folder / "all.db"
    with closing(Evidence(beside(db))) as evidence:
        sealed = evidence.seal((FIRST + timedelta(days=3)).date().isoformat())
        assert len(sealed) == 2
        evidence.attach_token(sealed[0].day, b"a token of some server")
        der = b"a certificate of some server"
        evidence.add_many([replace(exchange(1), certificate=sha256(der).hexdigest(), certificate_der=der)])
    assert list(check(db, beside(db))) == []
    with closing(sqlite3.connect(beside(db))) as connection:
        for table in ("payloads", "dictionaries", "folded", "folded_tips", "manifests"):
            assert connection.execute(f"SELECT count(*) > 1 FROM {table}").fetchone() == (1,)
    with closing(sqlite3.connect(beside(db))) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    return db


def columns(path: Path) -> list[tuple[str, str, bool, object, object]]:
    """Table, column, whether it holds numbers, and the number and value of one row, for each column of the file."""
    found = []
    with closing(sqlite3.connect(path)) as connection:
        tables = connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND substr(name, 1, 1) <> '_' AND name NOT LIKE 'sqlite_%'"
        ).fetchall()
        for (table,) in tables:
            key = KEYS.get(table, "rowid")
            for row in connection.execute(f"PRAGMA table_info({table})").fetchall():
                one = f"SELECT {key}, {row[1]} FROM {table} ORDER BY {row[1]} IS NULL, {key} DESC LIMIT 1"
                found.append((table, row[1], row[2] == "INTEGER", *connection.execute(one).fetchone()))
    return found


def other(value: object, is_number: bool) -> object:
    """A value of the same kind that differs in one bit."""
    match value:
        case None if not is_number:
            return "2026-01-01T00:00:00Z"
        case int():
            return value ^ 1024
        case str():
            return value[:-1] + chr(ord(value[-1:] or "0") ^ 1)
        case bytes():
            return value[:-1] + bytes([value[-1] ^ 1])
    return 1 if is_number else b"1"


def test_a_change_in_any_column_is_found(merged_archive: Path, tmp_path: Path) -> None:
    db, changed = merged_archive, tmp_path / "changed.db"
    wrong = []
    for table, column, is_number, key, value in columns(beside(db)):
        shutil.copy(beside(db), changed)
        with closing(sqlite3.connect(changed)) as connection, connection:
            connection.executescript("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON")
            change = f"UPDATE {table} SET {column} = ? WHERE {KEYS.get(table, 'rowid')} = ?"
            assert connection.execute(change, (other(value, is_number), key)).rowcount == 1, column
        found = list(check(db, changed))
        if bool(found) == ((table, column) in HINTS):
            wrong.append((table, column))
    assert wrong == [], wrong


# --- the day a capture is filed under ---


@pytest.mark.parametrize(
    ("fetched_at", "day", "is_found"),
    [
        ("2026-11-21T00:00:00.000000Z", "2026-11-20", True),  # in Beijing as in Greenwich the 21st
        ("2026-11-20T16:30:00.000000Z", "2026-11-19", True),  # in Beijing the 21st: days are UTC's
        ("2026-11-20T16:30:00.000000Z", "2026-11-20", False),
        ("2026-11-20T23:59:59.999999Z", "2026-11-20", False),
        ("2026-11-20T23:59:59.999999Z", "2026-11-21", False),  # the clock was put back, and the 20th was sealed
    ],
)
def test_a_capture_filed_under_a_day_before_it_was_fetched(
    tmp_path: Path, fetched_at: str, day: str, is_found: bool
) -> None:
    """A digest forged along with the day is found by the day: what was not there yet can't have been sealed."""
    path = tmp_path / "evidence.db"
    made = exchange(1, fetched_at=fetched_at)
    with closing(Evidence(path)) as evidence:
        (kept,) = evidence.add_many([made])
    with closing(sqlite3.connect(path)) as connection, connection:
        digest = capture_digest(made, kept.id, day, kept.sha256)
        connection.execute("UPDATE captures SET day = ?, digest = ?", (day, digest))
    assert [fault.split(": ", 1)[1] for fault in faults(path)] == (
        [f"it is filed under {day}, before it was fetched"] if is_found else []
    )


@pytest.mark.parametrize("sealed_before", [False, True])
def test_a_capture_belongs_to_its_day_in_greenwich(tmp_path: Path, sealed_before: bool) -> None:
    path = tmp_path / "evidence.db"
    with closing(Evidence(path)) as evidence:
        if sealed_before:
            evidence.add_many([exchange(0, fetched_at="2026-11-20T01:00:00.000000Z")])
            assert [manifest.day for manifest in evidence.seal("2026-11-21")] == ["2026-11-20"]
        evidence.add_many(
            exchange(n, fetched_at=f"2026-11-{moment}.000000Z")
            for n, moment in enumerate(["20T15:59:59", "20T16:00:00", "20T23:59:59", "21T00:00:00", "22T00:00:00"], 1)
        )
        assert [manifest.day for manifest in evidence.seal("2026-11-21")] == ([] if sealed_before else ["2026-11-20"])
        sealed = evidence.seal("2026-11-23")
        assert [(manifest.day, manifest.captures) for manifest in evidence.manifests()] == [
            ("2026-11-20", 1 if sealed_before else 3),
            ("2026-11-21", 4 if sealed_before else 1),
            ("2026-11-22", 1),
        ]
        assert [manifest.previous_hash for manifest in sealed] == [
            manifest.hash for manifest in evidence.manifests()[-3:-1]
        ]
        assert evidence.manifests()[0].previous_hash == GENESIS
    assert faults(path) == []
