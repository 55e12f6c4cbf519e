"""Cost of storing a record, versions, events, search index and all, in archives of growing size.

    python -m bench.store [--folder FOLDER] [--records 1000000] [--stored 2000] [--runs 3]

The records of a made-up county, as its list pages and record pages say them, are written into an empty archive, and into
copies of archives of a hundredth, a tenth and all of so many records (see `bench.large_archive`: half an hour and 6 GB for
a million, and as much again for the copy), in batches as a crawl does it; beside it the same values with `executemany` into
a plain table, each batch committed to disk. Target: into a million records at most 1.3 times the cost of an empty one.
"""

import random
import sqlite3
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from contextlib import closing
from functools import partial
from itertools import islice
from pathlib import Path

from archive.ingest.store import Store
from archive.model.observations import (
    CatalogOfPortal,
    ListPage,
    Observation,
    PortalOfFile,
    RecordPage,
    Row,
)
from bench.large_archive import Vocabulary, archive_of, sized
from bench.measure import Cost, Curve, Figure, Report, arguments, ratio, tell, work

BATCH = 50
ROWS_A_PAGE = 20
NOW = "2026-11-21T00:00:00Z"
COLUMNS = ("url", "index_number", "title", "publisher", "published_on", "document_number", "body")
EMPTY = 0


def county(name: str, count: int) -> tuple[PortalOfFile, list[Observation]]:
    """A portal, and what a crawl of it says: list pages first, then the records' own pages, each with a text."""
    words = Vocabulary(random.Random(name), 5000)
    home = f"http://{name}.example/"
    catalog = CatalogOfPortal("notice", "样本目录", f"{home}list.html")
    rows, pages = [], []
    for number in range(count):
        one, other = words.draw(2)
        said = {"title": f"关于{one}{other}的通知（样本{number}）", "index_number": f"990199001/2026-{number:05}",
                "publisher": f"样本局{number % 30}", "published_on": f"2026-{number % 10 + 1:02}-{number % 28 + 1:02}"}  # fmt: skip
        url = f"{home}{number}.html"
        rows.append(Row(said, dict(said), key=url))
        more = {"document_number": f"样发〔2026〕{number}号", **said}
        pages.append(RecordPage(more, dict(more), url=url, body=words.text(1500)))
    lists = [
        ListPage(tuple(rows[at : at + ROWS_A_PAGE]), catalog_url=catalog.url, last=at + ROWS_A_PAGE >= count)
        for at in range(0, count, ROWS_A_PAGE)
    ]
    return PortalOfFile(name, "样本县", "990199", home, (catalog,)), [*lists, *pages]


def store(path: Path, portal: PortalOfFile, said: Sequence[Observation]) -> None:
    """Write a crawl in batches."""
    archive = Store(path)
    archive.begin(portal, "full", NOW)
    rest = iter(said)
    while batch := list(islice(rest, BATCH)):
        archive.write(batch, NOW)
    archive.finish("finished", NOW)
    archive.close()


def plain(path: Path, said: Sequence[Observation]) -> None:
    """The same values into one table, nothing but that."""
    pages = [page for page in said if isinstance(page, RecordPage)]
    values = [(page.url, *(page.fields.get(name) for name in COLUMNS[1:-1]), page.body) for page in pages]
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"CREATE TABLE IF NOT EXISTS records ({', '.join(COLUMNS)}, PRIMARY KEY (url))")
        for at in range(0, len(values), BATCH):
            with connection:
                marks = ", ".join("?" * len(COLUMNS))
                connection.executemany(f"INSERT INTO records VALUES ({marks})", values[at : at + BATCH])


def measured(folder: Path, sizes: Sequence[int], count: int, runs: int) -> dict[int | str, list[Cost]]:
    """The costs of `count` records by the size of the archive; of the plain table under its name."""
    costs: dict[int | str, list[Cost]] = defaultdict(list)
    with tempfile.TemporaryDirectory(dir=folder) as name:
        copies = {size: Path(name, f"{size}.db") for size in sizes}
        for size, copy in copies.items():
            with closing(sqlite3.connect(archive_of(folder, size))) as one, closing(sqlite3.connect(copy)) as other:
                one.backup(other)
        for run in range(runs):  # in turns, so that all meet the same machine
            portal, said = county(f"bench{run}", count)
            new, table = Path(name, f"new-{run}.db"), Path(name, f"plain-{run}.db")
            Store(new).close()
            costs["plain"].append(work(partial(plain, table, said)))
            for size, path in {EMPTY: new, **copies}.items():
                costs[size].append(work(partial(store, path, portal, said)))
    return costs


def report(costs: dict[int | str, list[Cost]], count: int) -> Report:
    """Of all sizes."""
    sizes = sorted(size for size in costs if isinstance(size, int) and size != EMPTY)
    made = Report("store", f"Storing {count:,} records, each with its row and its page of 1,500 characters")
    made.ratios = [
        *(ratio(f"into {size:,} records to into an empty archive", costs[size], costs[EMPTY],
                1.3 if size == sizes[-1] else None) for size in reversed(sizes)),
        ratio("into an empty archive to `executemany` into a plain table", costs[EMPTY], costs["plain"]),
    ]  # fmt: skip
    for key, each in costs.items():
        name = "plain table" if key == "plain" else f"into {key:,} records"
        wall, processor = (1000 * min(getattr(cost, unit) for cost in each) / count for unit in ("wall", "processor"))
        made.figures.append(Figure(name, wall, "ms a record", processor=processor))
    points = [(float(size), 1000 * min(cost.processor for cost in costs[size]) / count) for size in sizes]
    made.curves.append(Curve("Storing", "records in the archive", "ms of the processor a record", "our store", points))
    return made


def main() -> None:
    parser = sized(arguments(__doc__))
    parser.add_argument("--stored", type=int, default=2000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    sizes = [options.records // 100, options.records // 10, options.records]
    tell(report(measured(options.folder, sizes, options.stored, options.runs), options.stored), options)


if __name__ == "__main__":
    main()
