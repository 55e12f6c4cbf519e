"""Observed events, one by one: added, changed, unlisted, withdrawn, returned, moved."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from datasette.utils.asgi import BadRequest, NotFound

from archive.database.several import Readable, numbers, summed
from archive.labels.code_labels import EVENTS
from archive.labels.label import LABELS, Label
from archive.labels.language import READER
from archive.model.clock import today
from archive.search.event_request import (
    ORDER,
    SHOWN_RECORDS,
    EventRequest,
    NoSuchSubjectError,
    condition,
    in_words,
    kinds_of,
    number_of,
    title,
)
from archive.search.index import is_current
from archive.search.request import parse_request
from archive.web.http.errors import MALFORMED, NOTHING_HERE, OUTDATED
from archive.web.http.request_context import RequestContext, UnnamedArchiveError, day, portal
from archive.web.views.record_lines import COLUMNS, RecordLine, lines

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
_COUNTS_AMONG = "SELECT kind, count(*) AS events FROM events WHERE {} GROUP BY kind"
_LINE = f"{COLUMNS}, e.id AS event_id, e.at, e.not_before, (SELECT json_group_array(key) FROM json_each(e.detail, '$.changed')) AS changed"  # noqa: S608
# The page is found among the events alone: each row skipped would else be joined first. The + keeps SQLite from walking
# through all portals' events of these days where it can go by the portal's crawls.
_EVENTS = f"""
WITH page AS (SELECT id FROM events WHERE {{}} ORDER BY at DESC, id DESC LIMIT :most OFFSET :offset)
SELECT {_LINE} FROM page CROSS JOIN events e ON e.id = page.id
JOIN records r ON r.id = e.record_id JOIN portals p ON p.id = r.portal ORDER BY e.at DESC, e.id DESC
"""  # noqa: S608 - constant names
LAST = ("at DESC", "event_id DESC")
"""The order of events: the last comes first."""

_IN_SPAN = "at >= :since AND at < :until"
_OF_PORTAL = (
    "crawl_id IN (SELECT id FROM crawls WHERE portal = :portal) AND +at >= :since AND +at < :until AND +"  # noqa: S608 - constant
    + SHOWN_RECORDS
)
# A first crawl ends with a list's oldest records: of those found last, the newest by the date they state.
_FOUND_LAST = f"""
SELECT {_LINE}, e.crawl_id, (SELECT started_at FROM crawls WHERE id = e.crawl_id) AS crawled_at,
       coalesce(r.published_on > :today, 1) AS is_ahead
FROM (SELECT * FROM events WHERE kind = 'added' AND {SHOWN_RECORDS} ORDER BY at DESC, id DESC LIMIT 200) e
JOIN records r ON r.id = e.record_id JOIN portals p ON p.id = r.portal
ORDER BY e.crawl_id DESC, is_ahead, r.published_on DESC, r.id DESC LIMIT :most OFFSET :offset
"""  # noqa: S608 - constant names
_FOUND_LAST_ORDER = ("crawled_at DESC", "crawl_id DESC", "is_ahead", "published_on DESC", "id DESC")

NARROWING = ("q", "exact", "portal", "publisher", "catalog", "record")
"""Parameters of the page of changes that say of which records."""

_NOTICED = """
SELECT e.record_id, e.at, max(e.id) AS event_id FROM json_each(?) named
JOIN events e ON e.record_id = named.value ->> 0 AND e.at = named.value ->> 1 GROUP BY e.record_id, e.at
"""


@dataclass(frozen=True, slots=True)
class EventScope:
    """Records whose events are wanted: a condition for their events within a span,
    and the statement that counts these by kind, as SQL.

    `values`: what both refer to besides. `address`: the parameters of the page of changes that name these records.
    `kind`: the column as the condition goes with it.
    """

    condition: str = f"{_IN_SPAN} AND {SHOWN_RECORDS}"
    counts: str = _COUNTS
    values: Mapping[str, object] = field(default_factory=dict)
    address: Mapping[str, str] = field(default_factory=dict)
    kind: str = "kind"

    def of_kind(self) -> str:
        """Return the condition for the events of one kind, `:kind`."""
        return f"{self.kind} = :kind AND {self.condition}"

    def of_kinds(self) -> str:
        """Return the condition for the events of some kinds, `:kinds`, a list in JSON."""
        return f"{self.kind} IN (SELECT value FROM json_each(:kinds)) AND {self.condition}"  # noqa: S608 - columns and conditions of ours


EVERYTHING = EventScope()
"""Events of all records."""


def portal_scope(portal_id: str) -> EventScope:
    """Return the scope of a portal's records."""
    values = {"portal": portal_id}
    return EventScope(_OF_PORTAL, _COUNTS_OF_PORTAL, values, values, "+kind")


@dataclass(frozen=True, slots=True)
class ChangesRequest:
    """A request for the page of changes, or what it lists:
    kinds of events, of which records, and `records`, these in a reader's words.

    `portal`: where its records alone are requested.
    """

    kinds: tuple[str, ...]
    scope: EventScope = EVERYTHING
    records: str = ""
    portal: Mapping[str, Any] | None = None

    @property
    def kind(self) -> str | None:
        """The only kind requested; None: several."""
        return self.kinds[0] if len(self.kinds) == 1 else None

    @property
    def title(self) -> str:
        """The request in a reader's words."""
        what = str(LABELS["word.changes"]) if self.kinds == ORDER else in_words(self.kinds, READER.get())
        return f"{self.records} {what}".strip()

    @property
    def subscription(self) -> dict[str, object]:
        """The parameters that make the same request of the page of subscriptions."""
        return {**self.scope.address, "events": None if self.kinds == ORDER else self.kinds}

    @property
    def address(self) -> dict[str, object]:
        """The parameters that make this request."""
        return {**self.scope.address, "kind": None if self.kinds == ORDER else self.kinds}


async def changes_request(context: RequestContext) -> ChangesRequest:
    """Return the request that the address of the page of changes makes. Raises BadRequest, NotFound."""
    named = {name: context.parameter(name) for name in NARROWING if context.parameter(name)}
    try:
        kinds = kinds_of(context.request.args.getlist("kind"))
        requested = EventRequest(
            parse_request({name: named[name] for name in NARROWING[:4] if name in named}),
            number_of(named.get("catalog", "")),
            number_of(named.get("record", "")),
        )
    except ValueError as error:
        raise BadRequest(MALFORMED) from error
    of = await portal(context, named["portal"]) if "portal" in named else None
    if not requested.is_narrowed:
        return ChangesRequest(kinds)
    if named.keys() == {"portal"} and of:
        return ChangesRequest(kinds, portal_scope(of["id"]), of["name"], of)
    scope, records = await scope_of(context, requested, named)
    return ChangesRequest(kinds, scope, records)


async def scope_of(
    context: RequestContext, requested: EventRequest, address: Mapping[str, str]
) -> tuple[EventScope, str]:
    """Return the scope of the requested records, and what is requested in the reader's words.
    Raises BadRequest, NotFound, UnnamedArchiveError.

    `address`: see `EventScope`.
    """
    if not context.database and (requested.catalog or requested.record):
        raise UnnamedArchiveError(context.names)
    language = READER.get()  # threads that read the archive don't know it

    def read(connection: Readable) -> tuple[EventScope, str]:
        if not is_current(connection):
            raise BadRequest(OUTDATED)
        of_records, values = condition(connection, requested)
        in_span = f"{_IN_SPAN} AND {of_records}"
        records = EventScope(in_span, _COUNTS_AMONG.format(in_span), values, address)
        return records, title(connection, requested, language)

    try:
        scope: tuple[EventScope, str] = await context.db.execute_fn(read)
    except NoSuchSubjectError as error:
        raise NotFound(NOTHING_HERE) from error
    return scope


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


@dataclass(frozen=True, slots=True)
class Observed:
    """Observations of some records within some days."""

    span: Span
    scope: EventScope = EVERYTHING

    @property
    def values(self) -> dict[str, object]:
        """The values that the conditions of its scope refer to, as parameters of SQL."""
        first, last = str(self.span.first), str(self.span.last)
        return {"first": first, "last": last, "since": self.span.since, "until": self.span.until, **self.scope.values}


def week() -> Span:
    """Return the last seven days, today included."""
    return Span(today() - timedelta(days=WEEK - 1), today())


async def counted(context: RequestContext, observed: Observed) -> Counter[str]:
    """Count the events of each kind."""
    return summed(await context.db.execute(observed.scope.counts, observed.values), "kind", "events")


async def of_week(context: RequestContext) -> tuple[EventsOfKind, ...]:
    """Return how many events of each kind were observed this week, none of them listed."""
    observed = Observed(week())
    counts = await counted(context, observed)
    return tuple(_events_of_kind(context, observed, kind, counts[kind]) for kind in ORDER)


async def latest(context: RequestContext, kind: str, most: int) -> tuple[RecordLine, ...]:
    """Return the last `most` events of a kind, however long ago."""
    if kind == "added":
        return lines(context, await context.listed(_FOUND_LAST, {"today": str(today())}, _FOUND_LAST_ORDER, most))
    return lines(
        context, await context.listed(_EVENTS.format(EVERYTHING.of_kind()), {**EVER, "kind": kind}, LAST, most)
    )


async def by_kind(context: RequestContext, observed: Observed, most: int) -> tuple[EventsOfKind, ...]:
    """Return what was observed, kind by kind, with the last `most` events of each."""
    counts = await counted(context, observed)
    kinds = []
    for kind in ORDER:
        newest = await events(context, observed, kind, most) if counts[kind] else ()
        kinds.append(_events_of_kind(context, observed, kind, counts[kind], newest))
    return tuple(kinds)


async def events(
    context: RequestContext, observed: Observed, kind: str, most: int, offset: int = 0
) -> tuple[RecordLine, ...]:
    """Return `most` events of one kind after `offset` of them, newest first."""
    sql, values = _EVENTS.format(observed.scope.of_kind()), {**observed.values, "kind": kind}
    return lines(context, await context.listed(sql, values, LAST, most, offset))


def _events_of_kind(
    context: RequestContext, observed: Observed, kind: str, count: int, newest: tuple[RecordLine, ...] = ()
) -> EventsOfKind:
    days = {"from": observed.span.first, "to": observed.span.last}
    url = context.address("changes", **{**observed.scope.address, "kind": kind, **days})
    return EventsOfKind(kind, EVENTS[kind], count, url, newest)


def noticed(connection: Readable, rows: Iterable[Mapping[str, Any]]) -> dict[tuple[int, str], int]:
    """Return the events that rows with `record_id` and `noticed_at` tell of: record and time → event."""
    named = [[row["record_id"], row["noticed_at"]] for row in rows if row.get("record_id") and row.get("noticed_at")]
    return {(record, at): event for record, at, event in connection.execute(_NOTICED, (numbers(named),))}


def span_of(context: RequestContext) -> Span:
    """Return the requested days; this week where none are. Raises BadRequest."""
    last = day(context.parameter("to")) if context.parameter("to") else today()
    first = day(context.parameter("from")) if context.parameter("from") else last - timedelta(days=WEEK - 1)
    if first > last:
        raise BadRequest(LABELS["error.days"])
    return Span(first, last)
