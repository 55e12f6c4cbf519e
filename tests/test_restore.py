"""An archive made anew from its sealed originals alone equals the one that was lost, row for row, and goes on like it."""

import hashlib
import os
import shutil
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from archive.evidence.evidence_reader import beside
from archive.evidence.evidence_store import Evidence
from archive.ingest.crawl_log import (
    CLOSE,
    COMMIT,
    MISSING,
    SECOND_PASS,
    Call,
    CrawlLog,
    Failed,
    LoggedCrawl,
    Marks,
    logged_crawls,
)
from archive.model.observations import PortalOfFile
from archive.replay.replay import Answered, Replay
from bench.ten_days import FAULTS, at, command, crawl, morning
from tests import warm
from tests.changing_portal import NOW, Document, Portal, list_of, redesigned
from tests.conftest import Answer, Site, SiteRequest, portal_file, rows
from tests.county import County
from tests.exchanges import exchange
from tests.waiting import wait_until

TABLES = (
    "portals", "catalogs", "crawls", "records", "versions", "events", "attachments", "readings", "listings", "captures", "walks",
    "ledger", "problems", "deferred", "rosters", "withheld",
)  # fmt: skip


@dataclass
class Town(Portal):
    """A portal that answers what it is asked again with "not modified". `moved`: documents with another address; `unlisted`: those
    that no list shows.
    """

    documents: dict[int, Document] = field(default_factory=lambda: {n: Document(n) for n in range(1, 71)})
    moved: set[int] = field(default_factory=set)
    unlisted: set[int] = field(default_factory=set)

    def answers(self) -> dict[str, Answer | str | Callable[[SiteRequest], Answer | str]]:
        found = super().answers()
        shown = [line for line in str(found[self.list_path]).split("<tr>") if not self._is_hidden(line)]
        found[self.list_path] = "<tr>".join(shown)
        for number in self.moved:
            path = self.documents[number].path
            found[path.replace(".html", "b.html")] = found.pop(path)
            found[self.list_path] = str(found[self.list_path]).replace(path, path.replace(".html", "b.html"))
        return {path: tagged(answer) if path.startswith("/plans/") else answer for path, answer in found.items()}

    def _is_hidden(self, line: str) -> bool:
        return any(f'"{self.documents[number].path}"' in line for number in self.unlisted)


def tagged(answer: Any) -> Callable[[SiteRequest], Answer]:
    tag = f'"{hashlib.sha256(str(answer).encode()).hexdigest()[:8]}"'

    def of(request: SiteRequest) -> Answer:
        if request.headers.get("if-none-match") == tag:
            return Answer(status=304, headers=(("ETag", tag),))
        return Answer(str(answer), headers=(("ETag", tag),))

    return of


def kill_a_crawl(town: Town) -> None:
    """Kill a crawl while a page is read, after others were written."""
    town.site.answers = town.answers()
    known = rows(town.db, "SELECT count(*) AS n FROM captures")[0]["n"]
    moment, portal = NOW + timedelta(days=town.day, hours=2), town.folder / "county.toml"
    process = warm.Begun(command(portal, town.db, "--mode", "full")[1:], at(moment))

    def asked(_: SiteRequest) -> Answer:
        wait_until(lambda: rows(town.db, "SELECT count(*) AS n FROM captures")[0]["n"] != known)
        os.killpg(process.pid, signal.SIGKILL)
        return Answer("", status=503)

    town.site.answers["/plans/2.html"] = asked
    assert process.wait() == -signal.SIGKILL


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Days of a portal: records come, change, go, come back, move; files; a day of doubt, an update, a crawl that was killed."""
    with Site({}) as site:
        town = Town(site, tmp_path_factory.mktemp("town"))
        town.crawl()
        town.edit(3, "改过的样本正文。")
        town.documents[71] = Document(71)
        gone = [town.documents.pop(number) for number in (7, 8)]
        town.unlisted.add(12)
        town.crawl()
        town.documents[7] = gone[0]
        town.moved.add(11)
        kill_a_crawl(town)
        town.crawl(lambda path, answer: Answer("no", status=503) if path == "/plans/5.html" else answer)
        town.look = redesigned
        assert town.crawl() == "unsure"
        town.crawl()
        town.documents[72] = Document(72)
        town.crawl(
            lambda path, answer: (
                Answer("样本附件之新文本", "text/plain; charset=utf-8") if path == "/files/6.txt" else answer
            )
        )
        town.documents[73] = Document(73)
        town.crawl(mode="update")
        yield town


def copied(lost: Path, folder: Path) -> Path:
    """The path of the new archive, its evidence put beside it, without the old one."""
    shutil.copy(beside(lost), beside(folder / lost.name))
    return folder / lost.name


def restored(lost: Path, folder: Path, *portals: Path) -> tuple[Path, str]:
    db = copied(lost, folder)
    done = warm.disclosures("restore", "--from-evidence", beside(db), *portals, "--db", db)
    assert done.returncode == 0, done.stdout + done.stderr
    return db, done.stdout


def table(db: Path, name: str) -> list[str]:
    with closing(sqlite3.connect(db)) as connection:
        return sorted(map(repr, connection.execute(f"SELECT * FROM {name}")))


def different(one: Path, other: Path, *but: str) -> list[str]:
    return [name for name in TABLES if name not in but and table(one, name) != table(other, name)]


def changed(db: Path, sql: str) -> None:
    with closing(sqlite3.connect(db)) as connection, connection:
        assert connection.execute(sql).rowcount > 0


def test_an_archive_of_many_days_is_made_anew_row_for_row_and_goes_on(town: Town, tmp_path: Path) -> None:
    kinds = {row["kind"] for row in rows(town.db, "SELECT kind FROM events")}
    assert kinds == {"added", "changed", "unlisted", "withdrawn", "returned", "moved"}
    outcomes = {row["outcome"] for row in rows(town.db, "SELECT outcome FROM crawls")}
    assert outcomes >= {"finished", "unsure", "interrupted"}
    assert rows(town.db, "SELECT 1 FROM captures WHERE status = 304") != []
    before = table(beside(town.db), "claims")
    db, said = restored(town.db, tmp_path, town.folder / "county.toml")
    assert different(town.db, db) == []
    assert "every event and version that was sealed is as it was" in said
    assert "NOTHING IS WITHHELD NOW" not in said, "its log would say that something was"
    assert table(beside(db), "claims") == before, "it goes on under the name of the one that was lost"
    verified = warm.disclosures("verify", "--db", db)
    assert verified.returncode == 0, verified.stdout
    events = table(db, "events")
    done = crawl(town.folder / "county.toml", db, NOW + timedelta(days=town.day + 1), "--mode", "full")
    assert done.returncode == 0, done.stdout
    assert [line for line in table(db, "events") if line not in events] == []
    assert warm.disclosures("verify", "--db", db).returncode == 0
    (again := tmp_path / "again").mkdir()
    assert different(db, restored(db, again, town.folder / "county.toml")[0]) == []


def test_what_a_crawl_asked_for_only_if_it_changed_is_asked_for_so_again_long_after(tmp_path: Path) -> None:
    with Site({}) as site:
        town = Town(site, tmp_path, documents={n: Document(n) for n in range(1, 5)})
        town.crawl()
        town.unlisted.add(2)
        town.crawl()
    assert rows(town.db, "SELECT 1 FROM captures WHERE status = 304") != []
    (folder := tmp_path / "new").mkdir()
    assert different(town.db, restored(town.db, folder, tmp_path / "county.toml")[0]) == []


def test_a_portal_whose_file_changed_since_and_a_record_given_back_are_as_they_were(tmp_path: Path) -> None:
    with Site({}) as site:
        town = Town(site, tmp_path, documents={n: Document(n) for n in range(1, 5)})
        town.crawl()
        assert warm.disclosures("withhold", 1, "--reason", "sample", "--db", town.db).returncode == 0
        town.crawl()
        file = tmp_path / "county.toml"
        portal_file(tmp_path, "http://new.example/", ("budget", "样本新目录", "/plans/new.html"))
        file.write_text(f"checked = 2026-05-31\n{file.read_text('utf-8')}", encoding="utf-8")
    for number, options in ((1, ("--lift",)), (2, ("--reason", "sample"))):
        assert warm.disclosures("withhold", number, *options, "--db", town.db).returncode == 0
    (folder := tmp_path / "new").mkdir()
    db, said = restored(town.db, folder, file)
    assert "withheld again: 1 " in said
    stated = "SELECT id, url, state FROM records ORDER BY id"
    assert rows(db, stated) == rows(town.db, stated)
    given_back = ("events", "listings")  # of these withholding takes away what giving back doesn't bring
    assert different(town.db, db, "withheld", *given_back) == []


def test_portals_that_are_crawled_at_one_time_keep_their_numbers(tmp_path: Path) -> None:
    db = tmp_path / "a.db"
    with ExitStack() as stack:
        files = []
        for number in (1, 2):
            faults = FAULTS if number == 2 else type(FAULTS)()
            county = County(90, catalogs=2, seed=number, faults=faults, address=f"127.0.0.{number}")
            stack.enter_context(county)
            text = county.portal_file(tmp_path).read_text("utf-8").replace('"county"', f'"county{number}"')
            files.append(tmp_path / f"county{number}.toml")
            files[-1].write_text(text, encoding="utf-8")
        warm.disclosures("crawl", *files, "--db", db, "--delay", 0, env=at(morning(1)))
        warm.disclosures("crawl", *files, "--db", db, "--delay", 0, "--mode", "full", env=at(morning(2)))
    order = [
        row["portal"]
        for row in rows(db, "SELECT w.portal FROM captures c JOIN crawls w ON w.id = c.crawl_id ORDER BY c.id")
    ]
    assert sum(one != other for one, other in pairwise(order)) > 3, "they took turns"
    (folder := tmp_path / "new").mkdir()
    assert different(db, restored(db, folder, *files)[0]) == []


def test_what_came_after_a_backup_that_was_put_back_is_no_part_of_it(tmp_path: Path) -> None:
    with Site({}) as site:
        portal = Portal(site, tmp_path)
        portal.crawl()
        shutil.copy(portal.db, tmp_path / "backup.db")
        portal.edit(3, "改过的样本正文，后来丢失。")
        portal.crawl()
        shutil.copy(tmp_path / "backup.db", portal.db)
        portal.edit(4, "改过的样本正文。")
        portal.crawl()
    assert portal.events() == [("changed", 3), ("changed", 4)]
    (folder := tmp_path / "new").mkdir()
    db, _ = restored(portal.db, folder, tmp_path / "county.toml")
    assert different(portal.db, db, "problems") == []


@pytest.mark.long
def test_what_was_withheld_is_withheld_again(town: Town, tmp_path: Path) -> None:
    (lost := tmp_path / "lost").mkdir()
    for file in (town.db, beside(town.db)):
        shutil.copy(file, lost)
    number = rows(town.db, "SELECT id FROM records WHERE url LIKE '%/plans/3.html'")[0]["id"]
    assert warm.disclosures("withhold", number, "--reason", "sample", "--db", lost / "a.db").returncode == 0
    db, said = restored(lost / "a.db", tmp_path, town.folder / "county.toml")
    assert "withheld again: 1 " in said
    assert "every event and version that was sealed is as it was" in said
    assert different(lost / "a.db", db, "withheld", "problems") == []
    noted = "SELECT target, key, at, record_id FROM withheld ORDER BY 1, 2, 4"
    assert rows(db, noted) == rows(lost / "a.db", noted)
    assert "改过的样本正文".encode() not in db.read_bytes()


def test_without_logs_it_is_inferred_and_says_what_may_differ(town: Town, tmp_path: Path) -> None:
    """As of evidence that an earlier version made."""
    db = copied(town.db, tmp_path)
    changed(beside(db), "DELETE FROM claims")
    done = warm.disclosures("restore", "--from-evidence", beside(db), town.folder / "county.toml", "--db", db)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "8 crawls have no log" in done.stdout
    assert "NOTHING IS WITHHELD NOW" in done.stdout
    stated = "SELECT url, state, title, body FROM records ORDER BY url"
    assert rows(db, stated) == rows(town.db, stated)
    happened = "SELECT DISTINCT e.kind, r.url FROM events e JOIN records r ON r.id = e.record_id ORDER BY 1, 2"
    assert {tuple(row.values()) for row in rows(db, happened)} == {
        tuple(row.values()) for row in rows(town.db, happened)
    }


def test_without_logs_an_answer_that_nobody_reads_is_what_its_status_says(tmp_path: Path) -> None:
    statuses = {200: "page", 302: "redirect", 304: "not_modified", 404: "gone", 410: "gone", 403: "error", 503: "error"}
    home, at = "http://127.0.0.1:9/", "2026-03-11T04:00:0{}.000000Z"
    with closing(Evidence(beside(tmp_path / "a.db"))) as evidence:
        evidence.add_many(
            exchange(portal="county", url=f"{home}{status}.html", status=status, fetched_at=at.format(second))
            for second, status in enumerate(statuses)
        )
    portal = portal_file(tmp_path, home, ("plan", "样本规划", "/list.html"))
    done = warm.disclosures("restore", "--from-evidence", beside(tmp_path / "a.db"), portal, "--db", tmp_path / "a.db")
    assert done.returncode == 0, done.stdout + done.stderr
    captured = rows(tmp_path / "a.db", "SELECT status, outcome FROM captures ORDER BY id")
    assert {row["status"]: row["outcome"] for row in captured} == statuses
    (crawl,) = rows(tmp_path / "a.db", "SELECT started_at, finished_at, outcome FROM crawls")
    assert tuple(crawl.values()) == ("2026-03-11T04:00:00Z", "2026-03-11T04:00:06Z", "incomplete")


def test_without_logs_how_a_crawl_asked_for_lists_says_what_crawl_it_was(tmp_path: Path) -> None:
    """One that asked only for what changed was an update, though it asked for a list once more to be sure; and one that could have and
    did not a full one: the rules would say otherwise."""
    home, text = "http://127.0.0.1:9/", list_of([Document(1)]).encode()
    robots = exchange(portal="county", url=f"{home}robots.txt", status=404, payload=b"", response_headers=())
    shown = replace(robots, url=f"{home}list.html", status=200, payload=text)
    tagged = replace(shown, response_headers=(("ETag", '"1"'),))
    unchanged = replace(shown, status=304, payload=b"", request_headers=(("If-None-Match", '"1"'),))
    with closing(Evidence(beside(tmp_path / "a.db"))) as evidence:
        days = {11: [shown], 12: [tagged], 13: [tagged], 25: [unchanged, tagged]}
        for number, (day, answers) in enumerate(days.items(), 1):
            evidence.add_many(
                replace(each, crawl_id=number, fetched_at=f"2026-03-{day}T04:00:00.000000Z")
                for each in (robots, *answers)
            )
    portal = portal_file(tmp_path, home, ("plan", "样本规划", "/list.html"))
    done = warm.disclosures("restore", "--from-evidence", beside(tmp_path / "a.db"), portal, "--db", tmp_path / "a.db")
    assert done.returncode == 0, done.stdout + done.stderr
    crawls = rows(tmp_path / "a.db", "SELECT mode, outcome, started_at FROM crawls ORDER BY id")
    assert [(each["mode"], each["outcome"]) for each in crawls] == [
        (mode, "finished") for mode in ("full", "update", "full", "update")
    ]
    assert [str(each["started_at"])[8:10] for each in crawls] == ["11", "12", "13", "25"]
    (record,) = rows(tmp_path / "a.db", "SELECT title, first_seen FROM records")
    assert record == {"title": Document(1).title, "first_seen": "2026-03-11T04:00:00Z"}


def test_requests_without_an_answer_come_where_they_came_among_the_answers() -> None:
    address = "http://p.example/{}.html"
    failed = [Failed(after, "GET", address.format(after), "", "DownloadTimeoutError", "") for after in (0, 1, 1, 2, 3)]
    at, portal = NOW, PortalOfFile("p", "样本", "640324", "http://p.example/", ())
    calls = [
        Call(1, COMMIT, at, 7, ("page", "page"), marks=Marks(tuple(failed[:4]), {2: ("cut",)})),
        Call(2, COMMIT, at, 12, ("page",), marks=Marks(tuple(failed[4:]))),
        Call(3, COMMIT, at, 0, (), marks=Marks((failed[4],))),
    ]
    logged = LoggedCrawl(1, "", 1, portal, "full", at, (0, 0), calls)
    played = list(Replay(Path(), None, None, logged).answers())  # type: ignore[arg-type]  # neither is asked for anything
    one, two, three = Answered(1, 7, ()), Answered(2, 8, ("cut",)), Answered(3, 12, ())
    assert played == [failed[0], one, *failed[1:3], two, failed[3], three, failed[4], failed[4]]


def test_what_is_not_as_it_was_sealed_is_said_and_sealed_anew(town: Town, tmp_path: Path) -> None:
    """Here a page that can't be read again, for its payload was destroyed."""
    db = copied(town.db, tmp_path)
    gone = rows(
        town.db, "SELECT sha256 FROM captures WHERE url LIKE '%/plans/3.html' AND status = 200 ORDER BY id LIMIT 1"
    )
    changed(
        beside(db),
        f"UPDATE payloads SET destroyed_at = '2026-04-01T00:00:00Z', stored = x'' WHERE sha256 = x'{gone[0]['sha256']}'",
    )
    done = warm.disclosures("restore", "--from-evidence", beside(db), town.folder / "county.toml", "--db", db)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "are not what was sealed of them: it is sealed anew" in done.stdout
    names = [rows(each, "SELECT value FROM settings WHERE name = 'archive'")[0]["value"] for each in (db, town.db)]
    assert names[0] != names[1]
    checked = warm.disclosures("verify", "--db", db).stdout
    assert "no crawl made it" not in checked
    assert "is not what was sealed" not in checked


def left(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if not path.name.endswith(("-wal", "-shm")))


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        ("DROP", "there is no evidence file at"),
        ("PORTAL", "the evidence has crawls of county, which is not known: name its portal file"),
        ("EXISTS", "exists already, and nothing is written over"),
        ("UPDATE claims SET note = '{' WHERE id = 1", "the log of a crawl is damaged"),
        ("EMPTY", "holds no crawl: there is nothing to restore"),
    ],
)
def test_wrong_use_is_one_plain_line(town: Town, tmp_path: Path, spoil: str, message: str) -> None:
    db = copied(town.db, tmp_path)
    portals = [] if spoil == "PORTAL" else [town.folder / "county.toml"]
    if spoil == "EXISTS":
        db.write_bytes(b"")
    elif spoil == "DROP":
        beside(db).unlink()
    elif spoil == "EMPTY":
        beside(db).unlink()
        Evidence(beside(db)).close()
    elif spoil != "PORTAL":
        changed(beside(db), spoil)
    before = left(tmp_path)
    done = warm.disclosures("restore", "--from-evidence", beside(db), *portals, "--db", db)
    assert (done.returncode, done.stderr.count("\n"), done.stdout) == (2, 1, ""), done.stderr
    assert message in done.stderr
    assert left(tmp_path) == before, "nothing is left behind"


def test_neither_a_backup_nor_originals(tmp_path: Path) -> None:
    for arguments in ([], [tmp_path, tmp_path], [tmp_path / "missing"]):
        done = warm.disclosures("restore", *arguments, "--db", tmp_path / "a.db")
        assert (done.returncode, done.stderr.count("\n")) == (2, 1)
        assert "--from-evidence" in done.stderr


def test_a_changed_note_of_a_log_is_named(town: Town, tmp_path: Path) -> None:
    for file in (town.db, beside(town.db)):
        shutil.copy(file, tmp_path)
    changed(beside(tmp_path / "a.db"), "UPDATE claims SET note = replace(note, 'full', 'update') WHERE id = 1")
    assert "claim 1: is no longer what was stored" in warm.disclosures("verify", "--db", tmp_path / "a.db").stdout


def test_crawls_from_which_an_archive_was_put_back_are_no_part_of_it(tmp_path: Path) -> None:
    """It was put back to its first crawl after the third, and then crawled under the number of the second once more."""
    portal = PortalOfFile("p", "样本", "640324", "http://p.example/", ())
    with closing(Evidence(tmp_path / "evidence.db")) as evidence:
        for crawl_id in (1, 2, 3, 2):
            log = CrawlLog("a", crawl_id)
            evidence.add_note(log.begin(portal, "full", (0, 0), NOW))
            evidence.add_note(log.missing(NOW))
    found = logged_crawls(tmp_path / "evidence.db")
    assert [(each.crawl_id, each.number) for each in found] == [(1, 1), (2, 7)]


def test_lines_of_a_log_that_never_came_into_the_archive_are_not_played(tmp_path: Path) -> None:
    """Of the first crawl the line that ends it, and of the second all: the third found the archive as the first had left it before."""
    portal = PortalOfFile("p", "样本", "640324", "http://p.example/", ())
    with closing(Evidence(tmp_path / "evidence.db")) as evidence:
        for crawl_id, had in ((1, (0, 0)), (2, (1, 2)), (3, (1, 2))):
            log = CrawlLog("a", crawl_id)
            for note in (
                log.begin(portal, "full", had, NOW),
                log.missing(NOW),
                log.second_pass(NOW),
                log.close("finished", NOW),
            ):
                evidence.add_note(note)
    found = logged_crawls(tmp_path / "evidence.db")
    assert [[call.kind for call in each.calls] for each in found] == [
        [MISSING, SECOND_PASS],
        [],
        [MISSING, SECOND_PASS, CLOSE],
    ]
