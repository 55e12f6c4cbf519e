"""Any list that says what it is: rows under a header or with labels, and a pager with 下一页 or its count in a script.

No product's own marks: what no other family claims.
"""

from archive.model.observations import ListPage, RecordPage
from crawler.extract.lists import read_rows
from crawler.extract.trail import read_breadcrumb
from crawler.families.family import Family
from crawler.records.detail import read_detail
from crawler.records.stated_record import with_data
from crawler.services.answer import Answer
from crawler.services.inline_records import inline_record, inline_rows
from crawler.services.link_pagers import read_paging


def read(answer: Answer) -> ListPage:
    """The rows of a page by their meaning; where it shows nothing, those that its data name."""
    rows = read_rows(answer.root, answer.url) or inline_rows(answer.root, answer.text, answer.url)
    return ListPage(rows, read_paging(answer.root, answer.url, len(rows)), read_breadcrumb(answer.root))


def record(answer: Answer) -> RecordPage | None:
    """The record whose text stands in the data of a page that shows none; None for any other page."""
    stated = inline_record(answer.root, answer.text, answer.url)
    if stated is None:
        return None
    page = read_detail(answer.root, answer.url)
    shows_text = page.body and not page.body.startswith("{")  # which is the data itself
    return None if shows_text else with_data(page, stated.row, stated.content, stated.data)


FAMILY = Family("plain", 4, lambda _: (), read, record)
