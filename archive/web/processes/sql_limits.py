"""Limits on the SQL of readers: functions that serve only abuse, tables that tell of the server's inside, lengths."""

import sqlite3
from dataclasses import dataclass

from archive.database.connection import OPERATORS_ALONE

LONGEST_STORED = 16 << 20
"""Bytes of one value that a page of ours, or a table's, may read: a file's longest text has 5,000,000 characters."""

LONGEST_VALUE = 1 << 20
"""Bytes of one value in the SQL of a reader, who can make values of any length."""

FUNCTIONS = frozenset({
    "edit", "eval", "fts3_tokenizer", "fts5", "fts5_source_id", "load_extension", "randomblob", "readfile", "sqlite_compileoption_get",
    "sqlite_compileoption_used", "sqlite_log", "sqlite_source_id", "sqlite_version", "writefile", "zeroblob",
})  # fmt: skip
"""Functions that nothing here needs: they make values of nothing, reach out of the database, or name the library."""

PRAGMAS = frozenset({
    "pragma_foreign_key_list", "pragma_index_info", "pragma_index_list", "pragma_index_xinfo", "pragma_table_info", "pragma_table_list",
    "pragma_table_xinfo",
})  # fmt: skip
"""The pragmas that can be read as tables: those that describe the archive's own tables."""

_INSIDE = frozenset({"bytecode", "dbstat", "sqlite_dbpage", "sqlite_memstat", "sqlite_stmt", "tables_used"})

_READERS = {
    sqlite3.SQLITE_LIMIT_LENGTH: LONGEST_VALUE,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 100_000,
    sqlite3.SQLITE_LIMIT_COLUMN: 200,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 100,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 200,
}


@dataclass(slots=True)
class Connections:
    """Purposes of the connections of this process. `mapped`: bytes of the archive read
    without copying them, as far as SQLite allows.
    """

    mapped: int = 1 << 40
    readers_sql: bool = False


CONNECTIONS = Connections()


def limit(connection: sqlite3.Connection) -> None:
    """Refuse what no page needs; bound what SQL may make, where readers wrote it."""
    connection.execute(f"PRAGMA mmap_size = {CONNECTIONS.mapped}")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_STORED)
    connection.setlimit(sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1000)
    if CONNECTIONS.readers_sql:
        for name, value in _READERS.items():
            connection.setlimit(name, value)
    connection.set_authorizer(_authorize)


def _authorize(action: int, first: str | None, second: str | None, _database: str | None, _source: str | None) -> int:
    if action == sqlite3.SQLITE_FUNCTION and (second or "").lower() in FUNCTIONS:
        return sqlite3.SQLITE_DENY
    if action == sqlite3.SQLITE_READ:
        if (first, second) in OPERATORS_ALONE:
            return sqlite3.SQLITE_IGNORE
        table = (first or "").lower()
        if table in _INSIDE or (table.startswith("pragma_") and table not in PRAGMAS):
            return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_DENY if action == sqlite3.SQLITE_ATTACH else sqlite3.SQLITE_OK
