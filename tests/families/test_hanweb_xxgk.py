"""Hanweb's xxgk module, written after portals.md §2.4: a county whose lists come from a form sent to search.jsp."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.families.detection import FAMILIES
from crawler.services.answer import Answer
from tests.conftest import Answer as Served
from tests.conftest import SiteRequest, crawl, disclosures, rows
from tests.families.golden_site import GoldenSite, crawled
from tests.hostile import lines_run, markup

XXGK = FAMILIES["hanweb_xxgk"]
COLUMN = "/col/col11565/index.html"
SERVICE = "/module/xxgk/search.jsp"
HOST = "http://www.county.gov.cn"
TITLES = [f"样本县样本局关于样本事项之{number}的通知（仅供测试）" for number in range(1, 12)]


@pytest.mark.parametrize(
    ("first", "number", "list_pages"),
    [
        ("column_drawn_later_by_load_dynamic", 11565, 4),
        ("column_with_hidden_fields", 11566, 3),
        ("column_whose_form_is_in_a_script", 11567, 3),
    ],
)
def test_a_county_is_crawled_whole(tmp_path: Path, first: str, number: int, list_pages: int) -> None:
    with GoldenSite("hanweb_xxgk", first, "fragment_*", "record_*") as site:
        done = crawled(site, tmp_path, f"/col/col{number}/index.html")
    assert done.whole, done.problems
    assert done.ledger == [(3, list_pages, None, 11, 1)]
    assert (done.family, f"rows served by {SERVICE}" in done.reason) == ("hanweb_xxgk", True)
    assert rows(done.db, "SELECT path FROM catalogs") == [{"path": "首页 > 样本公开"}]
    assert list(done.records) == TITLES
    assert done.records[TITLES[0]] == {
        "url": "/art/2020/3/1/art_11565_1.html", "index_number": "002276772/2020-00001", "published_on": "2020-03-01",
        "document_number": "样办发〔2020〕1号", "body": "样本正文之1，仅供测试。", "flags": [],
    }  # fmt: skip
    assert done.days() == [f"2020-03-{n:02}" for n in range(1, 12)]
    assert [row.get("index_number") for row in done.records.values()] == [
        f"002276772/2020-000{n:02}" if n not in {6, 7} else None for n in range(1, 12)
    ]
    assert done.records[TITLES[4]]["url"] == "http://other.example/art/1.html"
    assert "#row-" in str(done.records[TITLES[5]]["url"])
    assert done.flags() == {TITLES[4]: ["off_site"]}


def test_updates_withdrawals_and_reading_again_with_pages_asked_for_by_post(tmp_path: Path) -> None:
    def without_two(request: SiteRequest) -> Served:
        lines = str(site.answered(request).body).replace("\n<tr", "\0<tr").split("\0")
        kept = [line for line in lines if "art_11565_2.html" not in line and "art_11565_9.html" not in line]
        return Served("\n".join(kept))

    with GoldenSite("hanweb_xxgk", "column_drawn_later_by_load_dynamic", "fragment_*", "record_*") as site:
        done = crawled(site, tmp_path, COLUMN)
        portal, db = tmp_path / "county.toml", done.db
        assert crawl(portal, db, "--mode", "update").returncode == 0
        assert rows(db, "SELECT kind, count(*) AS n FROM events GROUP BY kind") == [{"kind": "added", "n": 11}]
        site.answers[SERVICE] = without_two
        site.answers["/art/2020/3/2/art_11565_2.html"] = Served("<html><body>404</body></html>", status=404)
        assert crawl(portal, db, "--mode", "full").returncode == 0
    gone = rows(db, "SELECT title, state FROM records WHERE state <> 'listed' ORDER BY id")
    assert gone == [{"title": TITLES[1], "state": "withdrawn"}, {"title": TITLES[8], "state": "unlisted"}]
    walked = rows(
        db, "SELECT c.url, count(*) AS n FROM walks JOIN captures c ON c.id = capture_id WHERE look = 1 GROUP BY c.url"
    )
    assert [str(row["url"]).removeprefix(site.url) for row in walked] == [COLUMN[1:], SERVICE[1:]]
    again = disclosures("reparse", "--db", db)
    assert again.returncode == 0, again.stdout + again.stderr
    assert "0 versions by the parser, 0 records found" in again.stdout


def test_a_list_asked_for_by_get_goes_on_by_get(tmp_path: Path) -> None:
    first = "/module/xxgk/subjectinfo.jsp?area=1&sortfield=compaltedate:0&currpage=1&binlay="
    with GoldenSite("hanweb_xxgk", "subjectinfo_*") as site:
        done = crawled(site, tmp_path, first)
    assert first.replace("currpage=1", "currpage=2") in site.requests
    assert (done.status, len(done.records)) == (0, 11)


def test_a_page_that_does_not_name_its_form_is_a_problem(tmp_path: Path) -> None:
    with GoldenSite("hanweb_xxgk", "column_that_names_no_form") as site:
        done = crawled(site, tmp_path, "/col/col11568/index.html")
    assert SERVICE not in site.requests
    assert (done.status, "pages_missing" in dict(done.problems)) == (1, True)
    assert [walk[3:] for walk in done.ledger] == [(4, 0)]


@settings(deadline=None, max_examples=150)
@given(st.lists(st.one_of(markup, st.sampled_from(["<tr class=tr_main_value_odd>", "<a syh mc=x rq=1>", SERVICE, "?area=1&", "loadDynamic('",
                                                   "','", "')", "funGoPage(", "共9页", "<table class=tb_title>"])), max_size=30).map("".join),
       st.sampled_from([COLUMN, SERVICE]), st.one_of(st.none(), st.text()))  # fmt: skip
def test_any_text_is_read(text: str, path: str, form: str | None) -> None:
    answer = Answer(HOST + path, text, form)
    XXGK.marks(answer)
    XXGK.read(answer)


@pytest.mark.parametrize(
    "unit",
    [
        SERVICE,
        f"loadDynamic('{SERVICE}",
        "<tr><td><tr>",
        "<table><tr class=tr_main_value_odd><td>",
        "<tr><a mc=1>",
        "funGoPage(a,",
        "<input name=a value=b>",
    ],
)
def test_work_grows_with_the_page_and_no_faster(unit: str) -> None:
    small, large = (Answer(HOST + COLUMN, unit * times) for times in (50, 200))
    assert lines_run(lambda: XXGK.read(large)) < 5 * lines_run(lambda: XXGK.read(small))
