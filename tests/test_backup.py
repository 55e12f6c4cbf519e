"""Backups made while a crawl writes, put back byte for byte; damage is never passed on; the doctor says what to do."""

import json
import os
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.database.connection import ArchiveError, transaction
from archive.evidence.evidence_reader import beside
from archive.evidence.evidence_store import Evidence, EvidenceError
from archive.maintenance.backup import back_up, copy_database, put_back
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.maintenance.check import check
from crawler.cli.doctor import FINE, LEAST_FREE, NOTE, WRONG, Diagnosis, diagnose
from tests.conftest import disclosures, rows
from tests.waiting import wait_until
from tests.warm import Command

NOW = "2026-11-25T10:00:00Z"


@pytest.fixture
def archive(sample_archive: Path, tmp_path: Path) -> Path:
    """A sample archive of one's own."""
    db = tmp_path / "here" / "disclosures.db"
    back_up(sample_archive, beside(sample_archive), tmp_path / "backup", NOW)
    put_back(tmp_path / "backup", db, beside(db))
    return db


def content(db: Path) -> list[dict[str, object]]:
    return rows(db, "SELECT * FROM records ORDER BY id")


def test_a_backup_is_put_back_as_it_was(sample_archive: Path, archive: Path, tmp_path: Path) -> None:
    assert content(archive) == content(sample_archive)
    assert list(check(archive, beside(archive))) == []
    assert beside(archive).stat().st_mode & 0o077 == 0
    told = json.loads((tmp_path / "backup" / "backup.json").read_text(encoding="utf-8"))
    assert told["made_at"] == NOW
    last, tip = Evidence(beside(archive)).tip() or (0, "")
    assert (told["tip"], told["head"]) == ([last, tip], None)
    assert (tmp_path / "backup" / "evidence.db").stat().st_mode & 0o077 == 0


def captured(db: Path) -> int:
    return int(str(rows(db, "SELECT count(*) AS n FROM captures")[0]["n"]))


STAGE = 10
"""Captures from one backup to the next."""


def test_backups_made_while_a_crawl_writes_are_each_whole(sample_portal: Path, tmp_path: Path) -> None:
    db = tmp_path / "a.db"
    sizes = []
    with Command("disclosures", "crawl", sample_portal, "--db", db, "--delay", 0.03) as crawl:
        while crawl.returncode is None:
            if db.is_file() and beside(db).is_file():
                try:
                    back_up(db, beside(db), tmp_path / f"b{len(sizes)}", NOW)
                except ArchiveError as error:
                    assert "not a disclosures archive" in str(error)  # the crawl is making it  # noqa: PT017
                    continue
                sizes.append(captured(tmp_path / f"b{len(sizes)}" / "disclosures.db"))
                wait_until(lambda: crawl.returncode is not None or captured(db) >= sizes[-1] + STAGE)
        assert crawl.returncode == 0
    assert len({*sizes}) > 1, sizes  # made at several stages of the crawl
    for number in range(len(sizes)):
        put_back(tmp_path / f"b{number}", tmp_path / f"r{number}" / "a.db", tmp_path / f"r{number}" / "e.db")


@pytest.mark.parametrize("name", ["disclosures.db", "evidence.db"])
def test_a_damaged_backup_is_not_put_back(archive: Path, tmp_path: Path, name: str) -> None:
    file = tmp_path / "backup" / name
    raw = bytearray(file.read_bytes())
    raw[len(raw) // 2] ^= 1
    file.write_bytes(raw)
    with pytest.raises(ArchiveError, match=f"{name} is no longer what was backed up"):
        put_back(tmp_path / "backup", tmp_path / "there.db", tmp_path / "there.evidence.db")
    assert not list(tmp_path.glob("there*"))


def test_a_damaged_archive_gives_no_backup(archive: Path, tmp_path: Path) -> None:
    con = sqlite3.connect(beside(archive))
    con.execute("UPDATE payloads SET stored = x'00' WHERE id = 3")
    con.commit()
    con.close()
    with pytest.raises(ArchiveError, match="the archive is damaged"):
        back_up(archive, beside(archive), tmp_path / "new", NOW)
    assert not list(tmp_path.glob("*new*"))


def test_nothing_is_written_over(archive: Path, tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="exists: move it away first"):
        put_back(tmp_path / "backup", archive, tmp_path / "e.db")
    with pytest.raises(ArchiveError, match=r"evidence.db exists: move it away first"):
        put_back(tmp_path / "backup", tmp_path / "new.db", beside(archive))
    assert not (tmp_path / "new.db").exists()
    with pytest.raises(ArchiveError, match="exists: name a new folder"):
        back_up(archive, beside(archive), tmp_path / "backup", NOW)
    with pytest.raises(ArchiveError, match="is no backup"):
        put_back(tmp_path / "here", tmp_path / "there.db", tmp_path / "e.db")


def test_what_cannot_be_put_back_whole_is_not_put_back(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ArchiveError, match=r"cannot put .* back"):
        put_back(tmp_path / "backup", tmp_path / "file" / "there.db", tmp_path / "there.evidence.db")
    assert not list(tmp_path.glob("*there*"))


def test_the_commands_say_it_in_a_line_or_two(archive: Path, tmp_path: Path) -> None:
    made = disclosures("backup", tmp_path / "b", "--db", archive)
    assert (made.returncode, made.stdout.count("\n")) == (0, 1)
    assert "every digest checked" in made.stdout
    again = disclosures("backup", tmp_path / "b", "--db", archive)
    assert again.returncode == 2
    assert again.stderr == f"disclosures: {tmp_path / 'b'} exists: name a new folder for the backup\n"
    back = disclosures("restore", tmp_path / "b", "--db", tmp_path / "there.db")
    assert (back.returncode, back.stdout.count("\n")) == (0, 2)
    assert "withheld after the backup was made is there again" in back.stdout
    assert disclosures("verify", "--db", tmp_path / "there.db").returncode == 0


def test_what_a_backup_says_of_its_masking_is_not_believed(archive: Path, tmp_path: Path) -> None:
    with closing(open_up_to_date(archive)) as connection, transaction(connection) as c:
        c.execute("UPDATE records SET disclosure_period = '13900010001' WHERE id = 1")
    back_up(archive, beside(archive), tmp_path / "b", NOW)
    assert b"13900010001" in (tmp_path / "b" / "disclosures.db").read_bytes()
    there = tmp_path / "there.db"
    assert disclosures("restore", tmp_path / "b", "--db", there).returncode == 0
    assert rows(there, "SELECT disclosure_period FROM records WHERE id = 1") == [{"disclosure_period": "139********"}]
    assert b"13900010001" not in there.read_bytes()


def test_an_archive_of_a_later_version_is_refused_plainly(archive: Path) -> None:
    for path, table in (
        (archive, "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES (?, 'm999', '')"),
    ):
        con = sqlite3.connect(path)
        (name,) = con.execute("SELECT migration_set FROM _sqlite_migrations LIMIT 1").fetchone()
        con.execute(table, (name,))
        con.commit()
        con.close()
    with pytest.raises(ArchiveError, match=r"written by a later version of this program \(m999\): update it first"):
        open_up_to_date(archive)
    con = sqlite3.connect(beside(archive))
    con.execute("INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('evidence', 'm999', '')")
    con.commit()
    con.close()
    with pytest.raises(EvidenceError, match="written by a later version of this program: update it first"):
        Evidence(beside(archive))
    assert Diagnosis(WRONG, "schema", "of a later version (m999): update this program") in list(
        diagnose(archive, beside(archive))
    )


# --- the doctor ---


def said(db: Path) -> dict[str, Diagnosis]:
    return {each.what: each for each in diagnose(db, beside(db))}


def test_a_sound_archive_is_fine(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawler.settings.CONTACT", "desk@example.org")
    found = list(diagnose(archive, beside(archive)))
    assert {each.what for each in found if each.state == FINE} - {"converters"} == {
        "machine",
        "portal files",
        "disk",
        "archive",
        "evidence",
    }
    assert not [each for each in found if each.state == WRONG]
    done = disclosures("doctor", "--db", archive)
    assert done.returncode == 0, done.stdout
    assert "fine   evidence:" in done.stdout


def test_evidence_that_is_missing_old_or_open_to_all(archive: Path, tmp_path: Path) -> None:
    evidence = beside(archive)
    for mode in (0o640, 0o604):
        evidence.chmod(mode)
        assert "chmod 600" in said(archive)["evidence"].message
    evidence.chmod(0o600)
    assert said(archive)["evidence"].state == FINE
    kept = tmp_path / "kept"
    shutil.move(evidence, kept)
    assert (said(archive)["evidence"].state, "is missing" in said(archive)["evidence"].message) == (WRONG, True)
    Evidence(evidence).close()
    assert "ends at original 0" in said(archive)["evidence"].message
    evidence.write_bytes(b"no database")
    assert "can't be read" in said(archive)["evidence"].message
    assert disclosures("doctor", "--db", archive).returncode == 1


@pytest.mark.parametrize(
    ("statement", "what", "message"),
    [
        ("UPDATE settings SET value = 'older' WHERE name = 'segment_version'", "search", "the index was made by another version"),
        ("UPDATE settings SET value = '1' WHERE name = 'redaction_version'", "masking", " records were masked by older rules"),
        ("DELETE FROM _sqlite_migrations WHERE name >= 'm019'", "schema", "of an earlier version: back it up"),
    ],
)  # fmt: skip
def test_what_an_earlier_version_made_is_noted_with_what_renews_it(
    archive: Path, statement: str, what: str, message: str
) -> None:
    assert what not in said(archive)
    with closing(sqlite3.connect(archive)) as connection, connection:
        connection.execute(statement)
    noted = said(archive)[what]
    assert (noted.state, message in noted.message, "`disclosures redact`" in noted.message) == (NOTE, True, True)


def test_a_damaged_archive_and_one_that_is_none(archive: Path, tmp_path: Path) -> None:
    assert said(tmp_path / "none.db")["archive"].state == NOTE
    (tmp_path / "text.db").write_text("no database", encoding="utf-8")
    assert said(tmp_path / "text.db")["archive"].state == WRONG
    with archive.open("r+b") as file:
        file.truncate(archive.stat().st_size // 2)
    assert said(archive)["archive"].state == WRONG


def test_the_configuration(archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "portals").mkdir()
    (tmp_path / "portals" / "xx.toml").write_text("id = 7", encoding="utf-8")
    monkeypatch.setenv("DISCLOSURES_PORTALS", str(tmp_path / "portals"))
    monkeypatch.setenv("DISCLOSURES_NOW", "2020-01-01T00:00:00Z")
    monkeypatch.setattr("shutil.which", lambda _: None)
    monkeypatch.setattr("shutil.disk_usage", lambda _: os.statvfs_result([0] * 10) and type("U", (), {"free": 1})())
    found = said(archive)
    assert (found["portal file"].state, "id = 7 must be a text" in found["portal file"].message) == (WRONG, True)
    assert "DISCLOSURES_NOW is set" in found["configuration"].message
    assert "antiword" in found["machine"].message
    assert (found["disk"].state, found["clock"].state) == (WRONG, WRONG)


@pytest.mark.parametrize(("minutes", "state"), [(-60, None), (4, None), (5, None), (6, WRONG)])
def test_a_crawl_of_the_future_shows_a_wrong_clock(
    archive: Path, monkeypatch: pytest.MonkeyPatch, minutes: int, state: str | None
) -> None:
    now = datetime(2026, 3, 10, 16, 0, tzinfo=UTC)
    monkeypatch.setattr("archive.model.clock.now", lambda: now)
    con = sqlite3.connect(archive)
    began = (now + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")
    con.execute("UPDATE crawls SET started_at = ?", (began,))
    con.commit()
    con.close()
    clock = said(archive).get("clock")
    assert (clock and clock.state) == state


@pytest.mark.parametrize(
    ("beyond_least", "beyond_held", "state"),
    [(-1, False, WRONG), (0, False, NOTE), (-1, True, NOTE), (0, True, FINE)],
)
def test_room_on_the_disk_for_crawls_and_for_a_backup(
    archive: Path, monkeypatch: pytest.MonkeyPatch, beyond_least: int, beyond_held: bool, state: str
) -> None:
    held = archive.stat().st_size + beside(archive).stat().st_size
    free = LEAST_FREE + beyond_least + held * beyond_held
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": free})())
    assert said(archive)["disk"].state == state


def test_evidence_that_ends_before_what_the_archive_points_to(archive: Path) -> None:
    assert said(archive)["evidence"].state == FINE
    con = sqlite3.connect(archive)
    (last,) = con.execute("SELECT max(id) FROM captures").fetchone()
    con.execute("UPDATE captures SET id = id + 1 WHERE id = ?", (last,))
    con.commit()
    con.close()
    found = said(archive)["evidence"]
    assert (found.state, f"ends at original {last}, but {archive.name} points to {last + 1}" in found.message) == (
        WRONG,
        True,
    )


def test_a_copy_that_does_not_fit_on_the_disk_is_not_begun(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = archive.stat().st_size
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": size - 1})())
    with pytest.raises(ArchiveError, match=f"needs {size:,} bytes, and the disk of .* has {size - 1:,} left"):
        copy_database(archive, tmp_path / "copy.db")
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": size})())
    copy_database(archive, tmp_path / "fits.db", mode=0o600)
    assert (tmp_path / "fits.db").stat().st_mode & 0o777 == 0o600
    assert content(tmp_path / "fits.db") == content(archive)


@pytest.mark.parametrize("format_of", [0, 2])
def test_a_backup_of_another_format_is_not_put_back(archive: Path, tmp_path: Path, format_of: int) -> None:
    manifest = tmp_path / "backup" / "backup.json"
    told = json.loads(manifest.read_text(encoding="utf-8"))
    manifest.write_text(json.dumps({**told, "format": format_of}), encoding="utf-8")
    with pytest.raises(ArchiveError, match="made by a later version"):
        put_back(tmp_path / "backup", tmp_path / "there.db", tmp_path / "there.evidence.db")
    assert not list(tmp_path.glob("there*"))


def test_masked_by_older_rules(archive: Path) -> None:
    con = sqlite3.connect(archive)
    con.execute("UPDATE settings SET value = '1' WHERE name = 'redaction_version'")
    con.execute("INSERT INTO settings VALUES ('redaction_version', '1') ON CONFLICT DO NOTHING")
    con.commit()
    con.close()
    assert "run `disclosures redact`" in said(archive)["masking"].message
