"""The home page: what is new and what is gone, what can be done here, how much was published when,
and how each portal stands.
"""

from typing import Any

from datasette.utils.asgi import Request, Response
from datasette.views.index import IndexView

from archive.directory.coverage import county_divisions
from archive.directory.joining import current_code
from archive.labels.code_labels import EVENTS
from archive.model.clock import today
from archive.questions.question_files import questions
from archive.web.http.archives import archives, readable
from archive.web.http.datasette_class import Datasette
from archive.web.http.request_context import RequestContext
from archive.web.listings.observed_events import latest, of_week, week
from archive.web.views.example_searches import RECORDS, example_searches
from archive.web.views.months import picture
from archive.web.views.portal_status import PortalStatus, portal_statuses

NEWEST = {"withdrawn": 4, "unlisted": 4, "added": 4}
"""Events that are shown, by their kinds."""

MOST_PORTALS = 10
"""Portals that are shown; where there are more, those that need attention and then those with most records."""

MOST_QUESTIONS = 6
"""Questions that are named: the first by their value."""

_MONTHS = "SELECT month, kind, records FROM tally_months"
_SINCE = (
    "SELECT min(started_at) AS first, max(started_at) AS last, (SELECT count(*) FROM catalogs) AS catalogs FROM crawls"
)


async def page(datasette: Datasette, request: Request) -> Response:
    """The page; Datasette's own where no archive is served, or its JSON is requested."""
    await datasette.ensure_permissions(request.actor, ["view-instance"])
    seen = [name for name in datasette.databases if await _may_see(datasette, request, name)]
    names = readable(datasette, [name for name in sorted(archives(datasette)) if name in seen])
    if not names or request.url_vars["format"]:
        return await IndexView(datasette).get(request)
    others = [name for name in seen if name not in archives(datasette)]
    context = RequestContext(datasette, request, names, len(archives(datasette)) > 1)
    return await context.render("index.html", home=await _home(context), others=others, metadata=datasette.metadata())


async def _may_see(datasette: Datasette, request: Request, name: str) -> bool:
    visible, _ = await datasette.check_visibility(request.actor, "view-database", name)
    return bool(visible)


async def _home(context: RequestContext) -> dict[str, Any]:
    """Return what the home page shows.

    `week`: how many events of each kind there were; `latest`: the last of some kinds. `portal_statuses`: the portals
    shown, `concerned`: how many of all need attention, `under_way`: how many are being crawled; `counties`: how many
    have records here, and how many there are; `links`: the address of each kind in the picture.
    """
    present = str(today())
    since = (await context.db.execute(_SINCE)).rows
    drawn = picture(map(tuple, await context.db.execute(_MONTHS)), present[:7])
    all_portals = await portal_statuses(context, present)
    return {
        "records": sum(each.row["records"] for each in all_portals),
        "catalogs": sum(row["catalogs"] for row in since),
        "since": min((row["first"] for row in since if row["first"]), default=None),
        "crawled": max((row["last"] for row in since if row["last"]), default=None),
        "span": week(),
        "week": await of_week(context),
        "latest": [(kind, EVENTS[kind], await latest(context, kind, most)) for kind, most in NEWEST.items()],
        "examples": example_searches((await context.db.execute(RECORDS)).rows),
        "picture": drawn,
        "links": {row.kind: context.address("browse", kind=row.kind) for row in drawn.kinds} if drawn else {},
        "portals": len(all_portals),
        "under_way": sum(each.is_under_way for each in all_portals),
        "concerned": sum(bool(each.concerns) for each in all_portals),
        "portal_statuses": _chosen(all_portals),
        "counties": _counties(all_portals),
        "questions": tuple(questions().values())[:MOST_QUESTIONS],
    }


def _chosen(all_portals: tuple[PortalStatus, ...]) -> tuple[PortalStatus, ...]:
    """Those to be shown, in the order given."""
    ranked = sorted(all_portals, key=lambda each: (not each.concerns, -each.row["records"]))
    chosen = {each.row["id"] for each in ranked[:MOST_PORTALS]}
    return tuple(each for each in all_portals if each.row["id"] in chosen)


def _counties(all_portals: tuple[PortalStatus, ...]) -> tuple[int, int]:
    """The numbers of counties that have records here, and of all counties."""
    all_counties = {each.code for each in county_divisions()}
    with_records = {current_code(each.row["division_code"]) for each in all_portals if each.row["records"]}
    return len(all_counties & with_records), len(all_counties)
