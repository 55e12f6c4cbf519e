"""Events to be reported to one receiver, read from the archive."""

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from archive.labels.code_labels import EVENTS
from archive.labels.label import LABELS, Label
from archive.labels.language import Language
from archive.notify.hit_text import Hit
from archive.search.event_request import ORDER, EventRequest, condition, title

MOST, MOST_OF_PORTAL = 50, 10
"""Events that are shown one by one: in all, and of one kind and portal, so that no flood hides the rest;
of others it is said how many there are.
"""

MOST_PORTALS = 20
"""Portals of each of which a message says how much there is."""

_NEW = "id > :after AND id <= :through AND kind IN (SELECT value FROM json_each(:kinds)) AND {}"
_COUNTS = """
SELECT p.name, e.kind, count(*) FROM (SELECT * FROM events WHERE {}) e
JOIN records r ON r.id = e.record_id JOIN portals p ON p.id = r.portal GROUP BY p.id, e.kind ORDER BY p.division_code, p.id
"""
_HITS = """
WITH new AS (
    SELECT e.*, r.portal, k.key AS place, row_number() OVER (PARTITION BY r.portal, e.kind ORDER BY e.id) AS number
    FROM (SELECT * FROM events WHERE {}) e JOIN records r ON r.id = e.record_id JOIN json_each(:kinds) k ON k.value = e.kind
),
shown AS (SELECT * FROM new WHERE number <= :most_of_portal ORDER BY place, id LIMIT :most)
SELECT e.id AS event_id, e.kind AS event, e.at, e.not_before, r.id AS record, r.title, r.published_on, r.publisher, r.kind,
       r.index_number, r.url, p.name AS portal
FROM shown e JOIN records r ON r.id = e.record_id JOIN portals p ON p.id = r.portal ORDER BY e.place, e.id
"""


@dataclass(frozen=True, slots=True)
class EventReport:
    """A report: what was asked for, in words, how many events of each kind in each portal, and some of these,
    what went before what came.

    `counts`: name of the portal → kind → events.
    """

    title: str
    counts: Mapping[str, Mapping[str, int]]
    hits: Sequence[Hit]

    @property
    def count(self) -> int:
        """Number of events."""
        return sum(sum(kinds.values()) for kinds in self.counts.values())

    @property
    def subject(self) -> Label:
        """The subject of its message, with places for its title and count."""
        return LABELS["message.changes"]

    def summary(self, language: Language) -> str:
        """Return a line for each portal that says how many events of each kind there are,
        and one for those beyond MOST_PORTALS.
        """
        comma, colon = ("，", "：") if language == "zh" else (", ", ": ")
        lines = [
            portal
            + colon
            + comma.join(f"{EVENTS[kind].name(language)} {kinds[kind]}" for kind in ORDER if kind in kinds)
            for portal, kinds in islice(self.counts.items(), MOST_PORTALS)
        ]
        if others := len(self.counts) - len(lines):
            lines.append(LABELS["message.other_portals"].format(count=others).name(language))
        return "\n".join(lines)


def last_event(connection: sqlite3.Connection) -> int:
    """Return the number of the archive's last event."""
    return int(connection.execute("SELECT coalesce(max(id), 0) FROM events").fetchone()[0])


def event_report(  # noqa: PLR0913 - what is asked for, and for whom
    connection: sqlite3.Connection, requested: EventRequest, *, after: int, through: int, site: str, language: Language
) -> EventReport:
    """Return the report of the requested events with numbers beyond `after`, up to `through`.
    Raises NoSuchSubjectError.

    `site`: where the site stands, ending in a slash. What is withheld now is not in it.
    """
    of_records, values = condition(connection, requested)
    new = _NEW.format(of_records)
    values |= {"after": after, "through": through, "kinds": json.dumps(requested.kinds)}
    values |= {"most": MOST, "most_of_portal": MOST_OF_PORTAL}
    counts = defaultdict[str, Counter[str]](Counter)
    for portal, kind, events in connection.execute(_COUNTS.format(new), values):
        counts[portal][kind] += events  # two portals may have one name
    cursor = connection.execute(_HITS.format(new), values)
    names = [column[0] for column in cursor.description]
    hits = [_with_pages(dict(zip(names, row, strict=True)), site) for row in cursor]
    return EventReport(title(connection, requested, language), counts, hits)


def _with_pages(hit: Hit, site: str) -> Hit:
    return {**hit, "page": f"{site}-/record/{hit['record']}", "proof": f"{site}-/proof/{hit['event_id']}"}
