"""Titles, trails and footers of pages that mark none of them; every page here is written for the test, its texts are samples."""

import pytest

from archive.model.observations import RecordPage
from crawler.extract.tree import parse_html
from crawler.records.detail import read_detail

URL = "http://www.sample.gov.cn/zwgk/tzgg/202403/t20240305_123456.html"
DAY, AGENCY, TITLE = "2024-03-05", "样本县财政局", "关于样本事项的通知"
FIRST = "样本正文第一段，为测试而写，并非政府文件，请勿引用。"
SECOND = "样本正文第二段，为测试而写，并非政府文件，请勿引用。"
TEXT = f"<div id=zoom><p>{FIRST}</p><p>{SECOND}</p></div>"
DATELINE = f"<div><span>来源：{AGENCY}</span><span>发布时间：{DAY} 15:16</span></div>"
METADATA = f"<tr><td>索引号：000014349/2024-00021</td><td>发布机构：{AGENCY}</td></tr><tr><td>发布日期：{DAY}</td><td>文号：样政发〔2024〕5号</td></tr>"


def read(body: str, window: str = "") -> RecordPage:
    return read_detail(parse_html(f"<html><head><title>{window}</title></head><body>{body}</body></html>"), URL)


@pytest.mark.parametrize(
    ("window", "title"),
    [
        ("政策解读", TITLE),  # the column's
        ("", TITLE),
        ("样本县关于其他样本事项的通知", "样本县关于其他样本事项的通知"),
    ],
)
def test_a_short_title_of_the_window_gives_way_to_the_line_above_the_date(window: str, title: str) -> None:
    page = read(f"<div><div>{TITLE}</div>{DATELINE}{TEXT}</div>", window)
    assert page.fields["title"] == title


def test_a_short_title_of_the_window_stands_where_no_longer_line_does() -> None:
    page = read(f"<div><div>消防演练</div>{DATELINE}{TEXT}</div>", "消防演练")
    assert page.fields["title"] == "消防演练"


@pytest.mark.parametrize(
    ("window", "title"),
    [("样本县政府信息公开目录", TITLE), ("样本县政府信息公开目录编制说明", "样本县政府信息公开目录编制说明")],
)
def test_the_catalogues_name_is_no_records_title(window: str, title: str) -> None:
    page = read(f"<div><table>{METADATA}</table><div>{TITLE}</div>{TEXT}</div>", window)
    assert page.fields["title"] == title


def test_a_line_right_above_the_box_of_metadata_is_the_title_of_a_page_that_marks_none() -> None:
    assert read(f"<div><p>{TITLE}</p><table>{METADATA}</table>{TEXT}</div>").fields["title"] == TITLE
    assert "title" not in read(f"<div><p>{TITLE}</p><p>样本县样本分目录之一</p><p>{FIRST}</p></div>").fields


def test_the_line_of_a_label_is_no_title() -> None:
    page = read(f"<div><table>{METADATA}</table><div>{TITLE}</div>{TEXT}</div>")
    assert page.fields["title"] == TITLE
    topic = "<div>主题分类：城乡建设、环境保护</div>"
    assert read(f"<div>{topic}{DATELINE}{TEXT}</div>", "消防演练").fields["title"] == "消防演练"


def test_a_date_in_pieces_above_the_title_goes_with_a_clock() -> None:
    leaf = "<div><p>2024</p><p>03/05</p><p>10:22</p></div>"
    assert read(f"<div>{leaf}<h1>{TITLE}</h1>{TEXT}</div>").fields["published_on"] == DAY


def test_the_footer_of_a_page_laid_out_in_tables_leaves_the_metadata() -> None:
    content = f"<table><tr><td><table>{METADATA}</table></td></tr></table>"
    copyright_ = "<td>版权所有：样本县人民政府办公室<br>技术支持：样本公司 联系电话：0000-0000000</td>"
    page = read(f"<div><table><tr><td>{content}</td></tr></table><table><tr>{copyright_}</tr></table></div>")
    assert (page.fields["published_on"], page.fields["publisher"]) == (DAY, AGENCY)


def test_items_beside_each_other_are_steps_of_a_trail_without_a_list_around_them() -> None:
    steps = "<li><a href=/>首页</a></li><li><a href=/zwgk/>政务公开</a></li><li><a href=/zwgk/tzgg/>通知公告</a></li>"
    page = read(f"<div class=breadcrumb>{steps}</div><h1>{TITLE}</h1>{DATELINE}{TEXT}")
    assert page.breadcrumb == ("首页", "政务公开", "通知公告")


@pytest.mark.parametrize("line", ["分享到： 新浪微博 腾讯微博", "【打印此文】 【关闭窗口】", "打印此页"])
def test_buttons_under_a_text_are_no_part_of_it(line: str) -> None:
    page = read(f"<div><h1>{TITLE}</h1>{DATELINE}<div id=zoom><p>{FIRST}</p><p>{SECOND}</p><p>{line}</p></div></div>")
    assert page.body == f"{FIRST}\n{SECOND}"
