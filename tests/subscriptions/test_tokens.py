"""Tokens of subscriptions, straight on their file: each serves one purpose, once or until the end, and ends with its subscription; and that file."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Barrier

import pytest

from archive.model import clock
from archive.notify.subscription_store import CONFIRM_WITHIN, RefusedError, Subscriptions, open_subscriptions


def tokens(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("SELECT count(*) FROM tokens").fetchone()[0])


def requested(subscriptions: Subscriptions, topic: str = "portal=p") -> int:
    return subscriptions.request("mail", "reader@example.org", topic, "zh").id


def test_a_token_serves_its_purpose_alone_and_one_that_confirms_does_so_once(tmp_path: Path) -> None:
    with open_subscriptions(tmp_path / "s.db") as subscriptions:
        number = requested(subscriptions)
        (one,) = subscriptions.all()
        confirms, ends = subscriptions.token(one, "confirm"), subscriptions.token(one, "leave")
        found = [subscriptions.find(token, purpose) for token in (confirms, ends) for purpose in ("confirm", "leave")]
        assert [each and each.id for each in found] == [number, None, None, number]
        assert subscriptions.find("another", "leave") is None
        subscriptions.confirm(one, 7)
        assert subscriptions.find(confirms, "confirm") is None
        assert subscriptions.find(ends, "leave") == subscriptions.all()[0]
        assert (subscriptions.all()[0].reported_through, subscriptions.all()[0].confirmed_at is None) == (7, False)


def test_what_ends_leaves_no_token_and_others_keep_theirs(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    with open_subscriptions(path) as subscriptions:
        requested(subscriptions)
        requested(subscriptions, "portal=q")
        first, second = subscriptions.all()
        kept = [subscriptions.token(each, "leave") for each in (first, second)][1]
        subscriptions.end(first)
        assert subscriptions.find(kept, "leave") == second
    assert tokens(path) == 1


def test_after_a_day_what_was_not_confirmed_is_deleted_and_what_was_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_subscriptions(tmp_path / "s.db") as subscriptions:
        requested(subscriptions)
        requested(subscriptions, "portal=q")
        subscriptions.confirm(subscriptions.all()[0], 7)
    monkeypatch.setenv(clock.VARIABLE, clock.text(clock.now() + CONFIRM_WITHIN))
    with open_subscriptions(tmp_path / "s.db") as subscriptions:
        assert [each.topic for each in subscriptions.all()] == ["portal=p"]


def test_a_hundred_subscriptions_of_one_receiver_and_no_more(tmp_path: Path) -> None:
    with open_subscriptions(tmp_path / "s.db") as subscriptions:
        for number in range(100):
            requested(subscriptions, f"record={number}")
            subscriptions._con.execute("UPDATE subscriptions SET confirmed_at = requested_at")
        for receiver in ("reader@example.org", "Reader+news@example.org"):
            with pytest.raises(RefusedError):
                subscriptions.request("mail", receiver, "portal=p", "zh")
        subscriptions.request("mail", "other@example.org", "portal=p", "zh")


def test_those_that_begin_at_once_make_one_file(tmp_path: Path) -> None:
    def begin(path: Path) -> int:
        together.wait()
        with open_subscriptions(path) as subscriptions:
            return len(subscriptions.all())

    together = Barrier(4)
    with ThreadPoolExecutor(4) as pool:
        for number in range(10):
            assert list(pool.map(begin, [tmp_path / f"{number}.db"] * 4)) == [0] * 4
