"""A site with numbers of persons wherever a page can print one: none is in what the archive keeps, shows, exports or says.

The sealed originals have them, in `evidence.db` alone. All pages are samples; the numbers are made up from a seed.
"""

import gzip
import io
import json
import os
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from arro3.io import read_parquet

from archive.database.connection import open_for_reading
from archive.labels.language import Language
from archive.labels.tables import TABLES
from archive.notify import hit_text
from archive.notify.event_report import event_report, last_event
from archive.search.event_request import EventRequest
from tests.conftest import Answer, Site, SiteRequest, disclosures, rows
from tests.files import zipped
from tests.personal_numbers import Canary, bytes_of, canary, columns_with, planted
from tests.web.asking import addresses_of, all_answers

SEED = int(os.environ.get("DISCLOSURES_TEST_SEED", "77"))
"""Another one makes other numbers."""

NUMBERS = planted(SEED)
ID, PHONE, CARD, ALL = NUMBERS.resident_id, NUMBERS.mobile, NUMBERS.card, NUMBERS.text
PLANTED = "，".join(NUMBERS.sentences[::2])
IN_FILES = "\n".join(NUMBERS.sentences[1::2])
KEPT = ("640324001/2017-00001", "91640300MA75W0000X", "0953-8012345", "2017-640324-48-01-012345", "同样发〔2017〕3号")


def page(main: str, title: str = "样本页面") -> str:
    return f'<!DOCTYPE html><html><head><meta name="keywords" content="{ALL}"><title>{title}</title></head><body>{main}</body></html>'


TRAIL = f'<div class="place">当前位置：<a href="/">首页</a> > <a href="/list.html">样本栏目{PHONE}</a></div>'


def list_page(*more: str) -> str:
    cells = (
        (KEPT[0], f'<a href="d/1.html" title="样本名单 {ALL}">样本名单 {ALL}</a>', f"样本局{PHONE}", "2017-01-01"),
        ("640324001/2017-00002", f"样本无链接 {ALL}", f"样本局{CARD}", "2017-01-02"),
        ("640324001/2017-00003", f'<a href="view?id={ID}">样本带号链接</a>', "样本局", "2017-01-03"),
        ("640324001/2017-00004", '<a href="d/gone.html">样本已删</a>', "样本局", "2017-01-04"),
        ("640324001/2017-00005", '<a href="d/leads.html">样本跳转</a>', "样本局", "2017-01-05"),
        ("640324001/2017-00006", '<a href="d/away.html">样本跳出</a>', "样本局", "2017-01-06"),
        *(
            (
                f"640324001/2017-001{n:02}",
                f'<a href="d/1.html?n={n}">样本{sentence}</a>',
                f"样本{sentence}",
                "2017-01-09",
            )
            for n, sentence in enumerate(NUMBERS.sentences[:30])
        ),
        ("640324001/2017-00007", '<a href="d/broken.html">样本出错</a>', "样本局", "2017-01-07"),
        *(("640324001/2017-00008", f'<a href="d/{name}.html">样本{name}</a>', "样本局", "2017-01-08") for name in more),
    )
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}<td>{ALL}</td></tr>" for row in cells)
    heads = "".join(f"<th>{name}</th>" for name in ("索引号", "标题", "发布机构", "发布日期", f"备注{PHONE}"))
    return page(f"{TRAIL}<table><tr>{heads}</tr>{body}</table>", f"样本目录{PHONE}")


def record(text: str) -> str:
    files = "".join(
        f'<p><a href="../f/{place}">样本附件{PHONE}之{place}</a></p>' for place in ("a.txt", "b.zip", "c.pdf", "d.doc")
    )
    return page(
        f"{TRAIL}<h1>样本名单 {ALL}</h1><table><tr><td>索引号：{KEPT[0]}</td><td>文号：{KEPT[4]}</td></tr>"
        f"<tr><td>责任部门：样本科{PHONE}</td><td>联系人{PHONE}：{ALL}</td><td>主题：{ALL}</td></tr></table>"
        f'<div class="TRS_Editor"><p>{text}{ALL}</p><p>{"，".join(KEPT)}</p><p>{PLANTED}</p>{files}<a href="../f/{ID}.doc">样本</a></div>'
    )


def served() -> dict[str, Answer | str]:
    private = (("ETag", f'"{ID}"'), ("X-Sample", CARD), ("Set-Cookie", f"s={PHONE}"))
    gone = page(f"<p>页面不存在 请返回{ALL}</p>")
    members = {f"样本{ID}.exe": b"MZ" + bytes(200), f"样本{PHONE}.txt": f"样本成员 {ALL}\n{IN_FILES}".encode()}
    return {
        "/list.html": Answer(list_page("later"), headers=private),
        "/d/1.html": Answer(record("样本原文"), headers=private),
        "/d/gone.html": Answer(gone, status=404),
        "/d/later.html": page(f'<h1>样本later</h1><div class="TRS_Editor"><p>样本正文{ALL}</p></div>'),
        "/d/leads.html": Answer(status=302, headers=(("Location", f"/view?id={ID}"),)),
        "/d/away.html": Answer(status=302, headers=(("Location", f"http://localhost:9/{ID}"),)),
        "/d/broken.html": Answer(page(f"<h1>系统错误 {ALL}</h1><p>数据库错误 {ALL}</p>"), status=500),
        "/view": page(f'<h1>样本</h1><div class="TRS_Editor"><p>样本{ALL}</p></div>'),
        "/f/a.txt": Answer(f"样本附件 {ALL}\n{IN_FILES}".encode(), "text/plain", headers=private),
        "/f/b.zip": Answer(zipped(members), "application/zip"),
        "/f/d.doc": Answer(b"MZ\x90\0" + bytes(200), "application/octet-stream"),
    }  # fmt: skip


PORTAL = f"""id = "county"
name = "同心县（样本）{PHONE}"
division_code = "640324"
home = "{{home}}"
[[catalogs]]
kind = "other"
title = "样本目录{ALL}"
url = "/list.html"
[[agencies]]
name = "样本局{PHONE}"
aliases = ["样局{CARD}"]
successor = "样本新局{ID}"
[[agencies]]
name = "样本新局{ID}"
"""
WATCHES = 'site = "http://archive.example/"\n[[watch]]\nname = "样本"\nquery = "样本"\nevents = ["changed", "withdrawn", "added"]\nwebhook = "$SAMPLE_HOOK"\n'


class Crawled:
    """An archive of two crawls of that site, and what each command said: name → standard output and standard error."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.db, self.said, self.posts = folder, folder / "a.db", {}, []
        self._commands: int = 0
        with Site(served()) as site:  # type: ignore[arg-type]
            site.answers["/hook"] = self._hook
            self.env = {"SAMPLE_HOOK": f"{site.url}hook"}
            self.portal, self.watches = folder / "county.toml", folder / "watches.toml"
            self.portal.write_text(PORTAL.replace("{home}", site.url), encoding="utf-8")
            self.watches.write_text(WATCHES, encoding="utf-8")
            crawl = ("crawl", self.portal, "--db", self.db, "--delay", 0, "--concurrency", 4, "--mode", "full")
            self.run(*crawl)
            self.run("watch", self.watches, "--db", self.db)
            site.answers["/list.html"] = list_page()
            site.answers["/d/later.html"] = Answer(page(f"<p>页面不存在 请返回{ALL}</p>"), status=404)
            site.answers["/d/1.html"] = lambda request: record("样本原文" if request.query else "样本新文")
            site.answers["/f/a.txt"] = Answer(f"样本新附件 {ALL}".encode(), "text/plain")
            self.run(*crawl)
            self.run("watch", self.watches, "--db", self.db)
            self.requests = list(site.requests)
        self.run("reparse", "--db", self.db)
        self.run("redact", "--db", self.db)
        self.run("status", "--db", self.db)
        self.run("search", "样本", "--db", self.db, "--json")
        self.run("ask", "removed_records", "--db", self.db)
        self.run("verify", "--db", self.db)
        self.run("publish", folder / "published", "--db", self.db)

    def _hook(self, request: SiteRequest) -> Answer:
        self.posts.append(f"{request.form} {dict(request.headers)}")
        return Answer()

    def run(self, *arguments: object) -> None:
        done = disclosures(*arguments, env=self.env)
        self._commands += 1
        self.said[f"{self._commands} {arguments[0]}"] = done.stdout + done.stderr


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Crawled:
    return Crawled(tmp_path_factory.mktemp("personal"))


def test_the_site_was_read(crawled: Crawled) -> None:
    """All that follows says nothing where a page was not read."""
    states = dict(row.values() for row in rows(crawled.db, "SELECT url, state FROM attachments"))  # type: ignore[misc]
    assert sorted(str(state) for state in states.values()) == ["executable", "text", "text", "unavailable"]
    events = {str(row["kind"]) for row in rows(crawled.db, "SELECT kind FROM events")}
    assert events == {"added", "changed", "withdrawn"}
    (own,) = rows(crawled.db, "SELECT * FROM records WHERE url LIKE '%/d/1.html'")
    assert all(number in str(own["body"]) for number in KEPT)
    assert (own["index_number"], own["document_number"]) == (KEPT[0], KEPT[4])
    assert "样本甲" in str(own["title"])
    kinds = {str(row["kind"]) for row in rows(crawled.db, "SELECT kind FROM problems")}
    assert {"attachment", "not_found", "http_error", "not_asked"} <= kinds
    assert len(crawled.posts) == 2 or len(crawled.posts) == 1


def test_the_originals_have_the_numbers(crawled: Crawled) -> None:
    """Sealed as they came: what is masked is not lost."""
    from archive.evidence.evidence_store import Evidence

    with closing(Evidence(crawled.folder / "a.evidence.db")) as evidence:
        first = rows(crawled.db, "SELECT min(id) AS id FROM captures WHERE url LIKE '%/d/1.html'")[0]["id"]
        assert ALL.encode() in evidence.exchange(int(str(first))).payload


def test_no_column_and_no_byte_of_the_archive_has_a_number(crawled: Crawled) -> None:
    assert columns_with(crawled.db, NUMBERS) == {}
    assert NUMBERS.found_in(bytes_of(crawled.db)) == []


def test_no_page_with_a_number_in_its_address_was_asked_for(crawled: Crawled) -> None:
    assert [path for path in crawled.requests if ID in path] == []


def test_no_other_file_beside_the_archive_has_a_number(crawled: Crawled) -> None:
    """The log above all; the portal file and the originals are not the archive's to mask."""
    others = [
        path
        for path in crawled.folder.iterdir()
        if path.is_file() and "evidence" not in path.name and path != crawled.portal
    ]
    assert "crawl.log" in {path.name for path in others}
    assert [path.name for path in others if NUMBERS.found_in(path.read_bytes())] == []


def test_no_command_says_a_number(crawled: Crawled) -> None:
    assert {name: NUMBERS.found_in(said) for name, said in crawled.said.items() if NUMBERS.found_in(said)} == {}


def test_no_message_tells_a_number(crawled: Crawled) -> None:
    assert crawled.posts
    assert [
        NUMBERS.found_in(json.dumps(json.loads(post.partition("} {")[0] + "}"), ensure_ascii=False))
        for post in crawled.posts
    ] == [[] for _ in crawled.posts]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_neither_mail_nor_a_chat_room_is_told_a_number(crawled: Crawled, language: Language) -> None:
    with closing(open_for_reading(crawled.db)) as connection:
        through = last_event(connection)
        report = event_report(connection, EventRequest(), after=0, through=through, site="http://s/", language=language)
    room = "\n".join(hit_text.brief([hit], 1, language) for hit in report.hits)
    for told in (hit_text.text(report.hits, report.count, language), room):
        assert "样本名单" in told
        assert NUMBERS.found_in(told) == []


def test_nothing_published_has_a_number(crawled: Crawled) -> None:
    published = [path for path in (crawled.folder / "published").rglob("*") if path.is_file()]
    assert any(path.suffix == ".db" for path in published)
    assert [path.name for path in published if NUMBERS.found_in(path.read_bytes())] == []


def test_an_archive_it_is_merged_into_has_none(crawled: Crawled, tmp_path: Path) -> None:
    done = disclosures("merge", crawled.db, "--db", tmp_path / "all.db")
    assert done.returncode == 0, done.stdout + done.stderr
    count = "SELECT count(*) AS n FROM records"
    assert rows(tmp_path / "all.db", count) == rows(crawled.db, count)
    assert columns_with(tmp_path / "all.db", NUMBERS) == {}
    assert NUMBERS.found_in(bytes_of(tmp_path / "all.db") + (done.stdout + done.stderr).encode()) == []


def opened(data: bytes, name: str) -> Iterator[tuple[str, bytes]]:
    """A file, and what is in it where it is packed."""
    yield name, data
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.namelist():
                yield from opened(archive.read(member), f"{name}/{member}")
    elif data.startswith(b"\x1f\x8b"):
        yield f"{name}, unpacked", gzip.decompress(data)


@pytest.mark.parametrize("form", ["csv", "jsonl", "xlsx", "parquet"])
def test_no_export_has_a_number(crawled: Crawled, tmp_path: Path, form: str) -> None:
    known = [name for name, table in TABLES.items() if not table.hidden and name != "search"]
    for name in ("", *(known if form == "jsonl" else ("records", "events", "versions", "attachments"))):
        out = tmp_path / f"{name or 'found'}.{form}"
        chosen = ("--table", name) if name else ("--body",)
        done = disclosures("export", form, *chosen, "--out", out, "--db", crawled.db)
        assert done.returncode == 0, done.stdout + done.stderr
        data = out.read_bytes()
        if form == "parquet":
            table = read_parquet(out).read_all()
            data += str([table[column].to_pylist() for column in table.column_names]).encode()
        for where, part in opened(data, out.name):
            assert NUMBERS.found_in(part) == [], where


def test_originals_as_received_have_them_and_it_is_said(crawled: Crawled, tmp_path: Path) -> None:
    options = ("--record", "1", "--as-received", "--out", tmp_path / "a.wacz", "--db", crawled.db)
    done = disclosures("export", "wacz", *options)
    assert "numbers of persons that the archive masks stand in it unmasked" in done.stderr
    assert NUMBERS.found_in(done.stdout + done.stderr) == []
    parts = dict(opened((tmp_path / "a.wacz").read_bytes(), "a.wacz"))
    assert NUMBERS.found_in(parts["a.wacz/datapackage.json"]) == []
    assert any(ALL.encode() in data for data in parts.values())


@pytest.mark.parametrize("form", ["warc", "wacz"])
def test_no_export_of_originals_has_a_number(crawled: Crawled, tmp_path: Path, form: str) -> None:
    out = tmp_path / ("a.warc.gz" if form == "warc" else "a.wacz")
    done = disclosures("export", form, "--portal", "county", "--out", out, "--db", crawled.db)
    assert (done.returncode, done.stderr) == (0, "")
    read = list(opened(out.read_bytes(), out.name))
    assert [where for where, data in read if NUMBERS.found_in(data)] == []
    assert any(b"X-Archive-Masked: personal data is masked" in data for _, data in read)
    assert any(b"X-Archive-Masked: left out" in data for _, data in read)


PAGES = (
    "/", "/-/search?q=样本", "/-/search.json?q=样本", "/-/search.atom?q=样本", "/-/search.csv?q=样本", "/-/search.xlsx?q=样本",
    "/-/browse", "/-/browse/county", "/-/browse/county/1", "/-/browse/county/1.atom", "/-/browse/county/1.json", "/-/changes",
    "/-/changes.atom", "/-/changes.json", "/-/counties", "/-/counties/64", "/-/day/2017-01-01", "/-/questions/removed_records",
    "/-/questions/removed_records.atom", "/-/api", "/-/download", "/-/cards", "/a", "/a.json", "/a/records.json?_shape=array&_size=50",
)  # fmt: skip


def test_no_page_feed_or_copy_of_the_site_shows_a_number(crawled: Crawled) -> None:
    names = rows(crawled.db, "SELECT name FROM publisher_names")
    paths = [*PAGES, *addresses_of(crawled.db), *(f"/-/publisher?portal=county&name={row['name']}" for row in names)]
    paths += [f"/a/{name}.json?_shape=array" for name, table in TABLES.items() if not table.hidden and name != "search"]
    got = all_answers(crawled.db, paths)
    assert {path for path, (status, _) in got.items() if status >= 500} == set()
    assert len([path for path, (status, _) in got.items() if status == 200]) > 50
    shown = {
        path: parts
        for path, (_, data) in got.items()
        for where, part in opened(data, path)
        if (parts := NUMBERS.found_in(part))
    }
    assert shown == {}


def test_other_numbers_would_be_found() -> None:
    """The search for numbers finds whole ones, cut ones, and none where they are masked."""
    other: Canary = canary(SEED + 1)
    assert other.found_in(f"样本{other.resident_id[:12]}") != []
    assert other.found_in(other.text) != []
    assert other.found_in(f"{other.mobile[:3]}********") == []
