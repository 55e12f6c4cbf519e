"""The request that an address makes for events: of the records that a search finds,
that a catalogue lists, or of one record.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from archive.database.portal_rows import portal_names
from archive.database.several import Readable
from archive.labels.code_labels import EVENTS, KINDS
from archive.labels.label import LABELS, Label
from archive.labels.language import Language
from archive.search import engine
from archive.search.request import FILTERS, STATE_CHOICES, SearchRequest, parse_request, place_name, resolved

ORDER = ("withdrawn", "unlisted", "changed", "returned", "moved", "added")
"""Kinds of events in the order in which they are shown: what went comes first, for readers look for that first."""

SHOWN_RECORDS = "record_id NOT IN (SELECT id FROM records WHERE state = 'withheld')"
"""The condition for events of records that are not withheld, as SQL."""

_NUMBER = re.compile(r"[1-9][0-9]{0,17}")
_LISTED = "record_id IN (SELECT record_id FROM listings WHERE catalog_id = :catalog)"
_CATALOG = "SELECT p.name || ' ' || c.title FROM catalogs c JOIN portals p ON p.id = c.portal WHERE c.id = ?"
_RECORD = "SELECT coalesce(title, '') FROM records WHERE id = ? AND state <> 'withheld'"


class NoSuchSubjectError(LookupError):
    """The archive has no such catalogue or record."""


@dataclass(frozen=True, slots=True)
class EventRequest:
    """A request for events: of the records that `search` finds, and of these those of one catalogue, or one record.

    `kinds`: some of ORDER, in its order.
    """

    search: SearchRequest = field(default_factory=SearchRequest)
    catalog: int | None = None
    record: int | None = None
    kinds: tuple[str, ...] = ORDER

    @property
    def is_narrowed(self) -> bool:
        """Whether it is not for the events of all records."""
        return bool(self.search.words or self.search.filters() or self.catalog or self.record)

    def address(self) -> str:
        """Return the query string that makes this request, the same for the same request."""
        more = {"catalog": self.catalog, "record": self.record, "events": self.kinds if self.kinds != ORDER else None}
        pairs = urlencode({name: value for name, value in more.items() if value is not None}, doseq=True)
        return "&".join(filter(None, (self.search.address(sort=""), pairs)))


def parse_event_request(arguments: Mapping[str, Sequence[str]]) -> EventRequest:
    """Return the request that an address's arguments make, each a list of values.
    Raises ValueError where one can't be understood.
    """
    search = parse_request({name: values[0] for name, values in arguments.items()})
    if search.ignored:
        raise ValueError(f"no filters: {', '.join(search.ignored)}")
    catalog, record = (number_of(arguments.get(name, [""])[0]) for name in ("catalog", "record"))
    return EventRequest(search, catalog, record, kinds_of(arguments.get("events", ())))


def kinds_of(values: Iterable[str]) -> tuple[str, ...]:
    """Return the kinds of events that an address names, in their order; all where it names none. Raises ValueError."""
    named = set(filter(None, values))
    if not named <= set(ORDER):
        raise ValueError(f"no kinds of events: {', '.join(named - set(ORDER))}")
    return tuple(kind for kind in ORDER if kind in named) or ORDER


def number_of(text: str) -> int | None:
    """Return the number that an address states; None where it states nothing. Raises ValueError."""
    if text and not _NUMBER.fullmatch(text):
        raise ValueError(f"{text} is no number")
    return int(text) if text else None


def condition(connection: Readable, requested: EventRequest) -> tuple[str, dict[str, object]]:
    """Return the condition for the events of the requested records, of any kind:
    SQL on columns of `events`, and its parameters.
    """
    parts: list[str] = [SHOWN_RECORDS]
    values: dict[str, object] = {}
    if requested.record is not None:
        parts.append("record_id = :record")
        values["record"] = requested.record
    if requested.catalog is not None:
        parts.append(_LISTED)
        values["catalog"] = requested.catalog
    if requested.search.words or requested.search.filters():
        ids, parameters = engine.ids(resolved(connection, requested.search, portal_names(connection)))
        parts.append(f"record_id IN ({ids})")
        values |= parameters
    return " AND ".join(parts), values


def title(connection: Readable, requested: EventRequest, language: Language) -> str:
    """Return what is requested in a reader's words. Raises NoSuchSubjectError."""
    parts = [*_subjects(connection, requested, language)] or [LABELS["word.all_records"].name(language)]
    if requested.kinds != ORDER:
        parts.append(in_words(requested.kinds, language))
    return " · ".join(parts)


def in_words(kinds: Iterable[str], language: Language) -> str:
    """Return kinds of events by their names in one language."""
    return ("、" if language == "zh" else ", ").join(EVENTS[kind].name(language) for kind in kinds)


def _subjects(connection: Readable, requested: EventRequest, language: Language) -> Iterator[str]:
    if requested.record is not None:
        yield _name(connection, _RECORD, requested.record) or LABELS["word.untitled"].name(language)
    if requested.catalog is not None:
        yield _name(connection, _CATALOG, requested.catalog)
    if requested.search.words:
        yield requested.search.words
    codes: dict[str, Mapping[str, Label]] = {"kind": KINDS, "state": STATE_CHOICES}
    for name, value in requested.search.filters().items():
        if name == "portal":
            yield portal_names(connection).get(value, value)
        elif name == "place":
            yield place_name(value)
        elif name in codes:
            yield codes[name][value].name(language)
        elif name == "publisher":
            yield value
        else:
            yield f"{FILTERS[name].name(language)} {value if name != 'files' else ''}".strip()


def _name(connection: Readable, sql: str, number: int) -> str:
    row = connection.execute(sql, (number,)).fetchone()
    if row is None:
        raise NoSuchSubjectError(f"nothing has the number {number}")
    return str(row[0])
