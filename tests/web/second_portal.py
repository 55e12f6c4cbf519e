"""Two crawls of a portal, of which there may be several that did the same: for tests of sites with more than one."""

from pathlib import Path

from archive.ingest.store import Store
from archive.model.observations import (
    AttachmentFile,
    Capture,
    CatalogOfPortal,
    LinkedFile,
    ListPage,
    MissingPage,
    Paging,
    PortalOfFile,
    RecordPage,
    Row,
)

DAYS = ("2026-11-20T15:59:00Z", "2026-11-20T16:01:00Z")
"""Two crawls, one before midnight in Beijing and one after."""


def write(path: Path, portal_id: str, code: str, mark: str, first: int, days: tuple[str, str] = DAYS) -> None:  # noqa: PLR0917
    """Two crawls of a portal: a record changes, one is withdrawn, one unlisted, one added. `mark` tells its titles apart.

    `first`: the number of its first capture; `days`: when they are crawled. Publishers, index numbers, days and kinds are the same for every portal.
    """
    home = f"http://{portal_id}.example/"
    lists = {"budget": f"{home}budgets/", "notice": f"{home}notices/"}
    catalogs = tuple(CatalogOfPortal(kind, f"样例{kind}", url) for kind, url in lists.items())
    portal = PortalOfFile(portal_id, f"样例县{mark}", code, home, catalogs)
    numbers = iter(range(first, first + 100))

    def capture(url: str, now: str) -> Capture:
        number = next(numbers)
        return Capture(number, url, now, 200, "page", f"{number:064x}", 5, None, None)

    def record(number: int, now: str, captures: list[Capture], body: str = "") -> tuple[Row, RecordPage]:
        url = f"{home}{number}.html"
        fields = {
            "title": f"样例{mark}预算之{number}", "publisher": ("样例县民政局", "样例县财政局")[number % 2],
            "published_on": f"{2016 + number % 3}-12-3{number % 2}", "index_number": f"640397001/2026-{number:05}",
        }  # fmt: skip
        captures.append(capture(url, now))
        files = (LinkedFile("样例名单.xls", f"{url}/1.xls"),)
        return Row(fields, {"标题": fields["title"]}, key=url), RecordPage(
            {}, {}, url=url, body=body or f"样例正文{mark}", attachments=files, capture=captures[-1].id
        )

    for place, (now, shown) in enumerate(zip(days, ((1, 2, 3, 4, 5, 6), (1, 4, 5, 6, 7)), strict=True)):
        store = Store(path)
        store.begin(portal, "full", now)
        captures = [capture(url, now) for url in lists.values()]
        lists_of = dict(zip(lists, [each.id for each in captures], strict=True))
        made = {
            number: record(number, now, captures, f"样例正文{mark}改" if place and number == 1 else "")
            for number in shown
        }
        pages = [
            ListPage(tuple(row for number, (row, _) in made.items() if number % 2 == odd), Paging(1), catalog_url=url, last=True, capture=lists_of[kind])
            for odd, (kind, url) in enumerate(lists.items())
        ]  # fmt: skip
        file = AttachmentFile(
            f"{home}1.html", "样例名单.xls", f"{home}1.html/1.xls", f"{place:064x}", 9, None, "样例名单的文字", "text"
        )
        store.write([*pages, *(page for _, page in made.values()), file], now, captures)
        for missing in store.missing(now):
            gone = (missing.url or "").endswith("2.html")
            said = capture(missing.url or "", now)
            store.write([MissingPage(missing.url or "", "gone" if gone else "page", "样例", said.id)], now, [said])
        again = [
            ListPage(page.rows, Paging(1), catalog_url=page.catalog_url, last=True, second_pass=True) for page in pages
        ]
        store.write([page for page in again if page.catalog_url in store.to_walk_again()], now)
        store.finish("finished", now)
        store.close()
