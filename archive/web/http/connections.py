"""Connections that are bounded in time: requests that are sent by halves, answers that nobody takes."""

import asyncio
import socket
from operator import itemgetter
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

REQUEST = 15.0
"""Seconds from a connection, or the first byte of another request on it, until the request is whole."""

LOOK = 30.0
"""Seconds between two looks at an answer that its reader is slow to take, …"""

LEAST = 32 << 10
"""… and the bytes that must have gone in between."""

AT_ONCE = 512
"""Connections: for who comes then, the one is closed that has kept the site waiting longest, or where none does, it gets 503."""

LONGEST_HEADERS = 32 << 10

_LENGTHS = {b"content-length", b"transfer-encoding"}

_UNACKNOWLEDGED = 60_000  # milliseconds


class _OneLength(h11.Connection):
    """A connection on which no request states its length in two ways: a proxy before it may believe the other (RFC 9112 §6.3)."""

    def next_event(self) -> Any:  # noqa: ANN401 - one of h11's events, or of its signs
        """Return what came next. Raises RemoteProtocolError."""
        event = super().next_event()
        if isinstance(event, h11.Request) and {name for name, _ in event.headers} >= _LENGTHS:
            raise h11.RemoteProtocolError("a request that states its length in two ways")
        return event


class BoundedConnection(H11Protocol):
    """One connection of uvicorn's, closed where its reader keeps it waiting, or its requests can't be told apart surely."""

    _request_timer: asyncio.TimerHandle | None = None
    _look_timer: asyncio.TimerHandle | None = None
    _waited_for_since: float | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        self.conn = _OneLength(h11.SERVER, LONGEST_HEADERS)
        super().connection_made(transport)
        connection = transport.get_extra_info("socket")
        if connection is not None and hasattr(socket, "TCP_USER_TIMEOUT"):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _UNACKNOWLEDGED)
        self._waited_for_since = self.loop.time()
        self._await_request()
        self._make_room()

    def data_received(self, data: bytes) -> None:
        """Read on; wait no longer once the request is whole."""
        self._await_request()
        super().data_received(data)
        if self.conn.their_state not in {h11.IDLE, h11.SEND_BODY}:
            self._stop_waiting()

    def on_response_complete(self) -> None:
        """Begin to wait for another request."""
        self._waited_for_since = self.loop.time()
        super().on_response_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        self._stop_waiting()
        self._stop_looking()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Look now and then whether the reader takes what waits."""
        super().pause_writing()
        self._waited_for_since = self.loop.time()
        self._look(self.transport.get_write_buffer_size())

    def resume_writing(self) -> None:
        """Look no more."""
        super().resume_writing()
        self._waited_for_since = None
        self._stop_looking()

    def _await_request(self) -> None:
        if self._request_timer is None:
            self._request_timer = self.loop.call_later(REQUEST, self.transport.abort)

    def _make_room(self) -> None:
        """Where there are as many connections as may be, close the one whose other end is waited for longest."""
        if len(self.connections) < AT_ONCE:
            return
        others = (each for each in self.connections if isinstance(each, BoundedConnection) and each is not self)
        waited_for = [(each._waited_for_since, each) for each in others if each._waited_for_since is not None]
        if waited_for:
            _, longest = min(waited_for, key=itemgetter(0))
            longest._waited_for_since = None
            longest.transport.abort()

    def _stop_waiting(self) -> None:
        self._waited_for_since = None
        if self._request_timer is not None:
            self._request_timer.cancel()
            self._request_timer = None

    def _look(self, left: int) -> None:
        def again() -> None:
            waiting = self.transport.get_write_buffer_size()
            if waiting > left - LEAST:
                self.transport.abort()
            else:
                self._look(waiting)

        self._stop_looking()
        self._look_timer = self.loop.call_later(LOOK, again)

    def _stop_looking(self) -> None:
        if self._look_timer is not None:
            self._look_timer.cancel()
            self._look_timer = None


def options() -> dict[str, Any]:
    """Return how uvicorn is to hold its connections."""
    return {
        "http": BoundedConnection,
        "ws": "none",
        "limit_concurrency": AT_ONCE,
        "h11_max_incomplete_event_size": LONGEST_HEADERS,
        "timeout_keep_alive": 5,
    }
