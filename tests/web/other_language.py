"""Words of a page in another language than its own that it does not mark as somebody else's words, a name or a code.

Others' words stand in an element with a `lang` of its own, names in one with `translate="no"`, codes in the elements that HTML
has for them, in attributes in backquotes. A page's `<title>` can mark nothing, and isn't looked at.
"""

import re
from collections.abc import Iterator

from lxml import html

CHINESE = re.compile("[\u3001-\u30ff\u3400-\u9fff\uff00-\uffef]")
LATIN_WORD = re.compile(r"[A-Za-z]*[a-z]{2}[A-Za-z]*")
"""A word that is no acronym, unit or single letter."""

OTHER = {"zh-CN": LATIN_WORD, "en": CHINESE}

_CODES = {"code", "kbd", "pre", "samp", "var", "textarea", "script", "style", "head"}
_QUOTED = re.compile("`[^`]*`")
_ATTRIBUTES = ("title", "aria-label", "alt", "placeholder", "data-label")


def other_language(page: html.HtmlElement) -> list[str]:
    """Return the texts and attributes of a page that are not in its language, shortened."""
    pattern = OTHER[page.get("lang")]
    return [" ".join(text.split())[:80] for text in _own(page) if pattern.search(text)]


def marked_as_chinese(page: html.HtmlElement) -> list[str]:
    """Return the texts that a page marks as somebody's words."""
    return [element.text_content().strip() for element in page.cssselect("body [lang=zh]")]


def _own(element: html.HtmlElement) -> Iterator[str]:
    if isinstance(element.tag, str) and not _is_marked(element):
        yield from (_QUOTED.sub("", element.get(name, "")) for name in _ATTRIBUTES)
        yield element.text or ""
        for child in element:
            yield from _own(child)
            yield child.tail or ""


def _is_marked(element: html.HtmlElement) -> bool:
    is_quoted = element.tag != "html" and element.get("lang") is not None
    return is_quoted or element.get("translate") == "no" or element.tag in _CODES
