"""The country, /-/counties: how many counties of each province are archived, and a square for each; as a file, too."""

from datasette.utils.asgi import Request, Response

from archive.directory import coverage
from archive.labels.label import LABELS
from archive.web.coverage.cartogram import squares
from archive.web.coverage.coverage_files import area_object, coverage_file
from archive.web.coverage.known_portals import known_portals, page
from archive.web.formats.responses import json_response
from archive.web.http.datasette_class import Datasette

ACROSS = 12
"""Squares in a row of a province."""


async def country(request: Request, datasette: Datasette) -> Response:
    """All provinces."""
    whole = coverage.country(*await known_portals(request, datasette))
    areas = coverage.provinces(whole)
    form = request.url_vars["format"]
    if form == "json":
        objects = [{"code": each.code, "name": each.name, **area_object(each)} for each in areas]
        return json_response({**area_object(whole), "provinces": objects})
    if form:
        return coverage_file(str(LABELS["word.coverage"]), whole.counties, form)
    return await page(
        datasette,
        request,
        "counties.html",
        whole=whole,
        blocks=[squares(each, ACROSS) for each in areas],
        others=coverage.outside(whole, areas),
    )
