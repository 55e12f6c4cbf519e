"""Index numbers, document numbers, budgets, issues and working days, taken apart from what is printed."""

import csv
from datetime import timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.analysis import document_numbers, titles
from archive.analysis.document_numbers import DocumentNumber
from archive.analysis.titles import ACCOUNTS, BUDGET, Budget
from archive.model import index_numbers
from archive.questions import workdays


def patterns() -> list[dict[str, str]]:
    with index_numbers._FILE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("row", patterns(), ids=lambda row: row["pattern"])
def test_the_example_of_each_pattern_is_read_as_that_pattern(row) -> None:
    read = index_numbers.taken_apart(row["example"])
    assert read is not None
    assert (read.pattern, read.checks) == (row["pattern"], True if row["check"] else None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("640324001/2017-61737", ("P2", "640324001", 2017, None, 61737, True)),
        ("６４０３２４００１／2017－61737", ("P2", "640324001", 2017, None, 61737, True)),
        ("640 324 001/2017-61737", ("P2", "640324001", 2017, None, 61737, True)),
        ("000014349/2017-00110", ("P1", "000014349", 2017, None, 110, True)),
        ("000014340/2017-00110", ("P1", "000014340", 2017, None, 110, False)),
        ("11341702486344515H/202110-00013", ("P6", "11341702486344515H", 2021, 10, 13, True)),
        ("11341702486344515A/202110-00013", ("P6", "11341702486344515A", 2021, 10, 13, False)),
        ("440324052017-41866", None),
        ("640324001/9917-61737", None),
        ("", None),
    ],
)
def test_an_index_number_is_taken_apart_or_not_at_all(text: str, expected: tuple[object, ...] | None) -> None:
    read = index_numbers.taken_apart(text)
    parts = read and (read.pattern, read.prefix, read.year, read.month, read.serial, read.checks)
    if (
        expected and expected[0] == "P1" and not expected[-1] and parts
    ):  # two patterns fit a prefix that checks by neither
        assert parts[1:] == expected[1:]
    else:
        assert parts == expected


def test_check_digits_are_those_of_the_standards() -> None:
    for code in ("000014349", "014416330", "01527918X"):
        assert index_numbers.is_organisation_code(code)
    for code in ("640324001", "00001434X", "01527918x", "0000143490", ""):
        assert not index_numbers.is_organisation_code(code)
    for code in ("1137078555222300XQ", "11341702486344515H"):
        assert index_numbers.is_credit_code(code)
    for code in ("1137078555222300XA", "1137078555222300IQ", "113707855522230"):
        assert not index_numbers.is_credit_code(code)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("同政发〔2017〕92号", [("同政发", 2017, 92)]),
        ("同政发（2017）第９２号", [("同政发", 2017, 92)]),
        ("同政发[2017] 92 号", [("同政发", 2017, 92)]),
        ("同政发〔2017〕91、〔2017〕92号", [("同政发", 2017, 91), ("同政发", 2017, 92)]),
        ("同政发〔2017〕91号、92号", [("同政发", 2017, 91), ("同政发", 2017, 92)]),
        ("同政发【2017】91、同政办发【2018】3号", [("同政发", 2017, 91), ("同政办发", 2018, 3)]),
        ("同政发〔2017〕92号 同政发〔2017〕92号", [("同政发", 2017, 92)]),
        ("第5号", []),
        ("同政发〔17〕92号", []),
        ("同政发〔2017〕0号", []),
        ("", []),
    ],
)
def test_document_numbers_are_taken_apart(text: str, expected: list[tuple[str, int, int]]) -> None:
    assert document_numbers.taken_apart(text) == [DocumentNumber(*each) for each in expected]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("宁夏吴忠地区同心县第五小学2018年部门预算", [(2018, BUDGET, "宁夏吴忠地区同心县第五小学")]),
        ("2018年同心县教育局部门预算公开", [(2018, BUDGET, "同心县教育局")]),
        (
            "同心县财政局2016年部门决算和2018年部门预算公开说明",
            [(2016, ACCOUNTS, "同心县财政局"), (2018, BUDGET, "同心县财政局")],
        ),
        ("关于公布同心县住房和城乡建设局2018年度部门预算的说明", [(2018, BUDGET, "同心县住房和城乡建设局")]),
        ("同心县市场监督管理局2018年部门预算公开", [(2018, BUDGET, "同心县市场监督管理局")]),
        ("二〇一八年同心县民政局部门决算", [(2018, ACCOUNTS, "同心县民政局")]),
        ("2019年度单位预算", [(2019, BUDGET, None)]),
        ("部门预算", []),
        ("同心县财政局关于编制2018年部门预算的通知", []),
        ("关于2018年预算执行情况的报告", []),
        ("同心县教育局2018年“三公”经费预算", []),
        ("2018年工作要点", []),
    ],
)
def test_budgets_are_read_from_titles(title: str, expected: list[tuple[int, str, str | None]]) -> None:
    assert titles.budgets(title) == [Budget(*each) for each in expected]


def test_issues_of_a_series_share_a_key_in_a_year() -> None:
    one, other, next_year = (
        titles.issue(f"样本价格周报{year}年第{n}期") for year, n in ((2018, 3), (2018, 12), (2019, 3))
    )
    assert (one.number, other.number, one.unit) == (3, 12, "期")
    assert one.key == other.key != next_year.key
    assert titles.issue("样本季报2018年第二季度情况").number == 2
    assert titles.issue("样本季报2018年第4季度情况").number == 4
    assert titles.issue("样本季报2018年第5季度情况") is None
    assert titles.issue("样本周报2018年第二十三期").number == 23
    assert titles.issue("样本第3期") is None, "of what, in which year?"
    assert titles.issue("2018年3月份低保发放公示").unit == "月"
    for title in ("2018年3月5日会议", "1至3月经济运行情况", "第十三届人民代表大会", "第3期", ""):
        assert titles.issue(title) is None, title


def test_a_document_and_its_interpretation_have_one_subject() -> None:
    documents = (
        "同心县人民政府关于印发《同心县养老办法》的通知",
        "关于印发同心县养老办法的通知",
        "关于印发同心县养老办法（试行）的通知",
    )
    explained = ("《同心县养老办法》政策解读", "一图读懂《同心县养老办法》", "同心县养老办法解读")
    assert len({titles.subject(title) for title in (*documents, *explained)}) == 1
    assert titles.subject("关于印发《同心县供水办法》的通知") != titles.subject(documents[0])
    assert titles.subject("解读") is None
    assert [titles.explains(title) for title in (*documents, *explained)] == [False] * 3 + [True] * 3


def test_working_days_know_holidays_and_weekends_that_are_worked() -> None:
    assert workdays.working_days("2017-09-29", "2017-10-09") == 2  # Saturday the 30th was worked
    assert workdays.working_days("2017-09-04", "2017-09-04") == 0
    assert workdays.working_days("2017-09-05", "2017-09-04") == -1
    assert [workdays.rest_day(day) for day in ("2017-10-02", "2017-09-30", "2017-09-02", "2017-09-04")] == [
        "国庆节", "", "周末", "",
    ]  # fmt: skip
    for day in ("1998-01-01", "2071-01-01", "2017-02-30", "", None):
        assert workdays.working_days("2017-09-04", day) is None
        assert workdays.rest_day(day) is None


def test_every_day_is_one_of_work_or_rest_as_the_package_says() -> None:
    days = [workdays.FIRST + timedelta(count) for count in range((workdays.LAST - workdays.FIRST).days + 1)]
    worked = [day for day in days if workdays.rest_day(day.isoformat()) == ""]
    assert worked == [day for day in days if chinese_calendar.is_workday(day)]


@given(st.text(max_size=80))
def test_whatever_is_printed_nothing_fails(text: str) -> None:
    index_numbers.taken_apart(text)
    document_numbers.taken_apart(text)
    titles.budgets(text + "2018年预算")
    titles.issue(text + "第3期")
    titles.subject(text)
    workdays.working_days(text, text)
