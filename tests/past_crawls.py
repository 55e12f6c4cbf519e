"""Past crawls of a portal, as the tests of the frontier lay them down in an archive."""

from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from archive.ingest.frontier import Frontier, Known
from archive.ingest.store import Store
from archive.model.clock import text
from archive.model.observations import Capture, Observation, PortalOfFile
from tests.conftest import empty_archive
from tests.test_frontier import DAY, NOW
from tests.test_store import PORTAL

URL = "http://p.example/1.html"
SECOND = timedelta(seconds=1)
T = TypeVar("T")
Answer = tuple[str, str]
"""An address and what its answer turned out to be."""


class Past:
    """Crawls of an archive, each of which got answers and wrote observations. `captures` counts the answers."""

    def __init__(self, db: Path) -> None:
        self.db = empty_archive(db)
        self.captures = 0

    def crawl(
        self,
        *answers: Answer,
        seen: Iterable[Observation] = (),
        outcome: str | None = "finished",
        portal: PortalOfFile = PORTAL,
        began: datetime = NOW - 3 * DAY,
        mode: str = "full",
        status: int = 200,
    ) -> None:
        """A crawl that ended with `outcome`, or is still running where that is None, or as if killed: `interrupted`."""
        store = Store(self.db)
        store.begin(portal, mode, text(began))
        for address, kind in answers:
            self.captures += 1
            tag = f'"{self.captures}"'
            capture = Capture(
                self.captures, address, text(began), status, kind, "0" * 64, 1, tag, f"day {self.captures}"
            )
            store.write([], text(began), [capture])
        store.write(seen, text(began))
        if outcome == "interrupted":
            store._connection.execute("UPDATE crawls SET outcome = 'interrupted' WHERE id = ?", (store.crawl_id,))
        elif outcome:
            store.finish(outcome, text(began))
        store.close()

    def ask(self, question: Callable[[Frontier], T], crawl_id: int = 99, portal: str = "p") -> T:
        with closing(Frontier(self.db, portal, crawl_id)) as asked:
            return question(asked)

    def known(self, url: str = URL) -> Known | None:
        return self.ask(lambda asked: asked.known(url))

    def pending(self) -> list[str]:
        return self.ask(lambda asked: asked.pending())

    def read_before(self, now: datetime = NOW, crawl_id: int = 99) -> set[str]:
        return self.ask(lambda asked: asked.read_before(now), crawl_id)
