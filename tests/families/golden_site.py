"""Fixtures that the families' tests share: a mock site of golden pages crawled by an ordinary portal file, and what the archive then holds."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.conftest import Answer as Served
from tests.conftest import Site, SiteRequest, crawl, portal_file, rows
from tests.golden_pages import GoldenPage, pages

SAMPLE = "样本正文，仅供测试，由本项目自写，不是任何政府的文件，也不含任何政府的文字。"
TEXT_ALONE = f'<html><body><div id="zoom"><p>{SAMPLE}</p></div></body></html>'

_TYPES = {".json": "application/json; charset=utf-8", ".js": "application/javascript; charset=utf-8"}


def page(main: str, head: str = "") -> str:
    """A page with what stands around every list: navigation and a footer."""
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>样本页面</title>{head}</head><body>'
        '<div class="nav"><ul><li><a href="/">首页</a></li><li><a href="/zwgk/">政务公开</a></li><li><a href="/bs/">办事服务</a></li></ul></div>'
        f'{main}<div class="footer"><p>主办：测试县（样本）</p><a href="/map/">网站地图</a></div></body></html>'
    )


class GoldenAnswers:
    """The answers of a portal at `host` to each address and form of some golden pages: that page, with the portal's own host.

    Records that its lists name and that have no golden page are what `record` makes of their row. `paths`: of all of them.
    """

    def __init__(
        self,
        host: str,
        family: str,
        names: Iterable[str],
        record: Callable[[Mapping[str, Any]], str] = lambda _: TEXT_ALONE,
    ) -> None:
        """Take the family's pages whose names match one of `names`."""
        self._host = host
        self._served: dict[object, Served] = {}
        self.paths: set[str] = set()
        chosen = [each for each in pages() if any(fnmatch(each.name, f"{family}/{name}") for name in names)]
        listed = [self._take(each) for each in chosen]
        for row in chain.from_iterable(listed):
            self._served.setdefault(_key(row["url"]), Served(record(row["fields"])))
            self.paths.add(urlsplit(row["url"]).path)

    def _take(self, golden: GoldenPage) -> list[dict[str, Any]]:
        """Take a page; the rows that it lists on its host."""
        expected = golden.expected() or {}
        url, host = expected["url"], urlsplit(expected["url"]).netloc
        key, text = _key(url, expected.get("form")), golden.text.replace(host, self._host)
        assert key not in self._served, f"{golden.name}: two pages at one address"
        self._served[key] = Served(text, _TYPES.get(golden.page.suffix, "text/html; charset=utf-8"))
        self.paths.add(urlsplit(url).path)
        rows = expected["read"].get("list", {}).get("rows", ())
        return [row for row in rows if urlsplit(row.get("url", "")).netloc == host]

    def answered(self, request: SiteRequest) -> Served:
        """The golden page for what was asked, or a 404."""
        key = request.path, frozenset(request.query.items()), _values(request.form)
        return self._served.get(key) or Served("<html><body>404</body></html>", status=404)


class GoldenSite(Site):
    """A site that answers each address and form of some golden pages with that page, under its own host, and nothing else."""

    def __init__(self, family: str, *names: str) -> None:
        """Serve the family's pages whose names match one of `names`."""
        super().__init__({})
        golden = GoldenAnswers(urlsplit(self.url).netloc, family, names)
        self.answered = golden.answered
        self.answers |= dict.fromkeys(golden.paths, golden.answered)

    def asked_for(self, part: str) -> list[str]:
        """The requests so far whose address holds `part`, in order."""
        return [path for path in self.requests if part in path]


def _values(text: str | None) -> frozenset[tuple[str, str]]:
    return frozenset(parse_qsl(text or "", keep_blank_values=True))


def _key(url: str, form: str | None = None) -> object:
    parts = urlsplit(url)
    return parts.path, _values(parts.query), _values(form)


@dataclass(frozen=True)
class Crawled:
    """A crawl's exit status and what its archive holds; a record by its title: the columns that are filled, its path on the site."""

    db: Path
    status: int
    records: Mapping[str, Mapping[str, object]]
    ledger: list[tuple[object, ...]]
    family: str
    reason: str
    problems: list[tuple[object, object]]

    @property
    def whole(self) -> bool:
        """The crawl finished, each list was walked to its end, and the only problems are rows that lead to other sites."""
        kinds = {kind for kind, _ in self.problems}
        return self.status == 0 and kinds <= {"off_site", "not_global"} and all(walk[-1] == 1 for walk in self.ledger)

    def flags(self) -> dict[str, object]:
        """The flags of each record that has any."""
        return {title: record["flags"] for title, record in self.records.items() if record["flags"]}

    def days(self) -> list[object]:
        """The day of publication of each record."""
        return [record.get("published_on") for record in self.records.values()]


def crawled(site: Site, folder: Path, *urls: str, options: tuple[str, ...] = ()) -> Crawled:
    """An archive of a site whose lists 公告1, 公告2 … stand at `urls`, crawled by a portal file that names no family."""
    catalogs = [("notice", f"公告{number}", url) for number, url in enumerate(urls, 1)]
    portal, db = portal_file(folder, site.url, *catalogs), folder / "a.db"
    lines = [line for line in portal.read_text(encoding="utf-8").splitlines() if line]
    assert len(lines) < 15 + 4 * max(len(urls) - 2, 0)
    assert not any(line.startswith("family") for line in lines)
    done = crawl(portal, db, *options)
    ((family, reason),) = {
        (str(row["family"]), str(row["family_reason"]))
        for row in rows(db, "SELECT family, family_reason FROM catalogs")[:1]
    }
    found = {str(row["title"]): _record(row, site) for row in rows(db, "SELECT * FROM records ORDER BY id")}
    return Crawled(db, done.returncode, found, ledger(db), family, reason, problems(db))


_COLUMNS = ("url", "index_number", "publisher", "published_on", "document_number", "created_on", "responsible_department",
            "disclosure_mode", "disclosure_period", "topic", "validity", "body", "flags", "state")  # fmt: skip


def _record(row: Mapping[str, object], site: Site) -> dict[str, object]:
    kept = {name: row[name] for name in _COLUMNS if row[name] not in (None, "listed")}
    kept["flags"] = [flag for flag in json.loads(str(row["flags"])) if flag != "index_year_differs"]
    return kept | {"url": str(row["url"]).replace(site.url, "/")}


def ledger(db: Path) -> list[tuple[object, ...]]:
    """Of each walk the pages claimed and read, the rows claimed and read, whether it was complete."""
    sql = (
        "SELECT pages_claimed, pages_read, rows_claimed, rows_read, complete FROM ledger ORDER BY crawl_id, catalog_id"
    )
    return [tuple(row.values()) for row in rows(db, sql)]


def problems(db: Path) -> list[tuple[object, object]]:
    """Kind and message of each problem."""
    return [(row["kind"], row["message"]) for row in rows(db, "SELECT kind, message FROM problems ORDER BY id")]
