"""Pages decoded in the encoding that they are in."""

from scrapy.http import Request, Response, TextResponse

from archive.evidence.text_encoding import encoding_of


class CharsetMiddleware:
    """Decode pages as declared where that works, else as UTF-8, else as GB18030; Scrapy would guess."""

    def process_response(self, request: Request, response: Response) -> Response:
        """`response` with its encoding settled."""
        if not isinstance(response, TextResponse) or not response.body:
            return response
        content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
        # In place, for a copy would make each header anew, and Scrapy's `replace` guess another encoding.
        response._encoding = encoding_of(response.body, content_type)
        return response
