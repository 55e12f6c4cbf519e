"""From the opening of an archive for writing until it is closed:
its claims are sealed, and the check sums of its file kept.

Several may run at once. Each holds a lock that it shares with the others; the last one to end finds itself alone, and
computes the sums. Nothing that fails here keeps an archive from being written or closed: what was not sealed stays
noted.
"""

import fcntl
import logging
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import IO

from archive.database.connection import transaction
from archive.database.kept_settings import drop_setting, keep_setting, setting
from archive.evidence import block_sums, evidence_file
from archive.evidence.evidence_store import Evidence
from archive.evidence.http_exchange import EvidenceError
from archive.maintenance import sealing

logger = logging.getLogger(__name__)

PATIENCE = 2000
"""Milliseconds to wait for readers of the archive when it is closed; where they go on, no sums are kept."""

APART = "written_apart"
"""The setting that says that the archive was written while its originals were not there: their sums, if any, are of before."""

_FAILURES = (sqlite3.Error, EvidenceError, OSError, UnicodeDecodeError)


class WritingSession:
    """One session. `evidence` need not exist: then nothing is sealed."""

    def __init__(self, db: Path, evidence: Path) -> None:
        """Begin it, before the archive is opened: sums that are kept are taken away."""
        self._db, self._evidence = db, evidence
        self._before: tuple[block_sums.BlockSums, tuple[int, int]] | None = None
        self._lock_file = db.with_name(f"{db.name}-writing.lock")  # no portal's: theirs begin with a dot
        self._lock = self._shared_lock()
        if self._evidence.is_file():
            try:
                with closing(evidence_file.open_for_writing(evidence)) as con, transaction(con):
                    kept = block_sums.take_away(con)
                if kept is not None and db.is_file() and self._log_is_empty():
                    self._before = kept, self._stamp()
            except _FAILURES as error:
                logger.info("evidence=%s sums not taken away: %s", evidence, error)

    def begun(self, archive: sqlite3.Connection) -> None:
        """See to what was sealed and is not in the archive: `archive` is open, and up to date."""
        if self._evidence.is_file():
            try:
                with closing(Evidence(self._evidence)) as evidence:
                    sealing.give_up_lost(archive, evidence)
            except _FAILURES as error:
                logger.info("evidence=%s claims not read: %s", self._evidence, error)
        elif archive.execute("SELECT 1 FROM captures LIMIT 1").fetchone():
            with transaction(archive):
                keep_setting(archive, APART, "1")

    def end(self, archive: sqlite3.Connection) -> Callable[[], None]:
        """End it: call this before `archive` is closed, and what it returns afterwards."""
        name, changes = "", True
        try:
            if archive.in_transaction:
                archive.execute("ROLLBACK")
            if self._evidence.is_file():
                with closing(Evidence(self._evidence)) as evidence:
                    sealing.seal(archive, evidence)
                    sealing.copy_seals(archive, evidence)
                if setting(archive, APART):
                    with transaction(archive):
                        drop_setting(archive, APART)
            name, changes = sealing.name_of(archive), archive.total_changes > 0
            archive.execute(f"PRAGMA busy_timeout = {PATIENCE}")
            archive.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except _FAILURES as error:
            logger.info("archive=%s not sealed, the next to write it does so: %s", self._db, error)
        return lambda: self._ended(name, changes=changes)

    def failed(self) -> None:
        """End it where the archive could not be opened."""
        self._ended("", changes=False)

    def _ended(self, name: str, *, changes: bool) -> None:
        try:
            before = self._before and not changes and self._before[1] == self._stamp() and self._before[0]
            if (name or before) and self._evidence.is_file() and self._is_alone() and self._log_is_empty():
                sums = before or block_sums.sums_of(name, self._db)
                with closing(evidence_file.open_for_writing(self._evidence)) as con, transaction(con):
                    block_sums.put(con, sums)
        except _FAILURES as error:
            logger.info("archive=%s no sums kept: %s", self._db, error)
        finally:
            self._give_up_lock()

    def _shared_lock(self) -> IO[bytes] | None:
        """Take the lock, waiting for a session that computes sums; None where there can't be one."""
        with suppress(OSError):
            self._db.parent.mkdir(parents=True, exist_ok=True)
            while True:
                lock = self._lock_file.open("wb")
                fcntl.flock(lock, fcntl.LOCK_SH)
                if self._is_there(lock):
                    return lock
                lock.close()  # the session that held it was the last, and has deleted it
        return None

    def _is_there(self, lock: IO[bytes]) -> bool:
        with suppress(FileNotFoundError):
            return os.path.samestat(os.fstat(lock.fileno()), self._lock_file.stat())
        return False

    def _give_up_lock(self) -> None:
        if self._lock:
            with suppress(OSError):
                if self._is_alone():
                    self._lock_file.unlink()
                fcntl.flock(self._lock, fcntl.LOCK_UN)  # a process that was forked meanwhile may have it open
            self._lock.close()

    def _is_alone(self) -> bool:
        """Whether no other session is under way; none begins until the lock is given up."""
        if self._lock is None:
            return False
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def _log_is_empty(self) -> bool:
        """Whether all that was committed stands in the file itself."""
        log = Path(f"{self._db}-wal")
        return not log.exists() or log.stat().st_size == 0

    def _stamp(self) -> tuple[int, int]:
        status = self._db.stat()
        return status.st_size, status.st_mtime_ns
