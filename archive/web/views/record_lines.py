"""Records as lines that can be scanned: date, title, publisher, county, state; `_line.html` shows one."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from archive.labels.label import Label
from archive.labels.when import beijing, when
from archive.labels.wording import names_of_changed
from archive.web.http.request_context import RequestContext, Row
from archive.web.views.cells import LONGEST_CELL, UNTITLED, cut

STATE_EVENT = """
CASE WHEN r.state IN ('unlisted', 'withdrawn') THEN (SELECT max(e.id) FROM events e WHERE e.record_id = r.id AND e.kind = r.state) END
AS state_event"""
"""The column with the event that brought one of `records r` into its state; NULL where it is listed."""

COLUMNS = f"r.id, r.title, r.publisher, r.published_on, r.kind, r.state, p.name AS portal_name, {STATE_EVENT}"
"""Columns that a line is made of: of `records r` and its `portals p`."""


@dataclass(frozen=True, slots=True)
class RecordLine:
    """A record. `date`: of publication, as stated. `kind`: shown in the publisher's place, where a page is about one
    publisher. `state_proof`: the sheet that proves its state, where it is listed no more. `seen`: when an event was
    observed, in Beijing's time; `when`: between when and when it happened; `changed`: the names of what it changed;
    `proof`: its sheet.
    """

    date: str | None
    title: str
    publisher: str | None
    portal_name: str
    state: str
    url: str
    kind: str | None = None
    day_url: str | None = None
    state_proof: str | None = None
    seen: str | None = None
    when: Label | None = None
    changed: tuple[str, ...] = ()
    proof: str | None = None


def lines(context: RequestContext, rows: Iterable[Row], *, by_kind: bool = False) -> tuple[RecordLine, ...]:
    """The lines of rows with COLUMNS, and with `event_id`, `at`, `not_before` and `changed` where they are events.

    `by_kind`: with the kind in the publisher's place.
    """
    return tuple(_line(context, dict(row), by_kind=by_kind) for row in rows)


def _line(context: RequestContext, row: dict[str, Any], *, by_kind: bool) -> RecordLine:
    title, date, publisher = row["title"] or "", row["published_on"], row["publisher"]
    return RecordLine(
        date=date,
        title=cut(title, LONGEST_CELL) if title.strip() else str(UNTITLED),
        publisher=cut(publisher, LONGEST_CELL) if publisher else None,
        portal_name=row["portal_name"],
        state=row["state"],
        url=context.record(row["id"]),
        kind=row["kind"] if by_kind else None,
        day_url=context.address("day", date) if date else None,
        state_proof=context.proof(row["state_event"]) if row["state_event"] else None,
        seen=beijing(row["at"]) if "at" in row else None,
        when=when(row["not_before"], row["at"]) if "at" in row else None,
        changed=names_of_changed(row.get("changed")),
        proof=context.proof(row["event_id"]) if "event_id" in row else None,
    )
