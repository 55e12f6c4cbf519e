"""Mistakes in a reader's request, as a page that says so.

Datasette prints a traceback for every missing page, and calls addresses it doesn't expect an error of the server.
"""

import errno
import re
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import parse_qsl

from datasette.database import QueryInterrupted
from datasette.utils import tilde_decode
from datasette.utils.asgi import BadRequest, Base400, NotFound, Request, Response
from datasette.views.base import DatasetteError
from markupsafe import Markup

from archive.database.several import UnreadableArchiveError, is_unreadable
from archive.labels.label import LABELS, Label
from archive.model.printable import with_codes
from archive.web.http.datasette_class import Datasette, below_base
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

MALFORMED = LABELS["error.malformed"]
NOTHING_HERE = LABELS["error.nothing_here"]
OUTDATED = LABELS["error.outdated_index"]
TOO_SLOW = LABELS["error.too_slow"]
TOO_LARGE = LABELS["error.too_large"]
TOO_MANY = LABELS["error.too_many"]

_SQL_ERRORS = (
    (r"not authorized to use function: (?P<name>.{1,100})", LABELS["sql_error.function"]),
    (r"access to (?P<name>\S{1,100}) is prohibited", LABELS["sql_error.table"]),
    (r"string or blob too big", LABELS["sql_error.value"]),
    (r"interrupted", TOO_SLOW),
    (r"not authorized", LABELS["sql_error.statement"]),
    (r"disk I/O error|database or disk is full|out of memory", TOO_LARGE),
    (r"Statement must be a SELECT", LABELS["sql_error.select"]),
    (r"You can only execute one statement at a time\.?", LABELS["sql_error.one"]),
    (r"no such column: (?P<name>.{1,100})", LABELS["sql_error.no_column"]),
    (r"no such table: (?P<name>.{1,100})", LABELS["sql_error.no_table"]),
    (r"no such function: (?P<name>.{1,100})", LABELS["sql_error.no_function"]),
    (r"ambiguous column name: (?P<name>.{1,100})", LABELS["sql_error.ambiguous"]),
    (r'near "(?P<name>.{1,100})": syntax error', LABELS["sql_error.syntax"]),
    (r'fts5: syntax error near "(?P<name>.{0,100})"', LABELS["sql_error.syntax"]),
    (r'unrecognized token: "(?P<name>.{1,100})"?', LABELS["sql_error.token"]),
    (r"incomplete input", LABELS["sql_error.incomplete"]),
    (r"wrong number of arguments to function (?P<name>[^()]{1,100})\(\)", LABELS["sql_error.arguments"]),
    (
        r"misuse of (?:aggregate|window function)(?: function)?:? (?P<name>[^()]{1,100})\(\)",
        LABELS["sql_error.aggregate"],
    ),
    (r"malformed JSON|JSON path error.{0,200}|bad JSON path.{0,200}", LABELS["sql_error.json"]),
    (r"database disk image is malformed|database schema is locked.{0,100}", LABELS["sql_error.unreadable"]),
    (r"database is locked|database table is locked.{0,100}", LABELS["sql_error.busy"]),
    (r"attempt to write a readonly database", LABELS["sql_error.select"]),
    (r"unable to use function MATCH in the requested context", LABELS["sql_error.match"]),
    (
        r"LIKE or GLOB pattern too complex|too many .{1,60}|Expression tree is too large.{0,60}|parser stack overflow",
        LABELS["sql_error.complex"],
    ),
    (
        r"SELECTs to the left and right of .{1,20} do not have the same number of result columns",
        LABELS["sql_error.union"],
    ),
    (r"sub-select returns \d+ columns - expected \d+|row value misused", LABELS["sql_error.subselect"]),
    (
        r".{1,20} (?:ORDER|GROUP) BY term out of range.{0,60}|1st ORDER BY term does not match.{0,60}",
        LABELS["sql_error.order"],
    ),
    (r"integer overflow|datatype mismatch", LABELS["sql_error.number"]),
)
"""Errors of SQLite about a reader's SQL, and the site's words for them."""

_DATASETTE_ERRORS = (
    (r"_size must be a positive integer", LABELS["error.size"]),
    (r"_size must be <= (?P<most>\d+)", LABELS["error.too_many_on_page"]),
    (r"_(?:no)?col=(?P<name>.{1,100}) - invalid columns", LABELS["sql_error.no_column"]),
    (r"Cannot sort table by (?P<name>.{1,100})", LABELS["error.sort"]),
    (r"Cannot use _sort and _sort_desc at the same time", LABELS["error.two_sorts"]),
)
"""Datasette's messages about the parameters of a table's address, and the site's words for each."""

_MOST_QUOTED = 100
"""Characters of a parameter's value that are quoted."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message in the reader's language. `quoted`: words of others that it leads up to, in their own."""

    text: Label
    quoted: str = ""

    def __str__(self) -> str:
        return f"{self.text} {self.quoted}".strip()

    def __html__(self) -> Markup:
        quoted = Markup(" <code>{}</code>").format(with_codes(self.quoted)) if self.quoted else ""
        return Markup("{}{}").format(self.text, quoted)


def not_understood(name: str, value: str) -> BadRequest:
    """Return the error that says which parameter's value can't be understood."""
    return BadRequest(Message(LABELS["error.parameter"].format(name=name), value[:_MOST_QUOTED]))


def missing(*names: str) -> BadRequest:
    """Return the error that says which parameters an address lacks."""
    return BadRequest(Message(LABELS["error.missing"], " ".join(names)))


def sql_message(text: str) -> Message:
    """Return what SQLite says of a reader's SQL in the reader's language, with its own words where there are none."""
    return _in_our_words(text, _SQL_ERRORS) or Message(LABELS["sql_error.other"], text)


def _in_our_words(text: str, known: Iterable[tuple[str, Label]]) -> Message | None:
    for pattern, label in known:
        if match := re.fullmatch(pattern, text):
            return Message(label.format(**match.groupdict()))
    return None


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """HTTP status, title (None: the page's own) and message."""

    status: int
    message: Message
    title: str | None = None


def error_page(exception: Exception) -> ErrorPage | None:
    """Return the page that says what the request got wrong; None where `exception` is an error of the server.

    What was raised in or through this package is an error of ours, and must go on looking like one.
    """
    if message := unreadable(exception):
        return ErrorPage(503, Message(message))
    if isinstance(exception, (NotFound, Base400)):
        argument = exception.args[0] if exception.args else ""
        return ErrorPage(
            exception.status, Message(NOTHING_HERE) if isinstance(exception, NotFound) else _message(argument)
        )
    if isinstance(exception, OSError) and exception.errno == errno.ENAMETOOLONG:
        return ErrorPage(404, Message(NOTHING_HERE))  # of Datasette's own static files
    if isinstance(exception, (QueryInterrupted, MemoryError, TooLongError)):
        return ErrorPage(400, Message(TOO_SLOW if isinstance(exception, QueryInterrupted) else TOO_LARGE))
    if isinstance(exception, DatasetteError):
        # "Cannot sort by" has status 500 there.
        return ErrorPage(
            400 if exception.status == 500 else exception.status, _of_datasette(exception), exception.title
        )
    by_address = isinstance(exception, RAISED_BY_ADDRESSES) and not _is_ours(exception)
    return ErrorPage(400, Message(MALFORMED)) if by_address else None


def unreadable(exception: Exception) -> Label | None:
    """Return what to say of an archive that can't be read; None where `exception` is about something else."""
    if isinstance(exception, UnreadableArchiveError):
        return LABELS["error.unreadable_archive"].format(archive=exception.archive)
    return LABELS["error.unreadable"] if is_unreadable(exception) else None


def _of_datasette(error: DatasetteError) -> Message:
    """Return the message of an error of Datasette's; the one that it words as HTML is that of the time limit."""
    if error.message_is_html:
        return Message(TOO_SLOW)
    return sql_message(str(error.message)) if error.title == "Invalid SQL" else _message(error.message)


def _message(text: object) -> Message:
    """Return a message of ours as it is, one of Datasette's in our words, or else quoted."""
    if isinstance(text, Message):
        return text
    if isinstance(text, Label):
        return Message(text)
    return _in_our_words(str(text), _DATASETTE_ERRORS) or Message(LABELS["error.datasette"], str(text))


_PASS_ON = {"archive.web.http.server"}
"""Modules through which Datasette's own queries pass: what is raised there is raised by an address."""


def _is_ours(exception: Exception) -> bool:
    trace = exception.__traceback__
    while trace:
        module = trace.tb_frame.f_globals.get("__name__", "")
        if module.startswith("archive.") and module not in _PASS_ON:
            return True
        trace = trace.tb_next
    return False


async def _requested_sql(datasette: Datasette, request: Request) -> str | None:
    """Return the SQL that was requested, or that of the canned query that was; None where none was."""
    path = below_base(datasette, request.path).partition(".")[0]
    if request.args.get("sql"):
        return str(request.args["sql"]) if path == "/-/sql" or not path.startswith("/-/") else None
    route, _, name = path.strip("/").partition("/")
    database = next((each for each, known in datasette.databases.items() if known.route == tilde_decode(route)), None)
    query = database and name and await datasette.get_canned_query(database, tilde_decode(name), request.actor)
    return str(query["sql"]) if query else None


async def response(datasette: Datasette, request: Request, error: ErrorPage) -> Response:
    """The page, or JSON where JSON was requested."""
    context = {"ok": False, "error": error.message, "status": error.status, "title": error.title}
    if request.path.endswith(".json"):
        return Response.json({**context, "error": str(error.message)}, status=error.status)
    sql = await _requested_sql(datasette, request) if error.status != NotFound.status else None
    context |= {
        "sql": sql,
        "sql_form": "/".join(request.path.split(".")[0].split("/")[: None if request.args.get("sql") else -1]),
        "arguments": [(name, value) for name, value in parse_qsl(request.query_string) if name != "sql"],
    }
    return Response.html(await datasette.render_template("error.html", context, request=request), status=error.status)
