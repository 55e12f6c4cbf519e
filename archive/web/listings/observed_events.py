"""Observed events, one by one: added, changed, unlisted, withdrawn, returned, moved."""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from datasette.utils.asgi import BadRequest

from archive.labels.code_labels import EVENTS
from archive.labels.label import Label
from archive.model.clock import today
from archive.web.http.errors import MALFORMED
from archive.web.http.request_context import RequestContext, day
from archive.web.views.record_lines import COLUMNS, RecordLine, lines

ORDER = ("withdrawn", "unlisted", "changed", "returned", "moved", "added")
"""Events in the order in which they are shown: what went comes first, for readers look for that first."""

WEEK = 7

SHOWN = 10
"""Events of each kind that are shown where all kinds are."""

EVER = {"since": "", "until": "9"}
"""The bounds of all events, as parameters of SQL."""

_COUNTS = "SELECT kind, sum(events) AS events FROM tally_events WHERE day BETWEEN :first AND :last GROUP BY kind"
_COUNTS_OF_PORTAL = """
SELECT kind, count(*) AS events FROM events
WHERE crawl_id IN (SELECT id FROM crawls WHERE portal = :portal) AND +at >= :since AND +at < :until GROUP BY kind
"""
_TOLD = f"{COLUMNS}, e.id AS event_id, e.at, e.not_before, (SELECT json_group_array(key) FROM json_each(e.detail, '$.changed')) AS changed"  # noqa: S608
# The page is found among the events alone: each row skipped would else be joined first. The + keeps SQLite from walking
# through all portals' events of these days where it can go by the portal's crawls.
_EVENTS = f"""
WITH page AS (SELECT id FROM events WHERE {{}} ORDER BY at DESC, id DESC LIMIT :most OFFSET :offset)
SELECT {_TOLD} FROM page CROSS JOIN events e ON e.id = page.id
JOIN records r ON r.id = e.record_id JOIN portals p ON p.id = r.portal ORDER BY e.at DESC, e.id DESC
"""  # noqa: S608 - constant names
SHOWN_RECORDS = "record_id NOT IN (SELECT id FROM records WHERE state = 'withheld')"
"""The condition for events of records that are not withheld, as SQL."""

OF_ALL = f"kind = :kind AND at >= :since AND at < :until AND {SHOWN_RECORDS}"
OF_PORTAL = (
    "crawl_id IN (SELECT id FROM crawls WHERE portal = :portal) AND +kind = :kind AND +at >= :since AND +at < :until AND +"  # noqa: S608 - constant
    + SHOWN_RECORDS
)
_OF_ALL, _OF_PORTAL = _EVENTS.format(OF_ALL), _EVENTS.format(OF_PORTAL)
# A first crawl ends with a list's oldest records: of those found last, the newest by the date they state.
_FOUND_LAST = f"""
SELECT {_TOLD} FROM (SELECT * FROM events WHERE kind = 'added' AND {SHOWN_RECORDS} ORDER BY at DESC, id DESC LIMIT 200) e
JOIN records r ON r.id = e.record_id JOIN portals p ON p.id = r.portal
ORDER BY e.crawl_id DESC, coalesce(r.published_on > :today, 1), r.published_on DESC, r.id DESC LIMIT :most
"""  # noqa: S608 - constant names


_NOTICED = """
SELECT e.record_id, e.at, max(e.id) FROM json_each(?) told
JOIN events e ON e.record_id = told.value ->> 0 AND e.at = told.value ->> 1 GROUP BY e.record_id, e.at
"""


@dataclass(frozen=True, slots=True)
class EventsOfKind:
    """Events of one kind: how many, where they are all listed, and the newest of them."""

    kind: str
    label: Label
    events: int
    url: str
    newest: tuple[RecordLine, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """Some days, the first and last included. `since` and `until`: the same as moments of the archive."""

    first: date
    last: date

    @property
    def since(self) -> str:
        return f"{self.first - timedelta(days=1)}T16:00:00Z"

    @property
    def until(self) -> str:
        return f"{self.last}T16:00:00Z"


def week() -> Span:
    """Return the last seven days, today included."""
    return Span(today() - timedelta(days=WEEK - 1), today())


async def counted(context: RequestContext, span: Span, portal_id: str | None = None) -> dict[str, int]:
    """Count the events of each kind that were observed within `span`."""
    sql = _COUNTS if portal_id is None else _COUNTS_OF_PORTAL
    rows = await context.db.execute(sql, {**bounds(span), "portal": portal_id})
    return {row["kind"]: row["events"] for row in rows}


async def latest(context: RequestContext, most: int) -> tuple[EventsOfKind, ...]:
    """Return what was observed this week, by kind, and the last `most` events of each kind, however long ago."""
    span = week()
    counts = await counted(context, span)
    kinds = []
    for kind in ORDER:
        if kind == "added":
            rows = await context.db.execute(_FOUND_LAST, {"today": str(today()), "most": most})
        else:
            rows = await context.db.execute(_OF_ALL, {**EVER, "kind": kind, "most": most, "offset": 0})
        kinds.append(_events_of_kind(context, kind, span, counts, lines(context, rows)))
    return tuple(kinds)


async def within(
    context: RequestContext, span: Span, most: int, portal_id: str | None = None
) -> tuple[EventsOfKind, ...]:
    """Return what was observed within `span`, by kind, with the last `most` events of each kind."""
    counts = await counted(context, span, portal_id)
    kinds = []
    for kind in ORDER:
        rows = await events(context, kind, span, most, 0, portal_id) if counts.get(kind) else ()
        kinds.append(_events_of_kind(context, kind, span, counts, rows, portal_id))
    return tuple(kinds)


async def events(  # noqa: PLR0913, PLR0917
    context: RequestContext, kind: str, span: Span, most: int, offset: int, portal_id: str | None
) -> tuple[RecordLine, ...]:
    """Events of one kind within `span`, newest first."""
    page = {"kind": kind, "most": most, "offset": offset, "portal": portal_id}
    sql = _OF_ALL if portal_id is None else _OF_PORTAL
    return lines(context, await context.db.execute(sql, {**bounds(span), **page}))


def _events_of_kind(  # noqa: PLR0913, PLR0917
    context: RequestContext,
    kind: str,
    span: Span,
    counts: Mapping[str, int],
    newest: tuple[RecordLine, ...],
    portal_id: str | None = None,
) -> EventsOfKind:
    url = context.address("changes", **{"kind": kind, "from": span.first, "to": span.last, "portal": portal_id})
    return EventsOfKind(kind, EVENTS[kind], counts.get(kind, 0), url, newest)


def noticed(connection: sqlite3.Connection, rows: Iterable[Mapping[str, Any]]) -> dict[tuple[int, str], int]:
    """Return the events that rows with `record_id` and `noticed_at` tell of: record and time → event."""
    told = [[row["record_id"], row["noticed_at"]] for row in rows if row.get("record_id") and row.get("noticed_at")]
    return {(record, at): event for record, at, event in connection.execute(_NOTICED, (json.dumps(told),))}


def bounds(span: Span) -> dict[str, str]:
    """Return a span as parameters of SQL."""
    return {"first": str(span.first), "last": str(span.last), "since": span.since, "until": span.until}


def span_of(context: RequestContext) -> Span:
    """Return the requested days; this week where none are. Raises BadRequest."""
    last = day(context.parameter("to")) if context.parameter("to") else today()
    first = day(context.parameter("from")) if context.parameter("from") else last - timedelta(days=WEEK - 1)
    if first > last:
        raise BadRequest(MALFORMED)
    return Span(first, last)
