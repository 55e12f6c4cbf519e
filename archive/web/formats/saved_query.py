"""Queries by address: /-/sql holds a query and its title, and leads to it whatever the archive's database is called."""

from collections.abc import Mapping
from urllib.parse import urlencode

from datasette.utils.asgi import Response

from archive.web.http.request_context import RequestContext

TITLE = "_title"
"""The parameter that holds a query's title."""


async def page(context: RequestContext) -> Response:
    """Lead to the query, in the requested form, or to the page on which one can be written."""
    kept = [
        (name, value) for name in context.request.args if name != "db" for value in context.request.args.getlist(name)
    ]
    extension = f".{context.format}" if context.format else ""
    target = f"{context.datasette.urls.database(context.database)}{extension}"
    return Response.redirect(f"{target}?{urlencode(kept)}" if kept else target)


def address(page_address: str, sql: str, title: str, parameters: Mapping[str, str]) -> str:
    """Return the permanent address of a query. `page_address`: of /-/sql in its archive;
    `parameters`: values of those it names.
    """
    pairs = {"sql": sql, **parameters} | ({TITLE: title} if title else {})
    return f"{page_address}{'&' if '?' in page_address else '?'}{urlencode(pairs)}"
