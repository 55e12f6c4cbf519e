"""Where the text of a record's page stands."""

from itertools import islice

from lxml import etree

from crawler.extract.pairs import METADATA, read_pairs
from crawler.extract.text import BLOCKS, HIDDEN, Element, lines_of

_IDS = {"zoomcon", "zoom", "vsb_content", "vsb_content_2", "vsb_content_4", "contentregion", "ucap-content"}
_CLASSES = {"zz-xl-ct", "zz-xl-sec", "trs_ueditor", "trs_editor", "custom_unionstyle", "v_news_content", "article_content",
            "article-content", "xxgk_wenzhang", "j-fontcontent", "pages_content", "news_content", "article_zoom", "bt_content"}  # fmt: skip
_MARKED = etree.XPath(".//*[@id or @class]")
_SHORTEST = 30
_MOST_CONTAINERS = 50


def find_body(root: Element) -> Element | None:
    """The element in which an editor puts a record's text, or None where the page names none.

    Of containers in each other the outermost, but for one that holds the record's metadata beside another.
    """
    body = _outermost(root)
    while (
        body is not None and (inner := _outermost(body)) is not None and len(read_pairs(body, skip=inner)) >= METADATA
    ):
        body = inner
    return body


def _outermost(root: Element) -> Element | None:
    named = (element for element in _MARKED(root) if element.tag not in {"body", "html"} and _is_container(element))
    outermost: list[Element] = []
    for element in islice(named, _MOST_CONTAINERS):
        if not any(holder in outermost for holder in element.iterancestors()):
            outermost.append(element)
    if len(outermost) == 1:
        return outermost[0]
    return max(outermost, key=lambda element: sum(len(text.strip()) for text in element.itertext()), default=None)


def read_body(element: Element | None) -> str | None:
    """The text of the body in lines, or None where it has none."""
    return (lines_of(element) or None) if element is not None else None


def _is_container(element: Element) -> bool:
    names = (element.get("class") or "").lower().split()
    return (element.get("id") or "").lower() in _IDS or not _CLASSES.isdisjoint(names)


def densest(root: Element) -> Element | None:
    """The element whose own paragraphs hold most text outside links: perhaps the body. None below 30 characters."""
    lengths: dict[Element, int] = {}
    with_paragraphs: list[Element] = []
    holders: list[Element] = [root]  # whose text it is that the walk meets now
    walk = etree.iterwalk(root, events=("start", "end", "comment"))
    for event, node in walk:
        if event == "start":
            if _is_beside_text(node):
                walk.skip_subtree()
                continue
            if node.tag in {"p", "br"}:
                with_paragraphs.append(holders[-1])
            elif node.tag == "article":
                with_paragraphs.append(node)
            if node is not root and node.tag in BLOCKS:
                holders.append(holders[-1] if node.tag == "p" or holders[-1].tag == "article" else node)
            text = node.text
        else:
            if event == "end" and node is not root and node.tag in BLOCKS and not _is_beside_text(node):
                holders.pop()
            text = node.tail if node is not root else None
        if text:
            lengths[holders[-1]] = lengths.get(holders[-1], 0) + len(text.strip())
    named = (holder for holder in with_paragraphs if holder.tag not in {"body", "html"})
    best = max(named, key=lambda holder: lengths.get(holder, 0), default=None)
    return best if best is not None and lengths.get(best, 0) >= _SHORTEST else None


def _is_beside_text(node: Element) -> bool:
    """Whether a node holds what is not the text of a page: links, scripts, a footer."""
    if node.tag in HIDDEN or node.tag == "a":
        return True
    name = f"{node.tag} {node.get('class')} {node.get('id')}"
    return node.tag not in {"body", "html"} and "foot" in name.lower()
