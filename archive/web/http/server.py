"""Serving archives: Datasette with this site's settings, over HTTP until stopped."""

import gc
import os
import socket
import sqlite3
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from contextvars import copy_context
from functools import partial
from pathlib import Path
from typing import Any

import uvicorn
from datasette.app import Datasette
from datasette.database import Database, Results
from datasette.utils import BadMetadataError, parse_metadata, resolve_env_secrets

from archive.database.connection import ArchiveError
from archive.database.several import naming
from archive.database.time_limit import Result
from archive.export.snapshots import check_together
from archive.web.http import connections, query_rows, reader_requests
from archive.web.http.hosts import KnownHosts
from archive.web.http.middleware import Application

SETTINGS: dict[str, int | bool] = {
    "default_page_size": 50,  # default 100: a page that is read, not scrolled
    "max_returned_rows": 1000,  # the default, written out: as much as one page or one JSON answer holds
    "sql_time_limit_ms": 5000,  # default 1000: a frequent word in a million records takes longer than that
    "facet_time_limit_ms": 3000,  # default 200: facets must not come and go with the load
    "suggest_facets": False,  # default on: costs about a second a page in a large archive
    "allow_download": False,  # default on: the live file is not for download; publish a snapshot
    "truncate_cells_html": 200,  # default 2048: a table is for finding, the record's page for reading
}


class ArchiveDatabase(Database):  # type: ignore[misc]  # Datasette comes without types
    def connect(self, write: bool = False) -> sqlite3.Connection:
        """As Datasette has it, at whatever path: it would open another file where one has `?`, `#`
        or `%41`. Nothing can be written.
        """
        mode = "mode=ro" if self.is_mutable else "immutable=1"
        uri = f"{Path(self.path).absolute().as_uri()}?{mode}"
        connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
        self._all_file_connections.append(connection)
        return connection

    async def execute_fn(self, fn: Callable[[Any], Result]) -> Result:
        """As Datasette has it, for the reader whose request is being answered: a thread knows no context of its own.

        Raises UnreadableArchiveError where the file can't be read.
        """
        context = copy_context()
        with naming(self.name):
            result: Result = await super().execute_fn(lambda connection: context.run(fn, connection))
        return result

    def execute(self, sql: str, params: object = None, truncate: bool = False, **options: object) -> Awaitable[Results]:
        """As Datasette has it, but what SQLite says of a reader's query goes to the reader, not to the log.

        Datasette would log it at any length, and its own attempts to count the rows of the index, which has none. A
        page of rows without parameters is what the MCP server asks for, never a page of ours: another process reads it,
        if there is one.
        """
        if truncate and params is None and (requests := reader_requests.of(self.ds)):
            return query_rows.rows(requests, self.name, sql)
        options["log_sql_errors"] = False
        answer: Awaitable[Results] = super().execute(sql, params, truncate, **options)
        return answer


def make_datasette(path: Path, metadata: dict[str, Any] | None = None) -> Datasette:
    """The site of the archive at `path`, read-only. `metadata`: an operator's.
    Raises ArchiveError where there is no archive.
    """
    return site_of({path.stem: path}, metadata)


def site_of(paths: Mapping[str, Path], metadata: dict[str, Any] | None = None) -> Datasette:
    """The site of the archives at `paths`, by their names, read-only. `metadata`: an operator's.

    Raises ArchiveError where one is no archive, or where two hold the same portal, or would share originals.
    """
    check_together(paths)
    # Never as an immutable file: SQLite would then ignore what a crawl has written to the -wal beside it.
    opened = {name: partial(ArchiveDatabase, path=str(path), is_mutable=True) for name, path in paths.items()}
    return with_archives(opened, metadata)


def with_archives(opened: Mapping[str, Callable[[Datasette], Database]], metadata: dict[str, Any] | None) -> Datasette:
    """A Datasette with this site's settings and archives, each made by its function,
    by the names with which their addresses begin.
    """
    # Cookies of those logged in stay good as long as the secret does.
    datasette = Datasette(settings=SETTINGS, metadata=metadata, secret=os.environ.get("DATASETTE_SECRET"))
    datasette.remove_database("_memory")
    for name, made in opened.items():
        datasette.add_database(made(datasette), name=name)
    return datasette


def read_metadata(path: Path) -> dict[str, Any]:
    """Datasette's metadata, from YAML or JSON: who may see the archive, and plugins' settings. Raises ArchiveError."""
    try:
        metadata = parse_metadata(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, BadMetadataError) as error:
        raise ArchiveError(f"cannot read the metadata {path}: {' '.join(str(error).split())}") from error
    if not isinstance(metadata, dict):
        raise ArchiveError(f"the metadata {path} must be keys and values, such as `allow:`")
    return metadata


def plugin_settings(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of this plugin in an operator's metadata, as Datasette gives them:
    `$env` and `$file` looked up.
    """
    plugins = metadata.get("plugins")
    ours = plugins.get("disclosures") if isinstance(plugins, Mapping) else None
    settings = resolve_env_secrets(ours or {}, os.environ)
    return settings if isinstance(settings, dict) else {}


def run(
    application: Application,
    host: str,
    port: int,
    announce: Callable[[str], object] | None = None,
    host_names: Iterable[str] = (),
) -> None:
    """Serve a site until Ctrl-C; `announce` is called with the address once it is ours.
    `host_names`: that it goes by besides.

    Raises OSError where the address can't be had (a port in use).
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Opened anew by its number, the socket knows that it speaks TCP. asyncio turns Nagle's algorithm off only for one that
    # does; with it, every answer of more than one piece waits 40 ms for the reader's acknowledgement of the first.
    with socket.socket(fileno=socket.create_server((host, port), family=family).detach()) as listener:
        if announce:
            shown = f"[{host}]" if ":" in host else host
            announce(f"http://{shown}:{listener.getsockname()[1]}/")
        known = KnownHosts(application, [host, *host_names])
        config = uvicorn.Config(
            known, log_level="warning", lifespan="on", timeout_graceful_shutdown=3, **connections.options()
        )
        # What is loaded by now stays; Python's collector would go through all of it every ten pages or so, for a tenth of a second.
        gc.collect()
        gc.freeze()
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listener])
