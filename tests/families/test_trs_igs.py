"""TRS's search services as lists: IGS, IRS and govsearch (portals.md §1 rows 13–16, §2.2)."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.model.observations import Paging
from crawler.families.detection import detect
from crawler.families.trs_igs import FAMILY
from crawler.services.answer import Answer
from tests.conftest import Answer as Served
from tests.conftest import Asked, Site
from tests.families.whole import listed, trs_page, trs_record

IGS = "/igs/front/search/list.html?index=zcwj-index&type=zcfg&filter%5BAVAILABLE%5D=true&pageSize=3&pageNumber=1"
COUNT, SIZE = 7, 3


def details() -> dict[str, Served | str]:
    return {f"/zwgk/202012/t202012{n:02}_{n}.html": trs_record(f"样本通知之{n}") for n in range(1, COUNT + 1)}


def numbers(page_number: int) -> range:
    first = (page_number - 1) * SIZE + 1
    return range(first, min(first + SIZE, COUNT + 1))


def data(said: object, before: str = "", after: str = "") -> Served:
    text = before + json.dumps(said, ensure_ascii=False) + after
    return Served(text, content_type="application/json;charset=UTF-8")


# --- IGS ---


def igs_record(n: int, host: str) -> dict[str, object]:
    """A record by the keys of one site, the last one by those of another; the second has no address, another a number "其它"."""
    url = None if n == 2 else f"http://{host}/zwgk/202012/t202012{n:02}_{n}.html"
    if n == COUNT:
        return {"FileName": f"样本通知之{n}", "IdxID": "000-7", "PUBDATE": "2020-12-06T18:59:36.000Z", "fileNum": "其它",
                "publisher": "样本办公厅", "DOCPUBURL": url, "CHNLDESC": "样本文件", "DOCCONTENT": "样本正文，仅供测试。" * 300}  # fmt: skip
    return {"BT": f"样本通知之{n}", "IDXID": f"000-{n}", "FWZH": f"样发〔2020〕{n}号", "FWJG_name": "样本局", "DOCPUBURL": url,
            "FBRQ": f"2020-12-{n:02}T00:00:00.000+0800", "CWRQ": "2020-11-30T00:00:00.000+0800", "ZTFL_name": "样本主题",
            "AVAILABLE": True, "highlight": {}, "ZW": "样本"}  # fmt: skip


def igs(asked: Asked) -> Served:
    if asked.query.get("index") != "zcwj-index" or asked.query.get("filter[AVAILABLE]") != "true":
        return Served('{"page": {}}', status=400)
    at = int(asked.query["pageNumber"])
    content = [igs_record(n, asked.headers["host"]) for n in numbers(at)]
    told = {
        "content": content,
        "total": str(COUNT),
        "pageSize": SIZE,
        "pageNumber": at,
        "orderProperty": "FBRQ",
        "totalPages": 3,
    }
    return data({"filter": {}, "hasFilter": True, "page": told})


def test_a_list_of_igs(tmp_path: Path) -> None:
    with Site({"/igs/front/search/list.html": igs, **details()}) as site:
        done = listed(site, tmp_path, IGS)
        assert [path for path in site.requests if "/igs/" in path] == [IGS[:-1] + str(n) for n in (1, 2, 3)]
    assert (done.status, done.problems) == (0, {})
    assert done.ledger == [("通知公告1", 3, 3, COUNT, COUNT, 1)]
    ((family, reason),) = done.families.values()
    assert family == "trs_igs"
    assert "page.content" in str(reason)
    names = ("index_number", "document_number", "publisher", "published_on", "created_on", "topic")
    wanted: dict[str, list[object]] = {
        f"样本通知之{n}": [f"000-{n}", f"样发〔2020〕{n}号", "样本局", f"2020-12-{n:02}", "2020-11-30", "样本主题"]
        for n in range(1, COUNT)
    }
    wanted["样本通知之7"] = ["000-7", None, "样本办公厅", "2020-12-07", None, None]
    assert {title: [row[name] for name in names] for title, row in done.records.items()} == wanted
    assert done.records["样本通知之1"]["body"] == "样本正文，仅供测试。"
    assert "#row-" in str(done.records["样本通知之2"]["url"])  # no page of its own
    assert json.loads(str(done.records["样本通知之7"]["source_fields"]))["fileNum"] == "其它"


def test_a_service_that_shows_fewer_pages_than_it_has_rows_for_is_no_complete_walk(tmp_path: Path) -> None:
    def capped(asked: Asked) -> Served:
        text = str(igs(asked).body).replace('"total": "7"', '"total": "38546"')
        return Served(text, content_type="application/json")

    with Site({"/igs/front/search/list.html": capped, **details()}) as site:
        done = listed(site, tmp_path, IGS)
    assert done.ledger == [("通知公告1", 3, 3, 38546, COUNT, 0)]
    assert (done.status, done.problems) == (1, {"pages_missing": "通知公告1 claims 38546 rows, 7 were found"})


def test_a_service_that_heeds_no_page_number_is_not_asked_for_ever(tmp_path: Path) -> None:
    def stubborn(asked: Asked) -> Served:
        first = Asked(asked.path, {**asked.query, "pageNumber": "1"}, None, asked.headers)
        return Served(str(igs(first).body).replace('"pageNumber": 1', f'"pageNumber": {asked.query["pageNumber"]}'))

    with Site({"/igs/front/search/list.html": stubborn, **details()}) as site:
        done = listed(site, tmp_path, IGS)
        assert len([path for path in site.requests if "/igs/" in path]) == 3
    assert (done.status, set(done.problems)) == (1, {"pages_repeat", "pages_missing"})
    assert done.ledger[0][-1] == 0


# --- govsearch in JSONP ---

JSONP = "/govsearch/jsonp/zf_jd_list.jsp?page=1&lb=134657&callback=result&sword=&pubURL=http%3A%2F%2Fxxgk.county.gov.cn%2F&channelId=134657"
BEFORE = "\r\n" * 6 + "\ufeff" + "\r\n" * 4 + "  \r\n \r\n\r\nresult("


def jsonp(asked: Asked) -> Served:
    told = [
        {
            "title": f"样本通知之{n}"[:4] + "...",
            "puburl": f"http://{asked.headers['host']}/zwgk/202012/t202012{n:02}_{n}.html",
            "MetaDataId": str(n),
            "efectdate": "",
            "tip": {
                "title": f"样本通知之{n}",
                "dates": f"2020年12月{n:02}日",
                "filenum": f"样发〔2020〕{n}号",
                "publisher": "样本局",
            },
        }
        for n in numbers(int(asked.query["page"]))
    ]
    return data({"num": COUNT, "nPage": int(asked.query["page"]), "data": told}, BEFORE, ");\r\n")


def test_a_list_of_govsearch_in_jsonp(tmp_path: Path) -> None:
    with Site({"/govsearch/jsonp/zf_jd_list.jsp": jsonp, **details()}) as site:
        done = listed(site, tmp_path, JSONP)
        asked = [path for path in site.requests if "jsonp" in path]
    assert asked == [
        JSONP.replace("page=1", f"page={n}") for n in (1, 2, 3, 4)
    ]  # the fourth is empty: there the list ends
    assert (done.status, done.problems) == (0, {})
    assert done.ledger == [("通知公告1", None, 4, COUNT, COUNT, 1)]
    assert done.families["通知公告1"][0] == "trs_igs"
    assert {
        title: (row["published_on"], row["document_number"], row["publisher"]) for title, row in done.records.items()
    } == {f"样本通知之{n}": (f"2020-12-{n:02}", f"样发〔2020〕{n}号", "样本局") for n in range(1, COUNT + 1)}


def test_a_service_that_gives_its_last_page_again_has_ended(tmp_path: Path) -> None:
    def last_again(asked: Asked) -> Served:
        return jsonp(
            Asked(asked.path, {**asked.query, "page": str(min(3, int(asked.query["page"])))}, None, asked.headers)
        )

    with Site({"/govsearch/jsonp/zf_jd_list.jsp": last_again, **details()}) as site:
        done = listed(site, tmp_path, JSONP)
    assert (done.status, done.problems) == (0, {})
    assert done.ledger == [("通知公告1", None, 3, COUNT, COUNT, 1)]


# --- govsearch in HTML ---


def html_list(asked: Asked) -> str:
    lines = "".join(
        f'<li><a href="/zwgk/202012/t202012{n:02}_{n}.html" title="样本通知之{n}">样本通...</a><span class="date1">索引号：000-{n}</span>'
        f'<span class="date2">文号：样发〔2020〕{n}号</span><span class="date3">发文日期：2020年12月{n:02}日</span></li>'
        for n in numbers(int(asked.query.get("page", "1")))
    )
    told = f"var m_nRecordCount = {COUNT}; var m_nCurrPage = {int(asked.query.get('page', '1')) - 1}; var m_nPageSize = {SIZE};"
    return trs_page(
        f'<div class="index_right_content"><ul>{lines}</ul></div><script>{told} PageContext.drawNavigator();</script>'
    )


def test_a_list_of_govsearch_in_html(tmp_path: Path) -> None:
    with Site({"/govsearch/search.jsp": html_list, **details()}) as site:
        done = listed(site, tmp_path, "/govsearch/search.jsp?SType=1")
        asked = [path for path in site.requests if "govsearch" in path]
    assert asked == [f"/govsearch/search.jsp?SType=1{end}" for end in ("", "&page=2", "&page=3")]
    assert (done.status, done.problems) == (0, {})
    assert done.ledger == [("通知公告1", 3, 3, COUNT, COUNT, 1)]
    assert done.families["通知公告1"][0] == "trs_igs"
    assert {
        title: (row["index_number"], row["created_on"], row["document_number"]) for title, row in done.records.items()
    } == {f"样本通知之{n}": (f"000-{n}", f"2020-12-{n:02}", f"样发〔2020〕{n}号") for n in range(1, COUNT + 1)}


# --- IRS: a search page that its script fills ---

SEARCH = "/irs-c-web/search.shtml?code=17d1d69fedf&dataTypeId=259&searchWord=%E9%80%9A%E7%9F%A5&tenantId=128"


def irs(asked: Asked) -> Served:
    form = json.loads(asked.form or "")
    wanted = {"code": "17d1d69fedf", "dataTypeId": "259", "searchWord": "通知", "searchBy": "all", "tenantId": "128"}
    if (
        not wanted.items() <= form.items()
        or not form["orderBy"]
        or asked.headers["content-type"][:16] != "application/json"
    ):
        return data({"success": False, "msg": "样本错误"})
    boxed = [
        {"type": "common", "data": {"title": f"样本<em>通知</em>之{n}", "title_no_tag": f"样本通知之{n}", "time": f"2020-12-{n:02} 08:00:00",
                                    "url": f"http://{asked.headers['host']}/zwgk/202012/t202012{n:02}_{n}.html", "source": "样本局"}}
        for n in numbers(form["pageNo"])
    ]  # fmt: skip
    plain = [each["data"] for each in boxed]
    middle = {"listAndBox": boxed, "list": None} if form["pageNo"] == 2 else {"list": plain}
    pager = {"pageNo": form["pageNo"], "pageSize": SIZE, "pageCount": 3, "total": COUNT}
    return data({"success": True, "data": {"middle": middle, "pager": pager}})


def test_a_search_page_of_irs(tmp_path: Path) -> None:
    shell = trs_page('<div id="app"></div>', head='<script src="/irs-c-web/js/app.js"></script>')
    with Site({"/irs-c-web/search.shtml": shell, "/irs/front/search": irs, **details()}) as site:
        done = listed(site, tmp_path, SEARCH)
    assert (done.status, done.problems) == (0, {})
    assert done.ledger == [("通知公告1", 3, 3, COUNT, COUNT, 1)]
    ((family, reason),) = done.families.values()
    assert (family, reason) == ("trs_igs", "a search page of IRS with its code")
    assert {title: (row["published_on"], row["publisher"]) for title, row in done.records.items()} == {
        f"样本通知之{n}": (f"2020-12-{n:02}", "样本局") for n in range(1, COUNT + 1)
    }


# --- what an answer says ---

LIST = "http://www.county.gov.cn/igs/front/search/list.html?pageNumber=2"


def igs_answer(**told: object) -> Answer:
    said = {"content": [{"BT": "样本"}], "total": "38546", "pageNumber": 2, "totalPages": 1000, **told}
    return Answer(LIST, json.dumps({"page": said}))


def test_totals_as_texts_and_pages_up_to_the_last() -> None:
    assert FAMILY.read(igs_answer()).paging == Paging(1000, 38546, LIST.replace("=2", "=3"))
    assert FAMILY.read(igs_answer(pageNumber=1000)).paging == Paging(1000, 38546)
    assert FAMILY.read(igs_answer(total=None, totalPages="2")).paging == Paging(2, None)


def test_an_empty_page_ends_a_list_and_an_error_does_not() -> None:
    assert FAMILY.read(igs_answer(content=[])).ended
    assert FAMILY.read(Answer(LIST, '{"num": 0, "data": []}')).ended
    for error in (
        '{"code": 500}',
        '{"page": null}',
        '{"page": {"content": null}}',
        '{"data": {"msg": "样本"}}',
        "[]",
        '"x"',
    ):
        assert FAMILY.read(Answer(LIST, error)) == FAMILY.read(Answer(LIST, "{}"))
        assert not FAMILY.read(Answer(LIST, error)).ended


@pytest.mark.parametrize(
    ("said", "fields"),
    [
        ({"BT": "甲", "bt": "乙"}, {"title": "甲"}),
        ({"title": "样<em>本</em>...", "title_no_tag": "样本全名"}, {"title": "样本全名"}),
        ({"DOCTITLE": "甲", "FileName": "甲的文件名", "FWZH": "无"}, {"title": "甲的文件名"}),
        ({"BT": "甲", "FBRQ": "2006-08-20T18:59:36.000Z", "CWRQ": "2006-08-20T00:00:00.000+0800"},
         {"title": "甲", "published_on": "2006-08-21", "created_on": "2006-08-20"}),
        ({"BT": "甲", "PUBDATE": 1156100376000}, {"title": "甲", "published_on": "2006-08-21"}),
        ({"BT": "甲", "Effectivestate": "0", "AVAILABLE": True, "highlight": {}}, {"title": "甲"}),
    ],
)  # fmt: skip
def test_keys_of_different_sites(said: dict[str, Any], fields: dict[str, str]) -> None:
    (row,) = FAMILY.read(igs_answer(content=[said])).rows
    assert (row.url, row.fields) == (None, fields)


def test_objects_that_say_nothing_are_no_rows() -> None:
    assert (
        FAMILY.read(igs_answer(content=[{}, None, "x", {"highlight": {}}, {"DOCPUBURL": "http://x/"}, {"BT": ""}])).rows
        == ()
    )


@pytest.mark.parametrize(
    ("url", "text", "family"),
    [
        (LIST, "{}", "trs_igs"),
        ("http://x/", '{"page": {"content": [], "orderProperty": "FBRQ"}}', "trs_igs"),
        ("http://x/", '{"data": {"middle": {"list": []}}}', "trs_igs"),
        ("http://x/", 'result({"num": 1, "data": [{"puburl": "http://x/1.html"}]})', "trs_igs"),
        ("http://x/govsearch/search.jsp", "<p>样本</p>", "trs_igs"),
        ("http://x/", '{"page": {"content": [], "totalElements": 3}}', "plain"),
        ("http://x/", '{"data": {"total": 1, "results": [{"url": "http://x/1.html"}]}}', "plain"),
        ("http://x/", "<form action='http://x/govsearch/simp_gov_list.jsp'>", "plain"),
        ("http://x/search?code=17d1d69fedf", "<p>样本</p>", "plain"),
    ],
)
def test_what_marks_an_answer(url: str, text: str, family: str) -> None:
    assert detect(Answer(url, text)).family.name == family


KEYS = ["page", "content", "data", "middle", "list", "listAndBox", "pager", "pageNo", "pageCount", "total", "tip", "puburl", "BT",
        "orderProperty", "num"]  # fmt: skip


@settings(deadline=None, max_examples=150)
@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5),
                    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner)),
       st.none() | st.sampled_from(["{}", "x", '{"pageNo": 1}', "[1]"]))  # fmt: skip
def test_any_data_is_read(said: object, form: str | None) -> None:
    for url in (LIST, "http://x/irs/front/search", "http://x/s?code=17d1d69fedf"):
        answer = Answer(url, json.dumps(said), form)
        FAMILY.marks(answer)
        for row in FAMILY.read(answer).rows:
            assert row.source_fields
