"""The disclosures archives among the databases that a Datasette serves, several of them as one, and their metadata."""

import asyncio
import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from contextvars import copy_context
from functools import cache
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from datasette.database import Database, Results

from archive.database.several import SeveralArchives, UnreadableArchiveError, naming
from archive.database.time_limit import Result
from archive.evidence.evidence_reader import UNREADABLE
from archive.labels.example_queries import queries
from archive.labels.label import SITE
from archive.labels.language import READER, Language
from archive.labels.tables import TABLES, Table
from archive.web.http.datasette_class import Datasette

logger = logging.getLogger(__name__)

_KNOWN: WeakKeyDictionary[Database, bool] = WeakKeyDictionary()


def is_archive(connection: sqlite3.Connection) -> bool:
    """Return whether the database has our search index."""
    try:
        row = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'records_fts'").fetchone()
    except sqlite3.Error:
        return False
    return row is not None


def archives(datasette: Datasette) -> list[str]:
    """The names of the databases that are archives, in the order they are served."""
    return [name for name, database in datasette.databases.items() if _known(database)]


def _known(database: Database) -> bool:
    if database not in _KNOWN:
        if database.is_memory or not database.path:
            return False
        try:
            connection = sqlite3.connect(f"{Path(database.path).resolve().as_uri()}?mode=ro", uri=True)
        except sqlite3.Error:
            return False
        _KNOWN[database] = is_archive(connection)
        connection.close()
    return _KNOWN[database]


class ArchivesTogether(Database):  # type: ignore[misc]  # Datasette comes without types
    """Several archives of a site as one database, which asks each of them (`archive.database.several`)."""

    def __init__(self, datasette: Datasette, names: tuple[str, ...]) -> None:
        """Read the databases of these names, whatever files they are at the time."""
        super().__init__(datasette, is_mutable=True)
        self.name = " + ".join(names)
        self._names = names
        self._own = threading.local()

    async def execute(self, sql: str, params: object = None, truncate: bool = False, **options: Any) -> Results:  # noqa: ANN401 - Datasette's own
        """As Datasette has it; what SQLite says goes to the reader, not to the log."""
        return await super().execute(sql, params, truncate, **{**options, "log_sql_errors": False})

    def connect(self, write: bool = False) -> SeveralArchives:
        """Return connections of their own to all archives; nothing can be written through them."""
        return SeveralArchives({name: opened(self.ds, self.ds.get_database(name)) for name in self._names})

    async def execute_fn(self, fn: Callable[[Any], Result]) -> Result:
        """Return the result of `fn`, called with a connection to all archives in a thread of Datasette's."""
        if self.ds.executor is None:  # in a process that answers one request
            return fn(self._kept())
        context = copy_context()
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.ds.executor, lambda: context.run(self._result_of, fn))

    def _result_of(self, fn: Callable[[Any], Result]) -> Result:
        """Return the result of `fn`. Raises UnreadableArchiveError where an archive can't be read.

        That one's connection is given up: SQLite may keep pages of a damaged file after a whole one has taken its place.
        """
        try:
            return fn(self._kept())
        except UnreadableArchiveError as error:
            if error.archive in (kept := self._own.__dict__.get("kept", {})):
                kept.pop(error.archive)[1].close()
            raise

    def _kept(self) -> SeveralArchives:
        """Return the connections of this thread: one for each archive,
        another where another snapshot has taken its place.
        """
        kept: dict[str, tuple[Database, sqlite3.Connection]] = self._own.__dict__.setdefault("kept", {})
        for name in self._names:
            database = self.ds.get_database(name)
            if name not in kept or kept[name][0] is not database:
                if name in kept:
                    kept[name][1].close()
                with naming(name):
                    kept[name] = (database, opened(self.ds, database))
        return SeveralArchives({name: connection for name, (_, connection) in kept.items()})


def opened(datasette: Datasette, database: Database) -> Any:  # noqa: ANN401 - of one archive or several (`Readable`)
    """Return a connection of its own to a database, as Datasette prepares them."""
    connection = database.connect()
    if isinstance(connection, sqlite3.Connection):
        datasette._prepare_connection(connection, database.name)
    return connection


_TOGETHER: WeakKeyDictionary[Datasette, dict[tuple[str, ...], ArchivesTogether]] = WeakKeyDictionary()


def together(datasette: Datasette, names: tuple[str, ...]) -> ArchivesTogether:
    """Return the archives of these names as one database."""
    known = _TOGETHER.setdefault(datasette, {})
    return known.setdefault(names, ArchivesTogether(datasette, names))


LEFT_OUT = 60.0
"""Seconds for which an archive that could not be read is left out of pages over all; then it is asked again."""

_UNREADABLE_SINCE: WeakKeyDictionary[Datasette, dict[str, float]] = WeakKeyDictionary()


def leave_out(datasette: Datasette, name: str, reason: object) -> bool:
    """Leave an archive that can't be read out of pages over all;
    return whether it was not left out yet, and others are there.
    """
    known = left_out(datasette)
    if name in known or len(archives(datasette)) == len(known) + 1:
        return False
    path = datasette.get_database(name).path
    logger.error("%s can't be read (%s): `disclosures doctor --db %s` says what is damaged", name, reason, path)
    _UNREADABLE_SINCE.setdefault(datasette, {})[name] = time.monotonic()
    return True


def left_out(datasette: Datasette) -> list[str]:
    """Return the names of the archives that are left out of pages over all."""
    since = _UNREADABLE_SINCE.get(datasette, {})
    return [name for name in archives(datasette) if time.monotonic() - since.get(name, -LEFT_OUT) < LEFT_OUT]


def readable(datasette: Datasette, names: Sequence[str]) -> tuple[str, ...]:
    """Return those of these archives that are not left out of pages over all; where none is left, all."""
    unreadable = left_out(datasette)
    return tuple(name for name in names if name not in unreadable) or tuple(names)


_NEVER_SERVED = (
    ("sealed originals", {"captures", "payloads", "manifests"}),
    ("readers' subscriptions", {"subscriptions", "tokens"}),
    ("what is watched", {"watches", "messages", "delivered"}),
)
"""Contents of files that are never served, and the tables by which they are known."""


def leave_out_private(datasette: Datasette) -> None:
    """Stop serving files of originals, of subscriptions and of watches among the databases, and say so."""
    for name, database in list(datasette.databases.items()):
        if database.path and (held := _held_privately(database.path)):
            datasette.remove_database(name)
            logger.warning("%s holds %s and is never served", database.path, held)


def _held_privately(path: str) -> str | None:
    """Return what the file at `path` holds that is never served, whatever it is called,
    and in whatever way it can be opened.
    """
    for opened in ("mode=ro", "mode=ro&immutable=1"):  # the latter is how `datasette -i` does
        try:
            with closing(sqlite3.connect(f"{Path(path).resolve().as_uri()}?{opened}", uri=True)) as connection:
                tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        except UNREADABLE:
            continue
        return next((held for held, known_by in _NEVER_SERVED if known_by <= tables), None)
    return None


_SAYS_NOTHING_OF = {"allow", "allow_sql", "tables"}
"""Keys of metadata that are the operator's alone: permissions, by `tables` of each one, and the size of facets.

Datasette copies all it is given for each permission, of which a page asks several.
"""


def metadata(datasette: Datasette, key: str | None = None, database: str | None = None) -> dict[str, Any]:
    """Datasette's metadata for every archive served, or the one `database`;
    copied each time as deep as Datasette writes into it.

    Where a `key` is looked up that is not among it, nothing of the archives is.
    """
    if key in _SAYS_NOTHING_OF:
        return {}
    plugins = {"datasette-mcp": {"canned_queries": True}}  # the extra `mcp` is metadata before the archives are known
    if key == "plugins":
        return {"plugins": plugins}
    names = [name for name in archives(datasette) if database in {None, name}]
    if not names:
        return {"plugins": plugins}
    title, description = str(SITE), SITE.meaning
    return {
        "title": title,
        "description": description,
        "plugins": plugins,
        "databases": {
            name: {
                "title": title,
                "description": description,
                "queries": queries(),
                "tables": {
                    table: {**known, "columns": {**known["columns"]}}
                    for table, known in _tables_metadata(READER.get()).items()
                },
            }
            for name in names
        },
    }


@cache
def _tables_metadata(language: Language) -> dict[str, dict[str, Any]]:
    return {name: _table_metadata(table, language) for name, table in TABLES.items()}


def _table_metadata(table: Table, language: Language) -> dict[str, Any]:
    label = table.label
    metadata: dict[str, Any] = {
        "title": label.name(language),
        "description": label.description(language),
        "hidden": table.hidden,
        "columns": {
            name: ": ".join(filter(None, (column.name(language), column.description(language))))
            for name, column in table.columns.items()
        },
    }
    for key in ("label_column", "sort", "sort_desc"):
        if value := getattr(table, key):
            metadata[key] = value
    if table.facets:
        metadata["facets"] = list(table.facets)
    if table.sortable is not None:
        metadata["sortable_columns"] = list(table.sortable)
    return metadata
