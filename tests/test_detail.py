"""A record's own page: metadata, title, body, breadcrumb; every page here is written for the test after portals.md §2."""

import pytest
from hypothesis import example, given, settings

from archive.model.observations import RecordPage
from crawler.extract.body import densest
from crawler.extract.text import line_of, lines_of
from crawler.extract.trail import read_breadcrumb
from crawler.extract.tree import parse_html
from crawler.records.detail import read_detail
from tests.golden_pages import golden_page
from tests.hostile import lines_run, markup, texts

URL = "http://www.county.gov.cn/xxgk/zfxxgkml/yqhy/201712/t20171219_661234.html"
SAMPLE = "（样本正文）为测试而写，并非政府文件。" * 3


def detail(html: str, *, cut: bool = False) -> RecordPage:
    return read_detail(parse_html(html), URL, cut=cut)


def test_a_page_cut_in_the_middle_says_so_and_gives_what_it_has() -> None:
    whole = golden_page("trs/record_with_labels_in_cells").text
    page = detail(whole[: whole.index("<p>有效性")], cut=True)
    assert page.doubts == ("page_cut",)
    assert page.fields["index_number"] == "A/2017-1"
    assert page.body == SAMPLE


# --- titles ---


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        ("", "<h1>甲的通知</h1><p>名称：乙的通知</p>", "乙的通知"),
        ("<meta name='ArticleTitle' content='甲的通知'>", "<h1>某县人民政府</h1>", "甲的通知"),
        ('<meta name="SiteName" content="某县">', "<h1>某县</h1><div class=title>甲的通知</div>", "甲的通知"),
        ("", "<h1>万载县人民政府-</h1><h1 class=article-title>甲的通知</h1>", "甲的通知"),
        ("<title>甲的通知_信息公开_某县人民政府</title>", "<h2>相关信息</h2><h2>甲的通知</h2>", "甲的通知"),
        ("<title>甲的通知-某县人民政府</title>", "<p>x</p>", "甲的通知"),
        ("<title>甲-乙的通知</title>", "", "甲-乙的通知"),
        ("<title>甲的通知--中华人民共和国样本部</title>", "", "甲的通知"),
        ("<title>甲的通知_通知公告_样本省财政厅</title>", "", "甲的通知"),
        ("<title>甲的通知-样本部</title>", "", "甲的通知-样本部"),
        ("<title>某县人民政府门户网站</title>", "", None),
        ("<title>某县公众信息网</title>", "", None),
        *((f"<title>{column}</title>", "", None) for column in ("信息公开 - 详细", "政策解读", "通知公告", ".", "-")),
        ("<title>县政府信息公开</title>", "<div class=title>通知公告</div><div class=title>甲的通知</div>", "甲的通知"),
        ("", "<h1>公告</h1><p>来源：某局</p>", "公告"),
        ("<title>县政府信息公开</title>", "<div class=zhengcebiaoti>甲的通知</div>", "甲的通知"),
        ("<title>县政府信息公开</title>", "<span id=lblTitle>甲的通知</span>", "甲的通知"),
        ("", "<p>甲的通知</p><p>某政发〔2017〕9号</p><p>（样本）</p><p>来源：某局</p>", "甲的通知"),
        ("", "<h3>甲的通知</h3><p>（2017年12月19日）</p>", "甲的通知"),
        ("", "<h1>甲的<br>通知</h1>", "甲的通知"),
        ("", "<h1></h1><div id=title>甲的通知</div>", "甲的通知"),
        ("", "<div style='display: none'><h1>乙的通知</h1></div><h1>甲的通知</h1>", "甲的通知"),
        ("", "<div style='display: none'><h1>甲的通知</h1></div><p>来源：某局</p>", "甲的通知"),
        ("", "<h1>甲的通知<br><span>2013-06-07 来源：某局</span></h1>", "甲的通知"),
        ("<title>甲的通知</title>", "<h3>甲的通知</h3><div class=title_info>发布时间：2013-06-07</div>", "甲的通知"),
        ("", "<h1>甲的通知<span>发布时间：2013-06-07</span></h1>", "甲的通知"),
        ("", "<p id=tdTitle><b>甲的通知</b><br><b>【信息时间：2013-06-07 阅读次数：】</b></p>", "甲的通知"),
        *(
            (
                f"<title>{window}</title>",
                f"<p>甲的通知</p><p>来源：某局</p><div id=zoom><h1>{part}</h1>{SAMPLE}</div>",
                title,
            )
            for window, part, title in (
                ("详情", "第一章 总则", "甲的通知"),
                ("甲的通知-某县人民政府", "附件", "甲的通知"),
                ("乙的通知-某县人民政府", "乙的通知", "乙的通知"),
            )
        ),
        ("", f"<p>来源：某局</p><div id=zoom><h1>乙的通知</h1>{SAMPLE}</div>", "乙的通知"),
        ("", "<h1>甲的<span>2013年</span>通知</h1>", "甲的2013年通知"),
        ("<title>页面 - 甲的通知</title>", "<p>甲的通知</p>", "甲的通知"),
        ("<title>甲的通知书 - 乡村振兴</title>", "<p>乡村振兴</p>", "甲的通知书 - 乡村振兴"),
        (
            "<title>某县</title><meta property=og:title content='甲的通知_某县人民政府'>",
            "<p>某县人民政府</p><p>甲的通知</p>",
            "甲的通知",
        ),
        ("<title>首页</title><meta property=og:title content='某县人民政府'>", "<p>某县人民政府</p>", None),
        (
            "<title>某县人民政府文件</title>",
            "<p>某政发〔2017〕9号</p><p align=center>关于样本的通知</p>",
            "关于样本的通知",
        ),
        ("<title>某县人民政府文件</title>", "<p>某政发〔2017〕9号</p><p>关于样本的一段话</p>", None),
        ("<title>甲的通知全文-某县政府网</title>", "<p>标题：甲的通...</p>", "甲的通知全文"),
        ("", "<p>名称：甲的通...</p><h1>甲的通知全文</h1>", "甲的通知全文"),
        ("", "<p>名称：甲的通...</p><h1>别的</h1>", "甲的通..."),
        ("", "<p>x</p></body></html> > <h1>甲的通知</h1><p>y</p>", "甲的通知"),  # behind the end of the root element
        ("", "", None),
    ],
)
def test_the_title(head: str, body: str, title: str | None) -> None:
    assert detail(f"<html><head>{head}</head><body>{body}</body></html>").fields.get("title") == title


# --- bodies ---


@pytest.mark.parametrize(
    "markup",
    ["<div class=TRS_Editor>{0}</div>", "<DIV CLASS='TRS_UEDITOR trs_paper_default'>{0}</DIV>", "<div id=zoom>{0}</div>", "<div id=Zoom>{0}</div>",
     "<div class='Custom_UnionStyle'>{0}</div>", "<div id=vsb_content><div class=v_news_content>{0}</div></div>", "<div id=zoomcon><ucapcontent>{0}</ucapcontent></div>",
     "<div class=zz-xl-ct><div class=TRS_Editor>{0}</div></div>"],
)  # fmt: skip
def test_bodies_by_the_names_editors_give_them(markup: str) -> None:
    html = markup.format(f"<p>{SAMPLE}</p>")
    assert detail(f"<h1>x</h1><div><p>{'另外的文字' * 40}</p></div>{html}").body == SAMPLE


@pytest.mark.parametrize("html", [f"<div><br>{SAMPLE}<br>{SAMPLE}</div>", f"<article><h2>x</h2><div>{SAMPLE}</div></article>",
                                  f"<td>{SAMPLE}<br></td>", f"<body class=with-footer><div><p>{SAMPLE}</p></div></body>"])  # fmt: skip
def test_text_in_other_wrappings(html: str) -> None:
    assert SAMPLE in (detail(html).body or "")


@pytest.mark.parametrize("html", ["", "<p>短</p>", "<div class=footer><p>" + SAMPLE + "</p></div>", "<p><a href=x>" + SAMPLE + "</a></p>",
                                  f"<div><p>索引号：A</p><p>文号：B</p><p>名称：{SAMPLE}</p></div>", "<script>" + SAMPLE + "</script>"])  # fmt: skip
def test_no_body_is_made_up(html: str) -> None:
    assert detail(html).body is None


def test_a_table_inside_a_paragraph_is_not_lost() -> None:
    # portals.md §3 trap 17
    assert (
        detail("<div id=zoom><p>如下：<table><tr><td>甲</td><td>乙</td></tr></table>完</p></div>").body
        == "如下：\n甲\t乙\n完"
    )


# --- breadcrumbs ---


@pytest.mark.parametrize(
    ("html", "steps"),
    [
        ("<div>当前位置：<a>首页</a> > <a>政务公开</a> > 预算</div>", ("首页", "政务公开", "预算")),
        ("<div>您现在的位置：<a>首页</a> -> <a>公告</a></div>", ("首页", "公告")),
        ("<p>您当前所在位置：首页 » 公开 › 预算</p>", ("首页", "公开", "预算")),
        *(
            (f"<p>{label}：首页 > 公告</p>", ("首页", "公告"))
            for label in ("当前栏目", "您所在的栏目", "你所在栏目", "所在栏目")
        ),
        ("<div><span>当前位置</span><a>首页</a><a>公告</a></div>", ("首页", "公告")),
        ("<div><b>您的位置：</b><ul><li><a>首页</a></li><li><a>公告</a></li></ul></div>", ("首页", "公告")),
        ("<div>\u200b位置：<a>首页</a> - <a>公告</a></div>", ("首页", "公告")),
        ("<div>位置：<a>首页</a>／<a>公告</a></div>".replace("／", "/"), ("首页", "公告")),
        ("<script>'当前位置：首页 > 假'</script><div>当 前 位 置：首页 > 真</div>", ("首页", "真")),
        ("<div><span>当前位置：<a>首页</a></span> > <a>公告</a></div>", ("首页", "公告")),
        ("<div><p>当前位置：<a>首页</a></p><a>热点回应</a><a>政策解读</a></div>", ()),
        (
            "<div><a class=CurrChnlCls>首页</a>-&gt;<a>政府文件</a>-&gt;<a>近期公开</a></div>",
            ("首页", "政府文件", "近期公开"),
        ),
        ("<div><i>x</i><a>网站首页</a> » <a>公告</a> » 正文</div>", ("网站首页", "公告")),
        ("<div><a>首页</a> | <a>公告</a> | <a>办事</a></div>", ()),
        ("<div><a>首页</a>&gt;</div>", ()),
        ("<div><a><i style='display:none'>首页</i></a>&gt;<a>公告</a></div>", ()),
        ("<p>项目位置：位于县城 > 东</p>", ()),
        ("<p>当前位置：</p>", ()),
        ("<p>无</p>", ()),
        (
            '<div><a href="/">首页</a>-&gt;<a href="/zf/">政府文件</a>-&gt;<a href="/zf/j/">近期公开</a></div>',
            ("首页", "政府文件", "近期公开"),
        ),
        ('<div><a href="/">首页</a> | <a href="/zf/">政府文件</a> | <a href="/zf/j/">近期公开</a></div>', ()),
        ("<div>首页 <i>/</i> 动态</div>", ("首页", "动态")),
        ("<div>当前位置：<a>首页</a> > <a>交易</a> > <i>中标/成交</i></div>", ("首页", "交易", "中标/成交")),
        ("<p>当前位置：首页 > 中标/成交</p>", ("首页", "中标/成交")),
        ("<p>当前位置：首页/公开/预算</p>", ("首页", "公开", "预算")),
        ("<div><span>首页</span> &gt; <span>信息公开</span> &gt; 文件</div>", ("首页", "信息公开", "文件")),
        ("<div>首页 | 公告 | 办事</div>", ()),
        ("<p>首页 上一页 &gt; 尾页</p>", ()),
        (
            "<p>当前位置：<a>首页</a> > <a>公告</a></p><p>> <a>甲的通知</a></p><p>> <a>乙的通知</a></p>",  # rows of a list
            ("首页", "公告"),
        ),
        ("<div>当前位置：<a>首页</a></div><div>> <a>公告</a></div><div>> 预算</div>", ("首页", "公告", "预算")),
    ],
)
def test_the_breadcrumb(html: str, steps: tuple[str, ...]) -> None:
    assert read_breadcrumb(parse_html(f"<body>{html}</body>")) == steps


# --- text ---


HEAD = "<h1>甲的通知</h1><p align=center>发布时间：2017-12-19　来源：样本县司法局</p>"


@pytest.mark.parametrize(
    ("html", "body"),
    [
        (f"{HEAD}<p>{SAMPLE}</p><p>{SAMPLE}</p><p>样本县司法局</p>", f"{SAMPLE}\n{SAMPLE}\n样本县司法局"),
        (f"{HEAD}<p>{SAMPLE}</p><table><tr><td>表</td></tr></table><p>{SAMPLE}</p>", f"{SAMPLE}\n表\n{SAMPLE}"),
        (f"{HEAD}<hr>　　{SAMPLE}<br>　　{SAMPLE}<hr><center>版权所有</center>", f"{SAMPLE}\n{SAMPLE}"),
        (f"{SAMPLE}<br>{SAMPLE}<div>{HEAD}</div>", f"{SAMPLE}\n{SAMPLE}"),
        (f"{HEAD}<font size=3>{SAMPLE}</font>", SAMPLE),
        (f"{HEAD}<p>各乡镇：</p><p>{SAMPLE}</p>", f"各乡镇：\n{SAMPLE}"),
        (f"{HEAD}<!-- 正文 -->{SAMPLE}<!-- 完 --><br>{SAMPLE}", f"{SAMPLE}\n{SAMPLE}"),
    ],
)
def test_a_text_may_stand_in_the_page_itself(html: str, body: str) -> None:
    page = detail(f"<body><div><a href=/>首页</a> <a href=/gk/>公开</a></div>{html}</body>")
    assert (page.body, page.fields) == (
        body,
        {"title": "甲的通知", "published_on": "2017-12-19", "publisher": "样本县司法局"},
    )


def test_a_text_that_is_a_table_may_stand_in_a_table_that_lays_out_the_page() -> None:
    table = "<table><tr><td>案件名称</td><td>甲案</td></tr><tr><td>处罚结果</td><td>罚款</td></tr><tr><td>处罚依据</td><td>《样本办法》第一条，为测试而写</td></tr></table>"
    page = detail(f"<body><table><tr><td><a href=/>首页</a></td></tr><tr><td>{HEAD}{table}</td></tr></table></body>")
    assert page.body == "案件名称\t甲案\n处罚结果\t罚款\n处罚依据\t《样本办法》第一条，为测试而写"


@pytest.mark.parametrize("date", ["（2017年12月19日）", "2017-12-19 10:20", "2017-12-19　来源：样本县司法局　浏览：3"])
def test_the_day_under_a_title_is_no_text(date: str) -> None:
    page = detail(f"<div><h3>甲的通知</h3><p>{date}</p><p>{SAMPLE}</p><p>2017年12月18日</p></div>")
    assert (page.body, page.fields["published_on"]) == (f"{SAMPLE}\n2017年12月18日", "2017-12-19")


@pytest.mark.parametrize(
    "html",
    [
        f"<p>{SAMPLE}</p><div>{SAMPLE * 4}</div>",
        f"<p>{SAMPLE}</p><div>{SAMPLE * 4}</div><p>{SAMPLE}</p>",
        f"<div>{SAMPLE * 4}</div><p><a href=/>{SAMPLE}</a></p>",
    ],
)
def test_a_sentence_beside_the_box_of_a_text_is_none_of_it(html: str) -> None:
    assert detail(f"<body>{HEAD}{html}</body>").body == SAMPLE * 4


def test_a_table_of_metadata_is_above_the_text_also_where_its_labels_have_no_colon() -> None:
    table = "<table><tr><td>索引号</td><td>A-1</td><td>发布日期</td><td>2017-12-19</td></tr></table>"
    text = f"<p>{SAMPLE}</p>"
    page = detail(
        f"<p>来源：<input></p><div>{table}<div class=t>样本县司法局关于印发甲办法的通知</div><div class=c>{text}</div></div>"
    )
    assert (page.fields["index_number"], page.body) == ("A-1", SAMPLE)


@pytest.mark.parametrize("hidden", ["<div style='display:none'>{0}</div>", "<ul><li hidden>{0}</li></ul>"])
def test_what_is_shown_counts_before_what_is_hidden(hidden: str) -> None:
    shown = "<p>发布时间：2017-12-19</p><p>发布机构：样本县司法局</p>"
    other = hidden.format("<p>发布时间：2001-01-01</p><p>发布机构：某局</p><p>索引号：A-1</p>")
    fields = detail(f"{other}<h1>甲的通知</h1>{shown}").fields
    assert fields == {
        "title": "甲的通知", "published_on": "2017-12-19", "publisher": "样本县司法局", "index_number": "A-1",
    }  # fmt: skip


def test_a_line_leaves_out_what_is_beside_the_text() -> None:
    cell = parse_html(
        "<div id=c> 甲\n 乙<!-- 丙 --><b>丁</b><script>戊</script><i style='DISPLAY : none'>己</i><table><tr><td>庚</td></tr></table>辛</div>"
    )
    assert line_of(cell.find(".//div")) == "甲 乙丁辛"
    assert len(line_of(parse_html("<p>" + "<b>甲乙</b>" * 50 + "</p>"), 10)) in range(11, 20)


@settings(deadline=None, max_examples=200)
@given(markup)
@example("索引号<!-- 索引号：1 -->当前位置：")  # text behind a comment
def test_any_markup_is_read(html: str) -> None:
    root = parse_html(html)
    page = read_detail(root, URL)
    assert all(page.fields.values())
    assert page.body is None or page.body.strip()
    assert len(page.breadcrumb) != 1
    densest(root)
    lines_of(root)


@settings(deadline=None)
@given(texts)
def test_any_text_has_a_root(text: str) -> None:
    assert parse_html(text).tag == "html"
    assert parse_html(f"<html><head><meta charset=gbk></head><body>预算{text}").find("body") is not None


def test_a_declared_encoding_does_not_spoil_decoded_text() -> None:
    for head in ("<?xml version='1.0' encoding='gb2312'?>", "<meta charset=gbk>", "\ufeff"):
        assert line_of(parse_html(f"{head}<p>预算公开</p>")) == "预算公开"


@pytest.mark.parametrize(
    "unit",
    ["<div>索引号：", "<div id=zoom>甲", "<div class=title>甲", "<h1>甲", "<p>甲乙丙丁<br></p>", "<div><p>甲乙丙丁甲乙丙丁甲乙丙丁</p>", "<article><p>甲</p>",
     "<span>当前位置：</span><a>甲</a>", "<div>当前位置：<a>甲</a>", "<font>甲", "<table><tr><td>甲<br>", "<!-- 甲 -->"],
)  # fmt: skip
def test_work_grows_with_the_page_and_no_faster(unit: str) -> None:
    small, large = (parse_html(unit * times) for times in (150, 600))
    assert lines_run(lambda: read_detail(large, URL)) < 5 * lines_run(lambda: read_detail(small, URL))


@pytest.mark.parametrize("text", [" " * 200_000 + "x\n", "-" * 200_000 + "x-y", "局-" * 100_000 + "x", "." * 200_000 + "x", "当前位置：" * 50_000,
                                  "索" + " " * 200_000 + "引号：", "〔" + " " * 200_000 + "2017"])  # fmt: skip
def test_long_runs_of_one_character_are_read(text: str) -> None:
    """A pattern that tries such a run from each of its places would take hours here."""
    page = detail(f"<title>{text}</title><h1>{text}</h1><p>名称：{text}...</p><div id=zoom>{text}</div>")
    assert page.body


def test_a_day_said_to_machines_stands_in_place_of_how_long_ago_it_was() -> None:
    """In an element that says nothing else."""
    days = '<span title="2018-03-05">3天前</span> <span title="2018-03-05">3天前<b>新</b></span>'
    assert lines_of(parse_html(f"<p>{days}</p>").find("body")) == "2018-03-05 3天前新"


@pytest.mark.parametrize(
    ("box", "body"),
    [
        ("<h1>样本标准的公示</h1><p>发布时间：2023-01-05 浏览次数：1234567890 次（样本）</p><div><br></div>", None),
        ("<h1>样本标准的公示</h1><p>发布时间：2023-01-05</p><div><p>{0}</p></div>", SAMPLE),
        ("<h1>样本标准的公示</h1><div class=wp_articlecontent><p>样本</p></div><p>{0}</p>", "样本"),
    ],
)
def test_a_title_and_its_date_are_no_text(box: str, body: str | None) -> None:
    page = detail(f"<div class=article>{box.format(SAMPLE)}</div>")
    assert page.fields["title"] == "样本标准的公示"
    assert page.body == body
