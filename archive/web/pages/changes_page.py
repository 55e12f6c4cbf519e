"""The page /-/changes: what the archive observed, event by event."""

from typing import TYPE_CHECKING, Any

from datasette.utils.asgi import Response

from archive.labels.codes import EVENTS
from archive.web.http.request_context import PAGE, choice, pages, portal, visited
from archive.web.listings.observed_events import SHOWN, events, span_of, within

if TYPE_CHECKING:  # Datasette loads this plugin while it is itself being imported
    from datasette.app import Datasette
    from datasette.utils.asgi import Request


async def changes(datasette: "Datasette", request: "Request") -> Response:
    """The page: all kinds, or one of them in full, within the days from `from` to `to`, of all portals or one."""
    visit = await visited(datasette, request)
    kind, span = choice(visit, "kind", EVENTS), span_of(visit)
    of = await portal(visit, visit.given("portal")) if visit.given("portal") else None
    portal_id = of["id"] if of else None
    kinds = await within(visit, span, 0 if kind else SHOWN, portal_id)
    context: dict[str, Any] = {"span": span, "portal": of, "kinds": kinds, "chosen": None, "visit": visit}
    if kind:
        chosen = next(each for each in kinds if each.kind == kind)
        page = pages(visit, chosen.events)
        context |= {
            "chosen": chosen,
            "pages": page,
            "lines": await events(visit, kind, span, PAGE, page.offset, portal_id),
        }
    return Response.html(await datasette.render_template("changes.html", context, request=request))
