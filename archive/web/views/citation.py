"""A record as one cites it: what was published, when it was seen, and the digest that proves what was seen. Pure."""

from archive.labels.label import Label
from archive.web.http.request_context import Row
from archive.web.views.cells import LONGEST_CELL, LONGEST_VALUE, beijing, cut, is_web_address, utc


def citation(record: Row, portal: Row, capture: Row | None, address: str) -> Label:
    """The citation after GB/T 7714-2015 (an electronic resource, [EB/OL]) and in English. `address`: the record's own here.

    The day of citation is that of the capture: what is cited is the page as it stood then. A field that no page states is
    left out, never made up; where no agency is stated, the portal stands in its place.
    """
    publisher = cut(record["publisher"] or portal["name"], LONGEST_VALUE)
    title = cut(record["title"] or "无标题", LONGEST_VALUE)
    number = cut(record["document_number"] or "", LONGEST_CELL)
    seen = capture["fetched_at"] if capture else record["last_seen"]
    day, dated = beijing(seen)[:10], record["published_on"]
    original = record["url"] if is_web_address(record["url"]) else ""
    proof = f"，SHA-256：{capture['sha256']}" if capture else ""
    named = f"{title}：{number}" if number else title
    zh = (
        f"{publisher}. {named}[EB/OL]. {f'({dated})' if dated else ''}[{day}]. {f'{original}. ' if original else ''}"
        f"存档副本（非官方文本）：{address}，采集于{beijing(seen)}（北京时间）{proof}."
    )
    proof = f" SHA-256 of the captured page: {capture['sha256']}." if capture else ""
    en = (
        f"{publisher}. “{title}”{f' ({number})' if number else ''} [in Chinese]. {portal['name']}"
        f"{f', dated {dated} as stated' if dated else ''}. {f'{original}. ' if original else ''}"
        f"Captured {utc(seen)} UTC; archived copy, not an official copy: {address}.{proof}"
    )
    return Label(zh, en)
