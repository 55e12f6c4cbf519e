"""The title of a record's page: what it declares, its headings, its window's title, the line above its date."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice, takewhile

from lxml import etree

from archive.model.records import fullest, is_cut
from crawler.extract.field_labels import FIELD_OF, LABEL_COLON, is_label, squash, tidy
from crawler.extract.text import CONTROL, Element, flow, in_document, in_hidden_boxes, visible_texts
from crawler.records.dateline import (
    NAMING,
    Cell,
    begins_dateline,
    begins_with_its_label,
    title_above,
    title_above_metadata,
    title_above_text,
    title_below_metadata,
    title_below_number,
)

_TITLE_BOXES = etree.XPath(
    "//*[contains(@class, 'title') or contains(@class, 'Title') or contains(@class, 'biaoti')"
    " or contains(@id, 'title') or contains(@id, 'Title') or contains(@id, 'biaoti')]"
)
_MOST_HEADINGS = 20
_PAGE_TITLE = etree.XPath("string(/html/head/title)")
_SHARED_TITLE = etree.XPath("string(/html/head/meta[@property = 'og:title']/@content)")
_SITE_NAME = re.compile(
    r"(?:.*(?:人民政府|政府网|网站|门户|(?:信息|公众|政务)网|(?:公开|信息|政务)平台|政务公开|信息公开|(?:公开|政务)(?:专栏|专题)|委员会|管委会|局)"
    r"|中华人民共和国[^-—_|]{2,12}[部署院]|[^-—_|]{1,8}[省区市][^-—_|]{1,12}厅)[-—_|]*$"
)
_LETTERHEAD = re.compile(r".{2,30}(?:政府|办公室|委员会|办事处|[委局厅院乡镇])文件")
_GENERIC = re.compile(
    r"(?:[-—_|\s]|政府|政务|信息|公开|政策|法规|文件|解读|通知|公告|公示|新闻|动态|工作|栏目|目录|详情|详细|内容|正文|页面?|查看|浏览|显示|展示)+"
)
"""Titles of windows and boxes that name a column or a kind of page, and no document."""

_TRAIL = re.compile(r"位置\s{0,3}[:：]|[>＞»›]|^(?:网站|本站|门户)?(?:首页|主页)(?:\s|/|$)")
_BRACKETED = re.compile(r"【([^【】]*)】")
_BARS = re.compile(r"[_|—-]")
_COLUMN_JOINTS = frozenset("_|")
"""Joints of a window's title that no title has in itself."""

_CATALOGUE = re.compile(r".{0,20}信息公开目录")
ABOVE_TEXT = "line above the text"
_LINES: dict[Callable[[Sequence[Cell]], str | None], str] = {
    title_above: "line above the date",
    title_below_metadata: "line between metadata and text",
    title_below_number: "line below the document's number",
    title_above_metadata: "line above the metadata",
    title_above_text: ABOVE_TEXT,
}
WINDOW = "window's title"
"""The place of a title that nothing on the page itself shows."""

_LONGEST_TITLE = 300
_LONGEST_WINDOW = 500


def find_title(
    root: Element, sure: Sequence[tuple[str, str]], site: str, cells: Sequence[Cell], body: Element | None = None
) -> tuple[str, str] | None:
    """The title and where it was read: the first of the `sure` ones, else what heading, window or the line above the date say.

    `sure`: what labels and the page itself state, with its place, the surest first. `site`: the name that the site gives itself.
    `body`: the record's text, whose headings name its parts where a title and a date stand above it.
    """
    if sure and not is_cut(sure[0][0]):
        return sure[0]
    window = _without_site(tidy(_PAGE_TITLE(root)[:_LONGEST_WINDOW]), site)
    shared = _without_site(tidy(_SHARED_TITLE(root)[:_LONGEST_WINDOW]), site)
    candidates = [*sure, *_named(root, window, site, cells, body)]
    name_columns = bool(candidates) and all(_GENERIC.fullmatch(text) for text, _ in candidates)
    if name_columns and (above := title_above(cells)) and could_be_title(above, site):
        candidates = [(above, "line above the date")]
    for stated in (window, shared):
        if not candidates and (repeated := _repeated(stated, site, cells)):
            candidates.append((repeated, "line that is part of the window's title"))
    is_named = could_be_title(window, site) and not _GENERIC.fullmatch(window)
    if is_named and (candidates or not _names_column(window, site, cells)):
        candidates.append((window, WINDOW))
    for find, place in _LINES.items():
        if not candidates and (line := find(cells)) and could_be_title(line, site) and not _states_field(line):
            candidates.append((line, place))
    title = fullest([text for text, _ in candidates])
    return next(((text, place) for text, place in candidates if text == title), None)


def _names_parts(root: Element, body: Element, cells: Sequence[Cell], site: str) -> bool:
    """Whether a title and a date stand above a text, so that a heading within names a part of it."""
    before: set[Element] = set()
    for element in root.iter():
        if element is body:
            break
        before.add(element)
    line = title_above([cell for cell in cells if cell[0] in before])
    return line is not None and could_be_title(line, site) and not _GENERIC.fullmatch(line)


def _named(root: Element, window: str, site: str, cells: Sequence[Cell], body: Element | None) -> list[tuple[str, str]]:
    """The headings that could be the title, else the boxes named as titles; one that the window repeats comes first, then one that is shown.

    Those that name parts of the text count only where the window repeats them.
    """
    for find in (_headings, _TITLE_BOXES):
        headings = list(islice(find(root), _MOST_HEADINGS))
        if len(headings) > 1:
            headings.sort(key=in_hidden_boxes(root).__contains__)
        parts = [each for each in headings if body in (each, *each.iterancestors())] if body is not None else []
        if parts and not _names_parts(root, body, cells, site):
            parts = []
        named = _texts((each for each in headings if each not in parts), site)
        named += filter(window.startswith, _texts((each for each in headings if each in parts), site))
        if named := [text for text in named if find is _headings or not _GENERIC.fullmatch(text)]:
            # A heading repeated in the window's title is the document's, not a box's on the side.
            named.sort(
                key=lambda text: not (window and (text.startswith(window.rstrip(".…")) or window.startswith(text)))
            )
            return [(text, "heading") for text in (*_in_a_row(named, window), *named)]
    return []


def _in_a_row(headings: Sequence[str], window: str) -> Iterator[str]:
    """The window's title where two or three headings make it up, one behind another: an agency, and what its document is about."""
    for first in range(len(headings) - 1):
        for last in (first + 2, first + 3):
            if window and "".join(headings[first:last]) == window:
                yield window


def _headings(root: Element) -> Iterator[Element]:
    return in_document(root, "h1", "h2")


def _texts(headings: Iterable[Element], site: str) -> list[str]:
    """The texts of elements, as far as they could be a title."""
    texts = (tidy(flow("".join(_above_dateline(visible_texts(heading, _LONGEST_TITLE))))) for heading in headings)
    return [text for text in texts if could_be_title(text, site)]


def _above_dateline(texts: Sequence[str]) -> Sequence[str]:
    """The pieces of a heading up to one behind the first that begins with a day or a label: 标题 2013-06-07 来源：某局."""
    return [*texts[:1], *takewhile(lambda text: not begins_dateline(text), texts[1:])]


def _repeated(window: str, site: str, cells: Sequence[Cell]) -> str | None:
    """The longest part of a title for windows that is a line of the page as well: up to one of its bars, or behind what names no document.

    标题_栏目_某县 …, 页面 - 标题, 某县信息公开平台 标题.
    """
    lines = {squash(text): tidy(text) for _, text in cells if len(text) <= _LONGEST_TITLE}
    ends = [bar.start() for bar in _BARS.finditer(window)]
    platform, _, behind = window.partition(" ")
    parts = [window, *(window[:end] for end in reversed(ends)), *([behind] if _SITE_NAME.fullmatch(platform) else [])]
    parts += [window[end + 1 :] for end in ends[:1] if _GENERIC.fullmatch(window[:end])]
    printed = (lines[part] for part in map(squash, parts) if part in lines and not _GENERIC.fullmatch(part))
    return next((line for line in printed if could_be_title(line, site)), None)


def _names_column(window: str, site: str, cells: Sequence[Cell]) -> bool:
    """Whether a title for windows is a column's: a catalogue's that no line of the page is, or a short one where the page shows a longer."""
    if _CATALOGUE.fullmatch(window):
        return window not in (tidy(text) for _, text in cells)
    line = None if NAMING.search(window) else title_above(cells)
    return bool(line and NAMING.search(line) and could_be_title(line, site) and not _states_field(line))


def _states_field(line: str) -> bool:
    """Whether a line begins with the label of a field, and its colon."""
    label = LABEL_COLON.match(line)
    return label is not None and squash(label[1]) in FIELD_OF


def _without_site(window: str, site: str) -> str:
    """The window's title without the site's name that portals put behind it: 标题-某县人民政府, 标题_信息公开_某县 …"""
    *pieces, last = re.split(r"(\s*(?:[_|]|\s-+\s|[-—]+(?=[^-—]*$))\s*)", window)
    parts, joints = [*pieces[::2], last], pieces[1::2]
    names_site = False
    while len(parts) > 1:
        is_site = parts[-1] == site or _SITE_NAME.fullmatch(parts[-1]) is not None
        is_column = names_site and (joints[-1].strip() in _COLUMN_JOINTS or _GENERIC.fullmatch(parts[-1]))
        if not (is_site or is_column or len(parts) > 2):
            break
        names_site = names_site or is_site
        parts.pop()
        joints.pop()
    bracketed = _BRACKETED.fullmatch(parts[0])  # 【标题】-某县人民政府
    return (bracketed[1] if bracketed else parts[0]) if len(parts) == 1 else window


def could_be_title(text: str, site: str) -> bool:
    """Whether a text may be a document's title: no site's name, label, dateline, trail or letterhead."""
    bare = text.rstrip("-—_| ")
    return (
        any(map(str.isalnum, bare))
        and CONTROL not in text
        and len(text) <= _LONGEST_TITLE
        and bare != site
        and not is_label(bare)
        and not begins_with_its_label(bare)
        and not _TRAIL.search(bare)
        and not _LETTERHEAD.fullmatch(bare)
        and not (_SITE_NAME.fullmatch(text) and len(bare) <= 20)
    )
