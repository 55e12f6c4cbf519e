"""Saved pages of TRS sites, with values read by hand; their folder is given by DISCLOSURES_PAGES."""

import json
from typing import Any

import pytest

from archive.evidence.text_encoding import encoding_of
from archive.model.observations import ListPage, Paging
from crawler.families.detection import detect
from crawler.services.answer import Answer
from tests.saved_pages import needs_saved_pages, saved

pytestmark = needs_saved_pages

HANDAN = "http://hdzfxxgk.hd.gov.cn/zfwj/jinqixxgk/"
IGS = "/igs/front/search/list.html?pageSize=10&pageNumber="
PAGES = {
    "trs/handan_list_2020.html": ("trs", HANDAN + "index.html"),
    "trs/handan_detail_2020.html": ("trs", "http://hdzfxxgk.hd.gov.cn/gszbm/auto23716/202008/t20200802_1352104.html"),
    "trs/handan_index_2020.html": ("trs", "http://hdzfxxgk.hd.gov.cn/"),
    "trs/wuhan_scjg_detail_2018.html": ("trs", "http://gsj.wuhan.gov.cn:9091/zwgk/whgszwgk/zwgk/zcfg/fl/201803/t20180314_224599.html"),
    "trs/stats_gov_cn_list_2020_fragment.html": ("trs", "http://www.stats.gov.cn/tjsj/zxfb/"),
    "trs_fj/pingtan_list_gzjzqk.html": ("trs_fujian", "https://www.pingtan.gov.cn/zwgk/ghxx/gzjzqk/"),
    "trs_fj/pingtan_detail_77553.html": ("trs_fujian", "https://www.pingtan.gov.cn/zwgk/202212/t20221229_77553.htm"),
    "trs_fj/pingtan_detail_2450_attachments.html": ("trs_fujian", "https://www.pingtan.gov.cn/zwgk/gsgg/201511/t20151111_2450.htm"),
    "json/tianjin_igs_search_2020.json": ("trs_igs", f"http://www.tj.gov.cn{IGS}2"),
    "json/guangxi_igs_search_2020.json": ("trs_igs", f"http://www.gxzf.gov.cn{IGS}602"),
    "ucap/yichun_home_2023.html": (None, "https://www.yichun.gov.cn/"),
    "ucap/wanzai_2022_detail.html": (None, "http://www.wanzai.gov.cn/wzxrmzf/tjsja/202305/7215380191c5400397df5d7d0b5fd06b.shtml"),
    "hanweb/jiangsu_dataproxy_records_2020.xml": (None, "http://www.jiangsu.gov.cn/module/web/jpage/dataproxy.jsp?columnid=76841"),
    "vsb/attachment_li_fragments.html": (None, "http://www.county.gov.cn/info/1010/2020.htm"),
    "waf/nx_yundi_block_fragment.html": (None, "http://www.nx.gov.cn/"),
}  # fmt: skip


def answer(file: str, url: str = "") -> Answer:
    body = saved(file).read_bytes()
    return Answer(url or PAGES[file][1], body.decode(encoding_of(body), errors="replace"))


def read(file: str) -> ListPage:
    page = answer(file)
    return detect(page).family.read(page)


@pytest.mark.parametrize("file", PAGES)
def test_the_family_of_each_page(file: str) -> None:
    family = detect(answer(file)).family.name
    assert family == PAGES[file][0] if PAGES[file][0] else not family.startswith("trs")


KNOWN_BY_THEMSELVES = (
    "trs/handan_list_2020.html",
    "trs/wuhan_scjg_detail_2018.html",
    "trs/stats_gov_cn_list_2020_fragment.html",
    "trs_fj/pingtan_list_gzjzqk.html",
    "trs_fj/pingtan_detail_77553.html",
    "json/tianjin_igs_search_2020.json",
    "json/guangxi_igs_search_2020.json",
)


@pytest.mark.parametrize("file", KNOWN_BY_THEMSELVES)
def test_a_page_is_known_without_its_address(file: str) -> None:
    assert detect(answer(file, "http://www.county.gov.cn/saved")).family.name == PAGES[file][0]


@pytest.mark.parametrize("file", [file for file in PAGES if "detail" in file and "trs" in file])
def test_a_records_page_is_no_list(file: str) -> None:
    assert read(file).rows == ()


def test_what_lists_claim() -> None:
    assert read("trs/handan_list_2020.html").paging == Paging(56, 6348, HANDAN + "index_1.html")
    assert read("trs/handan_list_2020.html").breadcrumb == ("首页", "政府文件", "近期信息公开")
    stats = read("trs/stats_gov_cn_list_2020_fragment.html").paging
    assert stats == Paging(25, None, "http://www.stats.gov.cn/tjsj/zxfb/index_1.html")
    pingtan = read("trs_fj/pingtan_list_gzjzqk.html")
    paging = pingtan.paging
    assert (len(pingtan.rows), paging.pages_claimed, paging.rows_claimed, paging.pages_here) == (75, 8, 107, 5)
    assert paging.next_url == "https://www.pingtan.gov.cn/fjdzapp/search"
    form = str(paging.next_form).split("&")
    assert {"channelid=200210", "classsql=chnlid%3D1780", "page=6", "prepage=15"} <= set(form)


@pytest.mark.parametrize(
    ("file", "paging", "fields"),
    [
        (
            "json/tianjin_igs_search_2020.json",
            Paging(1000, 38546, f"http://www.tj.gov.cn{IGS}3"),
            {"index_number": "11120000MB1908811Q/2020-04798", "document_number": "津商流通〔2020〕20 号",
             "publisher": "天津市商务局", "published_on": "2020-12-21", "created_on": "2020-12-18", "topic": "政务公开"},
        ),
        (
            "json/guangxi_igs_search_2020.json",
            Paging(602, 6014),
            {"index_number": "000014349/2020-405310", "publisher": "广西壮族自治区人民政府办公厅", "published_on": "2006-08-21"},
        ),
    ],
)  # fmt: skip
def test_answers_of_igs(file: str, paging: Paging, fields: dict[str, Any]) -> None:
    page = read(file)
    (row,) = page.rows
    said = json.loads(answer(file).text)["page"]["content"][0]
    title = said.get("BT") or said["FileName"]
    assert (row.url, row.fields) == (said["DOCPUBURL"], {"title": title, **fields})
    assert page.paging == paging
