"""A portal's own site, and the addresses of the network that a crawl may connect to."""

import pytest

from archive.model.site import NotGlobalError, Site, is_global

HOME = "http://www.xx.gov.cn/"


@pytest.mark.parametrize(
    ("home", "url", "is_own"),
    [
        (HOME, "http://www.xx.gov.cn/a.html", True),
        (HOME, "HTTP://WWW.XX.GOV.CN:80/a.html", True),
        (HOME, "https://www.xx.gov.cn/a.html", True),
        (HOME, "https://www.xx.gov.cn:8443/a.html", False),
        (HOME, "http://www.xx.gov.cn./a.html", True),
        (HOME, "http://xx.gov.cn/", True),
        (HOME, "http://xxgk.xx.gov.cn/", True),
        (HOME, "http://a.b.xx.gov.cn/", True),
        (HOME, "http://yy.gov.cn/", False),
        (HOME, "http://gov.cn/", False),
        (HOME, "http://axx.gov.cn/", False),
        (HOME, "http://xx.gov.cn.example.com/", False),
        (HOME, "http://example.com/?www.xx.gov.cn", False),
        (HOME, "http://www.xx.gov.cn@example.com/", False),
        (HOME, "file://www.xx.gov.cn/etc/passwd", False),
        (HOME, "ftp://www.xx.gov.cn/", False),
        (HOME, "http://www.xx.gov.cn:x/", False),
        (HOME, "http://[www.xx.gov.cn/", False),
        (HOME, "/a.html", False),
        ("http://xxgk.xx.gov.cn/", "http://www.xx.gov.cn/", True),
        ("http://xxgk.xx.gov.cn:8080/", "http://www.xx.gov.cn:8080/", True),
        ("http://xx.github.io/", "http://yy.github.io/", False),  # each has a site of its own below this suffix
        ("http://127.0.0.1:8001/", "http://127.0.0.1:8001/a", True),
        ("http://127.0.0.1:8001/", "http://127.0.0.1:8002/", False),
        ("http://127.0.0.1/", "http://x.127.0.0.1/", False),
        ("http://127.0.0.1/", "http://27.0.0.1/", False),
        ("http://127.0.0.1/", "http://localhost/", False),
        ("http://localhost:1/", "http://intranet:1/", False),
    ],
)
def test_whether_an_address_is_on_a_portals_own_site(home: str, url: str, is_own: bool) -> None:
    assert Site.of(home).holds(url) is is_own


def test_a_catalogue_that_the_portal_file_names_is_of_the_site_with_its_port() -> None:
    site = Site.of(HOME, ["http://zwgk.example.org:8080/list/"])
    assert site.holds("http://zwgk.example.org:8080/list/2.html")
    assert site.holds("http://www.xx.gov.cn:8080/")
    assert not site.holds("http://zwgk.example.org:8081/")
    assert not site.holds("http://example.net/")


PUBLIC = ("8.8.8.8", "114.114.114.114", "223.5.5.5", "1.0.0.1", "2400:3200::1", "240e::1", "2606:4700::1111")
SPECIAL = (
    "0.0.0.0", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1",
    "172.31.255.255", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.51.100.1", "203.0.113.1",
    "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "168.63.129.16", "::", "::1", "::127.0.0.1",
    "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::",
    "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1",
)  # fmt: skip


@pytest.mark.parametrize("address", PUBLIC)
def test_addresses_of_the_public_internet(address: str) -> None:
    assert is_global(address)
    Site.of(HOME).check("www.xx.gov.cn", 80, address)


@pytest.mark.parametrize("address", SPECIAL)
def test_addresses_of_private_and_special_networks(address: str) -> None:
    assert not is_global(address)
    with pytest.raises(NotGlobalError, match="not an address of the public internet"):
        Site.of(HOME).check("www.xx.gov.cn", 80, address)


@pytest.mark.parametrize(
    ("home", "host", "port", "is_allowed"),
    [
        ("http://127.0.0.1:8001/", "127.0.0.1", 8001, True),
        ("http://127.0.0.1:8001/", "127.0.0.1", 8002, False),
        ("http://127.0.0.1:8001/", "127.0.0.1", 80, False),
        ("http://127.0.0.1:8001/", "localhost", 8001, False),
        ("http://127.0.0.1:8001/", "www.xx.gov.cn", 8001, False),
        ("http://LocalHost/", "localhost", 80, True),
        ("https://intranet/", "intranet", 443, True),
        ("https://intranet/", "intranet", 80, False),
        ("http://[::1]:8001/", "::1", 8001, True),
        ("http://[::1]:8001/", "[::1]", 8001, True),
        ("https://intranet/", "INTRANET.", 443, True),  # the same name, as DNS writes it to its end
        (HOME, "www.xx.gov.cn", 80, False),  # a public name that leads home to this machine
    ],
)
def test_a_home_that_is_not_public_is_reached_at_its_own_host_and_port(
    home: str, host: str, port: int, is_allowed: bool
) -> None:
    if is_allowed:
        Site.of(home).check(host, port, "127.0.0.1")
    else:
        with pytest.raises(NotGlobalError):
            Site.of(home).check(host, port, "127.0.0.1")


def test_a_list_that_a_portal_file_names_opens_no_network_of_ones_own() -> None:
    """The home alone does: what stands at a private address beside a public home, or at another one, is not asked for."""
    for home in (HOME, "http://10.0.0.7/"):
        site = Site.of(home, ["http://10.0.0.8/list.html"])
        with pytest.raises(NotGlobalError):
            site.check("10.0.0.8", 80, "10.0.0.8")
    site.check("10.0.0.7", 80, "10.0.0.7")


def test_a_public_name_may_stand_in_an_intranet_where_the_portal_file_says_so() -> None:
    site = Site.of(HOME, intranet=True)
    site.check("www.xx.gov.cn", 80, "10.0.0.7")
    with pytest.raises(NotGlobalError):
        site.check("xx.gov.cn", 80, "10.0.0.7")


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "127.8.8.8", "10.0.0.7", "172.31.0.1", "192.168.0.1", "100.64.0.1", "::1", "fd12::1"]
)
def test_a_home_may_stand_in_a_network_of_ones_own(address: str) -> None:
    for name in ("intranet", f"[{address}]" if ":" in address else address):
        Site.of(f"http://{name}/").check(name, 80, address)


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254", "169.254.0.1", "100.100.100.200", "168.63.129.16", "192.0.0.192", "0.0.0.0", "224.0.0.1", "255.255.255.255",
        "fe80::1", "fe80::1%eth0", "fd00:ec2::254", "::", "::ffff:169.254.169.254", "::ffff:127.0.0.1", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1",
    ],
)  # fmt: skip
def test_no_home_stands_where_a_machine_is_told_its_secrets(address: str) -> None:
    """Lists of homes come from others: `http://169.254.169.254/` in one must not be asked."""
    for name in ("intranet", f"[{address}]" if ":" in address else address):
        with pytest.raises(NotGlobalError):
            Site.of(f"http://{name}/").check(name, 80, address)
