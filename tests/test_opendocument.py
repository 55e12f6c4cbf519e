"""Tables of OpenDocument letters, and what workbooks show of their cells."""

import io
import zipfile

import pytest

from archive.attachments.extraction import Extracted, extract
from archive.tables.printed_table import MOST_CELLS

_NAMES = "".join(
    f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text", "draw")
)


def opened(kind: str, body: str) -> Extracted:
    stream = io.BytesIO()
    media = f"application/vnd.oasis.opendocument.{kind}"
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("mimetype", media)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr(
            "content.xml", f"<office:document-content{_NAMES}><office:body><office:{kind}>{body}</office:{kind}>"
            "</office:body></office:document-content>",
        )  # fmt: skip
    return extract(stream.getvalue(), f"a.{kind}")


def row(*cells: str, options: str = "") -> str:
    return f"<table:table-row{options}>{''.join(cells)}</table:table-row>"


def cell(text: str, options: str = "") -> str:
    kind = "" if "value-type" in options else ' office:value-type="string"'
    return f"<table:table-cell{kind}{options}><text:p>{text}</text:p></table:table-cell>"


REMARK = "<office:annotation><text:p>批注</text:p></office:annotation>"
COVERED = "<table:covered-table-cell/>"
WIDE, HIGH = ' table:number-columns-spanned="2"', ' table:number-rows-spanned="2"'


def sheet(*rows: str) -> str:
    return f'<table:table table:name="公开表">{"".join(rows)}</table:table>'


def test_a_letter_gives_its_tables_with_merged_cells_and_the_lines_above() -> None:
    body = (
        "<text:h>部门支出总表</text:h><text:p>单位：<text:s/>万元</text:p>"
        "<text:tracked-changes><text:p>删去的话</text:p></text:tracked-changes>"
    )
    made = sheet(
        f"<table:table-header-rows>{row(cell('科目', HIGH), cell('金额', WIDE), COVERED)}</table:table-header-rows>",
        row(COVERED, cell("基本<text:line-break/>支出"), cell("项目支出")),
        row(cell("合计"), cell("1.00", ' table:number-columns-repeated="2"')),
    )
    (table,) = opened("text", body + made).tables
    assert table.rows == (("科目", "金额", None), (None, "基本\n支出", "项目支出"), ("合计", "1.00", "1.00"))
    assert set(table.merged) == {(0, 0, 2, 1), (0, 1, 1, 2)}
    assert table.before == "部门支出总表\n单位： 万元"


def test_a_table_that_holds_another_is_layout() -> None:
    inner = sheet(row(cell("甲"), cell("乙")))
    outer = sheet(row(f"<table:table-cell><text:p>表名</text:p>{inner}</table:table-cell>", cell("旁边")))
    (table,) = opened("text", outer).tables
    assert (table.rows, table.before) == ((("甲", "乙"),), "表名")


@pytest.mark.parametrize("repeated", ["rows", "columns"])
def test_cells_said_to_be_repeated_are_bounded(repeated: str) -> None:
    times = f' table:number-{repeated}-repeated="99999999"'
    made = row(
        cell("甲", times if repeated == "columns" else ""), cell("乙"), options=times if repeated == "rows" else ""
    )
    read = opened("text", "<text:p>样本文字</text:p>" + sheet(made) * 3)
    assert sum(len(table.rows) * table.width for table in read.tables) <= MOST_CELLS


def test_a_workbook_shows_numbers_as_printed_and_merged_cells() -> None:
    value = ' office:value-type="float" office:value="14"'
    made = sheet(
        row(cell("项目"), cell("预算数", WIDE), COVERED),
        row(cell("其中"), cell("7"), cell("7"), options=' table:number-rows-repeated="2"'),
        row(cell("合计"), cell("14.00", value + ' table:number-columns-repeated="2"')),
    )
    (table,) = opened("spreadsheet", made).tables
    assert table.rows == (("项目", "预算数", None), *[("其中", "7", "7")] * 2, ("合计", "14.00", "14.00"))
    assert table.merged == ((0, 1, 1, 2),)


@pytest.mark.parametrize("kind", ["spreadsheet", "text"])
def test_remarks_on_cells_and_titles_are_left_out(kind: str) -> None:
    amount = cell("14.00", ' office:value-type="float" office:value="14"').replace("<text:p>", f"{REMARK}<text:p>")
    made = sheet(row(cell("项目"), cell("预算数")), row(cell(f"合计{REMARK}"), amount))
    above = f"<text:p>部门支出总表{REMARK}</text:p>" if kind == "text" else ""
    (table,) = opened(kind, above + made).tables
    assert table.rows == (("项目", "预算数"), ("合计", "14.00"))
    assert "批注" not in table.before


def test_a_long_number_whose_last_digits_are_lost_is_not_shown_whole() -> None:
    value = ' office:value-type="float" office:value="640324199001011234"'
    made = sheet(row(cell("甲"), cell("640324199001011000", value)), row(cell("乙"), cell("丙")))
    (table,) = opened("spreadsheet", made).tables
    assert table.rows[0] == ("甲", "6.40324E+17")
