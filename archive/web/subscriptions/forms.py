"""Forms that readers post: read within bounds, and only from pages of this site."""

import secrets

from datasette.utils.asgi import BadRequest, Request, Response

from archive.labels.language import say
from archive.web.http.datasette_class import Datasette
from archive.web.http.errors import MALFORMED
from archive.web.http.request_context import render
from archive.web.http.sign_in import LONGEST_FORM

_STATUS = {"unknown": 404, "busy": 429, "unsent": 503}
"""Statuses of the answers that say that something can't be done."""


async def posted(request: Request) -> dict[str, str]:
    """Return the fields of a form that one of our pages showed. Raises BadRequest.

    A request without cookies passes Datasette's own check; so other sites could have their visitors send it.
    """
    length = request.headers.get("content-length", "")
    if not length.isdigit() or int(length) > LONGEST_FORM:
        raise BadRequest(say("表单过长。", "The form is too long."))
    try:
        fields: dict[str, str] = await request.post_vars()
    except UnicodeDecodeError as error:
        raise BadRequest(MALFORMED) from error
    if not secrets.compare_digest(fields.get("csrftoken", "").encode(), request.scope["csrftoken"]().encode()):
        raise BadRequest(
            say("表单已过期，请返回上一页刷新后再试。", "The form has expired: go back, reload the page and try again.")
        )
    return fields


async def stage_page(datasette: Datasette, request: Request, stage: str, **variables: object) -> Response:
    """Return the page that says how a request or a link stands, `stage`, and may have a button.
    Nobody keeps it: its address may hold a token.
    """
    response = await render(datasette, request, "subscription.html", stage=stage, **variables)
    response.status = _STATUS.get(stage, 200)
    response.headers["Cache-Control"] = "private, no-store"
    return response
