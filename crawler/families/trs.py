"""TRS WCM in general: lists index.html, index_1.html … (or list, .shtml, .htm), records ./YYYYMM/tYYYYMMDD_<id>.html.

Known from saved pages and public crawlers' behaviour. Sites differ in all but this: what an editor wrote stands in an
element of class TRS_Editor or TRS_UEDITOR, the steps of the breadcrumb are links of class CurrChnlCls, and pagers are
written by the server or by one of the scripts that `crawler.services.script_pagers` reads. The day in a record's address is that
of its creation and not of its publication.
"""

import re
from itertools import islice
from urllib.parse import urlsplit

from crawler.families import plain
from crawler.families.family import Family, reasons
from crawler.services.answer import Answer

_RECORD = re.compile(r"/t(?:19|20)\d{6}_\d+\.s?html?\b")
_AROUND_ADDRESS = re.compile(r"[\s\"'<>()]")
_HOST = re.compile(r"(?:\w+=)?(?:https?:)?//([^/:]+)")
_LONGEST_ADDRESS = 300
_MOST_LOOKED_AT = 20
_EDITORS = ("TRS_Editor", "TRS_UEDITOR", "TRS_PreAppend", "trs_paper_default", "Custom_UnionStyle")
_PAGERS = ("createPageHTML(", "PageContext.drawNavigator(")


def marks(answer: Answer) -> tuple[str, ...]:
    """Addresses of records, classes of editor and breadcrumb, and what a govsearch page tells its pager."""
    if answer.data is not None:
        return ()
    text = answer.text
    signs = {
        "records at tYYYYMMDD_<id>.html": _has_records(answer),
        "text from TRS's editor": any(name in text for name in _EDITORS),
        "a breadcrumb of CurrChnlCls": "CurrChnlCls" in text,
        "m_nRecordCount for the pager": "m_nRecordCount" in text and "m_nPageSize" in text,
    }
    signs["a pager by TRS's script"] = any(signs.values()) and any(call in text for call in _PAGERS)
    return reasons(signs)


def _has_records(answer: Answer) -> bool:
    """Whether the page is such a record or links to some on its own site, and not just to another site that runs TRS."""
    if _RECORD.search(answer.url):
        return True
    if "/t20" not in answer.text and "/t19" not in answer.text:
        return False
    text, own = answer.text, (urlsplit(answer.url).hostname or "").removeprefix("www.")
    for match in islice(_RECORD.finditer(text), _MOST_LOOKED_AT):
        before = text[max(0, match.start() - _LONGEST_ADDRESS) : match.start()]
        host = _HOST.match(_AROUND_ADDRESS.split(before)[-1])
        if host is None or f".{host[1]}".endswith(f".{own}"):
            return True
    return False


FAMILY = Family("trs", 1, marks, plain.read, places=("/xxgk/zfxxgkml/", "/zfxxgk/", "/zwgk/"))
