"""gkmlpt, written after portals.md §2.7: two catalogues of one page, their rows from a service, records as data in scripts."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from archive.model.observations import ListPage
from crawler.families.detection import FAMILIES, detect
from crawler.services.answer import Answer
from tests.conftest import Answer as Served
from tests.conftest import SiteRequest, crawl, disclosures, rows
from tests.families.golden_site import GoldenSite, crawled
from tests.hostile import lines_run, markup

GKMLPT = FAMILIES["gkmlpt"]
INDEX = "/xyz/gkmlpt/index"
SERVICE = "/xyz/gkmlpt/api/all/"
HOST = "http://www.county.gov.cn"


def title(number: int) -> str:
    return f"样本市关于样本事项之{number}的通知（仅供测试）"


def address(number: int) -> str:
    return f"/xyz/gkmlpt/content/10/{number}/post_{10000 + number}.html"


def test_a_catalogue_is_crawled_whole(tmp_path: Path) -> None:
    with GoldenSite("gkmlpt", "index_of_catalogues_by_number", "service_odd_articles", "record_*") as site:
        site.answers["/attachment/7/1.txt"] = Served(
            "样本附件的正文，仅供测试。", content_type="text/plain; charset=utf-8"
        )
        done = crawled(site, tmp_path, f"{INDEX}#2036")
    assert len(site.asked_for(SERVICE)) == 1
    assert (done.whole, done.ledger) == (True, [(None, 2, 9, 9, 1)])
    assert (done.family, done.reason) == ("gkmlpt", "the configuration of gkmlpt")
    assert list(done.records) == [title(number) for number in range(1, 10)]
    assert done.records[title(1)] == {
        "url": address(1), "index_number": "000000000/2020-00001", "publisher": "样本市样本局", "published_on": "2020-02-02",
        "document_number": "样府办〔2020〕1号", "created_on": "2020-02-01", "topic": "样本主题", "flags": [],
        "body": "样本正文之1，仅供测试。\n附件：样本附件1.txt 别处样本.pdf",
    }  # fmt: skip
    assert done.days() == [
        "2020-02-02",
        "2020-03-03",
        "2020-04-04",
        "2020-05-05",
        "2020-06-06",
        "2020-07-07",
        None,
        "2020-09-09",
        "2020-10-10",
    ]
    assert [row["document_number"] for row in done.records.values()] == [
        f"样府办〔2020〕{number}号" for number in range(1, 10)
    ]
    validity = {number: done.records[title(number)].get("validity") for number in range(1, 10)}
    assert {number: word for number, word in validity.items() if word} == {4: "废止", 5: "失效"}
    assert done.flags() == {title(3): ["off_site"]}
    assert f"{INDEX}#row-" in str(done.records[title(6)]["url"])
    assert rows(done.db, "SELECT name, url, state FROM attachments ORDER BY name") == [
        {"name": "别处样本.pdf", "url": "http://192.0.2.7/x.pdf", "state": "unavailable"},
        {"name": "样本附件1.txt", "url": f"{site.url}attachment/7/1.txt", "state": "text"},
    ]


def test_a_catalogue_that_claims_no_total_ends_with_an_empty_answer(tmp_path: Path) -> None:
    names = "index_of_catalogues_by_number", "service_that_claims_no_total*", "service_behind_its_last_page"
    with GoldenSite("gkmlpt", *names) as site:
        done = crawled(site, tmp_path, f"{INDEX}#2038")
    assert len(site.asked_for(SERVICE)) == 3
    assert (done.whole, done.ledger) == (True, [(None, 4, None, 3, 1)])


def test_catalogues_told_apart_by_what_stands_behind_the_hash(tmp_path: Path) -> None:
    """One page, two catalogues: sealed under their own addresses, updated, read again, and walked on after a break."""

    def index(request: SiteRequest) -> Served:
        tagged = replace(site.answered(request), headers=(("ETag", '"index"'),))
        return Served(status=304) if "if-none-match" in request.headers else tagged

    names = "index_of_catalogues_by_number", "service_odd_articles", "service_that_claims_no_total*"
    with GoldenSite("gkmlpt", *names, "service_behind_its_last_page") as site:
        site.answers[INDEX] = index
        done = crawled(site, tmp_path, f"{INDEX}#2036", f"{INDEX}#2038")
        portal, db, home = tmp_path / "county.toml", done.db, site.url.rstrip("/")
        assert done.whole
        listed = "SELECT c.title, count(*) AS n FROM listings JOIN catalogs c ON c.id = catalog_id GROUP BY c.id"
        assert rows(db, listed) == [{"title": "公告1", "n": 9}, {"title": "公告2", "n": 3}]
        assert "0 new" in crawl(portal, db, "--mode", "update").stdout
        pages = "SELECT url, outcome FROM captures WHERE crawl_id = ? AND url LIKE '%index%' ORDER BY url"
        for crawl_id, outcome in ((1, "page"), (2, "not_modified")):
            assert rows(db, pages, crawl_id) == [
                {"url": f"{home}{INDEX}#{number}", "outcome": outcome} for number in (2036, 2038)
            ]
        site.answers[address(10)] = Served("<html>404</html>", status=404)
        site.answers[SERVICE + "2038"] = lambda asked: without_last(site.answered(asked))
        assert crawl(portal, db, "--mode", "full").returncode == 0
    assert rows(db, "SELECT title, state FROM records WHERE state <> 'listed'") == [
        {"title": title(10), "state": "withdrawn"}
    ]
    assert rows(db, "SELECT kind, count(*) AS n FROM events GROUP BY kind") == [
        {"kind": "added", "n": 10}, {"kind": "withdrawn", "n": 1},
    ]  # fmt: skip
    done_again = disclosures("reparse", "--db", db)
    assert done_again.returncode == 0
    assert "0 versions by the parser, 0 records found" in done_again.stdout, done_again.stdout + done_again.stderr


def without_last(answer: Served) -> Served:
    """An answer of the service without record 10."""
    articles = [article for article in json.loads(answer.body)["articles"] if article["id"] != 10010]
    return replace(answer, body=json.dumps({"articles": articles}))


# --- answers by themselves ---


def read(text: str, url: str) -> ListPage:
    answer = Answer(url, text)
    assert detect(answer).family is GKMLPT
    return GKMLPT.read(answer)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"articles":[]}', '{"articles":{}}', '{"articles":[7]}', "<p>样本错误</p>"]
)
def test_what_is_no_data_ends_the_list_unless_it_is_the_first_answer(text: str) -> None:
    assert read(text, f"{HOST}{SERVICE}7?page=2&sid=1") == ListPage((), ended=True)
    assert read(text, f"{HOST}{SERVICE}7?page=1&sid=1") == ListPage((), ended=False)


def test_the_list_ends_where_all_that_is_claimed_was_served() -> None:
    def following(count: int, total: int, page: int) -> str | None:
        text = json.dumps({"total": total, "articles": [{"title": "样本", "url": "/1.html"}] * count})
        return read(text, f"{HOST}{SERVICE}7?page={page}&sid=1").paging.next_url

    assert following(100, 200, 2) is None
    assert following(45, 145, 2) is None
    assert following(20, 145, 2) == f"{HOST}{SERVICE}7?page=3&sid=1"  # a server with pages of its own size
    assert following(45, 900, 2) == f"{HOST}{SERVICE}7?page=3&sid=1"  # more claimed than served


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
