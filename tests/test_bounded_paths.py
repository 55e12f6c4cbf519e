"""No XPath expression takes a time that grows faster than the page it is put to: each gets pages made hostile to it from its own names.

Pages are as readers have them: what stands too deep is flat (`crawler.extract.tree`). Times are compared within one run.
"""

import gc
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import pairwise
from time import process_time
from typing import Any
from unittest.mock import Mock

import pytest
from lxml import etree

from archive.masking.attributes import elements_with
from crawler.extract import row, tree
from crawler.extract.tree import parse_html
from crawler.families import plain
from crawler.services.answer import Answer
from crawler.spiders.pages import read_list
from tests.doubling import LEAST_SECONDS
from tests.every_pattern import modules
from tests.hostile import lines_run

pytestmark = pytest.mark.slow

LONGEST = 1 << 18
MOST = 12
"""Times as long as for a quarter of the page that a page may take: 4 is in proportion, 16 by the square; caches tell, too."""

SUSPECT = 6
"""The same of pages a quarter as long: where part of the time is by the square and the longest take more than MOST, these take 8."""

URL = "http://www.county.gov.cn/xxgk/201712/t20171219_1.html"
_NO_TAGS = {"or", "and", "not", "position", "text", "mod"}

Piece = tuple[str, str]
"""What a page begins with, and what is repeated in it."""


def expressions() -> dict[str, tuple[str, Any]]:
    """Return every compiled expression that a module holds, by itself or among others: its text → its name, and it."""
    found = {}
    for module in modules():
        for name, value in vars(module).items():
            for each in value if isinstance(value, tuple) else (value,):
                if isinstance(each, etree.XPath):
                    found.setdefault(each.path, (f"{module.__name__}.{name}", each))
    return found


def hostile(path: str) -> Iterator[Piece]:
    """Yield pages of the elements, attributes and words that an expression names: side by side, in turns, in one another."""
    words = [word for word in re.findall(r"'([^']*)'", path) if word]
    attributes = list(dict.fromkeys(re.findall(r"@([a-z-]+)", path)))
    bare = re.sub(r"'[^']*'", "", path)
    tags = [
        tag
        for tag in dict.fromkeys(re.findall(r"(?<![@\w:-])(?:self::|\w+::)?([a-z]\w*)\b(?!\s*\(|::|-)", bare))
        if tag not in _NO_TAGS
    ]
    tags = [*tags, "p", "a"][: max(2, min(6, len(tags)))]
    stated = " ".join(
        f'{name}="{word}"' for name, word in zip(attributes, [*words, *"7" * len(attributes)], strict=False)
    )
    text = words[-1] if words else "7"
    for tag in tags:
        yield "", f"<{tag} {stated}>{text}</{tag}>"
        yield "", f"<{tag} {stated}>"
        yield "<div>", f"<div><{tag} {stated}></{tag}><{tag} {stated}>{text}</{tag}>"
        yield "", f"<div {stated}><{tag} {stated}>"
    yield "", "".join(f"<{tag} {stated}>{text}</{tag}>" for tag in tags)
    for one, other in pairwise(attributes):
        yield "", f'<b {one}="7" {other}="7">7</b>'
    yield "", "".join(f'<b {name}="7">7</b>' for name in attributes) or "<b>7</b>"


@lru_cache(maxsize=4)
def page(piece: Piece, size: int) -> Any:
    begun, repeated = piece
    root = etree.fromstring(f"<html><body>{begun}{repeated * (size // len(repeated))}".encode(), parser=tree._PARSER)
    tree._flatten(root)
    return root


def seconds(find: Callable[[Any], object], piece: Piece, size: int) -> float:
    """The least of three times, for other programs take theirs at any time."""
    root, times = page(piece, size), []
    gc.disable()
    try:
        for _ in range(3):
            begun = process_time()
            find(root)
            times.append(process_time() - begun)
    finally:
        gc.enable()
    return min(times)


def growth(find: Callable[[Any], object], piece: Piece) -> str | None:
    """How the time grows too fast with a page's length, two doublings at a time; None where it does not.

    The longest page, by far the dearest to make, is made only where shorter ones look as if it did.
    """
    root, begun = page(piece, LONGEST // 4), process_time()
    find(root)
    if process_time() - begun < LEAST_SECONDS / 4:  # by the square it is less than the least at the end
        return None
    shorter = seconds(find, piece, LONGEST // 4)
    if shorter < LEAST_SECONDS / 4 or shorter <= SUSPECT * seconds(find, piece, LONGEST // 16):
        return None
    longer = seconds(find, piece, LONGEST)
    slow = longer >= 4 * LEAST_SECONDS and longer > MOST * shorter
    return f"{piece}: {shorter * 1000:.1f} ms, {longer * 1000:.1f} ms" if slow else None


def test_every_expression_finds_in_linear_time() -> None:
    every = expressions()
    assert len(every) > 50
    paths = defaultdict(list)
    for path in every:
        for piece in dict.fromkeys(hostile(path)):
            paths[piece].append(path)  # each page is made once
    found = {
        " ".join((every[path][0], path)): grown
        for piece in paths
        for path in paths[piece]
        if (grown := growth(every[path][1], piece)) and growth(every[path][1], piece)
    }
    assert found == {}


def test_elements_are_found_by_their_attributes_in_linear_time() -> None:
    found = growth(lambda root: elements_with(root, "title", "datetime"), ("", '<b title="7" datetime="7">7</b>'))
    assert found is None


def test_an_expression_that_is_none_is_told() -> None:
    find, piece = etree.XPath("//@title/.. | //@datetime/.."), ("", '<b title="7" datetime="7">7</b>')
    assert any(growth(find, piece) for _ in range(9))  # a busy machine adds to either time, and hides it now and then


@pytest.mark.parametrize(
    "unit", ["<div><a href=/a.html>7</a><a href=/b.html>7</a>", "<div><li>1<li>2", "<div><ul><li>1<li>2"]
)
def test_lists_in_one_another_take_time_in_proportion(unit: str) -> None:
    def work(times: int) -> int:
        return lines_run(lambda: read_list(Answer(URL, unit * times), plain.FAMILY, lambda _: True))

    assert work(1_200) < 6 * work(300)  # of fewer the boxes hold so little that each is read as a pager


def test_of_boxes_in_one_another_none_that_is_too_large_is_read_as_a_row() -> None:
    def work(times: int) -> int:
        page = "<div><li>1<li>2" * times + "<b>7</b>" * 20_000
        return lines_run(lambda: read_list(Answer(URL, page), plain.FAMILY, lambda _: True))

    assert work(60) < 6 * work(1)


def test_a_term_of_many_links_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = Mock(side_effect=row._row_of_term)
    monkeypatch.setattr(row, "_row_of_term", looked)
    root = parse_html(f"<dl><dt>样本<dd>{'<a href=/a.html>样本</a>2017-01-01' * 30}</dl>")
    terms: dict[object, object] = {}
    items = [row.item_of(link, terms) for link in root.iter("a")]
    assert [each.tag for each in items] == ["dt"] * 30
    assert looked.call_count == 1


def test_what_stands_too_deep_is_side_by_side_with_all_text_in_its_order() -> None:
    deep = "<div>" * 100
    text = f"{deep}甲<b id=x>乙<i>丙</i>丁<!-- 无 -->戊</b>己{'</div>' * 50}庚"
    root = parse_html(f"<body>{text}")
    assert "".join(root.xpath("//body//text()[not(parent::comment())]")) == "甲乙丙丁戊己庚"
    assert max(len(list(node.iterancestors())) for node in root.iter(etree.Element)) == tree._DEEPEST_READ
    (bold,) = root.xpath("//b[@id = 'x']")
    assert (bold.text, bold.getnext().tag, bold.getnext().text, bold.getnext().tail) == ("乙", "i", "丙", "丁戊己")
    shallow = parse_html(f"<body>{'<div>' * 40}甲<b>乙</b>丙")
    assert len(shallow.xpath("//div")) == 40
