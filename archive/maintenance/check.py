"""Checking a whole archive: its database, its originals, and whether the two still say the same.

Nothing is written, and nothing that is damaged raises: whatever is wrong becomes a `Fault`, in the file that it names.
"""

import sqlite3
from collections.abc import Generator, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from sqlite_utils import Database

from archive.database.connection import ArchiveError, later_than_this, open_for_reading
from archive.database.kept_settings import setting
from archive.database.migrations import migrations
from archive.database.redaction_version import count_outdated
from archive.database.withheld import hidden
from archive.evidence import block_sums, evidence_file, fixity
from archive.evidence.capture import hash_up_to
from archive.evidence.evidence_import import tips
from archive.evidence.fixity import DAMAGE, Expected, Fault, verify_file
from archive.evidence.http_exchange import one_line
from archive.maintenance import sealing
from archive.maintenance.damaged_texts import damaged_texts
from archive.maintenance.writing_session import APART
from archive.search.index import first_entry, month_of
from archive.search.query import phrase
from archive.search.segment import units

BATCH = 10_000
"""Captures compared at a time."""

MOST_TITLES = 300
"""Records looked up in the search index; of a larger archive every n-th."""

MOST_RANGES = 20
"""Ranges of changed bytes that are named."""

_COMPARED = ("url", "fetched_at", "status", "sha256", "bytes")
_IN_ARCHIVE = f"SELECT id, {', '.join(_COMPARED)} FROM captures WHERE id > ? ORDER BY id LIMIT ?"  # noqa: S608 - constant
_IN_EVIDENCE = """
    SELECT c.id, c.url, c.fetched_at, c.status, lower(hex(p.sha256)), p.bytes
    FROM captures c LEFT JOIN payloads p ON p.id = c.payload_id WHERE c.id BETWEEN ? AND ?
"""

_DANGLING = Path(__file__).with_name("dangling.sql").read_text(encoding="utf-8")
_SEALED = "day, captures, previous_hash, hash, sealed_at"
_NOT_BORNE_OUT = Path(__file__).with_name("not_borne_out.sql").read_text(encoding="utf-8")
_TITLES = """
    SELECT id, title, published_on FROM records r
    WHERE title IS NOT NULL AND id % ? = 0 AND NOT EXISTS (SELECT 1 FROM unindexed WHERE record_id = r.id)
"""


@dataclass(frozen=True, slots=True)
class Summary:
    """The extent of what was checked, as far as it can be read.

    `head` (day, hash of its manifest) and `tip` (number of the last capture, hash of all captures up to it) are what to
    keep elsewhere. `unclaimed`: originals that the archive does not point to, as a crawl killed between sealing and
    writing leaves them; no fault. `destroyed`: payloads destroyed by decision, whose digests stay. `unsealed`: events
    and versions that are not sealed yet; `void`: sealed ones that an archive put back to an earlier state did not have;
    `bytes_compared`: whether there were sums to compare the file with.
    """

    captures: int = 0
    days: int = 0
    head: tuple[str, str] | None = None
    tip: tuple[int, str] | None = None
    unclaimed: int = 0
    destroyed: int = 0
    unsealed: int = 0
    void: int = 0
    bytes_compared: bool = False


def check(db: Path, evidence_path: Path, expected: Expected | None = None) -> Iterator[Fault]:
    """Read everything again and yield what is wrong. `expected`: a head or tip kept elsewhere."""
    captures = yield from check_database(db, evidence_path)
    yield from _bytes(db, evidence_path)
    if captures and not evidence_path.is_file():
        yield Fault(evidence_path.name, f"missing, though {db.name} points to {captures} originals in it")
    elif expected or evidence_path.is_file():
        findings, of_a_job = _folded(evidence_path, expected)
        for fault in verify_file(evidence_path, None if of_a_job else expected):
            yield Fault(f"{evidence_path.name}: {fault.where}", fault.what)
        yield from findings


def check_database(db: Path, evidence_path: Path | None = None) -> Generator[Fault, None, int]:
    """Read the database alone, compared with its originals where they are at hand; return how many it points to."""
    captures = 0
    try:
        with closing(open_for_reading(db)) as connection:
            connection.text_factory = _text
            connection.execute("BEGIN")  # one state throughout, though a crawl may be writing
            for part in (_database, _schema):
                yield from _findings(db, part(connection))
            if not migrations.pending(Database(connection)):
                captures = int(connection.execute("SELECT count(*) FROM captures").fetchone()[0])
                if evidence_path and _can_be_opened(evidence_path):
                    for compared in (
                        _captures,
                        _destructions,
                        _seals,
                        sealing.compared_with_logs,
                        partial(sealing.compared, db=db),
                    ):
                        yield from _findings(db, compared(connection, evidence_path=evidence_path))
                for part in (_characters, _pointers, _states, _index, _masking):
                    yield from _findings(db, part(connection))
    except (ArchiveError, *DAMAGE) as error:
        yield Fault(db.name, one_line(error))
    return captures


def check_schema(db: Path, evidence_path: Path) -> Iterator[Fault]:
    """Look at the schemas alone, and read nothing else: views and triggers run as they are read and written."""
    with closing(open_for_reading(db)) as connection:
        yield from _findings(db, _schema(connection))
    with suppress(*DAMAGE), closing(evidence_file.open_for_reading(evidence_path)) as evidence:
        for fault in fixity.check_schema(evidence):
            yield replace(fault, where=f"{evidence_path.name}: {fault.where}")


def _can_be_opened(evidence_path: Path) -> bool:
    """Whether there are originals to compare with; else `verify_file` says why not, and it is no fault."""
    try:
        evidence_file.open_for_reading(evidence_path).close()
    except DAMAGE:
        return False
    return True


def _bytes(db: Path, evidence_path: Path) -> Iterator[Fault]:
    """Compare the file byte by byte with what the last session that wrote it left, where sums of that are kept.

    No connection to it may be open here: closing the file would give up SQLite's locks.
    """
    with suppress(ArchiveError, *DAMAGE, OSError):
        kept = _kept_sums(db, evidence_path)
        if kept is None:
            return
        ranges = list(block_sums.differences(kept, block_sums.sums_of(kept.archive, db)))
        if not ranges or kept != _kept_sums(db, evidence_path):
            return  # somebody began to write meanwhile
        for first, last in ranges[:MOST_RANGES]:
            message = "not what the last writing left: damaged, or changed by another program"
            yield Fault(f"{db.name}: bytes {first} to {last}", message)
        if len(ranges) > MOST_RANGES:
            yield Fault(db.name, f"so are {len(ranges) - MOST_RANGES} more ranges of bytes")


def _kept_sums(db: Path, evidence_path: Path) -> block_sums.BlockSums | None:
    """The sums of the archive's file; None where it is being written, the last writing was cut off, or it found no originals."""
    log = Path(f"{db}-wal")
    if not evidence_path.is_file() or (log.exists() and log.stat().st_size):
        return None
    with closing(evidence_file.open_for_reading(evidence_path)) as evidence:
        kept = block_sums.read(evidence)
    if kept is None:
        return None
    with suppress(ArchiveError, *DAMAGE), closing(open_for_reading(db)) as connection:
        is_of_now = sealing.name_of(connection) == kept.archive and not setting(connection, APART)
        return kept if is_of_now else None
    return kept  # it can't even be read


def summary(db: Path, evidence_path: Path) -> Summary:
    """Return the extent of what was checked, to be shown once `check` has run."""
    known: set[int] = set()
    sealed: set[int] = set()
    days, head, tip, destroyed, unsealed, void, sums = 0, None, None, 0, 0, 0, None
    try:
        with closing(open_for_reading(db)) as connection:
            known = {row[0] for row in connection.execute("SELECT id FROM captures")}
            unsealed = connection.execute("SELECT count(*) FROM unsealed").fetchone()[0]
    except (ArchiveError, *DAMAGE):
        pass  # already found
    if not evidence_path.is_file():
        return Summary(len(known))
    try:
        with closing(evidence_file.open_for_reading(evidence_path)) as evidence:
            sealed = {row[0] for row in evidence.execute("SELECT id FROM captures")}
            days = evidence.execute("SELECT count(*) FROM manifests").fetchone()[0]
            head = evidence.execute("SELECT day, hash FROM manifests ORDER BY day DESC LIMIT 1").fetchone()
            destroyed = len(_destroyed(evidence))
            void = sealing.void_claims(evidence)
            sums = _kept_sums(db, evidence_path)
            if sealed:
                tip = (max(sealed), hash_up_to(evidence, max(sealed)))
    except DAMAGE:
        pass  # already found
    return Summary(
        len(known), days, head, tip, len(sealed - known), destroyed, unsealed, void, bytes_compared=sums is not None
    )


def _folded(evidence_path: Path, expected: Expected | None) -> tuple[list[Fault], bool]:
    """Return the findings about files folded into the evidence, and whether `expected` is the tip of one of them."""
    findings, of_a_job = [], False
    try:
        for first, captures, noted, tip in tips(evidence_path):
            of_a_job = of_a_job or expected == (captures, tip)
            if noted != tip:
                where = f"{evidence_path.name}: the file merged from capture {first} on"
                findings.append(Fault(where, f"its first {captures} captures no longer give the tip they had"))
    except (*DAMAGE, OSError):
        pass  # found where the captures are read
    return findings, of_a_job


def _findings(db: Path, part: Iterator[Fault]) -> Iterator[Fault]:
    """Yield the findings of a part of the check; the damage that ends it is one as well."""
    where = ""
    try:
        for fault in part:
            where = fault.where
            yield replace(fault, where=f"{db.name}: {where}")
    except DAMAGE as error:
        yield Fault(db.name, f"cannot be read{f' past {where}' if where else ''}: {one_line(error)}")


def _text(raw: bytes) -> str:
    """Text as stored, so that what is damaged can be compared, and named."""
    return raw.decode("utf-8", errors="replace")


def _database(connection: sqlite3.Connection) -> Iterator[Fault]:
    """SQLite's own checks. Pointers to captures are looked at apart, by what they belong to."""
    for (message,) in connection.execute("PRAGMA integrity_check"):
        if message != "ok":
            yield Fault("database", one_line(message))
    for table, row, parent, _ in connection.execute("PRAGMA foreign_key_check"):
        if parent != "captures":
            where = table if row is None else f"{table} {row}"
            yield Fault(where, f"points to a row of {parent} that is not there")


def _schema(connection: sqlite3.Connection) -> Iterator[Fault]:
    """Whether the tables are as this version makes them; tables
    and indexes of someone's own may stand beside them, no triggers.
    """
    archive = Database(connection)
    if migrations.pending(archive):
        yield Fault(
            "schema",
            "of an earlier version: the next crawl, or `disclosures redact`, brings it up to date, and seals its events and versions",
            is_damage=False,
        )
        return
    if later := later_than_this(connection):
        yield Fault("schema", f"of a later version ({', '.join(later)}): update this program")
        return
    with closing(sqlite3.connect(":memory:")) as fresh:
        migrations.apply(Database(fresh))
        expected = _definitions(fresh)
    definitions = _definitions(connection)
    for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger' ORDER BY name"):
        if name not in expected:
            yield Fault("schema", f"{name} is a trigger that no version makes: it acts on whatever crawls write")
    for name in sorted(expected):
        if definitions.get(name) != expected[name]:
            yield Fault(
                "schema", f"{name} is {'not defined as this version makes it' if name in definitions else 'missing'}"
            )


def _definitions(connection: sqlite3.Connection) -> dict[str, str]:
    """Each table, index and view: its name → the SQL that made it. What SQLite makes by itself is its own affair."""
    sql = "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT GLOB 'records_fts_*'"
    return {name: sql for name, sql in connection.execute(sql) if not name.startswith(("sqlite_", "_sqlite_"))}


def _captures(connection: sqlite3.Connection, evidence_path: Path) -> Iterator[Fault]:
    """Whether each capture is in the evidence as the archive tells of it."""
    with closing(evidence_file.open_for_reading(evidence_path)) as evidence:
        evidence.text_factory = _text
        last = 0
        while batch := connection.execute(_IN_ARCHIVE, (last, BATCH)).fetchall():
            first, last = last + 1, batch[-1][0]
            if last < first:
                yield Fault(f"captures from {first}", "cannot be read in order: the file is damaged there")
                return
            try:
                sealed = {row[0]: row for row in evidence.execute(_IN_EVIDENCE, (first, last))}
            except DAMAGE as error:
                yield Fault(
                    f"captures {first} to {last}", f"cannot be compared with {evidence_path.name}: {one_line(error)}"
                )
                continue
            for row in batch:
                if row != sealed.get(row[0]):
                    yield Fault(f"capture {row[0]} {row[1]}", _differs(row, sealed.get(row[0]), evidence_path.name))


def _destroyed(evidence: sqlite3.Connection) -> dict[str, str]:
    """The payloads that were destroyed by decision: sha256 → when."""
    sql = """SELECT lower(hex(sha256)), "destroyed_at" FROM payloads WHERE "destroyed_at" <> 'destroyed_at'"""
    return dict(evidence.execute(sql).fetchall())


def _destructions(connection: sqlite3.Connection, evidence_path: Path) -> Iterator[Fault]:
    """Whether each payload that was destroyed belongs to what is withheld: nothing else may be."""
    with closing(evidence_file.open_for_reading(evidence_path)) as evidence:
        for sha256, at in _destroyed(evidence).items():
            for number, url in connection.execute("SELECT id, url FROM captures WHERE sha256 = ?", (sha256,)):
                if not hidden(connection, url, sha256):
                    message = f"its payload was destroyed at {at}, though it isn't withheld"
                    yield Fault(f"capture {number} {url}", message)


def _seals(connection: sqlite3.Connection, evidence_path: Path) -> Iterator[Fault]:
    """Whether each day that the archive tells to be sealed, and stamped, is so in the evidence, which may have sealed more since."""
    with closing(evidence_file.open_for_reading(evidence_path)) as evidence:
        sealed = {tuple(seal): token for *seal, token in evidence.execute(f"SELECT {_SEALED}, token FROM manifests")}  # noqa: S608
    for *values, stamped in connection.execute(f"SELECT {_SEALED}, stamped_at FROM seals ORDER BY day"):  # noqa: S608 - constant
        seal = tuple(values)
        if seal not in sealed:
            yield Fault(f"seal of {seal[0]}", f"is not as in {evidence_path.name}")
        elif stamped and stamped != sealing.stamped_at(sealed[seal], seal[3]):
            yield Fault(
                f"seal of {seal[0]}",
                f"is stated to be stamped at {stamped}, and {evidence_path.name} has no such timestamp",
            )


def _differs(row: tuple[object, ...], sealed: tuple[object, ...] | None, evidence: str) -> str:
    if sealed is None:
        return f"it is not in {evidence}"
    names = [name for name, one, other in zip(_COMPARED, row[1:], sealed[1:], strict=True) if one != other]
    return f"its {', '.join(names)} {'are' if len(names) > 1 else 'is'} not as in {evidence}"


def _characters(connection: sqlite3.Connection) -> Iterator[Fault]:
    """Whether all stored text is UTF-8, and JSON where that should be: what is not can be read by no program."""
    for each in damaged_texts(connection):
        yield Fault(each.row, f"its {each.column} is not valid text: some of its bytes can't be read")


def _pointers(connection: sqlite3.Connection) -> Iterator[Fault]:
    """Whether each capture that is given as proof is there."""
    for place, capture in connection.execute(_DANGLING):
        yield Fault(place, f"points to capture {capture}, which is not there")


def _states(connection: sqlite3.Connection) -> Iterator[Fault]:
    """Whether what records, listings and the ledger state follows from events, crawls and walks."""
    for place, message in connection.execute(_NOT_BORNE_OUT):
        yield Fault(place, message)


def _index(connection: sqlite3.Connection) -> Iterator[Fault]:
    """Whether the search index can be read to its end, holds as many records as it should, and finds them again."""
    connection.execute("CREATE VIRTUAL TABLE temp.index_terms USING fts5vocab('main', 'records_fts', 'row')")
    connection.execute("SELECT sum(cnt) FROM temp.index_terms").fetchone()
    new = "(SELECT count(*) FROM unindexed JOIN records r ON r.id = record_id WHERE indexed IS NULL AND r.state <> 'withheld')"
    (expected,) = connection.execute(f"SELECT count(*) - {new} FROM records WHERE state <> 'withheld'").fetchone()  # noqa: S608 - constant
    (totals,) = connection.execute("SELECT block FROM records_fts_data WHERE id = 1").fetchone()
    if _varint(totals) != expected:
        yield Fault("search index", f"it holds {_varint(totals)} records, and should hold {expected}")
    (last,) = connection.execute("SELECT coalesce(max(id), 0) FROM records").fetchone()
    for record_id, title, published_on in connection.execute(_TITLES, (last // MOST_TITLES + 1,)):
        entry = first_entry(month_of(published_on)) | record_id
        if units(title) and not _finds(connection, phrase(title), entry):
            yield Fault(f"record {record_id}", "the search index does not find it by its title")


def _finds(connection: sqlite3.Connection, match: str, entry: int) -> bool:
    sql = "SELECT 1 FROM records_fts WHERE title MATCH ? AND rowid = ?"
    return connection.execute(sql, (match, entry)).fetchone() is not None


def _varint(block: bytes) -> int:
    """The number that `block` begins with, seven bits to a byte: of an index's totals, how many rows it holds."""
    number = 0
    for byte in block[:9]:
        number = number << 7 | byte & 0x7F
        if byte < 0x80:
            break
    return number


def _masking(connection: sqlite3.Connection) -> Iterator[Fault]:
    """Whether today's rules for personal data were applied to everything."""
    if older := count_outdated(connection):
        yield Fault("masking", f"{older} records were masked by older rules: run `disclosures redact`", is_damage=False)
