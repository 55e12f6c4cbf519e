"""Growth of an archive's costs with its size: storing, searching, pages, memory and bytes, from ten thousand records to millions.

    python -m bench.curve [--sizes 10000,100000,1000000,3000000] [--stored 1000] [--rounds 30] [--folder FOLDER]

One archive after the other is made in FOLDER (see `bench.large_archive`: for three million records two hours and 20 GB, and as much
again for the copy into which is stored), measured, and removed, save one that was there before. What was measured is noted in FOLDER at
once: broken off, the same command goes on with the next size. Each by the processor, for the wall clock says more of other work.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import pages, search, store
from bench.large_archive import FOLDER, archive_of
from bench.measure import Curve, Report, arguments, conditions, numbers, p95, positive, resident, tell
from bench.served import ours

SIZES = "10000,100000,1000000,3000000"
NOTES = "curve.json"
RUNS = 2
"""The first one reads reports and budgets that `bench.large_archive` left unread; the cheaper one counts."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing that grows with an archive, with its unit and the plot that it is drawn in."""

    name: str
    unit: str
    plot: str


STORING, SEARCHING, SIZE = "Storing, by size", "Searching and reading, by size", "Disk and memory, by size"
MEASURES = (
    Measure("a record is stored", "ms", STORING),
    Measure("a record is stored, of an empty archive", "ms", STORING),
    Measure("the first 50 ids of a search, 95th percentile", "ms", SEARCHING),
    Measure("the search page, 95th percentile", "ms", SEARCHING),
    Measure("home, 95th percentile", "ms", SEARCHING),
    Measure("a record's page, 95th percentile", "ms", SEARCHING),
    Measure("the archive", "MB", SIZE),
    Measure("memory of the site's process", "MB", SIZE),
)
"""In the order in which `of_archive` gives their values."""


def of_archive(path: Path, size: int, stored: int, rounds: int) -> list[float]:
    """Measure the archive of `size` records at `path`; return the values of MEASURES."""
    storing = store.measured(path.parent, [size], stored, RUNS)
    searching = search.of_size(path, others=False)
    with ours(path) as site:
        home = pages.ask(site, ["/"] * rounds)
        record = pages.ask(site, pages.some_records(path, rounds))
        memory = resident(site.pid)
    return [
        *(1000 * min(cost.processor for cost in storing[into]) / stored for into in (size, store.EMPTY)),
        *(
            1000 * p95([cost.processor for cost in costs])
            for costs in (search.every(searching["ids"]), search.every(searching["page"]), home, record)
        ),
        path.stat().st_size / 1e6,
        memory,
    ]


def measured(folder: Path, sizes: Sequence[int], stored: int, rounds: int) -> dict[int, list[float]]:
    """The values of MEASURES for each of `sizes`; those noted in `folder`, of as many records and rounds, are not measured again."""
    folder.mkdir(parents=True, exist_ok=True)
    notes = folder / NOTES
    for size in sizes:
        known = json.loads(notes.read_text("utf-8")) if notes.exists() else {}
        if (key := _key(size, stored, rounds)) in known:
            continue
        print(f"{size:,} records", file=sys.stderr)
        before = {*folder.iterdir()}
        path = archive_of(folder, size)
        values = of_archive(path, size, stored, rounds)
        for each in {*folder.iterdir()} - before - {notes}:
            each.unlink()
        known[key] = {"values": values, "measured": conditions()["measured"]}
        notes.write_text(json.dumps(known, indent=1), "utf-8")
    known = json.loads(notes.read_text("utf-8"))
    return {size: known[_key(size, stored, rounds)]["values"] for size in sizes}


def _key(size: int, stored: int, rounds: int) -> str:
    return f"{size} records, {stored} stored, {rounds} rounds"


def report(values: Mapping[int, Sequence[float]]) -> Report:
    """A curve for each of MEASURES."""
    made = Report("curve", f"Costs by the size of the archive, up to {max(values):,} records")
    for place, each in enumerate(MEASURES):
        points = [(float(size), measured[place]) for size, measured in sorted(values.items())]
        made.curves.append(Curve(each.plot, "records", each.unit, each.name, points))
    made.notes.append(
        "Times by the processor, of one process at a time. One record in five has a text of 1,500 characters."
    )
    return made


def table(curves: Sequence[Curve]) -> list[str]:
    """The curves in lines: a row for each, a column for each size."""
    sizes = [size for size, _ in curves[0].points]
    lines = [f"{'records':50}" + "".join(f"{size:14,.0f}" for size in sizes)]
    return lines + [
        f"{f'{curve.name}, {curve.y}':50}" + "".join(f"{value:14,.2f}" for _, value in curve.points) for curve in curves
    ]


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--sizes", type=numbers, default=SIZES, help=f"records, with commas between ({SIZES})")
    parser.add_argument("--folder", type=Path, default=FOLDER, help=f"where archives are made ({FOLDER})")
    parser.add_argument("--stored", type=positive, default=1_000)
    parser.add_argument("--rounds", type=positive, default=30)
    options = parser.parse_args()
    sizes = [int(size) for size in options.sizes.split(",")]
    made = report(measured(options.folder, sizes, options.stored, options.rounds))
    tell(made, options)
    print("\n".join(table(made.curves)))


if __name__ == "__main__":
    main()
