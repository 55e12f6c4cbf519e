"""New archives and files of evidence in tests: copies of the first that was made. Their migrations take five times as long."""

import sqlite3
from collections.abc import Callable, Iterable

from sqlite_utils import Database, Migrations

from archive.database.migrations import migrations
from archive.evidence.evidence_file import MIGRATIONS

PAGE_SIZES = ((migrations, 4096), (MIGRATIONS, 1024))
"""Of each kind of file, as it is opened: what is copied must have the same."""

_NAME = "UPDATE settings SET value = lower(hex(randomblob(4))) WHERE name = 'archive'"
"""Gives an archive a name of its own, as the migrations do."""


def copy_what_is_made_anew() -> None:
    """Have this process, and those forked from it, copy into an empty file what the migrations make of one."""
    for each, page_size in PAGE_SIZES:
        each.apply = _copying(each, page_size)


def _copying(made_by: Migrations, page_size: int) -> Callable[..., None]:
    """The `apply` of migrations that copies into an empty file. To any other, or only in part, they are applied."""
    apply = made_by.apply
    made = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    made.execute(f"PRAGMA page_size = {page_size}")
    apply(Database(made))

    def copy(db: Database, *, stop_before: str | Iterable[str] | None = None) -> None:
        if stop_before or db.execute("SELECT 1 FROM sqlite_schema").fetchone():
            apply(db, stop_before=stop_before)
        else:
            made.backup(db.conn)
            if made_by is migrations:
                db.execute(_NAME)

    return copy
