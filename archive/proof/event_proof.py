"""Proof of an event: what is claimed, and the captures that show it."""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from archive.database.connection import ArchiveError
from archive.labels.label import Label, labels_under
from archive.labels.when import when

Row = Mapping[str, Any]


class DamagedEventError(ArchiveError):
    """An event of which something else is kept than events are, so that nothing is proved by it."""


LISTED, ABSENT, BEFORE, AFTER, PAGE = "listed", "absent", "before", "after", "page"
"""The things that a capture can show: the last list page with the record's row; a list page of the walk without it;
what was before; what is now; what the record's own page answered then.
"""

CLAIMS = labels_under("claim")
"""Kind of event → what is claimed, as a sentence with a title, a portal and a window to fill in."""

_EVENT = "SELECT * FROM events WHERE id = ?"
_EVENTS_OF = "SELECT id FROM events WHERE record_id = ? ORDER BY id"
_RECORD = """
    SELECT r.id, r.portal, r.url, r.index_number, r.title, r.publisher, r.published_on, r.document_number, r.state, p.name
    FROM records r JOIN portals p ON p.id = r.portal WHERE r.id = ?
"""
_WALKS = """
    SELECT w.catalog_id, c.title, w.look, sum(w.rows) AS rows, group_concat(w.capture_id) AS captures
    FROM walks w JOIN catalogs c ON c.id = w.catalog_id
    WHERE w.crawl_id = :crawl AND w.catalog_id IN (SELECT value FROM json_each(:catalogs))
    GROUP BY w.catalog_id, w.look ORDER BY w.look, w.catalog_id
"""
_LISTED = """
    SELECT max(capture_id) FROM listings WHERE record_id = :record AND capture_id < :until
"""


@dataclass(frozen=True, slots=True)
class CatalogueWalk:
    """One catalogue as it was walked, without the record on any of its pages.
    `look`: 1, or 2 where it was walked once more.
    """

    catalog_id: int
    title: str
    look: int
    rows: int
    captures: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class EventProof:
    """An event, the record it is about, and the numbers of the captures that show it.

    `walks`: of a record that is gone, its catalogues, walked without it. `shown`: capture → what it shows.
    """

    event: Row
    record: Row
    walks: tuple[CatalogueWalk, ...]
    shown: Mapping[int, tuple[str, ...]]

    @property
    def absent(self) -> list[int]:
        """The list pages of the walks without the record, in order."""
        return sorted({capture for walk in self.walks for capture in walk.captures})

    @property
    def window(self) -> Label:
        """Between which times it happened."""
        return when(self.event["not_before"], self.event["at"])

    @property
    def claim(self) -> Label:
        """The claim in a sentence."""
        claim, window = CLAIMS[self.event["kind"]], self.window
        named = {"title": self.record["title"] or self.record["url"], "portal": self.record["name"]}
        return Label(claim.zh.format(window=window.zh, **named), claim.en.format(window=window.en, **named))

    @property
    def changed(self) -> object:
        """The changes: field → [before, now]."""
        return _detail(self.event).get("changed")


def event_proof(connection: sqlite3.Connection, event_id: int) -> EventProof:
    """Return what proves an event; `connection` has named rows.
    Raises ArchiveError where there is none, or its record is withheld; DamagedEventError.
    """
    event = connection.execute(_EVENT, (event_id,)).fetchone()
    record = event and connection.execute(_RECORD, (event["record_id"],)).fetchone()
    if not record:
        raise ArchiveError(f"there is no event {event_id} in the archive")
    if "after_capture_id" not in event.keys():  # noqa: SIM118 - a row of SQLite iterates over its values
        raise ArchiveError(
            "the archive was written by an earlier version: `disclosures redact`, or the next crawl, brings it up to date"
        )
    if record["state"] == "withheld":
        raise ArchiveError(f"record {record['id']} is withheld: there is nothing to prove")
    walks = walks_without(connection, _detail(event))
    shown: dict[int, list[str]] = {}
    for what, capture in _shown(connection, event, walks):
        shown.setdefault(capture, []).append(what)
    return EventProof(event, record, walks, {capture: tuple(whats) for capture, whats in shown.items()})


def events_of(connection: sqlite3.Connection, record_id: int) -> list[int]:
    """The events of a record, in order."""
    return [row[0] for row in connection.execute(_EVENTS_OF, (record_id,))]


def _detail(event: Row) -> Mapping[str, Any]:
    """Return what is told of an event. Raises DamagedEventError."""
    with suppress(ValueError):
        if isinstance(detail := json.loads(event["detail"]), dict):
            return detail
    raise DamagedEventError(f"what is kept of event {event['id']} is damaged: `disclosures verify` says where")


def walks_without(connection: sqlite3.Connection, detail: Mapping[str, Any]) -> tuple[CatalogueWalk, ...]:
    """The walks that an event's detail names as those that did not show its record; () where it names none."""
    walk = detail.get("walk")
    parameters = {"crawl": walk if isinstance(walk, int) else None, "catalogs": json.dumps(detail.get("catalogs", []))}
    return tuple(
        CatalogueWalk(
            row["catalog_id"],
            row["title"],
            row["look"],
            row["rows"],
            tuple(sorted(map(int, row["captures"].split(",")))),
        )
        for row in connection.execute(_WALKS, parameters)
    )


def _shown(connection: sqlite3.Connection, event: Row, walks: tuple[CatalogueWalk, ...]) -> Iterator[tuple[str, int]]:
    detail = _detail(event)
    absent = sorted({capture for walk in walks for capture in walk.captures})
    listed = detail.get("listed")
    # Events of earlier versions don't name it: it is known where the record has not been back since.
    if listed is None and absent:
        parameters = {"record": event["record_id"], "until": absent[0]}
        (listed,) = connection.execute(_LISTED, parameters).fetchone()
    yield from ((ABSENT, capture) for capture in absent)
    named = {LISTED: listed, BEFORE: event["before_capture_id"], AFTER: event["after_capture_id"]}
    for what, capture in {**named, PAGE: detail.get("page")}.items():
        if isinstance(capture, int):
            yield what, capture
