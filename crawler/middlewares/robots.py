"""robots.txt obeyed for every request, as RFC 9309 wants it."""

import logging
from copy import copy

from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response
from scrapy.robotstxt import RobotParser
from scrapy.utils.defer import maybe_deferred_to_future
from scrapy.utils.httpobj import urlparse_cached
from twisted.internet.defer import Deferred

from crawler.middlewares.robots_rules import binding_rules
from crawler.spiders.failures import ForbiddenByRobots, NotConnected, Stopped, why

logger = logging.getLogger(__name__)
# Scrapy's own logger prints a traceback for each host that is gone.
logging.getLogger(RobotsTxtMiddleware.__module__).setLevel(logging.CRITICAL)

FORBID_ALL = b"User-agent: *\nDisallow: /\n"
LONGEST_CRAWL_DELAY = 60.0


def is_for_robots(request: Request) -> bool:
    """Whether `request` asks for a host's rules, as no other does: a page may be called robots.txt, too."""
    return bool(request.meta.get("dont_obey_robotstxt"))


class ObedientRobotsMiddleware(RobotsTxtMiddleware):
    """Scrapy's own, with three differences.

    - Scrapy 2.14 to 2.19 lets the third and later of the requests that wait for one robots.txt through unchecked
      (each waiter swallows the shared result); here each waiter gets a result of its own.
    - RFC 9309 §2.3.1: a robots.txt that answers 5xx, or can't be reached, forbids everything; one that answers 4xx,
      or an HTML page in its place, forbids nothing.
    - Crawl-delay is kept, up to a minute.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._unreadable: dict[str, str] = {}
        self._refused: dict[str, NotConnected | Stopped] = {}

    def process_request_2(self, rp: RobotParser | None, request: Request) -> None:
        """Raise ForbiddenByRobots where `rp` forbids `request`, NotConnected where its host is none to connect to.

        And Stopped where the crawl was asked to stop before the rules had come.
        """
        try:
            super().process_request_2(rp, request)
        except IgnoreRequest as refusal:
            host = urlparse_cached(request).netloc
            if host in self._refused:
                raise copy(self._refused[host]) from refusal
            reason = self._unreadable.get(host)
            text = (
                f"robots.txt of {host} could not be read ({reason})" if reason else f"robots.txt of {host} forbids it"
            )
            raise ForbiddenByRobots(text) from refusal

    async def robot_parser(self, request: Request) -> RobotParser | None:
        """The rules of the request's host, fetched once; every waiter gets them."""
        pending = self._parsers.get(urlparse_cached(request).netloc)
        if isinstance(pending, Deferred):
            mine: Deferred[RobotParser | None] = Deferred()

            def relay(parser: RobotParser | None) -> RobotParser | None:
                mine.callback(parser)
                return parser

            pending.addCallback(relay)
            return await maybe_deferred_to_future(mine)
        return await super().robot_parser(request)

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status >= 500:
            self._unreadable[netloc] = f"it answered {response.status}"
            response = response.replace(body=FORBID_ALL)
        else:
            rules = "" if response.status >= 400 else binding_rules(response.body, self._default_useragent)
            response = response.replace(body=rules.encode())
        await super()._parse_robots(response, netloc, request)
        self._keep_crawl_delay(self._parsers[netloc], request)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        self._unreadable[netloc] = why(exc)[1]
        logger.info("robots_unreadable=%s reason=%s", netloc, self._unreadable[netloc])
        if isinstance(exc, NotConnected | Stopped):
            self._refused[netloc] = exc
        forbidding = self._parserimpl.from_crawler(self.crawler, FORBID_ALL)
        pending, self._parsers[netloc] = self._parsers[netloc], forbidding
        if isinstance(pending, Deferred):
            pending.callback(forbidding)

    def _keep_crawl_delay(self, parser: object, request: Request) -> None:
        # Scrapy's RobotParser keeps the delay to itself; the Protego parser behind it knows it.
        rules = getattr(parser, "rp", None)
        crawl_delay = rules.crawl_delay(self._default_useragent) if rules else None
        downloader = self.crawler.engine.downloader if self.crawler.engine else None
        slot = downloader.slots.get(downloader.get_slot_key(request)) if downloader else None
        if crawl_delay and slot:
            least = min(float(crawl_delay), LONGEST_CRAWL_DELAY)
            slot.delay = max(slot.delay, least)
            slot.jitter = min(slot.jitter, 1 - least / slot.delay)  # varied, a delay is never below `least`
            shortest = round(slot.delay * (1 - slot.jitter), 3)
            logger.info("crawl_delay=%s at_least=%s host=%s", slot.delay, shortest, urlparse_cached(request).netloc)
