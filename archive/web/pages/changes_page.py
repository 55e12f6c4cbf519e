"""The page /-/changes: observed events, one by one."""

from typing import Any

from datasette.utils.asgi import Response

from archive.web.http.request_context import PAGE, RequestContext, pages
from archive.web.listings.observed_events import SHOWN, Observed, by_kind, changes_request, events, span_of


async def changes(context: RequestContext) -> Response:
    """The page: some kinds, or one of them in full, within the days from `from` to `to`, of all records or some."""
    requested = await changes_request(context)
    observed = Observed(span_of(context), requested.scope)
    kinds = await by_kind(context, observed, 0 if requested.kind else SHOWN)
    variables: dict[str, Any] = {"span": observed.span, "requested": requested, "kinds": kinds, "chosen": None}
    variables["shown"] = [each for each in kinds if each.kind in requested.kinds]
    if requested.kind:
        chosen = next(each for each in kinds if each.kind == requested.kind)
        page = pages(context, chosen.events)
        variables |= {
            "chosen": chosen,
            "pages": page,
            "lines": await events(context, observed, chosen.kind, PAGE, page.offset),
        }
    return await context.render("changes.html", **variables)
