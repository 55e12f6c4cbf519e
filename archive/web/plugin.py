"""The Datasette plugin: makes search find Chinese, names everything in Chinese, and shows records as records.

Registered as an entry point, so that plain `datasette x.db` has it too. Each hook hands over to the module that does
the work; databases that are no disclosures archives are left alone.
"""

import re
import sqlite3
from collections.abc import Callable, Collection, Coroutine, Generator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from datasette.filters import FilterArguments
from datasette.utils import StartupError
from datasette.utils.asgi import Request, Response
from jinja2 import Environment
from markupsafe import Markup
from pluggy import HookimplMarker, Result

from archive.database.connection import ArchiveError
from archive.database.portal_rows import portal_names
from archive.database.several import UnreadableArchiveError
from archive.labels import tables, wording
from archive.labels.label import LABELS, Label
from archive.labels.language import READER
from archive.notify.subscription_settings import SubscriptionSettingsError
from archive.search import spelling
from archive.search.query import to_match
from archive.search.synonyms import SynonymsError, thesaurus
from archive.web.http import access_control, archives, errors, request_context
from archive.web.http.access_control import ACCESS_DENIED, AccessControl
from archive.web.http.datasette_class import Datasette, site_settings
from archive.web.http.errors import ErrorPage, Message
from archive.web.http.middleware import Application, Middleware, Redirects
from archive.web.http.reader_requests import ReaderRequests
from archive.web.http.sign_in import PLUGIN as PASSWORDS
from archive.web.http.sign_in import SignIn
from archive.web.pages import guide_page, record_page
from archive.web.processes.sql_limits import limit
from archive.web.routes import READ, SENT_TO
from archive.web.subscriptions import offers
from archive.web.template_names import FILTERS, NAMES
from archive.web.views import cells

hookimpl = HookimplMarker("datasette")

TEMPLATES = Path(__file__).parent / "templates"


@hookimpl(trylast=True)  # Datasette registers its own escape_fts in the same hook; the last one stays
def prepare_connection(conn: sqlite3.Connection) -> None:
    """Give archives `zh_match`, and an `escape_fts` that does the same, so that `?_search=` finds Chinese."""
    if archives.is_archive(conn):
        for name in ("escape_fts", "zh_match"):
            conn.create_function(name, 1, _zh_match, deterministic=True)
        # SQLite opens the index at its first query. Within a search that has little time left, that would fail as damage does.
        with suppress(sqlite3.Error):
            conn.execute("SELECT 1 FROM records_fts LIMIT 0")
        limit(conn)


def _zh_match(words: object) -> str:
    return to_match(None if words is None else str(words))


@hookimpl
def get_metadata(datasette: Datasette, key: str | None, database: str | None) -> dict[str, Any]:
    """Titles, descriptions, sorts and facets."""
    return archives.metadata(datasette, key, database)


@hookimpl(trylast=True)  # so that supports_search prevails over Datasette's own finding that a view has no index
def filters_from_request(request: Request, database: str, table: str, datasette: Datasette) -> Callable[[], Any] | None:
    """Search the view `search`: best first with a query, nothing at all without one."""
    if table != "search" or database not in archives.archives(datasette):
        return None

    async def search() -> FilterArguments:
        request_context.PORTAL_NAMES.set(await datasette.get_database(database).execute_fn(portal_names))
        words = request.args.get("_search")
        shown = {"supports_search": True, "search": words or ""}
        if not words:
            return FilterArguments(["0"], extra_context=shown)
        return FilterArguments(["[q] match zh_match(:search)"], {"search": words}, extra_context=shown)

    return search


@hookimpl
def render_cell(  # noqa: PLR0913, PLR0917 - Datasette's own signature
    row: sqlite3.Row, value: object, column: str, table: str | None, database: str, datasette: Datasette
) -> Markup | None:
    """Show a value of an archive's table."""
    if database not in archives.archives(datasette):
        return None
    if table is None:  # the result of a query
        return cells.found_by_sql(value)
    if table not in tables.TABLES:
        return None
    links = cells.Links(datasette.urls.database(database), partial(request_context.address, datasette, database))
    return cells.cell(value, row, column, table, links)


@hookimpl
def extra_template_vars(
    template: str, database: str | None, table: str | None, request: Request, datasette: Datasette
) -> Callable[[], Any]:
    """Add what the header and a record's page need."""
    names = [] if request and request.scope.get(ACCESS_DENIED) else archives.archives(datasette)

    async def more() -> dict[str, Any]:
        variables = {
            "archives": names,
            "is_archive": database in names,
            "answer_days": guide_page.answer_days(datasette),
            "offers_login": bool(site_settings(datasette, PASSWORDS)),
            "published_at": _published_at(datasette),
        }
        if request and template != "error.html":
            variables |= await _of_request(datasette, request, names)
        if database in names:
            variables["limits"] = datasette.settings_dict()
            variables["site_address"] = partial(request_context.address, datasette, database)
        elif database is not None:
            variables |= tables.PLAIN
        if template == "row.html" and table == "records" and database in names:
            variables["record"] = await record_page.record_page(datasette, database, request)
        return variables

    return more


def _published_at(datasette: Datasette) -> str | None:
    """Return when the oldest of the snapshots that are served was made; None where none are."""
    return min((each.made_at for each in datasette.databases.values() if hasattr(each, "made_at")), default=None)


async def _of_request(datasette: Datasette, request: Request, names: Collection[str]) -> dict[str, Any]:
    """Return the archives that can't be read at present, the page's own address,
    and the picture that stands for it where that is shared.
    """
    left_out = [each for each in archives.left_out(datasette) if each in names]
    picture = datasette.urls.path(f"/-/static-plugins/disclosures/share-{READER.get()}.png")
    return {
        "left_out": [each for each in left_out if await request_context.may_see(datasette, request, each)],
        "canonical": request_context.canonical(datasette, request),
        "share_picture": datasette.absolute_url(request, picture),
    }


@hookimpl
def prepare_jinja2_environment(env: Environment, datasette: Datasette) -> None:
    """Add this site's templates before Datasette's own and other plugins' (after an operator's),
    and what they call things by.
    """
    # Datasette finds a plugin's templates only beside a package, and from Python 3.12 on beside a module.
    loader: Any = env.loader
    paths = loader.loaders[0].searchpath
    if str(TEMPLATES) not in paths:
        paths.insert(1 if datasette.template_dir else 0, str(TEMPLATES))
    # In texts and attributes alike; what a form must give back as it was typed stands there as `|e`.
    env.finalize = wording.in_words
    env.filters.update(FILTERS)
    env.globals.update(NAMES)


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Any]]]:
    """The addresses of the site."""
    return [(f"{address}$", view) for address, view in (*READ, *SENT_TO)]


@hookimpl
def permission_allowed(
    datasette: Datasette, actor: dict[str, Any] | None, action: str
) -> Coroutine[Any, Any, bool | None]:
    """Say who may see the pages about the server, and have what holds originals."""
    return access_control.allowed(datasette, actor, action)


@hookimpl
def startup(datasette: Datasette) -> None:
    """Take files that came along (`datasette data/`) out again that hold pages
    with personal data unmasked, or addresses of readers.

    Refuse an operator's file of synonyms, or settings of subscriptions, that can't be used.
    """
    archives.leave_out_private(datasette)
    try:
        spelling.prepare(thesaurus().words)
        offers.prepare(datasette)
    except (ArchiveError, SubscriptionSettingsError, SynonymsError) as error:
        raise StartupError(str(error)) from error


@hookimpl(trylast=True)  # outermost: what other plugins put before Datasette stands behind this
def asgi_wrapper(datasette: Datasette) -> Callable[[Application], Middleware]:
    """Put our middleware before Datasette."""
    pages = [re.compile(f"{address}$") for address, _ in READ]
    return lambda application: Middleware(SignIn(application, datasette), datasette, pages)


@hookimpl(specname="asgi_wrapper", tryfirst=True)  # innermost: other plugins may ask who it is in their own way
def control_access(datasette: Datasette) -> Callable[[Application], AccessControl]:
    """Refuse those who may not see the archive, before any other hook sees the request."""
    return lambda application: AccessControl(ReaderRequests(Redirects(application, datasette), datasette), datasette)


@hookimpl(trylast=True)  # where no plugin leads to where one logs in
def forbidden(datasette: Datasette, request: Request, message: object) -> Coroutine[Any, Any, Response]:
    """Answer in the reader's language; Datasette's own words say no more than that."""
    text = message if isinstance(message, Label) else LABELS["error.forbidden"]
    return errors.response(datasette, request, ErrorPage(403, Message(text), "Forbidden"))


@hookimpl(hookwrapper=True)
def handle_exception(
    datasette: Datasette, request: Request, exception: Exception
) -> Generator[None, Result[Any], None]:
    """Answer what the request got wrong; what went wrong here is left to Datasette, which logs it."""
    outcome = yield
    if isinstance(exception, request_context.UnnamedArchiveError):
        outcome.force_result([request_context.choice_of(datasette, request, exception)])
    elif isinstance(exception, UnreadableArchiveError) and (
        response := request_context.without(datasette, request, exception)
    ):
        outcome.force_result([response])
    elif error := errors.error_page(exception):
        outcome.force_result([errors.response(datasette, request, error)])
