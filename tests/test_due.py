"""Which portals are due now: those of one's own that are watched, idle and not left out."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.database.lock import held
from archive.ingest.store import Store
from archive.model import clock
from archive.model.observations import CatalogOfPortal, PortalOfFile
from crawler.jobs.due import due_now, planned
from crawler.portals.portal_file import PortalFileError
from tests.conftest import empty_archive, portal_file

NOW = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
LATELY = "2026-03-10T03:00:00Z"


@pytest.fixture
def db(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An archive, and portal files of one's own for the portals `a`, `b` and `c`, of which none was crawled."""
    folder = tmp_path / "portals"
    folder.mkdir()
    for name in "abc":
        portal_file(folder, f"http://{name}.example/", ("plan", "样本规划", "/list.html"), name=name)
    monkeypatch.setenv("DISCLOSURES_PORTALS", str(folder))
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return empty_archive(tmp_path / "a.db")


def due(db: Path, *names: str, but: str = "") -> list[str]:
    return due_now(names, db, but)[0]


def crawled(db: Path, portal: str, outcome: str = "finished") -> None:
    """A crawl an hour ago."""
    lists = (CatalogOfPortal("plan", "样本规划", f"http://{portal}.example/list.html"),)
    store = Store(db)
    store.begin(PortalOfFile(portal, "样本县", "", f"http://{portal}.example/", lists), "full", LATELY)
    store.finish(outcome, LATELY)
    store.close()


def test_portals_that_were_not_crawled_lately_are_due(db: Path) -> None:
    crawled(db, "b")
    assert due(db) == ["a", "c"]
    assert due(db, "b", "c") == ["c"]
    assert [each.portal.id for each in planned([], db, NOW)[0]] == ["a", "c", "b"], "the most overdue first"


def test_what_is_left_out_is_not_due(db: Path) -> None:
    assert due(db, but="ac") == ["b"]


def test_a_portal_that_is_being_crawled_is_left_to_that_crawl(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with held(db, "b"):
        assert due(db) == ["a", "c"]
    assert "note: " in capsys.readouterr().err
    assert due(db) == ["a", "b", "c"]


def test_a_portal_is_known_by_the_name_it_was_asked_by(db: Path, tmp_path: Path) -> None:
    file = str(tmp_path / "portals" / "a.toml")
    assert due(db, file, "b") == [file, "b"]


def test_before_there_is_an_archive_all_are_due(db: Path) -> None:
    db.unlink()
    assert due(db) == ["a", "b", "c"]
    db.touch()
    assert due(db) == ["a", "b", "c"]


@pytest.mark.parametrize(("kind", "by_name"), [("retired", []), ("removed", ["a"])])
def test_a_retired_portal_is_never_due_and_a_removed_one_by_its_name_alone(
    db: Path, kind: str, by_name: list[str]
) -> None:
    if kind == "retired":
        crawled(db, "a", "interrupted")
        assert due(db, "a") == ["a"]
    change = {
        "retired": "UPDATE portals SET retired_at = ? WHERE id = 'a'",
        "removed": "INSERT INTO portal_changes (portal, kind, at) VALUES ('a', 'removed', ?)",
    }
    with closing(sqlite3.connect(db)) as connection, connection:
        connection.execute(change[kind], (LATELY,))
    assert due(db) == ["b", "c"]
    assert due(db, "a") == by_name


def test_a_file_that_can_not_be_used_keeps_no_other_from_being_due(db: Path, tmp_path: Path) -> None:
    (tmp_path / "portals" / "bad.toml").write_text('id = "bad"', encoding="utf-8")
    names, faults = due_now([], db)
    assert (names, len(faults), "bad.toml" in str(faults[0])) == (["a", "b", "c"], 1, True)
    with pytest.raises(PortalFileError):
        due(db, "nowhere")
