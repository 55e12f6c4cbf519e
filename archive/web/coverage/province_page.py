"""A province, /-/counties/64: its prefectures and their counties, each with its state; as a file, too."""

from datasette.utils.asgi import NotFound, Request, Response

from archive.directory import coverage
from archive.labels.label import LABELS
from archive.model.divisions import province_of
from archive.web.coverage.cartogram import squares
from archive.web.coverage.coverage_files import coverage_file, division_object
from archive.web.coverage.known_portals import known_portals, page
from archive.web.formats.responses import json_response
from archive.web.http.datasette_class import Datasette

ACROSS = 6
"""Squares in a row of a prefecture."""


async def province(request: Request, datasette: Datasette) -> Response:
    """One province, and what in it is of no county. Raises NotFound."""
    key = request.url_vars["province"]
    division = province_of(key)
    if division is None:
        raise NotFound(f"no province has codes that begin {key}")
    counties = [each for each in coverage.county_divisions() if each.code.startswith(key)]
    known = await known_portals(request, datasette, key)
    whole = coverage.Area(
        key, division.name, tuple(coverage.covered(counties, *known)), tuple(coverage.elsewhere(*known))
    )
    form = request.url_vars["format"]
    if form == "json":
        lists = {"counties": whole.counties, "others": whole.others}
        objects = {name: [division_object(each) for each in of] for name, of in lists.items()}
        return json_response({"code": key, "name": division.name, **objects})
    if form:
        return coverage_file(f"{division.name} {LABELS['word.coverage']}", (*whole.counties, *whole.others), form)
    areas = coverage.prefectures(whole)
    return await page(
        datasette,
        request,
        "province.html",
        whole=whole,
        blocks=[squares(each, ACROSS) for each in areas],
        others=coverage.outside(whole, areas),
    )
