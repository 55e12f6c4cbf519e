"""The whole archive to be taken away: the page /-/download, the snapshot, and its digest.

An operator turns it off in the metadata (`plugins: disclosures: download: false`).
"""

import asyncio
import logging
import re
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datasette.utils.asgi import NotFound, Response

from archive.database.connection import ArchiveError
from archive.export.public_database import Snapshot
from archive.export.snapshots import is_due, kept, renew
from archive.web.http.errors import NOTHING_HERE
from archive.web.http.request_context import Visit, visited
from archive.web.http.streaming import PATIENCE, Send, left

if TYPE_CHECKING:  # Datasette loads this plugin while it is itself being imported
    from datasette.app import Datasette
    from datasette.utils.asgi import Request

logger = logging.getLogger(__name__)

PIECE = 1 << 18

REST = 3600.0
"""Seconds before it is tried again where no snapshot could be made."""

_RANGE = re.compile(r"bytes=([0-9]{1,15})-")
_making: dict[Path, threading.Thread] = {}
_failed: dict[Path, float] = {}


def routes() -> list[tuple[str, Any]]:
    """The addresses."""
    return [
        (r"/-/download$", page),
        (r"/-/download/(?P<name>[\w-]+\.db)$", file),
        (r"/-/download/(?P<name>[\w-]+\.db)\.sha256$", digest),
    ]


async def page(datasette: "Datasette", request: "Request") -> Response:
    """What there is to take away; where there is nothing yet, or something old, it is made from now on."""
    visit, db = await _asked(datasette, request)
    found, busy = await visit.db.execute_fn(lambda _: (kept(db), _renewed(db)))
    context = {"visit": visit, "found": found, "name": _name(found) if found else None, "busy": busy}
    return Response.html(await datasette.render_template("download.html", context, request=request))


async def file(datasette: "Datasette", request: "Request") -> Response:
    """The snapshot, or the rest of it from a byte on. Raises NotFound for one that isn't there any more."""
    found = await _named(datasette, request)
    return _File(found, request)


async def digest(datasette: "Datasette", request: "Request") -> Response:
    """The snapshot's digest, as `sha256sum --check` reads it."""
    found = await _named(datasette, request)
    return Response.text(f"{found.sha256}  {_name(found)}\n")


async def _asked(datasette: "Datasette", request: "Request") -> tuple[Visit, Path]:
    """The archive asked for, and its file. Raises NotFound where it isn't to be taken away."""
    visit = await visited(datasette, request)
    if (datasette.plugin_config("disclosures") or {}).get("download", True) is False or not visit.db.path:
        raise NotFound(NOTHING_HERE)
    return visit, Path(visit.db.path)


async def _named(datasette: "Datasette", request: "Request") -> Snapshot:
    _, db = await _asked(datasette, request)
    found = kept(db)
    if found is None or request.url_vars["name"] != _name(found):
        raise NotFound(NOTHING_HERE)
    return found


def _name(found: Snapshot) -> str:
    """What the file is called for those who take it: by its day and its digest, so that two are never mixed up."""
    return f"disclosures-{found.made_at[:10]}-{found.sha256[:12]}.db"


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
    """The bytes of a snapshot, from the one on that is asked for."""

    def __init__(self, found: Snapshot, request: "Request") -> None:
        asked = _RANGE.fullmatch(request.headers.get("range", ""))
        tag = f'"{found.sha256}"'
        since = int(asked[1]) if asked and request.headers.get("if-range", tag) == tag else 0
        self._since = since if since < found.bytes else 0
        super().__init__("", status=206 if self._since else 200, content_type="application/vnd.sqlite3")
        self._path, self._request = found.path, request
        self.headers |= {
            "content-length": str(found.bytes - self._since),
            "accept-ranges": "bytes",
            "etag": tag,
            "content-disposition": f'attachment; filename="{_name(found)}"',
        }
        if self._since:
            self.headers["content-range"] = f"bytes {self._since}-{found.bytes - 1}/{found.bytes}"

    async def asgi_send(self, send: Send) -> None:
        """Send it piece by piece, as long as its reader stays."""
        gone = asyncio.ensure_future(left(self._request.receive))
        try:
            with self._path.open("rb") as snapshot:
                snapshot.seek(self._since)
                headers = {**self.headers, "content-type": self.content_type}
                raw = [(name.encode(), value.encode()) for name, value in headers.items()]
                await send({"type": "http.response.start", "status": self.status, "headers": raw})
                if self._request.method != "HEAD":
                    while not gone.done() and (piece := await asyncio.to_thread(snapshot.read, PIECE)):
                        message = {"type": "http.response.body", "body": piece, "more_body": True}
                        await asyncio.wait_for(send(message), PATIENCE)
                await send({"type": "http.response.body", "body": b""})
        finally:
            gone.cancel()
