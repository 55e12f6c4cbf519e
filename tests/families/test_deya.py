"""Deya's iList.jsp (portals.md §1 rows 5 and 19, §2.5), the old portals of Ningxia among them."""

from pathlib import Path

import pytest

from crawler.families.detection import FAMILIES
from crawler.services.answer import Answer
from tests.families.golden_site import SAMPLE, GoldenSite, crawled, page

DEYA = FAMILIES["deya"]
URL = "http://www.csx.gov.cn/info/iList.jsp?node_id=GKcsxzf&site_id=CMScsx&cat_id=10015&tm_id=2"


def test_a_list_of_disclosures(tmp_path: Path) -> None:
    with GoldenSite("deya", "table_*", "record_*") as site:
        done = crawled(site, tmp_path, "/info/iList.jsp?node_id=GKcsxzf&site_id=CMScsx&cat_id=10015&tm_id=2")
    assert done.whole
    assert done.ledger == [(3, 3, 5, 5, 1)]
    assert (done.family, done.reason) == (
        "deya", "made by /info/iList.jsp; pages counted by cur_page; nodes and sites called GK… and CMS…",
    )  # fmt: skip
    assert list(done.records) == [f"样本文件之{number}的全名" for number in range(1, 6)]
    assert done.records["样本文件之1的全名"] == {
        "url": "/csx/gk/1.htm", "index_number": "510683-2020-000001", "publisher": "样本局", "published_on": "2020-03-01",
        "document_number": "样发〔2020〕1号", "body": SAMPLE, "flags": [],
    }  # fmt: skip
    assert done.days() == [f"2020-03-0{number}" for number in range(1, 6)]  # of the second, its own page says the year
    assert done.flags() == {"样本文件之2的全名": ["date_unreadable"], "样本文件之3的全名": ["off_site"]}
    assert "#row-" in str(done.records["样本文件之4的全名"]["url"])


def test_an_old_list_by_cat_id_alone_whose_pager_is_a_script(tmp_path: Path) -> None:
    with GoldenSite("deya", "old_*") as site:
        done = crawled(site, tmp_path, "/info/iList.jsp?cat_id=2036")
    assert site.asked_for("iList") == [
        f"/info/iList.jsp?cat_id=2036{end}" for end in ("", "&cur_page=2", "&cur_page=3")
    ]
    assert list(done.records) == [f"样本要闻之{number}的全名" for number in range(1, 6)]
    assert (done.whole, done.ledger, done.family) == (True, [(3, 3, 5, 5, 1)], "deya")


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
