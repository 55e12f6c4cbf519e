"""How fast searching is in a large archive: the page through HTTP, the search itself, and Datasette's own table page.

    python -m bench.search PATH [--records 1000000] [--bodies 200000] [--no-stock]

PATH is the archive: made there if it is missing (see `bench.large_archive`; a quarter of an hour and 5 GB), used again
if not. 200 mixed queries, each asked once unmeasured and once measured, of one process, facets on. Printed are first
the ratios of the 95th percentiles (Datasette's own page, `records?_search=`, to ours), then milliseconds by kind of
query: of the wall clock, and in brackets of the processor, for a busy machine makes the first one long.
Targets: the page at most 300 ms, the search itself (the ids of the first 50) at most 50 ms, both at the 95th percentile.
"""

import argparse
import http.client
import os
import random
import sqlite3
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from subprocess import PIPE, Popen
from urllib.parse import urlencode, urlsplit

from archive import hits
from archive.web.asked import asked
from archive.web.plugin import prepare_connection
from archive.web.search_page import resolved
from bench.large_archive import COMMON, COUNTIES, SUBJECTS, make

SEED = 5
TICK = 1000 / os.sysconf("SC_CLK_TCK")

Parameters = dict[str, str]
Timed = tuple[float, float]
"""Milliseconds of the wall clock and of the processor."""

SERVE = """
import sys
from pathlib import Path
from archive.web.server import serve
serve(Path(sys.argv[1]), "127.0.0.1", 0, announce=lambda address: print(address, flush=True))
"""


def queries(connection: sqlite3.Connection) -> list[tuple[str, Parameters]]:
    """200 queries, each with its kind; drawn from the archive, the same each time."""
    chance = random.Random(SEED)
    (last,) = connection.execute("SELECT max(id) FROM records").fetchone()

    def column(name: str, count: int) -> list[str]:
        sql = f"SELECT {name} FROM records WHERE id >= ? AND {name} IS NOT NULL ORDER BY id LIMIT 1"
        return [connection.execute(sql, (chance.randrange(last),)).fetchone()[0] for _ in range(count)]

    def cuts(name: str, lengths: Sequence[int]) -> list[str]:
        """Runs of Han characters out of that many random texts."""
        found: list[str] = []
        while len(found) < len(lengths):
            (text,), length = column(name, 1), lengths[len(found)]
            start = chance.randrange(max(len(text) - length, 1))
            run = text[start : start + length]
            if len(run) == length and all("一" <= character <= "龥" for character in run):
                found.append(run)
        return found

    def words(kind: str, texts: Sequence[str], /, **filters: str) -> list[tuple[str, Parameters]]:
        return [(kind, {"q": text, **filters}) for text in texts]

    pairs = [chance.sample(SUBJECTS, 2) for _ in range(45)]
    asked_for = words("1 character", ["县", "的", *cuts("body", [1] * 4), *cuts("title", [1] * 4)])
    asked_for += words("2, frequent", [*[word for word in (*SUBJECTS, *COMMON) if len(word) == 2][:20]])
    asked_for += words("2, any", cuts("body", [2] * 14) + cuts("title", [2] * 6))
    asked_for += words("3 to 4", [word for word in SUBJECTS if 3 <= len(word) <= 4][:12] + cuts("body", [3, 4] * 6))
    asked_for += words(
        "5 and more", ["棚户区改造", "老旧小区改造", "部门预算公开", *cuts("body", [5, 6, 7] * 5), "甲子县人民政府"]
    )
    asked_for += words("several words", [" ".join(pair) for pair in pairs[:15]] + [f"{one} 2017" for one, _ in pairs[:5]]
                       + [f"{county} {one}" for county, (one, _) in zip(COUNTIES, pairs[5:9], strict=False)])  # fmt: skip
    asked_for += words(
        "one character and a word", [f"{one} {two}" for one, two in zip(cuts("title", [1] * 4), SUBJECTS, strict=False)]
    )
    asked_for += words("document number", column("document_number", 12))
    asked_for += words("index number", column("index_number", 8))
    asked_for += words(
        "its beginning", [number[: chance.choice((9, 12, 14, 16))] for number in column("index_number", 10)]
    )
    asked_for += words("name", [*column("publisher", 6), *cuts("title", [3] * 4)])
    asked_for += words(
        "either", [f"{one}|{other}" for one, other in pairs[10:18]] + [f"{one} {two}|县" for one, two in pairs[18:20]]
    )
    asked_for += words("without", [f"{one} -{other}" for one, other in pairs[20:28]] + ["县 -预算", "预算 -县"])
    (publisher,) = column("publisher", 1)
    asked_for += words("filters", [one for one, _ in pairs[28:31]], portal="sample07")
    asked_for += words("filters", [one for one, _ in pairs[31:34]], kind="budget")
    asked_for += words("filters", ["预算", "县", ""], **{"from": "2016", "to": "2018"})
    asked_for += words("filters", ["预算", ""], state="withdrawn")
    asked_for += words("filters", ["预算"], publisher=publisher)
    asked_for += words("filters", ["项目", "县"], files="yes")
    asked_for += words("filters", ["教育"], publisher="财政局", sort="newest")
    return asked_for


@contextmanager
def site(path: Path) -> Iterator[tuple[str, int]]:
    """The address of the site over the archive and the id of its process, until the block ends."""
    with Popen([sys.executable, "-c", SERVE, str(path)], stdout=PIPE, text=True) as process:
        try:
            assert process.stdout
            yield process.stdout.readline().strip(), process.pid
        finally:
            process.terminate()


def processor(pid: int) -> float:
    """Milliseconds of processor that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * TICK


def ask(address: str, pid: int) -> Timed:
    """How long one page takes; it must be one."""
    parts = urlsplit(address)
    before, began = processor(pid), time.perf_counter()
    with closing(http.client.HTTPConnection(parts.netloc, timeout=600)) as connection:
        connection.request("GET", f"{parts.path}?{parts.query}")
        answer = connection.getresponse()
        body = answer.read()
    took = (time.perf_counter() - began) * 1000
    assert answer.status == 200, f"{answer.status} {address}"
    assert "超过了时限".encode() not in body, f"too slow: {address}"
    return took, processor(pid) - before


def find(connection: sqlite3.Connection, given: Parameters, portals: dict[str, str]) -> Timed:
    """How long the ids of the first 50 take."""
    before, began = time.process_time(), time.perf_counter()
    hits.first(connection, resolved(connection, asked(given), portals), 50)
    return (time.perf_counter() - began) * 1000, (time.process_time() - before) * 1000


def measured(
    asked_for: Sequence[tuple[str, Parameters]], work: Callable[[Parameters], Timed]
) -> dict[str, list[Timed]]:
    """What each query takes, by kind; each is done twice, the second counts."""
    took: dict[str, list[Timed]] = defaultdict(list)
    for kind, given in asked_for:
        work(given)
        took[kind].append(work(given))
    return took


def p95(values: Sequence[float]) -> float:
    return sorted(values)[max(round(len(values) * 0.95) - 1, 0)]


def shown(values: Sequence[Timed] | None) -> str:
    """Median and 95th percentile, of the clock and in brackets of the processor."""
    if not values:
        return f"{'':>26}"
    clock, cpu = zip(*values, strict=True)
    return f"{statistics.median(clock):6.0f} {p95(clock):6.0f} ({statistics.median(cpu):4.0f} {p95(cpu):5.0f})"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("path", type=Path)
    arguments.add_argument("--records", type=int, default=1_000_000)
    arguments.add_argument("--bodies", type=int, default=200_000)
    arguments.add_argument("--no-stock", action="store_true", help="leave out Datasette's own page, which takes long")
    options = arguments.parse_args()
    path = make(options.path, options.records, options.bodies)
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        prepare_connection(connection)
        asked_for = queries(connection)
        portals = dict(connection.execute("SELECT id, name FROM portals"))
        ids = measured(asked_for, lambda given: find(connection, given, portals))
        (pages,) = connection.execute(
            "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
        ).fetchone()
        index = connection.execute("SELECT sum(length(block)) FROM records_fts_data").fetchone()[0]
    with site(path) as (home, pid):
        page = measured(asked_for, lambda given: ask(f"{home}-/search?{urlencode(given)}", pid))
        stock: dict[str, list[Timed]] = {}
        if not options.no_stock:
            table = f"{home}{path.stem}/records?_sort_desc=published_on&"
            plain = [(kind, {"_search": given["q"]}) for kind, given in asked_for if kind != "filters"]
            stock = measured(plain, lambda given: ask(f"{table}{urlencode(given)}", pid))
    report(len(asked_for), ids, page, stock)
    print(f"archive {pages / 1e6:.0f} MB, of it the search index {index / 1e6:.0f} MB")


def report(
    count: int, ids: dict[str, list[Timed]], page: dict[str, list[Timed]], stock: dict[str, list[Timed]]
) -> None:
    """Print the ratios, then the table."""
    if stock:
        ours = [timed for kind in stock for timed in page[kind]]
        theirs = [timed for values in stock.values() for timed in values]
        for name, place in (("clock", 0), ("processor", 1)):
            ratio = p95([timed[place] for timed in theirs]) / p95([timed[place] for timed in ours])
            print(f"95th percentile of the {name}, Datasette's own page to ours: {ratio:.1f}")
    print(f"{count} queries, milliseconds: median, 95th percentile of the clock (of the processor)")
    print(f"{'':26}{'n':>4}  {'first 50 ids':^26}  {'search page':^26}  {'Datasette table':^26}")
    for kind, values in page.items():
        print(f"{kind:26}{len(values):4}  {shown(ids[kind])}  {shown(values)}  {shown(stock.get(kind))}")
    everything = [[timed for values in each.values() for timed in values] for each in (ids, page, stock)]
    print(f"{'all':26}{count:4}  {'  '.join(map(shown, everything))}")


if __name__ == "__main__":
    main()
