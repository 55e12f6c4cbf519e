"""How long a whole crawl takes, against a bare Scrapy spider that reads the same pages and stores nothing, and what of it
sealing the evidence costs.

python -m bench.crawl [--records 5000] [--runs 3]      needs nginx

Prints seconds and peak memory of each, their ratio (target: at most 1.3, under 300 MB), the share of the crawl's time that
evidence takes (target: at most 15 %), and its size against the pages' (target: at most a fifth).
"""

import argparse
import os
import sqlite3
import statistics
import sys
import tempfile
import time
from pathlib import Path

from archive.originals import beside
from bench.portal import nginx, write_portal

CONCURRENCY = 16


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--records", type=int, default=5000)
    arguments.add_argument("--runs", type=int, default=3)
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_portal(folder / "site", options.records)
        with nginx(folder, folder / "site") as home:
            portal = folder / "bench.toml"
            portal.write_text(
                f'id = "bench"\nname = "基准门户"\ndivision_code = "640324"\nhome = "{home}"\n'
                '[[catalogs]]\nkind = "other"\ntitle = "目录"\nurl = "/xxgk/list.html"\n'
            )
            bare, unsealed, ours = [], [], []
            for run in range(options.runs):  # in turns, so that both meet the same machine
                database = folder / f"{run}.db"
                bare.append(measure(["-m", "bench.bare_spider", home, str(CONCURRENCY)]))
                command = ["crawl", str(portal), "--delay", "0", "--concurrency", str(CONCURRENCY), "--db"]
                unsealed.append(measure(["-m", "bench.unsealed", *command, str(folder / f"unsealed-{run}.db")]))
                ours.append(measure(["-m", "crawler.cli", *command, str(database)]))
                stored = (
                    sqlite3.connect(database)
                    .execute("SELECT count(*) FROM records WHERE body IS NOT NULL")
                    .fetchone()[0]
                )
                assert stored == options.records, f"{stored} of {options.records} records stored"
            (raw,) = sqlite3.connect(database).execute("SELECT sum(bytes) FROM captures").fetchone()
            kept = beside(database).stat().st_size
    report("bare Scrapy spider", bare)
    report("disclosures crawl without evidence", unsealed)
    report("disclosures crawl", ours)
    compare("ratio to the bare spider", [one[0] / other[0] for one, other in zip(ours, bare, strict=True)])
    compare("share of evidence", [1 - other[0] / one[0] for one, other in zip(ours, unsealed, strict=True)])
    print(f"evidence: {kept / 1e6:.1f} MB for {raw / 1e6:.1f} MB of pages: {kept / raw:.3f}")


def measure(command: list[str]) -> tuple[float, float]:
    """Seconds and peak megabytes of a Python command in a process of its own."""
    began = time.monotonic()
    pid = os.posix_spawn(
        sys.executable,
        [sys.executable, *command],
        os.environ,
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
            (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
        ],
    )
    _, status, usage = os.wait4(pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0, f"{command} failed"
    return time.monotonic() - began, usage.ru_maxrss / 1024


def compare(name: str, values: list[float]) -> None:
    print(f"{name}: {statistics.median(values):.2f} (median of {[f'{value:.2f}' for value in values]})")


def report(name: str, runs: list[tuple[float, float]]) -> None:
    seconds = statistics.median(run[0] for run in runs)
    print(f"{name}: {seconds:.1f} s (median of {len(runs)}), peak {max(run[1] for run in runs):.0f} MB")


if __name__ == "__main__":
    main()
