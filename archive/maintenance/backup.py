"""Backing up an archive while it is crawled, and putting a backup back: both databases, checked on the way.

A backup is a folder: `disclosures.db`, `evidence.db` where there are originals, and `backup.json` with what they are
(format, when made, sha256 and bytes of each file, head and tip of the evidence). The archive is copied first and the
evidence after it: whatever the one points to is then in the other.
"""

import hashlib
import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.database.connection import ArchiveError, open_for_reading
from archive.evidence import block_sums, claims
from archive.maintenance import sealing
from archive.maintenance.check import check, summary
from archive.model.atomic_file import atomic_file, atomic_folder, sync

DB, EVIDENCE, MANIFEST = "disclosures.db", "evidence.db", "backup.json"

_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was made or put back: its folder, and the bytes of both databases."""

    folder: Path
    bytes: int


def back_up(db: Path, evidence: Path, folder: Path, now: str) -> Backup:
    """Copy the archive `db` and its `evidence` to the new `folder`; crawls may go on meanwhile.

    The folder is there whole or not at all. `now`: the moment, UTC, in ISO 8601. Raises ArchiveError, in one line, also
    where what was copied is damaged: nobody should trust such a backup.
    """
    open_for_reading(db).close()
    if folder.exists():
        raise ArchiveError(f"{folder} exists: name a new folder for the backup")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with atomic_folder(folder) as part:
            copy_database(db, part / DB)
            if evidence.is_file():
                copy_database(evidence, part / EVIDENCE, mode=0o600)
            _set_sums(part, kept=False)
            _require_sound(part, "the archive")
            _set_sums(part, kept=True)
            proof = summary(part / DB, part / EVIDENCE)
            files = _files(part)
            manifest = {"format": _FORMAT, "made_at": now, "head": proof.head, "tip": proof.tip, "files": files}
            (part / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    except (OSError, sqlite3.Error) as error:
        raise ArchiveError(f"cannot back up to {folder}: {error}") from error
    return Backup(folder, sum(file["bytes"] for file in files.values()))


def _set_sums(part: Path, *, kept: bool) -> None:
    """Take the check sums of the archive's file out of the copied evidence, or put in those of the copied archive.

    The archive may have been written while the two were copied.
    """
    if not (part / EVIDENCE).is_file():
        return
    with closing(sqlite3.connect(part / EVIDENCE, isolation_level=None)) as evidence:
        block_sums.take_away(evidence)
        if kept and claims.are_kept(evidence):
            with closing(open_for_reading(part / DB)) as archive:
                name = sealing.name_of(archive)
            block_sums.put(evidence, block_sums.sums_of(name, part / DB))
    sync(part / EVIDENCE)


def put_back(folder: Path, db: Path, evidence: Path) -> Backup:
    """Copy the backup in `folder` to `db` and `evidence`, which must not exist.
    Every byte and every digest is checked first.

    Raises ArchiveError, in one line, with nothing left behind.
    """
    manifest = _manifest(folder)
    for path in (db, evidence):
        if path.exists():
            raise ArchiveError(f"{path} exists: move it away first, for nothing is written over")
    if (files := _files(folder)) != manifest.get("files"):
        differing = sorted(name for name, file in (manifest.get("files") or {}).items() if files.get(name) != file)
        raise ArchiveError(
            f"{folder}: {', '.join(differing) or 'a file'} is no longer what was backed up: take another backup"
        )
    _require_sound(folder, f"the backup {folder}")
    made: list[Path] = []
    try:
        for name, path, mode in ((EVIDENCE, evidence, 0o600), (DB, db, 0o644)):  # the archive points to its evidence
            if name in files:
                path.parent.mkdir(parents=True, exist_ok=True)
                made.append(path)
                with atomic_file(path) as part:
                    shutil.copyfile(folder / name, part)
                    part.chmod(mode)
    except OSError as error:
        for path in made:
            path.unlink(missing_ok=True)
        raise ArchiveError(f"cannot put {folder} back: {error}") from error
    return Backup(folder, sum(file["bytes"] for file in files.values()))


def copy_database(source: Path, target: Path, mode: int = 0o644) -> None:
    """One state of a database, page by page; writers go on meanwhile.
    Raises sqlite3.Error, OSError, ArchiveError (no room).
    """
    target.touch(mode=mode)
    address = f"{source.resolve().as_uri()}?mode=ro"
    with closing(sqlite3.connect(address, uri=True, timeout=60)) as here, closing(sqlite3.connect(target)) as there:
        needed = here.execute("PRAGMA page_count").fetchone()[0] * here.execute("PRAGMA page_size").fetchone()[0]
        free = shutil.disk_usage(target.parent).free
        if free < needed:
            raise ArchiveError(
                f"a copy of {source.name} needs {needed:,} bytes, and the disk of {target} has {free:,} left"
            )
        here.backup(there)
        there.execute("PRAGMA journal_mode = DELETE")  # one file, with nothing beside it
    sync(target)


def _require_sound(folder: Path, what: str) -> None:
    damage = next((finding for finding in check(folder / DB, folder / EVIDENCE) if finding.is_damage), None)
    if damage is not None:
        raise ArchiveError(f"{what} is damaged ({damage}): `disclosures verify` says all that is wrong")


def _files(folder: Path) -> dict[str, dict[str, Any]]:
    """The databases in `folder`: name → sha256 and bytes."""
    files = {}
    for name in (DB, EVIDENCE):
        path = folder / name
        if path.is_file():
            with path.open("rb") as file:
                files[name] = {"sha256": hashlib.file_digest(file, "sha256").hexdigest(), "bytes": path.stat().st_size}
    return files


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if manifest["format"] != _FORMAT:
            raise ArchiveError(f"{folder} was made by a later version of this program: update it")
    except OSError as error:
        raise ArchiveError(f"{folder} is no backup: it has no {MANIFEST} that can be read") from error
    except (ValueError, KeyError, TypeError) as error:
        raise ArchiveError(f"{folder}: {MANIFEST} is damaged: take another backup") from error
    return dict(manifest)
