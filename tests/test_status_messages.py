"""`disclosures status --tell`: one message when states change, grouped by cause, and none when they don't."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from archive.database import open_for_writing
from archive.health import Health
from archive.told import Change
from bench.year import webhook
from crawler import messages
from crawler.cli import main
from crawler.health_message import payload, subject, text
from tests.conftest import disclosures
from tests.mailbox import mailbox

STATES = {"a": ("down", "127.0.0.1:81: connection refused"), "b": ("down", "127.0.0.1:82: connection refused"), "c": ("well", "1 list page read")}  # fmt: skip


@pytest.fixture
def db(tmp_path: Path) -> Path:
    """An archive of portals in different states."""
    path = tmp_path / "a.db"
    with closing(open_for_writing(path)) as connection:
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


def test_by_mail(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with mailbox() as box:
        monkeypatch.setenv("DISCLOSURES_SMTP", f"smtp://{box.address}")
        monkeypatch.setenv("DISCLOSURES_SENDER", "archive@example.org")
        done = disclosures("status", "--db", db, "--tell", "ops@example.org")
    (mail,) = box.mails
    assert (done.returncode, mail["Subject"], mail["To"]) == (1, "Disclosures: 2 down", "ops@example.org")
    assert mail.get_content().count("connection refused") == 1
    assert "样本县b (was well)" in mail.get_content()


def test_what_was_not_delivered_is_told_again(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "PAUSES", (0, 0))
    heard: list[dict[str, object]] = []
    with webhook(heard.append) as address:
        nowhere = address.replace("/hook", "/").replace("http://127.0.0.1", "http://nobody.invalid")
        failed = CliRunner().invoke(main, ["status", "--db", str(db), "--tell", address, "--tell", nowhere])
        assert (failed.exit_code, failed.output.count("not told: nobody.invalid")) == (1, 1)
        disclosures("status", "--db", db, "--tell", address)
        disclosures("status", "--db", db, "--tell", address)
    assert len(heard) == 2


@pytest.mark.parametrize("address", ["ops", "ftp://example.org/", "https://"])
def test_an_address_that_is_none(db: Path, address: str) -> None:
    refused = disclosures("status", "--db", db, "--tell", address)
    assert (refused.returncode, refused.stderr.count("\n"), "Traceback" in refused.stderr) == (2, 1, False)


def test_grouped_by_cause() -> None:
    changes = [
        Change(Health("a", "样本甲", "down", "a.example.org:80 answered 503", "wait", 1), "well"),
        Change(Health("b", "样本乙", "down", "b.example.org:80 answered 502", "wait", 2), "well"),
        Change(Health("c", "样本丙", "well", "3 list pages read", "", 3), "blocked"),
        Change(Health("d", "样本丁", "well", "9 list pages read on 2026-01-01", "", 4), "silent"),
    ]
    assert text(changes).split("\n\n") == [
        "down: a.example.org:80 answered 503\n  → wait\n  a 样本甲 (was well)\n  b 样本乙 (was well)",
        "well again\n  c 样本丙 (was blocked)\n  d 样本丁 (was silent)",
    ]
    assert subject(changes) == "Disclosures: 2 down, 2 well again"
    assert [each["portal"] for each in payload(changes)["changes"]] == ["a", "b", "c", "d"]
