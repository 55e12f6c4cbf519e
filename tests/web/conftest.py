"""The site over a small archive, asked in process."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from datasette.app import Datasette

from archive.web.server import make_datasette
from tests.web.sample_archive import build, build_past


@pytest.fixture(scope="session")
def archive(tmp_path_factory) -> Path:
    return build(tmp_path_factory.mktemp("web") / "disclosures.db")


@pytest.fixture(scope="session")
def site(archive) -> Datasette:
    return make_datasette(archive)


@pytest.fixture(scope="session")
def get(site):
    """Ask for a path, with the parameters given; the answer."""

    def ask(path: str, **parameters: object) -> httpx.Response:
        return asyncio.run(site.client.get(path.removeprefix("http://localhost"), params=parameters or None))

    return ask


@pytest.fixture(scope="session")
def database(archive):
    with closing(sqlite3.connect(archive)) as connection:
        yield connection


@pytest.fixture(scope="session")
def past(tmp_path_factory) -> Path:
    """An archive of three crawls, in which records changed and went."""
    return build_past(tmp_path_factory.mktemp("past") / "past.db")
