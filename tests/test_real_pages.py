"""Saved pages of real portals with values read by hand, as `disclosures probe` reads them, with no family given."""

from typing import Any

import pytest

from archive.model.observations import Row
from crawler.extract.field_labels import SOURCES, squash
from crawler.probe.page_reading import NOWHERE, Fetched, Probed, read_answer
from tests.saved_pages import expected_values, needs_saved_pages, saved

pytestmark = needs_saved_pages

DATA = ("json/guangxi_igs_search_2020.json", "json/tianjin_igs_search_2020.json")
COLUMNS = {"名称": "title", "索引号": "index_number", "发布机构": "publisher", "发布日期": "published_on"}
MEDIA = {"中国平潭", "山西日报"}
"""Sources that are no agencies."""

FAMILIES_OF = {
    "trs": "trs", "trs_fj": "trs_fujian", "ucap": "ucap", "hanweb": "hanweb_jpage", "jpaas": "jpaas", "gkmlpt": "gkmlpt",
}  # fmt: skip
"""Folders of pages, and the family of their portals' software; a record's page may show none of its marks."""

TOO_LITTLE = {"wuxi_intertid/liangxi_box_2025_fragment.html"}
"""A box of two labels and nothing else: too little to tell what kind of page it is from."""

KEYS = {"title": "title", "index_no": "index_number", "publisher": "publisher", "date": "published_on"}


def probed(file: str, url: str = NOWHERE) -> Probed:
    return read_answer(Fetched(url, 200, saved(file).read_bytes(), "", cut=False), url)


def expected(kind: str) -> list[Any]:
    return [pytest.param(page, id=page["file"]) for page in expected_values() if page["kind"].startswith(kind)]


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
    if "first_row" in wanted:
        is_row(rows[0], wanted["first_row"])
    if "last_row" in wanted:
        is_row(rows[-1], wanted["last_row"])
    for row in rows[:1]:
        assert {COLUMNS[column] for column in wanted.get("columns", ())} <= row.fields.keys()
    if "pages" in wanted:
        assert paging.pages_claimed == wanted["pages"]
    if rows:
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


@pytest.mark.parametrize("wanted", [*expected("home"), *expected("not government")])
def test_no_row_is_made_up(wanted: dict[str, Any]) -> None:
    page = probed(wanted["file"], wanted["url"])
    assert len(page.listed.rows) == wanted["rows"]
    assert page.kind != "list"


@pytest.mark.parametrize("wanted", expected("detail"))
def test_real_records_are_read(wanted: dict[str, Any]) -> None:
    page = probed(wanted["file"], wanted["url"])
    if wanted["file"] in TOO_LITTLE:
        assert page.listed.rows == ()
        return
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
    if "meta_PubDate" in wanted:
        assert record.fields["published_on"] == wanted["meta_PubDate"][:10]
        assert "date_from_meta" in record.doubts
    names = [file.name for file in record.attachments]
    also = wanted.get("attachment_names_also")
    assert names in (wanted.get("attachment_names", names), [also])
    assert len(names) == wanted.get("attachments", len(wanted.get("attachment_names", [])))
    assert record.read_at.keys() == record.fields.keys()


@pytest.mark.parametrize("wanted", expected("detail"))
def test_sources_and_publishers(wanted: dict[str, Any]) -> None:
    record = probed(wanted["file"], wanted["url"]).record
    stated = [value for label, value in record.source_fields.items() if squash(label) in SOURCES]
    if "source" not in wanted:
        return
    assert stated == [wanted["source"]]
    labelled = {"发文机关", "发布机构"} & wanted.get("meta", {}).keys()
    expected_publisher = next((wanted["meta"][label] for label in labelled), wanted["source"])
    is_medium = not labelled and wanted["source"] in MEDIA
    assert record.fields.get("publisher") == (None if is_medium else expected_publisher)
    assert ("publisher_from_source" in record.doubts) == (not labelled and not is_medium)


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
    if wanted["file"] in TOO_LITTLE:
        return
    assert page.detected is not None
    told = FAMILIES_OF.get(wanted["file"].partition("/")[0], "plain")
    assert page.detected.family.name in {told, "trs", "plain"}
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
