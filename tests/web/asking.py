"""The site asked in process, and its pages read."""

import asyncio
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
from datasette.plugins import pm
from lxml import html

from archive.web.http.server import make_datasette, site_of
from tests.web import compiled_templates

pm.register(compiled_templates)


def asking(
    archive: Path,
    metadata: dict[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
    others: Iterable[Path] = (),
) -> Callable[[str], httpx.Response]:
    """Return a function that asks the site of an archive, or of it and `others`, for an address, with these headers. `metadata`: an operator's."""
    site = site_of({path.stem: path for path in (archive, *others)}, metadata)
    return lambda address: asyncio.run(site.client.get(address, headers=headers))


def asking_copy(archive: Path, folder: Path, *statements: str) -> Callable[[str], httpx.Response]:
    """Copy an archive into a folder, run SQL there, and return a function that asks the copy's site."""
    copy = folder / archive.name
    for before in folder.glob(f"{archive.name}*"):  # one that a site still reads: its log would be taken for the copy's
        before.unlink()
    shutil.copy(archive, copy)
    with closing(sqlite3.connect(copy)) as connection, connection:
        for statement in statements:
            connection.execute(statement)
    return asking(copy)


def all_answers(archive: Path, addresses: Iterable[str]) -> dict[str, tuple[int, bytes]]:
    """The status of each address's answer, and its bytes with those of the headers; the site is started once."""
    site = make_datasette(archive)

    async def ask() -> dict[str, tuple[int, bytes]]:
        answers = {}
        for address in addresses:
            answer = await site.client.get(address)
            answers[address] = answer.status_code, answer.content + str(answer.headers).encode()
        return answers

    return asyncio.run(ask())


def addresses_of(archive: Path) -> list[str]:
    """The addresses of each capture's copy and of each record's page and data."""
    with closing(sqlite3.connect(archive)) as connection:
        captures = [number for (number,) in connection.execute("SELECT id FROM captures")]
        records = [number for (number,) in connection.execute("SELECT id FROM records")]
    return [
        *(f"/-/copy/{capture}{way}" for capture in captures for way in ("", "/raw")),
        *(f"/-/record/{number}{form}" for number in records for form in ("", ".json")),
    ]


def tree(answer: httpx.Response) -> html.HtmlElement:
    """The page of a good answer."""
    assert answer.status_code == 200, answer.text
    return html.fromstring(answer.text)


def text(element: html.HtmlElement) -> str:
    """An element's text in one line."""
    return " ".join(element.text_content().split())


def titles_in_table(answer: httpx.Response) -> list[str]:
    """The titles of a table page, in order."""
    assert answer.status_code == 200, answer.text
    return [text(cell) for cell in tree(answer).cssselect("td.col-title")]
