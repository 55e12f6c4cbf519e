"""Files and folders that appear whole or not at all: made under another name beside their place, synced, renamed."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def atomic_file(path: Path) -> Iterator[Path]:
    """Yield the name of a new file to write; it takes the place of `path` once all went well, else it is deleted.

    What a killed process left under that name is deleted first. Raises OSError.
    """
    part = _part(path)
    try:
        part.unlink(missing_ok=True)
        yield part
        sync(part)
        part.replace(path)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


@contextmanager
def atomic_folder(path: Path, writer: str = "") -> Iterator[Path]:
    """Yield a new folder to fill, its owner's alone; it is renamed to `path` once all went well, else deleted.

    `writer`: a name for each of several processes that may fill the same folder at once. Raises OSError.
    """
    part = _part(path, writer)
    try:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(mode=0o700)
        yield part
        part.rename(path)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def sync(path: Path) -> None:
    """Wait until a file is on the disk."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _part(path: Path, writer: str = "") -> Path:
    return path.with_name(f".{path.name}{writer and '.'}{writer}.part")
