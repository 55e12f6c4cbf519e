"""The open data release: what of an archive is for everybody, as Parquet by province and year,
with what describes and proves it.

It is made of a snapshot (`archive.export.public_database`), so nothing withheld or held back is in it. The same archive
gives the same bytes; a release into the folder of an earlier one, of one that was killed too, writes anew only the
files whose bytes differ.
"""

import shutil
import sqlite3
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from hashlib import file_digest, sha256
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from archive.database.connection import ArchiveError, open_for_reading
from archive.database.lock import alone
from archive.database.sealed_days import last_seal
from archive.export.dataset_description import Described, described
from archive.export.parquet import parquet_file
from archive.export.public_database import snapshot
from archive.export.rows import Row
from archive.model.atomic_file import atomic_file

_TABLES = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
SUMS = "SHA256SUMS"
_LOCK, _SCRATCH = ".lock", ".release"
_PART = "part-0.parquet"
_PARTITIONS = 2
"""Columns at the beginning of each SELECT that become folders: province and year."""

_UNKNOWN_PROVINCE, _UNKNOWN_YEAR = "00", "0000"
"""The partition of a table without rows, whose columns a query finds there."""

_LAST = "SELECT max(finished_at) FROM crawls"


@dataclass(frozen=True, slots=True)
class Release:
    """A release as written: its files, how many of them were written anew,
    and how many files of an earlier one are gone; rows by table.
    """

    files: int
    written: int
    removed: int
    rows: Mapping[str, int]


def release(db: Path, folder: Path, *, licence: str, site: str = "") -> Release:
    """Write the release of the archive `db` into `folder`. `site`: where the archive is published, if it is.

    Raises ArchiveError and WriterError, also where `folder` can't be written.
    """
    try:
        with alone(folder / _LOCK, f"a release is being written to {folder}: wait for that to end"):
            before, scratch = _before(folder), folder / _SCRATCH
            shutil.rmtree(scratch, ignore_errors=True)  # of a run that was killed
            scratch.mkdir(mode=0o700)
            try:
                snapshot(db, scratch / "archive.db")
                with closing(open_for_reading(scratch / "archive.db")) as connection:
                    return _released(connection, folder, before, licence, site)
            finally:
                shutil.rmtree(scratch, ignore_errors=True)
                (folder / _LOCK).unlink(missing_ok=True)
    except OSError as error:
        raise ArchiveError(f"cannot write a release to {folder}: {error.strerror or error}") from error


def _released(
    connection: sqlite3.Connection, folder: Path, before: Mapping[str, str], licence: str, site: str
) -> Release:
    writing = _Writing(folder, before)
    tables = [_table(connection, name, table, writing) for name, table in _TABLES.items()]
    (made_at,) = connection.execute(_LAST).fetchone()
    head = last_seal(connection)
    stated = described(tables, made_at=made_at or "", head=head, licence=licence, site=site, sums=writing.sums)
    for path, text in stated.items():
        writing.write(path, [text.encode()])
    gone = before.keys() - writing.sums.keys()
    for path in gone:
        (folder / path).unlink(missing_ok=True)
    with atomic_file(folder / SUMS) as part:
        part.write_text(
            "".join(f"{digest}  {path}\n" for path, digest in sorted(writing.sums.items())), encoding="utf-8"
        )
    return Release(len(writing.sums), writing.written, len(gone), {table.name: table.rows for table in tables})


def _table(connection: sqlite3.Connection, name: str, table: Mapping[str, Any], writing: "_Writing") -> Described:
    """Write the files of a table, one for each province and year; of one without rows a file of its columns alone."""
    cursor = connection.execute(table["sql"])
    columns = tuple(column[0] for column in cursor.description)[_PARTITIONS:]
    kinds = _kinds(columns, table)
    files: list[str] = []
    count = 0

    def counted(rows: Iterable[Row]) -> Iterator[Row]:
        nonlocal count
        for row in rows:
            count += 1
            yield row[_PARTITIONS:]

    def write(province: str, year: str, rows: Iterable[Row]) -> None:
        path = f"{name}/province={province}{'' if table.get('undated') else f'/year={year}'}/{_PART}"
        writing.write(path, parquet_file(columns, counted(rows), kinds))
        files.append(path)

    for (province, year), rows in groupby(cursor, key=itemgetter(0, 1)):
        write(province, year, rows)
    if not files:
        write(_UNKNOWN_PROVINCE, _UNKNOWN_YEAR, ())
    of = {column: table.get("of", {}).get(column, name) for column in columns}
    return Described(name, of, kinds, frozenset(table.get("sparse", ())), tuple(files), count)


def _kinds(columns: Iterable[str], table: Mapping[str, Any]) -> dict[str, type]:
    """The type of each column."""
    whole = (*table["numbers"], *table.get("sparse", ()))
    known: dict[str, type] = {**dict.fromkeys(table.get("values", ()), float), **dict.fromkeys(whole, int)}
    return {name: known.get(name, str) for name in columns}


class _Writing:
    """Files written into a release, with their digests; those whose bytes an earlier release has are left as they are."""

    def __init__(self, folder: Path, before: Mapping[str, str]) -> None:
        self._folder, self._before = folder, before
        self.sums: dict[str, str] = {}
        self.written = 0

    def write(self, path: str, pieces: Iterable[bytes]) -> None:
        """Write a file, whole or not at all."""
        target, digest = self._folder / path, sha256()
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f".{target.name}.part")
        try:
            with part.open("wb") as file:
                for piece in pieces:
                    digest.update(piece)
                    file.write(piece)
            self.sums[path] = digest.hexdigest()
            if not (self._before.get(path) == self.sums[path] and _digest(target) == self.sums[path]):
                part.replace(target)
                self.written += 1
        finally:
            part.unlink(missing_ok=True)


def _digest(path: Path) -> str | None:
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _before(folder: Path) -> dict[str, str]:
    """The files of an earlier release in a folder, with their digests; "" of those that one wrote which was killed.

    Raises ArchiveError where the folder holds something else.
    """
    sums = folder / SUMS
    if not sums.exists():
        if any(path.name not in {_LOCK, _SCRATCH} for path in folder.iterdir()):
            raise ArchiveError(f"{folder} is neither empty nor a release: name a folder of its own")
        sums.touch()  # the first of its files, by which it is known for a release whatever becomes of this one
    written = (path for name in _TABLES for path in folder.glob(f"{name}/province=*/**/*{_PART}*"))
    return {path.relative_to(folder).as_posix(): "" for path in written} | _stated(sums)


def _stated(sums: Path) -> dict[str, str]:
    """The files that sums are of, with their digests; none outside of their folder."""
    lines = sums.read_text(encoding="utf-8").splitlines()
    pairs = [line.partition("  ") for line in lines]
    return {path: digest for digest, _, path in pairs if not Path(path).is_absolute() and ".." not in Path(path).parts}
