"""Mistakes in a reader's request, as a page that says so.

Datasette prints a traceback for every missing page, and calls addresses it doesn't expect an error of the server.
"""

import sqlite3
from dataclasses import dataclass

from datasette.database import QueryInterrupted
from datasette.utils.asgi import Base400, NotFound, Request, Response
from datasette.views.base import DatasetteError

from archive.web.http.datasette_class import Datasette

# `_next=x` on a view, a row's key with a part too few, an integer too large for SQLite, HTTP methods of other protocols.
RAISED_BY_ADDRESSES = (
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    AttributeError,
    AssertionError,
    sqlite3.Error,
)

MALFORMED = "地址或参数有误，无法理解。The address or its parameters can't be understood."
NOTHING_HERE = "这个网址下没有内容。There is nothing at this address."
TOO_SLOW = "查询超过时限，请缩小范围再试。The query took too long; try a narrower one."


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """HTTP status, title (None: the page's own) and message."""

    status: int
    message: str
    title: str | None = None


def error_page(exception: Exception) -> ErrorPage | None:
    """Return the page that says what the request got wrong; None where `exception` is an error of the server.

    What was raised in or through this package is an error of ours, and must go on looking like one.
    """
    if isinstance(exception, NotFound):
        return ErrorPage(exception.status, NOTHING_HERE)
    if isinstance(exception, Base400):
        return ErrorPage(exception.status, str(exception))
    if isinstance(exception, QueryInterrupted):
        return ErrorPage(400, TOO_SLOW)
    if isinstance(exception, DatasetteError):
        # The one message it words as HTML is that of the time limit. "Cannot sort by" has status 500 there.
        message = TOO_SLOW if exception.message_is_html else str(exception.message)
        return ErrorPage(400 if exception.status == 500 else exception.status, message, exception.title)
    if isinstance(exception, RAISED_BY_ADDRESSES) and not _is_ours(exception):
        return ErrorPage(400, MALFORMED)
    return None


def _is_ours(exception: Exception) -> bool:
    trace = exception.__traceback__
    while trace:
        if trace.tb_frame.f_globals.get("__name__", "").startswith("archive."):
            return True
        trace = trace.tb_next
    return False


async def response(datasette: Datasette, request: Request, error: ErrorPage) -> Response:
    """The page, or JSON where JSON was requested."""
    context = {"ok": False, "error": error.message, "status": error.status, "title": error.title}
    if request.path.endswith(".json"):
        return Response.json(context, status=error.status)
    return Response.html(await datasette.render_template("error.html", context, request=request), status=error.status)
