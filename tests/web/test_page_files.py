"""A page's list, taken away: files, pages of JSON; links to them; limits; that no address breaks them."""

import asyncio
import io
import itertools
import re
from datetime import datetime
from urllib.parse import quote

import pytest
from lxml import html
from python_calamine import CalamineWorkbook

from archive.export import record_rows
from archive.web.formats import page_files, responses
from archive.web.http import streaming
from tests import waiting
from tests.web.asking import asking_copy
from tests.web.exported import LISTS, lines, table
from tests.web.sample_archive import HOSTILE_PUBLISHER, HOSTILE_TITLE

# --- files ---


@pytest.mark.parametrize("page", LISTS)
def test_every_form_holds_the_same_records_in_the_order_of_the_page(get, page):
    machine = lines(get(page_files.address(page, "jsonl")))
    read = table(get(page_files.address(page, "csv")))
    book = CalamineWorkbook.from_filelike(io.BytesIO(get(page_files.address(page, "xlsx")).content))
    sheet = book.get_sheet_by_index(0).to_python()
    assert machine
    assert [row["id"] for row in machine] == [int(row["id"]) for row in read] == [row[0] for row in sheet[1:]]
    if "/record/" not in page:  # of one record, machines are told more
        first = get(page_files.address(page, "json")).json()
        assert first["records"] == machine[:50]
        assert first["total"] == len(machine)
    assert sheet[0][:4] == ["编号", "发布日期", "信息名称", "发布机构"]


def test_search_finds_in_a_file_what_it_finds_on_the_page(get):
    given = {"q": "预算", "kind": "budget", "publisher": "财政局", "from": "2017", "sort": "newest"}
    tree = html.fromstring(get("/-/search", **given).text)
    found = lines(get("/-/search.jsonl", **given))
    assert [row["title"] for row in found] == [link.text_content() for link in tree.cssselect(".hits .title")]
    assert found[0]["page"].endswith(tree.cssselect(".hits .title")[0].get("href"))


def test_json_leads_from_page_to_page(get):
    first = get("/-/search.json?q=预算").json()
    second = get(first["next"]).json()
    assert first["pages"] == second["page"] == 2
    assert second["next"] is None
    assert len({row["id"] for row in first["records"] + second["records"]}) == first["total"] == 61


def test_people_get_words_and_machines_get_codes(get):
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(get("/-/search.xlsx?q=棚户区").content)).get_sheet_by_index(0)
    row = dict(zip(*sheet.to_python()[:2], strict=True))
    assert (row["类别"], row["状态"], row["门户"]) == ("棚户区改造/征地拆迁", "在列", "样例县人民政府")
    assert row["存疑标记"] == "索引号重复、索引号年份与发布年份不同"
    (row, _) = lines(get("/-/search.jsonl?q=棚户区"))
    assert (row["kind"], row["flags"]) == ("housing_expropriation", ["index_number_repeated", "index_year_differs"])


def test_the_text_comes_where_it_is_requested(get):
    assert "body" not in lines(get("/-/search.jsonl?q=老旧小区"))[0]
    assert "老旧小区改造" in lines(get("/-/search.jsonl?q=老旧小区&body=yes"))[0]["body"]
    assert "body" not in lines(get("/-/search.jsonl?q=老旧小区&body=no"))[0]


def test_a_file_is_named_after_what_is_in_it(get):
    said = get("/-/search.csv?q=预算/%3A..%0A二").headers["content-disposition"]
    assert said == f"attachment; filename*=UTF-8''{quote('检索 预算 .. 二.csv')}"
    assert get("/-/search.csv?q=预算").headers["content-type"] == "text/csv; charset=utf-8"


def test_hostile_text_stays_text(get):
    row = table(get("/-/day/2018-07-01.csv"))[0]
    assert (row["title"], row["publisher"], row["url"]) == (HOSTILE_TITLE, HOSTILE_PUBLISHER, "javascript:alert('u')")
    assert get("/-/day/2018-07-01.json").headers["content-type"].startswith("application/json")


def test_changes_are_exported_with_what_they_changed(history):
    rows = lines(history("/-/changes.jsonl?from=2000-01-01&to=2999-01-01"))
    assert {row["event"] for row in rows} >= {"added", "changed", "withdrawn"}
    assert [row["at"] for row in rows] == sorted((row["at"] for row in rows), reverse=True)
    gone = table(history("/-/changes.csv?from=2000-01-01&to=2999-01-01&kind=withdrawn"))
    assert {row["event"] for row in gone} == {"withdrawn"}
    assert all(row["not_before（北京时间）"] < row["at（北京时间）"] for row in gone)
    assert all(row["before_capture_id"] < row["after_capture_id"] for row in rows if row["not_before"])
    assert {row["not_before"] for row in rows if row["event"] == "added"} >= {None}


def test_changes_of_some_records_and_kinds_are_exported_and_counted_as_their_page_shows_them(history):
    days, some = "from=2000-01-01&to=2999-01-01", "q=样例公告&kind=withdrawn&kind=unlisted"
    rows = lines(history(f"/-/changes.jsonl?{days}&{some}"))
    gone = {("样例公告之2", "withdrawn"), ("样例公告之3", "unlisted"), ("样例公告之5", "withdrawn")}
    assert {(row["title"], row["event"]) for row in rows} == gone
    assert history(f"/-/changes.json?{days}&{some}").json()["total"] == 3
    page = html.fromstring(history(f"/-/changes?{days}&{some}").text)
    assert {link.text_content() for link in page.cssselect(".observed-kind .title a")} == {row["title"] for row in rows}
    assert {box.get("value") for box in page.cssselect("input[name=kind][checked]")} == {"withdrawn", "unlisted"}
    (csv,) = {link.get("href") for link in page.cssselect(".export a") if ".csv" in link.get("href")}
    assert len(table(history(csv))) == len(rows)
    assert history(f"/-/changes.json?{days}&q=没有的词").json()["events"] == []


def test_people_get_beijing_times_that_the_heading_calls_so_and_machines_utc(history):
    path = "/-/changes{}?from=2000-01-01&to=2999-01-01&kind=withdrawn"
    machine = lines(history(path.format(".jsonl")))[0]
    assert (machine["at"], machine["first_seen"]) == ("2026-11-21T01:00:00Z", "2026-11-20T01:00:00Z")
    read = table(history(path.format(".csv")))[0]
    assert (read["at（北京时间）"], read["first_seen（北京时间）"]) == ("2026-11-21 09:00:00", "2026-11-20 09:00:00")
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(history(path.format(".xlsx")).content)).get_sheet_by_index(0)
    row = dict(zip(*sheet.to_python()[:2], strict=True))
    assert (row["观察到的时间（北京时间）"], row["首次发现（北京时间）"]) == (
        datetime(2026, 11, 21, 9),
        datetime(2026, 11, 20, 9),
    )
    assert "不早于（北京时间）" in row
    assert row["变动"] == "已撤下"
    assert not [heading for heading in row if heading.isascii()]


@pytest.mark.parametrize(
    ("language", "withdrawn", "changed"),
    [
        ("zh", "原页面的响应：网站答复 404：没有这个页面；", "信息名称：样例公告之1 → "),
        ("en", "what the page answered: the portal answered 404: no such page; ", "title: 样例公告之1 → "),
    ],
)
def test_a_workbook_says_what_happened_in_words(history, language, withdrawn, changed):
    said = {}
    for path in ("/-/changes.xlsx?from=2000-01-01&to=2999-01-01&", "/past/events.xlsx?"):
        book = CalamineWorkbook.from_filelike(io.BytesIO(history(f"{path}lang={language}").content))
        heading, *rows = book.get_sheet_by_index(0).to_python()
        said[path] = {row[heading.index("详情" if language == "zh" else "detail")] for row in rows}
    page, table_ = said.values()
    assert page == table_
    assert any(withdrawn in each for each in page), page
    assert any(changed in each for each in page), page
    assert not any("{" in each for each in page)
    assert history("/past/events.csv").text.count('{""')


def test_headings_are_in_the_language_of_the_reader(get):
    sheet = CalamineWorkbook.from_filelike(
        io.BytesIO(get("/-/search.xlsx?q=棚户区&lang=en").content)
    ).get_sheet_by_index(0)
    row = dict(zip(*sheet.to_python()[:2], strict=True))
    assert row["first seen (Beijing time)"] == datetime(2026, 11, 20, 9, 2, 3)
    assert row["state"] == "listed"
    assert "first_seen (Beijing time)" in table(get("/-/search.csv?q=棚户区&lang=en"))[0]


def test_a_column_without_a_time_among_its_first_rows_is_known_by_its_name(get):
    headings = table(get("/-/search.csv?q=预算"))[0].keys()
    assert "changed_at（北京时间）" in headings


def test_times_that_sql_gives_another_name_are_beijings_too(get):
    sql = "select first_seen as met, published_on, title || '.' as at from records where id = 1"
    (row,) = table(get("/disclosures.csv", sql=sql))
    assert row["met（北京时间）"] == "2026-11-20 09:02:03"
    assert row["published_on"] == "2016-01-10"
    assert row["at"].startswith("样例")


def test_changes_are_listed_page_by_page(get):
    first = get("/-/changes.json?from=2026-11-20&to=2026-11-21").json()
    second = get(first["next"]).json()
    assert (first["total"], first["pages"], len(first["events"]), len(second["events"])) == (66, 2, 50, 16)
    assert second["next"] is None


# --- limits ---

SCOPE = {"type": "http", "method": "GET", "path": "/-/search.csv", "raw_path": b"/-/search.csv", "query_string": b"",
         "headers": [], "scheme": "http", "server": ("localhost", 80), "http_version": "1.1"}  # fmt: skip
"""A request for all records, as the server hands it on."""
A_RECORD = (1, *["字" * 10] * (len(record_rows.COLUMNS) - 1))


def test_what_a_workbook_should_not_hold_is_stated_before_anything_is_sent(get, monkeypatch):
    monkeypatch.setattr(responses, "MOST_IN_XLSX", 10)
    answer = get("/-/search.xlsx?q=预算")
    assert answer.status_code == 400
    assert "请下载 CSV" in answer.text


def test_what_takes_too_long_is_a_page_that_says_so(get, monkeypatch):
    monkeypatch.setattr(streaming, "WHOLE", -1.0)
    answer = get("/-/search.csv?q=预算")
    assert answer.status_code == 400
    assert "查询超时" in answer.text


def test_no_more_files_are_made_than_there_is_room_for(get, monkeypatch):
    monkeypatch.setattr(streaming, "_ROOM", streaming.threading.BoundedSemaphore(1))
    assert get("/-/search.csv").status_code == get("/-/search.csv").status_code == 200  # room is given back
    streaming._ROOM.acquire()
    answer = get("/-/search.csv")
    assert answer.status_code == 503
    assert "稍后再试" in answer.text


def test_nothing_is_made_for_a_reader_who_left(site, monkeypatch):
    made = []

    async def ask() -> None:
        async def receive():
            return {"type": "http.disconnect"}

        async def send(message):
            made.append(message)

        await site.invoke_startup()
        monkeypatch.setattr(
            page_files.record_rows, "rows", lambda *_, **__: itertools.repeat(A_RECORD)
        )  # without an end
        await asyncio.wait_for(site.app()(SCOPE, receive, send), waiting.SECONDS)

    asyncio.run(ask())
    assert sum(len(message.get("body", b"")) for message in made) < 10 * streaming.PATIENCE * 65_536
    assert not any(message["type"] == "http.response.body" and not message.get("more_body") for message in made)


def test_a_reader_who_takes_too_long_is_left(site, monkeypatch):
    sent = []

    async def ask() -> None:
        async def receive():
            await asyncio.sleep(30)

        async def send(message):
            await asyncio.sleep(0.02)
            sent.append(message)

        await site.invoke_startup()
        monkeypatch.setattr(streaming, "LONGEST", 0.2)
        monkeypatch.setattr(
            page_files.record_rows, "rows", lambda *_, **__: itertools.repeat(A_RECORD)
        )  # without an end
        await asyncio.wait_for(site.app()(SCOPE, receive, send), waiting.SECONDS)

    asyncio.run(ask())
    assert all(message.get("more_body") for message in sent[1:])


def test_a_file_that_breaks_has_no_end(site, monkeypatch):
    sent = []

    async def ask() -> None:
        async def receive():
            await asyncio.sleep(30)

        async def send(message):
            sent.append(message)

        def rows(*_, **__):
            yield from [A_RECORD] * 1_000
            raise streaming.sqlite3.OperationalError("interrupted")

        await site.invoke_startup()
        monkeypatch.setattr(page_files.record_rows, "rows", rows)
        await site.app()(SCOPE, receive, send)

    asyncio.run(ask())
    assert [message["type"] for message in sent].count("http.response.start") == 1
    assert all(message.get("more_body") for message in sent[1:])


def test_head_makes_nothing(site, monkeypatch):
    monkeypatch.setattr(page_files.record_rows, "rows", None)
    answer = asyncio.run(site.client.head("/-/search.csv"))
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"


@pytest.mark.parametrize("form", ["csv", "xlsx", "jsonl", "json", "atom"])
@pytest.mark.parametrize(
    ("page", "status"),
    [
        ("/-/search?q=%22%28%29*^&from=x&kind=nope&portal=nowhere", 200),
        ("/-/search?q=%00%ff", 200),
        ("/-/browse/nowhere/1", 404),
        ("/-/browse/yangli/999999999999999999999", 404),
        ("/-/browse/yangli/1?year=x", 400),
        ("/-/publisher", 400),
        ("/-/publisher?portal=yangli&name=x&kind=y", 400),
        ("/-/day/2018-13-01", 400),
        ("/-/record/999999999999999999", 404),
        ("/-/changes?portal=nowhere", 404),
        ("/-/changes?kind=nope", 400),
    ],
)
def test_no_address_breaks_it(get, page, status, form):
    assert get(page_files.address(page, form)).status_code == status


# --- links ---


@pytest.mark.parametrize("page", [*LISTS[:4], LISTS[5], "/-/record/3", "/-/changes"])
def test_a_page_leads_to_its_files(get, page):
    tree = html.fromstring(get(page).text)
    links = {link.text: link.get("href") for link in tree.cssselect(".export a")}
    for form, name in (("Excel", "xlsx"), ("CSV", "csv"), ("JSON Lines", "jsonl"), ("JSON", "json")):
        assert re.search(rf"\.{name}(\?|$)", links[form])
        assert get(links[form]).status_code == 200


@pytest.mark.parametrize(
    "page", ["/-/search?q=样例", *LISTS[2:4], LISTS[5], "/-/changes?from=2026-11-20&to=2026-11-21"]
)
def test_the_files_are_offered_above_what_the_page_lists(get, page):
    tree = html.fromstring(get(page).text)
    (offered,) = tree.cssselect("p.export")
    first_record = tree.cssselect("ol.lines, .hits ol")[0]
    order = list(tree.iter())
    assert order.index(offered) < order.index(first_record)


def test_observations_come_by_their_time_whatever_their_numbers(past, tmp_path):
    """As where archives were merged: what was observed first has the last number."""
    ask = asking_copy(
        past, tmp_path, "UPDATE events SET at = '2026-11-20T00:00:00Z' WHERE id = (SELECT max(id) FROM events)"
    )
    times = [row["at"] for row in lines(ask("/-/changes.jsonl?from=2000-01-01&to=2999-01-01"))]
    assert times == sorted(times, reverse=True)
    assert times[-1] == "2026-11-20T00:00:00Z"
