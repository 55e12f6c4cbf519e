"""Middleware around Datasette: tidy addresses, send searches to the ranked view
and records to their permanent addresses, add headers.

The language of an answer is that of the address (`?lang=`), which a cookie keeps, or the cookie's,
or the one that the browser asks for.
"""

import re
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from datasette.utils import tilde_decode

from archive.labels.label import LABELS
from archive.labels.language import LANGUAGES, READER, TAGS, Language, preferred
from archive.labels.tables import TABLES
from archive.search.query import LONGEST_QUERY
from archive.web.http.archives import archives
from archive.web.http.datasette_class import Datasette, below_base
from archive.web.http.request_context import PORTAL_NAMES, QUERY, address

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
Pairs = list[tuple[str, str]]

# The site's own pages need no script and no inline style. Inline style is allowed for those of Datasette's pages that
# are left as they are (/-/permissions and the like), scripts only as files of plugins an operator installs.
HEADERS = {
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"content-security-policy": (
        b"default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; object-src 'none'; "
        b"base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
    ),
}

LANGUAGE = "disclosures.language"
"""The key of a request's scope under which its language stands."""

_CHOSEN = "disclosures.language_chosen"
"""The key of a request's scope that says that its address chose the language."""

COOKIE = "disclosures_lang"
_YEAR = 365 * 24 * 60 * 60
_COOKIE = re.compile(rf"{COOKIE}=({'|'.join(LANGUAGES)})")

PLAIN_TEXT = (b"content-type", b"text/plain; charset=utf-8")

_READING = ("GET", "HEAD")
"""The methods of requests that change nothing."""

_RAW = re.compile(rb"[^\x21-\x7e]|\\")
_SITE = re.compile(rb"\A[A-Za-z][A-Za-z0-9+.-]*://[^/]*")
_COLUMN_ARGUMENTS = re.compile(r"_facet(_array|_date)?|_col|_nocol|_filter_column(_\d+)?|_sort|_sort_desc")
_ROW_OF_RECORDS = re.compile(r"(?P<prefix>.*)/records/(?P<id>[0-9]{1,18})")
_KEEPS_TABLE = {"_sort", "_sort_desc", "_nofilter", "_searchmode", "_through", "_where"}


class DatasetteMiddleware:
    """Middleware that asks Datasette itself."""

    def __init__(self, application: Application, datasette: Datasette) -> None:
        self._application = application
        self._datasette = datasette


class Middleware(DatasetteMiddleware):
    """Datasette's application, with tidy addresses and our headers.

    `pages`: the paths, below the site's base address, of pages that are only read.
    No address takes methods but GET, HEAD and POST.
    """

    def __init__(self, application: Application, datasette: Datasette, pages: Iterable[re.Pattern[str]]) -> None:
        super().__init__(application, datasette)
        self._pages = tuple(pages)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        scope = with_language(with_plain_address(scope))
        pairs = pairs_of(scope)
        tidy = tidied(pairs)
        if tidy != pairs:
            scope["query_string"] = urlencode(tidy).encode()
        set_context(scope)
        send = _with_headers(scope, send)
        if scope["method"] not in self._methods(scope):
            await _refuse_method(scope["method"], self._methods(scope), send)
        elif any(
            name == b"content-type" and value.lower().startswith(b"multipart/") for name, value in scope["headers"]
        ):
            await send_answer(send, 415, [PLAIN_TEXT], str(LABELS["error.form"]).encode())  # asgi-csrf fails at them
        else:
            await self._application(scope, receive, send)

    def _methods(self, scope: Scope) -> tuple[str, ...]:
        """Return the methods that a request's address takes."""
        path = below_base(self._datasette, scope["raw_path"].decode("ascii"))
        is_read = any(page.match(path) for page in self._pages)
        return _READING if is_read else (*_READING, "POST")


async def _refuse_method(method: str, methods: Iterable[str], send: Send) -> None:
    """Answer with the methods there are: a request for these (OPTIONS), or one that came with another."""
    allow = (b"allow", ", ".join((*methods, "OPTIONS")).encode())
    if method == "OPTIONS":
        await send_answer(send, 204, [allow])
    else:
        await send_answer(send, 405, [allow, PLAIN_TEXT], str(LABELS["error.method"]).encode())


async def send_answer(send: Send, status: int, headers: Iterable[tuple[bytes, bytes]], body: bytes = b"") -> None:
    """Send an answer that is all there already."""
    await send({"type": "http.response.start", "status": status, "headers": list(headers)})
    await send({"type": "http.response.body", "body": body})


class Redirects(DatasetteMiddleware):
    """Datasette's application, with searches sent to the ranked view,
    and the pages of rows of `records` to permanent addresses.

    For those who may see the archive, for the ranked view's address says its name.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, the address of which is tidied."""
        is_page = scope["type"] == "http" and scope["method"] in _READING
        if is_page and (target := self._ranked_address(scope, pairs_of(scope)) or self._permanent_address(scope)):
            await send_answer(send, 302, [(b"location", target.encode())])
            return
        await self._application(scope, receive, send)

    def _ranked_address(self, scope: Scope, pairs: Pairs) -> str | None:
        """Return the address at which a search of the table `records` finds its hits best first, if it has one."""
        path = scope["raw_path"].decode("ascii")
        prefix = path.removesuffix("/records")
        if prefix == path or self._archive(prefix) is None or not is_ranked(pairs):
            return None
        return f"{prefix}/search?{urlencode([(key, value) for key, value in pairs if key != '_next'])}"

    def _permanent_address(self, scope: Scope) -> str | None:
        """Return the permanent address of the record whose row is requested as a page,
        whatever else the address asks for.
        """
        requested = _ROW_OF_RECORDS.fullmatch(scope["raw_path"].decode("ascii"))
        archive = requested and self._archive(requested["prefix"])
        if not requested or archive is None:
            return None
        further = {name: value for name, value in pairs_of(scope) if name.startswith("_")}
        return address(self._datasette, archive, "record", requested["id"], **further)

    def _archive(self, prefix: str) -> str | None:
        """Return the name of the archive whose pages' addresses begin with `prefix`; None where it is no archive's."""
        route = below_base(self._datasette, prefix).removeprefix("/")
        known = archives(self._datasette)
        return next((name for name in known if self._datasette.databases[name].route == tilde_decode(route)), None)


def set_context(scope: Scope) -> None:
    """Set the words that a request searches for and the language of its answer, for what is called on its behalf."""
    READER.set(scope[LANGUAGE])
    QUERY.set(next((value for key, value in pairs_of(scope) if is_search(key)), ""))
    PORTAL_NAMES.set({})


async def left(receive: Receive) -> None:
    """Return when the reader has left."""
    while (await receive())["type"] != "http.disconnect":
        pass


def is_search(key: str) -> bool:
    """Return whether a query string's key carries words to search for."""
    return key == "_search" or (key.startswith("_search_") and key != "_searchmode")


def pairs_of(scope: Scope) -> Pairs:
    """The query string's keys and values; bytes that are no UTF-8 become U+FFFD."""
    return parse_qsl(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)


def tidied(pairs: Pairs) -> Pairs:
    """Without blank searches, which Datasette answers with an error, and without what no search reads."""
    return [
        (key, value[:LONGEST_QUERY] if is_search(key) else value)
        for key, value in pairs
        if not (is_search(key) and not value.strip())
    ]


def is_ranked(pairs: Iterable[tuple[str, str]]) -> bool:
    """Whether the view `search` can answer this: there are words, no order of its own, and only columns it has."""
    filled = [(key, value) for key, value in pairs if value]
    keys = {key for key, _ in filled}
    if "_search" not in keys or keys & _KEEPS_TABLE:
        return False
    columns = {value for key, value in filled if _COLUMN_ARGUMENTS.fullmatch(key)}
    columns |= {key.rsplit("__", 1)[0] for key in keys if not key.startswith("_") or "__" in key}
    return columns <= set(TABLES["search"].columns)


def with_plain_address(scope: Scope) -> Scope:
    """The request with an ASCII address: bytes that some clients send as they are (curl …/?_search=预算) encoded.

    Of several slashes at the start one is left: Datasette would redirect `//a.example/` to `//a.example`, another site.
    So it would what names a site (`GET http://a.example/`), or begins with no slash.
    """
    raw = scope.get("raw_path") or quote(scope["path"]).encode()
    return {
        **scope,
        "raw_path": b"/" + _SITE.sub(b"", _encoded(raw)).lstrip(b"/"),
        "query_string": _encoded(scope.get("query_string", b"")),
    }


def with_language(scope: Scope) -> Scope:
    """The request with the language of its answer, and without the parameter and the cookie that ask for it."""
    if LANGUAGE in scope:
        return scope
    pairs = pairs_of(scope)
    chosen = next((LANGUAGES[value] for key, value in pairs if key == "lang" and value in LANGUAGES), None)
    if chosen:
        kept = [(key, value) for key, value in pairs if (key, value) != ("lang", chosen)]
        scope = {**scope, "query_string": urlencode(kept).encode()}
    cookies = [_COOKIE.fullmatch(cookie) for cookie in _cookies(scope)]
    remembered = next((LANGUAGES[match[1]] for match in cookies if match), None)
    language = chosen or remembered or preferred(_header(scope, b"accept-language"))
    return {**scope, "headers": _without_cookie(scope), LANGUAGE: language, _CHOSEN: bool(chosen)}


def _cookies(scope: Scope) -> list[str]:
    return [cookie.strip() for cookie in _header(scope, b"cookie", ";").split(";")]


def _header(scope: Scope, name: bytes, separator: str = ",") -> str:
    """The values of a request's header in one."""
    return separator.join(value.decode("latin-1") for key, value in scope["headers"] if key == name)


def _without_cookie(scope: Scope) -> list[tuple[bytes, bytes]]:
    """The request's headers without the cookie of the language, which says nothing of who it is."""
    others = [(name, value) for name, value in scope["headers"] if name != b"cookie"]
    cookies = "; ".join(cookie for cookie in _cookies(scope) if cookie and not _COOKIE.fullmatch(cookie))
    return [*others, (b"cookie", cookies.encode("latin-1"))] if cookies else others


def _cookie(language: Language) -> bytes:
    """The cookie that keeps the language, for a year."""
    return f"{COOKIE}={language}; Path=/; Max-Age={_YEAR}; SameSite=Lax; HttpOnly".encode()


def _encoded(address: bytes) -> bytes:
    return _RAW.sub(lambda byte: b"%%%02X" % byte[0][0], address)


def _with_headers(scope: Scope, send: Send) -> Send:
    """`send`, with our headers added to those of the answer to `scope`."""

    async def send_with_headers(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            headers, added = list(message.get("headers", [])), dict(HEADERS)
            # Only files of style and the like are the same for every reader, and say nothing of what they vary by.
            vary = [value for name, value in headers if name.lower() == b"vary"]
            if vary or message["status"] not in {200, 304}:
                headers = [(name, value) for name, value in headers if name.lower() != b"vary"]
                added[b"vary"] = b", ".join([*vary, b"Accept-Language"])  # in one line, for nginx before 1.23
                added[b"content-language"] = TAGS[scope[LANGUAGE]].encode()
            present = {name.lower() for name, _ in headers}
            headers += [(name, value) for name, value in added.items() if name not in present]
            if scope[_CHOSEN]:
                headers.append((b"set-cookie", _cookie(scope[LANGUAGE])))
            message = {**message, "headers": headers}
        await send(message)

    return send_with_headers
