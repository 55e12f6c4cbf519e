"""A record's page: what it says of the record, what stands next to it, and how it is cited."""

import asyncio
import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from archive.export.citation_formats import bibtex, ris
from archive.labels.label import LABELS, Label
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.proof.sheet import qr_code
from archive.web.http.server import make_datasette
from archive.web.views import body_text, cells, neighbours
from archive.web.views.citation import of_record, of_sheet
from archive.web.views.neighbours import series_of
from tests.web import sealed
from tests.web.asking import text as words
from tests.web.sample_archive import CHECKED, HOSTILE_TITLE, build
from tests.web.sealed import build_sealed


def ask(archive, path: str):
    """The tree of a page."""
    answer = asyncio.run(make_datasette(archive).client.get(path))
    assert answer.status_code == 200, answer.text
    return html.fromstring(answer.text)


def changed(archive, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(archive)) as connection:
        connection.execute(statement, values)
        connection.commit()


@pytest.fixture(scope="module")
def sealed_archive(tmp_path_factory):
    return build_sealed(tmp_path_factory.mktemp("sealed"))


@pytest.fixture(scope="module")
def page(sealed_archive):
    """The page of the sample's first record."""
    return ask(sealed_archive, "/-/record/1")


# --- what it says ---


def test_record_page(get, database):
    (record_id,) = database.execute("SELECT id FROM records WHERE document_number IS NOT NULL").fetchone()
    page = html.fromstring(get(f"/-/record/{record_id}").text)
    understood, printed = page.cssselect(".known > section")[:2]
    assert "2017-04-28" in understood.text_content()
    assert "2017年4月28日" in printed.text_content()
    for expected in (
        "采集规则尚未与原网站核对", "索引号重复", "同一门户另有记录使用相同的索引号", "首页 > 政府信息公开目录 > 棚户区改造",
        "最后发现2026-11-20 09:02 北京时间", "在列", "非官方文本", "同政发〔2017〕92号",
    ):  # fmt: skip
        assert expected in words(page), expected
    assert "各页读数" not in words(page)
    assert page.xpath("//a[@href='http://portal.example/housing/1.html']/@rel") == ["noopener noreferrer nofollow"] * 2


def test_record_of_a_checked_portal_has_no_notice(get, database):
    (record_id,) = database.execute("SELECT id FROM records WHERE portal = ?", (CHECKED.id,)).fetchone()
    assert "采集规则尚未与原网站核对" not in get(f"/-/record/{record_id}").text


def test_a_record_has_a_code_that_leads_to_its_address(page):
    drawn = page.cssselect("#cite .code svg path")[-1].get("d")
    assert drawn in qr_code("http://localhost/-/record/1")
    assert drawn not in qr_code("http://localhost/-/record/2")


def test_four_dates_kept_apart(page):
    days = [words(day) for day in page.cssselect(".days > div")]
    assert days[0].startswith("生成日期 未载 门户标注")
    assert days[1].startswith("发布日期 2026-11-19 门户标注")
    assert days[2].startswith("首次发现 2026-11-20 09:00 本档案首次见到")
    assert days[3].startswith("服务器返回的修改时间 2026-11-18 10:03 由服务器给出，不一定属实")


@pytest.mark.parametrize(
    ("stated", "shown"),
    [
        ("Wed, 18 Nov 2026 20:03:04 GMT", "2026-11-19 04:03"),
        ("yesterday", ""),
        ("", ""),
        ("99999", ""),
    ],
)
def test_a_servers_time(stated, shown):
    assert cells.server_time(stated) == shown


def test_tables_and_paragraphs(sealed_archive, tmp_path):
    archive = build_sealed(tmp_path)
    changed(archive, "UPDATE records SET body = ? WHERE id = 1", "样本第一段。\n项目\t样本数\n甲\t1\n\n样本第二段。")
    body = ask(archive, "/-/record/1").cssselect("#body .body")[0]
    assert [paragraph.text_content() for paragraph in body.cssselect("p")] == ["样本第一段。", "样本第二段。"]
    assert [[cell.text_content() for cell in row.cssselect("td")] for row in body.cssselect("tr")] == [
        ["项目", "样本数"],
        ["甲", "1"],
    ]


def test_a_long_body_is_shown_part_by_part(tmp_path):
    archive = build_sealed(tmp_path)
    changed(archive, "UPDATE records SET body = ? WHERE id = 1", "样本文字仅供测试。\n" * 500_000)
    site = make_datasette(archive)
    for number, found in (("", 1), ("50", 50), ("51", 1), ("0", 1), ("x", 1), ("9" * 20, 1)):
        page = asyncio.run(site.client.get(f"/-/record/1?_part={number}")).text
        assert len(page) < 400_000
        assert f"第 {found} 段，共 50 段、5,000,000 字" in page
        assert ("下一段" in page, "上一段" in page) == (found < 50, found > 1)


def test_of_a_field_as_long_as_a_book_the_page_shows_the_beginning(tmp_path):
    archive, long = build_sealed(tmp_path), "样" * 1_000_000
    fields = ("title", "publisher", "index_number", "document_number", "topic")
    changed(archive, f"UPDATE records SET {', '.join(f'{name} = :long' for name in fields)}", long)
    changed(archive, "UPDATE records SET source_fields = json_object('标题', ?)", long)
    site = make_datasette(archive)
    page = asyncio.run(site.client.get("/-/record/1")).text
    assert len(page) < 100_000
    assert page.count("共 1,000,000 字") == 3 + len(fields) + 1  # in the heading, as understood, as printed
    assert html.fromstring(page).findtext(".//title").startswith("样样样")
    assert asyncio.run(site.client.get("/-/record/1.json")).json()["record"]["title"] == long


@given(st.text(alphabet="样本\t\n 1。", max_size=300), st.integers(1, 400))
@settings(deadline=None)
def test_the_parts_of_a_text_make_the_whole(text, most):
    first = body_text.part(text, 1, most)
    every = [body_text.part(text, number, most) for number in range(1, first.parts + 1)]
    assert sum(found.shown for found in every) == first.length == len(text)
    shown = "".join(
        "".join(map("".join, block.rows)) if block.rows else block.text for found in every for block in found.blocks
    )
    assert re.sub(r"\s", "", shown) == re.sub(r"\s", "", text)
    assert max(found.shown for found in every) <= most + most // 10


@given(st.text(alphabet="样本\t\n 1。", max_size=300), st.integers(1, 400))
@settings(deadline=None)
def test_reading_keeps_every_character(text, most):
    found = body_text.beginning(text, most)
    shown = "".join("".join(map("".join, block.rows)) if block.rows else block.text for block in found.blocks)
    assert re.sub(r"\s", "", shown) == re.sub(r"\s", "", text[: found.shown])
    assert found.is_cut == (found.shown < len(text))
    assert found.shown <= most


def test_files_with_their_texts(page):
    files = page.cssselect("ul.files > li")
    assert len(files) == 4
    seen, unseen, text, sheet = files
    assert "文字由识别得出" in words(seen)
    assert "识别所得，可能有误" in words(seen.cssselect("summary")[0])
    assert unseen.cssselect("details") == []
    assert "11****************" in words(text.cssselect("details")[0])
    assert [[cell.text for cell in row] for row in sheet.cssselect("tr")] == [["甲", "1"], ["乙", "2"]]
    for file in files:
        assert len(file.cssselect("code")[0].text) == 64
        assert any("/-/copy/" in link for link in file.xpath(".//a/@href"))
        assert "nofollow" in file.xpath(".//a[starts-with(@href, 'http')]/@rel")[0]


def test_it_leads_to_its_copy_its_original_and_its_own_parts(page):
    ways = {" ".join(way.text_content().split()): way.get("href") for way in page.cssselect(".ways a")}
    assert ways["存档副本"] == f"/-/copy/{sealed.number(sealed.PAGE, 2)}"
    assert ways["原页面 ↗"] == sealed.PAGE
    for target in ("history", "files", "cite"):
        assert page.cssselect(f"#{target}")


def test_a_record_without_a_page_of_its_own(get, database):
    (record_id,) = database.execute("SELECT id FROM records WHERE url LIKE 'row:%'").fetchone()
    page = html.fromstring(get(f"/-/record/{record_id}").text)
    assert page.cssselect(".ways a[rel]") == []
    assert "row:" in words(page.cssselect("#cite")[0])
    assert "[EB/OL]" in words(page.cssselect(".line")[0])


def test_labels_printed_without_a_value(tmp_path):
    archive = build_sealed(tmp_path)
    changed(
        archive, """UPDATE records SET source_fields = '{"名称": "样本", "文号": "", "公开时限": ""}' WHERE id = 1"""
    )
    printed = ask(archive, "/-/record/1").cssselect(".known > section")[1]
    assert words(printed) == "原页字段 名称样本 原页留空文号、公开时限"


# --- neighbours ---


def groups(page) -> dict[str, list[str]]:
    return {
        section.cssselect("h2")[0].text: [link.text_content() for link in section.cssselect("li a")]
        for section in page.cssselect(".near")
    }


def test_what_stands_next_to_it(tmp_path):
    archive = build(tmp_path / "disclosures.db")
    changed(archive, "UPDATE records SET document_number = '同政发〔2017〕92号' WHERE id IN (1, 2)")
    changed(archive, "UPDATE records SET title = '样例：同名的公告' WHERE id IN (1, 64)")
    page = ask(archive, "/-/record/1")
    found = groups(page)
    with closing(sqlite3.connect(archive)) as connection:
        titles = dict(connection.execute("SELECT id, title FROM records"))
        day, publisher, portal = connection.execute(
            "SELECT published_on, publisher, portal FROM records WHERE id = 1"
        ).fetchone()
        own = "SELECT id FROM records WHERE publisher = ? AND portal = ?"
        before = connection.execute(
            f"{own} AND (published_on, id) < (?, 1) ORDER BY published_on DESC, id DESC LIMIT 3",
            (publisher, portal, day),
        )
        after = connection.execute(
            f"{own} AND (published_on, id) > (?, 1) ORDER BY published_on, id LIMIT 3", (publisher, portal, day)
        )
        around = [titles[row[0]] for row in [*before.fetchall()[::-1], *after.fetchall()]]
        numbers = connection.execute(
            "SELECT id FROM records WHERE index_number LIKE '640399000/2016-%' AND id <> 1 ORDER BY index_number LIMIT 3"
        )
        following = [titles[row[0]] for row in numbers]
    assert found[LABELS["near.document"].zh] == [titles[2], titles[61]]
    assert found[LABELS["near.title"].zh] == ["样例：同名的公告"]
    assert found[LABELS["near.publisher"].zh] == around
    assert found[LABELS["near.series"].zh] == following
    for link in page.cssselect(".near p a"):
        every = ask(archive, link.get("href"))
        assert titles[1] in [cell.text_content().strip() for cell in every.cssselect("td.col-title")]


def test_what_has_no_neighbours_has_no_empty_headings(get, database):
    (record_id,) = database.execute("SELECT id FROM records WHERE title = ?", (HOSTILE_TITLE,)).fetchone()
    assert html.fromstring(get(f"/-/record/{record_id}").text).cssselect(".near") == []


@pytest.mark.parametrize(
    ("number", "first"),
    [
        ("640324001/2017-61737", "640324001/2017-"),
        ("A-1", "A-"),
        ("A-9", "A-"),
        ("样本〔2017〕9号", None),
        ("12345", None),
        ("a\nb1", "a\nb"),
        ("-", None),
    ],
)
def test_series_of_index_numbers(number, first):
    low, end = series_of(number)
    assert low == (first if first is not None else number)
    assert low <= number < end


def test_neighbours_are_found_along_an_index(archive):
    """Each query goes straight to its rows: in a million records a scan would take a second."""
    asked = {"portal": "p", "value": "v", "id": 1, "first": "a", "end": "b", "publisher": "x", "side": 3}
    queries = (
        neighbours._SAME.format("document_number"),
        neighbours._SAME.format("title"),
        neighbours._IN_SERIES,
        neighbours._OF_PUBLISHER,
    )
    with closing(sqlite3.connect(archive)) as connection:
        for query in queries:
            plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {query}", asked) if "records" in row[3]]
            assert plan
            assert all(step.startswith("SEARCH records USING INDEX records_by_") for step in plan), plan


def test_an_archive_without_these_indexes_still_shows(tmp_path):
    archive = build(tmp_path / "disclosures.db")
    for name in ("records_by_portal_and_publisher", "records_by_document_number", "records_by_title"):
        changed(archive, f"DROP INDEX {name}")
    assert ask(archive, "/-/record/61").cssselect("h1")
    open_up_to_date(archive).close()


# --- cited ---

RECORD = {
    "id": 1, "title": "样本公告", "publisher": "样例县民政局", "document_number": None, "published_on": "2017-12-19", "url": "http://portal.example/1.html",
    "last_seen": "2026-11-22T01:00:00Z",
}  # fmt: skip
CAPTURE = {"id": 7, "fetched_at": "2026-11-20T20:00:00Z", "sha256": "ab" * 32}


def here(*parts: object) -> str:
    return f"http://archive.example/-/{'/'.join(map(str, parts))}"


def test_citations_lead_to_the_copy():
    found = of_record(RECORD, {"name": "样例县"}, CAPTURE, here)
    assert found.zh == (
        "样例县民政局. 样本公告[EB/OL]. (2017-12-19) [2026-11-21]. http://archive.example/-/copy/7. 存档副本（非官方文本），"
        f"原页面：http://portal.example/1.html，采集于2026-11-21 04:00（北京时间），SHA-256：{'ab' * 32}."
    )
    assert found.en == (
        "样例县民政局. “样本公告” [in Chinese]. 样例县, dated 2017-12-19 as stated. Seen 2026-11-21. http://archive.example/-/copy/7. "
        "Archived copy, not an official copy, original: http://portal.example/1.html, captured 2026-11-20 20:00:00 UTC, "
        f"SHA-256 of the captured page: {'ab' * 32}."
    )


def test_reference_managers_take_a_citation(sealed_archive):
    """Each form has the fields by which such programs know an archived page, and signs that mean something to them are escaped."""
    site = make_datasette(sealed_archive)

    def get_sealed(path: str):
        return asyncio.run(site.client.get(path))

    (item,) = get_sealed("/-/record/1/citation.json").json()
    assert (item["type"], item["author"], item["issued"]) == (
        "webpage",
        [{"literal": "样例县民政局"}],
        {"date-parts": [[2026, 11, 19]]},
    )
    assert item["URL"] == f"http://localhost/-/copy/{sealed.number(sealed.PAGE, 2)}"
    entry = get_sealed("/-/record/1/citation.ris")
    assert entry.headers["content-type"].startswith("application/x-research-info-systems")
    lines = entry.text.split("\r\n")
    assert (lines[0], lines[-2]) == ("TY  - ELEC", "ER  - ")
    assert f"UR  - {item['URL']}" in lines
    assert "Y2  - 2026/11/21/" in lines
    assert f"url = {{{item['URL']}}}" in get_sealed("/-/record/1/citation.bib").text
    assert get_sealed("/-/record/999/citation.bib").status_code == 404
    hostile = of_record({**RECORD, "title": "100% {样本} \\a_b"}, {"name": "样例县"}, None, here)
    assert r"title = {{100\% \{样本\} \textbackslash{}a\_b}}" in bibtex(hostile)
    older = replace(hostile, title="样本\n标题", dated="2019-03-04")
    assert "  year = {2019},\n" in bibtex(older)
    assert "\r\nTI  - 样本 标题\r\n" in ris(older)


def test_what_no_page_states_is_left_out_of_a_citation():
    bare = {
        **RECORD,
        "publisher": None,
        "published_on": None,
        "url": "row:样本",
        "document_number": "同政发〔2017〕92号",
        "title": None,
    }
    found = of_record(bare, {"name": "样例县"}, None, here)
    assert found.zh.startswith(
        "样例县. 无标题: 同政发〔2017〕92号[EB/OL]. [2026-11-22]. http://archive.example/-/record/1. 存档副本"
    )
    assert "SHA-256" not in found.zh + found.en
    assert "row:" not in found.zh + found.en
    assert "None" not in found.zh + found.en
    undated = of_record({**RECORD, "published_on": "2017-12-19起"}, {"name": "样例县"}, CAPTURE, here)
    assert (undated.dated, "2017" in undated.zh + undated.en) == ("", False), "which is no day"


def test_the_page_can_be_cited(page):
    lines = [words(line) for line in page.cssselect(".line")]
    assert lines[0].startswith("样例县民政局. 样本公告之一[EB/OL]. (2026-11-19) [2026-11-21]. ")
    assert f"http://localhost/-/copy/{sealed.number(sealed.PAGE, 2)}. " in lines[0]
    assert "非官方文本" in lines[0]
    assert page.cssselect(".line")[1].get("lang") == "en"
    cite = words(page.cssselect("#cite")[0])
    assert "2026-11-21 10:00 北京时间 2026-11-21 02:00:14 UTC" in cite
    (digest,) = [code.text for code in page.cssselect("#cite code")]
    assert digest in lines[0]
    assert digest in lines[1]


def test_a_sheet_is_cited_by_the_day_in_beijing_of_what_was_observed():
    proof = SimpleNamespace(
        claim=Label("样本记录不再列出。", "The sample is no longer listed."),
        event={"id": 7, "at": "2026-11-20T16:30:00Z"},
    )
    found = of_sheet(proof, here("proof", 7), "2026-11-28")
    assert (found.key, found.dated, found.accessed) == ("disclosures-proof-7", "2026-11-21", "2026-11-28")
    assert found.en.endswith(
        "The sample is no longer listed”. 2026-11-21. Seen 2026-11-28. http://archive.example/-/proof/7."
    )
    assert "样本记录不再列出[EB/OL]" in found.zh


# --- what would turn the reading direction ---


@pytest.mark.parametrize("character", ["\u202e", "\u202a", "\u2066", "\u2069", "\u200f", "\u061c"])
def test_turns_of_direction_are_shown(character):
    assert (
        str(cells.shown(f"样本{character}fdp.exe")) == f'样本<span class="control">U+{ord(character):04X}</span>fdp.exe'
    )


@given(st.text())
@settings(deadline=None)
def test_all_else_is_shown_as_it_is(text):
    assert html.fromstring(f"<p>x{cells.shown(text.replace(chr(0), ''))}</p>") is not None
    assert "<" not in str(cells.shown(text)).replace('<span class="control">', "").replace("</span>", "")


def test_a_hostile_record_in_every_field(tmp_path):
    archive = build_sealed(tmp_path)
    hostile = '\u202e<script>alert(1)</script>"><img src=x onerror=alert(2)>'
    columns = ("title", "publisher", "index_number", "document_number", "body", "responsible_department", "topic")
    for column in columns:
        changed(archive, f"UPDATE records SET {column} = ?1 || '{column}' WHERE id = 1", hostile)
    changed(
        archive,
        "UPDATE records SET source_fields = json_object(?1, ?1), flags = json_array(?1), kind = ?1, url = 'javascript:alert(3)' WHERE id = 1",
        hostile,
    )
    changed(
        archive,
        "UPDATE attachments SET name = ?1, text = ?1, media_type = ?1, url = 'data:text/html,<script>alert(4)</script>' || id",
        hostile,
    )
    changed(
        archive,
        "UPDATE events SET detail = json_object('changed', json_object(?1, json_array(?1, '样本')), 'reason', ?1)",
        hostile,
    )
    changed(archive, "UPDATE catalogs SET path = ?1, url = 'javascript:alert(5)'", hostile)
    page = ask(archive, "/-/record/1")
    assert (
        page.xpath(
            "//script | //main//img | //*[@onerror] | //a[contains(@href, 'javascript:') or contains(@href, 'data:')]"
        )
        == []
    )
    assert "\u202e" not in page.text_content()
    for column in columns:
        assert f"<img src=x onerror=alert(2)>{column}" in page.text_content()
