"""A site that is attacked by its readers: what runs too long or takes too much is ended, and everybody else is served meanwhile."""

import asyncio
import http.client
import json
import re
import socket
import sys
from collections.abc import AsyncIterator, Hashable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from subprocess import PIPE, Popen
from typing import ClassVar
from urllib.parse import quote, urlencode, urlsplit

import pytest
from datasette.app import Datasette
from lxml import html

from archive.export.snapshots import publish
from archive.labels.label import LABELS
from archive.web.http import reader_requests
from archive.web.http.errors import TOO_LARGE, TOO_MANY, TOO_SLOW
from archive.web.http.reader_requests import ReaderRequests
from archive.web.processes.lanes import Lane, NoPlaceError
from archive.web.processes.sql_limits import FUNCTIONS
from tests.waiting import wait_until
from tests.web import sealed
from tests.web.sealed import build_sealed, number

SERVE = """
import hashlib, sys
from pathlib import Path
from archive.web.http import connections, published, reader_requests, server
from archive.web.processes import child, lanes
from archive.web.views import capture_frame
lanes.WAIT = 0.3
connections.REQUEST = connections.LOOK = 1.0
connections._UNACKNOWLEDGED, child.PATIENCE = 0, 1000.0
server.SETTINGS["sql_time_limit_ms"] = 60_000
made, copied = reader_requests._lanes, capture_frame.redacted_copy
def shorter():
    found = made()
    for lane in found.values():
        lane.seconds = min(lane.seconds, 6.0)
        lane.memory = min(lane.memory, int(sys.argv[3]) << 20)
    return found
reader_requests._lanes = shorter
def copy(db, evidence, number, digest):
    if number == int(sys.argv[2]):
        hashlib.pbkdf2_hmac("sha256", b"", b"", 2**31 - 1)
    return copied(db, evidence, number, digest)
capture_frame.redacted_copy = copy
path = Path(sys.argv[1])
site = published.PublishedSite(path) if path.is_dir() else server.make_datasette(path).app()
server.run(site, "127.0.0.1", 0, lambda address: print(address, flush=True), ["archive.example.org"])
"""
"""Serves as `disclosures serve` does, with shorter limits."""

ENDLESS = " + ".join(
    f"instr(printf('%.*c', {1_000_000 + each}, 'a'), printf('%.*c', 500000, 'a') || 'b')" for each in range(3)
).join(["select ", " as endless"])
"""Minutes within functions of SQLite's, in which nobody asks how long it has taken."""


class Site:
    """A site in a process of its own, asked from any address of this machine's."""

    def __init__(self, process: Popen) -> None:
        self.process = process
        self.host = urlsplit(process.stdout.readline().strip()).netloc

    def ask(self, path: str, visitor: int = 1, **headers: str) -> tuple[int, dict[str, str], str]:
        connection = http.client.HTTPConnection(self.host, timeout=100, source_address=(f"127.0.0.{visitor}", 0))
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, text

    def sql(self, sql: str, form: str = "", visitor: int = 1) -> tuple[int, dict[str, str], str]:
        return self.ask(f"/{self.archive}{form}?{urlencode({'sql': sql})}", visitor)

    archive = "disclosures"

    def workers(self) -> list[int]:
        """Processes that work for readers: those of the fork server, which is the site's only child."""
        (server,) = children(self.process.pid)
        return children(server)


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def serving(path: Path, heavy: int = 0, memory: int = 96) -> Iterator[Site]:
    with Popen([sys.executable, "-c", SERVE, str(path), str(heavy), str(memory)], stdout=PIPE, text=True) as process:
        try:
            yield Site(process)
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def site(archive: Path) -> Iterator[Site]:
    yield from serving(archive)


def note(text: str) -> str:
    return " ".join(html.fromstring(text).cssselect(".note")[0].text_content().split())


def box(text: str) -> str:
    return html.fromstring(text).cssselect("textarea[name=sql]")[0].text


@pytest.mark.parametrize("form", ["", ".json", ".csv", ".jsonl", ".xlsx"])
def test_a_function_that_does_not_end_is_ended(site: Site, form: str) -> None:
    status, _, text = site.sql(ENDLESS, form)
    assert status == 400
    if form == ".json":
        assert json.loads(text)["error"] == TOO_SLOW.zh
    else:
        assert note(text) == TOO_SLOW.zh
        assert box(text) == ENDLESS
    wait_until(lambda: not site.workers())


def test_sql_within_a_table_s_page_is_ended_too(site: Site) -> None:
    status, _, text = site.ask(f"/disclosures/records?{urlencode({'_where': f'({ENDLESS}) > 0'})}")
    assert status == 400
    assert note(text) == TOO_SLOW.zh


def test_others_are_served_meanwhile(site: Site) -> None:
    with ThreadPoolExecutor(1) as heavy:
        endless = heavy.submit(site.sql, ENDLESS, visitor=2)
        wait_until(site.workers)
        for path in ("/", f"/-/search?q={quote('预算')}", "/-/record/1", "/disclosures/records"):
            assert site.ask(path)[0] == 200
        assert site.sql("select 1 as one", ".json")[0] == 200
        assert not endless.done()


def test_who_finds_no_place_is_told_when_to_come_again(site: Site) -> None:
    with ThreadPoolExecutor(2) as heavy:
        endless = [heavy.submit(site.sql, ENDLESS, "", visitor) for visitor in (2, 3)]
        wait_until(lambda: len(site.workers()) == 2)
        status, headers, text = site.sql("select 1", visitor=4)
        assert (status, headers["retry-after"]) == (503, str(reader_requests.RETRY_AFTER))
        assert note(text) == TOO_MANY.zh
        assert box(text) == "select 1"
        assert [each.result()[0] for each in endless] == [400, 400]
    assert site.sql("select 1", visitor=4)[0] == 200


def test_one_reader_does_not_take_all_places(site: Site) -> None:
    with ThreadPoolExecutor(2) as heavy:
        answers = [heavy.submit(site.sql, ENDLESS, "", 2) for _ in range(2)]
        wait_until(site.workers)
        assert site.sql("select 1", visitor=3)[0] == 200
        assert sorted(each.result()[0] for each in answers) == [400, 503]


class FullLane(Lane):
    """A lane without a free place, which remembers who asked for one."""

    asked: ClassVar[list[Hashable]] = []

    @asynccontextmanager
    async def place(self, reader: Hashable) -> AsyncIterator[None]:
        self.asked.append(reader)
        raise NoPlaceError
        yield


def test_the_network_of_an_ipv6_address_is_one_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FullLane, "asked", [])
    lane = FullLane("sql", 1, 1, 1.0, 1)
    requests = ReaderRequests(application=None, datasette=Datasette())
    clients = (
        "2001:db8:0:1::1",
        "2001:db8:0:1:ffff::2",
        "2001:db8:0:2::1",
        "::ffff:192.0.2.1",
        "192.0.2.1",
        "192.0.2.2",
    )

    async def all_ask() -> None:
        for client in clients:
            assert await requests._pass_on(lane, {"client": (client, 1)}, None) is not None

    asyncio.run(all_ask())
    assert len(lane.asked) == len(clients)
    first, same_network, other_network, mapped, version_4, neighbour = lane.asked
    assert first == same_network != other_network
    assert mapped == version_4 != neighbour


def test_the_work_for_a_reader_who_leaves_is_ended(site: Site) -> None:
    host, port = site.host.split(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(
            f"GET /disclosures?{urlencode({'sql': ENDLESS})} HTTP/1.1\r\nHost: {site.host}\r\n\r\n".encode()
        )
        wait_until(site.workers)
    wait_until(lambda: not site.workers())


NUMBERS = "with recursive n(i) as (select 1 union all select i + 1 from n limit 100000)"


@pytest.mark.parametrize(
    "sql",
    [f"{NUMBERS} select printf('%.*c', 900000, i) as a from n", f"{NUMBERS} select printf('%.*c', 20000, i) as a from n",
     f"{NUMBERS} select {', '.join(f'printf(char(37,46,42,99), 90000, i) as c{each}' for each in range(150))} from n"],
)  # fmt: skip
def test_an_answer_is_bounded(site: Site, sql: str) -> None:
    status, _, text = site.sql(sql, ".json")
    assert status == 400
    assert json.loads(text)["error"] == TOO_LARGE.zh


def test_a_page_of_a_result_that_is_too_large_keeps_the_query(site: Site) -> None:
    sql = f"{NUMBERS} select printf('%.*c', 900000, i) as a from n"
    status, _, text = site.sql(sql)
    assert (status, "结果过大" in note(text), box(text)) == (400, True, sql)


def test_a_value_has_a_mebibyte_at_most_and_a_query_not_many_columns(site: Site) -> None:
    assert site.sql("select length(printf('%.*c', 1048575, 'a') || 'a')", ".json")[0] == 200
    status, _, text = site.sql("select length(printf('%.*c', 1048575, 'a') || 'ab')")
    assert (status, "一个值至多 1 MB" in note(text)) == (400, True)
    assert site.sql("select " + ", ".join(["1"] * 201))[0] == 400


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_functions_that_serve_only_abuse_are_refused(site: Site, name: str) -> None:
    status, _, text = site.sql(f"select {name}('1')")
    assert status == 400
    assert re.search(f"此处不能使用函数 {name}|没有名为 {name} 的函数|函数 {name} 的参数个数不对", note(text))
    assert box(text) == f"select {name}('1')"


@pytest.mark.parametrize(
    "call", ["zeroblob(1)", "randomblob(1)", "fts3_tokenizer('simple')", "load_extension('x')", "sqlite_version()"]
)
def test_they_are_refused_by_name(site: Site, call: str) -> None:
    assert note(site.sql(f"select {call}")[2]).startswith(f"此处不能使用函数 {call.partition('(')[0]}。")


@pytest.mark.parametrize(
    "table", ["pragma_database_list", "pragma_database_list()", "pragma_function_list", "pragma_page_size"]
)
def test_the_server_s_inside_is_no_table(site: Site, table: str) -> None:
    status, _, text = site.sql(f"select * from {table}")
    assert (status, "此处不能" in note(text)) == (400, True)
    assert "disclosures.db" not in text


def test_what_describes_the_archive_s_own_tables_can_be_read(site: Site) -> None:
    rows = json.loads(site.sql("select name from pragma_table_info('records')", ".json")[2])["rows"]
    assert ["title"] in rows


def test_what_sqlite_says_stands_in_the_readers_language_above_the_box(site: Site) -> None:
    status, _, text = site.sql("select nowhere from records")
    assert status == 400
    assert note(text) == LABELS["sql_error.no_column"].zh.format(name="nowhere")
    assert box(text) == "select nowhere from records"


# --- published, and archived copies ---


def test_a_new_process_reads_what_is_published_by_now(archive: Path, tmp_path: Path) -> None:
    publish(archive, tmp_path / "public", "2026-11-27T06:00:00Z")
    for site in serving(tmp_path / "public"):
        count = json.loads(site.sql("select count(*) from records", ".json")[2])["rows"][0][0]
        (tmp_path / "other").mkdir()
        publish(build_sealed(tmp_path / "other"), tmp_path / "public", "2026-11-28T06:00:00Z")
        rows = json.loads(site.sql("select count(*) from records", ".json")[2])["rows"]
        assert 0 < rows[0][0] != count


def test_a_page_of_which_no_copy_can_be_made_in_time_says_so(tmp_path: Path) -> None:
    archive = build_sealed(tmp_path)
    heavy, light = number(sealed.PAGE), number(sealed.PAGE, 2)
    for site in serving(archive, heavy):
        status, _, text = site.ask(f"/-/copy/{heavy}")
        assert status == 200
        message = " ".join(html.fromstring(text).text_content().split())
        assert "内生成副本" in message
        status, _, text = site.ask(f"/-/copy/{heavy}/raw")
        assert (status, "内生成副本" in text) == (415, True)
        assert html.fromstring(site.ask(f"/-/copy/{light}")[2]).cssselect("iframe")
        assert "样本公告之一" in site.ask(f"/-/copy/{light}/raw")[2]


# --- names and connections ---


@pytest.mark.parametrize(
    "name",
    [
        "evil.example",
        "archive.example.org.evil.example",
        "evil.example:80",
        "",
        "127.0.0.1, evil.example",
        "a b",
        "[::2]",
        "[127.0.0.1]",
    ],
)
def test_a_name_that_is_not_the_site_s_is_repeated_nowhere(site: Site, name: str) -> None:
    for path in ("/sitemap.xml", "/robots.txt", "/-/changes.atom", "/disclosures.json?sql=select+1"):
        status, headers, text = site.ask(path, Host=name)
        assert status in {400, 421}
        assert "evil" not in text
        assert "public" not in headers.get("cache-control", "")


@pytest.mark.parametrize(
    "name", ["archive.example.org", "ARCHIVE.example.org.:443", "localhost:8001", "127.0.0.1", "[::1]:80"]
)
def test_its_own_names_are_known(site: Site, name: str) -> None:
    status, _, text = site.ask("/sitemap.xml", Host=name)
    assert status == 200
    assert f"//{name.lower().rstrip('.')}"[:8] in text.lower()


@pytest.mark.parametrize(
    "sent",
    [b"", b"GET / HTTP/1.1\r\nHost: local", b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nx",
     b"GET /robots.txt HTTP/1.1\r\nHost: localhost\r\n\r\nGET / HTTP/1.1\r\nHo"],
)  # fmt: skip
def test_a_request_that_is_never_whole_is_given_up(site: Site, sent: bytes) -> None:
    host, port = site.host.split(":")
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.sendall(sent)
        received = b""
        try:
            while piece := connection.recv(65536):
                received += piece
        except ConnectionResetError:
            pass
    assert received.count(b"HTTP/1.1 ") <= 1


def test_no_request_stands_within_another_that_states_two_lengths(site: Site) -> None:
    """A proxy that believes the other length would take the answer to the second for that to its next reader."""
    inner = f"GET /robots.txt HTTP/1.1\r\nHost: {site.host}\r\n\r\n"
    head = f"POST / HTTP/1.1\r\nHost: {site.host}\r\nContent-Length: {5 + len(inner)}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    host, port = site.host.split(":")
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.sendall(f"{head}{inner}".encode())
        received = b""
        with suppress(ConnectionResetError):
            while piece := connection.recv(65536):
                received += piece
    assert (received.count(b"HTTP/1.1 "), received[:12]) == (1, b"HTTP/1.1 400")


def test_an_answer_that_nobody_takes_is_given_up(site: Site) -> None:
    host, port = site.host.split(":")
    sql = f"{NUMBERS} select printf('%.*c', 14000, i) as a from n limit 1000"
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(60)
        connection.connect((host, int(port)))
        request = f"GET /disclosures.json?{urlencode({'sql': sql})} HTTP/1.1\r\nHost: {site.host}\r\n\r\n"
        connection.sendall(request.encode())
        assert connection.recv(15) == b"HTTP/1.1 200 OK"
        ours = connection.getsockname()[1]
        wait_until(lambda: has_ended(ours))


def has_ended(port: int) -> bool:
    """Whether the site's end of a connection is no longer established."""
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return not any(int(line[2].split(":")[1], 16) == port and line[3] == "01" for line in lines)
