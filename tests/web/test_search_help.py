"""Searches as reporters type them: what should be found is among the first hits, and no page that has none is without help."""

import asyncio
import csv
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from lxml import html
from lxml.html import HtmlElement

from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.model.observations import Row
from archive.search import engine
from archive.search.spelling import readings, words_alike, words_in_a_row
from archive.search.synonyms import thesaurus
from archive.web.http.server import make_datasette
from tests import reporters_archive
from tests.test_store import crawl, listed
from tests.web.asking import asking, text, tree

QUERIES = Path(__file__).parent.parent / "reporters_queries.csv"
"""Words typed, and a part of the title and of the publisher of a record that should be among the first FIRST."""

FIRST = 10
LEAST_FOUND = 0.95

FIRST_SEEN = 3
"""Hits that a reader sees at once."""


@pytest.fixture(scope="module")
def ask(tmp_path_factory):
    """Ask the site; its answer."""
    site = make_datasette(reporters_archive.build(tmp_path_factory.mktemp("reporters") / "disclosures.db"))

    def asked(path: str, **parameters: str) -> httpx.Response:
        return asyncio.run(site.client.get(path, params=parameters))

    return asked


@pytest.fixture(scope="module")
def page(ask):
    """Ask the search page; its tree."""

    def asked(words: str = "", /, **parameters: str) -> HtmlElement:
        answer = ask("/-/search", q=words, **parameters)
        assert answer.status_code == 200, answer.text
        return html.fromstring(answer.text)

    return asked


def lines(tree: HtmlElement) -> list[str]:
    """The hits, or else the first ones of what is tried in their place."""
    return [" ".join(line.text_content().split()) for line in tree.cssselect(".hits li")]


def tried(tree: HtmlElement) -> list[str]:
    return [link.text_content() for link in tree.cssselect(".nothing li a, .meant a")]


def test_what_reporters_look_for_is_among_the_first_hits(page):
    with QUERIES.open(encoding="utf-8", newline="") as file:
        queries = list(csv.DictReader(file))
    missed = []
    for row in queries:
        tree = page(row["query"])
        found = any(row["title"] in line and row["publisher"] in line for line in lines(tree)[:FIRST])
        missed += [] if found else [row["query"]]
        assert lines(tree), row["query"]
        assert tree.cssselect(".nothing li") or not tree.cssselect(".nothing"), row["query"]
    assert len(queries) >= 650
    assert len(missed) <= (1 - LEAST_FOUND) * len(queries), missed


@pytest.mark.parametrize(
    ("words", "about"),
    [
        ("环保", "环境|环保|排污|空气|水质"),
        ("低保", "最低生活保障|低保"),
        ("医保", "医保|医疗保险|门诊"),
        ("社保", "保险"),
        ("停电", "停电"),
        ("公交", "公交"),
        ("公租房", "公共租赁住房"),
        ("教师招聘", "教师"),
        ("搬迁", "搬迁"),
        ("林权", "林"),
        ("扶贫资金", "扶贫"),
        ("退役军人", "退役|优抚|优待"),
        ("交通事故", "道路运输事故"),
        ("招生", "招生|入学"),
        ("招标", "招标|中标"),
        ("政府采购", "采购"),
        ("政府工作报告", "工作报告"),
        ("五年规划", "五年规划|“十三五”规划"),
        ("养老服务", "养老"),
        ("专精特新", "专精特新|中小企业"),
        ("水务局", "水务局|水利局"),
        ("农业局", "农业农村局|农牧局"),
        ("信访", "信访|接访"),
        ("年报", "年度报告|年报"),
        ("警察", "公安局"),
        ("护林员", "公益林|林业"),
        ("hospitals", "医院|医疗"),
        ("sheep subsidies", "补贴|补助"),
        ("kindergartens", "幼儿园"),
    ],
)
def test_other_words_bring_nothing_else_first(page, words, about):
    first = lines(page(words))[:FIRST_SEEN]
    assert first
    assert [line for line in first if not any(word in line for word in about.split("|"))] == []


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("部门予算", "部门预算"),
        ("予算 公开", "预算"),
        ("棚护区改造", "棚户区改造"),
        ("环境影响平价", "环境影响评价"),
        ("拔款", "只找其中的 款"),
        ("桥某", "拆成两个词：桥 某"),
        ("厕位", "只找其中的 厕"),
        ("县里欠了多少债", "拆成词：欠债"),
        ("how much did the public security bureau spend in 2017", "拆成词：public security bureau 2017"),
        ("yusuan", "预算"),
        ("penggai", "棚改"),
        ("jiaoyuju", "教育局"),
        ("jiao yu ju", "教育局"),
        ("jyj", "教育局"),
        ("jyj 2018 yusuan", "教育局 2018 预算"),
        ("tuigenghuanlin", "退耕还林"),
        ("hedongxian yusuan", "河东县 预算"),
        ("转业军人", "相关的词：退役军人"),
        ("水污染", "相关的词：污水"),
        ("哪些企业欠税", "拆成词：欠税"),
        ("化工厂环评", "拆成词：化工厂"),
        ("sangong jinfei", "三公经费"),
        ("河上县教体局合格吗", "拆成词：河上县 教体局"),
        ("教提局", "教体局"),
        ("教育体育局培训", "拆成词：教育体育局 培训"),
        ("广场操场", "只找其中的 操场"),
        ("河湾镇 广场操场", "只找 河湾镇"),
        ("河上县教体局2018年预算是多少", "拆成词：河上县 教体局 2018 预算"),
        ("河上县教体局2016年预算是多少", "拆成词：河上县 教体局 预算"),
        ("操场怎么申请公租房", "拆成词：申请 公租房"),
        ("公租房的审核结果在哪里看", "拆成词：公租房 审核 结果"),
        ("退耕还林补助2017", "拆成词：退耕还林 补助 2017"),
        ("minzhengju dibao", "民政局 低保"),
        ("gongan ju juesuan", "公安局 决算"),
        ("5·8操场", "只找其中的 5·8"),
        ("超生", "相关的词：超生罚款"),
        ("危旧房", "相关的词：旧房子"),
        ("烧麦秸", "相关的词：烧麦茬"),
        ("事业编报名", "拆成词：事业编"),
        ("慢性病卡怎么办", "拆成词：慢性病"),
        ("放烟花罚款", "拆成词：烟花"),
        ("县里招人", "拆成两个词：招 人"),
        ("公园", ""),
        ("ring", ""),
        ("广场核查", "只找其中的 核查"),
        ("goverment", "相关的词：government"),
        ("草原奖补", "相关的词：草原补奖"),
        ("县政府欠债多少", "拆成词：欠债"),
        ("绿地", ""),
        ("局长坐什么车", "拆成词：坐车"),
        ("民政局几点上班", "拆成词：几点上班"),
        ("教育局电话", "拆成词：电话"),
        ("领养老金在哪", "拆成词：领 养老金"),
        ("种粮食给钱吗", "拆成词：种粮"),
        ("公按局三公经费", "拆成词：公安局 三公经费"),
        ("征地补偿费2021标准", "拆成词：征地补偿费 2021"),
        ("殡葬改革", "拆成词：殡葬 改革"),
        ("殡葬改革2021", "拆成词：殡葬 改革 2021"),
        ("8月9日洪水", "拆成词：8月9日 洪水"),
        ("X203路", "拆成词：x203"),
        ("油价公告", "拆成词：公告 价"),
        ("修表多少钱", "只找其中的 修"),
        ("做x光多少钱", ""),
    ],
)
def test_what_was_probably_meant_comes_first(page, words, first):
    suggested = tried(page(words))
    assert suggested[:1] == ([first] if first else [])


@pytest.mark.parametrize("words", ["税", "增", "效"])
def test_a_character_that_finds_something_is_not_taken_for_another(page, words):
    assert lines(page(words))
    assert tried(page(words)) == []


def test_of_a_word_of_many_known_words_only_so_many_parts_are_tried(page, monkeypatch):
    monkeypatch.setattr("archive.web.pages.search_page.HELP_LIMIT_MS", 60_000)
    asked, count = [], engine.count_up_to
    monkeypatch.setattr(engine, "count_up_to", lambda *search: asked.append(search) or count(*search))
    assert lines(page("老人低保医保社保养老公车预算决算拆迁征地招生招聘补贴贷款危房"))
    assert 20 < len(asked) < 1500


def test_each_suggestion_finds_as_many_as_it_says(page):
    for words in ("予算", "jyj", "教育体育局培训", "河东县教体局经费", "低保 光伏 采购"):
        items = page(words).cssselect(".nothing li")
        assert items
        for item in items:
            asked = dict(parse_qsl(urlsplit(item.cssselect("a")[0].get("href")).query))
            (count,) = page(asked.pop("q"), **asked).cssselect(".result b")
            assert item.cssselect(".count")[0].text_content() == f"{count.text_content()} 条"


def test_hits_of_the_first_suggestion_stand_on_the_page(page):
    tree = page("予算")
    (shown,) = tree.cssselect(".instead")
    assert "以下是“预算”的前 10 条" in shown.text_content()
    assert "预算" in [mark.text for mark in shown.cssselect("mark")]


def test_pinyin_is_read_as_the_fewest_words():
    known = ("教育", "局", "教育局", "预算", "玉算")
    assert words_in_a_row("jiaoyujuyusuan", known) == [["教育局"], ["预算", "玉算"]]
    assert words_in_a_row("jiaoyujuxyusuan", known) == words_in_a_row("", known) == words_in_a_row("jiaoyu", ()) == []


def test_other_words_that_find_nothing_either_are_not_told(page):
    assert page("教体局 预算").cssselect(".also")
    assert page("河上县教体局2018年预算是多少").cssselect(".also") == []


def test_what_finds_many_more_is_offered_beside_few_hits(page, monkeypatch):
    tree = page("通之")
    assert len(lines(tree)) == 1
    assert tried(tree) == ["通知"]
    assert tried(page("公墓管理")) == []
    monkeypatch.setattr("archive.web.views.suggestions.MANY_MORE", 1000)
    assert tried(page("通之")) == []


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("拆迁", ["类别：棚户区改造/征地拆迁"]),
        ("教体局 预算", ["发布机构：教育体育局"]),
        ("教育体育局", ["发布机构：教育体育局"]),
        ("三公经费 财政局", ["类别：预决算", "发布机构：财政局"]),
        ("“拆迁”", []),
        ("蜂蜜局", []),
        ("公告", []),
    ],
)
def test_filters_that_words_name_are_offered(page, words, named):
    tree = page(words)
    assert [link.text_content() for link in tree.cssselect(".hints a")] == named
    for link, count in zip(tree.cssselect(".hints a"), tree.cssselect(".hints .count"), strict=True):
        asked = dict(parse_qsl(urlsplit(link.get("href")).query))
        narrowed = page(asked.pop("q", ""), **asked)
        assert f"{narrowed.cssselect('.result b')[0].text_content()} 条" == count.text_content()
        assert narrowed.cssselect(".chip")


def test_a_filter_that_is_set_is_not_offered_once_more(page):
    assert page("拆迁").cssselect(".hints a")
    assert page("拆迁", kind="housing_expropriation").cssselect(".hints a") == []


@pytest.mark.parametrize(
    ("words", "rest"),
    [
        ("撤下", ""), ("被撤下的文件", ""), ("已删除的预算", "预算"), ("预算不见了", "预算"), ("预算 被删", "预算"), ("預算被刪除", "预算"),
        ("removed", ""), ("budget deleted", "budget"), ("“撤下”", None), ("预算删繁", None), ("撤下的计划", None), ("预算没有", None),
    ],
)  # fmt: skip
def test_records_that_are_gone_are_offered_where_words_ask_for_them(tmp_path, words, rest):
    titles = ("样本预算", "样本预算（二）")
    crawl(
        tmp_path / "a.db", [listed(*(Row({"title": title}, {}, key=f"http://p.example/{title}") for title in titles))]
    )
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection, connection:
        connection.execute("UPDATE records SET state = 'withdrawn' WHERE title = ?", titles[:1])
        connection.execute("INSERT OR IGNORE INTO unindexed (record_id) SELECT id FROM records")
    open_up_to_date(tmp_path / "a.db").close()
    ask = asking(tmp_path / "a.db")
    offered = [
        link for link in tree(ask(f"/-/search?q={words}")).cssselect(".hints a") if "状态" in link.text_content()
    ]
    asked = [dict(parse_qsl(urlsplit(link.get("href")).query)) for link in offered]
    assert asked == ([] if rest is None else [{"state": "gone", **({"q": rest} if rest else {})}])
    assert [len(lines(tree(ask(link.get("href"))))) for link in offered] == [1] * len(offered)
    assert not tree(ask(f"/-/search?q={words}&state=listed")).cssselect(".hints a[href*=gone]")


def test_letters_may_begin_a_word_where_they_are_not_few():
    assert list(words_alike("jiao", ("教育", "财政"))) == ["教育"]
    assert list(words_alike("jia", ("教育", "财政"))) == []
    assert list(words_alike("jy", ("教育", "财政"))) == ["教育"]


def test_quoted_words_are_left_as_they_are(page):
    assert not any("算" in each for each in tried(page("“予算”")))


# --- completion ---


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("教育", "教育体育局"),
        ("预算 教育体", "预算 教育体育局"),
        ("jiaoyu", "教育体育局"),
        ("棚户", "棚户区改造"),
        ("老旧小区", "样本：城北片区老旧小区改造实施方案"),
        ("样政办发", "样政办发〔2017〕31号"),
        ("640399003/2025-1012", "640399003/2025-10123"),
        ("河湾镇人民", "河湾镇人民政府"),
    ],
)
def test_what_is_typed_is_completed_from_the_archive(ask, page, typed, offered):
    answer = ask("/-/search/completions", q=typed)
    assert any(offered in each for each in answer.json()), answer.json()
    assert len(answer.json()) <= 10
    assert [option.get("value") for option in page(typed).cssselect("#completions option")] == answer.json()


@pytest.mark.parametrize(
    "typed", ["", " ", "，", "绝无此词", "多证合", "%", "_", "\\", '"', "-", "a" * 5000, "预" * 5000, "\x00", "|"]
)
def test_nothing_completes_what_the_archive_does_not_have(ask, typed):
    answer = ask("/-/search/completions", q=typed)
    assert (answer.status_code, answer.json()) == (200, [])


def test_what_is_typed_whole_and_signs_between_are_no_completions(ask):
    assert "教育体育局" not in ask("/-/search/completions", q="教育体育局").json()
    assert ask("/-/search/completions", q="教_局").json() == []
    assert ask("/-/search/completions", q="教%局").json() == []


def test_no_completion_has_characters_that_nobody_sees(tmp_path):
    """Those that turn the reading direction would make what is offered look like another text."""
    unseen = "\u202e\u2066\u200b"
    fields = {"title": f"样本{unseen}文件", "publisher": f"样本{unseen}局"}
    archive = tmp_path / "a.db"
    crawl(archive, [listed(Row(fields, {}, key="http://p.example/1.html"))])
    answer = asking(archive)("/-/search/completions?q=样本")
    assert answer.json() == ["样本局", "样本文件"]
    assert unseen not in asking(archive)("/-/search?q=文件").text


def test_agencies_of_more_portals_come_first_and_titles_longer_than_a_line_not_at_all(tmp_path):
    archive, titles = tmp_path / "a.db", ("样本" * 30, "样本" * 30 + "之")
    shown = (Row({"title": title}, {}, key=f"http://p.example/{len(title)}.html") for title in titles)
    crawl(archive, [listed(*shown)])
    names = (("p", "样本乙局"), ("p", "样本甲局"), ("q", "样本甲局"))
    with closing(sqlite3.connect(archive)) as connection, connection:
        connection.executemany("INSERT INTO publisher_names (portal, name) VALUES (?, ?)", names)
    assert asking(archive)("/-/search/completions?q=样本").json() == ["样本甲局", "样本乙局", titles[0]]


def test_what_takes_too_long_is_not_completed(ask, page, monkeypatch):
    monkeypatch.setattr("archive.web.pages.search_page.COMPLETION_LIMIT_MS", 0)
    monkeypatch.setattr("archive.database.time_limit._STEPS", 1)
    assert ask("/-/search/completions", q="教育").json() == []
    assert lines(page("教育"))


def test_the_script_is_a_file_of_ours_that_the_page_works_without(ask, page):
    (script,) = page("教育").cssselect("script")
    assert script.text is None
    assert "replaceChildren" in ask(script.get("src")).text
    assert "script-src" not in ask("/-/search").headers["content-security-policy"]


# --- what the page says of itself ---


def test_a_page_beyond_the_last_says_how_many_there_are(get):
    turn = tree(get("/-/search?q=预算&page=7")).cssselect(".pages")[0]
    assert "共 2 页" in text(turn)
    assert "第 7 页" not in text(turn)


@pytest.mark.parametrize("words", ["没有的词" * 60, "样例" + "预算" * 60])
def test_a_long_query_is_told_once_and_cut(get, words):
    told = text(tree(get("/-/search", q=words)).cssselect("main")[0])
    assert told.count(words[:40]) <= 1
    assert words not in told


def test_searches_to_begin_with_are_of_the_archive(get, past):
    def examples(page):
        return [text(link) for link in page.cssselect(".examples a")]

    offered = examples(tree(get("/-/search")))
    assert offered == examples(tree(get("/")))
    assert examples(tree(asking(past)("/-/search"))) == ["公告", "样例县民政局"]
    assert examples(tree(get("/-/search?q=预算"))) == []


def test_where_nothing_is_found_nor_meant_other_ways_in_are_shown(page):
    nothing = page("渡槽")
    assert lines(nothing) == tried(nothing) == []
    assert [text(link) for link in nothing.cssselect(".examples a")] == [
        text(link) for link in page().cssselect(".examples a")
    ]
    assert [link.get("href") for link in nothing.cssselect(".nothing a")] == ["/-/browse", "/-/search"]
    assert page("部门予算").cssselect(".examples") == []


def test_the_search_of_an_empty_archive_offers_nothing(tmp_path):
    open_up_to_date(tmp_path / "empty.db").close()
    for path in ("/-/search?q=预算", "/-/search"):
        assert tree(asking(tmp_path / "empty.db")(path)).cssselect(".examples, .nothing") == []


def test_records_that_a_crawl_has_just_read_are_said_to_be_found_later(tmp_path):
    row = Row({"title": "样本预算"}, {}, key="http://p.example/1.html")
    store = crawl(tmp_path / "a.db", [listed(row)], finish=False)
    ask = asking(tmp_path / "a.db")
    assert "刚读到的记录尚不能检索：1 条。" in text(tree(ask("/-/search?q=预算")))
    store.finish("finished", "2026-11-01T01:00:00Z")
    store.close()
    assert "尚不能检索" not in text(tree(ask("/-/search?q=预算")))


def test_the_pinyin_of_known_words_is_worked_out_before_the_first_search(tmp_path):
    open_up_to_date(tmp_path / "empty.db").close()
    readings.cache_clear()
    asyncio.run(make_datasette(tmp_path / "empty.db").invoke_startup())
    known = readings.cache_info()
    assert len(list(map(readings, thesaurus().words))) > 1000
    assert readings.cache_info().misses == known.misses
