"""Browsing: by county, catalogue and year, by publisher, by day, and what was observed; nothing left out, nothing twice."""

import asyncio
import random
import sqlite3
from contextlib import closing
from urllib.parse import quote

import httpx
import pytest
from datasette.app import Datasette
from lxml import html

from archive.database.connection import transaction
from archive.maintenance.bring_up_to_date import open_up_to_date
from archive.web.http import request_context
from archive.web.http.request_context import PAGE
from archive.web.http.server import make_datasette
from archive.web.pages import browse_pages, publisher_page
from tests.web.asking import asking, asking_copy, text, tree
from tests.web.sample_archive import build, build_past

pytestmark = pytest.mark.usefixtures("in_that_week")
ROWS = "SELECT id FROM records WHERE {} ORDER BY published_on DESC, id DESC"


@pytest.fixture(scope="module")
def past_site(past):
    return asking(past)


def listed(page: html.HtmlElement) -> list[int]:
    """The records of the page's lines, in order."""
    return [int(link.get("href").rsplit("/", 1)[1]) for link in page.cssselect(".lines .title a")]


def all_pages(ask, path: str) -> list[int]:
    """The records of a list, from its first page to its last."""
    found = []
    while path:
        page = tree(ask(path))
        found += listed(page)
        onward = page.cssselect(".turn a[rel=next]")
        path = onward[0].get("href") if onward and "page=" in onward[0].get("href") else ""
    return found


def ids(database, where: str, *values: object) -> list[int]:
    return [number for (number,) in database.execute(ROWS.format(where), values)]


# --- by county, catalogue, year ---


def test_from_all_counties_to_a_catalogue(get, database):
    page = tree(get("/-/browse"))
    assert [link.get("href") for link in page.cssselect(".portal-table th a")] == [
        "/-/browse/checked",
        "/-/browse/yangli",
    ]
    portal = tree(get("/-/browse/yangli"))
    assert text(portal.cssselect("h1")[0]) == "样例县人民政府"
    catalogs = {text(link): link.get("href") for link in portal.cssselect(".portal-table th a")}
    assert list(catalogs) == ["部门预算", "棚户区改造"]
    for title, address in catalogs.items():
        in_catalog = "id IN (SELECT record_id FROM listings l JOIN catalogs c ON c.id = l.catalog_id WHERE c.title = ?)"
        assert all_pages(get, address) == ids(database, in_catalog, title)


def test_each_year_has_its_own_and_all_years_have_all(get):
    page = tree(get("/-/browse/yangli/2"))
    chips = {text(chip.cssselect("a")[0]): chip for chip in page.cssselect(".chips li")}
    assert list(chips) == ["全部", "2018", "2017", "未载日期"]
    together = []
    for name, chip in list(chips.items())[1:]:
        found = tree(get(chip.cssselect("a")[0].get("href")))
        assert len(listed(found)) == int(text(chip.cssselect(".count")[0]))
        assert all(
            text(date).startswith(name.replace("未载日期", "无日期")) for date in found.cssselect(".lines .date")
        )
        assert text(found.cssselect(".chips .chosen a")[0]) == name
        together += listed(found)
    assert sorted(together) == sorted(all_pages(get, "/-/browse/yangli/2"))


def test_a_list_is_cut_into_pages(get):
    page = tree(get("/-/browse/yangli/1"))
    assert len(listed(page)) == PAGE
    assert "第 1 页，共 2 页" in text(page.cssselect(".turn")[0])
    second = tree(get(page.cssselect(".turn a[rel=next]")[0].get("href")))
    assert len(listed(second)) == 60 - PAGE
    assert second.cssselect(".turn a[rel=prev]")[0].get("href") == "/-/browse/yangli/1"
    assert get("/-/browse/yangli/1?page=3").status_code == 404


def test_narrowed_lists_have_as_many_pages_as_they_fill(archive, tmp_path, monkeypatch):
    for module in (request_context, browse_pages, publisher_page):
        monkeypatch.setattr(module, "PAGE", 1)
    undated = "UPDATE records SET published_on = NULL WHERE publisher = '样例县人民政府'"
    of_two_kinds = (
        "UPDATE records SET kind = 'notice' WHERE id = (SELECT min(id) FROM records WHERE publisher = '样例县人民政府')"
    )
    ask = asking_copy(archive, tmp_path, undated, of_two_kinds)
    assert len(all_pages(ask, "/-/browse/yangli/2?year=none")) == 3
    publisher = "/-/publisher?portal=yangli&name=样例县人民政府"
    for kind, pages in (("notice", 1), ("housing_expropriation", 2)):
        assert len(all_pages(ask, f"{publisher}&kind={kind}")) == pages
        assert ask(f"{publisher}&kind={kind}&page={pages + 1}").status_code == 404


@pytest.mark.parametrize(("most", "said"), [(4, True), (5, False)])
def test_a_portal_of_very_many_publishers_names_those_with_most_records(get, monkeypatch, most, said):
    monkeypatch.setattr(browse_pages, "MOST_PUBLISHERS", most)
    page = tree(get("/-/browse/yangli"))
    assert len(page.cssselect(".publishers a")) == most
    assert (f"只列记录最多的 {most} 个。" in text(page)) is said


def test_a_line_says_date_title_publisher_county_and_state(get, database):
    line = tree(get("/-/browse/yangli/2?year=2017")).cssselect(".lines > li")[0]
    assert [text(cell) for cell in line] == [
        "2017-05-02", "样例：关于印发2017年棚户区改造工作方案的通知", "样例县人民政府", "样例县", "在列",
    ]  # fmt: skip
    assert line.cssselect("a.date")[0].get("href") == "/-/day/2017-05-02"


def test_catalogues_of_one_kind_are_listed_with_their_counts(get):
    page = tree(get("/-/browse?kind=housing_expropriation"))
    assert [
        (text(row.cssselect("a")[0]), text(row.cssselect(".count")[0])) for row in page.cssselect(".catalogs li")
    ] == [("棚户区改造", "4 条")]
    assert {text(chip.cssselect("a")[0]).split()[0] for chip in tree(get("/-/browse")).cssselect(".chips li")} == {
        "预决算", "棚户区改造/征地拆迁", "通知公告",
    }  # fmt: skip
    assert "没有此类目录" in text(tree(get("/-/browse?kind=plan")))


def test_what_a_portals_page_links_to_is_there(get):
    for link in tree(get("/-/browse/yangli")).cssselect("main a"):
        address = link.get("href")
        if address.startswith("/") and not address.startswith("/-/counties"):
            answer = get(address)
            if answer.status_code == 302:  # to the newest year
                answer = get(answer.headers["location"])
            assert answer.status_code == 200, address


# --- by publisher ---


def test_a_publishers_page(get, database):
    page = tree(get("/-/browse/yangli"))
    links = {text(link): link.get("href") for link in page.cssselect(".publishers a")}
    assert links.keys() == {"样例县教育局", "样例县财政局", "样例县民政局", "样例县人民政府", "样例县..."}
    own = tree(get(links["样例县财政局"]))
    assert all_pages(get, links["样例县财政局"]) == ids(database, "publisher = '样例县财政局'")
    facts = text(own.cssselect(".facts")[0])
    first, last = database.execute(
        "SELECT min(published_on), max(published_on) FROM records WHERE publisher = '样例县财政局'"
    ).fetchone()
    assert "20 在列 20" in facts
    assert f"{first} 至 {last}" in facts
    assert "首次发现2026-11-20 09:02" in facts
    assert own.cssselect(".picture svg")


def test_a_publishers_kinds(get, database):
    address = f"/-/publisher?portal=yangli&name={quote('样例县人民政府')}"
    page = tree(get(address))
    assert page.cssselect(".chips") == []  # one kind only
    assert [text(line.cssselect(".publisher")[0]) for line in page.cssselect(".lines > li")] == [
        "棚户区改造/征地拆迁"
    ] * 3
    assert all_pages(get, f"{address}&kind=housing_expropriation") == ids(database, "publisher = '样例县人民政府'")
    assert all_pages(get, f"{address}&kind=budget") == []


def test_records_that_state_no_publisher(get, database):
    page = tree(get("/-/publisher?portal=checked&name="))
    assert "未载发布机构" in text(page.cssselect("h1")[0])
    assert listed(page) == ids(database, "portal = 'checked' AND publisher IS NULL")


def test_cut_names_are_kept_apart(tmp_path):
    build(tmp_path / "cut.db")
    with closing(open_up_to_date(tmp_path / "cut.db")) as connection, transaction(connection):
        for place, name in enumerate(("样例县教育局...", "样例县教育局办公室", "样例县财...", "另一县...")):
            connection.execute("UPDATE records SET publisher = ? WHERE id = ?", (name, place + 1))
    site = make_datasette(tmp_path / "cut.db")

    def page(name: str) -> html.HtmlElement:
        return tree(asyncio.run(site.client.get("/-/publisher", params={"portal": "yangli", "name": name})))

    def others(name: str) -> set[str]:
        return {text(link) for link in page(name).cssselect(".facts .wide a")}

    assert others("样例县教育局办公室") == {"样例县教育局...", "样例县..."}
    assert others("样例县教育局...") == {"样例县教育局办公室"}
    assert others("样例县财政局") == {"样例县财...", "样例县..."}
    assert others("另一县...") == set()
    assert "门户截断了这个名称" in text(page("样例县财..."))
    assert "门户截断了这个名称" not in text(page("样例县财政局"))
    flagged = tree(asyncio.run(site.client.get("/-/browse/yangli"))).xpath(
        "//*[@class='flag'][contains(., '被截断')]/../a"
    )
    assert {text(link) for link in flagged} == {"样例县教育局...", "样例县财...", "样例县...", "另一县..."}


def test_other_names_of_the_same_agency(tmp_path):
    build(tmp_path / "names.db")
    with closing(open_up_to_date(tmp_path / "names.db")) as connection, transaction(connection):
        connection.execute("UPDATE records SET publisher = '县财政局' WHERE id = 2")
        of_another = "UPDATE records SET publisher = ? WHERE id = (SELECT {}(id) FROM records WHERE portal = 'checked')"
        connection.execute(of_another.format("min"), ("县财政局",))
        connection.execute(of_another.format("max"), ("样例县财政...",))
        connection.execute(
            "UPDATE portals SET agencies = ?", ('[{"name": "样例县财政局", "aliases": ["县财政局", "财政局"]}]',)
        )
    open_up_to_date(tmp_path / "names.db").close()  # whoever opens it reads what changed
    site = make_datasette(tmp_path / "names.db")
    page = tree(asyncio.run(site.client.get("/-/publisher", params={"portal": "yangli", "name": "样例县财政局"})))
    assert "县财政局 1 条" in text(page.cssselect(".facts")[0])
    assert {text(link) for link in page.cssselect(".facts .wide a")} == {"县财政局", "各项问题", "样例县..."}


# --- by day ---


def test_what_was_published_on_a_day(get, database):
    for (day,) in database.execute(
        "SELECT DISTINCT published_on FROM records WHERE published_on IS NOT NULL"
    ).fetchall():
        page = tree(get(f"/-/day/{day}"))
        assert sorted(listed(page)) == sorted(ids(database, "published_on = ?", day)), day
        counts = [int(text(count)) for count in page.cssselect(".chips .count")]
        assert counts[0] == sum(counts[1:]) == len(listed(page))


def test_the_records_of_one_kind_on_a_day(get, database):
    kinds = "SELECT published_on, kind FROM records WHERE published_on IS NOT NULL GROUP BY 1, 2"
    for day, kind in database.execute(kinds).fetchall():
        page = tree(get(f"/-/day/{day}?kind={kind}"))
        assert listed(page) == sorted(ids(database, "published_on = ? AND kind = ?", day, kind))
    assert "没有此类记录" in text(tree(get(f"/-/day/{day}?kind=plan")))


def test_days_lead_to_their_neighbours(get, database):
    """From the last day back to the first, over every day on which something was published or observed."""
    days = {day for (day,) in database.execute("SELECT published_on FROM records WHERE published_on IS NOT NULL")}
    days |= {day for (day,) in database.execute("SELECT date(at, '+8 hours') FROM events")}
    path, walked = "/-/day/2071-01-01", []
    while path:
        walked.append(path.rsplit("/", 1)[1])
        page = tree(get(path))
        later = [link.get("href") for link in page.cssselect(".turn a[rel=next]")]
        assert later == [f"/-/day/{day}" for day in walked[-2:-1]]
        earlier = page.cssselect(".turn a[rel=prev]")
        path = earlier[0].get("href") if earlier else ""
    assert walked == sorted(days, reverse=True)


def test_a_day_without_anything(get):
    page = tree(get("/-/day/2019-02-03"))
    assert listed(page) == []
    assert "2019年2月3日 星期日" in text(page.cssselect("h1")[0])
    assert page.cssselect(".turn a[rel=prev]")
    assert page.cssselect(".turn a[rel=next]")


def test_to_a_day_by_its_date(get):
    assert get("/-/day?date=2018-07-01").headers["location"] == "/-/day/2018-07-01"
    assert get("/-/day").headers["location"] == "/-/day/2026-11-21"  # the last on which anything was; 2071 is to come


def test_dates_that_are_none_of_a_document_lead_nowhere(archive, tmp_path):
    far = ("0207-01-01", "2999-12-31", "3000-01-01")
    slips = [f"UPDATE records SET published_on = '{day}' WHERE id = {number}" for number, day in enumerate(far, 1)]
    ask = asking_copy(archive, tmp_path, *slips)
    first, last = (tree(ask(f"/-/day/{day}")) for day in ("1900-01-01", "2999-12-31"))
    assert first.cssselect(".turn a[rel=prev]") == last.cssselect(".turn a[rel=next]") == []
    (later,) = tree(ask("/-/day/2072-01-01")).cssselect(".turn a[rel=next]")
    assert later.get("href") == "/-/day/2999-12-31"


def test_the_last_day_is_today_where_there_is_something_on_it(archive, tmp_path):
    today = "UPDATE records SET published_on = '2026-11-24' WHERE id = 1"
    assert asking_copy(archive, tmp_path, today)("/-/day").headers["location"] == "/-/day/2026-11-24"


def test_a_day_ends_at_midnight_in_beijing(tmp_path):
    build_past(tmp_path / "past.db")
    with closing(sqlite3.connect(tmp_path / "past.db")) as connection:
        connection.execute(
            "INSERT INTO events (record_id, kind, at, crawl_id) VALUES (1, 'returned', '2026-10-01T15:59:59Z', 1)"
        )
        connection.execute(
            "INSERT INTO events (record_id, kind, at, crawl_id) VALUES (2, 'returned', '2026-10-01T16:00:00Z', 1)"
        )
        connection.commit()
    site = make_datasette(tmp_path / "past.db")
    for day, record_id, later in (("2026-10-01", 1, "2026-10-02"), ("2026-10-02", 2, "2026-11-20")):
        page = tree(asyncio.run(site.client.get(f"/-/day/{day}")))
        assert page.cssselect(".turn a[rel=next]")[0].get("href") == f"/-/day/{later}"
        assert listed(page) == [record_id]
        assert text(page.cssselect(".counts a")[0]).startswith("1 重新出现")


# --- what was observed ---


def test_the_events_of_any_days(past_site, past):
    with closing(sqlite3.connect(past)) as connection:
        kinds = [kind for (kind,) in connection.execute("SELECT DISTINCT kind FROM events")]
        for first, last in (("2026-11-20", "2026-11-20"), ("2026-11-21", "2026-11-22"), ("2026-11-01", "2026-11-30")):
            for kind in kinds:
                page = tree(past_site(f"/-/changes?kind={kind}&from={first}&to={last}"))
                wanted = connection.execute(
                    "SELECT record_id FROM events WHERE kind = ? AND date(at, '+8 hours') BETWEEN ? AND ? ORDER BY at DESC, id DESC",
                    (kind, first, last),
                )
                assert listed(page) == [number for (number,) in wanted], (kind, first, last)


def test_the_events_of_one_portal(tmp_path):
    build_past(tmp_path / "two.db")
    with closing(sqlite3.connect(tmp_path / "two.db")) as connection:
        for statement in (
            "INSERT INTO portals (id, name, division_code, home) VALUES ('other', '另一样例县', '640396', '')",
            "INSERT INTO crawls (id, portal, mode, started_at) VALUES (9, 'other', 'full', '2026-11-22T01:00:00Z')",
            "INSERT INTO records (id, portal, url, kind, first_seen, last_seen) VALUES (99, 'other', 'x', 'other', '', '')",
            "INSERT INTO events (record_id, kind, at, crawl_id) VALUES (99, 'added', '2026-11-22T01:00:00Z', 9)",
        ):
            connection.execute(statement)
        connection.commit()
    site = make_datasette(tmp_path / "two.db")

    def added(portal: str) -> list[int]:
        page = tree(asyncio.run(site.client.get(f"/-/changes?kind=added{portal}")))
        assert text(page.cssselect(".counts .chosen b")[0]) == str(len(listed(page)))
        return listed(page)

    assert added("&portal=other") == [99]
    assert sorted(added("&portal=past")) == [1, 2, 3, 4, 5, 6]
    assert sorted(added("")) == [1, 2, 3, 4, 5, 6, 99]


def test_changes_are_those_of_seven_days_where_none_are_named(get):
    days = tree(get("/-/changes")).cssselect("input[type=date]")
    assert [day.get("value") for day in days] == ["2026-11-18", "2026-11-24"]


def test_many_events_are_cut_into_pages(get, database):
    path = "/-/changes?kind=added&from=2026-11-20&to=2026-11-21"
    found = all_pages(get, path)
    wanted = database.execute("SELECT record_id FROM events WHERE kind = 'added' ORDER BY at DESC, id DESC")
    assert found == [number for (number,) in wanted]
    assert len(found) == 66


def test_all_kinds_of_these_days_with_the_first_of_each(get):
    page = tree(get("/-/changes?from=2026-11-20&to=2026-11-21"))
    assert len(listed(page)) == 10
    assert text(page.cssselect(".more")[0]) == "全部 66 条"


# --- addresses that make no sense ---


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/-/day/2018-02-30", 400), ("/-/day/20180201", 400), ("/-/day/2018-W09-4", 400), ("/-/day/１９１８-01-01", 400),
        ("/-/day/0001-01-01", 400), ("/-/day/9999-12-31", 400), ("/-/day/2018-03-01?kind=nothing", 400), ("/-/day?date=x", 400),
        ("/-/day/2018-03-01?page=2", 404), ("/-/browse/none", 404), ("/-/browse/yangli/99", 404), ("/-/browse/yangli/3", 404),
        ("/-/browse/yangli/9999999999999999999999", 404), ("/-/browse/yangli/-1", 404), ("/-/browse/yangli/1?year=18", 400),
        ("/-/browse/yangli/1?page=0", 400), ("/-/browse/yangli/1?page=1e3", 400), ("/-/browse/yangli/1?year=1999", 200),
        ("/-/browse?kind=x", 400), ("/-/publisher", 400), ("/-/publisher?portal=yangli", 400), ("/-/publisher?portal=x&name=y", 404),
        ("/-/publisher?portal=yangli&name=nobody", 404), ("/-/changes?kind=x", 400), ("/-/changes?from=2026-11-02&to=2026-11-01", 400),
        ("/-/changes?from=x", 400), ("/-/changes?portal=x", 404), ("/-/browse?db=none", 404),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_reported(get, path, status):
    answer = get(path)
    assert answer.status_code == status
    assert html.fromstring(answer.text).get("lang") == "zh-CN"


def test_any_address_gives_a_page(get):
    """Two hundred addresses made of pieces that are right, nearly right and wrong: always a page, never an error of ours."""
    chance = random.Random(5)
    pieces = ["", "yangli", "checked", "1", "2", "3", "0", "-1", "9" * 30, "2018-03-01", "2018-13-01", "none", "%00", "%FF", "%E4%B8",
              "..", "%2e%2e", "'", '"', "<script>", "样例县财政局", "样例县...", "%F0%9F%92%A9", "budget", "added", "a" * 3000, "*", "[", "{}"]  # fmt: skip
    names = ["portal", "name", "kind", "year", "page", "from", "to", "date", "db", "_x", "%00", "样"]
    seen = set()
    for _ in range(200):
        path = f"/-/{chance.choice(('browse', 'day', 'publisher', 'changes'))}"
        path += "".join(f"/{quote(chance.choice(pieces), safe='%')}" for _ in range(chance.choice((0, 0, 1, 1, 2, 3))))
        query = "&".join(
            f"{quote(chance.choice(names), safe='%')}={quote(chance.choice(pieces), safe='%')}"
            for _ in range(chance.randrange(4))
        )
        answer = get(f"{path}?{query}" if query else path)
        assert answer.status_code in {200, 302, 400, 404}, (path, query)
        seen.add(answer.status_code)
        if answer.status_code != 302:
            assert html.fromstring(answer.text).get("lang") == "zh-CN", (path, query)
    assert {200, 400, 404} <= seen


def test_under_a_prefix_every_link_keeps_it(archive):
    site = Datasette(files=[str(archive)], settings={"base_url": "/x/"})

    async def ask(path: str) -> httpx.Response:
        await site.invoke_startup()
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app=site.app()), base_url="http://localhost"
        ) as client:
            return await client.get(path)

    for path in ("/x/", "/x/-/browse", "/x/-/browse/yangli", "/x/-/browse/yangli/1", "/x/-/changes?kind=added&from=2026-11-20",
                 "/x/-/publisher?portal=yangli&name=样例县财政局", "/x/-/day/2018-07-01"):  # fmt: skip
        page = tree(asyncio.run(ask(path)))
        own = [link.get("href") for link in page.cssselect("body a, form") if (link.get("href") or "").startswith("/")]
        assert len(own) > 5
        assert {link for link in own if not link.startswith("/x/") or link.startswith("/x/x")} == set()
    turned = tree(asyncio.run(ask("/x/-/browse/yangli/1"))).cssselect(".turn a")[0].get("href")
    assert len(listed(tree(asyncio.run(ask(turned))))) == 60 - PAGE


def test_portals_are_json_too(get):
    portals = {each["id"]: each for each in get("/-/browse.json").json()["portals"]}
    assert {name: (each["records"], each["checked_on"], each["under_way"]) for name, each in portals.items()} == {
        "checked": (2, "2026-11-01", False),
        "yangli": (64, None, False),
    }
    one = get("/-/browse/yangli.json").json()
    assert {name: one[name] for name in portals["yangli"]} == portals["yangli"]
    assert [(each["kind"], each["records"]) for each in one["catalogs"]] == [
        ("budget", 60),
        ("housing_expropriation", 4),
    ]
    assert get(one["page"]).status_code == get(one["catalogs"][0]["page"]).status_code == 200
    assert get("/-/browse/nowhere.json").status_code == 404
