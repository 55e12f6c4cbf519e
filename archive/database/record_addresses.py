"""Records by the addresses at which their pages stand, and stood before they moved."""

import sqlite3
from collections.abc import Iterable

from archive.database.connection import ArchiveError
from archive.database.portal_changes import Moves
from archive.model.addresses import spellings

_STANDING = """
    SELECT id FROM records WHERE url IN (:url, :now) UNION SELECT record_id FROM listings WHERE link IN (:url, :now)
"""
_FORMER = "SELECT record_id FROM events WHERE kind = 'moved' AND detail ->> '$.from' = :url"


def record_of(connection: sqlite3.Connection, record: int | str) -> int:
    """Return the id of the record with this id, or with this address now or before, as printed or in the one spelling of all.
    Raises ArchiveError where there is none, or more than one.
    """
    name = str(record)
    if name.isascii() and name.isdecimal() and len(name) < 19:
        ids = _ids(connection.execute("SELECT id FROM records WHERE id = ?", (int(name),)))
    else:
        of_each = (_at(connection, f"{_STANDING} UNION {_FORMER}", spelling) for spelling in spellings(name))
        ids = next(filter(None, of_each), [])
    if (record_id := _only(ids, name)) is None:
        raise ArchiveError(f"there is no record {name} in the archive")
    return record_id


def record_at(connection: sqlite3.Connection, url: str) -> int | None:
    """Return the record whose page is at an address; None where there is none.
    Raises ArchiveError where there are several.
    """
    return _only(_at(connection, _STANDING, url), url)


def _at(connection: sqlite3.Connection, sql: str, url: str) -> list[int]:
    return _ids(connection.execute(sql, {"url": url, "now": Moves.of(connection).address(url)}))


def _ids(rows: Iterable[tuple[int]]) -> list[int]:
    return [record_id for (record_id,) in rows]


def _only(ids: list[int], name: str) -> int | None:
    if len(ids) > 1:
        raise ArchiveError(f"{name} is the address of several records: name one, {', '.join(map(str, ids))}")
    return next(iter(ids), None)
