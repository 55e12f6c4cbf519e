"""The model of the simulated country held against crawls over the network: mock portals crawled wholly, updated, and walked again.

    python -m bench.checked_model [--portals 10,200] [--records 100]      needs nginx

For each number of portals, on hosts of their own (127.0.1.1, 127.0.1.2, … of loopback) with the same pages behind them, one
`disclosures crawl` reads all, a second one the next day what is new, a third one a week later all again, without delay. Requests and
processor of each are set beside those that `bench.simulated_portals` and `bench.costs` foresee for such portals.
"""

import os
import sqlite3
import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from random import Random
from unittest.mock import patch

from archive.evidence.evidence_reader import beside
from archive.model import clock
from archive.model.clock import BEIJING
from bench import costs
from bench.measure import Cost, Figure, Ratio, Report, arguments, command, numbers, positive, tell
from bench.portal import ROWS_A_PAGE, nginx_of_hosts, portal_file, write_portal
from bench.portals import host
from bench.simulated_portals import DAY, NO_FAULT, SimulatedPortal, Software, Traffic

FIRST = date(2026, 3, 2)
DAYS = {"first": 0, "update": 1, "full": 8}
"""The crawls, and the days on which they are made."""

FILES_OF_HUNDRED = 25
NEWS_OF = 20
"""One of so many records is new on the day of the update."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One crawl of all portals: its cost, its requests, and the bytes of the archive and its evidence afterwards."""

    cost: Cost
    requests: int
    bytes: int


def measured(portals: int, records: int) -> dict[str, Measured]:
    """Crawl so many portals of so many records on each of DAYS."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        site, log, db = folder / "site", folder / "access.log", folder / "many.db"
        hosts = [host(number) for number in range(portals)]
        write_portal(site, records, files=FILES_OF_HUNDRED)
        with nginx_of_hosts(folder, dict.fromkeys(hosts, (site, "")), str(log)) as port:
            files = [str(portal_file(folder, f"http://{each}:{port}/", f"bench{n}")) for n, each in enumerate(hosts)]
            made: dict[str, Measured] = {}
            for crawl, day in DAYS.items():
                if crawl == "update":
                    write_portal(site, records + records // NEWS_OF, files=FILES_OF_HUNDRED)
                before = sum(each.requests for each in made.values())
                with patch.dict(os.environ, {clock.VARIABLE: clock.text(_noon(day))}):
                    cost = command("-m", "crawler.cli.main", "crawl", "--delay", "0", "--db", str(db), *files)
                requests = log.read_text("utf-8").count("\n") - before
                made[crawl] = Measured(cost, requests, sum(each.stat().st_size for each in (db, beside(db))))
        with closing(sqlite3.connect(db)) as archive:
            modes = [mode for (mode,) in archive.execute("SELECT mode FROM crawls GROUP BY portal, id ORDER BY id")]
        assert modes == ["full"] * portals + ["update"] * portals + ["full"] * portals, modes
    return made


def foreseen(records: int) -> dict[str, Traffic]:
    """The answers of one such portal on each of DAYS, by the model."""
    portal = SimulatedPortal(
        0, Software("trs", 1, ROWS_A_PAGE, 0, 0, conditional=True), Random(1), FIRST, sampled=False
    )
    portal.lists, portal.listed, portal.unread = 1, records, records
    portal.a_workday, portal.files_a_record = 0.0, FILES_OF_HUNDRED / 100
    answers = {}
    for crawl, day in DAYS.items():
        if crawl == "update":
            portal.listed += records // NEWS_OF
            portal.unread = portal.fresh = records // NEWS_OF
        mode = "update" if crawl == "update" else "full"
        answers[crawl] = portal.traffic(mode, NO_FAULT, _noon(day))
        portal.was_read(answers[crawl], mode, _noon(day))
    return answers


def _noon(day: int) -> datetime:
    return datetime.combine(FIRST + day * DAY, time(12), BEIJING)


def report(runs: Sequence[tuple[int, dict[str, Measured]]], records: int) -> Report:
    """Each crawl of each number of portals beside what the model foresees."""
    made = Report(
        "checked_model", f"The simulated country's model beside crawls of mock portals of {records:,} records"
    )
    known, traffic = costs.measured(), foreseen(records)
    for portals, crawls in runs:
        for crawl, each in crawls.items():
            what = f"{crawl} crawl of {portals} portals"
            expected = portals * known.processor(traffic[crawl])
            requests = each.requests / (portals * traffic[crawl].requests)
            made.ratios.append(Ratio(f"{what}: requests to those foreseen", requests))
            made.ratios.append(Ratio(f"{what}: processor to that foreseen", each.cost.processor / expected))
            made.figures += [
                Figure(f"{what}: requests", each.requests, ""),
                Figure(what, each.cost.wall, "s", processor=each.cost.processor),
                Figure(f"{what}: peak of memory", each.cost.peak, "MB"),
                Figure(
                    f"{what}: archive and evidence thereafter, for a record", each.bytes / portals / records, "bytes"
                ),
            ]
    made.notes.append(
        "All on one machine and without delay: the clock says nothing of a crawl that waits 3 seconds between requests."
    )
    return made


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument(
        "--portals", type=numbers, default="10,200", help="numbers of portals, with commas between (10,200)"
    )
    parser.add_argument("--records", type=positive, default=100)
    options = parser.parse_args()
    runs = [(int(portals), measured(int(portals), options.records)) for portals in options.portals.split(",")]
    tell(report(runs, options.records), options)


if __name__ == "__main__":
    main()
