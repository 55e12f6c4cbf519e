"""Cost and writings of the daily update of an unchanged portal, against a full crawl.

python -m bench.update [--records 5000]

A county is crawled wholly twice, then updated the day after. Prints requests and bytes of each crawl. Exit status 1 unless
the update asks for fewer than 2 % of the addresses and transfers less than 1 % of the bytes of the first, and writes
nothing but `last_seen` and rows of its own.
"""

import argparse
import sqlite3
import sys
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.ten_days import crawl, morning, rows
from tests.county import County

MOST_ADDRESSES = 0.02
MOST_BYTES = 0.01

OF_THE_CRAWL = {"crawls": "id", "ledger": "crawl_id", "captures": "crawl_id", "walks": "crawl_id"}
"""Tables with rows of each crawl's own, and the column that says whose a row is."""

SEEN = {
    "records": {"last_seen"},
    "listings": {"last_seen", "crawl_id", "capture_id"},
    "readings": {"seen_capture_id"},
}
"""Columns that any crawl may write into rows that are there."""

Dump = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Traffic:
    """The traffic of one crawl: requests, different addresses, bytes sent, answers "not modified"."""

    requests: int
    addresses: int
    bytes: int
    not_modified: int


def measured(county: County, portal: Path, db: Path, day: int, *options: str) -> Traffic:
    """Crawl the county on the morning of `day`; what that cost it."""
    county.reset_counts()
    crawl(portal, db, morning(day), *options)
    return Traffic(county.count, len(county.requests), county.bytes_sent, county.not_modified)


def dump(db: Path) -> Dump:
    """All rows of all tables, those of the search index too."""
    with closing(sqlite3.connect(f"{db.as_uri()}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        tables = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall()
        return {
            table["name"]: [dict(row) for row in connection.execute(f"SELECT * FROM [{table['name']}]")]
            for table in tables
            if not table["sql"].startswith("CREATE VIRTUAL")
        }


def written(before: Dump, after: Dump, crawl_id: int) -> list[str]:
    """The rows that crawl `crawl_id` wrote beyond what any crawl may, a line for each table."""
    found = []
    for table in sorted(before.keys() | after.keys()):
        old, new = _kept(table, before.get(table, []), crawl_id), _kept(table, after.get(table, []), crawl_id)
        if old != new:
            differing = [row for row in new if row not in old] or [row for row in old if row not in new]
            found.append(f"{table}: {len(old)} rows before, {len(new)} after, such as {str(differing[:1])[:300]}")
    return found


def _kept(table: str, of: list[dict[str, Any]], crawl_id: int) -> list[dict[str, Any]]:
    """The rows that may not change, without the columns that may; how far its log has come is each crawl's to say, and which days are sealed."""
    if table == "seals":
        return []
    owner, seen = OF_THE_CRAWL.get(table, ""), SEEN.get(table, set())
    rows_kept = [row for row in of if not owner or row[owner] != crawl_id]
    if table == "settings":
        rows_kept = [row for row in rows_kept if not row["name"].startswith(("log:", "sealed_up_to"))]
    return [{name: row[name] for name in row.keys() - seen} for row in rows_kept]


def last_crawl(db: Path) -> tuple[int, str, str]:
    """The last crawl's id, mode and outcome."""
    crawl_id, mode, outcome = rows(db, "SELECT id, mode, outcome FROM crawls ORDER BY id DESC LIMIT 1")[0]
    return crawl_id, mode, outcome


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--records", type=int, default=5000)
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as name, County(options.records) as county:
        portal, db = county.portal_file(Path(name)), Path(name) / "county.db"
        crawls = {
            "full": measured(county, portal, db, 1, "--mode", "full"),
            "full again": measured(county, portal, db, 1, "--mode", "full"),
        }
        before = dump(db)
        crawls["update"] = measured(county, portal, db, 2)
        crawl_id, mode, outcome = last_crawl(db)
        wrong = written(before, dump(db), crawl_id)
    full, update = crawls["full"], crawls["update"]
    print(
        f"{'':<12} {'requests':>8} {'addresses':>9} {'not modified':>12} {'bytes':>12} {'of addresses':>12} {'of bytes':>9}"
    )
    for name, cost in crawls.items():
        shares = f"{cost.addresses / full.addresses:>12.2%} {cost.bytes / full.bytes:>9.3%}"
        print(f"{name:<12} {cost.requests:>8} {cost.addresses:>9} {cost.not_modified:>12} {cost.bytes:>12} {shares}")
    if (mode, outcome) != ("update", "finished"):
        wrong.append(f"the last crawl was {mode}: {outcome}")
    if update.addresses >= MOST_ADDRESSES * full.addresses:
        wrong.append(f"the update asked for {MOST_ADDRESSES:.0%} of the addresses or more")
    if update.bytes >= MOST_BYTES * full.bytes:
        wrong.append(f"the update transferred {MOST_BYTES:.0%} of the bytes or more")
    print("\n".join(wrong) or "The update wrote nothing but last_seen and rows of its own.")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
