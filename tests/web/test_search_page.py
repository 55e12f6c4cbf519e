"""The search page: what it finds and says, its filters and counts."""

import asyncio
import itertools
import re
import sqlite3
from contextlib import closing
from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import html
from lxml.html import HtmlElement

from archive.search import engine
from archive.search.request import LAST_PAGE, PAGE_SIZE
from archive.web.http.server import make_datasette
from archive.web.pages import search_page
from tests.web.sample_archive import PUBLISHERS
from tests.web.searching import HERE, asking_page, titles, total


@pytest.fixture(scope="module")
def page(get):
    """Ask the search page; its tree."""
    return asking_page(get)


def facets(tree: HtmlElement) -> dict[str, dict[str, tuple[int, str]]]:
    """Facet → value → count and link, as shown."""
    return {
        section.cssselect("h2")[0].text.strip(): {
            item.cssselect("a")[0].text_content(): (
                int(item.cssselect(".count")[0].text_content().replace(",", "")),
                item.cssselect("a")[0].get("href"),
            )
            for item in section.cssselect("li")
        }
        for section in tree.cssselect(".facet")
    }


# --- words ---


def test_a_line_states_date_title_publisher_county_and_state(page):
    (line,) = page(q="棚户区改造 2017").cssselect(".hits li")
    assert line.cssselect("time")[0].text == "2017-05-02"
    assert line.cssselect(".title")[0].text_content() == "样例：关于印发2017年棚户区改造工作方案的通知"
    assert [mark.text for mark in line.cssselect(".title mark")] == ["2017", "棚户区改造"]
    assert re.fullmatch(r"/-/record/\d+", line.cssselect(".title")[0].get("href"))
    assert line.cssselect(".publisher")[0].text == "样例县人民政府"
    assert line.cssselect(".county")[0].text == "样例县"
    assert line.cssselect(".is")[0].text == "在列"
    assert "棚户区改造/征地拆迁" in line.cssselect(".by")[0].text


def test_the_snippet_is_taken_from_where_the_words_are(page):
    (line,) = page(q="老旧小区").cssselect(".hits li")
    assert line.cssselect(".title mark") == []
    (passage,) = line.cssselect(".passage")
    assert [mark.text for mark in passage.cssselect("mark")] == ["老旧小区"]
    assert "到这里才说到老旧小区改造" in passage.text_content()
    assert len(passage.text_content()) < 100


def test_a_word_in_a_number_is_shown_there(page):
    (line,) = page(q="同政发〔2017〕92号").cssselect(".hits li")
    assert "文号 同政发〔2017〕92号" in " ".join(line.cssselect(".by")[0].text_content().split())
    assert line.cssselect(".by mark")[0].text == "同政发〔2017〕92号"


def test_a_word_in_a_file_is_shown_with_its_name(past):
    tree = html.fromstring(asyncio.run(make_datasette(past).client.get(f"{HERE}?q=名单的文字")).text)
    (passage,) = tree.cssselect(".passage")
    assert passage.cssselect("b")[0].text == "《样例名单.xls》"
    assert passage.cssselect("mark")[0].text == "名单的文字"


@pytest.mark.parametrize(
    "written", ["棚户区改造", "棚戶區改造", "“棚户区改造”", '"棚户区改造"', "棚户区　改造", "　棚户区改造 "]
)
def test_other_forms_find_the_same(page, written):
    assert "样例：关于印发2017年棚户区改造工作方案的通知" in titles(page(q=written))


@pytest.mark.parametrize(
    ("words", "like", "said"),
    [
        ("教育局|民政局", "publisher LIKE '%教育局%' OR publisher LIKE '%民政局%'", "（“教育局” 或 “民政局”）"),
        ("教育局 或 民政局", "publisher LIKE '%教育局%' OR publisher LIKE '%民政局%'", "（“教育局” 或 “民政局”）"),
        ("预算 -教育局", "title LIKE '%预算%' AND publisher NOT LIKE '%教育局%'", "“预算”，不含 “教育局”"),
        ('"部门预算" 2017', "title LIKE '%2017年部门预算%'", "“部门预算” 且 “2017”"),
        ("预算 教育局|财政局 -之1", "title LIKE '%预算%' AND publisher NOT LIKE '%民政局%' AND title NOT LIKE '%之1%' AND title NOT LIKE '样例：搭建%'",
         "“预算” 且 （“教育局” 或 “财政局”），不含 “之1”"),
    ],
)  # fmt: skip
def test_words_joined(page, database, words, like, said):
    tree = page(q=words)
    if "之1" in words:  # digits are found as whole numbers: 之1, not 之10
        like = like.replace("title NOT LIKE '%之1%'", "title NOT LIKE '%之1）%'")
    assert total(tree) == database.execute(f"SELECT count(*) FROM records WHERE {like}").fetchone()[0]
    assert said in " ".join(tree.cssselect(".result")[0].text_content().split())


def test_title_first_or_newest_first(page):
    tree = page(q="棚户区 样例")
    switch = tree.cssselect(".order a")[0].get("href")
    assert parse_qs(urlsplit(switch).query) == {"q": ["棚户区 样例"], "sort": ["newest"]}
    dates = [time.text for time in page(switch).cssselect(".hits time")]
    assert dates == sorted(dates, reverse=True)


def test_without_words_all_records_newest_first(page, database):
    tree = page()
    assert total(tree) == database.execute("SELECT count(*) FROM records").fetchone()[0]
    assert titles(tree)[0] == "样例：日期在将来的公告"
    assert "全部记录" in tree.cssselect(".result")[0].text_content()


def test_every_hit_on_one_page_only(page):
    links, following = [], [f"{HERE}?q=预算"]
    while following:
        tree = page(following[0])
        links += [link.get("href") for link in tree.cssselect(".hits .title")]
        following = [link.get("href") for link in tree.cssselect(".pages a[rel=next]")]
    assert len(links) == len(set(links)) == total(tree) == 61
    assert tree.cssselect(".pages a[rel=prev]")
    assert "这一页没有记录" in page(q="预算", page=7).text_content()


# --- other words ---


def test_what_else_was_searched_for_is_stated_and_left_out_by_a_click(page):
    tree = page(q="教体局 预算")
    assert total(tree) == 20
    stated = " ".join(tree.cssselect(".also")[0].text_content().split())
    assert stated.startswith("也检索了：教育体育局、教育和体育局、教育局、教委、教育委员会；只检索原词")
    assert "教育局" in [mark.text for mark in tree.cssselect(".hits .publisher mark")]
    exact = page(tree.cssselect(".also a")[0].get("href"))
    assert total(exact) == 0
    assert "只检索了原词" in exact.cssselect(".also")[0].text_content()
    assert dict(exact.cssselect("form.asking")[0].form_values())["exact"] == "yes"
    assert total(page(exact.cssselect(".also a")[0].get("href"))) == 20


def test_files_of_a_search_have_what_the_page_has(get):
    assert get("/-/search.csv", q="教体局 预算").text.count("\n") == 21
    assert get("/-/search.csv", q="教体局 预算", exact="yes").text.count("\n") == 1


# --- filters and counts ---


@pytest.mark.parametrize("words", ["", "预算", "样例 -预算"])
def test_each_count_is_what_its_link_finds(page, words):
    tree = page(q=words)
    divided = facets(tree)
    assert set(divided) >= {"发布机构", "年份"}
    for name, values in divided.items():
        for label, (count, link) in values.items():
            narrowed = page(link)
            assert total(narrowed) == count, (name, label)
            (chosen,) = [item for item in narrowed.cssselect(".facet li.chosen a") if label in item.text_content()]
            assert total(page(chosen.get("href"))) == total(tree)  # the same link takes it away again
        if name != "发布机构":
            assert sum(count for count, _ in values.values()) <= total(tree)


def test_counts_agree_with_sql(page, database):
    divided = facets(page(q="预算"))
    like = "FROM records WHERE (title LIKE '%预算%')"
    for label, column in (("发布机构", "publisher"), ("年份", "year")):
        counted = dict(database.execute(f"SELECT {column}, count(*) {like} GROUP BY 1"))
        assert {name: count for name, (count, _) in divided[label].items()} == counted
    assert divided["类别"]["预决算"][0] == 60


@pytest.mark.parametrize(
    ("parameters", "where"),
    [
        ({"portal": "checked"}, "portal = 'checked'"),
        ({"portal": "核对过"}, "portal = 'checked'"),
        ({"portal": "没有的县"}, "0"),
        ({"kind": "budget"}, "kind = 'budget'"),
        ({"publisher": PUBLISHERS[0]}, f"publisher = '{PUBLISHERS[0]}'"),
        ({"publisher": "民政"}, "publisher LIKE '%民政%'"),
        ({"from_": "2017"}, "year >= '2017'"),
        ({"to": "2017"}, "year <= '2017'"),
        ({"from_": "2017", "to": "2017"}, "year = '2017'"),
        ({"from_": "2018", "to": "2016"}, "0"),
        ({"state": "listed"}, "state = 'listed'"),
        ({"state": "gone"}, "state <> 'listed'"),
        ({"files": "yes"}, "id IN (SELECT record_id FROM attachments)"),
        ({"q": "预算", "kind": "budget", "publisher": "教育局", "from_": "2016", "sort": "newest"},
         "kind = 'budget' AND publisher LIKE '%教育局%'"),
    ],
)  # fmt: skip
def test_filters_find_what_sql_finds(page, database, parameters, where):
    assert total(page(**parameters)) == database.execute(f"SELECT count(*) FROM records WHERE {where}").fetchone()[0]


def test_filters_stand_in_the_form_and_can_be_taken_away(page):
    tree = page(q="预算", kind="budget", from_="2016", to="2017", publisher="教育局", files="yes", state="listed")
    fields = dict(tree.cssselect("form.asking")[0].form_values())
    assert fields == {
        "q": "预算", "kind": "budget", "from": "2016", "to": "2017", "publisher": "教育局", "files": "yes",
        "state": "listed", "portal": "", "sort": "",
    }  # fmt: skip
    chips = {chip.text_content().rstrip(" ✖"): chip.get("href") for chip in tree.cssselect(".chip")}
    assert set(chips) == {
        "类别：预决算",
        "起始年份：2016",
        "截止年份：2017",
        "发布机构：名称含“教育局”",
        "附件：有附件",
        "状态：在列",
    }
    left = parse_qs(urlsplit(chips["类别：预决算"]).query)
    assert left == {
        "q": ["预算"],
        "from": ["2016"],
        "to": ["2017"],
        "publisher": ["教育局"],
        "files": ["yes"],
        "state": ["listed"],
    }


def test_states_and_files_of_a_portal_with_a_past(past):
    site = make_datasette(past)
    with closing(sqlite3.connect(past)) as database:
        for parameter, where in (
            ("state=withdrawn", "state = 'withdrawn'"),
            ("state=unlisted", "state = 'unlisted'"),
            ("state=gone", "state <> 'listed'"),
            ("files=yes", "id IN (SELECT record_id FROM attachments WHERE state <> 'unlinked')"),
        ):
            tree = html.fromstring(asyncio.run(site.client.get(f"{HERE}?{parameter}")).text)
            ids = {int(link.get("href").rpartition("/")[2]) for link in tree.cssselect(".hits .title")}
            assert ids == {row[0] for row in database.execute(f"SELECT id FROM records WHERE {where}")}
            assert ids


def test_counts_of_many_hits_are_stated_to_be_estimates(page, monkeypatch):
    monkeypatch.setattr(engine, "COUNTED", 20)
    tree = page()
    assert "每 4 条取 1 条估计" in tree.cssselect(".dividing")[0].text_content()
    counts = [count.text_content() for count in tree.cssselect(".dividing .count")]
    assert all(count.startswith("约 ") and int(count[2:].split()[0]) % 4 == 0 for count in counts)
    assert total(tree) == 66


def test_a_year_is_chosen_where_it_is_the_only_one(page):
    for until, chosen in (("2017", 1), ("2018", 0)):
        assert len(page(from_="2017", to=until).cssselect(".facet li.chosen")) == chosen


def test_what_takes_too_long_says_so(page, monkeypatch):
    def interrupted(*_: object) -> None:
        raise sqlite3.OperationalError("interrupted")

    monkeypatch.setattr(engine, "divide", interrupted)
    tree = page(q="预算")
    assert (len(titles(tree)), tree.cssselect(".facet")) == (50, [])
    monkeypatch.setattr(engine, "by_month", interrupted)
    tree = page(q="预算")
    assert len(titles(tree)) == 50
    assert "未能及时数完" in tree.text_content()
    assert tree.cssselect(".pages a[rel=next]")
    monkeypatch.setattr(engine, "first", interrupted)
    assert "超过了时限" in page(q="预算").text_content()


# --- nothing found ---


def test_nothing_found_says_what_was_understood_and_what_to_try(page):
    tree = page(q="预算 沙漠|草原 -小学", kind="notice", from_="2016")
    said = " ".join(tree.cssselect(".nothing")[0].text_content().split())
    assert "“预算” 且 （“沙漠” 或 “草原”），不含 “小学”" in said
    english = page(q="预算 沙漠|草原 -小学", lang="en").cssselect(".nothing")[0].text_content()
    assert "no record has “预算” and (“沙漠” or “草原”), without “小学”" in " ".join(english.split())
    assert {chip.text_content() for chip in tree.cssselect(".chip")} == {"类别：通知公告 ✖", "起始年份：2016 ✖"}
    tried = tree.cssselect(".nothing li")
    assert tried
    for item in tried:
        count = int(item.cssselect(".count")[0].text_content().removesuffix(" 条"))
        assert count == total(page(item.cssselect("a")[0].get("href"))) > 0


@pytest.mark.parametrize(
    ("parameters", "label"),
    [
        ({"q": "棚户区", "kind": "budget"}, "去掉条件：类别"),
        ({"q": "棚户区", "kind": "budget", "state": "withdrawn"}, "去掉全部条件"),
        ({"q": "棚户区 小学"}, "只找 棚户区"),
        ({"q": "棚户区 小学 样例"}, "去掉词：小学"),
        ({"q": "核对过的样例县 预警"}, "在核对过的样例县找 预警"),
        ({"q": "棚户区 民政局"}, "包含任一词即可"),
        ({"q": "棚户区 -样例"}, "不排除任何词"),
        ({"q": "某棚收公"}, "拆成两个词：某棚 收公"),
    ],
)
def test_what_is_tried(page, parameters, label):
    tried = {item.cssselect("a")[0].text_content() for item in page(**parameters).cssselect(".nothing li")}
    assert label in tried


def test_a_long_word_is_cut(page):
    labels = [link.text_content() for link in page(q="部门预算改造公开").cssselect(".nothing li a")]
    assert labels == ["拆成词：部门预算 公开", "只找其中的 部门预算"]  # 部门预算 改造 公开: no record has all
    labels = [link.text_content() for link in page(q="部门公开").cssselect(".nothing li a")]
    assert labels == ["拆成词：部门 公开", "只找其中的 部门"]


def test_nothing_to_look_for(page):
    tree = page(q="，。！")
    assert "请输入检索词" in tree.cssselect(".result")[0].text_content()
    assert total(page(q="，。！")) == total(page(q="-预算")) == 0


# --- what takes long, and where it ends ---


@pytest.mark.parametrize("late", [None, 1, 2], ids=["nothing", "counting", "dividing"])
def test_nobody_keeps_an_answer_in_which_something_was_not_counted_in_time(get, monkeypatch, late):
    within, limited = search_page.within, itertools.count()

    def hurried(connection, milliseconds, work):
        is_late = milliseconds == search_page.TIME_LIMIT_MS and next(limited) == late
        return None if is_late else within(connection, milliseconds, work)

    monkeypatch.setattr(search_page, "within", hurried)
    answer = get("/-/search?q=预算")
    assert ("no-store" in answer.headers.get("cache-control", "")) == (late is not None)


@pytest.mark.parametrize(
    ("total", "page_number", "goes_on"),
    [(2 * PAGE_SIZE, 1, True), (2 * PAGE_SIZE, 2, False), (None, LAST_PAGE - 1, True), (None, LAST_PAGE, False),
     (2 * LAST_PAGE * PAGE_SIZE, LAST_PAGE, False)],
)  # fmt: skip
def test_there_is_no_page_after_the_last(total, page_number, goes_on):
    assert search_page.SearchResults({}, total=total, found=PAGE_SIZE).go_on_after(page_number) == goes_on
    assert not search_page.SearchResults({}, total=total, found=PAGE_SIZE - 1).go_on_after(page_number)
