"""The database that a job begins with: all that the archive knows of one portal, for a machine that has nothing else.

Its originals stay with the archive. Their captures have numbers from 0 down there, so that the job's own begin with 1,
as in an evidence file of its own.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from archive.database.connection import ArchiveError, open_for_reading, transaction
from archive.database.lock import held
from archive.database.redaction_version import require_current
from archive.evidence.evidence_reader import beside
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.maintenance.transfer import Transfer


def begin(db: Path, portal: str, job: Path) -> None:
    """Make the database `job` for a crawl of `portal` that goes on from the archive `db`. Raises ArchiveError.

    `merge` takes it back into `db`. Where the archive knows nothing of the portal, the job's database is empty.
    """
    if job.exists():
        raise ArchiveError(f"{job} exists: a job begins with a new file")
    open_for_reading(db).close()
    with held(db, portal), closing(open_up_to_date(job, beside(job))) as connection:
        connection.execute("ATTACH ? AS theirs", (str(db),))
        try:
            with transaction(connection):
                _transfer(connection, portal)
                require_current(connection)
        except sqlite3.Error as error:
            raise ArchiveError(f"cannot begin {job} from {db}: {error}") from error


def _transfer(connection: sqlite3.Connection, portal: str) -> None:
    c = connection
    c.execute(
        "INSERT OR REPLACE INTO main.settings SELECT * FROM theirs.settings WHERE name IN ('redaction_version', ?, ?)",
        (f"parser:{portal}", f"moved:{portal}"),
    )
    c.execute("INSERT INTO main.portal_changes SELECT * FROM theirs.portal_changes")
    c.execute(
        "INSERT OR IGNORE INTO main.withheld SELECT * FROM theirs.withheld "
        "WHERE record_id = 0 OR record_id IN (SELECT id FROM theirs.records WHERE portal = ?)",
        (portal,),
    )
    crawls = [row[0] for row in c.execute("SELECT id FROM theirs.crawls WHERE portal = ?", (portal,))]
    if not crawls:
        return
    (last,) = c.execute("SELECT max(id) FROM theirs.captures").fetchone()
    captures = c.execute(
        "SELECT t.id, t.id - ? FROM theirs.captures t JOIN theirs.crawls w ON w.id = t.crawl_id WHERE w.portal = ?",
        (last, portal),
    ).fetchall()
    Transfer(c, portal, {crawl: crawl for crawl in crawls}, {}, captures).everything(ids_kept=True)
