"""Originals as files: the captures of a record, a crawl or a portal, as WARC or WACZ.

What holds personal data is written masked. `as_received` writes the originals as they came, with whatever personal data
the pages printed: for those who are allowed to see them.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from archive.database.connection import ArchiveError, open_for_reading
from archive.database.portal_changes import Moves
from archive.database.record_addresses import record_of
from archive.database.withheld import count_hidden, hidden
from archive.evidence.evidence_reader import UNREADABLE, Originals
from archive.evidence.http_exchange import EvidenceError, one_line
from archive.evidence.text_encoding import text_of
from archive.export.masked_originals import CLEAR, MaskedOriginals
from archive.export.wacz import write_wacz
from archive.export.warc import write_warc

Form = Literal["warc", "wacz"]

_OF_RECORD = Path(__file__).with_name("captures_of_record.sql").read_text(encoding="utf-8")
_MASKED = Path(__file__).with_name("masked.sql").read_text(encoding="utf-8")
_KNOWN = "SELECT id FROM captures WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id"
_CONFIRMED = """
    SELECT (SELECT max(p.id) FROM captures p
            WHERE p.url = c.url AND p.id < c.id AND p.status = 200 AND p.outcome = 'page')
    FROM captures c WHERE c.status = 304 AND c.id IN (SELECT value FROM json_each(?))
"""
_ADDRESSES = """
    SELECT url FROM records WHERE id = :record
    UNION SELECT link FROM listings WHERE record_id = :record AND link IS NOT NULL
    UNION SELECT url FROM attachments WHERE record_id = :record
"""


@dataclass(frozen=True, slots=True)
class Exported:
    """Counts of an export: captures written, and numbers that the archive masks in the records that they show."""

    captures: int
    masked: int


def captures_of_record(connection: sqlite3.Connection, record_id: int) -> list[int]:
    """Return the captures that show a record or prove what the archive states of it, rising.

    Its own page and its files over time, the list pages it is read from, its versions, what its events name, and of
    events that rest on a walk all list pages of that walk.
    """
    stands = [row[0] for row in connection.execute(_ADDRESSES, {"record": record_id})]
    former = Moves.of(connection).former(stands)
    return [
        row[0] for row in connection.execute(_OF_RECORD, {"record": record_id, "former": json.dumps(sorted(former))})
    ]


def captures_of_crawl(connection: sqlite3.Connection, crawl_id: int) -> list[int]:
    """Return every capture of one crawl, rising."""
    rows = connection.execute("SELECT id FROM captures WHERE crawl_id = ? ORDER BY id", (crawl_id,))
    return [row[0] for row in rows]


def captures_of_portal(connection: sqlite3.Connection, portal: str) -> list[int]:
    """Return every capture of one portal, rising."""
    sql = "SELECT c.id FROM captures c JOIN crawls w ON w.id = c.crawl_id WHERE w.portal = ? ORDER BY c.id"
    return [row[0] for row in connection.execute(sql, (portal,))]


def export(  # noqa: PLR0913 - one keyword for each thing that may be chosen
    db: Path,
    evidence_path: Path,
    out: Path,
    form: Form,
    *,
    record: int | str | None = None,
    crawl: int | None = None,
    portal: str | None = None,
    capture: int | None = None,
    as_received: bool = False,
) -> Exported:
    """Write the captures of one record (its id or an address), one crawl or one portal, or a single one, to `out`.

    With them goes each earlier answer that a "not modified" among them confirms. What holds personal data is masked or
    left out, see `MaskedOriginals`, but where they are wanted `as_received`. `out` is there whole or not at all. Raises
    ArchiveError where there is nothing to write or `out` can't be written, EvidenceError where an original is missing
    or damaged.
    """
    try:
        with closing(open_for_reading(db)) as connection:
            title, chosen = _chosen(connection, record, crawl, portal, capture)
            ids = sorted({*chosen, *_rising(connection, _CONFIRMED, chosen)})
            clear = {row[0] for row in connection.execute(CLEAR)}
            public = _public(connection, evidence_path, ids)
            if ids and not public:
                raise ArchiveError(f"{title} is withheld, or held back: there is nothing to export")
            ids = public
            masked = int(connection.execute(_MASKED, (json.dumps(ids),)).fetchone()[0])
    except (*UNREADABLE, json.JSONDecodeError) as error:
        raise ArchiveError(f"cannot read the archive {db}: {one_line(error)}") from error
    if not ids:
        raise ArchiveError(f"{db} has no originals of {title}")
    with (
        closing(open_for_reading(db)) as connection,
        closing(
            Originals(evidence_path) if as_received else MaskedOriginals(evidence_path, connection, clear)
        ) as evidence,
    ):
        written = _write(evidence, ids, out, form, title)
    return Exported(written, masked)


def _public(connection: sqlite3.Connection, evidence_path: Path, ids: Sequence[int]) -> list[int]:
    """Return those of the captures that are neither withheld nor held back, nor show what is withheld."""
    if not any(count_hidden(connection)):
        return list(ids)
    public = []
    with closing(Originals(evidence_path)) as originals:
        for number in ids:
            url, sha256 = connection.execute("SELECT url, sha256 FROM captures WHERE id = ?", (number,)).fetchone()
            text = ""
            with suppress(EvidenceError):  # what is missing is reported where it is written
                text = text_of(originals.exchange(number))
            if not hidden(connection, url, sha256, text):
                public.append(number)
    return public


def _chosen(
    connection: sqlite3.Connection,
    record: int | str | None,
    crawl: int | None,
    portal: str | None,
    capture: int | None,
) -> tuple[str, list[int]]:
    """Return the subject of the export, in words, and its captures. Raises ArchiveError."""
    if sum(each is not None for each in (record, crawl, portal, capture)) != 1:
        raise ArchiveError("choose one thing to export: a record, a crawl, a portal or a capture")
    if capture is not None:
        return f"capture {capture}", _rising(connection, _KNOWN, [capture])
    if record is not None:
        record_id = record_of(connection, record)
        return f"record {record_id}", captures_of_record(connection, record_id)
    if crawl is not None:
        if not connection.execute("SELECT count(*) FROM crawls WHERE id = ?", (crawl,)).fetchone()[0]:
            raise ArchiveError(f"there is no crawl {crawl} in the archive")
        return f"crawl {crawl}", captures_of_crawl(connection, crawl)
    known = [row[0] for row in connection.execute("SELECT id FROM portals ORDER BY id")]
    if portal is None or portal not in known:
        raise ArchiveError(f"there is no portal {portal} in the archive; it has {', '.join(known) or 'none'}")
    return f"portal {portal}", captures_of_portal(connection, portal)


def _rising(connection: sqlite3.Connection, sql: str, ids: Iterable[int]) -> list[int]:
    """Return the numbers that `sql` gives for `ids`, as a JSON list, without repetition."""
    rows = connection.execute(sql, (json.dumps(list(ids)),))
    return sorted({row[0] for row in rows if row[0] is not None})


def _write(evidence: Originals, ids: list[int], out: Path, form: Form, title: str) -> int:
    try:
        if form == "warc":
            return write_warc(evidence, ids, out, description=title)
        return write_wacz(evidence, ids, out, title=title)
    except (EvidenceError, *UNREADABLE) as error:
        reason = next(_damaged(evidence, ids), one_line(error))
        raise EvidenceError(f"nothing was written: {reason}; `disclosures verify` says what else is wrong") from error
    except OSError as error:
        raise ArchiveError(f"cannot write {out}: {error.strerror or error}") from error


def _damaged(evidence: Originals, ids: Iterable[int]) -> Iterator[str]:
    """Yield a line for each capture that can't be had as it was."""
    for number in ids:
        try:
            evidence.exchange(number)
        except (EvidenceError, *UNREADABLE) as error:
            message = one_line(error)
            yield message if message.startswith(f"capture {number}") else f"capture {number}: {message}"
