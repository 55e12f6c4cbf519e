"""Sealing an archive's events and versions in its evidence, and comparing them with what was sealed.

A connection that writes notes them in `unsealed` (archive/database/unsealed.sql), in the transaction that writes them.
They are sealed when a crawl, or whatever else writes, ends: first the archive is on the disk, then the claims are in
the evidence, then the notes go. Killed in between, the notes stay, and the next sealing adds no line that is there
already. A loss of power that takes the archive's last transactions takes their notes as well.
"""

import json
import os
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from datetime import datetime
from heapq import merge
from itertools import chain, groupby
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple

from archive.database.connection import open_for_reading, transaction
from archive.database.kept_settings import keep_setting, setting, setting_number
from archive.evidence import claims, evidence_file
from archive.evidence.claims import EVENT, VERSION, VOID, RowName, SealedClaim, row_sha256
from archive.evidence.evidence_reader import Manifest
from archive.evidence.evidence_store import ClaimNote, Evidence
from archive.evidence.fixity import DAMAGE, Fault
from archive.model import clock
from archive.model.atomic_file import sync

LOST = "claims_void"
"""The kind of the problem that says that sealed claims are not in the archive any more."""

_SEALED = "sealed_up_to"
_ROW = {
    EVENT: "SELECT * FROM events WHERE id = ?1 AND ?2 = 0",
    VERSION: "SELECT * FROM versions WHERE record_id = ?1 AND number = ?2",
}
_ROWS = {
    EVENT: "SELECT id, 0, * FROM events ORDER BY id",
    VERSION: "SELECT record_id, number, * FROM versions ORDER BY record_id, number",
}
_WITHHELD = RowName(claims.WITHHELD, 0, 0)
_KEPT = 2
"""Columns of `_ROWS` that name the row; the row itself follows."""

_EVENT = "SELECT e.kind || ', ' || r.url FROM events e LEFT JOIN records r ON r.id = e.record_id WHERE e.id = ?"
_VERSION = "SELECT url FROM records WHERE id = ?"


_BEGIN, _CLOSE = '{"kind":"begin"', '{"kind":"close"'
"""The beginnings of the lines of a crawl's sealed log that say how its portal was described, and how it ended."""
_PORTAL = ("name", "division_code", "home")
_CRAWLS = "SELECT id, portal, started_at, outcome FROM crawls ORDER BY id"
_LATER_OUTCOMES = {None, "interrupted", "unsure"}
"""Outcomes that the archive gives a crawl, whatever its log says."""
_PORTALS = f"""
    SELECT id, EXISTS (SELECT 1 FROM portal_changes c WHERE p.id IN (c.portal, c.after)), {", ".join(_PORTAL)} FROM portals p
"""  # noqa: S608 - constant
_OF_OTHER_KINDS = """
    SELECT r.id, r.portal, r.kind, json_group_array(c.url)
    FROM readings g JOIN catalogs c ON c.id = g.catalog_id JOIN records r ON r.id = g.record_id
    WHERE r.state <> 'withheld' GROUP BY r.id HAVING NOT max(c.kind = r.kind)
"""


class _Row(NamedTuple):
    """A row as it stands."""

    name: RowName
    sha256: bytes


def name_of(archive: sqlite3.Connection) -> str:
    """The archive's name in its evidence, which may hold claims of another one; "" where it has none yet."""
    return setting(archive, "archive") or ""


def sealed_up_to(archive: sqlite3.Connection) -> int:
    """The number of the last claim that the archive knows of; 0: none."""
    return setting_number(archive, _SEALED) or 0


def seal(archive: sqlite3.Connection, evidence: Evidence) -> None:
    """Seal all that is noted in `unsealed`. Raises sqlite3.Error, OSError.

    A row made where a sealed one should still stand has the place of one that another program took out: that is noted
    as void, as in `give_up_lost`. With them goes the list of what is withheld, where it changed: an archive made anew
    of the evidence must withhold it again.
    """
    _seal_withheld(archive, evidence)
    if not archive.execute("SELECT 1 FROM unsealed LIMIT 1").fetchone():
        return
    with transaction(archive):
        _wait_for_the_disk(archive)
        name, up_to = name_of(archive), sealed_up_to(archive)
        taken = sum(1 for row in _made(archive) if _is_taken(archive, evidence.claim_of(name, row), up_to))
        void = [(RowName(VOID, up_to, taken), None)] if taken else []
        evidence.add_claims(name, chain(void, _noted(archive, evidence)), clock.now().date().isoformat())
        if taken:
            _note_problem(archive, taken)
        archive.execute("DELETE FROM unsealed")
        keep_setting(archive, _SEALED, str(evidence.last_claim()))


def withheld_entries(archive: sqlite3.Connection) -> list[tuple[str, str, str, str]]:
    """All that is withheld: target, key, since when, and the record it belongs to as its portal and key, or "".
    List pages follow from it.
    """
    return archive.execute(
        "SELECT w.target, w.key, w.at, coalesce(r.portal || ' ' || r.url, '') FROM withheld w "
        "LEFT JOIN records r ON r.id = w.record_id WHERE w.target <> 'page' ORDER BY 1, 2, 4"
    ).fetchall()


def _seal_withheld(archive: sqlite3.Connection, evidence: Evidence) -> None:
    text = json.dumps([list(entry) for entry in withheld_entries(archive)], ensure_ascii=False)
    name = name_of(archive)
    before = evidence.claim_of(name, _WITHHELD)
    if before is None and text == "[]":
        return
    if before is None or before.row_sha256 != claims.note_sha256(text):
        evidence.add_note(ClaimNote(name, _WITHHELD, text, clock.now().date().isoformat()))


def give_up_lost(archive: sqlite3.Connection, evidence: Evidence) -> None:
    """Note as void what was sealed after the last state that the archive knows of, where it isn't in the archive.

    It is so after an older backup was put back: what the archive says then is what counts again, but a claim of kind
    `void` says so for good, and a problem of its last crawl. Raises sqlite3.Error.
    """
    if evidence.last_claim() <= sealed_up_to(archive):
        return
    with transaction(archive):
        name, up_to = name_of(archive), sealed_up_to(archive)
        later = [row for row in evidence.claimed_after(name, up_to) if not _is_noted(archive, row)]
        stands = [(row, _sha256(archive, row)) for row in later]
        lost = [(row, sha256) for row, sha256 in stands if not _is_claimed(evidence, name, row, sha256)]
        if lost:
            void = (RowName(VOID, up_to, len(lost)), None)
            evidence.add_claims(name, [void, *lost], clock.now().date().isoformat())
            _note_problem(archive, len(lost))
        if lost or not archive.execute("SELECT 1 FROM unsealed LIMIT 1").fetchone():
            keep_setting(archive, _SEALED, str(evidence.last_claim()))


def compared(archive: sqlite3.Connection, db: Path, evidence_path: Path) -> Iterator[Fault]:
    """Compare each event and version with the claim that counts for it; `archive` reads `db`, its transaction begun.

    What is noted in `unsealed` is not compared, for it is not sealed yet. Raises what damage raises.
    """
    with closing(evidence_file.open_for_reading(evidence_path)) as evidence:
        evidence.execute("BEGIN")
        if not claims.are_kept(evidence):
            return
        name, up_to, last = name_of(archive), sealed_up_to(archive), claims.last_id(evidence)
        if up_to > last:
            yield Fault("claims", f"{up_to} were sealed, and {evidence_path.name} has {last}")
        yield from _shown_again(archive, evidence, name)
        for kind in (EVENT, VERSION):
            rows: Iterator[_Row | SealedClaim] = _rows(archive, kind)
            both = merge(rows, claims.counting(evidence, name, kind, up_to), key=attrgetter("name"))
            for row, standing in groupby(both, key=attrgetter("name")):
                difference = _difference(list(standing))
                if difference and not _is_noted(archive, row):
                    yield Fault(_called(archive, row), difference)
        later = [row for row in claims.after(evidence, name, up_to) if not _is_noted(archive, row)]
        lost = sum(_sha256(archive, row) != _last_sha256(evidence, name, row) for row in later)
    if lost and _sealed_up_to_now(db) < last:  # else they were sealed after this reading began
        message = f"{lost} are missing: {db.name} is older than they are; the next crawl goes on from there, and notes them as void"
        yield Fault("claims sealed later", message, is_damage=False)


def compared_with_logs(archive: sqlite3.Connection, evidence_path: Path) -> Iterator[Fault]:
    """Yield which crawls did not end, and portals are not described, as their sealed logs say; and which records are of a kind
    that no catalogue of theirs has, or had, where all crawls of their portal have logs.
    """
    begun, ended = _log(archive, evidence_path)
    last: dict[str, Mapping[str, Any] | None] = {}
    unlogged: set[str] = set()
    for crawl, portal, started_at, outcome in archive.execute(_CRAWLS):
        log = begun.get(crawl)
        if not log or (log["portal"]["id"], log["at"]) != (portal, started_at):
            last[portal] = None
            unlogged.add(portal)
            continue
        last[portal] = log
        if outcome not in {ended.get(crawl), *_LATER_OUTCOMES}:
            sealed = ended.get(crawl, "no end")
            yield Fault(f"crawl {crawl}", f"is stated to have ended as {outcome}, and its sealed log says {sealed}")
    kinds: dict[tuple[str, str], set[str]] = defaultdict(set)
    for log in begun.values():
        for catalog in log["portal"]["catalogs"]:
            kinds[log["portal"]["id"], catalog["url"]].add(catalog["kind"])
    for portal, is_changed, *values in archive.execute(_PORTALS):
        if is_changed:  # its addresses or its id are not those of the logs any more
            unlogged.add(portal)
        elif log := last.get(portal):
            stated = zip(_PORTAL, values, strict=True)
            if names := [name for name, value in stated if value != log["portal"][name]]:
                yield Fault(f"portal {portal}", f"its {', '.join(names)} is not as in the sealed log of its last crawl")
    for record, portal, kind, urls in archive.execute(_OF_OTHER_KINDS):
        if portal not in unlogged and not any(kind in kinds[portal, url] for url in json.loads(urls)):
            yield Fault(f"record {record}", f"is stated to be of the kind {kind}, which no catalogue of it has")


def _log(archive: sqlite3.Connection, evidence_path: Path) -> tuple[dict[int, Mapping[str, Any]], dict[int, str]]:
    """Return how the crawls of the archive began, and as what they ended, by their numbers, as was sealed."""
    begun, ended = dict[int, Mapping[str, Any]](), dict[int, str]()
    name = name_of(archive)
    with closing(evidence_file.open_for_reading(evidence_path)) as evidence:
        for note in claims.notes(evidence, claims.CRAWL):
            if note.archive == name and note.text.startswith(_BEGIN):  # again where the archive was put back
                log = json.loads(note.text)
                begun[note.name.row_id] = {**log, "at": clock.text(datetime.fromisoformat(log["at"]))}
                ended.pop(note.name.row_id, None)
            elif note.archive == name and note.text.startswith(_CLOSE):
                ended[note.name.row_id] = json.loads(note.text)["outcome"]
    return begun, ended


def _shown_again(archive: sqlite3.Connection, evidence: sqlite3.Connection, name: str) -> Iterator[Fault]:
    """Yield what the last sealed list of all that is withheld names, and the archive withholds no more."""
    lists = [note.text for note in claims.notes(evidence, claims.WITHHELD) if note.archive == name]
    withheld = {(target, key) for target, key, *_ in withheld_entries(archive)}
    for target, key, at, _ in json.loads(lists[-1]) if lists else ():
        if (target, key) not in withheld:
            message = f"it was withheld on {at[:10]}, and is no more, though nobody gave it back"
            yield Fault(f"{target} {key}", message)


def copy_seals(archive: sqlite3.Connection, evidence: Evidence) -> None:
    """Have the table `seals` say which days are sealed, as the evidence does. Raises sqlite3.Error."""
    known = {row[0]: tuple(row) for row in archive.execute("SELECT * FROM seals")}
    sealed = {manifest.day: _seal(manifest, known.get(manifest.day)) for manifest in evidence.manifests()}
    if sealed != known:
        with transaction(archive):
            archive.execute("DELETE FROM seals")
            archive.executemany("INSERT INTO seals VALUES (?, ?, ?, ?, ?, ?)", sealed.values())


def _seal(manifest: Manifest, known: tuple[Any, ...] | None) -> tuple[Any, ...]:
    """The row of a manifest. `known`: as it was; a token is looked into once."""
    row = (manifest.day, manifest.captures, manifest.previous_hash, manifest.hash, manifest.sealed_at)
    if manifest.token and known and known[: len(row)] == row and known[-1]:
        return known
    return (*row, stamped_at(manifest.token, manifest.hash))


def stamped_at(token: bytes | None, manifest_hash: str) -> str | None:
    """Return the time that a day's token states; None where there is none, or it states none."""
    if token is None:
        return None
    from archive.evidence.timestamp import TimestampError, stated_time  # noqa: PLC0415 - few archives have time stamps

    with suppress(TimestampError):  # `verify` tells of it
        return clock.text(stated_time(token, manifest_hash))
    return None


def take_up(archive: sqlite3.Connection, db: Path, evidence_path: Path, name: str) -> int:
    """Give an archive that was made anew the name under which another's events and versions are sealed,
    where it equals that one.

    What was not sealed is noted to be. Returns how many rows differ; then the archive keeps its own name, and all are
    to be sealed anew, as where no `name` is given. Raises what damage raises.
    """
    differing = 0
    with transaction(archive):
        archive.execute("INSERT OR REPLACE INTO unsealed SELECT 'event', id, 0, 1 FROM events")
        archive.execute("INSERT OR REPLACE INTO unsealed SELECT 'version', record_id, number, 1 FROM versions")
    if not name:
        return 0
    with closing(evidence_file.open_for_reading(evidence_path)) as evidence:
        archive.execute("BEGIN IMMEDIATE")
        for kind, row_id, number in archive.execute("SELECT kind, row_id, number FROM unsealed").fetchall():
            row = RowName(kind, row_id, number)
            claim = claims.last_line(evidence, name, row)
            if claim is None or claim.row_sha256 is None:
                continue
            differing += claim.row_sha256 != _sha256(archive, row)
            archive.execute("DELETE FROM unsealed WHERE kind = ? AND row_id = ? AND number = ?", row)
        keep_setting(archive, "archive", name)
        keep_setting(archive, _SEALED, str(claims.last_id(evidence)))
    differing = differing or sum(1 for _ in compared(archive, db, evidence_path))
    archive.execute("ROLLBACK" if differing else "COMMIT")
    return differing


def last_name(evidence_path: Path) -> str:
    """The name of the archive whose events and versions were sealed last; "" where none were. Raises sqlite3.Error."""
    with closing(evidence_file.open_for_reading(evidence_path)) as evidence:
        if not claims.are_kept(evidence):
            return ""
        sql = "SELECT archive FROM claims WHERE kind IN ('event', 'version') ORDER BY id DESC LIMIT 1"
        row = evidence.execute(sql).fetchone()
    return str(row[0]) if row else ""


def void_claims(evidence: sqlite3.Connection) -> int:
    """Count the claims that were noted as void. Raises sqlite3.Error."""
    if not claims.are_kept(evidence):
        return 0
    return int(evidence.execute("SELECT coalesce(sum(number), 0) FROM claims WHERE kind = ?", (VOID,)).fetchone()[0])


def _noted(archive: sqlite3.Connection, evidence: Evidence) -> Iterator[tuple[RowName, bytes | None]]:
    """The rows noted, as they stand. One that was not made by our code, and never sealed,
    stays so: somebody else made it.
    """
    name = name_of(archive)
    for kind, row_id, number, is_new in archive.execute("SELECT kind, row_id, number, is_new FROM unsealed"):
        row = RowName(kind, row_id, number)
        if is_new or evidence.claim_of(name, row):
            yield row, _sha256(archive, row)


def _made(archive: sqlite3.Connection) -> Iterator[RowName]:
    """The rows noted that our code made, and not in the place of one that it deleted."""
    for row in archive.execute("SELECT kind, row_id, number FROM unsealed WHERE is_new = 1"):
        yield RowName(*row)


def _is_taken(archive: sqlite3.Connection, claim: SealedClaim | None, up_to: int) -> bool:
    """Whether a row that was just made has the name of another that was sealed."""
    if claim is None or claim.id > up_to or claim.row_sha256 is None:
        return False
    return claim.row_sha256 != _sha256(archive, claim.name)


def _note_problem(archive: sqlite3.Connection, lost: int) -> None:
    """Note with the last crawl that sealed claims are void."""
    now = clock.text(clock.now())
    message = (
        f"{lost} sealed events and versions are not here: the archive was put back to an earlier state, or another program "
        "took them out"
    )
    archive.execute(
        "INSERT INTO problems (crawl_id, kind, url, message, first_at, last_at) SELECT c.id, ?, p.home, ?, ?, ? "
        "FROM crawls c JOIN portals p ON p.id = c.portal WHERE c.id = (SELECT max(id) FROM crawls) "
        "ON CONFLICT (crawl_id, kind, url) DO UPDATE SET message = excluded.message, count = count + 1, last_at = excluded.last_at",
        (LOST, message, now, now),
    )


def _rows(archive: sqlite3.Connection, kind: str) -> Iterator[_Row]:
    cursor = archive.execute(_ROWS[kind])
    columns = [column[0] for column in cursor.description[_KEPT:]]
    for row_id, number, *values in cursor:
        yield _Row(RowName(kind, row_id, number), row_sha256(dict(zip(columns, values, strict=True))))


def _sha256(archive: sqlite3.Connection, row: RowName) -> bytes | None:
    """The sha256 of a row as it stands; None where it isn't there."""
    cursor = archive.execute(_ROW[row.kind], (row.row_id, row.number))
    columns = [column[0] for column in cursor.description]
    values = cursor.fetchone()
    return None if values is None else row_sha256(dict(zip(columns, values, strict=True)))


def _difference(standing: list[Any]) -> str | None:
    """Compare a row with its claim, where there is one."""
    row = next((each for each in standing if isinstance(each, _Row)), None)
    claim = next((each for each in standing if isinstance(each, SealedClaim)), None)
    if row is None:
        return f"sealed on {claim.day}, is gone" if claim and claim.row_sha256 else None
    if claim is None or claim.row_sha256 is None:
        return "no crawl made it"
    return None if row.sha256 == claim.row_sha256 else f"is not what was sealed on {claim.day}"


def _called(archive: sqlite3.Connection, row: RowName) -> str:
    if row.kind == EVENT:
        title = archive.execute(_EVENT, (row.row_id,)).fetchone()
        return f"event {row.row_id}" + (f" ({title[0]})" if title and title[0] else "")
    title = archive.execute(_VERSION, (row.row_id,)).fetchone()
    return f"version {row.number} of record {row.row_id}" + (f" ({title[0]})" if title else "")


def _is_noted(archive: sqlite3.Connection, row: RowName) -> bool:
    sql = "SELECT 1 FROM unsealed WHERE kind = ? AND row_id = ? AND number = ?"
    return archive.execute(sql, row).fetchone() is not None


def _is_claimed(evidence: Evidence, name: str, row: RowName, sha256: bytes | None) -> bool:
    claim = evidence.claim_of(name, row)
    return claim is not None and claim.row_sha256 == sha256


def _last_sha256(evidence: sqlite3.Connection, name: str, row: RowName) -> bytes | None:
    claim = claims.last_line(evidence, name, row)
    return claim.row_sha256 if claim else None


def _sealed_up_to_now(db: Path) -> int:
    with suppress(*DAMAGE), closing(open_for_reading(db)) as archive:
        return sealed_up_to(archive)
    return 0


def _wait_for_the_disk(archive: sqlite3.Connection) -> None:
    """See that all that was committed is on the disk. What a checkpoint has taken out of the log is so already."""
    path = next(row[2] for row in archive.execute("PRAGMA database_list") if row[1] == "main")
    with suppress(FileNotFoundError):
        sync(Path(f"{path}-wal"))
    folder = os.open(Path(path).parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
