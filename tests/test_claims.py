"""Sentences in the archive: read over a crawl, out of pages and files, again when they change, and never out of what is doubted."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from archive.analysis import claim_reader
from archive.database.connection import transaction
from archive.maintenance.bring_up_to_date import open_up_to_date
from tests.conftest import Answer, Site, crawl, disclosures, portal_file, rows
from tests.files import docx, word
from tests.test_budget_archive import LIST, listed, page

AGREES = "样本支出110万元，比上年增加10万元，增长10%。"
DIFFERS = "样本支出110万元，比上年增加10万元，增长100%。"
OPEN = "SELECT c.*, k.*, c.place AS begins, k.place AS stands FROM claims c JOIN claim_checks k ON k.claim_id = c.id ORDER BY c.record_id, c.id, k.place"


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of a page with a sentence that agrees, and one whose file has one that does not after the second crawl."""
    folder = tmp_path_factory.mktemp("claims")
    db = folder / "a.db"

    def letter(text: str) -> Answer:
        return Answer(docx(word("样本正文，仅供测试。") + word(text)), "application/octet-stream")

    served: dict[str, Answer | str] = {
        LIST: listed("样本局情况说明", "样本局情况说明（附件）"),
        "/zwgk/d/1.html": page(f"<p>样本正文，仅供测试。</p><p>{AGREES}</p>"),
        "/zwgk/d/2.html": page('<p>样本正文，仅供测试。</p><a href="../f/a.docx">样本附件.docx</a>'),
        "/zwgk/f/a.docx": letter(AGREES),
    }
    with Site(served) as site:
        portal = portal_file(folder, site.url, ("notice", "公告", LIST))
        assert crawl(portal, db).returncode == 0
        site.answers["/zwgk/f/a.docx"] = letter(DIFFERS)
        crawl(portal, db, "--mode", "full")
    return db


def test_sentences_of_pages_and_files_lead_to_where_they_stand(crawled: Path) -> None:
    own, of_file = rows(crawled, OPEN)
    assert (own["sentence"], own["holds"], own["attachment_id"]) == (AGREES.strip("。"), 1, None)
    assert (of_file["printed"], of_file["fitting"], of_file["holds"]) == ("100%", "10%", 0)
    assert of_file["equation"] == "100% = 10 ÷ (110 − 10)"
    (record,) = rows(crawled, "SELECT body, capture_id FROM records WHERE id = ?", own["record_id"])
    (file,) = rows(crawled, "SELECT text, capture_id FROM attachments WHERE id = ?", of_file["attachment_id"])
    for claim, text, capture_id in (
        (own, record["body"], record["capture_id"]),
        (of_file, file["text"], file["capture_id"]),
    ):
        assert str(text)[claim["begins"] :].startswith("样本支出")  # type: ignore[index]
        assert str(text)[claim["stands"] :].startswith(str(claim["printed"]))  # type: ignore[index]
        assert claim["capture_id"] == capture_id


def test_what_is_withheld_states_nothing_until_that_is_lifted(crawled: Path) -> None:
    record_id = rows(crawled, OPEN)[0]["record_id"]
    assert disclosures("withhold", str(record_id), "--reason", "样本", "--db", crawled).returncode == 0
    (other,) = rows(crawled, OPEN)
    assert other["record_id"] != record_id
    assert disclosures("withhold", str(record_id), "--lift", "--db", crawled).returncode == 0
    assert len(rows(crawled, OPEN)) == 2


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(open_up_to_date(tmp_path / "a.db")) as connection:
        connection.execute("INSERT INTO portals (id, name, division_code, home) VALUES ('a', '样本县', '640399', '')")
        connection.execute(
            "INSERT INTO records (portal, kind, title, url, body, first_seen, last_seen) VALUES ('a', 'budget', '样本', 'a', ?, '', '')",
            (DIFFERS,),
        )
        connection.execute(
            "INSERT INTO attachments (record_id, name, url, text, state) VALUES (1, '样本', 'b', ?, 'text')", (DIFFERS,)
        )
        yield connection


def sources(archive: sqlite3.Connection) -> list[int | None]:
    """The files in which sentences stand, None for a record's own text, after those noted are read again."""
    with transaction(archive):
        claim_reader.catch_up(archive)
    return [row[0] for row in archive.execute("SELECT attachment_id FROM claims ORDER BY attachment_id")]


def test_whatever_changes_a_text_it_is_read_again(archive: sqlite3.Connection) -> None:
    assert sources(archive) == [None, 1]
    archive.execute("UPDATE records SET body = '样本'")
    assert sources(archive) == [1]
    archive.execute("UPDATE attachments SET text = '样本'")
    assert sources(archive) == []
    archive.execute("UPDATE attachments SET text = ?", (AGREES,))
    assert sources(archive) == [1]
    assert archive.execute("SELECT holds FROM claim_checks").fetchall() == [(1,)]
    archive.execute("DELETE FROM attachments")
    assert sources(archive) == []
    assert archive.execute("SELECT count(*) FROM claim_checks").fetchone() == (0,)


def test_nothing_is_read_twice_and_all_again_by_another_version(
    archive: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sources(archive) == [None, 1]
    archive.execute("DELETE FROM claims")
    assert sources(archive) == []
    monkeypatch.setattr(claim_reader, "VERSION", "another")
    assert sources(archive) == [None, 1]


def test_what_text_recognition_read_accuses_nobody(archive: sqlite3.Connection) -> None:
    archive.execute("UPDATE attachments SET state = 'ocr'")
    assert sources(archive) == [None]


@pytest.mark.parametrize(
    "flag", ["page_cut", "read_in_doubt", "row_not_read", "ocr_suspect", "personal_link", "body_overlong"]
)
def test_doubted_texts_accuse_nobody(archive: sqlite3.Connection, flag: str) -> None:
    assert sources(archive) == [None, 1]
    archive.execute("UPDATE records SET flags = json_array('date_differs', ?)", (flag,))
    assert sources(archive) == []
    archive.execute("UPDATE records SET flags = '[]'")
    assert sources(archive) == [None, 1]


def test_withheld_records_and_files_state_nothing(archive: sqlite3.Connection) -> None:
    assert sources(archive) == [None, 1]
    archive.execute("UPDATE attachments SET state = 'withheld', text = NULL")
    assert sources(archive) == [None]
    archive.execute("UPDATE records SET state = 'withheld'")
    assert sources(archive) == []
