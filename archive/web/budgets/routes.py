"""The addresses of the pages of budgets, and what answers them."""

import sqlite3
from typing import Any

from datasette.utils.asgi import NotFound, Response

from archive.web.budgets import grid_page, table_page, unit_page, year_page
from archive.web.http.errors import NOTHING_HERE
from archive.web.http.request_context import Page, RequestContext, in_context, over_all

_PORTAL = r"/-/budgets/(?P<portal>[^/]+)"


def routes() -> list[tuple[str, Any]]:
    """Return the addresses; `/-/budgets` and what is below it, and the tables of a record."""
    pages: tuple[tuple[str, Page], ...] = (
        (_PORTAL, grid_page.page),
        (rf"{_PORTAL}/unit", unit_page.page),
        (rf"{_PORTAL}/(?P<year>[0-9]{{4}})(\.(?P<format>csv|xlsx|jsonl|json))?", year_page.page),
        (r"/-/record/(?P<id>[0-9]{1,18})/tables", table_page.page),
    )
    overview = (r"/-/budgets$", over_all(_where_read(grid_page.overview)))
    return [overview, *((f"{address}$", in_context(_where_read(page))) for address, page in pages)]


def _where_read(page: Page) -> Page:
    """Return the page; a snapshot of a version that read no budgets has none."""

    async def answer(context: RequestContext) -> Response:
        try:
            return await page(context)
        except sqlite3.OperationalError as error:
            if "no such" not in str(error):
                raise
            raise NotFound(NOTHING_HERE) from error

    return answer
