"""Numbers of pages and rows that a list claims, as pagers print them and scripts state them. Pure."""

import re
from dataclasses import replace
from itertools import islice

from archive.model.observations import Paging
from crawler.extract.text import Element
from crawler.services.script_pagers import stated_numbers

_COUNT = r"\s*+[:：]?\s*+[\[【(（]?\s*+"
_PAGES = re.compile(
    rf"(?:共|总计|合计|分)\s*+[有计为]?{_COUNT}(\d{{1,5}})\s*+[\]】)）]?\s*+页|总页数{_COUNT}(\d{{1,5}})"
    r"|(?<!\d)\d{1,7}\s*+条\s*+[,，、/]?\s*+[共分]?\s*+(\d{1,5})\s*+页"
    r"|(?<![\d/.-])(\d{1,5})\s*+页?\s*+/\s*+(\d{1,5})(?![\d/.-])"
)
_ROWS = re.compile(
    rf"(?:共|总计|合计|共检索到|共查询到|共搜索到|共找到)\s*+[有计]?{_COUNT}(\d{{1,7}})\s*+[\]】)）]?\s*+(?:条|篇|项|件|个|记录)"
    rf"|(?<!每)页[,，]?\s*+(\d{{1,7}})\s*+条(?!/)|(?<![\d页示])(?<!页 )(\d{{1,7}})\s*+条(?:记录|信息|数据|\s*+(?:首|上一?|\d{{1,5}}\s?)页)"
    rf"|(?:总记录数?|记录总?数|总条数|总数|信息总数|数据总数|文件总数){_COUNT}(\d{{1,7}})"
)
_STATED = re.compile(
    rf"共\s*+[有计]?{_COUNT}\d{{1,5}}\s*+[\]】)）]?\s*+页|总页数{_COUNT}\d|页次{_COUNT}\d{{1,5}}\s*+/\s*+\d"
    r"|共\s*+\d{1,7}\s*+条[\s,，第当前]{0,6}+\d{1,5}\s*+/\s*+\d{1,5}\s*+页"
)
_TOTAL = re.compile(
    r"\b(?:total[-_]?(?:count|records?|rows|data|num|size|items)|record[-_]?(?:count|total)|row[-_]?count|data[-_]?count|count|total"
    r")[\"']?\s{0,9}[:=]\s{0,9}[\"']?(\d{1,7})(?![\w.])|\.pagination\(\s{0,9}(\d{1,7})\s{0,9},",
    re.IGNORECASE,
)
_SIZE = re.compile(
    r"\b(?:page[-_]?size|per[-_]?page|prePage|limit|rows|list[-_]?rows|showData|everyPage|page[-_]?rows|page[-_]?num|items_per_page|size)"
    r"[\"']?\s{0,9}[:=]\s{0,9}[\"']?([1-9]\d{0,2})(?![\w.])",
    re.IGNORECASE,
)
_PAGE_COUNT = re.compile(
    r"\b(?:total[-_]?pages?|pages?[-_]?(?:count|total|num)|max[-_]?page|pages|countPage|total)"
    r"[\"']?\s{0,9}[:=]\s{0,9}[\"']?(\d{1,5})(?![\w.])",
    re.IGNORECASE,
)
_MOST_STATEMENTS = 50


def printed_claims(text: str) -> tuple[int | None, int | None]:
    """The numbers of pages and of rows in a pager's text; None for one that it doesn't print."""
    rows = _ROWS.search(text)
    return _printed_pages(text), int(next(filter(None, rows.groups()))) if rows else None


def is_claim(text: str) -> bool:
    """Whether a text says by itself how many pages a list has: 共3页, 总页数：3, 页次：1/3, and not 1/3 alone."""
    return _STATED.search(text) is not None


def fitting(paging: Paging, shown: int, root: Element) -> Paging:
    """`paging` of a page that shows so many rows, without a total of none, and completed by numbers that the page states to its scripts.

    A script states many numbers: a total is the list's where pages of a size that it also states would show so many rows.
    """
    rows, pages = paging.rows_claimed, paging.pages_claimed
    if rows == 0 and shown:
        rows = None  # what stands there until a script has counted
    if not shown or rows is not None:
        return replace(paging, rows_claimed=rows)
    for total, count in _agreeing(stated_numbers(root), shown):
        if pages in {None, count}:
            return replace(paging, rows_claimed=total, pages_claimed=count)
    return replace(paging, rows_claimed=None)


def _agreeing(scripts: str, shown: int) -> list[tuple[int, int]]:
    """Totals with their pages, those first that stand nearest to what they agree with.

    That is a size that makes a whole page, or the last one, of `shown` rows, or the number of such pages.
    """
    totals, sizes, counts = (_numbers(pattern, scripts) for pattern in (_TOTAL, _SIZE, _PAGE_COUNT))
    agreeing: list[tuple[int, int, int]] = []
    for place, total in totals:
        if total >= shown:
            fitting_sizes = (
                (at, size) for at, size in sizes if size and shown in {min(size, total), total % size or size}
            )
            agreeing += [(abs(at - place), total, -(-total // size)) for at, size in fitting_sizes]
            agreeing += [
                (abs(at - place), total, count) for at, count in counts if at != place and count == -(-total // shown)
            ]
    return [(total, pages) for _, total, pages in sorted(agreeing)]


def _numbers(pattern: re.Pattern[str], text: str) -> list[tuple[int, int]]:
    """The numbers that a pattern finds, each behind its place in the text."""
    matches = islice(pattern.finditer(text), _MOST_STATEMENTS)
    return [(match.start(), int(match[match.lastindex or 0])) for match in matches]


def _printed_pages(text: str) -> int | None:
    for match in _PAGES.finditer(text):
        if stated := match[1] or match[2] or match[3]:
            return int(stated)
        if 1 <= int(match[4]) <= int(match[5]):  # the page shown and the last, and no other fraction
            return int(match[5])
    return None
