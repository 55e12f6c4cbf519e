"""Logging in with a password, and how long it lasts: attempts are limited, sessions end,
cookies stay between browser and site.

The plugin datasette-auth-passwords knows names and passwords, and answers the form. This stands before it.
"""

import asyncio
import base64
import binascii
import hashlib
import hmac
import math
import secrets
import time
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlencode

from datasette.utils import baseconv
from itsdangerous import BadSignature

from archive.labels.label import LABELS
from archive.web.http.attempts import Attempts, reader_of
from archive.web.http.datasette_class import Datasette, below_base, site_settings
from archive.web.http.hosts import host_name, is_loopback
from archive.web.http.middleware import (
    PLAIN_TEXT,
    Application,
    DatasetteMiddleware,
    Receive,
    Scope,
    Send,
    send_answer,
)

SESSION_HOURS = 12.0
"""Hours after which one has to log in again, where the operator's metadata
(`plugins: disclosures: session_hours:`) doesn't say.
"""

PLUGIN = "datasette-auth-passwords"
COOKIE = "ds_actor"
FORM_COOKIE = "ds_csrftoken"
"""The cookie that comes with the form, and that browsers send with it alone: not with another site's (SameSite)."""

TOO_MANY = LABELS["error.login_attempts"]

LONGEST_FORM = 16 << 10
_REMEMBERED = 600.0
"""Seconds in which a program that sends the right password with every request need not be checked again."""

_SUFFIX = "_password_hash"


class SignIn(DatasetteMiddleware):
    """An application, with sessions that end and attempts that are counted."""

    def __init__(self, application: Application, datasette: Datasette) -> None:
        super().__init__(application, datasette)
        self._attempts = Attempts()
        self._one_at_a_time = asyncio.Semaphore(1)
        self._remembered: dict[bytes, float] = {}
        self._ended: dict[str, float] = {}
        """Sessions that were logged out of, and when they would have ended."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        scope, path = self._with_valid_session(scope), self._path(scope)
        send = self._with_safe_cookies(scope, send)
        if accounts := self._accounts():
            if any(name == b"authorization" for name, _ in scope["headers"]):
                scope, seconds = await self._with_checked_credentials(scope, accounts)
                if seconds:
                    await _refuse(seconds, send)
                    return
            if path == "/-/login" and scope["method"] == "POST":
                if FORM_COOKIE in _cookies(scope):
                    await self._log_in(scope, receive, send, accounts)
                else:  # a form of another site's, which would log a visitor in by a name of its own: Datasette lets it pass
                    await send_answer(send, 303, [(b"location", scope["raw_path"]), (b"cache-control", b"no-store")])
                return
        if path == "/-/logout" and scope["method"] == "POST" and (session := self._session(scope)):
            send = self._ending(session, send)
        await self._application(scope, receive, send)

    def _path(self, scope: Scope) -> str:
        return below_base(self._datasette, scope["path"])

    def _accounts(self) -> dict[str, str]:
        """Names and what their passwords are checked against."""
        settings = self._passwords().items()
        return {name.removesuffix(_SUFFIX): str(value) for name, value in settings if name.endswith(_SUFFIX)}

    def _passwords(self) -> dict[str, Any]:
        """Return the settings of the plugin that knows the passwords."""
        return site_settings(self._datasette, PLUGIN)

    # --- passwords ---

    async def _log_in(self, scope: Scope, receive: Receive, send: Send, accounts: dict[str, str]) -> None:
        body = await _body(receive)
        if body is None:
            await _answer(413, b"", {}, send)
            return
        fields = {
            name: values[-1]
            for name, values in parse_qs(body.decode("latin-1"), keep_blank_values=True, encoding="utf-8").items()
        }
        name, password = fields.get("username", ""), fields.get("password", "")
        seconds, right = await self._try(scope, accounts, name, password)
        if seconds:
            await _refuse(seconds, send)
            return
        if not right:  # the form again, which says so; the plugin need not check it once more
            body = urlencode({**fields, "username": "", "password": ""}).encode()
            headers = [(key, value) for key, value in scope["headers"] if key != b"content-length"]
            scope = {**scope, "headers": [*headers, (b"content-length", str(len(body)).encode())]}
        bodies = [{"type": "http.request", "body": body, "more_body": False}]

        async def again() -> Any:  # noqa: ANN401 - as ASGI has it
            return bodies.pop() if bodies else await receive()

        await self._application(scope, again, send)

    async def _with_checked_credentials(self, scope: Scope, accounts: dict[str, str]) -> tuple[Scope, float]:
        """The request, with a name and password sent along only where that is allowed
        and they are right; or how long to wait. Of several, the plugin would check another than is checked here.
        """
        sent, *others = [value for name, value in scope["headers"] if name == b"authorization"]
        if not others and not sent.startswith(b"Basic "):
            return scope, 0.0
        without = {**scope, "headers": [(name, value) for name, value in scope["headers"] if name != b"authorization"]}
        name, password = _credentials(sent)
        if others or name is None or not self._takes_credentials():
            return without, 0.0
        seal = hashlib.sha256(self._fingerprint(name).encode() + b"\n" + sent).digest()
        if self._remembered.get(seal, 0.0) < time.monotonic():
            seconds, right = await self._try(scope, accounts, name, password)
            if not right:
                return without, seconds
            self._remembered = {key: end for key, end in self._remembered.items() if end > time.monotonic()}
            self._remembered[seal] = time.monotonic() + _REMEMBERED
        if self._passwords().get("http_basic_auth"):
            return scope, 0.0  # the plugin wants to see them itself
        actor = self._actors().get(name) or {"id": name}
        return _with_cookie(without, self._datasette.sign(self._sealed(actor, 60.0), "actor")), 0.0

    def _takes_credentials(self) -> bool:
        """Return whether programs may send name and password with every request (`curl -u`)."""
        return bool(site_settings(self._datasette).get("basic_auth") or self._passwords().get("http_basic_auth"))

    async def _try(self, scope: Scope, accounts: dict[str, str], name: str, password: str) -> tuple[float, bool]:
        """Return how long to wait before another attempt (0: this one counted), and whether the password is right."""
        from datasette_auth_passwords.utils import hash_password, verify_password  # noqa: PLC0415 - an extra

        address = reader_of(scope)
        if seconds := self._attempts.wait(address, name):
            return seconds, False
        self._attempts.begin(address, name)
        # An unknown name is checked against the password of another, so that it takes as long.
        expected = accounts.get(name) or next(iter(accounts.values())) or hash_password("")
        async with self._one_at_a_time:
            right = await asyncio.to_thread(verify_password, password, expected)
        if not (right and name in accounts):
            return 0.0, False
        self._attempts.succeed(address, name)
        return 0.0, True

    # --- sessions ---

    def _sealed(self, actor: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Return what a session's cookie says: who, until when, its number,
        and a print of the password it was begun with.
        """
        end = baseconv.base62.encode(int(time.time() + seconds))
        return {"a": actor, "e": end, "n": secrets.token_hex(8), "p": self._fingerprint(self._account(actor))}

    def _account(self, actor: dict[str, Any]) -> str:
        """Return the name that an actor logs in with."""
        return next((name for name, each in self._actors().items() if each == actor), str(actor.get("id")))

    def _actors(self) -> dict[str, dict[str, Any]]:
        """Return the actors that names stand for, where they stand for others than themselves."""
        return self._passwords().get("actors") or {}

    def _fingerprint(self, name: str) -> str:
        """Return a print of the password of this name, which another password changes."""
        stored = self._accounts().get(name, "")
        return hmac.new(self._datasette._secret.encode(), f"{name}\n{stored}".encode(), "sha256").hexdigest()[:24]

    def _session(self, scope: Scope) -> dict[str, Any] | None:
        """Return what the session's cookie says; None where there is none that was signed here."""
        try:
            value = self._datasette.unsign(_cookies(scope)[COOKIE], "actor")
        except (KeyError, BadSignature):
            return None
        return value if isinstance(value, dict) and isinstance(value.get("a"), dict) else None

    def _with_valid_session(self, scope: Scope) -> Scope:
        """The request, without the cookie of a session that has ended or was begun with another password, or by a name that has none now."""
        session = self._session(scope)
        if session is None:
            return scope
        begun_here = {"e", "n", "p"} <= session.keys() and session["p"] == self._fingerprint(
            self._account(session["a"])
        )
        by_password = self._account(session["a"]) in self._accounts()
        if session.get("n") in self._ended or ((by_password or "p" in session) and not begun_here):
            return _with_cookie(scope, None)
        return scope

    def _ending(self, session: dict[str, Any], send: Send) -> Send:
        """`send`, which ends a session where the request to end it is not refused: a form of another site's is."""

        async def send_with(message: Any) -> None:  # noqa: ANN401 - as ASGI has it
            if message["type"] == "http.response.start" and message["status"] < 400:
                self._end(session)
            await send(message)

        return send_with

    def _end(self, session: dict[str, Any]) -> None:
        now = time.time()
        self._ended = {number: end for number, end in self._ended.items() if end > now}
        if "n" in session:
            self._ended[session["n"]] = float(baseconv.base62.decode(session["e"]))

    def _with_safe_cookies(self, scope: Scope, send: Send) -> Send:
        """`send`, with the session's cookie made to end, and every cookie kept from scripts,
        other sites and open networks.
        """
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        name = host_name(hosts[0]) if hosts else None
        secure = scope.get("scheme") == "https" or not (name and is_loopback(name))

        async def send_with(message: Any) -> None:  # noqa: ANN401 - as ASGI has it
            if message["type"] == "http.response.start":
                headers = [
                    (key, self._safe(value, secure=secure) if key.lower() == b"set-cookie" else value)
                    for key, value in message.get("headers", [])
                ]
                message = {**message, "headers": headers}
            await send(message)

        return send_with

    def _safe(self, header: bytes, *, secure: bool) -> bytes:
        cookies = SimpleCookie(header.decode("latin-1"))
        for name, cookie in cookies.items():
            if name == COOKIE and cookie.value:
                session = self._datasette.unsign(cookie.value, "actor")
                hours = float(site_settings(self._datasette).get("session_hours") or SESSION_HOURS)
                cookies[name] = self._datasette.sign(self._sealed(session["a"], hours * 3600), "actor")
                cookies[name]["path"] = cookie["path"] or "/"
                cookies[name]["max-age"] = int(hours * 3600)
            cookies[name]["httponly"] = True
            cookies[name]["samesite"] = cookie["samesite"] or "Lax"
            if secure:
                cookies[name]["secure"] = True
        return cookies.output(header="", sep=";").strip().encode("latin-1")


def _credentials(header: bytes) -> tuple[str | None, str]:
    """Return the name and password in a header; None for a name where they can't be read."""
    try:
        name, mark, password = base64.b64decode(header[len(b"Basic ") :], validate=True).decode("ascii").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None, ""
    return (name, password) if mark else (None, "")


def _cookies(scope: Scope) -> dict[str, str]:
    """The cookies of a request, read as Datasette reads them: of several headers the last."""
    sent = [value.decode("latin-1") for name, value in scope["headers"] if name == b"cookie"]
    try:
        cookies = SimpleCookie(sent[-1] if sent else "")
    except CookieError:
        return {}
    return {name: cookie.value for name, cookie in cookies.items()}


def _with_cookie(scope: Scope, value: str | None) -> Scope:
    """The request with another value for the cookie of a session, or without it."""
    kept = {key: each for key, each in _cookies(scope).items() if key != COOKIE}
    if value is not None:
        kept[COOKIE] = value
    headers = [(key, each) for key, each in scope["headers"] if key != b"cookie"]
    if kept:
        headers.append((b"cookie", "; ".join(f"{key}={each}" for key, each in kept.items()).encode("latin-1")))
    return {**scope, "headers": headers}


async def _body(receive: Receive) -> bytes | None:
    """Return the body of a request; None where it is too long, or its sender has left."""
    body = b""
    while True:
        message = await receive()
        body += bytes(message.get("body", b""))
        if message["type"] == "http.disconnect" or len(body) > LONGEST_FORM:
            return None
        if not message.get("more_body"):
            return body


async def _refuse(seconds: float, send: Send) -> None:
    wait = max(math.ceil(seconds), 1)
    await _answer(429, f"{TOO_MANY.format(seconds=wait)}\n".encode(), {"Retry-After": str(wait)}, send)


async def _answer(status: int, body: bytes, headers: dict[str, str], send: Send) -> None:
    raw = [PLAIN_TEXT, (b"cache-control", b"private, no-store")]
    raw += [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await send_answer(send, status, raw, body)
