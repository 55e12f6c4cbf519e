"""Budget tables of made documents, written line by line, and the forms that several tests read."""

from decimal import Decimal

from archive.budgets.documents import BudgetTable, read_document
from archive.tables.printed_table import PrintedTable
from archive.tables.spans import Spans

YEAR = "2026年样本局部门预算（样本，非政府文件）"


def table(rows: str, before: str = "", page: int = 1) -> PrintedTable:
    """A table of lines with cells a bar apart; `<` goes on from the left, `^` from above."""
    lines = [[cell.strip() for cell in line.split("|")] for line in rows.strip().split("\n")]
    spans = Spans()
    for number, line in enumerate(lines):
        spans.start_row()
        for column, cell in enumerate(line):
            if cell in ("<", "^"):
                continue
            width = _run(line[column + 1 :], "<")
            height = _run([other[column] for other in lines[number + 1 :]], "^")
            spans.add(cell, 1 + height, 1 + width)
    return spans.table(page=page, before=before)


def _run(cells: list[str], value: str) -> int:
    return next((place for place, cell in enumerate(cells) if cell != value), len(cells))


def read(*tables: PrintedTable, title: str = YEAR, text: str = "") -> list[BudgetTable]:
    return read_document(tables, title, text)


def failing(found: BudgetTable) -> list[tuple[str, Decimal, Decimal]]:
    return [(check.rule, check.left, check.right) for check in found.checks if not check.holds]


GENERAL = """
科目编码|<|<|科目名称|本年支出合计|基本支出|项目支出
类|款|项|^|^|^|^
1|2|3|4|5|6|7=5-6
|||合计|120.00|100.00|20.00
201|||一般公共服务支出|120.00|100.00|20.00
201|03||政府办公厅（室）及相关机构事务|120.00|100.00|20.00
201|03|01|行政运行|100.00|100.00|
201|03|02|一般行政管理事务|20.00||20.00
"""
TITLED = "表五\n一般公共预算支出预算表\n部门：样本局 单位：万元"

SUMMARY = """
收入|<|支出|<
项目|金额|项目|金额
一、一般公共预算拨款收入|100.00|一、一般公共服务支出|80.00
二、政府性基金预算拨款收入||二、社会保障和就业支出|30.00
本年收入合计|100.00|本年支出合计|110.00
上年结转|10.00|结转下年|
收入总计|110.00|支出总计|110.00
"""
ACROSS = """
合计|“三公”经费|<|<|<|<|<|会议费|培训费
^|小计|因公出国（境）费|公务用车购置及运行维护费|<|<|公务接待费|^|^
^|^|^|小计|公务用车购置费|公务用车运行维护费|^|^|^
20.00|12.00|1.00|8.00|5.00|3.00|3.00|6.00|2.00
"""
DOWN = """
项目|2025年预算数|2026年预算数
“三公”经费合计|11.00|12.00
1.因公出国（境）费|1.00|1.00
2.公务接待费|2.00|3.00
3.公务用车购置及运行费|8.00|8.00
其中：（1）公务用车运行维护费|3.00|3.00
（2）公务用车购置费|5.00|5.00
"""
EXPECTED = {"total": 12, "abroad": 1, "vehicles": 8, "vehicle_purchase": 5, "vehicle_running": 3, "reception": 3}
INTERLEAVED = """
项目|合计|<|因公出国（境）费|<|公务用车购置及运行费|<|公务接待费|<
^|预算数|决算数|预算数|决算数|预算数|决算数|预算数|决算数
样本局|12.00|9.00|1.00|0.00|8.00|7.00|3.00|2.00
"""
