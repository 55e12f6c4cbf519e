"""The flag `index_number_repeated`: on exactly the records of a portal that share an index number."""

import json
import sqlite3

from archive.model.records import REPEATED


def note(connection: sqlite3.Connection, portal: str, record_id: int, left: str | None, taken: str | None) -> None:
    """Note that a record had the number `left` and has `taken` now."""
    if left:
        others = _holders(connection, portal, left, record_id)
        if len(others) == 1:
            _set_flag(connection, others[0], on=False)
    others = _holders(connection, portal, taken, record_id) if taken else []
    _set_flag(connection, record_id, on=bool(others))
    for other in others:
        _set_flag(connection, other, on=True)


def forget_single(connection: sqlite3.Connection, portal: str) -> None:
    """Take the flag from the records of a portal that share their number with none any more."""
    flagged = connection.execute(
        "SELECT id FROM records r WHERE portal = ? AND flags LIKE ? AND NOT EXISTS (SELECT 1 FROM records o "
        "WHERE o.portal = r.portal AND o.index_number = r.index_number AND o.id <> r.id)",
        (portal, f"%{REPEATED}%"),
    ).fetchall()
    for (record_id,) in flagged:
        _set_flag(connection, record_id, on=False)


def _holders(connection: sqlite3.Connection, portal: str, number: str, besides: int) -> list[int]:
    """Up to two other records of a portal with `number`: more need no second look."""
    sql = "SELECT id FROM records WHERE portal = ? AND index_number = ? AND id <> ? LIMIT 2"
    return [record_id for (record_id,) in connection.execute(sql, (portal, number, besides))]


def _set_flag(connection: sqlite3.Connection, record_id: int, *, on: bool) -> None:
    (text,) = connection.execute("SELECT flags FROM records WHERE id = ?", (record_id,)).fetchone()
    flags = set(json.loads(text))
    if on != (REPEATED in flags):
        new = json.dumps(sorted(flags ^ {REPEATED}), ensure_ascii=False)
        connection.execute("UPDATE records SET flags = ? WHERE id = ?", (new, record_id))
