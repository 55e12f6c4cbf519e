"""Lonsun (portals.md §1 row 23, §2.9), known from behaviour only: first pages, the service behind them, two variants."""

from pathlib import Path

import pytest

from tests.families.golden_site import SAMPLE, GoldenSite, crawled

COLUMN = "/public/column/6616411?type=4&action=list&nav=3"
TITLES = [f"样本文件之{number}，它的全名比服务肯给的长度还要长一些" for number in range(1, 8)]


@pytest.mark.parametrize(
    ("first", "url", "pages", "requests"),
    [
        ("column_filled_by_a_service", f"{COLUMN}&catId=6721221", 4, ["1", "2", "3"]),
        ("column_with_rows_and_a_service", f"{COLUMN}&catId=6721221&variant=1", 3, ["2", "3"]),
        ("column_that_turns_its_own_pages*", f"{COLUMN}&catId=7", 3, []),
    ],
)
def test_a_column_and_its_service(tmp_path: Path, first: str, url: str, pages: int, requests: list[str]) -> None:
    services = "service_cut_titles", "service_odd_rows", "service_last_page"
    with GoldenSite("lonsun", first, *services, "record_*") as site:
        done = crawled(site, tmp_path, url)
    assert [path.rpartition("pageIndex=")[2] for path in site.asked_for("/label/")] == requests
    assert done.whole
    assert done.ledger == [(3, pages, 7, 7, 1)]
    assert done.family == "lonsun"
    assert list(done.records) == TITLES
    assert done.records[TITLES[0]] == {
        "url": "/public/6616411/8001.html", "index_number": "11330000/2021-00001", "publisher": "样本局", "published_on": "2021-06-01",
        "created_on": "2021-06-01", "document_number": "样发〔2021〕1号", "body": SAMPLE, "flags": [],
    }  # fmt: skip
    assert done.days() == [f"2021-06-0{number}" if number != 4 else None for number in range(1, 8)]
    assert done.flags() == {TITLES[2]: ["off_site"], TITLES[3]: ["date_unreadable"]}
    assert "#row-" in str(done.records[TITLES[4]]["url"])


def test_the_two_variants(tmp_path: Path) -> None:
    lists = "/OpennessContent/showList/483/10100/page_1.html", "/opennessTarget/?branch_id=54&topic_id=52&page=1"
    with GoldenSite("lonsun", "openness_*") as site:
        done = crawled(site, tmp_path, *lists)
    assert done.whole
    assert done.ledger == [(None, 3, None, 6, 1), (None, 3, None, 6, 1)]
    assert done.family == "lonsun"
    assert done.days() == [f"2020-08-0{number}" for number in range(1, 7)]
    assert done.records["样本文件之1"] == {
        "url": "/OpennessContent/show/1.html", "index_number": "115200001/2020-00001", "publisher": "样本办",
        "published_on": "2020-08-01", "body": SAMPLE, "flags": ["publisher_from_source"],
    }  # fmt: skip
