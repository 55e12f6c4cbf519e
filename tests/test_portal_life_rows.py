"""The rows of a portal that moves, gets another id or is removed, straight on the archive, with a second portal beside it."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from shutil import copy
from typing import Any

import pytest

from archive.database.portal_changes import MOVED, REMOVED, RENAMED, Change, Moves, removed_crawls
from archive.database.withheld import hidden, is_key_withheld
from archive.evidence.evidence_store import Evidence
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.maintenance.portal_life import change
from archive.maintenance.withholding import withhold
from archive.model.observations import AttachmentFile, LinkedFile, RecordPage, Row
from tests.conftest import empty_archive, rows
from tests.natural import contents
from tests.test_absence_proof import NEIGHBOUR
from tests.test_presence import Crawls, url
from tests.test_store import BUDGETS, PLANS, PORTAL, listed, page, row

AT = "2026-02-01T00:00:00Z"
MOVE = Change("p", MOVED, AT, "p.example", "http://new.example")
FILE, ONCE_LINKED = "http://p.example/a.txt", "http://p.example/b.txt"
AT_NEW_HOST = replace(
    PORTAL,
    home="http://new.example/",
    catalogs=tuple(replace(each, url=each.url.replace("p.example", "new.example")) for each in PORTAL.catalogs),
)


def there(address: str) -> str:
    """The address at the new host."""
    return address.replace("p.example", "new.example")


def row_there(number: int) -> Row:
    return replace(row(number), key=there(url(number)))


def file_of(address: str, digest: str) -> AttachmentFile:
    return AttachmentFile(url(1), "样本.txt", address, digest * 64, 1, "text/plain", f"样本附件{digest}", "text")


def linking(*files: str) -> RecordPage:
    return replace(page(1), attachments=tuple(LinkedFile("样本.txt", each) for each in files))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Crawls:
    """Five records in two lists, with a file and one that is linked no more, and a neighbour with the same addresses."""
    crawls = Crawls(empty_archive(tmp_path_factory.mktemp("life") / "a.db"))
    lists = [listed(*map(row, range(1, 6))), listed(row(1), catalog=BUDGETS)]
    crawls.portal = NEIGHBOUR
    crawls.run(*lists, pages=[page(1), page(2)])
    crawls.portal = PORTAL
    crawls.run(*lists, pages=[linking(FILE, ONCE_LINKED), page(2), file_of(FILE, "a"), file_of(ONCE_LINKED, "b")])
    crawls.run(*lists, pages=[linking(FILE)])
    with closing(sqlite3.connect(crawls.path)) as connection, connection:
        connection.execute("DELETE FROM attachments WHERE url = ?", (ONCE_LINKED,))  # as in an archive of before
    with closing(Evidence(crawls.path.with_name("a.evidence.db"))):
        pass
    return crawls


@pytest.fixture
def crawls(made: Crawls, tmp_path: Path) -> Crawls:
    """One's own copy."""
    copy(made.path.with_name("a.evidence.db"), tmp_path)
    own = Crawls(Path(copy(made.path, tmp_path)))
    own.day, own.captures = made.day, made.captures
    return own


def of_portal(db: Path, portal: str) -> dict[str, list[Any]]:
    """What the archive says of a portal."""
    return {
        "records": rows(db, "SELECT id, url, state, flags FROM records WHERE portal = ? ORDER BY id", portal),
        "events": rows(db, "SELECT e.* FROM events e JOIN crawls w ON w.id = e.crawl_id WHERE w.portal = ?", portal),
        "listings": rows(db, "SELECT l.* FROM listings l JOIN records r ON r.id = record_id WHERE portal = ?", portal),
        "captures": rows(db, "SELECT c.* FROM captures c JOIN crawls w ON w.id = crawl_id WHERE portal = ?", portal),
    }


def settings(db: Path, *names: str) -> dict[object, object]:
    found = rows(db, "SELECT name, value FROM settings")
    return {each["name"]: each["value"] for each in found if str(each["name"]).partition(":")[0] in names}


def write(db: Path, statements: Iterable[tuple[str, tuple[object, ...]]]) -> None:
    with closing(open_up_to_date(db)) as connection, connection:
        for sql, values in statements:
            connection.execute(sql, values)


# --- moved ---


def test_nothing_of_a_neighbour_at_the_same_host_moves(crawls: Crawls) -> None:
    before = of_portal(crawls.path, "q")
    change(crawls.path, [MOVE])
    assert of_portal(crawls.path, "q") == before
    assert {str(each["url"]).split("/")[2] for each in of_portal(crawls.path, "p")["records"]} == {"new.example"}


def test_what_was_doubted_at_the_old_host_is_read_again_at_the_new_one(crawls: Crawls) -> None:
    kept = "INSERT INTO deferred (record_id, crawl_id, kind, catalog_id, at, content) VALUES (?, ?, 'row', 1, '', '{}')"
    ids = {portal: of_portal(crawls.path, portal)["records"][0]["id"] for portal in "pq"}
    write(crawls.path, [(kept, (ids["p"], 3)), (kept, (ids["q"], 1))])
    change(crawls.path, [MOVE])
    assert rows(crawls.path, "SELECT record_id FROM deferred") == [{"record_id": ids["q"]}]


@pytest.mark.parametrize("address", [FILE, ONCE_LINKED, PLANS])
def test_an_address_that_is_withheld_is_so_at_the_new_host(crawls: Crawls, address: str) -> None:
    withhold(crawls.path, crawls.path.with_name("a.evidence.db"), "样本", AT, addresses=[address])
    change(crawls.path, [MOVE])
    with closing(open_up_to_date(crawls.path)) as connection:
        assert [hidden(connection, each, "f" * 64) for each in (address, there(address))] == ["withheld", "withheld"]
        assert hidden(connection, there(url(3)), "f" * 64) is None


def test_a_list_that_was_walked_at_the_new_host_already_is_one_with_the_old_and_walked_on(crawls: Crawls) -> None:
    crawls.portal = AT_NEW_HOST
    crawls.run(*(listed(*map(row_there, range(1, 6)), catalog=each.url) for each in AT_NEW_HOST.catalogs))
    change(crawls.path, [MOVE])
    found = rows(crawls.path, "SELECT url, retired_at FROM catalogs WHERE portal = 'p' ORDER BY id")
    assert found == [{"url": each.url, "retired_at": None} for each in AT_NEW_HOST.catalogs]
    assert {each["catalog_id"] for each in of_portal(crawls.path, "p")["listings"]} == {
        each["id"] for each in rows(crawls.path, "SELECT id FROM catalogs WHERE portal = 'p'")
    }
    assert [each["flags"] for each in of_portal(crawls.path, "p")["records"]] == ["[]"] * 5


@pytest.mark.parametrize("state", ["withdrawn", "unlisted"])
def test_a_record_that_was_gone_and_stands_at_the_new_host_has_returned(crawls: Crawls, state: str) -> None:
    write(crawls.path, [("UPDATE records SET state = ? WHERE portal = 'p' AND url = ?", (state, url(3)))])
    crawls.portal = AT_NEW_HOST
    crawls.run(listed(*map(row_there, range(1, 6)), catalog=there(PLANS)))
    change(crawls.path, [MOVE])
    sql = (
        "SELECT e.kind, e.detail ->> '$.was' AS was, r.state FROM events e JOIN records r ON r.id = e.record_id "
        "WHERE e.crawl_id = ? ORDER BY e.id"
    )
    (last,) = rows(crawls.path, "SELECT max(id) AS id FROM crawls")
    assert rows(crawls.path, sql, last["id"]) == [{"kind": "returned", "was": state, "state": "listed"}]


# --- renamed ---


def test_what_is_withheld_held_back_and_set_goes_by_the_new_id(crawls: Crawls) -> None:
    third, own = of_portal(crawls.path, "p")["records"][2:4]
    withhold(crawls.path, crawls.path.with_name("a.evidence.db"), "样本", AT, records=[str(third["id"])])
    held = "INSERT INTO rosters (record_id, source, key, persons, state, at) VALUES (?, '', ?, 9, 'kept', '')"
    values = [("INSERT INTO settings VALUES (?, ?)", (f"{name}:p", "样本")) for name in ("parser", "moved")]
    write(crawls.path, [(held, (own["id"], f"p {own['url']}")), *values])
    change(crawls.path, [Change("p", RENAMED, AT, after="pp")])
    with closing(open_up_to_date(crawls.path)) as connection:
        assert [is_key_withheld(connection, portal, url(3)) for portal in ("p", "pp")] == [False, True]
    assert rows(crawls.path, "SELECT key FROM rosters") == [{"key": f"pp {own['url']}"}]
    assert settings(crawls.path, "parser", "moved") == {"parser:pp": "样本", "moved:pp": "样本"}


def test_a_portal_whose_id_begins_alike_keeps_its_own(crawls: Crawls) -> None:
    crawls.portal = replace(PORTAL, id="p2")
    crawls.run(listed(row(1)))
    ids = {portal: str(of_portal(crawls.path, portal)["records"][0]["id"]) for portal in ("p", "p2")}
    withhold(crawls.path, crawls.path.with_name("a.evidence.db"), "样本", AT, records=[*ids.values()])
    change(crawls.path, [Change("p", RENAMED, AT, after="new")])
    keys = rows(crawls.path, "SELECT key FROM withheld WHERE target = 'record' ORDER BY key")
    assert [each["key"] for each in keys] == [f"new {url(1)}", f"p2 {url(1)}"]


def test_what_a_row_leads_to_moves_too(crawls: Crawls) -> None:
    (record,) = rows(crawls.path, "SELECT id FROM records WHERE portal = 'p' AND url = ?", url(1))
    write(crawls.path, [("UPDATE listings SET link = ? WHERE record_id = ?", (url(1), record["id"]))])
    change(crawls.path, [MOVE])
    links = rows(crawls.path, "SELECT DISTINCT link FROM listings WHERE record_id = ?", record["id"])
    assert links == [{"link": there(url(1))}]


def test_a_portal_that_was_renamed_since_has_its_moves(crawls: Crawls) -> None:
    change(crawls.path, [MOVE])
    change(crawls.path, [Change("p", RENAMED, AT, after="new")])
    with closing(open_up_to_date(crawls.path)) as connection:
        assert Moves.of(connection, "new").address(url(1)) == there(url(1))
        assert Moves.of(connection, "q").address(url(1)) == url(1)


# --- removed ---


def test_a_neighbour_stays_as_it_is_where_a_portal_is_removed(crawls: Crawls) -> None:
    before = of_portal(crawls.path, "q")
    crawls_before = rows(crawls.path, "SELECT id FROM crawls WHERE portal = 'p'")
    write(crawls.path, [("INSERT INTO settings VALUES (?, '样本')", (f"{each}:{portal}",)) for each in ("parser", "moved") for portal in "pq"])  # fmt: skip
    change(crawls.path, [Change("p", REMOVED, AT)])
    assert of_portal(crawls.path, "q") == before
    assert not any(of_portal(crawls.path, "p").values())
    assert set(settings(crawls.path, "parser", "moved")) == {"parser:q", "moved:q"}
    with closing(open_up_to_date(crawls.path)) as connection:
        assert removed_crawls(connection) == {each["id"] for each in crawls_before}


def test_no_byte_of_a_removed_portal_is_left(crawls: Crawls) -> None:
    words = "样本独有之字句"
    write(
        crawls.path,
        [
            (
                "UPDATE versions SET changed = json_array(?) WHERE record_id IN (SELECT id FROM records WHERE portal = 'p')",
                (words * 999,),
            )
        ],
    )
    assert words.encode() in crawls.path.read_bytes()
    change(crawls.path, [Change("p", REMOVED, AT)])
    assert words.encode() not in crawls.path.read_bytes()
    assert rows(crawls.path, "PRAGMA freelist_count") == [{"freelist_count": 0}], "nor a page that held one"


def test_no_number_of_a_removed_portal_is_given_again(crawls: Crawls) -> None:
    last = {name: rows(crawls.path, f"SELECT max(id) AS id FROM {name}")[0]["id"] for name in ("crawls", "records", "events")}  # fmt: skip
    change(crawls.path, [Change("p", REMOVED, AT)])
    crawls.run(listed(*map(row, range(1, 6))))
    for name, number in last.items():
        of_portal_alone = (
            "crawl_id IN (SELECT id FROM crawls WHERE portal = 'p')" if name == "events" else "portal = 'p'"
        )
        first = rows(crawls.path, f"SELECT min(id) AS id FROM {name} WHERE {of_portal_alone}")
        assert first == [{"id": int(str(number)) + 1}], name


def test_a_dry_run_changes_no_row(crawls: Crawls) -> None:
    before = contents(crawls.path)
    for kind in (MOVE, Change("p", RENAMED, AT, after="new"), Change("p", REMOVED, AT)):
        change(crawls.path, [kind], dry_run=True)
    assert contents(crawls.path) == before
