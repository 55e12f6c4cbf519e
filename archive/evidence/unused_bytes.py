"""Bytes of an evidence file that belong to no row: SQLite makes them zero, and in a file that is only added to they stay so.

A changed one harms nothing, but says that somebody, or the medium, changed the file. Looked at are the header, the pages of
payloads, captures, dictionaries and claims with their trees' topmost pages, and of the rest what has one page only. Where SQLite
moves rows from page to page, as in indexes of several pages, it leaves remains of them, and nothing can be concluded.
"""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

UNTRIMMED = 1
"""`user_version` of a file whose rows were packed again, until it is rebuilt without what they were."""

_PAGES = """
    SELECT name, pageno, pagetype, payload, pgsize FROM dbstat
    WHERE pagetype <> 'corrupted' AND (
        (path = '/' AND (pagetype = 'leaf' OR name = 'sqlite_schema'))
        OR (name IN ('payloads', 'captures', 'dictionaries', 'claims') AND (path = '/' OR pagetype IN ('leaf', 'overflow')))
    )
"""
_NEEDED = {"ENABLE_DBSTAT_VTAB", "SECURE_DELETE"}
_FILE_HEADER, _POINTER = 100, 4
_PAGE_HEADER = {"leaf": 8, "internal": 12}


def changed(path: Path, con: sqlite3.Connection) -> Iterator[str]:
    """The places where a byte is not zero that should be. `con` reads `path`, its transaction begun.

    Nothing is looked at where no conclusion is possible: while a crawl writes (what it wrote last is in the `-wal` still), in a file
    whose rows were packed again and that was not rebuilt since, with an SQLite without the table `dbstat`, or that leaves
    remains when it rebuilds a file. Raises sqlite3.Error or OSError where the file can't be read.
    """
    log = Path(f"{path}-wal")
    (version,) = con.execute("PRAGMA user_version").fetchone()
    if version == UNTRIMMED or (log.exists() and log.stat().st_size) or not _options(con) >= _NEEDED:
        return
    with path.open("rb") as file:
        if not _is_sound(file.read(100)):
            yield "header of the file"
        for name, number, kind, payload, size in con.execute(_PAGES):
            file.seek((number - 1) * size)
            page = file.read(size)
            if any(
                page[_POINTER + payload :] if kind == "overflow" else _gap(page, kind, _FILE_HEADER * (number == 1))
            ):
                yield f"{name}, page {number}"


def _options(con: sqlite3.Connection) -> set[str]:
    """Return the options that this SQLite was built with."""
    return {option for (option,) in con.execute("PRAGMA compile_options")}


def _is_sound(header: bytes) -> bool:
    """The fields of SQLite's header that are the same in every evidence file (https://www.sqlite.org/fileformat2.html)."""
    with_log_or_without = header[18:20] in (b"\2\2", b"\1\1")
    same_counters = header[24:28] == header[92:96]
    return with_log_or_without and same_counters and header[44:92] == b"\0\0\0\4" + bytes(8) + b"\0\0\0\1" + bytes(32)


def _gap(page: bytes, kind: str, start: int) -> bytes:
    """Return the bytes between a page's pointers to its cells and the cells; its header begins at `start`."""
    cells, first = (
        int.from_bytes(page[start + 3 : start + 5], "big"),
        int.from_bytes(page[start + 5 : start + 7], "big"),
    )
    return page[start + _PAGE_HEADER[kind] + 2 * cells : first]
