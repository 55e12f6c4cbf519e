"""Records by the addresses at which their pages stand, and stood before they moved; where redirects from there led."""

import json
import sqlite3
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from urllib.parse import quote, urldefrag, urljoin

from archive.database.connection import ArchiveError
from archive.database.portal_changes import Moves
from archive.model.addresses import spellings

_STANDING = """
    SELECT id FROM records WHERE url IN (:url, :now) UNION SELECT record_id FROM listings WHERE link IN (:url, :now)
"""
_FORMER = "SELECT record_id FROM events WHERE kind = 'moved' AND detail ->> '$.from' = :url"

_REDIRECTS = "SELECT id, url FROM captures WHERE status BETWEEN 300 AND 399 AND url IN (SELECT value FROM json_each(?))"
_SENT_TO = """
    SELECT DISTINCT c.url FROM captures c WHERE c.url IN (SELECT value FROM json_each(:urls))
        AND (c.status BETWEEN 300 AND 399 OR c.outcome IN ('page', 'cut'))
        AND c.url NOT IN (SELECT home FROM portals UNION SELECT url FROM catalogs)
        AND NOT EXISTS (SELECT 1 FROM walks w WHERE w.capture_id = c.id)
        AND NOT EXISTS (SELECT 1 FROM records r WHERE r.url = c.url AND r.id NOT IN (SELECT value FROM json_each(:ids)))
"""
_AS_REQUESTED = "%/:=&?~#+!$,;'@()*[]"
"""The signs in an address that stay as they are when it is requested."""


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


def addresses_sent_to(
    connection: sqlite3.Connection,
    location_of: Callable[[int], str],
    addresses: Iterable[str],
    records: Collection[int] = (),
) -> set[str]:
    """Return the addresses to which redirects from `addresses` led, also one after the other, and that answered.

    `location_of`: where a capture, by its number, led. Without homes and list pages, and the pages of other records than `records`.
    """
    own = set(addresses)
    reached = new = own
    while new:
        targets = set()
        for number, url in connection.execute(_REDIRECTS, (json.dumps(sorted(new)),)).fetchall():
            location = location_of(number)
            for printed in (location, quote(location, _AS_REQUESTED, "latin-1", "ignore")):
                with suppress(ValueError):  # a host, or a port, that can't be one
                    targets.add(urldefrag(urljoin(url, printed)).url)
        values = {"urls": json.dumps(sorted(targets - reached)), "ids": json.dumps(list(records))}
        new = {row[0] for row in connection.execute(_SENT_TO, values)}
        reached = reached | new
    return reached - own
