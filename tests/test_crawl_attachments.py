"""Files that records link to, fetched over real HTTP: their text, their state, and what becomes of bad ones."""

import gzip
import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.conftest import Answer, Site, crawl, disclosures, portal_file, redirect, rows
from tests.files import PNG, TABLE, WHOLE, docx, text_cell, word, word_table, xlsx, zipped
from tests.test_attachment_text import FIXTURES, without_blank_lines

LIST = "/zwgk/list.html"
TEXT = "样本附件：本项目自写的测试文字，编号之"


def cells(*lines: str) -> str:
    rows_of = (
        f"<row>{''.join(text_cell(f'{chr(65 + place)}{number}', cell) for place, cell in enumerate(line.split(chr(9))))}</row>"
        for number, line in enumerate(lines, 1)
    )
    return "".join(rows_of)


GOOD: dict[str, tuple[bytes, str]] = {
    "a.docx": (docx(word(TEXT + "docx") + word_table(TABLE)), f"{TEXT}docx\n{TABLE}"),
    "a.xlsx": (xlsx(cells(TEXT + "xlsx", *TABLE.split("\n"))), f"{TEXT}xlsx\n{TABLE}"),
    "a.txt": (f"{TEXT}txt".encode("gb18030"), f"{TEXT}txt"),
    "download.jsp?f=a.htm": (f"<html><body><p>{TEXT}htm</p></body></html>".encode(), f"{TEXT}htm"),
    "a.zip": (zipped({"甲.txt": f"{TEXT}zip".encode()}), f"{TEXT}zip"),
    "a.pdf": ((FIXTURES / "sample.pdf").read_bytes(), WHOLE.replace("\t", " ")),
    "a.xls": ((FIXTURES / "sample.xls").read_bytes(), ""),
}
BAD: dict[str, tuple[Answer | Callable[[], Answer], str]] = {  # those that take seconds to make are made by a function
    "bomb.gz": (lambda: Answer(gzip.compress(bytes(300 << 20), 1), "application/gzip"), "too_large"),
    "bomb.zip": (lambda: Answer(zipped({"0.txt": b"0" * (300 << 20)}), "application/zip"), "too_large"),
    "bomb.docx": (lambda: Answer(docx("<w:p/>" * 12_000_000), "application/x"), "too_large"),
    "locked.pdf": (Answer((FIXTURES / "encrypted.pdf").read_bytes(), "application/pdf"), "encrypted"),
    "renamed.doc": (Answer(b"MZ\x90\x00" + b"\0" * 200 + b"PE\0\0" + b"\0" * 200, "application/msword"), "executable"),
    "nothing.xls": (Answer(b"", "application/vnd.ms-excel"), "empty"),
    "two.pdf": (Answer(b"\r\n", "application/pdf"), "empty"),
    "captcha.pdf": (
        Answer("<html><head><title>下载</title></head><body><form><img src='/code.jpg'><input name='code'></form></body></html>"),
        "not_a_document",
    ),
    "absent.pdf": (Answer("<html><body>404</body></html>", status=404), "unavailable"),
}  # fmt: skip


def page(main: str) -> str:
    return f"<!DOCTYPE html><html><head><title>样本页面</title></head><body>{main}</body></html>"


def record(names: list[str]) -> str:
    links = "".join(f'<p><a href="../files/{name}">样本附件{name}</a></p>' for name in names)
    return page(
        "<h1>样本文件</h1><table><tr><td>索引号：640324001/2017-00001</td></tr></table>"
        f'<div class="TRS_Editor"><p>样本正文，仅供测试。</p>{links}</div>'
    )


LISTED = page(
    "<table><tr><th>序号</th><th>公开日期</th><th>信息名称</th><th>公开主体</th><th>索引号</th></tr>"
    '<tr><td>1</td><td>2017年3月1日</td><td><a href="d/1.html">样本文件</a></td><td>样本局</td><td>640324001/2017-00001</td></tr>'
    '<tr><td>2</td><td>2017年3月2日</td><td><a href="files/direct.txt">样本名单</a></td><td>样本局</td><td>640324001/2017-00002</td></tr>'
    "</table>"
)


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, int, list[str]]:
    """An archive of a portal with files of each kind, good and bad: folder, archive, exit status, requests of a second crawl."""
    folder = tmp_path_factory.mktemp("files")
    served: dict[str, Answer | str] = {LIST: LISTED, "/zwgk/d/1.html": record([*GOOD, *BAD])}
    types = {"txt": "text/plain", "htm": "text/html"}
    for name, (data, _) in GOOD.items():
        served[f"/zwgk/files/{name}"] = Answer(data, types.get(name[-3:], "application/octet-stream"))
    for name, (answer, _) in BAD.items():
        served[f"/zwgk/files/{name}"] = answer() if callable(answer) else answer
    served["/zwgk/files/direct.txt"] = Answer(f"{TEXT}名单".encode(), "text/plain")
    db = folder / "a.db"
    with Site(served) as site:
        portal = portal_file(folder, site.url, ("budget", "预算", LIST))
        first = crawl(portal, db)
        before = rows(db, "SELECT * FROM attachments")
        site.requests.clear()
        crawl(portal, db, "--mode", "full")
        again = list(site.requests)
    assert rows(db, "SELECT * FROM attachments") == before
    assert rows(db, "SELECT count(*) AS n FROM events WHERE kind <> 'added'") == [{"n": 0}]
    return folder, db, first.returncode, again


def attachment(db: Path, name: str) -> dict[str, object]:
    (found,) = rows(db, "SELECT * FROM attachments WHERE url LIKE ?", f"%/files/{name}")
    return found


@pytest.mark.parametrize("name", [name for name in GOOD if name != "a.xls"])
def test_the_text_of_each_kind_is_exact(county: tuple[Path, Path, int, list[str]], name: str) -> None:
    found = attachment(county[1], name)
    assert (found["state"], found["bytes"]) == ("text", len(GOOD[name][0]))
    text = without_blank_lines(str(found["text"]))
    assert GOOD[name][1] in text
    assert disclosures("search", GOOD[name][1][-8:].split()[-1], "--db", county[1], "--count").stdout.strip() == "1"


@pytest.mark.parametrize("name", ["a.docx", "a.xlsx"])
def test_the_tables_of_a_file_are_kept_cell_by_cell(county: tuple[Path, Path, int, list[str]], name: str) -> None:
    sql = "SELECT number, cells FROM attachment_tables WHERE url LIKE ?"
    ((number, cells),) = [tuple(row.values()) for row in rows(county[1], sql, f"%/files/{name}")]
    assert number == 1
    assert [row for row in json.loads(str(cells)) if row[1]] == [line.split("\t") for line in TABLE.split("\n")]


def test_files_of_an_older_archive_are_read_again_with_their_tables_and_pages(
    county: tuple[Path, Path, int, list[str]], tmp_path: Path
) -> None:
    db = tmp_path / "a.db"
    for path in (county[1], county[1].with_name("a.evidence.db")):
        shutil.copy(path, tmp_path)
    columns = "SELECT url, text, tables, pages, state FROM attachments ORDER BY id"
    before = rows(db, columns)
    assert {"sheet", "page", "file"} == {
        page["kind"] for row in before for page in json.loads(str(row["pages"] or "[]"))
    }
    with closing(sqlite3.connect(db)) as connection, connection:
        connection.execute("UPDATE attachments SET tables = NULL, pages = NULL")
    assert disclosures("reparse", "--db", db).returncode == 0
    assert rows(db, columns) == before


def test_old_excel(county: tuple[Path, Path, int, list[str]]) -> None:
    assert "样本甲" in str(attachment(county[1], "a.xls")["text"])


@pytest.mark.skipif(not shutil.which("antiword"), reason="antiword, which reads .doc, is not installed")
def test_old_word(tmp_path: Path) -> None:
    served = {
        LIST: LISTED,
        "/zwgk/d/1.html": record(["a.doc"]),
        "/zwgk/files/a.doc": Answer((FIXTURES / "sample.doc").read_bytes(), "application/msword"),
    }
    with Site(served) as site:
        crawl(portal_file(tmp_path, site.url, ("budget", "预算", LIST)), tmp_path / "a.db")
    assert without_blank_lines(str(attachment(tmp_path / "a.db", "a.doc")["text"])).startswith("样本文件")


@pytest.mark.parametrize("name", list(BAD))
def test_each_bad_file_has_a_state_and_a_problem_and_the_crawl_goes_on(
    county: tuple[Path, Path, int, list[str]], name: str
) -> None:
    _, db, status, _ = county
    found = attachment(db, name)
    assert (found["state"], found["text"]) == (BAD[name][1], None)
    problems = rows(db, "SELECT kind, message FROM problems WHERE crawl_id = 1 AND url LIKE ?", f"%/files/{name}")
    assert [row["kind"] for row in problems] == ["not_found" if name == "absent.pdf" else "attachment"]
    assert status == 1
    assert rows(db, "SELECT outcome FROM crawls WHERE id = 1") == [{"outcome": "finished"}]


def test_a_row_that_links_to_a_file(county: tuple[Path, Path, int, list[str]]) -> None:
    found = attachment(county[1], "direct.txt")
    assert (found["text"], found["name"]) == (f"{TEXT}名单", "样本名单")
    (owner,) = rows(county[1], "SELECT title FROM records WHERE id = ?", found["record_id"])
    assert owner["title"] == "样本名单"


def test_a_row_s_file_that_a_crawl_did_not_come_to_is_named_by_the_row_later(tmp_path: Path) -> None:
    """A web page, which the end of its address would make a text file with something else in it."""
    name, db = "样本文件之一的全名", tmp_path / "a.db"
    row = f'<li><a href="/files/1.txt">{name}</a><span>2019-03-05</span></li>'
    with Site({LIST: page(f"<ul>{row}</ul>"), "/files/1.txt": page(f"<h1>{name}</h1><p>{TEXT * 9}</p>")}) as site:
        path = portal_file(tmp_path, site.url, ("plan", "样本目录", LIST))
        whole = path.read_text(encoding="utf-8")
        path.write_text(f"most_pages = 2\n{whole}", encoding="utf-8")
        crawl(path, db)
        assert "/files/1.txt" not in site.requests
        path.write_text(whole, encoding="utf-8")
        crawl(path, db)
    assert rows(db, "SELECT name, state FROM attachments") == [{"name": name, "state": "text"}]


def test_a_file_of_another_site_in_place_of_a_page_is_not_the_record_s(tmp_path: Path) -> None:
    data = Answer((FIXTURES / "sample.pdf").read_bytes(), "application/pdf")
    with Site({"/x.pdf": data}) as elsewhere:
        there = elsewhere.url.replace("127.0.0.1", "localhost") + "x.pdf"
        with Site({LIST: LISTED, "/zwgk/d/1.html": redirect(there)}) as site:
            crawl(portal_file(tmp_path, site.url, ("budget", "预算", LIST)), tmp_path / "a.db")
        assert not elsewhere.requests
    assert rows(tmp_path / "a.db", "SELECT 1 FROM attachments WHERE text IS NOT NULL") == []
    assert rows(tmp_path / "a.db", "SELECT 1 FROM problems WHERE kind = 'off_site'") != []


def test_each_file_is_sealed_and_kept_once(county: tuple[Path, Path, int, list[str]]) -> None:
    from archive.evidence.evidence_store import Evidence

    folder, db, _, again = county
    for row in rows(
        db, "SELECT a.sha256, c.id FROM attachments a JOIN captures c ON c.id = a.capture_id AND c.sha256 = a.sha256"
    ):
        with_capture = Evidence(folder / "a.evidence.db")
        assert len(with_capture.exchange(int(str(row["id"]))).payload) >= 0
        with_capture.close()
    assert len(rows(db, "SELECT 1 FROM attachments WHERE sha256 IS NOT NULL AND capture_id IS NULL")) == 0
    assert again.count("/zwgk/files/a.pdf") == 1  # asked again in a full crawl, and found the same


def test_a_file_replaced_at_its_address_is_a_change(tmp_path: Path) -> None:
    served: dict[str, Answer | str] = {LIST: LISTED, "/zwgk/d/1.html": record(["a.txt"])}
    served["/zwgk/files/a.txt"] = Answer(f"{TEXT}一".encode(), "text/plain")
    db = tmp_path / "a.db"
    with Site(served) as site:
        portal = portal_file(tmp_path, site.url, ("budget", "预算", LIST))
        crawl(portal, db)
        site.answers["/zwgk/files/a.txt"] = Answer(f"{TEXT}二".encode(), "text/plain")
        crawl(portal, db, "--mode", "full")
    (event,) = rows(db, "SELECT detail FROM events WHERE kind = 'changed'")
    assert "attachment 样本附件a.txt" in str(event["detail"])
    assert len(rows(db, "SELECT 1 FROM versions WHERE number = 2 AND cause = 'source'")) == 1
    assert attachment(db, "a.txt")["text"] == f"{TEXT}二"
    assert disclosures("search", "编号之二", "--db", db, "--count").stdout.strip() == "1"
    assert disclosures("search", "编号之一", "--db", db, "--count").stdout.strip() == "0"


def test_a_file_no_longer_linked_is_a_change_and_kept(tmp_path: Path) -> None:
    served: dict[str, Answer | str] = {LIST: LISTED, "/zwgk/d/1.html": record(["a.txt", "b.txt"])}
    for name in ("a.txt", "b.txt"):
        served[f"/zwgk/files/{name}"] = Answer(f"{TEXT}{name}".encode(), "text/plain")
    db = tmp_path / "a.db"
    with Site(served) as site:
        portal = portal_file(tmp_path, site.url, ("budget", "预算", LIST))
        crawl(portal, db)
        site.answers["/zwgk/d/1.html"] = Answer(record(["a.txt"]))
        crawl(portal, db, "--mode", "full")
    assert attachment(db, "b.txt")["state"] == "unlinked"
    (event,) = rows(db, "SELECT detail FROM events WHERE kind = 'changed'")
    assert '"attachments": [["样本附件a.txt", "样本附件b.txt"], ["样本附件a.txt"]]' in str(event["detail"])


@pytest.mark.skipif(bool(find_spec("rapidocr_onnxruntime")), reason="rapidocr-onnxruntime is installed")
def test_recognition_asked_for_without_its_package_is_a_line(tmp_path: Path) -> None:
    recognised = "import crawler.settings as settings; settings.DISCLOSURES_OCR = True"
    served = {LIST: LISTED, "/zwgk/d/1.html": record(["a.png"]), "/zwgk/files/a.png": Answer(PNG, "image/png")}
    db = tmp_path / "a.db"
    with Site(served) as site:
        portal = portal_file(tmp_path, site.url, ("budget", "预算", LIST))
        assert "a.png" not in crawl(portal, db).stdout
        assert attachment(db, "a.png")["state"] == "needs_ocr"
        again = crawl(portal, tmp_path / "b.db", first=recognised)
    assert attachment(tmp_path / "b.db", "a.png")["state"] == "ocr_not_installed"
    assert "text recognition is on, but the package rapidocr-onnxruntime is not installed" in again.stdout
    reparsed = disclosures("reparse", "--db", db, first=recognised)
    assert reparsed.stdout.endswith("1 scan not read: the package rapidocr-onnxruntime is not installed\n")


def test_a_portal_file_gives_converters_more_memory_in_crawls_and_when_files_are_read_again(tmp_path: Path) -> None:
    large = docx(word(TEXT) + "<w:del>" + "<w:p/>" * 5_000_000 + "</w:del>")  # takes some 700 MB
    served = {LIST: LISTED, "/zwgk/d/1.html": record(["a.docx"]), "/zwgk/files/a.docx": Answer(large, "application/x")}
    db = tmp_path / "a.db"
    with Site(served) as site:
        portal = portal_file(tmp_path, site.url, ("budget", "预算", LIST))
        portal.write_text(f"converter_memory_mb = 1024\n{portal.read_text(encoding='utf-8')}", encoding="utf-8")
        crawl(portal, db)
    assert attachment(db, "a.docx")["state"] == "text"
    again = disclosures("reparse", "--db", db, env={**os.environ, "DISCLOSURES_PORTALS": str(tmp_path)})
    assert ", 0 texts of files changed" in again.stdout


def test_personal_data_in_a_file_is_masked(tmp_path: Path) -> None:
    listed = "张某 11010519491231002X 13800138000"
    table = "单位\t账号\n样本局\t6401000123456\n样本某户\t7788123456"
    served = {
        LIST: LISTED,
        "/zwgk/d/1.html": record(["a.txt", "b.docx"]),
        "/zwgk/files/a.txt": Answer(listed.encode(), "text/plain"),
        "/zwgk/files/b.docx": Answer(docx(word_table(table)), "application/octet-stream"),
    }
    db = tmp_path / "a.db"
    with Site(served) as site:
        crawl(portal_file(tmp_path, site.url, ("budget", "预算", LIST)), db)
    assert b"11010519491231002X" not in db.read_bytes()
    assert b"13800138000" not in db.read_bytes()
    (masked,) = rows(db, "SELECT sum(count) AS n FROM redactions WHERE source LIKE '%a.txt'")
    assert masked == {"n": 2}
    ((text, cells),) = [
        tuple(row.values())
        for row in rows(
            db,
            "SELECT text, (SELECT cells FROM attachment_tables WHERE url = a.url) AS c FROM attachments a WHERE url LIKE '%b.docx'",
        )
    ]
    assert json.loads(str(cells)) == [line.split("\t") for line in str(text).split("\n")], "masked as the text is"
    assert "7788123456" not in str(cells)


def test_a_hit_in_a_file_is_shown_around_the_words_found(county: tuple[Path, Path, int, list[str]]) -> None:
    found = json.loads(disclosures("search", "样本乙", "--db", county[1], "--json").stdout)
    assert found
    assert all("样本乙" in hit["snippet"] and "id" not in hit for hit in found)
