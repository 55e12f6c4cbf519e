"""Memory and time that many portals take in one process.

python -m bench.portals [--portals 200] [--records 100]      needs nginx

Portals on hosts of their own (127.0.1.1, 127.0.1.2, … of loopback) with the same pages behind them are crawled by one
`disclosures crawl`, without delay; beside it, one portal of as many records in all. Target: under 400 MB for 200 portals.
"""

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from bench.measure import Figure, Report, arguments, command, ratio, tell
from bench.portal import nginx, portal_file, write_portal

MOST_MB = 400


def host(number: int) -> str:
    """An address of loopback for each portal."""
    return f"127.0.{1 + number // 200}.{1 + number % 200}"


def measured(portals: int, records: int) -> Report:
    """Crawl `portals` portals of `records` records each in one process, then one of as many in all."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_portal(folder / "site", records)
        write_portal(folder / "whole", portals * records)
        crawl = ["-m", "crawler.cli.main", "crawl", "--delay", "0", "--concurrency", "1", "--db"]
        hosts = [host(number) for number in range(portals)]
        with nginx(folder, folder / "site", hosts) as home:
            files = [
                str(portal_file(folder, home.replace(hosts[0], each), f"bench{n}")) for n, each in enumerate(hosts)
            ]
            many = command(*crawl, str(folder / "many.db"), *files)
        with closing(sqlite3.connect(folder / "many.db")) as connection:
            (read,) = connection.execute("SELECT count(*) FROM records WHERE body IS NOT NULL").fetchone()
        assert read == portals * records, f"{read} records of {portals * records}"
        with nginx(folder, folder / "whole") as home:
            one = command(*crawl, str(folder / "one.db"), str(portal_file(folder, home)))
    return Report(
        "portals",
        f"{portals} portals of {records} records each in one process",
        [ratio("many portals to one of as many records", [many], [one])],
        [
            Figure(f"peak of memory, {portals} portals", many.peak, "MB", MOST_MB),
            Figure("peak of memory, one portal", one.peak, "MB"),
            Figure(
                f"{portals} portals", 1000 * many.wall / read, "ms a record", processor=1000 * many.processor / read
            ),
            Figure("one portal", 1000 * one.wall / read, "ms a record", processor=1000 * one.processor / read),
        ],
    )


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--portals", type=int, default=200)
    parser.add_argument("--records", type=int, default=100)
    options = parser.parse_args()
    tell(measured(options.portals, options.records), options)


if __name__ == "__main__":
    main()
