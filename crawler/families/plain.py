"""Any list that says what it is: rows under a header or with labels, and a pager with 下一页 or its count in a script.

No product's own marks: what no other family claims.
"""

from archive.model.observations import ListPage, RecordPage, Row
from crawler.extract.lists import read_rows
from crawler.extract.trail import read_breadcrumb
from crawler.extract.tree import parse_html
from crawler.families.family import Family
from crawler.records.detail import read_detail
from crawler.records.stated_record import with_data
from crawler.services.answer import Answer
from crawler.services.data_lists import data_list, markup_in
from crawler.services.inline_data import written_markup
from crawler.services.inline_records import inline_record, inline_rows, inline_text
from crawler.services.link_pagers import read_paging


def read(answer: Answer) -> ListPage:
    """The rows of a page by their meaning; where it shows nothing, those that its data name. Of data those of their list."""
    if answer.data is not None:
        return _of_data(answer)
    rows = read_rows(answer.root, answer.url) or inline_rows(answer.root, answer.text, answer.url)
    if not rows and (markup := written_markup(answer.root)):
        rows = read_rows(parse_html(markup), answer.url)
    return ListPage(rows, read_paging(answer.root, answer.url, len(rows)), read_breadcrumb(answer.root))


def _of_data(answer: Answer) -> ListPage:
    """The list that data holds: its records, or rows in the markup of its texts."""
    rows, paging = data_list(answer.data, answer.url)
    if rows or not (markup := markup_in(answer.data)):
        return ListPage(rows, paging)
    root = parse_html(markup)
    rows = read_rows(root, answer.url)
    return ListPage(rows, read_paging(root, answer.url, len(rows)), read_breadcrumb(root))


def record(answer: Answer) -> RecordPage | None:
    """The record whose text stands in the data of a page that shows none; None for any other page."""
    if stated := inline_record(answer.root, answer.text, answer.url):
        row, content, data = stated.row, stated.content, stated.data
    elif text := inline_text(answer.root, answer.url):
        row, content, data = Row({}, {}), text, {}
    else:
        return None
    page = read_detail(answer.root, answer.url)
    shows_text = page.body and not page.body.startswith("{")  # which is the data itself
    return None if shows_text else with_data(page, row, content, data)


FAMILY = Family("plain", 5, lambda _: (), read, record)
