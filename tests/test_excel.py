"""Excel workbooks: days, moments, numbers and links as Excel has them; filter, frozen head, columns that fit; its bounds."""

import io
import re
import zipfile
from datetime import date, datetime

import pytest
from python_calamine import CalamineWorkbook

from archive.export import excel
from archive.export.excel import CUT, WIDEST, XLSX_TEXT, ExcelSheet, workbook, xlsx
from archive.export.file_formats import STREAMED
from archive.export.rows import Rows
from archive.labels.language import reading


def sheets(data: bytes) -> dict[str, list[list[object]]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def cells(columns, rows) -> list[list[object]]:
    (sheet,) = sheets(b"".join(xlsx(columns, rows))).values()
    return sheet


def part(data: bytes, name: str) -> str:
    return zipfile.ZipFile(io.BytesIO(data)).read(f"xl/worksheets/{name}").decode()


def widths(columns, rows) -> list[float]:
    sheet = part(b"".join(xlsx(columns, rows)), "sheet1.xml")
    return [float(width) for width in re.findall(r'<col [^>]*width="([0-9.]+)"', sheet)]


def test_numbers_that_excel_can_hold_are_numbers():
    held = [5, -2.5, 10**15 - 1, 1 - 10**15]
    assert cells(["n"], [[each] for each in held])[1:] == [[each] for each in held]
    too_long = [10**15, -(10**15), 10**16, float("inf")]
    assert cells(["n"], [[each] for each in too_long])[1:] == [[str(each)] for each in too_long]


def test_days_are_days_and_what_only_looks_like_one_is_text():
    days = ["2018-03-01", "1900-01-01", "2071-12-31"]
    assert [row[0] for row in cells(["d"], [[each] for each in days])[1:]] == [date.fromisoformat(day) for day in days]
    texts = ["2018-02-30", "1899-12-31", "2018-3-1", "2018-03-01 起", "２０１８-03-01"]
    assert [row[0] for row in cells(["d"], [[each] for each in texts])[1:]] == texts


def test_moments_are_beijings_and_the_heading_says_so():
    rows = Rows(
        "样例", ("id", "first_seen", "title"), [(1, "2026-11-20T17:02:03Z", "自2026-11-20T17:02:03Z起")], "records"
    )
    (sheet,) = sheets(b"".join(STREAMED["xlsx"].pieces(rows))).values()
    assert sheet == [
        ["编号", "首次发现（北京时间）", "信息名称"],
        [1, datetime(2026, 11, 21, 1, 2, 3), "自2026-11-20T17:02:03Z起"],
    ]
    with reading("en"):
        (sheet,) = sheets(b"".join(STREAMED["xlsx"].pieces(rows))).values()
    assert sheet[0][1] == "first seen (Beijing time)"


def test_of_columns_without_values_the_names_tell_which_are_of_moments():
    rows = Rows("样例", ("id", "first_seen", "title"), [(1, None, None)], "records")
    (sheet,) = sheets(b"".join(STREAMED["xlsx"].pieces(rows))).values()
    assert sheet[0] == ["编号", "首次发现（北京时间）", "信息名称"]


def test_web_addresses_lead_there_and_others_are_text():
    web, other = (
        ["http://a.example/1?x=1#y", "https://a.example/样例"],
        ["javascript:alert(1)", "file:///etc/passwd", "见 http://a.example/"],
    )
    data = b"".join(xlsx(["x"], [[each] for each in (*web, *other)]))
    assert part(data, "sheet1.xml").count("<hyperlink ") == 2
    links = part(data, "_rels/sheet1.xml.rels")
    assert "http://a.example/1?x=1" in links
    assert not any(scheme in links for scheme in ("javascript", "file:"))
    assert [row[0] for row in cells(["x"], [[each] for each in (*web, *other)])[1:]] == [*web, *other]


def test_addresses_beyond_what_a_sheet_may_link_are_text(monkeypatch, recwarn):
    long = [["http://a.example/" + "x" * excel.LONGEST_LINK]]
    assert cells(["x"], long)[1:] == long
    monkeypatch.setattr(excel, "MOST_LINKS", 2)
    rows = [[f"http://a.example/{number}"] for number in range(3)]
    data = b"".join(xlsx(["x"], rows))
    assert part(data, "sheet1.xml").count("<hyperlink ") == 2
    assert cells(["x"], rows)[1:] == rows
    assert not recwarn


def test_columns_are_as_wide_as_what_stands_in_them():
    narrow, chinese, long, headed = widths(["n", "x", "y", "一个长的栏名"], [[1, "汉" * 10, "字" * 500, None]])
    assert narrow == pytest.approx(excel.NARROWEST, abs=1)
    assert chinese == pytest.approx(22, abs=1)
    assert long == pytest.approx(WIDEST, abs=1)
    assert headed == pytest.approx(14, abs=1)


def test_the_head_stays_and_filters():
    sheet = part(b"".join(xlsx(["a", "b"], [[1, 2], [3, 4]])), "sheet1.xml")
    assert '<pane ySplit="1" topLeftCell="A2"' in sheet
    assert '<autoFilter ref="A1:B3"/>' in sheet


@pytest.mark.parametrize("length", [XLSX_TEXT - 1, XLSX_TEXT, XLSX_TEXT + 1])
def test_a_text_is_cut_where_a_cell_ends(length):
    text = "长" * length
    (_, (shown,)) = cells(["x"], [[text]])
    assert shown == (text if length <= XLSX_TEXT else text[: XLSX_TEXT - len(CUT.zh)] + CUT.zh)


def test_a_sheet_holds_as_many_rows_as_excel_does():
    assert excel.XLSX_ROWS + 1 == 2**20


def test_what_a_sheet_cannot_hold_goes_on_the_next(monkeypatch):
    monkeypatch.setattr(excel, "XLSX_ROWS", 2)
    assert list(sheets(b"".join(xlsx(["n"], [[1], [2], [3]]))).values()) == [[["n"], [1], [2]], [["n"], [3]]]


def test_sheets_have_names_that_excel_takes():
    names = ["收入[总]表:*?/", "表" * 40, "表" * 40, "", "History"]
    found = sheets(b"".join(workbook(ExcelSheet(name, (), [["x", number]]) for number, name in enumerate(names))))
    assert list(found) == ["收入 总 表", "表" * 31, "表" * 29 + " 2", "Sheet4", "History 2"]
    assert [rows[0][1] for rows in found.values()] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("printed", "read"),
    [
        ("1234567890123.45", 1234567890123.45),
        ("-0.5", -0.5),
        ("12345678901234.56", "12345678901234.56"),  # more digits than a cell keeps
        ("1,000", "1,000"),
        ("１２", "１２"),
    ],
)
def test_a_decimal_is_a_number_where_all_its_digits_are_kept(printed: str, read: object) -> None:
    labelled = Rows("样本", ("value_yuan",), [[printed]], "budget_lines").labelled()
    data = b"".join(xlsx(labelled.columns, labelled.rows))
    assert CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()[1] == [read]
