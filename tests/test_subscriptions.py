"""Subscriptions from the page to the message and out again, by real mail and real HTTP on loopback; nothing is left of an address."""

import asyncio
import json
import re
import sqlite3
import stat
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest
import yaml
from click.testing import CliRunner, Result
from datasette.app import Datasette
from datasette.utils import StartupError
from lxml import html

from archive.database.connection import open_for_reading
from archive.export import snapshots
from archive.ingest.store import Store
from archive.labels.code_labels import EVENTS
from archive.model import clock
from archive.notify import event_report, messages, subscription_run, subscription_store
from archive.notify.subscription_messages import report_message
from archive.notify.subscription_run import alone
from archive.notify.subscription_settings import SubscriptionSettingsError, subscription_settings
from archive.notify.subscription_store import RefusedError, open_subscriptions
from archive.search.event_request import EventRequest
from archive.web.http.attempts import BY_ADDRESS
from archive.web.http.published import PublishedSite
from archive.web.http.server import make_datasette
from crawler.cli.main import main, notify_readers
from tests.conftest import Answer, Site, SiteRequest
from tests.mailbox import Mailbox, mailbox
from tests.test_store import PORTAL, listed, page, row
from tests.web.closed_archive import Visit, visitor
from tests.web.other_language import other_language
from tests.web.sample_archive import build

READER = "reader@example.org"
SITE = "https://archive.example.org/"
LINK = re.compile(rf"{SITE}(-/subscriptions/(confirm|leave)/[\w-]+)")
DAY = "2026-01-{:02}T00:00:00Z"


class Desk:
    """An archive and its site with a mail server and a chat room, as a reader and an operator see it."""

    def __init__(self, folder: Path, box: Mailbox, site: Site) -> None:
        self.db, self.file, self.metadata = (
            folder / "a.db",
            folder / "kept" / "subscriptions.db",
            folder / "metadata.yml",
        )
        self.box, self.posts, self.statuses, self.day = box, list[SiteRequest](), list[int](), 0
        self.rows: list[int] = []
        site.answers["/send"] = self.hook
        self.add(1, 2)
        ours = {"site": SITE, "file": str(self.file), "rooms": {"编辑部": {"$env": "DESK_ROOM"}}}
        self.settings = {"plugins": {"disclosures": {"subscriptions": ours}}}
        self.metadata.write_text(yaml.safe_dump(self.settings), encoding="utf-8")
        self.application = make_datasette(self.db, self.settings).app()
        self.visit = visitor(self.application)

    def hook(self, request: SiteRequest) -> Answer:
        self.posts.append(request)
        return Answer(status=self.statuses.pop(0) if self.statuses else 200)

    def add(self, *numbers: int, body: str = "样本正文", **fields: str) -> None:
        """A crawl that finds records, or another text of them."""
        self.day += 1
        self.rows += [number for number in numbers if number not in self.rows]
        store = Store(self.db)
        store.begin(PORTAL, "full", DAY.format(self.day))
        store.write(
            [listed(*map(row, self.rows)), *(page(number, body, **fields) for number in numbers)], DAY.format(self.day)
        )
        store.finish("finished", DAY.format(self.day))
        store.close()

    def subscribe(self, query: str = "q=样本文件", visit: Visit | None = None, **fields: str) -> httpx.Response:
        """Fill in the form of the page of subscriptions."""
        visit = visit or self.visit
        name = next(iter(fields))
        shown = html.fromstring(visit(f"/-/subscribe?{query}").text)
        (form,) = [each for each in shown.forms if name in each.fields]
        return visit("/-/subscribe", "POST", data={**dict(form.form_values()), **fields})

    def press(self, path: str) -> httpx.Response:
        """Open a page, as whoever has no cookies of the site, and press its button."""
        visit = visitor(self.application)
        (form,) = [each for each in html.fromstring(visit(path).text).forms if each.method == "POST"]
        return visit(path, "POST", data=dict(form.form_values()))

    def confirmed(self, query: str = "q=样本文件", mail: str = READER) -> None:
        """Subscribe by mail, and confirm it."""
        assert self.subscribe(query, visitor(self.application), mail=mail).status_code == 200
        assert self.press(links(self.box.mails.pop())["confirm"]).status_code == 200

    def command(self, *arguments: str) -> Result:
        return CliRunner().invoke(main, ["subscriptions", *arguments, "--metadata", str(self.metadata)])

    def send(self) -> Result:
        return self.command("send", "--db", str(self.db))


def links(message: object) -> dict[str, str]:
    """The paths to confirm and to leave in a mail or a text."""
    text = message if isinstance(message, str) else message.get_content()
    return {purpose: f"/{path}" for path, purpose in LINK.findall(text)}


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr(messages, "PAUSES", ())
    monkeypatch.setenv("DISCLOSURES_SENDER", "archive@example.org")
    with mailbox() as box, Site({}) as site:
        from apprise.plugins.wecombot import NotifyWeComBot

        monkeypatch.setattr(NotifyWeComBot, "notify_url", f"{site.url}send?key={{key}}")
        monkeypatch.setenv("DISCLOSURES_SMTP", f"smtp://{box.address}")
        monkeypatch.setenv("DESK_ROOM", "wecombot://botkey0123456789")
        yield Desk(tmp_path, box, site)


# --- from the page to the message, and out again ---


def test_by_mail_from_the_page_to_the_message_and_out_again(desk: Desk) -> None:
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
    assert desk.send().stdout == "subscriptions: 1 messages delivered, 0 not\n"
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


def test_in_a_room_from_the_page_to_the_message_and_out_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_a_mail_program_ends_a_subscription_by_one_click_without_a_page(desk: Desk) -> None:
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
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.subscribe(mail=READER)
    assert b"reader" in desk.file.read_bytes()
    later = clock.now() + timedelta(hours=25)
    monkeypatch.setenv(clock.VARIABLE, clock.text(later))
    assert visitor(desk.application)(links(desk.box.mails[0])["confirm"]).status_code == 404
    assert b"reader" not in desk.file.read_bytes()


def test_who_is_asked_can_refuse_at_once(desk: Desk) -> None:
    desk.subscribe(mail=READER)
    assert desk.press(links(desk.box.mails[0])["leave"]).status_code == 200
    assert b"reader" not in desk.file.read_bytes()
    assert visitor(desk.application)(links(desk.box.mails[0])["confirm"]).status_code == 404


def test_of_many_subscriptions_one_that_ends_leaves_nothing(desk: Desk) -> None:
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


# --- what is reported ---


def test_words_and_kinds_hold_together(desk: Desk) -> None:
    desk.confirmed("q=之1&events=changed&events=withdrawn")
    desk.add(2, body="另一正文")
    desk.add(10)
    assert desk.send().stdout == "subscriptions: 0 messages delivered, 0 not\n"
    desk.add(1, body="另一正文")
    assert desk.send().stdout == "subscriptions: 1 messages delivered, 0 not\n"


@pytest.mark.parametrize("query", ["record=1", "catalog=1&events=changed", "portal=p", "publisher=样本局", ""])
def test_a_record_a_catalogue_an_agency_and_a_portal_can_be_subscribed_to(desk: Desk, query: str) -> None:
    desk.add(1, publisher="样本局")
    desk.confirmed(query)
    desk.add(2, body="另一正文", publisher="别的局")
    desk.send()
    others = [mail.get_content() for mail in desk.box.mails]
    assert len(others) == (query in {"portal=p", "", "catalog=1&events=changed"})
    assert all("样本文件之2" in text for text in others)
    desk.add(1, body="另一正文", publisher="样本局")
    assert desk.send().stdout == "subscriptions: 1 messages delivered, 0 not\n"
    assert "样本文件之1" in desk.box.mails[-1].get_content()


def test_a_flood_is_one_message_that_says_how_many(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
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
    with closing(open_for_reading(build(tmp_path / "two.db"))) as connection:
        latest = event_report.last_event(connection)
        told = event_report.event_report(connection, EventRequest(), after=0, through=latest, site=SITE, language="en")
    assert told.counts == {"核对过的样例县": {"added": 2}, "样例县人民政府": {"added": 64}}
    shown = Counter(hit["portal"] for hit in told.hits)
    assert shown == {"核对过的样例县": 2, "样例县人民政府": event_report.MOST_OF_PORTAL}


def test_messages_speak_the_language_in_which_they_were_asked_for(desk: Desk) -> None:
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


def test_what_was_withheld_meanwhile_is_not_reported(desk: Desk) -> None:
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


def test_what_was_not_delivered_is_sent_again_as_it_was_and_before_what_came_since(desk: Desk) -> None:
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


def test_a_message_that_may_have_arrived_is_not_sent_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.confirmed()
    desk.add(3)

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(subscription_run, "deliver", dies)
        desk.send()
    assert "may not have arrived" in desk.send().stderr
    desk.add(4)
    desk.send()
    assert [re.findall("样本文件之.", mail.get_content()) for mail in desk.box.mails] == [["样本文件之4"]]


def test_one_that_fails_keeps_no_other_from_its_message(desk: Desk) -> None:
    for mail in ("a@example.org", "b@example.org"):
        desk.confirmed(mail=mail)
    desk.add(3)
    desk.box.answers = ["554 5.7.1 no"]
    assert desk.send().stdout == "subscriptions: 1 messages delivered, 1 not\n"
    assert desk.box.to[-1] == ["b@example.org"]


@pytest.mark.parametrize(
    ("answers", "tried"),
    [
        (["451"] * 5, 3),
        (["451", "451", "250", "451", "451"], 5),
        (["554"] * 5, 5),
    ],  # later; of this mail: others may be taken
)
def test_a_server_that_is_out_of_reach_is_not_asked_for_each(desk: Desk, answers: list[str], tried: int) -> None:
    for number in range(5):
        desk.confirmed(mail=f"reader{number}@example.org")
    desk.add(3)
    desk.box.answers = [f"{answer} 0.0.0 sample" for answer in answers]
    assert desk.send().stderr.count(subscription_run.NOT_TRIED) == 5 - tried
    assert len(desk.box.answers) == 5 - tried


def test_two_runs_at_once(desk: Desk) -> None:
    with alone(desk.file):
        done = desk.send()
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
    assert "another `disclosures subscriptions send` is running" in done.stderr


def test_a_crawl_sends_where_the_metadata_are_named(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.confirmed()
    desk.add(3)
    assert notify_readers(desk.db)
    assert desk.box.mails == []
    monkeypatch.setenv("DISCLOSURES_METADATA", str(desk.metadata))
    assert notify_readers(desk.db)
    assert len(desk.box.mails) == 1


# --- nobody is flooded ---


def test_a_stranger_gets_few_mails_however_the_address_is_spelt_and_whoever_asks(desk: Desk) -> None:
    spellings = ["reader@example.org", "Reader@Example.org", "reader+1@example.org", "reader+2@example.org"]
    assert [desk.subscribe(visit=visitor(desk.application), mail=spelling).status_code for spelling in spellings] == [
        200,
        200,
        200,
        429,
    ]
    assert len(desk.box.mails) == subscription_store.MOST_WAITING_AT_RECEIVER


def test_one_client_has_to_wait_and_a_crowd_too(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [desk.subscribe(mail=f"reader{number}@example.org") for number in range(BY_ADDRESS.free + 2)]
    assert [answer.status_code for answer in answers] == [200] * (BY_ADDRESS.free + 1) + [429]
    assert int(answers[-1].headers["retry-after"]) >= 1
    monkeypatch.setattr(subscription_store, "MOST_WAITING", 1)
    with open_subscriptions(desk.file) as subscriptions, pytest.raises(RefusedError):
        subscriptions.request("mail", "another@example.org", "", "zh")


def test_a_receiver_has_so_many_subscriptions_and_one_to_each_thing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscription_store, "MOST_OF_RECEIVER", 2)
    desk.confirmed()
    desk.confirmed()
    assert desk.command("list").stdout.count("r…@example.org") == 1
    desk.confirmed("record=1")
    assert desk.subscribe("record=2", mail=READER).status_code == 429


def test_another_site_cannot_have_its_visitors_ask(desk: Desk) -> None:
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


def test_a_confirmation_that_cannot_be_sent_leaves_nothing(desk: Desk) -> None:
    desk.box.answers = ["554 5.7.1 no"]
    assert desk.subscribe(mail=READER).status_code == 503
    assert b"reader" not in desk.file.read_bytes()


@pytest.mark.parametrize("mail", ["", "reader", "a b@example.org", "a@b", "读者@example.org", "a@example.org\r\nBcc: b@example.org", f"{'x' * 65}@example.org", "<a@example.org>"])  # fmt: skip
def test_what_is_no_address_is_refused(desk: Desk, mail: str) -> None:
    assert desk.subscribe(mail=mail).status_code == 400
    assert desk.box.mails == []


# --- the file, and the operator ---


def test_the_file_is_private_and_holds_no_token(desk: Desk) -> None:
    desk.confirmed()
    desk.add(3)
    desk.send()
    assert stat.S_IMODE(desk.file.stat().st_mode) == 0o600
    assert {path.name for path in desk.file.parent.iterdir()} <= {desk.file.name, f"{desk.file.name}.lock"}
    token = links(desk.box.mails[0])["leave"].rpartition("/")[2]
    assert token.encode() not in desk.file.read_bytes()
    desk.file.chmod(0o644)
    with open_subscriptions(desk.file):
        assert stat.S_IMODE(desk.file.stat().st_mode) == 0o600


def test_a_site_never_serves_the_file(desk: Desk) -> None:
    desk.confirmed()
    site = Datasette([str(desk.db), str(desk.file)])
    asyncio.run(site.invoke_startup())
    assert "a" in site.databases
    assert "subscriptions" not in site.databases


def test_an_operator_lists_and_forgets(desk: Desk) -> None:
    desk.confirmed()
    desk.subscribe("record=1", room="编辑部")
    shown = desk.command("list").stdout.splitlines()
    assert [line.split()[2:4] for line in shown] == [["mail", "r…@example.org"], ["chat", "编辑部"]]
    assert "unconfirmed" in shown[1]
    assert desk.command("forget", READER, "nobody@example.org").stdout == "1 deleted\n0 deleted\n"
    assert desk.command("forget", shown[1].split()[0]).stdout == "1 deleted\n"
    assert desk.command("list").stdout == ""


def test_a_later_version_of_the_file_is_left_alone(desk: Desk) -> None:
    desk.confirmed()
    with closing(sqlite3.connect(desk.file)) as connection:
        connection.execute("PRAGMA user_version = 9")
    assert "later version" in desk.command("list").stderr


def test_a_room_that_the_operator_closed_gets_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.subscribe(room="编辑部")
    desk.press(links(json.loads(desk.posts[0].form or "")["text"]["content"])["confirm"])
    desk.add(3)
    desk.settings["plugins"]["disclosures"]["subscriptions"]["rooms"] = {}
    desk.metadata.write_text(yaml.safe_dump(desk.settings), encoding="utf-8")
    done = desk.send()
    assert "name no room" in done.stderr
    assert len(desk.posts) == 1


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([], "must be keys and values"),
        ({"sites": "x"}, "unknown key 'sites'; allowed are site, file, rooms"),
        ({"file": "/x"}, "site must be where the site stands"),
        ({"site": "archive", "file": "/x"}, "site must be where"),
        ({"site": SITE}, "file must be an absolute path"),
        ({"site": SITE, "file": "x.db"}, "file must be an absolute path"),
        ({"site": SITE, "file": "/x", "rooms": ["a"]}, "rooms must be names"),
        (
            {"site": SITE, "file": "/x", "rooms": {"a": "https://x.example/"}},
            "rooms: a: https://… is no address of a chat room",
        ),
        (
            {"site": SITE, "file": "/x", "rooms": {"a": "nochat://secret"}},
            "rooms: a: nochat://… is no address of a chat room",
        ),
    ],
)
def test_a_slip_in_the_settings_is_one_line_that_names_the_key(values: object, said: str) -> None:
    with pytest.raises(SubscriptionSettingsError, match=said) as error:
        subscription_settings(values)
    assert "secret" not in str(error.value)
    assert "\n" not in str(error.value)


def test_a_site_whose_settings_cannot_be_used_does_not_start(desk: Desk) -> None:
    for change in ({"site": "x"}, {"file": "/proc/none/readers.db"}):
        ours = {**desk.settings["plugins"]["disclosures"]["subscriptions"], **change}
        site = make_datasette(desk.db, {"plugins": {"disclosures": {"subscriptions": ours}}})
        with pytest.raises(StartupError, match="subscriptions"):
            asyncio.run(site.invoke_startup())


def test_a_message_fits_into_a_room_whatever_it_tells(desk: Desk) -> None:
    hit = {
        "event": "withdrawn",
        "at": DAY.format(1),
        "title": "样" * 500,
        "proof": f"{SITE}-/proof/123456",
        "page": None,
        "url": "",
    }
    hits = [
        {**hit, "published_on": None, "kind": "plan", "publisher": None, "portal": "样本县", "index_number": None}
    ] * 50
    report = event_report.EventReport("样" * 500, {"样本县": {"withdrawn": 5000}}, hits)
    settings = subscription_settings({"site": SITE, "file": str(desk.file)})
    with open_subscriptions(desk.file) as subscriptions:
        subscription = subscriptions.request("chat", "编辑部", urlencode({"q": "样" * 200}), "zh")
        message = report_message(subscriptions, subscription, report, settings)
    assert len(message.brief.encode()) < 2048
    assert message.leave in message.brief
    assert len(message.subject) < 100


# --- what a site offers ---


def ways(application: object, **headers: str) -> set[str]:
    answer = visitor(application)("/-/subscribe?q=样本文件", headers=headers)
    assert answer.status_code == 200
    shown = html.fromstring(answer.text)
    return {name for form in shown.forms for name in form.fields if name in {"mail", "room"}}


def test_a_site_offers_what_its_operator_set_up_and_feeds_always(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ways(desk.application) == {"mail", "room"}
    assert ways(make_datasette(desk.db).app()) == set()
    assert visitor(make_datasette(desk.db).app())("/-/subscriptions/leave/" + "x" * 32).status_code == 404
    assert visitor(make_datasette(desk.db).app())("/-/subscribe.atom?q=样本文件").status_code == 200
    monkeypatch.delenv("DISCLOSURES_SMTP")
    assert ways(desk.application) == {"room"}
    assert desk.subscribe(room="另一群").status_code == 400


@pytest.mark.parametrize("language", ["zh", "en"])
def test_pages_speak_one_language(desk: Desk, language: str) -> None:
    desk.subscribe(mail=READER)
    asked = links(desk.box.mails[0])
    paths = ["/-/subscribe?q=样本文件&events=added", *asked.values(), "/-/subscriptions/leave/" + "x" * 32]
    for path in paths:
        shown = visitor(desk.application)(f"{path}{'&' if '?' in path else '?'}lang={language}")
        assert other_language(html.fromstring(shown.text)) == [], path


def test_a_published_site_offers_the_same_and_keeps_no_page_of_it(desk: Desk, tmp_path: Path) -> None:
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
    assert desk.command(*published).stdout == "subscriptions: 1 messages delivered, 0 not\n"


def test_a_closed_archive_sends_nothing_out_but_lets_everybody_leave(desk: Desk) -> None:
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
