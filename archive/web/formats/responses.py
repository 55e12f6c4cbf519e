"""Responses that hold rows: a file that is sent while it is made, or JSON; and the limits of what they may take."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from datasette.database import Database
from datasette.utils.asgi import BadRequest, Request, Response

from archive.database.several import Readable
from archive.database.time_limit import Result, within
from archive.export.citation_formats import FORMATS, Citation
from archive.export.file_formats import STREAMED
from archive.export.rows import Row, Rows
from archive.export.writers import Pieces, json_text
from archive.labels.label import LABELS
from archive.web.http.datasette_class import Datasette
from archive.web.http.errors import TOO_SLOW
from archive.web.http.request_context import RequestContext
from archive.web.http.streaming import MadeFile, Streamed, saved_as
from archive.web.views.cells import UNTITLED

MOST_IN_XLSX = 200_000
"""Rows of a workbook: a sheet holds five times as many, but takes a minute and a half to make."""

TOO_MANY = LABELS["error.too_many_rows"].format(most=f"{MOST_IN_XLSX:,}")

Read = Callable[[Any], Rows]


def streamed_file(datasette: Datasette, request: Request, database: Database, title: str, read: Read) -> Streamed:
    """Return the rows as a file in the format of the address:
    for people in words of theirs, for machines with names and codes.
    """
    extension = request.url_vars["format"]
    form = STREAMED[extension]

    def make(connection: Readable) -> Pieces:
        rows = read(connection)
        yield from form.pieces(replace(rows, rows=_at_most(rows.rows)) if extension == "xlsx" else rows)

    file = MadeFile(file_name(title, extension), form.media_type, make)
    return Streamed(file, datasette, request, database)


def whole_file(rows: Rows, extension: str) -> Response:
    """Return rows that are in memory as a file."""
    return download(STREAMED[extension].pieces(rows), rows.title, extension)


def download(pieces: Pieces, title: str, extension: str) -> Response:
    """Return a file that is made at once, called after its title."""
    headers = saved_as(file_name(title, extension))
    return Response(b"".join(pieces), 200, headers, STREAMED[extension].media_type)


def citation_response(citation: Citation, extension: str) -> Response:
    """Return a citation as a file that programs take up."""
    write, media_type = FORMATS[extension]
    headers = {"Content-Disposition": f'attachment; filename="{citation.key}.{extension}"'}
    return Response(write(citation), content_type=media_type, headers=headers)


def json_response(value: object) -> Response:
    """Return `value` as JSON, Chinese as it is."""
    return Response(json_text(value), content_type="application/json; charset=utf-8")


async def in_time(context: RequestContext, milliseconds: int, work: Callable[[Readable], Result]) -> Result:
    """Return what `work` reads from the archive. Raises BadRequest where that takes too long."""
    result: Result | None = await context.db.execute_fn(
        lambda connection: within(connection, milliseconds, lambda: work(connection))
    )
    if result is None:
        raise BadRequest(TOO_SLOW)
    return result


def file_name(title: str, extension: str) -> str:
    """Return a name for a file, whatever the title: no sign that a file's name can't have, and not too long."""
    plain = re.sub(r'[\x00-\x1f<>:"/\\|?*\u202a-\u202e\u2066-\u2069]+', " ", title)
    return f"{' '.join(plain.split())[:60].strip('. ') or UNTITLED}.{extension}"


def _at_most(rows: Iterable[Row]) -> Iterator[Row]:
    for number, row in enumerate(rows):
        if number == MOST_IN_XLSX:
            raise BadRequest(TOO_MANY)
        yield row
