"""The fork server: a process that has loaded the site and does nothing, but that each piece of work is a fork of it.

It is forked itself before the first request, while this process has one thread and no open database: neither can be
taken along. Each fork opens the archive anew.
"""

import asyncio
import gc
import logging
import os
import shutil
import signal
import socket
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from types import TracebackType

from archive.database.lock import close_all_but
from archive.web.processes.child import LONGEST_ANSWER
from archive.web.processes.frames import Head, packed, read, receive

logger = logging.getLogger(__name__)

Work = Callable[[socket.socket, Head], None]

_NEARLY = 0.9
"""The share of its time after which a process that ended was ended by its timer:
that may have begun before this clock.
"""


class WorkFailedError(Exception):
    """A process ended before it had answered. `in_time`: not by its time limit."""

    def __init__(self, *, in_time: bool) -> None:
        super().__init__()
        self.in_time = in_time


@dataclass(slots=True)
class ForkServer:
    """`prepare` is done once in the server, `work` in each of its forks,
    with a connection to whoever waits and the request.
    """

    prepare: Callable[[], None]
    work: Work
    _control: socket.socket | None = None
    _folder: Path = Path()

    @property
    def is_running(self) -> bool:
        """Return whether there is a server to be asked."""
        return self._control is not None

    def start(self) -> None:
        """Fork the server."""
        ours, theirs = socket.socketpair()
        self._folder = Path(tempfile.mkdtemp(prefix="disclosures-site-"))
        if os.fork() == 0:
            _serve(theirs, self.prepare, self.work, self._folder)
        theirs.close()
        self._control = ours

    def stop(self) -> None:
        """End the server; what is at work is finished."""
        if self._control is not None:
            self._control.close()
            self._control = None
            shutil.rmtree(self._folder, ignore_errors=True)

    @asynccontextmanager
    async def frames(self, request: Head, seconds: float) -> AsyncIterator[AsyncIterator[tuple[Head, bytes]]]:
        """Give the frames with which a new process answers; it is killed at the end of the block, where it still works.

        Raises WorkFailedError where there is no process to be had;
        so does the iterator where one ends without a last frame.
        """
        reader, writer = await asyncio.open_connection(sock=self._new_process())
        pid: int | None = None
        try:
            began = monotonic()
            writer.write(packed(request))
            if (first := await read(reader, 0)) is None:
                raise WorkFailedError(in_time=True)
            pid = int(first[0]["pid"])
            yield _answer(reader, began, seconds)
        finally:
            if pid is not None:
                if not reader.at_eof():
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
                shutil.rmtree(self._folder / str(pid), ignore_errors=True)
            writer.close()

    def _new_process(self) -> socket.socket:
        """Have the server fork; return the connection to the new process. Raises WorkFailedError."""
        ours, theirs = socket.socketpair()
        try:
            if self._control is None:
                raise WorkFailedError(in_time=True)
            socket.send_fds(self._control, [b"f"], [theirs.fileno()])
        except OSError as error:
            ours.close()
            logger.error("the fork server is gone: restart the site")  # noqa: TRY400 - the reason says nothing
            raise WorkFailedError(in_time=True) from error
        finally:
            theirs.close()
        return ours


async def _answer(reader: asyncio.StreamReader, began: float, seconds: float) -> AsyncIterator[tuple[Head, bytes]]:
    """Yield the frames of an answer up to its last one. Raises WorkFailedError where that never comes."""
    while frame := await read(reader, LONGEST_ANSWER):
        began = monotonic()
        yield frame
        if frame[0].get("last") or frame[0].get("more") is False:
            return
    raise WorkFailedError(in_time=monotonic() - began < _NEARLY * seconds)


class _WholeProcess:
    """Work that is all that a forked process does: it leaves the process at its end, whatever happened in it.

    What called it belongs to the process that this one was forked from. The exit status is 1 where the work raised,
    which is logged as `failed`, but for a reader who left and memory that was used up.
    """

    def __init__(self, failed: str) -> None:
        self._failed = failed

    def __enter__(self) -> None:
        """Begin the work."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        """End the process."""
        try:
            if isinstance(error, Exception) and not isinstance(error, (EOFError, ConnectionError, MemoryError)):
                logger.error(self._failed, exc_info=error)
        finally:
            os._exit(error is not None)


def _serve(control: socket.socket, prepare: Callable[[], None], work: Work, folder: Path) -> None:
    """Be the server until whoever started it ends."""
    with _WholeProcess("the fork server ends"):
        _leave_behind(control.fileno())
        prepare()
        gc.collect()
        gc.freeze()
        while True:
            data, descriptors, _, _ = socket.recv_fds(control, 1, 1)
            if not data:
                break
            if os.fork() == 0:
                control.close()
                _work(socket.socket(fileno=descriptors[0]), work, folder / str(os.getpid()))
            for descriptor in descriptors:
                os.close(descriptor)


def _work(connection: socket.socket, work: Work, folder: Path) -> None:
    """Do a piece of work that is asked for through `connection`, its temporary files in `folder`."""
    with _WholeProcess("work for a reader failed"):
        folder.mkdir()
        tempfile.tempdir = str(folder)
        connection.sendall(packed({"pid": os.getpid()}))
        work(connection, receive(connection))


def _leave_behind(control: int) -> None:
    """Close what belongs to the process that this one was forked from, and take its signals as they come."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the site; this process ends with it
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    close_all_but(control)
