"""A published folder served: its snapshots never change, so answers may be kept;
a newer snapshot takes over as soon as it is there.
"""

import asyncio
import secrets
import threading
from collections.abc import Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from datasette.app import Datasette

from archive.database.connection import ArchiveError
from archive.database.time_limit import Result
from archive.evidence.evidence_reader import place_of
from archive.export.public_database import Snapshot
from archive.export.snapshots import CURRENT, check_together, published, published_archives
from archive.model.clock import today
from archive.web.http.access_control import is_open_to_all
from archive.web.http.middleware import (
    LANGUAGE,
    Application,
    Receive,
    Scope,
    Send,
    send_answer,
    with_language,
    with_plain_address,
)
from archive.web.http.reader_requests import FIRST
from archive.web.http.server import ArchiveDatabase, with_archives

KEEP = b"public, max-age=300"
"""Time in which a reader's browser, or a proxy, need not ask again.
After that, it asks whether the answer it has still holds.
"""

_OWN = {None, b"max-age=5"}
"""Cache-Control of answers where nothing particular is meant: none, or Datasette's default."""


class PublishedArchive(ArchiveDatabase):
    """A snapshot as Datasette serves it: its rows counted already, and read in threads of its own.

    Datasette's threads keep their connections under the database's name, and would go on reading a former snapshot.
    """

    def __init__(self, datasette: Datasette, snapshot: Snapshot) -> None:
        """Serve `snapshot`, with `datasette`."""
        super().__init__(datasette, str(snapshot.path), is_mutable=False)
        self.made_at = snapshot.made_at
        self.cached_hash, self.cached_size, self._cached_table_counts = snapshot.sha256, snapshot.bytes, snapshot.counts
        self._threads = ThreadPoolExecutor(datasette.setting("num_sql_threads"), thread_name_prefix="snapshot")
        self._own = threading.local()

    async def execute_fn(self, fn: Callable[[Any], Result]) -> Result:
        """Return the result of `fn`, called with a connection."""

        def in_thread() -> Result:
            if not hasattr(self._own, "connection"):
                self._own.connection = self.connect()
                self.ds._prepare_connection(self._own.connection, self.name)
            return context.run(fn, self._own.connection)

        context = copy_context()
        return await asyncio.get_running_loop().run_in_executor(self._threads, in_thread)

    def close(self) -> None:
        """End the threads, and close the file in each."""
        self._threads.shutdown()
        super().close()


class _Followed:
    """A published archive: its name on the site, the folder it is published in, and the snapshot that is served."""

    def __init__(self, name: str, folder: Path) -> None:
        """Read what is published. Raises ArchiveError."""
        self._folder = folder
        self._current = folder / CURRENT
        self._target = self._current.readlink() if self._current.is_symlink() else None
        self.snapshot = published(folder)
        self.name = name or self.snapshot.path.stem
        self._former: PublishedArchive | None = None

    def newer(self) -> bool:
        """Return whether `current` points to another snapshot by now; read it."""
        try:
            target = self._current.readlink()
            if target == self._target:
                return False
            self.snapshot = published(self._folder)
        except (ArchiveError, OSError):  # not all of it is there, or ever will be: what was served goes on being served
            return False
        self._target = target
        return True

    def replace(self, datasette: Datasette) -> None:
        """Serve the snapshot in place of the former one. What is being answered from that is finished."""
        archive = PublishedArchive(datasette, self.snapshot)
        archive.name = archive.route = self.name
        if self._former is not None:
            threading.Thread(target=self._former.close, daemon=True).start()
        self._former = datasette.databases[self.name]
        datasette.databases = {**datasette.databases, self.name: archive}


class PublishedSite:
    """The site of a published folder, as an ASGI application."""

    def __init__(self, folder: Path, metadata: dict[str, Any] | None = None) -> None:
        """Read what is published in `folder`. `metadata`: an operator's. Raises ArchiveError."""
        self._archives = [_Followed(name, place) for name, place in published_archives(folder).items()]
        check_together({each.name: each.snapshot.path for each in self._archives})
        opened = {each.name: partial(PublishedArchive, snapshot=each.snapshot) for each in self._archives}
        self.datasette = with_archives(opened, metadata)
        self._application: Application = self.datasette.app()
        FIRST[self.datasette] = self._follow
        self._tag = secrets.token_hex(8)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        scope = with_language(with_plain_address(scope))
        self._follow()
        if scope["method"] not in {"GET", "HEAD"} or not await self._is_open():
            await self._application(scope, receive, send)
            return
        tag = self._etag(scope)
        kept = [(b"etag", tag), (b"cache-control", KEEP)]
        if _has(scope, tag):
            await send_answer(send, 304, [*kept, (b"vary", b"Cookie, Authorization, Accept-Language")])
        else:
            await self._application(scope, receive, _with(kept, send))

    def _follow(self) -> None:
        """Serve other snapshots where `current` points to some."""
        for each in self._archives:
            if each.newer():
                each.replace(self.datasette)
                self._tag = secrets.token_hex(8)

    async def _is_open(self) -> bool:
        """Return whether everybody may see all of it; else no answer may be kept, nor sent without asking who it is."""
        return all([await is_open_to_all(self.datasette, each.name) for each in self._archives])

    def _etag(self, scope: Scope) -> bytes:
        """The same as long as the answer is: for one address, language, snapshot and day,
        and while originals are at hand or not.
        """
        sealed = [place_of(each.snapshot.path).is_file() for each in self._archives]
        address = scope.get("raw_path") or scope["path"].encode()
        state = b"\n".join(
            [self._tag.encode(), address, scope["query_string"], f"{today()} {sealed} {scope[LANGUAGE]}".encode()]
        )
        return b'W/"%s"' % sha256(state).hexdigest()[:20].encode()


def _has(scope: Scope, tag: bytes) -> bool:
    """Return whether a reader of whom nothing is known has the answer with this tag."""
    stated = {
        name: value for name, value in scope["headers"] if name in {b"if-none-match", b"cookie", b"authorization"}
    }
    if stated.keys() != {b"if-none-match"}:
        return False
    return tag in map(bytes.strip, stated[b"if-none-match"].split(b","))


def _with(kept: list[tuple[bytes, bytes]], send: Send) -> Send:
    """`send`, with the headers `kept` added to answers that may be kept."""

    async def send_with(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start" and message["status"] == 200:
            headers = {name.lower(): value for name, value in message.get("headers", [])}
            if headers.get(b"cache-control") in _OWN and b"etag" not in headers and b"set-cookie" not in headers:
                others = [(name, value) for name, value in message["headers"] if name.lower() != b"cache-control"]
                message = {**message, "headers": [*others, *kept]}
        await send(message)

    return send_with
