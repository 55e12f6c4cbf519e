"""Pages of budgets, and archives in which none were read: snapshots of earlier versions lack the tables."""

import sqlite3
from functools import wraps

from datasette.utils.asgi import NotFound, Response

from archive.web.http.errors import NOTHING_HERE
from archive.web.http.request_context import Page, RequestContext


def where_read(page: Page) -> Page:
    """Return the page; NotFound is raised where the archive has no tables of budgets."""

    @wraps(page)
    async def answer(context: RequestContext) -> Response:
        try:
            return await page(context)
        except sqlite3.OperationalError as error:
            if "no such" not in str(error):
                raise
            raise NotFound(NOTHING_HERE) from error

    return answer
