"""Files that are sent while they are made: by a thread of their own, a piece at a time, until the reader leaves."""

import asyncio
import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from datasette.database import Database
from datasette.utils.asgi import BadRequest, Base400, Request, Response, asgi_start

from archive.database.several import Readable
from archive.database.time_limit import is_interrupted, time_limit
from archive.evidence.http_exchange import one_line
from archive.labels.label import LABELS
from archive.web.http.archives import opened
from archive.web.http.datasette_class import Datasette
from archive.web.http.errors import TOO_SLOW, sql_message, unreadable
from archive.web.http.middleware import Send, left

logger = logging.getLogger(__name__)

Make = Callable[[Any], Generator[bytes, None, None]]

AT_ONCE = 8
"""Files that are made at the same time; a reader who comes then gets 503."""

STEP = 10.0
"""Seconds that one piece may take, …"""

WHOLE = 120.0
"""… and all pieces together, not counting how long the reader takes to receive them."""

PATIENCE = 60.0
"""Seconds that a reader may leave a piece unreceived."""

LONGEST = 1800.0
"""Seconds from the first piece to the last, however slowly they are received:
until then the archive's log can't be emptied.
"""

_WORKER = ThreadPoolExecutor(1, thread_name_prefix="export")  # one, so that pages are answered meanwhile
_ROOM = threading.BoundedSemaphore(AT_ONCE)


class BusyError(Base400):  # type: ignore[misc]  # Datasette comes without types
    """As many files are being made as can be."""

    status = 503


BUSY = LABELS["error.files_busy"]


def saved_as(name: str) -> dict[str, str]:
    """Return the header by which browsers save an answer as a file called `name` (RFC 6266)."""
    return {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A file that is made from a database: its name, its media type, and what makes it, piece by piece."""

    name: str
    media_type: str
    make: Make


class Streamed(Response):  # type: ignore[misc]  # Datasette comes without types
    """A file that is made from `database`; `request` ends when its reader is gone."""

    def __init__(self, file: MadeFile, datasette: Datasette, request: Request, database: Database) -> None:
        super().__init__("", content_type=file.media_type)
        self.headers |= saved_as(file.name)
        self._datasette, self._request, self._database, self._make = datasette, request, database, file.make

    async def asgi_send(self, send: Send) -> None:
        """Send it. Raises BadRequest before anything is sent; later the connection breaks: the file is not whole."""
        if self._request.method == "HEAD":
            await super().asgi_send(send)
            return
        if not _ROOM.acquire(blocking=False):
            raise BusyError(BUSY)
        gone = asyncio.ensure_future(left(self._request.receive))
        work = _Work(self._datasette, self._database, self._make)
        try:
            await self._send_all(send, work, gone)
        finally:
            gone.cancel()
            await asyncio.get_running_loop().run_in_executor(_WORKER, work.close)
            _ROOM.release()

    async def _send_all(self, send: Send, work: "_Work", gone: asyncio.Future[None]) -> None:
        loop = asyncio.get_running_loop()
        started = False
        try:
            async with asyncio.timeout(LONGEST):
                while not gone.done():
                    piece = await loop.run_in_executor(_WORKER, work.piece)
                    if not started and (piece or piece is None):
                        await asgi_start(send, self.status, self.headers, self.content_type)
                        started = True
                    if piece is None:
                        await send({"type": "http.response.body", "body": b""})
                        return
                    if piece:
                        message = {"type": "http.response.body", "body": piece, "more_body": True}
                        await asyncio.wait_for(send(message), PATIENCE)
        except (sqlite3.Error, TimeoutError) as error:
            if not started and unreadable(error):
                raise
            slow = isinstance(error, TimeoutError) or is_interrupted(error)
            if not started:
                raise BadRequest(TOO_SLOW if slow else sql_message(str(error))) from error
            # Left without its end, the answer breaks off, and nobody takes the file for whole.
            logger.warning("path=%s broken off: %s", self._request.path, one_line(error))


class _Work:
    """The work on one file: its connection, its limits. Used by the worker's thread alone."""

    def __init__(self, datasette: Datasette, database: Database, make: Make) -> None:
        self._datasette, self._database, self._make = datasette, database, make
        self._context = copy_context()  # with the reader's language
        self._connection: Readable | None = None
        self._pieces: Generator[bytes, None, None] | None = None
        self._spent = 0.0

    def piece(self) -> bytes | None:
        """Return the next piece; None after the last. Raises
        sqlite3.OperationalError("interrupted") where it takes too long.
        """
        began = time.monotonic()
        if self._spent > WHOLE:
            raise sqlite3.OperationalError("interrupted")
        if self._connection is None or self._pieces is None:
            # One of its own: those of Datasette's threads answer other requests between two pieces.
            self._connection = opened(self._datasette, self._database)
            self._pieces = self._make(self._connection)
        with time_limit(self._connection, STEP):
            piece = self._context.run(next, self._pieces, None)
        self._spent += time.monotonic() - began
        return piece

    def close(self) -> None:
        if self._pieces is not None:
            self._pieces.close()
        if self._connection is not None:
            self._connection.close()
