"""One crawl of a portal: its answers are sealed in the evidence, then their contents are written into the archive."""

import sqlite3
from array import array
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from archive.database.connection import ArchiveError
from archive.database.lock import held, hold
from archive.evidence.evidence_reader import Originals
from archive.evidence.evidence_store import Evidence
from archive.evidence.http_exchange import EvidenceError, Exchange, one_line
from archive.ingest.crawl_log import CrawlLog, Marks, line_of
from archive.ingest.frontier import mode_for
from archive.ingest.presence import Missing
from archive.ingest.store import Store
from archive.maintenance.sealing import name_of, seal
from archive.masking.redaction import names_a_person
from archive.model import clock
from archive.model.observations import Capture, Observation, PortalOfFile, Problem, ServerCertificate


@dataclass(frozen=True, slots=True)
class SessionStart:
    """The parameters of a crawl. `mode`: "" for an update, or full where one is due after `full_every`; `crawl_id`: 0 for the next."""

    db: Path
    evidence: Path
    portal: PortalOfFile
    mode: str
    full_every: timedelta
    now: datetime
    crawl_id: int = 0


class CrawlSession:
    """The right to write for a portal, the archive and its evidence, held together for one crawl.

    `crawl_id` is its number, `mode` full or update. An answer is committed to the evidence before the archive holds a word of it.
    """

    def __init__(self, start: SessionStart, archive: sqlite3.Connection, evidence: Evidence) -> None:
        """Begin the crawl. Raises ArchiveError, also where another crawl of the portal is running, and EvidenceError."""
        self._archive, self._evidence = archive, evidence
        self._sealed = array("q")
        self._certificates: dict[str, ServerCertificate | None] = {}
        self._now = start.now
        self._held = hold(start.db, start.portal.id)
        with ExitStack() as undone:
            undone.callback(self._held.release)  # else the portal would be free only when the exception is collected
            self._store = Store(start.db, archive)
            self._require_originals(start.db)
            self._evidence.seal(start.now.date().isoformat())
            self.mode = start.mode or mode_for(start.db, start.portal.id, start.now, start.full_every)
            had = line_of(archive, start.portal.id)
            self.crawl_id = self._store.begin(start.portal, self.mode, clock.text(start.now), start.crawl_id)
            self._log = CrawlLog(name_of(archive), self.crawl_id)
            self._evidence.add_note(self._log.begin(start.portal, self.mode, had, start.now))
            self._store.note_wrong_clocks(self._evidence, start.now)
            undone.pop_all()

    def _require_originals(self, db: Path) -> None:
        last, known = self._evidence.last_id(), self._store.last_capture()
        if last and not known and not self._store.was_crawled():
            raise ArchiveError(_begun_anew(db, "new", self._evidence.path, last))
        if last < known:
            raise ArchiveError(f"{self._evidence.path} lacks originals that {db} points to: put the right file there")

    def commit(
        self,
        observations: Sequence[Observation],
        exchanges: Sequence[tuple[Exchange, str]],
        now: datetime,
        marks: Marks | None = None,
    ) -> None:
        """Seal `exchanges`, each with its outcome, and the `marks` of the batch, then write what they say.

        An observation names its capture by the answer's place in this crawl, from 1.
        """
        if not observations and not exchanges and not (marks and marks.failed):
            return
        outcomes = [outcome for _, outcome in exchanges]
        stored = self._evidence.add_many(
            (exchange for exchange, _ in exchanges),
            noted=lambda kept: self._log.commit(
                kept[0].id if kept else 0, outcomes, observations, marks or Marks(), now
            ),
        )
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
                self._certificate(exchange),
            )
            for (exchange, outcome), kept in zip(exchanges, stored, strict=True)
        ]
        self._store.line = self._log.lines - 1
        self._store.write(map(self._with_capture, observations), clock.text(now), captures)

    def _certificate(self, exchange: Exchange) -> ServerCertificate | None:
        """The certificate of the server that gave an answer; None where there was none, or it isn't kept."""
        if exchange.certificate is None:
            return None
        if exchange.certificate not in self._certificates:
            from archive.model.tls import described  # noqa: PLC0415 - crawls without TLS need no cryptography

            der = self._evidence.certificate(exchange.certificate)
            self._certificates[exchange.certificate] = described(der) if der else None
        return self._certificates[exchange.certificate]

    def missing(self, now: datetime) -> list[Missing]:
        """The records whose pages must be requested, for their catalogues no longer show them."""
        self._now = now
        self._evidence.add_note(self._log.missing(now))
        self._store.line = self._log.lines - 1
        return self._store.missing(clock.text(now))

    def to_walk_again(self) -> set[str]:
        """The catalogues to be walked a second time."""
        self._evidence.add_note(self._log.second_pass(self._now))
        return self._store.to_walk_again()

    def complete(self) -> bool:
        """Whether every list was read as far as it had to be: to its end, or in an update until nothing was new."""
        return self.mode == "update" or self._store.complete()

    def close(self, outcome: str, now: datetime, cause: str = "") -> None:
        """End the crawl with its outcome, or `unsure` where most of it is doubted; the session is of no use afterwards.

        `cause`: of an `archive_error`.

        Where that can't be written the crawl stays open in the archive, as one that was killed: the next one of the portal
        closes it.
        """
        try:
            self._evidence.add_note(self._log.close(outcome, now, cause))
            self._store.line = self._log.lines - 1
            self._store.finish(outcome, clock.text(now), cause)
            # What is not sealed now stays noted, and is sealed when the archive is closed.
            with suppress(sqlite3.Error, OSError):
                seal(self._archive, self._evidence)
        finally:
            self._held.release()

    def abandon(self) -> None:
        """Leave the crawl open in the archive, as one that was killed."""
        self._held.release()

    def _with_capture(self, observation: Observation) -> Observation:
        """`observation` with its answer's place in this crawl replaced by the capture's number in the evidence."""
        if isinstance(observation, Problem) or observation.capture is None:
            return observation
        return replace(observation, capture=self._sealed[observation.capture - 1])


def require_archive(db: Path, evidence: Path) -> None:
    """See that there is an archive where there are originals: else a crawl would begin anew beside them. Raises ArchiveError."""
    if db.is_file() and db.stat().st_size:
        return
    with suppress(EvidenceError, sqlite3.Error), closing(Originals(evidence)) as originals:
        if count := originals.last_id():
            raise ArchiveError(_begun_anew(db, "empty" if db.is_file() else "missing", evidence, count))


def _begun_anew(db: Path, how: str, evidence: Path, count: int) -> str:
    return (
        f"{db} is {how}, though {evidence} holds {count:,} originals of it: move both away and put a backup of both back "
        "with `disclosures restore`; without a backup, make it anew of them with `disclosures restore --from-evidence`; "
        "to begin anew, move the originals away"
    )


def require_originals(db: Path, archive: sqlite3.Connection, evidence: Path) -> None:
    """See that there is a file of originals where the archive points to some. Raises ArchiveError."""
    if evidence.is_file():
        return
    (last,) = archive.execute("SELECT coalesce(max(id), 0) FROM captures").fetchone()
    if last > 0:  # a job's archive has those of its beginning at numbers from 0 down: docs/many-machines.md
        raise ArchiveError(f"{evidence} is missing, though {db} points to {last:,} originals in it: put it back")


def note_not_begun(start: SessionStart, archive: sqlite3.Connection, error: Exception) -> None:
    """Note a crawl that could not begin, as one that ended at once, with its cause; nothing where that can't be written."""
    with suppress(ArchiveError, sqlite3.Error), held(start.db, start.portal.id):
        store, now = Store(start.db, archive), clock.text(start.now)
        store.begin(start.portal, start.mode or "update", now)
        store.finish("archive_error", now, f"the crawl could not begin: {one_line(error)}")


@dataclass(frozen=True, slots=True)
class SessionCall:
    """A call of a method of a portal's session; `pipelines.writer_client` makes them, with the arguments checked by type."""

    portal: str
    method: Callable[..., object]
    arguments: tuple[object, ...]


def _kept_header(exchange: Exchange, name: str) -> str | None:
    """A header of an answer, as the archive keeps it: not where it holds somebody's ID number; the page is then requested anew."""
    value = exchange.response_header(name)
    return None if value and names_a_person(value) else value
