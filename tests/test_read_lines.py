"""Trails, lines under titles, ends of values, texts in parts and titles of windows, form by form; all texts are samples."""

import pytest

from archive.model.observations import RecordPage
from crawler.spiders.pages import read_record

URL = "http://www.sample.gov.cn/zwgk/tzgg/content.html"
DAY, AGENCY, TITLE = "2019-06-03", "样本县财政局", "关于下达样本资金的通知"
FIRST, SECOND = (
    "样本正文第一段，为测试而写，并非政府的文件，也请千万不要引用。",
    "样本正文第二段，为测试而写，同样不是政府的文件，请千万不要引用。",
)
TEXT = f"<p>{FIRST}</p><p>{SECOND}</p>"
HEAD = f"<h1>{TITLE}</h1><div>发布时间：{DAY} 来源：{AGENCY}</div>"


def read(*parts: str, title: str = TITLE) -> RecordPage:
    html = f"<html><head><title>{title}</title></head><body>{''.join(parts)}</body></html>"
    return read_record(html, URL, URL, cut=False)


# --- trails ---


@pytest.mark.parametrize(
    ("trail", "steps"),
    [
        (
            "<ol><li><a href=/>Home</a></li><li><a href=/zwgk/>公开</a></li><li><a href=/zwgk/tzgg/>公告</a></li></ol>",
            "Home 公开 公告",
        ),
        ("<p><a href=/>HOME</a><span>&gt;</span><a href=/zwgk/>公开</a><span>&gt;</span>公告</p>", "HOME 公开 公告"),
        ("<p>Location: <a href=/>Home</a> &gt; <a href=/zwgk/>公开</a></p>", "Home 公开"),
        (
            "<ul><li><a href=/>Home</a></li><li><a href=/a/>公开</a></li><li><a href=/b/>服务</a></li></ul>",
            "",
        ),  # a menu
        ("<p><a href=/>Homepage of 样本</a> &gt; <a href=/zwgk/>公开</a></p>", ""),
    ],
)
def test_a_trail_may_begin_in_english(trail: str, steps: str) -> None:
    assert read(trail, HEAD, f"<div id=zoom>{TEXT}</div>").breadcrumb == tuple(steps.split())


# --- the line under the title ---


@pytest.mark.parametrize(
    "line",
    [
        f"{AGENCY}　2019年06月03日　星期一　09:30　【字号 <a>大</a> <a>中</a> <a>小</a>】",
        f"<i></i>{DAY}<i></i>{AGENCY}<i></i>120",
        f"<span>{DAY} 09:30</span><span>{AGENCY}</span><span>浏览 12</span>",
        f"【发布时间】{DAY}【信息来源】{AGENCY}【阅读次数】12【字体：大 中 小】",
        f"<span>{DAY} 16:20</span><span>{AGENCY}</span><span>责任编辑：样本乙</span>",
        f"{AGENCY}<br>{DAY}",
        f"来源：<a href=/d>{AGENCY}</a>（<a href=/x>查看该单位其他信息</a>）　时间：{DAY}",
    ],
)
def test_the_agency_beside_a_day_and_what_else_stands_there(line: str) -> None:
    record = read(f"<h1>{TITLE}</h1><div>{line}</div><div id=zoom>{TEXT}</div>")
    assert (record.fields["publisher"], record.fields["published_on"]) == (AGENCY, DAY)


@pytest.mark.parametrize(
    "line", [f"{AGENCY}12 {DAY}", f"{AGENCY}<br>样本", f"样本县甲乙<br>{DAY}", f"<i>{DAY}</i><i>12</i><i>34</i>"]
)
def test_a_figure_is_no_agencys(line: str) -> None:
    assert "publisher" not in read(f"<h1>{TITLE}</h1><div>{line}</div><div id=zoom>{TEXT}</div>").fields


# --- the values of agencies' labels ---


@pytest.mark.parametrize(
    ("line", "publisher"),
    [
        (f"来源：<a href=/>样本县人民政府网</a><a href=/j/>{AGENCY}</a>", None),
        (f"发布单位：<a href=/j/>{AGENCY}</a><a href=/m/>样本县民政局</a>", f"{AGENCY} 样本县民政局"),
        ("发布单位：<b>样本县</b><b>财政局</b>", AGENCY),
        ("发布单位：<b>样本县人民政府</b><b>办公室</b>", "样本县人民政府办公室"),
        ("发布机构：<a href=x>打印本页</a>", None),
        ("发布机构：<a href=x>查看原文</a>", None),
        ("发布机构：<a href=x>样本县打印管理局</a>", "样本县打印管理局"),
        ("发布机构：收藏品管理局", "收藏品管理局"),
        (f"<b>发布机构</b><a href=x>{AGENCY}</a><a href=y>样本县民政局</a>", f"{AGENCY} 样本县民政局"),
        (
            f"<table><tr><td>发布机构</td><td><a>{AGENCY}</a><a>样本县民政局</a></td></tr></table>",
            f"{AGENCY} 样本县民政局",
        ),
    ],
)
def test_names_in_links_beside_each_other(line: str, publisher: str | None) -> None:
    page = read(f"<h1>{TITLE}</h1><div>{line}</div><div>发布时间：{DAY}</div><div id=zoom>{TEXT}</div>")
    assert page.fields.get("publisher") == publisher


@pytest.mark.parametrize(
    "box",
    [
        f"<p>索引号：SX-2019；发布机构：{AGENCY}；发布日期：{DAY}；文号：样财发〔2019〕12号。</p>",
        f"<ul><li>索引号：SX-2019；</li><li>发布机构：{AGENCY}，</li><li>发布日期：{DAY}；</li><li>文号：样财发〔2019〕12号。</li></ul>",
    ],
)
def test_values_in_a_sentence_end_before_its_marks(box: str) -> None:
    record = read(f"<h1>{TITLE}</h1>", box, f"<div id=zoom>{TEXT}</div>")
    fields = {
        "index_number": "SX-2019",
        "publisher": AGENCY,
        "published_on": DAY,
        "document_number": "样财发〔2019〕12号",
    }
    assert record.fields == fields | {"title": TITLE}


# --- texts ---

PARTS = f"<div class=p><p>{FIRST}</p></div><div class=ad></div><div class=p><p>{SECOND}</p></div>"
ROWS = "".join(f"<tr><td>{number}</td><td>样本项目，只为测试而写</td><td>12</td></tr>" for number in (1, 2, 3))


@pytest.mark.parametrize(
    "text",
    [
        f"<div class=wrap>{HEAD}{PARTS}<div class=side><p>样本旁栏</p></div></div>",
        f"{HEAD}<div class=TRS_Editor><p>{FIRST}</p></div><div class=TRS_Editor><p>{SECOND}</p></div>",
        f"{HEAD}<div id=zoom>{TEXT}<div><a href=1.html>1</a> <a href=2.html>2</a> <a href=2.html>下一页</a></div></div>",
        f"<h3>{TITLE}</h3><p>索引号：SX-2019；发布机构：{AGENCY}；文号：样财发〔2019〕12号；主题分类：样本</p>{TEXT}",
        f"<div class=wrap><h1>{TITLE}</h1><div>时间：{DAY} 来源：{AGENCY}</div>{PARTS}</div>",
        f"{HEAD}<div id=zoom><p>信息内容：</p>{TEXT}</div>",
        f"<h1>{TITLE}</h1><div id=zoom><p>时间：{DAY} 来源：{AGENCY}</p>{TEXT}</div>",
        f"<h1>{TITLE}</h1><div id=zoom><p>日期：{DAY}</p>{TEXT}</div>",
    ],
    ids=[
        "boxes of a class",
        "two editors' boxes",
        "a pager",
        "a sentence of labels",
        "plain label of a day",
        "label of the text",
        "plain label of a day in the text",
        "plain label of a day alone",
    ],
)
def test_a_text_is_whole_and_no_more(text: str) -> None:
    record = read(text)
    assert (record.body, record.fields["title"]) == (f"{FIRST}\n{SECOND}", TITLE)
    assert read(text).body == record.body


@pytest.mark.parametrize(
    "second", [f"<div class=TRS_Editor hidden><p>{SECOND}</p></div>", f"<div class=j-fontContent><p>{SECOND}</p></div>"]
)
def test_another_box_is_no_part_of_a_text(second: str) -> None:
    assert read(HEAD, f"<div class=TRS_Editor><p>{FIRST}</p><p>{FIRST}</p></div>", second).body == f"{FIRST}\n{FIRST}"


def test_a_table_may_be_all_of_a_text() -> None:
    table = f"<table><tr><td>序号</td><td>项目</td><td>金额</td></tr>{ROWS}</table>"
    record = read(HEAD, table)
    assert record.body is not None
    assert record.body.startswith("序号\t项目\t金额\n1\t样本项目")
    assert len(record.tables) == 1
    assert read(HEAD, table, table).body is None  # which of them?
    assert read(HEAD, table.replace("样本项目", "<a href=x.html>样本项目</a>")).body is None


# --- titles ---


@pytest.mark.parametrize(
    ("window", "title"),
    [
        (f"{TITLE}_通知公告_样本县人民政府", TITLE),
        (f"{TITLE}_样本专栏_样本县人民政府", TITLE),
        (f"{TITLE}|样本专栏|样本县人民政府", TITLE),
        (f"{TITLE} - 通知公告 - 样本县人民政府", TITLE),
        ("样本办法 - 样本说明 - 样本县人民政府", "样本办法 - 样本说明 - 样本县人民政府"),
        (f"{TITLE}_样本专栏", f"{TITLE}_样本专栏"),
    ],
)
def test_the_window_names_the_column_before_the_site(window: str, title: str) -> None:
    assert read(f"<div id=zoom>{TEXT}</div>", title=window).fields["title"] == title


def centred(text: str) -> str:
    return f"<p align=center>{text}</p>"


@pytest.mark.parametrize(
    ("lines", "title"),
    [
        (centred("<strong>关于下达样本<b>资金</b>的通知</strong>"), TITLE),
        (centred(TITLE) + centred("样财发〔2019〕12号"), TITLE),
        (f"<p>{TITLE}</p>", None),
        (centred("样本资金分配表"), None),
        (centred(TITLE) + centred("关于印发样本的通知"), None),
        ("", None),
    ],
)
@pytest.mark.parametrize("text", ["<div id=zoom>{}</div>", "{}"])
def test_the_line_above_a_text_is_the_title_that_nothing_else_marks(text: str, lines: str, title: str | None) -> None:
    page = read(text.format(f"{lines}<p>各单位：</p>{TEXT}"), title="通知公告-样本县人民政府")
    assert page.fields.get("title") == title
