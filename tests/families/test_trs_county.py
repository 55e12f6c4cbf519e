"""The county template of TRS: rows that are a `ul` each with a hidden box, lists that go on in list_1.html (portals.md §2.1)."""

from pathlib import Path

from tests.families.golden_site import SAMPLE, GoldenSite, crawled


def test_a_countys_list(tmp_path: Path) -> None:
    with GoldenSite("trs_county", "list_*", "record_*") as site:
        done = crawled(site, tmp_path, "/xxgk_13518/zfxxgkml/yqhy/list.html")
    assert done.whole
    assert done.ledger == [(3, 3, None, 7, 1)]
    assert done.family == "trs_county"
    assert done.reason.startswith("addresses under /xxgk/zfxxgkml/; a hover box beside each row; records at")
    titles = [f"样本回应之{number}，题目完整" for number in range(1, 7)]
    assert list(done.records) == [*titles, "样本回应之七"]
    assert done.records[titles[0]] == {
        "url": "/xxgk_13518/zfxxgkml/yqhy/201712/t20171201_1.html", "index_number": "640424-101/2017-00001",
        "publisher": "样本县政府办", "created_on": "2017-12-01", "responsible_department": "样本科", "disclosure_period": "长期公开",
        "disclosure_mode": "主动公开", "document_number": "样发〔2017〕1号", "body": "样本正文，仅供测试。", "flags": [],
    }  # fmt: skip
    assert [(done.records[title]["index_number"], done.records[title]["created_on"]) for title in titles] == [
        (f"640424-101/2017-0000{number}", f"2017-12-0{number}") for number in range(1, 7)
    ]
    assert done.records["样本回应之七"].keys() == {"url", "body", "flags"}
    assert done.flags() == {titles[3]: ["off_site"]}
    assert done.records[titles[2]]["url"] == "/xxgk_13518/zcjd/201712/t20171203_3.html"
    assert done.records[titles[2]]["body"] == SAMPLE
