"""From a page's text to its tree, whatever the text: what its style sheets hide says so itself, a text in no box has one,
numbers read on, 3天前 is a day, links lead where the page's base says.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, takewhile

from lxml import etree

from archive.masking.attributes import elements_with, with_few_attributes
from archive.masking.figures_in_markup import set_figures
from crawler.extract.dates import parse_date
from crawler.extract.place import joined
from crawler.extract.text import BLOCKS, Element, in_document

# lxml's own parser class: elements of lxml.html are made by Python code, at three times the cost of reading a page.
_PARSER = etree.HTMLParser(encoding="utf-8", recover=True, huge_tree=True, remove_pis=True)
SURROGATES = re.compile("[\ud800-\udfff]")
_SHORTEST_CROWD = 20_000
"""Bytes of a page from which on an element can have so many attributes that the parser takes long."""

_DEEPEST = 2_048
"""Elements within one another that the parser takes; it leaves out what stands deeper."""

_DEEPEST_READ = 64
"""Elements within one another that are read as they stand, more than twice those of any known page: readers look at each with all that is in it."""

_DEEP = etree.XPath("/".join("*" * (_DEEPEST_READ - 1)) + "[*/*]")
_TAG = re.compile(r"<(/?)[a-zA-Z]")

_LONGEST_SHEET = 200_000
_MOST_RULES = 200
_MOST_CALLED = 50_000
_HIGHEST = 30
_DISPLAY = re.compile(r"(?:^|;)\s*display\s*:\s*([a-z-]+)", re.IGNORECASE)
_SIMPLE = re.compile(r"[a-zA-Z][a-zA-Z0-9]*(?:[.#][\w-]+)*|(?:[.#][\w-]+)+")
_NAME = re.compile(r"[.#]?[\w-]+")

_OF_TEXT = frozenset({"p", "pre", "br", "font", "span"})
_OWN_TEXTS = etree.XPath(".//text()[not(ancestor::a or parent::script or parent::style)]")
_SHORTEST_SENTENCE = 30

_CALENDAR = re.compile(r"date|calendar|picker", re.IGNORECASE)
_MOST_FRAMES = 20
_MOST_FIELDS = 200
_MOST_LINES = 10_000

_NO_LINKS_TITLES = etree.XPath(".//@title[not(parent::a)]")
_LEADS_BY_ITSELF = re.compile(r"#|[a-zA-Z][\w+.-]*:|//")
_DEFAULT_PORT = re.compile(r"\A(http://[^/:]+):80(?=/|\Z)", re.IGNORECASE)
_YEARLESS = re.compile(r"\s*(\d{1,2})\s?[-/.月]\s?(\d{1,2})日?\s*")
_AGO = re.compile(r"\s*(?:\d{1,3}\s*(?:秒钟?|分钟|个?小时|天|日|周|个?星期|个?月|年)前|刚刚|今天|[昨前]天)\s*")


def parse_html(text: str) -> Element:
    """The root element of a page; an empty one for a page without any markup or text."""
    try:
        root = etree.fromstring(_encoded(text), parser=_PARSER)
    except etree.XMLSyntaxError:
        root = None
    if root is None:
        return etree.fromstring(b"<html><body></body></html>", parser=_PARSER)
    _flatten(root)
    _open_frames(root)
    _print_values(root)
    _mark_hidden(root)
    set_figures(root)
    _box_text(root)
    _print_days(root)
    _resolve(root)
    return root


def nests_too_deep(text: str) -> bool:
    """Whether elements of a page stand in one another so deep that the parser leaves out what is within."""
    if text.count("<") < _DEEPEST:
        return False
    depth = deepest = 0
    for tag in _TAG.finditer(text):
        depth = max(0, depth - 1) if tag[1] else depth + 1
        deepest = max(deepest, depth)
    if deepest < _DEEPEST:
        return False
    parse_html(text)  # which knows the elements that have no end tag
    return any(error.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for error in _PARSER.error_log)


def _encoded(text: str) -> bytes:
    """`text` in UTF-8 without what a tree can't hold; looked for only where it is, for nearly all pages have none."""
    text = text.replace("\x00", "")
    try:
        page = text.encode()
    except UnicodeEncodeError:
        text = SURROGATES.sub("", text)
        page = text.encode()
    if len(page) <= _SHORTEST_CROWD or (bounded := with_few_attributes(text)) is text:
        return page
    return bounded.encode()


def _flatten(root: Element) -> None:
    """Set elements that stand deeper than any page needs side by side, in their order and with all text, as browsers do."""
    for holder in _DEEP(root):
        flat: list[Element] = []
        tails: dict[Element, list[str]] = {}
        for event, node in etree.iterwalk(holder, events=("start", "end", "comment")):
            if event == "start" and node is not holder:
                flat.append(etree.Element(node.tag, node.attrib))
                flat[-1].text = node.text
            elif event != "start" and node is not holder and node.tail:
                tails.setdefault(flat[-1] if flat else holder, []).append(node.tail)
        for node, texts in tails.items():
            if node is holder:
                node.text = "".join((node.text or "", *texts))
            else:
                node.tail = "".join(texts)
        holder[:] = flat


# --- what style sheets hide ---


@dataclass(frozen=True, slots=True)
class _Rule:
    """A rule of a style sheet that shows or hides elements: names that each must have (li, .tab, #list), those of its holders first."""

    parts: tuple[frozenset[str], ...]
    hides: bool
    weight: tuple[int, ...]

    def fits(self, node: Element) -> bool:
        """Whether `node` and what it stands in have the names."""
        *around, own = self.parts
        if not own <= _names(node):
            return False
        for holder in islice(node.iterancestors(), _HIGHEST if around else 0):
            if around and around[-1] <= _names(holder):
                around.pop()
        return not around


def _names(node: Element) -> set[str]:
    """The names by which style sheets call an element."""
    return {node.tag, f"#{node.get('id')}", *(f".{name}" for name in (node.get("class") or "").split())}


def _mark_hidden(root: Element) -> None:
    """Give elements that the page's own style sheets hide on every screen the attribute `hidden`."""
    sheets = enumerate(sheet.text or "" for sheet in in_document(root, "style"))
    rules = list(islice((rule for place, sheet in sheets for rule in _rules(sheet, place)), _MOST_RULES))
    by_name: dict[str, list[_Rule]] = {}
    for rule in rules if any(rule.hides for rule in rules) else ():
        by_name.setdefault(min(rule.parts[-1]), []).append(rule)  # "#" and "." come before letters
    nodes = root.iter(etree.Element) if by_name else ()
    called = ((node, rule) for node in nodes for name in _names(node) for rule in by_name.get(name, ()))
    counting: dict[Element, _Rule] = {}
    for node, rule in islice(called, _MOST_CALLED):
        if rule.fits(node) and (node not in counting or rule.weight > counting[node].weight):
            counting[node] = rule
    for node, rule in counting.items():
        if rule.hides and not _DISPLAY.search(node.get("style") or ""):
            node.set("hidden", "")


@lru_cache(maxsize=16)  # a portal's pages share theirs
def _rules(sheet: str, place: int) -> tuple[_Rule, ...]:
    """The rules of the style sheet at a place among the page's that show or hide what has a class or an id, wherever it stands or within others."""
    return tuple(islice(_rules_in(sheet, place), _MOST_RULES))


def _rules_in(sheet: str, place: int) -> Iterator[_Rule]:
    for number, (selectors, declarations) in enumerate(_blocks(_without_comments(sheet[:_LONGEST_SHEET]))):
        displays = _DISPLAY.findall(declarations)
        for selector in selectors.split(",") if displays else ():
            parts = tuple(frozenset(_NAME.findall(part)) for part in selector.split() if _SIMPLE.fullmatch(part))
            if len(parts) == len(selector.split()) > 0 and min(parts[-1])[0] in "#.":
                signs = "".join(name[0] for part in parts for name in part)
                weight = signs.count("#"), signs.count("."), len(signs), place, number
                yield _Rule(parts, displays[-1].lower() == "none", weight)


def _without_comments(sheet: str) -> str:
    first, *others = sheet.replace("<!--", " ").replace("-->", " ").split("/*")
    return " ".join([first, *(other.partition("*/")[2] for other in others)])


def _blocks(sheet: str) -> Iterator[tuple[str, str]]:
    """The selectors and the declarations of each rule that stands in no other, as those for small screens do."""
    depth = begin = opened = 0
    is_flat = True
    for brace in re.finditer("[{}]", sheet):
        if brace[0] == "{":
            opened, is_flat = (brace.start(), True) if not depth else (opened, False)
            depth += 1
        elif depth == 1:
            if is_flat:
                yield sheet[begin:opened].rpartition(";")[2], sheet[opened + 1 : brace.start()]
            depth, begin = 0, brace.end()
        else:
            depth = max(0, depth - 1)


# --- text that stands in the page itself ---


def _box_text(root: Element) -> None:
    """Put the sentences that stand in the page itself, and what is between them, into a box, as other pages do."""
    body = root.find("body")
    children = [] if body is None else list(body)
    spans = list(_spans_of_sentences(body, children))
    if not spans:
        return
    begin, end = min(spans)[0], max(end for _, end in spans)
    while begin and _is_of_text(children[begin - 1]):
        begin -= 1
    end += len(list(takewhile(_is_of_text, children[end:])))
    if not _is_mostly_text(children[begin:end]):
        return
    box = etree.Element("div")
    if begin:
        box.text, children[begin - 1].tail = children[begin - 1].tail, None
    else:
        box.text, body.text = body.text, None
    body.insert(begin, box)
    box.extend(children[begin:end])


def _spans_of_sentences(body: Element, children: Sequence[Element]) -> Iterator[tuple[int, int]]:
    """Of each sentence in no other block than a paragraph the places of the first child that holds it, and of the one behind it."""
    if body is not None and _is_sentence(body.text):
        yield 0, 0
    for at, child in enumerate(children):
        if _is_of_text(child) and (_is_sentence(child.tail) or _is_sentence(_text_of(child))):
            yield at, at + 1
        elif _is_sentence(child.tail):
            yield at + 1, at + 1


def _is_of_text(child: Element) -> bool:
    return child.tag in _OF_TEXT or child.tag not in BLOCKS


def _is_sentence(text: str | None) -> bool:
    return text is not None and "。" in text and len(text.strip()) >= _SHORTEST_SENTENCE


def _text_of(element: Element) -> str:
    """The text of an element outside links and scripts."""
    return "".join(_OWN_TEXTS(element)) if element.tag in _OF_TEXT else ""


def _is_mostly_text(children: Sequence[Element]) -> bool:
    """Whether blocks among paragraphs, such as tables, hold less than these."""
    lengths = {True: 0, False: 0}
    for child in children:
        texts = _OWN_TEXTS(child) if isinstance(child.tag, str) else ()  # a comment has none
        lengths[_is_of_text(child)] += sum(map(len, texts)) + len(child.tail or "")
    return lengths[True] >= lengths[False]


# --- texts that stand in an attribute ---


def _open_frames(root: Element) -> None:
    """Put the document that a frame holds in its own attribute into the page, in a box in place of the frame."""
    frames = [frame for frame in root.iter("iframe") if frame.get("srcdoc") is not None]
    for frame in frames[:_MOST_FRAMES]:
        try:
            document = etree.fromstring(_encoded(frame.get("srcdoc")), parser=_PARSER)
        except etree.XMLSyntaxError:
            document = None
        body = None if document is None else document.find("body")
        if body is not None:
            del frame.attrib["srcdoc"]
            frame.tag, frame.text = "div", body.text
            frame[:] = list(body)


def _print_values(root: Element) -> None:
    """Print the values of fields that nobody can fill in, as where a form shows a record, in place of the fields."""
    fixed = filter(_is_fixed_text, root.iter("input", "textarea"))
    fields = [field for field in islice(fixed, _MOST_FIELDS) if not _picks_day(field)]
    forms = {
        field: next(field.iterancestors("form", "table", "ul", "dl", "fieldset"), field.getparent()) for field in fields
    }
    to_fill_in = {
        form: any(map(_is_to_fill_in, form.iter("input", "select", "textarea", "button")))
        for form in set(forms.values())
    }
    for field, form in forms.items():
        if to_fill_in[form]:
            continue
        text = (field.get("value") if field.tag == "input" else field.text) or ""
        field.tag = "span" if field.tag == "input" else "div"
        field.text, *lines = text.split("\n")[:_MOST_LINES] if field.tag == "div" else [text]
        for line in lines:
            etree.SubElement(field, "br").tail = line


def _is_fixed_text(field: Element) -> bool:
    """Whether a field shows a text that nobody can write into."""
    is_of_text = field.tag == "textarea" or (field.get("value") is not None and field.get("type", "text") == "text")
    return is_of_text and _is_fixed(field)


def _is_fixed(field: Element) -> bool:
    return field.get("readonly") is not None or field.get("disabled") is not None


def _picks_day(field: Element) -> bool:
    """Whether a field that cannot be written into takes a day from a calendar, as in searches."""
    return any(_CALENDAR.search(field.get(name) or "") for name in ("class", "id", "onclick", "onfocus"))


def _is_to_fill_in(field: Element) -> bool:
    """Whether a field is a visitor's to fill in, or a button to send others."""
    kind = (field.get("type") or ("button" if field.tag == "button" else "text")).lower()
    return kind not in {"hidden", "button", "reset"} and not _is_fixed(field)


# --- days that stand in an attribute ---


def _print_days(root: Element) -> None:
    """Print the day that an element states to machines in place of how long ago that was when the page was made, or of one without its year."""
    titled = (title.getparent() for title in _NO_LINKS_TITLES(root))
    for node in dict.fromkeys((*elements_with(root, "datetime"), *titled)):
        text = node.text or ""
        yearless = _YEARLESS.fullmatch(text)
        if node.tag == "a" or not (yearless or _AGO.fullmatch(text)) or node.find("*") is not None:
            continue
        stated = parse_date(node.get("datetime") or node.get("title"))
        if stated and (not yearless or stated[5:] == f"{int(yearless[1]):02}-{int(yearless[2]):02}"):
            node.text = stated


# --- links on a page that states its base ---


def _resolve(root: Element) -> None:
    """Have links lead where the base that a page states says, which is not where the page stands."""
    stated = next(in_document(root, "base"), None)
    base = "" if stated is None else _DEFAULT_PORT.sub(r"\1", (stated.get("href") or "").strip())
    for node in in_document(root, "a", "iframe") if base else ():
        name = "href" if node.tag == "a" else "src"
        link = (node.get(name) or "").strip()
        if link and not _LEADS_BY_ITSELF.match(link):
            node.set(name, joined(base, link) or link)
