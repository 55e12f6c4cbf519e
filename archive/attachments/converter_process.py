"""The process that has loaded the readers and forks a child for each file:
`python -m archive.attachments.converter_process`.

Started by `archive.attachments.converter`, which describes what goes in and out. It reads no file itself: only its
children meet what strangers wrote, shut in by `archive.attachments.sandbox`, and none lives longer than its file.
"""

import codecs
import encodings
import gc
import json
import os
import pkgutil
import select
import signal
import socket
import struct
import sys
from collections.abc import Mapping
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Any, NoReturn

from archive.attachments import sandbox, stand_in_font
from archive.attachments.extraction import NEEDS_PROGRAM, Extracted, Limits
from archive.attachments.file_kinds import ProgramNeeded, Unreadable
from archive.attachments.ocr import recogniser
from archive.attachments.reading import Order, read
from archive.tables import file_pages

READY = b"r"
_LONGEST_ORDER = 1 << 16  # bytes


class _Server:
    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._empty = sandbox.empty_folder()
        self._own_processes = sandbox.own_processes()
        self._reports: dict[int, int] = {}  # of each child, where its end is reported
        self._poll = select.poll()

    def run(self) -> None:
        """Fork a child for each file that comes, until the owner is gone."""
        child_ended, wake = os.pipe()
        os.set_blocking(wake, False)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._poll.register(self._control, select.POLLIN)
        self._poll.register(child_ended, select.POLLIN)
        self._control.send(READY)
        while True:
            for descriptor, _ in self._poll.poll():
                if descriptor == child_ended:
                    os.read(child_ended, 1 << 16)
                elif descriptor != self._control.fileno():
                    self._kill(next(pid for pid, report in self._reports.items() if report == descriptor))
                elif not self._take_file():
                    return
            self._reap()

    def close(self) -> None:
        for pid in self._reports:
            self._kill(pid)

    def _take_file(self) -> bool:
        order, descriptors, *_ = socket.recv_fds(self._control, _LONGEST_ORDER, 2)
        if not descriptors:
            return False
        connection, report = descriptors
        with suppress(OSError):  # too many processes: the report ends without a word
            self._own_processes()
            if not (pid := sandbox.fork()):
                self._in_child(order, connection)
            self._reports[pid] = report
            self._poll.register(report, 0)  # only whether its reader is gone
        os.close(connection)
        if report not in self._reports.values():
            os.close(report)
        return True

    def _in_child(self, order: bytes, connection: int) -> NoReturn:
        try:
            signal.set_wakeup_fd(-1)
            os.setsid()
            for first, last in _between({connection, self._empty}):
                os.closerange(first, last)
            serve_file(json.loads(order.decode()), connection, self._empty)
        finally:
            os._exit(1)

    def _kill(self, pid: int) -> None:
        for kill in (os.kill, os.killpg):  # it may not lead a group yet; where it has a namespace, all in it ends
            with suppress(ProcessLookupError):
                kill(pid, signal.SIGKILL)

    def _reap(self) -> None:
        while self._reports and (ended := os.waitpid(-1, os.WNOHANG))[0]:
            report = self._reports.pop(ended[0])
            self._poll.unregister(report)
            with suppress(BrokenPipeError):
                os.write(report, struct.pack("i", os.waitstatus_to_exitcode(ended[1])))
            os.close(report)


def _between(kept: set[int]) -> list[tuple[int, int]]:
    """Return ranges of all descriptors but the first three and those `kept`,
    each up to but not including its second number.
    """
    edges = [2, *sorted(kept), os.sysconf("SC_OPEN_MAX")]
    return [(low + 1, high) for low, high in pairwise(edges)]


def serve_file(order: Mapping[str, Any], connection: int, empty: int) -> NoReturn:
    """Read the one file that comes over `connection`, shut in, answer, and end."""
    limits, programs = Limits(**order["limits"]), order.get("programs")
    workshop = Path(order["workshop"]) if programs else None
    sandbox.shut_in(limits, empty, workshop, programs.values() if programs else ())
    if order.get("try_walls"):
        answer = Extracted(" ".join(sandbox.open_walls()), "", "text")
    else:
        with open(connection, "rb", buffering=0, closefd=False) as stream:
            data = stream.read()
        answer = _read(data, Order(order["name"], limits, order["ocr"], programs=programs))
    tables = json.dumps([table.to_json() for table in answer.tables], ensure_ascii=False).encode("utf-8", "replace")
    if len(tables) > limits.max_table_bytes:
        tables = b"[]"
    head = {"media_type": answer.media_type, "state": answer.state, "message": answer.message}
    with open(connection, "wb") as stream:
        stream.write(json.dumps(head | {"members": answer.members}).encode() + b"\n")
        stream.write(tables + b"\n")
        stream.write((file_pages.to_json_text(answer.pages) or "[]").encode("utf-8", "replace") + b"\n")
        stream.write((answer.text or "").encode("utf-8", "replace"))
    os._exit(0)


def _read(data: bytes, order: Order) -> Extracted:
    try:
        return read(data, order)
    except ProgramNeeded:
        return Extracted(None, "", NEEDS_PROGRAM)


def load(*, ocr: bool) -> None:
    """Load what is loaded at its first use otherwise: a process that is shut in finds no file of Python's."""
    stand_in_font.install()
    for module in pkgutil.iter_modules(encodings.__path__):
        with suppress(LookupError):
            codecs.lookup(module.name)
    if ocr:
        with suppress(Unreadable):
            recogniser()
    gc.freeze()


def main() -> None:
    """Serve the owner at the other end of the socket whose number is the first argument;
    the second says whether to load OCR.
    """
    load(ocr=sys.argv[2] == "ocr")
    server = _Server(socket.socket(fileno=int(sys.argv[1])))
    try:
        server.run()
    finally:
        server.close()


if __name__ == "__main__":
    main()
