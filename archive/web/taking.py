"""What a page lists, as a file or for machines: the page's own address with .csv, .xlsx, .jsonl, .json or .atom behind it."""

import re
import sqlite3
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from datasette.utils.asgi import BadRequest, Response

from archive import takeaway
from archive.web import feeds, observed, selections
from archive.web.cells import UNTITLED
from archive.web.codes import EVENTS, FLAGS, KINDS, STATES
from archive.web.faults import TOO_SLOW
from archive.web.labels import column_label
from archive.web.limits import within
from archive.web.naming import Label
from archive.web.selections import Selection
from archive.web.streaming import Streamed
from archive.web.visit import PAGE, Visit, choice, pages, portal, visited
from archive.writers import FORMATS, Pieces, Row, json_text

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

_CODES = {"kind": KINDS, "state": STATES, "flags": FLAGS, "event": EVENTS}
_HEADINGS = {
    "portal_name": Label("门户", "portal"),
    "portal": Label("门户代号", "portal id"),
    "at": Label("观察到的时间", "observed at"),
    "event": Label("变动", "event"),
    "detail": Label("详情", "detail"),
    "page": Label("本档案网址", "address here"),
}
_EVENTS = f"""
SELECT e.at, e.kind AS event, e.detail, {takeaway.selected(takeaway.COLUMNS)}
FROM events e JOIN records r ON r.id = e.record_id JOIN portals p ON p.id = r.portal
WHERE e.at >= :since AND e.at < :until AND (:kind IS NULL OR e.kind = :kind) AND (:portal IS NULL OR r.portal = :portal)
ORDER BY e.at DESC, e.id DESC
"""  # noqa: S608 - constant names


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows to be sent: their columns, and what reads them. `title`: what they are; it names the file."""

    title: str
    columns: tuple[str, ...]
    read: Callable[[sqlite3.Connection], Iterable[Row]]


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
    select: Callable[[Visit], Awaitable[Selection]], datasette: "Datasette", request: "Request"
) -> Response:
    visit = await visited(datasette, request)
    chosen, form = await select(visit), request.url_vars["format"]
    if form == "atom":
        return await feeds.of_selection(visit, chosen)
    body = visit.given("body") == "yes"
    columns = (*takeaway.columns(body=body), "page")

    def rows(connection: sqlite3.Connection, ids: Iterable[int]) -> Iterator[Row]:
        for row in takeaway.rows(connection, ids, body=body):
            yield (*row, visit.absolute(visit.record(int(str(row[0])))))

    if form == "json":
        return await _json(visit, chosen, columns, rows)
    return _file(
        visit, Rows(chosen.title, columns, lambda connection: rows(connection, chosen.every(connection))), form
    )


async def changes(datasette: "Datasette", request: "Request") -> Response:
    """What was observed, event by event, the last first: on the days that the page of changes shows; as a feed, ever."""
    visit = await visited(datasette, request)
    form, kind = request.url_vars["format"], choice(visit, "kind", EVENTS)
    of = await portal(visit, visit.given("portal")) if visit.given("portal") else None
    if form == "atom":
        return await feeds.of_changes(visit, kind, of)
    span = observed.span_of(visit)
    given = {**observed.bounds(span), "kind": kind, "portal": of["id"] if of else None}
    columns = (*takeaway.EVENT_COLUMNS, *takeaway.COLUMNS, "page")

    def rows(connection: sqlite3.Connection) -> Iterator[Row]:
        for row in connection.execute(_EVENTS, given):
            yield (*row, visit.absolute(visit.record(row["id"])))

    title = f"{EVENTS[kind].zh if kind else '所见变动'} {span.first} {span.last}"
    if form == "json":
        found = await visit.db.execute_fn(lambda connection: list(islice(rows(connection), 1000)))
        return _answer({"title": title, "events": list(_objects(columns, found))})
    return _file(visit, Rows(title, columns, rows), form)


async def _json(
    visit: Visit,
    chosen: Selection,
    columns: tuple[str, ...],
    rows: Callable[[sqlite3.Connection, Iterable[int]], Iterator[Row]],
) -> Response:
    """One page of the records, with what leads to the next."""
    total = await _limited(visit, chosen.count)
    page = pages(visit, total)
    found = await _limited(
        visit,
        lambda connection: list(rows(connection, islice(chosen.every(connection), page.offset, page.offset + PAGE))),
    )
    return _answer(
        {
            "title": chosen.title,
            "total": total,
            "page": page.number,
            "pages": page.last,
            "next": visit.absolute(page.after) if page.after else None,
            "records": list(_objects(columns, found)),
        }
    )


async def _limited(visit: Visit, work: Callable[[sqlite3.Connection], Any]) -> Any:  # noqa: ANN401
    found = await visit.db.execute_fn(lambda connection: within(connection, COUNTING, lambda: work(connection)))
    if found is None:
        raise BadRequest(TOO_SLOW)
    return found


def _objects(columns: Sequence[str], rows: Iterable[Row]) -> Iterator[Mapping[str, object]]:
    for row in takeaway.with_flags(columns, rows):
        yield dict(zip(columns, row, strict=True))


def _answer(told: Mapping[str, object]) -> Response:
    return Response(json_text(told), content_type="application/json; charset=utf-8")


def _file(visit: Visit, rows: Rows, form: str) -> Streamed:
    """The rows as a file: for people with Chinese headings and codes in words, for machines with names and codes."""
    kind = FORMATS[form]

    def make(connection: sqlite3.Connection) -> Pieces:
        found, headings = rows.read(connection), rows.columns
        if form == "xlsx":
            headings = tuple(heading(column) for column in rows.columns)
            names = {column: {code: label.zh for code, label in labels.items()} for column, labels in _CODES.items()}
            found = takeaway.labelled(rows.columns, _at_most(found), names)
        elif form == "jsonl":
            found = takeaway.with_flags(rows.columns, found)
        yield from kind.write(headings, found)

    return Streamed(visit.datasette, visit.request, visit.database, make, kind.media_type, file_name(rows.title, form))


def heading(column: str) -> str:
    """What stands above a column, for people."""
    return _HEADINGS[column].zh if column in _HEADINGS else column_label("records", column).zh


def _at_most(rows: Iterable[Row]) -> Iterator[Row]:
    for number, row in enumerate(rows):
        if number == MOST_IN_XLSX:
            raise BadRequest(TOO_MANY)
        yield row


def file_name(title: str, form: str) -> str:
    """A name for a file, whatever the title: no sign that a file's name can't have, and not too long."""
    plain = re.sub(r'[\x00-\x1f<>:"/\\|?*\u202a-\u202e\u2066-\u2069]+', " ", title)
    return f"{' '.join(plain.split())[:60].strip('. ') or UNTITLED}.{form}"
