"""Checking a bundle as its own program does, and its time stamps' signatures as well; no archive is needed."""

import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path

from archive.database.connection import ArchiveError
from archive.evidence.timestamp import TimestampError, stated_time
from archive.proof.checker import check

NOT_WHOLE = (ValueError, LookupError, TypeError, AttributeError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error)
"""Exceptions that reading a damaged or foreign ZIP raises;
RuntimeError where it seems encrypted, or compressed in an unknown way.
"""

LARGEST_BUNDLE = 500_000_000
"""Bytes that a bundle may unpack to: they are held at once, and a megabyte may hold gigabytes."""


def faults(path: Path, kept: Mapping[str, str]) -> Iterator[str]:
    """Yield what is wrong with a bundle, in words. `kept`: day → its hash as kept elsewhere.
    Raises ArchiveError if it can't be opened.
    """
    try:
        with zipfile.ZipFile(path) as package:
            size = sum(file.file_size for file in package.infolist())
        if size > LARGEST_BUNDLE:
            raise ValueError(f"it unpacks to {size} bytes, more than the {LARGEST_BUNDLE} that are read")
        yield from check(str(path), dict(kept))
        yield from _tokens(path)
    except OSError as error:
        raise ArchiveError(f"cannot read {path}: {error.strerror or error}") from error
    except NOT_WHOLE as error:
        yield f"this is no whole proof: {type(error).__name__}: {' '.join(str(error).split())}"


def kept_in(path: Path) -> dict[str, str]:
    """The hashes of days that a copy of the archive's seal.json states. Raises ArchiveError where it states none."""
    try:
        days = json.loads(path.read_bytes())["days"]
        return {str(day["day"]): str(day["hash"]) for day in days}
    except OSError as error:
        raise ArchiveError(f"cannot read {path}: {error.strerror or error}") from error
    except NOT_WHOLE as error:
        raise ArchiveError(f"{path} is no seal.json of an archive") from error


def _tokens(path: Path) -> Iterator[str]:
    with zipfile.ZipFile(path) as package:
        for name in sorted(package.namelist()):
            if name.startswith("tokens/"):
                day = name.removeprefix("tokens/").removesuffix(".tsr")
                try:
                    stated_time(package.read(name), sha256(package.read(f"days/{day}.txt")).hexdigest())
                except TimestampError as error:
                    yield f"{name}: {error}"
