"""A small portal that lives through a year: its documents, what truly happened to them and when, and answers that a fault spoils.

It is served on loopback, under the host 127.0.0.1 or localhost. All is decided by the seed, save the port.
"""

import hashlib
import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self, cast
from urllib.parse import urlsplit

from tests import changing_portal, county_pages
from tests.county_pages import FIRST_DAY, FORMS, SITE, TOPICS, WORDS, Column, Record

FOLDER = "/xxgk/zfxxgkml/"
ROBOTS = "User-agent: *\nDisallow: /search/\n"
HOSTS = ("127.0.0.1", "localhost")

LISTED, UNLISTED, WITHDRAWN = "listed", "unlisted", "withdrawn"


@dataclass(frozen=True, slots=True)
class Document:
    """One document as it is at a time. `text`, `renamed`: how often either was edited; `moved`: how often its address changed."""

    number: int
    slug: str
    published: date
    made: date
    name: str
    state: str = LISTED
    text: int = 0
    renamed: int = 0
    moved: int = 0

    @property
    def path(self) -> str:
        moved = f"_{self.moved}" if self.moved else ""
        return f"{FOLDER}{self.slug}/{self.made:%Y%m}/t{self.made:%Y%m%d}_{self.number}{moved}.html"

    @property
    def title(self) -> str:
        return self.name + (f"（第{self.renamed}次修订）" if self.renamed else "")

    @property
    def day(self) -> str:
        return self.published.isoformat()

    @property
    def index_number(self) -> str:
        return f"640324001/{self.published.year}-{self.number:05}"

    @property
    def edition(self) -> str:
        """The sentence that an edit rewrites."""
        return f"样本正文第{self.number}号第{self.text}次改动"

    @property
    def paragraphs(self) -> str:
        words = random.Random(self.number)
        sentences = ["".join(words.choices(WORDS, k=14)) + "。" for _ in range(12)]
        return f"<p>样本说明：{self.name}由测试程序写成。</p><p>{self.edition}。</p><p>{''.join(sentences)}</p>"

    @property
    def file(self) -> str:
        """The link of every third's file, whose address stays when the document moves."""
        return f'<a href="/files/{self.number}.txt">样本附件{self.number}.txt</a>' if self.number % 3 == 0 else ""


@dataclass(slots=True)
class Happened:
    """Something true: what happened to which document, at what moment; complete walks of its list since; whether it was found."""

    kind: str
    number: int
    at: datetime
    walks: int = 0
    found: bool = False
    late: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer before it is sent. `breaks_off`: after so many bytes."""

    body: bytes
    status: int = 200
    content_type: str = "text/html; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()
    breaks_off: int | None = None


def page(text: str, status: int = 200) -> Reply:
    """A page of HTML."""
    return Reply(text.encode(), status)


Spoil = Callable[[str, Reply], Reply]
"""A function of a path and its answer, which gives what a fault makes of it."""

Look = Callable[[changing_portal.Document], str]
"""The look of a document's page: a document of this module has what it prints."""

GONE = page(county_pages.message_page("404 Not Found"), 404)


class Portal:
    """A portal of `size` documents, half of them in each of two lists, which listens from construction on.

    `trs`: with the pages of the TRS county template, else those of `tests.changing_portal`.
    """

    def __init__(self, name: str, size: int, *, seed: int, trs: bool = False) -> None:
        self.name = name
        self.trs = trs
        self.random = random.Random(f"{seed} {name}")
        self.slugs = [slug for _, slug, _ in county_pages.COLUMNS[2:4]]
        self.documents: dict[int, Document] = {}
        self.past: list[dict[int, Document]] = []
        self.happened: list[Happened] = []
        self.numbers: dict[str, int] = {}
        self.look: Look = changing_portal.plain
        self.list_name = "list"
        self.host = HOSTS[0]
        self.forwards = False
        self.spoil: Spoil | None = None
        self.served: Mapping[int, Document] | None = None
        for place in range(size):
            published = FIRST_DAY - timedelta(days=4 * (size - place))
            self._add(self.slugs[place % 2], published)
        self._http = _Server(self)
        self.port = int(self._http.server_address[1])
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    @property
    def home(self) -> str:
        return f"http://{self.host}:{self.port}/"

    def write_file(self, folder: Path) -> Path:
        """Write the portal file as the portal stands today; its path."""
        path = folder / f"{self.name}.toml"
        text = f'id = "{self.name}"\nname = "{SITE}"\ndivision_code = "640324"\nhome = "{self.home}"\nevery = "3d"\n'
        for kind, slug, title in county_pages.COLUMNS[2:4]:
            url = f"{self.home[:-1]}{self.list_path(slug)}"
            text += f'\n[[catalogs]]\nkind = "{kind}"\ntitle = "{title}"\nurl = "{url}"\n'
        path.write_text(text, encoding="utf-8")
        return path

    def list_path(self, slug: str) -> str:
        return f"{FOLDER}{slug}/{self.list_name}.html"

    # --- what happens ---

    def ends_day(self) -> None:
        """Remember the documents as they are this evening."""
        self.past.append(dict(self.documents))

    def live(self, when: datetime) -> None:
        """Let one thing happen, to a document of which all that happened before was found; none while an older copy is served."""
        if self.served is not None:
            return
        open_ = {each.number for each in self.happened if not each.found}
        free = [each for each in self.documents.values() if each.number not in open_]
        listed = [each for each in free if each.state == LISTED]
        taken_off = [each for each in free if each.state != LISTED]
        kinds = ["added", "added", "added", "changed", "changed", "changed", "withdrawn", "unlisted", "moved"]
        kind = self.random.choice([*kinds, "returned"] if taken_off else kinds)
        if kind == "added":
            document = self._add(self.random.choice(self.slugs), when.date())
            self.note(kind, document.number, when)
        elif kind == "returned":
            self.return_(self.random.choice(taken_off), when)
        elif len(listed) > 10:
            self._happens(kind, self.random.choice(listed), when)

    def return_(self, document: Document, when: datetime) -> None:
        """List a document again."""
        self.put(replace(document, state=LISTED))
        self.note("returned", document.number, when)

    def note(self, kind: str, number: int, when: datetime) -> None:
        self.happened.append(Happened(kind, number, when))

    def put(self, document: Document) -> None:
        self.documents[document.number] = document
        self.numbers[document.path] = document.number

    def _happens(self, kind: str, document: Document, when: datetime) -> None:
        changes: dict[str, dict[str, Any]] = {
            "changed": {"renamed": document.renamed + 1} if self.random.random() < 0.3 else {"text": document.text + 1},
            "withdrawn": {"state": WITHDRAWN},
            "unlisted": {"state": UNLISTED},
            "moved": {"moved": document.moved + 1},
        }
        self.put(replace(document, **changes[kind]))
        self.note(kind, document.number, when)

    def _add(self, slug: str, made: date) -> Document:
        number = len(self.documents) + 1
        name = f"样本文件第{number}号关于{self.random.choice(TOPICS)}的{self.random.choice(FORMS)}"
        self.put(Document(number, slug, made, made, name))
        return self.documents[number]

    def number_at(self, url: str) -> int:
        """The document that stands, or stood, at an address."""
        return self.numbers[urlsplit(url).path]

    # --- what is answered ---

    def answer(self, path: str, host: str) -> Reply | None:
        """The answer for a path at a host; None where the connection is closed unanswered."""
        if host != self.host:
            target = f"http://{self.host}:{self.port}{path}"
            return Reply(b"", 301, headers=(("Location", target),)) if self.forwards else None
        truth = self._truth(path)
        return self.spoil(path, truth) if self.spoil else truth

    def _truth(self, path: str) -> Reply:
        """The answer at a path today, if nothing fails."""
        documents = self.documents if self.served is None else self.served
        if path == "/robots.txt":
            return Reply(ROBOTS.encode(), content_type="text/plain; charset=utf-8")
        if path == "/":
            return page(county_pages.frame(SITE, "", "<h2>政府信息公开目录</h2>", self._columns(documents)))
        if path.startswith("/files/"):
            return Reply(f"样本附件之文本，{path}".encode(), content_type="text/plain; charset=utf-8")
        document = documents.get(self.numbers.get(path, 0))
        if document and document.path == path:
            return GONE if document.state == WITHDRAWN else page(self._page(document, documents))
        for slug in self.slugs:
            if path == self.list_path(slug):
                return page(self._list(slug, documents))
        return GONE

    def _page(self, document: Document, documents: Mapping[int, Document]) -> str:
        if not self.trs or self.look is not changing_portal.plain:
            return self.look(cast("changing_portal.Document", document))
        columns = self._columns(documents)
        column = next(column for column in columns if column.slug == document.slug)
        text = county_pages.record_page(_as_record(document, column), 1, columns)
        text = text.replace(county_pages.VIEWS, "17").replace(county_pages.MADE, "2018-01-01 00:00:00")
        return text.replace('<div class="TRS_Editor">\n', f'<div class="TRS_Editor">\n<p>{document.edition}。</p>\n')

    def _list(self, slug: str, documents: Mapping[int, Document]) -> str:
        listed = [each for each in documents.values() if each.slug == slug and each.state == LISTED]
        if not self.trs:
            return changing_portal.list_of(listed)  # type: ignore[arg-type]  # they have what a list prints
        columns = self._columns(documents)
        column = next(column for column in columns if column.slug == slug)
        return county_pages.list_page(column, 0, 1, len(listed), columns).replace(county_pages.MADE, "")

    def _columns(self, documents: Mapping[int, Document]) -> list[Column]:
        made = datetime.combine(FIRST_DAY, datetime.min.time(), UTC)
        columns = [
            Column(kind, slug, title, place == 0, made)
            for place, (kind, slug, title) in enumerate(county_pages.COLUMNS[2:4])
        ]
        for column in columns:
            listed = [each for each in documents.values() if each.slug == column.slug and each.state == LISTED]
            column.rows = [_as_record(each, column) for each in sorted(listed, key=lambda each: -each.number)]
        return columns


def _as_record(document: Document, column: Column) -> Record:
    """A document as the pages of the county print it."""
    made = datetime.combine(document.made, datetime.min.time(), UTC)
    return Record(
        document.number, column, document.path, document.name, 0, document.published, made, renamed=document.renamed
    )


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: crawls hang up."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        reply = self.server.portal.answer(self.path.partition("?")[0], self.headers["Host"].partition(":")[0])
        if reply is None:
            self.close_connection = True
            return
        etag = f'"{hashlib.sha256(reply.body).hexdigest()[:32]}"'
        status, body = reply.status, reply.body
        if status == 200 and self.headers["If-None-Match"] == etag:
            status, body = 304, b""
        self.send_response(status)
        self.send_header("Content-Type", reply.content_type)
        if reply.status == 200:
            self.send_header("ETag", etag)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        for name, value in reply.headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body if reply.breaks_off is None else body[: reply.breaks_off])
        self.close_connection |= reply.breaks_off is not None

    def log_message(self, *_: object) -> None:
        """Say nothing."""
