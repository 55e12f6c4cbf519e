"""Pages decoded in the encoding that they are in."""

from scrapy.http import Request, Response, TextResponse

from archive.evidence.text_encoding import encoding_of
from crawler.middlewares.compression import copied
from crawler.middlewares.robots import is_for_robots
from crawler.spiders.failures import TOO_LARGE

LARGEST_PAGE = 6_000_000
"""Bytes of a page that is read, many times what the largest has: one sign beyond the others gives each character four bytes, several times over."""


class CharsetMiddleware:
    """Decode pages as declared where that works, else as UTF-8, else as GB18030; Scrapy would guess.

    What is larger than LARGEST_PAGE is bytes: nobody decodes it. A page that is has the flag TOO_LARGE, and the reason; a file has none.
    """

    def process_response(self, request: Request, response: Response) -> Response:
        """`response` with its encoding settled."""
        if not isinstance(response, TextResponse) or not response.body:
            return response
        if len(response.body) > LARGEST_PAGE:
            is_page = not (request.meta.get("leaves_site") or is_for_robots(request))
            flags = [TOO_LARGE, f"the page has more than {LARGEST_PAGE} bytes"] if is_page else []
            return copied(response, Response, response.body, flags=[*response.flags, *flags])
        content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
        # In place, for a copy would make each header anew, and Scrapy's `replace` guess another encoding.
        response._encoding = encoding_of(response.body, content_type)
        return response
