"""The owner's end of a converter process: started at its first file, started again if it dies, ended with its owner.

For each file the process is sent an order (JSON) over its control socket, and two descriptors with it, and passes them to
a child: a socket, over which the file goes in and the answer comes back; and a pipe, on which the child's exit status is
reported. Who closes the pipe has the child killed. The owner's end of the control socket closes with the owner, whatever
ends it, and with it the process.
"""

import os
import select
import socket
import struct
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from archive.attachments import sandbox

MODULE = "archive.attachments.converter_process"

_ROOT = str(Path(__file__).resolve().parents[2])
_KEPT_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "PYTHONHOME", "VIRTUAL_ENV")
_START_SECONDS = 60
_CHUNK = 1 << 18


class ConversionError(Exception):
    """A file without an answer: the message is one plain line."""


@dataclass(slots=True)
class _Process:
    control: socket.socket
    process: subprocess.Popen[bytes]


class Converter:
    """A converter process, as seen by its owner. Threads may share it: each file has a child of its own."""

    def __init__(self, *, ocr: bool = False) -> None:
        self._ocr = ocr
        self._running: _Process | None = None
        self._lock = threading.Lock()
        # A process forked of this one starts a converter of its own: while it held ours, ours would outlive this process.
        os.register_at_fork(after_in_child=self._forget)

    def convert(self, order: bytes, data: bytes, seconds: float, most: int) -> bytes:
        """Return the answer to a file, at most `most` bytes in `seconds`. Raises ConversionError."""
        ours, theirs = socket.socketpair()
        end, report = os.pipe()
        with ours, theirs, os.fdopen(end, "rb") as ending:
            try:
                self._send(order, theirs.fileno(), report)
            finally:
                os.close(report)
            theirs.close()
            deadline = time.monotonic() + seconds
            try:
                answer = _exchange(ours, data, deadline, most)
                status = _read_status(ending, deadline)
            except TimeoutError as error:
                raise ConversionError(f"the converter was stopped after {seconds:g} s") from error
        if len(status) != 4 or (code := struct.unpack("i", status)[0]) != 0:
            reason = f" (signal {-code})" if len(status) == 4 and code < 0 else ""
            raise ConversionError(f"the converter crashed{reason}")
        return answer

    def close(self) -> None:
        """End the process, and whatever it reads."""
        with self._lock:
            if self._running:
                self._running.control.close()
                self._running.process.wait()
            self._running = None

    def _send(self, order: bytes, *descriptors: int) -> None:
        with self._lock:
            for attempt in range(2):
                try:
                    self._running = self._running or _start(ocr=self._ocr)
                    socket.send_fds(self._running.control, [order], descriptors)
                except OSError as error:
                    if self._running:  # it died since
                        self._running.control.close()
                        self._running.process.wait()
                        self._running = None
                    if attempt:
                        raise ConversionError("the converter cannot be started") from error
                else:
                    return

    def _forget(self) -> None:
        self._lock = threading.Lock()
        if self._running:
            self._running.control.close()
            self._running.process.returncode = 0  # not ours to wait for
            self._running = None


def _start(*, ocr: bool) -> _Process:
    """Start a converter process. Raises OSError if it does not come up."""
    control, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)  # each order comes whole
    environment = {key: os.environ[key] for key in _KEPT_ENVIRONMENT if key in os.environ}
    paths = os.pathsep.join([_ROOT, *filter(None, [os.environ.get("PYTHONPATH")])])
    with theirs:
        number = theirs.fileno()
        process = subprocess.Popen(  # noqa: S603 - this program, no shell
            [*sandbox.wrapper(), sys.executable, "-m", MODULE, str(number), "ocr" if ocr else ""],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, pass_fds=[number],
            env=environment | {"PYTHONPATH": paths, "LANG": "C.UTF-8"}, start_new_session=True,
        )  # fmt: skip
    control.settimeout(_START_SECONDS)
    try:
        ready = control.recv(1)
    except TimeoutError:
        ready = b""
    control.settimeout(None)
    if not ready:
        process.kill()
        process.wait()
        control.close()
        raise OSError
    return _Process(control, process)


def _read_status(ending: BinaryIO, deadline: float) -> bytes:
    if not select.select([ending], [], [], max(deadline - time.monotonic(), 0))[0]:
        raise TimeoutError
    return ending.read()


def _exchange(connection: socket.socket, data: bytes, deadline: float, most: int) -> bytes:
    """Send a file and return all of the answer. Raises TimeoutError, ConversionError."""
    connection.settimeout(max(deadline - time.monotonic(), 0.001))
    with suppress(BrokenPipeError, ConnectionResetError):  # a child that ended early may have answered
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
    parts: list[bytes] = []
    size = 0
    while True:
        connection.settimeout(max(deadline - time.monotonic(), 0.001))
        try:
            part = connection.recv(_CHUNK)
        except ConnectionResetError:
            part = b""
        if not part:
            return b"".join(parts)
        size += len(part)
        if size > most:
            raise ConversionError(f"the converter answered more than {most} bytes")
        parts.append(part)
