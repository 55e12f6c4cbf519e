"""Budget tables of made documents: known for what they are, each amount with its place, planted slips found and none invented."""

import time
from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest

from archive.analysis import budget_reader
from archive.tables.printed_table import PrintedTable, Row
from tests.budget_forms import GENERAL, SUMMARY, TITLED, failing, read, table


def test_codes_in_columns_of_their_own_and_a_row_of_column_numbers() -> None:
    (found,) = read(table(GENERAL, TITLED))
    heading = found.statement.heading
    assert (heading.kind, heading.stage, heading.year, heading.unit) == ("general_spending", "budget", 2026, "万元")
    assert heading.agency == "样本局"
    lines = {(line.code, line.column_name): str(line.yuan) for line in found.lines}
    assert lines["2010301", "基本支出"] == "1000000.00"
    assert len(lines) == 13
    assert failing(found) == []
    assert {check.rule for check in found.checks} == {"children", "total", "columns"}
    assert next((row.page, row.row) for row in found.statement.rows) == (1, 3)


@pytest.mark.parametrize(
    ("title", "year"),
    [
        ("二〇二六年一般公共预算支出表", 2026),
        ("二○二五年一般公共预算支出表", 2025),
        ("二零二四年度一般公共预算支出表", 2024),
    ],
)
def test_a_year_may_be_written_out(title: str, year: int) -> None:
    assert read(table(GENERAL, f"{title}\n单位：万元"))[0].statement.heading.year == year


@pytest.mark.parametrize("behind", ["（空表）", "（本表为空）", "（无数据）"])
def test_a_title_may_say_that_its_table_is_empty(behind: str) -> None:
    (found,) = read(table("科目编码|科目名称|合计\n||", f"国有资本经营预算支出表{behind}\n单位：万元"))
    assert (found.statement.heading.kind, found.lines) == ("capital_spending", ())


@pytest.mark.parametrize(
    ("right", "wrong", "rules"),
    [
        ("201|03|01|行政运行|100.00|100.00|", "201|03|01|行政运行|180.00|180.00|", {"children"}),
        ("|||合计|120.00|100.00|20.00", "|||合计|120.00|100.00|25.00", {"total", "columns"}),
    ],
)
def test_a_planted_slip_is_found_and_no_other(right: str, wrong: str, rules: set[str]) -> None:
    (found,) = read(table(GENERAL.replace(right, wrong), TITLED))
    assert {rule for rule, _, _ in failing(found)} == rules
    support = found.support()
    assert {place for place, (_, failed) in support.items() if failed}
    assert all(held for held, failed in support.values() if not failed)


def test_a_table_goes_on_over_pages_with_and_without_its_head() -> None:
    head, body = GENERAL.strip().split("\n")[:3], GENERAL.strip().split("\n")[3:]
    whole = table(GENERAL, TITLED)
    first = table("\n".join([*head, *body[:3]]), TITLED)
    for rest in ([*body[3:]], [*head, *body[3:]]):
        for above in ("", "— 7 —"):
            (found,) = read(first, table("\n".join(rest), above, page=2))
            (one,) = read(whole)
            assert [(line.code, line.name, line.column_name, line.value) for line in found.lines] == [
                (line.code, line.name, line.column_name, line.value) for line in one.lines
            ]
            assert (found.statement.pages, failing(found)) == ((1, 2), [])


SOURCES = """
科目编码|科目名称|本年收入合计|财政拨款收入|事业收入|其他收入
合计||170.00|150.00|15.00|5.00
201|一般公共服务支出|120.00|100.00|15.00|5.00
20103|政府办公厅（室）及相关机构事务|120.00|100.00|15.00|5.00
208|社会保障和就业支出|50.00|50.00||
"""


def test_all_columns_beside_a_total_make_it_up_where_they_do_in_most_rows() -> None:
    (found,) = read(table(SOURCES, "部门收入总表\n单位：万元"))
    assert [check.rule for check in found.checks].count("columns") == 4
    assert failing(found) == []
    (slipped,) = read(table(SOURCES.replace("50.00|50.00||", "50.00|40.00||5.00"), "部门收入总表\n单位：万元"))
    assert [each for each in failing(slipped) if each[0] == "columns"] == [
        ("columns", Decimal("50.00"), Decimal("45.00"))
    ]
    other = SOURCES.replace("其他收入", "其中：非税收入")  # a part of a part, so that no row adds up
    (unlike,) = read(table(other.replace("|5.00", "|9.00").replace("其中：", ""), "部门收入总表\n单位：万元"))
    assert "columns" not in {check.rule for check in unlike.checks}


def test_a_total_and_the_only_part_beside_it_may_be_equal_by_chance() -> None:
    rows = (
        "科目编码|科目名称|本年收入合计|财政拨款收入\n201|样本甲|9.00|9.00\n203|样本乙|8.00|8.00\n205|样本丙|7.00|6.00"
    )
    (found,) = read(table(rows, "部门收入总表\n单位：万元"))
    assert [check.rule for check in found.checks] == []


@pytest.mark.parametrize(("adding_up", "known"), [(2, False), (3, True)])
def test_a_form_is_known_by_more_than_half_of_its_rows(adding_up: int, known: bool) -> None:
    rows = [
        f"{code}|样本|9.00|5.00|{'4.00' if place < adding_up else '3.00'}" for place, code in enumerate(range(201, 205))
    ]
    head = "科目编码|科目名称|本年收入合计|财政拨款收入|其他收入"
    (found,) = read(table("\n".join((head, *rows)), "部门收入总表\n单位：万元"))
    assert [rule for rule, *_ in failing(found)] == ["columns"] * known


def test_nothing_is_summed_over_a_code_that_stands_twice() -> None:
    rows = "科目编码|科目名称|金额\n合计||20.00\n201|样本|15.00\n20103|样本|9.00\n20103|样本|2.00\n20105|样本|4.00\n208|样本|2.00\n208|样本|3.00"
    (found,) = read(table(rows, "一般公共预算支出表\n单位：万元"))
    assert len(found.lines) == 7
    assert found.checks == ()


YEARS = """
科目编码|科目名称|2025年执行数|2026年预算数|<|<|2026年预算数比2025年执行数|<
^|^|^|小计|基本支出|项目支出|增减额|增减%
合计||100.00|120.00|100.00|20.00|20.00|20.00
201|一般公共服务支出|90.00|70.00|60.00|10.00|-20.00|-22.22
208|社会保障和就业支出|10.00|50.00|40.00|10.00|40.00|400.00
"""


def test_no_change_is_held_against_two_budgets_of_one_year() -> None:
    rows = """
科目编码|科目名称|2025年执行数|2026年年初预算数|2026年调整预算数|增减额
201|一般公共服务支出|90.00|70.00|75.00|-15.00
208|社会保障和就业支出|10.00|50.00|55.00|45.00
"""
    (found,) = read(table(rows, "2026年一般公共预算支出表\n单位：万元"))
    assert "change" not in {check.rule for check in found.checks}


def test_a_change_is_the_difference_of_two_years() -> None:
    (found,) = read(table(YEARS, "2026年一般公共预算支出表\n单位：万元"))
    assert [check.right for check in found.checks if check.rule == "change"] == [20, -20, 40]
    assert failing(found) == []
    slipped = YEARS.replace("|-20.00|", "|-22.00|")
    (found,) = read(table(slipped, "2026年一般公共预算支出表\n单位：万元"))
    assert failing(found) == [("total", 20, 18), ("change", -22, -20)]


def test_a_rate_is_what_a_change_is_of_the_year_before() -> None:
    titled = "2026年一般公共预算支出表\n单位：万元"
    (found,) = read(table(YEARS, titled))
    assert [check.left for check in found.checks if check.rule == "rate"] == [20, Decimal("-22.22"), 400]
    (found,) = read(table(YEARS.replace("-22.22", "22.22"), titled))
    assert failing(found) == [("rate", Decimal("22.22"), Decimal("-22.22"))]
    as_shares = YEARS.replace("20.00|20.00\n", "20.00|0.20\n").replace("-22.22", "-0.22").replace("400.00", "4.00")
    (found,) = read(table(as_shares, titled))
    assert "rate" not in {check.rule for check in found.checks}
    assert failing(found) == []


@pytest.mark.parametrize("name", ["增长率", "增减幅度", "增幅", "增减百分比"])
def test_a_column_of_rates_holds_no_amounts(name: str) -> None:
    (found,) = read(table(YEARS.replace("增减%", name), "2026年一般公共预算支出表\n单位：万元"))
    assert not any(line.column_name.endswith(name) for line in found.lines)
    assert "rate" in {check.rule for check in found.checks}


def test_a_title_within_the_sheet_and_two_tables_in_one_sheet() -> None:
    rows = f"一般公共预算支出预算表||||||\n部门：样本局|||||单位：元|\n{GENERAL.strip()}\n||||||\n政府性基金预算支出表||||||\n科目编码|<|<|科目名称|合计|基本支出|项目支出\n|||合计|||"
    first, second = read(table(rows, "Sheet1"))
    assert (first.statement.heading.kind, first.statement.heading.unit) == ("general_spending", "元")
    assert first.lines[0].yuan == Decimal("120.00")
    assert (second.statement.heading.kind, second.is_empty) == ("fund_spending", True)
    assert second.lines == ()


@pytest.mark.parametrize(
    ("lines", "title", "kind"),
    [
        ("公开09表：一般公共预算“三公”经费、会议费、培训费\n支出预算表", "公开09表：一般公共预算“三公”经费、会议费、培训费支出预算表", "three_public"),
        ("一般公共预算“三公”经费支出预\n算表", "一般公共预算“三公”经费支出预算表", "three_public"),
        ("一般公共预算支出\n预算表", "一般公共预算支出预算表", "general_spending"),
        ("一般公共预算\n部门支出预算表", "部门支出预算表", "spending"),
    ],
)  # fmt: skip
def test_a_title_may_be_broken_over_two_lines(lines: str, title: str, kind: str) -> None:
    (found,) = read(table("项目|预算数\n因公出国费|1.00\n公务接待费|2.00", f"{lines}\n部门：样本局 单位：万元"))
    assert (found.statement.heading.title, found.statement.heading.kind) == (title, kind)


def test_a_summary_balances() -> None:
    (found,) = read(table(SUMMARY, "部门收支总表\n单位：万元"))
    assert sorted(check.rule for check in found.checks) == ["balance", "carry", "carry", "items", "items"]
    assert failing(found) == []
    assert found.lines[0].name == "一、一般公共预算拨款收入"
    slipped = SUMMARY.replace("收入总计|110.00", "收入总计|111.00")
    (found,) = read(table(slipped, "部门收支总表\n单位：万元"))
    assert {rule for rule, _, _ in failing(found)} == {"balance", "carry"}


def test_a_part_of_what_is_carried_over_is_not_added_once_more() -> None:
    rows = SUMMARY.replace("收入总计", "其中：财政拨款结转|6.00||\n（一）项目结转|4.00||\n收入总计")
    (found,) = read(table(rows, "部门收支总表\n单位：万元"))
    assert failing(found) == []
    assert sorted(check.rule for check in found.checks) == ["balance", "carry", "carry", "items", "items"]


FISCAL = """
收入|<|支出|<|<|<
项目|金额|项目|合计|一般公共预算财政拨款|政府性基金预算财政拨款
一、本年收入|100.00|一、本年支出|100.00|70.00|30.00
（一）一般公共预算拨款|70.00|（一）一般公共服务支出|70.00|70.00|
（二）政府性基金预算拨款|30.00|（二）城乡社区支出|30.00||30.00
收入总计|100.00|支出总计|100.00|70.00|30.00
"""
LINED = """
收入|<|<|支出|<|<
项目|行次|金额|项目|行次|金额
栏次||1|栏次||2
一、一般公共预算财政拨款收入|1|100.00|一、一般公共服务支出|32|80.00
二、政府性基金预算财政拨款收入|2||二、外交支出|33|10.00
本年收入合计|27|100.00|本年支出合计|57|90.00
使用非财政拨款结余|28||结余分配|58|
年初结转和结余|29|5.00|年末结转和结余|59|15.00
总计|31|105.00|总计|62|105.00
"""
BESIDE = """
人员经费|<|<|公用经费|<|<
科目编码|科目名称|决算数|科目编码|科目名称|决算数
301|工资福利支出|30.00|302|商品和服务支出|7.00
30101|基本工资|20.00|30201|办公费|3.00
30102|津贴补贴|10.00|30202|印刷费|4.00
303|对个人和家庭的补助|2.00|310|资本性支出|1.00
30301|离休费|2.00|31002|办公设备购置|1.00
人员经费合计||32.00|公用经费合计||8.00
"""
CONTINUED = """
科目编码|科目名称|金额|科目编码|科目名称|金额
302|商品和服务支出|12.00|30203|咨询费|5.00
30201|办公费|3.00|30204|手续费|
30202|印刷费|4.00|||
"""
SCHEMES = """
科目编码|科目名称|金额|科目编码|科目名称|金额
合计||12.00|||12.00
201|一般公共服务支出|12.00|301|工资福利支出|12.00
"""
NESTED = """
功能分类科目|<|合计|基本支出|<|<|项目支出
科目编码|科目名称|^|小计|人员经费|公用经费|^
合计|<|120.00|100.00|90.00|10.00|20.00
201|一般公共服务支出|120.00|100.00|90.00|10.00|20.00
20103|政府办公厅（室）及相关机构事务|120.00|100.00|90.00|10.00|20.00
"""


@pytest.mark.parametrize(
    ("rows", "title", "rules"),
    [
        (FISCAL, "财政拨款收支总表", {"balance": 1, "items": 8, "columns": 4}),
        (LINED, "收入支出决算总表", {"balance": 1, "items": 2, "carry": 2}),
        (BESIDE, "一般公共预算财政拨款基本支出决算明细表", {"children": 4, "total": 2}),
        (CONTINUED, "一般公共预算基本支出表", {"children": 1}),
        (SCHEMES, "一般公共预算支出表", {}),
        (NESTED, "部门支出总表", {"children": 5, "total": 5, "columns": 6}),
    ],
)
def test_other_forms_balance_and_nothing_is_invented(rows: str, title: str, rules: dict[str, int]) -> None:
    (found,) = read(table(rows, f"{title}\n部门：样本局\n单位：万元"))
    assert failing(found) == []
    assert Counter(check.rule for check in found.checks) == rules


def test_totals_of_unlike_columns_on_both_sides_are_not_held_against_each_other() -> None:
    rows = FISCAL.replace("收入|<|支出", "收入|<|<|支出").replace("\n项目|金额|", "\n项目|合计|一般公共预算|")
    rows = rows.replace("\n收入总计|100.00|", "\n收入总计|100.00|60.00|")
    for name in ("一、本年收入|100.00|", "（一）一般公共预算拨款|70.00|", "（二）政府性基金预算拨款|30.00|"):
        rows = rows.replace(name, f"{name}|")
    (found,) = read(table(rows, "财政拨款收支总表\n单位：万元"))
    assert "balance" not in {check.rule for check in found.checks}


def test_line_numbers_are_no_amounts() -> None:
    (found,) = read(table(LINED, "收入支出决算总表\n单位：万元"))
    assert {line.column_name for line in found.lines} == {"收入/金额", "支出/金额"}


@pytest.mark.parametrize("head", [0, 2, 3])
def test_a_page_may_begin_with_rows_of_lines_without_amounts(head: int) -> None:
    lines = LINED.strip().split("\n")
    begun, rest = lines[:6], lines[6:]
    assert rest[0].startswith("使用非财政拨款结余|28||")
    pages = (
        table("\n".join(begun), "收入支出决算总表\n单位：万元"),
        table("\n".join((*lines[:head], *rest)), page=2),
    )
    (found,) = read(*pages)
    (whole,) = read(table(LINED, "收入支出决算总表\n单位：万元"))
    assert [(line.name, line.column_name, line.printed) for line in found.lines] == [
        (line.name, line.column_name, line.printed) for line in whole.lines
    ]
    assert failing(found) == []


def test_tables_of_several_units_in_one_document_are_not_compared() -> None:
    other = SUMMARY.replace("110.00", "220.00").replace("100.00", "210.00").replace("80.00", "190.00")
    income = "项目|金额\n收入总计|{}\n一般公共预算拨款|{}\n"
    found = read(
        table(SUMMARY, "部门收支总表\n部门：样本甲局 单位：万元"),
        table(income.format("110.00", "110.00"), "部门收入总表\n单位：万元", page=2),
        table(other, "部门收支总表\n部门：样本乙局 单位：万元", page=3),
        table(income.format("220.00", "220.00"), "部门收入总表\n单位：万元", page=4),
    )
    assert [failing(each) for each in found] == [[], [], [], []]
    assert [sum(check.rule == "same_total" for check in each.checks) for each in found] == [1, 1, 1, 1]
    assert [each.statement.heading.agency for each in found] == ["样本甲局", "样本甲局", "样本乙局", "样本乙局"]


def test_the_same_amounts_in_two_tables_are_compared_where_the_totals_are_equal() -> None:
    fiscal = "财政拨款支出表\n单位：元"
    in_yuan = GENERAL
    for amount_printed in ("120.00", "100.00", "20.00"):
        in_yuan = in_yuan.replace(amount_printed, f"{Decimal(amount_printed) * 10_000:,.2f}")
    one, other = read(table(in_yuan, fiscal), table(GENERAL, TITLED, page=2))
    same = [check for check in one.checks if check.rule == "same_amount"]
    assert [check.place for check in same if not check.lines[0].code] == [
        "fiscal_spending", "fiscal_spending 基本支出", "fiscal_spending 项目支出",
    ]  # fmt: skip
    assert len(same) == 5 + 4 + 4
    assert all(check.holds for check in same)
    slipped = GENERAL.replace("行政运行|100.00|100.00", "行政运行|100.50|100.50")
    one, other = read(table(in_yuan, fiscal), table(slipped, TITLED, page=2))
    assert ("same_amount", Decimal("1000000.00"), Decimal("1005000.00")) in failing(other)


def test_amounts_are_not_compared_where_a_table_has_a_code_twice() -> None:
    other = f"{GENERAL}201|03|02|又一行|7.00||7.00\n"
    for found in read(table(other, "财政拨款支出表\n单位：万元"), table(GENERAL, TITLED, page=2)):
        assert "same_amount" not in {check.rule for check in found.checks}


def test_of_tables_with_other_totals_only_what_is_the_same_is_held() -> None:
    other = GENERAL.replace("120.00", "125.00").replace("100.00", "105.00")
    for found in read(table(other, "部门支出总表\n单位：万元"), table(GENERAL, TITLED, page=2)):
        same = [check for check in found.checks if check.rule == "same_amount"]
        assert {(check.place, check.holds, check.can_fail) for check in same} == {
            ("spending 2010302", True, False), ("spending 项目支出", True, True), ("spending 项目支出 2010302", True, True),
            ("spending 项目支出 201", True, True), ("spending 项目支出 20103", True, True),
        }  # fmt: skip


@pytest.mark.parametrize(("printed", "holds"), [("100.01", True), ("100.02", False)])
def test_amounts_in_one_unit_may_differ_by_their_last_digit(printed: str, holds: bool) -> None:
    other = GENERAL.replace("行政运行|100.00", f"行政运行|{printed}")
    one, _ = read(table(GENERAL, "财政拨款支出表\n单位：万元"), table(other, TITLED, page=2))
    same = [check for check in one.checks if check.rule == "same_amount"]
    assert [check.holds for check in same if check.place == "fiscal_spending 2010301"] == [holds]


def test_a_table_about_anything_else_is_none() -> None:
    others = [
        table("姓名|金额\n甲|1.00\n乙|2.00", "慰问金发放表"),
        table("指标|数值\n产值|1.00", "2026年支出情况说明"),
        table("项目|得分\n预算|1.00", "部门整体支出绩效目标表"),
    ]
    assert read(*others) == []


def test_without_a_unit_there_is_no_amount_in_yuan() -> None:
    (found,) = read(table(GENERAL, "一般公共预算支出表"))
    assert {line.yuan for line in found.lines} == {None}


@pytest.mark.parametrize(
    "rows",
    [
        [
            ("科目编码", "科目名称", "金额"),
            *((f"2{n // 100 % 100:02}{n % 100:02}", "样本", "1.00") for n in range(33_000)),
        ],
        [("项目", "金额"), *[("一、收入总计", "1.00")] * 49_000],
        [tuple(["因公出国费", "公务接待费"] * 150), *[tuple(["1.00"] * 300)] * 330],
    ],
    ids=["codes", "items", "columns"],
)
def test_the_largest_tables_are_read_within_the_time_of_a_record(rows: list[tuple[str, ...]]) -> None:
    begun = time.process_time()
    read(PrintedTable(tuple(rows), 1, "一般公共预算收支表\n单位：万元"))
    assert time.process_time() - begun < budget_reader.MOST_SECONDS / 4


def test_numbers_of_more_digits_than_money_has_are_no_amounts() -> None:
    cells: list[Row] = [("科目编码", "科目名称", "金额")]
    cells += [(f"{201 + n % 90}{n % 100:02}{n // 90 % 100:02}", "样本" * 20, "9" * 16) for n in range(30_000)]
    (found,) = read(PrintedTable(tuple(cells), 1, "一般公共预算支出表\n单位：万元"))
    assert (found.lines, found.checks) == ((), ())


HEAD: Row = ("科目编码", "科目名称", "金额")
BROKEN: tuple[Row, ...] = (
    ("20103", "政府办公厅（室）及相\n关机构事务", "9.00"),
    ("20105", "统计信息与调查监测事", "8.00"),
)
REST: tuple[Row, ...] = (("", "务", ""), ("20106", "财政事务", "7.00"))


@pytest.mark.parametrize(
    ("page", "head", "name"),
    [
        (2, [], "统计信息与调查监测事务"),
        (2, [HEAD], "统计信息与调查监测事务"),
        (1, [HEAD], "统计信息与调查监测事"),
    ],
)
def test_a_row_that_the_end_of_a_page_cuts_is_put_together(page: int, head: list[Row], name: str) -> None:
    (found,) = read(
        PrintedTable((HEAD, *BROKEN), 1, "一般公共预算支出表\n单位：万元"), PrintedTable((*head, *REST), page)
    )
    assert [(line.code, line.name, line.printed) for line in found.lines][1:] == [
        ("20105", name, "8.00"),
        ("20106", "财政事务", "7.00"),
    ]


def test_a_table_goes_on_within_its_own_file_of_an_archive() -> None:
    one = replace(table(GENERAL, TITLED), member="a.xlsx")
    (alone,) = read(one, replace(table(GENERAL), member="b.xlsx"))
    (together,) = read(one, replace(table(GENERAL), member="a.xlsx"))
    assert len(together.lines) == 2 * len(alone.lines)


def test_the_unit_above_a_table_counts_before_one_within_it() -> None:
    (found,) = read(table(f"{GENERAL}单位：元||||||", TITLED))
    assert found.statement.heading.unit == "万元"


def test_amounts_without_a_word_at_the_top_of_a_page_are_not_those_of_the_row_before() -> None:
    """Only words that fill their lines are known to go on there."""
    head = "项目|合计|基本支出|项目支出\n合计|20.00|12.00|8.00\n一般公共服务支出|10.00|6.00|4.00\n公共安全支出|||"
    rest = "|4.00|2.00|2.00\n教育支出|6.00|4.00|2.00"
    (found,) = read(table(head, "部门支出总表\n单位：万元"), table(rest, page=2))
    amounts = [(line.name, line.printed) for line in found.lines if line.column == 1]
    assert amounts == [("合计", "20.00"), ("一般公共服务支出", "10.00"), ("", "4.00"), ("教育支出", "6.00")]


def test_an_amount_before_the_first_codes_has_none() -> None:
    rows = "收入合计|科目编码|科目名称|合计\n30.00|201|一般公共服务支出|10.00\n|205|教育支出|20.00"
    (found,) = read(table(rows, "部门支出总表\n单位：万元"))
    assert [(line.column, line.code) for line in found.lines] == [(0, ""), (3, "201"), (3, "205")]
