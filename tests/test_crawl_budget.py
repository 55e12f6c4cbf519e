"""A crawl ends at its budget with what it has, and keeps no other portal waiting."""

import signal
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from archive.database.lock import hold
from tests.conftest import Site, SiteRequest, crawl, disclosures, empty_archive, portal_file, rows
from tests.waiting import wait_until
from tests.warm import Command

LIST = "/list.html"
ROW = '<li><a href="/d/{0}.html">样本文件之{0}的标题</a><span>2017-05-02</span></li>'


def endless(asked: SiteRequest) -> str:
    """A list page whose pager always leads further, with rows that no other page has."""
    number = int(asked.query.get("page", "1"))
    items = "".join(ROW.format(number * 10 + place) for place in range(3))
    return f'<html><body><ul>{items}</ul><div class="page"><a href="/list.html?page={number + 1}">下一页</a></div></body></html>'


def record(asked: SiteRequest) -> str:
    return "<html><body><h1>样本文件</h1><div class='TRS_Editor'><p>样本正文，仅供测试。</p></div></body></html>"


def with_budget(portal: Path, **limits: int) -> Path:
    portal.write_text(
        "".join(f"{key} = {value}\n" for key, value in limits.items()) + portal.read_text("utf-8"), "utf-8"
    )
    return portal


def over_budget(db: Path) -> list[str]:
    return [str(row["message"]) for row in rows(db, "SELECT message FROM problems WHERE kind = 'over_budget'")]


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        ({"most_pages": 40}, "40 answers (most_pages)"),
        ({"most_megabytes": 1}, "1 MB (most_megabytes)"),
    ],
)
def test_an_endless_list_ends_at_the_budget_and_the_next_crawl_goes_on(
    tmp_path: Path, limits: dict[str, int], message: str
) -> None:
    large = "<!--" + "样本" * 5000 + "-->" if "most_megabytes" in limits else ""
    with Site({LIST: lambda asked: endless(asked) + large}) as site:
        for number in range(1000):
            site.answers[f"/d/{number}.html"] = record
        portal = with_budget(portal_file(tmp_path, site.url, ("plan", "规划", LIST)), **limits)
        done = crawl(portal, tmp_path / "a.db")
        requests = len(site.requests)
        assert done.returncode == 1
        assert requests <= 200  # an endless walk has thousands
        assert any(message in each for each in over_budget(tmp_path / "a.db"))
        assert rows(tmp_path / "a.db", "SELECT outcome FROM crawls") == [{"outcome": "incomplete"}]
        before = rows(tmp_path / "a.db", "SELECT count(*) AS n FROM records")[0]["n"]
        assert before != 0
        crawl(portal, tmp_path / "a.db")
        read = "SELECT count(*) AS n FROM records WHERE body IS NOT NULL"
        assert rows(tmp_path / "a.db", read)[0]["n"] != 0
    assert rows(tmp_path / "a.db", "SELECT 1 FROM events WHERE kind IN ('unlisted', 'withdrawn')") == []


def test_one_list_has_a_longest_length_of_its_own(tmp_path: Path) -> None:
    limit = "import crawler.spiders.list_pages as pages; pages.LONGEST_LIST = 7"
    with Site({LIST: endless, "/other.html": "<html><body><ul>" + ROW.format(5) + "</ul></body></html>"}) as site:
        portal = portal_file(tmp_path, site.url, ("plan", "规划", LIST), ("budget", "预算", "/other.html"))
        crawl(portal, tmp_path / "a.db", first=limit)
        assert len([path for path in site.requests if path.startswith(LIST)]) == 7
    assert over_budget(tmp_path / "a.db") == ["规划 goes on after 7 pages or 100000 rows: the rest is not read"]
    assert rows(tmp_path / "a.db", "SELECT complete FROM ledger ORDER BY catalog_id") == [
        {"complete": 0},
        {"complete": 1},
    ]


class Tarpit:
    """A server that sends its answers' heads and then, until it is closed, nothing or next to nothing."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        self.closed = threading.Event()
        tarpit = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                tarpit.requests.append(self.path)
                if self.path == "/robots.txt":
                    self.send_error(404)
                    return
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                try:
                    while not tarpit.closed.wait(0.1):
                        self.wfile.write(b" ")
                except OSError:
                    pass

            def log_message(self, *_: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}/"

    def close(self) -> None:
        self.closed.set()
        self._http.shutdown()
        self._http.server_close()


@pytest.fixture
def tarpit() -> Iterator[Tarpit]:
    server = Tarpit()
    yield server
    server.close()


def test_time_outs_one_after_the_other_end_a_crawl(tmp_path: Path, tarpit: Tarpit) -> None:
    catalogs = [("plan", f"规划{number}", f"/list{number}.html") for number in range(9)]
    portal = with_budget(portal_file(tmp_path, tarpit.url, *catalogs), most_timeouts=4)
    impatient = "import crawler.settings as settings; settings.DOWNLOAD_TIMEOUT = 0.3"
    done = disclosures("crawl", portal, "--db", tmp_path / "a.db", "--delay", 0, first=impatient)
    assert done.returncode == 1
    assert len([path for path in tarpit.requests if path.startswith("/list")]) <= 6
    (message,) = over_budget(tmp_path / "a.db")
    assert "4 answers one after the other" in message
    status = disclosures("status", "--db", tmp_path / "a.db")
    assert "most_timeouts" in status.stdout


def test_crawl_due_starts_what_becomes_due_while_a_slow_portal_is_under_way(tmp_path: Path, tarpit: Tarpit) -> None:
    often = "import crawler.jobs.run as run; run.LOOK_AGAIN = 0.2"
    page = "<html><body><ul>" + ROW.format(5) + "</ul></body></html>"
    with Site({LIST: page, "/d/5.html": record}) as site:
        homes = {"slow": tarpit.url, "early": site.url, "late": site.url}
        portals = [portal_file(tmp_path, home, ("plan", "规划", LIST), name=name) for name, home in homes.items()]
        portals[0].write_text(
            portals[0].read_text().replace("127.0.0.1", "localhost")
        )  # on one host portals take turns
        db = empty_archive(tmp_path / "a.db")
        late = hold(db, "late")  # as while another process crawls it
        words = ("crawl", "--due", *portals, "--db", db, "--delay", 0)
        with Command("disclosures", *words, first=often) as command:
            try:
                finished = "SELECT 1 FROM crawls WHERE portal = ? AND outcome = 'finished'"
                wait_until(lambda: rows(db, finished, "early"))
                late.release()
                wait_until(lambda: rows(db, finished, "late"))
                assert command.returncode is None
                assert rows(db, "SELECT outcome FROM crawls WHERE portal = 'slow'") == [{"outcome": None}]
                assert len(rows(db, "SELECT 1 FROM crawls WHERE portal = 'early'")) == 1
            finally:
                command.send_signal(signal.SIGTERM)
                tarpit.closed.set()
                command.ended(60)
