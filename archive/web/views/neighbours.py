"""Neighbours of a record: the same document, the same title, the numbers beside its own,
its publisher's days around it.

Each is looked for along an index of its own (`archive.database.migrations`), so that it takes as long in a million
records as in a hundred.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from archive.database.several import Readable, numbers
from archive.database.time_limit import within
from archive.labels.label import LABELS, Label
from archive.web.http.request_context import Row
from archive.web.views.cells import LONGEST_VALUE

LONGEST = 200
"""Milliseconds that looking for one sort may take."""

SIDE = 3
"""Records before and behind; of the same document or title twice as many in all."""

NOWHERE = -1
"""The number of no record."""

DOCUMENT = LABELS["near.document"]
TITLE = LABELS["near.title"]
SERIES = LABELS["near.series"]
PUBLISHER = LABELS["near.publisher"]

_SHOWN = "SELECT id, title, published_on, state, index_number, portal FROM records"
_SAME = f"{_SHOWN} WHERE {{0}} = :value AND id <> :id ORDER BY id LIMIT 2 * :side"
_BESIDE = f"""
SELECT * FROM (
    {_SHOWN} WHERE portal = :portal {{same}} AND ({{by}}, id) < (:value, :id) {{least}} ORDER BY {{by}} DESC, id DESC LIMIT :side
) UNION ALL SELECT * FROM (
    {_SHOWN} WHERE portal = :portal {{same}} AND ({{by}}, id) > (:value, :id) {{most}} ORDER BY {{by}}, id LIMIT :side
) ORDER BY {{by}}, id
"""  # noqa: S608 - constant names
_IN_SERIES = _BESIDE.format(
    by="index_number", same="", least="AND index_number >= :first", most="AND index_number < :end"
)
_OF_PUBLISHER = _BESIDE.format(by="published_on", same="AND publisher = :publisher", least="", most="")
_SHEETS = """
SELECT record_id, max(id) AS event_id FROM events
WHERE record_id IN (SELECT value FROM json_each(?)) AND kind IN ('unlisted', 'withdrawn') GROUP BY record_id
"""
_SERIAL = re.compile(r"(.*[^0-9])([0-9]+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Neighbours:
    """A few records of one sort. `every`: the query string that lists them all; `numbered`: shown with their numbers;
    `sheets`: of those that are gone, the event whose sheet proves it.
    """

    label: Label
    rows: tuple[Row, ...]
    every: str
    numbered: bool = False
    sheets: Mapping[int, int] = field(default_factory=dict)


def neighbours(connection: Readable, record: Row) -> tuple[Neighbours, ...]:
    """The sorts of which there is at least one."""
    sorts = [
        _same(connection, record, DOCUMENT, "document_number"),
        _same(connection, record, TITLE, "title"),
        _series(connection, record),
        _publisher(connection, record),
    ]
    return tuple(_with_sheets(connection, each) for each in sorts if each and each.rows)


def with_elsewhere(of_record: tuple[Neighbours, ...], others: Readable, record: Row) -> tuple[Neighbours, ...]:
    """A record's neighbours with the same documents and titles that other archives have behind its own archive's."""
    by_label = {each.label: each for each in of_record}
    for label, column in ((DOCUMENT, "document_number"), (TITLE, "title")):
        more = _same(others, {column: record[column], "id": NOWHERE}, label, column)
        if more and more.rows:
            more, own = _with_sheets(others, more), by_label.get(label, replace(more, rows=()))
            by_label[label] = replace(
                own, rows=(*own.rows, *more.rows)[: 2 * SIDE], sheets={**own.sheets, **more.sheets}
            )
    return tuple(by_label[label] for label in (DOCUMENT, TITLE, SERIES, PUBLISHER) if label in by_label)


def _with_sheets(connection: Readable, neighbours: Neighbours) -> Neighbours:
    gone = [row["id"] for row in neighbours.rows if row["state"] in {"unlisted", "withdrawn"}]
    sheets = dict(map(tuple, connection.execute(_SHEETS, (numbers(gone),)))) if gone else {}
    return replace(neighbours, sheets=sheets)


def _rows(connection: Readable, sql: str, parameters: Mapping[str, Any]) -> tuple[Row, ...]:
    """Return the rows of a query; none where an archive not yet brought up to date has no index for it."""
    rows = within(connection, LONGEST, lambda: connection.execute(sql, {**parameters, "side": SIDE}).fetchall())
    return tuple(rows or ())


def _same(connection: Readable, record: Row, label: Label, column: str) -> Neighbours | None:
    value = record[column]
    if not value or len(value) > LONGEST_VALUE:  # no address could name it
        return None
    rows = _rows(connection, _SAME.format(column), {"value": value, "id": record["id"]})
    return Neighbours(label, rows, urlencode({column: value}))


def _series(connection: Readable, record: Row) -> Neighbours | None:
    number = record["index_number"]
    if not number or len(number) > LONGEST_VALUE:
        return None
    first, end = series_of(number)
    parameters = {"portal": record["portal"], "value": number, "id": record["id"], "first": first, "end": end}
    rows = _rows(connection, _IN_SERIES, parameters)
    every = {"portal": record["portal"], "index_number__gte": first, "index_number__lt": end, "_sort": "index_number"}
    return Neighbours(SERIES, rows, urlencode(every), numbered=True)


def series_of(number: str) -> tuple[str, str]:
    """The first and the end of the series that an index number belongs to: all that stands before its last digits.

    A number that does not end in digits, or is nothing but digits, is a series by itself.
    """
    match = _SERIAL.fullmatch(number)
    if not match:
        return number, f"{number}\x01"
    return match[1], f"{match[1]}:"  # the character after the digits


def _publisher(connection: Readable, record: Row) -> Neighbours | None:
    publisher, day = record["publisher"], record["published_on"]
    if not publisher or not day or len(publisher) > LONGEST_VALUE:
        return None
    parameters = {"portal": record["portal"], "publisher": publisher, "value": day, "id": record["id"]}
    rows = _rows(connection, _OF_PUBLISHER, parameters)
    every = {"portal": record["portal"], "publisher": publisher, "_sort_desc": "published_on"}
    return Neighbours(PUBLISHER, rows, urlencode(every))
