"""gkmlpt, Guangdong's one platform for disclosure: /gkmlpt/index#<catalogue>, its rows from
/gkmlpt/api/all/<catalogue>.

The page has no rows: window._CONFIG in it says SID:'755001' and, in TREE, what catalogues there are; which one is meant
stands behind # in the address. The service is requested by GET with page (from 1) and sid, gives 100 rows a page as
articles[], and says in total, else in classify.post_count, how many there are. A record's page,
/gkmlpt/content/10/10694/post_10694346.html, holds text and metadata as JSON in _CONFIG.DETAIL.

Known from public clients' behaviour only: the names of the fields, times as seconds since 1970, and that the service
behind its last page answers without rows or with what is no data. It lists a recent part; post_count may be far more.
An article's date is that of its creation where it has a display_publish_time too, and else that of its publication.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from archive.model.observations import ListPage, Paging, RecordPage, Row
from crawler.extract.row import absolute
from crawler.families.family import Family, reasons
from crawler.records.detail import read_detail
from crawler.records.stated_record import with_data
from crawler.services.answer import Answer
from crawler.services.inline_data import stated, value_at
from crawler.services.json_data import data_row, dicts, inside, number, query_of, record_keys, shown, with_query

_PLACE = "/gkmlpt/"
_API = "/gkmlpt/api/all/"
_PAGE_SIZE = 100

_DETAIL = re.compile(r"\bDETAIL[\"']?\s{0,20}[:=]\s{0,20}(?=\{)")
_TREE = re.compile(r"\bTREE[\"']?\s{0,20}[:=]\s{0,20}(?=\[)")
_DEEPEST = 5
_FIELDS = record_keys("gkmlpt")
_ENDED = {"is_abolished": "废止", "is_expired": "失效"}
_NO_VALUE = (None, "", 0, "0")


def marks(answer: Answer) -> tuple[str, ...]:
    """Its configuration in a page, the address of its service."""
    is_of_place = _PLACE in answer.url or _PLACE in answer.text
    signs = {
        "the configuration of gkmlpt": is_of_place and "window._CONFIG" in answer.text,
        "an answer of /gkmlpt/api/": is_of_place and _API in answer.url,
    }
    return reasons(signs)


def read(answer: Answer) -> ListPage:
    """The rows of the service's answer; of the catalogue's page none, but the way to the service."""
    if _API not in answer.url:
        return ListPage((), Paging(None, None, _service(answer)))
    rows = tuple(article_row(article, answer.url) for article in dicts(inside(answer.data, "articles")))
    claims = inside(answer.data, "total"), inside(answer.data, "classify", "post_count")
    total = next((count for claim in claims if (count := number(claim)) is not None), None)
    page = number(query_of(answer.url).get("page")) or 1
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
    return with_query(service, {"page": page, **({"sid": sid} if sid else {})})


def article_row(article: Mapping[str, Any], url: str) -> Row:
    """The row that an article is; what it leaves empty or at 0 is not stated."""
    printed = {key: value for key, value in article.items() if value not in _NO_VALUE}
    names = _FIELDS if "display_publish_time" in article else {**_FIELDS, "date": "published_on"}
    row = data_row(printed, names, printed.get("url") or printed.get("post_url"), url)
    ended = next((word for key, word in _ENDED.items() if printed.get(key)), None)
    return replace(row, fields={**row.fields, "validity": ended}) if ended else row


def read_article(answer: Answer) -> RecordPage | None:
    """Return what a record's page holds as data, and what its labels say besides; None for a page without such data."""
    if "_CONFIG" not in answer.text or "DETAIL" not in answer.text:
        return None
    detail = _value_behind(answer.text, _DETAIL)
    content = inside(detail, "content")
    if not isinstance(content, str) and not inside(detail, "title"):
        return None
    text = content if isinstance(content, str) else ""
    return with_data(read_detail(answer.root, answer.url), article_row(detail, answer.url), text, detail)


def _value_behind(text: str, place: re.Pattern[str]) -> Any:  # noqa: ANN401 - JSON
    """The value that stands behind `place` in a script; None where there is none."""
    match = place.search(text)
    return value_at(text, match.end())[0] if match else None


def catalogues(answer: Answer) -> Iterator[tuple[str, str]]:
    """The catalogues in TREE of a site's page, with their addresses: its own with their numbers behind #."""
    place = re.search(r"/gkmlpt/", urlsplit(answer.url).path)
    index = absolute(answer.url, f"{urlsplit(answer.url).path[: place.start()] if place else ''}{_PLACE}index")
    level = _value_behind(answer.text, _TREE)
    for _ in range(_DEEPEST):
        branches = dicts(level)
        for branch in branches:
            name, catalogue = shown(branch.get("name")), number(branch.get("id"))
            if name and catalogue and index:
                yield name, f"{index}#{catalogue}"
        level = [child for branch in branches for child in dicts(branch.get("children"))]


FAMILY = Family("gkmlpt", 3, marks, read, read_article, catalogues, ("/gkmlpt/index",))
