"""The records that a page lists: of the search page, a catalogue, a publisher, a day, a reader's own list, or one record."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from datasette.utils.asgi import BadRequest, NotFound

from archive.database.portal_rows import portal_names
from archive.database.several import Readable, each, merged
from archive.labels.code_labels import KINDS
from archive.labels.label import LABELS
from archive.search import engine
from archive.search.index import is_current
from archive.search.request import SearchRequest, parse_request, place_name, resolved
from archive.web.http.errors import NOTHING_HERE, OUTDATED, missing, not_understood
from archive.web.http.request_context import RequestContext, Row, choice, day, portal, portal_in_path
from archive.web.views.cells import UNTITLED

MOST_ON_LIST = 200
"""Records on a reader's own list, which its address holds."""

UNDATED = "none"
"""Value of `year` that selects records without a date."""

IN_CATALOG = f"""
FROM listings l JOIN records r ON r.id = l.record_id
WHERE l.catalog_id = :catalog AND (:year IS NULL OR coalesce(r.year, '{UNDATED}') = :year)
"""
"""The records of a catalogue, of all years or of one, as SQL."""

OF_PUBLISHER = "r.portal = :portal AND r.publisher IS :name"
OF_PUBLISHER_AND_KIND = f"{OF_PUBLISHER} AND (:kind IS NULL OR r.kind = :kind)"
"""The condition for a publisher's records, of all kinds or of one, as SQL."""

ON_DAY = "r.published_on = :day AND (:kind IS NULL OR r.kind = :kind)"
"""The condition for the records of a day, of all kinds or of one, as SQL."""

WALKED_AT = """
(SELECT max(w.started_at) FROM ledger l JOIN crawls w ON w.id = l.crawl_id WHERE l.catalog_id = c.id AND l.complete) AS walked_at
"""
"""The column that states when a catalogue of `catalogs c` was last walked wholly, as SQL."""

_CATALOG = f"SELECT c.*, {WALKED_AT} FROM catalogs c WHERE c.portal = :portal AND c.id = :id"  # noqa: S608 - constant
_EVERY = "SELECT coalesce(r.published_on, '') AS published_on, r.id {} ORDER BY r.published_on DESC, r.id DESC"


@dataclass(frozen=True, slots=True)
class Selection:
    """Records that one page lists.

    `title`: what they are; `page`: the address of the page. `every`: the ids of all, in its order; `count`: how many;
    `ids`: the ids as SQL, with its parameters. `words`: what is searched for.
    """

    title: str
    page: str
    every: Callable[[Readable], Iterator[int]]
    count: Callable[[Readable], int]
    ids: Callable[[Readable], tuple[str, Mapping[str, object]]]
    words: str = ""


async def of_search(context: RequestContext) -> Selection:
    """Return what the search page finds, under the same parameters."""
    requested = parse_request(context.request.args, context.database if context.named else "")
    address = requested.address()
    words = [requested.words, *(value for name, value in requested.filters().items() if name not in {"kind", "place"})]
    words += [place_name(requested.place)] if requested.place else []
    words += [str(KINDS[requested.kind])] if requested.kind else []
    return Selection(
        title=f"{LABELS['word.search']} {' '.join(filter(None, words)) or LABELS['word.all_records']}",
        page=f"{context.datasette.urls.path('/-/search')}{f'?{address}' if address else ''}",
        every=lambda connection: engine.every(connection, _search(connection, requested)),
        count=lambda connection: engine.count(connection, _search(connection, requested)),
        ids=lambda connection: engine.ids(_search(connection, requested)),
        words=requested.words,
    )


def _search(connection: Readable, requested: SearchRequest) -> engine.Search:
    """Return the search itself. Raises BadRequest while there is no current index."""
    if not is_current(connection):
        raise BadRequest(OUTDATED)
    return resolved(connection, requested, portal_names(connection))


async def of_catalog(context: RequestContext) -> Selection:
    """Return a catalogue's records, of all years or of one."""
    of = await portal_in_path(context)
    catalog, year = await selected_catalog(context, of["id"])
    title = f"{of['name']} {catalog['title']}{f' {year}' if year else ''}"
    page = context.address("browse", of["id"], catalog["id"], year=year)
    return _listed(title, page, IN_CATALOG, {"catalog": catalog["id"], "year": year})


async def selected_catalog(context: RequestContext, portal_id: str) -> tuple[Row, str | None]:
    """Return a portal's catalogue by its number in the path, and the year requested. Raises NotFound, BadRequest."""
    number, year = context.part("catalog"), context.parameter("year") or None
    if not re.fullmatch(r"[1-9]\d{0,17}", number, re.ASCII):
        raise NotFound(NOTHING_HERE)
    if year and not re.fullmatch(rf"\d{{4}}|{UNDATED}", year, re.ASCII):
        raise not_understood("year", year)
    row: Row | None = (await context.db.execute(_CATALOG, {"portal": portal_id, "id": int(number)})).first()
    if row is None:
        raise NotFound(NOTHING_HERE)
    return row, year


async def of_publisher(context: RequestContext) -> Selection:
    """Return a publisher's records, of all kinds or of one. Raises NotFound where it has none."""
    of, name, kind = await selected_publisher(context)
    title = f"{of['name']} {name or LABELS['word.no_publisher']}{f' {KINDS[kind]}' if kind else ''}"
    page = context.address("publisher", portal=of["id"], name=name or "", kind=kind)
    return _listed(
        title,
        page,
        f"FROM records r WHERE {OF_PUBLISHER_AND_KIND}",
        {"portal": of["id"], "name": name, "kind": kind},
    )


async def selected_publisher(context: RequestContext) -> tuple[Row, str | None, str | None]:
    """The portal, the publisher's name (None: none stated) and the kind requested. Raises BadRequest, NotFound."""
    if not context.parameter("portal") or "name" not in context.request.args:
        raise missing("portal", "name")
    return (
        await portal(context, context.parameter("portal")),
        context.parameter("name") or None,
        choice(context, "kind", KINDS),
    )


async def of_day(context: RequestContext) -> Selection:
    """Return the records of a day, by the date stated, of all kinds or of one."""
    on, kind = day(context.part("day")), choice(context, "kind", KINDS)
    title = f"{LABELS['word.published_on'].format(day=on)}{f' {KINDS[kind]}' if kind else ''}"
    sql = f"FROM records r WHERE {ON_DAY}"
    return _listed(title, context.address("day", on, kind=kind), sql, {"day": str(on), "kind": kind})


def listed_records(context: RequestContext) -> list[int]:
    """Return the numbers of the records on a reader's own list, in its order. Raises BadRequest."""
    typed = list(dict.fromkeys(context.request.args.getlist("record")))
    for text in typed:
        if not re.fullmatch(r"[1-9]\d{0,17}", text, re.ASCII):
            raise not_understood("record", text)
    if len(typed) > MOST_ON_LIST:
        raise not_understood("record", typed[MOST_ON_LIST])
    return [int(text) for text in typed]


async def of_list(context: RequestContext) -> Selection:
    """Return the records on a reader's own list."""
    records = listed_records(context)
    page = context.address("list", record=tuple(records))
    sql = "FROM records r WHERE r.id IN (SELECT value FROM json_each(:ids)) AND r.state <> 'withheld'"
    return _listed(str(LABELS["word.own_list"]), page, sql, {"ids": json.dumps(records)})


async def of_record(context: RequestContext) -> Selection:
    """Return one record. Raises NotFound."""
    number = int(context.part("id"))
    row = (
        await context.db.execute("SELECT title FROM records WHERE id = :id AND state <> 'withheld'", {"id": number})
    ).first()
    if row is None:
        raise NotFound(NOTHING_HERE)
    return _listed(
        row["title"] or str(UNTITLED), context.record(number), "FROM records r WHERE r.id = :id", {"id": number}
    )


def _listed(title: str, page: str, sql: str, values: Mapping[str, object]) -> Selection:
    """Return the records that `sql` (FROM … WHERE …) finds among `records r`, newest first."""
    return Selection(
        title=title,
        page=page,
        every=lambda connection: _every(connection, _EVERY.format(sql), values),
        count=lambda connection: sum(number for (number,) in connection.execute(f"SELECT count(*) {sql}", values)),
        ids=lambda _: (f"SELECT r.id {sql}", values),
    )


def _every(connection: Readable, sql: str, values: Mapping[str, object]) -> Iterator[int]:
    """Yield the ids of records, newest first, which `sql` gives with their dates."""
    return merged(map(tuple, archive.execute(sql, values)) for archive in each(connection))
