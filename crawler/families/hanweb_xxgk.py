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

from lxml import etree

from archive.model.observations import ListPage, Paging
from crawler.extract.field_labels import squash
from crawler.extract.lists import read_rows
from crawler.extract.row import read_row
from crawler.extract.text import Element
from crawler.extract.trail import read_breadcrumb
from crawler.families.family import Family
from crawler.services.answer import Answer
from crawler.services.json_data import number
from crawler.services.xxgk_form import SERVICE, is_service, read_form, request_for

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


def marks(answer: Answer) -> tuple[str, ...]:
    """The rows of its fragments, the address of its service."""
    found = []
    if "tr_main_value_" in answer.text:
        found.append("rows of class tr_main_value")
    if SERVICE.search(answer.text) or SERVICE.search(answer.url):
        found.append("rows served by /module/xxgk/search.jsp")
    return tuple(found)


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
    found = _ROWS(root) or _HELD(root)
    rows = set(found)
    for element in found:
        if rows.isdisjoint(islice(element.iterancestors(), _DEEPEST)):
            yield element


def _beside(row: Element) -> list[tuple[str, str]]:
    """Return the labels and values that a row's links hold in attributes."""
    return [(label, link.get(name)) for link in _LINK(row) for name, label in _ATTRIBUTES if link.get(name)]


def _after(answer: Answer) -> Paging:
    """The pages and rows that a page with rows claims, and the request for the page after it."""
    form = read_form(answer)
    holder = next(iter(_TITLES(answer.root)), answer.root)
    said = squash("".join(holder.itertext()))
    pages, page, count = (
        number(found[1]) if (found := sign.search(said)) else None for sign in (_PAGES, _PAGE, _COUNT)
    )
    asked = number(form.get("currpage")) if is_service(answer.url) else None
    following = (asked or page or 1) + 1
    if following > (pages or max(map(int, _LEADS.findall(answer.text)), default=1)):
        return Paging(pages, count)
    return Paging(pages, count, *request_for(answer, form, following))


FAMILY = Family("hanweb_xxgk", 1, marks, read)
