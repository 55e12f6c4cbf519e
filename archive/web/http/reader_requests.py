"""Requests whose work readers can make heavy are answered by processes of their own:
SQL, pages of tables, files of both, archived copies.
"""

import asyncio
import re
import socket
from collections.abc import Callable
from weakref import WeakKeyDictionary

from archive.search.query import to_match
from archive.web.http.attempts import reader_of
from archive.web.http.datasette_class import Datasette, below_base
from archive.web.http.errors import TOO_LARGE, TOO_MANY, TOO_SLOW, ErrorPage, Message, response
from archive.web.http.middleware import (
    LANGUAGE,
    Application,
    DatasetteMiddleware,
    Receive,
    Scope,
    Send,
    left,
    pairs_of,
    set_context,
)
from archive.web.processes import child
from archive.web.processes.fork_server import ForkServer, WorkFailedError
from archive.web.processes.frames import Head, packed
from archive.web.processes.lanes import Lane, NoPlaceError
from archive.web.processes.sql_limits import CONNECTIONS

MIB = 1 << 20


def _lanes() -> dict[str, Lane]:
    """Return the lanes of a site: what each piece of work may take, and how many may be at it at once."""
    lanes = (
        Lane("sql", at_once=2, each=1, seconds=8, memory=256 * MIB, sql=True),
        Lane("sql file", at_once=2, each=1, seconds=10, memory=256 * MIB, sql=True),
        Lane("table", at_once=4, each=3, seconds=15, memory=384 * MIB),
        Lane("table file", at_once=4, each=2, seconds=15, memory=384 * MIB),
        Lane("proof", at_once=1, each=1, seconds=60, memory=768 * MIB),
        Lane("copy", at_once=2, each=2, seconds=20, memory=768 * MIB),
    )
    return {lane.name: lane for lane in lanes}


RETRY_AFTER = 10
"""Seconds after which a reader for whom there was no place should try again."""

JOBS: dict[str, Callable[[Datasette, Head], tuple[Head, bytes]]] = {}
"""Other work for processes of its own, by name: given a request, it returns an answer.
Each is put here where it is defined.
"""

FIRST: WeakKeyDictionary[Datasette, Callable[[], None]] = WeakKeyDictionary()
"""The work of a new process before it answers for a site."""

_OF: WeakKeyDictionary[Datasette, "ReaderRequests"] = WeakKeyDictionary()

_TABLES = re.compile(r"/(?!-/)[^/]+(?:/[^/]+)?")
_FILE = re.compile(r".*\.(?:csv|xlsx|jsonl)")
_SQL = {"sql", "_where"}
_KEPT = (LANGUAGE, "type", "method", "path", "root_path", "scheme", "http_version", "client", "server")


class ReaderRequests(DatasetteMiddleware):
    """Datasette's application, with the heavy requests answered elsewhere once there is a fork server."""

    def __init__(self, application: Application, datasette: Datasette) -> None:
        super().__init__(application, datasette)
        self._lanes = _lanes()
        self._server = ForkServer(self._prepare, self._work)
        _OF[datasette] = self

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; with a server's start, start the fork server too."""
        if scope["type"] == "lifespan":
            if not any(database._all_file_connections for database in self._datasette.databases.values()):
                self._server.start()
            try:
                await self._application(scope, receive, send)
            finally:
                self._server.stop()
        elif scope["type"] == "http" and self._server.is_running and (lane := self._lane(scope)):
            await self._answer(lane, scope, receive, send)
        else:
            await self._application(scope, receive, send)

    def _lane(self, scope: Scope) -> Lane | None:
        path = below_base(self._datasette, scope["raw_path"].decode("ascii"))
        if scope["method"] not in {"GET", "HEAD"} or not _TABLES.fullmatch(path):
            return None
        kind = "sql" if any(key in _SQL for key, _ in pairs_of(scope)) else "table"
        return self._lanes[f"{kind} file" if _FILE.fullmatch(path) else kind]

    async def _answer(self, lane: Lane, scope: Scope, receive: Receive, send: Send) -> None:
        """Send what another process answers; a page that says so where it ends without an answer, or there is none."""
        work = asyncio.ensure_future(self._pass_on(lane, scope, send))
        gone = asyncio.ensure_future(left(receive))
        try:
            await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
            error = await work if work.done() else None
        finally:
            work.cancel()
            gone.cancel()
        if error is not None:
            await self._refuse(scope, receive, send, error)

    async def _pass_on(self, lane: Lane, scope: Scope, send: Send) -> ErrorPage | None:
        """Send what another process answers; return the page to send in its place
        where it ends before it has begun to.
        """
        started = False
        try:
            async with (
                lane.place(reader_of(scope)),
                self._server.frames(_request(lane, scope), lane.seconds) as frames,
            ):
                async for head, body in frames:
                    if "status" in head:
                        headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in head["headers"]]
                        await send({"type": "http.response.start", "status": head["status"], "headers": headers})
                        started = True
                    else:
                        message = {"type": "http.response.body", "body": body, "more_body": head["more"]}
                        await asyncio.wait_for(send(message), child.PATIENCE)
        except NoPlaceError:
            return ErrorPage(503, Message(TOO_MANY))
        except WorkFailedError as failure:
            # Once begun, the answer breaks off without its end, and nobody takes it for whole.
            return None if started else ErrorPage(400, Message(TOO_LARGE if failure.in_time else TOO_SLOW))
        except TimeoutError:  # the reader takes nothing any more
            return None
        return None

    async def _refuse(self, scope: Scope, receive: Receive, send: Send, error: ErrorPage) -> None:
        from datasette.utils.asgi import Request  # noqa: PLC0415 - Datasette loads this while it is being imported

        await self._datasette.invoke_startup()
        page = await response(self._datasette, Request({**scope, "csrftoken": str}, receive), error)
        page.headers["Cache-Control"] = "no-store"
        if error.status == 503:
            page.headers["Retry-After"] = str(RETRY_AFTER)
        await page.asgi_send(send)

    async def job(self, lane: str, name: str, request: Head) -> tuple[Head, bytes]:
        """Return what the job of this name answers to a request. Raises WorkFailedError, NoPlaceError."""
        seconds = self._lanes[lane].seconds
        async with (
            self._lanes[lane].place(name),
            self._server.frames({"lane": lane, "job": name, "request": request}, seconds) as frames,
        ):
            async for frame in frames:
                return frame
        raise WorkFailedError(in_time=True)

    # --- in the other processes ---

    def _prepare(self) -> None:
        """Load what every request needs, once for all."""
        datasette = self._datasette
        datasette.executor = None  # one request, one thread
        datasette.refresh_schemas = _do_nothing  # of use to Datasette's own pages about the server alone
        asyncio.run(datasette.invoke_startup())
        to_match("预算")
        for name in datasette.jinja_env.list_templates(extensions=["html"]):
            datasette.jinja_env.get_template(name)

    def _work(self, connection: socket.socket, request: Head) -> None:
        lane = self._lanes[request["lane"]]
        child.bound(lane.seconds, lane.memory)
        CONNECTIONS.readers_sql, CONNECTIONS.mapped = lane.sql, lane.memory // 4
        if first := FIRST.get(self._datasette):
            first()
        if "job" in request:
            head, body = JOBS[request["job"]](self._datasette, request["request"])
            if len(body) > child.LONGEST_ANSWER:
                raise MemoryError
            connection.sendall(packed({**head, "last": True}, body))
            return
        scope = {**request["scope"], "asgi": {"version": "3.0"}}
        for name in ("raw_path", "query_string"):
            scope[name] = scope[name].encode("latin-1")
        scope["headers"] = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in scope["headers"]]
        set_context(scope)
        child.answer(connection, self._application, scope, lane.seconds, sql=lane.sql)


async def job(datasette: Datasette, lane: str, name: str, request: Head) -> tuple[Head, bytes]:
    """Return what the job of this name answers: by a process of its own, or by a thread where a site has none.

    Raises WorkFailedError, NoPlaceError.
    """
    if requests := of(datasette):
        return await requests.job(lane, name, request)
    return await asyncio.to_thread(JOBS[name], datasette, request)


def of(datasette: Datasette) -> ReaderRequests | None:
    """Return what does the heavy work of a site in processes of its own; None where it has none."""
    requests = _OF.get(datasette)
    return requests if requests is not None and requests._server.is_running else None


def _request(lane: Lane, scope: Scope) -> Head:
    plain = {name: scope.get(name) for name in _KEPT}
    plain["headers"] = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
    plain |= {name: scope[name].decode("latin-1") for name in ("raw_path", "query_string")}
    return {"lane": lane.name, "scope": plain}


async def _do_nothing() -> None:
    pass
