"""Coverage as files: rows of divisions for people and machines, and objects of divisions and areas for JSON."""

from collections.abc import Iterable
from typing import Any

from datasette.utils.asgi import Response

from archive.directory.coverage import ARCHIVED, GROUPS, ArchivedPortal, Area, CoveredDivision
from archive.export.rows import Rows
from archive.labels.label import labels_under
from archive.web.formats.responses import whole_file

COLUMNS = labels_under("county_column")
"""Columns of a file, and their headings."""

_OF_PORTAL = ("id", "name", "records", "last_seen", "walked_at")


def coverage_file(title: str, of: Iterable[CoveredDivision], form: str) -> Response:
    """Return divisions as a file: for people with headings and states' names, for machines with names and codes."""
    return whole_file(Rows(title, tuple(COLUMNS), [[*each.row().values()] for each in of], "counties", COLUMNS), form)


def area_object(area: Area) -> dict[str, Any]:
    """Return an area for machines."""
    groups = area.groups
    return {
        "counties": len(area.counties),
        "archived": groups[ARCHIVED],
        "groups": {name: groups[name] for name in GROUPS},
        "records": area.records,
        "last_seen": area.last_seen,
    }


def division_object(of: CoveredDivision) -> dict[str, Any]:
    """Return a division for machines, with its portals here."""
    row = of.row()
    return {"code": row.pop("division_code"), **row, "portals": [_portal_object(each) for each in of.portals]}


def _portal_object(portal: ArchivedPortal) -> dict[str, Any]:
    """Return a portal for machines, with the archive that has it, where there are several."""
    archive = {"archive": portal.archive} if portal.archive else {}
    return {name: getattr(portal, name) for name in _OF_PORTAL} | archive
