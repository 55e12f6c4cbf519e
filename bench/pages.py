"""Speed of the site's pages in a large archive, through HTTP on one process, beside stock Datasette on the same file.

    python -m bench.pages [--folder FOLDER] [--records 1000000] [--rounds 60]

The archive is made if it is missing (see `bench.large_archive`: for a million records half an hour and 6 GB). Each page
is asked for twice unmeasured; of records, `rounds` different ones are asked for, each once. Targets at 1,000,000 records:
home at most 100 ms, a record's page at most 50 ms, cards at most 1 s, at the 95th percentile.
"""

import random
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode

from bench.large_archive import archive_of, sized
from bench.measure import Cost, Report, arguments, of_slowest, slowest, tell
from bench.served import ServedSite, ours, stock

TARGETS = {"home": 100, "a record": 50, "a card": 1000, "all cards of a year": 1000}


def pages(path: Path) -> dict[str, str]:
    """Each kind of page by the fullest example there is."""
    with closing(sqlite3.connect(path)) as connection:
        (portal,) = connection.execute(
            "SELECT portal FROM tally_portals GROUP BY 1 ORDER BY sum(records) DESC"
        ).fetchone()
        (catalog,) = connection.execute(
            "SELECT catalog_id FROM listings l JOIN catalogs c ON c.id = l.catalog_id WHERE c.portal = ? "
            "GROUP BY 1 ORDER BY count(*) DESC", (portal,),
        ).fetchone()  # fmt: skip
        (name,) = connection.execute(
            "SELECT publisher FROM records WHERE portal = ? GROUP BY 1 ORDER BY count(*) DESC", (portal,)
        ).fetchone()
        (day,) = connection.execute("SELECT max(published_on) FROM records WHERE published_on < '2019'").fetchone()
        first, last = connection.execute("SELECT min(day), max(day) FROM tally_events").fetchone()
    return {
        "home": "/",
        "all portals": "/-/browse",
        "a kind": "/-/browse?kind=budget",
        "a portal": f"/-/browse/{portal}",
        "a catalogue": f"/-/browse/{portal}/{catalog}",
        "a publisher": f"/-/publisher?{urlencode({'portal': portal, 'name': name})}",
        "a day": f"/-/day/{day}",
        "a card": f"/-/cards/{portal}/2017",
        "all cards of a year": "/-/cards?year=2017",
        "what was observed": f"/-/changes?from={first}&to={last}",
        "all that was added": f"/-/changes?from={first}&to={last}&kind=added",
    }


def some_records(path: Path, count: int) -> list[str]:
    """The pages of records drawn from the whole archive, some with text and some without."""
    with closing(sqlite3.connect(path)) as connection:
        (last,) = connection.execute("SELECT max(id) FROM records").fetchone()
    chance = random.Random(7)
    return [f"/-/record/{chance.randrange(1, last + 1)}" for _ in range(count)]


def ask(site: ServedSite, paths: Sequence[str]) -> list[Cost]:
    """The cost of each; the first two warm up, and count as well at their second time."""
    for path in paths[:2]:
        site.ask(path)
    return [site.ask(path) for path in paths]


def measured(path: Path, rounds: int) -> Report:
    """Ask for each kind of page `rounds` times, ours and stock Datasette's in the same run."""
    records = some_records(path, rounds)
    with ours(path) as site:
        timed = {name: ask(site, [page] * rounds) for name, page in pages(path).items()}
        timed["a record"] = ask(site, records)
    with stock(path) as site:
        plain = {"home": ask(site, ["/"] * rounds), "a record": ask(site, records)}
    with closing(sqlite3.connect(path)) as connection:
        (held,) = connection.execute("SELECT count(*) FROM records").fetchone()
    report = Report("pages", f"Pages of the site over {held:,} records, 95th percentiles of {rounds}")
    for name, costs in plain.items():
        report.ratios.append(of_slowest(f"{name}: our page to stock Datasette's on the same file", timed[name], costs))
    report.figures += [slowest(name, costs, TARGETS.get(name)) for name, costs in timed.items()]
    report.figures += [slowest(f"stock Datasette: {name}", costs) for name, costs in plain.items()]
    return report


def main() -> None:
    parser = sized(arguments(__doc__))
    parser.add_argument("--rounds", type=int, default=60)
    options = parser.parse_args()
    tell(measured(archive_of(options.folder, options.records), options.rounds), options)


if __name__ == "__main__":
    main()
