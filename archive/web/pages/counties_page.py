"""Archived and missing counties: the pages /-/counties and, for a province, /-/counties/64; both are JSON, too."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from datasette.utils.asgi import NotFound, Request, Response

from archive.model.divisions import COUNTY, Division, divisions, province_of
from archive.web.formats.responses import json_response
from archive.web.http.archives import archives
from archive.web.http.datasette_class import Datasette
from archive.web.http.request_context import Row, render

_PORTALS = """
SELECT :database AS database, p.id, p.name, p.division_code, EXISTS (SELECT 1 FROM records WHERE portal = p.id) AS archived
FROM portals p ORDER BY p.division_code, p.id
"""
_PORTALS_WITHIN = """
SELECT :database AS database, p.id, p.name, p.division_code, (SELECT count(*) FROM records WHERE portal = p.id) AS records,
       (SELECT max(c.started_at) FROM crawls c WHERE c.portal = p.id AND EXISTS (SELECT 1 FROM ledger WHERE crawl_id = c.id)
        AND NOT EXISTS (SELECT 1 FROM ledger WHERE crawl_id = c.id AND NOT complete)) AS walked_at
FROM portals p WHERE substr(p.division_code, 1, 2) = :province ORDER BY p.division_code, p.id
"""


@dataclass(frozen=True, slots=True)
class Area:
    """A province or prefecture: its name, how many of its counties there are, and how many of them are archived.

    `key`: the first two digits of a province's codes. Of a prefecture, `portals` are those of its counties, and `missing`
    its counties without one.
    """

    key: str
    name: str
    counties: int
    archived: int
    portals: tuple[tuple[Division, Row], ...] = ()
    missing: tuple[Division, ...] = ()


async def overview(request: Request, datasette: Datasette) -> Response:
    """All provinces."""
    portals = await _portals(request, datasette, _PORTALS)
    with_records = {row["division_code"] for row in portals if row["archived"]}
    counties = [division.code for division in divisions().values() if division.level == COUNTY]
    known = Counter(code[:2] for code in counties)
    archived = Counter(code[:2] for code in counties if code in with_records)
    places = [Area(key, divisions()[f"{key}0000"].name, known[key], archived[key]) for key in known]
    if request.url_vars["format"]:
        provinces = [
            {"code": each.key, "name": each.name, "counties": each.counties, "archived": each.archived}
            for each in places
        ]
        return json_response({"counties": known.total(), "archived": archived.total(), "provinces": provinces})
    return await render(
        datasette,
        request,
        "counties.html",
        places=places,
        counties=known.total(),
        archived=archived.total(),
        others=[row for row in portals if province_of(row["division_code"]) is None],
    )


async def province(request: Request, datasette: Datasette) -> Response:
    """One province: its prefectures and their counties, archived or not, and the portals that are no county's."""
    key = request.url_vars["province"]
    known = province_of(key)
    if known is None:
        raise NotFound(f"no province has codes that begin {key}")
    portals = await _portals(request, datasette, _PORTALS_WITHIN, province=key)
    counties = [division for division in divisions().values() if division.code[:2] == key and division.level == COUNTY]
    codes = {county.code for county in counties}
    if request.url_vars["format"]:
        return json_response(
            {"code": key, "name": known.name, "counties": [_county(each, portals) for each in counties]}
        )
    return await render(
        datasette,
        request,
        "province.html",
        name=known.name,
        places=[
            _prefecture(name, list(within), portals)
            for name, within in groupby(counties, key=lambda c: c.prefecture or "")
        ],
        others=[(divisions().get(row["division_code"]), row) for row in portals if row["division_code"] not in codes],
    )


def _county(county: Division, portals: Iterable[Row]) -> dict[str, Any]:
    """Return a county for machines, with its portals here."""
    names = ("id", "name", "records", "walked_at")
    own = [{name: row[name] for name in names} for row in portals if row["division_code"] == county.code]
    return {"code": county.code, "name": county.name, "prefecture": county.prefecture, "portals": own}


def _prefecture(name: str, counties: list[Division], portals: Iterable[Row]) -> Area:
    of_county = [(county, row) for county in counties for row in portals if row["division_code"] == county.code]
    archived = {county.code for county, row in of_county if row["records"]}
    known = {county.code for county, _ in of_county}
    missing = tuple(county for county in counties if county.code not in known)
    return Area("", name, len(counties), len(archived), tuple(of_county), missing)


async def _portals(request: Request, datasette: Datasette, sql: str, **parameters: str) -> list[Row]:
    """The portals of all archives that the reader may see."""
    portals: list[Row] = []
    for name in archives(datasette):
        allowed = [("view-database", name), "view-instance"]
        visible, _ = await datasette.check_visibility(request.actor, permissions=allowed)
        if visible:
            rows = await datasette.get_database(name).execute(sql, {"database": name, **parameters})
            portals.extend(rows.rows)
    return portals
