"""The snapshot that is kept beside an archive to be taken away: made once for a state of the archive, a day apart at least.

A folder `NAME.snapshot` beside `NAME.db` holds the file, named by its day and its digest, and `snapshot.json` with what it is.
A published snapshot has its `snapshot.json` beside it: it is taken away as it is.
"""

import json
import sqlite3
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

from filelock import FileLock, Timeout

from archive.database.connection import ArchiveError, open_for_reading
from archive.export.public_database import snapshot
from archive.model import clock
from archive.model.atomic_file import atomic_file

ABOUT = "snapshot.json"

APART = timedelta(days=1)
"""How long a snapshot is good enough, though the archive went on: making one reads all of it, and takes its room twice."""

_FORMAT = 1
_STATE = """
SELECT json_array((SELECT max(id) FROM crawls), (SELECT max(finished_at) FROM crawls), (SELECT max(id) FROM events),
                  (SELECT max(id) FROM versions), (SELECT group_concat(name || '=' || value) FROM settings))
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """A snapshot. `made_at`: UTC, ISO 8601; `state`: of the archive, "" where it can't change; `sha256`: of the file, hex."""

    path: Path
    made_at: str
    sha256: str
    bytes: int
    state: str


def kept(db: Path) -> Kept | None:
    """The snapshot of the archive `db` that is there to be taken away; None where there is none."""
    published = db.with_name(ABOUT)
    folder = db.parent if published.is_file() else _folder(db)
    try:
        told = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        path = db if published.is_file() else folder / Path(told["file"]).name
        found = Kept(path, told["made_at"], told["sha256"], int(told["bytes"]), str(told.get("state", "")))
        return found if told["format"] == _FORMAT and path.stat().st_size == found.bytes else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def is_due(db: Path) -> bool:
    """Whether a snapshot should be made: there is none, or the archive went on and the last one is old enough."""
    found = kept(db)
    if found is None:
        return True
    if not found.state or clock.now() - datetime.fromisoformat(found.made_at) < APART:
        return False
    with closing(open_for_reading(db)) as connection:
        return _state(connection) != found.state


def renew(db: Path) -> Kept:
    """Make a snapshot of the archive as it is now; the one before goes. Raises ArchiveError, in one line, what was there stays."""
    folder = _folder(db)
    try:
        folder.mkdir(exist_ok=True)
        with FileLock(folder / ".lock", timeout=0):
            new = folder / ".new.db"
            new.unlink(missing_ok=True)  # of a run that was killed
            with closing(open_for_reading(db)) as connection:
                state = _state(connection)
            now = clock.text(clock.now())
            made = snapshot(db, new)
            path = folder / f"disclosures-{now[:10]}-{made.sha256[:12]}.db"
            new.rename(path)
            found = Kept(path, now, made.sha256, made.bytes, state)
            told = {"format": _FORMAT, **asdict(found), "file": path.name}
            del told["path"]
            with atomic_file(folder / ABOUT) as about:
                about.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
            for old in folder.glob("disclosures-*.db"):
                if old != path:
                    old.unlink()
    except Timeout as error:
        raise ArchiveError(f"a snapshot of {db} is being made already: wait for that to end") from error
    except (OSError, sqlite3.Error) as error:
        raise ArchiveError(f"cannot make a snapshot in {folder}: {error}") from error
    return found


def _folder(db: Path) -> Path:
    return db.with_name(f"{db.stem}.snapshot")


def _state(connection: sqlite3.Connection) -> str:
    return str(connection.execute(_STATE).fetchone()[0])
