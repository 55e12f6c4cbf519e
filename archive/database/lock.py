"""One process at a time: a crawl of a portal, a survey, a run that sends or publishes."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from archive.database.connection import ArchiveError
from archive.model.observations import is_portal_id


class BeingCrawledError(ArchiveError):
    """Another crawl of the portal is under way."""


def hold(db: Path, portal: str) -> FileLock:
    """The right to write what `portal` says into `db`, until released or this process ends. Raises ArchiveError."""
    if not is_portal_id(portal):
        raise ArchiveError(f"{portal!r} can't be a portal's id")
    busy = BeingCrawledError(f"{portal} is being crawled into {db} already: wait for that crawl to end")
    return _acquired(db, f"{db.name}.{portal}.lock", busy)


@contextmanager
def held(db: Path, portal: str) -> Iterator[None]:
    """`hold` for as long as the block lasts."""
    lock = hold(db, portal)
    try:
        yield
    finally:
        lock.release()


@contextmanager
def surveying(db: Path) -> Iterator[None]:
    """Keep other surveys into `db`, which would ask the same hosts,
    out for as long as the block lasts. Raises ArchiveError.
    """
    busy = ArchiveError(f"another survey into {db} is under way: wait for that to end")
    lock = _acquired(db, f"{db.name}-survey.lock", busy)  # no portal's: theirs begin with a dot
    try:
        yield
    finally:
        lock.release()


def _acquired(db: Path, name: str, busy: ArchiveError) -> FileLock:
    """The lock called `name` beside an archive. Raises `busy` where another process has it, and ArchiveError."""
    lock = FileLock(db.with_name(name))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise busy from None
    except OSError as error:
        raise ArchiveError(f"cannot write beside the archive {db}: {error}") from error
    return lock


@contextmanager
def alone(lock: Path, busy: str) -> Iterator[None]:
    """Keep other processes out for as long as the block lasts, by the file `lock`; its folder is made if missing.

    Raises ArchiveError with the message `busy` where another process is in, and OSError.
    """
    lock.parent.mkdir(parents=True, exist_ok=True)
    try:
        acquired = FileLock(lock, timeout=0).acquire()
    except Timeout as error:
        raise ArchiveError(busy) from error
    with acquired:
        yield


def close_all_but(kept: int) -> None:
    """Close what a process has from the one that it was forked off, but for its first three files and `kept`.

    Locks and connections must not outlive their owner.
    """
    os.closerange(3, kept)
    os.closerange(kept + 1, os.sysconf("SC_OPEN_MAX"))
