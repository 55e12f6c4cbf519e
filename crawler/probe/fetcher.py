"""Fetching a page or a few, politely and without a crawl: for `disclosures probe`.

The rules are the crawl's: robots.txt obeyed (RFC 9309), the same User-Agent, a pause before each request but the first, no
connection to private networks, no more of an answer read or unpacked than a page may have, and none waited for longer than
DOWNLOAD_TIMEOUT. Certificates are not checked, as in a crawl: faults in them are common.
"""

import time
from collections.abc import Callable
from urllib.parse import urljoin, urlsplit

import httpx
from protego import Protego

from archive.model.site import NotGlobalError, Site
from crawler.middlewares.compression import CannotUnpackError, unpack
from crawler.middlewares.robots_rules import MOST_BYTES as ROBOTS_BYTES
from crawler.middlewares.robots_rules import binding_rules
from crawler.probe.bounded_transport import BoundedTransport
from crawler.probe.page_reading import MOST_BYTES, Fetched
from crawler.services.answer import form_headers
from crawler.settings import DOWNLOAD_MAXSIZE, DOWNLOAD_TIMEOUT, REDIRECT_MAX_TIMES, USER_AGENT


class FetchError(Exception):
    """A page that could not be had; the message is one plain line, and begins with its address, `url`."""

    def __init__(self, url: str, reason: str) -> None:
        """Keep the address, which redirects may have led to."""
        super().__init__(f"{url}: {reason}")
        self.url = url


class ForbiddenError(FetchError):
    """A page that robots.txt forbids to be requested."""


class Fetcher:
    """Asks the pages of the portal at `home` one after the other, `delay` seconds apart, by the name `user_agent`."""

    def __init__(
        self, home: str, delay: float, report: Callable[[str], None] = lambda _: None, user_agent: str = USER_AGENT
    ) -> None:
        self._transport = BoundedTransport(Site.of(home))
        self._user_agent = user_agent
        headers = {"User-Agent": user_agent, "Accept-Encoding": "gzip, deflate, br, zstd"}
        self._client = httpx.Client(
            headers=headers, timeout=DOWNLOAD_TIMEOUT, transport=self._transport, trust_env=False
        )
        self._delay = delay
        self._report = report
        self._rules: dict[str, Protego | FetchError] = {}
        self._last: float | None = None

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def get(self, url: str, form: str | None = None, referer: str = "") -> Fetched:
        """The answer to `url`; `form` is sent as the body of a POST. Raises FetchError."""
        for _ in range(REDIRECT_MAX_TIMES + 1):
            self._obey(url)
            self._report(url)
            answer, location = self._request(url, form, referer, MOST_BYTES)
            if location is None:
                return answer
            url, form = location, None
        raise FetchError(url, f"sent on more than {REDIRECT_MAX_TIMES} times")

    def _obey(self, url: str) -> None:
        parts = urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc}"
        if site not in self._rules:
            self._rules[site] = self._robots(f"{site}/robots.txt")
        rules = self._rules[site]
        if isinstance(rules, FetchError):
            raise FetchError(url, f"not requested: robots.txt of {parts.netloc} could not be read ({rules})") from rules
        if not rules.can_fetch(url, self._user_agent):
            raise ForbiddenError(url, f"not requested: robots.txt of {parts.netloc} forbids it")
        self._delay = max(self._delay, min(float(rules.crawl_delay(self._user_agent) or 0), 60.0))

    def _robots(self, url: str) -> Protego | FetchError:
        """The rules of a host, or why there are none to go by: then nothing may be requested (RFC 9309 §2.3.1.4)."""
        try:
            for _ in range(REDIRECT_MAX_TIMES + 1):
                answer, location = self._request(url, None, "", ROBOTS_BYTES)
                if location is None:
                    break
                url = location
        except FetchError as error:
            return error
        if answer.status >= 500:
            return FetchError(url, f"it answered {answer.status}")
        return Protego.parse("" if answer.status >= 300 else binding_rules(answer.body, self._user_agent))

    def _request(self, url: str, form: str | None, referer: str, most: int) -> tuple[Fetched, str | None]:
        """An answer, and where it sends the client."""
        if self._last is not None:
            time.sleep(max(0.0, self._last + self._delay - time.monotonic()))
        body = bytearray()
        self._transport.until = time.monotonic() + DOWNLOAD_TIMEOUT
        try:
            headers = {"Referer": str(httpx.URL(referer))} if referer else {}  # in ASCII, as a header must be
            headers |= form_headers(form) if form is not None else {}
            with self._client.stream("GET" if form is None else "POST", url, headers=headers, content=form) as answer:
                if answer.has_redirect_location:
                    location = urljoin(url, answer.headers["Location"])
                    return Fetched(url, answer.status_code, b"", "", cut=False), location
                if answer.is_redirect:
                    raise FetchError(url, f"the portal answered {answer.status_code} without saying where it leads")
                for piece in answer.iter_raw(65_536):
                    body += piece
                    if len(body) > most:
                        break
                page = unpack(bytes(body), answer.headers.get_list("Content-Encoding"), DOWNLOAD_MAXSIZE)
                kind = answer.headers.get("Content-Type", "")
                return Fetched(url, answer.status_code, page[:most], kind, cut=max(len(body), len(page)) > most), None
        except (httpx.HTTPError, httpx.InvalidURL, NotGlobalError, CannotUnpackError, ValueError) as error:
            raise FetchError(url, _plainly(error)) from error
        finally:
            self._last = time.monotonic()


def _plainly(error: Exception) -> str:
    if isinstance(error, httpx.TimeoutException):
        return "no answer in time"
    if isinstance(error, httpx.ConnectError):
        return f"no connection ({error})"
    if isinstance(error, httpx.RemoteProtocolError) and not str(error).startswith(("Server disc", "peer closed")):
        return "its answer is no HTTP"  # the message quotes it as code
    return (str(error).splitlines() or [type(error).__name__])[0]
