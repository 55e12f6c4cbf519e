"""Records as rows to take away, a few at a time, in the order in which their ids come."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice

from archive.export.writers import Row

COLUMNS = (
    "id", "published_on", "title", "publisher", "document_number", "index_number", "kind", "state", "portal", "portal_name",
    "responsible_department", "created_on", "first_seen", "last_seen", "changed_at", "flags", "url",
)  # fmt: skip
"""What is told of a record: the columns of `records` by these names, and the name of its portal."""

BODY = "body"
"""The column that is added where texts are asked for too."""

EVENT_COLUMNS = ("at", "event", "detail")
"""What is told of an event, before what is told of its record."""

AT_A_TIME = 200

_JSON = {"flags", "detail", "source_fields", "fields", "changed", "counts", "stated"}
"""Columns of the archive's tables that hold JSON."""


def columns(*, body: bool = False) -> tuple[str, ...]:
    """The names of the columns of `rows`."""
    return (*COLUMNS, BODY) if body else COLUMNS


def selected(names: Sequence[str]) -> str:
    """The columns of these names as SQL, of `records r` and its `portals p`."""
    return ", ".join("p.name AS portal_name" if name == "portal_name" else f"r.{name}" for name in names)


def rows(connection: sqlite3.Connection, ids: Iterable[int], *, body: bool = False) -> Iterator[Row]:
    """The records of these ids; one that went meanwhile is left out."""
    sql = (
        f"SELECT {selected(columns(body=body))} FROM json_each(?) wanted "  # noqa: S608 - constant names
        "JOIN records r ON r.id = wanted.value JOIN portals p ON p.id = r.portal ORDER BY wanted.key"
    )
    remaining = iter(ids)
    while some := list(islice(remaining, AT_A_TIME)):
        yield from map(tuple, connection.execute(sql, (json.dumps(some),)))


def parsed(names: Sequence[str], given: Iterable[Row]) -> Iterator[Row]:
    """The rows, what is JSON in them as lists and objects, for forms that have these."""
    places = [place for place, name in enumerate(names) if name in _JSON]
    for row in given:
        values = list(row)
        for place in places:
            with suppress(ValueError, TypeError):
                values[place] = json.loads(values[place])  # type: ignore[arg-type]  # a TypeError is meant
        yield values


def labelled(names: Sequence[str], given: Iterable[Row], codes: Mapping[str, Mapping[str, str]]) -> Iterator[Row]:
    """The rows, the codes of each column as `codes` names them, for people; a list of codes (JSON) as names in a row."""
    known = [codes.get(name) for name in names]
    for row in given:
        yield [_named(value, code) if code else value for value, code in zip(row, known, strict=True)]


def _named(value: object, code: Mapping[str, str]) -> object:
    if not isinstance(value, str):
        return value
    if value.startswith("["):
        return "、".join(code.get(str(each), str(each)) for each in json.loads(value))
    return code.get(value, value)
