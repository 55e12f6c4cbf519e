"""The seals of days in public: `seal.json`, for anybody to keep, and to hold a proof or the archive against later."""

import json
import shutil
import sqlite3
import subprocess
from pathlib import Path
from typing import Any

from archive.database.connection import ArchiveError
from archive.model.atomic_file import atomic_file

FILE = "seal.json"

_SEALS = "SELECT day, hash, previous_hash, captures, sealed_at, stamped_at FROM seals ORDER BY day"
_SECONDS = 60
"""Seconds that git may take."""


def seals(connection: sqlite3.Connection) -> list[dict[str, Any]]:
    """The sealed days of an archive, in order."""
    rows = connection.execute(_SEALS)
    columns = [column[0] for column in rows.description]
    return [dict(zip(columns, row, strict=True)) for row in rows]


def seal_json(days: list[dict[str, Any]]) -> str:
    """The seals that others keep: all days, and the head, which is the last one; null while none is sealed."""
    head = {"day": days[-1]["day"], "hash": days[-1]["hash"]} if days else None
    return json.dumps({"head": head, "days": days}, indent=1) + "\n"


def publish_seals(connection: sqlite3.Connection, folder: Path) -> Path:
    """Write `seal.json` into a folder; the file. Raises ArchiveError where that can't be done."""
    path = folder / FILE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with atomic_file(path) as file:
            file.write_text(seal_json(seals(connection)), encoding="utf-8")
            file.chmod(0o644)
    except OSError as error:
        raise ArchiveError(f"cannot write {path}: {error.strerror or error}") from error
    return path


def commit(path: Path, subject: str) -> bool:
    """Commit a file where its folder is in a git repository; whether it is. Raises ArchiveError.

    A file that has not changed makes no commit. To push is the operator's, or a hook's.
    """
    git = shutil.which("git")
    if git is None or _run(git, path.parent, "rev-parse", "--is-inside-work-tree").returncode:
        return False
    done = _run(git, path.parent, "add", "--", path.name)
    if done.returncode == 0 and _run(git, path.parent, "diff", "--cached", "--quiet", "--", path.name).returncode:
        done = _run(git, path.parent, "commit", "-m", subject, "--", path.name)
    if done.returncode:
        raise ArchiveError(f"git in {path.parent}: {' '.join((done.stderr or done.stdout).split())}")
    return True


def _run(git: str, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [git, "-C", str(folder), *arguments]
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)  # noqa: S603 - ours
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ArchiveError(f"git in {folder}: {error}") from error
