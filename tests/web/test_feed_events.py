"""What was observed, in feeds: each event an entry of its own for ever, and no flood of new records hides a change."""

import pytest
from lxml import etree

from archive.web.formats import feeds
from tests.web.asking import asking_copy

ENTRY = "{http://www.w3.org/2005/Atom}entry"
EVENT = "INSERT INTO events (record_id, kind, at, crawl_id) VALUES ({}, '{}', '2026-10-0{}T00:00:00Z', 1)"


def entries(answer) -> list[etree._Element]:
    return etree.fromstring(answer.content).findall(ENTRY)


def said(entry: etree._Element, name: str) -> str:
    return entry.findtext(f"{{*}}{name}")


def test_the_same_may_happen_to_a_record_twice(past, tmp_path) -> None:
    ask = asking_copy(past, tmp_path, "DELETE FROM events", *(EVENT.format(1, "returned", day) for day in (2, 3)))
    found = entries(ask("/-/changes.atom?kind=returned"))
    assert [said(each, "updated")[:10] for each in found] == ["2026-10-03", "2026-10-02"]
    assert len({said(each, "id") for each in found}) == 2


def test_what_changed_stands_among_the_entries_though_more_came_since(
    past, tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its date the record comes last of all, and it came first."""
    monkeypatch.setattr(feeds, "ENTRIES", 2)
    ask = asking_copy(
        past,
        tmp_path,
        "DELETE FROM events",
        "UPDATE records SET published_on = iif(id = 1, '1990-01-01', '2020-01-01'), changed_at = NULL",
        EVENT.format(1, "changed", 1),
        *(EVENT.format(number, "added", number) for number in range(2, 7)),
    )
    found = entries(ask("/-/browse/past/1.atom"))
    shown = [each.find("{*}link").get("href").rpartition("/")[2] for each in found]
    assert "1" in shown
    assert len(shown) < 6


def test_events_of_several_kinds_are_in_one_order_of_time(past, tmp_path) -> None:
    """Whatever their numbers: those of archives that were merged do not rise with time."""
    observed = (EVENT.format(1, "changed", 3), EVENT.format(2, "returned", 4), EVENT.format(3, "changed", 1))
    ask = asking_copy(past, tmp_path, "DELETE FROM events", *observed)
    found = entries(ask("/-/changes.atom"))
    assert [said(each, "updated")[9] for each in found] == ["4", "3", "1"]
