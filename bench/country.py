"""From a list of home pages to an archive: portals on hosts of their own surveyed and crawled, nothing typed in between.

python -m bench.country [--portals 300] [--workers 3] [--keep]      --workers needs redis-server and the extra `many`

Of the portals, on 127.0.1.1, 127.0.1.2, … of loopback, two in fifteen have a fault each: blocked, dead, made by scripts, moved, behind a
login, without catalogue, unreadable, or no portal at all; the others are of all families of software, by turns, made of their golden pages. Survey and crawl are
killed once each (SIGKILL) and go on. Every sound portal is to be archived wholly, every fault named rightly, and no file written for a bad one.

With --workers, the same again by so many workers, one of them killed with all its processes in the survey and one in the crawl: the
records are to be the same, row for row, but for ids and times.
"""

import os
import re
import signal
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch

from archive.model.divisions import COUNTY, divisions
from bench.loopback_hosts import LoopbackHosts, loopback_hosts
from bench.measure import Cost, Figure, Report, arguments, command, tell
from bench.portals import host
from tests.country_sites import PORTALS, SOUND, MockCounty, country
from tests.natural import contents
from tests.warm import Begun
from tests.worker_machines import RedisServer, kill_all_of, started, worker

FAULTY_OF, FAULTY = 15, 2
"""Of so many portals so many have a fault."""

_COMPARED = ("records", "listings", "attachments")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")

_RECORDS = """
    SELECT p.home, count(*), count(r.body), (SELECT count(*) FROM catalogs c WHERE c.portal = p.id AND NOT EXISTS (
        SELECT 1 FROM ledger l WHERE l.catalog_id = c.id AND l.complete))
    FROM portals p JOIN records r ON r.portal = p.id GROUP BY 1
"""
"""Of each portal its records, those with a text, and its catalogues that were never walked wholly."""


@dataclass(frozen=True)
class Archive:
    """An archive in the making, in a folder of its own: its database, the folder of its portal files, the list of homes."""

    folder: Path
    homes: dict[str, MockCounty]

    @property
    def db(self) -> Path:
        return self.folder / "country.db"

    @property
    def files(self) -> Path:
        return self.folder / "portals"

    def write_list(self) -> Path:
        """Write the list of homes, each with the code of a county."""
        self.folder.mkdir()
        path = self.folder / "list.csv"
        codes = (code for code, each in divisions().items() if each.level == COUNTY)
        lines = (f"{code},{home}" for code, home in zip(codes, self.homes, strict=False))
        path.write_text("\n".join(["code,home", *lines]), encoding="utf-8")
        return path

    def count(self, sql: str) -> int:
        """The number that a query gives; 0 while the archive is being made."""
        if not self.db.exists():
            return 0
        try:
            with closing(sqlite3.connect(f"file:{self.db}?mode=ro", uri=True)) as archive:
                return int(archive.execute(sql).fetchone()[0])
        except sqlite3.OperationalError:
            return 0

    def surveyed(self) -> int:
        """The number of homes that were looked at."""
        return self.count("SELECT count(*) FROM directory WHERE surveyed_at IS NOT NULL")

    def crawled(self) -> int:
        """The number of portals that a crawl came to the end of."""
        return self.count("SELECT count(DISTINCT portal) FROM crawls WHERE outcome = 'finished'")

    def verify(self) -> None:
        """Hold what was found against what the homes are. Raises AssertionError."""
        with closing(sqlite3.connect(self.db)) as archive:
            states = dict(archive.execute("SELECT home, state FROM directory"))
            families = dict(archive.execute("SELECT home, family FROM directory WHERE state = ?", (SOUND,)))
            records = {home: tuple(row) for home, *row in archive.execute(_RECORDS)}
        wrong = {
            home: (states.get(home), families.get(home), each)
            for home, each in self.homes.items()
            if (states.get(home), families.get(home)) != (each.state, each.family)
        }
        assert not wrong, f"named wrongly: {wrong}"
        sound = {home: each.family for home, each in self.homes.items() if each.family}
        whole = {home: (PORTALS[family].records, PORTALS[family].texts, 0) for home, family in sound.items()}
        assert records == whole, {
            home: (records.get(home), whole.get(home))
            for home in {*records, *whole}
            if records.get(home) != whole.get(home)
        }
        assert len(list(self.files.glob("*.toml"))) == len(sound)


def measured(portals: int, workers: int) -> Report:
    """Make the archive of so many portals by this machine, and by workers, if any."""
    sites = {host(number): each for number, each in enumerate(country(portals, portals * FAULTY // FAULTY_OF))}
    with (
        tempfile.TemporaryDirectory() as name,
        loopback_hosts(lambda at: sites[at.partition(":")[0]].answers(at)) as served,
    ):
        homes = {f"http://{each}:{served.port}/": site for each, site in sites.items()}
        one, many = Archive(Path(name, "one"), homes), Archive(Path(name, "many"), homes)
        figures = [*_about(homes), *_by_this_machine(one, served)]
        one.verify()
        if workers:
            figures += _by_workers(many, served, workers)
            many.verify()
            expected, found = (contents(each.db, _without_captures) for each in (one, many))
            differing = {table: set(expected[table]) ^ set(found[table]) for table in _COMPARED}
            assert not any(differing.values()), differing
            figures.append(
                Figure(
                    f"rows of {', '.join(_COMPARED)} that are the same", sum(len(found[each]) for each in _COMPARED), ""
                )
            )
    return Report(
        "country",
        f"{portals} portals from a list of home pages to an archive",
        figures=figures,
        notes=[f"Portals of {min(each.records for each in PORTALS.values())} to {max(each.records for each in PORTALS.values())} records, of {len(PORTALS)} families of software, without delay; no real portal."],
    )  # fmt: skip


def _about(homes: dict[str, MockCounty]) -> Iterator[Figure]:
    sound = sum(each.state == SOUND for each in homes.values())
    yield Figure("sound portals archived wholly", sound, "")
    yield Figure("faults named rightly", len(homes) - sound, "")


def _by_this_machine(archive: Archive, served: LoopbackHosts) -> Iterator[Figure]:
    """Survey and crawl, each killed once."""
    list_, before = archive.write_list(), served.requests
    survey = ["survey", "--delay", "0", "--db", str(archive.db)]
    crawl = ["crawl", "--due", "--delay", "0", "--db", str(archive.db)]
    with patch.dict(os.environ, DISCLOSURES_PORTALS=str(archive.files)):
        killed = _killed([*survey, str(list_)], archive.surveyed, len(archive.homes) // 3)
        surveyed = _cost(survey)
        asked = served.requests - before
        killed_later = _killed(crawl, archive.crawled, len(archive.homes) // 3)
        crawled = _cost(crawl)
    yield Figure("homes surveyed when the survey was killed", killed, "")
    yield Figure("the rest of the survey", surveyed.wall, "s", processor=surveyed.processor)
    yield Figure("the survey's peak of memory", surveyed.peak, "MB")
    yield Figure("requests of the survey", asked, "")
    yield Figure("portals crawled when the crawl was killed", killed_later, "")
    yield Figure("the rest of the crawl", crawled.wall, "s", processor=crawled.processor)
    yield Figure("the crawl's peak of memory", crawled.peak, "MB")
    yield Figure("requests of the crawl", served.requests - before - asked, "")


def _by_workers(archive: Archive, served: LoopbackHosts, workers: int) -> Iterator[Figure]:
    """Survey and crawl by so many workers, one of them killed in each, and another one started in its place."""
    list_, before, began = archive.write_list(), served.requests, time.monotonic()
    spool = archive.folder / "spool"
    with RedisServer(archive.folder) as redis, _machines(archive.folder, redis.url, spool, workers) as kill_one:
        env = {
            "DISCLOSURES_PORTALS": str(archive.files),
            "DISCLOSURES_REDIS": redis.url,
            "DISCLOSURES_SPOOL": str(spool),
        }
        with patch.dict(os.environ, env):
            options = ["--delay", "0", "--db", str(archive.db)]
            with started("survey", list_, "--workers", *options) as survey:
                _wait_until(lambda: archive.surveyed() >= len(archive.homes) // 3)
                kill_one()
                survey.wait()
            surveyed = time.monotonic()
            _cost(["enqueue", "--due", *options])
            begun = len(list(spool.glob("begin/*.db")))
            _wait_until(lambda: len(list(spool.glob("done/*Z"))) >= begun // 3)
            kill_one()
            _wait_until(lambda: not list(spool.glob("begin/*.db")))
            _cost(["merge", str(spool), "--delete", "--db", str(archive.db)])
    yield Figure(f"the survey by {workers} workers, one killed", surveyed - began, "s")
    yield Figure(f"the crawl by {workers} workers, one killed, and merging", time.monotonic() - surveyed, "s")
    yield Figure("requests of both", served.requests - before, "")


@contextmanager
def _machines(folder: Path, redis: str, spool: Path, workers: int) -> Iterator[Callable[[], None]]:
    """So many workers; a function that kills one of them with all its processes, and starts another."""
    with ExitStack() as stack:
        numbers = count()

        def start() -> Begun:
            process = worker(spool, redis, folder / f"scratch{next(numbers)}")
            stack.callback(kill_all_of, process)
            return process

        machines = [start() for _ in range(workers)]

        def kill_one() -> None:
            kill_all_of(machines.pop())
            machines.append(start())

        yield kill_one


def _killed(words: Sequence[str], done: Callable[[], int], after: int) -> int:
    """Begin a command and kill it once so many are done; return how many were then."""
    with started(*words) as process:
        _wait_until(lambda: process.poll() is not None or done() >= after)
        process.send_signal(signal.SIGKILL)
    return done()


def _wait_until(holds: Callable[[], object]) -> None:
    """Wait until something holds. Raises AssertionError where it does not come to within an hour."""
    end = time.monotonic() + 3600
    while not holds():
        assert time.monotonic() < end, "nothing came of it within an hour"
        time.sleep(0.05)


def _cost(words: Sequence[str]) -> Cost:
    """The cost of a command, which may end with exit status 1: something needs attention, as portals with faults do."""
    code = "import sys; from crawler.cli.main import main\ntry: main(sys.argv[1:])\nexcept SystemExit as end: sys.exit(end.code not in {0, 1})"
    return command("-c", code, *words)


def _without_captures(_: str, row: dict[str, Any]) -> dict[str, Any]:
    """A row without its times, and without the capture that showed it last: a list and a record's page come in any order."""
    kept = {name: value for name, value in row.items() if name != "capture_id"}
    return {name: _TIME.sub("time", value) if isinstance(value, str) else value for name, value in kept.items()}


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--portals", type=int, default=300)
    parser.add_argument("--workers", type=int, default=0)
    options = parser.parse_args()
    tell(measured(options.portals, options.workers), options)


if __name__ == "__main__":
    main()
