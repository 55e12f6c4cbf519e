"""Changes of portals (`portal_changes`): the addresses that theirs are now, and numbers that no row may take again."""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from archive.database.connection import ArchiveError
from archive.database.kept_settings import keep_setting, setting

MOVED, RENAMED, RETIRED, RESUMED, REMOVED = "moved", "renamed", "retired", "resumed", "removed"

CHANGES = "SELECT portal, kind, at, before, after FROM {}.portal_changes ORDER BY id"
_REMOVED_CRAWLS = "removed_crawls"


@dataclass(frozen=True, slots=True)
class Change:
    """One change of the portal that had the id `portal` then; `at`: UTC, ISO 8601.

    MOVED: `before` is a host (with its port, if any), `after` the scheme and host in its place.
    RENAMED: `after` is the new id.
    """

    portal: str
    kind: str
    at: str
    before: str | None = None
    after: str | None = None


def changes(connection: sqlite3.Connection) -> list[Change]:
    """Return all changes in their order; none where an earlier version wrote the archive."""
    try:
        return [Change(*row) for row in connection.execute(CHANGES.format("main")).fetchall()]
    except sqlite3.OperationalError as error:
        if "no such table" not in str(error):
            raise
        return []


def note(connection: sqlite3.Connection, change: Change) -> None:
    """Write a change down."""
    values = (change.portal, change.kind, change.at, change.before, change.after)
    connection.execute("INSERT INTO portal_changes (portal, kind, at, before, after) VALUES (?, ?, ?, ?, ?)", values)


class Moves:
    """The moves of hosts, in their order, each a host and the scheme and host in its place."""

    def __init__(self, moves: Iterable[tuple[str, str]]) -> None:
        self._moves = tuple(moves)

    @classmethod
    def of(cls, connection: sqlite3.Connection, portal: str | None = None) -> "Moves":
        """The moves of a portal, also those of before it was renamed; of all portals, where none is named."""
        names, moves = {portal}, []
        for change in reversed(changes(connection)):
            if change.kind == RENAMED and change.after in names:
                names.add(change.portal)
            if change.kind == MOVED and change.before and change.after and (portal is None or change.portal in names):
                moves.append((change.before, change.after))
        return cls(reversed(moves))

    def address(self, url: str) -> str:
        """Return where a page is now that stood at `url`."""
        for host, base in self._moves:
            try:
                parts = urlsplit(url)
            except ValueError:
                return url
            if parts.scheme in {"http", "https"} and parts.netloc.lower() == host:
                url = f"{base}{url.partition('//')[2][len(parts.netloc) :]}"
        return url

    def former(self, urls: Iterable[str]) -> set[str]:
        """Return the addresses at which the pages now at `urls` stood before."""
        addresses: set[str] = set()
        for url in urls:
            reached = {url}
            for host, base in reversed(self._moves):
                paths = [each.removeprefix(base) for each in reached if each.startswith((f"{base}/", f"{base}?"))]
                reached |= {f"{scheme}://{host}{path}" for path in paths for scheme in ("http", "https")}
            addresses |= reached - {url}
        return addresses

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self._moves)


def retired(connection: sqlite3.Connection) -> Mapping[str, str]:
    """The portals that are not watched any more, and since when; none where an earlier version wrote the archive."""
    try:
        return dict(connection.execute("SELECT id, retired_at FROM portals WHERE retired_at IS NOT NULL").fetchall())
    except sqlite3.OperationalError as error:
        if "no such column" not in str(error):
            raise
        return {}


def require_watched(connection: sqlite3.Connection, portal: str) -> None:
    """Raise ArchiveError where a portal is retired."""
    if since := retired(connection).get(portal):
        raise ArchiveError(
            f"{portal} is retired since {since[:10]}: `disclosures portals retire {portal} --lift` has it watched again"
        )


def removed(connection: sqlite3.Connection) -> set[str]:
    """Return the ids of portals that were taken out of the archive and were not crawled again."""
    known = {row[0] for row in connection.execute("SELECT id FROM portals")}
    return {change.portal for change in changes(connection) if change.kind == REMOVED} - known


# --- numbers that were given ---


def next_number(connection: sqlite3.Connection, table: str) -> int:
    """Return the number of the next row of `table`: one that none has had, also none of a portal that was removed."""
    (last,) = connection.execute(
        f"SELECT max(coalesce((SELECT max(id) FROM {table}), 0), "  # noqa: S608 - a table of our own
        "coalesce((SELECT CAST(value AS INTEGER) FROM main.settings WHERE name = ?), 0))",
        (f"last:{table.removeprefix('main.')}",),
    ).fetchone()
    return int(last) + 1


def keep_numbers(connection: sqlite3.Connection, tables: Sequence[str]) -> None:
    """Note which numbers the rows of `tables` have had, before some are deleted."""
    for table in tables:
        keep_setting(connection, f"last:{table}", str(next_number(connection, table) - 1))


def removed_crawls(connection: sqlite3.Connection, schema: str = "main") -> set[int]:
    """Return the crawls of removed portals, whose originals stay sealed."""
    return set(json.loads(setting(connection, _REMOVED_CRAWLS, schema) or "[]"))


def note_removed_crawls(connection: sqlite3.Connection, crawls: Iterable[int]) -> None:
    """Note crawls of removed portals, beside those that are noted already."""
    if gone := sorted(removed_crawls(connection) | set(crawls)):
        keep_setting(connection, _REMOVED_CRAWLS, json.dumps(gone))
        keep_setting(connection, "last:crawls", str(max(next_number(connection, "crawls") - 1, *gone)))
