"""The page of a file: its text page by page with hits marked, its tables as files, the sealed file where it is clear."""

import asyncio
import csv
import io
import re
import shutil
import sqlite3
import zipfile
import zlib
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
import xlsxwriter
from datasette.app import Datasette
from lxml import html
from python_calamine import CalamineWorkbook

from archive.web.evidence import file_page
from archive.web.http.server import make_datasette
from archive.web.views.file_text import LONGEST_PART
from tests.conftest import Answer, Site, crawl, disclosures, portal_file, rows
from tests.files import NOTICE, docx, pdf, rtf, word, zipped
from tests.personal_numbers import canary
from tests.ruled_pages import document, line_of_text, ruled
from tests.web.asking import text, tree

LIST = "/zwgk/list.html"
PHONE = canary(3).mobile
SIZE = (300, 200)


def workbook(sheets: dict[str, list[list[str]]]) -> bytes:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream)
    for name, cells in sheets.items():
        sheet = book.add_worksheet(name)
        for place, row in enumerate(cells):
            sheet.write_row(place, 0, row)
    book.close()
    return stream.getvalue()


def with_member(data: bytes, name: str, content: bytes) -> bytes:
    """An office file with one member more."""
    stream = io.BytesIO(data)
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr(name, content)
    return stream.getvalue()


def packed(objects: bytes) -> bytes:
    """A stream of a PDF in which objects are packed."""
    data = zlib.compress(objects)
    return b"<</Type/ObjStm/Filter/FlateDecode/N 1/First 0/Length %d>>stream\n%s\nendstream" % (len(data), data)


TABLE = [["Item", "Amount"], ["=cmd", "1,234.50"], ["Roads", "-5.25"]]
CLEAN_PDF = document([line_of_text("A sample first page."), line_of_text("The second page has asphalt.")], SIZE)
SEAL_NAME = b"/XObject<</P 5 0 R>>"
SEAL = b"<</Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8/Length 1>>stream\n0\nendstream"
PLAIN = docx("".join(map(word, NOTICE.split("\n"))))
FILES: dict[str, bytes] = {
    "clean.pdf": CLEAN_PDF,
    "blank.pdf": document([line_of_text("A sample page of text."), b"", line_of_text("After a blank page.")], SIZE),
    "table.pdf": document([line_of_text("A sample cover page."), ruled(TABLE, above="Unit: yuan")], SIZE),
    "picture.pdf": pdf(b"BT /F1 12 Tf 20 100 Td (A sample with a seal on it.) Tj ET q 9 0 0 9 0 0 cm /P Do Q", SEAL_NAME, more=(SEAL,)),
    "remark.pdf": pdf(b"BT /F1 12 Tf 20 100 Td (A sample with a remark on it.) Tj ET", more=(packed(b"<</Subtype/FreeText>>"),)),
    "packed.pdf": pdf(b"BT /F1 12 Tf 20 100 Td (A sample with packed objects.) Tj ET", more=(packed(b"<</Type/Font>>"),)),
    "sheets.xlsx": workbook({"收入": [["样本甲", "1"], ["样本乙", "2"]], "支出": [["样本丙", "沥青路面"], ["样本丁", "4"]]}),
    "persons.xlsx": workbook({"联系人": [["姓名", "手机"], ["样本甲", PHONE]]}),
    "letter.docx": PLAIN,
    "media.docx": with_member(PLAIN, "word/media/image1.png", b"\x89PNG\r\n"),
    "header.docx": with_member(PLAIN, "word/header1.xml", f"<w:hdr><w:t>{PHONE[:4]}</w:t><w:t>{PHONE[4:]}</w:t></w:hdr>".encode()),
    "hidden.doc": f"<html><body><p>{NOTICE * 9}</p><p style='display:none'>{PHONE}</p></body></html>".encode(),
    "inline.doc": f"<html><body><p>{NOTICE * 9}</p><img src='data:image/png;base64,AAAA'></body></html>".encode(),
    "info.rtf": rtf(f"{{\\info {PHONE}}}Sample text of a letter."),
    "many.pdf": document([line_of_text(f"Sample page {number}{' with asphalt' * (number in (3, 7))}.") for number in range(1, 10)], SIZE),
    "packed.zip": zipped({"a.txt": NOTICE.encode()}),
    "long.txt": ("样本的一行文字。\n" * (2 * LONGEST_PART // 9) + "末尾说到沥青。\n").encode(),
}  # fmt: skip


@dataclass(frozen=True)
class County:
    """An archive of one record with all FILES, and its site."""

    db: Path
    site: Datasette

    def id(self, name: str) -> int:
        ((number,),) = [
            tuple(row.values()) for row in rows(self.db, "SELECT id FROM attachments WHERE url LIKE ?", f"%/{name}")
        ]
        return int(str(number))

    def get(self, path: str) -> httpx.Response:
        return asyncio.run(self.site.client.get(path))

    def page(self, name: str, query: str = "") -> html.HtmlElement:
        return tree(self.get(f"/-/file/{self.id(name)}{query}"))


def site_of(db: Path, **settings: object) -> Datasette:
    return make_datasette(db, metadata={"plugins": {"disclosures": settings}})


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    links = "".join(f'<p><a href="../f/{name}">样本附件{name}</a></p>' for name in FILES)
    served: dict[str, Answer | str] = {
        LIST: '<table><tr><th>名称</th><th>发布日期</th></tr><tr><td><a href="d/1.html">样本文件之一</a></td><td>2018-03-01</td></tr></table>',
        "/zwgk/d/1.html": f'<html><head><title>样本文件之一</title></head><body><h1>样本文件之一</h1><div class="TRS_Editor"><p>样本正文，仅供测试。</p>{links}</div></body></html>',
        **{f"/zwgk/f/{name}": Answer(data, "application/octet-stream") for name, data in FILES.items()},
    }
    db = folder / "a.db"
    with Site(served) as portal:
        crawl(portal_file(folder, portal.url, ("plan", "规划", LIST)), db)
    assert {row["state"] for row in rows(db, "SELECT state FROM attachments")} == {"text"}
    return db


@pytest.fixture(scope="module")
def county(crawled: Path) -> County:
    return County(crawled, site_of(crawled, files=True))


# --- its text ---


def shown(page: html.HtmlElement) -> tuple[str, str]:
    """The heading of the text, and the text."""
    return text(page.cssselect("#text h2")[0]), text(page.cssselect("#text .body")[0])


def test_a_pdf_is_shown_page_by_page(county: County) -> None:
    assert shown(county.page("clean.pdf")) == ("文字 第 1 页 · 1 / 2", "A sample first page.")
    second = county.page("clean.pdf", "?page=2")
    assert shown(second) == ("文字 第 2 页 · 2 / 2", "The second page has asphalt.")
    (before,) = {link.get("href") for link in second.cssselect("a[rel=prev]")}
    assert shown(tree(county.get(before)))[1] == "A sample first page."
    assert not second.cssselect("a[rel=next]")


@pytest.mark.parametrize(
    ("query", "linked", "marked"),
    [
        ("?page=5", [1, 4, 5, 6, 9], []),
        ("?page=1", [1, 2, 9], []),
        ("?page=9", [1, 8, 9], []),
        ("?page=5&q=asphalt", [1, 3, 4, 5, 6, 7, 9], [3, 7]),
        ("?page=5&q=Sample", [1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 2, 3, 4, 5, 6, 7, 8]),
    ],
)
def test_of_many_pages_the_ends_the_neighbours_and_those_with_words_are_linked(
    county: County, monkeypatch: pytest.MonkeyPatch, query: str, linked: list[int], marked: list[int]
) -> None:
    monkeypatch.setattr(file_page, "MOST_LINKS", 8)
    page = county.page("many.pdf", query)
    assert [text(link) for link in page.cssselect(".pages-of-file a")] == [f"第 {number} 页" for number in linked]
    assert [text(mark) for mark in page.cssselect(".pages-of-file mark")][:8] == [
        f"第 {number} 页" for number in marked
    ]
    assert page.cssselect(".jump input[name=page]")[0].get("max") == "9"


def test_so_many_pages_as_may_be_linked_are_all_linked(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_page, "MOST_LINKS", 9)
    page = county.page("many.pdf", "?page=5&q=asphalt&exact=1")
    assert len(page.cssselect(".pages-of-file a")) == 9
    assert page.cssselect(".jump") == []
    assert all("q=asphalt&exact=1" in link.get("href") for link in page.cssselect(".pages-of-file a"))


def test_a_page_without_text_is_there_and_says_so(county: County) -> None:
    page = county.page("blank.pdf", "?page=2")
    assert "第 2 页 · 2 / 3" in text(page)
    assert "没有取出文字" in text(page.cssselect("#text .note")[0])


def test_sheets_are_called_by_their_names(county: County) -> None:
    page = county.page("sheets.xlsx", "?page=2")
    assert shown(page)[0] == "文字 工作表“支出” · 2 / 2"
    assert [text(each) for each in page.cssselect(".pages-of-file a")] == ["工作表“收入”", "工作表“支出”"]
    assert [text(cell) for cell in page.cssselect("#text td")] == ["样本丙", "沥青路面", "样本丁", "4"]


def test_without_a_page_it_opens_where_the_words_stand_and_marks_them(county: County) -> None:
    page = county.page("clean.pdf", "?q=asphalt")
    assert shown(page)[0] == "文字 第 2 页 · 2 / 2"
    assert [mark.text for mark in page.cssselect("#text .body mark")] == ["asphalt"]
    assert [text(mark) for mark in page.cssselect(".pages-of-file mark")] == ["第 2 页"]
    assert text(page.cssselect("#text .result")[0]) == "检索词见于 1 页"
    assert "没有检索词" in text(county.page("clean.pdf", "?q=nowhere"))


def test_a_long_text_opens_at_the_part_with_the_words(county: County) -> None:
    page = county.page("long.txt", "?q=沥青")
    assert [mark.text for mark in page.cssselect("#text .body mark")] == ["沥青"]
    assert re.search(r"第 (\d) 段，共 \1 段", text(page))
    first = county.page("long.txt", "?part=1")
    assert len(shown(first)[1]) <= LONGEST_PART
    assert first.cssselect("a[rel=next]")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("asphalt", "《样本附件clean.pdf》 第 2 页"),
        ("cover", "《样本附件table.pdf》 第 1 页"),
        ("沥青路面", "《样本附件sheets.xlsx》 工作表“支出”"),
    ],
)
def test_a_hit_of_the_search_leads_to_the_page_of_the_file(county: County, words: str, said: str) -> None:
    links = tree(county.get(f"/-/search?q={words}")).cssselect(".passage a")
    (link,) = [each for each in links if said in text(each)]
    assert [mark.text for mark in tree(county.get(link.get("href"))).cssselect("#text .body mark")] == [words]


def test_the_record_leads_to_the_page_and_the_page_to_the_original_and_back(county: County) -> None:
    record = tree(county.get("/-/record/1"))
    address = f"/-/file/{county.id('clean.pdf')}"
    assert address in {link.get("href") for link in record.cssselect("#files a")}
    links = {link.get("href") for link in tree(county.get(address)).cssselect(".ways a")}
    assert any(link.endswith("/zwgk/f/clean.pdf") for link in links)
    assert "/-/record/1#files" in links
    pages = [file["page"] for file in county.get("/-/record/1.json").json()["attachments"]]
    assert f"http://localhost{address}" in pages


def test_it_is_in_one_language(county: County) -> None:
    page = county.page("sheets.xlsx", "?page=2&q=沥青&lang=en")
    for quoted in page.cssselect("article [lang=zh]"):
        quoted.drop_tree()
    assert not re.findall("[\u4e00-\u9fff]+", text(page.cssselect("article")[0]))


@pytest.mark.parametrize(
    ("query", "status"),
    [("?page=9", 404), ("?page=0", 400), ("?page=x", 400), ("?part=99&q=%00", 200), ("?part=-1", 400)],
)
def test_no_address_breaks_it(county: County, query: str, status: int) -> None:
    assert county.get(f"/-/file/{county.id('clean.pdf')}{query}").status_code == status
    assert county.get("/-/file/999999999999999999").status_code == 404


# --- its tables ---


def test_a_table_is_given_as_csv_and_as_a_workbook(county: County) -> None:
    (listed,) = county.page("table.pdf").cssselect(".tables-of-file li")
    assert text(listed.cssselect("p")[0]) == "表格 1 第 2 页 3 行 × 2 列"
    excel, as_csv = (county.get(link.get("href")) for link in listed.cssselect(".export a"))
    assert list(csv.reader(io.StringIO(as_csv.content.decode("utf-8-sig")))) == [
        ["Item", "Amount"], ["'=cmd", "1234.50"], ["Roads", "-5.25"],
    ]  # fmt: skip
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(excel.content)).get_sheet_by_index(0)
    assert (sheet.name, sheet.to_python()) == ("第 2 页", [["Item", "Amount"], ["=cmd", 1234.5], ["Roads", -5.25]])
    assert quote("表格 1") in as_csv.headers["content-disposition"]


def test_all_tables_are_given_as_one_workbook(county: County) -> None:
    data = county.get(f"/-/file/{county.id('sheets.xlsx')}/tables.xlsx").content
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    assert book.sheet_names == ["收入", "支出"]
    assert book.get_sheet_by_name("收入").to_python() == [["样本甲", "1"], ["样本乙", 2]]


@pytest.mark.parametrize("path", ["tables/2.csv", "tables/0.xlsx", "tables/1.json"])
def test_there_is_no_other_table(county: County, path: str) -> None:
    assert county.get(f"/-/file/{county.id('table.pdf')}/{path}").status_code == 404
    assert county.get(f"/-/file/{county.id('letter.docx')}/tables.xlsx").status_code == 404


def test_tables_are_masked(county: County) -> None:
    number = county.id("persons.xlsx")
    for answer in (county.get(f"/-/file/{number}"), county.get(f"/-/file/{number}/tables/1.csv")):
        assert PHONE[3:] not in answer.text
    assert "样本甲" in county.get(f"/-/file/{number}/tables/1.csv").text


# --- the sealed file ---


def original(county: County, name: str) -> httpx.Response:
    return county.get(f"/-/file/{county.id(name)}/original")


@pytest.mark.parametrize("name", ["clean.pdf", "packed.pdf", "sheets.xlsx", "letter.docx", "long.txt"])
def test_a_clear_file_is_given_as_it_was_received(county: County, name: str) -> None:
    assert "封存的文件" in text(county.page(name).cssselect(".ways")[0])
    answer = original(county, name)
    assert (answer.status_code, sha256(answer.content).digest()) == (200, sha256(FILES[name]).digest())
    assert answer.headers["content-disposition"] == f"attachment; filename*=UTF-8''{quote(f'样本附件{name}')}"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("name", ["persons.xlsx", "blank.pdf", "packed.zip"])
def test_what_is_known_to_hold_persons_or_was_not_read_whole_is_not_offered(county: County, name: str) -> None:
    assert "封存的文件" not in text(county.page(name).cssselect(".ways")[0])
    answer = original(county, name)
    assert (answer.status_code, FILES[name] in answer.content) == (403, False)
    assert "未能确认没有" in answer.text


@pytest.mark.parametrize(
    "name", ["picture.pdf", "remark.pdf", "media.docx", "header.docx", "hidden.doc", "inline.doc", "info.rtf"]
)
def test_what_holds_what_nobody_has_read_is_refused(county: County, name: str) -> None:
    answer = original(county, name)
    assert answer.status_code == 403
    assert "没有读过其内容" in answer.text


def test_without_the_operators_leave_there_is_none(crawled: Path) -> None:
    county = County(crawled, site_of(crawled))
    assert "封存的文件" not in text(county.page("clean.pdf").cssselect(".ways")[0])
    assert original(county, "clean.pdf").status_code == 403


def copied(county: County, folder: Path) -> County:
    for path in county.db.parent.glob("a.*db"):
        shutil.copy(path, folder)
    return County(folder / "a.db", site_of(folder / "a.db", files=True))


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE records SET state = 'withheld'",
        "INSERT INTO withheld (target, key, reason, at, record_id) SELECT 'file', sha256, '', '', 0 FROM attachments WHERE url LIKE '%clean.pdf'",
        "INSERT INTO withheld (target, key, reason, at, record_id) SELECT 'address', url, '', '', 0 FROM attachments WHERE url LIKE '%clean.pdf'",
        """UPDATE captures SET url = 'http://p.example/sent-on' WHERE url LIKE '%clean.pdf';
        INSERT INTO withheld (target, key, reason, at, record_id) VALUES ('address', 'http://p.example/sent-on', '', '', 0)""",
        "INSERT INTO redactions SELECT record_id, url, 'phone', 1, 1 FROM attachments WHERE url LIKE '%clean.pdf'",
        "UPDATE settings SET value = '1' WHERE name = 'redaction_version'",
        "UPDATE attachments SET state = 'ocr' WHERE url LIKE '%clean.pdf'",
    ],
)
def test_what_became_doubtful_is_not_given_any_more(county: County, tmp_path: Path, change: str) -> None:
    other = copied(county, tmp_path)
    with closing(sqlite3.connect(other.db)) as connection:
        connection.executescript(change)
    assert original(other, "clean.pdf").status_code == 403


def test_a_file_whose_bytes_changed_is_not_given(county: County, tmp_path: Path) -> None:
    other = copied(county, tmp_path)
    with closing(sqlite3.connect(tmp_path / "a.evidence.db")) as connection, connection:
        triggers = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]
        for trigger in triggers:
            connection.execute(f"DROP TRIGGER {trigger}")
        digest = sha256(CLEAN_PDF).digest()
        letter = sha256(PLAIN).digest()
        connection.execute(
            "UPDATE payloads SET (stored, bytes, dictionary_id) = (SELECT stored, bytes, dictionary_id FROM payloads WHERE sha256 = ?) "
            "WHERE sha256 = ?",
            (letter, digest),
        )
    answer = original(other, "clean.pdf")
    assert answer.status_code == 403
    assert PLAIN not in answer.content


def test_an_archive_that_knows_no_pages_yet_shows_the_whole_text(county: County, tmp_path: Path) -> None:
    other = copied(county, tmp_path)
    with closing(sqlite3.connect(other.db)) as connection, connection:
        connection.execute("ALTER TABLE attachments DROP COLUMN pages")
    page = other.page("clean.pdf", "?q=asphalt")
    assert shown(page) == ("文字", "A sample first page. The second page has asphalt.")
    assert "已标出" in text(page.cssselect("#text .result")[0])
    assert other.get(f"/-/file/{other.id('sheets.xlsx')}/tables.xlsx").status_code == 200
    assert original(other, "clean.pdf").status_code == 403
    assert text(tree(other.get("/-/search?q=asphalt")).cssselect(".passage a")[0]) == "《样本附件clean.pdf》"


def test_a_withheld_file_shows_nothing_of_itself(county: County, tmp_path: Path) -> None:
    other = copied(county, tmp_path)
    done = disclosures("withhold", "1", "--reason", "样本", "--db", other.db)
    assert done.returncode == 0, done.stderr
    place = f"/-/file/{county.id('sheets.xlsx')}"
    answers = [other.get(f"{place}{path}") for path in ("", "/original", "/tables.xlsx", "/tables/1.csv")]
    assert [answer.status_code for answer in answers] == [404, 403, 404, 404]
    assert not any("支出" in answer.text for answer in answers)
    kept = rows(other.db, "SELECT text, tables, pages FROM attachments WHERE coalesce(text, tables, pages) IS NOT NULL")
    assert kept == []
