"""A converter process whose readers are hostile: in a file's place each does what the file's name says, and tells what came of it."""

import ctypes
import os
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from archive.attachments import converter_process, reading
from archive.attachments.extraction import NEEDS_PROGRAM, Extracted
from archive.attachments.file_kinds import ProgramNeeded
from archive.attachments.reading import Order
from archive.tables.file_pages import MOST_PAGES, FilePage

WITH_PROGRAM = "with a program: "
"""Before the name of what is tried where programs may be started."""

_PTRACE_ATTACH = 16
_libc = ctypes.CDLL(None, use_errno=True)


def _connect(port: str, kind: socket.SocketKind) -> None:
    with socket.socket(socket.AF_INET, kind) as connection:
        connection.connect(("127.0.0.1", int(port)))
        connection.send(b"x")


def _fork(_: str) -> None:
    for _ in range(50):
        if not os.fork():
            time.sleep(60)


def _signal(pids: str) -> None:
    for pid in (*map(int, pids.split()), os.getppid() or -2):
        os.kill(pid, 9)


def _trace(pids: str) -> None:
    for pid in map(int, pids.split()):
        if _libc.ptrace(_PTRACE_ATTACH, pid, None, None) == -1:
            raise OSError(ctypes.get_errno(), "ptrace")


def _find_descriptors(_: str) -> None:
    """Look for sockets and pipes of others beside this file's own socket."""
    open_ones = 0
    for number in range(3, 64):
        with suppress(OSError):
            os.fstat(number)
            open_ones += 1
    if open_ones == 1:
        raise FileNotFoundError


def _flood(_: str) -> None:
    for number in range(3, 10):
        with suppress(OSError), socket.socket(fileno=os.dup(number)) as connection:
            while True:
                connection.sendall(bytes(1 << 20))


ATTEMPTS: dict[str, Callable[[str], object]] = {
    "read": lambda path: Path(path).read_bytes(),
    "list": lambda path: list(Path(path).parent.iterdir()),
    "write": lambda path: Path(path).with_name("written").write_text("x"),
    "write here": lambda _: Path("written").write_text("x"),
    "append": lambda path: os.open(path, os.O_WRONLY | os.O_APPEND),
    "chmod": lambda path: Path(path).chmod(0o666),
    "connect": lambda port: _connect(port, socket.SOCK_STREAM),
    "send": lambda port: _connect(port, socket.SOCK_DGRAM),
    "find descriptors": _find_descriptors,
    "fork": _fork,
    "exec": lambda _: os.execv("/bin/true", ["true"]),
    "signal": _signal,
    "trace": _trace,
    "memory": lambda _: bytes(1 << 30),
    "crash": lambda _: ctypes.string_at(0),
    "hang": lambda _: time.sleep(600),
    "flood": _flood,
}


ANSWERS = {
    "nonsense": Extracted(None, "", "no state"),
    "again": Extracted(None, "", NEEDS_PROGRAM),
    "unfit": Extracted("a\0b" * 9, "a\ud800/b\nc", "text", "d\ud800\ne" + "f" * 20_000, ("\ud800g",)),
    "unfit pages": Extracted(
        "ab", "a/b", "text", None, pages=(FilePage(9), FilePage(1, name="x\0\ny" * 200), FilePage(0))
    ),
    "no pages": Extracted("ab", "a/b", "text", None, pages=(FilePage(0, "x"),)),
    "negative pages": Extracted("ab", "a/b", "text", None, pages=(FilePage(-1),)),
    "too many pages": Extracted("ab", "a/b", "text", None, pages=(FilePage(0),) * (MOST_PAGES + 1)),
}


def read(data: bytes, order: Order) -> Extracted:
    """Do what the file's name says with what it holds, but read what is read before the first file."""
    if order.name in converter_process.made_files():
        return reading.read(data, order)
    if order.name.startswith(WITH_PROGRAM) and order.programs is None:
        raise ProgramNeeded
    name = order.name.removeprefix(WITH_PROGRAM)
    if name in ANSWERS:
        return ANSWERS[name]
    try:
        ATTEMPTS[name](data.decode().strip("#"))
    except (OSError, MemoryError) as error:
        return Extracted(f"refused: {error}", "text/plain", "text")
    return Extracted("done", "text/plain", "text")


if __name__ == "__main__":
    converter_process.read = read  # type: ignore[attr-defined]
    converter_process.main()
