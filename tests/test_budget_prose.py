"""Amounts that the text of a made budget states, held against its tables."""

import pytest

from archive.budgets.documents import BudgetTable, read_document
from tests.budget_forms import ACROSS, DOWN, INTERLEAVED, SUMMARY, YEAR, failing, read, table

PROSE = (
    "样本局2026年“三公”经费预算为 12 万元，比上年增加1.00万元。其中：因公出国（境）费支出1.00万元，占8%；"
    "公务用车购置及运行费8.00万元；公务接待费支出{}万元，比上年预算增加1.00万元。"
)


@pytest.mark.parametrize(
    ("stated", "failing_roles"),
    [
        ("3.00", set()),
        ("3", set()),
        ("30.00", {"reception"}),
        ("2.00万元，2026年公务接待费3.00", set()),
        ("上年", set()),
    ],
)
def test_what_a_text_states_is_held_against_the_table(stated: str, failing_roles: set[str]) -> None:
    tables = [table(DOWN, "2026年一般公共预算“三公”经费支出表\n单位：万元")]
    (found,) = read_document(tables, YEAR, PROSE.format(stated))
    prose = {check.place: check for check in found.checks if check.rule == "prose"}
    assert {role for role, check in prose.items() if not check.holds} == failing_roles
    assert {"total", "abroad", "vehicles"} <= prose.keys()
    assert ("reception" in prose) is (stated != "上年")


@pytest.mark.parametrize(
    ("stated", "checks"),
    [
        (
            "2025年度“三公”经费支出预算为12.00万元，支出决算为9.00万元，完成预算的75%。",
            {"total": True, "total budget": True},
        ),
        (
            "2025年度“三公”经费支出预算为12.00万元，支出决算为9.90万元，完成预算的82.5%。",
            {"total": False, "total budget": True},
        ),
        ("“三公”经费支出预算为12.20万元。公务接待费支出2.00万元。", {"total budget": False, "reception": True}),
        ("与2024年“三公”经费支出决算10.00万元相比，减少1.00万元。", {}),
        ("“三公”经费支出预算为12.00万元，占5%，支出决算为9.50万元。", {"total budget": True}),
    ],
)
def test_what_a_text_states_as_budgeted_and_as_spent_is_held_against_its_own(
    stated: str, checks: dict[str, bool]
) -> None:
    tables = [table(INTERLEAVED, "财政拨款“三公”经费支出决算表\n单位：万元")]
    (found,) = read_document(tables, "样本局2025年度部门决算（样本，非政府文件）", stated)
    assert {check.place: check.holds for check in found.checks if check.rule == "prose"} == checks


@pytest.mark.parametrize(
    ("stated", "holds"),
    [
        ("2026年公务接待费预算为2.00万元。", False),
        ("（三）公务接待费2.00万元。", False),
        ("样本局2026年一般公共预算安排公务接待费2万元。", False),
        ("一、情况说明\n样本局2026年公务接待费支出2.00万元。", False),
        ("一、预算总体情况\n样本局2026年公务接待费支出2.00万元。", False),
        ("公务用车购置及运行费 8.00\n\n2025年公务接待费2.00万元。", None),
        ("2026年公务接待费2\n.00万元。", False),
        ("公务接待费3.00万元，其中样本站公务接待费2.00万元。", True),
        *(
            (f"{words}2.00万元。", None)
            for words in (
                "公务接待费中国内接待费", "公务接待费压缩", "公务接待费节约", "公务接待费下降", "公务接待费1至6月支出",
                "公务接待费用于接待检查", "样本局机关公务接待费", "样本局所属样本站2026年公务接待费", "其中样本站公务接待费",
                "事业收入安排的公务接待费", "政府性基金预算公务接待费", "上半年公务接待费",
            )
        ),
    ],
)  # fmt: skip
def test_an_amount_of_a_part_or_of_another_is_held_against_no_whole(stated: str, holds: bool | None) -> None:
    (found,) = read_document([table(DOWN, "2026年一般公共预算“三公”经费支出表\n单位：万元")], YEAR, stated)
    prose = [check.holds for check in found.checks if check.rule == "prose" and check.place == "reception"]
    assert prose == ([] if holds is None else [holds])


@pytest.mark.parametrize(
    ("stated", "differs"), [("2026年支出总计100.00万元。", True), ("下属样本站支出总计100.00万元。", False)]
)
def test_the_total_of_another_unit_is_held_against_no_table(stated: str, *, differs: bool) -> None:
    (found,) = read_document([table(SUMMARY, "部门收支总表\n单位：万元")], YEAR, stated)
    assert [check.holds for check in found.checks if check.rule == "prose"] == ([False] if differs else [])


def test_a_unit_that_no_table_names_is_the_one_before_the_year() -> None:
    stated = "样本局2026年公务接待费2.00万元。"
    for text, differs in ((stated, True), (stated.replace("样本局", "样本局所属样本站"), False)):
        (found,) = read_document([table(DOWN, "2026年“三公”经费支出表\n单位：万元")], "2026年部门预算", text)
        assert [check.rule for check in found.checks if not check.holds] == (["prose"] if differs else [])


TOTALS = "样本局2026年度收入、支出预算总计{}万元，与上年相比收、支预算总计各增加10.00万元。（二）支出预算总计110万元。上年支出预算总计100万元。"


@pytest.mark.parametrize(("stated", "holds"), [("110.00", True), ("110", True), ("101.00", False)])
def test_totals_that_a_text_states_are_held_against_their_tables(stated: str, holds: bool) -> None:
    (found,) = read_document([table(SUMMARY, "部门收支总表\n单位：万元")], YEAR, TOTALS.format(stated))
    prose = {check.place: (check.left, check.holds) for check in found.checks if check.rule == "prose"}
    assert prose == {"summary income": (1_100_000, holds), "summary spending": (1_100_000, True)}


@pytest.mark.parametrize(
    ("stated", "differs"),
    [
        ("上年支出预算总计100.00万元。", False),
        ("2025年度支出总计100.00万元。", False),
        ("2025年收入总计90.00万元，支出总计100.00万元。", False),
        ("预计2027年支出总计100.00万元。", False),
        ("样本站支出总计100.00万元。", False),
        ("样本站收入总计90.00万元，支出总计100.00万元。", False),
        ("样本站公务接待费9.00万元，支出总计100.00万元。", False),
        ("样本站收入总计90.00万元。支出总计100.00万元。", True),
        ("2026年收入总计110.00万元，比2025年增加10.00万元，支出总计100.00万元。", True),
    ],
)
def test_a_total_of_another_year_is_held_against_no_table(stated: str, *, differs: bool) -> None:
    (found,) = read_document([table(SUMMARY, "部门收支总表\n单位：万元")], YEAR, stated)
    failed = [check for check in found.checks if check.rule == "prose" and not check.holds]
    assert len(failed) == differs


@pytest.mark.parametrize(
    ("stated", "differs"),
    [
        ("2025年“三公”经费预算11.00万元，公务接待费2.00万元。", False),
        ("预计2027年支出200.00万元，公务接待费2.00万元。", False),
        ("下属样本站“三公”经费12.00万元，公务接待费2.00万元。", False),
        ("2026年“三公”经费12.00万元，比2025年增加1.00万元，其中：公务接待费2.00万元。", True),
        ("2025年工作回顾。全年公务接待费2.00万元。", False),
        ("2025年工作回顾。2026年公务接待费2.00万元。", True),
        ("2026年预算，较2025年压减；公务接待费2.00万元。", True),
        ("2026年预算，因2025年项目完成而减少，公务接待费2.00万元。", True),
        ("公务接待费2.00万元。2025年工作回顾。", True),
        ("“三公”经费比2025年增加1.00万元，公务接待费2.00万元。", True),
        ("下属样本站“三公”经费5.00万元。公务接待费2.00万元。", True),
    ],
)
def test_an_expense_is_of_the_year_and_the_unit_that_its_sentence_begins_with(stated: str, *, differs: bool) -> None:
    (found,) = read_document([table(DOWN, "2026年“三公”经费支出表\n单位：万元")], YEAR, stated)
    assert [check.place for check in found.checks if not check.holds] == (["reception"] if differs else [])


def test_a_number_of_a_page_is_no_digit_of_an_amount() -> None:
    tables = [table(DOWN, "2026年一般公共预算“三公”经费支出表\n单位：万元")]
    (found,) = read_document(tables, YEAR, PROSE.format("\n\n1\n3.00"))
    assert failing(found) == []


def test_a_text_about_several_units_is_held_against_none() -> None:
    tables = [
        table(DOWN, "2026年样本甲局“三公”经费支出表\n单位：万元"),
        table(DOWN, "2026年样本乙局“三公”经费支出表\n单位：万元"),
    ]
    assert [check.rule for found in read_document(tables, YEAR, PROSE.format("30.00")) for check in found.checks].count(
        "prose"
    ) == 0


def test_a_text_says_nothing_of_two_budgets_of_one_year() -> None:
    rows = "项目|年初预算数|全年预算数|决算数\n“三公”经费合计|16.00|15.00|13.00\n因公出国费|0.00|0.00|0.00\n公务接待费|16.00|15.00|13.00"
    tables = [table(rows, "财政拨款“三公”经费支出决算表\n单位：万元")]
    (found,) = read_document(
        tables, "样本局2025年度部门决算（样本，非政府文件）", "“三公”经费支出预算为15.00万元，支出决算为13.00万元。"
    )
    assert {check.place: check.holds for check in found.checks if check.rule == "prose"} == {"total": True}


def test_amounts_that_a_text_states_under_their_names_are_held_and_no_other_is_accused() -> None:
    rows = "科目编码|科目名称|合计|基本支出\n|合计|9.00|5.00\n2010301|行政运行|5.00|5.00\n2010302|一般行政管理事务|4.00|0.00"
    stated = "其中行政运行（项）支出{}万元，一般行政管理事务（项）支出3.00万元。基本支出5.00万元，占55.56%。基本支出5.00万元。"
    for amount, held in (("5.00", ["行政运行", "基本支出"]), ("6.00", ["基本支出"])):
        (found,) = read_document([table(rows, "部门支出总表\n单位：万元")], YEAR, stated.format(amount))
        prose = [check for check in found.checks if check.rule == "prose"]
        assert sorted(check.place for check in prose) == sorted(held)
        assert all(check.holds and not check.can_fail for check in prose)


def test_an_expense_that_a_text_states_is_held_once() -> None:
    rows = "科目编码|科目名称|金额\n30217|公务接待费|3.00\n30212|因公出国（境）费|0.00"
    (found,) = read_document([table(rows, "“三公”经费支出表\n单位：万元")], YEAR, "公务接待费3.00万元。")
    assert [check.rule for check in found.checks] == ["prose"]


def _stated(found: BudgetTable) -> dict[str, bool]:
    return {check.place: check.can_fail for check in found.checks if check.rule == "prose"}


def test_meetings_and_training_are_held_where_the_text_states_them() -> None:
    titled = "“三公”经费、会议费、培训费支出预算表\n单位：万元"
    text = "样本局2026年度一般公共预算拨款安排的会议费预算支出{}万元。样本局2026年度安排的培训费支出2万元，比上年增加1万元。"
    (found,) = read(table(ACROSS, titled), text=text.format("6.00"))
    assert _stated(found) == {"会议费": False, "培训费": False}
    (found,) = read(table(ACROSS, titled), text=text.format("7.00"))  # of a part, or of another fund
    assert _stated(found) == {"培训费": False}
    (found,) = read(table(ACROSS, titled), text="上年会议费支出6.00万元。会议费预算减少2.00万元。")
    assert _stated(found) == {}


def test_goods_works_and_services_are_held_where_the_text_states_them() -> None:
    rows = "采购品目大类|采购物品名称|总计\n合计||9.00\n一、货物A||4.00\n|复印纸|4.00\n三、服务C||5.00\n|物业管理服务|5.00\n"
    text = "政府采购支出预算总额9.00万元，其中：拟采购货物支出{}万元、拟采购工程支出0万元、拟购买服务支出5万元。"
    (found,) = read(table(rows, "政府采购支出预算表\n单位：万元"), text=text.format(4))
    assert _stated(found).keys() >= {"货物", "服务"}
    (found,) = read(table(rows, "政府采购支出预算表\n单位：万元"), text=text.format(3))
    assert "货物" not in _stated(found)


@pytest.mark.parametrize(("office", "held"), [("20.00", {"人员", "公用"}), ("21.00", {"人员"})])
def test_staff_and_office_costs_are_classes_of_basic_spending(office: str, held: set[str]) -> None:
    rows = "科目编码|科目名称|合计\n|合计|100.00\n301|工资福利支出|70.00\n302|商品和服务支出|15.00\n303|对个人和家庭的补助|10.00\n310|资本性支出|5.00\n"
    text = f"基本支出预算100.00万元，其中：（一）人员经费80.00万元。主要包括：基本工资。（二）公用经费{office}万元。"
    one = table(rows, "一般公共预算基本支出表\n单位：万元")
    (found,) = read(one, text=text)
    assert held == _stated(found).keys() & {"人员", "公用"}
    several = read(one, table(rows, "一般公共预算基本支出表\n部门：样本乙局 单位：万元", page=2), text=text)
    assert not any(_stated(each).keys() & {"人员", "公用"} for each in several)
