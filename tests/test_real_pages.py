"""Saved pages of real portals with values read by hand, as `disclosures probe` reads them, with no family given."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from archive.model.observations import Row
from crawler.extract.field_labels import squash
from crawler.probe.page_reading import NOWHERE, Fetched, Probed, read_answer

FOLDER = os.environ.get("DISCLOSURES_PAGES")
pytestmark = pytest.mark.skipif(not FOLDER, reason="DISCLOSURES_PAGES names no folder of real pages")

DATA = ("json/guangxi_igs_search_2020.json", "json/tianjin_igs_search_2020.json")
COLUMNS = {"名称": "title", "索引号": "index_number", "发布机构": "publisher", "发布日期": "published_on"}
KEYS = {"title": "title", "index_no": "index_number", "publisher": "publisher", "date": "published_on"}


def probed(file: str, url: str = NOWHERE) -> Probed:
    body = (Path(FOLDER or "") / file).read_bytes()
    return read_answer(Fetched(url, 200, body, "", cut=False), url)


def expected(kind: str) -> list[Any]:
    if not FOLDER:
        return []
    lines = (Path(FOLDER) / "EXPECTED.jsonl").read_text(encoding="utf-8").splitlines()
    pages = [json.loads(line) for line in lines]
    return [pytest.param(page, id=page["file"]) for page in pages if page["kind"].startswith(kind)]


def is_row(row: Row, wanted: dict[str, str]) -> None:
    for key, name in KEYS.items():
        assert row.fields.get(name) == wanted.get(key), name
    if "href" in wanted:
        assert str(row.url).endswith(wanted["href"].lstrip("./"))
    if "doc_id" in wanted:
        assert f"_{wanted['doc_id']}." in str(row.url)


@pytest.mark.parametrize("wanted", expected("list"))
def test_lists(wanted: dict[str, Any]) -> None:
    page = probed(wanted["file"], wanted.get("url", "http://www.stats.gov.cn/tjsj/zxfb/"))
    rows, paging = page.listed.rows, page.listed.paging
    assert page.kind == "list"
    assert len(rows) == wanted["rows"]
    is_row(rows[0], wanted["first_row"])
    if "last_row" in wanted:
        is_row(rows[-1], wanted["last_row"])
    assert {COLUMNS[column] for column in wanted.get("columns", ())} <= rows[0].fields.keys()
    assert paging.pages_claimed == wanted["pages"]
    assert paging.rows_claimed == wanted.get("total_claimed")
    if "next" in wanted:
        assert str(paging.next_url).endswith(wanted["next"])
    if "static_pages" in wanted:
        assert paging.pages_here == wanted["static_pages"]
    if "breadcrumb" in wanted:
        assert list(page.listed.breadcrumb) == wanted["breadcrumb"]
    if "same_title_rows" in wanted:
        same = [row for row in rows if any(f"_{number}." in str(row.url) for number in wanted["same_title_rows"])]
        assert len({row.url for row in same}) == len(wanted["same_title_rows"])
        assert len({(row.fields["title"], row.fields["published_on"]) for row in same}) == 1


@pytest.mark.parametrize("wanted", expected("detail"))
def test_details(wanted: dict[str, Any]) -> None:
    page = probed(wanted["file"], wanted["url"])
    assert (page.kind, page.listed.rows) == ("detail", ())
    record = page.record
    printed = {squash(label): value for label, value in record.source_fields.items()}
    for label, value in wanted.get("meta", {}).items():
        assert printed.get(squash(label)) == value, label
    for label in wanted.get("only_in_html_comments", []):
        assert label not in printed
    if "title" in wanted:
        assert record.fields["title"] == wanted["title"]
    if "breadcrumb" in wanted:
        assert list(record.breadcrumb) == wanted["breadcrumb"]
    if "time" in wanted:
        assert record.fields["published_on"] == wanted["time"][:10]
    if "source" in wanted:
        assert record.fields["publisher"] in {
            wanted["source"],
            wanted["meta"]["发文机关"] if "meta" in wanted else None,
        }
    names = [file.name for file in record.attachments]
    assert names == wanted.get("attachment_names", names)
    assert len(names) == wanted.get("attachments", 0)


@pytest.mark.parametrize(
    ("file", "blocked"),
    [
        ("trs/handan_index_2020.html", False),
        ("ucap/yichun_home_2023.html", False),
        ("waf/nx_yundi_block_fragment.html", True),
    ],
)
def test_home_pages_and_refusals_are_what_they_are(file: str, blocked: bool) -> None:
    page = probed(file)
    assert (page.kind, page.listed.rows, page.blocked is not None) == ("other", (), blocked)
    assert page.record.fields == {}


@pytest.mark.parametrize("wanted", [*expected("list"), *expected("detail")])
def test_the_family_is_told(wanted: dict[str, Any]) -> None:
    page = probed(wanted["file"], wanted.get("url", "http://www.stats.gov.cn/tjsj/zxfb/"))
    assert page.detected is not None
    told = {"trs": "trs", "trs_fj": "trs_fujian", "ucap": "ucap"}[wanted["file"].partition("/")[0]]
    assert page.detected.family.name in {told, "trs"}
    assert page.detected.reason


def test_lists_that_come_as_data() -> None:
    assert {probed(file).detected.family.name for file in DATA} == {"trs_igs"}  # type: ignore[union-attr]
    jiangsu = probed(
        "hanweb/jiangsu_dataproxy_records_2020.xml", "http://www.jiangsu.gov.cn/module/web/jpage/dataproxy.jsp?page=1"
    )
    assert jiangsu.detected
    assert jiangsu.detected.family.name == "hanweb_jpage"
    site = "http://www.jiangsu.gov.cn/art/2020/3"
    assert [(row.url, row.fields["published_on"], row.fields["title"]) for row in jiangsu.listed.rows] == [
        (f"{site}/23/art_46143_9019230.html", "2020-03-23", "省政府关于进一步深化高考综合改革的若干意见"),
        (f"{site}/19/art_46144_9017328.html", "2020-03-19", "省政府办公厅关于印发江苏省突发环境事件应急预案的通知"),
        (f"{site}/19/art_46144_9017327.html", "2020-03-19", "省政府办公厅关于印发江苏省太湖蓝藻暴发应急预案的通知"),
        (f"{site}/19/art_46144_9017297.html", "2020-03-19", "省政府办公厅关于印发省政府 2020 年立法工作计划的通知"),
    ]
    (tianjin,) = probed("json/tianjin_igs_search_2020.json").listed.rows
    assert (tianjin.fields["index_number"], tianjin.fields["published_on"], tianjin.fields["created_on"]) == (
        "11120000MB1908811Q/2020-04798",
        "2020-12-21",
        "2020-12-18",
    )
    guangxi = probed("json/guangxi_igs_search_2020.json").listed
    assert [(row.fields["index_number"], row.fields["published_on"]) for row in guangxi.rows] == [
        ("000014349/2020-405310", "2006-08-21")
    ]
