"""The hits on the search page: when they were published, folded where titles are alike, sentences, all values."""

import re
from datetime import date

import pytest

from archive.search.request import SearchRequest, parse_request
from archive.search.snippet import snippet
from archive.web.pages import search_page
from archive.web.views.histogram import HEIGHT, MOST_BARS, histogram, recent
from archive.web.views.hit_lines import title_key
from tests.web.searching import asking_page, total


@pytest.fixture(scope="module")
def page(get):
    """Ask the search page; its tree."""
    return asking_page(get)


# --- dates ---


def test_each_bar_counts_what_it_narrows_to(page):
    tree = page(q="预算")
    bars = tree.cssselect(".when svg a")
    counts = [int(re.search(r"：([0-9]+) 条", bar.get("aria-label"))[1]) for bar in bars]
    assert len(bars) > 8
    assert sum(counts) == total(tree) == 61
    for bar, count in list(zip(bars, counts, strict=True))[:4]:
        narrowed = page(bar.get("href"))
        assert total(narrowed) == count
        assert {time.text[:7] for time in narrowed.cssselect(".hits time")} == {bar.get("aria-label")[:7]}


def test_dates_may_be_years_months_and_days(page, database):
    def found(**parameters: str) -> int:
        return total(page(q="预算", **parameters))

    def counted(condition: str) -> int:
        sql = f"SELECT count(*) FROM records WHERE title LIKE '%预算%' AND {condition}"
        return database.execute(sql).fetchone()[0]

    assert found(from_="2017-03") == counted("published_on >= '2017-03-01'") > 0
    assert found(to="2017-03") == counted("published_on < '2017-04-01'") > 0
    assert (
        found(from_="2017-03", to="2017-05")
        == counted("substr(published_on, 1, 7) BETWEEN '2017-03' AND '2017-05'")
        > 0
    )
    (day,) = database.execute(
        "SELECT max(published_on) FROM records WHERE title LIKE '%预算%' AND year = '2017'"
    ).fetchone()
    assert found(from_=day, to=day) == counted(f"published_on = '{day}'") > 0
    assert found(to=day) == counted(f"published_on <= '{day}'")
    assert found(from_=day, to="2018-06") == counted(f"published_on BETWEEN '{day}' AND '2018-06-31'")
    assert found(from_="2017", to=day) == counted(f"published_on BETWEEN '2017' AND '{day}'")
    assert found(from_="2017-13", to="2017-02-40") == 61
    assert [code.text for code in page(from_="2017-13").cssselect(".note code")] == ["from=2017-13"]


def test_a_date_leads_to_its_day(page):
    (line, *_) = page(q="棚户区改造 2017", exact="yes").cssselect(".hits li")
    assert line.cssselect("a.day")[0].get("href") == "/-/day/2017-05-02"


def test_recent_days_are_counted_back_from_today():
    addresses = [address for _, address in recent(SearchRequest("预算"), date(2026, 3, 1))]
    assert [address.partition("&")[2] for address in addresses] == [
        "from=2026-03-01&to=2026-03-01",
        "from=2026-02-23&to=2026-03-01",
        "from=2026-01-31&to=2026-03-01",
        "from=2025-03-02&to=2026-03-01",
    ]


@pytest.mark.parametrize(
    ("months", "drawn"),
    [
        ({}, None),
        ({"": 5}, None),
        ({"2017-05": 5, "": 2}, None),
        ({"2017-11": 5, "2018-02": 1}, ["2017-11", "2017-12", "2018-01", "2018-02"]),
        ({"2013-11": 5, "2014-01": 1, "2015-01": 1, "2016-01": 1, "2018-02": 1}, ["2013", "2014", "2015", "2016", "2017", "2018"]),
        ({"2014-11": 5, "2015-01": 1, "2016-01": 1, "2017-01": 1}, [f"{n // 12}-{n % 12 + 1:02}" for n in range(2014 * 12 + 10, 2017 * 12 + 1)]),
        ({"0001-01": 1, "9999-12": 1}, ["0001-01", "9999-12"]),
    ],
)  # fmt: skip
def test_months_of_few_years_and_else_years_are_drawn(months, drawn):
    made = histogram(months, SearchRequest())
    assert (made and [bar.when for bar in made.bars]) == drawn
    if made:
        assert max(bar.height for bar in made.bars) == HEIGHT
        assert made.undated == months.get("", 0)
        assert sum(bar.count for bar in made.bars) == sum(months.values()) - made.undated


def test_no_more_bars_are_drawn_than_so_many():
    made = histogram({f"{year:04}-01": 1 for year in range(1000, 3000, 7)}, SearchRequest())
    assert len(made.bars) == MOST_BARS


# --- lines ---


def test_nearly_the_same_titles_are_one_line_with_their_number(page):
    tree = page(q="预算")
    (lines,) = tree.cssselect("section.hits > ol")
    summaries = [each.text_content() for each in tree.cssselect(".folded summary")]
    assert all(re.match(r"另有 \d+ 条标题几乎相同", each) for each in summaries)
    assert summaries
    folded = sum(int(re.search(r"\d+", each)[0]) for each in summaries)
    assert len(lines.xpath("./li")) + folded == 50 == len(tree.cssselect(".hits .title"))
    for line in lines.xpath("./li[details]"):
        assert len({each.text_content() for each in line.cssselect(".publisher")}) == 1
        assert len({re.sub(r"\d{1,2}）", "", each.text_content()) for each in line.cssselect(".title")}) == 1
    assert tree.cssselect(".pages a[rel=next]")


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("样本公示（第1批）", "样本公示(第12批)", True),
        ("样本公示（第一批）", "樣本公示【第十二批】", True),
        ("样本2017年预算", "样本2018年预算", False),
        ("样本预算", "样本决算", False),
    ],
)
def test_titles_that_are_nearly_the_same(one, other, alike):
    assert (title_key(one) == title_key(other)) is alike


def test_a_snippet_is_a_sentence_rather_than_a_title_or_a_label():
    text = "样本：棚户区改造方案\n索引号：棚户区改造 1\n本方案是样本，说的是棚户区改造怎样进行。\n棚户区改造"
    assert snippet(text, "棚户区改造") == "…本方案是样本，说的是棚户区改造怎样进行。 棚户区改造"
    assert snippet("样本\n棚户区改造", "棚户区改造") == "…棚户区改造"


# --- values ---


def test_all_values_of_a_facet_are_shown_on_request(page, monkeypatch):
    monkeypatch.setattr(search_page, "MOST_VALUES", 2)
    tree = page()
    publishers = next(each for each in tree.cssselect(".facet") if each.cssselect("h2")[0].text.strip() == "发布机构")
    (more,) = publishers.cssselect(".help a")
    assert len(publishers.cssselect("li")) == 2
    whole = page(more.get("href"))
    (all_,) = whole.cssselect(".facet.all")
    assert len(all_.cssselect("li")) == 2 + int(re.search(r"\d+", more.text_content())[0])
    assert all_.cssselect(".help") == []
    assert parse_request({"facet": "nonsense"}).ignored == ("facet=nonsense",)
