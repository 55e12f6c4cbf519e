"""Normalising: tidy values, stable keys."""

import pytest

from archive.observations import ListPageSeen, ProblemSeen, RecordPageSeen
from crawler.items import ListPage, Paging, Problem, RecordPage, Row
from pipelines.normalise import NormalisePipeline, document_number

CATALOG = "http://p.example/list.html"


def listed(*rows: Row) -> ListPageSeen:
    page = ListPage(CATALOG, CATALOG, rows, Paging(3, 60), ("首页", "规划"), last=False)
    seen = NormalisePipeline().process_item(page)
    assert isinstance(seen, ListPageSeen)
    return seen


@pytest.mark.parametrize(
    "printed",
    [
        "同政发[2017]92号",
        "同政发（2017）92号",
        "同政发［２０１７］９２号",
        "同政发【2017】92号",
        "同政发 ﹝2017﹞ 92号",
    ],
)
def test_document_numbers_have_one_form(printed: str) -> None:
    assert document_number(printed) == "同政发〔2017〕92号"


def test_brackets_that_hold_no_year_stay() -> None:
    assert document_number("样发（试行）3号") == "样发（试行）3号"


def test_index_numbers_have_no_blanks_and_no_full_width_digits() -> None:
    seen = listed(Row("http://p.example/1.html", {"index_number": "６４０３２４001/2017- 61737"}, {}))
    assert seen.rows[0].reading.fields["index_number"] == "640324001/2017-61737"


def test_the_same_address_in_other_words_is_one_key() -> None:
    keys = {
        listed(Row(url, {}, {})).rows[0].url for url in ("http://P.example/a?b=2&a=1#top", "http://p.example/a?a=1&b=2")
    }
    assert len(keys) == 1


def test_rows_without_a_link_have_a_key_of_their_cells() -> None:
    same, other = Row(None, {}, {"标题": "甲", "日期": ""}), Row(None, {}, {"标题": "乙"})
    first = [row.url for row in listed(same, other, same).rows]
    assert len(set(first)) == 3
    assert all(url.startswith(f"{CATALOG}#row-") for url in first)
    assert [row.url for row in listed(other, same, same).rows] == [first[1], first[0], first[2]]


def test_what_a_page_claims_is_passed_on() -> None:
    seen = listed(Row("http://p.example/1.html", {}, {}))
    assert (seen.pages_claimed, seen.rows_claimed, seen.path, seen.last) == (3, 60, "首页 > 规划", False)


def test_characters_that_no_text_can_hold_are_dropped() -> None:
    page = RecordPage(
        "http://p.example/1.html", {"title": "甲\x00乙"}, {"名\x00称": "甲\ud800"}, (), "正\x07文", (), cut=False
    )
    seen = NormalisePipeline().process_item(page)
    assert isinstance(seen, RecordPageSeen)
    assert (seen.reading.fields["title"], seen.body) == ("甲乙", "正文")
    assert seen.reading.source_fields == {"名称": "甲"}


def test_problems_pass() -> None:
    assert NormalisePipeline().process_item(Problem("cut", "http://p.example/", "x")) == ProblemSeen(
        "cut", "http://p.example/", "x"
    )
