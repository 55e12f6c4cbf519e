"""The layers that each request and answer of a crawl passes, one by one, without a crawl."""

import asyncio
import gzip
import logging
import ssl
import zlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy import Request
from scrapy.exceptions import DownloadTimeoutError
from scrapy.http import HtmlResponse, Response
from scrapy.spiders import Spider
from scrapy.utils.test import get_crawler

from archive.model import clock
from archive.model.observations import Problem
from archive.model.site import Site
from crawler.middlewares import budget, certificates
from crawler.middlewares.budget import MEGABYTE, BudgetMiddleware
from crawler.middlewares.certificates import certificate_of, faults
from crawler.middlewares.compression import MOST_CODINGS, CannotUnpackError, CompressionMiddleware, unpack
from crawler.middlewares.robots import ObedientRobotsMiddleware
from crawler.middlewares.robots_rules import MOST_BYTES
from crawler.middlewares.site_requests import SiteMiddleware
from crawler.portals.portal_file import CrawlBudget, Schedule
from crawler.spiders.catalog import CatalogSpider
from crawler.spiders.failures import TOO_LARGE, UNDECODED, ForbiddenByRobots, LeavesSite, NotConnected
from pipelines.store import StorePipeline
from tests.certificates import self_signed

PAGE = "http://www.p.example/gk/1.html"
TEXT = "<html><body>样本</body></html>".encode()
BOMB = gzip.compress(bytes(5000), mtime=0)

# --- the first requests ---


def test_the_first_requests_are_marked_so_that_scrapys_queue_keeps_their_order() -> None:
    class Begins(CatalogSpider):
        name = "p"

        async def _first_requests(self, store: StorePipeline) -> AsyncIterator[Request]:
            yield Request(PAGE)

    async def marks() -> list[dict[str, Any]]:
        return [request.meta async for request in spider.start()]

    spider = Begins()
    spider.crawler = SimpleNamespace(get_item_pipeline=lambda kind: kind)  # type: ignore[assignment]
    assert asyncio.run(marks()) == [{"is_start_request": True}]


# --- robots.txt ---


def obedient(answer: Response | Exception) -> ObedientRobotsMiddleware:
    """The layer, where this is what a request for robots.txt gives."""

    async def answered(_: Request) -> Response:
        if isinstance(answer, Exception):
            raise answer
        return answer

    crawler: Any = get_crawler(Spider, {"ROBOTSTXT_OBEY": True, "USER_AGENT": "disclosures"})
    crawler.engine = SimpleNamespace(download_async=answered, downloader=None)
    return ObedientRobotsMiddleware(crawler)


def robots_txt(body: bytes, status: int = 200) -> Response:
    return Response("http://www.p.example/robots.txt", status=status, body=body)


ALL = b"User-agent: *\nDisallow: /gk/\n"


@pytest.mark.parametrize(
    ("answer", "forbids"),
    [
        (robots_txt(ALL), True),
        (robots_txt(b"\xef\xbb\xbf" + ALL), True),
        (robots_txt(b"\n \n" + ALL), True),
        (robots_txt(b"User-agent: other\nDisallow: /\n"), False),
        (robots_txt("\ufeffUser-agent: *\nDisallow: /\n".encode("utf-16-le")), True),
        (robots_txt("\ufeffUser-agent: *\nDisallow: /\n".encode("utf-16-be")), True),
        (robots_txt(b"<html>" + ALL), False),
        (robots_txt(b"\xef\xbb\xbf<html>\n" + ALL), False),
        (robots_txt(ALL, 404), False),
        (robots_txt(ALL, 403), False),
        (robots_txt(b"", 500), True),
        (robots_txt(b"", 503), True),
        (robots_txt(b"# sample".ljust(MOST_BYTES - len(ALL) - 1) + b"\n" + ALL), True),
        (robots_txt(b"# sample".ljust(MOST_BYTES) + b"\n" + ALL), False),
        (DownloadTimeoutError(), True),
    ],
)
def test_a_robots_txt_forbids_what_it_says_and_all_where_it_can_not_be_had(
    answer: Response | Exception, *, forbids: bool
) -> None:
    asked = obedient(answer).process_request(Request(PAGE))
    if forbids:
        with pytest.raises(ForbiddenByRobots):
            asyncio.run(asked)
    else:
        asyncio.run(asked)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (robots_txt(ALL), "robots.txt of www.p.example forbids it"),
        (robots_txt(b"", 500), "robots.txt of www.p.example could not be read (it answered 500)"),
        (DownloadTimeoutError(), "robots.txt of www.p.example could not be read (no answer in time)"),
    ],
)
def test_why_a_robots_txt_forbids_is_said(answer: Response | Exception, message: str) -> None:
    with pytest.raises(ForbiddenByRobots) as refused:
        asyncio.run(obedient(answer).process_request(Request(PAGE)))
    assert str(refused.value) == message


def test_of_a_robots_txt_that_can_not_be_had_one_line_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with pytest.raises(ForbiddenByRobots):
        asyncio.run(obedient(DownloadTimeoutError()).process_request(Request(PAGE)))
    (line,) = [each for each in caplog.records if "robots" in each.name]
    assert (line.getMessage(), line.exc_info) == ("robots_unreadable=www.p.example reason=no answer in time", None)


@pytest.mark.parametrize(
    ("delay", "stated", "kept"), [(3, None, 3), (3, 1, 3), (3, 7, 7), (3, 60, 60), (3, 3600, 60), (90, 3600, 90)]
)
def test_a_crawl_delay_is_kept_up_to_a_minute(delay: float, stated: int | None, kept: float) -> None:
    slot = SimpleNamespace(delay=delay, jitter=0.5)
    rules = b"User-agent: *\nDisallow:\n" + (b"Crawl-delay: %d\n" % stated if stated else b"")
    layer = obedient(robots_txt(rules))
    layer.crawler.engine.downloader = SimpleNamespace(slots={"p": slot}, get_slot_key=lambda _: "p")  # type: ignore[union-attr, assignment]
    asyncio.run(layer.process_request(Request(PAGE)))
    assert slot.delay == kept
    assert slot.delay * (1 - slot.jitter) >= min(stated or 0, 60), "however much it is varied"


def test_a_host_that_is_none_to_connect_to_forbids_nothing_and_is_said_to_be_one() -> None:
    with pytest.raises(NotConnected, match="not public"):
        asyncio.run(obedient(NotConnected("not public")).process_request(Request(PAGE)))


# --- the site ---


@pytest.mark.parametrize(
    ("url", "meta", "leaves"),
    [
        (PAGE, {}, False),
        ("http://other.example/1.html", {}, True),
        ("http://other.example/1.pdf", {"leaves_site": True}, False),
        ("http://other.example/robots.txt", {"dont_obey_robotstxt": True}, False),
        (
            "http://other.example/login",
            {"redirect_urls": ["http://www.p.example/robots.txt"], "dont_obey_robotstxt": True},
            False,
        ),
        ("http://other.example/robots.txt", {}, True),
        ("http://other.example/login", {"redirect_urls": [PAGE]}, True),
        ("http://other.example/robots.txt", {"redirect_urls": [PAGE]}, True),
    ],
)
def test_requests_stay_on_the_site_but_for_files_and_robots_txt(
    url: str, meta: dict[str, object], *, leaves: bool
) -> None:
    middleware = SiteMiddleware(Site.of("http://www.p.example/"))
    if leaves:
        with pytest.raises(LeavesSite, match=r"leads to another site, other\.example"):
            middleware.process_request(Request(url, meta=meta))
    else:
        middleware.process_request(Request(url, meta=meta))


# --- content codings ---


def packed(times: int) -> bytes:
    body = TEXT
    for _ in range(times):
        body = gzip.compress(body, mtime=0)
    return body


def test_codings_are_undone_in_their_order_and_so_many_at_the_most() -> None:
    assert unpack(zlib.compress(packed(1)), ["gzip, deflate"], 1000) == TEXT
    assert unpack(zlib.compress(packed(1)), ["GZIP", "identity", " Deflate"], 1000) == TEXT
    assert unpack(packed(MOST_CODINGS), ["gzip"] * MOST_CODINGS, 1000) == TEXT
    with pytest.raises(CannotUnpackError, match=f"it has {MOST_CODINGS + 1} content codings"):
        unpack(packed(MOST_CODINGS + 1), ["gzip"] * (MOST_CODINGS + 1), 1000)
    with pytest.raises(CannotUnpackError, match="unpacks to more than 20 bytes"):
        unpack(packed(1), ["gzip"], 20)


@pytest.mark.parametrize(
    ("body", "coding", "read", "flags"),
    [
        (packed(1), "gzip", TEXT, []),
        (TEXT, "identity", TEXT, []),
        (TEXT, "gzip", TEXT, [UNDECODED, "its content coding gzip could not be undone"]),
        (TEXT, "snappy", TEXT, [UNDECODED, "its content coding is unknown"]),
        (BOMB, "gzip", BOMB, [TOO_LARGE, "it unpacks to more than 4096 bytes"]),
    ],
    ids=["packed", "as it is", "not packed", "unknown", "bomb"],
)
def test_an_answer_is_unpacked_or_goes_on_as_it_came(body: bytes, coding: str, read: bytes, flags: list[str]) -> None:
    headers = {"Content-Type": "text/html", "Content-Encoding": coding}
    response = CompressionMiddleware(4096).process_response(Request(PAGE), Response(PAGE, headers=headers, body=body))
    assert (response.body, response.flags) == (read, flags)
    assert ("Content-Encoding" in response.headers) == bool(flags), "a second layer would undo it again"
    assert isinstance(response, HtmlResponse) != bool(flags)


# --- certificates ---


def der(path: Path) -> bytes:
    text = path.read_text(encoding="ascii")
    return ssl.PEM_cert_to_DER_cert(text[text.index("-----BEGIN CERT") :])


@pytest.mark.parametrize(
    ("host", "later", "named"),
    [
        ("127.0.0.1", 0, []), ("localhost", 0, []), ("127.0.0.1", 2, ["expired"]), ("127.0.0.1", -2, ["is valid only from"]),
        ("127.0.0.2", 0, ["is another host's"]), ("other.example", 0, ["is another host's"]),
    ],
)  # fmt: skip
def test_a_certificate_is_faulty_by_its_time_and_its_names(
    tmp_path: Path, host: str, later: int, named: list[str]
) -> None:
    kept = der(self_signed(tmp_path / "a.pem"))
    response = Response(f"https://{host}/", certificate=kept)
    found = list(faults(response, datetime.now(UTC) + timedelta(days=later)))
    assert [fault for fault in found if not fault.startswith("is signed by itself")] == [
        next(fault for fault in found if fault.startswith(each)) for each in named
    ]
    assert "is signed by itself" in found


def test_an_address_of_ipv6_is_one_of_a_certificates_names(tmp_path: Path) -> None:
    kept = der(self_signed(tmp_path / "a.pem", address="::1"))
    assert list(faults(Response("https://[::1]/", certificate=kept), datetime.now(UTC))) == ["is signed by itself"]
    assert "is another host's" in list(faults(Response("https://[::2]/", certificate=kept), datetime.now(UTC)))


def test_what_is_no_certificate_is_told_and_a_long_one_is_known_by_its_digest_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    response = Response("https://a.example/", certificate=b"sample")
    assert list(faults(response, datetime.now(UTC))) == ["cannot be read"]
    digest, kept = certificate_of(response)
    assert (len(str(digest)), kept) == (64, b"sample")
    monkeypatch.setattr(certificates, "LONGEST", 5)
    assert certificate_of(response) == (digest, None)
    assert certificate_of(Response("http://a.example/")) == (None, None)


# --- the budget ---


LAST, NEXT = (datetime(2026, 3, 10, hour, minute, tzinfo=clock.BEIJING) for hour, minute in ((12, 59), (13, 0)))


class Spent:
    """A crawl of a portal with these hours of the day and this budget: what it said when it ended."""

    def __init__(self, of_day: tuple[int, int] | None = None, **limits: int) -> None:
        self.said: list[str] = []
        self.ended: list[str] = []
        schedule = Schedule(hours=of_day)
        portal = SimpleNamespace(budget=CrawlBudget(**limits), schedule=schedule, home="http://www.p.example/")
        store = SimpleNamespace(add_problem=self._told)
        crawler: Any = SimpleNamespace(
            spidercls=SimpleNamespace(portal=portal), get_item_pipeline=lambda _: store, engine=SimpleNamespace(close_spider_async=self._end),
        )  # fmt: skip
        self._middleware = BudgetMiddleware(crawler)

    def _told(self, problem: Problem) -> None:
        self.said.append(problem.message)

    async def _end(self, *, reason: str) -> None:
        self.ended.append(reason)

    def after(self, *events: int | None) -> list[str]:
        """The message after answers of so many bytes, None being one that did not come in time."""

        async def heard() -> None:
            for size in events:
                request = Request(PAGE)
                if size is None:
                    self._middleware.process_exception(request, DownloadTimeoutError())
                else:
                    self._middleware.process_response(request, Response(PAGE, body=bytes(size)))
            await asyncio.sleep(0)

        asyncio.run(heard())
        assert self.ended == ["incomplete"] * len(self.said)
        return self.said


@pytest.mark.parametrize(
    ("limits", "events", "said"),
    [
        ({"pages": 3}, [1, 1], []),
        ({"pages": 3}, [1, 1, 1, 1], ["the crawl ended after 3 answers (most_pages)"]),
        ({"megabytes": 1}, [MEGABYTE // 2, MEGABYTE // 2 - 1], []),
        ({"megabytes": 1}, [MEGABYTE // 2, MEGABYTE // 2], ["the crawl ended after 1 MB (most_megabytes)"]),
        ({"timeouts": 2}, [None, 1, None], []),
        ({"timeouts": 2}, [None, 1, None, None], ["the crawl ended after 2 answers one after the other that did not come in time (most_timeouts)"]),
        ({"hours": 0}, [1], ["the crawl ended after 0 hours (most_hours)"]),
    ],
)  # fmt: skip
def test_a_crawl_ends_once_at_its_budget(limits: dict[str, int], events: list[int | None], said: list[str]) -> None:
    assert Spent(**limits).after(*events) == said


@pytest.mark.parametrize(("seconds", "said"), [(7199, []), (7200, ["the crawl ended after 2 hours (most_hours)"])])
def test_a_crawl_ends_after_its_hours(monkeypatch: pytest.MonkeyPatch, seconds: int, said: list[str]) -> None:
    moments = iter((1000.0, 1000.0 + seconds))
    monkeypatch.setattr(budget, "monotonic", lambda: next(moments))
    assert Spent(hours=2).after(1) == said


@pytest.mark.parametrize(("begun", "ends"), [(12, True), (7, False)])
def test_a_crawl_begun_in_the_hours_of_its_file_ends_with_them(
    monkeypatch: pytest.MonkeyPatch, begun: int, ends: bool
) -> None:
    moments = iter((datetime(2026, 3, 10, begun, 59, tzinfo=clock.BEIJING), *[LAST] * ends, *[NEXT] * ends))
    monkeypatch.setattr(clock, "now", lambda: next(moments))
    said = ["the crawl ended after 13 o'clock in Beijing, until when its file allows it (hours)"]
    assert Spent(of_day=(8, 13)).after(1, 1) == said * ends
