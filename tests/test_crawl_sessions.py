"""Crawls of several portals that one process writes: each has its own session, and the files stay open for the last of them."""

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from archive.database.connection import ArchiveError
from archive.database.lock import held
from archive.database.portal_changes import REMOVED, Change
from archive.evidence.evidence_reader import beside
from archive.evidence.evidence_store import Evidence
from archive.ingest import crawl_session
from archive.ingest.crawl_session import CrawlSession, SessionCall, SessionStart
from archive.ingest.writer_process import WriterProcess
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.maintenance.portal_life import change
from archive.model.observations import ListPage
from pipelines import writer_client
from tests.conftest import rows
from tests.exchanges import exchange
from tests.jobs import FIRST, County, sound
from tests.personal_numbers import canary

LATER = FIRST + timedelta(minutes=1)


def county(name: str) -> County:
    return County(name, {"plans": {1: 0, 2: 0}, "reports": {3: 0}})


class Crawling:
    """A crawl of a county through a writer process, as the pipeline does it."""

    def __init__(self, writer: WriterProcess, db: Path, name: str, mode: str = "full") -> None:
        self.writer, self.county, self.received = writer, county(name), 0
        start = SessionStart(db, beside(db), self.county.portal, mode, timedelta(days=7), FIRST)
        self.mode, self.crawl_id = writer.answer(start)  # type: ignore[misc]

    def answer(self, method: Callable[..., object], *arguments: object) -> object:
        return self.writer.answer(SessionCall(self.county.name, method, arguments))

    def lists(self) -> None:
        """Both lists arrive, and are read, in one batch."""
        exchanges, seen = [], []
        for catalog, column in zip(self.county.portal.catalogs, ("plans", "reports"), strict=True):
            self.received += 1
            listed = tuple(self.county.row(number, text) for number, text in self.county.listed[column].items())
            seen.append(ListPage(listed, catalog_url=catalog.url, last=True, capture=self.received))
            made = exchange(self.received, url=catalog.url, crawl_id=self.crawl_id, portal=self.county.name)
            exchanges.append((made, "page"))
        self.answer(CrawlSession.commit, seen, exchanges, LATER)

    def close(self, outcome: str = "finished") -> None:
        self.answer(CrawlSession.close, outcome, LATER)


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "a.db"


def test_answers_of_one_portal_are_not_taken_for_anothers(db: Path) -> None:
    """Each crawl counts its answers from 1; what they are called in the evidence goes on through all."""
    writer = WriterProcess()
    crawls = [Crawling(writer, db, name) for name in ("a", "b")]
    assert [crawl.crawl_id for crawl in crawls] == [1, 2]
    for crawl in crawls:
        crawl.lists()
    for crawl in crawls:
        assert crawl.answer(CrawlSession.complete) is True
        assert crawl.answer(CrawlSession.missing, LATER) == []
        crawl.close()
    shown = rows(
        db,
        "SELECT r.portal, g.url AS catalog, c.url, c.crawl_id FROM records r JOIN readings t ON t.record_id = r.id "
        "JOIN catalogs g ON g.id = t.catalog_id JOIN captures c ON c.id = t.capture_id",
    )
    assert len(shown) == 6
    assert all(row["catalog"] == row["url"] for row in shown)
    assert {(row["portal"], row["crawl_id"]) for row in shown} == {("a", 1), ("b", 2)}
    assert sound(db)


def test_a_crawl_that_ends_leaves_the_files_open_for_the_others_and_the_last_one_closes_them(db: Path) -> None:
    writer = WriterProcess()
    first, second = Crawling(writer, db, "a"), Crawling(writer, db, "b")
    first.lists()
    first.close()
    second.lists()
    assert Path(f"{beside(db)}-wal").exists()
    second.close("shutdown")
    assert not Path(f"{beside(db)}-wal").exists()
    assert not Path(f"{db}-wal").exists()
    found = rows(db, "SELECT portal, outcome FROM crawls ORDER BY id")
    assert [(row["portal"], row["outcome"]) for row in found] == [("a", "finished"), ("b", "shutdown")]
    third = Crawling(writer, db, "a")
    third.lists()
    third.close()
    assert sound(db)


def test_a_crawl_that_cannot_begin_does_not_disturb_the_one_under_way(db: Path) -> None:
    writer = WriterProcess()
    first = Crawling(writer, db, "a")
    with pytest.raises(ArchiveError, match="a is being crawled into"):
        Crawling(WriterProcess(), db, "a")
    with pytest.raises(TypeError):
        first.answer(CrawlSession.missing)
    first.lists()
    first.close()
    assert [row["outcome"] for row in rows(db, "SELECT outcome FROM crawls")] == ["finished"]


def test_a_crawl_is_full_until_one_came_to_its_end_and_again_when_that_is_long_ago(db: Path) -> None:
    writer = WriterProcess()
    for outcome in ("shutdown", "finished"):
        crawl = Crawling(writer, db, "a", mode="")
        assert crawl.mode == "full"
        crawl.lists()
        crawl.close(outcome)
    asked = Crawling(writer, db, "a", mode="full")
    assert asked.mode == "full"
    asked.close("incomplete")
    update = Crawling(writer, db, "a", mode="")
    assert (update.mode, update.answer(CrawlSession.complete)) == ("update", True)
    update.close()
    other = Crawling(writer, db, "b", mode="")
    assert (other.mode, other.answer(CrawlSession.complete)) == ("full", False)
    other.close("incomplete")


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This process has no writer process yet, and leaves none."""
    monkeypatch.setattr(writer_client, "_client", None)
    yield
    if writer_client._client:
        writer_client._client.end()


@pytest.mark.usefixtures("fresh")
def test_a_process_has_one_writer_process_and_gets_another_when_it_was_ended() -> None:
    first = writer_client.writer_client()
    assert writer_client.writer_client() is first
    os.kill(first._process.pid, signal.SIGKILL)  # type: ignore[attr-defined]
    with pytest.raises(writer_client.WriterProcessError, match="ended with status -9"):
        first.call("a", CrawlSession.complete).result()
    with pytest.raises(writer_client.WriterProcessError, match="the archive has ended"):
        first.call("a", CrawlSession.complete).result()
    second = writer_client.writer_client()
    assert second is not first
    with pytest.raises(KeyError):
        second.call("a", CrawlSession.complete).result()


def test_a_crawl_that_cannot_begin_leaves_its_portal_free(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At once, and not only when nobody holds what it raised any more."""
    monkeypatch.setattr(crawl_session, "Store", raising)
    start = SessionStart(db, beside(db), county("p").portal, "full", timedelta(days=7), FIRST)
    with closing(open_up_to_date(db)) as archive, closing(Evidence(beside(db))) as evidence:
        with pytest.raises(ArchiveError) as raised:
            CrawlSession(start, archive, evidence)
        with held(db, "p"):
            assert raised.traceback


def raising(*_: object) -> None:
    raise ArchiveError("sample")


# --- the originals ---


def crawled(db: Path, name: str = "a") -> None:
    crawl = Crawling(WriterProcess(), db, name)
    crawl.lists()
    crawl.close()


def test_an_archive_whose_originals_lack_its_last_answer_is_not_crawled_and_that_is_noted(db: Path) -> None:
    crawled(db)
    older = shutil.copy(beside(db), db.with_name("older"))
    crawl = Crawling(WriterProcess(), db, "a")
    url = crawl.county.portal.catalogs[0].url
    crawl.answer(CrawlSession.commit, [], [(exchange(9, url=url, crawl_id=crawl.crawl_id, portal="a"), "page")], LATER)
    crawl.close("incomplete")
    beside(db).unlink()
    shutil.copy(older, beside(db))
    with pytest.raises(ArchiveError, match=r"lacks originals that .* points to"):
        Crawling(WriterProcess(), db, "a")
    (noted,) = rows(db, "SELECT w.outcome, w.health, p.kind, p.message FROM crawls w JOIN problems p ON p.crawl_id = w.id WHERE w.id = 3")  # fmt: skip
    assert (noted["outcome"], noted["health"], noted["kind"]) == ("archive_error", "failing", "archive_error")
    assert str(noted["message"]).startswith("the crawl could not begin: ")
    with held(db, "a"):
        pass


def test_a_new_archive_is_not_begun_beside_the_originals_of_another(db: Path) -> None:
    crawled(db)
    db.unlink()
    with pytest.raises(ArchiveError, match=r"is missing, though .* holds 2 originals of it"):
        Crawling(WriterProcess(), db, "a")
    assert not db.exists()
    open_up_to_date(db).close()
    with pytest.raises(ArchiveError, match="is new, though"):
        Crawling(WriterProcess(), db, "a")


def test_an_archive_from_which_all_was_removed_is_crawled_on(db: Path) -> None:
    crawled(db)
    change(db, [Change("a", REMOVED, "2026-02-01T00:00:00Z")])
    crawled(db)
    assert [each["id"] for each in rows(db, "SELECT id FROM captures ORDER BY id")] == [3, 4]
    assert sound(db)


@pytest.mark.parametrize(("tag", "kept"), [('"1-2"', '"1-2"'), (f'"{canary(1).resident_id}"', None)])
def test_a_tag_that_holds_a_persons_number_is_not_kept(db: Path, tag: str, kept: str | None) -> None:
    crawl = Crawling(WriterProcess(), db, "a")
    url = crawl.county.portal.catalogs[0].url
    headers = (("ETag", tag), ("Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT"))
    made = exchange(1, url=url, crawl_id=crawl.crawl_id, portal="a", response_headers=headers)
    crawl.answer(CrawlSession.commit, [], [(made, "page")], LATER)
    crawl.close("incomplete")
    assert rows(db, "SELECT etag, last_modified FROM captures") == [{"etag": kept, "last_modified": headers[1][1]}]
