"""Which captures are read again, and what is noted of it, straight on a small archive with its originals."""

import json
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner

from archive.evidence.evidence_store import Evidence
from archive.evidence.http_exchange import Exchange
from archive.ingest.store import Store
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.maintenance.withholding import withhold
from archive.model.observations import AttachmentFile, Capture, LinkedFile, PortalOfFile
from crawler.cli.main import main
from crawler.spiders import reparse as rereading
from crawler.spiders.reparse import is_read_by_today, reparse, versions
from tests.conftest import empty_archive, rows
from tests.exchanges import exchange
from tests.test_absence_proof import NEIGHBOUR
from tests.test_store import DAY, PLANS, PORTAL, listed, page, row

FILE = "http://p.example/1.txt"
BODY = "样本正文，仅供测试，共若干字，都由本项目自己写成。"


def html(number: int) -> bytes:
    link = f'<p><a href="{FILE}">样本附件.txt</a></p>' if number == 1 else ""
    return f'<html><body><h1>样本文件之{number}</h1><div class="TRS_Editor"><p>{BODY}</p>{link}</div></body></html>'.encode()


class Archive:
    """An archive whose records were read by an earlier parser: their texts are other than the pages say."""

    def __init__(self, db: Path) -> None:
        self.db, self.evidence = empty_archive(db), db.with_name("a.evidence.db")

    def crawl(self, *answers: tuple[str, bytes], portal: PortalOfFile = PORTAL, status: int = 200) -> list[int]:
        """A crawl of two records that got these answers besides the pages; the numbers of their captures."""
        pages = [(PLANS, b"<html><body></body></html>"), *((page(n).url, html(n)) for n in (1, 2)), *answers]
        with closing(Evidence(self.evidence)) as evidence:
            kept = evidence.add_many(self._exchange(url, payload, portal) for url, payload in pages)
        captures = [
            Capture(stored.id, url, DAY.format(1), status if place > 2 else 200, "page", stored.sha256, 1, None, None)
            for place, (stored, (url, _)) in enumerate(zip(kept, pages, strict=True))
        ]
        list_page, first, second, *others = (stored.id for stored in kept)
        own = replace(page(1), attachments=(LinkedFile("样本附件.txt", FILE),), capture=first)
        seen = [replace(listed(row(1), row(2)), capture=list_page), own, replace(page(2), capture=second)]
        with closing(Store(self.db)) as store:
            store.begin(portal, "full", DAY.format(1))
            store.write(seen, DAY.format(1), captures)
            store.finish("finished", DAY.format(1))
        return others

    def _exchange(self, url: str, payload: bytes, portal: PortalOfFile) -> Exchange:
        return exchange(
            1,
            url=url,
            payload=payload,
            portal=portal.id,
            response_headers=(("Content-Type", "text/html; charset=utf-8"),),
        )

    def reparse(self, records: list[int] | None = None) -> None:
        reparse(self.db, self.evidence, "p", memory_mb=1, records=records)

    def write(self, sql: str, *values: object) -> None:
        with closing(open_up_to_date(self.db)) as connection, connection:
            connection.execute(sql, values)

    def texts(self) -> list[object]:
        return [each["body"] for each in rows(self.db, "SELECT body FROM records WHERE portal = 'p' ORDER BY id")]

    def file(self) -> tuple[object, object]:
        (found,) = rows(
            self.db, "SELECT a.state, a.text FROM attachments a JOIN records r ON r.id = record_id WHERE portal = 'p'"
        )
        return found["state"], found["text"]


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Archive:
    def read(_: object, file: AttachmentFile, data: bytes) -> AttachmentFile:
        return replace(file, sha256=sha256(data).hexdigest(), bytes=len(data), text=data.decode(), state="text")

    monkeypatch.setattr(rereading.FileReader, "read", read)
    return Archive(tmp_path / "a.db")


def test_some_records_alone_may_be_read_again_and_the_others_are_still_to_be(archive: Archive) -> None:
    archive.crawl()
    first, second = (int(str(each["id"])) for each in rows(archive.db, "SELECT id FROM records ORDER BY id"))
    archive.reparse([second])
    assert archive.texts() == ["样本正文", BODY]
    assert is_read_by_today(archive.db, "p") is None
    archive.reparse()
    assert [str(text).startswith(BODY) for text in archive.texts()] == [True, True]
    assert is_read_by_today(archive.db, "p") is True
    causes = "SELECT record_id, cause FROM versions WHERE number > 1 ORDER BY record_id"
    assert rows(archive.db, causes) == [{"record_id": each, "cause": "parser"} for each in (first, second)]
    assert rows(archive.db, "SELECT DISTINCT kind FROM events") == [{"kind": "added"}]


@pytest.mark.parametrize(
    ("read_by", "families", "is_today"),
    [
        (versions(), ["trs"], True),
        (versions() | {"reading": 0}, ["trs"], False),
        (versions() | {"trs": 0}, ["trs"], False),
        (versions() | {"trs": 0}, ["plain", "trs"], False),
        (versions() | {"trs": 0}, ["plain"], True),
        (versions() | {"of_before": 1}, ["of_before"], True),
        ({"reading": versions()["reading"]}, ["trs"], True),
    ],
)
def test_only_the_families_of_a_portals_own_lists_count(
    archive: Archive, read_by: dict[str, int], families: list[str], is_today: bool
) -> None:
    archive.crawl()
    for place, family in enumerate(families, 1):
        archive.write("UPDATE catalogs SET family = ? WHERE portal = 'p' AND id = ?", family, place)
    archive.write("INSERT INTO settings VALUES ('parser:p', ?)", json.dumps(read_by))
    archive.write("INSERT INTO settings VALUES ('parser:q', '{}')")
    assert is_read_by_today(archive.db, "p") is is_today


def test_a_file_that_is_pending_is_read_from_what_its_address_gave_last(archive: Archive) -> None:
    archive.crawl((FILE, "样本附件甲".encode()))
    archive.crawl((FILE, "样本附件乙".encode()))
    assert archive.file() == ("pending", None)
    archive.reparse()
    assert archive.file() == ("text", "样本附件乙")


@pytest.mark.parametrize(("status", "portal"), [(404, PORTAL), (206, PORTAL), (200, NEIGHBOUR)])
def test_no_fault_and_no_other_portals_answer_is_taken_for_a_file(
    archive: Archive, status: int, portal: PortalOfFile
) -> None:
    archive.crawl()
    archive.crawl((FILE, "样本附件".encode()), status=status, portal=portal)
    archive.reparse()
    assert archive.file() == ("pending", None)


def test_a_file_that_was_had_is_read_from_the_capture_that_holds_it(archive: Archive) -> None:
    (number,) = archive.crawl((FILE, "样本附件甲".encode()))
    archive.crawl((FILE, "样本附件乙".encode()))
    had = "UPDATE attachments SET state = 'failed', sha256 = 'x', capture_id = ?"
    archive.write(had, number)
    archive.reparse()
    assert archive.file() == ("text", "样本附件甲")


def test_a_file_that_is_linked_no_more_is_not_read_again(archive: Archive) -> None:
    (number,) = archive.crawl(("http://p.example/2.txt", "样本附件".encode()))
    unlinked = "INSERT INTO attachments (record_id, name, url, state, sha256, capture_id) VALUES (2, '样本', 'http://p.example/2.txt', 'unlinked', 'x', ?)"
    archive.write(unlinked, number)
    archive.reparse()
    assert rows(archive.db, "SELECT state, text FROM attachments WHERE record_id = 2") == [
        {"state": "unlinked", "text": None}
    ]


def test_a_withheld_file_stays_empty(archive: Archive) -> None:
    (number,) = archive.crawl((FILE, "样本附件".encode()))
    (file,) = rows(archive.db, "SELECT id FROM attachments")
    withhold(archive.db, archive.evidence, "样本", DAY.format(2), files=[int(str(file["id"]))])
    archive.write("UPDATE attachments SET sha256 = 'x', capture_id = ?", number)
    archive.reparse()
    assert archive.file() == ("withheld", None)


def test_a_withheld_record_stays_empty(archive: Archive) -> None:
    archive.crawl()
    withhold(archive.db, archive.evidence, "样本", DAY.format(2), records=["1"])
    archive.reparse()
    assert archive.texts() == [None, BODY]


def test_whichever_portal_has_an_original_that_cannot_be_read_it_needs_attention(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = empty_archive(tmp_path / "a.db")
    with closing(sqlite3.connect(db)) as connection, connection:
        connection.execute(
            "INSERT INTO portals (id, name, division_code, home) VALUES ('a', '', '', ''), ('b', '', '', '')"
        )
    monkeypatch.setattr(rereading, "reparse", lambda *named, ocr: Counter(unreadable=int(named[-1] == "a")))
    done = CliRunner().invoke(main, ["reparse", "--db", str(db)])
    assert (done.exit_code, ["unreadable" in line for line in done.stdout.splitlines()]) == (1, [True, False])
    assert CliRunner().invoke(main, ["reparse", "b", "--db", str(db)]).exit_code == 0
