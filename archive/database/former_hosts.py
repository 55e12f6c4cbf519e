"""Former hosts of a portal: those of lists that its file, once edited, names no more."""

import sqlite3
from collections import Counter
from collections.abc import Iterable
from urllib.parse import urlsplit

from archive.database import portal_rows

LEAST_LOST = 3
"""Fewer pages that can't be had at a former host are odd ones."""

_LISTS = "SELECT url, retired_at IS NULL AS is_walked FROM catalogs WHERE portal = ?"
_LED_ON = "SELECT url FROM captures WHERE crawl_id = ? AND outcome = 'redirect'"


def host_given_up(
    connection: sqlite3.Connection, portal: str, crawl_id: int, failed: Iterable[str]
) -> tuple[int, str] | None:
    """Return how many pages a crawl could not have at a former host of a portal, and that host; None where there is none of
    which fewer pages led on to somewhere else.

    `failed`: the addresses of the crawl's problems.
    """
    lists = connection.execute(_LISTS, (portal,)).fetchall()
    now = {_host(portal_rows.home(connection, portal)), *(_host(url) for url, is_walked in lists if is_walked)}
    former = {_host(url) for url, _ in lists} - now
    lost = Counter(host for host in map(_host, failed) if host in former)
    if not lost:
        return None
    led_on = Counter(_host(url) for (url,) in connection.execute(_LED_ON, (crawl_id,)))
    for host, pages in lost.most_common():
        if pages >= LEAST_LOST and pages > led_on[host]:
            return pages, host
    return None


def _host(url: str) -> str:
    return urlsplit(url).netloc
