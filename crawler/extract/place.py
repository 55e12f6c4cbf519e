"""Places on the web: whether two addresses are one, whether one is a folder's index, whether two sites are one portal's. Pure."""

import re
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from archive.model.site import domain_of

_SESSION = re.compile(r";(?:j|jwp)?session_?id=[^/;?#]*", re.IGNORECASE)
_SESSION_PAIR = re.compile(
    r"(?:(?:j|jwp|php|asp\.net_)?sess(?:ion)?_?id|aspsessionid\w{0,20}|sid)=[\w.!-]{16,200}", re.IGNORECASE
)
_CACHE = r"(?:_?t|_|ts|time|timestamp|r|rnd|rand|random|nocache)"
_RANDOM_PAIR = re.compile(rf"{_CACHE}=0?\.\d{{6,20}}", re.IGNORECASE)
_CLOCK_PAIR = re.compile(rf"{_CACHE}=1[4-9]\d{{8}}(?:\d{{3}})?", re.IGNORECASE)
_NAMES_ITSELF = re.compile(r"\d|\.(?!jsp|do|action|aspx?|php|cgi)[a-z0-9]{2,5}(?:\?|$)", re.IGNORECASE)
"""A number, or a file that no script makes."""

_INDEX_NAME = re.compile(r"(?:index|list|default|home|main)\.(?:s?html?|jsp|aspx?|php|do)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Place:
    """An address without what does not tell places apart: scheme, www., port 80, index.html, session."""

    host: str
    folder: str  # ends in "/"
    name: str  # "" for a folder's index
    query: str

    @property
    def is_index(self) -> bool:
        """Whether it is a folder's own page. A last segment with a longer number is a document, however it is written."""
        return self.is_folder and not re.search(r"\d{4}", self.folder[:-1].rpartition("/")[2])

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder's page, or another that is requested without a number."""
        return not self.name and not re.search(r"\d", self.query)


def place_of(url: str | None) -> Place | None:
    """The place at an absolute address; None where it has no host or cannot be read."""
    try:
        parts = urlsplit(url or "")
        port = parts.port
    except ValueError:
        return None
    if not parts.hostname:
        return None
    host = parts.hostname.removeprefix("www.") + (f":{port}" if port not in {None, 80, 443} else "")
    path = re.sub(r"/{2,}", "/", parts.path.partition(";")[0]) or "/"
    folder, _, name = path.rpartition("/")
    if name and "." not in name:
        folder, name = f"{folder}/{name}", ""
    return Place(host, f"{folder}/", "" if _INDEX_NAME.fullmatch(name) else name, parts.query)


def is_same_site(one: str, other: str) -> bool:
    """Whether two hosts belong to one portal: below one registrable domain, as www.hd.gov.cn and hdzfxxgk.hd.gov.cn."""
    one, other = one.partition(":")[0], other.partition(":")[0]
    return one == other or domain_of(one) == domain_of(other) != ""


def slashed(href: str) -> str:
    """A link with / for each \\ before its query, as browsers read it."""
    path, mark, query = href.partition("?")
    return path.replace("\\", "/") + mark + query


def without_visit(url: str) -> str:
    """An absolute address without what a portal makes anew for each visit: a session's id, and the time or a random number against caches.

    The time stays where nothing else in the address could tell pages apart, for it could be the page's own.
    """
    address, hash_mark, fragment = url.partition("#")
    path, mark, query = address.partition("?")
    path = _SESSION.sub("", path)
    pairs = [pair for pair in query.split("&") if not (_SESSION_PAIR.fullmatch(pair) or _RANDOM_PAIR.fullmatch(pair))]
    lasting = [pair for pair in pairs if not _CLOCK_PAIR.fullmatch(pair)]
    name = path.partition("://")[2].partition("/")[2]
    if _NAMES_ITSELF.search(f"{name}?{'&'.join(lasting)}"):
        pairs = lasting
    return f"{path}{mark if pairs else ''}{'&'.join(pairs)}{hash_mark}{fragment}"


def joined(base: str, link: str) -> str | None:
    """The absolute address of `link` on the page `base`; None where it cannot be one."""
    try:
        return urljoin(base, link)
    except ValueError:
        return None
