"""An archive divided into several by its portals, and the answers of both as sites."""

import asyncio
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx
from datasette.app import Datasette
from lxml import html

from archive.database.portal_changes import REMOVED, Change
from archive.maintenance.portal_life import change
from tests.web.second_portal import write

_NAMED = re.compile(r"[?&](?:amp;)?db=[a-z]+(?=[\"'&#<\s\\,]|$)", re.MULTILINE)
_STATED = re.compile(
    r',\s*"archive":\s*"[a-z]+"|"archive":\s*"[a-z]+",\s*|,(?:archive|档案)(?=[,\r])|,(?:north|south)(?=[,\r])'
)


NOW = "2026-11-24T01:00:00Z"
"""A day of the week in which the portals of `three_portals` are crawled."""

NORTH_AND_SOUTH = {"north": ["two"], "south": ["one", "three"]}
NAMES = (*NORTH_AND_SOUTH, "whole")
"""Names of the archives of both sites."""


def three_portals(folder: Path) -> Path:
    """Write an archive of the portals one, two and three, crawled on days that follow one another."""
    path = folder / "whole.db"
    for number, (portal, mark) in enumerate((("one", "甲"), ("two", "乙"), ("three", "丙"))):
        days = (f"2026-11-2{number}T15:59:00Z", f"2026-11-2{number}T16:01:00Z")
        write(path, portal, f"64039{7 - number}", mark, 1 + 200 * number, days)
    return path


def numbered_alike(folder: Path) -> dict[str, Path]:
    """Write an archive of the portal one and another of two, made by themselves: their rows have the same numbers."""
    made = {"north": folder / "north.db", "south": folder / "south.db"}
    for (portal, mark), path in zip((("one", "甲"), ("two", "乙")), made.values(), strict=True):
        write(path, portal, "640397", mark, 1)
    return made


def divide(whole: Path, parts: Mapping[str, Sequence[str]]) -> dict[str, Path]:
    """Write an archive for each part beside `whole`, with these portals alone; rows keep their numbers."""
    portals = {portal for each in parts.values() for portal in each}
    made = {name: whole.with_name(f"{name}.db") for name in parts}
    for name, path in made.items():
        shutil.copy(whole, path)
        for portal in sorted(portals - set(parts[name])):
            change(path, [Change(portal, REMOVED, NOW)])
    return made


def ask(site: Datasette, address: str) -> httpx.Response:
    """The answer of a site, where it leads to another address of that."""
    return asyncio.run(site.client.get(address, follow_redirects=True))


def contents(answer: httpx.Response) -> str:
    """The contents of an answer, of a page its main part, without what says in which of NAMES a thing is."""
    text = _STATED.sub("", _NAMED.sub("", answer.text))
    text = re.sub(rf"/(?:{'|'.join(NAMES)})(?=[/?\"])", "/archive", text)
    if "html" not in answer.headers["content-type"]:
        return text
    main = html.fromstring(text).cssselect("main")[0]
    for choice in main.cssselect("select[name=db]"):
        choice.drop_tree()
    return re.sub(r"\s+", " ", html.tostring(main, encoding="unicode"))
