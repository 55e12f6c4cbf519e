"""The names that a site goes by: a request for another is refused, so that no page,
feed or cache ever repeats a name that somebody made up.
"""

import ipaddress
import os
import re
from collections.abc import Iterable

from archive.labels.label import LABELS
from archive.web.http.middleware import (
    LANGUAGE,
    PLAIN_TEXT,
    Application,
    Receive,
    Scope,
    Send,
    send_answer,
    with_language,
)

VARIABLE = "DISCLOSURES_HOST_NAMES"

REFUSED = LABELS["error.host"]

_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::[0-9]{1,5})?")
_LOOPBACK_NAME = "localhost"


class KnownHosts:
    """An application, for requests that name the site as it is called:
    by `names`, by loopback, or by the address they came to.
    """

    def __init__(self, application: Application, names: Iterable[str] = ()) -> None:
        self._application = application
        stated = [*names, *re.split(r"[\s,]+", os.environ.get(VARIABLE, ""))]
        self._names = {name.strip().lower().rstrip(".") for name in stated if name.strip()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http" and not self._is_known(scope):
            language = with_language(scope)[LANGUAGE]
            headers = [PLAIN_TEXT, (b"cache-control", b"no-store")]
            await send_answer(send, 421, headers, f"{REFUSED.name(language)}\n".encode())
            return
        await self._application(scope, receive, send)

    def _is_known(self, scope: Scope) -> bool:
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        name = host_name(hosts[0]) if len(hosts) == 1 else None
        if name is None:
            return False
        return name in self._names or is_loopback(name) or name == (scope.get("server") or ("",))[0]


def host_name(host: bytes) -> str | None:
    """Return the name in a Host header, without its port and in lower case; None where it can't be one."""
    match = _HOST.fullmatch(host.decode("latin-1"))
    if match is None:
        return None
    name = match[1].strip("[]").lower().rstrip(".")
    return None if match[1].startswith("[") and not _is_ipv6(name) else name


def _is_ipv6(name: str) -> bool:
    try:
        ipaddress.IPv6Address(name)
    except ValueError:
        return False
    return True


def is_loopback(name: str) -> bool:
    """Return whether a host name is one of this machine's own."""
    if name == _LOOPBACK_NAME:
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
