"""The disclosures archives among the databases that a Datasette serves, and their metadata."""

import logging
import sqlite3
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from datasette.database import Database

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
    """Return what the file at `path` holds that is never served, whatever it is called, and in whatever way it can be opened."""
    for opened in ("mode=ro", "mode=ro&immutable=1"):  # the latter is how `datasette -i` does
        try:
            with closing(sqlite3.connect(f"{Path(path).resolve().as_uri()}?{opened}", uri=True)) as connection:
                tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        except UNREADABLE:
            continue
        return next((held for held, known_by in _NEVER_SERVED if known_by <= tables), None)
    return None


def metadata(datasette: Datasette) -> dict[str, Any]:
    """Datasette's metadata for every archive served; copied each time as deep as Datasette writes into it."""
    plugins = {"datasette-mcp": {"canned_queries": True}}  # the extra `mcp` is metadata before the archives are known
    names = archives(datasette)
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


async def portal_names(datasette: Datasette, database: str) -> dict[str, str]:
    """Portal id → name."""
    rows = await datasette.get_database(database).execute("SELECT id, name FROM portals")
    return {row["id"]: row["name"] for row in rows}
