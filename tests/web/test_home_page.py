"""The home page: what it counts is what the archive holds, and every count leads to what it counts."""

import asyncio
import sqlite3
from contextlib import closing
from urllib.parse import parse_qs, urlsplit

import pytest
from datasette.app import Datasette

from archive.directory.coverage import county_divisions
from archive.labels.label import LABELS
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.web.http.server import make_datasette
from archive.web.pages import home_page
from tests.web.asking import asking, asking_copy, text, tree
from tests.web.sample_archive import build, build_past

pytestmark = pytest.mark.usefixtures("in_that_week")


@pytest.fixture(scope="module")
def past_site(past):
    return asking(past)


def test_what_there_is(get):
    page = tree(get("/"))
    figures = [text(figure) for figure in page.cssselect(".figures li")]
    assert figures[:3] == ["66 条记录", "2 个门户", "3 个目录"]
    assert figures[3].startswith("自 2026-11-20 起，最近一次采集 2026-11-21 09:00")
    assert "所载内容均非官方文本" in text(page)


def test_one_box_over_everything_with_queries_to_begin_with(get):
    page = tree(get("/"))
    (form,) = page.cssselect("main form")
    assert (form.get("action"), form.get("method"), form.get("role")) == ("/-/search", "get", "search")
    assert [field.get("name") for field in form.cssselect("input")] == ["q"]
    links = [urlsplit(link.get("href")) for link in page.cssselect(".help a")]
    assert {link.path for link in links} == {"/-/search"}
    assert [parse_qs(link.query)["q"][0] for link in links] == [
        "预算",
        "棚户区改造 2017",
        "样例县民政局",
        "同政发〔2017〕",
    ]
    for link in page.cssselect(".help a"):
        assert tree(get(link.get("href"))).cssselect(".hits .title")


def test_examples_are_made_of_the_archive(past_site, get):
    """An archive of notices offers none of budgets; each finds something."""
    examples = [text(link) for link in tree(past_site("/")).cssselect(".help a")]
    assert examples == ["公告", "样例县民政局"]


def test_the_week_is_counted_and_leads_to_lists(past_site, past):
    page = tree(past_site("/"))
    with closing(sqlite3.connect(past)) as connection:
        events = dict(connection.execute("SELECT kind, count(*) FROM events GROUP BY kind"))
    assert len(events) == 6
    shown = {}
    for link in page.cssselect(".counts a"):
        kind = parse_qs(urlsplit(link.get("href")).query)["kind"][0]
        shown[kind] = int(link.cssselect("b")[0].text)
        assert len(tree(past_site(link.get("href"))).cssselect(".lines > li")) == shown[kind]
    assert shown == events


def test_events_of_another_week_are_shown_but_not_counted(past_site, monkeypatch):
    monkeypatch.setenv("DISCLOSURES_NOW", "2026-12-24T01:00:00Z")
    page = tree(past_site("/"))
    assert page.cssselect(".counts a") == []
    assert [text(number) for number in page.cssselect(".counts b")] == ["0"] * 6
    withdrawn = page.xpath("//h3[contains(., '已撤下')]/following-sibling::ol")[0]
    assert "样例公告之2" in text(withdrawn)
    headings = [text(heading) for heading in page.cssselect("h2, h3")]
    assert [heading for heading in headings if "七天" in heading] == []  # of what is older, too
    assert text(page.cssselect(".counts")[0].getprevious()).startswith("近七天 2026-12-18 至 2026-12-24")


def test_gone_and_new_come_first_then_ways_then_the_picture(get, past_site):
    assert [text(heading).split()[0] for heading in tree(get("/")).cssselect("h2")] == ["不再列出的和新收录的", "可以做什么", "各月公开数量", "门户"]  # fmt: skip
    page = tree(past_site("/"))
    assert [text(heading).split()[0] for heading in page.cssselect(".observed-kind h3")] == ["最近已撤下", "最近已移出目录，原页面仍可访问", "最近新收录"]  # fmt: skip
    for link in page.cssselect(".ways-in a, .chips a"):
        assert past_site(link.get("href")).status_code == 200, link.get("href")


def test_the_week_ends_in_beijing(past_site, monkeypatch):
    """The first crawl was on the 20th: within the seven days that end on the 26th, without those that end on the 27th."""
    monkeypatch.setenv("DISCLOSURES_NOW", "2026-11-26T15:59:00Z")
    assert "6 新收录" in text(tree(past_site("/")).cssselect(".counts")[0])
    monkeypatch.setenv("DISCLOSURES_NOW", "2026-11-26T16:00:00Z")
    assert "0 新收录" in text(tree(past_site("/")).cssselect(".counts")[0])


def test_what_was_changed_is_named(past_site):
    changed = tree(past_site("/-/changes?kind=changed&from=2026-11-20")).cssselect(".lines > li")
    assert any("变动：信息名称" in text(line) or "变动：正文" in text(line) for line in changed)
    assert any("附件" in text(line) for line in changed)


def test_the_picture_has_a_table_beside_it(get, database):
    page = tree(get("/"))
    dated = database.execute("SELECT count(*) FROM records WHERE published_on < '2026-12'").fetchone()[0]
    assert text(page.cssselect(".bars.whole .sum b")[0]) == str(dated)
    assert all(figure.get("role") == "img" and figure.get("aria-label") for figure in page.cssselect(".bars svg"))
    months = {
        row.cssselect("th")[0].text: int(row.cssselect("td")[0].text) for row in page.cssselect(".numbers tbody tr")
    }
    counted = database.execute(
        "SELECT substr(published_on, 1, 7), count(*) FROM records WHERE published_on < '2026-12' GROUP BY 1"
    )
    assert months == dict(counted)
    caption = text(page.cssselect("figcaption")[0])
    assert "1 条标注的月份在将来" in caption
    assert "1 条未载日期" in caption
    for link in page.cssselect(".bars .name a"):
        assert tree(get(link.get("href"))).cssselect(".catalogs li")


def test_portals_and_what_needs_attention(get):
    rows = {text(row.cssselect("th a")[0]): row for row in tree(get("/")).cssselect(".portal-table tbody tr")}
    assert list(rows) == ["核对过的样例县", "样例县人民政府"]
    checked, unchecked = (
        [text(cell) for cell in rows[name].cssselect("td")] for name in ("核对过的样例县", "样例县人民政府")
    )
    assert checked[:3] == ["2", "2018-07-01", "2026-11-21"]  # not 2071-01-01, which is still to come
    assert unchecked[:3] == ["64", "2018-09-18", "2026-11-20"]
    assert "采集规则尚未与原网站核对" in unchecked[3]
    assert "采集规则尚未与原网站核对" not in checked[3]


def test_of_many_portals_those_with_most_records_are_shown(get, monkeypatch):
    monkeypatch.setattr(home_page, "MOST_PORTALS", 1)
    (name,) = tree(get("/")).cssselect(".portal-table tbody th a")
    assert text(name) == "样例县人民政府"


def standing_after(path, *changes: str) -> str:
    """The home page's words about the one portal of the archive at `path` that needs attention."""
    build_past(path)
    with closing(sqlite3.connect(path)) as connection:
        for change in changes:
            connection.execute(change)
        connection.commit()
    site = make_datasette(path)
    return text(tree(asyncio.run(site.client.get("/"))).cssselect("td.concerns")[0])


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ((), ""),
        (("UPDATE crawls SET outcome = 'blocked' WHERE id = 3",), "上次采集被拒绝"),
        (("UPDATE crawls SET outcome = 'blocked' WHERE id = 2",), ""),
        (("UPDATE crawls SET outcome = 'incomplete', health = 'changed_layout', next_step = 'probe' WHERE id = 3",), "版式或地址变化"),
        (("UPDATE crawls SET health = 'well' WHERE id = 3",), ""),
        (("UPDATE ledger SET complete = 0",), "尚未完整采集"),
        (("UPDATE ledger SET complete = 0 WHERE crawl_id > 1", "UPDATE crawls SET started_at = '2026-11-01T01:00:00Z' WHERE id = 1"),
         "已 23 天未完整采集"),
        (("UPDATE ledger SET complete = 0 WHERE crawl_id > 1",), ""),
        (("INSERT INTO problems (crawl_id, kind, url, message, first_at, last_at) VALUES (3, 'failed', 'x', 'x', '', '')",),
         "上次采集有 1 个问题"),
        (("DELETE FROM ledger", "DELETE FROM crawls WHERE id > 3"), "尚未完整采集"),
    ],
)  # fmt: skip
def test_a_portal_s_concerns_are_told(tmp_path, changes, told):
    shown = standing_after(tmp_path / "past.db", *changes).replace(LABELS["word.unchecked"].zh, "").strip()
    assert shown.startswith(told)
    assert bool(shown) == bool(told)


def test_a_portal_of_which_nothing_is_known_yet(tmp_path):
    build(tmp_path / "new.db")
    with closing(sqlite3.connect(tmp_path / "new.db")) as connection:
        connection.execute("INSERT INTO portals (id, name, division_code, home) VALUES ('new', '新样例县', '', '')")
        connection.commit()
    page = asyncio.run(make_datasette(tmp_path / "new.db").client.get("/"))
    (row,) = [row for row in tree(page).cssselect(".portal-table tbody tr") if "新样例县" in text(row)]
    assert "尚未采集" in text(row)


@pytest.mark.parametrize(("records", "counted"), [(7, 1), (0, 0)])
def test_a_county_counts_where_there_are_records_of_it(archive, tmp_path, records, counted):
    changes = "UPDATE portals SET division_code = '640324' WHERE id = 'yangli'", "DELETE FROM tally_portals"
    some = f"INSERT INTO tally_portals VALUES ('yangli', 'budget', {records}), ('checked', 'notice', 2)"
    page = tree(asking_copy(archive, tmp_path, *changes, some)("/"))
    assert f"{counted} / {len(county_divisions()):,} 个县级行政区" in text(page)


def test_several_archives_and_what_is_none(tmp_path, archive, past):
    other = tmp_path / "other.db"
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE t (a)")
    site = Datasette(files=[str(archive), str(past), str(other)])
    page = tree(asyncio.run(site.client.get("/")))
    assert [heading.text for heading in page.cssselect("h1")] == ["政府信息公开目录档案"]
    assert page.cssselect("a[href='/other']")
    assert [option.text for option in page.cssselect("form.find select[name=db] option")] == [
        "全部档案",
        "disclosures",
        "past",
    ]
    links = [link.get("href") for link in page.cssselect("main a") if link.get("href", "").startswith("/-/browse/past")]
    assert links
    assert all("db=past" in link for link in links)
    assert asyncio.run(site.client.get(links[0])).status_code == 200
    assert asyncio.run(site.client.get("/-/browse/past")).status_code == 200  # the one that has it is found
    assert asyncio.run(site.client.get("/-/browse/past?db=disclosures")).status_code == 404


def test_without_an_archive_the_page_is_datasettes_own(tmp_path):
    other = tmp_path / "other.db"
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE t (a)")
    page = tree(asyncio.run(Datasette(files=[str(other)]).client.get("/")))
    assert page.cssselect("a[href='/other/t']")


def test_its_json_is_datasettes_own(get):
    assert set(get("/.json").json()) == {"disclosures"}


def test_what_may_not_be_seen_is_not_shown(archive, past):
    site = Datasette(files=[str(archive), str(past)], metadata={"databases": {"past": {"allow": {"id": "root"}}}})
    page = asyncio.run(site.client.get("/"))
    assert "样例县人民政府" in page.text
    assert "样例县（有变动）" not in page.text
    for path in ("/-/browse?db=past", "/-/changes?db=past", "/-/day/2026-11-20?db=past", "/-/browse/past?db=past"):
        assert asyncio.run(site.client.get(path)).status_code == 403, path
    closed = Datasette(files=[str(archive)], metadata={"allow": {"id": "root"}})
    assert asyncio.run(closed.client.get("/")).status_code == 403


# --- archives of little, and under way ---


@pytest.mark.parametrize(
    "path",
    [
        "",
        "-/search",
        "-/browse",
        "-/changes",
        "-/day/2018-01-02",
        "-/questions/removed_records",
        "-/cards",
        "-/budgets",
    ],
)
def test_each_page_about_an_empty_archive_says_so(archive, tmp_path, path):
    open_up_to_date(tmp_path / "empty.db").close()
    page = tree(asking(tmp_path / "empty.db")(f"/{path}"))
    assert text(page.cssselect(".note")[0]) == "档案还是空的：还没有采集到任何记录。"
    assert page.cssselect(".help a, .picture, .figures, .chips") == []
    assert "档案还是空的" not in asking(archive)(f"/{path}").text


def test_an_archive_of_one_record_says_so(archive, tmp_path):
    one = (
        "DELETE FROM records WHERE id <> 1",
        "DELETE FROM tally_portals",
        "INSERT INTO tally_portals VALUES ('yangli', 'budget', 1)",
    )
    page = tree(asking_copy(archive, tmp_path, "DELETE FROM events", "DELETE FROM listings", *one)("/"))
    assert [text(note) for note in page.cssselect(".note")] == ["档案里目前只有一条记录。"]
    assert text(page.cssselect(".figures li")[0]) == "1 条记录"


def test_a_crawl_under_way_is_told(archive, tmp_path):
    begun = "INSERT INTO crawls (portal, mode, started_at) VALUES ('checked', 'full', '2026-11-23T01:00:00Z')"
    ask = asking_copy(archive, tmp_path, begun)
    home = tree(ask("/"))
    assert "所列可能不全。 1 个门户如此。" in text(home.cssselect(".note")[0])
    (row,) = [row for row in home.cssselect(".portal-table tbody tr") if "核对过" in text(row)]
    assert "正在采集或已中断" in text(row)
    assert "所列可能不全" in text(tree(ask("/-/browse/checked")).cssselect(".note")[0])
    assert tree(ask("/-/browse/yangli")).cssselect(".note") == []
