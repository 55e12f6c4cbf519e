"""Portals and homes that the archives know, for the pages of coverage; and where these pages lead."""

from collections.abc import Collection
from functools import partial

from datasette.utils.asgi import Request, Response

from archive.directory.coverage import ArchivedPortal, archived_portals, known_homes
from archive.directory.entries import PortalHome
from archive.labels.label import labels_under
from archive.web.http.archives import archives
from archive.web.http.datasette_class import Datasette
from archive.web.http.request_context import address, all_readable, render

LONGEST_REASON = 40
"""Characters of why a home was not read that are shown; a file has all."""

GROUPS = labels_under("county_group")
"""Groups of states of counties, with their labels."""


async def known_portals(
    request: Request, datasette: Datasette, within: str = ""
) -> tuple[list[ArchivedPortal], list[PortalHome]]:
    """Return the portals, and the homes of the directory, that the archives which the reader may see have.

    `within`: the first digits of their division codes.
    """
    portals: list[ArchivedPortal] = []
    homes: list[PortalHome] = []
    several = len(archives(datasette)) > 1
    for name in await all_readable(datasette, request):
        database = datasette.get_database(name)
        portals += await database.execute_fn(partial(archived_portals, archive=name if several else ""))
        homes += await database.execute_fn(known_homes)
    return (
        [each for each in portals if each.division_code.startswith(within)],
        [each for each in homes if (each.division_code or "").startswith(within)],
    )


async def page(datasette: Datasette, request: Request, template: str, **variables: object) -> Response:
    """Return a page of coverage."""
    return await render(
        datasette,
        request,
        template,
        groups=GROUPS,
        longest_reason=LONGEST_REASON,
        portal_address=lambda portal: address(datasette, portal.archive, "browse", portal.id),
        search_address=partial(_search_address, datasette),
        **variables,
    )


def _search_address(datasette: Datasette, portals: Collection[ArchivedPortal], place: str) -> str:
    """Return the address of a search for the records of portals, all of a place."""
    narrowed = {"portal": next(iter(portals)).id} if len(portals) == 1 else {"place": place or None}
    return address(datasette, "", "search", **narrowed)
