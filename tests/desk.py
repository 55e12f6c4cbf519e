"""An archive with a mailbox and a hook, as whoever is sent messages of it sees it: crawl by crawl."""

from pathlib import Path

from archive.ingest.store import Store
from tests.conftest import Answer, Site, SiteRequest
from tests.mailbox import Mailbox
from tests.test_store import PORTAL, listed, page, row

DAY = "2026-01-{:02}T00:00:00Z"


class Desk:
    """An archive of two records in `folder`; what is posted to `hook_path` of the site is kept, and answered by `statuses` in turn, then 200.

    `bodies`: of these answers, in turn, then none.
    """

    def __init__(self, folder: Path, box: Mailbox, site: Site, hook_path: str) -> None:
        self.db, self.box, self.site = folder / "a.db", box, site
        self.posts: list[SiteRequest] = []
        self.statuses: list[int] = []
        self.bodies: list[str] = []
        self.rows: list[int] = []
        self.day = 0
        site.answers[hook_path] = self.hook
        self.add(1, 2)

    def hook(self, request: SiteRequest) -> Answer:
        self.posts.append(request)
        body = self.bodies.pop(0) if self.bodies else ""
        return Answer(body, status=self.statuses.pop(0) if self.statuses else 200)

    def add(self, *numbers: int, body: str = "样本正文", **fields: str) -> None:
        """A crawl that finds records, or another text of them."""
        self.day += 1
        self.rows += [number for number in numbers if number not in self.rows]
        store = Store(self.db)
        store.begin(PORTAL, "full", DAY.format(self.day))
        store.write(
            [listed(*map(row, self.rows)), *(page(number, body, **fields) for number in numbers)], DAY.format(self.day)
        )
        store.finish("finished", DAY.format(self.day))
        store.close()
