"""Saved pages of real portals, with values read by hand; their folder is given by DISCLOSURES_PAGES."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from archive.charset import encoding_of
from crawler.extract.detail import read_detail
from crawler.extract.labels import squash
from crawler.extract.lists import read_rows
from crawler.extract.tree import parse_html
from crawler.families.pager import read_paging

FOLDER = os.environ.get("DISCLOSURES_PAGES")
pytestmark = pytest.mark.skipif(not FOLDER, reason="DISCLOSURES_PAGES names no folder of real pages")


def expected(kind: str) -> list[Any]:
    if not FOLDER:
        return []
    lines = (Path(FOLDER) / "EXPECTED.jsonl").read_text(encoding="utf-8").splitlines()
    pages = [json.loads(line) for line in lines]
    return [pytest.param(page, id=page["file"]) for page in pages if page["kind"].startswith(kind)]


def root(page: dict[str, Any]) -> Any:
    body = (Path(FOLDER or "") / page["file"]).read_bytes()
    return parse_html(body.decode(encoding_of(body), errors="replace"))


@pytest.mark.parametrize("page", expected("list"))
def test_lists(page: dict[str, Any]) -> None:
    url = page.get("url", "http://www.stats.gov.cn/tjsj/zxfb/")
    rows = read_rows(root(page), url)
    assert len(rows) == page["rows"]
    first, wanted = rows[0], page["first_row"]
    assert first.fields["title"] == wanted["title"]
    assert first.fields["published_on"] == wanted["date"]
    for name, key in (("index_number", "index_no"), ("publisher", "publisher")):
        assert first.fields.get(name) == wanted.get(key)
    assert str(first.url).endswith(wanted["href"].lstrip("./"))


@pytest.mark.parametrize("page", expected("detail"))
def test_details(page: dict[str, Any]) -> None:
    read = read_detail(root(page), page["url"])
    printed = {squash(label): value for label, value in read.source_fields.items()}
    for label, value in page.get("meta", {}).items():
        assert printed.get(squash(label)) == value, label
    for label in page.get("only_in_html_comments", []):
        assert label not in printed
    if "title" in page:
        assert read.fields["title"] == page["title"]
    if "breadcrumb" in page:
        assert list(read.breadcrumb) == page["breadcrumb"]


def test_pagers() -> None:
    handan = read_paging(
        root({"file": "trs/handan_list_2020.html"}), "http://hdzfxxgk.hd.gov.cn/zfwj/jinqixxgk/index.html"
    )
    assert handan.next_url == "http://hdzfxxgk.hd.gov.cn/zfwj/jinqixxgk/index_1.html"
    stats = read_paging(
        root({"file": "trs/stats_gov_cn_list_2020_fragment.html"}), "http://www.stats.gov.cn/tjsj/zxfb/"
    )
    assert (stats.pages_claimed, stats.next_url) == (25, "http://www.stats.gov.cn/tjsj/zxfb/index_1.html")


def test_the_last_row_and_rows_of_one_title_and_date() -> None:
    rows = read_rows(root({"file": "trs_fj/pingtan_list_gzjzqk.html"}), "https://www.pingtan.gov.cn/zwgk/ghxx/gzjzqk/")
    assert rows[-1].fields == {
        "title": "2021年第一季度区公安局治安巡特警支队开展保安单位“双随机”抽查工作情况",
        "published_on": "2021-04-16",
    }
    same = [row for row in rows if any(f"_{number}.htm" in str(row.url) for number in (33305, 37845, 37849))]
    assert len({(row.fields["title"], row.fields["published_on"]) for row in same}) == 1
    assert len({row.url for row in same}) == 3


def test_a_home_page_has_no_pager() -> None:
    page = {"file": "ucap/yichun_home_2023.html"}
    assert read_paging(root(page), "https://www.yichun.gov.cn/").next_url is None
