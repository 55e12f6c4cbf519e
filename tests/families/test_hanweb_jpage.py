"""Hanweb columns paged by jpage, written after portals.md §2.4: a county whose service is of the older or of the newer kind."""

import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.model.observations import ListPage
from crawler.families.detection import FAMILIES, detect
from crawler.services.answer import Answer
from tests.conftest import Answer as Served
from tests.conftest import Asked, Site, crawl, portal_file, rows
from tests.families.saved_pages import FOLDER, answer_in, needs_pages, saved
from tests.hostile import lines_run, markup

JPAGE = FAMILIES["hanweb_jpage"]
COLUMN = "/col/col76841/index.html"
SERVICE = "/module/web/jpage/dataproxy.jsp"
SHOWN = 6
"""Records in the column's page: three pages of two."""

AWAY = "http://mp.weixin.qq.com/s/sample"


def date(number: int) -> str:
    return f"2020-3-{number}"


def title(number: int) -> str:
    return f"关于样本事项之{number}的通知（仅供测试）"


def address(number: int) -> str:
    return f"/art/2020/3/{number}/art_46143_{9000 + number}.html"


def record(number: int) -> str:
    """A record in one of the forms that §2.4 names, and a few odd ones."""
    day, text = f"2020-03-{number:02}", title(number)
    link = f'<a title="{text}" target="_blank" href="{address(number)}">{text[:6]}...</a>'
    forms = {
        1: f"<li>{link}<b>{day}</b></li>",
        2: f"<li>{link}<span>[{day}]</span></li>",
        3: f"<li>{link}<i>{day}</i></li>",
        4: f'<li>{link}<b readlabel="date">{day}</b></li>',
        5: f'<li><a href="{address(number)}"><span class="list_title">{text[:8]}…</span><i>{day}</i></a></li>',
        6: f"<tr><td>6</td><td>{link}</td><td>{day}</td></tr>",
        7: f"<li>{link}<span>03-07</span></li>",
        8: f'<li><a href="{AWAY}" title="{text}">{text}</a><b>{day}</b></li>',
        9: f"<li>{text}<b>{day}</b></li>",
        10: f"<li><span>10</span><span>{link}</span><span>样本办函〔2020〕1号</span><span>{day}</span></li>",
        11: f"<li>{link}<span>02-28</span></li>",  # says another day than its address
    }
    return forms.get(number, forms[1])


RECORDS = [*map(record, range(1, 18)), '<li class="line"></li>', '<li><a ms-attr-href="el.url">{{el.title}}</a></li>']
LAST = 17

TEMPLATE = (
    f'<datastore><nextgroup><![CDATA[<a href="{SERVICE}?page=%d&appid=1&webid=1&path=/&columnid=76841&unitid=297589&webname=%s'
    '&permissiontype=0"></a>]]></nextgroup><recordset>%s</recordset></datastore>'
)
WEBNAME = "样本县政府"


def xml(records: list[str], page: int = 1, head: str = "") -> str:
    body = "".join(f"<record><![CDATA[\n{record}]]></record>\n" for record in records)
    return (TEMPLATE % (page, WEBNAME, body)).replace("<datastore>", f"<datastore>{head}")


def column(script: str, listed: str = "") -> str:
    around = '<ul><li><a href="/">首页</a></li></ul><div>您当前位置：<a href="/">首页</a> > <a>样本公开</a></div>'
    ticker = (
        '<div class="ticker"><ul><li><a href="/art/2019/1/1/art_1_1.html">滚动样本</a><b>2019-01-01</b></li></ul></div>'
    )
    return f"<html><head><title>样本公开</title></head><body>{around}{ticker}<div id='297589'>{script}{listed}</div></body></html>"


def newer_column(listed: str = "") -> str:
    other = xml(["<li><a href='/art/2018/1/1/art_1_2.html'>别栏样本</a><b>2018-01-01</b></li>"] * 9)
    other = other.replace("76841", "11").replace("297589", "22")
    script = f'<script type="text/xml">{xml(RECORDS[:SHOWN])}</script><script>var param_297589={{columnid:76841}};'
    call = f"$('#297589').jpage({{totalRecord:{LAST},groupSize:3,perPage:2,ajaxParam:param_297589}});</script>"
    return column(
        f'<script type="text/xml">{other}</script><script>$("#22").jpage({{totalRecord:1}})</script>{script}{call}',
        listed,
    )


def older_column() -> str:
    texts = ",".join("'" + record.replace("'", r"\'") + "'" for record in RECORDS[:SHOWN])
    call = (
        f"$(function(){{$('#297589').jpage({{themeName:'default',totalRecord:{LAST},dataStore:InitData297589,groupSize:3,"
        f"proxyUrl:'{SERVICE}',perPage:2,ajaxParam:{{col:1,appid:'1',webid:60,path:'/',columnid:76841,unitid:'297589',"
        f"webname:'{WEBNAME}',permissiontype:0}}}});}});"
    )
    return column(f"<script>var InitData297589=[{texts}];{call}</script>")


def newer_service(asked: Asked) -> str:
    """Obeys `page` alone, in groups of eight."""
    assert asked.query["unitid"] == "297589"
    page = int(asked.query["page"])
    totals = f"<totalrecord>{LAST}</totalrecord><totalpage>10</totalpage>"
    return '<?xml version="1.0" encoding="utf-8"?>\n' + xml(RECORDS[(page - 1) * 8 : page * 8], page + 1, totals)


def window(asked: Asked) -> list[str]:
    """What an older service, which obeys startrecord and endrecord alone, gives."""
    assert (asked.query["columnid"], asked.query["webname"], asked.query["perpage"]) == ("76841", WEBNAME, "2")
    return RECORDS[int(asked.query["startrecord"]) - 1 : int(asked.query["endrecord"])]


def older_service(asked: Asked) -> Served:
    texts = ",".join("'" + record.replace("'", r"\'").replace("/", r"\/") + "'" for record in window(asked))
    script = "\r\n" * 9 + f"totalRecord={LAST}.0;totalPage = 10;dataStore = [{texts}];"
    return Served(script, content_type="text/html; charset=utf-8")


def jsonp_service(asked: Asked) -> Served:
    totals = f"<totalrecord>{LAST}</totalrecord>"
    data = json.dumps({"result": xml(window(asked), 1, totals)}, ensure_ascii=False)
    return Served(f"cb({data});", content_type="application/javascript; charset=utf-8")


def page(number: int) -> str:
    box = f"<table class='xxgk_table'><tr><td>索引号</td><td>0140013/2020-000{number:02}</td></tr></table>"
    return f"<html><head><title>{title(number)}</title></head><body><h1>{title(number)}</h1>{box}<div id='zoom'><p>样本正文之{number}，仅供测试。</p></div></body></html>"


@pytest.mark.parametrize(
    ("first", "service", "requests"),
    [
        (newer_column(), newer_service, 3),
        (newer_column(), older_service, 3),
        (older_column(), older_service, 2),
        (older_column(), jsonp_service, 2),
    ],
    ids=["newer", "newer page, older service", "older", "jsonp"],
)
def test_a_county_is_crawled_whole(
    tmp_path: Path, first: str, service: Callable[[Asked], Served | str], requests: int
) -> None:
    pages = {address(number): page(number) for number in range(1, LAST + 1)}
    with Site({COLUMN: first, SERVICE: service, **pages}) as site:
        portal = portal_file(tmp_path, site.url, ("notice", "样本公开", COLUMN))
        done = crawl(portal, tmp_path / "a.db")
        home = site.url.rstrip("/")
        asked = [path for path in site.requests if path.startswith(SERVICE)]
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(asked) == len(set(asked)) == requests
    found = {
        str(row["title"]): row
        for row in rows(
            tmp_path / "a.db",
            "SELECT title, url, published_on, index_number, document_number, body, flags FROM records",
        )
    }
    assert sorted(found) == sorted(map(title, range(1, LAST + 1)))
    for number in range(1, LAST + 1):
        row = found[title(number)]
        own = number not in {8, 9}
        assert row["url"] == {8: AWAY}.get(number, home + address(number)) or (
            number == 9 and "#row-" in str(row["url"])
        )
        assert row["published_on"] == (None if number == 11 else f"2020-03-{number:02}")
        assert row["index_number"] == (f"0140013/2020-000{number:02}" if own else None)
        assert row["document_number"] == ("样本办函〔2020〕1号" if number == 10 else None)
        assert row["body"] == (f"样本正文之{number}，仅供测试。" if own else None)
        assert json.loads(str(row["flags"])) == {8: ["off_site"], 11: ["date_unreadable"]}.get(number, [])
    (ledger,) = rows(tmp_path / "a.db", "SELECT rows_claimed, rows_read, pages_claimed, complete FROM ledger")
    assert ledger["complete"] == 1, ledger
    (catalog,) = rows(tmp_path / "a.db", "SELECT family, family_reason, path FROM catalogs")
    assert catalog["family"] == "hanweb_jpage"
    assert "a pager of jpage" in str(catalog["family_reason"])
    assert catalog["path"] == "首页 > 样本公开"
    assert rows(tmp_path / "a.db", "SELECT * FROM problems") == []


def problems(db: Path) -> dict[str, str]:
    return {str(row["kind"]): str(row["message"]) for row in rows(db, "SELECT kind, message FROM problems")}


@pytest.mark.parametrize(
    ("service", "kind", "records"),
    [
        (lambda _: xml(RECORDS[:SHOWN], 2), "pages_repeat", 6),  # obeys nothing
        (lambda _: "<datastore><recordset></recordset></datastore>", "list_without_rows", 6),
    ],
    ids=["obeys nothing", "gives nothing"],
)
def test_a_service_that_fails_leaves_the_list_incomplete(
    tmp_path: Path, service: Callable[[Asked], str], kind: str, records: int
) -> None:
    pages = {address(number): page(number) for number in range(1, SHOWN + 1)}
    with Site({COLUMN: newer_column(), SERVICE: service, **pages}) as site:
        done = crawl(portal_file(tmp_path, site.url, ("notice", "样本公开", COLUMN)), tmp_path / "a.db")
        assert len([path for path in site.requests if path.startswith(SERVICE)]) <= 2
    assert done.returncode == 1
    assert kind in problems(tmp_path / "a.db")
    assert rows(tmp_path / "a.db", "SELECT rows_claimed, rows_read, complete FROM ledger") == [
        {"rows_claimed": LAST, "rows_read": records, "complete": 0}
    ]


# --- saved pages ---


@needs_pages
def test_the_saved_answer() -> None:
    answer = answer_in(Path(FOLDER, "hanweb/jiangsu_dataproxy_records_2020.xml"), f"http://www.jiangsu.gov.cn{SERVICE}")
    assert detect(answer).family is JPAGE
    found = JPAGE.read(answer).rows
    site = "http://www.jiangsu.gov.cn/art/2020/3"
    assert [(row.url, row.fields["published_on"], row.fields["title"]) for row in found] == [
        (f"{site}/23/art_46143_9019230.html", "2020-03-23", "省政府关于进一步深化高考综合改革的若干意见"),
        (f"{site}/19/art_46144_9017328.html", "2020-03-19", "省政府办公厅关于印发江苏省突发环境事件应急预案的通知"),
        (f"{site}/19/art_46144_9017327.html", "2020-03-19", "省政府办公厅关于印发江苏省太湖蓝藻暴发应急预案的通知"),
        (f"{site}/19/art_46144_9017297.html", "2020-03-19", "省政府办公厅关于印发省政府 2020 年立法工作计划的通知"),
    ]


@needs_pages
@pytest.mark.parametrize("path", saved(but="hanweb"))
def test_no_mark_on_pages_of_other_software(path: Path) -> None:
    assert JPAGE.marks(answer_in(path)) == ()


# --- pages and answers by themselves ---

HOST = "http://www.county.gov.cn"


def read(text: str, url: str = HOST + COLUMN) -> ListPage:
    answer = Answer(url, text)
    assert detect(answer).family is JPAGE
    return JPAGE.read(answer)


def test_rows_that_stand_in_the_page_besides_are_not_doubled() -> None:
    listed = "<ul>" + "".join(RECORDS[:5]) + "</ul>"
    assert read(newer_column(listed)).rows == read(newer_column()).rows
    assert len(read(newer_column(listed)).rows) == SHOWN


def test_rows_that_stand_in_the_page_alone_and_the_first_request() -> None:
    listed = "<ul>" + "".join(map(record, (1, 2, 3))) + "</ul>"
    call = "<script>$('#5').jpage({totalRecord:'7',proxyUrl:'/module/jpage/dataproxy.jsp',ajaxParam:{columnid:5}})</script>"
    page = read(column(call, listed))
    assert [row.fields["title"] for row in page.rows] == [title(1), title(2), title(3)]
    assert (page.paging.rows_claimed, page.paging.next_url) == (
        7,
        HOST + "/module/jpage/dataproxy.jsp?columnid=5&perpage=3&page=1&startrecord=1&endrecord=3",
    )
    assert read(column(call.replace("'7'", "'3'"), listed)).paging.next_url is None


def test_a_link_whose_values_are_ciphers_is_followed_as_printed() -> None:
    ciphers = xml(RECORDS[:2]).replace("76841", "q%2BX%3D").replace("&appid", "&amp;appid")
    following = str(read(column(f'<script type="text/xml">{ciphers}</script>')).paging.next_url)
    assert parse_qs(urlsplit(following).query)["columnid"] == ["q+X="]
    assert "columnid=q%2BX%3D&" in following


def test_an_answers_own_link_leads_on_where_nothing_is_claimed() -> None:
    url = f"{HOST}{SERVICE}?page=2&columnid=1&startrecord=7&endrecord=12"
    page = read(xml(RECORDS[6:12], 3), url)
    asked = {name: value[0] for name, value in parse_qs(urlsplit(str(page.paging.next_url)).query).items()}
    assert (asked["page"], asked["startrecord"], asked["endrecord"]) == ("3", "13", "18")
    assert read(xml([], 3), url).ended
    assert not read(xml([], 3), f"{HOST}{SERVICE}?page=1&startrecord=1").ended


def test_records_escaped_in_place_of_cdata() -> None:
    escaped = "<datastore><record>&lt;li&gt;&lt;a href='/art/1.html'&gt;样本&lt;/a&gt;2020-01-02&lt;/li&gt;</record></datastore>"
    (row,) = read(escaped).rows
    assert (row.url, row.fields) == (HOST + "/art/1.html", {"title": "样本", "published_on": "2020-01-02"})


@settings(deadline=None, max_examples=150)
@given(st.lists(st.one_of(markup, st.sampled_from(["<datastore>", "<record>", "<![CDATA[", "]]>", "</record>", "<nextgroup>", "</recordset>",
                                                   "dataStore=['", "\\u12", "',", ".jpage({", "ajaxParam:x", "totalRecord:", "proxyUrl:'//["])), max_size=30)
       .map("".join), st.sampled_from([COLUMN, SERVICE, f"{SERVICE}?page=x&startrecord=-1&endrecord=99999999999"]))  # fmt: skip
def test_any_text_is_read(text: str, path: str) -> None:
    answer = Answer(HOST + path, text)
    JPAGE.marks(answer)
    JPAGE.read(answer)


@pytest.mark.parametrize(
    "unit",
    ["<datastore><record>", "<record><![CDATA[<li>a", "dataStore=['a", ".jpage({ajaxParam:a", "<nextgroup>href='"],
)
def test_work_grows_with_the_page_and_no_faster(unit: str) -> None:
    small, large = (Answer(HOST + COLUMN, unit * times) for times in (50, 200))
    assert lines_run(lambda: JPAGE.read(large)) < 5 * lines_run(lambda: JPAGE.read(small))
