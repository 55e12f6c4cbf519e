"""Pages of files: where each begins in the text, which is as it was without them. All contents are samples."""

import io
import sqlite3
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from archive.attachments.extraction import Extracted, Limits
from archive.database.connection import transaction
from archive.ingest import attachment_writer
from archive.ingest.deferral import Deferral
from archive.ingest.store import Store
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.maintenance.masking import mask_again
from archive.model.observations import AttachmentFile, LinkedFile
from archive.tables import file_pages
from archive.tables.file_pages import FilePage, joined, page_at, text_of, within, without
from pipelines.normalise import NormalisePipeline
from pipelines.redact import RedactPipeline
from tests.conftest import rows
from tests.files import SAMPLE, inside, zipped
from tests.personal_numbers import canary
from tests.ruled_pages import document, line_of_text
from tests.web.sample_archive import FILE, FIRST, LIST, PAST, captured, past_list, past_page, past_row, past_url

SIZE = (300, 200)
PHONE = canary(7).mobile


PDF = document([line_of_text("A sample page of text."), b"", line_of_text("Another sample page.")], SIZE)


def workbook(sheets: dict[str, list[str]]) -> bytes:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream)
    for name, cells in sheets.items():
        book.add_worksheet(name).write_column(0, 0, cells)
    book.close()
    return stream.getvalue()


def by_page(found: Extracted) -> list[tuple[str, int, str, str, str]]:
    """Each page: kind, number, name, member, text."""
    text = found.text or ""
    return [
        (page.kind, page.number, page.name, page.member, text_of(text, found.pages, index))
        for index, page in enumerate(found.pages)
    ]


def test_a_pdf_has_its_pages_those_without_text_too() -> None:
    found = inside(PDF)
    assert found.text == "A sample page of text.\n\nAnother sample page."
    assert by_page(found) == [
        ("page", 1, "", "", "A sample page of text."),
        ("page", 2, "", "", ""),
        ("page", 3, "", "", "Another sample page."),
    ]


@pytest.mark.parametrize(("most", "kept"), [(24, 3), (23, 2), (22, 2), (21, 1)])
def test_pages_that_begin_behind_the_end_of_a_cut_text_are_left_out(most: int, kept: int) -> None:
    found = inside(PDF, limits=Limits(max_text=most))
    assert [page.number for page in found.pages] == [1, 2, 3][:kept]
    packed = inside(zipped({"a.pdf": PDF}), limits=Limits(max_text=len("a.pdf\n") + most))
    assert [page.number for page in packed.pages] == [1, 2, 3][:kept]


def test_a_workbook_has_its_sheets_by_name() -> None:
    found = inside(workbook({"封面": [], "收入": ["样本甲", "样本乙"], "支出": ["样本丙"]}))
    assert found.text == "收入\n样本甲\n样本乙\n\n支出\n样本丙"
    assert by_page(found) == [
        ("sheet", 1, "封面", "", ""),
        ("sheet", 2, "收入", "", "收入\n样本甲\n样本乙"),
        ("sheet", 3, "支出", "", "支出\n样本丙"),
    ]


def test_the_only_sheet_has_its_name_though_the_text_has_not() -> None:
    found = inside(workbook({"收入": ["样本甲"]}))
    assert (found.text, by_page(found)) == ("样本甲", [("sheet", 1, "收入", "", "样本甲")])


def slide(*paragraphs: str) -> bytes:
    lines = "".join(
        f"<a:p><a:r><a:t>{line[:2]}</a:t></a:r><a:r><a:t>{line[2:]}</a:t></a:r></a:p>" for line in paragraphs
    )
    table = "<a:tbl><a:tr><a:tc><a:p><a:r><a:t>项目</a:t></a:r></a:p></a:tc><a:tc><a:p><a:r><a:t>3</a:t></a:r></a:p></a:tc></a:tr></a:tbl>"
    return f'<p:sld xmlns:p="p" xmlns:a="a"><p:sp>{lines}</p:sp>{table if paragraphs else ""}</p:sld>'.encode()


def presentation(order: str = "231") -> bytes:
    """A presentation of three slides, the second of them empty, shown in this order."""
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    relations = "".join(f'<Relationship Id="r{n}" Target="slides/slide{n}.xml"/>' for n in "123")
    listed = "".join(f'<p:sldId r:id="r{n}"/>' for n in order)
    return zipped({
        "[Content_Types].xml": b"", "ppt/slides/slide1.xml": slide("样本首页"), "ppt/slides/slide2.xml": slide(),
        "ppt/slides/slide3.xml": slide("样本末页", "第二行"), "ppt/slides/_rels/slide1.xml.rels": b"<x/>",
        "ppt/presentation.xml": f'<p:presentation xmlns:p="p" xmlns:r="{office}">{listed}</p:presentation>'.encode(),
        "ppt/_rels/presentation.xml.rels": f"<Relationships>{relations}</Relationships>".encode(),
    })  # fmt: skip


def test_a_presentation_has_its_slides_as_they_are_shown() -> None:
    found = inside(presentation())
    assert (found.state, found.text) == ("text", "样本末页\n第二行\n项目\t3\n\n样本首页\n项目\t3")
    assert by_page(found) == [
        ("slide", 1, "", "", ""),
        ("slide", 2, "", "", "样本末页\n第二行\n项目\t3"),
        ("slide", 3, "", "", "样本首页\n项目\t3"),
    ]
    assert [page[4][:4] for page in by_page(inside(presentation("3")))] == ["样本末页", "样本首页", ""]


def test_files_in_an_archive_have_their_own_pages() -> None:
    found = inside(zipped({"a.txt": SAMPLE.encode(), "b.pdf": PDF}))
    assert by_page(found) == [
        ("file", 1, "", "a.txt", f"a.txt\n{SAMPLE}"),
        ("page", 1, "", "b.pdf", "b.pdf\nA sample page of text."),
        ("page", 2, "", "b.pdf", ""),
        ("page", 3, "", "b.pdf", "Another sample page."),
    ]


def test_a_text_that_is_cut_has_the_pages_that_begin_in_it() -> None:
    found = inside(PDF, limits=Limits(max_text=10))
    assert by_page(found) == [("page", 1, "", "", "A sample p")]


@given(st.lists(st.text("样本\n", max_size=5)), st.sampled_from(["\n\n", "\n"]))
def test_every_character_stands_on_one_page(texts: list[str], apart: str) -> None:
    text, pages = joined(((FilePage(0, number=number), own) for number, own in enumerate(texts, 1)), apart)
    assert text == apart.join(filter(None, texts))
    assert [text_of(text, pages, index) for index in range(len(pages))] == [own.strip("\n") for own in texts]
    for place in range(len(text)):
        page = pages[page_at(pages, place)]
        assert page.start <= place
        assert all(other.start > place for before, other in pairwise(pages) if before is page)


def test_pages_move_with_the_characters_taken_out_before_them() -> None:
    pages = (FilePage(0), FilePage(4, number=2), FilePage(8, number=3))
    assert [page.start for page in without(pages, [0, 4, 5])] == [0, 3, 5]
    assert [page.number for page in within(pages, 4)] == [1, 2]


def test_the_pipelines_keep_each_page_where_it_begins_and_mask_its_name() -> None:
    text = f"样\x07本甲，电话{PHONE}\n\n样本乙"
    pages = (FilePage(0, "sheet", 1, f"样本{PHONE}"), FilePage(text.index("样本乙"), "sheet", 2, "乙", f"{PHONE}.xls"))
    file = AttachmentFile(
        "http://a.example/1", "样本.xls", "http://a.example/1.xls", text=text, state="text", pages=pages
    )
    item = RedactPipeline().masked(NormalisePipeline().process_item(file))
    assert isinstance(item, AttachmentFile)
    assert text_of(item.text or "", item.pages, 1) == "样本乙"
    kept = file_pages.to_json_text(item.pages) or ""
    assert PHONE not in kept
    assert file_pages.from_json_text(kept) == item.pages


@pytest.mark.parametrize(
    "wrong", [{}, {"start": "0"}, {"start": 0, "kind": "page", "number": 0, "name": "", "member": ""}]
)
def test_what_is_no_page_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="no page"):
        FilePage.from_json(wrong)


PHONE_PAGES = (FilePage(0, "sheet", 1, f"样本{PHONE}"),)
NAMED = "\n".join(f"{name}，男，救助500元" for name in ("马玉兰", "杨占山", "李建国", "王小花", "周生虎", "罗福明"))


def archived(path: Path, **file: object) -> Path:
    """An archive of the record 1 of a past portal with one file."""
    store = Store(path)
    store.begin(PAST, "full", FIRST)
    attachment = AttachmentFile(past_url(1), "样本.xls", FILE, "a" * 64, 9, "text/plain", state="text", **file)  # type: ignore[arg-type]
    files = (LinkedFile("样本.xls", FILE),)
    store.write(
        [past_list([past_row(1)], 1), past_page(1, 2, attachments=files), attachment],
        FIRST,
        [captured(1, LIST), captured(2, past_url(1))],
    )
    store.finish("finished", FIRST)
    store.close()
    return path


def kept(path: Path) -> dict[str, object]:
    (row,) = rows(path, "SELECT state, text, tables, pages FROM attachments")
    return row


def test_names_of_pages_are_masked_again(tmp_path: Path) -> None:
    path = archived(tmp_path / "a.db", text="样本", pages=PHONE_PAGES)
    assert PHONE in str(kept(path)["pages"])
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE settings SET value = '1' WHERE name = 'redaction_version'")
    assert mask_again(path).texts == 1
    assert PHONE[3:] not in str(kept(path)["pages"])


def test_a_text_that_is_held_back_takes_its_pages_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = {"state": "roster", "text": None, "tables": None, "pages": None}
    assert kept(archived(tmp_path / "a.db", text=NAMED, pages=(FilePage(0),))) == nothing
    monkeypatch.setattr(attachment_writer, "shown_text", lambda *_: "shown by older rules")
    older = archived(tmp_path / "b.db", text=NAMED, pages=(FilePage(0),))
    assert kept(older)["pages"]
    with closing(sqlite3.connect(older)) as connection, connection:
        connection.execute("DELETE FROM settings WHERE name = 'roster_version'")
    open_up_to_date(older).close()
    assert kept(older) == nothing


def test_a_file_that_is_kept_aside_keeps_its_pages(tmp_path: Path) -> None:
    path = archived(tmp_path / "a.db", text="样本")
    file = AttachmentFile(past_url(1), "样本.xls", FILE, "b" * 64, text="样本", state="text", pages=PHONE_PAGES)
    connection = open_up_to_date(path)
    connection.row_factory = sqlite3.Row
    with closing(connection), transaction(connection):
        Deferral(connection, PAST.id, 1).put(1, "file", file, None, FIRST)
        deferred = Deferral(connection, PAST.id, 2).earlier(1, "file")
    assert deferred is not None
    assert deferred.observation() == file
