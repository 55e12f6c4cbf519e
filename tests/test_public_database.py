"""The file for everybody: what a reader is told of and nothing else, as it was at one moment, checked, whole or not at all."""

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from archive.database.connection import ArchiveError, open_for_reading
from archive.export import public_database
from archive.export.public_database import snapshot
from archive.labels.tables import TABLES
from archive.maintenance.backup import copy_database
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.maintenance.check import check_database
from archive.questions.question_files import questions
from archive.questions.runner import parameter_values, run_question
from archive.search import engine
from tests.conftest import rows


@pytest.fixture
def archive(sample_archive: Path, tmp_path: Path) -> Path:
    """A sample archive of one's own, without originals."""
    return Path(shutil.copyfile(sample_archive, tmp_path / "disclosures.db"))


def written(db: Path, *statements: str) -> None:
    with closing(sqlite3.connect(db)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def test_it_holds_what_readers_are_told_of_and_finds_it(archive: Path, tmp_path: Path) -> None:
    made = snapshot(archive, tmp_path / "out" / "public.db")
    assert made.sha256 == hashlib.sha256(made.path.read_bytes()).hexdigest()
    assert made.bytes == made.path.stat().st_size
    assert [path.name for path in made.path.parent.iterdir()] == ["public.db"]  # one file, with nothing beside it
    assert made.path.stat().st_mode & 0o777 == 0o644
    for table in (name for name, each in TABLES.items() if not each.hidden and name != "search"):
        assert rows(made.path, f"SELECT * FROM {table}") == rows(archive, f"SELECT * FROM {table}")
    with closing(open_for_reading(made.path)) as here, closing(open_for_reading(archive)) as there:
        for question in questions().values():
            assert run_question(here, question, parameter_values(question, {})) == run_question(
                there, question, parameter_values(question, {})
            )
        assert engine.count(here, engine.search("预算")) == engine.count(there, engine.search("预算")) > 0
    assert list(check_database(made.path)) == []


def test_internals_and_what_others_put_there_stay_behind(archive: Path, tmp_path: Path) -> None:
    written(
        archive,
        "CREATE TABLE subscribers (email TEXT)",
        "INSERT INTO subscribers VALUES ('desk@example.org')",
        "CREATE VIRTUAL TABLE notes USING fts5(text)",
        "INSERT INTO notes VALUES ('keep-this-to-ourselves')",
        "CREATE VIEW mine AS SELECT * FROM subscribers",
        "INSERT INTO told SELECT id, 'keep-this-to-ourselves', '' FROM portals",
        "INSERT INTO settings VALUES ('smtp', 'keep-this-to-ourselves')",
        "UPDATE readings SET source_fields = json_set(source_fields, '$.x', 'keep-this-to-ourselves')",
        "INSERT INTO withheld (target, key, reason, at) VALUES ('address', 'http://p.example/', 'keep-this-to-ourselves', '')",
        "INSERT INTO portal_changes (portal, kind, at) VALUES ('keep-this-to-ourselves', 'removed', '')",
    )
    made = snapshot(archive, tmp_path / "public.db").path
    names = {row["name"] for row in rows(made, "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')")}
    assert {name for name in names - TABLES.keys() if not name.startswith("records_fts_")} == set()
    assert rows(made, "SELECT DISTINCT fields, source_fields FROM readings") == [
        {"fields": "{}", "source_fields": "{}"}
    ]
    assert {row["name"] for row in rows(made, "SELECT name FROM settings")} == {"segment_version", "redaction_version"}
    raw = made.read_bytes()
    assert b"keep-this-to-ourselves" not in raw
    assert b"desk@example.org" not in raw
    assert rows(archive, "SELECT * FROM subscribers")  # the archive keeps them


def test_what_a_killed_crawl_left_unindexed_is_found(archive: Path, tmp_path: Path) -> None:
    with closing(open_up_to_date(archive)) as connection:
        row = connection.execute("SELECT * FROM records ORDER BY id LIMIT 1").fetchone()
        from archive.search import index

        before = index.held(connection, row[0])
        connection.execute("UPDATE records SET title = '测试未入索引' WHERE id = ?", (row[0],))
        index.changed(connection, row[0], before)
    made = snapshot(archive, tmp_path / "public.db").path
    with closing(open_for_reading(made)) as connection:
        assert engine.count(connection, engine.search("测试未入索引")) == 1
    assert rows(made, "SELECT count(*) AS n FROM unindexed") == [{"n": 0}]
    assert rows(archive, "SELECT count(*) AS n FROM unindexed") == [{"n": 1}]  # the archive itself is left alone


def test_what_is_being_written_is_in_it_and_no_half(archive: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(archive)) as connection:  # a writer in WAL mode, its log not yet moved into the file
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("UPDATE records SET topic = '已提交'")
        connection.commit()
        connection.execute("UPDATE records SET topic = '未提交'")
        made = snapshot(archive, tmp_path / "public.db").path
    assert rows(made, "SELECT DISTINCT topic FROM records") == [{"topic": "已提交"}]


def masked_by_older_rules(db: Path) -> None:
    written(db, "UPDATE settings SET value = '1' WHERE name = 'redaction_version'")


def damaged(db: Path) -> None:
    # a title's entry in the index is another one than the record's
    written(db, "PRAGMA foreign_keys = OFF", "UPDATE records SET capture_id = 999999 WHERE id = 1")


def none_at_all(db: Path) -> None:
    db.unlink()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (masked_by_older_rules, "masked by older rules: run `disclosures redact` first"),
        (damaged, "is damaged .*points to capture 999999"),
        (none_at_all, "there is no archive"),
    ],
)
def test_what_should_not_be_shown_makes_no_file(
    archive: Path, tmp_path: Path, spoil: Callable[[Path], None], said: str
) -> None:
    spoil(archive)
    with pytest.raises(ArchiveError, match=said):
        snapshot(archive, tmp_path / "out" / "public.db")
    assert list((tmp_path / "out").glob("**/*")) == []


def test_what_was_masked_by_older_rules_is_refused_before_it_is_copied(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    masked_by_older_rules(archive)
    monkeypatch.setattr(public_database, "copy_database", None)
    with pytest.raises(ArchiveError, match="masked by older rules"):
        snapshot(archive, tmp_path / "public.db")


def test_what_is_copied_is_looked_at_itself(archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Though the archive was as it should be when it was looked at before."""

    def copied(db: Path, copy: Path, mode: int) -> None:
        copy_database(db, copy, mode)
        masked_by_older_rules(copy)

    monkeypatch.setattr(public_database, "copy_database", copied)
    with pytest.raises(ArchiveError, match="masked by older rules"):
        snapshot(archive, tmp_path / "public.db")
    assert not (tmp_path / "public.db").exists()


def test_what_a_killed_run_left_goes(archive: Path, tmp_path: Path) -> None:
    left = tmp_path / ".public.db.999999999.copy"
    running = tmp_path / f".public.db.{os.getppid()}.copy"
    for path in (left, running):
        path.touch()
    snapshot(archive, tmp_path / "public.db")
    assert not left.exists()
    assert running.exists()


def test_nothing_is_written_over(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "public.db").write_text("mine")
    with pytest.raises(ArchiveError, match="exists: name a new file"):
        snapshot(archive, tmp_path / "public.db")
    assert (tmp_path / "public.db").read_text() == "mine"
