"""Subscriptions from the page to the message and out again, by real mail and real HTTP on loopback; nothing is left of an address."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from lxml import html

from archive.export import snapshots
from archive.labels.code_labels import EVENTS
from archive.model import clock
from archive.notify import messages, subscription_store
from archive.notify.subscription_store import RefusedError, open_subscriptions
from archive.web.http.attempts import BY_ADDRESS
from archive.web.http.published import PublishedSite
from archive.web.http.server import make_datasette
from tests.subscriptions.office import READER, SITE, Office, links
from tests.web.closed_archive import visitor
from tests.web.other_language import other_language

# --- from the page to the message, and out again ---


def test_by_mail_from_the_page_to_the_message_and_out_again(desk: Office) -> None:
    assert desk.subscribe("q=样本文件", mail=READER).status_code == 200
    (asked,) = desk.box.mails
    assert desk.box.to == [[READER]]
    assert asked["Subject"] == "请确认订阅 · 政府信息公开目录档案"
    assert "样本文件" not in asked.get_content()  # nobody can have a stranger sent words of theirs
    confirm = links(asked)["confirm"]
    opened = visitor(desk.application)(confirm)  # as a mail scanner does
    assert opened.status_code == 200
    assert "样本文件" in opened.text
    desk.add(3)
    assert desk.send().stdout == "subscriptions: 0 messages delivered, 0 not\n"
    assert desk.press(confirm).status_code == 200
    desk.add(5, body="另一正文")
    desk.add(1, body="另一正文")
    assert desk.send().stdout == "subscriptions: 1 message delivered, 0 not\n"
    told = desk.box.mails[1]
    assert told["Subject"] == "样本文件：2 条变动 · 政府信息公开目录档案"
    text = told.get_content().replace("\r\n", "\n")
    assert text.startswith(f"样本县：{EVENTS['changed'].zh} 1，{EVENTS['added'].zh} 1\n\n")
    for expected in (
        "样本文件之1",
        "样本文件之5",
        f"{SITE}-/record/1\n",
        f"{SITE}-/proof/",
        "样本县",
        f"{SITE}-/subscribe?q=%E6",
    ):
        assert expected in text
    assert "样本文件之3" not in text  # it came before the confirmation
    assert desk.send().stdout == "subscriptions: 0 messages delivered, 0 not\n"
    leave = links(told)["leave"]
    assert b"reader" in desk.file.read_bytes()
    assert desk.press(leave).status_code == 200
    assert b"reader" not in desk.file.read_bytes()
    desk.add(6)
    desk.send()
    assert len(desk.box.mails) == 2
    assert visitor(desk.application)(leave).status_code == 404


def test_in_a_room_from_the_page_to_the_message_and_out_again(desk: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    assert desk.subscribe("q=样本文件&events=changed", room="编辑部").status_code == 200
    asked = json.loads(desk.posts[0].form or "")
    assert asked["msgtype"] == "text"  # as WeCom wants it
    assert desk.press(links(asked["text"]["content"])["confirm"]).status_code == 200
    desk.add(*range(3, 60))
    desk.add(*range(1, 8), body="另一正文")
    assert desk.send().exit_code == 0
    told = json.loads(desk.posts[1].form or "")["text"]["content"]
    assert told.splitlines()[0] == f"样本文件 · {EVENTS['changed'].zh}：7 条变动"
    assert told.count("样本文件之") == 5
    assert "另有 2 条未列出" in told
    assert len(told.encode()) < 2048
    desk.add(1, body="第三个正文")
    monkeypatch.setattr(messages, "PAUSES", (0.0,))
    desk.statuses = [500]
    assert desk.send().exit_code == 0
    assert desk.press(links(told)["leave"]).status_code == 200
    desk.add(1, body="第四个正文")
    desk.send()
    assert len(desk.posts) == 4  # the third was tried again


def test_a_mail_program_ends_a_subscription_by_one_click_without_a_page(desk: Office) -> None:
    desk.confirmed()
    desk.add(3)
    desk.send()
    (told,) = desk.box.mails
    leave = links(told)["leave"]
    assert f"\r\nList-Unsubscribe: <{SITE}{leave[1:]}>\r\n".encode() in desk.box.raw[-1]
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in desk.box.raw[-1]
    assert visitor(desk.application)(leave, "POST", data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert b"reader" not in desk.file.read_bytes()


def test_what_is_asked_at_an_address_that_nobody_confirms_is_deleted_after_a_day(
    desk: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.subscribe(mail=READER)
    assert b"reader" in desk.file.read_bytes()
    later = clock.now() + timedelta(hours=25)
    monkeypatch.setenv(clock.VARIABLE, clock.text(later))
    assert visitor(desk.application)(links(desk.box.mails[0])["confirm"]).status_code == 404
    assert b"reader" not in desk.file.read_bytes()


def test_who_is_asked_can_refuse_at_once(desk: Office) -> None:
    desk.subscribe(mail=READER)
    assert desk.press(links(desk.box.mails[0])["leave"]).status_code == 200
    assert b"reader" not in desk.file.read_bytes()
    assert visitor(desk.application)(links(desk.box.mails[0])["confirm"]).status_code == 404


def test_of_many_subscriptions_one_that_ends_leaves_nothing(desk: Office) -> None:
    """SQLite divides and merges pages as rows come and go, and leaves parts of them where it did."""
    with open_subscriptions(desk.file) as subscriptions:
        monthly = subscription_store.MOST_WAITING
        for number in range(monthly):
            each = subscriptions.request("mail", f"reader{number}x{'y' * (number % 50)}@example.org", "q=样本", "zh")
            subscriptions.token(each, "leave")
        for each in subscriptions.all()[::3]:
            subscriptions.end(each)
    left = set(re.findall(rb"reader(\d+)x", desk.file.read_bytes()))
    assert left == {b"%d" % number for number in range(monthly) if number % 3}


# --- nobody is flooded ---


def test_a_stranger_gets_few_mails_however_the_address_is_spelt_and_whoever_asks(desk: Office) -> None:
    spellings = ["reader@example.org", "Reader@Example.org", "reader+1@example.org", "reader+2@example.org"]
    assert [desk.subscribe(visit=visitor(desk.application), mail=spelling).status_code for spelling in spellings] == [
        200,
        200,
        200,
        429,
    ]
    assert len(desk.box.mails) == subscription_store.MOST_WAITING_AT_RECEIVER


def test_one_client_has_to_wait_and_a_crowd_too(desk: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [desk.subscribe(mail=f"reader{number}@example.org") for number in range(BY_ADDRESS.free + 2)]
    assert [answer.status_code for answer in answers] == [200] * (BY_ADDRESS.free + 1) + [429]
    assert int(answers[-1].headers["retry-after"]) >= 1
    monkeypatch.setattr(subscription_store, "MOST_WAITING", 1)
    with open_subscriptions(desk.file) as subscriptions, pytest.raises(RefusedError):
        subscriptions.request("mail", "another@example.org", "", "zh")


def test_a_receiver_has_so_many_subscriptions_and_one_to_each_thing(
    desk: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscription_store, "MOST_OF_RECEIVER", 2)
    desk.confirmed()
    desk.confirmed()
    assert desk.command("list").stdout.count("r…@example.org") == 1
    desk.confirmed("record=1")
    assert desk.subscribe("record=2", mail=READER).status_code == 429


def test_a_subscription_that_waits_is_left_waiting_where_another_to_the_same_is_confirmed(desk: Office) -> None:
    """It may be confirmed later, and then takes the place of the other."""
    asked = []
    for _ in range(2):
        desk.subscribe(visit=visitor(desk.application), mail=READER)
        asked.append(links(desk.box.mails.pop())["confirm"])
    for path in asked:
        assert desk.press(path).status_code == 200
    assert desk.command("list").stdout.count("r…@example.org") == 1


@pytest.mark.parametrize(("words", "linked"), [("样本文件", True), (" ".join(["样本文件"] * 12), False)])
def test_a_room_is_led_to_all_results_where_the_address_is_not_too_long(
    desk: Office, words: str, *, linked: bool
) -> None:
    desk.subscribe(f"q={words}", room="编辑部")
    desk.press(links(json.loads(desk.posts[0].form or "")["text"]["content"])["confirm"])
    desk.add(3)
    desk.send()
    told = json.loads(desk.posts[1].form or "")["text"]["content"]
    assert ("/-/subscribe?" in told) == linked


def test_another_site_cannot_have_its_visitors_ask(desk: Office) -> None:
    for fields in ({}, {"csrftoken": "x"}, {"csrftoken": "字"}):
        answer = visitor(desk.application)("/-/subscribe", "POST", data={"topic": "", "mail": READER, **fields})
        assert answer.status_code == 400
    broken = visitor(desk.application)(
        "/-/subscribe", "POST", content=b"mail=\xff", headers={"content-type": "text/plain"}
    )
    assert broken.status_code == 400
    assert desk.subscribe(mail=READER, topic="q=" + "x" * 20_000).status_code == 400
    assert desk.box.mails == []
    assert desk.command("list").stdout == ""


def test_a_confirmation_that_cannot_be_sent_leaves_nothing(desk: Office) -> None:
    desk.box.answers = ["554 5.7.1 no"]
    assert desk.subscribe(mail=READER).status_code == 503
    assert b"reader" not in desk.file.read_bytes()


@pytest.mark.parametrize("mail", ["", "reader", "a b@example.org", "a@b", "读者@example.org", "a@example.org\r\nBcc: b@example.org", f"{'x' * 65}@example.org", "<a@example.org>"])  # fmt: skip
def test_what_is_no_address_is_refused(desk: Office, mail: str) -> None:
    assert desk.subscribe(mail=mail).status_code == 400
    assert desk.box.mails == []


# --- what a site offers ---


def ways(application: object, **headers: str) -> set[str]:
    answer = visitor(application)("/-/subscribe?q=样本文件", headers=headers)
    assert answer.status_code == 200
    shown = html.fromstring(answer.text)
    return {name for form in shown.forms for name in form.fields if name in {"mail", "room"}}


def test_a_site_offers_what_its_operator_set_up_and_feeds_always(desk: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ways(desk.application) == {"mail", "room"}
    assert ways(make_datasette(desk.db).app()) == set()
    assert visitor(make_datasette(desk.db).app())("/-/subscriptions/leave/" + "x" * 32).status_code == 404
    assert visitor(make_datasette(desk.db).app())("/-/subscribe.atom?q=样本文件").status_code == 200
    monkeypatch.delenv("DISCLOSURES_SMTP")
    assert ways(desk.application) == {"room"}
    assert desk.subscribe(room="另一群").status_code == 400


@pytest.mark.parametrize("language", ["zh", "en"])
def test_pages_speak_one_language(desk: Office, language: str) -> None:
    desk.subscribe(mail=READER)
    asked = links(desk.box.mails[0])
    paths = ["/-/subscribe?q=样本文件&events=added", *asked.values(), "/-/subscriptions/leave/" + "x" * 32]
    for path in paths:
        shown = visitor(desk.application)(f"{path}{'&' if '?' in path else '?'}lang={language}")
        assert other_language(html.fromstring(shown.text)) == [], path


def test_a_published_site_offers_the_same_and_keeps_no_page_of_it(desk: Office, tmp_path: Path) -> None:
    snapshots.publish(desk.db, tmp_path / "public", clock.text(clock.now()))
    assert ways(PublishedSite(tmp_path / "public")) == set()
    application = PublishedSite(tmp_path / "public", desk.settings)
    assert ways(application) == {"mail", "room"}
    for path in ("/-/subscribe", "/-/subscriptions/leave/" + "x" * 32):
        assert visitor(application)(path).headers["cache-control"] == "private, no-store"
    desk.confirmed()
    desk.add(3)
    published = ("send", "--published", str(tmp_path / "public"))
    assert desk.command(*published).stdout == "subscriptions: 0 messages delivered, 0 not\n"  # not published yet
    snapshots.publish(desk.db, tmp_path / "public", clock.text(clock.now()))
    assert desk.command(*published).stdout == "subscriptions: 1 message delivered, 0 not\n"


def test_a_closed_archive_sends_nothing_out_but_lets_everybody_leave(desk: Office) -> None:
    desk.confirmed()
    desk.add(3)
    desk.send()
    leave = links(desk.box.mails[0])["leave"]
    closed = {**desk.settings, "allow": {"id": "desk"}}
    desk.metadata.write_text(yaml.safe_dump(closed), encoding="utf-8")
    assert "the archive is closed" in desk.send().stderr
    site = make_datasette(desk.db, closed)
    application = site.app()
    assert visitor(application)("/-/subscribe").status_code == 403
    assert ways(application, Cookie=f"ds_actor={site.sign({'a': {'id': 'desk'}}, 'actor')}") == set()
    assert visitor(application)(leave, "POST").status_code == 200
    assert b"reader" not in desk.file.read_bytes()
