"""Saved pages of real portals, with values read by hand; their folder is given by DISCLOSURES_PAGES."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from crawler.extract.detail import read_detail
from crawler.extract.labels import squash
from crawler.extract.lists import read_rows
from crawler.extract.tree import parse_html
from crawler.families.trs_county import read_paging
from crawler.middlewares.charset import encoding_of

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


def test_a_home_page_has_no_pager() -> None:
    page = {"file": "ucap/yichun_home_2023.html"}
    assert read_paging(root(page), "https://www.yichun.gov.cn/").next_url is None
