"""Hanweb's catalogue of disclosure (module xxgk): lists drawn by /module/xxgk/search.jsp from a form.

The answer is a fragment: table.tb_title with 共N页 and 第k页, rows tr.tr_main_value_odd and tr.tr_main_value_even whose link
holds in its attributes syh the index number, mc the full title and rq a date; in some newer ones plain `li`. A column's page
holds the first such fragment, or names the form: in loadDynamic('…/search.jsp?…', div, infotype, …), in hidden fields, in
what a script sends. The values are taken from there, none is made up; a page that names none leads nowhere.

Known from public crawlers' behaviour only: the order of loadDynamic's arguments, and that sister services of search.jsp
(subjectinfo.jsp, serviceinfo.jsp) answer a plain GET in the same form; who asks one by GET goes on by GET.
"""

import re
from collections.abc import Iterator
from itertools import islice
from urllib.parse import parse_qsl, urlencode, urlsplit

from lxml import etree

from archive.model.observations import ListPage, Paging
from crawler.extract.field_labels import squash
from crawler.extract.lists import read_rows
from crawler.extract.row import absolute, read_row
from crawler.extract.text import Element
from crawler.extract.trail import read_breadcrumb
from crawler.families.family import Family, reasons
from crawler.services.answer import Answer
from crawler.services.inline_data import stated
from crawler.services.json_data import number

_ROWS = etree.XPath(".//tr[contains(@class, 'tr_main_value')]")
_HELD = etree.XPath(".//*[self::tr or self::li][not(.//tr or .//li)][.//a[@syh or @mc]]")
_DEEPEST = 8
_LINK = etree.XPath("(.//a[@syh or @mc or @rq])[1]")
_TITLES = etree.XPath("(.//table[contains(@class, 'tb_title')])[1]")
_ATTRIBUTES = (("syh", "索引号"), ("mc", "名称"), ("rq", "日期"))
_PAGES = re.compile(r"共(\d{1,5})页")
_PAGE = re.compile(r"第(\d{1,5})页")
_COUNT = re.compile(r"共(\d{1,7})条")
_LEADS = re.compile(r"funGoPage\([^()<>]{0,200},\s*['\"]?(\d{1,5})['\"]?\s*\)")

SERVICE = re.compile(r"/module/xxgk/(?:search|subjectinfo|serviceinfo)\.jsp")

_CALL = re.compile(
    r"loadDynamic\(\s*['\"]([^'\"\s<>]{0,600})['\"]\s*,\s*['\"]([^'\"]{0,60})['\"]\s*,\s*['\"]([^'\"]{0,60})['\"]"
    r"(?:\s*,\s*['\"][^'\"]{0,60}['\"]){2}\s*,\s*['\"]([^'\"]{0,60})['\"]"
)
_QUERY = re.compile(r"\?([^'\"\s<>]{1,600})")
_FIELDS = ("infotypeId", "jdid", "area", "divid", "vc_title", "vc_number", "sortfield", "currpage", "vc_filenumber", "vc_all",
           "texttype", "fbtime", "standardXxgk", "isAllList", "requestUrl")  # fmt: skip
_NAMING = ("infotypeId", "area", "divid")
"""A form with a value in none of these does not say whose list it asks for."""

_HIDDEN = etree.XPath(".//input[@value][@name or @id]")
_NEARBY = 2_000
"""So many characters around its address a script says what it sends to the service."""


def marks(answer: Answer) -> tuple[str, ...]:
    """The rows of its fragments, the address of its service."""
    signs = {
        "rows of class tr_main_value": "tr_main_value_" in answer.text,
        "rows served by /module/xxgk/search.jsp": SERVICE.search(answer.text) or SERVICE.search(answer.url),
    }
    return reasons(signs)


def read(answer: Answer) -> ListPage:
    """The rows of a fragment, or of a column's page that holds one; a page that only names the form leads to the first."""
    drawn = (read_row(element, answer.url, _beside(element)) for element in _elements(answer.root))
    rows = tuple(row for row in drawn if row)
    if is_service(answer.url):
        rows = rows or read_rows(answer.root, answer.url)
        return ListPage(rows, _after(answer) if rows else Paging(), read_breadcrumb(answer.root))
    first = Paging(None, None, *request_for(answer, read_form(answer), 1))
    return ListPage(rows, _after(answer) if rows else first, read_breadcrumb(answer.root))


def _elements(root: Element) -> Iterator[Element]:
    """The elements that are rows; what stands inside a row is none."""
    elements = _ROWS(root) or _HELD(root)
    rows = set(elements)
    for element in elements:
        if rows.isdisjoint(islice(element.iterancestors(), _DEEPEST)):
            yield element


def _beside(row: Element) -> list[tuple[str, str]]:
    """Return the labels and values that a row's links hold in attributes."""
    return [(label, link.get(name)) for link in _LINK(row) for name, label in _ATTRIBUTES if link.get(name)]


def _after(answer: Answer) -> Paging:
    """The pages and rows that a page with rows claims, and the request for the page after it."""
    form = read_form(answer)
    holder = next(iter(_TITLES(answer.root)), answer.root)
    claims = squash("".join(holder.itertext()))
    pages, page, count = (
        number(match[1]) if (match := sign.search(claims)) else None for sign in (_PAGES, _PAGE, _COUNT)
    )
    page_requested = number(form.get("currpage")) if is_service(answer.url) else None
    following = (page_requested or page or 1) + 1
    if following > (pages or max(map(int, _LEADS.findall(answer.text)), default=1)):
        return Paging(pages, count)
    return Paging(pages, count, *request_for(answer, form, following))


def is_service(url: str) -> bool:
    """Whether an address is the service's own."""
    return SERVICE.search(urlsplit(url).path) is not None


def read_form(answer: Answer) -> dict[str, str]:
    """Return the form that requests this list: what was sent, of equal names the first; else what the page names."""
    form: dict[str, str] = {}
    if is_service(answer.url):
        sent = answer.form if answer.form is not None else urlsplit(answer.url).query
        for name, value in parse_qsl(sent, keep_blank_values=True):
            form.setdefault(name, value)
        return form
    for name, value in _named(answer):
        form[name] = form.get(name) or value
    return {name: form[name] for name in _FIELDS if name in form}


def request_for(answer: Answer, form: dict[str, str], page: int) -> tuple[str | None, str | None]:
    """Address and body of the request for a page of the list, by GET where it was requested so; (None, None): not to be had."""
    if not any(form.get(name) for name in _NAMING):
        return None, None
    body = urlencode({**form, "currpage": page}, safe="/:,", errors="replace")
    if is_service(answer.url):
        parts = urlsplit(answer.url)._replace(query="", fragment="")
        return (parts._replace(query=body).geturl(), None) if answer.form is None else (parts.geturl(), body)
    place = SERVICE.search(answer.text)
    before = re.search(r"[\w/:.-]*$", answer.text[max(place.start() - 100, 0) : place.start()]) if place else None
    return (absolute(answer.url, before[0] + place[0]), body) if place and before else (None, None)


def _named(answer: Answer) -> Iterator[tuple[str, str]]:
    """Every field that a page names, with its value: in the call that draws the list, in hidden fields, in a script."""
    text = answer.text
    for call in _CALL.finditer(text):
        if SERVICE.search(call[1]):
            yield from (("infotypeId", call[3]), ("divid", call[2]), ("jdid", call[4]))
    places = list(SERVICE.finditer(text))
    for place in places:
        query = _QUERY.match(text, place.end())
        yield from parse_qsl(query[1].replace("&amp;", "&"), keep_blank_values=True) if query else ()
    for field in _HIDDEN(answer.root):
        yield field.get("name") or field.get("id"), field.get("value")
    for place in places[:1]:
        nearby = text[max(place.start() - _NEARBY, 0) : place.end() + _NEARBY]
        yield from ((name, value) for name in _FIELDS if (value := stated(nearby, name)) is not None)


FAMILY = Family("hanweb_xxgk", 1, marks, read)
