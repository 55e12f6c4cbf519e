"""No text, table or markup makes the reading of a page raise, or take longer than the page is long."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.families.detection import FAMILIES
from crawler.probe.page_reading import Fetched, Probed, read_answer
from crawler.services.answer import Answer
from crawler.spiders.pages import read_list, read_record
from tests.hostile import lines_run, markup, texts

PLACES = st.sampled_from(
    (
        "http://www.county.gov.cn/xxgk/zfxxgkml/yqhy/list.html",
        "http://www.county.gov.cn/zwgk/",
        "http://www.county.gov.cn/col/col76841/index.html",
        "http://www.county.gov.cn/gkmlpt/index#2036",
        "http://www.county.gov.cn/module/xxgk/search.jsp?currpage=2",
        "http://www.county.gov.cn/info/iList.jsp?cat_id=7&cur_page=1",
        "http://www.county.gov.cn/public/column/483?type=4&action=list",
    )
)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), texts),
    lambda inside: st.one_of(st.lists(inside, max_size=4), st.dictionaries(st.text(max_size=8), inside, max_size=4)),
    max_leaves=12,
)
KEYS = (
    "page",
    "content",
    "data",
    "results",
    "list",
    "articles",
    "total",
    "totalPages",
    "title",
    "url",
    "puburl",
    "BT",
    "html",
)
DATA = st.dictionaries(
    st.sampled_from(KEYS), st.one_of(VALUES, st.dictionaries(st.sampled_from(KEYS), VALUES)), max_size=6
)
SCRIPTS = st.sampled_from(
    (
        'createPageHTML({}, 0, "list", "html")',
        "var m_nRecordCount = {};",
        "var countPage={} //",
        "window._CONFIG = {{{}}}",
        "dataStore = ['{}'",
        "{}",
    )
)
PAGES = st.one_of(
    markup,
    texts,
    st.builds(lambda data: json.dumps(data, ensure_ascii=False), DATA),
    st.builds(lambda data: f"\ufeff\r\nresult({json.dumps(data)});", DATA),
    st.builds(
        lambda inner, page: f"<datastore><recordset><record><![CDATA[{inner}]]></record></recordset>{page}",
        markup,
        markup,
    ),
    st.builds(
        lambda script, inner, page: f"<html><script>{script.format(inner)}</script>{page}", SCRIPTS, texts, markup
    ),
)


@settings(max_examples=300, deadline=None)
@given(PLACES, PAGES, st.one_of(st.none(), texts))
def test_every_family_reads_whatever_comes(url: str, text: str, form: str | None) -> None:
    answer = Answer(url, text, form)
    for family in FAMILIES.values():
        assert all(family.marks(answer)), "a mark without words"
        page = read_list(answer, family, lambda _: True)
        assert all(row.source_fields or row.url for row in page.rows), "a row that says nothing"
        assert page.paging.next_url != url or page.paging.next_form != form, "a page that leads to itself"


@settings(max_examples=200, deadline=None)
@given(PLACES, PAGES)
def test_every_record_is_read(url: str, text: str) -> None:
    page = read_record(text, url, url, cut=False)
    assert page.url == url
    assert all(isinstance(value, str) for value in page.fields.values())


@settings(max_examples=200, deadline=None)
@given(PLACES, st.one_of(PAGES.map(lambda text: text.encode("utf-8", "surrogatepass")), st.binary(max_size=300)))
def test_every_answer_is_probed(url: str, body: bytes) -> None:
    page: Probed = read_answer(Fetched(url, 200, body, "", cut=False), url)
    assert page.kind in {"list", "detail", "other"}
    assert page.kind == "list" or not page.listed.rows


@pytest.mark.parametrize(
    "unit",
    ["<div>", "<li><a href=x>样本</a>2018-01-01", "<table><tr><td>索引号：", "文号：", "首页>", "[{", "<a href=y>更多"],
)
def test_work_grows_with_the_page_and_no_faster(unit: str) -> None:
    def work(times: int) -> int:
        return lines_run(
            lambda: read_answer(Fetched("http://a.gov.cn/", 200, (unit * times).encode(), "", cut=False), "")
        )

    small, large = work(200), work(800)
    assert large < small * 4 * 2 + 20_000
