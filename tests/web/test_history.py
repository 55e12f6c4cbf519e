"""The past on a record's page: what was observed, when, and which captures prove it."""

import asyncio
import json
import re
import sqlite3
from contextlib import closing

import pytest
from datasette.app import Datasette
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from archive.evidence.evidence_store import Evidence
from archive.labels.label import Label
from archive.proof import differences as diff
from archive.web.http.server import make_datasette
from tests.exchanges import exchange
from tests.web.asking import asking_copy
from tests.web.asking import text as words
from tests.web.sample_archive import FILE, HOSTILE_TITLE, LONG_BODY, past_url


@pytest.fixture(scope="module")
def page(past):
    """Ask for the page of the record with this number, or for a path; its tree."""
    site = make_datasette(past)

    def ask(wanted: int | str, language: str = "zh"):
        path = wanted
        if isinstance(wanted, int):
            with closing(sqlite3.connect(past)) as connection:
                sql = "SELECT id FROM records WHERE url = ?"
                path = f"/-/record/{connection.execute(sql, (past_url(wanted),)).fetchone()[0]}"
        answer = asyncio.run(site.client.get(path, headers={"Accept-Language": language}))
        assert answer.status_code == 200, answer.text
        return html.fromstring(answer.text)

    return ask


def events(tree) -> dict[str, object]:
    """The entries of the time line, by the kind of event."""
    entries = tree.cssselect("ol.history:not(.reread) > li")
    return {entry.cssselect(".event")[0].get("class").removeprefix("event event-"): entry for entry in entries}


def links(tree) -> list[str]:
    return [link.get("href") for link in tree.cssselect("a")]


def test_what_changed_stands_before_and_now(page):
    tree = page(1)
    entries = tree.cssselect("ol.history > li")
    assert [entry.cssselect(".event")[0].text for entry in entries] == ["内容变动", "内容变动", "内容变动", "新收录"]
    file, body, title, added = entries
    assert "2026-11-22 09:00" in words(file)
    assert "附件“样例名单.xls”的文件" in words(file)
    assert [mark.text for mark in file.cssselect("del, ins")] == ["a" * 12, "b" * 12]
    assert title.cssselect(".changes dd")[0].text_content().split(" → ") == ["样例公告之1", HOSTILE_TITLE]
    assert "信息名称" in words(title)
    assert [mark.text for mark in body.cssselect("del, ins")] == ["一", "九"]
    assert "金额为一九百元" in words(body)
    assert f"此前 {len(LONG_BODY)} 字" in words(body)
    assert len(words(body)) < 300
    assert links(body) == ["/-/copy/2", "/-/copy/12", "/-/proof/9"]
    assert "2026-11-20 至 2026-11-21 之间" in words(body)
    assert links(added)[0] == "/-/copy/1"
    assert "至迟 2026-11-20，从何时起无从得知" in words(added)


def test_withdrawn_with_its_proof(page):
    tree = page(2)
    entry = events(tree)["withdrawn"]
    assert "已撤下" in words(entry)
    assert "“样例公告”：1 页、3 条，均未见此记录" in words(entry)
    assert "页面不存在（HTTP 404）" in words(entry)
    assert "2026-11-20 至 2026-11-21 之间" in words(entry)
    assert "此前所见：存档副本 3" in words(entry)
    assert "网站答复 404：没有这个页面" in words(entry)
    assert {"/past/crawls/2", "/-/copy/11", "/-/copy/14"} <= set(links(entry))
    (walk,) = entry.xpath(".//a[text()='凭据']/@href[contains(., 'look=1')]")
    assert [link.get("href") for link in page(walk).cssselect("td.col-capture_id a")] == ["/past/captures/11"]
    observed = words(tree.cssselect(".observed")[0])
    assert observed.startswith("已撤下 2026-11-20 09:00（北京时间）最后一次见于目录。2026-11-21 09:00 观察到：")
    assert "服务器响应为“页面不存在（HTTP 404）”。原因不明" in observed
    english = words(page(2, "en").cssselect(".observed")[0])
    assert "its own page was asked for and was gone. The reason isn't known" in english
    assert tree.cssselect(".state")[0].text.strip() == "已撤下"


def test_unlisted_was_looked_for_twice(page):
    tree = page(3)
    entry = events(tree)["unlisted"]
    assert "“样例公告”复核：1 页、3 条，均未见此记录" in words(entry)
    assert {"/-/copy/11", "/-/copy/18", "/-/copy/15"} <= set(links(entry))
    assert "页面（HTTP 200）" in words(entry)
    assert "请求其原页面，仍可打开。" in words(tree.cssselect(".observed")[0])


def test_moved_names_both_addresses(page):
    tree = page(40)
    entry = events(tree)["moved"]
    assert links(entry)[:2] == [past_url(4), past_url(40)]
    assert {"/past/crawls/2", "/-/copy/11", "/-/copy/16"} <= set(links(entry))
    assert list(events(tree)) == ["moved", "added"]
    assert tree.cssselect(".state")[0].text.strip() == "在列"


def test_returned(page):
    tree = page(5)
    assert list(events(tree)) == ["returned", "withdrawn", "added"]
    returned = events(tree)["returned"]
    assert "2026-11-22 09:00 重新出现 此前：已撤下" in words(returned)
    assert links(returned)[:2] == ["/-/copy/11", "/-/copy/21"]
    assert words(tree.cssselect(".observed")[0]).startswith("在列 2026-11-22 09:00（北京时间）最后一次见于目录。")
    assert "Last seen in a catalogue" in words(page(5, "en").cssselect(".observed")[0])


def test_reading_again_is_no_edit(page):
    tree = page(6)
    assert list(events(tree)) == ["added"]
    (entry,) = tree.cssselect("ol.reread > li")
    assert "版本 2 · 本档案重新解析，并非原页面改动" in words(tree)
    assert "责任部门" in words(entry)
    assert [mark.text for mark in entry.cssselect("ins")] == ["样例县救助站"]
    assert links(entry) == ["/-/copy/7"]
    assert "重新解析" not in words(page(1))


@pytest.mark.parametrize(("cause", "is_shown"), [("parser", True), ("layout", True), ("source", False)])
def test_versions_that_no_edit_made_are_shown_by_themselves(past, tmp_path, cause, is_shown):
    ask = asking_copy(
        past,
        tmp_path,
        f"UPDATE versions SET cause = '{cause}' WHERE record_id = 1 AND number = 2",
        "DELETE FROM events",
    )
    shown = html.fromstring(ask("/-/record/1").text).cssselect("ol.reread > li")
    assert [words(each).split(" · ")[0].endswith("版本 2") for each in shown] == [True] * is_shown
    if cause == "layout":
        assert "门户改版，并非记录改动" in words(shown[0])


@pytest.mark.parametrize(("state", "is_held"), [("waiting", True), ("kept", True), ("released", False)])
def test_a_text_is_said_to_be_held_back_until_it_is_released(past, tmp_path, state, is_held):
    held = f"INSERT INTO rosters (record_id, source, key, persons, state, at) VALUES (2, '', 'past', 9, '{state}', '')"
    shown = asking_copy(past, tmp_path, held, "UPDATE records SET body = NULL WHERE id = 2")("/-/record/2").text
    assert ("9 人" in shown) is is_held


def test_of_a_withheld_record_there_is_no_citation(past, tmp_path):
    ask = asking_copy(past, tmp_path, "UPDATE records SET state = 'withheld' WHERE id = 2")
    assert [ask(f"/-/record/{number}/citation.{form}").status_code for number in (2, 3) for form in ("json", "ris")] == [
        404, 404, 200, 200,
    ]  # fmt: skip


def test_a_file_is_shown_with_its_state_text_and_copy(page):
    own, elsewhere = page(1).cssselect("ul.files li")
    assert FILE in links(own)
    assert words(own).startswith("样例名单.xls 已取出文字 application/vnd.ms-excel · 40.0 KB ·")
    assert own.cssselect("code")[0].text == "b" * 64
    assert "样例名单的文字" in words(own.cssselect("details")[0])
    assert "/-/copy/22" in links(own)
    assert "别处.zip 尚未采集" in words(elsewhere)
    assert "SHA-256" not in words(elsewhere)
    assert page(2).cssselect("ul.files") == []
    assert "样例名单的文字" in words(page(next(link for link in links(own) if "/attachments/" in link)))


def test_what_is_masked_is_counted(page):
    assert "为保护个人信息，本档案隐去：手机号码 3 处、居民身份证号 3 处。" in words(page(1))
    assert "this archive masks: mobile phone number × 3, resident identity number × 3." in words(page(1, "en"))
    assert "隐去" not in words(page(2).cssselect("article")[0])


def test_the_capture_it_was_read_from(page):
    tree = page(2)
    cite = tree.cssselect("#cite")[0]
    assert "2026-11-20 09:00 北京时间 2026-11-20 01:00:03 UTC 存档副本 3" in words(cite)
    assert f"{3:064x}" in [code.text for code in cite.cssselect("code")]
    assert {"/-/copy/3", past_url(2)} <= set(links(cite))
    assert "非官方文本" in words(cite)


def test_its_own_page_is_mentioned_as_it_last_came(past, tmp_path):
    """Whatever came after it that is no page, and whatever other pages show the record, its list among them."""
    copy = tmp_path / "past.db"
    with closing(sqlite3.connect(past)) as old, closing(sqlite3.connect(copy)) as new:
        old.backup(new)
        for number, address, at, outcome in (
            (150, past_url(2), "2026-11-23T16:00:00Z", "page"),
            (160, past_url(2), "2026-11-24T16:00:00Z", "blocked"),
            (170, past_url(3), "2026-11-25T16:00:00Z", "page"),
        ):
            row = (number, 3, address, at, 200, outcome, f"{number:064x}", 5, None, "Sun, 22 Nov 2026 16:00:00 GMT")
            new.execute("INSERT INTO captures VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)", row)
        new.commit()
        (number,) = new.execute("SELECT id FROM records WHERE url = ?", (past_url(2),)).fetchone()
    tree = html.fromstring(asyncio.run(make_datasette(copy).client.get(f"/-/record/{number}")).text)
    assert "2026-11-24 00:00 北京时间 2026-11-23 16:00:00 UTC 存档副本 150" in words(tree.cssselect("#cite")[0])
    assert "2026-11-23 00:00" in words(tree.cssselect(".days > div")[3])
    (cited,) = asyncio.run(make_datasette(copy).client.get(f"/-/record/{number}/citation.json")).json()
    assert cited["URL"].endswith("/-/copy/150")


def test_a_capture_has_a_page_with_all_that_is_known(page):
    tree = page("/past/captures/14")
    shown = words(tree)
    assert past_url(2) in shown
    assert f"{14:064x}" in shown
    assert "页面不存在" in shown
    assert "不是官方文本" in shown
    assert "/past/crawls/2" in links(tree)


def test_a_record_from_before_captures(get):
    tree = html.fromstring(get("/-/record/61").text)
    assert list(events(tree)) == ["added"]
    assert not [link for link in links(tree) if "/-/copy/" in link]
    assert "最后一次见于目录" in words(tree.cssselect(".observed")[0])


def test_a_state_without_its_event_still_shows(past, tmp_path):
    copy = tmp_path / "past.db"
    with closing(sqlite3.connect(past)) as old, closing(sqlite3.connect(copy)) as new:
        old.backup(new)
        new.execute("DELETE FROM events")
        new.execute("DELETE FROM walks")
        new.commit()
        (record_id,) = new.execute("SELECT id FROM records WHERE state = 'withdrawn' LIMIT 1").fetchone()
    answer = asyncio.run(make_datasette(copy).client.get(f"/-/record/{record_id}"))
    assert answer.status_code == 200
    assert "原因不明" in words(html.fromstring(answer.text).cssselect(".observed")[0])


def test_events_whose_beginning_is_not_known_still_show(past, tmp_path):
    answer = asking_copy(past, tmp_path, "UPDATE events SET not_before = NULL")("/-/record/2")
    assert answer.status_code == 200
    withdrawn = events(html.fromstring(answer.text))["withdrawn"]
    assert "从何时起无从得知" in words(withdrawn)


def test_details_in_tables_are_stated_in_words(page):
    shown = [words(cell) for cell in page("/past/events").cssselect("td.col-detail")]
    assert any(text.startswith("信息名称 样例公告之1 → 样例") for text in shown)
    assert (
        "原页面的响应 网站答复 404：没有这个页面；最后列有此记录的列表页 存档副本 1；原页面的响应 存档副本 14" in shown
    )
    assert "此前 已撤下；所据页面 存档副本 21" in shown
    assert not [text for text in shown if "{" in text]
    versions = [words(cell) for cell in page("/past/versions?_size=max").cssselect("td.col-changed")]
    assert "首次所见" in versions
    assert "责任部门 （无） → 样例县救助站" in versions


def test_proof_is_listed_and_internals_are_not(page):
    names = links(page("/past"))
    assert {f"/past/{name}" for name in ("captures", "walks", "versions", "attachments", "redactions")} <= set(names)


@pytest.mark.parametrize("record", [1, 2, 3, 40, 5, 6])
def test_no_page_needs_script_or_inline_style(page, record):
    tree = page(record)
    assert tree.xpath("//script | //style | //*[@style] | //main//img | //main//iframe") == []


# --- the sealed originals ---


def test_the_evidence_is_never_served(past, tmp_path, caplog):
    sealed = tmp_path / "evidence.db"
    evidence = Evidence(sealed)
    evidence.add_many([exchange()])
    evidence.close()
    site = Datasette(files=[str(past), str(sealed)])
    asyncio.run(site.invoke_startup())
    assert "sealed originals" in caplog.text
    assert [name for name in site.databases if name != "_internal"] == ["past"]
    for path in ("/evidence", "/evidence/payloads", "/evidence.db", "/evidence.json?sql=select+*+from+payloads"):
        assert asyncio.run(site.client.get(path)).status_code == 404, path
    for sql in (f"attach database '{sealed}' as e", "select * from evidence.payloads"):
        answer = asyncio.run(site.client.get("/past.json", params={"sql": sql}))
        assert answer.status_code == 400, sql


# --- what changed, as text ---

TEXTS = st.text(max_size=400)


LABEL = Label("样例", "sample")


@given(TEXTS, TEXTS, TEXTS, TEXTS)
@settings(deadline=None)
def test_both_sides_are_what_was_stated(lead, one, other, rest):
    old, new = lead + one + rest, lead + other + rest
    pieces = diff.differences(old, new)
    assert "".join(piece.text for piece in pieces if piece.kind != diff.NEW) == old
    assert "".join(piece.text for piece in pieces if piece.kind != diff.OLD) == new
    shown = diff.field_diff(LABEL, old, new)
    for side, text in ((shown.old, old), (shown.new, new)):
        assert (side is None) == (not text)
        if side and max(len(old), len(new)) <= diff.BESIDE:
            assert "".join(piece.text for piece in side) == text
        for piece in side or ():
            assert piece.kind == diff.GAP or piece.text in text or " …… " in piece.text


@pytest.mark.parametrize(
    ("old", "new", "marked"),
    [
        ("2017年部门预算公开", "2018年部门决算公开", [("del", "2017"), ("ins", "2018"), ("del", "预"), ("ins", "决")]),
        ("金额1,234.5元", "金额1,235.5元", [("del", "1,234.5"), ("ins", "1,235.5")]),
        ("县教育局通知", "县教育局紧急通知", [("ins", "紧急")]),
        ("附件A12", "附件A13", [("del", "12"), ("ins", "13")]),
        ("\U000f0000一12", "\U000f0000二13", [("del", "一12"), ("ins", "二13")]),
    ],
)
def test_differences_are_shown_word_by_word(old, new, marked):
    assert [(piece.kind, piece.text) for piece in diff.differences(old, new) if piece.kind] == marked


def test_of_long_texts_only_the_places_that_differ():
    old = "样例文字。" * 200 + "甲" + "样例文字。" * 200 + "丙" + "样例文字。" * 200
    change = diff.field_diff(LABEL, old, old.replace("甲", "乙").replace("丙", "丁"))
    assert [piece.text for piece in change.merged if piece.kind in {"del", "ins"}] == ["甲", "乙", "丙", "丁"]
    assert [piece.kind for piece in change.merged].count(diff.GAP) == 3
    assert sum(len(piece.text) for piece in change.merged) < 200
    many = "".join(f"样例文字不变的一段话，很长很长，足够分开各处{chr(0x4E00 + place)}" for place in range(60))
    change = diff.field_diff(LABEL, many, re.sub("各处.", "各处改", many))
    assert change.more == 60 - diff.MOST_PLACES


def test_what_is_not_compared_in_time_counts_as_replaced(monkeypatch):
    old, new = "预算公开" * 50, "公开的决算" * 50
    assert len([piece for piece in diff.differences(old, new) if piece.kind]) > 2
    monkeypatch.setattr(diff, "_SECONDS", 1e-9)
    assert [(piece.kind, piece.text) for piece in diff.differences(old, new)] == [("del", old), ("ins", new)]


@pytest.mark.parametrize("length", [diff.BESIDE - 1, diff.BESIDE, diff.BESIDE + 1])
def test_values_are_shown_whole_up_to_a_length(length):
    old, new = "样" * (length - 1) + "甲", "样" * (length - 1) + "乙"
    change = diff.field_diff(LABEL, old, new)
    assert bool(change.merged) is (length > diff.BESIDE)
    shown = "".join(piece.text for piece in change.new)
    assert (shown == new) is (length <= diff.BESIDE)
    assert change.lengths == (length, length)
    if change.merged:
        around = "样" * diff.AROUND
        assert [(piece.kind, piece.text.strip()) for piece in change.merged] == [
            (diff.GAP, "……"), ("", around), ("del", "甲"), ("ins", "乙"),
        ]  # fmt: skip


@pytest.mark.parametrize("length", [diff.LONGEST - 1, diff.LONGEST, diff.LONGEST + 1])
def test_a_stretch_is_cut_in_its_middle_where_it_is_too_long(length):
    (piece,) = diff.field_diff(LABEL, "", "样" * length).new
    assert (piece.text == "样" * length) is (length <= diff.LONGEST)
    assert len(piece.text.replace(" …… ", "")) == min(length, diff.LONGEST)


@pytest.mark.parametrize("places", [diff.MOST_PLACES - 1, diff.MOST_PLACES, diff.MOST_PLACES + 1])
def test_so_many_places_are_shown_and_the_others_counted(places):
    old = "".join(f"样例文字不变的一段话，很长很长，足够分开各处{chr(0x4E00 + place)}" for place in range(places))
    change = diff.field_diff(LABEL, old, re.sub("各处.", "各处改", old))
    assert change.more == max(0, places - diff.MOST_PLACES)
    assert [piece.kind for piece in change.merged].count("ins") == min(places, diff.MOST_PLACES)


@pytest.mark.parametrize("gap", [2 * diff.AROUND, 2 * diff.AROUND + 1])
def test_what_is_the_same_between_two_places_is_left_out_only_where_it_is_long(gap):
    between = "样" * gap
    change = diff.field_diff(LABEL, f"甲{between}丙{'例' * 90}", f"乙{between}丁{'例' * 90}")
    kinds = [piece.kind for piece in change.merged]
    assert kinds.count(diff.GAP) == 1 + (gap > 2 * diff.AROUND)


@given(st.recursive(st.none() | st.integers() | TEXTS, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner)))
@settings(deadline=None)
def test_any_detail_can_be_shown(detail):
    said = diff.json_object(json.dumps(detail))
    assert all(isinstance(text, str) for pair in diff.event_lines(said) for text in pair)
    assert all(isinstance(text, str) for pair in diff.diff_lines(said) for text in pair)
