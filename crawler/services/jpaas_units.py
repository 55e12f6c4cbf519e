"""Elements of a page of Hanweb's jpaas: units that a service builds, and the pager of a list.

Pure; nothing here raises, whatever a page holds.
"""

import json
from dataclasses import dataclass
from urllib.parse import urlencode

from lxml import etree

from crawler.extract.row import absolute
from crawler.extract.text import Element
from crawler.paging.inline_data import pairs, stated
from crawler.services.answer import Answer
from crawler.services.json_data import number

SERVICE = "jpaas-publish-server/front/page/build/unit"

_PATH = "/front/page/build/unit"
_NEEDED = ("webId", "tplSetId", "pageId")
_ASKED = ("parseType", "webId", "tplSetId", "pageType", "tagId", "editType", "pageId")
_LIST_WORDS = ("列表", "list", "List", "分页", "内容", "信息", "概览")
_UNITS = etree.XPath(".//*[@querydata]")
_PAGERS = etree.XPath(".//*[@count and @rows and (@pageno or @querydata)] | .//*[contains(@querydata, 'count')]")


@dataclass(frozen=True, slots=True)
class Pager:
    """The statements of a pager: rows in all, rows a page, this page's number from 1 (None: it does not say), and where it stands."""

    count: int | None = None
    size: int | None = None
    page: int | None = None
    place: Element = None

    @property
    def pages(self) -> int | None:
        """The number of pages that it claims; None where it gives no number of rows or no size."""
        return -(-self.count // self.size) if self.count is not None and self.size else None


@dataclass(frozen=True, slots=True)
class Unit:
    """A part of a page: the service's address, what is sent to it, whether it looks like a list."""

    address: str
    said: dict[str, str]
    is_list: bool

    def request(self, page: int, size: int) -> str:
        """The address of one page of the unit."""
        asked = {name: self.said[name] for name in _ASKED if name in self.said}
        asked["paramJson"] = json.dumps({"pageNo": page, "pageSize": size}, separators=(",", ":"))
        return f"{self.address}?{urlencode(asked, errors='replace')}"


def read_pager(root: Element) -> Pager | None:
    """The pager of a page or an answer; None where there is none."""
    for element in _PAGERS(root):
        said = {**pairs(element.get("querydata") or ""), **dict(element.attrib)}
        counts = [number(said.get(name)) for name in ("count", "rows", "pageno", "pageNo")]
        found = Pager(counts[0], counts[1], counts[2] or counts[3], element)
        if found.count is not None and found.size:
            return found
    return None


def read_unit(answer: Answer) -> Unit | None:
    """The unit that is the page's list: that of its pager, else the one that is called so, else the first."""
    units = []
    for element in _UNITS(answer.root):
        said = pairs(element.get("querydata"))
        address = absolute(answer.url, element.get("url") or element.get("uniturl") or "")
        if all(said.get(name) for name in _NEEDED) and address and _PATH in address:
            is_list = element.get("count") is not None or any(word in said.get("tagId", "") for word in _LIST_WORDS)
            units.append(Unit(address, said, is_list=is_list))
    if units:
        return max(units, key=lambda unit: unit.is_list)
    said = {name: value for name in _ASKED if (value := stated(answer.text, name)) is not None}
    address = absolute(answer.url, f"/api-gateway/{SERVICE}")
    return Unit(address, said, is_list=True) if address and all(said.get(name) for name in _NEEDED) else None
