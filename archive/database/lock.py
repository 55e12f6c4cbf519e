"""One process at a time: a crawl of a portal, a run that sends or publishes."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from archive.database.connection import ArchiveError


class BeingCrawledError(ArchiveError):
    """Another crawl of the portal is under way."""


def hold(db: Path, portal: str) -> FileLock:
    """The right to write what `portal` says into `db`, until it is released or this process ends. Raises ArchiveError."""
    lock = FileLock(db.with_name(f"{db.name}.{portal}.lock"))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise BeingCrawledError(f"{portal} is being crawled into {db} already: wait for that crawl to end") from None
    except OSError as error:
        raise ArchiveError(f"cannot write beside the archive {db}: {error}") from error
    return lock


@contextmanager
def held(db: Path, portal: str) -> Iterator[None]:
    """`hold` for as long as the block lasts."""
    lock = hold(db, portal)
    try:
        yield
    finally:
        lock.release()


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
