"""The catalogues a home page or landing page links to: the way to the disclosure catalogue, and its columns. Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
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

_FRAMES = etree.XPath("//*[self::iframe or self::frame][@src]")
_REFRESHES = etree.XPath("//meta[translate(@http-equiv, 'REFSH', 'refsh') = 'refresh']/@content")
_REFRESH = re.compile(r"url\s*+=\s*+[\"']?([^\"'\s]{1,500})", re.IGNORECASE)
_SCRIPTS = etree.XPath("//script[not(@src)]/text()")
_GOES_ON = re.compile(
    r"\s*+(?:window\.|self\.|top\.|document\.)?location(?:\.href)?\s*+(?:=\s*+|\.replace\(\s*+)[\"']([^\"'\s]{1,500})[\"']\s*+\)?\s*+;?\s*+"
)
_LONGEST_REFRESH = 1_000
_MOVED = re.compile(
    r"新(?:的)?(?:网址|域名|网站|站点|地址)|(?:网站|网址|域名|门户).{0,12}(?:迁移|搬迁|变更|更换|迁至|移至)"
)
_LONGEST_NOTICE = 200
_TITLE = etree.XPath("string(//title)")
_SITE_NAME = etree.XPath("string(//meta[translate(@name, 'SITENAME', 'sitename') = 'sitename']/@content)")
_GOVERNMENT = re.compile(r"[\u4e00-\u9fff]{2,20}?(?:县|市|区|旗)(?:人民)?政府")
_LONGEST_NAME = 24
_COUNT = re.compile(r"[(（\[【]\d{1,6}$")  # its closing bracket is gone from what is squashed
_MOST_LINKS = 5_000
_HIGHEST = 8
_RECORD = re.compile(
    r"/t(?:19|20)\d{6}_\d+\.|/art_\d+|/[0-9a-f]{32}\.|/post_\d+|/info/\d+/\d+|/content/|\.(?:pdf|docx?|xlsx?|zip|rar|jpe?g|png)$",
    re.IGNORECASE,
)
_SERVICES = re.compile(
    r"(?:网站|返回)?(?:首页|主页)|登录|注册|(?:网站|站点)(?:地图|声明|导航|说明)|(?:使用|访问)?帮助|联系我们|关于我们|隐私(?:保护|声明|政策)|版权声明"
    r"|设为首页|加入收藏|收藏本站|(?:政务)?新媒体矩阵|无障碍(?:浏览|阅读)?|长者模式|手机(?:版|网站)|RSS订阅|高级(?:搜索|检索)|(?:查看)?更多.{0,4}|more.{0,3}|[>»]+",
    re.IGNORECASE,
)
"""Names of a site's own pages and services, which are no catalogue's."""

_USUAL = re.compile(
    r"人事(?:信息|任免)|统计(?:信息|数据)|重大(?:建设)?项目(?:建设)?|应急管理|机构(?:职能|设置|概况)|领导(?:之窗|信息|简介)|政府采购"
    r"|行政(?:许可|处罚|执法)(?:公示)?|权责清单|(?:政府|政策)文件|依申请公开|重点领域信息公开|公共资源配置|公益事业建设"
)
"""Names of catalogues that are none of the kinds, and that hardly anything else is called."""

_LEADS = (  # what the link to the disclosure catalogue says, the surest first
    re.compile(r"(?:(?:政府)?信息(?:主动)?|主动)?公开目录(?:系统)?"),
    re.compile(r"(?:法定)?主动公开(?:内容|信息|事项)?|政府信息主动公开"),
    re.compile(r"(?:政府)?信息公开(?:专栏|专区|平台|网|栏目)?"),
    re.compile(r"政务公开(?:专栏|专区|平台|网)?|公开政务"),
    re.compile(r"[\u4e00-\u9fff]{2,8}信息公开(?:目录|专栏|专区|平台|网)?"),
    re.compile(r"(?:网站|站点)(?:地图|导航)"),
)
_CATALOGUE = _LEADS[:2]


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
    links = [
        (link, CatalogOfPortal(kind_of(title), title, target))
        for link, title, target in _links(root, url)
        if not _SERVICES.fullmatch(title)
    ]
    telling = [link for link, column in links if column.kind != "other" or _USUAL.fullmatch(column.title)]
    subjects = {column.title if column.kind == "other" else column.kind for link, column in links if link in telling}
    if len(subjects) < ENOUGH or not kinds(column for _, column in links):
        return ()
    menus = _menus(telling)
    return named_best(
        column
        for link, column in links
        if column.kind != "other" or _is_catalogue(column.title) or not menus.isdisjoint(_forms(link))
    )


def named_best(columns: Iterable[CatalogOfPortal]) -> tuple[CatalogOfPortal, ...]:
    """`columns` with one of each address: the name of the catalogue itself, of one whose kind is known, the plainest whole one."""
    best: dict[str, CatalogOfPortal] = {}

    def rank(column: CatalogOfPortal) -> tuple[bool, bool, bool, int]:
        title = column.title
        return not _is_catalogue(title), column.kind == "other", title.endswith(("…", "...")), len(title)

    for column in columns:
        best[column.url] = min(best.get(column.url, column), column, key=rank)
    return tuple(best.values())


def _is_catalogue(title: str) -> bool:
    """Whether a link is called as the whole disclosure catalogue is."""
    return any(name.fullmatch(title) for name in _CATALOGUE)


def find_frames(root: Element, url: str) -> tuple[str, ...]:
    """Addresses on the same site of the page's frames and of the page that it leads on to by itself, the first MOST_FRAMES."""
    site = Site.of(urljoin(url, "/"))
    framed = (absolute(url, frame.get("src")) for frame in islice(_FRAMES(root), _MOST_LINKS))
    named = (*framed, *_ways_on(root, url))
    own = dict.fromkeys(target for target in named if target and target != url and site.holds(target))
    return tuple(islice(own, MOST_FRAMES))


def find_new_address(root: Element, url: str) -> str | None:
    """The address on another site that a page leads on to by itself, or to which a notice says that its site has moved; None where there is none."""
    site = Site.of(urljoin(url, "/"))
    linked = (absolute(url, link.get("href")) for link in islice(LINKS(root), _MOST_LINKS)) if _is_notice(root) else ()
    return next((target for target in (*_ways_on(root, url), *linked) if target and not site.holds(target)), None)


def _ways_on(root: Element, url: str) -> Iterator[str | None]:
    """Addresses of pages that a page leads on to by itself."""
    refreshes = (_REFRESH.search(content[:_LONGEST_REFRESH]) for content in _REFRESHES(root))
    scripts = (_GOES_ON.fullmatch(script[:_LONGEST_REFRESH]) for script in _SCRIPTS(root))
    yield from (absolute(url, match[1]) for match in (*refreshes, *scripts) if match)


def _is_notice(root: Element) -> bool:
    """Whether a page says that its site has moved, and little else."""
    text = line_of(root, _LONGEST_NOTICE + 1)
    return len(text) <= _LONGEST_NOTICE and bool(_MOVED.search(text))


def portal_name(root: Element) -> str:
    """Return the portal's name for itself on a page, e.g. 同心县人民政府; "" where there is none."""
    names = [tidy(find(root)) for find in (_SITE_NAME, _TITLE)]
    governments = (match[0] for text in names if (match := _GOVERNMENT.search(text)))
    return next(governments, next(filter(None, names), ""))[:60]


def kinds(links: Iterable[CatalogOfPortal]) -> int:
    """Count the kinds of catalogue among `links`."""
    return len({link.kind for link in links} - {"other"})


def _menus(links: Sequence[Element]) -> set[tuple[Element, tuple[str, ...]]]:
    """The menus that `links` stand in: of each link the smallest element around it and another, and its place in it, by tags.

    What stands at the same place in the same element is in the same menu.
    """
    counts = Counter(up for link in links for up in islice(link.iterancestors(), _HIGHEST))
    menus = ((next((form for form in _forms(link) if counts[form[0]] > 1), None)) for link in links)
    return {menu for menu in menus if menu is not None and menu[0].tag not in {"body", "html"}}


def _forms(link: Element) -> Iterator[tuple[Element, tuple[str, ...]]]:
    """The elements around a link, each with the tags that lead from it to the link, the nearest first."""
    tags: tuple[str, ...] = ()
    for up in islice(link.iterancestors(), _HIGHEST):
        yield up, tags
        tags = (up.tag, *tags)


def _links(root: Element, url: str) -> Iterator[tuple[Element, str, str]]:
    """The links that may lead to a catalogue of the same site, with what they are called and where they lead."""
    site = Site.of(urljoin(url, "/"))
    for link in islice(LINKS(root), _MOST_LINKS):
        title = _name(link)
        href = link.get("href")
        target = absolute(url, href) if is_page_link(href) else None
        if target is None or not 2 <= len(title) <= _LONGEST_NAME or _RECORD.search(urlsplit(target).path):
            continue
        if site.holds(target) and target != url and (urlsplit(target).path.strip("/") or urlsplit(target).query):
            yield link, title, target


def _name(link: Element) -> str:
    """The name of a link, without a number of documents behind it: its text, or where it has none or is cut its title, or what its picture shows."""
    text, title = _COUNT.sub("", squash(line_of(link, _LONGEST_NAME))), squash(link.get("title") or "")
    is_cut = text.endswith(("…", "...")) and title.startswith(text.rstrip(".…"))
    pictured = next((squash(image.get("alt")) for image in link.iter("img") if image.get("alt")), "")
    return title if title and (not text or is_cut) else text or pictured
