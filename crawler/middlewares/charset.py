"""Pages decoded in the encoding that they are in."""

from scrapy.http import Request, Response, TextResponse

from crawler.extract.charset import encoding_of


class CharsetMiddleware:
    """Decode pages as declared where that works, else as UTF-8, else as GB18030.

    Without a declaration Scrapy guesses, and takes short Chinese texts in GBK for Korean or Big5. A mainland portal's
    page that is not UTF-8 is in GBK or its superset GB18030.
    """

    def process_response(self, request: Request, response: Response) -> Response:
        """`response` with its encoding settled."""
        if not isinstance(response, TextResponse) or not response.body:
            return response
        content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
        return response.replace(encoding=encoding_of(response.body, content_type))
