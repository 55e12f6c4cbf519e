"""Checking the archive: a sound one has no findings; whatever is changed or damaged is named, and never a traceback."""

import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from archive.database import redaction_version
from archive.evidence.evidence_reader import beside
from archive.evidence.evidence_store import Evidence
from archive.evidence.fixity import Expected
from archive.maintenance import masking
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.maintenance.check import Summary, check, summary
from archive.masking.personal_numbers import RULES_VERSION
from archive.search import index
from tests.exchanges import exchange
from tests.tampering import renumber


def copied(sample_archive: Path, folder: Path) -> Path:
    """A copy of the sample archive and its originals, to be damaged; each is one file."""
    db = folder / "sample.db"
    for source, target in ((sample_archive, db), (beside(sample_archive), beside(db))):
        with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
            old.backup(new)
            new.execute("PRAGMA journal_mode = DELETE")
    return db


@pytest.fixture
def db(sample_archive: Path, tmp_path: Path) -> Path:
    return copied(sample_archive, tmp_path)


def findings(db: Path, expected: Expected | None = None) -> list[str]:
    return [str(finding) for finding in check(db, beside(db), expected)]


def change(path: Path, sql: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        assert connection.execute(sql).rowcount != 0
        connection.commit()


def one(path: Path, sql: str) -> tuple[object, ...]:
    with closing(sqlite3.connect(path)) as connection:
        return tuple(connection.execute(sql).fetchone())


def test_a_sound_archive(db: Path) -> None:
    assert findings(db) == []
    told = summary(db, beside(db))
    assert (told.captures, told.days, told.head, told.unclaimed) == (
        one(db, "SELECT count(*) FROM captures")[0],
        0,
        None,
        0,
    )
    assert told.tip is not None
    assert findings(db, told.tip) == []
    assert len(findings(db, (told.tip[0], "0" * 64))) == 1


def test_days_are_sealed_and_originals_nobody_points_to_are_no_fault(db: Path) -> None:
    with closing(Evidence(beside(db))) as evidence:
        evidence.add_many([exchange(1, fetched_at="2026-11-20T01:02:03.000004Z")])
        evidence.seal("2999-01-01")
        head = evidence.head()
    told = summary(db, beside(db))
    assert (told.head, told.unclaimed, told.captures) == (head, 1, one(db, "SELECT count(*) FROM captures")[0])
    assert told.days >= 1
    assert findings(db, head) == []


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        ("UPDATE captures SET sha256 = printf('%064d', 0) WHERE id = 7", "capture 7 http{}: its sha256 is not as in"),
        ("UPDATE captures SET url = 'http://x/', status = 404 WHERE id = 7", "capture 7 http://x/: its url, status are"),
        ("UPDATE captures SET bytes = bytes + 1 WHERE id = 7", "capture 7 http{}: its bytes is not as in"),
        ("UPDATE captures SET status = 203 WHERE id = 7", "capture 7 http{}: its status is not as in"),
        ("UPDATE walks SET capture_id = 998 WHERE capture_id = (SELECT min(capture_id) FROM walks)", "crawl 1, walk of catalogue {}: points to capture 998"),
        ("UPDATE events SET detail = json_set(detail, '$.page', 998) WHERE record_id = 3", "record 3, event {}: points to capture 998"),
        ("UPDATE listings SET catalog_id = 998 WHERE record_id = 3", "listings{}: points to a row of catalogs that is not there"),
        ("UPDATE captures SET fetched_at = '2000-01-01' WHERE id = 7", "capture 7 http{}: its fetched_at is not as in"),
        ("INSERT INTO captures SELECT 999, crawl_id, url, fetched_at, status, outcome, sha256, bytes, etag, last_modified, NULL FROM captures WHERE id = 7", "capture 999 http{}: it is not in"),
        ("UPDATE records SET capture_id = 998 WHERE id = 3", "record 3: points to capture 998, which is not there"),
        ("UPDATE readings SET capture_id = 998 WHERE record_id = 3 AND catalog_id = 0", "record 3, reading of catalogue 0: points to capture 998"),
        ("UPDATE versions SET capture_id = 998 WHERE record_id = 3", "record 3, version 1: points to capture 998"),
        ("INSERT INTO attachments (record_id, name, url, state, capture_id) VALUES (3, '样本', 'http://x/1.pdf', 'text', 998)", "record 3, file http://x/1.pdf: points to capture 998"),
        ("UPDATE events SET detail = json_set(detail, '$.capture', 998) WHERE record_id = 3", "record 3, event {}: points to capture 998"),
        ("UPDATE events SET before_capture_id = 998 WHERE record_id = 3", "record 3, event {}: points to capture 998"),
        ("UPDATE events SET after_capture_id = 998 WHERE record_id = 3", "record 3, event {}: points to capture 998"),
        ("UPDATE versions SET before_capture_id = 998 WHERE record_id = 3", "record 3, version 1: points to capture 998"),
        ("UPDATE listings SET capture_id = 998 WHERE record_id = 3", "record 3, listing in catalogue {}: points to capture 998"),
        ("UPDATE readings SET seen_capture_id = 998 WHERE record_id = 3 AND catalog_id = 0", "record 3, reading of catalogue 0: points to capture 998"),
        ("UPDATE versions SET record_id = 998 WHERE record_id = 3", "versions {}: points to a row of records that is not there"),
        ("DROP INDEX captures_by_url", "schema: captures_by_url is missing"),
        ("DROP VIEW search", "schema: search is missing"),
        ("INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('disclosures', 'm999_later', '')", "schema: of a later version (m999_later)"),
        ("DELETE FROM _sqlite_migrations WHERE name LIKE 'm002%'", "schema: of an earlier version"),
        ("UPDATE records SET title = '改过的样本标题' WHERE id = 3", "record 3: the search index does not find it"),
        ("UPDATE records_fts_data SET block = zeroblob(length(block)) WHERE id > 10", "cannot be read: database disk image is malformed"),
    ],
)  # fmt: skip
def test_what_is_changed_in_the_archive_is_named(db: Path, sql: str, named: str) -> None:
    change(db, sql)
    found = findings(db)
    assert found
    assert all(line.startswith("sample.db: ") for line in found), found
    begins, _, ends = named.partition("{}")
    assert any(begins in line and ends in line for line in found), found


def test_captures_are_compared_to_the_last_in_however_many_strides(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archive.maintenance.check.BATCH", 4)
    (last,) = one(db, "SELECT max(id) FROM captures")
    for number in (1, 4, 5, 8, 9, last):
        change(db, f"UPDATE captures SET status = status + 1 WHERE id = {number}")
        found, *ranges = findings(db)
        assert found.startswith(f"sample.db: capture {number} http")
        assert all(each.startswith("sample.db: bytes ") for each in ranges), "the file is no longer what the crawl left"
        change(db, f"UPDATE captures SET status = status - 1 WHERE id = {number}")


def test_a_record_that_fell_out_of_the_index(db: Path) -> None:
    with closing(open_up_to_date(db)) as connection:
        index.forget(connection, 3)
        (records,) = connection.execute("SELECT count(*) FROM records").fetchone()
    assert findings(db) == [
        f"sample.db: search index: it holds {records - 1} records, and should hold {records}",
        "sample.db: record 3: the search index does not find it by its title",
    ]
    with closing(open_up_to_date(db)) as connection:
        connection.execute("INSERT INTO unindexed VALUES (3, NULL)")  # as a killed crawl leaves it: it will be indexed
    assert findings(db) == []


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        ("SELECT p.stored FROM payloads p JOIN captures c ON c.payload_id = p.id WHERE c.id = ?", "payload {}"),
        ("SELECT url FROM captures WHERE id = ?", "capture {} "),
        ("SELECT digest FROM captures WHERE id = ?", "capture {} "),
    ],
)
def test_a_flipped_byte_of_the_originals_is_named(db: Path, sql: str, named: str) -> None:
    evidence = beside(db)
    number, sha256 = one(db, "SELECT max(id), sha256 FROM captures WHERE url LIKE '%/t%.html'")
    with closing(sqlite3.connect(evidence)) as connection:
        (value,) = connection.execute(sql, (number,)).fetchone()
    piece = value.encode() if isinstance(value, str) else value[:60]
    raw = bytearray(evidence.read_bytes())
    raw[raw.rindex(piece) + len(piece) - 1] ^= 1
    evidence.write_bytes(raw)
    found = findings(db)
    where = named.format(sha256 if named.startswith("payload") else number)
    assert any(line.startswith(f"sample.evidence.db: {where}") for line in found), found


def test_originals_that_are_missing(db: Path) -> None:
    beside(db).unlink()
    (captures,) = one(db, "SELECT count(*) FROM captures")
    assert findings(db) == [f"sample.evidence.db: missing, though sample.db points to {captures} originals in it"]
    assert summary(db, beside(db)) == Summary(int(str(captures)))
    assert not beside(db).exists()


def test_originals_that_are_no_database_are_no_fault_of_the_archive(db: Path) -> None:
    beside(db).write_bytes(beside(db).read_bytes()[:5000])
    assert findings(db) == ["sample.evidence.db: file: SQLite cannot open it: database disk image is malformed"]


def test_an_archive_without_originals_needs_none(tmp_path: Path) -> None:
    db = tmp_path / "a.db"
    open_up_to_date(db).close()
    assert findings(db) == []
    assert summary(db, beside(db)) == Summary()
    assert "does not exist" in findings(db, (1, "0" * 64))[0]


def test_a_missing_archive_is_a_finding(tmp_path: Path) -> None:
    (line,) = findings(tmp_path / "a.db")
    assert "there is no archive" in line


def test_older_rules_of_masking_are_a_finding(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (masking, redaction_version):
        monkeypatch.setattr(module, "RULES_VERSION", RULES_VERSION + 1)
    (records,) = one(db, "SELECT count(*) FROM records")
    assert findings(db) == [
        f"sample.db: masking: {records} records were masked by older rules: run `disclosures redact`"
    ]


def test_rows_that_damage_put_out_of_order_are_not_read_for_ever(db: Path) -> None:
    """The last row's number turned into 0: whoever asks for those after it is given all of them again."""
    last, url = one(db, "SELECT id, url FROM captures ORDER BY id DESC LIMIT 1")
    assert last < 128, "its number is one byte in the file"
    renumber(db, str(url), int(str(last)), 0)
    assert f"{db.name}: captures from 1: cannot be read in order: the file is damaged there" in findings(db)


def cut(raw: bytearray, chance: random.Random) -> bytearray:
    return raw[: chance.randrange(len(raw))]


def flipped(raw: bytearray, chance: random.Random) -> bytearray:
    for _ in range(20):
        raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
    return raw


def blank(raw: bytearray, chance: random.Random) -> bytearray:
    start = chance.randrange(len(raw))
    raw[start : start + 4096] = bytes(4096)
    return raw[: len(raw)]


@pytest.mark.parametrize("damage", [cut, flipped, blank])
def test_damage_anywhere_is_never_an_error(db: Path, damage: Callable[[bytearray, random.Random], bytearray]) -> None:
    chance = random.Random(7)
    whole = {path: path.read_bytes() for path in (db, beside(db))}
    found = 0
    for path in (db, beside(db)) * 12:
        path.write_bytes(damage(bytearray(whole[path]), chance))
        lines = findings(db)
        assert all("\n" not in line for line in lines)
        summary(db, beside(db))
        found += bool(lines)
        path.write_bytes(whole[path])
    assert found > 15  # free space, and text that nothing repeats, may change unseen
