"""Lonsun (portals.md §1 row 23, §2.9), known from behaviour only: first pages, the service behind them, two variants."""

from math import ceil
from pathlib import Path

import pytest

from crawler.families.detection import FAMILIES, detect
from crawler.services.answer import Answer
from tests.conftest import Asked, Site
from tests.families.whole import SAMPLE, crawled, families, ledger, page, problems, records, saved

LONSUN = FAMILIES["lonsun"]
COLUMN = "/public/column/6616411"
ASKED = "type=4&action=list&nav=3&catId=6721221"
COUNT, SIZE = 7, 3


def path(number: int) -> str:
    return f"/public/6616411/{8000 + number}.html"


def item(number: int) -> str:
    """A row as the service cuts it; some of them odd."""
    whole = f"样本文件之{number}，它的全名比服务肯给的长度还要长一些"
    address = {3: "http://localhost:9/public/1/1.html", 5: "javascript:void(0)"}.get(number, path(number))
    day = {4: "06-04", 6: "[2021-06-06]"}.get(number, f"2021-06-0{number}")
    return f'<li><i></i><a href="{address}" title="{whole}" target="_blank">{whole[:9]}...</a><span class="date">{day}</span></li>'


def fragment(number: int) -> str:
    """A page of the service: rows, and a script that says how many pages there are; "nothing" behind the last."""
    shown = range((number - 1) * SIZE + 1, min(number * SIZE, COUNT) + 1)
    if not shown:
        return '<div class="xxgk_nav_con">暂无相关信息</div>'
    return (
        f'<div class="xxgk_nav_con"><ul class="clearfix xxgk_nav_list">{"".join(map(item, shown))}</ul></div>'
        f'<div id="page_public_info" class="pagination"></div><script>$(function(){{Ls.pagination("#page_public_info", function(i){{}}, {{\n'
        f"  pageCount: {ceil(COUNT / SIZE)} || 1, total: {COUNT}, currentPage: {number - 1} }});}});</script>"
    )


SERVICE = """<script>function list(pageIndex){ Ls.ajax({ dataType: "html", url: "/site/label/8888", data: {
  labelName: "publicInfoList", siteId: "6790221", pageSize: "3", pageIndex: pageIndex, action: "list", isDate: "true",
  dateFormat: "yyyy-MM-dd", length: "80", organId: organId, type: 4, catId: catId, result: "暂无相关信息", file: "/xxgk/publicInfoList"
  } }).done(function(html){ $("#list").html(html); }); }
var organId = '6616411'; Ls.ajax({url: "/site/label/8888?labelName=visitCount", data: {id: "1"}});</script>"""


def service(asked: Asked) -> str:
    wanted = {
        "labelName": "publicInfoList",
        "organId": "6616411",
        "catId": "6721221",
        "type": "4",
        "siteId": "6790221",
        "IsAjax": "1",
    }
    ok = wanted.items() <= asked.query.items() and asked.query["length"] == "80"
    return fragment(int(asked.query["pageIndex"])) if ok else fragment(99)


def record(number: int) -> str:
    """One box around metadata and text, as its templates have it."""
    return page(
        f'<div class="wzy_position">您现在的位置：<a href="/">首页</a> &gt; <a href="/public/">信息公开</a> &gt; <a href="{COLUMN}">文件</a></div>'
        '<div class="xxgk_wenzhang"><table class="table_suoyin"><tbody>'
        f"<tr><th>索 引 号：</th><td>11330000/2021-0000{number}</td><th>组配分类：</th><td>部门文件</td></tr>"
        f"<tr><th>发布机构：</th><td>样本局</td><th>发文日期：</th><td>2021-06-0{number} 08:30</td></tr>"
        f"<tr><th>发布文号：</th><td>样发〔2021〕{number}号</td><th>关键词：</th><td>样本</td></tr></tbody></table>"
        f'<h1 class="newstitle">样本文件之{number}，它的全名比服务肯给的长度还要长一些</h1><div class="j-fontContent newscontnet"><p>{SAMPLE}</p></div></div>',
        f'<meta name="ArticleTitle" content="样本文件之{number}，它的全名比服务肯给的长度还要长一些">',
    )


def expected() -> dict[str, dict[str, object]]:
    """What the archive must say of the rows with an address."""
    found: dict[str, dict[str, object]] = {
        path(n): {"title": f"样本文件之{n}，它的全名比服务肯给的长度还要长一些", "index_number": f"11330000/2021-0000{n}", "publisher": "样本局",
                  "published_on": f"2021-06-0{n}", "created_on": f"2021-06-0{n}", "document_number": f"样发〔2021〕{n}号",
                  "body": SAMPLE, "flags": []}
        for n in (1, 2, 4, 6, 7)
    }  # fmt: skip
    del found[path(4)]["published_on"]
    found[path(4)]["flags"] = ["date_unreadable"]
    found["http://localhost:9/public/1/1.html"] = {
        "title": "样本文件之3，它的全名比服务肯给的长度还要长一些",
        "published_on": "2021-06-03",
        "flags": ["off_site"],
    }
    return found


@pytest.mark.parametrize(
    ("first", "lists"),
    [
        pytest.param(f'<div id="list"></div>{SERVICE}', ["", "1", "2", "3"], id="no rows"),
        pytest.param(f'<div id="list">{fragment(1)}</div>{SERVICE}', ["", "2", "3"], id="rows and a service"),
        pytest.param(f'<div id="list">{fragment(1)}</div>{SERVICE.replace("""pageSize: "3""", """pageSize: "2""")}', ["", "1", "2", "3"],
                     id="rows and a service of other pages"),
    ],
)  # fmt: skip
def test_a_column_and_its_service(tmp_path: Path, first: str, lists: list[str]) -> None:
    with Site({COLUMN: page(first), "/site/label/8888": service}) as site:
        site.answers |= {path(n): record(n) for n in (1, 2, 4, 6, 7)}
        db = crawled(site, tmp_path, ("normative_document", "部门文件", f"{COLUMN}?{ASKED}"))
        found = records(db, site)
        asked = [
            path.partition("pageIndex=")[2].partition("&")[0]
            for path in site.requests
            if "/column/" in path or "/label/" in path
        ]
    assert asked == lists
    (unlinked,) = [address for address in found if "#row-" in address]
    assert found.pop(unlinked) == {
        "title": "样本文件之5，它的全名比服务肯给的长度还要长一些",
        "published_on": "2021-06-05",
        "flags": [],
    }
    assert found == expected()
    assert [row[-1] for row in ledger(db)] == [1]
    assert [row[3] for row in ledger(db)] == [7]
    assert families(db)["部门文件"][0] == "lonsun"
    assert problems(db) == []


def test_a_column_that_turns_its_own_pages(tmp_path: Path) -> None:
    def column(asked: Asked) -> str:
        return page(f'<div id="list">{fragment(int(asked.query.get("pageIndex", "1")))}</div>')

    with Site({COLUMN: column}) as site:
        site.answers |= {path(n): record(n) for n in (1, 2, 4, 6, 7)}
        db = crawled(site, tmp_path, ("normative_document", "部门文件", f"{COLUMN}?{ASKED}"))
        found = {address: row for address, row in records(db, site).items() if "#row-" not in address}
    assert found == expected()
    assert ledger(db) == [("部门文件", 3, 3, 7, 7, 1)]


def openness(number: int, kind: str) -> str:
    """The variants: a table under a header, and a pager of links (of numbers alone in one of them)."""
    head = "<tr><th>索引号</th><th>信息标题</th><th>发布日期</th></tr>"
    lines = "".join(
        f'<tr class="is-td"><td>1152{n:05}/2020-{n:05}</td><td><div class="is-tda"><a href="/OpennessContent/show/{n}.html" title="样本文件之{n}">'
        f"样本文件之{n}</a></div></td><td>2020年8月{n}日</td></tr>"
        for n in range(number * 2 - 1, number * 2 + 1)
    )
    address = {
        "list": "/OpennessContent/showList/483/10100/page_{}.html",
        "target": "/opennessTarget/?branch_id=54&topic_id=52&page={}",
    }[kind]
    numbers = "".join(
        f"<span>{n}</span>" if n == number else f'<a href="{address.format(n).replace("&", "&amp;")}">{n}</a>'
        for n in (1, 2, 3)
    )
    following = (
        f'<a href="{address.format(number + 1).replace("&", "&amp;")}">下一页</a>'
        if kind == "target" and number < 3
        else ""
    )
    return page(f'<table class="xxgk_info">{head}{lines}</table><div class="page_list">{numbers}{following}</div>')


def test_the_two_variants(tmp_path: Path) -> None:
    detail = page(
        f'<h1>样本文件</h1><table class="is-xxgkinfo"><tr><td>信息来源：</td><td>样本办</td></tr></table><div id="zoom"><p>{SAMPLE}</p></div>'
    )
    with Site({f"/OpennessContent/showList/483/10100/page_{n}.html": openness(n, "list") for n in (1, 2, 3)}) as site:
        site.answers["/opennessTarget/"] = lambda asked: openness(int(asked.query.get("page", "1")), "target")
        site.answers |= {f"/OpennessContent/show/{n}.html": detail for n in range(1, 7)}
        lists = [("notice", "变体一", "/OpennessContent/showList/483/10100/page_1.html"),
                 ("plan", "变体二", "/opennessTarget/?branch_id=54&topic_id=52&page=1")]  # fmt: skip
        db = crawled(site, tmp_path, *lists)
        found = records(db, site)
    assert found == {
        f"/OpennessContent/show/{n}.html": {"title": f"样本文件之{n}", "index_number": f"1152{n:05}/2020-{n:05}", "publisher": "样本办",
                                            "published_on": f"2020-08-0{n}", "body": SAMPLE, "flags": []}
        for n in range(1, 7)
    }  # fmt: skip
    assert ledger(db) == [("变体一", None, 3, None, 6, 1), ("变体二", None, 3, None, 6, 1)]
    assert {family for family, _ in families(db).values()} == {"lonsun"}


# --- one answer ---

URL = f"http://www.csx.gov.cn{COLUMN}?{ASKED}"
LABEL = "http://www.csx.gov.cn/site/label/8888?labelName=publicInfoList&pageIndex={}"


def test_rows_that_are_a_list_each_with_a_box_beside() -> None:
    html = "".join(
        f'<div class="xxgk_navli"><ul><li class="xh">{n}</li><li class="syh">00298627-2/202003-0001{n}</li><li class="mc"><a href="/p/{n}.html"'
        f' title="样本文件之{n}的全名">样本文件之{n}...</a></li><li class="rq">2020-03-1{n}</li></ul><div style="display:none"><table><tr>'
        f"<th>索引号：</th><td>00298627-2/202003-0001{n}</td></tr><tr><th>发布机构：</th><td>样本办</td></tr><tr><th>文号：</th><td>样办〔2020〕{n}号</td></tr>"
        "</table></div></div>"
        for n in (1, 2)
    )
    read = LONSUN.read(Answer(LABEL.format(1), f"{html}<script>Ls.pagination({{pageCount:2,}})</script>"))
    assert [dict(row.fields) for row in read.rows] == [
        {"title": f"样本文件之{n}的全名", "index_number": f"00298627-2/202003-0001{n}", "publisher": "样本办", "published_on": f"2020-03-1{n}",
         "document_number": f"样办〔2020〕{n}号"} for n in (1, 2)
    ]  # fmt: skip
    assert read.paging.next_url == LABEL.format(2)


SIDE = '<div class="side"><ul><li><a href="/1.html">热点新闻</a><span>2021-01-01</span></li></ul></div>'


def test_what_stands_beside_a_list_still_to_come_is_not_its() -> None:
    read = LONSUN.read(Answer(URL, page(f'{SIDE}<div id="list"></div>{SERVICE}')))
    assert (read.rows, "pageIndex=1" in str(read.paging.next_url)) == ((), True)


def test_an_answer_of_the_service_without_rows_is_its_end_only_where_it_says_so() -> None:
    assert not LONSUN.read(Answer(LABEL.format(2), "<div>系统繁忙</div>")).ended


def test_behind_its_last_page_the_service_says_that_there_is_nothing() -> None:
    ended = LONSUN.read(Answer(LABEL.format(4), fragment(4)))
    assert (ended.rows, ended.ended, ended.paging.next_url) == ((), True, None)


def test_an_address_in_a_script_is_asked_as_it_stands() -> None:
    script = '<script>load("/site/label/8888?IsAjax=1&labelName=publicInfoList&siteId=1&pageSize=15&catId=2&pageIndex=" + n)</script>'
    read = LONSUN.read(Answer(URL, page(f'<div id="list"></div>{script}')))
    assert read.paging.next_url == (
        "http://www.csx.gov.cn/site/label/8888?IsAjax=1&labelName=publicInfoList&siteId=1&pageSize=15&catId=2&pageIndex=1&dataType=html"
    )


@pytest.mark.parametrize(
    "script", ["", '<script>Ls.ajax({url: "/site/label/8888", data: {labelName: "visitCount"}})</script>']
)
def test_a_page_that_names_no_list_leads_nowhere(script: str) -> None:
    read = LONSUN.read(Answer(URL, page(f'<div id="list"></div>{script}')))
    assert (read.rows, read.paging.next_url, read.ended) == ((), None, False)


def test_marks() -> None:
    assert detect(Answer("http://www.csx.gov.cn/x", record(1))).family is LONSUN
    assert detect(Answer(LABEL.format(1), fragment(1))).family is LONSUN
    assert (
        LONSUN.marks(Answer("http://www.csx.gov.cn/public/list.html", page("<script>var urls.ajax = 1</script>"))) == ()
    )


def test_saved_pages_of_other_products_have_no_marks() -> None:
    assert [(name, found) for name, answer in saved(apart_from="lonsun") if (found := LONSUN.marks(answer))] == []
