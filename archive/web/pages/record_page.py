"""A record's own page, /-/record/ID, read from the archive in one turn."""

import re
import sqlite3
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from datasette.utils import tilde_encode
from datasette.utils.asgi import NotFound, Request, Response

from archive.database.sealed_days import Seal, last_seal
from archive.database.withheld import withheld_on
from archive.labels.code_labels import ATTACHMENTS, KINDS, REDACTIONS, STATES
from archive.labels.label import LABELS, Label, label_of
from archive.labels.tables import column_label
from archive.labels.when import beijing
from archive.model.records import FIELDS
from archive.web.formats.responses import citation_response
from archive.web.http.archives import archives, together
from archive.web.http.datasette_class import Datasette
from archive.web.http.errors import NOTHING_HERE
from archive.web.http.request_context import RequestContext, Row, address, may_see
from archive.web.views.body_text import LONGEST_FILE, beginning
from archive.web.views.body_text import part as part_of_text
from archive.web.views.cells import cut, flag_labels, printed, server_time
from archive.web.views.citation import AbsoluteAddress, of_record
from archive.web.views.history import captures, history, observation
from archive.web.views.neighbours import neighbours, with_elsewhere

PART = "_part"
"""The parameter by which a further part of a long body is requested (`?_part=2`)."""

DESCRIPTION = 160
"""Characters that stand for a record where its address is shared."""

_LISTINGS = """
SELECT l.first_seen, l.last_seen, l.link, c.id AS catalog_id, c.title, c.path, c.url, c.kind
FROM listings l JOIN catalogs c ON c.id = l.catalog_id WHERE l.record_id = :id ORDER BY c.id
"""
_FILES = """
SELECT id, name, url, state, bytes, sha256, media_type, capture_id, substr(text, 1, :most) AS text, length(text) AS characters
FROM attachments WHERE record_id = :id ORDER BY id LIMIT 200
"""
_UNITS = "SELECT DISTINCT unit_name FROM budget_tables WHERE record_id = :id AND unit_name IS NOT NULL ORDER BY unit_name LIMIT 5"
_WITH_TABLES = "SELECT id FROM attachments WHERE record_id = :id AND tables IS NOT NULL"
_HELD = "SELECT source, persons FROM rosters WHERE record_id = :id AND state <> 'released'"
_MASKED = """
SELECT kind, sum(count) AS count FROM redactions WHERE record_id = :id GROUP BY kind ORDER BY kind
"""
# The record's own page as last captured, at whichever of its addresses it was read.
_OWN = """
SELECT id, url, fetched_at, status, outcome, sha256, bytes, last_modified FROM captures
WHERE outcome = 'page' AND url IN (SELECT c.url FROM readings r JOIN captures c ON c.id = r.capture_id
                                   WHERE r.record_id = :id AND r.catalog_id = 0)
ORDER BY id DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Day:
    """One of the four dates of a record. `about`: who says so; `time`: for machines, where there is one."""

    label: Label
    shown: str
    about: Label
    time: str = ""


async def page(context: RequestContext) -> Response:
    """The page, which Datasette makes of the row."""
    from datasette.views.row import RowView  # noqa: PLC0415 - Datasette loads this while it is being imported

    request, row_id = context.request, int(context.part("id"))
    row = f"{context.datasette.urls.database(context.database)}/records/{row_id}"
    route = context.datasette.get_database(context.database).route
    kwargs = {"database": tilde_encode(route), "table": "records", "pks": str(row_id), "format": None}
    scope = {**request.scope, "path": row, "raw_path": row.encode(), "url_route": {"kwargs": kwargs}}
    response: Response = await RowView(context.datasette).get(Request(scope, request.receive))
    return response


async def citation_file(context: RequestContext) -> Response:
    """The citation of a record as a file for programs that keep references. Raises NotFound."""
    number = context.part("id")
    absolute = _absolute(context.datasette, context.database, context.request)
    record = await context.db.execute_fn(lambda connection: _read(connection, number, absolute, 1))
    if record is None or record["withheld_on"] is not None:
        raise NotFound(NOTHING_HERE)
    return citation_response(record["citation"], context.format)


async def record_page(datasette: Datasette, database: str, request: Request) -> dict[str, Any] | None:
    """The page of the record that `request` names; None where there is no such record."""
    absolute = _absolute(datasette, database, request)
    number_typed = request.args.get(PART) or ""
    number = int(number_typed) if re.fullmatch(r"[0-9]{1,9}", number_typed) else 1
    # All is read in one turn on one connection: a turn for each query would cost more than the queries.
    view: dict[str, Any] | None = await datasette.get_database(database).execute_fn(
        lambda connection: _read(connection, request.url_vars["pks"], absolute, number)
    )
    others = [name for name in archives(datasette) if name != database and await may_see(datasette, request, name)]
    if view is not None and others:
        found, row = view["neighbours"], view["row"]
        view["neighbours"] = await together(datasette, tuple(others)).execute_fn(
            lambda c: with_elsewhere(found, c, row)
        )
    return view


def _absolute(datasette: Datasette, database: str, request: Request) -> AbsoluteAddress:
    """Return what makes absolute addresses of one archive's pages."""
    return lambda *parts, **parameters: str(
        datasette.absolute_url(request, address(datasette, database, *parts, **parameters))
    )


def _read(
    connection: sqlite3.Connection, record_id: str, address: AbsoluteAddress, number: int
) -> dict[str, Any] | None:
    """Return all that a record's own page shows.

    `days`: the four dates; `understood`: column, label, value; `printed`: label → value as printed; `observation`: its
    state, and when it was seen, as a sentence; `capture`: the answer from which it was last read, if it was sealed;
    `own`: its own page as last captured; `units`: whose budgets it has; `masked`: kind and how many.
    """
    row = connection.execute("SELECT * FROM records WHERE id = :id", {"id": record_id}).fetchone()
    if row is None:
        return None
    own = {"id": row["id"]}
    portal = connection.execute("SELECT * FROM portals WHERE id = :id", {"id": row["portal"]}).fetchone()
    past = history(connection, row["id"])
    masked = connection.execute(_MASKED, own).fetchall()
    capture = captures(connection, [row["capture_id"]]).get(row["capture_id"])
    page = connection.execute(_OWN, own).fetchone()
    return {
        "row": row,
        "portal": portal,
        "kind": label_of(KINDS, row["kind"]),
        "state": label_of(STATES, row["state"]),
        "days": _days(row, page),
        "body": part_of_text(row["body"], number) if row["body"] else None,
        "understood": tuple((name, column_label("records", name), row[name]) for name in FIELDS),
        "printed": printed(row["source_fields"]),
        "flags": tuple(flag_labels(row["flags"])),
        "listings": tuple(connection.execute(_LISTINGS, own).fetchall()),
        "history": past,
        "state_event": next((each.row["id"] for each in past.entries if each.row["kind"] == row["state"]), None),
        "observation": observation(row, past.entries),
        "files": _files(connection, own),
        "units": _units(connection, own),
        "masked": tuple((label_of(REDACTIONS, kind), count) for kind, count in masked),
        "capture": capture,
        "own": page,
        "neighbours": neighbours(connection, row),
        "address": address("record", row["id"]),
        "description": _description(row, portal),
        "citation": of_record(row, portal, page or capture, address),
        "head": _head(connection),
        "withheld_on": withheld_on(connection, row["id"]),
        "persons": dict(connection.execute(_HELD, own).fetchall()),
    }


def _units(connection: sqlite3.Connection, own: Mapping[str, Any]) -> list[str]:
    """The units whose budgets or accounts the record has; none in a snapshot of a version that read no budgets."""
    with suppress(sqlite3.OperationalError):
        return [row["unit_name"] for row in connection.execute(_UNITS, own)]
    return []


def _description(row: Row, portal: Row) -> str:
    """Return a record in a line: from whom and of when it is, its state, and the beginning of its text."""
    facts = (
        row["publisher"] or portal["name"],
        row["published_on"],
        row["document_number"],
        label_of(STATES, row["state"]),
    )
    return cut(" · ".join(str(fact) for fact in facts if fact) + f" · {row['body'] or ''}", DESCRIPTION)


def _head(connection: sqlite3.Connection) -> Seal | None:
    """The head of the chain; None where there is none, or a snapshot of an earlier version has no seals."""
    with suppress(sqlite3.OperationalError):
        return last_seal(connection)
    return None


def _days(row: Row, page: Row | None) -> tuple[Day, ...]:
    """The four dates, each by itself; a date that nobody stated is empty."""
    stated = LABELS["date.stated"]
    modified = page["last_modified"] if page else None
    return (
        Day(column_label("records", "created_on"), row["created_on"] or "", stated, row["created_on"] or ""),
        Day(column_label("records", "published_on"), row["published_on"] or "", stated, row["published_on"] or ""),
        Day(
            column_label("records", "first_seen"),
            beijing(row["first_seen"]),
            LABELS["date.seen"],
            row["first_seen"],
        ),
        Day(
            LABELS["date.modified"],
            (server_time(modified) or modified) if modified else "",
            LABELS["date.unsure"],
        ),
    )


def _files(connection: sqlite3.Connection, own: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The files that the record's page links to, each with the beginning of its text, and whether it has tables."""
    with_tables: set[int] = set()
    with suppress(sqlite3.OperationalError):  # a snapshot of an earlier version has none
        with_tables = {row["id"] for row in connection.execute(_WITH_TABLES, own)}
    return [
        {
            "row": row,
            "state": label_of(ATTACHMENTS, row["state"]),
            "has_tables": row["id"] in with_tables,
            "text": beginning(row["text"], LONGEST_FILE, row["characters"]) if row["text"] else None,
        }
        for row in connection.execute(_FILES, {**own, "most": LONGEST_FILE}).fetchall()
    ]
