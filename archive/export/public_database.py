"""The part of an archive that is for everybody: one SQLite file to serve or to download,
without originals and internals.

It has the tables that `docs/tables.md` describes, and nothing else: of what each page said (`readings`) only which
capture it was, of the settings only what searching needs, and no table or view that somebody put beside the archive's
own.
"""

import hashlib
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from archive.database.connection import ArchiveError, open_for_reading, transaction
from archive.database.redaction_version import count_outdated
from archive.evidence.evidence_reader import beside
from archive.labels.tables import TABLES
from archive.maintenance.backup import copy_database
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.maintenance.check import check_database
from archive.model.atomic_file import sync

_NAMES = """
SELECT type, name FROM sqlite_schema
WHERE type IN ('table', 'view') AND name NOT GLOB 'sqlite_*' AND name NOT GLOB 'records_fts_*'
ORDER BY sql NOT LIKE 'CREATE VIRTUAL %'  -- with such a table go the tables that it is kept in
"""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A file for everybody. `sha256`: of its bytes, in hex; `made_at`: UTC, ISO 8601, "" until it is kept or published.

    `state`: of the archive, where it can go on; `counts`: table → rows, where they were counted.
    """

    path: Path
    bytes: int
    sha256: str
    made_at: str = ""
    state: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)


def snapshot(db: Path, target: Path) -> Snapshot:
    """Write what of the archive `db` is for everybody to the new file `target`; crawls may go on meanwhile.

    It is as the archive was at one moment, brought up to date where an earlier version wrote it, and checked. The file
    is there whole or not at all. Raises ArchiveError, in one line: no archive, damage, personal data masked by older
    rules, no room.
    """
    if target.exists():
        raise ArchiveError(f"{target} exists: name a new file for the snapshot")
    with closing(open_for_reading(db)) as connection, suppress(sqlite3.Error):  # of an earlier version's tables
        _require_masked(connection)  # before all of it is copied
    try:
        with _scratch(target) as (copy, made):
            copy_database(db, copy, mode=0o600)
            with closing(open_up_to_date(copy, beside(copy))) as connection:  # which has no originals
                _delete_internals(connection)
                connection.execute("VACUUM INTO ?", (str(made),))
            damage = next(check_database(made), None)
            if damage is not None:
                raise ArchiveError(f"{db} is damaged ({damage.what}): `disclosures verify` says all that is wrong")
            made.chmod(0o644)
            sync(made)
            with made.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            made.rename(target)
    except (OSError, sqlite3.Error) as error:
        raise ArchiveError(f"cannot make a snapshot at {target}: {error}") from error
    return Snapshot(target, target.stat().st_size, digest)


def _require_masked(connection: sqlite3.Connection) -> None:
    if older := count_outdated(connection):
        raise ArchiveError(f"{older} records were masked by older rules: run `disclosures redact` first")


@contextmanager
def _scratch(target: Path) -> Iterator[tuple[Path, Path]]:
    """Two names beside `target` for files on the way, of this process alone; in the end they are deleted.

    So is what a process left that was killed: it would take the archive's room for ever.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    begun = f".{target.name}.{os.getpid()}"
    for left in target.parent.glob(f".{target.name}.*.*"):
        pid = left.name.removeprefix(f".{target.name}.").partition(".")[0]
        if pid.isdigit() and (int(pid) == os.getpid() or not _runs(int(pid))):
            left.unlink()
    try:
        yield target.with_name(f"{begun}.copy"), target.with_name(f"{begun}.made")
    finally:
        for path in target.parent.glob(f"{begun}.*"):
            path.unlink()


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # another user's
        return True
    return True


def _delete_internals(connection: sqlite3.Connection) -> None:
    """Delete from a copy what is not for everybody. What the index keeps of words deleted earlier goes too."""
    connection.execute("PRAGMA foreign_keys = OFF")
    with transaction(connection):
        for kind, name in connection.execute(_NAMES).fetchall():
            if name not in TABLES:
                connection.execute(f'DROP {kind} IF EXISTS "{name.replace(chr(34), chr(34) * 2)}"')
            elif TABLES[name].emptied:
                connection.execute(f"DELETE FROM {name}")  # noqa: S608 - a name of our own
        connection.execute("UPDATE readings SET fields = '{}', source_fields = '{}'")
        connection.execute("UPDATE withheld SET reason = ''")
        connection.execute("DELETE FROM portal_changes WHERE kind = 'removed'")
        connection.execute("DELETE FROM settings WHERE name NOT IN ('segment_version', 'redaction_version')")
        connection.execute("INSERT INTO records_fts (records_fts) VALUES ('optimize')")
