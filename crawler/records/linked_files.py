"""Find the files a page links to.

In: the page as an lxml tree, its address, and the element of the body if it was found. Out: names and absolute
addresses, in order of appearance, each address once. Pure; nothing is fetched, so what the links lead to is not known.

Traps met on real pages: icon links that lead to another file than the named link beside them; file names only in the
link text, the title or OLDSRC; addresses of downloads without any extension; download counters beside the name; links that
stand in a script, which shows them; a document shown as a picture that names it in an attribute, or by a script in the text,
or by a player that stands for it there.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qs, unquote, urldefrag, urljoin, urlsplit

from lxml import etree

from archive.model.addresses import is_on_the_web
from archive.model.observations import LinkedFile
from crawler.extract.place import slashed, without_visit
from crawler.extract.row import is_page_link
from crawler.extract.text import Element
from crawler.extract.tree import parse_html
from crawler.services.inline_data import written_markup

_TEXTS = etree.XPath(".//text()")
_DOCUMENTS = r"pdf|docx?|docm|wps|wpt|xlsx?|xlsm|et|csv|pptx?|dps|ofd|od[ts]|rtf|txt|zip|rar|7z|t?gz"
_IMAGES = r"jpe?g|png|tiff?|bmp"
_DOCUMENT_ADDRESS = re.compile(rf"\.(?:{_DOCUMENTS})$", re.IGNORECASE)
_DOCUMENT_PLACE = re.compile(
    rf"^(?!javascript:)[^\s]{{0,400}}[/.\w%-]\.(?:{_DOCUMENTS})(?:[?&]\S{{0,200}})?$", re.IGNORECASE
)
_QUOTED = re.compile(r"[\"']([^\"'\s<>]{1,500})[\"']")
_ROOTED = re.compile(r"(?:https?:/|\.{0,2})/\w", re.IGNORECASE)
_NOTED = re.compile(r"[\"']([^\"'<>]{1,200})[\"']")
_HELD_ADDRESSES = ("data-url", "data-href", "data-link", "data-file", "data-path", "data-src")
_LONGEST_SCRIPT = 1_000
_CLICKED = frozenset({"a", "button"})
_PLAYERS = frozenset({"div", "p", "span"})
_LEADING = ("a", "button", "iframe", "embed", "object", "img", "script")
_HAS_PLAYER = etree.XPath("boolean(.//@pdfsrc)")
_IMAGE_ADDRESS = re.compile(rf"\.(?:{_IMAGES})$", re.IGNORECASE)
_FILE_NAME = re.compile(rf"[^\s./]\s*\.(?:{_DOCUMENTS}|{_IMAGES})(?![0-9a-z])", re.IGNORECASE)
_NAME_BEFORE = re.compile(
    rf"(?:^|[:：、\s])([^:：\s]{{1,120}}\.(?:{_DOCUMENTS}|{_IMAGES}))[\s:：（(【\[]{{0,3}}$", re.IGNORECASE
)
_PAGE_ADDRESS = re.compile(r"\.(?:s?html?|xhtml)$", re.IGNORECASE)
_ENDPOINT = re.compile(
    r"/download\.(?:jsp|do|action|aspx?|php)|/downfile\.jsp|/download[a-z]{0,8}attach|downloadattach|/attachments?/|/downloadfile|/filedownload",
    re.IGNORECASE,
)
# An address, as it stands on a page, that surely leads to a page: nine links of ten, recognised without parsing each.
_PLAINLY_A_PAGE = re.compile(r"\s*+(?:https?://[^/?#]+/|(?!//|[a-z]+:))[^?#]*\.(?:s?html?|xhtml)\s*", re.IGNORECASE)
# Signs that the addresses of all documents have, and those of all files known by their address: looked for before any is parsed.
_DOCUMENT_SIGN = re.compile(rf"\.(?:{_DOCUMENTS})|[%\r\n\t]", re.IGNORECASE)
_FILE_SIGN = re.compile(rf"\.(?:{_DOCUMENTS}|{_IMAGES})|download|downfile|attachment|[%\r\n\t]", re.IGNORECASE)
_LONGEST_REMEMBERED = 200
_VIEWER = re.compile(r"/viewer\.html$", re.IGNORECASE)
_COUNTER = re.compile(
    r"[（(【\[]?\s{0,5}(?:已|累计)?(?:下载|浏览|点击)(?:次数|量)?\s{0,5}[:：]?\s{0,5}\d{1,12}\s{0,5}次?\s{0,5}[】\])）]?"
)
# Words on a link that say that it is a file but not which.
_GENERIC = re.compile(
    r"(?:请?点击)?(?:这里|此处)?(?:附件)?(?:下载|查看|浏览|预览)?(?:附件|文件|全文|原文|pdf|word|excel|doc|xls)?"
    r"(?:版|下载)?|download|view|open",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"附\s*件?\s*[0-9０-９一二三四五六七八九十]*\s*[:：.、]?")
_CUT = re.compile(r"(?:(?<!\.)\.{3,}|(?<!…)…+)$")
_CHROME_TAGS = frozenset(("nav", "header", "footer"))
_CHROME_NAME = re.compile(
    r"(?:^|[\s_-])(?:nav|navi|navbar|menu|foot|footer|header|breadcrumbs?|sidebar|share|relalinks|related|"
    r"friendlinks?|yqlj|copyright)(?:$|[\s_-])",
    re.IGNORECASE,
)
_FILES_NAME = re.compile(r"attach|annex|fujian|enclosure|files?(?:$|[\s_-])", re.IGNORECASE)
_BLOCKS = frozenset(("p", "li", "dd", "dt", "td", "th", "div", "tr", "ul", "ol", "section", "article", "body"))


@dataclass(frozen=True, slots=True)
class _Link:
    """A link to a file. `name`: "" where the page says none; `icon`: it has no text of its own."""

    name: str
    url: str
    block: Element
    icon: bool


def find_attachments(root: Element, base_url: str, body: Element | None = None) -> tuple[LinkedFile, ...]:
    """The files `root` links to. Navigation and footer are passed over; what stands around `body` is neither.

    Linked images count under a name inside `body` (without one: anywhere), elsewhere only under a file's name; a picture
    that leads to itself, or to a larger one, is part of the text. Behind the page's own links come those that its scripts
    hold as markup.
    """
    links = list(_links_in(root, base_url, body))
    if written := written_markup(root):
        links += _links_in(parse_html(written), base_url, root)
    return tuple(LinkedFile(name or _file_name(url) or url, url) for url, name in _names_by_address(links).items())


def _links_in(root: Element, base_url: str, body: Element | None) -> Iterator[_Link]:
    around_body = set(body.iterancestors()) if body is not None else set()
    is_of_file = _FILE_SIGN.search(base_url) is not None  # so may be where an address without a path leads
    for node in root.iter(*_LEADING, *(_PLAYERS if _HAS_PLAYER(root) else ())):
        if node.tag == "a" and _is_plainly_a_page(node.get("href", "")):
            continue
        target = _shown_by(node, body) if node.tag == "script" else _target(node)
        if target and _may_lead_to_file(node, target, is_sure=is_of_file):
            link = _file_link(node, target, base_url, body)
            if link and not _in_chrome(node, body, around_body):
                yield link


def _names_by_address(links: Sequence[_Link]) -> dict[str, str]:
    """The best name of each file by its address, in order of appearance: several links may lead to one, or be one cut in two."""
    named = {link.block for link in links if not link.icon}
    names: dict[str, str] = {}
    previous: _Link | None = None
    for link in links:
        is_plain = not _FILE_NAME.search(link.name) and not _IMAGE_ADDRESS.search(link.url)
        if link.icon and link.block in named and is_plain:
            continue  # an icon, which often leads to another file than the name beside it
        before = names.get(link.url)
        if before is None:
            names[link.url] = link.name
        elif previous and previous.url == link.url and previous.block is link.block and not _FILE_NAME.search(before):
            names[link.url] = before if link.name in before else before + link.name  # one link cut in two
        elif _is_better(link.name, before):
            names[link.url] = link.name
        previous = link
    return names


def _is_plainly_a_page(address: str) -> bool:
    return len(address) <= _LONGEST_REMEMBERED and _leads_to_page(address)


@lru_cache(maxsize=4096)  # the links of a portal's navigation stand on page after page
def _leads_to_page(address: str) -> bool:
    return _PLAINLY_A_PAGE.fullmatch(address) is not None


def _target(node: Element) -> str | None:
    """Where a node leads to, as it stands there; a picture to the only document that an attribute for scripts names.

    A player is a block with its document in an attribute: pdfsrc="/…/1.pdf".
    """
    if node.tag in _PLAYERS:
        return node.get("pdfsrc")  # type: ignore[no-any-return]
    if node.tag == "img":
        named = {value for name, value in node.items() if name.startswith("data-") and _DOCUMENT_PLACE.search(value)}
        return named.pop() if len(named) == 1 else None
    if node.tag not in ("a", "button", "object"):
        return node.get("src")  # type: ignore[no-any-return]
    target: str | None = node.get("href") or node.get("data")
    return target if is_page_link(target) else _held_address(node) or target


def _shown_by(script: Element, body: Element | None) -> str | None:
    """The only document that a script in the text names, as one that shows it there: showVsbpdfIframe('/…/1.pdf', …)."""
    text = script.text or ""
    if body is None or len(text) > _LONGEST_SCRIPT or not any(above is body for above in script.iterancestors()):
        return None
    named = {quoted for quoted in _QUOTED.findall(text) if "/" in quoted and _DOCUMENT_PLACE.search(quoted)}
    return named.pop() if len(named) == 1 and "+" not in text else None


def _held_address(node: Element) -> str | None:
    """The only address of a document in the script of a link, or in its attributes for a script.

    Under a file's name any address does, as one of a download: show('/…/download?id=1', '1').
    """
    scripts = [
        script
        for name in ("href", "onclick")
        if len(script := node.get(name) or "") <= _LONGEST_SCRIPT and "+" not in script
    ]
    named = {quoted for script in scripts for quoted in _QUOTED.findall(script)}
    named |= {value for name in _HELD_ADDRESSES if (value := node.get(name))}
    documents = {address for address in named if _DOCUMENT_PLACE.search(address)}
    if not documents and any(map(_FILE_NAME.search, (_clean("".join(_TEXTS(node))), node.get("title") or ""))):
        documents = {address for address in named if _ROOTED.match(address)}
    rooted = {address for address in documents if "/" in address} or documents  # beside a file's name
    return rooted.pop() if len(rooted) == 1 else None


def _may_lead_to_file(node: Element, target: str, *, is_sure: bool) -> bool:
    """Whether an address, or what stands beside it, has a sign of a file: a quick look that spares most links a closer one."""
    if not is_page_link(target) or _PLAINLY_A_PAGE.fullmatch(target):
        return False
    if node.tag != "a":
        return is_sure or _DOCUMENT_SIGN.search(target) is not None
    if is_sure or _FILE_SIGN.search(target) or _is_marked(node):
        return True
    text = _text_on(node)
    return _FILE_NAME.search(f"{text} {_name(node, text)}") is not None


def _is_marked(node: Element) -> bool:
    """Whether a link says itself that it leads to a file."""
    return node.get("appendix") == "true" or node.get("download") is not None


def _text_on(node: Element) -> str:
    return _clean("".join(_TEXTS(node))) if node.tag in _CLICKED else ""


def _file_link(node: Element, target: str, base_url: str, body: Element | None) -> _Link | None:
    """The link a node makes, if it leads to a file."""
    url = _address(target, base_url)
    if url is None:
        return None
    text = _text_on(node)
    name = _name(node, text)
    if not _is_file(node, url, f"{text} {name}", body):
        return None
    block = next((above for above in node.iterancestors() if above.tag in _BLOCKS), node)
    return _Link(name, url, block, icon=not text)


def _address(target: str, base_url: str) -> str | None:
    """The absolute address of a link, of the shown file for a viewer page; None if it leads nowhere on the web."""
    target = slashed(re.sub(r"[\r\n\t]", "", target).strip())
    if not target or target.startswith("#") or "{{" in target:
        return None
    try:
        url = urldefrag(urljoin(base_url, target)).url
        parts = urlsplit(url)
        if _VIEWER.search(parts.path):
            shown = parse_qs(parts.query).get("file", [""])[0]
            return _address(shown, url) if shown else None
    except ValueError:  # a host that cannot be one
        return None
    return without_visit(url.replace(" ", "%20")) if is_on_the_web(url) else None


def _is_file(node: Element, url: str, words: str, body: Element | None) -> bool:
    parts = urlsplit(url)
    path = unquote(parts.path)
    if _PAGE_ADDRESS.search(path):
        return False
    if _DOCUMENT_ADDRESS.search(path) or any(map(_DOCUMENT_ADDRESS.search, _query_values(url))):
        return True
    if node.tag != "a":
        return False
    if _IMAGE_ADDRESS.search(path):
        is_inside = body is None or any(above is body for above in node.iterancestors())
        return bool(words.strip()) and (is_inside or _FILE_NAME.search(words) is not None)
    if _ENDPOINT.search(url) or _is_marked(node):
        return True
    return _FILE_NAME.search(words) is not None and (bool(parts.query) or not path.endswith("/"))


def _name(node: Element, text: str) -> str:
    """Return the page's name for the file: the link text; the title, OLDSRC or download attribute if the text says less."""
    title, download = _clean(node.get("title") or ""), _clean(node.get("download") or "")
    start = _CUT.sub("", text)
    if start != text and title.startswith(start):
        return title
    if text and not _is_generic(text):
        return text
    original = _clean(node.get("oldsrc") or "").rpartition("/")[2]
    for candidate in (title, download, _stored_as(node), _name_before(node), text):
        if candidate and not _is_generic(candidate):
            return candidate
    if _FILE_NAME.search(original) and not re.fullmatch(r"[PW]0\d+\.\w+", original, re.IGNORECASE):
        return original
    return text if _NUMBERED.fullmatch(text) else ""


def _stored_as(node: Element) -> str:
    """The file's name among what an editor noted about it, "" where it notes none: sudyfile-attr="{'title':'名单.pdf'}"."""
    noted = (quoted for quoted in _NOTED.findall(node.get("sudyfile-attr") or "") if _FILE_NAME.search(quoted))
    return _clean(next(noted, ""))


def _name_before(node: Element) -> str:
    """Return the file's name that stands right before a link called 下载 or the like, "" where none does."""
    previous = next(node.itersiblings("*", preceding=True), None)
    if previous is None:
        holder = node.getparent()
        text = "" if holder is None else holder.text or ""
    else:
        named = "" if previous.tag == "a" else "".join(_TEXTS(previous))
        text = f"{named}{previous.tail or ''}"
    found = _NAME_BEFORE.search(_clean(text))
    return found[1] if found else ""


def _is_generic(text: str) -> bool:
    return _GENERIC.fullmatch(text) is not None or _NUMBERED.fullmatch(text) is not None


def _is_better(name: str, before: str) -> bool:
    return bool(name) and (not before or (_is_generic(before) and not _is_generic(name)))


def _clean(text: str) -> str:
    text = " ".join(text.replace("\u200b", "").split())
    return _COUNTER.sub("", text).strip(" \u3000【】") if _COUNTER.search(text) else text


def _file_name(url: str) -> str:
    """The file name in an address: of a value of its query if one is a file name, else the last part of its path."""
    named = (value.rpartition("/")[2] for value in _query_values(url) if _FILE_NAME.search(value))
    return next(named, "") or unquote(urlsplit(url).path).rpartition("/")[2]


def _query_values(url: str) -> list[str]:
    return [value for values in parse_qs(urlsplit(url).query).values() for value in values]


def _in_chrome(node: Element, body: Element | None, around_body: set[Element]) -> bool:
    """Whether it is part of the page's frame: navigation, footer, related links."""
    for above in node.iterancestors():
        if above is body:
            return False
        if above in around_body or above.tag in ("body", "html"):
            continue
        names = f"{above.get('class') or ''} {above.get('id') or ''}"
        if (
            above.tag in _CHROME_TAGS
            or above.get("role") == "navigation"
            or (_CHROME_NAME.search(names) and not _FILES_NAME.search(names))
        ):
            return True
    return False
