"""A desk of subscriptions for each test, with a mail server and a chat room on loopback."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.notify import messages
from tests.conftest import Site
from tests.mailbox import mailbox
from tests.subscriptions.office import Office


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    monkeypatch.setattr(messages, "PAUSES", ())
    monkeypatch.setenv("DISCLOSURES_SENDER", "archive@example.org")
    with mailbox() as box, Site({}) as site:
        from apprise.plugins.wecombot import NotifyWeComBot

        monkeypatch.setattr(NotifyWeComBot, "notify_url", f"{site.url}send?key={{key}}")
        monkeypatch.setenv("DISCLOSURES_SMTP", f"smtp://{box.address}")
        monkeypatch.setenv("DESK_ROOM", "wecombot://botkey0123456789")
        yield Office(tmp_path, box, site)
