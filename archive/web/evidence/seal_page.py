"""The seals of days in public, for anybody to keep: /-/seal, seal.json and a feed."""

from datasette.utils.asgi import Response

from archive.labels.label import LABELS
from archive.proof.seals import seal_json, seals
from archive.web.formats.feeds import Entry, Feed, feed_response, last_crawl
from archive.web.http.request_context import RequestContext

SHOWN = 60
"""Days on the page, the newest first; seal.json has them all."""


async def page(context: RequestContext) -> Response:
    """The page."""
    days = await context.db.execute_fn(seals)
    return await context.render("seal.html", days=days[: -SHOWN - 1 : -1], total=len(days))


async def as_json(context: RequestContext) -> Response:
    """All days and the head, as `disclosures check-proof --kept` reads them."""
    days = await context.db.execute_fn(seals)
    headers = {"cache-control": "max-age=300", "access-control-allow-origin": "*"}
    return Response(seal_json(days), headers=headers, content_type="application/json; charset=utf-8")


async def as_feed(context: RequestContext) -> Response:
    """The feed of sealed days: whoever reads it keeps the hashes."""
    days, crawled = await context.db.execute_fn(lambda connection: (seals(connection), last_crawl(connection)))
    here = context.address("seal")
    entries = [
        Entry(
            key=("seal", day["day"], day["hash"]),
            title=f"{day['day']} {day['hash']}",
            page=context.absolute(here),
            updated=day["sealed_at"],
            author=str(LABELS["site"]),
            summary=f"{day['day']} {day['hash']}\n{LABELS['proof.previous']} {day['previous_hash']}",
            category="seal",
        )
        for day in days[-SHOWN:]
    ]
    return await feed_response(context, Feed(str(LABELS["proof.seals"]), here, entries, crawled))
