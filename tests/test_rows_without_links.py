"""Rows of lists of links and dates that lead nowhere: they are listed, and so they are kept."""

import pytest

from tests.list_pages import HERE, rows

ROW = "<li><a href={0}.html>样本县第{0}号通知公告</a><span>2017-12-1{0}</span></li>"


def test_a_row_that_leads_nowhere_may_be_called_by_a_month() -> None:
    read = rows(f"<ul>{ROW.format(1)}{ROW.format(2)}<li>2017年11月空气质量情况<span>2017-12-25</span></li></ul>")
    assert [row.fields["title"] for row in read[2:]] == ["2017年11月空气质量情况"]


@pytest.mark.parametrize(
    "inside",
    [
        "样本县没有链接的通知", "<a>样本县没有链接的通知</a>", "<a href='#'>样本县没有链接的通知</a>", "<a href=''>样本县没有链接的通知</a>",
        "<a href='javascript:void(0)'>样本县没有链接的通知</a>", "<a href='mailto:a@county.gov.cn'>样本县没有链接的通知</a>",
        "<b>样本县没有链接的通知</b>",
    ],
)  # fmt: skip
def test_a_row_that_leads_nowhere_is_listed_where_it_stands(inside: str) -> None:
    read = rows(f"<ul>{ROW.format(1)}<li>{inside}<span>2017-12-25</span></li>{ROW.format(2)}</ul>")
    assert [row.url for row in read] == [HERE + "1.html", None, HERE + "2.html"]
    assert read[1].fields == {"title": "样本县没有链接的通知", "published_on": "2017-12-25"}


@pytest.mark.parametrize(
    "item",
    [
        "<li></li>", "<li>样本县没有日期的通知</li>", "<li>最后更新时间：2017-12-25</li>", "<li>2017-12-25 星期一</li>",
        "<li><span>[2017-12-25]</span></li>", "<div>样本县没有链接的通知<span>2017-12-25</span></div>",
        "<li>共 12 条 更新于 2017-12-25 上一页 下一页</li>",
        "<li style='display: none'>样本县没有链接的通知<span>2017-12-25</span></li>",
        "<li><a>样本县没有链接的通知</a><a>下载</a><span>2017-12-25</span></li>",
        f"<li>{'样本县没有链接的通知' * 40}<span>2017-12-25</span></li>",
    ],
)  # fmt: skip
def test_what_stands_between_rows_is_none_without_a_title_a_day_and_their_form(item: str) -> None:
    assert len(rows(f"<ul>{ROW.format(1)}{item}{ROW.format(2)}</ul>")) == 2
