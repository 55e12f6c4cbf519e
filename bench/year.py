"""A year of three portals in which each fault of `bench.faults` strikes on a random day: what is told, held against what truly happened.

python -m bench.year [--days 365] [--seed 1] [--years 3] [--keep]

Each portal has its documents changed, added, taken off, moved and brought back on random days, and is crawled every few days;
`status --tell` follows. Each year has the next seed. Exit status 1 where anything is false, late, outside of its window, or told
otherwise than it should be.
"""

import random
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from bench import measure
from bench.faults import FAILING, FAULTS, WELL, Fault
from bench.faulty_portal import LISTED, Happened, Portal
from bench.schedules import webhook
from bench.ten_days import WALKS_ALLOWED, at, morning, rows
from tests import warm

DAYS = 365
SIZE = 40
BEGINS, ENDS = 0.06, 0.85
"""The part of the time in which the days lie on which faults may strike."""

QUIET = 3
"""Good crawls, at the least, between two faults of a portal."""

STALE_AFTER = 7
"""Days after which a portal that nobody crawled is stale: more than twice its rhythm."""

GAPS = range(2, STALE_AFTER)
"""Days between two crawls."""

JUDGED_AFTER = 2
"""Good crawls after a fault, after which nothing false may stand."""

_EVENTS = """
    SELECT e.id, e.kind, e.at, e.not_before, r.url FROM events e JOIN records r ON r.id = e.record_id
    WHERE r.portal = ? AND e.id > ? ORDER BY e.id
"""
_WALKED = """
    SELECT c.url FROM ledger l JOIN catalogs c ON c.id = l.catalog_id JOIN crawls w ON w.id = l.crawl_id
    WHERE l.crawl_id = ? AND l.complete AND w.mode = 'full'
"""


@dataclass(slots=True)
class Watched:
    """A portal, the faults that are still to strike it, and what was told of it."""

    portal: Portal
    file: Path
    faults: list[tuple[int, Fault]]
    last_crawl: int = 1
    rests_until: int = 1
    active: Fault | None = None
    struck: int = 0  # crawls under the active fault
    good: int = 0  # good crawls since the last fault
    last_event: int = 0
    untrue: dict[int, str] = field(default_factory=dict)  # by their numbers, events that nothing true explains
    states: list[str] = field(default_factory=list)
    met: list[str] = field(default_factory=list)

    @property
    def ahead(self) -> timedelta:
        """So far the clock of our machine stands ahead."""
        return self.active.ahead if self.active else timedelta(0)

    @property
    def mode(self) -> str | None:
        """The mode of its next crawl, if it is not the usual one."""
        return self.active.mode if self.active else None


@dataclass(slots=True)
class Figures:
    """The result of one year. `found`: the true events that were found; all else is to be nought."""

    crawls: int = 0
    found: int = 0
    faults: int = 0
    false: list[str] = field(default_factory=list)
    standing: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    states: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    seconds: float = 0

    def complaints(self) -> list[str]:
        named = {
            "false": self.false,
            "standing": self.standing,
            "late": self.late,
            "state": self.states,
            "message": self.messages,
        }
        return [f"{name}: {line}" for name, lines in named.items() for line in lines]


class Year:
    """Three portals and their archive in `folder`, for so many days."""

    def __init__(self, folder: Path, days: int, seed: int) -> None:
        self.db = folder / "year.db"
        self.folder = folder
        self.days = days
        self.figures = Figures()
        self.told: list[tuple[str, str, str]] = []
        self._random = random.Random(f"{seed} year")
        portals = [Portal(name, SIZE, seed=seed, trs=name == "trs") for name in ("trs", "plain", "simple")]
        self.watched = [Watched(portal, portal.write_file(folder), []) for portal in portals]
        self._deal()

    def _deal(self) -> None:
        """Say which fault strikes which portal, and on which day; a portal's host moves once."""
        faults = list(FAULTS)
        self._random.shuffle(faults)
        faults.sort(key=lambda each: not each.name.startswith("host"))
        for number, fault in enumerate(faults):
            place = number % len(self.watched)
            place += fault.plain and self.watched[place].portal.trs  # the first one
            self.watched[place].faults.append(
                (self._random.randint(*(int(self.days * share) for share in (BEGINS, ENDS))), fault)
            )
        for each in self.watched:
            each.faults.sort(key=lambda strike: strike[0])

    def live(self) -> Figures:
        """Let the days pass; what they were like."""
        began = time.monotonic()
        with ExitStack() as stack:
            for each in self.watched:
                stack.enter_context(each.portal)
                for number in each.portal.documents:
                    each.portal.note("added", number, morning(0))
            address = stack.enter_context(webhook(self._hear))
            next_crawl = 1
            for day in range(1, self.days + 1):
                due = [each for each in self.watched if day == next_crawl and each.rests_until <= day]
                self._crawl(due, day)
                next_crawl = day + self._random.choice(GAPS) if day == next_crawl else next_crawl
                stale = [each for each in self.watched if each.last_crawl + STALE_AFTER == day]
                for each in stale:
                    each.states.append("stale")
                if due or stale:
                    self._run(morning(day), "status", "--db", self.db, "--tell", address)
                for each in self.watched:
                    self._noon(each, day)
        self._require_told()
        self.figures.seconds = time.monotonic() - began
        return self.figures

    def _noon(self, each: Watched, day: int) -> None:
        """Let happen what does between two mornings."""
        noon = morning(day) + timedelta(hours=11)
        if each.good >= QUIET and not each.active and each.faults and each.faults[0][0] <= day:
            fault = each.faults[0][1]
            if fault.befall(each.portal, noon):
                each.faults.pop(0)
                if fault.rest:
                    each.rests_until = day + fault.rest
                else:
                    each.active, each.struck = fault, 0
                each.met.append(f"{fault.name} on day {day}")
                self.figures.faults += 1
                if fault.name == "lists at new addresses":
                    each.file = each.portal.write_file(self.folder)
        if self._random.random() < 0.3:
            each.portal.live(noon + timedelta(hours=1))
        each.portal.ends_day()

    # --- crawls ---

    def _crawl(self, due: list[Watched], day: int) -> None:
        """Crawl the portals that are due, in one process those that are crawled alike, and hold what is told against what is true."""
        for ahead, mode in dict.fromkeys((each.ahead, each.mode) for each in due):
            files = [each.file for each in due if (each.ahead, each.mode) == (ahead, mode)]
            options = ("--db", self.db, "--delay", 0, "--concurrency", 8, *(("--mode", mode) if mode else ()))
            self._run(morning(day) + ahead, "crawl", *files, *options)
        for each in due:
            each.last_crawl = day
            self._look(each, day)

    def _look(self, each: Watched, day: int) -> None:
        """Hold the crawl of a portal against what is true."""
        fault = each.active
        self.figures.crawls += 1
        crawl, state, reason, outcome = rows(
            self.db,
            "SELECT id, health, health_reason, outcome FROM crawls WHERE portal = ? ORDER BY id DESC LIMIT 1",
            (each.portal.name,),
        )[0]
        state = FAILING if each.ahead else state  # what `status` says when the clock is right again
        each.states.append(state)
        context = f"{each.portal.name}, day {day}, crawl {crawl} ({outcome}), after {each.met[-1:] or 'no fault'}"
        expected = fault.states[each.struck] if fault else frozenset({WELL})
        if state not in expected:
            self.figures.states.append(f"{context}: {state}, not {'/'.join(sorted(expected))}: {reason}")
        self._judge(each, crawl, context, is_good=fault is None)
        if fault:
            self._goes_on(each, fault, day)
        else:
            each.good += 1
            if each.good >= JUDGED_AFTER:
                self._compare(each, context)

    def _goes_on(self, each: Watched, fault: Fault, day: int) -> None:
        """Let the fault end after its crawls; the operator mends what it asks for after the first."""
        each.good = 0
        each.struck += 1
        if each.struck == 1 and fault.mended:
            self._run(morning(day), *fault.mended(each.portal), "--db", self.db)
            each.file = each.portal.write_file(self.folder)
        if each.struck == len(fault.states):
            fault.relieve(each.portal)
            each.active = None

    def _run(self, now: datetime, *command: object) -> None:
        done = warm.disclosures(*command, env={**at(now), "DISCLOSURES_PORTALS": str(self.folder)})
        if done.returncode not in {0, 1}:
            raise RuntimeError(done.stdout + done.stderr)

    def _hear(self, message: dict[str, Any]) -> None:
        self.told += [(each["portal"], each["was"], each["state"]) for each in message["changes"]]

    # --- what is told, and what is true ---

    def _judge(self, each: Watched, crawl: int, context: str, *, is_good: bool) -> None:
        """Hold the crawl's events against what happened; count its walks for what it did not find."""
        for number, kind, when, not_before, url in rows(self.db, _EVENTS, (each.portal.name, each.last_event)):
            each.last_event = number
            if cause := _cause(each.portal, kind, url, not_before, when):
                cause.found = True
                self.figures.found += 1
            else:
                truth = [
                    f"{one.kind} at {one.at}"
                    for one in each.portal.happened
                    if one.number == each.portal.number_at(url)
                ]
                each.untrue[number] = f"{context}: {kind} {url} in ({not_before}, {when}], true: {truth}"
        if not is_good:
            return
        walked = {url.rsplit("/", 2)[1] for (url,) in rows(self.db, _WALKED, (crawl,))}
        for one in each.portal.happened:
            if not one.found and each.portal.documents[one.number].slug in walked:
                one.walks += 1
                if one.walks >= WALKS_ALLOWED and not one.late:
                    one.late = True
                    self.figures.late.append(
                        f"{context}: {one.kind} {each.portal.documents[one.number].path} of {one.at}"
                    )

    def _compare(self, each: Watched, context: str) -> None:
        """Hold the archive's records against the portal's documents, but for what is still to be found."""
        waiting = {one.number for one in each.portal.happened if not one.found}
        known = rows(self.db, "SELECT id, url, state, title, body FROM records WHERE portal = ?", (each.portal.name,))
        of_number = {
            each.portal.number_at(url): (id_, url, state, title, body) for id_, url, state, title, body in known
        }
        wrong = []
        if len(of_number) != len(known):
            wrong.append(f"{len(known)} records for {len(of_number)} documents")
        files = dict(rows(self.db, "SELECT record_id, state FROM attachments WHERE state <> 'unlinked'"))
        for number, document in each.portal.documents.items():
            if number in waiting:
                continue
            if number not in of_number:
                wrong.append(f"{document.path} is missing")
                continue
            id_, url, state, title, body = of_number[number]
            if state != document.state:
                wrong.append(f"{url} is {state}, not {document.state}")
            elif state == LISTED and (title != document.title or f"{document.edition}。" not in (body or "")):
                wrong.append(
                    f"{url} says {title!r}: {(body or '')[:60]!r}, not {document.title!r}, {document.edition!r}"
                )
            elif state == LISTED and files.get(id_, "text") not in {"text", "pending"}:
                wrong.append(f"the file of {url} is {files[id_]}")
        if held := rows(
            self.db,
            "SELECT count(*) FROM deferred d JOIN records r ON r.id = d.record_id WHERE r.portal = ?",
            (each.portal.name,),
        )[0][0]:
            wrong.append(f"{held} things are kept aside")
        self.figures.standing += [f"{context}: {line}" for line in wrong]
        told = {number for (number,) in rows(self.db, "SELECT id FROM events")}
        self.figures.false += [line for number, line in each.untrue.items() if number in told]
        each.untrue.clear()

    def _require_told(self) -> None:
        """One message for each change of a state, and no other."""
        for each in self.watched:
            past = [WELL, *each.states]
            changes = [(was, now) for was, now in pairwise(past) if was != now]
            told = [(was, state) for portal, was, state in self.told if portal == each.portal.name]
            if told != changes:
                self.figures.messages.append(f"{each.portal.name}: told {told}, expected {changes}")


def _cause(portal: Portal, kind: str, url: str, not_before: str | None, when: str) -> Happened | None:
    """Return what truly happened of this kind within the window of an event, and was not told yet."""
    number = portal.number_at(url)
    for one in portal.happened:
        since = not_before is None or datetime.fromisoformat(not_before) <= one.at
        if (
            not one.found
            and (one.kind, one.number) == (kind, number)
            and since
            and one.at <= datetime.fromisoformat(when)
        ):
            return one
    return None


def year(days: int, seed: int) -> Figures:
    """One year."""
    with tempfile.TemporaryDirectory() as name:
        return Year(Path(name), days, seed).live()


def report(figures: dict[int, Figures], days: int) -> measure.Report:
    """The results of the years, by their seeds."""
    told = measure.Report("year", f"{len(figures)} years of {days} days of three portals, with each fault in each")
    every = list(figures.values())
    for what, count in (
        ("crawls", sum(one.crawls for one in every)),
        ("faults that struck", sum(one.faults for one in every)),
        ("true events found", sum(one.found for one in every)),
    ):
        told.figures.append(measure.Figure(what, count, ""))
    for what, lines in (
        ("events that are false or outside of their window", [one.false for one in every]),
        ("false states or texts standing after two good crawls", [one.standing for one in every]),
        ("true events not found within two complete walks", [one.late for one in every]),
        ("wrong states of portals", [one.states for one in every]),
        ("wrong messages", [one.messages for one in every]),
    ):
        told.figures.append(measure.Figure(what, sum(map(len, lines)), "", 0))
    told.figures.append(measure.Figure("all of it", sum(one.seconds for one in every), "s", 480))
    told.notes.append(f"Faults: {', '.join(each.name for each in FAULTS)}. Seeds: {', '.join(map(str, figures))}.")
    return told


def main() -> None:
    arguments = measure.arguments(__doc__)
    arguments.add_argument("--days", type=int, default=DAYS)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--years", type=int, default=3)
    options = arguments.parse_args()
    figures = {}
    for seed in range(options.seed, options.seed + options.years):
        one = figures[seed] = year(options.days, seed)
        print(
            f"seed {seed}: {one.crawls} crawls, {one.faults} faults, {one.found} true events found, {len(one.complaints())} complaints, "
            f"{one.seconds:.0f} s",
            flush=True,
        )
        for line in one.complaints():
            print(f"  {line}", flush=True)
    measure.tell(report(figures, options.days), options)
    sys.exit(any(one.complaints() for one in figures.values()))


if __name__ == "__main__":
    main()
