"""The lock of a portal in an archive: one holder, whoever it is, until it lets go or ends."""

import os
import signal
from pathlib import Path

import pytest

from archive.database.connection import ArchiveError
from archive.database.lock import held, hold, surveying
from archive.maintenance.writing_session import WritingSession


def test_a_portal_is_held_once_and_others_beside_it(tmp_path: Path) -> None:
    db = tmp_path / "a.db"
    refused = pytest.raises(ArchiveError, match=f"one is being crawled into {db} already: wait")
    with held(db, "one"), held(db, "two"), held(tmp_path / "b.db", "one"), refused:
        hold(db, "one")
    hold(db, "one").release()


def test_no_portals_id_is_the_name_of_another_lock(tmp_path: Path) -> None:
    db = tmp_path / "a.db"
    session = WritingSession(db, tmp_path / "evidence.db")
    with surveying(db), held(db, "survey"), held(db, "writing"):
        session.failed()


def test_a_portal_is_free_again_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), held(tmp_path / "a.db", "one"):
        raise ZeroDivisionError
    hold(tmp_path / "a.db", "one").release()


def test_a_portal_is_free_again_when_its_process_was_killed(tmp_path: Path) -> None:
    reads, writes = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            lock = hold(tmp_path / "a.db", "one")
            os.write(writes, b"held" if lock.is_locked else b"free")
            signal.pause()
        finally:
            os._exit(1)
    assert os.read(reads, 4) == b"held"
    with pytest.raises(ArchiveError):
        hold(tmp_path / "a.db", "one")
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    hold(tmp_path / "a.db", "one").release()


def test_a_folder_that_cannot_be_written_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ArchiveError, match="cannot write beside the archive ") as caught:
        hold(tmp_path / "file" / "a.db", "one")
    assert "\n" not in str(caught.value)
