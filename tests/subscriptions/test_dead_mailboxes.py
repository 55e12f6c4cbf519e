"""Subscriptions of mailboxes that a server refuses for good: they end after a while, and their addresses are forgotten."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from archive.database.connection import ArchiveError
from archive.model import clock
from archive.notify import subscription_store
from archive.notify.subscription_store import DEAD_AFTER, DEAD_WITHIN, ENDED_KEPT, open_subscriptions
from crawler.cli.main import main
from tests.subscriptions.office import READER, Office

NO_MAILBOX = "550 5.1.1 no such mailbox"
OTHER = "other@example.org"


@pytest.fixture
def wait(monkeypatch: pytest.MonkeyPatch):
    """Let time pass."""

    def passed(span: timedelta) -> None:
        monkeypatch.setenv(clock.VARIABLE, clock.text(clock.now() + span))

    return passed


def refused(desk: Office, *replies: str) -> str:
    """The messages of a run in which the server answers mails so."""
    desk.box.answers = list(replies)
    return desk.send().stderr


def test_a_dead_mailbox_ends_its_subscription_and_is_forgotten(desk: Office, wait) -> None:
    desk.confirmed()
    desk.confirmed(mail=OTHER)
    desk.add(3)
    assert "ended" not in refused(desk, NO_MAILBOX)
    for _ in range(DEAD_AFTER - 2):
        wait(DEAD_WITHIN / (DEAD_AFTER - 1))
        desk.add(3, body=f"另一正文{clock.now()}")
        assert "ended" not in refused(desk, NO_MAILBOX)
    assert b"reader@" in desk.file.read_bytes()
    wait(DEAD_WITHIN / (DEAD_AFTER - 1) + timedelta(seconds=5))
    said = refused(desk, NO_MAILBOX)
    assert f"subscription 1 ended: its mailbox is dead: refused {DEAD_AFTER} times since 20" in said
    assert b"reader@" not in desk.file.read_bytes()
    assert refused(desk, NO_MAILBOX) == ""
    shown = desk.command("list").stdout.splitlines()
    assert [line.split()[:2] for line in shown][1] == ["1", "ended"]
    assert "o…@example.org" in shown[0]
    assert "reader" not in "".join(shown)
    wait(ENDED_KEPT)
    assert "ended" not in desk.command("list").stdout


def test_many_refusals_within_an_hour_end_nothing(desk: Office) -> None:
    desk.confirmed()
    desk.add(3)
    for _ in range(2 * DEAD_AFTER):
        assert "ended" not in refused(desk, NO_MAILBOX)
    desk.send()
    assert desk.box.to[-1] == [READER]


@pytest.mark.parametrize("reply", ["", "451 4.2.0 later"])
def test_refusals_that_were_not_in_a_row_or_not_for_good_do_not_count(desk: Office, wait, reply: str) -> None:
    desk.confirmed()
    for number in range(3, 3 + 3 * DEAD_AFTER):
        desk.add(number)
        wait(timedelta(days=1))
        refused(desk, *([reply] if reply else [NO_MAILBOX] if number % DEAD_AFTER else []))
    assert b"reader@" in desk.file.read_bytes()


def test_what_was_refused_before_a_mail_was_taken_does_not_count(desk: Office, wait) -> None:
    desk.confirmed()
    number = 2
    for refusals in (DEAD_AFTER - 1, 1, 1):
        for _ in range(refusals):
            number += 1
            desk.add(number)
            assert "ended" not in refused(desk, NO_MAILBOX)
        if refusals > 1:
            desk.send()  # taken
        wait(DEAD_WITHIN + timedelta(days=1))
    desk.send()  # taken: what is refused from now on has not been so for long
    for another in range(number + 1, number + 1 + DEAD_AFTER):
        desk.add(another)
        assert "ended" not in refused(desk, NO_MAILBOX)
    assert b"reader@" in desk.file.read_bytes()


def test_one_mailbox_that_is_refused_for_all_that_it_follows_is_still_one(desk: Office, wait, monkeypatch) -> None:
    monkeypatch.setattr(subscription_store, "DEAD_AFTER", 1)
    monkeypatch.setattr(subscription_store, "DEAD_WITHIN", timedelta(0))
    desk.confirmed()
    desk.confirmed("portal=p")
    desk.add(3)
    said = refused(desk, *[f"550 5.1.1 <{READER}> is no mailbox"] * 2)
    assert said.count("its mailbox is dead") == said.count("<the receiver> is no mailbox") == 2
    assert READER not in said


def test_two_dead_mailboxes_are_dead_where_the_mail_of_a_third_is_taken(desk: Office, monkeypatch) -> None:
    monkeypatch.setattr(subscription_store, "DEAD_AFTER", 1)
    monkeypatch.setattr(subscription_store, "DEAD_WITHIN", timedelta(0))
    for mail in (READER, OTHER, "third@example.org"):
        desk.confirmed(mail=mail)
    desk.add(3)
    assert refused(desk, NO_MAILBOX, NO_MAILBOX).count("its mailbox is dead") == 2


def test_a_server_that_refuses_everybody_says_nothing_of_their_mailboxes(desk: Office, wait) -> None:
    desk.confirmed()
    desk.confirmed(mail=OTHER)
    desk.add(3)
    for _ in range(2 * DEAD_AFTER):
        wait(timedelta(days=1))
        assert "ended" not in refused(desk, "554 5.7.1 relay access denied", "554 5.7.1 relay access denied")
    assert desk.send().stdout == "subscriptions: 2 messages delivered, 0 not\n"


def test_status_tells_the_operator_and_is_well_with_it(desk: Office, wait, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscription_store, "DEAD_AFTER", 1)
    monkeypatch.setattr(subscription_store, "DEAD_WITHIN", timedelta(0))
    monkeypatch.setattr("crawler.cli.status.portal_states", lambda _: [])
    desk.confirmed()
    desk.add(3)

    def status(*options: str, needs_attention: bool = False) -> str:
        done = CliRunner().invoke(main, ["status", "--db", str(desk.db), *options])
        assert done.exit_code == needs_attention
        return done.stdout

    assert "subscriptions" not in status("--metadata", str(desk.metadata))
    refused(desk, NO_MAILBOX)
    assert "subscriptions" not in status()
    (said,) = (each for each in json.loads(status("--json", "--metadata", str(desk.metadata))) if not each["portal"])
    assert (said["state"], said["name"]) == ("ended", "subscriptions of readers")
    assert said["reason"].startswith("1 of dead mailboxes ended, the last at 20")
    assert said["reason"].endswith(": 1")
    desk.metadata.unlink()
    assert "failing" in status("--metadata", str(desk.metadata), needs_attention=True)


def test_a_file_of_before_is_brought_up_to_date(desk: Office, tmp_path: Path) -> None:
    desk.confirmed()
    with open_subscriptions(desk.file) as opened:
        connection = opened._con
        connection.executescript(
            "ALTER TABLE subscriptions DROP COLUMN refusals; ALTER TABLE subscriptions DROP COLUMN refused_since;"
            "DROP TABLE ended; DROP TABLE known_rows; PRAGMA user_version = 1"
        )
    desk.add(3)
    assert desk.send().stdout == "subscriptions: 1 message delivered, 0 not\n"
    with pytest.raises(ArchiveError), open_subscriptions(tmp_path):
        pass
