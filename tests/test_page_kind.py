"""Lists, records and other pages told apart; every page here is written for the test."""

import pytest

from crawler.extract.page_kind import page_kind
from crawler.extract.tree import parse_html
from crawler.families.plain import read
from crawler.records.detail import read_detail
from crawler.services.answer import Answer

URL = "http://www.county.gov.cn/zwgk/x.html"
ROWS = "".join(f'<li><a href="{n}.html">样本文件之{n}</a><span>2018-03-0{n}</span></li>' for n in range(1, 4))
ROW = '<li><a href="1.html">样本文件之1</a><span>2018-03-01</span></li>'
MANY = "".join(f'<li><a href="{n}.html">样本文件之{n}</a><span>2018-03-01</span></li>' for n in range(101))
SENTENCE = "这是样本的一句话，仅供测试，没有别的意思。"  # 20 characters before its end
BOX = "<ul><li>索引号：A1</li><li>发布机构：样本局</li><li>发布日期：2018-03-01</li><li>文号：无</li></ul>"
TEXT = "<p>样本正文，仅供测试。" + "样本文字" * 20 + "</p>"


@pytest.mark.parametrize(
    ("html", "kind"),
    [
        pytest.param(f"<ul>{ROWS}</ul>", "list", id="rows"),
        pytest.param(
            f"{BOX}<ul>{ROWS}</ul>共2页 <a href='x_1.html'>下一页</a>", "list", id="rows and a pager, a box or not"
        ),
        pytest.param(
            "<p><a href=/a/>甲</a><a href=/b/>乙</a><a href=/c/>丙</a><a href=/d/>丁</a></p>"
            f"<ul>{ROWS.replace('</li>', '<a href=/m/>更多</a></li>')}</ul>",
            "list",
            id="rows with a way to more of each",
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
        pytest.param(
            f"<meta name='ArticleTitle' content='样本'><ul>{ROWS}</ul>共2页 <a href='x_1.html'>下一页</a>",
            "list",
            id="a list that calls itself an article, with a pager and no text",
        ),
        pytest.param(
            f"<h1>样本</h1><ul><li>发布机构：样本局</li><li>语种：中文</li><li>格式：网页</li></ul><ul>{ROWS}</ul>",
            "list",
            id="labels that are not of a record's",
        ),
        pytest.param(f"<meta name='ArticleTitle' content=' '><ul>{ROWS}</ul>", "list", id="an empty name says nothing"),
        pytest.param(
            f"<h1>样本</h1><div>发布时间：2018-03-01</div><div>{TEXT}</div>", "detail", id="news without a box"
        ),
        pytest.param(
            "<ul><li><a href='/a/'>政务公开</a></li><li><a href='/b/'>办事</a></li></ul>", "other", id="navigation"
        ),
        pytest.param(f"<h1>样本</h1><p>来源：样本局</p><div>{TEXT}</div>", "detail", id="a text with its source"),
        pytest.param(f"<h1>样本</h1><p>作者：样本</p><div>{TEXT}</div>", "other", id="a text with another label alone"),
        pytest.param(
            "<h1>样本</h1><p>2018-03-01</p><p><a href='a.pdf'>附件</a></p>", "detail", id="a file in place of a text"
        ),
        pytest.param(
            "<h1>样本</h1><p>2018-03-01</p><div><span pdfsrc='/l/a.pdf'></span></div>",
            "detail",
            id="a file that a player shows in place of a text",
        ),
        *(
            pytest.param(
                f"<h1>样本</h1><p>2018-03-01</p><div id={name}><script>showVsbpdfIframe('/l/a.pdf', '100%')</script></div>",
                kind,
                id=f"a file that a script shows {place}",
            )
            for name, kind, place in (("vsb_content", "detail", "as the text"), ("other", "other", "elsewhere"))
        ),
        pytest.param(
            "<meta name='PubDate' content='2018-03-01'><h1>样本</h1><p><a href='a.pdf'>附件</a></p>",
            "other",
            id="a file on a page that states its day to machines alone",
        ),
        pytest.param("<h1>样本</h1><p>2018-03-01</p><p><a href='a/'>附件</a></p>", "other", id="neither text nor file"),
        pytest.param(f"<h1>样本县人民政府</h1><div>{TEXT}</div>", "other", id="text without any sign of a record"),
        pytest.param("", "other", id="nothing"),
        pytest.param(
            f"<h1>样本</h1><div><p>{SENTENCE * 16}</p></div><ul>{ROWS}</ul>", "detail", id="an article above rows"
        ),
        pytest.param(
            f"<h1>样本</h1><div><p>{SENTENCE * 3}</p></div><h3>参考资料</h3><ol>{ROWS}</ol>",
            "detail",
            id="an article above its references",
        ),
        pytest.param(f"<h1>样本</h1><div><p>{SENTENCE * 4}</p></div><ul>{ROWS}</ul>", "list", id="a remark above rows"),
        pytest.param(f"<h1>样本</h1><ul>{ROWS}</ul><div><p>{SENTENCE * 4}</p></div>", "list", id="a remark below rows"),
        pytest.param(
            f"<h1>样本</h1><div><p>{SENTENCE * 4}</p></div><ul>{ROW}</ul>", "detail", id="an article above a row"
        ),
        pytest.param(
            f"<h1>样本</h1><div><p>{SENTENCE * 2}</p></div><div><b>相关链接</b><ul>{ROWS}</ul></div>",
            "detail",
            id="related ones",
        ),
        pytest.param(
            f"<h1>样本</h1><p>2018-03-09</p><p>{SENTENCE * 2}</p><p>上一篇：<a href=8.html>样本之八</a></p><ul>{ROWS}</ul>",
            "detail",
            id="short, with a way to the one before it",
        ),
        pytest.param(
            f"<h1>样本</h1><p>2018-03-09</p><p>{SENTENCE * 2}</p><p><a href=8.html>上一条</a></p><ul>{ROWS}</ul>",
            "list",
            id="short, with a ticker's button",
        ),
        pytest.param(
            f"<h1>样本</h1><div><p>{SENTENCE}</p></div><div><b>相关链接</b><ul>{ROWS}</ul></div>",
            "other",
            id="no text above them",
        ),
        pytest.param(
            f"<h1>样本</h1><p>发布时间：2018-05-01</p><div><p>{SENTENCE * 4}</p></div><ul>{ROWS}</ul>",
            "detail",
            id="a date of its own",
        ),
        pytest.param(
            f"<h1>样本</h1><p>发布时间：2018-05-01　来源：样本局</p><div><p>{SENTENCE * 2}</p></div><ul>{ROWS}</ul>",
            "detail",
            id="a date and a source of its own",
        ),
        pytest.param(
            f"<h1>样本</h1><p>来源：样本局</p><div><p>{SENTENCE * 4}</p></div><ul>{ROWS}</ul>",
            "detail",
            id="a source of its own",
        ),
        pytest.param(
            f"<h1>样本</h1><p>来源：样本局</p><div><p>{SENTENCE * 2}</p></div><ul>{ROWS}</ul>",
            "list",
            id="a source above a remark",
        ),
        pytest.param(
            f"<h1>样本</h1><div><p>{SENTENCE * 16}</p></div><ul>{MANY}</ul>",
            "list",
            id="more rows than beside an article",
        ),
        pytest.param(
            f"<meta name='ArticleTitle' content='样本'><h1>样本</h1><div id='zoom'>{TEXT}</div><ul>{ROWS}</ul>"
            "<script>createPageHTML(3, 0, 'x', 'html')</script>",
            "detail",
            id="an article in pages that calls itself one",
        ),
        pytest.param(
            f"<h1>样本</h1><div id='zoom'>{TEXT}</div><script>createPageHTML(1, 0, 'x', 'html')</script>",
            "detail",
            id="one page",
        ),
    ],
)
def test_what_a_page_is_for(html: str, kind: str) -> None:
    root = parse_html(html)
    page = read(Answer(URL, html))
    assert page_kind(root, page.rows, page.paging, read_detail(root, URL)) == kind
