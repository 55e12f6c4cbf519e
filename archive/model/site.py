"""A portal's own site, and the addresses on the network that a crawl may connect to. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from ipaddress import IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from archive.model.addresses import DEFAULT_PORTS

if TYPE_CHECKING:
    from tldextract import TLDExtract

_SPECIAL = tuple(
    map(ip_network, ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32", "2002::/16", "2001::/23", "2001:db8::/32"))
)
"""Networks that some versions of `ipaddress` call global: IETF protocols, 6to4, Teredo, clouds' services, examples."""

_UNICAST_V6 = ip_network("2000::/4")
"""The part that IANA hands out of IPv6's global unicast addresses;
3000::/4 holds examples (RFC 9637) and nothing else yet.
"""

_OWN_NETWORKS = tuple(
    map(
        ip_network,
        ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "::1/128", "fc00::/7"),
    )
)
_SERVICES = frozenset(map(ip_address, ("100.100.100.200", "fd00:ec2::254")))
"""Addresses in them at which clouds tell a machine its secrets, as they do at 169.254.169.254: no portal's home."""


class NotGlobalError(Exception):
    """A connection refused: the address leads into a private or special network, and isn't the portal's own home."""


def is_global(address: str) -> bool:
    """Whether an IP address belongs to a host on the public internet.

    Special networks are those of IANA's registries (RFC 6890); IPv6 addresses that hold an IPv4 address, which a
    gateway would turn into that one, are not public ones.
    """
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address) and ip not in _UNICAST_V6:
        return False
    return ip.is_global and not ip.is_multicast and not any(ip in network for network in _SPECIAL)


def is_ones_own(address: str) -> bool:
    """Whether an IP address is this machine's or one of a network of one's own, where an intranet's portal may stand."""
    ip = ip_address(address)
    return ip not in _SERVICES and any(ip in network for network in _OWN_NETWORKS)


@dataclass(frozen=True, slots=True)
class Site:
    """The site of a portal, by the addresses of its home and its catalogues, the home first.

    `intranet`: the home stands in a network of one's own, though its name does not show it.
    """

    addresses: tuple[str, ...]
    intranet: bool = False

    @classmethod
    def of(cls, home: str, catalogs: Iterable[str] = (), *, intranet: bool = False) -> "Site":
        """Return the site of the portal at `home`, whose catalogues stand at the addresses `catalogs`."""
        return cls(tuple(dict.fromkeys([home, *catalogs])), intranet)

    def holds(self, url: str) -> bool:
        """Whether `url` is a page of the site.

        It is where its host is one of the site's or below the same registrable domain, that is one name below a public
        suffix (publicsuffix.org), and its port is one of the site's or the default one.
        """
        place = _place(url)
        if place is None:
            return False
        (host, port), (hosts, ports) = place, _hosts_and_ports(self.addresses)
        return port in ports and (host in hosts or any(domain_of(host) == domain_of(own) != "" for own in hosts))

    def check(self, host: str, port: int, address: str) -> None:
        """Check a connection to `port` of `host` at the IP address to which its name led. Raises NotGlobalError.

        Beside public addresses only a home that is not public itself may be reached, at its own host and port: one on
        this machine or in an intranet, named by an IP address or by a name without a public suffix. No other network's.
        """
        home = _place(self.addresses[0]) if self.addresses else None
        private_home = home is not None and (self.intranet or not domain_of(home[0])) and is_ones_own(address)
        if not is_global(address) and not (private_home and (host.strip("[]").rstrip(".").lower(), port) == home):
            raise NotGlobalError(f"{host} leads to {address}, which is not an address of the public internet")


@lru_cache(maxsize=1024)
def _hosts_and_ports(addresses: tuple[str, ...]) -> tuple[frozenset[str], frozenset[int]]:
    """Return the hosts of a site's addresses, and their ports with the default ones."""
    places = [place for place in map(_place, addresses) if place]
    return frozenset(host for host, _ in places), frozenset(port for _, port in places).union(DEFAULT_PORTS.values())


def _place(url: str) -> tuple[str, int] | None:
    """Return host and port of an address; None where it is no http or https one, or cannot be read."""
    try:
        parts: SplitResult = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in DEFAULT_PORTS or not host:
        return None
    return _ascii(host.rstrip(".")), port or DEFAULT_PORTS[parts.scheme]


def _ascii(host: str) -> str:
    try:
        return host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


def is_public_name(url: str) -> bool:
    """Whether the host of an address is a name that a public registry gives out:
    the site of a portal there may reach public addresses alone.
    """
    place = _place(url)
    return place is not None and domain_of(place[0]) != ""


@cache
def _suffixes() -> "TLDExtract":
    """The list of public suffixes that comes with tldextract: nothing is fetched."""
    from tldextract import TLDExtract  # noqa: PLC0415 - it loads what could fetch another list, and few commands ask

    return TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


@lru_cache(maxsize=4096)
def domain_of(host: str) -> str:
    """Return the registrable domain of a host; "" for IP addresses and names that no registry gives out."""
    return _suffixes()(host).top_domain_under_public_suffix
