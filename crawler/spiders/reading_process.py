"""The reading process, which reads the pages of records that another process fetches meanwhile.

It is forked off that one, so that nothing is to be loaded, and reads what comes on a socket, one page after the other, until its other
end is closed; `crawler.spiders.record_reader` sends it. Either way a message is its length, in LENGTH bytes, and a pickle: the arguments
of `read_record`, then what it returns or raises.
"""

import os
import pickle
import signal
import socket
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO, NoReturn, cast

from archive.database.lock import close_all_but
from archive.model.observations import RecordPage
from crawler.spiders.pages import read_record
from pipelines.writer_client import SIGNALS

LENGTH = 4


@dataclass(frozen=True, slots=True)
class Forked:
    """A process that was forked off this one."""

    pid: int

    def wait(self) -> int:
        """Its exit status once it has ended, negative for a signal."""
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def start() -> tuple[Forked, socket.socket]:
    """Fork a reading process; it, and the socket to it."""
    ours, theirs = socket.socketpair()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)  # as for the writer process
    try:
        if (pid := os.fork()) == 0:
            _serve_alone(theirs)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        theirs.close()
    return Forked(pid), ours


def _serve_alone(connection: socket.socket) -> NoReturn:
    """Read what comes, as the process that was forked."""
    status = 1
    try:
        close_all_but(connection.fileno())
        with suppress(ConnectionError):
            serve(cast("BinaryIO", connection.makefile("rwb")))
        status = 0
    finally:
        os._exit(status)


def message(content: object) -> bytes:
    """Return `content` as it is sent."""
    data = pickle.dumps(content)
    return len(data).to_bytes(LENGTH) + data


def serve(stream: BinaryIO) -> None:
    """Read the pages that come on `stream` until its other end is closed."""
    while length := stream.read(LENGTH):
        text, url, base_url, agencies = pickle.loads(stream.read(int.from_bytes(length)))  # noqa: S301 - of our own process
        stream.write(message(_read(text, url, base_url, agencies)))
        stream.flush()


def _read(text: str, url: str, base_url: str, agencies: tuple[str, ...]) -> RecordPage | Exception:
    try:
        return read_record(text, url, base_url, cut=False, agencies=agencies)
    except Exception as error:  # noqa: BLE001 - it is raised where the page came from
        return error
