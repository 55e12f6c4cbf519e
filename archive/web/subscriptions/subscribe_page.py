"""The page /-/subscribe: ways to be told of what is observed of a search, an agency, a catalogue or a record; and its feed."""

from dataclasses import replace
from urllib.parse import parse_qs, parse_qsl

from datasette.utils.asgi import Response

from archive.labels.code_labels import EVENTS
from archive.search.event_request import ORDER, EventRequest
from archive.web.formats import feeds
from archive.web.http.request_context import RequestContext
from archive.web.listings.observed_events import scope_of
from archive.web.subscriptions.offers import offers
from archive.web.subscriptions.subscription_requests import requested_by, subscribe

ROUTE = r"/-/subscribe(\.(?P<format>atom))?$"

SHOWN = 10
"""Entries of the feed that the page shows."""


async def page(context: RequestContext) -> Response:
    """Answer with the page, or its feed; posted, with what becomes of a request to subscribe."""
    if context.request.method == "POST":
        return await subscribe(context)
    requested = requested_by(context.request.query_string)
    scope, title = await scope_of(context, requested, {})
    if context.request.url_vars["format"]:
        return await feeds.of_events(context, title, _address(context, "subscribe", requested), scope, requested.kinds)
    entries, _ = await feeds.event_entries(context, scope, requested.kinds)
    response = await context.render(
        "subscribe.html",
        title=title,
        requested=requested,
        kinds=[(kind, EVENTS[kind]) for kind in ORDER],
        kept=parse_qsl(replace(requested, kinds=ORDER).address()),
        feed=feeds.in_language(context.absolute(_address(context, "subscribe.atom", requested))),
        entries=entries[:SHOWN],
        offers=await offers(context),
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _address(context: RequestContext, name: str, requested: EventRequest) -> str:
    return context.address(name, **parse_qs(requested.address()))
