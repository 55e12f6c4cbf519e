"""What the pages list, to be taken away whole: of the search page, a catalogue, a publisher, a day, or one record."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from datasette.utils.asgi import BadRequest, NotFound

from archive.labels.code_labels import KINDS
from archive.search import engine
from archive.search.index import is_current
from archive.search.request import SearchRequest, parse_request, resolved
from archive.web.http.errors import NOTHING_HERE
from archive.web.http.request_context import RequestContext, choice, day, part, portal
from archive.web.pages import browse_pages, day_page, publisher_page
from archive.web.views.cells import UNTITLED

OUTDATED = "检索索引正待重建，下次采集后可用。The search index is being renewed; try again after the next crawl."

_EVERY = "SELECT r.id {} ORDER BY r.published_on DESC, r.id DESC"
_LATEST = "SELECT r.id {} ORDER BY r.id DESC LIMIT :limit"


@dataclass(frozen=True, slots=True)
class Selection:
    """Records that one page lists.

    `title`: what they are; `page`: the address of the page. `every`: the ids of all, in its order; `count`: how many;
    `latest`: the ids of those that came into the archive last, as many as are asked for. `words`: what is searched for.
    """

    title: str
    page: str
    every: Callable[[sqlite3.Connection], Iterator[int]]
    count: Callable[[sqlite3.Connection], int]
    latest: Callable[[sqlite3.Connection, int], list[int]]
    words: str = ""


async def of_search(context: RequestContext) -> Selection:
    """What the search page finds, under the same parameters."""
    requested = parse_request(context.request.args, context.database if context.named else "")
    address = requested.address()
    words = [requested.words, *(value for name, value in requested.filters().items() if name != "kind")]
    words += [KINDS[requested.kind].zh] if requested.kind else []
    return Selection(
        title=f"检索 {' '.join(filter(None, words)) or '全部记录'}",
        page=f"{context.datasette.urls.path('/-/search')}{f'?{address}' if address else ''}",
        every=lambda connection: engine.every(connection, _search(connection, requested)),
        count=lambda connection: engine.count(connection, _search(connection, requested)),
        latest=lambda connection, limit: engine.latest(connection, _search(connection, requested), limit),
        words=requested.words,
    )


def _search(connection: sqlite3.Connection, requested: SearchRequest) -> engine.Search:
    """The search itself. Raises BadRequest while there is no index to ask."""
    if not is_current(connection):
        raise BadRequest(OUTDATED)
    return resolved(connection, requested, dict(map(tuple, connection.execute("SELECT id, name FROM portals"))))


async def of_catalog(context: RequestContext) -> Selection:
    """A catalogue's records, of all years or of one."""
    of = await portal(context, part(context.request, "portal"))
    catalog, year = await browse_pages.chosen(context, of["id"])
    title = f"{of['name']} {catalog['title']}{f' {year}' if year else ''}"
    page = context.address("browse", of["id"], catalog["id"], year=year)
    return _listed(title, page, browse_pages.LISTED, {"catalog": catalog["id"], "year": year})


async def of_publisher(context: RequestContext) -> Selection:
    """A publisher's records, of all kinds or of one. Raises NotFound where it has none."""
    of, name, kind = await publisher_page.chosen(context)
    title = f"{of['name']} {name or '未载发布机构'}{f' {KINDS[kind].zh}' if kind else ''}"
    page = context.address("publisher", portal=of["id"], name=name or "", kind=kind)
    return _listed(
        title,
        page,
        f"FROM records r WHERE {publisher_page.PUBLISHED}",
        {"portal": of["id"], "name": name, "kind": kind},
    )


async def of_day(context: RequestContext) -> Selection:
    """The records of a day, by the date stated, of all kinds or of one."""
    on, kind = day(part(context.request, "day")), choice(context, "kind", KINDS)
    title = f"{on} 发布{f' {KINDS[kind].zh}' if kind else ''}"
    sql = f"FROM records r WHERE {day_page.ON_DAY}"
    return _listed(title, context.address("day", on, kind=kind), sql, {"day": str(on), "kind": kind})


async def of_record(context: RequestContext) -> Selection:
    """One record. Raises NotFound."""
    number = int(part(context.request, "id"))
    row = (await context.db.execute("SELECT title FROM records WHERE id = :id", {"id": number})).first()
    if row is None:
        raise NotFound(NOTHING_HERE)
    return _listed(row["title"] or UNTITLED, context.record(number), "FROM records r WHERE r.id = :id", {"id": number})


def _listed(title: str, page: str, sql: str, given: Mapping[str, object]) -> Selection:
    """The records that `sql` (FROM … WHERE …) finds among `records r`, newest first."""
    return Selection(
        title=title,
        page=page,
        every=lambda connection: (row[0] for row in connection.execute(_EVERY.format(sql), given)),
        count=lambda connection: int(connection.execute(f"SELECT count(*) {sql}", given).fetchone()[0]),
        latest=lambda connection, limit: [
            row[0] for row in connection.execute(_LATEST.format(sql), {**given, "limit": limit})
        ],
    )
