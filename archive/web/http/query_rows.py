"""Rows of a reader's SQL, read by another process, for what runs in this one: the MCP server, which keeps sessions."""

import asyncio
import json
import sqlite3
from base64 import b64decode, b64encode

from datasette.database import QueryInterrupted, Results

from archive.web.http.datasette_class import Datasette
from archive.web.http.reader_requests import JOBS, ReaderRequests
from archive.web.processes.fork_server import WorkFailedError
from archive.web.processes.frames import Head
from archive.web.processes.lanes import NoPlaceError

LANE = "sql"


async def rows(requests: ReaderRequests, database: str, sql: str) -> Results:
    """Return the rows, as many as a page holds. Raises QueryInterrupted, sqlite3.DatabaseError."""
    try:
        head, body = await requests.job(LANE, "rows", {"database": database, "sql": sql})
    except NoPlaceError as error:
        raise QueryInterrupted(error, sql, None) from error
    except WorkFailedError as error:
        if error.in_time:
            raise sqlite3.DatabaseError("out of memory") from error
        raise QueryInterrupted(error, sql, None) from error
    if "interrupted" in head:
        raise QueryInterrupted(None, sql, None)
    if "error" in head:
        raise sqlite3.DatabaseError(head["error"])
    values = [
        tuple(b64decode(each["bytes"]) if isinstance(each, dict) else each for each in row) for row in json.loads(body)
    ]
    return Results(values, head["truncated"], [(column,) for column in head["columns"]])


def _read(datasette: Datasette, request: Head) -> tuple[Head, bytes]:
    """Read them, in the other process."""
    try:
        results = asyncio.run(datasette.get_database(request["database"]).execute(request["sql"], truncate=True))
    except QueryInterrupted:
        return {"interrupted": True}, b""
    except (sqlite3.Error, sqlite3.Warning) as error:
        return {"error": str(error)}, b""
    values = [
        [{"bytes": b64encode(each).decode()} if isinstance(each, bytes) else each for each in row]
        for row in results.rows
    ]
    return {"columns": results.columns, "truncated": results.truncated}, json.dumps(values).encode()


JOBS["rows"] = _read
