"""The state of a portal that needs attention, beside a second portal whose crawls must not change the answer."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from lxml import html

from archive.web.http.server import make_datasette
from tests.conftest import empty_archive

NOW = "2026-03-31T16:30:00Z"  # half past midnight of 1 April in Beijing
OTHER = """
INSERT INTO portals VALUES ('other', '另一县（样本）', '640323', 'http://other.example/', NULL, '2026-01-01', NULL, NULL);
INSERT INTO catalogs (id, portal, kind, title, url) VALUES (9, 'other', 'plan', '规划', 'http://other.example/list.html');
INSERT INTO crawls (id, portal, mode, started_at, finished_at, outcome) VALUES
  (50, 'other', 'full', '2026-03-31T01:00:00Z', '2026-03-31T02:00:00Z', 'finished'),
  (51, 'other', 'full', '2026-03-31T03:00:00Z', '2026-03-31T04:00:00Z', 'blocked');
INSERT INTO ledger (crawl_id, catalog_id, complete) VALUES (50, 9, 1), (51, 9, 0);
INSERT INTO problems (crawl_id, kind, url, message, first_at, last_at) VALUES (51, 'blocked', 'http://other.example/', '样本', '', '');
INSERT INTO portals VALUES ('county', '样本县', '640324', 'http://county.example/', NULL, '2026-01-01', NULL, NULL);
INSERT INTO catalogs (id, portal, kind, title, url) VALUES (1, 'county', 'plan', '规划', 'http://county.example/1.html'),
  (2, 'county', 'budget', '预算', 'http://county.example/2.html');
"""


def crawl(number: int, started_at: str, outcome: str | None, *complete: int) -> str:
    """A crawl of the county, and which of its catalogues were walked to the end."""
    ended = f"'{started_at}', '{outcome}'" if outcome else "NULL, NULL"
    walks = "".join(
        f"INSERT INTO ledger (crawl_id, catalog_id, complete) VALUES ({number}, {catalog}, {whole});"
        for catalog, whole in enumerate(complete, 1)
    )
    insert = "INSERT INTO crawls (id, portal, mode, started_at, finished_at, outcome) VALUES"
    return f"{insert} ({number}, 'county', 'full', '{started_at}', {ended}); {walks}"


def concerns(folder: Path, *statements: str) -> str:
    db = empty_archive(folder / "disclosures.db")
    with closing(sqlite3.connect(db)) as connection:
        connection.executescript(OTHER + "".join(statements))
    page = html.fromstring(asyncio.run(make_datasette(db).client.get("/")).text)
    (told,) = [row.cssselect("td.concerns")[0] for row in page.cssselect("tr") if "样本县" in row.text_content()]
    for small in told.cssselect("small"):
        small.getparent().text = small.getparent().text or ""
        small.drop_tree()
    return " ".join(told.text_content().split())


TODAY = "2026-03-31T10:00:00Z"
RETIRED = "UPDATE portals SET retired_at = '2026-02-20T00:00:00Z' WHERE id = 'county';"


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ((), "尚未采集"),
        ((crawl(10, "2026-01-30T16:30:00Z", "blocked", 0, 0), RETIRED), "已停止采集，采集至 2026-01-31"),
        ((crawl(10, TODAY, "finished", 1, 1),), ""),
        ((crawl(10, TODAY, "finished", 1, 0),), "尚未完整采集"),  # one of two catalogues
        ((crawl(10, TODAY, "finished"),), "尚未完整采集"),
        ((crawl(10, TODAY, None, 1, 1),), "正在采集或已中断"),
        ((crawl(10, "2026-03-17T16:30:00Z", "finished", 1, 1),), ""),  # 14 days
        ((crawl(10, "2026-03-16T16:40:00Z", "finished", 1, 1),), ""),  # 15 days but for minutes, for the clock goes on
        ((crawl(10, "2026-03-16T16:30:00Z", "finished", 1, 1),), "已 15 天未完整采集"),
        ((crawl(10, "2026-03-01T16:30:00Z", "finished", 1, 1), crawl(11, TODAY, "finished", 1, 0)), "已 30 天未完整采集"),
        ((crawl(10, "2026-03-01T16:30:00Z", "finished", 1, 0), crawl(11, TODAY, "finished", 1, 1)), ""),
        ((crawl(10, TODAY, "blocked", 1, 1),), "上次采集被拒绝"),
        ((crawl(10, TODAY, "blocked", 1, 1), crawl(11, TODAY, "finished", 1, 1)), ""),
        ((crawl(10, TODAY, "finished", 1, 1),
          "INSERT INTO problems (crawl_id, kind, url, message, first_at, last_at) VALUES (10, 'a', 'x', '', '', ''), (10, 'b', 'x', '', '', '');"),
         "上次采集有 2 个问题"),
        ((crawl(10, TODAY, "finished", 1, 1), "INSERT INTO problems (crawl_id, kind, url, message, first_at, last_at) VALUES (10, 'a', 'x', '', '', '');",
          crawl(11, TODAY, "finished", 1, 1)), ""),
        ((crawl(10, TODAY, "finished", 1, 1), "UPDATE portals SET checked_on = NULL WHERE id = 'other';"), ""),
        ((crawl(10, TODAY, "finished", 1, 1), "UPDATE portals SET checked_on = NULL WHERE id = 'county';"), "采集规则尚未与原网站核对"),
    ],
)  # fmt: skip
def test_what_needs_attention(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, statements: tuple[str, ...], expected: str
) -> None:
    monkeypatch.setenv("DISCLOSURES_NOW", NOW)
    assert concerns(tmp_path, *statements) == expected


def test_a_retired_portal_is_so_in_json_and_the_other_is_not(tmp_path: Path) -> None:
    db = empty_archive(tmp_path / "disclosures.db")
    with closing(sqlite3.connect(db)) as connection:
        connection.executescript(OTHER + crawl(10, "2026-01-30T16:30:00Z", "blocked", 0, 0) + RETIRED)
    client = make_datasette(db).client
    listed = asyncio.run(client.get("/-/browse.json")).json()["portals"]
    said = {each["id"]: (each["retired"], bool(each["concerns"])) for each in listed}
    assert said == {"county": (True, False), "other": (False, True)}
    assert asyncio.run(client.get("/-/browse/county.json")).json()["retired"] is True
