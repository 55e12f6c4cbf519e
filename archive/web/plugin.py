"""The Datasette plugin: makes search find Chinese, names everything in Chinese, and shows records as records.

Registered as an entry point, so that plain `datasette x.db` has it too. Each hook hands over to the module that does
the work; databases that are no disclosures archives are left alone.
"""

import sqlite3
from collections.abc import Callable, Generator
from hashlib import sha256
from pathlib import Path
from typing import Any

from datasette.filters import FilterArguments
from datasette.utils.asgi import Response, asgi_static
from markupsafe import Markup
from pluggy import HookimplMarker, Result

from archive.search import to_match
from archive.web import archives, cells, labels, pages
from archive.web.gate import Application, Gate

hookimpl = HookimplMarker("datasette")

HERE = Path(__file__).parent
STATIC = HERE / "static"
TEMPLATES = HERE / "templates"

_MALFORMED = (ValueError, TypeError, LookupError, ArithmeticError, AttributeError, sqlite3.Error)
"""What Datasette raises on addresses it doesn't expect (`_next=x` on a view, a key too few, an integer too large)."""


@hookimpl(trylast=True)  # Datasette registers its own escape_fts in the same hook; the last one stays
def prepare_connection(conn: sqlite3.Connection) -> None:
    """Give archives `zh_match`, and an `escape_fts` that does the same, so that `?_search=` finds Chinese."""
    if archives.is_archive(conn):
        for name in ("escape_fts", "zh_match"):
            conn.create_function(name, 1, to_match, deterministic=True)


@hookimpl
def get_metadata(datasette: Any) -> dict[str, Any]:
    """Titles, descriptions, sorts and facets."""
    return archives.metadata(datasette)


@hookimpl(trylast=True)  # so that supports_search prevails over Datasette's own finding that a view has no index
def filters_from_request(request: Any, database: str, table: str, datasette: Any) -> Callable[[], Any] | None:
    """Search the view `search`: best first with a query, nothing at all without one."""
    if table != "search" or database not in archives.archives(datasette):
        return None

    async def search() -> FilterArguments:
        cells.PORTAL_NAMES.set(await pages.portal_names(datasette, database))
        words = request.args.get("_search")
        shown = {"supports_search": True, "search": words or ""}
        if not words:
            return FilterArguments(["0"], extra_context=shown)
        return FilterArguments(["[q] match zh_match(:search)"], {"search": words}, extra_context=shown)

    return search


@hookimpl
def render_cell(row: Any, value: Any, column: str, table: str | None, database: str, datasette: Any) -> Markup | None:
    """Show a value of an archive's table."""
    if table not in labels.TABLES or database not in archives.archives(datasette):
        return None
    return cells.cell(value, row, column, table, datasette.urls.database(database))


@hookimpl
def extra_template_vars(
    template: str, database: str | None, table: str | None, request: Any, datasette: Any
) -> Callable[[], Any]:
    """What the home page, the header's search box and a record's page need."""
    names = archives.archives(datasette)

    async def more() -> dict[str, Any]:
        given: dict[str, Any] = {"archives": names, "is_archive": database in names}
        if template == "index.html":
            given["homes"] = [await pages.home(datasette, name) for name in names]
        elif template == "row.html" and table == "records" and database in names:
            given["record"] = await pages.record_page(datasette, database, request.url_vars["pks"])
        return given

    return more


@hookimpl
def prepare_jinja2_environment(env: Any) -> None:
    """Add this site's templates before Datasette's own (after an operator's), and what they call things by."""
    # Datasette finds a plugin's templates only beside a package, and from Python 3.12 on beside a module.
    paths = env.loader.loaders[0].searchpath
    if str(TEMPLATES) not in paths:
        paths.insert(len(paths) - 1, str(TEMPLATES))
    env.globals.update(
        arranged=arranged,
        beijing=cells.beijing,
        code_label=labels.code_label,
        column_label=labels.column_label,
        lookups=labels.LOOKUPS,
        site=labels.SITE,
        style_version=sha256((STATIC / "disclosures.css").read_bytes()).hexdigest()[:8],
        table_label=labels.table_label,
        tables=labels.TABLES,
        web_link=cells.web_link,
    )


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    """The stylesheet."""
    return [(r"/-/static-plugins/disclosures/(?P<path>.*)$", asgi_static(STATIC))]


@hookimpl
def asgi_wrapper(datasette: Any) -> Callable[[Application], Gate]:
    """Put the gate before Datasette."""
    return lambda application: Gate(application, datasette)


@hookimpl(hookwrapper=True)
def handle_exception(datasette: Any, request: Any, exception: Exception) -> Generator[None, Result[Any], None]:
    """Answer a malformed address with a page that says so, where Datasette would call it an error of the server."""
    outcome = yield
    if isinstance(exception, _MALFORMED) and not _is_ours(exception):
        outcome.force_result([_malformed(datasette, request)])


def _is_ours(exception: Exception) -> bool:
    """Whether it was raised in or through this package: then it is a fault of ours, and must look like one."""
    trace = exception.__traceback__
    while trace:
        if trace.tb_frame.f_globals.get("__name__", "").startswith("archive."):
            return True
        trace = trace.tb_next
    return False


async def _malformed(datasette: Any, request: Any) -> Response:
    message = "地址或参数有误，无法理解。/ The address or its parameters can't be understood."
    if request.path.endswith(".json"):
        return Response.json({"ok": False, "error": message, "status": 400, "title": None}, status=400)
    context = {"status": 400, "error": message, "title": None}
    return Response.html(await datasette.render_template("error.html", context, request=request), status=400)


def arranged(table: str, names: list[str]) -> list[int]:
    """The order in which a table's columns are shown: as the labels have them, technical ones left out."""
    known = list(labels.TABLES[table].columns) if table in labels.TABLES else []
    shown = [place for place, name in enumerate(names) if name not in ("q", "rank") or table != "search"]
    return sorted(shown, key=lambda place: known.index(names[place]) if names[place] in known else -1)
