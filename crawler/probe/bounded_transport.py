"""httpx's connections within the crawl's limits: to addresses that a site allows, and no longer than until a given time."""

import socket
import ssl
import time
from collections.abc import Iterable
from typing import Any

import httpcore
import httpx

from archive.model.site import Site


class BoundedTransport(httpx.HTTPTransport):
    """Connects to addresses that `site` allows; from `until` on, in seconds of the monotonic clock, nothing is waited for."""

    def __init__(self, site: Site) -> None:
        super().__init__(verify=False, trust_env=False)  # certificates: as in a crawl
        self.site = site
        self.until = 0.0
        self._pool._network_backend = _Backend(self)

    def remaining(self, timeout: float | None) -> float:
        """Return the seconds to wait at most. Raises httpcore.ReadTimeout where the time is up."""
        left = self.until - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return min(left, timeout or left)


class _Backend(httpcore.NetworkBackend):
    def __init__(self, transport: BoundedTransport) -> None:
        self._transport = transport
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the address that `host` resolves to. Raises NotGlobalError where it is not allowed."""
        try:
            address = str(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][4][0])
        except OSError as error:
            raise httpcore.ConnectError(f"no such host: {host}") from error
        self._transport.site.check(host, port, address)
        left = self._transport.remaining(timeout)
        stream = self._sockets.connect_tcp(address, port, left, local_address, socket_options)
        return _Stream(stream, self._transport)


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, transport: BoundedTransport) -> None:
        self._stream = stream
        self._transport = transport

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._transport.remaining(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._transport.remaining(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        stream = self._stream.start_tls(ssl_context, server_hostname, self._transport.remaining(timeout))
        return _Stream(stream, self._transport)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401
        return self._stream.get_extra_info(info)
