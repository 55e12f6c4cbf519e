"""Speed of searching in archives of growing size, against other ways to search the same records.

    python -m bench.search [--folder FOLDER] [--records 1000000]

Archives of a hundredth, a tenth and all of so many records are made in FOLDER if they are missing (see
`bench.large_archive`: half an hour and 6 GB for a million). 220 mixed queries, each asked once unmeasured and once
measured, of one process, facets on: the ids of the first 50 hits, and the whole page through HTTP. Of the same queries
every fifth is asked of Datasette's own table page on the same file, with the same facets; words are searched for by
`LIKE` and in FTS5's trigram index as well, first 50 hits each.
Targets at a million records: the page at most 300 ms, the ids at most 50 ms, both at the 95th percentile.
"""

import random
import sqlite3
import statistics
import sys
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode

from archive.search import engine
from archive.search.query import parse
from archive.search.request import parse_request, resolved
from archive.web.plugin import prepare_connection
from bench.large_archive import COMMON, COUNTIES, SUBJECTS, archive_of, sized
from bench.measure import Cost, Curve, Report, arguments, of_slowest, p95, slowest, tell, work
from bench.served import ours

SEED = 5
SHOWN = 50
SEARCHED = ("title", "publisher", "responsible_department", "document_number", "index_number", "body")
FACETS = "&".join(f"_facet={name}" for name in engine.FACETS)

Parameters = dict[str, str]
Costs = dict[str, list[Cost]]
"""By kind of query."""


def queries(connection: sqlite3.Connection) -> list[tuple[str, Parameters]]:
    """220 queries, each with its kind; drawn from the archive, the same each time."""
    chance = random.Random(SEED)

    def column(name: str, count: int) -> list[str]:
        (last,) = connection.execute(f"SELECT max(id) FROM records WHERE {name} IS NOT NULL").fetchone()
        sql = f"SELECT {name} FROM records WHERE id >= ? AND {name} IS NOT NULL ORDER BY id LIMIT 1"
        return [connection.execute(sql, (chance.randint(1, last),)).fetchone()[0] for _ in range(count)]

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
    asked_for += words("short form", ["棚改", "拆迁", "征地", "三公", "医保", "低保", "扶贫款", "厕改", "环评", "教体局", "卫计局", "卫健局", "住建局", "市监局",
                                      "发改委", "国土局", "环保局", "人社局", "文旅局", "教育局 预算"])  # fmt: skip
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


def measured(asked_for: Sequence[tuple[str, Parameters]], do: Callable[[Parameters], Cost]) -> Costs:
    """The cost of each query; each is done twice, the second counts."""
    costs: Costs = defaultdict(list)
    for kind, given in asked_for:
        do(given)
        costs[kind].append(do(given))
    return costs


def one_word(asked_for: Sequence[tuple[str, Parameters]], shortest: int = 1) -> list[tuple[str, Parameters]]:
    """The queries that are one word without filters, and so mean the same to any way of searching."""
    return [
        (kind, given)
        for kind, given in asked_for
        if set(given) == {"q"} and len(given["q"]) >= shortest and len(parse(given["q"]).words) == 1
        and given["q"].isalnum()
    ]  # fmt: skip


def like(connection: sqlite3.Connection, given: Parameters) -> Cost:
    """The newest hits found by reading everything."""
    where = " OR ".join(f"{name} LIKE :like" for name in SEARCHED)
    sql = f"SELECT id FROM records WHERE {where} ORDER BY published_on DESC LIMIT {SHOWN}"
    return work(lambda: connection.execute(sql, {"like": f"%{given['q']}%"}).fetchall())


def trigram(connection: sqlite3.Connection, given: Parameters) -> Cost:
    """The best hits of FTS5's index of three characters each, by its own measure."""
    sql = f"SELECT rowid FROM trigrams WHERE trigrams MATCH ? ORDER BY rank LIMIT {SHOWN}"
    return work(lambda: connection.execute(sql, (f'"{given["q"]}"',)).fetchall())


def with_trigrams(path: Path) -> Path:
    """The trigram index of an archive, in a file beside it; made if it is not there yet."""
    side = path.with_suffix(".trigrams")
    if not side.exists():
        part = path.with_suffix(".trigrams-part")
        part.unlink(missing_ok=True)
        with closing(sqlite3.connect(part, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode = OFF")
            connection.execute("ATTACH ? AS archive", (str(path),))
            columns = ", ".join(SEARCHED)
            connection.execute(f"CREATE VIRTUAL TABLE trigrams USING fts5({columns}, content='', tokenize='trigram')")
            connection.execute("INSERT INTO trigrams (trigrams, rank) VALUES ('hashsize', 67108864)")
            connection.execute(f"INSERT INTO trigrams (rowid, {columns}) SELECT id, {columns} FROM archive.records")
        part.rename(side)
    return side


def ids(connection: sqlite3.Connection, portals: dict[str, str], given: Parameters) -> Cost:
    """The ids of the first 50, as the page finds them."""
    return work(lambda: engine.first(connection, resolved(connection, parse_request(given), portals), SHOWN))


def of_size(path: Path, *, others: bool = True) -> dict[str, Costs]:
    """All that is measured in one archive; without `others` only our own search."""
    found: dict[str, Costs] = {}
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        prepare_connection(connection)
        asked_for = queries(connection)
        portals = dict(connection.execute("SELECT id, name FROM portals"))
        found["ids"] = measured(asked_for, lambda given: ids(connection, portals, given))
        if others:
            found["LIKE"] = measured(one_word(asked_for)[::5], lambda given: like(connection, given))
    with ours(path) as site:
        found["page"] = measured(asked_for, lambda given: site.ask(f"/-/search?{urlencode(given)}"))
        if not others:
            return found
        table = f"/{path.stem}/records?_sort_desc=published_on&{FACETS}"
        plain = [(kind, {"_search": given["q"]}) for kind, given in asked_for[::5] if kind != "filters"]
        found["table"] = measured(plain, lambda given: site.ask(f"{table}&{urlencode(given)}"))
    with closing(sqlite3.connect(f"{with_trigrams(path).resolve().as_uri()}?mode=ro", uri=True)) as connection:
        found["trigram"] = measured(one_word(asked_for, 3)[::2], lambda given: trigram(connection, given))
    # The same queries of ours, to be set beside those of which not all were asked.
    for name, of, chosen in (
        ("ids beside LIKE", "ids", one_word(asked_for)[::5]),
        ("ids beside trigram", "ids", one_word(asked_for, 3)[::2]),
        ("page beside table", "page", [one for one in asked_for[::5] if one[0] != "filters"]),
    ):
        found[name] = _picked(asked_for, found[of], chosen)
    return found


def _picked(asked_for: Sequence[tuple[str, Parameters]], costs: Costs, chosen: list[tuple[str, Parameters]]) -> Costs:
    """Of `costs`, those of the `chosen` queries."""
    left = {kind: iter(values) for kind, values in costs.items()}
    picked: Costs = defaultdict(list)
    for query in asked_for:
        cost = next(left[query[0]])
        if query in chosen:
            picked[query[0]].append(cost)
    return picked


def every(costs: Costs) -> list[Cost]:
    """Those of all kinds together."""
    return [cost for values in costs.values() for cost in values]


RATIOS = (
    ("the search page to Datasette's own table page, the same facets on", "page beside table", "table"),
    ("the first 50 ids to `LIKE` over the same columns", "ids beside LIKE", "LIKE"),
    ("the first 50 ids to FTS5's trigram index, words of three characters and more", "ids beside trigram", "trigram"),
)


def report(sizes: dict[int, dict[str, Costs]]) -> Report:
    """Ratios and figures of the largest archive; curves over all."""
    largest = max(sizes)
    made = Report("search", f"Searching {largest:,} records, 95th percentiles")
    for size, costs in sorted(sizes.items(), reverse=True):
        made.ratios += [
            of_slowest(f"{what}; {size:,} records", every(costs[one]), every(costs[other]))
            for what, one, other in RATIOS
            if other in costs
        ]
    named = {"ids": ("the first 50 ids", 50), "page": ("the search page", 300), "table": ("Datasette's own page", None),
             "LIKE": ("LIKE", None), "trigram": ("trigram index", None)}  # fmt: skip
    for name, (what, target) in named.items():
        asked_of = {size: every(costs[name]) for size, costs in sorted(sizes.items()) if name in costs}
        if largest in asked_of:
            made.figures.append(slowest(what, asked_of[largest], target))
        points = [(float(size), slowest("", costs).processor or 0) for size, costs in asked_of.items()]
        made.curves.append(Curve("Searching", "records", "ms of the processor, 95th percentile", what, points))
    return made


def by_kind(found: dict[str, Costs]) -> None:
    """Print a table: of each kind of query the median and the 95th percentile, in brackets of the processor."""
    print(f"{'':26}{'n':>4}  {'first 50 ids':^26}  {'search page':^26}  {'Datasette table':^26}")
    for kind in found["page"]:
        cells = "  ".join(_shown(found.get(name, {}).get(kind)) for name in ("ids", "page", "table"))
        print(f"{kind:26}{len(found['page'][kind]):4}  {cells}")


def _shown(costs: Sequence[Cost] | None) -> str:
    if not costs:
        return f"{'':>26}"
    wall, cpu = ([1000 * getattr(cost, unit) for cost in costs] for unit in ("wall", "processor"))
    return f"{statistics.median(wall):6.0f} {p95(wall):6.0f} ({statistics.median(cpu):4.0f} {p95(cpu):5.0f})"


def main() -> None:
    parser = sized(arguments(__doc__))
    parser.add_argument("--others-up-to", type=int, default=1_000_000, help="records up to which others are measured")
    options = parser.parse_args()
    sizes = {}
    for size in (options.records // 100, options.records // 10, options.records):
        print(f"{size:,} records", file=sys.stderr)
        sizes[size] = of_size(archive_of(options.folder, size), others=size <= options.others_up_to)
    tell(report(sizes), options)
    by_kind(sizes[options.records])


if __name__ == "__main__":
    main()
