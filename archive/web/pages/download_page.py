"""The download of the whole archive: the page /-/download, the snapshot, and its digest.

An operator turns it off in the metadata (`plugins: disclosures: download: false`).
"""

import asyncio
import logging
import re
import threading
import time
from pathlib import Path

from datasette.utils.asgi import NotFound, Request, Response, asgi_start

from archive.database.connection import ArchiveError
from archive.export.public_database import Snapshot
from archive.export.snapshots import is_due, kept, renew
from archive.web.http.datasette_class import site_settings
from archive.web.http.errors import NOTHING_HERE
from archive.web.http.middleware import Send, left
from archive.web.http.request_context import RequestContext
from archive.web.http.streaming import PATIENCE

logger = logging.getLogger(__name__)

PIECE = 1 << 18

REST = 3600.0
"""Seconds before it is tried again where no snapshot could be made."""

_RANGE = re.compile(r"bytes=([0-9]{1,15})-")
_making: dict[Path, threading.Thread] = {}
_failed: dict[Path, float] = {}


async def page(context: RequestContext) -> Response:
    """The page; where there is no snapshot yet, or an old one, a new one is made from now on."""
    db = _requested_archive(context)
    snapshot, busy = await context.db.execute_fn(lambda _: (kept(db), _renewed(db)))
    return await context.render(
        "download.html", snapshot=snapshot, name=_name(snapshot) if snapshot else None, busy=busy
    )


async def file(context: RequestContext) -> Response:
    """The snapshot, or the rest of it from a byte on. Raises NotFound for one that isn't there any more."""
    snapshot = _named(context)
    return _File(snapshot, context.request)


async def digest(context: RequestContext) -> Response:
    """The snapshot's digest, as `sha256sum --check` reads it."""
    snapshot = _named(context)
    return Response.text(f"{snapshot.sha256}  {_name(snapshot)}\n")


def _requested_archive(context: RequestContext) -> Path:
    """The file of the requested archive. Raises NotFound where downloads are turned off."""
    if site_settings(context.datasette).get("download", True) is False or not context.db.path:
        raise NotFound(NOTHING_HERE)
    return Path(context.db.path)


def _named(context: RequestContext) -> Snapshot:
    snapshot = kept(_requested_archive(context))
    if snapshot is None or context.part("name") != _name(snapshot):
        raise NotFound(NOTHING_HERE)
    return snapshot


def _name(snapshot: Snapshot) -> str:
    """The file name for those who download it: made of its day and its digest, so that two are never mixed up."""
    return f"disclosures-{snapshot.made_at[:10]}-{snapshot.sha256[:12]}.db"


def _renewed(db: Path) -> bool:
    """See that a snapshot is made where one is due; whether one is being made."""
    running = _making.get(db)
    if running and running.is_alive():
        return True
    if time.monotonic() - _failed.get(db, -REST) < REST or not is_due(db):
        return False
    _making[db] = threading.Thread(target=_make, args=(db,), name="snapshot", daemon=True)
    _making[db].start()
    return True


def _make(db: Path) -> None:
    try:
        renew(db)
    except ArchiveError as error:
        _failed[db] = time.monotonic()
        logger.warning("no snapshot: %s", error)


class _File(Response):  # type: ignore[misc]  # Datasette comes without types
    """The bytes of a snapshot, from the requested one on."""

    def __init__(self, snapshot: Snapshot, request: Request) -> None:
        requested = _RANGE.fullmatch(request.headers.get("range", ""))
        tag = f'"{snapshot.sha256}"'
        since = int(requested[1]) if requested and request.headers.get("if-range", tag) == tag else 0
        self._since = since if since < snapshot.bytes else 0
        super().__init__("", status=206 if self._since else 200, content_type="application/vnd.sqlite3")
        self._path, self._request = snapshot.path, request
        self.headers |= {
            "content-length": str(snapshot.bytes - self._since),
            "accept-ranges": "bytes",
            "etag": tag,
            "content-disposition": f'attachment; filename="{_name(snapshot)}"',
        }
        if self._since:
            self.headers["content-range"] = f"bytes {self._since}-{snapshot.bytes - 1}/{snapshot.bytes}"

    async def asgi_send(self, send: Send) -> None:
        """Send it piece by piece, as long as its reader stays."""
        gone = asyncio.ensure_future(left(self._request.receive))
        try:
            with self._path.open("rb") as file:
                file.seek(self._since)
                await asgi_start(send, self.status, self.headers, self.content_type)
                if self._request.method != "HEAD":
                    while not gone.done() and (piece := await asyncio.to_thread(file.read, PIECE)):
                        message = {"type": "http.response.body", "body": piece, "more_body": True}
                        await asyncio.wait_for(send(message), PATIENCE)
                await send({"type": "http.response.body", "body": b""})
        finally:
            gone.cancel()
