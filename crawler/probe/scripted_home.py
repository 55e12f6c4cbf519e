"""Catalogues of a home page that scripts make: what its data names, what a sitemap lists. Pure; nothing is run."""

import re
from itertools import islice
from urllib.parse import urlsplit

from archive.model.observations import CatalogOfPortal
from archive.model.site import Site
from crawler.extract.field_labels import squash
from crawler.extract.row import absolute, is_page_link
from crawler.portals.catalogue_kinds import kind_of
from crawler.probe.catalogue_links import ENOUGH, kinds, named_best
from crawler.services.inline_data import first, objects

_NAMES = ("name", "title", "channelName", "columnName", "chnlname", "catname", "label", "text")
_ADDRESSES = ("url", "link", "href", "channelUrl", "columnUrl", "chnlurl", "linkUrl", "path")
_LONGEST_NAME = 24

_LOCATION = re.compile(r"<loc>\s*+(?:<!\[CDATA\[)?\s*+([^<>\s\]]{1,1000})")
_MOST_LOCATIONS = 20_000
_PLACES = tuple(
    re.compile(rf"/{name}(?:_\d{{1,9}})?(?:/(?:index|list)\.\w{{3,5}})?/?", re.IGNORECASE)
    for name in ("zfxxgkml", "xxgkml|gkml", "fdzdgknr|fdzdgk", "zfxxgk|zfxxgkpt", "xxgk", "zwgk")
)
"""Names that portals give the folder of their disclosure catalogue, the surest first."""


def data_columns(text: str, url: str) -> tuple[CatalogOfPortal, ...]:
    """The catalogues that objects in the scripts of the page at `url` name with an address; () where too few kinds are among them."""
    site = Site.of(url)
    columns = named_best(
        CatalogOfPortal(kind_of(title), title, target)
        for values, _ in objects(text)
        if (title := squash(first(values, _NAMES))) and 2 <= len(title) <= _LONGEST_NAME
        if is_page_link(href := first(values, _ADDRESSES))
        if (target := absolute(url, href)) and site.holds(target)
    )
    return columns if kinds(columns) >= ENOUGH else ()


def sitemap_leads(text: str, url: str) -> tuple[str, ...]:
    """Addresses in a sitemap (sitemaps.org) that are called as the disclosure catalogue's folder is, the surest first."""
    site = Site.of(url)
    listed = [match[1].replace("&amp;", "&") for match in islice(_LOCATION.finditer(text), _MOST_LOCATIONS)]
    ranked = (
        (rank, len(address), address)
        for address in listed
        for rank, place in enumerate(_PLACES)
        if is_page_link(address) and site.holds(address) and _ends_in(place, address)
    )
    return tuple(dict.fromkeys(address for _, _, address in sorted(ranked)))


def _ends_in(place: re.Pattern[str], address: str) -> bool:
    """Whether the path of an address ends in a folder of that name, or its index."""
    path = urlsplit(address).path
    return any(place.fullmatch(path, start) for start in range(len(path)) if path[start] == "/")
