"""Pagers made of links: 下一页 by its address or by a script that names one, numbers, a choice of pages.

Pure. Where the next page is stands on the page; no address is made up from another.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain, islice
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

from archive.model.observations import Paging
from crawler.extract.field_labels import squash, tidy
from crawler.extract.row import SCRIPTED_ADDRESS, absolute, target
from crawler.extract.text import Element, line_of, visible_texts
from crawler.services.page_counts import fitting, is_claim, printed_claims
from crawler.services.script_pagers import part_paging, script_paging

_ARROWS = frozenset({">", "›", "»", ">>"})
_LOADING = frozenset({"加载更多", "点击加载更多", "加载更多信息", "点击加载", "显示更多"})
"""Names of links that lead to the next page only where they lead to one of the list's, which has a number."""

_AROUND_NAMES = "<>›»＞→"
_NEXT = frozenset({"下一页", "下页", "后一页", "后页", "下一頁", "next", "Next", *_ARROWS, *_LOADING})
_WORDS = _NEXT - _ARROWS - _LOADING | {"上一页", "上页", "前一页", "尾页", "末页"}
_LONGEST_NAME = 20
_MOST_PARTS = 12
_LONGEST_PAGER = 400
_LONGEST_STATEMENT = 100
_MOST_STATEMENTS = 50
_CLICKABLE = etree.XPath(".//*[self::a or ((@onclick or @data-href or @data-url) and not(*/*))]")
_NUMBERED = etree.XPath(".//a[string-length(normalize-space(.)) < 4]")
_TEXTS = etree.XPath(".//text()[contains(., '页')][not(parent::script or parent::style or parent::option)]")
_COUNTS = etree.XPath(
    ".//text()[contains(., '条') or contains(., '总') or contains(., '共')][not(parent::script or parent::style or parent::a)]"
)
_OWN_TEXTS = etree.XPath(".//text()[not(parent::script or parent::style)]")
_CHOICES = etree.XPath(".//select[@onchange][not(parent::option)]")
_DECLARED = etree.XPath("//link[@rel = 'next']/@href")
_PAGER_NAME = re.compile(
    r"pagination|pager|paging|laypage|page-?(?:box|bar|list|nav)|(?:^|\s)pages?(?:\s|$)", re.IGNORECASE
)
_PAGE_NUMBER = re.compile(r"[?&/](?:page|p|pn|pageno|paged)[=/_-]\d{1,5}\b|/(?:index|list)_\d{1,5}\.", re.IGNORECASE)
_BOXES = etree.XPath("ancestor::*[position() <= 4]")
_NUMBERED_PAGE = re.compile(r"[_-]?\d{1,5}(?:\.\w{1,6})?\Z|[?&]\w{1,40}=\d{1,5}(?:&|\Z)")
_NUMBER = re.compile(r"\d{1,4}")
_PAGE_TO_CHOOSE = re.compile(r"第?(\d{1,5})页?")
_MOST_CHOICES = 10
_FIRST = frozenset({"首页", "第一页", "first", "First"})
_LAST = frozenset({"尾页", "末页", "最后页", "最后一页", "last", "Last"})
_BEHIND_DOTS = re.compile(r"(?:…|\.\.)\s{0,3}(\d{1,4})(?!\d)")
_ENDS_IN_NUMBER = re.compile(r"\d\D{0,6}\Z")
_DIGITS = re.compile(r"(\d{1,9})")
_PAST_ARROWS = frozenset({">>", "»"})
"""Names of the link to the last page where another arrow leads to the next one."""

_HIGHEST_PAGER = 3
_SERIES = re.compile(r"(?<!\d)[_-]?\d*(?:\.\w{1,6})?$")


def read_paging(root: Element, url: str, shown: int = 0) -> Paging:
    """Return what the pager of the list page at `url` says, a script's or links: pages and rows claimed, the next page.

    `shown`: the number of rows on the page, which tells a claim that fits from one that does not; 0 where it is not known.
    """
    paging = script_paging(root, url)
    if paging is None:
        paging = linked_paging(root, url)
        paging = part_paging(root, url) if paging == Paging() else paging
    elif paging.rows_claimed is None and paging.pages_claimed is not None:
        counts = (_claims(box)[1] for box in _short_boxes(_COUNTS(root)))
        paging = replace(
            paging, rows_claimed=next((rows for rows in counts if rows and rows >= paging.pages_claimed), None)
        )
    return fitting(paging, shown, root)


def linked_paging(root: Element, url: str) -> Paging:
    """Return what the links of the list page at `url` say: where the next page is, and the numbers printed around them."""
    link = _next_link(root, url)
    anchor, following = link, target(link, url) if link is not None else None
    if following is None:
        beside, following = _chosen(root, url) or _numbered(root, url) or (None, None)
        anchor = next((node for node in (link, beside, *_page_words(root)) if node is not None), None)
        following = following or _declared(root, url)
    pages, rows = _claims(anchor) if anchor is not None else (None, None)
    if pages is None and rows is None:
        pages, rows = next(map(_claims, chain(_statements(root), _in_pagers(root))), (None, None))
    if pages is None and anchor is not None:
        pages = _pages_to_choose(anchor) or _last_page(anchor, following, url)
    return Paging(pages, rows, following if following != url else None)


def _next_link(root: Element, url: str) -> Element | None:
    """The link called 下一页, one to this list's pages before others; an arrow only where it leads to one of these."""
    named: list[tuple[bool, bool, bool, int, Element]] = []
    for node in _CLICKABLE(root):
        names = _names(node) & _NEXT
        address = target(node, url) if names else None
        is_numbered = address is not None and _NUMBERED_PAGE.search(address) is not None and _is_of_series(address, url)
        if names - _ARROWS - _LOADING or (names - _LOADING and _is_of_series(address, url)) or (names and is_numbered):
            named.append((not names - _ARROWS, address is None, not _is_of_series(address, url), len(named), node))
    return min(named)[-1] if named else None


def _declared(root: Element, url: str) -> str | None:
    """The next page that the head of a page declares; an article's may name the next article there, which no page number tells."""
    addresses = (absolute(url, href) for href in _DECLARED(root))
    return next((each for each in addresses if each and _PAGE_NUMBER.search(each) and _is_of_series(each, url)), None)


def _names(node: Element) -> set[str]:
    """Return the names of a link: its text, its title, what stands on a button or for a picture."""
    named = (
        _text(node),
        node.get("title"),
        node.get("value"),
        *(picture.get("alt") for picture in node.iterchildren("img")),
    )
    names = {squash(name) for name in named if name and len(name) <= _LONGEST_NAME}
    return names | {name.strip(_AROUND_NAMES) for name in names}


def _text(node: Element) -> str:
    """The text of a link; "" for one that holds a whole box."""
    is_box = len(list(islice(node.iter(), _MOST_PARTS))) == _MOST_PARTS
    return "" if is_box else line_of(node, _LONGEST_NAME)


def _page_words(root: Element) -> Iterator[Element]:
    """The pager that leads on to nothing: the words of its links, 上一页 or 尾页 among them."""
    for text in _TEXTS(root):
        if len(text) <= _LONGEST_NAME and squash(text) in _WORDS:
            yield text.getparent().getparent() if text.is_tail else text.getparent()


def _claims(anchor: Element) -> tuple[int | None, int | None]:
    """Return the numbers of pages and rows printed in a part of a pager and around it, the nearest first; None for one not printed."""
    pages = rows = None
    for box in (anchor, *reversed(_BOXES(anchor))):
        text = tidy(" ".join(visible_texts(box, _LONGEST_PAGER)))  # apart, as buttons are: 1 2 3 1/32
        if len(text) > _LONGEST_PAGER:
            break
        printed = printed_claims(text)
        pages = printed[0] if pages is None else pages
        rows = printed[1] if rows is None else rows
    return pages, rows


def _pages_to_choose(anchor: Element) -> int | None:
    """The number of pages that a list to choose from beside a pager's links offers, from the first on: 第1页, 第2页 …"""
    boxes = islice(reversed(_BOXES(anchor)), _HIGHEST_PAGER)
    for choice in islice((choice for box in boxes for choice in box.iter("select")), _MOST_CHOICES):
        numbers = [_PAGE_TO_CHOOSE.fullmatch(squash(option.text or "")) for option in choice.iter("option")]
        if len(numbers) > 1 and all(each and int(each[1]) == at for at, each in enumerate(numbers, 1)):
            return len(numbers)
    return None


def _last_page(anchor: Element, following: str | None, url: str) -> int | None:
    """The number of the last page, which no text of the pager says: the one behind dots, or apart, or that of the link called 尾页.

    What number stands in an address for which page is known by the links called 2, 3 …, or by those to the first page and, from
    a list whose own address has none, to the next one.
    """
    for box in islice(reversed(_BOXES(anchor)), _HIGHEST_PAGER):
        text = line_of(box, _LONGEST_PAGER)
        if len(text) > _LONGEST_PAGER:
            return None
        links = [(squash(_text(link)), target(link, url)) for link in _CLICKABLE(box)]
        numbered = {int(name): address for name, address in links if address and _NUMBER.fullmatch(name)}
        behind_dots = [int(number) for number in _BEHIND_DOTS.findall(text)]
        if behind_dots and behind_dots[-1] in numbered and behind_dots[-1] == max(numbered):
            return behind_dots[-1]
        if _is_apart(numbered):
            return max(numbered)
        named = {name: address for name, address in links if address}
        is_arrow_past = following is not None and following in {named.get(">"), named.get("›")}
        last_names = _LAST | _PAST_ARROWS if is_arrow_past else _LAST
        if last := next((address for name, address in links if name in last_names and address), None):
            is_first = (
                following is not None and not _ENDS_IN_NUMBER.search(urlsplit(url).path) and not urlsplit(url).query
            )
            ends = [(1, address) for name, address in links if name in _FIRST and address]
            ends += [(2, following)] if is_first and following else []
            return _counted(last, numbered or dict(ends))
    return None


def _is_apart(numbered: Collection[int]) -> bool:
    """Whether the last of pages that are links stands apart from the others, which follow one another: 2 3 4 30."""
    *others, last = sorted(numbered) or [0]
    return len(others) > 1 and others[-1] - others[0] == len(others) - 1 and last > others[-1] + 1


def _counted(last: str, numbered: Mapping[int, str]) -> int | None:
    """The number of the page at the address `last`, which differs from those of `numbered` pages in one number alone; None where they disagree."""
    found = set()
    for number, address in numbered.items():
        parts, others = _DIGITS.split(last), _DIGITS.split(address)
        apart = [at for at, (one, other) in enumerate(zip(parts, others, strict=False)) if one != other]
        if not apart and last == address:
            return number
        if len(parts) == len(others) and len(apart) == 1 and apart[0] % 2:
            ahead = int(parts[apart[0]]) - int(others[apart[0]])
            found.add(number + ahead if 0 <= number - int(others[apart[0]]) <= 1 else 0)
    count = found.pop() if len(found) == 1 else 0
    return count if count >= max(numbered, default=1) else None


def _statements(root: Element) -> Iterator[Element]:
    """Elements with a short text that says how many pages there are, where no link or word of a pager stands with them."""
    return (box for box in _short_boxes(_TEXTS(root)) if is_claim(line_of(box, _LONGEST_STATEMENT)))


def _in_pagers(root: Element) -> Iterator[Element]:
    """Elements with a short text that counts rows, in a box that is called a pager."""
    return (
        box
        for box in _short_boxes(_COUNTS(root))
        if any(_PAGER_NAME.search(each.get("class") or "") for each in (box, *_BOXES(box)))
    )


def _short_boxes(texts: Iterable[Any]) -> Iterator[Element]:
    """The elements that hold short texts and little else."""
    for text in islice((text for text in texts if len(text) <= _LONGEST_NAME * 2), _MOST_STATEMENTS):
        box = text.getparent().getparent() if text.is_tail else text.getparent()
        if len(line_of(box, _LONGEST_STATEMENT)) <= _LONGEST_STATEMENT:
            yield box


def _chosen(root: Element, url: str) -> tuple[Element, str] | None:
    """The page after this one in a list to choose from, whose options are addresses and called by numbers."""
    for choice in _CHOICES(root):
        options = [(_NUMBER.search(option.text or ""), option) for option in choice.iter("option")]
        pages = [
            (int(number[0]), address, option.get("selected") is not None)
            for number, option in options
            if number
            and SCRIPTED_ADDRESS.fullmatch(value := option.get("value") or "")
            and (address := absolute(url, value))
        ]
        here = [number for number, address, _ in pages if address == url] or [n for n, _, chosen in pages if chosen]
        following = {number: address for number, address, _ in pages}.get(here[0] + 1) if here else None
        if following and _is_of_series(following, url):
            return choice, following
    return None


def _numbered(root: Element, url: str) -> tuple[Element, str] | None:
    """The page after this one where the pages are links called 1, 2, 3 …, and this one's number is none, or leads here."""
    boxes: dict[Element, dict[int, tuple[Element, str]]] = {}
    for link in _NUMBERED(root):
        name = squash(_text(link))
        if len(name) <= 3 and name.isascii() and name.isdecimal() and (address := target(link, url)):
            for box in reversed(_BOXES(link)):
                boxes.setdefault(box, {}).setdefault(int(name), (link, address))
    for box, numbers in sorted(boxes.items(), key=lambda each: -len(each[1])):
        if len(line_of(box, _LONGEST_PAGER)) > _LONGEST_PAGER:
            continue
        following = numbers.get(_number_here(box, numbers, url) + 1)
        return following if following and _is_of_series(following[1], url) else None
    return None


def _number_here(box: Element, numbers: dict[int, tuple[Element, str]], url: str) -> int:
    """The number of this page in a pager: the one that leads here, the only one printed that leads nowhere, else 1."""
    here = [number for number, (_, address) in numbers.items() if address == url]
    printed = {int(name) for text in _OWN_TEXTS(box) if len(text) < 9 and _NUMBER.fullmatch(name := squash(text))}
    alone = printed - numbers.keys()
    return here[0] if here else alone.pop() if len(alone) == 1 else 1


def _is_of_series(address: str | None, url: str) -> bool:
    """Whether an address differs from the list's own as its pages do: in a number in the name, or in the query."""
    if address is None:
        return False
    (host, folder, name), (here, own_folder, own_name) = _series(address), _series(url)
    same_folder = folder == own_folder and (name == own_name or not own_name or not name)
    return host == here and (same_folder or folder == f"{own_folder}/{own_name}")


def _series(url: str) -> tuple[str, str, str]:
    parts = urlsplit(url)
    folder, _, name = parts.path.rpartition("/")
    return parts.netloc, folder, _SERIES.sub("", name[: _LONGEST_NAME * 5], count=1)
