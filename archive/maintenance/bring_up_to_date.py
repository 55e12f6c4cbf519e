"""Bring what follows from records up to date with them:
the search index, derived facts, annual reports, budgets and claims.

Triggers and the record writer note what changed; whoever writes calls this before its transaction ends.
"""

import sqlite3
from json import JSONDecodeError
from pathlib import Path

from archive.analysis import budget_reader, claim_reader, derived, report_reader
from archive.database.connection import ArchiveError, open_for_writing, transaction
from archive.database.kept_settings import drop_setting, setting
from archive.evidence.evidence_reader import place_of
from archive.maintenance import damaged_texts, holding
from archive.maintenance.writing_session import WritingSession
from archive.search import index


def bring_up_to_date(
    connection: sqlite3.Connection, portal: str | None = None, progress: index.Progress | None = None
) -> None:
    """Index and read again all that is noted as changed; what another version made, anew. The caller's transaction.

    `portal`: the one whose agencies are learned again, in any case; else those with names nobody is known to bear.
    `progress` is told of what takes long.
    """
    holding.refresh(connection)
    index.refresh(connection, progress)
    report_reader.catch_up(connection)
    budget_reader.catch_up(connection)
    claim_reader.catch_up(connection)
    derived.refresh(connection, portal, progress)


def _plainly(error: sqlite3.Error) -> str:
    """Return the message of an error, and for damaged text what to do, without the text."""
    message = str(error)
    if "decode to UTF-8" not in message:
        return message
    return (
        "a text in it is damaged; `disclosures verify` names the row: "
        "restore a backup, or empty that text and run `disclosures reparse`"
    )


SWEEP_PATIENCE = 3000
"""Milliseconds that a sweep waits for others to leave the file: it is tried again at the next opening."""


def sweep(connection: sqlite3.Connection) -> bool:
    """Rid the file of what no row holds any more: the index keeps words until its
    parts are merged, pages keep old rows.

    Return whether no trace is left: it is not so while another program reads the file. Raises sqlite3.OperationalError
    where one writes to it.
    """
    connection.execute("INSERT INTO records_fts (records_fts) VALUES ('optimize')")
    connection.execute("VACUUM")
    return not connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]


def leave_no_trace(connection: sqlite3.Connection) -> bool:
    """Sweep the file where something was taken out (`holding.note_traces`); return whether no trace is left.

    It is not so while another program holds the file; then it is tried again at the next opening.
    """
    if not setting(connection, holding.TRACES):
        return True
    (patience,) = connection.execute("PRAGMA busy_timeout").fetchone()
    connection.execute(f"PRAGMA busy_timeout = {SWEEP_PATIENCE}")
    try:
        is_clean = sweep(connection)
        if is_clean:
            drop_setting(connection, holding.TRACES)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode not in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            raise
        return False
    finally:
        connection.execute(f"PRAGMA busy_timeout = {patience}")
    return is_clean


def keep_up(connection: sqlite3.Connection, *, own_page_read: bool = False) -> None:
    """Index, read and derive what changed so far, in the midst of a crawl. The caller's transaction.

    `own_page_read`: only the records whose own page was read, the others are likely to change again soon.
    """
    for one in (index, report_reader, budget_reader, claim_reader, derived):
        one.catch_up(connection, own_page_read=own_page_read)


def open_up_to_date(
    path: Path, evidence: Path | None = None, *, progress: index.Progress | None = None, mend_texts: bool = False
) -> sqlite3.Connection:
    """Open an archive for writing, as `open_for_writing` does, and bring it up to date. Raises ArchiveError.

    When it is closed, its events and versions are sealed in `evidence`, by default the file at the place of its
    originals. A damaged text that a crawl or this met is mended with all others, or it would keep everybody from
    writing; `mend_texts`: they are looked for in any case.
    """
    session = WritingSession(path, evidence or place_of(path))
    try:
        connection = open_for_writing(path)
    except ArchiveError:
        session.failed()
        raise
    connection.at_close = session.end
    try:
        session.begun(connection)
        try:
            with transaction(connection):
                if mend_texts or setting(connection, damaged_texts.NOTED):
                    damaged_texts.mend(connection)
                bring_up_to_date(connection, progress=progress)
        except (sqlite3.Error, UnicodeDecodeError, JSONDecodeError) as error:
            if not damaged_texts.is_cause(error):
                raise
            with transaction(connection):
                damaged_texts.mend(connection)
                bring_up_to_date(connection, progress=progress)
        leave_no_trace(connection)
    except sqlite3.Error as error:
        connection.close()
        raise ArchiveError(f"cannot write the archive {path}: {_plainly(error)}") from error
    return connection
