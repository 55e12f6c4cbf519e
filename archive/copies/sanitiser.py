"""Sanitised pages: captured pages that can be looked at without harm.

Active content is removed, addresses go, images and style stay where they were captured, personal data is masked. `nh3`
(ammonia) has the last word on what tags and attributes remain; then the result is read again to see that nothing is
left to be masked.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import nh3
from lxml import etree
from markupsafe import escape

from archive.copies.marking import NOWHERE, MarkedPlace, linked_row, mark_place
from archive.copies.page_masks import NOT_IN_TREES, PICTURE_PLACE, is_masked, mask
from archive.copies.page_parts import Find, Parts, joined
from archive.copies.style_sheets import LONG_NUMBER, LONGEST, sanitise_declarations, sanitise_sheet
from archive.masking.attributes import with_few_attributes
from archive.masking.redaction import redact

LONGEST_PAGE = 3_000_000
"""Characters of a page that is shown at most."""

Element = Any  # an lxml element; lxml ships no types

UNSURE, TOO_LARGE = "unsure", "too_large"
"""Reasons why a page is not shown."""

# Removed with their content. Of these, the ones that only say something of the page are not counted.
_ACTIVE = frozenset(
    ["script", "iframe", "frame", "object", "applet", "svg", "math", "audio", "video", "canvas", "template", "embed"]
)
_SILENT = frozenset({
    "head", "title", "meta", "base", "link", "style", "noscript", "noframes", "noembed", "param", "source",
    "track", "area",
})  # fmt: skip
_EMPTY = frozenset(
    {"embed", "source", "track", "param", "area", "meta", "base", "link"}
)  # what a page has behind them is theirs in no browser
_RAW = frozenset({"xmp", "plaintext", "listing"})
_FORM = frozenset({"form", "fieldset"})

_TAGS = frozenset({
    "a", "abbr", "address", "article", "aside", "b", "bdi", "big", "blockquote", "br", "button", "caption",
    "center", "cite", "code", "col", "colgroup", "dd", "del", "details", "dfn", "dir", "div", "dl", "dt", "em",
    "figcaption", "figure", "font", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "i", "img",
    "input", "ins", "kbd", "label", "legend", "li", "main", "map", "mark", "menu", "nav", "ol", "optgroup",
    "option", "p", "pre", "q", "rp", "rt", "ruby", "s", "samp", "section", "select", "small", "span", "strike",
    "strong", "sub", "summary", "sup", "table", "tbody", "td", "textarea", "tfoot", "th", "thead", "time", "tr",
    "tt", "u", "ul", "var", "wbr",
})  # fmt: skip
_EVERYWHERE = frozenset({
    "align", "alt", "bgcolor", "border", "class", "color", "dir", "height", "hidden", "id", "lang", "nowrap",
    "style", "title", "valign", "width",
})  # fmt: skip
_ON = {
    "table": frozenset({"cellpadding", "cellspacing", "rules", "frame", "summary"}),
    "td": frozenset({"colspan", "rowspan", "headers", "scope"}),
    "th": frozenset({"colspan", "rowspan", "headers", "scope"}),
    "col": frozenset({"span"}),
    "colgroup": frozenset({"span"}),
    "font": frozenset({"face", "size"}),
    "hr": frozenset({"noshade", "size"}),
    "img": frozenset({"hspace", "vspace", "src"}),
    "input": frozenset({"type", "value", "size", "checked", "placeholder"}),
    "textarea": frozenset({"rows", "cols", "placeholder"}),
    "select": frozenset({"multiple", "size"}),
    "option": frozenset({"selected", "label"}),
    "ol": frozenset({"start", "type", "reversed"}),
    "ul": frozenset({"type"}),
    "li": frozenset({"type", "value"}),
    "details": frozenset({"open"}),
    "time": frozenset({"datetime"}),
}
_CONTROLS = ("input", "select", "textarea", "button")
_CLEANER = nh3.Cleaner(
    tags=set(_TAGS),
    attributes={"*": set(_EVERYWHERE), **{tag: set(names) for tag, names in _ON.items()}},
    set_tag_attribute_values={tag: {"disabled": ""} for tag in _CONTROLS},
    url_schemes={"data"},
    url_relative="deny",
    link_rel=None,
)

# lxml's own parser class: elements of lxml.html are made by Python code, at three times the cost.
_PARSER = etree.HTMLParser(encoding="utf-8", recover=True, huge_tree=True, remove_comments=True, remove_pis=True)
_INLINE = re.compile(
    r"</?(?:a|abbr|b|bdi|big|cite|code|em|font|i|ins|kbd|nobr|q|s|small|span|strike|strong|tt|u)(?=[\s/>])[^<>]*>",
    re.IGNORECASE,
)
_BLOCKS = re.compile(
    r"(?:</?(?!(?:html|head|body|title|meta|link|base|style|script|noscript|template|br|hr|p|h[1-6]|img|input|textarea|iframe|object|svg)"
    r"[\s/>])[a-z][^<>]*>\s*+)++",
    re.IGNORECASE,
)
_FEW_FIGURES = re.compile(r"\s*[\dXx]{1,8}\s*")
_PLACES = re.compile(r"float|position|transform|translate|margin|left|right|inset|grid", re.IGNORECASE)
_TURNS = re.compile("[\u202d\u202e]")
_MISSING, _WITHHELD = "图像未采集 image not captured", "图像未显示 image not shown"


@dataclass(frozen=True, slots=True)
class SanitisedPage:
    """A page without active content. `masked`: how many numbers of each kind;
    the others as in `archive.copies.page_parts.Parts`.
    """

    html: str
    masked: Mapping[str, int]
    shown: int
    missing: int
    withheld: int
    removed: int


class NotShown(Exception):  # noqa: N818 - it says what becomes of the page
    """A page that can't be shown; the message is the code of the reason."""


def sanitise_page(text: str, url: str, find: Find, place: MarkedPlace = NOWHERE) -> SanitisedPage:
    """Sanitise the page `text` captured at `url`, whose captured parts `find` returns;
    mark a place in it. Raises NotShown.
    """
    if len(text) > LONGEST_PAGE:
        raise NotShown(TOO_LARGE)
    root = _parsed(text)
    parts = Parts(find)
    base = _base(root, url)
    styles = _styles(root, base, parts)
    title = " ".join("".join(root.xpath("(.//title)[1]//text()")).split())
    body = root.find("body")
    body = root if body is None else body
    _remove_active(root, parts)
    row = linked_row(body, base, place.addresses)
    _disarm(body, base, parts)
    counts = mask(body)
    mark_place(body, row, place.texts)
    redacted = [redact(text) for text in (title, *styles)]
    for each in redacted:
        counts.update(each.counts)
    content = cleaned("".join(_serialised(body)))
    if not masks_all(content):
        raise NotShown(UNSURE)
    html = _document(root, body, content, *(each.text for each in redacted))
    return SanitisedPage(html, dict(counts), parts.shown, parts.missing, parts.withheld, parts.removed)


def cleaned(markup: str) -> str:
    """Return `markup` with its harmless tags and attributes alone, images only by `data:` addresses, and no sign that
    turns a stretch of text around.
    """
    return _TURNS.sub("", _CLEANER.clean(markup))


def masks_all(markup: str) -> bool:
    """Return whether nothing is left to be masked in `markup`, read as a page."""
    return is_masked(_parsed(markup))


def _parsed(text: str) -> Element:
    """Return the tree of a page; an empty one where there is nothing to read.

    The parser leaves out what stands in more than 2,048 elements, and all behind it. Of such a page the text stays, in lines.
    """
    markup = with_few_attributes(NOT_IN_TREES.sub("", text))
    root = _tree(markup)
    if any(error.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for error in _PARSER.error_log):
        root = _tree(_BLOCKS.sub("<br>", _INLINE.sub("", markup)))
    return _tree("<html><body></body></html>") if root is None else root


def _tree(markup: str) -> Element | None:
    try:
        return etree.fromstring(markup.encode(), parser=_PARSER)
    except etree.XMLSyntaxError:
        return None


def _base(root: Element, url: str) -> str:
    """Return the address to which relative ones on the page are joined."""
    stated = root.xpath("string((.//base/@href)[1])").strip()
    return joined(url, stated) if stated else url


def _styles(root: Element, base: str, parts: Parts) -> list[str]:
    """Return the page's style sheets, in order: its own, and those it links to where they were captured."""
    sheets, left = [], LONGEST
    for node in root.iter("style", "link"):
        where, text = base, "".join(node.itertext())
        if node.tag == "link":
            if "stylesheet" not in (node.get("rel") or "").lower().split():
                continue
            where = joined(base, node.get("href") or "")
            text = (parts.sheet(where) or b"").decode("utf-8", "replace")
        if not text.strip():
            continue
        if len(text) > left:
            parts.missing += 1
            continue
        left -= len(text)
        sheet = sanitise_sheet(text, where, parts)
        media = sanitise_sheet(f"@media {node.get('media')}{{a{{top:0}}}}", where, parts) if node.get("media") else ""
        sheets.append(media.replace("a{top:0}", sheet) if media else sheet)
    return sheets


def _remove_active(root: Element, parts: Parts) -> None:
    """Remove active content, and what a reader doesn't see."""
    for node in list(root.iter(*_ACTIVE, *_SILENT)):
        parts.removed += node.tag in _ACTIVE
        parent = node.getparent()
        if parent is not None:
            _remove(parent, node)
    for node in root.iter(*_RAW):
        node.tag = "pre"


def _remove(parent: Element, node: Element) -> None:
    """Remove `node` from the tree; the text behind it stays, and what a parser put into one that can't hold any."""
    if node.tag in _EMPTY:
        etree.strip_tags(parent, node.tag)
        return
    if node.tail:
        before = node.getprevious()
        if before is None:
            parent.text = NOT_IN_TREES.sub("", (parent.text or "") + node.tail)
        else:
            before.tail = NOT_IN_TREES.sub("", (before.tail or "") + node.tail)
    parent.remove(node)


def _disarm(body: Element, base: str, parts: Parts) -> None:
    """Leave links without their addresses, images with their data or without any, style without what it would load."""
    styles: dict[str, str] = {}
    for node in body.iter(etree.Element):
        _disarm_element(node, base, parts)
        _remove_attributes(node)
        if node.get("background"):
            parts.missing += 1
        if (style := node.get("style")) is not None and not _is_placed(node):
            if style not in styles:
                styles[style] = sanitise_declarations(style, base, parts)
            node.set("style", styles[style])


def _is_placed(node: Element) -> bool:
    """Take the style from an element of a few figures, which could set them in another order; whether it had one like that."""
    if len(node) or not _FEW_FIGURES.fullmatch(node.text or "") or not _PLACES.search(node.get("style") or ""):
        return False
    del node.attrib["style"]
    return True


def _disarm_element(node: Element, base: str, parts: Parts) -> None:
    """Make an element one that sends nothing, leads nowhere and loads nothing."""
    if node.tag in _FORM:
        parts.removed += node.tag == "form"
        node.tag = "div"
    elif node.tag == "a" and node.get("href"):
        node.set("title", node.get("title") or node.get("href"))
    elif node.tag == "img":
        _picture(node, base, parts)
    elif node.tag == "input" and (node.get("type") or "").lower() in {"hidden", "password"}:
        node.attrib.pop("value", None)


def _remove_attributes(node: Element) -> None:
    """Remove the attributes of an element that may not stay."""
    allowed = _ON.get(node.tag, frozenset()) | _EVERYWHERE
    for name in [name for name in node.attrib if name not in allowed and name != "background"]:
        del node.attrib[name]
    for name in ("id", "class"):  # nobody reads them, and letters before a number would keep it from being masked
        if LONG_NUMBER.search(node.get(name) or ""):
            del node.attrib[name]


def _picture(node: Element, base: str, parts: Parts) -> None:
    """Set an image's data; where there is none to show, its place stays, with words for it."""
    address = joined(base, node.get("src") or "")
    withheld = parts.withheld
    data = parts.picture(address) if address else None
    if data:
        node.set("src", data)
        return
    reason = _WITHHELD if parts.withheld > withheld else _MISSING
    words = " ".join(filter(None, (PICTURE_PLACE, node.get("alt"))))
    tail = node.tail
    node.clear()
    node.tag, node.text, node.tail = "span", words, tail
    node.set("title", reason)
    node.set("style", "border: 1px dotted; opacity: .7; font-size: small; padding: 0 .2em")


def _serialised(body: Element) -> list[str]:
    """Return the content of the body as HTML."""
    inner = [etree.tostring(child, encoding="unicode", method="html") for child in body]
    return [str(escape(body.text or "")), *inner]


def _document(root: Element, body: Element, content: str, title: str, *styles: str) -> str:
    """Return the whole page around its content."""
    doctype = "<!DOCTYPE html>" if root.getroottree().docinfo.doctype else ""
    sheets = "".join(f"<style>{sheet}</style>" for sheet in styles if sheet)
    kept = ("class", "id", "style", "bgcolor", "dir")
    attributes = "".join(f' {name}="{escape(body.get(name))}"' for name in kept if body.get(name))
    return (
        f'{doctype}<html lang="{escape(root.get("lang") or "zh-CN")}"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"{sheets}</head><body{attributes}>{content}</body></html>"
    )
