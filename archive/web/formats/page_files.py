"""The list of a page as a file: the page's own address with .csv, .xlsx, .jsonl, .json or .atom behind it."""

import json
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from itertools import islice
from typing import Any

from datasette.utils.asgi import Response

from archive.database.several import Readable, each, merged
from archive.export import record_rows
from archive.export.rows import Row, Rows
from archive.labels.tables import TABLES
from archive.proof.differences import IN_WORDS
from archive.web.formats import feeds
from archive.web.formats.responses import Read, in_time, json_response, streamed_file
from archive.web.http.request_context import PAGE, Page, RequestContext, pages
from archive.web.listings import observed_events
from archive.web.listings.selections import Selection

COUNTING = 2000
"""Milliseconds spent on counting."""

Select = Callable[[RequestContext], Awaitable[Selection]]

_OF_EVENTS = {name: TABLES["events"].columns[name] for name in record_rows.WINDOW_COLUMNS}
"""Names of columns of events, that records have not."""

_OBSERVED = """
FROM (SELECT * FROM events WHERE {}) e JOIN records r ON r.id = e.record_id JOIN portals p ON p.id = r.portal
"""
_EVENTS = f"""
SELECT e.at, e.kind AS event, e.detail, {record_rows.selected(record_rows.COLUMNS)},
       e.not_before, e.before_capture_id, e.after_capture_id, e.id AS event_id {_OBSERVED} ORDER BY e.at DESC, e.id DESC
"""


def address(page: str, form: str) -> str:
    """Return the address of what `page` lists in the form `form`."""
    path, mark, query = page.partition("?")
    address = f"{path}.{form}{mark if query else ''}{query}"
    return feeds.in_language(address) if form == "atom" else address


def files_of(select: Select) -> Page:
    """Return what answers a request with the list that `select` makes of it, in the requested form."""

    async def answer(context: RequestContext) -> Response:
        return await _file_of(context, await select(context))

    return answer


async def _file_of(context: RequestContext, selection: Selection) -> Response:
    form = context.format
    if form == "atom":
        return await feeds.of_selection(context, selection)
    body = context.parameter("body") == "yes"
    columns = record_rows.columns(body=body)

    def read(connection: Readable) -> Rows:
        rows = record_rows.rows(connection, selection.every(connection), body=body)
        return _with_pages(context, selection.title, columns, 0, rows)

    if form == "json":
        return await _json(context, read, selection.count, "records")
    return streamed_file(context.datasette, context.request, context.db, selection.title, read)


async def changes(context: RequestContext) -> Response:
    """Return what was observed, event by event, the last first:
    on the days that the page of changes shows; as a feed, ever.
    """
    form, requested = context.format, await observed_events.changes_request(context)
    if form == "atom":
        return await feeds.of_changes(context, requested)
    span = observed_events.span_of(context)
    values = {**observed_events.Observed(span, requested.scope).values, "kinds": json.dumps(requested.kinds)}
    of_events = requested.scope.of_kinds()
    columns = (*record_rows.EVENT_COLUMNS, *record_rows.COLUMNS, *record_rows.WINDOW_COLUMNS)
    title = f"{requested.title} {span.first} {span.last}"

    def read(connection: Readable) -> Rows:
        of_archives = (archive.execute(_EVENTS.format(of_events), values) for archive in each(connection))
        rows = merged(((row["at"], row["event_id"], row[:-1]) for row in rows) for rows in of_archives)
        return _with_pages(context, title, columns, columns.index("id"), rows)

    def count(connection: Readable) -> int:
        counted = connection.execute(f"SELECT count(*) {_OBSERVED.format(of_events)}", values)
        return sum(number for (number,) in counted)

    if form == "json":
        return await _json(context, read, count, "events")
    return streamed_file(context.datasette, context.request, context.db, title, read)


def _with_pages(context: RequestContext, title: str, columns: tuple[str, ...], place: int, rows: Iterable[Row]) -> Rows:
    """Return the rows with the address of each record's page, of several archives with the archive's name;
    `place`: of the record's id in a row.
    """
    stated = tuple(context.stated_archive(0))

    def paged(row: Row) -> Row:
        record: Any = row[place]
        return (*row, *context.stated_archive(record).values(), context.absolute(context.record(record)))

    return Rows(title, (*columns, *stated, "page"), map(paged, rows), "records", _OF_EVENTS, IN_WORDS["events"])


async def _json(context: RequestContext, read: Read, count: Callable[[Readable], int], name: str) -> Response:
    """Return one page of the rows, called `name`, with what leads to the next."""
    total = await in_time(context, COUNTING, count)
    page = pages(context, total)

    def read_page(connection: Readable) -> tuple[str, list[dict[str, Any]]]:
        rows = read(connection)
        part = replace(rows, rows=list(islice(rows.rows, page.offset, page.offset + PAGE)))
        return rows.title, part.parsed().dicts()

    title, rows = await in_time(context, COUNTING, read_page)
    return json_response(
        {
            "title": title,
            "total": total,
            "page": page.number,
            "pages": page.last,
            "next": context.absolute(page.after) if page.after else None,
            name: rows,
        }
    )
