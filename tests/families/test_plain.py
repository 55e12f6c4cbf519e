"""Lists that no product's marks are on: a table or list that says what it is, and any link to the next page (portals.md §3)."""

from collections.abc import Callable
from pathlib import Path

import pytest

from crawler.families.detection import detect
from crawler.services.answer import Answer
from tests.conftest import Asked, Site
from tests.families.whole import SAMPLE, crawled, families, ledger, page, problems, records

PAGES = 3


def shown(number: int) -> range:
    return range(number * 2 - 1, number * 2 + 1)


def table(number: int) -> str:
    """A table under a header, its columns in an order of their own; odd rows among them."""
    odd = {
        1: '<tr v-for="el in rows"><td></td><td></td><td></td><td><a :href="el.url"></a></td></tr>',
        2: "<tr><td colspan=4><hr></td></tr>",
        3: '<tr><td colspan=4><a href="#">首页</a> <a href="#">上一页</a> 共3页</td></tr>',
    }[number]
    lines = "".join(
        f"<tr><td>样本局</td><td>{'03-03' if n == 3 else f'2019年3月{n}日'}</td><td>A{n}/2019-0000{n}</td>"
        f'<td><a href="/d/{n}.html" title="样本文件之{n}的全名">样本文件之{n}…</a></td></tr>'
        for n in shown(number)
    )
    return f"<table><tr><th>公开主体</th><th>公开日期</th><th>索引号</th><th>信息名称</th></tr>{lines}{odd}</table>"


def listed(number: int) -> str:
    """A list of links and dates; one leads to another site, one to a file."""
    address = {2: "http://localhost:9/x.html", 5: "/files/5.txt"}
    lines = "".join(
        f'<li><a href="{address.get(n, f"/d/{n}.html")}">样本文件之{n}的全名</a><span>[2019-03-0{n}]</span></li>'
        for n in shown(number)
    )
    return f'<div class="list"><ul>{lines}<li class="line"></li></ul></div>'


def by_onclick(number: int) -> str:
    if number == PAGES:
        return "<div>共3页 共6条 <span>下一页</span></div>"
    return f"""<div>共3页 共6条 <button onclick="location.href='/list/{number + 1}.html'">下一页</button></div>"""


def by_script(number: int) -> str:
    target = f"/list/{number + 1}.html" if number < PAGES else ""
    return f"<div>总记录数：6 当前页：{number}/3 <a href=\"javascript:turn('{target}')\">下页</a></div>"


def by_choice(number: int) -> str:
    options = "".join(
        f'<option value="/list/{n}.html" {"selected" * (n == number)}>第{n}页</option>' for n in range(1, PAGES + 1)
    )
    return f'<div>共3页 <select onchange="location.href=this.value">{options}</select> <a href="javascript:go()">尾页</a></div>'


def by_number(number: int) -> str:
    links = "".join(
        f'<li><a href="?page={n}">{n}</a></li>' if n != number else f"<li><b>{n}</b></li>" for n in range(1, PAGES + 1)
    )
    return f"<ul class=pages>{links}</ul>"


def by_query(number: int) -> str:
    return f'<div>共3页<a href="?cid=7&amp;page={min(number + 1, PAGES)}">下一页</a></div>'


def record(number: int) -> str:
    return page(
        f"<h1>样本文件之{number}的全名</h1><p>索引号：A{number}/2019-0000{number}　文号：无　成文日期：2019.3.{number}</p>"
        f'<div id="zoom"><p>{SAMPLE}</p></div>'
    )


PAGERS: dict[str, tuple[Callable[[int], str], int | None, int | None]] = {
    "a button's onclick": (by_onclick, 3, 6),
    "a script that names the address": (by_script, 3, 6),
    "a list to choose from": (by_choice, 3, None),
    "numbers alone": (by_number, 3, None),  # the table says so itself, in its last row
    "a query": (by_query, 3, None),
}


@pytest.mark.parametrize("pager", PAGERS)
def test_any_pager_of_a_table(tmp_path: Path, pager: str) -> None:
    written, pages, rows = PAGERS[pager]
    with Site({f"/list/{n}.html": page(table(n) + written(n)) for n in (1, 2, 3)}) as site:
        site.answers["/list/"] = lambda asked: page(
            table(int(asked.query.get("page", "1"))) + written(int(asked.query.get("page", "1")))
        )
        site.answers |= {f"/d/{n}.html": record(n) for n in range(1, 7)}
        first = "/list/" if "?" in written(1) else "/list/1.html"
        db = crawled(site, tmp_path, ("plan", "规划", first))
        found = records(db, site)
    expected = {
        f"/d/{n}.html": {"title": f"样本文件之{n}的全名", "index_number": f"A{n}/2019-0000{n}", "publisher": "样本局",
                         "published_on": f"2019-03-0{n}", "created_on": f"2019-03-0{n}", "body": SAMPLE, "flags": []}
        for n in range(1, 7)
    }  # fmt: skip
    del expected["/d/3.html"]["published_on"]
    expected["/d/3.html"]["flags"] = ["date_unreadable"]
    assert found == expected
    assert ledger(db) == [("规划", pages, 3, rows, 6, 1)]
    assert families(db) == {"规划": ("plain", "no product's marks on the page")}
    assert problems(db) == []


def test_a_list_of_links_and_dates(tmp_path: Path) -> None:
    with Site({f"/list/{n}.html": page(listed(n) + by_onclick(n)) for n in (1, 2, 3)}) as site:
        site.answers |= {f"/d/{n}.html": record(n) for n in (1, 3, 4, 6)}
        site.answers["/files/5.txt"] = "样本附件，仅供测试"
        db = crawled(site, tmp_path, ("notice", "公告", "/list/1.html"))
        found = records(db, site)
    assert {address: row["published_on"] for address, row in found.items()} == {
        **{f"/d/{n}.html": f"2019-03-0{n}" for n in (1, 3, 4, 6)},
        "http://localhost:9/x.html": "2019-03-02",
        "/files/5.txt": "2019-03-05",
    }
    assert [row["title"] for row in found.values()] == [f"样本文件之{n}的全名" for n in range(1, 7)]
    assert ledger(db) == [("公告", 3, 3, 6, 6, 1)]


def eportal(number: int) -> str:
    """An article list of eportal: each row a table of its own below the header's, further pages named in onclick alone."""
    lines = "".join(
        f'<table class="xxgkzclbtab3"><tbody><tr><td width=60 align=center>{n}</td><td><a href="/eportal/ui?pageId=68&amp;articleKey={n}&amp;columnId=33"'
        f' title="样本文件之{n}的全名">样本文件之{n}...</a></td><td align=left>样政〔2019〕{n}号</td><td width=150 align=center>2019年3月{n}日</td></tr></tbody></table>'
        for n in shown(number)
    )
    links = "".join(
        f"""<a style="cursor:pointer" onclick="queryArticleByCondition(this,'{address(to)}')" tagname="{address(to)}">{name}</a>"""
        if 1 <= to <= PAGES and to != number
        else f'<a tagname="[NONE]">{name}</a>'
        for name, to in (("首页", 1), ("上页", number - 1), ("下页", number + 1), ("尾页", PAGES))
    )
    return page(
        '<table class="xxgkzclbtab2"><tr><td>序号</td><td>名称</td><td>发文字号</td><td>成文日期</td></tr></table>'
        f"{lines}<div><span>总记录数：6，每页显示2条记录，当前页：<b>{number}</b>/<b>3</b></span>{links}</div>"
    )


def address(number: int) -> str:
    return f"/eportal/ui?pageId=6817552&amp;currentPage={number}&amp;moduleId=3bb4&amp;formKey=GOV_OPEN&amp;relationId="


def test_an_article_list_of_eportal(tmp_path: Path) -> None:
    def answer(asked: Asked) -> str:
        if article := asked.query.get("articleKey"):
            return record(int(article))
        return eportal(int(asked.query.get("currentPage", "1")))

    with Site({"/eportal/ui": answer}) as site:
        db = crawled(
            site, tmp_path, ("normative_document", "文件", "/eportal/ui?pageId=6817552&moduleId=3bb4&formKey=GOV_OPEN")
        )
        found = records(db, site)
    assert list(found.values()) == [
        {"title": f"样本文件之{n}的全名", "index_number": f"A{n}/2019-0000{n}", "document_number": f"样政〔2019〕{n}号",
         "created_on": f"2019-03-0{n}", "body": SAMPLE, "flags": []}
        for n in range(1, 7)
    ]  # fmt: skip
    assert ledger(db) == [("文件", 3, 3, 6, 6, 1)]
    assert families(db)["文件"][0] == "plain"


@pytest.mark.parametrize("text", ["", "{}", "<html></html>", "\x00\ud800", page("<p>样本</p>"), page(table(1))])
def test_nothing_else_claims_such_pages(text: str) -> None:
    found = detect(Answer("http://www.csx.gov.cn/zwgk/list.html", text))
    assert (found.family.name, found.reason) == ("plain", "no product's marks on the page")
