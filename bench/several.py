"""Four archives served as one site, beside one archive that holds all of it: the same hits in the same order, and what both cost.

    python -m bench.several [--folder FOLDER] [--records 1000000]

The archive of so many records is made in FOLDER if it is missing (see `bench.large_archive`), and the four out of it, each with the
portals of a quarter; rows keep their numbers. The queries of `bench.search` are each asked once unmeasured and once measured: the
ids of the first 50 hits, which must be the same, and the whole page through HTTP; of each kind of page of `bench.pages` that is over
all, as many as the queries. Target: searching four at most 1.5 times as long as searching one, at the 95th percentile.
"""

import sqlite3
import sys
from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from urllib.parse import urlencode

from archive.analysis import derived
from archive.database.connection import transaction
from archive.database.migrations import stored_columns
from archive.database.several import Readable, SeveralArchives
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.search import engine, index
from archive.search.request import parse_request, resolved
from archive.web.plugin import prepare_connection
from bench.large_archive import COUNTIES, archive_of, sized
from bench.measure import Report, arguments, of_slowest, slowest, tell, work
from bench.pages import ask, pages
from bench.search import SHOWN, Costs, Parameters, every, measured, queries
from bench.served import ours

PARTS = 4

MOST = 1.5
"""Times as long as one archive takes, at the most."""

ROUNDS = 20
"""Requests for each kind of page that is over all."""

_OF_RECORDS = ("listings", "events", "attachments")
_OVER_ALL = ("home", "all portals", "a kind", "a day", "all cards of a year", "what was observed", "all that was added")


def divided(whole: Path) -> list[Path]:
    """The archives of a quarter of the portals each, beside `whole`; made where they are not there yet."""
    share = len(COUNTIES) // PARTS
    return [_part(whole, number, number * share + 1, (number + 1) * share) for number in range(PARTS)]


def _part(whole: Path, number: int, first: int, last: int) -> Path:
    """The archive of the portals from the `first` to the `last`, by their places."""
    path = whole.with_name(f"{whole.stem}-part-{number + 1}.db")
    if not path.exists():
        print(f"{path.name} is made", file=sys.stderr)
        made = path.with_suffix(".making")
        made.unlink(missing_ok=True)
        with closing(open_up_to_date(made)) as connection:
            connection.execute("PRAGMA foreign_keys = OFF")
            connection.execute("ATTACH ? AS whole", (str(whole),))
            with transaction(connection):
                _copy(connection, f"sample{first:02}", f"sample{last:02}")
                index.build(connection)
                derived.refresh(connection)
        made.rename(path)
    return path


def _copy(connection: sqlite3.Connection, first: str, last: str) -> None:
    """Copy from `whole` what belongs to the portals from `first` to `last`."""
    of = {
        "portals": "id BETWEEN ? AND ?",
        **dict.fromkeys(("catalogs", "crawls", "records"), "portal BETWEEN ? AND ?"),
        **dict.fromkeys(_OF_RECORDS, "record_id IN (SELECT id FROM whole.records WHERE portal BETWEEN ? AND ?)"),
    }
    for table, condition in of.items():
        names = ", ".join(stored_columns(connection, table))
        sql = f"INSERT INTO main.{table} ({names}) SELECT {names} FROM whole.{table} WHERE {condition}"
        connection.execute(sql, (first, last))


def found(connection: Readable, portals: dict[str, str], given: Parameters) -> list[int]:
    """The ids of the first hits, as the page finds them."""
    return [
        int(number) for number in engine.first(connection, resolved(connection, parse_request(given), portals), SHOWN)
    ]


def of_ids(connections: Sequence[sqlite3.Connection]) -> dict[str, Costs]:
    """The cost of finding the first hits in the first connection, and in all others together. They must be the same."""
    one, several = connections[0], SeveralArchives({str(place): each for place, each in enumerate(connections[1:])})
    portals = {row["id"]: row["name"] for row in one.execute("SELECT id, name FROM portals")}
    asked = queries(one)
    for _, given in asked:
        assert found(several, portals, given) == found(one, portals, given), f"other hits: {given}"
    return {
        name: measured(asked, lambda given, connection=connection: work(lambda: found(connection, portals, given)))  # type: ignore[misc]
        for name, connection in (("one", one), ("several", several))
    }


def of_pages(whole: Path, archives: Sequence[Path], asked: Sequence[tuple[str, Parameters]]) -> tuple[Costs, Costs]:
    """The cost of the pages over all on `archives` as one site: of searches, and of the others."""
    with ours(*archives) as site:
        searches = measured(asked, lambda given: site.ask(f"/-/search?{urlencode(given)}"))
        return searches, {name: ask(site, [page] * ROUNDS) for name, page in pages(whole).items() if name in _OVER_ALL}


def report(whole: Path) -> Report:
    """Measure both."""
    parts = divided(whole)
    with ExitStack() as stack:
        connections = [
            stack.enter_context(closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)))
            for path in (whole, *parts)
        ]
        for connection in connections:
            connection.row_factory = sqlite3.Row
            prepare_connection(connection)
        ids, asked = of_ids(connections), queries(connections[0])
        (held,) = connections[0].execute("SELECT count(*) FROM records").fetchone()
    (one_searches, one), (searches, several) = of_pages(whole, [whole], asked), of_pages(whole, parts, asked)
    made = Report("several", f"{PARTS} archives as one site beside one archive, {held:,} records, 95th percentiles")
    made.ratios += [
        of_slowest(f"the first {SHOWN} ids", every(ids["several"]), every(ids["one"]), MOST),
        of_slowest("the search page", every(searches), every(one_searches), MOST),
        *(of_slowest(name, several[name], one[name]) for name in one),
    ]
    for name, costs, pages_of in (("one archive", one_searches, one), (f"{PARTS} archives", searches, several)):
        made.figures += [
            slowest(f"{name}: the search page", every(costs)),
            *(slowest(f"{name}: {kind}", each) for kind, each in pages_of.items()),
        ]
    made.notes.append(f"the first {SHOWN} hits of {len(asked)} queries are the same, in the same order")
    return made


def main() -> None:
    options = sized(arguments(__doc__)).parse_args()
    tell(report(archive_of(options.folder, options.records)), options)


if __name__ == "__main__":
    main()
