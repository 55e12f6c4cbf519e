"""The file of subscriptions, the settings and the commands of whoever runs a site."""

import asyncio
import json
import sqlite3
import stat
from contextlib import closing
from urllib.parse import urlencode

import pytest
import yaml
from datasette.app import Datasette
from datasette.utils import StartupError

from archive.notify import event_report, hit_text
from archive.notify.subscription_messages import report_message
from archive.notify.subscription_settings import SubscriptionSettingsError, subscription_settings
from archive.notify.subscription_store import open_subscriptions
from archive.web.http.server import make_datasette
from tests.desk import DAY
from tests.subscriptions.office import READER, SITE, Office, links


def test_the_file_is_private_and_holds_no_token(desk: Office) -> None:
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


def test_a_site_never_serves_the_file(desk: Office) -> None:
    desk.confirmed()
    site = Datasette([str(desk.db), str(desk.file)])
    asyncio.run(site.invoke_startup())
    assert "a" in site.databases
    assert "subscriptions" not in site.databases


def test_an_operator_lists_and_forgets(desk: Office) -> None:
    desk.confirmed()
    desk.subscribe("record=1", room="编辑部")
    shown = desk.command("list").stdout.splitlines()
    assert [line.split()[2:4] for line in shown] == [["mail", "r…@example.org"], ["chat", "编辑部"]]
    assert "unconfirmed" in shown[1]
    assert desk.command("forget", READER, "nobody@example.org").stdout == "1 deleted\n0 deleted\n"
    assert desk.command("forget", shown[1].split()[0]).stdout == "1 deleted\n"
    assert desk.command("list").stdout == ""


def test_a_number_is_that_of_one_subscription(desk: Office) -> None:
    desk.confirmed()
    desk.confirmed(mail="other@example.org")
    with closing(sqlite3.connect(desk.file)) as connection, connection:
        connection.execute("UPDATE subscriptions SET id = 12 WHERE receiver <> ?", (READER,))
    assert desk.command("forget", "1").stdout == "1 deleted\n"
    assert [line.split()[0] for line in desk.command("list").stdout.splitlines()] == ["12"]


def test_a_later_version_of_the_file_is_left_alone(desk: Office) -> None:
    desk.confirmed()
    with closing(sqlite3.connect(desk.file)) as connection:
        connection.execute("PRAGMA user_version = 9")
    assert "later version" in desk.command("list").stderr


def test_a_room_that_the_operator_closed_gets_nothing(desk: Office, monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_a_site_whose_settings_cannot_be_used_does_not_start(desk: Office) -> None:
    for change in ({"site": "x"}, {"file": "/proc/none/readers.db"}):
        ours = {**desk.settings["plugins"]["disclosures"]["subscriptions"], **change}
        site = make_datasette(desk.db, {"plugins": {"disclosures": {"subscriptions": ours}}})
        with pytest.raises(StartupError, match="subscriptions"):
            asyncio.run(site.invoke_startup())


def test_a_message_fits_into_a_room_whatever_it_tells(desk: Office) -> None:
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
    assert f"另有 {5000 - hit_text.MOST_IN_BRIEF} 条" in message.brief
    assert len(message.subject) < 100
