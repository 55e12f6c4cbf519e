"""The catalogues a home page or landing page links to: the way to the disclosure catalogue, and its columns. Pure."""

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from urllib.parse import urljoin, urlsplit

from lxml import etree

from archive.model.observations import CatalogOfPortal
from archive.model.site import Site
from crawler.extract.field_labels import squash, tidy
from crawler.extract.row import LINKS, absolute, is_page_link
from crawler.extract.text import Element, line_of
from crawler.portals.catalogue_kinds import kind_of

ENOUGH = 3
"""A page whose links name so many kinds of catalogue is a disclosure catalogue's own."""

MOST_FRAMES = 3
"""Frames of a page that are looked into."""

_FRAMES = etree.XPath("//iframe[@src] | //frame[@src]")
_TITLE = etree.XPath("string(//title)")
_SITE_NAME = etree.XPath("string(//meta[translate(@name, 'SITENAME', 'sitename') = 'sitename']/@content)")
_GOVERNMENT = re.compile(r"[\u4e00-\u9fff]{2,20}?(?:县|市|区|旗)(?:人民)?政府")
_LONGEST_NAME = 24
_MOST_LINKS = 5_000
_HIGHEST = 8
_RECORD = re.compile(
    r"/t(?:19|20)\d{6}_\d+\.|/art_\d+|/[0-9a-f]{32}\.|/post_\d+|/info/\d+/\d+|/content/|\.(?:pdf|docx?|xlsx?|zip|rar|jpe?g|png)$",
    re.IGNORECASE,
)
_LEADS = (  # what the link to the disclosure catalogue says, the surest first
    re.compile(r"(?:政府)?信息公开目录"),
    re.compile(r"法定主动公开(?:内容|信息)?"),
    re.compile(r"(?:政府)?信息公开(?:专栏|平台|网)?"),
    re.compile(r"政务公开|公开政务"),
)


def find_leads(root: Element, url: str) -> tuple[str, ...]:
    """Addresses on the same site that may be the disclosure catalogue's, the surest first."""
    leads = [
        (rank, target)
        for _, title, target in _links(root, url)
        for rank, lead in enumerate(_LEADS)
        if lead.fullmatch(title)
    ]
    return tuple(dict.fromkeys(target for _, target in sorted(leads, key=lambda lead: lead[0])))


def find_catalogue_links(root: Element, url: str) -> tuple[CatalogOfPortal, ...]:
    """The catalogues that the page links to, in its order: those whose titles name a kind, and what stands among them.

    () where too few titles do: then the page is no disclosure catalogue.
    """
    links = [(link, CatalogOfPortal(kind_of(title), title, target)) for link, title, target in _links(root, url)]
    telling = [(link, column) for link, column in links if column.kind != "other"]
    if kinds(column for _, column in telling) < ENOUGH:
        return ()
    around = _holder([link for link, _ in telling])
    columns: dict[str, CatalogOfPortal] = {}
    for link, column in links:
        if column.kind != "other" or any(up is around for up in link.iterancestors()):
            before = columns.setdefault(column.url, column)
            if (column.kind == "other", len(column.title)) < (before.kind == "other", len(before.title)):
                columns[column.url] = column  # named twice: by its plain name, and with something beside it
    return tuple(columns.values())


def find_frames(root: Element, url: str) -> tuple[str, ...]:
    """Addresses on the same site of the page's frames, the first MOST_FRAMES."""
    site = Site.of(urljoin(url, "/"))
    targets = (absolute(url, frame.get("src")) for frame in islice(_FRAMES(root), _MOST_LINKS))
    own = dict.fromkeys(target for target in targets if target and target != url and site.holds(target))
    return tuple(islice(own, MOST_FRAMES))


def portal_name(root: Element) -> str:
    """Return the portal's name for itself on a page, e.g. 同心县人民政府; "" where there is none."""
    names = [tidy(find(root)) for find in (_SITE_NAME, _TITLE)]
    governments = (match[0] for text in names if (match := _GOVERNMENT.search(text)))
    return next(governments, next(filter(None, names), ""))[:60]


def kinds(links: Iterable[CatalogOfPortal]) -> int:
    """Count the kinds of catalogue among `links`."""
    return len({link.kind for link in links} - {"other"})


def _holder(links: list[Element]) -> Element | None:
    """The smallest element around most of `links`: the catalogue's menu, and not the whole page's."""
    counts: dict[Element, int] = {}
    for link in links:
        for up in islice(link.iterancestors(), _HIGHEST):
            counts[up] = counts.get(up, 0) + 1
    around = [
        element
        for element, count in counts.items()
        if count * 3 >= len(links) * 2 and element.tag not in {"body", "html"}
    ]
    return min(around, key=lambda element: sum(1 for _ in element.iter("a")), default=None)


def _links(root: Element, url: str) -> Iterator[tuple[Element, str, str]]:
    """The links that may lead to a catalogue of the same site, with what they are called and where they lead."""
    home = urljoin(url, "/")
    site = Site.of(home)
    for link in islice(LINKS(root), _MOST_LINKS):
        title = squash(line_of(link, _LONGEST_NAME)) or squash(link.get("title") or "")
        href = link.get("href")
        target = absolute(url, href) if is_page_link(href) else None
        if target is None or not 2 <= len(title) <= _LONGEST_NAME or _RECORD.search(urlsplit(target).path):
            continue
        if site.holds(target) and target not in {url, home}:
            yield link, title, target
