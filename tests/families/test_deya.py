"""Deya's iList.jsp (portals.md §1 rows 5 and 19, §2.5), the old portals of Ningxia among them."""

from pathlib import Path

import pytest

from crawler.families.detection import FAMILIES, detect
from crawler.services.answer import Answer
from tests.conftest import Asked, Site
from tests.families.whole import SAMPLE, crawled, families, ledger, page, problems, records, saved

DEYA = FAMILIES["deya"]
LIST = "/info/iList.jsp"
ASKED = "node_id=GKcsxzf&site_id=CMScsx&cat_id=10015&tm_id=2"
NAV = '<ul><li><a href="/info/iList.jsp?cat_id=10001">政务动态</a></li><li><a href="/info/iList.jsp?cat_id=10002">公告</a></li></ul>'


def record(number: int, index: str = "", number_of_document: str = "") -> str:
    """Metadata in spans of a fixed order, one of them without a label; the text in an article."""
    return page(
        f'{NAV}<section><h1>样本文件之{number}的全名</h1><div id="attribute"><span>索引号：{index}</span><span>文号：{number_of_document}</span>'
        f"<span>发布日期：2020-03-{number:02}</span><span>-</span><span>发布机构：样本局</span><span>主题词：样本</span></div>"
        f"<article><p>{SAMPLE}</p></article></section>",
        f"<title>样本文件之{number}的全名-测试县人民政府</title>",
    )


def catalogue(asked: Asked) -> str:
    """A list of disclosures: a table, and a pager whose links name the page, in another order than the list's own address."""
    number = int(asked.query.get("cur_page", "1"))
    head = "<tr><th>序号</th><th>信息标题</th><th>文号</th><th>发布日期</th></tr>"
    lines = {
        1: '<tr><td>1</td><td><a href="/csx/gk/1.htm" title="样本文件之1的全名">样本文件之1的…</a></td><td class="textCenter">样发〔2020〕1号</td><td>2020-03-01</td></tr>'
        '<tr><td>2</td><td><a href="/csx/gk/2.htm">样本文件之2的全名</a></td><td class="textCenter"></td><td>03-02</td></tr>',
        2: '<tr><td>3</td><td><a href="http://localhost:9/csx/gk/3.htm">样本文件之3的全名</a></td><td class="textCenter">无</td><td>2020-03-03</td></tr>'
        '<tr><td>4</td><td>样本文件之4的全名</td><td class="textCenter"></td><td>2020-03-04</td></tr>',
        3: '<tr><td>5</td><td><a href="/csx/gk/5.htm">样本文件之5的全名</a></td><td class="textCenter">样发〔2020〕5号</td><td>2020-03-05</td></tr>'
        '<tr ng-repeat="el"><td></td><td><a></a></td><td></td><td></td></tr>',
    }[number]
    following = (
        f'<a href="?cur_page={number + 1}&cat_id=10015&site_id=CMScsx&node_id=GKcsxzf">下一页</a>'
        if number < 3
        else "下一页"
    )
    return page(
        f'{NAV}<div class="gk_main"><div class="gk_list"><table>{head}<tbody>{lines}</tbody></table></div>'
        f'<div class="pageNum">共5条记录 第{number}/3页 <a href="?cur_page=1&cat_id=10015">首页</a> {following}</div></div>'
    )


def test_a_list_of_disclosures(tmp_path: Path) -> None:
    with Site({LIST: catalogue}) as site:
        site.answers |= {
            "/csx/gk/1.htm": record(1, "510683-2020-000001", "样发〔2020〕1号"),
            "/csx/gk/2.htm": record(2, "510683-2020-000002"),
            "/csx/gk/5.htm": record(5, "510683-2020-000005", "样发〔2020〕5号"),
        }
        db = crawled(site, tmp_path, ("normative_document", "规范性文件", f"{LIST}?{ASKED}"))
        found = records(db, site)
    expected = {
        f"/csx/gk/{n}.htm": {"title": f"样本文件之{n}的全名", "index_number": f"510683-2020-00000{n}", "publisher": "样本局",
                             "published_on": f"2020-03-0{n}", "body": SAMPLE, "flags": []}
        for n in (1, 2, 5)
    }  # fmt: skip
    expected["/csx/gk/1.htm"]["document_number"] = "样发〔2020〕1号"
    expected["/csx/gk/5.htm"]["document_number"] = "样发〔2020〕5号"
    expected["/csx/gk/2.htm"]["flags"] = ["date_unreadable"]
    expected["http://localhost:9/csx/gk/3.htm"] = {
        "title": "样本文件之3的全名",
        "published_on": "2020-03-03",
        "flags": ["off_site"],
    }
    (unlinked,) = [address for address in found if "#row-" in address]
    expected[unlinked] = {"title": "样本文件之4的全名", "published_on": "2020-03-04", "flags": []}
    assert found == expected
    assert ledger(db) == [("规范性文件", 3, 3, 5, 5, 1)]
    family, reason = families(db)["规范性文件"]
    assert (family, str(reason).split("; ")) == (
        "deya",
        ["made by /info/iList.jsp", "pages counted by cur_page", "nodes and sites called GK… and CMS…"],
    )
    assert problems(db) == []


def news(asked: Asked) -> str:
    """The old portals: cat_id alone, a pager whose links are written by a script, pages and rows printed."""
    number = int(asked.query.get("cur_page", "1"))
    lines = "".join(
        f'<li><a href="/xwdt/{n}.htm" title="样本要闻之{n}的全名">样本要闻之{n}...</a> <span>[2012-05-{n:02}]</span></li>'
        for n in range(number * 2 - 1, min(number * 2, 5) + 1)
    )
    return page(
        f"{NAV}<div class=list_div><ul>{lines}<li class=line></li></ul></div>"
        f'<div>共有5条记录 共3页 <a href="javascript:turnPage({number + 1})">下一页</a></div>'
    )


def test_an_old_list_by_cat_id_alone_whose_pager_is_a_script(tmp_path: Path) -> None:
    text = page(f'{NAV}<h1>样本要闻</h1><div>发布时间：2012-05-09</div><div id="zoom"><p>{SAMPLE}</p></div>')
    with Site({LIST: news, **{f"/xwdt/{n}.htm": text for n in range(1, 6)}}) as site:
        db = crawled(site, tmp_path, ("notice", "要闻", f"{LIST}?cat_id=2036"))
        found = records(db, site)
        lists = [path for path in site.requests if path.startswith(LIST)]
    assert lists == [f"{LIST}?cat_id=2036{page}" for page in ("", "&cur_page=2", "&cur_page=3")]
    assert [row["title"] for row in found.values()] == [f"样本要闻之{n}的全名" for n in range(1, 6)]
    assert ledger(db) == [("要闻", 3, 3, 5, 5, 1)]
    assert families(db)["要闻"][0] == "deya"


# --- one page ---

URL = f"http://www.csx.gov.cn{LIST}?{ASKED}"


@pytest.mark.parametrize(
    ("html", "url", "following"),
    [
        ("<a href='iList.jsp?cat_id=1&cur_page=2'>2</a><a href='iList.jsp?cat_id=1&cur_page=3'>3</a>", URL,
         "http://www.csx.gov.cn/info/iList.jsp?cat_id=1&cur_page=2"),
        ("<a href='iList.jsp?cur_page=2&cat_id=1'><img src=next.gif></a>", URL, "http://www.csx.gov.cn/info/iList.jsp?cur_page=2&cat_id=1"),
        ("<a href='iList.jsp?cur_page=3&cat_id=1'><img src=last.gif></a>", URL, None),
        ("共2页 <a href='javascript:go(2)'>下一页</a>", URL + "&cur_page=2", None),
        ("共2页 <a href='javascript:go(2)'>下一页</a>", "http://www.csx.gov.cn/gk/list.htm", None),
    ],
)  # fmt: skip
def test_the_next_page(html: str, url: str, following: str | None) -> None:
    assert DEYA.read(Answer(url, page(html))).paging.next_url == following


def test_marks() -> None:
    assert detect(Answer("http://www.csx.gov.cn/csx/gk/1.htm", record(1))).family is DEYA
    assert (
        detect(Answer("http://www.csx.gov.cn/csx/gk/1.htm", record(1))).reason
        == "links to /info/iList.jsp; metadata in #attribute"
    )
    assert DEYA.marks(Answer("http://www.csx.gov.cn/list.jsp?cur_page=2", page("<div id=attribute></div>"))) == ()


def test_saved_pages_of_other_products_have_no_marks() -> None:
    assert [(name, found) for name, answer in saved(apart_from="deya") if (found := DEYA.marks(answer))] == []
