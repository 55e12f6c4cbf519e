"""Speed and weight of the pages of coverage, over a whole country crawled for a year, through HTTP on one process.

    python -m bench.coverage [--days 365] [--records 1000000] [--rounds 60] [--keep]

Every county-level division has a portal here, crawled on each of so many days, and a home in the directory; of records
there are the counts alone, as the pages read no more of them. Targets: 300 ms at the 95th percentile, 100,000 bytes.
"""

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from archive.directory.coverage import county_divisions
from bench.measure import Report, arguments, slowest, tell
from bench.served import ours
from tests.country_archive import country_archive

PAGES = {
    "the country": "/-/counties",
    "the largest province": "/-/counties/51",
    "the country as JSON": "/-/counties.json",
    "all counties as CSV": "/-/counties.csv",
    "all counties as a workbook": "/-/counties.xlsx",
}
TARGETS = {"the country": 300, "the largest province": 300}

_HOMES = """
INSERT INTO directory (home, name, division_code, source, as_of, state)
SELECT home, name, division_code, 's.csv', '2026-11-01', 'surveyed' FROM portals
"""
_CRAWLS = """
WITH RECURSIVE n(day) AS (SELECT 0 UNION ALL SELECT day + 1 FROM n WHERE day + 1 < :days)
INSERT INTO crawls (portal, mode, started_at, finished_at, outcome)
SELECT p.id, 'update', date('2025-11-21', '+' || day || ' days') || 'T01:00:00.000Z',
       date('2025-11-21', '+' || day || ' days') || 'T02:00:00.000Z', 'finished' FROM n, portals p
"""
_CATALOGS = "INSERT INTO catalogs (portal, kind, title, url) SELECT id, 'notice', '样本', home || 'list' FROM portals"
_WALKS = """
INSERT INTO ledger (crawl_id, catalog_id, pages_read, rows_read, complete)
SELECT w.id, c.id, 1, 1, w.id % 7 = 0 FROM crawls w JOIN catalogs c ON c.portal = w.portal
"""


def country_of(folder: Path, days: int, records: int) -> Path:
    """Make the archive of a country crawled for so many days."""
    db = country_archive(folder / "country.db", archived_of=1)
    with closing(sqlite3.connect(db)) as connection, connection:
        connection.execute(_HOMES)
        connection.execute("UPDATE tally_portals SET records = ?", (records // len(county_divisions()),))
        connection.execute(_CRAWLS, {"days": days})
        connection.execute(_CATALOGS)
        connection.execute(_WALKS)
    return db


def measured(folder: Path, days: int, records: int, rounds: int) -> Report:
    """Ask for each page `rounds` times."""
    db = country_of(folder, days, records)
    with ours(db) as site:
        for page in PAGES.values():
            site.ask(page)
        timed = {name: [site.ask(page) for _ in range(rounds)] for name, page in PAGES.items()}
    with closing(sqlite3.connect(db)) as connection:
        (crawls,) = connection.execute("SELECT count(*) FROM crawls").fetchone()
    return Report(
        "coverage",
        f"Coverage of {len(county_divisions()):,} counties, {crawls:,} crawls and {records:,} records, {rounds} times each",
        figures=[slowest(name, costs, TARGETS.get(name)) for name, costs in timed.items()],
    )


def main() -> None:
    parser = arguments(__doc__)
    for name, default in (("days", 365), ("records", 1_000_000), ("rounds", 60)):
        parser.add_argument(f"--{name}", type=int, default=default)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tell(measured(Path(folder), options.days, options.records, options.rounds), options)


if __name__ == "__main__":
    main()
