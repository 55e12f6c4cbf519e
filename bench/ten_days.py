"""Days of a made-up county whose answers fail now and then: what truly happened, what the archive found of it, and when.

python -m bench.ten_days [--records 2000] [--days 10] [--share 0.01] [--seed 1]

Each day changes, withdraws, unlists, adds and back-dates a share of the records; a full crawl follows. Prints a line for
each day. `late`: not found within two complete walks of its catalogue. `overtaken`: gone again before it could be found.
`false`: told by the archive, but not true. Exit status 1 if anything was late, false, without proof, or wrong in the end
(against an archive made then, without failures), or if an alarm was raised, for the county's layout never changes.
"""

import argparse
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from archive.model import clock
from archive.model.noise import essence
from tests import warm
from tests.county import County, Faults, Truth
from tests.county_pages import FIRST_DAY

FAULTS = Faults(unavailable=0.03, blocked=0.02, cut=0.02)
WALKS_ALLOWED = 2
LONGEST = 1800  # seconds of a crawl
TOLD_IN_TIME = ("changed", "withdrawn", "unlisted", "added")

_SHOWN = {"added", "changed", "returned"}
_UNCHANGED_SINCE = """
    SELECT c.id, n.crawl_id FROM captures n JOIN captures c ON c.url = n.url AND c.id < n.id WHERE n.outcome = 'not_modified'
"""


@dataclass(slots=True)
class Happened:
    """Something true of the record `url`: its event's `kind`, and the complete walks of its catalogue since."""

    url: str
    kind: str
    after_crawl: int
    walks: int = 0
    late: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """One crawl's findings against what was true: counts by kind, and a line for all that is late or false."""

    crawl_id: int
    outcome: str
    walks: int
    found: Counter[str]
    open: Counter[str]
    late: list[str]
    false: list[str]


@dataclass(slots=True)
class History:
    """All that truly happened to a county's records, held against what the archive at `db` tells of them."""

    county: County
    db: Path
    overtaken: int = 0
    _open: list[Happened] = field(default_factory=list)
    _true: Counter[tuple[str, str]] = field(default_factory=Counter)
    _judged: int = 0

    def begins(self) -> None:
        """Before the first crawl: whatever is listed is to be added."""
        self._happens("added", self.county.listed())

    def passes(self, truth: Truth) -> None:
        """A day has passed. What can't be found any more is overtaken: a change nobody read, a record that came and went."""
        known = {url for (url,) in rows(self.db, "SELECT url FROM records")}
        own_page = "SELECT url FROM records WHERE id IN (SELECT record_id FROM readings WHERE catalog_id = 0)"
        read = {url for (url,) in rows(self.db, own_page)}
        gone = truth.withdrawn | truth.unlisted
        still_open = [one for one in self._open if one.url not in gone]
        self.overtaken += len(self._open) - len(still_open)
        self._open = still_open
        self._happens("added", truth.added | truth.backdated)
        self._happens("changed", truth.changed, read)
        self._happens("withdrawn", truth.withdrawn, known)
        self._happens("unlisted", truth.unlisted, known)

    def returns(self, url: str) -> None:
        """A record that was gone is listed again."""
        self._happens("returned", frozenset({url}))

    def moves(self, old: str, new: str) -> None:
        """A record has a new address: all that was true of the old one is true of it."""
        for kind in [kind for url, kind in self._true if url == old]:
            self._true[new, kind] = self._true.pop((old, kind))
        self._happens("moved", frozenset({new}))

    def judge(self) -> Found:
        """Hold the last crawl against the truth, once after each crawl."""
        crawl_id, outcome = rows(self.db, "SELECT id, outcome FROM crawls ORDER BY id DESC LIMIT 1")[0]
        told = {(url, kind): last for url, kind, _, last in self._events()}
        walked = rows(
            self.db,
            "SELECT c.url FROM ledger JOIN catalogs c ON c.id = catalog_id WHERE crawl_id > ? AND crawl_id <= ? AND complete",
            (self._judged, crawl_id),
        )
        complete = Counter(url.rpartition("/")[0] for (url,) in walked)
        for one in self._open:
            one.walks += complete[_folder(one.url)]
        self._judged = crawl_id
        found = Counter[str]()
        still_open = []
        for one in self._open:
            if told.get((one.url, one.kind), 0) > one.after_crawl:
                found[one.kind] += 1
            else:
                still_open.append(one)
        self._open = still_open
        late = [one for one in self._open if one.walks >= WALKS_ALLOWED and not one.late]
        for one in late:
            one.late = True
        return Found(
            crawl_id,
            outcome,
            sum(complete.values()),
            found,
            Counter(one.kind for one in self._open),
            [f"{one.kind} {one.url}" for one in late],
            self.false(),
        )

    def still_open(self) -> list[tuple[str, str]]:
        """(kind, address) of what happened and is still to be found."""
        return [(one.kind, one.url) for one in self._open]

    def false(self) -> list[str]:
        """Each event that is told more often than it happened."""
        return [
            f"{kind} {url}: told {count} times, true {self._true[url, kind]} times, last in crawl {last}"
            for url, kind, count, last in self._events()
            if count > self._true[url, kind]
        ]

    def wrong_states(self) -> list[str]:
        """Records whose state in the archive is not what the county says, but for what is still to be found; and missing ones."""
        listed, alive = self.county.listed(), self.county.alive()
        waiting = {one.url for one in self._open}
        states = dict(rows(self.db, "SELECT url, state FROM records"))
        wrong = [
            f"{url} is {state}"
            for url, state in states.items()
            if url not in waiting
            and state != ("listed" if url in listed else "unlisted" if url in alive else "withdrawn")
        ]
        return wrong + [f"{url} is not in the archive" for url in sorted(listed - states.keys() - waiting)]

    def _happens(self, kind: str, urls: frozenset[str], findable: set[str] | None = None) -> None:
        for url in sorted(urls):
            self._true[url, kind] += 1
            if findable is None or url in findable:
                self._open.append(Happened(url, kind, self._judged))
            else:
                self.overtaken += 1

    def _events(self) -> list[tuple[str, str, int, int]]:
        """(address, kind, how often it was told, in which crawl last)."""
        sql = "SELECT r.url, e.kind, count(*), max(e.crawl_id) FROM events e JOIN records r ON r.id = e.record_id GROUP BY 1, 2"
        return rows(self.db, sql)


def unproved(db: Path) -> list[str]:
    """Events whose proof is not in the archive: the page that shows it, or the walk that does not and what the page became."""
    captures = {id_: (crawl, outcome) for id_, crawl, outcome in rows(db, "SELECT id, crawl_id, outcome FROM captures")}
    unchanged = {tuple(row) for row in rows(db, _UNCHANGED_SINCE)}
    walks = {tuple(row) for row in rows(db, "SELECT DISTINCT crawl_id, catalog_id, look FROM walks")}
    kept_aside = {crawl for (crawl,) in rows(db, "SELECT id FROM crawls WHERE outcome IN ('interrupted', 'unsure')")}
    faults = []
    for event_id, kind, crawl, text in rows(db, "SELECT id, kind, crawl_id, detail FROM events"):
        detail = json.loads(text)
        name = f"event {event_id} ({kind})"
        if kind in _SHOWN:
            seen_in, outcome = captures.get(detail["capture"], (0, ""))
            is_seen = seen_in in {crawl, *kept_aside} or (detail["capture"], crawl) in unchanged
            if not is_seen or outcome not in {"page", "not_modified"}:
                faults.append(f"{name}: its capture {detail['capture']} is {captures.get(detail['capture'])}")
            continue
        looks = (1, 2) if kind == "unlisted" else (1,)
        missing = [
            (catalog, look)
            for catalog in detail["catalogs"]
            for look in looks
            if (detail["walk"], catalog, look) not in walks
        ]
        if not detail["catalogs"] or missing or detail["walk"] != crawl:
            faults.append(f"{name}: no walk proves it: {detail}")
        wanted = {"page", "not_modified"} if kind == "unlisted" else {"gone"}
        if captures.get(detail["page"], (0, ""))[0] != crawl or captures[detail["page"]][1] not in wanted:
            faults.append(f"{name}: its page is {captures.get(detail['page'])}")
    return faults


def alarms(db: Path) -> list[tuple[str, str]]:
    """The alarms of crawls, that something has broken silently: kind and message."""
    return rows(
        db,
        "SELECT kind, message FROM problems WHERE kind IN ('fields_missing', 'fields_drifted', 'list_short', 'nothing_new')",
    )


def contents(db: Path) -> dict[str, tuple[str | None, ...]]:
    """The archive's words on each listed record, by address; of its text what counts."""
    sql = "SELECT url, title, publisher, published_on, index_number, body FROM records WHERE state = 'listed'"
    return {url: (*fields, essence(body)) for url, *fields, body in rows(db, sql)}


def wrong_texts(folder: Path, history: History) -> list[str]:
    """Listed records of which the archive says something else than one made today would. The county's faults end."""
    history.county.faults = Faults()
    fresh = folder / "fresh.db"
    crawl(history.county.portal_file(folder), fresh, morning(history.county.day), "--mode", "full")
    ours, theirs = contents(history.db), contents(fresh)
    waiting = {url for _, url in history.still_open()}
    return [url for url in sorted(ours.keys() & theirs.keys() - waiting) if ours[url] != theirs[url]]


def crawl(portal: Path, db: Path, now: datetime, *options: str) -> subprocess.CompletedProcess[str]:
    """Crawl a portal file into `db` as at `now`. Raises RuntimeError where the command was used wrongly."""
    done = warm.disclosures(*command(portal, db, *options)[3:], env=at(now), seconds=LONGEST)
    if done.returncode not in {0, 1}:
        raise RuntimeError(done.stdout + done.stderr)
    return done


def command(portal: Path, db: Path, *options: str) -> list[str]:
    """The command that crawls a portal file without delay."""
    crawling = [sys.executable, "-m", "crawler.cli.main", "crawl", str(portal), "--db", str(db)]
    return [*crawling, "--delay", "0", "--concurrency", "8", *options]


def at(now: datetime) -> dict[str, str]:
    """The environment in which a crawl takes it to be `now`."""
    return {**os.environ, clock.VARIABLE: now.isoformat()}


def morning(day: int) -> datetime:
    """The moment at which a county's day (from 1) is crawled."""
    return datetime.combine(FIRST_DAY, datetime.min.time(), UTC) + timedelta(days=day - 1, hours=1)


def rows(db: Path, sql: str, parameters: tuple[object, ...] = ()) -> list[tuple[Any, ...]]:
    """The rows of a query."""
    with closing(sqlite3.connect(f"{db.as_uri()}?mode=ro", uri=True)) as connection:
        return connection.execute(sql, parameters).fetchall()


def simulate(folder: Path, history: History, days: int, share: float) -> Iterator[tuple[Truth | None, Found]]:
    """Crawl the county's first day and those that follow, each wholly; what was true of each, and what was found."""
    portal = history.county.portal_file(folder)
    history.begins()
    truth = None
    for day in range(1, days + 1):
        crawl(portal, history.db, morning(day), "--mode", "full")
        yield truth, history.judge()
        if day < days:
            truth = history.county.next_day(share)
            history.passes(truth)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--records", type=int, default=2000)
    arguments.add_argument("--days", type=int, default=10)
    arguments.add_argument("--share", type=float, default=0.01)
    arguments.add_argument("--seed", type=int, default=1)
    options = arguments.parse_args()
    complaints: list[str] = []
    with tempfile.TemporaryDirectory() as name, County(options.records, seed=options.seed, faults=FAULTS) as county:
        history = History(county, Path(name) / "county.db")
        print(f"changed/withdrawn/unlisted/added of {options.records} records (added with the back-dated ones)")
        print(
            f"{'day':>3} {'true':>14} {'found':>14} {'open':>12} {'late':>4} {'false':>5} {'walks':>5} {'requests':>8} {'seconds':>7}  crawl"
        )
        began = time.monotonic()
        for day, (truth, found) in enumerate(simulate(Path(name), history, options.days, options.share), start=1):
            true = (
                [truth.changed, truth.withdrawn, truth.unlisted, truth.added | truth.backdated]
                if truth
                else [(), (), (), county.listed()]
            )
            print(
                f"{day:>3} {'/'.join(str(len(urls)) for urls in true):>14} {_counts(found.found):>14} {_counts(found.open):>12} "
                f"{len(found.late):>4} {len(found.false):>5} {found.walks:>5} {county.count:>8} {time.monotonic() - began:>7.1f}  {found.outcome}",
                flush=True,
            )
            complaints += [f"day {day}: late: {line}" for line in found.late]
            county.reset_counts()
            began = time.monotonic()
        complaints += [f"false: {line}" for line in history.false()]
        complaints += [f"without proof: {line}" for line in unproved(history.db)]
        complaints += [f"alarm: {kind}: {message}" for kind, message in alarms(history.db)]
        complaints += [f"wrong in the end: {line}" for line in history.wrong_states()]
        complaints += [f"wrong text in the end: {line}" for line in wrong_texts(Path(name), history)]
        print(f"overtaken: {history.overtaken}; complaints: {len(complaints)}")
    print("\n".join(complaints))
    sys.exit(1 if complaints else 0)


def _counts(counts: Counter[str]) -> str:
    return "/".join(str(counts[kind]) for kind in TOLD_IN_TIME)


def _folder(url: str) -> str:
    """The folder of a record's catalogue: its own is that of a month."""
    return url.rsplit("/", 2)[0]


if __name__ == "__main__":
    main()
