"""TRS WCM as county portals use it (template xxgk/zfxxgkml): lists that go on in list_1.html, list_2.html …

Known from public crawlers' behaviour and a few saved pages: the first page is list.html, page n is list_{n-1}.html, rows
are a `ul` each with a hidden box of six labels beside it; records are ./YYYYMM/tYYYYMMDD_<id>.html.
"""

import re

from crawler.families import plain, trs
from crawler.families.family import Family
from crawler.services.answer import Answer

_PLACE = re.compile(r"/xxgk(?:_\d+)?/zfxxgkml/")
_HOVER_BOX = re.compile(r"class=[\"']?hover_box\b")


def marks(answer: Answer) -> tuple[str, ...]:
    """The template's address and hover boxes, on a page with TRS's own marks, which count too."""
    found = []
    if _PLACE.search(answer.url) or ("/zfxxgkml/" in answer.text and _PLACE.search(answer.text)):
        found.append("addresses under /xxgk/zfxxgkml/")
    if "hover_box" in answer.text and _HOVER_BOX.search(answer.text):
        found.append("a hover box beside each row")
    general = trs.marks(answer) if found else ()
    return (*found, *general) if general else ()


FAMILY = Family("trs_county", 1, marks, plain.read)
