"""Lists without header or labels: links with a date beside each; and the landing pages that look like them."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice, takewhile

from lxml import etree

from archive.model.observations import Row
from crawler.extract.dates import is_date
from crawler.extract.field_labels import squash
from crawler.extract.row import LINKS, how_like_a_title, is_page_link, is_pager, plain_row
from crawler.extract.text import Element, is_hidden, line_of, visible_texts
from crawler.extract.trail import read_breadcrumb

BOXES = 3
"""So many links to more, and no pager, are a landing page's: each of its boxes shows the newest of another list."""

_MORE = re.compile(
    r"(?:查看|点击|浏览|阅读)?更多(?:信息|内容|>+|»|›|＞+|\+|\.{2,3}|…)*|more(?:>+|»|›|\+|\.{2,3}|…)*", re.IGNORECASE
)
_PAGER_SIGN = re.compile(r"上一?页|下一?页|后一页|尾页|末页|共\s*\d+\s*页|createPageHTML\s*\(|countPage|m_nPageSize")
_LARGEST_ROW = 5_000
_MOST_HOLDERS = 6
_MOST_PAGERS = 20
_LARGEST_BOX = 1_000
_HIGHEST_BOX = 3
_RECORDS_OWN = frozenset({"published_on", "created_on", "index_number"})
_TITLE_AND_DATE = 2
_ROWS = ("li", "tr", "dd")
_PAGER_TEXTS = etree.XPath(".//text()[contains(., '页') or contains(., 'Page')]")
_LONGEST_NAME = 20


def known_rows(items: Iterable[Element], base_url: str) -> tuple[Row, ...]:
    """The rows that elements are which a family knows to be rows: of each its link, and its date if it has one.

    What leads nowhere and has no date is a template, and no row.
    """
    rows = []
    for item in items:
        links = [link for link in item.iter("a") if is_page_link(link.get("href"))]
        row = _dated_row(item, links or list(item.iter("a")), base_url)
        if row and (links or "published_on" in row.fields):
            rows.append(row)
    return tuple(rows)


def dated_rows(root: Element, base_url: str, row_of: Callable[[Element], Element | None]) -> list[Row]:
    """Rows of a link and a date; none on a landing page, whose boxes show the beginnings of lists.

    Of several such lists on the page (navigation, news in a margin) the one whose rows say more than that, or the one that
    the pager stands with, for a list's last page may have a row or two; else the longest.
    """
    lists: dict[str, dict[Element, list[Element]]] = {}
    for link in LINKS(root):
        row = row_of(link)
        if row is not None and is_page_link(link.get("href")):
            lists.setdefault(signature(row), {}).setdefault(row, []).append(link)
    row_lists: list[dict[Element, Row]] = []
    for candidates in lists.values():
        rows = {element: row for element, links in candidates.items() if (row := _dated_row(element, links, base_url))}
        if 0 < len(rows) <= sum(map(_says_what_it_is, rows.values())) * 2:
            row_lists.append(rows)
    if not row_lists:
        return []
    texts = (text for text in _PAGER_TEXTS(root) if _PAGER_SIGN.search(text))
    pagers = [text.getparent() for text in islice(texts, _MOST_PAGERS)]

    def rank(rows: Mapping[Element, Row]) -> tuple[bool, int, int, int]:
        labelled = any(len(row.fields) > _TITLE_AND_DATE for row in rows.values())
        near = _nearness(next(reversed(rows)), pagers) if len(row_lists) > 1 else 0
        return labelled, near, sum(map(_says_what_it_is, rows.values())), len(rows)

    best = max(row_lists, key=rank)
    return [] if not pagers and _is_landing(root, best) else list(best.values())


def item_of(link: Element) -> Element | None:
    """The item of a list that a link stands in."""
    return next(link.iterancestors(*_ROWS), None)


def box_of(link: Element) -> Element | None:
    """The smallest box around a link in which a date stands too, and no link that leads elsewhere."""
    boxes = islice(link.iterancestors("div", "p"), _HIGHEST_BOX)
    small = takewhile(lambda box: _is_small(box, _LARGEST_BOX), boxes)
    box = next((box for box in small if any(map(is_date, visible_texts(box)))), None)
    targets = {other.get("href") for other in LINKS(box)} if box is not None else set()
    return box if len({target for target in targets if is_page_link(target)}) == 1 else None


def signature(row: Element) -> str:
    """Return what rows of one list have in common: their tag and the tags and classes of what holds them."""
    holders = [up for up, _ in zip(row.iterancestors(), range(3), strict=False)]
    return f"{row.tag}|" + "|".join(f"{up.tag}.{up.get('class', '')}" for up in holders)


def _is_landing(root: Element, rows: Mapping[Element, Row]) -> bool:
    """Whether `rows`, on a page without a pager, are no list, but the newest of several, as a landing page shows them.

    Its boxes and tabs have links to more; some tabs are hidden.
    """
    more: list[int] = []
    inside: list[int] = []
    for place, link in enumerate(LINKS(root)):
        if any(up in rows for up in islice(link.iterancestors(), _MOST_HOLDERS)):
            inside.append(place)
        elif _MORE.fullmatch(squash(line_of(link, _LONGEST_NAME)) or squash(link.get("title") or "")):
            more.append(place)
    between = any(inside[0] < place < inside[-1] for place in more) if inside else False
    holders = (up for row in rows for up in islice(row.iterancestors(), _MOST_HOLDERS))
    in_boxes = len(more) >= BOXES or any(map(is_hidden, holders))
    return between or (in_boxes and not read_breadcrumb(root))


def _nearness(row: Element, pagers: Iterable[Element]) -> int:
    """Return the depth in the page of the smallest element that holds a row and a pager; 0 where there is none."""
    holders = list(row.iterancestors())
    depths = {holder: len(holders) - place for place, holder in enumerate(holders)}
    common = (next((up for up in pager.iterancestors() if up in depths), None) for pager in pagers)
    return max((depths[holder] for holder in common if holder is not None), default=0)


def _says_what_it_is(row: Row) -> bool:
    """Whether a row has more than a link: a date, or the number under which a record is known."""
    return not _RECORDS_OWN.isdisjoint(row.fields)


def _dated_row(row: Element, links: Sequence[Element], base_url: str) -> Row | None:
    if not links or not _is_small(row):
        return None
    link = max(links, key=how_like_a_title)
    name = squash(line_of(link, _LONGEST_NAME)) or squash(link.get("title") or "")
    if not name or is_pager([line_of(row)]) or _MORE.fullmatch(name):
        return None
    return plain_row(row, link, base_url)


def _is_small(row: Element, most: int = _LARGEST_ROW) -> bool:
    """Whether a row is of a row's size: of rows inside rows only the inner ones are read then."""
    size = 0
    for element in row.iter():
        size += 10 + len(element.text or "") + len(element.tail or "")
        if size > most:
            return False
    return True
