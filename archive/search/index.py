"""The search index: what it holds of each record, and how it is kept up to date.

The number of a record's entry tells the month in which it was published, months counting down: entries in order are
records newest first, month by month. So the newest hits of a search come straight from the index, and years are a
stretch of it. What a search can be narrowed by stands in the index too, as words no text has (kind_budget).
"""

import hashlib
import json
import re
import sqlite3
from collections.abc import Callable, Sequence
from operator import itemgetter

from archive.database.kept_settings import keep_setting
from archive.database.several import Readable, each
from archive.search.segment import VERSION, marked, segment, segment_number

INDEXED = ("title", "document_number", "index_number", "publisher", "responsible_department", "body",
           "portal", "kind", "state", "published_on")  # fmt: skip
"""The columns of `records` that its entry is made of; the names and texts of its files join them."""

HEAD = ("title", "publisher", "responsible_department", "document_number", "index_number")
"""Columns that are short and tell most. Each token of theirs stands in the index once more, marked: to find words in
heads alone, the many texts with these words need then not be passed over, which takes long where two words are
frequent.
"""

WITHHELD = "withheld"
"""The state of records that have no entry."""

ID = (1 << 32) - 1
"""The part of an entry's number that is its record's id; the rest counts months down."""

_DATE, _STATE = INDEXED.index("published_on"), INDEXED.index("state")

MONTHS = 12 * 10_000
"""A number of months after any date: records without one come last."""

OWN_PAGE_READ = "EXISTS (SELECT 1 FROM readings g WHERE g.record_id = u.record_id AND g.catalog_id = 0)"
"""Of the records `u` that wait for something: that their own page was read, so that they will hardly change soon."""

EVERY = "record_any"
"""The filter that every entry has."""

_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")

# The body comes first, for FTS5 needs two bytes less for each word of a table's first column.
_COLUMNS = "body, attachments, title, document_number, index_number, publisher, responsible_department, filters"
_MARKS = ", ".join("?" * len(_COLUMNS.split()))
_INSERT = f"INSERT INTO records_fts (rowid, {_COLUMNS}) VALUES (?, {_MARKS})"  # noqa: S608 - constant names
_DELETE = f"INSERT INTO records_fts (records_fts, rowid, {_COLUMNS}) VALUES ('delete', ?, {_MARKS})"  # noqa: S608
_FILES = (
    "(SELECT group_concat(a.name || char(10) || coalesce(a.text, ''), char(10)) "
    "FROM (SELECT name, text FROM attachments WHERE record_id = r.id ORDER BY id) a)"
)
_HAS_FILES = "EXISTS (SELECT 1 FROM attachments a WHERE a.record_id = r.id AND a.state <> 'unlinked')"
_SEARCHED = f"{', '.join(f'r.{name}' for name in INDEXED)}, {_FILES}, {_HAS_FILES}"

Progress = Callable[[str, int, int], None]
"""Told of long work: what is done, how many so far, of how many."""

STRIDE = 200
"""So many entries are written at once: fewer make more parts to be merged, more take more memory."""

_MEMORY = 64 << 20
_MEMORY_AS_EVER = 1 << 20
"""Bytes that FTS5 gathers before it writes them: as many as make few parts to be merged, and its default."""


def month_of(published_on: str | None) -> int:
    """The month of a date, counted from the year 0; 0 where there is none."""
    match = _MONTH.match(published_on or "")
    return int(match[1]) * 12 + int(match[2]) - 1 if match else 0


def first_entry(month: int) -> int:
    """The lowest number that an entry of this month can have."""
    return (MONTHS - month) << 32


def filter_word(name: str, value: str) -> str:
    """The word that stands in the index for a value that a search can be narrowed to."""
    plain = re.fullmatch(r"[a-z0-9_-]{1,40}", value)
    return f"{name}_{value if plain else hashlib.sha256(value.encode()).hexdigest()[:20]}"


def entry(record_id: int, values: Sequence[str | int | None]) -> tuple[int | str, ...]:
    """The entry of a record whose `held` values these are: its number, then the index's columns."""
    held = dict(zip((*INDEXED, "attachments", "has_files"), values, strict=True))
    filters = [filter_word(name, str(held[name])) for name in ("portal", "kind", "state", "publisher") if held[name]]
    texts = {name: segment(str(held[name] or "")) for name in _COLUMNS.split(", ")[:-1]}
    texts["index_number"] = segment_number(str(held["index_number"] or ""))
    texts |= {name: f"{texts[name]} {marked(texts[name])}" for name in HEAD}
    filters += ["files_yes"] if held["has_files"] else []
    return (_number(record_id, values), *texts.values(), " ".join((EVERY, *filters)))


def _number(record_id: int, values: Sequence[str | int | None]) -> int:
    """The number of the entry of a record whose `held` values these are."""
    return first_entry(month_of(str(values[_DATE] or ""))) | record_id


def _is_shown(values: Sequence[str | int | None]) -> bool:
    """Whether a record whose `held` values these are has an entry."""
    return values[_STATE] != WITHHELD


def held(connection: sqlite3.Connection, record_id: int) -> list[str | int | None]:
    """Return the values that a record's entry is made of, as they stand now."""
    return list(connection.execute(f"SELECT {_SEARCHED} FROM records r WHERE r.id = ?", (record_id,)).fetchone())  # noqa: S608


def changed(connection: sqlite3.Connection, record_id: int, indexed: Sequence[str | int | None] | None) -> None:
    """Note that a record's entry is behind; `indexed`: what it was made of before the change, None if it is new."""
    known = json.dumps(indexed, ensure_ascii=False) if indexed is not None else None
    connection.execute("INSERT OR IGNORE INTO unindexed VALUES (?, ?)", (record_id, known))


def forget(connection: sqlite3.Connection, record_id: int) -> None:
    """Take a record out of the index, before it is deleted."""
    waiting = connection.execute("SELECT indexed FROM unindexed WHERE record_id = ?", (record_id,)).fetchone()
    known = held(connection, record_id) if waiting is None else waiting[0] and json.loads(waiting[0])
    if known and _is_shown(known):
        connection.execute(_DELETE, entry(record_id, known))
    connection.execute("DELETE FROM unindexed WHERE record_id = ?", (record_id,))


def changing(connection: sqlite3.Connection, record_id: int) -> None:
    """Note, before what a record's entry is made of changes, that it is behind."""
    if not connection.execute("SELECT 1 FROM unindexed WHERE record_id = ?", (record_id,)).fetchone():
        changed(connection, record_id, held(connection, record_id))


def catch_up(connection: sqlite3.Connection, *, own_page_read: bool = False) -> None:
    """Bring the index up to date with the records noted by `changed`; the caller's transaction.

    `own_page_read`: only with those whose own page was read, the others are likely to change again soon.
    """
    chosen = OWN_PAGE_READ if own_page_read else "1"
    sql = (
        f"SELECT u.record_id, u.indexed, {_SEARCHED} FROM unindexed u JOIN records r ON r.id = u.record_id "  # noqa: S608
        f"WHERE {chosen} ORDER BY u.record_id LIMIT {STRIDE}"
    )
    while rows := connection.execute(sql).fetchall():
        steps: list[tuple[int, bool, int, Sequence[str | int | None]]] = []
        for record_id, indexed, *values in rows:
            if indexed is not None:
                # A contentless index forgets an entry only when given exactly what it holds; else ghosts remain.
                known = json.loads(indexed)
                if _is_shown(known):
                    steps.append((_number(record_id, known), False, record_id, known))
            if _is_shown(values):
                steps.append((_number(record_id, values), True, record_id, values))
        # FTS5 starts another part, to be merged later, wherever a number is lower than the one before.
        for _, stays, record_id, values in sorted(steps, key=itemgetter(0, 1)):
            connection.execute(_INSERT if stays else _DELETE, entry(record_id, values))
        connection.executemany("DELETE FROM unindexed WHERE record_id = ?", [(row[0],) for row in rows])


def refresh(connection: sqlite3.Connection, progress: Progress | None = None) -> None:
    """Finish what a killed crawl left unindexed; build all again where another version of the segmentation made it."""
    if is_current(connection):
        catch_up(connection)
    else:
        build(connection, progress)
        keep_setting(connection, "segment_version", VERSION)


def is_current(connection: Readable) -> bool:
    """Whether the index is as this version makes it; if it isn't, words can't be looked up in it."""
    sql = "SELECT value FROM settings WHERE name = 'segment_version'"
    return all([row[0] for row in archive.execute(sql)] == [VERSION] for archive in each(connection))


def build(connection: sqlite3.Connection, progress: Progress | None = None) -> None:
    """Make the whole index anew, whatever is in it; the caller's transaction.
    `progress` is told of every STRIDE records.
    """
    connection.execute("INSERT INTO records_fts (records_fts) VALUES ('delete-all')")
    connection.execute("DELETE FROM unindexed")
    connection.execute("INSERT INTO records_fts (records_fts, rank) VALUES ('hashsize', ?)", (_MEMORY,))
    dated = connection.execute("SELECT id, published_on FROM records WHERE state <> ?", (WITHHELD,))
    numbers = sorted(first_entry(month_of(published_on)) | record_id for record_id, published_on in dated)
    for place, number in enumerate(numbers, 1):
        connection.execute(_INSERT, entry(number & ID, held(connection, number & ID)))
        if progress and (place % STRIDE == 0 or place == len(numbers)):
            progress("records indexed", place, len(numbers))
    connection.execute("INSERT INTO records_fts (records_fts, rank) VALUES ('hashsize', ?)", (_MEMORY_AS_EVER,))
    connection.execute("INSERT INTO records_fts (records_fts) VALUES ('optimize')")
