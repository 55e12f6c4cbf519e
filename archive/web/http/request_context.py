"""The context of a request: its archive and portal, its day, its page of a list.

What can't be understood raises BadRequest, what isn't there NotFound; `archive.web.http.errors` makes pages of both.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode

from datasette.database import Database
from datasette.utils.asgi import BadRequest, NotFound, Request, Response

from archive.labels.label import LABELS
from archive.web.http.archives import archives
from archive.web.http.datasette_class import Datasette
from archive.web.http.errors import MALFORMED, NOTHING_HERE

Row = Mapping[str, Any]

QUERY: ContextVar[str] = ContextVar("query", default="")
"""Words that the request searches for."""

PORTAL_NAMES: ContextVar[Mapping[str, str]] = ContextVar("portal_names", default={})  # noqa: B039 - never written to
"""Portal id → name, where a page needs it; Datasette renders single cells, and can't be handed them otherwise."""

PAGE = 50
"""Lines on a page of a list."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_YEARS = range(1900, 3000)
NOT_A_DAY = LABELS["error.not_a_day"]


@dataclass(frozen=True, slots=True)
class RequestContext:
    """The context of a request for a page about one archive. `named`: the archive is named in addresses, for there are several."""

    datasette: Datasette
    request: Request
    database: str
    named: bool

    @property
    def db(self) -> Database:
        """The archive's database."""
        return self.datasette.get_database(self.database)

    def parameter(self, name: str) -> str:
        """A parameter of the address; empty where it isn't given."""
        return str(self.request.args.get(name) or "")

    def address(self, *parts: object, **parameters: object) -> str:
        """The address of one of this site's pages (`/-/` and `parts`) in this archive; parameters that are None left out."""
        return address(self.datasette, self.database, *parts, **parameters)

    def record(self, record_id: int) -> str:
        """The permanent address of a record's page."""
        return self.address("record", record_id)

    def proof(self, event_id: int) -> str:
        """The permanent address of the sheet that proves an event."""
        return self.address("proof", event_id)

    def absolute(self, address: str) -> str:
        """An address of this site with its scheme and host."""
        return str(self.datasette.absolute_url(self.request, address))

    def with_parameters(self, **parameters: object) -> str:
        """Return the requested address with other parameters; those that are None are left out."""
        kept = {name: list(filter(None, self.request.args.getlist(name))) for name in self.request.args} | parameters
        pairs = urlencode({name: value for name, value in kept.items() if value is not None}, doseq=True)
        return _requested_path(self.datasette, self.request) + (f"?{pairs}" if pairs else "")

    async def render(self, template: str, /, **variables: object) -> Response:
        """Return the page of a template, which knows this context as `context`."""
        return await render(self.datasette, self.request, template, context=self, **variables)


@dataclass(frozen=True, slots=True)
class Pages:
    """One page of a list: which it is, how many there are, and the addresses of its neighbours (None: there is none)."""

    number: int
    last: int
    before: str | None
    after: str | None

    @property
    def offset(self) -> int:
        """Lines on the pages before it."""
        return (self.number - 1) * PAGE


def address(datasette: Datasette, database: str, *parts: object, **parameters: object) -> str:
    """The address of one of the site's pages (`/-/` and `parts`) in an archive, which is named only where several are served.

    So it holds whatever the archive is called. Parameters that are None are left out; of a tuple each value is given.
    """
    kept = {name: value for name, value in parameters.items() if value is not None}
    if len(archives(datasette)) > 1:
        kept["db"] = database
    path = "/-/" + "/".join(quote(str(part), safe="") for part in parts)
    return str(datasette.urls.path(path)) + (f"?{urlencode(kept, doseq=True)}" if kept else "")


def in_language(request: Request, language: str) -> str:
    """The requested address in another language, relative to itself."""
    return "?" + urlencode([*parse_qsl(request.query_string, keep_blank_values=True), ("lang", language)])


def canonical(datasette: Datasette, request: Request) -> str:
    """Return the one absolute address of a requested page, whatever language it was requested in."""
    pairs = urlencode(parse_qsl(request.query_string))
    address = _requested_path(datasette, request) + (f"?{pairs}" if pairs else "")
    return str(datasette.absolute_url(request, address))


def _requested_path(datasette: Datasette, request: Request) -> str:
    path = request.scope.get("route_path", request.path)  # the former without the site's prefix
    return str(datasette.urls.path(path))


async def render(datasette: Datasette, request: Request, template: str, /, **variables: object) -> Response:
    """Return the page of a template."""
    return Response.html(await datasette.render_template(template, variables, request=request))


async def context_for(datasette: Datasette, request: Request, named: str | None = None) -> RequestContext:
    """Return the context of a request: its archive is the one that is `named`, or that `db=` names, or else the first.

    Raises NotFound where there is none, Forbidden where it may not be seen.
    """
    known, name = archives(datasette), named or request.args.get("db")
    chosen = next((database for database in known if name in (None, "", database)), None)
    if chosen is None:
        raise NotFound(NOTHING_HERE)
    allowed = [("view-table", (chosen, "records")), ("view-database", chosen), "view-instance"]
    await datasette.ensure_permissions(request.actor, allowed)
    return RequestContext(datasette, request, chosen, len(known) > 1)


def in_context(page: Callable[[RequestContext], Awaitable[Response]]) -> Callable[..., Awaitable[Response]]:
    """Return the view, as Datasette calls it, of a page about one archive."""

    async def view(datasette: Datasette, request: Request) -> Response:
        return await page(await context_for(datasette, request))

    return view


def part(request: Request, name: str) -> str:
    """A part of the path, decoded."""
    return unquote(str(request.url_vars[name]), errors="replace")


async def portal(context: RequestContext, portal_id: str) -> Row:
    """The portal of this id. Raises NotFound."""
    row: Row | None = (await context.db.execute("SELECT * FROM portals WHERE id = :id", {"id": portal_id})).first()
    if row is None:
        raise NotFound(NOTHING_HERE)
    return row


def day(text: str) -> date:
    """A day as an address has it. Raises BadRequest."""
    try:
        parsed = date.fromisoformat(text) if _DAY.fullmatch(text) and text.isascii() else None
    except ValueError:
        parsed = None
    if parsed is None or parsed.year not in _YEARS:
        raise BadRequest(NOT_A_DAY)
    return parsed


def choice(context: RequestContext, name: str, known: Mapping[str, object]) -> str | None:
    """A parameter that must be one of `known`; None where it isn't given. Raises BadRequest."""
    value = context.parameter(name)
    if value and value not in known:
        raise BadRequest(MALFORMED)
    return value or None


def number(context: RequestContext, name: str, form: re.Pattern[str]) -> int | None:
    """A parameter that must be a whole number of this form; None where it isn't given. Raises BadRequest."""
    text = context.parameter(name)
    if text and not form.fullmatch(text):
        raise BadRequest(MALFORMED)
    return int(text) if text else None


def pages(context: RequestContext, lines: int) -> Pages:
    """Return the requested page of a list of so many lines. Raises BadRequest, or NotFound beyond the last."""
    text = context.parameter("page") or "1"
    if not re.fullmatch(r"[1-9]\d{0,8}", text, re.ASCII):
        raise BadRequest(MALFORMED)
    number, last = int(text), max(1, -(-lines // PAGE))
    if number > last:
        raise NotFound(NOTHING_HERE)
    return Pages(
        number,
        last,
        context.with_parameters(page=number - 1 if number > 2 else None) if number > 1 else None,
        context.with_parameters(page=number + 1) if number < last else None,
    )
