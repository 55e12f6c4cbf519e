"""Archived copies on the site: what is said around them, how they are sent, and that originals are out of reach."""

import asyncio
import io
import shutil
import sqlite3
import zipfile
from contextlib import closing

import pytest
from datasette.app import Datasette
from lxml import html
from warcio.archiveiterator import ArchiveIterator

from archive.evidence.evidence_reader import beside
from archive.maintenance.withholding import withhold
from archive.web.http.server import make_datasette
from archive.web.views import capture_frame
from tests.web import sealed
from tests.web.asking import asking
from tests.web.asking import text as words
from tests.web.sample_archive import build
from tests.web.sealed import ID, PHONE, build_sealed, number


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    return build_sealed(tmp_path_factory.mktemp("sealed"))


@pytest.fixture(scope="module")
def site(archive):
    return make_datasette(archive)


@pytest.fixture(scope="module")
def get(site):
    def ask(path: str, **options: object):
        return asyncio.run(site.client.get(path, **options))

    return ask


@pytest.fixture(scope="module")
def page(get):
    """The tree of the page around a capture's copy."""

    def ask(capture: int):
        answer = get(f"/-/copy/{capture}")
        assert answer.status_code == 200, answer.text
        return html.fromstring(answer.text)

    return ask


# --- the page around a copy ---


def test_what_is_stated_of_a_copy(page):
    tree = page(number(sealed.PAGE, 2))
    text = words(tree)
    for expected in (
        "存档副本", "2026-11-21 10:00（北京时间） 2026-11-21 02:00:14 UTC", "页面 (HTTP 200)", "2026-11-18 10:03",
        "不是官方文本", "3 个已显示，2 个当时未采集，1 个未能确定有无个人信息",
        "隐去：手机号码 1 处、居民身份证号 1 处。",
    ):  # fmt: skip
        assert expected in text, expected
    (frame,) = tree.cssselect("iframe")
    assert frame.get("sandbox") == ""
    assert frame.get("referrerpolicy") == "no-referrer"
    assert frame.get("src") == f"/-/copy/{number(sealed.PAGE, 2)}/raw"
    assert frame.get("title")
    assert tree.cssselect(".what a")[0].get("href") == "/-/record/1"
    assert tree.xpath(f"//a[@href='{sealed.PAGE}']/@rel") == ["noopener noreferrer nofollow"]
    assert tree.cssselect("code")[0].text_content() == tree.cssselect("code")[0].text
    assert len(tree.cssselect("code")[0].text) == 64
    assert tree.xpath("//script | //style | //*[@style]") == []
    assert tree.get("lang") == "zh-CN"


def test_every_capture_can_be_chosen(page):
    tree = page(number(sealed.PAGE))
    choices = tree.cssselect(".choose a")
    assert [choice.get("href") for choice in choices] == [f"/-/copy/{number(sealed.PAGE, nth)}" for nth in (2, 1)]
    assert [choice.get("aria-current") for choice in choices] == [None, "page"]


def test_a_record_that_moved_has_captures_at_both_addresses(tmp_path):
    archive = build_sealed(tmp_path)
    with closing(sqlite3.connect(archive)) as connection:
        detail = f'{{"from": "{sealed.GBK}", "to": "{sealed.PAGE}"}}'
        connection.execute(
            "INSERT INTO events (record_id, kind, at, crawl_id, detail) VALUES (1, 'moved', '2026-11-21', 2, ?)",
            (detail,),
        )
        connection.commit()
    tree = html.fromstring(asyncio.run(make_datasette(archive).client.get(f"/-/copy/{number(sealed.PAGE)}")).text)
    assert f"/-/copy/{number(sealed.GBK)}" in [choice.get("href") for choice in tree.cssselect(".choose a")]
    assert "另一地址" in words(tree)


@pytest.mark.parametrize(
    ("url", "nth", "expected"),
    [
        (sealed.LIST, 2, "目录列表页"), (sealed.GONE, 2, "页面不存在 (HTTP 404)"), (sealed.HOSTILE, 2, "内容与此前相同"), (sealed.XLS, 1, "附件登记：样本名单.xls"),
        (sealed.UNSEEN, 1, "尚不能确定此图像中有无个人信息"), (sealed.CUT_UP, 1, "无法确定已全部隐去"), (f"{sealed.SITE}old.html", 1, "这个响应没有内容"),
    ],
)  # fmt: skip
def test_what_other_captures_say(page, url, nth, expected):
    tree = page(number(url, nth))
    assert expected in words(tree)
    assert bool(tree.cssselect("iframe")) == (url in {sealed.LIST, sealed.GONE})


def test_a_not_modified_leads_to_what_it_confirms(page):
    links = page(number(sealed.HOSTILE, 2)).cssselect(".note a")
    assert [link.get("href") for link in links] == [f"/-/copy/{number(sealed.HOSTILE)}"]


def test_the_register_leads_to_the_copy(get):
    row = html.fromstring(get(f"/disclosures/captures/{number(sealed.PAGE)}").text)
    assert f"/-/copy/{number(sealed.PAGE)}" in row.xpath("//main//a/@href")


# --- the copy by itself ---

POLICY = {
    "sandbox": "", "default-src": "'none'", "img-src": "data:", "style-src": "'unsafe-inline'", "font-src": "data:", "form-action": "'none'",
    "base-uri": "'none'", "frame-ancestors": "'self'",
}  # fmt: skip


@pytest.mark.parametrize(
    ("url", "status", "kind"),
    [
        (sealed.PAGE, 200, "text/html; charset=utf-8"), (sealed.HOSTILE, 200, "text/html; charset=utf-8"), (sealed.TEXT, 200, "text/plain; charset=utf-8"),
        (sealed.SEEN, 200, "image/png"), (sealed.UNSEEN, 415, "text/plain; charset=utf-8"), (sealed.XLS, 415, "text/plain; charset=utf-8"),
    ],
)  # fmt: skip
def test_how_a_copy_is_sent(get, url, status, kind):
    answer = get(f"/-/copy/{number(url)}/raw")
    assert (answer.status_code, answer.headers["content-type"]) == (status, kind)
    parts = [part.strip().partition(" ") for part in answer.headers["content-security-policy"].split(";")]
    assert {name: value for name, _, value in parts} == POLICY
    assert answer.headers.get_list("x-content-type-options") == ["nosniff"]
    assert answer.headers.get_list("referrer-policy") == ["no-referrer"]
    assert "noindex" in answer.headers["x-robots-tag"]
    for secret in (ID, ID[6:], PHONE):
        assert secret not in answer.text
    assert "content-disposition" not in answer.headers


# --- without originals ---


def test_a_copy_is_in_its_own_language(get):
    for path, language in ((f"/-/copy/{number(sealed.PAGE)}", "en"), (f"/-/copy/{number(sealed.PAGE)}/raw", "zh-CN")):
        assert get(f"{path}?lang=en").headers["content-language"] == language


def test_a_published_snapshot_says_that_it_has_no_originals(archive, tmp_path):
    copy = tmp_path / "disclosures.db"
    shutil.copy(archive, copy)
    site = make_datasette(copy)
    for language, said in (("zh", "封存的原件另行保存，本站不提供"), ("en", "kept elsewhere and not served here")):
        answer = asyncio.run(site.client.get(f"/-/copy/{number(sealed.PAGE)}?lang={language}"))
        assert answer.status_code == 200
        assert said in answer.text
    assert "<iframe" not in answer.text
    assert asyncio.run(site.client.get(f"/-/copy/{number(sealed.PAGE)}/raw")).status_code == 415


def test_originals_that_are_damaged_or_another_archives(archive, tmp_path):
    copy = tmp_path / "disclosures.db"
    shutil.copy(archive, copy)
    site = make_datasette(copy)
    for spoil in (b"no database at all", archive.with_name("evidence.db").read_bytes()[:4096]):
        beside(copy).write_bytes(spoil)
        answer = asyncio.run(site.client.get(f"/-/copy/{number(sealed.PAGE)}"))
        assert answer.status_code == 200
        assert capture_frame.DAMAGED.zh in answer.text
    shutil.copy(archive.with_name("evidence.db"), beside(copy))
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("UPDATE captures SET sha256 = ?", ("0" * 64,))
        connection.commit()
    assert capture_frame.DAMAGED.zh in asyncio.run(site.client.get(f"/-/copy/{number(sealed.PAGE)}")).text


def test_originals_kept_elsewhere(archive, tmp_path, monkeypatch):
    copy = tmp_path / "disclosures.db"
    shutil.copy(archive, copy)
    monkeypatch.setenv("DISCLOSURES_EVIDENCE", str(archive.with_name("evidence.db")))
    assert "<iframe" in asyncio.run(make_datasette(copy).client.get(f"/-/copy/{number(sealed.PAGE)}")).text


# --- addresses ---


@pytest.mark.parametrize(
    "path",
    ["0", "999", "-1", "1e1", "1.json", "99999999999999999999", "evidence/1", "disclosures/999", "nowhere/1", "1/raw/x", "1/download", "../evidence.db", "1/../../evidence.db", "1/originals.zip"],
)  # fmt: skip
def test_there_is_nothing_else(get, path):
    assert get(f"/-/copy/{path}").status_code in {400, 404}


def test_several_archives_are_named(archive, tmp_path):
    other = build(tmp_path / "an other.db")
    site = Datasette(files=[str(archive), str(other)])
    one = f"/-/copy/{number(sealed.PAGE)}?db=disclosures"
    assert asyncio.run(site.client.get(one)).status_code == 200
    assert f'src="/-/copy/{number(sealed.PAGE)}/raw?db=disclosures"' in asyncio.run(site.client.get(one)).text
    assert asyncio.run(site.client.get("/-/copy/1?db=an+other")).status_code == 404
    former = asyncio.run(site.client.get(f"/-/archived/disclosures/{number(sealed.PAGE)}"))
    assert (former.status_code, former.headers["location"]) == (302, one)
    assert asyncio.run(site.client.get(f"/-/archived/disclosures/{number(sealed.PAGE)}/raw")).status_code == 200
    assert asyncio.run(site.client.get("/-/archived/nowhere/1")).status_code == 404
    with closing(sqlite3.connect(other)) as connection:
        connection.execute(
            "INSERT INTO captures (id, crawl_id, url, fetched_at, status, outcome, sha256, bytes) VALUES (1, 1, 'http://portal.example/', '2026-11-20T01:00:00Z', 200, 'page', '', 0)"
        )
        connection.commit()
    named = asyncio.run(site.client.get("/-/copy/1?db=an+other"))
    assert (named.status_code, "原件另行保存" in named.text) == (200, True)
    assert "/-/copy/1?db=disclosures" in asyncio.run(site.client.get("/-/record/1?db=disclosures")).text


def test_a_closed_site_shows_no_copy(archive):
    capture = number(sealed.PAGE)
    for closed in (
        {"allow": False},
        {"databases": {"disclosures": {"allow": {"id": "desk"}}}},
        {"databases": {"disclosures": {"tables": {"captures": {"allow": False}}}}},
    ):
        site = Datasette(files=[str(archive)], metadata=closed)
        for part in ("", "/raw", "/originals.wacz"):
            assert asyncio.run(site.client.get(f"/-/copy/{capture}{part}")).status_code == 403, (closed, part)


# --- originals for those allowed ---

ALLOWED = {"plugins": {"disclosures": {"originals": {"id": "desk"}}}}


def as_actor(site: Datasette, name: str) -> dict[str, str]:
    return {"ds_actor": site.sign({"a": {"id": name}}, "actor")}


def test_nobody_has_originals_unless_allowed(get, archive):
    capture = number(sealed.PAGE)
    assert get(f"/-/copy/{capture}/originals.wacz").status_code == 403
    assert "originals." not in get(f"/-/copy/{capture}").text
    site = Datasette(files=[str(archive)], metadata=ALLOWED)
    for cookies in ({}, as_actor(site, "root"), as_actor(site, "other")):
        assert asyncio.run(site.client.get(f"/-/copy/{capture}/originals.warc.gz", cookies=cookies)).status_code == 403


def test_originals_for_those_allowed(archive, caplog):
    site = Datasette(files=[str(archive)], metadata=ALLOWED)
    capture, cookies = number(sealed.PAGE), as_actor(site, "desk")
    page = asyncio.run(site.client.get(f"/-/copy/{capture}", cookies=cookies)).text
    assert f"/-/copy/{capture}/originals.wacz" in page
    answer = asyncio.run(site.client.get(f"/-/copy/{capture}/originals.warc.gz", cookies=cookies))
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == 'attachment; filename="record-1.warc.gz"'
    assert "no-store" in answer.headers["cache-control"]
    found = [
        record.rec_headers.get_header("WARC-Target-URI")
        for record in ArchiveIterator(io.BytesIO(answer.content))
        if record.rec_type == "response"
    ]
    assert found.count(sealed.PAGE) == 2
    assert "originals taken: record-1 of disclosures by desk" in caplog.text
    answer = asyncio.run(site.client.get(f"/-/copy/{number(sealed.LIST)}/originals.wacz", cookies=cookies))
    assert answer.headers["content-disposition"] == f'attachment; filename="capture-{number(sealed.LIST)}.wacz"'
    assert "archive/data.warc.gz" in zipfile.ZipFile(io.BytesIO(answer.content)).namelist()


# --- the evidence itself ---


@pytest.mark.parametrize(
    "how",
    [{"files": True}, {"immutables": True}, {"files": True, "crossdb": True}, {"files": True, "renamed": "plain.db"}, {"files": True, "linked": True}],
    ids=str,
)  # fmt: skip
def test_the_evidence_is_never_reachable(archive, tmp_path, how):
    evidence = archive.with_name("evidence.db")
    if name := how.get("renamed"):
        evidence = tmp_path / name
        shutil.copy(archive.with_name("evidence.db"), evidence)
    if how.get("linked"):
        evidence = tmp_path / "linked.db"
        evidence.symlink_to(archive.with_name("evidence.db"))
    files = [str(archive), *([str(evidence)] if how.get("files") else [])]
    site = Datasette(
        files=files, immutables=[str(evidence)] if how.get("immutables") else [], crossdb=bool(how.get("crossdb"))
    )
    asyncio.run(site.invoke_startup())
    stem = evidence.stem
    assert stem not in site.databases
    for path in (
        f"/{stem}", f"/{stem}.db", f"/{stem}.json", f"/{stem}/payloads", f"/{stem}/payloads.json", f"/{stem}/payloads.csv", f"/{stem}/payloads/1.json",
        f"/{stem}.json?sql=select+*+from+payloads", "/evidence.db", "/disclosures.db", "/disclosures/../evidence.db", "/-/static/../evidence.db",
        "/-/static-plugins/disclosures/../../../evidence.db", "/-/static-plugins/disclosures/%2e%2e/%2e%2e/evidence.db",
    ):  # fmt: skip
        answer = asyncio.run(site.client.get(path))
        assert answer.status_code in {302, 400, 403, 404} or path == "/disclosures.db", path
        assert b"SQLite format 3" not in answer.content or path == "/disclosures.db", path
    for sql in (
        f"attach database '{evidence}' as e", f"select * from {stem}.payloads", f"select * from [{stem}].payloads", "select * from payloads",
        f"vacuum into '{tmp_path / 'x.db'}'", f"select load_extension('{evidence}')", f"select readfile('{evidence}')", f"select * from dbstat('{stem}')",
        f"select * from pragma_table_info('payloads', '{stem}')", f"explain attach database '{evidence}' as e", f"select writefile('x', '{evidence}')",
    ):  # fmt: skip
        for database in ("disclosures", "_memory"):
            answer = asyncio.run(site.client.get(f"/{database}.json", params={"sql": sql, "_shape": "array"}))
            assert answer.status_code in {400, 404} or answer.json() == [], (database, sql, answer.text)
    assert not (tmp_path / "x.db").exists()


def test_evidence_on_a_read_only_medium_is_known_for_what_it_is(archive, monkeypatch):
    """Where SQLite can't write beside a file in WAL mode, it opens it only when told that nobody changes it (`datasette -i`)."""
    connect = sqlite3.connect

    def on_a_medium(address, *rest, **options):
        if "evidence.db?mode=ro" in str(address) and "immutable" not in str(address):
            raise sqlite3.OperationalError("attempt to write a readonly database")
        return connect(address, *rest, **options)

    monkeypatch.setattr(sqlite3, "connect", on_a_medium)
    site = Datasette(files=[str(archive)], immutables=[str(archive.with_name("evidence.db"))])
    asyncio.run(site.invoke_startup())
    assert "evidence" not in site.databases


def test_a_view_of_a_copy_makes_it_once(get, monkeypatch):
    made, make = [], capture_frame.redacted_copy
    monkeypatch.setattr(capture_frame, "redacted_copy", lambda *given: made.append(given[2]) or make(*given))
    page, other = number(sealed.PAGE), number(sealed.PAGE, 2)
    get(f"/-/copy/{page}")
    first = get(f"/-/copy/{page}/raw").content
    assert made == [page]
    assert get(f"/-/copy/{page}/raw").content == first  # by itself, later
    get(f"/-/copy/{page}")
    assert get(f"/-/copy/{other}/raw").content != first
    assert made == [page, page, page, other]


def test_a_copy_that_is_withheld_between_its_page_and_its_frame_is_not_given_away(tmp_path):
    archive = build_sealed(tmp_path)
    get, page = asking(archive), number(sealed.PAGE)
    assert get(f"/-/copy/{page}").status_code == 200
    withhold(archive, beside(archive), "样本", sealed.SECOND, addresses=[sealed.PAGE])
    frame = get(f"/-/copy/{page}/raw")
    assert frame.status_code != 200
    assert "样本公告之一" not in frame.text
