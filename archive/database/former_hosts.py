"""Records that a portal's file, once edited, has left behind at a host where nothing of them answers any more."""

import sqlite3
from collections import Counter
from collections.abc import Iterable
from urllib.parse import urlsplit

from archive.database import portal_rows

LEAST_LEFT = 3
"""Fewer pages that can't be had at a former host are odd ones."""

_LISTS = "SELECT url, retired_at IS NULL AS is_walked FROM catalogs WHERE portal = ?"
_LED_ON = "SELECT url FROM captures WHERE crawl_id = ? AND outcome = 'redirect'"


def left_behind(
    connection: sqlite3.Connection, portal: str, crawl_id: int, failed: Iterable[str]
) -> tuple[str, str] | None:
    """Return the reason and next step where most pages at a host of the portal's former lists lead to none of its pages; None where that is not so.

    `failed`: the addresses of this crawl's problems.
    """
    lists = connection.execute(_LISTS, (portal,)).fetchall()
    now = {_host(portal_rows.home(connection, portal)), *(_host(url) for url, is_walked in lists if is_walked)}
    former = {_host(url) for url, _ in lists} - now
    lost = Counter(host for host in map(_host, failed) if host in former)
    if not lost:
        return None
    led_on = Counter(_host(url) for (url,) in connection.execute(_LED_ON, (crawl_id,)))
    for host, pages in lost.most_common():
        if pages >= LEAST_LEFT and pages > led_on[host]:
            move = f"`disclosures portals move {portal} {{home}} --host {host}`"
            return (
                f"{pages} records stand at {host}, where the portal stood before; nothing of them can be had there",
                f"if the portal has moved for good, {move} makes one of what was crawled at both hosts",
            )
    return None


def _host(url: str) -> str:
    return urlsplit(url).netloc
