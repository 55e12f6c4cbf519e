"""When something happened, as far as was seen: after the last capture that shows the earlier state, by the first that shows the new one.

A capture shows a state where it was read so, where it holds the same payload as one that was, and where it is the portal's
answer that nothing changed since that one ("not modified"), unless the page that did change bears the same tag and date:
such a server says it of whatever stands there. What a crawl saw on a day on which the portal is doubted, as of an older
copy of it, does not show that the earlier state still stood. That something was absent, the last whole walk of a catalogue
shows: from its first page on, for what is added behind the reader's back is not seen. Whatever isn't known stays open.
"""

import json
import sqlite3
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

WAS_READ = """
    c.outcome = 'page' AND c.status = 200 AND w.outcome NOT IN ('interrupted', 'archive_error', 'not_merged')
    AND NOT EXISTS (SELECT 1 FROM problems p WHERE p.crawl_id = c.crawl_id AND p.kind = 'reading_failed' AND p.url = c.url)
"""
"""The condition for captures c of ended crawls w that were surely read: what a later "not modified" speaks of, as SQL."""

_HELD_BY = f"""
    SELECT c.id FROM captures n JOIN crawls v ON v.id = n.crawl_id
    JOIN captures c ON c.url = n.url AND c.id < n.id AND c.crawl_id < n.crawl_id
    JOIN crawls w ON w.id = c.crawl_id AND w.portal = v.portal
    WHERE n.id = ? AND n.outcome = 'not_modified' AND {WAS_READ} ORDER BY c.id DESC LIMIT 1
"""  # noqa: S608 - constant
_AT_AN_ADDRESS = """
    SELECT c.id, c.fetched_at, c.outcome, c.sha256, c.url FROM captures c JOIN crawls w ON w.id = c.crawl_id
    WHERE c.url IN (SELECT value FROM json_each(:urls)) AND c.id >= :since AND c.id < :until AND w.portal = :portal
      AND c.outcome IN ('page', 'not_modified') AND w.outcome IS NOT 'unsure' ORDER BY c.id DESC
"""
# An answer that another page has the tag and the date of the one before gives them to whatever stands there.
_SAME_VALIDATORS = """
    SELECT 1 FROM captures h JOIN captures n ON n.url = h.url AND n.sha256 <> h.sha256
    WHERE h.id = ? AND n.id = ? AND (h.etag, h.last_modified) IS (n.etag, n.last_modified) AND coalesce(h.etag, h.last_modified) IS NOT NULL
"""
_IS_DOUBTED = "SELECT w.outcome IS 'unsure' FROM captures c JOIN crawls w ON w.id = c.crawl_id WHERE c.id = ?"
# A walk that was too short, or whose rows lacked what they always state, shows no absence; nor does one that nobody judged.
_WALK_WITHOUT = """
    SELECT l.crawl_id, w.started_at, c.id AS capture, c.fetched_at FROM ledger l JOIN crawls w ON w.id = l.crawl_id
    JOIN catalogs k ON k.id = l.catalog_id
    LEFT JOIN walks p ON p.crawl_id = l.crawl_id AND p.catalog_id = l.catalog_id AND p.look = 1
    LEFT JOIN captures c ON c.id = p.capture_id
    WHERE l.catalog_id = ? AND l.crawl_id < ? AND l.complete AND w.outcome IN ('finished', 'incomplete')
      AND NOT EXISTS (SELECT 1 FROM problems b WHERE b.crawl_id = l.crawl_id AND b.url = k.url
                      AND b.kind IN ('list_shrunk', 'list_short', 'fields_missing'))
    ORDER BY l.crawl_id DESC, c.fetched_at, c.id LIMIT 1
"""
_LISTED = """
    SELECT l.catalog_id, c.id, c.fetched_at, c.crawl_id FROM listings l JOIN captures c ON c.id = l.capture_id
    WHERE l.record_id = ? ORDER BY c.fetched_at DESC, c.id DESC LIMIT 1
"""
# The first answer after the last page that stood.
_WENT = """
    SELECT c.id, c.crawl_id FROM captures c JOIN crawls w ON w.id = c.crawl_id
    WHERE c.url IN (SELECT value FROM json_each(:urls)) AND c.id > :since AND c.id <= :until AND w.portal = :portal
      AND c.outcome IN ('gone', 'home') AND w.outcome IS NOT 'unsure' ORDER BY c.id LIMIT 1
"""
# The list page at the same address can be held against the earlier one; else the first that says something.
_WALK_PAGE = """
    SELECT p.capture_id FROM walks p JOIN captures c ON c.id = p.capture_id
    WHERE p.crawl_id = ? AND p.catalog_id = ? ORDER BY c.outcome <> 'page', c.url IS NOT ?, p.look, c.id LIMIT 1
"""
_ADDRESSES = """
    SELECT url FROM records WHERE id = :id
    UNION SELECT link FROM listings WHERE record_id = :id AND link IS NOT NULL
    UNION SELECT c.url FROM readings t JOIN captures c ON c.id IN (t.capture_id, t.seen_capture_id)
        WHERE t.record_id = :id AND t.catalog_id = 0
"""
# A page that led elsewhere was gone by the answer to which it led: that proved the withdrawal.
_GONE = f"""
    SELECT c.id, c.fetched_at FROM captures c JOIN crawls w ON w.id = c.crawl_id
    WHERE (c.url IN (SELECT url FROM ({_ADDRESSES})) OR c.id IN (SELECT after_capture_id FROM events WHERE record_id = :id))
      AND w.portal = :portal AND c.id < :after AND c.outcome IN ('gone', 'home') AND w.outcome IS NOT 'unsure'
    ORDER BY c.id DESC LIMIT 1
"""  # noqa: S608 - constant
_ARRIVED = """
    SELECT c.id FROM captures c JOIN (
        SELECT capture_id AS id, 1 AS own FROM readings WHERE record_id = :id AND catalog_id = 0
        UNION SELECT seen_capture_id, 1 FROM readings WHERE record_id = :id AND catalog_id = 0
        UNION SELECT capture_id, 0 FROM listings WHERE record_id = :id
    ) shows ON shows.id = c.id WHERE c.id > :since AND c.outcome = 'page' ORDER BY shows.own DESC, c.id LIMIT 1
"""

_FIRST = -(1 << 62)
"""Below every capture's number: in a job's database these go down from 0."""


@dataclass(frozen=True, slots=True)
class Window:
    """`not_before`: when the earlier state was last seen, UTC, ISO 8601. `before`, `after`: the capture that holds what was
    seen then, and the first that shows the new state.
    """

    not_before: str | None = None
    before: int | None = None
    after: int | None = None

    def by(self, at: str) -> "Window":
        """Return the same, open at its beginning where that is after its end: a clock went wrong."""
        if self.not_before is None or self.not_before <= at:
            return self
        return replace(self, not_before=None, before=None)


def held_by(connection: sqlite3.Connection, capture: int | None) -> int | None:
    """Return the capture that holds what `capture` shows: an earlier one where the portal said that nothing changed since."""
    row = connection.execute(_HELD_BY, (capture,)).fetchone()
    return row[0] if row else capture


def of_change(connection: sqlite3.Connection, portal: str, shown: int | None, after: int | None) -> Window:
    """Return the window of a change at one address, which capture `shown` shows as it was before, and `after` as it is now."""
    if shown is None or after is None or shown >= after:
        return Window(after=after)
    held = held_by(connection, shown)
    row = connection.execute("SELECT url, sha256, fetched_at FROM captures WHERE id = ?", (held,)).fetchone()
    if row is None:  # nothing points to where the originals are
        return Window(after=after)
    url, sha256, fetched_at = row
    is_doubted = _first(connection, _IS_DOUBTED, (shown,))
    says_nothing = _first(connection, _SAME_VALIDATORS, (held, after))
    for each in _at(connection, portal, {url}, None if is_doubted else shown, after):
        if each["outcome"] == "not_modified" and says_nothing:
            continue
        payload = held_by(connection, each["id"])
        same = connection.execute("SELECT sha256 FROM captures WHERE id = ?", (payload,)).fetchone()[0] == sha256
        if each["id"] == shown or same:
            return Window(_second(each["fetched_at"]), payload, after)
    return Window(after=after) if is_doubted else Window(_second(fetched_at), held, after)


def of_appearance(connection: sqlite3.Connection, catalog_id: int, crawl_id: int, after: int | None) -> Window:
    """Return the window in which a catalogue began to list what `after` shows: since its last whole walk before this crawl."""
    row = connection.execute(_WALK_WITHOUT, (catalog_id, crawl_id)).fetchone()
    if row is None:
        return Window(after=after)
    held = held_by(connection, row["capture"])
    if held != row["capture"] and _first(connection, _SAME_VALIDATORS, (held, after)):
        return Window(after=after)
    return Window(_second(row["fetched_at"] or row["started_at"]), held, after)


def of_disappearance(
    connection: sqlite3.Connection, portal: str, crawl_id: int, record_id: int, gone: int | None
) -> Window:
    """Return the window in which a record left its catalogues and, where capture `gone` shows that, its own page went too."""
    catalog_id, listed, listed_at, listed_in = connection.execute(_LISTED, (record_id,)).fetchone() or (
        None,
        None,
        "",
        None,
    )
    if _first(connection, _IS_DOUBTED, (listed,)):
        listed, listed_at = None, ""
    if gone is not None:
        urls = {row[0] for row in connection.execute(_ADDRESSES, {"id": record_id})}
        if seen := next(iter(_at(connection, portal, urls, None, gone)), None):
            span = {"urls": json.dumps(sorted(urls)), "since": seen["id"], "until": gone, "portal": portal}
            went, went_in = connection.execute(_WENT, span).fetchone() or (gone, crawl_id)
            # A list that still shows a record whose page is gone is behind.
            if seen["fetched_at"] >= listed_at or went_in <= (listed_in or 0):
                return Window(_second(seen["fetched_at"]), held_by(connection, seen["id"]), went)
    before = held_by(connection, listed)
    after = gone
    if after is None:
        after = _first(connection, _WALK_PAGE, (crawl_id, catalog_id, _url(connection, before)))
    return Window(_second(listed_at) if listed_at else None, before, after)


def of_return(connection: sqlite3.Connection, portal: str, record_id: int, after: int | None) -> Window:
    """Return the window in which a record's page that was gone came to stand again, as capture `after` shows."""
    row = connection.execute(_GONE, {"id": record_id, "portal": portal, "after": after}).fetchone()
    return Window(_second(row["fetched_at"]), row["id"], after) if row else Window(after=after)


def of_move(connection: sqlite3.Connection, left: Window, new_id: int) -> Window:
    """Return the window of a move: `left`, that of the old address, up to the first capture of the new one's page thereafter."""
    since = _FIRST if left.before is None else left.before
    arrived = _first(connection, _ARRIVED, {"id": new_id, "since": since})
    return left if arrived is None else replace(left, after=arrived)  # a capture's number may be 0, in a job's database


def _at(
    connection: sqlite3.Connection, portal: str, urls: Collection[str], since: int | None, until: int
) -> sqlite3.Cursor:
    """Return the captures at some addresses that a portal's crawls had as pages, or as unchanged, the last first."""
    parameters = {"urls": json.dumps(sorted(urls)), "since": _FIRST if since is None else since, "until": until}
    return connection.execute(_AT_AN_ADDRESS, {**parameters, "portal": portal})


def _url(connection: sqlite3.Connection, capture: int | None) -> str | None:
    url: str | None = _first(connection, "SELECT url FROM captures WHERE id = ?", (capture,))
    return url


def _first(connection: sqlite3.Connection, sql: str, values: tuple[object, ...] | dict[str, object]) -> Any:  # noqa: ANN401 - a column of SQLite
    row = connection.execute(sql, values).fetchone()
    return row[0] if row else None


def _second(fetched_at: str) -> str:
    """A capture's time to the second, as events have it, rounded down."""
    return fetched_at[:19] + "Z"
