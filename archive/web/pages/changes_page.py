"""The page /-/changes: observed events, one by one."""

from typing import Any

from datasette.utils.asgi import Response

from archive.web.http.request_context import PAGE, RequestContext, pages
from archive.web.listings.observed_events import SHOWN, changes_request, events, span_of, within


async def changes(context: RequestContext) -> Response:
    """The page: some kinds, or one of them in full, within the days from `from` to `to`, of all records or some."""
    requested, span = await changes_request(context), span_of(context)
    kinds = await within(context, span, 0 if requested.kind else SHOWN, requested.scope)
    variables: dict[str, Any] = {"span": span, "requested": requested, "kinds": kinds, "chosen": None}
    variables["shown"] = [each for each in kinds if each.kind in requested.kinds]
    if requested.kind:
        chosen = next(each for each in kinds if each.kind == requested.kind)
        page = pages(context, chosen.events)
        variables |= {
            "chosen": chosen,
            "pages": page,
            "lines": await events(context, chosen.kind, span, PAGE, page.offset, requested.scope),
        }
    return await context.render("changes.html", **variables)
