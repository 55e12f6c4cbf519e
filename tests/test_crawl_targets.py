"""A crawl goes nowhere but to its portal and to files at public addresses, wherever pages and redirects lead."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.conftest import Answer, Site, crawl, disclosures, portal_file, redirect, rows

LIST = "/list.html"
FORMS = (  # of addresses of this machine, with {port} of a server that nobody should reach
    "http://127.0.0.1:{port}", "http://127.0.0.2:{port}", "http://localhost:{port}", "http://LOCALHOST.:{port}",
    "http://2130706433:{port}", "http://0x7f000001:{port}", "http://017700000001:{port}", "http://0177.0.0.1:{port}",
    "http://0x7f.1:{port}", "http://127.1:{port}", "http://127.0.1:{port}", "http://0:{port}", "http://0.0.0.0:{port}",
    "http://[::1]:{port}", "http://[::]:{port}", "http://[::ffff:127.0.0.1]:{port}", "http://[::127.0.0.1]:{port}",
    "http://[0:0:0:0:0:0:0:1]:{port}", "http://www.xx.gov.cn@127.0.0.1:{port}", "http://127.0.0.1:{port}#@{home}",
    "http://127.0.0.1:{port}?{home}", "//127.0.0.1:{port}", "https://127.0.0.1:{port}", "https://localhost:{port}",
    "https://[::1]:{port}", "http://127.127.127.127:{port}", "http:\\\\127.0.0.1:{port}", "http:/\t/127.0.0.1:{port}",
    "ftp://127.0.0.1:{port}", "file://127.0.0.1/etc/passwd", "file:///etc/passwd", "http://%31%32%37.0.0.1:{port}",
)  # fmt: skip


class Listener:
    """A server on every address of this machine that counts who connects."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("", 0), family=socket.AF_INET6, dualstack_ipv6=True)
        self.port = self._socket.getsockname()[1]
        self.connections: list[object] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, address = self._socket.accept()
            except OSError:
                return
            self.connections.append(address)
            connection.close()

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    with closing(Listener()) as server:
        with socket.create_connection(("127.0.0.1", server.port)):
            pass
        while not server.connections:
            pass
        server.connections.clear()
        yield server


def record(body: str) -> str:
    return f"<html><head><title>样本</title></head><body><h1>样本文件</h1><div>样本正文，这是一个样本。{body}</div></body></html>"


def test_no_form_of_address_leads_a_crawl_to_another_server(listener: Listener, tmp_path: Path) -> None:
    """As a row, as a redirect of a record's page, as a redirect of a file, and as a file."""
    pages: dict[str, Answer | str] = {}
    with Site(pages) as site:
        home = site.url.removeprefix("http://").strip("/")
        targets = [form.format(port=listener.port, home=home) for form in FORMS]
        listed = ""
        for number, target in enumerate(targets):
            listed += f'<li><a href="/d/{number}.html">样本文件之{number}的标题</a><span>2017-05-02</span></li>'
            listed += f'<li><a href="{target}/{number}.html">样本文件之{number}在别处</a><span>2017-05-02</span></li>'
            listed += f'<li><a href="/r/{number}.html">样本文件之{number}转到别处</a><span>2017-05-02</span></li>'
            files = (
                f'<p><a href="{target}/{number}.pdf">样本附件.pdf</a> <a href="/f/{number}.pdf">样本附件二.pdf</a></p>'
            )
            site.answers[f"/d/{number}.html"] = record(files)
            for path in (f"/r/{number}.html", f"/f/{number}.pdf"):
                site.answers[path] = redirect(f"{target}/latest/meta-data")
        site.answers[LIST] = f"<html><body><ul>{listed}</ul></body></html>"
        done = crawl(portal_file(tmp_path, site.url, ("plan", "规划", LIST)), tmp_path / "a.db")
    assert "Traceback" not in done.stdout + done.stderr
    assert listener.connections == []
    db = tmp_path / "a.db"
    assert rows(db, "SELECT count(*) AS n FROM records")[0]["n"] >= 3 * len(FORMS) - 2  # two forms name the file itself
    kinds = {str(row["kind"]) for row in rows(db, "SELECT DISTINCT kind FROM problems")}
    assert {"off_site", "not_global"} <= kinds
    assert not kinds & {"reading_failed", "failed"}
    assert listener.port not in {urlsplit(str(row["url"])).port for row in rows(db, "SELECT url FROM captures")}


@pytest.mark.parametrize("way", ["/\t/{0}/x", "\t//{0}/x", " //{0}/x", "//\\{0}/x", "http:/\r/{0}/x"])
def test_a_redirect_is_checked_as_it_is_followed_and_not_as_it_is_printed(
    listener: Listener, tmp_path: Path, way: str
) -> None:
    target = way.format(f"127.0.0.1:{listener.port}").replace("\r", "\t")
    listed = '<ul><li><a href="/1.html">样本文件之1的标题</a><span>2017-05-02</span></li></ul>'
    with Site({LIST: listed, "/1.html": redirect(target)}) as site:
        crawl(portal_file(tmp_path, site.url, ("plan", "规划", LIST)), tmp_path / "a.db")
        assert all(path in {"/robots.txt", LIST, "/1.html"} or "127.0.0.1" in path for path in site.requests)
    assert listener.connections == []
    kinds = {row["kind"] for row in rows(tmp_path / "a.db", "SELECT kind FROM problems")}
    assert "not_global" not in kinds


@pytest.mark.parametrize(
    "host", ["127.0.0.1:+9", "127.0.0.1:99999", "127.0.0.1:-1", "127.0.0.1: 9", "[::1]x", "x[::1]"]
)
def test_what_is_no_address_costs_no_row_and_no_page(tmp_path: Path, host: str) -> None:
    """As a row's link, as a file's, and as a redirect's target."""
    rows_here = "".join(
        f'<li><a href="{link}">样本文件之{n}的标题</a><span>2017-05-02</span></li>'
        for n, link in enumerate(("/1.html", f"http://{host}/2.html", "/3.html"))
    )
    files = f'<p><a href="http://{host}/1.pdf">样本附件.pdf</a></p>'
    answers = {
        LIST: f"<html><body><ul>{rows_here}</ul></body></html>",
        "/1.html": record(f"<p>{'这是一个样本，不是政府文件。' * 8}</p>{files}"),
        "/3.html": redirect(f"http://{host}/"),
    }
    with Site(answers) as site:
        crawl(portal_file(tmp_path, site.url, ("plan", "规划", LIST)), tmp_path / "a.db")
    told = rows(tmp_path / "a.db", "SELECT kind, message FROM problems WHERE url NOT LIKE '%.pdf'")
    assert [(row["kind"], str(row["message"]).startswith("leads to http://")) for row in told] == [("http_error", True)]
    records = rows(tmp_path / "a.db", "SELECT body IS NOT NULL AS is_read FROM records ORDER BY url LIKE '%#row%', url")
    assert [row["is_read"] for row in records] == [1, 0, 0]
    assert rows(tmp_path / "a.db", "SELECT complete FROM ledger") == [{"complete": 1}]


@pytest.mark.parametrize("path", ["/view?next=/robots.txt", "/view.html?/robots.txt"])
def test_a_record_called_as_robots_txt_stays_on_the_site(listener: Listener, tmp_path: Path, path: str) -> None:
    listed = f'<ul><li><a href="{path}">样本文件之1的标题</a><span>2017-05-02</span></li></ul>'
    away = redirect(f"http://127.0.0.1:{listener.port}/")
    with Site({LIST: listed, path: away}) as site:
        crawl(portal_file(tmp_path, site.url, ("plan", "规划", LIST)), tmp_path / "a.db")
    assert listener.connections == []
    assert [row["kind"] for row in rows(tmp_path / "a.db", "SELECT kind FROM problems")] == ["off_site"]


def test_a_record_called_as_robots_txt_is_judged_as_any_other(tmp_path: Path) -> None:
    listed = '<ul><li><a href="/view?next=/robots.txt">样本文件之1的标题</a><span>2017-05-02</span></li></ul>'
    with Site({LIST: listed}) as site:
        crawl(portal_file(tmp_path, site.url, ("plan", "规划", LIST)), tmp_path / "a.db")
    assert [row["kind"] for row in rows(tmp_path / "a.db", "SELECT kind FROM problems")] == ["not_found"]


def test_a_next_page_on_another_server_ends_the_walk_unfinished(listener: Listener, tmp_path: Path) -> None:
    rows_here = "".join(
        f'<li><a href="/d/{n}.html">样本文件之{n}的标题</a><span>2017-05-02</span></li>' for n in range(3)
    )
    further = f'<div class="page">共2页 <a href="http://127.0.0.1:{listener.port}/list_2.html">下一页</a></div>'
    with Site({LIST: f"<html><body><ul>{rows_here}</ul>{further}</body></html>"}) as site:
        done = crawl(portal_file(tmp_path, site.url, ("plan", "规划", LIST)), tmp_path / "a.db")
    assert done.returncode == 1
    assert listener.connections == []
    assert rows(tmp_path / "a.db", "SELECT complete FROM ledger") == [{"complete": 0}]
    assert len(rows(tmp_path / "a.db", "SELECT 1 FROM records")) == 3
    assert rows(tmp_path / "a.db", "SELECT message FROM problems WHERE kind = 'off_site'") == [
        {"message": f"the next page of 规划 would stand on another site, 127.0.0.1:{listener.port}"}
    ]


@pytest.mark.parametrize("old_tls", [False, True])
def test_a_public_name_that_leads_to_this_machine_is_not_reached(
    listener: Listener, tmp_path: Path, old_tls: bool
) -> None:
    """As a rebound name is: the portal's own host, on its own port, resolved to loopback."""
    scheme = "https" if old_tls else "http"
    home = f"{scheme}://127.0.0.1.county.gov.cn:{listener.port}/"
    portal = portal_file(tmp_path, home, ("plan", "规划", LIST))
    if old_tls:
        portal.write_text("old_tls = true\n" + portal.read_text("utf-8"), "utf-8")
    resolve = (
        "import socket\nreal = socket.getaddrinfo\n"
        "socket.getaddrinfo = lambda host, *rest, **named: real('127.0.0.1' if 'county' in str(host) else host, *rest, **named)\n"
        "socket.gethostbyname = lambda host: '127.0.0.1'\n"
    )
    done = crawl(portal, tmp_path / "a.db", first=resolve)
    assert done.returncode == 1
    assert listener.connections == []
    assert "not_global" in done.stdout or "public internet" in done.stdout
    probed = disclosures("probe", home, "--delay", 0, first=resolve)
    assert probed.returncode == 1
    assert "public internet" in probed.stderr
    assert listener.connections == []


def test_a_probe_follows_no_redirect_to_a_private_network(listener: Listener) -> None:
    with Site({"/": redirect(f"http://127.0.0.1:{listener.port}/")}) as site:
        done = disclosures("probe", site.url, "--delay", 0, "--json")
    assert done.returncode == 1
    assert "public internet" in done.stderr
    assert listener.connections == []
    assert not done.stdout or json.loads(done.stdout)["page"] == "other"
