"""What the families' tests share: a mock site crawled by an ordinary portal file, and what the archive then says."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from archive.evidence.text_encoding import encoding_of
from crawler.services.answer import Answer
from tests.conftest import Site, crawl, portal_file, rows

SAMPLE = "样本正文，仅供测试，由本项目自写，不是任何政府的文件，也不含任何政府的文字。"


def page(main: str, head: str = "", title: str = "样本页面", side: str = "") -> str:
    """A page with what stands around every list: navigation, a side column where there is one, a footer."""
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}</title>{head}</head><body>'
        '<div class="nav"><ul><li><a href="/">首页</a></li><li><a href="/zwgk/">政务公开</a></li><li><a href="/bs/">办事服务</a></li></ul></div>'
        f'{side}{main}<div class="footer"><p>主办：测试县（样本）</p><a href="/map/">网站地图</a></div></body></html>'
    )


def trs_page(main: str, head: str = "", title: str = "样本页面") -> str:
    """A page of TRS, with a column beside the list that holds what looks like a row of it."""
    side = '<div class="side"><ul><li><a href="/rd/1.html">样本热点一</a><span>2020-01-01</span></li></ul></div>'
    return page(main, head, title, side)


def trs_record(title: str, index_number: str = "", text: str = "样本正文，仅供测试。") -> str:
    """A record's own page, as TRS makes it."""
    labels = (
        f"<table><tr><td>索 引 号：{index_number}</td><td>发布机构：样本局</td></tr></table>" if index_number else ""
    )
    return trs_page(f'<h1>{title}</h1>{labels}<div class="TRS_Editor"><p>{text}</p></div>', title=title)


def crawled(site: Site, folder: Path, *catalogs: tuple[str, str, str], status: int = 0) -> Path:
    """An archive of `site`, crawled once by a portal file of fewer than 15 lines that names no family."""
    done = _crawl(site, folder, catalogs)
    assert done.returncode == status, done.stdout + done.stderr
    return folder / "a.db"


def _crawl(site: Site, folder: Path, catalogs: Sequence[tuple[str, str, str]]) -> CompletedProcess[str]:
    portal = portal_file(folder, site.url, *catalogs)
    lines = portal.read_text(encoding="utf-8").splitlines()
    assert len([line for line in lines if line]) < 15 + 4 * max(len(catalogs) - 2, 0)
    assert not any(line.startswith("family") for line in lines)
    return crawl(portal, folder / "a.db")


@dataclass(frozen=True)
class Crawled:
    """A crawl's exit status, and what the archive holds after it: whole records by title, problems by kind."""

    status: int
    records: dict[str, dict[str, object]]
    ledger: list[tuple[object, ...]]
    families: dict[object, tuple[object, object]]
    problems: dict[object, object]


def listed(site: Site, folder: Path, *urls: str) -> Crawled:
    """A site whose lists 通知公告1, 通知公告2 … stand at `urls`, crawled once as by `crawled`, however it ends."""
    done = _crawl(site, folder, [("notice", f"通知公告{number}", url) for number, url in enumerate(urls, 1)])
    db = folder / "a.db"
    found = {str(row["title"]): row for row in rows(db, "SELECT * FROM records ORDER BY id")}
    return Crawled(done.returncode, found, ledger(db), families(db), dict(problems(db)))


def records(db: Path, site: Site) -> dict[str, dict[str, Any]]:
    """What the archive says of each record, by its path on the site (the whole address elsewhere): columns that are filled."""
    found = {}
    for row in rows(db, "SELECT * FROM records WHERE state = 'listed' ORDER BY id"):
        kept = {name: value for name, value in row.items() if value is not None and name in _COLUMNS}
        kept["flags"] = [flag for flag in json.loads(str(row["flags"])) if flag != "index_year_differs"]
        found[str(row["url"]).replace(site.url, "/")] = kept
    return found


_COLUMNS = frozenset(
    {"index_number", "title", "publisher", "published_on", "document_number", "created_on", "responsible_department",
     "disclosure_mode", "disclosure_period", "topic", "validity", "body"}
)  # fmt: skip


def ledger(db: Path) -> list[tuple[object, ...]]:
    """Of each catalogue its title, pages claimed and read, rows claimed and read, whether it was walked wholly."""
    sql = (
        "SELECT title, pages_claimed, pages_read, rows_claimed, rows_read, complete FROM ledger JOIN catalogs c "
        "ON c.id = catalog_id ORDER BY ledger.crawl_id, c.id"
    )
    return [tuple(row.values()) for row in rows(db, sql)]


def families(db: Path) -> dict[object, tuple[object, object]]:
    """Of each catalogue, by title, its family and why."""
    found = rows(db, "SELECT title, family, family_reason FROM catalogs")
    return {row["title"]: (row["family"], row["family_reason"]) for row in found}


def problems(db: Path) -> list[tuple[object, object]]:
    """Kind and message of each problem."""
    return [(row["kind"], row["message"]) for row in rows(db, "SELECT kind, message FROM problems ORDER BY id")]


def saved(*, apart_from: str) -> list[tuple[str, Answer]]:
    """The saved pages of real portals but those of one folder, by name; the test is skipped where there are none."""
    folder = os.environ.get("DISCLOSURES_PAGES")
    if not folder:
        pytest.skip("DISCLOSURES_PAGES names no folder of real pages")
    files = [file for file in sorted(Path(folder).glob("*/*.*")) if file.parent.name != apart_from]
    bodies = [(str(file.relative_to(folder)), file.read_bytes()) for file in files]
    return [
        (name, Answer("http://www.csx.gov.cn/zwgk/list.html", body.decode(encoding_of(body), "replace")))
        for name, body in bodies
    ]
