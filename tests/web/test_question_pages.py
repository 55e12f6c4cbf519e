"""The questions' pages: a list of them all, and each explained and answered."""

import asyncio
import io
import json
import sqlite3
from contextlib import closing

import pytest
from lxml import etree, html
from python_calamine import CalamineWorkbook

from archive.labels.language import LANGUAGES
from archive.labels.when import beijing
from archive.questions.answer_words import named
from archive.questions.question_files import questions
from archive.web.http.request_context import PAGE
from archive.web.http.server import make_datasette
from archive.web.listings.observed_events import noticed
from archive.web.views.bars import bars
from tests.questions.small import archive_of
from tests.web.asking import asking, asking_copy, text, tree
from tests.web.sample_archive import HOSTILE_PUBLISHER, HOSTILE_TITLE


def test_the_home_page_and_every_head_lead_to_the_questions(get):
    page = tree(get("/"))
    assert "/-/questions" in {link.get("href") for link in page.cssselect("nav a")}
    assert "/-/questions/removed_records" in {link.get("href") for link in page.cssselect("main a")}


def test_the_list_names_each_in_the_order_of_its_number(get):
    page = tree(get("/-/questions"))
    links = [link.get("href") for link in page.cssselect(".questions h2 a")]
    assert links == [f"/-/questions/{name}" for name in questions()]


def test_the_list_is_json_too(get):
    listed = get("/-/questions.json?lang=en").json()["questions"]
    assert [each["name"] for each in listed] == list(questions())
    assert [each["title"] for each in listed] == [question.title.en for question in questions().values()]
    assert get(listed[0]["answer"]).json()["question"] == listed[0]["name"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_answer_in_json_has_its_words_in_the_reader_s_language(get, language):
    answer = get(f"/-/questions/removed_records.json?lang={language}").json()
    question = questions()["removed_records"]
    assert [answer["title"], answer["caution"]] == [
        getattr(each, language) for each in (question.title, question.caution)
    ]
    assert answer["parameters"].keys() == {parameter.name for parameter in question.parameters}


@pytest.mark.parametrize("name", questions())
def test_a_page_explains_its_question_and_offers_its_parameters(get, name):
    question = questions()[name]
    for language in LANGUAGES.values():
        shown = tree(get(f"/-/questions/{name}?lang={language}"))
        for words in (question.title, question.means, question.computed, question.caution):
            assert words.name(language) in text(shown)
    assert [field.get("name") for field in shown.cssselect("form.jump [name]")] == [
        parameter.name for parameter in question.parameters
    ]


@pytest.mark.parametrize("waiting", [0, 2])
def test_machines_are_told_what_no_answer_knows_yet(past, tmp_path, waiting):
    unread = f"INSERT INTO underived (record_id) SELECT id FROM records WHERE id <= {waiting}"
    ask = asking_copy(past, tmp_path, "DELETE FROM underived", unread)
    assert ask("/-/questions/removed_records.json").json()["behind"] == waiting


def test_all_states_may_be_asked_for_though_one_is_meant_where_none_is(past):
    ask = asking(past)
    counts = [
        len(ask(f"/-/questions/removed_records.json{asked}").json()["rows"])
        for asked in ("", "?state=withdrawn", "?state=unlisted", "?state=")
    ]
    assert counts[0] == counts[1] > 0 < counts[2]
    assert counts[3] == counts[1] + counts[2]
    offered = [
        option.get("value") for option in tree(ask("/-/questions/removed_records")).cssselect("[name=state] option")
    ]
    assert offered[0] == ""
    assert "withdrawn" in offered
    assert "listed" not in offered, "of which nothing was removed"


def test_an_answer_leads_to_records_publishers_and_files(get, database):
    page = tree(get("/-/questions/number_on_several"))
    rows = page.cssselect("table.answer tbody tr")
    ids = [row[0] for row in database.execute("SELECT id FROM records WHERE index_number = '640324001/2017-61737' ORDER BY published_on")]  # fmt: skip
    assert [row.cssselect(".col-title a")[0].get("href") for row in rows] == [f"/-/record/{number}" for number in ids]
    assert rows[0].cssselect(".col-publisher a")[0].get("href").startswith("/-/publisher?portal=yangli&name=")
    assert rows[0].cssselect(".col-portal")[0].text_content() == "样例县人民政府"
    files = {link.text.split()[0]: link.get("href") for link in page.cssselect(".export a")}
    assert get(files["CSV"]).text.startswith("\ufeffindex_number,records,record_id,title")
    told = json.loads(get(files["JSON"]).text)
    assert [row["record_id"] for row in told["rows"]] == ids
    assert (told["question"], told["more"], told["parameters"]) == ("number_on_several", False, {"portal": ""})


def test_the_feed_has_an_entry_for_each_record(get):
    feed = etree.fromstring(get("/-/questions/number_on_several.atom").content)
    entries = feed.findall("{*}entry")
    assert len(entries) == 2
    assert len({entry.findtext("{*}id") for entry in entries}) == 2
    assert entries[0].find("{*}link").get("href").startswith("http://localhost/-/record/")


def test_of_several_events_of_a_record_at_one_moment_the_last_is_shown():
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE events (id, record_id, at)")
        connection.executemany(
            "INSERT INTO events VALUES (?, ?, ?)", [(1, 7, "t"), (2, 7, "t"), (3, 7, "u"), (4, 8, "t")]
        )
        rows = [
            {"record_id": 7, "noticed_at": "t"},
            {"record_id": 8, "noticed_at": None},
            {"record_id": 9, "noticed_at": "t"},
        ]
        assert noticed(connection, rows) == {(7, "t"): 2}


def test_an_entry_is_of_when_it_was_noticed(history, past):
    feed = etree.fromstring(history("/-/questions/removed_records.atom").content)
    with closing(sqlite3.connect(past)) as connection:
        gone = {at for (at,) in connection.execute("SELECT at FROM events WHERE kind IN ('unlisted', 'withdrawn')")}
    assert {entry.findtext("{*}updated") for entry in feed.findall("{*}entry")} == gone


def test_a_row_of_no_record_is_the_same_entry_though_its_figures_change(tmp_path):
    def entries(name, lacking):
        def write(small):
            for publisher, number in (("样本县教育局", lacking), ("样本县财政局", 2)):
                for _ in range(number):
                    small.record(False, "样例", publisher=publisher, body="样例", published_on="2018-01-01")
            small.record(False, "样例", publisher="样本县财政局", body="样例", flags=["page_cut"])

        archive_of(tmp_path / name, write)[0].close()
        get = asking(tmp_path / name)
        assert get("/-/questions/missing_metadata.json?least=2").json()["left_out"] == 1
        feed = etree.fromstring(get("/-/questions/missing_metadata.atom?least=2").content)
        return {entry.findtext("{*}id"): entry.findtext("{*}summary") for entry in feed.findall("{*}entry")}

    earlier, later = entries("earlier.db", 2), entries("later.db", 3)
    assert len(earlier) == 2
    assert earlier.keys() == later.keys()
    assert earlier != later


def test_an_answer_has_pages_and_its_files_are_whole(tmp_path):
    def write(small):
        for number in range(2 * PAGE + 1):
            small.record(True, f"样例{number}", index_number="640324001/2018-1")

    archive_of(tmp_path / "many.db", write)[0].close()
    get = asking(tmp_path / "many.db")
    seen = []
    for number, lines in ((1, PAGE), (2, PAGE), (3, 1)):
        page = tree(get(f"/-/questions/number_on_several?portal=&page={number}"))
        titles = [text(cell) for cell in page.cssselect("td.col-title")]
        assert len(titles) == lines
        seen += titles
        assert f"第 {number} 页，共 3 页" in text(page.cssselect(".turn")[0])
    assert len(set(seen)) == 2 * PAGE + 1
    files = {text(link): link.get("href") for link in page.cssselect(".export a")}
    assert len(get(files["JSON"]).json()["rows"]) == 2 * PAGE + 1
    assert get("/-/questions/number_on_several?page=4").status_code == 404
    assert get("/-/questions/number_on_several?page=x").status_code == 400


@pytest.mark.parametrize(
    ("language", "headings", "values"),
    [
        ("zh", ("记录", "信息名称", "状态", "可能的缘由"), ("已撤下", "不明")),
        ("en", ("record", "title", "state", "possible reason"), ("withdrawn", "not known")),
    ],
)
def test_a_workbook_of_an_answer_is_in_the_language_of_the_reader(history, language, headings, values):
    answer = history(f"/-/questions/removed_records.xlsx?lang={language}")
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0)
    row = dict(zip(*sheet.to_python()[:2], strict=True))
    assert set(headings) <= set(row)
    assert set(values) <= set(row.values())
    here = row["本档案网址" if language == "zh" else "address here"]
    assert here == f"http://localhost/-/record/{row[headings[0]]:.0f}"


def test_a_workbook_without_records_has_no_addresses_of_them(history):
    answer = history("/-/questions/many_on_one_day.xlsx?lang=zh")
    (head, *_) = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert "本档案网址" not in head


def test_moments_of_an_answer_are_beijings(history, past):
    cells = tree(history("/-/questions/removed_records")).cssselect("td.col-noticed_at, td.col-not_before")
    with closing(sqlite3.connect(past)) as connection:
        gone = "SELECT at, not_before FROM events WHERE kind IN ('unlisted', 'withdrawn')"
        moments = {beijing(moment) for row in connection.execute(gone) for moment in row}
    assert {text(cell) for cell in cells} == moments


def test_only_words_in_both_languages_are_said_in_one():
    assert named("held_against", "文字与统计表 / prose and table") == "文字与统计表"
    assert named("sentence", "收入 3 / 支出 4") == "收入 3 / 支出 4"
    assert named("stated", 95) == 95


def test_a_parameter_narrows_the_answer(get):
    page = get("/-/questions/number_on_several", portal="checked").text
    assert "没有找到" in page
    assert html.fromstring(page).cssselect("select[name=portal] option[selected]")[0].get("value") == "checked"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/-/questions/nope", 404),
        ("/-/questions/../x", 404),
        ("/-/questions/removed_records.xls", 404),
        ("/-/questions/nope.csv", 404),
        ("/-/questions/removed_records?state=gone", 400),
        ("/-/questions/removed_records?portal=%27%22%FF", 200),
        ("/-/questions/removed_records?colour=red", 200),
    ],
)
def test_wrong_addresses_get_a_page(get, path, status):
    answer = get(path)
    assert answer.status_code == status
    assert "<h1>" in answer.text


def test_bars_are_by_month_or_by_year_or_by_size():
    months = bars([{"on": "2018-03-01"}, {"on": "2018-03-31"}, {"on": "2018-01-01T00:00:00Z"}], "on", None)
    assert [(bar.value, bar.amount, bar.width) for bar in months.bars] == [("2018-01", 1, 50), ("2018-03", 2, 100)]
    many = bars([{"on": f"{year}-{month:02}"} for year in (2015, 2016, 2017) for month in range(1, 13)], "on", None)
    assert [(bar.value, bar.amount) for bar in many.bars] == [("2015", 12), ("2016", 12), ("2017", 12)]
    years = bars([{"on": str(year)} for year in range(1990, 2020)], "on", None)
    assert ([bar.value for bar in years.bars], years.left_out) == ([str(year) for year in range(1996, 2020)], 6)
    sizes = bars([{"who": f"局{n}", "records": n} for n in range(20)], "who", "records")
    assert ([bar.value for bar in sizes.bars[:2]], len(sizes.bars), sizes.left_out) == (["局19", "局18"], 15, 5)
    assert bars([{"who": "局"}] * 3, "who", None) is None


def test_what_pages_print_stays_text(tmp_path):
    def write(small):
        for number in (1, 2):
            small.record(
                True, f"样例{number}{HOSTILE_TITLE}", publisher=HOSTILE_PUBLISHER, index_number="<i>1/2018-1</i>",
                published_on="<b>2018-01-01</b>", url=f"javascript:alert({number})",
            )  # fmt: skip

    archive_of(tmp_path / "hostile.db", write)[0].close()
    client = make_datasette(tmp_path / "hostile.db").client
    page = html.fromstring(asyncio.run(client.get("/-/questions/number_on_several")).text)
    assert len(page.cssselect("table.answer tbody tr")) == 2
    assert page.cssselect("main script, main img, main b[onmouseover], table.answer i") == []
    assert not [link for link in page.cssselect("a") if link.get("href", "").startswith("javascript:")]
    feed = asyncio.run(client.get("/-/questions/number_on_several.atom"))
    assert "<script>" not in feed.text
