"""Columns of tables that hold particulars of persons: which lines are headers, how far they hold, which cells are masked.

The numbers are made up, and none is one by itself: an ID number's day of birth is none.
"""

import re

import pytest

from archive.masking import person_columns
from archive.masking.redaction import redact

ID, MASKED = "640324198013011230", "64****************"
HEADER = "姓名\t身份证号"
LONG_HEAD = "样本样本样本身份证号（样本样本样本样本样本甲乙）"


def masked(*lines: str) -> str:
    return redact("\n".join(lines)).text


@pytest.mark.parametrize("between", ["\t", "|", "｜", ",", "，", "  ", " | "])
def test_cells_stand_apart_by_one_mark_or_by_blanks(between: str) -> None:
    assert masked(f"姓名{between}身份证号", f"样本甲{between}{ID}") == f"姓名{between}身份证号\n样本甲{between}{MASKED}"


@pytest.mark.parametrize(
    ("lines", "is_masked"),
    [
        ((f"{HEADER}\t样本甲\t{ID}",), False),
        ((f"样本甲\t{ID}", HEADER), True),
        ((HEADER, f"样本甲\t{ID}", ""), True),
        (("", HEADER, f"样本甲\t{ID}"), True),
        ((HEADER, *["样本"] * 4, f"样本甲\t{ID}"), True),
        ((HEADER, *["样本"] * 5, f"样本甲\t{ID}"), False),
        ((HEADER, *["样本"] * 3, "", "— 2 —", "第 3 页 共 4 页", "", f"样本甲\t{ID}"), True),
        (("姓名 身份证号", *[""] * 4, f"样本甲 {ID}"), True),
        (("姓名 身份证号", *[""] * 5, f"样本甲 {ID}"), False),
        ((HEADER, *["样本"] * 4, "样本乙\t样本", *["样本"] * 4, f"样本甲\t{ID}"), True),
        ((HEADER, *["样本"] * 4, HEADER, *["样本"] * 4, f"样本甲\t{ID}"), True),
        ((HEADER, "项目\t金额", f"样本甲\t{ID}"), True),
        ((HEADER, f"姓名\t{LONG_HEAD}等", f"样本甲\t{ID}"), False),
        ((HEADER, f"项目\t{LONG_HEAD}等", f"样本甲\t{ID}"), True),
        (("1234\t身份证号", f"样本甲\t{ID}"), True),
        (("12345\t身份证号", f"样本甲\t{ID}"), False),
        ((f"姓名\t{LONG_HEAD}", f"样本甲\t{ID}"), True),
        ((f"姓名\t{LONG_HEAD[:-1]}丙）", f"样本甲\t{ID}"), False),
        ((f"{HEADER}\t{'样' * 1992}", f"样本甲\t{ID}\t样"), True),
        ((f"{HEADER}\t{'样' * 1993}", f"样本甲\t{ID}\t样"), False),
    ],
)
def test_a_header_holds_until_the_next_or_five_lines_without_cells(lines: tuple[str, ...], is_masked: bool) -> None:
    assert masked(*lines) == "\n".join(lines).replace(ID, MASKED if is_masked else ID)


@pytest.mark.parametrize(
    ("header", "row", "expected"),
    [
        ("序号\t姓名\t身份证号", f"样本甲\t{ID}", f"样本甲\t{MASKED}"),
        ("序号\t姓名\t身份证号", f"1\t样本\t样本甲\t{ID}", f"1\t样本\t样本甲\t{MASKED}"),
        ("身份证号\t姓名\t备注", f"{ID}\t样本甲", f"{MASKED}\t样本甲"),
        ("姓名\t身份证号\t备注", f"{ID}\t样本甲\t样本", f"{MASKED}\t样本甲\t样本"),
        ("姓名\t身份证号\t备注", f"样本\t样本甲\t{ID}", f"样本\t样本甲\t{MASKED}"),
        ("姓名\t学籍号\t备注", f"G{ID}\t样本甲\t样本", f"G{MASKED}\t样本甲\t样本"),
        ("序号\t姓名\t账号", "样本甲\t801234567890", "样本甲\t8012********"),
        ("序号\t姓名\t账号", "1\t样本\t样本甲\t801234567890", "1\t样本\t样本甲\t8012********"),
        ("姓名  账号  备注", "样本甲 801234567890 样本", "样本甲 8012******** 样本"),
        ("账号\t姓名\t备注", "801234567890\t样本甲", "8012********\t样本甲"),
        ("姓名\t账号\t备注", "样本甲\t样本行\t801234567890", "样本甲\t样本行\t8012********"),
        ("姓名\t账号\t备注", "样本甲\t样本行\t80123456789", "样本甲\t样本行\t80123456789"),
        ("姓名\t账号\t备注", f"{ID}\t样本甲\t样本", f"{ID}\t样本甲\t样本"),
        ("学生身份证号\t家长身份证号", f"{ID}\t640324198013011231", f"{MASKED}\t{MASKED}"),
        ("姓名\t身份证号\t备注", "样本甲\t\t样本", "样本甲\t\t样本"),
        ("序号\t姓名\t联系电话", "样本甲\t0953-8021234", "样本甲\t****-*******"),
        ("序号\t姓名\t家庭住址", "样本甲\t样本镇样本村三组12号", "样本甲\t样本镇********"),
    ],
)
def test_cells_are_found_where_merged_ones_moved_a_row(header: str, row: str, expected: str) -> None:
    assert masked(header, row) == f"{header}\n{expected}"


@pytest.mark.parametrize(
    ("header", "cell", "expected"),
    [
        ("身份证号", "12345678", "12******"),
        ("身份证号", "1234567", "1234567"),
        ("身份证号", "见附件12345678", "见附件12345678"),
        ("身份证号", "见12345678", "见12345678"),
        ("身份证号", "ABC12345678", "ABC12******"),
        ("身份证号", "ABCD12345678", "ABCD12345678"),
        ("账号", "801234567890", "8012********"),
        ("开户行及账号", "样本行801234567890", "样本行8012********"),
        ("开户行及账号", "样本行80123456789", "样本行80123456789"),
        ("联系电话", "0951-1234567", "****-*******"),
        ("联系电话", "123-4567", "***-****"),
        ("联系电话", "123-456", "123-456"),
        ("联系电话", "见附件1234567", "见附件1234567"),
        ("车牌号", "宁A12345", "宁A*****"),
        ("家庭住址", "样本县样本镇样本村三组12号", "样本县样本镇********"),
        ("QQ号", "12345678", "********"),
        ("微信号", "abc12345", "********"),
        ("护照号", "E12345678", "E********"),
    ],
)
def test_a_cell_is_masked_by_the_kind_of_its_column(header: str, cell: str, expected: str) -> None:
    text = f"姓名\t{header}\t备注\n样本甲\t{cell}\t样本"
    assert masked(text) == text.replace(cell, expected)


@pytest.mark.parametrize("first", ["姓名\t职务", "科室\t姓名", "项目\t单位"])
def test_telephones_of_offices_stay(first: str) -> None:
    text = f"{first}\t联系电话\n样本甲\t样本\t0951-1234567"
    assert masked(text) == text


@pytest.mark.parametrize(
    ("kind", "header"), [("resident_id", "身份证号"), ("bank_card", "账号"), ("home_phone", "联系电话")]
)
def test_what_is_masked_is_counted_by_its_kind(kind: str, header: str) -> None:
    assert redact(f"姓名\t{header}\n样本甲\t801234567890\n样本乙\t801234567891").counts == {kind: 2}


def test_what_is_masked_in_a_row_that_moved_is_counted() -> None:
    assert redact(f"{HEADER}\t备注\n{ID}\t样本甲\t样本").counts == {"resident_id": 1}


@pytest.mark.parametrize("between", ["\t", "|", "｜", ",", "，"])
def test_a_table_turned_by_90_degrees_has_its_headers_first_in_each_line(between: str) -> None:
    lines = (
        ("姓名", "样本甲", "样本乙", "样本丙"),
        ("一卡通号", "801234567890", "", "801234567891"),
        ("金额", "1", "2", "3"),
    )
    text = "\n".join(between.join(line) for line in lines)
    assert redact(text).text == text.replace("34567890", "********").replace("34567891", "********")


@pytest.mark.parametrize(
    ("line", "is_masked"),
    [
        ("护照\tE12345678\tE12345679", True),
        ("护照\tE12345678\tE12345679\t无\t无", True),
        ("护照\tE12345678\tE12345679\t无\t无\t无", False),
        ("护照\t第一批\tE12345679", False),
        ("备注\tE12345678\tE12345679", False),
    ],
)
def test_most_cells_behind_a_header_must_be_values_of_its_kind(line: str, is_masked: bool) -> None:
    assert ("E12345679" not in redact(f"姓名\t样本\n{line}").text) == is_masked


def rows_down(*cells: str) -> str:
    return "\n".join(("姓名", "一卡通号", "金额", *cells))


def test_a_table_whose_cells_stand_one_on_a_line_has_its_headers_first() -> None:
    text = rows_down("样本甲", "801234567890", "500", "样本乙", "801234567891", "600", "样本丙", "801234567892")
    assert [line[4:] for line in redact(text).text.split("\n") if line.startswith("8012")] == ["********"] * 3


@pytest.mark.parametrize(
    "cells",
    [
        ("样本甲", "801234567890", "500"),
        ("样本甲", "801234567890", "500", "样本乙", "样本丙", "801234567891"),
        (*["样本"] * 12, "801234567890", *["样本"] * 13, "801234567891"),
    ],
)
def test_values_down_the_lines_must_come_again_at_the_same_distance(cells: tuple[str, ...]) -> None:
    assert redact(rows_down(*cells)).text == rows_down(*cells)


def test_values_down_the_lines_end_where_another_stands_in_their_place() -> None:
    text = rows_down(
        "甲", "801234567890", "5", "乙", "801234567891", "6", "样本", "合计", "样本", "样本", "801234567892"
    )
    assert "801234567892" in redact(text).text


@pytest.mark.parametrize("between", [";", "；", "、"])
def test_weak_marks_stand_between_cells_where_no_blank_does(between: str) -> None:
    assert (
        masked(f"姓名{between}账号", f"样本甲{between}801234567890")
        == f"姓名{between}账号\n样本甲{between}8012********"
    )


@pytest.mark.parametrize(
    ("header", "is_masked"),
    [
        ("单位名称\t账号", False),
        ("收款单位\t银行账号", False),
        ("企业名称\t账号", False),
        ("学校名称\t学生姓名\t账号", True),
        ("样本名称\t账号", True),
    ],
)
def test_accounts_of_a_table_of_firms_and_offices_stay(header: str, is_masked: bool) -> None:
    row = "\t".join(["样本"] * header.count("\t") + ["801234567890123"])
    assert ("801234567890123" not in masked(header, row)) == is_masked


def test_of_a_table_of_units_the_accounts_of_persons_are_masked() -> None:
    assert masked(
        "单位\t账号", "样本局\t6401000123456", "样本某户\t7788123456", "马小军\t7788123457", "某公司\t7788123458"
    ) == ("单位\t账号\n样本局\t6401000123456\n样本某户\t7788******\n马小军\t7788******\n某公司\t7788123458")


@pytest.mark.parametrize(
    ("header", "is_masked"),
    [
        ("姓名\t地址", True),
        ("被征收人\t房屋坐落", True),
        ("户主\t住房地址", True),
        ("姓名\t详细地址（组）", True),
        ("企业名称\t地址", False),
        ("姓名\t职务\t地址", False),
    ],
)
def test_addresses_of_a_table_of_persons_are_their_homes(header: str, is_masked: bool) -> None:
    cell = "样本镇样本村3组57号"
    row = "\t".join(["样本"] * header.count("\t") + [cell])
    assert (cell not in masked(header, row)) == is_masked


def test_headers_of_a_kind_are_looked_for_only_where_its_label_may_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their patterns take ten milliseconds each to compile, in every process that masks."""
    tried = set()

    def head(kind: str) -> re.Pattern[str]:
        tried.add(kind)
        return re.compile("手机")

    monkeypatch.setattr(person_columns, "_head", head)
    masked("某局", "联系电话", f"样本甲 {ID}")
    assert tried == {"phone", "email"}
