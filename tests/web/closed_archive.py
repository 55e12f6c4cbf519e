"""An archive that is closed, as somebody asks it who keeps cookies and follows no redirects."""

import asyncio
import base64
from collections.abc import Callable

import httpx
from lxml import html

PASSWORD, USER = "a long sample password", "desk"
BASE = "http://localhost"
Visit = Callable[..., httpx.Response]

METADATA = """
allow:
  id: ["{user}"]
plugins:
  datasette-auth-passwords:
    {user}_password_hash:
      $env: SAMPLE_PASSWORD_HASH
"""


def visitor(application: object, address: str = "127.0.0.1", **options: object) -> Visit:
    """Ask for a path from an address as somebody who follows no redirects; cookies are kept from one question to the next."""
    cookies = httpx.Cookies()

    def ask(path: str, method: str = "GET", **more: object) -> httpx.Response:
        async def answer() -> httpx.Response:
            transport = httpx.ASGITransport(application, client=(address, 123))
            async with httpx.AsyncClient(transport=transport, base_url=BASE, cookies=cookies, **options) as client:
                found = await client.request(method, path, **more)
                cookies.update(client.cookies)
                return found

        return asyncio.run(answer())

    return ask


def log_in(ask: Visit, password: str, name: str = USER) -> httpx.Response:
    form = html.fromstring(ask("/-/login").text).forms[-1]
    fields = {**dict(form.form_values()), "username": name, "password": password}
    return ask("/-/login", "POST", data=fields)


def basic(name: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}
