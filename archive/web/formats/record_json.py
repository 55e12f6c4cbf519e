"""A record as JSON: all that its page, /-/record/ID, shows, at /-/record/ID.json."""

import sqlite3
from typing import Any

from datasette.utils.asgi import NotFound, Response

from archive.database.withheld import withheld_on
from archive.export.rows import Rows
from archive.web.formats.responses import json_response
from archive.web.http.errors import NOTHING_HERE
from archive.web.http.request_context import RequestContext

_RECORD = "SELECT r.*, p.name AS portal_name FROM records r JOIN portals p ON p.id = r.portal WHERE r.id = :id"
_LISTS = {
    "listings": """
        SELECT l.catalog_id, c.kind, c.title, c.path, c.url, l.first_seen, l.last_seen
        FROM listings l JOIN catalogs c ON c.id = l.catalog_id WHERE l.record_id = :id ORDER BY c.id
    """,
    "attachments": """
        SELECT id, name, url, state, media_type, bytes, sha256, capture_id, text
        FROM attachments WHERE record_id = :id ORDER BY id
    """,
    "events": """
        SELECT id, kind, at, crawl_id, detail, not_before, before_capture_id, after_capture_id
        FROM events WHERE record_id = :id ORDER BY at, id
    """,
    "versions": """
        SELECT number, seen_at, cause, capture_id, changed, not_before, before_capture_id FROM versions WHERE record_id = :id ORDER BY number
    """,
    "captures": """
        SELECT id, url, fetched_at, status, outcome, sha256, bytes FROM captures WHERE id IN (
            SELECT capture_id FROM records WHERE id = :id
            UNION SELECT capture_id FROM versions WHERE record_id = :id
            UNION SELECT capture_id FROM attachments WHERE record_id = :id
        ) ORDER BY id
    """,
}


async def record(context: RequestContext) -> Response:
    """Return the record. Raises NotFound."""
    own = {"id": int(context.part("id"))}

    def read(connection: sqlite3.Connection) -> dict[str, Any] | None:
        records = _objects(connection, _RECORD, own, "records")
        if not records:
            return None
        if (day := withheld_on(connection, own["id"])) is not None:
            withheld = {"id": records[0]["id"], "state": records[0]["state"], "withheld_on": day}
            return {"record": withheld, **{name: [] for name in _LISTS}}
        return {"record": records[0], **{name: _objects(connection, sql, own, name) for name, sql in _LISTS.items()}}

    parts = await context.db.execute_fn(read)
    if parts is None:
        raise NotFound(NOTHING_HERE)
    parts["record"]["page"] = context.absolute(context.record(own["id"]))
    for capture in parts["captures"]:
        capture["page"] = context.absolute(context.address("copy", capture["id"]))
    for file in parts["attachments"]:
        file["page"] = context.absolute(context.address("file", file["id"]))
    return json_response(parts)


def _objects(connection: sqlite3.Connection, sql: str, values: dict[str, int], table: str) -> list[dict[str, Any]]:
    cursor = connection.execute(sql, values)
    columns = tuple(column[0] for column in cursor.description)
    return Rows(table, columns, cursor, table).parsed().dicts()
