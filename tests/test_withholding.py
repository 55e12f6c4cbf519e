"""Withholding: what is withheld is nowhere that anybody but the operator can see, at once and for good. All texts are samples."""

import gzip
import io
import re
import shutil
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from archive.evidence.evidence_store import Evidence
from archive.labels.tables import TABLES
from archive.maintenance.job import begin
from tests.conftest import Answer, Site, crawl, disclosures, portal_file, rows
from tests.web.asking import addresses_of, all_answers

TITLE, BODY, OLD_BODY = "样本甲救助决定青釉瓷瓶", "样本正文紫砂茶壶若干", "样本旧文乌木算盘若干"
FILE_NAME, FILE_TEXT, PUBLISHER, NUMBER = (
    "样本附件竹编提篮",
    "样本文件铜胎画珐琅",
    "样本局红木书案",
    "檀香木雕发〔2018〕77号",
)
UNLINKED_TITLE = "样本无链接剔红漆盒之通知"
WORDS = (TITLE, BODY, OLD_BODY, FILE_NAME, FILE_TEXT, PUBLISHER, NUMBER, UNLINKED_TITLE)
REASON = "样本缘由由某某来信要求"
TRACES = tuple(
    word[at : at + 4]
    for word in (*WORDS, REASON)
    for at in range(2, len(word) - 3)
    if re.search("[0-9]", word[at : at + 4]) is None
)


def found(data: bytes) -> list[str]:
    """The planted words of which four characters in a row are in `data`, as UTF-8 or as JSON escapes them."""
    return [
        trace
        for trace in TRACES
        if trace.encode() in data or trace.encode("unicode_escape") in data or trace.encode("utf-16-le") in data
    ]


def list_page(*more: str) -> str:
    cells = [
        f'<td>1</td><td><a href="d/one.html" title="{TITLE}">{TITLE}</a></td><td>{PUBLISHER}</td><td>2018-01-02</td>',
        '<td>2</td><td><a href="d/two.html">样本乙通知</a></td><td>样本局</td><td>2018-01-03</td>',
        f"<td>3</td><td>{UNLINKED_TITLE}</td><td>样本局</td><td>2018-01-04</td>",
        *more,
    ]
    heads = "".join(f"<th>{name}</th>" for name in ("索引号", "标题", "发布机构", "发布日期"))
    return f"<html><body><table><tr>{heads}</tr>{''.join(f'<tr>{row}</tr>' for row in cells)}</table></body></html>"


def page(body: str) -> str:
    return (
        f"<html><body><h1>{TITLE}</h1><table><tr><td>文号：{NUMBER}</td><td>发布机构：{PUBLISHER}</td></tr></table>"
        f'<div class="TRS_Editor"><p>{body}</p><a href="../f/a.txt">{FILE_NAME}.txt</a></div></body></html>'
    )


OTHER = (
    f'<html><body><h1>样本乙通知</h1><div class="TRS_Editor"><p>样本乙正文可以示人</p><a href="../f/b.txt">样本乙附件.txt</a>'
    f'</div><p>上一篇：<a href="one.html">{TITLE}</a></p></body></html>'
)


def site_answers(body: str) -> dict[str, Answer | str]:
    """The portal, with this text of record `one`."""
    return {
        "/list.html": list_page(),
        "/d/one.html": page(body),
        "/d/two.html": OTHER,
        "/f/a.txt": Answer(FILE_TEXT, "text/plain; charset=utf-8"),
        "/f/b.txt": Answer("样本乙文件可以示人", "text/plain; charset=utf-8"),
    }


@dataclass(frozen=True)
class Archive:
    """An archive of two crawls, in which record `one` changed; the site it was crawled from still stands."""

    folder: Path
    site: Site

    @property
    def db(self) -> Path:
        return self.folder / "a.db"

    @property
    def portal(self) -> Path:
        return self.folder / "county.toml"

    def crawl(self) -> None:
        done = crawl(self.portal, self.db, "--mode", "full")
        assert done.returncode in {0, 1}, done.stdout + done.stderr

    def record(self, end: str) -> int:
        return int(str(rows(self.db, "SELECT id FROM records WHERE url LIKE ?", f"%{end}")[0]["id"]))

    def run(self, *arguments: object, status: int = 0, first: str = "") -> str:
        done = disclosures(*arguments, "--db", self.db, first=first)
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout + done.stderr

    def withhold(self, *options: object, status: int = 0, first: str = "") -> str:
        records = self.record("d/one.html"), self.record("#row-%")
        return self.run("withhold", *records, "--reason", REASON, *options, status=status, first=first)

    def bytes(self) -> bytes:
        return b"".join(path.read_bytes() for path in self.folder.glob("a.db*"))


@pytest.fixture(scope="module")
def two_crawls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    with Site({}) as site:
        archive = Archive(tmp_path_factory.mktemp("two_crawls"), site)
        portal_file(archive.folder, site.url, ("other", "样本目录", "/list.html"))
        for body in (OLD_BODY, BODY):
            site.answers = site_answers(body)
            archive.crawl()
        yield archive


@pytest.fixture
def archive(two_crawls: Archive, tmp_path: Path) -> Archive:
    """One's own copy."""
    two_crawls.site.answers = site_answers(BODY)
    shutil.copytree(two_crawls.folder, tmp_path, dirs_exist_ok=True)
    return Archive(tmp_path, two_crawls.site)


def opened(data: bytes) -> Iterator[bytes]:
    """A file, and what is in it where it is packed."""
    yield data
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            for member in packed.namelist():
                yield from opened(packed.read(member))
    elif data.startswith(b"\x1f\x8b"):
        yield gzip.decompress(data)


PAGES = (
    "/", "/-/search?q=样本", "/-/search.json?q=样本", "/-/search.atom?q=样本", "/-/search.csv?q=样本", "/-/browse",
    "/-/search", "/-/browse/county", "/-/browse/county/1", "/-/browse/county/1.atom", "/-/browse/county/1.json", "/-/changes",
    "/-/changes.atom", "/-/changes.json", "/-/day/2018-01-02", "/-/questions/removed_records.csv", "/-/guide",
    "/-/questions/changed_without_new_date.csv", "/-/api", "/-/cards", "/a", "/a.json", "/sitemap.xml", "/llms.txt",
    "/-/sitemap/records-0.xml", "/a/records.json?_shape=array", "/a.json?sql=select+*+from+withheld&_shape=array",
    "/a.json?sql=select+reason||''+as+x+from+withheld&_shape=array", "/a/search.json?_search=样本&_shape=array",
)  # fmt: skip


def answers(db: Path) -> dict[str, tuple[int, bytes]]:
    """The site's answers at PAGES, and for every record, capture, table and file: address → status and bytes."""
    records = [row["id"] for row in rows(db, "SELECT id FROM records")]
    paths = [*PAGES, *addresses_of(db)]
    paths += [f"/-/record/{number}{form}" for number in records for form in (".json", ".csv", ".atom")]
    paths += [f"/a/{name}.json?_shape=array" for name, table in TABLES.items() if name != "search" and not table.hidden]
    paths += ["/a/readings.json?_shape=array", "/a/attachments/1", "/a/unindexed.json", "/a/derived.json"]
    return all_answers(db, paths)


def test_the_words_are_there_before(archive: Archive) -> None:
    """All that follows says nothing where a word was never shown."""
    shown = b"".join(data for _, data in answers(archive.db).values())
    assert [word for word in WORDS if word.encode() not in shown] == []


def test_no_page_feed_table_or_copy_shows_what_is_withheld(archive: Archive) -> None:
    archive.withhold()
    got = answers(archive.db)
    assert {path for path, (status, _) in got.items() if status >= 500} == set()
    assert {path: found(data) for path, (_, data) in got.items() if found(data)} == {}
    one = archive.record("d/one.html")
    assert got[f"/-/record/{one}"][0] == 200
    tombstone = got[f"/-/record/{one}"][1].decode()
    assert "此记录已撤出公开" in tombstone
    assert "noindex" in tombstone
    lists = ("/", "/-/changes", "/-/changes.json", "/-/browse/county/1", "/-/sitemap/records-0.xml")
    assert [path for path in lists if re.search(rf"records?/{one}\b", got[path][1].decode())] == []
    assert [path for path in lists if not re.search(r"records?/\d", got[path][1].decode())] == []
    assert "样本乙正文可以示人" in got[f"/-/record/{archive.record('d/two.html')}"][1].decode()
    assert rows(archive.db, "SELECT DISTINCT reason FROM withheld WHERE target = 'record'") == [{"reason": REASON}]


def test_no_byte_of_the_archive_holds_what_is_withheld(archive: Archive) -> None:
    archive.withhold()
    assert [word for word in WORDS if found_of(word, archive.bytes())] == []
    (one,) = rows(archive.db, "SELECT * FROM records WHERE id = ?", archive.record("d/one.html"))
    assert (one["state"], one["title"], one["body"], one["source_fields"]) == ("withheld", None, None, "{}")
    assert archive.run("verify").startswith("all well")
    with closing(sqlite3.connect(archive.db)) as connection:
        connection.execute("CREATE VIRTUAL TABLE temp.terms USING fts5vocab('main', 'records_fts', 'row')")
        terms = {row[0] for row in connection.execute("SELECT term FROM temp.terms")}
        assert "样本" in terms
        stored = b"".join(row[0] for row in connection.execute("SELECT block FROM records_fts_data"))
    assert [pair for pair in ("青釉", "珐琅", "剔红") if pair in terms or pair.encode() in stored] == []


def found_of(word: str, data: bytes) -> list[str]:
    """The parts of a planted word that are in `data`."""
    return [trace for trace in found(data) if trace in word]


def test_no_search_question_or_export_has_it(archive: Archive, tmp_path: Path) -> None:
    archive.withhold()
    said = archive.run("search", "样本", "--json") + archive.run("search", "青釉瓷瓶", "--count")
    said += archive.run("ask", "removed_records", "--set", "state=", "--csv") + archive.run(
        "ask", "changed_without_new_date", "--csv"
    )
    assert found(said.encode()) == []
    for form in ("csv", "jsonl", "xlsx"):
        out = tmp_path / f"found.{form}"
        archive.run("export", form, "--body", "--out", out)
        assert [found(part) for part in opened(out.read_bytes()) if found(part)] == []
        assert [part for part in opened(out.read_bytes()) if b"d/one.html" in part or b"withheld" in part] == []
    for form in ("warc", "wacz"):
        out = tmp_path / f"portal.{form}"
        archive.run("export", form, "--portal", "county", "--out", out)
        assert [found(part) for part in opened(out.read_bytes()) if found(part)] == []
        assert "样本乙文件可以示人".encode() in b"".join(opened(out.read_bytes()))
    assert "withheld" in archive.run(
        "export", "warc", "--record", archive.record("d/one.html"), "--out", tmp_path / "one.warc", status=2
    )


def test_what_is_published_or_kept_for_download_loses_it_too(archive: Archive, tmp_path: Path) -> None:
    from archive.export import snapshots

    archive.run("publish", tmp_path / "public")
    snapshots.renew(archive.db)
    archive.withhold()
    archive.run("publish", tmp_path / "public")
    kept = snapshots.kept(archive.db)
    assert kept is not None
    files = [path for path in (tmp_path / "public").rglob("*") if path.is_file()] + [kept.path]
    assert len([path for path in files if path.suffix == ".db"]) == 2  # the current one, and the download
    assert {path.name: found(path.read_bytes()) for path in files if found(path.read_bytes())} == {}
    assert len(list(kept.path.parent.glob("*.db"))) == 1


def test_later_crawls_and_reparses_bring_nothing_back(archive: Archive) -> None:
    archive.withhold()
    archive.site.answers["/d/one.html"] = page(f"{BODY}又有新文")
    archive.site.answers["/list.html"] = list_page("<td>4</td><td>样本丁新通知</td><td>样本局</td><td>2018-01-05</td>")
    archive.crawl()
    archive.run("reparse")
    archive.run("redact")
    assert rows(archive.db, "SELECT count(*) AS n FROM records WHERE title = '样本丁新通知'") == [{"n": 1}]
    assert [word for word in WORDS if found_of(word, archive.bytes())] == []
    assert {path: found(data) for path, (_, data) in answers(archive.db).items() if found(data)} == {}
    assert found((archive.folder / "crawl.log").read_bytes()) == []
    del archive.site.answers["/d/one.html"]
    archive.site.answers["/list.html"] = list_page().replace("one.html", "elsewhere.html")
    archive.crawl()
    assert {row["state"] for row in rows(archive.db, "SELECT state FROM records WHERE url LIKE '%/d/one.html'")} == {
        "withheld"
    }


def test_a_merge_brings_nothing_back_and_takes_over_what_is_withheld_elsewhere(
    archive: Archive, tmp_path: Path
) -> None:
    for path in archive.folder.glob("a.*"):
        (tmp_path / f"before-{path.name}").write_bytes(path.read_bytes())
    before = tmp_path / "before-a.db"
    before.with_name("before-a.evidence.db").rename(tmp_path / "before-a.evidence.db")
    archive.withhold()
    done = disclosures("merge", before, "--db", archive.db)
    assert done.returncode == 0, done.stdout + done.stderr
    assert [word for word in WORDS if found_of(word, archive.bytes())] == []
    fresh = tmp_path / "fresh" / "b.db"
    fresh.parent.mkdir()
    assert disclosures("merge", before, "--db", fresh).returncode == 0
    assert TITLE in str(rows(fresh, "SELECT group_concat(title) AS t FROM records"))
    assert disclosures("merge", archive.db, "--db", fresh).returncode == 0
    data = b"".join(path.read_bytes() for path in fresh.parent.glob("b.db*"))
    assert [word for word in WORDS if found_of(word, data)] == []
    assert disclosures("verify", "--db", fresh).returncode == 0


def test_a_row_without_a_link_is_on_no_copy_of_a_list_page_old_or_new(archive: Archive) -> None:
    def more(number: int) -> str:
        return list_page(f"<td>{number}</td><td>样本又一行之{number}</td><td>样本局</td><td>2018-01-0{number}</td>")

    archive.site.answers["/list.html"] = more(5)
    archive.crawl()
    archive.run("withhold", archive.record("#row-%"), "--reason", "样本")
    assert [path for path, (_, data) in answers(archive.db).items() if found_of(UNLINKED_TITLE, data)] == []
    archive.site.answers["/list.html"] = more(6)
    archive.crawl()
    got = answers(archive.db)
    assert [path for path, (_, data) in got.items() if found_of(UNLINKED_TITLE, data)] == []
    assert TITLE in got[f"/-/record/{archive.record('d/one.html')}"][1].decode()


def test_a_record_that_was_withdrawn_is_so_again_when_it_is_lifted(archive: Archive) -> None:
    one = archive.record("d/one.html")
    del archive.site.answers["/d/one.html"]
    archive.site.answers["/list.html"] = re.sub("<tr><td>1</td>.*?</tr>", "", list_page())
    archive.crawl()
    state = "SELECT state FROM records WHERE id = ?"
    assert rows(archive.db, state, one) == [{"state": "withdrawn"}]
    archive.run("withhold", one, "--reason", "样本")
    assert rows(archive.db, state, one) == [{"state": "withheld"}]
    archive.run("withhold", one, "--lift")
    assert rows(archive.db, state, one) == [{"state": "withdrawn"}]
    assert TITLE in archive.run("search", TITLE, "--json")


def test_what_is_lifted_is_read_again_from_its_originals(archive: Archive) -> None:
    one = archive.record("d/one.html")
    (before,) = rows(archive.db, "SELECT * FROM records WHERE id = ?", one)
    archive.withhold()
    assert REASON in archive.run("withhold", "--list")
    archive.run("withhold", one, archive.record("#row-%"), "--lift")
    (after,) = rows(archive.db, "SELECT * FROM records WHERE id = ?", one)
    assert after == before
    (file,) = rows(archive.db, "SELECT name, text, state FROM attachments WHERE record_id = ?", one)
    assert file == {"name": f"{FILE_NAME}.txt", "text": FILE_TEXT, "state": "text"}
    assert rows(archive.db, "SELECT * FROM withheld") == []
    assert "d/one.html" in archive.run("search", TITLE)
    assert rows(archive.db, "SELECT title FROM records WHERE url LIKE '%#row-%'") == [{"title": UNLINKED_TITLE}]
    archive.crawl()
    assert rows(archive.db, "SELECT * FROM versions WHERE record_id = ? AND cause = 'parser'", one) == []


def test_what_is_destroyed_leaves_its_digest_and_every_seal_holds(archive: Archive) -> None:
    one = archive.record("d/one.html")
    with closing(Evidence(archive.folder / "a.evidence.db")) as evidence:
        tip = evidence.tip()
    assert tip is not None
    said = archive.withhold("--destroy")
    assert "destroyed: 3 payloads" in said
    data = (archive.folder / "a.evidence.db").read_bytes()
    shown = archive.run("verify", "--against", f"{tip[0]} {tip[1]}")
    assert shown.startswith("all well")
    assert "3 payloads were destroyed by decision" in shown
    assert "destroyed" in archive.run("withhold", one, "--lift", status=2)
    with closing(Evidence(archive.folder / "a.evidence.db")) as evidence:
        for row in rows(archive.db, "SELECT id FROM captures WHERE url LIKE '%/d/one.html' OR url LIKE '%/f/a.txt'"):
            with pytest.raises(Exception, match="was destroyed by decision"):
                evidence.exchange(int(str(row["id"])))
    assert BODY.encode() not in data
    with closing(sqlite3.connect(archive.folder / "a.evidence.db")) as connection, connection:
        connection.execute("UPDATE payloads SET stored = x'', destroyed_at = '2026-01-01T00:00:00Z' WHERE bytes > 0")
    assert "though it isn't withheld" in archive.run("verify", status=1)


def test_one_file_or_one_address_may_be_withheld_alone(archive: Archive) -> None:
    (file,) = rows(archive.db, "SELECT id, record_id FROM attachments WHERE url LIKE '%/f/a.txt'")
    archive.run("withhold", "--attachment", file["id"], "--reason", "样本")
    assert found_of(FILE_TEXT, archive.bytes()) == []
    assert rows(archive.db, "SELECT DISTINCT name FROM attachments WHERE state = 'withheld'") == [{"name": ""}]
    archive.site.answers["/f/copy.txt"] = archive.site.answers["/f/a.txt"]
    archive.site.answers["/d/two.html"] = OTHER.replace("b.txt", "copy.txt")
    archive.crawl()
    assert found_of(FILE_TEXT, archive.bytes()) == []
    got = answers(archive.db)
    assert {path for path, (_, data) in got.items() if found_of(FILE_TEXT, data)} == set()
    archive.run("withhold", "--attachment", file["id"], "--lift")
    assert rows(archive.db, "SELECT text FROM attachments WHERE id = ?", file["id"]) == [{"text": FILE_TEXT}]
    archive.run("withhold", "--url", f"{archive.site.url}list.html", "--reason", "样本")
    got = answers(archive.db)
    assert all(
        TITLE not in data.decode(errors="replace")
        for number in rows(archive.db, "SELECT id FROM captures WHERE url LIKE '%/list.html'")
        for data in [got[f"/-/copy/{number['id']}/raw"][1]]
    )
    assert TITLE in got[f"/-/record/{archive.record('d/one.html')}"][1].decode()


def test_a_message_that_waits_is_taken_back(archive: Archive, tmp_path: Path) -> None:
    watches = tmp_path / "watches.toml"
    text = f'[[watch]]\nname = "样本"\nquery = "{TITLE}"\nevents = ["changed", "added"]\nwebhook = "{{}}"\n'
    watches.write_text(text.format(f"{archive.site.url}refuses"), encoding="utf-8")
    archive.run("watch", watches)
    archive.site.answers["/d/one.html"] = page(f"{BODY}又改")
    archive.crawl()
    archive.run("watch", watches, status=1)
    notes = tmp_path / "a.watches.db"
    assert TITLE.encode() in notes.read_bytes()
    archive.withhold()
    assert [trace for trace in found(notes.read_bytes()) if trace in TITLE and text.count(trace) == 0] == []
    assert rows(notes, "SELECT * FROM messages") == []


def test_a_record_may_be_named_by_an_address_it_had_before_it_moved(archive: Archive) -> None:
    number, former = archive.record("d/one.html"), f"{archive.site.url}d/former.html"
    with closing(sqlite3.connect(archive.db)) as connection, connection:
        connection.execute(
            "INSERT INTO events (record_id, kind, at, crawl_id, detail) VALUES (?, 'moved', '2026-01-01T00:00:00Z', 2, json_object('from', ?))",
            (number, former),
        )
    archive.run("withhold", former, "--reason", "样本")
    assert rows(archive.db, "SELECT id FROM records WHERE state = 'withheld'") == [{"id": number}]


def test_wrong_use_is_refused(archive: Archive) -> None:
    assert "--reason" in archive.run("withhold", "1", status=2)
    assert "no record 99" in archive.run("withhold", "99", "--reason", "样本", status=2)
    assert "no attachment 99" in archive.run("withhold", "--attachment", "99", "--reason", "样本", status=2)
    assert "knows nothing at" in archive.run("withhold", "--url", "http://example.org/", "--reason", "样本", status=2)
    assert "not withheld" in archive.run("withhold", "1", "--lift", status=2)
    assert "say what to withhold" in archive.run("withhold", "--reason", "样本", status=2)


def test_a_job_that_began_before_brings_nothing_back(archive: Archive, tmp_path: Path) -> None:
    job = tmp_path / "job" / "j.db"
    job.parent.mkdir()
    begin(archive.db, "county", job)
    archive.site.answers["/d/one.html"] = page(f"{BODY}又有新文")
    assert crawl(archive.portal, job, "--mode", "full").returncode in {0, 1}
    assert found_of(BODY, job.read_bytes()) != []
    archive.withhold()
    assert "1 crawl taken" in archive.run("merge", job)
    assert [word for word in WORDS if found_of(word, archive.bytes())] == []
    assert {path: found(data) for path, (_, data) in answers(archive.db).items() if found(data)} == {}
    assert archive.run("verify").startswith("all well")


def test_an_archive_with_destroyed_originals_is_merged(archive: Archive, tmp_path: Path) -> None:
    archive.withhold("--destroy")
    other = tmp_path / "other" / "b.db"
    other.parent.mkdir()
    assert "taken" in disclosures("merge", archive.db, "--db", other).stdout
    shown = disclosures("verify", "--db", other)
    assert (shown.returncode, "3 payloads were destroyed by decision" in shown.stdout) == (0, True), shown.stdout


IMPATIENT = (
    "from archive.maintenance import bring_up_to_date as b, writing_session as w; b.SWEEP_PATIENCE = w.PATIENCE = 100"
)


def test_while_another_program_reads_the_file_it_says_so_and_is_swept_later(archive: Archive) -> None:
    with closing(sqlite3.connect(archive.db)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM records").fetchone()
        said = archive.withhold(status=1, first=IMPATIENT)
        assert "another program is using it" in said
    archive.run("review")
    assert [word for word in WORDS if found_of(word, archive.bytes())] == []
