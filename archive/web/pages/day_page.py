"""A day's page, /-/day/2018-03-01: what was published as stated, and what this archive observed on that day."""

from datetime import date, timedelta
from itertools import groupby

from datasette.utils.asgi import Response

from archive.database.several import summed
from archive.labels.code_labels import KINDS
from archive.labels.label import label_of, labels_under
from archive.labels.when import beijing
from archive.model.clock import today
from archive.web.http.request_context import PAGE, RequestContext, choice, day, pages
from archive.web.listings.observed_events import SHOWN, Observed, Span, by_kind
from archive.web.listings.selections import ON_DAY
from archive.web.views.record_lines import COLUMNS, lines

WEEKDAYS = tuple(labels_under("weekday").values())

_ORDER = " ".join(f"WHEN '{kind}' THEN {place}" for place, kind in enumerate(KINDS))
_KINDS = "SELECT kind, count(*) AS records FROM records WHERE published_on = :day GROUP BY kind"
_RECORDS = f"""
SELECT {COLUMNS}, CASE r.kind {_ORDER} ELSE {len(KINDS)} END AS place, p.division_code, p.id AS portal FROM records r JOIN portals p ON p.id = r.portal
WHERE {ON_DAY}
ORDER BY place, r.kind, p.division_code, p.id, r.id LIMIT :most OFFSET :offset
"""  # noqa: S608 - constant names
_RECORDS_ORDER = ("place", "kind", "division_code", "portal", "id")
_NEIGHBOURS = """
SELECT (SELECT max(published_on) FROM records WHERE published_on < :day AND published_on >= '1900') AS published_before,
       (SELECT min(published_on) FROM records WHERE published_on > :day AND published_on < '3000') AS published_after,
       (SELECT max(at) FROM events WHERE at < :since) AS seen_before,
       (SELECT min(at) FROM events WHERE at >= :until) AS seen_after
"""


async def find(context: RequestContext) -> Response:
    """From `?date=` to that day's page; without it, to the last day on which there is something."""
    if date_typed := context.parameter("date"):
        return Response.redirect(context.address("day", day(date_typed)))
    last, _ = await _neighbours(context, today() + timedelta(days=1))
    return Response.redirect(context.address("day", last or today()))


async def page(context: RequestContext) -> Response:
    """The page. With `kind=`, the records of that kind alone."""
    on = day(context.part("day"))
    kind = choice(context, "kind", KINDS)
    counts = summed(await context.db.execute(_KINDS, {"day": str(on)}), "kind", "records")
    total = counts.get(kind, 0) if kind else sum(counts.values())
    shown = pages(context, total)
    rows = await context.listed(_RECORDS, {"day": str(on), "kind": kind}, _RECORDS_ORDER, PAGE, shown.offset)
    before, after = await _neighbours(context, on)
    return await context.render(
        "day.html",
        day=on,
        weekday=WEEKDAYS[on.weekday()],
        before=before,
        after=after,
        kind=kind,
        kinds=[(code, label, counts[code]) for code, label in KINDS.items() if code in counts],
        total=sum(counts.values()),
        records=total,
        pages=shown,
        groups=[
            (label_of(KINDS, code), lines(context, rows)) for code, rows in groupby(rows, key=lambda row: row["kind"])
        ],
        observed=await by_kind(context, Observed(Span(on, on)), SHOWN),
    )


def _day_of(at: str | None) -> str | None:
    """Return the day of a moment, in Beijing."""
    return at and beijing(at)[:10]


async def _neighbours(context: RequestContext, on: date) -> tuple[str | None, str | None]:
    """The nearest days before and after one on which anything was published or observed."""
    span = Span(on, on)
    rows = (await context.db.execute(_NEIGHBOURS, {"day": str(on), "since": span.since, "until": span.until})).rows
    before = [day for row in rows for day in (row["published_before"], _day_of(row["seen_before"]))]
    after = [day for row in rows for day in (row["published_after"], _day_of(row["seen_after"]))]
    return max(filter(None, before), default=None), min(filter(None, after), default=None)
