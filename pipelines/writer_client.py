"""The client of the writer process, which seals and stores while this one fetches and reads: each has a core.

One writer process serves all crawls of a process. It ends by itself when this process does, however that ends.
"""

import atexit
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, Protocol, TypeVar

if TYPE_CHECKING:  # loaded by both processes at once, once the other one has been started
    from archive.ingest.crawl_session import CrawlSession, SessionCall, SessionStart

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

MODULE = "archive.ingest.writer_process"
"""The module that the writer process runs."""

SIGNALS = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
"""Signals that end neither the writer process nor another one of ours."""


class WriterProcessError(OSError):
    """The writer process was ended before its work was done."""


class Process(Protocol):
    """A process that was started."""

    def wait(self) -> int:
        """Its exit status once it has ended, negative for a signal."""


def start() -> tuple[Process, socket.socket]:
    """Start a writer process, which is told the number of its end of a socket; it, and our end."""
    ours, theirs = socket.socketpair()
    # Blocked signals stay so in the new process: Ctrl-C is sent to it, too, but when to end is this one's to say.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        command = [sys.executable, "-m", MODULE, str(theirs.fileno())]
        process = subprocess.Popen(command, pass_fds=[theirs.fileno()])  # noqa: S603 - ourselves
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        theirs.close()
    return process, ours


class WriterClient:
    """A writer process. Requests are answered in their order, one after the other, while the caller goes on.

    `unwritten`: bytes of the answers that all crawls have received and that are not yet written; the crawls count them.
    """

    def __init__(self) -> None:
        self._process, ours = start()
        self._connection = Connection(ours.detach())
        self._thread = ThreadPoolExecutor(1)
        self.gone = False
        self.unwritten = 0
        atexit.register(self.end)

    def begin(self, start: "SessionStart") -> "Future[tuple[str, int]]":
        """Begin a portal's crawl session; its mode and number. Raises what the session raises, or a WriterProcessError."""
        return self._thread.submit(self._request, start)

    def call(
        self, portal: str, method: "Callable[Concatenate[CrawlSession, Arguments], Result]", *arguments: Arguments.args,
        **named: Arguments.kwargs,
    ) -> "Future[Result]":  # fmt: skip
        """Call a method of the portal's session; its result. Raises what it raises, or a WriterProcessError."""
        assert not named, "arguments are sent by position"  # noqa: S101
        from archive.ingest.crawl_session import SessionCall  # noqa: PLC0415

        return self._thread.submit(self._request, SessionCall(portal, method, arguments))

    def _request(self, request: "SessionStart | SessionCall") -> Any:  # noqa: ANN401 - each method has its own result
        if self.gone:
            raise WriterProcessError("the process that writes the archive has ended")
        try:
            self._connection.send(request)
            response = self._connection.recv()
        except (EOFError, OSError) as error:
            self.gone = True
            raise WriterProcessError(f"the process that writes the archive ended with status {self.end()}") from error
        if isinstance(response, Exception):
            raise response
        return response

    def end(self) -> int:
        """Let the writer process end; its exit status, negative for a signal."""
        atexit.unregister(self.end)
        self._connection.close()
        return self._process.wait()


_client: WriterClient | None = None


def writer_client() -> WriterClient:
    """Return this process's client, with a writer process started where there is none."""
    global _client  # noqa: PLW0603 - one for the whole process is what it is for
    if _client is None or _client.gone:
        _client = WriterClient()
    return _client
