"""Comparison of what an archive states with what its sealed originals say, read again by today's parser; nothing is changed."""

import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import partial
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

from archive.database.connection import open_for_reading
from archive.database.kept_settings import drop_setting, setting
from archive.model.records import FIELDS
from crawler.spiders.reparse import is_read_by_today, reparse

_COMPARED = (*FIELDS, "flags", "body", "source_fields", "tables")
_OF_FILES = ("text", "tables", "pages")
_RECORDS = f"""
    SELECT id, url, {", ".join(_COMPARED)} FROM records WHERE portal = ? AND state <> 'withheld' ORDER BY id
"""  # noqa: S608 - names of our own
_FILES = f"""
    SELECT a.id, a.url, {", ".join(f"a.{name}" for name in _OF_FILES)} FROM attachments a JOIN records r ON r.id = a.record_id
    WHERE r.portal = ? AND r.state <> 'withheld' AND a.capture_id IS NOT NULL ORDER BY a.id
"""  # noqa: S608 - names of our own

_RECORDS_OF = "SELECT id FROM records WHERE portal = ? AND state <> 'withheld'"

_DERIVED = ("derived", "document_numbers", "budgets")
"""The tables of what titles and fields say, which are made anew only where they are empty."""

_NOT_COMPARED = {
    "id",
    "table_id",
    "claim_id",
    "unit_id",
    "publisher_id",
    "capture_id",
    "explained",
    "reporter",
    "region",
}
"""Columns of what is read out of records that number rows as they come, or follow from captures and names that changed since."""


class _Reader(NamedTuple):
    """A reader of records: the setting that holds its version, the table of the records that wait for it, its tables.

    `parts`: tables that belong to a record through another, with the condition for that.
    """

    version: str
    waiting: str
    tables: tuple[str, ...]
    parts: Mapping[str, str]


_READERS = (
    _Reader(
        "reports_read_by",
        "unread_reports",
        ("annual_reports", "report_statistics", "report_claims", "report_equations", "report_checks"),
        {},
    ),
    _Reader(
        "budgets_read_by",
        "unread_budgets",
        ("budget_tables",),
        dict.fromkeys(("budget_lines", "budget_checks"), "JOIN budget_tables o ON o.id = t.table_id"),
    ),
    _Reader("claims_read_by", "unread_claims", ("claims",), {"claim_checks": "JOIN claims o ON o.id = t.claim_id"}),
    _Reader("derived_version", "underived", _DERIVED, {}),
)


def differences(db: Path, evidence: Path, portal: str) -> Iterator[tuple[str, str]]:
    """Yield each record and file of a portal that states something else than its originals: where, and what.

    The portal's pages are read again into a copy of the archive, as `reparse` does. Raises as `reparse` does.
    """
    if is_read_by_today(db, portal) is False:
        yield portal, "was read by an earlier parser: run `disclosures reparse` before its originals are compared"
        return
    with tempfile.TemporaryDirectory(prefix="disclosures-reread-") as folder:
        copy = Path(folder, db.name)
        with closing(open_for_reading(db)) as stored, closing(sqlite3.connect(copy)) as target:
            stored.backup(target)
            # Each of these is made again.
            target.execute("UPDATE readings SET source_fields = '{}' WHERE capture_id IS NOT NULL")
            # An index made of other texts than are stored can't be brought up to date: it is made anew.
            drop_setting(target, "segment_version")
            for table in _DERIVED:
                target.execute(f"DELETE FROM {table} WHERE record_id IN ({_RECORDS_OF})", (portal,))  # noqa: S608
            for reader in _READERS:
                target.execute(f"INSERT OR IGNORE INTO {reader.waiting} {_RECORDS_OF}", (portal,))
            target.commit()
        reparse(copy, evidence, portal, seals=Path(folder, "nowhere.db"))
        with closing(open_for_reading(db)) as stored, closing(open_for_reading(copy)) as read:
            stored.text_factory = partial(str, encoding="utf-8", errors="replace")  # damaged, it differs
            for kind, sql, names in (("record", _RECORDS, _COMPARED), ("file", _FILES, _OF_FILES)):
                before, after = (connection.execute(sql, (portal,)) for connection in (stored, read))
                for row, differ in _differing(before, after, names):
                    yield f"{kind} {row[0]} {row[1]}", f"its originals say something else: {', '.join(differ)}"
            yield from _derived_otherwise(stored, read, portal)


def _derived_otherwise(stored: sqlite3.Connection, read: sqlite3.Connection, portal: str) -> Iterator[tuple[str, str]]:
    """Yield each record of which something else was read out than stands in the tables; not where another version, or nobody yet, read it."""
    for reader in _READERS:
        if setting(stored, reader.version) != setting(read, reader.version):
            continue
        waiting = {row[0] for row in stored.execute(f"SELECT record_id FROM {reader.waiting}")}  # noqa: S608 - names of our own
        for table, through in {**dict.fromkeys(reader.tables, ""), **reader.parts}.items():
            one, other = (dict(_digests(connection, table, through, portal)) for connection in (stored, read))
            for number, url in sorted(one.keys() | other.keys()):
                if number not in waiting and one.get((number, url)) != other.get((number, url)):
                    yield f"record {number} {url}", f"its originals say something else: the table {table}"


def _digests(
    connection: sqlite3.Connection, table: str, through: str, portal: str
) -> Iterator[tuple[tuple[int, str], bytes]]:
    """Yield the id and address of each record of a portal that has rows in a table, with the sha256 of the rows."""
    described = connection.execute(f"PRAGMA table_info({table})")
    columns = ", ".join(f"t.{name}" for _, name, *_ in described if name not in _NOT_COMPARED)
    owner = "o" if through else "t"
    sql = f"""
        SELECT r.id, r.url, {columns} FROM {table} t {through} JOIN records r ON r.id = {owner}.record_id
        WHERE r.portal = ? ORDER BY r.id, {columns}
    """  # noqa: S608 - names of our own
    for record, rows in groupby(connection.execute(sql, (portal,)), key=itemgetter(0, 1)):
        digest = sha256()
        for row in rows:
            digest.update(repr(row[2:]).encode())
        yield record, digest.digest()


def _differing(
    stored: Iterable[tuple[Any, ...]], read: Iterable[tuple[Any, ...]], names: Sequence[str]
) -> Iterator[tuple[tuple[Any, ...], list[str]]]:
    """Yield the stored rows (id, address, values) that were read otherwise, and the names of the values that differ."""
    again = {row[0]: row for row in read}
    for row in stored:
        other = again.get(row[0], row)
        if differ := [name for name, one, two in zip(names, row[2:], other[2:], strict=True) if one != two]:
            yield row, differ
