"""One process that does one piece of work: bounded by the kernel, so that nothing it runs can outlast its limits."""

import asyncio
import os
import resource
import signal
import socket
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from archive.web.processes.frames import Head, packed

Application = Callable[[MutableMapping[str, Any], Callable[[], Awaitable[Any]], Callable[[Any], Awaitable[None]]], Any]

LONGEST_ANSWER = 16 << 20
"""Bytes of a page, or of a piece of a file."""

LONGEST_FILE = 256 << 20
"""Bytes of a file that is the answer to a reader's SQL."""

PATIENCE = 90.0
"""Seconds that a reader may leave a piece unreceived."""

_LARGEST_FILE = 256 << 20
"""Bytes of a file that SQLite sorts in."""


class TooLongError(Exception):
    """An answer is longer than one may be."""


def bound(seconds: float, memory: int) -> None:
    """Bound this process. The timer's signal ends it wherever it is, also within one function of SQLite's."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    most = _address_space() + memory
    for name, value in (
        (resource.RLIMIT_AS, most),
        (resource.RLIMIT_FSIZE, _LARGEST_FILE),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(name)
        most = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(name, (most, most))
    os.nice(10)  # pages come first
    with suppress(OSError):  # where memory runs out all the same, this process is the one to end
        Path("/proc/self/oom_score_adj").write_text("1000")


def _address_space() -> int:
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    except OSError:
        return 1 << 30


def answer(connection: socket.socket, application: Application, scope: Head, seconds: float, *, sql: bool) -> None:
    """Answer one request; each piece of the answer has `seconds` of its own."""
    asyncio.run(_answer(connection, application, scope, seconds, LONGEST_FILE if sql else 1 << 62))


async def _answer(
    connection: socket.socket, application: Application, scope: Head, seconds: float, longest: int
) -> None:
    requested = [{"type": "http.request", "body": b"", "more_body": False}]
    start = b""
    sent = -1  # bytes of the body; -1 before the answer has begun

    async def receive() -> dict[str, Any]:
        if requested:
            return requested.pop()
        await asyncio.Event().wait()  # who leaves ends this process
        return {}

    async def send(message: MutableMapping[str, Any]) -> None:
        nonlocal start, sent
        if message["type"] == "http.response.start":
            if sent >= 0:  # a page about what went wrong within an answer that has begun: that breaks off
                raise ConnectionError
            headers = [[name.decode("latin-1"), value.decode("latin-1")] for name, value in message["headers"]]
            start = packed({"status": message["status"], "headers": headers})
            return
        body, more = message.get("body", b""), message.get("more_body", False)
        if len(body) > LONGEST_ANSWER or sent + len(body) > longest:
            raise TooLongError
        signal.setitimer(signal.ITIMER_REAL, PATIENCE)
        connection.sendall(start + packed({"more": more}, body))
        signal.setitimer(signal.ITIMER_REAL, seconds)
        start, sent = b"", max(sent, 0) + len(body)

    await application(scope, receive, send)
