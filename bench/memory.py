"""Memory of a long crawl, and whether it grows.

python -m bench.memory [--records 100000]      needs nginx

A portal of so many small pages is crawled once, with all that a crawl does; the memory of its process is looked at four
times a second, beside how many answers it has sealed by then. Target: flat, so that the last tenth takes at most 1.1 times
what the second takes, when all lists are read and every module is loaded.
"""

import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from bench.measure import Curve, Figure, Ratio, Report, arguments, resident, tell
from bench.portal import nginx, portal_file, write_portal

STEPS = 10
CONCURRENCY = 16


def watched(command: list[str], db: Path) -> Iterator[tuple[int, float]]:
    """Run a crawl into `db`; again and again how many record pages it has read, and its memory in MB."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            time.sleep(0.25)
            if db.exists():
                try:
                    with closing(sqlite3.connect(f"{db.as_uri()}?mode=ro", uri=True)) as connection:
                        (read,) = connection.execute("SELECT coalesce(max(id), 0) FROM captures").fetchone()
                    yield read, resident(process.pid)
                except (sqlite3.Error, OSError, IndexError):  # not made yet, or at its end
                    continue
    assert process.returncode == 0, "the crawl failed"


def peaks(seen: Iterator[tuple[int, float]], whole: int) -> list[tuple[float, float]]:
    """The highest memory within each tenth of the crawl: (answers at its end, MB)."""
    highest = dict.fromkeys(range(1, STEPS + 1), 0.0)
    for read, memory in seen:
        step = min(read * STEPS // whole + 1, STEPS)
        highest[step] = max(highest[step], memory)
    return [(step * whole / STEPS, memory) for step, memory in highest.items() if memory]


def measured(records: int) -> Report:
    """Crawl a portal of `records` small pages, watched."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_portal(folder / "site", records, small=True)
        with nginx(folder, folder / "site") as home:
            db = folder / "archive" / "disclosures.db"
            command = [
                sys.executable,
                "-m",
                "crawler.cli.main",
                "crawl",
                str(portal_file(folder, home)),
                "--db",
                str(db),
            ]
            command += ["--delay", "0", "--concurrency", str(CONCURRENCY)]
            points = peaks(watched(command, db), records + records // 20)
    settled, last = points[1][1], points[-1][1]
    return Report(
        "memory",
        f"Memory over a crawl of {records:,} records",
        [Ratio("memory in the last tenth of the crawl to the second", last / settled, target=1.1)],
        [Figure("highest", max(memory for _, memory in points), "MB")],
        [Curve("Memory over one crawl", "answers sealed", "MB", "our crawl", points)],
        [f"Sampled four times a second; {os.cpu_count()} processors, {CONCURRENCY} requests at a time."],
    )


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--records", type=int, default=100_000)
    options = parser.parse_args()
    tell(measured(options.records), options)


if __name__ == "__main__":
    main()
