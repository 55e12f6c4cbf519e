"""Bring an archive that an earlier version wrote up to date at once:
its schema, its index and what is derived, its masking.
"""

from contextlib import closing, suppress
from pathlib import Path

from sqlite_utils import Database

from archive.database.connection import open_for_reading
from archive.database.migrations import migrations
from archive.database.redaction_version import count_outdated
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.maintenance.masking import TracesLeftError, mask_again
from archive.search.index import Progress, is_current


def is_behind(db: Path) -> bool:
    """Whether an archive is there that an earlier version wrote, or left before it was done. Raises ArchiveError."""
    if not db.is_file() or not db.stat().st_size:
        return False
    with closing(open_for_reading(db)) as connection:
        if migrations.pending(Database(connection)):
            return True
        return not is_current(connection) or bool(count_outdated(connection))


def upgrade(db: Path, progress: Progress) -> bool:
    """Bring the archive up to date, where it is behind; whether it was. Killed, it is simply run again.

    `progress` is told what is done, of how much. Raises ArchiveError, also while a portal is crawled into it.
    """
    if not is_behind(db):
        return False
    with closing(open_up_to_date(db, progress=progress)) as connection:
        outdated = count_outdated(connection)
    if outdated:
        with suppress(TracesLeftError):
            mask_again(db, progress)
    return True
