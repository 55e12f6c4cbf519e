"""Checks of `disclosures doctor`: the machine, the configuration, the disk, the archive, its evidence; and what to do.

Each check is quick: it reads no payload. `disclosures verify` reads them all.
"""

import os
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from sqlite_utils import Database

from archive.attachments.converter import ConversionError
from archive.attachments.extraction import find_programs, open_walls
from archive.database.connection import ArchiveError, later_than_this, open_for_reading
from archive.database.migrations import migrations
from archive.database.redaction_version import count_outdated
from archive.evidence.evidence_file import open_for_reading as open_evidence
from archive.evidence.evidence_reader import Originals
from archive.evidence.http_exchange import EvidenceError
from archive.ingest.wrong_clock import crawls_ahead
from archive.maintenance.damaged_texts import damaged_texts
from archive.model import clock
from archive.model.printable import quantity
from archive.search.index import is_current
from crawler import settings
from crawler.portals.portal_file import PortalFileError, known, load

FINE, NOTE, WRONG = "fine", "note", "wrong"

MIB = 1 << 20
LEAST_FREE = 512 * MIB
"""Bytes free on the disk, beside as much as the archive holds already: packing again, backups and snapshots need that."""

MOST_NAMED = 10
"""Records that a line names."""

_MISSING_WALLS = {
    "network": "can open connections: let `unshare` of util-linux make network namespaces here (docs/deploy.md)",
    "files": "can open what this user can: a kernel from 5.13 on with Landlock forbids it",
    "processes": "can signal this user's processes: namespaces, or a kernel from 6.12 on with Landlock, forbid it",
    "start": "can start processes: run crawls as a user that is not root",
}
"""Consequences of a missing wall around a converter, and what puts it up; see `archive.attachments.sandbox.open_walls`."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """`state`: fine, note (works, but someone should know) or wrong; `what` was looked at; `message`: with what to do."""

    state: str
    what: str
    message: str


_fine, _note, _wrong = (partial(Diagnosis, state) for state in (FINE, NOTE, WRONG))


def diagnose(db: Path, evidence: Path) -> Iterator[Diagnosis]:
    """Everything, in the order in which it should be mended. Never raises for what is wrong."""
    yield from _machine()
    yield from _configuration()
    yield from _disk(db, evidence)
    if not db.is_file():
        yield _note("archive", f"there is none at {db}: `disclosures crawl PORTAL` makes one, `make run` a sample")
        return
    try:
        with closing(open_for_reading(db)) as connection:
            yield from _archive(connection, evidence)
            yield from _evidence(connection, db, evidence)
    except (ArchiveError, sqlite3.Error, ValueError) as error:
        yield _wrong("archive", f"{error}: put a backup back with `disclosures restore`")


def _machine() -> Iterator[Diagnosis]:
    with closing(sqlite3.connect(":memory:")) as memory:
        options = {row[0] for row in memory.execute("PRAGMA compile_options")}
    version = f"Python {sys.version.split()[0]}, SQLite {sqlite3.sqlite_version}"
    if "ENABLE_FTS5" not in options:
        yield _wrong(
            "machine", f"{version} without FTS5: nothing can be searched; install a Python whose SQLite has it"
        )
    else:
        yield _fine("machine", version)
    if "ENABLE_DBSTAT_VTAB" not in options:
        yield _note("machine", "SQLite without dbstat: `verify` does not see changed bytes that belong to no row")
    if not find_programs():
        yield _note("machine", "neither antiword nor LibreOffice: no text is taken from old Word files (.doc)")
    if os.environ.get("DISCLOSURES_OCR") == "1" and not find_spec("rapidocr_onnxruntime"):
        yield _wrong("machine", "DISCLOSURES_OCR=1, but the extra is not installed: pip install 'disclosures[ocr]'")
    yield from _converters()


def _converters() -> Iterator[Diagnosis]:
    """Say what code hidden in a portal's file could do: readers are tried as they are shut in here."""
    try:
        readers, programs = open_walls(), find_programs()
        by_programs = open_walls(programs) - {"start"} - readers if programs else set()
    except ConversionError as error:
        yield _wrong("converters", f"{error}: no text is taken from files")
        return
    for who, walls in (("converters", readers), (" and ".join(sorted(programs)), by_programs)):
        for wall in sorted(walls):
            yield _note("converters", f"{who} {_MISSING_WALLS[wall]}")
    if not readers and not by_programs:
        message = "no network, no other process, no file but their own; time and memory are bounded"
        yield Diagnosis(FINE, "converters", message)


def _configuration() -> Iterator[Diagnosis]:
    if not settings.CONTACT:
        yield _note("configuration", "set DISCLOSURES_CONTACT to an address where a portal's operator can reach you")
    if os.environ.get(clock.VARIABLE):
        yield _note("configuration", f"{clock.VARIABLE} is set: everything is dated by it, not by the machine's clock")
    try:
        files = known()
    except PortalFileError as error:
        yield _wrong("configuration", str(error))
        return
    faults = 0
    for path in files.values():
        try:
            load(path)
        except PortalFileError as error:
            faults += 1
            yield _wrong("portal file", str(error))
    if not faults:
        yield _fine("portal files", f"{len(files)}, all of them sound")


def _disk(db: Path, evidence: Path) -> Iterator[Diagnosis]:
    held = sum(path.stat().st_size for path in (db, evidence) if path.is_file())
    folder = next(parent for parent in db.absolute().parents if parent.is_dir())
    free = shutil.disk_usage(folder).free
    message = f"{free // MIB:,} MiB free, the archive holds {held // MIB:,} MiB"
    if free < LEAST_FREE:
        yield _wrong("disk", f"{message}: make room, or crawls will end with archive_error")
    elif free < LEAST_FREE + held:
        yield _note("disk", f"{message}: too little for a backup or a snapshot beside it")
    else:
        yield _fine("disk", message)
    if not os.access(folder, os.W_OK):
        yield _wrong("disk", f"{folder} can't be written to by this user")


def _archive(connection: sqlite3.Connection, evidence: Path) -> Iterator[Diagnosis]:
    if later := later_than_this(connection):
        yield _wrong("schema", f"of a later version ({', '.join(later)}): update this program")
        return
    if migrations.pending(Database(connection)):
        yield _note(
            "schema",
            "of an earlier version: back it up; `disclosures crawl`, or `disclosures redact`, brings it up to date first",
        )
        return
    (message,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if message != "ok":
        yield _wrong("archive", f"damaged ({message.splitlines()[0]}): put a backup back with `disclosures restore`")
        return
    records, last = connection.execute(
        "SELECT (SELECT count(*) FROM records), (SELECT max(started_at) FROM crawls)"
    ).fetchone()
    yield _fine("archive", f"{quantity(records, 'record')}, last crawl {last or 'never'}")
    yield from _clock(connection, evidence)
    yield from _texts(connection)
    if not is_current(connection):
        yield _note(
            "search", "the index was made by another version: `disclosures crawl` or `disclosures redact` renews it"
        )
    if older := count_outdated(connection):
        yield _note(
            "masking",
            f"{older:,} records were masked by older rules: run `disclosures redact`, or `disclosures crawl`, which does it first",
        )


def _clock(connection: sqlite3.Connection, evidence: Path) -> Iterator[Diagnosis]:
    """Say whose clock is wrong where crawls are dated in the future: this machine's now, or that of these crawls."""
    with ExitStack() as stack:
        originals = None
        with suppress(EvidenceError):
            originals = stack.enter_context(closing(Originals(evidence)))
        ahead = crawls_ahead(connection, originals, clock.now())
    if right := [crawl for crawl in ahead if not crawl.is_wrong]:
        began = f"crawl {right[0].crawl_id} began at {right[0].started_at}, which is in the future"
        yield _wrong("clock", f"{began}: this machine's clock stands behind, set it right")
    elif ahead:
        named = ", ".join(f"{crawl.crawl_id} ({crawl.started_at})" for crawl in ahead[:MOST_NAMED])
        then = "the clock stood ahead then, and is right now; later crawls pay no heed to these dates"
        yield _note("clock", f"crawls dated in the future: {named}: {then}")


def _texts(connection: sqlite3.Connection) -> Iterator[Diagnosis]:
    """Say which records hold a text that no program can read."""
    damaged = list(damaged_texts(connection))
    if not damaged:
        return
    records = sorted({each.record_id for each in damaged if each.record_id})
    places = [f"record {number}" for number in records]
    places += [each.row for each in damaged if not each.record_id]
    named = ", ".join(places[:MOST_NAMED]) + (" …" if len(places) > MOST_NAMED else "")
    step = "`disclosures reparse` mends them and reads their originals again"
    yield _wrong("texts", f"{len(damaged)} are damaged, some of their bytes can't be read ({named}): {step}")


def _evidence(connection: sqlite3.Connection, db: Path, evidence: Path) -> Iterator[Diagnosis]:
    if not connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'captures'").fetchone():
        return
    (last,) = connection.execute("SELECT coalesce(max(id), 0) FROM captures").fetchone()
    if not evidence.is_file():
        if last:
            missing = f"{evidence} is missing, though {db.name} points to {last:,} originals in it: put it back, or DISCLOSURES_EVIDENCE right"
            yield _wrong("evidence", missing)
        return
    try:
        with closing(open_evidence(evidence)) as sealed:
            (kept,) = sealed.execute("SELECT coalesce(max(id), 0) FROM captures").fetchone()
            days, head = sealed.execute("SELECT count(*), max(day) FROM manifests").fetchone()
    except (sqlite3.Error, ValueError) as error:
        yield _wrong("evidence", f"{evidence} can't be read ({error}): put a backup back with `disclosures restore`")
        return
    if kept < last:
        yield _wrong(
            "evidence",
            f"{evidence} ends at original {kept:,}, but {db.name} points to {last:,}: put the right file there",
        )
    else:
        yield _fine(
            "evidence",
            f"{quantity(kept, 'original')}, {quantity(days, 'day')} sealed{f', the last {head}' if head else ''}",
        )
    if evidence.stat().st_mode & 0o077:
        yield _note("evidence", f"{evidence} holds personal data unmasked and others may read it: chmod 600 {evidence}")
