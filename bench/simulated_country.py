"""A simulated country: a year of daily crawls of thousands of made-up portals, by the real scheduler, with real states and messages.

    python -m bench.simulated_country [--portals 2800] [--days 365] [--seed 1] [--processes 1] [--full-every 7]
                                      [--sample 100] [--software FILE]

Simulated are the network, the pages and the clock, which passes from crawl to crawl: portals, sizes, news and faults are drawn from
tables (`bench.simulated_portals`). Real are the schedule, the states and the messages, all of them for every portal; and for every
portal of a SAMPLE the crawl session, too, which seals and stores each answer in an archive of its own (`bench.simulated_archives`).
Processor and memory are worked out from what the benchmarks measured (`bench.costs`), the disk from what the sample took.
Each of the PROCESSES crawls as many portals at once as one `disclosures crawl --due` does; who finds no place waits.
`--software`: a table of an operator's own in place of the built-in shares: columns most_frequent_shape, counties, counties_with_it.
"""

import argparse
import heapq
import math
import statistics
import sys
import tempfile
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from archive.ingest.frontier import FULL_EVERY
from bench import costs
from bench.measure import Figure, Ratio, Report, arguments, p95, positive, tell
from bench.simulated_archives import Crawled, KeptArchive, NotedArchive, SimulatedArchive
from bench.simulated_portals import (
    DAY,
    FILE_BYTES,
    SimulatedPortal,
    Traffic,
    draw_portals,
    read_faults,
    read_software,
    with_shares_of,
)
from crawler.jobs.run import AGAIN_AFTER, AT_ONCE, FULL_AT_ONCE
from crawler.notify import health_message
from crawler.portals.portal_file import Schedule

BEGINS = date(2025, 1, 1)
GB = 1e9
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Morning:
    """The state of the country on one morning: portals by state, changes reported, characters of the message, answers of the day before."""

    states: Counter[str]
    changes: int
    characters: int
    requests: int


@dataclass(slots=True)
class Lived:
    """All crawls of some time. `waits`: for a place, of portals that were crawled before; `walked`: when each was first read wholly."""

    crawls: Counter[str] = field(default_factory=Counter)
    traffic: Traffic = field(default_factory=Traffic)
    processor: float = 0.0
    busy: timedelta = timedelta(0)
    waits: list[timedelta] = field(default_factory=list)
    walked: dict[str, datetime] = field(default_factory=dict)
    mornings: list[Morning] = field(default_factory=list)
    sampled: Counter[str] = field(default_factory=Counter)
    foreseen: Counter[str] = field(default_factory=Counter)


class Country:
    """Portals and their archives in `folder`; `sample`: one of so many has its crawls kept whole."""

    def __init__(self, folder: Path, portals: Sequence[SimulatedPortal], sample: int, processes: int) -> None:
        begins = datetime.combine(BEGINS, time(0), UTC)
        self.portals, self.begins = portals, begins
        self.lived = Lived()
        self.listed = sum(each.listed for each in portals)
        self.kept = KeptArchive(folder / "kept.db", portals[::sample], BEGINS)
        self._noted = NotedArchive(
            folder / "noted.db", [each for each in portals if each.file.id not in self.kept.portals], begins
        )
        self._due = [(begins, number) for number in range(len(portals))]
        self.places = [begins] * (AT_ONCE * processes)
        self._full_places = [begins] * (FULL_AT_ONCE * processes)
        self._full: deque[tuple[datetime, int]] = deque()  # portals that wait for one of these
        self.costs = costs.measured()
        self.empty = self.kept.sizes()

    def live(self, days: int) -> Iterator[datetime]:
        """Let so many days pass; yields each morning."""
        morning, ends = self.begins + DAY, self.begins + days * DAY
        while morning <= ends:
            begins = max(self._due[0][0], self.places[0])
            full_begins = max(self._full_places[0], self.places[0])
            if self._full and full_begins <= begins:
                begins = full_begins
            if begins >= morning:
                self._report(morning)
                yield morning
                morning += DAY
            elif self._full and full_begins <= begins:
                self._crawl_if_due(*self._full.popleft(), begins)
            else:
                self._crawl_if_due(*heapq.heappop(self._due), begins)

    def close(self) -> None:
        """Close the archives."""
        self.kept.close()
        self._noted.close()

    def places_wanted(self) -> float:
        """Return at how many places portals would have to be crawled all the time, were none of them to wait."""
        return sum(
            portal.share_of_time(
                self._archive_of(portal).rhythm(portal, portal.read_at), portal.file.schedule.full_every or FULL_EVERY
            )
            for portal in self.portals
        )

    def _archive_of(self, portal: SimulatedPortal) -> SimulatedArchive:
        return self.kept if portal.file.id in self.kept.portals else self._noted

    def _crawl_if_due(self, due: datetime, number: int, now: datetime) -> None:
        """Crawl a portal that is due, at the place that is free; or put it off, where it is due later by now.

        Where full crawls have all the places that they may have, a portal that was walked wholly before is updated meanwhile.
        """
        portal = self.portals[number]
        archive = self._archive_of(portal)
        plan = archive.plan(portal, now)
        if plan.at > now:
            heapq.heappush(self._due, (plan.at, number))
            return
        put_off = plan.mode == "full" and self._full_places[0] > now
        if put_off and portal.file.id not in self.lived.walked:
            self._full.append((due, number))
        else:
            mode = "update" if put_off else plan.mode
            crawled = archive.crawl(portal, mode, now)
            heapq.heapreplace(self.places, crawled.ends)
            if mode == "full":
                heapq.heapreplace(self._full_places, crawled.ends)
            self._note(due, number, crawled)

    def _note(self, due: datetime, number: int, crawled: Crawled) -> None:
        """Count a crawl of a portal that was `due`, and note when it is due again."""
        portal = self.portals[number]
        if portal.file.id in self.lived.walked:
            self.lived.waits.append(crawled.begins - due)
        self._count(portal, crawled)
        heapq.heappush(self._due, (self._next(self._archive_of(portal), portal, crawled), number))

    def _next(self, archive: SimulatedArchive, portal: SimulatedPortal, crawled: Crawled) -> datetime:
        """Return when a portal is due again: a process that goes on crawling others takes it up no sooner than AGAIN_AFTER."""
        at = max(archive.plan(portal, crawled.ends).at, crawled.ends)
        return max(at, crawled.begins + AGAIN_AFTER) if max(self.places) > at else at

    def _count(self, portal: SimulatedPortal, crawled: Crawled) -> None:
        lived, traffic = self.lived, crawled.traffic
        lived.crawls[crawled.mode] += 1
        lived.traffic += traffic
        lived.processor += self.costs.processor(traffic)
        lived.busy += crawled.ends - crawled.begins
        if portal.file.id not in lived.walked and not portal.unread:
            lived.walked[portal.file.id] = crawled.ends
        if portal.file.id in self.kept.portals:
            lived.sampled[crawled.mode] += traffic.requests
            lived.foreseen[crawled.mode] += crawled.foreseen.requests

    def _report(self, now: datetime) -> None:
        """Report the changes of states in one message, as `disclosures status --tell` does."""
        states: Counter[str] = Counter()
        changes, requests = [], self.lived.traffic.requests
        for archive in (self.kept, self._noted):
            health = archive.states(now)
            states.update(each.state for each in health)
            changed = archive.changes(health)
            archive.note_reported(changed, now)
            changes += changed
        characters = len(health_message.text(changes)) if changes else 0
        before = sum(each.requests for each in self.lived.mornings)
        self.lived.mornings.append(Morning(states, len(changes), characters, requests - before))


def report(country: Country, options: argparse.Namespace) -> Report:
    """The figures of a country in which so many days have passed."""
    title = f"A simulated country: {len(country.portals):,} portals, {options.days} days, {len(country.places)} places"
    lived, made = country.lived, Report("simulated_country", title)
    made.figures = [*_work(country, options.days), *_disk(country), *_states(lived)]
    made.ratios = [
        Ratio(f"requests of the sample's {mode} crawls, by the archive's frontier to those foreseen", lived.sampled[mode] / foreseen)
        for mode, foreseen in lived.foreseen.items()
    ]  # fmt: skip
    made.notes.append(
        "Simulated: network, pages, clock. Real: schedule, states and messages of all portals, and the crawl sessions of "
        f"{len(country.kept.portals)} of them. By other benchmarks' figures: processor and memory. "
        f"Shares of products: {'of a table of the operator' if options.software else 'built in'}."
    )
    return made


def _work(country: Country, days: int) -> list[Figure]:
    """The work of crawling: requests, bytes, time and processor."""
    lived = country.lived
    first = [(at - country.begins) / DAY for at in lived.walked.values()]
    places = len(country.places)
    wanted = country.places_wanted()
    return [
        Figure("records listed at the beginning", country.listed, ""),
        Figure("portals read wholly", len(lived.walked), ""),
        Figure("days until 95 of 100 of these were", p95(first) if first else 0, "days"),
        Figure("updates a day", lived.crawls["update"] / days, ""),
        Figure("full crawls a day", lived.crawls["full"] / days, ""),
        Figure("requests a day", lived.traffic.requests / days, ""),
        Figure("requests a day, of the last four weeks", statistics.mean(each.requests for each in lived.mornings[-28:]), ""),
        Figure("requests on the busiest day", max(each.requests for each in lived.mornings), ""),
        Figure("of 100 requests, for pages that are as they were", 100 * lived.traffic.unchanged / lived.traffic.requests, ""),
        Figure("received a day", lived.traffic.bytes / GB / days, "GB"),
        Figure("places in use, on average", lived.busy / (days * DAY), "", places),
        Figure("places wanted at the end, were none to wait", wanted, "", places),
        Figure("processes wanted for these", math.ceil(wanted / AT_ONCE), ""),
        Figure("wait for a place, 95th percentile", p95([each / HOUR for each in lived.waits or [timedelta(0)]]), "h"),
        Figure("processor a day", lived.processor / 3600 / days, "h"),
        Figure("memory of each process, peak", country.costs.memory, "MB"),
    ]  # fmt: skip


def _disk(country: Country) -> list[Figure]:
    """The disk that archive and evidence take in the end, by what those of the sample took."""
    (records,) = country.kept.connection.execute("SELECT count(*) FROM records").fetchone()
    traffic, figures = country.lived.traffic, []
    files = traffic.files * FILE_BYTES / GB
    total = files
    for name, sizes in country.kept.sizes().items():
        a_record = (sizes.contents - country.empty[name].contents) / records
        an_answer = sizes.captures / sizes.count
        size = (traffic.pages * a_record + traffic.requests * an_answer) / GB
        total += size
        figures += [
            Figure(f"{name}: bytes for a record", a_record, ""),
            Figure(f"{name}: bytes for an answer besides", an_answer, ""),
            Figure(f"{name} without files, in the end", size, "GB"),
        ]
    return [*figures, Figure("files in the evidence", files, "GB"), Figure("disk in all", total, "GB")]


def _states(lived: Lived) -> list[Figure]:
    """The states on an average morning, and the messages of changes."""
    mornings = lived.mornings
    names = sorted({name for each in mornings for name in each.states})
    told = [each.characters for each in mornings if each.changes]
    return [
        *(
            Figure(f"portals {name}, on average", statistics.mean(each.states[name] for each in mornings), "")
            for name in names
        ),
        Figure("changes of states reported a day", statistics.mean(each.changes for each in mornings), ""),
        Figure("days without a message", sum(not each.changes for each in mornings), ""),
        Figure("characters of a message, median", statistics.median(told) if told else 0, ""),
        Figure("characters of the longest message", max(told, default=0), ""),
    ]


OPTIONS = {"portals": 2_800, "days": 365, "seed": 1, "processes": 1, "full-every": FULL_EVERY.days, "sample": 100}
"""Numbers of the command line, and their defaults."""


def drawn(options: argparse.Namespace) -> list[SimulatedPortal]:
    """The portals of a country, with the faults of its days. Raises OSError, ValueError."""
    software = read_software()
    if options.software:
        software = with_shares_of(software, options.software)
    portals = draw_portals(options.portals, software, seed=options.seed, since=BEGINS, sample=options.sample)
    schedule = Schedule(full_every=options.full_every * DAY)
    for portal in portals:
        portal.file = replace(portal.file, schedule=schedule)
        portal.draw_faults(read_faults(), datetime.combine(BEGINS, time(0), UTC), options.days)
    return portals


def main() -> None:
    parser = arguments(__doc__)
    for name, default in OPTIONS.items():
        parser.add_argument(f"--{name}", type=positive, default=default)
    parser.add_argument("--software", type=Path, metavar="FILE", help="a table with the products' shares")
    options = parser.parse_args()
    try:
        portals = drawn(options)
    except (OSError, ValueError) as error:
        parser.error(str(error))
    with tempfile.TemporaryDirectory() as name:
        country = Country(Path(name), portals, options.sample, options.processes)
        for morning in country.live(options.days):
            if morning.day == 1:
                print(f"{morning:%Y-%m-%d}: {country.lived.crawls.total():,} crawls", file=sys.stderr, flush=True)
        tell(report(country, options), options)
        country.close()


if __name__ == "__main__":
    main()
