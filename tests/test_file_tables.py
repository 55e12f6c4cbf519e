"""Tables out of files of every kind, cell by cell; and what is beyond the limits."""

import io
import time
import zipfile

import pytest
import xlsxwriter

from archive.attachments.extraction import Limits, extract
from archive.tables.number_formats import formatted
from archive.tables.printed_table import MOST_CELLS, PrintedTable
from tests.files import docx, pdf, text_cell, word, xlsx, zipped
from tests.ruled_pages import document, drawn, ruled, ruled_pdf, turned

HEADS: list[list[str | None]] = [
    ["Code", "Name", "Amount", None],
    ["^", "^", "2025", "2026"],
    ["201", "General", "1,234.00", "-5.50"],
    ["20101", "", "0.10", "(3.00)"],
]
PRINTED = (
    ("Code", "Name", "Amount", None),
    (None, None, "2025", "2026"),
    ("201", "General", "1,234.00", "-5.50"),
    ("20101", "", "0.10", "(3.00)"),
)
MERGED = {(0, 0, 2, 1), (0, 1, 2, 1), (0, 2, 1, 2)}


def tables(data: bytes, name: str = "a.pdf", limits: Limits | None = None) -> tuple[PrintedTable, ...]:
    return extract(data, name, limits or Limits()).tables


@pytest.mark.parametrize("style", ["boxes", "strips", "path", "thick"])
def test_a_ruled_pdf_page_gives_its_cells_however_lines_are_drawn(style: str) -> None:
    (table,) = tables(ruled_pdf(HEADS, style=style, above="A sample table  unit: yuan"))
    assert (table.rows, set(table.merged), table.page) == (PRINTED, MERGED, 1)
    assert table.before.split() == ["A", "sample", "table", "unit:", "yuan"]
    assert table.x == pytest.approx([20, 80, 140, 200, 260], abs=1)
    assert table.y == pytest.approx([20, 40, 60, 80, 100], abs=1)


def test_merged_cells_of_low_rows_are_whole() -> None:
    """A spreadsheet that is as wide as its page: lines of the rows below end next to the middle of a row."""
    (table,) = tables(pdf(b"q .25 0 0 .25 20 100 cm " + ruled(HEADS) + b" Q"))
    assert (table.rows, set(table.merged)) == (PRINTED, MERGED)


@pytest.mark.parametrize("moved", [0, 0.3, 0.6])
def test_text_that_is_printed_again_at_its_place_to_look_bold_stands_once(moved: float) -> None:
    again = b" q 1 0 0 1 %.1f 0 cm " % moved + ruled(HEADS, style="none") + b" Q"
    (table,) = tables(pdf(ruled(HEADS) + again))
    assert (table.rows, set(table.merged)) == (PRINTED, MERGED)


def apart(text: str, left: int, base: int) -> list[tuple[str, int, int]]:
    """The characters of a line, each drawn by itself."""
    return [(character, left + 9 * place, base) for place, character in enumerate(text)]


def test_narrow_columns_far_apart_are_no_writing_downwards() -> None:
    rows = ["公务接待费", "公务用车费", "会议费", "培训费", "因公出国费", "合计金额"]
    drawing = [each for row, name in enumerate(rows) for each in apart(name, 40, 500 - 11 * row)]
    drawing += [each for row in range(len(rows)) for each in apart("三百万元", 700, 500 - 11 * row)]
    text = extract(document([drawn([], drawing, "none", 8)], (842, 595)), "a.pdf").text
    assert text == "\n".join(f"{name} 三百万元" for name in rows)


def test_writing_downwards_is_read_downwards() -> None:
    columns = ["样本县人民政府办公室", "关于公开预算的通知吧", "二〇二六年一月十五日"]
    drawing = [
        (character, 800 - 20 * column, 500 - 12 * place)
        for column, text in enumerate(columns)
        for place, character in enumerate(text)
    ]
    assert extract(document([drawn([], drawing, "none", 8)], (842, 595)), "a.pdf").text == "\n".join(columns)


def test_a_page_turned_by_90_degrees_is_turned_back() -> None:
    (table,) = tables(pdf(turned(ruled(HEADS, top=160))).replace(b"[0 0 300 200]", b"[0 0 300 300]/Rotate 90"))
    assert (table.rows, set(table.merged)) == (PRINTED, MERGED)


def test_tables_side_by_side_and_one_below_another_are_several() -> None:
    left, right = [["a", "1"], ["b", "2"]], [["c", "3"], ["d", "4"]]
    below = [["e", "5"], ["f", "6"]]
    content = ruled(left) + ruled(right, left=160) + ruled(below, top=90, above="below")
    found = tables(pdf(content))
    assert [table.rows for table in found] == [tuple(map(tuple, cells)) for cells in (left, right, below)]
    assert [table.before for table in found] == ["", "", "below"]


def test_a_table_within_a_form_of_the_page_stands_where_the_form_is_put() -> None:
    content = ruled([["a", "1"], ["b", "2"]], left=0, top=40)
    form = b"<</Type/XObject/Subtype/Form/BBox[0 0 300 200]/Length %d/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>"
    form = form % len(content) + b"stream\n" + content + b"\nendstream"
    (table,) = tables(pdf(b"q 1 0 0 1 50 60 cm /X Do Q", b"/XObject<</X 5 0 R>>", more=(form,)))
    assert table.rows == (("a", "1"), ("b", "2"))
    assert table.x == pytest.approx([50, 110, 170], abs=1)


def test_a_column_of_amounts_alone_is_a_table_and_a_box_of_text_is_none() -> None:
    """The last column of a print whose side the page cut off."""
    amounts: list[list[str | None]] = [["Projects"], ["1,234.00"], [""], ["-5.50"], ["0.10"]]
    texts: list[list[str | None]] = [["Notes"], ["a"], ["b"], ["c 1.00"], ["12.00"]]
    assert [table.rows for table in tables(pdf(ruled(amounts)))] == [tuple(map(tuple, amounts))]
    (below,) = tables(pdf(ruled(texts) + ruled([["d", "1"], ["e", "2"]], top=70)))
    assert (below.rows, below.before) == ((("d", "1"), ("e", "2")), "Notes\na\nb\nc 1.00\n12.00")


def test_a_table_within_a_box_of_several_rows_keeps_its_text() -> None:
    box = b"q 1 0 0 2 0 -185 cm " + ruled([[""]] * 5, left=10, top=190, column_width=280) + b" Q "
    (table,) = tables(pdf(box + b"q .2 0 0 .2 60 105 cm " + ruled([["a", "1"], ["b", "2"]]) + b" Q"))
    assert table.rows == (("a", "1"), ("b", "2"))


def test_text_without_lines_is_no_table() -> None:
    assert tables(pdf(b"BT /F1 12 Tf 20 100 Td (A sample of the project.) Tj ET")) == ()


@pytest.mark.parametrize("drawing", ["0 0 m 300 200 l S ", "10 10 m 290 10 l S ", "20 20 200 100 re f "])
def test_lines_that_make_no_grid_are_no_table(drawing: str) -> None:
    assert tables(pdf(drawing.encode() * 40 + b"BT /F1 12 Tf 20 100 Td (A sample of the project.) Tj ET")) == ()


@pytest.mark.parametrize("number", ["1e38", "-99999999999999", "1" * 400, "0.0000000001", "nan"])
def test_coordinates_out_of_all_bounds_do_no_harm(number: str) -> None:
    content = ruled([["a", "1"], ["b", "2"]]) + f" {number} 0 0 {number} 0 0 cm {number} 5 200 {number} re S".encode()
    found = extract(pdf(content), "a.pdf")
    assert (found.state, [table.rows for table in found.tables]) == ("text", [(("a", "1"), ("b", "2"))])


@pytest.mark.parametrize(
    "wrong",
    [{"x": [float("nan")]}, {"y": [float("inf")]}, {"rows": [[1]]}, {"rows": [["a"], ["b", "c"]]}, {"page": "x"}],
)
def test_what_is_no_table_is_refused(wrong: dict[str, object]) -> None:
    whole = PrintedTable((("a", "b"),)).to_json()
    assert PrintedTable.from_json(whole) == PrintedTable((("a", "b"),))
    with pytest.raises(ValueError, match=r"table|int"):
        PrintedTable.from_json(whole | wrong)


def test_of_many_lines_above_a_table_the_nearest_are_kept() -> None:
    above = "".join(f"line {number}\n" for number in range(20))
    (table,) = tables(f"{above}\na\tb\nc\td".encode(), "a.txt")
    assert table.before.split("\n") == [f"line {number}" for number in range(12, 20)]


def test_a_page_of_countless_lines_costs_little_and_keeps_its_text() -> None:
    mesh = b"".join(b"%d %d 1 1 re S " % (x % 290, x // 290) for x in range(60_000))
    begun = time.process_time()
    found = extract(pdf(mesh + b"BT /F1 12 Tf 20 100 Td (A sample of the project.) Tj ET"), "a.pdf")
    assert (found.state, found.text, found.tables) == ("text", "A sample of the project.", ())
    assert time.process_time() - begun < 5


def span(text: str, properties: str) -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{word(text)}</w:tc>"


WORD_TABLE = f"""<w:tbl>
<w:tr>{span("Code", '<w:vMerge w:val="restart"/>')}{span("Name", '<w:vMerge w:val="restart"/>')}{span("Amount", '<w:gridSpan w:val="2"/>')}</w:tr>
<w:tr>{span("", "<w:vMerge/>")}{span("", "<w:vMerge/>")}{span("2025", "")}{span("2026", "")}</w:tr>
<w:tr>{span("201", "")}{span("General", "")}{span("1,234.00", "")}{span("-5.50", "")}</w:tr>
<w:tr>{span("20101", "")}{span("", "")}{span("0.10", "")}{span("(3.00)", "")}</w:tr></w:tbl>"""


def test_a_word_table_gives_its_cells() -> None:
    found = tables(docx(word("A sample") + WORD_TABLE + word("") + WORD_TABLE), "a.docx")
    assert [(table.rows, set(table.merged), table.before) for table in found] == [
        (PRINTED, MERGED, "A sample"),
        (PRINTED, MERGED, ""),
    ]


def test_a_cell_goes_on_from_the_row_before_and_no_earlier_one() -> None:
    begin, on = span("a", '<w:vMerge w:val="restart"/>'), span("d", "<w:vMerge/>")
    between = f'<w:tr><w:trPr><w:gridBefore w:val="1"/></w:trPr>{span("c", "")}</w:tr>'
    box = f"<w:tbl><w:tr>{begin}{span('b', '')}</w:tr>{between}<w:tr>{on}{span('e', '')}</w:tr></w:tbl>"
    (table,) = tables(docx(box), "a.docx")
    assert (table.rows, table.merged) == ((("a", "b"), ("", "c"), ("d", "e")), ())


def test_a_word_table_within_a_layout_table_is_the_one_that_counts() -> None:
    layout = f"<w:tbl><w:tr><w:tc>{word('Title')}{WORD_TABLE}</w:tc><w:tc>{word('aside')}</w:tc></w:tr></w:tbl>"
    assert [(table.rows, table.before) for table in tables(docx(layout), "a.docx")] == [(PRINTED, "Title")]


WEB_TABLE = """<table><tr><th rowspan=2>Code</th><th rowspan="2">Name</th><th colspan='2'>Amount</th></tr>
<tr><td>2025</td><td>2026</td></tr><tr><td>201</td><td><p>General</p></td><td>1,234.00</td><td>-5.50</td></tr>
<tr><td>20101</td><td style="display:none">hidden</td><td></td><td>0.10</td><td>(3.00)</td></tr></table>"""


def test_a_web_page_gives_its_cells() -> None:
    page = f"<html><body><p>A <b>sample</b></p><div>unit: yuan</div>{WEB_TABLE}<table><tr><td>{WEB_TABLE}</td></tr></table></body></html>"
    first, second = tables(page.encode(), "a.htm")
    assert (first.rows, set(first.merged), first.before) == (PRINTED, MERGED, "A sample\nunit: yuan")
    assert (second.rows, second.before) == (PRINTED, "")


@pytest.mark.parametrize("stated", ["0", "-1", "9" * 400, "two", "²", ""])
def test_a_span_that_is_no_number_is_one(stated: str) -> None:
    page = f'<html><body><table><tr><td rowspan="{stated}" colspan="{stated}">a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table></body></html>'
    assert tables(page.encode(), "a.htm")[0].rows == (("a", "b"), ("c", "d"))


def test_a_cell_over_several_rows_and_columns_covers_all_of_them() -> None:
    page = "<table><tr><td rowspan=2 colspan=2>a</td><td>b</td></tr><tr><td>c</td></tr><tr><td>d</td><td>e</td><td>f</td></tr></table>"
    (table,) = tables(f"<html><body>{page}</body></html>".encode(), "a.htm")
    assert table.rows == (("a", None, "b"), (None, None, "c"), ("d", "e", "f"))


def test_merged_cells_end_where_their_table_ends() -> None:
    page = "<html><body><table><tr><td>a</td><td rowspan=9>b</td></tr><tr><td>c</td></tr></table></body></html>"
    (table,) = tables(page.encode(), "a.htm")
    assert (table.rows, table.merged) == ((("a", "b"), ("c", None)), ((0, 1, 2, 1),))


def workbook() -> bytes:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream)
    sheet = book.add_worksheet("Sample")
    money = book.add_format({"num_format": "#,##0.00"})
    sheet.merge_range("A1:A2", "Code")
    sheet.merge_range("B1:B2", "Name")
    sheet.merge_range("C1:D1", "Amount")
    sheet.write_row("C2", ["2025", "2026"])
    sheet.write_row("A3", ["201", "General"])
    sheet.write_number("C3", 1234, money)
    sheet.write_number("D3", -5.5, money)
    sheet.write_row("A4", ["20101", "", 0.1, "(3.00)"])
    book.add_worksheet("Empty")
    book.close()
    return stream.getvalue()


def test_a_workbook_gives_its_cells_with_numbers_as_they_are_formatted() -> None:
    found = extract(workbook(), "a.xlsx")
    (table,) = found.tables
    assert (table.rows[:3], set(table.merged)) == (PRINTED[:3], MERGED)
    assert (table.page, table.before) == (1, "Sample")
    assert "1,234.00\t-5.50" in (found.text or "")


def test_a_zero_for_which_the_format_prints_nothing_is_an_empty_cell() -> None:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream)
    hidden = book.add_format({"num_format": '#,##0.00;-#,##0.00;""'})
    sheet = book.add_worksheet()
    for row in range(2):
        sheet.write_row(row, 0, [0, 12], hidden)
    book.close()
    (table,) = tables(stream.getvalue(), "a.xlsx")
    assert table.rows == (("", "12.00"), ("", "12.00"))


def test_what_a_workbook_hides_is_text_and_in_no_table() -> None:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream)
    sheet, other = book.add_worksheet("Shown"), book.add_worksheet("Hidden")
    sheet.merge_range("B1:D1", "Amounts")
    for row, cells in enumerate(
        (["201", "1.00", "7.77", "2.00"], ["hidden", "7.77"], ["202", "3.00", "7.77", "4.00"]), 1
    ):
        sheet.write_row(row, 1, cells)
    sheet.merge_range("C5:E6", "5.00")
    sheet.write_string("B6", "203")
    sheet.set_row(2, None, None, {"hidden": True})
    sheet.set_row(4, None, None, {"hidden": True})
    sheet.set_column(3, 3, None, None, {"hidden": True})
    other.write_row(0, 0, ["Name", "7.77"])
    other.hide()
    book.close()
    found = extract(stream.getvalue(), "a.xlsx")
    (table,) = found.tables
    assert table.rows == (
        ("Amounts", None, ""),
        ("201", "1.00", "2.00"),
        ("202", "3.00", "4.00"),
        ("203", "5.00", None),
    )
    assert set(table.merged) == {(0, 0, 1, 2), (3, 1, 1, 2)}
    assert (found.text or "").count("7.77") == 4


def test_a_formula_that_failed_is_a_text_beside_hidden_and_merged_cells() -> None:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream)
    sheet = book.add_worksheet("Sample")
    sheet.merge_range("A1:B1", "Amounts")
    sheet.write_formula("A2", "=Other!A1", None, "#REF!")
    sheet.write_formula("B2", "=1/0", None, "#DIV/0!")
    sheet.write_row("A3", ["hidden", "7.77"])
    sheet.set_row(2, None, None, {"hidden": True})
    book.close()
    (table,) = tables(stream.getvalue(), "a.xlsx")
    assert (table.rows, table.merged) == ((("Amounts", None), ("#REF!", "#DIV/0!")), ((0, 0, 1, 2),))


def test_a_workbook_may_name_its_sheets_from_its_root_on() -> None:
    relations = "xl/_rels/workbook.xml.rels"
    with zipfile.ZipFile(io.BytesIO(workbook())) as made:
        parts = {name: made.read(name) for name in made.namelist()}
    parts[relations] = parts[relations].replace(b'"worksheets/', b'"/xl/worksheets/')
    assert b"/xl/worksheets/sheet1.xml" in parts[relations]
    (table,) = tables(zipped(parts), "a.xlsx")
    assert table.rows[2][2:] == ("1,234.00", "-5.50")


@pytest.mark.parametrize(
    ("value", "code", "printed"),
    [
        (1234.5, "0", "1235"), (-0.5, "0.00%", "-50.00%"), (1e9, "#,##0.00_ ;[Red]-#,##0.00 ", "1,000,000,000.00"),
        (0.125, "0.00", "0.13"), (-1234.5, '#,##0.00_);(#,##0.00)', "-1,234.50"), (1234567, "#,##0.00,", "1,234.57"),
        (5, "General", None), (5, "yyyy-mm-dd", None), (5, "", None), (5, '0"万元"', None), (5, "0.00E+00", None),
        (0, '#,##0.00;-#,##0.00;""', ""), (0, '0.00;-0.00;"无"', "无"), (0, "#,##0.00_);(#,##0.00)", "0.00"),
        (0, '_ * #,##0.00_ ;_ * \\-#,##0.00_ ;_ * "-"??_ ;_ @_ ', "-"), (0, "0.00;;", ""), (0, "0.00;-0.00;0", "0"),
    ],
)  # fmt: skip
def test_a_number_is_printed_as_its_format_says(value: float, code: str, printed: str | None) -> None:
    assert formatted(value, code) == printed


def test_tables_of_an_archive_say_in_which_file_they_stand() -> None:
    members = {
        "one/a.docx": docx(WORD_TABLE),
        "b.xlsx": xlsx(f"<row>{text_cell('A1', 'x')}{text_cell('B1', 'y')}</row>"),
    }
    assert [(table.member, table.width) for table in tables(zipped(members), "a.zip")] == [
        ("one/a.docx", 4),
        ("b.xlsx", 2),
    ]


def test_rows_of_text_with_tabs_are_a_table_where_all_are_of_one_width() -> None:
    rows = b"A sample\n\nunit: yuan\tpage: 1\nname\tkind\tamount\na\tx\t1\nb\ty\t2\n\nend"
    (table,) = tables(rows, "a.txt")
    assert table.rows == (("name", "kind", "amount"), ("a", "x", "1"), ("b", "y", "2"))
    assert table.before == "A sample\nunit: yuan page: 1"
    assert tables(rows.replace(b"a\tx\t1", b"a\t1"), "a.txt") == ()


def grid(rows: int, columns: int) -> str:
    return "<html><body><table>" + ("<tr>" + "<td>1</td>" * columns + "</tr>") * rows + "</table></body></html>"


@pytest.mark.parametrize(("rows", "columns"), [(1000, 1000), (400, 301), (100_001, 1), (2, 301)])
def test_a_table_beyond_the_limits_is_not_kept_and_that_is_said(rows: int, columns: int) -> None:
    found = extract(f"{grid(rows, columns)[:-14]}<table><tr><td>a</td><td>b</td></tr></table>".encode(), "a.htm")
    assert found.state == "text"
    assert sum(len(row) for table in found.tables for row in table.rows) <= MOST_CELLS
    assert found.tables[-1].rows == (("a", "b"),)


def test_a_workbook_of_a_million_cells_keeps_its_text_and_no_table() -> None:
    line = "<row>" + "<c><v>7</v></c>" * 250 + "</row>"
    found = extract(xlsx(line * 4000), "a.xlsx")
    assert (found.state, found.tables, found.message) == ("text", (), "not kept, beyond the limits: 1 table")


@pytest.mark.parametrize("value", ["1e309", "-1e309", "9" * 400, "1e-400", "NaN"])
def test_numbers_out_of_all_bounds_are_text_or_nothing(value: str) -> None:
    cells = f'<row><c r="A1" t="inlineStr"><is><t>a</t></is></c><c r="B1"><f>1/0</f><v>{value}</v></c></row>'
    found = extract(xlsx(cells), "a.xlsx")
    assert found.state in ("text", "failed")
    assert all(len(cell or "") <= 400 for table in found.tables for row in table.rows for cell in row)


@pytest.mark.parametrize(
    ("stored", "printed"),
    [
        ("640324199001011000", "6.40324E+17"),  # what is left of an ID number that was typed as one
        ("6222021234567890000", "6.22202E+18"),
        ("-1e15", "-1.00000E+15"),
        ("999999999999999", "999999999999999"),
    ],
)
def test_a_number_whose_last_digits_are_lost_is_printed_with_none_that_nobody_wrote(stored: str, printed: str) -> None:
    found = extract(xlsx(f'<row><c r="A1"><v>1</v></c><c r="B1"><v>{stored}</v></c></row>'), "a.xlsx")
    assert found.text == f"1\t{printed}"
    assert found.tables[0].rows == (("1", printed),)


def test_many_nested_tables_are_bounded() -> None:
    depth = 3000
    page = "<html><body>" + "<table><tr><td>x" * depth + "</td><td>y</td></tr></table>" * depth + "</body></html>"
    found = extract(page.encode(), "a.htm")
    assert found.state in ("text", "failed", "too_large")
    assert len(found.tables) <= 1


RTF_TABLE = rb"""{\rtf1\ansi A sample\par
\trowd\clvmgf\cellx1000\clvmgf\cellx2000\cellx4000\pard\intbl Code\cell Name\cell Amount\cell\row
\trowd\clvmrg\cellx1000\clvmrg\cellx2000\cellx3010\cellx4000\pard\intbl\cell\cell 2025\cell 2026\cell\row
\trowd\cellx1000\cellx2000\cellx3000\cellx4000\pard\intbl 201\cell General\cell 1,234.00\cell -5.50\cell\row
\trowd\cellx1000\cellx2000\cellx3000\cellx4000\pard\intbl 20101\cell\cell 0.10\cell (3.00)\cell\row\pard end}"""


def test_an_rtf_table_gives_its_cells_with_those_that_are_wider_or_go_on_from_above() -> None:
    (table,) = tables(RTF_TABLE, "a.rtf")
    assert (table.rows, set(table.merged), table.before) == (PRINTED, MERGED, "A sample")
    assert extract(RTF_TABLE, "a.rtf").text == (
        "A sample\nCode\tName\tAmount\n\t\t2025\t2026\n201\tGeneral\t1,234.00\t-5.50\n20101\t\t0.10\t(3.00)\nend"
    )


def test_cells_merged_both_ways_are_one_in_rtf_and_in_word() -> None:
    rtf = (
        rb"{\rtf1 \trowd\clmgf\clvmgf\cellx1000\clmrg\clvmgf\cellx2000\cellx3000\pard\intbl a\par b\cell\cell c\cell\row"
        rb"\trowd\clmgf\clvmrg\cellx1000\clmrg\clvmrg\cellx2000\cellx3000\pard\intbl\cell\cell d\cell\row}"
    )
    both = '<w:gridSpan w:val="2"/><w:vMerge{}/>'
    begin, on = both.format(' w:val="restart"'), both.format("")
    box = f"<w:tbl><w:tr>{span('a', begin)}{span('c', '')}</w:tr><w:tr>{span('', on)}{span('d', '')}</w:tr></w:tbl>"
    (first,), (second,) = tables(rtf, "a.rtf"), tables(docx(box), "a.docx")
    assert (first.rows, first.merged) == ((("a\nb", None, "c"), (None, None, "d")), ((0, 0, 2, 2),))
    assert (second.rows, second.merged) == ((("a", None, "c"), (None, None, "d")), ((0, 0, 2, 2),))


@pytest.mark.parametrize(
    "content",
    [rb"\cell\row" * 1000, rb"\trowd" + rb"\cellx1" * 5000 + rb"\cell" * 5000 + rb"\row", rb"\row\cellx-9\cell"],
)
def test_an_rtf_table_without_reason_does_no_harm(content: bytes) -> None:
    found = extract(rb"{\rtf1 A sample text.\par " + content + b"}", "a.rtf")
    assert (found.state, all(len(row) <= 300 for table in found.tables for row in table.rows)) == ("text", True)
