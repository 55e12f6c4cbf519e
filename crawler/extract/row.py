"""One row of a list, from its cells or from what an element prints: the same for all shapes of lists."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from itertools import chain, islice, pairwise, takewhile
from urllib.parse import urljoin

from lxml import etree

from archive.model.addresses import is_on_the_web
from archive.model.agencies import agency_of
from archive.model.observations import Row
from archive.model.records import fullest
from crawler.extract.dates import is_date, parse_date
from crawler.extract.field_labels import FIELD_OF, squash, tidy, value_of
from crawler.extract.pairs import DATE_UNREADABLE, labelled, read_pairs, understand
from crawler.extract.place import slashed
from crawler.extract.text import BLOCKS, Element, is_hidden, is_small, line_of, lines_of, visible_texts
from crawler.extract.tree import SURROGATES

PrintedPairs = list[tuple[str, str]]
"""Labels as printed, with their values."""

_PAGER = re.compile(r"上一?页|下一?页|首页|尾页|末页|共\s*\d+\s*[页条]|第\s*\d+\s*页")
_ONLY_PAGER = re.compile(r"[\d\s/第共页条]{0,40}(?:上一?页|下一?页|尾页|末页)[\s>＞»›]{0,9}")
_NO_PAGE = re.compile(r"\s*(?:#|javascript:|mailto:|tel:|data:|about:|$)", re.IGNORECASE)
INDEX_NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z.\u4e00-\u9fff-]{3,24}[/-](?:19|20)\d{2,4}-\d{3,8}")
DOCUMENT_NUMBER = re.compile(
    r"[\u4e00-\u9fff]{0,20}\s?[〔﹝\[［【(（]\s?(?:19|20)\d{2}\s?[〕﹞\]］】)）]\s?第?\s?\d{1,5}\s?号"
)
_IN_BRACKETS = re.compile(rf"[\[【(（]{DOCUMENT_NUMBER.pattern}[\]】)）]")
_AGENCY = re.compile(
    r"[\u4e00-\u9fff（）()]{2,40}(?:政府|办|办公室|局|委|委员会|镇|乡|街道|院|中心|站|所|处|厅|部|公司|管委会|学校|…|\.{3,})"
)
_ANY_AGENCY = re.compile("[各其本相有其]")
_BRACKETS = "[]【】()（） "
_TITLE_ATTRIBUTE = "a[title]"
# A year and a day of it, or a month and a day, as two texts: 2023 05-18, 2023年05月 18日, 18 May 2023.
_APART = re.compile(
    r"(?:19|20)\d{2}年? \d{1,2}[-/.月]\d{1,2}日?|(?:19|20)\d{2}[-/.年]\d{1,2}月? \d{1,2}日?|\d{1,2} [A-Z][a-z]{2,8}\.? (?:19|20)\d{2}"
)
_YEAR = re.compile(r"(?:19|20)\d{2}年?")
_JOINTS = "/-.|· "
"""Between a day and its month, in an element of their own or in none."""

_LEADS_ON = frozenset({
    "", "查看", "详情", "详细", "查看详情", "查看详细", "详细内容", "点击查看", "查看全文", "阅读全文", "全文", "原文", "浏览", "进入",
    "下载", "点击下载", "立即查看", "了解详情", "more", "detail", "details", "view",
})  # fmt: skip
ITEMS = ("li", "tr", "dt", "dd")
_LARGEST_BOX = 1_000
_HIGHEST_BOX = 3
_MOST_VALUES, _MOST_MARKS = 4, 20
_MOST_CELLS = 12
_FEW = 2
_NUMERIC = r"(?:19|20)\d{2}[-/.]\d{1,2}[-/.]\d{1,2}"
_DAY = re.compile(rf"(?<!\d){_NUMERIC}(?!\d)")
_DAY_BEFORE = re.compile(rf"[\[(（【]?({_NUMERIC})[\])）】]?[\s:：]+(?=\S)")
_DAY_BEHIND = re.compile(rf"[\s\[(（【]({_NUMERIC})[\])）】]?\Z")
_PERIOD = re.compile(rf"{_NUMERIC}\s?(?:至|到|~|～|—|-|－)+\s?{_NUMERIC}")
_LONGEST_REMARK = 40
_OF_TABLES = frozenset({"table", "tbody", "tr"})
_SHORTEST_TITLE = 3
_SHORTEST_CUT = 8
_REMARK_BEHIND = re.compile(rf"[:：|_]|{_NUMERIC}|点击|查看|浏览|阅读|详细|详情|下载|打开|窗口|链接")
"""Text that stands behind a title in an attribute without being part of it."""

_BRACKETED_MARK = r"[\[【［(（](?:new|hot|top|置顶|最新|推荐|热门|热|荐|新|顶)[\])）］】]"
_MARK = re.compile(rf"(?:new|hot|top)!?|置顶|{_BRACKETED_MARK}", re.IGNORECASE)
"""The text of an element within a link or beside it that says of the record that it is new or stands on top."""

_MARK_AT_END = re.compile(rf"\A{_BRACKETED_MARK}\s?|\s?{_BRACKETED_MARK}\Z", re.IGNORECASE)

_DOTS = "·•●■◆▪▶►»> "
_FIGURES = re.compile(r"[\d\s年月日:./-]+")
_CODE = re.compile(r"(?=\D*\d)[A-Z\d()/._-]+", re.IGNORECASE)
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_MORE = re.compile(
    r"[+＋>》»/·]*(?:(?:查看|点击|浏览|阅读|了解)?更多[\u4e00-\u9fff]{0,2}|进入(?:栏目|频道)|more)[>＞》→»›+….]*",
    re.IGNORECASE,
)
_MORE_SIGN = re.compile(r"[+＋]|\.{3}|…{1,2}")
_MORE_PICTURE = re.compile(r"(?:\A|[\s/_-])(?:more|gengduo)\d{0,2}(?:\Z|[\s._-])", re.IGNORECASE)
_LONGEST_MORE = 20
LINKS = etree.XPath(".//a[@href]")
_QUOTED = re.compile(r"[\"']([^\"'\s<>]{1,500})[\"']")
_HELD_ADDRESSES = ("data-href", "data-url", "data-link")
_COUNTED_CALL = re.compile(r",\s*+\d+\s*+[,)]")
_LONGEST_ADDRESS = 2_000
_LINE_BREAKS = re.compile(r"[\t\r\n]")
SCRIPTED_ADDRESS = re.compile(
    r"(?:https?://|\.{0,2}/|\?)\S+|[\w./-]{1,200}\.(?:s?html?|jhtml|jspx?|aspx?|php|do|action)(?:\?\S*)?"
)
"""An address as the scripts of links name them, in quotes."""


def is_page_link(href: str | None) -> bool:
    """Whether `href` leads to a page, and not to a script, a place on this page or nowhere."""
    return href is not None and not _NO_PAGE.match(href)


def absolute(base_url: str, href: str) -> str | None:
    """`href` made absolute, or None where it is no address of a page on the web. Half a character is replaced, as browsers do."""
    try:
        url = urljoin(base_url, SURROGATES.sub("\ufffd", slashed(_LINE_BREAKS.sub("", href.strip()))))
    except ValueError:
        return None
    return url if is_on_the_web(url) else None


def folder_of(url: str) -> str:
    """The address of the folder in which a page stands."""
    return url.partition("?")[0].rpartition("/")[0] + "/"


def target(node: Element, url: str) -> str | None:
    """The target of a click on `node`: its address, or the one that its script names; None where neither is there."""
    href = node.get("href") or ""
    if is_page_link(href):
        return absolute(url, href) if len(href) <= _LONGEST_ADDRESS else None
    for script in (href, node.get("onclick") or ""):
        if "+" in script or len(script) > _LONGEST_ADDRESS or _COUNTED_CALL.search(script):
            continue  # the address is put together by the script, from parts or from a number
        named = [quoted for quoted in _QUOTED.findall(script) if SCRIPTED_ADDRESS.fullmatch(quoted)]
        if len(named) == 1:
            return absolute(url, named[0])
    held = {value for name in _HELD_ADDRESSES if (value := node.get(name)) and SCRIPTED_ADDRESS.fullmatch(value)}
    return absolute(url, held.pop()) if len(held) == 1 else None


def read_row(element: Element, base_url: str, beside: Iterable[tuple[str, str]] = ()) -> Row | None:
    """The row that an element is, where it is known to be one: a record in a service's answer.

    `beside`: labels with values that stand elsewhere than in its text. None where it prints nothing and leads nowhere, or
    is a template that no script has filled in.
    """
    inner = _innermost(element)
    element = inner if inner.tag in _OF_TABLES else element  # else the text of a table would be another's
    text = line_of(element)
    link = link_of([element])
    if "{{" in text or not (text or link is not None):
        return None
    cells = [cell for cell in _innermost(element) if isinstance(cell.tag, str)]
    titles = [cell for cell in cells if next(cell.iter("a"), None) is not None] or _longest(cells)
    if len(cells) > 2 and len(titles) == 1:
        pairs = [*read_pairs(element), *beside]
        return typed_row(cells, texts_of(cells), pairs, base_url, title=titles[0])
    return plain_row(element, link, base_url, beside)


def _longest(cells: Sequence[Element]) -> list[Element]:
    """The cell that is a row's title where none has a link, alone; none where no cell has text that could be one."""
    texts = ((line_of(cell), cell) for cell in cells)
    named = [(len(text), cell) for text, cell in texts if value_of(text) and not is_date(text)]
    return [max(named, key=lambda each: each[0])[1]] if named else []


def _innermost(element: Element) -> Element:
    """The element that holds what `element` prints: itself, or the only one inside it, and so on."""
    while len(element) == 1 and not (element.text or "").strip() and not (element[0].tail or "").strip():
        element = element[0]
    return element


def texts_of(cells: Iterable[Element | None]) -> list[str]:
    """Return the text that each cell prints, on one line; "" for a missing cell."""
    return [line_of(cell) if cell is not None else "" for cell in cells]


def typed_row(
    cells: Sequence[Element], texts: Sequence[str], hover: PrintedPairs, base_url: str, title: Element | None = None
) -> Row:
    """A row without a header: each cell is known by its own form, the rest comes from the hover box."""
    printed: list[tuple[str, str]] = []
    for cell, text in zip(cells, texts, strict=True):
        if cell is title or next(cell.iter("a"), None) is not None:
            printed.append(("标题", without_column(cell, text)))
        elif label := _known_by_form(text):
            printed.append((label, text))
        elif _AGENCY.fullmatch(text):
            printed.append(("发布单位", text))
    return make_row(printed, link_of(cells), hover, base_url)


def plain_row(row: Element, link: Element | None, base_url: str, beside: Iterable[tuple[str, str]] = ()) -> Row:
    """A row of a link and a date, of a title and a date, or of less."""
    parts = parts_of(row)
    texts = [text for part in parts for text in map(tidy, visible_texts(part)) if text]
    titled = row if link is None else link
    date = date_in(texts, titled)
    title = _without_date(titled, date)
    if link is not None and not date and (day := _DAY_BEFORE.match(title) or _DAY_BEHIND.search(title)):
        date, title = (day[1],), tidy(title[: day.start()] + title[day.end() :]).rstrip("[(（【 ") or title
    if link is not None and says_nothing(title):  # the title stands beside a link called 查看, or a date
        others = (text for text in texts if text not in date and not says_nothing(text) and not _known_by_form(text))
        title = max(others, key=len, default=title)
    known = [(label, text) for text in texts if (label := _known_by_form(text)) and label != "发布日期"]
    if bracketed := next((text for text in texts if _IN_BRACKETS.fullmatch(text)), None):
        title = title.removeprefix(bracketed).removesuffix(bracketed).strip() or title
        known.append(("文号", bracketed[1:-1]))
    hidden = takewhile(is_hidden, row.itersiblings("*"))
    pairs = [*(pair for box in (*parts, *hidden) for pair in read_pairs(box)), *beside]
    printed = [("标题", title), *([("发布日期", joined_date(date))] if date else []), *known]
    if all(FIELD_OF.get(squash(label)) != "publisher" for label, _ in pairs):
        printed += _agency_in(texts, title)
    read = make_row(printed, link, pairs, base_url)
    return (
        read if date or not any(map(_PERIOD.search, texts)) else replace(read, doubts=(*read.doubts, DATE_UNREADABLE))
    )


def _agency_in(texts: Iterable[str], title: str) -> PrintedPairs:
    """The only agency that stands in an element of its own beside a row's title, in brackets or not."""
    bare = dict.fromkeys(text.strip(_BRACKETS) for text in texts if text != title)
    agencies = [text for text in bare if _AGENCY.fullmatch(text) and not _ANY_AGENCY.match(text) and agency_of(text)]
    return [("发布单位", agencies[0])] if len(agencies) == 1 else []


def _without_date(titled: Element, date: tuple[str, ...]) -> str:
    """The title in an element, without the row's date that some templates print within it, before or behind the title."""
    title = _title_in(titled)
    inside = [text for text in map(tidy, visible_texts(titled)) if text]
    for text in takewhile(date.__contains__, inside):
        title = title.removeprefix(text).strip() or title
    for text in takewhile(date.__contains__, reversed(inside)):
        title = title.removesuffix(text).strip() or title
    return title


def _without_marks(link: Element, title: str) -> str:
    """A title without the dot before it, and without marks such as NEW at its ends: in brackets, or in elements of their own in its link or beside it."""
    title = title.lstrip(_DOTS) or title
    for near in islice(chain(link, link.itersiblings(), link.itersiblings(preceding=True)), _MOST_MARKS):
        mark = line_of(near, _LONGEST_REMARK) if isinstance(near.tag, str) else ""
        if _MARK.fullmatch(mark):
            title = title.removesuffix(mark).removeprefix(mark).strip() or title
    return _MARK_AT_END.sub("", title)


def group_of(part: Element) -> list[Element]:
    """A term of a list of terms with what is said of it, by either; what is said of nothing, or a long group's part, by itself."""
    before = takewhile(lambda each: each.tag == "dd", part.itersiblings("dt", "dd", preceding=True))
    count = len(list(islice(before, _MOST_VALUES))) if part.tag == "dd" else 0
    term = part
    for _ in range(count + (part.tag == "dd")):
        previous = next(term.itersiblings("dt", "dd", preceding=True), None)
        term = term if previous is None else previous
    values = list(islice(takewhile(lambda each: each.tag == "dd", term.itersiblings("dt", "dd")), _MOST_VALUES))
    return [term, *values] if term.tag == "dt" and len(values) < _MOST_VALUES else [part]


def parts_of(row: Element) -> list[Element]:
    """The elements that a row consists of: itself, behind a term what is said of it, and behind a cell the next one."""
    if row.tag == "dt":
        return group_of(row)
    beside = next(row.itersiblings("td"), None) if row.tag == "td" else None
    return [row] if beside is None else [row, beside]


def _is_paired(cell: Element) -> bool:
    """Whether a cell is one of several in its row, or in the one before, that have a link each and a date in the cell behind."""
    rows = [cell.getparent(), *islice(cell.getparent().itersiblings("tr", preceding=True), 1)]
    return _is_before_date(cell) and any(
        sum(map(_is_before_date, islice(row.iterchildren("td"), _MOST_CELLS))) > 1 for row in rows
    )


def _is_before_date(cell: Element) -> bool:
    beside = next(cell.itersiblings("td"), None)
    return beside is not None and link_of([cell]) is not None and is_date(line_of(beside, _LONGEST_REMARK))


def item_of(link: Element, terms: dict[Element, Element | None]) -> Element | None:
    """The item of a list that a link stands in; of a list of terms the term, with what is said of it, where that is a row.

    A table may show several records in a row, each in a cell with its date in the next: the item is then the cell.
    `terms`: what is known of the terms of the page so far; one may hold many links.
    """
    item = next(link.iterancestors(*ITEMS), None)
    if item is not None and item.tag == "tr":
        cell = next(link.iterancestors("td"), None)
        return cell if cell is not None and _is_paired(cell) else item
    if item is None or item.tag not in {"dt", "dd"}:
        return item
    if item not in terms:
        terms[item] = _row_of_term(item)
    return terms[item]


def holders_of_rows(items: Collection[Element]) -> set[Element]:
    """Those of the items that links stand in that are cells or rows of a layout's table: they hold several others with a date each."""
    held: dict[Element, list[Element]] = {}
    for item in items:
        if (holder := next((up for up in item.iterancestors("tr", "td") if up in items), None)) is not None:
            held.setdefault(holder, []).append(item)
    return {holder for holder, inside in held.items() if len(list(islice(filter(_has_date, inside), 2))) > 1}


def _has_date(item: Element) -> bool:
    return any(is_date(tidy(text)) for text in visible_texts(item, _LARGEST_BOX))


def _row_of_term(item: Element) -> Element | None:
    """The term of a row that a term, or what is said of one, belongs to; where that is none, what is said of it alone."""
    group = group_of(item)
    linked = [part for part in group if any(is_page_link(other.get("href")) for other in LINKS(part))]
    if len(linked) == 1 or len({other.get("href") for part in linked for other in LINKS(part)}) == 1:
        return group[0]
    return item if item.tag == "dd" else None


def box_of(link: Element) -> Element | None:
    """The smallest box around a link in which a date stands too, and no link that leads elsewhere; a link around both is one."""
    texts = [text for text in map(tidy, visible_texts(link, _LARGEST_BOX)) if text]
    if len(texts) > 1 and date_in(texts, link):
        return link
    boxes = islice(link.iterancestors("div", "p", "section", "article"), _HIGHEST_BOX)
    small: Iterable[Element] = takewhile(lambda box: is_small(box, _LARGEST_BOX), boxes)
    if is_date(text := line_of(link, _LONGEST_REMARK)):  # a link that is the date beside the title's
        small = (box for box in small if line_of(box, _LONGEST_REMARK) != text)
    box = next((box for box in small if date_in([tidy(text) for text in visible_texts(box)], link)), None)
    targets = {other.get("href") for other in LINKS(box)} if box is not None else set()
    return box if len({target for target in targets if is_page_link(target)}) == 1 else None


def make_row(printed: PrintedPairs, link: Element | None, hover: PrintedPairs, base_url: str) -> Row:
    """A row from its cells under their labels, its link, and what its hover box says."""
    attribute = tidy(link.get("title") or "") if link is not None else ""
    url = absolute(base_url, link.get("href")) if link is not None and is_page_link(link.get("href")) else None
    if stated := labelled(link.get("title") or "") if link is not None else []:
        attribute, hover = "", [*hover, *stated]
    cells, beside = understand(printed, url), understand(hover, url)
    fields = {**beside.fields, **cells.fields}
    own = cells.fields.get("title")
    titles = [
        _whole(_without_marks(link, own), attribute) if own and link is not None else own,
        value_of(attribute),
        beside.fields.get("title"),
    ]
    if title := fullest([title for title in titles if title]):
        fields["title"] = title
    source_fields = {**beside.source_fields, **cells.source_fields}
    if attribute and attribute not in source_fields.values():
        source_fields[_TITLE_ATTRIBUTE] = attribute
    return Row(fields, source_fields, tuple(sorted(cells.doubts | beside.doubts)), url)


def _whole(title: str, attribute: str) -> str:
    """A link's title, or what its attribute says where that goes on with it: some templates cut titles without a sign."""
    behind = attribute[len(title) :] if len(title) >= _SHORTEST_CUT and attribute.startswith(title) else ""
    return attribute if behind and not _REMARK_BEHIND.search(behind) else title


def link_of(cells: Iterable[Element | None]) -> Element | None:
    """The link to the record's page: of several the one that is most like a title. A cell may be it itself."""
    links = [link for cell in cells if cell is not None for link in cell.iter("a") if is_page_link(link.get("href"))]
    return max(links, key=how_like_a_title, default=None) if len(links) != 1 else links[0]


def how_like_a_title(link: Element) -> tuple[bool, bool, int]:
    """Long, and neither a date nor a column's name in brackets before the title."""
    text = line_of(link)
    return not says_nothing(text), text[:1] not in "[【" or text[-1:] not in "]】", len(text)


def is_more(link: Element) -> bool:
    """Whether a link leads to more of something: by its text or its title, be it but +, or, without any, by its class or its picture's file or words."""
    if name := squash(line_of(link, _LONGEST_MORE)) or squash(link.get("title") or ""):
        is_sign = _MORE_SIGN.fullmatch(name) is not None and is_page_link(link.get("href"))
        return is_sign or _MORE.fullmatch(name) is not None
    pictures = [(picture.get("src") or "", squash(picture.get("alt") or "")) for picture in link.iterchildren("img")]
    called = (link.get("class") or "", *(source for source, _ in pictures))
    return any(map(_MORE_PICTURE.search, called)) or any(_MORE.fullmatch(words) for _, words in pictures)


def says_nothing(text: str) -> bool:
    """Whether the text of a link names no record: a date, or a word such as 查看."""
    return is_date(text) or _APART.fullmatch(text) is not None or squash(text) in _LEADS_ON


def is_pager(texts: Iterable[str]) -> bool:
    """Whether a row is a list's pager: short, with two or more words of pagers, or one beside figures alone."""
    line = " ".join(texts)
    return len(line) < 200 and (len(_PAGER.findall(line)) >= 2 or _ONLY_PAGER.fullmatch(line.strip()) is not None)


def without_column(cell: Element, text: str) -> str:
    """The text of a title's cell without the name of a column in brackets, which a link of its own before the title's leads to."""
    links = [link for link in islice(LINKS(cell), _FEW) if is_page_link(link.get("href"))]
    if len(links) < _FEW or links[0].get("href") == links[1].get("href"):
        return text
    name = line_of(links[0], _LONGEST_REMARK).strip("[]【】 ")
    column = next((column for column in (f"[{name}]", f"【{name}】") if text.startswith(column)), "")
    return text.removeprefix(column).strip() or text


def _known_by_form(text: str) -> str | None:
    """The label under which a text without any is known by its form alone."""
    if is_date(text):
        return "发布日期"
    if INDEX_NUMBER.fullmatch(text):
        return "索引号"
    return "文号" if DOCUMENT_NUMBER.fullmatch(text) else None


def date_in(texts: Sequence[str], link: Element | None = None) -> tuple[str, ...]:
    """The texts that print a row's date: one or, where day and year stand apart, two of them, the year's first.

    Where none is a date and little else, the only day in one of the short texts beside `link`: 2018-03-01 浏览：32.
    """
    texts = [text for text in texts if text.strip(_JOINTS)]
    dates = [text for text in texts if is_date(text)]
    whole = [date for date in dates if parse_date(date)]
    if whole:
        return (whole[0],)
    pairs = [pair for one, other in pairwise(texts) for pair in ((one, other), (other, one))]
    years = [text for text in texts if _YEAR.fullmatch(text)]
    pairs += [(years[0], date) for date in dates if len(years) == 1]
    apart = (pair for pair in pairs if _APART.fullmatch(" ".join(pair)))
    if found := next(apart, tuple(dates[:1])):
        return found
    title = set() if link is None else {tidy(text) for text in visible_texts(link)}
    days = (_DAY.findall(text) for text in texts if len(text) <= _LONGEST_REMARK and text not in title)
    return next(((found[0],) for found in days if len(found) == 1), ())


def joined_date(date: tuple[str, ...]) -> str:
    """The date that one text prints, or two of which the second has the day."""
    return date[0] if len(date) == 1 else f"{date[0]}{'' if date[0][-1] in '年月' else '-'}{date[1]}"


def _title_in(link: Element) -> str:
    """Return the title that a link states: all of its text or, where it holds a whole box, its heading, what its
    title says it begins with, or its first line that is no project's code.

    A title may be broken into lines; with a sentence behind it the link is a box.
    """
    heading = next(link.iter(*_HEADINGS), None)
    text = line_of(link if heading is None else heading)
    blocks = BLOCKS.intersection(child.tag for child in link)
    if heading is not None or not blocks or (blocks == {"br"} and "。" not in text):
        return text or line_of(link)
    attribute = tidy(link.get("title") or "")
    if attribute and text.startswith(attribute):
        return attribute
    lines = (line for line in lines_of(link).split("\n") if len(line) >= _SHORTEST_TITLE)
    worded = [line for line in lines if not _FIGURES.fullmatch(line)]
    return next((line for line in worded if not _CODE.fullmatch(line)), worded[0] if worded else text)
