"""Changing and damaging a file of SQLite, as somebody would who knows it, or a medium that fails."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path


def change(path: Path, sql: str, *values: object) -> None:
    """Change the file as somebody does who leaves no trace of what stood there."""
    with closing(sqlite3.connect(path, isolation_level=None)) as con:
        con.executescript("PRAGMA foreign_keys = OFF; PRAGMA secure_delete = ON")
        assert con.execute(sql, values).rowcount != 0
        con.execute("VACUUM")


def one(path: Path, sql: str) -> int:
    """The number that a query gives."""
    with closing(sqlite3.connect(path)) as con:
        return int(con.execute(sql).fetchone()[0])


def flip(path: Path, offset: int, bits: int = 0x01) -> None:
    """Flip bits of one byte."""
    raw = bytearray(path.read_bytes())
    raw[offset] ^= bits
    path.write_bytes(raw)


def blank_page(path: Path, table: str, nth: int | None = None) -> None:
    """Make a page of a table or an index zero: the `nth` of its leaves, else the topmost page."""
    with closing(sqlite3.connect(path)) as con:
        root = con.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,)).fetchone()[0]
        leaves = "SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf' ORDER BY path"
        number = root if nth is None else con.execute(leaves, (table,)).fetchall()[nth][0]
    raw = bytearray(path.read_bytes())
    raw[(number - 1) * 1024 : number * 1024] = bytes(1024)
    path.write_bytes(raw)


def renumber(path: Path, text: str, old: int, new: int) -> None:
    """Give the rows numbered `old` that begin with `text`, but for short values, the number `new` where they stand: out of order."""
    raw, changed = bytearray(path.read_bytes()), 0
    for found in re.finditer(re.escape(text.encode()), bytes(raw)):
        for place in range(max(found.start() - 60, 0), found.start()):
            header = raw[place + 1]
            if raw[place] == old and place + 1 + header <= found.start() <= place + 9 + header:
                raw[place] = new
                changed += 1
    assert changed
    path.write_bytes(raw)
