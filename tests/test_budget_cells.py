"""Single cells and lines of budget tables: which is an amount, and which title, stage, unit or role one names."""

from decimal import Decimal

import pytest

from archive.budgets.amounts import agree, amount
from archive.budgets.headings import kind_of, only_year_of, read_heading, stage_of, unit_of
from archive.budgets.three_public import role_of


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("1,234.50", "1234.50"), ("１２．３４", "12.34"), ("(5.00)", "-5.00"), ("－3", "-3"), ("12345.\n67", "12345.67"), (" 0 ", "0"),
        ("12\n13", None), ("5%", None), ("2026年", None), ("1,23.00", None), ("9" * 400, None), ("1e309", None), ("=1/0", None),
        ("NaN", None), ("", None), (None, None), ("—", None), ("1.2.3", None), ("٣", None),
    ],
)  # fmt: skip
def test_an_amount_is_what_is_printed_as_one(cell: str | None, value: str | None) -> None:
    found = amount(cell)
    assert (None if found is None else str(found)) == value


@pytest.mark.parametrize(
    ("left", "parts", "holds"),
    [
        ("3.00", ["1.00", "1.99"], True),
        ("3.00", ["1.00", "1.98"], False),
        ("3.00", ["1.00", "1.00", "0.98"], True),
        ("3", ["1", "1"], True),
        ("30", ["10", "10"], False),
    ],
)
def test_the_tolerance_grows_with_the_number_of_rounded_parts(left: str, parts: list[str], holds: bool) -> None:
    values = [Decimal(part) for part in parts]
    assert agree(Decimal(left), sum(values, Decimal(0)), values) is holds


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("收支总表", "summary"), ("部门收入总表", "income"), ("支出预算总表", "spending"), ("财政拨款收支总表", "fiscal_summary"),
        ("一般公共预算支出表", "general_spending"), ("一般公共预算基本支出表", "basic_spending"), ("政府性基金预算支出表", "fund_spending"),
        ("国有资本经营预算支出表", "capital_spending"), ("一般公共预算“三公”经费支出表", "three_public"),
        ("收入支出决算总表", "summary"), ("财政拨款收入支出决算总表", "fiscal_summary"), ("收入决算表", "income"), ("支出决算表", "spending"),
        ("一般公共预算财政拨款支出决算表", "general_spending"), ("一般公共预算财政拨款基本支出决算明细表", "basic_spending"),
        ("政府性基金预算财政拨款收入支出决算表", "fund_spending"), ("国有资本经营预算财政拨款支出决算表", "capital_spending"),
        ("公开05表", None), ("支出情况详见附表。", None), ("收入支出预算总表......3", None), ("人员情况表", None),
    ],
)  # fmt: skip
def test_a_title_says_which_table_it_is(title: str, kind: str | None) -> None:
    assert kind_of(title) == kind


@pytest.mark.parametrize("unit", ["万元", "人民币万元", "亿元", "百万元", "千元", "人民币元"])
def test_a_unit_of_money_is_no_agency(unit: str) -> None:
    heading = read_heading(["样本县收支总表", f"金额单位：{unit}"], [])
    assert heading is not None
    assert heading.agency is None
    assert heading.unit == unit.removeprefix("人民币")


@pytest.mark.parametrize(
    ("heads", "year"),
    [
        ("2026年预算/合计|2026年预算/基本支出", 2026), ("2025年预算|2026年预算", None), ("2025年执行数|预算数", None),
        ("2025年|比上年增减", None), ("预算数|金额", None),
    ],
)  # fmt: skip
def test_heads_say_the_year_where_they_state_one_alone(heads: str, year: int | None) -> None:
    assert only_year_of(heads.split("|")) == year


def test_stages_units_and_roles() -> None:
    assert [stage_of(text) for text in ("一般公共预算财政拨款支出决算表", "部门预算", "一般公共预算支出表")] == [
        "accounts",
        "budget",
        None,
    ]
    assert [
        unit_of([text]) for text in ("单位：万元", "金额单位:元", "金额（千元）", "预算单位：样本局", "单位：万")
    ] == ["万元", "元", "千元", None, "万元"]
    assert [role_of(name) for name in ("公务接待费", "会议费", "公务用车购置及运行费/小计", "人数")] == [
        "reception",
        None,
        "vehicles",
        None,
    ]
    assert read_heading(["一行文字"], ["甲", "乙"]) is None


@pytest.mark.parametrize(
    ("title", "head", "kind"),
    [
        ("一般公共预算“三公”经费支出表", ["项目", "金额"], "three_public"),
        ("一般公共预算“三公”经费支出表", ["功能分类科目", "金额"], None),
        ("收支总表", ["因公出国（境）费", "公务接待费"], "three_public"),
        ("收支总表", ["项目", "金额"], "summary"),
    ],
)
def test_columns_tell_three_public_expenses_from_others(title: str, head: list[str], kind: str | None) -> None:
    heading = read_heading([title], head)
    assert (heading.kind if heading else None) == kind
