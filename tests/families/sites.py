"""What the mock sites of the families share: pages around a list, a record's page, and a whole crawl with its books."""

from dataclasses import dataclass
from pathlib import Path

from tests.conftest import Site, crawl, portal_file, rows

LINES_AT_MOST = 15
"""A portal file of a known family is shorter than that."""

NAVIGATION = (
    '<div class="nav"><ul><li><a href="/">首页</a></li><li><a href="/zwgk/">政务公开</a></li><li><a href="/bsfw/">办事服务</a></li></ul></div>'
    '<div class="side"><ul><li><a href="/rd/1.html">样本热点一</a><span>2020-01-01</span></li></ul></div>'
)
FOOTER = '<div class="footer"><p>主办：样本县政府办公室</p><p><a href="/map.html">网站地图</a></p></div>'


def page(main: str, title: str = "样本页面", scripts: str = "") -> str:
    """A page with what stands around its contents on real ones."""
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}</title>{scripts}</head>'
        f"<body>{NAVIGATION}{main}{FOOTER}</body></html>"
    )


def record(title: str, index_number: str = "", text: str = "样本正文，仅供测试。") -> str:
    """A record's own page."""
    labels = (
        f"<table><tr><td>索 引 号：{index_number}</td><td>发布机构：样本局</td></tr></table>" if index_number else ""
    )
    return page(f'<h1>{title}</h1>{labels}<div class="TRS_Editor"><p>{text}</p></div>', title)


@dataclass(frozen=True)
class Crawled:
    """A crawl's exit status and output, and what the archive holds after it."""

    status: int
    output: str
    records: dict[str, dict[str, object]]
    ledger: tuple[dict[str, object], ...]
    families: tuple[tuple[object, object], ...]
    problems: dict[object, object]


def crawled(folder: Path, site: Site, *urls: str) -> Crawled:
    """Crawl lists of a site by a portal file that names no family; records by their titles."""
    catalogs = [("notice", f"通知公告{number}", url) for number, url in enumerate(urls, 1)]
    portal = portal_file(folder, site.url, *catalogs)
    text = portal.read_text(encoding="utf-8")
    assert len(text.splitlines()) < LINES_AT_MOST
    assert "family" not in text
    db = folder / "archive.db"
    done = crawl(portal, db)
    return Crawled(
        done.returncode,
        done.stdout + done.stderr,
        {str(row["title"]): row for row in rows(db, "SELECT * FROM records ORDER BY id")},
        tuple(
            rows(
                db,
                "SELECT pages_claimed, pages_read, rows_claimed, rows_read, complete FROM ledger ORDER BY catalog_id",
            )
        ),
        tuple((row["family"], row["family_reason"]) for row in rows(db, "SELECT * FROM catalogs ORDER BY id")),
        {row["kind"]: row["message"] for row in rows(db, "SELECT kind, message FROM problems")},
    )


def books(
    pages: int | None, pages_read: int, all_rows: int | None, rows_read: int, complete: bool = True
) -> dict[str, object]:
    """A line of the ledger."""
    return {
        "pages_claimed": pages,
        "pages_read": pages_read,
        "rows_claimed": all_rows,
        "rows_read": rows_read,
        "complete": int(complete),
    }
