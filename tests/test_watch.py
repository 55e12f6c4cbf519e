"""Watches tell of what is new, each record in one message, by real mail and real HTTP, also when a run is killed."""

import json
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from apprise.plugins.wecombot import NotifyWeComBot
from click.testing import CliRunner, Result

from archive.database.connection import ArchiveError, open_for_reading
from archive.notify import messages
from crawler.cli.main import main
from crawler.notify import watch_state
from crawler.notify import watcher as watching_module
from crawler.notify.watch_state import beside, notes
from crawler.notify.watcher import WatchReport, run_watch
from crawler.notify.watches import load
from tests.conftest import Answer, Site, SiteRequest, disclosures, rows
from tests.desk import DAY, Desk
from tests.mailbox import Mailbox, mailbox


class Watcher(Desk):
    """A desk with a file of watches."""

    def __init__(self, folder: Path, box: Mailbox, site: Site) -> None:
        super().__init__(folder, box, site, "/hook")
        self.file = folder / "watches.toml"

    def watches(self, text: str) -> None:
        self.file.write_text(text, encoding="utf-8")

    def look(self) -> list[WatchReport]:
        """A run."""
        told = load(self.file)
        with closing(open_for_reading(self.db)) as connection, notes(beside(self.db)) as kept:
            return [run_watch(connection, kept, watch, told.site) for watch in told.watches]

    def titles(self) -> list[list[str]]:
        """The titles in each message that was posted."""
        return [[hit["title"] for hit in json.loads(each.form or "")["hits"]] for each in self.posts]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watcher]:
    monkeypatch.setattr(messages, "PAUSES", ())
    monkeypatch.setenv("DISCLOSURES_SENDER", "archive@example.org")
    with mailbox() as box, Site({}) as site:
        monkeypatch.setenv("DISCLOSURES_SMTP", f"smtp://{box.address}")
        monkeypatch.setenv("DESK_HOOK", f"{site.url}hook")
        yield Watcher(tmp_path, box, site)


MAIL = '[[watch]]\nname = "样本"\nquery = "样本文件 -测试"\nmail = "desk@example.org"\n'
HOOK = '[[watch]]\nname = "样本"\nquery = "样本文件 -测试"\nwebhook = "$DESK_HOOK"\n'


def test_what_is_there_is_not_reported_and_what_comes_is_reported_once_in_one_message(desk: Watcher) -> None:
    desk.watches('site = "https://archive.example.org"\n' + MAIL)
    assert desk.look() == [WatchReport("样本", begins=2)]
    desk.add(3, 4)
    desk.add(5, body="测试")  # excluded
    assert desk.look() == [WatchReport("样本", new=2, deliveries=1)]
    (mail,) = desk.box.mails
    assert mail["Subject"] == "样本：2 条新记录"
    text = mail.get_content()
    for expected in ("样本文件之3", "样本文件之4", "https://archive.example.org/-/record/3", "http://p.example/3.html",
                     "样本县", "640399001/2026-00003", "规划计划", "不是官方网站"):  # fmt: skip
        assert expected in text
    assert "样本文件之5" not in text
    assert desk.look() == [WatchReport("样本")]
    assert len(desk.box.mails) == 1


def test_a_record_that_comes_to_say_it_later_is_reported(desk: Watcher) -> None:
    desk.watches('[[watch]]\nname = "拆迁"\nquery = "拆迁"\nwebhook = "$DESK_HOOK"\n')
    assert desk.look() == [WatchReport("拆迁", begins=0)]
    desk.add(1, body="现予公布拆迁方案")
    assert desk.look() == [WatchReport("拆迁", new=1, deliveries=1)]
    assert desk.titles() == [["样本文件之1"]]
    (told,) = (json.loads(each.form or "") for each in desk.posts)
    assert told["hits"][0]["snippet"] == "现予公布拆迁方案"
    assert desk.posts[0].headers["idempotency-key"] == told["id"]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ("", 1),
        ('portal = "p"', 1),
        ('portal = ["p", "q"]', 1),
        ('portal = "q"', 0),
        ('kind = "plan"', 1),
        ('kind = "budget"', 0),
        ('publisher = "样本局"', 1),
        ('publisher = "样本"', 1),
        ('publisher = "别的局"', 0),
        ("from = 2026\nto = 2026", 1),
        ("to = 2025", 0),
        ("files = true", 0),
        ('state = "withdrawn"', 0),
    ],
)
def test_a_watch_is_narrowed_as_a_search_is(desk: Watcher, filters: str, found: int) -> None:
    desk.watches(f'[[watch]]\nname = "a"\nwebhook = "$DESK_HOOK"\n{filters}\n')
    desk.look()
    desk.add(3, publisher="样本局", published_on="2026-01-01")
    assert desk.look()[0].new == found


def test_what_is_observed_is_reported(desk: Watcher) -> None:
    desk.watches(
        'site = "https://archive.example.org"\n[[watch]]\nname = "变动"\nquery = "样本文件"\nevents = ["changed", "withdrawn"]\nmail = "a@example.org"\nwebhook = "$DESK_HOOK"\n'
        '[[watch]]\nname = "别处"\nportal = "q"\nevents = ["changed"]\nmail = "a@example.org"\n'
    )
    desk.look()
    desk.add(3)
    desk.add(1, body="另一正文")
    assert desk.look() == [WatchReport("变动", new=1, deliveries=2), WatchReport("别处")]
    (told,) = (json.loads(each.form or "") for each in desk.posts)
    assert [(hit["event"], hit["record"], hit["at"]) for hit in told["hits"]] == [("changed", 1, DAY.format(3))]
    assert told["hits"][0]["not_before"] is None
    proof = f"https://archive.example.org/-/proof/{told['hits'][0]['event_id']}"
    assert told["hits"][0]["proof"] == proof
    mail = desk.box.mails[0].get_content()
    assert "内容变动  至迟 2026-01-03，从何时起无从得知" in mail
    assert proof in mail
    desk.add(1, body="第三个正文")  # the same record again is another event
    assert desk.look() == [WatchReport("变动", new=1, deliveries=2), WatchReport("别处")]


def test_a_watch_speaks_the_language_that_its_file_states(desk: Watcher) -> None:
    desk.watches('[[watch]]\nname = "x"\nevents = ["changed"]\nmail = "a@example.org"\nlanguage = "en"\n')
    desk.look()
    desk.add(1, body="另一正文")
    desk.look()
    (mail,) = desk.box.mails
    assert mail["Subject"] == "x: 1 change"
    assert "changed  no later than 2 January 2026; since when cannot be told" in mail.get_content()
    assert "不是官方网站" not in mail.get_content()


def test_a_room_gets_a_few_lines_as_its_service_wants_them(desk: Watcher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(NotifyWeComBot, "notify_url", f"{desk.site.url}hook?key={{key}}")
    monkeypatch.setenv("DESK_HOOK", "wecombot://botkey0123456789")
    desk.watches(HOOK)
    desk.look()
    desk.add(*range(3, 10))
    assert desk.look() == [WatchReport("样本", new=7, deliveries=1)]
    (told,) = (json.loads(each.form or "") for each in desk.posts)
    assert told["msgtype"] == "text"
    title, *lines = told["text"]["content"].splitlines()
    assert title == "样本：7 条新记录"
    assert len(lines) == 6
    assert lines[-1].startswith("另有 2 条未列出")
    desk.add(20)
    desk.statuses = [500]
    assert desk.look()[0].failures == ("样本: not delivered to the room at wecombot: 127.0.0.1 answered 500",)


def test_a_room_is_led_to_the_proof_of_what_happened(desk: Watcher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(NotifyWeComBot, "notify_url", f"{desk.site.url}hook?key={{key}}")
    monkeypatch.setenv("DESK_HOOK", "wecombot://botkey0123456789")
    desk.watches(f'site = "https://archive.example.org"\n{HOOK}events = ["changed"]\n')
    desk.look()
    desk.add(1, body="另一正文")
    desk.look()
    (told,) = (json.loads(each.form or "") for each in desk.posts)
    (event,) = rows(desk.db, "SELECT id FROM events WHERE kind = 'changed'")
    line = f"【内容变动】样本文件之1 https://archive.example.org/-/proof/{event['id']}"
    assert told["text"]["content"].splitlines()[1] == line


@pytest.mark.parametrize("address", ["javascript:alert(1)", "urn:sample:1", "//p.example/1.html"])
def test_what_leads_nowhere_is_in_no_message(desk: Watcher, address: str) -> None:
    desk.watches(MAIL)
    desk.look()
    desk.add(3)
    with closing(sqlite3.connect(desk.db)) as connection, connection:
        connection.execute("UPDATE records SET url = ? WHERE id = 3", (address,))
    assert desk.look() == [WatchReport("样本", new=1, deliveries=1)]
    text = desk.box.mails[0].get_content()
    assert ("样本文件之3" in text, address in text) == (True, False)


def test_many_are_reported_in_one_message_that_says_how_many_more(
    desk: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching_module, "MOST", 2)
    desk.watches(MAIL)
    desk.look()
    desk.add(*range(10, 15))
    assert desk.look() == [WatchReport("样本", new=5, deliveries=1)]
    text = desk.box.mails[0].get_content()
    assert text.count("样本文件之") == 2
    assert "另有 3 条未列出" in text
    assert desk.look() == [WatchReport("样本")]


def test_another_search_under_the_same_name_begins_anew(desk: Watcher) -> None:
    desk.watches(HOOK)
    desk.look()
    desk.watches(HOOK.replace("-测试", "") + 'mail = "desk@example.org"\n')
    assert desk.look() == [WatchReport("样本", begins=2)]
    desk.watches(HOOK.replace("-测试", ""))  # whom it tells is another matter
    assert desk.look() == [WatchReport("样本")]


def test_what_one_watch_has_reported_is_news_to_another(desk: Watcher) -> None:
    other = '[[watch]]\nname = "拆迁"\nquery = "拆迁"\nwebhook = "$DESK_HOOK"\n'
    desk.watches(HOOK + other)
    desk.look()
    desk.add(3)
    assert desk.look() == [WatchReport("样本", new=1, deliveries=1), WatchReport("拆迁")]
    desk.add(3, body="现予公布拆迁方案")
    assert desk.look() == [WatchReport("样本"), WatchReport("拆迁", new=1, deliveries=1)]


def test_a_watch_begun_anew_has_reported_nothing_yet(desk: Watcher) -> None:
    desk.watches(HOOK)
    assert desk.look() == [WatchReport("样本", begins=2)]
    desk.watches(HOOK.replace("样本文件 -测试", "拆迁"))
    assert desk.look() == [WatchReport("样本", begins=0)]
    desk.add(1, body="现予公布拆迁方案")
    assert desk.look() == [WatchReport("样本", new=1, deliveries=1)]


@pytest.mark.parametrize(
    "more",
    ['portal = "p"', 'kind = "plan"', 'publisher = "样本局"', "from = 2018", "to = 2018", 'state = "listed"', "files = true", 'events = ["changed"]'],
)  # fmt: skip
def test_a_watch_that_looks_for_something_else_begins_anew(desk: Watcher, more: str) -> None:
    desk.watches(HOOK)
    desk.look()
    desk.watches(f"{HOOK}{more}\n")
    assert [told.begins is None for told in desk.look()] == [False]
    assert [told.begins is None for told in desk.look()] == [True]


# --- where something goes wrong ---


def test_a_message_that_waits_is_reported_to_the_receivers_of_its_own_watch_alone(desk: Watcher) -> None:
    desk.watches(HOOK + MAIL.replace("样本", "邮件", 1))
    desk.look()
    desk.add(3)
    desk.statuses = [500]
    assert [(told.deliveries, len(told.failures)) for told in desk.look()] == [(0, 1), (1, 0)]
    assert desk.look() == [WatchReport("样本", deliveries=1), WatchReport("邮件")]
    assert (len(desk.posts), len(desk.box.mails)) == (2, 1)


def test_what_could_not_be_delivered_is_by_the_next_run_and_only_to_who_has_not_got_it(desk: Watcher) -> None:
    desk.watches(MAIL + 'webhook = "$DESK_HOOK"\n')
    desk.look()
    desk.add(3)
    desk.statuses = [500]
    (told,) = desk.look()
    assert told.failures == ("样本: not delivered to the webhook at 127.0.0.1: 127.0.0.1 answered 500",)
    desk.add(4)
    desk.statuses = [500]
    assert desk.look()[0].failures  # no second message is written while one is waiting
    assert len(desk.posts) == 2
    assert desk.look() == [WatchReport("样本", new=1, deliveries=3)]
    assert desk.titles() == [["样本文件之3"]] * 3 + [["样本文件之4"]]
    assert [json.loads(each.form or "")["id"].rpartition(".")[2] for each in desk.posts] == ["1", "1", "1", "2"]
    assert len({json.loads(each.form or "")["id"] for each in desk.posts}) == 2
    assert [mail["Subject"][:7] for mail in desk.box.mails] == ["样本：1 条新"] * 2


@pytest.mark.parametrize("state", ["waiting", "kept"])
def test_what_is_hidden_since_is_taken_out_of_a_message_that_waits(
    desk: Watcher, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    """Of six new records it shows five: of these one is withheld since, and of one the text is held back."""
    monkeypatch.setattr(watching_module, "MOST", 5)
    desk.watches(HOOK)
    desk.look()
    desk.add(*range(3, 9))
    desk.statuses = [500]
    desk.look()
    shown = [hit["record"] for hit in json.loads(desk.posts[0].form or "")["hits"]]
    held = "INSERT INTO rosters (record_id, source, key, persons, state, at) VALUES (?, '', 'x', 9, ?, '')"
    with closing(sqlite3.connect(desk.db)) as connection, connection:
        connection.execute("UPDATE records SET state = 'withheld' WHERE id = ?", (shown[0],))
        connection.execute(held, (shown[1], state))
    assert desk.look() == [WatchReport("样本", deliveries=1)]
    before, after = (json.loads(each.form or "") for each in desk.posts)
    assert [hit["record"] for hit in after["hits"]] == shown[1:]
    assert [hit["snippet"] is None for hit in after["hits"]] == [True, False, False, False]
    assert (before["subject"], after["subject"], after["count"]) == ("样本：6 条新记录", "样本：5 条新记录", 5)
    assert f"样本文件之{shown[0]}" not in after["text"]
    assert "另有 1 条未列出" in after["text"]
    assert after["id"] == before["id"]


def test_a_message_of_which_nothing_may_be_said_any_more_is_not_sent(desk: Watcher) -> None:
    desk.watches(HOOK)
    desk.look()
    desk.add(3)
    desk.statuses = [500]
    desk.look()
    with closing(sqlite3.connect(desk.db)) as connection, connection:
        connection.execute("UPDATE records SET state = 'withheld' WHERE id = 3")
    assert desk.look() == [WatchReport("样本")]
    assert len(desk.posts) == 1


def run(desk: Watcher, *options: str) -> subprocess.Popen[str]:
    command = [Path(sys.executable).with_name("disclosures"), "watch", desk.file, "--db", desk.db, *options]
    return subprocess.Popen([*map(str, command)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_killed_between_sending_and_noting_it_is_sent_again_under_the_same_id(desk: Watcher) -> None:
    running: list[subprocess.Popen[str]] = []
    desk.watches(HOOK)
    desk.look()
    desk.add(3)

    def deadly(request: SiteRequest) -> Answer:
        running[0].send_signal(signal.SIGKILL)
        running[0].wait()
        return desk.hook(request)

    desk.site.answers["/hook"] = deadly
    running.append(run(desk))
    running[0].communicate(timeout=60)
    assert running[0].returncode == -signal.SIGKILL
    desk.site.answers["/hook"] = desk.hook
    assert desk.look() == [WatchReport("样本", deliveries=1)]
    assert desk.posts[0].form == desk.posts[1].form  # the same to the byte, id and all
    assert desk.look() == [WatchReport("样本")]
    assert len(desk.posts) == 2


def test_killed_before_anything_was_sent_all_is_reported(desk: Watcher, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.watches(HOOK)
    desk.look()
    desk.add(3)
    for at in ("note", "undelivered"):  # before it is written down, and after
        calls = []

        def dies(*arguments: object, at: str = at, calls: list[object] = calls) -> list[object]:
            calls.append(arguments)
            if at == "note" or len(calls) > 1:
                raise KeyboardInterrupt
            return []

        with monkeypatch.context() as patch:
            patch.setattr(watch_state.Notes, at, dies)
            with pytest.raises(KeyboardInterrupt):
                desk.look()
    assert desk.posts == []
    assert desk.look() == [WatchReport("样本", deliveries=1)]
    assert desk.titles() == [["样本文件之3"]]


def test_two_runs_at_once(desk: Watcher) -> None:
    desk.watches(HOOK)
    with notes(beside(desk.db)), pytest.raises(ArchiveError, match="another `disclosures watch` is running"):
        desk.look()


def test_notes_of_a_later_version_are_left_alone(desk: Watcher) -> None:
    desk.watches(HOOK)
    desk.look()
    with closing(sqlite3.connect(beside(desk.db))) as connection:
        connection.execute("PRAGMA user_version = 9")
    with pytest.raises(ArchiveError, match="later version"):
        desk.look()


def test_the_notes_are_private_and_hold_no_address_of_a_webhook(desk: Watcher) -> None:
    desk.watches(HOOK)
    desk.look()
    desk.add(3)
    desk.statuses = [500]
    desk.look()
    assert beside(desk.db).stat().st_mode & 0o077 == 0
    assert b"/hook" not in beside(desk.db).read_bytes()


# --- the command ---


def command(desk: Watcher, *options: str, **env: str) -> Result:
    return CliRunner().invoke(main, ["watch", str(desk.file), "--db", str(desk.db), *options], env=env)


def test_the_command(desk: Watcher) -> None:
    desk.watches(HOOK + MAIL.replace("样本", "邮件", 1))
    assert disclosures("watch", desk.file, "--db", desk.db).stdout.splitlines() == [
        "样本: begins now; 2 records are there already and are not reported",
        "邮件: begins now; 2 records are there already and are not reported",
    ]
    desk.add(3)
    assert command(desk, "--dry-run").stdout.count("样本文件之3") == 2
    assert (desk.posts, desk.box.mails) == ([], [])
    done = command(desk, DISCLOSURES_SMTP="smtp://127.0.0.1:1")
    assert done.exit_code == 1
    assert done.stdout.splitlines() == ["样本: 1 new, 1 message delivered", "邮件: 1 new, 0 messages delivered"]
    (line,) = done.stderr.splitlines()
    assert line.startswith("邮件: not delivered to desk@example.org: 127.0.0.1 can't be reached for mail")
    assert line.endswith("; kept for the next run")
    wrong = command(desk, DISCLOSURES_SMTP="")
    assert (wrong.exit_code, wrong.stderr.count("\n")) == (2, 1)
    assert "DISCLOSURES_SMTP must say how mail is sent" in wrong.stderr


def test_a_dry_run_shows_what_waits_and_what_is_new_and_sends_and_notes_nothing(desk: Watcher) -> None:
    desk.watches(MAIL)
    begins = command(desk, "--dry-run", DISCLOSURES_SMTP="")
    assert (begins.exit_code, begins.stdout) == (0, ""), "a watch that has not begun has nothing to report"
    assert [report.begins for report in desk.look()] == [2]
    desk.add(3)
    assert command(desk, DISCLOSURES_SMTP="smtp://127.0.0.1:1").exit_code == 1
    desk.add(4)
    for _ in range(2):
        shown = command(desk, "--dry-run", DISCLOSURES_SMTP="").stdout
        assert [shown.count(f"样本文件之{number}") for number in (1, 2, 3, 4)] == [0, 0, 1, 1]
        assert shown.startswith("样本:\n")
    assert desk.box.mails == []
    assert [(report.new, report.deliveries) for report in desk.look()] == [(1, 2)]
    assert command(desk, "--dry-run", DISCLOSURES_SMTP="").stdout == ""
    with closing(sqlite3.connect(beside(desk.db))) as noted:
        assert noted.execute("SELECT count(*) FROM delivered").fetchone() == (0,), "of what all have got"


def test_a_test_goes_to_each_receiver_and_is_noted_nowhere(desk: Watcher) -> None:
    desk.watches('[[watch]]\nname = "样本"\nmail = "desk@example.org"\nwebhook = "$DESK_HOOK"\n')
    missing = desk.db.with_name("none.db")
    done = CliRunner().invoke(main, ["watch", str(desk.file), "--db", str(missing), "--test"])
    assert (done.exit_code, done.output.count("a test was delivered to")) == (0, 2)
    assert desk.box.mails[0]["Subject"] == "样本：测试"
    assert desk.box.to == [["desk@example.org"]]
    said = json.loads(desk.posts[0].form or "")
    assert (said["test"], said["count"], said["hits"]) == (True, 0, [])
    assert not beside(missing).exists()
    desk.statuses = [404]
    done = CliRunner().invoke(main, ["watch", str(desk.file), "--test"])
    assert done.exit_code == 1
    assert "not delivered to the webhook at 127.0.0.1: 127.0.0.1 answered 404" in done.output
    desk.box.answers = ["554 5.7.1 no"]  # though the last one takes it
    assert CliRunner().invoke(main, ["watch", str(desk.file), "--test"]).exit_code == 1
