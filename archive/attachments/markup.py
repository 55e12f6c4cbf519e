"""Text of files that are marked-up text: HTML, web archives, SpreadsheetML. Pure.

One block or table row to a line, cells separated by tabs.
"""

import email
import email.message
import email.parser  # which the functions of `email` import when they are called
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from lxml import etree
from lxml import html as lxml_html

from archive.evidence.text_encoding import decode_page
from archive.masking.attributes import with_few_attributes
from archive.masking.figures_in_markup import set_figures

_HIDDEN = frozenset(("script", "style", "noscript", "template", "head", "object", "iframe"))
BLOCKS = frozenset(
    ("address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "div", "dl", "dt", "fieldset",
     "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p",
     "pre", "section", "table", "tbody", "tfoot", "thead", "title", "tr", "ul")
)  # fmt: skip
"""Elements that begin and end a line."""
_DISPLAY_NONE = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_OFFICE_MARKS = re.compile(
    r"urn:schemas-microsoft-com:office|content=[\"']?(?:Microsoft (?:Word|Excel)|WPS)", re.IGNORECASE
)
_REFUSAL = re.compile(
    r"验证码|captcha|安全验证|访问.{0,4}(?:拒绝|限制|拦截|异常|频繁)|拦截|防火墙|云盾|forbidden|not found|bad gateway|"
    r"service unavailable|internal server error|request rejected|access denied|enable javascript|启用\s*javascript|"
    r"页面不存在|文件不存在|找不到|已(?:被)?删除|您访问的页面|请先?登录|会话.{0,4}(?:超时|过期)",
    re.IGNORECASE,
)
_HTML_NAMES = frozenset(("html", "htm", "shtml", "xhtml", "mht", "mhtml", "jsp", "aspx", "php"))
# Portals export tables and letters as HTML under these names; under other document names HTML is never the file.
_HTML_BORN = frozenset(("xls", "xlsx", "et", "doc", "docx", "wps", "rtf", "txt", "csv"))
_DOCUMENT_NAMES = _HTML_BORN | frozenset(
    ("pdf", "ofd", "ppt", "pptx", "zip", "rar", "7z", "gz", "jpg", "jpeg", "png", "gif", "tif", "tiff", "bmp")
)


@dataclass(frozen=True, slots=True)
class Page:
    """A web page, its visible text, and the marks by which a document is distinguished from a page in its place."""

    root: etree._Element | None
    text: str
    data_rows: int  # table rows with at least two filled cells
    linked: float  # share of the text inside links
    from_office: bool


def tidy(lines: Iterable[str]) -> str:
    """Join lines without blanks at their ends, and never more than one empty line in a row."""
    text = "\n".join(line.replace("\u00a0", " ").strip(" \u3000\r").rstrip("\t ") for line in lines)
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n")


def read_html(source: str) -> Page:
    """Return the visible text of a page, and its marks."""
    source = with_few_attributes(_XML_DECLARATION.sub("", source).replace("\0", ""))
    parser = lxml_html.HTMLParser(huge_tree=True, remove_pis=True, remove_comments=True)
    try:
        root = lxml_html.document_fromstring(source, parser=parser)
    except etree.ParserError:  # nothing in it
        return Page(None, "", 0, 0.0, from_office=False)
    set_figures(root)
    text = visible_text(root)
    links = sum(_weight(link.text_content()) for link in root.iter("a"))
    filled = (
        sum(bool(cell.text_content().strip()) for cell in row if cell.tag in ("td", "th")) for row in root.iter("tr")
    )
    office = _OFFICE_MARKS.search(source[:20_000]) is not None
    return Page(root, text, sum(count >= 2 for count in filled), links / max(1, _weight(text)), office)


def refusal(page: Page, name: str) -> str | None:
    """Return why a web page found under the file name `name` is not the document, or None if it may be."""
    suffix = name.lower().rpartition(".")[2] if "." in name else ""
    size = _weight(page.text)
    if suffix in _HTML_NAMES:
        return None
    if size < 600 and page.data_rows < 3 and _REFUSAL.search(page.text):
        return "a web page that refuses or asks for a code stands in place of the file"
    if suffix not in _DOCUMENT_NAMES:
        return None if size >= 30 else "a web page of hardly any text stands in place of the file"
    if suffix not in _HTML_BORN or page.linked > 0.5:
        return f"a web page stands in place of the .{suffix} file"
    if page.data_rows or (size and page.from_office) or size >= 200:
        return None
    return f"a web page of hardly any text stands in place of the .{suffix} file"


def _weight(text: str) -> int:
    return sum(not character.isspace() for character in text)


def is_hidden(node: etree._Element) -> bool:
    """Whether a browser shows nothing of an element."""
    return node.tag in _HIDDEN or _DISPLAY_NONE.search(node.get("style") or "") is not None


def visible_text(root: etree._Element) -> str:
    """Return what a browser shows of an element: one block or table row to a line, cells separated by tabs."""
    parts: list[str] = []
    hidden = cells = 0
    for event, node in etree.iterwalk(root, events=("start", "end")):
        tag = node.tag
        if event == "start":
            if hidden or is_hidden(node):
                hidden += 1
                continue
            cells += tag in ("td", "th")
            if tag == "br" or (tag in BLOCKS and not (cells and tag != "tr")):
                parts.append(" " if cells else "\n")
            parts.append(_collapse(node.text))
            continue
        if hidden:
            hidden -= 1
        elif tag in ("td", "th"):
            cells = max(0, cells - 1)
            parts.append(" \t" if not cells else " ")
        elif tag in BLOCKS:
            parts.append(" " if cells else "\n")
        if not hidden:
            parts.append(_collapse(node.tail))
    lines = "".join(parts).split("\n")
    return tidy(re.sub(r" ?\t ?", "\t", re.sub(r" {2,}", " ", line)) for line in lines if line.strip())


def _collapse(text: str | None) -> str:
    return re.sub(r"[ \t\r\n\f]+", " ", text) if text else ""


def mhtml_page(data: bytes) -> str | None:
    """Return the first HTML part of a web archive (.mht, often saved as .doc or .xls), decoded; None without one."""
    message = email.message_from_bytes(data)
    for part in message.walk():
        if part.get_content_type() == "text/html":
            body = part.get_payload(decode=True)
            return decode_page(body) if isinstance(body, bytes) else None
    return None


def read_xml(data: bytes) -> str:
    """Return the text of an XML file: rows of an Excel 2003 sheet, else the text of every element, one to a line."""
    root = parse_xml(data)
    if local_name(root) != "Workbook":
        return tidy(line for line in (" ".join(text.split()) for text in root.itertext()) if line)
    rows = (node for node in root.iter() if local_name(node) == "Row")
    return tidy("\t".join(" ".join("".join(cell.itertext()).split()) for cell in row) for row in rows)


def parse_xml(data: bytes) -> etree._Element:
    """Return the root of an XML file, without comments and instructions."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
    return etree.fromstring(data, parser)


def local_name(node: etree._Element) -> str:
    """Return the tag of an lxml element without its namespace; "" for comments and the like."""
    return _without_namespace(node.tag)


@lru_cache(maxsize=1024)
def _without_namespace(tag: object) -> str:
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""
