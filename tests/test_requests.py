"""Requests for records and for events as addresses make them: which portals, which records, and one address for one request."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.search.event_request import EventRequest, NoSuchSubjectError, parse_event_request, title
from archive.search.request import parse_request, resolved
from tests.conftest import empty_archive

PORTALS = {"a": "样本县", "b": "样本区", "c": "另一县"}


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(open_up_to_date(empty_archive(tmp_path / "a.db"))) as connection:
        for (portal, name), code in zip(PORTALS.items(), ("640324", "640302", "620502"), strict=True):
            values = (portal, name, code)
            connection.execute("INSERT INTO portals (id, name, division_code, home) VALUES (?, ?, ?, '')", values)
        for number, state in enumerate(("listed", "withdrawn", "withheld"), 1):
            connection.execute(
                "INSERT INTO records (id, portal, url, kind, state, title, first_seen, last_seen) VALUES (?, 'a', ?, 'plan', ?, '样本', '', '')",
                (number, f"http://p.example/{number}.html", state),
            )
        yield connection


@pytest.mark.parametrize(
    ("portal", "place", "chosen"),
    [
        ("", "", ()),
        ("a", "", ("a",)),
        ("样本", "", ("a", "b")),
        ("", "64", ("a", "b")),
        ("", "640324", ("a",)),
        ("样本", "640302", ("b",)),
        ("a", "62", ("-",)),
        ("nowhere", "", ("-",)),
        ("", "11", ("-",)),
    ],
)
def test_a_portal_and_a_place_hold_together(
    archive: sqlite3.Connection, portal: str, place: str, chosen: tuple[str, ...]
) -> None:
    requested = parse_request({"portal": portal, "place": place})
    assert tuple(sorted(resolved(archive, requested, PORTALS).filters.portals)) == chosen


def test_the_same_events_are_requested_by_one_address() -> None:
    requested = {"q": ["样本"], "portal": ["a"], "events": ["moved", "withdrawn"]}
    address = parse_event_request(requested).address()
    assert address == "q=%E6%A0%B7%E6%9C%AC&portal=a&events=withdrawn&events=moved"
    for more in ({"sort": ["newest"]}, {"page": ["3"]}, {"events": ["withdrawn", "moved", "moved"]}):
        assert parse_event_request({**requested, **more}).address() == address
    with pytest.raises(ValueError, match="no filters: kind=nothing"):
        parse_event_request({**requested, "kind": ["nothing"]})


def test_a_record_that_is_withheld_or_not_there_is_no_subject(archive: sqlite3.Connection) -> None:
    assert [title(archive, EventRequest(record=number), "zh") for number in (1, 2)] == ["样本", "样本"]
    for number in (3, 4):
        with pytest.raises(NoSuchSubjectError):
            title(archive, EventRequest(record=number), "zh")
