"""The desk of subscriptions: an archive and its site, as readers subscribe there and an operator sends messages."""

import re
from pathlib import Path

import httpx
import pytest
import yaml
from click.testing import CliRunner, Result
from lxml import html

from archive.notify import subscription_run
from archive.web.http.server import make_datasette
from crawler.cli.main import main
from tests.conftest import Site
from tests.desk import Desk
from tests.mailbox import Mailbox
from tests.web.closed_archive import Visit, visitor

READER = "reader@example.org"
SITE = "https://archive.example.org/"
LINK = re.compile(rf"{SITE}(-/subscriptions/(confirm|leave)/[\w-]+)")


class Office(Desk):
    """A desk with the archive's site, a chat room, and the settings of subscriptions, as a reader and an operator see them."""

    def __init__(self, folder: Path, box: Mailbox, site: Site) -> None:
        super().__init__(folder, box, site, "/send")
        self.file, self.metadata = folder / "kept" / "subscriptions.db", folder / "metadata.yml"
        ours = {"site": SITE, "file": str(self.file), "rooms": {"编辑部": {"$env": "DESK_ROOM"}}}
        self.settings = {"plugins": {"disclosures": {"subscriptions": ours}}}
        self.metadata.write_text(yaml.safe_dump(self.settings), encoding="utf-8")
        self.application = make_datasette(self.db, self.settings).app()
        self.visit = visitor(self.application)

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

    def is_killed_while_sending(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Begin a run that is interrupted where a message is under way."""

        def dies(*_: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(subscription_run, "deliver", dies)
            self.send()


def links(message: object) -> dict[str, str]:
    """The paths to confirm and to leave in a mail or a text."""
    text = message if isinstance(message, str) else message.get_content()
    return {purpose: f"/{path}" for path, purpose in LINK.findall(text)}
