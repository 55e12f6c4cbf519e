"""A table, a canned query or the result of SQL as a file:
CSV in place of Datasette's, xlsx, JSON Lines. All rows, not a page.

Datasette works out the statement, and who may read it; it is then read to the end.
"""

import re
import sqlite3
from urllib.parse import parse_qsl, urlencode

from datasette.database import QueryInterrupted
from datasette.utils import InvalidSql, tilde_decode
from datasette.utils.asgi import BadRequest, NotFound, Request, Response
from datasette.views.base import DataView

from archive.export.rows import Rows, with_what_is_stated
from archive.proof.differences import IN_WORDS
from archive.web.formats.responses import streamed_file
from archive.web.formats.saved_query import TITLE
from archive.web.http.archives import archives
from archive.web.http.datasette_class import Datasette
from archive.web.http.errors import MALFORMED, NOTHING_HERE, RAISED_BY_ADDRESSES, TOO_SLOW, sql_message

_ONE_PAGE = re.compile(r"(?<!\s)\s+limit \d+(?: offset \d+)?\s*$")
_PAGING = {"_next", "_size", "_nofacet", "_nocount", "_stream", "_dl", "_labels"}


async def table_file(datasette: Datasette, request: Request) -> Response:
    """Return the file. Raises NotFound, Forbidden, BadRequest."""
    database = next(
        (
            name
            for name, each in datasette.databases.items()
            if each.route == tilde_decode(request.url_vars["database"])
        ),
        None,
    )
    if database is None or request.method not in {"GET", "HEAD"}:
        raise NotFound(NOTHING_HERE)
    table = request.url_vars.get("table")
    if database not in archives(datasette) and request.url_vars["format"] == "csv":
        return await _view(datasette, table).get(request)
    sql, values, columns = await _statement(datasette, request, table)
    name = tilde_decode(table) if table else request.args.get(TITLE) or "SQL"
    known = name if table and database in archives(datasette) else None

    def read(connection: sqlite3.Connection) -> Rows:
        rows = Rows(name, columns, connection.execute(sql, values), known, words=IN_WORDS.get(known or "", {}))
        return with_what_is_stated(connection, rows)

    return streamed_file(datasette, request, datasette.get_database(database), name, read)


async def _statement(
    datasette: Datasette, request: Request, table: str | None
) -> tuple[str, dict[str, object], tuple[str, ...]]:
    """Return the statement that Datasette makes of the request, for all rows; its values; its columns."""
    kept = [
        (key, value) for key, value in parse_qsl(request.query_string, keep_blank_values=True) if key not in _PAGING
    ]
    alone = urlencode([*kept, ("_size", "1"), ("_nofacet", "1"), ("_nocount", "1")])
    scope = {**request.scope, "query_string": alone.encode(), "method": "GET"}
    await datasette.refresh_schemas()
    try:
        answer = await _view(datasette, table).data(Request(scope, request.receive))
    except QueryInterrupted as error:
        raise BadRequest(TOO_SLOW) from error
    except (InvalidSql, sqlite3.Error) as error:
        raise BadRequest(sql_message(str(error))) from error
    except RAISED_BY_ADDRESSES as error:
        raise BadRequest(MALFORMED) from error
    data = answer if isinstance(answer, Response) else answer[0]
    if isinstance(data, Response) or "query" not in data:
        raise NotFound(NOTHING_HERE)
    if data.get("error"):
        raise BadRequest(sql_message(str(data["error"])))
    sql = data["query"]["sql"]
    of_table = table is not None and not data.get("query_name")
    return _ONE_PAGE.sub("", sql) if of_table else sql, data["query"]["params"], tuple(data["columns"])


def _view(datasette: Datasette, table: str | None) -> DataView:
    from datasette.views.database import DatabaseView  # noqa: PLC0415 - see archive.web.http.datasette_class
    from datasette.views.table import TableView  # noqa: PLC0415

    return (TableView if table else DatabaseView)(datasette)
