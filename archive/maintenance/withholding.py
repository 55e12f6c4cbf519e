"""Withholding: taking a record, a capture or a file out of everything public, and giving it back.

What is withheld goes out of the archive itself, so that nothing made of it need look twice: the record's row stays as a
tombstone, with its key and its state, and nothing it said; its history keeps what happened when, not what it said.
Captures stay sealed, and whoever would show one asks `archive.database.withheld` first.
"""

import json
import re
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from archive.database.connection import ArchiveError, transaction
from archive.database.portal_changes import Moves
from archive.database.record_addresses import addresses_sent_to, record_at, record_of
from archive.database.withheld import SENT_ON, WITHHELD, links_to, note_page
from archive.evidence.evidence_reader import UNREADABLE, Originals
from archive.evidence.http_exchange import EvidenceError
from archive.evidence.text_encoding import text_of
from archive.maintenance.bring_up_to_date import bring_up_to_date, leave_no_trace, open_up_to_date
from archive.maintenance.holding import empty_all, note_traces
from archive.model.addresses import as_followed
from archive.model.records import EMPTY_READING, FIELDS, OWN_PAGE
from archive.search import index

PENDING = "pending"

LEAST_TITLE = 6
"""Characters from which on a title is looked for in list pages: a shorter one is no record's alone."""

RESTORED = "withheld before the archive was restored from its evidence, which keeps no reasons"
"""The reason of what is withheld again."""

REMOVED = "withheld"
"""The text in place of messages about what is withheld."""

_MARKUP = re.compile(r"<[^<>]*>")
_EMPTIED = ", ".join(f"{name} = NULL" for name in (*FIELDS, "body", "tables"))
_FORMER = """
    SELECT link FROM listings WHERE record_id = :id AND link IS NOT NULL
    UNION SELECT url FROM attachments WHERE record_id = :id
    UNION SELECT detail ->> '$.from' FROM events WHERE record_id = :id AND kind = 'moved'
    UNION SELECT detail ->> '$.to' FROM events WHERE record_id = :id AND kind = 'moved'
    UNION SELECT c.url FROM readings t JOIN captures c ON c.id = t.capture_id WHERE t.record_id = :id AND t.catalog_id = 0
"""
"""The addresses at which a record and its files stand or stood, beside its key."""

_LIST_PAGES = """
    SELECT max(c.id), c.sha256 FROM walks w JOIN captures c ON c.id = w.capture_id
    WHERE w.catalog_id IN (SELECT catalog_id FROM readings WHERE record_id = :id AND catalog_id <> 0
                           UNION SELECT catalog_id FROM listings WHERE record_id = :id)
    GROUP BY c.sha256
    UNION SELECT c.id, c.sha256 FROM readings t JOIN captures c ON c.id = t.capture_id
    WHERE t.record_id = :id AND t.catalog_id <> 0
"""
_PUT = "INSERT OR IGNORE INTO withheld (target, key, reason, at, record_id) VALUES (?, ?, ?, ?, ?)"


@dataclass(frozen=True, slots=True)
class Withheld:
    """The result of one call, taken out: records and files by id, and the addresses of all captures concerned.

    `traceless`: whether the file holds nothing of it any more; else another program was using it, and the next that
    opens it for writing sweeps it.
    """

    records: tuple[int, ...]
    files: tuple[int, ...]
    addresses: tuple[str, ...]
    traceless: bool


def withhold(  # noqa: PLR0913 - one for each thing that may be named
    db: Path,
    evidence: Path,
    reason: str,
    now: str,
    *,
    records: Sequence[str] = (),
    addresses: Sequence[str] = (),
    files: Sequence[int] = (),
) -> Withheld:
    """Take all that is named out of everything public, in one transaction. `now`: UTC, ISO 8601.

    Raises ArchiveError where something named is not there, before anything is done.
    """
    with closing(open_up_to_date(db, evidence)) as connection:
        connection.row_factory = sqlite3.Row
        with transaction(connection):
            ids = [record_of(connection, record) for record in records]
            ids += [number for url in addresses if (number := record_at(connection, url)) is not None]
            others = [url for url in addresses if record_at(connection, url) is None]
            rows = [_file(connection, number) for number in files]
            rows += [row for url in others for row in _files_at(connection, url)]
            _require_captured(connection, others)
            gone = _addresses_of(connection, ids) | set(others) | {row["url"] for row in rows}
            sent_on = _sent_on(connection, evidence, gone, ids)
            for record_id in ids:
                _note_record(connection, evidence, record_id, reason, now)
            for url in others:
                connection.execute(_PUT, ("address", url, reason, now, 0))
            for row in rows:
                _note_file(connection, row, reason, now)
            for url in sent_on:
                connection.execute(_PUT, ("address", url, SENT_ON, now, 0))
            bury(connection)
        traceless = leave_no_trace(connection)
    return Withheld(tuple(ids), tuple(row["id"] for row in rows), tuple(sorted(gone | sent_on)), traceless)


def withhold_again(connection: sqlite3.Connection, evidence: Path, entries: Iterable[Sequence[str]]) -> None:
    """Withhold what `sealing.withheld_entries` gave, in an archive that is made anew. The caller's transaction.

    Why each was withheld is not known any more.
    """
    for target, key, at, owner in entries:
        sql = "SELECT id FROM records WHERE portal || ' ' || url = ?"
        row = connection.execute(sql, (key if target == "record" else owner,)).fetchone()
        record_id = int(row[0]) if row else 0
        connection.execute(_PUT, (target, key, RESTORED, at, record_id))
        if target == "record" and record_id:
            for capture_id in _list_pages(connection, evidence, record_id):
                note_page(connection, record_id, capture_id, at)
    bury(connection)


def bury(connection: sqlite3.Connection) -> None:
    """Take out of the archive what `withheld` names and is still there. The caller's transaction."""
    named = connection.execute(
        "SELECT r.id FROM withheld w JOIN records r ON w.key = r.portal || ' ' || r.url WHERE w.target = 'record' "
        "AND (r.state <> 'withheld' OR r.title IS NOT NULL OR r.body IS NOT NULL OR r.source_fields <> '{}')"
    ).fetchall()
    for (record_id,) in named:
        _bury_record(connection, record_id)
    files = connection.execute(
        "SELECT id, record_id, url, name FROM attachments WHERE state <> ? AND (url IN (SELECT key FROM withheld "
        "WHERE target = 'address') OR sha256 IN (SELECT key FROM withheld WHERE target = 'file'))",
        (WITHHELD,),
    ).fetchall()
    for file_id, record_id, url, name in files:
        _bury_file(connection, file_id, record_id, url, name)
    if named or files:
        note_traces(connection)
        bring_up_to_date(connection)


def take_over(connection: sqlite3.Connection, evidence: Path, reason: str) -> None:
    """Withhold what the archive attached as `theirs` withholds, and take out what came with it. `reason`: as SQL, of a row `m`.

    So is where redirects from all that is withheld led, of which there are originals by now.

    So is what is held back here, and came from there with its text.
    """
    empty_all(connection)
    connection.execute(
        "INSERT OR IGNORE INTO main.withheld (target, key, reason, at, record_id) "  # noqa: S608 - our own names
        f"SELECT m.target, m.key, {reason}, m.at, coalesce((SELECT o.id FROM theirs.records t "
        "JOIN main.records o ON o.portal = t.portal AND o.url = t.url WHERE t.id = m.record_id), 0) FROM theirs.withheld m"
    )
    known = "SELECT key FROM withheld WHERE target = 'address' UNION SELECT url FROM records WHERE state = 'withheld'"
    for url in _sent_on(connection, evidence, {row[0] for row in connection.execute(known)}):
        sql = "INSERT OR IGNORE INTO withheld (target, key, reason, at) SELECT 'address', ?, ?, max(at) FROM withheld"
        connection.execute(sql, (url, SENT_ON))
    bury(connection)


def lift(
    db: Path, evidence: Path, records: Sequence[str], addresses: Sequence[str], files: Sequence[int]
) -> list[tuple[str, int]]:
    """Give back what was withheld: portals and ids of records that are to be read again from their originals.

    A record stands as its captures say when they are read again; what its history said stays gone. Raises ArchiveError,
    also where originals were destroyed.
    """
    with closing(open_up_to_date(db, evidence)) as connection, transaction(connection):
        connection.row_factory = sqlite3.Row
        again = {_lift_record(connection, evidence, record) for record in records}
        again.update(*(_lift_address(connection, evidence, url) for url in addresses))
        again |= {_lift_file(connection, evidence, number) for number in files}
        connection.execute("UPDATE attachments SET state = ? WHERE state = ?", (PENDING, WITHHELD))
        bury(connection)
        files_back = "SELECT record_id FROM attachments WHERE state = ? AND name = ''"
        again |= {row[0] for row in connection.execute(files_back, (PENDING,))}
        marks = ", ".join("?" * len(again))
        sql = f"SELECT portal, id FROM records WHERE id IN ({marks}) AND state <> 'withheld' ORDER BY id"  # noqa: S608
        return [(row[0], row[1]) for row in connection.execute(sql, tuple(again))]


def _lift_record(connection: sqlite3.Connection, evidence: Path, record: str) -> int:
    """Give back a record, by its id or address; return its id. Raises ArchiveError."""
    record_id = record_of(connection, record)
    addresses = _addresses_of(connection, [record_id])
    _require_originals(connection, evidence, addresses)
    _require(_lifted(connection, "record_id = ?", record_id), f"record {record_id} is not withheld")
    _lift_sent_on(connection, evidence, addresses)
    _dig_up(connection, record_id)
    return record_id


def _lift_address(connection: sqlite3.Connection, evidence: Path, url: str) -> set[int]:
    """Give back what is at an address, a record or files; return the ids of their records. Raises ArchiveError."""
    record_id = record_at(connection, url) or 0
    _require_originals(connection, evidence, {url})
    _lift_sent_on(connection, evidence, _addresses_of(connection, [record_id]) | {url})
    if record_id and _lifted(connection, "record_id = ?", record_id):
        _dig_up(connection, record_id)
        return {record_id}
    _require(_lifted(connection, "target = 'address' AND key = ?", url), f"{url} is not withheld")
    return {row["record_id"] for row in _files_at(connection, url)}


def _lift_file(connection: sqlite3.Connection, evidence: Path, number: int) -> int:
    """Give back an attachment; return the id of its record. Raises ArchiveError."""
    file = _file(connection, number)
    _require_originals(connection, evidence, {file["url"]})
    urls = _lift_sent_on(connection, evidence, {file["url"]}) | {file["url"]}
    former = "target = 'file' AND key IN (SELECT sha256 FROM captures WHERE url IN (SELECT value FROM json_each(?)))"
    done = _lifted(connection, former, json.dumps(sorted(urls)))
    done += _lifted(connection, "target = 'file' AND key = ?", file["sha256"])
    done += _lifted(connection, "target = 'address' AND key = ? AND record_id = 0", file["url"])
    _require(done, f"file {number} is not withheld")
    return int(file["record_id"])


def _lift_sent_on(connection: sqlite3.Connection, evidence: Path, addresses: set[str]) -> set[str]:
    """Give back where redirects from these addresses led; return that."""
    urls = _sent_on(connection, evidence, addresses)
    for url in urls:
        _lifted(connection, f"target = 'address' AND record_id = 0 AND reason = '{SENT_ON}' AND key = ?", url)
    return urls


def _note_record(connection: sqlite3.Connection, evidence: Path, record_id: int, reason: str, now: str) -> None:
    """Note a record, the addresses at which it stood, and the list pages that show its row."""
    key = connection.execute("SELECT portal || ' ' || url FROM records WHERE id = ?", (record_id,)).fetchone()[0]
    connection.execute(_PUT, ("record", key, reason, now, record_id))
    for address in _addresses_of(connection, [record_id]):
        connection.execute(_PUT, ("address", address, reason, now, record_id))
    for capture_id in _list_pages(connection, evidence, record_id):
        note_page(connection, record_id, capture_id, now)


def _list_pages(connection: sqlite3.Connection, evidence: Path, record_id: int) -> Iterable[int]:
    """Return the list pages that show a record's row, as far as the originals are at hand."""
    pages = connection.execute(_LIST_PAGES, {"id": record_id}).fetchall()
    read = {row[0] for row in connection.execute("SELECT capture_id FROM readings WHERE record_id = ?", (record_id,))}
    titles = {row[0] for row in connection.execute("SELECT title FROM records WHERE id = ?", (record_id,))}
    for (fields,) in connection.execute("SELECT fields FROM readings WHERE record_id = ?", (record_id,)):
        titles.add(json.loads(fields).get("title"))
    words = [
        _as_printed(title.rstrip(".…")) for title in titles if title and len(title.replace("*", "")) >= LEAST_TITLE
    ]
    addresses = _addresses_of(connection, [record_id])
    if not evidence.is_file():
        return sorted(read - {None})
    shown = set(read - {None})
    with closing(Originals(evidence)) as originals:
        for capture_id, _ in pages:
            with suppress(EvidenceError, *UNREADABLE):
                text = text_of(originals.exchange(capture_id))
                printed = as_followed(text), as_followed(_MARKUP.sub("", text))
                if links_to(text, addresses) or any(word.search(each) for word in words for each in printed):
                    shown.add(capture_id)
    return sorted(shown)


def _note_file(connection: sqlite3.Connection, row: sqlite3.Row, reason: str, now: str) -> None:
    connection.execute(_PUT, ("address", row["url"], reason, now, 0))
    if row["sha256"]:
        connection.execute(_PUT, ("file", row["sha256"], reason, now, 0))


def _bury_record(connection: sqlite3.Connection, record_id: int) -> None:
    """Leave of a record its key and the state that it is withheld."""
    c, own = connection, {"id": record_id}
    links = [row[0] for row in c.execute(_FORMER, own)]
    index.changing(c, record_id)
    c.execute(
        "INSERT OR IGNORE INTO withheld (target, key, reason, at, record_id) SELECT 'page', s.sha256, '', "
        "(SELECT max(at) FROM withheld WHERE target = 'record'), :id "
        "FROM readings t JOIN captures s ON s.id = t.capture_id WHERE t.record_id = :id AND t.catalog_id <> 0",
        own,
    )
    c.execute(
        "UPDATE attachments SET name = '', text = NULL, tables = NULL, pages = NULL, state = 'withheld' WHERE record_id = :id",
        own,
    )
    c.execute(
        f"UPDATE records SET {_EMPTIED}, source_fields = '{{}}', flags = '[]', state = 'withheld' WHERE id = :id",  # noqa: S608
        own,
    )
    c.execute("DELETE FROM listings WHERE record_id = :id", own)
    c.execute("DELETE FROM rosters WHERE record_id = :id", own)
    c.execute("DELETE FROM deferred WHERE record_id = :id", own)
    c.execute(
        "UPDATE readings SET fields = :fields, source_fields = '{}' WHERE record_id = :id",
        {**own, "fields": EMPTY_READING},
    )
    c.execute("UPDATE versions SET changed = '{}' WHERE record_id = :id", own)
    c.execute("UPDATE events SET detail = '{}' WHERE record_id = :id", own)
    c.execute(
        "UPDATE problems SET message = ? WHERE url IN (SELECT value FROM json_each(?)) "
        "OR url = (SELECT url FROM records WHERE id = ?)",
        (REMOVED, json.dumps([link for link in links if link]), record_id),
    )


def _bury_file(connection: sqlite3.Connection, file_id: int, record_id: int, url: str, name: str) -> None:
    """Leave of a file its address and digest; its name goes out of the record's history, too."""
    c = connection
    index.changing(c, record_id)
    c.execute(
        "UPDATE attachments SET name = '', text = NULL, tables = NULL, pages = NULL, state = 'withheld' WHERE id = ?",
        (file_id,),
    )
    c.execute("DELETE FROM rosters WHERE record_id = ? AND source = ?", (record_id, url))
    c.execute("DELETE FROM deferred WHERE record_id = ?", (record_id,))
    c.execute("UPDATE problems SET message = ? WHERE url = ?", (REMOVED, url))
    if name:
        for table, column in (("versions", "changed"), ("events", "detail")):
            sql = f"SELECT id, {column} FROM {table} WHERE record_id = ?"  # noqa: S608 - constant names
            for number, text in c.execute(sql, (record_id,)).fetchall():
                c.execute(f"UPDATE {table} SET {column} = ? WHERE id = ?", (_without(text, name), number))  # noqa: S608


def _without(text: str, name: str) -> str:
    """The JSON `text` without a file's name."""

    def stripped(value: object) -> object:
        if isinstance(value, dict):
            return {key.replace(name, ""): stripped(each) for key, each in value.items()}
        if isinstance(value, list):
            return [stripped(each) for each in value]
        return "" if value == name else value

    return json.dumps(stripped(json.loads(text)), ensure_ascii=False)


def _dig_up(connection: sqlite3.Connection, record_id: int) -> None:
    """Give a record the state it had, and the catalogues it stood in: then its captures can be read again."""
    c = connection
    last = c.execute(
        "SELECT kind FROM events WHERE record_id = ? AND kind IN ('added', 'returned', 'unlisted', 'withdrawn') "
        "ORDER BY id DESC LIMIT 1",
        (record_id,),
    ).fetchone()
    state = last[0] if last and last[0] in {"unlisted", "withdrawn"} else "listed"
    index.changed(c, record_id, None)
    c.execute("UPDATE records SET state = ? WHERE id = ?", (state, record_id))
    c.execute(
        "INSERT OR IGNORE INTO listings (record_id, catalog_id, first_seen, last_seen) SELECT t.record_id, t.catalog_id, "
        "r.first_seen, r.last_seen FROM readings t JOIN records r ON r.id = t.record_id "
        "WHERE t.record_id = ? AND t.catalog_id <> ?",
        (record_id, OWN_PAGE),
    )


def _lifted(connection: sqlite3.Connection, condition: str, key: object) -> int:
    return connection.execute(f"DELETE FROM withheld WHERE {condition}", (key,)).rowcount  # noqa: S608 - constant


def _require(done: int, otherwise: str) -> None:
    if not done:
        raise ArchiveError(otherwise)


def _addresses_of(connection: sqlite3.Connection, ids: Iterable[int]) -> set[str]:
    """The addresses at which records and their files stand or stood."""
    addresses = set()
    for record_id in ids:
        addresses |= {row[0] for row in connection.execute(_FORMER, {"id": record_id})}
        addresses |= {row[0] for row in connection.execute("SELECT url FROM records WHERE id = ?", (record_id,))}
        noted = "SELECT key FROM withheld WHERE target = 'address' AND record_id = ?"
        addresses |= {row[0] for row in connection.execute(noted, (record_id,))}
    return addresses - {None} | _before_moves(connection, addresses - {None})


def _sent_on(connection: sqlite3.Connection, evidence: Path, addresses: set[str], ids: Sequence[int] = ()) -> set[str]:
    """Return where redirects from these addresses led, as far as the originals are at hand: no other record's page."""
    if not evidence.is_file():
        return set()

    def location_of(capture_id: int) -> str:
        with suppress(EvidenceError, *UNREADABLE):
            return originals.without_payload(capture_id)[0].response_header("Location") or ""
        return ""

    with closing(Originals(evidence)) as originals:
        return addresses_sent_to(connection, location_of, addresses, ids)


def _before_moves(connection: sqlite3.Connection, addresses: set[str]) -> set[str]:
    """Return where pages stood, before their portal moved, of which there are captures."""
    former = Moves.of(connection).former(addresses)
    return {url for url in former if connection.execute("SELECT 1 FROM captures WHERE url = ?", (url,)).fetchone()}


def _file(connection: sqlite3.Connection, number: int) -> sqlite3.Row:
    row: sqlite3.Row | None = connection.execute("SELECT * FROM attachments WHERE id = ?", (number,)).fetchone()
    if row is None:
        raise ArchiveError(f"there is no attachment {number} in the archive")
    return row


def _files_at(connection: sqlite3.Connection, url: str) -> list[sqlite3.Row]:
    return connection.execute("SELECT * FROM attachments WHERE url = ?", (url,)).fetchall()


def _require_captured(connection: sqlite3.Connection, urls: Iterable[str]) -> None:
    for url in urls:
        known = "SELECT EXISTS (SELECT 1 FROM captures WHERE url = :url) OR EXISTS (SELECT 1 FROM attachments WHERE url = :url)"
        if not connection.execute(known, {"url": url}).fetchone()[0]:
            raise ArchiveError(f"the archive knows nothing at {url}")


def _require_originals(connection: sqlite3.Connection, evidence: Path, urls: Iterable[str]) -> None:
    """See that what is to be read again is there. Raises ArchiveError."""
    if not evidence.is_file():
        raise ArchiveError(f"there are no originals at {evidence} to read it again from")
    with closing(Originals(evidence)) as originals:
        for url in urls:
            for (sha256,) in connection.execute("SELECT DISTINCT sha256 FROM captures WHERE url = ?", (url,)):
                if originals.destroyed(sha256):
                    raise ArchiveError(f"originals of {url} were destroyed: it can't be given back")


def _as_printed(title: str) -> re.Pattern[str]:
    """The pattern of a title as a page prints it: what the archive masked in it stands there."""
    return re.compile(re.escape(as_followed(title)).replace(r"\*", "."))
