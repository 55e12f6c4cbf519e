"""One crawl's books: its answers are sealed in the evidence, then what they say is written into the archive."""

import sqlite3
from array import array
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from archive.database.connection import ArchiveError
from archive.database.lock import hold
from archive.evidence.evidence_store import Evidence
from archive.evidence.http_exchange import Exchange
from archive.ingest.frontier import mode_for
from archive.ingest.presence import Missing
from archive.ingest.store import Store
from archive.model import clock
from archive.model.observations import Capture, Observation, PortalOfFile, Problem
from archive.model.redaction import names_a_person


class CrawlBooks:
    """The right to write for a portal, the archive and its evidence, held together for one crawl.

    `crawl_id` is its number; `mode`, where none is asked for, an update, or full where one is due after `full_every`.
    An answer is committed to the evidence before the archive says a word of it.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - what a crawl begins with
        self,
        db: Path,
        archive: sqlite3.Connection,
        evidence: Evidence,
        portal: PortalOfFile,
        mode: str,
        full_every: timedelta,
        now: datetime,
    ) -> None:
        """Begin the crawl. Raises ArchiveError, also where another crawl of the portal is running, and EvidenceError."""
        self._evidence = evidence
        self._sealed = array("q")
        self._held = hold(db, portal.id)
        try:
            self._store = Store(db, archive)
            self._require_originals(db)
            self._evidence.seal(now.date().isoformat())
            self.mode = mode or mode_for(db, portal.id, now, full_every)
            self.crawl_id = self._store.begin(portal, self.mode, clock.text(now))
        except BaseException:
            self._held.release()  # else the portal would be free only when the exception is collected
            raise

    def _require_originals(self, db: Path) -> None:
        if self._evidence.last_id() < self._store.last_capture():
            raise ArchiveError(f"{self._evidence.path} lacks originals that {db} points to: put the right file there")

    def commit(
        self, observations: Sequence[Observation], exchanges: Sequence[tuple[Exchange, str]], now: datetime
    ) -> None:
        """Seal `exchanges`, each with what it turned out to be, then write what they say.

        An observation names its capture by the answer's place in this crawl, from 1.
        """
        if not observations and not exchanges:
            return
        stored = self._evidence.add_many(exchange for exchange, _ in exchanges)
        self._sealed.extend(kept.id for kept in stored)
        captures = [
            Capture(
                kept.id,
                exchange.url,
                exchange.fetched_at,
                exchange.status,
                outcome,
                kept.sha256,
                kept.bytes,
                _kept_header(exchange, "ETag"),
                _kept_header(exchange, "Last-Modified"),
            )
            for (exchange, outcome), kept in zip(exchanges, stored, strict=True)
        ]
        self._store.write(map(self._with_capture, observations), clock.text(now), captures)

    def missing(self, now: datetime) -> list[Missing]:
        """The records whose pages must be asked, for their catalogues no longer show them."""
        return self._store.missing(clock.text(now))

    def to_walk_again(self) -> set[str]:
        """The catalogues to be walked a second time."""
        return self._store.to_walk_again()

    def complete(self) -> bool:
        """Whether every list was read as far as it had to be: to its end, or in an update until nothing was new."""
        return self.mode == "update" or self._store.complete()

    def close(self, outcome: str, now: datetime) -> None:
        """Close the books with the crawl's outcome; they are of no use afterwards.

        Where that can't be written they stay open in the archive, as those of a crawl that was killed: the next one of the
        portal closes them.
        """
        try:
            self._store.finish(outcome, clock.text(now))
        finally:
            self._held.release()

    def _with_capture(self, observation: Observation) -> Observation:
        """`observation` with its answer's place in this crawl replaced by the capture's number in the evidence."""
        if isinstance(observation, Problem) or observation.capture is None:
            return observation
        return replace(observation, capture=self._sealed[observation.capture - 1])


def _kept_header(exchange: Exchange, name: str) -> str | None:
    """A header of an answer, as the archive keeps it: not where it holds somebody's ID number; the page is then asked for anew."""
    value = exchange.response_header(name)
    return None if value and names_a_person(value) else value
