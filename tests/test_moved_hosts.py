"""Records that were crawled at a new host before anybody said that the portal moved there, joined with those of the old one, straight on an archive."""

import json
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from archive.database.portal_changes import MOVED, Change
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.maintenance.portal_life import change, concerns
from crawler.cli.main import main
from tests.conftest import empty_archive, rows
from tests.test_presence import ALL, Crawls, url, without
from tests.test_store import DAY, PLANS, PORTAL, listed, page

OLD, NEW = "http://p.example", "http://n.example"
SAID = Change("p", MOVED, DAY.format(9), "p.example", NEW)


def moved(address: str) -> str:
    return address.replace(OLD, NEW)


@pytest.fixture(scope="module")
def joined(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of twenty records the seventh was withdrawn at the old host; at the new one all stand, the first with another text, and the second changes once more."""
    crawls = Crawls(empty_archive(tmp_path_factory.mktemp("moved") / "a.db"))
    crawls.run(listed(*ALL), pages=[page(1), page(2)])
    crawls.run(without(7), pages=[page(2, "改过的样本正文")], asked={7: "gone"})
    catalogs = tuple(replace(each, url=moved(each.url)) for each in PORTAL.catalogs)
    crawls.portal = replace(PORTAL, home=f"{NEW}/", catalogs=catalogs)
    there = [replace(page(1, "新主机上的样本正文"), url=moved(url(1))), replace(page(2, "改过的样本正文"), url=moved(url(2)))]  # fmt: skip
    listed_there = [replace(each, key=moved(str(each.key))) for each in ALL]
    crawls.run(listed(*listed_there, catalog=moved(PLANS)), pages=there)
    crawls.run(listed(*listed_there, catalog=moved(PLANS)), pages=[replace(there[1], body="再改过的样本正文")])
    assert len(rows(crawls.path, "SELECT 1 FROM records")) == 40
    assert change(crawls.path, [SAID]).joined == 20
    return crawls.path


def kinds(path: Path, number: int) -> list[object]:
    sql = "SELECT e.kind FROM events e JOIN records r ON r.id = e.record_id WHERE r.url = ? ORDER BY e.id"
    return [each["kind"] for each in rows(path, sql, moved(url(number)))]


def test_each_keeps_its_number_and_has_the_new_address(joined: Path) -> None:
    stand = rows(joined, "SELECT id, url, state FROM records ORDER BY id")
    assert [(each["id"], each["url"], each["state"]) for each in stand] == [
        (number, moved(url(number)), "listed") for number in range(1, 21)
    ]
    assert rows(joined, "SELECT url, retired_at FROM catalogs ORDER BY id") == [
        {"url": moved(each.url), "retired_at": None} for each in PORTAL.catalogs
    ]


def test_what_was_listed_was_never_added_again_and_what_was_withdrawn_has_returned(joined: Path) -> None:
    assert kinds(joined, 7) == ["added", "withdrawn", "returned"]
    assert {tuple(kinds(joined, number)) for number in range(1, 21) if number not in {2, 7}} == {("added",)}
    assert kinds(joined, 2) == ["added", "changed", "changed"], "at either host"
    (returned,) = rows(joined, "SELECT detail FROM events WHERE kind = 'returned'")
    assert json.loads(str(returned["detail"]))["was"] == "withdrawn"


def test_the_present_form_is_that_of_the_new_host_and_versions_stay(joined: Path) -> None:
    bodies = [each["body"] for each in rows(joined, "SELECT body FROM records WHERE id IN (1, 2) ORDER BY id")]
    assert bodies == ["新主机上的样本正文", "再改过的样本正文"]
    versions = rows(joined, "SELECT number, changed FROM versions WHERE record_id = 2 ORDER BY number")
    assert [each["number"] for each in versions] == [1, 2, 3]
    assert [json.loads(str(each["changed"]))["body"][1] for each in versions[1:]] == [
        "改过的样本正文",
        "再改过的样本正文",
    ]


def test_a_dry_run_tells_and_changes_nothing(tmp_path: Path) -> None:
    crawls = Crawls(empty_archive(tmp_path / "a.db"))
    crawls.run(listed(*ALL[:3]))
    told = change(crawls.path, [SAID], dry_run=True)
    assert (told.records, told.events, told.catalogs, told.crawls, told.joined) == (3, 3, 2, 1, 0)
    assert rows(crawls.path, "SELECT DISTINCT url LIKE 'http://p.example/%' AS old FROM records") == [{"old": 1}]
    assert rows(crawls.path, "SELECT 1 FROM portal_changes") == []


def test_each_host_moves_to_the_address_that_is_named_for_it(joined: Path) -> None:
    hosts = ("--host", "files.example=https://m.example:8443/files/", "--host", "Old.example")
    said = CliRunner().invoke(
        main, ["portals", "move", "p", "http://m.example/", *hosts, "--db", str(joined), "--dry-run"]
    )
    assert said.stdout.splitlines()[:3] == [
        "would be moved: p, from n.example to http://m.example",
        "would be moved: p, from files.example to https://m.example:8443",
        "would be moved: p, from old.example to http://m.example",
    ]


def test_changes_concern_an_archive_that_has_any_of_their_portals(joined: Path) -> None:
    other = replace(SAID, portal="other")
    with closing(open_up_to_date(joined)) as connection:
        assert concerns(connection, [SAID, other])
        assert not concerns(connection, [other])
