"""gkmlpt, written after portals.md §2.7: two catalogues of one page, their rows from a service, records as data in scripts."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from archive.model.observations import ListPage
from crawler.families.detection import FAMILIES, detect
from crawler.services.answer import Answer
from crawler.spiders.pages import read_record
from tests.conftest import Answer as Served
from tests.conftest import Asked, Site, crawl, disclosures, portal_file, rows
from tests.families.saved_pages import answer_in, needs_pages, saved
from tests.hostile import lines_run, markup

GKMLPT = FAMILIES["gkmlpt"]
INDEX = "/xyz/gkmlpt/index"
SERVICE = "/xyz/gkmlpt/api/all/"
LAST = 203
ELSEWHERE = "http://other.example/x.pdf"
OWN = 20
"""So many records have a page on the portal; all others lead to another site, which keeps the test short."""


def title(number: int) -> str:
    return f"样本市关于样本事项之{number}的通知（仅供测试）"


def address(number: int) -> str:
    return f"/xyz/gkmlpt/content/10/{number}/post_{10000 + number}.html"


def away(number: int) -> str:
    return f"http://mp.weixin.qq.com/s/{number}"


def day(number: int) -> str:
    return f"2020-{1 + number % 12:02}-{1 + number % 28:02}"


def seconds(number: int) -> int:
    """Half past midnight in China of a record's day, which is another day in UTC."""
    return int(datetime.fromisoformat(f"{day(number)}T00:30:00+08:00").astimezone(UTC).timestamp())


def article(number: int, home: str) -> dict[str, Any]:
    said: dict[str, Any] = {
        "id": 10000 + number, "title": title(number), "document_number": f"样府办〔2020〕{number}号",
        "identifier": f"000000000/2020-00{number:03}", "publisher": "样本市样本局", "keywords": "样本,测试",
        "date": seconds(number) - 86400, "created_at": f"{day(number)} 00:00:00", "display_publish_time": seconds(number),
        "abstract": "", "classify_main": 2036, "classify_main_name": "通知公告", "classify_genre_name": "通知",
        "classify_theme_name": "样本主题", "url": home + address(number), "post_url": home + address(number),
        "is_expired": 0, "is_abolished": 0, "attachment": [], "relation": None,
    }  # fmt: skip
    odd: dict[int, dict[str, Any]] = {
        2: {"title": title(2)[:9] + "...", "document_number": "", "date": 0},
        3: {"url": away(3), "post_url": ""},
        4: {"is_abolished": 1},
        5: {"url": "", "post_url": address(5), "is_expired": "1"},
        6: {"url": "", "post_url": None},
        7: {"title": "<b>" + title(7) + "</b>", "display_publish_time": "0", "created_at": ""},
    }
    return {**said, **({"url": away(number)} if number > OWN else {}), **odd.get(number, {})}


def service(listed: list[int], home: str, total: bool) -> Callable[[Asked], Served]:
    def answer(asked: Asked) -> Served:
        assert asked.query["sid"] == "755001"
        page = int(asked.query["page"])
        articles = [article(number, home) for number in listed[(page - 1) * 100 : page * 100]]
        data = {"articles": articles, **({"total": len(listed), "classify": {"post_count": 900}} if total else {})}
        return Served(json.dumps(data), content_type="application/json")

    return answer


def config(**said: object) -> str:
    values = "".join(f",\n {name}: {json.dumps(value)}" for name, value in said.items())
    return f"<script>window._CONFIG = {{\n SITE_NAME: '样本市',\n SID:'755001'{values},\n SEARCH_JSONP_URL: '//search.example/jsonp' }};</script>"


def index(home: str) -> Served:
    tree = [{"id": 2036, "name": "通知公告", "children": [], "jump_url": "", "post_count": 900}]
    around = '<div class="news"><ul><li><a href="/n/1.html">滚动样本</a><span>2020-01-01</span></li></ul></div>'
    body = f"<html><head><title>样本</title>{config(TREE=tree)}</head><body>{around}<div id='app'></div><a href='{INDEX}'>目录</a></body></html>"
    return Served(body, headers=(("ETag", '"index"'),))


def content(number: int) -> str:
    """A record's page: text and metadata as data, the brackets escaped as the platform escapes them."""
    html = f"<p>样本正文之{number}，仅供测试。</p><script>var x = 1;</script>"
    if number < 3:
        html += f"<p>附件：<a href='/attachment/7/{number}.txt'>样本附件{number}.txt</a> <a href='{ELSEWHERE}'>别处样本.pdf</a></p>"
    said = {"id": 10000 + number, "title": title(number), "identifier": f"000000000/2020-00{number:03}", "content": html,
            "document_number": f"样府办〔2020〕{number}号", "display_publish_time": seconds(number)}  # fmt: skip
    detail = json.dumps(said).replace("<", "\\u003C").replace(">", "\\u003E")
    script = f'<script>window._CONFIG = {{ SID:\'755001\', DETAIL: {detail}, LIKE: {{ "content": "别的" }} }};</script>'
    return f"<html><head><title>样本市样本局</title>{script}</head><body><a href='{INDEX}'>目录</a><div id='app'></div></body></html>"


def site_of(catalogues: dict[int, list[int]], total: bool = True) -> Site:
    site = Site({address(number): content(number) for listed in catalogues.values() for number in listed})
    home = site.url.rstrip("/")
    site.answers[INDEX] = lambda asked: Served(status=304) if "if-none-match" in asked.headers else index(home)
    for catalogue, listed in catalogues.items():
        site.answers[f"{SERVICE}{catalogue}"] = service(listed, home, total)
    for number in {number for listed in catalogues.values() for number in listed}:
        site.answers[f"/attachment/7/{number}.txt"] = Served(
            "样本附件的正文，仅供测试。", content_type="text/plain; charset=utf-8"
        )
    return site


@pytest.mark.parametrize(
    ("total", "requests"), [(True, 3), (False, 4)], ids=["total claimed", "ends with an empty answer"]
)
def test_a_catalogue_is_crawled_whole(tmp_path: Path, total: bool, requests: int) -> None:
    listed = list(range(1, LAST + 1))
    with site_of({2036: listed}, total) as site:
        portal = portal_file(tmp_path, site.url, ("notice", "通知公告", f"{INDEX}#2036"))
        done = crawl(portal, tmp_path / "a.db")
        home = site.url.rstrip("/")
        assert len([path for path in site.requests if path.startswith(SERVICE)]) == requests
    assert done.returncode == 0, done.stdout + done.stderr
    found = {int(str(row["index_number"])[-3:]): row for row in rows(tmp_path / "a.db", "SELECT * FROM records")}
    assert sorted(found) == listed
    for number in listed:
        row = found[number]
        own = number not in {3, 6} and number <= OWN
        assert row["title"] == title(number)
        if number == 6:
            assert f"{INDEX}#row-" in str(row["url"])
        else:
            assert row["url"] == (home + address(number) if own else away(number))
        assert row["document_number"] == f"样府办〔2020〕{number}号"
        assert (row["publisher"], row["topic"]) == ("样本市样本局", "样本主题")
        assert row["published_on"] == day(number)
        assert row["validity"] == {4: "废止", 5: "失效"}.get(number)
        files = f"\n附件：样本附件{number}.txt 别处样本.pdf" if number < 3 else ""
        assert row["body"] == (f"样本正文之{number}，仅供测试。{files}" if own else None)
        assert json.loads(str(row["flags"])) == ([] if own or number == 6 else ["off_site"])
    written = {number: row["created_on"] for number, row in found.items()}
    assert written[1] == datetime.fromtimestamp(seconds(1) - 86400 + 8 * 3600, UTC).date().isoformat()
    assert (written[2], written[7]) == (
        day(2),
        datetime.fromtimestamp(seconds(7) - 86400 + 8 * 3600, UTC).date().isoformat(),
    )
    (ledger,) = rows(tmp_path / "a.db", "SELECT rows_claimed, rows_read, complete FROM ledger")
    assert ledger == {"rows_claimed": LAST if total else None, "rows_read": LAST, "complete": 1}
    assert rows(tmp_path / "a.db", "SELECT family, family_reason FROM catalogs") == [
        {"family": "gkmlpt", "family_reason": "the configuration of gkmlpt"}
    ]
    assert rows(tmp_path / "a.db", "SELECT outcome FROM crawls") == [{"outcome": "finished"}]
    files = rows(
        tmp_path / "a.db",
        "SELECT a.name, a.url, a.state FROM attachments a JOIN records r ON r.id = record_id WHERE r.url LIKE '%10001.html' ORDER BY a.name",
    )
    assert [(file["name"], file["url"]) for file in files] == [
        ("别处样本.pdf", ELSEWHERE), ("样本附件1.txt", f"{home}/attachment/7/1.txt"),
    ]  # fmt: skip
    assert [file["state"] for file in files] == ["off_site", "text"]
    assert rows(tmp_path / "a.db", "SELECT * FROM problems") == []


def test_catalogues_told_apart_by_what_stands_behind_the_hash(tmp_path: Path) -> None:
    """One page, two catalogues: sealed under their own addresses, updated, read again, and walked on after a break."""
    db = tmp_path / "a.db"
    with site_of({2036: [11, 12, 13], 2037: [13, 14]}) as site:
        catalogs = [("notice", "通知公告", f"{INDEX}#2036"), ("plan", "规划", f"{INDEX}#2037")]
        portal = portal_file(tmp_path, site.url, *catalogs)
        assert crawl(portal, db).returncode == 0
        listed = "SELECT c.title, count(*) AS n FROM listings JOIN catalogs c ON c.id = catalog_id GROUP BY c.id"
        assert rows(db, listed) == [{"title": "通知公告", "n": 3}, {"title": "规划", "n": 2}]
        done = crawl(portal, db, "--mode", "update")
        home = site.url.rstrip("/")
        index_pages = "SELECT url, outcome FROM captures WHERE crawl_id = ? AND url LIKE '%index%' ORDER BY id"
        for crawl_id, outcome in ((1, "page"), (2, "not_modified")):
            assert sorted(str(row["url"]) for row in rows(db, index_pages, crawl_id)) == [
                home + url for _, _, url in catalogs
            ]
            assert {row["outcome"] for row in rows(db, index_pages, crawl_id)} == {outcome}
        assert "0 new" in done.stdout
        site.answers[SERVICE + "2036"] = service([11, 13], home, True)
        site.answers[address(12)] = Served("<html>404</html>", status=404)
        assert crawl(portal, db, "--mode", "full").returncode == 0
    assert rows(db, "SELECT title, state FROM records WHERE state <> 'listed'") == [
        {"title": title(12), "state": "withdrawn"}
    ]
    assert rows(db, "SELECT kind, count(*) AS n FROM events GROUP BY kind") == [
        {"kind": "added", "n": 4},
        {"kind": "withdrawn", "n": 1},
    ]
    done = disclosures("reparse", "--db", db)
    assert done.returncode == 0
    assert "0 versions by the parser, 0 records found" in done.stdout, done.stdout + done.stderr


# --- saved pages ---


@needs_pages
@pytest.mark.parametrize("path", saved(but=""))
def test_no_mark_on_pages_of_other_software(path: Path) -> None:
    assert GKMLPT.marks(answer_in(path)) == ()
    assert GKMLPT.record(answer_in(path)) is None


# --- pages and answers by themselves ---

HOST = "http://www.county.gov.cn"


def read(text: str, url: str) -> ListPage:
    answer = Answer(url, text)
    assert detect(answer).family is GKMLPT
    return GKMLPT.read(answer)


@pytest.mark.parametrize(
    ("url", "following"),
    [
        (f"{INDEX}#2036", f"{SERVICE}2036?page=1&sid=755001"),
        (f"{INDEX}#/2036/list", f"{SERVICE}2036?page=1&sid=755001"),
        ("/gkmlpt/policy?x=1#7", "/gkmlpt/api/all/7?page=1&sid=755001"),
        (INDEX, None),
        (f"{INDEX}#top", None),
    ],
)
def test_the_way_from_a_page_to_its_service(url: str, following: str | None) -> None:
    page = read(f"{config()}<a href='{INDEX}'>", HOST + url)
    assert (page.rows, page.paging.next_url) == ((), HOST + following if following else None)


def test_a_page_that_does_not_say_whose_it_is() -> None:
    page = read("<script>window._CONFIG = {}</script>", f"{HOST}/gkmlpt/index#7")
    assert page.paging.next_url == f"{HOST}/gkmlpt/api/all/7?page=1"


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"articles":[]}', '{"articles":{}}', '{"articles":[7]}', "<p>样本错误</p>"]
)
def test_what_is_no_data_ends_the_list_unless_it_is_the_first_answer(text: str) -> None:
    assert read(text, f"{HOST}{SERVICE}7?page=2&sid=1") == ListPage((), ended=True)
    assert read(text, f"{HOST}{SERVICE}7?page=1&sid=1") == ListPage((), ended=False)


def test_the_list_ends_where_all_that_is_claimed_was_served() -> None:
    def following(count: int, total: int, page: int) -> str | None:
        text = json.dumps({"total": total, "articles": [article(20, HOST)] * count})
        return read(text, f"{HOST}{SERVICE}7?page={page}&sid=1").paging.next_url

    assert following(100, 200, 2) is None
    assert following(45, 145, 2) is None
    assert following(20, 145, 2) == f"{HOST}{SERVICE}7?page=3&sid=1"  # a server with pages of its own size
    assert following(45, 900, 2) == f"{HOST}{SERVICE}7?page=3&sid=1"  # more claimed than served


def test_a_records_page_whose_data_is_no_json_but_for_its_text() -> None:
    text = '<script>window._CONFIG = { DETAIL: { title: \'样本\', "content": "\\u003Cp\\u003E样本正文\\u003C/p\\u003E" } };</script><h1>样本标题</h1>'
    page = read_record(text, HOST + address(1), HOST + address(1), lambda _: True, cut=False)
    assert (page.fields["title"], page.body) == ("样本标题", "样本正文")


def test_labels_on_a_records_page_go_before_its_data() -> None:
    shown = "<table><tr><td>成文日期</td><td>2019年12月30日</td><td>名称</td><td>样本市...</td></tr></table>"
    page = read_record(
        content(1).replace("</body>", shown), HOST + address(1), HOST + address(1), lambda _: True, cut=False
    )
    assert (page.fields["created_on"], page.fields["published_on"], page.fields["title"]) == (
        "2019-12-30",
        day(1),
        title(1),
    )
    assert page.source_fields["成文日期"] == "2019年12月30日"


def test_files_listed_beside_the_text() -> None:
    listed = [{"name": "样本表.xls", "url": "/attachment/0/1.xls"}, {"url": ""}, "x", {"title": "空", "url": None}]
    detail = {"title": title(1), "content": "<p>样本正文</p>", "attachment": listed}
    page = read_record(config(DETAIL=detail), HOST + address(1), HOST + address(1), lambda _: True, cut=False)
    assert [(file.name, file.url, file.own) for file in page.attachments] == [
        ("样本表.xls", f"{HOST}/attachment/0/1.xls", True)
    ]


@settings(deadline=None, max_examples=150)
@given(st.lists(st.one_of(markup, st.sampled_from(["window._CONFIG", "DETAIL: {", '"content": "', "}", "SID:'1", '{"articles":[{"title":"', '"}]}', "/gkmlpt/"])),
                max_size=30).map("".join), st.sampled_from([f"{INDEX}#1", f"{SERVICE}1?page=x", "/gkmlpt/#9"]))  # fmt: skip
@example('{"articles":[{"title":"window._CONFIG SID:\'1\ud800\'', f"{INDEX}#1")
def test_any_text_is_read(text: str, path: str) -> None:
    answer = Answer(HOST + path, text)
    GKMLPT.marks(answer)
    GKMLPT.read(answer)
    GKMLPT.record(Answer(HOST + path, f"window._CONFIG = {{DETAIL: {text}"))


@settings(deadline=None, max_examples=100)
@given(st.recursive(st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text()), lambda inner: st.one_of(
    st.lists(inner), st.dictionaries(st.sampled_from(["articles", "total", "title", "url", "date", "attachment", "content"]), inner))))  # fmt: skip
def test_any_data_is_read(data: Any) -> None:
    GKMLPT.read(Answer(HOST + SERVICE + "1", json.dumps({"articles": [data], "total": data})))
    GKMLPT.record(
        Answer(
            HOST + address(1), f"_CONFIG = {{DETAIL: {json.dumps({'content': 'x', 'attachment': data, 'url': data})}"
        )
    )


@pytest.mark.parametrize("unit", ["_CONFIG DETAIL: {", '_CONFIG DETAIL: {"content": "', "SID: '", "DETAIL:[["])
def test_work_grows_with_the_page_and_no_faster(unit: str) -> None:
    small, large = (Answer(f"{HOST}{INDEX}#1", unit * times) for times in (50, 200))
    assert lines_run(lambda: (GKMLPT.read(large), GKMLPT.record(large))) < 5 * lines_run(
        lambda: (GKMLPT.read(small), GKMLPT.record(small))
    )
