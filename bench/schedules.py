"""A year in the life of an archive: a made-up county that changes and has its troubles, crawled when it is due.

python -m bench.schedules [--days 365] [--records 60] [--seed 1]

Each morning passes as the timer of an operator would have it: `disclosures crawl --due`, then `disclosures status --tell`
to a webhook. On two days of three the county publishes, edits, takes off and back-dates a record of each kind. It has the
troubles of TROUBLES, in the same shares of any number of days. Prints a line for each thirty days and each message.
Exit status 1 where a state or a message is not as it should be, where a crawl came too often or too rarely, or where
the archive tells of anything that did not happen.
"""

import argparse
import json
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Any

from archive.evidence.evidence_reader import beside
from bench.ten_days import History, at, morning, rows, unproved
from crawler.jobs.due import planned
from tests import warm
from tests.county import County, Faults

DAYS = 365

LEARNING = 60
"""Days after which the county's news of the last two months say that it has some nearly daily."""

LONGEST = 3
"""Days between two crawls at the most, where there is no trouble."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A trouble of the county from one part of the time to another (0..1), and the state that it is to be told as."""

    state: str
    begins: float
    ends: float
    befall: Callable[["Year"], None]
    relieve: Callable[["Year"], None]


class Redesigned(County):
    """A county whose lists can turn into an application's empty shell."""

    redesigned = False

    def _page(self, path: str) -> Any:
        page = super()._page(path)
        if self.redesigned and path.endswith("/list.html"):
            return type(page)("<html><body><div id=app class=root>样本首页</div></body></html>")
        return page


def _faults(faults: Faults) -> Callable[["Year"], None]:
    def befall(year: "Year") -> None:
        year.county.faults = faults

    return befall


def _redesign(redesigned: bool) -> Callable[["Year"], None]:
    def befall(year: "Year") -> None:
        year.county.redesigned = redesigned

    return befall


TROUBLES = (
    Trouble("blocked", 0.15, 0.22, _faults(Faults(blocked=1)), _faults(Faults())),
    Trouble("down", 0.35, 0.40, lambda year: year.county.stop(), lambda year: year.county.start()),
    Trouble("changed_layout", 0.55, 0.62, _redesign(True), _redesign(False)),
    Trouble("down", 0.80, 0.85, _faults(Faults(unavailable=1)), _faults(Faults())),
)
"""A firewall's page in place of each page; a server that is off; lists that are none; 503 for each page."""


@dataclass(slots=True)
class Year:
    """The county, its archive, and what was told of it: (day, was, state, reason) of each message, and the days of crawls."""

    county: Redesigned
    folder: Path
    days: int
    history: History = field(init=False)
    portal: Path = field(init=False)
    told: list[tuple[int, str, str, str]] = field(default_factory=list)
    crawled: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.history = History(self.county, self.folder / "county.db")
        self.portal = self.county.portal_file(self.folder)

    def live(self) -> Iterator[int]:
        """Let the days pass; yields each when its evening has come."""
        self.history.begins()
        with webhook(self._hear) as address:
            for day in range(1, self.days + 1):
                for trouble in TROUBLES:
                    if day == self.day_of(trouble.begins):
                        trouble.befall(self)
                    if day == self.day_of(trouble.ends):
                        trouble.relieve(self)
                self._morning(day, address)
                yield day
                if day % 3:
                    self.history.passes(self.county.next_day(0))
                else:
                    self.county.day += 1

    def day_of(self, share: float) -> int:
        """The day on which a share of the time has passed."""
        return round(share * self.days)

    def troubled(self) -> set[int]:
        """The days on which the county has a trouble."""
        return {day for each in TROUBLES for day in range(self.day_of(each.begins), self.day_of(each.ends))}

    def complaints(self) -> list[str]:
        """All that is not as it should be."""
        wrong = [f"false: {line}" for line in self.history.false()]
        wrong += [f"without proof: {line}" for line in unproved(self.history.db)]
        wrong += [f"wrong in the end: {line}" for line in self.history.wrong_states()]
        expected = [step for each in TROUBLES for step in (("well", each.state), (each.state, "well"))]
        if [(was, state) for _, was, state, _ in self.told] != expected:
            wrong.append(f"told {self.told}, expected {expected}")
        quiet = set(range(LEARNING, self.days + 1)) - self.troubled()
        after = {day for each in TROUBLES for day in range(self.day_of(each.ends), self.day_of(each.ends) + 15)}
        missed = sorted(quiet - after - set(self.crawled))
        if missed:
            wrong.append(f"not crawled on days {missed}, though it has news nearly daily")
        for one, next_one in pairwise(self.crawled):
            if next_one - one > LONGEST and not self.troubled() & {one, next_one - 1}:
                wrong.append(f"not crawled between days {one} and {next_one}")
        for each in TROUBLES:
            days = range(self.day_of(each.begins), self.day_of(each.ends))
            asked = len(set(days) & set(self.crawled))
            if asked > max(2, len(days) // 2):
                wrong.append(f"crawled on {asked} of {len(days)} days of trouble, without backing off")
        return wrong

    def size(self) -> tuple[int, int, int]:
        """Records, and the bytes of archive and originals."""
        (records,) = rows(self.history.db, "SELECT count(*) FROM records")[0]
        return records, self.history.db.stat().st_size, beside(self.history.db).stat().st_size

    def _morning(self, day: int, address: str) -> None:
        now = morning(day)
        if planned([str(self.portal)], self.history.db, now)[0][0].at > now:
            return
        options = ("--db", self.history.db)
        self._run(now, "crawl", "--due", self.portal, *options, "--delay", 0)
        self.crawled.append(day)
        self.history.judge()
        self._run(now, "status", *options, "--tell", address)

    def _run(self, now: datetime, *command: object) -> None:
        done = warm.disclosures(*command, env=at(now))
        if done.returncode not in {0, 1}:
            raise RuntimeError(done.stdout + done.stderr)

    def _hear(self, message: dict[str, Any]) -> None:
        day = self.county.day
        self.told += [(day, each["was"], each["state"], each["reason"]) for each in message["changes"]]


@contextmanager
def webhook(hear: Callable[[dict[str, Any]], None]) -> Iterator[str]:
    """A web server to which messages are posted; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            hear(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/hook"
        server.shutdown()
        thread.join()


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--days", type=int, default=DAYS)
    arguments.add_argument("--records", type=int, default=60)
    arguments.add_argument("--seed", type=int, default=1)
    options = arguments.parse_args()
    began, heard = time.monotonic(), 0
    with tempfile.TemporaryDirectory() as name, Redesigned(options.records, seed=options.seed) as county:
        year = Year(county, Path(name), options.days)
        for day in year.live():
            for on, was, state, reason in year.told[heard:]:
                print(f"day {on}: told that it is {state}, was {was}: {reason}")
            heard = len(year.told)
            if day % 30 == 0 or day == options.days:
                records, archive, evidence = year.size()
                print(
                    f"day {day}: {len(year.crawled)} crawls, {records} records, archive {archive:,} and originals {evidence:,} bytes, "
                    f"{timedelta(seconds=round(time.monotonic() - began))}",
                    flush=True,
                )
        complaints = year.complaints()
    print("\n".join(complaints) or "all as it should be")
    sys.exit(bool(complaints))


if __name__ == "__main__":
    main()
