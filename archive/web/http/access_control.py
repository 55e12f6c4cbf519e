"""Access control: an archive closed by `allow:` in the metadata shows nothing to those it is closed to, at any address.

Who somebody is, a plugin says: by password, by a header that a proxy sets, as the operator chose. Datasette asks at
each page of its own; this asks once for all pages, those of other plugins and downloads too.
"""

import base64
import binascii
import re
from typing import Any

from datasette.utils import actor_matches_allow, await_me_maybe
from datasette.utils.asgi import Request

from archive.labels.label import LABELS
from archive.web.http import errors
from archive.web.http.datasette_class import Datasette, below_base, site_settings
from archive.web.http.errors import ErrorPage, Message
from archive.web.http.middleware import DatasetteMiddleware, Receive, Scope, Send

ACCESS_DENIED = "disclosures.access_denied"
"""The key of a request's scope that says that its sender may not see the archive."""

REFUSED = LABELS["error.closed"]

# Style, the ways to log in and out, and the way to leave a subscription, for which one needs the link alone.
_OPEN = re.compile(r"/-/static(-plugins)?/.+|/-/(login|logout|auth-token)|/-/subscriptions/leave/[\w-]+|/favicon\.ico")


# What Datasette says of the server: its files, versions, plugins, settings, threads; and its tools for trying out permissions.
_INSIDE = re.compile(
    r"/-/(metadata|versions|plugins|settings|config|threads|databases|actor|permissions|messages|allow-debug|patterns|password-tool|"
    r"logs?|debug[a-z-]*|allowed|rules|check|jump|ip-rate-limit-debug)(\.[a-z]+)?/?"
)

INSIDE, ORIGINALS, PROOFS, FILES = "view-inside", "download-originals", "download-proofs", "download-files"
"""The permissions that nobody has unless an operator gives them: to see the pages about the server; to download
originals, which hold personal data and all, bundles that prove events, with those captures whole that hold none,
and single files that are known to hold none.
"""

_SETTINGS = {INSIDE: "operators", ORIGINALS: "originals", PROOFS: "proofs", FILES: "files"}
"""The settings that give them (`plugins: disclosures:`), an allow block each."""


class AccessControl(DatasetteMiddleware):
    """Datasette's application, for those who may see the archive; the pages about the server, for its operators."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http":
            scope = with_readable_credentials(scope)
            request = Request(scope, receive)
            if not await self._may_see(request):
                request.scope = scope = {**scope, ACCESS_DENIED: True}
                if not _OPEN.fullmatch(self._path(scope)):
                    await self._refuse(request, send)
                    return
            elif _INSIDE.fullmatch(self._path(scope)) and not await self._is_operator(request):
                await self._say_nothing(request, send)
                return
        await self._application(scope, receive, send)

    async def _may_see(self, request: Request) -> bool:
        return await self._allows(None) or await self._allows(await self._actor(request))

    async def _is_operator(self, request: Request) -> bool:
        actor = await self._actor(request)
        return bool(await self._datasette.permission_allowed(actor, INSIDE, default=False))

    async def _say_nothing(self, request: Request, send: Send) -> None:
        """As where there is no page."""
        await self._datasette.invoke_startup()
        request.scope = {**request.scope, "csrftoken": str}
        await (await errors.response(self._datasette, request, ErrorPage(404, Message(errors.NOTHING_HERE)))).asgi_send(
            send
        )

    async def _allows(self, actor: dict[str, Any] | None) -> bool:
        return bool(await self._datasette.permission_allowed(actor, "view-instance", default=True))

    async def _actor(self, request: Request) -> dict[str, Any] | None:
        """The actor that sent the request; None: nobody knows."""
        from datasette.plugins import pm  # noqa: PLC0415 - it loads this plugin: whole only when it is imported first

        for answer in pm.hook.actor_from_request(datasette=self._datasette, request=request):
            if actor := await await_me_maybe(answer):
                return dict(actor)
        return None

    def _path(self, scope: Scope) -> str:
        return below_base(self._datasette, scope["raw_path"].decode("ascii").partition("?")[0])

    async def _refuse(self, request: Request, send: Send) -> None:
        """As Datasette does, so that a plugin may lead to where one logs in."""
        from datasette.plugins import pm  # noqa: PLC0415 - as above

        await self._datasette.invoke_startup()  # pages can't be made before, and Datasette has had no request yet
        request.scope = {**request.scope, "csrftoken": str}  # the request is refused before it would get one
        for response in pm.hook.forbidden(datasette=self._datasette, request=request, message=REFUSED):
            if answer := await await_me_maybe(response):
                answer.headers["Cache-Control"] = "private, no-store"
                await answer.asgi_send(send)
                return


async def is_open_to_all(datasette: Datasette, database: str) -> bool:
    """Return whether everybody may see an archive."""
    permissions = (("view-instance", None), ("view-database", database))
    return all([await datasette.permission_allowed(None, *each, default=True) for each in permissions])


async def allowed(datasette: Datasette, actor: dict[str, Any] | None, action: str) -> bool | None:
    """Return whether an operator's setting gives `actor` a permission; None where it doesn't say so.

    Another plugin may, and without one the answer is no. The root user of plain `datasette --root` may see the inside.
    """
    if action == INSIDE and actor and actor.get("id") == "root":
        return True
    allow = site_settings(datasette).get(_SETTINGS.get(action, ""))
    return True if allow is not None and actor_matches_allow(actor, allow) else None


def with_readable_credentials(scope: Scope) -> Scope:
    """The request without a name and password that can't be read, which plugins take for granted."""
    headers = [(name, value) for name, value in scope["headers"] if name != b"authorization" or _is_readable(value)]
    return scope if len(headers) == len(scope["headers"]) else {**scope, "headers": headers}


def _is_readable(authorization: bytes) -> bool:
    if not authorization.startswith(b"Basic "):
        return True
    try:
        return base64.b64decode(authorization.split(b"Basic ")[1]).isascii()
    except binascii.Error:
        return False
