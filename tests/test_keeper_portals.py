"""Crawls of several portals that one process writes: each has its own books, and the files stay open for the last of them."""

import os
import signal
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from archive.database.connection import ArchiveError
from archive.evidence.evidence_reader import beside
from archive.ingest.writer_process import Keeper
from archive.model.observations import ListPage
from pipelines import writer_client
from tests.conftest import rows
from tests.exchanges import exchange
from tests.jobs import FIRST, County, sound

LATER = FIRST + timedelta(minutes=1)


def county(name: str) -> County:
    return County(name, {"plans": {1: 0, 2: 0}, "reports": {3: 0}})


class Crawling:
    """A crawl of a county through a keeper: what the pipeline asks of it."""

    def __init__(self, keeper: Keeper, db: Path, name: str, mode: str = "full") -> None:
        self.keeper, self.county, self.received = keeper, county(name), 0
        about = (self.county.portal, mode, timedelta(days=7), FIRST)
        self.mode, self.crawl_id = self.answer("begin", db, beside(db), *about)  # type: ignore[misc]

    def answer(self, method: str, *arguments: object) -> object:
        return self.keeper.answer(self.county.name, method, *arguments)

    def lists(self) -> None:
        """Both lists arrive, and are read, in one batch."""
        exchanges, seen = [], []
        for catalog, column in zip(self.county.portal.catalogs, ("plans", "reports"), strict=True):
            self.received += 1
            listed = tuple(self.county.row(number, text) for number, text in self.county.listed[column].items())
            seen.append(ListPage(listed, catalog_url=catalog.url, last=True, capture=self.received))
            made = exchange(self.received, url=catalog.url, crawl_id=self.crawl_id, portal=self.county.name)
            exchanges.append((made, "page"))
        self.answer("commit", seen, exchanges, LATER)

    def close(self, outcome: str = "finished") -> None:
        self.answer("close", outcome, LATER)


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "a.db"


def test_answers_of_one_portal_are_not_taken_for_anothers(db: Path) -> None:
    """Each crawl counts its answers from 1; what they are called in the evidence goes on through all."""
    keeper = Keeper()
    crawls = [Crawling(keeper, db, name) for name in ("a", "b")]
    assert [crawl.crawl_id for crawl in crawls] == [1, 2]
    for crawl in crawls:
        crawl.lists()
    for crawl in crawls:
        assert crawl.answer("complete") is True
        assert crawl.answer("missing", LATER) == []
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
    keeper = Keeper()
    first, second = Crawling(keeper, db, "a"), Crawling(keeper, db, "b")
    first.lists()
    first.close()
    second.lists()
    assert Path(f"{beside(db)}-wal").exists()
    second.close("shutdown")
    assert not Path(f"{beside(db)}-wal").exists()
    assert not Path(f"{db}-wal").exists()
    found = rows(db, "SELECT portal, outcome FROM crawls ORDER BY id")
    assert [(row["portal"], row["outcome"]) for row in found] == [("a", "finished"), ("b", "shutdown")]
    third = Crawling(keeper, db, "a")
    third.lists()
    third.close()
    assert sound(db)


def test_a_crawl_that_cannot_begin_does_not_disturb_the_one_under_way(db: Path) -> None:
    keeper = Keeper()
    first = Crawling(keeper, db, "a")
    with pytest.raises(ArchiveError, match="a is being crawled into"):
        Crawling(Keeper(), db, "a")
    with pytest.raises(AttributeError):
        first.answer("no such method")
    first.lists()
    first.close()
    assert [row["outcome"] for row in rows(db, "SELECT outcome FROM crawls")] == ["finished"]


def test_a_crawl_is_full_until_one_came_to_its_end_and_again_when_that_is_long_ago(db: Path) -> None:
    keeper = Keeper()
    for outcome in ("shutdown", "finished"):
        crawl = Crawling(keeper, db, "a", mode="")
        assert crawl.mode == "full"
        crawl.lists()
        crawl.close(outcome)
    asked = Crawling(keeper, db, "a", mode="full")
    assert asked.mode == "full"
    asked.close("incomplete")
    update = Crawling(keeper, db, "a", mode="")
    assert (update.mode, update.answer("complete")) == ("update", True)
    update.close()
    other = Crawling(keeper, db, "b", mode="")
    assert (other.mode, other.answer("complete")) == ("full", False)
    other.close("incomplete")


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This process has no keeper yet, and leaves none."""
    monkeypatch.setattr(writer_client, "_keeping", None)
    yield
    if writer_client._keeping:
        writer_client._keeping.end()


@pytest.mark.usefixtures("fresh")
def test_a_process_has_one_keeper_and_gets_another_when_it_was_ended() -> None:
    first = writer_client.keeping()
    assert writer_client.keeping() is first
    os.kill(first._process.pid, signal.SIGKILL)  # type: ignore[attr-defined]
    with pytest.raises(writer_client.KeeperError, match="ended with status -9"):
        first.ask("a", "complete").result()
    with pytest.raises(writer_client.KeeperError, match="the archive has ended"):
        first.ask("a", "complete").result()
    second = writer_client.keeping()
    assert second is not first
    with pytest.raises(KeyError):
        second.ask("a", "complete").result()
