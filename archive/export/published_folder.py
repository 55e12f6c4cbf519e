"""A published folder: snapshots of an archive, and `current`, a link to the one to be served.

Each snapshot is a folder that plain `datasette FOLDER/current/` serves, too: `disclosures.db`, and `inspect-data.json` with the
number of rows of each table, which an immutable file need not count again. `snapshot.json` says when it was made.
"""

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from archive.database.connection import ArchiveError, open_for_reading
from archive.export.public_database import Snapshot, snapshot

CURRENT, DB, COUNTS, ABOUT = "current", "disclosures.db", "inspect-data.json", "snapshot.json"

KEPT = 2
"""Snapshots that stay: the current one, and the one before it, which a site may still be reading."""

_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Published:
    """A snapshot in a published folder. `made_at`: UTC, ISO 8601. `counts`: table → rows."""

    db: Path
    made_at: str
    sha256: str
    bytes: int
    counts: dict[str, int]


def publish(db: Path, folder: Path, now: str) -> Published:
    """Make a snapshot of the archive `db` and let `folder`/current point to it, in one step, once it was checked.

    `now`: the moment, UTC, ISO 8601. Where anything fails, what was current stays so; so it does, with the moment at which it
    was made, where the new snapshot is the same byte for byte. Raises ArchiveError, in one line.
    """
    with _alone(folder):
        for left in folder.glob(".*.part"):  # of a run that was killed
            shutil.rmtree(left, ignore_errors=True)
        part = folder / f".{os.getpid()}.part"
        part.mkdir()
        try:
            made = snapshot(db, part / DB)
            if _is_current(folder, made):
                return published(folder)
            _describe(part, made, now)
            name = f"{now.translate({ord(':'): None})}-{made.sha256[:12]}"
            part.rename(folder / name)
            _point(folder, name)
        finally:
            shutil.rmtree(part, ignore_errors=True)
        _forget(folder, name)
    return published(folder)


def published(folder: Path) -> Published:
    """The current snapshot of a published folder. Raises ArchiveError where there is none that can be served."""
    place = folder / CURRENT
    try:
        place = place.resolve(strict=True)  # what is read belongs together, though the link may move on meanwhile
        about = json.loads((place / ABOUT).read_text(encoding="utf-8"))
        counts = json.loads((place / COUNTS).read_text(encoding="utf-8"))
        if about["format"] != _FORMAT:
            raise ArchiveError(f"{folder} was published by a later version of this program: update it")
        (told,) = counts.values()
        rows = {name: int(table["count"]) for name, table in told["tables"].items()}
        found = Published(place / DB, about["made_at"], about["sha256"], about["bytes"], rows)
        if found.db.is_file() and found.db.stat().st_size != found.bytes:  # being copied, or cut
            raise ArchiveError(f"{found.db} is not all there: publish again")
    except FileNotFoundError as error:
        raise ArchiveError(f"nothing is published in {folder}: `disclosures publish {folder}` does so") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ArchiveError(f"what is published in {folder} is damaged: publish again") from error
    open_for_reading(found.db).close()
    return found


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / ".lock", timeout=0):
            yield
    except Timeout as error:
        raise ArchiveError(f"{folder} is being published to already: wait for that to end") from error
    except OSError as error:
        raise ArchiveError(f"cannot publish to {folder}: {error}") from error


def _is_current(folder: Path, made: Snapshot) -> bool:
    """Whether what is published is `made`, whole: what was damaged since is read here, and replaced."""
    try:
        found = published(folder)
        with found.db.open("rb") as file:
            return made.sha256 == found.sha256 == hashlib.file_digest(file, "sha256").hexdigest()
    except (ArchiveError, OSError):
        return False


def _describe(part: Path, made: Snapshot, now: str) -> None:
    with closing(open_for_reading(part / DB)) as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        counts = {name: {"count": _count(connection, name)} for name in names}
    path = Path(DB)
    inspected = {path.stem: {"hash": made.sha256, "size": made.bytes, "file": path.name, "tables": counts}}
    about = {"format": _FORMAT, "made_at": now, "sha256": made.sha256, "bytes": made.bytes}
    for name, told in ((COUNTS, inspected), (ABOUT, about)):
        (part / name).write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def _count(connection: sqlite3.Connection, table: str) -> int:
    try:
        return int(connection.execute(f"SELECT count(*) FROM [{table}]").fetchone()[0])  # noqa: S608 - a name from the schema
    except sqlite3.Error:  # an index without content counts nothing
        return 0


def _point(folder: Path, name: str) -> None:
    """Let `current` point to `name`: a link made beside it takes its place in one step."""
    link = folder / f".{CURRENT}"
    link.unlink(missing_ok=True)
    link.symlink_to(name, target_is_directory=True)
    link.replace(folder / CURRENT)


def _forget(folder: Path, name: str) -> None:
    """Delete snapshots that are older than the one before `name`."""
    older = sorted(path for path in folder.iterdir() if (path / ABOUT).is_file() and not path.is_symlink())
    older = [path for path in older if path.name != name]
    for path in older[: len(older) - (KEPT - 1)]:
        shutil.rmtree(path, ignore_errors=True)
