"""Reading one page, however it comes, for `disclosures probe`. Pure; requests nothing."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import urljoin

from lxml import etree

from archive.evidence.text_encoding import decode_page
from archive.model.magic_numbers import CONTROLS, NOT_PAGES
from archive.model.observations import CatalogOfPortal, ListPage, RecordPage
from archive.model.records import is_cut
from archive.model.site import Site
from crawler.extract.body import find_body
from crawler.extract.page_kind import DETAIL, LIST, OTHER, page_kind, shows_the_latest
from crawler.extract.response_class import BLOCKED, CUT, HOME, PAGE, judge
from crawler.extract.text import line_of
from crawler.families.detection import FAMILIES, Detected, detect
from crawler.portals.catalogue_kinds import kind_of
from crawler.probe.catalogue_links import (
    ENOUGH,
    find_catalogue_links,
    find_frames,
    find_leads,
    find_new_address,
    kinds,
    portal_name,
)
from crawler.probe.scripted_home import data_columns
from crawler.probe.software_prior import SoftwarePrior
from crawler.records.detail import read_detail
from crawler.records.linked_files import find_attachments
from crawler.records.stated_record import with_scripts_fields
from crawler.services.answer import Answer

PLAIN = FAMILIES["plain"]
_PASSWORDS = etree.XPath("//input[translate(@type, 'PASWORD', 'pasword') = 'password']")
_SCRIPTED = etree.XPath("boolean(//script)")
_NOTHING = RecordPage({}, {})


MOST_BYTES = 2 * 1024 * 1024
"""So much of an answer is read: no list page of a portal is longer, and what never ends is not waited for."""

MOST_SHOWN = 1_000
"""Characters of a page's text that are counted."""

NOWHERE = "http://saved.invalid/"
"""The address of a saved page of which none is given (RFC 2606)."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer: `url` is where it came from after redirects, `cut` whether it went on behind what was read."""

    url: str
    status: int
    body: bytes
    content_type: str
    cut: bool


@dataclass(frozen=True, slots=True)
class Probed:
    """One page as read: its kind and its contents.

    `kind`: "list", "detail" or "other"; `blocked`: the refusal, if it is one; `listed`: the page read as a list (no
    rows on others, but for the latest documents on a landing page); `record`: read as a record's page, empty on others;
    `heading`: the title that it would have as a record's page; `site`: what the portal calls itself; `columns`: the
    catalogues it links to, `leads`: addresses that may be the disclosure catalogue's; `doubts`: what looks wrong, a
    plain line each. `frames`: addresses of its frames; `framed_in`: of the page in whose frame this one stands;
    `new_address`: of another site that it leads on to by itself, or says that it has moved to. `outcome`: the class of
    the answer (`judge`); `shown`: how many characters it shows, up to MOST_SHOWN; `wants_login`: whether it has a form
    that wants a password; `has_scripts`: whether scripts may show more.
    """

    url: str
    kind: str
    blocked: str | None
    detected: Detected | None
    listed: ListPage
    record: RecordPage = _NOTHING
    heading: str = ""
    site: str = ""
    columns: tuple[CatalogOfPortal, ...] = ()
    leads: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    frames: tuple[str, ...] = ()
    framed_in: str = ""
    new_address: str | None = None
    outcome: str = PAGE
    shown: int = 0
    wants_login: bool = False
    has_scripts: bool = False


def read_answer(fetched: Fetched, requested: str, prior: SoftwarePrior | None = None) -> Probed:
    """Read the answer to a request for the address `requested`; `prior` settles which of several families made it."""
    doubts = [f"sent on from {requested}"] if fetched.url != requested else []
    doubts += ["larger than what was read of it"] if fetched.cut else []
    text = text_of(fetched.body, fetched.content_type)
    if text is None:
        doubts.append("no page, but a file: its bytes are no text")
        return Probed(fetched.url, OTHER, None, None, ListPage(()), doubts=tuple(doubts))
    page = read_page(text, fetched.url, status=fetched.status, cut=fetched.cut, prior=prior)
    return replace(page, doubts=(*doubts, *page.doubts))


def text_of(body: bytes, content_type: str = "") -> str | None:
    """The text of an answer; None for what is no text: a picture, a PDF, a program."""
    start = body[:4096]
    wide = start.startswith((b"\xff\xfe", b"\xfe\xff"))  # UTF-16, in which every other byte may be 0
    if start.startswith(NOT_PAGES) or (not wide and len(CONTROLS.findall(start)) * 50 > len(start)):
        return None
    return decode_page(body, content_type)


def read_page(text: str, url: str, *, status: int, cut: bool, prior: SoftwarePrior | None = None) -> Probed:
    """Read the page at `url`; `cut`: more follows that was not read."""
    answer, home = Answer(url, text), urljoin(url, "/")
    verdict = judge(status, text, url, url, home, whole=cut)
    if verdict.outcome == BLOCKED:
        return Probed(url, OTHER, verdict.reason, None, ListPage(()), outcome=BLOCKED)
    site = portal_name(answer.root)
    likely = prior.of(site) if prior else None
    detected = detect(answer, likely.families, likely.reason) if likely else detect(answer)
    listed = detected.family.read(answer)
    data = next((data for family in FAMILIES.values() if (data := family.record(answer))), None)
    record = replace(data, url=url) if data else with_scripts_fields(read_detail(answer.root, url), answer.root, text)
    kind = OTHER
    is_page = verdict.outcome in {PAGE, CUT}
    if is_page:
        kind = page_kind(answer.root, listed.rows, listed.paging, record)
        if kind == OTHER and detected.family is not PLAIN and (listed.ended or listed.paging.next_url):
            kind = LIST  # its rows come from the service that its paging leads to
    latest = kind == OTHER and is_page and shows_the_latest(answer.root, listed.rows, url)
    doubts = [] if verdict.outcome in {PAGE, HOME} else [verdict.reason]
    doubts += ["its rows are the newest of another list, to which it links"] if latest else []
    if kind == LIST:
        doubts += doubts_of_list(listed, url)
    elif kind == DETAIL:
        linked = () if record.attachments else find_attachments(answer.root, url, find_body(answer.root))
        record = replace(record, attachments=record.attachments or linked)
        doubts += _doubts_of_record(record)
    return Probed(
        url,
        kind,
        None,
        detected if kind != OTHER or detected.family is not PLAIN else None,
        listed if kind == LIST or latest else ListPage((), breadcrumb=record.breadcrumb),
        record if kind == DETAIL else _NOTHING,
        record.fields.get("title") or "",
        site,
        _columns(answer) if kind == OTHER else (),
        find_leads(answer.root, url) if kind == OTHER else (),
        tuple(doubts),
        find_frames(answer.root, url) if kind == OTHER else (),
        outcome=verdict.outcome,
        shown=min(len(line_of(answer.root, MOST_SHOWN)), MOST_SHOWN),
        new_address=find_new_address(answer.root, url) if kind == OTHER else None,
        wants_login=bool(_PASSWORDS(answer.root)),
        has_scripts=_SCRIPTED(answer.root),
    )


def _columns(answer: Answer) -> tuple[CatalogOfPortal, ...]:
    """The catalogues that a page leads to: by its links, else as its family's data or any other in its scripts names them."""
    if linked := find_catalogue_links(answer.root, answer.url):
        return linked
    named = (pair for family in FAMILIES.values() for pair in family.catalogues(answer))
    stated = tuple(CatalogOfPortal(kind_of(title), title, target) for title, target in named)
    return stated if kinds(stated) >= ENOUGH else data_columns(answer.text, answer.url)


def described(page: Probed) -> str:
    """A page in a few words: what it is, how many rows and pages, what looks wrong."""
    if page.blocked:
        return f"refused: {page.blocked}"
    listed, paging = page.listed, page.listed.paging
    words = ["no list" if page.kind != LIST else f"list of {len(listed.rows)} rows"]
    if page.kind == LIST:
        words += [f"{paging.rows_claimed} rows claimed"] if paging.rows_claimed is not None else []
        words += [f"{paging.pages_claimed} pages claimed"] if paging.pages_claimed is not None else []
        words += ["goes on" if paging.next_url else "does not go on"]
        words += [f"family {page.detected.family.name}"] if page.detected else []
    return "; ".join([*words, *page.doubts])


def doubts_of_list(page: ListPage, url: str) -> Iterator[str]:
    """Yield what looks wrong with a list."""
    rows, paging, site = page.rows, page.paging, Site.of(urljoin(url, "/"))
    if not rows:
        yield "no rows on this page itself: they come from a service"
        return
    counts = {
        "no link": sum(row.url is None for row in rows),
        "no title": sum("title" not in row.fields for row in rows),
        "no date": sum("published_on" not in row.fields and "created_on" not in row.fields for row in rows),
        "a cut title": sum(is_cut(row.fields.get("title")) for row in rows),
        "a link to another site": sum(not site.holds(row.url) for row in rows if row.url and url != NOWHERE),
        "the address of another row": sum(count - 1 for url, count in Counter(row.url for row in rows).items() if url),
    }
    for doubt, count in sorted(Counter(doubt for row in rows for doubt in row.doubts).items()):
        counts[doubt.replace("_", " ")] = count
    yield from (f"{count} of {len(rows)} rows with {what}" for what, count in counts.items() if count)
    if paging.next_url is None and paging.pages_claimed is not None and paging.pages_claimed > 1:
        yield f"{paging.pages_claimed} pages claimed, and no way to the next one found"
    if paging.next_url is None and paging.rows_claimed is not None and paging.rows_claimed > len(rows):
        yield f"{paging.rows_claimed} rows claimed, {len(rows)} on this page, and no way to the next one found"


def _doubts_of_record(page: RecordPage) -> Iterator[str]:
    """Yield what looks wrong with a record's page."""
    for name, words in (("title", "no title"), ("published_on", "no date of publication")):
        if name not in page.fields:
            yield words
    if not page.body and not page.attachments:
        yield "no text and no file"
    yield from (doubt.replace("_", " ") for doubt in page.doubts)
