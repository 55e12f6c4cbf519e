"""The addresses of archived copies: the page around one, the copy by itself,
and originals for those allowed to have them.
"""

import asyncio
import logging
import re
import tempfile
from pathlib import Path
from typing import Literal

from datasette.utils import tilde_decode
from datasette.utils.asgi import Forbidden, NotFound, Request, Response

from archive.copies.marking import MARK, MarkedPlace
from archive.database.connection import ArchiveError
from archive.evidence.evidence_reader import place_of
from archive.evidence.http_exchange import EvidenceError
from archive.export.original_files import export
from archive.labels.label import LABELS
from archive.labels.language import TAGS
from archive.labels.when import beijing, utc
from archive.web.evidence import screenshots
from archive.web.http.access_control import ORIGINALS
from archive.web.http.archives import archives
from archive.web.http.datasette_class import Datasette
from archive.web.http.errors import NOTHING_HERE
from archive.web.http.request_context import RequestContext, context_for, number
from archive.web.processes.lanes import NoPlaceError
from archive.web.views import capture_frame

logger = logging.getLogger(__name__)

REFUSED = LABELS["error.originals"]

_NUMBER = re.compile(r"[0-9]{1,18}")

# Nothing in a copy may run, load, be sent or lead anywhere, whatever it holds and wherever it is opened.
HEADERS = {
    "Content-Security-Policy": (
        "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; font-src data:; form-action 'none'; "
        "base-uri 'none'; frame-ancestors 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}


async def moved(datasette: Datasette, request: Request) -> Response:
    """From the former address of a copy to its permanent one."""
    context, capture = await _requested_capture(datasette, request)
    return Response.redirect(context.address("copy", capture))


async def around(datasette: Datasette, request: Request) -> Response:
    """The page around a copy."""
    context, capture = await _requested_capture(datasette, request)
    archived = await capture_frame.archived(context.db, capture, await _requested_place(context))
    if archived is None:
        raise NotFound(NOTHING_HERE)
    marked = {name: context.parameter(name) for name in ("record", "mark") if context.parameter(name)}
    return await context.render(
        "archived.html",
        archived=archived,
        database=context.database,
        raw=f"{context.address('copy', capture, 'raw', **marked)}{f'#{MARK}' if marked else ''}",
        here=context.absolute(context.address("copy", capture)),
        may_download=await context.may(ORIGINALS),
        has_screenshots=screenshots.browser(datasette) is not None,
    )


async def raw(datasette: Datasette, request: Request) -> Response:
    """The copy by itself, for the frame."""
    context, capture = await _requested_capture(datasette, request)
    row = (await context.db.execute("SELECT id, sha256 FROM captures WHERE id = :id", {"id": capture})).first()
    if row is None:
        raise NotFound(NOTHING_HERE)
    copy, why_not = await capture_frame.framed(context.db, row, await _requested_place(context))
    if copy is not None:
        return Response(copy.body, 200, {**HEADERS, "Content-Language": TAGS["zh"]}, copy.media_type)
    if why_not is capture_frame.BUSY:
        return _later(str(why_not))
    return Response(str(why_not or ""), 415, HEADERS, "text/plain; charset=utf-8")


async def screenshot(datasette: Datasette, request: Request) -> Response:
    """A picture of the copy in a frame with address, time and digest. Raises NotFound where no page is shown."""
    context, capture = await _requested_capture(datasette, request)
    archived = await capture_frame.archived(context.db, capture)
    if archived is None or archived.copy is None or archived.copy.page is None or not screenshots.browser(datasette):
        raise NotFound(NOTHING_HERE)
    row, form = archived.row, context.format
    captured = LABELS["copy.captured"].format(beijing=beijing(row["fetched_at"]), utc=utc(row["fetched_at"]))
    here = context.absolute(context.address("copy", capture))
    framed = screenshots.Framed(here, row["url"], str(captured), row["sha256"])
    try:
        picture = await screenshots.picture(datasette, archived.copy.body, framed, form)
    except (screenshots.ScreenshotError, NoPlaceError) as error:
        return _later(str(error) or str(capture_frame.BUSY))
    headers = {"Content-Disposition": f'inline; filename="copy-{capture}.{form}"', "X-Content-Type-Options": "nosniff"}
    return Response(picture, 200, headers, screenshots.FORMS[form])


def _later(message: str) -> Response:
    """Return the answer that says why there is none now, to who may try again."""
    return Response(message, 503, {**HEADERS, "Retry-After": "10"}, "text/plain; charset=utf-8")


async def originals(datasette: Datasette, request: Request) -> Response:
    """The originals of the record that a capture shows, or else of the capture alone, as WARC or WACZ."""
    context, capture = await _requested_capture(datasette, request)
    if not await context.may(ORIGINALS):
        raise Forbidden(REFUSED)
    archived = await capture_frame.archived(context.db, capture)
    if archived is None:
        raise NotFound(NOTHING_HERE)
    form = context.format
    record = archived.records[0]["id"] if len(archived.records) == 1 else None
    name = f"capture-{capture}" if record is None else f"record-{record}"
    db = Path(context.db.path)
    try:
        data = await asyncio.to_thread(_exported, db, "wacz" if form == "wacz" else "warc", record, capture)
    except (ArchiveError, EvidenceError) as error:
        raise NotFound(str(error)) from error
    logger.warning("originals taken: %s of %s by %s", name, context.database, (request.actor or {}).get("id"))
    headers = {"Content-Disposition": f'attachment; filename="{name}.{form}"', "Cache-Control": "private, no-store"}
    return Response(data, 200, headers, "application/octet-stream")


def _exported(db: Path, form: Literal["warc", "wacz"], record: int | None, capture: int) -> bytes:
    with tempfile.TemporaryDirectory(prefix="originals-") as folder:
        out = Path(folder, f"originals.{form}")
        capture_alone = capture if record is None else None
        export(db, place_of(db), out, form, record=record, capture=capture_alone, as_received=True)
        return out.read_bytes()


async def _requested_place(context: RequestContext) -> MarkedPlace:
    """Return the place to be marked: the row of `record=`,
    or the first that holds the text of `mark=`. Raises BadRequest.
    """
    record = number(context, "record", _NUMBER)
    return await capture_frame.place_of(context.db, record, context.parameter("mark"))


async def _requested_capture(datasette: Datasette, request: Request) -> tuple[RequestContext, int]:
    """Return the context of a request for a capture, and its number.
    Raises NotFound, or Forbidden where the archive may not be seen.
    """
    route = request.url_vars.get("database")
    named = next(
        (name for name in archives(datasette) if datasette.get_database(name).route == tilde_decode(route or "")), route
    )
    context = await context_for(datasette, request, named)
    allowed = [("view-table", (context.database, "captures")), ("view-database", context.database), "view-instance"]
    await datasette.ensure_permissions(request.actor, allowed)
    return context, int(request.url_vars["capture"])
