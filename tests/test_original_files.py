"""Exports of originals: which captures prove what, files that the packages' own checkers accept, errors in one line."""

import sqlite3
import zipfile
from argparse import Namespace
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from archive.database.connection import ArchiveError, open_for_reading
from archive.evidence.evidence_reader import beside
from archive.evidence.evidence_store import Evidence
from archive.evidence.http_exchange import EvidenceError
from archive.export.original_files import Exported, captures_of_crawl, captures_of_portal, captures_of_record, export
from archive.ingest.store import Store
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.model.observations import (
    AttachmentFile,
    Capture,
    LinkedFile,
    ListPage,
    MissingPage,
    Observation,
    Paging,
    RecordPage,
    Row,
)
from tests.exchanges import exchange
from tests.test_check import copied
from tests.test_store import BUDGETS, DAY, PLANS, PORTAL

PAGE, FILE = "http://p.example/%E5%BD%95.html", "http://p.example/a.pdf"
LINK = "http://p.example/录.html"  # as the row prints it


class County:
    """Crawls written straight into an archive: the pages of one record, each sealed."""

    def __init__(self, db: Path) -> None:
        self.db = db
        self.evidence = Evidence(beside(db))

    def crawl(self, day: int, *seen: tuple[str, int, Observation | None]) -> list[int]:
        """A crawl that meets pages: address, status, what it says; their numbers."""
        store = Store(self.db)
        store.begin(PORTAL, "full", DAY.format(day))
        numbers = []
        for url, status, observation in seen:
            made = exchange(day, url=url, status=status, crawl_id=store.crawl_id, portal="p")
            made = replace(made, payload=b"" if status == 304 else made.payload + url.encode() + bytes([day]))
            if status == 304:  # what day 1 gave is still so
                made = replace(made, request_headers=(*made.request_headers, ("If-None-Match", '"sample-1"')))
            (kept,) = self.evidence.add_many([made])
            outcome = {200: "page", 304: "not_modified"}.get(status, "gone")
            capture = Capture(kept.id, url, made.fetched_at, status, outcome, kept.sha256, kept.bytes, None, None)
            observations = [] if observation is None else [replace(observation, capture=kept.id)]  # type: ignore[call-arg]
            store.write(observations, DAY.format(day), [capture])
            numbers.append(kept.id)
        store.missing(DAY.format(day))
        store.finish("finished", DAY.format(day))
        store.close()
        return numbers


def row(title: str = "样本文件", **redacted: int) -> Row:
    return Row({"title": title}, {"标题": title}, url=LINK, key=PAGE, redacted=redacted)


def listed(*rows: Row, catalog: str = PLANS) -> ListPage:
    return ListPage(rows, Paging(1), catalog_url=catalog, last=True)


OTHER = Row({"title": "样本之二"}, {}, key="http://p.example/2.html", redacted={"phone": 4})
OWN = RecordPage(
    {}, {}, url=PAGE, body="样本正文", cut=False, attachments=(LinkedFile("样本", FILE),), redacted={"phone": 2}
)
EDITED = replace(OWN, body="样本正文，改过")
ATTACHED = AttachmentFile(PAGE, "样本", FILE, "0" * 64, 1, None, "样本", "text", redacted={"phone": 1})
GONE = MissingPage(LINK, "gone", "answered 404")
OTHERS_PAGE = ("http://p.example/2.html", 200, None)


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "a.db"


@pytest.fixture
def county(db: Path) -> County:
    """Day 1: listed, read, its file had. Day 2: nothing is new. Day 3: edited. Day 4: gone, and its page asked."""
    made = County(db)
    made.crawl(1, (PLANS, 200, listed(row())), (LINK, 200, OWN), (FILE, 200, ATTACHED), (BUDGETS, 200, listed(OTHER, catalog=BUDGETS)), OTHERS_PAGE)  # fmt: skip
    made.crawl(2, (PLANS, 304, listed(row())), (LINK, 304, None), (BUDGETS, 304, listed(OTHER, catalog=BUDGETS)))
    made.crawl(3, (PLANS, 200, listed(row(phone=3))), (LINK, 200, EDITED), OTHERS_PAGE)
    made.crawl(4, (PLANS, 200, listed(OTHER)), (LINK, 404, GONE), (BUDGETS, 200, listed(OTHER, catalog=BUDGETS)))
    return made


def shown(db: Path, ids: list[int]) -> list[tuple[int, str, int]]:
    """The captures by crawl, address and status."""
    with closing(sqlite3.connect(db)) as connection:
        rows = [
            connection.execute("SELECT crawl_id, url, status FROM captures WHERE id = ?", (i,)).fetchone() for i in ids
        ]
    return [tuple(each) for each in rows]


def targets(warc: Path | Any) -> list[tuple[str, str]]:
    """(kind, address) of each record but the requests."""
    with warc.open("rb") as file:
        records = [
            (record.rec_type, record.rec_headers.get_header("WARC-Target-URI")) for record in ArchiveIterator(file)
        ]
    return [(kind, url) for kind, url in records if kind not in {"request", "warcinfo"}]


def is_sound(warc: Path) -> bool:
    """Whether `warcio check` finds every digest right."""
    checker = Checker(Namespace(inputs=[str(warc)], verbose=False))
    checker.process_all()
    return checker.exit_value == 0


def test_a_record_s_captures_prove_its_whole_life(county: County) -> None:
    with closing(open_for_reading(county.db)) as connection:
        (state,) = connection.execute("SELECT state FROM records WHERE id = 1").fetchone()
        ids = captures_of_record(connection, 1)
    assert state == "withdrawn"
    assert shown(county.db, ids) == [
        (1, PLANS, 200),
        (1, LINK, 200),
        (1, FILE, 200),
        (2, LINK, 304),
        (3, LINK, 200),
        (4, PLANS, 200),
        (4, LINK, 404),
    ]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET before_capture_id = 5 WHERE record_id = 1 AND kind = 'changed'",
        "UPDATE events SET after_capture_id = 5 WHERE record_id = 1 AND kind = 'changed'",
        "UPDATE versions SET capture_id = 5 WHERE record_id = 1 AND number = 2",
        "UPDATE records SET capture_id = 5 WHERE id = 1",
    ],
)
def test_whatever_of_a_record_names_a_capture_shows_it(county: County, statement: str) -> None:
    with closing(sqlite3.connect(county.db)) as connection, connection:
        before = captures_of_record(connection, 1)
        assert connection.execute(statement).rowcount == 1
        assert {*captures_of_record(connection, 1)} - {*before} == {5}


@pytest.mark.parametrize("end", ["from", "to"])
def test_what_stands_at_either_end_of_a_move_is_a_record_s(county: County, end: str) -> None:
    moved = "INSERT INTO events (record_id, kind, at, crawl_id, detail) VALUES (1, 'moved', ?, 4, json_object(?, ?))"
    with closing(sqlite3.connect(county.db)) as connection, connection:
        before = captures_of_record(connection, 1)
        connection.execute(moved, (DAY.format(4), end, OTHERS_PAGE[0]))
        added = sorted({*captures_of_record(connection, 1)} - {*before})
    assert shown(county.db, added) == [(1, OTHERS_PAGE[0], 200), (3, OTHERS_PAGE[0], 200)]


def test_after_a_move_of_its_portal_a_file_s_captures_at_the_former_host_are_a_record_s(county: County) -> None:
    with closing(sqlite3.connect(county.db)) as connection, connection:
        before = captures_of_record(connection, 1)
        move = "INSERT INTO portal_changes (portal, kind, at, before, after) VALUES ('p', 'moved', ?, 'p.example', 'http://q.example')"
        connection.execute(move, (DAY.format(5),))
        for table, column in (("records", "url"), ("listings", "link"), ("attachments", "url")):
            connection.execute(f"UPDATE {table} SET {column} = replace({column}, 'p.example', 'q.example')")
        connection.execute("UPDATE attachments SET capture_id = NULL")
        assert captures_of_record(connection, 1) == before


def test_what_is_held_back_is_not_exported(county: County, tmp_path: Path) -> None:
    held = (
        "INSERT INTO rosters (record_id, source, key, persons, state, at) VALUES (1, '', 'p ' || ?, 9, 'waiting', '')"
    )
    with closing(sqlite3.connect(county.db)) as connection, connection:
        connection.execute(held, (PAGE,))
    out = tmp_path / "x.warc.gz"
    export(county.db, beside(county.db), out, "warc", record=1)
    assert {url for _, url in targets(out)} == {PLANS, FILE}
    with closing(sqlite3.connect(county.db)) as connection, connection:
        connection.execute("UPDATE rosters SET state = 'released'")
    export(county.db, beside(county.db), out, "warc", record=1)
    assert {url for _, url in targets(out)} == {PLANS, FILE, PAGE}


def test_crawls_and_portals(county: County) -> None:
    with closing(open_for_reading(county.db)) as connection:
        assert shown(county.db, captures_of_crawl(connection, 2)) == [
            (2, PLANS, 304),
            (2, LINK, 304),
            (2, BUDGETS, 304),
        ]
        assert captures_of_portal(connection, "p") == list(range(1, 15))
        assert captures_of_portal(connection, "q") == []


def test_another_portals_captures_are_not_exported(county: County, tmp_path: Path) -> None:
    """Two portals may print the same address; what a portal, a crawl or a record shows is its own all the same."""
    store = Store(county.db)
    store.begin(replace(PORTAL, id="q"), "full", DAY.format(5))
    made = exchange(5, url=BUDGETS, crawl_id=store.crawl_id, portal="q")
    (kept,) = county.evidence.add_many([made])
    capture = Capture(kept.id, BUDGETS, made.fetched_at, 200, "page", kept.sha256, kept.bytes, None, None)
    store.write([replace(listed(OTHER, catalog=BUDGETS), capture=kept.id)], DAY.format(5), [capture])
    store.finish("finished", DAY.format(5))
    store.close()
    with closing(open_for_reading(county.db)) as connection:
        assert captures_of_portal(connection, "q") == [15]
        assert captures_of_crawl(connection, 5) == [15]
        assert captures_of_portal(connection, "p") == list(range(1, 15))
    for chosen, captures in (({"portal": "q"}, 1), ({"crawl": 5}, 1), ({"portal": "p"}, 14), ({"capture": 15}, 1)):
        done = export(county.db, beside(county.db), tmp_path / "x.warc.gz", "warc", **chosen)  # type: ignore[arg-type]
        assert done.captures == captures


def test_a_not_modified_confirms_a_page_and_no_refusal(county: County, tmp_path: Path) -> None:
    """Between the page and the "not modified" a crawl was blocked with status 200; what is confirmed is the page."""
    url = "http://p.example/3.html"
    (shown,) = county.crawl(5, (url, 200, None))
    county.crawl(6, (url, 200, None))
    (confirming,) = county.crawl(7, (url, 304, None))
    county.crawl(8, (url, 200, None))
    with closing(sqlite3.connect(county.db)) as connection, connection:
        connection.execute("UPDATE captures SET outcome = 'blocked' WHERE crawl_id = 6")
    out = tmp_path / "x.warc.gz"
    assert export(county.db, beside(county.db), out, "warc", capture=confirming).captures == 2
    with closing(sqlite3.connect(county.db)) as connection:
        (fetched,) = connection.execute("SELECT fetched_at FROM captures WHERE id = ?", (shown,)).fetchone()
    with out.open("rb") as file:
        dates = [record.rec_headers.get_header("WARC-Date") for record in ArchiveIterator(file)]
    assert fetched in dates


def test_what_was_confirmed_goes_with_a_not_modified(county: County, tmp_path: Path) -> None:
    out = tmp_path / "crawl.warc.gz"
    assert export(county.db, beside(county.db), out, "warc", crawl=2).captures == 6
    assert sorted(targets(out)) == sorted(
        [(kind, url) for kind in ("response", "revisit") for url in (PLANS, PAGE, BUDGETS)]
    )
    assert is_sound(out)


def test_numbers_masked_in_what_is_shown_are_told(county: County, tmp_path: Path) -> None:
    def masked(**chosen: Any) -> int:
        return export(county.db, beside(county.db), tmp_path / "x.warc.gz", "warc", **chosen).masked

    assert (
        masked(record=1) == 3 + 2 + 1 + 4 + 4
    )  # the walk that proves it gone shows the other record, which is listed twice
    assert masked(crawl=2) == masked(portal="p") == 14
    county.crawl(5, ("http://p.example/robots.txt", 200, None))
    assert masked(crawl=5) == 0


def test_a_record_of_a_crawled_portal(sample_archive: Path, tmp_path: Path) -> None:
    db = copied(sample_archive, tmp_path)
    with closing(open_for_reading(db)) as connection:
        record, url, listed_on = connection.execute(
            "SELECT r.id, r.url, (SELECT c.url FROM captures c JOIN readings t ON t.capture_id = c.id "
            "WHERE t.record_id = r.id AND t.catalog_id > 0) FROM records r WHERE r.body IS NOT NULL ORDER BY r.id"
        ).fetchone()
    out, wacz = tmp_path / "one.warc.gz", tmp_path / "one.wacz"
    done = export(db, beside(db), out, "warc", record=record)
    assert {("response", url), ("response", listed_on)} <= set(targets(out))
    assert done.captures == len(targets(out))
    assert is_sound(out)
    assert export(db, beside(db), wacz, "wacz", record=url) == done
    with zipfile.ZipFile(wacz) as packed:
        assert packed.testzip() is None
        (inside,) = zipfile.Path(packed, "archive/").iterdir()
        assert inside.read_bytes()
    assert sorted(each.name for each in tmp_path.iterdir() if "one" in each.name) == ["one.wacz", "one.warc.gz"]


def test_a_record_is_named_by_id_or_address(county: County, tmp_path: Path) -> None:
    with closing(open_up_to_date(county.db)) as connection:
        connection.execute(
            "INSERT INTO events (record_id, kind, at, crawl_id, detail) VALUES (1, 'moved', '', 4, ?)",
            ('{"from": "http://p.example/old.html", "to": "' + PAGE + '"}',),
        )
    for name in (1, "1", PAGE, LINK, "http://p.example/old.html"):
        assert export(county.db, beside(county.db), tmp_path / "x.warc.gz", "warc", record=name) == Exported(7, 14)


@pytest.mark.parametrize(
    ("chosen", "told"),
    [
        ({}, "choose one thing"),
        ({"crawl": 1, "portal": "p"}, "choose one thing"),
        ({"record": 99}, "there is no record 99"),
        ({"record": "http://p.example/none"}, "there is no record http://p.example/none"),
        ({"crawl": 99}, "there is no crawl 99"),
        ({"portal": "q"}, "there is no portal q in the archive; it has p"),
        ({"crawl": 5}, "no originals of crawl 5"),
    ],
)
def test_nothing_to_export_is_one_line(county: County, tmp_path: Path, chosen: dict[str, Any], told: str) -> None:
    county.crawl(5)
    out = tmp_path / "x.warc.gz"
    with pytest.raises(ArchiveError, match=told):
        export(county.db, beside(county.db), out, "warc", **chosen)
    assert not out.exists()


def test_an_address_on_two_portals_asks_for_the_id(county: County, tmp_path: Path) -> None:
    store = Store(county.db)
    store.begin(replace(PORTAL, id="q"), "full", DAY.format(5))
    store.write([listed(row())], DAY.format(5))
    store.finish("finished", DAY.format(5))
    store.close()
    with pytest.raises(ArchiveError, match=r"address of several records: name one, 1, 3"):
        export(county.db, beside(county.db), tmp_path / "x.warc.gz", "warc", record=PAGE)


@pytest.mark.parametrize("form", ["warc", "wacz"])
def test_a_damaged_original_is_named_and_nothing_is_left(county: County, tmp_path: Path, form: Any) -> None:
    evidence, out = beside(county.db), tmp_path / "out" / "x.wacz"
    out.parent.mkdir()
    out.write_text("an earlier export")
    county.evidence.close()
    with closing(sqlite3.connect(evidence)) as connection:
        connection.execute("UPDATE payloads SET stored = x'00', bytes = 1 WHERE id = 2")
        connection.commit()
    with pytest.raises(EvidenceError, match=r"nothing was written: capture 2: payload [0-9a-f]{64} is no longer"):
        export(county.db, evidence, out, form, record=1)
    assert [each.read_text() for each in out.parent.iterdir()] == ["an earlier export"]


def test_no_evidence_no_archive_no_folder(county: County, tmp_path: Path) -> None:
    evidence, out = beside(county.db), tmp_path / "x.warc.gz"
    with pytest.raises(ArchiveError, match="cannot write"):
        export(county.db, evidence, tmp_path / "none" / "x.warc.gz", "warc", record=1)
    with pytest.raises(ArchiveError, match="there is no archive"):
        export(tmp_path / "none.db", evidence, out, "warc", record=1)
    with pytest.raises(EvidenceError, match="there is no evidence file"):
        export(county.db, tmp_path / "none.evidence.db", out, "warc", record=1)
    assert not (tmp_path / "none.evidence.db").exists()
