"""The version of the rules for personal data by which an archive is masked."""

import sqlite3

from archive.database.connection import ArchiveError
from archive.database.kept_settings import setting_number
from archive.masking.personal_numbers import RULES_VERSION

FIRST = 1
"""The rules of an archive that doesn't say by which it was masked."""


def require_current(connection: sqlite3.Connection) -> None:
    """See that today's rules masked the archive: newer ones would make edits of what they mask. Raises ArchiveError."""
    if count_outdated(connection):
        raise ArchiveError("the archive was masked by older rules: run `disclosures redact` first")


def count_outdated(connection: sqlite3.Connection) -> int:
    """Return how many records were masked by other rules than today's: later ones nobody here can vouch for."""
    if redaction_version(connection, FIRST) != RULES_VERSION:
        return int(connection.execute("SELECT count(*) FROM records").fetchone()[0])
    older = "SELECT count(DISTINCT record_id) FROM redactions WHERE rules_version <> ?"
    return int(connection.execute(older, (RULES_VERSION,)).fetchone()[0])


def redaction_version(connection: sqlite3.Connection, default: int) -> int:
    """Return the version that the archive states, `default` where it states none."""
    version = setting_number(connection, "redaction_version")
    return default if version is None else version


def set_redaction_version(connection: sqlite3.Connection, version: int) -> None:
    """State the version; nothing is written where it stands already."""
    connection.execute(
        "INSERT INTO settings VALUES ('redaction_version', ?) "
        "ON CONFLICT DO UPDATE SET value = excluded.value WHERE value <> excluded.value",
        (str(version),),
    )
