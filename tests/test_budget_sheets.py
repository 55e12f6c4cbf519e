"""Which rows belong together: tables within one sheet, one below another, going on without a head, of several units."""

from dataclasses import replace

import pytest

from archive.tables.printed_table import PrintedTable
from tests.budget_forms import failing, read, table

SPENDING = "科目编码|科目名称|合计\n205|教育支出|20.00\n20502|普通教育|20.00\n合计|<|20.00"
UNITS = "单位名称|合计\n合计|30.00\n样本一校|10.00\n样本二校|12.00"


def placed(top: int, rows: str, before: str, page: int = 1) -> PrintedTable:
    made = table(rows, before, page)
    x, y = (
        tuple(start + 20 * place for place in range(count + 1))
        for start, count in ((50, made.width), (top, len(made.rows)))
    )
    return replace(made, x=x, y=y)


def test_a_table_of_another_kind_in_a_sheet_ends_the_one_before() -> None:
    rows = (
        "“三公”经费支出表|<|<\n项目|预算数|决算数\n公务接待费|5.00|4.00\n合计|5.00|4.00\n||\n"
        "机构情况表|<|<\n公开10表||单位：万元\n项目|行次|统计数\n公务接待费|1|7.00\n合计|2|7.00"
    )
    (found,) = read(table(rows, "第1页"))
    assert [line.printed for line in found.lines] == ["5.00", "4.00", "5.00", "4.00"]


def test_a_sheet_names_the_unit_above_the_title() -> None:
    rows = "{}2026年部门预算（样本，非政府文件）|<|<\n支出预算表|<|<\n||单位：万元\n" + SPENDING
    whole = table("\n||\n".join(rows.format(name) for name in ("样本一中学校", "样本二中学校")), "第1页")
    assert [(found.statement.heading.agency, found.statement.heading.unit) for found in read(whole)] == [
        ("样本一中学校", "万元"),
        ("样本二中学校", "万元"),
    ]


@pytest.mark.parametrize(("between", "expected"), [("", [5]), ("\n \n", [5]), ("注：样本", [3])])
def test_a_table_of_a_letter_goes_on_right_below_without_its_head(between: str, expected: list[int]) -> None:
    made = [
        table(UNITS, "部门支出总表\n单位：万元", page=0),
        table("样本三校|8.00\n样本四校|0.00", between, page=0),
    ]
    assert [len(found.statement.rows) for found in read(*made)] == expected


def test_a_page_with_the_title_and_head_again_but_another_unit_is_another_table() -> None:
    title = "{}2026年部门预算\n部门支出总表\n单位：万元"
    made = [table(SPENDING, title.format(name), page) for page, name in enumerate(("样本一中学校", "样本二中学校"), 1)]
    assert [len(found.statement.rows) for found in read(*made)] == [3, 3]
    again = [table(SPENDING, title.format("样本一中学校"), page) for page in (1, 2)]
    assert [len(found.statement.rows) for found in read(*again)] == [6]


def test_a_table_below_another_on_its_page_goes_on_from_none_of_the_page_before() -> None:
    expenses = "项目|预算数|说明\n公务接待费|5.00|\n公务用车运行费|2.00|\n合计|7.00|"
    made = [
        placed(60, SPENDING, "样本一中学校2026年部门预算\n部门支出总表\n单位：万元"),
        placed(400, expenses, "“三公”经费支出表\n单位：万元"),
        placed(60, SPENDING, "样本二中学校2026年部门预算\n部门支出总表\n单位：万元", page=2),
        placed(400, expenses, "“三公”经费支出表\n单位：万元", page=2),
    ]
    found = read(*made)
    assert [each.statement.pages for each in found] == [(1,), (1,), (2,), (2,)]
    assert [each.statement.heading.agency for each in found] == ["样本一中学校"] * 2 + ["样本二中学校"] * 2


def test_a_change_between_two_years_is_no_years_expense() -> None:
    rows = (
        "项目|2025年预算|2026年预算|比上年增减|<\n^|^|^|金额|%\n合计|14.00|13.00|-1.00|-7.14\n"
        "1.因公出国（境）费用|0.00|0.00|0.00|\n2.公务接待费|4.00|5.00|1.00|25.00\n3.公务用车费|10.00|8.00|-2.00|-20.00"
    )
    (found,) = read(table(rows, "2026年“三公”经费预算表\n单位：万元"))
    assert [(each.year, each.parts["total"].printed) for each in found.expenses] == [(2025, "14.00"), (2026, "13.00")]
    assert failing(found) == []


def test_a_row_of_nothing_but_dashes_is_none_of_the_head() -> None:
    rows = "项目|全年预算数|决算数\n因公出国（境）费|—|—\n公务接待费|5.00|2.00\n公务用车运行费|20.00|20.00\n合计|25.00|22.00"
    (found,) = read(table(rows, "2025年度“三公”经费支出决算表\n单位：万元"))
    assert found.statement.columns == ("项目", "全年预算数", "决算数")
    assert len(found.statement.rows) == 4


@pytest.mark.parametrize(("second", "expected"), [("30102", []), ("30109", ["children", "total"])])
def test_of_two_classifications_the_one_with_each_code_once_is_checked(second: str, expected: list[str]) -> None:
    rows = (
        "政府预算经济分类|<|部门预算经济分类|<|金额\n编码|名称|编码|名称|^\n合计|<|<|<|{whole}\n501|机关工资|301|工资福利支出|300.60\n"
        "50101|津补贴|30101|基本工资|180.60\n50101|津补贴|{second}|津贴补贴|{part}"
    )
    part, whole = ("119.00", "301.60") if expected else ("120.00", "300.60")
    (found,) = read(table(rows.format(second=second, part=part, whole=whole), "一般公共预算基本支出表\n单位：万元"))
    assert [line.code for line in found.lines] == ["", "301", "30101", second]
    assert sorted(rule for rule, *_ in failing(found)) == expected
    assert {check.rule for check in found.checks} == {"children", "total"}


NUMBERED = "{}||\n{}支出预算表|<|<\n单位：样本局||单位：万元\n" + SPENDING


@pytest.mark.parametrize("above", ["表1-1", "附表4", "样本局二〇二六年预算公开", "附件2"])
def test_a_text_alone_before_the_title_of_a_sheet_is_no_table(above: str) -> None:
    rows, other = (NUMBERED.format(above, fund) for fund in ("部门", "政府性基金"))
    found = read(table(rows, "1支出预算表"), table(f"{rows}\n||\n{other}", "表2", page=3))
    assert [(each.statement.heading.unit, len(each.lines)) for each in found] == [("万元", 3)] * 3


def test_what_a_note_says_belongs_to_the_table_above_it() -> None:
    rows = "支出预算表|<|<\n科目编码|科目名称|合计\n||\n注：样本局没有此项支出||\n" + NUMBERED.format(
        "表9", "政府性基金"
    )
    empty, other = read(table(rows, "第1页"))
    assert (empty.is_empty, empty.statement.note, other.is_empty) == (True, "注:样本局没有此项支出", False)


def test_a_table_beside_one_that_no_budget_has_is_read_by_itself() -> None:
    rows = (
        "表8|<||表9|<\n项目支出绩效目标表|<||一般公共预算“三公”经费支出表|<\n单位：样本局|单位：万元||单位：样本局|单位：万元\n"
        "指标|金额||项目|预算数\n养护里程|350.00||公务接待费|5.00\n合格率|95.00||公务用车运行费|2.00\n合计|445.00||合计|7.00"
    )
    (found,) = read(table(rows, "第1页"))
    assert found.statement.heading.title == "一般公共预算“三公”经费支出表"
    assert [line.printed for line in found.lines] == ["5.00", "2.00", "7.00"]


def test_a_list_of_contents_is_no_empty_table() -> None:
    contents = "目录|\n表1|部门收支总表\n附件1-2|部门收入总表\n表2|一般公共预算支出表\n表3|项目支出预算表\n表4|“三公”经费支出表"
    assert read(table(contents, "部门收支总表\n目录")) == []


@pytest.mark.parametrize("amounts", ["0|0", "5|7", "0.0|-3"])
def test_whole_numbers_behind_a_name_are_none_of_the_head(amounts: str) -> None:
    rows = f"项目|2025年预算数|2026年预算数\n因公出国（境）费|{amounts}\n公务接待费|5.00|2.00"
    (found,) = read(table(rows, "“三公”经费预算表\n单位：万元"))
    assert [line.printed for line in found.lines] == [*amounts.split("|"), "5.00", "2.00"]


@pytest.mark.parametrize("row", ["项目|2025|2026", "项目|1|2", "栏次|1|2"])
def test_years_and_numbers_of_columns_are_of_the_head(row: str) -> None:
    (found,) = read(table(f"项目|预算数|预算数\n{row}\n公务接待费|5.00|2.00", "“三公”经费预算表\n单位：万元"))
    assert [line.printed for line in found.lines] == ["5.00", "2.00"]


@pytest.mark.parametrize("title", ["政府性基金收入表", "2026年样本县国有资本经营预算收入表"])
def test_the_income_of_a_fund_is_not_its_spending(title: str) -> None:
    assert read(table("项目|2026年预算数\n一、土地出让收入|28.00\n收入合计|28.00", f"{title}\n单位：万元")) == []


@pytest.mark.parametrize(
    "statement", ["样本局没有政府性基金预算支出，本表无数据", "政府性基金预算支出表为空", "无基金支出，故为空表"]
)
def test_the_statement_that_a_table_is_empty_is_no_title(statement: str) -> None:
    rows = f"政府性基金支出表|<|<\n科目编码|科目名称|合计\n{statement}|<|<\n||\n部门名称|样本局|\n指标|数量|50.00"
    assert [found.statement.heading.title for found in read(table(rows, "第1页"))] == ["政府性基金支出表"]
