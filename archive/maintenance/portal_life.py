"""The life of a portal in the archive: it moves to another host, gets another id, is retired, resumed, removed.

Each is one transaction, noted in `portal_changes`: so a database that began from the archive, or is merged into it, is
taken through the same. Originals stay as they are sealed, and captures say where they were requested.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from archive.database import repeated_numbers
from archive.database.connection import ArchiveError, open_for_reading, transaction
from archive.database.kept_settings import drop_setting, keep_setting
from archive.database.lock import held
from archive.database.portal_changes import (
    MOVED,
    REMOVED,
    RENAMED,
    RESUMED,
    RETIRED,
    Change,
    Moves,
    changes,
    keep_numbers,
    note,
    note_removed_crawls,
)
from archive.maintenance.bring_up_to_date import bring_up_to_date, leave_no_trace, open_up_to_date
from archive.maintenance.holding import note_traces
from archive.model.records import FIELDS
from archive.search import index

NUMBERED = ("crawls", "records", "events")
"""Tables whose rows' numbers are known outside the archive: no row gets one that another had."""

_KEPT = ("withheld", "portal_changes", "portals")
_PRESENT = (*FIELDS, "kind", "flags", "source_fields", "body", "tables", "capture_id", "state", "last_seen")
_OF_PRESENT = ("listings", "readings", "attachments", "redactions", "rosters")
"""Parts of a record that are as they were last seen: columns, and tables."""


@dataclass(frozen=True, slots=True)
class Extent:
    """The part of the archive that a change concerns, counted."""

    records: int
    events: int
    catalogs: int
    crawls: int
    joined: int = 0


class _NothingChangedError(Exception):
    """Ends a transaction that only had to say what would happen."""


def change(db: Path, changed: list[Change], stated: Mapping[str, str] = {}, *, dry_run: bool = False) -> Extent:
    """Make one portal's changes in the archive `db`, or, in a `dry_run`, say how much they concern.

    `stated`: columns of `portals` as its file states them now. Raises ArchiveError, in one line, with nothing changed.
    """
    open_for_reading(db).close()
    portal, after = changed[0].portal, changed[0].after if changed[0].kind == RENAMED else None
    with ExitStack() as stack:
        for each in dict.fromkeys(filter(None, (portal, after))):
            stack.enter_context(held(db, each))
        connection = stack.enter_context(closing(open_up_to_date(db)))
        try:
            with transaction(connection):
                _require_possible(connection, changed[0])
                extent = _extent(connection, portal)
                joined = sum(apply(connection, each) for each in changed)
                for column, value in stated.items():
                    connection.execute(f"UPDATE portals SET {column} = ? WHERE id = ?", (value, after or portal))  # noqa: S608
                now = after or portal
                bring_up_to_date(connection, now if _knows(connection, now) else None)
                if dry_run:
                    raise _NothingChangedError  # noqa: TRY301 - undoes the transaction
        except _NothingChangedError:
            pass
        except sqlite3.Error as error:
            raise ArchiveError(f"cannot change {portal} in {db}: {error}") from error
        leave_no_trace(connection)
    return Extent(extent.records, extent.events, extent.catalogs, extent.crawls, joined)


def apply(connection: sqlite3.Connection, change: Change) -> int:
    """Make a change, if its portal is there, and note it; the caller's transaction; how many records became one."""
    joined = 0
    if _knows(connection, change.portal):
        with _row_tuples(connection):
            joined = _APPLIED[change.kind](connection, change)
    note(connection, change)
    return joined


def missing(here: sqlite3.Connection, there: sqlite3.Connection) -> list[Change]:
    """Return the changes noted `there` that the archive `here` has not been taken through."""
    known = set(changes(here))
    return [each for each in changes(there) if each not in known]


def concerns(connection: sqlite3.Connection, changed: Iterable[Change]) -> bool:
    """Return whether the archive has a portal that one of the changes is about."""
    return any(_knows(connection, each.portal) for each in changed)


def is_from_before(connection: sqlite3.Connection, change: Change) -> bool:
    """Return whether the archive's portal is the one that a removal took out, and not one crawled anew after it."""
    sql = "SELECT coalesce(min(started_at), '') FROM crawls WHERE portal = ?"
    return bool(connection.execute(sql, (change.portal,)).fetchone()[0] <= change.at)


def _knows(connection: sqlite3.Connection, portal: str) -> bool:
    return connection.execute("SELECT 1 FROM portals WHERE id = ?", (portal,)).fetchone() is not None


def _require_possible(connection: sqlite3.Connection, change: Change) -> None:
    if not _knows(connection, change.portal):
        raise ArchiveError(f"the archive has no portal {change.portal!r}: `disclosures portals list` names them")
    if change.kind == RENAMED and _knows(connection, str(change.after)):
        raise ArchiveError(f"the archive has a portal {change.after!r} already")
    (since,) = connection.execute("SELECT retired_at FROM portals WHERE id = ?", (change.portal,)).fetchone()
    if change.kind == RETIRED and since:
        raise ArchiveError(f"{change.portal} is retired already, since {since}")
    if change.kind == RESUMED and not since:
        raise ArchiveError(f"{change.portal} is not retired")


def _extent(connection: sqlite3.Connection, portal: str) -> Extent:
    counts = (
        "SELECT count(*) FROM records WHERE portal = ?",
        "SELECT count(*) FROM events e JOIN records r ON r.id = e.record_id WHERE r.portal = ?",
        "SELECT count(*) FROM catalogs WHERE portal = ?",
        "SELECT count(*) FROM crawls WHERE portal = ?",
    )
    return Extent(*(connection.execute(sql, (portal,)).fetchone()[0] for sql in counts))


@contextmanager
def _row_tuples(connection: sqlite3.Connection) -> Iterator[None]:
    before, connection.row_factory = connection.row_factory, None
    try:
        yield
    finally:
        connection.row_factory = before


# --- moved ---


def _move(c: sqlite3.Connection, change: Change) -> int:
    """Let the addresses on a host be those on another; what was crawled there before this was said is joined."""
    portal = change.portal
    moves = Moves([(str(change.before), str(change.after))])
    c.create_function("moved_address", 1, lambda url: url and moves.address(url), deterministic=True)
    c.execute("UPDATE portals SET home = moved_address(home) WHERE id = ?", (portal,))
    # What was doubted at the old host, the crawl of the new one reads again.
    c.execute("DELETE FROM deferred WHERE record_id IN (SELECT id FROM records WHERE portal = ?)", (portal,))
    _join_catalogs(c, portal)
    joined = _join_records(c, portal)
    own = "record_id IN (SELECT id FROM records WHERE portal = :portal)"
    c.execute(
        f"DELETE FROM attachments AS o WHERE {own} AND moved_address(url) <> url AND EXISTS "  # noqa: S608 - constant
        "(SELECT 1 FROM attachments n WHERE n.record_id = o.record_id AND n.url = moved_address(o.url))",
        {"portal": portal},
    )
    _move_withheld(c, portal, own)
    c.execute(
        f"UPDATE rosters SET key = iif(source = '', :prefix || moved_address(substr(key, length(:prefix) + 1)), key), "  # noqa: S608
        f"source = moved_address(source) WHERE {own}",
        {"prefix": f"{portal} ", "portal": portal},
    )
    for table, column in (("listings", "link"), ("attachments", "url"), ("redactions", "source")):
        c.execute(
            f"UPDATE OR REPLACE {table} SET {column} = moved_address({column}) "  # noqa: S608
            f"WHERE {own} AND {column} IS NOT NULL AND moved_address({column}) <> {column}",
            {"portal": portal},
        )
    c.execute("UPDATE catalogs SET url = moved_address(url) WHERE portal = ?", (portal,))
    c.execute(
        "UPDATE records SET url = moved_address(url) WHERE portal = ? AND moved_address(url) <> url",
        (portal,),
    )
    repeated_numbers.forget_single(c, portal)
    keep_setting(c, f"moved:{portal}", change.at)
    return joined


def _move_withheld(c: sqlite3.Connection, portal: str, own: str) -> None:
    """Keep withheld what stands at another address now; what was captured at the former one stays so.
    `own`: the portal's rows, as SQL.
    """
    c.execute(
        "INSERT OR IGNORE INTO withheld (target, key, reason, at, record_id) SELECT target, moved_address(key), "  # noqa: S608
        f"reason, at, record_id FROM withheld WHERE target = 'address' AND ({own} OR key IN (SELECT url FROM attachments "
        f"WHERE {own}) OR key IN (SELECT s.url FROM captures s JOIN crawls w ON w.id = s.crawl_id WHERE w.portal = :portal))",
        {"portal": portal},
    )
    c.execute(
        "UPDATE OR REPLACE withheld SET key = :prefix || moved_address(substr(key, length(:prefix) + 1)) "
        "WHERE target = 'record' AND substr(key, 1, length(:prefix)) = :prefix",
        {"prefix": f"{portal} "},
    )


def _join_catalogs(c: sqlite3.Connection, portal: str) -> None:
    for old, new in _doubles(c, "catalogs", portal):
        for table in ("listings", "readings", "ledger", "walks"):
            c.execute(f"UPDATE OR REPLACE {table} SET catalog_id = ? WHERE catalog_id = ?", (old, new))  # noqa: S608
        c.execute(
            "UPDATE OR REPLACE redactions SET source = ? WHERE source = ? AND record_id IN "
            "(SELECT id FROM records WHERE portal = ?)",
            (str(old), str(new), portal),
        )
        c.execute(
            "UPDATE catalogs SET retired_at = n.retired_at FROM catalogs n WHERE catalogs.id = ? AND n.id = ?",
            (old, new),
        )
        c.execute("DELETE FROM catalogs WHERE id = ?", (new,))


def _join_records(c: sqlite3.Connection, portal: str) -> int:
    """Let the records that were found at the new host be the present form of those of the old one."""
    doubles = _doubles(c, "records", portal)
    for old, new in doubles:
        index.changing(c, old)
        index.forget(c, new)
        (state,) = c.execute("SELECT state FROM records WHERE id = ?", (old,)).fetchone()
        if state == "withheld":
            for table in (*_OF_PRESENT, "versions", "events"):
                c.execute(f"DELETE FROM {table} WHERE record_id = ?", (new,))  # noqa: S608
            c.execute("DELETE FROM records WHERE id = ?", (new,))
            continue
        for table in _OF_PRESENT:
            c.execute(f"DELETE FROM {table} WHERE record_id = ?", (old,))  # noqa: S608
            c.execute(f"UPDATE {table} SET record_id = ? WHERE record_id = ?", (old, new))  # noqa: S608
        c.execute("DELETE FROM versions WHERE record_id = ? AND number = 1", (new,))
        c.execute(
            "UPDATE versions SET record_id = :old, number = number - 1 + "
            "(SELECT coalesce(max(number), 1) FROM versions WHERE record_id = :old) WHERE record_id = :new",
            {"old": old, "new": new},
        )
        if state == "listed":
            c.execute("DELETE FROM events WHERE record_id = ? AND kind = 'added'", (new,))
        else:
            c.execute(
                "UPDATE events SET kind = 'returned', detail = json_set(detail, '$.was', ?) "
                "WHERE record_id = ? AND kind = 'added'",
                (state, new),
            )
        c.execute("UPDATE events SET record_id = ? WHERE record_id = ?", (old, new))
        present = ", ".join(f"{name} = n.{name}" for name in _PRESENT)
        c.execute(f"UPDATE records SET {present} FROM records n WHERE records.id = ? AND n.id = ?", (old, new))  # noqa: S608
        c.execute("DELETE FROM records WHERE id = ?", (new,))
    return len(doubles)


def _doubles(c: sqlite3.Connection, table: str, portal: str) -> list[tuple[int, int]]:
    """Return pairs of rows of which the second stands where the first has moved to."""
    return c.execute(
        f"SELECT o.id, n.id FROM {table} o JOIN {table} n ON n.portal = o.portal AND n.url = moved_address(o.url) "  # noqa: S608
        "WHERE o.portal = ? AND n.id <> o.id ORDER BY o.id",
        (portal,),
    ).fetchall()


# --- renamed, retired, removed ---


def _rename(c: sqlite3.Connection, change: Change) -> int:
    """Give a portal another id, wherever it stands."""
    old, new = change.portal, change.after
    c.execute("PRAGMA defer_foreign_keys = ON")
    for (record_id,) in c.execute("SELECT id FROM records WHERE portal = ?", (old,)).fetchall():
        index.changing(c, record_id)
    c.execute("UPDATE portals SET id = ? WHERE id = ?", (new, old))
    for table, columns in _tables(c).items():
        if "portal" in columns and table not in _KEPT:
            c.execute(f"UPDATE OR REPLACE {table} SET portal = ? WHERE portal = ?", (new, old))  # noqa: S608
    for name in ("parser", "moved"):
        c.execute("UPDATE OR REPLACE settings SET name = ? WHERE name = ?", (f"{name}:{new}", f"{name}:{old}"))
    for table, own in (("withheld", "target = 'record'"), ("rosters", "source = ''")):
        c.execute(
            f"UPDATE OR REPLACE {table} SET key = :new || substr(key, length(:old) + 1) "  # noqa: S608
            f"WHERE {own} AND substr(key, 1, length(:old) + 1) = :old || ' '",
            {"old": old, "new": new},
        )
    return 0


def _retire(c: sqlite3.Connection, change: Change) -> int:
    c.execute("UPDATE portals SET retired_at = ? WHERE id = ?", (change.at, change.portal))
    return 0


def _resume(c: sqlite3.Connection, change: Change) -> int:
    c.execute("UPDATE portals SET retired_at = NULL WHERE id = ?", (change.portal,))
    return 0


def _remove(c: sqlite3.Connection, change: Change) -> int:
    """Delete all rows of a portal, whatever table they are in; what is withheld stays so, should it ever come back."""
    portal = change.portal
    keep_numbers(c, NUMBERED)
    note_removed_crawls(c, [row[0] for row in c.execute("SELECT id FROM crawls WHERE portal = ?", (portal,))])
    c.execute("PRAGMA defer_foreign_keys = ON")
    doomed = {"record_id": "records", "crawl_id": "crawls", "catalog_id": "catalogs"}
    for table in doomed.values():
        c.execute(f"CREATE TEMP TABLE doomed_{table} (id INTEGER PRIMARY KEY)")
        c.execute(f"INSERT INTO doomed_{table} SELECT id FROM {table} WHERE portal = ?", (portal,))  # noqa: S608
    for (record_id,) in c.execute("SELECT id FROM doomed_records").fetchall():
        index.forget(c, record_id)
    tables = _tables(c)
    for table, columns in tables.items():
        if table not in {*_KEPT, *doomed.values()}:
            for column in doomed.keys() & columns:
                c.execute(f"DELETE FROM {table} WHERE {column} IN (SELECT id FROM doomed_{doomed[column]})")  # noqa: S608
    _delete_orphans(c, tables)
    for table in doomed.values():
        c.execute(f"DELETE FROM {table} WHERE id IN (SELECT id FROM doomed_{table})")  # noqa: S608
        c.execute(f"DROP TABLE temp.doomed_{table}")
    for table, columns in tables.items():
        if "portal" in columns and table not in _KEPT:
            c.execute(f"DELETE FROM {table} WHERE portal = ?", (portal,))  # noqa: S608
    for name in ("parser", "moved"):
        drop_setting(c, f"{name}:{portal}")
    c.execute("DELETE FROM portals WHERE id = ?", (portal,))
    note_traces(c)
    return 0


def _delete_orphans(c: sqlite3.Connection, tables: Mapping[str, set[str]]) -> None:
    """Delete the rows that belong to rows deleted, in tables that name neither record nor crawl nor catalogue."""
    for table, columns in tables.items():
        if columns & {"record_id", "crawl_id", "catalog_id", "portal"}:
            continue
        for _, _, parent, column, reference, *_ in c.execute(f"PRAGMA foreign_key_list({table})").fetchall():
            c.execute(
                f"DELETE FROM {table} WHERE {column} IS NOT NULL AND {column} NOT IN "  # noqa: S608
                f"(SELECT {reference or 'id'} FROM {parent})"
            )


def _tables(c: sqlite3.Connection) -> dict[str, set[str]]:
    """Return the archive's tables and their columns."""
    names = c.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' "
        "AND name NOT GLOB 'records_fts*' AND name NOT GLOB '*sqlite_*' ORDER BY rowid"
    ).fetchall()
    return {name: {row[1] for row in c.execute(f"PRAGMA table_xinfo({name})")} for (name,) in names}


_APPLIED: Mapping[str, Callable[[sqlite3.Connection, Change], int]] = {
    MOVED: _move,
    RENAMED: _rename,
    RETIRED: _retire,
    RESUMED: _resume,
    REMOVED: _remove,
}
