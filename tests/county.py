"""A made-up county portal of any size over real HTTP: it lives through days, its truth is known, its answers can fail.

Pages have the TRS county template's markup and words drawn at random, and say that they are sample text. All is
decided by the seed, save the port and the order in which requests arrive.
"""

import hashlib
import random
import re
import threading
from bisect import insort_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from math import ceil
from pathlib import Path
from socketserver import TCPServer
from typing import Any, Self, cast
from urllib.parse import urlsplit

FIRST_DAY = date(2018, 1, 1)
"""The date of day 1; the records of day 1 are older."""

YEARS = timedelta(days=6 * 365)
LONG_AGO = timedelta(days=90)
ROBOTS = "User-agent: *\nDisallow: /search/\n"

SITE = "样本县人民政府"
COLUMNS = (  # kind, folder, title
    ("hot_topic_response", "yqhy", "热点回应"),
    ("policy_interpretation", "zcjd", "政策解读"),
    ("plan", "ghjh", "规划计划"),
    ("budget", "czzj", "财政资金"),
    ("notice", "tzgg", "通知公告"),
)
OFFICES = ("样本县政府办公室", "样本县财政局", "样本县教育局", "样本县交通运输局", "样本县水务局", "样本县民政局")
TOPICS = ("道路养护", "校舍修缮", "河道清理", "公园绿化", "图书馆开放时间", "农田水利项目", "公交线路调整")
FORMS = ("通知", "公告", "实施方案", "情况说明", "工作计划")
WORDS = re.findall("..", "样本工作计划项目安排推进完成季度部门单位道路校舍河道绿化水利公交图书服务宣传培训统计汇总")

# Written into a page in place of its noise, which is put in when the page is sent and is no part of its ETag.
_VIEWS, _MADE = "@views@", "@made@"
_LIST = re.compile(r"/xxgk/zfxxgkml/(\w+)/list(?:_([1-9]\d*))?\.html")
_STYLE = "".join(f".c{n}{{margin:{n}px;padding:{n % 7}px;color:#333;font-size:14px}}\n" for n in range(16))


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
    """What one day did, as absolute addresses of records.

    `added` are new at the top of their lists; `backdated` are new too, but dated months or years earlier and deep in them.
    """

    changed: frozenset[str]
    withdrawn: frozenset[str]
    unlisted: frozenset[str]
    added: frozenset[str]
    backdated: frozenset[str]


@dataclass(slots=True, eq=False)
class _Column:
    """One catalogue. Its lists have a hover box and a pager written by script, or neither and a pager of links."""

    kind: str
    slug: str
    title: str
    scripted: bool
    modified: datetime
    rows: list["_Record"] = field(default_factory=list)

    @property
    def folder(self) -> str:
        return f"/xxgk/zfxxgkml/{self.slug}/"


@dataclass(slots=True, eq=False)
class _Record:
    """One record; `number` decides its text. A withdrawn one answers with `_GONE[gone]`."""

    number: int
    column: _Column
    path: str
    name: str
    office: int
    published: date
    modified: datetime
    state: str = "listed"
    gone: int = 0
    renamed: int = 0
    edited: int = 0

    @property
    def title(self) -> str:
        return self.name + (f"（第{self.renamed}次修订）" if self.renamed else "")

    @property
    def publisher(self) -> str:
        return OFFICES[self.office % len(OFFICES)]

    @property
    def department(self) -> str:
        return OFFICES[self.number % len(OFFICES)]

    @property
    def index_number(self) -> str:
        return f"6403240{self.number % len(OFFICES) + 1:02}/{self.published.year}-{self.number:05}"

    @property
    def document_number(self) -> str:
        return "" if self.number % 3 else f"样本发〔{self.published.year}〕{self.number}号"


@dataclass(frozen=True, slots=True)
class _Page:
    """An answer before it is sent. Only one with a time of its last change has an ETag. `more`: a header line of its own."""

    text: str
    status: int = 200
    modified: datetime | None = None
    content_type: str = "text/html; charset=utf-8"
    more: str | None = None


def _message(words: str) -> str:
    """A page with a message and nothing else."""
    head = f'<head><meta charset="utf-8"><title>{SITE}</title></head>'
    return f"<html>{head}<body><div><p>{words}</p></div></body></html>"


_GONE = (
    _Page(_message("404 Not Found"), 404),
    _Page(_message("您访问的页面不存在或已删除")),
    _Page("", 302, more="Location: /"),
)
_UNAVAILABLE = _Page(_message("系统繁忙，请稍后再试。"), 503)
_BLOCKED = _Page(_message("您的访问请求存在安全风险，已被样本县网站防火墙拦截。如有疑问，请与网站管理员联系。"))


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
        self._records: dict[str, _Record] = {}
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

    def _column(self, place: int) -> _Column:
        kind, slug, title = COLUMNS[place % len(COLUMNS)]
        if place >= len(COLUMNS):
            slug, title = f"{slug}_{place}", f"{title}（{place}）"
        return _Column(kind, slug, title, place % 2 == 0, self._now())

    def _new(self, column: _Column, published: date, made: date) -> _Record:
        """A new record in its place by `published`; `made`, the day of its making, stands in its address."""
        self._last_number += 1
        number = self._last_number
        name = f"样本文件第{number}号关于{self._random.choice(TOPICS)}的{self._random.choice(FORMS)}"
        path = f"{column.folder}{made:%Y%m}/t{made:%Y%m%d}_{number}.html"
        record = _Record(number, column, path, name, self._random.randrange(len(OFFICES)), published, self._now())
        self._records[path] = record
        self._list(record)
        return record

    def _list(self, record: _Record) -> None:
        insort_left(record.column.rows, record, key=lambda row: -row.published.toordinal())
        record.column.modified = self._now()

    def _take_off(self, record: _Record, state: str) -> None:
        record.state = state
        record.column.rows.remove(record)
        record.column.modified = self._now()
        if state == "withdrawn":
            self._withdrawals += 1
            record.gone = self._withdrawals % 3

    def _edit(self, record: _Record) -> None:
        self._edits += 1
        if self._edits % 5 == 0:
            record.office += 1
        elif self._edits % 3 == 0:
            record.renamed += 1
        else:
            record.edited += 1
        record.modified = record.column.modified = self._now()

    def _long_ago(self, column: _Column) -> date:
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
        return _clock(self.day - 1, self._ticks)

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
                made = _clock(self.day - 1, self.count).strftime("%Y-%m-%d %H:%M:%S")
                whole = page.text.replace(_VIEWS, str(self._views[path])).replace(_MADE, made).encode()
                body = whole[: int(len(whole) * kept)]
                lines.append(f"Content-Length: {len(whole if breaks_off else body)}")
            head = "\r\n".join([f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", *lines, "", ""]).encode()
            self.bytes_sent += len(head) + len(body)
            return head + body, breaks_off

    def _spoilt(self, page: _Page, path: str) -> tuple[_Page, float, bool]:
        """What luck makes of an answer: the page, the share of it that is sent, whether the connection breaks off."""
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

    def _page(self, path: str) -> _Page:
        """What stands at a path today, if nothing fails."""
        if path == "/robots.txt":
            return _Page(ROBOTS, content_type="text/plain; charset=utf-8")
        if path == "/":
            return _Page(_frame(SITE, "", "<h2>政府信息公开目录</h2>", self._columns), modified=_clock(0, 0))
        if record := self._records.get(path):
            withdrawn = record.state == "withdrawn"
            return _GONE[record.gone] if withdrawn else _Page(self._record_page(record), modified=record.modified)
        if place := _LIST.fullmatch(path):
            column = next((column for column in self._columns if column.slug == place[1]), None)
            if column and int(place[2] or 0) < self._pages(column):
                return _Page(self._list_page(column, int(place[2] or 0)), modified=column.modified)
        return _GONE[0]

    def _pages(self, column: _Column) -> int:
        return max(1, ceil(len(column.rows) / self._page_size))

    def _list_page(self, column: _Column, number: int) -> str:
        """A list page; `number` from 0."""
        pages, size = self._pages(column), self._page_size
        rows = "".join(_row(record) for record in column.rows[number * size : (number + 1) * size])
        if column.scripted:
            pager = f'<script>\ncreatePageHTML({pages}, {number}, "list", "html");\n</script>'
        else:
            nowhere = "javascript:void(0)"
            before = nowhere if number == 0 else "list.html" if number == 1 else f"list_{number - 1}.html"
            after = nowhere if number + 1 == pages else f"list_{number + 1}.html"
            pager = f'<a href="{before}">上一页</a> <a href="{after}">下一页</a> 共{pages}页 共{len(column.rows)}条'
        names = "".join(f"<li><span>{name}</span></li>" for name in ("索引号", "标题", "发布单位", "发布日期"))
        main = f'<div class="boxcon"><div class="xxgk_wrap"><ul>{names}</ul></div>\n{rows}</div><div class="page">{pager}</div>'
        meta = f'<meta name="ColumnName" content="{column.title}">'
        return _frame(f"{column.title}-{SITE}", meta, f"{_trail(column)}{main}", self._columns)

    def _record_page(self, record: _Record) -> str:
        column = record.column
        views = f"<p>浏览次数：{_VIEWS}</p>"
        inside, outside = (views, "") if column.scripted else ("", views)
        text = "".join(f"<p>{paragraph}</p>\n" for paragraph in _paragraphs(record, self._seed))
        main = f"""{_trail(column)}<h1>{record.title}</h1>
<table class="xxgk_table">
 <tr><td>索 引 号：{record.index_number}</td><td>文　　号：{record.document_number}</td><td>生成日期：{record.published}</td></tr>
 <tr><td>公开方式：主动公开</td><td>发布机构：{record.publisher}</td><td>责任部门：{record.department}</td></tr>
</table>
<div class="zz-xl-ct"><div class="TRS_Editor">
{text}</div>{inside}</div>
<div class="share">{outside}<a href="javascript:window.print()">【打印本页】</a></div>"""
        meta = f'<meta name="ColumnName" content="{column.title}"><meta name="ArticleTitle" content="{record.title}">'
        return _frame(f"{record.title}-{SITE}", meta, main, self._columns)


def _clock(days: int, seconds: int) -> datetime:
    """The portal's time, so long after day 1 began."""
    return datetime.combine(FIRST_DAY, datetime.min.time(), UTC) + timedelta(days=days, seconds=seconds)


def _row(record: _Record) -> str:
    """A record's row in a list, with the hover box that half of the catalogues have."""
    short = record.title if len(record.title) <= 21 else f"{record.title[:20]}..."
    href = record.path.removeprefix(record.column.folder)
    link = f'<a href="./{href}" title="{record.title}" target="_blank">{short}</a>'
    cells = f'<li><span>{record.index_number}</span></li><li class="w353">{link}</li><li><span>{record.publisher}</span></li>'
    hover = f"""
 <div class="hover_box">
  <p>索 引 号：<span>{record.index_number}</span></p><p>名　　称：<span>{record.title}</span></p>
  <p>文　　号：<span>{record.document_number}</span></p><p>公开时限：长期公开</p>
  <p>生成日期：<span>{record.published}</span></p><p>责任部门：<span>{record.department}</span></p>
 </div>"""
    row = f'<ul>{cells}<li class="w100"><span>{record.published}</span></li></ul>{hover if record.column.scripted else ""}'
    return f'<div class="xxgk_wrap">{row}</div>\n'


def _paragraphs(record: _Record, seed: int) -> list[str]:
    """A record's text. An edit rewrites one sentence, the same each time."""
    words = random.Random(f"{seed} {record.number}")
    sizes = [words.randint(9, 13) for _ in range(words.randint(2, 7))]
    paragraphs = [["".join(words.choices(WORDS, k=14)) + "。" for _ in range(size)] for size in sizes]
    if record.edited:
        sentences = words.choice(paragraphs)
        sentences[words.randrange(len(sentences))] = f"样本文字第{record.edited}次改动：{words.choice(TOPICS)}。"
    note = f"样本说明：{record.name}由测试程序写成，文字随机，与任何政府无关。"
    return [note, *map("".join, paragraphs)]


def _trail(column: _Column) -> str:
    steps = (("/", "首页"), ("/", "政府信息公开目录"), (f"{column.folder}list.html", column.title))
    links = " > ".join(f'<a class="CurrChnlCls" href="{href}">{name}</a>' for href, name in steps)
    return f'<div class="place">当前位置：{links}</div>\n'


def _frame(title: str, meta: str, main: str, columns: Sequence[_Column]) -> str:
    """A whole page: head, navigation, `main`, footer with the time of its making."""
    links = "".join(f'<li><a href="{column.folder}list.html">{column.title}</a></li>\n' for column in columns)
    return f"""<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="SiteName" content="{SITE}">
{meta}
<title>{title}</title>
<style>
{_STYLE}</style>
</head>
<body>
<div class="nav"><ul><li><a href="/">首页</a></li>
{links}</ul></div>
<div class="main">
{main}
</div>
<div class="foot"><ul>
{links}</ul><p>样本门户，文字随机生成，不是政府网站。</p><p>页面生成时间：{_MADE}</p></div>
</body>
</html>
"""


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
