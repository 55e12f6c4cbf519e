"""Records found by their ids, and by the addresses at which their pages stand or stood."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from archive.database.connection import ArchiveError
from archive.database.record_addresses import record_at, record_of
from tests.conftest import empty_archive

SITE = "http://p.example/"


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """Records 1 to 4, and 10: 1 moved from `old`, its list links to `link`; 2 and 3 are listed at one address; of 4 something changed."""
    path: Path = empty_archive(tmp_path_factory.mktemp("addresses") / "a.db")
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(f"""
            INSERT INTO portals (id, name, division_code, home) VALUES ('p', '样本县', '640324', '{SITE}');
            INSERT INTO crawls (id, portal, mode, started_at) VALUES (1, 'p', 'full', '');
            INSERT INTO catalogs (id, portal, kind, title, path, url) VALUES (1, 'p', 'plan', '', '', '{SITE}list.html');
            INSERT INTO records (id, portal, kind, url, first_seen, last_seen)
                SELECT value, 'p', 'plan', '{SITE}' || value || '.html', '', '' FROM json_each('[1, 2, 3, 4, 10]');
            INSERT INTO listings (record_id, catalog_id, first_seen, last_seen, link)
                VALUES (1, 1, '', '', '{SITE}link'), (2, 1, '', '', '{SITE}both'), (3, 1, '', '', '{SITE}both');
            INSERT INTO events (record_id, kind, at, crawl_id, detail) VALUES
                (1, 'moved', '', 1, '{{"from": "{SITE}old", "to": "{SITE}1.html"}}'),
                (4, 'changed', '', 1, '{{"from": "{SITE}no"}}');
        """)
        yield connection


@pytest.mark.parametrize(("named", "found"), [(4, 4), ("4", 4), ("10", 10), ("1.html", 1), ("link", 1), ("old", 1)])
def test_a_record_is_named_by_its_id_its_address_its_list_s_link_or_a_former_address(
    connection: sqlite3.Connection, named: int | str, found: int
) -> None:
    name = named if str(named).isdecimal() else f"{SITE}{named}"
    assert record_of(connection, name) == found


@pytest.mark.parametrize("name", ["HTTP://P.Example:80/4.html", f" {SITE}4.html\n", f"{SITE}4.html#text"])
def test_an_address_is_known_in_any_spelling_that_leads_to_it(connection: sqlite3.Connection, name: str) -> None:
    assert record_of(connection, name) == 4


@pytest.mark.parametrize("name", ["5", "9" * 18, "9" * 19, "²", f"{SITE}no", f"{SITE}none", ""])
def test_what_names_no_record_is_an_error(connection: sqlite3.Connection, name: str) -> None:
    with pytest.raises(ArchiveError, match="there is no record"):
        record_of(connection, name)


def test_a_page_is_looked_for_where_it_stands_now(connection: sqlite3.Connection) -> None:
    found = [record_at(connection, f"{SITE}{path}") for path in ("1.html", "link", "old", "none")]
    assert found == [1, 1, None, None], "what stands at a former address now is another page"


def test_an_address_of_several_records_names_none(connection: sqlite3.Connection) -> None:
    for look in (record_of, record_at):
        with pytest.raises(ArchiveError, match="address of several records: name one, 2, 3"):
            look(connection, f"{SITE}both")


def test_a_page_of_a_host_that_moved_is_found_by_its_address_before(connection: sqlite3.Connection) -> None:
    connection.execute(
        "INSERT INTO portal_changes (portal, kind, before, after, at) "
        "VALUES ('p', 'moved', 'before.example', 'http://p.example', '')"
    )
    assert record_of(connection, "http://before.example/2.html") == 2
    assert record_at(connection, "http://before.example/link") == 1
    connection.rollback()
