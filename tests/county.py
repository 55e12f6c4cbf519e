"""A made-up county portal of any size over real HTTP: it lives through days, its truth is known, its answers can fail.

Its pages are in `county_pages`. All is decided by the seed, save the port and the order in which requests arrive.
"""

import hashlib
import random
import re
import threading
from bisect import insort_left
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from math import ceil
from pathlib import Path
from socketserver import TCPServer
from typing import Any, Self, cast
from urllib.parse import urlsplit

from tests.county_pages import (
    COLUMNS,
    FIRST_DAY,
    FORMS,
    MADE,
    OFFICES,
    SITE,
    TOPICS,
    VIEWS,
    Column,
    Page,
    Record,
    clock,
    frame,
    list_page,
    message_page,
    record_page,
)

YEARS = timedelta(days=6 * 365)
LONG_AGO = timedelta(days=90)
ROBOTS = "User-agent: *\nDisallow: /search/\n"

_LIST = re.compile(r"/xxgk/zfxxgkml/(\w+)/list(?:_([1-9]\d*))?\.html")


@dataclass(frozen=True, slots=True)
class Faults:
    """Shares (0..1) of all answers but robots.txt that fail. A fault pays no heed to conditional headers.

    `unavailable`: a 503. `blocked`: a firewall's page with status 200. `cut`: half the page under the ETag of the whole,
    half of the time with the Content-Length of the whole, and the connection breaks off, else with that of the half.
    """

    unavailable: float = 0.0
    blocked: float = 0.0
    cut: float = 0.0


@dataclass(frozen=True, slots=True)
class Truth:
    """The changes of one day, as absolute addresses of records.

    `added` are new at the top of their lists; `backdated` are new too, but dated months or years earlier and deep in them.
    """

    changed: frozenset[str]
    withdrawn: frozenset[str]
    unlisted: frozenset[str]
    added: frozenset[str]
    backdated: frozenset[str]


_GONE = (
    Page(message_page("404 Not Found"), 404),
    Page(message_page("您访问的页面不存在或已删除")),
    Page("", 302, more="Location: /"),
)
_UNAVAILABLE = Page(message_page("系统繁忙，请稍后再试。"), 503)
_BLOCKED = Page(message_page("您的访问请求存在安全风险，已被样本县网站防火墙拦截。如有疑问，请与网站管理员联系。"))


class County:
    """A portal of `records` records in `catalogs` catalogues at `url`, which listens from construction to `stop()`.

    `requests` counts them by path; `count`, `bytes_sent` (heads and bodies) and `not_modified` are totals. Raises
    ValueError where there is not a record for each catalogue, or on a day with too few for its changes.
    """

    def __init__(
        self,
        records: int,
        *,
        catalogs: int = 5,
        seed: int = 1,
        faults: Faults = Faults(),
        page_size: int = 20,
        address: str = "127.0.0.1",
    ) -> None:
        if not 0 < catalogs <= records:
            raise ValueError(f"{records} records can't fill {catalogs} catalogues")
        self.day = 1
        self.faults = faults
        self._page_size = page_size
        self._seed = seed
        self._random = random.Random(f"{seed} days")
        self._luck = random.Random(f"{seed} faults")
        self._lock = threading.RLock()
        self._ticks = 0  # changes so far; seconds of the portal's clock, so that two of one day can be told apart
        self._last_number = 10_000
        self._edits = self._withdrawals = 0
        self._views: Counter[str] = Counter()
        self.reset_counts()
        self._columns = [self._column(place) for place in range(catalogs)]
        self._records: dict[str, Record] = {}
        for n in range(records):
            published = FIRST_DAY - YEARS * (records - n) / records
            self._new(self._columns[n % catalogs], published, published)
        self._thread: threading.Thread | None = None
        self._http: _Server | None = _Server((address, 0), self)
        self.port: int = self._http.server_address[1]
        self.address = address
        self.url = f"http://{address}:{self.port}"

    def start(self) -> None:
        """Serve from a thread of its own, after a `stop()` at the same address again; returns at once."""
        self._http = self._http or _Server((self.address, self.port), self)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop serving; connections that clients keep open are closed unanswered."""
        server, self._http = self._http, None
        if server and self._thread:
            server.shutdown()
            self._thread.join()
        if server:
            server.server_close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def portal_file(self, folder: Path, name: str = "county") -> Path:
        """Write the portal file `name`.toml into `folder`; its path."""
        text = f'id = "{name}"\nname = "{SITE}"\ndivision_code = "640324"\nhome = "{self.url}/"\n'
        for column in self._columns:
            url = f"{column.folder}list.html"
            text += f'\n[[catalogs]]\nkind = "{column.kind}"\ntitle = "{column.title}"\nurl = "{url}"\n'
        path = folder / f"{name}.toml"
        path.write_text(text, encoding="utf-8")
        return path

    def reset_counts(self) -> None:
        """Count requests and bytes from nothing again."""
        with self._lock:
            self.requests: Counter[str] = Counter()
            self.count = self.bytes_sent = self.not_modified = 0

    def listed(self) -> frozenset[str]:
        """The records in the lists today."""
        return self._urls("listed")

    def alive(self) -> frozenset[str]:
        """The records whose own page answers today, listed or not."""
        return self._urls("listed", "unlisted")

    def next_day(self, share: float = 0.01) -> Truth:
        """Let a day pass on which each kind of change happens to `share` of the listed records, and to one at least."""
        with self._lock:
            listed = [record for record in self._records.values() if record.state == "listed"]
            count = max(1, round(len(listed) * share))
            chosen = self._random.sample(listed, 3 * count)
            self.day += 1
            today = self._today()
            changed, withdrawn, unlisted = chosen[:count], chosen[count : 2 * count], chosen[2 * count :]
            for record in changed:
                self._edit(record)
            for record in withdrawn:
                self._take_off(record, "withdrawn")
            for record in unlisted:
                self._take_off(record, "unlisted")
            added = [self._new(self._random.choice(self._columns), today, today) for _ in range(count)]
            filled = self._random.choices([column for column in self._columns if column.rows], k=count)
            backdated = [self._new(column, self._long_ago(column), today) for column in filled]
            kinds = (changed, withdrawn, unlisted, added, backdated)
            return Truth(*(frozenset(self.url + record.path for record in kind) for kind in kinds))

    def bring_back(self, url: str) -> None:
        """List a withdrawn or unlisted record again, its page as it was. Raises KeyError for an unknown one."""
        with self._lock:
            record = self._records[urlsplit(url).path]
            if record.state != "listed":
                record.state = "listed"
                self._list(record)

    def move(self, url: str) -> str:
        """Give a listed record a new address, which is returned; the old one goes. Raises KeyError for an unknown one."""
        with self._lock:
            record = self._records[urlsplit(url).path]
            self._withdrawals += 1
            self._records[record.path] = replace(record, state="withdrawn", gone=self._withdrawals % 3)
            self._last_number += 1
            record.path = f"{record.path.rpartition('_')[0]}_{self._last_number}.html"
            record.modified = record.column.modified = self._now()
            self._records[record.path] = record
            return self.url + record.path

    # --- what happens to records ---

    def _column(self, place: int) -> Column:
        kind, slug, title = COLUMNS[place % len(COLUMNS)]
        if place >= len(COLUMNS):
            slug, title = f"{slug}_{place}", f"{title}（{place}）"
        return Column(kind, slug, title, place % 2 == 0, self._now())

    def _new(self, column: Column, published: date, made: date) -> Record:
        """A new record in its place by `published`; `made`, the day of its making, stands in its address."""
        self._last_number += 1
        number = self._last_number
        name = f"样本文件第{number}号关于{self._random.choice(TOPICS)}的{self._random.choice(FORMS)}"
        path = f"{column.folder}{made:%Y%m}/t{made:%Y%m%d}_{number}.html"
        record = Record(number, column, path, name, self._random.randrange(len(OFFICES)), published, self._now())
        self._records[path] = record
        self._list(record)
        return record

    def _list(self, record: Record) -> None:
        insort_left(record.column.rows, record, key=lambda row: -row.published.toordinal())
        record.column.modified = self._now()

    def _take_off(self, record: Record, state: str) -> None:
        record.state = state
        record.column.rows.remove(record)
        record.column.modified = self._now()
        if state == "withdrawn":
            self._withdrawals += 1
            record.gone = self._withdrawals % 3

    def _edit(self, record: Record) -> None:
        self._edits += 1
        if self._edits % 5 == 0:
            record.office += 1
        elif self._edits % 3 == 0:
            record.renamed += 1
        else:
            record.edited += 1
        record.modified = record.column.modified = self._now()

    def _long_ago(self, column: Column) -> date:
        """A backdated record's date: one of the older half of a list."""
        row = self._random.choice(column.rows[len(column.rows) // 2 :])
        return min(row.published, self._today() - LONG_AGO)

    def _urls(self, *states: str) -> frozenset[str]:
        with self._lock:
            return frozenset(self.url + path for path, record in self._records.items() if record.state in states)

    def _today(self) -> date:
        return FIRST_DAY + timedelta(days=self.day - 1)

    def _now(self) -> datetime:
        self._ticks += 1
        return clock(self.day - 1, self._ticks)

    # --- what is answered ---

    def answer(self, path: str, known: str | None, since: str | None) -> tuple[bytes, bool]:
        """The bytes to send for a path and conditional headers, and whether the connection then breaks off."""
        with self._lock:
            if self._http is None:
                return b"", True
            self.count += 1
            self.requests[path] += 1
            self._views[path] += 1
            page, kept, breaks_off = self._spoilt(self._page(path), path)
            lines = [f"Content-Type: {page.content_type}", *filter(None, [page.more])]
            status, body = page.status, b""
            if page.modified:
                etag = f'"{hashlib.sha256(page.text.encode()).hexdigest()[:32]}"'
                lines += [f"ETag: {etag}", f"Last-Modified: {format_datetime(page.modified, usegmt=True)}"]
                if kept == 1 and _is_known(etag, page.modified, known, since):
                    self.not_modified += 1
                    status = 304
            if status != 304:
                made = clock(self.day - 1, self.count).strftime("%Y-%m-%d %H:%M:%S")
                whole = page.text.replace(VIEWS, str(self._views[path])).replace(MADE, made).encode()
                body = whole[: int(len(whole) * kept)]
                lines.append(f"Content-Length: {len(whole if breaks_off else body)}")
            head = "\r\n".join([f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", *lines, "", ""]).encode()
            self.bytes_sent += len(head) + len(body)
            return head + body, breaks_off

    def _spoilt(self, page: Page, path: str) -> tuple[Page, float, bool]:
        """An answer as luck has it: the page, the share of it that is sent, whether the connection breaks off."""
        luck, faults = self._luck.random(), self.faults
        if path == "/robots.txt":
            return page, 1, False
        if luck < faults.unavailable:
            return _UNAVAILABLE, 1, False
        if (luck := luck - faults.unavailable) < faults.blocked:
            return _BLOCKED, 1, False
        if (luck := luck - faults.blocked) < faults.cut:
            return page, 0.5, luck < faults.cut / 2
        return page, 1, False

    def _page(self, path: str) -> Page:
        """The page at a path today, if nothing fails."""
        if path == "/robots.txt":
            return Page(ROBOTS, content_type="text/plain; charset=utf-8")
        if path == "/":
            return Page(frame(SITE, "", "<h2>政府信息公开目录</h2>", self._columns), modified=clock(0, 0))
        if record := self._records.get(path):
            withdrawn = record.state == "withdrawn"
            return (
                _GONE[record.gone]
                if withdrawn
                else Page(record_page(record, self._seed, self._columns), modified=record.modified)
            )
        if place := _LIST.fullmatch(path):
            column = next((column for column in self._columns if column.slug == place[1]), None)
            if column and int(place[2] or 0) < self._pages(column):
                return Page(
                    list_page(column, int(place[2] or 0), self._pages(column), self._page_size, self._columns),
                    modified=column.modified,
                )
        return _GONE[0]

    def _pages(self, column: Column) -> int:
        return max(1, ceil(len(column.rows) / self._page_size))


def _is_known(etag: str, modified: datetime, known: str | None, since: str | None) -> bool:
    """Whether If-None-Match (`known`) or, without it, If-Modified-Since (`since`) says that the client has the page."""
    if known is not None:
        return known.strip() == "*" or etag in (tag.strip().removeprefix("W/") for tag in known.split(","))
    try:
        return since is not None and modified <= parsedate_to_datetime(since)
    except ValueError:
        return False


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], county: County) -> None:
        self.county = county
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        """Bind without the base class's look-up of the host's name, which can wait for a DNS server."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: clients that are killed hang up."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet
    disable_nagle_algorithm = True
    timeout = 60

    def do_GET(self) -> None:
        county = cast("_Server", self.server).county
        path = self.path.partition("?")[0]
        sent, breaks_off = county.answer(path, self.headers["If-None-Match"], self.headers["If-Modified-Since"])
        self.wfile.write(sent)
        self.close_connection |= breaks_off

    def log_message(self, *_: object) -> None:
        """Say nothing; tests read `County.requests`."""
