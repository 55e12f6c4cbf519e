"""Crawls of record pages whose source is an agency, a medium or a name of the portal file's, and of rows that say otherwise."""

import json
from pathlib import Path

import pytest

from tests.conftest import Site, crawl, disclosures, portal_file, rows

TEXT = "<div id=zoom><p>样本正文，为测试而写，并非政府文件，请勿引用。</p></div>"
SOURCES = {"agency": "样本县财政局", "paper": "样本日报", "stated": "样本之家"}


def record(name: str) -> str:
    line = f"<p>发布时间：2024-03-0{2 if name == 'paper' else 1} 来源：{SOURCES[name]}</p>"
    title = "样本：另一件事" if name == "stated" else f"样本{name}"
    return f"<html><title>{title}</title><h1>{title}</h1>{line}{TEXT}</html>"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A portal file that states one agency, and the archive of a crawl."""
    folder = tmp_path_factory.mktemp("records")
    listed = "".join(f'<li><a href="/{name}.html">样本{name}</a><span>2024-03-01</span></li>' for name in SOURCES)
    answers = {f"/{name}.html": record(name) for name in SOURCES} | {"/list.html": f"<ul>{listed}</ul>"}
    with Site(answers) as site:
        portal = portal_file(folder, site.url, ("notice", "公告", "/list.html"))
        stated = '\n[[agencies]]\nname = "样本中心站之家"\naliases = ["样本之家"]\n'
        portal.write_text(portal.read_text("utf-8") + stated, "utf-8")
        assert crawl(portal, folder / "a.db").returncode == 0
    return portal, folder / "a.db"


def publishers(db: Path) -> dict[object, tuple[object, list[str]]]:
    """Publisher and flags of each record, by the last part of its address."""
    found = rows(db, "SELECT url, publisher, flags FROM records")
    return {
        str(row["url"]).rpartition("/")[2].removesuffix(".html"): (row["publisher"], json.loads(str(row["flags"])))
        for row in found
    }


EXPECTED = {
    "agency": ("样本县财政局", ["publisher_from_source"]),
    "paper": (None, ["date_differs"]),
    "stated": ("样本之家", ["publisher_from_source", "title_differs"]),
}


def test_the_publisher_of_each_source_and_what_differs(archive: tuple[Path, Path]) -> None:
    assert publishers(archive[1]) == EXPECTED


def test_pages_read_again_give_the_same(archive: tuple[Path, Path]) -> None:
    _, db = archive
    before = rows(db, "SELECT count(*) FROM versions")
    assert disclosures("reparse", "--db", db, "county").returncode == 0
    assert publishers(db) == EXPECTED
    assert rows(db, "SELECT count(*) FROM versions") == before
