"""A crawl played again from its sealed answers: its session is asked again for what it was asked for,
in that order, at those times.
"""

import sqlite3
from collections import defaultdict, deque
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from archive.evidence.http_exchange import Exchange
from archive.ingest.crawl_log import Call, Failed, LoggedCrawl
from archive.ingest.crawl_session import CrawlSession, SessionStart
from archive.ingest.frontier import FULL_EVERY
from archive.ingest.presence import Missing
from archive.model.observations import AttachmentFile, Observation, Problem
from archive.replay.sealed_captures import SealedCaptures

_PROBLEM = 3
"""The parts of a problem, by which a log tells it from a file that could not be had."""


class Answered(NamedTuple):
    """An answer of a crawl: its place there, from 1, its capture, and Scrapy's flags of it."""

    place: int
    capture_id: int
    flags: tuple[str, ...]


class Replay:
    """One crawl of an archive that is being made, by its log.

    What the answers say comes from the spider, which reads them again.

    `now`: when the last call was that was played. `error`: what ended the spider. `differing`: how many observations
    the log has and the spider did not make, or the other way round: where another version of the parser reads the
    answers, or one of them is lost.
    """

    def __init__(self, db: Path, archive: sqlite3.Connection, evidence: SealedCaptures, logged: LoggedCrawl) -> None:
        self.logged = logged
        self.evidence = evidence
        self.differing = 0
        self._db, self._archive = db, archive
        self.now = logged.began
        self.error: Exception | None = None
        self._observed: defaultdict[int | tuple[str, ...], deque[Observation]] = defaultdict(deque)
        self._session: CrawlSession | None = None
        self._written = 0

    @property
    def crawl_id(self) -> int:
        """The crawl's number."""
        return self.session.crawl_id

    @property
    def mode(self) -> str:
        """The mode of the crawl, full or update."""
        return self.session.mode

    @property
    def session(self) -> CrawlSession:
        """The crawl's session, which has begun."""
        assert self._session is not None, "the crawl has not begun"  # noqa: S101
        return self._session

    def answers(self) -> Iterator[Answered | Failed]:
        """Yield the crawl's answers and the requests without one, in their order."""
        place = 0
        for call in self.logged.calls:
            failed = deque(call.marks.failed)
            for number, _ in enumerate(call.outcomes):
                while failed and failed[0].after <= place:
                    yield failed.popleft()
                place += 1
                yield Answered(place, call.first + number, call.marks.flags.get(place, ()))
            yield from failed

    def begin(self) -> None:
        """Begin the crawl in the archive. Raises ArchiveError."""
        logged = self.logged
        start = SessionStart(
            self._db, self.evidence.path, logged.portal, logged.mode, FULL_EVERY, logged.began, logged.crawl_id
        )
        self._session = CrawlSession(start, self._archive, self.evidence)

    def received(self, place: int, outcome: str) -> None:
        """Note what the spider takes an answer for. The log says so, too."""

    def take(self, observation: Observation) -> None:
        """Keep what the spider read until the log says that it was written. Problems are in the log itself."""
        if isinstance(observation, Problem):
            return
        if observation.capture is not None:
            self._observed[observation.capture].append(observation)
        elif isinstance(observation, AttachmentFile):
            self._observed[observation.record_url, observation.url].append(observation)

    def play(self, call: Call) -> None:
        """Write a batch, when the spider has read all answers up to the next question of the log."""
        self.evidence.first = call.first
        exchanges = [
            (self.evidence.without_payload(call.first + number)[0], outcome)
            for number, outcome in enumerate(call.outcomes)
        ]
        self._written += len(exchanges)
        self.now = call.at
        self.session.commit([*self._observations(call)], exchanges, call.at)

    def missing(self) -> list[Missing]:
        """Ask for what is missing, at the time that is `now`."""
        self._write_rest()
        return self.session.missing(self.now)

    def to_walk_again(self) -> set[str]:
        """The catalogues to be walked a second time."""
        self._write_rest()
        return self.session.to_walk_again()

    def close(self, outcome: str, cause: str = "") -> None:
        """End the crawl, at the time that is `now`."""
        self._write_rest()
        self.session.close(outcome, self.now, cause)

    def _observations(self, call: Call) -> Iterator[Observation]:
        for written in call.written:
            if isinstance(written, tuple) and len(written) == _PROBLEM:
                yield Problem(*written)
            elif self._observed[written]:
                yield self._observed[written].popleft()
            else:
                self.differing += 1

    def _write_rest(self) -> None:
        """Write what the spider read in the answers played so far, beyond what the log has."""
        rest: list[Observation] = []
        for place in sorted(key for key in self._observed if isinstance(key, int) and key <= self._written):
            rest.extend(self._observed.pop(place))
        self.differing += len(rest)
        self.session.commit(rest, [], self.now)


class InferredReplay(Replay):
    """A crawl without a log, of an earlier version: what it was asked for, and when, is inferred from its captures.

    Each capture is written by itself, at the time at which it was fetched; `captures`: their numbers. The crawl is
    taken for one that ended well.
    """

    def __init__(
        self, db: Path, archive: sqlite3.Connection, evidence: SealedCaptures, logged: LoggedCrawl, captures: list[int]
    ) -> None:
        super().__init__(db, archive, evidence, logged)
        self._captures = captures
        self._outcomes: dict[int, str] = {}
        self._problems: list[Problem] = []

    def answers(self) -> Iterator[Answered | Failed]:
        """Yield the captures."""
        for place, number in enumerate(self._captures, 1):
            yield Answered(place, number, ())

    def received(self, place: int, outcome: str) -> None:
        """Note what the spider takes an answer for."""
        self._outcomes[place] = outcome

    def take(self, observation: Observation) -> None:
        """Keep what the spider read, problems as well."""
        if isinstance(observation, Problem):
            self._problems.append(observation)
        else:
            super().take(observation)

    def close(self, outcome: str, cause: str = "") -> None:
        """Write the rest, also captures that the spider did not ask for, and end the crawl."""
        self._write_up_to(len(self._captures))
        files = [each for key in [*self._observed] if isinstance(key, tuple) for each in self._observed.pop(key)]
        self.session.commit([*self._problems, *files], [], self.now)
        self.session.close(outcome or ("finished" if self.session.complete() else "incomplete"), self.now)

    def _write_rest(self) -> None:
        """Write what the spider has read."""
        self._write_up_to(max(self._outcomes, default=0))

    def _write_up_to(self, last: int) -> None:
        while self._written < last:
            number = self._captures[self._written]
            self._written += 1
            exchange = self.evidence.without_payload(number)[0]
            self.now = datetime.fromisoformat(exchange.fetched_at)
            self.evidence.first = number
            outcome = self._outcomes.get(self._written) or _outcome(exchange)
            self.session.commit([*self._observed.pop(self._written, ())], [(exchange, outcome)], self.now)
        rest = [each for place in range(1, last + 1) for each in self._observed.pop(place, ())]
        self.session.commit(rest, [], self.now)


def _outcome(exchange: Exchange) -> str:
    """Return the class of an answer, by its status, where nobody reads it."""
    if exchange.status == 304:
        return "not_modified"
    if 300 <= exchange.status < 400:
        return "redirect"
    return {200: "page", 404: "gone", 410: "gone"}.get(exchange.status, "error")
