"""Browsing by county: /-/browse, a portal's page /-/browse/<portal>,
and a catalogue's /-/browse/<portal>/<number>?year=.

The first two are JSON, too; the records of a catalogue are in `archive.web.formats.page_files`.
"""

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from datasette.utils.asgi import Response

from archive.database.several import ordered, summed
from archive.labels.code_labels import KINDS
from archive.labels.label import LABELS, Label, label_of
from archive.model.clock import today
from archive.model.divisions import province_of
from archive.model.records import is_cut
from archive.web.formats.responses import json_response
from archive.web.http.request_context import PAGE, RequestContext, Row, choice, pages, portal_in_path
from archive.web.listings.observed_events import Observed, counted, portal_scope, week
from archive.web.listings.selections import IN_CATALOG, UNDATED, WALKED_AT, selected_catalog
from archive.web.views.months import picture
from archive.web.views.portal_status import PortalStatus, pages_beside, portal_statuses
from archive.web.views.record_lines import COLUMNS, lines

MOST_PUBLISHERS = 500

_CATALOGS = f"""
SELECT c.*, p.name AS portal_name, p.division_code, (SELECT count(*) FROM listings WHERE catalog_id = c.id) AS records, {WALKED_AT}
FROM catalogs c JOIN portals p ON p.id = c.portal
WHERE {{}} ORDER BY p.division_code, p.id, c.id
"""  # noqa: S608 - constant names
_CATALOGS_OF_KIND = _CATALOGS.format("c.kind = :kind")
_CATALOGS_OF_PORTAL = _CATALOGS.format("c.portal = :portal")
_KINDS = """
SELECT c.kind, (SELECT coalesce(sum(records), 0) FROM tally_portals WHERE kind = c.kind) AS records FROM catalogs c GROUP BY c.kind
"""
_MONTHS = """
SELECT coalesce(substr(published_on, 1, 7), '') AS month, kind, count(*) AS records
FROM records WHERE portal = :portal GROUP BY 1, 2
"""
_PUBLISHERS = """
SELECT publisher, count(*) AS records, min(published_on) AS first, max(published_on) AS last FROM records
WHERE portal = :portal GROUP BY publisher ORDER BY records DESC, publisher LIMIT :most
"""
_YEARS = """
SELECT r.year, count(*) AS records FROM listings l JOIN records r ON r.id = l.record_id
WHERE l.catalog_id = :catalog GROUP BY r.year ORDER BY r.year DESC
"""
_RECORDS = f"""
WITH page AS (SELECT r.id {IN_CATALOG} ORDER BY r.published_on DESC, r.id DESC LIMIT :most OFFSET :offset)
SELECT {COLUMNS} FROM page JOIN records r ON r.id = page.id JOIN portals p ON p.id = r.portal
ORDER BY r.published_on DESC, r.id DESC
"""  # noqa: S608 - constant names


@dataclass(frozen=True, slots=True)
class YearChoice:
    """The records of one year in a list. `label`: the year, or what stands for none."""

    label: Label
    records: int
    url: str
    chosen: bool


async def overview(context: RequestContext) -> Response:
    """All portals; or with `kind=` the catalogues of that kind, county by county."""
    kind = choice(context, "kind", KINDS)
    counts = summed(await context.db.execute(_KINDS), "kind", "records")
    catalogs = (await context.db.execute(_CATALOGS_OF_KIND, {"kind": kind})).rows if kind else []
    catalogs = ordered(catalogs, "division_code", "portal", "id")
    return await context.render(
        "browse.html",
        kinds=[(code, label, counts[code]) for code, label in KINDS.items() if code in counts],
        kind=kind,
        label=KINDS[kind] if kind else None,
        portal_statuses=() if kind else await portal_statuses(context, str(today())),
        catalogs=[(name, list(rows)) for name, rows in groupby(catalogs, key=lambda row: row["portal_name"])],
    )


async def portals_json(context: RequestContext) -> Response:
    """All portals, as JSON."""
    statuses = await portal_statuses(context, str(today()))
    return json_response({"portals": [_portal_object(context, each) for each in statuses]})


async def portal_json(context: RequestContext) -> Response:
    """A portal and its catalogues, as JSON."""
    row = await portal_in_path(context)
    (status,) = await portal_statuses(context, str(today()), row["id"])
    catalogs = (await context.db.execute(_CATALOGS_OF_PORTAL, {"portal": row["id"]})).rows
    return json_response(
        {**_portal_object(context, status), "catalogs": [_catalog_object(context, each) for each in catalogs]}
    )


def _portal_object(context: RequestContext, status: PortalStatus) -> dict[str, Any]:
    """Return a portal for machines: as its page states it."""
    names = (
        "id",
        "name",
        "division_code",
        "home",
        "family",
        "checked_on",
        "records",
        "newest",
        "walked_at",
        "crawled_at",
    )
    return {
        **{name: status.row[name] for name in names},
        **context.stated_archive(status.row["id"]),
        "under_way": status.is_under_way,
        "retired": status.retired is not None,
        "concerns": [str(each.label) for each in status.concerns],
        "page": context.absolute(status.url),
    }


def _catalog_object(context: RequestContext, row: Row) -> dict[str, Any]:
    """Return a catalogue for machines."""
    page = context.absolute(context.address("browse", row["portal"], row["id"]))
    return {name: row[name] for name in ("id", "kind", "title", "path", "url", "records", "walked_at")} | {"page": page}


async def of_portal(context: RequestContext) -> Response:
    """A portal: how it stands, its catalogues, how much it published when, and its publishers."""
    row = await portal_in_path(context)
    of = {"portal": row["id"]}
    (status,) = await portal_statuses(context, str(today()), row["id"])
    publishers = (await context.db.execute(_PUBLISHERS, {**of, "most": MOST_PUBLISHERS + 1})).rows
    return await context.render(
        "portal.html",
        portal=row,
        status=status,
        beside=() if status.retired else await pages_beside(context, status.row["crawl_id"]),
        province=province_of(row["division_code"]),
        catalogs=(await context.db.execute(_CATALOGS_OF_PORTAL, of)).rows,
        picture=picture(map(tuple, await context.db.execute(_MONTHS, of)), str(today())[:7]),
        week=sum((await counted(context, Observed(week(), portal_scope(row["id"])))).values()),
        publishers=[(each, is_cut(each["publisher"])) for each in publishers[:MOST_PUBLISHERS]],
        more_publishers=len(publishers) > MOST_PUBLISHERS,
    )


async def of_catalog(context: RequestContext) -> Response:
    """A catalogue's records, newest first, of all years or of one."""
    row = await portal_in_path(context)
    catalog, year = await selected_catalog(context, row["id"])
    years = (await context.db.execute(_YEARS, {"catalog": catalog["id"]})).rows
    total = sum(each["records"] for each in years if year in (None, each["year"] or UNDATED))
    page = pages(context, total)
    parameters = {"catalog": catalog["id"], "year": year, "most": PAGE, "offset": page.offset}
    return await context.render(
        "catalog.html",
        portal=row,
        catalog=catalog,
        kind=label_of(KINDS, catalog["kind"]),
        year=year,
        years=_years(context, years, year),
        records=total,
        pages=page,
        lines=lines(context, await context.db.execute(_RECORDS, parameters)),
    )


def _years(context: RequestContext, rows: list[Row], chosen: str | None) -> list[YearChoice]:
    """All years of a list, the requested one marked."""
    all_of_it = YearChoice(
        LABELS["word.all"],
        sum(row["records"] for row in rows),
        context.with_parameters(year=None, page=None),
        chosen is None,
    )
    each = [
        YearChoice(
            Label(row["year"], "") if row["year"] else LABELS["word.undated"],
            row["records"],
            context.with_parameters(year=row["year"] or UNDATED, page=None),
            chosen == (row["year"] or UNDATED),
        )
        for row in rows
    ]
    return [all_of_it, *each]
