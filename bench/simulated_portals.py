"""Simulated county portals: software, size, news and faults, drawn at random from tables; nothing of them is any real portal's.

`portal_software.csv` has for each product its share of the portals, the rows and KB of a list page, the KB of a record's page, and
whether it answers "not modified"; `portal_faults.csv` for each fault how often a year a portal has it, for how many days on average,
and the state and the problem that it is noted as. docs/scale.md says where these figures come from, and how sure they are.
"""

import csv
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import TypeVar

from archive.ingest.deferral import WITNESSES
from archive.ingest.frontier import (
    DAILY_QUOTA_SHARE,
    INTERVAL_SHARE,
    LEAST_DAILY_QUOTA,
    LONGEST_INTERVAL,
    SHORTEST_INTERVAL,
)
from archive.model.clock import BEIJING
from archive.model.observations import CatalogOfPortal
from archive.questions.workdays import rest_day
from crawler.portals.portal_file import CrawlBudget, Portal
from crawler.settings import DOWNLOAD_DELAY
from crawler.spiders.list_pages import OVERLAP

SOFTWARE, FAULTS = (Path(__file__).with_name(f"portal_{name}.csv") for name in ("software", "faults"))

RECORDS_A_YEAR, SPREAD = 1_500, 0.8
"""The median of the records that a county's catalogues gain in a year, and the spread of its logarithm."""

WORKDAYS_A_YEAR = 250
YEARS_LISTED = (4.0, 9.0)
"""So many years of records stand in the catalogues when a portal is first crawled."""

LISTS = (10, 30)
"""Catalogues of a portal."""

FILES_A_RECORD, FILE_BYTES = 0.25, 200_000
WITHDRAWN_A_YEAR = 0.1
"""The share of its listed records that a portal withdraws in a year."""

ASKED_WITHIN = timedelta(hours=1)
"""The pages that are due again are the first that a crawl asks for."""

NOT_MODIFIED_BYTES = 300
ENDS_CRAWL = {"unreachable", "blocked"}
"""Kinds of problems after which no other list is asked for."""

LISTED_BY = 12
"""The hour in Beijing at which all is listed that a day brings."""

MOST_SAMPLED = 300
"""Records of a sampled portal when it is first crawled: what these cost is measured, and counted for the records of all."""

AnyList = TypeVar("AnyList")

DAY = timedelta(days=1)
MOST_REQUESTS = int(min(CrawlBudget().pages, CrawlBudget().hours * 3600 / DOWNLOAD_DELAY))
"""The most that one crawl asks for, by the limits of a portal file that says nothing of them."""


@dataclass(frozen=True, slots=True)
class Software:
    """A product of portal software: `share` of the portals that run it; `conditional`: it answers "not modified"."""

    name: str
    share: float
    rows_a_page: int
    list_bytes: int
    page_bytes: int
    conditional: bool


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of portals: times `a_year`, `days` on average; the `state` and the problem (`kind`, `message`) it is noted as.

    `lists`: whether all, one or none of the portal's lists can't be read meanwhile; `seconds` for an answer.
    """

    name: str
    a_year: float
    days: float
    state: str
    kind: str
    lists: str
    seconds: float
    message: str

    @property
    def leaves_lists(self) -> bool:
        """Whether a list can be read all the same."""
        return self.lists != "all"

    def unread(self, lists: Sequence[AnyList]) -> Sequence[AnyList]:
        """Those of a portal's lists that can't be read."""
        return {"all": lists, "one": lists[:1], "none": ()}[self.lists]

    def outcome(self, *, is_whole: bool) -> str:
        """The outcome of a crawl that would otherwise have read all that it wanted, or not."""
        if self.kind == "blocked":
            return "blocked"
        return "finished" if is_whole and self.lists == "none" else "incomplete"

    def duration(self, requests: int) -> timedelta:
        """The time that so many requests take, one after the other."""
        return timedelta(seconds=requests * max(self.seconds, DOWNLOAD_DELAY))


NO_FAULT = Fault("none", 0, 0, "well", "", "none", 0, "")


@dataclass(frozen=True, slots=True)
class Strike:
    """A fault of one portal, from one moment to another."""

    fault: Fault
    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class News:
    """The records that a portal listed anew, and those that it withdrew, on one day."""

    day: date
    added: int
    withdrawn: int


@dataclass(frozen=True, slots=True)
class Traffic:
    """The answers of one crawl: list pages, records' own pages, files, pages that are as they were, and others, such as robots.txt."""

    lists: int = 0
    pages: int = 0
    files: int = 0
    unchanged: int = 0
    others: int = 0
    bytes: int = 0

    @property
    def requests(self) -> int:
        """All of them."""
        return self.lists + self.pages + self.files + self.unchanged + self.others

    def __add__(self, other: "Traffic") -> "Traffic":
        return Traffic(*(getattr(self, name) + getattr(other, name) for name in Traffic.__slots__))


def read_software() -> list[Software]:
    """Return the products in `portal_software.csv`."""
    with SOFTWARE.open(encoding="utf-8", newline="") as lines:
        return [
            Software(
                row["software"], float(row["share"]), int(row["rows_a_page"]), 1000 * int(row["list_kb"]),
                1000 * int(row["page_kb"]), row["conditional"] == "1",
            )
            for row in csv.DictReader(lines)
        ]  # fmt: skip


def with_shares_of(products: Sequence[Software], counted: Path) -> list[Software]:
    """`products`, with their shares as an operator's table counts them: columns most_frequent_shape, counties and counties_with_it.

    What the table names otherwise, and the counties that run something else than most of their prefecture, are "other". Raises
    ValueError where a column is missing or no number, OSError.
    """
    shares: Counter[str] = Counter()
    names = {product.name for product in products}
    with counted.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines)
        if missing := {"most_frequent_shape", "counties", "counties_with_it"} - set(rows.fieldnames or ()):
            raise ValueError(f"{counted} lacks the columns {', '.join(sorted(missing))}")
        for row in rows:
            shape, with_it = row["most_frequent_shape"], int(row["counties_with_it"] or 0)
            shares[shape if shape in names else "other"] += with_it
            shares["other"] += int(row["counties"] or 0) - with_it
    if not shares.total():
        raise ValueError(f"{counted} counts no counties")
    return [
        Software(each.name, shares[each.name], each.rows_a_page, each.list_bytes, each.page_bytes, each.conditional)
        for each in products
    ]


def read_faults() -> list[Fault]:
    """Return the faults in `portal_faults.csv`."""
    with FAULTS.open(encoding="utf-8", newline="") as lines:
        return [
            Fault(
                row["name"], float(row["a_year"]), float(row["days"]), row["state"], row["kind"], row["lists"],
                float(row["seconds"]), row["message"],
            )
            for row in csv.DictReader(lines)
        ]  # fmt: skip


class SimulatedPortal:
    """A portal that lists records, withdraws some, and has its faults; `number` tells it from others.

    `listed` records stand in its `lists`; `unread` ones of these no crawl has read yet, `fresh` ones were listed since the last
    crawl that read lists, at `read_at`; at `full_at` the last full one read them.
    """

    def __init__(self, number: int, software: Software, chance: Random, since: date, *, sampled: bool) -> None:
        """Draw a portal as it stands on the day `since`; where it is `sampled` with few records and no files."""
        self.software = software
        self.a_workday = RECORDS_A_YEAR * chance.lognormvariate(0, SPREAD) / WORKDAYS_A_YEAR
        listed = round(self.a_workday * WORKDAYS_A_YEAR * chance.uniform(*YEARS_LISTED))
        self.listed = min(listed, MOST_SAMPLED) if sampled else listed
        self.files_a_record = 0.0 if sampled else FILES_A_RECORD
        self.unread, self.fresh = self.listed, 0
        self.read_at = self.full_at = datetime.combine(since, time(0), BEIJING)
        self.lists = chance.randint(*LISTS)
        self.strikes: list[Strike] = []
        self._chance = chance
        self._told_until = since
        home = f"http://sample{number:04}.example/"
        self.file = Portal(
            f"sample{number:04}", f"样本{number}县", "990199", home,
            tuple(CatalogOfPortal("notice", f"样本目录{n}", f"{home}l{n}/list.html") for n in range(self.lists)),
        )  # fmt: skip

    def draw_faults(self, faults: Sequence[Fault], begins: datetime, days: int) -> None:
        """Draw when it has which of the `faults`, one after the other, in so many days."""
        a_day = sum(fault.a_year for fault in faults) / 365
        at = begins
        while (at := at + DAY * self._chance.expovariate(a_day)) < begins + days * DAY:
            (fault,) = self._chance.choices(faults, [each.a_year for each in faults])
            until = at + DAY * self._chance.expovariate(1 / fault.days)
            self.strikes.append(Strike(fault, at, until))
            at = until

    def fault_at(self, moment: datetime) -> Fault:
        """The fault that it has at a moment, or NO_FAULT."""
        return next((each.fault for each in self.strikes if each.begins <= moment < each.ends), NO_FAULT)

    def news_until(self, moment: datetime) -> Iterator[News]:
        """Yield what the days since the last call brought, today's from LISTED_BY on; listed and unread records are counted on."""
        local = moment.astimezone(BEIJING)
        until = local.date() + DAY * (local.hour >= LISTED_BY)
        while self._told_until < until:
            day, self._told_until = self._told_until, self._told_until + DAY
            added = _poisson(self._chance, self.a_workday) if is_workday(day) else 0
            withdrawn = min(_poisson(self._chance, self.listed * WITHDRAWN_A_YEAR / 365), self.listed)
            self.listed += added - withdrawn
            self.unread += added
            self.fresh += added
            yield News(day, added, withdrawn)

    def earlier_news(self, days: int) -> Iterator[News]:
        """Yield what so many days brought before the first call of `news_until`: part of what is listed."""
        for before in range(days, 0, -1):
            day = self._told_until - before * DAY
            yield News(day, _poisson(self._chance, self.a_workday) if is_workday(day) else 0, 0)

    def was_read(self, traffic: Traffic, mode: str, moment: datetime) -> None:
        """Note a crawl that read lists."""
        self.unread, self.fresh, self.read_at = max(self.unread - traffic.pages, 0), 0, moment
        if mode == "full":
            self.full_at = moment

    def share_of_time(self, every: timedelta, full_every: timedelta) -> float:
        """Return for which share of all time it is being crawled, where nothing makes it wait."""
        steady = copy(self)
        steady.unread = steady.fresh = round(self.a_workday * WORKDAYS_A_YEAR / 365 * (every / DAY))
        steady.full_at = self.read_at + every - full_every / 2
        update = steady.update(self.read_at + every)
        full = NO_FAULT.duration(steady.full_crawl().requests) / full_every
        return full + NO_FAULT.duration(update.requests) / every

    # --- the requests of a crawl, as crawler/spiders/ makes them ---

    def traffic(self, mode: str, fault: Fault, now: datetime) -> Traffic:
        """The answers of a crawl that begins now, under a fault."""
        if not fault.leaves_lists:
            return Traffic(others=2 if fault.kind in ENDS_CRAWL else 1 + self.lists)
        return self.full_crawl() if mode == "full" else self.update(now)

    def full_crawl(self) -> Traffic:
        """The answers of a full crawl: each list to its end, each record's page and file, as far as the limits of a crawl go."""
        rows = self.software.rows_a_page
        lists = self.lists * math.ceil(self.listed / self.lists / rows)
        pages = min(self.unread, round(MOST_REQUESTS / (1 + self.files_a_record)))
        known = self.listed - self.unread
        files = round(pages * self.files_a_record)
        unchanged = min(round(known * (1 + self.files_a_record)), MOST_REQUESTS - pages - files)
        return self._answered(lists, pages, files, unchanged)

    def update(self, now: datetime) -> Traffic:
        """The answers of an update: of each list the first pages, of records those not read yet, and those that are due again."""
        news = self.fresh
        with_news = round(self.lists * (1 - (1 - 1 / self.lists) ** news))
        pages_of_list = math.ceil(self.listed / self.lists / self.software.rows_a_page)
        fresh = with_news * math.ceil(news / max(with_news, 1) / self.software.rows_a_page)
        quiet = self.lists * min(OVERLAP, pages_of_list) - (with_news if pages_of_list <= OVERLAP else 0)
        pages = min(self.unread, round(MOST_REQUESTS / (1 + self.files_a_record)))
        due = self._due(now - self.read_at, now - self.full_at)
        witnesses = max(WITNESSES - pages - due, 0) if pages + due else 0
        known = min(due + witnesses, self.listed - self.unread)
        return self._answered(
            fresh, pages, round(pages * self.files_a_record), quiet + round(known * (1 + self.files_a_record))
        )

    def _answered(self, lists: int, pages: int, files: int, unchanged: int) -> Traffic:
        own = self.software
        again = NOT_MODIFIED_BYTES if own.conditional else own.page_bytes
        sent = lists * own.list_bytes + pages * own.page_bytes + files * FILE_BYTES + unchanged * again
        return Traffic(lists, pages, files, unchanged, others=1, bytes=sent)

    def _due(self, since_crawl: timedelta, since_full: timedelta) -> int:
        """Records' pages that an update asks for again: those whose interval is shorter than the time since all were asked for.

        The integral of 1/interval over the ages of the records (archive.ingest.frontier.page_interval), within the daily quota.
        """
        # What the last crawl asked for while it ran is too fresh for one that begins SHORTEST_INTERVAL after it.
        if since_full < SHORTEST_INTERVAL + ASKED_WITHIN:
            return 0
        again = since_crawl if since_crawl > SHORTEST_INTERVAL + ASKED_WITHIN else 2 * since_crawl
        longest, shortest = LONGEST_INTERVAL / DAY, again / DAY
        asked = max(min(since_full / DAY, longest), shortest)
        a_day = self.a_workday * WORKDAYS_A_YEAR / 365
        due_a_day = a_day * (1 + math.log(asked / shortest)) / INTERVAL_SHARE
        if since_full / DAY > longest:
            due_a_day += max(self.listed - a_day * longest / INTERVAL_SHARE, 0) / longest
        quota = max(LEAST_DAILY_QUOTA, int(self.listed * DAILY_QUOTA_SHARE)) * (since_crawl / again)
        return round(min(due_a_day * (since_crawl / DAY), max(quota - self.fresh, 0)))


def draw_portals(
    count: int, software: Sequence[Software], *, seed: int, since: date, sample: int
) -> list[SimulatedPortal]:
    """Draw `count` portals, the same for the same `seed`; the first of each `sample` is sampled."""
    shares = [product.share for product in software]
    portals = []
    for number in range(count):
        chance = Random(f"{seed} portal {number}")
        (product,) = chance.choices(software, shares)
        portals.append(SimulatedPortal(number, product, chance, since, sampled=number % sample == 0))
    return portals


def is_workday(day: date) -> bool:
    """Whether offices work on a day: by the State Council's notices, where these are known, else from Monday to Friday."""
    reason = rest_day(day.isoformat())
    return day.weekday() < 5 if reason is None else not reason


def _poisson(chance: Random, mean: float) -> int:
    """Draw a number of independent happenings (Knuth's method; where many are expected, by the normal distribution)."""
    if mean > 30:
        return max(round(chance.gauss(mean, math.sqrt(mean))), 0)
    count, product, least = 0, chance.random(), math.exp(-mean)
    while product > least:
        count += 1
        product *= chance.random()
    return count
