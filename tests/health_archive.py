"""A small archive of two portals into which crawls and their problems are written straight, for tests of a portal's state."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from archive.ingest.health import Health, health, note
from archive.maintenance.bring_up_to_date import open_up_to_date
from tests.conftest import empty_archive

NOW = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
HOME, LIST, PAGE = "http://p.example/", "http://p.example/list{}.html", "http://p.example/1.html"
LIST_1, SECOND_LIST = LIST.format(1), LIST.format(2)

Problem = tuple[str, str, str]
NO_HOST: Problem = ("unreachable", LIST_1, "p.example: no such host")
REDESIGN: Problem = ("layout_changed", LIST_1, "no row could be read")


class Archive:
    """An archive of the portals `p` and `q`, whose lists have the same addresses; each has five catalogues."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.captures = 0
        for portal in "qp":
            self.add_portal(portal, f"样本县{portal}")
            for number in range(1, 6):
                sql = "INSERT INTO catalogs (portal, kind, title, url) VALUES (?, 'plan', ?, ?)"
                connection.execute(sql, (portal, f"样本目录{number}", LIST.format(number)))
        self.crawl("q")

    def add_portal(self, portal: str, name: str) -> None:
        sql = "INSERT INTO portals (id, name, division_code, home) VALUES (?, ?, '', ?)"
        self.connection.execute(sql, (portal, name, HOME))

    def crawl(
        self,
        portal: str = "p",
        outcome: str | None = "finished",
        *problems: Problem,
        pages: int = 3,
        answers: int = 10,
        seconds: float = 10,
        failed: int = 0,
        started: datetime = NOW,
    ) -> int:
        """A crawl that read so many list pages; so many of its record pages failed."""
        c = self.connection
        sql = "INSERT INTO crawls (portal, mode, started_at, finished_at, outcome) VALUES (?, 'full', ?, ?, ?)"
        crawl_id = c.execute(
            sql, (portal, text(started), text(started + timedelta(seconds=seconds)), outcome)
        ).lastrowid
        assert crawl_id
        c.execute(
            "INSERT INTO ledger (crawl_id, catalog_id, pages_read) SELECT ?, id, ? FROM catalogs WHERE portal = ? ORDER BY id LIMIT 1",
            (crawl_id, pages, portal),
        )
        for _ in range(answers):
            self.captures += 1
            c.execute(
                "INSERT INTO captures VALUES (?, ?, ?, ?, 200, 'page', '', 1, NULL, NULL, NULL)",
                (self.captures, crawl_id, PAGE, text(started)),
            )
        for kind, url, message in problems:
            self.problem(crawl_id, kind, url, message)
        if failed:
            self.problem(crawl_id, "unreachable", PAGE, "p.example: timed out", failed)
        return crawl_id

    def problem(self, crawl_id: int, kind: str, url: str, message: str, count: int = 1) -> None:
        self.connection.execute(
            "INSERT INTO problems (crawl_id, kind, url, message, count, first_at, last_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (crawl_id, kind, url, message, count, text(NOW), text(NOW)),
        )

    def list_record(self, portal: str, catalog: int, at: datetime) -> None:
        """Have a catalogue list a record from a moment on."""
        c = self.connection
        number = c.execute("SELECT count(*) FROM records").fetchone()[0]
        sql = "INSERT INTO records (portal, url, kind, first_seen, last_seen) VALUES (?, ?, 'plan', ?, ?)"
        record = c.execute(sql, (portal, f"http://p.example/{number}.html", text(at), text(at))).lastrowid
        c.execute(
            "INSERT INTO listings (record_id, catalog_id, first_seen, last_seen) "
            "SELECT ?, id, ?, ? FROM catalogs WHERE portal = ? AND url = ?",
            (record, text(at), text(at), portal, LIST.format(catalog)),
        )

    def of(self, portal: str = "p") -> Health:
        """The state of a portal: the same whether it is noted at the end of its crawls or found out when asked for."""
        (asked,) = [each for each in health(self.connection) if each.portal == portal]
        self.connection.execute("SAVEPOINT noted")
        for (crawl_id,) in self.connection.execute("SELECT id FROM crawls ORDER BY id").fetchall():
            note(self.connection, crawl_id)
        (noted,) = [each for each in health(self.connection) if each.portal == portal]
        self.connection.execute("ROLLBACK TO noted")
        assert noted == asked
        return asked


def text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@contextmanager
def opened(folder: Path) -> Iterator[Archive]:
    """A new archive in a folder."""
    with closing(open_up_to_date(empty_archive(folder / "a.db"))) as connection:
        yield Archive(connection)
