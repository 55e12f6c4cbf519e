"""TRS WCM: a site whose lists are files and whose pagers are written by scripts (portals.md §1, §2.2)."""

from pathlib import Path

import pytest
from hypothesis import given, settings

from crawler.families.detection import FAMILIES, detect
from crawler.services.answer import Answer
from tests.conftest import Answer as Served
from tests.families.golden_site import SAMPLE, GoldenSite, crawled
from tests.hostile import markup

LIST = "http://www.county.gov.cn/zwgk/gsgg/"


def test_a_directory_whose_pager_is_a_script(tmp_path: Path) -> None:
    with GoldenSite("trs", "directory_*", "record_with_text_in_trs_editor") as site:
        site.answers["/zwgk/gsgg/P020200103549500303101.pdf"] = Served(
            b"%PDF-1.4\n%%EOF", content_type="application/pdf"
        )
        done = crawled(site, tmp_path, "/zwgk/gsgg/")
    assert site.asked_for("/zwgk/gsgg/index") == ["/zwgk/gsgg/index_1.html", "/zwgk/gsgg/index_2.html"]
    assert done.ledger == [(3, 3, None, 7, 1)]
    assert (done.family, "records at tYYYYMMDD_<id>.html" in done.reason) == ("trs", True)
    assert {title: (row.get("published_on"), row["url"]) for title, row in done.records.items()} == {
        "样本公告之一": ("2020-01-09", "/zwgk/gsgg/202001/t20200109_101.html"),
        "样本公告之二，题目完整": ("2020-01-08", "/zwgk/gsgg/202001/t20200108_102.html"),
        "样本解读，在别的栏目": ("2020-01-07", "/zcjd/202001/t20200107_103.html"),
        "样本公告，在别的网站": ("2020-01-06", "http://other.example.org/202001/t20200106_104.html"),
        "样本公告，日期没有年份": (None, "/zwgk/gsgg/202001/t20200105_105.html"),
        "样本附件，直接链接": ("2020-01-03", "/zwgk/gsgg/P020200103549500303101.pdf"),
        "样本公告之七": ("2020-01-02", "/zwgk/gsgg/202001/t20200102_107.html"),
    }
    assert done.flags() == {"样本公告，在别的网站": ["off_site"], "样本公告，日期没有年份": ["date_unreadable"]}
    assert done.records["样本公告之一"].items() >= {"index_number": "000-1/2020-00101", "body": SAMPLE}.items()
    assert (done.status, [kind for kind, _ in done.problems]) == (
        1,
        ["off_site", "attachment"],
    )  # the file that a row leads to has no text


def test_a_page_of_the_list_that_is_missing_is_noticed(tmp_path: Path) -> None:
    with GoldenSite("trs", "directory_whose_pager_is_a_script", "directory_rows_off_site_and_without_year") as site:
        done = crawled(site, tmp_path, "/zwgk/gsgg/")
    assert done.ledger == [(3, 2, None, 5, 0)]
    assert (done.status, [kind for kind, _ in done.problems]) == (1, ["off_site", "not_found"])


def test_a_list_of_govsearch_that_says_its_number_of_rows_in_a_script(tmp_path: Path) -> None:
    with GoldenSite("trs", "govsearch_*") as site:
        done = crawled(site, tmp_path, "/pub/3300/index_7401.htm")
    assert site.asked_for("index_7401_") == ["/pub/3300/index_7401_1.htm", "/pub/3300/index_7401_2.htm"]
    assert (done.whole, done.ledger) == (True, [(3, 3, 7, 7, 1)])
    assert (done.family, "m_nRecordCount" in done.reason) == ("trs", True)
    names = ("index_number", "created_on", "document_number", "publisher", "topic")
    assert {title: [row[name] for name in names] for title, row in done.records.items()} == {
        f"样本决定书之{row}": [f"4000-{row}", f"2021-08-1{row}", f"〔2021〕{row}号", "样本局", "样本分类"]
        for row in range(1, 8)
    }


# --- what marks it ---


def family_of(html: str, url: str = LIST) -> str:
    return detect(Answer(url, html)).family.name


@pytest.mark.parametrize(
    "html",
    [
        "<a href=./202001/t20200109_1.html>样本</a>",
        "<a href='../../zcjd/202001/t20200109_1.shtml'>样本</a>",
        '<a href="http://www.county.gov.cn/202001/t20200109_1.htm">样本</a>',
        '<a href="//zfxxgk.county.gov.cn/202001/t20200109_1.htm">样本</a>',
        "<div class=TRS_Editor><DIV class=cas_content><P>样本</P></DIV></div>",
        '<div class="view TRS_UEDITOR trs_paper_default trs_external"><p>样本</p></div>',
        '<a class="CurrChnlCls" href="../">样本</a>',
        "<script>var m_nRecordCount = 1; var m_nPageSize = 20;</script>",
    ],
)
def test_what_marks_a_page(html: str) -> None:
    assert family_of(html) == "trs"


def test_a_records_own_address_marks_it() -> None:
    assert family_of("<p>样本</p>", LIST + "202001/t20200109_1.html") == "trs"


@pytest.mark.parametrize(
    "html",
    [
        "",
        '<a href="http://www.other.gov.cn/202001/t20200109_1.html">别的网站</a>',
        '<a href="http://www.other.gov.cn/?u=http://www.county.gov.cn/202001/t20200109_1.html">别的网站</a>',
        '<a href="http://notcounty.gov.cn/202001/t20200109_1.html">别的网站</a>',
        '<a href="/art/2020/3/1/art_1_2.html">样本</a><script>createPageHTML(3, 0, "list", "shtml")</script>',
        '{"url": "./202001/t20200109_1.html", "class": "TRS_Editor"}',
        'result({"url": "./202001/t20200109_1.html"})',
        "var m_nRecordCount = 1",
    ],
)
def test_what_does_not_mark_a_page(html: str) -> None:
    assert family_of(html) == "plain"


def test_the_county_template_is_told_from_others_by_more_marks() -> None:
    html = '<ul><li><a href="./201712/t20171219_1.html">样本</a></li></ul><div class="hover_box"></div><a class="CurrChnlCls">首页</a><script>createPageHTML(1, 0, "list", "html")</script>'
    assert family_of(html) == "trs_county"
    assert family_of(html, "http://www.county.gov.cn/xxgk_13518/zfxxgkml/yqhy/list.html") == "trs_county"
    assert family_of(html.replace("hover_box", "box")) == "trs"
    assert FAMILIES["trs_county"].marks(Answer(LIST + "xxgk/zfxxgkml/list.html", "<p>样本</p>")) == ()


@settings(deadline=None, max_examples=100)
@given(markup)
def test_any_page_is_judged_and_read(html: str) -> None:
    answer = Answer(LIST, html)
    for family in FAMILIES.values():
        family.marks(answer)
        family.read(answer)
