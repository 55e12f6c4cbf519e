"""Mistakes in a reader's request, as a page that says so.

Datasette prints a traceback for every missing page, and calls addresses it doesn't expect an error of the server.
"""

import re
import sqlite3
from dataclasses import dataclass
from urllib.parse import parse_qsl

from datasette.database import QueryInterrupted
from datasette.utils.asgi import Base400, NotFound, Request, Response
from datasette.views.base import DatasetteError

from archive.web.http.datasette_class import Datasette
from archive.web.processes.child import TooLongError

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
TOO_LARGE = (
    "结果过大：一页至多 16 MB，一个值至多 1 MB，内存有限。请少取几列、几行，或取 CSV、JSON Lines。"
    "The result is too large: a page holds 16 MB, a value 1 MB, and memory is limited. Take fewer columns or rows, or CSV or JSON Lines."
)
TOO_MANY = "此类请求正忙，请稍后再试。Too many requests of this kind are being answered; try again in a moment."

_SQL_ERRORS = (
    (
        re.compile(r"not authorized to use function: (.{1,100})"),
        r"此处不可用函数 \1。The function \1 can't be used here.",
    ),
    (re.compile(r"access to (\S{1,100}) is prohibited"), r"此处不可读取 \1。\1 can't be read here."),
    (
        re.compile(r"string or blob too big"),
        "有的值过长：SQL 中一个值至多 1 MB。A value is too long: in SQL one holds 1 MB at the most.",
    ),
    (re.compile(r"interrupted"), TOO_SLOW),
    (re.compile(r"not authorized"), "此处不可这样查询。This can't be asked here."),
    (re.compile(r"disk I/O error|database or disk is full|out of memory"), TOO_LARGE),
    (re.compile(r"Statement must be a SELECT"), "只接受 SELECT 语句。Statement must be a SELECT."),
)


def sql_message(text: str) -> str:
    """Return what SQLite says of a reader's SQL in the site's languages, with its own words where there are none for it."""
    for pattern, message in _SQL_ERRORS:
        if match := pattern.fullmatch(text):
            return match.expand(message)
    return f"SQL 有误，SQLite 的说明是：{text}。The SQL can't be run; SQLite says: {text}."


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
    if isinstance(exception, (QueryInterrupted, MemoryError, TooLongError)):
        return ErrorPage(400, TOO_SLOW if isinstance(exception, QueryInterrupted) else TOO_LARGE)
    if isinstance(exception, DatasetteError):
        # The one message it words as HTML is that of the time limit. "Cannot sort by" has status 500 there.
        message = TOO_SLOW if exception.message_is_html else str(exception.message)
        if exception.title == "Invalid SQL":
            message = sql_message(message)
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
    context |= {
        "sql": request.args.get("sql"),
        "sql_form": request.path.split(".")[0],
        "arguments": [(name, value) for name, value in parse_qsl(request.query_string) if name != "sql"],
    }
    return Response.html(await datasette.render_template("error.html", context, request=request), status=error.status)
