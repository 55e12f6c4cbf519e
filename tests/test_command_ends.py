"""How commands end before their time: interrupted, by a terminal that goes away, where nobody reads what they print, on a full disk."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.conftest import Answer, Site, SiteRequest, copied, crawl, disclosures, empty_archive, portal_file
from tests.test_crawl_stop import ENDS_WITHIN, LIST, PAGES
from tests.waiting import wait_until
from tests.warm import Command

PROGRAM = Path(sys.executable).with_name("disclosures")
MIDWAY = "import os, signal, crawler.spiders.stored_and_sealed as s; s.reparse = lambda *_, **named: os.kill(os.getpid(), {})"
"""Statements by which `verify --reread` is sent a signal while it has a copy of the archive."""


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a portal of one record, beside an archive of it."""
    folder = tmp_path_factory.mktemp("crawled")
    with Site(PAGES) as site:
        portal = portal_file(folder, site.url, ("plan", "规划", LIST))
        crawl(portal, folder / "a.db")
    return portal


@pytest.fixture
def db(crawled: Path, tmp_path: Path) -> Path:
    """One's own archive of one record."""
    copied(crawled, tmp_path)
    return tmp_path / "a.db"


def shell(command: str, db: Path) -> subprocess.CompletedProcess[str]:
    """Run a command of ours as a shell does."""
    environment = {**os.environ, "DISCLOSURES_DB": str(db)}
    return subprocess.run(
        ["/bin/sh", "-c", f"exec {PROGRAM} {command}"], env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_command_that_is_ended_says_so_and_clears_away_what_it_made(db: Path, tmp_path: Path, number: int) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    first = MIDWAY.format(number)
    done = disclosures("verify", "--reread", "--db", db, env={"TMPDIR": str(folder)}, first=first)
    assert (done.returncode, done.stderr.strip()) == (1, "Aborted!")
    assert list(folder.iterdir()) == []


def test_a_command_that_is_to_outlive_its_terminal_does(db: Path) -> None:
    first = f"import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN); {MIDWAY.format(signal.SIGHUP.value)}"
    assert "Aborted!" not in disclosures("verify", "--reread", "--db", db, first=first).stderr


def test_a_crawl_that_has_ended_can_be_ended_while_it_waits_for_others(db: Path, tmp_path: Path) -> None:
    first = (
        "import os, signal, crawler.cli.main as m; m.stamp_days = lambda db: os.kill(os.getpid(), signal.SIGTERM); "
        "m.notify_readers = lambda db: print('went on')"
    )
    done = disclosures("crawl", tmp_path / "county.toml", "--db", db, "--delay", 0, first=first)
    assert done.stderr.endswith("\nAborted!\n")
    assert "went on" not in done.stdout


def test_a_survey_ends_whatever_its_homes_keep_waiting(tmp_path: Path) -> None:
    over = threading.Event()

    def silent(_: SiteRequest) -> Answer:
        over.wait()
        return Answer("")

    with Site({"/robots.txt": silent}) as site:
        (tmp_path / "homes.csv").write_text(f"code,home\n640324,{site.url}\n", encoding="utf-8")
        archive = empty_archive(tmp_path / "a.db")
        words = ("survey", tmp_path / "homes.csv", "--db", archive, "--out", tmp_path)
        try:
            with Command("disclosures", *words) as command:
                wait_until(lambda: site.requests)
                command.send_signal(signal.SIGTERM)
                done = command.ended(ENDS_WITHIN)
        finally:
            over.set()
    assert (done.returncode, done.stderr.strip()) == (1, "Aborted!")


@pytest.mark.parametrize("command", ["status", "export csv", "ask"])
def test_output_that_nobody_reads_is_no_fault(db: Path, command: str) -> None:
    done = shell(f"{command} >&-", db)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("command", ["status", "export csv", "ask"])
def test_a_full_disk_behind_the_output_is_said_in_a_line(db: Path, command: str) -> None:
    done = shell(f"{command} >/dev/full", db)
    assert (done.returncode, done.stderr) == (2, "disclosures: No space left on device\n")


def test_a_crawl_goes_on_where_its_progress_can_not_be_shown(db: Path, tmp_path: Path) -> None:
    with Site(PAGES) as site:
        county = portal_file(tmp_path, site.url, ("plan", "规划", LIST), name="other")
        county.write_text(
            county.read_text("utf-8").replace("测试县（样本）", "同心县"), "utf-8"
        )  # else there is a note
        first = "import os; os.dup2(os.open('/dev/full', os.O_WRONLY), 2)"
        done = disclosures("crawl", county, "--db", db, "--delay", 0, first=first)
    assert done.returncode == 0
    assert "other 同心县: full crawl finished" in done.stdout
