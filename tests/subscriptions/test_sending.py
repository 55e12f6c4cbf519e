"""Messages to subscribers: what is reported, at most once, and not lost."""

import json
import re
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from archive.database.connection import open_for_reading
from archive.notify import event_report, subscription_run
from archive.notify.event_report import MOST_PORTALS, EventReport
from archive.notify.subscription_run import alone
from archive.search.event_request import EventRequest
from crawler.cli.main import notify_readers
from tests.subscriptions.office import READER, SITE, Office, links
from tests.web.closed_archive import visitor
from tests.web.sample_archive import build

# --- what is reported ---


def test_words_and_kinds_hold_together(desk: Office) -> None:
    desk.confirmed("q=之1&events=changed&events=withdrawn")
    desk.add(2, body="另一正文")
    desk.add(10)
    assert desk.send().stdout == "subscriptions: 0 messages delivered, 0 not\n"
    desk.add(1, body="另一正文")
    assert desk.send().stdout == "subscriptions: 1 message delivered, 0 not\n"


@pytest.mark.parametrize("query", ["record=1", "catalog=1&events=changed", "portal=p", "publisher=样本局", ""])
def test_a_record_a_catalogue_an_agency_and_a_portal_can_be_subscribed_to(desk: Office, query: str) -> None:
    desk.add(1, publisher="样本局")
    desk.confirmed(query)
    desk.add(2, body="另一正文", publisher="别的局")
    desk.send()
    others = [mail.get_content() for mail in desk.box.mails]
    assert len(others) == (query in {"portal=p", "", "catalog=1&events=changed"})
    assert all("样本文件之2" in text for text in others)
    desk.add(1, body="另一正文", publisher="样本局")
    assert desk.send().stdout == "subscriptions: 1 message delivered, 0 not\n"
    assert "样本文件之1" in desk.box.mails[-1].get_content()


def test_a_flood_is_one_message_that_says_how_many(desk: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_report, "MOST", 2)
    desk.confirmed()
    desk.add(*range(10, 20))
    desk.add(1, body="另一正文")
    desk.send()
    (told,) = desk.box.mails
    assert told["Subject"].startswith("样本文件：11 条变动")
    text = told.get_content()
    assert text.count("样本文件之") == 2
    assert "样本文件之1\r\n" in text  # what changed goes before what is new
    assert "另有 9 条未列出" in text


def test_one_portals_flood_hides_no_other(tmp_path: Path) -> None:
    db = build(tmp_path / "two.db")
    with closing(sqlite3.connect(db)) as connection, connection:
        connection.execute("UPDATE portals SET division_code = '659001' WHERE id = 'checked'")
    with closing(open_for_reading(db)) as connection:
        latest = event_report.last_event(connection)
        told = event_report.event_report(connection, EventRequest(), after=0, through=latest, site=SITE, language="en")
    assert list(told.counts) == ["样例县人民政府", "核对过的样例县"], "in the order of their divisions"
    assert told.counts == {"核对过的样例县": {"added": 2}, "样例县人民政府": {"added": 64}}
    shown = Counter(hit["portal"] for hit in told.hits)
    assert shown == {"核对过的样例县": 2, "样例县人民政府": event_report.MOST_OF_PORTAL}


def test_portals_of_one_name_are_counted_together(tmp_path: Path) -> None:
    db = build(tmp_path / "two.db")
    with closing(sqlite3.connect(db)) as connection, connection:
        connection.execute("UPDATE portals SET name = '同名的样例县'")
    with closing(open_for_reading(db)) as connection:
        latest = event_report.last_event(connection)
        told = event_report.event_report(connection, EventRequest(), after=0, through=latest, site=SITE, language="en")
    assert (told.count, told.counts) == (66, {"同名的样例县": {"added": 66}})


@pytest.mark.parametrize(
    ("portals", "last"),
    [
        (1, "样例县1: added 1"),
        (MOST_PORTALS, f"样例县{MOST_PORTALS}: added 1"),
        (MOST_PORTALS + 3, "and 3 more portals"),
    ],
)
def test_of_many_portals_the_rest_is_a_number(portals: int, last: str) -> None:
    counts = {f"样例县{number}": {"added": 1} for number in range(1, portals + 1)}
    lines = EventReport("", counts, ()).summary("en").splitlines()
    assert (lines[-1], len(lines)) == (last, min(portals, MOST_PORTALS + 1))


def test_messages_speak_the_language_in_which_they_were_asked_for(desk: Office) -> None:
    ask = visitor(desk.application)
    ask("/-/subscribe?lang=en")
    desk.subscribe(visit=ask, mail=READER)
    asked = desk.box.mails.pop()
    assert asked["Subject"] == "Please confirm your subscription · Disclosures"
    desk.press(links(asked)["confirm"])
    desk.add(1, body="另一正文")
    desk.send()
    text = desk.box.mails[0].get_content()
    assert text.startswith("样本县: changed 1\r\n")
    assert "Unsubscribe: " in text
    assert "退订" not in text


def test_what_was_withheld_meanwhile_is_not_reported(desk: Office) -> None:
    desk.confirmed()
    desk.confirmed("record=1")
    desk.add(1, 3, body="另一正文")
    with closing(sqlite3.connect(desk.db)) as connection, connection:
        connection.execute("UPDATE records SET state = 'withheld' WHERE id = 1")
    done = desk.send()
    assert "the archive knows nothing any more of what was subscribed to" in done.stderr
    (told,) = desk.box.mails
    assert "样本文件之3" in told.get_content()
    assert "样本文件之1" not in told.get_content()


# --- at most once, and not lost ---


def test_what_was_not_delivered_is_sent_again_as_it_was_and_before_what_came_since(desk: Office) -> None:
    desk.confirmed()
    desk.add(3)
    desk.box.answers = ["554 5.7.1 no"]
    done = desk.send()
    assert done.exit_code == 1
    assert "not delivered: 127.0.0.1 refused the mail (554 5.7.1 no)" in done.stderr
    desk.add(4)
    desk.box.answers = ["554 5.7.1 no"]
    desk.send()
    assert "failed 2 times" in desk.command("list").stdout
    desk.send()
    desk.send()
    assert [re.findall("样本文件之.", mail.get_content()) for mail in desk.box.mails] == [
        ["样本文件之3"],
        ["样本文件之4"],
    ]
    assert len({mail["Message-ID"] for mail in desk.box.mails}) == 2


def test_a_message_that_may_have_arrived_is_not_sent_again(desk: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.confirmed()
    desk.add(3)
    desk.is_killed_while_sending(monkeypatch)
    assert "may not have arrived" in desk.send().stderr
    desk.add(4)
    desk.send()
    assert [re.findall("样本文件之.", mail.get_content()) for mail in desk.box.mails] == [["样本文件之4"]]


def test_one_that_fails_keeps_no_other_from_its_message(desk: Office) -> None:
    for mail in ("a@example.org", "b@example.org"):
        desk.confirmed(mail=mail)
    desk.add(3)
    desk.box.answers = ["554 5.7.1 no"]
    assert desk.send().stdout == "subscriptions: 1 message delivered, 1 not\n"
    assert desk.box.to[-1] == ["b@example.org"]


@pytest.mark.parametrize(
    ("answers", "tried"),
    [
        (["451"] * 5, 3),
        (["451", "451", "250", "451", "451"], 5),
        (["554"] * 5, 5),
    ],  # later; of this mail: others may be taken
)
def test_a_server_that_is_out_of_reach_is_not_asked_for_each(desk: Office, answers: list[str], tried: int) -> None:
    for number in range(5):
        desk.confirmed(mail=f"reader{number}@example.org")
    desk.add(3)
    desk.box.answers = [f"{answer} 0.0.0 sample" for answer in answers]
    assert desk.send().stderr.count(subscription_run.NOT_TRIED) == 5 - tried
    assert len(desk.box.answers) == 5 - tried


def test_a_mail_server_that_is_out_of_reach_keeps_nothing_from_a_room(desk: Office) -> None:
    for number in range(subscription_run.MOST_IN_A_ROW):
        desk.confirmed(mail=f"reader{number}@example.org")
    desk.subscribe(room="编辑部")
    desk.press(links(json.loads(desk.posts[0].form or "")["text"]["content"])["confirm"])
    desk.add(3)
    desk.box.answers = ["451 0.0.0 sample"] * subscription_run.MOST_IN_A_ROW
    assert desk.send().stdout == "subscriptions: 1 message delivered, 3 not\n"
    assert len(desk.posts) == 2


def test_two_runs_at_once(desk: Office) -> None:
    with alone(desk.file):
        done = desk.send()
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
    assert "another `disclosures subscriptions send` is running" in done.stderr


def test_a_crawl_sends_where_the_metadata_are_named(desk: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.confirmed()
    desk.add(3)
    assert notify_readers(desk.db)
    assert desk.box.mails == []
    monkeypatch.setenv("DISCLOSURES_METADATA", str(desk.metadata))
    assert notify_readers(desk.db)
    assert len(desk.box.mails) == 1
