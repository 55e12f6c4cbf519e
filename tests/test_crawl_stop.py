"""A crawl that is asked to stop: it asks for nothing more, waits a moment for what is on its way, and the next crawl goes on."""

import signal
import threading
from pathlib import Path

import pytest

from tests.conftest import Answer, Answers, Site, SiteRequest, crawl, disclosures, portal_file, rows
from tests.waiting import wait_until
from tests.warm import Command

ROBOTS, LIST, RECORD, FILE = "/robots.txt", "/list.html", "/d/1.html", "/d/1.txt"
PAGES: dict[str, Answer | str] = {
    ROBOTS: Answer("User-agent: *\nDisallow: /search/\n", content_type="text/plain"),
    LIST: f'<html><body><ul><li><a href="{RECORD}">样本文件的标题</a><span>2017-05-02</span></li></ul></body></html>',
    RECORD: "<html><body><h1>样本文件</h1><div class='TRS_Editor'><p>样本正文，仅供测试。</p>"
    f"<p><a href='{FILE}'>附件</a></p></div></body></html>",
    FILE: Answer("样本附件的文字，仅供测试。" * 5, content_type="text/plain"),
}

ENDS_WITHIN = 45
"""Seconds within which a crawl must have ended, on a busy machine: less than the first of its requests would wait."""


class Holding:
    """The answers of a site, of which the one to the path `held` does not come before it is let go."""

    def __init__(self, held: str) -> None:
        self.let_go = threading.Event()
        self.pages: Answers = {**PAGES, held: self._answer}

    def _answer(self, asked: SiteRequest) -> Answer | str:
        self.let_go.wait()
        return PAGES[asked.path]


def stopped(portal: Path, db: Path, site: Site, path: str, number: signal.Signals, *options: object) -> str:
    """Begin a crawl, send it a signal once it has asked for `path`, and return what it printed when it had ended."""
    with Command("disclosures", "crawl", portal, "--db", db, *options) as command:
        wait_until(lambda: path in site.requests)
        command.send_signal(number)
        done = command.ended(ENDS_WITHIN)
    assert done.returncode == 1
    assert "Traceback" not in done.stdout + done.stderr + (db.parent / "crawl.log").read_text()
    return done.stdout


@pytest.mark.parametrize("held", [ROBOTS, LIST, RECORD, FILE])
def test_an_answer_that_does_not_come_is_given_up_and_the_next_crawl_asks_again(tmp_path: Path, held: str) -> None:
    holding = Holding(held)
    db, portal = tmp_path / "a.db", ("plan", "规划", LIST)
    with Site(holding.pages) as site:
        county = portal_file(tmp_path, site.url, portal)
        try:
            assert "full crawl shutdown" in stopped(county, db, site, held, signal.SIGTERM, "--delay", 0)
        finally:
            holding.let_go.set()
        assert [*PAGES][: len(site.requests)] == [*site.requests], "something was asked for after the signal"
        assert rows(db, "SELECT kind, url FROM problems") == []
        crawl(county, db)
    assert rows(db, "SELECT outcome FROM crawls ORDER BY id") == [{"outcome": "shutdown"}, {"outcome": "finished"}]
    read = "SELECT r.body IS NOT NULL AS page, a.sha256 IS NOT NULL AS file FROM records r JOIN attachments a ON a.record_id = r.id"
    assert rows(db, read) == [{"page": 1, "file": 1}]


def test_a_request_that_waits_for_its_turn_is_not_made(tmp_path: Path) -> None:
    with Site(PAGES) as site:
        county = portal_file(tmp_path, site.url, ("plan", "规划", LIST), ("budget", "预算", "/other.html"))
        stopped(county, tmp_path / "a.db", site, ROBOTS, signal.SIGTERM, "--delay", 600, "--concurrency", 4)
        assert [*site.requests] == [ROBOTS]


def test_a_second_signal_waits_for_nothing(tmp_path: Path) -> None:
    holding, log = Holding(ROBOTS), tmp_path / "crawl.log"
    patient = "import crawler.middlewares.download_handlers as d; d.GRACE = 600"
    with Site(holding.pages) as site:
        county = portal_file(tmp_path, site.url, ("plan", "规划", LIST))
        try:
            with Command("disclosures", "crawl", county, "--db", tmp_path / "a.db", first=patient) as command:
                wait_until(lambda: ROBOTS in site.requests)
                command.send_signal(signal.SIGTERM)
                wait_until(lambda: "shutting down gracefully" in log.read_text())
                command.send_signal(signal.SIGTERM)
                assert command.ended(ENDS_WITHIN).returncode == 1
        finally:
            holding.let_go.set()


def test_a_crawl_that_is_just_beginning_stops_too(tmp_path: Path) -> None:
    stop = (
        "import crawler.cli.main as main; main.stamp_days = main.notify_readers = lambda db: print('went on'); "
        "import os, signal; from pipelines.store import StorePipeline as S; begin = S.open_spider; "
        "S.open_spider = lambda self: (os.kill(os.getpid(), signal.SIGTERM), begin(self))[1]"
    )
    with Site(PAGES) as site:
        county = portal_file(tmp_path, site.url, ("plan", "规划", LIST))
        done = disclosures("crawl", county, "--db", tmp_path / "a.db", "--delay", 0, first=stop)
        assert "full crawl shutdown" in done.stdout
        assert "went on" not in done.stdout
        assert [*site.requests] == []
