"""The tables of `evidence.db`, and opening it.

- `captures`: one exchange each. `day` is the manifest it is filed under; `head` is the packed JSON of all that has
  no column; `digest` seals the whole (`archive.evidence.http_exchange.capture_digest`).
- `payloads`: one entity body each, packed (`archive.evidence.compression`). `waiting` names the portal while a page waits
  for that portal's first dictionary.
- `dictionaries`: what some payloads and heads are packed with. Never deleted.
- `manifests`: one finished day each. `token` is an RFC 3161 answer, if one was got.
- `folded`: runs of captures that came from another evidence file (`source`: the digest of its first capture), and what they
  were there: their numbers, crawl and day. So that file's digests can be computed again. `folded_tips`: its tip, as it was,
  by the first capture that was folded.
- `claims`: events and versions of the archive, each as it was written, and the logs of its crawls (`archive.evidence.claims`).
- `certificates`: the servers' TLS certificates in DER, by the sha256 that heads of captures name.
- `block_sums`: one row while nobody writes the archive: check sums of its file (`archive.evidence.block_sums`). No evidence.

Rows are never deleted, and of a captured row nothing but its packing ever changes: once, before the file is rebuilt. A
payload may be destroyed by decision (`archive.evidence.destruction`): its digest stays, on which every seal rests.
`row_sha256` only finds damage to what no digest covers, as do `stored_crc32` and `head_crc32`: more than one packed form
unpacks to the same bytes. Rows of files made before there were these two have none.
"""

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from archive.database.connection import has_log, make_whole
from archive.database.migrations import statements
from archive.evidence.http_exchange import EvidenceError, canonical

MIGRATIONS = Migrations("evidence")

_BUSY_SECONDS = 30.0


@MIGRATIONS()
def tables(db: Database) -> None:
    """The first tables."""
    _run(db, "tables.sql")


@MIGRATIONS()
def checksums_of_packed_forms(db: Database) -> None:
    """Damage to a packed form is damage, though it may unpack to the same bytes."""
    db.execute("ALTER TABLE payloads ADD COLUMN stored_crc32 INTEGER")
    db.execute("ALTER TABLE captures ADD COLUMN head_crc32 INTEGER")


@MIGRATIONS()
def folded_from_other_files(db: Database) -> None:
    """Captures that came from another machine's file, and what they were there."""
    _run(db, "folded.sql")


def _run(db: Database, script: str) -> None:
    for statement in statements(Path(__file__).with_name(script).read_text(encoding="utf-8")):
        db.execute(statement)


@MIGRATIONS()
def payloads_that_were_destroyed(db: Database) -> None:
    """A payload that was destroyed by decision keeps its digest and length, and says when."""
    db.execute("ALTER TABLE payloads ADD COLUMN destroyed_at TEXT")


@MIGRATIONS()
def claims_of_archives(db: Database) -> None:
    """The events and versions of archives, sealed; and the check sums of an archive's file, by blocks."""
    _run(db, "claims.sql")


@MIGRATIONS()
def notes_of_claims(db: Database) -> None:
    """Add what an archive must know of its crawls, beside their originals, to be made anew."""
    db.execute("ALTER TABLE claims ADD COLUMN note TEXT")


@MIGRATIONS()
def certificates_of_servers(db: Database) -> None:
    """The certificates whose sha256 captures name."""
    db.execute("CREATE TABLE certificates (sha256 BLOB PRIMARY KEY, der BLOB NOT NULL) STRICT")


def open_for_writing(path: Path) -> sqlite3.Connection:
    """Open the file, making it if there is none (readable by its owner alone: it holds sealed originals)."""
    try:
        if not path.exists():
            make_whole(path, 0o600, _make)
        con = _opened(path)
        known = {migration.name for migration in MIGRATIONS.pending(Database(memory=True))}
        if {migration.name for migration in MIGRATIONS.applied(Database(con))} - known:
            con.close()
            raise EvidenceError(f"{path} was written by a later version of this program: update it first")
        if MIGRATIONS.pending(Database(con)):
            MIGRATIONS.apply(Database(con))
    except (OSError, sqlite3.Error, UnicodeDecodeError, KeyError) as error:
        raise EvidenceError(f"{path} cannot be opened as evidence: {str(error).splitlines()[0]}") from error
    return con


def _make(new: Path) -> None:
    with closing(_opened(new)) as con:
        MIGRATIONS.apply(Database(con))


def _opened(path: Path) -> sqlite3.Connection:
    con = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=_BUSY_SECONDS)
    # Pages of 1 KiB: packed pages are one or two KiB long, and larger ones would stand half empty (measured).
    con.executescript(
        "PRAGMA page_size = 1024; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
        "PRAGMA secure_delete = ON;"  # what is given up is made zero, for `archive.evidence.unused_bytes`
    )
    return con


def open_for_reading(path: Path) -> sqlite3.Connection:
    """Open the file to read, changing nothing. Raises sqlite3.Error, or UnicodeDecodeError where its message quotes damage."""
    address = f"{path.absolute().as_uri()}?mode=ro"  # which links it goes through, SQLite sees to
    try:
        con = sqlite3.connect(address, uri=True, isolation_level=None, timeout=_BUSY_SECONDS)
        con.execute("SELECT count(*) FROM sqlite_schema")
    except sqlite3.OperationalError:
        if has_log(path):
            raise
        con = sqlite3.connect(f"{address}&immutable=1", uri=True, isolation_level=None)  # a read-only medium
        con.execute("SELECT count(*) FROM sqlite_schema")
    return con


def schema_of(con: sqlite3.Connection) -> dict[str, str]:
    """Each table and index of the evidence: name → the SQL that made it."""
    rows = con.execute("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND substr(name, 1, 1) <> '_'")
    return {str(name): str(sql) for name, sql in rows}


def expected_schema(con: sqlite3.Connection) -> dict[str, str]:
    """Return the schema that `schema_of` should give, after the migrations the file says it had. Raises KeyError where it says nonsense."""
    pending = [migration.name for migration in MIGRATIONS.pending(Database(con))]
    con = sqlite3.connect(":memory:", isolation_level=None)
    MIGRATIONS.apply(Database(con), stop_before=pending or None)
    found = schema_of(con)
    con.close()
    return found


def row_sha256(*values: object, blob: bytes | None) -> bytes:
    """A check sum over the values of a row that no capture's digest covers."""
    return hashlib.sha256(canonical(values) + b"\n" + (blob or b"")).digest()
