"""A portal of 48 records, each with a text of its own, for tests of what happens to many of them at once."""

from collections.abc import Iterable, Mapping

from archive.labels.reasons import in_chinese
from archive.model.observations import ListPage, RecordPage
from tests.conftest import rows
from tests.test_presence import Crawls, url
from tests.test_store import listed, page, row

MANY = range(1, 49)
"""Records of the portal: a quarter of them is twelve."""


def all_rows(titles: Mapping[int, str] | None = None, but: Iterable[int] = ()) -> ListPage:
    """The list of all records, some under other titles, some not there."""
    return listed(*(row(n, title=(titles or {}).get(n, f"样本文件之{n}")) for n in MANY if n not in set(but)))


def with_new(new: Iterable[int]) -> ListPage:
    """The list of all records and of new ones."""
    return listed(*map(row, [*MANY, *new]))


def text(number: int, more: str = "") -> str:
    return f"样本正文第{number}号，并非政府文件。{more}"


def all_pages(others: Mapping[int, RecordPage] | None = None, of: Iterable[int] = MANY) -> list[RecordPage]:
    """The pages of records, `others` in the place of some."""
    return [(others or {}).get(n) or page(n, text(n)) for n in of]


def edited(numbers: Iterable[int], more: str = "改过{}。") -> dict[int, RecordPage]:
    """Pages that say something else, each in words of its own where `more` takes its number."""
    return {n: page(n, text(n, more.format(n))) for n in numbers}


def outcome(crawls: Crawls) -> str:
    """The last crawl's outcome; why any was doubted can be said in Chinese."""
    doubts = rows(crawls.path, "SELECT message FROM problems WHERE kind = 'most_changed'")
    assert all(in_chinese(str(each["message"])) for each in doubts)
    return str(rows(crawls.path, "SELECT outcome FROM crawls ORDER BY id DESC LIMIT 1")[0]["outcome"])


def kept(crawls: Crawls) -> int:
    return len(rows(crawls.path, "SELECT DISTINCT record_id FROM deferred"))


def changes(crawls: Crawls) -> list[str]:
    return sorted({address for kind, address in crawls.events() if kind == "changed"})


def urls(numbers: Iterable[int]) -> list[str]:
    return sorted(map(url, numbers))
