"""Asking the keeper, a process of its own that seals and stores while this one fetches and reads: each has a core.

One keeper serves all crawls of a process. It ends by itself when this process does, however that ends.
"""

import atexit
import signal
import socket
import subprocess
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from multiprocessing.connection import Connection
from typing import Any, Protocol

MODULE = "archive.ingest.writer_process"
"""What the keeper runs."""

SIGNALS = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
"""What does not end the keeper."""


class KeeperError(OSError):
    """The keeper was ended before its work was done."""


class Process(Protocol):
    """The keeper's process."""

    def wait(self) -> int:
        """Its exit status once it has ended, negative for a signal."""


def start() -> tuple[Process, Connection]:
    """A keeper that was started, and where it is asked."""
    ours, theirs = socket.socketpair()
    # Blocked signals stay so in the new process: Ctrl-C is sent to it, too, but when to end is this one's to say.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        command = [sys.executable, "-m", MODULE, str(theirs.fileno())]
        process = subprocess.Popen(command, pass_fds=[theirs.fileno()])  # noqa: S603 - ourselves
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        theirs.close()
    return process, Connection(ours.detach())


class Keeping:
    """A keeper. What is asked is answered in that order, one after the other, while the asker goes on.

    `unwritten`: bytes of the answers that all crawls have received and the keeper has not written; the crawls count them.
    """

    def __init__(self) -> None:
        self._process, self._connection = start()
        self._thread = ThreadPoolExecutor(1)
        self.gone = False
        self.unwritten = 0
        atexit.register(self.end)

    def ask(self, portal: str, method: str, *arguments: object) -> Future[Any]:
        """What a method of the portal's `archive.ingest.crawl_session.CrawlBooks` gives back, or raises; or a KeeperError."""
        return self._thread.submit(self._ask, portal, method, *arguments)

    def _ask(self, *question: object) -> Any:  # noqa: ANN401 - each method answers in its own way
        if self.gone:
            raise KeeperError("the process that writes the archive has ended")
        try:
            self._connection.send(question)
            answer = self._connection.recv()
        except (EOFError, OSError) as error:
            self.gone = True
            raise KeeperError(f"the process that writes the archive ended with status {self.end()}") from error
        if isinstance(answer, Exception):
            raise answer
        return answer

    def end(self) -> int:
        """Let the keeper end; its exit status, negative for a signal."""
        atexit.unregister(self.end)
        self._connection.close()
        return self._process.wait()


_keeping: Keeping | None = None


def keeping() -> Keeping:
    """This process's keeper, started where there is none."""
    global _keeping  # noqa: PLW0603 - one for the whole process is what it is for
    if _keeping is None or _keeping.gone:
        _keeping = Keeping()
    return _keeping
