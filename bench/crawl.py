"""Time of a whole crawl, evidence, versions, masking and search index included, against plain Scrapy spiders.

python -m bench.crawl [--records 5000] [--runs 3]      needs nginx

The same pages, from nginx on loopback, are crawled in turns by a bare spider that stores nothing, by the same spider
with an upsert of sqlite-utils for each item, by `disclosures crawl`, and by it without its evidence. Then the same pages, of
whose records some have a file: both spiders store its bytes, our crawl reads its text as well.
"""

import sqlite3
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from shutil import rmtree

from archive.evidence.evidence_reader import beside
from bench.measure import Cost, Figure, Ratio, Report, arguments, command, ratio, tell
from bench.portal import has_file, nginx, portal_file, write_portal

CONCURRENCY = 16
FILES = 15
"""Of a hundred records, those that have a file, in the second part."""


def measured(records: int, runs: int) -> Report:
    """Crawl a portal of `records` records, `runs` times with each."""
    costs: dict[str, list[Cost]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_portal(folder / "site", records)
        with nginx(folder, folder / "site") as home:
            portal = portal_file(folder, home)
            crawl = ["crawl", str(portal), "--delay", "0", "--concurrency", str(CONCURRENCY), "--db"]
            bare = ["-m", "bench.bare_spider", home, str(CONCURRENCY)]
            for run in range(runs):  # in turns, so that all meet the same machine
                costs["bare"].append(command(*bare))
                costs["upserts"].append(command(*bare, str(folder / f"upserts-{run}.db")))
                costs["unsealed"].append(command("-m", "bench.unsealed", *crawl, str(folder / f"unsealed-{run}.db")))
                costs["ours"].append(command("-m", "crawler.cli.main", *crawl, str(folder / f"{run}.db")))
                held("SELECT count(*) FROM records WHERE body IS NOT NULL", folder / f"{run}.db", records)
                held("SELECT count(*) FROM records WHERE body IS NOT NULL", folder / f"upserts-{run}.db", records)
        with closing(sqlite3.connect(folder / "0.db")) as connection:
            (raw,) = connection.execute("SELECT sum(bytes) FROM captures").fetchone()
        kept = beside(folder / "0.db").stat().st_size
    for key, cost in _with_files(records, runs):
        costs[key].append(cost)
    return report(costs, records, kept / raw)


def _with_files(records: int, runs: int) -> Iterator[tuple[str, Cost]]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_portal(folder / "site", records, files=FILES)
        with nginx(folder, folder / "site") as home:
            portal = portal_file(folder, home)
            for run in range(runs):
                stored, db, upserts = folder / f"stored-{run}", folder / f"{run}.db", folder / f"upserts-{run}.db"
                count = sum(has_file(number, FILES) for number in range(records))
                bare = ["-m", "bench.bare_spider", home, str(CONCURRENCY), str(stored)]
                for key, spider in (("bytes", bare), ("bytes and upserts", [*bare, str(upserts)])):
                    stored.mkdir()
                    yield key, command(*spider)
                    assert len(list(stored.iterdir())) == count
                    rmtree(stored)
                held("SELECT count(*) FROM records WHERE body IS NOT NULL", upserts, records)
                options = ["--delay", "0", "--concurrency", str(CONCURRENCY), "--db", str(db)]
                yield "files", command("-m", "crawler.cli.main", "crawl", str(portal), *options)
                held("SELECT count(*) FROM attachments WHERE state = 'text'", db, count)


def held(sql: str, database: Path, wanted: int) -> None:
    """Make sure that a crawl brought all there is."""
    with closing(sqlite3.connect(database)) as connection:
        (found,) = connection.execute(sql).fetchone()
    assert found == wanted, f"{found} of {wanted} records in {database.name}"


def report(costs: dict[str, list[Cost]], records: int, size: float) -> Report:
    ours, ours_with = costs["ours"], costs["files"]
    without = ratio("", ours, costs["unsealed"])
    made = Report(
        "crawl",
        f"A whole crawl of {records:,} records",
        [
            ratio("our crawl to a bare Scrapy spider that stores nothing", ours, costs["bare"], 1.25),
            ratio("our crawl to a plain Scrapy spider with sqlite-utils upserts", ours, costs["upserts"], 1.0),
            Ratio(
                "share of evidence in the crawl's time", 1 - 1 / without.wall, 1 - 1 / (without.processor or 1), 0.15
            ),
            Ratio("evidence.db to the pages as received, in bytes", size, target=0.2),
            ratio(f"our crawl to a bare spider that stores files, {FILES} % with one", ours_with, costs["bytes"], 1.3),
            ratio(
                "our crawl of these to a plain spider with upserts that stores files",
                ours_with,
                costs["bytes and upserts"],
                1.3,
            ),
        ],
    )
    names = {"bare": "bare Scrapy spider", "upserts": "plain spider with upserts",
             "unsealed": "our crawl without evidence", "ours": "our crawl",
             "bytes": f"bare spider that stores files, {FILES} % with one",
             "bytes and upserts": "plain spider with upserts that stores files", "files": "our crawl of these"}  # fmt: skip
    for key, name in names.items():
        wall, processor = (
            1000 * min(getattr(cost, unit) for cost in costs[key]) / records for unit in ("wall", "processor")
        )
        made.figures.append(Figure(name, wall, "ms a record", processor=processor))
        made.figures.append(Figure(f"{name}: peak of memory", max(cost.peak for cost in costs[key]), "MB"))
    return made


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--records", type=int, default=5000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    tell(measured(options.records, options.runs), options)


if __name__ == "__main__":
    main()
