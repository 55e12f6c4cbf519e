"""The addresses of archived copies: the page around one, the copy by itself, and originals for those allowed to have them."""

import asyncio
import logging
import re
import tempfile
from pathlib import Path
from typing import Literal

from datasette.utils import tilde_decode
from datasette.utils.asgi import BadRequest, Forbidden, NotFound, Request, Response

from archive.copies.marking import MARK, MarkedPlace
from archive.database.connection import ArchiveError
from archive.evidence.evidence_reader import place_of
from archive.evidence.http_exchange import EvidenceError
from archive.export.original_files import export
from archive.labels.label import LABELS
from archive.labels.language import TAGS
from archive.labels.when import beijing, utc
from archive.web.evidence import screenshots
from archive.web.evidence.downloads import ORIGINALS
from archive.web.http.archives import archives
from archive.web.http.datasette_class import Datasette
from archive.web.http.errors import MALFORMED, NOTHING_HERE
from archive.web.http.request_context import address, context_for, render
from archive.web.processes.lanes import NoPlaceError
from archive.web.views import capture_frame

logger = logging.getLogger(__name__)

REFUSED = LABELS["error.originals"]

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
    database, number = await _requested_capture(datasette, request)
    return Response.redirect(address(datasette, database, "copy", number))


async def around(datasette: Datasette, request: Request) -> Response:
    """The page around a copy."""
    database, number = await _requested_capture(datasette, request)
    place = await _requested_place(datasette, request, database)
    archived = await capture_frame.archived(datasette, database, number, place)
    if archived is None:
        raise NotFound(NOTHING_HERE)
    marked = {name: request.args[name] for name in ("record", "mark") if request.args.get(name)}
    return await render(
        datasette,
        request,
        "archived.html",
        archived=archived,
        database=database,
        raw=f"{address(datasette, database, 'copy', number, 'raw', **marked)}{f'#{MARK}' if marked else ''}",
        here=datasette.absolute_url(request, address(datasette, database, "copy", number)),
        may_download=await datasette.permission_allowed(request.actor, ORIGINALS, default=False),
        has_screenshots=screenshots.browser(datasette) is not None,
        is_archive=True,
    )


async def raw(datasette: Datasette, request: Request) -> Response:
    """The copy by itself, for the frame."""
    database, number = await _requested_capture(datasette, request)
    db = datasette.get_database(database)
    row = (await db.execute("SELECT id, sha256 FROM captures WHERE id = :id", {"id": number})).first()
    if row is None:
        raise NotFound(NOTHING_HERE)
    copy, why_not = await capture_frame.framed(db, row, await _requested_place(datasette, request, database))
    if copy is None:
        message = str(why_not or "")
        if why_not is capture_frame.BUSY:
            return Response(message, 503, {**HEADERS, "Retry-After": "10"}, "text/plain; charset=utf-8")
        return Response(message, 415, HEADERS, "text/plain; charset=utf-8")
    return Response(copy.body, 200, {**HEADERS, "Content-Language": TAGS["zh"]}, copy.media_type)


async def screenshot(datasette: Datasette, request: Request) -> Response:
    """A picture of the copy in a frame with address, time and digest. Raises NotFound where there is no page to be shown."""
    database, number = await _requested_capture(datasette, request)
    archived = await capture_frame.archived(datasette, database, number)
    if archived is None or archived.copy is None or archived.copy.page is None or not screenshots.browser(datasette):
        raise NotFound(NOTHING_HERE)
    row, form = archived.row, request.url_vars["form"]
    here = datasette.absolute_url(request, address(datasette, database, "copy", number))
    captured = LABELS["copy.captured"].format(beijing=beijing(row["fetched_at"]), utc=utc(row["fetched_at"]))
    framed = screenshots.Framed(here, row["url"], str(captured), row["sha256"])
    try:
        picture = await screenshots.picture(datasette, archived.copy.body, framed, form)
    except (screenshots.ScreenshotError, NoPlaceError) as error:
        message = str(error) or str(capture_frame.BUSY)
        return Response(message, 503, {**HEADERS, "Retry-After": "10"}, "text/plain; charset=utf-8")
    headers = {"Content-Disposition": f'inline; filename="copy-{number}.{form}"', "X-Content-Type-Options": "nosniff"}
    return Response(picture, 200, headers, screenshots.FORMS[form])


async def originals(datasette: Datasette, request: Request) -> Response:
    """The originals of the record that a capture shows, or else of the capture alone, as WARC or WACZ."""
    database, number = await _requested_capture(datasette, request)
    if not await datasette.permission_allowed(request.actor, ORIGINALS, default=False):
        raise Forbidden(REFUSED)
    archived = await capture_frame.archived(datasette, database, number)
    if archived is None:
        raise NotFound(NOTHING_HERE)
    form = request.url_vars["form"]
    record = archived.records[0]["id"] if len(archived.records) == 1 else None
    name = f"capture-{number}" if record is None else f"record-{record}"
    db = Path(datasette.get_database(database).path)
    try:
        data = await asyncio.to_thread(_exported, db, "wacz" if form == "wacz" else "warc", record, number)
    except (ArchiveError, EvidenceError) as error:
        raise NotFound(str(error)) from error
    logger.warning("originals taken: %s of %s by %s", name, database, (request.actor or {}).get("id"))
    headers = {"Content-Disposition": f'attachment; filename="{name}.{form}"', "Cache-Control": "private, no-store"}
    return Response(data, 200, headers, "application/octet-stream")


def _exported(db: Path, form: Literal["warc", "wacz"], record: int | None, capture: int) -> bytes:
    with tempfile.TemporaryDirectory(prefix="originals-") as folder:
        out = Path(folder, f"originals.{form}")
        capture_alone = capture if record is None else None
        export(db, place_of(db), out, form, record=record, capture=capture_alone, as_received=True)
        return out.read_bytes()


async def _requested_place(datasette: Datasette, request: Request, database: str) -> MarkedPlace:
    """Return the place to be marked: the row of `record=`, or the first that holds the text of `mark=`. Raises BadRequest."""
    record, text = request.args.get("record") or "", request.args.get("mark") or ""
    if record and not re.fullmatch(r"[0-9]{1,18}", record):
        raise BadRequest(MALFORMED)
    return await capture_frame.place_of(datasette.get_database(database), int(record) if record else None, text)


async def _requested_capture(datasette: Datasette, request: Request) -> tuple[str, int]:
    """Return the requested capture: database and number. Raises NotFound, or Forbidden where the archive may not be seen."""
    route = request.url_vars.get("database")
    named = next(
        (name for name in archives(datasette) if datasette.get_database(name).route == tilde_decode(route or "")), route
    )
    context = await context_for(datasette, request, named)
    allowed = [("view-table", (context.database, "captures")), ("view-database", context.database), "view-instance"]
    await datasette.ensure_permissions(request.actor, allowed)
    return context.database, int(request.url_vars["capture"])
