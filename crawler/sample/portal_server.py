"""The sample portal behind a real HTTP server: ETag, Last-Modified, conditional requests, keep-alive."""

import hashlib
import socket
import threading
from collections import deque
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any, Self, cast

from crawler.sample.site import LAST_DAY_OF_CHANGE, SamplePage, build, not_found


class SampleServer:
    """The sample portal at `http://host:port`, from construction to `stop()`; port 0 takes a free one.

    Raises OSError if the address cannot be had, ValueError for a day before the first.
    As a context manager it serves from a thread. `requests` keeps the last 10,000 (method, path, status).
    """

    def __init__(self, day: int = 1, port: int = 0) -> None:
        self.requests: deque[tuple[str, str, int]] = deque(maxlen=10_000)
        self._days: dict[int, dict[str, SamplePage]] = {}
        self._absent = not_found()
        self.set_day(day)
        self._http = _Server(("127.0.0.1", port), self)
        self._thread: threading.Thread | None = None
        self.port: int = self._http.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def set_day(self, day: int) -> None:
        """Show the site as it stands on `day` from the next request on."""
        key = min(day, LAST_DAY_OF_CHANGE)
        if key not in self._days:
            self._days[key] = build(key)
        self._pages = self._days[key]
        self.day = day

    def page(self, path: str) -> SamplePage:
        """Return the answer of the site for a path, without its query, today."""
        return self._pages.get(path, self._absent)

    def start(self) -> None:
        """Serve from a thread of its own; returns at once."""
        # A short poll, so that stop() returns at once too.
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def serve_forever(self) -> None:
        """Serve from this thread until Ctrl-C, then close."""
        try:
            self._http.serve_forever()
        except KeyboardInterrupt:
            pass
        finally:
            self._http.close()

    def stop(self) -> None:
        """Stop serving and close the port and every open connection."""
        if self._thread:
            self._http.shutdown()
            self._thread.join()
            self._thread = None
        self._http.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_port = False  # two samples on one port would answer in turn instead of failing

    def __init__(self, address: tuple[str, int], sample: SampleServer) -> None:
        self.sample = sample
        self._connections: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        """Bind without the base class's look-up of the host's name, which can wait for a DNS server."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]

    def get_request(self) -> tuple[socket.socket, Any]:
        request, address = super().get_request()
        with self._lock:
            self._connections.add(request)
        return request, address

    def shutdown_request(self, request: Any) -> None:  # noqa: ANN401 - the base class's type
        with self._lock:
            self._connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - the base class's types
        """Say nothing: a client that hangs up is no news for a sample."""

    def close(self) -> None:
        """Close the port, then the connections that clients keep open."""
        self.server_close()
        with self._lock:
            for connection in self._connections:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue  # the client was quicker


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "DisclosuresSample"
    sys_version = ""
    wbufsize = -1  # head and body in one packet: unbuffered, each answer waits for a delayed acknowledgement
    disable_nagle_algorithm = True
    timeout = 60

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401 - the base class's names and types
        """Say nothing; tests read `SampleServer.requests`."""

    def _answer(self, *, with_body: bool) -> None:
        sample = cast("_Server", self.server).sample
        page = sample.page(self.path.partition("?")[0])
        etag = f'"{hashlib.sha256(page.body).hexdigest()[:32]}"'
        status = 304 if page.status == 200 and self._is_known(etag, page.modified) else page.status
        sample.requests.append((self.command, self.path, status))
        self.send_response(status)
        if page.status == 200:
            self.send_header("ETag", etag)
            self.send_header("Last-Modified", format_datetime(page.modified, usegmt=True))
        if status != 304:
            self.send_header("Content-Type", page.content_type)
            self.send_header("Content-Length", str(len(page.body)))
        self.end_headers()
        if with_body and status != 304:
            self.wfile.write(page.body)

    def _is_known(self, etag: str, modified: datetime) -> bool:
        """Return whether the client's conditional headers say that it has this page (RFC 9110, section 13)."""
        tags = self.headers.get("If-None-Match")
        if tags is not None:
            return tags.strip() == "*" or etag in (tag.strip().removeprefix("W/") for tag in tags.split(","))
        since = self.headers.get("If-Modified-Since")
        if since is None:
            return False
        try:
            known = parsedate_to_datetime(since)
        except ValueError:
            return False
        return modified <= (known if known.tzinfo else known.replace(tzinfo=UTC))
