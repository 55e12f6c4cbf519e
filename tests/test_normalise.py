"""Normalising: tidy values, stable keys."""

import json
import sqlite3

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.model.observations import ListPage, Paging, Problem, RecordPage, Row
from crawler.extract.row import absolute
from pipelines.normalise import NormalisePipeline, document_number

CATALOG = "http://p.example/list.html"


def listed(*rows: Row) -> ListPage:
    page = ListPage(rows, Paging(3, 60), breadcrumb=("首页", "规划"), catalog_url=CATALOG, last=False)
    seen = NormalisePipeline().process_item(page)
    assert isinstance(seen, ListPage)
    return seen


@pytest.mark.parametrize(
    "printed",
    [
        "同政发[2017]92号",
        "同政发（2017）92号",
        "同政发［２０１７］９２号",
        "同政发【2017】92号",
        "同政发 ﹝2017﹞ 92号",
        "同政发〔２０１７〕９２号",
        "同政发［2017］ 92号",
    ],
)
def test_document_numbers_have_one_form(printed: str) -> None:
    assert document_number(printed) == "同政发〔2017〕92号"


def test_brackets_that_hold_no_year_stay() -> None:
    assert document_number("样发（试行）3号") == "样发（试行）3号"


def test_index_numbers_have_no_blanks_and_no_full_width_digits() -> None:
    seen = listed(Row({"index_number": "６４０３２４001/2017- 61737"}, {}, url="http://p.example/1.html"))
    assert seen.rows[0].fields["index_number"] == "640324001/2017-61737"


def test_the_same_address_in_other_words_is_one_key() -> None:
    keys = {
        listed(Row({}, {}, url=url)).rows[0].key
        for url in ("http://P.example/a?b=2&a=1#top", "http://p.example/a?a=1&b=2")
    }
    assert len(keys) == 1


def test_rows_without_a_link_have_a_key_of_their_cells() -> None:
    same, other = Row({}, {"标题": "甲", "日期": ""}), Row({}, {"标题": "乙"})
    first = [row.key for row in listed(same, other, same).rows]
    assert len(set(first)) == 3
    assert all(url.startswith(f"{CATALOG}#row-") for url in first)
    assert [row.key for row in listed(other, same, same).rows] == [first[1], first[0], first[2]]


def test_what_a_page_claims_is_passed_on() -> None:
    seen = listed(Row({}, {}, url="http://p.example/1.html"))
    assert (seen.paging, seen.breadcrumb, seen.last) == (Paging(3, 60), ("首页", "规划"), False)


def test_characters_that_no_text_can_hold_are_dropped() -> None:
    page = RecordPage({"title": "甲\x00乙"}, {"名\x00称": "甲\ud800"}, url="http://p.example/1.html", body="正\x07文")
    seen = NormalisePipeline().process_item(page)
    assert isinstance(seen, RecordPage)
    assert (seen.fields["title"], seen.body) == ("甲乙", "正文")
    assert seen.source_fields == {"名称": "甲"}


def test_problems_pass() -> None:
    assert NormalisePipeline().process_item(Problem("cut", "http://p.example/", "x")) == Problem(
        "cut", "http://p.example/", "x"
    )


def test_a_document_number_in_its_form_stays_and_so_do_words_in_brackets() -> None:
    assert document_number("同政发〔2017〕92号（废止）") == "同政发〔2017〕92号（废止）"


FIELDS = st.dictionaries(st.sampled_from(["title", "index_number", "document_number"]), st.text())


@settings(deadline=None)
@given(FIELDS, st.dictionaries(st.text(), st.text()), st.text(), st.text("abc/:.?&=[]%#@ 县", max_size=12))
def test_whatever_a_page_says_can_be_stored_and_is_the_same_twice(
    fields: dict[str, str], printed: dict[str, str], body: str, path: str
) -> None:
    url = absolute(CATALOG, path)
    seen = listed(Row(fields, printed, url=url), Row(fields, printed))
    assert seen == listed(Row(fields, printed, url=url), Row(fields, printed))
    own = NormalisePipeline().process_item(RecordPage(fields, printed, url=CATALOG, body=body))
    assert isinstance(own, RecordPage)
    for read in (own, *seen.rows):
        kept = json.dumps([dict(read.fields), dict(read.source_fields), own.body, seen.rows[0].key], ensure_ascii=False)
        assert sqlite3.connect(":memory:").execute("SELECT ?", (kept,)).fetchone()[0] == kept
        assert all(read.fields.values())


PRINTED = st.text("样本名称0１2 ﹝〔[2017年]〕\u3000\n：", max_size=12)


@settings(deadline=None)
@given(FIELDS, st.dictionaries(PRINTED, PRINTED, max_size=6))
def test_what_a_page_printed_stands_as_it_printed_it(fields: dict[str, str], printed: dict[str, str]) -> None:
    """Understanding is for columns: of the labels and values nothing is tidied, in whatever order they come."""
    for seen in (
        listed(Row(fields, printed, url="http://p.example/1.html")).rows[0],
        NormalisePipeline().process_item(RecordPage(fields, printed, url=CATALOG)),
    ):
        assert list(seen.source_fields.items()) == list(printed.items())


@pytest.mark.parametrize(
    ("first", "second", "stands"), [("甲", "乙", "甲"), ("", "乙", "乙"), ("\x00", "乙", "乙"), ("甲", "", "甲")]
)
def test_of_labels_that_become_the_same_the_first_value_stands(first: str, second: str, stands: str) -> None:
    seen = listed(Row({}, {"名\x00称": first, "名称": second}))
    assert seen.rows[0].source_fields == {"名称": stands}
