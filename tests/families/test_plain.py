"""Lists that no product's marks are on: a table or list that says what it is, and any link to the next page (portals.md §3)."""

from pathlib import Path

import pytest

from crawler.families.detection import detect
from crawler.services.answer import Answer
from tests.families.golden_site import SAMPLE, GoldenSite, crawled, page

TITLES = [f"样本文件之{number}的全名" for number in range(1, 7)]


def test_a_table_under_a_header(tmp_path: Path) -> None:
    with GoldenSite("plain", "table_columns_*", "table_with_*", "record_with_labels_in_a_line") as site:
        done = crawled(site, tmp_path, "/list/1.html")
    assert done.whole
    assert done.ledger == [(3, 3, 6, 6, 1)]
    assert (done.family, done.reason) == ("plain", "no product's marks on the page")
    assert list(done.records) == TITLES
    assert done.records[TITLES[0]] == {
        "url": "/d/1.html", "index_number": "A1/2019-00001", "publisher": "样本局", "published_on": "2019-03-01",
        "created_on": "2019-03-01", "body": SAMPLE, "flags": [],
    }  # fmt: skip
    assert done.days() == ["2019-03-01", "2019-03-02", None, "2019-03-04", "2019-03-05", "2019-03-06"]
    assert done.flags() == {TITLES[2]: ["date_unreadable"]}


def test_a_list_of_links_and_dates(tmp_path: Path) -> None:
    with GoldenSite("plain", "list_row_off_site", "list_middle_page", "list_row_leads_to_a_file") as site:
        site.answers["/files/5.txt"] = "样本附件，仅供测试"
        done = crawled(site, tmp_path, "/links/1.html")
    assert {row["url"]: row["published_on"] for row in done.records.values()} == {
        **{f"/d/{n}.html": f"2019-03-0{n}" for n in (1, 3, 4, 6)},
        "http://localhost:9/x.html": "2019-03-02",
        "/files/5.txt": "2019-03-05",
    }
    assert (list(done.records), done.ledger) == (TITLES, [(3, 3, 6, 6, 1)])


def test_an_article_list_of_eportal(tmp_path: Path) -> None:
    with GoldenSite("plain", "eportal_*") as site:
        done = crawled(site, tmp_path, "/eportal/ui?pageId=6817552&moduleId=3bb4&formKey=GOV_OPEN")
    assert (done.whole, done.ledger, done.family) == (True, [(3, 3, 6, 6, 1)], "plain")
    assert [(row["document_number"], row["created_on"]) for row in done.records.values()] == [
        (f"样政〔2019〕{number}号", f"2019-03-0{number}") for number in range(1, 7)
    ]
    assert done.records[TITLES[0]].items() >= {"index_number": "A1/2019-00001", "body": SAMPLE, "flags": []}.items()


@pytest.mark.parametrize("text", ["", "{}", "<html></html>", "\x00\ud800", page("<p>样本</p>")])
def test_nothing_else_claims_such_pages(text: str) -> None:
    found = detect(Answer("http://www.csx.gov.cn/zwgk/list.html", text))
    assert (found.family.name, found.reason) == ("plain", "no product's marks on the page")
