"""The sheet of an event on the site: what it says and leads to, who may have its bundle; and captures side by side."""

import asyncio
import shutil
import sqlite3
import struct
import zipfile
from contextlib import closing
from io import BytesIO
from urllib.parse import parse_qs, urlsplit

import pypdfium2
import pytest
from datasette.app import Datasette
from lxml import html

from archive.evidence.evidence_reader import place_of
from archive.export.public_database import snapshot
from archive.model import clock
from archive.proof.checking import faults
from archive.web.evidence import comparison, screenshots
from archive.web.http.server import make_datasette
from tests.web import sealed
from tests.web.asking import text as words
from tests.web.browsing import CHROMIUM
from tests.web.every_page import WITHDRAWN, numbers
from tests.web.sealed import ID, PHONE, build_sealed, number

OPEN = {"plugins": {"disclosures": {"proofs": True}}}
HOST = "http://localhost"


def asked(site: Datasette, path: str, **options: object):
    return asyncio.run(site.client.get(path.removeprefix(HOST), **options))


def page_of(site: Datasette, path: str):
    answer = asked(site, path)
    assert answer.status_code == 200, answer.text
    return html.fromstring(answer.text)


def one(archive, sql: str, *values: object) -> int:
    with closing(sqlite3.connect(archive)) as connection:
        return connection.execute(sql, values).fetchone()[0]


def event(archive, kind: str) -> int:
    return one(archive, "SELECT max(id) FROM events WHERE kind = ?", kind)


@pytest.fixture(scope="module")
def site(two_days) -> Datasette:
    return make_datasette(two_days, OPEN)


@pytest.fixture(scope="module")
def sheet(site, two_days):
    """The sheet of the record that was withdrawn."""
    return page_of(site, f"/-/proof/{event(two_days, 'withdrawn')}")


# --- the sheet ---


def test_a_sheet_states_its_claim_with_the_window_and_what_shows_it(sheet, two_days):
    text = words(sheet)
    assert f"“{WITHDRAWN}”已从同心县（样本门户）的目录撤下" in words(sheet.cssselect("h1")[0])
    assert "之间" in words(sheet.cssselect("h1")[0])
    shown = {words(row.cssselect("th")[0]): row for row in sheet.cssselect("tbody tr")}
    assert list(shown) == [
        "最后列有此记录的列表页",
        "此前所见",
        "此时所见请求原页面的响应",
    ]
    for row, status in zip(shown.values(), ("200", "200", "404"), strict=True):
        cells = [words(cell) for cell in row.cssselect("td")]
        copy = int(urlsplit(row.cssselect("a")[0].get("href")).path.rsplit("/", 1)[1])
        assert cells[3].startswith(str(one(two_days, "SELECT sha256 FROM captures WHERE id = ?", copy)))
        assert cells[2].startswith(status)
    assert "未能证明的" in text
    assert "政府信息公开目录档案. 凭据单: " in text
    assert sheet.cssselect(".code svg")


def test_the_links_of_a_sheet_are_absolute_and_its_address_permanent(sheet, two_days):
    links = [link.get("href") for link in sheet.cssselect("article a")]
    assert links
    assert [link for link in links if not link.startswith(f"{HOST}/-/")] == []
    address = f"{HOST}/-/proof/{event(two_days, 'withdrawn')}"
    assert sheet.xpath("//link[@rel='canonical']/@href") == [address]
    assert address in links


def test_the_walk_without_the_record_is_one_link_to_its_list_pages(sheet, site, two_days):
    walk, *again = sheet.cssselect(".walk a[href*='/walks']")  # each catalogue was walked twice
    assert [urlsplit(each.get("href")).path for each in again] == [urlsplit(walk.get("href")).path]
    pages, rows = (
        one(two_days, f"SELECT {what} FROM walks WHERE crawl_id = 2 AND catalog_id = 5 AND look = 1")
        for what in ("count(*)", "sum(rows)")
    )
    assert f"“部门预算”已完整采集：{pages} 页、{rows} 条，均未见此记录" in words(walk)
    assert "“部门预算”复核：又完整采集一遍" in words(again[0])
    assert len(sheet.cssselect("article a[href*='/-/copy/']")) == 3
    listed = page_of(site, walk.get("href"))
    assert listed.xpath(f"//*[@id='{urlsplit(walk.get('href')).fragment}']")
    assert len(listed.cssselect("tbody tr")) == pages * (1 + len(again))
    for link in listed.cssselect("tbody a"):
        assert WITHDRAWN not in asked(site, f"{urlsplit(link.get('href')).path}/raw").text
        assert urlsplit(link.get("href")).query == "", "no row of it is to be marked"


def test_the_copy_of_the_last_list_page_shows_the_row_marked(sheet, site):
    link = sheet.cssselect("tbody a")[0].get("href")
    (frame,) = page_of(site, link).cssselect("iframe")
    assert frame.get("src").endswith("#archive-mark")
    copy = html.fromstring(asked(site, frame.get("src")).text)
    (row,) = copy.xpath("//*[@id='archive-mark']")
    assert WITHDRAWN in words(row)
    assert "同心县第四小学" not in words(row)
    assert "outline" in row.get("style")


def test_the_seals_of_days_stand_on_the_sheets_of_their_events(site, two_days):
    with closing(sqlite3.connect(two_days)) as connection:
        ((day, hash_),) = connection.execute("SELECT day, hash FROM seals").fetchall()
    earlier = page_of(site, f"/-/proof/{one(two_days, 'SELECT min(id) FROM events')}")
    seals = [words(each) for each in earlier.cssselect(".seal > div")]
    assert [f"{day} {hash_}" in seal for seal in seals] == [True, True]
    later = [words(each) for each in page_of(site, f"/-/proof/{event(two_days, 'withdrawn')}").cssselect(".seal > div")]
    assert later == [f"链的末端{day} {hash_}"]


def test_events_are_sealed_with_the_day_on_which_their_crawl_ended(two_days, tmp_path):
    copy = shutil.copy(two_days, tmp_path / "copy.db")
    with closing(sqlite3.connect(copy)) as connection, connection:
        connection.execute("UPDATE crawls SET finished_at = '2099-12-31T00:10:00Z' WHERE id = 1")
        connection.execute(
            "INSERT INTO seals (day, hash, previous_hash, captures, sealed_at) VALUES ('2099-12-31', 'ab12', '', 1, '')"
        )
    page = page_of(make_datasette(copy), f"/-/proof/{one(copy, 'SELECT min(id) FROM events')}")
    assert ["2099-12-31 ab12" in words(each) for each in page.cssselect(".seal > div")] == [True, True]


def test_a_sheet_leads_to_the_comparison_of_the_record_s_own_page_before_and_now(sheet, two_days, tmp_path):
    _, *own = [link.get("href") for link in sheet.cssselect("tbody a")]
    before, after = (int(urlsplit(address).path.rsplit("/", 1)[1]) for address in own)
    expected = [f"{HOST}/-/compare?before={before}&after={after}"]
    assert sheet.xpath("//article//a[contains(@href, '/-/compare')]/@href") == expected
    copy = shutil.copy(
        two_days, tmp_path / "copy.db"
    )  # in which the event names none, and a crawl got no page in between
    with closing(sqlite3.connect(copy)) as connection, connection:
        connection.execute("UPDATE events SET before_capture_id = NULL WHERE kind = 'withdrawn'")
        connection.execute(
            f"UPDATE captures SET outcome = 'not_found', status = 404, url = (SELECT url FROM captures WHERE id = {after}) WHERE id = (SELECT min(id) FROM captures WHERE crawl_id = 2)"
        )
    page = page_of(make_datasette(copy), f"/-/proof/{event(copy, 'withdrawn')}")
    assert page.xpath("//article//a[contains(@href, '/-/compare')]/@href") == expected


@pytest.mark.parametrize("kind", ["added", "changed", "unlisted", "withdrawn"])
def test_a_published_snapshot_has_the_sheets_too(two_days, kind, tmp_path_factory):
    target = tmp_path_factory.getbasetemp() / "published.db"
    if not target.exists():
        snapshot(two_days, target)
    page = page_of(make_datasette(target, OPEN), f"/-/proof/{event(target, kind)}")
    assert page.cssselect("tbody td code")
    assert page.cssselect("a[href*='bundle.zip']") == []
    assert asked(make_datasette(target, OPEN), f"/-/proof/{event(target, kind)}/bundle.zip").status_code == 404


def test_every_kind_of_event_has_a_sheet_with_what_shows_it(past):
    site, claims = make_datasette(past), {}
    with closing(sqlite3.connect(past)) as connection:
        events = connection.execute("SELECT kind, max(id) FROM events GROUP BY kind").fetchall()
    for kind, event_id in events:
        page = page_of(site, f"/-/proof/{event_id}")
        assert page.cssselect("article tbody td code"), kind
        claims[kind] = words(page.cssselect("h1")[0])
    assert list(claims) == ["added", "changed", "moved", "returned", "unlisted", "withdrawn"]
    assert len(set(claims.values())) == 6


def test_of_a_capture_that_is_shown_to_nobody_the_digest_stands_alone(two_days, tmp_path):
    copy = shutil.copy(two_days, tmp_path / "copy.db")
    listed = one(copy, "SELECT detail ->> '$.listed' FROM events WHERE id = ?", event(copy, "withdrawn"))
    digest = one(copy, "SELECT sha256 FROM captures WHERE id = ?", listed)
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute(
            "INSERT INTO withheld (target, key, reason, at, record_id) VALUES ('page', ?, '', '', 0)", (digest,)
        )
        connection.commit()
    first = page_of(make_datasette(copy), f"/-/proof/{event(copy, 'withdrawn')}").cssselect("tbody tr")[0]
    assert first.cssselect("a") == []
    assert digest in words(first)
    assert "此件不公开，只列摘要。" in words(first)


def test_what_cannot_be_proved_has_no_sheet(site, two_days, tmp_path):
    for path in ("/-/proof/999999", "/-/proof/999999/bundle.zip", f"/-/proof/{event(two_days, 'added')}/walks"):
        assert asked(site, path).status_code == 404, path
    copy = shutil.copy(two_days, tmp_path / "copy.db")
    record = one(copy, "SELECT record_id FROM events WHERE id = ?", event(copy, "withdrawn"))
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("UPDATE records SET state = 'withheld' WHERE id = ?", (record,))
        connection.commit()
    answer = asked(make_datasette(copy, OPEN), f"/-/proof/{event(copy, 'withdrawn')}")
    assert (answer.status_code, answer.headers["location"]) == (302, f"/-/record/{record}")


OF_ALL_KINDS = ("/-/changes", "/-/changes.atom", f"/-/day/{clock.today()}")


@pytest.mark.parametrize(
    "path",
    [
        "/",
        *OF_ALL_KINDS,
        "/-/changes?kind=withdrawn",
        "/-/record/RECORD",
        "/-/record/NEIGHBOUR",
        "/-/copy/COPY",
        "/-/search?q=第五小学",
        "/-/browse/sample/5",
        "/-/publisher?portal=sample&name=同心县财政局",
        "/-/questions/removed_records",
        "/-/questions/removed_records.atom",
    ],
)
def test_every_claim_leads_to_its_sheet(site, two_days, path):
    known = {name.upper(): str(value) for name, value in numbers(two_days).items()}
    beside = (
        "SELECT o.id FROM records o JOIN records r ON o.publisher = r.publisher AND o.portal = r.portal AND o.id <> r.id "
        "WHERE r.id = ? ORDER BY o.published_on <> r.published_on, abs(o.id - r.id) LIMIT 1"
    )
    known["NEIGHBOUR"] = str(one(two_days, beside, known["WITHDRAWN"]))
    path = path.replace("RECORD", known["WITHDRAWN"])
    path = path.replace("NEIGHBOUR", known["NEIGHBOUR"]).replace("COPY", known["COPY"])
    answer = asked(site, path)
    assert answer.status_code == 200
    tree = html.fromstring(answer.content)
    links = {link.removeprefix(HOST) for link in tree.xpath("//@href")}
    for kind in ("withdrawn", "changed") if path in OF_ALL_KINDS else ("withdrawn",):
        assert f"/-/proof/{event(two_days, kind)}" in links, kind


def test_sheets_of_several_archives_are_told_apart(two_days, past):
    both = Datasette(files=[str(past), str(two_days)], metadata=OPEN)
    number = event(two_days, "withdrawn")
    page = page_of(both, f"/-/proof/{number}?db=sample")
    links = [link.get("href") for link in page.cssselect("article a")]
    assert [link for link in links if "db=sample" not in link] == []
    assert WITHDRAWN in words(page.cssselect("h1")[0])
    assert asked(both, f"/-/proof/{number}?db=nowhere").status_code == 404


# --- the bundle ---


def test_the_bundle_is_for_those_whom_the_operator_allows_it(site, sheet, two_days, tmp_path):
    (link,) = sheet.cssselect("a[href*='bundle.zip']")
    answer = asked(site, link.get("href"))
    assert (
        answer.headers["content-disposition"]
        == f'attachment; filename="proof-event-{event(two_days, "withdrawn")}.zip"'
    )
    assert answer.headers["cache-control"] == "no-store"
    (tmp_path / "proof.zip").write_bytes(answer.content)
    assert list(faults(tmp_path / "proof.zip", {})) == []
    with zipfile.ZipFile(BytesIO(answer.content)) as package:
        assert f"{HOST}/-/proof/" in package.read("sheet.html").decode()
    closed = make_datasette(two_days)
    assert asked(closed, link.get("href")).status_code == 403
    assert page_of(closed, f"/-/proof/{event(two_days, 'withdrawn')}").cssselect("a[href*='bundle.zip']") == []


# --- side by side ---

CUT = "文字过长，只对照开头部分。"


@pytest.fixture(scope="module")
def sealed_site(tmp_path_factory) -> Datasette:
    return make_datasette(build_sealed(tmp_path_factory.mktemp("compared")))


@pytest.fixture(scope="module")
def compared(sealed_site):
    """The two captures of a page, one word of which was changed."""
    return page_of(sealed_site, f"/-/compare?before={number(sealed.PAGE)}&after={number(sealed.PAGE, 2)}")


def test_two_captures_stand_side_by_side_words_marked(compared):
    (line,) = compared.cssselect(".pair.differs")
    before, after = line.cssselect("div > div")
    assert words(before).startswith("本页是样本，仅供测试。金额为一百元")
    assert [mark.text for mark in before.cssselect("del")] == ["一"]
    assert [mark.text for mark in after.cssselect("ins")] == ["九"]
    whole = words(compared)
    assert "样本页脚" in whole
    assert "1 处不同" in whole
    for secret in (ID, PHONE):
        assert secret not in whole


def test_both_copies_are_a_click_away_at_the_marked_place(compared, sealed_site):
    for link, amount in zip(compared.cssselect(".pair.head a"), ("一百元", "九百元"), strict=True):
        assert parse_qs(urlsplit(link.get("href")).query)["mark"]
        (frame,) = page_of(sealed_site, link.get("href")).cssselect("iframe")
        (place,) = html.fromstring(asked(sealed_site, frame.get("src")).text).xpath("//*[@id='archive-mark']")
        assert amount in words(place)
        assert place.tag == "p"


def test_the_calendar_says_what_each_capture_turned_out_to_be(sealed_site):
    page = page_of(sealed_site, f"/-/compare?after={number(sealed.GONE, 2)}")
    captures = page.cssselect(".month .seen a")
    assert [words(capture) for capture in captures] == ["09:00 页面", "10:00 页面不存在"]
    days = [cell.cssselect(".number")[0].text for cell in page.cssselect(".month .seen")]
    assert days == ["20", "21"]
    assert {capture.get("aria-current") for capture in captures} == {"page"}
    assert [words(side.cssselect("time")[0]) for side in page.cssselect(".pair.head > div")] == [
        "2026-11-20 09:00",
        "2026-11-21 10:00",
    ]


def test_the_side_that_is_not_named_is_the_capture_next_to_the_other(sealed_site):
    first, second = number(sealed.PAGE), number(sealed.PAGE, 2)
    for query in (f"before={first}", f"after={second}", f"before={second}&after={first}"):
        page = page_of(sealed_site, f"/-/compare?{query}")
        assert page.xpath("//link[@rel='canonical']/@href") == [f"{HOST}/-/compare?before={first}&after={second}"]


@pytest.mark.parametrize(
    ("query", "status"),
    [("", 400), ("before=x", 400), (f"before={number(sealed.PAGE)}&after={number(sealed.GBK)}", 400), ("before=999", 404)],
)  # fmt: skip
def test_what_cannot_be_compared_says_so(sealed_site, query, status):
    assert asked(sealed_site, f"/-/compare?{query}").status_code == status


@pytest.mark.parametrize(
    ("url", "why"), [(sealed.UNSEEN, "尚不能确定此图像中有无个人信息"), (sealed.XLS, "此类文件不在此显示"), (sealed.CUT_UP, "无法确定已全部隐去")],
)  # fmt: skip
def test_a_capture_that_is_not_shown_is_not_compared_either(sealed_site, url, why):
    page = page_of(sealed_site, f"/-/compare?before={number(url)}")
    assert why in words(page.cssselect(".note")[0])
    assert page.cssselect(".pair:not(.head)") == []


def test_of_a_not_modified_what_it_confirms_is_compared(sealed_site):
    page = page_of(sealed_site, f"/-/compare?before={number(sealed.HOSTILE)}&after={number(sealed.HOSTILE, 2)}")
    assert "两次采集的文字相同" in words(page)
    assert "样本：恶意页面" in words(page.cssselect(".sides")[0])


def test_texts_are_compared_up_to_a_length(sealed_site, monkeypatch):
    monkeypatch.setattr(comparison, "LONGEST", 20)
    page = page_of(sealed_site, f"/-/compare?before={number(sealed.PAGE)}&after={number(sealed.PAGE, 2)}")
    assert "两次采集的文字相同" in words(page)
    assert "样本页脚" not in words(page.cssselect(".sides")[0])
    assert CUT in words(page)


@pytest.mark.parametrize(("most", "lines"), [(2, 2), (1000, None)])
def test_so_many_lines_are_compared_and_a_page_says_where_there_are_more(
    sealed_site, compared, monkeypatch, most, lines
):
    monkeypatch.setattr(comparison, "MOST_LINES", most)
    page = page_of(sealed_site, f"/-/compare?before={number(sealed.PAGE)}&after={number(sealed.PAGE, 2)}")
    assert len(page.cssselect(".pair:not(.head)")) == (lines or len(compared.cssselect(".pair:not(.head)")))
    assert (CUT in words(page)) is (lines is not None)


def test_where_no_originals_are_at_hand_nothing_is_compared(sealed_site, tmp_path):
    archive = build_sealed(tmp_path)
    place_of(archive).unlink()
    page = page_of(make_datasette(archive), f"/-/compare?after={number(sealed.PAGE, 2)}")
    assert "原件另行保存" in words(page.cssselect(".note")[0])
    assert page.cssselect(".month .seen a")


# --- screenshots ---


@pytest.fixture(scope="module")
def pictured(tmp_path_factory) -> Datasette:
    if not CHROMIUM.exists():
        pytest.skip("Chromium is not installed")
    archive = build_sealed(tmp_path_factory.mktemp("pictured"))
    return make_datasette(archive, {"plugins": {"disclosures": {"screenshots": str(CHROMIUM)}}})


@pytest.mark.parametrize("form", ["png", "pdf"])
def test_a_copy_is_pictured_in_a_frame_and_the_picture_kept(pictured, form, monkeypatch):
    path = f"/-/copy/{number(sealed.PAGE, 2)}/screenshot.{form}"
    assert path in page_of(pictured, path.rpartition("/")[0]).xpath("//a/@href")
    answer = asked(pictured, path)
    assert answer.headers["content-type"] == {"png": "image/png", "pdf": "application/pdf"}[form]
    if form == "png":
        width, height = struct.unpack(">II", answer.content[16:24])
        assert width == screenshots.WIDTH
        assert height > screenshots.FRAME + 200
    else:
        with closing(pypdfium2.PdfDocument(answer.content)) as document:
            assert len(document) == 1
            printed = "".join(document[0].get_textpage().get_text_range().split())
        digest = one(
            pictured.get_database("disclosures").path,
            "SELECT sha256 FROM captures WHERE id = ?",
            number(sealed.PAGE, 2),
        )
        for stated in (sealed.PAGE, digest, "2026-11-2110:00北京时间", f"{HOST}/-/copy/", "金额为九百元", "样本页脚"):
            assert stated in printed, stated
        assert PHONE not in printed
    monkeypatch.setattr(screenshots, "_made", None)
    assert asked(pictured, path).content == answer.content


def test_a_hostile_page_is_pictured_without_a_request_of_its_own(pictured):
    assert asked(pictured, f"/-/copy/{number(sealed.HOSTILE)}/screenshot.png").content.startswith(b"\x89PNG")


def test_pictures_are_bounded_in_time_and_offered_by_the_operator_alone(sealed_site, tmp_path, monkeypatch):
    path = f"/-/copy/{number(sealed.PAGE, 2)}/screenshot.png"
    assert asked(sealed_site, path).status_code == 404
    assert path not in asked(sealed_site, path.rpartition("/")[0]).text
    slow = tmp_path / "slow"
    slow.write_text("#!/bin/sh\nsleep 600\n")
    slow.chmod(0o755)
    monkeypatch.setattr(screenshots, "SECONDS", 0.1)
    site = make_datasette(build_sealed(tmp_path), {"plugins": {"disclosures": {"screenshots": str(slow)}}})
    answer = asked(site, path)
    assert (answer.status_code, answer.headers["retry-after"], "超时" in answer.text) == (503, "10", True)
    for capture in (number(sealed.XLS), number(sealed.UNSEEN), 999):
        assert asked(site, f"/-/copy/{capture}/screenshot.png").status_code == 404


def test_few_pictures_are_kept(monkeypatch):
    monkeypatch.setattr(screenshots, "MOST_KEPT", 2)
    monkeypatch.setattr(screenshots, "MOST_BYTES", 10)
    kept = screenshots.Kept()
    for name in "abc":
        kept.add(name, b"1234")
        assert kept.get("a")  # asked for, so that others go first
    assert kept.get("b") is None
    kept.add("d", b"123456789")
    assert [kept.get(name) for name in "abcd"] == [None, None, None, b"123456789"]
