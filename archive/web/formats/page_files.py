"""What a page lists, as a file or for machines: the page's own address with .csv, .xlsx, .jsonl, .json or .atom behind it."""

import re
import sqlite3
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from datasette.utils.asgi import BadRequest, Response

from archive.export import record_rows
from archive.export.writers import FORMATS, Pieces, Row, json_text
from archive.labels.code_labels import EVENTS, codes_of
from archive.labels.label import LABELS
from archive.labels.tables import heading
from archive.web.formats import feeds, selections
from archive.web.formats.selections import Selection
from archive.web.http.errors import TOO_SLOW
from archive.web.http.limits import within
from archive.web.http.request_context import PAGE, RequestContext, choice, context_for, pages, portal
from archive.web.http.streaming import Streamed
from archive.web.pages import changes_page
from archive.web.views.cells import UNTITLED

if TYPE_CHECKING:  # Datasette loads this plugin while it is itself being imported
    from datasette.app import Datasette
    from datasette.utils.asgi import Request

MOST_IN_XLSX = 200_000
"""Rows of a workbook: a sheet holds five times as many, but takes a minute and a half to make."""

TOO_MANY = (
    f"结果超过 {MOST_IN_XLSX:,} 行，请取 CSV 或 JSON Lines，或加条件缩小范围。"
    f"More than {MOST_IN_XLSX:,} rows: take CSV or JSON Lines, or narrow it."
)

COUNTING = 2000
"""Milliseconds spent on counting."""

FORM = r"\.(?P<format>csv|xlsx|jsonl|json|atom)$"

_OBSERVED = """
FROM events e JOIN records r ON r.id = e.record_id JOIN portals p ON p.id = r.portal
WHERE e.at >= :since AND e.at < :until AND (:kind IS NULL OR e.kind = :kind) AND (:portal IS NULL OR r.portal = :portal)
"""
_EVENTS = f"""
SELECT e.at, e.kind AS event, e.detail, {record_rows.selected(record_rows.COLUMNS)} {_OBSERVED} ORDER BY e.at DESC, e.id DESC
"""


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows to be sent: their columns, and what reads them. `title`: what they are; it names the file.

    `table`: whose columns they are, None where they are nobody's.
    """

    title: str
    columns: tuple[str, ...]
    read: Callable[[sqlite3.Connection], Iterable[Row]]
    table: str | None = "records"


def routes() -> list[tuple[str, Any]]:
    """The addresses; they go before those of the pages."""
    pages_of = (
        (r"/-/search", selections.of_search),
        (r"/-/browse/(?P<portal>[^/]+)/(?P<catalog>[0-9]+)", selections.of_catalog),
        (r"/-/publisher", selections.of_publisher),
        (r"/-/day/(?P<day>[0-9-]+)", selections.of_day),
        (r"/-/record/(?P<id>[0-9]{1,18})", selections.of_record),
    )
    return [(path + FORM, partial(_selection, select)) for path, select in pages_of] + [(r"/-/changes" + FORM, changes)]


def address(page: str, form: str) -> str:
    """Where what `page` lists is to be had in the form `form`."""
    path, mark, given = page.partition("?")
    return f"{path}.{form}{mark if given else ''}{given}"


async def _selection(
    select: Callable[[RequestContext], Awaitable[Selection]], datasette: "Datasette", request: "Request"
) -> Response:
    context = await context_for(datasette, request)
    chosen, form = await select(context), request.url_vars["format"]
    if form == "atom":
        return await feeds.of_selection(context, chosen)
    body = context.parameter("body") == "yes"
    columns = (*record_rows.columns(body=body), "page")

    def rows(connection: sqlite3.Connection, ids: Iterable[int]) -> Iterator[Row]:
        for row in record_rows.rows(connection, ids, body=body):
            yield (*row, context.absolute(context.record(int(str(row[0])))))

    every = Rows(chosen.title, columns, lambda connection: rows(connection, chosen.every(connection)))
    if form == "json":
        return await _json(context, every, chosen.count, "records")
    return rows_file(datasette, request, context.database, every)


async def changes(datasette: "Datasette", request: "Request") -> Response:
    """What was observed, event by event, the last first: on the days that the page of changes shows; as a feed, ever."""
    context = await context_for(datasette, request)
    form, kind = request.url_vars["format"], choice(context, "kind", EVENTS)
    of = await portal(context, context.parameter("portal")) if context.parameter("portal") else None
    if form == "atom":
        return await feeds.of_changes(context, kind, of)
    span = changes_page.span_of(context)
    given = {**changes_page.bounds(span), "kind": kind, "portal": of["id"] if of else None}
    columns = (*record_rows.EVENT_COLUMNS, *record_rows.COLUMNS, "page")

    def rows(connection: sqlite3.Connection) -> Iterator[Row]:
        for row in connection.execute(_EVENTS, given):
            yield (*row, context.absolute(context.record(row["id"])))

    every = Rows(f"{EVENTS[kind].zh if kind else LABELS['word.changes'].zh} {span.first} {span.last}", columns, rows)
    if form == "json":
        return await _json(context, every, lambda connection: _count_events(connection, given), "events")
    return rows_file(datasette, request, context.database, every)


def _count_events(connection: sqlite3.Connection, given: Mapping[str, str | None]) -> int:
    return int(connection.execute(f"SELECT count(*) {_OBSERVED}", given).fetchone()[0])


async def _json(context: RequestContext, rows: Rows, count: Callable[[sqlite3.Connection], int], name: str) -> Response:
    """One page of the rows, called `name`, with what leads to the next."""
    total = await _limited(context, count)
    page = pages(context, total)

    def read(connection: sqlite3.Connection) -> list[Row]:
        return list(islice(rows.read(connection), page.offset, page.offset + PAGE))

    found = record_rows.parsed(rows.columns, await _limited(context, read))
    told = {
        "title": rows.title,
        "total": total,
        "page": page.number,
        "pages": page.last,
        "next": context.absolute(page.after) if page.after else None,
        name: [dict(zip(rows.columns, row, strict=True)) for row in found],
    }
    return Response(json_text(told), content_type="application/json; charset=utf-8")


async def _limited(context: RequestContext, work: Callable[[sqlite3.Connection], Any]) -> Any:  # noqa: ANN401
    found = await context.db.execute_fn(lambda connection: within(connection, COUNTING, lambda: work(connection)))
    if found is None:
        raise BadRequest(TOO_SLOW)
    return found


def rows_file(datasette: "Datasette", request: "Request", database: str, rows: Rows) -> Streamed:
    """The rows as a file: for people with headings and codes in words, for machines with names and codes."""
    form = request.url_vars["format"]
    kind = FORMATS[form]

    def make(connection: sqlite3.Connection) -> Pieces:
        found, headings = rows.read(connection), rows.columns
        if form == "xlsx":
            headings = tuple(heading(rows.table, column) for column in rows.columns)
            found = record_rows.labelled(rows.columns, _at_most(found), codes_of(rows.table))
        elif form == "jsonl" and rows.table:
            found = record_rows.parsed(rows.columns, found)
        yield from kind.write(headings, found)

    return Streamed(datasette, request, database, make, kind.media_type, file_name(rows.title, form))


def _at_most(rows: Iterable[Row]) -> Iterator[Row]:
    for number, row in enumerate(rows):
        if number == MOST_IN_XLSX:
            raise BadRequest(TOO_MANY)
        yield row


def file_name(title: str, form: str) -> str:
    """A name for a file, whatever the title: no sign that a file's name can't have, and not too long."""
    plain = re.sub(r'[\x00-\x1f<>:"/\\|?*\u202a-\u202e\u2066-\u2069]+', " ", title)
    return f"{' '.join(plain.split())[:60].strip('. ') or UNTITLED}.{form}"
