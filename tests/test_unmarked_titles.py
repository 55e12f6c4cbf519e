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
