"""Where the tests' files lie: in memory, where a machine has room for them. Nothing waits for a disk there, at each commit."""

import os
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")
ROOM = 1 << 30
"""Bytes that must be free there: four times what all files of a run take."""


def keep_files_in_memory() -> None:
    """Make temporary files of this process and of those it starts in memory, unless TMPDIR says where."""
    if "TMPDIR" not in os.environ and _suits(MEMORY):
        os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


def _suits(folder: Path) -> bool:
    """Whether there is room, and programs can be started from there: some tests write their own."""
    if not folder.is_dir():
        return False
    system = os.statvfs(folder)
    return not system.f_flag & os.ST_NOEXEC and system.f_bavail * system.f_frsize >= ROOM
