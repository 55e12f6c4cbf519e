"""Crawls killed by SIGKILL at random moments, each gone on with by the next, and what the archive is then worth.

python -m bench.kills [--kills 100] [--records 300] [--seed 1]

After each kill both databases are examined; the county changes a little every ten kills. In the end one crawl runs to its
end, and the archive is compared with one that was never interrupted. Exit status 1 if anything is lost, doubled, false or
broken.
"""

import argparse
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from archive.evidence.evidence_reader import beside
from archive.evidence.fixity import verify_file
from bench.ten_days import History, at, command, contents, crawl, morning, rows, unproved
from tests.county import County

SHARE = 0.01
BETWEEN_CHANGES = timedelta(hours=26)
"""A killed crawl's pages need not be asked again for a day: by the next change, all must be asked again."""

CLOSING = 0.15
"""Seconds after "Closing spider" in the log within which a crawl is killed while it closes."""

BATCH = 0.05
"""Seconds after a request within which a crawl is killed midway, so that it is sealing and writing at times."""

UPDATE = 30
"""An update crawl's requests: few more than lists' first pages and the day's budget."""


@dataclass(slots=True)
class Killing:
    """Crawls of `history`'s county that are killed, and what was found wrong. `ended`: crawls that were quicker."""

    folder: Path
    history: History
    random: random.Random
    first_request: float
    requests: int
    kills: int = 0
    ended: int = 0
    moments: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    _now: datetime = field(default_factory=lambda: morning(1))
    _seen: set[str] = field(default_factory=set)

    def kill_one(self) -> None:
        """Begin crawls until one is killed before it ends, then examine what it leaves behind."""
        while not self._killed():
            self.ended += 1
        self.kills += 1
        with tempfile.TemporaryDirectory() as name:
            copy = self._copy(Path(name))
            if copy.exists():
                self.wrong += [f"after kill {self.kills}: {fault}" for fault in unsound(copy)]
                self._note_records(copy)

    def a_day_passes(self) -> None:
        """Change a little of the county; the next crawls are those of another day."""
        self.history.passes(self.history.county.next_day(SHARE))
        self._now += BETWEEN_CHANGES

    def end(self) -> None:
        """Let one crawl run to its end, then compare the archive with what happened, and with an archive never interrupted."""
        db, portal = self.history.db, self._portal()
        crawl(portal, db, self._later(), "--mode", "full")
        found = self.history.judge()
        if found.outcome != "finished":
            self.wrong.append(f"the last crawl: {found.outcome}")
        self._note_records(db)
        whole = self.folder / "whole.db"
        crawl(portal, whole, self._later(), "--mode", "full")
        self.wrong += [f"not found in the end: {kind} {url}" for kind, url in self.history.still_open()]
        self.wrong += [f"false: {line}" for line in found.false]
        self.wrong += [f"without proof: {line}" for line in unproved(db)]
        self.wrong += [f"wrong state: {line}" for line in self.history.wrong_states()]
        self.wrong += [f"otherwise than in a whole archive: {url}" for url in different(contents(db), contents(whole))]
        self.wrong += [f"not told as added once: {line}" for line in not_added_once(db)]
        self.wrong += [f"in the end: {line}" for line in unsound(db)]
        self.wrong += [f"evidence: {fault}" for fault in verify_file(beside(db))]

    def _killed(self) -> bool:
        """Begin a crawl and kill it at a random moment; False if it ended before."""
        moment = self.random.choices(("beginning", "midway", "closing"), (2, 6, 2))[0]
        mode = self.random.choices(("full", "update", ""), (3, 1, 1))[0]
        log = self.folder / "crawl.log"
        read = log.stat().st_size if log.exists() else 0
        self.history.county.reset_counts()
        process = subprocess.Popen(
            command(self._portal(), self.history.db, *(["--mode", mode] if mode else [])),
            env=at(self._later()),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        if moment == "beginning":  # from the first files made to the first answers
            _wait(process, self.first_request * self.random.uniform(0.5, 1.2))
        elif moment == "midway":
            requests = self.random.randint(1, self.requests if mode == "full" else UPDATE)
            _wait_until(process, lambda: self.history.county.count >= requests)
            _wait(process, self.random.uniform(0, BATCH))
        else:
            _wait_until(process, lambda: log.exists() and b"Closing spider" in log.read_bytes()[read:])
            _wait(process, self.random.uniform(0, CLOSING))
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        killed = process.wait() == -signal.SIGKILL
        if not killed and process.returncode:
            raise RuntimeError(f"a crawl ended by itself with status {process.returncode}: see {log}")
        self.moments[moment] += killed
        return killed

    def _later(self) -> datetime:
        self._now += timedelta(minutes=1)
        return self._now

    def _portal(self) -> Path:
        return self.history.county.portal_file(self.folder)

    def _copy(self, folder: Path) -> Path:
        """The files as the kill left them, copied, for to open the originals would mend them before the next crawl does."""
        for file in (self.history.db, beside(self.history.db)):
            for left in file.parent.glob(f"{file.name}*"):
                if left.name.endswith((".db", "-wal", "-journal")):
                    shutil.copy(left, folder / left.name)
        return folder / self.history.db.name

    def _note_records(self, db: Path) -> None:
        """Records may be added from crawl to crawl; none may go."""
        if rows(db, "SELECT 1 FROM sqlite_master WHERE name = 'records'"):
            held = {url for (url,) in rows(db, "SELECT url FROM records")}
            self.wrong += [f"lost by kill {self.kills}: {url}" for url in self._seen - held]
            self._seen |= held


def unsound(db: Path) -> Iterator[str]:
    """Faults of an archive and its evidence: SQLite's own checks, and captures without their originals."""
    for file in (db, beside(db)):
        if file.exists():
            with closing(sqlite3.connect(file)) as connection:
                said = [row[0] for row in connection.execute("PRAGMA integrity_check")]
                broken = connection.execute("PRAGMA foreign_key_check").fetchall()
            if said != ["ok"] or broken:
                yield f"{file.name}: {said} {broken}"
    if not rows(db, "SELECT 1 FROM sqlite_master WHERE name = 'captures'"):
        return
    captures = rows(db, "SELECT id, url, sha256 FROM captures")
    if captures:
        sealed = "SELECT c.id, c.url, lower(hex(p.sha256)) FROM captures c JOIN payloads p ON p.id = c.payload_id"
        originals = set(rows(beside(db), sealed))
        yield from (f"capture {row[0]} {row[1]} has no original" for row in captures if row not in originals)


def different(one: dict[str, tuple[str | None, ...]], other: dict[str, tuple[str | None, ...]]) -> list[str]:
    """The addresses of which two archives do not say the same."""
    return sorted(url for url in one.keys() | other.keys() if one.get(url) != other.get(url))


def not_added_once(db: Path) -> list[str]:
    """Records with another number of `added` events than one."""
    sql = (
        "SELECT r.url, count(e.id) FROM records r LEFT JOIN events e ON e.record_id = r.id AND e.kind = 'added' "
        "GROUP BY r.id HAVING count(e.id) <> 1"
    )
    return [f"{url}: {count} times" for url, count in rows(db, sql)]


def _wait(process: subprocess.Popen[bytes], seconds: float) -> None:
    """Wait, but no longer than until the process ends."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(seconds)


def _wait_until(process: subprocess.Popen[bytes], comes: Callable[[], bool]) -> None:
    """Wait for something, but no longer than until the process ends."""
    while process.poll() is None and not comes():
        time.sleep(0.003)


def measure(folder: Path, county: County) -> tuple[float, int]:
    """Seconds from a whole crawl's start to its first request, and its requests."""
    county.reset_counts()
    began = time.monotonic()
    crawling = command(county.portal_file(folder), folder / "measured.db", "--mode", "full")
    process = subprocess.Popen(crawling, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _wait_until(process, lambda: county.count > 0)
    first = time.monotonic() - began
    process.wait()
    return first, county.count


def run(folder: Path, county: County, kills: int, a_day: int, seed: int) -> Killing:
    """Kill `kills` crawls of a county, which changes after every `a_day` of them; what came of it."""
    history = History(county, folder / "county.db")
    history.begins()
    measured = folder / "measured"
    measured.mkdir()
    killing = Killing(folder, history, random.Random(seed), *measure(measured, county))
    while killing.kills < kills:
        if killing.kills and killing.kills % a_day == 0:
            killing.a_day_passes()
        killing.kill_one()
    killing.end()
    return killing


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--kills", type=int, default=100)
    arguments.add_argument("--records", type=int, default=300)
    arguments.add_argument("--seed", type=int, default=1)
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as name, County(options.records) as county:
        killing = run(Path(name), county, options.kills, 10, options.seed)
        counted = dict(rows(killing.history.db, "SELECT kind, count(*) FROM events GROUP BY kind"))
        outcomes = dict(rows(killing.history.db, "SELECT outcome, count(*) FROM crawls GROUP BY outcome"))
        captures = rows(killing.history.db, "SELECT count(*) FROM captures")[0][0]
    print(f"a whole crawl: {killing.requests} requests, the first after {killing.first_request:.1f} s")
    print(f"killed: {killing.kills} {dict(killing.moments)}; ended before they were killed: {killing.ended}")
    print(f"crawls: {outcomes}; events: {counted}; captures: {captures}")
    print(f"wrong: {len(killing.wrong)}")
    print("\n".join(killing.wrong))
    sys.exit(1 if killing.wrong else 0)


if __name__ == "__main__":
    main()
