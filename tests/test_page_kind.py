"""Lists, records and other pages told apart; every page here is written for the test."""

import pytest

from crawler.extract.page_kind import page_kind
from crawler.extract.tree import parse_html
from crawler.families.plain import read
from crawler.records.detail import read_detail
from crawler.services.answer import Answer

URL = "http://www.county.gov.cn/zwgk/x.html"
ROWS = "".join(f'<li><a href="{n}.html">样本文件之{n}</a><span>2018-03-0{n}</span></li>' for n in range(1, 4))
BOX = "<ul><li>索引号：A1</li><li>发布机构：样本局</li><li>发布日期：2018-03-01</li><li>文号：无</li></ul>"
TEXT = "<p>样本正文，仅供测试。" + "样本文字" * 20 + "</p>"


@pytest.mark.parametrize(
    ("html", "kind"),
    [
        pytest.param(f"<ul>{ROWS}</ul>", "list", id="rows"),
        pytest.param(
            f"{BOX}<ul>{ROWS}</ul>共2页 <a href='x_1.html'>下一页</a>", "list", id="rows and a pager, a box or not"
        ),
        pytest.param(f"<h1>样本</h1>{BOX}<div id='zoom'>{TEXT}</div>", "detail", id="metadata and a text"),
        pytest.param(f"<h1>样本</h1>{BOX}", "detail", id="metadata whose text is missing"),
        pytest.param(
            f"<h1>样本</h1>{BOX}<div id='zoom'>{TEXT}</div><ul>{ROWS}</ul>", "detail", id="related records below"
        ),
        pytest.param(
            f"<meta name='ArticleTitle' content='样本'><h1>样本</h1><div id='zoom'></div><ul>{ROWS}</ul>",
            "detail",
            id="a page that calls itself an article",
        ),
        pytest.param(f"<meta name='ArticleTitle' content=' '><ul>{ROWS}</ul>", "list", id="an empty name says nothing"),
        pytest.param(
            f"<h1>样本</h1><div>发布时间：2018-03-01</div><div>{TEXT}</div>", "detail", id="news without a box"
        ),
        pytest.param(
            "<ul><li><a href='/a/'>政务公开</a></li><li><a href='/b/'>办事</a></li></ul>", "other", id="navigation"
        ),
        pytest.param(f"<h1>样本县人民政府</h1><div>{TEXT}</div>", "other", id="text without any sign of a record"),
        pytest.param("", "other", id="nothing"),
    ],
)
def test_what_a_page_is_for(html: str, kind: str) -> None:
    root = parse_html(html)
    page = read(Answer(URL, html))
    assert page_kind(root, page.rows, page.paging, read_detail(root, URL)) == kind
