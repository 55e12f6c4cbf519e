"""Lists without header or labels: links with a date beside each; and the landing pages that look like them."""

import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, takewhile

from lxml import etree

from archive.model.observations import Row
from crawler.extract.field_labels import squash, tidy
from crawler.extract.pairs import DATE_UNREADABLE
from crawler.extract.row import (
    ITEMS,
    LINKS,
    absolute,
    box_of,
    folder_of,
    holders_of_rows,
    how_like_a_title,
    is_more,
    is_page_link,
    is_pager,
    item_of,
    plain_row,
    says_nothing,
)
from crawler.extract.text import Element, is_hidden, is_small, line_of, visible_texts
from crawler.extract.trail import begins_trail, read_breadcrumb

BOXES = 3
"""So many links to more, and no pager, are a landing page's: each of its boxes shows the newest of another list."""

_TURNS = re.compile(r"(?<![a-z])(?:odd|even|first|last|on|current|active|alt)(?![a-z])|\s|\d", re.IGNORECASE)
_NEIGHBOUR = re.compile(r"[\[【]?(?:上|下|前|后)一(?:篇|条|则|个)")
_PAGER_SIGN = re.compile(r"上一?页|下一?页|后一页|尾页|末页|共\s*\d+\s*页|createPageHTML\s*\(|countPage|m_nPageSize")
_BESIDE = re.compile(
    r"[【\[]?(?:(?:相关|关联)[\u4e00-\u9fff]{2}|(?:延伸|推荐|扩展|热门|精彩)(?:阅读|信息|文章|新闻|内容|资讯|推荐|点击|浏览)|参考(?:资料|文献)|猜你喜欢|热点推荐"
    r"|(?:热点|热门|点击|阅读|浏览|新闻|信息|文章|本周|本月){1,2}(?:排行|排名)榜?|(?:您|你)可能(?:还)?(?:感兴趣|喜欢))"
)
_NEWS = re.compile(
    r"(?:最新|近期|热点|热门|今日|实时)(?:动态|信息|新闻|发布|公开|公告|文件|资讯|消息|更新|关注|内容|文章|要闻)(?: ?更多\S{0,3})?"
)
_PINNED = re.compile(r"[置固]顶(?:信息|内容|公告|文章|新闻|文件)?")
_PICTURES_NAMES = etree.XPath(".//img/@*[name() = 'alt' or name() = 'title']")
_LONGEST_HEADING = 20
_HIGHEST_HEADING = 6
_PAGE_NUMBERS = frozenset({"2", "3"})
_LARGEST_ROW = 5_000
MOST_HOLDERS = 6
_HIGHEST = 30
_MOST_PAGERS = 20
_BOXES_IN_AN_ITEM = 2
_HIGHEST_GROUP = 3
_OF_DAYS = re.compile(r"/(?:\d{4,8}/){1,3}\Z")
_FEW = 3
_RECORDS_OWN = frozenset({"published_on", "created_on", "index_number"})
_TITLE_AND_DATE = 2
_IN_LISTS = frozenset((*ITEMS, "td"))
_HEADING_LINKS = etree.XPath("//a[@href][ancestor::h1 or ancestor::h2 or ancestor::h3 or ancestor::h4]")
_PAGER_TEXTS = etree.XPath(".//text()[contains(., '页') or contains(., 'Page')]")
_LONGEST_NAME = 20
_LONGEST_AUTHOR = 8
_REMARK = 20
_POSTED = re.compile(r"(?:发表|回复|评论|留言)于")
_SAMPLE = 50
_SWITCHES = etree.XPath(
    ".//text()[string-length(normalize-space(.)) < 3 and number(.) > 0][parent::a or parent::li or parent::span]"
)
AROUND_A_BLOCK = 3
"""A box with so many links beside its rows at the most is theirs alone: a heading, a link to more."""


_Links = list[tuple[int, Element]]
"""A row's links, each with its place among the page's."""


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


def dated_rows(root: Element, base_url: str) -> dict[Element, Row]:
    """Rows of a link and a date, by their elements; none on a landing page, whose boxes show the beginnings of lists.

    Of several such lists on the page (navigation, a ticker, news in a margin) the one whose rows say more than that, or the
    one that the pager stands with, for a list's last page may have a row or two; else the longest, where rows that lead into the
    page's own folder count twice, boxes half, and those without a year a third where a trail says that the page is a column's.
    """
    blocks = _without_hidden_tabs([block for block in _blocks(root, base_url) if block.is_list])
    folder = folder_of(base_url)
    blocks = [block for block in blocks if not _is_beside_page(block, root, folder)]
    if not blocks:
        return {}
    pagers = pagers_of(root)
    is_placed = any(block.is_yearless for block in blocks) and bool(read_breadcrumb(root))

    def rank(block: _Block) -> tuple[bool, int, int, bool, int]:
        labelled = any(len(row.fields) > _TITLE_AND_DATE for row in block.rows.values())
        near = _nearness(block.last, pagers) if len(blocks) > 1 else 0
        less = (1 if block.of_items else 2) * (3 if is_placed and block.is_yearless else 1)
        weight = block.dated // less * (2 if block.leads_into(folder) else 1)
        return labelled, near, weight, block.of_items, len(block.rows)

    best = max(blocks, key=rank)
    if not pagers and _is_landing(root, best, blocks, base_url):
        return {}
    pinned = [block.rows for block in blocks if block.start < best.start and _is_pinned(block)]
    own = {row.url for row in best.rows.values()}
    return {item: row for rows in pinned for item, row in rows.items() if row.url not in own} | dict(best.rows)


@dataclass(frozen=True, slots=True)
class _Block:
    """Rows of one form that follow one another, by their elements.

    `start`: the place of their first link among the page's; `of_items`: the elements are items of a list, and not boxes;
    `is_in_tabs`: others of their form are hidden, as those of the tabs that are not open.
    """

    rows: Mapping[Element, Row]
    start: int
    of_items: bool
    is_in_tabs: bool

    @property
    def dated(self) -> int:
        """The number of rows that say more than where they lead."""
        return sum(map(_says_what_it_is, self.rows.values()))

    @property
    def is_list(self) -> bool:
        """Whether its rows look like records: no list of names, of links with a date here and there, or of boxes each of its own class."""
        sample = list(islice(self.rows, _SAMPLE))
        says_enough = len(self.rows) <= self.dated * 2 and len(sample) > sum(map(_is_a_remark, sample)) * 2
        is_of_one_form = self.of_items or len({row.get("class") for row in self.rows}) < len(self.rows)
        return says_enough and is_of_one_form and not self.is_of_boards

    @property
    def is_of_boards(self) -> bool:
        """Whether each row is about a place of its own, as a board of a forum, and names what was last written there, and by whom."""
        targets = [list(dict.fromkeys(link.get("href") for link in LINKS(row))) for row in self.rows]
        if min(map(len, targets)) < _FEW or len({links[0] for links in targets}) < len(targets):
            return False
        about = zip(targets, self.rows.values(), strict=True)
        return len(targets) > 1 and not any(str(row.url).endswith(links[0].lstrip("./")) for links, row in about)

    @property
    def is_hidden(self) -> bool:
        """Whether all of it stands in hidden boxes."""
        return _hidden_box(next(iter(self.rows))) is not None and _hidden_box(self.last) is not None

    @property
    def is_yearless(self) -> bool:
        """Whether its rows print a month and a day alone."""
        return all(DATE_UNREADABLE in row.doubts for row in self.rows.values())

    def leads_into(self, folder: str) -> bool:
        """Whether most of its rows lead to pages in a folder, or below it."""
        return sum(str(row.url).startswith(folder) for row in self.rows.values()) * 2 > len(self.rows)

    @property
    def last(self) -> Element:
        """The element of its last row."""
        return next(reversed(self.rows))


def _blocks(root: Element, base_url: str) -> Iterator[_Block]:
    """The lists that a page may show, each the rows of one form that nothing else stands between."""
    links = [link for link in LINKS(root) if is_page_link(link.get("href"))]
    forms: dict[str, dict[Element, _Links]] = {}
    for place, (link, element) in enumerate(zip(links, _row_elements(links), strict=True)):
        if element is not None and not begins_trail(line_of(element, _LONGEST_NAME)):
            forms.setdefault(signature(element), {}).setdefault(element, []).append((place, link))
    for form in map(_without_headings, forms.values()):
        candidates = _shown(form, root)
        for run in _runs(candidates):
            linked = ((element, [link for _, link in candidates[element]]) for element in run)
            rows = {element: row for element, inside in linked if (row := _dated_row(element, inside, base_url))}
            for element in (*_undated_group(rows), *_strangers(rows)):
                rows.pop(element, None)
            if rows:
                start = candidates[run[0]][0][0]
                yield _Block(rows, start, run[0].tag in _IN_LISTS, is_in_tabs=_hides_others(form, candidates))


def _without_headings(form: Mapping[Element, _Links]) -> Mapping[Element, _Links]:
    """`form` without rows that lead to more of others alone: headings in the form of what they stand above."""
    return {row: links for row, links in form.items() if not all(is_more(link) for _, link in links)}


def _shown(form: Mapping[Element, _Links], root: Element) -> Mapping[Element, _Links]:
    """Those rows of one form that stand in no hidden box; all of them where all do, or where the boxes are pages that numbers switch."""
    boxes = {row.getparent(): row for row in form}
    shown = {box for box, row in boxes.items() if _hidden_box(row) is None}
    if not shown or len(shown) == len(boxes):
        return form
    numbers = {int(number) for number in islice(_SWITCHES(root), _MOST_PAGERS) if number.strip().isdecimal()}
    if numbers == set(range(1, len(boxes) + 1)):
        return form
    return {row: links for row, links in form.items() if row.getparent() in shown}


def _hides_others(form: Mapping[Element, _Links], shown: Mapping[Element, _Links]) -> bool:
    """Whether rows of one form that are not `shown` lead elsewhere than these: they are no copy for other screens."""
    targets = {link.get("href") for links in shown.values() for _, link in links}
    others = (link for links in form.values() for _, link in links if link.get("href") not in targets)
    return len(shown) < len(form) and any(True for _ in others)


def _without_hidden_tabs(blocks: Sequence[_Block]) -> list[_Block]:
    """`blocks` without hidden ones whose box stands beside the box of a shown one as tabs do, though each may have a class of its own."""
    lists = (block.last for block in blocks if len(block.rows) > 1 and not block.is_hidden)
    shown = {up for row in lists for up in islice(row.iterancestors(), MOST_HOLDERS)}
    return [block for block in blocks if not (block.is_hidden and _is_beside(_hidden_box(block.last), shown))]


def _is_beside(box: Element, shown: Container[Element]) -> bool:
    """Whether the next neighbour of a hidden box that is not hidden, on either side, is one of `shown`."""
    neighbours = (
        next((each for each in box.itersiblings("*", preceding=before) if not is_hidden(each)), None)
        for before in (True, False)
    )
    return any(neighbour in shown for neighbour in neighbours)


def _hidden_box(row: Element) -> Element | None:
    """The smallest hidden box that a row stands in."""
    return next(filter(is_hidden, islice(row.iterancestors(), MOST_HOLDERS)), None)


def _is_pinned(block: _Block) -> bool:
    """Whether rows in a list of their own are said to stand on top of another one: by their heading, or each by a mark."""
    marks = (text for row in block.rows for text in (*visible_texts(row), *_PICTURES_NAMES(row)))
    count = sum(_PINNED.fullmatch(squash(text)) is not None for text in marks)
    return count >= len(block.rows) or _PINNED.fullmatch(squash(_text_before(next(iter(block.rows))))) is not None


def _undated_group(rows: Mapping[Element, Row]) -> list[Element]:
    """The rows of the first box if none of them says more than where it leads, but most others do: a menu before the list."""
    boxes: dict[Element, list[Element]] = {}
    for element in rows:
        boxes.setdefault(element.getparent(), []).append(element)
    first = next(iter(boxes.values()), [])
    said = [_says_what_it_is(row) for row in rows.values()]
    return first if not any(said[: len(first)]) and sum(said) * 2 > len(rows) - len(first) > 0 else []


def _is_beside_page(block: _Block, root: Element, folder: str) -> bool:
    """Whether the heading of a block, which the page isn't called, says that it is none of its own; 最新动态 of rows that lead elsewhere."""
    heading = _text_before(next(iter(block.rows)))
    is_beside = heads_what_is_beside(heading)
    if not is_beside and (not _NEWS.fullmatch(heading) or block.leads_into(folder)):
        return False
    trail = read_breadcrumb(root)
    return heading not in trail and (is_beside or bool(trail))


def heads_what_is_beside(text: str) -> bool:
    """Whether a text is the heading of what is related to a page, or read most: 相关文章, 阅读排行."""
    return len(text) <= _LONGEST_HEADING and _BESIDE.match(text) is not None


def _text_before(element: Element) -> str:
    """The text of what stands before an element, or before a box that it begins; the nearest that has any."""
    for up in (element, *islice(element.iterancestors(), _HIGHEST_HEADING)):
        for before in up.itersiblings("*", preceding=True):
            if text := tidy(f"{line_of(before, _LONGEST_HEADING)} {before.tail or ''}"):
                return text
        if (holder := up.getparent()) is not None and (text := tidy(holder.text or "")):
            return text
    return ""


def _strangers(rows: Mapping[Element, Row]) -> list[Element]:
    """The first and the last of `rows`, if it has no date and stands further away than the others from one another: a step of the trail."""
    elements = list(rows)
    ends = (elements[:3], elements[:-4:-1]) if len(elements) > _FEW else ()
    return [
        end
        for end, second, third in ends
        if not _says_what_it_is(rows[end]) and _nearness(second, [end]) < _nearness(second, [third])
    ]


def _row_elements(links: Sequence[Element]) -> Iterator[Element | None]:
    """For each link the element that is its row: an item of a list, or a box where it is in none or in one that lays out boxes."""
    terms: dict[Element, Element | None] = {}
    items = [item_of(link, terms) for link in links]
    within: dict[Element, list[Element]] = {}
    for link, item in zip(links, items, strict=True):
        if item is not None:
            within.setdefault(item, []).append(link)
    layouts = {item for item, inside in within.items() if _lays_out(item, inside)} | holders_of_rows(within)
    for link, item in zip(links, items, strict=True):
        yield box_of(link) if item is None or item in layouts else item


def _runs(candidates: Mapping[Element, Sequence[tuple[int, Element]]]) -> Iterator[list[Element]]:
    """Rows of one form, apart where two that no common element holds stand far from one another, or with a link to something else between.

    A list in groups has nothing between them, and rows that stand in a box each may have anything.
    """
    crowd = Counter(row.getparent() for row in candidates)
    run: list[Element] = []
    for row in candidates:
        if run:
            holders = run[-1].getparent(), row.getparent()
            linked = candidates[row][0][0] - candidates[run[-1]][-1][0] > 1
            in_crowds = holders[0] is not holders[1] and max(crowd[holder] for holder in holders) > 1
            if in_crowds and (linked or not _are_groups(*holders)):
                yield run
                run = []
        run.append(row)
    if run:
        yield run


def _are_groups(one: Element, other: Element) -> bool:
    """Whether two holders of rows are groups of one list: as far below what holds both as one another, and not far."""
    around = [up.getparent() for up in (one, *islice(one.iterancestors(), _HIGHEST_GROUP - 1))]
    for height, up in enumerate((other, *islice(other.iterancestors(), _HIGHEST_GROUP - 1))):
        if up.getparent() in around:
            return around.index(up.getparent()) == height
    return False


def _lays_out(item: Element, links: Sequence[Element]) -> bool:
    """Whether an item, such as the only row of a layout's table, holds several boxes that are rows, or far too much for one."""
    if not is_small(item, _LARGEST_ROW):
        return True
    if len(links) < _BOXES_IN_AN_ITEM:
        return False
    boxes = {box for link in links if (box := box_of(link)) is not None and item in box.iterancestors()}
    return len(boxes) >= _BOXES_IN_AN_ITEM


def signature(row: Element) -> str:
    """Return what rows of one list have in common: their tag and the tags and classes of what holds them, odd or even."""
    holders = [up for up, _ in zip(row.iterancestors(), range(3), strict=False)]
    return f"{row.tag}|" + "|".join(f"{up.tag}.{_TURNS.sub('', up.get('class', ''))}" for up in holders)


def _is_landing(root: Element, best: _Block, blocks: Sequence[_Block], url: str) -> bool:
    """Whether the best of `blocks`, on a page without a pager, is no list, but the newest of several, as a landing page shows them.

    Its boxes have links to more each, or headings that lead there, or there are many such links; its tabs are hidden but for one;
    it has no trail and leaves the years of its dates out.
    """
    more = [link for link in LINKS(root) if is_more(link) and not _within(link, best.rows)]
    leading = _leading(root, blocks, more, url)
    if best in leading and len(leading) > 1:
        return True
    if best.is_yearless and not read_breadcrumb(root):
        return True
    in_boxes = best.is_in_tabs or (best.is_hidden and not all(block.is_hidden for block in blocks))
    is_of_tabs = in_boxes and not _are_of_column(best.rows.values(), folder_of(url))
    return (len(more) >= BOXES or is_of_tabs) and not read_breadcrumb(root)


def _are_of_column(rows: Iterable[Row], folder: str) -> bool:
    """Whether rows lead into a column's own folder, or folders of days in it, as a home page's newest of others do not."""
    own = {_OF_DAYS.sub("/", folder_of(row.url or "")) for row in rows}
    return own == {folder} and folder.count("/") > _FEW


def _leading(root: Element, blocks: Sequence[_Block], more: Sequence[Element], url: str) -> list[_Block]:
    """Those of `blocks` that lead on: by one of the links `more`, or by their heading, in their own box or right before them."""
    rows = {row for block in blocks for row in block.rows}
    headings = (link for link in _HEADING_LINKS(root) if absolute(url, link.get("href")) != url)
    onward = [*more, *(link for link in headings if not _within(link, rows))]
    boxes = _boxes_of(blocks)
    alone = set(boxes.values())
    links = (link for link in LINKS(root) if is_page_link(link.get("href")))
    place = {link: number for number, link in enumerate(links)}
    holding = {up for link in onward for up in islice(link.iterancestors(), _HIGHEST)}
    free = {place[link] for link in onward if link in place and not _within(link, alone)}

    def leads_on(block: _Block) -> bool:
        before = range(block.start - AROUND_A_BLOCK, block.start)
        return block.dated > 1 and (boxes.get(block.last) in holding or not free.isdisjoint(before))

    return [block for block in blocks if leads_on(block)]


def _boxes_of(blocks: Sequence[_Block]) -> dict[Element, Element]:
    """The largest box that holds one block alone, by the block's last row; none for blocks that stand beside one another."""
    holders = {block.last: list(islice(block.last.iterancestors(), _HIGHEST)) for block in blocks}
    crowd = Counter(up for around in holders.values() for up in around)
    alone = {last: list(takewhile(lambda up: crowd[up] == 1, around)) for last, around in holders.items()}
    return {last: boxes[-1] for last, boxes in alone.items() if boxes}


def _within(link: Element, boxes: Container[Element]) -> bool:
    """Whether a link stands in one of `boxes`, not too deep."""
    return any(up in boxes for up in islice(link.iterancestors(), MOST_HOLDERS))


def pagers_of(root: Element) -> list[Element]:
    """Elements of the page's pagers: what their words stand in, or the links to the second and the third page."""
    texts = (text for text in _PAGER_TEXTS(root) if _PAGER_SIGN.search(text))
    named = [text.getparent() for text in islice(texts, _MOST_PAGERS)]
    if named:
        return named
    numbered = [
        link for link in LINKS(root) if is_page_link(link.get("href")) and (link.text or "").strip() in _PAGE_NUMBERS
    ]
    return numbered if len({link.text.strip() for link in numbered}) == len(_PAGE_NUMBERS) else []


def _nearness(row: Element, pagers: Iterable[Element]) -> int:
    """Return the depth in the page of the smallest element that holds a row and a pager; 0 where there is none."""
    holders = list(row.iterancestors())
    depths = {holder: len(holders) - place for place, holder in enumerate(holders)}
    common = (next((up for up in pager.iterancestors() if up in depths), None) for pager in pagers)
    return max((depths[holder] for holder in common if holder is not None), default=0)


def _says_what_it_is(row: Row) -> bool:
    """Whether a row has more than a link: a date, be it one without a year, or the number under which a record is known."""
    return not _RECORDS_OWN.isdisjoint(row.fields) or DATE_UNREADABLE in row.doubts


def _is_a_remark(row: Element) -> bool:
    """Whether an element is somebody's remark below a text: the link is their name, and what they say stands beside it."""
    name = max((line_of(link, _LONGEST_NAME) for link in LINKS(row)), key=len, default="")
    beside = (text for text in visible_texts(row) if len(text.strip()) > _REMARK or _POSTED.match(text.strip()))
    return len(name) <= _LONGEST_AUTHOR and not says_nothing(name) and any(beside)


def _dated_row(row: Element, links: Sequence[Element], base_url: str) -> Row | None:
    if not links or not is_small(row, _LARGEST_ROW):
        return None
    link = links[0] if len(links) == 1 else max(links, key=how_like_a_title)
    name = squash(line_of(link, _LONGEST_NAME)) or squash(link.get("title") or "")
    line = line_of(row)
    if not name or name.isdecimal() or is_pager([line]) or _NEIGHBOUR.match(line) or is_more(link):
        return None
    return plain_row(row, link, base_url)
