"""Pagers that a page's script writes: the values given to the script, read without running it.

TRS's `createPageHTML(pages, current, "index", "html")`, its `countPage` and `currentPage`, and govsearch's `m_nRecordCount`,
`m_nPageSize` and `m_nCurrPage` (for `PageContext.drawNavigator()`). Page n of index.html is index_{n-1}.html, and so it is
where `pageName` and `pageExt` are stated beside `pageCount` and `pageIndex`; but for `pagination("setPage", n, pages)` page n
is index_n.html. An older system's `purl` and `maxPageNum`: its pages are counted down, and the one behind the first of N is `purl`_{N-1}.html. All but
the first are no more than their rows, for the script to put in place of those, and only their address says which they are.
"""

import re
from itertools import islice
from urllib.parse import urlsplit

from lxml import etree

from archive.model.observations import Paging
from crawler.extract.row import absolute
from crawler.extract.text import Element
from crawler.services.inline_data import pairs
from crawler.services.json_data import number

_DATA = etree.XPath(
    ".//@*[starts-with(name(), 'data-') and string-length(.) < 8 and translate(., '0123456789', '') = '']",
    smart_strings=True,
)
_MOST_STATED = 200
_LONGEST = 500_000
_COMMENT = re.compile(
    r"""("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|//[^\n]*|<!--[^\n]*|/\*.*?(?:\*/|\Z)""", re.DOTALL
)  # a string is kept, for an address in it has slashes too
_ARGUMENT = r"\s*[\"']?({})[\"']?\s*"
_CALL = re.compile(
    r"createPage\w{0,20}\s*\((?:\s*([\"'][^\"'\n]{0,40}[\"']|[A-Za-z_]\w{0,40})\s*,)?"
    + ",".join(_ARGUMENT.format(kind) for kind in (r"\d{1,5}", r"\d{1,5}", r"[\w./-]{1,200}", r"\.?\w{1,9}"))
    + r"(?:,\s*[\"']?(\d{1,7})\b)?"
)
_OPTIONS = re.compile(r"\bPager\s*\(\s*\{([^{}]{1,500})\}")
_PAGES = re.compile(r"\bcountPage\s*=\s*[\"']?(\d{1,5})\b")
_PAGE = re.compile(r"\bcurrentPage\s*=\s*[\"']?(\d{1,5})\b")
_COUNTED = re.compile(r"\bcountnum\s*=\s*[\"']?(\d{1,7})\b", re.IGNORECASE)
_ROWS = re.compile(r"(?:\bm_nRecordCount|\[[\"']RecordNum[\"']\])\s*=\s*[\"']?(\d{1,7})\b")
_SIZE = re.compile(r"(?:\bm_nPageSize|\[[\"']PageSize[\"']\])\s*=\s*[\"']?([1-9]\d{0,3})\b")
_AT = re.compile(r"\bm_nCurrPage\s*=\s*[\"']?(\d{1,5})\b")
_SET_PAGE = re.compile(r"\.pagination\(\s*[\"']setPage[\"']\s*,\s*(\d{1,5})\s*,\s*(\d{1,5})\s*\)")
_NAMED_PAGES = [
    re.compile(rf"\b{name}\s*=\s*{value}")
    for name, value in (
        ("pageCount", r"(\d{1,5})\b"),
        ("pageIndex", r"(\d{1,5})\s*\+\s*1\b"),
        ("pageName", r"[\"'](\w{1,40})[\"']"),
        ("pageExt", r"[\"']\.?(s?html?)[\"']"),
    )
]
"""The number of pages, which one this is, counted from 0, and the name and the kind of their files."""

_COUNTED_DOWN = re.compile(r"\bmaxPageNum\s*=\s*[\"']?([1-9]\d{0,4})\b")
_COUNTED_PLACE = re.compile(r"\bpurl\s*=\s*[\"']([^\"'\s]{1,200})[\"']")
_PART = re.compile(r"(.{1,400}/index_\d{2,9}_)(\d{1,5})(\.html)")
_FILE = re.compile(r"(?<![^/])([^/]+)\.(s?html?|jsp)$")
_NAME_IN_SCRIPT = re.compile(r"[\"'/](index|list)[_.\"'\\]")
_KIND_IN_SCRIPT = re.compile(r"[\"'.](s?html?)\\?[\"']")
_PAGE_IN_QUERY = re.compile(r"[?&]page=")
_NUMBER = re.compile(r"_\d+$")
_SIGNS = ("createPage", "countPage", "RecordCount", "Pager(", "maxPageNum", "setPage", "pageExt")
_MOST_CALLS = 20
_LONGEST_NUMBER = 6


def script_paging(root: Element, url: str) -> Paging | None:
    """Return what a script of the list page at `url` says of its pager; None where none says anything."""
    script = scripts_of(root)
    if not any(sign in script for sign in _SIGNS):
        return None
    script = _COMMENT.sub(lambda match: match[1] or " ", script)
    if calls := list(islice(_CALL.finditer(script), _MOST_CALLS)):
        own = _NUMBER.sub("", _file(url)[0])
        return _of_call(min(calls, key=lambda call: call[4].rpartition("/")[2] not in {own or "index", "list"}), url)
    if options := _OPTIONS.search(script):
        stated = pairs(options[1])
        named = [number(stated.get(name)) for name in ("size", "current")]
        if None not in named and stated.get("prefix") and stated.get("suffix"):
            return _paged(named[0] or 0, named[1] or 0, stated["prefix"], stated["suffix"], url)
    return _counted_down(script, url) or _set(script, url) or _of_names(script, url) or _of_numbers(script, url)


def _of_numbers(script: str, url: str) -> Paging | None:
    """The pager of a script that states the numbers of pages or of rows, and of this page."""
    if pages := _PAGES.search(script):
        counted = _COUNTED.search(script)
        return _of_counts(int(pages[1]), int(counted[1]) if counted else None, _first(_PAGE, script), script, url)
    if (rows := _ROWS.search(script)) and (size := _SIZE.search(script)):
        pages_claimed = -(-int(rows[1]) // int(size[1]))
        return _of_counts(pages_claimed, int(rows[1]), _first(_AT, script), script, url)
    return None


def scripts_of(root: Element) -> str:
    """The text of the page's scripts, one after the other, as long as pages' are."""
    scripts = (script.text for script in root.iter("script") if script.text and script.get("src") is None)
    return "\n".join(scripts)[:_LONGEST]


def stated_numbers(root: Element) -> str:
    """The statements of a page to its scripts, as names with values: the scripts themselves, hidden fields, attributes data-…"""
    named = ((field.get("id") or field.get("name"), field.get("value")) for field in root.iter("input"))
    fields = (f'{name}="{value}"' for name, value in named if name is not None and value is not None)
    attributes = (f'{value.attrname.removeprefix("data-")}="{value}"' for value in _DATA(root))
    return "\n".join((scripts_of(root), *islice(fields, _MOST_STATED), *islice(attributes, _MOST_STATED)))


def with_page(url: str, name: str, number: int) -> str:
    """`url` with the value of the parameter `name` of its query replaced, or added where it has none."""
    changed, times = re.subn(rf"([?&]{re.escape(name)}=)[^&#]*", rf"\g<1>{number}", url, count=1)
    return changed if times else f"{url}{'&' if '?' in url else '?'}{name}={number}"


def _of_call(call: re.Match[str], url: str) -> Paging:
    """A call of `createPageHTML`: pages counted from 0; from 1 where a box to write to and all rows are named too."""
    box, pages, at, name, kind, rows = call.groups()
    first_named = box is not None and int(at) == 1 and not _NUMBER.search(_file(url)[0])
    from_one = box is not None and (rows is not None or first_named)
    last = int(at) + (0 if from_one else 1) >= int(pages)
    following = None if last else absolute(url, f"{name}_{int(at) + 1}.{kind.lstrip('.')}")
    return Paging(int(pages), int(rows) if rows and box else None, following)


def _paged(pages: int, at: int, name: str, kind: str, url: str) -> Paging:
    """Page `at`, counted from 0, of so many, each a file of its own."""
    return Paging(pages, None, absolute(url, f"{name}_{at + 1}.{kind.lstrip('.')}") if at + 1 < pages else None)


def _set(script: str, url: str) -> Paging | None:
    """The pager that a script sets to a page, counted from 1 as the files are but for the first."""
    if (stated := _SET_PAGE.search(script)) is None:
        return None
    at, pages = int(stated[1]), int(stated[2])
    name, kind = _file(url)
    following = f"{_NUMBER.sub('', name) or 'index'}_{at + 1}.{kind or 'html'}"
    return Paging(pages, None, absolute(url, following) if at < pages else None)


def _of_names(script: str, url: str) -> Paging | None:
    """The pager of a script that states the name and the kind of its pages' files beside their numbers."""
    pages, at, name, kind = (pattern.search(script) for pattern in _NAMED_PAGES)
    return _paged(int(pages[1]), int(at[1]), name[1], kind[1], url) if pages and at and name and kind else None


def _counted_down(script: str, url: str) -> Paging | None:
    """The pager of pages that are counted down: the first of them, or one with its number behind a name, the last of which is 1."""
    stated, named = _COUNTED_DOWN.search(script), _COUNTED_PLACE.search(script)
    if stated is None or named is None:
        return None
    pages, name = int(stated[1]), named[1]
    place = f"{absolute(url, name) or url}_"
    number = url.removeprefix(place).partition(".")[0] if url.startswith(place) else ""
    at = int(number) if number.isdecimal() and len(number) < _LONGEST_NUMBER else pages
    return Paging(pages, None, absolute(url, f"{name}_{at - 1}.html") if at > 1 else None)


def part_paging(root: Element, url: str) -> Paging:
    """The pager of a page that is no more than its rows, as those counted down are: index_958_198.html is before index_958_197.html."""
    part = _PART.fullmatch(url)
    if part is None or int(part[2]) < 2 or root.find("head") is not None or root.find(".//script") is not None:
        return Paging()
    return Paging(next_url=f"{part[1]}{int(part[2]) - 1}{part[3]}")


def _of_counts(pages: int, rows: int | None, at: int, script: str, url: str) -> Paging:
    """Page `at`, counted from 0, of so many: the next one is another file, or the same with another number in its query."""
    if at + 1 >= pages:
        return Paging(pages, rows)
    name, kind = _file(url)
    if kind == "jsp" or _PAGE_IN_QUERY.search(url) or (not name and urlsplit(url).query):
        return Paging(pages, rows, with_page(url, "page", at + 2))
    if not name:
        name_match, kind_match = _NAME_IN_SCRIPT.search(script), _KIND_IN_SCRIPT.search(script)
        name, kind = name_match[1] if name_match else "index", kind_match[1] if kind_match else "html"
    return Paging(pages, rows, absolute(url, f"{name.removesuffix(f'_{at}') if at else name}_{at + 1}.{kind}"))


def _first(pattern: re.Pattern[str], script: str) -> int:
    match = pattern.search(script)
    return int(match[1]) if match else 0


def _file(url: str) -> tuple[str, str]:
    """Name and kind of the file at `url`; empty for a directory."""
    match = _FILE.search(urlsplit(url).path)
    return (match[1], match[2]) if match else ("", "")
