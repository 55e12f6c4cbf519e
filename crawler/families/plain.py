"""Any list that says what it is: rows under a header or with labels, and a pager with 下一页 or its count in a script.

No product's own marks: what no other family claims.
"""

from archive.model.observations import ListPage
from crawler.extract.lists import read_rows
from crawler.extract.trail import read_breadcrumb
from crawler.families.family import Family
from crawler.services.answer import Answer
from crawler.services.inline_records import inline_rows
from crawler.services.link_pagers import read_paging


def read(answer: Answer) -> ListPage:
    """The rows of a page by their meaning; where it shows nothing, those that its data name."""
    rows = read_rows(answer.root, answer.url) or inline_rows(answer.root, answer.text, answer.url)
    return ListPage(rows, read_paging(answer.root, answer.url, len(rows)), read_breadcrumb(answer.root))


FAMILY = Family("plain", 3, lambda _: (), read)
