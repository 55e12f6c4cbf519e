"""Sites on loopback hosts of their own behind one port of this process, told apart by the host that a request names."""

import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.conftest import Answers, send_answer


class LoopbackHosts(ThreadingHTTPServer):
    """Hosts 127.0.0.1, 127.0.1.1 … at one port. `site`: the answers of the site at a host and port; `requests`: how many came so far."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, site: Callable[[str], Answers]) -> None:
        super().__init__(("0.0.0.0", 0), _Handler)
        self.site = cache(site)
        self.port: int = self.server_address[1]
        self.requests = 0

    def verify_request(self, request: socket.socket | tuple[bytes, socket.socket], client_address: object) -> bool:
        """Whether a connection comes from this machine."""
        return str(client_address).startswith("('127.")

    def handle_error(self, request: socket.socket | tuple[bytes, socket.socket], client_address: object) -> None:
        """Say nothing of visitors that are killed; all else is a fault of a mock site."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet
    disable_nagle_algorithm = True
    server: LoopbackHosts

    def do_GET(self) -> None:
        self.server.requests += 1
        send_answer(self, self.server.site(self.headers["Host"]))

    do_POST = do_GET  # noqa: N815 - the name http.server calls

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def loopback_hosts(site: Callable[[str], Answers]) -> Iterator[LoopbackHosts]:
    """The hosts, served from a thread."""
    with LoopbackHosts(site) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()
