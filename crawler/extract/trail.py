"""The breadcrumb of a page: the steps from the home page to it, however they are joined.

A trail begins behind 当前位置 or with a link to the home page. What joins its steps is an arrow, in a text, in an element or a cell of
its own; or nothing but that they are links beside each other, behind 当前位置 or each leading into a folder of the one before.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice, pairwise

from lxml import etree

from crawler.extract.field_labels import squash, tidy
from crawler.extract.place import joined, place_of
from crawler.extract.text import BLOCKS, HIDDEN, Element, is_hidden, line_of

_POSITION = re.compile(
    r"(?:当\s*前|您|你|所\s*在)[^:：>＞]{0,8}(?:位\s*置|栏\s*目)\s*(?:是|在|为)?\s*[:：]?|^[\s\u200b\ufeff]*位\s*置\s*[:：]"
)
_HOME = re.compile(r"首 ?页|主页|\A\s*+(?:Home|HOME|home)\s*+\Z")
_OF_STARTS = re.compile("[页置当您你所]|ome|OME")
_BARE_HOME = re.compile(r"\s*首页")
_SEPARATOR = re.compile(r" ?(?:[-=]?[>＞»›→⇒▶▸►≫〉》]+|/+|\\|[|｜]|::) ?")
_FIRST_STEP = re.compile(r"(?:网站|本站|门户)?[首主]\s?页\s?(?:[-=]?[>＞»›→≫〉》]|/)")
_BAR = re.compile(r"[\s\-–—─·•|｜]+")  # joins the steps of a trail behind 当前位置, and of a menu as well
_ARROW_ALONE = re.compile(r"[\s\-–—─>＞»›→⇒▶▸►≫〉》·•/\\|｜:：]+")
_BULLET = re.compile("[·•]")  # begins a row of a list at the beginning of a line
_PLACEHOLDER = re.compile(
    r"(?:浏览|查看|阅读)?(?:当前)?(?:文章|信息|新闻|公文|文件|正文|本文|内容)?(?:正文|内容|详细内容|详细信息|详情|详细|细览|细缆|浏览|查看|阅读|全文)[页面]?|(?:浏览|查看|阅读)(?:文章|信息|新闻|内容|页面|公文)|列表|当前页面?"
)
"""Last steps that name no column."""

_PAGER = re.compile(r"\d+|[上下]一?页|[尾末]页")
_CELLS = frozenset({"li", "td", "th", "dd", "dt"})
_HIGHEST = 4
_LEAST_NESTED = 3  # steps of a trail; two links nest in many a menu
_NO_TEXT = frozenset({"script", "style", "option", etree.Comment, etree.PI})
_MOST_STARTS = 12
_MOST_PIECES = 80
_MOST_STEPS = 12
_LONGEST_TEXT = 200
_LONGEST_STEP = 60
_LONGEST_TRAIL = 300


@dataclass(frozen=True, slots=True)
class _Piece:
    """A piece of text behind a trail's start: of which link (None: of none), in which block, whether a line begins with it."""

    text: str
    link: Element | None
    block: Element | None
    begins_line: bool


@dataclass(frozen=True, slots=True)
class _Trail:
    """The steps of a trail, the addresses of those that are links, and what joins them: arrows, mere bars, or nothing (both False).

    `is_named`: the page calls what they stand in a breadcrumb.
    """

    steps: tuple[str, ...]
    links: tuple[str, ...]
    arrows: bool
    bars: bool
    is_named: bool = False


@dataclass(frozen=True, slots=True)
class _Text:
    """A text of a page: the one with which `holder` begins, or that behind its end."""

    text: str
    holder: Element
    is_tail: bool


@dataclass(slots=True)
class _Starts:
    """Where trails may begin: texts that say 当前位置, links to the home page, texts without a link that begin with 首页."""

    positions: list[_Text] = field(default_factory=list)
    homes: list[Element] = field(default_factory=list)
    bare: list[_Text] = field(default_factory=list)

    def take(self, text: _Text) -> None:
        """Take in a text of the page, each at its turn."""
        if len(text.text) <= _LONGEST_TEXT and _POSITION.search(text.text):
            self.positions.append(text)
        if not _HOME.search(text.text):
            return
        around = text.holder.iterancestors("a")
        link = text.holder if text.holder.tag == "a" and not text.is_tail else next(around, None)
        if link is None and len(text.text) <= _LONGEST_TEXT and _BARE_HOME.match(text.text):
            self.bare.append(text)
        elif link is not None and link not in self.homes[-1:]:
            self.homes.append(link)


def read_breadcrumb(root: Element, url: str = "") -> tuple[str, ...]:
    """The steps from the home page to the column of the page at `url`, e.g. ("首页", "政务公开", …); () where the page shows none.

    Of several trails it is the longest that ends in the page's own folder, else the longest. A last step that names no
    column (正文, 详情页) is not one.
    """
    starts = _starts(root)
    named = [trail for text in starts.positions[:_MOST_STARTS] if (trail := _follow(_behind(text)))]
    homes = [trail for home in starts.homes[:_MOST_STARTS] if (trail := _trail_from(home)) and not trail.bars]
    bare = (_follow(_behind(text)) for text in starts.bare[:_MOST_STARTS])
    joined_by_arrows = [trail for trail in (*homes, *bare) if trail and trail.arrows and not trail.bars]
    nested = [trail for trail in homes if not trail.arrows and (trail.is_named or _is_nested(trail, url))]
    for trails in ([*named, *joined_by_arrows], nested):
        whole = [trail for trail in trails if len(trail.steps) > 1]
        if len({trail.steps for trail in whole}) == 1:
            return whole[0].steps
        if whole:
            return max(whole, key=lambda trail: (_ends_at(trail, url), len(trail.steps))).steps
    return ()


def begins_trail(line: str) -> bool:
    """Whether a line of a page says where the page is, and is no row of a list."""
    return _POSITION.match(line) is not None or _FIRST_STEP.match(line) is not None


def _starts(root: Element) -> _Starts:
    """Where trails may begin. Each text of the page is looked at, so this is quick with those that hold none of their words."""
    starts = _Starts()
    for node in root.iter():
        text, tail = node.text, node.tail
        if (
            text
            and ("页" in text or "置" in text or "栏" in text or "ome" in text or "OME" in text)
            and _OF_STARTS.search(text)
            and node.tag not in _NO_TEXT
        ):
            starts.take(_Text(text, node, is_tail=False))
        if tail and ("页" in tail or "置" in tail or "栏" in tail) and _OF_STARTS.search(tail):
            starts.take(_Text(tail, node, is_tail=True))
    return starts


def _behind(text: _Text) -> Iterator[_Piece]:
    """The pieces behind 当前位置, to begin with those of its own text."""
    label = _POSITION.search(text.text)
    rest = text.text[label.end() :] if label else text.text
    holder = text.holder
    block = holder.getparent() if text.is_tail else holder
    yield from _made(rest, None if text.is_tail else _link_around(holder), _block_around(block), begins_line=True)
    yield from _onward(holder, inside=not text.is_tail, with_tail=not text.is_tail)


def _trail_from(home: Element) -> _Trail | None:
    """The trail that begins with a link to the home page."""
    trail = _follow(_from(home))
    around = islice(home.iterancestors(), _HIGHEST)
    names = " ".join(f"{box.get('class')} {box.get('id')} {box.get('aria-label')}" for box in around)
    return replace(trail, is_named="crumb" in names.lower()) if trail else None


def _from(home: Element) -> Iterator[_Piece]:
    """The pieces from a link to the home page on."""
    yield from _made(line_of(home, _LONGEST_TRAIL), home, _block_around(home), begins_line=True)
    yield from _onward(home, inside=False)


def _onward(start: Element, *, inside: bool, with_tail: bool = True) -> Iterator[_Piece]:
    """The pieces behind an element in the order of the page, to begin with those `inside` it and the text at its tail."""
    pending = [False]  # whether a line break stands before the next piece
    if inside:
        for child in start:
            yield from _inside(child, pending)
    for holder in (start, *start.iterancestors()):
        parent = holder.getparent()
        if parent is None or holder.tag == "body":
            return
        if holder.tag in BLOCKS:
            pending[0] = True
        if with_tail or holder is not start:
            yield from _tail(holder, pending)
        for sibling in holder.itersiblings():
            yield from _inside(sibling, pending)


def _inside(element: Element, pending: list[bool]) -> Iterator[_Piece]:
    """The pieces of an element and of the text behind it."""
    if not isinstance(element.tag, str):  # a comment
        yield from _tail(element, pending)
        return
    walk = etree.iterwalk(element, events=("start", "end", "comment", "pi"))
    for event, node in walk:
        if event == "start":
            if node.tag in BLOCKS:
                pending[0] = True
            if node.tag in HIDDEN or is_hidden(node):
                walk.skip_subtree()
                continue
            if node.text:
                yield from _piece(node.text, node, pending)
            continue
        if event == "end" and node.tag in BLOCKS:
            pending[0] = True
        if node is not element and node.tail:
            yield from _piece(node.tail, node.getparent(), pending)
    yield from _tail(element, pending)


def _tail(element: Element, pending: list[bool]) -> Iterator[_Piece]:
    if element.tail and element.getparent() is not None:
        yield from _piece(element.tail, element.getparent(), pending)


def _piece(text: str, parent: Element, pending: list[bool]) -> Iterator[_Piece]:
    for piece in _made(text, _link_around(parent), _block_around(parent), begins_line=pending[0]):
        pending[0] = False
        yield piece


def _made(text: str, link: Element | None, block: Element | None, *, begins_line: bool) -> Iterator[_Piece]:
    line = tidy(text[: 2 * _LONGEST_TRAIL])
    if line:
        yield _Piece(line, link, block, begins_line)


def _link_around(element: Element) -> Element | None:
    return next((node for node in (element, *islice(element.iterancestors(), 3)) if node.tag == "a"), None)


def _block_around(element: Element) -> Element | None:
    return next((node for node in (element, *element.iterancestors()) if node.tag in BLOCKS), None)


def _follow(pieces: Iterator[_Piece]) -> _Trail | None:
    """The trail that begins with `pieces`; None where they are none."""
    steps: list[str] = []
    links: list[str] = []
    in_line = 0  # steps that stand in the last one's line
    last: _Piece | None = None
    arrow: _Piece | None = None  # the arrow that waits for the next step
    is_bar = False
    arrows, bars = 0, False
    first = ""  # the first arrow
    for piece, text in ((each, part) for each in islice(pieces, _MOST_PIECES) for part in _parts(each, first)):
        if _ARROW_ALONE.fullmatch(text):
            first = first or text
            arrow, is_bar = piece, _BAR.fullmatch(text) is not None
            continue
        is_same_link = last is not None and arrow is None and piece.link is not None and piece.link is last.link
        if last and not is_same_link and not _goes_on(last, arrow, piece, arrows, in_line):
            break
        if is_same_link:
            steps[-1] += text
        else:
            steps.append(text)
            in_line = 1 if piece.begins_line or (arrow and arrow.begins_line) else in_line + 1
            joint = arrow is not None and last is not None
            arrows, bars = arrows + joint, bars or (joint and is_bar)
            if piece.link is not None:
                links.append(piece.link.get("href") or "")
        last, arrow = piece, None
    return _trail(steps, links, arrows, bars)


def _parts(piece: _Piece, arrow: str) -> Iterator[str]:
    """The steps and arrows of a piece: a link is one step, but for arrows at its ends; as is 中标/成交公示 where another `arrow` joins steps."""
    at = 0
    for separator in _SEPARATOR.finditer(piece.text):
        is_within = separator.start() > 0 and separator.end() < len(piece.text)
        arrow = arrow or separator[0]
        if is_within and (piece.link is not None or (separator[0] == "/" and "/" not in arrow)):
            continue
        if before := piece.text[at : separator.start()].strip():
            yield before
        yield separator[0]
        at = separator.end()
    if rest := piece.text[at:].strip():
        yield rest


def _goes_on(last: _Piece, arrow: _Piece | None, piece: _Piece, arrows: int, in_line: int) -> bool:
    """Whether `piece` is the next step behind `last`, in whose line stand so many steps: behind several no new line goes on."""
    if arrow is not None:
        is_row = _BULLET.match(arrow.text) is not None or (in_line > 1 and last.block is not piece.block)
        if arrow.begins_line and is_row and not _side_by_side(last.block, piece.block):
            return False
        # The arrow then begins the new cell, and does not end the old one.
        is_led_in = arrow.block is not last.block or arrow.begins_line
        return not piece.begins_line or is_led_in or arrow is piece or _side_by_side(last.block, piece.block)
    if arrows or (piece.link is None and last.link is None):
        return False
    return _side_by_side(last.block, piece.block) if piece.begins_line else True


def _side_by_side(one: Element | None, other: Element | None) -> bool:
    """Whether two blocks are cells of one list or row, or items that stand in another box without a list around them."""
    if one is None or other is None or one.tag not in _CELLS or other.tag not in _CELLS:
        return False
    return one.getparent() is other.getparent()


def _trail(steps: list[str], links: list[str], arrows: int, bars: bool) -> _Trail | None:
    kept = steps[:-1] if steps and _PLACEHOLDER.fullmatch(squash(steps[-1])) else steps
    is_trail = (
        not any(map(_PAGER.fullmatch, kept))
        and len(kept) <= _MOST_STEPS
        and sum(map(len, kept)) <= _LONGEST_TRAIL
        and all(len(step) <= _LONGEST_STEP for step in kept)
    )
    return _Trail(tuple(kept), tuple(links), arrows > 0, bars) if is_trail else None


def _is_nested(trail: _Trail, url: str) -> bool:
    """Whether each link of a trail leads into a folder of the one before: a menu's do not."""
    folders = _folders(trail, url)
    return len(folders) >= _LEAST_NESTED and all(
        one != other and other.startswith(one) for one, other in pairwise(folders)
    )


def _ends_at(trail: _Trail, url: str) -> bool:
    """Whether the last link of a trail leads to a folder of the page's."""
    folders, own = _folders(trail, url), place_of(url)
    return bool(own and folders and len(folders[-1]) > 1 and own.folder.startswith(folders[-1]))


def _folders(trail: _Trail, url: str) -> list[str]:
    base = url or "http://page.invalid/1/2/3/4/5/6/7/8/"
    places = (place_of(joined(base, link)) for link in trail.links)
    return [f"{place.folder}{place.name.partition('.')[0]}/".replace("//", "/") for place in places if place]
