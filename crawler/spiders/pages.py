"""Reading a page's text: the same for a page just fetched and for one read again from the evidence."""

from collections.abc import Callable, Collection
from dataclasses import replace

from archive.evidence.http_exchange import Exchange
from archive.evidence.text_encoding import text_of
from archive.masking.redaction import addresses_of_persons
from archive.model.observations import ListPage, Paging, RecordPage, Row
from archive.model.records import CUT_PAGE
from crawler.extract.body import find_body
from crawler.extract.place import without_visit
from crawler.extract.response_class import breaks_off
from crawler.families.detection import FAMILIES
from crawler.families.family import Family
from crawler.records.detail import read_detail
from crawler.records.linked_files import find_attachments
from crawler.records.stated_record import with_scripts_fields
from crawler.services.answer import Answer

READING_VERSION = 20
"""Raised by hand when pages of any family are read otherwise than before; archives are then read again.

It covers `extract/`, `records/`, this module, `pipelines.normalise`, `archive.evidence.text_encoding` and `archive.model.records`.
"""

MOST_FILES = 50
"""Files of one record at the most."""

MOST_ROWS = 20_000
"""Rows of one list page at the most, many times what any shows: each is held as a row, masked, sent and requested."""

OFF_SITE = "off_site"
"""The doubt about a row that leads to another site."""

IsOwn = Callable[[str], bool]
"""Whether an address is on the portal's own site."""


def read_list(answer: Answer, family: Family, is_own: IsOwn) -> ListPage:
    """Return what a list page of a family says; rows that lead to other sites are marked OFF_SITE.

    A link that holds somebody's ID number is not followed, for its address would be kept: the row stands without it.
    Where the page breaks off, its last row may be half a row: it is doubted, or without a link, which would tell what row
    it is half of, left out. So are rows beyond MOST_ROWS.
    """
    page = family.read(answer)
    page = replace(page, rows=page.rows[:MOST_ROWS])
    links = [row.url and without_visit(row.url) for row in page.rows]
    personal = addresses_of_persons(filter(None, links))
    rows = [_followable(row, link, is_own, personal) for row, link in zip(page.rows, links, strict=True)]
    if rows and page.paging == Paging() and breaks_off(answer.text):
        last = rows.pop()
        rows += [replace(last, doubts=(*last.doubts, CUT_PAGE))] if last.url else []
    return replace(page, rows=tuple(rows))


def _followable(row: Row, url: str | None, is_own: IsOwn, personal: Collection[str]) -> Row:
    """`row` with the lasting part of its link, and a doubt where that is not followed."""
    if url is None:
        return replace(row, url=None)
    if url in personal:
        return replace(row, url=None, doubts=(*row.doubts, "personal_link"))
    return replace(row, url=url, doubts=row.doubts if is_own(url) else (*row.doubts, OFF_SITE))


def answer_of(exchange: Exchange) -> Answer:
    """A sealed answer to a request for a list."""
    form = exchange.request_body.decode("utf-8", "replace") if exchange.method == "POST" else None
    return Answer(exchange.url, text_of(exchange), form)


def read_record(text: str, url: str, base_url: str, *, cut: bool, agencies: Collection[str] = ()) -> RecordPage:
    """Return what a record's page says, with the files it links to. `url`: its row's address; `base_url`: where it came from.

    `agencies`: the names of agencies that the portal file states.
    """
    answer = Answer(base_url, text)
    data = None if cut else next((data for family in FAMILIES.values() if (data := family.record(answer))), None)
    body = find_body(answer.root)
    page = replace(data, url=url) if data else read_detail(answer.root, url, body, cut=cut, agencies=agencies)
    if cut:
        return page
    page = page if data else with_scripts_fields(page, answer.root, text)
    linked = page.attachments or find_attachments(answer.root, base_url, body)
    personal = addresses_of_persons((url, *(file.url for file in linked)))
    files = [file for file in linked if file.url not in personal]
    return replace(page, attachments=tuple(files[:MOST_FILES]))
