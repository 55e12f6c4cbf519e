"""The footers of a page: who keeps the site, its licence, its postal address. Nothing in them is said of a record."""

import re
from collections.abc import Collection, Iterable
from itertools import chain, islice

from lxml import etree

from crawler.extract.text import Element, line_of

_SURE = ("版权所有", "ICP备", "icp备", "公网安备", "网安备", "网站标识码", "Copyright", "copyright", "COPYRIGHT")
"""Words that stand in footers alone."""

_LIKELY = (
    "邮编", "邮政编码", "技术支持", "网站地图", "联系我们", "关于我们", "网站声明", "维护单位", "维护：", "您是第",
)  # fmt: skip
"""Words that stand in footers and, one at a time, elsewhere."""

_HOSTS = ("主办单位", "承办单位", "主办：", "承办：")
"""Words that stand in footers, and among the labels of a proposal."""

_ADDRESSES = ("地址", "联系电话", "邮箱", "传真")
"""Words that say nothing without one of the others."""

_OF_RECORD = re.compile(
    "索引|文号|发文字号|发布机构|发文机关|发布日期|发布时间|公开日期|来源|责任部门|案由|提案|建议[号人案]|办结|答复|协办"
)
_WORDS = re.compile("|".join(map(re.escape, (*_SURE, *_LIKELY, *_HOSTS))))
_HEADING = etree.XPath("boolean(.//*[self::h1 or self::h2])")
_MOST_CELLS = 30
_LONGEST = 800
"""Characters of a footer at the most: what holds more holds other things as well."""


def find_footers(cells: Iterable[tuple[Element, str]], body: Element | None) -> list[Element]:
    """The footers among the blocks of a page and what is around them, known by what they say.

    None of them holds the page's `body`, a heading or a label of a record's. `cells`: blocks outside the body with their texts.
    """
    kept = {body, *body.iterancestors()} if body is not None else set()
    footers: list[Element] = []
    speaking = (cell for cell, text in cells if _WORDS.search(text))
    for cell in islice(speaking, _MOST_CELLS):
        holders = [cell, *cell.iterancestors()]
        footer = None if any(holder in footers for holder in holders) else _outermost(holders, kept)
        if footer is not None:
            footers.append(footer)
    return footers


def outside(cells: Iterable[tuple[Element, str]], elements: Collection[Element]) -> list[tuple[Element, str]]:
    """Those of `cells` that stand in none of `elements`."""
    if not elements:
        return list(cells)
    return [(cell, text) for cell, text in cells if not any(each in elements for each in (cell, *cell.iterancestors()))]


def _outermost(holders: Iterable[Element], kept: Collection[Element]) -> Element | None:
    """Of blocks around a footer's word, the innermost first, the last one that is a footer and nothing else."""
    footer = None
    for holder in holders:
        if holder.tag in {"body", "html"} or holder in kept or _HEADING(holder):
            break
        line = _with_tables(holder)
        if len(line) > _LONGEST or line.count("。") > 1 or _OF_RECORD.search(line):
            break
        if footer is not None or _speaks_as_footer(line) or _names_hosts_alone(holder, line):
            footer = holder
    return footer


def _with_tables(holder: Element) -> str:
    """The text of a block and of the tables in it, which lay out whole pages on old portals; of a long one the beginning."""
    line = ""
    for part in chain((holder,), holder.iterdescendants("table")):
        line = f"{line} {line_of(part, _LONGEST)}"
        if len(line) > _LONGEST:
            break
    return line.strip()


def _speaks_as_footer(line: str) -> bool:
    likely = sum(word in line for word in _LIKELY)
    is_likely = likely > 1 or (likely == 1 and any(word in line for word in (*_HOSTS, *_ADDRESSES)))
    return is_likely or any(word in line for word in _SURE)


def _names_hosts_alone(holder: Element, line: str) -> bool:
    """Whether a block says who keeps the site, and stands by itself: not among labels of a record's."""
    if not any(word in line for word in _HOSTS):
        return False
    around = holder.getparent()
    box = "" if around is None or around.tag == "body" else line_of(around, _LONGEST)
    return len(box) <= _LONGEST and not _OF_RECORD.search(box)
