"""Bytes of the archive's file that change under it are named; a writing that was cut off leaves nothing to compare with."""

import fcntl
import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from archive.database.connection import ArchiveError, transaction
from archive.evidence import block_sums
from archive.evidence.evidence_reader import beside
from archive.maintenance import writing_session
from archive.maintenance.backup import back_up, copy_database, put_back
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.maintenance.check import check, summary
from tests.crawled_in_steps import CrawlInSteps, Moments, mixed, watched
from tests.jobs import FIRST, NOW
from tests.test_stopped_anywhere import lived

BLOCK = block_sums.BLOCK


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    db = tmp_path_factory.mktemp("summed") / "a.db"
    CrawlInSteps(db, lived(6), FIRST)
    return db


@pytest.fixture
def db(crawled: Path, tmp_path: Path) -> Path:
    for source in (crawled, beside(crawled)):
        shutil.copy(source, tmp_path)
    return tmp_path / crawled.name


def ranges(db: Path) -> list[str]:
    return [str(fault).split(":")[1].strip() for fault in check(db, beside(db)) if ": bytes " in str(fault)]


def flip(path: Path, *offsets: int) -> None:
    with path.open("rb+") as file:
        for offset in offsets:
            file.seek(offset)
            (byte,) = file.read(1)
            file.seek(offset)
            file.write(bytes([byte ^ 1]))


def is_compared(db: Path) -> bool:
    return summary(db, beside(db)).bytes_compared


def test_a_flipped_byte_is_named_with_its_block(db: Path) -> None:
    size = db.stat().st_size
    assert size > 3 * BLOCK
    assert is_compared(db)
    assert ranges(db) == []
    flip(db, BLOCK + 7)
    assert ranges(db) == [f"bytes {BLOCK} to {2 * BLOCK - 1}"]
    flip(db, 2 * BLOCK)
    assert ranges(db) == [f"bytes {BLOCK} to {3 * BLOCK - 1}"], "blocks side by side are one range"
    flip(db, BLOCK + 7, 60, size - 1)
    assert ranges(db) == [
        f"bytes 0 to {BLOCK - 1}",
        f"bytes {2 * BLOCK} to {3 * BLOCK - 1}",
        f"bytes {(size - 1) // BLOCK * BLOCK} to {size - 1}",
    ]


def test_a_file_of_another_length_is_named(db: Path) -> None:
    size = db.stat().st_size
    with db.open("ab") as file:
        file.write(bytes(4096))
    assert ranges(db)[-1] == f"bytes {size // BLOCK * BLOCK} to {size + 4095}"


def test_a_copy_made_page_by_page_is_the_same(db: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy" / "a.db"
    copy.parent.mkdir()
    copy_database(db, copy)
    shutil.copy(beside(db), beside(copy))
    assert copy.read_bytes() != db.read_bytes()
    flip(copy, 27, 43, 95, 99)
    assert is_compared(copy)
    assert list(check(copy, beside(copy))) == [], "also where another SQLite counted"


def test_bytes_written_by_another_program_are_named_until_the_next_writing(db: Path) -> None:
    with closing(sqlite3.connect(db)) as connection:
        connection.execute("CREATE TABLE notes_of_my_own (text)")
        connection.commit()
    assert ranges(db)
    CrawlInSteps(db, lived(7), FIRST + timedelta(days=1))
    assert list(check(db, beside(db))) == []


def test_a_writing_that_was_cut_off_leaves_nothing_to_compare_with(db: Path, tmp_path: Path) -> None:
    moments = Moments(tmp_path / "moments", db)
    with watched(moments.copy_at):
        CrawlInSteps(db, lived(7), FIRST + timedelta(days=1))
    assert len(moments.copies) > 8
    compared = 0
    for step, copy in enumerate(moments.copies):
        stopped = mixed(copy, copy, tmp_path / str(step))
        compared += is_compared(stopped)
        assert list(check(stopped, beside(stopped))) == []
        with closing(sqlite3.connect(stopped)) as connection:  # whoever opens it next writes the log into the file
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert list(check(stopped, beside(stopped))) == []
    assert compared <= 3
    assert is_compared(db)


def test_what_somebody_writes_while_it_is_compared_is_no_damage(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = block_sums.sums_of

    def written_meanwhile(archive: str, path: Path) -> block_sums.BlockSums:
        monkeypatch.setattr(block_sums, "sums_of", read)
        with closing(open_up_to_date(db)) as connection, transaction(connection):
            connection.execute("INSERT INTO settings VALUES ('sample', 'sample')")
        return read(archive, path)

    monkeypatch.setattr(block_sums, "sums_of", written_meanwhile)
    assert ranges(db) == []
    assert block_sums.sums_of is read
    assert is_compared(db)


def test_one_of_two_that_write_at_once_keeps_no_sums(db: Path) -> None:
    first = open_up_to_date(db)
    with closing(open_up_to_date(db)) as second, transaction(second):
        second.execute("UPDATE events SET detail = '{}' WHERE id = 1")
    assert not is_compared(db)
    with transaction(first):
        first.execute("UPDATE events SET detail = '{}' WHERE id = 2")
    first.close()
    assert is_compared(db)
    assert list(check(db, beside(db))) == []


def test_while_a_reader_hinders_the_log_from_being_written_back_no_sums_are_kept(
    db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing_session, "PATIENCE", 0)
    with closing(sqlite3.connect(db, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM records").fetchone()
        with closing(open_up_to_date(db)) as connection, transaction(connection):
            connection.execute("UPDATE events SET detail = '{}' WHERE id = 1")
        assert not is_compared(db)
        assert list(check(db, beside(db))) == []
        reader.execute("COMMIT")
    open_up_to_date(db).close()
    assert is_compared(db)
    assert list(check(db, beside(db))) == []


def test_an_opening_that_changes_nothing_reads_no_byte_again(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(block_sums, "sums_of", lambda *_: pytest.fail("the whole file was read"))
    open_up_to_date(db).close()
    monkeypatch.undo()
    assert is_compared(db)
    flip(db, 5 * 4096 + 1)
    open_up_to_date(db).close()
    assert ranges(db), "nor is a changed byte taken for ours"


def test_a_lock_that_cannot_be_had_keeps_nobody_from_writing(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError("no locks here")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with closing(open_up_to_date(db)) as connection, transaction(connection):
        connection.execute("UPDATE events SET detail = '{}' WHERE id = 1")
    assert not is_compared(db)
    assert list(check(db, beside(db))) == []


def test_a_backup_has_sums_of_its_own(db: Path, tmp_path: Path) -> None:
    writing = open_up_to_date(db)
    back_up(db, beside(db), tmp_path / "backup", NOW)
    writing.close()
    back = tmp_path / "back" / "a.db"
    put_back(tmp_path / "backup", back, beside(back))
    assert is_compared(back)
    assert list(check(back, beside(back))) == []
    flip(back, BLOCK + 9)
    assert ranges(back)


def test_damaged_sums_are_named_themselves(db: Path) -> None:
    with closing(sqlite3.connect(beside(db))) as evidence:
        evidence.execute("UPDATE block_sums SET sums = zeroblob(length(sums))")
        evidence.commit()
    assert "a.evidence.db: block_sums: its row is no longer what was stored" in map(str, check(db, beside(db)))


def test_no_lock_is_left_beside_the_archive(db: Path) -> None:
    first, second = open_up_to_date(db), open_up_to_date(db)
    assert list(db.parent.glob("*-writing.lock"))
    first.close()
    second.close()
    assert list(db.parent.glob("*.lock")) == []


def test_sums_outlive_an_opening_that_fails(db: Path) -> None:
    later = "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('disclosures', 'm999_later', '')"
    with closing(open_up_to_date(db)) as connection:
        connection.execute(later)
    with pytest.raises(ArchiveError, match="later version"):
        open_up_to_date(db)
    assert is_compared(db)
    assert ranges(db) == []


def test_what_was_written_while_the_originals_were_away_is_no_damage(db: Path, tmp_path: Path) -> None:
    away = beside(db).rename(tmp_path / "away")
    with closing(open_up_to_date(db)) as connection, transaction(connection):
        connection.execute("UPDATE portals SET name = name || '（样本）'")
    away.rename(beside(db))
    assert (ranges(db), is_compared(db)) == ([], False)
    open_up_to_date(db).close()
    assert (ranges(db), is_compared(db)) == ([], True)
