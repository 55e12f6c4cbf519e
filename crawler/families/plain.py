"""Any list that says what it is: rows under a header or with labels, and a pager with 下一页 or its count in a script.

No product's own marks: what no other family claims.
"""

from crawler.extract.lists import read_rows
from crawler.extract.trail import read_breadcrumb
from crawler.families.family import Family
from crawler.items import ListRead
from crawler.paging.pager import read_paging
from crawler.services.answer import Answer


def read(answer: Answer) -> ListRead:
    """The rows of a page by their meaning."""
    rows = read_rows(answer.root, answer.url)
    return ListRead(rows, read_paging(answer.root, answer.url), read_breadcrumb(answer.root))


FAMILY = Family("plain", 1, lambda _: (), read)
