"""Lists that show other things than they did for a day: another site's, another list's, the home page's, rows that lead nowhere."""

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from tests.changing_portal import LIST, Document, Portal, list_of, maintenance, plain
from tests.conftest import rows

Spoil = Callable[[str, Any], Any]

OTHERS = {number: Document(number) for number in range(201, 226)}
NEWS = "".join(
    f'<li><a href="/news/{n}.html">样本新闻第{n}条，样本会议召开</a><span>2026-03-{n:02}</span></li>'
    for n in range(1, 13)
)


def of_list(text: Callable[[str], str]) -> Spoil:
    return lambda path, answer: text(answer) if path == LIST else answer


def linked(address: str) -> Spoil:
    return of_list(lambda text: re.sub(r'href="[^"]*"', f'href="{address}"', text))


def at_other_host(path: str, answer: Any) -> Any:
    return answer.replace('href="/', 'href="http://other.example/') if path == LIST else answer


def home_page(_: str) -> str:
    return f"<html><head><title>样本县人民政府</title></head><body><h1>样本县人民政府</h1><ul>{NEWS}</ul></body></html>"


def another_list(_: str) -> str:
    return list_of(list(OTHERS.values()))


def added(portal: Portal) -> int:
    return int(str(rows(portal.db, "SELECT count(*) AS n FROM events WHERE kind = 'added'")[0]["n"]))


@pytest.mark.parametrize(
    "spoil",
    [linked("#"), linked("javascript:void(0)"), linked("/"), at_other_host, of_list(home_page), of_list(another_list)],
    ids=["nowhere", "script", "home", "other_host", "home_page", "another_list"],
)
@pytest.mark.parametrize("mode", ["full", "update"])
def test_a_day_of_another_list_leaves_nothing_behind(portal: Portal, spoil: Spoil, mode: str) -> None:
    portal.crawl(spoil, mode)
    assert "changed_layout" in str(rows(portal.db, "SELECT health FROM crawls ORDER BY id DESC LIMIT 1"))
    assert [portal.crawl(), portal.crawl()] == ["finished", "finished"]
    assert (portal.events(), added(portal)) == ([], len(portal.documents))
    assert {str(each["state"]) for each in rows(portal.db, "SELECT state FROM records")} == {"listed"}
    assert rows(portal.db, "SELECT * FROM deferred") == []


def test_a_day_of_another_site_leaves_nothing_behind(portal: Portal) -> None:
    """Its pages stand, and those of the portal's own are gone."""
    own, portal.documents = portal.documents, dict(OTHERS)
    assert portal.crawl() == "unsure"
    portal.documents = own
    assert portal.crawl() == "finished"
    assert (portal.events(), added(portal)) == ([], len(own))


def test_another_list_for_good_is_told_by_the_second_crawl(portal: Portal) -> None:
    own = portal.documents
    answers = portal.answers
    portal.answers = lambda: answers() | {each.path: plain(each) for each in own.values()}  # type: ignore[method-assign]
    portal.documents = dict(OTHERS)
    assert [portal.crawl(), portal.crawl()] == ["unsure", "finished"]
    assert Counter(kind for kind, _ in portal.events()) == {"unlisted": len(own)}
    assert added(portal) == len(own) + len(OTHERS)


def test_what_is_new_in_a_list_that_shows_what_it_did_stays_on_a_doubted_day(portal: Portal) -> None:
    portal.documents[31] = Document(31)
    assert portal.crawl(maintenance) == "unsure"
    assert added(portal) == 31
