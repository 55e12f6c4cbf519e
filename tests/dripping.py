"""A server that answers a little at a time, for ever: no wait of its client is long."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread


@contextmanager
def dripping(first: bytes, drop: bytes) -> Iterator[int]:
    """The server's port. `first`: sent at once; `drop`: fifty times a second."""
    over = Event()

    def answer(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.sendall(first)
            while not over.wait(0.02):
                connection.sendall(drop)

    def serve(listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                Thread(target=answer, args=listener.accept()[:1], daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        Thread(target=serve, args=(listener,), daemon=True).start()
        try:
            yield listener.getsockname()[1]
        finally:
            over.set()
