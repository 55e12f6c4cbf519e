"""The footers of a page: who keeps the site, its licence, its postal address. Nothing in them is said of a record."""

import re
from itertools import islice

from lxml import etree

from crawler.extract.text import BLOCKS, Element, line_of

_SURE = ("版权所有", "ICP备", "icp备", "公网安备", "网安备", "网站标识码", "Copyright", "copyright", "COPYRIGHT")
"""Words that stand in footers alone."""

_LIKELY = (
    "邮编",
    "邮政编码",
    "技术支持",
    "网站地图",
    "联系我们",
    "关于我们",
    "网站声明",
    "维护单位",
    "维护：",
    "您是第",
)
"""Words that stand in footers and, one at a time, elsewhere."""

_HOSTS = ("主办", "承办", "地址", "联系电话", "邮箱", "传真")
"""Words that say nothing without one of the others."""

_OF_RECORD = re.compile("索引|文号|发文字号|发布机构|发文机关|发布日期|发布时间|公开日期|来源|责任部门")
_TEXTS = etree.XPath(
    f".//text()[({' or '.join(f'contains(., {word!r})' for word in (*_SURE, *_LIKELY))})"
    " and not(parent::script or parent::style or parent::title or parent::a)]"
)
_HEADING = etree.XPath("boolean(.//h1 | .//h2)")
_MOST_TEXTS = 30
_LONGEST = 800
"""Characters of a footer at the most: what holds more holds other things as well."""


def find_footers(root: Element, body: Element | None = None) -> list[Element]:
    """The footers of a page, known by what they say; none of them holds its `body`, a heading or a label of a record's."""
    kept = {body, *body.iterancestors()} if body is not None else {root}
    footers: list[Element] = []
    for text in islice(_TEXTS(root), _MOST_TEXTS):
        parent = text.getparent() if not text.is_tail else text.getparent().getparent()
        holders = [parent, *parent.iterancestors()]
        if body in holders or any(holder in footers for holder in holders):
            continue
        if footer := _outermost([holder for holder in holders if holder.tag in BLOCKS], kept):
            footers.append(footer[-1])
    return footers


def _outermost(holders: list[Element], kept: set[Element]) -> list[Element]:
    """Of blocks around a footer's word, the innermost first, those that are footers and nothing else."""
    footers: list[Element] = []
    for holder in holders:
        if holder.tag == "body" or holder in kept or _HEADING(holder):
            break
        line = line_of(holder, _LONGEST)
        if len(line) > _LONGEST or _OF_RECORD.search(line):
            break
        if footers or _speaks_as_footer(line):
            footers.append(holder)
    return footers


def _speaks_as_footer(line: str) -> bool:
    if any(word in line for word in _SURE):
        return True
    likely = sum(word in line for word in _LIKELY)
    return likely > 1 or (likely == 1 and any(word in line for word in _HOSTS))
