"""The breadcrumb (当前位置) of a page."""

import re
from itertools import islice

from lxml import etree

from crawler.extract.labels import tidy
from crawler.extract.text import BLOCKS, Element, line_of

_POSITION = re.compile(r"(?:当\s*前|您|你)[^:：>]{0,8}位\s*置\s*(?:是|在)?\s*[:：]?|^\s*位\s*置\s*[:：]")
_TEXTS = etree.XPath(".//text()[contains(., '位') and contains(., '置')][not(parent::script or parent::style)]")
_SEPARATOR = re.compile(r"\s*(?:-?>+|＞|»|›|→|/|\\|\|)\s*")
_HOME_LINKS = etree.XPath(".//a[contains(., '首页')]")
_FROM_HOME = re.compile(r"(?:网站|本站)?首\s*页\s*(?:-?>+|＞|»|›|→)\s*\S")
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
    for link in islice(_HOME_LINKS(root), _MOST_POSITIONS):
        line = line_of(link.getparent(), _LONGEST_TRAIL)
        if _FROM_HOME.match(line) and len(line) <= _LONGEST_TRAIL:
            return tuple(step for step in map(tidy, _SEPARATOR.split(line)) if step)
    return ()


def _steps(block: Element) -> tuple[str, ...]:
    line = line_of(block, _LONGEST_BLOCK)
    found = _POSITION.search(line)
    trail = line[found.end() :] if found else ""
    if len(line) > _LONGEST_BLOCK or len(trail) > _LONGEST_TRAIL:
        return ()
    steps = tuple(step for step in map(tidy, _SEPARATOR.split(trail)) if step)
    if len(steps) < 2:
        steps = tuple(step for anchor in block.iter("a") if (step := line_of(anchor)))
    return steps
