"""gkmlpt, Guangdong's one platform for disclosure: /gkmlpt/index#<catalogue>, its rows from /gkmlpt/api/all/<catalogue>.

The page has no rows: window._CONFIG in it says SID:'755001' and, in TREE, what catalogues there are; which one is meant
stands behind # in the address. The service is requested by GET with page (from 1) and sid, gives 100 rows a page as articles[],
and says in total how many there are. A record's page, /gkmlpt/content/10/10694/post_10694346.html, holds text and metadata as
JSON in _CONFIG.DETAIL.

Known from public clients' behaviour only: the names of the fields, times as seconds since 1970, and that the service behind
its last page answers without rows or with what is no data. It lists a recent part; TREE's post_count may be far more.
"""

import re
from urllib.parse import urlencode, urlsplit

from archive.model.observations import ListPage, Paging
from crawler.families.family import Family
from crawler.paging.inline_data import stated
from crawler.services.answer import Answer
from crawler.services.gkmlpt_article import article_row, read_article
from crawler.services.json_data import inside, number, query_of

_PLACE = "/gkmlpt/"
_API = "/gkmlpt/api/all/"
_PAGE_SIZE = 100


def marks(answer: Answer) -> tuple[str, ...]:
    """Its configuration in a page, the address of its service."""
    found = []
    if _PLACE in answer.url or _PLACE in answer.text:
        if "window._CONFIG" in answer.text:
            found.append("the configuration of gkmlpt")
        if _API in answer.url:
            found.append("an answer of /gkmlpt/api/")
    return tuple(found)


def read(answer: Answer) -> ListPage:
    """The rows of the service's answer; of the catalogue's page none, but the way to the service."""
    if _API not in answer.url:
        return ListPage((), Paging(None, None, _service(answer)))
    articles = inside(answer.data, "articles")
    listed = [article for article in articles if isinstance(article, dict)] if isinstance(articles, list) else []
    rows = tuple(article_row(article, answer.url) for article in listed)
    total, page = number(inside(answer.data, "total")), number(query_of(answer.url).get("page")) or 1
    served = (page - 1) * _PAGE_SIZE + len(rows)
    following = _request(answer.url, page + 1, query_of(answer.url).get("sid")) if rows and served != total else None
    return ListPage(rows, Paging(None, total, following), ended=page > 1 and not rows)


def _service(answer: Answer) -> str | None:
    """The first request for the catalogue that stands behind # in the page's address."""
    parts = urlsplit(answer.url)
    catalogue = re.match(r"/?(\d{1,10})\b", parts.fragment)
    site, place, _ = parts.path.partition(_PLACE)
    if not catalogue or not place:
        return None
    return _request(parts._replace(path=f"{site}{_API}{catalogue[1]}").geturl(), 1, stated(answer.text, "SID"))


def _request(service: str, page: int, sid: str | None) -> str:
    query = urlencode({"page": page, **({"sid": sid} if sid else {})}, errors="replace")
    return urlsplit(service)._replace(query=query, fragment="").geturl()


FAMILY = Family("gkmlpt", 1, marks, read, read_article)
