"""Every answer is sealed before the archive speaks of it; one crawl of a portal at a time."""

import gzip
import sqlite3
from pathlib import Path

from archive.database.lock import held
from archive.evidence.evidence_store import Evidence
from tests.conftest import Answer, Site, crawl, disclosures, portal_file, redirect, rows
from tests.test_crawl_portals import LIST, TABLE, page, record

BLOCK_PAGE = page("<h1>您的访问被拒绝</h1><p>您的请求存在异常，已被防火墙拦截</p>")


def test_every_answer_is_sealed_whatever_it_is(tmp_path: Path) -> None:
    pages: dict[str, Answer | str] = {
        "/robots.txt": Answer("User-agent: *\nDisallow: /secret/\n", "text/plain"),
        LIST: page(TABLE),
        "/zwgk/d/1.html": record(
            "样本文件之1",
            "640324001/2017-00001",
            "样本正文 " + "".join(f'<a href="../files/{name}.txt">样本附件.txt</a>' for name in "abc"),
        ),
        "/zwgk/d/2.html": redirect("/zwgk/e/2.html"),
        "/zwgk/e/2.html": record("样本文件之2", "640324001/2017-00002"),
        "/zwgk/d/3.html": Answer("没有了", status=404),
        "/zwgk/files/a.txt": Answer("样本附件文字", "text/plain"),
        "/zwgk/files/b.txt": Answer("样本附件文字" * 9, "text/plain", cut=21),
        "/zwgk/files/c.txt": Answer(
            gzip.compress("样本附件文字".encode()), headers=(("Content-Encoding", "gzip"),), cut=0
        ),
    }
    db = tmp_path / "a.db"
    with Site(pages) as site:
        crawl(portal_file(tmp_path, site.url, ("plan", "规划", LIST)), db)
        asked = list(site.requests)
    outcomes = {
        str(row["url"]).removeprefix(site.url.rstrip("/")): (row["status"], row["outcome"])
        for row in rows(db, "SELECT * FROM captures ORDER BY id")
    }
    assert outcomes == {
        "/robots.txt": (200, "page"),
        LIST: (200, "page"),
        "/zwgk/d/1.html": (200, "page"),
        "/zwgk/d/2.html": (302, "redirect"),
        "/zwgk/e/2.html": (200, "page"),
        "/zwgk/d/3.html": (404, "gone"),
        "/zwgk/files/a.txt": (200, "page"),
        "/zwgk/files/b.txt": (200, "cut"),
        "/zwgk/files/c.txt": (200, "cut"),
    }
    broke_off = rows(db, "SELECT bytes FROM captures WHERE url LIKE '%b.txt'")
    assert broke_off == [{"bytes": 21}] * 3, "asked again twice"
    cut = rows(db, "SELECT DISTINCT kind FROM problems WHERE url LIKE '%/files/%'")
    assert cut == [{"kind": "cut"}]
    assert rows(db, "SELECT count(*) AS n FROM captures") == [{"n": len(asked)}]
    evidence = Evidence(tmp_path / "a.evidence.db")
    for row in rows(db, "SELECT * FROM captures"):
        sealed = evidence.exchange(int(str(row["id"])))
        assert (sealed.url, sealed.status, sealed.fetched_at) == (row["url"], row["status"], row["fetched_at"])
        assert sealed.crawl_id == row["crawl_id"]
        assert sealed.ip_address == "127.0.0.1"
        assert any(name == "User-Agent" and value.startswith("Disclosures/") for name, value in sealed.request_headers)
        assert any(name == "Content-Type" for name, _ in sealed.response_headers)
    evidence.close()
    done = disclosures("verify", "--db", db)
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, f"all well: {len(asked)} captures, 0 days sealed")


def test_a_block_is_sealed(tmp_path: Path) -> None:
    """It may end the crawl: what else would be asked for is not to be foretold."""
    db = tmp_path / "a.db"
    with Site({LIST: page(TABLE), "/zwgk/d/1.html": BLOCK_PAGE}) as site:
        crawl(portal_file(tmp_path, site.url, ("plan", "规划", LIST)), db)
    found = rows(db, "SELECT status, outcome FROM captures WHERE url LIKE '%/d/1.html' ORDER BY id LIMIT 1")
    assert found == [{"status": 200, "outcome": "blocked"}]


def test_each_claim_leads_to_its_captures(tmp_path: Path) -> None:
    db = tmp_path / "a.db"
    with Site({LIST: page(TABLE), "/zwgk/d/1.html": record("样本文件之1", "640324001/2017-00001")}) as site:
        crawl(portal_file(tmp_path, site.url, ("plan", "规划", LIST)), db)
    for table, column in (
        ("records", "capture_id"),
        ("readings", "capture_id"),
        ("versions", "capture_id"),
        ("walks", "capture_id"),
    ):
        assert rows(db, f"SELECT count(*) AS n FROM {table} WHERE {column} IS NULL") == [{"n": 0}]
        assert rows(db, f"SELECT count(*) > 0 AS some FROM {table}") == [{"some": 1}]
    (own,) = rows(db, "SELECT c.url FROM readings t JOIN captures c ON c.id = t.capture_id WHERE t.catalog_id = 0")
    assert str(own["url"]).endswith("/zwgk/d/1.html")


def test_a_second_crawl_of_a_portal_at_once_refuses_with_one_line(tmp_path: Path) -> None:
    db = tmp_path / "a.db"
    with Site({LIST: page(TABLE)}) as site:
        portal = portal_file(tmp_path, site.url, ("plan", "规划", LIST))
        with held(db, "county"):
            refused = crawl(portal, db)
            assert not site.requests
        crawl(portal, db)
    assert refused.returncode == 2
    assert refused.stderr == f"disclosures: county is being crawled into {db} already: wait for that crawl to end\n"
    assert len(rows(db, "SELECT 1 FROM crawls")) == 1


def test_originals_that_are_not_the_archives_own_are_refused(tmp_path: Path) -> None:
    db = tmp_path / "a.db"
    with Site({LIST: page(TABLE)}) as site:
        portal = portal_file(tmp_path, site.url, ("plan", "规划", LIST))
        crawl(portal, db)
        (tmp_path / "a.evidence.db").unlink()
        refused = crawl(portal, db)
    assert refused.returncode != 0
    assert "Traceback" not in refused.stdout + refused.stderr
    assert rows(db, "SELECT outcome FROM crawls ORDER BY id") == [{"outcome": "finished"}, {"outcome": "archive_error"}]
    assert "is missing, though" in (refused.stdout + refused.stderr + (tmp_path / "crawl.log").read_text())
    assert disclosures("verify", "--db", db).returncode == 1


def test_the_days_before_are_sealed_and_one_hash_proves_them(tmp_path: Path) -> None:
    db = tmp_path / "a.db"
    with Site({LIST: page(TABLE)}) as site:
        portal = portal_file(tmp_path, site.url, ("plan", "规划", LIST))
        for day in (3, 4, 5):
            at = {"DISCLOSURES_NOW": f"2018-04-0{day}T01:00:00Z"}
            disclosures("crawl", portal, "--db", db, "--delay", 0, env=at)
    head = next(line for line in disclosures("verify", "--db", db).stdout.splitlines() if line.startswith("head: "))
    assert head.startswith("head: 2018-04-04 ")
    kept = head.removeprefix("head: ")
    assert disclosures("seal", "--db", db).stdout.startswith("head: 2018-04-05 ")
    assert disclosures("verify", "--db", db, "--against", kept).returncode == 0
    forged = f"2018-04-04 {'0' * 64}"
    assert disclosures("verify", "--db", db, "--against", forged).returncode == 1
    odd = disclosures("verify", "--db", db, "--against", f"² {'0' * 64}")
    assert (odd.returncode, odd.stderr) == (1, "")
    wrong = disclosures("verify", "--db", db, "--against", "yesterday")
    assert (wrong.returncode, wrong.stderr.count("\n")) == (2, 1)


def test_one_flipped_byte_is_named(tmp_path: Path) -> None:
    db, evidence = tmp_path / "a.db", tmp_path / "a.evidence.db"
    with Site({LIST: page(TABLE), "/zwgk/d/1.html": record("样本文件之1", "640324001/2017-00001")}) as site:
        crawl(portal_file(tmp_path, site.url, ("plan", "规划", LIST)), db)
    connection = sqlite3.connect(evidence)
    (stored,) = connection.execute("SELECT stored FROM payloads ORDER BY length(stored) DESC LIMIT 1").fetchone()
    connection.close()
    data = bytearray(evidence.read_bytes())
    place = data.index(stored[50:70])
    data[place] ^= 1
    evidence.write_bytes(data)
    done = disclosures("verify", "--db", db)
    assert done.returncode == 1
    assert done.stdout.startswith("wrong: a.evidence.db: payload ")


def test_a_moment_that_is_none_is_one_line(tmp_path: Path) -> None:
    portal = portal_file(tmp_path, "http://127.0.0.1:9/", ("plan", "规划", LIST))
    done = disclosures("crawl", portal, "--db", tmp_path / "a.db", env={"DISCLOSURES_NOW": "yesterday"})
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "DISCLOSURES_NOW='yesterday'" in done.stderr
