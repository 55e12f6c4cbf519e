"""The writer process, which seals and stores what a crawl reads: whatever ends it or its crawl, the archive stays whole."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from archive.database.connection import ArchiveError
from archive.database.lock import hold
from archive.evidence.evidence_reader import beside
from archive.ingest.crawl_session import CrawlSession, SessionCall, SessionStart
from archive.ingest.writer_process import WriterProcess
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.model import clock
from archive.model.observations import PortalOfFile
from bench.ten_days import command, contents, crawl, morning
from pipelines.writer_client import WriterClient, WriterProcessError
from tests.conftest import rows
from tests.county import County
from tests.waiting import wait_until

RECORDS = 300
Contents = dict[str, tuple[str | None, ...]]


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    listed = (path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/children"))
    return [int(child) for line in listed for child in line.split()]


def writer_of(pid: int) -> int:
    """The writer process of a crawl; a process that has just been started says a moment later what it runs."""

    def writers() -> list[int]:
        return [
            child
            for child in children(pid)
            if b"archive.ingest.writer_process" in Path(f"/proc/{child}/cmdline").read_bytes()
        ]

    wait_until(lambda: len(writers()) == 1)
    return writers()[0]


@pytest.fixture(scope="module")
def county() -> Iterator[County]:
    with County(RECORDS, catalogs=2) as serving:
        yield serving


@pytest.fixture(scope="module")
def whole(county: County, tmp_path_factory: pytest.TempPathFactory) -> Contents:
    """The contents of an archive after an undisturbed crawl."""
    folder = tmp_path_factory.mktemp("whole")
    crawl(county.portal_file(folder), folder / "whole.db", morning(1), "--mode", "full")
    return contents(folder / "whole.db")


def sealed(db: Path) -> int:
    """The number of answers that are sealed; a crawl asks on while the first of them are being sealed."""
    try:
        return len(rows(beside(db), "SELECT 1 FROM captures"))
    except sqlite3.OperationalError:  # the file is being made
        return 0


@contextmanager
def midway(tmp_path: Path, county: County) -> Iterator[subprocess.Popen[str]]:
    """A crawl of a county in a process group of its own, some answers of which are sealed."""
    county.reset_counts()
    db = tmp_path / "county.db"
    with subprocess.Popen(
        command(county.portal_file(tmp_path), db, "--mode", "full"),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    ) as process:  # fmt: skip
        wait_until(lambda: county.count > RECORDS // 3 and sealed(db))
        yield process
        process.wait()
    assert 0 < sealed(db) < RECORDS


def gone_on_with(tmp_path: Path, county: County, whole: Contents) -> list[str]:
    """Crawl the county once more, which must give the archive that an undisturbed crawl gives; the outcomes of all crawls."""
    db = tmp_path / "county.db"
    crawl(county.portal_file(tmp_path), db, clock.now(), "--mode", "full")
    assert contents(db) == whole
    return [row["outcome"] for row in rows(db, "SELECT outcome FROM crawls ORDER BY id")]


def test_a_writer_process_that_is_killed_ends_its_crawl_in_plain_words(tmp_path, county, whole) -> None:
    with midway(tmp_path, county) as process:
        os.kill(writer_of(process.pid), signal.SIGKILL)
        out, err = process.communicate()
    assert process.returncode == 1
    assert "the crawl did not come to its end" in out
    assert "Traceback" not in out + err
    said = "the process that writes the archive ended with status -9"
    assert f"error={said}" in (tmp_path / "crawl.log").read_text()
    assert gone_on_with(tmp_path, county, whole) == ["interrupted", "finished"]


def test_a_crawl_that_is_killed_leaves_no_writer_process_behind(tmp_path, county, whole) -> None:
    with midway(tmp_path, county) as process:
        writer = Path(f"/proc/{writer_of(process.pid)}")
        process.kill()
    wait_until(lambda: not writer.exists())
    assert gone_on_with(tmp_path, county, whole) == ["interrupted", "finished"]


def test_an_interrupt_from_the_keyboard_closes_the_session(tmp_path, county, whole) -> None:
    """Ctrl-C reaches every process of the terminal: the writer process must not end before it has written what it received."""
    with midway(tmp_path, county) as process:
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate()
    assert "full crawl shutdown" in out
    assert "Traceback" not in out + err
    assert gone_on_with(tmp_path, county, whole) == ["shutdown", "finished"]


def start(db: Path) -> SessionStart:
    portal = PortalOfFile("one", "样本", "", "http://sample.example/", ())
    return SessionStart(db, beside(db), portal, "full", timedelta(7), clock.now())


ENDLESS = """
import sys, time
from multiprocessing.connection import Connection
from archive.ingest import writer_process

class Endless:
    def answer(self, request):
        time.sleep(3600)

writer_process.GRACE = 0.1
writer_process.serve(Connection(int(sys.argv[1])), Endless())
"""


def test_a_writer_process_outlives_its_owner_by_no_more_than_its_grace() -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen([sys.executable, "-c", ENDLESS, str(theirs.fileno())], pass_fds=[theirs.fileno()])
    with Connection(ours.detach()) as connection:
        connection.send("a request")
    assert process.wait(timeout=60) == 1


def test_errors_of_the_writer_process_are_raised_in_its_client(tmp_path: Path) -> None:
    client = WriterClient()
    (tmp_path / "nowhere").touch()
    with pytest.raises((ArchiveError, OSError)) as caught:
        client.begin(start(tmp_path / "nowhere" / "a.db")).result()
    assert "in answer" in caught.value.__notes__[0]
    with pytest.raises(KeyError):
        client.call("one", CrawlSession.complete).result()
    assert client.end() == 0


def test_a_writer_process_that_has_ended_is_reported() -> None:
    client = WriterClient()
    pid = writer_of(os.getpid())
    os.kill(pid, signal.SIGKILL)
    for _ in range(2):
        with pytest.raises(WriterProcessError, match="ended"):
            client.call("one", CrawlSession.complete).result()


def test_a_portal_whose_crawl_could_not_begin_is_free_again(tmp_path: Path) -> None:
    db = tmp_path / "a.db"
    with closing(open_up_to_date(db)) as archive:
        archive.execute("INSERT INTO portals (id, name, division_code, home) VALUES ('one', '样本', '', '')")
        archive.execute("INSERT INTO crawls (portal, mode, started_at) VALUES ('one', 'full', '')")
        archive.execute("INSERT INTO captures VALUES (5, 1, 'u', '', 200, 'page', '', 0, NULL, NULL, NULL)")
    with pytest.raises(ArchiveError, match="is missing, though") as still_held:  # the exception is not collected yet
        WriterProcess().answer(start(db))
    hold(db, "one").release()
    assert still_held
    client = WriterClient()
    with pytest.raises(ArchiveError, match="is missing, though"):
        client.begin(start(db)).result()
    hold(db, "one").release()
    client.end()


def test_what_a_crawls_statements_would_undo_is_kept_in_memory(tmp_path: Path) -> None:
    writer = WriterProcess()
    writer.answer(start(tmp_path / "a.db"))
    assert writer._files
    assert writer._files[0].execute("PRAGMA temp_store").fetchone()[0] == 2
    writer.answer(SessionCall("one", CrawlSession.close, ("finished", clock.now())))
