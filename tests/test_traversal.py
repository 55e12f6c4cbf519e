"""The memory of a walk."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.model.observations import ListPage, Paging, Row
from crawler.services.answer import Answer
from crawler.spiders.traversal import Seen, Walk
from tests.conftest import ROOT


@given(st.lists(st.text(max_size=2)))
def test_what_was_seen_is_known(words: list[str]) -> None:
    seen, known = Seen(), set[str]()
    for word in words:
        assert (word in seen) == (word in known)
        assert seen.add(word) == (word not in known)
        known.add(word)
    assert all(word in seen for word in words)
    assert "not there" not in seen


def test_a_row_of_an_earlier_page_counts_once_and_one_printed_twice_on_a_page_twice() -> None:
    one, two, three = (Row({}, {"标题": f"样本{n}"}, url=f"http://sample.example/{n}.html") for n in "123")
    walk = Walk()
    assert walk.unseen((one, two, two)) == (one, two, two)
    assert walk.unseen((two, three)) == (three,)
    assert walk.unseen((one, three)) == ()


def listed(*numbers: int, claims: Paging | None = None) -> ListPage:
    return ListPage(
        tuple(Row({}, {"标题": f"样本{n}"}, url=f"http://sample.example/{n}.html") for n in numbers), claims or Paging()
    )


def test_rows_without_a_link_count_each_but_where_a_whole_page_is_repeated() -> None:
    one, two = (Row({}, {"标题": f"样本{n}"}) for n in "12")
    linked = Row({}, {"标题": "样本"}, url="http://sample.example/1.html")
    walk = Walk()
    assert walk.unseen((one, linked)) == (one, linked)
    assert walk.unseen((one, two)) == (one, two)
    assert walk.unseen((one, linked, Row({}, {"标题": "样本3"}))) == (one, Row({}, {"标题": "样本3"}))
    assert walk.unseen((one, two)) == ()


@pytest.mark.parametrize(
    ("claims", "missing"),
    [
        (Paging(), None),
        (Paging(2, 4), None),
        (Paging(3), "3 pages, 2"),
        (Paging(2, 5), "5 rows, 4"),
        (Paging(None, 5), "5 rows, 4"),
        (Paging(3, 4), "3 pages, 2"),
        (Paging(1, 3), None),  # more came meanwhile
        (Paging(0, 0), None),
    ],
)
def test_a_walk_to_the_end_lacks_what_the_list_claims_and_it_did_not_show(claims: Paging, missing: str | None) -> None:
    walk = Walk()
    for page in (listed(1, 2), listed(3, 4)):
        walk.take(page)
    assert walk.missing(claims) == missing


PLAIN = "<html><body><table><tr><td>样本</td></tr></table></body></html>"


def settled(
    page: str, stated: str | None = None, before: str | None = None, walk: Walk | None = None
) -> tuple[str, str | None]:
    """The family by which a page of a walk is read, and the kind of problem where it isn't read."""
    walk = walk or Walk()
    problem = walk.settle_family(Answer("http://sample.example/", page), "样本规划", stated, before)
    return walk.family.name, problem.kind if problem else None


def test_a_page_without_marks_is_read_as_the_last_crawl_did_and_one_of_another_product_is_not() -> None:
    vsb = (ROOT / "tests/golden/vsb/catalogue_behind_gkml_list.html").read_text(encoding="utf-8")
    assert settled(PLAIN) == ("plain", None)
    assert settled(PLAIN, before="ucap") == ("ucap", None)
    assert settled(vsb) == settled(vsb, before="plain") == settled(vsb, before="no_more") == ("vsb", None)
    assert settled(vsb, before="ucap") == ("plain", "layout_changed")
    assert settled(vsb, stated="ucap", before="vsb") == ("ucap", None)
    walk = Walk()
    assert settled(vsb, before="vsb", walk=walk) == settled(PLAIN, walk=walk) == ("vsb", None)
    assert "no product's marks" not in walk.reason
