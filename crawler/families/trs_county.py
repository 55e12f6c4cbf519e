"""TRS WCM as county portals use it (template xxgk/zfxxgkml): lists that go on in list_1.html, list_2.html …

Known from public crawlers' behaviour and a few saved pages: the first page is list.html, page n is list_{n-1}.html, rows
are a `ul` each with a hidden box of six labels beside it; records are ./YYYYMM/tYYYYMMDD_<id>.html.
"""

import re

from crawler.families import plain, trs
from crawler.families.family import Family, reasons
from crawler.services.answer import Answer

_PLACE = re.compile(r"/xxgk(?:_\d+)?/zfxxgkml/")
_HOVER_BOX = re.compile(r"class=[\"']?hover_box\b")


def marks(answer: Answer) -> tuple[str, ...]:
    """The template's address and hover boxes, on a page with TRS's own marks, which count too."""
    text, url = answer.text, answer.url
    signs = {
        "addresses under /xxgk/zfxxgkml/": _PLACE.search(url) or ("/zfxxgkml/" in text and _PLACE.search(text)),
        "a hover box beside each row": "hover_box" in text and _HOVER_BOX.search(text),
    }
    general = trs.marks(answer) if any(signs.values()) else ()
    return (*reasons(signs), *general) if general else ()


FAMILY = Family("trs_county", 1, marks, plain.read, places=("/xxgk/zfxxgkml/list.html",))
