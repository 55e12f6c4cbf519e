"""Records as Hanweb's jpage and its kin hand them out: <datastore> in XML, an array of texts in a script, either in JSONP.

Pure; nothing here raises, whatever a portal answers.
"""

import re
from dataclasses import dataclass
from html import unescape

from archive.model.observations import Row
from crawler.extract.row import read_row
from crawler.extract.tree import parse_html
from crawler.paging.inline_data import stated, strings
from crawler.services.answer import Answer
from crawler.services.json_data import number

_COLUMN = re.compile(r"/col/col(\d+)(?:/|$)")
_RECORD = re.compile(r"<record(?:\s[^<>]*)?>")
_NEXT_GROUP = re.compile(r"href\s*=\s*[\"']([^\"'<>]{1,2000})[\"']")
_SCRIPTED = re.compile(r"\s*(?:var\s+)?totalRecord\s*=")
_ARRAY = re.compile(r"(?:dataStore|InitData\w{0,40})\s*[:=]\s*(?=\[)")


@dataclass(frozen=True, slots=True)
class Datastore:
    """Records, the link to the next ones (which says whose they are), and how many there are as the service claims."""

    records: tuple[str, ...] = ()
    next_group: str | None = None
    total: int | None = None

    def rows(self, base_url: str) -> tuple[Row, ...]:
        """The rows that the records are; what prints nothing is none."""
        rows = (read_row(parse_html(record), base_url) for record in self.records)
        return tuple(row for row in rows if row)


def holds_store(text: str) -> bool:
    """Whether a page or an answer holds records in one of these forms."""
    return "<datastore" in text or _SCRIPTED.match(text) is not None


def read_store(answer: Answer) -> Datastore:
    """The store of the page's own column; where no link says whose the stores are, the largest."""
    text = _unwrapped(answer)
    stores = [_of_xml(chunk.partition("</datastore")[0]) for chunk in text.split("<datastore")[1:]]
    if not stores:
        arrays = [tuple(strings(text, found.end())) for found in _ARRAY.finditer(text)]
        total = number(stated(text, "totalRecord")) if _SCRIPTED.match(text) else None
        return Datastore(max(arrays, key=len, default=()), None, total)
    column = _COLUMN.search(answer.url)
    return max(stores, key=lambda store: (column is not None and _of_column(store, column[1]), len(store.records)))


def _unwrapped(answer: Answer) -> str:
    """The answer's text; of JSONP the text in it that holds the records."""
    values = answer.data.values() if isinstance(answer.data, dict) else ()
    return next((value for value in values if isinstance(value, str) and holds_store(value)), answer.text)


def _of_column(store: Datastore, column: str) -> bool:
    return store.next_group is not None and f"columnid={column}&" in f"{store.next_group}&"


def _of_xml(chunk: str) -> Datastore:
    head, *records = _RECORD.split(chunk)
    link = _NEXT_GROUP.search(head.partition("<nextgroup")[2]) or _NEXT_GROUP.search(chunk.partition("</recordset")[2])
    total = head.partition("<totalrecord>")[2].partition("<")[0]
    bodies = (record.partition("</record>")[0].strip() for record in records)
    return Datastore(tuple(map(_content, bodies)), link[1].replace("&amp;", "&") if link else None, number(total))


def _content(body: str) -> str:
    opened, marked, rest = body.partition("<![CDATA[")
    return rest.partition("]]>")[0] if marked and not opened.strip() else unescape(body)
