"""The breadcrumb of a page: behind 当前位置, or from a link 首页 on, with arrows between the steps."""

import re
from itertools import islice

from lxml import etree

from crawler.extract.field_labels import tidy
from crawler.extract.text import BLOCKS, Element, line_of

_POSITION = re.compile(r"(?:当\s*前|您|你)[^:：>]{0,8}位\s*置\s*(?:是|在)?\s*[:：]?|^\s*位\s*置\s*[:：]")
_TEXTS = etree.XPath(".//text()[contains(., '位') and contains(., '置')][not(parent::script or parent::style)]")
_HOMES = etree.XPath(".//a[contains(., '首页') or contains(., '主页')]")
_ARROW = re.compile(r"\s*(?:-?>+|＞|»|›|→)\s*(?:$|\S)")
_SEPARATOR = re.compile(r"-?>+|＞|»|›|→|/|\\|\|")
_HIGHEST = 3
_MOST_POSITIONS = 5
_LONGEST_TEXT = 200
_LONGEST_BLOCK = 1000
_LONGEST_TRAIL = 300


def read_breadcrumb(root: Element) -> tuple[str, ...]:
    """The steps from the home page to this one, e.g. ("首页", "政务公开", …); () where the page shows none."""
    positions = (text for text in _TEXTS(root) if len(text) <= _LONGEST_TEXT and _POSITION.search(text))
    for text in islice(positions, _MOST_POSITIONS):
        block = text.getparent().getparent() if text.is_tail else text.getparent()
        for _ in range(_HIGHEST):
            steps = _steps(block)
            if len(steps) > 1 or block.getparent() is None or (steps and block.tag in BLOCKS):
                break  # a home page's trail has one step, and what stands around its box is none
            block = block.getparent()
        if len(steps) > 1:
            return steps
    for home in islice(_HOMES(root), _MOST_POSITIONS):
        name = line_of(home, _LONGEST_BLOCK)
        if name and home.tail and _ARROW.match(home.tail):
            after = line_of(home.getparent(), _LONGEST_BLOCK).partition(name)[2]
            if len(after) <= _LONGEST_TRAIL and len(steps := _split(name + after)) > 1:
                return steps
    return ()


def _steps(block: Element) -> tuple[str, ...]:
    line = line_of(block, _LONGEST_BLOCK)
    position = _POSITION.search(line)
    trail = line[position.end() :] if position else ""
    if len(line) > _LONGEST_BLOCK or len(trail) > _LONGEST_TRAIL:
        return ()
    steps = _split(trail)
    if len(steps) < 2:
        steps = tuple(step for anchor in block.iter("a") if (step := line_of(anchor)))
    return steps


def _split(trail: str) -> tuple[str, ...]:
    return tuple(step for step in map(tidy, _SEPARATOR.split(trail)) if step)
