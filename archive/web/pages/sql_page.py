"""Queries over several archives, /-/sql: each is asked by itself, and the rows say of which they are.

Of one archive, it leads to Datasette's page.
"""

import sqlite3
from dataclasses import dataclass
from typing import Any

from datasette.utils import InvalidSql, validate_sql_select
from datasette.utils.asgi import BadRequest, Response

from archive.export.rows import Rows
from archive.labels.tables import HEADINGS
from archive.web.formats import saved_query
from archive.web.formats.responses import json_response, whole_file
from archive.web.http.errors import sql_message
from archive.web.http.request_context import RequestContext
from archive.web.views import cells


@dataclass(frozen=True, slots=True)
class SqlAnswer:
    """The rows of all archives, each with the archive's name before it.
    `truncated`: the archives that have more rows than these.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    truncated: tuple[str, ...]


async def page(context: RequestContext) -> Response:
    """The page, or the answer as a file."""
    if context.database:
        return await saved_query.page(context)
    sql, form = context.parameter("sql").strip(), context.format
    if form or not sql:
        return _file(await _answer(context, sql), form) if sql else await _render(context, sql)
    try:
        return await _render(context, sql, answer=await _answer(context, sql))
    except BadRequest as error:
        response = await _render(context, sql, error=error.args[0])
        response.status = 400
        return response


async def _render(context: RequestContext, sql: str, **variables: object) -> Response:
    limits = context.datasette.settings_dict()
    return await context.render(
        "sql.html", sql=sql, limits=limits, database=context.names[0], value=_shown, **variables
    )


def _file(answer: SqlAnswer, form: str) -> Response:
    rows = Rows("SQL", answer.columns, answer.rows, labels=HEADINGS)
    if form == "json":
        return json_response({"rows": rows.dicts(), "truncated": answer.truncated})
    return whole_file(rows, form)


async def _answer(context: RequestContext, sql: str) -> SqlAnswer:
    """Ask each archive. Raises BadRequest where it can't be asked so."""
    for name in context.names:
        await context.datasette.ensure_permissions(context.request.actor, [("execute-sql", name)])
    try:
        validate_sql_select(sql)
        results = {each.database: await each.db.execute(sql, truncate=True) for each in context.each}
    except (InvalidSql, sqlite3.Error) as error:
        raise BadRequest(sql_message(str(error))) from error
    rows = tuple((name, *row) for name, result in results.items() for row in result.rows)
    columns = tuple(next(iter(results.values())).columns)
    return SqlAnswer(("archive", *columns), rows, tuple(name for name, result in results.items() if result.truncated))


def _shown(value: object) -> object:
    """A value of the answer as the page has it."""
    if isinstance(value, bytes):
        return cells.size(len(value))
    return value if (cell := cells.found_by_sql(value)) is None else cell
