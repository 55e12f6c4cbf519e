"""Where the text of a record's page stands."""

from lxml import etree

from crawler.extract.text import Element, lines_of

_IDS = {"zoomcon", "zoom", "vsb_content", "vsb_content_2", "vsb_content_4", "contentregion", "ucap-content"}
_CLASSES = {"zz-xl-ct", "zz-xl-sec", "trs_ueditor", "trs_editor", "custom_unionstyle", "v_news_content", "article_content",
            "article-content", "xxgk_wenzhang", "j-fontcontent", "pages_content", "news_content"}  # fmt: skip
_MARKED = etree.XPath(".//*[@id or @class]")
_PARAGRAPHS = etree.XPath("//p | //br/.. | //article")
_SHORTEST = 30


def find_body(root: Element) -> Element | None:
    """The element in which an editor puts a record's text, or None where the page names none."""
    named = [element for element in _MARKED(root) if element.tag not in {"body", "html"} and _is_container(element)]
    return max(named, key=_length, default=None)  # of nested containers the outermost, for it comes first


def read_body(element: Element | None) -> str | None:
    """The text of the body in lines, or None where it has none."""
    return (lines_of(element) or None) if element is not None else None


def _is_container(element: Element) -> bool:
    names = (element.get("class") or "").lower().split()
    return (element.get("id") or "").lower() in _IDS or not _CLASSES.isdisjoint(names)


def densest(root: Element) -> Element | None:
    """The element whose own paragraphs hold most text outside links: perhaps the body. None below 30 characters."""
    scores: dict[Element, int] = {}
    for paragraph in _PARAGRAPHS(root):
        holder = paragraph.getparent() if paragraph.tag == "p" else paragraph
        if holder is None or holder.tag in {"body", "html"} or _in_footer(holder):
            continue
        links = sum(_length(anchor) for anchor in paragraph.iter("a"))
        scores[holder] = scores.get(holder, 0) + _length(paragraph) - links
    best = max(scores, key=lambda element: scores[element], default=None)
    return best if best is not None and scores[best] >= _SHORTEST else None


def _in_footer(element: Element) -> bool:
    holders = (element, *element.iterancestors())
    return any("foot" in f"{holder.tag} {holder.get('class')} {holder.get('id')}".lower() for holder in holders)


def _length(element: Element) -> int:
    return sum(len(text.strip()) for text in element.itertext())
