"""Budgets of whole governments, published beside those of departments, and summaries with rows that departments have not."""

import pytest

from tests.budget_forms import SUMMARY, failing, read, table

GOVERNMENT = """
收入|<|<|支出|<|<
项目|2023年执行数|2024年预算数|项目|2023年执行数|2024年预算数
一、税收收入|60|70|一、一般公共服务支出|150|160
    增值税|60|70|二、教育支出|50|40
二、非税收入|20|30|||
本年收入合计|80|100|本年支出合计|200|200
转移性收入|130|110|转移性支出|10|10
  上级补助收入|120|100|  上解支出|10|10
  上年结余收入|10|10|||
收入总计|210|210|支出总计|210|210
"""
REVENUE = "预算科目|2023年执行数|2024年预算数\n一、税收收入|60|70\n二、非税收入|20|30\n合计|80|100"
OF_FUNDS = "收入|<|支出|<\n项目|决算数|项目|决算数\n一、国有土地使用权出让收入|60|一、城乡社区支出|60\n地方政府专项债务转贷收入|9|债务还本支出|9\n收入总计|69|支出总计|69"
OF_CAPITAL = (
    "收入|<|支出|<\n项目|预算数|项目|预算数\n一、利润收入|60|一、国有企业资本金注入|60\n收入总计|60|支出总计|60"
)
BY_FUNCTION = "科目编码|科目名称|2024年预算数\n201|一般公共服务支出|60\n205|教育支出|40\n|支出合计|100"


@pytest.mark.parametrize(
    ("rows", "title"),
    [
        (GOVERNMENT, "样本县2024年一般公共预算收支总表"),
        (REVENUE, "2024年一般公共预算收入表"),
        (OF_FUNDS, "2024年政府性基金收支决算总表"),
        (OF_CAPITAL, "2024年国有资本经营预算收支总表"),
        (BY_FUNCTION, "2024年一般公共预算本级支出表"),
        (BY_FUNCTION, "样本县本级2024年一般公共预算支出表"),
        (BY_FUNCTION, "2024年全县一般公共预算支出表"),
    ],
)
def test_a_table_of_a_whole_government_is_none_of_the_department_that_publishes_it(rows: str, title: str) -> None:
    assert read(table(rows, f"{title}\n部门：样本县财政局 单位：万元")) == []


@pytest.mark.parametrize(
    ("rows", "title"),
    [(BY_FUNCTION, "2024年一般公共预算支出表"), (BY_FUNCTION, "样本局本级一般公共预算支出表"), (SUMMARY, "收支总表")],
)
def test_a_table_of_a_department_is_its_own(rows: str, title: str) -> None:
    assert len(read(table(rows, f"{title}\n部门：样本县财政局 单位：万元"))) == 1


@pytest.mark.parametrize(
    ("row", "total", "expected"),
    [
        ("上级调拨|5.00||", "115.00", []),
        ("其中：上年项目|5.00||", "115.00", ["carry"]),
        ("上级调拨|||", "115.00", ["carry"]),
    ],
)
def test_other_rows_before_the_grand_total_may_be_parts_of_it(row: str, total: str, expected: list[str]) -> None:
    rows = SUMMARY.replace("收入总计|110.00|支出总计|110.00", f"{row}\n收入总计|{total}|支出总计|110.00")
    (found,) = read(table(rows, "收支总表\n单位：万元"))
    assert [rule for rule, *_ in failing(found) if rule == "carry"] == expected
