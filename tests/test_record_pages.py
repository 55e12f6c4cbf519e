"""Values that record pages print around their text, form by form: every page here is written for the test, its texts are samples."""

import pytest

from archive.model.observations import RecordPage
from crawler.extract.tree import parse_html
from crawler.records.detail import read_detail

URL = "http://www.sample.gov.cn/zwgk/tzgg/202403/t20240305_123456.html"
DAY, AGENCY, TITLE = "2024-03-05", "样本县财政局", "关于样本事项的通知"
FIRST, SECOND = (
    "样本正文第一段，为测试而写，并非政府文件，请勿引用。",
    "样本正文第二段，为测试而写，并非政府文件，请勿引用。",
)
TEXT = f"<p>{FIRST}</p><p>{SECOND}</p>"
MENU = '<ul class="nav"><li><a href="/">首页</a></li><li><a href="/zwgk/">政务公开</a></li><li><a href="/fw/">服务</a></li></ul>'
DATELINE = f"<div>发布时间：{DAY} 来源：{AGENCY}</div>"


def read(
    dateline: str = "", *, head: str = "", trail: str = "", text: str = f"<div id=zoom>{TEXT}</div>", footer: str = ""
) -> RecordPage:
    """A page with a menu, a trail, a title, a line under it, a text and a footer."""
    content = f"<div class=content><h1>{TITLE}</h1>{dateline}{text}</div>"
    title = f"<title>{TITLE}-样本县人民政府</title>"
    return read_detail(
        parse_html(f"<html><head>{title}{head}</head><body>{MENU}{trail}{content}{footer}</body></html>"), URL
    )


# --- the line under the title ---


@pytest.mark.parametrize(
    "line",
    [
        f"<div>发布时间：{DAY} 10:20 来源：{AGENCY} 浏览次数：12</div>",
        f"<div><span>{DAY} 10:20:11</span><span>来源：{AGENCY}</span><span>【字体：<a>大</a> <a>中</a> <a>小</a>】</span></div>",
        f"<div><span>来源：{AGENCY}</span><span>{DAY}</span></div>",
        f"<p>2024年03月05日 10:20&nbsp;&nbsp;来源：{AGENCY}&nbsp;&nbsp;打印</p>",
        f"<ul><li>来源：{AGENCY}</li><li>{DAY} 10:00</li><li>点击：<script>x</script></li></ul>",
        f"<div>日期：{DAY}</div><div>来源：{AGENCY}</div>",
        f"<div>【时间发布：{DAY}】【来源：{AGENCY}】</div>",
        f"<div>来源：{AGENCY} 更新时间：{DAY} 10:20</div>",
        f"<div>来源：{AGENCY}|发布时间：{DAY}|阅读：33次</div>",
        f"<div>发布日期：{DAY}来源：{AGENCY}作者：样本甲</div>",
        f"<div>信息来源：{AGENCY}　　发布日期：{DAY}　　【打印本页】【关闭窗口】</div>",
        f"<div><b>发布时间</b><em>{DAY}</em><b>来源</b><em>{AGENCY}</em></div>",
        f"<div>时间：2024/3/5 10:20:00 来源：<a href=x>{AGENCY}</a> <a href=y>打印</a> <a href=z>收藏</a></div>",
        f"<div>文章来源：{AGENCY} 发布人：样本甲 发布时间：{DAY} 访问次数：<b>1</b></div>",
        f"<div>[ 发布时间：{DAY}  来源：{AGENCY}  阅读次数：5 ]</div>",
        f"<div>来源: {AGENCY} 发布日期: {DAY} 17:06 浏览量： 字体：【大 中 小】</div>",
        f"<div>{AGENCY} {DAY}</div>",
        f"<div><span>{DAY} 10:20</span> <span>{AGENCY}</span></div>",
        f"<div>（{DAY}）&nbsp;来源：{AGENCY}</div>",
        f"<div>{DAY} 10:00 星期二 来源：{AGENCY}</div>",
        f"<div>发布机构：{AGENCY} {DAY} 10:00</div><div>{DAY}</div>",
        f"<div><span>{DAY}</span></div><div>分享到：</div><div>来源：{AGENCY}</div>",
        f"<div>来源：<!--<$[来源]>begin-->{AGENCY}<!--<$[来源]>end--> 发布日期：{DAY}</div>",
        f"<div>来源：{AGENCY} 样本甲 时间：{DAY}</div>",
        f"<div>【来源】{AGENCY} 【发布时间】{DAY}</div>",
        f"<div>责任编辑：样本甲 信息提供：{AGENCY} 信息时间：{DAY}</div>",
        f"<p>[ 来源：{AGENCY} ] [ 发布时间：{DAY} ]</p>",
        f"<p>（来源：{AGENCY}）（发布时间：{DAY}）</p>",
        f"<p>（发布时间：{DAY}）（来源：{AGENCY}）（录入：样本甲）</p>",
        f"<p>[ 来源：{AGENCY} ] [  阅读：12 次 ] [ 打印 ] [ {DAY} ]</p>",
        f"<p>日期：[{DAY}] 来源：[{AGENCY}] 点击：[33]</p>",
        f"<p>（{AGENCY} {DAY}）</p>",
    ],
)
def test_the_day_and_the_agency_under_the_title(line: str) -> None:
    page = read(line)
    assert (page.fields["published_on"], page.fields["publisher"], page.fields["title"]) == (DAY, AGENCY, TITLE)
    assert page.read_at.keys() == page.fields.keys()


BETWEEN = "<p>样本一</p><p>样本二</p><p>样本三</p>"


@pytest.mark.parametrize(
    "line",
    [
        f"{BETWEEN}<div>来源：{AGENCY} {DAY}</div>",
        f"{BETWEEN}<div>{DAY}</div><div>来源：{AGENCY}</div>",
        f"{BETWEEN}<div>来源：{AGENCY}</div><div>{DAY}</div>",
        f"{BETWEEN}<p>【{DAY} 15:20:07】【字体：大 中 小】</p>",
        f"<div>{DAY}</div><p>{AGENCY} 2017</p>",
        f"{BETWEEN}<table><tr><td>签发人</td><td></td></tr></table><div>{DAY}</div><div>来源：{AGENCY}</div>",
    ],
)
def test_a_day_near_the_source_or_the_title(line: str) -> None:
    page = read(line)
    assert (page.fields["published_on"], page.read_at["published_on"]) == (
        DAY,
        "text beside the source or under the title",
    )


@pytest.mark.parametrize(
    "line",
    [f"<table><tr><td>标题</td><td>{TITLE}</td><td>成文日期</td><td>{DAY}</td></tr></table>", f"<div>来源：{AGENCY} 成文日期：{DAY}</div>", "", f"<p>{DAY}样本县召开样本会议，样本县财政局参加。</p>", "<div>2024年</div>",
     f"<div>一</div><div>二</div><div>三</div><div>{DAY}</div>"],
)  # fmt: skip
def test_what_is_no_date_of_publication(line: str) -> None:
    assert "published_on" not in read(line).fields


def test_a_day_under_a_title_in_lines() -> None:
    head = "<h1>关于样本<br>事项的<br>通知</h1>"
    page = read_detail(parse_html(f"{head}<p>【{DAY} 15:20:07】【字体：大 中 小】</p><div id=zoom>{TEXT}</div>"), URL)
    assert (page.fields["title"], page.fields["published_on"]) == (TITLE, DAY)


def test_the_line_above_the_date_is_the_title_of_a_page_that_marks_none() -> None:
    html = (
        f"<table><tr><td>{TITLE}</td></tr></table><table><tr><td>发布时间：{DAY}&nbsp;来源：{AGENCY}</td></tr></table>"
    )
    page = read_detail(parse_html(html), URL)
    assert (page.fields["title"], page.read_at["title"]) == (TITLE, "line above the date")


def test_the_value_of_a_label_is_neither_the_heading_nor_its_date() -> None:
    box = f"<table><tr><td>标题</td><td>{TITLE}</td><td>成文日期</td><td>{DAY}</td></tr></table>"
    page = read_detail(parse_html(f"{box}<h1>{TITLE}</h1>{BETWEEN}<div>来源：{AGENCY}</div>"), URL)
    assert (page.fields["created_on"], page.fields.get("published_on")) == (DAY, None)


@pytest.mark.parametrize(
    ("html", "title"),
    [
        ("<h2>您现在的位置：首页 >> 通知公告</h2><div class=title>样本标题</div>", "样本标题"),
        ("<h2>网站首页 / 通知公告</h2><div class=title>样本标题</div>", "样本标题"),
        ("<table><tr><td class=title>索引号</td><td>A1</td></tr></table><h3 class=title>样本标题</h3>", "样本标题"),
        ("<title>【样本标题】-样本县人民政府</title>", "样本标题"),
        ("<h1><font>关于样本</font>\n   <br>\n   的通知</h1>", "关于样本的通知"),
    ],
)
def test_titles_that_stand_beside_what_is_none(html: str, title: str) -> None:
    assert read_detail(parse_html(html), URL).fields["title"] == title


# --- sources ---


@pytest.mark.parametrize("source", ["样本日报", "样本县融媒体中心", "中国政府网", "样本发布", "样本县政府网站", "本站", "互联网", "样本县广播电视台", "新华社",
                                    "样本微信公众号", "样本客户端", "样本", "样" * 80 + "局"])  # fmt: skip
def test_a_medium_is_no_publisher_and_stays_as_printed(source: str) -> None:
    page = read(f"<div>发布时间：{DAY} 来源：{source}</div>")
    assert (page.source_fields["来源"], page.fields.get("publisher"), page.doubts) == (source, None, ())


def test_a_source_never_stands_before_a_labelled_publisher() -> None:
    page = read(f"<div>来源：{AGENCY}</div><div>发布机构：样本县教育局</div>")
    assert (page.fields["publisher"], page.read_at["publisher"], page.doubts) == ("样本县教育局", "label 发布机构", ())
    assert read(f"<div>来源：{AGENCY}</div>").doubts == ("publisher_from_source",)


def test_a_name_that_the_portal_file_states_is_an_agency_whatever_its_form() -> None:
    root = parse_html(f"<h1>{TITLE}</h1><p>来源：样本之家</p>")
    assert "publisher" not in read_detail(root, URL).fields
    page = read_detail(root, URL, agencies=frozenset({"样本之家"}))
    assert (page.fields["publisher"], page.doubts) == ("样本之家", ("publisher_from_source",))


# --- footers ---

FOOTERS = [
    "<div><p>主办单位：样本县人民政府办公室 承办单位：样本县大数据中心</p><p>网站标识码：0000 某ICP备0号 邮编：000000</p></div>",
    "<div><div>主办单位：样本县人民政府</div><div>技术支持：样本公司</div><div>版权所有 样本</div></div>",
    "<table><tr><td>主办：样本县人民政府</td></tr><tr><td>Copyright 2020 备案号：某ICP备1号</td></tr></table>",
    "<footer><p>主办单位：样本县人民政府办公室</p><p>联系电话：0000-0000000 邮编：000000</p></footer>",
    "<div>主办单位：样本县人民政府办公室</div><div>版权所有：样本县人民政府</div>",
    "<div><p>主办单位：样本县人民政府办公室</p></div>",
]


@pytest.mark.parametrize("footer", FOOTERS)
def test_footers_say_nothing_of_a_record_wherever_they_stand(footer: str) -> None:
    for page in (read(f"<p>{DAY}</p>", footer=footer), read(f"<p>{DAY}</p>", trail=footer)):
        assert (page.source_fields, page.fields.get("publisher"), page.body) == ({}, None, f"{FIRST}\n{SECOND}")


def test_what_a_text_says_itself_labels_nothing() -> None:
    text = f"<div><p>{FIRST}</p><p>主办单位：样本县样本协会。承办单位：样本县样本公司。</p><p>{SECOND}</p></div>"
    page = read(f"<p>{DAY}</p>", text=text)
    assert (page.fields.get("publisher"), page.source_fields) == (None, {})


def test_who_is_in_charge_of_a_proposal_is_no_footer() -> None:
    page = read("<ul><li>案由：样本建议</li><li>建议号：1</li><li>主办单位：样本县教育局</li></ul>")
    assert page.fields["publisher"] == "样本县教育局"


def test_a_text_with_a_postal_address_is_no_footer() -> None:
    text = f"<div><p>{FIRST}</p><p>{SECOND}联系地址：样本县样本路1号，邮编：000000。</p></div>"
    assert (read(DATELINE, text=text).body or "").startswith(FIRST)


# --- labels nobody listed ---


@pytest.mark.parametrize(
    "box",
    [
        "<table><tr><td>索引号</td><td>A1</td><td>公文种类</td><td>通知</td></tr><tr><td>发布机构</td><td>样本局</td></tr></table>",
        "<table><tr><td>索引号：A1</td><td>公文种类：通知</td></tr><tr><td>发布机构：样本局</td></tr></table>",
        "<ul><li><b>索引号：</b>A1</li><li><b>公文种类：</b>通知</li><li><b>发布机构：</b>样本局</li></ul>",
        "<div><p>索引号：A1</p><p>公文种类：通知</p><p>发布机构：样本局</p><p>文号：B1</p></div>",
        "<p>索引号：A1　　公文种类：通知　　发布机构：样本局</p>",
    ],
)
def test_an_unknown_label_among_known_ones_is_kept_as_printed(box: str) -> None:
    printed = read(box).source_fields
    assert (printed["索引号"], printed["公文种类"], printed["发布机构"]) == ("A1", "通知", "样本局")


@pytest.mark.parametrize(
    "box",
    [
        "<table><tr><td>文号</td><td>B1</td><td>有效</td><td>样本</td></tr></table>",  # one known label vouches for nothing
        "<table><tr><td>索引号</td><td>A1</td><td>访问人次：</td><td>1</td></tr><tr><td>文号</td><td>B1</td></tr></table>",  # a counter
        "<table><tr><td>索引号</td><td>甲乙</td></tr><tr><td>文号</td><td>丙丁</td></tr></table>",  # values are no labels
        "<div><p>索引号：A1</p><p>文号：B1</p><p>各乡镇：样本</p></div>",
    ],
)
def test_what_is_no_unknown_label(box: str) -> None:
    assert read(box).source_fields.keys() <= {"索引号", "文号"}


def test_a_title_may_look_like_a_label_and_its_value() -> None:
    page = read("<table><tr><td>名称</td><td>政策解读：样本办法</td></tr></table>")
    assert page.fields["title"] == "政策解读：样本办法"
    assert read("<p>名称：样本甲 | 样本乙 打印样本</p>").fields["title"] == "样本甲 | 样本乙 打印样本"


# --- what the page says to machines ---


def _meta(**contents: str) -> str:
    return "".join(f'<meta name="{name}" content="{content}">' for name, content in contents.items())


def test_meta_elements_state_what_the_page_does_not_and_are_doubted() -> None:
    page = read(head=_meta(PubDate=f"{DAY} 10:00", ContentSource=AGENCY))
    assert (page.fields["published_on"], page.fields["publisher"]) == (DAY, AGENCY)
    assert page.doubts == ("date_from_meta", "publisher_from_source")
    assert (page.read_at["published_on"], page.read_at["publisher"]) == ("meta PubDate", "meta ContentSource")
    assert "publisher" not in read(head=_meta(ContentSource="样本日报")).fields
    assert "publisher" not in read("<p>来源：样本日报</p>", head=_meta(ContentSource=AGENCY)).fields


@pytest.mark.parametrize(
    ("head", "doubts"),
    [
        (_meta(PubDate=f"{DAY} 10:00", ContentSource="县财政局", ArticleTitle=TITLE), ()),
        (_meta(PubDate="2024-03-06"), ("date_differs",)),
        (_meta(ArticleTitle="另一个样本标题"), ("title_differs",)),
        (_meta(ContentSource="样本县教育局"), ("publisher_differs",)),
        (_meta(ContentSource="样本日报"), ("publisher_differs",)),
        (_meta(PubDate="昨天"), ()),
        ('<script type="application/ld+json">{"headline": "另一个样本标题", "datePublished": "2024-03-06"}</script>', ("date_differs", "title_differs")),
        ('<script type="application/ld+json">[{"pubDate": "2024-03-05T10:00:00"}]</script>', ()),
        ('<script type="application/ld+json">{"@graph": [{"pubDate": "2024-03-07"}, 1]}</script>', ("date_differs",)),
        ('<script type="application/ld+json">{"@type": "BreadcrumbList", "title": "x", "@graph": 1}</script>', ()),
        ('<script type="application/ld+json">no JSON</script>', ()),
    ],
)  # fmt: skip
def test_where_a_page_contradicts_itself_its_labels_stand_and_are_doubted(head: str, doubts: tuple[str, ...]) -> None:
    page = read(f"<p>名称：{TITLE}</p>{DATELINE}", head=head)
    assert [page.fields[name] for name in ("title", "published_on", "publisher")] == [TITLE, DAY, AGENCY]
    assert set(page.doubts) == {*doubts, "publisher_from_source"}


# --- breadcrumbs ---

STEPS = ("首页", "政务公开", "通知公告")
LINKS = ('<a href="/">首页</a>', '<a href="/zwgk/">政务公开</a>', '<a href="/zwgk/tzgg/">通知公告</a>')


@pytest.mark.parametrize(
    "form",
    [
        "<div>当前位置：{} &gt; {} &gt; {} &gt; 正文</div>",
        "<div><span>当前位置：</span>{}<i class=arrow></i>{}<i></i>{}</div>",
        "<ol><li>{}</li><li>{}</li><li>{}</li></ol>",
        "<ol class=breadcrumb><li>{}</li><li>{}</li><li>{}</li><li class=active>详情页</li></ol>",
        "<div>当前位置：{} &gt; {} &gt; {} &gt; 内容详情</div>",
        "<div>您的位置: {} / {} / {}</div>",
        "<div>{}<span>&gt;</span>{}<span>&gt;</span>{}<span>&gt;</span><span>内容</span></div>",
        "<table><tr><td>您现在的位置：</td><td>{}</td><td> &gt; {}</td><td>&gt;{}</td></tr></table>",
        "<table><tr><td>{}</td><td><table><tr><td> &gt; {}</td><td> &gt; {}</td></tr></table></td></tr></table>",
        "<ul><li>当前位置：</li><li>{}</li><li>&gt;</li><li>{}</li><li>&gt;</li><li>{}</li></ul>",
        f"<div>当前位置：{{}}&gt;{{}}&gt;{{}}&gt;</div><div>{DAY}</div>",
        "<div><strong>您当前的位置：</strong><div>{}</div><div>&gt;{}</div><div>&gt;{}</div></div>",
        "<div><img src=home.png>{}<img src=arrow.png>{}<img src=arrow.png>{}</div>",
        "<div>当前位置：首页 &gt; 政务公开 &gt; 通知公告<a>打印</a></div>",
        "<div>当前位置：{}-{}-{}</div>",
        "<div><i></i>位置：{} &gt; {} &gt; {}</div>",
        "<div>当前位置：{}&gt;{}&gt;{}&gt;浏览信息</div>",
        '<ol class=breadcrumb><li>{0}</li><li><a href="/col/1/">政务公开</a></li><li><a href="/col/2/">通知公告</a></li></ol>',
        "<div>当前位置：{}&nbsp;|&nbsp;{}&nbsp;|&nbsp;{}</div>",
        "<div>当前所在位置：{}》{}》{}</div>",
        "<p>当前位置：</p><p>{}&gt;{}&gt;{}</p>",
        "<div><span>您所在的位置：</span><ul><li>{}</li><li>{}</li><li>{}</li></ul></div>",
        "<div>当前位置：{}＞{}＞{}＞正文</div><div>字体：大 中 小</div>",
        "<div>当前位置：{} <span>&gt;</span> {} <span>&gt;</span> <span>通知公告</span></div>",
        '<div>当前位置：{} &gt; <a href="/zwgk/"><span>政务</span><span>公开</span></a> &gt; {2}</div>',
        f"<div>当前位置：{{}} → {{}} → {{}} → {TITLE}</div>",
        "<div>当前位置：{}&gt;<script>x()</script>{}&gt;<!-- x -->{}</div>",
        "<dl><dt>您的位置：</dt><dd>{}</dd><dd>{}</dd><dd>{}</dd></dl>",
        "<div>{} &gt; <a href='/fw/'>服务</a></div><div>{} &gt; {} &gt; {}</div>",
        "<div>{0} &gt; <a href='/a/'>甲</a> &gt; <a href='/b/'>乙</a> &gt; <a href='/c/'>丙</a></div><div>{0} &gt; {1} &gt; {2}</div>",
    ],
)  # fmt: skip
def test_the_steps_to_the_column_however_they_are_joined(form: str) -> None:
    links = (LINKS[0], *LINKS) if form.count("{}") == 4 else LINKS
    assert read(DATELINE, trail=_filled(form, links)).breadcrumb == STEPS


def _filled(form: str, links: tuple[str, ...]) -> str:
    """`form` with its links: those without a number in turn."""
    for number, link in enumerate(links):
        form = form.replace(f"{{{number}}}", link)
    for link in links:
        form = form.replace("{}", link, 1)
    return form


@pytest.mark.parametrize(
    "html",
    [
        "<div>{} | {} | {}</div>",  # a menu
        "<ul><li>{0}</li><li>{1}</li><li><a href='/fw/'>服务</a></li></ul>",
        "<div>{0}<a href='?page=2'>2</a><a href='?page=3'>下一页</a></div>",
        "<div>当前位置：{0}</div><div>{1}</div>",
        "<div>当前位置：{0}</div><table><tr><td>·{1}</td></tr></table>",
    ],
)
def test_what_is_no_trail(html: str) -> None:
    assert read(DATELINE, trail=_filled(html, LINKS)).breadcrumb == ()


# --- the text ---

SHARE = "<div><p>扫一扫在手机打开当前页</p><p>分享到：微信 微博</p></div>"


@pytest.mark.parametrize(
    "html",
    [
        f"<div><div>{FIRST}</div><div>{SECOND}</div></div>{SHARE}",
        f"<div>{FIRST}<br>{SECOND}</div>{SHARE}",
        f"<div>{TEXT}<p>扫一扫在手机打开当前页</p><div>【打印】【关闭】</div></div>",
        f"<div>{TEXT}</div><div>打印 | 关闭</div><div>附件：</div><div>相关文章</div><ul><li><a href=a>另一篇</a></li></ul>",
        f"<div id=zoom>{TEXT}<p>附件：</p></div>",
        f"<div id=zoom>{TEXT}<p>附件：相关文章</p></div>",
        f"<div id=zoom>{TEXT}<p>相关链接：</p><p><a href=a>一图读懂样本</a></p></div>",
        f"<div id=zoom>{TEXT}<div>扫一扫分享本页</div><div>打印本页 关闭窗口</div></div>",
        f"<div><div><p>{FIRST}</p></div><div><p>{SECOND}</p></div></div>{SHARE}",
        f"<div><div><div><span>{FIRST}</span></div><div><span>{SECOND}</span></div></div></div>{SHARE}",
        f"<table><tr><td>{TEXT}</td></tr></table>{SHARE}",
        f"<div><pre>{FIRST}<br>{SECOND}</pre></div>{SHARE}",
        f"<div>{TEXT}</div><div><p>上一篇：<a>样本</a></p><p>下一篇：没有了</p></div>",
        f"<div>{TEXT}<p>上一篇：样本</p><p>下一篇：没有了</p></div>",
        f"<div><div>{TITLE}</div>{DATELINE}<div>{FIRST}</div><div>{SECOND}</div><div>[打印] [关闭]</div></div>",
    ],
)
def test_the_text_without_what_stands_around_it(html: str) -> None:
    assert read(DATELINE, text=html).body == f"{FIRST}\n{SECOND}"


@pytest.mark.parametrize(
    "line", ["下载地址见样本网站。", "相关文件由样本局另行印发。", "分享到样本的经验", "打印本通知", "附件：1.样本表"]
)
def test_words_of_the_text_are_no_buttons(line: str) -> None:
    assert read(DATELINE, text=f"<div id=zoom>{TEXT}<p>{line}</p></div>").body == f"{FIRST}\n{SECOND}\n{line}"
    assert read(DATELINE, text=f"<div id=zoom><p>{line}</p>{TEXT}</div>").body == f"{line}\n{FIRST}\n{SECOND}"


# --- whole pages in which several of these come together ---


def test_labels_and_values_in_items_of_a_list_in_turns() -> None:
    items = "".join(
        f"<li>【{label}】</li><li>{value}</li>"
        for label, value in (("索引号", "A1"), ("发布机构", AGENCY), ("文号", ""))
    )
    page = read(f"<ul>{items}</ul>")
    assert page.source_fields == {"【索引号】": "A1", "【发布机构】": AGENCY, "【文号】": ""}
    assert page.fields.keys() >= {"index_number", "publisher"}
    assert "index_number" not in read("<ul><li>索引号</li><li>A1</li></ul>").fields


def test_everything_in_one_box() -> None:
    line = f"<div><span>发布时间：{DAY}</span> | <span>来源：{AGENCY}</span> | <span>责任编辑：样本甲</span> | <span>审核人：样本乙</span></div>"
    trail = '<div><a href="/">网站首页</a> - <a href="/zwgk/">政务公开</a></div>'
    footer = "<div>地址：样本县 邮编：000000<br>主办：样本县人民政府办公室</div>"
    page = read_detail(parse_html(f"<div>{trail}<h1>{TITLE}</h1>{line}{TEXT}{footer}</div>"), URL)
    assert (page.body, page.fields["publisher"], page.source_fields["审核人"]) == (
        f"{FIRST}\n{SECOND}",
        AGENCY,
        "样本乙",
    )


def test_a_title_in_a_plain_box_that_the_windows_title_begins_with() -> None:
    html = f"<title>{TITLE}_通知公告_样本县人民政府</title><div><p>{TITLE}</p></div>{DATELINE}<div id=zoom>{TEXT}</div>"
    page = read_detail(parse_html(html), URL)
    assert (page.fields["title"], page.read_at["title"]) == (TITLE, "line that is part of the window's title")


def test_headings_that_make_up_the_windows_title_are_one() -> None:
    html = (
        "<title>样本县人民政府办公室{0}</title><h1>样本县人民政府办公室</h1><h1>关于样本事项的</h1><h1>通知</h1>"
        + DATELINE
    )
    whole = read_detail(parse_html(html.format("关于样本事项的通知-样本县人民政府")), URL)
    assert whole.fields["title"] == "样本县人民政府办公室关于样本事项的通知"
    assert read_detail(parse_html(html.format("另一事项")), URL).fields["title"] == "样本县人民政府办公室"


def test_a_small_heading_above_a_day_and_nobodys_above_the_text() -> None:
    html = f"<div><h3>{TITLE}</h3><p><i>2024.03.05</i><i>{AGENCY}</i><i>阅读 23</i></p></div><div>{FIRST}<br>{SECOND}</div>"
    page = read_detail(parse_html(html), URL)
    assert (page.fields, page.body) == (
        {"title": TITLE, "published_on": DAY, "publisher": AGENCY},
        f"{FIRST}\n{SECOND}",
    )
    assert read_detail(parse_html(f"<div><h3>一、样本</h3>{TEXT}</div>"), URL).fields == {}
