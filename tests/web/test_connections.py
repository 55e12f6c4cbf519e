"""Connections that their readers keep waiting make room for those who come."""

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from typing import Any

import pytest
import uvicorn

from archive.web.http import connections

AT_ONCE = 6
REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\n"


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The port of a site that takes few connections at once, and answers each request with many bytes, or at /short with few."""
    monkeypatch.setattr(connections, "AT_ONCE", AT_ONCE)

    async def answer(scope: dict[str, Any], receive: object, send: Any) -> None:
        body = b"short" if scope["path"] == "/short" else bytes(40 << 20)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})

    config = uvicorn.Config(
        answer, log_level="critical", lifespan="off", timeout_graceful_shutdown=1, **connections.options()
    )  # type: ignore[arg-type]
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        yield listener.getsockname()[1]
        server.should_exit = True
        thread.join()


def status(port: int) -> bytes:
    with socket.create_connection(("127.0.0.1", port), 20) as reader:
        reader.sendall(REQUEST.replace(b"/", b"/short", 1) + b"Connection: close\r\n\r\n")
        return reader.recv(100)[:12]


@pytest.mark.parametrize(
    "sent", [b"", REQUEST, REQUEST + b"\r\n"], ids=["nothing", "half a request", "takes no answer"]
)
def test_who_keeps_the_site_waiting_gives_way_to_who_asks(port: int, sent: bytes) -> None:
    with ExitStack() as stack:
        idle = [stack.enter_context(socket.create_connection(("127.0.0.1", port), 20)) for _ in range(2 * AT_ONCE)]
        for reader in idle:
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            reader.sendall(sent)
        for reader in idle if sent.endswith(b"\r\n\r\n") else []:
            with suppress(OSError):  # closed already
                reader.recv(1000, socket.MSG_WAITALL)
        assert [status(port) for _ in range(3)] == [b"HTTP/1.1 200"] * 3
