"""Sealed data that may not be shown: captures that are withheld, and texts held back because they list persons."""

import re
import sqlite3
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal
from urllib.parse import unquote, urlsplit

from archive.database.portal_changes import Moves
from archive.model.addresses import as_followed

WITHHELD = "withheld"
"""The state of a record, or of a file, that is shown to nobody."""

HELD = "roster"
"""The state of a file whose text is held back because it lists persons."""

SENT_ON = ""
"""The reason of an address that is withheld because a redirect from one that is withheld led there."""

Reason = Literal["withheld", "roster"]

SETTLED_AS_HELD = "('waiting', 'kept')"

_ADDRESS = """
    SELECT EXISTS (SELECT 1 FROM withheld WHERE target = 'address' AND key = :url)
        OR EXISTS (SELECT 1 FROM withheld WHERE target IN ('file', 'page') AND key = :sha256)
        OR EXISTS (SELECT 1 FROM records WHERE state = 'withheld' AND url = :url)
"""
_ROSTER = f"""
    SELECT EXISTS (SELECT 1 FROM rosters WHERE state IN {SETTLED_AS_HELD} AND (key = :sha256 OR source = :url))
        OR EXISTS (SELECT 1 FROM rosters h JOIN records r ON r.id = h.record_id
                   WHERE h.state IN {SETTLED_AS_HELD} AND h.source = '' AND (r.url = :url OR EXISTS (
                       SELECT 1 FROM listings WHERE record_id = r.id AND link = :url)))
        OR EXISTS (SELECT 1 FROM rosters h JOIN readings t ON t.record_id = h.record_id AND t.catalog_id = 0
                   JOIN captures c ON c.id = t.capture_id
                   WHERE h.state IN {SETTLED_AS_HELD} AND h.source = '' AND c.url = :url)
        OR EXISTS (SELECT 1 FROM rosters h JOIN events e ON e.record_id = h.record_id AND e.kind = 'moved'
                   WHERE h.state IN {SETTLED_AS_HELD} AND h.source = ''
                     AND :url IN (e.detail ->> '$.from', e.detail ->> '$.to'))
"""  # noqa: S608 - constant
_JUDGED = """
    SELECT EXISTS (SELECT 1 FROM walks WHERE capture_id = :capture)
        OR EXISTS (SELECT 1 FROM captures c JOIN readings t ON t.capture_id = c.id AND t.catalog_id = 0
                   WHERE c.url = :url AND c.sha256 = :sha256)
        OR EXISTS (SELECT 1 FROM captures c JOIN attachments a ON a.capture_id = c.id
                   WHERE c.url = :url AND c.sha256 = :sha256)
        OR EXISTS (SELECT 1 FROM rosters WHERE state = 'released' AND key = :sha256)
        OR EXISTS (SELECT 1 FROM rosters h JOIN records r ON r.id = h.record_id WHERE h.state = 'released'
                   AND h.source = '' AND (r.url = :url OR EXISTS (
                       SELECT 1 FROM listings WHERE record_id = r.id AND link = :url)))
"""
_ADDRESSES = """
    SELECT url FROM records WHERE state = 'withheld'
    UNION SELECT key FROM withheld WHERE target = 'address' AND record_id <> 0
"""
_COMMON = re.compile(r"(?:index|default|list|content|show|view|detail|info|article)?(?:_\d{1,3})?(?:\.\w{1,5})?", re.I)


def hidden(connection: sqlite3.Connection, url: str, sha256: str, text: str = "") -> Reason | None:
    """Return why a capture may not be shown, or None. `text`: where it is given,
    links to what is withheld hide it, too.

    So is hidden what stood at an address that has moved with its portal.
    """
    try:
        for address in dict.fromkeys((url, Moves.of(connection).address(url))):
            values = {"url": address, "sha256": sha256}
            if connection.execute(_ADDRESS, values).fetchone()[0]:
                return "withheld"
            if connection.execute(_ROSTER, values).fetchone()[0]:
                return "roster"
        if text and links_to(text, (row[0] for row in connection.execute(_ADDRESSES))):
            return "withheld"
    except sqlite3.OperationalError as error:
        if "no such table" not in str(error):
            raise
    return None


def is_judged(connection: sqlite3.Connection, capture_id: int, url: str, sha256: str) -> bool:
    """Return whether the archive, or somebody, has looked for persons in what a capture shows: it is a list page, what the
    archive says of a record or a file now was read in it, or the text was released. What stood there before is not.
    """
    try:
        values = {"capture": capture_id, "url": url, "sha256": sha256}
        return bool(connection.execute(_JUDGED, values).fetchone()[0])
    except sqlite3.OperationalError as error:
        if "no such table" not in str(error):
            raise
        return True


def count_hidden(connection: sqlite3.Connection) -> tuple[int, int]:
    """Return how many entries there are of what is withheld, and of texts that are held back."""
    try:
        sql = "SELECT (SELECT count(*) FROM withheld), (SELECT count(*) FROM rosters WHERE state <> 'released')"
        withheld, held = connection.execute(sql).fetchone()
    except sqlite3.OperationalError as error:
        if "no such table" not in str(error):
            raise
        return 0, 0
    return withheld, held


def is_record_withheld(connection: sqlite3.Connection, record_id: int) -> bool:
    """Return whether a record is withheld."""
    row = connection.execute("SELECT state FROM records WHERE id = ?", (record_id,)).fetchone()
    return row is not None and row[0] == WITHHELD


def is_key_withheld(connection: sqlite3.Connection, portal: str, url: str) -> bool:
    """Return whether a record of this portal and key is to be withheld, should there be one."""
    sql = "SELECT 1 FROM withheld WHERE target = 'record' AND key = ?"
    return connection.execute(sql, (f"{portal} {url}",)).fetchone() is not None


def withheld_on(connection: sqlite3.Connection, record_id: int) -> str | None:
    """Return the day in Beijing on which a record was withheld, "" where that isn't known; None where it is shown."""
    row = connection.execute(
        "SELECT (SELECT date(max(w.at), '+8 hours') FROM withheld w WHERE w.target = 'record' AND w.key = r.portal || ' ' || r.url) "
        "FROM records r WHERE r.id = ? AND r.state = 'withheld'",
        (record_id,),
    ).fetchone()
    return None if row is None else str(row[0] or "")


def is_file_withheld(connection: sqlite3.Connection, url: str, sha256: str | None = None) -> bool:
    """Return whether a file is withheld: by its address, or whatever its address by what is in it."""
    sql = (
        "SELECT EXISTS (SELECT 1 FROM withheld WHERE target = 'address' AND key = ?) "
        "OR EXISTS (SELECT 1 FROM withheld WHERE target = 'file' AND key = ?)"
    )
    return bool(connection.execute(sql, (url, sha256)).fetchone()[0])


def note_page(connection: sqlite3.Connection, record_id: int, capture_id: int | None, now: str) -> None:
    """Note that a capture shows a withheld record's row, so that it isn't shown itself."""
    connection.execute(
        "INSERT OR IGNORE INTO withheld (target, key, reason, at, record_id) "
        "SELECT 'page', sha256, '', ?, ? FROM captures WHERE id = ?",
        (now, record_id, capture_id),
    )


def note_sent_on(connection: sqlite3.Connection, url: str, capture_id: int | None, now: str) -> None:
    """Note that the answer to a withheld address was a capture of another one, to which a redirect led."""
    connection.execute(
        "INSERT OR IGNORE INTO withheld (target, key, reason, at) SELECT 'address', url, ?, ? "
        "FROM captures WHERE id = ? AND url <> ?",
        (SENT_ON, now, capture_id, url),
    )


def links_to(text: str, addresses: Iterable[str]) -> bool:
    """Whether a page, or its data, links to one of the addresses, however it writes that,
    and whatever it puts in front of it.
    """
    ends = [end for address in addresses for end in _ends(address)]
    followed = as_followed(text) if ends else ""
    return any(end in followed for end in ends)


@lru_cache(maxsize=10_000)
def _ends(address: str) -> tuple[str, ...]:
    """The last parts of an address, as `as_followed` has it:
    a page's own encoding may be another than that of the address.
    """
    parts = urlsplit(address)
    path, query = parts.path.rstrip("/"), parts.query
    if parts.fragment.startswith("row-") or not path:
        return ()
    end = path.rpartition("/")[2]
    if _COMMON.fullmatch(end) and not query:
        end = "/".join(path.rsplit("/", 2)[-2:])
    whole = f"{end}?{query}" if query else end
    forms = {as_followed(whole), unquote(whole), unquote(whole, "gb18030")}
    return tuple(form for form in sorted(forms) if len(form) >= 4)
