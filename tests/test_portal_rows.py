"""Rows of portals and catalogues: what a portal's file says now, and that it says nothing of another portal."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from archive.database.portal_rows import home, note, portal_names
from archive.ingest.store import Store
from archive.model.observations import CatalogOfPortal, PortalOfFile
from tests.conftest import empty_archive, rows
from tests.test_store import DAY, listed, row

PLANS = CatalogOfPortal("plan", "规划", "http://p.example/plans/")
BUDGETS = CatalogOfPortal("budget", "预算", "http://p.example/budgets/")
OWN = PortalOfFile("p", "样本县", "640324", "http://p.example/", (PLANS, BUDGETS))
OTHER = PortalOfFile(
    "q", "另一县", "640302", "http://q.example/", (replace(PLANS, url="http://q.example/plans/"), BUDGETS)
)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(empty_archive(tmp_path / "a.db"))) as connection:
        for portal in (OWN, OTHER):
            note(connection, portal, "2026-01-01T00:00:00Z")
        yield connection


def catalogs(archive: sqlite3.Connection) -> list[tuple[str, ...]]:
    sql = "SELECT portal, kind, title, url, coalesce(retired_at, '') FROM catalogs ORDER BY portal, id"
    return [tuple(row) for row in archive.execute(sql)]


def stated(portal: PortalOfFile, retired: str = "") -> list[tuple[str, ...]]:
    """The rows of a portal's catalogues; `retired`: since when that of the budgets is walked no more."""
    return [(portal.id, each.kind, each.title, each.url, retired * (each is BUDGETS)) for each in portal.catalogs]


def test_a_list_that_a_file_names_no_more_is_retired_since_then_and_no_other_portal_s(
    archive: sqlite3.Connection,
) -> None:
    assert catalogs(archive) == [*stated(OWN), *stated(OTHER)]
    for now in ("2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"):
        note(archive, replace(OWN, catalogs=(PLANS,)), now)
        assert catalogs(archive) == [*stated(OWN, "2026-02-01T00:00:00Z"), *stated(OTHER)]
    note(archive, OWN, "2026-04-01T00:00:00Z")
    assert catalogs(archive) == [*stated(OWN), *stated(OTHER)], "it is walked again"


def test_what_a_file_says_otherwise_takes_the_place_of_what_it_said(archive: sqlite3.Connection) -> None:
    renamed = replace(BUDGETS, kind="accounts", title="决算")
    moved = replace(
        OWN, name="样本区", division_code="640399", home="http://new.example/", family="trs", checked_on="2026-01-02"
    )
    note(archive, replace(moved, catalogs=(PLANS, renamed)), "2026-02-01T00:00:00Z")
    columns = "name, division_code, home, family, checked_on"
    found = archive.execute(f"SELECT {columns} FROM portals WHERE id = 'p'").fetchone()
    assert found == ("样本区", "640399", "http://new.example/", "trs", "2026-01-02")
    assert (home(archive, "p"), home(archive, "q")) == ("http://new.example/", "http://q.example/")
    assert list(portal_names(archive).items()) == [("q", "另一县"), ("p", "样本区")], "in the order of their divisions"
    assert catalogs(archive)[1] == ("p", "accounts", "决算", BUDGETS.url, "")
    assert catalogs(archive)[2:] == stated(OTHER)


def test_what_a_list_printed_that_is_walked_no_more_gives_way_to_what_another_prints(tmp_path: Path) -> None:
    path = empty_archive(tmp_path / "a.db")

    def printed(portal: PortalOfFile, **topics: str) -> list[dict[str, object]]:
        with closing(Store(path)) as store:
            store.begin(portal, "full", DAY.format(1))
            seen = [listed(row(1, topic=topics[each.kind]), catalog=each.url) for each in portal.catalogs]
            store.write(seen, DAY.format(1))
            store.finish("finished", DAY.format(1))
        return rows(path, "SELECT topic FROM records")

    assert printed(OWN, plan="样本甲", budget="样本乙") == [{"topic": "样本甲"}]
    assert printed(replace(OWN, catalogs=(BUDGETS,)), budget="样本丙") == [{"topic": "样本丙"}]
