"""Hanweb's jpaas, written after portals.md §2.4: a county whose lists are built by a service, unit by unit."""

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
from tests.families.saved_pages import answer_in, needs_pages, saved
from tests.hostile import lines_run, markup

JPAAS = FAMILIES["jpaas"]
COLUMN = "/col/col1554467/index.html"
SERVICE = "/api-gateway/jpaas-publish-server/front/page/build/unit"
SIZE = 4
LAST = 11
AWAY = "http://mp.weixin.qq.com/s/sample"
UNIT = {"parseType": "bulidstatic", "webId": "3096", "tplSetId": "o0YcVHHq5", "pageType": "column", "tagId": "当前栏目list",
        "editType": "null", "pageId": "1554467"}  # fmt: skip


def title(number: int) -> str:
    return f"样本县关于样本事项之{number}的通知（仅供测试）"


def address(number: int) -> str:
    return f"/col/col1554467/art/2020/art_{number:032x}.html"


def row(number: int) -> str:
    day, text = f"2020-03-{number:02}", title(number)
    link = f'<a class="news" href="{address(number)}" title="{text}" target="_blank">{text[:8]}...</a>'
    forms = {
        2: f'<li class="clearfix"><a href="{address(2)}">{text[:8]}…</a><span>{day}</span></li>',
        4: f'<li class="clearfix"><a href="{AWAY}" title="{text}">{text}</a><span>{day}</span></li>',
        5: f'<li class="clearfix">{link}<span>[{day}]</span></li>',
        6: f'<li class="clearfix">{link}<span>03-06</span></li>',
    }
    return forms.get(number, f'<li class="clearfix">{link}<span class="bt-right">{day}</span></li>')


TEMPLATE = '<li class="clearfix"><a ms-attr-href="el.url">{{el.title}}</a><span></span></li>'


def unit(**other: str) -> str:
    return "{" + ",".join(f"'{name}':'{value}'" for name, value in {**UNIT, **other}.items()) + "}"


def shown(page: int, pager: bool = True) -> str:
    """The rows of a page, and below them the pager with its links and its attributes."""
    listed = "".join(row(number) for number in range((page - 1) * SIZE + 1, min(page * SIZE, LAST) + 1))
    links = '<li class="clearfix"><a href="javascript:;">上一页</a><a href="javascript:;">下一页</a>共3页</li>'
    attributes = f'count="{LAST}" rows="{SIZE}" pageNo="{page}" unitUrl="{SERVICE}" queryData="{unit()}"'
    below = f'<div class="pagination" {attributes}></div>' if pager else ""
    return f'<ul class="page-content">{listed}{TEMPLATE if listed else ""}{links if pager else ""}</ul>{below}'


def column(main: str) -> str:
    around = '<ul><li><a href="/">首页</a></li></ul><div>当前位置：<a href="/">首页</a> > <a>样本公开</a></div>'
    script = '<script src="/script/0/unitbuild.js" url="%s" queryData="%s"></script>'
    menus = script % (SERVICE, unit(tagId="导航", pageId="1")) + script % (SERVICE, unit(tagId="页脚"))
    return f"<html><head><title>样本公开</title></head><body>{menus}{around}{main}</body></html>"


BUILT_LATER = column(f'<div><script src="/script/0/unitbuild.js" url="{SERVICE}" queryData="{unit()}"></script></div>')


def service(pager: bool) -> Callable[[Asked], Served]:
    def answer(asked: Asked) -> Served:
        assert {name: asked.query[name] for name in UNIT} == UNIT
        assert asked.headers["referer"].startswith("http://127.0.0.1")
        place = json.loads(asked.query["paramJson"])
        assert place["pageSize"] == (SIZE if pager and place["pageNo"] > 1 else 15)
        data = {"success": True, "code": "200", "data": {"html": shown(place["pageNo"], pager)}}
        return Served(json.dumps(data), content_type="application/json; charset=utf-8")

    return answer


def page(number: int) -> str:
    box = f"<table><tr><td>索引号</td><td>0025000/2020-000{number:02}</td></tr></table>"
    return f"<html><head><title>{title(number)}</title></head><body><h1>{title(number)}</h1>{box}<div id='zoom'><p>样本正文之{number}，仅供测试。</p></div></body></html>"


def pages() -> dict[str, Served | str | Callable[[Asked], Served | str]]:
    return {address(number): page(number) for number in range(1, LAST + 1)}


@pytest.mark.parametrize(
    ("first", "pager", "requests"),
    [(BUILT_LATER, True, 3), (column(shown(1)), True, 2), (BUILT_LATER, False, 4)],
    ids=["built later", "first rows in the page", "built later, nothing claimed"],
)
def test_a_county_is_crawled_whole(tmp_path: Path, first: str, pager: bool, requests: int) -> None:
    with Site({COLUMN: first, SERVICE: service(pager), **pages()}) as site:
        portal = portal_file(tmp_path, site.url, ("notice", "样本公开", COLUMN))
        done = crawl(portal, tmp_path / "a.db")
        home = site.url.rstrip("/")
        assert len([path for path in site.requests if path.startswith(SERVICE)]) == requests
    assert done.returncode == 0, done.stdout + done.stderr
    found = {str(row["title"]): row for row in rows(tmp_path / "a.db", "SELECT * FROM records")}
    assert sorted(found) == sorted(map(title, range(1, LAST + 1)))
    for number in range(1, LAST + 1):
        row = found[title(number)]
        away = number == 4
        assert row["url"] == (AWAY if away else home + address(number))
        assert row["published_on"] == (None if number == 6 else f"2020-03-{number:02}")
        assert row["index_number"] == (None if away else f"0025000/2020-000{number:02}")
        assert row["body"] == (None if away else f"样本正文之{number}，仅供测试。")
        assert json.loads(str(row["flags"])) == {4: ["off_site"], 6: ["date_unreadable"]}.get(number, [])
    (ledger,) = rows(tmp_path / "a.db", "SELECT pages_claimed, rows_claimed, rows_read, complete FROM ledger")
    claimed = (3, LAST) if pager else (None, None)
    assert ledger == {"pages_claimed": claimed[0], "rows_claimed": claimed[1], "rows_read": LAST, "complete": 1}
    (catalog,) = rows(tmp_path / "a.db", "SELECT family, family_reason, path FROM catalogs")
    assert catalog == {
        "family": "jpaas",
        "family_reason": "a list built by jpaas-publish-server",
        "path": "首页 > 样本公开",
    }
    assert rows(tmp_path / "a.db", "SELECT * FROM problems") == []


def test_a_server_that_gives_page_1_to_every_request_leaves_the_list_incomplete(tmp_path: Path) -> None:
    data = json.dumps({"data": {"html": shown(1)}})
    with Site({COLUMN: column(shown(1)), SERVICE: Served(data, content_type="application/json"), **pages()}) as site:
        done = crawl(portal_file(tmp_path, site.url, ("notice", "样本公开", COLUMN)), tmp_path / "a.db")
        assert len([path for path in site.requests if path.startswith(SERVICE)]) == 1
    assert done.returncode == 1
    assert [row["kind"] for row in rows(tmp_path / "a.db", "SELECT kind FROM problems")] == ["list_without_rows"]
    assert rows(tmp_path / "a.db", "SELECT rows_read, complete FROM ledger") == [{"rows_read": SIZE, "complete": 0}]


# --- saved pages ---


@needs_pages
@pytest.mark.parametrize("path", saved(but=""))
def test_no_mark_on_pages_of_other_software(path: Path) -> None:
    assert JPAAS.marks(answer_in(path)) == ()


# --- pages and answers by themselves ---

HOST = "http://www.county.gov.cn"


def read(text: str, url: str = HOST + COLUMN) -> ListPage:
    answer = Answer(url, text)
    assert detect(answer).family is JPAAS
    return JPAAS.read(answer)


def asked(page: ListPage) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(str(page.paging.next_url)).query).items()}


def test_values_that_stand_in_a_script_alone() -> None:
    page = read(f"<body><script>build('{SERVICE}', {unit(tagId='信息列表')})</script></body>")
    assert (page.rows, asked(page)) == ((), {**UNIT, "tagId": "信息列表", "paramJson": '{"pageNo":1,"pageSize":15}'})


def test_a_short_list_in_the_page_itself_beside_units_that_are_none() -> None:
    page = read(column(f'<ul class="list">{row(1)}{row(3)}</ul>'))
    assert [row.fields["title"] for row in page.rows] == [title(1), title(3)]
    assert page.paging.next_url is None


def test_of_several_units_the_list_is_asked_for_and_no_other() -> None:
    assert asked(read(BUILT_LATER))["tagId"] == "当前栏目list"
    page = read(BUILT_LATER)
    assert page.rows == ()
    assert page.breadcrumb == ("首页", "样本公开")


def test_a_longer_list_in_a_margin_is_not_the_pagers() -> None:
    margin = "".join(f'<li><a href="/n/{n}.html">滚动样本{n}</a><span>2019-01-02</span></li>' for n in range(30))
    page = read(column(f'<ul class="margin">{margin}</ul><div><div>{shown(1)}</div></div>'))
    assert [row.fields["title"] for row in page.rows] == [title(1), title(2)[:8] + "…", title(3), title(4)]


def test_an_answer_without_the_rows_it_claims_is_no_end_of_the_list() -> None:
    url = f'{HOST}{SERVICE}?paramJson={{"pageNo":2,"pageSize":{SIZE}}}'
    html = f'<div count="{LAST}" rows="{SIZE}" pageNo="2"></div>'
    page = read(json.dumps({"data": {"html": html}}), url)
    assert (page.rows, page.paging.next_url, page.ended) == ((), None, False)


def test_a_pager_that_says_its_place_in_its_query_data() -> None:
    said = "{'rows':'20','count':'41','pageNo':'2'}"
    html = f'<ul>{row(1)}{row(3)}</ul><div id="pager" queryData="{said}"></div>'
    url = f"{HOST}{SERVICE}?webId=1&paramJson=%7B%22pageNo%22%3A2%2C%22pageSize%22%3A20%7D"
    page = read(json.dumps({"data": html}), url)
    assert (page.paging.pages_claimed, page.paging.rows_claimed, len(page.rows)) == (3, 41, 2)
    assert asked(page) == {"webId": "1", "paramJson": '{"pageNo":3,"pageSize":20}'}


@pytest.mark.parametrize(("number", "ended"), [(1, False), (2, True)])
def test_an_answer_without_rows_is_the_lists_end_unless_it_is_the_first(number: int, ended: bool) -> None:
    url = f'{HOST}{SERVICE}?paramJson={{"pageNo":{number},"pageSize":15}}'
    for text in ('{"data":{"html":""}}', '{"data":null}', "", "<p>样本错误</p>"):
        assert read(text, url) == ListPage((), ended=ended)


@settings(deadline=None, max_examples=150)
@given(st.lists(st.one_of(markup, st.sampled_from(["<div queryData=\"{'webId':'1','tplSetId':'2','pageId':'3'}\" url='" + SERVICE + "'>", SERVICE,
                                                   "<p count=3 rows=0 pageNo=x queryData=''>", "'webId':'", "tplSetId='9'"])), max_size=30).map("".join),
       st.sampled_from([COLUMN, SERVICE, f"{SERVICE}?paramJson=[", f"{SERVICE}?paramJson=%7B%22pageNo%22:%22x%22%7D"]))  # fmt: skip
def test_any_text_is_read(text: str, path: str) -> None:
    for said in (text, json.dumps({"data": {"html": text}})):
        answer = Answer(HOST + path, said)
        JPAAS.marks(answer)
        JPAAS.read(answer)


@pytest.mark.parametrize(
    "unit",
    [
        "<p queryData=\"{'a':'b',",
        f"<div url='{SERVICE}' queryData=\"{{'webId':'1'}}\">",
        "webId:'a",
        "<p count=1 rows=1>",
    ],
)
def test_work_grows_with_the_page_and_no_faster(unit: str) -> None:
    small, large = (Answer(HOST + COLUMN, unit * times) for times in (50, 200))
    assert lines_run(lambda: JPAAS.read(large)) < 5 * lines_run(lambda: JPAAS.read(small))
