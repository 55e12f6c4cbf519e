"""A record's own page: metadata, title, body, breadcrumb; every page here is written for the test after portals.md §2."""

import pytest
from hypothesis import example, given, settings

from archive.model.observations import RecordPage
from crawler.extract.body import densest, find_body, read_body
from crawler.extract.detail import read_detail
from crawler.extract.text import line_of, lines_of
from crawler.extract.trail import read_breadcrumb
from crawler.extract.tree import parse_html
from tests.hostile import lines_run, markup, texts

URL = "http://www.county.gov.cn/xxgk/zfxxgkml/yqhy/201712/t20171219_661234.html"
SAMPLE = "（样本正文）为测试而写，并非政府文件。" * 3

# §2.1: the county template
COUNTY = f"""<html><head><title>关于公布预算的通知-县人民政府</title></head><body>
<div class="nav"><ul><li><a href="/">首页</a></li></ul></div>
<div class="pos"> 当前位置：<a class="CurrChnlCls" href="/">首页</a> > <a href="/zwgk/">政务公开</a> > <a href="/r/">热点回应</a></div>
<h1>关于公布预算的通知</h1>
<table>
 <tr><td>索 引 号：A/2017-1</td><td>文　　号：同政发〔2017〕9号</td><td>生成日期：2017-12-19</td></tr>
 <tr><td>公开方式：主动公开</td><td>发布机构：县政府办</td><td>责任部门：县财政局</td></tr>
</table>
<div class="zz-xl-ct"><div class="TRS_Editor"><style>p {{ color: red }}</style><p>{SAMPLE}</p><p>有效性：写在正文里的不算</p></div></div>
<div class="footer"><p>主办：县政府办公室　版权所有　联系电话：0000-0000000　备案号：某备00000000号，最佳分辨率1024×768以上</p></div>
</body></html>"""


def detail(html: str, *, cut: bool = False) -> RecordPage:
    return read_detail(parse_html(html), URL, cut=cut)


def test_the_county_template() -> None:
    page = detail(COUNTY)
    assert page.url == URL
    assert page.fields == {
        "title": "关于公布预算的通知",
        "index_number": "A/2017-1",
        "document_number": "同政发〔2017〕9号",
        "created_on": "2017-12-19",
        "disclosure_mode": "主动公开",
        "publisher": "县政府办",
        "responsible_department": "县财政局",
    }
    assert page.source_fields["文 号"] == "同政发〔2017〕9号"
    assert page.body == f"{SAMPLE}\n有效性：写在正文里的不算"
    assert page.breadcrumb == ("首页", "政务公开", "热点回应")
    assert (page.doubts, page.cut) == ((), False)


def test_a_news_page_has_a_date_and_a_source_and_no_index_number() -> None:
    page = detail(
        "<h2>关于督查的通报</h2><div>发布日期：2017-12-19 16:03　来源：县政府督查室　作者：张某　浏览次数：<b>12</b></div>"
        f"<div class=TRS_UEDITOR><p>{SAMPLE}</p></div>"
    )
    assert page.fields == {"title": "关于督查的通报", "published_on": "2017-12-19", "publisher": "县政府督查室"}
    assert page.source_fields == {"发布日期": "2017-12-19 16:03", "来源": "县政府督查室", "作者": "张某"}


def test_metadata_in_boxes_whatever_their_classes_say() -> None:
    # §2.6: the class ReleaseMechanism is 责任部门 on one site and 发布机构 on another
    page = detail(
        "<div class=meta-data><dl><dd class='addWidth ReleaseMechanism'><label><font>责任部门</font>：</label><div>统计局</div></dd>"
        "<dd class=scrq><label>发文日期：</label><div>2023-05-11</div></dd><dd class=fl><label>主题分类：</label><div></div></dd></dl></div>"
    )
    assert page.fields == {"responsible_department": "统计局", "created_on": "2023-05-11"}
    assert page.source_fields["主题分类"] == ""


def test_metadata_only_in_comments_is_not_read() -> None:
    page = detail(COUNTY.replace("<h1>", "<!-- <p>发布日期：2019-01-01</p><p>主题分类：教育</p> --><h1>"))
    assert not {"published_on", "topic"} & page.fields.keys()


def test_a_page_cut_in_the_middle_says_so_and_gives_what_it_has() -> None:
    page = detail(COUNTY[: COUNTY.index("<p>有效性")], cut=True)
    assert page.doubts == ("page_cut",)
    assert page.fields["index_number"] == "A/2017-1"
    assert page.body == SAMPLE


def test_doubts_of_the_metadata_are_the_pages() -> None:
    assert detail(COUNTY.replace("生成日期：2017-12-19", "生成日期：年前")).doubts == ("date_unreadable",)


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
        ("<title>某县人民政府门户网站</title>", "", None),
        ("", "<h1>甲的<br>通知</h1>", "甲的通知"),
        ("", "<h1></h1><div id=title>甲的通知</div>", "甲的通知"),
        ("<title>甲的通知全文-某县政府网</title>", "<p>标题：甲的通...</p>", "甲的通知全文"),
        ("", "<p>名称：甲的通...</p><h1>甲的通知全文</h1>", "甲的通知全文"),
        ("", "<p>名称：甲的通...</p><h1>别的</h1>", "甲的通..."),
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


def test_of_several_containers_the_fullest() -> None:
    html = f"<div class=TRS_Editor>按语</div><div class=TRS_Editor><p>{SAMPLE}</p></div>"
    assert detail(html).body == SAMPLE


def test_a_container_around_metadata_and_text_is_not_the_text() -> None:
    # §2.9: one box around the table and the text
    html = (
        "<div class=xxgk_wenzhang><table><tr><td>索引号：</td><td>A</td><td>发布机构：</td><td>样本局</td></tr>"
        "<tr><td>发布日期：</td><td>2017-12-19</td><td>文号：</td><td>无</td></tr></table><h1>样本文件</h1>"
        f"<div class=j-fontContent><div class=TRS_Editor><p>{SAMPLE}</p></div><p>（样本）落款</p></div></div>"
    )
    page = detail(html)
    assert page.fields == {
        "index_number": "A",
        "publisher": "样本局",
        "published_on": "2017-12-19",
        "title": "样本文件",
    }
    assert page.body == f"{SAMPLE}\n（样本）落款"


def test_a_body_without_a_name_is_where_most_paragraphs_are() -> None:
    links = "".join(f"<p><a href={i}.html>{'相关新闻的标题' * 4}</a></p>" for i in range(20))
    html = f"<div class=side>{links}</div><div class=x><p>{SAMPLE}</p><p>{SAMPLE}</p></div><div class=footer><p>{SAMPLE * 3}</p></div>"
    assert detail(html).body == f"{SAMPLE}\n{SAMPLE}"


@pytest.mark.parametrize("html", [f"<div><br>{SAMPLE}<br>{SAMPLE}</div>", f"<article><h2>x</h2><div>{SAMPLE}</div></article>",
                                  f"<td>{SAMPLE}<br></td>", f"<body class=with-footer><div><p>{SAMPLE}</p></div></body>"])  # fmt: skip
def test_text_in_other_wrappings(html: str) -> None:
    assert SAMPLE in (detail(html).body or "")


@pytest.mark.parametrize("html", ["", "<p>短</p>", "<div class=footer><p>" + SAMPLE + "</p></div>", "<p><a href=x>" + SAMPLE + "</a></p>",
                                  f"<div><p>索引号：A</p><p>文号：B</p><p>名称：{SAMPLE}</p></div>", "<script>" + SAMPLE + "</script>"])  # fmt: skip
def test_no_body_is_made_up(html: str) -> None:
    assert detail(html).body is None


def test_a_body_in_lines_as_the_page_shows_them() -> None:
    html = """<div id=zoom><h3>一、总则</h3><p>第一条　为了
      <b>规范</b>预<span>算</span>
      公开</p><p>&nbsp;</p><table><tr><td><p>项目</p></td><td>金额</td></tr><tr><td>工资</td><td>1,234.5</td></tr></table>
      <p>甲<br>乙</p><p><span>同政</span><span>发〔</span><font>2017</font>〕9号</p><script>x()</script><select><option>页</option></select></div>"""
    assert read_body(find_body(parse_html(html))) == "\n".join(
        ["一、总则", "第一条 为了规范预算公开", "项目\t金额", "工资\t1,234.5", "甲", "乙", "同政发〔2017〕9号"]
    )


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
        ("<div><span>当前位置</span><a>首页</a><a>公告</a></div>", ("首页", "公告")),
        ("<div><b>您的位置：</b><ul><li><a>首页</a></li><li><a>公告</a></li></ul></div>", ("首页", "公告")),
        ("<div>位置：<a>首页</a>／<a>公告</a></div>".replace("／", "/"), ("首页", "公告")),
        ("<script>'当前位置：首页 > 假'</script><div>当 前 位 置：首页 > 真</div>", ("首页", "真")),
        ("<div><span>当前位置：<a>首页</a></span> > <a>公告</a></div>", ("首页", "公告")),
        ("<div><p>当前位置：<a>首页</a></p><a>热点回应</a><a>政策解读</a></div>", ()),
        (
            "<div><a class=CurrChnlCls>首页</a>-&gt;<a>政府文件</a>-&gt;<a>近期公开</a></div>",
            ("首页", "政府文件", "近期公开"),
        ),
        ("<div><i>x</i><a>网站首页</a> » <a>公告</a> » 正文</div>", ("网站首页", "公告", "正文")),
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
    ],
)
def test_the_breadcrumb(html: str, steps: tuple[str, ...]) -> None:
    assert read_breadcrumb(parse_html(f"<body>{html}</body>")) == steps


# --- text ---


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
