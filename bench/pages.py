"""How fast the home page and the pages to browse by are in a large archive, through HTTP on one process.

    python -m bench.pages PATH [--rounds 60]

PATH is an archive of the present schema. Printed is first the ratio of the 95th percentiles of the home page and of stock
Datasette's on the same file (which counts nothing above 100 MB and lists tables), then for each page the milliseconds of
the wall clock at the 95th percentile and, in brackets, of the server's processor in the mean: a busy machine makes the
first one long. Target: the home page of 1,000,000 records at most 100 ms at the 95th percentile.
"""

import argparse
import http.client
import os
import sqlite3
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen
from urllib.parse import urlencode, urlsplit

TICK = 1000 / os.sysconf("SC_CLK_TCK")
STOCK_PORT = 8917

SERVE = """
import sys
from pathlib import Path
from archive.web.server import serve
serve(Path(sys.argv[1]), "127.0.0.1", 0, announce=lambda address: print(address, flush=True))
"""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("path", type=Path)
    arguments.add_argument("--rounds", type=int, default=60)
    options = arguments.parse_args()
    with ours(options.path) as site:
        timed = {name: measure(*site, path, options.rounds) for name, path in pages(options.path).items()}
    with stock(options.path) as site:
        plain = measure(*site, "/", options.rounds)
    print(f"home page, ratio to stock Datasette's: {timed['home'][0] / plain[0]:.2f}")
    for name, (wall, processor) in {**timed, "stock Datasette's home": plain}.items():
        print(f"{name:28} {wall:7.1f} ms ({processor:.1f})")


def pages(path: Path) -> dict[str, str]:
    """Each kind of page by the fullest example there is."""
    with closing(sqlite3.connect(path)) as connection:
        (portal,) = connection.execute(
            "SELECT portal FROM tally_portals GROUP BY 1 ORDER BY sum(records) DESC"
        ).fetchone()
        (catalog,) = connection.execute(
            "SELECT catalog_id FROM listings l JOIN catalogs c ON c.id = l.catalog_id WHERE c.portal = ? "
            "GROUP BY 1 ORDER BY count(*) DESC", (portal,),
        ).fetchone()  # fmt: skip
        (name,) = connection.execute(
            "SELECT publisher FROM records WHERE portal = ? GROUP BY 1 ORDER BY count(*) DESC", (portal,)
        ).fetchone()
        (day,) = connection.execute("SELECT max(published_on) FROM records WHERE published_on < '2019'").fetchone()
        first, last = connection.execute("SELECT min(day), max(day) FROM tally_events").fetchone()
    return {
        "home": "/",
        "all portals": "/-/browse",
        "a kind": "/-/browse?kind=budget",
        "a portal": f"/-/browse/{portal}",
        "a catalogue": f"/-/browse/{portal}/{catalog}",
        "a publisher": f"/-/publisher?{urlencode({'portal': portal, 'name': name})}",
        "a day": f"/-/day/{day}",
        "what was observed": f"/-/changes?from={first}&to={last}",
        "all that was added": f"/-/changes?from={first}&to={last}&kind=added",
    }


@contextmanager
def ours(archive: Path) -> Iterator[tuple[str, int]]:
    """The address and process of our site."""
    with Popen([sys.executable, "-c", SERVE, str(archive)], stdout=PIPE, text=True) as process:
        try:
            assert process.stdout
            yield process.stdout.readline().strip(), process.pid
        finally:
            process.terminate()


@contextmanager
def stock(archive: Path) -> Iterator[tuple[str, int]]:
    """The address and process of Datasette without any plugin."""
    command = [sys.executable, "-m", "datasette", str(archive), "--port", str(STOCK_PORT)]
    with Popen(command, env={**os.environ, "DATASETTE_LOAD_PLUGINS": ""}, stdout=DEVNULL, stderr=DEVNULL) as process:
        try:
            for _ in range(100):
                time.sleep(0.2)
                try:
                    get(f"http://127.0.0.1:{STOCK_PORT}", "/")
                    break
                except OSError:
                    continue
            yield f"http://127.0.0.1:{STOCK_PORT}", process.pid
        finally:
            process.terminate()


def measure(site: str, pid: int, path: str, rounds: int) -> tuple[float, float]:
    """Milliseconds: of the wall clock at the 95th percentile, of the server's processor in the mean. Two rounds warm up."""
    walls = []
    get(site, path), get(site, path)
    before = processor(pid)
    for _ in range(rounds):
        began = time.perf_counter()
        get(site, path)
        walls.append(1000 * (time.perf_counter() - began))
    return statistics.quantiles(walls, n=20)[-1], (processor(pid) - before) / rounds


def get(site: str, path: str) -> None:
    """Ask for a page and read it."""
    with closing(http.client.HTTPConnection(urlsplit(site).netloc, timeout=120)) as connection:
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200, f"{path}: {answer.status}"


def processor(pid: int) -> float:
    """Milliseconds of the processor that a process has had."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return TICK * (int(fields[11]) + int(fields[12]))


if __name__ == "__main__":
    main()
