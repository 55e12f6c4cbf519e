"""Changing and damaging a file of SQLite, as somebody would who knows it, or a medium that fails."""

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
