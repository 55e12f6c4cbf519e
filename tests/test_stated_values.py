"""Values that record pages hold elsewhere than in their texts: in variables, hidden and fixed fields, frames. All texts are samples."""

import json
from html import escape

import pytest

from archive.model.observations import RecordPage
from crawler.extract.pairs import FROM_SOURCE
from crawler.records.detail import DATE_FROM_META
from crawler.spiders.pages import read_record

URL = "http://www.sample.gov.cn/zwgk/tzgg/content.html"
DAY, AGENCY, TITLE = "2019-06-03", "样本县财政局", "关于下达样本资金的通知"
NUMBER, INDEX = "样财发〔2019〕12号", "640324-105/2019-00012"
FIRST, SECOND = (
    "样本正文第一段，为测试而写，并非政府文件，请勿引用。",
    "样本正文第二段，为测试而写，也非政府文件，请勿引用。",
)
TEXT = f"<p>{FIRST}</p><p>{SECOND}</p>"
BODY = f"{FIRST}\n{SECOND}"
MENU = '<ul class="nav"><li><a href="/">首页</a></li><li><a href="/zwgk/">政务公开</a></li></ul>'


def read(*parts: str, title: str = "样本县人民政府", url: str = URL) -> RecordPage:
    html = f"<html><head><title>{title}</title></head><body>{MENU}{''.join(parts)}</body></html>"
    return read_record(html, url, url, cut=False)


def script(**texts: str) -> str:
    return "<script>" + "".join(f"\nvar {name} = {json.dumps(text)};" for name, text in texts.items()) + "</script>"


def hidden(**texts: str) -> str:
    return "".join(f'<input type="hidden" id="{name}" value="{escape(text)}">' for name, text in texts.items())


VALUES = {"title": TITLE, "pubDate": f"{DAY} 09:12:00", "source": AGENCY, "fileNo": NUMBER, "indexNo": INDEX}
FIELDS = {
    "title": TITLE,
    "published_on": DAY,
    "publisher": AGENCY,
    "document_number": NUMBER,
    "index_number": INDEX,
}


@pytest.mark.parametrize(
    "page",
    [
        script(**VALUES, content=TEXT) + "<div id=nr></div>",
        f"<script>const title='{TITLE}',pubDate='{DAY}'\nlet source='{AGENCY}', fileNo = '{NUMBER}'\nlet indexNo=\"{INDEX}\"\nconst zwnr=`{TEXT}`\n</script>",
        hidden(**VALUES, contentHtml=TEXT),
        f"<div id=zoom>{TEXT}</div>{script(**VALUES)}",
        f"<div id=zoom>{TEXT}</div>{hidden(**VALUES)}",
        f"<div id=zoom>{TEXT}</div><script>var wz={{id:7,bt:'{TITLE}'}};</script>{script(**VALUES)}",
    ],
    ids=["variables", "constants", "hidden fields", "beside a text", "hidden fields beside a text", "an object"],
)
def test_values_in_a_variable_or_a_field_each(page: str) -> None:
    record = read(page)
    assert (record.fields, record.body) == (FIELDS, BODY)
    assert FROM_SOURCE in record.doubts


def test_a_day_that_scripts_alone_know_is_doubted() -> None:
    assert DATE_FROM_META in read(f"<div id=zoom>{TEXT}</div>", script(**VALUES)).doubts


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"title": "样本县人民政府门户网站"}, "title"),
        ({"source": "样本县人民政府"}, "publisher"),
        ({"source": "样本日报"}, "publisher"),
        ({"wh": "800"}, "document_number"),
        ({"wh": f"见{NUMBER}附件"}, "document_number"),
        ({"indexno": "3"}, "index_number"),
        ({"indexno": f"见 {INDEX} 附件"}, "index_number"),
        ({"date": DAY, "time": DAY}, "published_on"),
        ({"Date": DAY}, "published_on"),
        ({"pubDate": "今天"}, "published_on"),
    ],
)
def test_variables_that_say_nothing_of_the_record(values: dict[str, str], name: str) -> None:
    assert name not in read(f"<div id=zoom>{TEXT}</div>{script(**values)}").fields


@pytest.mark.parametrize(
    "values",
    [
        f"var pubDate='{DAY}'; var pubDate='2020-01-01';",
        f"var pubDate='{DAY}'+suffix;",
        f"var pubDate='{DAY}'\n + suffix;",
        f"show(pubDate, '{DAY}');",
    ],
)
def test_a_variable_has_one_text_that_stands_there_whole(values: str) -> None:
    assert "published_on" not in read(f"<div id=zoom>{TEXT}</div><script>{values}</script>").fields


def test_what_the_page_prints_goes_before_its_variables() -> None:
    line = "<div>发布时间：2019-06-05 来源：样本日报</div>"
    record = read(f"<h1>样本的标题</h1>{line}<div id=zoom>{TEXT}</div>{script(**VALUES)}")
    assert (record.fields["title"], record.fields["published_on"]) == ("样本的标题", "2019-06-05")
    assert "publisher" not in record.fields
    assert "date_differs" not in record.doubts


def test_a_title_that_nothing_but_the_window_shows_is_cut_to_the_variables() -> None:
    text = f"<div id=zoom>{TEXT}</div>"
    assert read(text, script(title=TITLE), title=f"{TITLE}（样本专栏）").fields["title"] == TITLE
    assert (
        read(text, script(title="别的样本标题"), title=f"{TITLE}（样本专栏）").fields["title"] == f"{TITLE}（样本专栏）"
    )


def test_the_variables_of_a_home_page_say_nothing() -> None:
    home = "http://www.sample.gov.cn/"
    assert read(f"<div id=zoom>{TEXT}</div>", script(**VALUES, content=TEXT), url=home).fields == {}
    assert read(script(content=TEXT), url=home).body is None


OBJECT = f"<script>window.article={{id:1,title:'{TITLE}',publishTime:'{DAY} 10:00',source:'{AGENCY}'}};</script>"


def test_an_object_without_a_text_says_what_the_page_shows() -> None:
    shown = f"<div>{TITLE}</div><div id=zoom>{TEXT}</div>"
    fields = {"title": TITLE, "published_on": DAY, "publisher": AGENCY}
    assert read(shown, OBJECT).fields == fields
    assert read(f"<div id=zoom>{TEXT}</div>", OBJECT).fields == {}  # it may be another document's
    assert read(shown, OBJECT, OBJECT.replace(TITLE, "别的样本")).fields == {}


HEAD = f"<h1>{TITLE}</h1><div>发布时间：{DAY} 来源：{AGENCY}</div>"


@pytest.mark.parametrize(
    "held",
    [
        script(zwnr=TEXT),
        hidden(contentHtml=TEXT),
        f"<textarea style='display:none'>{escape(TEXT)}</textarea>",
        f"<script type='text/template'>{TEXT}</script>",
        f'<iframe srcdoc="{escape(TEXT)}"></iframe>',
        f'<iframe srcdoc="{escape(f"<html><head><style>p{{}}</style></head><body>{TEXT}</body></html>")}"></iframe>',
        f"<script>window.__DATA__=(function(a){{return {{detail:{{title:'{TITLE}',pubDate:'{DAY}',content:'{TEXT}'}}}}}}(1));</script>",
    ],
)
def test_a_text_that_scripts_show(held: str) -> None:
    record = read(HEAD, held)
    assert (record.body, record.fields["published_on"], record.fields["title"]) == (BODY, DAY, TITLE)


@pytest.mark.parametrize(
    "held",
    [
        script(content=FIRST + SECOND),  # for a share box
        script(content="<p>{{ detail.text }} 样本样本样本样本样本样本样本样本样本样本</p>"),
        script(content=TEXT, text=TEXT.replace("样本", "别的样本")),
        "<textarea></textarea>",
        "<iframe srcdoc=''></iframe>",
    ],
)
def test_what_is_no_text(held: str) -> None:
    assert read(HEAD, held).body is None


def test_a_shown_text_goes_before_one_in_a_script() -> None:
    assert (
        read(
            HEAD, f"<div id=zoom>{TEXT}</div>", script(content="<p>为分享而写的样本，不是这一页的正文，请勿引用。</p>")
        ).body
        == BODY
    )


FIXED = f"<tr><td>索引号</td><td><input readonly value='{INDEX}'></td><td>发布机构</td><td><input type=text disabled value='{AGENCY}'></td></tr>"  # fmt: skip


def test_values_of_fields_that_nobody_can_fill_in() -> None:
    table = f"<table>{FIXED}<tr><td>发布日期</td><td><input readonly value='{DAY}'></td><td><input type=button value=返回></td></tr></table>"
    record = read(f"<h1>{TITLE}</h1>{table}<textarea readonly>{FIRST}\n{SECOND}</textarea>")
    fields = {"title": TITLE, "published_on": DAY, "publisher": AGENCY, "index_number": INDEX}
    assert (record.fields, record.source_fields["索引号"], record.body) == (fields, INDEX, BODY)


@pytest.mark.parametrize(
    "field",
    [
        "<input value='{}'>",  # a visitor's
        "<input readonly class=Wdate value='{}'>",  # takes a day from a calendar
        "<input readonly value='{}'><input name=t>",  # a search form's
        "<input readonly value='{}'><input type=submit>",
    ],
)
def test_fields_of_a_search_say_nothing(field: str) -> None:
    form = f"<form>发布日期：{field.format(DAY)}</form>"
    assert "published_on" not in read(form, f"<h1>{TITLE}</h1><div id=zoom>{TEXT}</div>").fields


def test_a_label_before_a_field_to_fill_in_is_no_title() -> None:
    assert (
        "title"
        not in read("<ul><li><label>名称：</label><input></li><li><label>发布机构：</label><input></li></ul>").fields
    )
