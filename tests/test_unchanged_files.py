"""Files and pages that portals answer with "not modified": what they say comes from the sealed original, whichever record asks."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from hashlib import sha256
from itertools import count
from pathlib import Path

import pytest

from archive.evidence.destruction import destroy
from archive.evidence.evidence_reader import place_of
from tests.conftest import Answer, Site, SiteRequest, crawl, disclosures, portal_file, rows
from tests.files import docx, word
from tests.test_rosters import HELD

TEXT = "样本附件：本项目自写的测试文字"
CHANGED = "样本附件：后来改过的测试文字"
ROSTER = "\n".join(HELD[0])


def kept(text: str) -> Callable[[SiteRequest], Answer]:
    """A file with a tag, which says "not modified" to whoever has it."""
    tag = f'"{abs(hash(text))}"'

    def answer(request: SiteRequest) -> Answer:
        if request.headers.get("if-none-match") == tag:
            return Answer(status=304)
        return Answer(text.encode(), "text/plain", headers=(("ETag", tag),))

    return answer


def a_list(*numbers: int | str) -> str:
    heads = "<tr><th>索引号</th><th>标题</th><th>发布日期</th></tr>"
    lines = (
        f'<tr><td>640324001/2026-0000{str(n)[:1]}</td><td><a href="/{n}.html">样本规划{str(n)[:1]}</a></td>'
        "<td>2026-03-01</td></tr>"
        for n in numbers
    )
    return f"<html><body><table>{heads}{''.join(lines)}</table></body></html>"


def record(number: int, *files: str) -> str:
    links = "".join(f'<p><a href="/files/{name}">样本附件{name}</a></p>' for name in files)
    return (
        f"<html><body><h1>样本规划{number}</h1><table><tr><td>索引号：640324001/2026-0000{number}</td></tr></table>"
        f'<div class="TRS_Editor"><p>样本正文之{number}，仅供测试，共若干字。</p>{links}</div></body></html>'
    )


def files(db: Path) -> dict[tuple[str, str], tuple[object, object]]:
    """State and text of each file, by the ends of its record's address and its own."""
    found = rows(
        db,
        "SELECT r.url AS record, a.url, a.state, a.text FROM attachments a JOIN records r ON r.id = a.record_id",
    )
    return {
        (str(each["record"]).rpartition("/")[2], str(each["url"]).rpartition("/")[2]): (each["state"], each["text"])
        for each in found
    }


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Site]:
    """A portal one of whose records moves while its file stays, and where a new one links a file that is known."""
    folder = tmp_path_factory.mktemp("moved")
    db = folder / "a.db"
    with Site({
        "/list.html": a_list(1, 2), "/1.html": record(1, "a.txt"), "/2.html": record(2, "b.txt", "names.txt"),
        "/files/a.txt": kept(TEXT), "/files/b.txt": kept(f"{TEXT}乙"), "/files/names.txt": kept(ROSTER),
    }) as site:  # fmt: skip
        county = portal_file(folder, site.url, ("plan", "样本规划", "/list.html"))
        assert crawl(county, db).returncode == 0
        for number in (1, 2):
            del site.answers[f"/{number}.html"]
        site.answers |= {
            "/list.html": a_list("1-new", "2-new", 3), "/1-new.html": record(1, "a.txt"),
            "/2-new.html": record(2, "b.txt", "names.txt"), "/3.html": record(3, "a.txt"),
        }  # fmt: skip
        crawl(county, db, "--mode", "full")
    return county, db, site


def test_moved_records_and_those_that_share_a_file_have_its_text(moved: tuple[Path, Path, Site]) -> None:
    _, db, site = moved
    assert [each["kind"] for each in rows(db, "SELECT kind FROM events WHERE crawl_id = 2 ORDER BY id")].count(
        "moved"
    ) == 2
    found = files(db)
    assert found.pop(("2-new.html", "names.txt"))[0] == "roster"
    assert found == {
        ("1-new.html", "a.txt"): ("text", TEXT),
        ("2-new.html", "b.txt"): ("text", f"{TEXT}乙"),
        ("3.html", "a.txt"): ("text", TEXT),
    }
    assert [each["n"] for each in rows(db, "SELECT count(*) AS n FROM captures WHERE status = 304")] == [4]
    assert site.requests.count("/files/a.txt") == 3  # of two records in the second crawl
    assert disclosures("search", "本项目自写", "--count", "--db", db).stdout.strip() == "3"
    assert not rows(db, "SELECT 1 FROM attachments a JOIN captures c ON c.id = a.capture_id WHERE c.status = 304")


def test_files_lost_before_are_read_again(moved: tuple[Path, Path, Site], tmp_path: Path) -> None:
    """As archives made before hold them: pending, though their originals are sealed."""
    _, db, _ = moved
    copies(db, tmp_path)
    db, before = tmp_path / "a.db", files(db)
    with closing(sqlite3.connect(db)) as connection, connection:
        connection.execute(
            "UPDATE attachments SET text = NULL, state = 'pending', sha256 = NULL, bytes = NULL, media_type = NULL, capture_id = NULL"
        )
    versions = rows(db, "SELECT * FROM versions")
    assert disclosures("reparse", "--db", db).returncode == 0
    assert files(db) == before
    assert rows(db, "SELECT * FROM versions") == versions
    assert not rows(db, "SELECT 1 FROM attachments WHERE sha256 IS NULL OR bytes IS NULL OR capture_id IS NULL")
    checked = disclosures("verify", "--reread", "--db", db)
    assert checked.returncode == 0, checked.stdout


def test_a_file_that_another_record_s_visit_found_changed(tmp_path: Path) -> None:
    """Two records share a file; it changes, and one of them is looked at in a crawl that reads no more."""
    db = tmp_path / "a.db"
    with Site({
        "/list.html": a_list(1), "/other.html": a_list(2), "/1.html": record(1, "a.txt"), "/2.html": record(2, "a.txt"),
        "/files/a.txt": kept(TEXT),
    }) as site:  # fmt: skip
        both = portal_file(
            tmp_path, site.url, ("plan", "样本规划", "/list.html"), ("plan", "样本规划二", "/other.html")
        )
        crawl(both, db)
        site.answers["/files/a.txt"] = kept(CHANGED)
        portal_file(tmp_path, site.url, ("plan", "样本规划", "/list.html"))
        crawl(both, db, "--mode", "full")
        assert {text for _, text in files(db).values()} == {TEXT, CHANGED}
        portal_file(tmp_path, site.url, ("plan", "样本规划", "/list.html"), ("plan", "样本规划二", "/other.html"))
        crawl(both, db, "--mode", "full")
    assert {text for _, text in files(db).values()} == {CHANGED}


def test_a_file_that_is_linked_again_has_its_text_again(tmp_path: Path) -> None:
    db = tmp_path / "a.db"
    with Site({"/list.html": a_list(1), "/1.html": record(1, "a.txt"), "/files/a.txt": kept(TEXT)}) as site:
        county = portal_file(tmp_path, site.url, ("plan", "样本规划", "/list.html"))
        for links in (("a.txt",), (), ("a.txt",)):
            site.answers["/1.html"] = record(1, *links)
            crawl(county, db, "--mode", "full")
    assert files(db) == {("1.html", "a.txt"): ("text", TEXT)}


def test_a_file_whose_original_was_destroyed_is_asked_for_itself(tmp_path: Path) -> None:
    db = tmp_path / "a.db"
    with Site({"/list.html": a_list(1), "/1.html": record(1, "a.txt"), "/files/a.txt": kept(TEXT)}) as site:
        county = portal_file(tmp_path, site.url, ("plan", "样本规划", "/list.html"))
        crawl(county, db)
        destroy(place_of(db), [f"{site.url}files/a.txt"], "2026-03-01T00:00:00Z")
        site.answers |= {"/list.html": a_list(1, 3), "/3.html": record(3, "a.txt")}
        crawl(county, db, "--mode", "full")
    assert files(db)["3.html", "a.txt"] == ("text", TEXT)


def test_a_moved_record_keeps_a_file_that_can_not_be_had_on_that_day(tmp_path: Path) -> None:
    db = tmp_path / "a.db"
    with Site({"/list.html": a_list(1), "/1.html": record(1, "a.txt"), "/files/a.txt": kept(TEXT)}) as site:
        county = portal_file(tmp_path, site.url, ("plan", "样本规划", "/list.html"))
        crawl(county, db)
        del site.answers["/1.html"], site.answers["/files/a.txt"]
        site.answers |= {"/list.html": a_list("1-new"), "/1-new.html": record(1, "a.txt")}
        crawl(county, db, "--mode", "full")
    assert files(db) == {("1-new.html", "a.txt"): ("text", TEXT)}


def test_a_file_that_could_not_be_had_is_asked_for_again_though_its_page_is_not(tmp_path: Path) -> None:
    """Ever more rarely: the same day, and where it was missing for long, it is not."""
    db = tmp_path / "a.db"

    def update(day: int, hour: int = 4) -> bool:
        asked = site.requests.count("/files/a.txt")
        crawl(county, db, "--mode", "update", env={"DISCLOSURES_NOW": f"2026-06-{day:02}T{hour:02}:00:00Z"})
        return site.requests.count("/files/a.txt") > asked

    with Site(
        {"/list.html": a_list(1), "/1.html": kept(record(1, "a.txt")), "/files/a.txt": Answer(status=503)}
    ) as site:
        county = portal_file(tmp_path, site.url, ("plan", "样本规划", "/list.html"))
        crawl(county, db, env={"DISCLOSURES_NOW": "2026-06-01T04:00:00Z"})
        assert files(db)["1.html", "a.txt"] == ("unavailable", None)
        pages = site.requests.count("/1.html")
        assert [update(1, 9), update(2), update(15), update(16)] == [False, True, True, False]
        site.answers["/files/a.txt"] = kept(TEXT)
        assert update(25)
        assert site.requests.count("/1.html") == pages
        assert update(26) is False
    assert files(db)["1.html", "a.txt"] == ("text", TEXT)


def test_an_edit_of_a_page_that_was_asked_while_its_record_was_missing_is_told(tmp_path: Path) -> None:
    db = tmp_path / "a.db"
    edited = record(2).replace("仅供测试", "改过一次")
    with Site(
        {"/list.html": a_list(1, 2, 3), "/1.html": record(1), "/2.html": kept(record(2)), "/3.html": record(3)}
    ) as site:
        county = portal_file(tmp_path, site.url, ("plan", "样本规划", "/list.html"))
        crawl(county, db)
        site.answers |= {"/list.html": a_list(1, 3), "/2.html": kept(edited)}
        crawl(county, db, "--mode", "full")
        site.answers["/list.html"] = a_list(1, 2, 3)
        crawl(county, db, "--mode", "full")
        told = [each["kind"] for each in rows(db, "SELECT kind FROM events WHERE kind <> 'added' ORDER BY id")]
        assert told == ["changed", "unlisted", "returned"]
        (text,) = rows(db, "SELECT body FROM records WHERE url LIKE '%/2.html'")
        assert "改过一次" in str(text["body"])
        asked = len(site.requests)
        crawl(county, db, "--mode", "full")
    assert (
        len(site.requests) == asked + 5
    )  # robots.txt, the list and three pages: what was read from its original is read
    assert len(rows(db, "SELECT 1 FROM events WHERE kind <> 'added'")) == 3


def test_another_page_that_stood_where_a_record_was_withdrawn_is_read_when_the_record_is_listed_again(
    tmp_path: Path,
) -> None:
    db = tmp_path / "a.db"
    other = record(2).replace("样本规划2", "样本规划之二").replace("样本正文之2，仅供测试", "样本正文之另一篇")
    with Site({"/list.html": a_list(1, 2), "/1.html": record(1), "/2.html": kept(record(2))}) as site:
        county = portal_file(tmp_path, site.url, ("plan", "样本规划", "/list.html"))
        crawl(county, db)
        del site.answers["/2.html"]
        site.answers["/list.html"] = a_list(1)
        crawl(county, db, "--mode", "full")
        site.answers["/2.html"] = kept(other)
        past = rows(db, "UPDATE captures SET fetched_at = '2026-01-01T00:00:00.000Z' RETURNING id")  # so that it is due
        assert past
        crawl(county, db, "--mode", "full")
        site.answers["/list.html"] = a_list(1, 2)
        crawl(county, db, "--mode", "full")
        crawl(county, db, "--mode", "full")  # its title is not the listed one: it is believed when it is read twice
    told = [each["kind"] for each in rows(db, "SELECT kind FROM events WHERE kind <> 'added' ORDER BY id")]
    assert told == ["withdrawn", "returned", "changed"]
    (text,) = rows(db, "SELECT body FROM records WHERE url LIKE '%/2.html'")
    assert "另一篇" in str(text["body"])


def copies(db: Path, folder: Path) -> None:
    """Copy an archive and its originals."""
    for path in (db, place_of(db)):
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(folder / path.name)) as target:
            source.backup(target)


def packed(text: str, made: int) -> Answer:
    """A word file that says in its metadata when it was made."""
    return Answer(docx(word(text), {"docProps/core.xml": f"<made>{made}</made>".encode()}), "application/octet-stream")


def test_links_and_files_made_anew_for_each_visit_are_the_same_records_and_files(tmp_path: Path) -> None:
    """Sessions and random numbers in addresses, and the time in a file's metadata, tell of the visit; other words are a change."""
    visits = count(1)

    def listed(_: SiteRequest) -> str:
        return a_list(1, 2).replace('.html"', f'.html;jsessionid={next(visits):032X}"')

    def of_record(_: SiteRequest) -> str:
        return record(1, "a.docx").replace('a.docx"', f'a.docx?_=0.{10**8 + next(visits)}"')

    answers = {"/list.html": listed, "/1.html": of_record, "/2.html": record(2)}
    db = tmp_path / "a.db"
    with Site(answers) as site:
        portal = portal_file(tmp_path, site.url, ("plan", "样本规划", "/list.html"))
        for text, made, changes in ((TEXT, 1, 0), (TEXT, 2, 0), (CHANGED, 3, 1)):
            site.answers["/files/a.docx"] = answer = packed(text, made)
            assert crawl(portal, db, "--mode", "full").returncode == 0
            assert [len(rows(db, f"SELECT 1 FROM {table}")) for table in ("records", "attachments")] == [2, 1]
            assert rows(db, "SELECT sha256, text FROM attachments") == [
                {"sha256": sha256(answer.body).hexdigest(), "text": text}
            ]
            assert len(rows(db, "SELECT 1 FROM events WHERE kind = 'changed'")) == changes
    assert {str(each["url"]).rpartition("/")[2] for each in rows(db, "SELECT url FROM records")} == {"1.html", "2.html"}
