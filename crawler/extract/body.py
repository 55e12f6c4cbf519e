"""The text of a record's page: the element in which it stands, and its lines."""

import re
from collections import Counter
from collections.abc import Collection, Iterator
from itertools import islice, takewhile

from lxml import etree

from crawler.extract.dates import is_date
from crawler.extract.field_labels import FIELD_OF, LABEL_COLON, PLAIN_WORDS, SOURCES, squash
from crawler.extract.pairs import METADATA, pairs_in, read_pairs
from crawler.extract.row import DOCUMENT_NUMBER
from crawler.extract.text import BLOCKS, HIDDEN, Element, cells, is_hidden, line_of, lines_of

_IDS = {"zoomcon", "zoom", "vsb_content", "vsb_content_2", "vsb_content_4", "contentregion", "ucap-content"}
_CLASSES = {"zz-xl-ct", "zz-xl-sec", "trs_ueditor", "trs_editor", "custom_unionstyle", "v_news_content", "article_content",
            "article-content", "xxgk_wenzhang", "j-fontcontent", "pages_content", "news_content", "article_zoom", "bt_content",
            "wp_articlecontent"}  # fmt: skip
_ALL_IDS, _ALL_CLASSES = etree.XPath(".//@id"), etree.XPath(".//@class")
_NO_BODIES = frozenset({"body", "html"})
_LEAVES = frozenset({"div", "section", "center"})
_SHORTEST = 30
_MOST_CONTAINERS = 50
_MOST_GUESSES = 5
_MORE_TEXT = 1.1
_LEAST_MORE = 10
_SENTENCE = 20
_LEAST_ROWS = 3
_LEAST_PARTS = 2
_HIGHEST = 6  # boxes around each other that are looked at

_BUTTONS = re.compile(
    r"打印|[本此][页文]|关闭|窗口|返回|顶部|上一页|(?:[\d\s…<>«»]{0,40}(?:[上下]一?页|[尾末]页|首页))+[\d\s…<>«»]{0,40}|列表|分享到?|收藏|我要|纠错|字体|字号|[大中小](?=[\s】\]）)大中小]|$)|微信|微博|新浪|腾讯|QQ空间|QQ好友|"
    r"QQ|朋友圈|复制链接|(?:用|请用|使用)?(?:手机|微信)?(?:扫一扫|扫码|扫描)[^。；]{0,30}|二维码|下载|全文|(?:相关)?(?:附件|文章|链接|阅读|新闻|"
    r"信息|解读|报道|文件|文档|稿件)(?:下载)?(?=[\s:：|】]|相关|$)|点击|次数|[|｜【】\[\]（）()<>《》:：·•>/\s]"
)
"""Parts of a line that are no text: buttons, share boxes, and headings above nothing."""
_RELATED = re.compile(
    r"[【\[]?(?:相关(?:文章|链接|阅读|新闻|信息|解读|报道|文件|文档|稿件|政策)|延伸阅读|推荐阅读|上一[篇条]|下一[篇条])[】\]]?\s{0,3}(?:[:：]|$)"
)
_HEAD_LABELS = SOURCES | {
    "发布时间", "发布日期", "时间发布", "更新时间", "信息发布日期", "浏览次数", "点击数", "字体", "字号", "作者",
}  # fmt: skip
_TEXT_LABELS = frozenset({"内容", "正文", "信息内容", "文章内容", "公开内容", "详细内容", "内容正文", "信息正文"})
"""Labels of the text itself, in a line of their own."""

_DAY_FIRST = re.compile(r"[\[【(（]?(?:19|20)\d{2}\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}")
_LONGEST_HEAD = 120
_LONGEST_METADATA = 300
_MOST_HEADS = 15
_MOST_RELATED = 15
_LONGEST_RELATED = 120
_LONGEST_RESIDUE = 80


def find_body(root: Element) -> Element | None:
    """The element in which an editor puts a record's text, or None where the page names none.

    Of containers in each other the outermost, but for one that holds the record's metadata beside another.
    """
    body = _outermost(root)
    while (
        body is not None
        and (inner := _outermost(body)) is not None
        and len(read_pairs(body, skip=(inner,))) >= METADATA
    ):
        body = inner
    return body


def _outermost(root: Element) -> Element | None:
    named = {each for each in _containers(root) if each is not root and each.tag not in _NO_BODIES}
    outermost = [each for each in named if named.isdisjoint(each.iterancestors())]
    if len(outermost) > 1:
        in_order = islice((each for each in root.iterdescendants(etree.Element) if each in named), _MOST_CONTAINERS)
        outermost = [each for each in in_order if each in outermost]
    if len(outermost) > 1:
        outermost = _joined(outermost)
    if len(outermost) == 1:
        return outermost[0]
    return max(outermost, key=lambda element: sum(len(text.strip()) for text in element.itertext()), default=None)


def _joined(containers: list[Element]) -> list[Element]:
    """The containers with those that are parts of one text, of the same name beside each other, put into the first of them."""
    joined: list[Element] = []
    for container in containers:
        if joined and _is_part(joined[-1], container):
            joined[-1].append(container)
        else:
            joined.append(container)
    return joined


def _is_part(before: Element, container: Element) -> bool:
    """Whether a container goes on with the text of the one before it."""
    if _names(before) != _names(container) or before.getparent() is not container.getparent():
        return False
    both = (before, container)
    return not any(map(is_hidden, both)) and all(len(line_of(part, _SHORTEST)) >= _SHORTEST for part in both)


def _names(container: Element) -> tuple[str, str | None]:
    return container.tag, container.get("class")


def read_body(element: Element | None, title: str | None = None, skip: Collection[Element] = ()) -> str | None:
    """The text of the body in lines; None where it has none, or nothing but its title and the line of its date.

    Without what is inside `skip`, and what is not text around it: the `title` and the lines of its source and date, the page's
    buttons, the list of related documents.
    """
    if element is None:
        return None
    lines = _without_related(lines_of(element, skip).split("\n"))
    while lines and is_residue(lines[-1]):
        lines.pop()
    heads = [
        at
        for at, line in enumerate(takewhile(_is_above_text, lines[:_MOST_HEADS]))
        if line == title or _is_head(line) or (title in lines[max(0, at - 2) : at] and _is_of_day(line))
    ]
    start = heads[-1] + 1 if heads and (heads[0] == 0 or title in lines[: heads[-1]]) else 0
    if start == len(lines) and title in lines and any(_is_head(line) and not is_residue(line) for line in lines):
        return None
    return "\n".join(lines[start:] or lines) or None


def _without_related(lines: list[str]) -> list[str]:
    """`lines` up to the list of other documents at their end: a heading (相关文章, 上一篇 …) with nothing but short lines behind it."""
    for at in range(max(1, len(lines) - _MOST_RELATED), len(lines)):
        if _RELATED.match(lines[at]) and all(len(line) <= _LONGEST_RELATED for line in lines[at:]):
            return lines[:at]
    return lines


def _is_above_text(line: str) -> bool:
    return "。" not in line or _is_head(line)


def _is_of_day(line: str) -> bool:
    """Whether a line is a date, or says little behind one: what stands below a title."""
    return is_date(line) or (len(line) <= _LONGEST_RESIDUE and _DAY_FIRST.match(line) is not None and "。" not in line)


def _is_head(line: str) -> bool:
    """Whether a line above the text is the one with its source and date, or holds nothing but a page's buttons."""
    begins_without = _DAY_FIRST.match(line) or DOCUMENT_NUMBER.match(line)
    label = (LABEL_COLON.search if begins_without else LABEL_COLON.match)(line[: _LONGEST_HEAD + 1])
    if squash(line) in _TEXT_LABELS:
        return True
    is_dateline = label is not None and len(line) <= _LONGEST_HEAD and _is_of_head(squash(label[1]), line)
    return is_dateline or (label is not None and _holds_metadata(line)) or is_residue(line)


def _is_of_head(label: str, line: str) -> bool:
    """Whether the first label of a line is a dateline's, be it a plain word (时间) with a source or nothing but a day beside it."""
    if label in _HEAD_LABELS or label not in {"时间", "日期"}:
        return label in _HEAD_LABELS
    others = {squash(other) for other in LABEL_COLON.findall(line)} - {label}
    return not _HEAD_LABELS.isdisjoint(others) or is_date(line)


def _holds_metadata(line: str) -> bool:
    """Whether a line is a sentence of a record's labels and values: 索引号：…；发布机构：…；发布日期：…"""
    labels = {squash(label) for label in LABEL_COLON.findall(line[:_LONGEST_METADATA])} - PLAIN_WORDS
    return len(line) <= _LONGEST_METADATA and len(labels & FIELD_OF.keys()) >= METADATA


def is_residue(line: str) -> bool:
    """Whether a line holds nothing but a page's buttons and the headings of what is not there."""
    return len(line) <= _LONGEST_RESIDUE and not _BUTTONS.sub("", line)


def _containers(root: Element) -> Iterator[Element]:
    """The elements in `root`, itself among them, that are called by the name of a container of texts."""
    yield from (name.getparent() for name in _ALL_IDS(root) if name.lower() in _IDS)
    yield from (names.getparent() for names in _ALL_CLASSES(root) if not _CLASSES.isdisjoint(names.lower().split()))


def densest(root: Element, skip: Collection[Element] = (), heads: Collection[Element] = ()) -> Element | None:
    """The element whose own paragraphs hold most text outside links: perhaps the body. None below 30 characters.

    Paragraphs are <p>, lines broken by <br>, and blocks that hold no others. What is inside `skip` doesn't count, nor do
    blocks that hold most of a record's metadata. Of a text in several boxes it is the box around them, as long as that
    holds none of `heads`, the elements above a text.
    """
    texts = _prose(root, skip, set(heads))
    ranked = sorted(texts, key=lambda holder: texts[holder], reverse=True)[:_MOST_GUESSES]
    guess = next((holder for holder in ranked if not _is_metadata(holder)), None)
    if guess is None:
        return None
    guess, length = _around(guess, texts, heads) if heads else (guess, texts[guess])
    return guess if length >= _SHORTEST else None


def table_of_text(root: Element, skip: Collection[Element]) -> Element | None:
    """The only table of several rows and columns on a page whose text is no more than that; None where it is a record's metadata, or has links."""
    tables = [
        table for table in islice(root.iter("table"), _MOST_CONTAINERS) if _is_of_text(table) and table not in skip
    ]
    return tables[0] if len(tables) == 1 else None


def _is_of_text(table: Element) -> bool:
    """Whether a table with no other inside, and none of whose cells leads anywhere, holds a text's worth of rows with several cells."""
    if table.find(".//a") is not None or table.find(".//table") is not None:
        return False
    rows = sum(sum(bool(line_of(cell, 1)) for cell in row.iterchildren("td", "th")) > 1 for row in table.iter("tr"))
    return rows >= _LEAST_ROWS and len(line_of(table, _SHORTEST)) >= _SHORTEST and len(read_pairs(table)) < METADATA


def _is_metadata(holder: Element) -> bool:
    """Whether an element holds a record's metadata and no sentences."""
    texts = list(cells(holder))
    sentences = (text for _, text in texts if len(text) >= _SENTENCE and "。" in text and not LABEL_COLON.match(text))
    return len(pairs_in(texts)) >= METADATA and not any(sentences)


def _around(guess: Element, texts: dict[Element, int], heads: Collection[Element]) -> tuple[Element, int]:
    """The outermost box around `guess` that holds much more text, and none of the `heads`; and how much it holds."""
    kept = set(heads)
    around = (box for box in islice(guess.iterancestors(), _HIGHEST) if box.tag not in _NO_BODIES)
    boxes = list(takewhile(lambda box: kept.isdisjoint(box.iter()), around))
    within = Counter({guess: texts[guess]})
    for element, length in texts.items():
        for box in (element, *islice(element.iterancestors(), _HIGHEST)):
            if box in boxes and length >= _LEAST_MORE:
                within[box] += length
    best = guess
    for box in boxes:
        best = box if within[box] > _MORE_TEXT * within[best] else best
    return _with_parts(best, texts) if best is guess else (best, within[best])


def _with_parts(guess: Element, texts: dict[Element, int]) -> tuple[Element, int]:
    """The box of `guess` and of further parts of its text, boxes of the same class beside it, put around them; and how much it holds."""
    holder, name = guess.getparent(), guess.get("class")
    if name is None or holder is None or holder.tag in _NO_BODIES:
        return guess, texts[guess]
    beside = [part for part in holder.iterchildren(guess.tag) if part.get("class") == name]
    parts = [part for part in beside if texts.get(part, 0) >= _LEAST_MORE]
    if len(parts) < _LEAST_PARTS:
        return guess, texts[guess]
    box = etree.Element("div")
    within = list(holder)[holder.index(parts[0]) : holder.index(parts[-1]) + 1]
    holder.insert(holder.index(parts[0]), box)
    box.extend(within)
    return box, sum(texts[part] for part in parts)


class _Prose:
    """The number of characters outside links the paragraphs of each element hold, counted on a walk through the page."""

    def __init__(self, root: Element) -> None:
        """Count nothing yet."""
        self._lengths: dict[Element, int] = {}
        self._with_paragraphs: dict[Element, None] = {}
        self._leaves: dict[Element, Element] = {}  # blocks that hold no others so far, and what holds them
        self._holders: list[Element] = [root]  # whose text it is that the walk meets now

    def opens(self, node: Element) -> None:
        """Note that `node` begins."""
        holder = self._holders[-1]
        if node.tag in {"p", "pre", "br"}:
            self._with_paragraphs[holder] = None
        elif node.tag == "article":
            self._with_paragraphs[node] = None
        if node.tag not in BLOCKS:
            return
        if node.tag != "br":
            self._leaves.pop(holder, None)
        is_paragraph = node.tag in {"p", "pre"} or holder.tag == "article"
        if node.tag in _LEAVES and not is_paragraph:
            self._leaves[node] = holder
        self._holders.append(holder if is_paragraph else node)

    def closes(self, node: Element) -> None:
        """Note that `node` ends."""
        if node.tag in BLOCKS:
            self._holders.pop()

    def adds(self, text: str) -> None:
        """Count a piece of text."""
        self._lengths[self._holders[-1]] = self._lengths.get(self._holders[-1], 0) + len(text.strip())

    def counts(self, heads: Collection[Element]) -> dict[Element, int]:
        """Elements with paragraphs of their own, and the characters in these; the `heads` are no paragraphs."""
        counts = {holder: self._lengths.get(holder, 0) for holder in self._with_paragraphs}
        for leaf, holder in self._leaves.items():
            if leaf not in self._with_paragraphs and leaf not in heads:
                box = leaf if holder.tag in _NO_BODIES else holder
                counts[box] = counts.get(box, 0) + self._lengths.get(leaf, 0)
        return {holder: count for holder, count in counts.items() if holder.tag not in _NO_BODIES}


def _prose(root: Element, skip: Collection[Element], heads: Collection[Element]) -> dict[Element, int]:
    """Elements with paragraphs of their own, and how many characters these hold outside links."""
    prose = _Prose(root)
    walk = etree.iterwalk(root, events=("start", "end", "comment"))
    for event, node in walk:
        passed_over = event != "comment" and (_is_beside_text(node) or node in skip)
        if event == "start":
            if passed_over:
                walk.skip_subtree()
                continue
            if node is not root:
                prose.opens(node)
            text = node.text
        else:
            if event == "end" and node is not root and not passed_over:
                prose.closes(node)
            text = node.tail if node is not root else None
        if text:
            prose.adds(text)
    return prose.counts(heads)


def _is_beside_text(node: Element) -> bool:
    """Whether a node holds what is not the text of a page: links, scripts, a footer."""
    if node.tag in HIDDEN or node.tag == "a":
        return True
    name = f"{node.tag} {node.get('class')} {node.get('id')}"
    return node.tag not in {"body", "html"} and "foot" in name.lower()
