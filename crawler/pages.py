"""Reading a page's text: the same for a page just fetched and for one read again from the evidence."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from scrapy.http import HtmlResponse

from archive.exchange import Exchange
from crawler.extract.attachments import find_attachments
from crawler.extract.body import find_body
from crawler.extract.detail import read_detail
from crawler.extract.lists import read_rows
from crawler.extract.trail import read_breadcrumb
from crawler.extract.tree import parse_html
from crawler.families import trs_county
from crawler.items import File, Paging, RecordPage, Row
from crawler.middlewares.charset import encoding_of

MOST_FILES = 50
"""Files of one record at the most."""

IsOwn = Callable[[str], bool]
"""Whether an address is on the portal's own site."""


@dataclass(frozen=True, slots=True)
class ListRead:
    """What a list page says."""

    rows: tuple[Row, ...]
    paging: Paging
    breadcrumb: tuple[str, ...]


def text_of(exchange: Exchange) -> str:
    """The text of a sealed page, decoded as a crawl decodes it."""
    encoding = encoding_of(exchange.payload, exchange.response_header("Content-Type") or "")
    return HtmlResponse(exchange.url, body=exchange.payload, encoding=encoding).text


def read_list(text: str, url: str, is_own: IsOwn) -> ListRead:
    """What the list page at `url` says; rows that lead to other sites are marked `off_site`."""
    root = parse_html(text)
    rows = (
        row if row.url is None or is_own(row.url) else replace(row, doubts=(*row.doubts, "off_site"))
        for row in read_rows(root, url)
    )
    return ListRead(tuple(rows), trs_county.read_paging(root, url), read_breadcrumb(root))


def read_record(text: str, url: str, base_url: str, is_own: IsOwn, *, cut: bool) -> RecordPage:
    """What a record's page says, with the files it links to. `url`: its row's address; `base_url`: where it came from."""
    root = parse_html(text)
    page = read_detail(root, url, cut=cut)
    if cut:
        return page
    linked = find_attachments(root, base_url, find_body(root))[:MOST_FILES]
    return replace(page, attachments=tuple(File(file.name, file.url, is_own(file.url)) for file in linked))
