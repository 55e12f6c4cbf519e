"""机构运行信息表 of accounts: three public expenses beside meetings, what runs an office, vehicles counted, and what is bought."""

import pytest

from archive.budgets.documents import BudgetTable
from tests.budget_forms import INTERLEAVED, SUMMARY, failing, read, table

ROWS = """
项 目|行次|年初预算数|统计数|项 目|行次|统计数
栏 次||1|2|栏 次||3
一、“三公”经费支出|1|—|—|四、机关运行经费|26|88.50
（一）支出合计|2|12.00|9.00|（一）行政单位|27|88.50
1．因公出国（境）费|3||0.00|（二）参照公务员法管理事业单位|28|
2．公务用车购置及运行维护费|4|8.00|6.50|五、国有资产占用情况|29|—
（1）公务用车购置费|5|||（一）车辆数合计（辆）|30|3
（2）公务用车运行维护费|6|8.00|6.50|1．主要负责人用车|32|1
3．公务接待费|7|4.00|2.50|2．机要通信用车|33|2
（1）国内接待费|8|—|2.50|（二）单价100万元（含）以上设备（台，套）|35|1
其中：外事接待费|9|—|0.50|六、政府采购支出信息|36|—
（2）国（境）外接待费|10|—||（一）政府采购支出合计|37|60.00
（二）相关统计数|11|—|—|1．政府采购货物支出|38|10.00
1．公务用车保有量（辆）|15|—|3|2．政府采购工程支出|39|20.00
2．国内公务接待人次（人）|18|—|120|3．政府采购服务支出|40|30.00
二、会议费|24|—|1.20|（二）政府采购授予中小企业合同金额|41|50.00
三、培训费|25|—|2.30|其中：授予小微企业合同金额|42|40.00
"""
ACCOUNTS = "样本局2025年度部门决算（样本，非政府文件）"
TITLED = "机构运行信息表\n公开10表\n部门：样本局 2025年度 金额单位：万元"
TEXT = (
    "2025年度“三公”经费支出决算为9.00万元，其中：公务接待费支出2.50万元。2025年度机关运行经费支出88.50万元。会议费支出1.20万元。"
    "政府采购支出总额60.00万元，其中：政府采购货物支出10.00万元、政府采购工程支出20.00万元、政府采购服务支出30.00万元。"
)


def _one(rows: str = ROWS, titled: str = TITLED, text: str = TEXT) -> BudgetTable:
    (found,) = read(table(rows, titled), title=ACCOUNTS, text=text)
    return found


@pytest.mark.parametrize(
    "title", ["机构运行信息表", "部门决算相关信息统计表", "“三公”经费、机关运行经费及国有资产占用情况表"]
)
def test_a_table_of_what_runs_an_agency_has_its_three_public_expenses(title: str) -> None:
    found = _one(titled=TITLED.replace("机构运行信息表", title))
    heading = found.statement.heading
    assert (heading.kind, heading.stage, heading.year, heading.unit) == ("three_public", "accounts", 2025, "万元")
    budgeted, spent = sorted(found.expenses, key=lambda each: each.stage == "accounts")
    assert {role: str(line.value) for role, line in spent.parts.items()} == {
        "total": "9.00", "abroad": "0.00", "vehicles": "6.50", "vehicle_running": "6.50", "reception": "2.50",
    }  # fmt: skip
    assert (budgeted.stage, str(budgeted.parts["total"].value)) == ("budget", "12.00")
    assert {name: str(line.value) for name, line in spent.beside.items()} == {"会议费": "1.20", "培训费": "2.30"}


def test_counts_beside_the_expenses_are_no_amounts() -> None:
    assert not {line.printed for line in _one().lines} & {"1", "2", "3", "120"}


def test_what_such_a_table_prints_is_held_by_its_own_sums_and_the_text() -> None:
    found = _one()
    assert failing(found) == []
    held = {(check.rule, check.place.split()[-1]) for check in found.checks}
    assert held >= {
        ("three_public", "accounts"), ("vehicles", "accounts"), ("reception", "accounts"),
        ("items", "(一)政府采购支出合计"), ("items", "四、机关运行经费"), ("prose", "total"), ("prose", "reception"),
        ("prose", "机关运行经费"), ("prose", "会议费"), ("prose", "货物"), ("prose", "工程"), ("prose", "服务"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("right", "slipped", "rule"),
    [
        ("服务支出|40|30.00", "服务支出|40|31.00", "items"),
        ("支出合计|2|12.00|9.00", "支出合计|2|12.00|9.90", "three_public"),
    ],
)
def test_a_slip_in_such_a_table_fails(right: str, slipped: str, rule: str) -> None:
    assert rule in {rule for rule, *_ in failing(_one(ROWS.replace(right, slipped)))}


def test_beside_another_table_of_the_expenses_the_text_holds_both_and_accuses_neither() -> None:
    summary = table(SUMMARY, "收入支出决算总表\n单位：万元")
    operation = table(ROWS, TITLED, page=3)
    titled = "财政拨款“三公”经费支出决算表\n单位：万元"
    _, *both = read(summary, table(INTERLEAVED, titled, page=2), operation, title=ACCOUNTS, text=TEXT)
    for found in both:
        assert ("prose", "total") in {(check.rule, check.place) for check in found.checks}
    slipped = INTERLEAVED.replace("|9.00|", "|9.50|").replace("|2.00\n", "|2.50\n")
    _, first, second = read(summary, table(slipped, titled, page=2), operation, title=ACCOUNTS, text=TEXT)
    assert failing(first) == failing(second) == []


BOUGHT = """
采购项目|计量单位|数量|单价|采购预算金额|<
^|^|^|^|合计|一般公共预算
合计||||7.00|7.00
办公设备|台|10|0.50|5.00|5.00
运输设备|辆|1|2.00|2.00|2.00
"""


def test_what_a_quantity_is_measured_in_counts_no_amounts_of_its_row() -> None:
    (found,) = read(table(BOUGHT, "政府采购预算表\n部门：样本局 单位：万元"))
    assert [(line.name, line.printed) for line in found.lines if line.column_name.endswith("合计")] == [
        ("合计", "7.00"),
        ("办公设备", "5.00"),
        ("运输设备", "2.00"),
    ]
    assert [line.name for line in found.lines if line.printed == "10"] == []


def test_a_unit_without_a_column_of_quantities_counts_the_numbers_behind_it() -> None:
    rows = "项目|单位|年初数|年末数\n合计|万元|7|8\n车辆|辆|10|12"
    (found,) = read(table(rows, "机构运行信息表\n部门：样本局 单位：万元"))
    assert {line.printed for line in found.lines} == {"7", "8"}
