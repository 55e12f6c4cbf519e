"""An event of which something else is kept than events are: its sheet says that it proves nothing, and is no error."""

import asyncio
import shutil
import sqlite3
from contextlib import closing

import pytest

from archive.web.http.server import make_datasette


@pytest.fixture
def answers(two_days, tmp_path):
    """What a site answers at an event's addresses once its detail is another: status and text."""

    def of(detail: str, *parts: str) -> list[tuple[int, str]]:
        copy = shutil.copy(two_days, tmp_path / "copy.db")
        with closing(sqlite3.connect(copy)) as connection, connection:
            (number,) = connection.execute("SELECT max(id) FROM events WHERE kind = 'withdrawn'").fetchone()
            connection.execute("UPDATE events SET detail = ? WHERE id = ?", (detail, number))
        site = make_datasette(copy, {})
        got = [asyncio.run(site.client.get(f"/-/proof/{number}{part}")) for part in parts]
        return [(answer.status_code, answer.text) for answer in got]

    return of


@pytest.mark.parametrize("detail", ["[]", "[1, 2]", "7", '"listed"', "null", "no JSON"])
def test_what_is_no_json_object_is_said_to_prove_nothing(answers, detail):
    for status, text in answers(detail, "", "/walks"):
        assert (status, "不能作为凭据" in text) == (400, True)


def test_an_event_that_names_no_walk_has_a_sheet_without(answers):
    ((status, text),) = answers('{"walk": [], "catalogs": 5, "changed": [7], "listed": "x"}', "")
    assert (status, "不能作为凭据" in text) == (200, False)
