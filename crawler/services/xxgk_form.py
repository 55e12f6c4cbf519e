"""The form by which Hanweb's xxgk module asks for a list, as the page or the request before it names it.

Pure; nothing here raises, and no value is made up.
"""

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlencode, urlsplit

from lxml import etree

from crawler.extract.row import absolute
from crawler.paging.inline_data import stated
from crawler.services.answer import Answer

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
    found = SERVICE.search(answer.text)
    before = re.search(r"[\w/:.-]*$", answer.text[max(found.start() - 100, 0) : found.start()]) if found else None
    return (absolute(answer.url, before[0] + found[0]), body) if found and before else (None, None)


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
