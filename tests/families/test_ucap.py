"""UCAP (portals.md §2.6): pages of the site, pages of its service, and first pages that lead from one to the other."""

from pathlib import Path

import pytest

from crawler.families.detection import FAMILIES
from crawler.services.answer import Answer
from tests.families.golden_site import SAMPLE, GoldenSite, crawled

UCAP = FAMILIES["ucap"]
SERVICE = "/common/search/cafe0123456789abcdef0123456789ab?_isAgg=true&_isJson=true&_pageSize=2&_template=index"


def test_pages_written_by_the_server(tmp_path: Path) -> None:
    records = "record_with_a_box_of_metadata", "record_of_the_older_template"
    with GoldenSite("ucap", "table_*", *records) as site:
        done = crawled(site, tmp_path, "/csxrmzf/zcwj/xxgk_list.shtml")
    assert done.whole
    assert done.ledger == [(3, 3, 6, 6, 1)]
    assert (done.family, "records at /YYYYMM/<32 hex digits>.shtml or the like" in done.reason) == ("ucap", True)
    assert list(done.records) == [f"样本文件之{number}的全名" for number in range(1, 7)]
    assert done.records["样本文件之1的全名"].items() >= {
        "index_number": "01474222/2022-00001", "publisher": "样本局", "published_on": "2022-07-11",
        "responsible_department": "样本局", "disclosure_mode": "主动公开", "body": SAMPLE,
    }.items()  # fmt: skip
    assert [row["index_number"] for row in done.records.values()] == [
        f"01474222/2022-0000{number}" for number in range(1, 7)
    ]
    assert done.days() == ["2022-07-11", "2022-07-12", None, "2022-07-12", "2022-07-15", "2017-05-15"]
    # 07-13 in the list: the address has no day to agree with
    assert done.flags() == {
        "样本文件之1的全名": ["date_differs"],  # 07-12 on its own page
        "样本文件之3的全名": ["date_unreadable"],
        "样本文件之4的全名": ["off_site"],
        "样本文件之6的全名": ["date_differs"],
    }


@pytest.mark.parametrize(
    "first", ["empty_list_whose_script_counts_pages", "empty_list_whose_script_names_the_first_page"]
)
def test_a_first_page_without_rows_leads_to_the_service(tmp_path: Path, first: str) -> None:
    url = "/csxrmzf/gsgg/list.shtml" if "names" in first else "/csxrmzf/tzgg/list.shtml"
    with GoldenSite("ucap", first, "service_first_page", "service_with_metadata", "service_last_page") as site:
        done = crawled(site, tmp_path, url)
    assert (done.whole, done.ledger, done.family) == (True, [(3, 4, 5, 5, 1)], "ucap")
    assert list(done.records) == [f"样本公告之{number}" for number in range(1, 6)]
    assert done.records["样本公告之3"].items() >= {
        "index_number": "01474222/2022-00003", "publisher": "样本办", "published_on": "2022-07-13", "created_on": "2022-07-01",
    }.items()  # fmt: skip
    assert done.flags() == {}


def test_a_first_page_with_rows_leads_to_the_services_second(tmp_path: Path) -> None:
    with GoldenSite("ucap", "rows_that_go_on_in_the_service", "service_with_metadata", "service_last_page") as site:
        done = crawled(site, tmp_path, "/csxrmzf/xwdt/list.shtml")
    assert ["page=2" in path for path in site.asked_for("/common/search/")] == [True, False]
    assert (done.whole, done.ledger) == (True, [(3, 3, 5, 5, 1)])


def test_the_older_search_service_as_a_catalogue(tmp_path: Path) -> None:
    with GoldenSite("ucap", "older_search_service*", "record_in_a_box_without_values") as site:
        done = crawled(site, tmp_path, "/u/search/wjk/rs?keywords=&column=undefined&curPage=1&PageSize=2")
    assert (done.whole, done.ledger, done.family) == (True, [(3, 3, 5, 5, 1)], "ucap")
    names = "index_number", "publisher", "published_on", "created_on"
    assert [[row[name] for name in names] for row in done.records.values()] == [
        [f"00817365-1/2020-0000{number}", "样本办公室", "2020-01-10", "2020-01-09"] for number in range(1, 6)
    ]


@pytest.mark.parametrize(
    "said",
    ["", "[]", "{}", '{"data": []}', '{"data": {"results": null}}', '{"data": {"results": [null, 1, "x"], "total": "x"}}',
     '{"data": {"results": [{"url": 5, "title": {}, "domainMetaList": [1, {"resultList": [0, {"name": 3}]}]}]}}', "{" * 9000],
)  # fmt: skip
def test_any_answer_of_the_service_is_read(said: str) -> None:
    read = UCAP.read(Answer(f"http://www.csx.gov.cn{SERVICE}&page=1", said))
    assert all(row.url is None for row in read.rows)
