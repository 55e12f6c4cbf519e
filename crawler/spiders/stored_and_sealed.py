"""Comparison of what an archive states with what its sealed originals say, read again by today's parser; nothing is changed."""

import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from archive.database.connection import open_for_reading
from archive.database.kept_settings import drop_setting
from archive.model.records import FIELDS
from crawler.spiders.reparse import is_read_by_today, reparse

_COMPARED = (*FIELDS, "body", "source_fields")
_RECORDS = f"""
    SELECT id, url, {", ".join(_COMPARED)} FROM records WHERE portal = ? AND state <> 'withheld' ORDER BY id
"""  # noqa: S608 - names of our own
_FILES = """
    SELECT a.id, a.url, a.text FROM attachments a JOIN records r ON r.id = a.record_id
    WHERE r.portal = ? AND r.state <> 'withheld' AND a.capture_id IS NOT NULL ORDER BY a.id
"""


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
            target.commit()
        reparse(copy, evidence, portal, seals=Path(folder, "nowhere.db"))
        with closing(open_for_reading(db)) as stored, closing(open_for_reading(copy)) as read:
            stored.text_factory = partial(str, encoding="utf-8", errors="replace")  # damaged, it differs
            for kind, sql, names in (("record", _RECORDS, _COMPARED), ("file", _FILES, ("text",))):
                before, after = (connection.execute(sql, (portal,)) for connection in (stored, read))
                for row, differ in _differing(before, after, names):
                    yield f"{kind} {row[0]} {row[1]}", f"its originals say something else: {', '.join(differ)}"


def _differing(
    stored: Iterable[tuple[Any, ...]], read: Iterable[tuple[Any, ...]], names: Sequence[str]
) -> Iterator[tuple[tuple[Any, ...], list[str]]]:
    """Yield the stored rows (id, address, values) that were read otherwise, and the names of the values that differ."""
    again = {row[0]: row for row in read}
    for row in stored:
        other = again.get(row[0], row)
        if differ := [name for name, one, two in zip(names, row[2:], other[2:], strict=True) if one != two]:
            yield row, differ
