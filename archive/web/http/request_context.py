"""The context of a request: its archive and portal, its day, its page of a list.

What can't be understood raises BadRequest, what isn't there NotFound; `archive.web.http.errors` makes pages of both.
"""

import re
import sqlite3
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode

from datasette.database import Database
from datasette.utils.asgi import BadRequest, Base400, Forbidden, NotFound, Request, Response

from archive.database.several import UnreadableArchiveError, archive_of, ordered
from archive.labels.label import LABELS
from archive.web.http.archives import archives, leave_out, readable, together
from archive.web.http.datasette_class import Datasette
from archive.web.http.errors import NOTHING_HERE, not_understood

Row = Mapping[str, Any]

QUERY: ContextVar[str] = ContextVar("query", default="")
"""Words that the request searches for."""

PORTAL_NAMES: ContextVar[Mapping[str, str]] = ContextVar("portal_names", default={})  # noqa: B039 - never written to
"""Portal id → name, where a page needs it; Datasette renders single cells, and can't be handed them otherwise."""

PAGE = 50
"""Lines on a page of a list."""

_HAS_RECORDS = "SELECT EXISTS (SELECT 1 FROM records WHERE state <> 'withheld') AS has_records"

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_YEARS = range(1900, 3000)
NOT_A_DAY = LABELS["error.not_a_day"]


@dataclass(frozen=True, slots=True)
class RequestContext:
    """The context of a request for a page about one archive, or about all that a site has.

    `names`: of the archives that the page is about. `named`: archives are named in addresses, for there are several.
    """

    datasette: Datasette
    request: Request
    names: tuple[str, ...]
    named: bool

    @property
    def database(self) -> str:
        """The name of the archive; empty where the page is about several."""
        return self.names[0] if len(self.names) == 1 else ""

    @property
    def db(self) -> Database:
        """The archive's database; of several, one that asks each of them."""
        if len(self.names) == 1:
            return self.datasette.get_database(self.database)
        return together(self.datasette, self.names)

    @property
    def each(self) -> tuple["RequestContext", ...]:
        """The contexts of the archives one by one."""
        return tuple(RequestContext(self.datasette, self.request, (name,), self.named) for name in self.names)

    def archive_of(self, *values: object) -> str:
        """The name of the archive that one of `values` is a number of (`archive.database.several`),
        or else of the context's own.
        """
        return archive_of(values) or self.database

    def holding(self, value: object) -> "RequestContext":
        """The context of the archive that `value` is a number of."""
        return replace(self, names=(self.archive_of(value),))

    def tables_of(self, value: object) -> str:
        """The address of the page of tables of the archive that `value` is a number of, or else the context's own."""
        return str(self.datasette.urls.database(self.archive_of(value)))

    def stated_archive(self, value: object) -> dict[str, str]:
        """Return, for machines, the archive that `value` is a number of; nothing where there is one archive alone."""
        return {"archive": self.archive_of(value)} if self.named else {}

    async def listed(
        self, sql: str, values: Mapping[str, object], order: Sequence[str], most: int, offset: int = 0
    ) -> Sequence[Row]:
        """Return `most` rows after `offset` of them, of all archives in one order.

        `sql` gives the rows of one archive in that order, as many as `:most`, after `:offset`; `order`: its terms
        (`archive.database.several.ordered`).
        """
        if self.database:
            rows: Sequence[Row] = (await self.db.execute(sql, {**values, "most": most, "offset": offset})).rows
            return rows
        result = await self.db.execute(sql, {**values, "most": offset + most, "offset": 0})
        return ordered(result, *order)[offset : offset + most]

    def part(self, name: str) -> str:
        """A part of the path, decoded."""
        return _part(self.request, name)

    @property
    def format(self) -> str:
        """The format in which the address asks for a file; empty where it asks for the page."""
        return self.request.url_vars["format"] or ""

    def parameter(self, name: str) -> str:
        """A parameter of the address; empty where it isn't given."""
        return str(self.request.args.get(name) or "")

    def address(self, *parts: object, **parameters: object) -> str:
        """The address of one of this site's pages (`/-/` and `parts`) in this archive;
        parameters that are None left out.
        """
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

    async def may(self, permission: str) -> bool:
        """Return whether the reader has a permission that an operator gives (`archive.web.http.access_control`)."""
        return bool(await self.datasette.permission_allowed(self.request.actor, permission, default=False))

    async def render(self, template: str, /, **variables: object) -> Response:
        """Return the page of a template, which knows this context as `context`,
        and as `is_empty` whether there are no records.
        """
        records = await self.db.execute(_HAS_RECORDS) if self.names else ()
        is_empty = not any(row["has_records"] for row in records)
        return await render(self.datasette, self.request, template, context=self, is_empty=is_empty, **variables)


@dataclass(frozen=True, slots=True)
class Pages:
    """One page of a list: which it is, how many there are, and its neighbours' addresses (None: there is none)."""

    number: int
    last: int
    before: str | None
    after: str | None

    @property
    def offset(self) -> int:
        """Lines on the pages before it."""
        return (self.number - 1) * PAGE


def address(datasette: Datasette, database: str, *parts: object, **parameters: object) -> str:
    """The address of one of the site's pages (`/-/` and `parts`) in an archive,
    which is named only where several are served.

    So it holds whatever the archive is called. Where a part or a parameter is a number of an archive
    (`archive.database.several`), it is in that one; where `database` is empty, it is of all. Parameters that are None
    are left out; of a tuple each value is given.
    """
    kept = {name: value for name, value in parameters.items() if value is not None}
    if (named := archive_of((*parts, *kept.values())) or database) and len(archives(datasette)) > 1:
        kept["db"] = named
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


class UnnamedArchiveError(Base400):  # type: ignore[misc]  # Datasette comes without types
    """The address does not say which of several archives it is about. `names`: those that the reader may see."""

    status = 300

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__()
        self.names = names


async def context_for(datasette: Datasette, request: Request, named: str | None = None) -> RequestContext:
    """Return the context of a request about one archive: the one that is `named`,
    or that `db=` names, or the site's only one.

    Of several, it is the one with the portal that the address names, if any. Raises NotFound where there is none,
    Forbidden where it may not be seen, UnnamedArchiveError where it might be any.
    """
    known, name = archives(datasette), named or request.args.get("db")
    if not name and len(known) > 1:
        seen = await _seen(datasette, request, known)
        portal_id = _named_portal(request)
        if not portal_id:
            raise UnnamedArchiveError(seen)
        name = await _with_portal(datasette, seen, portal_id)
    chosen = next((database for database in known if name in (None, "", database)), None)
    if chosen is None:
        raise NotFound(NOTHING_HERE)
    await datasette.ensure_permissions(request.actor, _permissions(chosen))
    return RequestContext(datasette, request, (chosen,), len(known) > 1)


async def context_of_all(datasette: Datasette, request: Request, named: str | None = None) -> RequestContext:
    """Return the context of a request about all archives that the reader may see, or about the one that is `named`.

    Where that is None, it is the one that `db=` names.
    """
    known, name = archives(datasette), request.args.get("db") if named is None else named
    if name or len(known) < 2:
        return await context_for(datasette, request, name or next(iter(known), None))
    seen = await _seen(datasette, request, known)
    return RequestContext(datasette, request, _without_unreadable(datasette, request, seen), named=True)


async def all_readable(datasette: Datasette, request: Request) -> tuple[str, ...]:
    """Return the archives that the reader may see, which may be none;
    on a page, without those that can't be read at present.
    """
    return _without_unreadable(datasette, request, await _visible(datasette, request, archives(datasette)))


def _without_unreadable(datasette: Datasette, request: Request, names: tuple[str, ...]) -> tuple[str, ...]:
    return names if is_for_machines(request) else readable(datasette, names)


def is_for_machines(request: Request) -> bool:
    """Whether a file or a feed is requested, in which nothing may be missing that no page around it can tell of."""
    return "." in request.path.rpartition("/")[2]


async def _seen(datasette: Datasette, request: Request, known: Iterable[str]) -> tuple[str, ...]:
    """Return the archives that the reader may see, by their names, in whatever order they are served.
    Raises Forbidden where these are none.
    """
    seen = await _visible(datasette, request, known)
    if not seen:
        await datasette.ensure_permissions(request.actor, _permissions(next(iter(known))))
    return seen


async def _visible(datasette: Datasette, request: Request, known: Iterable[str]) -> tuple[str, ...]:
    return tuple([name for name in sorted(known) if await may_see(datasette, request, name)])


async def may_see(datasette: Datasette, request: Request, database: str) -> bool:
    """Return whether the reader may see an archive, or might if it could be read."""
    try:
        await datasette.ensure_permissions(request.actor, _permissions(database))
    except Forbidden:
        return False
    except UnreadableArchiveError:
        return bool(await datasette.permission_allowed(request.actor, "view-database", database, default=True))
    return True


def _permissions(database: str) -> list[Any]:
    return [("view-table", (database, "records")), ("view-database", database), "view-instance"]


def _named_portal(request: Request) -> str:
    """Return the id of the portal that an address names; empty where it names none."""
    return _part(request, "portal") if "portal" in request.url_vars else str(request.args.get("portal") or "")


async def _with_portal(datasette: Datasette, names: Iterable[str], portal_id: str) -> str:
    """Return the archive of these that holds a portal. Raises NotFound."""
    unreadable: sqlite3.Error | None = None
    for name in names:
        try:
            rows = await datasette.get_database(name).execute("SELECT 1 FROM portals WHERE id = ?", [portal_id])
        except sqlite3.Error as error:
            unreadable = error
            continue
        if rows.first():
            return name
    raise unreadable or NotFound(NOTHING_HERE)


Page = Callable[[RequestContext], Awaitable[Response]]


def in_context(page: Page) -> Callable[..., Awaitable[Response]]:
    """Return the view, as Datasette calls it, of a page about one archive."""

    async def view(datasette: Datasette, request: Request) -> Response:
        return await page(await context_for(datasette, request))

    return view


def over_all(page: Page) -> Callable[..., Awaitable[Response]]:
    """Return the view of a page about all archives, or about the one that the address names."""

    async def view(datasette: Datasette, request: Request) -> Response:
        return await page(await context_of_all(datasette, request))

    return view


def without(datasette: Datasette, request: Request, error: UnreadableArchiveError) -> Response | None:
    """Return what leads to the requested page once more, from now on without an archive that can't be read.

    None where that would not help: the archive is left out already, or the address names it, or asks for a file.
    """
    is_page = request.method in {"GET", "HEAD"} and not is_for_machines(request) and not request.args.get("db")
    if not is_page or not leave_out(datasette, error.archive, error):
        return None
    query = f"?{request.query_string}" if request.query_string else ""
    return Response("", 302, {"Location": _requested_path(datasette, request) + query, "Cache-Control": "no-store"})


async def choice_of(datasette: Datasette, request: Request, error: UnnamedArchiveError) -> Response:
    """Return the page that leads to the requested address in each archive; for machines, these addresses."""
    contexts = [RequestContext(datasette, request, (name,), named=True) for name in error.names]
    choices = [(each.database, each.with_parameters(db=each.database)) for each in contexts]
    if request.path.endswith(".json"):
        text = LABELS["archive.which"].meaning
        return Response.json({"ok": False, "error": text, "addresses": dict(choices)}, status=error.status)
    response = await render(datasette, request, "which_archive.html", choices=choices)
    response.status = error.status
    return response


def _part(request: Request, name: str) -> str:
    return unquote(str(request.url_vars[name]), errors="replace")


async def portal(context: RequestContext, portal_id: str) -> Row:
    """The portal of this id. Raises NotFound."""
    row: Row | None = (await context.db.execute("SELECT * FROM portals WHERE id = :id", {"id": portal_id})).first()
    if row is None:
        raise NotFound(NOTHING_HERE)
    return row


async def portal_in_path(context: RequestContext) -> Row:
    """The portal that the path names. Raises NotFound."""
    return await portal(context, context.part("portal"))


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
        raise not_understood(name, value)
    return value or None


def number(context: RequestContext, name: str, form: re.Pattern[str]) -> int | None:
    """A parameter that must be a whole number of this form; None where it isn't given. Raises BadRequest."""
    text = context.parameter(name)
    if text and not form.fullmatch(text):
        raise not_understood(name, text)
    return int(text) if text else None


def pages(context: RequestContext, lines: int) -> Pages:
    """Return the requested page of a list of so many lines. Raises BadRequest, or NotFound beyond the last."""
    text = context.parameter("page") or "1"
    if not re.fullmatch(r"[1-9]\d{0,8}", text, re.ASCII):
        raise not_understood("page", text)
    number, last = int(text), max(1, -(-lines // PAGE))
    if number > last:
        raise NotFound(NOTHING_HERE)
    return Pages(
        number,
        last,
        context.with_parameters(page=number - 1 if number > 2 else None) if number > 1 else None,
        context.with_parameters(page=number + 1) if number < last else None,
    )
