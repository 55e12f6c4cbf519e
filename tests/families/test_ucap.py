"""UCAP (portals.md §2.6): pages of the site, pages of its service, and first pages that lead from one to the other."""

import json
from pathlib import Path

import pytest

from crawler.families.detection import FAMILIES, detect
from crawler.services.answer import Answer
from tests.conftest import Answer as Served
from tests.conftest import Asked, Site
from tests.families.whole import SAMPLE, crawled, families, ledger, page, problems, records, saved

UCAP = FAMILIES["ucap"]
HEX = "0123456789abcdef0123456789abcd"
CHANNEL = "cafe0123456789abcdef0123456789ab"
SCRIPT = '<script>var websiteId = "f2c9eb56dd984ccbb9389bdc2c0c7cdf", websiteCode = "csxrmzf";</script>'
LIST = "/csxrmzf/zcwj/xxgk_list.shtml"
SERVICE = f"/common/search/{CHANNEL}?_isAgg=true&_isJson=true&_pageSize=2&_template=index"


def path(number: int, column: str = "zcwj") -> str:
    return f"/csxrmzf/{column}/202207/{HEX}{number:02}.shtml"


def new_record(title: str, index: str, day: str) -> str:
    """The template with a box of metadata: one class carries different labels, and the first h1 is the site's name."""
    pairs = {"IndexNo": ("索&#8194;引&#8194;号", index), "scrq": ("发布日期", day), "ReleaseMechanism": ("责任部门", "样本局"),
             "gkfs": ("公开方式", "主动公开"), "fl": ("主题分类", "")}  # fmt: skip
    box = "".join(
        f'<dd class="addWidth {name}"><label><font>{label}：</font></label><div class="display-block">\n {value}\n</div></dd>'
        for name, (label, value) in pairs.items()
    )
    return page(
        '<div class="xxgk-logo"><h1 class="zz-name">测试县人民政府-</h1><h1 id="bm-name">样本局</h1></div>'
        '<h2>您当前所在位置：<a href="/">首页</a>&gt;<a href="/zwgk/">政务公开</a>&gt;<a href="x.shtml">政策文件</a></h2>'
        f'<div class="meta-data"><dl class="clearfix">{box}</dl></div>'
        f'<h1 class="article-title"><ucaptitle>{title}</ucaptitle></h1><span>访问量：<b id="view">1632</b></span>'
        '<div class="article-reldocuments"><h3><span>关联稿件：</span></h3><ul><li><a href="/csxrmzf/x/202207/'
        f'{HEX}99.shtml" title="图解">图解</a><span class="time">2022-07-12</span></li></ul></div>'
        f'<div class="article-content" id="zoomcon"><ucapcontent><p>{SAMPLE}</p></ucapcontent></div><div class="fj-a"></div>',
        SCRIPT + f"<title>{title} | 测试县人民政府</title>",
    )


def old_record(title: str) -> str:
    """The older template: no metadata, the day in an element of its own."""
    return page(
        '<div class="position">您当前的位置：<a href="/">首页</a> &gt; <a href="list.shtml">公告</a></div>'
        f'<div class="title">{title}</div><div class="info"><publishtime>2017-05-15 10:49:00</publishtime></div>'
        f'<div id="zoomcon"><ucapcontent><p>{SAMPLE}</p></ucapcontent></div>',
        f"<title>{title} | 测试县人民政府</title>",
    )


def table(*lines: str, current: int) -> str:
    head = "<tr><th>索引号</th><th>标题</th><th>发布机构</th><th>发布日期</th></tr>"
    return page(
        f"<table>{head}{''.join(lines)}</table><div id=page_div></div>"
        f"<script>createPageHTML('page_div',3, {current},'xxgk_list','shtml',6);</script>",
        SCRIPT,
    )


def line(number: int, day: str = "2022-07-12", title: str = "", url: str = "") -> str:
    whole = f"样本文件之{number}的全名"
    link = f'<a href="{url or path(number)}" title="{whole}" target="_blank">{title or whole}</a>'
    return f"<tr><td>01474222/2022-000{number:02}</td><td>{link}</td><td>样本局</td><td>{day}</td></tr>"


def test_pages_written_by_the_server(tmp_path: Path) -> None:
    template = '<tr v-for="el in list"><td></td><td><a :href="el.url"></a></td><td></td><td></td></tr>'
    with Site({}) as site, Site({}) as other:
        away = other.url.replace("127.0.0.1", "localhost") + "202207/x.shtml"
        site.answers |= {
            LIST: table(line(1), line(2, title="样本文件之2的…"), template, current=1),
            LIST.replace(".", "_2."): table(line(3, day="07-13"), line(4, url=away), current=2),
            LIST.replace(".", "_3."): table(line(5, day="[2022.07.15]"), line(6), current=3),
            **{path(n): new_record(f"样本文件之{n}的全名", f"01474222/2022-000{n:02}", f"2022-07-1{n}") for n in (1, 2, 3, 5)},
            path(6): old_record("样本文件之6的全名"),
        }  # fmt: skip
        db = crawled(site, tmp_path, ("normative_document", "政策文件", LIST))
        found = records(db, site)
        assert not other.requests
    common = {
        "publisher": "样本局",
        "responsible_department": "样本局",
        "disclosure_mode": "主动公开",
        "body": SAMPLE,
        "flags": [],
    }
    rows = {
        path(n): {"title": f"样本文件之{n}的全名", "index_number": f"01474222/2022-000{n:02}", "published_on": f"2022-07-1{n}", **common}
        for n in (1, 2, 3, 5)
    }  # fmt: skip
    rows[path(3)]["flags"] = ["date_unreadable"]  # 07-13 in the list: the address has no day to agree with
    rows[away] = {"title": "样本文件之4的全名", "index_number": "01474222/2022-00004", "publisher": "样本局",
                  "published_on": "2022-07-12", "flags": ["off_site"]}  # fmt: skip
    rows[path(6)] = {"title": "样本文件之6的全名", "index_number": "01474222/2022-00006", "publisher": "样本局",
                     "published_on": "2017-05-15", "body": SAMPLE, "flags": []}  # fmt: skip
    assert found == rows
    assert ledger(db) == [("政策文件", 3, 3, 6, 6, 1)]
    family, reason = families(db)["政策文件"]
    assert family == "ucap"
    assert "records at /YYYYMM/<32 hex digits>.shtml or the like" in str(reason)
    assert problems(db) == []


def item(number: int, host: str = "", **more: object) -> dict[str, object]:
    return {"title": f"样本<em>公告</em>之{number}", "url": host + path(number, "tzgg"), "publishedTime": 1657555200000 + number,
            "publishedTimeStr": f"2022-07-1{number} 08:00:00", "content": "摘要", **more}  # fmt: skip


def answered(items: list[dict[str, object]], total: int) -> object:
    def answer(asked: Asked) -> Served:
        page, size = int(asked.query["page"]), int(asked.query["_pageSize"])
        results = items[(page - 1) * size : page * size]
        said = {
            "data": {"page": page, "rows": size, "total": total, "channelId": CHANNEL, "results": results},
            "code": 200,
        }
        return Served(json.dumps(said, ensure_ascii=False), "application/json")

    return answer


META = [{"domainMetadataName": "公开目录", "resultList": [
    {"name": "索 引 号", "key": "syh", "value": "01474222/2022-00003"}, {"name": "发布机构", "key": "fbjg", "value": "样本办"},
    {"name": "发文日期", "key": "fwrq", "value": "2022-07-01"}, {"name": "文号", "key": "wh", "value": None}, {"name": ""}]}, None]  # fmt: skip


@pytest.mark.parametrize(
    "first",
    [
        f'<script>$.get("{SERVICE}&page=" + curPage, render)</script>',
        f"<script>var channelId = '{CHANNEL}', size = 2; load('{SERVICE}&page=1')</script>",
    ],
)
def test_a_first_page_without_rows_leads_to_the_service(tmp_path: Path, first: str) -> None:
    with Site({}) as site:
        items = [
            item(1),
            item(2, host=site.url.removeprefix("http:").rstrip("/")),
            item(3, domainMetaList=META),
            item(4),
            item(5),
        ]
        site.answers |= {
            "/csxrmzf/tzgg/list.shtml": page(f"<ul id=list></ul>{first}", SCRIPT),
            SERVICE.partition("?")[0]: answered(items, 5),
            **{path(n, "tzgg"): old_record(f"样本公告之{n}") for n in range(1, 6)},
        }
        db = crawled(site, tmp_path, ("notice", "公告", "/csxrmzf/tzgg/list.shtml"))
        found = records(db, site)
    rows = {
        path(n, "tzgg"): {"title": f"样本公告之{n}", "published_on": "2017-05-15", "body": SAMPLE, "flags": []}
        for n in range(1, 6)
    }
    rows[path(3, "tzgg")] |= {
        "index_number": "01474222/2022-00003",
        "publisher": "样本办",
        "created_on": "2022-07-01",
    }
    assert found == rows
    assert ledger(db) == [("公告", 3, 4, 5, 5, 1)]
    assert families(db)["公告"][0] == "ucap"


def test_a_first_page_with_rows_leads_to_the_services_second(tmp_path: Path) -> None:
    listed = "".join(
        f'<li><a href="{path(n, "tzgg")}" title="样本公告之{n}">样本公告之{n}</a><span>2022-07-1{n}</span></li>'
        for n in (1, 2)
    )
    head = f'{SCRIPT}<meta name="channelId" content="{CHANNEL}">'
    with Site({}) as site:
        site.answers |= {
            "/csxrmzf/tzgg/list.shtml": page(f"<ul>{listed}</ul><script>var u='{SERVICE}&page='</script>", head),
            SERVICE.partition("?")[0]: answered([item(n) for n in range(1, 6)], 5),
            **{path(n, "tzgg"): old_record(f"样本公告之{n}") for n in range(1, 6)},
        }
        db = crawled(site, tmp_path, ("notice", "公告", "/csxrmzf/tzgg/list.shtml"))
        asked = [path for path in site.requests if path.startswith("/common/search/")]
    assert ["page=2" in path for path in asked] == [True, False]
    assert ledger(db) == [("公告", 3, 3, 5, 5, 1)]


def test_the_older_search_service_as_a_catalogue(tmp_path: Path) -> None:
    def answer(asked: Asked) -> Served:
        page = int(asked.query["curPage"])
        listed = [
            {"title": f"样本公示之{n}", "c_syh": f"00817365-1/2020-0000{n}", "c_fbjg": "样本办公室", "c_wjbh": "", "c_ztc": "",
             "url": f"/hn/sxgw/202001/{HEX}{n:02}.shtml", "pubDate": "2020-01-10", "fwrq": "2020-01-09", "ccode": "sxgw"}
            for n in range(page * 2 - 1, min(page * 2, 5) + 1)
        ]  # fmt: skip
        said = {"page": {"list": listed, "pageNumber": page, "pageSize": 2, "totalPage": 3, "totalRow": 5}}
        return Served(json.dumps(said), "application/json")

    with Site({"/u/search/wjk/rs": answer}) as site:
        site.answers |= {
            f"/hn/sxgw/202001/{HEX}{n:02}.shtml": new_record(f"样本公示之{n}", "", "") for n in range(1, 6)
        }
        db = crawled(
            site, tmp_path, ("notice", "市县文件", "/u/search/wjk/rs?keywords=&column=undefined&curPage=1&PageSize=2")
        )
        found = records(db, site)
    assert ledger(db) == [("市县文件", 3, 3, 5, 5, 1)]
    assert families(db)["市县文件"][0] == "ucap"
    assert [row["index_number"] for row in found.values()] == [f"00817365-1/2020-0000{n}" for n in range(1, 6)]
    assert {(row["publisher"], row["published_on"], row["created_on"]) for row in found.values()} == {
        ("样本办公室", "2020-01-10", "2020-01-09")
    }


# --- one answer ---


def read(text: object, url: str = f"http://www.csx.gov.cn{SERVICE}&page=1"):
    return UCAP.read(Answer(url, text if isinstance(text, str) else json.dumps(text)))


def test_behind_the_last_page_the_service_has_no_rows() -> None:
    ended = read({"data": {"page": 3, "rows": 2, "total": 9, "results": []}}, f"http://www.csx.gov.cn{SERVICE}&page=3")
    assert (ended.rows, ended.ended, ended.paging.next_url, ended.paging.rows_claimed) == ((), True, None, 9)


def test_a_service_that_does_not_turn_the_page_is_not_asked_for_ever() -> None:
    said = {"data": {"page": 1, "rows": 1, "total": 9, "results": [item(1)]}}
    stuck = read(said, f"http://www.csx.gov.cn{SERVICE}&page=2")
    assert (len(stuck.rows), stuck.paging.pages_claimed, stuck.paging.next_url) == (1, 9, None)


@pytest.mark.parametrize(
    "said",
    ["", "[]", "{}", '{"data": []}', '{"data": {"results": null}}', '{"data": {"results": [null, 1, "x"], "total": "x"}}',
     '{"data": {"results": [{"url": 5, "title": {}, "domainMetaList": [1, {"resultList": [0, {"name": 3}]}]}]}}', "{" * 9000],
)  # fmt: skip
def test_any_answer_of_the_service_is_read(said: str) -> None:
    assert all(row.url is None for row in read(said).rows)


def test_a_channel_alone_leads_to_the_service_only_where_there_are_no_rows() -> None:
    head = f'<meta name="channelId" content="{CHANNEL}">'
    url = "http://www.csx.gov.cn/csxrmzf/tzgg/list.shtml"
    empty = UCAP.read(Answer(url, page("<ul></ul>", head)))
    assert str(empty.paging.next_url).startswith(f"http://www.csx.gov.cn/common/search/{CHANNEL}?")
    rows = f'<ul><li><a href="{path(1)}">样本公告</a><span>2022-07-11</span></li></ul>'
    assert UCAP.read(Answer(url, page(rows, head))).paging.next_url is None


def test_what_stands_beside_a_list_still_to_come_is_not_its() -> None:
    side = f'<div class="side"><ul><li><a href="{path(1)}">热点新闻</a><span>2022-07-11</span></li></ul></div>'
    html = page(f"{side}<ul id=list></ul><script>var u='{SERVICE}&page='</script>")
    read = UCAP.read(Answer("http://www.csx.gov.cn/csxrmzf/tzgg/list.shtml", html))
    assert (read.rows, read.paging.next_url) == ((), f"http://www.csx.gov.cn{SERVICE}&page=1")


def test_the_last_page_of_the_script_counted_from_1() -> None:
    answer = Answer(f"http://www.csx.gov.cn{LIST.replace('.', '_2.')}", table(line(1), current=2))
    assert UCAP.read(answer).paging.next_url == f"http://www.csx.gov.cn{LIST.replace('.', '_3.')}"
    answer = Answer(f"http://www.csx.gov.cn{LIST.replace('.', '_3.')}", table(line(1), current=3))
    assert UCAP.read(answer).paging.next_url is None


def test_marks() -> None:
    assert detect(Answer("http://www.csx.gov.cn/x", new_record("样本", "", ""))).family is UCAP
    assert detect(Answer("http://www.csx.gov.cn/x", old_record("样本"))).family is UCAP
    assert (
        UCAP.marks(
            Answer("http://www.csx.gov.cn/xx/201712/t20171219_1.shtml", page("createPageHTML(3, 0, 'list', 'shtml')"))
        )
        == ()
    )


def test_saved_pages_of_other_products_have_no_marks() -> None:
    assert [(name, found) for name, answer in saved(apart_from="ucap") if (found := UCAP.marks(answer))] == []
