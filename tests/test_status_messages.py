"""`disclosures status --tell`: one message when states change, grouped by cause, and none when they don't."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from apprise.plugins.wecombot import NotifyWeComBot
from click.testing import CliRunner

from archive.ingest.health import Health
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.notify import messages
from bench.schedules import webhook
from crawler.cli.main import main
from crawler.notify.health_message import StateChange, payload, subject, text
from tests.conftest import Site, SiteRequest, disclosures
from tests.mailbox import mailbox

STATES = {"a": ("down", "127.0.0.1:81: connection refused"), "b": ("down", "127.0.0.1:82: connection refused"), "c": ("well", "1 list page read")}  # fmt: skip


@pytest.fixture(autouse=True)
def _on_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """Soon after the crawls: later, the portals would be stale."""
    monkeypatch.setenv("DISCLOSURES_NOW", "2026-03-10T05:00:00Z")


@pytest.fixture
def db(tmp_path: Path) -> Path:
    """An archive of portals in different states."""
    path = tmp_path / "a.db"
    with closing(open_up_to_date(path)) as connection:
        for portal in STATES:
            connection.execute(
                "INSERT INTO portals (id, name, division_code, home) VALUES (?, ?, '', '')", (portal, f"样本县{portal}")
            )
        connection.commit()
    for portal, (state, reason) in STATES.items():
        crawled(path, portal, state, reason)
    return path


def crawled(path: Path, portal: str, state: str, reason: str = "as it is") -> None:
    """Note a crawl's end."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "INSERT INTO crawls (portal, mode, started_at, finished_at, outcome, health, health_reason, next_step) "
            "VALUES (?, 'full', '2026-03-10T04:00:00Z', '2026-03-10T04:01:00Z', 'finished', ?, ?, 'look')",
            (portal, state, reason),
        )
        connection.commit()


def test_one_message_for_what_changed_and_none_for_what_did_not(db: Path) -> None:
    heard: list[dict[str, object]] = []
    with webhook(heard.append) as address:
        assert disclosures("status", "--db", db, "--tell", address).returncode == 1  # two are down
        assert disclosures("status", "--db", db, "--tell", address).returncode == 1
        assert len(heard) == 1
        assert [(each["portal"], each["was"], each["state"]) for each in heard[0]["changes"]] == [
            ("a", "well", "down"),
            ("b", "well", "down"),
        ]
        crawled(db, "a", "well")
        crawled(db, "b", "blocked")
        disclosures("status", "--db", db, "--tell", address)
    assert len(heard) == 2
    assert heard[1]["subject"] == "Disclosures: 1 blocked, 1 well again"


def test_a_line_in_a_room(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[SiteRequest] = []

    def room(request: SiteRequest) -> str:
        heard.append(request)
        return "taken"

    with Site({"/hook": room}) as site:
        monkeypatch.setattr(NotifyWeComBot, "notify_url", f"{site.url}hook?key={{key}}")
        done = CliRunner().invoke(main, ["tell", "the disk is full", "--to", "wecombot://botkey0123456789"])
    assert done.exit_code == 0
    assert json.loads(heard[0].form or "")["text"] == {"content": "Disclosures: the disk is full"}


def test_changes_of_state_are_told_by_mail(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with mailbox() as box:
        monkeypatch.setenv("DISCLOSURES_SMTP", f"smtp://{box.address}")
        monkeypatch.setenv("DISCLOSURES_SENDER", "archive@example.org")
        done = disclosures("status", "--db", db, "--tell", "ops@example.org")
    (mail,) = box.mails
    assert (done.returncode, mail["Subject"], mail["To"]) == (1, "Disclosures: 2 down", "ops@example.org")
    assert mail.get_content().count("connection refused") == 1
    assert "样本县b (was well)" in mail.get_content()


def test_what_was_not_delivered_is_reported_again(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "PAUSES", (0, 0))
    heard: list[dict[str, object]] = []
    with webhook(heard.append) as address:
        nowhere = address.replace("/hook", "/").replace("http://127.0.0.1", "http://nobody.invalid")
        failed = CliRunner().invoke(main, ["status", "--db", str(db), "--tell", address, "--tell", nowhere])
        assert (failed.exit_code, failed.output.count("not delivered: nobody.invalid")) == (1, 1)
        disclosures("status", "--db", db, "--tell", address)
        disclosures("status", "--db", db, "--tell", address)
    assert len(heard) == 2


def status(db: Path, *addresses: str) -> tuple[int, str]:
    """Exit status and output of `disclosures status` that tells `addresses`."""
    done = CliRunner().invoke(main, ["status", "--db", str(db), *(f"--tell={address}" for address in addresses)])
    return done.exit_code, done.output


def test_a_mail_that_fails_is_sent_again_until_it_arrives(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "PAUSES", ())
    monkeypatch.setenv("DISCLOSURES_SENDER", "archive@example.org")
    for portal in "ab":
        crawled(db, portal, "well")
    crawled(db, "c", "silent", "nothing new")
    with mailbox() as box:
        monkeypatch.setenv("DISCLOSURES_SMTP", f"smtp://{box.address}")
        box.answers = ["451 try again later"] * 2
        for _ in range(2):
            code, said = status(db, "ops@example.org")
            assert (code, "not delivered: " in said, box.mails) == (1, True, [])
        crawled(db, "c", "well")
        assert status(db, "ops@example.org")[0] == 0  # what was told of nobody is well again: there is nothing to tell
        assert box.mails == []
        crawled(db, "c", "silent", "nothing new")
        assert [status(db, "ops@example.org")[0] for _ in range(2)] == [1, 1]
    assert [mail["Subject"] for mail in box.mails] == ["Disclosures: 1 silent"]


def test_only_another_state_is_a_change_and_only_of_that_portal(db: Path) -> None:
    heard: list[dict[str, object]] = []
    with webhook(heard.append) as address:
        status(db, address)
        crawled(db, "a", "down", "another reason")
        crawled(db, "c", "well", "2 list pages read")
        status(db, address)
        assert len(heard) == 1
        crawled(db, "c", "slow")
        status(db, address)
        crawled(db, "c", "down")
        status(db, address)
        crawled(db, "c", "well")
        status(db, address)
        status(db, address)
    told = [[(each["portal"], each["was"], each["state"]) for each in message["changes"]] for message in heard[1:]]
    assert told == [[("c", "well", "slow")], [("c", "slow", "down")], [("c", "down", "well")]]


def test_a_portal_file_that_cannot_be_used_is_told_of_once_until_it_is_mended(
    db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "portals" / "broken.toml"
    file.parent.mkdir()
    monkeypatch.setenv("DISCLOSURES_PORTALS", str(file.parent))
    heard: list[dict[str, object]] = []
    with webhook(heard.append) as address:
        for _ in range(2):
            for text in ("id = 7", "id = 7", None):
                file.unlink(missing_ok=True)
                if text:
                    file.write_text(text, encoding="utf-8")
                status(db, address)
    told = [[each["portal"] for each in message["changes"] if each["portal"] == "broken"] for message in heard]
    assert told == [["broken"], ["broken"]]


def test_a_portal_never_checked_is_no_change_and_needs_no_attention(db: Path) -> None:
    with closing(sqlite3.connect(db)) as connection:
        connection.execute("INSERT INTO portals (id, name, division_code, home) VALUES ('d', '样本县d', '', '')")
        connection.commit()
    heard: list[dict[str, object]] = []
    with webhook(heard.append) as address:
        status(db, address)
        assert [each["portal"] for each in heard[0]["changes"]] == ["a", "b"]
        crawled(db, "a", "well")
        crawled(db, "b", "well")
        code, said = status(db, address)
    assert (code, said.splitlines()[-2].startswith("never_checked   d 样本县d: ")) == (0, True)


def test_all_of_several_addresses_are_reported(db: Path) -> None:
    first: list[object] = []
    second: list[object] = []
    with webhook(first.append) as one, webhook(second.append) as other:
        for _ in range(2):
            status(db, one, other)
    assert (len(first), first) == (1, second)


def test_a_line_is_told_by_mail_and_webhook(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCLOSURES_SENDER", "archive@example.org")
    heard: list[dict[str, str]] = []
    with mailbox() as box, webhook(heard.append) as address:
        monkeypatch.setenv("DISCLOSURES_SMTP", f"smtp://{box.address}")
        done = disclosures("tell", "样本 unit failed\nsee the journal", "--to", address, "--to", "ops@example.org")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert [message["text"] for message in heard] == ["样本 unit failed see the journal"]
    (mail,) = box.mails
    assert mail["Subject"] == "Disclosures: 样本 unit failed see the journal"
    refused = disclosures("tell", "x", "--to", "ops")
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)


@pytest.mark.parametrize("address", ["ops", "ftp://example.org/", "https://"])
def test_an_address_that_is_none(db: Path, address: str) -> None:
    refused = disclosures("status", "--db", db, "--tell", address)
    assert (refused.returncode, refused.stderr.count("\n"), "Traceback" in refused.stderr) == (2, 1, False)


def test_other_states_and_causes_are_groups_of_their_own() -> None:
    changes = [
        StateChange(Health("a", "样本甲", "down", "a.example.org: timed out", "wait", 1), "well"),
        StateChange(Health("b", "样本乙", "blocked", "b.example.org: timed out", "ask", 2), "slow"),
        StateChange(Health("c", "样本丙", "down", "c.example.org: connection refused", "", 3), "well"),
        StateChange(Health("d", "样本丁", "changed_layout", "rows lack publisher", "look", 4), "well"),
    ]
    assert text(changes).split("\n\n") == [
        "blocked: b.example.org: timed out\n  → ask\n  b 样本乙 (was slow)",
        "changed layout: rows lack publisher\n  → look\n  d 样本丁 (was well)",
        "down: c.example.org: connection refused\n  c 样本丙 (was well)",
        "down: a.example.org: timed out\n  → wait\n  a 样本甲 (was well)",
    ]
    assert subject(changes) == "Disclosures: 2 down, 1 blocked, 1 changed layout"
    assert payload(changes)["changes"][1] == {
        "portal": "b", "name": "样本乙", "was": "slow", "state": "blocked", "reason": "b.example.org: timed out",
        "next_step": "ask", "crawl_id": 2,
    }  # fmt: skip


def test_grouped_by_cause() -> None:
    changes = [
        StateChange(Health("a", "样本甲", "down", "a.example.org:80 answered 503", "wait", 1), "well"),
        StateChange(Health("b", "样本乙", "down", "b.example.org:80 answered 502", "wait", 2), "well"),
        StateChange(Health("c", "样本丙", "well", "3 list pages read", "", 3), "blocked"),
        StateChange(Health("d", "样本丁", "well", "9 list pages read on 2026-01-01", "", 4), "silent"),
    ]
    assert text(changes).split("\n\n") == [
        "down: a.example.org:80 answered 503\n  → wait\n  a 样本甲 (was well)\n  b 样本乙 (was well)",
        "well again\n  c 样本丙 (was blocked)\n  d 样本丁 (was silent)",
    ]
    assert subject(changes) == "Disclosures: 2 down, 2 well again"
    assert [each["portal"] for each in payload(changes)["changes"]] == ["a", "b", "c", "d"]
