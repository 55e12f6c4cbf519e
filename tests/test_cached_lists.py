"""Lists of before, which a cache may give now and then, straight on the store."""

from pathlib import Path

import pytest

from tests.test_presence import ALL, Crawls, url, without
from tests.test_store import listed, page, row


@pytest.fixture
def crawls(tmp_path: Path) -> Crawls:
    """Twenty records, after their first crawl."""
    made = Crawls(tmp_path / "a.db")
    made.run(listed(*ALL))
    return made


def test_a_list_that_shows_a_record_whose_page_is_still_gone_does_not_bring_it_back(crawls: Crawls) -> None:
    """A cache may give a list of before it was withdrawn."""
    crawls.run(without(7), asked={7: "gone"})
    for _ in range(2):
        crawls.run(listed(*ALL), lost=[7])
        assert crawls.events() == [("withdrawn", url(7))]
    crawls.run(listed(*ALL), pages=[page(7)])
    assert crawls.events() == [("withdrawn", url(7)), ("returned", url(7))]


def walk_without_newest(crawls: Crawls) -> None:
    crawls.run(listed(*ALL), asked={21: "page"}, second=listed(*ALL))


def test_the_newest_of_a_list_is_unlisted_by_the_second_crawl_that_does_not_find_it(crawls: Crawls) -> None:
    crawls.run(listed(*ALL, row(21)))
    walk_without_newest(crawls)
    assert crawls.events() == []
    walk_without_newest(crawls)
    assert crawls.events() == [("unlisted", url(21))]


def test_a_list_that_is_now_and_then_an_older_copy_of_itself_unlists_nothing(crawls: Crawls) -> None:
    for _ in range(3):
        crawls.run(listed(*ALL, row(21)))
        walk_without_newest(crawls)
    assert crawls.events() == []


def test_a_list_that_shows_what_came_later_is_no_older_copy(crawls: Crawls) -> None:
    crawls.run(listed(*ALL, row(21)))
    crawls.run(listed(*ALL, row(21), row(22)))
    crawls.run(listed(*ALL, row(22)), asked={21: "page"}, second=listed(*ALL, row(22)))
    assert crawls.events() == [("unlisted", url(21))]
