"""Problems with what is derived from records, noted with the last crawl of the record's portal."""

import sqlite3

from archive.analysis.derivation_process import Failure
from archive.model import clock

KIND = "not_derived"

_NOTE = """
INSERT INTO problems (crawl_id, kind, url, message, first_at, last_at)
SELECT max(c.id), ?2, r.url, ?3, ?4, ?4 FROM records r JOIN crawls c ON c.portal = r.portal WHERE r.id = ?1 GROUP BY r.id
ON CONFLICT (crawl_id, kind, url) DO UPDATE SET count = count + 1, message = excluded.message, last_at = excluded.last_at
"""


def note_failure(connection: sqlite3.Connection, record_id: int, failure: Failure) -> None:
    """Note that nothing could be derived from a record, and why. The caller's transaction."""
    connection.execute(
        _NOTE, (record_id, KIND, f"no facts are derived from it: {failure.reason}", clock.text(clock.now()))
    )
