"""Snapshots of an archive for everybody, each described by a `snapshot.json` with its moment, digest and length.

One is kept beside the archive for download: a folder `NAME.snapshot` beside `NAME.db` holds the file, named by its day
and its digest; it is made again when the archive went on, a day apart at least. Others are published: a folder to be
served holds two, and `current`, a link to the newest. Each is a folder that plain `datasette FOLDER/current/` serves,
too: `disclosures.db`, and `inspect-data.json` with the number of rows of each table, which an immutable file need not
count again. A published snapshot is its own download.
"""

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from archive.database.connection import ArchiveError, open_for_reading
from archive.database.lock import alone
from archive.evidence.evidence_reader import SNAPSHOT, place_of
from archive.export.public_database import Snapshot, snapshot
from archive.model import clock
from archive.model.atomic_file import atomic_file

CURRENT, DB, COUNTS, ABOUT = "current", "disclosures.db", "inspect-data.json", SNAPSHOT

PUBLISHED = 2
"""Published snapshots that stay: the current one, and the one before it, which a site may still be reading."""

APART = timedelta(days=1)
"""Time for which a download is good enough, though the archive went on:
making one reads all of it, and takes its room twice.
"""

_FORMAT = 1
_DAMAGED = (OSError, ValueError, KeyError, TypeError)
_STATE = """
SELECT json_array((SELECT max(id) FROM crawls), (SELECT max(finished_at) FROM crawls), (SELECT max(id) FROM events),
                  (SELECT max(id) FROM versions), (SELECT group_concat(name || '=' || value) FROM settings), (SELECT count(*) || max(at) FROM withheld),
                  (SELECT group_concat(id || state) FROM rosters))
"""
_HIDDEN_AT = "SELECT max(coalesce((SELECT max(at) FROM withheld), ''), coalesce((SELECT max(at) FROM rosters), ''))"


def kept(db: Path) -> Snapshot | None:
    """Return the snapshot of the archive `db` that is there for download; None where there is none."""
    is_published = db.with_name(ABOUT).is_file()
    folder = db.parent if is_published else _folder(db)
    try:
        about = _read(folder / ABOUT)
        current = _described(about, db if is_published else folder / Path(about["file"]).name)
        return current if about["format"] == _FORMAT and current.path.stat().st_size == current.bytes else None
    except _DAMAGED:
        return None


def is_due(db: Path) -> bool:
    """Return whether a snapshot should be made for download:
    there is none, or the archive went on and the last one is old enough.
    """
    last = kept(db)
    if last is None:
        return True
    if not last.state or clock.now() - datetime.fromisoformat(last.made_at) < APART:
        return False
    with closing(open_for_reading(db)) as connection:
        return _state(connection) != last.state


def renew(db: Path) -> Snapshot:
    """Make a snapshot of the archive for download; the one before goes.
    Raises ArchiveError, in one line; what was there stays.
    """
    folder = _folder(db)
    with _alone(folder, f"a snapshot of {db} is being made", f"cannot make a snapshot in {folder}"):
        new = folder / ".new.db"
        new.unlink(missing_ok=True)  # of a run that was killed
        with closing(open_for_reading(db)) as connection:
            state = _state(connection)
        made_at = clock.text(clock.now())
        made = replace(snapshot(db, new), made_at=made_at, state=state)
        made = replace(made, path=folder / f"disclosures-{made_at[:10]}-{made.sha256[:12]}.db")
        new.rename(made.path)
        with atomic_file(folder / ABOUT) as about:
            _write(about, {**_about(made), "state": state, "file": made.path.name})
        for old in folder.glob("disclosures-*.db"):
            if old != made.path:
                old.unlink()
    return made


def publish(db: Path, folder: Path, now: str) -> Snapshot:
    """Make a snapshot of the archive `db` and let `folder`/current point to it, in one step, once it was checked.

    `now`: the moment, UTC, ISO 8601. Where anything fails, what was current stays so; so it does, with the moment at
    which it was made, where the new snapshot is the same byte for byte. Raises ArchiveError, in one line.
    """
    if "" not in published_archives(folder):
        raise ArchiveError(f"several archives are published in {folder}: publish one by itself in another folder")
    with _alone(folder, f"{folder} is being published to", f"cannot publish to {folder}"):
        for left in folder.glob(".*.part"):  # of a run that was killed
            shutil.rmtree(left, ignore_errors=True)
        part = folder / f".{os.getpid()}.part"
        part.mkdir()
        try:
            made = replace(snapshot(db, part / DB), made_at=now)
            if _is_current(folder, made):
                return published(folder)
            _write(part / COUNTS, _inspected(made))
            _write(part / ABOUT, _about(made))
            name = f"{now.translate({ord(':'): None})}-{made.sha256[:12]}"
            part.rename(folder / name)
            _point(folder, name)
        finally:
            shutil.rmtree(part, ignore_errors=True)
        _forget(folder, name, _withheld_at(db))
    return published(folder)


def _withheld_at(db: Path) -> str:
    """The moment at which something was last withheld or held back; what was published before still shows it."""
    with closing(open_for_reading(db)) as connection:
        return str(connection.execute(_HIDDEN_AT).fetchone()[0])


def check_together(paths: Mapping[str, Path]) -> None:
    """Check that all are archives, that no portal is in two of them,
    and that each has originals of its own. Raises ArchiveError.
    """
    portals: dict[str, Path] = {}
    originals: dict[Path, str] = {}
    files: dict[Path, str] = {}
    for name, path in paths.items():
        if (other := files.setdefault(Path(os.path.realpath(path)), name)) != name:
            raise ArchiveError(f"{other} and {name} are one archive, {path}: name it once")
        if (other := originals.setdefault(place_of(path), name)) != name:
            raise ArchiveError(
                f"{other} and {name} would have the same originals, {place_of(path)}: let DISCLOSURES_EVIDENCE name a folder with a file for each"
            )
        with closing(open_for_reading(path)) as connection:
            for (portal,) in connection.execute("SELECT id FROM portals"):
                if (holder := portals.setdefault(portal, path)) != path:
                    raise ArchiveError(
                        f"the portal {portal} is in {holder} and in {path}: fold one into the other with `disclosures merge`"
                    )


def publish_several(archives: Mapping[str, Path], folder: Path, now: str) -> dict[str, Snapshot]:
    """Publish archives, by their names, each in a folder of its own in `folder`,
    one after the other. Raises ArchiveError.

    What is published there by other names would be served with them.
    """
    check_together(archives)
    if (folder / CURRENT).exists():
        raise ArchiveError(f"one archive is published in {folder} by itself: publish several in another folder")
    for name, path in archives.items():
        if name == CURRENT or name.startswith("."):
            raise ArchiveError(f"no archive can be published as {name}: give {path} another name, as in north={path}")
    for name in published_archives(folder).keys() - {*archives, ""}:
        raise ArchiveError(f"{name} is published in {folder}, too: name it with the others, or delete {folder / name}")
    return {name: publish(path, folder / name, now) for name, path in archives.items()}


def published_archives(folder: Path) -> dict[str, Path]:
    """Return the folders in which archives are published, by their names;
    `folder` itself, without a name, where it is one.
    """
    several = sorted(place.parent for place in folder.glob(f"*/{CURRENT}"))
    return {place.name: place for place in several} if several and not (folder / CURRENT).exists() else {"": folder}


def published(folder: Path) -> Snapshot:
    """Return the current snapshot of a published folder. Raises ArchiveError where there is none that can be served."""
    place = folder / CURRENT
    try:
        place = place.resolve(strict=True)  # what is read belongs together, though the link may move on meanwhile
        about, counts = _read(place / ABOUT), _read(place / COUNTS)
        if about["format"] != _FORMAT:
            raise ArchiveError(f"{folder} was published by a later version of this program: update it")
        (inspected,) = counts.values()
        rows = {name: int(table["count"]) for name, table in inspected["tables"].items()}
        current = replace(_described(about, place / DB), counts=rows)
        if current.path.is_file() and current.path.stat().st_size != current.bytes:  # being copied, or cut
            raise ArchiveError(f"{current.path} is not all there: publish again")
    except FileNotFoundError as error:
        raise ArchiveError(f"nothing is published in {folder}: `disclosures publish {folder}` does so") from error
    except _DAMAGED as error:
        raise ArchiveError(f"what is published in {folder} is damaged: publish again") from error
    open_for_reading(current.path).close()
    return current


@contextmanager
def _alone(folder: Path, busy: str, failed: str) -> Iterator[None]:
    """Keep other processes out of the folder. Raises ArchiveError where one is in it, or where the work fails."""
    try:
        with alone(folder / ".lock", f"{busy} already: wait for that to end"):
            yield
    except (OSError, sqlite3.Error) as error:
        raise ArchiveError(f"{failed}: {error}") from error


def _about(made: Snapshot) -> dict[str, Any]:
    return {"format": _FORMAT, "made_at": made.made_at, "sha256": made.sha256, "bytes": made.bytes}


def _described(about: dict[str, Any], path: Path) -> Snapshot:
    return Snapshot(path, int(about["bytes"]), about["sha256"], about["made_at"], str(about.get("state", "")))


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def _write(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def _folder(db: Path) -> Path:
    return db.with_name(f"{db.stem}.snapshot")


def _state(connection: sqlite3.Connection) -> str:
    return str(connection.execute(_STATE).fetchone()[0])


def _made_at(folder: Path) -> str:
    """The moment at which a snapshot was made, as it says; "" where it can't be read."""
    try:
        return str(_read(folder / ABOUT)["made_at"])
    except _DAMAGED:
        return ""


def _is_current(folder: Path, made: Snapshot) -> bool:
    """Return whether what is published is `made`, whole: what was damaged since is read here, and replaced."""
    try:
        current = published(folder)
        with current.path.open("rb") as file:
            return made.sha256 == current.sha256 == hashlib.file_digest(file, "sha256").hexdigest()
    except (ArchiveError, OSError):
        return False


def _inspected(made: Snapshot) -> dict[str, Any]:
    """Return what Datasette reads from `inspect-data.json`."""
    with closing(open_for_reading(made.path)) as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        counts = {name: {"count": _count(connection, name)} for name in names}
    return {made.path.stem: {"hash": made.sha256, "size": made.bytes, "file": made.path.name, "tables": counts}}


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


def _forget(folder: Path, name: str, withheld_at: str) -> None:
    """Delete snapshots that are older than the one before `name`, and those that show what was withheld since."""
    older = sorted(path for path in folder.iterdir() if (path / ABOUT).is_file() and not path.is_symlink())
    older = [path for path in older if path.name != name]
    outdated = {path for path in older if _made_at(path) <= withheld_at}
    for path in {*older[: len(older) - (PUBLISHED - 1)], *outdated}:
        shutil.rmtree(path, ignore_errors=True)
