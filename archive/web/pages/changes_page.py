"""The page /-/changes: observed events, one by one."""

from typing import Any

from datasette.utils.asgi import Response

from archive.labels.code_labels import EVENTS
from archive.web.http.request_context import PAGE, RequestContext, choice, pages, portal
from archive.web.listings.observed_events import SHOWN, events, span_of, within


async def changes(context: RequestContext) -> Response:
    """The page: all kinds, or one of them in full, within the days from `from` to `to`, of all portals or one."""
    kind, span = choice(context, "kind", EVENTS), span_of(context)
    of = await portal(context, context.parameter("portal")) if context.parameter("portal") else None
    portal_id = of["id"] if of else None
    kinds = await within(context, span, 0 if kind else SHOWN, portal_id)
    variables: dict[str, Any] = {"span": span, "portal": of, "kinds": kinds, "chosen": None}
    if kind:
        chosen = next(each for each in kinds if each.kind == kind)
        page = pages(context, chosen.events)
        variables |= {
            "chosen": chosen,
            "pages": page,
            "lines": await events(context, kind, span, PAGE, page.offset, portal_id),
        }
    return await context.render("changes.html", **variables)
