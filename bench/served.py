"""Sites in processes of their own, asked over HTTP: ours and stock Datasette on the same archive."""

import http.client
import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen
from urllib.parse import urlsplit

from bench.measure import Cost, processor

_SERVE = """
import sys
from pathlib import Path
from archive.web.http.server import SETTINGS, run, site_of
SETTINGS["num_sql_threads"] = 1  # we ask one page at a time; each thread would map the same gigabytes of the archive
archives = {path.stem: path for path in map(Path, sys.argv[1:])}
run(site_of(archives).app(), "127.0.0.1", 0, announce=lambda address: print(address, flush=True))
"""
_TOO_SLOW = "超过了时限".encode()


@dataclass(frozen=True, slots=True)
class ServedSite:
    """A site's address, ending in a slash, and the process that serves it."""

    address: str
    pid: int

    def ask(self, path: str, status: int = 200) -> Cost:
        """The cost of one page by the reader's clock and the server's processor; it must be one, and complete."""
        host = urlsplit(self.address).netloc
        before, began = processor(self.pid), time.perf_counter()
        with closing(http.client.HTTPConnection(host, timeout=600)) as connection:
            connection.request("GET", path)
            answer = connection.getresponse()
            body = answer.read()
        wall = time.perf_counter() - began
        assert answer.status == status, f"{answer.status} {path}"
        assert _TOO_SLOW not in body, f"too slow: {path}"
        return Cost(wall, processor(self.pid) - before)


@contextmanager
def ours(*archives: Path) -> Iterator[ServedSite]:
    """Our site over an archive, or over several."""
    with Popen([sys.executable, "-c", _SERVE, *map(str, archives)], stdout=PIPE, text=True) as process:
        try:
            assert process.stdout
            yield ServedSite(process.stdout.readline().strip(), process.pid)
        finally:
            process.terminate()


@contextmanager
def stock(archive: Path) -> Iterator[ServedSite]:
    """Datasette without any plugin over the archive, its limits of time lifted so that it answers."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    limits = ["--setting", "sql_time_limit_ms", "60000", "--setting", "facet_time_limit_ms", "60000"]
    command = [sys.executable, "-m", "datasette", str(archive), "--port", str(port), *limits]
    with Popen(command, env={**os.environ, "DATASETTE_LOAD_PLUGINS": ""}, stdout=DEVNULL, stderr=DEVNULL) as process:
        try:
            site = ServedSite(f"http://127.0.0.1:{port}/", process.pid)
            for _ in range(300):
                try:
                    site.ask("/-/static/app.css")
                    break
                except OSError:
                    time.sleep(0.2)
            yield site
        finally:
            process.terminate()
