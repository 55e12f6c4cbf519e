"""A place marked in a copy: the row of one record, or a text; and two texts side by side."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from archive.copies.copy_text import copy_text
from archive.copies.marking import MARK, NOWHERE, MarkedPlace
from archive.copies.redacted_copies import RedactedCopy
from archive.copies.sanitiser import sanitise_page
from archive.proof.side_by_side import side_by_side

URL = "http://p.example/list/index.html"
ID = "11010519491231002X"
PAGE = f"""<html><body><div><ul>
<li><a href="/a/1.html">样本：同名</a> 2026-01-01</li><li><a href="../a/2.html?x=1">样本：同名</a> 2026-01-02</li>
<li>样本：没有链接的一行 样例〔2026〕3号</li><li><a href="/">样本：首页</a></li></ul><table><tr><td>样本单元</td><td><b>样本</b>正文一百元</td></tr></table>
<p id="{MARK}">样本：此人号码 {ID}。</p></div></body></html>"""


def marked(place: MarkedPlace) -> list[str]:
    """The texts of what is marked."""
    tree = html.fromstring(sanitise_page(PAGE, URL, lambda _: None, place).html)
    nodes = tree.xpath("//*[contains(@style, 'outline')]")
    assert not nodes or tree.xpath("//*[@id=$mark]", mark=MARK) == nodes
    return ["".join(node.itertext()) for node in nodes]


@pytest.mark.parametrize(
    ("address", "row"),
    [
        ("http://p.example/a/2.html?x=1", "样本：同名 2026-01-02"),
        ("https://www.p.example/a/1.html", "样本：同名 2026-01-01"),  # by another of the portal's hosts
        ("http://p.example/a/3.html", None),
        ("http://p.example/", None),
        ("http://[bad", None),
    ],
)
def test_a_row_is_known_by_where_it_links_to(address, row):
    assert marked(MarkedPlace((address,), ("没有这样的文字",))) == ([row] if row else [])


@pytest.mark.parametrize(
    ("texts", "element"),
    [
        (("没有", "样本：没有链接的一行"), "样本：没有链接的一行 样例〔2026〕3号"),
        (("样本 正文\n一百元",), "样本正文一百元"),
        (("", "  "), None),
        ((ID,), None),  # what is masked can't be asked for
        ((ID[:10],), None),
    ],
)
def test_a_text_is_found_in_what_is_shown(texts, element):
    assert marked(MarkedPlace(texts=texts)) == ([element] if element else [])


def test_the_text_of_a_copy_has_a_line_for_each_block_and_row_and_blanks_between_cells():
    table = "<p>样本</p><table><tr><td>甲</td><td>乙</td></tr><tr><td>丙</td><td></td></tr></table>"
    copy = RedactedCopy("text/html; charset=utf-8", b"", page=sanitise_page(table, URL, lambda _: None))
    assert copy_text(copy) == "样本\n甲 乙\n丙"


def test_without_a_place_a_copy_is_as_it_was():
    assert sanitise_page(PAGE, URL, lambda _: None).html == sanitise_page(PAGE, URL, lambda _: None, NOWHERE).html


LINES = st.lists(st.sampled_from(["样本甲。", "样本乙，100元。", "样本丙", ""]), max_size=8).map("\n".join)


@given(LINES, LINES)
def test_both_sides_hold_the_whole_of_their_texts(old, new):
    lines = list(side_by_side(old, new))
    for text, side in ((old, "before"), (new, "after")):
        pieces = "".join("".join(piece.text for piece in getattr(line, side)) for line in lines)
        assert pieces.replace("\n", "") == text.replace("\n", "")
    assert any(line.marks for line in lines) == (old != new)


def test_lines_that_both_have_stand_next_to_each_other():
    first, changed, last = side_by_side("甲\n乙一百元\n丁", "甲\n乙九百元\n丙\n丁")
    assert (first.marks, last.marks) == (None, None)
    assert [piece.text for piece in changed.before if piece.kind == "del"] == ["一"]
    assert [piece.text for piece in changed.after if piece.kind == "ins"] == ["九", "\n丙"]
    assert changed.marks == ("乙一", "乙九")


def test_what_was_added_alone_is_found_before_by_the_line_above_it():
    _, added, _ = side_by_side("甲\n丁", "甲\n丙\n丁")
    assert (added.before, added.marks) == ((), ("甲", "丙"))
