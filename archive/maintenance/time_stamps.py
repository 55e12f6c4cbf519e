"""Asking time stamp servers (RFC 3161) for each sealed day without a stamp, and remembering that none gave one."""

import json
import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from archive.database.connection import transaction
from archive.database.kept_settings import drop_setting, keep_setting, setting
from archive.evidence.evidence_store import Evidence
from archive.evidence.timestamp import TimestampError, stamp
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.model import clock

WAITS = (1.0, 5.0)
"""Seconds between two tries at the same servers; after the last the next crawl, or `disclosures seal`, asks again."""

_FAILED = "timestamp_failed"


@dataclass(frozen=True, slots=True)
class NoStamp:
    """No server gives a time stamp: since when (UTC, ISO 8601), the first day without, and what the last one said."""

    since: str
    day: str
    message: str


def stamp_days(db: Path, evidence_path: Path, servers: Sequence[str]) -> tuple[list[str], NoStamp | None]:
    """Have each sealed day without a time stamp stamped by the first of `servers` that does;
    the days that were, and what failed.

    A failure is kept in the archive until a day is stamped. Raises ArchiveError and EvidenceError.
    """
    stamped: list[str] = []
    message, day = "", ""
    with closing(Evidence(evidence_path)) as evidence:
        for manifest in evidence.manifests():
            if manifest.token is None:
                try:
                    evidence.attach_token(manifest.day, _token(manifest.hash, servers))
                except TimestampError as error:
                    message, day = str(error), manifest.day
                    break
                stamped.append(manifest.day)
    # Opening it copies the seals for the site.
    with closing(open_up_to_date(db, evidence_path)) as archive, transaction(archive):
        before = failure(archive)
        drop_setting(archive, _FAILED)
        if not message:
            return stamped, None
        failed = NoStamp(before.since if before else clock.text(clock.now()), day, message)
        keep_setting(archive, _FAILED, json.dumps([failed.since, failed.day, failed.message], ensure_ascii=False))
    return stamped, failed


def failure(archive: sqlite3.Connection) -> NoStamp | None:
    """The failure that is kept in an archive. Raises sqlite3.Error."""
    kept = setting(archive, _FAILED)
    return NoStamp(*json.loads(kept)) if kept else None


def _token(hash_: str, servers: Sequence[str]) -> bytes:
    """The first token that a server gives; they are tried in turns. Raises TimestampError, the last one's."""
    for wait in (*WAITS, None):
        for server in servers:
            try:
                return stamp(hash_, server)
            except TimestampError as error:
                last = error
        if wait is not None:
            time.sleep(wait)
    raise last
