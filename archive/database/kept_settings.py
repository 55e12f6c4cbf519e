"""Facts that an archive keeps of itself, texts by their names: which version made what, what is still to be done."""

import sqlite3


def setting(connection: sqlite3.Connection, name: str, schema: str = "main") -> str | None:
    """Return what is kept under a name; None where nothing is."""
    sql = f"SELECT value FROM {schema}.settings WHERE name = ?"  # noqa: S608 - a schema of our own
    row = connection.execute(sql, (name,)).fetchone()
    return row[0] if row else None


def setting_number(connection: sqlite3.Connection, name: str) -> int | None:
    """Return the whole number that is kept under a name, 0 where a damaged file has none there;
    None where nothing is kept.
    """
    row = connection.execute("SELECT CAST(value AS INTEGER) FROM main.settings WHERE name = ?", (name,)).fetchone()
    return row[0] if row else None


def keep_setting(connection: sqlite3.Connection, name: str, value: str) -> None:
    """Keep a text under a name, in the place of what was kept; the caller's transaction."""
    connection.execute("INSERT OR REPLACE INTO main.settings VALUES (?, ?)", (name, value))


def drop_setting(connection: sqlite3.Connection, name: str) -> None:
    """Keep nothing under a name any more; the caller's transaction."""
    connection.execute("DELETE FROM main.settings WHERE name = ?", (name,))
